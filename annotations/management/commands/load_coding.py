import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from annotations import first_data
from talks import coding_files, loading_coding
from talks.models import WorkStatus


class Command(BaseCommand):
    help = (
        "Load the coding of an article from a file: parties, people, positions, outcomes, events"
        " and the passages that prove them. All of it is taken, or nothing. See"
        " docs/reference/coding-file.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path, help="JSON, seed-coding/1")
        parser.add_argument(
            "--coder", metavar="NAME", help="whose work it is; “First coding” if left out"
        )
        parser.add_argument(
            "--status",
            choices=[WorkStatus.SUBMITTED, WorkStatus.ACCEPTED],
            default=WorkStatus.ACCEPTED,
            help="submitted leaves it to the reviewers; accepted, the default, shows it to all",
        )

        parser.add_argument(
            "--superseded",
            action="store_true",
            help="load it also where a newer version of the text has superseded the article",
        )

    def handle(self, *args, file, coder, status, superseded=False, **options):
        name = os.fsencode(file).decode(errors="replace")
        try:
            with file.open("rb") as opened:
                coding = coding_files.read(opened.read(coding_files.MAX_BYTES + 1))
            with transaction.atomic():
                new = loading_coding.load(
                    coding,
                    coder=self.coder(coder),
                    work_status=status,
                    on_superseded=superseded,
                )
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}") from None
        except coding_files.CodingRefused as refused:
            count = len(refused.faults)
            faults = "\n".join(f"  {fault}" for fault in refused.faults)
            noun = "fault" if count == 1 else "faults"
            raise CommandError(f"{name}: refused, {count} {noun}.\n{faults}") from None
        if any(new.values()):
            figures = ", ".join(
                f"{count} {what if count > 1 else loading_coding.COUNTED[what]}"
                for what, count in new.items()
                if count
            )
            self.stdout.write(f"{name}: loaded {figures}.")
        else:
            self.stdout.write(f"{name}: all of it is there already; nothing changed.")

    def coder(self, username):
        if username is None:
            return first_data.first_coder()
        found = User.objects.filter(username__iexact=username).first()
        if not found:
            raise CommandError(f"There is no account “{username}”.")
        return found
