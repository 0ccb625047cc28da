"""The reader: one article, its marks, and the margin beside them."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import sign_in_first
from annotations import carrying, coding
from annotations import reading as what_is_read
from annotations.forms import FindForm, TagAllForm, TaggingForm
from annotations.models import Draft
from annotations.reading import Filters, Reading
from talks import text as plain_text
from talks.access import public_reading
from talks.finding import MOST
from talks.models import Article, Passage

from . import answers
from .then import article_then

PALETTE = "#palette-message"
NEAR = 40  # code points shown beside a place that was found


@public_reading
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def reader(request, article_id):
    """Read one article; a POST tags a passage in it."""
    articles = Article.objects.visible_to(request.user).select_related("round", "superseded_by")
    article = get_object_or_404(
        what_is_read.with_what_is_known(articles, request.user), pk=article_id
    )
    if request.method == "POST":
        return _tag(request, article)
    if "as_of" in request.GET:
        return article_then(request, article)
    # The page sends what it knows (``since``) with every request.
    if request.htmx and "filter" in request.GET:
        return _filtered(request, article)
    if request.htmx and "part" in request.GET:
        return _part(request, article)
    if request.htmx and "since" in request.GET:
        return _live(request, article)
    if "paragraph" in request.GET:
        return _by_paragraph(request, article)
    return _page(request, article)


def _page(request, article, *, form=None, status=200):
    target = _target(request, article)
    finding = _finding(request, article)
    found = answers.found_in(request, article)
    reading = Reading(article, request.user, answers.filters_of(request), target, found)
    context = _context(request, reading) | {"form": form, "finding": finding}
    context["draft"] = _draft(request, article)
    if target and hasattr(article, "superseded_by"):
        context["went_to"] = carrying.went_to(request.user, target)
    if finding and finding["form"].errors:
        status = 422
    return render(request, "annotations/reader.html", context, status=status)


def _context(request, reading):
    shown_part = answers.query_number(request, "part") or 0
    if reading.target:
        shown_part = reading.target.start // what_is_read.PART
    elif reading.found:
        shown_part = reading.found[0][1] // what_is_read.PART
    if shown_part >= len(reading.parts):
        raise Http404
    reading.part(shown_part)
    article = reading.article
    context = {"article": article, "reading": reading}
    if hasattr(article, "superseded_by"):
        context["works_on_superseded"] = answers.works_on_superseded(request, article)
    if request.user.is_authenticated:
        context["recent"] = what_is_read.recent_tags(reading.article)
        context |= answers.undoing(request.user)
    return context


def _target(request, article):
    """The passage that the address points at; one that is not there points at nothing."""
    pk = answers.query_number(request, "passage")
    if pk is None:
        return None
    return Passage.objects.visible_to(request.user).filter(article=article, pk=pk).first()


def _draft(request, article):
    """One's own draft that the address names; one that is not there opens nothing."""
    pk = answers.query_number(request, "draft")
    if pk is None:
        return None
    return Draft.objects.visible_to(request.user).kept().filter(article=article, pk=pk).first()


def _finding(request, article):
    """What the page says of ``?find=words``; None where nothing is looked for."""
    if not request.GET.get("find"):
        return None
    form = FindForm(request.GET, article=article)
    is_valid = form.is_valid()
    return {
        "form": form,
        "places": _in_words(article.text, form.spans) if is_valid else [],
        "next": form.next if is_valid else None,
        "most": MOST,
        "tags": what_is_read.Tags(),
        "key": uuid.uuid4(),
    }


def _in_words(text, spans):
    """Each place with some words before and behind it."""
    found = []
    for start, end in spans:
        first, last = max(0, start - NEAR), end + NEAR
        before = f"{'…' if first else ''}{text[first:start]}"
        after = f"{text[end:last]}{'…' if last < len(text) else ''}"
        found.append((before, text[start:end], after))
    return found


@require_POST
def tag_all(request, article_id):
    """Put one tag on every place where some words stand, as one act."""
    article = get_object_or_404(Article.objects.visible_to(request.user), pk=article_id)
    form = TagAllForm(request.POST, article=article)
    if not form.is_valid():
        return answers.refused(request, form)
    data = form.cleaned_data
    try:
        act = coding.tag_passages(
            request.user,
            article,
            form.chosen,
            data["tag"],
            knowingly=answers.knowingly(request, article),
            key=data["key"],
        )
    except coding.Refused as error:
        return answers.refused(request, message=str(error), status=409)
    told = f"{act.summary}." if act else "You had put this tag on all of them already."
    messages.success(request, told, extra_tags="act" if act else "")
    query = {"find": data["find"], "whole": data["whole"] and 1, "after": data["after"]}
    query = {name: value for name, value in query.items() if value}
    return redirect(f"{article.get_absolute_url()}?{urlencode(query)}")


def _tag(request, article):
    if not request.user.is_authenticated:
        return sign_in_first(request)
    form = TaggingForm(request.POST, article=article)
    if not form.is_valid():
        return _refused(request, article, form)
    data = form.cleaned_data
    try:
        act = coding.tag_passage(
            request.user,
            article,
            *form.span,
            data["tag"],
            note=data["note"],
            visibility=data["visibility"],
            knowingly=answers.knowingly(request, article),
            key=data["key"],
        )
    except coding.Refused as error:
        form.add_error(None, str(error))
        return _refused(request, article, form, status=409)
    passage = Passage.objects.at(article, *form.span)
    return answers.changed(request, article, act, passage=passage)


def _refused(request, article, form, *, status=422):
    """Say what is wrong beside the field; what was typed stays."""
    if request.htmx:
        return answers.refused(request, form, status=status, where=PALETTE)
    number = _paragraph_number(article, form)
    return _by_paragraph(request, article, number=number, form=form, status=status)


def _paragraph_number(article, form):
    start = form.cleaned_data.get("start", 0)
    found = (one.number for one in article.paragraphs if start < one.end)
    return next(found, len(article.paragraphs))


def _live(request, article):
    found = answers.found_in(request, article)
    reading = Reading(article, request.user, answers.filters_of(request), found=found)
    known = answers.since(request) or 0
    is_ahead = known > reading.cursor
    changes = reading.as_changes() if is_ahead else reading.changes_since(known)
    if changes is None:
        return HttpResponse(status=204)
    context = {"article": article, "reading": reading, "changes": changes}
    context["works_on_superseded"] = answers.works_on_superseded(request, article)
    return render(request, "annotations/reader.html#changes", context)


def _filtered(request, article):
    """The marks and cards that pass other filters, and their address."""
    filters = Filters.from_query(request.GET)
    reading = Reading(article, request.user, filters)
    reading.part(0)
    context = {"article": article, "reading": reading}
    response = render(request, "annotations/reader.html#filtered", context)
    response["HX-Push-Url"] = f"{article.get_absolute_url()}{filters.as_query()}"
    return response


def _part(request, article):
    reading = Reading(article, request.user, answers.filters_of(request))
    number = answers.query_number(request, "part")
    if number is None or number >= len(reading.parts):
        raise Http404
    context = {"article": article, "reading": reading, "part": reading.part(number)}
    return render(request, "annotations/reader.html#cards", context)


def _by_paragraph(request, article, *, number=None, form=None, status=200):
    """A page of a paragraph's sentences, each with a form: coding without JavaScript."""
    if not request.user.is_authenticated:
        return sign_in_first(request)
    number = number or answers.query_number(request, "paragraph")
    paragraphs = article.paragraphs
    if number is None or not 1 <= number <= len(paragraphs):
        raise Http404
    paragraph = paragraphs[number - 1]
    context = {
        "article": article,
        "paragraph": paragraph,
        "count": len(paragraphs),
        "sentences": plain_text.sentences(paragraph),
        "tags": what_is_read.Tags(),
        "form": form,
    }
    return render(request, "annotations/paragraph.html", context, status=status)
