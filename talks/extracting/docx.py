"""Word documents: the paragraphs of the main part, with insertions and without deletions.

Macros, comments, headers and footnotes are other parts of the file and are not opened.
"""

import contextlib
import posixpath
import re

from . import xml
from .archives import open_zip
from .results import Unreadable

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
OFFICE = "/officeDocument"
CORE = {"title": "title", "creator": "byline", "language": "language"}
SIGNS = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "\u2011",
    "softHyphen": "\u00ad",
}
# What was taken away, what only repeats a drawing for old programs, and readings over signs.
UNREAD = {"del", "moveFrom", "Fallback", "pPr", "rPr", "rt"}
# Styles of the lines of a table of contents, which repeats the headings.
CONTENTS = re.compile(r"TOC\d|TOCHeading")


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    with open_zip(data) as archive:
        members = set(archive.namelist())
        main = _main_part(archive)
        root = xml.part(archive, main)
        styles, hidden = posixpath.join(posixpath.dirname(main), "styles.xml"), set()
        if styles in members:
            # Broken styles hide nothing, and the text is read all the same.
            with contextlib.suppress(Unreadable):
                hidden = _hidden_styles(xml.part(archive, styles))
        fields = {}
        if "docProps/core.xml" in members:
            fields = xml.said(xml.part(archive, "docProps/core.xml"), CORE)
    if next(root.iter("{*}altChunk", "{*}subDoc"), None) is not None:
        raise Unreadable(
            "A part of the text lies in another file. Open it in Word, save it again and send that."
        )
    lines, titles = [], []
    before = ""
    for paragraph in root.iter(W + "p", STRICT + "p"):
        style = _style(paragraph)
        if (
            CONTENTS.fullmatch(style)
            or style in hidden
            or any(
                _local(above) in UNREAD or _is_deleted(above) or _is_contents(above)
                for above in paragraph.iterancestors()
            )
        ):
            continue
        text = before + "".join(_text(paragraph, hidden))
        before = text if _is_deleted(paragraph) else ""
        found = [line for line in text.split("\n") if line.strip()] if not before else []
        if style == "Title" and found:
            titles.append(" ".join(found))
        lines += found
    lines += [line for line in before.split("\n") if line.strip()]
    if titles:
        fields["title"] = titles[0]
    return "\n".join(lines), fields, ""


def _main_part(archive):
    for link in xml.part(archive, "_rels/.rels"):
        if (link.get("Type") or "").endswith(OFFICE):
            return (link.get("Target") or "").lstrip("/")
    return "word/document.xml"


def _local(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _style(paragraph):
    found = next(paragraph.iterfind("{*}pPr/{*}pStyle"), None)
    return "" if found is None else _value(found) or ""


def _value(element):
    return next((value for key, value in element.items() if key.endswith("}val")), None)


def _hidden_styles(styles):
    """The ids of styles by which Word hides what is set in them."""
    return {
        value
        for style in styles.iterfind("{*}style")
        if _is_hidden(style)
        for key, value in style.items()
        if key.endswith("}styleId")
    }


def _is_deleted(element):
    """Whether a table's row or cell, or a paragraph's end, was deleted and is tracked."""
    kind = _local(element)
    if kind == "tr":
        return any(_local(one) == "del" for one in element.iterfind("{*}trPr/*"))
    if kind == "tc":
        return next(element.iterfind("{*}tcPr/{*}cellDel"), None) is not None
    return kind == "p" and any(
        _local(one) in {"del", "moveFrom"} for one in element.iterfind("{*}pPr/{*}rPr/*")
    )


def _is_contents(element):
    """Whether it is a table of contents, as Word and LibreOffice put it together."""
    return _local(element) == "sdt" and any(
        value.startswith("Table of Contents")
        for one in element.iterfind("{*}sdtPr/{*}docPartObj/{*}docPartGallery")
        for value in one.values()
    )


def _is_hidden(element, hidden=()):
    """Whether Word shows nothing of a run or a style, on the screen or on paper."""
    said = {_local(one): _value(one) for one in element.iterfind("{*}rPr/*")}
    if "vanish" in said:
        return said["vanish"] not in {"0", "false", "off"}
    return said.get("rStyle") in hidden


def _sign(element):
    """A sign of a font of signs, as the letter that looks like it."""
    from mammoth.docx.dingbats import dingbats

    said = {key.rpartition("}")[2]: value for key, value in element.items()}
    try:
        number = int(said.get("char", ""), 16)
        sign = chr(dingbats.get((said.get("font"), number & 0xFF), number))
    except (ValueError, OverflowError):
        return ""
    return "" if "\ud800" <= sign <= "\udfff" else sign


def _text(element, hidden):
    """A paragraph's own text; those within it, of text boxes, come by themselves."""
    for child in element:
        kind = _local(child)
        if kind == "t":
            yield child.text or ""
        elif kind in SIGNS:
            yield SIGNS[kind]
        elif kind == "sym":
            yield _sign(child)
        elif kind not in UNREAD and kind != "p" and not (kind == "r" and _is_hidden(child, hidden)):
            yield from _text(child, hidden)
