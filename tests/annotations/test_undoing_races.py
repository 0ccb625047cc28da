"""Undoing and recording in the moment in which another version takes the text's place."""

import threading
import uuid
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations import carrying, coding
from annotations.in_use import left_behind
from annotations.models import Act, Note, Tagging
from annotations.models_carrying import Carry, CarryStatus
from talks.models import ArticleStatus, Event, Evidence, OutcomeReport, Position
from tests.at_once import both, wait_for_one_who_waits
from tests.factories import (
    make_article,
    make_note,
    make_outcome_report,
    make_party,
    make_passage,
    make_position,
    make_proposition,
    make_tag,
    make_tagging,
)

pytestmark = pytest.mark.django_db(transaction=True)
OLD = "They met in Istanbul on Friday.\nNobody expected anything else of these talks at all."
NEW = "They met in Istanbul on Friday.\nA swap was agreed, the minister told reporters later."
GONE = "Nobody expected anything else"
FREE = "anything else of these talks"  # what nobody has said anything about
START = OLD.index(FREE)
SPAN = {"start": START, "end": START + len(FREE), "exact": FREE}


def proof(exact=FREE):
    start = OLD.index(exact)
    return {
        "evidence_start": start,
        "evidence_end": start + len(exact),
        "evidence_exact": exact,
        "evidence_role": "report",
    }


@pytest.fixture
def desk(researcher, admin):
    """A text with the researcher's work on words that its newer version no longer has."""
    old = make_article(OLD)
    passage = make_passage(GONE, old)
    tagging = make_tagging(passage, coder=researcher)
    return SimpleNamespace(
        old=old,
        new=make_article(NEW, round=old.round, status=ArticleStatus.DRAFT),
        coder=researcher,
        admin=admin,
        passage=passage,
        tagging=tagging,
        note=make_note("Where?", passage=passage, author=researcher),
        position=make_position([passage], article=old, coder=researcher),
        report=make_outcome_report(article=old, evidence=[passage], coder=researcher),
        party=make_party(name="Ukraine"),
        other=make_party(name="Russia"),
        proposition=make_proposition(),
        tag=make_tag("Another"),
    )


def at(name, *args):
    return reverse(f"annotations:{name}", args=args)


def recorded(desk, name, fields):
    return at(name, desk.old.pk), {"key": str(uuid.uuid4())} | fields | proof()


def a_position(desk):
    return {
        "party": "Ukraine", "proposition": desk.proposition.pk, "stance": "supports",
        "speech_act": "demand", "speech_form": "indirect", "attribution": "party",
        "basis": "textual", "certainty": "high",
    }  # fmt: skip


def an_outcome(desk):
    return {
        "outcome": "new", "new_title": "Exchange", "new_kind": "agreement", "status": "agreed",
        "side_party": ["Ukraine", "Russia"], "side_stance": ["agrees", "agrees"],
        "side_basis": ["textual", "textual"],
    }  # fmt: skip


def an_event(desk):
    return {
        "event_kind": "meeting", "title": "They meet", "on_date": "2025-05-16",
        "date_precision": "day", "who_party": ["Ukraine", "Russia"], "who_person": ["", ""],
        "who_role": ["actor", "addressee"],
    }  # fmt: skip


def edited(desk, name, row, more):
    fields = dict(client_of(desk).get(at(name, row.pk)).context["form"].data.lists())
    for key, value in proof().items():
        fields[key].append(str(value))
    return at(name, row.pk), fields | more


def undone(desk, act, times):
    """The address that takes ``act`` back, or with twice that does it again."""
    for _ in range(times - 1):
        act = coding.undo(desk.coder, act)
    return at("act_undo", act.pk), {}


WRITES = {
    "a position": lambda desk: recorded(desk, "position_new", a_position(desk)),
    "an outcome": lambda desk: recorded(desk, "outcome_report_new", an_outcome(desk)),
    "an event": lambda desk: recorded(desk, "event_new", an_event(desk)),
    "another position": lambda desk: edited(desk, "position_edit", desk.position, {}),
    "other evidence": lambda desk: edited(desk, "report_evidence", desk.report, {}),
    "a tag that was taken off": lambda desk: undone(
        desk, coding.withdraw_tagging(desk.coder, desk.tagging, 1), 1
    ),
    "a tag that was taken back": lambda desk: undone(
        desk, coding.tag_passage(desk.coder, desk.old, SPAN["start"], SPAN["end"], desk.tag), 2
    ),
    "bounds as they were": lambda desk: undone(
        desk, coding.move_bounds(desk.coder, desk.passage, SPAN["start"], SPAN["end"]), 1
    ),
}  # fmt: skip


def client_of(desk):
    client = Client()
    client.force_login(desk.coder)
    return client


def stands(desk):
    """All that is said about the old text, as the rows that say it, and how often it was said."""
    about = {
        Tagging: "passage__article",
        Position: "article",
        OutcomeReport: "article",
        Event: "evidence__passage__article",
        Evidence: "passage__article",
    }
    said = {
        model: sorted(model.objects.filter(**{article: desk.old}).values_list("pk", *fields))
        for model, article in about.items()
        for fields in [[] if model is Evidence else ["version"]]
    }
    said[Note] = sorted(Note.objects.values_list("pk", "text", "version"))
    return said | {Act: Act.objects.filter(actor=desk.coder).count()}


def while_superseding(desk, write):
    """What ``write`` answers that begins before the old text is superseded and ends after it."""
    superseded = threading.Event()

    def supersede():
        with transaction.atomic():
            act = carrying.supersede(desk.admin, desk.new, desk.old, desk.new.version)
            superseded.set()
            wait_for_one_who_waits()
        return act

    def begin():
        assert superseded.wait(60)
        return write()

    return both(supersede, begin)[1]


@pytest.mark.parametrize("name", WRITES)
def test_what_begins_before_the_text_is_superseded_is_asked_about_like_what_begins_later(
    desk, name
):
    address, fields = WRITES[name](desk)
    client = client_of(desk)
    before = stands(desk)

    answer = while_superseding(desk, lambda: client.post(address, fields))

    assert (answer.status_code, stands(desk)) == (409, before)
    later = client.post(address, fields)
    assert (later.status_code, stands(desk)) == (409, before)
    assert "This text was superseded by a newer version" in answer.text
    assert "This text was superseded by a newer version" in later.text


@pytest.mark.parametrize("name", WRITES)
def test_whoever_means_the_old_version_writes_on_it_at_any_moment(desk, name):
    """The guard off: the same request, in the same moment, does write on the old text."""
    address, fields = WRITES[name](desk)
    client = client_of(desk)
    before = stands(desk)
    session = client.session
    session["superseded_articles"] = [desk.old.pk]
    session.save()

    answer = while_superseding(desk, lambda: client.post(address, fields))

    assert answer.status_code == 302
    assert stands(desk) != before


def left_out(desk):
    """Passages of the old text with live work on them that the queue says nothing of."""
    return [one.exact for one in left_behind(desk.old, desk.new)]


@pytest.mark.parametrize("name", WRITES)
def test_what_ends_before_the_text_is_superseded_is_in_the_queue(desk, name):
    """The other order: the superseding begins when the work is written and not yet committed."""
    address, fields = WRITES[name](desk)
    client = client_of(desk)
    written = threading.Event()

    def write():
        with transaction.atomic():
            answer = client.post(address, fields)
            written.set()
            wait_for_one_who_waits()
        return answer

    def supersede():
        assert written.wait(60)
        return carrying.supersede(desk.admin, desk.new, desk.old, desk.new.version)

    answer, act = both(write, supersede)

    assert (answer.status_code, type(act)) == (302, Act)
    assert left_out(desk) == []
    assert Carry.objects.filter(status=CarryStatus.WAITING).count() >= 1
