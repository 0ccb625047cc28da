import datetime
import hashlib
import logging
import threading

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links, managing
from accounts.models import SignInLink

from .conftest import at_once, signed_in_as


def token_of(path):
    return path.removeprefix("/sign-in/link/").removesuffix("/")


def expire(user):
    now = timezone.now()
    user.sign_in_links.update(
        made_at=now - datetime.timedelta(days=2), expires_at=now - datetime.timedelta(seconds=1)
    )


def test_opening_a_link_signs_in_once(client, researcher):
    path = links.issue(researcher)

    response = client.get(path)

    assert (response.status_code, response.url) == (302, reverse("talks:home"))
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert signed_in_as(client) == "researcher"
    assert Client().get(path).status_code == 410


def test_a_link_leads_on_to_pages_of_ours_only(client, researcher):
    assert client.get(links.issue(researcher), {"next": "/account/"}).url == "/account/"
    away = client.get(links.issue(researcher), {"next": "//evil.example"})
    assert away.url == reverse("talks:home")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Purpose": "preview"},
        {"X-Purpose": "preview"},
        {"X-Moz": "prefetch"},
    ],
)
def test_fetching_a_link_ahead_does_not_use_it_up(client, researcher, headers):
    path = links.issue(researcher)

    assert client.get(path, headers=headers).status_code == 204
    assert client.get("/sign-in/link/unknown/", headers=headers).status_code == 204
    assert signed_in_as(client) == ""
    assert client.get(path).status_code == 302


def test_head_does_not_use_a_link_up_nor_tell_whether_it_works(client, researcher):
    path = links.issue(researcher)

    assert client.head(path).status_code == 204
    assert client.head("/sign-in/link/unknown/").status_code == 204
    assert client.post(path).status_code == 405
    assert client.get(path).status_code == 302


@pytest.fixture
def dead_paths(researcher, colleague, editor, admin):
    used, expired, replaced, deactivated = (
        links.issue(user) for user in (researcher, colleague, editor, admin)
    )
    Client().get(used)
    expire(colleague)
    links.issue(editor)
    admin.is_active = False
    admin.save()
    return [used, expired, replaced, deactivated, "/sign-in/link/unknown/"]


def test_links_that_sign_nobody_in_answer_alike(dead_paths):
    answers = [Client().get(path) for path in dead_paths]

    assert {answer.status_code for answer in answers} == {410}
    assert {answer["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert len({answer.text for answer in answers}) == 1
    assert "Ask an admin for a new link" in answers[0].text
    assert [answer.cookies for answer in answers] == [{}] * len(answers)


def test_a_link_switches_to_its_account_with_a_fresh_session(client, researcher, colleague):
    client.force_login(colleague)
    session = client.session
    session["draft"] = "the colleague's"
    session.save()
    before = session.session_key

    client.get(links.issue(researcher))

    assert signed_in_as(client) == "researcher"
    assert "draft" not in client.session
    assert client.session.session_key != before


def test_a_dead_link_leaves_whoever_is_signed_in(client, researcher):
    client.force_login(researcher)

    response = client.get("/sign-in/link/unknown/")

    assert "You are signed in as <bdi>Researcher</bdi>" in response.text
    assert signed_in_as(client) == "researcher"


def test_only_a_digest_of_the_token_is_stored(researcher):
    token = token_of(links.issue(researcher))

    assert len(token) == 43
    assert SignInLink.objects.get().token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert SignInLink.objects.get().expires_at - timezone.now() > datetime.timedelta(hours=23)


def test_a_new_link_revokes_the_one_before(client, researcher):
    first, second = links.issue(researcher), links.issue(researcher)

    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 302


def test_the_same_form_makes_the_same_link(researcher, colleague):
    assert links.issue(researcher, key="a") == links.issue(researcher, key="a")
    assert links.issue(colleague, key="a") != links.issue(researcher, key="a")
    assert SignInLink.objects.count() == 2


def test_a_deactivated_account_gets_no_link_and_loses_the_one_it_has(client, researcher, admin):
    path = links.issue(researcher)

    managing.change(researcher, admin, 1, is_active=False)

    with pytest.raises(ValidationError, match="is deactivated"):
        links.issue(researcher)
    assert client.get(path).status_code == 410
    managing.change(researcher, admin, 2, is_active=True)
    assert client.get(path).status_code == 410


def test_no_log_line_holds_a_token(client, researcher, caplog):
    caplog.set_level(logging.DEBUG)
    path = links.issue(researcher)

    client.get(path)
    client.get(path)

    console = next(one for one in logging.getLogger().handlers if one.filters)
    records = [record for one in caplog.records if (record := console.filter(one))]
    written = "\n".join(map(console.format, records))
    assert "/sign-in/link/<str:token>/ 410" in written
    assert token_of(path) not in written


@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_a_link_at_once_one_is_signed_in(researcher):
    token = token_of(links.issue(researcher))
    all_have_looked = threading.Barrier(8)

    def look_then_use():
        """The naive way: nothing holds the link between looking at it and using it."""
        found = SignInLink.objects.live().filter(user=researcher).exists()
        all_have_looked.wait(60)
        return found

    assert at_once([look_then_use] * 8) == [True] * 8

    users = at_once([lambda: links.use(token)] * 8)

    assert sorted(map(str, users)) == ["None"] * 7 + ["Researcher"]


@pytest.mark.django_db(transaction=True)
def test_of_links_issued_at_once_one_works(researcher):
    paths = at_once([lambda: links.issue(researcher)] * 8)

    assert len(set(paths)) == 8
    users = [links.use(token_of(path)) for path in paths]
    assert sorted(map(str, users)) == ["None"] * 7 + ["Researcher"]
