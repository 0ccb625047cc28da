"""Reading an article out of a file: bytes in, plain text and what is known of it out.

One module a format, each a plain function that imports nothing of Django. Files come from
strangers, so whatever needs a parser runs in a child process with limits: see ``sandbox``.
"""

from . import encodings
from .formats import FORMATS, Format, recognise
from .results import Extracted, Unreadable
from .sandbox import Reader

__all__ = ["FORMATS", "Extracted", "Format", "Reader", "Unreadable", "encodings", "recognise"]
