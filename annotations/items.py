"""What is reviewed, of whatever kind: a tagging, a position or an outcome report, in words."""

from django.db.models import Prefetch, TextChoices

from talks.claim import claim_of
from talks.models import Evidence, OutcomeReport, Position
from talks.text import first_words

from .models import Tagging
from .models_review import item_name

PASSAGES = Evidence.objects.select_related("passage").order_by(
    "passage__start", "-passage__end", "pk"
)
FIELDS = {
    "Stance": "stance",
    "Speech act": "speech_act",
    "Speech form": "speech_form",
    "Attribution": "attribution",
    "Basis": "basis",
    "Certainty": "certainty",
    "Continuity": "continuity",
}


class Kind(TextChoices):
    """By the field of a review that points at it."""

    TAGGING = "tagging", "Tag"
    POSITION = "position", "Position"
    OUTCOME_REPORT = "outcome_report", "Outcome report"

    @property
    def model(self):
        return {"tagging": Tagging, "position": Position, "outcome_report": OutcomeReport}[self]

    @property
    def page(self):
        """The URL name of the page that tells what became of one."""
        return f"annotations:review_{self.value}"

    def whole(self):
        """All of this kind, each coming with what it takes to put it in words.

        The text of its article stays unread until somebody asks for it.
        """
        if self == Kind.TAGGING:
            return Tagging.objects.select_related("tag", "coder", "passage__article").defer(
                "passage__article__text"
            )
        proven = Prefetch("evidence", PASSAGES)
        if self == Kind.POSITION:
            found = Position.objects.select_related(
                "article",
                "party",
                "affiliation__person",
                "proposition",
                "target_party",
                "coder",
            ).prefetch_related(proven)
        else:
            found = OutcomeReport.objects.select_related(
                "article", "outcome", "coder"
            ).prefetch_related("stances__party", proven)
        return found.defer("article__text")

    def visible_to(self, user):
        """Those of :meth:`whole` that ``user`` may see."""
        return self.whole().visible_to(user)


def kind_of(row):
    return Kind(item_name(row))


def code_of(row):
    """Such as "position-12": the name that pages and addresses give it."""
    return f"{item_name(row)}-{row.pk}"


def article_of(row):
    return row.passage.article if isinstance(row, Tagging) else row.article


def passages_of(row):
    """The passages it rests on, in reading order, each with the role it has: (passage, role)."""
    if isinstance(row, Tagging):
        return [(row.passage, "")]
    return [(one.passage, one.get_role_display().lower()) for one in row.evidence.all()]


def claim(row):
    """The whole claim, in a sentence."""
    if isinstance(row, Tagging):
        return f"“{row.passage.exact}” is tagged {row.tag.name}."
    if isinstance(row, Position):
        return claim_of(row)
    return f"{row.outcome.title}: {row.get_status_display().lower()}."


def line(row):
    """What it says, short enough for a list: what it is about first."""
    if isinstance(row, Tagging):
        return f"{row.tag.name}: “{first_words(row.passage.exact, 12)}”"
    if isinstance(row, Position):
        return f"{row.party.name} {_display(row, 'stance').lower()} {row.proposition.name}"
    return claim(row)


def in_words(row):
    """What it says, field by field: ``{label: words}``, with nothing for what says nothing."""
    if isinstance(row, Tagging):
        words = {"Tag": row.tag.name, "Words": f"“{row.passage.exact}”"}
    elif isinstance(row, Position):
        words = _position_in_words(row)
    else:
        words = _report_in_words(row)
    return {label: value for label, value in words.items() if value}


def _position_in_words(row):
    speaker = f"{row.affiliation.person.name}, {row.affiliation.title}" if row.affiliation else ""
    described = {label: _display(row, name).lower() for label, name in FIELDS.items()}
    return {
        "Party": row.party.name,
        "Speaker": speaker,
        "Role as printed": row.role_as_printed,
        "Proposition": row.proposition.statement,
        **described,
        "Condition": row.condition,
        "Directed at": row.target_party.name if row.target_party else "",
        "Summary": row.summary,
        "Hedged": "yes" if row.is_hedged else "",
        "Said on": row.date_in_words,
        "Date as printed": row.date_text,
        "Channel": row.channel,
        "Coder’s note": row.note,
        "Evidence": _evidence_in_words(row),
    }


def _report_in_words(row):
    sides = sorted(row.stances.all(), key=lambda one: one.party.name)
    carried_out = "" if row.implementation is None else row.get_implementation_display().lower()
    return {
        "Outcome": row.outcome.title,
        "Agreed": row.get_status_display().lower(),
        "Carried out": carried_out,
        "As of": f"{row.as_of:%-d %B %Y}" if row.as_of else "",
        "Parties": "; ".join(
            f"{one.party.name} {one.get_stance_display().lower()}, {one.basis}" for one in sides
        ),
        "Coder’s note": row.note,
        "Evidence": _evidence_in_words(row),
    }


def _display(row, name):
    return row._get_FIELD_display(row._meta.get_field(name))


def _evidence_in_words(row):
    return "; ".join(f"{role}: “{passage.exact}”" for passage, role in passages_of(row))


def differences(before, after):
    """What differs between two of :func:`in_words`: (label, words before, words after)."""
    labels = dict.fromkeys([*before, *after])
    return [
        (label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]
