"""The cast: researcher, colleague, editor, admin. A visitor is a client that nobody signed in."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.models import Role

from .factories import make_user

# How long an example takes says how busy the machine is; the same examples at every run.
hypothesis_settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")


@pytest.fixture
def researcher(db):
    return make_user(username="researcher", name="Researcher")


@pytest.fixture
def colleague(db):
    return make_user(username="colleague", name="Colleague")


@pytest.fixture
def editor(db):
    return make_user(Role.EDITOR, username="editor", name="Editor")


@pytest.fixture
def admin(db):
    return make_user(Role.ADMIN, username="admin", name="Admin")


@pytest.fixture
def count_queries(db):
    """How many queries a call makes: ``count_queries(lambda: client.get("/"))``."""

    def count(call):
        with CaptureQueriesContext(connection) as queries:
            call()
        return len(queries)

    return count


@pytest.fixture(autouse=True, scope="session")
def _plain_static_files():
    """Static files under their own names, straight from the source folder."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    with override_settings(STORAGES=storages, WHITENOISE_AUTOREFRESH=True):
        yield
