"""Verdicts: what follows from them, undoing them, and two people at once."""

import uuid

import pytest

from accounts.models import Role
from annotations import coding, recording, reviewing
from annotations.models import Notice, Review, ReviewTakenBack
from talks.models import Evidence
from tests.factories import (
    make_article,
    make_outcome_report,
    make_passage,
    make_position,
    make_review,
    make_tag,
    make_tagging,
)

pytestmark = pytest.mark.django_db
WORK = {
    "tagging": make_tagging,
    "position": make_position,
    "outcome_report": make_outcome_report,
}


@pytest.fixture(params=WORK)
def work(request):
    return WORK[request.param]()


def standing(row):
    return [review.decision for review in Review.objects.standing().of(row).order_by("pk")]


@pytest.mark.parametrize(
    ("decision", "status"),
    [("accept", "accepted"), ("revise", "submitted"), ("reject", "rejected")],
)
def test_the_status_follows_the_verdict_and_back(work, editor, decision, status):
    reason = "" if decision == "accept" else "Too short."
    act = reviewing.give_verdict(editor, work, decision, 1, reason=reason)
    work.refresh_from_db()
    review = Review.objects.get()

    assert (work.work_status, work.version) == (status, 2)
    assert (review.item, review.reviewer, review.coder) == (work, editor, work.coder)
    assert (review.decision, review.reason, review.version) == (decision, reason, 1)
    assert Notice.objects.unread().get().person == work.coder

    undone = coding.undo(editor, act)
    work.refresh_from_db()
    assert (work.work_status, work.version, standing(work)) == ("submitted", 3, [])
    assert Review.objects.get() == review
    assert (ReviewTakenBack.objects.get().review, Notice.objects.unread().count()) == (review, 0)

    coding.undo(editor, undone)
    work.refresh_from_db()
    assert (work.work_status, work.version, standing(work)) == (status, 4, [decision])
    assert Review.objects.latest("pk").reason == reason
    assert Notice.objects.unread().count() == 1


def test_a_verdict_keeps_what_it_judged_in_words(editor):
    passage = make_passage("Both sides")
    tagging = make_tagging(passage, make_tag("Unity"))

    reviewing.give_verdict(editor, tagging, "accept", 1)

    assert Review.objects.get().judged == {"Tag": "Unity", "Words": "“Both sides”"}


def test_nobody_reviews_their_own_work(editor):
    own = make_tagging(coder=editor)

    with pytest.raises(reviewing.Refused, match="Nobody reviews their own work"):
        reviewing.give_verdict(editor, own, "accept", 1)
    assert not Review.objects.exists()


def test_a_researcher_gives_no_verdict(work, researcher):
    with pytest.raises(reviewing.Refused, match="Only editors"):
        reviewing.give_verdict(researcher, work, "accept", 1)


def test_who_is_no_editor_any_more_takes_no_verdict_back(work, editor):
    act = reviewing.give_verdict(editor, work, "accept", 1)
    editor.role = Role.RESEARCHER
    editor.save()

    with pytest.raises(reviewing.Refused, match="Only editors"):
        coding.undo(editor, act)
    assert standing(work) == ["accept"]


@pytest.mark.parametrize("decision", ["revise", "reject"])
def test_a_verdict_against_it_needs_a_reason(work, editor, decision):
    with pytest.raises(reviewing.Refused, match="Say why"):
        reviewing.give_verdict(editor, work, decision, 1, reason="  ")
    assert not Review.objects.exists()


def test_a_verdict_on_an_older_version_is_refused_with_the_one_given(work, editor, admin):
    reviewing.give_verdict(editor, work, "accept", 1)

    with pytest.raises(reviewing.StaleItems) as caught:
        reviewing.give_verdict(admin, work, "reject", 1, reason="No.")

    assert caught.value.rows == [work]
    assert standing(work) == ["accept"]
    (latest,) = reviewing.latest_reviews(caught.value.rows).values()
    assert (latest.reviewer, latest.decision) == (editor, "accept")


def test_the_same_verdict_sent_twice_is_given_once(work, editor):
    key = uuid.uuid4()

    first = reviewing.give_verdict(editor, work, "accept", 1, key=key)
    second = reviewing.give_verdict(editor, work, "accept", 1, key=key)

    assert first == second
    assert Review.objects.count() == 1


def test_several_get_one_verdict_and_are_taken_back_as_one(editor):
    rows = [make_tagging(), make_position(), make_outcome_report()]
    pairs = [(row, 1) for row in rows]

    act = reviewing.give_verdicts(editor, pairs, "reject", reason="Not in the text.")

    assert [standing(row) for row in rows] == [["reject"]] * 3
    assert (act.article, act.summary) == (None, "3 rejected (Not in the text.)")
    assert set(Review.objects.values_list("reason", flat=True)) == {"Not in the text."}

    coding.undo(editor, act)
    for row in rows:
        row.refresh_from_db()
    assert [row.work_status for row in rows] == ["submitted"] * 3


def test_of_several_none_is_judged_where_one_was_changed(editor, admin):
    first, second = make_tagging(), make_position()
    make_review(second, "accept", admin)

    with pytest.raises(reviewing.StaleItems) as caught:
        reviewing.give_verdicts(editor, [(first, 1), (second, 1)], "reject", reason="No.")

    assert caught.value.rows == [second]
    assert standing(first) == []


def test_settling_judges_all_parts_in_one_act(editor):
    article = make_article(text="Both sides agreed.")
    kept = make_tagging(make_passage("Both sides", article), make_tag("Unity"))
    dropped = make_tagging(make_passage("sides agreed", article), make_tag("Outcome"))
    make_review(kept, "accept")

    seen = [(kept, 2), (dropped, 1)]
    act = reviewing.settle(editor, seen, str(kept.tag_id), reason="Unity it is.")

    assert (standing(kept), standing(dropped)) == (["accept"], ["reject"])
    assert act.article == article
    coding.undo(editor, act)
    dropped.refresh_from_db()
    assert dropped.work_status == "submitted"


# What coders change afterwards


def test_bounds_moved_after_a_verdict_are_submitted_again(editor):
    article = make_article(text="Both sides agreed.")
    tagging = make_tagging(make_passage("Both sides", article))
    make_review(tagging, "reject", editor)

    act = coding.move_bounds(tagging.coder, tagging.passage, 0, 17)
    tagging.refresh_from_db()
    assert tagging.work_status == "submitted"

    coding.undo(tagging.coder, act)
    tagging.refresh_from_db()
    assert tagging.work_status == "rejected"


@pytest.mark.parametrize("make", [make_position, make_outcome_report])
def test_evidence_changed_after_a_verdict_is_submitted_again(make, editor):
    article = make_article(text="Both sides agreed.\nNothing was signed.")
    row = make(article=article)
    make_review(row, "accept", editor)

    recording.change_evidence(row.coder, row, [(0, 10, "report")], 2, article=article)
    row.refresh_from_db()

    assert row.work_status == "submitted"
    assert Evidence.objects.get().passage.exact == "Both sides"
