"""What was changed, when and by whom: of one object with all that hangs on it, or by one person."""

from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import User
from annotations import past
from annotations.forms_history import HistoryFilterForm
from annotations.past import KINDS
from history.models import Tombstone

__all__ = ["KINDS", "object_history", "person_history"]


@require_safe
def object_history(request, object_id, kind):
    """The history of one object; ``?from=2026-11-23&kind=note&person=3`` narrows it."""
    own = past.states_of(kind).filter(pgh_obj_id=object_id)
    # What was withdrawn or deleted still has its history, for those who could see it.
    last = past.of_visible(kind, own, request.user).order_by("-pgh_id").first()
    if last is None:
        return _gone(request, kind, object_id)
    row = past.KINDS[kind]._default_manager.filter(pk=object_id).first()
    link = row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
    called = past.called(kind, last, request.user) or str(row or object_id)
    heading = f"{past.name_of(kind).capitalize()} {called}"
    return _page(request, past.scope(kind, object_id), heading=heading, link=link)


@require_safe
def person_history(request, account_id):
    """What one colleague did, as far as the one who asks may see it."""
    person = get_object_or_404(User, pk=account_id)
    return _page(request, past.everything(), heading=str(person), person=person)


def _gone(request, kind, object_id):
    """What was removed for good says so, also where its history was."""
    stones = Tombstone.objects.filter(kind=past.name_of(kind), key=object_id)
    stone = stones.select_related("by").order_by("-pk").first()
    if stone is None:
        raise Http404
    return render(request, "gone.html", {"stone": stone}, status=410)


def _page(request, conditions, *, heading, link="", person=None):
    form = HistoryFilterForm(request.GET, kinds=conditions, person=person)
    entries, cursor = past.entries(conditions, request.user, **form.wanted)
    older = f"?{urlencode(form.kept | {'before': cursor})}" if cursor else ""
    context = {
        "heading": heading,
        "link": link,
        "person": person,
        "form": form,
        "entries": entries,
        "older": older,
    }
    status = 422 if form.errors else 200
    return render(request, "annotations/history.html", context, status=status)
