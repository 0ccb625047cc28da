"""``manage send_digests``: the daily mail, to those who want it."""

from django.core.management.base import BaseCommand, CommandError

from annotations import digests


class Command(BaseCommand):
    help = (
        "Mail everybody who wants it what is new in their inbox, once a day: run it daily, or"
        " more often to try again what failed."
    )

    def handle(self, **options):
        sent, failed = digests.send_due()
        if options["verbosity"]:
            self.stderr.write(f"{sent} sent, {failed} failed.")
        if failed:
            raise CommandError("Some mails could not be sent; run this again to try them again.")
