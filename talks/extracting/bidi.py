"""Lines as they stand on a page, from left to right, in the order in which they are read.

A printed page says no more than where its letters stand. Source of the rules that are turned
round here: the Unicode Bidirectional Algorithm (UAX #9); where two orders look alike on paper,
a number behind a Latin word is read with it: "Covid 19".
"""

import re
import unicodedata

KINDS = {"R": "R", "AL": "R", "L": "L", "EN": "N", "AN": "N", "CS": "C", "ES": "S", "ET": "E"}
OPEN, CLOSED = "([{«‹", ")]}»›"
TURNED = dict(zip(OPEN + CLOSED, CLOSED + OPEN, strict=True))
# Runs that go to the right, by the kinds of their letters: what an Arabic letter stands before
# keeps signs such as % and - out of its numbers (rules W2, W4 and W5).
NUMBER, ARABIC_NUMBER = r"E*N+(?:[CS]N+)*E*", r"N+(?:CN+)*"
TO_THE_RIGHT, TO_THE_RIGHT_IN_ARABIC = (
    re.compile(rf"L(?:[^R]*L)?(?:[ S]?{number})?|{number}") for number in (NUMBER, ARABIC_NUMBER)
)
TO_THE_LEFT = re.compile(r"R(?:[^L]*R)?")


def goes_left(text, otherwise=False):
    """Whether most letters go from right to left; ``otherwise`` where there are as many."""
    kinds = _kinds(text)
    left, right = kinds.count("R"), kinds.count("L")
    return otherwise if left == right else left > right


def has_any(text):
    """Whether there is a letter that goes from right to left."""
    return "R" in _kinds(text)


def brackets_are_turned(lines):
    """Whether brackets stand as they are read, ``)such(``, and not as they look.

    LibreOffice writes them so, browsers do not; a line may have one of two, most have both.
    """
    votes = 0
    for line in lines:
        found = [one for one in line if one in TURNED]
        if found and goes_left(line):
            votes += (found[0] in CLOSED) - (found[0] in OPEN)
            votes += (found[-1] in OPEN) - (found[-1] in CLOSED)
    return votes > 0


def logical(glyphs, *, is_left, are_turned=False):
    """The text of a line's ``glyphs``, strings from left to right, as it is read.

    ``is_left`` says that its paragraph begins at the right, ``are_turned`` is
    :func:`brackets_are_turned`.
    """
    if is_left:
        return _to_the_left([TURNED.get(one, one) for one in glyphs] if are_turned else glyphs)
    text, done = "", 0
    for found in TO_THE_LEFT.finditer(_kinds(glyphs)):
        start, end = found.span()
        run = glyphs[start:end]
        before, behind = "".join(glyphs[done:start][-1:]), "".join(glyphs[end : end + 1])
        if before in CLOSED and before and TURNED[before] == behind:
            start, end, run = start - 1, end + 1, [behind, *run, before]
        text += "".join(glyphs[done:start]) + _to_the_left(run)
        done = end
    return text + "".join(glyphs[done:])


def _to_the_left(glyphs):
    text = "".join(glyphs)
    is_arabic = any(unicodedata.bidirectional(one) == "AL" for one in text)
    kinds, pieces, done = _kinds(glyphs), [], 0
    for found in (TO_THE_RIGHT_IN_ARABIC if is_arabic else TO_THE_RIGHT).finditer(kinds):
        start, end = found.span()
        if start < done:
            continue
        run = "".join(glyphs[start:end])
        behind = "".join(glyphs[end : end + 1])
        if behind in TURNED and run.count(TURNED[behind]) > run.count(behind):
            run, end = run + behind, end + 1
        pieces += [TURNED.get(one, one) for one in glyphs[done:start]] + [run]
        done = end
    pieces += [TURNED.get(one, one) for one in glyphs[done:]]
    return "".join(reversed(pieces))


def _kinds(glyphs):
    """One letter a glyph, of those in KINDS; a blank for what takes the direction around it."""
    return "".join(KINDS.get(unicodedata.bidirectional(one[0]), " ") for one in glyphs)
