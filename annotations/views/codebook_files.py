"""The codebook as a file: taken out as CSV and REFI-QDA, and taken in with a look at it first."""

import uuid

from django import forms
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from .. import codebook_files as files
from .. import codebook_import, coding
from ..forms import KeyedForm, VersionForm
from ..models import Codebook
from ..reading import Tags
from .codebook import GET_OR_POST, STALE, done, no_codebook, only_editors, page_of


class TakeInForm(KeyedForm, VersionForm):
    """What was shown and is to be done."""

    is_correction = forms.BooleanField(required=False)


@require_safe
def codebook_csv(_request):
    """The codebook as CSV."""
    book, tags = _tags()
    return _as_file(files.as_csv(tags), "text/csv; charset=utf-8", book, "csv")


@require_safe
def codebook_qdc(_request):
    """The codebook as REFI-QDA has it; one without a tag cannot be valid, so there is none."""
    book, tags = _tags()
    if not any(tag.status != "archived" for tag in tags):
        raise Http404
    return _as_file(files.as_qdc(tags), "application/xml", book, "qdc")


def _tags():
    """The first codebook and its tags in tree order, each with its parent at hand."""
    book = Codebook.objects.oldest()
    if book is None:
        raise Http404
    tags = Tags()
    found = [tag for tag in tags.tree if tag.codebook_id == book.pk]
    for tag in found:
        tag.parent = tags.rows.get(tag.parent_id)
        tag.replaced_by = tags.rows.get(tag.replaced_by_id)
    return book, found


def _as_file(content, kind, book, ending):
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="codebook-{book.version}.{ending}"'
    return response


@require_http_methods(GET_OR_POST)
def codebook_file(request):
    """Where files are taken out and in; a POST shows what one would do, or does it."""
    if request.method == "POST":
        only_editors(request.user)
    book = Codebook.objects.oldest()
    if book is None:
        return no_codebook(request)
    if request.method != "POST":
        return page_of(request, "annotations/codebook_import.html", codebook=book)
    text, content = _sent(request)
    context, status = {"text": text, "key": uuid.uuid4()}, 200
    try:
        read = files.read(content)
        if "confirmed" in request.POST:
            form = TakeInForm(request.POST)
            if form.is_valid():
                return done(request, _take_in(request, book, read, form), "annotations:codebook")
            context["refusal"], status = "This page is incomplete: look at the file again.", 422
        context["plan"] = codebook_import.plan(book, read)
        if context["plan"].refusals:
            status = 422
    except files.UnreadableError as error:
        context["refusal"], status = str(error), 422
    except (coding.Stale, coding.Refused) as error:
        book.refresh_from_db()
        is_stale = isinstance(error, coding.Stale)
        context |= {
            "refusal": STALE if is_stale else str(error),
            "plan": codebook_import.plan(book, read),
        }
        status = 409
    return page_of(request, "annotations/codebook_import.html", context, status=status)


def _sent(request):
    """The file that was sent as text, to be sent again with the second form, and as bytes."""
    if sent := request.FILES.get("file"):
        content = sent.read(files.LARGEST + 1)
        return files.text_of(content), content
    text = request.POST.get("text", "").replace("\r\n", "\n")
    return text, text.encode("utf-8", "replace")


def _take_in(request, book, read, form):
    data = form.cleaned_data
    return codebook_import.take_in(
        request.user,
        book,
        data["version"],
        read,
        is_correction=data["is_correction"],
        key=data["key"],
    )
