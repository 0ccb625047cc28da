"""The server that a database lives on: making, filling, renaming and dropping databases there."""

import contextlib
import datetime
import threading

import psycopg
from django.db import connection as default
from psycopg import sql

from . import BackupError

# Of the embedded cluster and of docker-compose.yml: lower-casing and trigrams know Cyrillic.
LOCALE = ("b", "C", "C.UTF-8", "C.UTF-8")
KEPT = "_kept_"
PACE = 0.05  # seconds between two looks for people who came back


def parameters(name=None):
    """What psycopg and libpq connect by, to Parley's database or to the one called ``name``.

    Without the limits that pages have: a copy of a large database takes its time.
    """
    known = default.get_connection_params()
    left_out = {"options", "pool", "context", "cursor_factory", "prepare_threshold"}
    found = {key: value for key, value in known.items() if key not in left_out}
    return found | {"dbname": name or default.settings_dict["NAME"]}


@contextlib.contextmanager
def working_in(name):
    """Let Django's connection lead to the database called ``name``."""
    before = default.settings_dict["NAME"]
    _go_to(name)
    try:
        yield
    finally:
        _go_to(before)


def _go_to(name):
    default.close()
    default.close_pool()
    default.settings_dict["NAME"] = name


class Server:
    """A session outside Parley's database, alone in changing which database that is."""

    def __init__(self, name):
        self.name = name
        self.restoring = f"{name[:40]}_restoring"

    def __enter__(self):
        self.session = self._connect()
        self.session.autocommit = True
        key = f"parley restores {self.name}"
        # A restore that has just ended, or was killed, holds it until its server process is gone.
        self.session.execute("SET lock_timeout = '5s'")
        try:
            self.session.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [key])
        except psycopg.errors.LockNotAvailable:
            self.session.close()
            raise BackupError("Another restore is at work. Wait until it has ended.") from None
        self.session.execute("RESET lock_timeout")
        return self

    def __exit__(self, *_):
        self.session.close()

    @staticmethod
    def _connect():
        try:
            return psycopg.connect(**parameters("postgres"))
        except psycopg.OperationalError:
            return psycopg.connect(**parameters("template1"))

    @property
    def major(self):
        return self.session.info.server_version // 10_000

    def has(self, name):
        query = "SELECT FROM pg_database WHERE datname = %s"
        return self.session.execute(query, [name]).fetchone() is not None

    def run(self, statement, *names):
        self.session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def make_empty(self):
        """An empty database to restore into, with the locale of Parley's; an old one goes."""
        query = "SELECT rolsuper OR rolcreatedb, rolname FROM pg_roles WHERE rolname = current_user"
        may, role = self.session.execute(query).fetchone()
        if not may:
            raise BackupError(
                f"The role {role} may not make databases on this server, and a restore makes a "
                f"new one first. Name the owner's role in DATABASE_OWNER_URL, which needs that "
                "right: ALTER ROLE … CREATEDB;"
            )
        self.drop(self.restoring)
        provider, collate, ctype, locale = self._locale()
        clauses = {
            "b": "LOCALE_PROVIDER builtin BUILTIN_LOCALE {locale}",
            "i": "LOCALE_PROVIDER icu ICU_LOCALE {locale}",
            "c": "LOCALE_PROVIDER libc",
        }
        statement = (
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
            f"LC_COLLATE {{collate}} LC_CTYPE {{ctype}} {clauses[provider]}"
        )
        self.session.execute(
            sql.SQL(statement).format(
                name=sql.Identifier(self.restoring),
                collate=sql.Literal(collate),
                ctype=sql.Literal(ctype),
                locale=sql.Literal(locale),
            )
        )

    def _locale(self):
        query = (
            "SELECT datlocprovider, datcollate, datctype, datlocale "
            "FROM pg_database WHERE datname = %s"
        )
        return self.session.execute(query, [self.name]).fetchone() or LOCALE

    def drop(self, name):
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def put_in_place(self, new):
        """Give ``new`` the name of Parley's database, and the one before a name to be kept by.

        Both names change in one transaction, so that at each moment there is one database of
        that name, whoever is killed. All who are connected to either are cut off. Returns the
        kept one's name, or None where there was none.
        """
        kept = self._name_to_keep_by() if self.has(self.name) else None
        with self._nobody_in(self.name, new) as troubles:
            for attempt in range(5):
                try:
                    with self.session.transaction():
                        if kept:
                            self.run("ALTER DATABASE {} RENAME TO {}", self.name, kept)
                        self.run("ALTER DATABASE {} RENAME TO {}", new, self.name)
                except psycopg.errors.ObjectInUse:
                    if attempt == 4:
                        raise BackupError(
                            f"Somebody stays connected to {self.name}. {' '.join(troubles)}"
                        ) from None
                else:
                    break
        return kept

    def _name_to_keep_by(self):
        now = datetime.datetime.now(datetime.UTC)
        return f"{self.name[:34]}{KEPT}{now:%Y%m%d_%H%M%S_%f}"

    @contextlib.contextmanager
    def _nobody_in(self, *names):
        """Meanwhile, whoever connects to these databases is cut off again."""
        over, troubles = threading.Event(), []

        def keep_out():
            query = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = ANY(%s) AND backend_type = 'client backend'"
            )
            with self._connect() as session:
                session.autocommit = True
                while not over.is_set():
                    try:
                        session.execute(query, [list(names)])
                    except psycopg.errors.InsufficientPrivilege as error:
                        troubles[:] = [str(error).partition("\n")[0]]
                    over.wait(PACE)

        thread = threading.Thread(target=keep_out)
        thread.start()
        try:
            yield troubles
        finally:
            over.set()
            thread.join()

    def kept(self):
        """The databases put aside, the latest first, as (name, bytes)."""
        query = (
            "SELECT datname, pg_database_size(oid) FROM pg_database "
            "WHERE starts_with(datname, %s) ORDER BY datname DESC"
        )
        return self.session.execute(query, [f"{self.name[:34]}{KEPT}"]).fetchall()
