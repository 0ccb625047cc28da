"""What editors type about tags, and what places and passages they choose."""

from django import forms

from talks import gate
from talks.models import Colour

from .forms import KeyedForm, VersionForm
from .models import Tag, TagStatus

RULE_LENGTH = 5_000
# What the keys of the reader do already, whatever the codebook says: see static/js/lib/keys.js.
TAKEN = dict.fromkeys("123456", "the six recent tags") | {
    "t": "the list of tags",
    "n": "a note",
    "p": "a position",
    "l": "a link",
    "c": "copying",
    "a": "keeping a tag",
    "s": "the sentence",
    "w": "the word",
    "?": "the list of keys",
    "/": "the search",
    "[": "the passage before",
    "]": "the next passage",
}


def path_of(tag):
    """A tag's name behind those it stands below; ``tag`` is one of ``reading.Tags``."""
    return f"{tag.path} › {tag.name}" if tag.path else tag.name


class RuleField(gate.PlainTextField):
    def __init__(self, **kwargs):
        super().__init__(max_length=RULE_LENGTH, required=False, **kwargs)


class TagForm(KeyedForm):
    """A tag's entry in the codebook; ``version`` is the one that the page showed."""

    name = gate.NameField(max_length=120)
    definition = RuleField(help_text="When to use the tag, so that two coders decide alike.")
    is_correction = forms.BooleanField(
        label="Only a correction of the wording",
        required=False,
        help_text="Otherwise a new definition puts the earlier taggings on their coders’ lists.",
    )
    example = RuleField(help_text="Words that it fits.")
    counter_example = RuleField(label="Counter-example", help_text="Words that seem to fit.")
    colour = forms.ChoiceField(
        required=False,
        choices=[("", "That of the tag above"), *Colour.choices],
        widget=forms.RadioSelect,
    )
    shortcut = gate.NameField(
        required=False, max_length=1, help_text="One key that tags the selected words with it."
    )
    version = gate.VersionField()

    def __init__(self, *args, codebook, tag=None, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.codebook = codebook
        self.tag = tag
        if tag is None:
            del self.fields["version"], self.fields["is_correction"]

    def clean_name(self):
        name = self.cleaned_data["name"]
        if not any(character.isalpha() for character in name):
            raise forms.ValidationError("A tag’s name needs a letter.")
        others = Tag.objects.filter(codebook=self.codebook).exclude(pk=self.tag and self.tag.pk)
        if other := others.called(name).first():
            raise forms.ValidationError(self._taken(other))
        return name

    @staticmethod
    def _taken(other):
        if other.replaced_by_id:
            return f"“{other.name}” was merged into “{other.in_the_end.name}” and leads there."
        if other.status == TagStatus.ARCHIVED:
            return f"“{other.name}” is archived: bring it back in place of making another."
        return f"The codebook has the tag “{other.name}” already."

    def clean_shortcut(self):
        key = self.cleaned_data["shortcut"].lower()
        if key in TAKEN:
            raise forms.ValidationError(
                f"In the reader this key is for {TAKEN[key]}. Choose another."
            )
        others = Tag.objects.filter(codebook=self.codebook).exclude(pk=self.tag and self.tag.pk)
        if key and (other := others.filter(shortcut=key).first()):
            raise forms.ValidationError(f"“{other.name}” has this shortcut.")
        return key

    @property
    def entry(self):
        """The tag's fields as typed."""
        names = ("name", "definition", "example", "counter_example", "colour", "shortcut")
        return {name: self.cleaned_data[name] for name in names}

    @staticmethod
    def initial_of(tag):
        names = ("name", "definition", "example", "counter_example", "colour", "shortcut")
        return {name: getattr(tag, name) for name in (*names, "version")}

    def differing(self, stored):
        """Where what was typed is not what stands there: (label, stored, typed)."""
        return [
            (self[name].label, getattr(stored, name), typed)
            for name, typed in self.entry.items()
            if getattr(stored, name) != typed
        ]

    def over(self, stored):
        """The form with what was typed, to be saved over ``stored``."""
        data = self.data.copy()
        data["version"] = stored.version
        return TagForm(data, codebook=self.codebook, tag=stored)


class PlaceField(gate.NameField):
    """Where a tag goes: "top" (first of all), "in:ID" (first below it) or "after:ID".

    Gives a pair of the parent and the sibling before it, each a :class:`Tag` or None.
    """

    def clean(self, value):
        value = super().clean(value)
        if value == "top":
            return None, None
        how, _, number = value.partition(":")
        is_key = number.isascii() and number.isdigit() and len(number) < 19
        tag = Tag.objects.select_related("parent").filter(pk=number).first() if is_key else None
        if tag is None or how not in {"in", "after"}:
            raise forms.ValidationError("Choose where it goes.")
        return (tag, None) if how == "in" else (tag.parent, tag)


class VersionedForm(KeyedForm, VersionForm):
    """What needs no more than a button."""


class MoveForm(VersionedForm):
    """Where a tag goes; ``is_seen`` says that the passages that go with it were shown."""

    place = PlaceField(max_length=40)
    is_seen = forms.BooleanField(required=False)


class TagChoiceField(forms.ChoiceField):
    """One of the offered tags, by the whole of its path; ``tags`` are ``reading.Tags``."""

    def offer(self, tags, but=()):
        self.tags = {
            str(tag.pk): tag
            for tag in tags.tree
            if tag.status != TagStatus.ARCHIVED and tag.pk not in but
        }
        self.choices = [("", "Choose a tag"), *((k, path_of(t)) for k, t in self.tags.items())]

    def clean(self, value):
        value = super().clean(value)
        return self.tags[value] if value else None


class MergeForm(forms.Form):
    into = TagChoiceField(label="Merge it into")

    def __init__(self, *args, tags, tag, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["into"].offer(tags, {tag.pk})


class MergeConfirmedForm(MergeForm, VersionedForm):
    into_version = gate.VersionField()


class ArchiveForm(VersionedForm):
    reason = RuleField(label="The reason, for those who used it")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["reason"].required = True


class SplitFilterForm(forms.Form):
    """Which of the tag's passages are listed to choose from."""

    q = gate.NameField(label="Words in the passage", required=False, max_length=200)
    coder = forms.ChoiceField(required=False)

    def __init__(self, *args, coders, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        rows = [(str(coder.pk), str(coder)) for coder in coders]
        self.fields["coder"].choices = [("", "Everybody"), *rows]


class SplitForm(VersionedForm):
    """What goes over, and where to: another tag, or a new one."""

    all = forms.BooleanField(required=False)
    into = TagChoiceField(label="A tag there is", required=False)
    name = gate.NameField(label="Or a new tag’s name", required=False, max_length=120)
    definition = RuleField(label="The new tag’s definition")

    def __init__(self, *args, tags, tag, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.tag = tag
        self.fields["into"].offer(tags, {tag.pk})

    def clean(self):
        data = super().clean()
        if not self.errors and bool(data["into"]) == bool(data["name"]):
            self.add_error("name", "Choose a tag, or type the name of a new one.")
        elif not self.errors and data["name"]:
            entry = TagForm({"name": data["name"]}, codebook=self.tag.codebook)
            for error in entry.errors.get("name", []):
                self.add_error("name", error)
        return data

    @property
    def target(self):
        data = self.cleaned_data
        return data["into"] or {"name": data["name"], "definition": data["definition"]}


def chosen_in(data):
    """The keys of the passages that a split's form has ticked, on its page and on those before.

    ``kept`` are those ticked when the page was drawn, ``shown`` those that it lists: what of them
    is not in ``passage`` any more was taken out again.
    """
    ticked = _keys(data.getlist("passage"))
    return (_keys([data.get("kept", "")]) - _keys([data.get("shown", "")])) | ticked


def _keys(values):
    found = " ".join(values).split()
    return {int(key) for key in found if key.isascii() and key.isdigit() and len(key) < 19}


class RecheckForm(VersionedForm):
    """What a coder makes of a tagging under the new definition."""

    do = forms.ChoiceField(choices=[("keep", ""), ("exchange", ""), ("withdraw", "")])
    defined_in = gate.VersionField()
    tag = TagChoiceField(required=False)

    def __init__(self, *args, tags, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["tag"].offer(tags)

    def clean(self):
        data = super().clean()
        if data.get("do") == "exchange" and not data.get("tag") and "tag" not in self.errors:
            self.add_error("tag", "Choose the tag that fits.")
        return data
