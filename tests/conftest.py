"""The cast: researcher, colleague, editor, admin. A visitor is a client that nobody signed in."""

import functools
import gc

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection
from django.template.base import Template
from django.test import TransactionTestCase
from django.test.signals import template_rendered
from django.test.utils import CaptureQueriesContext, override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from xdist.scheduler import LoadScopeScheduling

from accounts.models import Role

from . import kept, migrated
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


BROWSER = "tests/browser/"


def pytest_collection_modifyitems(items):
    # Chromium's last: they are short and wait a lot, which leaves nobody idle at the end.
    items.sort(
        key=lambda item: (item.nodeid.startswith(BROWSER), LONG.get(item.path.name, len(LONG)))
    )


def pytest_collection_finish():
    # All that is loaded by now stays: no need to look through it again and again.
    gc.collect()
    gc.freeze()


class Scheduling(LoadScopeScheduling):
    """Files stay whole where what they set up is dear; a browser's tests are shared out singly."""

    def _split_scope(self, nodeid):
        return nodeid if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)


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


@pytest.fixture(scope="session")
def first_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return kept.first_rows()


@pytest.fixture
def seed(first_rows, db):
    """The first data, as it is loaded where there are no accounts."""
    kept.put(first_rows)


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
    # A machine that stalls for seconds is no fault of what is tested.
    connection.settings_dict["OPTIONS"]["pool"]["timeout"] = 30
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template(connection)


@pytest.fixture(autouse=True, scope="session")
def _keep_contexts_of_pages_only(django_test_environment):
    """Of an answer the context of the page is kept, not one for each part that it includes."""

    def render(template, context):
        if context.template is template:
            template_rendered.send(template, template=template, context=context)
        return template.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture(autouse=True, scope="session")
def _plain_static_files():
    """Static files under their own names, straight from the source folder."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    storages = {**settings.STORAGES, "staticfiles": plain}
    with override_settings(STORAGES=storages, WHITENOISE_AUTOREFRESH=True):
        staticfiles_storage.url = functools.cache(staticfiles_storage.url)
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
