"""Verdicts on what coders made: on one item, on several with one reason, and on a disagreement.

Like :mod:`annotations.coding`: each function is one act in one transaction, undoable as one, and
returns its :class:`Act`. A verdict is given on the version that its editor saw: where any item
was judged, changed or withdrawn since, nothing is done and :class:`Stale` tells which.
"""

import itertools
from collections import Counter, defaultdict

from talks.models import WorkStatus
from talks.text import first_words

from . import items
from .coding import Refused, Stale, _Changes, _in_turn, _record
from .disagreements import disagreement_of
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
def settle(reviewer, seen, holds, *, reason="", key):
    """Settle the disagreement that ``seen``, pairs of a part and its version, were all parts of.

    ``holds`` is the key of the side that does, "all" or "none". Nothing is done where a part
    came, changed or went since. A part that has the status which its decision leads to already
    stays as it is.
    """
    _only_editors(reviewer)
    _in_turn(*(items.article_of(row) for row, _ in seen))
    found = _as_seen(seen, reviewer)
    if holds not in {"all", "none", *(side.key for side in found.sides)}:
        raise Refused("Choose the side that holds: this one is none of them.")
    judged = [(row, row.version, decision) for row, decision in found.decisions(holds)]
    return _judge(reviewer, judged, reason, key, is_settling=True)


def _as_seen(seen, reviewer):
    """The disagreement of what was ``seen``, if it still has these parts as they were."""
    versions = {items.code_of(row): version for row, version in seen}
    found = disagreement_of(seen[0][0], reviewer)
    parts = {items.code_of(row): row for row in found.parts} if found else {}
    changed = [row for row in _anew(row for row, _ in seen) if _differs(row, versions)]
    changed += [row for code, row in parts.items() if code not in versions]
    # Where none of them changed, work beside them ended the dispute.
    changed = changed or [row for row, _ in seen if items.code_of(row) not in parts]
    if changed:
        raise StaleItems(changed)
    return found


def _differs(row, versions):
    return bool(row.withdrawn_at) or row.version != versions[items.code_of(row)]


def _anew(rows):
    """``rows``, of whatever kinds, as they stand now."""
    keys = defaultdict(list)
    for row in rows:
        keys[items.kind_of(row)].append(row.pk)
    return [
        row for kind, pks in keys.items() for row in kind.whole().filter(pk__in=pks).order_by("pk")
    ]


def _only_editors(reviewer):
    if not reviewer.may_edit:
        raise Refused("Only editors give verdicts.")


def _judge(reviewer, judged, reason, key, *, is_settling=False):
    _only_editors(reviewer)
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
    _give(changes, reviewer, rows, reason)
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


def _give(changes, reviewer, rows, reason):
    """Give each of ``rows``, pairs of an item and a decision, its verdict; all in some queries."""
    if any(row.coder_id == reviewer.pk for row, _ in rows):
        raise Refused("Nobody reviews their own work.")
    changes.give_verdicts(
        [
            Review(
                **{item_name(row): row},
                coder_id=row.coder_id,
                reviewer=reviewer,
                decision=decision,
                reason=reason,
                version=row.version,
                judged=items.in_words(row),
            )
            for row, decision in rows
        ]
    )
    alike = defaultdict(list)
    for row, decision in rows:
        status = decision.status
        alike[items.kind_of(row), status if status != row.work_status else ""].append(row)
    for (_, status), group in alike.items():
        changes.change_all(group, **({"work_status": status} if status else {}))
    for row, _ in rows:
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
