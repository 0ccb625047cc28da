from django.core.management.base import BaseCommand

from annotations import first_data


class Command(BaseCommand):
    help = "Load the round of Istanbul, its first article and the article's coding, once."

    def handle(self, *args, verbosity, **options):
        was_loaded = first_data.load()
        if verbosity:
            self.stdout.write(
                "Loaded the first round, its article and its coding."
                if was_loaded
                else "The first data is there already; nothing changed."
            )
