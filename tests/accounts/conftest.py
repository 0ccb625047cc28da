"""Passwords that cost nothing to check, and helpers for the tests of accounts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap_hasher(settings):
    """Argon2 takes its time, as it should; test_passwords.py proves that it is what is used."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def with_password(researcher):
    """The researcher, who has a password."""
    researcher.set_password(PASSWORD)
    researcher.save()
    return researcher


@pytest.fixture
def admin_client(admin):
    client = Client()
    client.force_login(admin)
    return client


def at_once(jobs):
    """Run the jobs in threads of their own: their results, in order."""

    def run(job):
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def signed_in_as(client):
    """The username that the client's session is for, as the server sees it, or ""."""
    request = client.get("/account/").wsgi_request
    return request.user.get_username() if request.user.is_authenticated else ""
