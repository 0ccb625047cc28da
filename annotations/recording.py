"""Recording what an article says: positions, outcome reports and events, each with its evidence.

Like :mod:`annotations.coding`: each function is one act in one transaction, returns its
:class:`Act`, or None where all stands already as asked, and raises :class:`Stale` or
:class:`Refused`. What the database refuses at the end is refused in words.
"""

import functools
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from talks.claim import claim_of
from talks.models import (
    Affiliation,
    Article,
    Event,
    EventParticipation,
    Evidence,
    Outcome,
    OutcomeReport,
    OutcomeStance,
    Passage,
    Person,
    Position,
    Proposition,
    WorkStatus,
)
from talks.text import first_words

from .coding import (
    Refused,
    Stale,
    Superseded,
    _Changes,
    _in_turn,
    _in_turn_to_write,
    _lock,
    _look_at_once,
    _record,
    refusable_act,
    submitted_again,
)
from .models import Act, ActKind, Draft

__all__ = ["Refused", "Stale", "Superseded"]


def _recorded(function):
    """An act whose rows the database has looked at; a refusal of it comes as :class:`Refused`."""

    @functools.wraps(function)
    def checked(*args, **kwargs):
        act = function(*args, **kwargs)
        _look_at_once()
        return act

    return refusable_act(checked)


# Positions


@_recorded
def record_position(
    actor, article, parties, fields, evidence, *, speaker=None, new=None, knowingly=False, key
):
    """Record what ``parties`` hold, one row a party; several make a joint statement.

    ``fields`` are those of :class:`Position` but its parties and its speaker; ``evidence`` is a
    list of (start, end, role); ``speaker`` an :class:`Affiliation`. ``new`` holds what is to be
    made on the spot: "speaker" as (name, family name, affiliation's fields), "proposition" as
    fields.
    """
    _in_turn_to_write(article, knowingly)
    speaker, fields = _made_on_the_spot(speaker, fields, new or {})
    joint_key = str(uuid.uuid4()) if len(parties) > 1 else ""
    passages = _passages(article, evidence)
    changes = _Changes()
    positions = []
    for party in parties:
        position = Position.objects.create(
            article=article,
            party=party,
            affiliation=speaker,
            joint_key=joint_key,
            coder=actor,
            work_status=WorkStatus.SUBMITTED,
            **fields,
        )
        changes.made(position)
        _give_evidence(changes, passages, position=position)
        positions.append(position)
    Draft.objects.filter(coder=actor, key=key).delete()
    said = claim_of(positions[0], [party.name for party in parties])
    return _record(
        actor, ActKind.RECORD, changes, article=article, summary=_told("Recorded", said), key=key
    )


@_recorded
def edit_position(
    actor, position, party, fields, evidence, version, *, speaker=None, new, knowingly=False, key
):
    """Change one's own position and its evidence, based on its ``version``.

    What was accepted or rejected is submitted anew.
    """
    _in_turn_to_write(position.article, knowingly)
    position = _own_version(Position, position, version)
    speaker, fields = _made_on_the_spot(speaker, fields, new or {})
    wanted = {
        "party_id": party.pk,
        "affiliation_id": speaker.pk if speaker else None,
        "work_status": WorkStatus.SUBMITTED,
    } | {(f"{n}_id" if hasattr(v, "pk") else n): getattr(v, "pk", v) for n, v in fields.items()}
    if "target_party" in wanted:
        wanted["target_party_id"] = wanted.pop("target_party")
    changes = _Changes()
    differs = {name: value for name, value in wanted.items() if getattr(position, name) != value}
    has_moved = _set_evidence(changes, _passages(position.article, evidence), position=position)
    Draft.objects.filter(coder=actor, key=key).delete()
    if not differs.keys() - {"work_status"} and not has_moved:
        return None
    changes.change(position, **differs)
    changes.passages |= {pk for pk, _ in _evidence_of(position=position)}
    position = Position.objects.select_related(
        "party", "affiliation__person", "proposition", "target_party"
    ).get(pk=position.pk)
    return _record(
        actor,
        ActKind.REVISE,
        changes,
        article=position.article,
        summary=_told("Changed to", claim_of(position)),
        key=key,
    )


def _made_on_the_spot(speaker, fields, new):
    if wanted := new.get("speaker"):
        name, family_name, affiliation = wanted
        person = affiliation.pop("person", None) or Person.objects.create(
            name=name, family_name=family_name
        )
        speaker = Affiliation(person=person, **affiliation)
        speaker.save()
    if wanted := new.get("proposition"):
        fields = fields | {"proposition": Proposition.objects.create(**wanted)}
    return speaker, fields


def _told(verb, words):
    return f"{verb}: {words.rstrip('.')}"


# Outcomes


@_recorded
def report_outcome(actor, article, outcome, fields, sides, evidence, *, knowingly=False, key):
    """Record what ``article`` reports of an outcome (or of a new one, given by its fields).

    ``sides`` is a list of (party, stance, basis).
    """
    _in_turn_to_write(article, knowingly)
    if isinstance(outcome, dict):
        outcome = Outcome.objects.create(round_id=article.round_id, **outcome)
    report = OutcomeReport.objects.create(
        outcome=outcome, article=article, coder=actor, work_status=WorkStatus.SUBMITTED, **fields
    )
    changes = _Changes()
    changes.made(report)
    OutcomeStance.objects.bulk_create(
        OutcomeStance(report=report, party=party, stance=stance, basis=basis)
        for party, stance, basis in sides
    )
    _give_evidence(changes, _passages(article, evidence), outcome_report=report)
    Draft.objects.filter(coder=actor, key=key).delete()
    said = f"{outcome.title}: {report.get_status_display().lower()}"
    return _record(
        actor, ActKind.RECORD, changes, article=article, summary=_told("Recorded", said), key=key
    )


# Events


@_recorded
def record_event(actor, article, fields, participants, evidence, *, knowingly=False, key):
    """Record that something happened; ``participants`` is a list of (party, person, role)."""
    _in_turn_to_write(article, knowingly)
    event = Event.objects.create(round_id=article.round_id, coder=actor, **fields)
    changes = _Changes()
    changes.made(event)
    EventParticipation.objects.bulk_create(
        EventParticipation(event=event, party=party, person=person, role=role)
        for party, person, role in participants
    )
    _give_evidence(changes, _passages(article, evidence), event=event)
    Draft.objects.filter(coder=actor, key=key).delete()
    return _record(
        actor,
        ActKind.RECORD,
        changes,
        article=article,
        summary=_told("Recorded", event.title),
        key=key,
    )


@_recorded
def accept_event(actor, event, version, *, article, key):
    """Take a colleague's event up, so that visitors see it, as it was at ``version``."""
    _in_turn(article)
    event = _own_version(Event, event, version)
    if not actor.may_edit or event.coder_id == actor.pk:
        raise Refused("Another editor has to accept what you recorded yourself.")
    if event.work_status == WorkStatus.ACCEPTED:
        return None
    changes = _Changes()
    changes.change(event, work_status=WorkStatus.ACCEPTED, accepted_by_id=actor.pk)
    changes.passages |= {pk for pk, _ in _evidence_of(event=event)}
    summary = _told("Accepted the event", event.title)
    return _record(actor, ActKind.REVIEW, changes, article=article, summary=summary, key=key)


# Outcomes and events


@_recorded
def mend(actor, row, fields, version, *, article, key):
    """Correct what is known of an article, an outcome or an event, based on its ``version``.

    An event that its own coder changes is submitted anew.
    """
    _in_turn(article)
    row = type(row).objects.select_for_update(no_key=True, of=["self"]).get(pk=row.pk)
    differs = {name: value for name, value in fields.items() if getattr(row, name) != value}
    if not differs:
        return None
    if row.version != version or getattr(row, "withdrawn_at", None):
        raise Stale(row)
    changes = _Changes()
    if isinstance(row, Event):
        differs |= _submitted_by(actor, row)
        changes.passages |= {pk for pk, _ in _evidence_of(event=row)}
    changes.change(row, **differs)
    kind, summary = ActKind.REVISE, _told("Corrected", row.title)
    if isinstance(row, Article):
        kind, summary = ActKind.ARTICLE, "Corrected what is known of the article"
    return _record(actor, kind, changes, article=article, summary=summary, key=key)


def _submitted_by(actor, row):
    """What its coder changes is submitted anew; what an editor corrects stays accepted."""
    again = submitted_again(row) if row.coder_id == actor.pk else {}
    return again | {"accepted_by_id": None} if again and isinstance(row, Event) else again


# All of them


@_recorded
def withdraw(actor, row, version, *, article, key):
    """Take back a position, an outcome report or an event; it is kept, and undoing revives it."""
    _in_turn(article)
    row = type(row).objects.select_for_update(no_key=True, of=["self"]).get(pk=row.pk)
    if row.withdrawn_at:
        return None
    if row.version != version:
        raise Stale(row)
    changes = _Changes()
    changes.change(row, withdrawn_at=timezone.now())
    changes.passages |= {pk for pk, _ in _evidence_of(**{owner_of(row): row})}
    words = claim_of(row) if isinstance(row, Position) else str(row)
    return _record(
        actor, ActKind.WITHDRAW, changes, article=article, summary=_told("Withdrew", words), key=key
    )


@_recorded
def change_evidence(actor, row, evidence, version, *, article, knowingly=False, key):
    """Give a position, an outcome report or an event other evidence, in one act."""
    _in_turn_to_write(article, knowingly)
    row = _own_version(type(row), row, version)
    changes = _Changes()
    if not _set_evidence(changes, _passages(article, evidence), **{owner_of(row): row}):
        return None
    changes.change(row, **_submitted_by(actor, row))
    return _record(
        actor,
        ActKind.REVISE,
        changes,
        article=article,
        summary=_told("Changed the evidence of", str(row)),
        key=key,
    )


def owner_of(row):
    """The field of :class:`Evidence` that points at ``row``."""
    return {Position: "position", OutcomeReport: "outcome_report", Event: "event"}[type(row)]


def _own_version(model, row, version):
    row = model.objects.select_for_update(no_key=True, of=["self"]).get(pk=row.pk)
    if row.withdrawn_at or row.version != version:
        raise Stale(row)
    return row


# Evidence


def _passages(article, evidence):
    """The (passage, role) pairs for (start, end, role), each once."""
    return [
        (Passage.objects.at(article, start, end), role)
        for start, end, role in dict.fromkeys(evidence)
    ]


def _evidence_of(**owner):
    return {(one.passage_id, one.role): one for one in Evidence.objects.filter(**owner)}


def _give_evidence(changes, passages, **owner):
    """The evidence of a new row, which is withdrawn and revived with it."""
    for passage, role in passages:
        Evidence.objects.create(passage=passage, role=role, **owner)
        changes.passages.add(passage.pk)


def _set_evidence(changes, passages, **owner):
    """Make ``passages`` the evidence of the owner; whether anything changed."""
    there = _evidence_of(**owner)
    wanted = {(passage.pk, role): passage for passage, role in passages}
    # Added before anything is taken away, so that no passage is missing in between.
    for (pk, role), passage in wanted.items():
        if (pk, role) not in there:
            changes.gave(Evidence.objects.create(passage=passage, role=role, **owner))
    for pair, one in there.items():
        if pair not in wanted:
            changes.took(one)
    return wanted.keys() != there.keys()


# Drafts


class Submitted(Exception):
    """What this draft became is with the team already."""


@transaction.atomic
def save_draft(coder, article, kind, data, *, key, version=None, summary="", position=None):
    """Keep what is typed, under ``key``; ``version`` is that of the draft it continues.

    Raises :class:`Stale` if the draft has been continued elsewhere, :class:`Submitted` if it was
    submitted.
    """
    _lock(f"act {coder.pk} {key}")
    if Act.objects.filter(actor=coder, key=key).exists():
        raise Submitted
    fields = {"data": data, "summary": first_words(summary, 40)[:300]}
    draft = Draft.objects.filter(coder=coder, key=key).first()
    if draft is None:
        return Draft.objects.create(
            coder=coder, article=article, kind=kind, key=key, position=position, **fields
        )
    # What goes on after it was discarded elsewhere is kept: nobody looks at the other page.
    if draft.version != version and not draft.discarded_at:
        if draft.data == data:
            return draft
        raise Stale(draft)
    draft.data, draft.summary, draft.kind = data, fields["summary"], kind
    draft.version = draft.version + 1
    draft.updated_at, draft.discarded_at = timezone.now(), None
    draft.save()
    return draft


def discard_draft(coder, draft, version):
    """Put one's own draft aside, as it was seen; raises :class:`Stale` if it went on since."""
    kept = Draft.objects.filter(coder=coder, pk=draft.pk).kept()
    discarded = {"discarded_at": timezone.now(), "version": version + 1}
    if not kept.filter(version=version).update(**discarded) and (current := kept.first()):
        raise Stale(current)


def restore_draft(coder, draft):
    """Bring a draft back that was discarded; nothing happens to one that was not."""
    discarded = Draft.objects.filter(coder=coder, pk=draft.pk).discarded()
    discarded.order_by().update(discarded_at=None, version=F("version") + 1)
