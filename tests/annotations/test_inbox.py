"""The inbox: what it lists, read and unread, and where each item leads."""

import re

import pytest
from django.urls import reverse

from annotations import coding
from annotations.inbox import SIZE
from annotations.models import Notice, Visibility
from tests.factories import (
    make_article,
    make_passage,
    make_position,
    make_review,
    make_tag,
    make_tagging,
)

pytestmark = pytest.mark.django_db
TEAM = Visibility.TEAM
HTMX = {"HX-Request": "true"}


@pytest.fixture
def article(db):
    return make_article("Both sides agreed.", title="A day in Istanbul")


def mention(author, person, **about):
    coding.write_note(author, f"See this, @{person.username}", TEAM, **about)
    return Notice.objects.latest("pk")


def unread():
    return list(Notice.objects.unread().order_by("pk").values_list("pk", flat=True))


def mark(client, query="", headers=None, **data):
    return client.post(f"/inbox/{query}", data, headers=headers or {})


def counted(page):
    """What the header says."""
    found = re.search(r'id="inbox-count"( hidden)?><span>(\d+)<', page)
    return (0 if found[1] else int(found[2])) if found else None


def test_mentions_replies_and_verdicts_gather_with_kinds_to_choose_from(
    client, article, researcher, colleague, editor
):
    mention(colleague, researcher, article=article)
    coding.write_note(researcher, "Is it?", TEAM, article=article)
    coding.reply(colleague, researcher.notes.get(), "It is.")
    make_review(make_tagging(coder=researcher), "reject", editor, reason="No.")
    client.force_login(researcher)

    def listed(query=""):
        page = client.get(f"/inbox/{query}").content.decode()
        return re.findall(r"</strong> ([^<]+)</a>", page)

    assert listed() == ["rejected what you made", "answered you", "mentioned you in a note"]
    assert listed("?kind=mention") == ["mentioned you in a note"]
    assert listed("?kind=reply") == ["answered you"]
    assert listed("?kind=verdict&new=1") == ["rejected what you made"]
    assert listed("?kind=of-mine") == listed()
    client.force_login(colleague)
    assert listed() == []
    assert "@colleague" in client.get("/inbox/").content.decode()


def test_each_leads_to_its_place_and_is_read_then(client, article, researcher, colleague, editor):
    tag, passage = make_tag(), make_passage("sides", article)
    tagging = make_tagging(passage, tag, researcher)
    notices = [
        mention(colleague, researcher, article=article, span=(5, 10)),
        mention(colleague, researcher, article=article),
        mention(colleague, researcher, tag=tag),
        mention(colleague, researcher, work=tagging, article=article),
    ]
    make_review(tagging, "accept", editor)
    notices.append(Notice.objects.latest("pk"))
    client.force_login(researcher)
    page = client.get("/inbox/").content.decode()
    reader = article.get_absolute_url()
    review = f"/review/taggings/{tagging.pk}/"

    assert counted(page) == 5
    assert [client.get(f"/inbox/{one.pk}/")["Location"] for one in notices] == [
        f"{reader}?passage={passage.pk}#passage-{passage.pk}",
        f"{reader}#note-{notices[1].note_id}",
        f"{tag.get_absolute_url()}#notes",
        f"{review}#notes",
        review,
    ]
    assert unread() == []
    assert [f'href="/inbox/{one.pk}/"' in page for one in notices] == [True] * 5


def test_looking_ahead_reads_nothing_and_others_notices_are_not_there(
    client, article, researcher, colleague
):
    one = mention(colleague, researcher, article=article)
    client.force_login(researcher)

    client.get(f"/inbox/{one.pk}/", headers={"Sec-Purpose": "prefetch"})
    client.head(f"/inbox/{one.pk}/")
    assert unread() == [one.pk]
    client.force_login(colleague)
    assert client.get(f"/inbox/{one.pk}/").status_code == 404
    mark(client, act="read", notice=one.pk)
    mark(client, act="all", until=one.pk)
    assert unread() == [one.pk]


def test_read_and_unread_and_all_with_undo(client, article, researcher, colleague):
    old, mid, new = (mention(colleague, researcher, article=article).pk for _ in range(3))
    client.force_login(researcher)

    page = mark(client, act="read", notice=old, headers=HTMX).content.decode()
    assert (unread(), counted(page)) == ([mid, new], 2)
    mark(client, act="unread", notice=old)
    assert unread() == [old, mid, new]
    mark(client, act="read", notice=old)
    page = client.get(mark(client, "?new=1", act="all", until=mid)["Location"]).content.decode()
    assert (unread(), "1 marked as read" in page) == ([new], True)
    mark(client, act="undo", at=re.search(r'name="at" value="([^"]+)"', page)[1])
    assert unread() == [mid, new]


def test_what_is_no_mark_is_refused_and_changes_nothing(client, article, researcher, colleague):
    one = mention(colleague, researcher, article=article)
    client.force_login(researcher)

    for data in (
        {},
        {"act": "delete", "notice": one.pk},
        {"act": "read"},
        {"act": "read", "notice": "x"},
        {"act": "undo", "at": "yesterday"},
        {"act": "all", "until": 2**70},
    ):
        assert mark(client, **data).status_code == 422
    assert unread() == [one.pk]


def test_pages_neither_skip_nor_repeat_while_more_comes_in(client, article, researcher, colleague):
    keys = [mention(colleague, researcher, article=article).pk for _ in range(2 * SIZE + 1)]
    client.force_login(researcher)
    seen, sizes, address = [], [], "/inbox/"
    while address:
        page = client.get(address).content.decode()
        shown = [int(key) for key in re.findall(r'id="notice-(\d+)"', page)]
        seen, sizes = seen + shown, [*sizes, len(shown)]
        mention(colleague, researcher, article=article)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found and found[1].replace("&amp;", "&")

    assert seen == keys[::-1]
    assert sizes == [SIZE, SIZE, 1]


def test_the_header_counts_what_is_unread_until_it_is_seen(client, researcher, editor):
    make_review(make_tagging(coder=researcher), "reject", editor, reason="No.")
    make_review(make_position(coder=researcher), "accept", editor)
    client.force_login(researcher)

    assert counted(client.get("/articles/").content.decode()) == 2
    mine = client.get("/review/mine/?new=1", follow=True)
    assert mine.redirect_chain == [("/inbox/?kind=verdict&new=1", 302)]
    mine = mine.content.decode()
    assert (mine.count(">new<"), "1 rejected" in mine, "No." in mine) == (2, True, True)
    mark(client, act="all", until=max(unread()))
    assert counted(client.get("/articles/").content.decode()) == 0


def test_the_page_of_the_work_says_that_its_verdict_was_seen(client, researcher, editor):
    tagging = make_tagging(coder=researcher)
    make_review(tagging, "reject", editor)
    client.force_login(researcher)
    page = client.get(f"/review/taggings/{tagging.pk}/").content.decode()

    assert re.findall(r'name="notice" value="(\d+)"', page) == [str(unread()[0])]


def test_a_verdict_taken_back_is_no_news_and_is_listed_as_such(client, researcher, editor):
    make_review(make_tagging(coder=researcher), "reject", editor)
    coding.undo(editor, editor.acts.get())
    client.force_login(researcher)
    page = client.get("/inbox/?kind=verdict").content.decode()

    assert (counted(page), "taken back" in page) == (0, True)


def test_open_pages_hear_of_what_came_in(client, article, researcher, colleague):
    client.force_login(researcher)
    address = reverse("annotations:live")
    quiet = {"article": article.pk, "state": "0", "inbox": "0"}

    assert client.get(address, quiet).status_code == 204
    mention(colleague, researcher, tag=make_tag())
    answer = client.get(address, quiet).json()
    assert (answer["changed"], answer["inbox"]) == (False, 1)


def test_any_number_takes_the_same_queries(client, article, researcher, colleague, count_queries):
    client.force_login(researcher)
    mention(colleague, researcher, article=article, span=(0, 4))
    make_review(make_tagging(coder=researcher), "accept")
    make_review(make_position(coder=researcher), "accept")
    client.get("/inbox/")
    few = count_queries(lambda: client.get("/inbox/"))
    for _ in range(3):
        mention(colleague, researcher, article=article, span=(5, 10))
        mention(colleague, researcher, tag=make_tag())
        make_review(make_tagging(coder=researcher), "accept")
        make_review(make_position(coder=researcher), "accept")

    assert count_queries(lambda: client.get("/inbox/")) == few
