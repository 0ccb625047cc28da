"""Two people, or two parties, that are one and the same: merging them, and undoing it.

What hangs on the one moves to the other in one transaction, and each row moved is written down
in :class:`talks.models.Merge`. The emptied row stays, marked ``merged_into``.
"""

from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .models import (
    Affiliation,
    EventParticipation,
    Evidence,
    Merge,
    OutcomeStance,
    Participation,
    Party,
    Person,
    Position,
)


class RefusedError(Exception):
    """The merge or its undo cannot be; ``reasons`` say why, in sentences."""

    def __init__(self, *reasons):
        super().__init__(*reasons)
        self.reasons = reasons


class Hanging(NamedTuple):
    """Rows that point at what is merged: which model, by which column, and what they are called."""

    model: type
    field: str
    words: str
    keeps_version: bool = False


HANGING = {
    Party: [
        Hanging(Position, "party", "positions", True),
        Hanging(Position, "target_party", "positions directed at it", True),
        Hanging(Affiliation, "party", "offices", True),
        Hanging(OutcomeStance, "party", "stances on outcomes"),
        Hanging(EventParticipation, "party", "parts in events"),
        Hanging(Participation, "party", "roles in rounds", True),
    ],
    Person: [
        Hanging(Affiliation, "person", "offices", True),
        Hanging(EventParticipation, "person", "parts in events"),
    ],
}


class Plan(NamedTuple):
    """What a merge will do.

    ``moves`` lists (words, ids, hanging); ``joined`` pairs of affiliations that are one office,
    the first going up in the second; ``dropped`` rows that the survivor has already; ``refusals``
    sentences, empty if it can be done.
    """

    moves: list
    joined: list
    dropped: list
    refusals: list


def plan(emptied, survivor):
    """The :class:`Plan` of merging ``emptied`` into ``survivor``, both of one model."""
    refusals = []
    if emptied.pk == survivor.pk:
        refusals.append("These are one and the same already.")
    refusals += [f"{one} is merged into another." for one in (emptied, survivor) if one.merged_into]
    joined, collisions = offices_in_common(emptied, survivor)
    refusals += collisions
    dropped = []
    if isinstance(emptied, Party):
        refusals += both_speak(emptied, survivor)
        dropped += shared(Participation, "party", ["round_id"], emptied, survivor)
        dropped += shared(EventParticipation, "party", ["event_id", "person_id"], emptied, survivor)
    else:
        dropped += shared(EventParticipation, "person", ["event_id", "party_id"], emptied, survivor)
    stays = {(type(row), row.pk) for row in dropped} | {(Affiliation, one.pk) for one, _ in joined}
    moves = []
    for hanging in HANGING[type(emptied)]:
        rows = hanging.model.objects.filter(**{hanging.field: emptied}).order_by("pk")
        keys = [
            key for key in rows.values_list("pk", flat=True) if (hanging.model, key) not in stays
        ]
        moves.append((hanging.words, keys, hanging))
    return Plan(moves, joined, dropped, refusals)


def offices_in_common(emptied, survivor):
    """Affiliations that cannot stand beside each other once merged: (joined, refusals).

    One that lies within the survivor's is the same office, coded twice; two that overlap in part
    are for an editor to set right first.
    """
    is_party = isinstance(emptied, Party)
    field, other = ("party", "person_id") if is_party else ("person", "party_id")
    related = Affiliation.objects.select_related("person", "party")
    kept = {}
    for one in related.filter(**{field: survivor}):
        kept.setdefault((getattr(one, other), one.title.lower()), []).append(one)
    joined, refusals = [], []
    for one in related.filter(**{field: emptied}).order_by("pk"):
        rivals = [
            rival
            for rival in kept.get((getattr(one, other), one.title.lower()), [])
            if overlap(one.valid, rival.valid)
        ]
        if not rivals:
            continue
        if len(rivals) == 1 and contains(rivals[0].valid, one.valid):
            joined.append((one, rivals[0]))
            continue
        refusals += [
            f"{one.person} is {one.title} {one.valid_in_words} here and {rival.valid_in_words} "
            "there: the dates overlap. Correct one of the two offices first."
            for rival in rivals
        ]
    return joined, refusals


def overlap(one, other):
    starts_before = one.lower is None or other.upper is None or one.lower < other.upper
    return starts_before and (other.lower is None or one.upper is None or other.lower < one.upper)


def contains(outer, inner):
    starts = outer.lower is None or (inner.lower is not None and outer.lower <= inner.lower)
    ends = outer.upper is None or (inner.upper is not None and inner.upper <= outer.upper)
    return starts and ends


def both_speak(emptied, survivor):
    """Why two parties are not one: an article gives each a stance of its own."""
    both = OutcomeStance.objects.filter(
        party=emptied, report__stances__party=survivor
    ).select_related("report__outcome")
    joint = (
        Position.objects.filter(party=emptied, withdrawn_at=None)
        .exclude(joint_key="")
        .filter(
            article__positions__joint_key=F("joint_key"),
            article__positions__party=survivor,
            article__positions__proposition=F("proposition"),
            article__positions__withdrawn_at=None,
        )
        .distinct()
    )
    return [
        f"A report of “{one.report.outcome}” gives both a stance of their own." for one in both
    ] + [f"Both make the joint statement {one.joint_key} of an article." for one in joint]


def shared(model, field, columns, emptied, survivor):
    """The rows of ``emptied`` where the survivor has one of the same ``columns``."""
    kept = set(model.objects.filter(**{field: survivor}).values_list(*columns))
    rows = model.objects.filter(**{field: emptied}).order_by("pk")
    return [row for row in rows if tuple(getattr(row, name) for name in columns) in kept]


@transaction.atomic
def merge(emptied, survivor, versions, by):
    """Merge one row into another of its model and return the :class:`Merge`.

    ``versions`` are those of the two that the page showed. Raises RefusedError.
    """
    model = type(emptied)
    emptied, survivor = locked(model, emptied.pk, survivor.pk)
    if [emptied.version, survivor.version] != list(versions):
        raise RefusedError("Somebody else has changed one of the two: look again before you merge.")
    made = plan(emptied, survivor)
    if made.refusals:
        raise RefusedError(*made.refusals)
    moved = {
        "rows": [],
        "joined": [],
        "dropped": [],
        "aliases": {"before": survivor.aliases, "after": with_names(survivor, emptied)},
    }
    for office, into in made.joined:
        moved["joined"].append(join_offices(office, into))
    for row in made.dropped:
        moved["dropped"].append([type(row).__name__, stored(row)])
        row.delete()
    for _, keys, hanging in made.moves:
        repoint(hanging, keys, survivor)
        moved["rows"].append([hanging.model.__name__, hanging.field, keys])
    model.objects.filter(pk=survivor.pk).update(
        aliases=moved["aliases"]["after"], version=F("version") + 1
    )
    model.objects.filter(pk=emptied.pk).update(merged_into=survivor, version=F("version") + 1)
    kind = model.__name__.lower()
    return Merge.objects.create(
        **{kind: emptied, f"into_{kind}": survivor}, moved=moved, made_by=by
    )


def locked(model, *keys):
    """These rows, locked in one order so that two merges cannot wait for each other."""
    rows = {
        row.pk: row for row in model.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    }
    return [rows[key] for key in keys]


def with_names(survivor, emptied):
    names = [*survivor.aliases, emptied.name, *emptied.aliases]
    return [name for name in dict.fromkeys(names) if name != survivor.name]


def repoint(hanging, keys, to):
    changes = {hanging.field: to}
    if hanging.keeps_version:
        changes["version"] = F("version") + 1
    hanging.model.objects.filter(pk__in=keys).update(**changes)


def join_offices(office, into):
    """Move what hangs on one affiliation to another, and write down what that was."""
    positions = list(office.positions.order_by("pk").values_list("pk", flat=True))
    kept = set(into.evidence.values_list("passage_id", "role"))
    evidence = [
        one.pk for one in office.evidence.order_by("pk") if (one.passage_id, one.role) not in kept
    ]
    # Their party is repointed with all others; the affiliation must follow in this transaction.
    Position.objects.filter(pk__in=positions).update(affiliation=into, version=F("version") + 1)
    Evidence.objects.filter(pk__in=evidence).update(affiliation=into)
    return {
        "office": office.pk,
        "into": into.pk,
        "positions": positions,
        "evidence": evidence,
    }


def stored(row):
    """A row by column, to be made again."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


MODELS = {
    model.__name__: model
    for model in (Affiliation, EventParticipation, OutcomeStance, Participation, Position)
}


@transaction.atomic
def undo(merge, by):
    """Put everything back where it was, as far as nobody has moved it elsewhere since.

    Raises RefusedError.
    """
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        raise RefusedError("This merge is undone already.")
    emptied, survivor = locked(type(merge.emptied), merge.emptied.pk, merge.survivor.pk)
    model = type(emptied)
    if survivor.merged_into_id:
        raise RefusedError(f"{survivor} was merged into another since: undo that first.")
    moved = merge.moved
    for name, field, keys in moved["rows"]:
        rows = MODELS[name].objects.filter(pk__in=keys, **{field: survivor})
        hanging = next(
            one for one in HANGING[model] if one.model is MODELS[name] and one.field == field
        )
        repoint(hanging, list(rows.values_list("pk", flat=True)), emptied)
    for joined in moved["joined"]:
        Position.objects.filter(pk__in=joined["positions"], affiliation=joined["into"]).update(
            affiliation=joined["office"], version=F("version") + 1
        )
        Evidence.objects.filter(pk__in=joined["evidence"], affiliation=joined["into"]).update(
            affiliation=joined["office"]
        )
    for name, values in moved["dropped"]:
        MODELS[name].objects.bulk_create([MODELS[name](**values)])
    if model is Party:
        offices = next(keys for name, _, keys in moved["rows"] if name == "Affiliation")
        # What was recorded since for these offices belongs to the party that they go back to.
        Position.objects.filter(affiliation__in=offices, party=survivor).update(
            party=emptied, version=F("version") + 1
        )
    added = [name for name in moved["aliases"]["after"] if name not in moved["aliases"]["before"]]
    model.objects.filter(pk=survivor.pk).update(
        aliases=[name for name in survivor.aliases if name not in added], version=F("version") + 1
    )
    model.objects.filter(pk=emptied.pk).update(merged_into=None, version=F("version") + 1)
    Merge.objects.filter(pk=merge.pk).update(undone_at=timezone.now(), undone_by=by)


def moved_in_words(merge):
    """What a merge moved, as (words, count)."""
    found = []
    for hanging in HANGING[type(merge.emptied)]:
        for name, field, keys in merge.moved["rows"]:
            if (name, field) == (hanging.model.__name__, hanging.field):
                found.append((hanging.words, len(keys)))
    found.append(("offices that were the same", len(merge.moved["joined"])))
    found.append(("rows that the other had already", len(merge.moved["dropped"])))
    return found
