"""All that positions refer to, in lists, and merging two that are one."""

import copy

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from .. import merging
from ..forms_reference import (
    MergeForm,
)
from ..models import (
    Issue,
    Merge,
    Party,
    Person,
    Proposition,
    Round,
)

ROWS = 50
GET_OR_POST = ["GET", "HEAD", "POST"]


def only_editors(user):
    """What one may not see answers like what does not exist."""
    if not user.may_edit:
        raise Http404


def only_admins(user):
    if not user.may_administer:
        raise Http404


@require_safe
def reference_list(request):
    """All that positions refer to, a kind at a time, for those who keep it in order."""
    only_editors(request.user)
    kinds = {
        "parties": ("Parties", Party.objects.current().order_by("name", "pk")),
        "people": ("People", Person.objects.current().order_by("family_name", "name", "pk")),
        "issues": ("Issues", Issue.objects.order_by("order", "name")),
        "propositions": (
            "Propositions",
            Proposition.objects.select_related("issue").order_by(
                "issue__order", "issue__name", "order", "name"
            ),
        ),
        "rounds": ("Rounds", Round.objects.newest_first()),
        "merges": (
            "Merges",
            Merge.objects.select_related(
                "party", "into_party", "person", "into_person", "made_by", "undone_by"
            ).latest_first(),
        ),
    }
    kind = request.GET.get("kind", "parties")
    if kind not in kinds:
        raise Http404
    label, rows = kinds[kind]
    context = {
        "kind": kind,
        "label": label,
        "kinds": [(key, words) for key, (words, _) in kinds.items()],
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "talks/reference_list.html", context)


def differences(form, row):
    """What is stored and what was typed, where they differ, as (label, stored, typed)."""
    typed = copy.copy(row)
    changes = form.differing(row)
    for name, value in changes.items():
        setattr(typed, name, value)
    labels = {name: form[name].label for name in form.fields} | {"valid": "Dates"}
    return [(labels[name], shown(row, name), shown(typed, name)) for name in changes]


def shown(row, name):
    if name == "valid":
        return row.valid_in_words
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if isinstance(value, list):
        return ", ".join(value)
    return "Yes" if value is True else "No" if value is False else value


def reference_address(kind):
    return f"{reverse('talks:reference_list')}?kind={kind}"


@require_http_methods(GET_OR_POST)
def party_merge(request, slug):
    """Merge a party into another."""
    only_editors(request.user)
    if done := merged_before(request, party__slug=slug):
        return redirect("talks:merge_detail", done.pk)
    party = get_object_or_404(Party.objects.current(), slug=slug)
    return merge_page(request, party, Party.objects.current().order_by("name"))


@require_http_methods(GET_OR_POST)
def person_merge(request, person_id):
    """Merge a person into another."""
    only_editors(request.user)
    if done := merged_before(request, person=person_id):
        return redirect("talks:merge_detail", done.pk)
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
            made = merging.merge(row, survivor, versions, request.user)
        except merging.RefusedError as refused:
            context["refusals"] = refused.reasons
            status = 409
        except IntegrityError:
            context["refusals"] = ["Somebody else has changed what hangs on the two: try again."]
            status = 409
        else:
            messages.success(request, f"{row} is merged into {survivor}.")
            return redirect("talks:merge_detail", made.pk)
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
    context = {"merge": merge, "moved": merging.moved_in_words(merge)}
    if request.method != "POST":
        return render(request, "talks/merge_detail.html", context)
    try:
        merging.undo(merge, request.user)
    except merging.RefusedError as refused:
        context["refusals"] = refused.reasons
    except IntegrityError:
        context["refusals"] = ["What was recorded since stands in the way of this undo."]
    else:
        messages.success(request, "Undone: the two are apart again.")
        return redirect(type(merge.emptied).objects.get(pk=merge.emptied.pk))
    return render(request, "talks/merge_detail.html", context, status=409)
