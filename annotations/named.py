"""Fields of filters that name one of many rows: typed with suggestions, and light on the page.

A list of 500 tags in a page that seldom needs it weighs more than the page; so the field is a
text field, and its suggestions are fetched when it is entered. Without scripts the name is typed.
"""

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.html import format_html

from accounts.models import User
from accounts.names import normal_username
from talks import gate

from .models import Tag

NEAR = 5  # names that are told where none is meant


class NameInput(forms.TextInput):
    """A text field with the place for its suggestions, which come when it is entered."""

    def __init__(self, of):
        self.names = f"{of}-names"
        super().__init__(
            attrs={
                "list": self.names,
                "autocomplete": "off",
                "hx-get": reverse_lazy("annotations:name_list", args=[of]),
                "hx-trigger": "focus once",
                "hx-target": f"#{self.names}",
            }
        )

    def render(self, *args, **kwargs):
        field = super().render(*args, **kwargs)
        return format_html('{}<datalist id="{}"></datalist>', field, self.names)


class NamedField(gate.NameField):
    """The key or the name of a row, as text; gives the key as text, or "" where it is empty."""

    of = ""
    what = ""

    def __init__(self, **kwargs):
        super().__init__(required=False, max_length=200, widget=NameInput(self.of), **kwargs)

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return ""
        row = self.by_key(typed) or self._by_name(typed)
        return str(row.pk)

    def by_key(self, typed):
        is_key = typed.isascii() and typed.isdigit() and len(typed) < 19
        return self.rows().filter(pk=int(typed)).first() if is_key else None

    def _by_name(self, typed):
        found = list(self.called(typed)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(f"Several are called “{typed}”: choose from the list.")
        near = ", ".join(f"“{one}”" for one in self.like(typed)[:NEAR])
        told = f" Is it {near}?" if near else ""
        raise forms.ValidationError(f"There is no {self.what} called “{typed}”.{told}")

    def prepare_value(self, value):
        """A key of the address is shown as the name it stands for."""
        row = self.by_key(value) if isinstance(value, str) else None
        return self.name_of(row) if row else value

    def name_of(self, row):
        return str(row)


class TagNameField(NamedField):
    of, what = "tag", "tag"

    def rows(self):
        return Tag.objects.filter(replaced_by=None).order_by("name", "pk")

    def by_key(self, typed):
        """A merged tag is the one that it was merged into."""
        is_key = typed.isascii() and typed.isdigit() and len(typed) < 19
        tag = Tag.objects.filter(pk=int(typed)).first() if is_key else None
        return tag and tag.in_the_end

    def called(self, typed):
        return self.rows().called(typed)

    def like(self, typed):
        return self.rows().filter(name__icontains=typed)

    def options(self):
        """All names that can be typed, each with more on it."""
        return [(name, "") for name in self.rows().values_list("name", flat=True)]


class CoderField(NamedField):
    of, what = "coder", "coder"

    def rows(self):
        return User.objects.by_name()

    def called(self, typed):
        named = self.rows().filter(username=normal_username(typed))
        return named if named.exists() else self.rows().filter(name__iexact=typed)

    def like(self, typed):
        return self.rows().filter(Q(name__icontains=typed) | Q(username__icontains=typed))

    def name_of(self, row):
        """The name that only this account has."""
        others = User.objects.filter(name__iexact=row.name).exclude(pk=row.pk)
        return row.username if not row.name or others.exists() else row.name

    def options(self):
        """All usernames, each with the name."""
        return list(self.rows().values_list("username", "name"))


FIELDS = {field.of: field for field in (TagNameField, CoderField)}
