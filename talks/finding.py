"""Every place in a text where some words stand, whatever case, accents and spaces. Plain Python.

Offsets are code points of the text as it is, although folding changes how many there are: "ß" is
compared as "ss", "İ" and "é" as one letter, a soft hyphen not at all.
"""

import bisect
import functools
import unicodedata

from talks.text import widened_to_graphemes

ALIKE = str.maketrans("‘’‚‛′“”„‟″«»‐‑‒–—−", '\'\'\'\'\'"""""""------')
MOST = 1000  # places that are told
NEAR = 40  # code points beside a place that may belong to its graphemes


@functools.cache
def _folded(char):
    """What a code point is compared as: nothing, one character or several; a space for any."""
    if char.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(
        one for one in plain.translate(ALIKE) if unicodedata.category(one) not in {"Mn", "Cf"}
    )


def folded(text):
    """``text`` as it is compared, with the offset in ``text`` of each of its characters."""
    found, offsets = [], []
    for offset, char in enumerate(text):
        for one in _folded(char):
            if one == " " and found and found[-1] == " ":
                continue
            found.append(one)
            offsets.append(offset)
    return "".join(found), offsets


def places(text, words, *, whole=False, most=MOST, after=0):
    """Where ``words`` stand in ``text``: (start, end) pairs in order that do not overlap.

    With ``whole`` they stand neither in nor at the edge of a longer word; none begins before
    ``after``.
    """
    wanted = folded(words)[0].strip()
    if not wanted:
        return []
    haystack, offsets = folded(text)
    found = []
    at = haystack.find(wanted, bisect.bisect_left(offsets, after))
    while at != -1 and len(found) < most:
        last = at + len(wanted)
        step = 1
        if not whole or _is_whole(haystack, at, last):
            start, end = _whole_graphemes(text, offsets[at], offsets[last - 1] + 1)
            if not found or start >= found[-1][1]:
                found.append((start, end))
                step = len(wanted)
        at = haystack.find(wanted, at + step)
    return found


def _whole_graphemes(text, start, end):
    """The span widened so that it cuts no grapheme; it looks at what is near, not at the line."""
    first = max(0, start - NEAR)
    near = text[first : end + NEAR]
    start, end = widened_to_graphemes(near, start - first, end - first)
    return first + start, first + end


def _is_whole(haystack, start, end):
    before, after = haystack[start - 1 : start], haystack[end : end + 1]
    return not before.isalnum() and not after.isalnum()
