"""Two people at once on one piece of work: first the race without its guards, then with them."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection

from annotations import coding, recording, reviewing
from annotations.models import Act, Review
from tests.at_once import at_once
from tests.factories import make_article, make_position, make_tag, make_tagging

pytestmark = pytest.mark.django_db(transaction=True)
GUARDS_OFF = """
ALTER TABLE annotations_review DISABLE TRIGGER review_judges_what_stands;
ALTER TABLE annotations_review DISABLE TRIGGER verdict_moves_its_item;
ALTER TABLE talks_position DISABLE TRIGGER status_follows_the_verdict;
ALTER TABLE annotations_tagging DISABLE TRIGGER status_follows_the_verdict;
ALTER TABLE annotations_review DROP CONSTRAINT tagging_version_is_judged_once;
"""
GUARDS_ON = """
SET session_replication_role = replica;
DELETE FROM annotations_reviewtakenback;
DELETE FROM annotations_notice;
DELETE FROM annotations_review;
RESET session_replication_role;
ALTER TABLE annotations_review ADD CONSTRAINT tagging_version_is_judged_once
    UNIQUE (tagging_id, version);
ALTER TABLE annotations_tagging ENABLE TRIGGER status_follows_the_verdict;
ALTER TABLE talks_position ENABLE TRIGGER status_follows_the_verdict;
ALTER TABLE annotations_review ENABLE TRIGGER verdict_moves_its_item;
ALTER TABLE annotations_review ENABLE TRIGGER review_judges_what_stands;
"""


@contextmanager
def without_guards(monkeypatch, after_reading):
    """Neither locks nor versions nor the database keep verdicts apart.

    ``after_reading`` is called between the reading of the work and the writing of the verdict.
    """

    def read_only(judged):
        rows = [
            (reviewing.items.kind_of(row).whole().get(pk=row.pk), reviewing.Decision(decision))
            for row, _, decision in judged
        ]
        after_reading()
        return rows

    with connection.cursor() as cursor:
        cursor.execute(GUARDS_OFF)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(reviewing, "_in_turn", lambda *_: None)
            patched.setattr(reviewing, "_as_they_stand", read_only)
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(GUARDS_ON)


def decisions():
    return sorted(Review.objects.standing().values_list("decision", flat=True))


def test_of_two_verdicts_at_once_one_counts(monkeypatch, editor, admin):
    tagging = make_tagging()

    def accept():
        return reviewing.give_verdict(editor, tagging, "accept", 1)

    def reject():
        return reviewing.give_verdict(admin, tagging, "reject", 1, reason="No.")

    both_have_read = threading.Barrier(2)
    with without_guards(monkeypatch, lambda: both_have_read.wait(60)):
        at_once(accept, reject)
        assert decisions() == ["accept", "reject"]

    tagging = make_tagging()
    results = at_once(accept, reject)

    assert sorted(type(result).__name__ for result in results) == ["Act", "StaleItems"]
    assert len(decisions()) == 1


def test_a_verdict_never_falls_on_what_its_editor_did_not_see(monkeypatch, editor):
    def new_position():
        article = make_article()
        position = make_position(article=article, stance="supports")
        passage = position.evidence.get().passage
        fields = {"stance": "opposes"}
        evidence = [(passage.start, passage.end, "report")]

        def change():
            return recording.edit_position(
                position.coder, position, position.party, fields, evidence, 1, new=None
            )

        return position, change

    position, change = new_position()
    editor_has_read, coder_has_changed = threading.Event(), threading.Event()

    def accept():
        return reviewing.give_verdict(editor, position, "accept", 1)

    def pause():
        editor_has_read.set()
        coder_has_changed.wait(60)

    def change_meanwhile():
        editor_has_read.wait(60)
        try:
            return change()
        finally:
            coder_has_changed.set()

    with without_guards(monkeypatch, pause):
        at_once(accept, change_meanwhile)
        position.refresh_from_db()
        assert (position.stance, position.work_status) == ("opposes", "accepted")

    position, change = new_position()
    verdict, edit = at_once(accept, change)
    position.refresh_from_db()

    if isinstance(verdict, Act):
        assert isinstance(edit, recording.Stale)
        assert (position.stance, position.work_status) == ("supports", "accepted")
    else:
        assert (type(verdict), type(edit)) == (reviewing.StaleItems, Act)
        assert (position.stance, position.work_status) == ("opposes", "submitted")


def test_bulk_verdicts_over_the_same_articles_do_not_wait_for_each_other(editor, admin):
    rows = [make_tagging(tag=make_tag()) for _ in range(6)]
    there = [(row, 1) for row in rows[:3]] + [(row, 1) for row in rows[3:5]]
    back = [(row, 1) for row in reversed(rows[2:])]

    results = at_once(
        lambda: reviewing.give_verdicts(editor, there, "accept"),
        lambda: reviewing.give_verdicts(admin, back, "reject", reason="No."),
    )

    assert sorted(type(result).__name__ for result in results) == ["Act", "StaleItems"]
    assert len(set(decisions())) == 1


def test_a_verdict_and_its_undoing_while_the_coder_takes_the_tag_off(editor):
    tagging = make_tagging()
    act = reviewing.give_verdict(editor, tagging, "accept", 1)

    undone, withdrawn = at_once(
        lambda: coding.undo(editor, act),
        lambda: coding.withdraw_tagging(tagging.coder, tagging, 2),
    )
    tagging.refresh_from_db()

    if isinstance(undone, Act):
        assert isinstance(withdrawn, coding.Stale)
        assert (tagging.work_status, tagging.withdrawn_at) == ("submitted", None)
    else:
        assert (type(undone), type(withdrawn)) == (coding.Refused, Act)
        assert tagging.work_status == "accepted"
