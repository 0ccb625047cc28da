"""The first data as rows, which are copied in where to load them would take a second each time."""

from django.db import connection, transaction

from annotations import first_data

EMPTY = 21  # bytes that PostgreSQL sends of a table without rows
TABLES = """
SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'
AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
"""


def first_rows():
    """Of each table, quoted, what ``first_data.load`` puts into it, as PostgreSQL copies it."""
    rows = {}
    with transaction.atomic(), connection.cursor() as cursor:
        assert first_data.load()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
                rows[table] = b"".join(map(bytes, copy))
        transaction.set_rollback(True)
    return {table: found for table, found in rows.items() if len(found) > EMPTY}


def put(rows):
    with transaction.atomic(), connection.cursor() as cursor:
        # They were checked when they were loaded, and their history is among them.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, found in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                copy.write(found)
        cursor.execute("SET LOCAL session_replication_role = origin")
