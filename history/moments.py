"""How everything stood at a moment, read from the history by the same code that reads what is now.

Inside :func:`as_of` each tracked table that a query names is replaced by what its history says of
that moment: a common table expression of the same name stands before the query. PostgreSQL pulls it
into the query, so that indexes are used as ever. Nothing can be written meanwhile.

What was seen then and is hidden now stays hidden: an article that is a draft now, a note that its
author has made private, work that is a draft.
"""

import contextlib
import datetime
import functools
import re

from django.db import connection
from django.utils import timezone

from .roles import history_models
from .tracking import DELETED
from .triggers import kept_fields

NAMED = re.compile(r'"(\w+)"')
READING = re.compile(r"\s*(\(\s*)*(SELECT|WITH)\b", re.IGNORECASE)
PLUS_AS_SPACE = re.compile(r"(?<=\d) (?=\d\d:?\d\d$)")

# Columns that show the more hidden of what was and what is: (what is open, what it is hidden as).
HIDDEN_NOW = {
    "talks_article": ("status", "now.status = 'published'", "draft"),
    "annotations_note": ("visibility", "now.visibility = 'team'", "private"),
    "annotations_tagging": ("work_status", "now.work_status <> 'draft'", "draft"),
    "talks_position": ("work_status", "now.work_status <> 'draft'", "draft"),
    "talks_outcomereport": ("work_status", "now.work_status <> 'draft'", "draft"),
}


class NoMoment(ValueError):
    """What was asked for is no moment of the past; the message says why."""


class Moment:
    """A moment of the past: ``at`` is its last instant, ``asked`` how it was asked for."""

    def __init__(self, asked):
        self.asked = asked.strip()
        try:
            self.is_day = _is_day(self.asked)
            self.at = read(self.asked)
        except ValueError:
            raise NoMoment(
                "This is no moment. Write a day, such as 2026-11-20, or a day and a time, such as "
                "2026-11-20T14:30 (UTC unless it says otherwise, as in 2026-11-20T14:30+02:00)."
            ) from None
        if self.is_day:
            self.at = self.at.replace(hour=23, minute=59, second=59, microsecond=999_999)
        now = timezone.now()
        # A day that has begun can be asked for; it is as it stands so far.
        self.is_unfinished = self.is_day and self.at.date() == now.date()
        if self.is_unfinished:
            self.at = now
        if self.at > now:
            raise NoMoment("This moment is still to come. Ask for one that has passed.")
        if self.at.year < 1900:
            raise NoMoment("Nobody used Parley then. Ask for a moment of its own time.")

    @property
    def address(self):
        """This very instant as an address names it."""
        return f"{self.at:%Y-%m-%dT%H:%M:%S.%fZ}"


def read(text):
    """The moment that an address names, in UTC; ValueError where it names none.

    A day is its beginning, and what says no time zone is in UTC.
    """
    at = datetime.datetime.fromisoformat(PLUS_AS_SPACE.sub("+", text))
    try:
        return (at if at.tzinfo else at.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    except OverflowError as error:
        raise ValueError from error


def _is_day(text):
    """Whether it is a day without a time, in whatever form of ISO 8601."""
    try:
        return bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


@contextlib.contextmanager
def as_of(moment):
    """Read what stood at ``moment`` (a :class:`Moment`), and write nothing."""
    features = connection.features
    known = features.allows_group_by_selected_pks
    # What stands in for a table has no primary key that the other columns would depend on.
    features.allows_group_by_selected_pks = False
    try:
        with connection.execute_wrapper(_Looking(moment.at)):
            yield
    finally:
        features.allows_group_by_selected_pks = known


class _Looking:
    def __init__(self, at):
        self.at = f"TIMESTAMPTZ '{at.isoformat()}'"

    def __call__(self, execute, sql, params, many, context):
        if not READING.match(sql):
            raise RuntimeError("Nothing is written while looking at a moment of the past.")
        named = set(NAMED.findall(sql)) & _tables().keys()
        parts = [_tables()[table].replace("{at}", self.at) for table in sorted(named)]
        if parts:
            sql = f"WITH {', '.join(parts)} {sql}"
        return execute(sql, params, many, context)


@functools.cache
def _tables():
    """For each tracked table what stands in for it, with ``{at}`` where the moment belongs."""
    found = {}
    for model, history in history_models().items():
        if kept_fields(history) and len(kept_fields(history)) == len(model._meta.concrete_fields):
            found[model._meta.db_table] = _stand_in(model, history)
    return found


def _stand_in(model, history):
    table = model._meta.db_table
    columns = ", ".join(_column(table, field.column) for field in kept_fields(history))
    states = f'public."{history._meta.db_table}"'
    return (
        f'"{table}" AS NOT MATERIALIZED (SELECT {columns} FROM {states} state'  # noqa: S608
        f" WHERE state.pgh_created_at <= {{at}} AND state.pgh_label <> '{DELETED}'"
        f" AND NOT EXISTS (SELECT FROM {states} later WHERE later.pgh_obj_id = state.pgh_obj_id"
        f" AND later.pgh_id > state.pgh_id AND later.pgh_created_at <= {{at}}))"
    )


def _column(table, column):
    name, is_open, hidden = HIDDEN_NOW.get(table, ("", "", ""))
    if column != name:
        return f'state."{column}"'
    return (
        f'CASE WHEN EXISTS (SELECT FROM public."{table}" now'
        f" WHERE now.id = state.pgh_obj_id AND {is_open})"
        f' THEN state."{column}" ELSE \'{hidden}\' END AS "{column}"'
    )
