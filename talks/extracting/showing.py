"""A file as it looked, to stand beside what was read from it: nothing in it acts or loads.

What comes out is HTML of a few elements without addresses, styles or scripts, and for a PDF the
pictures of its pages. Runs in the child process, like all that opens strangers' files.
"""

import base64
import binascii
import io
import re
import zlib

from . import encodings, epub, odt_html
from .archives import PICTURE, open_zip
from .results import Unreadable

PAGES = 300  # of a PDF, that are shown
WIDTH, HEIGHT = 1100, 4000  # pixels of a page's picture, at most
WORDS = 20_000_000  # characters of HTML
TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "strong", "b", "em", "i", "u", "s",
    "del", "ins", "sub", "sup", "small", "blockquote", "pre", "code", "q", "cite", "ul",
    "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "th",
    "td", "figure", "figcaption", "img", "div", "span", "section", "article", "aside",
    "header", "footer", "main", "address", "abbr", "time", "bdi", "ruby", "rt",
}  # fmt: skip
# Left out with all that is in them; of other elements that are not known the text stays.
UNSEEN = {
    "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "embed",
    "applet", "audio", "video", "canvas", "title", "select", "button", "textarea",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"dir", "lang"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
WORD_STYLES = "p[style-name='Title'] => h1:fresh\nu => u"
INLINE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")


def show(data, *, format, encoding=""):  # noqa: A002
    """``{"html": …}`` of a file, or ``{"pages": [(width, height), …], "count": …}`` of a PDF."""
    if format == "pdf":
        return _pages(data)
    html = sanitised(HTML[format](data, encoding))
    if len(html) > WORDS:
        raise Unreadable("The file is too long to be shown as it looked.")
    return {"html": html}


def sanitised(html):
    """The HTML without what acts, loads or leads away; pictures stay where they are in it."""
    import nh3

    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=UNSEEN,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"data"},
        link_rel=None,
    )


def _attribute(_, name, value):
    if name == "src" and not INLINE.match(value):
        return None
    return value


def _docx(data, _):
    import mammoth

    # Mammoth unpacks by itself; this refuses what would harm before.
    open_zip(data).close()
    # Without pictures and texts that lie outside the file: that is Mammoth's default, said here.
    return mammoth.convert_to_html(
        io.BytesIO(data),
        style_map=WORD_STYLES,
        convert_image=mammoth.images.img_element(_picture),
        external_file_access=False,
    ).value


def _picture(image):
    """The picture as an attribute; of one that lies outside the file or is missing, nothing."""
    try:
        with image.open() as opened:
            content = base64.b64encode(opened.read(PICTURE)).decode()
    except (KeyError, ValueError):
        return {}
    return {"src": f"data:{image.content_type};base64,{content}"}


def _html(data, encoding):
    text, _ = encodings.decode(data, encoding)
    return text


HTML = {"docx": _docx, "odt": odt_html.html, "epub": epub.html, "html": _html}


# The pages of a PDF


def _pages(data):
    import pypdfium2

    with pypdfium2.PdfDocument(data) as pdf:
        sizes = [_size(*pdf.get_page_size(one)) for one in range(min(len(pdf), PAGES))]
        return {"pages": [size[:2] for size in sizes], "count": len(pdf)}


def draw(data, *, number):
    """``{"png": …}``, the picture of one page in base64; pages are counted from 0."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as pdf:
        page = pdf[number]
        *_, scale = _size(*page.get_size())
        bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)
        rows = memoryview(bitmap.buffer).cast("B")
        width = bitmap.width * bitmap.n_channels
        lines = (
            rows[at : at + width] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride)
        )
        raw = b"".join(b"\0" + bytes(line) for line in lines)
        picture = _png(bitmap.width, bitmap.height, bitmap.n_channels, raw)
    return {"png": base64.b64encode(picture).decode()}


def _size(width, height):
    """The pixels of a page's picture, and the scale from its points."""
    width, height = max(width, 1), max(height, 1)
    scale = min(WIDTH / width, HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale)), scale


def _png(width, height, channels, raw):
    """A PNG of lines of RGB or grey, each with its filter in front (PNG specification, 11.2)."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, colour, 0, 0, 0])
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 3)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + kind + data + binascii.crc32(kind + data).to_bytes(4)
        for kind, data in parts
    )
