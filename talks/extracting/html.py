"""Web pages: the article's body and what the page says of it, found by trafilatura."""

import copy
import re

from . import encodings
from .results import Unreadable

CHARSET = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
XML_ENCODING = re.compile(rb"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.-]{1,40})")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def extract(data, *, encoding="", declared="", name=""):
    """``(text, fields, encoding)``."""
    said = XML_ENCODING.search(data[:400]) or CHARSET.search(data[:4096])
    said = said[1].decode("ascii") if said else ""
    # A page that was read as text cannot have said UTF-16 in it: browsers take that for UTF-8.
    said = "utf-8" if said.lower().startswith("utf-16") else said
    page, used = encodings.decode(data, encoding, declared or said)
    text, fields = read(page, name)
    return text, fields, used


def read(page, address=""):
    """``(text, fields)`` of a page's source."""
    tree = _tree(page)
    found = _article(tree, address)
    text = "\n".join(line for line in (found.text or "").split("\n") if line.strip())
    if not text:
        raise Unreadable("There is no article in this page: no text was found in it.")
    fields = {
        "title": found.title,
        "byline": found.author,
        "publisher": _publisher(found),
        "published_on": found.date,
        "language": _language(tree) or found.language,
        "url": found.url,
        "licence": found.license,
    }
    return text, {key: " ".join(value.split()) for key, value in fields.items() if value}


def _tree(page):
    from lxml import etree
    from lxml import html as lxml_html

    # What would stand for itself in a text, an encoding in an XML declaration, lxml refuses.
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(page, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable("There is no article in this page: no text was found in it.") from None


def _article(tree, address):
    import trafilatura

    found = trafilatura.bare_extraction(
        copy.deepcopy(tree),
        url=address if address.startswith(("http://", "https://")) else None,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        favor_recall=True,
        deduplicate=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if found is None or not (found.text or "").strip():
        raise Unreadable("There is no article in this page: no text was found in it.")
    return found


def _publisher(found):
    # Without a name trafilatura gives the host.
    name = found.sitename or ""
    return "" if name == found.hostname else name


def _language(tree):
    for value in [tree.get("lang"), *tree.xpath("//article/@lang")[:1]]:
        if value and LANGUAGE.fullmatch(value.strip()):
            return value.strip()
    return ""
