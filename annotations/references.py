"""Making, correcting and removing what positions refer to, each as one act that can be undone."""

from .coding import Refused, Stale, _act, _Changes, _record
from .models import ActKind
from .reference_rows import plain, told

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


def _kept(actor, verb, row, kept, key):
    changes = _Changes()
    changes.rows.append(kept)
    summary = f"{verb}: {row}"
    return _record(actor, ActKind.REFERENCE, changes, article=None, summary=summary, key=key)
