"""Forms for what positions refer to: parties, people and their offices, propositions, rounds."""

import datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.backends.postgresql.psycopg_any import DateRange

from . import gate
from .models import Affiliation, Issue, Participation, Party, Person, Proposition, Round

FIRST_DAY, LAST_DAY = datetime.date(1000, 1, 1), datetime.date(9000, 12, 31)
MOST_ALIASES = 100
# What a broken constraint means to whoever typed it.
MESSAGES = {
    "party_name_is_unique": "There is a party of this name already.",
    "issue_name_is_unique": "There is an issue of this name already.",
    "proposition_name_is_unique": "There is a proposition of this name already.",
    "party_iso3_is_three_capitals": "A country code is three letters, such as UKR.",
    "affiliation_holds_once_at_a_time": (
        "This person holds this title with this party at that time already: the dates overlap. "
        "Change the dates here, or those of the other office."
    ),
    "speaker_belongs_to_the_party": (
        "Positions were recorded for this office with its old party, so it stays there. "
        "Add another office instead."
    ),
}
MESSAGES["affiliation_keeps_its_party"] = MESSAGES["speaker_belongs_to_the_party"]
REFUSED = "The database refused this: somebody may have saved something like it just now."


class DayField(forms.DateField):
    """A day as a date field of a browser sends it."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": "Write a date as 2025-05-16."}

    def __init__(self, **kwargs):
        validators = [
            MinValueValidator(FIRST_DAY, "This is too long ago."),
            MaxValueValidator(LAST_DAY, "This is too far ahead."),
        ]
        super().__init__(input_formats=["%Y-%m-%d"], validators=validators, **kwargs)


class AliasesField(gate.PlainTextField):
    """Other names, one a line: a list, each name once."""

    one = gate.NameField(max_length=200)

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        lines = (self.one.clean(line) for line in super().clean(value).split("\n") if line.strip())
        names = list(dict.fromkeys(lines))
        if len(names) > MOST_ALIASES:
            raise forms.ValidationError(f"Write {MOST_ALIASES} names at most.")
        return names

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


def in_words(error):
    """What only the database could see, such as a name taken a moment ago, for whoever typed it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return MESSAGES.get(getattr(diagnosis, "constraint_name", None), REFUSED)


class ReferenceForm(forms.ModelForm):
    """A row that is made or changed; ``version`` is the one that the page showed.

    An unsaved instance has none. Storing is for :mod:`annotations.references`.
    """

    version = gate.VersionField()
    key = gate.KeyField()

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, instance=instance, label_suffix="", **kwargs)
        for field in self.fields.values():
            _say_plainly(field)
        self.is_new = instance.pk is None
        if self.is_new:
            del self.fields["version"]

    def validate_constraints(self):
        """Each constraint in words of ours, where there are any."""
        exclude = self._get_validation_exclusions()
        for constraint in self.instance._meta.constraints:
            try:
                constraint.validate(type(self.instance), self.instance, exclude=exclude)
            except forms.ValidationError as error:
                self.add_error(None, MESSAGES.get(constraint.name, error.messages))

    def values(self):
        """What was typed, by the names of the model's fields."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "key")
        }

    def differing(self, row):
        """What was typed and is not so in ``row``, by field."""
        return {name: value for name, value in self.values().items() if value != getattr(row, name)}

    def over(self, row):
        """A form with what was typed here, to be saved over ``row``."""
        data = self.data.copy()
        data["version"] = row.version
        return type(self)(data, instance=row)


def _say_plainly(field):
    """Offer “Third party”, not “Third Party”, and a dash where nothing is chosen yet."""
    if isinstance(field, forms.ModelChoiceField):
        field.empty_label = "–"
    elif isinstance(field, forms.ChoiceField):
        field.choices = [
            (value, str(label).capitalize() if value else "–") for value, label in field.choices
        ]


NOT_A_SLUG = {"new"}


class SluggedForm(ReferenceForm):
    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        if slug in NOT_A_SLUG:
            raise forms.ValidationError("This word has an address of its own: take another.")
        return slug


class PartyForm(SluggedForm):
    aliases = AliasesField(label="Also called", help_text="One name a line.")

    class Meta:
        model = Party
        fields = ("name", "slug", "kind", "iso3", "mark", "colour", "aliases", "version")
        labels = {"slug": "Address", "iso3": "Country code", "mark": "Short mark"}
        help_texts = {"slug": "The last part of its page’s address."}
        field_classes = dict.fromkeys(("name", "iso3", "mark"), gate.NameField)

    def clean_iso3(self):
        return self.cleaned_data["iso3"].upper()


class PersonForm(ReferenceForm):
    aliases = AliasesField(label="Also called", help_text="One name a line.")

    class Meta:
        model = Person
        fields = ("name", "family_name", "aliases", "version")
        field_classes = dict.fromkeys(("name", "family_name"), gate.NameField)


class AffiliationForm(ReferenceForm):
    """An office; ``starts_on`` and ``ends_on`` are its first and last day, both may be open."""

    starts_on = DayField(label="First day", required=False, help_text="Empty: not known.")
    ends_on = DayField(
        label="Last day", required=False, help_text="Still an office on this day. Empty: not known."
    )
    note = gate.PlainTextField(required=False, max_length=20_000)

    class Meta:
        model = Affiliation
        fields = ("party", "title", "starts_on", "ends_on", "is_spokesperson", "basis", "note")
        fields = (*fields, "version")
        labels = {"is_spokesperson": "Speaks for the party"}
        help_texts = {"title": "As one would say it today, such as Foreign Minister."}
        field_classes = {"title": gate.NameField}

    def __init__(self, *args, instance, **kwargs):
        initial = {}
        if instance.valid:
            last = instance.valid.upper and instance.valid.upper - datetime.timedelta(days=1)
            initial = {"starts_on": instance.valid.lower, "ends_on": last}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
        self.fields["party"].queryset = Party.objects.current().order_by("name")

    def clean(self):
        cleaned = super().clean()
        start, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and last and last < start:
            self.add_error("ends_on", "The last day comes before the first.")
        if not self.errors.keys() & {"starts_on", "ends_on"}:
            end = last and last + datetime.timedelta(days=1)
            # A range that is open at both ends has no bounds, as PostgreSQL returns it.
            bounds = f"{'[' if start else '('})"
            self.instance.valid = DateRange(start, end, bounds)
        return cleaned

    def _get_validation_exclusions(self):
        # The dates are typed in two other fields, and the constraint must see them.
        exclude = super()._get_validation_exclusions()
        if self.errors.keys() & {"starts_on", "ends_on"}:
            return exclude
        return exclude - {"valid", "person"}

    def values(self):
        values = super().values()
        del values["starts_on"], values["ends_on"]
        return values | {"valid": self.instance.valid}


class IssueForm(ReferenceForm):
    order = gate.NumberField(
        widget=forms.NumberInput, help_text="Its place among the issues: small ones first."
    )

    class Meta:
        model = Issue
        fields = ("name", "order", "version")
        field_classes = {"name": gate.NameField}


class PropositionForm(ReferenceForm):
    statement = gate.PlainTextField(
        max_length=1000, help_text="A sentence one can be for or against: “There should be …”"
    )
    order = gate.NumberField(
        widget=forms.NumberInput, help_text="Its place in its issue: small ones first."
    )

    class Meta:
        model = Proposition
        fields = ("issue", "name", "statement", "order", "version")
        field_classes = {"name": gate.NameField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["issue"].queryset = Issue.objects.order_by("order", "name")


class RoundForm(SluggedForm):
    started_on = DayField(label="First day")
    ended_on = DayField(label="Last day", required=False)
    summary = gate.PlainTextField(
        required=False, max_length=20_000, help_text="The talks in a sentence or two."
    )

    class Meta:
        model = Round
        fields = ("name", "slug", "venue", "started_on", "ended_on", "summary", "version")
        labels = {"slug": "Address"}
        help_texts = {"slug": "The last part of its page’s address."}
        field_classes = dict.fromkeys(("name", "venue"), gate.NameField)


class ParticipationForm(ReferenceForm):
    """A party's role in a round: the party of a stored one stays."""

    class Meta:
        model = Participation
        fields = ("party", "role", "version")

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, instance=instance, **kwargs)
        self.fields["party"].queryset = Party.objects.current().order_by("name")
        if not self.is_new:
            del self.fields["party"]

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"round"}


class MergeForm(forms.Form):
    """Into which row ``row`` is merged; the versions of both come with the page that shows them."""

    into = forms.ModelChoiceField(
        Party.objects.none(), label="Merge into", empty_label="Choose one"
    )
    version = gate.VersionField(required=False)
    into_version = gate.VersionField(required=False)

    def __init__(self, *args, row, others, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["into"].queryset = others.exclude(pk=row.pk)
