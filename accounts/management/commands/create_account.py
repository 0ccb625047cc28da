"""Create an account from the command line."""

import sys

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from accounts import links
from accounts.models import NAME_IS_TAKEN, Role, User, is_of_taken_name


class Command(BaseCommand):
    help = "Creates an account and prints a one-time link, or takes a password from stdin."

    def add_arguments(self, parser):
        parser.add_argument("username", metavar="NAME", help="for signing in")
        parser.add_argument("--role", choices=Role.values, required=True)
        parser.add_argument("--name", default="", metavar="DISPLAY", help="shown beside the work")
        parser.add_argument("--password-stdin", action="store_true", help="read it from stdin")
        parser.add_argument("--base-url", default="http://127.0.0.1:8000", metavar="URL")

    def handle(self, username, *, role, name, password_stdin, base_url, **options):
        user = User(username=User.normalize_username(username), name=name.strip(), role=role)
        try:
            # A line's end belongs to the line, not to the password.
            password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
            user.set_password(password)
            user.full_clean()
            if password_stdin:
                password_validation.validate_password(password, user)
            with transaction.atomic():
                user.save()
                path = "" if password_stdin else links.issue(user)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        except UnicodeError:
            raise CommandError("The password on stdin is not UTF-8.") from None
        except IntegrityError as error:
            if not is_of_taken_name(error):
                raise
            raise CommandError(NAME_IS_TAKEN) from None
        self.stdout.write(base_url.rstrip("/") + path if path else f"Created {user.username}.")
