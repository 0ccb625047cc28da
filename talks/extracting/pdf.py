"""PDF with a text layer: its letters and their places by pdfminer, paragraphs by ``pages``."""

import collections
import contextlib
import io
import math
import re

from . import pages, xml
from .results import Unreadable

PAGES = 2_000
UNKNOWN = re.compile(r"\(cid:\d+\)")  # as pdfminer writes a sign whose font does not tell it
ASLANT = 0.1  # radians by which a line is off at most
CONTENT = 0.3  # of a page's letters, that are marked where a document is tagged soundly
# What a tagged document calls them.
PARAGRAPHS = {
    "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "LI", "LBody", "TD", "TH", "Caption", "Title",
    "Note", "FENote",
}  # fmt: skip
SCAN = 0.5  # of a page, that a picture of it covers at least
BROKEN = re.compile(r"\w-")
WORD = 100  # characters, that no word is longer than
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
    found, pictures = _pages(document)
    if not any(found):
        raise Unreadable(
            "The PDF has no text layer: it is pictures of pages. Have it recognised (OCR) first."
        )
    if pictures:
        raise Unreadable(
            f"Of page {', '.join(map(str, pictures[:20]))} there is only a picture, without a text "
            "layer. Have the file recognised (OCR) first, or take out what is no part of the text."
        )
    printed = pages.with_notes_last(pages.without_running_lines(found))
    printed = [line for page in printed for line in page]
    _refuse_unknown_letters("".join(line.text for line in printed))
    whole = _hyphenated(printed)
    lines = [_joined([line.text for line in one], whole) for one in pages.paragraphs(printed)]
    return "\n".join(lines), _fields(document), ""


def _refuse_unknown_letters(text):
    rest, unknown = UNKNOWN.subn("", text)
    if unknown > len(rest) / 5:
        raise Unreadable(
            "The PDF does not say which letters its signs are, so its text cannot be read. Have it "
            "recognised (OCR) first."
        )


def _pages(document):
    """The lines of each page, and the numbers of those that are nothing but a picture."""
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdftypes import resolve1

    resources = PDFResourceManager()
    device = _device(resources)
    interpreter = PDFPageInterpreter(resources, device)
    is_tagged = bool((resolve1(document.catalog.get("MarkInfo")) or {}).get("Marked"))
    blocks = _blocks(document)
    found, pictures = [], []
    for number, printed in enumerate(PDFPage.create_pages(document)):
        if number >= PAGES:
            raise Unreadable(f"The PDF has more than {PAGES:,} pages.")
        interpreter.process_page(printed)
        page = device.get_result()
        if is_tagged:
            _leave_artifacts_out(page, device.contents)
        marks = {key: blocks.get((printed.pageid, mark)) for key, mark in device.contents.items()}
        glyphs = _glyphs(page, marks)
        found.append([line for one in glyphs for line in pages.lines_of(one, number)])
        if not found[-1] and _is_picture(page):
            pictures.append(number + 1)
    return found, pictures


def _device(resources):
    """What puts a page together, and notes how a tagged document marks the letters of its content.

    Source: ISO 32000-2, 14.8.2.2: heads, feet and numbers of pages are marked as artifacts, or
    stand outside of all content that is marked with a number.
    """
    from pdfminer.converter import PDFPageAggregator

    class Device(PDFPageAggregator):
        def begin_page(self, page, ctm):
            self.marks, self.contents = [], {}
            super().begin_page(page, ctm)

        def begin_tag(self, tag, props=None):
            outer = self.marks[-1] if self.marks else None
            mark = props.get("MCID", outer) if isinstance(props, dict) else outer
            self.marks.append(None if tag.name == "Artifact" else mark)

        def end_tag(self):
            if self.marks:
                self.marks.pop()

        def render_char(self, *args, **options):
            advance = super().render_char(*args, **options)
            if self.marks and self.marks[-1] is not None:
                self.contents[id(self.cur_item._objs[-1])] = self.marks[-1]
            return advance

    return Device(resources, laparams=None)


def _blocks(document):
    """The paragraphs of a tagged document, as numbers by the page's id and the mark of content.

    Source: ISO 32000-2, 14.7.2 and 14.8.4.
    """
    from pdfminer.pdftypes import PDFObjRef, resolve1
    from pdfminer.psparser import PSLiteral

    root = resolve1(document.catalog.get("StructTreeRoot"))
    if not isinstance(root, dict):
        return {}
    roles = resolve1(root.get("RoleMap"))
    roles = roles if isinstance(roles, dict) else {}
    found, seen, number = {}, set(), 0
    waiting = [(root.get("K"), None, None)]
    while waiting:
        part, page, block = waiting.pop()
        if isinstance(part, PDFObjRef):
            if part.objid in seen:
                continue
            seen.add(part.objid)
            part = resolve1(part)
        if isinstance(part, list):
            waiting += [(one, page, block) for one in reversed(part)]
        elif isinstance(part, int):
            found[page, part] = block
        elif isinstance(part, dict):
            if isinstance(part.get("Pg"), PDFObjRef):
                page = part["Pg"].objid
            if isinstance(part.get("MCID"), int):
                found[page, part["MCID"]] = block
            kind = part.get("S")
            name = kind.name if isinstance(kind, PSLiteral) else ""
            role = roles.get(name)
            if (role.name if isinstance(role, PSLiteral) else name) in PARAGRAPHS:
                number += 1
                block = number
            waiting.append((part.get("K"), page, block))
    return found


def _leave_artifacts_out(page, contents):
    """Leave out of a page what is none of its ``contents``, where these are most of it."""
    from pdfminer.layout import LTChar

    letters = [one for one in _parts(page) if isinstance(one, LTChar)]
    if sum(id(one) in contents for one in letters) > CONTENT * len(letters):
        left_out = {id(one) for one in letters if id(one) not in contents}
        waiting = [page]
        while waiting:
            container = waiting.pop()
            container._objs = [one for one in container if id(one) not in left_out]
            waiting += [one for one in container if hasattr(one, "_objs")]


def _parts(page):
    """All that is drawn on a page, in the order of the file."""
    from pdfminer.layout import LTContainer

    waiting = [iter(page)]
    while waiting:
        one = next(waiting[-1], None)
        if one is None:
            waiting.pop()
        elif isinstance(one, LTContainer):
            waiting.append(iter(one))
        else:
            yield one


def _is_picture(page):
    from pdfminer.layout import LTImage

    return any(
        isinstance(one, LTImage) and one.width * one.height > SCAN * page.width * page.height
        for one in _parts(page)
    )


def _glyphs(page, blocks):
    """A page's glyphs in lists, one for each of the ways in which the page is turned to read them.

    The way that most need comes first. What goes aslant is a stamp, and left out.
    """
    from pdfminer.layout import LTChar

    found = collections.defaultdict(list)
    number = 0
    for one in _parts(page):
        if isinstance(one, LTChar):
            a, b, *_, x, y = one.matrix
            angle = math.atan2(b, a)
            turned = round(angle / (math.pi / 2)) % 4
            # Pages that were scanned stand a little aslant.
            if abs(math.remainder(angle, math.pi / 2)) < ASLANT:
                left = x * math.cos(angle) + y * math.sin(angle)
                base = y * math.cos(angle) - x * math.sin(angle)
                right = left + abs(one.adv) * math.hypot(a, b)
                size = (one.width if turned % 2 else one.height) or 1
                text = one.get_text()
                if right == left and pages.BULLET.fullmatch(text):
                    # Of a sign that its font does not know, the width is not known either.
                    right = left + size / 4
                block = blocks.get(id(one))
                found[turned].append(pages.Glyph(text, left, right, base, size, number, block))
                number += bool(text.strip())
    return sorted(found.values(), key=len, reverse=True)


def _hyphenated(lines):
    """Words that are written with a hyphen where no line ends."""
    text = "\n".join(line.text for line in lines)
    words = (word.strip("-").lower() for word in re.findall(r"[\w-]+", text))
    return {word for word in words if "-" in word}


def _joined(lines, whole):
    """Lines as one; a word that was broken at a line's end is put together again.

    It keeps its hyphen where it is written with one in ``whole``, has another one, or goes on
    with a capital or a figure.
    """
    text = ""
    for line in lines:
        if text.endswith("\u00ad"):
            text = text[:-1] + line
        elif BROKEN.fullmatch(text[-2:]) and line[:1].isalnum():
            head, tail = WORD_BEFORE.search(text[-WORD:])[0], WORD_BEHIND.match(line)[0]
            if tail.lower() in LINKING:
                text = f"{text} {line}"
            elif not line[0].islower() or "-" in head[:-1] + tail or (head + tail).lower() in whole:
                text += line
            else:
                text = text[:-1] + line
        else:
            text = f"{text} {line}".strip()
    return text


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
