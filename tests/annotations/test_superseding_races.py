"""Somebody writes on a text while it is superseded: first the race, then what keeps them apart."""

import threading

import pytest
from django.db import connection, transaction

from annotations import carrying, codebook, coding, progress, recording
from annotations.models import Act, Note, Tagging
from annotations.models_carrying import Carry
from talks.models import Article, Evidence, Passage, Position
from tests.at_once import at_once, wait_for, wait_for_one_who_waits
from tests.factories import (
    make_article,
    make_note,
    make_outcome,
    make_outcome_report,
    make_party,
    make_passage,
    make_position,
    make_proposition,
    make_tag,
    make_tagging,
)

pytestmark = pytest.mark.django_db(transaction=True)
OLD = "They met in Ankara on Friday.\nNobody expected anything else of these talks."
NEW = "They met in Ankara on Saturday."
GONE = "Nobody expected anything else"
SPAN = (0, 8)
PROVEN = [(*SPAN, "report")]


@pytest.fixture
def old(db):
    return make_article(OLD)


@pytest.fixture
def new(old):
    return make_article(NEW, round=old.round, status="draft")


def superseding_while(write, monkeypatch, admin, old, new, *, in_turn_to_write=None):
    """Supersede ``old`` once ``write`` waits for its turn on it; what came of the writing."""
    has_begun, is_superseded = threading.Event(), threading.Event()
    in_turn = coding._in_turn

    def late_turn(*articles):
        has_begun.set()
        is_superseded.wait(60)
        in_turn(*articles)

    def supersede():
        has_begun.wait(60)
        try:
            return carrying.supersede(admin, new, old, new.version)
        finally:
            is_superseded.set()

    with monkeypatch.context() as patched:
        patched.setattr(coding, "_in_turn", late_turn)
        if in_turn_to_write:
            patched.setattr(coding, "_in_turn_to_write", in_turn_to_write)
        written, carried = at_once(write, supersede)
    assert isinstance(carried, Act)
    return written


def looking_before_the_turn(article, knowingly):
    is_old = Article.objects.filter(supersedes=article).exists()
    coding._in_turn(article)
    if is_old and not knowingly:
        raise coding.Superseded


def test_nothing_is_tagged_on_a_text_that_is_superseded_meanwhile(
    monkeypatch, admin, researcher, old, new
):
    tag = make_tag()

    def write():
        return coding.tag_passage(researcher, old, *SPAN, tag)

    written = superseding_while(
        write, monkeypatch, admin, old, new, in_turn_to_write=looking_before_the_turn
    )
    assert isinstance(written, Act)
    assert Tagging.objects.get().passage.article == old
    assert not Carry.objects.exists()

    last = make_article(f"{NEW} So it is said.", round=old.round, status="draft")
    refused = superseding_while(
        lambda: coding.tag_passage(researcher, new, *SPAN, tag), monkeypatch, admin, new, last
    )
    assert type(refused) is coding.Superseded
    assert not Passage.objects.filter(article=new).exists()


def everything_new(old, researcher):
    """Every act that says something new of an article, by what it is called."""
    passage = make_passage(GONE, old)
    tag, other = make_tag(), make_tag()
    tagging = make_tagging(passage, tag, researcher)
    note = make_note("Where?", passage=passage, author=researcher)
    report = make_outcome_report(article=old, evidence=[passage], coder=researcher)
    mine = make_position([passage], article=old, coder=researcher)
    outcome, party = make_outcome(round=old.round), make_party()
    position = {
        "proposition": make_proposition(),
        "stance": "supports",
        "speech_act": "demand",
        "speech_form": "indirect",
        "attribution": "party",
        "basis": "textual",
        "certainty": "high",
    }
    event = {"kind": "meeting", "title": "Talks"}
    return {
        "tag": lambda **said: coding.tag_passage(researcher, old, *SPAN, other, **said),
        "propose": lambda **said: coding.tag_passage(researcher, old, *SPAN, "Venue", **said),
        "tag all": lambda **said: coding.tag_passages(researcher, old, [SPAN], tag, **said),
        "note": lambda **said: coding.write_note(
            researcher, "Why?", "team", article=old, span=SPAN, **said
        ),
        "reply": lambda **said: coding.reply(researcher, note, "There.", **said),
        "other words": lambda **said: coding.edit_note(
            researcher, note, "When?", "team", 1, **said
        ),
        "position": lambda **said: recording.record_position(
            researcher, old, [party], position, PROVEN, **said
        ),
        "other position": lambda **said: recording.edit_position(
            researcher, mine, party, position, PROVEN, 1, new=None, **said
        ),
        "report": lambda **said: recording.report_outcome(
            researcher, old, outcome, {"status": "pledged"}, [], PROVEN, **said
        ),
        "event": lambda **said: recording.record_event(researcher, old, event, [], PROVEN, **said),
        "evidence": lambda **said: recording.change_evidence(
            researcher, report, PROVEN, report.version, article=old, **said
        ),
        "exchange": lambda **said: codebook.exchange(researcher, tagging, 1, other, **said),
        "done": lambda **said: progress.call_done(researcher, old, True, 0, **said),
        "bounds": lambda **said: coding.move_bounds(researcher, passage, *SPAN, **said),
    }


def test_whatever_is_begun_before_is_refused_and_said_knowingly_is_kept(
    monkeypatch, admin, researcher, old, new
):
    def rows():
        return [model.objects.count() for model in (Act, Tagging, Note, Evidence, Position)]

    writes = everything_new(old, researcher)
    first, *others = writes.values()
    refused = [superseding_while(first, monkeypatch, admin, old, new)]
    before = rows()
    for write in others:
        with pytest.raises(coding.Superseded) as error:
            write()
        refused.append(error.value)

    assert [str(one)[:23] for one in refused] == ["This text was supersede"] * len(writes)
    assert rows() == before
    done = [write(knowingly=True) for write in writes.values()]
    assert [type(act) for act in done] == [Act] * len(writes)


@pytest.mark.parametrize("name", ["note", "position", "exchange", "done"])
def test_each_kind_of_act_looks_after_its_turn(monkeypatch, admin, researcher, old, new, name):
    write = everything_new(old, researcher)[name]

    refused = superseding_while(write, monkeypatch, admin, old, new)

    assert type(refused) is coding.Superseded


def test_what_was_typed_stays_where_the_text_is_superseded_meanwhile(
    monkeypatch, client, admin, researcher, old, new
):
    client.force_login(researcher)
    page = f"{old.get_absolute_url()}notes/"
    sent = {"text": "Mind the venue.", "visibility": "team"}

    response = superseding_while(lambda: client.post(page, sent), monkeypatch, admin, old, new)

    assert response.status_code == 409
    assert "Mind the venue." in response.text
    assert 'name="superseded"' in response.text
    assert client.post(page, sent | {"superseded": "1"}).status_code == 302
    assert Note.objects.get().article == old


def test_what_is_done_already_is_not_refused_when_it_is_sent_again(admin, researcher, old, new):
    key = "6f0d5a52-5a6b-4a0e-9f0b-0d6f6f0f8f11"
    tag = make_tag()
    act = coding.tag_passage(researcher, old, *SPAN, tag, key=key)
    carrying.supersede(admin, new, old, new.version)

    assert coding.tag_passage(researcher, old, *SPAN, tag, key=key) == act


# The other order


def test_what_is_written_just_before_is_carried_over(monkeypatch, admin, researcher):
    def at_the_same_time(old, new):
        is_written, is_over = threading.Event(), threading.Event()

        def write_and_take_time():
            with transaction.atomic():
                coding.tag_passage(researcher, old, *SPAN, tag)
                is_written.set()
                wait_for(is_over)

        def supersede():
            is_written.wait(60)
            try:
                return carrying.supersede(admin, new, old, new.version)
            finally:
                is_over.set()

        results = at_once(write_and_take_time, supersede)
        assert [type(one) for one in results] == [type(None), Act]
        return Tagging.objects.get(passage__exact=OLD[slice(*SPAN)], tag=tag).passage.article

    def pair():
        old = make_article(f"{OLD}\nPage {Article.objects.count()}")
        return old, make_article(f"{old.text}, corrected", round=old.round, status="draft")

    def without_turn(*keys):
        held = Article.objects.in_bulk(keys)
        return [held[key] for key in keys]

    tag = make_tag()
    old, new = pair()
    with monkeypatch.context() as patched:
        patched.setattr(carrying, "_in_turn", without_turn)
        assert at_the_same_time(old, new) == old
    assert not Carry.objects.exists()

    tag = make_tag()
    old, new = pair()
    assert at_the_same_time(old, new) == new
    assert Carry.objects.get().passage.article == old


def test_what_takes_long_is_looked_for_before_others_have_to_wait(
    monkeypatch, admin, researcher, old, new
):
    coding.tag_passage(researcher, old, *SPAN, make_tag())
    find_again, waits = carrying.find_again, []

    def found(*args):
        waits.append(connection.in_atomic_block)
        return find_again(*args)

    monkeypatch.setattr(carrying, "find_again", found)
    carrying.supersede(admin, new, old, new.version)

    assert waits == [False]
    assert Carry.objects.get().status == "waiting"


def test_of_two_who_supersede_the_same_text_one_does_it(monkeypatch, admin, old, new):
    """Without their turns both find it free, and the database refuses the second."""
    other = make_article(f"{NEW} So it is said.", round=old.round, status="draft")
    coding.tag_passage(admin, old, *SPAN, make_tag())
    act = carrying.supersede(admin, new, old, new.version)
    coding.undo(admin, act)
    new.refresh_from_db()
    look, both_look = carrying.supersedable_by, threading.Barrier(2)

    def looking_together(article):
        found = look(article)
        both_look.wait(60)
        return found

    def without_turn(*keys):
        held = Article.objects.in_bulk(keys)
        return [held[key] for key in keys]

    def race():
        results = at_once(
            *(lambda one=one: carrying.supersede(admin, one, old, one.version)
              for one in (new, other))
        )  # fmt: skip
        done = [one for one in results if isinstance(one, Act)]
        [refused] = [one for one in results if isinstance(one, coding.Refused)]
        assert len(done) == 1
        assert Article.objects.filter(supersedes=old).count() == 1
        assert Carry.objects.live().count() == 1
        return done[0], str(refused)

    with monkeypatch.context() as patched:
        patched.setattr(carrying, "_in_turn", without_turn)
        patched.setattr(carrying, "supersedable_by", looking_together)
        act, _ = race()
    coding.undo(admin, act)
    for one in (new, other):
        one.refresh_from_db()

    assert "Another version has taken this place" in race()[1]


def test_two_who_decide_on_two_versions_do_not_wait_for_each_other(
    monkeypatch, admin, researcher, colleague, old
):
    """The last version was loaded before the one between, so its turn comes first."""
    last = make_article("They met in Ankara on Sunday.", round=old.round, status="draft")
    between = make_article(NEW, round=old.round, status="draft")
    for older, newer in ((old, between), (between, last)):
        coding.tag_passage(researcher, older, *SPAN, make_tag())
        carrying.supersede(admin, newer, older, newer.version)
    has_decided, go_on = threading.Event(), carrying._go_on

    def go_on_late(actor, act, **key):
        if act.article_id == between.pk:
            has_decided.set()
            wait_for_one_who_waits()
        return go_on(actor, act, **key)

    def decide(actor, article):
        carry = Carry.objects.select_related("passage").get(article=article)
        return carrying.settle(actor, carry, carry.start, carry.end, carry.version)

    def decide_then():
        has_decided.wait(60)
        return decide(colleague, last)

    monkeypatch.setattr(carrying, "_go_on", go_on_late)
    done = at_once(lambda: decide(researcher, between), decide_then)

    assert [type(one) for one in done] == [Act, Act]
