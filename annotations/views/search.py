"""The one search: of everything that somebody may see."""

import uuid
from collections import Counter

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from talks.access import public_reading
from talks.models import Passage

from .. import alike, keyset, meant, saving, searching
from ..coding import Refused, Stale
from ..forms import VersionForm
from ..forms_search import RenameForm, SaveForm, SearchForm
from ..models import EntryKind, SavedPage, SavedSearch
from . import answers

KEYS = [keyset.Key("rank", True, keyset.integer), keyset.Key("pk", True, keyset.integer)]


@public_reading
@require_safe
def search(request):
    """What is found by the words of ``?q=``, best first, with the words in context."""
    form = SearchForm(request.GET, user=request.user)
    context = {"form": form, "key": uuid.uuid4()}
    if form.is_valid() and form.question.groups:
        context |= finds(request, form)
    status = 422 if form.errors else 200
    return render(request, "annotations/search.html", context, status=status)


def finds(request, form):
    """A page of what ``form`` asks for, and how many there are of each kind.

    Where its words find nothing, ``meant`` are those of names that are spelt like them; they are
    looked for ``instead`` where nothing else is to be shown.
    """
    question = form.question
    like = searching.names_like(question)
    hits = _hits(request, form, question, like)
    other = None
    if not {hit.pk for hit in hits} - set(like):
        other, others = _meant(request, form)
    is_instead = other is not None and not hits
    if is_instead:
        question, hits = other, others
    counts = Counter(hit.kind for hit in hits)
    kind = form.cleaned_data["kind"]
    total = len(hits)
    if kind:
        hits = [hit for hit in hits if hit.kind == kind]
    page = keyset.ListPage(hits, KEYS, request.GET, searching.ROWS, count=len(hits))
    page.object_list = searching.shown([row.pk for row in page], question)
    return {
        "page": page,
        "kinds": [(one.value, one.label, counts[one]) for one in EntryKind if counts.get(one)],
        "total": total,
        "kind": kind,
        "narrowed": form.is_narrowed(),
        "meant": other.as_typed if other else "",
        "is_instead": is_instead,
    }


def _hits(request, form, question, like=()):
    entries = searching.visible_to(searching.found(question, like), request.user)
    return searching.hits(form.narrow(entries))


def _meant(request, form):
    """The question that was meant, if it finds anything, and what it finds."""
    question = meant.meant(form.question, request.user)
    hits = _hits(request, form, question) if question else []
    return (question, hits) if hits else (None, [])


@public_reading
@require_safe
def passages_alike(request, passage_id):
    """The sentences of all articles that are most like a passage."""
    passages = Passage.objects.visible_to(request.user).select_related("article__round")
    passage = get_object_or_404(passages, pk=passage_id)
    sentences = alike.sentences_like(passage, request.user)
    context = {"passage": passage, "sentences": sentences}
    if not sentences:
        context["words"] = alike.telling_words(passage).as_typed
    return render(request, "annotations/passages_alike.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def saved_list(request):
    """One's saved searches and views of lists; a POST keeps another."""
    if request.method == "POST":
        return _save(request)
    searches = SavedSearch.objects.of(request.user).order_by("name", "pk")
    context = {
        "saved": [one for one in searches if one.removed_at is None],
        "removed": [one for one in searches if one.removed_at is not None],
    }
    return render(request, "annotations/saved_list.html", context)


def _save(request):
    form = SaveForm(request.POST, user=request.user)
    is_list = request.POST.get("page") == SavedPage.ARTICLES
    page = SavedPage.ARTICLES if is_list else SavedPage.SEARCH
    back = f"{reverse(f'annotations:{page}')}?{request.POST.get('query', '')}"
    if not form.is_valid():
        return answers.refused(request, form, back=back)
    data = form.cleaned_data
    try:
        saved = saving.save(request.user, **data)
    except Refused as error:
        form.add_error("name", str(error))
        return answers.refused(request, form, status=409, back=back)
    messages.success(request, f"Saved as “{saved}”.")
    return redirect(saved if data["page"] == SavedPage.ARTICLES else "annotations:saved_list")


@require_POST
def saved_rename(request, search_id):
    """Give one's saved search another name."""
    return _changed(
        request, search_id, RenameForm, lambda search, data: saving.rename(search, **data)
    )


@require_POST
def saved_remove(request, search_id):
    """Put one's saved search aside."""
    return _changed(
        request, search_id, VersionForm, lambda search, data: saving.remove(search, **data)
    )


@require_POST
def saved_undo(request, search_id):
    """Bring back what was removed, or the name before."""
    return _changed(
        request, search_id, VersionForm, lambda search, data: saving.undo(search, **data)
    )


def _changed(request, search_id, form_class, change):
    search = get_object_or_404(SavedSearch.objects.of(request.user), pk=search_id)
    form = form_class(request.POST)
    back = reverse("annotations:saved_list")
    if not form.is_valid():
        return answers.refused(request, form, back=back)
    try:
        change(search, form.cleaned_data)
    except Stale as error:
        message = f"This was changed in the meantime: it is called “{error.current}” now."
        return answers.refused(request, message=message, status=409, back=back)
    except Refused as error:
        return answers.refused(request, message=str(error), status=409, back=back)
    return redirect("annotations:saved_list")
