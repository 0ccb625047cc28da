"""What was done to something, and by whom: entries made of the states that the history keeps."""

import datetime
from collections import defaultdict
from types import SimpleNamespace

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import User
from history.roles import history_models
from history.tracking import CHANGED, CREATED, DELETED, FOUND
from history.triggers import kept_fields
from talks import differences
from talks.models import (
    Affiliation,
    Article,
    Event,
    EventParticipation,
    Evidence,
    Issue,
    Keeper,
    Outcome,
    OutcomeReport,
    OutcomeStance,
    Participation,
    Party,
    Passage,
    Person,
    Position,
    Proposition,
    Round,
    WorkStatus,
)
from talks.text import first_words

from .models import (
    Act,
    Codebook,
    Completion,
    Note,
    Review,
    ReviewTakenBack,
    Tag,
    Tagging,
    Visibility,
)

PAGE = 50

# The kinds of things that have a history, as addresses and people call them.
KINDS = {
    "article": Article,
    "passage": Passage,
    "tagging": Tagging,
    "note": Note,
    "position": Position,
    "outcome-report": OutcomeReport,
    "stance": OutcomeStance,
    "evidence": Evidence,
    "review": Review,
    "verdict-taken-back": ReviewTakenBack,
    "event": Event,
    "event-participation": EventParticipation,
    "outcome": Outcome,
    "tag": Tag,
    "codebook": Codebook,
    "round": Round,
    "participation": Participation,
    "party": Party,
    "person": Person,
    "office": Affiliation,
    "issue": Issue,
    "proposition": Proposition,
    "account": User,
    "completion": Completion,
}
NAMES = {
    "completion": "word that one is done",
    "stance": "party’s stance on an outcome",
    "event-participation": "part in an event",
    "participation": "role in a round",
}
VERBS = {CREATED: "made", CHANGED: "changed", DELETED: "deleted", FOUND: "was there"}
# What says nothing to a reader: keys, counts of versions, times that the entry has anyway.
UNTOLD = {
    "id", "version", "sha256", "prefix", "suffix", "created_at", "loaded_at", "edited_at",
    "withdrawn_at", "word_count", "session_epoch", "start", "end", "judged", "coder_version",
    "last_act",
}  # fmt: skip


def name_of(kind):
    return NAMES.get(kind, kind.replace("-", " "))


def address_of(kind, key):
    """Where the history of one object is."""
    return reverse(f"annotations:{kind.replace('-', '_')}_history", args=[key])


def address_of_row(row):
    """Where the history of a row is; none for a row that is still to be made, or None."""
    if row is None or row.pk is None:
        return ""
    kind = next(kind for kind, model in KINDS.items() if model is type(row))
    return address_of(kind, row.pk)


def states_of(kind):
    return history_models()[KINDS[kind]].objects.all()


# What hangs on what: for an object of a kind, the states of each kind that belong to its history.


def _keys(kind, **by):
    return states_of(kind).filter(**by).values("pgh_obj_id")


def _of_passages(passages):
    """What stands on passages or once did, so that it is told where it went."""
    on_them = {"passage_id__in": passages}
    notes = _keys("note", **on_them)
    return {
        "tagging": Q(pgh_obj_id__in=_keys("tagging", **on_them)),
        "evidence": Q(pgh_obj_id__in=_keys("evidence", **on_them)),
        "note": Q(pgh_obj_id__in=notes) | Q(parent_id__in=notes),
    }


def _of_verdicts(**on):
    reviews = _keys("review", **on)
    return {"review": Q(pgh_obj_id__in=reviews), "verdict-taken-back": Q(review_id__in=reviews)}


def _of_position(keys):
    return {
        "position": Q(pgh_obj_id__in=keys),
        "evidence": Q(position_id__in=keys),
        **_of_verdicts(position_id__in=keys),
    }


def _of_report(keys):
    return {
        "outcome-report": Q(pgh_obj_id__in=keys),
        "stance": Q(report_id__in=keys),
        "evidence": Q(outcome_report_id__in=keys),
        **_of_verdicts(outcome_report_id__in=keys),
    }


def _of_events(keys):
    return {
        "event": Q(pgh_obj_id__in=keys),
        "event-participation": Q(event_id__in=keys),
        "evidence": Q(event_id__in=keys),
    }


def _of_article(key):
    passages = _keys("passage", article_id=key)
    proofs = states_of("evidence").filter(passage_id__in=passages).exclude(event_id=None)
    found = [
        {
            "article": Q(pgh_obj_id=key),
            "completion": Q(article_id=key),
            "passage": Q(article_id=key),
        },
        _of_passages(passages),
        {"note": Q(article_id=key) | Q(parent_id__in=_keys("note", article_id=key))},
        _of_position(_keys("position", article_id=key)),
        _of_report(_keys("outcome-report", article_id=key)),
        _of_events(proofs.values("event_id")),
        _of_verdicts(tagging_id__in=_keys("tagging", passage_id__in=passages)),
    ]
    return _together(found)


def _together(found):
    together = defaultdict(Q)
    for one in found:
        for kind, condition in one.items():
            together[kind] |= condition
    return dict(together)


def scope(kind, key):
    """The conditions, by kind, of all states that belong to the history of one object."""
    own = {kind: Q(pgh_obj_id=key)}
    if kind == "article":
        return _of_article(key)
    more = {
        "passage": lambda: _of_passages([key]),
        "tagging": lambda: _of_verdicts(tagging_id=key),
        "note": lambda: {"note": Q(pgh_obj_id=key) | Q(parent_id=key)},
        "position": lambda: _of_position([key]),
        "outcome-report": lambda: _of_report([key]),
        "tag": lambda: {
            "tagging": Q(pgh_obj_id__in=_keys("tagging", tag_id=key)),
            "note": Q(tag_id=key),
        },
        "outcome": lambda: _of_report(_keys("outcome-report", outcome_id=key)),
        "event": lambda: _of_events([key]),
        "round": lambda: {"participation": Q(round_id=key)},
        "person": lambda: {"office": Q(person_id=key)},
    }
    return _together([own, more[kind]()]) if kind in more else own


# What of it somebody may see. What is private stays so in the past, and what was stays so too.


def visible(kind, states, user):
    """Those of ``states`` that ``user``, who works here, may see."""
    states = of_visible(kind, states, user)
    if kind == "passage":
        # That words became a passage by somebody's private note stays private once they are open.
        secret = Keeper.objects.filter(passage=OuterRef("pgh_obj_id"), user=OuterRef("pgh_user"))
        states = states.filter(Q(pgh_user=user) | ~Exists(secret))
    return states


def of_visible(kind, states, user):
    """Those of ``states`` that are of what ``user``, who works here, may see."""
    if kind == "account":
        return states if user.may_administer else states.none()
    if kind == "note":
        hidden = Note.objects.filter(visibility=Visibility.PRIVATE).exclude(author=user)
        states = states.filter(Q(visibility=Visibility.TEAM) | Q(author=user))
        states = states.exclude(pgh_obj_id__in=hidden.values("pk"))
    elif kind in {"position", "outcome-report"}:
        states = states.filter(~Q(work_status=WorkStatus.DRAFT) | Q(coder=user))
        states = states.exclude(pgh_obj_id__in=_drafts(KINDS[kind], user))
    elif kind == "stance":
        states = states.exclude(report_id__in=_drafts(OutcomeReport, user))
    elif kind == "evidence":
        states = states.exclude(position_id__in=_drafts(Position, user))
        states = states.exclude(outcome_report_id__in=_drafts(OutcomeReport, user))
    elif kind == "passage":
        seen = Passage.objects.visible_to(user).filter(pk=OuterRef("pgh_obj_id"))
        states = states.filter(Exists(seen))
    return states if user.may_administer else _in_published(kind, states)


def _drafts(model, user):
    drafts = model.objects.filter(work_status=WorkStatus.DRAFT).exclude(coder=user)
    return drafts.values("pk")


def _in_published(kind, states):
    """Without what belongs to articles that are drafts now."""
    drafts = Article.objects.filter(status="draft")
    in_drafts = Passage.objects.filter(article__in=drafts)
    # A page of history asks for every kind, and to put a condition together takes its time.
    by = {
        "article": lambda: [("pgh_obj_id", drafts)],
        "completion": lambda: [("article_id", drafts)],
        "passage": lambda: [("article_id", drafts)],
        "tagging": lambda: [("passage_id", in_drafts)],
        "evidence": lambda: [("passage_id", in_drafts)],
        "position": lambda: [("article_id", drafts)],
        "outcome-report": lambda: [("article_id", drafts)],
        "note": lambda: [
            ("article_id", drafts),
            ("passage_id", in_drafts),
            ("parent_id", Note.objects.filter(Q(article__in=drafts) | Q(passage__in=in_drafts))),
        ],
        "stance": lambda: [("report_id", OutcomeReport.objects.filter(article__in=drafts))],
        "review": lambda: [("pgh_obj_id", _reviews_in(drafts, in_drafts))],
        "verdict-taken-back": lambda: [("review_id", _reviews_in(drafts, in_drafts))],
        "event": lambda: [("pgh_obj_id", _events_in(drafts))],
        "event-participation": lambda: [("event_id", _events_in(drafts))],
        "outcome": lambda: [("pgh_obj_id", _outcomes_in(drafts))],
    }
    for field, hidden in by.get(kind, list)():
        # NOT IN is unknown, and so false, where the field is empty.
        states = states.filter(Q(**{field: None}) | ~Q(**{f"{field}__in": hidden.values("pk")}))
    return states


def _reviews_in(drafts, in_drafts):
    return Review.objects.filter(
        Q(tagging__passage__in=in_drafts)
        | Q(position__article__in=drafts)
        | Q(outcome_report__article__in=drafts)
    )


def _events_in(drafts):
    return _only_in(drafts, Event, Evidence.objects.filter(event=OuterRef("pk")), "passage__")


def _outcomes_in(drafts):
    return _only_in(drafts, Outcome, OutcomeReport.objects.filter(outcome=OuterRef("pk")))


def _only_in(drafts, model, telling, to=""):
    """The rows of a model that no article but ``drafts`` tells of; ``to`` leads there."""
    in_drafts = telling.filter(**{f"{to}article__in": drafts})
    return model.objects.filter(
        Exists(in_drafts), ~Exists(telling.exclude(**{f"{to}article__in": drafts}))
    )


# A page of entries


def entries(conditions, user, *, since=None, until=None, kind="", person=None, before=None):
    """A page of entries, newest first, and the cursor of the next one (or None).

    ``conditions`` are what :func:`scope` gives; ``before`` is the cursor of the page before.
    """
    wanted = []
    for number, one in enumerate(KINDS):
        if one not in conditions or (kind and one != kind):
            continue
        states = visible(one, states_of(one).filter(conditions[one]), user)
        if since:
            states = states.filter(pgh_created_at__gte=since)
        if until:
            states = states.filter(pgh_created_at__lt=until)
        if person is not None:
            states = states.filter(pgh_user=person)
        if before:
            states = states.filter(_older(number, before))
        row = states.annotate(nth=Value(number, output_field=models.IntegerField()))
        wanted.append(row.order_by().values_list("pgh_created_at", "nth", "pgh_id"))
    if not wanted:
        return [], None
    order = ("-pgh_created_at", "-nth", "-pgh_id")
    first, *others = wanted
    keys = list((first.union(*others, all=True) if others else first).order_by(*order)[: PAGE + 1])
    cursor = _cursor(keys[PAGE - 1]) if len(keys) > PAGE else None
    return _Entries(keys[:PAGE], user).entries, cursor


def _older(number, before):
    at, kind, key = before
    same = Q(pgh_created_at=at)
    if number == kind:
        same &= Q(pgh_id__lt=key)
    elif number > kind:
        return Q(pgh_created_at__lt=at)
    return Q(pgh_created_at__lt=at) | same


def _cursor(row):
    at, kind, key = row
    return f"{at.astimezone(datetime.UTC):%Y%m%dT%H%M%S.%fZ}~{kind}~{key}"


def read_cursor(text):
    """The place that a cursor names; ValueError where it names none."""
    at, kind, key = text.split("~")
    at = datetime.datetime.strptime(at, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=datetime.UTC)
    if not 0 <= int(kind) < len(KINDS) or not 0 < int(key) < 2**63:
        raise ValueError
    return at, int(kind), int(key)


class _Entries:
    """The entries of some states, with what was before, in words, read in few queries."""

    def __init__(self, keys, user):
        self.user = user
        self.states = self._states(keys)
        self.names = self._names()
        self.acts = self._acts()
        self.entries = [self._entry(*one) for one in self.states]

    def _states(self, keys):
        """(kind, state, the state before it) of each key, in order."""
        kinds = list(KINDS)
        by_kind = defaultdict(list)
        for _, number, key in keys:
            by_kind[number].append(key)
        found = {}
        for number, pks in by_kind.items():
            states = states_of(kinds[number])
            older = states.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
            last = Subquery(older.order_by("-pgh_id").values("pgh_id")[:1])
            rows = list(states.filter(pk__in=pks).select_related("pgh_user").annotate(last=last))
            before = visible(kinds[number], states, self.user).in_bulk(
                [row.last for row in rows if row.last]
            )
            for row in rows:
                found[number, row.pk] = (kinds[number], row, before.get(row.last))
        return [found[number, key] for _, number, key in keys]

    def _names(self):
        """What the keys in all these states are called, by model."""
        wanted = defaultdict(set)
        for _, state, before in self.states:
            for row in filter(None, (state, before)):
                for field in kept_fields(type(row)):
                    if field.is_relation and (key := getattr(row, field.attname)):
                        wanted[field.related_model].add(key)
        return {model: _called(model, keys, self.user) for model, keys in wanted.items()}

    def _acts(self):
        """One's own acts of these states that can still be undone, by key."""
        keys = {(state.pgh_context or {}).get("act") for _, state, _ in self.states} - {None}
        acts = Act.objects.filter(actor=self.user, key__in=keys, undone_by=None)
        return {str(act.key): act for act in acts.defer("changes")} if keys else {}

    def _entry(self, kind, state, before):
        context = state.pgh_context or {}
        act = self.acts.get(context.get("act"))
        return SimpleNamespace(
            kind=kind,
            name=name_of(kind),
            address=address_of(kind, state.pgh_obj_id),
            state=state,
            at=state.pgh_created_at,
            verb=_verb(state, before),
            title=self._title(kind, state),
            changes=self._changes(state, before),
            who=state.pgh_user,
            command=context.get("command", ""),
            request=context.get("request", ""),
            role=state.pgh_role,
            act=act,
        )

    def _title(self, kind, state):
        """What the row is called, from its own words or from what it ties together."""
        words = [
            self._value(state, field)
            for field in kept_fields(type(state))
            if field.name in TITLES.get(kind, ("name", "title", "text"))
        ]
        return " · ".join(first_words(word)[:160] for word in words if word)

    def _changes(self, state, before):
        """For each field that differs: its name and the pieces of both wordings."""
        if state.pgh_label not in {CREATED, CHANGED}:
            return []
        if state.pgh_label == CHANGED and before is None:
            return []
        found = []
        for field in kept_fields(type(state)):
            if field.name in UNTOLD or (
                field.name == "text" and type(state)._meta.model_name == "articlehistory"
            ):
                continue
            old = self._value(before, field) if before is not None else ""
            new = self._value(state, field)
            if old != new:
                name = str(field.verbose_name)
                found.append((name[:1].upper() + name[1:], differences.differences(old, new)))
        return found

    def _value(self, row, field):
        """A field's value in words."""
        value = getattr(row, field.attname)
        if value is None or value == "":
            return ""
        if field.is_relation:
            return self.names[field.related_model].get(value, f"{field.verbose_name} {value}")
        if field.choices:
            return str(dict(field.flatchoices).get(value, value)).lower()
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, datetime.datetime):
            return date_format(value, "j M Y, H:i:s")
        if isinstance(value, datetime.date):
            return date_format(value, "j M Y")
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, dict):
            return "; ".join(f"{name}: {one}" for name, one in value.items())
        return str(value)


TITLES = {
    "completion": ("coder", "article"),
    "passage": ("exact",),
    "tagging": ("tag", "passage"),
    "position": ("party", "stance", "proposition"),
    "evidence": ("passage", "role"),
    "outcome-report": ("outcome", "status"),
    "stance": ("party", "stance"),
    "review": ("decision", "reason"),
    "verdict-taken-back": ("by",),
    "event-participation": ("party", "role"),
    "participation": ("party", "role"),
    "office": ("person", "title"),
    "account": ("username", "name"),
    "article": ("title",),
}


def _verb(state, before):
    withdrawn = getattr(state, "withdrawn_at", None)
    was_withdrawn = before is not None and getattr(before, "withdrawn_at", None)
    if state.pgh_label == CHANGED and withdrawn and not was_withdrawn:
        return "withdrew"
    if state.pgh_label == CHANGED and was_withdrawn and not withdrawn:
        return "brought back"
    return VERBS[state.pgh_label]


def _called(model, keys, user):
    """What rows are called, by key; of a note that ``user`` may not read only that it is one."""
    if model is Passage:
        rows = Passage.objects.filter(pk__in=keys).values_list("pk", "exact")
        return {key: f"“{first_words(exact)[:120]}”" for key, exact in rows}
    if model is Article:
        return {one.pk: one.headline for one in Article.objects.for_lists().filter(pk__in=keys)}
    if model is Note:
        rows = Note.objects.visible_to(user).filter(pk__in=keys)
        return {one.pk: f"“{first_words(one.text)[:120]}”" for one in rows}
    rows = model._default_manager.filter(pk__in=keys)
    joined = {
        Position: ["party", "proposition"], Affiliation: ["person", "party"],
        OutcomeReport: ["outcome"], Tagging: ["tag"], Review: ["reviewer"],
    }  # fmt: skip
    if model in joined:
        rows = rows.select_related(*joined[model])
    if model is Tagging:
        return {one.pk: one.tag.name for one in rows}
    if model is Review:
        return {one.pk: f"{one.get_decision_display().lower()} by {one.reviewer}" for one in rows}
    return {one.pk: str(one) for one in rows}


def everything():
    """The conditions of all states of all kinds."""
    return {kind: Q() for kind in KINDS}


def called(kind, state, user):
    """What an object is called, as one of its states has it."""
    return _Entries([(None, list(KINDS).index(kind), state.pk)], user).entries[0].title
