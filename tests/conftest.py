"""The cast: researcher, colleague, editor, admin. A visitor is a client that nobody signed in."""

import pytest

from accounts.models import Role

from .factories import make_user


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
