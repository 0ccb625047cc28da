import os
from collections import Counter
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from talks import batches, importing, loading, tables
from talks.batches import Incoming
from talks.extracting import Reader, Unreadable, encodings
from talks.forms import clean_language
from talks.models import ArticleStatus, Round
from talks.tables import FIELDS


class Command(BaseCommand):
    help = (
        "Load articles from files, from folders and ZIP archives of files, and from tables (CSV, "
        "JSON Lines) with an article in each row. Each article is taken in whole or refused; what "
        "is there already stays as it is, so that a run that was broken off can be done again."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
        parser.add_argument("--round", required=True, metavar="SLUG", help="the round of talks")
        parser.add_argument("--title", default="", help="the headline; with one file only")
        parser.add_argument("--publish", action="store_true", help="open it to readers at once")
        parser.add_argument(
            "--variants",
            action="store_true",
            help=(
                f"of which {loading.MUCH_ALIKE:.0%} or more stands in another article, link it as "
                "that one's variant; else it is only told"
            ),
        )
        parser.add_argument(
            "--language",
            default="",
            help="BCP 47, such as en or uk; else what the file or its words tell, else en",
        )
        parser.add_argument(
            "--encoding",
            default="",
            choices=encodings.CHOICES,
            metavar="NAME",
            help=(
                "of text files and tables that are not in UTF-8 and do not say so: "
                f"{', '.join(encodings.CHOICES)}"
            ),
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="FIELD=NAME",
            help=(
                "of a table: which column holds a field; else what was chosen for the last table "
                f"with these columns, else what their names suggest. Fields: {', '.join(FIELDS)}"
            ),
        )
        parser.add_argument(
            "--dates",
            default="",
            choices=[order for order in tables.DATE_ORDERS if order],
            help="of a table: what comes first in dates such as 05/06/2025",
        )

    def handle(self, *args, files, title, publish, **options):
        files = [one for file in files for one in files_in(file)]
        if title and (len(files) > 1 or any(map(holds_many, files))):
            raise CommandError("--title names one article: give it with one file.")
        try:
            talks_round = Round.objects.get(slug=options["round"])
        except Round.DoesNotExist:
            known = ", ".join(Round.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(
                f"There is no round {options['round']!r}. There are: {known or 'none yet'}."
            ) from None
        dates = {"date_order": options["dates"]} if options["dates"] else {}
        self.mapping = mapping_of(options["column"]) | dates
        self.encoding, self.links = options["encoding"], options["variants"]
        self.language = language_of(options["language"])
        self.told = {"title": title, "language": self.language}
        self.fields = {
            "round": talks_round,
            "status": ArticleStatus.PUBLISHED if publish else ArticleStatus.DRAFT,
        }
        self.outcomes = Counter()
        try:
            with Reader() as reader:
                for file in files:
                    self.load_all(file, reader)
        except (OperationalError, InterfaceError) as error:
            raise CommandError(
                f"The database failed: {str(error).splitlines()[0]}. What is reported "
                "above is there; run the same again for the rest."
            ) from error
        count = self.outcomes.total()
        if count != 1:
            each = ", ".join(f"{number:,} {outcome}" for outcome, number in self.outcomes.items())
            self.stdout.write(f"{count:,} in all: {each}." if count else "There are no files.")
        if refused := self.outcomes["refused"]:
            raise CommandError(f"Refused: {refused} of {count}.")

    def load_all(self, file, reader):
        """Load the articles of one file, and say of each how it went."""
        place = printable(file)
        try:
            with file.open("rb") as opened:
                for incoming in self.articles_in(opened, file.name):
                    name = place if incoming.name == file.name else printable(incoming.name)
                    self.load(incoming, name, reader)
        except (OSError, Unreadable) as error:
            self.refuse(place, error.strerror if isinstance(error, OSError) else error)

    def articles_in(self, opened, name):
        """What a file holds, as :class:`Incoming`: itself, or the files or rows in it."""
        if tables.is_table(name):
            content = opened.read(tables.TABLE_BYTES + 1)
            self.is_decoded = True
            return tables.unattended(
                content,
                name,
                mapping=self.mapping,
                language=self.language,
                encoding=self.encoding,
            )
        self.is_decoded = False
        if batches.is_archive(File(opened, name=name)):
            return batches.unpacked([File(opened, name=name)])
        return [Incoming(name, opened.read(loading.FILE_BYTES + 1), self.told)]

    def load(self, incoming, name, reader):
        told = {"language": self.language} | incoming.told
        self.alike = []
        try:
            if incoming.refusal:
                raise Unreadable(incoming.refusal)
            article = loading.load_at_once(
                incoming.content,
                name=incoming.name.rpartition("/")[2],
                reader=reader,
                told=told,
                encoding="" if self.is_decoded else self.encoding,
                on_alike=self.note,
                **self.fields,
            )
        except (Unreadable, importing.ArticleRefused) as error:
            self.refuse(name, error)
        except loading.AlreadyHere as found:
            here = found.article or found.intake
            place = f"{here._meta.verbose_name} {here.pk}, {here.get_status_display().lower()}"
            self.tell("already there", f"{name}: already there as {place}; nothing changed.")
        else:
            status = article.get_status_display().lower()
            self.tell("loaded", f"{name}: loaded as article {article.pk}, {status}.{self.likes()}")

    def note(self, alike):
        """Remember what an article is much like; the fields that follow from it."""
        self.alike = alike
        return {"variant_of": alike[0][0]} if self.links else {}

    def likes(self):
        if not self.alike:
            return ""
        told = ", ".join(f"{share:.0%} in article {one.pk}" for one, share in self.alike)
        linked = "; linked as a variant of the first" if self.links else ""
        return f" Much of it stands elsewhere: {told}{linked}."

    def refuse(self, name, reason):
        self.tell("refused", f"{name}: refused. {reason}")

    def tell(self, outcome, line):
        self.outcomes[outcome] += 1
        self.stdout.write(line)
        # Whoever writes it to a file sees how far it has come.
        self.stdout.flush()


def files_in(place):
    """The files of a folder and of those in it, in order, but for hidden ones; or the file."""
    if not place.is_dir():
        return [place]
    found = [one for one in place.rglob("*") if one.is_file()]
    return sorted(
        one
        for one in found
        if not any(part.startswith(".") for part in one.relative_to(place).parts)
    )


def language_of(code):
    try:
        return code and clean_language(code)
    except ValidationError as error:
        raise CommandError(f"--language {code}: {' '.join(error.messages)}") from None


def holds_many(file):
    return tables.is_table(file.name) or file.suffix.lower() == ".zip"


def printable(name):
    return os.fsencode(name).decode(errors="replace")


def mapping_of(options):
    """``FIELD=NAME`` as a mapping."""
    mapping = {}
    for option in options:
        field, sign, name = option.partition("=")
        if not sign or field not in FIELDS:
            raise CommandError(f"--column {option}: write FIELD=NAME, FIELD being one of "
                               f"{', '.join(FIELDS)}.")  # fmt: skip
        mapping[field] = name
    return mapping
