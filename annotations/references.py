"""Making, correcting and removing what positions refer to, each as one act that can be undone."""

from talks import merging

from .coding import Refused, Stale, _act, _Changes, _record, undo
from .models import Act, ActKind
from .reference_rows import plain, told, told_merge

__all__ = ["Refused", "Stale"]


@_act
def add(actor, row, *, key):
    """Store a new row."""
    row.save(force_insert=True)
    return _kept(actor, "Added", row, told(row, None, plain(row)), key)


@_act
def change(actor, row, values, version, *, key):
    """Set ``values`` on a row, based on its ``version``."""
    row = type(row).objects.select_for_update(no_key=True).get(pk=row.pk)
    differs = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not differs:
        return None
    if row.version != version:
        raise Stale(row)
    before = plain(row, differs)
    for name, value in differs.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*differs, "version"])
    return _kept(actor, "Corrected", row, told(row, before, plain(row, differs)), key)


@_act
def remove(actor, row, version, *, key):
    """Take a row away that nothing hangs on, such as a party's role in a round."""
    row = type(row).objects.select_for_update().filter(pk=row.pk).first()
    if row is None:
        return None
    if row.version != version:
        raise Stale(row)
    kept = told(row, plain(row), None)
    row.delete()
    return _kept(actor, "Took away", row, kept, key)


@_act
def merge(actor, emptied, survivor, versions, *, key):
    """Merge one row into another of its model; ``versions`` are those that the page showed."""
    try:
        merge = merging.merge(emptied, survivor, versions, actor)
    except merging.RefusedError as refused:
        raise Refused(*refused.reasons) from refused
    return _kept(actor, "Merged", merge, told_merge(merge, None, {}), key)


def undo_merge(actor, merge):
    """Put apart again what somebody merged, as an act where the merge was one."""
    made = {"model": "merge", "pk": merge.pk, "before": None}
    act = Act.objects.filter(changes__contains=[made]).first()
    try:
        if act is None or merge.undone_at:
            merging.undo(merge, actor)
        else:
            undo(actor, act)
    except merging.RefusedError as refused:
        raise Refused(*refused.reasons) from refused


def _kept(actor, verb, row, kept, key):
    changes = _Changes()
    changes.rows.append(kept)
    summary = f"{verb}: {row}"
    return _record(actor, ActKind.REFERENCE, changes, article=None, summary=summary, key=key)
