"""Finding the passages of one text again in another, later one. Plain Python.

All offsets count Unicode code points from 0, the end exclusive. Words come first, then what stands
around them, then the place: a passage is never put on other words without a mark that says so.
"""

import bisect
import functools
import itertools
from collections import Counter
from enum import StrEnum
from typing import NamedTuple

import regex
from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, LCSseq

from . import text as plain_text
from .text import CONTEXT, UNSPACED, trimmed

# How much the words, what stands before and behind them, and the place count in a score.
# Source: the quote matcher of the Hypothesis client.
QUOTE, PREFIX, SUFFIX, PLACE = 50, 20, 20, 2
WHOLE = QUOTE + PREFIX + SUFFIX + PLACE
TELLING = 20  # code points; a quote this long that occurs once is recognised by itself
ALIKE = 0.6  # of two wordings, so that the later is proposed for the earlier
NEAR_CERTAIN = 0.8  # of the surroundings, so that they tell where a short or replaced quote went
TABLE = 400_000_000  # pairs of tokens compared at most, some 50 MB
NEAREST = 50  # occurrences looked at on each side of where a passage should stand
# Where no spaces stand between words each sign is taken for one.
LETTERS = rf"[[\w\p{{No}}]--[{UNSPACED}]]+"
WORD = regex.compile(rf"{LETTERS}|[{UNSPACED}]\p{{M}}*", regex.V1)
SENTENCE = regex.compile(r"[^.!?…।。！？]+[.!?…।。！？]*\s*|[.!?…।。！？]+\s*")
TOKEN = regex.compile(rf"(?:{WORD.pattern})\s*|[^\w\s]\s*|\s+", regex.V1)
# What reads as one word or number, with its sign, its unit's sign and what joins its parts.
JOINED = regex.compile(
    rf"(?:(?<!\w)[-−+])?(?:\p{{Lu}}*[$€£₴₽])?{LETTERS}(?:[.,:'’ʼ\-‑–/]{LETTERS})*[%‰°]?", regex.V1
)
JOINED_LENGTH = 60  # code points of one, at most
QUOTE_SIGN = regex.compile('["“”„«»「」『』]')
GRAPHEME = regex.compile(r"\X")
# What a sentence says: its words and numbers, what is read as a word, where it asks and quotes.
SAID = regex.compile(rf"\d+(?:[.,:]\d+)+|{WORD.pattern}|[\p{{S}}%‰?？؟]|-(?=\d)|\"", regex.V1)
SENTENCE_LENGTH = 500  # code points of one looked at on each side, at most


class Kind(StrEnum):
    """What became of a passage's words."""

    UNCHANGED = "unchanged"  # the same words between the same words
    MOVED = "moved"  # the same words, but not what stands around them
    REWORDED = "reworded"
    LOST = "lost"


class Match(NamedTuple):
    """Where a passage is found again: ``new[start:end]``, an empty span where it is lost.

    ``score`` is from 0 to 1. Only what ``is_sure`` may be carried over without a person's look.
    """

    kind: Kind
    start: int
    end: int
    score: float
    is_sure: bool


class Block(NamedTuple):
    """``old[old_start:][:length] == new[new_start:][:length]``."""

    old_start: int
    new_start: int
    length: int


def find_again(old, new, spans):
    """Find each ``(start, end)`` of ``old`` in ``new``: a list of :class:`Match`, in that order."""
    search = _Search(old, new)
    return [search.find(start, end) for start, end in spans]


class Sentences:
    """What else is said in the sentences of a passage, in the old text and in the new one."""

    def __init__(self, old, new):
        self.old = _Sentences(old)
        self.new = _Sentences(new)

    def are_same(self, start, end, new_start, new_end):
        """Whether beside the same words the same is said, word for word, before and behind."""
        return self.old.beside(start, end) == self.new.beside(new_start, new_end)

    def are_equal(self, start, end, new_start, new_end):
        """:meth:`are_same`, and these sentences as a whole: quick where they are not."""
        old, new = self.old.around(start, end), self.new.around(new_start, new_end)
        return old == new and self.are_same(start, end, new_start, new_end)

    def are_telling(self, start, end):
        """Whether one of them is recognised by itself: long enough, and once in both texts."""
        return any(
            self.old.counts[said] == 1 == self.new.counts[said]
            for said in self.old.around(start, end)
            if len(said) >= 3 and sum(map(len, said)) >= TELLING
        )

    def changed(self, start, end, new_start, new_end):
        """The words that went and those that came beside the same words, as two lists."""
        old = Counter(itertools.chain(*self.old.beside(start, end)))
        new = Counter(itertools.chain(*self.new.beside(new_start, new_end)))
        return list((old - new).elements()), list((new - old).elements())


class _Sentences:
    """The sentences of a text; those of one quotation, to where it is closed, are one."""

    def __init__(self, text):
        self.text = text
        spans = list(_sentences(text))
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.said = [_said(text[start:end]) for start, end in spans]
        self.counts = Counter(self.said)

    def around(self, start, end):
        """What each of the sentences of ``text[start:end]`` says."""
        first, last = self._between(start, end)
        return self.said[first:last]

    def beside(self, start, end):
        """What they say before and behind ``text[start:end]``, as far as one reads them."""
        first, last = self._between(start, end)
        sentence_start = min(self.starts[first], start) if first < last else start
        sentence_end = max(self.ends[last - 1], end) if first < last else end
        return (
            _said(self.text[max(sentence_start, start - SENTENCE_LENGTH) : start]),
            _said(self.text[end : min(sentence_end, end + SENTENCE_LENGTH)]),
        )

    def _between(self, start, end):
        """Which sentences it touches, as a range."""
        return bisect.bisect_right(self.ends, start), bisect.bisect_left(self.starts, end)


def _sentences(text):
    for paragraph in plain_text.paragraphs(text):
        start = None
        for one in plain_text.sentences(paragraph):
            start = one.start if start is None else start
            if len(QUOTE_SIGN.findall(text, start, one.end)) % 2 == 0:
                yield start, one.end
                start = None
        if start is not None:
            yield start, one.end


def _said(text):
    """What is said, as words; quotation marks are taken for the same, whatever their shape."""
    return tuple(SAID.findall(QUOTE_SIGN.sub('"', text.casefold())))


def align(old, new):
    """The stretches that two texts share in one order, as :class:`Block` from first to last.

    Whole lines first, then the sentences between them, then the words between these.
    """
    blocks = _aligned(old, new, [_lines, SENTENCE.findall, TOKEN.findall])
    return _joined(block for block in blocks if block.length)


def _aligned(old, new, cuts):
    """Blocks of the pieces that the first of ``cuts`` makes; what is between them is cut finer."""
    cut, *finer = cuts
    shared = _shared(cut(old), cut(new))
    if not finer:
        return shared
    blocks = []
    old_at = new_at = 0
    for block in [*shared, Block(len(old), len(new), 0)]:
        between = old[old_at : block.old_start], new[new_at : block.new_start]
        if all(between):
            inner = _aligned(*between, finer)
            blocks += [Block(old_at + a, new_at + b, length) for a, b, length in inner]
        blocks.append(block)
        old_at = block.old_start + block.length
        new_at = block.new_start + block.length
    return blocks


def _lines(text):
    return text.splitlines(keepends=True)


def _shared(old, new):
    """The longest common subsequence of two lists of strings, as blocks of code points."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    found = [(0, 0, head)] if head else []
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if inner_old and inner_new and len(inner_old) * len(inner_new) <= TABLE:
        found += [
            (head + step.src_start, head + step.dest_start, step.src_end - step.src_start)
            for step in LCSseq.opcodes(inner_old, inner_new)
            if step.tag == "equal"
        ]
    if tail:
        found.append((len(old) - tail, len(new) - tail, tail))
    old_offsets, new_offsets = _offsets(old), _offsets(new)
    return [
        Block(old_offsets[a], new_offsets[b], old_offsets[a + count] - old_offsets[a])
        for a, b, count in found
    ]


def _offsets(pieces):
    at = 0
    offsets = [0]
    for piece in pieces:
        at += len(piece)
        offsets.append(at)
    return offsets


def _joined(blocks):
    """Blocks that go on into each other in both texts become one."""
    found = []
    for block in blocks:
        if found:
            last = found[-1]
            goes_on = (last.old_start + last.length, last.new_start + last.length)
            if goes_on == (block.old_start, block.new_start):
                found[-1] = last._replace(length=last.length + block.length)
                continue
        found.append(block)
    return found


class _Search:
    def __init__(self, old, new):
        self.old = old
        self.new = new
        self.blocks = align(old, new)
        self.old_starts = [block.old_start for block in self.blocks]
        self.sentences = Sentences(old, new)
        self.places = {}

    def find(self, start, end):
        place = self._place(start)
        return (
            self._unchanged(start, end)
            or self._same_words(start, end, place)
            or self._other_words(start, end, place)
            or Match(Kind.LOST, place, place, 0.0, False)
        )

    # Where a passage should be

    def _block_before(self, at):
        """The last block that begins at or before ``old[at]``, or None."""
        index = bisect.bisect_right(self.old_starts, at) - 1
        return self.blocks[index] if index >= 0 else None

    def _place(self, at):
        """Where ``old[at]`` should stand in the new text."""
        block = self._block_before(at)
        if block is None:
            return 0
        return block.new_start + min(at - block.old_start, block.length)

    def _aligned(self, start, end):
        """Where the span stands if one block holds all of it, else None."""
        block = self._block_before(start)
        if block is None or end > block.old_start + block.length:
            return None
        return start - block.old_start + block.new_start

    def _region(self, start, end):
        """What stands in the new text where the span stood: from its start's place to its end's."""
        index = bisect.bisect_left(self.old_starts, end)
        last = self._block_before(end - 1)
        if last is not None and end <= last.old_start + last.length:
            new_end = end - last.old_start + last.new_start
        else:
            new_end = self.blocks[index].new_start if index < len(self.blocks) else len(self.new)
        return self._place(start), max(new_end, self._place(start))

    def _is_held(self, start, end):
        """Whether something telling that did not change stands before or behind the span's place.

        Words such as "the" are shared by any two texts.
        """
        first = bisect.bisect_left(self.old_starts, start) - 1
        last = bisect.bisect_left(self.old_starts, end)
        blocks = self.blocks[max(0, first) : last + 1]
        return any(block.length >= TELLING for block in blocks)

    # The same words

    def _unchanged(self, start, end):
        at = self._aligned(start, end)
        if at is None or not self._has_same_context(start, end, at):
            return None
        if not self._is_cut_alike(start, end, at):
            return None
        new_end = at + end - start
        is_sure = self.sentences.are_same(start, end, at, new_end)
        return Match(Kind.UNCHANGED, at, new_end, 1.0, is_sure)

    def _occurrences(self, start, end, place):
        """Where the words stand in the new text, as far as one looks around ``place``.

        Those within longer words are left out, unless the longer words are the same.
        """
        quote = self.old[start:end]
        if quote not in self.places:
            self.places[quote] = _all_places(quote, self.new)
        places = self.places[quote]
        middle = bisect.bisect_left(places, place)
        near = places[max(0, middle - NEAREST) : middle + NEAREST]
        return [at for at in near if self._is_cut_alike(start, end, at)]

    def _is_cut_alike(self, start, end, at):
        """Whether the words at both edges go on as they do in the old text."""
        new_end = at + end - start
        return (
            _cuts(self.old, start)[0] == _cuts(self.new, at)[0]
            and _cuts(self.old, end)[1] == _cuts(self.new, new_end)[1]
        )

    def _same_words(self, start, end, place):
        found = self._occurrences(start, end, place)
        if not found:
            return None
        length = end - start
        scored = sorted(
            ((self._score(start, end, at, at + length, place), at) for at in found),
            key=lambda pair: (-round(pair[0], 3), abs(pair[1] - place)),
        )
        same = (
            one for one in scored if self.sentences.are_equal(start, end, one[1], one[1] + length)
        )
        in_sentence = next(same, None)
        score, best = in_sentence or scored[0]
        is_sure = bool(in_sentence) and self.sentences.are_telling(start, end)
        around = self._around(start, end, best, best + length)
        is_telling = length >= TELLING and len(WORD.findall(self.old[start:end])) >= 3
        first, last = self._region(start, end)
        is_in_place = self._is_held(start, end) and first <= best and best + length <= last
        if not is_sure and not is_telling and around < ALIKE and not is_in_place:
            return None
        is_aligned = best == self._aligned(start, end)
        is_unchanged = is_aligned and self._has_same_context(start, end, best)
        return Match(
            Kind.UNCHANGED if is_unchanged else Kind.MOVED,
            best,
            best + length,
            round(score, 3),
            is_sure,
        )

    def _has_same_context(self, start, end, at):
        length = end - start
        return (
            self.old[max(0, start - CONTEXT) : start] == self.new[max(0, at - CONTEXT) : at]
            and self.old[end : end + CONTEXT] == self.new[at + length : at + length + CONTEXT]
        )

    # Other words

    def _other_words(self, start, end, place):
        quote = self.old[start:end]
        region = trimmed(self.new, *self._region(start, end))
        # What is all but the same at its own place is not looked for elsewhere, which takes time.
        is_there = (
            _is_as_long(quote, *region)
            and _alike_in_words(quote, self.new[slice(*region)]) >= NEAR_CERTAIN
        )
        candidates = [region] if is_there else [region, *self._alike(quote)]
        best = None
        for new_start, new_end in candidates:
            if not _is_as_long(quote, new_start, new_end):
                continue
            alike = _alike_in_words(quote, self.new[new_start:new_end])
            around = self._around(start, end, new_start, new_end)
            is_short = len(quote) < TELLING
            is_likely = self._is_certain(start, end, new_start, new_end) or (
                alike >= ALIKE and (not is_short or around >= ALIKE)
            )
            score = self._score(start, end, new_start, new_end, place)
            if is_likely and (best is None or score > best.score):
                best = Match(Kind.REWORDED, new_start, new_end, round(score, 3), False)
        return best

    @functools.cached_property
    def _fresh(self):
        """The parts of the new text that the old one does not have, as spans of whole lines."""
        spans = []
        at = 0
        for block in [*self.blocks, Block(len(self.old), len(self.new), 0)]:
            if block.new_start > at:
                first = self.new.rfind("\n", 0, at) + 1
                last = self.new.find("\n", block.new_start)
                span = (first, len(self.new) if last < 0 else last)
                if spans and span[0] <= spans[-1][1]:
                    span = (spans.pop()[0], span[1])
                spans.append(span)
            at = block.new_start + block.length
        return spans

    def _alike(self, quote):
        """What is most like ``quote`` of all that is new, cut at words: one span or none."""
        best = None
        for start, end in self._fresh:
            found = fuzz.partial_ratio_alignment(
                quote, self.new[start:end], score_cutoff=best[0] if best else 100 * ALIKE
            )
            if found and len(quote) <= end - start and found.dest_end > found.dest_start:
                best = (found.score, start + found.dest_start, start + found.dest_end)
        if best is None:
            return []
        _, start, end = best
        start -= len(_cuts(self.new, start)[0])
        end += len(_cuts(self.new, end)[1])
        return [trimmed(self.new, start, end)]

    # Scores

    def _seen(self, start, end, new_start, new_end):
        """How much before and behind both texts go on, as far as one looks."""
        behind = min(len(self.old) - end, len(self.new) - new_end)
        return min(CONTEXT, start, new_start), min(CONTEXT, behind)

    def _sides(self, start, end, new_start, new_end):
        """How alike what stands before and behind is, as far as both texts go."""
        before, behind = self._seen(start, end, new_start, new_end)
        return (
            _alike(self.old[start - before : start], self.new[new_start - before : new_start])
            if before
            else _at_edge(start, new_start),
            _alike(self.old[end : end + behind], self.new[new_end : new_end + behind])
            if behind
            else _at_edge(len(self.old) - end, len(self.new) - new_end),
        )

    def _around(self, *spans):
        """How alike the surroundings are; a side on which both texts end says nothing."""
        sides = zip(self._seen(*spans), self._sides(*spans), strict=True)
        telling = [alike for seen, alike in sides if seen or alike < 1]
        return sum(telling) / len(telling) if telling else 1.0

    def _is_certain(self, *spans):
        """Whether the surroundings alone tell where a quote went: alike, and enough of them."""
        return sum(self._seen(*spans)) >= TELLING and self._around(*spans) >= NEAR_CERTAIN

    def _score(self, start, end, new_start, new_end, place):
        before, behind = self._sides(start, end, new_start, new_end)
        old, new = self.old[start:end], self.new[new_start:new_end]
        words = 1 if old == new else _alike_in_words(old, new)
        near = 1 - min(1, abs(new_start - place) / max(1, len(self.new)))
        return (QUOTE * words + PREFIX * before + SUFFIX * behind + PLACE * near) / WHOLE


def _cuts(text, at):
    """The two parts of the word or number that goes on over ``at``; empty where none does.

    "1,000" goes on in "1,000,000", "did" in "didn’t", and "50" behind a minus.
    """
    if not 0 < at < len(text) or text[at - 1].isspace() or text[at].isspace():
        return "", ""
    first = max(0, at - JOINED_LENGTH)
    for whole in (JOINED, GRAPHEME):
        for found in whole.finditer(text, first, at + JOINED_LENGTH):
            if found.start() < at < found.end():
                return text[found.start() : at], text[at : found.end()]
            if found.start() >= at:
                break
    return "", ""


def _all_places(quote, text):
    """Where a quote stands in a text, also over itself, from first to last."""
    found = []
    at = text.find(quote)
    while at >= 0:
        found.append(at)
        at = text.find(quote, at + 1)
    return found


def _is_as_long(quote, start, end):
    """Whether a span is of a length that another wording of ``quote`` may have."""
    return len(quote) / 3 <= end - start <= 3 * len(quote) + CONTEXT


def _at_edge(one, other):
    """Whether both stand at an edge of their text; that one does says nothing about the other."""
    return 1.0 if one == other else 0.5


def _alike(one, other):
    """How alike two strings are, from 0 to 1."""
    return fuzz.ratio(one, other) / 100


def _alike_in_words(one, other):
    """How alike two wordings are, from 0 to 1: half by their letters, half by their words.

    Letters alone find half of any sentence in any other; words alone miss a mended spelling.
    """
    words = Indel.normalized_similarity(
        WORD.findall(one.casefold()), WORD.findall(other.casefold())
    )
    return (_alike(one, other) + words) / 2
