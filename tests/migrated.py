"""A migrated database that test databases are copied from: the migrations take a while."""

import contextlib
import hashlib
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).parent.parent
SOURCES = ["requirements.txt", "*/migrations/*.py", "history/*.py", "*/models.py", "*/models/*.py"]
PREFIX = "migrated_"


def template(connection):
    """The name of a database that all migrations ran in; made where there is none of this state."""
    name = PREFIX + _digest()
    with connection._nodb_cursor() as cursor:
        # One makes it, and whoever comes meanwhile waits for that one.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(hashtext('migrated'))")
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {found for (found,) in cursor}
        if name not in there:
            for old in there:
                cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            half = PREFIX + "not_yet"
            cursor.execute(f'CREATE DATABASE "{half}"')
            with _connected_to(connection, half):
                call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
            cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"')
    return name


def _digest():
    """Of all that decides what the migrations make."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in SOURCES for file in ROOT.glob(pattern)):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def _connected_to(connection, name):
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.close_pool()  # it would hold on to the database
        connection.settings_dict["NAME"] = own
