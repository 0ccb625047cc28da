"""The codebook as a file and back: CSV, and the codebook of REFI-QDA (.qdc).

Reading is lenient: what cannot be kept is left out and told in ``lost``, in sentences. Source: the
REFI-QDA Standard 1.5, part Codebook, and OWASP on CSV injection.
"""

import csv
import dataclasses
import io
import re
import unicodedata
import uuid

from lxml import etree

from talks import csv_files, gate
from talks.models import Colour
from talks.network import COLOURS

from .codebook_tree import DEEPEST
from .forms_codebook import RULE_LENGTH, TAKEN
from .models import TagStatus

NAMESPACE = "urn:QDA-XML:codebook:1.0"
COLUMNS = (
    "name", "parent", "definition", "example", "counter_example", "colour", "shortcut", "status",
    "reason", "merged_into", "guid",
)  # fmt: skip
# What other programs call a column, by what it is called here.
ALSO = {
    "code": "name", "tag": "name", "title": "name", "label": "name",
    "description": "definition", "memo": "definition", "comment": "definition",
    "codename": "name", "code name": "name", "tag name": "name", "code memo": "definition",
    "parent code": "parent", "parent tag": "parent",
    "color": "colour", "category": "parent", "id": "guid",
    "counter-example": "counter_example", "counter example": "counter_example",
}  # fmt: skip
NAME_LENGTH = 120
LARGEST = 700_000  # bytes
MOST = 3_000  # tags
PARTS = re.compile(
    r"(?P<definition>.*?)(?:(?:^|\n\n)Example: (?P<example>.*?))?"
    r"(?:(?:^|\n\n)Not for: (?P<counter_example>.*))?",
    re.DOTALL,
)
SEPARATOR = re.compile(r"sep=([,;\t|])", re.IGNORECASE)
NOT_XML = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class UnreadableError(Exception):
    """The file cannot be read at all; the message is for who sent it."""


@dataclasses.dataclass
class Entry:
    """A tag as a file has it; None for what the file does not speak of."""

    name: str
    parent: str | None = None
    definition: str | None = None
    example: str | None = None
    counter_example: str | None = None
    colour: str | None = None
    shortcut: str | None = None
    status: str = TagStatus.ACTIVE
    reason: str = ""
    merged_into: str = ""
    guid: uuid.UUID | None = None
    description: str | None = None  # all of the rule in one, as .qdc has it

    @property
    def key(self):
        return key_of(self.name)


@dataclasses.dataclass
class Read:
    """What was read: the tags, each after the one it stands below, and what was lost."""

    entries: list
    lost: list


def key_of(name):
    """What names are compared by, as the database does it."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).lower()


# Writing


def as_csv(tags):
    """``tags``, in tree order, as CSV."""
    return csv_files.as_csv([COLUMNS, *map(_cells, tags)])


def _cells(tag):
    return [
        tag.name,
        tag.parent.name if tag.parent_id else "",
        tag.definition,
        tag.example,
        tag.counter_example,
        tag.colour,
        tag.shortcut,
        tag.status,
        tag.archived_because,
        tag.replaced_by.name if tag.replaced_by_id else "",
        tag.guid,
    ]


def as_qdc(tags):
    """``tags``, in tree order, as a REFI-QDA codebook; archived ones have no place in it."""
    root = etree.Element(f"{{{NAMESPACE}}}CodeBook", nsmap={None: NAMESPACE}, origin="Parley")
    nodes = {None: etree.SubElement(root, f"{{{NAMESPACE}}}Codes")}
    for tag in tags:
        if tag.status == TagStatus.ARCHIVED:
            continue
        node = etree.SubElement(
            nodes.get(tag.parent_id, nodes[None]),
            f"{{{NAMESPACE}}}Code",
            guid=str(tag.guid),
            name=NOT_XML.sub("", tag.name),
            isCodable="true",
        )
        if tag.colour:
            node.set("color", COLOURS[tag.colour])
        if words := description_of(tag):
            text = etree.SubElement(node, f"{{{NAMESPACE}}}Description")
            text.text = NOT_XML.sub("", words)
        nodes[tag.pk] = node
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def description_of(tag):
    """A tag's definition, example and counter-example as one text."""
    parts = [tag.definition]
    parts += [f"Example: {tag.example}"] if tag.example else []
    parts += [f"Not for: {tag.counter_example}"] if tag.counter_example else []
    return "\n\n".join(part for part in parts if part)


# Reading


def read(content):
    """What a file holds, whichever of the two kinds it is: a :class:`Read`."""
    if len(content) > LARGEST:
        raise UnreadableError(f"The file is larger than {LARGEST // 1000} kB.")
    if not content.strip():
        raise UnreadableError("The file is empty.")
    found = _read_qdc(content) if _is_xml(content) else _read_csv(content)
    if len(found.entries) > MOST:
        raise UnreadableError(f"The file has more than {MOST} tags.")
    if not found.entries:
        raise UnreadableError("There is no tag in the file.")
    return _tidied(found)


def _is_xml(content):
    first = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return first == b"<" or content[:4] in {b"\xff\xfe<\0", b"\xfe\xff\0<"}


def _decoded(content):
    try:
        return content.decode(_encoding(content)), []
    except UnicodeDecodeError:
        pass
    return content.decode("cp1252", "replace"), [
        "The file is not in UTF-8; it was read as Windows-1252: look whether letters are right."
    ]


def _encoding(content):
    """UTF-16 where the mark at the beginning says so, or else the ends of the lines."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    for encoding, end in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):
        if content.count(end) and content.count(end) == content.count(b"\n"):
            return encoding
    return "utf-8-sig"


def _read_csv(content):
    text, lost = _decoded(content)
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n ")
    first, _, rest = text.partition("\n")
    if said := SEPARATOR.fullmatch(first.strip(' "')):  # as spreadsheets write it
        text, first = rest, rest.partition("\n")[0]
    separator = said[1] if said else max(",;\t|", key=first.count)
    csv.field_size_limit(LARGEST)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise UnreadableError(f"This is no CSV that can be read: {error}.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    columns = [ALSO.get(name, name.replace(" ", "_")) for name in names]
    if "name" not in columns:
        raise UnreadableError(
            "The first line must name the columns, and one of them must be “name”."
        )
    for name, column in zip(names, columns, strict=True):
        if column not in COLUMNS and name:
            lost.append(f"The column “{name[:60]}” has no place here.")
    entries = []
    for row in rows[1:]:
        cells = {}
        for column, cell in zip(columns, row, strict=False):
            cells.setdefault(column, csv_files.unquoted(cell))
        entries.append(_from_cells(cells, lost))
    return Read(entries, lost)


def _from_cells(cells, lost):
    entry = Entry(cells.get("name", ""))
    for name in ("parent", "definition", "example", "counter_example", "colour", "shortcut"):
        setattr(entry, name, cells.get(name))
    status = (cells.get("status") or TagStatus.ACTIVE).strip().lower()
    if status not in TagStatus.values:
        lost.append(f"“{entry.name[:60]}” has the unknown status “{status[:30]}”; it is active.")
        status = TagStatus.ACTIVE
    entry.status = status
    entry.reason = cells.get("reason") or ""
    entry.merged_into = cells.get("merged_into") or ""
    entry.guid = _guid(cells.get("guid"))
    return entry


def _guid(value):
    try:
        return uuid.UUID((value or "").strip())
    except ValueError:
        return None


def _root_of(content):
    """The root of an XML file; one that declares a document type is refused."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content.lstrip(b" \t\r\n"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(f"This is no XML that can be read: {error}.") from error
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise UnreadableError("The file declares a document type (DTD); such files are refused.")
    return root


def _read_qdc(content):
    root = _root_of(content)
    if _local(root) == "Project":
        root = next((one for one in root if _local(one) == "CodeBook"), root)
    if _local(root) != "CodeBook":
        raise UnreadableError("This is no REFI-QDA codebook: its root is not CodeBook.")
    lost = []
    entries = []
    for part in root:
        if _local(part) == "Codes":
            _codes(part, None, 0, entries, lost)
        elif _local(part) == "Code":  # as some programs have it
            _codes([part], None, 0, entries, lost)
        elif _local(part) == "Sets":
            if len(part):
                lost.append(f"{_number(len(part), 'set')} of codes: Parley has no sets.")
        else:
            lost.append(f"What <{_local(part)}> holds.")
    return Read(entries, list(dict.fromkeys(lost)))


def _codes(parent, above, depth, entries, lost):
    if depth > DEEPEST:
        raise UnreadableError(f"The codes stand more than {DEEPEST} deep in each other.")
    for node in parent:
        if _local(node) != "Code":
            if _local(node) not in {"Description", "NoteRef"}:
                lost.append(f"What <{_local(node)}> holds.")
            elif _local(node) == "NoteRef":
                lost.append("Links to notes.")
            continue
        entry = Entry(node.get("name") or "", parent=above, guid=_guid(node.get("guid")))
        entry.colour = node.get("color") or ""
        if node.get("isCodable", "true").strip().lower() in {"false", "0"}:
            lost.append(f"“{entry.name[:60]}” is not to be coded with there; here it can be.")
        others = {_local_name(name) for name in node.attrib} - {
            "name", "guid", "color", "isCodable", "schemaLocation",
        }  # fmt: skip
        texts = [one for one in node if _local(one) == "Description"]
        aside = "" if texts else node.get("description", "")  # where some programs put it
        others -= {"description"} if aside else set()
        lost += [f"The attribute “{name[:60]}” of codes." for name in sorted(others)]
        if len(texts) > 1:
            lost.append(f"The descriptions of “{entry.name[:60]}” behind its first.")
        entry.description = "".join(texts[0].itertext()).strip() if texts else aside.strip()
        entry.parent = above
        entries.append(entry)
        _codes(node, entry, depth + 1, entries, lost)


def _local(node):
    return _local_name(node.tag) if isinstance(node.tag, str) else ""


def _local_name(name):
    return name.rpartition("}")[2]


def _number(count, word):
    return f"{count} {word}{'' if count == 1 else 's'}"


def text_of(content):
    """A file as text that :func:`read` reads as it reads the file; "" for what is no text."""
    if not _is_xml(content):
        return _decoded(content)[0].replace("\0", "")
    try:
        return etree.tostring(_root_of(content), encoding="unicode")
    except UnreadableError:
        return ""


# Making what was read fit


def _tidied(found):
    """Names and texts as they can be stored; parents as entries or names; doubles told apart."""
    lost, kept, names, shortcuts = found.lost, [], {}, set()
    for number, entry in enumerate(found.entries, start=1):
        written = entry.name
        entry.name = _name(written)
        if not entry.name:
            lost.append(f"Tag {number} of the file has no name and is left out.")
            continue
        if entry.key in names:
            above = entry.parent.name if isinstance(entry.parent, Entry) else (entry.parent or "")
            entry.name = _told_apart(entry.name, above, names)
            lost.append(f"“{written[:60]}” stands there twice; one becomes “{entry.name}”.")
        elif entry.name != " ".join(written.split()):
            lost.append(f"“{written[:60]}” becomes “{entry.name}”.")
        names[entry.key] = entry
        _tidy_rule(entry, lost)
        _tidy_looks(entry, shortcuts, lost)
        kept.append(entry)
    for entry in kept:
        above = entry.parent
        while isinstance(above, Entry) and above not in kept:
            above = above.parent
        entry.parent = above.name if isinstance(above, Entry) else above
        if entry.parent is not None:
            entry.parent = _name(entry.parent)
    return Read(kept, list(dict.fromkeys(lost)))


def _name(written):
    name = " ".join(gate.HIDDEN_IN_NAME.sub(" ", written).split())[:NAME_LENGTH].rstrip()
    if name and not any(character.isalpha() for character in name):
        name = f"Tag {name}"[:NAME_LENGTH]
    return name


def _told_apart(name, above, names):
    for number in range(1, MOST + 2):
        mark = f" ({above})" if above and number == 1 else f" ({number + 1})"
        candidate = f"{name[: NAME_LENGTH - len(mark[:60])]}{mark[:60]}"
        if key_of(candidate) not in names:
            return candidate
    raise UnreadableError("Too many tags have one name.")


def _tidy_rule(entry, lost):
    if entry.description is not None:
        words = _text(entry.description)
        entry.description = words
        parts = PARTS.fullmatch(words).groupdict()
        for name, value in parts.items():
            setattr(entry, name, value or "")
    for name in ("definition", "example", "counter_example"):
        written = getattr(entry, name)
        if written is None:
            continue
        text = _text(written)
        if len(text) > RULE_LENGTH:
            lost.append(
                f"The {name.replace('_', '-')} of “{entry.name}” beyond {RULE_LENGTH} letters."
            )
        setattr(entry, name, text[:RULE_LENGTH])
    entry.reason = _text(entry.reason)[:RULE_LENGTH]


def _text(written):
    text = written.replace("\r\n", "\n").replace("\r", "\n")
    return gate.HIDDEN_IN_TEXT.sub("", text).strip()


def _tidy_looks(entry, shortcuts, lost):
    if entry.colour is not None:
        written = entry.colour.strip().lower()
        entry.colour = _colour(written)
        if written and entry.colour == "":
            lost.append(f"The colour “{written[:30]}” of “{entry.name}”.")
        elif entry.colour and written not in {entry.colour, COLOURS[entry.colour]}:
            lost.append(
                f"The colour {written[:30]} of “{entry.name}”: the nearest is {entry.colour}."
            )
    if entry.shortcut is not None:
        key = entry.shortcut.strip().lower()
        fits = len(key) == 1 and key not in TAKEN and key not in shortcuts
        fits = fits and not gate.HIDDEN_IN_NAME.search(key)
        if key and not fits:
            lost.append(f"The shortcut “{key[:10]}” of “{entry.name}”: that key cannot be had.")
        entry.shortcut = key if fits else ""
        shortcuts.add(entry.shortcut)


def _colour(written):
    """The colour of that name or nearest to that "#rrggbb"; "" where it is neither."""
    if written in Colour.values:
        return written
    if re.fullmatch(r"[0-9a-f]{6}|#?[0-9a-f]{8}", written):
        written = f"#{written.removeprefix('#')[:6]}"
    if re.fullmatch(r"#[0-9a-f]{3}", written):
        written = "#" + "".join(2 * digit for digit in written[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", written):
        return ""
    wanted = _channels(written)
    return min(
        COLOURS,
        key=lambda name: sum(
            (one - other) ** 2 for one, other in zip(wanted, _channels(COLOURS[name]), strict=True)
        ),
    )


def _channels(colour):
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
