"""Where coders disagree: other tags on overlapping words, opposite stances in one article.

Two taggings disagree where their passages overlap, their coders and tags differ, and neither coder
has the other's tag there too: who uses both tags contradicts nobody. Two positions disagree where
one coder has a party support and another has it oppose one proposition in one article. What was
rejected or withdrawn disagrees with nothing.
"""

import bisect
import itertools
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection
from django.db.models.expressions import RawSQL

from talks.models import WorkStatus

from . import items
from .items import Kind
from .models import Tagging

POSITIONS = """
SELECT mine.id AS mine, other.id AS other
FROM talks_position mine
JOIN talks_position other ON other.article_id = mine.article_id
    AND other.party_id = mine.party_id AND other.proposition_id = mine.proposition_id
    AND other.coder_id <> mine.coder_id
WHERE mine.withdrawn_at IS NULL AND other.withdrawn_at IS NULL
    AND mine.work_status IN ('submitted', 'accepted')
    AND other.work_status IN ('submitted', 'accepted')
    AND (mine.stance, other.stance) IN (('supports', 'opposes'), ('opposes', 'supports'))
"""
DISPUTABLE = {Kind.TAGGING, Kind.POSITION}
# What of a disagreement is laid out at once; the rest opens on demand.
SIDES = 12
PARTS = 4  # of each side


def disputed(kind):
    """The keys of those of ``kind`` that disagree with another: some tenths of a second for 20,000.

    Apart from the query that wants them, so that its page is not cut out of them twice.
    """
    if kind == Kind.TAGGING:
        return list(_taggings_against(_standing()))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT pair.mine FROM ({POSITIONS}) pair")  # noqa: S608
        return [key for (key,) in cursor.fetchall()]


def one_of(keys):
    """A subquery of ``keys``, as one parameter however many they are."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])


def positions_in_dispute(keys):
    """Those of the positions with these ``keys`` that disagree with another."""
    return _positions_against(keys).keys()


class Parts:
    """What those of ``kind`` with these ``keys`` disagree with, and who sides with them.

    Two queries at most, however many they are.
    """

    def __init__(self, kind, keys):
        self.against = self._beyond = {}
        if kind == Kind.TAGGING and keys:
            articles = Tagging.objects.filter(pk__in=one_of(keys)).values("passage__article")
            rows = _standing().filter(passage__article__in=articles)
            self.against = self._beyond = _taggings_against(rows)
        elif kind == Kind.POSITION:
            self.against = _positions_against(keys)
            others = set().union(*self.against.values())
            self._beyond = self.against | _positions_against(others - self.against.keys())

    def of(self, key):
        """The keys of all other parts of the disagreement that the one of ``key`` is in."""
        found = self.against.get(key, set())
        return set().union(found, *(self._beyond[other] for other in found)) - {key}


def _positions_against(keys):
    """The keys of what contradicts each of the positions with these ``keys``, by its key."""
    if not keys:
        return {}
    own = f"{POSITIONS} AND mine.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT mine, array_agg(other) FROM ({own}) pair GROUP BY mine",  # noqa: S608
            [list(keys)],
        )
        return {mine: set(others) for mine, others in cursor.fetchall()}


def _standing():
    return Tagging.objects.live().filter(
        work_status__in=[WorkStatus.SUBMITTED, WorkStatus.ACCEPTED]
    )


def _taggings_against(taggings):
    """The keys of what contradicts each of ``taggings``, all of each article, by its key.

    Compared here and not in SQL: of work that came in a moment ago the database knows too little
    to plan with, and took half a minute for two hundred on one passage.
    """
    rows = taggings.order_by("passage__article", "passage__start").values_list(
        "passage__article", "passage__start", "passage__end", "pk", "coder_id", "tag_id"
    )
    found = {}
    for _, group in itertools.groupby(rows.iterator(chunk_size=5_000), key=lambda row: row[0]):
        found |= contradicting([row[1:] for row in group])
    return found


def contradicting(rows):
    """Which of an article's taggings contradict which: sets of keys, by key.

    ``rows`` are (start, end, key, coder, tag), by their starts.
    """
    found = defaultdict(set)
    # Where each coder used each tag: the starts, and how far those up to each of them reach.
    used = defaultdict(lambda: ([], []))
    for start, end, _, coder, tag in rows:
        starts, reach = used[coder, tag]
        starts.append(start)
        reach.append(max(end, reach[-1]) if reach else end)

    def is_used(coder, tag, start, end):
        if (coder, tag) not in used:
            return False
        starts, reach = used[coder, tag]
        before = bisect.bisect_left(starts, end)
        return before > 0 and reach[before - 1] > start

    near = []
    for row in rows:
        start, end, key, coder, tag = row
        near = [one for one in near if one[1] > start]
        for its_start, its_end, its_key, its_coder, its_tag in near:
            if (
                its_coder != coder
                and its_tag != tag
                and not is_used(coder, its_tag, its_start, its_end)
                and not is_used(its_coder, tag, start, end)
            ):
                found[key].add(its_key)
                found[its_key].add(key)
        near.append(row)
    return found


@dataclass
class Side:
    """Those parts that say the same; ``key`` names it in a form."""

    key: str
    says: str
    rows: list = field(default_factory=list)

    @property
    def shown(self):
        return self.rows[:PARTS]

    @property
    def more(self):
        return self.rows[PARTS:]


@dataclass
class Disagreement:
    """All that contradicts one piece of work, with what sides with it against that."""

    kind: Kind
    sides: list

    @property
    def parts(self):
        return [row for side in self.sides for row in side.rows]

    @property
    def shown(self):
        return self.sides[:SIDES]

    @property
    def more(self):
        return self.sides[SIDES:]

    def involves(self, user):
        """Whether ``user`` made one of its parts, and so cannot settle it."""
        return any(row.coder_id == user.pk for row in self.parts)

    def decisions(self, holds):
        """What a verdict for side ``holds`` (or "all", or "none") means for each part."""
        return [
            (row, "accept" if holds in {side.key, "all"} else "reject")
            for side in self.sides
            for row in side.rows
        ]


def disagreement_of(row, user):
    """The disagreement that ``row`` is a part of, as ``user`` sees it, or None."""
    kind = items.kind_of(row)
    others = Parts(kind, {row.pk}).of(row.pk) if kind in DISPUTABLE else None
    if not others:
        return None
    sides = {}
    rows = kind.visible_to(user).filter(pk__in={row.pk, *others}).order_by("created_at", "pk")
    for part in sorted(rows, key=lambda one: one.pk != row.pk):
        key, says = _says(part)
        sides.setdefault(key, Side(key, says)).rows.append(part)
    return Disagreement(kind, list(sides.values())) if len(sides) > 1 else None


def _says(row):
    if items.kind_of(row) == Kind.TAGGING:
        return str(row.tag_id), row.tag.name
    return row.stance, f"{row.party.name} {row.get_stance_display().lower()}"
