"""By what a history is narrowed, read from the page's address."""

from django import forms

from accounts.models import User
from history import moments

from . import past


class MomentField(forms.CharField):
    """A day, which begins at midnight UTC, or a moment."""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        try:
            return moments.read(value)
        except ValueError:
            raise forms.ValidationError(
                "Write a day, such as 2026-11-23, or a moment, such as 2026-11-23T14:30."
            ) from None


class HistoryFilterForm(forms.Form):
    """From when, of which kind, by whom; ``before`` is where the page before ended."""

    until = MomentField(required=False, help_text="Not included.")
    kind = forms.ChoiceField(label="What", required=False)
    person = forms.ModelChoiceField(
        User.objects.by_name(), label="By", required=False, empty_label="Anybody"
    )
    before = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["from", "until", "kind", "person"]

    def __init__(self, data, *, kinds, person):
        super().__init__(data, label_suffix="")
        # A keyword of Python, and the word that belongs into the address.
        self.fields["from"] = MomentField(required=False, help_text="A day or a moment, in UTC.")
        self.order_fields(self.field_order)
        names = [(kind, past.name_of(kind)) for kind in past.KINDS if kind in kinds]
        self.fields["kind"].choices = [("", "Everything"), *names]
        self.person = person
        if person is not None:
            del self.fields["person"]

    def clean_before(self):
        if not self.cleaned_data["before"]:
            return None
        try:
            return past.read_cursor(self.cleaned_data["before"])
        except ValueError:
            raise forms.ValidationError("This page of the history does not exist.") from None

    @property
    def wanted(self):
        """What is asked for and understood, as :func:`past.entries` takes it."""
        _ = self.errors  # cleans the data, once
        data = self.cleaned_data
        return {
            "since": data.get("from"),
            "until": data.get("until"),
            "kind": data.get("kind") or "",
            "person": self.person or data.get("person"),
            "before": data.get("before"),
        }

    @property
    def kept(self):
        """What the address of another page keeps."""
        names = ("from", "until", "kind", "person")
        return {name: self.data[name] for name in names if self.data.get(name)}

    @property
    def is_narrowed(self):
        return bool(self.kept)
