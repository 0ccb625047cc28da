"""Web addresses and names such as ``@olena`` in what people write. Plain Python."""

import re
from typing import NamedTuple

from linkify_it import LinkifyIt

from accounts.names import normal_username

links = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
SCHEMES = ("http://", "https://")
# Within a word, an e-mail address or a path, "@" begins no name.
AT = re.compile(r"(?<![\w.@+/=-])@([\w.@+\u0300-\u036f-]+)")
MAY_END_A_SENTENCE = "._-@+"


class Piece(NamedTuple):
    """A stretch of text: plain, a web address with its ``url``, or a name.

    Of a name, ``names`` are the usernames that it may be, the longest first: a full stop behind
    it may belong to the name or to the sentence.
    """

    words: str
    url: str = ""
    names: tuple = ()


def pieces(text):
    """Cut ``text`` into :class:`Piece`; joined they are the text again."""
    at = 0
    for match in links.match(text) or []:
        if match.url.lower().startswith(SCHEMES):
            yield from _names(text[at : match.index])
            yield Piece(text[match.index : match.last_index], url=match.url)
            at = match.last_index
    yield from _names(text[at:])


def _names(text):
    at = 0
    for match in AT.finditer(text):
        if candidates := tuple(_candidates(match[1])):
            yield Piece(text[at : match.start()])
            yield Piece(match[0], names=candidates)
            at = match.end()
    yield Piece(text[at:])


def _candidates(word):
    while word:
        yield normal_username(word)
        if word[-1] not in MAY_END_A_SENTENCE:
            return
        word = word[:-1]


def names_in(text):
    """What ``text`` calls people by: for each place the usernames that it may mean."""
    return list(dict.fromkeys(piece.names for piece in pieces(text) if piece.names))
