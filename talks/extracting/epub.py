"""EPUB: the chapters in the order of the book's spine, a block of text a line."""

import posixpath
import re
from urllib.parse import unquote

from . import xml
from .archives import open_zip, read_member
from .results import Unreadable

NAMES = {
    "title": "title",
    "creator": "byline",
    "language": "language",
    "publisher": "publisher",
    "rights": "licence",
    "date": "published_on",
}
BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p",
    "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
UNREAD = {"head", "script", "style", "nav", "template", "svg", "math", "rt", "rp"}
CHAPTERS = 2_000
FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``."""
    with open_zip(data) as archive:
        _refuse_protected(archive)
        container = xml.part(archive, "META-INF/container.xml")
        package = next(
            (unquote(one.get("full-path") or "") for one in container.iter("{*}rootfile")), ""
        )
        root = xml.part(archive, package)
        places = {one.get("id"): one.get("href") or "" for one in root.iter("{*}item")}
        spine = [places.get(one.get("idref")) for one in root.iter("{*}itemref")][:CHAPTERS]
        folder = posixpath.dirname(package)
        lines = []
        for place in filter(None, spine):
            path = posixpath.normpath(posixpath.join(folder, unquote(place.partition("#")[0])))
            lines += _lines(read_member(archive, path, xml.PART))
    metadata = next(iter(root.iter("{*}metadata")), None)
    fields = xml.said(metadata, NAMES) if metadata is not None else {}
    fields["published_on"] = fields.get("published_on", "")[:10]
    return "\n".join(lines), fields, ""


def _refuse_protected(archive):
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    root = xml.part(archive, "META-INF/encryption.xml")
    methods = [one.get("Algorithm") or "" for one in root.iter("{*}EncryptionMethod")]
    # Fonts are often made unreadable; that is no protection of the text.
    if any(not method.startswith(FONTS) for method in methods):
        raise Unreadable("The book is encrypted, and cannot be read without its key.")


def _lines(content):
    from lxml import etree
    from lxml import html as lxml_html

    try:
        root = xml.parse(content)
    except Unreadable as error:
        if "entities" in error.message:
            raise
        try:
            root = lxml_html.document_fromstring(content)
        except (etree.ParserError, ValueError):
            return []
    parts = []
    _walk(root, parts)
    text = re.sub(r"[ \t\r\n\f]+", " ", "".join(parts))
    return [line.strip(" ") for line in text.split("\0") if line.strip()]


def _walk(root, parts):
    """Collect the text, with NUL, which XML cannot have, where a block or a line ends."""
    stack = [(root, False)]
    while stack:
        element, is_end = stack.pop()
        kind = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        if is_end:
            parts += ["\0"] if kind in BLOCKS else []
            parts.append(element.tail or "")
            continue
        stack.append((element, True))
        if kind in UNREAD or not kind:
            continue
        parts += ["\0"] if kind in BLOCKS or kind == "br" else []
        parts.append(element.text or "")
        stack += [(child, False) for child in reversed(element)]
