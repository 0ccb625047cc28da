"""Figures on the use of tags: passages, coders, articles, and which tags come together.

What is withdrawn, what stands in articles that one may not see, and, unless it is asked for, what
a review rejected is not counted.
"""

from collections import defaultdict
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from talks.models import Article

from . import overview
from .models import Tagging

MOST_TAGS = 16  # in a picture
MOST_ARTICLES = 16
BY = {"same": "on the same passage", "overlap": "on overlapping passages"}


class Row(NamedTuple):
    """A tag's figures, each a set of keys."""

    tag: object
    passages: set
    coders: set
    articles: set


class Cell(NamedTuple):
    count: int
    address: str
    says: str
    shade: float


class Figures:
    """All of it, read in one query.

    ``tags`` are ``reading.Tags``, ``by`` a key of :data:`BY`, ``work`` one of ``overview.COUNTED``.
    """

    def __init__(self, tags, user, by="same", work=""):
        self.tags = tags
        self.by = by
        self.work = work
        taggings = (
            overview.counted(Tagging.objects.live(), work)
            .filter(passage__article__in=Article.objects.visible_to(user))
            .order_by()
            .values_list(
                "tag_id", "passage_id", "passage__article_id", "passage__start", "passage__end",
                "coder_id",
            )
        )  # fmt: skip
        self.passages = {}  # key: (article, start, end, tags)
        sets = defaultdict(lambda: (set(), set(), set()))
        self.by_article = defaultdict(set)
        self.by_coder = defaultdict(set)
        for tag, passage, article, start, end, coder in taggings:
            self.passages.setdefault(passage, (article, start, end, set()))[3].add(tag)
            for found, key in zip(sets[tag], (passage, coder, article), strict=True):
                found.add(key)
            self.by_article[tag, article].add(passage)
            self.by_coder[tag, coder].add(passage)
        self.rows = [Row(tag, *sets[tag.pk]) for tag in tags.tree if tag.pk in sets]
        self.unused = [tag for tag in tags.tree if tag.pk not in sets and tag.status != "archived"]
        self.same, self.overlap = self._together()

    def address(self, **query):
        """This page with what a number counts."""
        query = {"by": self.by, "work": self.work} | query
        asked = urlencode({name: value for name, value in query.items() if value})
        return f"{reverse('annotations:tag_figures')}?{asked}#opened"

    def passages_address(self, tag, **query):
        """The tag's page with those of its passages that a number counts."""
        query = {"alone": "on", "work": self.work} | query
        asked = urlencode({name: value for name, value in query.items() if value})
        return f"{tag.get_absolute_url()}?{asked}#passages"

    def _together(self):
        """Passages of one tag that have another, or overlap with one that has: by pairs of keys."""
        same, overlap = defaultdict(set), defaultdict(set)
        rows = sorted((*where, key) for key, where in self.passages.items())
        open_ = []
        for article, start, end, tags, key in (
            (article, start, end, tags, key) for article, start, end, tags, key in rows
        ):
            open_ = [one for one in open_ if one[0] == article and one[1] > start]
            for one in tags:
                for other in tags - {one}:
                    same[one, other].add(key)
                    overlap[one, other].add(key)
                for _, _, other_tags, other_key in open_:
                    for other in other_tags - {one}:
                        overlap[one, other].add(key)
                        overlap[other, one].add(other_key)
            open_.append((article, end, tags, key))
        return same, overlap

    @property
    def together(self):
        return self.same if self.by == "same" else self.overlap

    def pairs(self):
        """Pairs of tags that come together, the most frequent first: two tags and two counts.

        The passages that have both; and those of the first that overlap with one of the second.
        """
        found = [
            (self.tags.rows[one], self.tags.rows[other], len(self.same[one, other]), len(passages))
            for (one, other), passages in list(self.overlap.items())
            if len(passages) > len(self.overlap[other, one])
            or (len(passages) == len(self.overlap[other, one]) and one < other)
        ]
        return sorted(found, key=lambda pair: (-pair[3], -pair[2], pair[0].name, pair[1].name))

    def most_used(self):
        return sorted(self.rows, key=lambda row: (-len(row.passages), row.tag.name))[:MOST_TAGS]

    def together_grid(self):
        """The most used tags by themselves: how often two come together."""
        tags = [row.tag for row in self.most_used()]
        counts = {
            (one.pk, other.pk): len(self.together.get((one.pk, other.pk), ()))
            for one in tags
            for other in tags
        }
        most = max(counts.values(), default=0)
        columns = [(tag.name, tag.get_absolute_url(), tag.shown_colour) for tag in tags]
        cells = {}
        for one in tags:
            for other in tags:
                count = counts[one.pk, other.pk]
                says = f"{one.name} with {other.name} {BY[self.by]}: {count}"
                address = self.address(pair=f"{one.pk}:{other.pk}")
                cells[one.pk, other.pk] = Cell(count, address, says, shade(count, most))
        return Grid(columns, [(t, [cells[t.pk, o.pk] for o in tags]) for t in tags])

    def spread_grid(self, user):
        """The most used tags by the articles that have most of them."""
        totals = defaultdict(int)
        for (_, article), passages in self.by_article.items():
            totals[article] += len(passages)
        keys = sorted(totals, key=lambda key: (-totals[key], key))[:MOST_ARTICLES]
        articles = Article.objects.visible_to(user).for_lists().in_bulk(keys)
        tags = [row.tag for row in self.most_used()]
        most = max((len(found) for found in self.by_article.values()), default=0)
        rows = []
        for tag in tags:
            cells = []
            for key in keys:
                count = len(self.by_article.get((tag.pk, key), ()))
                says = f"{tag.name} in {articles[key].headline}: {count}"
                address = self.passages_address(tag, article=key)
                cells.append(Cell(count, address, says, shade(count, most)))
            rows.append((tag, cells))
        columns = [
            (articles[key].headline, articles[key].get_absolute_url(), "slate") for key in keys
        ]
        return Grid(columns, rows)

    def coders_of(self, tag):
        """Who used a tag, with how many passages each and where they stand."""
        counts = {
            coder: len(found) for (one, coder), found in self.by_coder.items() if one == tag.pk
        }
        coders = User.objects.in_bulk(counts)
        rows = [
            (coders[key], n, self.passages_address(tag, coder=key)) for key, n in counts.items()
        ]
        return sorted(rows, key=lambda row: (-row[1], str(row[0])))

    def articles_of(self, tag, user):
        """Where a tag is used, with how many passages each."""
        counts = {
            article: len(found)
            for (one, article), found in self.by_article.items()
            if one == tag.pk
        }
        articles = Article.objects.visible_to(user).for_lists().in_bulk(counts)
        rows = [
            (articles[key].headline, n, self.passages_address(tag, article=key))
            for key, n in counts.items()
        ]
        return sorted(rows, key=lambda row: (-row[1], row[0]))


class Grid:
    """A table of numbers as a picture: where its labels and cells stand."""

    LEFT, TOP, WIDE, HIGH = 210, 150, 40, 30

    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows
        self.width = self.LEFT + self.WIDE * len(columns) + 130
        self.height = self.TOP + self.HIGH * len(rows) + 10

    def drawn_columns(self):
        return [
            (short(name, 22), name, address, self.LEFT + self.WIDE * n + self.WIDE // 2)
            for n, (name, address, _) in enumerate(self.columns)
        ]

    def drawn_rows(self):
        """Each row's label and cells with their places; empty cells are not drawn."""
        return [
            (
                short(tag.name, 26),
                tag,
                self.TOP + self.HIGH * n + self.HIGH // 2,
                [
                    (cell, self.LEFT + self.WIDE * m, self.TOP + self.HIGH * n)
                    for m, cell in enumerate(cells)
                    if cell.count
                ],
            )
            for n, (tag, cells) in enumerate(self.rows)
        ]


def shade(count, most):
    """How dark a cell is, so that its number stays legible on it."""
    return round(0.08 + 0.32 * count / most, 2) if most else 0


def short(words, most):
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
