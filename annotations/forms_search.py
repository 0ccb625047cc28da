"""What is asked of the search, read from its address."""

from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.http import QueryDict

from talks import gate
from talks.filters import DayField, choices
from talks.models import (
    Affiliation,
    Article,
    ArticleStatus,
    Issue,
    Outcome,
    OutcomeReport,
    Participation,
    Party,
    Position,
    Round,
    WorkStatus,
)

from . import asked, searching
from .filters import ArticleFilterForm
from .models import Draft, EntryKind, Note, SavedPage, SavedSearch, Tagging
from .named import CoderField, TagNameField
from .reading import Tags

LENGTH = 500  # code points of a question: that of a long sentence
NOTHING = "Write a word or a number to look for: at least one that is not to be left out."
COMMON = "These words stand everywhere. Add one that tells more."


class SearchForm(forms.Form):
    """The words to find, and what the finds are narrowed by."""

    q = gate.WordsField(
        label="Words",
        required=False,
        max_length=LENGTH,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "id": "site-search"}
        ),
    )
    kind = forms.ChoiceField(required=False, choices=choices(EntryKind.choices, "Everything"))
    round = forms.ChoiceField(required=False)
    party = forms.ChoiceField(required=False)
    issue = forms.ChoiceField(required=False)
    tag = TagNameField(label="Tag")
    coder = CoderField(label="Coder")
    status = forms.ChoiceField(required=False)
    since = DayField(label="From")
    until = DayField(label="To")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user
        rounds = Round.objects.newest_first().values_list("slug", "name")
        self.fields["round"].choices = choices(rounds, "All rounds")
        parties = Party.objects.current().order_by("name").values_list("slug", "name")
        self.fields["party"].choices = choices(parties, "All parties")
        self._follow_merges()
        issues = Issue.objects.order_by("order", "name").values_list("pk", "name")
        self.fields["issue"].choices = choices(
            [(str(pk), name) for pk, name in issues], "All issues"
        )
        if not user.is_authenticated:
            hidden = {EntryKind.NOTE, EntryKind.TAG, EntryKind.DRAFT}
            kinds = [one for one in EntryKind.choices if one[0] not in hidden]
            self.fields["kind"].choices = choices(kinds, "Everything")
            del self.fields["tag"], self.fields["coder"], self.fields["status"]
            return
        statuses = [*WorkStatus.choices, (ArticleStatus.PUBLISHED.value, "Published")]
        self.fields["status"].choices = choices(statuses, "All")

    def _follow_merges(self):
        """A party of a saved search that was merged into another is that one."""
        slug = self.data.get("party")
        if slug and slug not in dict(self.fields["party"].choices):
            party = Party.objects.filter(slug=slug).first()
            while party and party.merged_into:
                party = party.merged_into
            if party:
                self.data = self.data.copy()
                self.data["party"] = party.slug

    def clean_q(self):
        question = asked.read(self.cleaned_data["q"])
        if not question.groups and self.cleaned_data["q"]:
            raise forms.ValidationError(NOTHING)
        if question.groups:
            told = searching.without_common(question)
            if not told.groups:
                is_common = searching.has_words(question)
                raise forms.ValidationError(COMMON if is_common else NOTHING)
            question = told
        self.question = question
        return self.cleaned_data["q"]

    def clean(self):
        data = super().clean()
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "This is before the first day.")
        return data

    @property
    def filters(self):
        """The fields beside words and kind, which has buttons of its own."""
        return [field for field in self if field.name not in ("q", "kind")]

    def is_narrowed(self):
        return any(self.cleaned_data.get(field.name) for field in self.filters)

    def narrow(self, entries):
        """Those of ``entries`` that pass the filters; a kind that has no such thing has none."""
        for name, value in self.cleaned_data.items():
            if value and name not in ("q", "kind"):
                entries = entries.filter(getattr(self, f"_by_{name}")(value))
        return entries

    # Each filter: what it leaves of each kind

    def _by_round(self, slug):
        in_round = Participation.objects.filter(round__slug=slug)
        offices = self._positions.filter(article__round__slug=slug)
        return (
            Q(article__round__slug=slug)
            | of(EntryKind.OUTCOME, Outcome.objects.filter(round__slug=slug))
            | of(EntryKind.PARTY, in_round, "party")
            | of(EntryKind.PERSON, offices, "affiliation__person")
        )

    def _by_party(self, slug):
        positions = self._positions.filter(Q(party__slug=slug) | Q(target_party__slug=slug))
        reports = self._reports.filter(stances__party__slug=slug)
        offices = Affiliation.objects.filter(party__slug=slug)
        return (
            self._told_by(positions)
            | of(EntryKind.OUTCOME, reports, "outcome")
            | of(EntryKind.REPORT, reports)
            | of(EntryKind.PERSON, offices, "person")
            | of(EntryKind.PARTY, Party.objects.filter(slug=slug))
        )

    def _by_issue(self, issue):
        outcomes = Outcome.objects.filter(proposition__issue=issue)
        positions = self._positions.filter(proposition__issue=issue)
        return (
            self._told_by(positions)
            | of(EntryKind.OUTCOME, outcomes)
            | of(EntryKind.REPORT, self._reports.filter(outcome__in=outcomes))
        )

    def _told_by(self, positions):
        """The positions, the passages that prove them and the articles that tell them."""
        return (
            of(EntryKind.POSITION, positions)
            | of(EntryKind.PASSAGE, positions, "evidence__passage")
            | of(EntryKind.ARTICLE, positions, "article")
        )

    def _by_tag(self, tag):
        """By a tag and those below it, as in the reader and on the tag's page."""
        branch = Tags().branch(int(tag))
        taggings = self._taggings.filter(tag__in=branch)
        notes = Note.objects.filter(Q(tag__in=branch) | Q(passage__taggings__in=taggings))
        return (
            self._tagged_by(taggings)
            | of(EntryKind.NOTE, notes)
            | Q(kind=EntryKind.TAG, object_id__in=branch)
        )

    def _tagged_by(self, taggings):
        return of(EntryKind.PASSAGE, taggings, "passage") | of(
            EntryKind.ARTICLE, taggings, "passage__article"
        )

    def _by_coder(self, coder):
        return (
            self._tagged_by(self._taggings.filter(coder=coder))
            | self._told_by(self._positions.filter(coder=coder))
            | of(EntryKind.NOTE, Note.objects.filter(author=coder))
            | of(EntryKind.DRAFT, Draft.objects.filter(coder=coder))
            | of(EntryKind.OUTCOME, self._reports.filter(coder=coder), "outcome")
            | of(EntryKind.REPORT, self._reports.filter(coder=coder))
        )

    def _by_status(self, status):
        found = (
            of(EntryKind.ARTICLE, Article.objects.filter(status=status))
            | of(EntryKind.PASSAGE, self._taggings.filter(work_status=status), "passage")
            | of(EntryKind.POSITION, Position.objects.filter(work_status=status))
            | of(EntryKind.OUTCOME, self._reports.filter(work_status=status), "outcome")
            | of(EntryKind.REPORT, self._reports.filter(work_status=status))
        )
        return found | Q(kind=EntryKind.DRAFT) if status == WorkStatus.DRAFT else found

    def _by_since(self, day):
        return self._on_day("gte", day)

    def _by_until(self, day):
        return self._on_day("lte", day)

    def _on_day(self, sign, day):
        """Articles by their date and what stands in them with them; notes by when written."""
        notes = Note.objects.annotate(day=TruncDate("created_at")).filter(**{f"day__{sign}": day})
        said = Position.objects.filter(**{f"said_on__{sign}": day})
        reports = self._reports.filter(**{f"as_of__{sign}": day})
        drafts = Draft.objects.annotate(day=TruncDate("updated_at")).filter(**{f"day__{sign}": day})
        return (
            Q(kind__in=["article", "passage"], **{f"article__published_on__{sign}": day})
            | of(EntryKind.POSITION, said)
            | of(EntryKind.NOTE, notes)
            | of(EntryKind.OUTCOME, reports, "outcome")
            | of(EntryKind.REPORT, reports)
            | of(EntryKind.DRAFT, drafts)
        )

    @property
    def _positions(self):
        return Position.objects.visible_to(self.user)

    @property
    def _reports(self):
        return OutcomeReport.objects.visible_to(self.user)

    @property
    def _taggings(self):
        return Tagging.objects.visible_to(self.user)


class SaveForm(forms.Form):
    """A search, or a view of the list of articles, to be kept under a name."""

    name = gate.NameField(max_length=100, error_messages={"required": "Give it a name."})
    page = forms.ChoiceField(choices=SavedPage, required=False)
    query = forms.CharField()
    key = gate.KeyField()

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_page(self):
        return self.cleaned_data["page"] or SavedPage.SEARCH

    def clean(self):
        """Keep what the page understands of its query, and nothing else; no place in its pages."""
        data = super().clean()
        if "query" in data and "page" in data:
            asked_for = QueryDict(data["query"])
            is_search = data["page"] == SavedPage.SEARCH
            form = (SearchForm if is_search else ArticleFilterForm)(asked_for, user=self.user)
            kept = form.is_valid() and {
                name: value for name, value in form.cleaned_data.items() if value
            }
            if not kept or (is_search and "q" not in kept):
                raise forms.ValidationError("This cannot be kept: look at it again.")
            data["query"] = urlencode(kept)
            if len(data["query"]) > SavedSearch._meta.get_field("query").max_length:
                raise forms.ValidationError("This is too long to be kept: leave some words out.")
        return data


class RenameForm(forms.Form):
    name = gate.NameField(max_length=100, error_messages={"required": "Give it a name."})
    version = gate.VersionField()


def of(kind, rows, name="pk"):
    """A condition: an entry of that kind that ``rows`` name in their field ``name``."""
    return Q(Exists(rows.filter(**{name: OuterRef("object_id")})), kind=kind)
