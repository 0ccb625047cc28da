"""PDF with a text layer: lines that stand together are put together as paragraphs by pdfminer."""

import collections
import contextlib
import io
import itertools
import re
import statistics
import unicodedata
from typing import NamedTuple

from . import bidi, xml
from .results import Unreadable

PAGES = 2_000
GUTTER = 5  # points between two columns
EDGE = 15  # points of a page's text within which a running head or a page number stands
COLUMN = 1.1  # of a line's height: what parts two columns where letters go to the left
MOST_ROWS = 60  # rows of a page that are tried together
BROKEN = re.compile(r"\w-$")
WORD_BEFORE, WORD_BEHIND = re.compile(r"[\w-]+$"), re.compile(r"[\w-]+")
# "Pre- and post-war": the hyphen ends no line, it stands for a word.
LINKING = {"and", "or", "to", "und", "oder", "bis", "et", "ou", "и", "или", "та", "і", "й", "або"}
# What programs write where nobody has said anything.
NOTHING_SAID = re.compile(
    r"(untitled|anonymous|unknown|microsoft word - .*|.*\.\w{3,4})", re.IGNORECASE
)
STATED = {
    "title": "title",
    "creator": "byline",
    "publisher": "publisher",
    "publicationDate": "published_on",
    "language": "language",
    "rights": "licence",
}
ENDS = re.compile(r"[.!?…:;”\"»)\]؟؛۔׃]\s*$")
LIGATURES = re.compile("[\ufb00-\ufb06\ufb13-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc]+")


class Box(NamedTuple):
    """Lines that stand together on a page, and their place in points from its lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    lines: list


class Line(NamedTuple):
    """A line of a page, its text as it is read, and its place in points."""

    left: float
    bottom: float
    right: float
    top: float
    size: float
    text: str


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise Unreadable("The PDF is encrypted. Take the password off and send it again.") from None
    if document.encryption is not None:
        raise Unreadable("The PDF is encrypted. Take the protection off and send it again.")
    pages = _without_running_lines([_in_reading_order(*page) for page in _pages(document)])
    boxes = [box for page in pages for box in page]
    whole = _hyphenated(boxes)
    lines, above = [], None
    for box in boxes:
        text = _joined(box.lines, whole)
        if above is not None and _is_apart(above, box) and _goes_on(lines[-1], text):
            lines[-1] = _joined([lines[-1], text], whole)
        else:
            lines.append(text)
        above = box
    if not lines:
        raise Unreadable(
            "The PDF has no text layer: it is pictures of pages. Have it recognised (OCR) first."
        )
    return "\n".join(lines), _fields(document), ""


def _pages(document):
    """Of each page its boxes, in no order, and whether its columns begin at the right."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LTTextBox
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    resources = PDFResourceManager()
    device = PDFPageAggregator(resources)
    interpreter = PDFPageInterpreter(resources, device)
    for number, printed in enumerate(PDFPage.create_pages(document)):
        if number >= PAGES:
            raise Unreadable(f"The PDF has more than {PAGES:,} pages.")
        interpreter.process_page(printed)
        page, points = _laid_out(device.get_result())
        containers = [one for one in page if isinstance(one, LTTextBox)]
        texts = ["".join(one.get_text() for one in container) for container in containers]
        is_left = bidi.goes_left("".join(texts))
        are_turned = bidi.brackets_are_turned("".join(texts).splitlines())
        boxes = []
        for container, text in zip(containers, texts, strict=True):
            begins_right = bidi.goes_left(text, otherwise=is_left)
            lines = [_read(one, points, begins_right, are_turned) for one in container]
            boxes += [
                Box(
                    number,
                    min(line.left for line in part),
                    part[-1].bottom,
                    max(line.right for line in part),
                    part[0].top,
                    [line.text for line in part],
                )
                for part in _paragraphs([line for line in lines if line.text], begins_right)
            ]
        yield boxes, is_left


def _laid_out(page):
    """A page's letters put together as lines and boxes by pdfminer, and the points over letters.

    It finds lines in the order of the file, which follows none where some letters go to the left:
    of such a page they are found by where the letters stand. Points and accents without a width
    stand in no line, they are told by the id of the letter that they stand over.
    """
    from pdfminer.layout import LAParams, LTChar, LTPage, LTTextLineHorizontal

    points = {}

    class Page(LTPage):
        def group_objects(self, laparams, objs):
            for glyphs in _on_one_line(objs):
                line = LTTextLineHorizontal(laparams.word_margin)
                for one in glyphs:
                    if one.width:
                        line.add(one)
                        last = one
                    else:
                        points[id(last)] = points.get(id(last), "") + one.get_text()
                yield line

    glyphs = [one for one in page if isinstance(one, LTChar)]
    if bidi.has_any("".join(one.get_text() for one in glyphs)):
        page = Page(page.pageid, page.bbox, page.rotate)
        page.extend(glyphs)
    page.analyze(LAParams(boxes_flow=None))
    return page, points


def _on_one_line(glyphs):
    """Glyphs in groups, each from left to right and on one line of one column.

    A mark without a width comes behind the letter that it stands over.
    """
    lines = []
    for glyph in sorted(glyphs, key=lambda one: -one.matrix[5]):
        if not lines or lines[-1][0].matrix[5] - glyph.matrix[5] > 0.4 * glyph.size:
            lines.append([])
        lines[-1].append(glyph)
    groups = []
    for line in lines:
        end = None
        for glyph in sorted(line, key=lambda one: (one.x0 + (0 if one.width else 0.1), -one.width)):
            is_printed = glyph.width and not glyph.get_text().isspace()
            if end is None or (is_printed and glyph.x0 - end > COLUMN * glyph.size):
                groups.append([])
                end = glyph.x1
            groups[-1].append(glyph)
            if is_printed:
                end = max(end, glyph.x1)
    # What stands under no letter says nothing.
    groups = [list(itertools.dropwhile(lambda one: not one.width, group)) for group in groups]
    return [group for group in groups if group]


def _read(line, points, begins_right, are_turned):
    """A :class:`Line`."""
    from pdfminer.layout import LTChar

    text = line.get_text()
    if bidi.has_any(text) or begins_right:
        glyphs = [one.get_text() + points.get(id(one), "") for one in line]
        glyphs = [one for one in glyphs if one.strip("\n")]
        text = bidi.logical(glyphs, is_left=begins_right, are_turned=are_turned)
    sizes = [one.size for one in line if isinstance(one, LTChar)]
    return Line(*line.bbox, statistics.median(sizes), _plain(text))


def _paragraphs(lines, begins_right):
    """The lines of a box, cut where another size begins, or an indented line after a full stop."""
    edge = (
        max((one.right for one in lines), default=0)
        if begins_right
        else min((one.left for one in lines), default=0)
    )

    def indent(line):
        return edge - line.right if begins_right else line.left - edge

    found = []
    for above, line in zip([None, *lines], lines, strict=False):
        is_first = (
            above is None
            or not 0.85 < line.size / above.size < 1.18
            or (
                indent(line) > 0.6 * line.size
                and indent(above) < 0.3 * line.size
                and ENDS.search(above.text)
            )
        )
        found += [[]] if is_first else []
        found[-1].append(line)
    return found


def _in_reading_order(boxes, is_left=False):
    """Columns from left to right, each from top to bottom, below what stands over all of them.

    From right to left where ``is_left``. Source: the recursive X-Y cut of Nagy and Seth (1984).
    """

    def across(box):
        return (-box.right, -box.left) if is_left else (box.left, box.right)

    columns = _cut(boxes, across, GUTTER)
    if len(columns) > 1:
        return [box for column in columns for box in _in_reading_order(column, is_left)]
    rows = _cut(boxes, lambda box: (-box.top, -box.bottom), 0)
    if len(rows) < 2:
        return sorted(boxes, key=lambda box: (-box.top, across(box)))
    # As many rows at once as columns go through: their paragraphs may end at one height.
    found = []
    while rows:
        for count in range(min(len(rows), MOST_ROWS), 0, -1):
            band = [box for row in rows[:count] for box in row]
            if count == 1 or len(_cut(band, across, GUTTER)) > 1:
                found += _in_reading_order(band, is_left)
                rows = rows[count:]
                break
    return found


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


def _without_running_lines(pages):
    """Pages without the heads and page numbers that stand over or under the text of most."""
    if len(pages) < 2:
        return pages

    def running(box):
        return re.sub(r"\d+", "0", " ".join(box.lines).casefold())

    def outermost(page):
        alone = [one for one in page if len(one.lines) == 1]
        highest = max((one.top for one in page), default=0)
        lowest = min((one.bottom for one in page), default=0)
        return [one for one in alone if one.bottom > highest - EDGE or one.top < lowest + EDGE]

    counts = collections.Counter(
        one for page in pages for one in set(map(running, outermost(page)))
    )
    kept = [
        [
            box
            for box in page
            if box not in outermost(page) or counts[running(box)] <= max(1, len(pages) / 2)
        ]
        for page in pages
    ]
    return kept if any(kept) else pages


def _is_apart(above, box):
    """Whether a box begins another page or column than the one before it in reading order."""
    return box.page != above.page or box.top > above.bottom


def _hyphenated(boxes):
    """Words that are written with a hyphen where no line ends."""
    text = "\n".join(line for box in boxes for line in box.lines)
    return {word.lower() for word in re.findall(r"\w+(?:-\w+)+", text)}


def _joined(lines, whole):
    """Lines as one; a word that was broken at a line's end is put together again.

    It keeps its hyphen where it is written with one in ``whole``, has another one, or goes on
    with a capital or a figure.
    """
    text = ""
    for line in lines:
        if text.endswith("\u00ad"):
            text = text[:-1] + line
        elif BROKEN.search(text) and line[:1].isalnum():
            head, tail = WORD_BEFORE.search(text)[0], WORD_BEHIND.match(line)[0]
            if tail.lower() in LINKING:
                text = f"{text} {line}"
            elif not line[0].islower() or "-" in head[:-1] + tail or (head + tail).lower() in whole:
                text += line
            else:
                text = text[:-1] + line
        else:
            text = f"{text} {line}".strip()
    return text


def _plain(text):
    """A line's text, with ligatures and shapes of letters as the letters they stand for."""
    text = LIGATURES.sub(lambda one: unicodedata.normalize("NFKC", one[0]), text)
    return " ".join(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).split())


def _goes_on(one, two):
    """Whether a text may go on with the next; letters without capitals may always."""
    return not ENDS.search(one) and (two[:1].islower() or bidi.has_any(two[:1]))


def _fields(document):
    """What the document says of itself: its XMP first, its information, its language."""
    from pdfminer.pdftypes import PDFStream, resolve1
    from pdfminer.psexceptions import PSException
    from pdfminer.utils import decode_text

    found = {}
    metadata = resolve1(document.catalog.get("Metadata"))
    if isinstance(metadata, PDFStream):
        # Broken metadata say nothing, and the text is read all the same.
        with contextlib.suppress(Unreadable, PSException):
            found = xml.said(xml.parse(metadata.get_data()), STATED)
            found["published_on"] = found.get("published_on", "")[:10]
    for info in document.info:
        for key, field in (("Title", "title"), ("Author", "byline")):
            value = resolve1(info.get(key))
            if isinstance(value, bytes):
                found.setdefault(field, " ".join(decode_text(value).split()))
    language = resolve1(document.catalog.get("Lang"))
    if isinstance(language, bytes):
        found.setdefault("language", decode_text(language).strip())
    return {key: value for key, value in found.items() if not NOTHING_SAID.fullmatch(value)}
