"""The pages for what went wrong."""

import psycopg
import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from config import errors
from config.backups import servers

pytestmark = pytest.mark.urls("tests.config.urls")


@pytest.fixture
def browser():
    """A client that shows the page of a failure, as a browser would."""
    return Client(raise_request_exception=False)


def assert_whole_page(response, status, heading):
    assert response.status_code == status
    html = response.content.decode()
    assert f"<h1>{heading}</h1>" in html
    assert html.count("<main") == html.count("</html>") == 1


def assert_one_message(response, status):
    """htmx gets a line for `#messages`, whatever the element wanted to swap."""
    assert response.status_code == status
    assert response.content.decode().strip().startswith('<p class="message error" role="alert">')
    assert {k: v for k, v in response.items() if k.startswith("HX-")} == {
        "HX-Retarget": "#messages",
        "HX-Reswap": "innerHTML",
        "HX-Reselect": ".message",
        "HX-Push-Url": "false",
    }


def test_an_unknown_address_leads_on(browser, db):
    assert_whole_page(browser.get("/nothing/"), 404, "There is nothing here")


@pytest.mark.parametrize("number", ["0", "9223372036854775807", "9223372036854775808", "9" * 5000])
def test_numbers_that_no_row_has_are_unknown_addresses(browser, db, number):
    assert browser.get(f"/articles/{number}/").status_code == 404


def test_a_forbidden_page_says_so(browser, db):
    assert_whole_page(browser.get("/test/forbidden/"), 403, "This is not open to you")


def test_a_wrong_method_is_explained(browser, db):
    response = browser.put(reverse("accounts:sign_in"))

    assert_whole_page(response, 405, "This page cannot do that")
    assert "GET" in response["Allow"]


def test_a_failure_gives_the_number_to_report_and_nothing_of_the_error(browser):
    response = browser.post("/test/broken/", {"text": "Off the record"})

    assert_whole_page(response, 500, "Something went wrong")
    assert response["X-Request-ID"] in response.content.decode()
    assert "Off the record" not in response.content.decode()


def test_a_failure_in_an_htmx_request_leaves_the_page_as_it_is(browser):
    response = browser.post("/test/broken/", headers={"HX-Request": "true"})

    assert_one_message(response, 500)
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("path", ["/", "/articles/", "/sign-in/", "/nothing/"])
def test_without_a_database_every_page_says_that_it_comes_back(
    browser, database_gone, path, researcher
):
    browser.force_login(User.objects.get())
    with database_gone():
        response = browser.get(path)
        assert_whole_page(response, 503, "Back in a moment")
        assert response["Retry-After"] == errors.RETRY_AFTER

    assert browser.get(path).status_code != 503


def test_without_a_database_a_visitor_gets_the_same_page(browser, database_gone):
    with database_gone():
        assert_whole_page(browser.get("/"), 503, "Back in a moment")

    assert browser.get("/").status_code == 200


def test_without_a_database_htmx_gets_one_message(browser, database_gone):
    with database_gone():
        response = browser.get("/", headers={"HX-Request": "true"})

    assert_one_message(response, 503)
    assert response["Retry-After"] == errors.RETRY_AFTER


def test_a_statement_that_took_too_long_may_be_tried_again(client, db):
    response = client.get("/test/too-slow/")

    assert_whole_page(response, 503, "Back in a moment")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_came_back_is_used_at_once_with_a_pool_full_of_lost_connections(browser):
    connection.ensure_connection()
    pool = connection.pool
    for one in [pool.getconn() for _ in range(6)]:
        pool.putconn(one)
    connection.close()
    with psycopg.connect(**servers.parameters()) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert browser.get("/").status_code == 200
    assert browser.get("/sign-in/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_what_django_does_not_translate_of_a_cut_connection_is_an_outage_too():
    connection.ensure_connection()
    own = connection.connection  # as Django closes a cursor at the end of an iteration
    with psycopg.connect(**servers.parameters()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [own.info.backend_pid])

    with pytest.raises(psycopg.OperationalError) as cut:
        own.execute("SELECT 1")
    connection.close()

    assert errors.is_passing(cut.value)


def test_a_page_that_cannot_be_drawn_is_answered_in_plain_words(browser, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": []}]

    response = browser.get("/test/broken/")

    assert response.status_code == 500
    assert response.content.decode() == errors.LAST_RESORT


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 414, 415, 422, 500, 503])
def test_each_page_is_drawn_with_and_without_a_request(status):
    request = RequestFactory().get("/")

    response = errors.page(request, status, "This & that.")

    assert response.status_code == status
    assert "This &amp; that." in response.content.decode() or status in {500, 503}
    assert "<h1>" in render_to_string(f"errors/{status}.html")


def post_without_token(**headers):
    return Client(enforce_csrf_checks=True).post(
        reverse("accounts:sign_in"),
        {"text": "A long thought & more", "password": "open sesame", "start": "12"},
        headers=headers,
    )


def test_a_form_that_was_open_for_too_long_gives_back_what_was_typed(db):
    response = post_without_token(**{"Sec-Fetch-Site": "same-origin"})

    assert_whole_page(response, 403, "This page was open for too long")
    html = response.content.decode()
    assert "A long thought &amp; more</textarea>" in html
    assert "open sesame" not in html
    assert html.count("<textarea") == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_the_form_of_another_site_is_not_repeated(db, site):
    response = post_without_token(**{"Sec-Fetch-Site": site})

    assert response.status_code == 403
    assert "A long thought" not in response.content.decode()


def test_htmx_without_a_token_is_refused_and_the_page_stays(db):
    assert_one_message(post_without_token(**{"HX-Request": "true"}), 403)
