"""Verdicts on what coders made: on one item, on several with one reason, and on a disagreement.

Like :mod:`annotations.coding`: each function is one act in one transaction, undoable as one, and
returns its :class:`Act`. A verdict is given on the version that its editor saw: where any item
was judged, changed or withdrawn since, nothing is done and :class:`Stale` tells which.
"""

import itertools
from collections import Counter

from talks.models import WorkStatus
from talks.text import first_words

from . import items, notices
from .coding import Refused, Stale, _Changes, _in_turn, _record
from .models import ActKind, Decision, Review
from .models_review import item_name
from .recording import _recorded

__all__ = ["Refused", "Stale", "StaleItems", "give_verdict", "give_verdicts", "settle"]


class StaleItems(Stale):
    """Some of the items were judged, changed or withdrawn since: ``rows``, as they stand."""

    def __init__(self, rows):
        super().__init__(rows[0])
        self.rows = rows


@_recorded
def give_verdict(reviewer, item, decision, version, *, reason="", key):
    """Judge a tagging, a position or an outcome report, as it was at ``version``."""
    return _judge(reviewer, [(item, version, decision)], reason, key)


@_recorded
def give_verdicts(reviewer, judged, decision, *, reason="", key):
    """Give all of ``judged``, pairs of an item and its version, one verdict with one reason."""
    return _judge(reviewer, [(*pair, decision) for pair in judged], reason, key)


@_recorded
def settle(reviewer, judged, *, reason="", key):
    """Settle a disagreement: ``judged`` is all its parts as (item, version, decision).

    A part that has the status which its decision leads to already stays as it is.
    """
    return _judge(reviewer, judged, reason, key, is_settling=True)


def _judge(reviewer, judged, reason, key, *, is_settling=False):
    if not reviewer.may_edit:
        raise Refused("Only editors give verdicts.")
    if not judged:
        raise Refused("Choose at least one piece of work.")
    articles = {items.article_of(item).pk: items.article_of(item) for item, *_ in judged}
    _in_turn(*articles.values())
    rows = _as_they_stand(judged)
    if is_settling:
        rows = [(row, decision) for row, decision in rows if row.work_status != decision.status]
        if not rows:
            return None
    changes = _Changes()
    for row, decision in rows:
        _give(changes, reviewer, row, decision, reason)
    return _record(
        reviewer,
        ActKind.REVIEW,
        changes,
        article=next(iter(articles.values())) if len(articles) == 1 else None,
        summary="Settled a disagreement: " * is_settling + _told(rows, reason),
        key=key,
    )


def _as_they_stand(judged):
    """The items, locked and read anew, with their decisions; refuses what cannot be judged."""
    current = {}
    for kind in items.Kind:
        keys = [item.pk for item, *_ in judged if items.kind_of(item) == kind]
        if keys:
            locked = kind.model.objects.select_for_update(no_key=True).order_by("pk")
            list(locked.filter(pk__in=keys).values_list("pk"))
            found = kind.whole().filter(pk__in=keys)
            current |= {(kind, row.pk): row for row in found}
    rows = [
        (current[items.kind_of(item), item.pk], version, decision)
        for item, version, decision in judged
    ]
    if stale := [row for row, version, _ in rows if row.withdrawn_at or row.version != version]:
        raise StaleItems(stale)
    if any(row.work_status == WorkStatus.DRAFT for row, *_ in rows):
        raise Refused("This is still its coder’s draft.")
    return [(row, Decision(decision)) for row, _, decision in rows]


def _give(changes, reviewer, row, decision, reason):
    if row.coder_id == reviewer.pk:
        raise Refused("Nobody reviews their own work.")
    review = Review.objects.create(
        **{item_name(row): row},
        coder_id=row.coder_id,
        reviewer=reviewer,
        decision=decision,
        reason=reason,
        version=row.version,
        judged=items.in_words(row),
    )
    notices.tell_verdict(review)
    changes.gave_verdict(review)
    status = decision.status
    changes.change(row, **({"work_status": status} if status != row.work_status else {}))
    changes.passages |= {passage.pk for passage, _ in items.passages_of(row)}


def _told(rows, reason):
    because = f" ({first_words(reason, 20)})" if reason else ""
    if len(rows) == 1:
        ((row, decision),) = rows
        said = items.claim(row).rstrip(".")
        return f"{decision.done.capitalize()}: {said[:160]}{because}"
    counts = Counter(decision.done for _, decision in rows)
    counted = ", ".join(f"{count} {done}" for done, count in counts.items())
    return f"{counted}{because}"


def latest_reviews(rows):
    """The latest verdict that stands on each of ``rows``, by its code such as "tagging-7"."""
    found = {}
    for name, group in itertools.groupby(sorted(rows, key=item_name), key=item_name):
        keys = [row.pk for row in group]
        reviews = Review.objects.standing().filter(**{f"{name}__in": keys})
        for review in reviews.select_related("reviewer").order_by("pk"):
            found[f"{name}-{getattr(review, f'{name}_id')}"] = review
    return found
