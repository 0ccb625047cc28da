"""What the tests of the edge need besides the cast."""

import contextlib
import io
import logging

import pytest
from django.db import connection

from config.logs import RequestIdFilter


@pytest.fixture
def log(settings):
    """What would be written to the console, as a stream."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RequestIdFilter())
    handler.setFormatter(
        logging.Formatter(settings.LOGGING["formatters"]["line"]["format"], style="{")
    )
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def database_gone(transactional_db):
    """A context manager: inside it, nobody listens where the database was."""

    @contextlib.contextmanager
    def gone():
        known = connection.settings_dict
        pool = {**known["OPTIONS"].get("pool", {}), "timeout": 0.3}
        elsewhere = {
            "HOST": "127.0.0.1",
            "PORT": "1",
            "OPTIONS": {**known["OPTIONS"], "pool": pool},
        }
        _disconnect()
        connection.settings_dict = {**known, **elsewhere}
        try:
            yield
        finally:
            _disconnect()
            connection.settings_dict = known

    return gone


def _disconnect():
    connection.close()
    connection.close_pool()
