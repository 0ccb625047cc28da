"""How an article comes in: decoded, given LF line ends, and from then on never changed."""

import hashlib
import re

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from . import gate
from . import text as plain_text
from .models import Article

MAX_BYTES = 5_000_000
# A file that starts like this is not plain text, however it would decode.
SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a Word, OpenDocument or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Word file",
    b"{\\rtf": "an RTF file",
    b"\xff\xfe": "in UTF-16",
    b"\xfe\xff": "in UTF-16",
}
# All control characters but tab and the ends of lines and pages.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class ArticleRefused(Exception):
    """A text or its particulars cannot be taken in; the message is for whoever sent it."""


def load(source, *, round, loaded_by=None, source_credit="", **fields):  # noqa: A002
    """Take in ``source``, bytes in UTF-8 or text, as an article of ``round``.

    ``fields`` are fields of the article, ``language`` always among them. Without a
    ``source_credit`` a last line "Source: …" gives it. Returns ``(article, was_new)``: the same
    text again gives the article that is there already, with nothing about it changed. Raises
    ArticleRefused.
    """
    text = plain_text.normalise(decode(source))
    refuse_what_is_no_article(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
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
    except IntegrityError:
        # Somebody may have loaded the same text in this very moment.
        if found := Article.objects.filter(sha256=sha256).first():
            return found, False
        raise
    return Article.objects.get(pk=article.pk), True


def decode(source):
    """Text from bytes in UTF-8, or from text that UTF-8 can hold; raises ArticleRefused."""
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
    for signature, name in SIGNATURES.items():
        if source.startswith(signature):
            raise ArticleRefused(f"This is {name}. Save the article as plain text in UTF-8.")
    try:
        return source.decode()
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise ArticleRefused(
            f"This is not UTF-8: byte {source[error.start]:#04x} in line {line}. "
            "Save the article as plain text in UTF-8."
        ) from None


def refuse_what_is_no_article(text):
    """Raise ArticleRefused for a text without words or with characters of binary files."""
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ArticleRefused(
            f"Line {line} has the control character U+{ord(found[0]):04X} in it, as binary files "
            "have. Save the article as plain text."
        )
    if not text.strip():
        raise ArticleRefused("There is no text in it.")


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
