"""Readers of environment variables that refuse a bad value and name the variable.

Every reader takes the variable's name first and raises ImproperlyConfigured with a
sentence for whoever set it. An empty variable counts as unset.
"""

import os
import secrets
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg_pool import ConnectionPool

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
KNOWN_SECRETS = {"changeme", "change-me", "secret", "secret-key", "your-secret-key"}
QUERY = {
    "application_name",
    "channel_binding",
    "connect_timeout",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SECRET_LENGTH = 32
SECRET_DIFFERENT = 5


def boolean(name, default=False):
    """True for 1, true, yes, on; False for 0, false, no, off; in any case of letters."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in TRUE | FALSE:
        return value in TRUE
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def integer(name, default, minimum, maximum):
    """A whole number from minimum to maximum, both included."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
        number = int(value)
        if minimum <= number <= maximum:
            return number
    raise ImproperlyConfigured(
        f"{name} is {value[:40]!r}; write a whole number from {minimum} to {maximum}."
    )


def words(name, default=()):
    """The parts of a comma-separated list, without the white space around them."""
    value = os.environ.get(name, "")
    return [word.strip() for word in value.split(",") if word.strip()] or list(default)


def path(name, default):
    """An absolute path; a relative one counts from the working folder, ~ is home."""
    value = os.environ.get(name, "").strip() or os.fspath(default)
    if "\n" in value:
        raise ImproperlyConfigured(f"{name} has a line break in it; write one path.")
    return Path(value).expanduser().absolute()


def secret_key():
    """SECRET_KEY, refused when it is short, repetitive or a well-known placeholder.

    Only with DEBUG=1 may it be unset: then the key is random and lasts as long as the process.
    """
    debug = boolean("DEBUG")
    key = os.environ.get("SECRET_KEY", "").strip()
    if not key and debug:
        return secrets.token_urlsafe(50)
    advice = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    if not key:
        raise ImproperlyConfigured(f"SECRET_KEY is not set. {advice}")
    if debug:
        return key
    if key.startswith("django-insecure-") or key.lower() in KNOWN_SECRETS:
        raise ImproperlyConfigured(f"SECRET_KEY is one that everybody knows. {advice}")
    if len(key) < SECRET_LENGTH or len(set(key)) < SECRET_DIFFERENT:
        raise ImproperlyConfigured(
            f"SECRET_KEY is too easy to guess: it needs {SECRET_LENGTH} characters, "
            f"{SECRET_DIFFERENT} of them different. {advice}"
        )
    return key


MAILERS = {"console": None, "smtp": 587, "smtps": 465}


def mailer(name):
    """An entry of Django's MAILERS: ``console:`` by default, or a mail server's address.

    ``smtp://user:password@host:587`` begins to encrypt before it says who it is, unless
    ``?tls=0`` is behind it; ``smtps://`` is encrypted from the first byte. Parts are
    percent-encoded.
    """
    try:
        return _parse_mailer(os.environ.get(name, "").strip() or "console:")
    except ValueError as error:
        # Without "from error": its text and the frames behind it may hold the password.
        message = f"{name} is not understood: {error}."
    raise ImproperlyConfigured(message)


def _parse_mailer(url):
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:  # its text quotes the whole netloc
        raise ValueError("the host is malformed") from None
    if parts.scheme not in MAILERS:
        raise ValueError("write console: or smtp://user:password@host:587")
    if parts.scheme == "console":
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if not host or parts.path.strip("/"):
        raise ValueError("write smtp://user:password@host:587")
    port = parts.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if set(options) - {"tls"} or options.get("tls", "1") not in {"0", "1"}:
        raise ValueError("behind the ? stands tls=0, tls=1 or nothing")
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": host,
            "port": int(_port(port) or MAILERS[parts.scheme]),
            "username": _decode(parts.username or ""),
            "password": _decode(parts.password or ""),
            "use_tls": parts.scheme == "smtp" and options.get("tls", "1") == "1",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        },
    }


def mailbox(name, default):
    """An address to send mail from, such as ``Parley <parley@example.org>``."""
    value = os.environ.get(name, "").strip() or default
    _, address = parseaddr(value)
    if "\n" in value or "\r" in value or not address.partition("@")[2]:
        raise ImproperlyConfigured(f"{name} is not understood: write Parley <parley@example.org>.")
    return value


def origin(name, default):
    """Where a site is, as ``https://parley.example.org``, without a slash behind it."""
    value = os.environ.get(name, "").strip() or default
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment):
        return value.rstrip("/")
    raise ImproperlyConfigured(f"{name} is {value[:80]!r}; write https://parley.example.org.")


def database(url, name="DATABASE_URL"):
    """A DATABASE_URL (or another variable's, by ``name``) as an entry of Django's DATABASES.

    Read as libpq reads it: ``postgresql://user:password@host:port/name?sslmode=require``, parts
    percent-encoded, a socket's folder as the encoded host or as ``?host=``.
    """
    try:
        return _parse(url)
    except ValueError as error:
        # Without "from error": its text and the frames behind it may hold the password.
        message = f"{name} is not understood: {error}."
    raise ImproperlyConfigured(message)


def _parse(url):
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # its text quotes the whole netloc
        raise ValueError("the host is malformed") from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("write postgresql://user:password@host:port/name")
    if parts.fragment:
        raise ValueError("a # in a password is written %23")
    name = _decode(parts.path.removeprefix("/"))
    if not name or "/" in parts.path.removeprefix("/"):
        raise ValueError("it ends in one /name, the database's")
    # urlsplit().hostname would lower-case a socket's path.
    place = parts.netloc.rpartition("@")[2]
    host, _, port = place.removeprefix("[").partition("]:" if place.startswith("[") else ":")
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    entry = {
        "NAME": name,
        "USER": _decode(parts.username or ""),
        "PASSWORD": _decode(parts.password or ""),
        "HOST": options.pop("host", "") or _decode(host.removesuffix("]")),
        "PORT": _port(options.pop("port", "") or port),
    }
    if unknown := sorted(options.keys() - QUERY):
        raise ValueError(f"?{unknown[0]}= is none of {', '.join(sorted(QUERY))}, host, port")
    if options.get("sslmode", "prefer") not in SSL_MODES:
        raise ValueError(f"sslmode is one of {', '.join(SSL_MODES)}")
    return connection(entry, options)


def _port(port):
    if port and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise ValueError("the port is a number up to 65535")
    return port


def _decode(text):
    decoded = unquote(text, errors="strict")
    if "\0" in decoded:
        raise ValueError("it has a NUL character in it")
    return decoded


def connection(entry, options=()):
    """A DATABASES entry with the limits that every connection of ours has.

    The pool asks a connection whether it is alive before handing it out, and forgets all that it
    has with the first that is not, so that a database that came back is used at once: asked one
    by one, a few lost ones take longer than anybody waits. It gives up connecting soon: between
    its attempts it waits longer each time, and the next request makes a new one anyway. Nothing
    waits for ever: a statement ends after 30 s, a wait for a lock after 10, a forgotten
    transaction after 60.
    """
    limits = {
        "statement_timeout": integer("DATABASE_STATEMENT_TIMEOUT_MS", 30_000, 0, 3_600_000),
        "lock_timeout": 10_000,
        "idle_in_transaction_session_timeout": 60_000,
        # Compiling a plan that asks much of few rows takes longer than running it.
        "jit": "off",
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        **entry,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "parley",
            "options": " ".join(f"-c {key}={value}" for key, value in limits.items()),
            "pool": {
                "min_size": 0,
                "max_size": integer("DATABASE_POOL_SIZE", 10, 1, 100),
                "timeout": 5,
                "check": _check,
                "max_idle": 300,
                "reconnect_timeout": 2,
            },
            **dict(options),
        },
    }


def _check(asked):
    """Raise psycopg.Error if a connection was lost, and have its pool make all others anew."""
    try:
        ConnectionPool.check_connection(asked)
    except psycopg.Error:
        connections[DEFAULT_DB_ALIAS].pool.drain()
        raise
