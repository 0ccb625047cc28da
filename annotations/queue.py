"""What waits for an editor: submitted work of others, the oldest first."""

import dataclasses
import datetime
import functools
from collections import defaultdict

from django.db.models import Exists, OuterRef, Q, SmallIntegerField, Value
from django.utils import timezone

from accounts.models import User
from talks.models import Article, Position, WorkStatus

from . import disagreements
from .disagreements import DISPUTABLE
from .items import Kind, article_of, kind_of
from .models import Decision, Review, Tagging

WINDOW = 50  # pieces of work listed at once
LOOKED_AT = 200  # to find these, since disagreements are listed by their oldest part alone
ARTICLE = {
    Kind.TAGGING: "passage__article",
    Kind.POSITION: "article",
    Kind.OUTCOME_REPORT: "article",
}
AGES = {
    "day": ("Since yesterday", "gte", 1),
    "week": ("Last 7 days", "gte", 7),
    "older_week": ("Older than a week", "lt", 7),
    "older_month": ("Older than a month", "lt", 30),
}


def awaiting(kind, user):
    """Submitted work of this kind that ``user`` may judge.

    What was sent back waits for its coder, until a change counts its version up.
    """
    sent_back = Review.objects.filter(
        **{kind.value: OuterRef("pk")},
        decision=Decision.REVISE,
        version=OuterRef("version") - 1,
    )
    return (
        kind.model.objects.visible_to(user)
        .filter(~Exists(sent_back), work_status=WorkStatus.SUBMITTED)
        .exclude(coder=user)
    )


@dataclasses.dataclass
class Wanted:
    """Which of them; ``after`` is where to begin, as (created_at, kind, key)."""

    kind: str = ""
    article: int | None = None
    tags: set | None = None
    coder: int | None = None
    age: str = ""
    is_disputed: bool = False
    after: tuple | None = None


class Queue:
    """What awaits ``user``'s verdict, as far as it is ``wanted``."""

    def __init__(self, user, wanted):
        self.user = user
        self.wanted = wanted

    def kinds(self):
        kinds = [Kind(self.wanted.kind)] if self.wanted.kind else list(Kind)
        if self.wanted.tags is not None:
            kinds = [kind for kind in kinds if kind == Kind.TAGGING]
        if self.wanted.is_disputed:
            kinds = [kind for kind in kinds if kind in DISPUTABLE]
        return kinds

    @functools.cached_property
    def disputed(self):
        return {kind: disagreements.disputed(kind) for kind in self.kinds() if kind in DISPUTABLE}

    def _of(self, kind, after):
        wanted = self.wanted
        rows = awaiting(kind, self.user)
        if wanted.article:
            rows = rows.filter(**{ARTICLE[kind]: wanted.article})
        if wanted.tags is not None:
            rows = rows.filter(tag__in=wanted.tags)
        if wanted.coder:
            rows = rows.filter(coder=wanted.coder)
        if wanted.age:
            _, comparison, days = AGES[wanted.age]
            since = timezone.now() - datetime.timedelta(days=days)
            rows = rows.filter(**{f"created_at__{comparison}": since})
        if wanted.is_disputed:
            rows = rows.filter(pk__in=disagreements.one_of(self.disputed[kind]))
        if after:
            rows = rows.filter(_comes_after(kind, *after))
        return _placed(rows, kind)

    def _all(self, after=None):
        found = [self._of(kind, after) for kind in self.kinds()]
        if not found:  # such as positions with a tag
            return _placed(Tagging.objects.none(), Kind.TAGGING)
        return found[0].union(*found[1:], all=True) if len(found) > 1 else found[0]

    def count(self):
        return self._all().count()

    def count_left(self):
        """How many are left from where one begins."""
        return self._all(self.wanted.after).count()

    def window(self):
        """The first of them from there on: pairs of a row of its model and whether it is disputed.

        A disagreement is one of them, and so is a joint statement, at the place of its oldest part.
        """
        found = self._all(self.wanted.after).order_by("created_at", "place", "pk")[:LOOKED_AT]
        places = {(list(Kind)[place], pk): (at, place, pk) for at, place, pk in found}
        disputed, behind = self._folded(places)
        rows = whole([one for one in places if one not in behind][:WINDOW])
        listed = [(row, (kind_of(row), row.pk) in disputed) for row in rows]
        joined = self._joined([row for row, is_disputed in listed if not is_disputed], places)
        return [(row, is_disputed) for row, is_disputed in listed if row not in joined]

    def _joined(self, rows, places):
        """Those of ``rows`` that are part of a joint statement with an older row that waits."""
        rows = [row for row in rows if is_joint(row)]
        if not rows:
            return []
        others = Position.objects.filter(joint_key__in={row.joint_key for row in rows})
        found = self._of(Kind.POSITION, None).filter(pk__in=others.values("pk"))
        waiting = {pk: (at, place, pk) for at, place, pk in found}
        in_dispute = disagreements.positions_in_dispute(set(waiting))
        oldest = {}
        for other in others.filter(pk__in=waiting.keys() - in_dispute):
            place = waiting[other.pk]
            oldest[_joint(other)] = min(oldest.get(_joint(other), place), place)
        return [row for row in rows if oldest[_joint(row)] < places[Kind.POSITION, row.pk]]

    def _folded(self, places):
        """Those of ``places`` that disagree with others, and those that are part of an older one's.

        Each of what waits in their articles, from the oldest on, is an item unless it is part of
        one before it: neighbours in a long chain of overlaps are not all part of its first.
        """
        disputed, behind = set(), set()
        for kind in DISPUTABLE:
            if not (keys := {pk for its, pk in places if its == kind}):
                continue
            articles = kind.model.objects.filter(pk__in=keys).values(ARTICLE[kind])
            waiting = self._of(kind, None).filter(**{f"{ARTICLE[kind]}__in": articles})
            in_order = [pk for *_, pk in sorted(waiting)]
            parts = disagreements.Parts(kind, in_order)
            covered = set()
            for pk in in_order:
                if pk not in covered:
                    covered |= parts.of(pk)
            disputed |= {(kind, pk) for pk in keys & parts.against.keys()}
            behind |= {(kind, pk) for pk in keys & covered}
        return disputed, behind


def _placed(rows, kind):
    """What the queue is ordered by, of each of ``rows``."""
    place = Value(list(Kind).index(kind), output_field=SmallIntegerField())
    return rows.annotate(place=place).values_list("created_at", "place", "pk")


def _comes_after(kind, created_at, other, pk):
    """A condition on those of ``kind``: behind the one of kind ``other`` in the queue's order."""
    order = list(Kind)
    later = Q(created_at__gt=created_at)
    if order.index(kind) < order.index(other):
        return later
    together = Q(created_at=created_at)
    return later | (together & Q(pk__gt=pk) if kind == other else together)


def whole(places):
    """The rows for (kind, key) pairs, in that order."""
    by_kind = defaultdict(list)
    for kind, pk in places:
        by_kind[kind].append(pk)
    found = {}
    for kind in Kind:
        for pk, row in kind.whole().in_bulk(by_kind[kind]).items():
            found[kind, pk] = row
    return [found[place] for place in places if place in found]


def is_joint(row):
    return isinstance(row, Position) and bool(row.joint_key)


def _joint(position):
    return position.article_id, position.joint_key, position.coder_id


def joint_with(row, user):
    """The rows of the joint statement that ``row`` is part of, itself first, that await ``user``.

    Empty where it waits alone, and without those that another coder's work contradicts.
    """
    if not is_joint(row):
        return []
    rows = awaiting(Kind.POSITION, user).filter(
        article=row.article_id, joint_key=row.joint_key, coder=row.coder_id
    )
    found = {one.pk: one for one in rows.select_related("party", "proposition").order_by("pk")}
    in_dispute = disagreements.positions_in_dispute(found)
    if row.pk not in found or row.pk in in_dispute:
        return []
    others = [one for key, one in found.items() if key != row.pk and key not in in_dispute]
    return [row, *others] if others else []


def with_headlines(rows):
    """``rows``, their articles known by their headlines and without their texts."""
    keys = {article_of(row).pk for row in rows}
    found = Article.objects.filter(pk__in=keys).for_lists().in_bulk()
    for row in rows:
        if isinstance(row, Tagging):
            row.passage.article = found[row.passage.article_id]
        else:
            row.article = found[row.article_id]
    return rows


# What can be chosen from: whatever the work that waits has.


def articles(user, also=None):
    """The articles with work that waits for ``user``, and the one of the key ``also``."""
    of_tagging = awaiting(Kind.TAGGING, user).values("passage__article")
    of_position = awaiting(Kind.POSITION, user).values("article")
    of_report = awaiting(Kind.OUTCOME_REPORT, user).values("article")
    return (
        Article.objects.visible_to(user)
        .filter(Q(pk__in=of_tagging) | Q(pk__in=of_position) | Q(pk__in=of_report) | Q(pk=also))
        .for_lists()
        .newest_first()
    )


def coders(user, also=None):
    """Those whose work waits for ``user``, and the one of the key ``also``."""
    found = Q(pk=also)
    for kind in Kind:
        found |= Q(pk__in=awaiting(kind, user).values("coder"))
    return User.objects.filter(found).order_by("name", "username")


def tags(user):
    """The keys of the tags on what waits for ``user``."""
    used = awaiting(Kind.TAGGING, user).order_by().values_list("tag_id", flat=True)
    return set(used.distinct())
