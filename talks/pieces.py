"""The paragraphs of a text that is being prepared: dropped, split and joined. Plain Python.

A layout is ``{"pieces": [{"text", "gap", "kept"}, …], "tail": …}``: each piece with the white
space before it. Put together untouched it is the text it was cut from, byte for byte.
"""

import itertools
import unicodedata

import regex

from .text import UNSPACED

OF_UNSPACED = regex.compile(rf"[{UNSPACED}]")
LINE = regex.compile(r"[^\n]*\S[^\n]*")
UNDOABLE = 5000  # pieces in all the steps that can be undone; the last one always can


class NoSuchPiece(Exception):
    """The layout has no piece of this number, or it cannot be treated so: why, for a person."""

    def __init__(self, message="That paragraph stands no longer as it did on this page."):
        super().__init__(message)


def cut(text):
    """The layout of ``text``, a piece a line that holds more than white space."""
    pieces, end = [], 0
    for found in LINE.finditer(text):
        pieces.append({"text": found[0], "gap": text[end : found.start()], "kept": True})
        end = found.end()
    return {"pieces": pieces, "tail": text[end:]}


def assembled(layout):
    """The text of the pieces that are kept."""
    parts = []
    for number, piece in enumerate(layout["pieces"]):
        if piece["kept"]:
            # The white space before the first piece belongs to whoever begins the text.
            gap = piece["gap"] if parts or number == 0 else ""
            parts += [gap, piece["text"]]
    if layout["pieces"] and layout["pieces"][-1]["kept"]:
        parts.append(layout["tail"])
    return "".join(parts)


def set_kept(layout, numbers, kept):
    """A layout with these pieces kept or dropped."""
    chosen = set(numbers)
    _of(layout, max(chosen, default=0))
    pieces = [
        piece | {"kept": kept} if number in chosen else piece
        for number, piece in enumerate(layout["pieces"])
    ]
    return layout | {"pieces": pieces}


def joined(layout, number):
    """A layout in which a piece goes on where the last kept one before it ended.

    What was dropped between them, such as a page number, comes behind.
    """
    two, pieces = _of(layout, number), layout["pieces"]
    before = max((i for i in range(number) if pieces[i]["kept"]), default=None)
    if before is None or not two["kept"]:
        raise NoSuchPiece
    one = pieces[before]
    first, second = one["text"].rstrip(), two["text"].lstrip()
    is_spaced = not (_is_unspaced(first[-1]) and _is_unspaced(second[0]))
    both = one | {"text": f"{first}{' ' * is_spaced}{second}"}
    between = pieces[before + 1 : number]
    return layout | {"pieces": [*pieces[:before], both, *between, *pieces[number + 1 :]]}


def split(layout, number, offset):
    """A layout in which a piece ends before its code point ``offset``, where another begins."""
    pieces, piece = layout["pieces"], _of(layout, number)
    if offset not in itertools.accumulate(map(len, regex.findall(r"\X", piece["text"]))):
        raise NoSuchPiece("No paragraph can begin within a letter.")
    first, second = piece["text"][:offset].rstrip(), piece["text"][offset:].lstrip()
    if not first or not second:
        raise NoSuchPiece
    halves = [piece | {"text": first}, piece | {"text": second, "gap": "\n"}]
    return layout | {"pieces": [*pieces[:number], *halves, *pieces[number + 1 :]]}


def place_of(layout, number, words):
    """Where ``words`` stand in a piece, behind its beginning, rather not within other words."""
    text = _of(layout, number)["text"]
    pattern = r"\s+".join(map(regex.escape, words.split()))
    for before in (r"(?<!\w)", ""):
        if pattern and (found := regex.search(before + pattern, text, pos=1)):
            return found.start()
    raise NoSuchPiece("These words do not stand in that paragraph behind its beginning.")


def followed(layout, numbers, change):
    """What ``change`` makes of a layout, and the numbers that these pieces have then."""
    marked = [
        piece | {"is_followed": number in numbers} for number, piece in enumerate(layout["pieces"])
    ]
    changed = change(layout | {"pieces": marked})
    found = [i for i, piece in enumerate(changed["pieces"]) if piece.get("is_followed")]
    plain = [{k: v for k, v in one.items() if k != "is_followed"} for one in changed["pieces"]]
    return changed | {"pieces": plain}, found


def with_step(steps, old, new):
    """The steps that can be undone, with the one from a layout to another."""
    one, two = old["pieces"], new["pieces"]
    start, longest = 0, min(len(one), len(two))
    while start < longest and one[start] == two[start]:
        start += 1
    rest = 0
    while rest < longest - start and one[-1 - rest] == two[-1 - rest]:
        rest += 1
    step = {"at": start, "count": len(two) - rest - start, "pieces": one[start : len(one) - rest]}
    if not step["count"] and not step["pieces"]:
        return steps
    steps = [*steps, step]
    while len(steps) > 1 and sum(len(one["pieces"]) + 1 for one in steps) > UNDOABLE:
        steps = steps[1:]
    return steps


def undone(layout, step):
    """The layout as it was before a step."""
    pieces, end = layout["pieces"], step["at"] + step["count"]
    return layout | {"pieces": [*pieces[: step["at"]], *step["pieces"], *pieces[end:]]}


def _is_unspaced(character):
    """Whether it is of a script that sets no spaces between words, or of its punctuation."""
    is_wide = unicodedata.east_asian_width(character) in "WF"
    is_sign = is_wide and unicodedata.category(character)[0] == "P"
    return is_sign or bool(OF_UNSPACED.match(character))


def _of(layout, number):
    try:
        return layout["pieces"][number]
    except IndexError:
        raise NoSuchPiece from None
