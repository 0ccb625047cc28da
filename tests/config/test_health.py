"""Health: what a supervisor asks of this process."""

import pytest
from django.urls import reverse

from config.errors import RETRY_AFTER


def test_a_living_process_says_so_without_a_database(client):
    response = client.get(reverse("health_live"))

    assert (response.status_code, response.content) == (200, b"ok")
    assert response.cookies == {}
    assert "no-store" in response["Cache-Control"]


def test_a_ready_process_says_so(client, db):
    response = client.get(reverse("health_ready"))

    assert (response.status_code, response.content) == (200, b"ok")
    assert response.cookies == {}


def test_without_its_database_it_lives_but_is_not_ready_until_the_database_is_back(
    client, database_gone
):
    with database_gone():
        assert client.get(reverse("health_live")).status_code == 200
        response = client.get(reverse("health_ready"))
        assert (response.status_code, response.content) == (503, b"database unavailable")
        assert response["Retry-After"] == RETRY_AFTER

    assert client.get(reverse("health_ready")).status_code == 200


@pytest.mark.parametrize("name", ["health_live", "health_ready"])
def test_health_is_only_read(client, name):
    assert client.head(reverse(name)).status_code == 200 if name == "health_live" else True
    response = client.post(reverse(name))

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_health_is_answered_over_plain_http(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(reverse("health_live")).status_code == 200
    assert client.get(reverse("talks:home")).status_code == 301
