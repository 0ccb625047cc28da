"""What lists can be narrowed by, read from the page's address. A bad value narrows nothing."""

import datetime

from django import forms
from django.conf.locale import LANG_INFO
from django.db.models import Value
from django.db.models.functions import Coalesce, Lower

from talks.models import Article, ArticleStatus, Round

from . import keyset, overview
from .keyset import Key


def choices(rows, empty):
    return [("", empty), *rows]


def language_name(code):
    return LANG_INFO.get(code.lower(), {}).get("name", code)


NEVER = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)
LOADED = Key("loaded_at", True, keyset.moment)
LAST = Key("pk", True, keyset.integer)
NEWEST = [Key("shown_on", True, datetime.date.fromisoformat), LOADED, LAST]
FIRST = {
    "loaded": [LOADED, LAST],
    "title": [Key("name_key", False, str), Key("pk", False, keyset.integer)],
    "words": [Key("word_count", True, keyset.integer)],
    "passages": [Key("passage_count", True, keyset.integer)],
    "worked": [Key("worked_on", True, keyset.moment)],
}


class ArticleFilterForm(forms.Form):
    """The list of articles: which, and in which order."""

    round = forms.ChoiceField(required=False)
    language = forms.ChoiceField(required=False)
    status = forms.ChoiceField(
        required=False, choices=choices(ArticleStatus.choices, "Drafts and published")
    )
    work = forms.ChoiceField(
        label="Your work",
        required=False,
        choices=[("", "With and without"), ("mine", "With your work"), ("none", "Without it")],
    )
    sort = forms.ChoiceField(
        label="Order",
        required=False,
        choices=[
            ("", "Newest first"),
            ("loaded", "Latest loaded first"),
            ("title", "By headline"),
            ("words", "Longest first"),
            ("passages", "Most passages first"),
            ("worked", "Your latest work first"),
        ],
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user
        rounds = Round.objects.newest_first().values_list("slug", "name")
        self.fields["round"].choices = choices(rounds, "All rounds")
        codes = Article.objects.visible_to(user).order_by("language").values_list("language")
        self.fields["language"].choices = choices(
            [(code, language_name(code)) for (code,) in codes.distinct()], "All languages"
        )
        if not user.is_authenticated:
            del self.fields["work"], self.fields["sort"]
        if not (user.is_authenticated and user.may_administer):
            del self.fields["status"]

    def articles(self):
        """The articles asked for, with counts for those who work here."""
        self.full_clean()
        wanted = self.cleaned_data
        articles = Article.objects.visible_to(self.user).for_lists().select_related("round")
        if wanted.get("round"):
            articles = articles.filter(round__slug=wanted["round"])
        for name in ("language", "status"):
            if wanted.get(name):
                articles = articles.filter(**{name: wanted[name]})
        if wanted.get("work"):
            worked_on = overview.is_worked_on_by(self.user)
            articles = articles.filter(worked_on if wanted["work"] == "mine" else ~worked_on)
        if self.user.is_authenticated:
            articles = overview.with_work(articles, self.user)
            articles = articles.annotate(worked_on=Coalesce("worked_at", Value(NEVER)))
        return articles.annotate(
            shown_on=Coalesce("published_on", Value(datetime.date.min)), name_key=Lower("title")
        )

    def keys(self):
        """What the list is ordered by."""
        first = FIRST.get(self.cleaned_data.get("sort") or "", [])
        return [*first, *NEWEST] if len(first) == 1 else first or NEWEST

    def is_narrowed(self):
        return any(value for name, value in self.cleaned_data.items() if name != "sort")


class PassageFilterForm(forms.Form):
    """A tag's passages: whose, in which article, and with the tags below it or without."""

    coder = forms.ChoiceField(required=False)
    article = forms.ChoiceField(required=False)
    work = forms.ChoiceField(label="Counted", required=False, choices=overview.COUNTED)
    alone = forms.BooleanField(label="This tag alone", required=False)

    def __init__(self, *args, tags, tag, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.tag = tag
        self.branch = tags.branch(tag.pk)
        if len(self.branch) == 1:
            del self.fields["alone"]
        all_ = overview.taggings_of(self.branch)
        coders = [(str(coder.pk), str(coder)) for coder in overview.coders_of(all_, user)]
        self.fields["coder"].choices = choices(coders, "Everybody")
        articles = [(str(one.pk), one.headline) for one in overview.articles_of(all_, user)]
        self.fields["article"].choices = choices(articles, "All articles")

    def taggings(self):
        """The taggings asked for, in articles of whatever status."""
        self.full_clean()
        wanted = self.cleaned_data
        tags = {self.tag.pk} if wanted.get("alone") else self.branch
        taggings = overview.counted(overview.taggings_of(tags), wanted.get("work"))
        if wanted.get("coder"):
            taggings = taggings.filter(coder=wanted["coder"])
        if wanted.get("article"):
            taggings = taggings.filter(passage__article=wanted["article"])
        return taggings

    def is_narrowed(self):
        return any(self.cleaned_data.values())
