"""Markdown: its paragraphs as plain text, one a line, and what a front matter says."""

import re

from . import encodings
from .wrapping import unwrapped

FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
NAMES = {
    "title": "title",
    "author": "byline",
    "byline": "byline",
    "publisher": "publisher",
    "outlet": "publisher",
    "source": "source_credit",
    "date": "published_on",
    "lang": "language",
    "language": "language",
    "url": "url",
    "canonical": "url",
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
    found = FRONT_MATTER.match(text)
    if not found:
        return {}, text
    fields = {}
    for line in found[1].split("\n"):
        key, colon, value = line.partition(":")
        field = NAMES.get(key.strip().lower())
        value = value.strip().strip("\"'")
        if colon and field and value:
            fields[field] = value[:10] if field == "published_on" else value
    return fields, text[found.end() :]


def _blocks(body):
    """Each block as its lines, and the text of a heading of the first rank at the very top."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(body)
    blocks, heading = [], ""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline":
            lines = [line for line in _plain(token.children).split("\n") if line.strip()]
            if before is not None and before.type == "heading_open" and before.tag == "h1":
                if not blocks:
                    heading = " ".join(lines)
                lines = [" ".join(lines)]
            if lines:
                blocks.append(lines)
        elif token.type in {"fence", "code_block"}:
            blocks.extend([line] for line in token.content.split("\n") if line.strip())
    return blocks, heading


def _plain(children):
    parts = []
    for token in children:
        if token.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif token.type == "image":
            parts.append(_plain(token.children or []))
        elif token.type in {"text", "code_inline", "text_special"}:
            parts.append(token.content)
    return "".join(parts)
