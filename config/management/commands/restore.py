"""``manage restore FILE``: the way back from a backup."""

from pathlib import Path

import psycopg
from django.core.management.base import BaseCommand, CommandError

from config.backups import BackupError, restoring
from config.backups.progress import Progress, size

COMMAND = "python3 dev.py manage restore"


class Command(BaseCommand):
    help = (
        "Put a backup in the place of the database. It is restored into a new one first and put "
        "in place only if every table is as it was; the database before it is kept."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("file", type=Path, nargs="?", help="A file that `manage backup` made.")
        what.add_argument(
            "--undo", action="store_true", help="Put the database back that was kept last."
        )
        what.add_argument(
            "--forget", action="store_true", help="Drop the databases that were kept."
        )

    def handle(self, *, file, undo, forget, verbosity, **options):
        progress = Progress(self.stderr if verbosity else None)
        try:
            if forget:
                self._forget()
            elif undo:
                self._tell("It is back in place.", restoring.undo(progress))
            else:
                self._tell(f"{file} is restored.", restoring.restore(file.absolute(), progress))
        except (BackupError, OSError, psycopg.Error) as error:
            raise CommandError(f"Nothing was changed. {error}") from error

    def _tell(self, done, kept):
        self.stdout.write(done)
        if kept:
            self.stdout.write(
                f"The database before is kept as {kept} until you say {COMMAND} --forget; "
                f"{COMMAND} --undo puts it back."
            )

    def _forget(self):
        for name, bytes_ in restoring.forget():
            self.stdout.write(f"{name} is dropped ({size(bytes_)}).")
        self.stdout.write("Nothing is kept any more.")
