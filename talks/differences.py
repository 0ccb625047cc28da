"""Two wordings as one text that shows what went and what came. Plain Python."""

import re
from typing import NamedTuple

from .anchoring import WORD, align

# White space that one does not see as such: all but a space between two signs.
UNSEEN = re.compile(r"[^\S\n ]|(?<! ) {2,}|^ +$")
NUMBER = re.compile(r"\d+(?:[.,]\d+)+")


class Piece(NamedTuple):
    """A stretch that both wordings have ("same"), that only the old or only the new one has.

    Of a kind "left out" it says how much both have that is not shown.
    """

    kind: str
    text: str

    @property
    def shown(self):
        """The text with marks for white space, where that may be all that changed."""
        return UNSEEN.sub(lambda found: "·" * len(found[0]), self.text).replace("\n", "¶\n")


def differences(old, new):
    """The pieces of both wordings, in order, what went before what came in its place.

    "same" and "old" joined are ``old``, "same" and "new" are ``new``. A single word that stayed
    between two changes is shown as changed with them, so that it can be read, and "1,000" against
    "1,200" as one number against another.
    """
    edges = _inside_numbers(old), _inside_numbers(new)
    whole = (_with_whole_numbers(block, *edges) for block in align(old, new))
    blocks = [block for block in whole if _is_telling(old, new, block)]
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


def shortened(pieces, around):
    """The pieces with ``around`` code points of what stayed at either side of each change."""
    short = []
    for piece in pieces:
        if piece.kind != "same" or len(piece.text) <= 3 * around:
            short.append(piece)
            continue
        left_out = len(piece.text[around:-around].split())
        short += [
            Piece("same", piece.text[:around]),
            Piece("left out", f"{left_out:,}"),
            Piece("same", piece.text[-around:]),
        ]
    return short


def _inside_numbers(text):
    """For each place inside a number, as behind the comma of "1,000": its start and end."""
    return {
        place: found.span()
        for found in NUMBER.finditer(text)
        for place in range(found.start() + 1, found.end())
    }


def _with_whole_numbers(block, in_old, in_new):
    """The block without the numbers that it holds a part of."""
    start, length = 0, block.length
    for numbers, at in ((in_old, block.old_start), (in_new, block.new_start)):
        if at in numbers:
            start = max(start, numbers[at][1] - at)
        if at + block.length in numbers:
            length = min(length, numbers[at + block.length][0] - at)
    length = max(0, length - start)
    return block._replace(
        old_start=block.old_start + start, new_start=block.new_start + start, length=length
    )


def _is_telling(old, new, block):
    """Whether a shared stretch is worth showing as such: at an edge, or more than one word."""
    is_first = block.old_start == 0 == block.new_start
    is_last = (block.old_start + block.length, block.new_start + block.length) == (
        len(old),
        len(new),
    )
    words = WORD.findall(old[block.old_start : block.old_start + block.length])
    return is_first or is_last or len(words) > 1
