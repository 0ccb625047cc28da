"""How an article comes in: decoded, given LF line ends, and from then on never changed."""

import hashlib

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from . import gate, likeness
from . import text as plain_text
from .extracting import Unreadable, encodings
from .models import Article, Fingerprint, Original

MAX_BYTES = 5_000_000


class ArticleRefused(Exception):
    """A text or its particulars cannot be taken in; the message is for whoever sent it."""


def load(source, *, round, loaded_by=None, source_credit="", **fields):  # noqa: A002
    """Take in ``source``, text or bytes in UTF-8, as an article of ``round``.

    ``fields`` are fields of the article, ``language`` always among them. Without a
    ``source_credit`` a last line "Source: …" gives it. Returns ``(article, was_new)``: the same
    text again gives the article that is there already, with nothing about it changed. Raises
    ArticleRefused.
    """
    text = sound_text(source)
    sha256 = digest(text.encode())
    if found := Article.objects.filter(sha256=sha256).first():
        return found, False
    article = Article(
        round=round,
        loaded_by=loaded_by,
        source_credit=source_credit or credit(text),
        text=text,
        sha256=sha256,
        **fields,
    )
    refuse_unsound_particulars(article)
    try:
        with transaction.atomic():
            article.save(force_insert=True)
            Fingerprint.objects.create(article=article, features=likeness.features(text))
    except IntegrityError:
        # Somebody may have loaded the same text in this very moment.
        if found := Article.objects.filter(sha256=sha256).first():
            return found, False
        raise
    return Article.objects.get(pk=article.pk), True


def digest(content):
    return hashlib.sha256(content).hexdigest()


def keep_original(content, name):
    """The :class:`Original` of these bytes, kept once however often they come."""
    return Original.objects.keep(digest(content), name[:300], content)


def sound_text(source):
    """The text as it will be frozen; raises ArticleRefused for what can be no article's."""
    if isinstance(source, str):
        try:
            source = source.encode()
        except UnicodeEncodeError as error:
            code = ord(source[error.start])
            raise ArticleRefused(
                f"Character {error.start + 1} is half of a pair (U+{code:04X}) and no character."
            ) from None
    if len(source) > MAX_BYTES:
        raise ArticleRefused(
            f"The text has {len(source):,} bytes; an article may have {MAX_BYTES:,}."
        )
    try:
        text, _ = encodings.decode(source, "utf-8")
    except Unreadable as error:
        raise ArticleRefused(error.message) from None
    text = plain_text.normalise(text)
    # Signs without width are no text either.
    if not any(map(str.isalnum, text)):
        raise ArticleRefused("There is no text in it.")
    return text


def refuse_unsound_particulars(article):
    """Raise ArticleRefused where a field besides the text could not be stored as a name is."""
    for field in article._meta.fields:
        value = getattr(article, field.attname, None)
        if field.name == "text" or not isinstance(value, str):
            continue
        if found := gate.HIDDEN_IN_NAME.search(value):
            raise ArticleRefused(f"{field.name}: {gate.hidden_character_message(value, found)}")
        setattr(article, field.attname, " ".join(value.split()))
    try:
        article.full_clean(exclude=["text"], validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise ArticleRefused(
            " ".join(
                f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
            )
        ) from None


def credit(text):
    """What a last line "Source: CNN" names, or nothing where that is no name."""
    last = plain_text.paragraphs(text)[-1]
    if last.kind != "credit":
        return ""
    name = " ".join(last.text.partition(":")[2].split())
    is_name = len(name) <= Article._meta.get_field("source_credit").max_length
    return name if is_name and not gate.HIDDEN_IN_NAME.search(name) else ""
