"""From a backup's file to the database that people work in, or to nothing at all."""

import subprocess

import psycopg
from django.core.management import call_command
from django.db import connection as default
from django.db.migrations.loader import MigrationLoader

from . import BackupError, archive, measuring, programs
from .progress import size
from .servers import Server, parameters, working_in


def restore(path, progress):
    """Put the backup in ``path`` in the place of Parley's database.

    Returns the name of the database that was there, which is kept, or None. Raises BackupError
    with nothing changed.
    """
    progress.step("Reading the backup")
    backup = archive.read(path)
    _refuse_newer(backup)
    with Server(default.settings_dict["NAME"]) as server:
        _refuse_newer_server(backup, server)
        server.make_empty()
        try:
            progress.step(f"Restoring {size(backup.size)} into a new database")
            _fill(server, backup, progress)
            progress.step("Comparing it with what was backed up")
            _compare(server, backup, progress)
            progress.step("Bringing it to this version of Parley")
            bring_forward(server.restoring)
            progress.step("Putting it in place")
            return server.put_in_place(server.restoring)
        finally:
            server.drop(server.restoring)


def undo(progress):
    """Put the database kept last back in place; the one that goes is kept in its turn."""
    with Server(default.settings_dict["NAME"]) as server:
        kept = server.kept()
        if not kept:
            raise BackupError("No database is kept that could be put back.")
        progress.step(f"Putting {kept[0][0]} back in place")
        bring_forward(kept[0][0])
        return server.put_in_place(kept[0][0])


def forget():
    """Drop the databases that restores have kept; them, as (name, bytes)."""
    with Server(default.settings_dict["NAME"]) as server:
        kept = server.kept()
        for name, _ in kept:
            server.drop(name)
        return kept


def _refuse_newer(backup):
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = [one for one in backup.manifest["migrations"] if tuple(one) not in known]
    if unknown:
        raise BackupError(
            f"{backup.path} was made by another, perhaps newer Parley "
            f"({backup.manifest['parley']}): this one does not know its migration "
            f"{'.'.join(map(str, unknown[0]))}. Update Parley first."
        )


def _major(backup):
    return int(backup.manifest["server"].partition(".")[0])


def _refuse_newer_server(backup, server):
    if _major(backup) > server.major:
        raise BackupError(
            f"{backup.path} comes from PostgreSQL {_major(backup)}, and this server is "
            f"PostgreSQL {server.major}. Restore it on one that is at least as new."
        )


def _fill(server, backup, progress):
    path = programs.find("pg_restore", max(server.major, _major(backup)))
    arguments = ["--single-transaction", "--no-owner", "--no-privileges"]
    program = programs.Program(path, arguments, parameters(server.restoring), stdin=subprocess.PIPE)
    with program as process:
        for chunk in progress.counted(backup.chunks(), backup.size):
            process.stdin.write(chunk)


def _compare(server, backup, progress):
    with psycopg.connect(**parameters(server.restoring)) as connection:
        measuring.prepare(connection)
        found = measuring.differences(
            backup.manifest, connection, progress, same_server=_major(backup) == server.major
        )
    if found:
        raise BackupError(
            "What was restored is not what was backed up, so it was not put in place:\n"
            + "\n".join(found[:10])
        )


def bring_forward(name):
    """Migrate the database called ``name``, give the app's role its rights, and count its rows."""
    with working_in(name):
        call_command("migrate", verbosity=0, interactive=False)
        with default.cursor() as cursor:
            # Nobody else is in this database, but in the catalogues that all databases share.
            cursor.execute("ANALYZE (SKIP_LOCKED)")
