"""Carrying what was said about a text over to the text that supersedes it.

What stands on the same words goes over when the new version is published; the rest waits until
somebody confirms, adjusts or drops it. Taggings and notes go with their passage; a position or
an outcome report goes once all its evidence has gone. Nothing is copied and nothing is lost:
what does not go over stays on the old version.
"""

import uuid
from collections import defaultdict

from django.db import transaction
from django.db.models import F, Q
from django.template.defaultfilters import pluralize
from django.utils import timezone

from talks.anchoring import find_again
from talks.models import (
    Article,
    ArticleStatus,
    Evidence,
    Keeper,
    OutcomeReport,
    Passage,
    Position,
)

from .coding import Refused, Stale, _Changes, _record, quoted, submitted_again
from .in_use import left_behind, notes_in_sight, passages_in_use
from .models import ActKind, Tagging
from .models_carrying import SETTLED, Carry, CarryStatus
from .recording import _recorded

__all__ = ["Refused", "Stale"]


def foresee(old, article, passages=None, known=()):
    """What superseding ``old`` would do: (passage, match) for each of the passages in use.

    ``known`` are such pairs found before, which are not looked for again.
    """
    passages = list(passages_in_use(old) if passages is None else passages)
    found = {_span(passage): match for passage, match in known}
    spans = [span for span in map(_span, passages) if span not in found]
    if spans:
        found |= zip(spans, find_again(old.text, article.text, spans), strict=True)
    return [(passage, found[_span(passage)]) for passage in passages]


def _span(passage):
    return passage.start, passage.end


def went_to(user, passage):
    """The passage that the work on one went to, as far as it went; None if ``user`` sees none."""
    carries = Carry.objects.live().exclude(target=None).select_related("target__article")
    target = None
    while carry := carries.filter(passage=target or passage).first():
        target = carry.target
    is_seen = target and Passage.objects.visible_to(user).filter(pk=target.pk).exists()
    return target if is_seen else None


def supersedable_by(article):
    """The published articles of its round that ``article`` can supersede, none in a circle."""
    above = [article.pk]
    while pk := Article.objects.filter(supersedes=above[-1]).values_list("pk", flat=True).first():
        above.append(pk)
    others = Article.objects.filter(
        round=article.round_id, status=ArticleStatus.PUBLISHED, superseded_by=None
    )
    return others.exclude(pk__in=above)


def supersede(actor, article, old, version, **key):
    """Publish ``article`` in the place of ``old`` and carry over what is sure to belong.

    ``version`` is that of ``article``. Most is looked for before anybody has to wait for the act:
    of a long text that may take longer than a transaction may idle.
    """
    known = [] if article.supersedes_id else foresee(old, article)
    return _supersede(actor, article, old, version, known, **key)


@_recorded
def _supersede(actor, article, old, version, known, *, key):
    article, old = _in_turn(article.pk, old.pk)
    if article.supersedes_id == old.pk:
        return None
    if article.version != version:
        raise Stale(article)
    if article.supersedes_id or not supersedable_by(article).filter(pk=old.pk).exists():
        raise Refused("Another version has taken this place in the meantime. Look at both again.")
    changes = _Changes()
    changes.change(article, supersedes_id=old.pk, status=ArticleStatus.PUBLISHED)
    carries = _found_again(old, article, changes, known=known)
    _move_work(article, carries, changes)
    return _record(
        actor,
        ActKind.CARRY,
        changes,
        article=article,
        also_on=old,
        summary=_counted(carries, actor, f"Superseded {old.headline[:120]}"),
        key=key,
    )


def _counted(carries, user, words):
    """The summary of an act: what others keep secret goes over as well, and is not told."""
    seen = Passage.objects.visible_to(user).filter(pk__in=[one.passage_id for one in carries])
    seen = set(seen.values_list("pk", flat=True))
    carries = [carry for carry in carries if carry.passage_id in seen]
    waiting = sum(carry.status == CarryStatus.WAITING for carry in carries)
    carried = len(carries) - waiting
    return (
        f"{words}: {carried} passage{pluralize(carried)} carried over,"
        f" {waiting} wait{pluralize(waiting, 's,')}"
    )


def _found_again(old, article, changes, passages=None, known=()):
    found = foresee(old, article, passages, known)
    targets = _targets(article, [(one, (at.start, at.end)) for one, at in found if at.is_sure])
    carries = Carry.objects.bulk_create(
        Carry(
            passage=passage,
            article=article,
            kind=match.kind.value,
            start=match.start,
            end=match.end,
            score=match.score,
            status=CarryStatus.CARRIED if match.is_sure else CarryStatus.WAITING,
            target=targets[match.start, match.end] if match.is_sure else None,
        )
        for passage, match in found
    )
    for carry in carries:
        changes.made(carry)
    return carries


def _targets(article, pairs):
    """The passages of ``article`` by span, for (passage, span) pairs; a secret goes on as one."""
    keepers = _keepers(passage for passage, _ in pairs)
    spans = [span for passage, span in pairs if passage.pk not in keepers]
    targets = Passage.objects.at_all(article, spans)
    for passage, span in pairs:
        if passage.pk in keepers:
            targets[span] = Passage.objects.at(article, *span, kept_by=keepers[passage.pk])
    return targets


def _keepers(passages):
    """Whose secrets those of ``passages`` are that are secret: lists by key."""
    found = defaultdict(list)
    rows = Keeper.objects.filter(passage__in=list(passages), opened_at=None)
    for keeper in rows.select_related("user"):
        found[keeper.passage_id].append(keeper.user)
    return found


@transaction.atomic
def settle(actor, carry, start, end, version, **key):
    """Put the work on a waiting passage on ``text[start:end]`` of the new version.

    Where that was superseded in its turn, what has come to stand on it goes on by another act.
    """
    return _and_on(actor, _settle(actor, carry, start, end, version, **key))


@transaction.atomic
def look_again(actor, article, **key):
    """Look in ``article`` for what was said of the version before and is in no list of it.

    That was written there knowingly since, or came back by an undo.
    """
    return _and_on(actor, _look_for(actor, article, **key))


def _and_on(actor, act):
    last = act
    while last is not None:
        last = _go_on(actor, last, key=uuid.uuid5(last.key, "on"))
    return act


@_recorded
def _settle(actor, carry, start, end, version, *, key):
    carry, article, old = _own_turn(carry, version)
    is_proposal = (carry.start, carry.end) == (start, end)
    changes = _Changes()
    target = _targets(article, [(carry.passage, (start, end))])[start, end]
    changes.change(
        carry,
        status=CarryStatus.CONFIRMED if is_proposal else CarryStatus.ADJUSTED,
        target_id=target.pk,
        decided_by_id=actor.pk,
        decided_at=timezone.now(),
    )
    _move_work(article, [carry], changes)
    return _record(
        actor,
        ActKind.CARRY,
        changes,
        article=article,
        also_on=old,
        summary=f"Carried {quoted(carry.passage)} over to {quoted(target)}",
        key=key,
    )


def _go_on(actor, act, *, key):
    """Look for what ``act`` put on a version that is itself superseded in the next one."""
    newer = Article.objects.filter(supersedes=act.article_id).first()
    return newer and _look_for(actor, newer, act.passages, key=key)


@_recorded
def _look_for(actor, article, among=None, *, key):
    """Look in ``article`` for what was left behind, of all passages or ``among`` some."""
    keys = [article.pk, article.supersedes_id]
    article, old, *_ = _in_turn(*keys, *_newer_than(article.pk))
    passages = left_behind(old, article)
    if among is not None:
        passages = passages.filter(pk__in=among)
    changes = _Changes()
    carries = _found_again(old, article, changes, passages)
    if not carries:
        return None
    _move_work(article, carries, changes)
    return _record(
        actor,
        ActKind.CARRY,
        changes,
        article=article,
        also_on=old,
        summary=_counted(carries, actor, f"Looked for in {article.headline[:120]}"),
        key=key,
    )


@_recorded
def drop(actor, carry, version, *, key):
    """Leave the work on a passage on the old version for good, or until this is undone."""
    carry, article, old = _own_turn(carry, version)
    if carry.status == CarryStatus.DROPPED:
        return None
    changes = _Changes()
    changes.change(
        carry,
        status=CarryStatus.DROPPED,
        decided_by_id=actor.pk,
        decided_at=timezone.now(),
    )
    changes.passages.add(carry.passage_id)
    return _record(
        actor,
        ActKind.CARRY,
        changes,
        article=article,
        also_on=old,
        summary=f"Left {quoted(carry.passage)} on the old version",
        key=key,
    )


def _in_turn(*keys):
    """Let acts on these articles wait, in one order; the articles as they are now, as named."""
    rows = Article.objects.select_for_update(no_key=True, of=["self"]).order_by("pk")
    held = {row.pk: row for row in rows.filter(pk__in=keys)}
    return [held[key] for key in keys]


def _newer_than(key):
    """The keys of the articles that supersede one, from version to version.

    What work may go on to has its turn with the others, so that no two acts wait for each other.
    """
    while key := Article.objects.filter(supersedes=key).values_list("pk", flat=True).first():
        yield key


def _own_turn(carry, version):
    """The carry as it is, still to be decided, its article and the old one. Raises Stale."""
    keys = [carry.article_id, carry.passage.article_id]
    article, old, *_ = _in_turn(*keys, *_newer_than(carry.article_id))
    carries = Carry.objects.select_related("passage")
    carry = carries.select_for_update(no_key=True, of=["self"]).get(pk=carry.pk)
    if carry.withdrawn_at or carry.version != version or carry.status in SETTLED:
        raise Stale(carry)
    return carry, article, old


def _move_work(article, carries, changes):
    """Move what is said about the carries' passages to their targets in ``article``.

    Reviewed work that comes to stand on other words waits for another verdict.
    """
    moves = {carry.passage_id: carry.target_id for carry in carries if carry.target_id}
    changes.passages |= moves.keys() | set(moves.values())
    settled, reworded = {}, set()
    for old, new, is_reworded in (
        Carry.objects.live()
        .filter(article=article, target__isnull=False)
        .values_list("passage_id", "target_id", ~Q(passage__exact=F("target__exact")))
    ):
        settled[old] = new
        reworded |= {old} if is_reworded else set()
    _move_taggings(moves, reworded, changes)
    _move(notes_in_sight().filter(passage__in=moves), moves, changes)
    _move_proven(Position, "position", article, moves, settled, reworded, changes)
    _move_proven(OutcomeReport, "outcome_report", article, moves, settled, reworded, changes)
    loose = Evidence.objects.filter(passage__in=moves).filter(
        Q(event__isnull=False, event__withdrawn_at=None) | Q(affiliation__isnull=False)
    )
    for one in loose.order_by("pk"):
        _move_evidence(one, moves, changes)


def _move_taggings(moves, reworded, changes):
    """Each coder's taggings go over; one that its coder has on the target already stays."""
    taggings = Tagging.objects.live().filter(passage__in=moves)
    there = set(
        Tagging.objects.live()
        .filter(passage__in=moves.values())
        .values_list("passage_id", "tag_id", "coder_id")
    )
    staying = []
    for one in taggings.order_by("pk"):
        place = (moves[one.passage_id], one.tag_id, one.coder_id)
        if place in there:
            staying.append(one.pk)
        there.add(place)
    _move(taggings.exclude(pk__in=staying), moves, changes, reworded)


def _move(rows, moves, changes, reworded=frozenset()):
    """Set the passage of many taggings or notes at once, each with its line in the act."""
    model = rows.model
    rows = list(rows.select_for_update(no_key=True, of=["self"]).order_by("pk"))
    for row in rows:
        fields = {"passage_id": moves[row.passage_id]}
        if row.passage_id in reworded:
            fields |= submitted_again(row)
        before = {name: getattr(row, name) for name in fields}
        for name, value in fields.items():
            setattr(row, name, value)
        row.version += 1
        changes.rows.append(
            {
                "model": model._meta.model_name,
                "pk": row.pk,
                "version": row.version,
                "before": before,
                "after": fields,
            }
        )
    fields = ["passage", "version"] + ["work_status"] * (model is Tagging)
    model.objects.bulk_update(rows, fields, batch_size=500)


def _move_proven(model, owner, article, moves, settled, reworded, changes):
    """Move positions or reports that lean on ``moves`` and whose evidence has all gone over."""
    touched = Evidence.objects.filter(passage__in=moves, **{f"{owner}__withdrawn_at": None})
    keys = touched.exclude(**{owner: None}).values(owner)
    evidence = defaultdict(list)
    for one in Evidence.objects.filter(**{f"{owner}__in": keys}).order_by("pk"):
        evidence[getattr(one, f"{owner}_id")].append(one)
    rows = model.objects.select_for_update(no_key=True, of=["self"]).filter(pk__in=evidence)
    for row in rows.exclude(article=article).order_by("pk"):
        if all(one.passage_id in settled for one in evidence[row.pk]):
            is_reworded = any(one.passage_id in reworded for one in evidence[row.pk])
            again = submitted_again(row) if is_reworded else {}
            changes.change(row, article_id=article.pk, **again)
            for one in evidence[row.pk]:
                _move_evidence(one, settled, changes)


def _move_evidence(one, moves, changes):
    owner = {f"{name}_id": getattr(one, f"{name}_id") for name in Evidence.OWNERS}
    moved, was_new = Evidence.objects.get_or_create(
        passage_id=moves[one.passage_id], role=one.role, **owner
    )
    if was_new:
        changes.gave(moved)
    changes.took(one)
