import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts import links
from accounts.models import User
from accounts.views import ARRIVED_AT

from .conftest import PASSWORD, signed_in_as

NEW = "another horse, another battery"


@pytest.fixture
def client(client, researcher):
    client.force_login(researcher)
    return client


def save(client, **fields):
    version = User.objects.get(username="researcher").version
    data = {"act": "settings", "name": "Researcher", "letter_keys": "on", "version": version}
    return client.post("/account/", data | fields)


def set_password(client, old=None, new=NEW, again=None):
    data = {"act": "password", "new_password": new, "again": new if again is None else again}
    return client.post("/account/", data | ({} if old is None else {"old_password": old}))


def stored():
    return User.objects.values("name", "letter_keys", "version").get(username="researcher")


def test_ones_own_name_and_letter_keys_can_be_changed(client):
    response = client.post("/account/", {"act": "settings", "name": " Olena ", "version": 1})

    assert (response.status_code, response.url) == (302, "/account/")
    assert stored() == {"name": "Olena", "letter_keys": False, "version": 2}
    page = client.get("/account/").text
    assert "Saved." in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_saving_the_same_twice_does_it_once(client):
    assert save(client, name="Olena", version=1).status_code == 302
    assert save(client, name="Olena", version=1).status_code == 302
    assert stored()["version"] == 2


def test_a_stale_form_changes_nothing_and_shows_both_states(client):
    save(client, name="From the telephone")

    response = save(client, name="From the desk", version=1)

    assert response.status_code == 409
    assert "“<bdi>From the telephone</bdi>”" in response.text
    assert "“<bdi>From the desk</bdi>”" in response.text
    assert 'name="version" value="2"' in response.text
    assert stored()["name"] == "From the telephone"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "ole\u202ena"}, "invisible character"),
        ({"name": "ole\u200bna"}, "invisible character"),
        ({"name": "n" * 101}, "at most 100 characters"),
        ({"version": "x"}, "Enter a whole number"),
        ({"version": 2**63}, "less than or equal to"),
        ({"version": ""}, "required"),
    ],
)
def test_what_will_not_do_is_refused_with_a_message(client, fields, message):
    response = save(client, **fields)

    assert response.status_code == 422
    assert message in response.text
    assert stored() == {"name": "Researcher", "letter_keys": True, "version": 1}


def test_role_and_username_are_not_ones_own_to_change(client, researcher):
    save(client, role="admin", username="other", is_active="", session_epoch=9)

    researcher.refresh_from_db()
    assert (researcher.role, researcher.username, researcher.session_epoch) == (
        "researcher",
        "researcher",
        1,
    )


def test_somebody_without_a_password_sets_one(client, researcher):
    page = client.get("/account/").text
    assert "Set a password" in page
    assert "old_password" not in page

    assert set_password(client).status_code == 302

    researcher.refresh_from_db()
    assert researcher.check_password(NEW)


def test_a_new_password_needs_the_old_one(client, with_password):
    client.force_login(with_password)

    assert set_password(client).status_code == 422
    refused = set_password(client, old="a wrong password")
    assert refused.status_code == 422
    assert "This is not your password." in refused.text
    assert set_password(client, old=PASSWORD).status_code == 302

    with_password.refresh_from_db()
    assert with_password.check_password(NEW)


def test_a_new_password_ends_all_other_sessions_and_links(client, with_password):
    elsewhere = Client()
    for each in (client, elsewhere):
        each.force_login(with_password)
    before = client.session.session_key
    link = links.issue(with_password)

    set_password(client, old=PASSWORD)

    assert signed_in_as(client) == "researcher"
    assert signed_in_as(elsewhere) == ""
    assert client.session.session_key != before
    assert Client().get(link).status_code == 410


def test_whoever_forgot_the_password_sets_another_after_opening_a_link(client, with_password):
    client.get(links.issue(with_password))
    assert "old_password" not in client.get("/account/").text

    assert set_password(client).status_code == 302
    assert set_password(client, new=PASSWORD).status_code == 422


def test_an_hour_after_the_link_the_old_password_is_asked_for(client, with_password):
    client.get(links.issue(with_password))
    session = client.session
    session[ARRIVED_AT] = (timezone.now() - datetime.timedelta(minutes=61)).isoformat()
    session.save()

    assert set_password(client).status_code == 422


def test_an_open_session_is_no_place_to_guess_the_password(client, with_password):
    client.force_login(with_password)

    answers = [set_password(client, old=f"a wrong password {n}") for n in range(10)]
    assert [answer.status_code for answer in answers] == [422] * 9 + [429]

    response = set_password(client, old=PASSWORD)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 800


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"new": "eleven char"}, "This password is too short."),
        ({"new": "q1w2e3r4t5y6"}, "Many people use this password"),
        ({"new": "researcher12"}, "too similar to the username"),
        ({"new": "x" * 513}, "at most 512 characters"),
        ({"again": "something else"}, "This is not the same as the line above."),
    ],
)
def test_a_password_that_will_not_do_is_refused_and_not_shown(client, fields, message):
    response = set_password(client, **fields)

    assert response.status_code == 422
    assert message in response.text
    assert fields.get("new", NEW) not in response.text
    assert not User.objects.get(username="researcher").has_usable_password()


def test_password_managers_find_their_way(client, with_password):
    client.force_login(with_password)
    page = client.get("/account/").text

    assert 'value="researcher" autocomplete="username"' in page
    assert page.count('autocomplete="current-password"') == 1
    assert page.count('autocomplete="new-password"') == 2
    assert "<script" not in page.partition("<main")[2]
    assert "style=" not in page
