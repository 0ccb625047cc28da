"""How far the coding of an article is: called done, opened again, and who is at work."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from annotations import carrying, coding
from annotations.models import Act, Completion
from annotations.progress import progress_of
from talks.models import ArticleStatus

from ..factories import (
    make_article,
    make_event,
    make_note,
    make_outcome_report,
    make_passage,
    make_position,
    make_round,
    make_tag,
    make_tagging,
    make_user,
)

pytestmark = pytest.mark.django_db
ARTICLES = "/articles/"


def text_of(response):
    return " ".join(response.content.decode().split())


def call(client, article, done="yes", version=0, **fields):
    address = reverse("annotations:article_done", args=[article.pk])
    return client.post(address, {"done": done, "version": version} | fields)


def seen(article, user):
    """(who is done, with a + where they worked on; who is at work), as names."""
    found = progress_of([article], user)[article.pk]
    done = [f"{one.coder}{'+' if one.has_later_work else ''}" for one in found.done]
    return done, [str(one) for one in found.at_work]


def listed(client, query):
    return [one.title for one in client.get(ARTICLES + query).context["page"]]


@pytest.fixture
def coder(client):
    user = make_user(username="coder", name="Coder")
    client.force_login(user)
    return user


def test_an_article_is_called_done_opened_again_and_each_undone(client, coder, colleague):
    article = make_article(title="Talks")
    make_tagging(make_passage("Both", article), coder=colleague)
    assert seen(article, coder) == ([], ["Colleague"])

    response = call(client, article, next="/articles/")

    assert response.url == "/articles/"
    assert seen(article, coder) == (["Coder"], ["Colleague"])
    done = Act.objects.get(kind="done")
    assert (done.article, done.summary) == (article, "Called Talks done")
    call(client, article, done="no", version=1)
    assert seen(article, coder) == ([], ["Colleague"])
    coding.undo(coder, Act.objects.latest("pk"))
    assert seen(article, coder) == (["Coder"], ["Colleague"])
    history = text_of(client.get(reverse("annotations:article_history", args=[article.pk])))
    assert "withdrew" in history
    assert "brought back" in history
    (row,) = Completion.objects.all()
    assert (row.coder, row.version) == (coder, 3)


def test_the_first_word_is_undone_and_done_again(client, coder):
    article = make_article()
    call(client, article)

    undone = coding.undo(coder, Act.objects.get())
    assert seen(article, coder) == ([], [])
    coding.undo(coder, undone)

    assert seen(article, coder) == (["Coder"], [])


def test_work_after_done_leaves_it_done_and_says_so(client, coder, colleague):
    article, tag = make_article("They met in Ankara."), make_tag()
    call(client, article)
    assert seen(article, coder) == (["Coder"], [])

    tagged = coding.tag_passage(coder, article, 0, 4, tag)
    coding.tag_passage(colleague, article, 0, 4, tag)

    assert seen(article, coder) == (["Coder+"], ["Colleague"])
    page = text_of(client.get(article.get_absolute_url()))
    assert "worked on since" in page
    assert "Done as it is now" in page
    undone = coding.undo(coder, tagged)
    assert seen(article, coder) == (["Coder"], ["Colleague"])
    coding.undo(coder, undone)
    assert seen(article, coder) == (["Coder+"], ["Colleague"])
    call(client, article, version=1)
    assert seen(article, coder) == (["Coder"], ["Colleague"])


def test_private_notes_tell_nobody_that_one_is_at_work(client, coder, colleague):
    article = make_article("They met in Ankara.")
    call(client, article)
    coding.write_note(coder, "Mine alone.", "private", article=article)
    coding.write_note(colleague, "Mine alone.", "private", article=article)

    assert seen(article, coder) == (["Coder+"], [])
    assert seen(article, colleague) == (["Coder"], ["Colleague"])


@pytest.mark.parametrize(
    "work",
    [
        lambda article, coder: make_tagging(make_passage("They", article), coder=coder),
        lambda article, coder: make_note(passage=make_passage("They", article), author=coder),
        lambda article, coder: make_note(article=article, author=coder),
        lambda article, coder: make_position(article=article, coder=coder),
        lambda article, coder: make_outcome_report(article=article, coder=coder),
        lambda article, coder: make_event(article=article, coder=coder),
    ],
    ids=["tagging", "passage note", "article note", "position", "report", "event"],
)
def test_whatever_one_does_one_is_at_work_till_it_is_done(client, coder, colleague, work):
    article = make_article("They met in Ankara.", title="Met")
    other = make_article(title="Other", round=article.round)
    work(article, colleague)

    assert seen(article, coder) == ([], ["Colleague"])
    reading = client.get(article.get_absolute_url()).context["reading"]
    assert [str(one) for one in reading.progress.at_work] == ["Colleague"]
    assert listed(client, "?coding=work") == ["Met"]
    Completion.objects.create(article=article, coder=colleague, last_act=0)
    assert seen(article, coder) == (["Colleague"], [])
    assert listed(client, "?coding=work") == []
    assert seen(other, coder) == ([], [])


def test_the_list_is_narrowed_and_ordered_by_the_state(client, coder, colleague):
    talks_round, tag = make_round(), make_tag()
    _, begun, mine, both = (
        make_article(f"They met {title}.", title=title, round=talks_round)
        for title in ("New", "Begun", "Mine", "Both")
    )
    coding.tag_passage(colleague, begun, 0, 4, tag)
    coding.tag_passage(colleague, both, 0, 4, tag)
    for article in (mine, both):
        call(client, article)
    coding.tag_passage(coder, mine, 0, 4, tag)

    found = {
        query: listed(client, f"?{query}&sort=title")
        for query in (
            "coding=none", "coding=work", "coding=done", "coding=open", "coding=later",
            "coder=colleague", f"coder={coder.pk}", "coding=work&coder=Coder",
            "coding=none&coder=coder", "coding=done&coder=coder", "coding=open&coder=coder",
        )
    }  # fmt: skip

    assert list(found.values()) == [
        ["New"], ["Begun", "Both"], ["Both", "Mine"], ["Begun", "New"], ["Mine"],
        ["Begun", "Both"], ["Both", "Mine"], [],
        ["Begun", "New"], ["Both", "Mine"], ["Begun", "New"],
    ]  # fmt: skip
    assert listed(client, "?sort=coding") == ["New", "Both", "Begun", "Mine"]
    assert listed(client, "?sort=-coding") == ["Mine", "Begun", "Both", "New"]
    kept = {"name": "Open", "page": "article_list", "query": "coding=open&coder=coder&sort=-coding"}
    client.post("/searches/", kept)
    assert "Open" in text_of(client.get(ARTICLES))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("coder=nobody", "There is no coder called “nobody”."),
        ("coder=cod", "Is it “Coder”?"),
        ("coder=Twin", "Several are called “Twin”"),
        ("coder=99999999999999999999", "There is no coder called"),
        ("coding=maybe", "Select a valid choice"),
    ],
)
def test_who_and_what_is_not_there_is_said(client, coder, query, says):
    for _ in range(2):
        make_user(name="Twin")
    make_article()

    response = client.get(f"{ARTICLES}?{query}")

    assert response.status_code == 422
    assert says in text_of(response)


def test_a_repeated_word_is_one_and_an_old_page_changes_nothing(client, coder):
    article, key = make_article(), str(uuid.uuid4())
    for _ in range(2):
        assert call(client, article, key=key).status_code == 302
    assert call(client, article, version=0).status_code == 302
    assert Act.objects.count() == 1

    response = call(client, article, done="no", version=7)

    assert response.status_code == 409
    assert "You have called it done in the meantime" in text_of(response)
    assert Act.objects.count() == 1


def test_a_refusal_leads_back_to_the_page_it_came_from(client, coder):
    address = reverse("annotations:article_done", args=[make_article().pk])
    came_from = "/articles/?coding=open"

    here = client.post(address, {}, headers={"referer": f"http://testserver{came_from}"})
    elsewhere = client.post(address, {}, headers={"referer": f"http://other.example{came_from}"})

    assert (here.status_code, elsewhere.status_code) == (422, 422)
    assert f'<a href="{came_from}">Go back</a>' in here.text
    assert "<a" not in elsewhere.text.partition("Go back")[0].rpartition("<p>")[2]


@pytest.mark.parametrize(
    "fields", [{"done": ""}, {"done": "perhaps"}, {"version": "x"}, {"version": ""}, {"key": "1"}]
)
def test_bad_values_say_nothing(client, coder, fields):
    assert call(client, make_article(), **fields).status_code == 422
    assert Completion.objects.count() == 0


def test_a_newer_version_is_not_done_and_an_old_one_only_knowingly(client, coder, admin):
    words = "They met in Ankara. Nothing was agreed upon by either of the two sides."
    old = make_article(f"{words} It was Friday.")
    coding.tag_passage(coder, old, 0, 8, make_tag())
    call(client, old)
    new = make_article(f"{words} It was Saturday.", round=old.round)
    carrying.supersede(admin, new, old, new.version)

    assert seen(new, coder) == ([], ["Coder"])
    assert seen(old, coder) == (["Coder"], [])
    assert call(client, old, done="no", version=1).status_code == 409


def test_each_coder_has_one_state_an_article_below_the_app(coder):
    article = make_article()
    Completion.objects.create(article=article, coder=coder, last_act=0)

    with pytest.raises(IntegrityError), transaction.atomic():
        Completion.objects.create(article=article, coder=coder, last_act=0)


def test_visitors_and_drafts_are_left_out(client, coder):
    draft = make_article(status=ArticleStatus.DRAFT)
    assert call(client, draft).status_code == 404
    client.logout()
    article = make_article()
    assert "/sign-in/" in call(client, article).url
    page = text_of(client.get(ARTICLES)) + text_of(client.get(article.get_absolute_url()))
    assert "Mark as done" not in page
    assert "Not begun" not in page


def test_names_are_offered_to_those_who_work_here(client, coder):
    make_tag("Deadline <b>")
    names = reverse("annotations:name_list", args=["coder"])

    assert '<option value="coder" label="Coder"></option>' in text_of(client.get(names))
    assert "Deadline &lt;b&gt;" in text_of(client.get(names.replace("coder", "tag")))
    assert client.get(names.replace("coder", "party")).status_code == 404
