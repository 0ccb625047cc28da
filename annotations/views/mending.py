"""Correcting articles, outcomes and events on their pages, and taking events up for visitors."""

import copy

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from annotations import past, recording
from annotations.forms import VersionForm
from annotations.forms_mending import ArticleMendingForm, EventMendingForm, OutcomeMendingForm
from talks.models import Article, Outcome, OutcomeReport
from talks.views.editing import differences, only_editors

from . import answers
from .recording import event_and_article


@require_http_methods(["GET", "HEAD", "POST"])
def article_edit(request, article_id):
    """Correct what is known of an article, and publish it or take it back; for admins."""
    article = get_object_or_404(Article.objects.editable_by(request.user), pk=article_id)
    back = article.get_absolute_url()
    template = "talks/article_edit.html"
    return _mend(request, ArticleMendingForm, article, article, back, template)


@require_http_methods(["GET", "HEAD", "POST"])
def outcome_edit(request, outcome_id):
    """Correct an outcome: its title, kind, quantity and proposition; for editors."""
    only_editors(request.user)
    reports = OutcomeReport.objects.visible_to(request.user)
    seen = Exists(reports.filter(outcome=OuterRef("pk")))
    outcome = get_object_or_404(Outcome.objects.filter(seen), pk=outcome_id)
    report = reports.filter(outcome=outcome).select_related("article").order_by("pk").first()
    back = outcome.get_absolute_url()
    return _mend(request, OutcomeMendingForm, outcome, report.article, back)


@require_http_methods(["GET", "HEAD", "POST"])
def event_edit(request, event_id):
    """Correct an event that one recorded; editors any."""
    event, article = event_and_article(request, event_id)
    if event.withdrawn_at:
        raise Http404
    status = "" if event.work_status == "accepted" else "?status=open"
    timeline = reverse("talks:timeline", args=[article.round.slug])
    return _mend(request, EventMendingForm, event, article, f"{timeline}{status}#event-{event.pk}")


def _mend(request, form_class, row, article, back, template="talks/reference_edit.html"):
    data = request.POST if request.method == "POST" else None
    form = form_class(data, instance=copy.copy(row))
    context = {
        "title": f"Edit {row}",
        "form": form,
        "back": back,
        "row": row,
        "history": past.address_of_row(row),
    }
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, template, context, status=status)
    version, key = form.cleaned_data["version"], form.cleaned_data["key"]
    try:
        act = recording.mend(request.user, row, form.values, version, article=article, key=key)
    except recording.Stale as stale:
        context |= {
            "form": form.over(copy.copy(stale.current)),
            "differences": differences(form, stale.current),
            "row": stale.current,
        }
        return render(request, template, context, status=409)
    except recording.Refused as refused:
        form.add_error(None, str(refused))
        return render(request, template, context, status=422)
    messages.success(request, with_undo(act) if act else "Nothing was different.")
    return redirect(back)


def with_undo(act):
    return format_html(
        '{}. <a href="{}">Undo it among your recent acts</a>',
        act.summary,
        reverse("annotations:act_list"),
    )


@require_POST
@vary_on_headers("HX-Request")
def event_accept(request, event_id):
    """Take up an event that a colleague recorded, so that visitors see it; for editors."""
    only_editors(request.user)
    event, article = event_and_article(request, event_id)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    try:
        act = recording.accept_event(
            request.user, event, form.cleaned_data["version"], article=article
        )
    except recording.Stale as stale:
        message = f"This was changed in the meantime. It now says: “{stale.current}”"
        return answers.refused(request, message=message, status=409)
    except recording.Refused as refused:
        return answers.refused(request, message=str(refused), status=409)
    return answers.changed(request, article, act)
