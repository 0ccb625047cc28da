"""Removing something for good, with all that hangs on it and from the history too.

For what the law wants gone. Everything else is withdrawn, archived or deactivated, and kept.
"""

import hashlib
import json
from collections import Counter, defaultdict

from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Q

from accounts.models import Digest, SignInLink, User
from history.models import Tombstone
from history.roles import history_models
from history.triggers import DOOR
from talks.models import (
    Article,
    Event,
    Evidence,
    Original,
    OutcomeReport,
    Passage,
    Position,
)

from .models import Act, ActKind, Draft, Note, Review, SavedSearch, Tagging
from .models_search import EntryKind, SearchEntry

KINDS = {
    "note": Note,
    "tagging": Tagging,
    "position": Position,
    "outcome report": OutcomeReport,
    "passage": Passage,
    "article": Article,
    "account": User,
}
# Keys that are let go rather than taken along: neither the newer text nor another paper's goes.
# The newer text supersedes what the one that goes superseded, if it did.
LET_GO = {(Article, "supersedes"), (Article, "variant_of")}


class Plan:
    """What would go with one object: keys of rows by model, those that nothing points at first."""

    def __init__(self, kind, row):
        self.kind = kind
        self.row = row
        self.keys = defaultdict(set)
        self.let_go = []
        self.thinned = set()
        if kind != "account":
            self._take(type(row), {row.pk})
            if kind == "passage":
                self._take(Draft, _drafts_with(row))
            self._take_files()
            self._take_acts()

    def _take(self, model, keys):
        """Take rows, and then all rows that point at them."""
        keys = set(keys) - self.keys[model]
        if not keys:
            return
        self.keys[model] |= keys
        for relation in model._meta.get_fields(include_hidden=True):
            if not (relation.one_to_many or relation.one_to_one) or relation.concrete:
                continue
            field = relation.field
            holder = relation.related_model
            if holder in history_models().values():
                continue
            if (holder, field.name) in LET_GO:
                self.let_go.append((holder, field, keys))
                continue
            self._take(holder, _pointing(holder, field, keys))
        if model is Evidence:
            self._take_what_rests_on(keys)

    def _take_what_rests_on(self, keys):
        """What is proven by words that go goes too; an event, where nothing else proves it."""
        for model in (Position, OutcomeReport):
            self._take(model, _values(model.objects.filter(evidence__in=keys)))
        events = Event.objects.filter(evidence__in=keys)
        still_proven = Evidence.objects.exclude(pk__in=self.keys[Evidence]).exclude(event=None)
        self._take(Event, _values(events.exclude(pk__in=still_proven.values("event"))))

    def _take_files(self):
        """The files that articles which go were read from, unless others were read from them."""
        going = self.keys.get(Article)
        if going:
            files = _files_of(Article.objects.filter(pk__in=going))
            others = Article.objects.filter(original__in=files).exclude(pk__in=going)
            self._take(Original, files - _files_of(others))

    def _take_acts(self):
        """Acts hold words of the rows that they touched.

        One that made a version of the codebook stays without them: what was made stands there.
        """
        touched = Q()
        for model, keys in list(self.keys.items()):
            for key in keys:
                touched |= Q(changes__contains=[{"model": model._meta.model_name, "pk": key}])
        if self.kind == "passage":  # also of tags and notes that were carried on since
            touched |= Q(passages__contains=[self.row.pk])
        if touched:
            acts = Act.objects.filter(touched)
            self.thinned = _values(acts.filter(codebook_version__isnull=False))
            self._take(Act, _values(acts) - self.thinned)
            self.thinned -= self.keys[Act]

    @property
    def counts(self):
        """How many rows of each kind, those of the history last."""
        found = Counter()
        for model, keys in self.keys.items():
            name = str(model._meta.verbose_name)
            found[name] += model._base_manager.filter(pk__in=keys).count()
            if history := history_models().get(model):
                found["states in the history"] += history.objects.filter(
                    pgh_obj_id__in=keys
                ).count()
        last = {"states in the history": found.pop("states in the history", 0)}
        return {name: count for name, count in sorted(found.items()) if count} | last


def _drafts_with(passage):
    """The drafts that quote a passage among their evidence: their keys."""
    found = set()
    span = str(passage.start), str(passage.end)
    for draft in Draft.objects.filter(article=passage.article_id):
        starts, ends, words = (
            draft.data.get(f"evidence_{name}", []) for name in ("start", "end", "exact")
        )
        if span in zip(starts, ends, strict=False) or passage.exact in words:
            found.add(draft.pk)
    return found


def _files_of(articles):
    return set(articles.exclude(original=None).order_by().values_list("original_id", flat=True))


def _values(rows):
    return set(rows.order_by().values_list("pk", flat=True).distinct())


def _pointing(holder, field, keys):
    """The keys of rows that point at ``keys``, and of such as are left in the history alone."""
    found = _values(holder._base_manager.filter(**{f"{field.name}__in": keys}))
    if history := history_models().get(holder):
        states = history.objects.filter(**{f"{field.attname}__in": keys})
        past = set(states.order_by().values_list("pgh_obj_id", flat=True).distinct())
        found |= past - _values(holder._base_manager.filter(pk__in=past))
    return found


@transaction.atomic
def purge(plan, by, reason):
    """Do it, and leave a tombstone; only the owner of the database can."""
    if plan.kind == "account":
        return _purge_account(plan.row, by, reason)
    digest = hashlib.sha256()
    counts = plan.counts
    stone = _stone(plan, by, reason)
    for holder, field, keys in plan.let_go:  # while the history still sees it
        if field.name == "supersedes":
            _close_ranks(keys)
        holder._base_manager.filter(**{f"{field.name}__in": keys}).update(**{field.name: None})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        tables = sorted(model._meta.db_table for model in {*plan.keys, Act, Article, Review})
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _thin_out(plan)
        if plan.kind == "passage":
            _unquote(plan)
        for model, keys in sorted(plan.keys.items(), key=lambda one: one[0]._meta.label):
            rows = model._base_manager.filter(pk__in=keys).order_by("pk")
            digest.update(_written(model, rows))
            cursor.execute(
                f'DELETE FROM "{model._meta.db_table}" WHERE "{model._meta.pk.column}" = ANY(%s)',  # noqa: S608
                [list(keys)],
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    _forget(plan.keys)
    _end_finding(plan.keys)
    stone.rows = counts
    stone.sha256 = digest.hexdigest()
    stone.save()
    return stone


def _close_ranks(keys):
    """Have the newer text supersede the one before a text that goes, which else counts again."""
    going = Article.objects.filter(pk__in=keys)
    older = going.values_list("supersedes", flat=True).first()
    newer = list(Article.objects.filter(supersedes__in=keys).values_list("pk", flat=True))
    going.update(supersedes=None)
    Article.objects.filter(pk__in=newer).update(supersedes=older)


def _thin_out(plan):
    """Take what goes out of the acts that stay, with words of it in their summaries."""
    gone = {(model._meta.model_name, key) for model, keys in plan.keys.items() for key in keys}
    for act in Act.objects.filter(pk__in=plan.thinned):
        act.changes = [row for row in act.changes if (row["model"], row["pk"]) not in gone]
        act.passages = [key for key in act.passages if key not in plan.keys[Passage]]
        if act.kind != ActKind.CODEBOOK:
            act.summary = "Did something that was removed for good"
        act.save(update_fields=["changes", "passages", "summary"])


def _unquote(plan):
    """Take a passage's words out of the verdicts on what stood there and was carried on since."""
    histories = history_models()
    there = histories[Tagging].objects.filter(passage_id=plan.row.pk)
    judged = Q(tagging__in=there.values("pgh_obj_id"))
    proofs = histories[Evidence].objects.filter(passage_id=plan.row.pk)
    for name in ("position", "outcome_report"):
        judged |= Q(**{f"{name}__in": proofs.values(f"{name}_id")})
    words = f"“{plan.row.exact}”"
    for review in Review.objects.filter(judged).exclude(pk__in=plan.keys[Review]):
        said = {label: text.replace(words, "“…”") for label, text in review.judged.items()}
        if said != review.judged:
            Review.objects.filter(pk=review.pk).update(judged=said)
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL {DOOR} = 'open'")
                histories[Review].objects.filter(pgh_obj_id=review.pk).update(judged=said)
                cursor.execute(f"SET LOCAL {DOOR} = ''")


def _end_finding(keys):
    """Take out of the search what its own triggers would have, had they not been off."""
    for model, gone in keys.items():
        if model._meta.model_name in EntryKind:
            SearchEntry.objects.filter(kind=model._meta.model_name, object_id__in=gone).delete()


def _written(model, rows):
    fields = [field.attname for field in model._meta.concrete_fields]
    written = [model._meta.label, list(rows.values(*fields))]
    return json.dumps(written, cls=_Encoder, sort_keys=True).encode()


class _Encoder(DjangoJSONEncoder):
    def default(self, value):
        return value.hex() if isinstance(value, bytes | memoryview) else _plain(self, value)


def _plain(encoder, value):
    try:
        return DjangoJSONEncoder.default(encoder, value)
    except TypeError:
        return str(value)


def _stone(plan, by, reason):
    row = plan.row
    address = row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
    see = getattr(type(row).objects, "visible_to", None)
    seen = see is not None and see(AnonymousUser()).filter(pk=row.pk).exists()
    return Tombstone(
        kind=plan.kind, key=row.pk, address=address, was_public=seen, by=by, reason=reason
    )


def _forget(keys):
    """Take all states of these rows out of the history."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {DOOR} = 'open'")
        for model, pks in keys.items():
            if history := history_models().get(model):
                cursor.execute(
                    f'DELETE FROM "{history._meta.db_table}" WHERE pgh_obj_id = ANY(%s)',  # noqa: S608
                    [list(pks)],
                )
        cursor.execute(f"SET LOCAL {DOOR} = ''")


def _purge_account(account, by, reason):
    """Take what is personal from an account; its work stays, under a number."""
    counts = {"account": 1}
    # What nobody else has ever seen.
    for model, whose in (
        (SignInLink, "user"), (Digest, "user"), (SavedSearch, "owner"), (Draft, "coder"),
    ):  # fmt: skip
        gone, _ = model.objects.filter(**{whose: account}).delete()
        counts[str(model._meta.verbose_name_plural)] = gone
    written = _written(User, User.objects.filter(pk=account.pk))
    account.username = f"removed-{account.pk}"
    account.name = f"Removed account {account.pk}"
    account.is_active = False
    account.version += 1
    account.session_epoch += 1
    account.set_unusable_password()
    _forget({User: {account.pk}})
    account.save()
    # What is left of the account begins with this state.
    return Tombstone.objects.create(
        kind="account",
        key=account.pk,
        by=by,
        reason=reason,
        rows=counts,
        sha256=hashlib.sha256(written).hexdigest(),
    )
