"""OpenDocument texts as they looked: headings, lists, tables, bold, and the notes at the end."""

import base64
import posixpath
from html import escape

from . import xml
from .archives import PICTURE, PICTURES, open_zip, read_member
from .odt import TEXT, _collapsed, _local, _spaces

STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"
HTML = {
    "list": "ul", "list-item": "li", "list-header": "li", "table": "table", "table-row": "tr",
    "table-cell": "td", "table-header-rows": "thead", "ruby": "ruby", "ruby-text": "rt",
}  # fmt: skip
HIDDEN = {"tracked-changes", "annotation", "annotation-end", "note-citation"}


def html(data, _=""):
    """What the document shows, as HTML: headings, lists, tables, bold, notes at its end."""
    with open_zip(data) as archive:
        root = xml.part(archive, "content.xml")
        parts = [root]
        if "styles.xml" in archive.namelist():
            parts.append(xml.part(archive, "styles.xml"))
        page = _Page(archive, parts)
        body = next(root.iter("{*}body"), root)
        page.draw_children(body)
        page.draw_notes()
    return "".join(page.pieces)


class _Page:
    """The HTML of a document as it grows."""

    def __init__(self, archive, parts):
        self.archive = archive
        self.pieces = []
        self.notes = []
        self.marks = {}
        self.numbered = set()
        for part in parts:
            for style in part.iter(STYLE + "style"):
                self.marks[style.get(STYLE + "name")] = _marks(style)
            for style in part.iter(TEXT + "list-style"):
                if len(style) and _local(style[0]) == "list-level-style-number":
                    self.numbered.add(style.get(STYLE + "name"))

    def draw_children(self, element):
        self._say(_collapsed(element.text))
        for child in element:
            if isinstance(child.tag, str):
                self._draw(child)
            self._say(_collapsed(child.tail))

    def _draw(self, element):
        kind = _local(element)
        if kind == "h":
            level = element.get(TEXT + "outline-level") or "1"
            self._within(f"h{level if level in set('123456') else 6}", element)
        elif kind == "p":
            self._within("p", element, self.marks.get(element.get(TEXT + "style-name"), ()))
        elif kind == "span":
            self._within("", element, self.marks.get(element.get(TEXT + "style-name"), ()))
        elif kind == "note":
            self.notes.append(next(element.iter(TEXT + "note-body"), element))
            self.pieces.append(f"<sup>[{len(self.notes)}]</sup>")
        elif kind == "list" and element.get(TEXT + "style-name") in self.numbered:
            self._within("ol", element)
        elif kind == "image":
            self._picture(element.get(XLINK + "href") or "")
        elif kind == "table-cell":
            spans = [
                (name, element.get(f"{TABLE}number-{name}s-spanned")) for name in ("column", "row")
            ]
            told = "".join(f' {n[:3]}span="{v}"' for n, v in spans if v and v.isdigit())
            self._within("td", element, (), told)
        elif kind == "s":
            self._say(_spaces(element))
        elif kind == "tab":
            self._say("\t")
        elif kind == "line-break":
            self.pieces.append("<br>")
        elif kind not in HIDDEN:
            self._within(HTML.get(kind, ""), element)

    def _within(self, tag, element, marks=(), attributes=""):
        tags = [tag, *marks] if tag else list(marks)
        for index, one in enumerate(tags):
            self.pieces.append(f"<{one}{attributes if index == 0 else ''}>")
        self.draw_children(element)
        self.pieces.extend(f"</{one}>" for one in reversed(tags))

    def _picture(self, place):
        kind = PICTURES.get(posixpath.splitext(place)[1].lower())
        if kind and place in self.archive.namelist():
            content = base64.b64encode(read_member(self.archive, place, PICTURE)).decode()
            self.pieces.append(f'<img alt="" src="data:image/{kind};base64,{content}">')

    def draw_notes(self):
        if self.notes:
            self.pieces.append("<hr><ol>")
            for note in self.notes:
                self._within("li", note)
            self.pieces.append("</ol>")

    def _say(self, text):
        self.pieces.append(escape(text, quote=False))


def _marks(style):
    """The elements that look like a style: bold, italic, underlined, struck out."""
    found = {}
    for one in style.iter(STYLE + "text-properties"):
        found.update(one.attrib)
    return [
        tag
        for tag, name, values in (
            ("strong", FO + "font-weight", {"bold", "600", "700", "800", "900"}),
            ("em", FO + "font-style", {"italic", "oblique"}),
        )
        if found.get(name) in values
    ] + [
        tag
        for tag, name in (("u", "text-underline-style"), ("s", "text-line-through-style"))
        if found.get(STYLE + name, "none") != "none"
    ]
