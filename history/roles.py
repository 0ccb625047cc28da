"""The two roles of the database: the owner, who migrates, restores and purges, and the app's.

The app's role reads and writes rows. It owns nothing, so it can neither switch a trigger off nor
change a table, and of the history it can only read: what it does there, triggers do for it.
"""

from django.apps import apps
from django.db import transaction
from psycopg import sql

from .tracking import Snapshot

# Rows of these are added and never changed; they have no history because they are one.
KEPT = ["annotations_act", "annotations_codebookversion", "talks_original"]


def history_models():
    """The models of all histories, by the models they are of."""
    return {
        model.pgh_tracked_model: model for model in apps.get_models() if issubclass(model, Snapshot)
    }


@transaction.atomic
def grant(connection, role, password=""):
    """Give ``role`` what the app needs and nothing else, making it where there is none."""
    with connection.cursor() as cursor:
        # Two databases of one server may be prepared at once, and share their roles.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('parley roles', 0))")
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            _make(cursor, role, password)
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] == role:
            return
        cursor.execute("SELECT current_database()")
        names = {
            "role": sql.Identifier(role),
            "database": sql.Identifier(cursor.fetchone()[0]),
            "history": sql.SQL(", ").join(
                sql.Identifier(model._meta.db_table)
                for model in [*history_models().values(), apps.get_model("history", "Tombstone")]
            ),
            "kept": sql.SQL(", ").join(map(sql.Identifier, KEPT)),
        }
        for statement in GRANTS:
            cursor.execute(sql.SQL(statement).format(**names))


def _make(cursor, role, password):
    login = sql.SQL("CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION")
    statement = login.format(role=sql.Identifier(role))
    if password:
        statement += sql.SQL(" PASSWORD {}").format(sql.Literal(password))
    cursor.execute(statement)


GRANTS = [
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE INSERT, UPDATE, DELETE ON {history} FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
    "REVOKE UPDATE, DELETE ON {kept} FROM {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
]
