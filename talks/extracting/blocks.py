"""The text of a tree of marked-up text, a line for each of its blocks."""

import re

HTML = {
    "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p",
    "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# What a reader of a page does not see as its text.
UNSEEN = {"head", "script", "style", "template", "svg", "math", "rt", "rp"}
SPACE = re.compile(r"[ \t\r\n\f]+")


def lines(root, blocks, unread=(), preformatted=("pre",)):
    """The lines of ``root``: each element of ``blocks`` begins and ends one.

    White space collapses as in a browser; in ``preformatted`` elements each line stays one.
    Elements ``unread``, by their names without a namespace, are left out.
    """
    # With NUL, which neither XML nor HTML can have, where a line ends.
    parts = []
    stack = [(root, False, False)]
    while stack:
        element, is_end, is_preformatted = stack.pop()
        kind = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        if is_end:
            parts += ["\0"] if kind in blocks else []
            parts.append(_text(element.tail, is_preformatted))
            continue
        stack.append((element, True, is_preformatted))
        if not kind and hasattr(element, "name"):
            # An entity that nothing defines.
            parts.append(element.text)
        if kind in unread or not kind:
            continue
        within = is_preformatted or kind in preformatted
        parts += ["\0"] if kind in blocks or kind in {"br", "lb"} else []
        parts.append(_text(element.text, within))
        stack += [(child, False, within) for child in reversed(element)]
    text = SPACE.sub(" ", "".join(parts))
    return [line.strip(" ") for line in text.split("\0") if line.strip()]


def _text(text, is_preformatted):
    text = text or ""
    return text.replace("\n", "\0") if is_preformatted else text
