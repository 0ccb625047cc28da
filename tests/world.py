"""One state of the database with everything in it that somebody may or may not see.

`tests/test_permissions.py` asks each address for each of these objects, as each of the cast.
"""

import dataclasses
import uuid

from accounts.models import Role
from annotations import carrying, coding, recording, reviewing
from annotations.models import (
    Completion,
    Draft,
    DraftKind,
    Notice,
    Review,
    SavedSearch,
    TagStatus,
    Visibility,
)
from annotations.models_review import Decision
from talks import merging
from talks.models import ArticleStatus, EventParticipation, OutcomeStance, Passage, WorkStatus

from .factories import (
    make_affiliation,
    make_article,
    make_batch,
    make_event,
    make_intake,
    make_note,
    make_outcome,
    make_outcome_report,
    make_participation,
    make_party,
    make_person,
    make_position,
    make_proposition,
    make_round,
    make_table,
    make_tag,
    make_tagging,
    make_user,
)

CAST = {
    "researcher": Role.RESEARCHER,
    "editor": Role.EDITOR,
    "admin": Role.ADMIN,
    "deactivated": Role.ADMIN,
    "colleague": Role.RESEARCHER,
}
TEAM = {"researcher", "editor", "admin"}
LONG_AGO = "2025-06-01T12:00:00Z"
WORDS = "Both sides agreed. Neither side left early. Nobody was late."


@dataclasses.dataclass
class World:
    """``users`` by name; ``objects`` by name, each as its address takes it: a key or a slug.

    An "own …" is a dictionary by user. ``secrets`` are words that stand somewhere, each with
    those who may read it.
    """

    users: dict
    objects: dict
    secrets: dict

    def argument(self, name, who):
        """What stands in the address for the object ``name``, when ``who`` asks."""
        found = self.objects[name]
        return found.get(who, found["researcher"]) if isinstance(found, dict) else found


def make_world():
    users = {name: make_user(role, username=name) for name, role in CAST.items()}
    world = World(users, {}, {})
    article = make_article(WORDS)
    draft = make_article(
        f"Unpublished-quokka. {WORDS}",
        title="Unpublished-quokka",
        status=ArticleStatus.DRAFT,
        round=article.round,
    )
    world.secrets["Unpublished-quokka"] = {"admin"}
    tag = make_tag("Deadline")
    _put(world, article, tag)
    world.objects |= {
        "draft article": draft.pk,
        "draft passage": Passage.objects.at(draft, 0, 11).pk,
        "draft position": (
            hidden := make_position(article=draft, work_status=WorkStatus.ACCEPTED)
        ).pk,
        "evidence in a draft": hidden.evidence.get().pk,
        "account": users["colleague"].pk,
    }
    intake = make_intake(text=f"Incoming-numbat. {WORDS}", started_by=users["admin"])
    batch = make_batch(
        {"Incoming-numbat.txt": b"They met."}, started_by=users["admin"], round=article.round
    )
    world.objects |= {
        "intake": intake.pk,
        "original": intake.original_id,
        "batch": batch.pk,
        "table": make_table(started_by=users["admin"], round=article.round).pk,
    }
    world.secrets["Incoming-numbat"] = {"admin"}
    for name, user in users.items():
        for kind, row in work_of(name, user, article, draft, tag, world.secrets).items():
            if name == "colleague":
                world.objects[f"another’s {kind}"] = row.pk
            else:
                world.objects.setdefault(f"own {kind}", {})[name] = row.pk
    return world


def _put(world, article, tag):
    """What belongs to nobody in particular."""
    accepted = {"article": article, "work_status": WorkStatus.ACCEPTED}
    report = make_outcome_report(**accepted)
    position = make_position(**accepted)
    office = make_affiliation()
    merged, into = make_person(), make_person()
    merged_party, into_party = make_party(), make_party()
    editor = world.users["editor"]
    merge = merging.merge(merged, into, (1, 1), editor)
    old = make_article(f"First {WORDS}", round=article.round)
    newer = make_article("Nothing of it stayed.", round=article.round)
    make_tagging(Passage.objects.at(old, 0, 10), tag)
    carrying.supersede(world.users["admin"], newer, old, newer.version)
    merging.merge(merged_party, into_party, (1, 1), editor)
    _put_parts(world, article, tag, report, position)
    world.objects |= {
        "article": article.pk,
        "round": article.round.slug,
        "empty round": make_round().slug,
        "passage": Passage.objects.at(article, 0, 4).pk,
        "tag": tag.pk,
        "merged tag": make_tag(status=TagStatus.ARCHIVED, replaced_by=tag).pk,
        "party": position.party.slug,
        "merged party": merged_party.slug,
        "participation": make_participation(round=article.round).pk,
        "person": office.person_id,
        "merged person": merged.pk,
        "office": office.pk,
        "proposition": position.proposition_id,
        "issue": position.proposition.issue_id,
        "outcome": report.outcome_id,
        "unreported outcome": make_outcome(round=article.round).pk,
        "accepted position": position.pk,
        "merge": merge.pk,
        "kind of names": "coder",
        "spent link": "spent",
        "mail of nobody": "of-nobody",
        "superseded article": old.pk,
        "newer version": newer.pk,
        "carry": newer.carries.get().pk,
    }


def _put_parts(world, article, tag, report, position):
    """Rows that have a history and no page of their own."""
    judged = make_tagging(Passage.objects.at(article, 11, 18), tag)
    act = reviewing.give_verdict(
        world.users["editor"], judged, Decision.ACCEPT, judged.version, key=uuid.uuid4()
    )
    review = Review.objects.get(tagging=judged)
    coding.undo(world.users["editor"], act)
    event = make_event(round=article.round)
    part = EventParticipation.objects.create(event=event, party=position.party, role="mentioned")
    stance = OutcomeStance.objects.create(
        report=report, party=position.party, stance="unclear", basis="textual"
    )
    world.objects |= {
        "codebook": tag.codebook_id,
        "evidence": position.evidence.get().pk,
        "part in an event": part.pk,
        "party’s key": position.party_id,
        "review": review.pk,
        "round’s key": article.round_id,
        "stance": stance.pk,
        "verdict taken back": review.taken_back.pk,
    }


def work_of(name, user, article, draft, tag, secrets):
    """What one person has done here, by what the addresses call it."""
    act = coding.tag_passage(user, article, 0, 10, tag, note=f"Team-echidna of {name}")
    private = f"Private-wombat-of-{name}"
    unfinished = f"Unfinished-bilby-of-{name}"
    secrets |= {"Team-echidna": TEAM, "Submitted-dingo": TEAM, private: {name}, unfinished: {name},
        f"Kept-bandicoot-of-{name}": {name}}  # fmt: skip
    coding.write_note(user, private, Visibility.PRIVATE, article=article)
    words = (20 + list(CAST).index(name), 43)
    coding.write_note(user, private, Visibility.PRIVATE, article=article, span=words)
    event = recording.record_event(
        user,
        article,
        {"kind": "meeting", "title": f"A meeting told by {name}"},
        [],
        [(0, 4, "report")],
    )
    submitted = {"article": article, "coder": user, "proposition": make_proposition()}
    return {
        "act": act,
        "tagging": user.taggings.get(),
        "withdrawn tagging": make_tagging(
            Passage.objects.at(article, 5, 10), tag, user, withdrawn_at=LONG_AGO
        ),
        "tagging in a draft": make_tagging(Passage.objects.at(draft, 0, 11), tag, user),
        "note": (note := user.notes.get(visibility=Visibility.TEAM)),
        "read notice": Notice.objects.create(
            person=user, note=note, article=article, is_reply=True, version=1, read_at=LONG_AGO
        ),
        "private note": user.notes.get(visibility=Visibility.PRIVATE, passage=None),
        "secret passage": Passage.objects.get(start=words[0], end=words[1]),
        "withdrawn note": make_note(article=article, author=user, withdrawn_at=LONG_AGO),
        "note in a draft": make_note(article=draft, author=user),
        "event": event_of(event),
        "position": make_position(summary=f"Submitted-dingo of {name}", **submitted),
        "withdrawn position": make_position(withdrawn_at=LONG_AGO, **submitted),
        "position in a draft": make_position(**submitted | {"article": draft}),
        "unsubmitted position": make_position(
            summary=unfinished, work_status=WorkStatus.DRAFT, **submitted
        ),
        "completion": Completion.objects.create(article=article, coder=user, last_act=0),
        "completion in a draft": Completion.objects.create(article=draft, coder=user, last_act=0),
        "report": make_outcome_report(article=article, coder=user),
        "report in a draft": make_outcome_report(article=draft, coder=user),
        "draft": Draft.objects.create(
            coder=user, article=article, kind=DraftKind.POSITION, summary=unfinished,
            data={"summary": [unfinished]},
        ),
        "saved search": SavedSearch.objects.create(
            owner=user, name=f"Kept-bandicoot-of-{name}", query="q=met", key=uuid.uuid4()
        ),
    }  # fmt: skip


def event_of(act):
    return recording.Event.objects.get(
        pk=next(r["pk"] for r in act.changes if r["model"] == "event")
    )
