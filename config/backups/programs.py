"""PostgreSQL's own programs for dumps: those of the embedded server's wheel, or the system's."""

import glob
import os
import re
import shutil
import subprocess
import tempfile

from psycopg.conninfo import make_conninfo

from config import database

from . import BackupError

SYSTEM = "/usr/lib/postgresql/*/bin/"
NOT_LIBPQ = {"pool", "options", "context", "cursor_factory", "prepare_threshold", "autocommit"}


def find(name, major):
    """The path of pg_dump or pg_restore for a server of this major version."""
    versions = {}
    for path in _candidates(name):
        if (number := _version(path)) is not None:
            versions.setdefault(number, path)
    fitting = sorted(number for number in versions if number >= major)
    if not fitting:
        found = f" Found: {', '.join(map(str, sorted(versions)))}." if versions else ""
        raise BackupError(
            f"There is no {name} for PostgreSQL {major} here.{found} Install PostgreSQL’s client "
            f"programs of version {major} (on Debian: postgresql-client-{major}) and try again."
        )
    return versions[fitting[0]]


def _candidates(name):
    if (folder := database.programs()) is not None:
        yield os.fspath(folder / name)
    if path := shutil.which(name):
        yield path
    yield from sorted(glob.glob(SYSTEM + name))


def _version(path):
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found[1]) if found and not done.returncode else None


class Program:
    """A running pg_dump or pg_restore on one database, with a pipe at ``stdin`` or ``stdout``."""

    def __init__(self, path, arguments, parameters, **pipe):
        known = {name: value for name, value in parameters.items() if name not in NOT_LIBPQ}
        # The password goes by the environment: everybody on the machine reads arguments.
        secret = {"PGPASSWORD": known.pop("password")} if known.get("password") else {}
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "LC_")) or name in {"PGPASSFILE", "PGSERVICEFILE"}
        }
        self.name = os.path.basename(path)
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = subprocess.Popen(
            [path, *arguments, f"--dbname={make_conninfo(**known)}"],
            env={**clean, **secret, "LANG": "C"},
            stderr=self.errors,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **pipe},
        )

    def __enter__(self):
        return self.process

    def __exit__(self, kind, error, frames):
        """Wait for its end, and tell what it said if it failed."""
        if kind is not None and not issubclass(kind, BrokenPipeError):
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                # What it did not take, it will tell of.
                try:
                    pipe.close()
                except BrokenPipeError:
                    kind = kind or BrokenPipeError
        failed = self.process.wait()
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip()
        self.errors.close()
        if failed and (kind is None or issubclass(kind, BrokenPipeError)):
            raise BackupError(f"{self.name} failed:\n{said[-2000:]}")
