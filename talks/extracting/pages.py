"""Printed pages: paragraphs put together from nothing but where letters stand, and their order.

What a page says of itself is not asked here, see ``tags``. Plain functions of :class:`Glyph`.
"""

import collections
import itertools
import re
import statistics
import unicodedata
from typing import NamedTuple

from . import bidi

SAME_SIZE = 0.85, 1.18
GUTTER = 5  # points between two columns
EDGE = 15  # points of a page's text within which a running head or a page number stands
WORD_GAP, WIDE_GAP = 0.1, 0.6  # of a letter's size
CELL_GAP = 0.3  # between cells that are set close
LONGEST = 60  # lines of a paragraph
FEWEST_ROWS = 3  # that have a gap at one place, where the gap parts columns
MOST_ROWS = 60  # rows of a page that are tried together
# Signs of private use are those of fonts of signs.
BULLETS = r"[•●○◦▪■□▫‣⁃∙·➢➤✓✔❖◆►▶\ue000-\uf8ff]|\(cid:\d+\)"
BULLET = re.compile(BULLETS)
LABEL = re.compile(
    rf"{BULLETS}|[-–—*]|(\d{{1,3}}|[A-Za-z]|[ivxIVX]{{1,5}})[.)]|\((\d{{1,3}}|[A-Za-z]|[ivx]{{1,5}})\)"
)
NOTE = re.compile(r"(\d{1,3}|[*†‡§]{1,3})[.)]?\s*[^\W\d_“\"«]")
PAGE_NUMBER = re.compile(
    r"[-–—\s]*((page|seite|p\.|стр\.|страница|стор\.)\s*)?\d{1,4}(\s*(of|/|von|sur|из|з)\s*\d{1,4})?"
    r"[-–—\s]*", re.IGNORECASE
)  # fmt: skip
# What browsers print over and under a page, besides its title and number.
PRINTED = re.compile(
    r"https?://\S+|\d{1,2}[./]\d{1,2}[./]\d{2,4},? \d{1,2}:\d{2}( ?[AP]M)?", re.IGNORECASE
)
ENDS = re.compile(r"[.!?…:;”\"»)\]؟؛۔׃]\s*$")
LIGATURES = re.compile("[\ufb00-\ufb06\ufb13-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc]+")


class Glyph(NamedTuple):
    """A letter, the ends of its place on its base line, its size, and its number in the file."""

    text: str
    left: float
    right: float
    base: float
    size: float
    number: int
    # Of a tagged document, the number of the paragraph that it stands in.
    block: int | None = None


class Gap(NamedTuple):
    """A gap in a row, before the glyph at ``index``.

    ``follows`` says that what stands at both its sides was printed one after the other, ``is_even``
    that all other gaps in what was so printed are as wide, ``is_odd`` that many are far narrower.
    """

    index: int
    left: float
    right: float
    follows: bool
    is_even: bool
    is_odd: bool


class Line(NamedTuple):
    """A line of a column, its text as it is read, and its place in points.

    ``start`` and ``stop`` grow in the direction in which it is read; ``word`` is the width of
    its first word, ``block`` that of its glyphs.
    """

    page: int
    start: float
    stop: float
    base: float
    size: float
    word: float
    is_item: bool
    text: str
    block: int | None


class Box(NamedTuple):
    """Groups of glyphs that stand below one another and follow one another in the file."""

    rows: list
    left: float
    bottom: float
    right: float
    top: float


def lines_of(glyphs, page):
    """The lines of a page in reading order; columns from the right where the text goes left."""
    glyphs = _on_their_lines(_once(glyphs))
    segments = _labelled(_segments(_rows(glyphs)))
    segments, capitals = _without_drop_capitals(segments)
    boxes = _boxes(segments)
    raw = ["\n".join(map(raw_text, box.rows)) for box in boxes]
    is_left = bidi.goes_left("".join(raw))
    are_turned = bidi.brackets_are_turned("\n".join(raw).splitlines())
    found = []
    for box in in_reading_order(boxes, is_left):
        begins_right = bidi.goes_left("".join(map(raw_text, box.rows)), otherwise=is_left)
        for row in box.rows:
            line = _line(row, page, begins_right, are_turned)
            if line.text:
                found.append(_with_drop_capital(line, row, capitals))
    return found


# Glyphs to lines


def _once(glyphs):
    """Without what is printed twice, a hair apart, to look bold."""
    kept, seen = [], {}
    for one in glyphs:
        at = seen.get((one.text, round(one.base)))
        if at is not None and one.text.strip() and abs(one.left - at) < 0.08 * one.size:
            continue
        seen[one.text, round(one.base)] = one.left
        kept.append(one)
    return kept


def _on_their_lines(glyphs):
    """With raised and lowered small letters, such as numbers of notes, on the line beside them."""
    found, full = [], None
    for one in glyphs:
        if (
            full is not None
            and 0.5 * full.size < one.size < 0.9 * full.size
            and 0 < abs(one.base - full.base) < 0.6 * full.size
            and -0.2 * full.size < one.left - found[-1].right < 0.6 * full.size
        ):
            found.append(one._replace(base=full.base))
        else:
            full = one
            found.append(one)
    return found


def _rows(glyphs):
    """Glyphs in groups that stand on one base line, from the top, each from left to right.

    A mark without a width comes behind the letter that it stands over.
    """
    rows = []
    for one in sorted(glyphs, key=lambda one: (-one.base, one.number)):
        if not one.text.strip() and not one.right > one.left:
            continue
        near = [
            row
            for row in rows[-3:]
            if row[0].base - one.base < 0.35 * min(row[0].size, one.size)
            and max(row[0].size, one.size) < 1.7 * min(row[0].size, one.size)
        ]
        if near:
            near[-1].append(one)
        else:
            rows.append([one])
    for row in rows:
        row.sort(key=lambda one: (one.left + (0 if one.right > one.left else 0.1),
                                  one.left - one.right))  # fmt: skip
    return [[one for index, one in enumerate(row) if not _is_covered(row, index)] for row in rows]


def _is_covered(row, index):
    """Whether a space stands on a letter beside it, as browsers print soft hyphens."""
    space = row[index]
    middle = (space.left + space.right) / 2
    return not space.text.strip() and any(
        one.text.strip() and one.left < middle < one.right
        for one in row[max(0, index - 1) : index + 2]
    )


def _segments(rows):
    """Rows cut where a gap parts columns or cells, and not the words of a justified line."""
    gaps = [_gaps(row) for row in rows]
    segments = []
    for index, row in enumerate(rows):
        cuts = [gap.index for gap in gaps[index] if _parts(rows, gaps, index, gap)]
        segments += [row[start:stop] for start, stop in itertools.pairwise([0, *cuts, len(row)])]
    return [trimmed for one in segments if (trimmed := _trimmed(one))]


def _trimmed(row):
    """A row without the spaces at its ends."""
    printed = [index for index, one in enumerate(row) if one.text.strip()]
    return row[printed[0] : printed[-1] + 1] if printed else []


def _gaps(row):
    """A row's :class:`Gap` list, of those that are wider than most between words."""
    spaces, part, last = [], 0, None
    for index, one in enumerate(row):
        if not one.text.strip() or not one.right > one.left:
            continue
        if last is not None and one.left - last.right > WORD_GAP * one.size:
            follows = abs(one.number - last.number) == 1
            part += not follows
            spaces.append((part, Gap(index, last.right, one.left, follows, False, False)))
        if last is None or one.right > last.right:
            last = one
    found = []
    for part, gap in spaces:
        width = gap.right - gap.left
        if width > (WIDE_GAP if gap.follows else CELL_GAP) * row[gap.index].size:
            others = [
                two.right - two.left
                for other, two in spaces
                if other == part and two.follows and two is not gap
            ]
            # Three short cells may stand evenly too, but far apart.
            is_even = bool(others) and 0.75 * max(others) < width < 1.33 * min(others)
            is_even = is_even and (len(others) > 1 or width < 2.5 * row[gap.index].size)
            narrow = [one for one in others if one <= WIDE_GAP * row[gap.index].size]
            is_odd = bool(narrow) and width > max(
                3 * statistics.median(narrow), row[gap.index].size
            )
            found.append(gap._replace(is_even=is_even, is_odd=is_odd))
    return found


def _parts(rows, gaps, index, gap):
    """Whether a gap parts columns or cells.

    The words of a justified line all stand equally far apart. Else it tells where the rows
    around have a gap too.
    """
    width, size = gap.right - gap.left, rows[index][0].size
    is_jump = not gap.follows and width > WIDE_GAP * size
    if is_jump or gap.is_odd or width > 10 * size:
        return True
    return (
        not (gap.follows and gap.is_even) and _rows_with_gap(rows, gaps, index, gap) >= FEWEST_ROWS
    )


def _rows_with_gap(rows, gaps, index, gap):
    """How many rows around, with this one, have a gap at the same place."""
    size = rows[index][0].size
    least = (0.5 if gap.follows else CELL_GAP) * size
    count = 1
    for step in (-1, 1):
        near, base, one, two = index + step, rows[index][0].base, gap.left, gap.right
        while 0 <= near < len(rows) and abs(rows[near][0].base - base) < 2.5 * size:
            common = [
                (max(one, other.left), min(two, other.right), other.is_odd)
                for other in gaps[near]
                if other.follows == gap.follows
                and min(two, other.right) - max(one, other.left) > least
            ]
            if any(is_odd for *_, is_odd in common):
                return FEWEST_ROWS
            if common:
                (one, two, _), base, count = common[0], rows[near][0].base, count + 1
            elif abs(rows[near][0].base - base) > 0.5 * size:
                break
            # Else it is another column's line, between two of this one's.
            near += step
    return count


def raw_text(row):
    """A row's letters from left to right."""
    return "".join(one.text for one in row)


def _labelled(segments):
    """With a list's bullets and numbers in front of what stands beside them."""
    labels = [one for one in segments if LABEL.fullmatch(raw_text(one).strip())]
    found = {id(one): one for one in segments}
    for label in labels:
        base, size, right = label[0].base, label[0].size, label[-1].right
        beside = [
            one
            for one in segments
            if abs(one[0].base - base) < 0.5 * max(size, one[0].size)
            and -0.2 * size < one[0].left - right < 5 * one[0].size
        ]
        if beside and id(label) in found:
            nearest = min(beside, key=lambda one: one[0].left)
            found[id(nearest)] = [*label, *nearest]
            del found[id(label)]
    return list(found.values())


def _without_drop_capitals(segments):
    """Segments without capitals that stand before several lines; these by the line they begin."""
    capitals = {}
    kept = []
    for one in segments:
        text = raw_text(one).strip()
        beside = []
        if len(text) <= 2 and text[-1:].isalpha():
            size, right = one[0].size, max(glyph.right for glyph in one)
            beside = [
                row
                for row in segments
                if row[0].size * 1.7 < size
                and -0.3 * row[0].size < row[0].left - right < 2 * row[0].size
                and one[0].base - 0.5 * row[0].size < row[0].base < one[0].base + 0.9 * size
            ]
        if len(beside) < 2:
            kept.append(one)
            continue
        first = max(beside, key=lambda row: row[0].base)
        for row in beside:
            capitals[id(row)] = (text if row is first else "", one[0].left)
    return kept, capitals


def _with_drop_capital(line, row, capitals):
    if id(row) not in capitals:
        return line
    text, left = capitals[id(row)]
    return line._replace(start=left, text=text + line.text)


def _boxes(segments):
    """Segments in boxes: each below the one before it, which it follows in the file."""
    boxes = []
    order = sorted(segments, key=lambda row: min(one.number for one in row))
    for row in order:
        above = boxes[-1][-1] if boxes else None
        if above is not None and _follows(above, row):
            boxes[-1].append(row)
        else:
            boxes.append([row])
    return [
        Box(
            rows,
            min(row[0].left for row in rows),
            min(row[0].base - 0.2 * row[0].size for row in rows),
            max(one.right for row in rows for one in row if one.text.strip()),
            max(row[0].base + 0.7 * row[0].size for row in rows),
        )
        for rows in boxes
    ]


def _follows(above, row):
    size = row[0].size
    step = above[0].base - row[0].base
    return (
        SAME_SIZE[0] < size / above[0].size < SAME_SIZE[1]
        and 0.5 * size < step < 2.2 * size
        and min(above[-1].right, row[-1].right) - max(above[0].left, row[0].left) > 0
        and _is_aligned(above, row)
    )


def _is_aligned(one, two):
    """Whether two rows begin, end or have their middle at much the same place."""
    left, right = two[0].left - one[0].left, two[-1].right - one[-1].right
    size = two[0].size
    is_near = one[0].base - two[0].base < 1.6 * size
    return min(abs(left), abs(right)) < 3 * size or (is_near and abs(left + right) < 2 * size)


def _line(row, page, begins_right, are_turned):
    glyphs = joined_glyphs(row)
    text = "".join(glyphs)
    if bidi.has_any(text) or begins_right:
        text = bidi.logical(glyphs, is_left=begins_right, are_turned=are_turned)
    printed = [one for one in row if one.text.strip() and one.right > one.left] or row
    left, right = printed[0].left, max(one.right for one in printed)
    start, stop = (-right, -left) if begins_right else (left, right)
    label = _label(printed)
    if label:
        start = printed[label].left
    text = plain(text)
    if bullet := BULLET.match(text):
        text = text[bullet.end() :].lstrip()
    size = statistics.median(one.size for one in printed)
    word = _first_word(printed[::-1] if begins_right else printed, size)
    # A list's label stands in a part of its own.
    block = max(printed, key=lambda one: one.number).block
    return Line(page, start, stop, row[0].base, size, word, bool(label or bullet), text, block)


def _label(printed):
    """How many glyphs are a list's number, which stands apart from the item, or bullet."""
    for count in range(1, min(len(printed), 7)):
        label, gap = printed[:count], printed[count].left - printed[count - 1].right
        least = 0 if BULLET.fullmatch(raw_text(label)) else 0.5 * printed[count].size
        if gap > least:
            text = raw_text(label)
            # A dash may begin what somebody says, and the words of its line be spread.
            return count if LABEL.fullmatch(text) and text not in "-–—" else 0
    return 0


def _first_word(printed, size):
    for one, two in itertools.pairwise(printed):
        gap = max(two.left - one.right, one.left - two.right)
        if gap > 0.15 * size:
            return abs(one.right - printed[0].left)
    return abs(printed[-1].right - printed[0].left)


def joined_glyphs(row):
    """The texts of a row's glyphs, with spaces where words stand apart."""
    found, end = [], None
    for one in row:
        if not one.right > one.left:
            # A mark over the letter before it; what stands under none says nothing.
            if found:
                found[-1] += one.text
            continue
        if end is not None and one.left - end > WORD_GAP * one.size:
            found.append(" ")
        found.append(one.text)
        end = one.right
    return found


def plain(text):
    """A line's text, with ligatures and shapes of letters as the letters they stand for."""
    text = LIGATURES.sub(lambda one: unicodedata.normalize("NFKC", one[0]), text)
    return " ".join(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).split())


# The order in which boxes are read


def in_reading_order(boxes, is_left=False):
    """Columns from left to right, each from top to bottom, below what stands over all of them.

    From right to left where ``is_left``; tables row by row. Source: the recursive X-Y cut of
    Nagy and Seth (1984).
    """

    def across(box):
        return (-box.right, -box.left) if is_left else (box.left, box.right)

    def down(box):
        return (-box.top, -box.bottom)

    columns = _cut(boxes, across, GUTTER)
    rows = _cut(boxes, down, 0)
    if len(columns) > 1 and not (len(rows) > 1 and _is_table(columns, rows, across)):
        return [box for column in columns for box in in_reading_order(column, is_left)]
    if len(rows) < 2:
        return sorted(boxes, key=lambda box: (-box.top, across(box)))
    if len(columns) > 1:
        return [box for row in rows for box in in_reading_order(row, is_left)]
    # As many rows at once as columns go through: their paragraphs may end at one height.
    found = []
    while rows:
        for count in range(min(len(rows), MOST_ROWS), 0, -1):
            band = [box for row in rows[:count] for box in row]
            if count == 1 or _stand_together(_cut(band, across, GUTTER)):
                found += in_reading_order(band, is_left)
                rows = rows[count:]
                break
    return found


def _stand_together(columns):
    """Whether columns stand beside one another, and not merely further left and further right."""
    if len(columns) < 2:
        return False
    spans = sorted((min(one.bottom for one in boxes), max(one.top for one in boxes))
                   for boxes in columns)  # fmt: skip
    height = max(top for _, top in spans) - spans[0][0]
    shared = max(
        min(one[1], two[1]) - max(one[0], two[0]) for one, two in itertools.combinations(spans, 2)
    )
    return shared > 0.15 * height


def _is_table(columns, rows, across):
    """Whether boxes are cells of a table: no columns of prose, and written row by row."""
    prose = 0
    for column in columns:
        lines = [row for box in column for row in box.rows]
        width = max(box.right for box in column) - min(box.left for box in column)
        filled = statistics.median(row[-1].right - row[0].left for row in lines)
        prose += len(lines) >= FEWEST_ROWS and filled > 0.7 * width > 60
    # What a cell has of lines, and a column of paragraphs, was printed together.
    lengths = [len(box.rows) for column in columns for box in column]
    if prose > 1 and 2 * lengths.count(1) > sum(lengths):
        return False
    by_rows = [box for row in rows for box in sorted(row, key=across)]
    by_columns = [box for column in columns for box in sorted(column, key=lambda one: -one.top)]
    return _turns(by_rows) < _turns(by_columns)


def _turns(boxes):
    """How often an order goes back in the file."""
    return sum(one.rows[0][0].number > two.rows[0][0].number for one, two in
               itertools.pairwise(boxes))  # fmt: skip


def _cut(boxes, span, least):
    """Boxes in groups that a gap of more than ``least`` parts, along one direction."""
    groups, end = [], None
    for box in sorted(boxes, key=lambda one: span(one)[0]):
        start, stop = span(box)
        if end is None or start - end > least:
            groups.append([])
        groups[-1].append(box)
        end = stop if end is None else max(end, stop)
    return groups


# Lines to paragraphs


def without_running_lines(pages):
    """Pages without the heads and page numbers that stand over or under the text of most."""
    if not any(pages):
        return pages
    body = _body_size(pages)
    for _ in range(3):
        kept = _without_outermost(pages, body)
        if kept == pages or not any(kept):
            break
        pages = kept
    return pages


def _body_size(pages):
    """The size of most letters."""
    sizes = collections.Counter()
    for line in itertools.chain.from_iterable(pages):
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0]


def _without_outermost(pages, body):
    def running(line):
        return re.sub(r"\d+", "0", line.text.casefold())

    def outermost(page):
        highest = max((one.base for one in page), default=0)
        lowest = min((one.base for one in page), default=0)
        return [one for one in page if one.base > highest - EDGE or one.base < lowest + EDGE]

    counts = collections.Counter(
        one for page in pages for one in set(map(running, outermost(page)))
    )
    often = max(2, 0.4 * len(pages))

    def goes(line, page):
        away = [abs(one.base - line.base) for one in page if one is not line]
        # Not the first or last of a text whose lines are alike.
        is_apart = abs(line.size - body) > 0.05 * body or all(
            one < 0.5 * line.size or one > 1.6 * line.size for one in away
        )
        # A number in a table's last row has others beside it.
        is_number = line.size < 0.95 * body and PAGE_NUMBER.fullmatch(line.text)
        return (is_apart and counts[running(line)] >= often) or (
            is_number and all(one >= line.size for one in away)
        )

    kept = []
    for page in pages:
        outer = outermost(page)
        printed = {
            one.base for one in outer if one.size < 0.95 * body and PRINTED.fullmatch(one.text)
        }
        kept.append([
            one for one in page
            if not (one in outer and (one.base in printed or goes(one, page)))
        ])  # fmt: skip
    return kept


def with_notes_last(pages):
    """Pages with the notes at their columns' feet behind them all: a text goes on over them."""
    if not any(pages):
        return pages
    body = _body_size(pages)
    found, notes = [], []
    for page in pages:
        kept = []
        for column in _columns(page):
            small = list(itertools.takewhile(lambda one: one.size < 0.92 * body, reversed(column)))
            first = next((at for at, one in enumerate(small[::-1]) if NOTE.match(one.text)), None)
            feet = [] if first is None else column[len(column) - len(small) + first :]
            lowest = min((one.base for one in page if one.size >= 0.92 * body), default=0)
            if feet and feet[0].base < lowest:
                notes += [one._replace(is_item=bool(NOTE.match(one.text))) for one in feet]
                column = column[: -len(feet)]
            kept += column
        found.append(kept)
    return [*found, notes]


def paragraphs(lines):
    """Lines in groups, each a paragraph, also over columns and pages."""
    if not _are_tagged_soundly(lines):
        lines = [line._replace(block=None) for line in lines]
    columns = _columns(lines)
    leading = _usual_leading(columns)
    found = []
    for number, column in enumerate(columns):
        for index, line in enumerate(column):
            if index:
                begins = _begins(column, index, leading)
            else:
                begins = not found or not _goes_on(columns[number - 1], found[-1], column)
            if begins:
                found.append([])
            found[-1].append(line)
    return found


def _are_tagged_soundly(lines):
    """Whether blocks are paragraphs: some programs make one of each line, or one of a page."""
    steps = [(one, two) for one, two in itertools.pairwise(lines) if one.block != two.block]
    broken = sum(_goes_on_small(two) and not ENDS.search(one.text) for one, two in steps)
    largest = max(collections.Counter(line.block for line in lines).values(), default=0)
    return broken <= len(steps) / 5 and largest <= LONGEST


def _columns(lines):
    """Lines in groups in which each stands below the one before."""
    columns = []
    for line in lines:
        above = columns[-1][-1] if columns else None
        if (
            above is None
            or above.page != line.page
            or above.base <= line.base
            or min(above.stop, line.stop) <= max(above.start, line.start)
        ):
            columns.append([])
        columns[-1].append(line)
    return columns


def _usual_leading(columns):
    """By sizes, the distance of the lines that go on within a paragraph."""
    steps = collections.defaultdict(collections.Counter)
    for column in columns:
        for index, (above, line) in enumerate(itertools.pairwise(column), start=1):
            if _is_same_size(above, line) and not _would_fit(column, index):
                size = round(line.size)
                steps[size][round((above.base - line.base) * 2) / 2] += 1
    usual = {size: found.most_common(1)[0] for size, found in steps.items()}
    # So far apart stand single lines too, unless there are many.
    return {
        size: step
        for size, (step, count) in usual.items()
        if step < 1.7 * size or count > FEWEST_ROWS
    }


def _is_same_size(one, two):
    return SAME_SIZE[0] < two.size / one.size < SAME_SIZE[1]


def _would_fit(column, index):
    """Whether a line's first word would have had room on the line above it."""
    above, line = column[index - 1], column[index]
    around = [one for one in column[max(0, index - 3) : index + 3] if _is_same_size(one, line)]
    room = max(one.stop for one in around) - above.stop
    return room > line.word + 0.35 * line.size


def _begins(column, index, leading):
    """Whether a line, and not the first of its column, begins a paragraph."""
    above, line = column[index - 1], column[index]
    if None not in (above.block, line.block):
        # Within a paragraph there may be line ends.
        is_end = ENDS.search(above.text) and _would_fit(column, index)
        return above.block != line.block or bool(is_end)
    below = column[index + 1] if index + 1 < len(column) else None
    if line.is_item or not _is_same_size(above, line):
        return True
    step = (above.base - line.base) / leading.get(round(line.size), 1.3 * line.size)
    ends = ENDS.search(above.text)
    small = _goes_on_small(line)
    fits = _would_fit(column, index)
    # Cells are often set wider than what stands around them.
    if step > 1.25 and (step > 1.8 or ends or fits or not small):
        return True
    if _is_indented(line, above, below) and (ends or not small):
        return True
    is_broken_off = small or above.text.endswith((",", "-", "–", "—"))
    return fits and bool(ends or not (is_broken_off or _is_large(above, leading)))


def _is_indented(line, above, below):
    least = 0.6 * line.size
    if above.is_item:
        return line.start < above.start - 0.3 * line.size
    if line.start - above.start > least and ENDS.search(above.text):
        return True
    # Not where the lines beside something end: they are all moved.
    return (
        below is not None
        and _is_same_size(line, below)
        and not below.is_item
        and line.start - below.start > least
        and (abs(above.start - line.start) > least or above.start - below.start > least)
    )


def _is_large(line, leading):
    """Whether a line has the size of few: one of a headline's."""
    return round(line.size) not in leading or line.size >= 16


def _goes_on_small(line):
    """Whether a text may go on with this line; letters without capitals may always."""
    return line.text[:1].islower() or bidi.has_any(line.text[:1])


def _goes_on(before, paragraph, column):
    """Whether a paragraph that ends a column goes on in the next."""
    last, first = paragraph[-1], column[0]
    if None not in (last.block, first.block):
        return last.block == first.block
    if first.is_item or not _is_same_size(last, first):
        return False
    if not ENDS.search(last.text) and _goes_on_small(first):
        return True
    is_indented = len(column) > 1 and first.start - column[1].start > 0.6 * first.size
    if last not in before or is_indented:
        return False
    stops = [one.stop for one in before if _is_same_size(one, last)]
    if len(paragraph) < 2 or ENDS.search(last.text):
        # A paragraph's last line is not spread to the width of those that are.
        spread = sum(max(stops) - stop < 0.5 for stop in stops)
        return spread > max(2, len(stops) / 2) and max(stops) - last.stop < 0.5
    return max(stops[-4:]) - last.stop <= first.word + 0.35 * first.size
