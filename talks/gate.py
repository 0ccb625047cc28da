"""The gate for everything that is typed, sent or written into an address.

A form field for each kind of value, and the path converter ``<id:…>``. What passes can be
stored as it is: PostgreSQL takes no NUL, UTF-8 no lone surrogates, a column no number past its end.
"""

import re
import uuid

from django import forms
from django.urls import register_converter

LARGEST_INTEGER = 2**31 - 1
LARGEST_ID = 2**63 - 1

# PostgreSQL takes no NUL, UTF-8 no half of a surrogate pair.
UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
# Control characters but tab and line end, and the two code points that XML has no way to write.
HIDDEN_IN_TEXT = re.compile(r"[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# What nobody sees in a name, or what turns the words around it about: controls, line separators,
# soft hyphen, zero-width space and joiner of words, bidi marks, embeddings and isolates. The
# zero-width joiner and non-joiner stay: Persian words and many emoji are written with them.
HIDDEN_IN_NAME = re.compile(
    r"[\0-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def hidden_character_message(text, found):
    """Which character is refused and where it stands, so that it can be found and deleted."""
    before = re.sub(r"\s+", " ", HIDDEN_IN_NAME.sub("", text[: found.start()]))[-20:].strip()
    where = f"after “{before}”" if before else "at the beginning"
    return f"There is a hidden character (U+{ord(found[0]):04X}) {where}. Delete it there."


class TypedField(forms.CharField):
    """What all typed text has in common: no character of ``hidden``, line ends as LF.

    ``max_length`` counts code points, after line ends are joined; the browser, which counts
    UTF-16 units and cuts without a word, is not told of it.
    """

    hidden = HIDDEN_IN_TEXT

    def to_python(self, value):
        if not isinstance(value, str):
            return super().to_python(value)
        text = self.normal(value)
        if found := self.hidden.search(text):
            raise forms.ValidationError(hidden_character_message(text, found), code="hidden")
        return super().to_python(text)

    def normal(self, text):
        return text.replace("\r\n", "\n")

    def widget_attrs(self, widget):
        return {k: v for k, v in super().widget_attrs(widget).items() if k != "maxlength"}


class PlainTextField(TypedField):
    """Text of several lines, such as a note. Outer white space goes, unless ``strip=False``."""

    widget = forms.Textarea

    def normal(self, text):
        return super().normal(text).replace("\r", "\n")


class QuoteField(TypedField):
    """The exact words of a passage: whatever an article may hold, and not a space less."""

    widget = forms.HiddenInput
    hidden = UNSTORABLE
    default_error_messages = {"required": "Select some text first."}

    def __init__(self, **kwargs):
        super().__init__(strip=False, **kwargs)


class NameField(TypedField):
    """One line, with single spaces inside and none around it, all of it to be seen."""

    hidden = HIDDEN_IN_NAME

    def to_python(self, value):
        return " ".join(super().to_python(value).split())


class WordsField(NameField):
    """Words to look for, often copied: marks that no search looks at are left out."""

    unseen = re.compile(r"[\xad\u061c\u200b\u200e\u200f\u202a-\u202c\u2060-\u2069\ufeff]")

    def normal(self, text):
        return self.unseen.sub("", super().normal(text))


class NumberField(forms.Field):
    """A whole number from ``smallest`` to ``largest``, in ASCII digits alone."""

    widget = forms.HiddenInput
    smallest, largest = 0, LARGEST_INTEGER
    default_error_messages = {
        "invalid": "This must be a whole number in plain digits.",
        "range": "This number must be from %(smallest)d to %(largest)d.",
    }

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if not re.fullmatch(r"[0-9]+", str(value)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        # Python itself refuses to read some thousands of digits.
        digits = str(value).lstrip("0") or "0"
        number = int(digits) if len(digits) < 20 else LARGEST_ID + 1
        if not self.smallest <= number <= self.largest:
            raise forms.ValidationError(
                self.error_messages["range"],
                code="range",
                params={"smallest": self.smallest, "largest": self.largest},
            )
        return number


class CodePointField(NumberField):
    """A place in a text, counted in code points from 0."""

    default_error_messages = {"required": "Select some text first."}


class VersionField(NumberField):
    """The version of a row that its page showed."""

    smallest = 1
    default_error_messages = {"required": "This page is incomplete: reload it and try again."}


class IdField(NumberField):
    """The number of a row, which need not exist."""

    smallest, largest = 1, LARGEST_ID


class KeyField(forms.Field):
    """The browser's name for one request, which tells a second copy of it; made if missing."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": "This page is incomplete: reload it and try again."}

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "initial": uuid.uuid4, **kwargs})

    def to_python(self, value):
        if value in self.empty_values:
            return uuid.uuid4()
        if not KEY.fullmatch(str(value)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return uuid.UUID(str(value))


class IdConverter:
    """``<id:article_id>``: the number of a row, 1 to 2**63 - 1; anything else is no address."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value):
        number = int(value)
        if number > LARGEST_ID:
            raise ValueError
        return number

    def to_url(self, value):
        return str(value)


register_converter(IdConverter, "id")
