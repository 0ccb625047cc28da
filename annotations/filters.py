"""What lists can be narrowed by, read from the page's address. A bad value narrows nothing."""

import datetime
from urllib.parse import urlencode

from django import forms
from django.conf.locale import LANG_INFO
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import Coalesce, Lower

from talks.filters import choices, key_of, offer_articles
from talks.models import Article, ArticleStatus, Round

from . import keyset, overview, progress
from .keyset import Key
from .named import CoderField
from .searching import LookedUp


def language_name(code):
    return LANG_INFO.get(code.lower(), {}).get("name", code)


NEVER = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)
LOADED = Key("loaded_at", True, keyset.moment)
LAST = Key("pk", True, keyset.integer)
NEWEST = [Key("shown_on", True, datetime.date.fromisoformat), LOADED, LAST]
FIRST = {
    "published": NEWEST,
    "loaded": [LOADED, LAST],
    "title": [Key("name_key", False, keyset.words), Key("pk", False, keyset.integer)],
    "words": [Key("word_count", True, keyset.integer), *NEWEST],
    "passages": [Key("passage_count", True, keyset.integer), *NEWEST],
    "coders": [Key("coder_count", True, keyset.integer), *NEWEST],
    "notes": [Key("note_count", True, keyset.integer), *NEWEST],
    "worked": [Key("worked_on", True, keyset.moment), *NEWEST],
    "coding": [Key("coding_stage", False, keyset.integer), *NEWEST],
    "status": [Key("status", False, keyset.words), *NEWEST],
}
# A minus turns an order around. The default one is not named in the address.
TURNED = "-"
DEFAULT = "published"
ORDERS = [
    ("published", "Newest first", "Oldest first"),
    ("loaded", "Latest loaded first", "First loaded first"),
    ("title", "By headline", "By headline, from the end"),
    ("words", "Longest first", "Shortest first"),
    ("passages", "Most passages first", "Fewest passages first"),
    ("coders", "Most coders first", "Fewest coders first"),
    ("notes", "Most notes first", "Fewest notes first"),
    ("worked", "Your latest work first", "Your latest work last"),
    ("coding", "Not begun first", "Done first"),
    ("status", "Drafts first", "Published first"),
]
FOR_ALL = {"published", "title", "words"}
CODING = [
    ("", "Any"),
    ("none", "Not begun"),
    ("work", "In work"),
    ("done", "Done"),
    ("open", "Not done"),
    ("later", "Done, with later work"),
]


def sort_by(order, *, turned=False):
    """What the address says for an order."""
    if turned:
        return TURNED + order
    return "" if order == DEFAULT else order


def order_of(sort):
    return (sort or "").removeprefix(TURNED) or DEFAULT


class ArticleFilterForm(forms.Form):
    """The list of articles: which, and in which order."""

    round = forms.ChoiceField(required=False)
    language = forms.ChoiceField(required=False)
    status = forms.ChoiceField(required=False, choices=choices(ArticleStatus.choices, "Any"))
    work = forms.ChoiceField(
        label="Your work",
        required=False,
        choices=[("", "Any"), ("mine", "With your work"), ("none", "Without it")],
    )
    coding = forms.ChoiceField(required=False, choices=CODING)
    coder = CoderField(label="By coder")
    counted = forms.ChoiceField(
        required=False, choices=[("", "All work"), ("accepted", "Accepted work only")]
    )
    sort = forms.ChoiceField(label="Order", required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user
        rounds = Round.objects.newest_first().values_list("slug", "name")
        self.fields["round"].choices = choices(rounds, "All rounds")
        codes = Article.objects.visible_to(user).order_by("language").values_list("language")
        self.fields["language"].choices = choices(
            [(code, language_name(code)) for (code,) in codes.distinct()], "All languages"
        )
        orders = {
            name: label
            for order, one, other in ORDERS
            for name, label in ((sort_by(order), one), (sort_by(order, turned=True), other))
        }
        self.fields["sort"].choices = [
            (name, label) for name, label in orders.items() if self._is_offered(name)
        ]
        if self.data.get("sort") in orders and not self._is_offered(self.data["sort"]):
            # By columns that this person's list does not have: it stands as it would without.
            self.data = self.data.copy()
            del self.data["sort"]
        if not user.is_authenticated:
            for name in ("work", "coding", "coder", "counted"):
                del self.fields[name]
        if not (user.is_authenticated and user.may_administer):
            del self.fields["status"]

    def _is_offered(self, name):
        order = order_of(name)
        if order == "status":
            return self.user.is_authenticated and self.user.may_administer
        return self.user.is_authenticated or order in FOR_ALL

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
            worked_on = progress.has_work_of(self.user)
            articles = articles.filter(worked_on if wanted["work"] == "mine" else ~worked_on)
        if self.user.is_authenticated:
            articles = articles.filter(self._by_coding())
            articles = overview.with_work(articles, self.user, accepted_only=self.counts_accepted)
            # What takes a look at all work is asked only where the list is ordered by it.
            order = order_of(wanted.get("sort"))
            if order == "coding":
                articles = progress.with_stage(articles, self.user)
            elif order == "worked":
                articles = articles.annotate(worked_on=Coalesce("worked_at", Value(NEVER)))
        newer = Article.objects.filter(supersedes=OuterRef("pk"), status=ArticleStatus.PUBLISHED)
        articles = articles.annotate(is_superseded=LookedUp(newer))
        return articles.annotate(
            shown_on=Coalesce("published_on", Value(datetime.date.min)), name_key=Lower("title")
        )

    def _by_coding(self):
        """A condition: how far the coding is, by one coder if one is named, else by anybody."""
        coder = self.cleaned_data.get("coder")
        at_work = progress.is_worked_on(self.user, coder)
        done = progress.is_done(coder)
        return {
            "none": ~at_work & ~done,
            "work": at_work,
            "done": done,
            "open": ~done,
            "later": progress.is_done(coder, with_work_seen_by=self.user),
            "": at_work | done if coder else Q(),
        }[self.cleaned_data.get("coding") or ""]

    def keys(self):
        """What the list is ordered by."""
        keys = FIRST[order_of(self.cleaned_data.get("sort"))]
        if not self.is_turned:
            return keys
        return [key._replace(is_descending=not key.is_descending) for key in keys]

    @property
    def is_turned(self):
        return (self.cleaned_data.get("sort") or "").startswith(TURNED)

    def heads(self):
        """By order: the address to which the head of its column leads, and how the list stands.

        The way is "ascending", "descending" or "" where the list is ordered by another column.
        """
        first = self.keys()[0]
        return {order: self._head(order, first) for order in FIRST}

    def _head(self, order, first):
        is_here = FIRST[order][0].name == first.name
        sort = sort_by(order, turned=is_here and not self.is_turned)
        kept = {
            field: value
            for field, value in self.data.items()
            if field in self.fields and value and field != "sort"
        }
        way = "descending" if first.is_descending else "ascending"
        address = urlencode(kept | ({"sort": sort} if sort else {}))
        return {"address": f"?{address}", "way": way if is_here else ""}

    def is_narrowed(self):
        return any(
            value for name, value in self.cleaned_data.items() if name not in {"sort", "counted"}
        )

    @property
    def counts_accepted(self):
        return self.cleaned_data.get("counted") == "accepted"


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
        found = overview.articles_of(all_, user)
        offer_articles(self.fields["article"], found, key_of(self.data.get("article")))

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
