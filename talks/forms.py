"""Forms for what is known of an article. Its text is not among it."""

import datetime
import re
from urllib.parse import urlsplit

from django import forms
from django.utils import timezone

from . import gate, languages
from .models import Article, ArticleStatus, Round

CODE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*"  # of a language, as a pattern for browsers as well


def clean_language(language):
    """A language's code with the capitals that it is written with: ``en``, ``zh-Hans``, ``pt-BR``.

    Of two codes for one language it is the shorter: ``en`` for ``eng``. Source: sections 2.1.1 and
    2.2.1 of RFC 5646.
    """
    if not re.fullmatch(CODE, language):
        raise forms.ValidationError("Write a language’s code, such as en, uk or zh-Hans.")
    main = language.partition("-")[0].lower()
    if len(main) == 2 and main not in languages.OF_TWO_LETTERS:
        raise forms.ValidationError(
            f"No language has the code “{main}”. A country’s code is another: Ukrainian is uk."
        )
    first, *others = language.lower().split("-")
    first = languages.shortest(first)
    capitals = {2: str.upper, 4: str.title}
    return "-".join([first, *(capitals.get(len(one), str)(one) for one in others)])


class LanguageField(gate.NameField):
    """A language's code, in the form that BCP 47 gives it."""

    def clean(self, value):
        language = super().clean(value)
        return language and clean_language(language)


class AddressField(forms.URLField):
    """An address on the web that anybody may be led to."""

    def clean(self, value):
        url = super().clean(value)
        if url and not url.lower().startswith(("http://", "https://")):
            raise forms.ValidationError("Write an address that starts with http:// or https://.")
        if "@" in urlsplit(url).netloc:
            raise forms.ValidationError("Leave the name and password out of the address.")
        return url


class PublicationDateField(forms.DateField):
    """A day on which an article can have been published: not before there were newspapers, and
    not after today, wherever today has begun."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    FIRST = datetime.date(1600, 1, 1)

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if value > timezone.now().date() + datetime.timedelta(days=1):
            raise forms.ValidationError(f"{value:%-d %B %Y} is yet to come. Look at the year.")
        if value < self.FIRST:
            raise forms.ValidationError(
                f"The year {value.year} was before there were newspapers. Write all of its digits."
            )


class ArticleForm(forms.ModelForm):
    """What an admin can say of an article; ``version`` is the one that the page showed."""

    version = gate.VersionField()
    url = AddressField(label="Address", required=False, max_length=2000, assume_scheme="https")
    round = forms.ModelChoiceField(Round.objects.newest_first(), empty_label=None)

    class Meta:
        model = Article
        fields = (
            "title",
            "title_is_editorial",
            "byline",
            "source_credit",
            "publisher",
            "url",
            "published_on",
            "language",
            "licence",
            "round",
            "status",
            "version",
        )
        labels = {
            "title": "Headline",
            "title_is_editorial": "The headline is ours, not the publisher’s",
            "source_credit": "Credit",
            "published_on": "Published on",
        }
        help_texts = {
            "title": "Empty: “Untitled” with the first words.",
            "title_is_editorial": "It is then marked as editorial wherever it stands.",
            "source_credit": "Whom the article itself names as its source.",
            "language": "Its code, such as en, uk or ru.",
            "status": "A draft is seen by admins alone, with all that was said about it.",
        }
        field_classes = dict.fromkeys(
            ("title", "byline", "source_credit", "publisher", "licence"), gate.NameField
        ) | {"language": LanguageField, "published_on": PublicationDateField}
        widgets = {
            "published_on": PublicationDateField.widget,
            "status": forms.RadioSelect,
        }

    def __init__(self, *args, instance, **kwargs):
        # Whoever gives a headline to an article that has none gives one of ours.
        initial = {"title_is_editorial": instance.title_is_editorial or not instance.title}
        super().__init__(*args, instance=instance, initial=initial, label_suffix="", **kwargs)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("title"):
            cleaned["title_is_editorial"] = False
        is_draft = cleaned.get("status") == ArticleStatus.DRAFT
        if is_draft and self.instance.supersedes_id:
            self.add_error(
                "status",
                "This is the newer version of another article, so it stays published. Undo putting"
                " it in that one’s place first.",
            )
        elif is_draft and hasattr(self.instance, "superseded_by"):
            self.add_error(
                "status",
                "This article was superseded. It stays published, since what did not go over to"
                " the newer version stands on it.",
            )
        return cleaned
