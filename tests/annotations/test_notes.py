"""Notes over HTTP: writing, replying, editing, withdrawing, and who may read them."""

import html
import re
import threading
import uuid

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations import coding
from annotations.models import Act, Note, NoteQuerySet, Visibility
from annotations.templatetags.notes import linked
from talks.models import Passage
from tests.at_once import at_once, wait_for_one_who_waits
from tests.factories import make_article, make_note, make_passage, make_position, make_tag

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/articles/1/"}


@pytest.fixture
def article():
    return make_article(text="Both sides agreed.")


@pytest.fixture
def note(article, researcher):
    return make_note("Is this so?", passage=make_passage("sides", article), author=researcher)


def write(client, article, **data):
    return client.post(reverse("annotations:article_notes", args=[article.pk]), data, headers=HTMX)


def edit(client, note, headers=HTMX, **changes):
    data = {"text": "It is.", "visibility": "team", "version": 1} | changes
    return client.post(note.get_absolute_url(), data, headers=headers)


def texts():
    return list(Note.objects.live().order_by("pk").values_list("text", "visibility"))


def test_notes_are_written_on_passages_articles_and_tags(client, researcher, article):
    tag = make_tag()
    client.force_login(researcher)

    write(client, article, start=5, end=10, exact="sides", text="On a passage")
    write(client, article, start="", end="", exact="", text="On the article")
    client.post(reverse("annotations:tag_notes", args=[tag.pk]), {"text": "On the tag"})

    found = Note.objects.order_by("pk").values_list("text", "passage__exact", "article", "tag")
    assert list(found) == [
        ("On a passage", "sides", None, None),
        ("On the article", None, article.pk, None),
        ("On the tag", None, None, tag.pk),
    ]


def test_line_ends_and_inner_white_space_of_a_note_stay(client, researcher, article):
    client.force_login(researcher)

    write(client, article, text="One\r\n  two\r\n\r\nthree")

    assert texts() == [("One\n  two\n\nthree", "team")]


@pytest.mark.parametrize(
    "data",
    [
        {"text": ""},
        {"text": " \r\n "},
        {"text": "x" * 20_001},
        {"text": "Kept", "visibility": "world"},
        {"text": "Kept", "start": "5", "end": "10", "exact": "wrong"},
        {"text": "Kept", "start": "5"},
        {"text": "Kept", "key": "x"},
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_a_refused_note_keeps_what_was_typed(client, researcher, article, data, headers):
    client.force_login(researcher)

    address = reverse("annotations:article_notes", args=[article.pk])
    response = client.post(address, data, headers=headers)

    content = html.unescape(response.content.decode())
    typed = re.search(r"<textarea[^>]*>(.*?)</textarea>", content, re.DOTALL)[1]
    assert response.status_code == 422
    assert typed.strip() == data["text"].strip()
    assert texts() == []


def test_a_repeated_submit_makes_one_note(client, researcher, article):
    client.force_login(researcher)
    key = uuid.uuid4()

    answers = [write(client, article, text="Once", key=key).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert texts() == [("Once", "team")]


def test_a_private_note_is_ones_own_alone(client, researcher, colleague, editor, admin, article):
    passage = make_passage("sides", article)
    secret = make_note("Secret", passage=passage, author=researcher, visibility="private")
    addresses = [
        secret.get_absolute_url(),
        secret.get_absolute_url() + "?reply=1",
        reverse("annotations:note_replies", args=[secret.pk]),
        reverse("annotations:note_withdraw", args=[secret.pk]),
    ]
    seen = {}
    for user in (researcher, colleague, editor, admin):
        client.force_login(user)
        page = client.get(article.get_absolute_url()).content
        answers = [client.get(address).status_code for address in addresses[:2]]
        if user != researcher:
            answers += [client.post(a, {"text": "x", "version": 1}).status_code for a in addresses]
        seen[user.username] = (b"Secret" in page, answers)

    assert seen == {
        "researcher": (True, [200, 200]),
        "colleague": (False, [404] * 6),
        "editor": (False, [404] * 6),
        "admin": (False, [404] * 6),
    }


SIDES = {"start": 5, "end": 10, "exact": "sides"}


def who_sees(passage, *users):
    """Of visitors (None) and these users the names of those for whom the passage is there."""
    seen = []
    for user in (None, *users):
        client = Client()
        if user:
            client.force_login(user)
        page = client.get(f"{passage.article.get_absolute_url()}?passage={passage.pk}").text
        there = {
            client.get(passage.get_absolute_url()).status_code == 302,
            client.get(reverse("annotations:passages_alike", args=[passage.pk])).status_code == 200,
            str(passage.pk) in " ".join(re.findall(r'data-passages="(.*?)"', page)).split(),
        }
        if user:
            for view in ("bounds_edit", "passage_history"):
                address = reverse(f"annotations:{view}", args=[passage.pk])
                there.add(client.get(address).status_code == 200)
        assert len(there) == 1, f"not the same everywhere for {user}"
        if there == {True}:
            seen.append(user.username if user else "visitor")
    return seen


ALL = ["visitor", "researcher", "colleague", "editor", "admin"]


def test_words_with_a_private_note_alone_are_a_secret(
    client, researcher, colleague, editor, admin, article
):
    client.force_login(researcher)
    write(client, article, **SIDES, text="Mine", visibility="private")
    passage = Passage.objects.get()
    note = Note.objects.get()
    everybody = (researcher, colleague, editor, admin)

    assert who_sees(passage, *everybody) == ["researcher"]
    coding.withdraw_note(researcher, note, note.version)
    assert who_sees(passage, *everybody) == ["researcher"]
    coding.undo(researcher, Act.objects.latest("pk"))
    coding.move_bounds(researcher, passage, 0, 10)
    moved = Passage.objects.exclude(pk=passage.pk).get()
    assert who_sees(passage, *everybody) == ["researcher"]
    assert who_sees(moved, *everybody) == ["researcher"]

    client.force_login(colleague)
    write(client, article, **SIDES, text="Mine too", visibility="private")
    assert who_sees(passage, *everybody) == ["researcher", "colleague"]


@pytest.mark.parametrize("opened_by", ["tag", "note", "evidence", "link", "edit", "move"])
def test_what_is_not_private_opens_a_passage_for_good(
    client, researcher, colleague, editor, admin, article, opened_by
):
    client.force_login(researcher)
    write(client, article, **SIDES, text="Mine", visibility="private")
    passage, note = Passage.objects.get(), Note.objects.get()

    if opened_by == "tag":
        coding.tag_passage(colleague, article, 5, 10, make_tag())
        coding.undo(colleague, Act.objects.latest("pk"))
    elif opened_by == "note":
        coding.write_note(colleague, "Ours", Visibility.TEAM, article=article, span=(5, 10))
    elif opened_by == "evidence":
        make_position(article=article, evidence=[passage])
    elif opened_by == "link":
        client.post(reverse("annotations:link_new", args=[article.pk]), SIDES)
    elif opened_by == "edit":
        edit(client, note)
        coding.undo(researcher, Act.objects.latest("pk"))
    else:
        coding.tag_passage(colleague, article, 0, 10, make_tag())
        coding.move_bounds(colleague, Passage.objects.get(start=0), 5, 10)

    assert who_sees(passage, researcher, colleague, editor, admin) == ALL
    # Who was there first stays untold.
    client.force_login(editor)
    history = client.get(reverse("annotations:passage_history", args=[passage.pk])).text
    assert "researcher</bdi> made passage" not in " ".join(history.split())
    assert "Mine" not in history


def test_a_shared_link_is_not_closed_by_a_private_note(client, researcher, colleague, article):
    client.force_login(colleague)
    client.post(reverse("annotations:link_new", args=[article.pk]), SIDES)
    coding.write_note(researcher, "Mine", Visibility.PRIVATE, article=article, span=(5, 10))

    assert who_sees(Passage.objects.get(), researcher, colleague) == ALL[:3]


def test_colleagues_reply_and_each_sees_the_thread(client, colleague, note):
    client.force_login(colleague)

    response = client.post(
        reverse("annotations:note_replies", args=[note.pk]), {"text": "I think so."}, headers=HTMX
    )

    reply = Note.objects.get(parent=note)
    assert response.status_code == 200
    assert (reply.text, reply.author, reply.visibility) == ("I think so.", colleague, "team")
    assert 'hx-target="#cards-0"' in response.content.decode()


def test_a_reply_to_a_reply_joins_the_thread(client, colleague, note):
    reply = make_note("Yes", parent=note, author=colleague)
    client.force_login(colleague)

    client.post(reverse("annotations:note_replies", args=[reply.pk]), {"text": "And more"})

    assert Note.objects.get(text="And more").parent == note


def test_a_note_is_edited_by_its_author_alone_and_says_so(client, researcher, colleague, note):
    client.force_login(colleague)
    refused = edit(client, note).status_code
    client.force_login(researcher)
    response = edit(client, note)

    note.refresh_from_db()
    assert (refused, response.status_code) == (404, 200)
    assert (note.text, note.version) == ("It is.", 2)
    assert "edited <time" in response.content.decode()


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_an_edit_based_on_an_old_version_shows_both_texts(client, researcher, note, headers):
    client.force_login(researcher)
    edit(client, note, text="From the other tab")

    response = edit(client, note, text="From <this> tab", headers=headers)

    content = response.content.decode()
    assert response.status_code == 409
    assert "From the other tab" in content
    assert "From &lt;this&gt; tab</textarea>" in content
    assert 'name="version" value="2"' in content
    assert texts() == [("From the other tab", "team")]
    assert edit(client, note, text="Both", version=2).status_code == 200


def test_the_same_edit_twice_is_one(client, researcher, note):
    client.force_login(researcher)
    key = uuid.uuid4()

    answers = [edit(client, note, key=key).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert Act.objects.count() == 1


def test_a_page_gone_back_to_and_sent_with_other_words_is_no_repeat(client, researcher, note):
    client.force_login(researcher)
    page = client.get(note.get_absolute_url()).text
    key = re.search(r'name="key" value="(.*?)"', page)[1]

    first = edit(client, note, key=key, headers={})
    again = edit(client, note, key=key, headers={}, text="It is not.")
    repeated = edit(client, note, key=key, headers={})

    assert [first.status_code, again.status_code, repeated.status_code] == [302, 409, 302]
    assert "It is not." in again.text
    assert texts() == [("It is.", "team")]


@pytest.mark.parametrize("version", ["", "0", "x", "99999999999"])
def test_an_edit_says_what_it_is_based_on(client, researcher, note, version):
    client.force_login(researcher)

    assert edit(client, note, version=version).status_code == 422
    assert texts() == [("Is this so?", "team")]


def test_a_note_that_colleagues_answered_stays_with_the_team(client, researcher, colleague, note):
    make_note("Yes", parent=note, author=colleague)
    client.force_login(researcher)

    response = edit(client, note, visibility="private")

    assert response.status_code == 409
    assert "Colleagues have answered this note" in response.content.decode()
    assert texts() == [("Is this so?", "team"), ("Yes", "team")]


def test_withdrawing_a_note_leaves_the_replies_of_others(client, researcher, colleague, note):
    make_note("Yes", parent=note, author=colleague)
    client.force_login(researcher)

    address = reverse("annotations:note_withdraw", args=[note.pk])
    answers = [client.post(address, {"version": 1}, headers=HTMX).status_code for _ in range(2)]

    client.force_login(colleague)
    page = client.get(note.passage.article.get_absolute_url()).content.decode()
    assert answers == [200, 200]
    assert "Researcher withdrew this note." in page
    assert "Is this so?" not in page
    assert "Yes" in page


@pytest.mark.django_db(transaction=True)
def test_without_the_guards_a_reply_would_answer_a_withdrawn_note_and_with_them_it_is_refused(
    monkeypatch, researcher, colleague
):
    note = make_note("Is this so?", author=researcher)
    has_read, is_withdrawn = threading.Event(), threading.Event()
    save = Note.save

    def save_when_it_is_withdrawn(row, **options):
        if row.parent_id:
            has_read.set()
            is_withdrawn.wait(60)
        save(row, **options)

    def withdraw_what_was_read():
        has_read.wait(60)
        act = coding.withdraw_note(researcher, note, 1)
        is_withdrawn.set()
        return act

    def reply():
        return coding.reply(colleague, note, "Yes.")

    with monkeypatch.context() as patched:
        patched.setattr(coding, "_in_turn", lambda *_: None)
        patched.setattr(NoteQuerySet, "select_for_update", lambda rows, **_: rows, raising=False)
        patched.setattr(Note, "save", save_when_it_is_withdrawn)
        answered, withdrawn = at_once(reply, withdraw_what_was_read)
    assert answered.pk > withdrawn.pk

    note = make_note("Is this so?", author=researcher)
    is_withdrawn.clear()

    def withdraw_and_take_time():
        with transaction.atomic():
            act = coding.withdraw_note(researcher, note, 1)
            is_withdrawn.set()
            wait_for_one_who_waits()
        return act

    def reply_meanwhile():
        is_withdrawn.wait(60)
        return reply()

    refused, _ = at_once(reply_meanwhile, withdraw_and_take_time)
    assert str(refused) == ("This note was withdrawn in the meantime, so it cannot be answered.")
    assert not note.replies.exists()


def test_a_withdrawn_note_is_gone(client, researcher, note):
    client.force_login(researcher)
    address = reverse("annotations:note_withdraw", args=[note.pk])

    stale = client.post(address, {"version": 7}, headers=HTMX).status_code
    client.post(address, {"version": 1}, headers=HTMX)

    assert stale == 409
    assert client.get(note.get_absolute_url()).status_code == 404
    assert b"<mark" not in client.get(note.passage.article.get_absolute_url()).content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a <b> & c", "a &lt;b&gt; &amp; c"),
        (
            "see https://example.org/a?b=c&d (there).",
            'see <a href="https://example.org/a?b=c&amp;d" rel="nofollow noopener noreferrer">'
            "https://example.org/a?b=c&amp;d</a> (there).",
        ),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("ftp://example.org", "ftp://example.org"),
        ("example.org and me@example.org", "example.org and me@example.org"),
        (
            'https://example.org/"onmouseover="x',
            '<a href="https://example.org/&quot;onmouseover=&quot;x"'
            ' rel="nofollow noopener noreferrer">'
            "https://example.org/&quot;onmouseover=&quot;x</a>",
        ),
    ],
)
def test_only_web_addresses_in_a_note_are_clickable(text, expected):
    assert linked(text) == expected
