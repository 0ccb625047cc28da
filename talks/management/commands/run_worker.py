import contextlib
import sys
import threading
import time

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from talks import batches

PAUSE = 2  # seconds
ROUND = 20  # seconds between two looks at what was forgotten or is done


class Command(BaseCommand):
    help = "Do what was left for the background, such as loading many articles. Runs until ended."

    def handle(self, *args, **options):
        threading.Thread(target=self.look_after_batches, daemon=True).start()
        while True:
            try:
                batches.resume_all()
                call_command(
                    "db_worker", interval=1, startup_delay=False, verbosity=0, reload=False
                )
            except (OperationalError, InterfaceError) as error:
                self.stderr.write(f"The database cannot be reached: {error}".splitlines()[0])
                connection.close()
                time.sleep(PAUSE)
            else:
                sys.exit(0)

    def look_after_batches(self):
        while True:
            time.sleep(ROUND)
            with contextlib.suppress(OperationalError, InterfaceError):
                batches.look_after()
            connection.close()
