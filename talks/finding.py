"""Every place in a text where some words stand, whatever case, accents and spaces. Plain Python.

Offsets are code points of the text as it is, although folding changes how many there are: "ß" is
compared as "ss", "İ" and "é" as one letter, a soft hyphen not at all.
"""

import bisect
import functools
import re
import unicodedata

from talks.text import widened_to_graphemes

ALIKE = str.maketrans("‘’‚‛′`´\u02bc“”„‟″«»‐‑‒–—−", "''''''''\"\"\"\"\"\"\"------")
# What is another letter with a stroke or without its dot; Unicode does not take these apart.
STROKES = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ø": "o", "ð": "d"}
    | {"æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
)
# Accents and vowel signs, of Latin, Greek, Cyrillic, Hebrew and Arabic letters: their words are
# written with and without. Elsewhere, as in Devanagari or Thai, signs are what a word is made of.
SIGNS = re.compile(
    r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\ufe00-\ufe0f"
    r"\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
# Of the Cyrillic letters with marks those that are written without: й and ї are no и and і.
ACCENTED = "ЁёЀѐЍѝ"
# One code point, and the accents of its own that may follow it.
LETTER = re.compile(r".[\u0300-\u036f]*", re.DOTALL)
NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[,.' ]\d{3})+(?!\d)|\d{4,}")
MOST = 1000  # places that are told
NEAR = 40  # code points beside a place that may belong to its graphemes


@functools.lru_cache(2**16)
def _folded(letter):
    """What a letter is compared as: nothing, one character or several; a space for any."""
    return "".join(_folded_char(char) for char in unicodedata.normalize("NFC", letter))


def _folded_char(char):
    if char.isspace():
        return " "
    is_own = "\u0400" <= char <= "\u052f" and char not in ACCENTED
    plain = char if is_own else SIGNS.sub("", unicodedata.normalize("NFKD", char))
    plain = unicodedata.normalize("NFKC", plain).casefold().translate(ALIKE).translate(STROKES)
    return "".join(
        str(unicodedata.digit(one)) if unicodedata.category(one) == "Nd" else one
        for one in SIGNS.sub("", plain)
        if unicodedata.category(one) != "Cf"
    )


def folded(text):
    """``text`` as it is compared, with the offset in ``text`` of each of its characters."""
    found, offsets = [], []
    for letter in LETTER.finditer(text):
        for one in _folded(letter[0]):
            if one == " " and found and found[-1] == " ":
                continue
            found.append(one)
            offsets.append(letter.start())
    return "".join(found), offsets


def places(text, words, *, whole=False, most=MOST, after=0):
    """Where ``words`` stand in ``text``: (start, end) pairs in order that do not overlap.

    With ``whole`` they stand neither in nor at the edge of a longer word; none begins before
    ``after``.
    """
    wanted = folded(words)[0].strip()
    if not wanted:
        return []
    wanted = _with_grouped_numbers(wanted)
    haystack, offsets = folded(text)
    found = []
    place = wanted.search(haystack, bisect.bisect_left(offsets, after))
    while place and len(found) < most:
        at, last = place.span()
        next_at = at + 1
        if not whole or _is_whole(haystack, at, last):
            start, end = _whole_graphemes(text, offsets[at], offsets[last - 1] + 1)
            if not found or start >= found[-1][1]:
                found.append((start, end))
                next_at = last
        place = wanted.search(haystack, next_at)
    return found


def _with_grouped_numbers(wanted):
    """A pattern of these words, which finds 1000 as 1,000, 1.000, 1'000 and 1 000, and so back."""
    parts, at = [], 0
    for number in NUMBER.finditer(wanted):
        digits = re.sub(r"\D", "", number[0])
        groups = re.findall(r"\d{1,3}(?=(?:\d{3})*$)", digits)
        parts += [re.escape(wanted[at : number.start()]), "[,.' ]?".join(groups)]
        at = number.end()
    return re.compile("".join(parts) + re.escape(wanted[at:]))


def _whole_graphemes(text, start, end):
    """The span widened so that it cuts no grapheme; it looks at what is near, not at the line."""
    first = max(0, start - NEAR)
    near = text[first : end + NEAR]
    start, end = widened_to_graphemes(near, start - first, end - first)
    return first + start, first + end


def _is_whole(haystack, start, end):
    before, after = haystack[start - 1 : start], haystack[end : end + 1]
    return not before.isalnum() and not after.isalnum()
