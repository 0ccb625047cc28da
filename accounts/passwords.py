"""What a password may be. Source: NIST SP 800-63B-4, 3.1.1.2: length and a list, no recipes."""

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

MINIMUM = 12
MAXIMUM = 512


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Django's list of 20,000, with a message that says what to do."""

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
