"""What an editor asks of the queue, and the verdicts that come back."""

import re

from django import forms

from talks import gate
from talks.filters import choices, key_of, offer_articles
from talks.models import Article, WorkStatus

from . import queue
from .forms import KeyedForm, NoteTextField
from .items import Kind, article_of, kind_of
from .models import Decision
from .reading import Tags

REASON_LENGTH = 4_000
CODE = re.compile(rf"({'|'.join(Kind.values)})-([1-9][0-9]{{0,18}})", re.ASCII)
VERSIONED = re.compile(rf"{CODE.pattern}\.([1-9][0-9]{{0,8}})", re.ASCII)


class CodeField(forms.CharField):
    """The code of a piece of work, such as "tagging-12", as (kind, key)."""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        found = CODE.fullmatch(value)
        if not found or int(found[2]) > gate.LARGEST_ID:
            raise forms.ValidationError("There is no work of this name.")
        return Kind(found[1]), int(found[2])


class QueueForm(forms.Form):
    """Which work an editor wants to see; all of it stands in the address."""

    kind = forms.ChoiceField(required=False, choices=choices(Kind.choices, "All kinds"))
    article = forms.ChoiceField(required=False)
    tag = forms.ChoiceField(required=False)
    coder = forms.ChoiceField(required=False)
    age = forms.ChoiceField(
        label="Made",
        required=False,
        choices=choices([(key, words) for key, (words, *_) in queue.AGES.items()], "At any time"),
    )
    disagreement = forms.BooleanField(label="Disagreements alone", required=False)
    after = CodeField(required=False, widget=forms.HiddenInput)
    item = CodeField(required=False, widget=forms.HiddenInput)

    FILTERS = ("kind", "article", "tag", "coder", "age", "disagreement")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.user = user
        self.tags = Tags()
        # What is asked for stays on offer when the last of its work has been judged.
        article, tag, coder = (key_of(self.data.get(name)) for name in ("article", "tag", "coder"))
        used = queue.tags(user) | {tag}.intersection(self.tags.rows)
        offered = {above for key in used for above in self.tags.rows[key].lineage}
        self.fields["tag"].choices = choices(
            [
                (str(tag.pk), "\u2003" * tag.depth + tag.name)
                for tag in self.tags.tree
                if tag.pk in offered
            ],
            "All tags",
        )
        offer_articles(self.fields["article"], queue.articles(user, article), article)
        self.fields["coder"].choices = choices(
            [(str(one.pk), str(one)) for one in queue.coders(user, coder)], "Everybody"
        )

    def queue(self):
        """The :class:`queue.Queue` that is asked for; what is not understood narrows nothing."""
        self.full_clean()
        asked = self.cleaned_data
        tag, article, coder = (
            int(asked[name]) if asked.get(name) else None for name in ("tag", "article", "coder")
        )
        wanted = queue.Wanted(
            kind=asked.get("kind") or "",
            article=article,
            tags=self.tags.branch(tag) if tag else None,
            coder=coder,
            age=asked.get("age") or "",
            is_disputed=bool(asked.get("disagreement")),
            after=self._place(asked.get("after")),
        )
        return queue.Queue(self.user, wanted)

    @staticmethod
    def _place(code):
        """Where a piece of work stands in the queue, also when it has left it."""
        if code is None:
            return None
        kind, pk = code
        made = kind.model.objects.filter(pk=pk).values_list("created_at", flat=True).first()
        return made and (made, kind, pk)

    def is_narrowed(self):
        return any(self.cleaned_data.get(name) for name in self.FILTERS)


class ReasonForm(KeyedForm):
    """A reason: one that the team often gives, one's own words, or both."""

    usual = NoteTextField(required=False)
    reason = NoteTextField(required=False)

    def clean(self):
        data = super().clean()
        parts = [data.get("usual", ""), data.get("reason", "")]
        data["why"] = "\n".join(part.strip() for part in parts if part.strip())
        if len(data["why"]) > REASON_LENGTH:
            self.add_error("reason", f"Say it in {REASON_LENGTH:,} characters at most.")
        return data


class WorkForm(ReasonForm):
    """Pieces of work as they were seen: ``item``, once or often, as "tagging-12.3" or several
    of these with spaces between them.
    """

    MOST = queue.WINDOW * 2

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    @property
    def is_one(self):
        """Whether what is judged was shown as one: a joint statement, or a disagreement."""
        return "together" in self.data

    def clean(self):
        data = super().clean()
        codes = (code for value in self.data.getlist("item") for code in value.split())
        data["work"] = self._items(dict.fromkeys(codes))
        return data

    def _items(self, codes):
        """Pairs of a row and the version that was seen."""
        found = [VERSIONED.fullmatch(code) for code in codes]
        if not found:
            self.add_error(None, "Choose at least one piece of work.")
        if len(found) > self.MOST or not all(found):
            self.add_error(None, "This page is incomplete: reload it and try again.")
            return []
        seen = {(Kind(one[1]), int(one[2])): int(one[3]) for one in found}
        rows = []
        for kind in Kind:
            keys = [pk for its_kind, pk in seen if its_kind == kind and pk <= gate.LARGEST_ID]
            whole = kind.whole().exclude(work_status=WorkStatus.DRAFT)
            rows += whole.filter(pk__in=keys) if keys else []
        visible = set(
            Article.objects.visible_to(self.user)
            .filter(pk__in={article_of(row).pk for row in rows})
            .values_list("pk", flat=True)
        )
        known = {(kind_of(row), row.pk): row for row in rows if article_of(row).pk in visible}
        if len(known) < len(seen):
            self.add_error(None, "Some of this work cannot be seen any more: reload the page.")
        return [(known[place], version) for place, version in seen.items() if place in known]


class VerdictForm(WorkForm):
    decision = forms.ChoiceField(
        choices=Decision.choices, error_messages={"required": "Accept, revise or reject?"}
    )

    def clean(self):
        data = super().clean()
        if data.get("decision") in {Decision.REVISE, Decision.REJECT} and not data["why"]:
            self.add_error("reason", "Say why: the coder will want to know.")
        return data


class SettleForm(WorkForm):
    """Which side of a disagreement holds: a side's key, "all" or "none"."""

    holds = gate.NameField(max_length=40)
    is_one = True
    MOST = 20_000  # parts of one disagreement

    def clean(self):
        data = super().clean()
        if data.get("holds") and data["holds"] != "all" and not data["why"]:
            self.add_error("reason", "Say why: the coders will want to know.")
        return data
