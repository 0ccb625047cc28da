"""Word documents: the paragraphs of the main part, with insertions and without deletions.

Macros, comments, headers and footnotes are other parts of the file and are not opened.
"""

import re

from . import xml
from .archives import open_zip

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
OFFICE = "/officeDocument"
CORE = {"title": "title", "creator": "byline", "language": "language"}
SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
# What was taken away, what only repeats a drawing for old programs, and readings over signs.
UNREAD = {"del", "moveFrom", "Fallback", "pPr", "rPr", "rt"}
# Styles of the lines of a table of contents, which repeats the headings.
CONTENTS = re.compile(r"TOC\d|TOCHeading")


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    with open_zip(data) as archive:
        members = set(archive.namelist())
        root = xml.part(archive, _main_part(archive))
        fields = {}
        if "docProps/core.xml" in members:
            fields = xml.said(xml.part(archive, "docProps/core.xml"), CORE)
    lines, titles = [], []
    before = ""
    for paragraph in root.iter(W + "p", STRICT + "p"):
        if CONTENTS.fullmatch(_style(paragraph)) or any(
            _local(above) in UNREAD or _is_deleted(above) or _is_contents(above)
            for above in paragraph.iterancestors()
        ):
            continue
        text = before + "".join(_text(paragraph))
        before = text if _is_deleted(paragraph) else ""
        found = [line for line in text.split("\n") if line.strip()] if not before else []
        if _style(paragraph) == "Title" and found:
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
    found = next(iter(paragraph.iter(W + "pStyle", STRICT + "pStyle")), None)
    values = [] if found is None else [v for k, v in found.items() if k.endswith("}val")]
    return values[0] if values else ""


def _is_deleted(element):
    """Whether a row of a table, or the mark that ends a paragraph, was deleted and is tracked."""
    kind = _local(element)
    if kind == "tr":
        return any(_local(one) == "del" for one in element.iterfind("{*}trPr/*"))
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


def _is_hidden(run):
    """Whether Word shows nothing of it, on the screen or on paper."""
    found = [one for one in run.iterfind("{*}rPr/*") if _local(one) == "vanish"]
    values = [value for one in found for key, value in one.items() if key.endswith("}val")]
    return bool(found) and values not in (["0"], ["false"], ["off"])


def _text(element):
    """A paragraph's own text; those within it, of text boxes, come by themselves."""
    for child in element:
        kind = _local(child)
        if kind == "t":
            yield child.text or ""
        elif kind in SIGNS:
            yield SIGNS[kind]
        elif kind not in UNREAD and kind != "p" and not (kind == "r" and _is_hidden(child)):
            yield from _text(child)
