"""The pages on which the codebook is changed: what they show first, do, refuse and lead back to."""

import re

import pytest
from django.urls import reverse

from annotations import codebook, coding
from annotations.models import Act, Codebook, Tag, Tagging
from tests.factories import make_article, make_codebook, make_passage, make_tag, make_tagging

from .test_codebook import tree

pytestmark = pytest.mark.django_db
TEXT = "Both sides agreed on an exchange."
HTMX = {"HX-Request": "true"}


@pytest.fixture
def article():
    return make_article(text=TEXT)


@pytest.fixture
def signed_in(client, editor):
    client.force_login(editor)
    return client


def page(response):
    text = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace(" .", ".")


def at(name, *args):
    return reverse(f"annotations:{name}", args=args)


# The tree


def test_a_tag_is_moved_in_the_tree_with_and_without_scripts(signed_in):
    a, b = make_tag("A", order=1), make_tag("B", order=2)

    moved = signed_in.post(
        at("tree_move"), {"tag": b.pk, "version": 1, "place": "top"}, headers=HTMX
    )
    assert (moved.status_code, tree()) == (200, [["B"], ["A"]])
    assert 'data-said="Moved the tag B at the top, first."' in moved.content.decode()
    for direction, version, expected in [
        ("down", 2, [["A"], ["B"]]),
        ("in", 3, [["A", ["B"]]]),
        ("out", 4, [["A"], ["B"]]),
        ("up", 5, [["B"], ["A"]]),
        ("up", 6, [["B"], ["A"]]),
        ("out", 6, [["B"], ["A"]]),
        ("in", 6, [["B"], ["A"]]),
    ]:
        answer = signed_in.post(
            at("tree_move"), {"tag": b.pk, "version": version, "direction": direction}
        )
        assert (answer.status_code, answer.url) == (302, f"/codebook/#tag-{b.pk}")
        assert tree() == expected
    assert a.pk


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"place": "in:1"}, 422),
        ({"place": "nowhere"}, 422),
        ({"place": "after:" + "9" * 30}, 422),
        ({}, 422),
        ({"place": "top", "version": "x"}, 422),
        ({"place": "top", "version": 7}, 409),
        ({"direction": "sideways", "version": 7}, 302),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_the_tree_stands(signed_in, data, status):
    make_tag("A", order=1, pk=1_000)
    tag = make_tag("B", order=2)

    answer = signed_in.post(at("tree_move"), {"tag": tag.pk, "version": 1} | data)

    assert (answer.status_code, tree()) == (status, [["A"], ["B"]])


@pytest.mark.parametrize("tag", ["", "x", "0", "99999", "9" * 40])
def test_a_tag_that_is_not_there_is_not_moved(signed_in, tag):
    make_codebook()
    answer = signed_in.post(at("tree_move"), {"tag": tag, "version": 1, "place": "top"})
    assert answer.status_code == 422


def test_a_stale_move_shows_the_tree_as_it_is_now(signed_in):
    make_tag("A", order=1)
    tag = make_tag("B", order=2, version=3)

    answer = signed_in.post(
        at("tree_move"), {"tag": tag.pk, "version": 1, "place": "top"}, headers=HTMX
    )

    assert answer.status_code == 409
    assert "Somebody else has changed this in the meantime" in page(answer)


def test_below_another_tag_a_tag_goes_when_its_passages_were_shown(signed_in, article, researcher):
    make_tag("Target", order=1)
    tag = make_tag("Swap", order=2)
    make_tagging(make_passage("exchange", article), make_tag("Low", parent=tag), researcher)
    step = {"tag": tag.pk, "version": 1, "direction": "in"}

    answer = signed_in.post(at("tree_move"), step)
    shown = signed_in.get(answer.url)
    beside = signed_in.post(at("tree_move"), step, headers=HTMX)

    assert tree() == [["Target"], ["Swap", ["Low"]]]
    for one in (shown, beside):
        assert "What goes with it: 1 passage in 1 article" in page(one)
        assert "<mark>exchange</mark>" in one.content.decode()
    assert beside["HX-Retarget"] == "#move-asked"
    (place,) = re.findall(r'<option value="([^"]+)" selected', shown.content.decode())
    assert re.search(rf'name="place" value="{place}"', beside.content.decode())
    data = {"tag": tag.pk, "version": 1, "place": place, "is_seen": 1}
    assert signed_in.post(at("tree_move"), data | {"version": 7}, headers=HTMX).status_code == 409
    signed_in.post(at("tree_move"), data, headers=HTMX)
    assert tree() == [["Target", ["Swap", ["Low"]]]]
    tools = signed_in.get(at("tag_tools", tag.pk)).content.decode()
    assert 'value="out"' in tools


def test_the_move_page_shows_what_goes_with_the_tag(signed_in, article, researcher):
    tag = make_tag("Swap")
    make_tagging(make_passage("exchange", article), make_tag("Low", parent=tag), researcher)
    target = make_tag("Target")

    shown = signed_in.get(at("tag_move", tag.pk))
    assert "What goes with it: 1 passage in 1 article" in page(shown)
    assert "Both sides agreed on an exchange" in page(shown)
    answer = signed_in.post(
        at("tag_move", tag.pk), {"version": 1, "place": f"in:{target.pk}"}, follow=True
    )
    assert "Moved the tag Swap below Target, first." in page(answer)
    assert tree() == [["Target", ["Swap", ["Low"]]]]


# Entries


def entry(tag, **fields):
    names = ("name", "definition", "example", "counter_example", "colour", "shortcut", "version")
    return {name: getattr(tag, name) for name in names} | fields


@pytest.mark.parametrize("name", ["tag_new", "codebook_file"])
def test_without_a_codebook_a_page_that_needs_one_says_what_to_do(client, researcher, admin, name):
    client.force_login(researcher)
    asked = client.get(at(name))
    client.force_login(admin)
    sent = client.post(at(name), {"name": "Mine", "text": "name\nMine"})

    assert (asked.status_code, sent.status_code) == (200, 409)
    assert "There is no codebook yet. Once an admin has loaded one" in page(asked)
    for answer in (sent, client.get(at("codebook"))):
        assert "There is no codebook yet. The first one comes with" in page(answer)
    assert list(Tag.objects.all()) == []


def test_a_tag_is_added_by_editors_and_proposed_by_researchers(client, editor, researcher):
    parent = make_tag("Top")
    client.force_login(editor)
    client.post(
        f"{at('tag_new')}?parent={parent.pk}",
        {"name": " A  name ", "definition": "When.", "colour": "teal", "shortcut": "x"},
    )
    client.force_login(researcher)
    answer = client.post(at("tag_new"), {"name": "Mine"}, follow=True)

    assert "Proposed the tag Mine." in page(answer)
    fields = ("name", "definition", "colour", "shortcut", "status", "parent__name")
    assert list(Tag.objects.exclude(pk=parent.pk).order_by("pk").values_list(*fields)) == [
        ("A name", "When.", "teal", "x", "active", "Top"),
        ("Mine", "", "", "", "proposed", None),
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "!?"}, "needs a letter"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "Ｏther"}, "has the tag “Other” already"),
        ({"name": "gone"}, "“Gone” is archived"),
        ({"name": "Led on"}, "was merged into “Other” and leads there"),
        ({"name": "a\u202eb"}, "hidden character"),
        ({"definition": "x" * 5001}, "at most 5000 characters"),
        ({"colour": "mauve"}, "Select a valid choice"),
        ({"shortcut": "N"}, "this key is for a note"),
        ({"shortcut": "/"}, "this key is for the search"),
        ({"shortcut": "1"}, "this key is for the six recent tags"),
        ({"shortcut": "o"}, "“Other” has this shortcut"),
        ({"shortcut": "xy"}, "at most 1 character"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_in_words_and_what_was_typed_stays(
    signed_in, fields, words
):
    other = make_tag("Other", shortcut="o")
    make_tag("Gone", status="archived")
    make_tag("Led on", status="archived", replaced_by=other)
    tag = make_tag("Swap", definition="Old.")

    answer = signed_in.post(
        at("tag_edit", tag.pk), entry(tag, **{"example": "What I typed"} | fields)
    )

    assert answer.status_code == 422
    assert words in page(answer).replace("&#x27;", "'")
    assert "What I typed" in page(answer)
    assert Tag.objects.get(pk=tag.pk).version == 1


def test_a_stale_edit_shows_both_and_can_be_saved_over(signed_in):
    tag = make_tag("Swap", definition="Old.")
    Tag.objects.filter(pk=tag.pk).update(definition="Theirs.", version=2)

    answer = signed_in.post(at("tag_edit", tag.pk), entry(tag, definition="Mine."))

    assert answer.status_code == 409
    assert "Definition Theirs. Mine." in page(answer)
    again = answer.content.decode()
    assert 'name="version" value="2"' in again
    signed_in.post(at("tag_edit", tag.pk), entry(tag, definition="Mine.", version=2))
    assert Tag.objects.get().definition == "Mine."


def test_the_edit_page_shows_the_passages_and_saves_nothing_twice(signed_in, article, researcher):
    tag = make_tag("Swap")
    make_tagging(make_passage("exchange", article), tag, researcher)
    assert "1 passage in 1 article" in page(signed_in.get(at("tag_edit", tag.pk)))

    data = entry(tag, name="Barter", key="5a1ef2ea-5ed1-4b1e-9d7c-000000000001")
    for _ in range(2):
        answer = signed_in.post(at("tag_edit", tag.pk), data)
        assert (answer.status_code, answer.url) == (302, tag.get_absolute_url())
    assert (Codebook.objects.get().version, Act.objects.count()) == (2, 1)


# Merge, split, archive


def test_a_merge_is_shown_first_done_once_and_undone_from_the_codebook(
    signed_in, article, researcher
):
    one, other = make_tag("One"), make_tag("Other")
    passage = make_passage("exchange", article)
    make_tagging(passage, one, researcher)
    make_tagging(passage, other, researcher)
    address = at("tag_merge", one.pk)

    shown = page(signed_in.get(address, {"into": other.pk}))
    assert "1 passage in 1 article" in shown
    assert "1 tagging of coders who put both tags on a passage" in shown
    assert Act.objects.count() == 0
    data = {"into": other.pk, "version": 1, "into_version": 1}
    answer = signed_in.post(address, data, follow=True)
    assert "Merged the tag One into Other." in page(answer)
    led = signed_in.get(one.get_absolute_url(), follow=True)
    assert led.redirect_chain == [(f"{other.get_absolute_url()}?from={one.pk}", 302)]
    assert "“One” was merged into this tag" in page(led)
    assert "merged into Other" in page(signed_in.get("/codebook/"))

    undo = at("act_undo", Act.objects.get().pk)
    back = signed_in.post(undo, {"next": "/codebook/"}, follow=True)
    assert "Undid: merged the tag One into Other." in page(back)
    assert tree() == [["One"], ["Other"]]
    assert Tagging.objects.live().count() == 2


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"into": ""}, 422),
        ({"into": "x"}, 422),
        ({"version": ""}, 422),
        ({"version": 9}, 409),
        ({"into_version": 9}, 409),
    ],
)
def test_a_merge_that_cannot_be_is_refused(signed_in, data, status):
    one, other = make_tag("One"), make_tag("Other")
    data = {"into": other.pk, "version": 1, "into_version": 1} | data

    answer = signed_in.post(at("tag_merge", one.pk), data)

    assert (answer.status_code, tree()) == (status, [["One"], ["Other"]])


def test_a_split_by_words_by_coder_and_passage_by_passage(
    signed_in, article, researcher, colleague
):
    tag = make_tag("Swap")
    both, sides = make_passage("Both", article), make_passage("sides", article)
    for passage in (both, sides):
        make_tagging(passage, tag, researcher)
        make_tagging(passage, tag, colleague)
    address = at("tag_split", tag.pk)
    assert "2 passages to choose from" in page(signed_in.get(address))
    assert "1 passage to choose from" in page(signed_in.get(address, {"q": "SIDE"}))

    signed_in.post(f"{address}?coder={colleague.pk}", {"version": 1, "all": 1, "name": "Theirs"})
    signed_in.post(address, {"version": 1, "passage": [sides.pk], "name": "Sides"})

    rows = Tagging.objects.order_by("tag__name", "passage__start")
    assert list(rows.values_list("tag__name", "passage__exact", "coder__username")) == [
        ("Sides", "sides", "researcher"),
        ("Swap", "Both", "researcher"),
        ("Theirs", "Both", "colleague"),
        ("Theirs", "sides", "colleague"),
    ]


def fields_of(response, **more):
    """What the form that splits a tag would send, with the ticks as they are."""
    text = response.content.decode().partition('<form class="stack"')[2]
    inputs = re.findall(r"<input[^>]*>", text.partition("</form>")[0])
    data = {}
    for one in inputs:
        name, value = (re.search(rf'{part}="([^"]*)"', one) for part in ("name", "value"))
        if 'type="checkbox"' not in one or " checked" in one:
            data.setdefault(name[1], []).append(value[1] if value else "")
    return data | more


def test_what_is_ticked_stays_chosen_over_all_pages_and_searches(signed_in, researcher):
    words = [f"word{n:03}" for n in range(208)]
    article = make_article(text=" ".join([*words, "Other one."]))
    passages = [make_passage(word, article) for word in words]
    tag = make_tag("Swap")
    for passage in passages:
        make_tagging(passage, tag, researcher)
    keys = [one.pk for one in passages]
    address = at("tag_split", tag.pk)

    first = signed_in.get(address)
    second = signed_in.post(address, fields_of(first, passage=keys[:2], go="2", name="New"))
    third = signed_in.post(address, fields_of(second, passage=[keys[104]], go="3"))
    again = signed_in.post(address, fields_of(third, go="1"))
    found = signed_in.post(address, fields_of(again, passage=[keys[1]], q="word207", go="1"))
    assert "Chosen: 3 of 208" in page(third)
    assert "Chosen: 2 of 208" in page(found)
    assert found.context["page"].paginator.count == 1
    more = signed_in.post(address, fields_of(found, choose="all"))
    nothing = signed_in.post(address, fields_of(more, q="nowhere", go="1"))
    assert "3 of 208 stay chosen" in page(nothing)
    answer = signed_in.post(address, fields_of(nothing))

    assert answer.status_code == 302
    assert set(Tagging.objects.filter(tag__name="New").values_list("passage", flat=True)) == {
        keys[1],
        keys[104],
        keys[207],
    }


def test_a_split_takes_no_passage_that_its_editor_cannot_see(signed_in, article, researcher):
    tag = make_tag("Swap")
    hidden = make_article(text="An exchange nobody has read of.", status="draft")
    for one in (article, hidden):
        make_tagging(make_passage("exchange", one), tag, researcher)

    signed_in.post(at("tag_split", tag.pk), {"version": 1, "all": 1, "name": "New"})

    assert Tagging.objects.get(tag__name="New").passage.article == article


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"name": ""}, 422, "Choose a tag, or type the name of a new one"),
        ({"name": "other"}, 422, "has the tag “Other” already"),
        ({"passage": []}, 409, "Choose the passages that go over"),
        ({"passage": ["x", "9" * 30]}, 409, "Choose the passages that go over"),
        ({"version": 9}, 409, "Somebody else has changed this"),
    ],
)
def test_a_split_that_cannot_be_is_refused_in_words(
    signed_in, article, researcher, data, status, words
):
    make_tag("Other")
    tagging = make_tagging(make_passage("Both", article), make_tag("Swap"), researcher)
    data = {"version": 1, "name": "New", "passage": [tagging.passage_id]} | data

    answer = signed_in.post(at("tag_split", tagging.tag_id), data)

    assert (answer.status_code, words in page(answer)) == (status, True)
    assert Tag.objects.count() == 2


def test_archiving_needs_a_reason_shows_the_passages_and_can_be_taken_back(
    signed_in, article, researcher
):
    tag = make_tag("Swap")
    make_tagging(make_passage("Both", article), tag, researcher)
    address = at("tag_archive", tag.pk)
    assert "The tag stays on: 1 passage in 1 article" in page(signed_in.get(address))
    assert signed_in.post(address, {"version": 1, "reason": " "}).status_code == 422
    assert signed_in.post(address, {"version": 4, "reason": "Broad."}).status_code == 409

    answer = signed_in.post(address, {"version": 1, "reason": "Too broad."}, follow=True)
    assert "The reason: Too broad." in page(answer)
    assert signed_in.get(address).status_code == 404
    signed_in.post(at("tag_restore", tag.pk), {"version": 2})
    assert tree() == [["Swap"]]
    assert signed_in.post(at("tag_restore", tag.pk), {"version": ""}).status_code == 422


# Proposals


def test_proposals_come_with_their_passages_and_the_tags_like_them(
    client, editor, researcher, article
):
    swap = make_tag("Prisoner exchange", definition="All for all.")
    led_to = make_tag("Return")
    merged = make_tag("Exchange of prisoners")
    codebook.merge(editor, merged, 1, led_to, 1)
    used = make_tag("Agreement")
    make_tag("Territory")
    make_tagging(make_passage("agreed on", article), used, researcher)
    span = TEXT.index("agreed"), TEXT.index("agreed") + 6
    coding.tag_passage(researcher, article, *span, "Prisoners exchanged")
    client.force_login(researcher)
    assert "An editor will decide about it" in page(client.get(at("proposal_list")))
    client.force_login(editor)

    response = client.get(at("proposal_list"))

    (tag,) = response.context["page"].object_list
    assert [(one.name, merged) for one, merged in tag.like_named] == [
        ("Return", "Exchange of prisoners"),
        ("Prisoner exchange", ""),
    ]
    assert [(one.name, use.same, use.overlapping) for one, use in tag.like_used] == [
        ("Agreement", 0, 1)
    ]
    assert "Both sides agreed on an exchange" in page(response)
    assert "Return Exchange of prisoners was merged into it." in page(response)
    assert [key.pk for key, _ in tag.merge_choices] == [led_to.pk, swap.pk, used.pk]
    accepted = client.post(at("tag_accept", tag.pk), {"version": 1, "next": at("proposal_list")})
    assert accepted.url == at("proposal_list")
    assert "No tag waits for a decision" in page(client.get(at("proposal_list")))
    assert Tag.objects.get(pk=tag.pk).status == "active"
    assert client.post(at("tag_accept", swap.pk), {"version": 9}).status_code == 302


def test_lists_ask_as_much_for_many_as_for_one(client, editor, researcher, article, count_queries):
    client.force_login(editor)
    names = ["codebook", "proposal_list", "version_list"]

    def grow(n):
        for number in range(n):
            word = TEXT[number : number + 5]
            coding.tag_passage(researcher, article, number, number + 5, f"{word} {n} {number}")
        return [count_queries(lambda name=name: client.get(at(name))) for name in names]

    make_tag("Other")
    grow(1)
    assert grow(2) == grow(12)


# Checking again


def test_the_list_to_check_again_is_worked_off(client, editor, researcher, article):
    tag, other = make_tag("Swap", definition="People go home."), make_tag("Other")
    for word in ("Both", "sides", "agreed"):
        make_tagging(make_passage(word, article), tag, researcher)
    codebook.edit(editor, tag, 1, {"definition": "Soldiers go home."})
    client.force_login(researcher)

    shown = client.get(at("recheck"))
    assert "To check again 3" in page(shown)
    assert "[taken out: People ] [put in: Soldiers ] go home." in page(shown)

    def decide(**data):
        item = client.get(at("recheck")).context["item"]
        return client.post(
            at("tagging_recheck", item.pk), {"version": item.version, "defined_in": 2} | data
        )

    assert decide(do="exchange").status_code == 422
    assert decide(do="nonsense").status_code == 422
    assert decide(do="keep", version=9).status_code == 409
    stale = decide(do="keep", defined_in=1)
    assert (stale.status_code, "changed this in the meantime" in page(stale)) == (409, True)
    assert decide(do="exchange", tag=tag.pk).status_code == 409
    assert decide(do="keep").url == "/codebook/recheck/"
    decide(do="exchange", tag=other.pk)
    decide(do="withdraw")
    assert "Nothing of yours waits" in page(client.get(at("recheck")))
    assert list(
        Tagging.objects.live().order_by("passage__start").values_list("tag__name", "passage__exact")
    ) == [("Swap", "Both"), ("Other", "sides")]
    last = client.get(at("recheck")).context["undoable"]
    client.post(at("act_undo", last.pk), {"next": "/codebook/recheck/"})
    assert client.get(at("recheck")).context["count"] == 1


def test_nobody_checks_the_taggings_of_another_but_editors_those_of_who_is_gone(
    client, editor, researcher, colleague, article
):
    tag = make_tag("Swap", definition="Old.")
    mine = make_tagging(make_passage("Both", article), tag, researcher)
    codebook.edit(editor, tag, 1, {"definition": "New."})

    for who in (colleague, editor):
        client.force_login(who)
        assert "Nothing of yours waits" in page(client.get(at("recheck")))
        answer = client.post(
            at("tagging_recheck", mine.pk), {"version": 1, "defined_in": 2, "do": "keep"}
        )
        assert answer.status_code == 404
    assert "Who has how many Researcher 1" in page(client.get(at("recheck")))
    researcher.is_active = False
    researcher.save()
    assert "whose account is closed" in page(client.get(at("recheck")))
    client.post(at("tagging_recheck", mine.pk), {"version": 1, "defined_in": 2, "do": "keep"})
    assert Tagging.objects.get().checked_version == 2


# Versions


def test_two_versions_are_compared(client, editor, researcher, article):
    client.force_login(researcher)
    assert "No version is kept yet" in page(client.get(at("version_list")))
    a, b, c = (make_tag(name, order=n) for n, name in enumerate("ABC"))
    d = make_tag("D", order=4, definition="The old rule.")
    make_tagging(make_passage("Both", article), b, researcher)
    codebook.edit(editor, a, 1, {"name": "Alpha", "colour": "red"})
    codebook.move(editor, c, 1, a, None)
    codebook.edit(editor, d, 1, {"definition": "The new rule."})
    codebook.merge(editor, a, 2, d, 2)
    codebook.split(editor, b, 1, [make_passage("Both", article).pk], {"name": "Bits"})
    codebook.archive(editor, b, 1, "Empty.")
    codebook.add(editor, a.codebook, {"name": "New"})
    coding.tag_passage(researcher, article, 0, 4, "Proposal")

    response = client.get(at("version_list"), {"from": 1, "to": 9})

    assert {one.tag["name"]: one.kinds for one in response.context["changes"]} == {
        "Alpha": ["renamed", "restyled", "merged"],
        "B": ["archived"],
        "C": ["moved"],
        "D": ["redefined"],
        "Bits": ["split"],
        "New": ["added"],
        "Proposal": ["proposed"],
    }
    words = page(response)
    assert "Definition: The [taken out: old ] [put in: new ] rule." in words
    assert "Merged into D." in words
    assert "Split off B." in words
    assert client.get(at("version_list"), {"from": 9, "to": 9}).context["changes"] == []
    for query in ({"from": 1}, {"from": 1, "to": 99}, {"from": 1, "to": "9" * 30}):
        assert client.get(at("version_list"), query).status_code == 404


def test_the_fewest_tags_count_as_moved(client, editor):
    client.force_login(editor)
    tags = [make_tag(name, order=n) for n, name in enumerate("ABCDE", start=1)]
    codebook.move(editor, tags[4], 1, None, None)

    changes = client.get(at("version_list"), {"from": 1, "to": 2}).context["changes"]
    assert [(one.tag["name"], one.kinds) for one in changes] == [("E", ["moved"])]
