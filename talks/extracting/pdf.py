"""PDF with a text layer: lines that stand together are put together as paragraphs by pdfminer."""

import collections
import contextlib
import io
import re
import statistics
import unicodedata
from typing import NamedTuple

from . import xml
from .results import Unreadable

PAGES = 2_000
GUTTER = 5  # points between two columns
EDGE = 15  # points of a page's text within which a running head or a page number stands
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
ENDS = re.compile(r"[.!?…:;”\"»)\]]\s*$")


class Box(NamedTuple):
    """Lines that stand together on a page, and their place in points from its lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    lines: list


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
    pages = _without_running_lines([_in_reading_order(boxes) for boxes in _pages(document)])
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
    """The boxes of each page, in no order."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LAParams, LTTextContainer
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=LAParams(boxes_flow=None))
    interpreter = PDFPageInterpreter(resources, device)
    for number, page in enumerate(PDFPage.create_pages(document)):
        if number >= PAGES:
            raise Unreadable(f"The PDF has more than {PAGES:,} pages.")
        interpreter.process_page(page)
        yield [
            Box(
                number,
                min(line.x0 for line in lines),
                lines[-1].y0,
                max(line.x1 for line in lines),
                lines[0].y1,
                [_plain(line) for line in lines],
            )
            for container in device.get_result()
            if isinstance(container, LTTextContainer)
            for lines in _paragraphs(container)
        ]


def _paragraphs(container):
    """The lines of a box, cut where another size begins, or an indented line after a full stop."""
    from pdfminer.layout import LTChar, LTTextLine

    def size(line):
        return statistics.median(one.size for one in line if isinstance(one, LTChar))

    found = []
    lines = [one for one in container if isinstance(one, LTTextLine) and _plain(one)]
    for above, line in zip([None, *lines], lines, strict=False):
        is_first = (
            above is None
            or not 0.85 < size(line) / size(above) < 1.18
            or (
                line.x0 - container.x0 > 0.6 * size(line)
                and above.x0 - container.x0 < 0.3 * size(line)
                and ENDS.search(_plain(above))
            )
        )
        found += [[]] if is_first else []
        found[-1].append(line)
    return found


def _in_reading_order(boxes):
    """Columns from left to right, each from top to bottom, below what stands over all of them.

    Source: the recursive X-Y cut of Nagy and Seth (1984).
    """
    columns = _cut(boxes, lambda box: (box.left, box.right), GUTTER)
    if len(columns) > 1:
        return [box for column in columns for box in _in_reading_order(column)]
    rows = _cut(boxes, lambda box: (-box.top, -box.bottom), 0)
    if len(rows) < 2:
        return sorted(boxes, key=lambda box: (-box.top, box.left))
    # As many rows at once as columns go through: their paragraphs may end at one height.
    found = []
    while rows:
        for count in range(min(len(rows), MOST_ROWS), 0, -1):
            band = [box for row in rows[:count] for box in row]
            if count == 1 or len(_cut(band, lambda box: (box.left, box.right), GUTTER)) > 1:
                found += _in_reading_order(band)
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


def _plain(line):
    """A line's text, with typesetters' ligatures as the letters they stand for."""
    text = line.get_text()
    text = re.sub(r"[\ufb00-\ufb06]", lambda one: unicodedata.normalize("NFKC", one[0]), text)
    return " ".join(re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text).split())


def _goes_on(one, two):
    return not ENDS.search(one) and two[:1].islower()


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
