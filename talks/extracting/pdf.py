"""PDF with a text layer: lines that stand together are put together as paragraphs by pdfminer."""

import io
import re
import unicodedata

from .results import Unreadable

PAGES = 2_000
ENDS = re.compile(r"[.!?…:;”\"»)\]]\s*$")


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
    pages = list(_pages(document))
    lines = []
    for boxes in pages:
        if lines and boxes and _goes_on(lines[-1], boxes[0]):
            lines[-1] = _joined([lines[-1], boxes[0]])
            boxes = boxes[1:]
        lines += boxes
    if not lines:
        raise Unreadable(
            "The PDF has no text layer: it is pictures of pages. Have it recognised (OCR) first."
        )
    return "\n".join(lines), _fields(document), ""


def _pages(document):
    """The paragraphs of each page."""
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LAParams, LTTextContainer
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=LAParams())
    interpreter = PDFPageInterpreter(resources, device)
    for number, page in enumerate(PDFPage.create_pages(document)):
        if number >= PAGES:
            raise Unreadable(f"The PDF has more than {PAGES:,} pages.")
        interpreter.process_page(page)
        boxes = (box.get_text() for box in device.get_result() if isinstance(box, LTTextContainer))
        paragraphs = (_joined(box.split("\n")) for box in boxes)
        yield [one for one in paragraphs if one]


def _joined(lines):
    """Lines as one; a word that was broken at a line's end is put together again."""
    text = ""
    for line in (" ".join(_spelled(line).split()) for line in lines):
        if text.endswith("\u00ad") or (
            re.search(r"[^\W\d_]-$", text) and re.match(r"[^\W\d_A-Z]", line) and line[0].islower()
        ):
            text = text[:-1] + line
        else:
            text = f"{text} {line}".strip()
    return text


def _spelled(line):
    """Typesetters' ligatures as the letters they stand for; what is no character goes."""
    line = re.sub(r"[\ufb00-\ufb06]", lambda one: unicodedata.normalize("NFKC", one[0]), line)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", line)


def _goes_on(one, two):
    return not ENDS.search(one) and two[:1].islower()


def _fields(document):
    from pdfminer.utils import decode_text

    found = {}
    for info in document.info:
        for key, field in (("Title", "title"), ("Author", "byline")):
            value = info.get(key)
            if isinstance(value, bytes):
                found.setdefault(field, " ".join(decode_text(value).split()))
    return found
