"""Sentences like a passage, over all articles that somebody may see.

PostgreSQL finds the articles that share most of its telling words; their sentences are compared
by the beginnings of their words, so that forms of a word count as one; where no spaces are set
between words, by the pairs of their signs.
"""

import itertools
import math
from typing import NamedTuple

import regex

from talks import finding
from talks.models import Article
from talks.text import PAIRED, SIGN, SIGNS, sentences

from . import asked, found_words, searching
from .models import EntryKind

WORD = regex.compile(rf"{SIGNS.pattern}|[[\w]--[{PAIRED}]]{{3,}}", regex.V1)
PAIR = regex.compile(SIGN.pattern * 2)
# Of Japanese these join words, and are in every sentence.
JOINING = regex.compile(r"\p{Hiragana}+")
TOLD = 10  # of a passage's words, the longest, by which articles are found
TOLD_PAIRS = 30  # of its pairs of signs without spaces, likewise
READ = 40  # articles, of which the sentences are compared
SHOWN = 20
BEGINNING = 5  # letters by which words are compared
LEAST = 0.3


class Alike(NamedTuple):
    article: Article
    pieces: list
    url: str
    share: int  # in hundredths


def sentences_like(passage, user):
    """The sentences that are most like ``passage``, other than its own, most first."""
    wanted = _beginnings(passage.exact)
    if not wanted:
        return []
    found = []
    for article in _articles(passage, user):
        for paragraph in article.paragraphs:
            for one in sentences(paragraph):
                share = _share(wanted, _beginnings(one.text))
                if share >= LEAST and not _is_itself(passage, article, one):
                    found.append((share, article, one))
    found.sort(key=lambda row: (-row[0], row[1].pk, row[2].start))
    return [_told(article, one, wanted, share) for share, article, one in found[:SHOWN]]


def telling_words(passage):
    """The question that finds what shares one of the words that tell most of ``passage``."""
    words = sorted(dict.fromkeys(_words(passage.exact.casefold())), key=len)
    pairs = [word for word in words if SIGN.match(word) and not JOINING.fullmatch(word)]
    told = [word for word in words if not SIGN.match(word)][-TOLD:] + pairs[:TOLD_PAIRS]
    question = asked.Asked((tuple(asked.Term(word) for word in told),) if told else (), ())
    return searching.without_common(question)


def _words(text):
    """Its words of three letters and more, and each pair of signs without spaces."""
    for word in WORD.findall(text):
        signs = SIGN.findall(word)
        yield from map("".join, itertools.pairwise(signs)) if signs else [word]


def _articles(passage, user):
    question = telling_words(passage)
    if not question.groups:
        return []
    entries = searching.visible_to(searching.found(question), user)
    entries = entries.filter(kind=EntryKind.ARTICLE).order_by("-rank", "pk")
    keys = list(entries.values_list("object_id", flat=True)[:READ])
    return Article.objects.select_related("round").in_bulk(keys).values()


def _beginnings(text):
    return {word[:BEGINNING] for word in _words(finding.folded(text)[0])}


def _share(some, others):
    """How alike two sets are, from 0 to 1: the cosine of the angle between them."""
    return len(some & others) / math.sqrt(len(some) * len(others)) if others else 0


def _is_itself(passage, article, one):
    same = article.pk == passage.article_id
    return same and one.start < passage.end and passage.start < one.end


def _told(article, one, wanted, share):
    spans = [
        (one.start + word.start(), one.start + word.end())
        for word in [*regex.finditer(r"\w+", one.text), *PAIR.finditer(one.text, overlapped=True)]
        if finding.folded(word[0])[0][:BEGINNING] in wanted
    ]
    spans = found_words.joined(spans)
    pieces = found_words.cut(article.text, one.start, one.end, spans)
    url = f"{article.get_absolute_url()}?at={one.start}-{one.end}#found"
    return Alike(article, pieces, url, round(share * 100))
