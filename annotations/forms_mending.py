"""What is corrected of an outcome or an event: its title, its kind, its date."""

from django import forms

from talks import gate
from talks.forms import ArticleForm
from talks.models import DatePrecision, Event, Outcome, Proposition

from .forms_recording import OpenDateField, check_date

TITLES_CLASH = "This round has an outcome of this title already."


class MendingForm(forms.ModelForm):
    """A row that is corrected; ``version`` is the one that the page showed."""

    version = gate.VersionField()
    key = gate.KeyField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"label_suffix": ""})

    @property
    def values(self):
        """What was typed, by the names of the columns."""
        return {
            self._meta.model._meta.get_field(name).attname: getattr(value, "pk", value)
            for name, value in self.cleaned_data.items()
            if name not in ("version", "key")
        }

    def differing(self, row):
        """What was typed and is not so in ``row``, by field."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "key") and value != getattr(row, name)
        }

    def over(self, row):
        """A form with what was typed here, to be saved over ``row``."""
        data = self.data.copy()
        data["version"] = row.version
        return type(self)(data, instance=row)


class ArticleMendingForm(ArticleForm, MendingForm):
    """What an admin corrects of an article that is loaded."""


class OutcomeMendingForm(MendingForm):
    proposition = forms.ModelChoiceField(
        Proposition.objects.order_by("issue__order", "order", "name"),
        required=False,
        empty_label="On none in particular",
    )

    class Meta:
        model = Outcome
        fields = ("title", "kind", "quantity", "proposition")
        field_classes = {"title": gate.NameField, "quantity": gate.NameField}
        help_texts = {"quantity": "As it is printed, such as 1,000 for 1,000."}

    def clean_title(self):
        title = self.cleaned_data["title"]
        twins = Outcome.objects.filter(round=self.instance.round_id, title__iexact=title)
        if twins.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(TITLES_CLASH)
        return title


class EventMendingForm(MendingForm):
    on_date = OpenDateField(error_messages={"invalid": "Write the day as 2025-05-16."})

    class Meta:
        model = Event
        fields = ("title", "kind", "on_date", "date_precision", "date_text", "location")
        field_classes = dict.fromkeys(("title", "date_text", "location"), gate.NameField)
        labels = {"date_precision": "How exact the date is", "date_text": "Date as printed"}
        help_texts = {"date_precision": "A week is given by its Monday."}

    def clean(self):
        data = super().clean()
        data.setdefault("date_precision", DatePrecision.UNKNOWN)
        check_date(self, data, "on_date")
        return data
