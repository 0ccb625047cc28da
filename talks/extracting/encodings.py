"""Bytes to text: by what the file itself says, else UTF-8, and never by a guess.

A guess is only ever proposed to the person who loads the file.
"""

import codecs
import re

from .results import Unreadable

# With the bytes that mark them; UTF-32 first, whose mark begins like that of UTF-16.
MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# Those that a person can choose, by their names in Python.
CHOICES = {
    "utf-8": "UTF-8",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8-u": "KOI8-U (Ukrainian)",
    "koi8-r": "KOI8-R (Russian)",
    "cp866": "DOS 866 (Cyrillic)",
    "iso8859-5": "ISO 8859-5 (Cyrillic)",
    "cp1252": "Windows-1252 (Western European)",
    "iso8859-1": "ISO 8859-1 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1256": "Windows-1256 (Arabic)",
    "utf-16-le": "UTF-16, little end first",
    "utf-16-be": "UTF-16, big end first",
}
# All control characters but tab, the ends of lines and pages.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
SHOWN = 60


def decode(data, encoding="", declared=""):
    """``(text, encoding)`` of ``data``; ``encoding`` is a person's choice, and rules over all.

    ``declared`` is what the file or its server says of itself; a byte-order mark says it better.
    """
    marked = next((name for mark, name in MARKS if data.startswith(mark)), "")
    chosen = encoding or marked or _known(declared) or "utf-8"
    try:
        text = data.decode(chosen)
    except UnicodeDecodeError as error:
        raise _undecodable(data, chosen, error) from None
    refuse_binary(text)
    return text.removeprefix("\ufeff"), chosen


def refuse_binary(text):
    """Raise Unreadable for text with the control characters of binary files in it."""
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Unreadable(
            f"Line {line} has the control character U+{ord(found[0]):04X} in it, as binary files "
            "have. Save the article as plain text."
        )


def _known(name):
    """The name in Python of an encoding of text, or nothing."""
    try:
        found = codecs.lookup(name) if name else None
    except (LookupError, ValueError):
        return ""
    is_text = found is not None and getattr(found, "_is_text_encoding", False)
    # Browsers read what calls itself Latin-1 or ASCII as Windows-1252, and so do we.
    aliases = {"iso8859-1": "cp1252", "ascii": "cp1252"}
    return aliases.get(found.name, found.name) if is_text else ""


def _undecodable(data, chosen, error):
    line = data.count(b"\n", 0, error.start) + 1
    where = f"byte {data[error.start]:#04x} in line {line}"
    if chosen.replace("_", "-") not in {"utf-8", "utf-8-sig"}:
        name = CHOICES.get(chosen, chosen.upper())
        return Unreadable(f"This is not {name}: {where}.", proposals(data))
    found = proposals(data)
    advice = (
        "Say which encoding it is in, or save it in UTF-8."
        if found
        else "Save the article as plain text in UTF-8."
    )
    return Unreadable(f"This is not UTF-8: {where}. {advice}", found)


def proposals(data):
    """Encodings in which ``data`` could be text, the likeliest first, each with its first words."""
    from charset_normalizer import from_bytes

    if CONTROL.search(data[:100_000].decode("latin-1")) and b"\0" not in data[:100_000]:
        return []
    found = from_bytes(data[:100_000], cp_isolation=[name.replace("-", "_") for name in CHOICES])
    names = [codecs.lookup(one.encoding).name for one in found]
    names += ["cp1251", "cp1252", "koi8-u"]
    offered = []
    for name in dict.fromkeys(names):
        try:
            text = data[:4000].decode(name, errors="ignore")
        except LookupError:
            continue
        key = next((one for one in CHOICES if codecs.lookup(one).name == name), None)
        if key and key != "utf-8" and not CONTROL.search(text) and text.strip():
            offered.append((key, _telling(text)))
    return offered[:4]


def _telling(text):
    """The words around the first letter outside ASCII: there a wrong encoding shows."""
    text = " ".join(text.split())
    found = re.search(r"[^\x00-\x7f]", text)
    start = max(0, (found.start() if found else 0) - SHOWN // 2)
    return text[start : start + SHOWN].strip()
