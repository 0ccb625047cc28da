"""Plain text: taken as it stands, but for lines that a margin broke."""

from . import encodings
from .wrapping import unwrapped_text


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    text, used = encodings.decode(data, encoding, declared)
    return unwrapped_text(text.replace("\r\n", "\n").replace("\r", "\n")), {}, used
