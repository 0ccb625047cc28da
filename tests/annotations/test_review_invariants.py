"""What the database holds true of verdicts, tried below the ORM."""

import pytest
from django.db import connection

from annotations.models import Review
from tests.factories import (
    make_note,
    make_outcome_report,
    make_position,
    make_review,
    make_tagging,
    make_user,
)
from tests.refusals import refusal

pytestmark = pytest.mark.django_db
WORK = {
    "tagging": (make_tagging, "annotations_tagging"),
    "position": (make_position, "talks_position"),
    "outcome_report": (make_outcome_report, "talks_outcomereport"),
}


@pytest.fixture(params=WORK)
def work(request):
    """A submitted piece of work of each kind: its field in a review, its row and its table."""
    make, table = WORK[request.param]
    return request.param, make(), table


def verdict(field, **values):
    """The SQL of a verdict that would be accepted by itself, with other ``values``."""
    defaults = {
        field: "id",
        "coder_id": "coder_id",
        "reviewer_id": make_user().pk,
        "decision": "'revise'",
        "reason": "'Why?'",
        "version": "version",
        "judged": "'{}'",
    }
    values = defaults | values
    table = WORK[field.removesuffix("_id")][1]
    columns = ", ".join(values)
    given = ", ".join(str(value) for value in values.values())
    return f"INSERT INTO annotations_review ({columns}) SELECT {given} FROM {table}"


def test_a_verdict_comes_with_its_item_counted_up(work):
    field, _, table = work
    counted_up = f"; UPDATE {table} SET version = version + 1"

    assert refusal(verdict(f"{field}_id")) == "status_follows_the_verdict"
    assert refusal(verdict(f"{field}_id") + counted_up) is None


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("nobody_reviews_their_own_work", {"reviewer_id": "coder_id"}),
        ("reject_and_revise_have_a_reason", {"reason": "' \n'"}),
        ("review_decision_is_known", {"decision": "'perhaps'"}),
        ("review_judges_what_stands", {"version": "version + 1"}),
        ("review_names_the_coder", {"coder_id": "coder_id + 1"}),
    ],
)
def test_a_verdict_keeps_to_its_rules(work, constraint, values):
    field, _, _ = work

    assert refusal(verdict(f"{field}_id", **values)) == constraint


def test_a_verdict_is_on_exactly_one_thing(work):
    field, _, _ = work
    other = make_tagging() if field != "tagging" else make_position()
    name = "tagging_id" if field != "tagging" else "position_id"

    assert refusal(verdict(f"{field}_id", **{name: other.pk})) in {
        "review_is_of_one_thing",
        "review_names_the_coder",
    }
    insert = verdict(f"{field}_id").replace(f"{field}_id", "decision", 1)
    insert = insert.replace("decision, ", "", 1).replace("SELECT id, ", "SELECT ", 1)
    assert refusal(insert) == "review_is_of_one_thing"


def test_a_version_is_judged_once(work):
    field, row, table = work
    make_review(row)
    again = f"UPDATE {table} SET version = 1; {verdict(f'{field}_id')}"

    assert refusal(again) == f"{field}_version_is_judged_once"


def test_what_was_withdrawn_is_not_judged(work):
    field, _, table = work

    update = f"UPDATE {table} SET withdrawn_at = now(); {verdict(f'{field}_id')}"
    assert refusal(update) == "review_judges_what_stands"


@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["annotations_review", "annotations_reviewtakenback"])
def test_a_verdict_and_its_taking_back_are_kept(work, table, change):
    _, row, _ = work
    review = make_review(row)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "INSERT INTO annotations_reviewtakenback (review_id, by_id) VALUES (%s, %s)",
            [review.pk, review.reviewer_id],
        )

    assert refusal(change.format(table)) == "review_is_kept"


@pytest.mark.parametrize(
    ("decision", "follows"),
    [("accept", "accepted"), ("reject", "rejected"), ("revise", "submitted")],
)
def test_the_status_of_reviewed_work_is_that_of_its_latest_verdict(work, decision, follows):
    _, row, table = work
    make_review(row, decision)
    others = {"draft", "submitted", "accepted", "rejected"} - {follows}

    assert row.work_status == follows
    for other in others:
        update = f"UPDATE {table} SET work_status = '{other}'"
        assert refusal(update) == "status_follows_the_verdict"


def test_what_its_coder_changed_after_a_verdict_waits_for_another(work):
    _, row, table = work
    make_review(row, "reject")
    changed = f"UPDATE {table} SET version = version + 1, work_status = "

    assert refusal(f"{changed} 'submitted'") is None
    assert refusal(f"{changed} 'accepted'") == "status_follows_the_verdict"


def test_what_was_never_reviewed_may_be_accepted_as_a_loaded_coding_is(work):
    _, _, table = work

    assert refusal(f"UPDATE {table} SET work_status = 'accepted'") is None
    assert not Review.objects.exists()


def test_a_note_is_about_one_piece_of_work(work):
    field, row, _ = work
    make_note(**{field: row})

    update = "UPDATE annotations_note SET parent_id = id"
    assert refusal(update) == "note_is_about_one_thing"
