"""Who acts, and in which request or command: what the history's triggers are told.

pghistory puts it before each statement that writes, so that reading costs nothing.
"""

import contextlib

import pghistory
from django.core.serializers.json import DjangoJSONEncoder


class _Acting:
    """Whoever the request is from, asked for when something is written and not before."""

    def __init__(self, request):
        self.request = request

    def __call__(self):
        user = getattr(self.request, "user", None)
        return user.pk if user is not None else None


class Encoder(DjangoJSONEncoder):
    def default(self, value):
        return value() if isinstance(value, _Acting) else super().default(value)


@contextlib.contextmanager
def _telling(name, value):
    """Tell the history this as well meanwhile; a context of pghistory's would go on telling it."""
    with pghistory.context() as told:
        before = dict(told.metadata)
        told.metadata[name] = value
        try:
            yield
        finally:
            told.metadata.clear()
            told.metadata.update(before)


def in_act(key):
    """What is written meanwhile belongs to the act of this key."""
    return _telling("act", str(key))


def acting_for(account):
    """What is written meanwhile is written for ``account``, who asked for it before."""
    return _telling("user", account.pk)


class HistoryMiddleware:
    """Tells the history which request it is, and whose."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with pghistory.context(user=_Acting(request), request=request.id):
            return self.get_response(request)
