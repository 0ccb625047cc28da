"""The codebook as a tree, and what editors do to a tag; each shows first what it touches."""

import uuid
from types import SimpleNamespace
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.returning import asked_for

from .. import codebook as revising
from .. import coding, live, overview
from ..forms_codebook import (
    ArchiveForm,
    MergeConfirmedForm,
    MergeForm,
    MoveForm,
    SplitFilterForm,
    SplitForm,
    TagForm,
    VersionedForm,
    chosen_in,
    path_of,
)
from ..models import Codebook, Tag, Tagging, TagStatus
from ..reading import Tags
from . import answers

GET_OR_POST = ["GET", "HEAD", "POST"]
SHOWN = 10  # passages in a preview
LISTED = 100  # passages to choose from on one page
STALE = "Somebody else has changed this in the meantime. Nothing of yours was saved: look again."


def only_editors(user):
    """What one may not see answers like what does not exist."""
    if not user.may_edit:
        raise Http404


def page_of(request, template, context=None, *, status=200, codebook=None):
    """A page of the codebook, with what its bar shows: what waits, and the way back."""
    codebook = codebook or Codebook.objects.oldest()
    undoable, redoable = coding.last_acts(request.user, on_codebook=True)
    bar = {
        "book": codebook,
        "proposal_count": Tag.objects.filter(codebook=codebook, status=TagStatus.PROPOSED).count(),
        "recheck_count": to_check(request.user).count(),
        "undoable": undoable,
        "redoable": redoable,
    }
    return render(request, template, bar | (context or {}), status=status)


def no_codebook(request):
    """What pages that need a codebook say where there is none, and what to do."""
    status = 409 if request.method == "POST" else 200
    return page_of(request, "annotations/no_codebook.html", status=status)


def to_check(user):
    """The taggings that a person is to look at again: their own, and for editors those of people
    who are gone."""
    taggings = Tagging.objects.visible_to(user).to_check_again()
    own = taggings.filter(coder=user)
    return own | taggings.filter(coder__is_active=False) if user.may_edit else own


def a_tag(request, tag_id):
    """The tag for an editor to change, as ``reading.Tags`` shows it; not a merged one."""
    only_editors(request.user)
    tags = Tags()
    tag = tags.rows.get(tag_id)
    if tag is None or tag.replaced_by_id:
        raise Http404
    return tags, tag


def touched(request, keys):
    """The passages that have one of the tags of these keys: how many, where, and the first few."""
    taggings = overview.taggings_of(keys)
    passages = overview.passages_of(taggings, request.user)
    count = passages.count()
    return SimpleNamespace(
        count=count,
        articles=passages.values("article").order_by().distinct().count() if count else 0,
        shown=overview.in_context(passages[:SHOWN], taggings) if count else [],
    )


def done(request, act, where):
    if act is not None:
        messages.success(request, f"{act.summary}.")
    return redirect(where)


# The tree


@require_safe
@vary_on_headers("HX-Request")
def codebook(request):
    """The tags as a tree, with what they mean and how often they are used."""
    template = "annotations/codebook.html" + ("#changes" if request.htmx else "")
    state = live.state(request.user)
    return page_of(request, template, _trees(request) | {"state": state})


def _trees(request):
    tags = Tags()
    work = request.GET.get("work", "")
    work = work if work in dict(overview.COUNTED) else ""
    alone, branch = overview.passage_counts(tags, request.user, work)
    offered = {tag.pk for tag in tags.tree if tag.status != TagStatus.ARCHIVED}
    for tag in tags.tree:
        tag.below = [child for child in tags.children[tag.pk] if child.pk in offered]
        tag.passage_count = alone.get(tag.pk, 0)
        tag.branch_count = branch.get(tag.pk, 0)
        tag.merged_into = tags.in_the_end(tag.pk) if tag.replaced_by_id else None
    codebooks = list(Codebook.objects.order_by("pk"))
    for one in codebooks:
        own = [tag for tag in tags.tree if tag.codebook_id == one.pk]
        one.roots = [t for t in own if t.pk in offered and t.parent_id not in offered]
        one.archived = [tag for tag in own if tag.pk not in offered]
    return {"codebooks": codebooks, "counted": overview.COUNTED, "work": work}


@require_POST
@vary_on_headers("HX-Request")
def tree_move(request):
    """Move a tag within the tree: to a place, or a step in a direction.

    Below another tag it takes its passages along; they are shown first, unless they were.
    """
    only_editors(request.user)
    number = request.POST.get("tag", "")
    is_key = number.isascii() and number.isdigit() and len(number) < 19
    tag = Tag.objects.filter(pk=int(number) if is_key else 0, replaced_by=None).first()
    if tag is None:
        return answers.refused(request, message="There is no such tag to move.")
    data = request.POST.copy()
    if direction := data.get("direction"):
        data["place"] = _place_in(direction, tag)
    form = MoveForm(data)
    status, message = 422, "; ".join(e for errors in form.errors.values() for e in errors)
    if form.is_valid():
        if goes := _goes_along(request, tag, form):
            return _asking(request, tag, form, goes)
        try:
            act = _moved(request, tag, form)
        except (coding.Stale, coding.Refused) as error:
            status, message = 409, STALE if isinstance(error, coding.Stale) else str(error)
        else:
            status, message = 200, f"{act.summary}." if act else "It stands there already."
    if not request.htmx:
        if status != 200:
            return answers.refused(request, message=message, status=status)
        messages.success(request, message)
        return redirect(f"{reverse('annotations:codebook')}#tag-{tag.pk}")
    context = _trees(request) | {"said": message, "is_refused": status != 200}
    return page_of(request, "annotations/codebook.html#tree", context, status=status)


def _goes_along(request, tag, form):
    """What of a move is to be shown before it is done, as :func:`touched` gives it, or None."""
    data = form.cleaned_data
    parent, _ = data["place"]
    if data["is_seen"] or tag.version != data["version"] or parent == tag.parent:
        return None
    found = touched(request, revising.branch_of(tag))
    return found if found.count else None


def _asking(request, tag, form, goes):
    """The move with the passages that it takes along: beside the tree, or on a page of its own."""
    if not request.htmx:
        address = reverse("annotations:tag_move", args=[tag.pk])
        return redirect(f"{address}?{urlencode({'place': form.data['place']})}")
    parent, after = form.cleaned_data["place"]
    context = {
        "tag": tag,
        "form": form,
        "where": f"below {parent.name}" if parent else "to the top",
        "after": after,
        "touched": goes,
    }
    response = render(request, "annotations/tag_move.html#asking", context)
    response["HX-Retarget"] = "#move-asked"
    response["HX-Reswap"] = "innerHTML"
    return response


def _moved(request, tag, form):
    data = form.cleaned_data
    return revising.move(request.user, tag, data["version"], *data["place"], key=data["key"])


def _place_in(direction, tag):
    """Where a step up, down, in or out leads from where the tag stands, as a place."""
    siblings = list(
        Tag.objects.offered().filter(codebook=tag.codebook_id, parent=tag.parent_id).in_tree_order()
    )
    if tag not in siblings:
        return ""
    at = siblings.index(tag)
    first = f"in:{tag.parent_id}" if tag.parent_id else "top"
    if direction == "up" and at > 0:
        return f"after:{siblings[at - 2].pk}" if at > 1 else first
    if direction == "down" and at + 1 < len(siblings):
        return f"after:{siblings[at + 1].pk}"
    if direction == "in" and at > 0:
        last = siblings[at - 1].children.offered().in_tree_order().last()
        return f"after:{last.pk}" if last else f"in:{siblings[at - 1].pk}"
    if direction == "out" and tag.parent_id:
        return f"after:{tag.parent_id}"
    return f"after:{siblings[at - 1].pk}" if at else first


# One tag


@require_http_methods(GET_OR_POST)
def tag_new(request):
    """Add a tag to the codebook; a researcher's is a proposal."""
    book = Codebook.objects.oldest()
    if book is None:
        return no_codebook(request)
    tags = Tags()
    parent = tags.rows.get(answers.query_number(request, "parent"))
    form = TagForm(request.POST if request.method == "POST" else None, codebook=book)
    status = 422 if form.errors else 200
    if form.is_valid():
        data = form.cleaned_data
        try:
            act = revising.add(request.user, book, form.entry, parent=parent, key=data["key"])
        except coding.Refused as error:
            form.add_error(None, str(error))
            status = 409
        else:
            return done(request, act, "annotations:codebook")
    context = {"form": form, "parent": parent, "tags": tags}
    return page_of(request, "annotations/tag_form.html", context, status=status)


@require_http_methods(GET_OR_POST)
def tag_edit(request, tag_id):
    """Rename a tag, change its rule, colour or shortcut."""
    _, tag = a_tag(request, tag_id)
    data = request.POST if request.method == "POST" else None
    form = TagForm(data, codebook=tag.codebook, tag=tag, initial=TagForm.initial_of(tag))
    context = {"tag": tag, "form": form, "touched": touched(request, {tag.pk})}
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            act = revising.edit(
                request.user,
                tag,
                form.cleaned_data["version"],
                form.entry,
                is_correction=form.cleaned_data["is_correction"],
                key=form.cleaned_data["key"],
            )
        except coding.Stale as error:
            context |= {
                "differences": form.differing(error.current),
                "form": form.over(error.current),
            }
            status = 409
        except coding.Refused as error:
            form.add_error(None, str(error))
            status = 409
        else:
            return done(request, act, tag)
    return page_of(request, "annotations/tag_form.html", context, status=status)


@require_http_methods(GET_OR_POST)
def tag_move(request, tag_id):
    """Put a tag somewhere else in the tree."""
    tags, tag = a_tag(request, tag_id)
    form = MoveForm(request.POST if request.method == "POST" else None)
    branch = tags.branch(tag.pk)
    context = {
        "tag": tag,
        "form": form,
        "places": _places(
            one for one in tags.tree if one.pk not in branch and one.status != TagStatus.ARCHIVED
        ),
        "chosen": (request.POST or request.GET).get("place"),
        "touched": touched(request, branch),
    }
    return _act_on(
        request, tag, form, lambda: _moved(request, tag, form), "annotations/tag_move.html", context
    )


def _places(tags):
    """Where a tag can go, as pairs of what a form sends and what it says."""
    places = [("top", "At the top, first of all")]
    for tag in tags:
        path = path_of(tag)
        places += [
            (f"in:{tag.pk}", f"Below {path}, first"),
            (f"after:{tag.pk}", f"Right after {path}"),
        ]
    return places


@require_safe
@vary_on_headers("HX-Request")
def tag_tools(request, tag_id):
    """What an editor can do to a tag: a part of the tree, or a page."""
    _, tag = a_tag(request, tag_id)
    if request.htmx:
        return render(request, "annotations/tag_tools.html#tools", {"tag": tag})
    return page_of(request, "annotations/tag_tools.html", {"tag": tag})


@require_http_methods(GET_OR_POST)
def tag_archive(request, tag_id):
    """Offer a tag no longer, or reject a proposed one, with the reason."""
    tags, tag = a_tag(request, tag_id)
    if tag.status == TagStatus.ARCHIVED:
        raise Http404
    form = ArchiveForm(request.POST if request.method == "POST" else None)
    context = {
        "tag": tag,
        "form": form,
        "below": [one for one in tags.children[tag.pk] if one.status != TagStatus.ARCHIVED],
        "touched": touched(request, {tag.pk}),
    }

    def archive():
        data = form.cleaned_data
        return revising.archive(request.user, tag, data["version"], data["reason"], key=data["key"])

    return _act_on(request, tag, form, archive, "annotations/tag_archive.html", context)


@require_POST
def tag_accept(request, tag_id):
    """Take up a proposed tag."""
    return _by_version(request, tag_id, revising.accept)


@require_POST
def tag_restore(request, tag_id):
    """Offer an archived tag again."""
    return _by_version(request, tag_id, revising.restore)


def _by_version(request, tag_id, change):
    _, tag = a_tag(request, tag_id)
    form = VersionedForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    data = form.cleaned_data
    try:
        act = change(request.user, tag, data["version"], key=data["key"])
    except coding.Stale:
        return answers.refused(request, message=STALE, status=409)
    except coding.Refused as error:
        return answers.refused(request, message=str(error), status=409)
    return done(request, act, asked_for(request) or tag)


def _act_on(request, tag, form, change, template, context):
    """Show a page with what a change touches; a POST makes the change."""
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            act = change()
        except coding.Stale as error:
            context["refusal"], status = STALE, 409
            tag.version = error.current.version
        except coding.Refused as error:
            context["refusal"], status = str(error), 409
        else:
            return done(request, act, tag)
    return page_of(request, template, context, status=status)


# Merging and splitting


@require_http_methods(GET_OR_POST)
def tag_merge(request, tag_id):
    """Choose into which tag; see which passages go over; then merge."""
    tags, tag = a_tag(request, tag_id)
    is_post = request.method == "POST"
    kind = MergeConfirmedForm if is_post else MergeForm
    form = kind(request.POST if is_post else request.GET or None, tags=tags, tag=tag)
    context = {"tag": tag, "form": form}
    status = 422 if form.errors else 200
    if form.is_valid():
        target = form.cleaned_data["into"]
        if is_post:
            data = form.cleaned_data
            versions = data["version"], target, data["into_version"]
            try:
                act = revising.merge(request.user, tag, *versions, key=data["key"])
            except coding.Stale:
                context["refusal"], status = STALE, 409
                tags = Tags()
                tag, target = tags.rows[tag.pk], tags.rows[target.pk]
            except coding.Refused as error:
                context["refusal"], status = str(error), 409
            else:
                return done(request, act, target)
        context |= _merge_plan(request, tags, tag, target)
    return page_of(request, "annotations/tag_merge.html", context, status=status)


def _merge_plan(request, tags, tag, target):
    live = Tagging.objects.live()
    there = live.filter(tag=target, passage=OuterRef("passage"), coder=OuterRef("coder"))
    twins = live.filter(Exists(there), tag=tag)
    return {
        "tag": tag,
        "target": target,
        "merge_key": uuid.uuid4(),
        "touched": touched(request, {tag.pk}),
        "twin_count": twins.count(),
        "note_count": tag.notes.filter(withdrawn_at=None).exclude(visibility="private").count(),
        "below": [one for one in tags.children[tag.pk] if one.status != TagStatus.ARCHIVED],
    }


@require_http_methods(GET_OR_POST)
def tag_split(request, tag_id):
    """Choose passages of a tag, one by one, by words or by coder, and give them another tag.

    The form takes along what was chosen when it turns to another page (``go``), finds others, or
    chooses all that are found (``choose``).
    """
    tags, tag = a_tag(request, tag_id)
    sent = request.POST
    goes_on = "go" in sent or "choose" in sent
    is_split = request.method == "POST" and not goes_on
    form = SplitForm(sent if is_split else None, initial=sent.dict(), tags=tags, tag=tag)
    every = taggings = overview.taggings_of({tag.pk})
    asked = sent if "q" in sent else request.GET
    filters = SplitFilterForm(asked, coders=overview.coders_of(taggings, request.user))
    filters.full_clean()
    wanted = filters.cleaned_data
    if wanted.get("coder"):
        taggings = taggings.filter(coder=wanted["coder"])
    if wanted.get("q"):
        taggings = taggings.filter(passage__exact__icontains=wanted["q"])
    status = 422 if form.errors or filters.errors else 200
    keys = overview.passages_of(taggings, request.user)
    chosen = chosen_in(sent)
    if "choose" in sent:
        chosen |= set(keys)
    context = {"tag": tag, "form": form, "filters": filters, "version": tag.version}
    if goes_on:  # what was looked at first is what a split is based on
        context["version"] = sent.get("version", "")
    if form.is_valid():
        of_tag = overview.passages_of(every, request.user)
        passages = keys if form.cleaned_data["all"] else of_tag.filter(pk__in=chosen)
        try:
            act = revising.split(
                request.user,
                tag,
                form.cleaned_data["version"],
                passages.order_by(),
                form.target,
                coder=wanted.get("coder") or None,
                key=form.cleaned_data["key"],
            )
        except coding.Stale as error:
            context["refusal"], status = STALE, 409
            context["version"] = error.current.version
        except coding.Refused as error:
            context["refusal"], status = str(error), 409
        else:
            return done(request, act, tag)
    page = Paginator(keys, LISTED).get_page(sent.get("go") or request.GET.get("page"))
    page.object_list = overview.in_context(page.object_list, taggings)
    everywhere = set(overview.passages_of(every, request.user).order_by())
    chosen &= everywhere
    context |= {
        "page": page,
        "chosen": chosen,
        "elsewhere": len(chosen - {one.pk for one in page.object_list}),
        "total": len(everywhere),
    }
    return page_of(request, "annotations/tag_split.html", context, status=status)
