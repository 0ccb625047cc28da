"""What the reader of an article is shown: marks, cards, counts, and what of it changed."""

import bisect
import functools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from accounts.models import User
from talks.models import (
    EvidenceRole,
    OutcomeStatus,
    Passage,
    Stance,
    WorkStatus,
)

from . import drawing, progress, searching
from .models import Act, Decision, Note, Notice, Tag, Tagging
from .models_review import latest_verdicts

# A stance as it is drawn: a sign and a colour beside the word.
STANCES = {
    Stance.SUPPORTS: ("+", "green"),
    Stance.OPPOSES: ("−", "red"),
    Stance.AMBIVALENT: ("±", "amber"),
    Stance.UNCLEAR: ("?", "slate"),
}
COLOURS = ("tag", "party", "stance")
PART = 4_000  # code points of text whose passages share one list of cards


@dataclass
class Filters:
    """Which passages are shown; kept in the page's address."""

    mine: bool = False
    tag: int | None = None
    coder: int | None = None
    notes: bool = False
    evidence: bool = False
    accepted: bool = False
    colour: str = ""

    @classmethod
    def from_query(cls, query):
        """Read a QueryDict or dict; what is not a number is left out."""

        def number(name):
            value = query.get(name, "")
            return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None

        return cls(
            mine=query.get("who") == "mine",
            tag=number("tag"),
            coder=number("coder"),
            notes=query.get("notes") == "1",
            evidence=query.get("evidence") == "1",
            accepted=query.get("accepted") == "1",
            colour=query.get("colour") if query.get("colour") in COLOURS else "",
        )

    def as_query(self, **changes):
        """The address's query for these filters, with ``changes`` made: "" or "?tag=3"."""
        values = {
            "who": "mine" if self.mine else None,
            "tag": self.tag,
            "coder": self.coder,
            "notes": 1 if self.notes else None,
            "evidence": 1 if self.evidence else None,
            "accepted": 1 if self.accepted else None,
            "colour": self.colour,
        } | changes
        query = urlencode({name: value for name, value in values.items() if value})
        return f"?{query}" if query else ""

    def __bool__(self):
        """Whether any passage is left out; a colour leaves none out."""
        return bool(
            self.mine or self.tag or self.coder or self.notes or self.evidence or self.accepted
        )


@dataclass(slots=True)
class Marked:
    """A passage with what is said about it."""

    pk: int
    start: int
    end: int
    taggings: list = field(default_factory=list)
    threads: list = field(default_factory=list)
    proofs: list = field(default_factory=list)
    _coders: set | None = None

    def coders(self):
        """The keys of all who tagged it, wrote about it or proved something by it."""
        if self._coders is None:
            self._coders = self._find_coders()
        return self._coders

    def _find_coders(self):
        found = {one.coder_id for one in self.taggings}
        for thread in self.threads:
            notes = (thread.note, *thread.replies)
            found.update(note.author_id for note in notes if not note.withdrawn_at)
        for proof in self.proofs:
            found.add(proof.coder_id)
        found.discard(None)  # of an event that was loaded before coders were kept
        return found


class Tags:
    """The tags of all codebooks as a tree, read once for a page.

    Each knows its ``depth``, its ``path`` in words, its ``shown_colour``, and its ``lineage``: the
    keys of the tags above it, from the root, and its own.
    """

    def __init__(self):
        self.rows = {tag.pk: tag for tag in Tag.objects.in_tree_order()}
        self.children = defaultdict(list)
        for tag in self.rows.values():
            self.children[tag.parent_id].append(tag)
        self.tree = []
        self._walk(None, (), "slate")

    def _walk(self, parent, above, colour):
        for tag in self.children[parent]:
            tag.depth = len(above)
            tag.path = " › ".join(one.name for one in above)
            tag.shown_colour = tag.colour or colour
            tag.lineage = (*(one.pk for one in above), tag.pk)
            self.tree.append(tag)
            self._walk(tag.pk, (*above, tag), tag.shown_colour)

    def branch(self, pk):
        """The keys of a tag and of all tags below it; of a merged one, those of the other."""
        if pk not in self.rows:
            return set()
        if self.rows[pk].replaced_by_id:
            return self.branch(self.rows[pk].replaced_by_id)
        return {pk}.union(*(self.branch(child.pk) for child in self.children[pk]))

    def in_the_end(self, pk):
        """The tag of that key, or the one it was merged into, over however many merges."""
        tag = self.rows[pk]
        while tag.replaced_by_id:
            tag = self.rows[tag.replaced_by_id]
        return tag


class Reading:
    """An article through one person's eyes, with filters; ``target`` is a passage to point at.

    ``found`` are the spans of words that were looked for, each with the name of its place.
    """

    def __init__(self, article, user, filters=None, target=None, found=()):
        self.article = article
        self.found = found
        self.user = user
        self.filters = Filters() if filters is None else filters
        self.target = target
        self.paragraphs = article.paragraphs

    # What there is

    @functools.cached_property
    def tags(self):
        return Tags()

    @functools.cached_property
    def marked(self):
        """The passages that count: all, or those with accepted work, with that alone."""
        if not self.filters.accepted:
            return self.everything
        found = []
        for one in self.everything:
            taggings = [each for each in one.taggings if each.work_status == WorkStatus.ACCEPTED]
            proofs = [each for each in one.proofs if each.work_status == WorkStatus.ACCEPTED]
            if taggings or proofs:
                found.append(Marked(one.pk, one.start, one.end, taggings, one.threads, proofs))
        return found

    @functools.cached_property
    def everything(self):
        """All passages somebody said something about, as this person sees it, in reading order."""
        found = {}
        taggings = (
            Tagging.objects.visible_to(self.user)
            .filter(passage__article=self.article)
            .order_by("pk")
            .values_list(
                "pk",
                "passage_id",
                "passage__start",
                "passage__end",
                "tag_id",
                "coder_id",
                "version",
                "work_status",
                named=True,
            )
        )
        for one in taggings:
            marked = found.get(one.passage_id)
            if marked is None:
                marked = Marked(one.passage_id, one.passage__start, one.passage__end)
                found[one.passage_id] = marked
            marked.taggings.append(one)
        for passage, threads in self.threads["passage_id"].items():
            note = threads[0].note
            marked = found.setdefault(passage, Marked(passage, note.start, note.end))
            marked.threads = threads
        for proof in self.proofs:
            passage = proof.passage_id
            marked = found.setdefault(
                passage, Marked(passage, proof.passage__start, proof.passage__end)
            )
            marked.proofs.append(proof)
        return sorted(found.values(), key=lambda one: (one.start, -one.end))

    @functools.cached_property
    def proofs(self):
        """What the article's passages prove, as far as this person may know of it: rows."""
        return list(
            searching.evidence_known_to(self.user)
            .filter(passage__article=self.article)
            .annotate(
                coder_id=_of_owner("coder_id"),
                version=_of_owner("version"),
                work_status=_of_owner("work_status"),
            )
            .order_by("pk")
            .values_list(
                "role",
                "passage_id",
                "passage__start",
                "passage__end",
                "coder_id",
                "version",
                "work_status",
                "position_id",
                "position__stance",
                "position__party_id",
                "position__party__name",
                "position__party__mark",
                "position__party__colour",
                "position__proposition__name",
                "outcome_report_id",
                "outcome_report__status",
                "outcome_report__outcome_id",
                "outcome_report__outcome__title",
                "event_id",
                "event__title",
                named=True,
            )
        )

    def _shown_proof(self, proof, verdicts):
        """A row of :attr:`proofs` as a card shows it."""
        kind, pk = _owner_of(proof)
        sign, stance_colour = STANCES.get(proof.position__stance, ("", "slate"))
        return SimpleNamespace(
            kind=kind,
            pk=pk,
            url=self._address_of(proof),
            sign=sign,
            stance=proof.position__stance and Stance(proof.position__stance).label,
            stance_colour=stance_colour,
            party=proof.position__party__name,
            party_colour=proof.position__party__colour,
            about=proof.position__proposition__name
            or proof.outcome_report__outcome__title
            or proof.event__title,
            status=OutcomeStatus(proof.outcome_report__status).label
            if kind == "outcome_report"
            else "",
            work_status=WorkStatus(proof.work_status).label,
            is_accepted=proof.work_status == WorkStatus.ACCEPTED,
            version=proof.version,
            verdict=self._verdict(verdicts.get((kind, pk)), proof),
            roles=[],
            **self._ways_with(kind, pk, proof),
        )

    @staticmethod
    def _address_of(proof):
        if proof.position_id:
            return reverse("talks:position_detail", args=[proof.position_id])
        if proof.outcome_report_id:
            return reverse("talks:outcome_detail", args=[proof.outcome_report__outcome_id])
        return ""

    def _ways_with(self, kind, pk, proof):
        """Where this person changes, withdraws and accepts what a passage proves, if at all."""
        user = self.user
        is_own = proof.coder_id is not None and proof.coder_id == user.pk
        if not is_own and not (kind == "event" and user.is_authenticated and user.may_edit):
            return {"edit": "", "withdraw": "", "accept": ""}
        views = {
            "position": ("position_edit", "position_withdraw"),
            "outcome_report": ("report_evidence", "report_withdraw"),
            "event": ("event_edit", "event_withdraw"),
        }[kind]
        edit, withdraw = (reverse(f"annotations:{view}", args=[pk]) for view in views)
        is_waiting = kind == "event" and proof.work_status == WorkStatus.SUBMITTED
        accept = reverse("annotations:event_accept", args=[pk])
        accept = accept if is_waiting and not is_own else ""
        return {"edit": edit, "withdraw": withdraw, "accept": accept}

    def _verdict(self, verdict, row):
        """A verdict on ``row`` to be shown on a card, or None.

        What was accepted needs no word, but to its coder; visitors see no verdicts.
        """
        if not verdict or not self.user.is_authenticated:
            return None
        is_own = row.coder_id == self.user.pk
        if verdict.decision == Decision.ACCEPT and not is_own:
            return None
        return SimpleNamespace(
            decision=verdict.decision,
            done=Decision(verdict.decision).done,
            reason=verdict.reason,
            reviewer=verdict.reviewer,
            is_old=verdict.version + 1 != row.version,
        )

    def _verdicts_on(self, passages):
        """The verdicts that stand on the work on ``passages``, by kind and key.

        Work of version 1 was never reviewed, so nothing is looked up for it.
        """
        if not self.user.is_authenticated:
            return {}
        reviewed = defaultdict(list)
        for one in passages:
            reviewed["tagging"] += [each.pk for each in one.taggings if each.version > 1]
            for proof in one.proofs:
                kind, pk = _owner_of(proof)
                if proof.version > 1 and kind != "event":
                    reviewed[kind].append(pk)
        return latest_verdicts(reviewed)

    @functools.cached_property
    def threads(self):
        """All notes on the article and its passages, by what they are about."""
        notes = Note.objects.readable_by(self.user).filter(
            Q(passage__article=self.article) | Q(article=self.article)
        )
        return threads_by(("passage_id", "article_id"), notes)

    @functools.cached_property
    def shown(self):
        """Those of :attr:`marked` that pass the filters."""
        filters = self.filters
        branch = self.tags.branch(filters.tag) if filters.tag else None

        def passes(one):
            return (
                (not filters.mine or self.user.pk in one.coders())
                and (not filters.coder or filters.coder in one.coders())
                and (not filters.notes or one.threads)
                and (not filters.evidence or one.proofs)
                and (branch is None or any(each.tag_id in branch for each in one.taggings))
            )

        return [one for one in self.marked if passes(one)] if filters else self.marked

    @functools.cached_property
    def coders(self):
        """Everybody who said something, by key."""
        keys = set().union(*(one.coders() for one in self.everything))
        return User.objects.in_bulk(keys) if keys else {}

    @functools.cached_property
    def progress(self):
        """Who is at work on the article and who is done with it, for those who work here."""
        people = dict(self.coders)
        for thread in self.threads["article_id"][self.article.pk]:
            for note in (thread.note, *thread.replies):
                if not note.withdrawn_at:
                    people[note.author_id] = note.author
        return progress.progress(
            progress.completions_of([self.article], self.user), people.values(), self.user
        )

    # Counts, each of passages

    @functools.cached_property
    def counts(self):
        """Passages in all, with one's own work, with notes, by coder and by tag's branch."""
        by_coder, by_tag = Counter(), Counter()
        lineages = {pk: tag.lineage for pk, tag in self.tags.rows.items()}
        for one in self.marked:
            by_coder.update(one.coders())
            by_tag.update({key for each in one.taggings for key in lineages[each.tag_id]})
        return SimpleNamespace(
            all=len(self.marked),
            shown=len(self.shown),
            mine=by_coder[self.user.pk],
            notes=sum(bool(one.threads) for one in self.marked),
            evidence=sum(bool(one.proofs) for one in self.marked),
            by_coder=by_coder,
            by_tag=by_tag,
        )

    @functools.cached_property
    def outline(self):
        """The tags in tree order that are used here, with their counts and addresses."""
        used = [tag for tag in self.tags.tree if self.counts.by_tag.get(tag.pk)]
        above = {tag.parent_id for tag in used}
        return [
            SimpleNamespace(
                tag=tag,
                count=self.counts.by_tag[tag.pk],
                is_chosen=self.filters.tag == tag.pk,
                query=self.filters.as_query(tag=None if self.filters.tag == tag.pk else tag.pk)
                or "?",
                has_branch=tag.pk in above,
            )
            for tag in used
        ]

    @functools.cached_property
    def coder_choices(self):
        """Those who worked here with their counts, the busiest first."""
        return sorted(
            (
                SimpleNamespace(coder=coder, count=self.counts.by_coder[key])
                for key, coder in self.coders.items()
                if self.counts.by_coder[key]
            ),
            key=lambda one: (-one.count, str(one.coder)),
        )

    @functools.cached_property
    def palette_tags(self):
        """The tags one can choose from, as the palette's script reads them."""
        return [
            {
                "id": tag.pk,
                "name": tag.name,
                "definition": tag.definition,
                "path": tag.path,
                "colour": tag.shown_colour,
                "status": tag.status,
                "shortcut": tag.shortcut,
                "count": self.counts.by_tag.get(tag.pk, 0),
            }
            for tag in self.tags.tree
            if tag.status != "archived"
        ]

    # The text

    @functools.cached_property
    def footnotes(self):
        """The passages with notes by where their number stands on paper, in its order.

        That is behind the last of their words; those that end together share a number.
        """
        starts = [paragraph.start for paragraph in self.paragraphs]
        found = defaultdict(list)
        for one in self.shown:
            if one.threads:
                last = self.paragraphs[bisect.bisect_left(starts, one.end) - 1]
                found[min(one.end, last.end)].append(one)
        return dict(sorted(found.items()))

    @property
    def colour(self):
        """What the underlines show: tags, or for visitors, who see none, parties."""
        return self.filters.colour or ("tag" if self.user.is_authenticated else "party")

    @functools.cached_property
    def legend(self):
        """What the colours of parties or stances mean here: sign or mark, word, colour, count."""
        found = {}
        for one in self.shown:
            for key, row in {self._legend_entry(p) for p in one.proofs if p.position_id}:
                entry = found.setdefault(key, [*row, 0])
                entry[-1] += 1
        if self.colour == "stance":
            order = list(STANCES)
            keys = sorted(found, key=order.index)
        else:
            keys = sorted(found, key=lambda key: found[key][1])
        names = ("sign", "word", "colour", "count")
        return [SimpleNamespace(**dict(zip(names, found[key], strict=True))) for key in keys]

    def _legend_entry(self, proof):
        if self.colour == "stance":
            sign, colour = STANCES[proof.position__stance]
            return proof.position__stance, (sign, Stance(proof.position__stance).label, colour)
        name, mark = proof.position__party__name, proof.position__party__mark
        return proof.position__party_id, (mark, name, proof.position__party__colour)

    @staticmethod
    def _colours_of(one, colour, tags):
        if colour == "tag":
            keys = dict.fromkeys([each.tag_id for each in one.taggings])
            return tuple([tags[tag].shown_colour for tag in keys])
        positions = [proof for proof in one.proofs if proof.position_id]
        if colour == "party":
            return tuple(dict.fromkeys(one.position__party__colour for one in positions))
        return tuple(dict.fromkeys(STANCES[one.position__stance][1] for one in positions))

    def _reaching(self, paragraphs):
        """Those of :attr:`shown` that decide how ``paragraphs``, in order, look.

        That is those in them, and those before that share a line of underlines with them.
        """
        first, last = paragraphs[0].start, paragraphs[-1].end
        begin = busy = 0
        for place, one in enumerate(self.shown):
            if one.start >= last:
                return self.shown[begin:place]
            # Where no passage is open the underlines begin anew.
            if busy <= first and busy <= one.start:
                begin = place
            busy = max(busy, one.end)
        return self.shown[begin:]

    def _drawn(self, paragraphs):
        shown = self._reaching(paragraphs) if paragraphs else []
        colour = self.colour
        has_tags = colour == "tag" and any(one.taggings for one in shown)
        tags = self.tags.rows if has_tags else {}
        footnotes = {one.pk: at for at, noted in self.footnotes.items() for one in noted}
        drawn = [
            drawing.Drawn(
                one.pk,
                one.start,
                one.end,
                self._colours_of(one, colour, tags),
                self.target is not None and one.pk == self.target.pk,
                footnotes.get(one.pk),
            )
            for one in shown
        ]
        if self.target and all(one.pk != self.target.pk for one in drawn):
            drawn.append(
                drawing.Drawn(self.target.pk, self.target.start, self.target.end, ("target",), True)
            )
        for anchor, start, end in self.found:
            drawn.append(drawing.Drawn(0, start, end, anchor=anchor))
        drawn.sort(key=lambda one: (one.start, -one.end))
        return drawn

    def paragraphs_drawn(self, paragraphs):
        """The ``<p>`` of each of ``paragraphs`` with its marks, by its number."""
        drawn = drawing.paragraphs_as_html(paragraphs, self._drawn(paragraphs))
        return {
            paragraph.number: mark_safe(  # noqa: S308 - drawing escapes the text
                f'<p id="p{paragraph.number}" class="{paragraph.kind}"'
                f' data-start="{paragraph.start}" data-end="{paragraph.end}">{html}</p>'
            )
            for paragraph, html in zip(paragraphs, drawn, strict=True)
        }

    def text_as_html(self):
        """The whole text: what stands between paragraphs stays as it is."""
        drawn = self.paragraphs_drawn(self.paragraphs)
        pieces = []
        at = 0
        for paragraph in self.paragraphs:
            pieces += [self.article.text[at : paragraph.start], drawn[paragraph.number]]
            at = paragraph.end
        pieces.append(self.article.text[at:])
        return format_html_join("", "{}", ((piece,) for piece in pieces))

    def paragraphs_of(self, passages):
        """The paragraphs that ``passages`` (with start and end) touch, in reading order."""
        return [
            paragraph
            for paragraph in self.paragraphs
            if any(
                passage.start < paragraph.end and paragraph.start < passage.end
                for passage in passages
            )
        ]

    # The margin

    @functools.cached_property
    def parts(self):
        """The lists of cards, each for :data:`PART` code points of text."""
        found = [
            SimpleNamespace(
                number=number,
                start=start,
                end=start + PART,
                count=0,
                cards=None,
                query=self.filters.as_query(part=number),
            )
            for number, start in enumerate(range(0, len(self.article.text), PART))
        ]
        for one in self.shown:
            found[one.start // PART].count += 1
        return found

    def part(self, number, changed=None):
        """The list of cards of that number, with its cards.

        Given the keys of the passages that ``changed``, the other cards are only named: they are
        kept as the page has them.
        """
        part = self.parts[number]
        here = [one for one in self.shown if one.start // PART == number]
        drawn = here if changed is None else [one for one in here if one.pk in changed]
        cards = self._cards(drawn)
        part.cards = [cards.get(one.pk) or SimpleNamespace(pk=one.pk, is_kept=True) for one in here]
        return part

    def _cards(self, passages):
        """The cards of those of :attr:`shown`, by key."""
        verdicts = self._verdicts_on(passages)
        return {one.pk: self._card(one, verdicts) for one in passages}

    def _card(self, one, verdicts):
        by_tag = {}
        for tagging in one.taggings:
            chip = by_tag.setdefault(
                tagging.tag_id,
                SimpleNamespace(tag=self.tags.rows[tagging.tag_id], coders=[], own=None),
            )
            chip.coders.append(self.coders[tagging.coder_id])
            if tagging.coder_id == self.user.pk:
                chip.own = tagging
        is_mine = self.user.pk in one.coders()
        return SimpleNamespace(
            pk=one.pk,
            start=one.start,
            end=one.end,
            quote=self.article.text[one.start : one.end],
            chips=list(by_tag.values()),
            verdicts=[
                (each, self.tags.rows[each.tag_id], verdict)
                for each in one.taggings
                if (verdict := self._verdict(verdicts.get(("tagging", each.pk)), each))
            ],
            threads=one.threads,
            proofs=self._proofs_of(one, verdicts),
            is_mine=is_mine,
        )

    def _proofs_of(self, one, verdicts):
        """What a passage proves, each once with all the roles it has in it."""
        found = {}
        for proof in one.proofs:
            owner = _owner_of(proof)
            if owner not in found:
                found[owner] = self._shown_proof(proof, verdicts)
            found[owner].roles.append(EvidenceRole(proof.role).label.lower())
        return list(found.values())

    @property
    def article_threads(self):
        """The notes on the article itself."""
        return self.threads["article_id"].get(self.article.pk, [])

    # What changed

    @functools.cached_property
    def cursor(self):
        """The last act on this article that this person may know of."""
        if "last_act" in vars(self.article):
            return self.article.last_act or 0
        return _last_act(self.user, self.article).first() or 0

    def as_changes(self):
        """All there is, as :meth:`changes_since` gives it: for a page that knows what is not so.

        Such as one that was open while a backup was restored, or something purged.
        """
        return SimpleNamespace(
            cursor=self.cursor,
            has_new_tags=True,
            has_notes=True,
            has_versions=False,
            paragraphs=self.paragraphs_drawn(self.paragraphs).items(),
            parts=[self.part(number) for number in range(len(self.parts))],
        )

    def changes_since(self, cursor):
        """What looks different since act ``cursor``: paragraphs, lists of cards, the last act.

        Returns None if nobody did anything that this person may know of.
        """
        acts = list(
            Act.objects.visible_to(self.user)
            .reaching(self.article)
            .filter(pk__gt=cursor)
            .annotate(
                has_new_tags=Q(changes__contains=[{"model": "tag"}]),
                has_notes=Q(changes__contains=[{"model": "note"}]),
                has_versions=Q(also_on__isnull=False, changes__contains=[{"model": "article"}]),
            )
            .order_by("pk")
            .values_list("pk", "passages", "has_new_tags", "has_notes", "has_versions", named=True)
        )
        if not acts:
            return None
        touched = {pk for act in acts for pk in act.passages}
        seen = Passage.objects.visible_to(self.user)
        passages = list(seen.filter(pk__in=touched, article=self.article))
        numbers = {passage.start // PART for passage in passages}
        return SimpleNamespace(
            cursor=acts[-1].pk,
            has_new_tags=any(act.has_new_tags for act in acts),
            has_notes=any(act.has_notes for act in acts),
            has_versions=any(act.has_versions for act in acts),
            paragraphs=self.paragraphs_drawn(self.paragraphs_of(passages)).items(),
            parts=[self.part(number, touched) for number in sorted(numbers)],
        )


def _of_owner(name):
    """A field of whatever a piece of evidence proves something of."""
    return Coalesce(*(f"{owner}__{name}" for owner in ("position", "outcome_report", "event")))


def _owner_of(proof):
    """The kind and the key of what a row of :attr:`Reading.proofs` proves something of."""
    if proof.position_id:
        return "position", proof.position_id
    if proof.outcome_report_id:
        return "outcome_report", proof.outcome_report_id
    return "event", proof.event_id


def threads_by(keys, notes):
    """Notes with their replies: for each of ``keys``, lists by what they are about.

    A key is the field of what a note is about, such as "passage_id".
    """
    chosen = notes.values("pk")
    found = (
        Note.objects.filter(Q(pk__in=chosen) | Q(parent__in=chosen, withdrawn_at=None))
        .annotate(
            start=F("passage__start"),
            end=F("passage__end"),
            mentioned=Notice.objects.of_notes(),
        )
        .select_related("author")
        .in_thread_order()
    )
    roots, replies = [], defaultdict(list)
    for note in found:
        if note.parent_id:
            replies[note.parent_id].append(note)
        else:
            roots.append(note)
    found = {key: defaultdict(list) for key in keys}
    for note in roots:
        thread = SimpleNamespace(note=note, replies=replies[note.pk])
        for key in keys:
            if about := getattr(note, key):
                found[key][about].append(thread)
    return found


def with_what_is_known(articles, user, count=60):
    """``articles`` with ``last_act``, see :attr:`Reading.cursor`, and ``recent``.

    These are the keys of the tags of ``user``'s last taggings, newest first. Both are read with
    the article: before all that is drawn of it, so that nobody's act falls in between.
    """
    recent = (
        Tagging.objects.filter(coder=user.pk)
        .exclude(tag__status="archived")
        .order_by("-pk")
        .values_list("tag_id", flat=True)[:count]
    )
    return articles.annotate(
        last_act=Subquery(_last_act(user, OuterRef("pk"))[:1]), recent=ArraySubquery(recent)
    )


def _last_act(user, article):
    acts = Act.objects.visible_to(user).reaching(article).order_by("-pk")
    return acts.values_list("pk", flat=True)


def recent_tags(article, count=6):
    """The keys of the tags that one put on passages last, each once; see `with_what_is_known`."""
    return list(dict.fromkeys(article.recent))[:count]
