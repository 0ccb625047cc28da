"""The one search: of everything that somebody may see."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from talks.access import public_reading

from .. import keyset, searching
from ..forms_search import SearchForm
from ..models import EntryKind

KEYS = [keyset.Key("rank", True, keyset.integer), keyset.Key("pk", True, keyset.integer)]


@public_reading
@require_safe
def search(request):
    """What is found by the words of ``?q=``, best first, with the words in context."""
    form = SearchForm(request.GET, user=request.user)
    context = {"form": form}
    if form.is_valid() and form.question.groups:
        context |= finds(request, form)
    status = 422 if form.errors else 200
    return render(request, "annotations/search.html", context, status=status)


def finds(request, form):
    """A page of what ``form`` asks for, and how many there are of each kind."""
    like = searching.names_like(form.question)
    entries = searching.found(form.question, like)
    entries = form.narrow(searching.visible_to(entries, request.user))
    counts = searching.counts_by_kind(entries)
    kind = form.cleaned_data["kind"]
    if kind:
        entries = entries.filter(kind=kind)
    total = sum(counts.values())
    count = counts.get(kind, 0) if kind else total
    page = keyset.Page(entries.only("pk"), KEYS, request.GET, searching.ROWS, count=count)
    page.object_list = searching.shown([row.pk for row in page], form.question)
    kinds = [(one.value, one.label, counts[one]) for one in EntryKind if counts.get(one)]
    narrowed = form.is_narrowed()
    return {"page": page, "kinds": kinds, "total": total, "kind": kind, "narrowed": narrowed}
