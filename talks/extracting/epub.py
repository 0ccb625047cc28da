"""EPUB: the chapters in the order of the book's spine, a block of text a line."""

import base64
import posixpath
import re
from html.entities import html5
from urllib.parse import unquote

from . import blocks, xml
from .archives import PICTURE, PICTURES, open_zip, read_member
from .results import Unreadable

NAMES = {
    "title": "title",
    "creator": "byline",
    "language": "language",
    "publisher": "publisher",
    "rights": "licence",
    "date": "published_on",
}
UNREAD = {*blocks.UNSEEN, "nav"}
CHAPTERS = 2_000
TYPE = "{http://www.idpf.org/2007/ops}type"
NOTES = {
    "noteref", "footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes",
    "doc-noteref", "doc-footnote", "doc-endnote", "doc-endnotes",
}  # fmt: skip
NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
OF_XML = {"amp", "lt", "gt", "quot", "apos"}
FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    with open_zip(data) as archive:
        _refuse_protected(archive)
        package = _package(archive)
        root = xml.part(archive, package)
        lines = []
        for path in _chapters(root, package):
            chapter = _chapter(read_member(archive, path, xml.PART))
            if chapter is not None:
                _leave_notes_out(chapter)
                lines += blocks.lines(chapter, blocks.HTML, UNREAD)
    metadata = next(iter(root.iter("{*}metadata")), None)
    fields = xml.said(metadata, NAMES) if metadata is not None else {}
    if metadata is not None:
        fields |= _said_besides(metadata)
    day = fields.get("published_on", "")[:10]
    # A year alone is no day.
    fields["published_on"] = day if len(day) == len("2025-05-16") else ""
    return "\n".join(lines), fields, ""


def html(data, _=""):
    """The chapters as HTML, with the pictures that lie in the book."""
    from lxml import html as lxml_html

    with open_zip(data) as archive:
        _refuse_protected(archive)
        package = _package(archive)
        pages = []
        for path in _chapters(xml.part(archive, package), package):
            chapter = _chapter(read_member(archive, path, xml.PART))
            if chapter is not None:
                body = next(chapter.iter("{*}body", "body"), chapter)
                _take_pictures_in(archive, body, posixpath.dirname(path))
                pages.append(lxml_html.tostring(body, encoding="unicode", method="html"))
    return "<hr>".join(pages)


def _take_pictures_in(archive, body, folder):
    members = set(archive.namelist())
    for picture in body.iter("{*}img", "img"):
        place = unquote((picture.get("src") or "").partition("#")[0])
        path = posixpath.normpath(posixpath.join(folder, place))
        kind = PICTURES.get(posixpath.splitext(path)[1].lower())
        if kind and path in members:
            content = base64.b64encode(read_member(archive, path, PICTURE)).decode()
            picture.set("src", f"data:image/{kind};base64,{content}")


def _package(archive):
    """Where the book's table of what is in it stands."""
    container = xml.part(archive, "META-INF/container.xml")
    return next((unquote(one.get("full-path") or "") for one in container.iter("{*}rootfile")), "")


def _chapters(root, package):
    """The paths of the chapters, in the order of the spine."""
    places = {one.get("id"): one.get("href") or "" for one in root.iter("{*}item")}
    spine = [places.get(one.get("idref")) for one in root.iter("{*}itemref")][:CHAPTERS]
    folder = posixpath.dirname(package)
    for place in filter(None, dict.fromkeys(spine)):
        yield posixpath.normpath(posixpath.join(folder, unquote(place.partition("#")[0])))


def _said_besides(metadata):
    """All authors, and an address that the book names as its own or its source's."""
    texts = {
        name: [" ".join("".join(one.itertext()).split()) for one in metadata.iter(f"{{*}}{name}")]
        for name in ("creator", "identifier", "source")
    }
    addresses = [
        one
        for one in texts["source"] + texts["identifier"]
        if one.startswith(("https://", "http://"))
    ]
    return {"byline": "; ".join(filter(None, texts["creator"]))} | (
        {"url": addresses[0]} if addresses else {}
    )


def _refuse_protected(archive):
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    root = xml.part(archive, "META-INF/encryption.xml")
    methods = [one.get("Algorithm") or "" for one in root.iter("{*}EncryptionMethod")]
    # Fonts are often made unreadable; that is no protection of the text.
    if any(not method.startswith(FONTS) for method in methods):
        raise Unreadable("The book is encrypted, and cannot be read without its key.")


def _chapter(content):
    """The root element of a chapter, also where it is HTML and no sound XML; None for nothing."""
    from lxml import etree
    from lxml import html as lxml_html

    content = NAMED.sub(_numbered, content)
    try:
        return xml.parse(content)
    except Unreadable as error:
        if "entities" in error.message:
            raise
    try:
        return lxml_html.document_fromstring(content)
    except (etree.ParserError, ValueError):
        return None


def _leave_notes_out(chapter):
    """Without what is hidden, and notes and their numbers, which are no words in a sentence."""
    for element in list(chapter.iter("{*}*", "*")):
        kinds = (element.get(TYPE) or "").split() + (element.get("role") or "").split()
        parent = element.getparent()
        is_note = not NOTES.isdisjoint(kinds)
        if parent is None or not (is_note or element.get("hidden") is not None):
            continue
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + (element.tail or "")
        else:
            before.tail = (before.tail or "") + (element.tail or "")
        parent.remove(element)


def _numbered(found):
    """A sign that HTML has a name for, by its number: the DTD that names it is not fetched."""
    name = found[1].decode()
    sign = "" if name in OF_XML else html5.get(f"{name};", "")
    return "".join(f"&#{ord(one)};" for one in sign).encode() or found[0]
