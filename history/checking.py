"""Whether the history is whole: its triggers at work, and each row as its last state says."""

import pgtrigger
from django.db import connection

from .roles import KEPT, history_models
from .tracking import DELETED
from .triggers import kept_fields

# What the app's role has no right to: in histories, in what is added and never changed, and in
# what has a history.
WRITING = ("INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER", "may write into it")
REWRITING = ("UPDATE, DELETE, TRUNCATE, TRIGGER", "may change its rows")
EMPTYING = ("TRUNCATE, TRIGGER", "may empty it or give it triggers")


def idle_triggers():
    """A sentence for each trigger that is missing, was exchanged or is switched off."""
    ours = [*history_models(), *history_models().values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled, obj_description(oid, 'pg_trigger')"
            " FROM pg_trigger WHERE NOT tgisinternal"
        )
        found = {(table, name): state for table, name, *state in cursor.fetchall()}
    problems = []
    for model, trigger in pgtrigger.registered():
        if model not in ours:
            continue
        table = model._meta.db_table
        enabled, digest = found.get((table, trigger.get_pgid(model)), (None, None))
        if enabled is None:
            problems.append(f"{table}: the trigger {trigger.name} is missing.")
        elif enabled not in "OA":
            problems.append(f"{table}: the trigger {trigger.name} is switched off.")
        elif digest != trigger.compile(model).hash:
            problems.append(f"{table}: the trigger {trigger.name} is not the one of this version.")
    return sorted(problems)


def rights_too_many(role):
    """A sentence for each table with which ``role`` may do more than it should."""
    barred = {model._meta.db_table: EMPTYING for model in history_models()}
    barred |= dict.fromkeys(KEPT, REWRITING)
    barred |= {model._meta.db_table: WRITING for model in history_models().values()}
    problems = []
    with connection.cursor() as cursor:
        for table, (rights, words) in sorted(barred.items()):
            cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, rights])
            if cursor.fetchone()[0]:
                problems.append(f"{table}: the app’s role {role} {words}.")
    return problems


def holes():
    """A sentence for each row that is not as its history's last state says."""
    problems = []
    with connection.cursor() as cursor:
        for model, history in history_models().items():
            cursor.execute(_comparison(model, history), [DELETED, DELETED])
            problems += [
                f"{model._meta.verbose_name} {key} {WORDS[what]}" for key, what in cursor.fetchall()
            ]
    return problems


WORDS = {
    "unknown": "is not in the history.",
    "changed": "was changed past the history.",
    "gone": "was deleted past the history.",
    "back": "was deleted and is there again past the history.",
}


def _comparison(model, history):
    columns = [f'"{field.column}"' for field in kept_fields(history)]
    rows = ", ".join(f"stands.{one}" for one in columns)
    states = ", ".join(f"last.{one}" for one in columns)
    key = f'"{model._meta.pk.column}"'
    return f"""
        WITH last AS (
            SELECT DISTINCT ON (pgh_obj_id) * FROM "{history._meta.db_table}"
            ORDER BY pgh_obj_id, pgh_id DESC
        )
        SELECT coalesce(stands.{key}, last.pgh_obj_id), CASE
            WHEN last.pgh_obj_id IS NULL THEN 'unknown'
            WHEN stands.{key} IS NULL THEN 'gone'
            WHEN last.pgh_label = %s THEN 'back'
            ELSE 'changed' END
        FROM "{model._meta.db_table}" stands
        FULL JOIN last ON last.pgh_obj_id = stands.{key}
        WHERE (stands.{key} IS NOT NULL OR last.pgh_label <> %s)
        AND ROW({rows}) IS DISTINCT FROM ROW({states})
        ORDER BY 1
    """  # noqa: S608 - names of our own
