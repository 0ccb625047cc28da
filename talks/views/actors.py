"""Parties and people: what each holds, said by whom, in whose words."""

from collections import Counter
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from .. import agreement
from ..access import public_reading
from ..browsing import Counted, coded
from ..models import (
    Affiliation,
    Article,
    Continuity,
    EvidenceRole,
    OutcomeReport,
    OutcomeStance,
    Party,
    Person,
    Position,
    Proposition,
    Stance,
)
from ..position_lists import (
    PositionFilterForm,
    by_date,
    held,
    join,
    left_out,
    page_of,
    tallies,
    work_that_counts,
)
from ..quotations import with_visible_quotations

READ_IN = 100  # articles listed at once
CHANGES = 12  # propositions on which a page shows a change in full
STEPS = 4  # positions shown of one change


class Holding(NamedTuple):
    """What one party holds of one proposition: ``stances`` lists (stance, count)."""

    proposition: Proposition
    stances: list
    speakers: list
    own: int
    narrated: int


@public_reading
@require_safe
def party_detail(request, slug):
    """One party: what it holds, who says so and in whose words, where it is silent."""
    party = get_object_or_404(Party.objects.select_related("merged_into"), slug=slug)
    if party.merged_into:
        return redirect(party.merged_into)
    form = PositionFilterForm(request.GET, user=request.user)
    work = form.work
    positions = held(request.user, work).filter(party=party)
    rows = coded(positions.order_by(*by_date()))
    participations = list(
        party.participations.select_related("round").order_by("-round__started_on", "round__name")
    )
    silent = silent_on(party, participations, held(request.user, work))
    propositions = Proposition.objects.select_related("issue").in_bulk(
        {row.proposition for row in rows}
    )
    offices = offices_of(Affiliation.objects.filter(party=party), request.user, rows)
    people = {one.pk: one for one in offices}
    changes = changes_among(rows)
    listed = form.narrow(positions).order_by(
        "proposition__issue__order", "proposition__issue__name", "proposition__order",
        "proposition__name", *by_date(),
    )  # fmt: skip
    page, shown = page_of(
        listed, request.GET.get("page"), [row.pk for steps in changes for row in steps]
    )
    join(shown.values(), request.user, work)
    names = {
        "proposition": {key: one.name for key, one in propositions.items()},
        "speaker": {one.person_id: one.person.name for one in offices},
        "office": {key: f"{one.person}, {one.title}" for key, one in people.items()},
    }
    context = {
        "party": party,
        "participations": participations,
        "holdings": holdings(rows, propositions, people),
        "silent": silent,
        "offices": [one for one in offices if one.person.merged_into_id is None],
        "count": len(rows),
        "articles": articles_of(rows, request.GET.get("articles")),
        "voices": agreement.voice_balance(rows).get(party.pk, {"own": 0, "narrated": 0}),
        "tallies": tallies(rows),
        "changes": [[shown[row.pk] for row in steps] for steps in changes],
        "past": Counter(row.continuity for row in rows),
        "outcome_stances": outcome_stances(party, request.user, work),
        "form": form,
        "asked": form.in_words(names),
        "page": page,
        **work_switch(work, left_out(Position.objects, request.user, work, party=party)),
    }
    return render(request, "talks/party_detail.html", context, status=422 if form.errors else 200)


@public_reading
@require_safe
def person_detail(request, person_id):
    """One person: the offices over time, and what was said in each."""
    person = get_object_or_404(Person.objects.select_related("merged_into"), pk=person_id)
    if person.merged_into:
        return redirect(person.merged_into)
    form = PositionFilterForm(request.GET, user=request.user)
    work = form.work
    positions = held(request.user, work).filter(affiliation__person=person)
    rows = coded(positions.order_by(*by_date()))
    offices = offices_of(Affiliation.objects.filter(person=person), request.user, rows)
    propositions = Proposition.objects.in_bulk({row.proposition for row in rows})
    changes = changes_among(rows)
    listed = form.narrow(positions).order_by("affiliation__title", "affiliation_id", *by_date())
    page, shown = page_of(
        listed, request.GET.get("page"), [row.pk for steps in changes for row in steps]
    )
    join(shown.values(), request.user, work)
    names = {
        "proposition": {key: one.name for key, one in propositions.items()},
        "office": {one.pk: f"{one.title}, {one.party}" for one in offices},
        "party": {one.party_id: one.party.name for one in offices},
    }
    context = {
        "person": person,
        "offices": offices,
        "count": len(rows),
        "articles": articles_of(rows, request.GET.get("articles")),
        "tallies": tallies(rows),
        "changes": [[shown[row.pk] for row in steps] for steps in changes],
        "form": form,
        "asked": form.in_words(names),
        "page": page,
        **work_switch(
            work, left_out(Position.objects, request.user, work, affiliation__person=person)
        ),
    }
    return render(request, "talks/person_detail.html", context, status=422 if form.errors else 200)


def work_switch(work, left_out, place="positions"):
    """What ``_work_switch.html`` shows, and what the page's links to its own lists keep."""
    return {
        "work": work,
        "statuses": Counted.choices,
        "left_out": left_out,
        "left_out_at": f"?{kept(work.with_superseded_texts)}#{place}",
        "keeping": f"&{kept(work)}" if kept(work) else "",
    }


def kept(work):
    return urlencode({name: value for name, value in work._asdict().items() if value})


def holdings(rows, propositions, offices):
    """What ``rows`` hold of each proposition, in the codebook's order, as :class:`Holding`."""
    found = {}
    for row in rows:
        found.setdefault(row.proposition, []).append(row)
    in_order = sorted(
        found,
        key=lambda key: (
            propositions[key].issue.order,
            propositions[key].issue.name,
            propositions[key].order,
            propositions[key].name,
        ),
    )
    return [
        Holding(
            propositions[key],
            in_order_of_stance(found[key]),
            [
                (offices[office], count)
                for office, count in Counter(row.office for row in found[key]).items()
                if office in offices
            ],
            sum(row.voice == "own" for row in found[key]),
            sum(row.voice == "narrated" for row in found[key]),
        )
        for key in in_order
    ]


def articles_of(rows, number):
    """A page of the articles that ``rows`` stand in, newest first, each with ``position_count``."""
    counts = Counter(row.article for row in rows)
    articles = Article.objects.filter(pk__in=counts).for_lists().newest_first()
    page = Paginator(articles, READ_IN).get_page(number)
    for article in page.object_list:
        article.position_count = counts[article.pk]
    return page


def in_order_of_stance(rows):
    counts = Counter(row.stance for row in rows)
    return [(stance, counts[stance]) for stance in Stance.values if counts[stance]]


def changes_among(rows):
    """Where one party or person holds different things of one proposition, or is said to change.

    For each such proposition the rows to be shown beside each other, by date: the first of each
    run of the same stance, and every one that its article calls changed.
    """
    found = {}
    for row in rows:
        found.setdefault((row.party, row.proposition), []).append(row)
    changes = []
    for several in found.values():
        steps = [
            row
            for before, row in zip([None, *several], several, strict=False)
            if before is None or row.stance != before.stance or row.continuity == Continuity.CHANGED
        ]
        if len(steps) > 1 or steps[0].continuity == Continuity.CHANGED:
            changes.append(steps[:STEPS])
    return changes[:CHANGES]


def silent_on(party, participations, positions):
    """The propositions others speak of in its rounds and ``party`` does not, with counts."""
    spoken = positions.filter(article__round__in={one.round_id for one in participations})
    of_it = Q(positions__in=positions)
    return (
        Proposition.objects.select_related("issue")
        .filter(Exists(spoken.filter(proposition=OuterRef("pk"))))
        .exclude(Exists(spoken.filter(party=party, proposition=OuterRef("pk"))))
        .annotate(party_count=Count("positions__party", filter=of_it, distinct=True))
        .order_by("issue__order", "issue__name", "order", "name")
    )


def offices_of(affiliations, user, rows):
    """Affiliations with their visible evidence, ``conflicts`` among it, and ``count`` of rows."""
    counts = Counter(row.office for row in rows)
    affiliations = affiliations.select_related("person", "party").order_by(
        "person__family_name", "person__name", "valid", "title", "pk"
    )
    offices = list(with_visible_quotations(affiliations, user))
    for office in offices:
        office.count = counts[office.pk]
        evidence = office.evidence.all()
        office.conflicts = [one for one in evidence if one.role == EvidenceRole.ROLE_CONFLICT]
    return offices


def outcome_stances(party, user, work):
    """What it says of outcomes, the latest report of each first."""
    reports = work_that_counts(OutcomeReport.objects, user, work)
    return (
        OutcomeStance.objects.filter(party=party, report__in=reports)
        .select_related("report__outcome")
        .order_by("report__outcome__title", "-report__as_of", "-report_id")
    )
