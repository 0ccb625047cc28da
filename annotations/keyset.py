"""Pages that begin after a row, and not at a number: nothing is skipped or shown twice while
rows come in."""

import base64
import binascii
import datetime
import heapq
import json
from typing import NamedTuple

from django.db.models import Q


class Key(NamedTuple):
    """A value that rows are ordered by, never null; ``read`` makes it of what a token says."""

    name: str
    is_descending: bool
    read: type


def integer(text):
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def moment(text):
    found = datetime.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    # In UTC no offset is left that PostgreSQL does not know.
    return found.astimezone(datetime.UTC)


def words(text):
    """``text``, unless PostgreSQL could not hold it: half of a pair does not encode."""
    text.encode()
    if "\0" in text:
        raise ValueError
    return text


class Page:
    """``size`` rows of a queryset after or before the row that a token of the address names.

    A token that is none of ours, or of another order, counts as the first page. Where nothing is
    left beyond the row, the page is the last one, or the first. ``count`` is how many rows there
    are, where that is known already.
    """

    def __init__(self, rows, keys, query, size, count=None):
        self.keys = keys
        self.count = rows.order_by().count() if count is None else count
        before = self._values(query.get("before", ""))
        after = None if before else self._values(query.get("after", ""))
        place, backwards = before or after, bool(before)
        found = self._found(rows, place, size + 1, backwards)
        if place and not found:
            place, backwards = None, not backwards
            found = self._found(rows, place, size + 1, backwards)
        more, self.object_list = len(found) > size, found[:size]
        if backwards:
            self.object_list.reverse()
        has_next, has_previous = (bool(place), more) if backwards else (more, bool(place))
        self.next = self._token(self.object_list[-1]) if self.object_list and has_next else ""
        self.previous = (
            self._token(self.object_list[0]) if self.object_list and has_previous else ""
        )

    def __iter__(self):
        return iter(self.object_list)

    def __len__(self):
        return len(self.object_list)

    def _found(self, rows, place, size, backwards):
        """The first ``size`` of ``rows`` beyond a place, or from the beginning."""
        rows = rows.order_by(*self._order(backwards))
        if place:
            rows = rows.filter(self._beyond(place, backwards))
        return list(rows[:size])

    def _order(self, backwards):
        return [f"{'-' if key.is_descending != backwards else ''}{key.name}" for key in self.keys]

    def _beyond(self, values, backwards):
        """What comes after these values: greater in one key, and the same in those before it."""
        beyond, same = Q(), {}
        for key, value in zip(self.keys, values, strict=True):
            sign = "lt" if key.is_descending != backwards else "gt"
            beyond |= Q(**same, **{f"{key.name}__{sign}": value})
            same[key.name] = value
        return beyond

    def _token(self, row):
        values = [self._order(False)[0], *(getattr(row, key.name) for key in self.keys)]
        told = json.dumps([v.isoformat() if hasattr(v, "isoformat") else str(v) for v in values])
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    def _values(self, token):
        try:
            told = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
                return None
            if told[:1] != self._order(False)[:1]:
                return None
            return [key.read(one) for key, one in zip(self.keys, told[1:], strict=True)]
        except (ValueError, OverflowError, binascii.Error, RecursionError):
            return None


class ListPage(Page):
    """The same of rows that are read already; their keys are all descending."""

    def _found(self, rows, place, size, backwards):
        def values(row):
            return [getattr(row, key.name) for key in self.keys]

        if place:
            rows = [
                row for row in rows if (values(row) > place if backwards else values(row) < place)
            ]
        pick = heapq.nsmallest if backwards else heapq.nlargest
        return pick(size, rows, key=values)
