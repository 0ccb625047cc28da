"""A passage in the sentences around it. Plain Python."""

from itertools import pairwise
from typing import NamedTuple

from talks.text import Paragraph, sentences

REACH = 300  # code points on each side that are looked at
LONGEST_WORD = 40
LONGEST = 1_200  # code points of a passage that a list shows


class Context(NamedTuple):
    """What stands before and behind a passage, from where its sentence begins to where it ends."""

    before: str
    after: str


def around(before, exact, after):
    """Cut what stands around a passage down to its sentence.

    ``before`` and ``after`` are the text's :data:`REACH` code points on either side, fewer where
    the text begins or ends. A sentence that goes on beyond them is cut at a word, with an
    ellipsis.
    """
    _, line_end, line_before = before.rpartition("\n")
    line_after, next_line, _ = after.partition("\n")
    start = len(line_before)
    end = start + len(exact)
    line = line_before + exact.replace("\n", " ") + line_after
    found = sentences(Paragraph(1, "body", 0, len(line), line))
    starts = [one.start for one in found if one.start <= start] or [0]
    ends = [one.end for one in found if one.end >= end] or [len(line)]
    shown_before = line[starts[-1] : start]
    shown_after = line[end : ends[0]]
    if len(line_before) == REACH and not line_end and len(starts) == 1:
        shown_before = "…" + _from_a_word(shown_before)
    if len(line_after) == REACH and not next_line and len(ends) == 1:
        shown_after = _from_a_word(shown_after[::-1])[::-1] + "…"
    return Context(shown_before, shown_after)


def _from_a_word(text):
    """Leave out what may be half a word; not where words have no spaces between them."""
    half, _, rest = text.partition(" ")
    return rest if rest and len(half) < LONGEST_WORD else text


class Piece(NamedTuple):
    text: str
    is_marked: bool


def marked(paragraph, spans):
    """A paragraph cut where any of ``spans``, pairs of offsets in the article, begin or end."""
    spans = [(max(s, paragraph.start), min(e, paragraph.end)) for s, e in spans]
    spans = [(start, end) for start, end in spans if start < end]
    borders = {paragraph.start, paragraph.end, *(at for span in spans for at in span)}
    pieces = []
    for start, end in pairwise(sorted(borders)):
        is_marked = any(s <= start < e for s, e in spans)
        text = paragraph.text[start - paragraph.start : end - paragraph.start]
        if pieces and pieces[-1].is_marked == is_marked:
            text = pieces.pop().text + text
        pieces.append(Piece(text, is_marked))
    return pieces
