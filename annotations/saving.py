"""Keeping searches: saving, renaming, removing, and the way back from each."""

import contextlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from .coding import Refused, Stale
from .models import SavedSearch

TAKEN = "You have a saved search of this name already."


def save(owner, name, page, query, key):
    """The address of a page under a name; a repeated request gives what the first one made."""
    with _unique_names():
        return SavedSearch.objects.get_or_create(
            owner=owner, key=key, defaults={"name": name, "page": page, "query": query}
        )[0]


def rename(search, name, version):
    if search.name != name:
        _change(search, version, name=name, former_name=search.name)


def remove(search, version):
    if search.removed_at is None:
        _change(search, version, removed_at=timezone.now())


def undo(search, version):
    """Bring a removed one back; else give it the name it had before."""
    if search.removed_at is not None:
        _change(search, version, removed_at=None)
    elif search.former_name:
        _change(search, version, name=search.former_name, former_name=search.name)


def _change(search, version, **fields):
    """Set ``fields`` if the page that asked showed the latest version."""
    with _unique_names():
        rows = SavedSearch.objects.filter(pk=search.pk, version=version)
        if not rows.update(**fields, version=version + 1):
            raise Stale(SavedSearch.objects.get(pk=search.pk))


@contextlib.contextmanager
def _unique_names():
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Refused(TAKEN) from error
