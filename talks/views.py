"""The front page, the rounds, and what is known of an article."""

import copy

from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from .access import public_reading
from .forms import ArticleForm, StaleError
from .models import Article, Participation, Round

ARTICLES_SHOWN = 50


def rounds_as_seen_by(user):
    """The rounds with their parties in order of role, and the number of articles to be read."""
    parties = Participation.objects.select_related("party").in_order_of_role()
    return Round.objects.with_article_counts(user).prefetch_related(
        Prefetch("participations", parties)
    )


@public_reading
@require_safe
def home(request):
    """Say what Parley is, and where to begin or go on."""
    rounds = rounds_as_seen_by(request.user).newest_first()
    return render(request, "talks/home.html", {"rounds": rounds})


@public_reading
@require_safe
def round_detail(request, slug):
    """One round: who sat at the table, and what was written about it."""
    talks_round = get_object_or_404(rounds_as_seen_by(request.user), slug=slug)
    articles = Article.objects.visible_to(request.user).filter(round=talks_round).newest_first()
    context = {"round": talks_round, "articles": articles.for_lists()[:ARTICLES_SHOWN]}
    return render(request, "talks/round_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def article_edit(request, article_id):
    """Correct what is known of an article, and publish it or take it back."""
    article = get_object_or_404(Article.objects.editable_by(request.user), pk=article_id)
    data = request.POST if request.method == "POST" else None
    form = ArticleForm(data, instance=copy.copy(article))
    context = {"article": article, "form": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "talks/article_edit.html", context, status=status)
    try:
        was_changed = form.save()
    except StaleError as stale:
        context |= {
            "article": stale.current,
            "form": form.over(copy.copy(stale.current)),
            "differences": differences(form, stale.current),
        }
        return render(request, "talks/article_edit.html", context, status=409)
    messages.success(request, "Saved." if was_changed else "Nothing was different.")
    return redirect("annotations:reader", article.pk)


def differences(form, article):
    """What is stored and what was typed, where they differ, as (label, stored, typed)."""
    changes = form.differing(article)
    typed = copy.copy(article)
    for name, value in changes.items():
        setattr(typed, name, value)
    return [(form[name].label, shown(article, name), shown(typed, name)) for name in changes]


def shown(article, name):
    display = getattr(article, f"get_{name}_display", None)
    value = display() if display else getattr(article, name)
    return {True: "Yes", False: "No", None: ""}.get(value, value)
