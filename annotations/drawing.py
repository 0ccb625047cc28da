"""How passages are drawn over a text: disjoint segments with stacked underlines. Plain Python.

A segment is the stretch between two neighbouring borders of passages; it becomes one ``<mark>``.
Overlaps therefore need no nesting, and the marked text is the text itself, byte for byte.
"""

import itertools
from html import escape
from typing import NamedTuple

LANES = 3  # underlines that can be told apart below one line of text
ROOM = 4  # characters that the number of further underlines needs
NOTHING = ("", 0, ())


class Drawn(NamedTuple):
    """A passage as it is drawn: ``colours`` has one entry for each of its tags.

    ``footnote_at`` is the offset behind which the number of its notes stands on paper.
    ``anchor`` makes of it words that were looked for: no passage, but a place with an address.
    """

    pk: int
    start: int
    end: int
    colours: tuple = ()
    is_target: bool = False
    footnote_at: int | None = None
    anchor: str = ""


class Laned(NamedTuple):
    passage: Drawn
    lanes: tuple  # (lane, colour) pairs; a lane stays the same from the passage's start to its end


def in_lanes(passages):
    """Give each underline of ``passages`` (in reading order) the first lane that is free.

    A passage without tags takes one lane, drawn as a note's.
    """
    busy_until = []
    found = []
    for passage in passages:
        lanes = []
        free = (lane for lane, end in enumerate(busy_until) if end <= passage.start)
        for colour in () if passage.anchor else passage.colours or ("note",):
            lane = next(free, None)
            if lane is None:
                lane = len(busy_until)
                busy_until.append(passage.end)
            lanes.append((lane, colour))
        for lane, _ in lanes:
            busy_until[lane] = passage.end
        found.append(Laned(passage, tuple(lanes)))
    return found


def paragraphs_as_html(paragraphs, passages):
    """Draw ``passages`` (in reading order) over ``paragraphs``: a list of HTML, one each.

    The text of each HTML equals the text of its paragraph.
    """
    waiting = in_lanes(passages)
    waiting.reverse()
    active = []
    found = []
    for paragraph in paragraphs:
        while waiting and waiting[-1].passage.start < paragraph.end:
            active.append(waiting.pop())
        found.append(_paragraph_as_html(paragraph, active))
        active = [one for one in active if one.passage.end > paragraph.end]
    return found


def _paragraph_as_html(paragraph, laned):
    laned = [one for one in laned if one.passage.end > paragraph.start]
    starts = sorted(laned, key=lambda one: one.passage.start, reverse=True)
    borders = {paragraph.start, paragraph.end}
    for one in laned:
        borders.add(max(one.passage.start, paragraph.start))
        borders.add(min(one.passage.end, paragraph.end))
    borders = sorted(borders)
    order = {one.passage.pk: place for place, one in enumerate(laned)}
    covering = []
    segments = []
    for start, end in itertools.pairwise(borders):
        if any(one.passage.end <= start for one in covering):
            covering = [one for one in covering if one.passage.end > start]
        if starts and starts[-1].passage.start <= start:
            while starts and starts[-1].passage.start <= start:
                covering.append(starts.pop())
            covering.sort(key=lambda one: order[one.passage.pk])
        words = paragraph.text[start - paragraph.start : end - paragraph.start]
        segments.append((words, start, end, covering[:]))
    return "".join(_segment_as_html(*pair) for pair in itertools.pairwise([*segments, NOTHING]))


def _segment_as_html(segment, following):
    words, start, end, covering = segment
    html = escape(words, quote=False)
    if not covering:
        return html
    # Between short neighbours the numbers would lie one over the other: the last one speaks.
    is_crowded = len(words) < ROOM and _more(following[-1]) > 0
    return _mark(covering, html, start, end, 0 if is_crowded else _more(covering))


def _more(covering):
    """How many underlines there are below those that are drawn."""
    return sum(lane >= LANES for one in covering for lane, _ in one.lanes)


def _mark(covering, words, start, end, more):
    classes = []
    passages = []
    anchor = ""
    noted = []
    for one in covering:
        if one.passage.anchor:
            classes.append("found")
            if one.passage.start == start:
                anchor = f' id="{one.passage.anchor}"'
            continue
        passages.append(str(one.passage.pk))
        for lane, colour in one.lanes:
            if lane < LANES:
                classes.append(f"u{lane + 1}-{colour}")
        if one.passage.is_target:
            classes.append("target")
        if one.passage.footnote_at == end:
            noted.append(str(one.passage.pk))
    attributes = f' data-note="{" ".join(noted)}"' if noted else ""
    if more:
        attributes += f' data-more="+{more}"'
    if passages:
        attributes = f' data-passages="{" ".join(passages)}"{attributes}'
    return f'<mark class="{" ".join(sorted(classes))}"{anchor}{attributes}>{words}</mark>'
