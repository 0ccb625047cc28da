"""Files with the coding of one article: read, and held against the schema.

The format is ``seed-coding/1`` of ``docs/reference/coding-file.md``. Faults have a place, as a
JSON Pointer (RFC 6901), and a sentence.
"""

import datetime
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import jsonschema

from . import gate

MAX_BYTES = 20_000_000
MAX_DEPTH = 40
SCHEMA = json.loads((Path(__file__).parent / "coding_file_schema.json").read_text())
TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "object": "an object",
    "string": "a text",
}
# The sections of a file, and what one entry of each is called.
NAMED = {
    "parties": "party",
    "people": "person",
    "affiliations": "affiliation",
    "issues": "issue",
    "propositions": "proposition",
    "passages": "passage",
    "positions": "position",
    "outcomes": "outcome",
    "events": "event",
}
PATTERNS = {
    r"\S": "This must have words.",
    r"^\S(.*\S)?$": "This must have words, and no white space around them.",
    r"^(\S(.*\S)?)?$": "There must be no white space around this.",
    "^[A-Z]{3}$": "This must be three capital letters, such as UKR.",
    "^[A-Za-z0-9._-]+$": "This must be of letters without accents, digits, dots and hyphens.",
    "^[0-9a-f]{64}$": "This must be 64 digits from 0 to f.",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "This must be a date such as 2025-05-16.",
    "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$": "This must be a date: 2025-05-16, 2025-05 or 2025.",
}


class Fault(NamedTuple):
    """Something wrong with a file: where, as a JSON Pointer, "" for all of it; and what."""

    pointer: str
    sentence: str

    def __str__(self):
        return f"{printable(self.pointer)}: {self.sentence}" if self.pointer else self.sentence


class CodingRefused(Exception):
    """A file cannot be taken in; ``faults`` are for whoever sent it."""

    def __init__(self, faults):
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


def read(source):
    """The coding in ``source``, bytes of JSON that keep to the schema; raises CodingRefused.

    Whether it fits its article is for :func:`talks.coding_checks.faults_in` to say.
    """
    coding = parse(source)
    refuse_what_cannot_be_stored(coding)
    faults = [_schema_fault(error) for error in _validator().iter_errors(coding)]
    if faults:
        raise CodingRefused(in_file_order(faults, coding))
    return coding


def in_file_order(faults, coding):
    """``faults`` sorted by their places, the sections as they stand in the file."""
    sections = list(coding) if isinstance(coding, dict) else []

    def place(fault):
        steps = fault.pointer.split("/")[1:]
        order = sections.index(steps[0]) if steps and steps[0] in sections else -1
        return order, [_number(one) for one in steps], fault

    return sorted(faults, key=place)


def _number(name):
    """Sorts the places in a list by number, all else by name."""
    is_number = len(name) < 10 and name.isdecimal()
    return (int(name), "") if is_number else (-1, name)


def parse(source):
    """JSON from bytes, without what JSON itself does not know: NaN, infinity, a key twice."""
    if len(source) > MAX_BYTES:
        raise _refused(f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(f"The file is not in UTF-8: byte {error.start} is no character.") from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_float,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"The file is not JSON: {error.msg} ({where}).") from None
    except RecursionError:
        raise _refused("The file is nested too deep.") from None
    except ValueError:  # a number of thousands of digits
        raise _refused("There is a number too large to be read.") from None


def refuse_what_cannot_be_stored(coding):
    """Refuse NUL, halves of surrogate pairs and endless nesting, wherever they stand."""
    faults = []
    todo = [("", coding, 0)]
    while todo:
        pointer, value, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise CodingRefused([Fault("", "The file is nested too deep.")])
        if isinstance(value, dict):
            inside = list(value.items())
            faults += [
                Fault(pointer, "A key holds a character that cannot be stored.")
                for key in value
                if gate.UNSTORABLE.search(key)
            ]
        else:
            inside = enumerate(value) if isinstance(value, list) else ()
        todo += [(f"{pointer}/{step(key)}", child, depth + 1) for key, child in inside]
        if isinstance(value, str) and (found := gate.UNSTORABLE.search(value)):
            faults.append(Fault(pointer, f"The character U+{ord(found[0]):04X} cannot be stored."))
    if faults:
        raise CodingRefused(in_file_order(faults, coding))


def day(value, precision):
    """The date that ``value`` and its precision mean, None if unknown; raises ValueError.

    A month or a year is given by its first day. Source: domain, "a date is empty exactly where
    its precision is unknown".
    """
    if precision == "unknown":
        if value is not None:
            raise ValueError("A date that is given has a precision other than “unknown”.")
        return None
    if value is None:
        raise ValueError(f"A date with the precision “{precision}” is missing.")
    parts = [int(part) for part in value.split("-")]
    if len(parts) < {"year": 1, "month": 2}.get(precision, 3):
        raise ValueError(f"“{value}” is not as exact as “{precision}” says.")
    try:
        date = datetime.date(*[*parts, 1, 1][:3])
    except ValueError:
        raise ValueError(f"There is no date “{value}”.") from None
    if precision == "week" and date.weekday():
        raise ValueError(f"A week is given by its Monday, and {value} is none.")
    if precision == "year":
        return date.replace(month=1, day=1)
    return date.replace(day=1) if precision == "month" else date


def span_of_days(affiliation):
    """The first day of an office and the day after its last, None where open; ValueError."""
    start, end = (affiliation.get(key) and day(affiliation[key], "day") for key in ("start", "end"))
    if start and end and end < start:
        raise ValueError("An office cannot end before it starts.")
    try:
        return start, end and end + datetime.timedelta(days=1)
    except OverflowError:
        raise ValueError("An office without an end has null there.") from None


def printable(text, length=80):
    """``text`` for a message: cut to ``length``, what cannot be seen as its code."""
    text = text if len(text) <= length else text[: length - 1] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _validator():
    """Checks the schema; a whole number is one written without a point, unlike in JSON Schema."""
    base = jsonschema.Draft202012Validator
    types = base.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    return jsonschema.validators.extend(base, type_checker=types)(SCHEMA)


def _schema_fault(error):
    pointer = "".join(f"/{step(one)}" for one in error.absolute_path)
    value = error.instance
    shown = printable(json.dumps(value, ensure_ascii=False), 60)
    match error.validator:
        case "type":
            names = [error.validator_value] if isinstance(error.validator_value, str) else None
            wanted = " or ".join(TYPES[name] for name in names or error.validator_value)
            sentence = f"This must be {wanted}, not {shown}."
        case "enum":
            wanted = ", ".join(json.dumps(one) for one in error.validator_value)
            sentence = f"This must be one of {wanted}, not {shown}."
        case "const":
            sentence = f"This must be {json.dumps(error.validator_value)}, not {shown}."
        case "required":
            missing = [key for key in error.validator_value if key not in value]
            named = re.match(r"'(.*)' is a required", error.message)
            sentence = f"“{named[1] if named else missing[0]}” is missing."
        case "additionalProperties":
            unknown = sorted(set(value) - set(error.schema["properties"]))
            sentence = f"Nothing is known of {', '.join(f'“{printable(key)}”' for key in unknown)}."
        case "dependentRequired":
            sentence = "A place in a paragraph needs the number of the “paragraph”."
        case "maxLength":
            sentence = f"This is longer than {error.validator_value} characters: {shown}."
        case "minLength":
            sentence = "This must not be empty."
        case "minItems":
            sentence = f"This needs at least {error.validator_value} entry."
        case "maxItems":
            sentence = f"This has more than {error.validator_value} entries."
        case "minimum" | "maximum":
            bound = "least" if error.validator == "minimum" else "most"
            sentence = f"This must be at {bound} {error.validator_value}, not {shown}."
        case "pattern":
            sentence = f"{PATTERNS[error.validator_value]} It is {shown}."
        case _:
            sentence = printable(error.message, 200)
    return Fault(pointer, sentence)


def _object(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(k for k, _ in pairs).items() if count > 1)
        raise _refused(f"The key “{printable(twice)}” stands twice in one object.")
    return found


def _no_number(name):
    raise _refused(f"{name} is no number in JSON.")


def _float(digits):
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _refused(f"The number {printable(digits, 20)} is too large.")
    return number


def _refused(sentence):
    return CodingRefused([Fault("", sentence)])


def step(key):
    """One step of a JSON Pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")
