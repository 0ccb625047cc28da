"""What the database holds true of tags, taggings, notes and acts, tried below the ORM."""

import pytest

from annotations import coding
from annotations.models import Act, Note, Tag, Tagging
from tests.factories import make_codebook, make_note, make_tag, make_tagging, make_user
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("spelling", ["ceasefire", " CEASEFIRE ", "Ｃｅａｓｅｆｉｒｅ"])
def test_a_tag_has_one_spelling(spelling):
    make_tag("Ceasefire")
    insert = (
        "INSERT INTO annotations_tag (codebook_id, name, definition, example, counter_example,"
        ' colour, shortcut, "order", status, version)'
        " SELECT codebook_id, %s, '', '', '', '', '', 0, 'active', 1 FROM annotations_tag LIMIT 1"
    )

    assert refusal(insert, spelling) == "tag_name_is_unique_however_spelt"


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("tag_name_is_not_blank", "name = '  '"),
        ("tag_status_is_known", "status = 'new'"),
        ("tag_colour_is_known", "colour = 'neon'"),
        ("replaced_tag_is_archived", "replaced_by_id = (SELECT max(id) FROM annotations_tag)"),
        ("tag_tree_has_no_circle", "parent_id = id"),
    ],
)
def test_a_tag_keeps_to_its_rules(constraint, change):
    tag = make_tag()
    make_tag()

    assert refusal(f"UPDATE annotations_tag SET {change} WHERE id = {tag.pk}") == constraint


def test_a_tag_does_not_replace_itself():
    make_tag()

    update = "UPDATE annotations_tag SET status = 'archived', replaced_by_id = id"
    assert refusal(update) == "tag_does_not_replace_itself"


def test_the_tree_has_no_circle():
    root = make_tag()
    child = make_tag(parent=root)
    leaf = make_tag(parent=child)

    update = "UPDATE annotations_tag SET parent_id = %s WHERE id = %s"
    assert refusal(update, leaf.pk, root.pk) == "tag_tree_has_no_circle"


def test_a_tag_stays_within_its_codebook():
    tag = make_tag()
    other = make_tag(codebook=make_codebook())

    update = "UPDATE annotations_tag SET parent_id = %s WHERE id = %s"
    assert refusal(update, other.pk, tag.pk) == "tag_stays_in_codebook"


def test_a_coder_tags_a_passage_once():
    tagging = make_tagging()
    insert = (
        "INSERT INTO annotations_tagging"
        " (passage_id, tag_id, coder_id, codebook_version, work_status, version)"
        " SELECT passage_id, tag_id, coder_id, 1, 'submitted', 1 FROM annotations_tagging"
    )

    assert refusal(insert) == "coder_tags_a_passage_once"
    assert list(Tagging.objects.all()) == [tagging]


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("tagging_work_status_is_known", "work_status = 'done'"),
        ("codebook_version_counts_from_one", "codebook_version = 0"),
        ("tagging_names_a_codebook_version", "codebook_version = 2"),
    ],
)
def test_a_tagging_keeps_to_its_rules(constraint, change):
    make_tagging()

    assert refusal(f"UPDATE annotations_tagging SET {change}") == constraint


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("note_is_about_one_thing", "passage_id = NULL"),
        ("note_is_about_one_thing", "tag_id = (SELECT max(id) FROM annotations_tag)"),
        ("note_says_something", "text = E' \\n '"),
        ("note_visibility_is_known", "visibility = 'public'"),
    ],
)
def test_a_note_keeps_to_its_rules(constraint, change):
    make_note()
    make_tag()

    assert refusal(f"UPDATE annotations_note SET {change}") == constraint


def test_a_reply_is_as_visible_as_its_note():
    note = make_note()
    reply = make_note(parent=note)

    private = "UPDATE annotations_note SET visibility = 'private' WHERE id = %s"
    assert refusal(private, reply.pk) == "reply_is_as_visible_as_its_note"
    assert refusal(private, note.pk) == "note_is_as_visible_as_its_replies"


def test_nobody_else_replies_to_a_private_note():
    note = make_note(visibility="private")
    insert = (
        "INSERT INTO annotations_note (parent_id, author_id, text, visibility, version)"
        " VALUES (%s, %s, 'Me too', 'private', 1)"
    )

    assert refusal(insert, note.pk, make_user().pk) == "reply_is_as_visible_as_its_note"


def test_a_reply_answers_a_note_and_not_a_reply():
    reply = make_note(parent=make_note())

    assert (
        refusal(
            "INSERT INTO annotations_note (parent_id, author_id, text, visibility, version)"
            " VALUES (%s, %s, 'And', 'team', 1)",
            reply.pk,
            reply.author_id,
        )
        == "reply_answers_a_note"
    )


def test_an_act_is_kept_as_it_was():
    note = make_note()
    act = coding.withdraw_note(note.author, note, 1)

    assert refusal("UPDATE annotations_act SET summary = 'Nothing'") == "act_is_kept"
    assert refusal("DELETE FROM annotations_act") == "act_is_kept"
    assert list(Act.objects.all()) == [act]


def test_a_request_is_done_once():
    note = make_note()
    coding.withdraw_note(note.author, note, 1)
    again = (
        "INSERT INTO annotations_act (actor_id, kind, summary, passages, changes, is_private, key)"
        " SELECT actor_id, kind, summary, passages, changes, is_private, key FROM annotations_act"
    )

    assert refusal(again) == "act_is_done_once"


@pytest.mark.parametrize("kind", ["undo", "redo", "cheat"])
def test_an_act_is_of_a_known_kind_and_an_undo_undoes_something(kind):
    insert = (
        "INSERT INTO annotations_act (actor_id, kind, summary, passages, changes, is_private, key)"
        " VALUES (%s, %s, '', '{}', '[]', false, gen_random_uuid())"
    )
    expected = "act_kind_is_known" if kind == "cheat" else "undo_and_redo_take_back_an_act"

    assert refusal(insert, make_user().pk, kind) == expected


def test_what_is_in_use_is_not_deleted():
    tagging = make_tagging()
    make_note(passage=tagging.passage)

    tables = ["annotations_tag", "talks_passage", "accounts_user", "annotations_codebook"]

    assert [refusal(f"DELETE FROM {table}") is not None for table in tables] == [True] * 4
    counts = (Tag.objects.count(), Tagging.objects.count(), Note.objects.count())
    assert counts == (1, 1, 1)
