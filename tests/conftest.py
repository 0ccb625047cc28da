"""The cast: researcher, colleague, editor, admin. A visitor is a client that nobody signed in."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext, override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from accounts.models import Role

from . import migrated
from .factories import make_user

# How long an example takes says how busy the machine is; the same examples at every run.
hypothesis_settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

# The files that take longest begin first: at the end one process would wait for the other.
LONG = {
    name: place
    for place, name in enumerate(
        [
            "test_dev.py",
            "test_bad_values.py",
            "test_permissions.py",
            "test_database.py",
            "test_lost_work.py",
            "test_backups.py",
            "test_list_queries.py",
            "test_figures.py",
        ]
    )
}


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONG.get(item.path.name, len(LONG)))


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


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """Copy test databases from one in which the migrations ran already."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template(connection)


@pytest.fixture(autouse=True, scope="session")
def _plain_static_files():
    """Static files under their own names, straight from the source folder."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    with override_settings(STORAGES=storages, WHITENOISE_AUTOREFRESH=True):
        yield


# What migrations wrote stays; frozen texts and protected rows go like the rest, as in TRUNCATE.
EMPTY_WHAT_IS_FILLED = """
DO $$
DECLARE name text; is_filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'
        AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO is_filled;
        IF is_filled THEN EXECUTE 'DELETE FROM ' || name; END IF;
    END LOOP;
END $$
"""


@pytest.fixture(autouse=True, scope="session")
def _empty_quickly():
    """Empty what a test filled in a hundredth of the time that Django's flush of all takes."""

    def empty(case):
        with connection.cursor() as cursor:
            cursor.execute(EMPTY_WHAT_IS_FILLED)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield
