"""The app's role of the database, for tests that otherwise work as the owner."""

import contextlib

import pytest
from django.conf import settings
from django.db import connection, transaction


@pytest.fixture
def as_app(db):
    """A context manager: inside it, statements have the rights of the app's role."""

    @contextlib.contextmanager
    def app():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP['USER']}")
            yield cursor
            cursor.execute("RESET ROLE")

    return app
