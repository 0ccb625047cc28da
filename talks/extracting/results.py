"""What comes of reading a file."""

from typing import NamedTuple


class Unreadable(Exception):
    """The file is refused; the message is for whoever sent it.

    ``proposals`` are encodings in which it could be text, as pairs of a name and its first words.
    """

    def __init__(self, message, proposals=()):
        super().__init__(message)
        self.message = message
        self.proposals = [tuple(one) for one in proposals]


class Extracted(NamedTuple):
    """The text with LF line ends, and what the file says of it, by fields of the article."""

    text: str
    fields: dict
    format: str
    encoding: str
    extractor: str
    extractor_version: str
