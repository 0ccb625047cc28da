"""The list of articles, the codebook, and a tag with its passages."""

import base64
import datetime
import html
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.models import Act
from talks import importing
from talks.models import Article

from ..factories import (
    make_article,
    make_codebook,
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

ARTICLES = "/articles/"
SORTS = ["", "loaded", "title", "words", "passages", "coders", "notes", "worked", "coding"]
CODEBOOK = "/codebook/"
KEY = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"


def text_of(response):
    return " ".join(response.content.decode().split())


def listed(client, query=""):
    return list(client.get(ARTICLES + query).context["page"])


def make_act(actor, article):
    return Act.objects.create(actor=actor, kind="tag", article=article, summary="", changes=[])


# Articles


@pytest.mark.django_db
def test_a_visitor_sees_the_published_articles_and_no_work(client):
    article = make_article("They met.", title="They met")
    make_tagging(make_passage("They", article))
    make_article(status="draft")

    response = client.get(ARTICLES)

    assert response.status_code == 200
    assert [one.headline for one in response.context["page"]] == ["They met"]
    page = text_of(response)
    assert [word for word in ("Passages", "Coders", "Notes", "Yours") if word in page] == []


@pytest.mark.django_db
def test_an_admin_sees_drafts_and_may_ask_for_them_alone(client, researcher, admin):
    published, draft = make_article(), make_article(status="draft")

    client.force_login(researcher)
    assert listed(client) == [published]
    client.force_login(admin)
    assert listed(client) == [draft, published]
    assert listed(client, "?status=draft") == [draft]


@pytest.mark.django_db
def test_the_work_on_an_article_is_counted_once_each(client, researcher, colleague):
    article = make_article("One two three four five.")
    one, two, three, four, five = (
        make_passage(word, article) for word in ("One", "two", "three", "four", "five")
    )
    make_tagging(one, coder=researcher)
    make_tagging(one, coder=researcher)
    make_tagging(one, coder=colleague)
    make_tagging(two, coder=colleague)
    withdrawn = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    make_tagging(five, coder=make_user(), withdrawn_at=withdrawn)
    note = make_note(passage=three, author=researcher)
    make_note(parent=note, author=colleague)
    make_note(passage=one, author=researcher, visibility="private")
    make_note(passage=four, author=colleague, visibility="private")
    make_note(article=article, author=colleague)
    make_note(passage=five, author=colleague, withdrawn_at=withdrawn)
    other = make_article()
    make_tagging(make_passage("Both", other), coder=researcher)

    def counts(user):
        client.force_login(user)
        found = next(each for each in listed(client) if each == article)
        return [found.passage_count, found.coder_count, found.note_count, found.own_count]

    # passages one, two, three; notes: on three, its reply, own private one, on the article
    assert counts(researcher) == [3, 2, 4, 2]
    # besides passage four with the private note, without the researcher's private one
    assert counts(colleague) == [4, 2, 4, 3]


@pytest.mark.django_db
def test_the_list_counts_the_passages_that_the_reader_counts(client, researcher, colleague):
    article = make_article("One two three four five six.")
    one, two, three, four, five, six = (
        make_passage(word, article) for word in ("One", "two", "three", "four", "five", "six")
    )
    make_tagging(one, coder=colleague)
    make_position(evidence=[one, two], article=article, coder=researcher)
    make_outcome_report(evidence=[three], article=article, coder=colleague)
    make_event(evidence=[four], article=article)
    make_position(evidence=[five], article=article, coder=colleague, work_status="draft")
    make_position(evidence=[six], article=article, withdrawn_at=timezone.now())
    client.force_login(researcher)

    (shown,) = listed(client)
    counts = client.get(article.get_absolute_url()).context["reading"].counts

    assert (shown.passage_count, shown.own_count) == (4, 2) == (counts.all, counts.mine)
    assert listed(client, "?work=mine") == [article]


@pytest.mark.django_db
def test_the_list_and_the_reader_count_accepted_work_alone_if_asked_and_say_so(
    client, researcher, colleague
):
    article = make_article("One two three four five.")
    one, two, three, four, _ = (
        make_passage(word, article) for word in ("One", "two", "three", "four", "five")
    )
    accepted = {"work_status": "accepted"}
    make_tagging(one, make_tag("Unity"), researcher, **accepted)
    make_tagging(one, make_tag("Doubt"), colleague)
    make_tagging(two, coder=colleague)
    make_tagging(two, coder=colleague, work_status="rejected")
    make_position(evidence=[three], article=article, coder=colleague, **accepted)
    make_outcome_report(evidence=[two], article=article, coder=colleague)
    make_note(passage=four, author=researcher)
    client.force_login(researcher)

    response = client.get("/articles/?counted=accepted")
    (shown,) = response.context["page"].object_list
    reader = client.get(f"{article.get_absolute_url()}?accepted=1")
    reading = reader.context["reading"]

    counts = (shown.passage_count, shown.coder_count, shown.note_count, shown.own_count)
    assert counts == (2, 1, 1, 1)
    assert "passages and coders with accepted work only" in response.content.decode()
    assert (reading.counts.all, reading.counts.mine) == (2, 1)
    assert [one.tag.name for one in reading.outline] == ["Unity"]
    assert "of 2 accepted passages shown" in reader.content.decode()
    everything = client.get(article.get_absolute_url()).context["reading"]
    assert (everything.counts.all, listed(client)[0].passage_count) == (4, 4)


@pytest.mark.django_db
def test_ones_own_progress_is_shown(client, researcher, colleague):
    article = make_article()
    make_tagging(make_passage("Both", article), coder=researcher)
    make_act(researcher, article)
    make_act(colleague, make_article())
    client.force_login(researcher)

    shown = {one: (one.own_count, one.worked_at is not None) for one in listed(client)}

    assert list(shown.values()) == [(0, False), (1, True)]
    assert "1 passage" in text_of(client.get(ARTICLES))


@pytest.mark.django_db
def test_the_list_is_narrowed_by_its_address(client, researcher, colleague):
    istanbul = make_round(slug="istanbul")
    english = make_article(round=istanbul)
    ukrainian = make_article(language="uk")
    make_tagging(make_passage("Both", english), coder=researcher)
    # A reply to a colleague's note is work as well.
    asked = make_note(article=ukrainian, author=colleague)
    make_note(parent=asked, author=researcher)
    untouched = make_article()
    make_tagging(make_passage("Both", untouched), coder=colleague)
    client.force_login(researcher)

    assert listed(client, "?round=istanbul") == [english]
    assert listed(client, "?language=uk") == [ukrainian]
    assert listed(client, "?work=mine") == [ukrainian, english]
    assert listed(client, "?work=none") == [untouched]
    assert listed(client, "?round=istanbul&language=uk") == []
    assert listed(client, "?round=&language=&work=&sort=") == [untouched, ukrainian, english]


@pytest.mark.django_db
def test_the_list_is_sorted_by_its_address(client, researcher):
    quiet, busy = make_article(published_on=datetime.date(2025, 5, 17)), make_article()
    make_tagging(make_passage("Both", busy))
    make_act(researcher, busy)
    client.force_login(researcher)

    assert listed(client) == [quiet, busy]
    assert listed(client, "?sort=passages") == [busy, quiet]
    assert listed(client, "?sort=worked") == [busy, quiet]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["?round=nowhere", "?language=xx", "?work=everybody", "?sort=colour", "?work=mine&sort=1'"],
)
def test_a_filter_that_is_not_understood_is_left_out_with_a_message(client, researcher, query):
    article = make_article()
    make_tagging(make_passage("Both", article), coder=researcher)
    client.force_login(researcher)

    response = client.get(ARTICLES + query)

    assert response.status_code == 422
    assert list(response.context["page"]) == [article]
    assert "is not understood and was left out" in text_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?status=draft", "?work=mine", "?sort=passages", "?other=1"])
def test_filters_that_are_not_for_visitors_do_nothing(client, query):
    article = make_article()

    response = client.get(ARTICLES + query)

    assert (response.status_code, list(response.context["page"])) == (200, [article])


def make_articles(rows):
    """More articles than a page holds, in one statement; in the order in which they came."""
    defaults = {"round": make_round(), "language": "en", "status": "published"}
    return Article.objects.bulk_create(
        Article(**defaults | row, sha256=importing.digest(row["text"].encode())) for row in rows
    )


def walked(client, query="", way="next"):
    """The articles of all pages, from the first on, or back from the last."""
    response = client.get(ARTICLES + query)
    pages = [list(response.context["page"])]
    while found := re.search(f'rel="{way}" href="([^"]*)"', response.content.decode()):
        response = client.get(ARTICLES + html.unescape(found[1]))
        pages.append(list(response.context["page"]))
    return pages, response


@pytest.mark.django_db
@pytest.mark.parametrize("sort", [*SORTS, *(f"-{one or 'published'}" for one in SORTS)])
def test_the_pages_hold_each_article_once_in_every_order(client, researcher, sort):
    make_articles(
        {
            "text": "They met. " * (n % 3 + 1) + str(n),
            "title": "AbcA"[n % 4],
            "published_on": datetime.date(2025, 5, n % 2 + 1) if n % 3 else None,
        }
        for n in range(101)
    )
    client.force_login(researcher)

    pages, last = walked(client, f"?sort={sort}")

    assert [len(page) for page in pages] == [50, 50, 1]
    assert len({one.pk for page in pages for one in page}) == 101
    back = last.context["page"].previous
    again, _ = walked(client, f"?sort={sort}&before={back}", "prev")
    assert list(reversed(again)) == pages[:2]


@pytest.mark.django_db
def test_articles_that_come_in_meanwhile_move_no_other(client):
    old = make_articles({"text": f"They met {n} times."} for n in range(100))
    first = client.get(ARTICLES)
    make_article(round=old[0].round)

    second = client.get(f"{ARTICLES}?after={first.context['page'].next}")

    assert [*first.context["page"], *second.context["page"]] == old[::-1]


def place(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "sort"),
    [
        *((one, "") for one in ["x", "W10", "WzFd", "WyJhIl0", "9" * 4000, "W1tbW1tb"]),
        (place("name_key", "\ud800", "1"), "title"),
        (place("name_key", "a\0", "1"), "title"),
        (place("-loaded_at", "0001-01-01T00:00:00+14:00", "1"), "loaded"),
        (place("-loaded_at", "9999-12-31T23:59:59-14:00", "1"), "loaded"),
        (place("-loaded_at", "2025-01-01T00:00:00+23:59:59.999999", "1"), "loaded"),
        (place("-word_count", "1", "0001-01-01", "2025-01-01T00:00:00Z", "1"), "passages"),
    ],
)
def test_a_place_that_is_none_is_the_first_page(client, researcher, token, sort):
    article = make_article()
    client.force_login(researcher)

    response = client.get(ARTICLES, {"after": token, "before": token, "sort": sort})

    assert (response.status_code, list(response.context["page"])) == (200, [article])


@pytest.mark.django_db
def test_where_all_beyond_a_place_is_gone_the_nearest_page_is_shown(client, admin):
    articles = make_articles({"text": f"They met {n} times."} for n in range(102))
    client.force_login(admin)
    (first, second, third), last = walked(client)
    after = f"?status=published&after={client.get(f'{ARTICLES}').context['page'].next}"
    beyond = client.get(ARTICLES + after).context["page"].next

    for rows in (third, second):
        Article.objects.filter(pk__in=[one.pk for one in rows]).update(status="draft")
    response = client.get(f"{ARTICLES}?status=published&after={beyond}")
    page = response.context["page"]
    assert (list(page), page.next, page.previous) == (first, "", "")
    assert "No article is like that." not in text_of(response)

    before = last.context["page"].previous
    Article.objects.update(status="published")
    Article.objects.filter(pk__in=[one.pk for one in (*first, *second)]).update(status="draft")
    page = client.get(f"{ARTICLES}?status=published&before={before}").context["page"]
    assert (list(page), page.next, page.previous) == (third, "", "")
    assert [*first, *second, *third] == articles[::-1]


@pytest.fixture
def change(client, admin):
    """Does something to ticked articles: ``change(articles, do="publish")``."""
    client.force_login(admin)

    def change(articles, **fields):
        ticked = [f"{one.pk}:{one.version}" for one in articles]
        return client.post("/articles/change/", {"article": ticked} | fields)

    return change


@pytest.mark.django_db
def test_several_articles_are_published_as_one_act_and_taken_back(client, admin, change):
    articles = [make_article(status="draft"), make_article(status="draft"), make_article()]

    change(articles, do="publish")

    act = Act.objects.get()
    assert (act.kind, act.summary) == ("article", "Published 2 articles")
    assert set(Article.objects.values_list("status", flat=True)) == {"published"}
    page = client.get("/articles/?sort=words")
    assert (page.context["undoable"], page.context["redoable"]) == (act, None)
    assert '<input type="hidden" name="next" value="/articles/?sort=words">' in page.text
    client.post(reverse("annotations:act_undo", args=[act.pk]), {"next": "/acts/"})
    page = client.get("/articles/")
    assert (page.context["undoable"], page.context["redoable"].undoes) == (None, act)
    assert list(Article.objects.order_by("pk").values_list("status", flat=True)) == [
        "draft", "draft", "published",
    ]  # fmt: skip


@pytest.mark.django_db
def test_who_is_no_admin_any_longer_takes_nothing_back(client, admin, change):
    change([make_article(status="draft")], do="publish")
    admin.role = "researcher"
    admin.save()

    response = client.post(reverse("annotations:act_undo", args=[Act.objects.get().pk]))

    assert response.status_code == 409
    assert Article.objects.get().status == "published"


@pytest.mark.django_db
def test_several_articles_are_moved_and_given_their_language(change):
    articles, other = [make_article(), make_article()], make_round()

    change(articles, do="round", round=other.pk)
    for article in articles:
        article.refresh_from_db()
    change(articles, do="language", language="ZHO-hans-cn")

    assert set(Article.objects.values_list("round", "language")) == {(other.pk, "zh-Hans-CN")}
    assert Act.objects.count() == 2


@pytest.mark.django_db
def test_what_was_changed_in_the_meantime_is_left_alone_and_told(client, change):
    one, two = make_article(status="draft"), make_article(status="draft", title="Renamed")
    Article.objects.filter(pk=two.pk).update(version=5)

    response = change([one, two, Article(pk=999, version=1)], do="publish", back="x=1")

    assert response.url == "/articles/?x=1"
    assert list(Article.objects.order_by("pk").values_list("status", flat=True)) == [
        "published", "draft",
    ]  # fmt: skip
    told = "2 were changed or removed in the meantime and left alone (“Renamed”)."
    assert told in text_of(client.get(response.url))


@pytest.mark.django_db
def test_all_that_are_found_are_changed_at_once_on_whatever_page(change, client):
    make_articles(
        {"text": f"They met {n} times.", "status": "draft", "language": "uk"} for n in range(55)
    )
    other = make_article(status="draft")
    page = client.get("/articles/?language=uk")
    assert "All 55 that are found" in text_of(page)
    found = page.context["found"]
    asked = {"do": "publish", "every": "1", "back": "language=uk", "key": KEY}

    for wrong in ({"found": "55"}, {"found": found, "back": "language=xx"}, {}):
        assert change([], **asked | wrong).status_code == 409
    # One less and another one are as many, and one that somebody mended is not what was seen.
    left = Article.objects.filter(language="uk").first()
    for fields in ({"language": "en"}, {"language": "uk", "version": 2}):
        Article.objects.filter(pk=left.pk).update(**fields)
        Article.objects.filter(pk=other.pk).update(
            language="uk" if "version" not in fields else "en"
        )
        response = change([], found=found, **asked)
        assert "The list has changed since this page was opened" in text_of(response)
    assert not Article.objects.filter(status="published").exists()
    found = client.get("/articles/?language=uk").context["found"]
    assert [change([], found=found, **asked).status_code for _ in range(2)] == [302, 302]

    published = Article.objects.filter(status="published").values_list("language", flat=True)
    assert list(published) == ["uk"] * 55
    assert Act.objects.get().summary == "Published 55 articles"


@pytest.mark.django_db
def test_as_many_queries_change_300_articles_and_take_it_back_as_change_three(
    client, admin, change, count_queries
):
    articles = make_articles(
        {"text": f"They met {n} times.", "status": "draft"} for n in range(303)
    )
    queries = [
        (
            count_queries(lambda some=some: change(some, do="publish")),
            count_queries(lambda: client.post(f"/acts/{Act.objects.latest('pk').pk}/undo/")),
            count_queries(lambda: client.post(f"/acts/{Act.objects.latest('pk').pk}/undo/")),
        )
        for some in (articles[:3], articles[3:])
    ]

    # 250 are changed in one statement.
    assert [more - few for few, more in zip(*queries, strict=True)] == [1, 1, 1]
    assert Article.objects.filter(status="published", version=4).count() == 303


@pytest.mark.django_db
def test_what_a_rule_forbids_is_said_and_nothing_is_done(change):
    old, other = make_article(), make_article()
    newer = make_article(supersedes=old, round=old.round, title="Mended")
    report = make_outcome_report(article=make_article(title="Signed"))

    responses = [
        change([other, newer], do="draft"),
        change([other, report.article], do="round", round=make_round().pk),
    ]

    assert [response.status_code for response in responses] == [409, 409]
    assert "This is the new version of another article" in text_of(responses[0])
    assert "It is so with “Mended”." in text_of(responses[0])
    assert "This outcome belongs to another round. It is so with “Signed”." in text_of(responses[1])
    ticked = f"tick={other.pk}%3A1&amp;tick={newer.pk}%3A{newer.version}"
    assert f'<a href="/articles/?{ticked}">Go back</a>' in responses[0].text
    assert Act.objects.count() == 0
    other.refresh_from_db()
    assert (other.status, other.version) == ("published", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"do": "round"}, "Choose the round to move them to."),
        ({"do": "language", "language": "Ukrainian!"}, "Write a language’s code"),
        ({"do": "burn"}, "Select a valid choice."),
        ({"do": "publish", "article": "x:1"}, "This must be a whole number"),
        ({"do": "publish", "article": ""}, "Tick the articles first."),
    ],
)
def test_what_cannot_be_done_to_articles_is_said(change, client, fields, reason):
    make_article()

    response = change([make_article(language="uk")], back="language=uk", **fields)

    assert response.status_code == 422
    assert reason in text_of(response)
    if "article" not in fields:
        page = client.get(response.context["back"])
        assert re.findall(r"name=\"article\".* (checked) ", page.text) == ["checked"]
        assert '<input type="hidden" name="back" value="language=uk">' in page.text


@pytest.mark.django_db
def test_a_repeated_change_is_done_once(change):
    articles = [make_article(status="draft")]

    for _ in range(2):
        change(articles, do="publish", key=KEY)

    assert Act.objects.count() == 1


@pytest.mark.django_db
def test_without_articles_the_list_says_what_to_do(client, admin):
    assert "Once an admin has published one" in text_of(client.get(ARTICLES))
    client.force_login(admin)
    assert "Load an article" in text_of(client.get(ARTICLES))

    make_article()

    assert "No article is like that." in text_of(client.get(ARTICLES + "?status=draft"))


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["visitor", "researcher", "admin"])
def test_the_list_asks_as_much_for_300_articles_as_for_one(client, count_queries, role):
    talks_round, tag, coder = make_round(), make_tag(), make_user()

    def add():
        article = make_article(round=talks_round)
        make_tagging(make_passage("Both", article), tag, coder)
        make_note(article=article, author=coder)

    if role != "visitor":
        client.force_login(make_user(role))
    add()
    counts = [count_queries(lambda: client.get(ARTICLES))]
    for more in (2, 297):
        for _ in range(more):
            add()
        counts.append(count_queries(lambda: client.get(ARTICLES)))

    assert counts == [counts[0]] * 3
    assert counts[0] <= 11


@pytest.mark.django_db
def test_the_list_does_not_read_the_texts(client, django_assert_num_queries, researcher):
    make_article("Both sides agreed. " * 10_000)
    client.force_login(researcher)

    (article,) = listed(client)

    assert "text" in article.get_deferred_fields()
    assert article.headline == "Untitled: Both sides agreed. Both sides agreed. Both sides…"


# Going on


@pytest.mark.django_db
def test_the_front_page_leads_to_the_article_one_worked_on_last(client, researcher, colleague):
    first, last = make_article(title="First"), make_article(title="Last")
    client.force_login(researcher)
    assert "Continue reading" not in text_of(client.get("/"))

    for article in (first, last):
        make_act(researcher, article)
    make_act(colleague, first)

    assert f'href="/articles/{last.pk}/">Continue reading' in text_of(client.get("/"))


@pytest.mark.django_db
def test_the_front_page_does_not_lead_to_a_draft(client, researcher):
    make_act(researcher, make_article(status="draft"))
    client.force_login(researcher)

    assert "Continue reading" not in text_of(client.get("/"))


# The codebook


@pytest.mark.django_db
@pytest.mark.parametrize("address", [CODEBOOK, "/tags/1/"])
def test_codebook_and_tags_are_for_those_who_sign_in(client, address):
    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


@pytest.mark.django_db
def test_the_codebook_is_a_tree_with_counts(client, researcher):
    issue = make_tag("Ceasefire", colour="teal")
    below = make_tag("Truce", parent=issue, definition="A stop of days.")
    make_tag("Peace", parent=issue, status="proposed")
    passage = make_passage()
    make_tagging(passage, issue)
    make_tagging(passage, below)
    make_tagging(passage, below)
    make_tagging(make_passage(), below)
    make_tagging(make_passage(article=make_article(status="draft")), below)
    client.force_login(researcher)

    response = client.get(CODEBOOK)

    (root,) = response.context["codebooks"][0].roots
    assert [
        (tag.name, tag.passage_count, tag.branch_count, tag.shown_colour)
        for tag in (root, *root.below)
    ] == [("Ceasefire", 1, 2, "teal"), ("Peace", 0, 0, "teal"), ("Truce", 2, 2, "teal")]
    page = text_of(response)
    assert "1 passage, 2 with the tags below" in page
    assert "A stop of days." in page
    assert ">proposed<" in page


@pytest.mark.django_db
def test_an_empty_codebook_says_what_to_do(client, researcher, admin):
    client.force_login(admin)
    assert "manage load_first_data" in text_of(client.get(CODEBOOK))

    make_codebook()

    assert "that proposes a tag" in text_of(client.get(CODEBOOK))


@pytest.mark.django_db
def test_the_codebook_asks_as_much_for_many_tags_as_for_one(client, researcher, count_queries):
    client.force_login(researcher)
    tag = make_tag()
    make_tagging(tag=tag)
    for_one = count_queries(lambda: client.get(CODEBOOK))
    for _ in range(60):
        tag = make_tag(parent=tag if tag.pk % 5 else None)
        make_tagging(tag=tag)

    assert count_queries(lambda: client.get(CODEBOOK)) == for_one


# A tag


@pytest.mark.django_db
def test_a_tag_shows_its_passages_in_their_sentences_over_all_articles(client, researcher):
    tag = make_tag("Ceasefire", definition="A stop.", counter_example="A pause for lunch.")
    new = make_article(
        "Nobody came. Ukraine wanted a truce. They left.", published_on=datetime.date(2025, 5, 17)
    )
    old = make_article("A truce, they said.", published_on=datetime.date(2025, 5, 16))
    make_tagging(make_passage("truce", old), tag)
    make_tagging(make_passage("a truce", new), tag)
    make_tagging(make_passage("wanted", new), tag)
    make_tagging(make_passage("wanted", new), tag)
    make_tagging(make_passage("left", new), make_tag())
    make_tagging(make_passage(article=make_article(status="draft")), tag)
    client.force_login(researcher)

    response = client.get(tag.get_absolute_url())

    assert [
        (one.article_id, one.context.before, one.shown, one.context.after, len(one.tagged))
        for one in response.context["page"]
    ] == [
        (new.pk, "Ukraine ", "wanted", " a truce.", 2),
        (new.pk, "Ukraine wanted ", "a truce", ".", 1),
        (old.pk, "A ", "truce", ", they said.", 1),
    ]
    page = text_of(response)
    assert "A stop." in page
    assert "A pause for lunch." in page
    assert "<mark>a truce</mark>." in page


@pytest.mark.django_db
def test_a_tags_passages_are_narrowed_by_its_address(client, researcher, colleague):
    issue = make_tag()
    below = make_tag(parent=issue)
    of_issue = make_tagging(tag=issue, coder=researcher).passage
    of_below = make_tagging(tag=below, coder=colleague).passage
    client.force_login(researcher)

    def found(query):
        return {one.pk for one in client.get(issue.get_absolute_url() + query).context["page"]}

    assert found("") == {of_issue.pk, of_below.pk}
    assert found("?alone=on") == {of_issue.pk}
    assert found(f"?coder={colleague.pk}") == {of_below.pk}
    assert found(f"?article={of_issue.article_id}") == {of_issue.pk}
    assert found(f"?article={of_issue.article_id}&coder={colleague.pk}") == set()


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?coder=x", "?article=0", "?coder=" + "9" * 5000])
def test_a_tags_filter_that_is_not_understood_is_left_out_with_a_message(client, researcher, query):
    tagging = make_tagging()
    client.force_login(researcher)

    response = client.get(tagging.tag.get_absolute_url() + query)

    assert response.status_code == 422
    assert list(response.context["page"]) == [tagging.passage]


@pytest.mark.django_db
def test_a_merged_tag_leads_to_the_one_it_was_merged_into_and_says_so(client, researcher):
    parent = make_tag("Issue")
    newest = make_tag("Newest", parent=parent)
    newer = make_tag("Newer", status="archived", replaced_by=newest)
    old = make_tag("Old", status="archived", replaced_by=newer)
    client.force_login(researcher)

    answer = client.get(old.get_absolute_url())
    assert (answer.status_code, answer.url) == (
        302,
        f"{newest.get_absolute_url()}?from={old.pk}",
    )
    page = text_of(client.get(answer.url))
    assert "“Old” was merged into this tag" in page
    assert f'<a href="{parent.get_absolute_url()}">Issue</a>' in page
    for nonsense in ("x", newest.pk, parent.pk, "9" * 5000):
        page = text_of(client.get(f"{newest.get_absolute_url()}?from={nonsense}"))
        assert "was merged into this tag" not in page


@pytest.mark.django_db
def test_an_archived_tag_says_why(client, researcher):
    tag = make_tag("Old", status="archived", archived_because="Too broad.")
    client.force_login(researcher)

    assert "The reason: Too broad." in text_of(client.get(tag.get_absolute_url()))


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["0", "99", "9223372036854775808", "x"])
def test_a_tag_that_is_not_there_is_not_found(client, researcher, number):
    client.force_login(researcher)

    assert client.get(f"/tags/{number}/").status_code == 404


@pytest.mark.django_db
def test_a_tag_has_its_notes_and_takes_another(client, researcher, colleague):
    tag = make_tag()
    note = make_note("A hard case.", tag=tag, author=colleague)
    make_note("I agree.", parent=note, author=researcher)
    make_note("Mine alone.", tag=tag, author=colleague, visibility="private")
    client.force_login(researcher)

    page = text_of(client.get(tag.get_absolute_url()))

    assert "A hard case." in page
    assert "I agree." in page
    assert "Mine alone." not in page
    assert f'action="{reverse("annotations:tag_notes", args=[tag.pk])}"' in page


@pytest.mark.django_db
def test_a_very_long_passage_is_cut(client, researcher):
    article = make_article("word " * 1_000)
    tagging = make_tagging(make_passage(article.text.strip(), article))
    client.force_login(researcher)

    response = client.get(tagging.tag.get_absolute_url())

    assert "…</mark>" in text_of(response)
    assert len(response.content) < 30_000


@pytest.mark.django_db
def test_a_tag_asks_as_much_for_300_passages_as_for_one(client, researcher, count_queries):
    tag, talks_round = make_tag(), make_round()
    below = make_tag(parent=tag)
    coders = [make_user() for _ in range(3)]
    client.force_login(researcher)

    def add():
        passage = make_passage(article=make_article(round=talks_round))
        make_tagging(passage, tag, coders[0])
        make_tagging(passage, below, coders[passage.pk % 3])

    add()
    counts = [count_queries(lambda: client.get(tag.get_absolute_url()))]
    for more in (2, 297):
        for _ in range(more):
            add()
        counts.append(count_queries(lambda: client.get(tag.get_absolute_url())))

    assert counts == [counts[0]] * 3
    assert counts[0] <= 12

    # Of 300 articles the newest 200 are offered; each other has an address all the same.
    oldest = Article.objects.order_by("loaded_at", "pk").first()
    page = client.get(tag.get_absolute_url())
    assert len(page.context["form"].fields["article"].choices) == 201
    assert f'<option value="{oldest.pk}"' not in page.text
    narrowed = client.get(tag.get_absolute_url(), {"article": oldest.pk})
    assert narrowed.context["page"].paginator.count == 1
    assert f'<option value="{oldest.pk}" selected>' in narrowed.text
    last = client.get(tag.get_absolute_url(), {"page": 99, "work": "all"})
    assert f'href="?work=all&amp;article={oldest.pk}"' in last.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("work", "said"),
    [("", ["accepted", "submitted"]), ("accepted", ["accepted"]), ("all", None)],
)
def test_what_was_rejected_counts_where_it_is_asked_for(client, researcher, work, said):
    tag = make_tag("Ceasefire")
    statuses = ["accepted", "submitted", "rejected"]
    for status in statuses:
        make_tagging(tag=tag, work_status=status)
    client.force_login(researcher)

    page = client.get(f"{tag.get_absolute_url()}?work={work}").context["page"]
    codebook = client.get(f"{CODEBOOK}?work={work}")

    shown = {one.work_status for passage in page for one in passage.tagged}
    assert shown == set(said or statuses)
    (codebook_tag,) = codebook.context["codebooks"][0].roots
    assert codebook_tag.passage_count == len(said or statuses)
