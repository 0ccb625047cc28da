"""XML out of strangers' files: no entities of their own, nothing fetched, nothing huge."""

import re

from .archives import read_member
from .results import Unreadable

PART = 50_000_000  # bytes of one part
ENTITIES = "The file defines XML entities of its own, as attacks do. It is refused."
# Also in UTF-16. What defines too many is no sound XML to the parser.
ENTITY = re.compile(rb"<\0?!\0?E\0?N\0?T\0?I\0?T\0?Y")


def parse(content):
    """The root element."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True,
        remove_comments=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if ENTITY.search(content):
            raise Unreadable(ENTITIES) from None
        raise Unreadable(
            f"The file is broken: its XML is not sound (line {error.lineno})."
        ) from None
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise Unreadable(ENTITIES)
    return root


def part(archive, name):
    """The root element of a member of a ZIP."""
    return parse(read_member(archive, name, PART))


def said(root, names):
    """``{field: text}`` of the first element of each local name that says something."""
    found = {}
    for element in root.iter():
        if isinstance(element.tag, str):
            field = names.get(element.tag.rpartition("}")[2])
            text = " ".join("".join(element.itertext()).split())
            if field and text:
                found.setdefault(field, text)
    return found
