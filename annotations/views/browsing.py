"""Finding one's way: the articles, the codebook, and a tag with its passages."""

import hashlib
import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.returning import asked_for
from talks.access import public_reading
from talks.models import Article
from talks.views.editing import only_admins

from .. import coding, keyset, overview, progress
from ..filters import ArticleFilterForm, PassageFilterForm
from ..forms import BulkForm, DoneForm, NoteForm
from ..models import Note, SavedPage, SavedSearch
from ..named import FIELDS
from ..reading import Tags, threads_by
from . import answers

ARTICLES = 50
TICK = "tick"
PASSAGES = 40
OTHER_LIST = (
    "The list has changed since this page was opened, so nothing was done. Look at it again."
)


@public_reading
@require_safe
def article_list(request):
    """All articles with the work on them, to be narrowed and sorted."""
    form = ArticleFilterForm(request.GET, user=request.user)
    articles, count, context = form.articles(), None, {}
    if request.user.is_authenticated and request.user.may_administer:
        versions, (asked, ticked) = _versions(articles), _without_ticks(request.GET)
        count, context = len(versions), {"bulk": BulkForm(), "found": _mark_of(versions)}
        context |= {"asked": asked, "ticked": ticked}
    page = keyset.Page(articles, form.keys(), request.GET, ARTICLES, count=count)
    context |= {"form": form, "page": page, "heads": form.heads()}
    if request.user.is_authenticated:
        found = progress.progress_of(page.object_list, request.user)
        for article in page.object_list:
            article.progress = found[article.pk]
            article.is_ticked = f"{article.pk}:{article.version}" in context.get("ticked", [])
        context["undoable"], context["redoable"] = coding.last_acts(request.user, on_list=True)
        context["back"] = request.get_full_path()
        context["kept"] = SavedSearch.objects.kept_on(SavedPage.ARTICLES, request.user)
        context["key"] = uuid.uuid4()
    if not page.count and not form.is_narrowed():
        context["is_empty"] = True
    return render(request, "annotations/article_list.html", context, status=status_of(form))


@require_POST
def article_bulk(request):
    """Publish, take back, move or name the language of several articles, as one act."""
    only_admins(request.user)
    form = BulkForm(request.POST)
    back = request.POST.get("back", "")
    place = reverse("annotations:article_list") + (f"?{back}" if back else "")
    ticks = urlencode([(TICK, key) for key in form.data.getlist("article")])
    there = f"{place}{'&' if back else '?'}{ticks}" if ticks else place
    if not form.is_valid():
        return answers.refused(request, form, back=there)
    data = form.cleaned_data
    versions = data["article"]
    if data["every"] and not coding.is_done(request.user, data["key"]):
        versions = _every(QueryDict(back), request.user)
        if versions is None or _mark_of(versions) != data["found"]:
            return answers.refused(request, message=OTHER_LIST, status=409, back=place)
    try:
        act, left_alone = coding.change_articles(
            request.user, versions, form.changes(), key=data["key"]
        )
    except coding.Refused as error:
        return answers.refused(request, message=str(error), status=409, back=there)
    if act is not None:
        messages.success(request, f"{act.summary}.", extra_tags="act")
    if left_alone:
        messages.warning(request, _told_of(left_alone))
    if act is None and not left_alone:
        messages.success(request, "Nothing was different.")
    return redirect(place)


def _without_ticks(query):
    """An address without the ticks that a refused change took back to the list, and these."""
    rest = query.copy()
    ticked = rest.pop(TICK, [])
    return rest.urlencode(), ticked


def _told_of(left_alone):
    """Which articles of a change were left alone, the first of them by name."""
    words = "1 was" if len(left_alone) == 1 else f"{len(left_alone):,} were"
    told = coding.named(Article.objects.filter(pk__in=left_alone))
    which = f" ({told})" if told else ""
    return f"{words} changed or removed in the meantime and left alone{which}."


def _every(query, user):
    """The versions by key of all articles that an address finds; None if it is not understood."""
    form = ArticleFilterForm(query, user=user)
    articles = form.articles()
    return None if form.errors else _versions(articles)


def _versions(articles):
    """Of articles, their versions by key."""
    return dict(articles.order_by("pk").values_list("pk", "version"))


def _mark_of(versions):
    """What tells these versions of these articles from all others."""
    return hashlib.sha256(repr(list(versions.items())).encode()).hexdigest()


@require_POST
@vary_on_headers("HX-Request")
def article_done(request, article_id):
    """Say that one is done with an article, or open one's work on it again."""
    article = get_object_or_404(Article.objects.visible_to(request.user), pk=article_id)
    form = DoneForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    data = form.cleaned_data
    is_done = data["done"] == "yes"
    try:
        act = progress.call_done(
            request.user,
            article,
            is_done,
            data["version"],
            knowingly=answers.knowingly(request, article),
            key=data["key"],
        )
    except coding.Superseded as error:
        return answers.refused(request, message=str(error), status=409)
    except coding.Stale as error:
        message = _said_meanwhile(error.current)
        return answers.refused(request, message=message, status=409)
    if page := asked_for(request):
        if act is not None:
            messages.success(request, f"{act.summary}.", extra_tags="act")
        return redirect(page)
    return answers.changed(request, article, act)


def _said_meanwhile(completion):
    if completion is None or completion.withdrawn_at:
        now = "You have opened your work on it again in the meantime, so it is not done"
    else:
        now = "You have called it done in the meantime"
    return f"{now}, and this page was older than that. Look at the article again, then decide."


@require_safe
def name_list(request, of):
    """What can be typed into a field that names a tag or a coder, as options of a list."""
    if of not in FIELDS:
        raise Http404
    return render(request, "annotations/name_list.html", {"options": FIELDS[of]().options()})


@require_safe
def tag_detail(request, tag_id):
    """One tag: the rule for its use, and its passages in context over all articles."""
    tags = Tags()
    if tag_id not in tags.rows:
        raise Http404
    tag = tags.rows[tag_id]
    if tag.replaced_by_id:
        return redirect(f"{tags.in_the_end(tag_id).get_absolute_url()}?from={tag_id}")
    form = PassageFilterForm(request.GET, tags=tags, tag=tag, user=request.user)
    taggings = form.taggings()
    keys = overview.passages_of(taggings, request.user)
    page = Paginator(keys, PASSAGES).get_page(request.GET.get("page"))
    page.object_list = overview.in_context(page.object_list, taggings)
    for passage in page.object_list:
        for tagging in passage.tagged:
            tagging.tag = tags.rows[tagging.tag_id]
    notes = Note.objects.visible_to(request.user).filter(tag=tag)
    context = {
        "tag": tag,
        "above": [tags.rows[key] for key in tags.rows[tag_id].lineage[:-1]],
        "below": tags.children[tag_id],
        "led_from": _merged(tags, request.GET.get("from", ""), tag),
        "form": form,
        "page": page,
        "threads": threads_by(["tag_id"], notes)["tag_id"].get(tag_id, []),
        "note_form": NoteForm(),
    }
    return render(request, "annotations/tag_detail.html", context, status=status_of(form))


def _merged(tags, number, tag):
    """The tag that was merged into ``tag`` and whose address led here, or None."""
    is_key = number.isascii() and number.isdigit() and len(number) < 19
    came_from = tags.rows.get(int(number)) if is_key else None
    if came_from is None or came_from == tag or tags.in_the_end(came_from.pk) != tag:
        return None
    return came_from


def status_of(form):
    """422 for an address whose filters are not understood; the page shows the rest all the same."""
    return 422 if form.errors else 200
