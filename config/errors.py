"""Our pages for what went wrong: each says what happened and what to do next.

They come as a whole page, or for htmx as one message that goes to the page's `#messages`, so
that what a person was typing stays where it is.
"""

import errno
import re
import sys

import psycopg
from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from . import logs

RETRY_AFTER = "5"  # seconds
# SQLSTATEs that psycopg does not count as operational: the session timed out in a transaction,
# or a standby that cannot write has taken the place of the server.
PASSING_STATES = {"25P03", "25006"}
# psycopg's own as well: closing a cursor at the end of an iteration Django does not translate.
UNREACHABLE = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)
# The disk, one's share of it, or a file as large as one may be.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
SECRET_FIELD = re.compile(r"pass|token|secret|key", re.IGNORECASE)

LAST_RESORT = """<!doctype html>
<html lang="en-GB"><meta charset="utf-8"><title>Something went wrong · Parley</title>
<h1>Something went wrong</h1>
<p>Parley could not answer. Nothing was saved. Try again in a moment.</p></html>
"""


def page(request, status, message="", *, headers=None, **context):
    """The page for ``status``, with ``message`` in place of its own first sentence."""
    context |= {"status": status, "message": message}
    # Also where nobody looked at the session: what is hidden answers like what does not exist.
    headers = {"Vary": "HX-Request, Cookie", **(headers or {})}
    if request.headers.get("HX-Request") == "true":
        # Whatever the element wanted to swap, a refusal never replaces it.
        headers |= {
            "HX-Retarget": "#messages",
            "HX-Reswap": "innerHTML",
            "HX-Reselect": ".message",
            "HX-Push-Url": "false",
        }
        content = render_to_string(f"errors/{status}.html#message", context)
    else:
        # Before the session is read nobody knows who asks: the page then has no navigation.
        if not hasattr(request, "user"):
            context["user"] = None
        content = render_to_string(f"errors/{status}.html", context, request)
    return HttpResponse(content, status=status, headers=headers)


def bad_request(request, exception=None):
    """400, or 413 for a form that is larger than we read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return page(request, 413)
    if isinstance(exception, DisallowedHost):
        return page(request, 400, "This address is not one of Parley’s.")
    return page(request, 400)


def permission_denied(request, exception=None):  # noqa: ARG001
    return page(request, 403)


def page_not_found(request, exception=None):  # noqa: ARG001
    return page(request, 404)


def server_error(request):
    """500, or 503 when what failed was the database.

    Django calls this while it handles the exception, also one that was raised in middleware,
    which no other middleware gets to see.
    """
    if is_passing(sys.exception()):
        return unavailable(request)
    return _page_without_database(request, 500, request_id=logs.request_id.get())


def unavailable(request):
    """503, drawn without database, session or user."""
    return _page_without_database(request, 503, headers={"Retry-After": RETRY_AFTER})


def csrf_failure(request, reason=""):  # noqa: ARG001
    """403 for a form whose token does not fit, with what was typed in it, to be copied."""
    return page(request, 403, is_stale=True, typed=_typed(request))


def is_passing(error):
    """Whether ``error`` comes from a database that is gone or busy for now, or from a full disk."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, UNREACHABLE):
            return True
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if isinstance(error, Error) and getattr(error.__cause__, "sqlstate", "") in PASSING_STATES:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _page_without_database(request, status, **context):
    headers = context.pop("headers", {})
    try:
        if request.headers.get("HX-Request") == "true":
            return page(request, status, headers=headers, **context)
        content = render_to_string(f"errors/{status}.html", {"status": status, **context})
    except Exception:
        if settings.DEBUG:
            raise
        content = LAST_RESORT
    return HttpResponse(content, status=status, headers={"Vary": "HX-Request", **headers})


def _typed(request):
    """The texts of a form sent from a page of ours, as (name, text).

    Another site's form is not shown: it would speak to the reader in our name.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return []
    return [
        (name, text)
        for name, texts in request.POST.lists()
        if not SECRET_FIELD.search(name)
        for text in texts
        if text.strip() and not text.isdecimal()
    ]
