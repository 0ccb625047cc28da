"""Lists of positions: which of them one sees, counted, narrowed, and a page at a time."""

from collections import Counter
from typing import NamedTuple

from django import forms
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from . import agreement, gate
from .browsing import BY_DEFAULT, STATUSES, Counted, Texts, Work, whole
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
NOT_SIFTED = ("status", "texts")  # say what counts, not which of it
VOICES = [("own", "In its own words"), ("narrated", "In others’ words")]


def work_that_counts(rows, user, work=BY_DEFAULT):
    """Positions or outcome reports that ``user`` may see and that count."""
    rows = rows.visible_to(user).filter(work_status__in=STATUSES[work.status])
    if work.texts == Texts.NEWEST:
        return rows.on_newest_texts()
    return rows.on_superseded_texts() if work.texts == Texts.SUPERSEDED else rows


def held(user, work=BY_DEFAULT):
    """The positions that count, for one round or for all."""
    return work_that_counts(Position.objects, user, work)


def left_out(rows, user, work, **about):
    """How many of ``rows`` do not count only because their text was corrected since."""
    if work.texts != Texts.NEWEST:
        return 0
    return work_that_counts(rows, user, work.with_superseded_texts).filter(**about).count()


def by_date():
    """An order: when it was said, else when its article was published; what has neither last."""
    return (
        Coalesce("said_on", "article__published_on").asc(nulls_last=True),
        F("article_id").asc(),
        F("pk").asc(),
    )


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
    """What counts, from the page's address: how far work must have come, in which texts.

    A value that is not understood narrows nothing; of the work visitors have no choice.
    """

    status = forms.ChoiceField(choices=Counted.choices, required=False)
    texts = forms.ChoiceField(choices=Texts.choices, required=False)

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
        return Work(
            self.cleaned_value("status") or Counted.ACCEPTED,
            self.cleaned_value("texts") or Texts.NEWEST,
        )


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
        return {name: value for name, value in values if value and name not in NOT_SIFTED}

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


def join(positions, user, work=BY_DEFAULT):
    """Give each position ``joint_with``: the other parties' rows of its joint statement."""
    positions = list(positions)
    keys = {(one.article_id, one.joint_key) for one in positions if one.joint_key}
    partners = {}
    rows = held(user, work).filter(
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
