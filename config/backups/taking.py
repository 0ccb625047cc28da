"""Making a backup while people write."""

import datetime
import subprocess
import tomllib

import psycopg
from django.conf import settings

from . import BackupError, archive, measuring, programs
from .servers import parameters


def parley_version():
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["version"]


def take(path, progress, *, replace=False):
    """Write a backup of the database to ``path``; its manifest. Raises BackupError.

    One snapshot holds for the dump and for the figures that a restore compares it with. What is
    written is read again before it gets its name.
    """
    with (
        archive.new_file(path, replace=replace) as (file, aside),
        psycopg.connect(**parameters()) as connection,
    ):
        manifest = _write(file, connection, progress)
        progress.step("Reading it again")
        file.flush()
        archive.read(aside)
    return manifest


def _write(file, connection, progress):
    measuring.prepare(connection)
    connection.commit()
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    snapshot = connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchone()[0]
    migrations = _migrations(connection)
    # They follow no snapshot: the dump’s will lie between these and those afterwards.
    before = measuring.sequences(connection)
    progress.step("Copying the database")
    sha256 = archive.write_dump(file, progress.counted(_dump(connection, snapshot)))
    after = measuring.sequences(connection)
    progress.step("Measuring what is in it")
    manifest = {
        "format": archive.FORMAT,
        "parley": parley_version(),
        "made_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "server": connection.execute("SHOW server_version").fetchone()[0],
        "migrations": migrations,
        "sha256": sha256,
        "tables": measuring.tables(connection, progress),
        "sequences": {name: [before.get(name, 0), last] for name, last in after.items()},
        "structure": measuring.structure(connection),
    }
    archive.write_manifest(file, manifest)
    return manifest


def _migrations(connection):
    try:
        with connection.transaction():
            return connection.execute(
                "SELECT app, name FROM public.django_migrations ORDER BY id"
            ).fetchall()
    except psycopg.errors.UndefinedTable:
        raise BackupError(
            "There is nothing to back up: this database was never set up. "
            "Set it up by: python3 dev.py manage migrate"
        ) from None


def _dump(connection, snapshot):
    major = connection.info.server_version // 10_000
    arguments = ["--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
    program = programs.Program(
        programs.find("pg_dump", major), arguments, parameters(), stdout=subprocess.PIPE
    )
    with program as process:
        while chunk := process.stdout.read(archive.CHUNK):
            yield chunk
