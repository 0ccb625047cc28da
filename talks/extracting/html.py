"""Web pages: the article's body and what the page says of it, found by trafilatura."""

import collections
import copy
import html
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
BARE_DAY = re.compile(r"(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
IN_WORDS = re.compile(r"\b\d{1,2}\.? [^\W\d_]{3,12} (19|20)\d\d\b")
BY = re.compile(r"^(by|von|par|автор|автори|авторы|текст)\b:?\s*", re.IGNORECASE)
ROLES = re.compile(
    r"\b(editor|correspondent|columnist|(staff|senior) (writer|reporter)|redakteur)\b",
    re.IGNORECASE,
)
AUTHORS = (
    "//*[@itemprop='author']//*[@itemprop='name' and not(@content)]/text()"
    " | //*[@itemprop='author']//*[@itemprop='name']/@content"
)
ARTICLES = "Article", "Posting"
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
ENTITY = re.compile(r"<!DOCTYPE[^>\[]{0,2000}\[[^\]]{0,2000}<!ENTITY", re.IGNORECASE)
NONE_FOUND = "There is no article in this page: no text was found in it."
# Of what trafilatura makes of a page; from how many characters on it takes its first finding.
BLOCKS = {"p", "head", "item", "list", "row", "cell", "table", "quote", "code", "div", "body"}
FEWEST = "20"
# How many times as much text as was found a page states, where that is taken.
BEYOND = 1.5
# Characters of a paragraph that is none of a menu's, and the share of these that is looked for.
LONG, MOST = 60, 0.75
# Elements that may hold text beside paragraphs.
HOLDERS = (
    "body", "main", "article", "section", "header", "div", "blockquote", "center", "font", "span",
    "td", "dd", "li", "details",
)  # fmt: skip
APART = blocks.HTML | blocks.UNSEEN | {
    "nav", "form", "fieldset", "button", "select", "input", "textarea", "details", "summary",
    "iframe", "video", "audio", "object", "embed", "canvas", "noscript", "dialog", "menu", "center",
}  # fmt: skip
NOT_SEEN = "visually-hidden", "sr-only", "screen-reader-text"
# Of the elements of AMP those that hold what a reader reads.
AMP_TEXT = {"amp-accordion", "amp-fit-text", "amp-layout", "amp-script", "amp-story-page"}
SENTENCE = re.compile(r"[.!?…。！？؟][”\"’'»)\]]*$")
# Elements that hold words of a text, and no other parts of it.
PARTS = {"p", "li", "td", "dd", "blockquote", "h2", "h3", "h4"}
ACTING = (
    "a",
    "button",
    "input",
    "select",
    "form",
    "img",
    "picture",
    "video",
    "audio",
    "iframe",
    "svg",
)
WORDS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "a", "span", "b", "strong", "em", "i"}
# A paragraph that is nothing but this and links.
LEADS_ON = re.compile(
    r"also read|(read|see|watch) (more|also|next)|more on this|related( articles?| stories)?|"
    r"(читайте|смотрите|дивіться) (также|також|більше|ещё|еще)( по теме| по темі)?|"
    r"по теме|за темою|lesen sie auch|mehr (zum thema|dazu)|(à )?lire aussi|"
    r"[اإ]قرأ أيض(ا|ًا|اً)|קראו (גם|עוד)|相关(报道|阅读)|延伸阅读",
    re.IGNORECASE,
)
# What asks a reader to subscribe is called so, and is short.
ASKS, SHORT = re.compile(r"newsletter|subscribe(?![rd])|sign-?up|regwall", re.IGNORECASE), 300
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
    data = _data_of_article(tree)
    stated = _stated(tree, data, address)
    found = _article(tree, address)
    text = _lines_of(found.body, BLOCKS, preformatted=("code",)) if found else ""
    body = _stated_body(data)
    # Pages that a script would write, or that are cut for who has not subscribed.
    if len(body) > BEYOND * len(text):
        text = body
    if not text:
        raise Unreadable(NONE_FOUND)
    fields = dict(stated)
    if found:
        fields |= {
            "title": stated["title"] or found.title,
            "byline": stated["byline"] or _without_roles(found.author or ""),
            "publisher": stated["publisher"] or _publisher(found),
            # Trafilatura takes the first date in the page, which may be another thing's.
            "published_on": stated["published_on"] or found.date or _day_in_words(tree),
            "language": stated["language"] or found.language,
            "url": stated["url"] or found.url,
            "licence": found.license or stated["licence"],
        }
    if fields.get("publisher") and fields.get("byline"):
        names = fields["byline"].split("; ")
        others = [one for one in names if one.casefold() != fields["publisher"].casefold()]
        fields["byline"] = "; ".join(others or names)
    return text, {
        key: " ".join(value.translate(BARED).split()) for key, value in fields.items() if value
    }


def _lines_of(root, kinds, unread=(), preformatted=("pre",)):
    lines = blocks.lines(root, kinds, unread, preformatted)
    return "\n".join(filter(None, (line.translate(BARED).strip() for line in lines)))


def _stated_body(data):
    """The text of the article as its JSON-LD has it, of which some make HTML."""
    body = data.get("articleBody")
    body = html.unescape(body) if isinstance(body, str) else ""
    if re.search(r"<(p|br|div)\b", body, re.IGNORECASE):
        return _lines_of(_tree(body), blocks.HTML, blocks.UNSEEN)
    return "\n".join(filter(None, (" ".join(line.split()) for line in body.splitlines())))


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
    tree = copy.deepcopy(tree)
    _leave_unseen_out(tree)
    _open_what_would_cut(tree)
    _wrap_loose_text(tree)
    _keep_plain_text(tree)
    marks = _told_apart(tree)
    for element in tree.iter():
        if element.text:
            element.text = element.text.translate(DISGUISED)
        if element.tail:
            element.tail = element.tail.translate(DISGUISED)
    found = _extracted(copy.deepcopy(tree), address)
    paragraphs, least = _main_text(tree)
    if paragraphs and (found is None or _share(found, paragraphs) < least):
        _gather(tree, paragraphs)
        # Without what trafilatura falls back on, which leaves headings out, and with it.
        others = [_extracted(copy.deepcopy(tree), address, fast=fast) for fast in (True, False)]
        fullest = max(
            filter(None, [found, *others]), key=lambda one: len(one.text or ""), default=None
        )
        if found is not None and fullest is not None:
            found.body, found.text = fullest.body, fullest.text
        found = found or fullest
    if found is None or found.body is None or not (found.text or "").strip():
        return None
    for element in found.body.iter():
        element.text = (element.text or "").translate(marks)
        element.tail = (element.tail or "").translate(marks)
    found.title = (found.title or "").translate(marks)
    found.author = (found.author or "").translate(marks)
    return found


def _keep_plain_text(tree):
    """Take the names off what holds nothing but text among paragraphs, for it is no menu."""
    among = {one.getparent() for one in tree.iter("p")}
    for block in tree.iter("div", "section"):
        is_plain = block.getparent() in among and next(block.iter(*ACTING), None) is None
        is_quote = "quote" in (block.get("class") or "")
        if is_plain and (is_quote or any(len(_shown(one)) >= LONG for one in block.iter("p"))):
            for one in block.iter():
                one.attrib.pop("class", None)
                one.attrib.pop("id", None)


def _told_apart(tree):
    """Begin what stands in several elements with a sign of its own, and say which these are.

    Trafilatura would take it for one thing that it found twice. Answers of one word and
    stage directions are often the same.
    """
    texts = collections.defaultdict(list)
    for one in tree.iter(*blocks.HTML):
        if not any(within.tag in blocks.HTML for within in one.iterdescendants()):
            texts[_shown(one)].append(one)
    again = [one for text, same in texts.items() if text and len(same) > 1 for one in same]
    used = set("".join(tree.itertext()))
    # Of a plane for private use.
    signs = (sign for sign in range(0xF0000, 0xFFFFD) if chr(sign) not in used)
    marks = dict(zip(signs, again, strict=False))
    for sign, one in marks.items():
        one.text = chr(sign) + (one.text or "")
    return dict.fromkeys(marks)


def _share(found, paragraphs):
    """How much of the paragraphs was found."""
    text = _shown(found.body) if found.body is not None else ""
    return _length([one for one in paragraphs if one[1] in text]) / _length(paragraphs)


def _extracted(tree, address, *, fast=False):
    import trafilatura
    from trafilatura.settings import use_config

    settings = use_config()
    settings.set("DEFAULT", "MIN_EXTRACTED_SIZE", FEWEST)
    return trafilatura.bare_extraction(
        tree,
        url=address or None,
        fast=fast,
        include_comments=False,
        include_tables=True,
        include_formatting=False,
        favor_recall=True,
        deduplicate=False,
        with_metadata=True,
        config=settings,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )


def _leave_unseen_out(tree):
    """Without what no reader sees, captions of pictures, and lines that lead to other texts."""
    unseen = "//template | //body//*[@hidden] | //*[@role='doc-noteref'] | //figcaption"
    for element in tree.xpath(unseen):
        element.drop_tree()
    for element in [one for one in tree.iter("*") if one.tag.startswith("amp-")]:
        if element.tag not in AMP_TEXT:
            element.drop_tree()
    for element in tree.xpath("//body//*[(@class or @id) and (.//a or .//button or .//input)]"):
        called = f"{element.get('class', '')} {element.get('id', '')}"
        if ASKS.search(called) and element.tag != "p" and len(_shown(element)) < SHORT:
            element.drop_tree()
    for element in list(tree.iter("p")):
        own = "".join(element.xpath(".//text()[not(ancestor::a)]")).strip(" \t\n\r\xa0:–—-|>»→•")
        linked = [_shown(link) for link in element.iter("a")]
        if linked and (LEADS_ON.fullmatch(own) or (not own and any(map(_leads_on, linked)))):
            element.drop_tree()
    for element in tree.xpath("//body//*[@class]"):
        if not set(NOT_SEEN).isdisjoint(element.get("class").split()):
            element.drop_tree()


def _open_what_would_cut(tree):
    """Take off what would be made blocks of within a sentence; each line of ``pre`` is one."""
    from lxml import etree

    for element in tree.xpath("//pre"):
        lines = "".join(element.itertext()).split("\n")
        for child in list(element):
            element.remove(child)
        element.tag, element.text = "div", None
        for line in lines:
            paragraph = element.makeelement("p")
            paragraph.text = line
            element.append(paragraph)
    for element in tree.xpath("//q"):
        # Browsers draw the signs.
        element.text = f"“{element.text or ''}"
        last = element[-1] if len(element) else None
        if last is None:
            element.text += "”"
        else:
            last.tail = f"{last.tail or ''}”"
    for element in [one for one in tree.iter("*") if "-" in one.tag]:
        # A site's own elements: within a sentence or around it.
        before = element.getprevious()
        beside = element.getparent().text if before is None else before.tail
        is_within = any(above.tag in WORDS for above in element.iterancestors())
        is_within = is_within or (beside or "").strip() or (element.tail or "").strip()
        element.tag = "span" if is_within else "div"
    for element in tree.xpath("//h1/span | //h2/span | //h3/span | //h4/span"):
        if element.getnext() is not None:
            element.tail = element.tail or " "
    for element in tree.xpath("//figure[.//blockquote or .//table or .//ul or .//ol or .//p]"):
        element.tag = "div"
    for element in tree.iter("p"):
        # What is linked is taken for a menu; this is a sentence, or a list that one announces.
        text, links = _shown(element), list(element.iter("a"))
        if links and SENTENCE.search(text) and (len(links) > 1 or _is_in_text(element)):
            etree.strip_tags(element, "a")
        following = element.getnext()
        announces = text.endswith(":") and not LEADS_ON.fullmatch(text[:-1])
        if announces and following is not None and following.tag in {"ul", "ol"}:
            etree.strip_tags(following, "a")
        # So is what is called like one; this is too long.
        if not links and len(text) >= LONG:
            element.attrib.pop("class", None)
            element.attrib.pop("id", None)
    for around in list(tree.iter(*PARTS)):
        # Forms and dates of pages have them, and sentences too.
        within = list(around.iter("time", "label", "output", "meter", "slot"))
        if within and (len(text := _shown(around)) >= LONG or SENTENCE.search(text)):
            for element in within:
                element.tag = "span"
    for element in tree.xpath("//blockquote//footer | //blockquote/cite"):
        element.tag = "p"
    for element in tree.xpath("//h2//button | //h3//button | //h4//button | //summary//button"):
        element.drop_tag()
    for element in tree.xpath("//code | //kbd | //samp | //var | //tt | //q"):
        element.drop_tag()


def _is_in_text(paragraph):
    """Whether a paragraph stands beside a long one that has no links."""
    return any(
        one is not None and one.tag == "p" and one.find(".//a") is None and len(_shown(one)) >= LONG
        for one in (paragraph.getprevious(), paragraph.getnext())
    )


def _main_text(tree):
    """The long paragraphs of a page that stand in none of its parts for other things.

    With its headings, where one part of the page has most of them; and how much has to be found.
    """
    from trafilatura import xpaths

    outside = set(tree.xpath("//nav | //aside | //footer | //form | //figure | //noscript"))
    first, *others = tree.xpath("//h1") or [None]
    if first is not None and any(one.tag == "article" for one in first.iterancestors()):
        # The next articles of a page that has no end.
        outside.update(above for one in others for above in one.xpath("ancestor::article[1]")
                       if above not in first.iterancestors())  # fmt: skip
    named = [*xpaths.OVERALL_DISCARD_XPATH, *xpaths.REMOVE_COMMENTS_XPATH]
    apart = outside.union(*(find(tree) for find in named))
    # Where all is named like something else, the names mean nothing.
    found = _long_paragraphs(tree, apart) or _long_paragraphs(tree, apart := outside)
    around = _around(found)
    if around is None or around.tag == "body":
        return found, MOST
    headings = [
        (one, _shown(one))
        for one in around.iter("h2", "h3", "h4")
        if _shown(one) and apart.isdisjoint(one.iterancestors())
    ]
    return [one for one in found if around in one[0].iterancestors()] + headings, 1


def _long_paragraphs(tree, apart):
    found = []
    for one in tree.iter("p"):
        text = _shown(one)
        linked = sum(len(_shown(link)) for link in one.iter("a"))
        is_long = len(text) >= LONG and linked < len(text) / 2
        if is_long and apart.isdisjoint(one.iterancestors()):
            found.append((one, text))
    return found


def _length(paragraphs):
    return sum(len(text) for _, text in paragraphs)


def _shown(element):
    return " ".join("".join(element.itertext()).split())


def _around(paragraphs):
    """The smallest element with most of the paragraphs."""
    held = collections.Counter()
    for one, text in paragraphs:
        for above in one.iterancestors():
            held[above] += len(text)
    most = MOST * _length(paragraphs)
    # Each comes before what is around it.
    return next((one for one in held if held[one] >= most), None)


def _gather(tree, paragraphs):
    """Make one article of the paragraphs that stand in several, as those of a live blog.

    Trafilatura takes the first part of a page that is called an article or its text.
    """
    around = _around(paragraphs)
    while around.tag not in {"body", "main"} and not around.xpath(".//h1"):
        around = around.getparent()
    within = {above for one, _ in paragraphs for above in one.iterancestors()}
    for entry in [one for one in around.iter("article") if one in within and one is not around]:
        # When each entry of a live blog was written says what its words are worth.
        time = next((one for one in entry.iter("time") if _shown(one)), None)
        if time is not None:
            paragraph = entry.makeelement("p")
            paragraph.text = _shown(time)
            time.drop_tree()
            entry.insert(0, paragraph)
    for one in within & set(around.iter()):
        for name in ("class", "id", "itemprop", "role"):
            one.attrib.pop(name, None)
        one.tag = "section" if one.tag in {"article", "main"} else one.tag
    if around.tag != "body":
        body = next(tree.iter("body"))
        for one in list(body):
            body.remove(one)
        body.append(around)
        around.tag = "article"


def _wrap_loose_text(tree):
    """Make paragraphs of what stands beside blocks or line ends without being in a block.

    It would be lost, or run together; so would a long text that is alone in a ``div``.
    """
    texts = [
        one
        for one in tree.iter("div", "section", "center")
        if _shown(one) and one.find("br") is None and not any(map(_is_block, one))
    ]
    kinds = {_kind(one) for one in texts if len(_shown(one)) >= LONG}
    for block in texts:
        # Short ones too that stand like long ones.
        if _kind(block) in kinds:
            block.tag = "p"
    among = {one.getparent() for one in tree.iter("p")}
    for block in texts:
        if _stands(block, among):
            block.tag = "p"
    for block in list(tree.iter(*HOLDERS)):
        children = list(block)
        if any(one.tag == "br" or _is_block(one) for one in children):
            texts, block.text = [(None, block.text)], None
            for child in children:
                texts.append((child, child.tail))
                child.tail = None
                block.remove(child)
            paragraph = None
            for child, text in texts:
                if child is not None and (child.tag == "br" or _is_block(child)):
                    paragraph = None
                    if child.tag != "br":
                        block.append(child)
                elif child is not None:
                    if paragraph is None:
                        paragraph = _paragraph(block)
                    paragraph.append(child)
                if not (text or "").strip() and paragraph is None:
                    continue
                if paragraph is None:
                    paragraph = _paragraph(block)
                if len(paragraph):
                    paragraph[-1].tail = text
                else:
                    paragraph.text = text


def _stands(block, among):
    """Whether a text stands among paragraphs, or in what does and leads nowhere."""
    around, has_link = block.getparent(), block.find(".//a") is not None
    while around.tag == "div" and around not in among and not has_link:
        around = around.getparent()
    return around in among or around.tag in PARTS


def _kind(block):
    """What the parts of a page that are made alike have in common."""
    parent = block.getparent()
    told = block.get("class"), parent.get("class")
    return told if all(told) else (*told, id(parent))


def _paragraph(block):
    paragraph = block.makeelement("p")
    block.append(paragraph)
    return paragraph


def _is_block(element):
    if not isinstance(element.tag, str):
        return True
    return element.tag in APART or any(one.tag in blocks.HTML for one in element.iter())


def _publisher(found):
    # Without a name trafilatura gives the host.
    name = found.sitename or ""
    return "" if name == found.hostname else name


def _stated(tree, data, address):
    """What the page states of its article in links, in metadata and in JSON-LD."""
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
        "byline": _names(data.get("author")) or _names(tree.xpath(AUTHORS)),
        "publisher": _names(data.get("publisher")),
        "published_on": _day(data.get("datePublished")) or _day(data.get("dateCreated")),
    }


def _names(value):
    """A value of JSON-LD, a text or an object with a name, or several of them, as one text."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, list):
            name = _names(name)
        name = " ".join(html.unescape(name).split()) if isinstance(name, str) else ""
        # Some say where an author's page is, and no name.
        found += [name] if name and not name.startswith(("http://", "https://", "@")) else []
    return "; ".join(dict.fromkeys(found))


def _without_roles(names):
    """Authors as trafilatura finds them, without what they are and the word before them."""
    kept = [re.sub(BY, "", one).strip() for one in names.split("; ")]
    return "; ".join(one for one in kept if one and not ROLES.search(one))


def _day(value):
    """The day of a date as JSON-LD has it, or with the month in words."""
    value = value.strip() if isinstance(value, str) else ""
    if found := DAY.match(value):
        return found[0]
    if found := BARE_DAY.match(value):
        return "-".join(found.groups())
    # What is all figures may be read in two ways.
    if len(value) < 60 and re.search(r"[^\W\d_]{3}.*\d{4}|\d{4}.*[^\W\d_]{3}", value):
        import dateparser

        day = dateparser.parse(value, settings={"REQUIRE_PARTS": ["day", "month", "year"]})
        return day.date().isoformat() if day else ""
    return ""


def _leads_on(text):
    found = LEADS_ON.match(text)
    return found is not None and text[found.end() :].lstrip()[:1] in ("", ":")


def _day_in_words(tree):
    """The day in words that stands in a short text before all others, and not in a site's head."""
    for text in tree.xpath("//body//text()"):
        if len(text) < LONG and (found := IN_WORDS.search(text)):
            above = [one.tag for one in text.getparent().iterancestors()] + [text.getparent().tag]
            is_apart = not {"nav", "aside", "footer", "form", "script", "style"}.isdisjoint(above)
            is_of_site = "header" in above and {"article", "main"}.isdisjoint(above)
            in_text = any(
                one.tag == "p" and len(_shown(one)) >= LONG
                for one in (text.getparent(), text.getparent().getparent())
            )
            if not (is_apart or is_of_site or in_text):
                return _day(found[0])
    return ""


def _absolute(place, base):
    try:
        place = urljoin(base, place)
        place = f"https:{place}" if place.startswith("//") else place
    except ValueError:
        return ""
    return place if place.startswith(("http://", "https://")) else ""


def _language(value):
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    value = value.strip().replace("_", "-") if isinstance(value, str) else ""
    return value if LANGUAGE.fullmatch(value) else ""


def _data_of_article(tree):
    """What the page says of its article in JSON-LD: the first object whose type is an article.

    Where it only names the id of another object, that stands in its place.
    """
    article, named = {}, {}
    for source in tree.xpath("//script[starts-with(@type, 'application/ld+json')]/text()"):
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
                if any(isinstance(kind, str) and kind.endswith(ARTICLES) for kind in kinds):
                    article = article or one
                if isinstance(one.get("@id"), str) and len(one) > 1:
                    named.setdefault(one["@id"], one)
                waiting += [one[key] for key in ("@graph", "mainEntity") if key in one]
    return {key: _resolved(value, named) for key, value in article.items()}


def _resolved(value, named):
    if isinstance(value, list):
        return [_resolved(one, named) if not isinstance(one, list) else one for one in value]
    if isinstance(value, dict) and set(value) == {"@id"} and isinstance(value["@id"], str):
        return named.get(value["@id"], value)
    return value
