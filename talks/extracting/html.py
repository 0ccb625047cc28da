"""Web pages: the article's body and what the page says of it, found by trafilatura."""

import copy
import json
import re
from urllib.parse import urljoin

from . import blocks, encodings
from .results import Unreadable

CHARSET = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
XML_ENCODING = re.compile(rb"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.-]{1,40})")
DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
ENTITY = re.compile(r"<!DOCTYPE[^>\[]{0,2000}\[[^\]]{0,2000}<!ENTITY", re.IGNORECASE)
NONE_FOUND = "There is no article in this page: no text was found in it."
# Of what trafilatura makes of a page; from how many characters on it takes its first finding.
BLOCKS = {"p", "head", "item", "list", "row", "cell", "table", "quote", "code", "div", "body"}
FEWEST = "20"
PARTING = ("div", "section", "header", "h1", "h2", "h3", "h4", "h5", "h6")
# Spaces and joiners that trafilatura would turn into others or take away, and rare signs that
# stand for them while it works: Persian words, emoji and figures such as 1 000 need them.
DELICATE = "\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000\u200c\u200d\u200e\u200f\u061c"
DISGUISED = {ord(one): chr(0x1D2E0 + i) for i, one in enumerate(DELICATE)}
BARED = {ord(sign): chr(one) for one, sign in DISGUISED.items()}


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
    if ENTITY.search(page[:10_000]):
        raise Unreadable("The page defines entities of its own, as attacks do. It is refused.")
    tree = _tree(page)
    address = address if address.startswith(("http://", "https://")) else ""
    stated = _stated(tree, address)
    found = _article(tree, address)
    lines = blocks.lines(found.body, BLOCKS, preformatted=("code",))
    text = "\n".join(filter(None, (line.translate(BARED).strip() for line in lines)))
    if not text:
        raise Unreadable(NONE_FOUND)
    fields = {
        "title": found.title or stated["title"],
        "byline": found.author or stated["byline"],
        "publisher": _publisher(found) or stated["publisher"],
        # Trafilatura takes the first date in the page, which may be another thing's.
        "published_on": stated["published_on"] or found.date,
        "language": stated["language"] or found.language,
        "url": stated["url"] or found.url,
        "licence": found.license or stated["licence"],
    }
    return text, {
        key: " ".join(value.translate(BARED).split()) for key, value in fields.items() if value
    }


def _tree(page):
    from lxml import etree
    from lxml import html as lxml_html

    # What would stand for itself in a text, an encoding in an XML declaration, lxml refuses.
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", page)
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(page, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable(NONE_FOUND) from None


def _article(tree, address):
    import trafilatura
    from trafilatura.settings import use_config

    settings = use_config()
    settings.set("DEFAULT", "MIN_EXTRACTED_SIZE", FEWEST)
    tree = copy.deepcopy(tree)
    _leave_unseen_out(tree)
    _wrap_loose_text(tree)
    for element in tree.iter():
        if element.text:
            element.text = element.text.translate(DISGUISED)
        if element.tail:
            element.tail = element.tail.translate(DISGUISED)
    found = trafilatura.bare_extraction(
        tree,
        url=address or None,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        favor_recall=True,
        deduplicate=False,
        with_metadata=True,
        config=settings,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if found is None or found.body is None or not (found.text or "").strip():
        raise Unreadable(NONE_FOUND)
    return found


def _leave_unseen_out(tree):
    for element in tree.xpath("//template | //body//*[@hidden] | //*[@role='doc-noteref']"):
        element.drop_tree()


def _wrap_loose_text(tree):
    """Make paragraphs of what stands behind a block without being in one: it would be lost."""
    for block in list(tree.iter(*PARTING)):
        parent = block.getparent()
        if parent is None or not (block.tail or "").strip():
            continue
        paragraph = parent.makeelement("p")
        paragraph.text, block.tail = block.tail, None
        following = block.getnext()
        parent.insert(parent.index(block) + 1, paragraph)
        while following is not None and following.tag not in blocks.HTML | blocks.UNSEEN:
            moved, following = following, following.getnext()
            paragraph.append(moved)


def _publisher(found):
    # Without a name trafilatura gives the host.
    name = found.sitename or ""
    return "" if name == found.hostname else name


def _stated(tree, address):
    """What the page states of its article in links, in metadata and in JSON-LD."""
    data = _data_of_article(tree)
    base = urljoin(address, next(iter(tree.xpath("//base/@href")), "").strip())
    shared = tree.xpath("//meta[@property='og:url']/@content")
    canonical = tree.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    stated = [data.get("mainEntityOfPage"), data.get("url")]
    stated = [one.get("@id") if isinstance(one, dict) else one for one in stated]
    places = [one for one in [*canonical, *shared, *stated] if isinstance(one, str)]
    absolute = [_absolute(one.strip(), base or next(iter(shared), "")) for one in places]
    url = next((one for one in absolute if one), "")
    same = [one.get("hreflang") for one in tree.xpath("//link[@hreflang and @href]")
            if _absolute(one.get("href").strip(), base) == url]  # fmt: skip
    languages = [
        tree.get("lang"),
        *tree.xpath("//article/@lang")[:1],
        data.get("inLanguage"),
        *tree.xpath("//meta[@property='og:locale']/@content")[:1],
        *tree.xpath("//meta[translate(@http-equiv, 'CL', 'cl')='content-language']/@content")[:1],
        *same,
    ]
    return {
        "url": url,
        "language": next(filter(None, map(_language, languages)), ""),
        "licence": _names(data.get("license")),
        "title": _names(data.get("headline")),
        "byline": _names(data.get("author")),
        "publisher": _names(data.get("publisher")),
        "published_on": _day(data.get("datePublished")),
    }


def _names(value):
    """A value of JSON-LD, a text or an object with a name, or several of them, as one text."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        found += [name.strip()] if isinstance(name, str) and name.strip() else []
    return "; ".join(found)


def _day(value):
    """The day of a date as JSON-LD has it."""
    found = DAY.match(value) if isinstance(value, str) else None
    return found[0] if found else ""


def _absolute(place, base):
    try:
        place = urljoin(base, place)
    except ValueError:
        return ""
    return place if place.startswith(("http://", "https://")) else ""


def _language(value):
    value = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return value if LANGUAGE.fullmatch(value) else ""


def _data_of_article(tree):
    """What the page says of its article in JSON-LD: the first object whose type is an article."""
    for source in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            waiting = [json.loads(source, strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting:
            one = waiting.pop(0)
            if isinstance(one, list):
                waiting = one + waiting
            elif isinstance(one, dict):
                kinds = one.get("@type")
                kinds = kinds if isinstance(kinds, list) else [kinds]
                if any(isinstance(kind, str) and kind.endswith("Article") for kind in kinds):
                    return one
                waiting += [one["@graph"]] if "@graph" in one else []
    return {}
