"""Time passes, in tests that are one transaction."""

import datetime

from django.db import connection

from history.roles import history_models
from history.triggers import DOOR


def later(days=1):
    """Let everything that was done so far have been done ``days`` earlier."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {DOOR} = 'open'")
        for history in history_models().values():
            cursor.execute(
                f"UPDATE {history._meta.db_table} SET pgh_created_at = pgh_created_at - %s",
                [datetime.timedelta(days=days)],
            )
        cursor.execute(f"SET LOCAL {DOOR} = ''")


def ago(days):
    """The moment ``days`` before now, as an address has it."""
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
