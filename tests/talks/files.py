"""Files as the world's programs write them, made small: for tests of what can be read from them."""

import html
import io
import unicodedata
import zipfile
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def make_zip(members, **attributes):
    """A ZIP of ``{name: content}``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return packed.getvalue()


def make_html(lines, head="", lang="en"):
    body = "\n".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head>
<body><nav><a href="/">Home</a></nav><article>{body}</article></body></html>""".encode()


def make_docx(lines=(), body="", extra=(), core=""):
    paragraphs = body or "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": "<Relationships><Relationship Id='1' "
        f"Type='{office}' Target='word/document.xml'/></Relationships>",
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{paragraphs}</w:body>'
        "</w:document>",
    }
    if core:
        members["docProps/core.xml"] = f'<c xmlns:dc="http://purl.org/dc/elements/1.1/">{core}</c>'
    return make_zip(members | dict(extra))


def make_odt(lines=(), body="", extra=()):
    paragraphs = body or "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    content = (
        f'<office:document-content xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0">'
        f"<office:body><office:text>{paragraphs}</office:text></office:body>"
        "</office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.text"
    return make_zip({"mimetype": mimetype, "content.xml": content} | dict(extra))


def make_epub(lines, extra=(), chapter=None):
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    page = chapter or (
        '<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
        f"<body>{body}</body></html>"
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The talks</dc:title>'
        "<dc:language>en</dc:language><dc:date>2025-05-16T00:00:00Z</dc:date></metadata>"
        '<manifest><item id="a" href="text/a.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    return make_zip(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/b.opf"/>'
            "</rootfiles></container>",
            "OPS/b.opf": package,
            "OPS/text/a.xhtml": page,
        }
        | dict(extra)
    )


def make_pdf(paragraphs=(), width=90, trailer="", title="The talks"):
    """A PDF of one long page, its lines broken at ``width`` characters as a printer would."""
    commands, y = [], 1900
    for paragraph in paragraphs:
        for line in _wrapped(paragraph, width):
            raw = line.encode("cp1252").replace(b"\\", b"\\\\")
            raw = raw.replace(b"(", b"\\(").replace(b")", b"\\)")
            commands.append(b"BT /F1 10 Tf 40 %d Td (%s) Tj ET" % (y, raw))
            y -= 12
        y -= 14
    return _pdf([commands], trailer, title)


def make_printed_pdf(pages, in_forms=False):
    """A PDF of pages, each a list of ``(left, height, size, line)``, or a picture: ``SCAN``.

    With ``in_forms`` what is on a page is drawn by a form, as stamps and converters do it.
    """
    printed = [
        page if page is SCAN else
        [b"BT /F1 %d Tf %d %d Td (%s) Tj ET" % (size, x, y, line.encode("cp1252"))
         for x, y, size, line in page]
        for page in pages
    ]  # fmt: skip
    if not in_forms:
        return _pdf(printed)
    forms = [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 700 2000] /Length %d "
        b"/Resources << /Font << /F1 3 0 R >> >> >>\nstream\n%s\nendstream" % (len(stream), stream)
        for stream in (b"\n".join(commands) for commands in printed)
    ]
    return _pdf([[b"/X%d Do" % i] for i in range(len(pages))], more=forms)


def make_tagged_pdf(lines):
    """A PDF of one page of ``(height, line, paragraph)``, by its number, or None for no content."""
    commands = []
    for number, (y, line, paragraph) in enumerate(lines):
        mark = b"/Artifact BMC" if paragraph is None else b"/P << /MCID %d >> BDC" % number
        said = line.encode("cp1252")
        commands.append(b"%s BT /F1 10 Tf 40 %d Td (%s) Tj ET EMC" % (mark, y, said))
    parts = b" ".join(
        b"<< /S /Body /Pg 5 0 R /K [%s] >>"
        % b" ".join(b"%d" % i for i, line in enumerate(lines) if line[2] == paragraph)
        for paragraph in sorted({line[2] for line in lines if line[2] is not None})
    )
    root = b"<< /K << /S /Document /K [%s] >> /RoleMap << /Body /P >> >>" % parts
    return _pdf([commands], more=[root])


def make_placed_pdf(lines):
    """A PDF of one page of ``(left, height, glyphs)``, each glyph at its place from left to right.

    A glyph is a string, as a ligature may stand for two letters; a combining mark has no width
    and stands over the glyph that follows it.
    """
    names = sorted({glyph for _, _, glyphs in lines for glyph in glyphs})
    commands = []
    for x, y, glyphs in lines:
        for glyph in glyphs:
            code = names.index(glyph) + 1
            commands.append(b"BT /F1 10 Tf %d %d Td <%04x> Tj ET" % (x, y, code))
            x += 0 if unicodedata.combining(glyph[0]) else 6
    said = "".join(
        f"<{code:04x}> <{glyph.encode('utf-16-be').hex()}>\n" for code, glyph in enumerate(names, 1)
    )
    narrow = " ".join(
        f"{code} [0]" for code, glyph in enumerate(names, 1) if unicodedata.combining(glyph[0])
    )
    meaning = (
        "/CIDInit /ProcSet findresource begin begincmap\n"
        "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
        f"{len(names)} beginbfchar\n{said}endbfchar\nendcmap end"
    ).encode()
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Placed /Encoding /Identity-H "
        b"/DescendantFonts [7 0 R] /ToUnicode 8 0 R >>"
    )
    descendant = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Placed /DW 600 /W [%s] "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
        b"/FontDescriptor << /Type /FontDescriptor /FontName /Placed /Flags 4 /Ascent 800 "
        b"/Descent -200 /FontBBox [0 -200 600 800] >> >>" % narrow.encode()
    )
    stream = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(meaning), meaning)
    return _pdf([commands], font=font, more=[descendant, stream])


# A picture that fills the page.
SCAN = [b"q 700 0 0 2000 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI Q"]


def _pdf(pages, trailer="", title="", font=b"", more=()):
    kids = b" ".join(b"%d 0 R" % (5 + 2 * i) for i in range(len(pages)))
    forms = b" ".join(
        b"/X%d %d 0 R" % (i, 5 + 2 * len(pages) + i)
        for i, content in enumerate(more)
        if b"/Form" in content
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /MarkInfo << /Marked true >> %s "
        b"/StructTreeRoot 7 0 R >>" % (b"" if title else b"/Lang (en-GB)"),
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        font or b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) >>" % (title or "Microsoft Word - talks.doc").encode(),
    ]  # fmt: skip
    for i, commands in enumerate(pages):
        stream = b"\n".join(commands)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 700 2000] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> /XObject << %s >> >> >>" % (6 + 2 * i, forms),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        ]
    objects += more
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 4 0 R %s >>\n"
        b"startxref\n%d\n%%%%EOF"
        % (len(places) + 1, table, len(places) + 1, trailer.encode(), start)
    )


def _wrapped(paragraph, width):
    line = ""
    for word in paragraph.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line
