"""The matrix of propositions by parties, and the ties between parties, as pages show them."""

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from . import agreement, csv_files
from .agreement import OPPOSES, SUPPORTS
from .browsing import SIGNS, SILENCE
from .models import ParticipationRole, Stance

ALL = "all"
# What a spreadsheet takes for the beginning of a formula.


class Number(NamedTuple):
    """A number of the matrix, and what opens what it counts. ``stance`` is empty for a total."""

    stance: str
    count: int
    key: str

    @property
    def sign(self):
        return SIGNS[self.stance]

    @property
    def word(self):
        return Stance(self.stance).label.lower()


class Row(NamedTuple):
    """A proposition: for each column its numbers, and what they come to in all."""

    proposition: object
    cells: list
    total: Number


class Cell(NamedTuple):
    """What one party holds of one proposition: a number for each stance it takes."""

    column: "Column"
    numbers: list


class Column(NamedTuple):
    """A party: its role at the table, whether it holds nothing at all, and its total."""

    party: object
    role: str
    is_silent: bool
    total: Number


class Matrix:
    """Propositions by parties, counted in statements or in distinct positions.

    ``rows`` are what is sifted, ``all_rows`` what counts before that: who has no row among those
    is mentioned without a position. ``roles`` are the participations, in order of role.
    """

    def __init__(self, rows, all_rows, names, roles, form):
        self.is_distinct = form.is_distinct
        self.sifted = rows
        self.names = names
        self.roles = {one.party_id: one for one in roles}
        self.order = form.wanted.get("order", "")
        self.columns_order = form.wanted.get("columns", "")
        self.heard = {one.party for one in all_rows}
        # In cells every party's own statements count, in totals a joint one counts once.
        self.counted = agreement.distinct(rows) if self.is_distinct else rows
        self.totalled = self.counted if self.is_distinct else agreement.joined(rows)
        self.cells = agreement.matrix(self.counted)
        self.contention = agreement.contention(rows)

    @property
    def unit(self):
        return "distinct position" if self.is_distinct else "statement"

    @cached_property
    def parties(self):
        """Those with a number, and those mentioned without a position, in the order asked for."""
        held = {party for _, party in self.cells}
        silent = [key for key in self.roles if key not in self.heard]
        ranks = {key: rank for rank, key in enumerate(self.roles)}

        def by_role(key):
            return (ranks.get(key, len(ranks)), self.names.parties[key].name)

        weights = {"activity": self._per("party"), "contention": self.contradicted}
        weight = weights.get(self.columns_order, {})
        return [
            *sorted(held, key=lambda key: (-weight.get(key, 0), by_role(key))),
            *sorted(silent, key=by_role),
        ]

    @cached_property
    def contradicted(self):
        """With how many others, over all propositions, each party is in conflict."""
        found = defaultdict(int)
        for two, propositions in agreement.pairs(self.sifted)[1].items():
            for party in two:
                found[party] += len(propositions)
        return found

    def _per(self, field):
        """How many of what is counted there are of each party, proposition …"""
        found = defaultdict(int)
        for one in self.totalled if field == "proposition" else self.counted:
            found[getattr(one, field)] += 1
        return found

    @cached_property
    def columns(self):
        totals = self._per("party")
        return [
            Column(
                self.names.parties[key],
                self._role(key),
                key not in self.heard,
                self._total(totals[key], ALL, self.names.parties[key].slug),
            )
            for key in self.parties
        ]

    @property
    def silent(self):
        return [column.party for column in self.columns if column.is_silent]

    def _role(self, key):
        participation = self.roles.get(key)
        return ParticipationRole(participation.role).label.lower() if participation else ""

    @cached_property
    def rows(self):
        totals = self._per("proposition")

        def by_issue(key):
            proposition = self.names.propositions[key]
            issue = proposition.issue
            return (issue.order, issue.name, issue.pk, proposition.order, proposition.name)

        first = {
            "contention": lambda key: (-self.contention[key], -totals[key]),
            "activity": lambda key: -totals[key],
        }.get(self.order, lambda _: 0)
        return [
            Row(
                self.names.propositions[key],
                [Cell(column, self._numbers(key, column.party.pk)) for column in self.columns],
                self._total(totals[key], key, ALL),
            )
            for key in sorted(totals, key=lambda key: (first(key), by_issue(key)))
        ]

    @property
    def total(self):
        return self._total(len(self.totalled), ALL, ALL)

    @staticmethod
    def _total(count, proposition, party):
        return Number("", count, f"{proposition}:{party}")

    def _numbers(self, proposition, party):
        counts = self.cells.get((proposition, party), {})
        slug = self.names.parties[party].slug
        return [
            Number(stance, counts[stance], f"{proposition}:{slug}:{stance}")
            for stance in Stance.values
            if stance in counts
        ]

    @cached_property
    def groups(self):
        """The rows under their issues, or all under none where they are not ordered by issue."""
        if self.order:
            return [(None, self.rows)]
        groups = defaultdict(list)
        for row in self.rows:
            groups[row.proposition.issue].append(row)
        return list(groups.items())

    def entries(self, proposition, party, stance=None):
        """What a number counts: a list for each unit, of the rows that make it up."""
        rows = [
            one
            for one in self.sifted
            if proposition in (ALL, str(one.proposition))
            and (party == ALL or self.names.parties[one.party].slug == party)
            and stance in (None, one.stance)
        ]
        return units(rows, is_distinct=self.is_distinct)

    def csv(self):
        """What is shown, as text: words for signs."""
        parties = [column.party.name for column in self.columns]
        lines = [["Issue", "Proposition", *parties, f"All {self.unit}s"]]
        for row in self.rows:
            cells = [
                SILENCE
                if cell.column.is_silent
                else "; ".join(f"{one.word} {one.count}" for one in cell.numbers)
                for cell in row.cells
            ]
            names = [row.proposition.issue.name, row.proposition.name]
            lines.append([*names, *cells, row.total.count])
        totals = [column.total.count for column in self.columns]
        lines.append(["All", "", *totals, self.total.count])
        return csv_files.as_csv(lines)


def units(rows, *, is_distinct=False):
    """``rows`` in lists, each of which counts as one: a joint statement, or a distinct position."""
    found = defaultdict(list)
    for one in rows:
        if is_distinct:
            key = (one.party, one.proposition, one.stance)
        elif one.joint_key:
            key = (one.joint_key, one.proposition, one.stance)
        else:
            key = one.pk
        found[key].append(one)
    return list(found.values())


class Tie(NamedTuple):
    """What binds two parties: ``kind`` is agreement or conflict, over ``propositions``."""

    kind: str
    one: object
    other: object
    propositions: list

    @property
    def key(self):
        return f"{self.one.slug}:{self.other.slug}:{self.kind}"

    @property
    def links(self):
        return [(one, f"{self.key}:{one.pk}") for one in self.propositions]


class Pair(NamedTuple):
    """Two parties with their ties, of which either may be None."""

    one: object
    other: object
    agreement: Tie | None
    conflict: Tie | None

    @property
    def weight(self):
        return sum(len(tie.propositions) for tie in (self.agreement, self.conflict) if tie)


def pairs(rows, names):
    """All pairs that agree or disagree on something, those with the most to show first."""
    congruence, conflict = agreement.pairs(rows)
    found = []
    for two in {*congruence, *conflict}:
        one, other = sorted((names.parties[key] for key in two), key=lambda party: party.name)
        ties = [
            Tie(kind, one, other, [names.propositions[key] for key in ties[two]])
            if two in ties
            else None
            for kind, ties in (("agreement", congruence), ("conflict", conflict))
        ]
        found.append(Pair(one, other, *ties))
    return sorted(found, key=lambda pair: (-pair.weight, pair.one.name, pair.other.name))


def proof(tie, rows):
    """What shows a tie: for each proposition the rows of the one party and of the other."""
    return [
        (proposition, *_both(tie, [one for one in rows if one.proposition == proposition.pk]))
        for proposition in tie.propositions
    ]


def _both(tie, rows):
    decided = [one for one in rows if one.stance in (SUPPORTS, OPPOSES)]
    mine = [one for one in decided if one.party == tie.one.pk]
    theirs = [one for one in decided if one.party == tie.other.pk]

    def answered_by(one, others):
        is_same = tie.kind == "agreement"
        return any((one.stance == other.stance) == is_same for other in others)

    return (
        [one for one in mine if answered_by(one, theirs)],
        [one for one in theirs if answered_by(one, mine)],
    )
