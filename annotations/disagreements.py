"""Where coders disagree: other tags on overlapping words, opposite stances in one article.

Two taggings disagree where their passages overlap, their coders and tags differ, and neither coder
has the other's tag there too: who uses both tags contradicts nobody. Two positions disagree where
one coder has a party support and another has it oppose one proposition in one article. What was
rejected or withdrawn disagrees with nothing.
"""

from dataclasses import dataclass, field

from django.db import connection
from django.db.models.expressions import RawSQL

from . import items
from .items import Kind

# The database finds what overlaps by the index passage_by_span.
TAGGINGS = """
SELECT mine.id AS mine, other.id AS other
FROM annotations_tagging mine
JOIN talks_passage here ON here.id = mine.passage_id
JOIN talks_passage there ON there.article_id = here.article_id
    AND int4range(there.start, there."end") && int4range(here.start, here."end")
JOIN annotations_tagging other ON other.passage_id = there.id
    AND other.coder_id <> mine.coder_id AND other.tag_id <> mine.tag_id
WHERE mine.withdrawn_at IS NULL AND other.withdrawn_at IS NULL
    AND mine.work_status IN ('submitted', 'accepted')
    AND other.work_status IN ('submitted', 'accepted')
    AND NOT EXISTS (
        SELECT 1 FROM annotations_tagging too
        JOIN talks_passage its ON its.id = too.passage_id
        WHERE too.withdrawn_at IS NULL AND too.work_status IN ('submitted', 'accepted')
            AND its.article_id = here.article_id
            AND int4range(its.start, its."end") && int4range(there.start, there."end")
            AND too.coder_id = mine.coder_id AND too.tag_id = other.tag_id
    )
    AND NOT EXISTS (
        SELECT 1 FROM annotations_tagging too
        JOIN talks_passage its ON its.id = too.passage_id
        WHERE too.withdrawn_at IS NULL AND too.work_status IN ('submitted', 'accepted')
            AND its.article_id = here.article_id
            AND int4range(its.start, its."end") && int4range(here.start, here."end")
            AND too.coder_id = other.coder_id AND too.tag_id = mine.tag_id
    )
"""
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
PAIRS = {Kind.TAGGING: TAGGINGS, Kind.POSITION: POSITIONS}
SHOWN = 12  # sides, and parts of each, that are laid out at once; the rest opens on demand


def disputed(kind):
    """The keys of those of ``kind`` that disagree with another: some tenths of a second for 20,000.

    Apart from the query that wants them, so that its page is not cut out of them twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT pair.mine FROM ({PAIRS[kind]}) pair")  # noqa: S608
        return [key for (key,) in cursor.fetchall()]


def one_of(keys):
    """A subquery of ``keys``, as one parameter however many they are."""
    return RawSQL("SELECT unnest(%s::bigint[])", [keys])


def pairs(kind, keys):
    """Who disagrees with whom: (key, other's key), for those of ``kind`` with these ``keys``."""
    if kind not in PAIRS or not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{PAIRS[kind]} AND mine.id = ANY(%s) ORDER BY 1, 2", [list(keys)])
        return cursor.fetchall()


class Parts:
    """What those of ``kind`` with these ``keys`` disagree with, and who sides with them.

    Two queries, however many they are.
    """

    def __init__(self, kind, keys):
        self.against = _against(kind, keys)
        others = set().union(*self.against.values())
        self._beyond = self.against | _against(kind, others - self.against.keys())

    def of(self, key):
        """The keys of all other parts of the disagreement that the one of ``key`` is in."""
        found = self.against.get(key, set())
        return set().union(found, *(self._beyond[other] for other in found)) - {key}


def _against(kind, keys):
    """The keys of what contradicts each of those with these ``keys``, by its key."""
    if kind not in PAIRS or not keys:
        return {}
    own = f"{PAIRS[kind]} AND mine.id = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT mine, array_agg(other) FROM ({own}) pair GROUP BY mine",  # noqa: S608
            [list(keys)],
        )
        return {mine: set(others) for mine, others in cursor.fetchall()}


@dataclass
class Side:
    """Those parts that say the same; ``key`` names it in a form."""

    key: str
    says: str
    rows: list = field(default_factory=list)

    @property
    def shown(self):
        return self.rows[:SHOWN]

    @property
    def more(self):
        return self.rows[SHOWN:]


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
        return self.sides[:SHOWN]

    @property
    def more(self):
        return self.sides[SHOWN:]

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
    others = Parts(kind, {row.pk}).of(row.pk)
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
