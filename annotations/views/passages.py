"""A passage's own address, its bounds, and taking tags off it."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from annotations import coding
from annotations.forms import SpanForm, VersionForm
from annotations.models import Tagging
from talks import text as plain_text
from talks.access import public_reading
from talks.models import Article, Passage

from . import answers


@public_reading
@require_safe
def passage_detail(request, passage_id):
    """Go to the passage in its article."""
    passages = Passage.objects.visible_to(request.user).select_related("article")
    passage = get_object_or_404(passages, pk=passage_id)
    return redirect(
        f"{passage.article.get_absolute_url()}?passage={passage.pk}#passage-{passage.pk}"
    )


@require_POST
@vary_on_headers("HX-Request")
def link_new(request, article_id):
    """Give a selection an address that can be passed on."""
    article = get_object_or_404(Article.objects.visible_to(request.user), pk=article_id)
    form = SpanForm(request.POST, article=article)
    if not form.is_valid():
        return answers.refused(request, form, where="#palette-message")
    passage = Passage.objects.at(article, *form.span)
    passage.open()
    if not request.htmx:
        return redirect(passage)
    url = request.build_absolute_uri(passage.get_absolute_url())
    return render(request, "annotations/reader.html#link", {"url": url})


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def bounds_edit(request, passage_id):
    """Move one's own tags and notes on a passage to other bounds, by words without scripts."""
    passages = Passage.objects.visible_to(request.user).select_related("article")
    passage = get_object_or_404(passages, pk=passage_id)
    if request.method != "POST":
        steps = plain_text.word_steps(passage.article.text, passage.start, passage.end)
        context = {"passage": passage, "article": passage.article, "steps": steps}
        return render(request, "annotations/bounds_edit.html", context)
    form = SpanForm(request.POST, article=passage.article)
    if not form.is_valid():
        return answers.refused(request, form)
    try:
        knowingly = answers.knowingly(request, passage.article)
        act = coding.move_bounds(request.user, passage, *form.span, knowingly=knowingly)
    except coding.Refused as error:
        return answers.refused(request, message=str(error), status=409)
    moved = Passage.objects.at(passage.article, *form.span)
    return answers.changed(request, passage.article, act, passage=moved)


@require_POST
@vary_on_headers("HX-Request")
def tagging_withdraw(request, tagging_id):
    """Take one's own tag off a passage."""
    own = Tagging.objects.filter(
        coder=request.user, passage__article__in=Article.objects.visible_to(request.user)
    )
    tagging = get_object_or_404(own.select_related("passage__article", "tag"), pk=tagging_id)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    try:
        act = coding.withdraw_tagging(request.user, tagging, form.cleaned_data["version"])
    except coding.Stale as error:
        return answers.refused(request, message=_stale(error.current), status=409)
    return answers.changed(request, tagging.passage.article, act, passage=tagging.passage)


def _stale(tagging):
    return (
        f"This tag was changed in the meantime: it is now {tagging.tag.name} on "
        f"“{tagging.passage.exact[:200]}”. Look at it again before you take it off."
    )
