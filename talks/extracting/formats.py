"""Which format a file has: by its first bytes, and where they do not tell, by its name."""

from typing import NamedTuple

from . import archives
from .results import Unreadable


class Format(NamedTuple):
    name: str
    label: str
    extensions: tuple
    module: str


FORMATS = {
    one.name: one
    for one in (
        Format("text", "Plain text", ("txt", "text"), "plain"),
        Format("markdown", "Markdown", ("md", "markdown"), "markdown"),
        Format("html", "HTML", ("html", "htm", "xhtml"), "html"),
        Format("docx", "Word", ("docx", "docm", "dotx"), "docx"),
        Format("odt", "OpenDocument", ("odt", "ott"), "odt"),
        Format("pdf", "PDF", ("pdf",), "pdf"),
        Format("epub", "EPUB", ("epub",), "epub"),
    )
}
# Of these each row is an article; what reads them is talks.tables.
TABLES = ("csv", "tsv", "tab", "jsonl", "ndjson")
# A file that starts like this is of a kind that we do not read.
STRANGE = {
    b"\xd0\xcf\x11\xe0": "an old Word file, or one with a password. Save it as .docx without one",
    b"{\\rtf": "an RTF file. Save it as .docx or as plain text",
    b"\x1f\x8b": "a compressed file. Unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive. Pack the files as ZIP",
    b"Rar!": "a RAR archive. Pack the files as ZIP",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"MZ": "a program",
    b"\x7fELF": "a program",
}


def recognise(data, name="", media_type=""):
    """The :class:`Format` of a file; raises Unreadable where it is none of ours."""
    if not data:
        raise Unreadable("The file is empty.")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    for signature, what in STRANGE.items():
        # "MZ" begins many a word, so it counts for a file that is not called text.
        if data.startswith(signature) and not (signature == b"MZ" and b"\0" not in data[:200]):
            raise Unreadable(f"This is {what}.")
    if found := _by_content(data):
        return FORMATS[found]
    by_name = next((one for one in FORMATS.values() if extension in one.extensions), None)
    if by_name is None and (media_type in {"text/html", "application/xhtml+xml"} or _is_page(data)):
        by_name = FORMATS["html"]
    if extension in TABLES:
        raise Unreadable("This is a table of articles. Send it on its own.")
    if by_name is None and extension and media_type != "text/plain":
        known = ", ".join(f".{one.extensions[0]}" for one in FORMATS.values())
        raise Unreadable(f"Files that end in .{extension[:20]} are not read. Known: {known}.")
    if by_name is not None and by_name.name in {"docx", "odt", "pdf", "epub"}:
        raise Unreadable(f"The file is called .{extension} and is none: it is broken or misnamed.")
    return by_name or FORMATS["text"]


def _by_content(data):
    """The name of a format that its first bytes tell for certain, or nothing."""
    if b"%PDF-" in data[:1024] and data.lstrip()[:1] == b"%":
        return "pdf"
    if not data.startswith(b"PK\x03\x04"):
        return ""
    names, mimetype = archives.names(data)
    if mimetype == "application/epub+zip" or "META-INF/container.xml" in names:
        return "epub"
    if mimetype.startswith("application/vnd.oasis.opendocument.text"):
        return "odt"
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return "docx"
    if not names:
        raise Unreadable("The file is broken: its ZIP directory cannot be read.")
    raise Unreadable("This is a ZIP archive, and no article.")


def _is_page(data):
    start = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return (
        start.startswith((b"<!doctype html", b"<html", b"<?xml"))
        and b"<html" in data[:4000].lower()
    )
