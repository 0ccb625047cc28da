"""From a file to an article: begun as an intake, prepared, and loaded; or at once, for many.

What is refused leaves nothing behind. Each step is one transaction, so a crash leaves an intake
as it last was saved, and an article whole or absent.
"""

import re
import uuid

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import CharField
from django.utils import timezone

from . import importing, languages, pieces
from .extracting import Unreadable
from .forms import ArticleForm
from .models import Article, Fingerprint, Intake, IntakeStatus, Origin, Original

# Those that a file can tell of, and those that are told for all files of one upload.
READ_FIELDS = (
    "title",
    "byline",
    "source_credit",
    "publisher",
    "url",
    "published_on",
    "language",
    "licence",
)
# Shares of the shorter text: from where a person is asked, and from where many files are held up.
ALIKE, MUCH_ALIKE = 0.5, 0.7
FILE_BYTES = 25_000_000


class Stale(Exception):
    """The intake was changed since: ``current`` is the intake as it stands."""

    def __init__(self, current):
        super().__init__("This was changed in the meantime.")
        self.current = current


class Alike(Exception):
    """There are articles much like this one, and nobody has said what it is to them."""

    def __init__(self, articles):
        super().__init__("There are articles much like this one. Say what it is to them.")
        self.articles = articles


def hold(alike):
    """Leave it to a person what is much like another: raises Alike."""
    raise Alike(alike)


class AlreadyHere(Exception):
    """The same file or text is here: an ``article``, or an ``intake`` or ``table`` in work."""

    def __init__(self, message, *, article=None, intake=None, table=None):
        super().__init__(message)
        self.message, self.article, self.intake, self.table = message, article, intake, table


def read(reader, content, **options):
    """The Extracted of a file, its text sound; raises Unreadable or ArticleRefused."""
    if len(content) > FILE_BYTES:
        raise Unreadable(f"The file is larger than the {FILE_BYTES:,} bytes that one may have.")
    found = reader.read(content, **options)
    return found._replace(text=importing.sound_text(found.text))


def is_page(content):
    """Whether pasted text looks like the source of a web page, or of a part of one."""
    return re.match(
        rb"\s*<(!doctype|html|head|body|article|main|section|div|p|h[1-6])\b", content, re.I
    )


def refuse_known_file(content):
    """Raise AlreadyHere where these bytes were loaded before, or are being prepared."""
    original = Original.objects.filter(sha256=importing.digest(content)).only("pk").first()
    if original is None:
        return
    if article := Article.objects.filter(original=original).order_by("pk").first():
        raise AlreadyHere("This file was loaded before.", article=article)
    if intake := Intake.objects.open().filter(original=original).order_by("pk").first():
        raise AlreadyHere("This file is being prepared already.", intake=intake)


def refuse_known_text(text):
    """Raise AlreadyHere where there is an article of just this text."""
    if article := Article.objects.filter(sha256=importing.digest(text.encode())).first():
        raise AlreadyHere("There is an article of this text.", article=article)


def begin(user, content, *, name, origin, reader, key=None, defaults=(), **options):
    """Read a file and begin to prepare it: an :class:`Intake`.

    ``defaults`` are fields of the article that hold unless the file says otherwise. Raises
    Unreadable, ArticleRefused or AlreadyHere, and then nothing is stored.
    """
    key = key or uuid.uuid4()
    if done := Intake.objects.filter(started_by=user, key=key).first():
        return done
    refuse_known_file(content)
    found = read(reader, content, name=name, **options)
    refuse_known_text(found.text)
    fields = fields_of(found, dict(defaults))
    if origin == Origin.ADDRESS:
        fields["url"] = fields["url"] or name
    try:
        with transaction.atomic():
            return Intake.objects.create(
                original=importing.keep_original(content, name),
                origin=origin,
                name=name[:300],
                **as_read(found),
                fields=fields | {"title_is_editorial": "" if fields["title"] else "on"},
                started_by=user,
                key=key,
            )
    except IntegrityError:
        if done := Intake.objects.filter(started_by=user, key=key).first():
            return done
        raise


def as_read(found):
    """The fields of an intake that say how and what was read."""
    return {
        "format": found.format,
        "encoding": found.encoding,
        "extractor": found.extractor,
        "extractor_version": found.extractor_version,
        "text": found.text,
        "layout": layout_of(found),
    }


def layout_of(found):
    """The text's pieces; a headline that is known as the title is dropped from the text."""
    layout = pieces.cut(found.text)
    first = " ".join(layout["pieces"][0]["text"].split())
    if first == found.fields.get("title") and len(layout["pieces"]) > 1:
        return pieces.set_kept(layout, [0], False)
    return layout


def fields_of(found, defaults):
    """What is typed in the form to begin with."""
    fields = {name: found.fields.get(name, "") for name in READ_FIELDS}
    fields["source_credit"] = fields["source_credit"] or importing.credit(found.text)
    told = {name: value for name, value in defaults.items() if value not in (None, "")}
    if language := told.pop("language", ""):
        fields["language"] = language
    else:
        fields["language"] = languages.settled(fields["language"], found.text)
    return fields | told


@transaction.atomic
def change(intake, version, *, fields=None, layout=None):
    """Store what is typed, and how the paragraphs stand. Raises Stale.

    ``layout`` is a function of the layout; it raises pieces.NoSuchPiece for what cannot be.
    """
    current = _current(intake, version)
    if fields is not None:
        current.fields = current.fields | fields
    if layout is not None:
        changed = layout(current.layout)
        current.steps = pieces.with_step(current.steps, current.layout, changed)
        current.layout = changed
    _save(current, "fields", "layout", "steps")
    return current


@transaction.atomic
def undo(intake, version, *, fields):
    """Take back the last change of the paragraphs. Raises Stale or pieces.NoSuchPiece."""
    current = _current(intake, version)
    if not current.steps:
        raise pieces.NoSuchPiece("There is nothing to undo.")
    *current.steps, last = current.steps
    current.layout = pieces.undone(current.layout, last)
    current.fields = current.fields | fields
    _save(current, "fields", "layout", "steps")
    return current


@transaction.atomic
def read_again(intake, version, *, reader, fields, **options):
    """Read the file anew, as another format or in another encoding. Raises Stale, Unreadable."""
    current = _current(intake, version)
    content = Original.objects.content_of(current.original_id)
    found = read(reader, content, name=current.name, **options)
    for name, value in as_read(found).items():
        setattr(current, name, value)
    current.fields, current.steps = current.fields | fields, []
    _save(current, *as_read(found), "fields", "steps")
    return current


@transaction.atomic
def discard(intake, version, *, fields):
    """Put an intake aside."""
    current = _current(intake, version)
    current.status = IntakeStatus.DISCARDED
    current.fields = current.fields | fields
    _save(current, "status", "fields")
    return current


@transaction.atomic
def take_up_again(intake, version):
    """Go on with an intake that was put aside."""
    current = _current(intake, version, IntakeStatus.DISCARDED)
    current.status = IntakeStatus.OPEN
    _save(current, "status")
    return current


@transaction.atomic
def finish(user, intake, version, fields, *, typed=(), variant_of=None, is_apart=False):
    """Make the article of an intake. Raises Stale, ArticleRefused, AlreadyHere or Alike.

    ``fields`` are the article's, valid, and ``typed`` the same as they were typed. Where there are
    articles much like it, it is the variant of one, or ``is_apart``.
    """
    current = _current(intake, version)
    text = importing.sound_text(current.outcome)
    refuse_known_text(text)
    if not is_apart:
        alike = Fingerprint.objects.like(text, least=ALIKE)
        chosen = next((article for article, _ in alike if article.pk == variant_of), None)
        if alike and chosen is None:
            raise Alike(alike)
        fields = fields | {"variant_of": chosen}
    article, was_new = importing.load(
        text,
        loaded_by=user,
        original=current.original,
        extractor=current.extractor,
        extractor_version=current.extractor_version,
        **fields,
    )
    if not was_new:
        raise AlreadyHere("There is an article of this text.", article=article)
    current.status, current.article = IntakeStatus.LOADED, article
    current.fields = current.fields | dict(typed)
    _save(current, "status", "article", "fields")
    return article


def load_at_once(
    content,
    *,
    name,
    reader,
    round,  # noqa: A002
    status,
    loaded_by=None,
    told=(),
    fallback="en",
    encoding="",
    on_alike=None,
):
    """A file as an article, without preparation.

    The fields ``told`` rule over what the file says; ``fallback`` is the language where neither
    file nor text tell it. ``on_alike`` is called with the articles that much of it stands in, as
    pairs with the share; it returns further fields, or raises. Raises Unreadable, ArticleRefused
    or AlreadyHere.
    """
    refuse_known_file(content)
    found = read(reader, content, name=name, encoding=encoding)
    text = importing.sound_text(pieces.assembled(layout_of(found)))
    refuse_known_text(text)
    fields = sound_fields(fields_of(found, {})) | {k: v for k, v in dict(told).items() if v}
    if on_alike and (alike := Fingerprint.objects.like(text, least=MUCH_ALIKE)):
        fields |= on_alike(alike)
    fields["language"] = fields["language"] or fallback
    with transaction.atomic():
        article, was_new = importing.load(
            text,
            round=round,
            status=status,
            loaded_by=loaded_by,
            original=importing.keep_original(content, name),
            extractor=found.extractor,
            extractor_version=found.extractor_version,
            **fields,
        )
        if not was_new:
            raise AlreadyHere("There is an article of this text.", article=article)
    return article


def sound_fields(fields):
    """What a file says of itself, without what could not be stored: nobody is there to mend it."""
    sound = {}
    for name, value in fields.items():
        field = ArticleForm.base_fields[name]
        try:
            sound[name] = field.clean(value)
        except ValidationError:
            sound[name] = field.empty_value if isinstance(field, CharField) else None
    return sound


def _current(intake, version, status=IntakeStatus.OPEN):
    """The intake as it stands, ours until the transaction ends."""
    current = Intake.objects.select_for_update(of=["self"]).with_original().get(pk=intake.pk)
    if current.version != version or current.status != status:
        raise Stale(current)
    return current


def _save(intake, *fields):
    intake.version += 1
    intake.updated_at = timezone.now()
    intake.save(update_fields=[*fields, "version", "updated_at"])
