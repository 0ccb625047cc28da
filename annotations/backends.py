"""Who a session belongs to, with what the header of each page tells them."""

import functools

from django.contrib.auth.backends import ModelBackend

from accounts.models import User

from .models import Notice
from .overview import count_of


class TeamBackend(ModelBackend):
    """Django's, with ``unread_count`` of the inbox: the query for the account counts it too."""

    def get_user(self, user_id):
        statement, parameters = _statement()
        user = next(iter(User.objects.raw(statement, [*parameters, user_id])), None)
        return user if user and self.user_can_authenticate(user) else None


@functools.cache
def _statement():
    """SQL and what goes into it, but for the key at its end.

    Every request asks this, and to write it anew took four times as long as all else of it.
    """
    unread = count_of(Notice.objects.unread().standing(), "person")
    rows = User.objects.annotate(unread_count=unread).filter(pk=0)
    statement, (*parameters, _) = rows.query.sql_with_params()
    return statement, parameters
