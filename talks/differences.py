"""Two wordings as one text that shows what went and what came. Plain Python."""

import re
from typing import NamedTuple

from .anchoring import align

WORD = re.compile(r"\w+")


class Piece(NamedTuple):
    """A stretch that both wordings have ("same"), that only the old or only the new one has."""

    kind: str
    text: str


def differences(old, new):
    """The pieces of both wordings, in order, what went before what came in its place.

    "same" and "old" joined are ``old``, "same" and "new" are ``new``. A single word that stayed
    between two changes is shown as changed with them, so that it can be read.
    """
    blocks = [block for block in align(old, new) if _is_telling(old, new, block)]
    pieces = []
    old_at = new_at = 0
    for block in blocks:
        pieces += [
            Piece("old", old[old_at : block.old_start]),
            Piece("new", new[new_at : block.new_start]),
            Piece("same", old[block.old_start : block.old_start + block.length]),
        ]
        old_at = block.old_start + block.length
        new_at = block.new_start + block.length
    pieces += [Piece("old", old[old_at:]), Piece("new", new[new_at:])]
    return [piece for piece in pieces if piece.text]


def _is_telling(old, new, block):
    """Whether a shared stretch is worth showing as such: at an edge, or more than one word."""
    is_first = block.old_start == 0 == block.new_start
    is_last = (block.old_start + block.length, block.new_start + block.length) == (
        len(old),
        len(new),
    )
    words = WORD.findall(old[block.old_start : block.old_start + block.length])
    return is_first or is_last or len(words) > 1
