"""Tables of articles: each row of a CSV file, each line of JSON Lines, is one article.

A table is read anew whenever it is needed, row by row; which column holds what, a person says.
"""

import csv
import datetime
import functools
import io
import itertools
import json
import re
from typing import NamedTuple

from dateutil import parser as date_parser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from . import batches, gate, importing, loading
from .batches import Incoming
from .extracting import Unreadable, encodings
from .forms import ArticleForm
from .models import Original, Table

TABLE_BYTES = 100_000_000
ROWS, COLUMNS = 50_000, 200
REMEMBERED = 20  # tables, for others that have some of their columns
CELL = 5_000_000  # characters; more than any article may have
SUFFIXES = {"csv": "csv", "tsv": "csv", "tab": "csv", "jsonl": "jsonl", "ndjson": "jsonl"}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
TEXT_FORMATS = {
    "": "What it looks like",
    "text": "Plain text",
    "html": "HTML",
    "markdown": "Markdown",
}
SEPARATOR = re.compile(r'"?sep=."?\s*', re.IGNORECASE)
SPACE = re.compile(r"[ \t\r\n]+")  # within a headline it means nothing
UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
EXTENSIONS = {"text": "txt", "html": "html", "markdown": "md"}
DATE_ORDERS = {"": "2025-05-16", "day": "16/05/2025", "month": "05/16/2025"}

BLANKS = [datetime.datetime(*day, tzinfo=datetime.UTC) for day in ((2000, 1, 1), (2004, 2, 2))]

# Column names that other programs give, for the first guess.
KNOWN_AS = {
    "text": "text body content article full_text fulltext maintext article_text main_text",
    "title": "title headline heading",
    "byline": "byline author authors by creator",
    "source_credit": "source_credit credit agency",
    "publisher": "publisher outlet source publication newspaper site site_name sitename domain",
    "url": "url link address permalink canonical_url canonical uri web_url",
    "published_on": "published_on date published publication_date published_at date_published"
    " pubdate date_publish publish_date",
    "language": "language lang",
    "licence": "licence license rights copyright",
}
FIELDS = tuple(KNOWN_AS)


class Row(NamedTuple):
    """One row: its ``number`` as a person counts it, its cells by column, or why it has none."""

    number: int
    cells: dict
    fault: str = ""


def is_table(name):
    return suffix(name) in SUFFIXES


def suffix(name):
    return name.rpartition(".")[2].lower() if "." in name else ""


# Reading


def columns_of(content, name, encoding=""):
    """``(columns, count of rows, encoding, delimiter)``; raises Unreadable."""
    encoding = encodings.decode(content, encoding)[1]
    if SUFFIXES[suffix(name)] == "csv":
        is_tabbed = suffix(name) in {"tsv", "tab"}
        delimiter = "\t" if is_tabbed else likeliest_delimiter(content, encoding)
        columns, rows = _csv_rows(content, encoding, delimiter)
        count = _counted(rows)
    else:
        delimiter, seen, count = "", {}, 0
        for count, row in enumerate(_json_rows(content, encoding), start=1):
            _refuse_too_many("rows", count, ROWS)
            seen |= dict.fromkeys(row.cells)
            _refuse_too_many("columns", len(seen), COLUMNS)
        columns = list(seen)
    if not count and not columns:
        raise Unreadable("There is nothing in this table.")
    if not count:
        raise Unreadable("This table has a head and no rows.")
    if not columns:
        raise Unreadable('No line of this is an object of JSON, such as {"text": "…"}.')
    return columns, count, encoding, delimiter


def _refuse_too_many(what, count, limit):
    if count > limit:
        raise Unreadable(f"This table has more {what} than the {limit:,} that one may have.")


def _counted(rows):
    count = 0
    for count, _ in enumerate(rows, start=1):
        _refuse_too_many("rows", count, ROWS)
    return count


def rows_of(table):
    """The :class:`Row` s of a :class:`Table`, one after another."""
    return _rows_in(Original.objects.content_of(table.original_id), table.encoding, table.delimiter)


def _rows_in(content, encoding, delimiter):
    if delimiter:
        return _csv_rows(content, encoding, delimiter)[1]
    return _json_rows(content, encoding)


def _opened(content, encoding, newline):
    """The content as text that is decoded while it is read: a table as a whole takes too much."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding, newline=newline)
    if text.read(1) != "\ufeff":
        text.seek(0)
    return text


def likeliest_delimiter(content, encoding="utf-8"):
    """The one that cuts the first rows into the most columns, as many in each."""

    def fit(delimiter):
        try:
            lines = filter(any, _reader(content, encoding, delimiter))
            lengths = [len(row) for row in itertools.islice(lines, 20)]
        except csv.Error:
            return (False, 0)
        return (len(set(lengths)) == 1, max(lengths)) if lengths[:1] > [1] else (False, 0)

    return max(DELIMITERS, key=fit)


def _reader(content, encoding, delimiter):
    csv.field_size_limit(CELL)
    lines = _opened(content, encoding, newline="")
    # A first line such as "sep=;" tells Excel the delimiter, and is no row.
    if not SEPARATOR.fullmatch(first := lines.readline()):
        lines = itertools.chain([first], lines)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _csv_rows(content, encoding, delimiter):
    reader = _reader(content, encoding, delimiter)
    try:
        head = next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error as error:
        raise Unreadable(f"The first line is no head of a table: {error}.") from None
    _refuse_too_many("columns", len(head), COLUMNS)
    return _named(head), _csv_body(reader, _named(head))


def _csv_body(reader, columns):
    number = 1
    while True:
        number += 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # What follows a quotation mark that is never closed is no row.
            yield Row(
                number, {}, f"It is no row of a table from line {reader.line_num:,} on: {error}."
            )
            return
        if not any(value.strip() for value in values):
            continue
        extra = len(values) > len(columns) and any(values[len(columns) :])
        said = f"It has {len(values)} cells, and the head {len(columns)}." if extra else ""
        cells = dict(zip(columns, values, strict=False))
        yield Row(number, cells, said)


def _named(head):
    """The head’s names, each once and none empty."""
    names = []
    for place, name in enumerate(head, start=1):
        plain = _plain(name) or f"column {place}"
        while plain in names:
            plain = f"{plain} ({place})"
        names.append(plain)
    return names


def _plain(name):
    """A column's name as it can be stored."""
    return " ".join(UNSTORABLE.sub("\ufffd", name).split())[:100]


def _json_rows(content, encoding):
    for number, line in enumerate(_opened(content, encoding, newline=None), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            yield Row(number, {}, f"It is no JSON: {str(error)[:200]}.")
            continue
        if isinstance(found, dict):
            yield Row(number, _flat(found))
        else:
            yield Row(number, {}, 'It is JSON, but no object such as {"text": "…"}.')


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _flat(found, prefix="", depth=0):
    """Cells of an object: what lies deeper is named ``outer.inner``, lists are joined."""
    cells = {}
    for key, value in found.items():
        name = _plain(f"{prefix}{key}") or "unnamed"
        if isinstance(value, dict) and depth < 5:
            cells |= _flat(value, f"{name}.", depth + 1)
        else:
            cells[name] = _cell(value)
    return cells


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


# Which column holds what


def proposed(columns):
    """The column of each field: as the last table with these columns had it, else as the last one
    that had a column of this name there, else by the name."""
    loaded = Table.objects.exclude(batch=None).order_by("-pk")
    if last := loaded.filter(columns=columns).first():
        return last.mapping
    before = list(loaded.values_list("mapping", flat=True)[:REMEMBERED])
    by_name = {}
    for name in sorted(columns, key=lambda one: one.count(".")):  # what lies deeper tells less
        by_name.setdefault(re.sub(r"[\W_]+", "_", name.rpartition(".")[2].casefold()), name)
    mapping = {}
    for field, names in KNOWN_AS.items():
        chosen = (one[field] for one in before if one.get(field) in columns)
        known = (by_name[name] for name in names.split() if name in by_name)
        free = (one for one in (*chosen, *known) if one not in mapping.values())
        mapping[field] = next(free, "")
    return mapping


class Reading(NamedTuple):
    """What a row gives: the text, the fields of the article as JSON has them, or why nothing."""

    number: int
    text: str
    told: dict
    fault: str


def read(row, mapping):
    """The :class:`Reading` of a row by a ``mapping`` of fields to columns."""
    if row.fault:
        return Reading(row.number, "", {}, row.fault)
    cells = {field: row.cells.get(mapping.get(field) or "", "") for field in FIELDS}
    text, told, faults = cells.pop("text"), {}, []
    try:
        importing.sound_text(text)
    except importing.ArticleRefused as error:
        faults.append(str(error))
    for field, value in cells.items():
        try:
            value = SPACE.sub(" ", value).strip()
            if value := _clean(field, value, mapping.get("date_order", "")):
                told[field] = value
        except ValidationError as error:
            label = ArticleForm.base_fields[field].label or field
            faults.append(f"{label}: {' '.join(error.messages)}")
    return Reading(row.number, text, told, " ".join(faults))


@functools.lru_cache(maxsize=10_000)  # rows have much in common, and of each its checks take time
def _clean(field, value, date_order):
    if not value:
        return ""
    if field == "published_on":
        day = _date(value, date_order)
        return ArticleForm.base_fields[field].clean(day).isoformat()
    return ArticleForm.base_fields[field].clean(value)


def _date(value, order):
    """The day written there, with or without a time, in figures or with the month's name."""
    if hidden := gate.HIDDEN_IN_NAME.search(value):
        raise ValidationError(gate.hidden_character_message(value, hidden))
    try:
        return datetime.date.fromisoformat(value[:10])
    except ValueError:
        pass
    try:
        # What the cell leaves out is filled from either of two days, and differs then.
        found = {
            date_parser.parse(value, dayfirst=is_day_first, default=blank, ignoretz=True).date()
            for blank in BLANKS
            for is_day_first in ([order == "day"] if order else [True, False])
        }
    except (ValueError, OverflowError):
        found = set()
    if len(found) == 1:
        return found.pop()
    if found and not order and re.match(r"\s*\d{1,2}\D\d{1,2}\D\d{2,4}", value):
        raise ValidationError(f"“{value[:40]}” can be read in two ways: say how dates are written.")
    raise ValidationError(f"“{value[:40]}” is no day.")


# Taking in


@transaction.atomic
def begin(user, content, *, name, key, encoding="", **fields):
    """A :class:`Table` that waits to be told which column holds what.

    Raises Unreadable, or AlreadyHere where the same file waits for that already.
    """
    if done := Table.objects.filter(started_by=user, key=key).first():
        return done
    _refuse_too_large(content)
    waiting = Table.objects.open().filter(original__sha256=importing.digest(content)).first()
    if waiting and (waiting.started_by_id, waiting.key) == (user.pk, key):
        return waiting  # stored in this very moment
    if waiting:
        raise loading.AlreadyHere("The columns of this table wait to be named.", table=waiting)
    columns, count, encoding, delimiter = columns_of(content, name, encoding)
    try:
        with transaction.atomic():
            return Table.objects.create(
                original=importing.keep_original(content, name),
                name=name[-250:],
                encoding=encoding,
                delimiter=delimiter,
                columns=columns,
                count=count,
                mapping=proposed(columns),
                started_by=user,
                key=key,
                **fields,
            )
    except IntegrityError:
        # The same, sent twice at once: this one has waited until the other was stored.
        if done := Table.objects.filter(started_by=user, key=key).first():
            return done
        raise


@transaction.atomic
def change(table, version, *, mapping, delimiter):
    """Store which column holds what; with another delimiter the columns are others.

    Raises loading.Stale, and Unreadable where the file is none with this delimiter.
    """
    current = _current(table, version)
    if delimiter != current.delimiter:
        content = Original.objects.content_of(current.original_id)
        current.columns, rows = _csv_rows(content, current.encoding, delimiter)
        current.count = _counted(rows) or current.count
        current.delimiter = delimiter
        mapping = proposed(current.columns) | {"date_order": mapping.get("date_order", "")}
    current.mapping = mapping
    return _saved(current, "mapping", "delimiter", "columns", "count")


@transaction.atomic
def put_aside(table, version, again):
    """Put a table aside, or take it up ``again``. Raises loading.Stale."""
    current = _current(table, version)
    current.put_aside_at = None if again else timezone.now()
    return _saved(current, "put_aside_at")


@transaction.atomic
def load(user, table, version, mapping):
    """Begin to load each row as an article: the :class:`Batch`. Raises loading.Stale."""
    current = _current(table, version)
    current.mapping = mapping
    current.batch = batches.begin(
        user,
        incoming(current, mapping),
        key=current.key,
        name=current.name,
        round=current.round,
        status=current.status,
        prepares=current.prepares,
    )
    return _saved(current, "mapping", "batch").batch


def _current(table, version):
    """The table as it stands, ours until the transaction ends."""
    current = Table.objects.select_for_update(of=["self"]).select_related("round")
    current = current.get(pk=table.pk)
    if current.batch_id or current.version != version:
        raise loading.Stale(current)
    return current


def _saved(table, *fields):
    table.version += 1
    table.save(update_fields=[*fields, "version"])
    return table


def incoming(table, mapping):
    """The rows as files of a batch, called ``table.csv row 17.txt``."""
    return _as_files(rows_of(table), mapping, table.name, table.language)


def unattended(content, name, *, mapping, language="", encoding=""):
    """The rows of a table that nobody looks at first, as files of a batch.

    ``mapping`` rules over what :func:`proposed` says. Raises Unreadable.
    """
    _refuse_too_large(content)
    columns, _, encoding, delimiter = columns_of(content, name, encoding)
    mapping = proposed(columns) | mapping
    known = f"Its columns are: {', '.join(columns)}."
    for field in FIELDS:
        if mapping.get(field) and mapping[field] not in columns:
            raise Unreadable(f"This table has no column called “{mapping[field]}”. {known}")
    if not mapping.get("text"):
        raise Unreadable(f"Say which column holds the text: --column text=NAME. {known}")
    return _as_files(_rows_in(content, encoding, delimiter), mapping, name, language)


def _as_files(rows, mapping, name, language):
    for row in rows:
        found = read(row, mapping)
        content = found.text.encode(errors="surrogatepass")
        kind = mapping.get("text_format") or ("html" if loading.is_page(content) else "text")
        told = ({"language": language} if language else {}) | found.told
        yield Incoming(f"{name} row {row.number}.{EXTENSIONS[kind]}", content, told, found.fault)


def _refuse_too_large(content):
    if len(content) > TABLE_BYTES:
        raise Unreadable(f"The table is larger than the {TABLE_BYTES:,} bytes that one may have.")
