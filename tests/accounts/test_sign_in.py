import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from .conftest import PASSWORD, signed_in_as

SIGN_IN = "/sign-in/"
WRONG = "Name and password do not fit together."


def sent(client, username="researcher", password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"username": username, "password": password, **fields})


def test_name_and_password_sign_in(client, with_password):
    response = sent(client)

    assert (response.status_code, response.url) == (302, reverse("talks:home"))
    assert signed_in_as(client) == "researcher"


@pytest.mark.parametrize("username", ["RESEARCHER", "Researcher ", "ｒｅｓｅａｒｃｈｅｒ"])
def test_capitals_and_width_of_the_name_do_not_count(client, with_password, username):
    assert sent(client, username).status_code == 302


def test_signing_in_gives_the_session_a_new_key(client, with_password):
    session = client.session
    session["before"] = "kept"
    session.save()
    before = session.session_key
    client.cookies["parley-session"] = before

    sent(client)

    assert client.session.session_key != before
    assert not type(session)().exists(before)


def test_signing_in_as_somebody_else_leaves_nothing_of_the_former_session(
    client, with_password, colleague
):
    client.force_login(colleague)
    session = client.session
    session["draft"] = "the colleague's"
    session.save()

    sent(client)

    assert signed_in_as(client) == "researcher"
    assert "draft" not in client.session


def test_after_signing_in_one_goes_on_to_where_one_was_going(client, with_password):
    form = client.get(SIGN_IN, {"next": "/account/"})
    assert '<input type="hidden" name="next" value="/account/">' in form.text

    assert sent(client, next="/account/").url == "/account/"


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example/", "\\\\evil", "x:y"])
def test_signing_in_leads_to_no_other_site(client, with_password, onward):
    assert "evil" not in client.get(SIGN_IN, {"next": onward}).text
    assert sent(client, next=onward).url == reverse("talks:home")


def test_somebody_signed_in_is_sent_on(client, researcher):
    client.force_login(researcher)

    assert client.get(SIGN_IN).url == reverse("talks:home")
    assert client.get(SIGN_IN, {"next": "/account/"}).url == "/account/"


def test_signing_out_is_a_post_and_ends_the_session(client, researcher):
    client.force_login(researcher)

    assert client.get("/sign-out/").status_code == 405
    assert signed_in_as(client) == "researcher"

    assert client.post("/sign-out/").url == reverse("talks:home")
    assert SESSION_KEY not in client.session
    assert client.post("/sign-out/").url == reverse("talks:home")


def test_a_wrong_password_keeps_the_typed_name_and_not_the_password(client, with_password):
    response = sent(client, "Researcher", "wrong password")

    assert response.status_code == 422
    assert WRONG in response.text
    assert 'value="Researcher"' in response.text
    assert "wrong password" not in response.text
    assert signed_in_as(client) == ""


@pytest.mark.parametrize(
    ("username", "password", "message"),
    [
        ("n" * 10_000, PASSWORD, "at most 64 characters"),
        ("researcher", "p" * 513, "at most 512 characters"),
        ("ﷺ" * 64, PASSWORD, WRONG),
        ("", PASSWORD, "This field is required."),
        ("researcher", "", "This field is required."),
        ("\u202eresearcher", PASSWORD, WRONG),
    ],
)
def test_odd_names_and_passwords_are_refused_with_a_message(
    client, with_password, username, password, message
):
    response = sent(client, username, password)

    assert response.status_code == 422
    assert message in response.text


@pytest.mark.parametrize("value", [b"a%00b", b"%ED%A0%80", b"%FF"])
@pytest.mark.parametrize("field", [b"username", b"password"])
def test_what_is_no_text_is_refused(client, db, field, value):
    body = b"username=a&password=b&" + field + b"=" + value

    response = client.post(SIGN_IN, body, "application/x-www-form-urlencoded")

    assert 400 <= response.status_code < 500


def test_errors_are_tied_to_their_fields_and_the_browser_may_fill_them_in(client, db):
    page = client.post(SIGN_IN, {"username": "", "password": ""}).text

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert 'aria-describedby="id_username_error"' in page
    assert 'id="id_username_error"' in page
    assert '<a href="#id_password">' in page


def test_the_page_is_kept_in_no_cache(client, db):
    assert "no-store" in client.get(SIGN_IN)["Cache-Control"]


def test_a_form_from_another_site_signs_nobody_in(with_password):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)

    assert sent(client).status_code == 403
