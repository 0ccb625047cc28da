"""The front page, a round, and what is known of an article."""

import datetime

import pytest
from django.urls import reverse

from annotations.models import Act
from talks.models import Article

from ..factories import make_article, make_participation, make_party, make_round, make_user

HOME = "/"


def text_of(response):
    return " ".join(response.content.decode().split())


def edit_address(article):
    return reverse("annotations:article_edit", args=[article.pk])


def typed(article, **changes):
    """What the form sends for ``article``, with ``changes`` made."""
    return {
        "title": article.title,
        "byline": article.byline,
        "source_credit": article.source_credit,
        "publisher": article.publisher,
        "url": article.url,
        "published_on": article.published_on or "",
        "language": article.language,
        "licence": article.licence,
        "round": article.round_id,
        "status": article.status,
        "version": article.version,
    } | changes


def stored(article):
    return Article.objects.filter(pk=article.pk).values().get()


# The front page


@pytest.mark.django_db
def test_a_visitor_reads_what_parley_is_and_which_rounds_there_are(client):
    make_round(name="Geneva", started_on=datetime.date(2020, 1, 1))
    make_round(name="Istanbul", started_on=datetime.date(2025, 5, 16))

    response = client.get(HOME)

    assert response.status_code == 200
    assert [one.name for one in response.context["rounds"]] == ["Istanbul", "Geneva"]
    assert "Parley reads what the press wrote about peace talks" in text_of(response)


@pytest.mark.django_db
def test_the_front_page_counts_the_articles_one_may_see(client, researcher, admin):
    talks_round = make_round()
    make_article(round=talks_round)
    make_article(round=talks_round, status="draft")

    counts = [client.get(HOME).context["rounds"][0].article_count]
    for user in (researcher, admin):
        client.force_login(user)
        counts.append(client.get(HOME).context["rounds"][0].article_count)

    assert counts == [1, 1, 2]


@pytest.mark.django_db
def test_without_a_round_an_admin_is_told_how_to_load_one(client, researcher, admin):
    hint = "python3 dev.py manage load_first_data"
    client.force_login(researcher)
    assert hint not in text_of(client.get(HOME))

    client.force_login(admin)

    assert hint in text_of(client.get(HOME))


@pytest.mark.django_db
@pytest.mark.parametrize("address", [HOME, "/rounds/istanbul/"])
def test_pages_of_rounds_are_closed_where_public_reading_is_off(client, settings, address):
    make_round(slug="istanbul")
    settings.PUBLIC_READING = False

    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


@pytest.mark.django_db
@pytest.mark.parametrize("signed_in", [False, True])
def test_the_front_page_asks_as_much_for_many_rounds_as_for_one(
    client, researcher, count_queries, signed_in
):
    def add():
        participation = make_participation()
        make_participation(round=participation.round)
        make_article(round=participation.round)

    if signed_in:
        client.force_login(researcher)
    add()
    for_one = count_queries(lambda: client.get(HOME))
    add()
    add()

    assert count_queries(lambda: client.get(HOME)) == for_one


# A round


@pytest.mark.django_db
def test_a_round_shows_its_parties_by_role_and_its_articles(client):
    talks_round = make_round(slug="istanbul", summary="They met.")
    for name, role in [
        ("Europe", "mentioned"),
        ("United States", "third_party"),
        ("Ukraine", "negotiating_party"),
        ("Russia", "negotiating_party"),
    ]:
        make_participation(round=talks_round, party=make_party(name=name), role=role)
    old = make_article(round=talks_round, published_on=datetime.date(2025, 5, 16))
    undated = make_article(round=talks_round)
    new = make_article(round=talks_round, published_on=datetime.date(2025, 5, 17))
    make_article()

    response = client.get("/rounds/istanbul/")

    parties = response.context["round"].participations.all()
    assert [one.party.name for one in parties] == ["Russia", "Ukraine", "United States", "Europe"]
    assert list(response.context["articles"]) == [new, old, undated]
    assert "They met." in text_of(response)


@pytest.mark.django_db
def test_drafts_of_a_round_are_for_admins(client, researcher, admin):
    draft = make_article(round=make_round(slug="istanbul"), status="draft")

    def seen():
        return list(client.get("/rounds/istanbul/").context["articles"])

    assert seen() == []
    client.force_login(researcher)
    assert seen() == []
    client.force_login(admin)
    assert seen() == [draft]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["geneva", "x" * 200, "1"])
def test_a_round_that_is_not_there_is_not_found(client, slug):
    assert client.get(f"/rounds/{slug}/").status_code == 404


@pytest.mark.django_db
def test_an_editorial_headline_is_marked(client):
    talks_round = make_round(slug="istanbul")
    make_article(round=talks_round, title="They met", title_is_editorial=True)

    assert "editorial headline" in text_of(client.get("/rounds/istanbul/"))


@pytest.mark.django_db
def test_names_are_shown_as_text(client):
    talks_round = make_round(slug="istanbul", summary="<b>bold</b>", name="A <i>round</i>")
    make_article(round=talks_round, title="<script>alert(1)</script>")
    make_participation(round=talks_round, party=make_party(name="<u>P</u>"))

    page = client.get("/rounds/istanbul/").content.decode()

    assert [tag for tag in ("<b>", "<i>", "<script>alert", "<u>") if tag in page] == []


@pytest.mark.django_db
def test_a_round_asks_as_much_for_many_articles_as_for_one(client, count_queries):
    talks_round = make_round(slug="istanbul")

    def add():
        make_article(round=talks_round)
        make_participation(round=talks_round)

    add()
    for_one = count_queries(lambda: client.get("/rounds/istanbul/"))
    for _ in range(299):
        add()

    assert count_queries(lambda: client.get("/rounds/istanbul/")) == for_one


# What is known of an article


@pytest.mark.django_db
def test_only_admins_edit_what_is_known_of_an_article(client, researcher, editor, admin):
    article = make_article()
    assert client.get(edit_address(article))["Location"].startswith("/sign-in/")

    statuses = []
    for user in (researcher, editor, admin):
        client.force_login(user)
        statuses.append(client.get(edit_address(article)).status_code)
        statuses.append(client.post(edit_address(article), typed(article)).status_code)

    assert statuses == [404, 404, 404, 404, 200, 302]


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["0", "99", "9223372036854775808", "9" * 400])
def test_an_article_that_is_not_there_is_not_found(client, admin, number):
    client.force_login(admin)

    assert client.get(f"/articles/{number}/edit/").status_code == 404


@pytest.mark.django_db
def test_an_admin_gives_an_article_a_headline_of_ours_and_publishes_it(client, admin):
    article = make_article(status="draft")
    client.force_login(admin)

    response = client.post(
        edit_address(article),
        typed(
            article,
            title="  They   met ",
            title_is_editorial="on",
            published_on="2025-05-17",
            url="https://example.org/a",
            status="published",
        ),
    )

    assert (response.status_code, response["Location"]) == (302, f"/articles/{article.pk}/")
    now = Article.objects.get(pk=article.pk)
    assert [now.title, now.title_is_editorial, now.url, now.status, now.version] == [
        "They met",
        True,
        "https://example.org/a",
        "published",
        2,
    ]
    assert now.published_on == datetime.date(2025, 5, 17)


@pytest.mark.django_db
def test_saving_what_is_there_already_changes_nothing(client, admin):
    article = make_article(title="They met", published_on=datetime.date(2025, 5, 17))
    before = stored(article)
    client.force_login(admin)

    for version in (1, 99):
        response = client.post(edit_address(article), typed(article, version=version))
        assert response.status_code == 302

    assert stored(article) == before


@pytest.mark.django_db
def test_the_empty_form_of_an_article_without_headline_changes_nothing(client, admin):
    article = make_article()
    client.force_login(admin)

    assert client.get(edit_address(article)).context["form"]["title_is_editorial"].initial is True
    client.post(edit_address(article), typed(article, title_is_editorial="on"))

    assert stored(article)["version"] == 1


@pytest.mark.django_db
def test_the_text_cannot_be_changed_here(client, admin):
    article = make_article("They met.")
    client.force_login(admin)

    client.post(
        edit_address(article), typed(article, byline="Olena", text="They fought.", sha256="0")
    )

    now = stored(article)
    assert [now["byline"], now["text"], now["sha256"]] == ["Olena", "They met.", article.sha256]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "javascript:alert(1)"),
        ("url", "ftp://example.org/a"),
        ("url", "https://example.org/" + "x" * 2000),
        ("title", "x" * 301),
        ("title", "turned \u202e around"),
        ("byline", "x" * 201),
        ("language", ""),
        ("language", "English please"),
        ("language", "en\u200b"),
        ("published_on", "yesterday"),
        ("published_on", "99999-01-01"),
        ("round", ""),
        ("round", "999"),
        ("round", "9" * 5000),
        ("round", "none"),
        ("status", "secret"),
        ("status", ""),
        ("version", ""),
        ("version", "-1"),
        ("version", "9" * 5000),
    ],
)
def test_what_is_not_sound_is_refused_and_kept_in_the_form(client, admin, field, value):
    article = make_article()
    before = stored(article)
    client.force_login(admin)

    response = client.post(edit_address(article), typed(article, byline="Olena") | {field: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert field == "byline" or 'value="Olena"' in text_of(response)
    assert stored(article) == before


@pytest.mark.django_db
def test_a_form_without_anything_in_it_is_refused(client, admin):
    article = make_article()
    client.force_login(admin)

    assert client.post(edit_address(article)).status_code == 422


@pytest.mark.django_db
def test_a_form_based_on_an_old_version_gets_409_with_both(client, admin):
    article = make_article()
    opened = typed(article, title="Mine")
    client.force_login(admin)
    client.post(edit_address(article), typed(article, title="Theirs", byline="Olena"))
    before = stored(article)

    response = client.post(edit_address(article), opened)

    assert response.status_code == 409
    assert response.context["differences"] == [
        ("Headline", "Theirs", "Mine"),
        ("Byline", "Olena", ""),
    ]
    assert stored(article) == before
    page = text_of(response)
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page

    response = client.post(edit_address(article), opened | {"version": 2})

    assert response.status_code == 302
    assert [stored(article)["title"], stored(article)["version"]] == ["Mine", 3]


@pytest.mark.django_db
def test_sending_the_same_form_twice_saves_it_once(client, admin):
    article = make_article()
    client.force_login(admin)

    for _ in range(2):
        assert client.post(edit_address(article), typed(article, title="Once")).status_code == 302

    assert [stored(article)["title"], stored(article)["version"]] == ["Once", 2]


@pytest.mark.django_db
def test_what_was_corrected_of_an_article_is_undone_among_ones_recent_acts(client, admin):
    article = make_article(title="They met", published_on=datetime.date(2025, 5, 17))
    other = make_round(slug="geneva")
    client.force_login(admin)
    before = stored(article)
    changed = {"title": "They parted", "published_on": "", "status": "draft", "round": other.pk}

    response = client.post(edit_address(article), typed(article) | changed, follow=True)
    assert "Undo it among your recent acts" in response.text
    act = Act.objects.get()
    assert (act.kind, act.article, act.actor) == ("article", article, admin)
    client.post(reverse("annotations:act_undo", args=[act.pk]), {"next": "/acts/"})
    assert stored(article) == before | {"version": 3}

    # In the article itself the whole page is fetched anew.
    undo = reverse("annotations:act_undo", args=[Act.objects.get(undoes=act).pk])
    again = client.post(undo, headers={"HX-Request": "true"})
    assert again["HX-Refresh"] == "true"
    now = stored(article)
    assert (now["title"], now["published_on"], now["status"]) == ("They parted", None, "draft")


@pytest.mark.django_db
def test_what_is_known_of_an_article_is_not_undone_over_anothers_correction(client, admin):
    article = make_article(title="They met")
    client.force_login(admin)
    client.post(edit_address(article), typed(article, title="They parted"))
    client.force_login(make_user("admin"))
    article.refresh_from_db()
    client.post(edit_address(article), typed(article, title="Nobody met"))

    client.force_login(admin)
    response = client.post(reverse("annotations:act_undo", args=[Act.objects.get(actor=admin).pk]))

    assert response.status_code == 409
    assert stored(article)["title"] == "Nobody met"
