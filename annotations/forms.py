"""What people type into the reader, checked against the frozen text and the codebook."""

import functools

from django import forms

from talks import finding, gate
from talks import text as plain_text
from talks.forms import CODE, clean_language
from talks.models import ArticleStatus, Round

from .coding import why_not_offered
from .keyset import moment
from .models import NOTE_LENGTH, Tag, TagStatus, Visibility


class SpanForm(forms.Form):
    """A selection: ``start``, ``end`` and the words ``exact`` between them.

    Outer white space is left out and cut graphemes are taken whole, so ``cleaned_data`` may hold
    another span than was sent; its words are those of the text.
    """

    start = gate.CodePointField()
    end = gate.CodePointField()
    exact = gate.QuoteField()

    def __init__(self, *args, article, **kwargs):
        super().__init__(*args, **kwargs)
        self.article = article

    def clean(self):
        data = super().clean()
        if all(name in data for name in ("start", "end", "exact")):
            self._clean_span(data)
        return data

    def _clean_span(self, data):
        text, start, end = self.article.text, data["start"], data["end"]
        if start >= end:
            self.add_error("end", "The end must come after the start. Select some text first.")
        elif end > len(text):
            self.add_error("end", "The selection goes beyond the end of the article.")
        elif text[start:end] != data["exact"]:
            self.add_error(
                "exact", "This is not what stands there in the article. Select the words again."
            )
        else:
            start, end = plain_text.trimmed(text, start, end)
            if start == end:
                self.add_error("exact", "There are no words in this selection.")
                return
            start, end = plain_text.widened_to_graphemes(text, start, end)
            data |= {"start": start, "end": end, "exact": text[start:end]}

    @property
    def span(self):
        return self.cleaned_data["start"], self.cleaned_data["end"]


class KeyedForm(forms.Form):
    key = gate.KeyField()


class WritingForm(KeyedForm):
    """What is sent from pages without scripts as well."""

    def clean_key(self):
        """None where no script gave one: then the act is known by what it asks for."""
        return self.cleaned_data["key"] if self.data.get("key") else None


class NoteTextField(gate.PlainTextField):
    def __init__(self, **kwargs):
        super().__init__(max_length=NOTE_LENGTH, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        if value and not value.strip():
            if self.required:
                raise forms.ValidationError("Write something first.", code="required")
            return ""
        return value


class VisibilityField(forms.ChoiceField):
    def __init__(self, **kwargs):
        super().__init__(choices=Visibility.choices, required=False, **kwargs)

    def clean(self, value):
        return super().clean(value) or Visibility.TEAM


class TagField(gate.NameField):
    """The number of a tag, the name of one, or a new name: gives a :class:`Tag` or a string."""

    def __init__(self, **kwargs):
        super().__init__(
            max_length=120,
            error_messages={"required": "Choose a tag, or type the name of a new one."},
            **kwargs,
        )

    def clean(self, value):
        name = super().clean(value)
        if not name:
            return None
        tags = Tag.objects.select_related("codebook", "replaced_by__codebook")
        if name.isascii() and name.isdigit():
            tag = tags.filter(pk=name).first() if len(name) < 19 else None
            if tag is None:
                raise forms.ValidationError(
                    "There is no tag of this number. A new tag's name needs a letter."
                )
        else:
            tag = tags.called(name).first()
        if tag is None:
            if not any(character.isalpha() for character in name):
                raise forms.ValidationError("A new tag's name needs a letter.")
            return name
        tag = tag.in_the_end
        if tag.status == TagStatus.ARCHIVED:
            if tag.proposed_by_id and not tag.archived_because:
                return tag.name
            raise forms.ValidationError(why_not_offered(tag))
        return tag


class TaggingForm(SpanForm, WritingForm):
    tag = TagField()
    note = NoteTextField(required=False)
    visibility = VisibilityField()


class NumbersField(forms.Field):
    """Keys of rows, none or several of one name."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value):
        number = gate.IdField()
        return [number.clean(one) for one in filter(None, value or [])]


class FindForm(forms.Form):
    """Words to be found in an article's text; ``spans`` are the places where they stand.

    They are the first :data:`finding.MOST` from ``after`` on; ``next`` is where more begin.
    """

    find = gate.WordsField(max_length=200, error_messages={"required": "Write what to find."})
    whole = forms.BooleanField(required=False)
    after = gate.NumberField(required=False)

    def __init__(self, *args, article, **kwargs):
        super().__init__(*args, **kwargs)
        self.article = article

    @functools.cached_property
    def _found(self):
        data = self.cleaned_data
        return finding.places(
            self.article.text, data["find"], whole=data["whole"], after=data["after"] or 0,
            most=finding.MOST + 1,
        )  # fmt: skip

    @property
    def spans(self):
        return self._found[: finding.MOST]

    @property
    def next(self):
        """The offset of the first place that is not among the spans; None where all are."""
        return self._found[finding.MOST][0] if len(self._found) > finding.MOST else None


class TagAllForm(FindForm, KeyedForm):
    """One tag for the places that were found; ``count`` is how many the page showed.

    Where the page had a list to choose from, ``place`` are the numbers of those that are meant.
    """

    tag = TagField()
    count = gate.NumberField()
    choosing = forms.BooleanField(required=False)
    place = NumbersField(required=False)

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        if len(self.spans) != data["count"]:
            raise forms.ValidationError("This page is incomplete: reload it and try again.")
        if not self.spans:
            raise forms.ValidationError("These words do not stand in the text.")
        if data["choosing"] and not data["place"]:
            raise forms.ValidationError("Tick the places that the tag is to go on.")
        if any(number > len(self.spans) for number in data["place"]):
            raise forms.ValidationError("This page is incomplete: reload it and try again.")
        return data

    @property
    def chosen(self):
        """The spans that are meant."""
        if not self.cleaned_data["choosing"]:
            return self.spans
        return [self.spans[number - 1] for number in sorted(set(self.cleaned_data["place"]))]


class PassageNoteForm(SpanForm, WritingForm):
    """A note on a passage, or on the article itself where the span is left empty."""

    text = NoteTextField()
    visibility = VisibilityField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not any(self.data.get(name) for name in ("start", "end", "exact")):
            for name in ("start", "end", "exact"):
                del self.fields[name]

    @property
    def span(self):
        return super().span if "start" in self.fields else None


class NoteForm(WritingForm):
    """A note on a tag, or a reply."""

    text = NoteTextField()
    visibility = VisibilityField()


class NoteEditForm(NoteForm):
    version = gate.VersionField()


class VersionForm(forms.Form):
    version = gate.VersionField()


class DoneForm(WritingForm):
    """Whether one is done with an article; ``version`` is 0 where one has never been."""

    done = forms.ChoiceField(choices=[("yes", "Done"), ("no", "Not done yet")])
    version = gate.NumberField()


class MarkForm(forms.Form):
    """Which notices of an inbox are to be read or unread."""

    act = forms.ChoiceField(choices=[(one, one) for one in ("read", "unread", "all", "undo")])
    notice = NumbersField(required=False)
    until = gate.IdField(required=False)
    at = forms.CharField(required=False, max_length=60)

    def clean_at(self):
        value = self.cleaned_data["at"]
        if not value:
            return None
        try:
            return moment(value)
        except ValueError:
            raise forms.ValidationError("This is no moment.") from None

    def clean(self):
        data = super().clean()
        needed = {"read": "notice", "unread": "notice", "all": "until", "undo": "at"}
        if (name := needed.get(data.get("act"))) and not data.get(name) and name not in self.errors:
            self.add_error(name, "This form is incomplete.")
        return data


class ArticlesField(forms.Field):
    """Articles that were ticked, each with the version that the page showed: ``{key: version}``."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"required": "Tick the articles first."}

    def to_python(self, value):
        number = gate.IdField()
        found = {}
        for one in filter(None, value or []):
            key, _, version = one.partition(":")
            found[number.clean(key)] = number.clean(version)
        return found


class BulkForm(forms.Form):
    """What is to be done to several articles: those that are ticked, or ``every`` one found.

    ``found`` is the page's mark of all that it found, as they were then.
    """

    article = ArticlesField(required=False)
    every = forms.BooleanField(required=False)
    found = gate.NameField(required=False, max_length=64)
    do = forms.ChoiceField(
        label="With the ticked",
        choices=[
            ("publish", "Publish"),
            ("draft", "Take back to draft"),
            ("round", "Move to the round"),
            ("language", "Set the language to"),
        ],
    )
    round = forms.ModelChoiceField(Round.objects.newest_first(), required=False, empty_label="–")
    # Asked by the browser: the page of a refusal cannot keep what is ticked.
    language = gate.NameField(
        required=False,
        max_length=35,
        widget=forms.TextInput(
            attrs={"pattern": CODE, "title": "A language’s code, such as en, uk or zh-Hans"}
        ),
    )
    key = gate.KeyField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="bulk_%s", label_suffix="", **kwargs)

    def clean(self):
        cleaned = super().clean()
        if "article" in cleaned and not cleaned["article"] and not cleaned["every"]:
            self.add_error("article", ArticlesField.default_error_messages["required"])
        if cleaned.get("do") == "round" and not cleaned.get("round"):
            self.add_error("round", "Choose the round to move them to.")
        if cleaned.get("do") == "language":
            try:
                cleaned["language"] = clean_language(cleaned.get("language", ""))
            except forms.ValidationError as error:
                self.add_error("language", error)
        return cleaned

    def changes(self):
        """The fields of the articles and their new values."""
        cleaned = self.cleaned_data
        return {
            "publish": {"status": ArticleStatus.PUBLISHED},
            "draft": {"status": ArticleStatus.DRAFT},
            "round": {"round_id": cleaned["round"] and cleaned["round"].pk},
            "language": {"language": cleaned["language"]},
        }[cleaned["do"]]
