"""The codebook's changes: each one act, one new version, nothing lost, everything undoable."""

import threading

import pytest
from django.db import connection, transaction

from annotations import codebook, coding, versions
from annotations.models import Act, Codebook, CodebookVersion, Note, Tag, Tagging
from annotations.reading import Reading
from talks.models import Passage, WorkStatus
from tests.factories import (
    make_article,
    make_codebook,
    make_note,
    make_passage,
    make_tag,
    make_tagging,
    make_user,
)
from tests.refusals import refusal

from .test_coding import at_once

pytestmark = pytest.mark.django_db
TEXT = "Both sides agreed on an exchange."


@pytest.fixture
def article():
    return make_article(text=TEXT)


def live():
    taggings = Tagging.objects.live().order_by("pk")
    return list(
        taggings.values_list("tag__name", "passage__exact", "coder__username", "work_status")
    )


def tree():
    """The offered tags as nested lists of names."""

    def below(parent):
        rows = Tag.objects.offered().filter(parent=parent).in_tree_order()
        return [[row.name, *below(row)] for row in rows]

    return below(None)


def everything():
    """All that a change of the codebook could touch, but versions and times."""
    return {
        "tags": list(
            Tag.objects.order_by("pk").values(
                *[name for name in versions.FIELDS if name != "order"], "defined_in"
            )
        ),
        "tree": tree(),
        "taggings": [
            (row.pk, row.tag_id, row.passage_id, row.codebook_version, row.withdrawn_at is None)
            for row in Tagging.objects.order_by("pk")
        ],
        "notes": list(Note.objects.order_by("pk").values_list("pk", "tag_id", "withdrawn_at")),
        "passages": list(Passage.objects.order_by("pk").values_list("pk", flat=True)),
    }


# Each kind of change, to be done, undone and done again


@pytest.fixture
def two(article, researcher, colleague):
    """Two tags with taggings of two coders, a note each, and a tag below the first."""
    one = make_tag("Swap", shortcut="x", order=1)
    other = make_tag("Exchange", definition="Prisoners go home.", order=2)
    make_tag("Of the wounded", parent=one)
    sides, exchange = make_passage("sides", article), make_passage("exchange", article)
    make_tagging(sides, one, researcher, work_status=WorkStatus.ACCEPTED)
    make_tagging(exchange, one, researcher)
    make_tagging(exchange, other, researcher)
    make_tagging(exchange, one, colleague)
    make_note("Which?", tag=one, author=researcher)
    gone = make_tagging(make_passage("Both", article), one, colleague)
    coding.withdraw_tagging(colleague, gone, 1)
    return one, other


def rename(editor, one, other):
    return codebook.edit(editor, one, one.version, {"name": "Barter"})


def redefine(editor, one, other):
    return codebook.edit(editor, other, other.version, {"definition": "All go home."})


def recolour(editor, one, other):
    return codebook.edit(editor, one, one.version, {"colour": "red"})


def move(editor, one, other):
    return codebook.move(editor, one, one.version, other, None)


def reorder(editor, one, other):
    return codebook.move(editor, one, one.version, None, other)


def merge(editor, one, other):
    return codebook.merge(editor, one, one.version, other, other.version)


def split(editor, one, other):
    passages = Passage.objects.filter(exact="exchange")
    return codebook.split(editor, one, one.version, passages, {"name": "Of all"})


def split_to_other(editor, one, other):
    passages = Passage.objects.filter(exact="exchange")
    return codebook.split(editor, one, one.version, passages, other)


def archive(editor, one, other):
    return codebook.archive(editor, one, one.version, "Too broad.")


def add(editor, one, other):
    return codebook.add(editor, one.codebook, {"name": "New"}, parent=one)


@pytest.mark.parametrize(
    "change",
    [rename, redefine, recolour, move, reorder, merge, split, split_to_other, archive, add],
)
def test_each_change_is_one_act_and_one_version_and_can_be_undone_and_done_again(
    editor, two, change
):
    before = everything()
    start = Codebook.objects.get().version

    act = change(editor, *two)

    after = everything()
    assert (act.kind, act.article, after != before) == ("codebook", None, True)
    assert Codebook.objects.get().version == start + 1
    assert list(CodebookVersion.objects.order_by("number").values_list("number", "act")) == [
        (start, None),
        (start + 1, act.pk),
    ]
    undone = coding.undo(editor, act)
    undone_rows = everything()
    if change in {split, add}:  # what was made is put aside, not deleted
        made = undone_rows["tags"].pop()
        assert made["status"] == "archived"
    assert undone_rows == before
    assert Codebook.objects.get().version == start + 2
    coding.undo(editor, undone)
    assert everything() == after
    kept = CodebookVersion.objects.get(number=start + 3).tags
    assert kept == CodebookVersion.objects.get(number=start + 1).tags


def test_a_merge_moves_all_that_hangs_on_the_tag(editor, researcher, colleague, two):
    one, other = two
    codebook.merge(editor, one, 1, other, 1)

    one.refresh_from_db()
    assert (one.status, one.replaced_by, one.shortcut) == ("archived", other, "")
    assert tree() == [["Exchange", ["Of the wounded"]]]
    assert live() == [
        ("Exchange", "sides", "researcher", "accepted"),
        ("Exchange", "exchange", "researcher", "submitted"),
        ("Exchange", "exchange", "colleague", "submitted"),
    ]
    assert list(Note.objects.values_list("text", "tag__name")) == [("Which?", "Exchange")]
    twin = Tagging.objects.get(tag=one)
    assert (twin.passage.exact, twin.coder, twin.withdrawn_at is None) == (
        "exchange",
        researcher,
        False,
    )
    # Taking back the withdrawal of a tagging brings it back with the tag it has now.
    coding.undo(colleague, Act.objects.get(kind="untag"))
    assert ("Exchange", "Both", "colleague", "submitted") in live()


def test_a_tag_is_merged_into_one_below_it(editor):
    top = make_tag("Top")
    middle = make_tag("Middle", parent=top)
    make_tag("Beside", parent=top)
    low = make_tag("Low", parent=middle)

    codebook.merge(editor, top, 1, low, 1)

    assert tree() == [["Middle", ["Low", ["Beside"]]]]


def test_undoing_a_merge_leaves_what_was_changed_since(editor, researcher, colleague, two, article):
    one, other = two
    act = codebook.merge(editor, one, 1, other, 1)
    moved = Tagging.objects.get(passage__exact="sides")
    coding.withdraw_tagging(researcher, moved, moved.version)
    coding.tag_passage(colleague, article, 0, 4, other)

    coding.undo(editor, act)

    assert live() == [
        ("Swap", "exchange", "researcher", "submitted"),
        ("Exchange", "exchange", "researcher", "submitted"),
        ("Swap", "exchange", "colleague", "submitted"),
        ("Exchange", "Both", "colleague", "submitted"),
    ]


def test_the_first_of_two_merges_in_a_row_is_undone_and_done_again(editor, two):
    one, other = two
    third = make_tag("Barter")
    before = live()
    first = codebook.merge(editor, one, 1, other, 1)
    codebook.merge(editor, other, 1, third, 1)
    assert [(tag.in_the_end, tag.status) for tag in Tag.objects.filter(name__in=["Swap"])] == [
        (third, "archived")
    ]
    merged = live()

    undone = coding.undo(editor, first)

    assert live() == [(third.name if name == other.name else name, *rest) for name, *rest in before]
    coding.undo(editor, undone)
    assert live() == merged
    assert Tag.objects.get(name="Swap").in_the_end == third


def test_undoing_a_merge_or_archiving_leaves_a_tag_below_where_it_was_moved_since(editor, two):
    one, other = two
    below = Tag.objects.get(name="Of the wounded")
    merged = codebook.merge(editor, one, 1, other, 1)
    codebook.move(editor, below, 2, None, None)

    coding.undo(editor, merged)

    assert tree() == [["Of the wounded"], ["Swap"], ["Exchange"]]
    codebook.move(editor, below, 3, one, None)
    archived = codebook.archive(editor, one, 3, "Too broad.")
    codebook.move(editor, below, 5, other, None)
    coding.undo(editor, archived)
    assert tree() == [["Swap"], ["Exchange", ["Of the wounded"]]]


def test_tags_do_not_stand_deeper_than_a_page_can_show(editor, researcher):
    tags = [make_tag("Tag 1")]
    for number in range(2, 61):
        tags.append(make_tag(f"Tag {number}", parent=tags[-1]))
    beside = make_tag("Beside")

    for change in (
        lambda: codebook.move(editor, beside, 1, tags[-1], None),
        lambda: codebook.move(editor, tags[0], 1, beside, None),
        lambda: codebook.add(editor, tags[0].codebook, {"name": "New"}, parent=tags[-1]),
        lambda: codebook.add(researcher, tags[0].codebook, {"name": "New"}, parent=tags[-1]),
    ):
        with pytest.raises(codebook.Refused, match="at most 60 deep"):
            change()
    codebook.move(editor, beside, 1, tags[-2], None)
    assert Tag.objects.get(pk=beside.pk).parent == tags[-2]


def test_a_change_made_again_since_is_not_undone(editor, two):
    one, _ = two
    act = codebook.edit(editor, one, 1, {"name": "Barter"})
    codebook.edit(editor, one, 2, {"name": "Trade"})

    with pytest.raises(coding.Refused, match="“Trade” was changed again"):
        coding.undo(editor, act)
    assert Tag.objects.get(pk=one.pk).name == "Trade"


def test_an_undo_that_another_name_stands_against_is_refused_in_words(editor, two):
    one, _ = two
    act = codebook.edit(editor, one, 1, {"name": "Barter"})
    make_tag("swap")

    with pytest.raises(coding.Refused, match="has a tag of this name already"):
        coding.undo(editor, act)


def test_who_is_no_editor_any_more_undoes_no_change_of_the_codebook(editor, two):
    act = codebook.archive(editor, two[0], 1, "Too broad.")
    editor.role = "researcher"

    with pytest.raises(coding.Refused, match="Only editors"):
        coding.undo(editor, act)


@pytest.mark.parametrize("change", [rename, move, archive, split, merge, recolour])
def test_what_was_based_on_an_old_version_is_refused_with_the_new_one(editor, two, change):
    one, other = two
    Tag.objects.filter(pk=one.pk).update(version=2, definition="Theirs")

    with pytest.raises(coding.Stale) as stale:
        change(editor, one, other)

    assert stale.value.current.definition == "Theirs"
    assert Act.objects.filter(kind="codebook").count() == 0


def test_the_same_request_twice_does_it_once(editor, two):
    key = "11111111-1111-4111-8111-111111111111"
    first = codebook.archive(editor, two[0], 1, "Too broad.", key=key)

    assert codebook.archive(editor, two[0], 1, "Too broad.", key=key) == first
    assert Codebook.objects.get().version == 2


def test_what_cannot_be_is_refused(editor, two):
    one, _ = two
    below = Tag.objects.get(name="Of the wounded")
    elsewhere = make_tag("Elsewhere", codebook=make_codebook())
    gone = make_tag("Gone", status="archived")
    refused = [
        lambda: codebook.move(editor, one, 1, below, None),
        lambda: codebook.move(editor, one, 1, None, below),
        lambda: codebook.move(editor, one, 1, gone, None),
        lambda: codebook.merge(editor, one, 1, one, 1),
        lambda: codebook.merge(editor, one, 1, gone, 1),
        lambda: codebook.merge(editor, one, 1, elsewhere, 1),
        lambda: codebook.archive(editor, one, 1, "  "),
        lambda: codebook.edit(editor, one, 1, {"name": "EXCHANGE"}),
        lambda: codebook.split(editor, one, 1, Passage.objects.none(), {"name": "None"}),
        lambda: codebook.split(editor, one, 1, Passage.objects.all(), {"name": "exchange "}),
        lambda: codebook.add(editor, one.codebook, {"name": "Ｓwap"}),
        lambda: codebook.accept(editor, gone, 1),
    ]
    for change in refused:
        with pytest.raises(coding.Refused):
            change()
    assert Act.objects.filter(kind="codebook").count() == 0
    assert Codebook.objects.first().version == 1


def test_archiving_lifts_the_tags_below_and_keeps_the_taggings(editor, two):
    one, _ = two
    codebook.archive(editor, one, 1, "Too broad.")

    assert tree() == [["Exchange"], ["Of the wounded"]]
    assert [row[0] for row in live()] == ["Swap", "Swap", "Exchange", "Swap"]
    codebook.restore(editor, one, 2)
    assert tree() == [["Swap"], ["Exchange"], ["Of the wounded"]]


def test_the_place_of_a_tag_is_where_it_was_put(editor):
    a, b, c = make_tag("A", order=1), make_tag("B", order=2), make_tag("C", order=3)
    codebook.move(editor, c, 1, None, None)
    assert tree() == [["C"], ["A"], ["B"]]
    codebook.move(editor, c, 2, None, a)
    assert tree() == [["A"], ["C"], ["B"]]
    codebook.move(editor, b, 1, a, None)
    assert tree() == [["A", ["B"]], ["C"]]
    assert codebook.move(editor, b, 2, a, None) is None


def test_a_split_takes_the_taggings_of_one_coder_alone(editor, colleague, two):
    one, _ = two
    codebook.split(editor, one, 1, Passage.objects.all(), {"name": "Theirs"}, coder=colleague)

    assert live() == [
        ("Swap", "sides", "researcher", "accepted"),
        ("Swap", "exchange", "researcher", "submitted"),
        ("Exchange", "exchange", "researcher", "submitted"),
        ("Theirs", "exchange", "colleague", "submitted"),
    ]
    assert Tag.objects.get(name="Theirs").split_from == one


def test_a_researcher_proposes_and_an_editor_accepts(editor, researcher):
    book = make_codebook()
    act = codebook.add(researcher, book, {"name": "New"})
    tag = Tag.objects.get()
    assert (tag.status, tag.proposed_by, act.kind) == ("proposed", researcher, "tag")

    codebook.accept(editor, tag, 1)

    assert Tag.objects.get().status == "active"
    # What an editor has taken up is not put aside by who proposed it.
    coding.undo(researcher, act)
    assert Tag.objects.get().status == "active"


def test_a_rejected_name_is_not_proposed_again_and_says_why(editor, researcher, article):
    make_codebook()
    coding.tag_passage(researcher, article, 0, 4, "Sides")
    codebook.archive(editor, Tag.objects.get(), 1, "Use Parties.")

    with pytest.raises(coding.Refused, match=r"archived.*Use Parties\."):
        coding.tag_passage(researcher, article, 5, 10, "sides")


def test_a_proposal_is_a_version_too(researcher, article):
    make_tag("Other")
    coding.tag_passage(researcher, article, 0, 4, "Sides")

    assert [
        (one.number, [tag["name"] for tag in one.tags])
        for one in CodebookVersion.objects.order_by("number")
    ] == [(1, ["Other"]), (2, ["Other", "Sides"])]
    assert Tagging.objects.get().codebook_version == 2


# Checking again


def test_a_new_definition_puts_earlier_taggings_on_the_list_until_they_are_checked(
    editor, researcher, article
):
    tag = make_tag("Swap", definition="Old.")
    other = make_tag("Other")
    words = ["Both", "sides", "agreed", "exchange"]
    kept, changed, gone, left = (
        make_tagging(make_passage(word, article), tag, researcher) for word in words
    )
    codebook.edit(editor, tag, 1, {"definition": "New."})
    coding.tag_passage(researcher, article, *(TEXT.index("on"), TEXT.index("on") + 2), tag)

    def waiting():
        return [one.passage.exact for one in Tagging.objects.to_check_again().order_by("pk")]

    assert waiting() == words
    with pytest.raises(coding.Stale):  # she looked at the definition before the last
        codebook.keep(researcher, kept, 1, 1)
    codebook.keep(researcher, kept, 1, 2)
    act = codebook.exchange(researcher, changed, 1, other)
    coding.withdraw_tagging(researcher, gone, 1)
    assert waiting() == ["exchange"]
    assert Tagging.objects.get(pk=kept.pk).codebook_version == 1
    assert live()[:2] == [
        ("Swap", "Both", "researcher", "submitted"),
        ("Swap", "exchange", "researcher", "submitted"),
    ]
    coding.undo(researcher, act)
    assert waiting() == ["sides", "exchange"]
    with pytest.raises(coding.Stale):
        codebook.keep(researcher, left, 7, 2)


def test_a_correction_puts_nothing_on_the_list(editor, researcher, article):
    tag = make_tag("Swap", definition="Olt.")
    make_tagging(make_passage("Both", article), tag, researcher)
    codebook.edit(editor, tag, 1, {"definition": "Old."}, is_correction=True)
    codebook.edit(editor, tag, 2, {"example": "This.", "name": "Barter"})

    assert list(Tagging.objects.to_check_again()) == []


# Readers learn of it


def test_readers_of_all_articles_touched_learn_of_a_merge(editor, researcher):
    articles = [make_article(text=f"Both sides met on day {n}.") for n in range(3)]
    one, other = make_tag("One"), make_tag("Other")
    for article in articles[:2]:
        make_tagging(make_passage("sides", article), one, researcher)
    readings = [Reading(article, researcher) for article in articles]
    cursors = [reading.cursor for reading in readings]

    codebook.merge(editor, one, 1, other, 1)

    changes = [
        reading.changes_since(cursor) for reading, cursor in zip(readings, cursors, strict=True)
    ]
    assert [[number for number, _ in one.paragraphs] for one in changes] == [[1], [1], []]
    assert [one.has_new_tags for one in changes] == [True, True, True]
    card = changes[0].parts[0].cards[0]
    assert [chip.tag.name for chip in card.chips] == ["Other"]


def test_a_note_on_a_tag_wakes_no_reader(researcher, article):
    cursor = Reading(article, researcher).cursor
    coding.write_note(researcher, "Hm.", "team", tag=make_tag())

    assert Reading(article, researcher).changes_since(cursor) is None


# What the database holds


def test_a_version_is_never_changed_or_deleted(editor, two):
    codebook.archive(editor, two[0], 1, "Too broad.")
    table = CodebookVersion._meta.db_table

    assert refusal(f"UPDATE {table} SET number = 9") == "codebook_version_is_kept"
    assert refusal(f"DELETE FROM {table}") == "codebook_version_is_kept"


def test_no_live_tagging_stands_on_a_merged_tag(editor, two):
    one, other = two
    codebook.merge(editor, one, 1, other, 1)
    table = Tagging._meta.db_table
    key = Tagging.objects.get(passage__exact="sides").pk

    assert refusal(f"UPDATE {table} SET tag_id = %s WHERE id = %s", one.pk, key) == (
        "tagging_is_not_on_a_merged_tag"
    )
    assert refusal(f"UPDATE {table} SET withdrawn_at = NULL WHERE tag_id = %s", one.pk) == (
        "tagging_is_not_on_a_merged_tag"
    )


def test_a_merged_tag_has_no_live_tagging(editor, two):
    one, other = two
    sql = "UPDATE annotations_tag SET status = 'archived', replaced_by_id = %s WHERE id = %s"

    assert refusal(sql, other.pk, one.pk) == "merged_tag_is_empty"


# Two at once


@pytest.mark.django_db(transaction=True)
def test_without_the_guards_a_tagging_would_land_on_a_merged_tag_and_with_them_it_follows(
    editor, researcher
):
    """First the race, with the guards off: the tag is chosen before the merge, stored after it."""
    article = make_article(text=TEXT)
    one, other = make_tag("One"), make_tag("Other")
    chosen, merged = threading.Event(), threading.Event()

    def tag_unguarded():
        with transaction.atomic():
            tag = Tag.objects.get(pk=one.pk)
            chosen.set()
            assert merged.wait(60)
            passage = Passage.objects.at(article, 0, 4)
            return Tagging.objects.create(
                passage=passage, tag=tag, coder=researcher, codebook_version=1
            )

    def merge():
        assert chosen.wait(60)
        act = codebook.merge(editor, one, 1, other, 1)
        merged.set()
        return act

    trigger = "TRIGGER tagging_fits_the_codebook"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE annotations_tagging DISABLE {trigger}")
    try:
        at_once(tag_unguarded, merge)
        lost = Tagging.objects.live().get()
        assert lost.tag.replaced_by == other
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE annotations_tagging ENABLE {trigger}")

    # The database's guard alone refuses it.
    three = make_tag("Three")
    one = three
    chosen.clear()
    merged.clear()
    refused, _ = at_once(tag_unguarded, merge)
    assert refused.__cause__.diag.constraint_name == "tagging_is_not_on_a_merged_tag"

    # As people tag, it lands on the tag that the other was merged into, whoever comes first.
    four = make_tag("Four")
    people = [make_user() for _ in range(8)]
    results = at_once(
        *(
            lambda user=user, at=at: coding.tag_passage(user, article, at, at + 3, four)
            for at, user in enumerate(people)
        ),
        lambda: codebook.merge(editor, four, 1, other, other.version),
    )
    assert [type(result) for result in results] == [Act] * 9
    assert Tagging.objects.live().filter(coder__in=people, tag=other).count() == 8


@pytest.mark.django_db(transaction=True)
def test_twenty_people_would_propose_a_tag_twice_without_the_guards():
    """The race behind the same test of coding.py: look-up and creation with nothing between."""
    make_tag("Other")
    book = Codebook.objects.get()
    spellings = ["Prisoner swap", "PRISONER SWAP", "prisoner  swap", "Ｐrisoner swap"]
    looked = threading.Barrier(4)  # four at a time: the pool has not a connection for each

    def propose(name):
        found = Tag.objects.called(name).first()
        looked.wait(60)
        return found or Tag.objects.create(codebook=book, name=name)

    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX tag_name_is_unique_however_spelt")
    try:
        at_once(*(lambda n=n: propose(spellings[n % 4]) for n in range(20)))
        assert Tag.objects.called("prisoner swap").count() >= 4
    finally:
        Tag.objects.exclude(name="Other").delete()
        unique = next(
            one for one in Tag._meta.constraints if one.name == "tag_name_is_unique_however_spelt"
        )
        with connection.schema_editor() as editor:
            editor.add_constraint(Tag, unique)


@pytest.mark.django_db(transaction=True)
def test_merging_proposing_tagging_and_undoing_at_once_never_wait_for_each_other(editor):
    articles = [make_article(text=f"{TEXT} {n}") for n in range(4)]
    tags = [make_tag(f"Tag {n}") for n in range(4)]
    people = [make_user() for _ in range(4)]
    for article in articles:
        for tag in tags:
            make_tagging(make_passage("sides", article), tag, people[0])

    def code(user, n):
        for round_ in range(4):
            place = (n + round_) % 4
            coding.tag_passage(user, articles[place], n, n + 3, tags[round_])
            act = coding.tag_passage(user, articles[place - 1], n, n + 4, f"New {round_}")
            coding.undo(user, act)

    def edit():
        for source, target in ((0, 1), (2, 3), (1, 3)):
            one, other = (Tag.objects.get(pk=tags[n].pk) for n in (source, target))
            act = codebook.merge(editor, one, one.version, other, other.version)
            coding.undo(editor, coding.undo(editor, act))

    results = at_once(edit, *(lambda n=n: code(people[n], n) for n in range(4)))

    assert results == [None] * 5
    assert set(Tagging.objects.live().values_list("tag__name", flat=True)) <= {"Tag 3"} | {
        f"New {n}" for n in range(4)
    }
    numbers = list(CodebookVersion.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, Codebook.objects.get().version + 1))
