"""Plain text: taken as it stands."""

from . import encodings


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    text, used = encodings.decode(data, encoding, declared)
    return text, {}, used
