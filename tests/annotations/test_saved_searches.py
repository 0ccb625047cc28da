"""Searches kept under a name, and passages like one."""

import pytest
import regex
from django.urls import reverse

from annotations.models import SavedSearch
from talks.models import ArticleStatus

from ..factories import make_article, make_passage, make_user

pytestmark = pytest.mark.django_db
KEY = "5a1ef2ea-5ed1-4b1e-9d7c-000000000003"


@pytest.fixture
def coder(client):
    user = make_user(username="coder")
    client.force_login(user)
    return user


def save(client, **data):
    data = {"name": "Truces", "query": "q=truce&kind=note&after=xyz&zebra=1"} | data
    return client.post(reverse("annotations:saved_list"), data)


def send(client, what, search, **data):
    return client.post(reverse(f"annotations:saved_{what}", args=[search.pk]), data)


def names(client):
    page = client.get(reverse("annotations:saved_list"))
    return [[one.name for one in page.context[group]] for group in ("saved", "removed")]


def test_a_search_is_kept_renamed_removed_and_brought_back(client, coder):
    save(client)
    search = SavedSearch.objects.get()
    assert search.get_absolute_url() == "/search/?q=truce&kind=note"

    send(client, "rename", search, name="Armistices", version=1)
    assert names(client) == [["Armistices"], []]
    send(client, "undo", search, version=2)
    assert names(client) == [["Truces"], []]
    send(client, "remove", search, version=3)
    assert names(client) == [[], ["Truces"]]
    send(client, "undo", search, version=4)
    assert names(client) == [["Truces"], []]


def test_a_repeated_submit_keeps_one(client, coder):
    save(client, key=KEY)
    assert save(client, key=KEY).status_code == 302
    assert names(client) == [["Truces"], []]
    refused = save(client, name="TRUCES")
    assert refused.status_code == 409
    assert "<p>Name: TRUCES</p>" in refused.text
    assert "Go back</a>" in refused.text


def test_an_old_page_changes_nothing(client, coder):
    save(client)
    search = SavedSearch.objects.get()
    send(client, "rename", search, name="Armistices", version=1)

    response = send(client, "rename", search, name="Other", version=1)

    assert response.status_code == 409
    assert "Armistices" in response.content.decode()
    assert send(client, "remove", search, version=1).status_code == 409
    assert names(client) == [["Armistices"], []]


def test_a_name_that_is_taken_meanwhile_is_not_brought_back(client, coder):
    save(client)
    search = SavedSearch.objects.get()
    send(client, "remove", search, version=1)
    save(client)

    assert send(client, "undo", search, version=2).status_code == 409


@pytest.mark.parametrize(
    "data",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\u202eb"},
        {"query": ""},
        {"query": "kind=note"},
        {"query": "q=-a"},
        {"query": "q=%00"},
        {"query": "q=truce&kind=zebra"},
        {"query": "q=" + "x" * 3000},
        {"query": "q=" + "\U00020000" * 200},  # three times as long as an address
        {"key": "x"},
    ],
)
def test_what_is_no_search_is_not_kept(client, coder, data):
    assert save(client, **data).status_code == 422
    assert names(client) == [[], []]


def test_nobody_elses_searches_are_seen(client, coder):
    save(client)
    search = SavedSearch.objects.get()
    client.force_login(make_user(username="other"))

    assert names(client) == [[], []]
    assert send(client, "remove", search, version=1).status_code == 404


@pytest.mark.parametrize(
    ("text", "words", "like", "hidden", "other"),
    [
        (
            "Both sides agreed to exchange a thousand prisoners of war.",
            "agreed to exchange a thousand prisoners",
            "It rained. The sides exchange one thousand prisoners, they agree.",
            "Hidden: both sides agreed to exchange a thousand prisoners.",
            "Nothing of this kind happened at all.",
        ),
        (
            "双方同意交换一千名战俘。",
            "同意交换一千名战俘",
            "下雨了。 各方将交换一千名被俘人员，双方都同意。",
            "双方同意交换一千名战俘！",
            "这里什么也没有发生。",
        ),
    ],
)
def test_sentences_like_a_passage_come_from_what_one_may_see(
    client, text, words, like, hidden, other
):
    like = make_article(like)
    make_article(hidden, status="draft")
    make_article(other)
    passage = make_passage(words, make_article(text))

    found = client.get(reverse("annotations:passages_alike", args=[passage.pk]))

    assert [one.article for one in found.context["sentences"]] == [like]
    start = regex.search(r"[.。] ", like.text).end()
    assert f"?at={start}-{len(like.text)}#found" in found.content.decode()


@pytest.mark.parametrize(
    ("words", "query"),
    [("1 2", ""), ("those who were there", ""), ("those quokkas", "?q=quokkas")],
)
def test_of_a_passage_that_is_like_nothing_the_words_are_offered(client, words, query):
    article = make_article(f"A: {words}!", status=ArticleStatus.PUBLISHED)
    make_article("B: those who were there.", status=ArticleStatus.PUBLISHED)
    passage = make_passage(words, article)

    page = client.get(reverse("annotations:passages_alike", args=[passage.pk])).content.decode()

    assert "No sentence" in page
    assert f'<a href="/search/{query}">Search for some' in page


def test_a_view_of_the_list_of_articles_is_kept_beside_it(client, coder):
    make_article(title="Truce", language="uk")
    make_article(title="Other", language="en")
    query = "language=uk&sort=title&round=&after=xyz&zebra=1"

    response = save(client, name="Ukrainian ones", page="article_list", query=query)

    view = SavedSearch.objects.get()
    assert response["Location"] == view.get_absolute_url() == "/articles/?language=uk&sort=title"
    page = client.get(view.get_absolute_url())
    assert [one.title for one in page.context["page"]] == ["Truce"]
    assert list(page.context["kept"]) == [view]
    assert 'aria-current="true">Ukrainian ones</a>' in page.content.decode()
    client.force_login(make_user(username="other"))
    assert not client.get("/articles/").context["kept"]


@pytest.mark.parametrize(
    "data",
    [
        {"page": "article_list", "query": "zebra=1"},
        {"page": "article_list", "query": "language=zebra"},
        {"page": "codebook", "query": "q=truce"},
    ],
)
def test_a_view_that_is_none_is_not_kept(client, coder, data):
    assert save(client, **data).status_code == 422
    assert not SavedSearch.objects.exists()
