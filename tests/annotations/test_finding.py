"""Finding in an article's text, and one tag for all places as one act."""

import pytest
from django.urls import reverse

from annotations import coding
from annotations.models import Act, Tagging
from talks.models import ArticleStatus

from ..factories import make_article, make_tag, make_user

pytestmark = pytest.mark.django_db
TEXT = "A truce 😀 was no truce.\nTruces hold; a TRUCE does not."


@pytest.fixture
def coder(client):
    user = make_user(username="coder")
    client.force_login(user)
    return user


def find(client, article, **query):
    return client.get(article.get_absolute_url(), query)


def tag_all(client, article, **data):
    data = {"find": "truce", "count": 4, "tag": "Ceasefire"} | data
    return client.post(reverse("annotations:tag_all", args=[article.pk]), data)


def live():
    return [one.passage.exact for one in Tagging.objects.live().order_by("passage__start")]


def test_every_place_is_marked_and_counted(client, coder):
    article = make_article(TEXT)

    page = find(client, article, find="truce").content.decode()

    assert "4 places" in page
    assert "Tag all 4" in page
    assert '<mark class="found" id="found-4">TRUCE</mark>' in page


def test_whole_words_alone(client, coder):
    assert "3 places" in find(client, make_article(TEXT), find="truce", whole="1").content.decode()


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ({"find": "zebra"}, 200, "does not stand in this text"),
        ({"find": "x" * 201}, 422, "at most 200"),
        ({"find": "a\u202eb"}, 422, "hidden character"),
        ({"find": " "}, 422, "Write what to find"),
    ],
)
def test_what_is_not_found_is_said(client, coder, query, status, says):
    response = find(client, make_article(TEXT), **query)

    assert response.status_code == status
    assert says in response.content.decode()


def test_all_are_tagged_and_untagged_as_one_act(client, coder):
    article, tag = make_article(TEXT), make_tag("Ceasefire")

    response = tag_all(client, article, tag=tag.pk)

    assert response.status_code == 302
    assert live() == ["truce", "truce", "Truce", "TRUCE"]
    act = Act.objects.get()
    assert act.summary == "Tagged 4 passages with Ceasefire"
    client.post(reverse("annotations:act_undo", args=[act.pk]))
    assert live() == []
    coding.undo(coder, Act.objects.get(undoes=act))
    assert len(live()) == 4


def test_many_places_are_untagged_in_as_many_queries_as_few(client, coder, count_queries):
    asked = []
    for text in (TEXT, f"{TEXT} {TEXT}"):
        count = text.lower().count("truce")
        tag_all(client, make_article(text), tag=make_tag(f"Of {count}").pk, count=count)
        act = Act.objects.latest("pk")
        asked.append(count_queries(lambda act=act: coding.undo(coder, act)))

    assert live() == []
    assert asked[0] == asked[1]


def test_a_repeated_submit_does_nothing_twice(client, coder):
    article, tag = make_article(TEXT), make_tag("Ceasefire")
    coding.tag_passage(coder, article, 2, 7, tag)
    key = "5a1ef2ea-5ed1-4b1e-9d7c-000000000009"

    for _ in range(2):
        tag_all(client, article, tag=tag.pk, key=key)
    tag_all(client, article, tag=tag.pk)

    assert len(live()) == 4
    assert Act.objects.count() == 2


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"count": 3}, "incomplete"),
        ({"count": ""}, "required"),
        ({"find": ""}, "Write what to find"),
        ({"find": "zebra", "count": 0}, "do not stand"),
        ({"tag": ""}, "Choose a tag"),
        ({"tag": "99999999999999999"}, "no tag of this number"),
        ({"key": "x"}, "incomplete"),
    ],
)
def test_bad_values_tag_nothing(client, coder, data, says):
    make_tag("Ceasefire")
    response = tag_all(client, make_article(TEXT), **data)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert live() == []


def test_a_draft_is_nobody_elses_and_a_superseded_text_only_knowingly(client, coder):
    make_tag("Ceasefire")
    old = make_article(TEXT)
    make_article("A truce, corrected.", supersedes=old, status=ArticleStatus.PUBLISHED)

    assert tag_all(client, make_article(TEXT + " Yes.", status="draft")).status_code == 404
    assert tag_all(client, old).status_code == 409
    assert live() == []


def test_visitors_find_and_do_not_tag(client):
    article = make_article(TEXT)

    page = find(client, article, find="truce").content.decode()

    assert "4 places" in page
    assert "Tag all" not in page
    assert "/sign-in/" in tag_all(client, article).url


def test_places_are_left_out(client, coder):
    article, tag = make_article(TEXT), make_tag("Ceasefire")
    page = find(client, article, find="truce").content.decode()
    assert page.count('name="place"') == 4
    assert "<mark>TRUCE</mark> does not.</span>" in page

    tag_all(client, article, tag=tag.pk, choosing="1", place=["1", "4", "4"])

    assert live() == ["truce", "TRUCE"]
    assert Act.objects.get().summary == "Tagged 2 passages with Ceasefire"
    for place in ([], ["5"], ["0"], ["x"]):
        assert tag_all(client, article, tag=tag.pk, choosing="1", place=place).status_code == 422
    assert len(live()) == 2


def test_more_places_than_are_shown_are_told_before_and_tagged_in_turn(client, coder):
    article, tag = make_article("truce " * 1001), make_tag("Ceasefire")

    page = find(client, article, find="truce")

    assert "These words stand in more places than are shown" in page.content.decode()
    assert "Tag these 1000" in page.content.decode()
    tag_all(client, article, tag=tag.pk, count=1000)
    assert live() == ["truce"] * 1000
    after = page.context["finding"]["next"]
    assert (
        "These are the last places."
        in find(client, article, find="truce", after=after).content.decode()
    )
    response = tag_all(client, article, tag=tag.pk, count=1, after=after)
    assert response.url == f"{article.get_absolute_url()}?find=truce&after={after}"
    assert live() == ["truce"] * 1001
    assert find(client, article, find="truce", after="x").status_code == 422
