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
    "iso8859-2": "ISO 8859-2 (Central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1256": "Windows-1256 (Arabic)",
    "iso8859-6": "ISO 8859-6 (Arabic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1257": "Windows-1257 (Baltic)",
    "mac-cyrillic": "Macintosh (Cyrillic)",
    "cp932": "Shift JIS (Japanese)",
    "iso2022-jp": "ISO-2022-JP (Japanese)",
    "euc-jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp949": "EUC-KR (Korean)",
    "iso2022-kr": "ISO-2022-KR (Korean)",
    "cp874": "Windows-874 (Thai)",
    "utf-16-le": "UTF-16, little end first",
    "utf-16-be": "UTF-16, big end first",
    "utf-32-le": "UTF-32, little end first",
    "utf-32-be": "UTF-32, big end first",
}
# All control characters but tab, the ends of lines and pages.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
NO_HIGH = bytes(range(8, 256))  # bytes that are the high one of few letters
FOREIGN = re.compile(rb"[\x80-\xff]")
SHOWN = 60
FEW = 4  # letters outside ASCII, which may be of any encoding by chance
# Of what languages write no words: Cyrillic that is read as Western European, or as other Cyrillic.
NO_WORDS = re.compile(r"[À-ÖØ-öø-ÿ]{5,}|\b[а-яёіїє][А-ЯЁІЇЄ]{4,}")
SAMPLE = 50_000  # bytes that are looked at for a proposal
# The commonest Chinese signs, of which text that is read wrongly has few.
COMMON_HAN = set(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到于於出会會可日年月行方对對后後美说說"
)
COMMON_HANGUL = set("이다는의에을가고지하은로한도를사기리인어자시나서대해스정라일그있것들아수년과")
LEAST_USUAL = 0.05
# Python's own, and what browsers know no more.
NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined"}


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
    found = _wide(data) or ([] if chosen.startswith("iso2022") else _escaped(data))
    if found and not (encoding or marked):
        raise Unreadable(
            f"This is not UTF-8: its bytes are as in {CHOICES[found[0][0]]}, and nothing says so. "
            "Say which encoding it is in, or save it in UTF-8.",
            found,
        )
    if not (encoding or marked) and (found := _utf8_called_otherwise(data, chosen)):
        raise Unreadable(
            f"This calls itself {CHOICES.get(chosen, chosen.upper())}, but its bytes are UTF-8. "
            "Say which it is.",
            found,
        )
    is_told = encoding or marked or chosen.startswith("utf")
    if not is_told and len(NO_WORDS.findall(text)) >= FEW:
        raise Unreadable(
            f"This calls itself {CHOICES.get(chosen, chosen.upper())}, but has no words in it that "
            "are written so. Say which encoding it is in.",
            proposals(data),
        )
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
    is_text = (
        found is not None
        and getattr(found, "_is_text_encoding", False)
        and found.name.replace("_", "-") not in NO_CHARSETS
    )
    # As browsers read what calls itself so (WHATWG Encoding Standard).
    aliases = {
        "iso8859-1": "cp1252",
        "ascii": "cp1252",
        "shift_jis": "cp932",
        "gb2312": "gb18030",
        "gbk": "gb18030",
        "euc_kr": "cp949",
    }
    return aliases.get(found.name, found.name) if is_text else ""


def _undecodable(data, chosen, error):
    line = data.count(b"\n", 0, error.start) + 1
    where = f"byte {data[error.start]:#04x} in line {line}"
    if chosen.replace("_", "-") not in {"utf-8", "utf-8-sig"}:
        name = CHOICES.get(chosen, chosen.upper())
        return Unreadable(f"This is not {name}: {where}.", proposals(data))
    if _is_damaged_utf8(data[max(0, error.start - SAMPLE) : error.start + SAMPLE]):
        return Unreadable(
            f"This is UTF-8 that is damaged or cut off: {where}. Take the file from where it came "
            "once more, or mend it there."
        )
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

    if found := _wide(data):
        return found
    # Those of several bytes a letter hold only for what was written in them.
    names = _strict(data)
    western = data[:SAMPLE].decode("cp1252", "replace")
    if not any(one.isalpha() for one in western if one > "\x7f"):
        # Nothing but dashes and quotation marks, which stand at one place in many encodings.
        names.append("cp1252")
    if CONTROL.search(data[:100_000].decode("latin-1")) and b"\0" not in data[:100_000]:
        names = [name for name in names if name.startswith("utf-16")]
    else:
        near = from_bytes(data[:100_000], cp_isolation=[one.replace("-", "_") for one in CHOICES])
        names += [codecs.lookup(one.encoding).name for one in near]
        names += ["cp1251", "cp1252", "koi8-u"]
    offered = []
    # Pages begin with much that is ASCII; a letter of several bytes stands whole from there.
    first = FOREIGN.search(data)
    start = max(0, first.start() - 100) // 4 * 4 if first else 0
    sample = data[start : start + 4000]
    for name in dict.fromkeys(names):
        key = next((one for one in CHOICES if codecs.lookup(one).name == name), "")
        if key == "utf-8":
            continue
        # A letter may be cut in two where the sample ends.
        text = codecs.getincrementaldecoder(name)("ignore").decode(sample)
        if key and not CONTROL.search(text) and text.strip():
            offered.append((key, _telling(text)))
    return offered[:4]


def _strict(data):
    """East Asian encodings that ``data`` is in, and that give letters of East Asia."""
    found = []
    for name in ("cp932", "euc-jp", "gb18030", "big5", "cp949", "utf-16-le", "utf-16-be"):
        try:
            # A letter may be cut in two where the sample ends.
            text = codecs.getincrementaldecoder(name)().decode(data[:SAMPLE])
        except UnicodeDecodeError:
            continue
        foreign = [one for one in text if one > "\x7f"]
        # Kana and the commonest of Hangul and Chinese signs; what is read wrongly scatters.
        usual = sum(
            "\u3040" <= one <= "\u30ff" or one in COMMON_HANGUL or one in COMMON_HAN
            for one in foreign
        )
        if foreign and usual / len(foreign) > LEAST_USUAL:
            found.append((usual / len(foreign), codecs.lookup(name).name))
    return [name for _, name in sorted(found, reverse=True)]


def _wide(data):
    """The proposal of UTF-16 or UTF-32 for what has no mark, but the high bytes of letters."""
    sample = data[:4000]
    for key, width, high in (
        ("utf-32-le", 4, 2), ("utf-32-be", 4, 1), ("utf-16-le", 2, 1), ("utf-16-be", 2, 0)
    ):  # fmt: skip
        # Latin, Greek, Cyrillic, Hebrew and Arabic letters have a high byte below 8, all but rare
        # ones none above it, and no text in one byte a letter has that.
        highs = sample[high::width]
        if (
            len(data) % width
            or len(sample) < 4
            or len(highs.translate(None, NO_HIGH)) <= 0.8 * len(highs)
        ):
            continue
        text = sample.decode(key, errors="ignore")
        if not CONTROL.search(text) and text.strip():
            return [(key, _telling(text))]
    return []


def _escaped(data):
    """The proposal of what changes its letters by escapes, and so is ASCII to others."""
    for key, escape in (
        ("iso2022-jp", b"\x1b$B"),
        ("iso2022-jp", b"\x1b$@"),
        ("iso2022-kr", b"\x1b$)C"),
    ):
        if escape in data[:SAMPLE]:
            text = codecs.getincrementaldecoder(key)("ignore").decode(data[:4000])
            if not CONTROL.search(text):
                return [(key, _telling(text))]
    return []


def _utf8_called_otherwise(data, declared):
    """The proposals for what is declared to be another encoding, and has letters of UTF-8."""
    if declared.replace("_", "-").startswith("utf"):
        return []
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return []
    if sum(one > "\x7f" for one in text[:SAMPLE]) < FEW:
        return []
    key = next((one for one in CHOICES if codecs.lookup(one).name == declared), "")
    asked = [("utf-8", text)] + ([(key, data.decode(declared))] if key else [])
    return [(name, _telling(read[:SAMPLE])) for name, read in asked]


def _is_damaged_utf8(data):
    """Whether there are far more letters of several bytes in it, whole, than broken ones."""
    text = data.decode(errors="replace")
    broken = text.count("\ufffd")
    return sum(one > "\x7f" for one in text) - broken > 10 * broken


def _telling(text):
    """The words around the first letter outside ASCII: there a wrong encoding shows."""
    text = " ".join(text.split())
    found = re.search(r"[^\x00-\x7f]", text)
    start = max(0, (found.start() if found else 0) - SHOWN // 2)
    return text[start : start + SHOWN].strip()
