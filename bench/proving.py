"""Measures the checks at COMMIT: `python -m bench.proving` in the project's environment.

Prints how long the database takes to check 6,000 positions with their evidence, and how many rows
of whole tables it read for that: with statistics of the full tables, and with those of empty ones
and plans made while they were empty, as autovacuum and a long-lived connection leave them.
"""

import time

from . import reader  # noqa: F401  # sets Django up

# isort: split
from django.db import connection, transaction
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

from . import corpus_positions

SCANNED = """
SELECT COALESCE(sum(seq_tup_read), 0) FROM pg_stat_xact_user_tables WHERE relname LIKE 'talks\\_%'
"""


def main():
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        claims = corpus_positions.plan()
        for name, is_stale in (("full tables", False), ("empty tables", True)):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                if is_stale:
                    cursor.execute("ANALYZE")
                    corpus_positions.load(claims[:40], slug="few")
                    connection.check_constraints()
                    transaction.set_rollback(True)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                began = time.perf_counter()
                corpus_positions.load(claims)
                loading = time.perf_counter() - began
                if not is_stale:
                    cursor.execute("ANALYZE")
                before = _scanned(cursor)
                began = time.perf_counter()
                connection.check_constraints()
                seconds = time.perf_counter() - began
                scanned = _scanned(cursor) - before
                print(
                    f"{name:14}{loading:8.1f} s loading{seconds:8.1f} s checking"
                    f"{scanned:14,} rows scanned"
                )
                transaction.set_rollback(True)
    finally:
        teardown_databases(old, verbosity=0)


def _scanned(cursor):
    cursor.execute(SCANNED)
    return cursor.fetchone()[0]


if __name__ == "__main__":
    main()
