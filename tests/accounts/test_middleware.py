import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import get_resolver
from django_htmx.middleware import HtmxDetails

from accounts import managing
from accounts.middleware import SignInRequiredMiddleware
from talks.access import is_open_to_visitors, public_reading

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/articles/1/?tag=2#passage-3"}


@public_reading
def reading(request):
    return HttpResponse("read")


def answer(view):
    request = RequestFactory().get("/articles/1/")
    request.user, request.htmx = AnonymousUser(), HtmxDetails(request)
    return SignInRequiredMiddleware(view).process_view(request, view, (), {}) or view(request)


def test_public_reading_is_open_while_the_setting_says_so(settings):
    settings.PUBLIC_READING = True
    assert answer(reading).content == b"read"

    settings.PUBLIC_READING = False
    assert answer(reading).url == "/sign-in/?next=%2Farticles%2F1%2F"


@pytest.mark.parametrize("is_public", [True, False])
def test_the_addresses_of_accounts_that_need_no_sign_in(settings, is_public):
    settings.PUBLIC_READING = is_public
    patterns = get_resolver("accounts.urls").url_patterns

    assert [one.name for one in patterns if is_open_to_visitors(one.callback)] == [
        "sign_in",
        "sign_in_by_link",
        "sign_out",
        "digest_confirm",
        "digest_stop",
    ]


@pytest.mark.parametrize("address", ["/account/", "/accounts/", "/accounts/new/", "/accounts/1/"])
def test_visitors_are_asked_to_sign_in_and_brought_back(client, db, address):
    response = client.get(address)

    assert response.status_code == 302
    assert response.url == f"/sign-in/?next={address.replace('/', '%2F')}"


def test_a_visitor_who_sent_a_form_is_brought_back_to_its_page(client, db):
    response = client.post("/account/", headers={"Referer": "http://testserver/account/?a=1"})
    assert response.url == "/sign-in/?next=%2Faccount%2F%3Fa%3D1"

    response = client.post("/account/", headers={"Referer": "http://evil.example/account/"})
    assert response.url == "/sign-in/"


def test_htmx_is_told_to_leave_for_the_sign_in_page(client, db):
    response = client.get("/account/", headers=HTMX)

    assert response.status_code == 200
    assert response["HX-Redirect"] == ("/sign-in/?next=%2Farticles%2F1%2F%3Ftag%3D2%23passage-3")
    assert response.content == b""


@pytest.mark.parametrize(
    "current", ["http://evil.example/x/", "javascript:alert(1)", "http://[", "//evil", ""]
)
def test_htmx_is_never_sent_back_to_another_site(client, db, current):
    response = client.get("/account/", headers=HTMX | {"HX-Current-URL": current})

    assert response["HX-Redirect"] == "/sign-in/"


def test_htmx_of_somebody_deactivated_leaves_for_the_sign_in_page(client, researcher, admin):
    client.force_login(researcher)
    managing.change(researcher, admin, researcher.version, is_active=False)

    assert "HX-Redirect" in client.post("/account/", headers=HTMX)


def test_whose_session_ended_over_a_form_gets_back_what_they_typed(client, researcher):
    client.force_login(researcher)
    researcher.session_epoch += 1
    researcher.save()
    typed = {
        "start": "0",
        "end": "4",
        "exact": "Both",
        "tag": "12",
        "note": "A <b>thought</b>\nof two",
    }

    response = client.post(
        "/articles/1/notes/",
        typed,
        headers={"Referer": "http://testserver/articles/1/", "Accept": "text/html,*/*"},
    )

    assert response.status_code == 403
    page = response.text
    assert "A &lt;b&gt;thought&lt;/b&gt;\nof two" in page
    assert ">\nBoth</textarea>" in page
    assert 'href="/sign-in/?next=%2Farticles%2F1%2F"' in page
    assert "no-store" in response["Cache-Control"]


def test_a_script_whose_session_ended_is_led_to_the_sign_in_page(client, researcher):
    client.force_login(researcher)
    researcher.session_epoch += 1
    researcher.save()

    response = client.post(
        "/articles/1/drafts/", {"data": "two words"}, headers={"Accept": "application/json"}
    )

    assert (response.status_code, response.url) == (302, "/sign-in/")


def test_no_password_is_shown_to_whose_session_ended(client, researcher):
    client.force_login(researcher)
    researcher.session_epoch += 1
    researcher.save()

    response = client.post(
        "/account/",
        {"act": "password", "old_password": "two secret words"},
        headers={"Accept": "text/html"},
    )

    assert response.status_code == 302
