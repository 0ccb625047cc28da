"""Forms by which articles come in: what is sent, and what is made of it before it is frozen."""

import hashlib
import uuid

from django import forms
from django.conf import settings

from . import gate, tables
from .extracting import FORMATS, encodings
from .forms import ArticleForm, LanguageField
from .models import Article, ArticleStatus, Round


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """As many files as somebody chose."""

    widget = FilesInput

    def clean(self, data, initial=None):  # noqa: ARG002
        files = [one for one in data or [] if one]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return files


class NewArticleForm(forms.Form):
    """A pasted text or files, and what holds for all of them unless they say otherwise."""

    files = FilesField(
        label="Files",
        required=False,
        help_text="Text, Markdown, HTML, Word, OpenDocument, PDF with a text layer, EPUB; as many "
        "as you like, or a ZIP of them. Or one table of articles: CSV or JSON Lines.",
    )
    many = forms.ChoiceField(
        label="Of several files, or a table’s rows",
        required=False,
        choices=[("load", "Load each at once"), ("prepare", "Let me prepare each")],
        widget=forms.RadioSelect,
        initial="load",
    )
    encoding = forms.ChoiceField(
        label="Encoding",
        required=False,
        choices=[("", "As the file says, else UTF-8"), *encodings.CHOICES.items()],
        help_text="Only for a text file that is refused because it is not in UTF-8.",
    )
    paste = gate.QuoteField(
        label="Text",
        required=False,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        help_text="Of up to 5 MB, the length of several books.",
    )
    paste_format = forms.ChoiceField(
        label="What it is",
        required=False,
        choices=[
            ("", "What it looks like"),
            *((name, FORMATS[name].label) for name in ("text", "markdown", "html")),
        ],
    )
    address = forms.URLField(
        label="Address",
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text="Of a page on the public web that lets programs read it.",
    )
    round = forms.ModelChoiceField(Round.objects.newest_first(), empty_label=None)
    language = LanguageField(
        required=False,
        max_length=35,
        help_text="Such as en, uk or ru. Empty: what the file or its words tell.",
    )
    status = forms.ChoiceField(
        choices=ArticleStatus.choices, initial=ArticleStatus.DRAFT, widget=forms.RadioSelect
    )
    key = gate.KeyField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        if not settings.FETCH_ARTICLES:
            del self.fields["address"]

    def clean_files(self):
        files = self.cleaned_data["files"]
        found = [one.name for one in files if tables.is_table(one.name)]
        if found and len(files) > 1:
            raise forms.ValidationError(f"Send the table {found[0]} on its own.")
        return files

    def clean(self):
        cleaned = super().clean()
        sent = [cleaned.get("files"), (cleaned.get("paste") or "").strip(), cleaned.get("address")]
        if not self.errors and not any(sent):
            raise forms.ValidationError("Choose a file, or paste a text.")
        if sum(map(bool, sent)) > 1:
            raise forms.ValidationError(
                "Files, a text and an address are not taken in together. Leave only one of them,"
                " and send the others after it."
            )
        if "key" in cleaned:
            cleaned["key"] = uuid.uuid5(cleaned["key"], self.digest())
        return cleaned

    def digest(self):
        """Of all that was sent. Going back leads to a page that has the key it sent before."""
        texts = [(k, v) for k, v in self.data.lists() if k != "csrfmiddlewaretoken"]
        found = hashlib.sha256(repr(texts).encode(errors="surrogatepass"))
        for file in self.cleaned_data.get("files", ()):
            found.update(f"{file.name!r} {file.size}".encode(errors="surrogatepass"))
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
        return found.hexdigest()

    def defaults(self):
        """What the intake's form holds to begin with, as it would be typed."""
        cleaned = self.cleaned_data
        return {
            "round": str(cleaned["round"].pk),
            "language": cleaned["language"],
            "status": cleaned["status"],
        }


class IntakeForm(ArticleForm):
    """What is typed of an article that is being prepared."""

    def __init__(self, data=None, *, fields=None, version=None):
        fields = fields or {}
        is_ours = bool(fields.get("title_is_editorial"))
        super().__init__(data, instance=Article(title_is_editorial=is_ours))
        self.initial |= {name: value for name, value in fields.items() if value != ""}
        # A headline that the file gives is the publisher's, though this article has none yet.
        self.initial["title_is_editorial"] = is_ours
        self.initial["version"] = version

    def typed(self):
        """The fields as they stand, valid or not, to be kept."""
        return {name: self.data.get(name, "") for name in self.fields if name != "version"}

    def shown(self, name, typed):
        """What is typed in a field, in the words of the page."""
        if name == "title_is_editorial":
            return "Yes" if typed else "No"
        choices = getattr(self.fields[name], "choices", ())
        return next((str(label) for value, label in choices if str(value) == typed), typed)

    def over_version(self, version):
        """What was typed, to be saved over another version."""
        data = self.data.copy()
        data["version"] = version
        return data

    def particulars(self):
        """The fields of the article, valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class MappingForm(forms.Form):
    """Which column of a table holds which field of the article."""

    version = gate.VersionField()
    delimiter = forms.ChoiceField(
        label="Columns are separated by a",
        choices=list(tables.DELIMITERS.items()),
        widget=forms.Select,
    )
    text_format = forms.ChoiceField(
        label="The text is", required=False, choices=list(tables.TEXT_FORMATS.items())
    )
    date_order = forms.ChoiceField(
        label="Dates are written",
        required=False,
        choices=[(order, f"like {sample}") for order, sample in tables.DATE_ORDERS.items()],
    )

    def __init__(self, data=None, *, table):
        initial = {"delimiter": table.delimiter, "version": table.version, **table.mapping}
        super().__init__(data, initial=initial, label_suffix="")
        if not table.delimiter:
            del self.fields["delimiter"]
        columns = [("", "in no column"), *((name, name) for name in table.columns)]
        for name in tables.FIELDS:
            label = "Text" if name == "text" else ArticleForm.base_fields[name].label
            required = name == "text"
            self.fields[name] = forms.ChoiceField(
                label=label or name.capitalize(),
                choices=columns,
                required=required,
                error_messages={"required": "Say which column holds the text."},
            )
        self.order_fields([*tables.FIELDS, "text_format", "date_order", "delimiter", "version"])

    def mapping(self):
        """What was chosen, to be kept."""
        names = [*tables.FIELDS, "text_format", "date_order"]
        return {name: self.cleaned_data.get(name, "") for name in names}


class RereadForm(forms.Form):
    """As what a file is read anew."""

    format = forms.ChoiceField(choices=[(one.name, one.label) for one in FORMATS.values()])
    encoding = forms.ChoiceField(
        required=False, choices=[("", "As the file says"), *encodings.CHOICES.items()]
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
