"""Merging two people or two parties that are one, and undoing it."""

from django.contrib import messages
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from annotations import references
from talks import merging
from talks.forms_reference import MergeForm
from talks.models import Merge, Party, Person
from talks.views.editing import only_editors

from .mending import with_undo

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
def party_merge(request, slug):
    """Merge a party into another."""
    only_editors(request.user)
    if done := merged_before(request, party__slug=slug):
        return redirect("annotations:merge_detail", done.pk)
    party = get_object_or_404(Party.objects.current(), slug=slug)
    return merge_page(request, party, Party.objects.current().order_by("name"))


@require_http_methods(GET_OR_POST)
def person_merge(request, person_id):
    """Merge a person into another."""
    only_editors(request.user)
    if done := merged_before(request, person=person_id):
        return redirect("annotations:merge_detail", done.pk)
    person = get_object_or_404(Person.objects.current(), pk=person_id)
    people = Person.objects.current().order_by("family_name", "name")
    return merge_page(request, person, people)


def merged_before(request, **emptied):
    """One's own merge that stands, where its form is sent a second time."""
    own = Merge.objects.in_force().filter(made_by=request.user, **emptied)
    return own.first() if request.method == "POST" else None


def merge_page(request, row, others):
    """Choose into which; see what will move and what stands against it; then merge."""
    asked = request.POST if request.method == "POST" else request.GET or None
    form = MergeForm(asked, row=row, others=others)
    context = {"row": row, "form": form}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "talks/merge.html", context, status=status)
    survivor = form.cleaned_data["into"]
    status = 200
    if request.method == "POST":
        versions = form.cleaned_data["version"], form.cleaned_data["into_version"]
        try:
            act = references.merge(request.user, row, survivor, versions, key=None)
        except references.Refused as refused:
            context["refusals"] = refused.args
            status = 409
        except IntegrityError:
            context["refusals"] = ["Somebody else has changed what hangs on the two: try again."]
            status = 409
        else:
            messages.success(request, with_undo(act))
            return redirect("annotations:merge_detail", act.changes[0]["pk"])
        row.refresh_from_db()
        survivor.refresh_from_db()
    context |= {"survivor": survivor, "plan": merging.plan(row, survivor)}
    return render(request, "talks/merge.html", context, status=status)


@require_http_methods(GET_OR_POST)
def merge_detail(request, merge_id):
    """What a merge moved; a POST undoes it."""
    only_editors(request.user)
    merges = Merge.objects.select_related("party", "into_party", "person", "into_person")
    merge = get_object_or_404(merges, pk=merge_id)
    context = {
        "merge": merge,
        "moved": [(words, count) for words, count in merging.moved_in_words(merge) if count],
    }
    if request.method != "POST":
        return render(request, "talks/merge_detail.html", context)
    try:
        references.undo_merge(request.user, merge)
    except references.Refused as refused:
        context["refusals"] = refused.args
    except IntegrityError:
        context["refusals"] = ["What was recorded since stands in the way of this undo."]
    else:
        messages.success(request, "Undone: the two are apart again.")
        return redirect(type(merge.emptied).objects.get(pk=merge.emptied.pk))
    return render(request, "talks/merge_detail.html", context, status=409)
