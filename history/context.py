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
def in_act(key):
    """What is written meanwhile belongs to the act of this key."""
    with pghistory.context(act=str(key)) as told:
        try:
            yield
        finally:
            told.metadata.pop("act", None)


class HistoryMiddleware:
    """Tells the history which request it is, and whose."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with pghistory.context(user=_Acting(request), request=request.id):
            return self.get_response(request)
