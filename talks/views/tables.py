"""A table of articles: which column holds what, and what would come of its first rows."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from .. import loading, tables
from ..extracting import Unreadable
from ..forms import ArticleForm
from ..forms_loading import MappingForm
from ..models import Table
from ..text import first_words
from .loading import GET_OR_POST, onward

SAMPLES, REFUSALS = 5, 10


@require_http_methods(GET_OR_POST)
@vary_on_headers("HX-Request")
def table_detail(request, table_id):
    """Say which column holds what, look at what comes of it, and load the rows."""
    found = Table.objects.visible_to(request.user).select_related("round", "batch")
    table = get_object_or_404(found, pk=table_id)
    if request.method != "POST":
        return mapping(request, table, MappingForm(table=table))
    if table.batch_id:
        return onward(request, table.batch.get_absolute_url())
    action = request.POST.get("do", "look")
    if action not in ACTIONS:
        raise Http404
    form = MappingForm(request.POST, table=table)
    if not form.is_valid() and (action in {"look", "load"} or "version" in form.errors):
        return mapping(request, table, form, status=422)
    try:
        return ACTIONS[action](request, table, form)
    except loading.Stale as stale:
        data = request.POST.copy()
        data["version"] = stale.current.version
        form = MappingForm(data, table=stale.current)
        form.is_valid()
        context = {"is_stale": True, "differences": unlike(form, stale.current)}
        return mapping(request, stale.current, form, status=409, **context)
    except Unreadable as error:
        return mapping(request, table, form, status=422, refusal=error)


def unlike(form, current):
    """What is stored and what was chosen, where they differ, as (label, stored, chosen)."""
    stored = {"delimiter": current.delimiter, **current.mapping}
    found = []
    for name, field in form.fields.items():
        one, two = stored.get(name, ""), form.cleaned_data.get(name, "")
        if name != "version" and one != two:
            words = dict(field.choices)
            found.append((field.label, words.get(one, one), words.get(two, two)))
    return found


def look(request, table, form):
    """Keep what was chosen, and show what comes of it."""
    sent = form.cleaned_data
    current = tables.change(
        table,
        sent["version"],
        mapping=form.mapping(),
        delimiter=sent.get("delimiter", ""),
    )
    if request.htmx:
        return mapping(request, current, MappingForm(table=current), said="Read that way.")
    messages.success(request, "Read that way.")
    return redirect(current)


def load(request, table, form):
    if form.cleaned_data.get("delimiter", "") != table.delimiter:
        return look(request, table, form)
    batch = tables.load(request.user, table, form.cleaned_data["version"], form.mapping())
    return onward(request, batch.get_absolute_url())


def put_aside(request, table, form):
    again = table.put_aside_at is not None
    tables.put_aside(table, form.cleaned_data["version"], again)
    messages.success(request, "Taken up again." if again else "Put aside.")
    return onward(request, table.get_absolute_url())


ACTIONS = {"look": look, "load": load, "aside": put_aside}


def mapping(request, table, form, *, status=200, **context):
    """The page of a table, or for htmx its part that can change."""
    chosen = form.mapping() if form.is_bound and form.is_valid() else table.mapping
    before = (
        Table.objects.filter(original=table.original_id).exclude(batch=None).exclude(pk=table.pk)
    )
    context |= {"table": table, "form": form, "before": before.select_related("batch").first()}
    context |= coming(table, chosen)
    template = "talks/table_detail.html"
    if request.htmx:
        template += "#table"
    return render(request, template, context, status=status)


def coming(table, chosen):
    """What would come of the rows: the first ones, how many, and which are refused and why."""
    samples, refused, good = [], [], 0
    for row in tables.rows_of(table):
        found = tables.read(row, chosen)
        good += not found.fault
        if found.fault:
            refused.append((found.number, found.fault))
        elif len(samples) < SAMPLES:
            facts = [(label(name), value) for name, value in found.told.items() if name != "title"]
            samples.append(
                {
                    "number": found.number,
                    "title": found.told.get("title") or first_words(found.text[:2000]),
                    "facts": facts,
                    "words": len(found.text.split()),
                    "opening": " ".join(found.text[:600].split())[:300],
                }
            )
    return {
        "samples": samples,
        "good": good,
        "refused": refused[:REFUSALS],
        "refused_count": len(refused),
        "untold": max(0, len(refused) - REFUSALS),
    }


def label(name):
    return ArticleForm.base_fields[name].label or name.capitalize()
