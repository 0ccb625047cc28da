"""Markdown: its paragraphs as plain text, one a line, and what a front matter says."""

import html
import re
import tomllib

from . import blocks as html_blocks
from . import encodings
from .wrapping import unwrapped

FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
TOML = re.compile(r"\+\+\+[ \t]*\n(.*?\n)\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
KEY = re.compile(r"([A-Za-z][\w -]*?)\s*:(?:\s+(.*)|\s*)")
FOOTNOTE = re.compile(r"^ {0,3}\[\^[^\]\s]+\]:.*\n?(?:(?: {4}|\t).*\n?)*", re.MULTILINE)
TASK = re.compile(r"^\[[ xX]\] ")
LINE_END = re.compile(r"<br\b", re.IGNORECASE)
# A list that would begin with it is a sentence: "2025. It was late."
YEAR = 1000
TAG = re.compile(r"</?([A-Za-z]+)\s*/?>")
# Tags that lxml does not know.
KNOWN = {
    "bdi", "data", "dialog", "main", "picture", "rb", "rtc", "search", "slot", "template",
}  # fmt: skip
REFERENCE = re.compile(r"\[\^[^\]\s]+\]")
NAMES = {
    "title": "title",
    "author": "byline",
    "authors": "byline",
    "byline": "byline",
    "publisher": "publisher",
    "outlet": "publisher",
    "source": "source_credit",
    "date": "published_on",
    "lang": "language",
    "language": "language",
    "url": "url",
    "canonical": "url",
    "canonical_url": "url",
}


def extract(data, *, encoding="", declared="", name=""):  # noqa: ARG001
    """``(text, fields, encoding)``; without a front matter's title, that of a first heading."""
    text, used = encodings.decode(data, encoding, declared)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields, body = _front_matter(text)
    blocks, heading = _blocks(body)
    if heading:
        fields.setdefault("title", heading)
    return "\n".join(unwrapped(blocks)), fields, used


def _front_matter(text):
    """What stands in YAML (its plain lines, lists and folded texts) or TOML at the top."""
    if found := TOML.match(text):
        try:
            said = {key: _listed(value) for key, value in tomllib.loads(found[1]).items()}
        except tomllib.TOMLDecodeError:
            return {}, text
    elif (found := FRONT_MATTER.match(text)) and (found[1][0] == "#" or KEY.match(found[1])):
        said = _yaml(found[1])
    else:
        # Also where rules stand above and below a text.
        return {}, text
    fields = {}
    for key, value in said.items():
        if value and (field := NAMES.get(key.lower())):
            fields[field] = value[:10] if field == "published_on" else value
    return fields, text[found.end() :]


def _yaml(source):
    said, key = {}, ""
    for line in source.split("\n"):
        if found := KEY.fullmatch(line.rstrip()):
            key, value = found[1], (found[2] or "").strip()
            # A sign that the text follows, folded or as it stands.
            said[key] = "" if re.fullmatch(r"[>|][+-]?", value) else _scalar(value)
        elif key and (more := line.strip()):
            item = more.startswith("- ")
            more = more.removeprefix("- ")
            if said_of := KEY.fullmatch(more):
                # One of several things that are said of an author.
                if said_of[1] != "name":
                    continue
                item, more = True, said_of[2] or ""
            more = _scalar(more)
            said[key] = f"{said[key]}{'; ' if item else ' '}{more}" if said[key] else more
    return said


def _scalar(value):
    if value.startswith("[") and value.endswith("]"):
        return "; ".join(filter(None, (_scalar(one.strip()) for one in value[1:-1].split(","))))
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return re.sub(r"\s+#.*", "", value)


def _listed(value):
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _blocks(body):
    """Each block as its lines, and the text of a heading of the first rank at the very top."""
    from markdown_it import MarkdownIt

    body = REFERENCE.sub("", FOOTNOTE.sub("", body))
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(body)
    blocks, heading, number, is_list = [], "", "", True
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline":
            text = TASK.sub("", _plain(token.children))
            if number:
                text, number = f"{number} {text}", ""
            parts = [
                [line for line in part.split("\n") if line.strip()] for part in text.split("\f")
            ]
            lines = [line for part in parts for line in part]
            if before is not None and before.type == "heading_open" and before.tag == "h1":
                if not blocks:
                    heading = " ".join(lines)
                parts = [[" ".join(lines)]]
            blocks.extend(filter(None, parts))
        elif token.type == "ordered_list_open":
            is_list = int(token.attrs.get("start", 1)) < YEAR
        elif token.type == "list_item_open" and token.info and not is_list:
            number = f"{token.info}{token.markup}"
        elif token.type == "html_block":
            blocks.extend([line] for line in _of_html(token.content))
        elif token.type in {"fence", "code_block"}:
            blocks.extend([line] for line in token.content.split("\n") if line.strip())
    return blocks, heading


def _is_tag(name):
    """Whether HTML has a tag of that name; what else stands in angle brackets is text."""
    from lxml.html import defs

    return name.lower() in KNOWN | defs.tags


def _of_html(source):
    """The lines that a block of HTML shows."""
    from lxml import etree
    from lxml import html as lxml_html

    source = TAG.sub(lambda one: one[0] if _is_tag(one[1]) else html.escape(one[0]), source)
    parser = lxml_html.HTMLParser(no_network=True, remove_comments=True, huge_tree=False)
    try:
        root = lxml_html.fragment_fromstring(source, create_parent="div", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    return html_blocks.lines(root, html_blocks.HTML, html_blocks.UNSEEN)


def _plain(children):
    """The text, with LF where the source has a new line, and FF where the page has one."""
    parts = []
    for token in children:
        if token.type == "softbreak":
            parts.append("\n")
        elif token.type == "hardbreak" or LINE_END.match(token.content):
            parts.append("\f")
        elif token.type == "html_inline":
            found = TAG.fullmatch(token.content)
            parts.append("" if found is None or _is_tag(found[1]) else token.content)
        elif token.type == "image":
            parts.append(_plain(token.children or []))
        elif token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
    return "".join(parts)
