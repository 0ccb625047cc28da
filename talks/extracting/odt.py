"""OpenDocument texts: paragraphs and headings, without notes, comments and what was deleted."""

import re

from . import xml
from .archives import open_zip, read_member
from .results import Unreadable

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# "creator" is whoever saved it last.
META = {"title": "title", "initial-creator": "byline", "creator": "editor", "language": "language"}
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
# White space collapses; what counts is written as elements, and stands for itself until then.
COLLAPSING = re.compile(r"[ \t\r\n]+")
COUNTING = {0: " ", 1: "\t", 2: "\n"}
UNREAD = {
    "tracked-changes", "annotation", "annotation-end", "note", "ruby-text", "table-of-content",
}  # fmt: skip


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    with open_zip(data) as archive:
        members = set(archive.namelist())
        if "META-INF/manifest.xml" in members and b"encryption-data" in read_member(
            archive, "META-INF/manifest.xml", xml.PART
        ):
            raise Unreadable("The file is encrypted. Take the password off and send it again.")
        root = xml.part(archive, "content.xml")
        fields = xml.said(xml.part(archive, "meta.xml"), META) if "meta.xml" in members else {}
    editor = fields.pop("editor", "")
    fields.setdefault("byline", editor)
    hidden = {
        style.get(STYLE + "name")
        for style in root.iter(STYLE + "style")
        if any(one.get(TEXT + "display") == "none" for one in style)
    }
    lines = []
    for paragraph in root.iter(TEXT + "p", TEXT + "h"):
        if any(
            _local(one) in UNREAD or _is_hidden(one, hidden)
            for one in (paragraph, *paragraph.iterancestors())
        ):
            continue
        text = COLLAPSING.sub(" ", "".join(_text(paragraph, hidden))).strip(" ").translate(COUNTING)
        lines += [line for line in text.split("\n") if line.strip()]
    return "\n".join(lines), fields, ""


def _local(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _is_hidden(element, hidden):
    """Whether it is shown nowhere: a section, a paragraph, or words of it."""
    return (
        element.get(TEXT + "display") == "none"
        or element.get(TEXT + "is-hidden") == "true"
        or element.get(TEXT + "style-name") in hidden
    )


def _text(element, hidden):
    yield element.text or ""
    for child in element:
        kind = _local(child)
        if kind == "s":
            yield _spaces(child).replace(" ", "\0")
        elif kind == "tab":
            yield "\1"
        elif kind == "line-break":
            yield "\2"
        elif kind not in UNREAD and kind not in {"p", "h"} and not _is_hidden(child, hidden):
            yield from _text(child, hidden)
        yield child.tail or ""


def _spaces(element):
    count = element.get(TEXT + "c") or "1"
    return " " * min(int(count) if count.isdecimal() and len(count) < 5 else 1, 1000)


def _collapsed(text):
    return (text or "").replace("\n", " ").replace("\r", " ").replace("\t", " ")
