"""OpenDocument texts: paragraphs and headings, without notes, comments and what was deleted."""

from . import xml
from .archives import open_zip, read_member
from .results import Unreadable

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# "creator" is whoever saved it last.
META = {"title": "title", "initial-creator": "byline", "creator": "editor", "language": "language"}
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
    lines = []
    for paragraph in root.iter(TEXT + "p", TEXT + "h"):
        if any(_local(above) in UNREAD for above in paragraph.iterancestors()):
            continue
        lines += [line for line in "".join(_text(paragraph)).split("\n") if line.strip()]
    return "\n".join(lines), fields, ""


def _local(element):
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element):
    # White space collapses in OpenDocument; what counts is written as elements.
    yield _collapsed(element.text)
    for child in element:
        kind = _local(child)
        if kind == "s":
            yield _spaces(child)
        elif kind == "tab":
            yield "\t"
        elif kind == "line-break":
            yield "\n"
        elif kind not in UNREAD and kind not in {"p", "h"}:
            yield from _text(child)
        yield _collapsed(child.tail)


def _spaces(element):
    count = element.get(TEXT + "c") or "1"
    return " " * min(int(count) if count.isdecimal() and len(count) < 5 else 1, 1000)


def _collapsed(text):
    return (text or "").replace("\n", " ").replace("\r", " ").replace("\t", " ")
