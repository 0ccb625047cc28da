"""The words that a search found, as places in a text. Plain Python; offsets are code points."""

import bisect
import functools
import itertools
import re
from typing import NamedTuple

import regex

from talks import finding
from talks.text import paragraphs, sentences

# Not characters of Unicode, so no text of people has them on purpose; one that does has no marks.
START, STOP = "\ufdd0", "\ufdd1"
# With the accents that follow its letters, and an apostrophe between Cyrillic ones.
WORD = re.compile(
    r"[^\W_](?:[^\W_]|[\u00ad\u0300-\u036f\u0591-\u05c7\u064b-\u065f]"
    r"|(?<=[\u0400-\u052f])['’‘`´](?=[\u0400-\u052f]))*"
)
LENGTH = 320  # code points of a text that are shown in a list
BEFORE = 100  # of them, at most, before the first word found


class Piece(NamedTuple):
    text: str
    is_found: bool


def spans(marked, text):
    """Where the marked words stand in ``text``: (start, end) pairs in its order.

    ``marked`` is as long as the text but for :data:`START` and :data:`STOP` around each word. If
    it is not, nothing is known of places and none are told.
    """
    found = []
    first, *others = (marked or "").split(START)
    at = len(first)
    for other in others:
        word, _, rest = other.partition(STOP)
        found.append((at, at + len(word)))
        at += len(word) + len(rest)
    return found if at == len(text) else []


def of_phrases(text, marked, terms, unwanted):
    """Those of the marked words of ``text`` that stand as it was asked for: (start, end) pairs.

    PostgreSQL marks each word of a phrase wherever it stands, and "2" for 2022, which may be
    written as 2 022. ``terms`` are lists of what each may be written as, a list of words each;
    ``unwanted`` are words that are not looked for. A marked word belongs to the words that begin
    most like it. In a phrase any may stand for a word to which none belongs, as that stands
    everywhere. Where no phrase is made out all are kept.
    """
    if not unwanted and all(len(words) == 1 for term in terms for words in term):
        return marked
    asked = {_folded_word(word) for term in terms for words in term for word in words}
    asked.update(map(_folded_word, unwanted))
    tokens = _with_words_between(text, marked)
    owners = {span: _most_like(_folded_word(text[slice(*span)]), asked) for span in marked}
    told = {word for words in owners.values() for word in words}

    def is_one(token, word):
        return word in owners.get(token, ()) or (word not in told and word.isalpha())

    def standing(words):
        """The tokens of all places where these words stand one behind the other."""
        begins = {at - words.index(word) for at in places for word in owners[tokens[at]] & {*words}}
        for at in begins:
            stretch = tokens[at : at + len(words)] if at >= 0 else []
            if len(stretch) == len(words) and all(map(is_one, stretch, words)):
                yield from stretch

    places = [at for at, token in enumerate(tokens) if token in owners]
    kept = {span for span in marked if not owners[span]}
    for term in terms:
        lists = [[_folded_word(word) for word in words] for words in term]
        of_term = {token for words in lists for token in standing(words)}
        if not of_term and all(len(words) > 1 for words in lists):
            words = {word for words in lists for word in words}
            of_term = {span for span in marked if owners[span] & words}
        kept |= of_term
    return [span for span in marked if span in kept]


def _with_words_between(text, marked):
    """All words of a text in order, of which those that are marked are as they are marked."""
    words, at = [], 0
    for start, end in [*marked, (len(text), len(text))]:
        words += [word.span() for word in WORD.finditer(text, at, start)]
        words.append((start, end))
        at = end
    return words[:-1]


def _most_like(word, others):
    """Those of ``others`` that begin with most of its letters: a set, empty if none does."""
    if word in others:
        return {word}
    for length in range(len(word), 0, -1):
        if found := {other for other in others if other.startswith(word[:length])}:
            return found
    return set()


def beginning_with(text, beginnings):
    """Where words stand that begin so: (start, end) pairs in the order of ``text``."""
    wanted = tuple(_folded_word(one) for one in beginnings)
    return [
        word.span()
        for word in WORD.finditer(text if wanted else "")
        if _folded_word(word[0]).startswith(wanted)
    ]


def standing_in(text, words):
    """Where ``words`` stand, or each of them if they are not side by side: (start, end) pairs."""
    found = finding.places(text, words)
    return found or joined(*(finding.places(text, word) for word in regex.findall(r"\w+", words)))


def joined(*found):
    """Several lists of spans as one, in order, none of which overlap."""
    joined = []
    for start, end in sorted(itertools.chain(*found)):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@functools.lru_cache(2**14)
def _folded_word(word):
    return finding.folded(word)[0].replace("'", "")


def pieces(text, found):
    """All of the text with its marks, as :class:`Piece`."""
    pieces, at = [], 0
    for start, end in found:
        pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
        at = end
    pieces.append(Piece(text[at:], False))
    return [piece for piece in pieces if piece.text]


def best_sentences(text, found, *, count):
    """The sentences with most of the different words found: (start, end), at most ``count``.

    Without a word found, the first. Of equal ones the earlier comes first.
    """
    all_ = [(one.start, one.end) for p in paragraphs(text) for one in sentences(p)]
    if not all_:
        return []
    if not found:
        return all_[:1]
    starts = [start for start, _ in all_]
    words = {}
    for start, end in found:
        place = max(0, bisect.bisect_right(starts, start) - 1)
        words.setdefault(place, []).append((start, end))
    ranked = sorted(words, key=lambda place: (-_worth(text, words[place]), place))
    return [all_[place] for place in ranked[:count]]


def _worth(text, found):
    """Words that stand side by side, as those of a phrase do, count for more."""
    different = len({text[start:end].lower() for start, end in found})
    together = sum(
        not text[end:start].strip() for (_, end), (start, _) in itertools.pairwise(found)
    )
    return different + together


def cut(text, start, end, found):
    """``text[start:end]``, shortened around the first word found, as :class:`Piece`."""
    inside = [(max(s, start), min(e, end)) for s, e in found if s < end and e > start]
    first, last = start, end
    if last - first > LENGTH:
        if inside and inside[0][0] - first > BEFORE:
            first = _word_start(text, inside[0][0] - BEFORE, inside[0][0])
        last = min(end, first + LENGTH)
    pieces = [Piece("… ", False)] if first > start else []
    at = first
    for one, other in inside:
        if other > last:
            break
        pieces += [Piece(text[at:one], False), Piece(text[one:other], True)]
        at = other
    pieces.append(Piece(text[at:last], False))
    if last < end:
        pieces.append(Piece(" …", False))
    return [piece for piece in pieces if piece.text]


def _word_start(text, at, limit):
    space = text.find(" ", at, limit)
    return space + 1 if space != -1 else at
