"""`manage verify_history`: whether the history is whole."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from history import checking


class Command(BaseCommand):
    help = "Says which triggers of the history do not work, and which rows were changed past it."

    def handle(self, *args, **options):
        problems = checking.idle_triggers()
        if settings.DATABASE_APP:
            problems += checking.rights_too_many(settings.DATABASE_APP["USER"])
        problems += checking.holes()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"The history is not whole: {len(problems)} findings.")
        self.stdout.write("The history is whole.")
