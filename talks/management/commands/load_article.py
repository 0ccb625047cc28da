import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from talks import importing, loading
from talks.extracting import Reader, Unreadable
from talks.models import ArticleStatus, Round


class Command(BaseCommand):
    help = "Load articles from files. Each is taken in whole or refused."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--round", required=True, metavar="SLUG", help="the round of talks")
        parser.add_argument("--title", default="", help="the headline; with one file only")
        parser.add_argument("--publish", action="store_true", help="open it to readers at once")
        parser.add_argument(
            "--language",
            default="",
            help="BCP 47, such as en or uk; else what the file or its words tell, else en",
        )

    def handle(self, *args, files, title, publish, language, **options):
        if title and len(files) > 1:
            raise CommandError("--title names one article: give it with one file.")
        try:
            talks_round = Round.objects.get(slug=options["round"])
        except Round.DoesNotExist:
            known = ", ".join(Round.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(
                f"There is no round {options['round']!r}. There are: {known or 'none yet'}."
            ) from None
        fields = {
            "round": talks_round,
            "told": {"title": title, "language": language},
            "status": ArticleStatus.PUBLISHED if publish else ArticleStatus.DRAFT,
        }
        with Reader() as reader:
            refused = sum(not self.load(file, reader, fields) for file in files)
        if refused:
            raise CommandError(f"Refused: {refused} of {len(files)}.")

    def load(self, file, reader, fields):
        """Load one file and say how it went; False if it was refused."""
        name = os.fsencode(file).decode(errors="replace")
        try:
            with file.open("rb") as opened:
                content = opened.read(loading.FILE_BYTES + 1)
            article, was_new = loading.load_at_once(
                content, name=file.name, reader=reader, **fields
            )
        except (OSError, Unreadable, importing.ArticleRefused) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            self.stdout.write(f"{name}: refused. {reason}")
            return False
        status = article.get_status_display().lower()
        if was_new:
            self.stdout.write(f"{name}: loaded as article {article.pk}, {status}.")
        else:
            self.stdout.write(
                f"{name}: already there as article {article.pk}, {status}; nothing changed."
            )
        return True
