"""Files in the database: their bytes go and come as bytes, whichever table keeps them.

Django's cursor writes values into its SQL, in hex, and reads them so: several times as large as
they are.
"""

import contextlib

import psycopg
from django.db import connection, models


class ContentQuerySet(models.QuerySet):
    """Of a model with a field ``content``, which all queries but these leave where it is."""

    def content_of(self, pk):
        """The bytes alone."""
        [content] = execute(
            f"SELECT content FROM {self.model._meta.db_table} WHERE id = %s",  # noqa: S608
            [pk],
        )
        return content


def execute(sql, values):
    """Execute with values bound by the server, all as bytes: the first row, if there are rows."""
    with _cursor() as cursor:
        cursor.execute(sql, values, prepare=False, binary=True)
        return cursor.fetchone() if cursor.description else None


def execute_many(sql, rows):
    """Execute the same for several rows of values, in few journeys to the database."""
    with _cursor() as cursor:
        cursor.executemany(sql, rows)


@contextlib.contextmanager
def _cursor():
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
    ):
        yield cursor
