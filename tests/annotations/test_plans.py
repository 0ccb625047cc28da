"""The pages of lists look their rows up by the indexes, and read nothing large as a whole."""

import pytest
from django.urls import reverse

from ..factories import (
    make_affiliation,
    make_article,
    make_note,
    make_passage,
    make_position,
    make_tag,
    make_tagging,
)
from ..plans import looked_up, plans_of, read_whole

pytestmark = pytest.mark.django_db
# What grows with the work.
LARGE = {
    "annotations_act", "annotations_review", "annotations_tagging", "talks_evidence",
    "talks_passage", "talks_position",
}  # fmt: skip


@pytest.fixture
def work(client, editor, colleague):
    """A tag in an article, and a person with two positions."""
    client.force_login(editor)
    tag, office = make_tag(), make_affiliation()
    passage = make_passage("Both", make_article("Both sides agreed."))
    make_tagging(passage, tag, colleague)
    make_note(tag=tag, author=colleague)
    for status in ("accepted", "submitted"):
        make_position(affiliation=office, coder=colleague, work_status=status)
    return {
        "tag": tag.get_absolute_url(),
        "person": office.person.get_absolute_url(),
        "codebook": reverse("annotations:codebook"),
        "review": reverse("annotations:review_queue"),
        "reader": passage.article.get_absolute_url(),
    }


@pytest.mark.parametrize(
    ("page", "columns"),
    [
        (
            "tag",
            {
                "annotations_note.tag_id", "annotations_tagging.passage_id",
                "annotations_tagging.tag_id", "talks_article.id", "talks_passage.id",
            },
        ),
        (
            "person",
            {
                "talks_affiliation.person_id", "talks_article.supersedes_id",
                "talks_evidence.affiliation_id", "talks_evidence.position_id",
                "talks_position.affiliation_id", "talks_proposition.id",
            },
        ),
        (
            "reader",
            {
                "talks_event.id", "talks_outcomereport.id", "talks_passage.article_id",
                "talks_position.id",
            },
        ),
        ("codebook", {"annotations_act.actor_id", "talks_article.id", "talks_passage.id"}),
        (
            "review",
            {
                "annotations_note.tagging_id", "annotations_review.outcome_report_id",
                "annotations_review.position_id", "annotations_review.tagging_id",
                "talks_passage.id",
            },
        ),
    ],
)  # fmt: skip
def test_a_page_looks_up_what_it_shows_by_the_indexes(client, work, page, columns):
    plans = plans_of(lambda: client.get(work[page]))

    assert columns - looked_up(*plans) == set()
    assert read_whole(*plans) & LARGE == set()
