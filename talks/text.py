"""What an article's text is made of: paragraphs, sentences, quotes. Plain Python.

All offsets count Unicode code points from 0, the end exclusive.
"""

import functools
import itertools
from typing import NamedTuple

import regex

CONTEXT = 32  # code points of prefix and suffix
# Chinese characters and Japanese syllables, of which each says about as much as a word; as ranges
# of a character class, whoever reads it. Source: the scripts of Unicode.
IDEOGRAPHIC = (
    "\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9"
    "\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003347f"
)
# All scripts that set no spaces between words: Thai, Lao, Burmese and Khmer besides.
UNSPACED = (
    f"{IDEOGRAPHIC}\u0e01-\u0e3a\u0e40-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17f9"
    "\u19e0-\u19ff\ua9e0-\ua9fe\uaa60-\uaa7f"
)
# The signs by whose pairs words are searched: of these scripts and of the Korean one, where what
# others write apart is added to words.
PAIRED = f"{UNSPACED}\uac00-\ud7a3"
SIGN = regex.compile(rf"[{PAIRED}]\p{{M}}*")
SIGNS = regex.compile(rf"(?:{SIGN.pattern})+")


class Paragraph(NamedTuple):
    """A line of the text that holds more than white space: ``text[start:end]``."""

    number: int
    kind: str
    start: int
    end: int
    text: str


class Quote(NamedTuple):
    """A passage in the terms of the W3C's TextQuoteSelector."""

    exact: str
    prefix: str
    suffix: str


class Sentence(NamedTuple):
    start: int
    end: int
    text: str


def normalise(text):
    """Give ``text`` LF line ends and no BOM, and change nothing else."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def quote(text, start, end):
    """Quote ``text[start:end]`` with what stands before and behind it."""
    return Quote(text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT])


def first_words(text, count=8):
    """The first ``count`` words, with an ellipsis where more follow.

    Of words that are not set apart by spaces, as in Chinese, as many as have room.
    """
    words = text.split(None, count)
    first = " ".join(words[:count])
    shown = regex.match(rf"\X{{0,{20 * count}}}", first)[0]
    if len(words) <= count and shown == first:
        return shown
    return shown.rstrip(" .,;:…。，、") + "…"


def paragraphs(text):
    """Cut ``text`` at its line ends into a list of numbered paragraphs.

    Lines of white space alone have no number. A last line "Source: …" is the credit; a short
    line without a full stop, before a longer one, is a heading.
    """
    found = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            found.append(Paragraph(len(found) + 1, "body", start, start + len(line), line))
        start += len(line) + 1
    if len(found) > 1 and regex.match(r"\s*(source|credit)\s*:", found[-1].text, regex.I):
        found[-1] = found[-1]._replace(kind="credit")
    return [
        one._replace(kind="heading") if following and _is_heading(one, following) else one
        for one, following in itertools.zip_longest(found, found[1:])
    ]


def _is_heading(one, following):
    line = one.text.strip()
    return (
        one.kind == "body"
        and len(line) <= 80
        and len(following.text) > 2 * len(line)
        and line[0].isupper()
        and line[-1].isalnum()
    )


@functools.cache
def _sentence_end():
    return regex.compile(
        r"""
        (?<! \b(?:Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Gov|Lt|Col|Prof|vs|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug
             |Sep|Sept|Oct|Nov|Dec) ) (?<! \b\p{Lu} ) [.]+ [”"’'»)\]]* (?= \s+ [^\p{Ll}\s] | \s*$ )
        | [!?…।۔؟]+ [”"’'»)\]]* (?= \s+ | \s*$ )
        | [。！？]+ [”"’'»)\]」』）]*
        """,
        regex.X,
    )


def sentences(paragraph):
    """Cut a :class:`Paragraph` into its sentences, without the white space between them."""
    found = []
    start = 0
    ends = [match.end() for match in _sentence_end().finditer(paragraph.text)]
    for end in dict.fromkeys([*ends, len(paragraph.text)]):
        line = paragraph.text[start:end]
        if line.strip():
            first = start + len(line) - len(line.lstrip())
            last = first + len(line.strip())
            found.append(
                Sentence(
                    paragraph.start + first,
                    paragraph.start + last,
                    paragraph.text[first:last],
                )
            )
        start = end
    return found


def paired(text):
    """The words of a question as the search has them: of signs without spaces each pair.

    "停火协议" is "停火 火协 协议". Between other words what stands at the edge is single as well.
    """
    text = regex.sub(r"\A\W+|\W+\Z", "", text)
    words = SIGN.sub(r"\g<0> \g<0>", SIGNS.sub(r" \g<0> ", text)).split()
    # What stands before and behind the question is not known.
    if len(words) > 1 and SIGN.match(text):
        words = words[1:]
    if len(words) > 1 and regex.search(rf"{SIGN.pattern}\Z", text):
        words = words[:-1]
    return " ".join(words)


def trimmed(text, start, end):
    """Leave outer white space out of a span: a new ``(start, end)``, empty if nothing is left."""
    exact = text[start:end]
    start += len(exact) - len(exact.lstrip())
    return start, start + len(exact.strip())


def widened_to_graphemes(text, start, end):
    """Move the ends of a span outwards so that it cuts no grapheme: a new ``(start, end)``.

    Source of what a grapheme is: extended grapheme clusters of Unicode's UAX 29.
    """
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end == -1 else line_end
    for match in regex.finditer(r"\X", text, pos=line_start, endpos=line_end):
        if match.start() < start < match.end():
            start = match.start()
        if match.start() < end < match.end():
            end = match.end()
        if match.start() >= end:
            break
    return start, end


class Step(NamedTuple):
    """A span that differs from another by one word at one end."""

    name: str
    start: int
    end: int
    exact: str


def word_steps(text, start, end):
    """The spans one gets by moving an end of ``text[start:end]`` by one word."""
    words = [match.span() for match in regex.finditer(r"\w+(?:[’'-]\w+)*", text)]
    starts = [word[0] for word in words]
    ends = [word[1] for word in words]
    steps = [
        ("Start a word earlier", max((s for s in starts if s < start), default=start), end),
        ("Start a word later", min((s for s in starts if start < s < end), default=start), end),
        ("End a word earlier", start, max((e for e in ends if start < e < end), default=end)),
        ("End a word later", start, min((e for e in ends if e > end), default=end)),
    ]
    return [Step(name, s, e, text[s:e]) for name, s, e in steps if (s, e) != (start, end)]
