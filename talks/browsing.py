"""What counts: the positions of a round as far as somebody may see them, for every page alike.

Accepted positions count, for everybody. Those who work here can ask for more: what awaits review,
their own drafts, what was rejected. What is withdrawn never counts. Of a text that was corrected
the newest version counts. A joint statement counts once wherever parties are summed up.
"""

from collections.abc import Hashable
from typing import NamedTuple

from django.db.models import BooleanField, Case, F, TextChoices, Value, When

from . import agreement
from .agreement import OPPOSES, SUPPORTS
from .models import (
    ArticleStatus,
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


class Texts(TextChoices):
    """Which versions of a text count; a correction supersedes the one before."""

    NEWEST = "", "The newest version of each"
    ALL = "all", "Superseded versions too"
    SUPERSEDED = "superseded", "Superseded versions alone"


class Work(NamedTuple):
    """What counts on a page: how far work must have come, and in which versions of the texts."""

    status: str = Counted.ACCEPTED
    texts: str = Texts.NEWEST

    def takes(self, one):
        """Whether a :class:`Coded` counts."""
        is_wanted = self.texts == Texts.ALL or one.is_superseded == (self.texts == Texts.SUPERSEDED)
        return is_wanted and one.work_status in STATUSES[self.status]

    @property
    def with_superseded_texts(self):
        return self._replace(texts=Texts.SUPERSEDED)


BY_DEFAULT = Work()


class Coded(NamedTuple):
    """A position to be counted: as :class:`agreement.Statement`, with more to sift by."""

    pk: int
    party: int
    proposition: int
    stance: str
    joint_key: Hashable
    basis: str
    certainty: str
    speech_form: str
    attribution: str
    speaker: int | None
    article: int
    issue: int
    said_on: object
    date_precision: str
    work_status: str
    speech_act: str
    continuity: str
    office: int | None
    is_superseded: bool

    @property
    def voice(self):
        """Whether the party is heard in its "own" words, or what it holds is "narrated"."""
        return agreement.voice_of(self)


IS_SUPERSEDED = Case(
    When(article__superseded_by__status=ArticleStatus.PUBLISHED, then=Value(True)),
    default=Value(False),
    output_field=BooleanField(),
)


def coded(positions):
    """``positions`` as :class:`Coded`, in their order: one query, however many."""
    rows = (
        positions.values_list(
            "pk", "party_id", "proposition_id", "stance", "joint_key", "basis", "certainty",
            "speech_form", "attribution", F("affiliation__person_id"), "article_id",
            F("proposition__issue_id"), "said_on", "date_precision", "work_status", "speech_act",
            "continuity", "affiliation_id", IS_SUPERSEDED,
        )
        .iterator(chunk_size=5000)
    )  # fmt: skip
    # Coders number joint statements within an article, so the article belongs to the key.
    return [Coded(*row[:4], row[4] and (row[10], row[4]), *row[5:]) for row in rows]


def positions_of(talks_round, user):
    """The round's positions that ``user`` may see, of whatever status, in order of writing."""
    positions = Position.objects.visible_to(user).filter(article__round=talks_round)
    return positions.order_by("article_id", "pk")


def counted(rows, work=BY_DEFAULT):
    """Those of the :class:`Coded` ``rows`` that count."""
    return [one for one in rows if work.takes(one)]


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

    Each has ``is_superseded`` and ``words``, the evidence that is the claim, quotations first.
    """
    keys = list(keys)
    positions = Position.objects.select_related(
        "party",
        "proposition__issue",
        "affiliation__person",
        "affiliation__party",
        "target_party",
    )
    positions = positions.annotate(is_superseded=IS_SUPERSEDED)
    found = with_quotations(positions).in_bulk(keys)
    for position in found.values():
        evidence = list(position.evidence.all())
        position.words = [one for one in evidence if one.role in WORDS]
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
