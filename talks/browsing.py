"""What counts: the positions of a round as far as somebody may see them, for every page alike.

Accepted positions count, for everybody. Those who work here can ask for more: what awaits review,
their own drafts, what was rejected. What is withdrawn never counts. A joint statement counts once
wherever parties are summed up.
"""

from typing import NamedTuple

from django.db.models import F, TextChoices

from .agreement import OPPOSES, SUPPORTS
from .models import (
    Certainty,
    EvidenceRole,
    Party,
    Person,
    Position,
    Proposition,
    SpeechForm,
    Stance,
    WorkStatus,
)
from .quotations import with_quotations

SIGNS = {
    Stance.SUPPORTS: "+",
    Stance.OPPOSES: "−",
    Stance.AMBIVALENT: "±",
    Stance.UNCLEAR: "?",
}
SILENCE = "mentioned without a position"
# The words that are the claim; attributions, contexts and titles stand beside them.
WORDS = (EvidenceRole.QUOTE, EvidenceRole.REPORT)
CERTAINTIES = list(Certainty)


class Counted(TextChoices):
    """How far work must have come to be counted."""

    ACCEPTED = "", "Accepted only"
    OPEN = "open", "Also awaiting review, and your drafts"
    ALL = "all", "All you can see, also what was rejected"


STATUSES = {
    Counted.ACCEPTED: {WorkStatus.ACCEPTED},
    Counted.OPEN: {WorkStatus.ACCEPTED, WorkStatus.SUBMITTED, WorkStatus.DRAFT},
    Counted.ALL: set(WorkStatus),
}


class Coded(NamedTuple):
    """A position to be counted: as :class:`agreement.Statement`, with more to sift by."""

    pk: int
    party: int
    proposition: int
    stance: str
    joint_key: tuple
    basis: str
    certainty: str
    speech_form: str
    attribution: str
    speaker: int
    article: int
    issue: int
    said_on: object
    date_precision: str
    work_status: str


def coded(positions):
    """``positions`` as :class:`Coded`, in the order they were written down: one query."""
    rows = (
        positions.order_by("article_id", "pk")
        .values_list(
            "pk",
            "party_id",
            "proposition_id",
            "stance",
            "joint_key",
            "basis",
            "certainty",
            "speech_form",
            "attribution",
            F("affiliation__person_id"),
            "article_id",
            F("proposition__issue_id"),
            "said_on",
            "date_precision",
            "work_status",
        )
        .iterator(chunk_size=5000)
    )
    # Coders number joint statements within an article, so the article belongs to the key.
    return [Coded(*row[:4], row[4] and (row[10], row[4]), *row[5:]) for row in rows]


def positions_of(talks_round, user):
    """The round's positions that ``user`` may see, of whatever status."""
    return Position.objects.visible_to(user).filter(article__round=talks_round)


def counted(rows, status=Counted.ACCEPTED):
    """Those rows whose work has come as far as ``status`` asks."""
    return [one for one in rows if one.work_status in STATUSES[status]]


class Names:
    """The parties, propositions with their issues, and speakers that rows speak of, by key."""

    def __init__(self, rows, parties=()):
        self.parties = {party.pk: party for party in parties}
        missing = {one.party for one in rows} - set(self.parties)
        self.parties |= Party.objects.in_bulk(missing) if missing else {}
        self.propositions = Proposition.objects.select_related("issue").in_bulk(
            {one.proposition for one in rows}
        )
        self.issues = {one.issue_id: one.issue for one in self.propositions.values()}

    @property
    def party_by_slug(self):
        return {party.slug: party for party in self.parties.values()}


def speakers(rows):
    """The people who speak in ``rows``, by family name."""
    keys = {one.speaker for one in rows if one.speaker}
    return Person.objects.filter(pk__in=keys).order_by("family_name", "name")


def issues_in_order(issues):
    return sorted(issues, key=lambda issue: (issue.order, issue.name, issue.pk))


def whole(keys):
    """The positions of these keys with all that a statement shows, in the order of the keys.

    Each has ``words``, the evidence that is the claim, quotations first; and ``other_evidence``.
    """
    keys = list(keys)
    positions = Position.objects.select_related(
        "party",
        "proposition__issue",
        "affiliation__person",
        "affiliation__party",
        "target_party",
    )
    found = with_quotations(positions).in_bulk(keys)
    for position in found.values():
        evidence = list(position.evidence.all())
        position.words = [one for one in evidence if one.role in WORDS]
        position.other_evidence = [one for one in evidence if one.role not in WORDS]
        # All evidence is from the position's article, which comes with it.
        position.article = evidence[0].passage.article
        position.sign = SIGNS[position.stance]
    return [found[key] for key in keys]


def strength(one):
    """Sorts what speaks most plainly first: quoted, textual, certain."""
    return (
        one.speech_form not in (SpeechForm.DIRECT, SpeechForm.MIXED),
        one.basis != "textual",
        CERTAINTIES.index(one.certainty),
        one.pk,
    )


def strongest(rows):
    """The row that speaks most plainly, or None."""
    return min(rows, key=strength, default=None)


def sides(rows):
    """``rows`` that support, and those that oppose."""
    return [[one for one in rows if one.stance == stance] for stance in (SUPPORTS, OPPOSES)]
