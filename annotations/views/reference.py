"""Mending what positions refer to: parties, people and offices, issues, propositions, rounds."""

import copy

from django.contrib import messages
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from annotations import past, references
from annotations.forms import VersionForm
from annotations.models import Act, ActKind
from annotations.reference_rows import MODELS
from talks import gate
from talks.forms_reference import (
    AffiliationForm,
    IssueForm,
    ParticipationForm,
    PartyForm,
    PersonForm,
    PropositionForm,
    RoundForm,
    in_words,
)
from talks.models import Affiliation, Issue, Participation, Party, Person, Proposition, Round
from talks.views.editing import differences, only_admins, only_editors, reference_address

from . import answers
from .mending import with_undo

GET_OR_POST = ["GET", "HEAD", "POST"]


def edit(request, form_class, row, *, title, back, after=None):
    """The page on which a row is made or changed, with its version; then on to the row's page."""
    if done := done_before(request):
        return redirect(after or row_of(done))
    data = request.POST if request.method == "POST" else None
    form = form_class(data, instance=copy.copy(row))
    context = {
        "title": title,
        "form": form,
        "back": back,
        "row": row,
        "history": past.address_of_row(row),
    }
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "talks/reference_edit.html", context, status=status)
    try:
        act = save(request, form)
    except references.Stale as stale:
        context |= {
            "form": form.over(copy.copy(stale.current)),
            "differences": differences(form, stale.current),
        }
        return render(request, "talks/reference_edit.html", context, status=409)
    except IntegrityError as error:
        form.add_error(None, in_words(error))
        return render(request, "talks/reference_edit.html", context, status=422)
    messages.success(request, with_undo(act) if act else "Nothing was different.")
    return redirect(after or (row_of(act) if act else row))


def save(request, form):
    """The act that stores what a form says, or None where nothing differs."""
    key = form.cleaned_data["key"]
    if form.is_new:
        return references.add(request.user, form.instance, key=key)
    version = form.cleaned_data["version"]
    return references.change(request.user, form.instance, form.values(), version, key=key)


def done_before(request):
    """The act that this very request was already, if it comes a second time."""
    key = request.POST.get("key", "")
    if not gate.KEY.fullmatch(key):
        return None
    return Act.objects.filter(actor=request.user, key=key, kind=ActKind.REFERENCE).first()


def row_of(act):
    """The row that an act on one made or changed; its list, where it is gone."""
    [kept] = act.changes
    model = MODELS.get(kept["model"])
    row = model and model.objects.filter(pk=kept["pk"]).first()
    return row or reverse("talks:reference_list")


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
def participation_edit(request, participation_id):
    """Change the role of a party in a round."""
    only_admins(request.user)
    rows = Participation.objects.select_related("round", "party")
    participation = get_object_or_404(rows, pk=participation_id)
    back = reverse("annotations:participation_list", args=[participation.round.slug])
    title = f"{participation.party} in {participation.round}"
    return edit(request, ParticipationForm, participation, title=title, back=back, after=back)


@require_http_methods(GET_OR_POST)
def participation_list(request, slug):
    """Who sat at the table, and in which role; a POST adds a party."""
    only_admins(request.user)
    talks_round = get_object_or_404(Round, slug=slug)
    if done_before(request):
        return redirect("annotations:participation_list", slug)
    data = request.POST if request.method == "POST" else None
    form = ParticipationForm(data, instance=Participation(round=talks_round))
    if form.is_valid():
        try:
            messages.success(request, with_undo(save(request, form)))
            return redirect("annotations:participation_list", slug)
        except IntegrityError as error:
            form.add_error(None, in_words(error))
    context = {
        "round": talks_round,
        "form": form,
        "participations": talks_round.participations.select_related("party").in_order_of_role(),
    }
    status = 422 if form.errors else 200
    return render(request, "talks/participation_list.html", context, status=status)


@require_POST
def participation_remove(request, participation_id):
    """Take a party off the table of a round, at the version that the page showed."""
    only_admins(request.user)
    if removed := removed_before(request, participation_id):
        return redirect("annotations:participation_list", removed.slug)
    rows = Participation.objects.select_related("round", "party")
    participation = get_object_or_404(rows, pk=participation_id)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    try:
        act = references.remove(request.user, participation, form.cleaned_data["version"])
    except references.Stale as stale:
        message = f"This was changed in the meantime. It now says: “{stale.current}”. It stays."
        return answers.refused(request, message=message, status=409)
    if act:
        messages.success(request, with_undo(act))
    return redirect("annotations:participation_list", participation.round.slug)


def removed_before(request, participation_id):
    """The round of a role that one took away already, if the button is pressed a second time."""
    if Participation.objects.filter(pk=participation_id).exists():
        return None
    taken = [{"model": "participation", "pk": participation_id, "after": None}]
    own = Act.objects.filter(actor=request.user, changes__contains=taken)
    kept = own.values_list("changes__0__before__round_id", flat=True).last()
    return Round.objects.filter(pk=kept).first() if kept else None
