"""By what the positions of a round are sifted, read from the page's address.

A value that is not understood sifts nothing; the page says so and answers 422.
"""

import calendar
import datetime
import re
from urllib.parse import urlencode

from django import forms
from django.core.validators import MinValueValidator

from . import gate
from .agreement import joined
from .browsing import Counted, Texts, Work, counted, issues_in_order, speakers
from .models import Article, Basis, Certainty, DatePrecision, SpeechForm, Stance

# A number of the matrix: its proposition and its party, each of which may be all, and a stance.
CELL = re.compile(
    r"(?P<proposition>all|[1-9][0-9]{0,17}):(?P<party>[-a-zA-Z0-9_]{1,100})"
    rf"(?::(?P<stance>{'|'.join(Stance.values)}))?",
    re.ASCII,
)
PAIR = re.compile(
    r"(?P<one>[-a-zA-Z0-9_]{1,100}):(?P<other>[-a-zA-Z0-9_]{1,100}):(?P<tie>agreement|conflict)"
    r"(?::(?P<proposition>[1-9][0-9]{0,17}))?",
    re.ASCII,
)
EVERYTHING = "all"
OFFERED = 200  # articles in a list to choose from; thousands would take a second to draw


def choices(rows, empty):
    return [("", empty), *rows]


def key_of(value):
    """A key as an address has it, or None."""
    is_one = re.fullmatch("[1-9][0-9]{0,18}", value or "")
    return int(value) if is_one and int(value) <= gate.LARGEST_ID else None


def offer_articles(field, articles, chosen):
    """Let ``field`` choose from the newest of ``articles`` and the one of the key ``chosen``.

    Where there are more, its label says so and ``has_more`` is true: then each headline of the
    page has a link to its article alone.
    """
    newest = list(articles[: OFFERED + 1])
    offered = newest[:OFFERED]
    field.has_more = len(newest) > OFFERED
    if field.has_more:
        field.label = f"Article (newest {OFFERED})"
    if chosen and all(one.pk != chosen for one in offered):
        offered += articles.filter(pk=chosen)
    field.choices = choices([(str(one.pk), one.headline) for one in offered], "All articles")


class KeyField(forms.RegexField):
    """What part of the page is opened. ``cleaned_data`` has the parts of its name, or None."""

    widget = forms.HiddenInput

    def __init__(self, pattern, **kwargs):
        self.pattern = pattern
        super().__init__(pattern, required=False, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        # RegexField searches; the whole of it must fit.
        if not (found := self.pattern.fullmatch(value)):
            raise forms.ValidationError("There is no such place on this page.")
        return found.groupdict()


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"})
    default_error_messages = {"invalid": "Write a date as 2025-05-16."}

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d"],
            validators=[MinValueValidator(datetime.date(1000, 1, 1), "This is too long ago.")],
            **kwargs,
        )


class PositionFilterForm(forms.Form):
    """Which positions of a round are counted; ``rows`` are all that ``user`` may see of it."""

    issue = forms.ChoiceField(required=False)
    basis = forms.ChoiceField(
        required=False,
        choices=choices([(value, f"{label} only") for value, label in Basis.choices], "Any basis"),
    )
    certainty = forms.ChoiceField(required=False, choices=choices(Certainty.choices, "Any"))
    form = forms.ChoiceField(
        label="Speech form", required=False, choices=choices(SpeechForm.choices, "Any form")
    )
    article = forms.ChoiceField(required=False)
    status = forms.ChoiceField(label="Work", required=False, choices=Counted.choices)
    texts = forms.ChoiceField(required=False, choices=Texts.choices)
    since = DayField(label="Said from")
    until = DayField(label="Said until")
    opens = ()
    # What each field is called in a row.
    sifted = {
        "issue": "issue",
        "basis": "basis",
        "certainty": "certainty",
        "form": "speech_form",
        "article": "article",
    }

    def __init__(self, data, *, rows, names, user, **kwargs):
        super().__init__(data, label_suffix="", **kwargs)
        self.rows = rows
        self.names = names
        issues = [(str(one.pk), one.name) for one in issues_in_order(names.issues.values())]
        self.fields["issue"].choices = choices(issues, "All issues")
        articles = Article.objects.filter(pk__in={one.article for one in rows})
        found = articles.for_lists().newest_first()
        offer_articles(self.fields["article"], found, key_of(self.data.get("article")))
        if not user.is_authenticated:
            del self.fields["status"]

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "This is before the first day.")

    @property
    def wanted(self):
        """The values that are asked for and understood, by the names of their fields."""
        _ = self.errors  # cleans the data, once
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def status_wanted(self):
        return self.wanted.get("status", Counted.ACCEPTED)

    @property
    def work(self):
        return Work(self.status_wanted, self.wanted.get("texts", Texts.NEWEST))

    def counted(self):
        """The rows that count at all, before anything is sifted."""
        return counted(self.rows, self.work)

    @property
    def left_out(self):
        """How many statements asked for do not count since their text was corrected."""
        if self.work.texts != Texts.NEWEST:
            return 0
        return len(joined(self.sift(counted(self.rows, self.work.with_superseded_texts))))

    @property
    def left_out_at(self):
        """Where they stand: the query of the matrix's address."""
        cell = f"{EVERYTHING}:{EVERYTHING}"
        state = self.state(texts=Texts.SUPERSEDED.value, count="", nodes="", cell=cell)
        return f"{state}#statements"

    def sift(self, rows=None):
        """The rows asked for, among those that count or among ``rows``."""
        wanted = self.wanted
        tests = [(field, wanted[name]) for name, field in self.sifted.items() if name in wanted]
        rows = self.counted() if rows is None else rows
        for field, value in tests:
            # A choice is text, and so are all fields but the keys.
            rows = [one for one in rows if str(getattr(one, field)) == value]
        if "since" in wanted or "until" in wanted:
            rows = [one for one in rows if may_be_within(one, **self.span)]
        return rows

    @property
    def span(self):
        return {
            "since": self.cleaned_data.get("since") or datetime.date.min,
            "until": self.cleaned_data.get("until") or datetime.date.max,
        }

    @property
    def is_narrowed(self):
        return any(name in self.wanted for name in [*self.sifted, "since", "until"])

    @property
    def more(self):
        """The address to which one more name and value can be added."""
        state = self.state()
        return state if state == "?" else f"{state}&"

    def state(self, **changes):
        """The address from its ``?`` on: what is asked for and understood, with these changes.

        What is opened on the page belongs to it only if it is among the changes.
        """
        # A moment of the past is asked for beside the form; see talks.views.moments.
        values = {"as_of": self.data.get("as_of")}
        values |= {name: self.data[name] for name in self.wanted if name not in self.opens}
        values = {name: value for name, value in (values | changes).items() if value}
        return f"?{urlencode(values, safe=':')}"


class MatrixFilterForm(PositionFilterForm):
    """What the matrix shows: which positions, how counted, and in which order."""

    stance = forms.ChoiceField(required=False, choices=choices(Stance.choices, "All stances"))
    speaker = forms.ChoiceField(required=False)
    party = forms.ChoiceField(required=False)
    count = forms.ChoiceField(
        required=False, choices=[("", "Statements"), ("distinct", "Distinct positions")]
    )
    order = forms.ChoiceField(
        label="Propositions",
        required=False,
        choices=[
            ("", "By issue"),
            ("contention", "Most contested first"),
            ("activity", "Most statements first"),
        ],
    )
    columns = forms.ChoiceField(
        label="Parties",
        required=False,
        choices=[
            ("", "By role at the table"),
            ("contention", "Most contradicted first"),
            ("activity", "Most statements first"),
        ],
    )
    opens = ("cell",)
    cell = KeyField(CELL, error_messages={"invalid": "There is no such place in the matrix."})
    field_order = ["issue", "party", "stance", "basis", "certainty", "form", "speaker", "article"]
    sifted = PositionFilterForm.sifted | {
        "stance": "stance",
        "speaker": "speaker",
        "party": "party",
    }

    def __init__(self, data, **kwargs):
        super().__init__(data, **kwargs)
        parties = sorted(self.names.parties.values(), key=lambda party: party.name)
        self.fields["party"].choices = choices(
            [(str(one.pk), one.name) for one in parties], "All parties"
        )
        self.fields["speaker"].choices = choices(
            [(str(one.pk), one.name) for one in speakers(self.rows)], "All speakers"
        )

    @property
    def is_distinct(self):
        return "count" in self.wanted


class PairFilterForm(PositionFilterForm):
    """Which positions tie parties to each other, and what is drawn."""

    nodes = forms.ChoiceField(
        label="Draw",
        required=False,
        choices=[("", "Parties"), ("propositions", "Parties and propositions")],
    )
    opens = ("pair",)
    pair = KeyField(PAIR, error_messages={"invalid": "There is no such pair."})


def may_be_within(one, since, until):
    """Whether it was said in that span, as far as its date tells; without a date it was not."""
    if one.said_on is None:
        return False
    first, last = days_of(one.said_on, one.date_precision)
    return first <= until and last >= since


def days_of(day, precision):
    """The first and the last day that a date of this precision can mean."""
    if precision == DatePrecision.WEEK:
        return day, day + datetime.timedelta(days=min(6, (datetime.date.max - day).days))
    if precision == DatePrecision.MONTH:
        last = calendar.monthrange(day.year, day.month)[1]
        return day.replace(day=1), day.replace(day=last)
    if precision == DatePrecision.YEAR:
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    return day, day
