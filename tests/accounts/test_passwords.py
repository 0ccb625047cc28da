import time

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

from .conftest import PASSWORD


def messages(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        return refusal.messages
    return []


@pytest.mark.parametrize(
    "password",
    [
        "twelve chars",
        "    two   words    ",
        "мирний договір",
        "😀😁😂🤣😃😄😅😆😉😊😋😎",
        "x" * 500 + "y" * 12,
    ],
)
def test_any_characters_will_do(password):
    assert messages(password) == []


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("eleven char", "This password is too short. It must contain at least 12 characters."),
        ("q1w2e3r4t5y6", "Many people use this password, so guessers try it first."),
        ("QWERTYUIOP123", "Many people use this password, so guessers try it first."),
        ("olena.kovalenko1", "The password is too similar to the username."),
        ("x" * 513, "This password has more than 512 characters."),
    ],
)
def test_what_guessers_try_first_is_refused(password, message):
    user = User(username="olena.kovalenko", name="Olena")

    assert any(found.startswith(message) for found in messages(password, user))


@pytest.mark.django_db
def test_passwords_are_kept_by_argon2(settings):
    settings.PASSWORD_HASHERS = settings_file().PASSWORD_HASHERS
    user = User.objects.create_user("anna", password=PASSWORD)

    started = time.perf_counter()
    assert user.check_password(PASSWORD)

    assert user.password.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
    assert time.perf_counter() - started > 0.01


def settings_file():
    """The settings as the file has them, whatever a fixture changed."""
    from config import settings as module

    return module
