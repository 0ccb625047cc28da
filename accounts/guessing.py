"""Trying a password, under a limit that django-axes keeps for each name.

Why a bare request, a digest and a lock: docs/decisions/0006-accounts-and-sign-in.md.
"""

import datetime
import math
import threading
from typing import NamedTuple

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import User
from .names import normal_username

# Argon2 takes 100 MB for each password it tries: so many at once in one process, no more.
HASHING = threading.BoundedSemaphore(2)


class Guess(NamedTuple):
    """``user`` if name and password are right; ``wait`` in seconds if guessing has to stop."""

    user: User | None
    wait: int = 0

    @property
    def wait_minutes(self):
        return math.ceil(self.wait / 60)


def name_digest(request, credentials):  # noqa: ARG001
    """What axes counts by: the same for all spellings of a name, and telling nobody the name.

    People type passwords into the field for the name; a digest keeps them out of the database.
    """
    username = normal_username((credentials or {}).get("username") or "")
    return salted_hmac("accounts.guessing", username, algorithm="sha256").hexdigest()


def try_password(username, password):
    """Try ``password`` for ``username``: a :class:`Guess`, alike for known and unknown names."""
    # Axes gets nothing of the real request, so that no header counts and none is stored.
    request = HttpRequest()
    digest = name_digest(request, {"username": username})
    with transaction.atomic():
        _wait_for_other_guesses(digest)
        with HASHING:
            user = authenticate(request, username=normal_username(username), password=password)
        if user is None and request.axes_locked_out:
            return Guess(None, _seconds_left(digest))
    return Guess(user)


def _wait_for_other_guesses(digest):
    """One guess at a name at a time: otherwise a hundred at once all pass before one counts.

    Nor would axes' own index keep its rows apart: without an address it holds nothing.
    """
    key = int.from_bytes(bytes.fromhex(digest)[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _seconds_left(digest):
    attempts = AccessAttempt.objects.filter(username=digest)
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    left = last + get_cool_off() - timezone.now()
    return max(1, math.ceil(left / datetime.timedelta(seconds=1)))
