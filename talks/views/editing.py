"""All that positions refer to, in lists."""

import copy

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from ..models import (
    Issue,
    Merge,
    Party,
    Person,
    Proposition,
    Round,
)

ROWS = 50


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
