"""Acts: bounds, notes, undoing, and what happens when two people act at once."""

import threading
import uuid

import pytest
from django.db import transaction
from django.urls import reverse

from annotations import coding
from annotations.models import Act, Note, Tag, Tagging
from talks.models import Passage
from tests.at_once import at_once, wait_for_one_who_waits
from tests.factories import make_article, make_note, make_passage, make_tag, make_tagging, make_user

pytestmark = pytest.mark.django_db
TEXT = "Both sides agreed on an exchange."
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/articles/1/"}


@pytest.fixture
def article():
    return make_article(text=TEXT)


def span(article, exact):
    start = article.text.index(exact)
    return start, start + len(exact)


def live():
    """What stands: each live tagging and note by the words it is on."""
    taggings = Tagging.objects.live().order_by("pk").values_list("tag__name", "passage__exact")
    notes = Note.objects.live().order_by("pk").values_list("text", "passage__exact")
    return [*taggings, *notes]


# Undoing


def tag(user, article):
    return coding.tag_passage(user, article, *span(article, "sides"), make_tag("Unity"))


def propose(user, article):
    make_tag("Other")
    return coding.tag_passage(user, article, *span(article, "sides"), "Quite new", note="Why")


def untag(user, article):
    tagging = make_tagging(make_passage("sides", article), make_tag("Unity"), user)
    return coding.withdraw_tagging(user, tagging, 1)


def note(user, article):
    return coding.write_note(user, "Look", "team", article=article, span=span(article, "sides"))


def edit(user, article):
    note = make_note("Before", passage=make_passage("sides", article), author=user)
    return coding.edit_note(user, note, "After", "private", 1)


def edit_with_replies(user, article):
    note = make_note("Before", passage=make_passage("sides", article), author=user)
    make_note("A reply", parent=note, author=user)
    return coding.edit_note(user, note, "After", "private", 1)


def withdraw(user, article):
    note = make_note("Look", passage=make_passage("sides", article), author=user)
    return coding.withdraw_note(user, note, 1)


def move(user, article):
    passage = make_passage("sides", article)
    make_tagging(passage, make_tag("Unity"), user)
    make_note("Look", passage=passage, author=user)
    return coding.move_bounds(user, passage, *span(article, "Both sides"))


def move_onto_own(user, article):
    tag = make_tag("Unity")
    passage = make_passage("sides", article)
    make_tagging(passage, tag, user)
    make_tagging(make_passage("Both sides", article), tag, user)
    return coding.move_bounds(user, passage, *span(article, "Both sides"))


def state():
    return [
        [(t.pk, t.passage_id, t.withdrawn_at is None) for t in Tagging.objects.order_by("pk")],
        [
            (n.pk, n.passage_id, n.text, n.visibility, n.withdrawn_at is None)
            for n in Note.objects.order_by("pk")
        ],
        list(Tag.objects.order_by("pk").values_list("pk", "status")),
    ]


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        (tag, [], [("Unity", "sides")]),
        (propose, [], [("Quite new", "sides"), ("Why", "sides")]),
        (untag, [("Unity", "sides")], []),
        (note, [], [("Look", "sides")]),
        (edit, [("Before", "sides")], [("After", "sides")]),
        (
            edit_with_replies,
            [("Before", "sides"), ("A reply", None)],
            [("After", "sides"), ("A reply", None)],
        ),
        (withdraw, [("Look", "sides")], []),
        (
            move,
            [("Unity", "sides"), ("Look", "sides")],
            [("Unity", "Both sides"), ("Look", "Both sides")],
        ),
        (
            move_onto_own,
            [("Unity", "sides"), ("Unity", "Both sides")],
            [("Unity", "Both sides")],
        ),
    ],
)
def test_every_act_can_be_undone_and_done_again(researcher, article, act, before, after):
    done = act(researcher, article)
    assert live() == after
    then = state()

    undone = coding.undo(researcher, done)
    assert live() == before
    assert coding.undo(researcher, done) is None

    again = coding.undo(researcher, undone)
    assert live() == after
    assert state() == then
    assert [a.kind for a in Act.objects.order_by("pk")] == [done.kind, "undo", "redo"]
    assert coding.last_acts(researcher) == (again, None)


def test_undoing_a_proposal_puts_the_new_tag_aside_unless_somebody_uses_it(
    researcher, colleague, article
):
    first = propose(researcher, article)
    tag = Tag.objects.get(name="Quite new")
    coding.tag_passage(colleague, article, *span(article, "agreed"), tag)

    coding.undo(researcher, first)

    tag.refresh_from_db()
    assert tag.status == "proposed"
    assert live() == [("Quite new", "agreed")]


def test_what_was_changed_since_is_not_undone(researcher, article):
    first = edit(researcher, article)
    note = Note.objects.get()
    coding.edit_note(researcher, note, "Later still", "private", 2)

    with pytest.raises(coding.Refused, match="changed again"):
        coding.undo(researcher, first)
    assert live() == [("Later still", "sides")]


def test_acts_on_one_note_are_taken_back_and_done_again_one_by_one(researcher, article):
    written = note(researcher, article)
    (only,) = Note.objects.all()
    first = coding.edit_note(researcher, only, "Once", "team", 1)
    second = coding.edit_note(researcher, only, "Twice", "team", 2)

    backwards, steps = [second, first, written], []
    undone = []
    for act in backwards:
        undone.append(coding.undo(researcher, act))
        steps.append(live())
    for act in reversed(undone):
        coding.undo(researcher, act)
        steps.append(live())

    before, once, twice = [[(words, "sides")] for words in ("Look", "Once", "Twice")]
    assert steps == [once, before, [], before, once, twice]


def test_bounds_moved_twice_are_moved_back_twice(researcher, article):
    tag(researcher, article)
    for words in ("Both sides", "Both sides agreed"):
        passage = Tagging.objects.get().passage
        coding.move_bounds(researcher, passage, *span(article, words))

    steps = []
    for _ in range(3):
        coding.undo(researcher, coding.last_acts(researcher)[0])
        steps.append(live())

    assert steps == [[("Unity", "Both sides")], [("Unity", "sides")], []]


def test_what_a_colleague_did_in_between_stays_in_the_way(researcher, article):
    written = note(researcher, article)
    (only,) = Note.objects.all()
    first = coding.edit_note(researcher, only, "Once", "team", 1)
    coding.undo(researcher, first)
    Note.objects.update(text="Elsewhere", version=4)

    with pytest.raises(coding.Refused):
        coding.undo(researcher, written)


def test_ctrl_z_goes_back_act_by_act(researcher, article):
    first = tag(researcher, article)
    second = note(researcher, article)

    assert coding.last_acts(researcher) == (second, None)
    back = coding.undo(researcher, second)
    assert coding.last_acts(researcher) == (first, back)
    undone = coding.undo(researcher, first)
    assert coding.last_acts(researcher) == (None, undone)
    assert live() == []

    coding.undo(researcher, undone)
    assert coding.last_acts(researcher)[1] == back
    again = coding.undo(researcher, back)
    assert coding.last_acts(researcher) == (again, None)
    assert live() == [("Unity", "sides"), ("Look", "sides")]


def test_nothing_is_done_again_over_something_new(researcher, article):
    coding.undo(researcher, tag(researcher, article))
    later = note(researcher, article)

    assert coding.last_acts(researcher) == (later, None)
    coding.undo(researcher, later)
    assert coding.last_acts(researcher)[1].undoes == later


def test_undo_over_http_is_for_ones_own_acts(client, researcher, colleague, article):
    act = tag(researcher, article)
    address = reverse("annotations:act_undo", args=[act.pk])

    client.force_login(colleague)
    assert client.post(address, headers=HTMX).status_code == 404
    client.force_login(researcher)
    assert client.get(address).status_code == 405
    assert client.post(address, headers=HTMX).status_code == 200
    assert client.post(address, headers=HTMX).status_code == 200
    assert live() == []


def test_recent_acts_are_listed_with_their_way_back(client, researcher, colleague, article):
    note(colleague, article)
    tag(researcher, article)
    client.force_login(researcher)

    content = client.get(reverse("annotations:act_list")).content.decode()

    assert content.count("<tr>") == 2
    assert "Tagged “sides” with Unity" in content


# Bounds


def test_only_ones_own_work_moves(researcher, colleague, article):
    passage = make_passage("sides", article)
    unity = make_tag("Unity")
    make_tagging(passage, unity, researcher)
    make_tagging(passage, unity, colleague)
    answered = make_note("Mine", passage=passage, author=researcher)
    make_note("A reply", parent=answered, author=colleague)
    make_note("Theirs", passage=passage, author=colleague)

    coding.move_bounds(researcher, passage, *span(article, "sides agreed"))

    assert live() == [
        ("Unity", "sides agreed"),
        ("Unity", "sides"),
        ("Mine", "sides agreed"),
        ("A reply", None),
        ("Theirs", "sides"),
    ]


def test_bounds_over_http(client, researcher, colleague, article):
    passage = make_passage("sides", article)
    make_tagging(passage, make_tag("Unity"), researcher)
    address = reverse("annotations:bounds_edit", args=[passage.pk])
    data = {"start": 0, "end": 10, "exact": "Both sides"}

    client.force_login(colleague)
    answers = [client.post(address, data, headers=HTMX).status_code]
    client.force_login(researcher)
    wrong = data | {"exact": "Both sided"}
    answers += [client.post(address, one, headers=HTMX).status_code for one in (wrong, data, data)]

    assert answers == [409, 422, 200, 409]
    assert live() == [("Unity", "Both sides")]
    assert b"End a word later" in client.get(address).content


# Two at once


@pytest.mark.django_db(transaction=True)
def test_twenty_people_propose_one_tag_in_four_spellings(article):
    make_tag("Other")
    spellings = ["Prisoner swap", "PRISONER SWAP", " prisoner  swap ", "Ｐrisoner swap"]
    people = [make_user() for _ in range(20)]

    results = at_once(
        *(
            lambda user=user, name=spellings[n % 4]: coding.tag_passage(
                user, article, 0, 4, " ".join(name.split())
            )
            for n, user in enumerate(people)
        )
    )

    assert [type(result) for result in results] == [Act] * 20
    assert Tag.objects.exclude(name="Other").count() == 1
    assert [Passage.objects.count(), Tagging.objects.count()] == [1, 20]


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_moment_makes_one_note(researcher, article):
    key = uuid.uuid4()

    def write():
        return coding.write_note(researcher, "Once", "team", article=article, key=key)

    results = at_once(write, write, write, write)

    assert len({result.pk for result in results}) == 1
    assert Note.objects.count() == 1


def test_a_note_sent_twice_without_scripts_is_written_once(client, researcher, article):
    client.force_login(researcher)
    start, end = span(article, "sides")
    sent = {"start": start, "end": end, "exact": "sides", "tag": "Unity", "note": "Why?"}
    make_tag("Unity")

    for _ in range(2):
        client.post(article.get_absolute_url(), sent)
    (written,) = Note.objects.all()
    for text in ("Because", "Because", "Because of that"):
        client.post(f"/notes/{written.pk}/replies/", {"text": text})
    assert [note.text for note in Note.objects.order_by("pk")] == [
        "Why?",
        "Because",
        "Because of that",
    ]

    coding.undo(researcher, Act.objects.order_by("pk").first())
    client.post(article.get_absolute_url(), sent)
    assert live()[0] == ("Unity", "sides")


@pytest.mark.django_db(transaction=True)
def test_without_the_turn_a_reader_would_miss_an_act_and_with_it_none(researcher, colleague):
    """First the race: a later act commits before an earlier one, and a cursor skips it."""
    article = make_article(text=TEXT)
    may_commit, inserted = threading.Event(), threading.Event()

    def slow_without_turn():
        with transaction.atomic():
            act = Act.objects.create(
                actor=researcher, kind="tag", article=article, summary="slow", changes=[]
            )
            inserted.set()
            may_commit.wait(60)
        return act

    def quick():
        inserted.wait(60)
        act = Act.objects.create(
            actor=colleague, kind="tag", article=article, summary="quick", changes=[]
        )
        cursor = Act.objects.filter(article=article).newest_first().first().pk
        may_commit.set()
        return act, cursor

    slow, (later, cursor) = at_once(slow_without_turn, quick)
    assert slow.pk < later.pk == cursor

    order = []

    def slow_in_turn():
        with transaction.atomic():
            coding._in_turn(article)
            inserted.set()
            wait_for_one_who_waits()
            coding.write_note(researcher, "slow", "team", article=article)
            order.append("slow")

    inserted.clear()

    def quick_in_turn():
        inserted.wait(60)
        act = coding.write_note(colleague, "quick", "team", article=article)
        order.append("quick")
        return act

    at_once(slow_in_turn, quick_in_turn)
    acts = Act.objects.filter(kind="note").order_by("pk")
    assert [act.actor for act in acts] == [researcher, colleague]
    assert order == ["slow", "quick"]
