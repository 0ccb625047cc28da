"""Lists of positions: which of them one sees, counted, narrowed, and a page at a time."""

from collections import Counter
from collections.abc import Hashable
from typing import NamedTuple

from django import forms
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from . import agreement, gate
from .browsing import STATUSES, Counted, whole
from .models import (
    Attribution,
    Basis,
    Certainty,
    Continuity,
    Position,
    SpeechAct,
    SpeechForm,
    Stance,
)

POSITIONS = 25
VOICES = [("own", "In its own words"), ("narrated", "In others’ words")]


def work_that_counts(rows, user, status=Counted.ACCEPTED):
    """Positions or outcome reports that ``user`` may see and whose work has come that far."""
    return rows.visible_to(user).filter(work_status__in=STATUSES[status])


def held(user, status=Counted.ACCEPTED):
    """The positions that count, for one round or for all."""
    return work_that_counts(Position.objects, user, status)


def by_date():
    """An order: when it was said, else when its article was published; what has neither last."""
    return (
        Coalesce("said_on", "article__published_on").asc(nulls_last=True),
        F("article_id").asc(),
        F("pk").asc(),
    )


class Row(NamedTuple):
    """A position as far as counting goes, with what :class:`talks.agreement.Statement` has."""

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
    speech_act: str
    continuity: str
    office: int | None
    article: int

    @property
    def voice(self):
        is_own = (
            self.speech_form in agreement.OWN_FORMS
            and self.attribution in agreement.OWN_ATTRIBUTIONS
        )
        return "own" if is_own else "narrated"


def counted(positions):
    """The positions as :class:`Row`, by date: one query, however many."""
    rows = positions.order_by(*by_date()).values_list(
        "pk", "party_id", "proposition_id", "stance", "joint_key", "basis", "certainty",
        "speech_form", "attribution", "affiliation__person_id", "speech_act", "continuity",
        "affiliation_id", "article_id",
    )  # fmt: skip
    made = [Row(*row) for row in rows]
    return [row._replace(joint_key=row.joint_key and (row.article, row.joint_key)) for row in made]


class Tally(NamedTuple):
    """How often each value of one field occurs: ``values`` lists (value, words, count)."""

    name: str
    label: str
    values: list


TALLIED = {
    "stance": ("Stance", Stance.choices),
    "voice": ("Voice", VOICES),
    "speech_form": ("Form of speech", SpeechForm.choices),
    "speech_act": ("Act", SpeechAct.choices),
    "basis": ("Basis", Basis.choices),
    "certainty": ("Certainty", Certainty.choices),
    "attribution": ("Given to", Attribution.choices),
    "continuity": ("Continuity", Continuity.choices),
}


def tallies(rows):
    """What occurs among ``rows``, field by field, in the order of the enumerations."""
    found = []
    for name, (label, choices) in TALLIED.items():
        counts = Counter(getattr(row, name) for row in rows)
        values = [(value, words, counts[value]) for value, words in choices if counts[value]]
        found.append(Tally(name, label, values))
    return found


def optional(choices):
    return forms.ChoiceField(choices=[("", "Any"), *choices], required=False)


class WorkForm(forms.Form):
    """How far work must have come to be counted, from the page's address.

    A value that is not understood narrows nothing; visitors have no choice.
    """

    status = forms.ChoiceField(choices=Counted.choices, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if not user.is_authenticated:
            del self.fields["status"]

    def cleaned_value(self, name):
        """The value of a field, empty where it is not understood."""
        _ = self.errors  # cleans the data, once
        return self.cleaned_data.get(name, "")

    @property
    def work(self):
        return self.cleaned_value("status") or Counted.ACCEPTED


class PositionFilterForm(WorkForm):
    """What a list of positions is narrowed by, from the page's address.

    A value that is not understood narrows nothing.
    """

    stance = optional(Stance.choices)
    voice = optional(VOICES)
    speech_form = optional(SpeechForm.choices)
    speech_act = optional(SpeechAct.choices)
    basis = optional(Basis.choices)
    certainty = optional(Certainty.choices)
    attribution = optional(Attribution.choices)
    continuity = optional(Continuity.choices)
    party = gate.IdField(required=False)
    proposition = gate.IdField(required=False)
    speaker = gate.IdField(required=False)
    office = gate.IdField(required=False)
    article = gate.IdField(required=False)

    COLUMNS = {
        "party": "party_id",
        "proposition": "proposition_id",
        "speaker": "affiliation__person_id",
        "office": "affiliation_id",
        "article": "article_id",
    }

    def narrow(self, positions):
        """The positions asked for."""
        for name, value in self.asked.items():
            if name == "voice":
                own = Q(
                    speech_form__in=agreement.OWN_FORMS,
                    attribution__in=agreement.OWN_ATTRIBUTIONS,
                )
                positions = positions.filter(own if value == "own" else ~own)
            else:
                positions = positions.filter(**{self.COLUMNS.get(name, name): value})
        return positions

    @property
    def asked(self):
        _ = self.errors  # cleans the data, once
        values = self.cleaned_data.items()
        return {name: value for name, value in values if value and name != "status"}

    def in_words(self, names):
        """What is asked for, as (label, words); ``names`` gives the words for ids by field."""
        return [
            (
                TALLIED[name][0] if name in TALLIED else name.capitalize(),
                dict(TALLIED[name][1])[value].lower()
                if name in TALLIED
                else names.get(name, {}).get(value, "another"),
            )
            for name, value in self.asked.items()
        ]


def page_of(positions, number, also=()):
    """A page of positions to be shown, and those of the ids ``also``: (page, {id: position})."""
    page = Paginator(positions.values_list("pk", flat=True), POSITIONS).get_page(number)
    keys = list(page.object_list)
    found = {one.pk: one for one in whole(dict.fromkeys([*keys, *also]))}
    page.object_list = [found[key] for key in keys]
    return page, found


def join(positions, user, status=Counted.ACCEPTED):
    """Give each position ``joint_with``: the other parties' rows of its joint statement."""
    positions = list(positions)
    keys = {(one.article_id, one.joint_key) for one in positions if one.joint_key}
    partners = {}
    rows = held(user, status).filter(
        article__in={article for article, _ in keys}, joint_key__in={key for _, key in keys}
    )
    for one in rows.select_related("party").order_by("party__name", "pk"):
        partners.setdefault((one.article_id, one.joint_key), []).append(one)
    for one in positions:
        rows = partners.get((one.article_id, one.joint_key), [])
        one.joint_with = [
            other
            for other in rows
            if other.party_id != one.party_id and other.proposition_id == one.proposition_id
        ]
