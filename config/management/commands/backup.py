"""``manage backup FILE``: all of Parley's database in one file."""

from pathlib import Path

import psycopg
from django.core.management.base import BaseCommand, CommandError

from config.backups import BackupError, taking
from config.backups.progress import Progress, size


class Command(BaseCommand):
    help = "Write all that Parley holds into one file. People can go on working meanwhile."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="The file to be made.")
        parser.add_argument(
            "--replace", action="store_true", help="Write over a file that is there already."
        )

    def handle(self, *, file, replace, verbosity, **options):
        progress = Progress(self.stderr if verbosity else None)
        path = file.absolute()
        try:
            manifest = taking.take(path, progress, replace=replace)
        except (BackupError, OSError, psycopg.Error) as error:
            raise CommandError(f"No backup was made. {error}") from error
        rows = sum(count for count, _ in manifest["tables"].values())
        self.stdout.write(
            f"{path} holds {len(manifest['tables'])} tables with {rows:,} rows, "
            f"{size(path.stat().st_size)}. Only its owner can read it: keep it so, and keep a "
            f"copy on another machine."
        )
