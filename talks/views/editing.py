"""Mending what positions refer to: parties, people and offices, propositions, rounds; merging."""

import copy

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import merging
from ..forms import StaleError
from ..forms_reference import (
    AffiliationForm,
    IssueForm,
    MergeForm,
    ParticipationForm,
    PartyForm,
    PersonForm,
    PropositionForm,
    RoundForm,
)
from ..models import (
    Affiliation,
    Issue,
    Merge,
    Participation,
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


def edit(request, form_class, row, *, title, back, after=None):
    """The page on which a row is made or changed, with its version; then on to the row's page."""
    data = request.POST if request.method == "POST" else None
    form = form_class(data, instance=copy.copy(row))
    context = {"title": title, "form": form, "back": back, "row": row}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "talks/reference_edit.html", context, status=status)
    try:
        was_changed = form.save()
    except StaleError as stale:
        context |= {
            "form": form.over(copy.copy(stale.current)),
            "differences": differences(form, stale.current),
        }
        return render(request, "talks/reference_edit.html", context, status=409)
    if was_changed is None:
        return render(request, "talks/reference_edit.html", context, status=422)
    messages.success(request, "Saved." if was_changed else "Nothing was different.")
    return redirect(after or form.instance)


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
def party_new(request):
    """Add a party."""
    only_editors(request.user)
    back = reference_address("parties")
    return edit(request, PartyForm, Party(), title="A new party", back=back)


@require_http_methods(GET_OR_POST)
def party_edit(request, slug):
    """Correct what is known of a party."""
    only_editors(request.user)
    party = get_object_or_404(Party.objects.current(), slug=slug)
    return edit(request, PartyForm, party, title=f"Edit {party}", back=party.get_absolute_url())


@require_http_methods(GET_OR_POST)
def person_new(request):
    """Add a person."""
    only_editors(request.user)
    back = reference_address("people")
    return edit(request, PersonForm, Person(), title="A new person", back=back)


@require_http_methods(GET_OR_POST)
def person_edit(request, person_id):
    """Correct what is known of a person."""
    only_editors(request.user)
    person = get_object_or_404(Person.objects.current(), pk=person_id)
    return edit(request, PersonForm, person, title=f"Edit {person}", back=person.get_absolute_url())


@require_http_methods(GET_OR_POST)
def affiliation_new(request, person_id):
    """Add an office to a person."""
    only_editors(request.user)
    person = get_object_or_404(Person.objects.current(), pk=person_id)
    return edit(
        request,
        AffiliationForm,
        Affiliation(person=person),
        title=f"A new office of {person}",
        back=person.get_absolute_url(),
        after=person,
    )


@require_http_methods(GET_OR_POST)
def affiliation_edit(request, affiliation_id):
    """Correct an office and its dates."""
    only_editors(request.user)
    offices = Affiliation.objects.filter(person__merged_into=None).select_related("person")
    office = get_object_or_404(offices, pk=affiliation_id)
    return edit(
        request,
        AffiliationForm,
        office,
        title=f"An office of {office.person}",
        back=office.person.get_absolute_url(),
        after=office.person,
    )


@require_http_methods(GET_OR_POST)
def issue_new(request):
    """Add an issue."""
    only_editors(request.user)
    back = reference_address("issues")
    return edit(request, IssueForm, Issue(), title="A new issue", back=back, after=back)


@require_http_methods(GET_OR_POST)
def issue_edit(request, issue_id):
    """Rename an issue or move it."""
    only_editors(request.user)
    issue = get_object_or_404(Issue, pk=issue_id)
    back = reference_address("issues")
    return edit(request, IssueForm, issue, title=f"Edit {issue}", back=back, after=back)


@require_http_methods(GET_OR_POST)
def proposition_new(request):
    """Add a proposition."""
    only_editors(request.user)
    back = reference_address("propositions")
    return edit(request, PropositionForm, Proposition(), title="A new proposition", back=back)


@require_http_methods(GET_OR_POST)
def proposition_edit(request, proposition_id):
    """Correct a proposition, or move it to another issue."""
    only_editors(request.user)
    proposition = get_object_or_404(Proposition, pk=proposition_id)
    back = proposition.get_absolute_url()
    return edit(request, PropositionForm, proposition, title=f"Edit {proposition}", back=back)


@require_http_methods(GET_OR_POST)
def round_new(request):
    """Add a round of talks."""
    only_admins(request.user)
    return edit(
        request, RoundForm, Round(), title="A new round of talks", back=reference_address("rounds")
    )


@require_http_methods(GET_OR_POST)
def round_edit(request, slug):
    """Correct what is known of a round."""
    only_admins(request.user)
    talks_round = get_object_or_404(Round, slug=slug)
    back = talks_round.get_absolute_url()
    return edit(request, RoundForm, talks_round, title=f"Edit {talks_round}", back=back)


@require_http_methods(GET_OR_POST)
def participation_list(request, slug):
    """Who sat at the table, and in which role; a POST adds a party."""
    only_admins(request.user)
    talks_round = get_object_or_404(Round, slug=slug)
    data = request.POST if request.method == "POST" else None
    form = ParticipationForm(data, instance=Participation(round=talks_round))
    if form.is_valid() and form.save():
        messages.success(request, f"{form.instance.party} is added.")
        return redirect("talks:participation_list", slug)
    context = {
        "round": talks_round,
        "form": form,
        "participations": talks_round.participations.select_related("party").in_order_of_role(),
    }
    status = 422 if form.errors else 200
    return render(request, "talks/participation_list.html", context, status=status)


@require_http_methods(GET_OR_POST)
def participation_edit(request, participation_id):
    """Change the role of a party in a round."""
    only_admins(request.user)
    rows = Participation.objects.select_related("round", "party")
    participation = get_object_or_404(rows, pk=participation_id)
    back = reverse("talks:participation_list", args=[participation.round.slug])
    title = f"{participation.party} in {participation.round}"
    return edit(request, ParticipationForm, participation, title=title, back=back, after=back)


@require_POST
def participation_remove(request, participation_id):
    """Take a party off the table of a round, at the version that the page showed."""
    only_admins(request.user)
    rows = Participation.objects.select_related("round", "party")
    participation = get_object_or_404(rows, pk=participation_id)
    version = request.POST.get("version", "")
    removed, _ = (
        rows.filter(pk=participation_id, version=int(version)).delete()
        if version.isascii() and version.isdigit() and len(version) < 10
        else (0, {})
    )
    if removed:
        messages.success(request, f"{participation.party} is taken off.")
    else:
        messages.error(request, "Somebody else has changed this role: look again. It stays.")
    return redirect("talks:participation_list", participation.round.slug)


@require_http_methods(GET_OR_POST)
def party_merge(request, slug):
    """Merge a party into another."""
    only_editors(request.user)
    party = get_object_or_404(Party.objects.current(), slug=slug)
    return merge_page(request, party, Party.objects.current().order_by("name"))


@require_http_methods(GET_OR_POST)
def person_merge(request, person_id):
    """Merge a person into another."""
    only_editors(request.user)
    person = get_object_or_404(Person.objects.current(), pk=person_id)
    people = Person.objects.current().order_by("family_name", "name")
    return merge_page(request, person, people)


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
