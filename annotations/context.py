"""A passage in the sentences around it. Plain Python."""

from typing import NamedTuple

from talks.text import Paragraph, sentences

REACH = 300  # code points on each side that are looked at
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
    head, _, line_before = before.rpartition("\n")
    line_after, _, tail = after.partition("\n")
    reaches_out = len(line_before) == REACH and not head
    start = len(line_before)
    end = start + len(exact)
    line = line_before + exact.replace("\n", " ") + line_after
    found = sentences(Paragraph(1, "body", 0, len(line), line))
    first = max((one.start for one in found if one.start <= start), default=0)
    last = min((one.end for one in found if one.end >= end), default=len(line))
    shown_before = line[min(first, start) : start]
    shown_after = line[end : max(last, end)]
    if reaches_out and first == found[0].start:
        shown_before = "…" + shown_before.partition(" ")[2]
    if len(line_after) == REACH and not tail and last == found[-1].end:
        shown_after = shown_after.rpartition(" ")[0] + "…"
    return Context(shown_before, shown_after)
