"""What the triggers keep, however a row is changed."""

import uuid

import pghistory
import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from annotations.models import Note, Tagging
from history.beginning import begin_history
from history.roles import history_models
from history.tracking import CHANGED, CREATED, DELETED, FOUND
from history.triggers import DOOR, kept_fields
from talks.models import Position, WorkStatus
from tests.factories import make_article, make_note, make_position, make_tag, make_tagging

HISTORIES = sorted(history_models().values(), key=lambda model: model.__name__)
TRACKED = sorted(history_models(), key=lambda model: model.__name__)
# What is nobody's business, or is written down by being there and never changes.
WITHOUT = {"User": {"password", "last_login"}}
UNTRACKED = {
    "accounts.Digest",
    "accounts.SignInLink",
    "annotations.Act",
    "annotations.Carry",
    "annotations.CodebookVersion",
    "annotations.Draft",
    "annotations.Notice",
    "annotations.Presence",
    "annotations.SavedSearch",
    "annotations.SearchEntry",
    "history.Tombstone",
    "talks.Batch",
    "talks.BatchItem",
    "talks.Fingerprint",
    "talks.Intake",
    "talks.Keeper",
    "talks.Merge",
    "talks.Original",
    "talks.Table",
}


def states(rows, *fields):
    """(label, fields …) of each state in a row's history, in order."""
    return list(rows.order_by("pgh_id").values_list("pgh_label", *fields))


def test_every_model_is_tracked_or_named_here():
    ours = {
        model._meta.label
        for model in our_models()
        if model not in TRACKED and model not in HISTORIES
    }

    assert ours == UNTRACKED


def our_models():
    labels = {"accounts", "annotations", "talks", "history"}
    return [model for model in apps.get_models() if model._meta.app_label in labels]


@pytest.mark.parametrize("history", HISTORIES, ids=lambda model: model.__name__)
def test_a_history_keeps_all_fields_of_its_model(history):
    model = history.pgh_tracked_model
    fields = {field.name for field in model._meta.concrete_fields}

    kept = {field.name for field in kept_fields(history)}

    assert kept == fields - WITHOUT.get(model.__name__, set())
    assert not {"password", "token", "token_sha256"} & kept


def test_creating_changing_and_withdrawing_each_leave_a_state(db):
    note = make_note(text="First")
    key = note.pk
    note.text = "Second"
    note.save()
    note.delete()

    history = note.history.model.objects.filter(pgh_obj=key)
    assert states(history, "text") == [
        (CREATED, "First"),
        (CHANGED, "Second"),
        (DELETED, "Second"),
    ]


def test_a_bulk_update_leaves_a_state_of_every_row(db):
    taggings = [make_tagging(), make_tagging()]

    Tagging.objects.update(work_status=WorkStatus.ACCEPTED)

    for tagging in taggings:
        assert states(tagging.history, "work_status") == [
            (CREATED, WorkStatus.SUBMITTED),
            (CHANGED, WorkStatus.ACCEPTED),
        ]


def test_bulk_create_and_sql_by_hand_leave_states(db):
    tagging = make_tagging()
    other = make_tag()
    Tagging.objects.bulk_create(
        [Tagging(passage=tagging.passage, tag=other, coder=tagging.coder, codebook_version=1)]
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE annotations_tagging SET version = 7")
        cursor.execute("DELETE FROM annotations_tagging")

    history = tagging.history.model.objects.filter(tag=other)

    assert states(history, "version") == [(CREATED, 1), (CHANGED, 7), (DELETED, 7)]
    assert set(history.values_list("pgh_role", flat=True)) == {connection.settings_dict["USER"]}


COLUMNS = "passage_id, tag_id, coder_id, codebook_version, work_status, version"


@pytest.mark.parametrize(
    ("statement", "labels"),
    [
        (
            f"INSERT INTO annotations_tagging ({COLUMNS}, id) SELECT {COLUMNS}, id"
            " FROM annotations_tagging ON CONFLICT (id) DO UPDATE SET version = 7",
            [CREATED, CHANGED],
        ),
        (
            "MERGE INTO annotations_tagging one USING (SELECT 1) other ON true"
            " WHEN MATCHED THEN UPDATE SET version = 7",
            [CREATED, CHANGED],
        ),
        (
            "WITH gone AS (DELETE FROM annotations_tagging RETURNING *)"
            f" INSERT INTO annotations_tagging ({COLUMNS}) SELECT {COLUMNS} FROM gone",
            [CREATED, CREATED, DELETED],
        ),
        (
            "DO $$ BEGIN UPDATE annotations_tagging SET version = 7;"
            " UPDATE annotations_tagging SET version = 8; END $$",
            [CREATED, CHANGED, CHANGED],
        ),
    ],
)
def test_whatever_the_app_says_in_sql_leaves_states(as_app, statement, labels):
    tagging = make_tagging()
    with as_app() as cursor:
        cursor.execute(statement)

    found = tagging.history.model.objects.values_list("pgh_label", flat=True)
    assert sorted(found) == sorted(labels)


def test_rows_that_are_copied_in_leave_states(as_app):
    tagging, tag = make_tagging(), make_tag()
    copy = f"COPY annotations_tagging ({COLUMNS}) FROM STDIN"
    with as_app() as cursor, cursor.copy(copy) as rows:
        rows.write_row((tagging.passage_id, tag.pk, tagging.coder_id, 1, "submitted", 1))

    state = tagging.history.model.objects.get(tag=tag)
    assert (state.pgh_label, state.pgh_obj_id) == (CREATED, Tagging.objects.get(tag=tag).pk)


def test_an_update_that_changes_nothing_leaves_nothing(db):
    tagging = make_tagging()

    Tagging.objects.update(version=tagging.version)

    assert states(tagging.history, "version") == [(CREATED, 1)]


def test_a_request_leaves_its_id_and_its_person(client, researcher):
    article = make_article(text="Both sides agreed.")
    client.force_login(researcher)

    client.post(
        reverse("annotations:reader", args=[article.pk]),
        {"start": 0, "end": 10, "exact": "Both sides", "tag": make_tag().pk, "key": uuid.uuid4()},
        headers={"X-Request-ID": "the-request"},
    )

    states = Tagging.objects.get().history.get()
    assert states.pgh_user == researcher
    assert states.pgh_context["request"] == "the-request"
    assert Tagging.objects.get().passage.history.get().pgh_context_id == states.pgh_context_id


def test_a_command_leaves_its_name(db):
    with pghistory.context(command="load_article"):
        article = make_article()

    state = article.history.get()
    assert state.pgh_context == {"command": "load_article"}
    assert state.pgh_user is None


def test_a_password_leaves_no_trace_and_a_change_of_role_does(researcher, editor):
    researcher.set_password("correct horse battery staple")
    researcher.save()
    researcher.role = editor.role
    researcher.save()

    assert states(researcher.history, "role") == [(CREATED, "researcher"), (CHANGED, "editor")]


def test_a_history_begins_with_the_rows_that_are_there(db):
    position = make_position()
    empty(position.history.model)

    begin_history("talks", "Position").code(apps, connection.schema_editor())

    state = position.history.get()
    assert state.pgh_label == FOUND
    for field in Position._meta.concrete_fields:
        assert getattr(state, field.attname) == getattr(position, field.attname)


def empty(history):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {DOOR} = 'open'")
        history.objects.all().delete()
        cursor.execute(f"SET LOCAL {DOOR} = ''")


def refused(cursor, statement, reason):
    with pytest.raises(DatabaseError, match=reason), transaction.atomic():
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement", ["INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET pgh_label = 'x'",
                  "DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}",
                  "ALTER TABLE {} DISABLE TRIGGER ALL", "ALTER TABLE {} OWNER TO CURRENT_USER"],
)  # fmt: skip
def test_the_app_cannot_write_into_any_history(as_app, statement):
    with as_app() as cursor:
        for history in HISTORIES:
            table = history._meta.db_table
            refused(cursor, statement.format(table), "permission denied|must be owner")


def test_the_app_cannot_write_into_the_history_with_the_door_open(as_app):
    with as_app() as cursor:
        cursor.execute(f"SET LOCAL {DOOR} = 'open'")

        refused(cursor, "DELETE FROM annotations_notehistory", "permission denied")


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE annotations_note CASCADE",
        "ALTER TABLE annotations_note DISABLE TRIGGER ALL",
        "ALTER TABLE annotations_note ADD COLUMN x int",
        "DROP TRIGGER {} ON annotations_note",
        "SET LOCAL session_replication_role = replica",
        "CREATE TABLE annotations_note2 (id int)",
        "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "UPDATE annotations_act SET summary = ''",
        "DELETE FROM annotations_act",
        "DELETE FROM annotations_codebookversion",
        "DELETE FROM talks_original",
    ],
)
def test_the_app_cannot_keep_its_work_out_of_the_history(as_app, statement):
    name = next(one for one in Note._meta.triggers if one.name == "history_update").get_pgid(Note)
    with as_app() as cursor:
        refused(cursor, statement.format(name), "permission denied|must be owner")


@pytest.mark.parametrize(
    "trick",
    [
        "SET LOCAL pgtrigger.ignore = '{{{names}}}'",
        "SET LOCAL search_path = pg_temp;"
        " CREATE TEMP TABLE annotations_notehistory (LIKE public.annotations_notehistory)",
        "SET LOCAL pghistory.context_id = ''",
    ],
)
def test_no_setting_hides_what_the_app_does(as_app, trick):
    make_note(text="First")
    names = ",".join(one.get_pgid(Note) for one in Note._meta.triggers)

    with as_app() as cursor:
        cursor.execute(trick.format(names=names))
        cursor.execute("UPDATE public.annotations_note SET text = 'Second'")
        cursor.execute("SET LOCAL search_path = public")

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM public.annotations_notehistory ORDER BY pgh_id")
        assert cursor.fetchall() == [("First",), ("Second",)]


def test_the_app_does_its_daily_work(as_app):
    note = make_note(text="First")

    with as_app():
        Note.objects.filter(pk=note.pk).update(text="Second")
        make_tagging()

    assert states(note.history, "text") == [(CREATED, "First"), (CHANGED, "Second")]


@pytest.mark.parametrize("history", HISTORIES, ids=lambda model: model.__name__)
def test_the_owner_does_not_change_a_history_by_accident(db, history):
    with connection.cursor() as cursor:
        for statement in ("UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}", "TRUNCATE {}"):
            refused(cursor, statement.format(history._meta.db_table), "in the history stays")


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_the_owner_does_not_empty_a_table_past_its_history(db, model):
    with connection.cursor() as cursor:
        refused(cursor, f"TRUNCATE {model._meta.db_table} CASCADE", "in the history stays")


def test_the_app_cannot_become_the_owner(db):
    known = connection.settings_dict
    place = {"host": known["HOST"], "port": known["PORT"], "dbname": known["NAME"]}
    with psycopg.connect(**place, user=settings.DATABASE_APP["USER"]) as app:
        for statement in (f"SET ROLE {known['USER']}", "SET session_replication_role = replica"):
            with pytest.raises(psycopg.Error, match="permission denied"), app.transaction():
                app.execute(statement)


def test_the_app_owns_nothing_and_has_no_powers(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,"
            " (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = 'parley_app'"
        )
        assert cursor.fetchone() == (False, False, False, False, False, 0)
