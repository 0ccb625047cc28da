"""What a page shows of one piece of work: its words in the text, its verdicts, what changed."""

from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

from django.db.models import Count

from talks.differences import differences
from talks.models import Article, WorkStatus

from . import items
from .context import marked
from .models import Decision, Note, Review
from .reading import threads_by
from .reviewing import latest_reviews

USUAL = 6
LONGEST_USUAL = 200
LOOKED_AT = 2_000  # of the latest verdicts, to find the reasons that the team often gives
# Until the team has reasons of its own.
FIRST_REASONS = (
    "The words do not say this.",
    "Another tag fits better.",
    "The passage is too long: take only the words that prove it.",
    "The passage is too short to prove it.",
    "The stance goes too far: the text leaves it unclear.",
    "This is the author’s view, not the party’s.",
)


class Shown:
    """One piece of work with all that helps to judge it, for ``user``."""

    def __init__(self, row, user):
        self.row = row
        self.user = user
        self.kind = items.kind_of(row)
        self.code = items.code_of(row)
        self.claim = items.claim(row)
        self.words = items.in_words(row)
        self.article = Article.objects.select_related("round").get(pk=items.article_of(row).pk)
        self.passages = items.passages_of(row)
        self.reviews = list(
            Review.objects.of(row).select_related("reviewer", "taken_back", "notice").newest_first()
        )
        self.threads = self._threads()

    def _threads(self):
        field = f"{self.kind.value}_id"
        notes = Note.objects.visible_to(self.user).filter(**{self.kind.value: self.row})
        return threads_by([field], notes)[field].get(self.row.pk, [])

    @property
    def is_own(self):
        return self.row.coder_id == self.user.pk

    @property
    def may_judge(self):
        return self.user.may_edit and not self.is_own and not self.row.withdrawn_at

    @property
    def unseen(self):
        """The verdicts that its coder has not seen, where ``user`` is its coder."""
        return [one for one in self.reviews if self.is_own and one.notice.read_at is None]

    @property
    def standing(self):
        """The latest verdict that was not taken back, or None."""
        return next((one for one in self.reviews if not hasattr(one, "taken_back")), None)

    @property
    def state(self):
        """How far it has come, in words."""
        return _state(self.row, self.standing)

    @property
    def changes(self):
        """What its coder changed since the latest verdict: (label, pieces) of both wordings."""
        if not self.standing or self.standing.version + 1 == self.row.version:
            return []
        return [
            (label, differences(before, after))
            for label, before, after in items.differences(self.standing.judged, self.words)
        ]

    @property
    def paragraphs(self):
        """The paragraphs of its passages, each with its number and pieces."""
        spans = [(passage.start, passage.end) for passage, _ in self.passages]
        return [
            SimpleNamespace(number=paragraph.number, pieces=marked(paragraph, spans))
            for paragraph in self.article.paragraphs
            if any(start < paragraph.end and paragraph.start < end for start, end in spans)
        ]


@dataclass
class Meanwhile:
    """A piece of work that is not as somebody saw it, at version ``seen``; None if they did not."""

    row: object
    standing: Review | None
    seen: int | None

    @property
    def code(self):
        return items.code_of(self.row)

    @property
    def kind(self):
        return items.kind_of(self.row)

    @property
    def line(self):
        return items.line(self.row)

    @property
    def what(self):
        """What became of it, in words."""
        state = _state(self.row, self.standing)
        if self.seen is None:
            return f"came in, {state}"
        if self.seen == self.row.version:
            return f"nothing contradicts it any more, {state}"
        is_judged = self.standing and self.standing.version + 1 == self.row.version
        return state if is_judged or self.row.withdrawn_at else f"changed by its coder, {state}"


def meanwhile(rows, seen):
    """What became of ``rows`` since the pairs ``seen``: a list of :class:`Meanwhile`."""
    known = {items.code_of(row): version for row, version in seen}
    standing = latest_reviews(rows)
    codes = [(row, items.code_of(row)) for row in rows]
    return [Meanwhile(row, standing.get(code), known.get(code)) for row, code in codes]


def _state(row, standing):
    if row.withdrawn_at:
        return "withdrawn by its coder"
    if row.work_status != WorkStatus.SUBMITTED:
        return row.get_work_status_display().lower()
    if standing and standing.version + 1 == row.version:
        return "sent back, waits for its coder"
    return "waits for review"


def usual_reasons():
    """What the team has given as its reason more than once, the most frequent first.

    One's own words behind a usual reason leave it the same.
    """
    latest = Review.objects.exclude(reason="").order_by("-pk")[:LOOKED_AT]
    reasons = list(latest.values_list("reason", flat=True))
    known = {*FIRST_REASONS, *reasons}
    firsts = [reason.partition("\n")[0] for reason in reasons]
    counted = Counter(
        first if first in known else reason for first, reason in zip(firsts, reasons, strict=True)
    )
    frequent = [
        one for one, count in counted.most_common() if count > 1 and len(one) <= LONGEST_USUAL
    ]
    return list(dict.fromkeys([*frequent, *FIRST_REASONS]))[:USUAL]


def tallied(user):
    """How ``user``'s work has been judged: counts of standing verdicts by decision."""
    counts = dict(
        Review.objects.standing()
        .filter(coder=user)
        .order_by()
        .values_list("decision")
        .annotate(Count("pk"))
    )
    return [(decision.done, counts.get(decision.value, 0)) for decision in Decision]
