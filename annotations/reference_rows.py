"""Rows that positions refer to, as acts keep them: written down, and put back as they were.

Parties, people, offices, issues, propositions, rounds and who took part in them. Unlike people's
work they are not withdrawn: one that was made by mistake goes again, as long as nothing uses it.
"""

from django.db.backends.postgresql.psycopg_any import Range
from django.db.models import ProtectedError

from talks import merging
from talks.models import (
    Affiliation,
    Issue,
    Merge,
    Participation,
    Party,
    Person,
    Proposition,
    Round,
)

MODELS = {
    model._meta.model_name: model
    for model in (Party, Person, Affiliation, Issue, Proposition, Round, Participation)
}
FOR_ADMINS = {Round, Participation}


def may_change(actor, model):
    return actor.may_administer if model in FOR_ADMINS else actor.may_edit


def plain(row, names=None):
    """These fields of ``row``, or all but its key and version, by column and as JSON knows them."""
    fields = row._meta.concrete_fields
    if names is None:
        names = [one.name for one in fields if one.name not in ("id", "version")]
    return {one.attname: _plain(row, one) for one in fields if one.name in names}


def _plain(row, field):
    value = getattr(row, field.attname)
    if isinstance(value, Range):
        return field.value_to_string(row)
    return value.isoformat() if hasattr(value, "isoformat") else value


def put_back(kept, actor, is_as_left):
    """Undo what ``kept`` tells of one row: (what was done, as an act keeps it; why not, in words).

    Exactly one of the two is None. ``is_as_left`` says whether a version of the row is still what
    was left then.
    """
    model = MODELS[kept["model"]]
    if not may_change(actor, model):
        return None, "You may no longer change this."
    if kept["after"] is None:
        row = model(pk=kept["pk"], version=kept["version"] + 1, **_read(model, kept["before"]))
        row.save(force_insert=True)
        return told(row, None, kept["before"]), None
    row = model.objects.select_for_update(no_key=True, of=["self"]).filter(pk=kept["pk"]).first()
    if row is None or not is_as_left(row.version):
        return None, "This was changed again in the meantime, so it can no longer be undone."
    if kept["before"] is None:
        return _remove(row)
    for name, value in _read(model, kept["before"]).items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*kept["before"], "version"])
    return told(row, kept["after"], kept["before"]), None


def put_back_merge(kept, actor):
    """Put apart what ``kept`` says was merged, or merge it again: as :func:`put_back`."""
    merge = Merge.objects.get(pk=kept["pk"])
    if not actor.may_edit:
        return None, "You may no longer change this."
    try:
        if kept["before"] is None:
            merging.undo(merge, actor)
            return told_merge(merge, {}, None), None
        rows = merge.emptied, merge.survivor
        again = merging.merge(*rows, [row.version for row in rows], actor)
    except merging.RefusedError as refused:
        return None, " ".join(refused.reasons)
    return told_merge(again, None, {}), None


def told_merge(merge, before, after):
    """A merge, which has no version: what it moved is written down with it."""
    return {"model": "merge", "pk": merge.pk, "version": 1, "before": before, "after": after}


def _remove(row):
    done = told(row, plain(row), None)
    try:
        row.delete()
    except ProtectedError:
        return None, f"“{row}” is in use by now, so it stays."
    return done, None


def told(row, before, after):
    return {
        "model": row._meta.model_name,
        "pk": row.pk,
        "version": row.version,
        "before": before,
        "after": after,
    }


def _read(model, values):
    return {name: model._meta.get_field(name).to_python(value) for name, value in values.items()}
