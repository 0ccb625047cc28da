"""Log lines that carry a request's id, and nothing that a person wrote.

What Django itself logs of a request holds its path (in which a one-time link would stand) and the
text of the exception (in which a database quotes the values it refused). Here they are taken
out before a line is written; `config.middleware` writes one line a request in their place.
"""

import traceback
from contextvars import ContextVar
from copy import copy
from pathlib import Path

from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured
from django.db import Error as DatabaseError
from django.template import TemplateDoesNotExist

request_id = ContextVar("request_id", default="-")

# Their messages name our own code, never a value.
OUTSPOKEN = (
    AppRegistryNotReady,
    AttributeError,
    ImportError,
    ImproperlyConfigured,
    NameError,
    NotImplementedError,
    TemplateDoesNotExist,
)
# Loggers whose messages hold a path or a host as it was sent.
DJANGO_ON_REQUESTS = ("django.request", "django.security", "django.template")
# Of PostgreSQL's report, what names the schema; message and detail quote the row.
SAFE_DIAGNOSTICS = ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name")


class RequestIdFilter:
    """Puts ``request_id`` on each record, makes it one line, and takes out what may be personal.

    Returns a copy, so that other handlers keep the record as it was made.
    """

    def filter(self, record):
        # The development server's lines hold addresses and queries.
        if record.name == "django.server":
            return False
        status = getattr(record, "status_code", 500)
        if record.name == "django.request" and status < 500:
            return False
        message = record.getMessage()
        if record.name.startswith(DJANGO_ON_REQUESTS):
            message = f"answered {status}"
        line = copy(record)
        line.request_id = request_id.get()
        if record.exc_info and record.exc_info[1]:
            message = f"{message}: {outline(record.exc_info[1])}"
        line.msg, line.args = message.replace("\r", "\\r").replace("\n", "\\n"), None
        line.exc_info = line.exc_text = line.stack_info = None
        return line


def outline(error):
    """The error's type and places, then what it came of, on one line and without values."""
    parts = []
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = reversed(traceback.extract_tb(error.__traceback__))
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        parts.append(f"{_name(error)} at {', '.join(places)}" if places else _name(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "; after ".join(parts)


def _name(error):
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, OUTSPOKEN):
        return f"{name}: {error}"
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    diagnostics = getattr(cause, "diag", None)
    known = [(part, getattr(diagnostics, part, None)) for part in SAFE_DIAGNOSTICS]
    return " ".join([name, *(f"{part}={value}" for part, value in known if value)])
