"""What a person did lately, and taking it back."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from accounts.returning import asked_for
from annotations import coding, reference_rows
from annotations.models import Act
from talks.models import Article

from . import answers
from .carrying import place_after

PAGE = 50


@require_safe
def act_list(request):
    """One's own acts, newest first, each with its way back."""
    acts = (
        Act.objects.filter(actor=request.user)
        .select_related("undone_by")
        .prefetch_related(Prefetch("article", Article.objects.for_lists()))
        .annotate(first_model=F("changes__0__model"))
        .defer("changes", "undone_by__changes")
        .newest_first()
    )
    page = Paginator(acts, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "references": [*reference_rows.MODELS, "merge"]}
    return render(request, "annotations/act_list.html", context)


@require_POST
@vary_on_headers("HX-Request")
def act_undo(request, act_id):
    """Undo one's own act; of an undoing, do it again."""
    own = Act.objects.filter(actor=request.user).select_related("article", "undoes")
    act = get_object_or_404(own, pk=act_id)
    try:
        knowingly = answers.knowingly(request, act.article)
        done = coding.undo(request.user, act, knowingly=knowingly)
    except coding.Refused as error:
        return answers.refused(request, message=str(error), status=409)
    page = asked_for(request)
    if request.htmx and not page and _is_of_an_article(done):
        messages.success(request, f"{done.summary}.")
        return HttpResponseClientRefresh()
    if act.article is not None and not page:
        return answers.changed(request, act.article, done)
    if done is not None:
        messages.success(request, f"{done.summary}.")
    if done is not None and page:
        page = place_after(request.user, done, page)
    return redirect(page or "annotations:act_list")


def _is_of_an_article(act):
    """Whether what is known of an article changed: all of its page may say something else."""
    return act is not None and any(row["model"] == "article" for row in act.changes)
