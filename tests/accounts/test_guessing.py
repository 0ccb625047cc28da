import datetime
import re
from functools import partial

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings as django_settings
from django.contrib.auth import hashers
from django.test import Client

from accounts import links
from accounts.models import User

from .conftest import PASSWORD, at_once, signed_in_as

LIMIT = django_settings.AXES_FAILURE_LIMIT


class LightArgon2(hashers.Argon2PasswordHasher):
    """Some milliseconds a hash, so that sixty wait their turn before the pool loses patience."""

    time_cost = 1
    memory_cost = 8192
    parallelism = 1


def guess(client, username="researcher", password="a wrong password", **headers):
    return client.post("/sign-in/", {"username": username, "password": password}, headers=headers)


def locked(username="researcher"):
    for _ in range(LIMIT):
        response = guess(Client(), username)
    return response


def seen(response, username):
    """All of an answer that could tell one name from another."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)
    text = text.replace(username, "NAME")
    headers = {k: v for k, v in response.headers.items() if k not in {"X-Request-ID", "Expires"}}
    return response.status_code, text, headers, sorted(response.cookies)


def test_after_ten_wrong_passwords_the_right_one_is_refused_too(client, with_password):
    answers = [guess(client).status_code for _ in range(LIMIT)]
    assert answers == [422] * (LIMIT - 1) + [429]

    response = guess(client, password=PASSWORD)

    assert response.status_code == 429
    assert 840 < int(response["Retry-After"]) <= 900
    assert "Try again in 15 minutes" in response.text
    assert 'value="researcher"' in response.text
    assert signed_in_as(client) == ""


def test_it_opens_by_itself_also_while_somebody_guesses_on(client, with_password):
    locked()
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - datetime.timedelta(minutes=14)
    )
    assert int(guess(client)["Retry-After"]) <= 60

    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - datetime.timedelta(minutes=1)
    )

    assert guess(client, password=PASSWORD).status_code == 302


def test_the_right_password_starts_the_count_again(client, with_password):
    for _ in range(LIMIT - 1):
        guess(client)
    guess(client, password=PASSWORD)

    assert AccessAttempt.objects.count() == 0
    assert guess(Client()).status_code == 422


def test_one_locked_name_locks_no_other(client, with_password, colleague):
    colleague.set_password(PASSWORD)
    colleague.save()
    locked()

    assert guess(client, "colleague", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "vary",
    [
        lambda n: {"X-Forwarded-For": f"10.0.0.{n}", "X-Real-IP": f"10.0.0.{n}"},
        lambda n: {"Forwarded": f"for=10.0.0.{n}", "CF-Connecting-IP": f"10.0.0.{n}"},
        lambda n: {"User-Agent": f"Browser/{n}" + "x" * 300},
        lambda n: {"Cookie": f"parley-session=guessed{n}; sessionid={n}"},
        lambda n: {"Accept": f"text/x-{n}", "Accept-Language": f"x-{n}", "Referer": f"http://{n}/"},
        lambda n: {"X-HTTP-Method-Override": "GET", "X-Original-URL": f"/{n}/"},
    ],
)
def test_no_header_dodges_the_limit(with_password, vary):
    answers = [guess(Client(), **vary(n)).status_code for n in range(LIMIT + 2)]

    assert answers == [422] * (LIMIT - 1) + [429] * 3


def test_no_spelling_of_the_name_dodges_the_limit(with_password):
    spellings = ["researcher", "RESEARCHER", "Researcher ", "ｒｅｓｅａｒｃｈｅｒ", "reſearcher"]

    answers = [guess(Client(), spellings[n % 5]).status_code for n in range(LIMIT + 5)]

    assert answers == [422] * (LIMIT - 1) + [429] * 6


@pytest.mark.parametrize("kind", ["unknown", "without password", "deactivated"])
def test_names_answer_alike_whether_or_not_there_is_an_account(with_password, kind):
    if kind != "unknown":
        password = PASSWORD if kind == "deactivated" else None
        User.objects.create_user("some-other", password=password, is_active=kind != "deactivated")

    for n in range(LIMIT + 2):
        known = seen(guess(Client(), "researcher"), "researcher")
        # The right password of a deactivated account is an answer like any other.
        other = seen(guess(Client(), "some-other", PASSWORD), "some-other")
        known[2].pop("Retry-After", None), other[2].pop("Retry-After", None)
        assert known == other, n


@pytest.mark.parametrize("kind", ["unknown", "known", "without password", "deactivated"])
def test_every_name_costs_one_hash_and_the_same_queries(
    with_password, kind, monkeypatch, django_assert_num_queries
):
    name = "researcher" if kind == "known" else "somebody"
    if kind in {"without password", "deactivated"}:
        password = PASSWORD if kind == "deactivated" else None
        User.objects.create_user(name, password=password, is_active=kind != "deactivated")
    hashed = []
    hasher = hashers.MD5PasswordHasher
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *a, **k: hashed.append(1) or encode(*a, **k))

    with django_assert_num_queries(13):
        guess(Client(), name)

    assert hashed == [1]


def test_a_link_signs_in_while_guessing_is_locked(client, with_password):
    locked()

    client.get(links.issue(with_password))

    assert signed_in_as(client) == "researcher"


def test_nothing_of_who_guessed_is_stored(client, with_password):
    guess(
        client,
        "my secret passphrase",
        "another secret",
        **{"User-Agent": "Browser of Anna", "X-Forwarded-For": "192.0.2.7"},
    )
    guess(client, password=PASSWORD)

    stored = AccessAttempt.objects.values(
        "ip_address", "user_agent", "path_info", "get_data", "post_data", "http_accept"
    ).get()
    assert stored == {
        "ip_address": None,
        "user_agent": "<unknown>",
        "path_info": "<unknown>",
        "get_data": "",
        "post_data": "",
        "http_accept": "<unknown>",
    }
    assert re.fullmatch(r"[0-9a-f]{64}", AccessAttempt.objects.get().username)
    assert (AccessLog.objects.count(), AccessFailureLog.objects.count()) == (0, 0)


def test_old_guesses_are_cleared_away_by_the_next(client, db):
    guess(client, "somebody")
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - datetime.timedelta(minutes=16)
    )

    guess(client, "another")

    assert AccessAttempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sixty_guesses_at_once_are_ten(with_password, monkeypatch, settings):
    """Argon2, since a hasher that takes its time is what lets unguarded guesses overlap."""
    settings.PASSWORD_HASHERS = [f"{__name__}.LightArgon2"]
    with_password.set_password(PASSWORD)
    with_password.save()
    tried = []
    verify = LightArgon2.verify
    monkeypatch.setattr(LightArgon2, "verify", lambda *a: tried.append(1) or verify(*a))

    answers = at_once([partial(guess, Client(), password=f"wrong password {n}") for n in range(60)])

    assert sorted(answer.status_code for answer in answers) == [422] * 9 + [429] * 51
    assert len(tried) == LIMIT
