"""The paragraphs of a text that is being prepared: dropped, split and joined. Plain Python.

A layout is ``{"pieces": [{"text", "gap", "kept"}, …], "tail": …}``: each piece with the white
space before it. Put together untouched it is the text it was cut from, byte for byte.
"""

import re

LINE = re.compile(r"[^\n]*\S[^\n]*")


class NoSuchPiece(Exception):
    """The layout has no piece of this number, or it cannot be treated so."""


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
    both = one | {"text": f"{one['text'].rstrip()} {two['text'].lstrip()}"}
    between = pieces[before + 1 : number]
    return layout | {"pieces": [*pieces[:before], both, *between, *pieces[number + 1 :]]}


def split(layout, number, offset):
    """A layout in which a piece ends before its code point ``offset``, where another begins."""
    pieces, piece = layout["pieces"], _of(layout, number)
    first, second = piece["text"][:offset].rstrip(), piece["text"][offset:].lstrip()
    if not first or not second:
        raise NoSuchPiece
    halves = [piece | {"text": first}, piece | {"text": second, "gap": "\n"}]
    return layout | {"pieces": [*pieces[:number], *halves, *pieces[number + 1 :]]}


def _of(layout, number):
    try:
        return layout["pieces"][number]
    except IndexError:
        raise NoSuchPiece from None
