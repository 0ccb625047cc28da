"""What a password may be. Source: NIST SP 800-63B-4, 3.1.1.2: length and a list, no recipes."""

import string

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

SHORT = 4  # characters; the same few over and over are easily tried
MAXIMUM = 512


# What fingers run along: alphabets, the digits, the rows of keyboards.
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "йцукенгшщзхїфівапролджєячсмитьбю",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's list of 20,000, with a message that says what to do.

    Few on it have twelve characters, so what makes one of them longer and nothing else (the same
    again, digits and signs around it, the next keys of a row) is common too.
    """

    def validate(self, password, user=None):
        plain = password.lower().strip()
        core = plain.strip(string.digits + string.punctuation)
        again = _repeated(plain)
        for one in {plain, core, again, _repeated(core)}:
            super().validate(one, user)
            # Nothing but digits and signs leaves an empty core, which is in every run.
            if any(one in run or one in run[::-1] for run in RUNS):
                self._refuse()
        if len(again) < SHORT:
            self._refuse()

    def _refuse(self):
        raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self):
        return (
            "Many people use this password, so guessers try it first."
            " A few words together that only you would put so are better."
        )

    def get_help_text(self):
        return "Not one of the 20,000 most common ones."


class MaximumLengthValidator:
    """No longer than anybody means it."""

    def validate(self, password, user=None):  # noqa: ARG002
        if len(password) > MAXIMUM:
            raise ValidationError(
                f"This password has more than {MAXIMUM} characters.", code="password_too_long"
            )

    def get_help_text(self):
        return f"No more than {MAXIMUM} characters."


def _repeated(text):
    """What ``text`` says over and over, "abc" for "abcabcab"; the text if there is nothing."""
    found = (n for n in range(1, len(text) // 2 + 1) if (text[:n] * len(text)).startswith(text))
    return text[: next(found, len(text))]
