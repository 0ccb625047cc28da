"""What one can be for or against, and each position on it."""

from typing import NamedTuple

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ..access import public_reading
from ..browsing import SILENCE, Counted, Texts, Work, coded, whole
from ..claim import claim_of
from ..meanings import MEANINGS
from ..models import (
    OutcomeReport,
    Participation,
    Party,
    Position,
    Proposition,
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
from .actors import articles_of, changes_among, in_order_of_stance, work_switch


class Camp(NamedTuple):
    """What one party holds of the proposition."""

    party: Party
    stances: list
    own: int
    narrated: int


@public_reading
@require_safe
def proposition_detail(request, proposition_id):
    """One proposition: who is for it and who against, in which words, and who is silent."""
    propositions = Proposition.objects.select_related("issue")
    proposition = get_object_or_404(propositions, pk=proposition_id)
    form = PositionFilterForm(request.GET, user=request.user)
    work = form.work
    positions = held(request.user, work).filter(proposition=proposition)
    rows = coded(positions.order_by(*by_date()))
    parties = Party.objects.in_bulk({row.party for row in rows})
    changes = changes_among(rows)
    listed = form.narrow(positions).order_by("party__name", "party_id", *by_date())
    page, shown = page_of(
        listed, request.GET.get("page"), [row.pk for steps in changes for row in steps]
    )
    join(shown.values(), request.user, work)
    reports = work_that_counts(OutcomeReport.objects, request.user, work)
    outcomes = proposition.outcomes.annotate(
        report_count=Count("reports", filter=Q(reports__in=reports), distinct=True)
    ).filter(report_count__gt=0)
    context = {
        "proposition": proposition,
        "camps": camps(rows, parties),
        "silent": silent_parties(rows, positions),
        "silence": SILENCE,
        "outcomes": outcomes.select_related("round").order_by("round__started_on", "title"),
        "count": len(rows),
        "articles": articles_of(rows, request.GET.get("articles")),
        "tallies": tallies(rows),
        "changes": [[shown[row.pk] for row in steps] for steps in changes],
        "form": form,
        "asked": form.in_words({"party": {key: one.name for key, one in parties.items()}}),
        "page": page,
        **work_switch(
            work, left_out(Position.objects, request.user, work, proposition=proposition)
        ),
    }
    template = "talks/proposition_detail.html"
    return render(request, template, context, status=422 if form.errors else 200)


def camps(rows, parties):
    """The parties that have a position, those that say most first, as :class:`Camp`."""
    found = {}
    for row in rows:
        found.setdefault(row.party, []).append(row)
    return [
        Camp(
            parties[key],
            in_order_of_stance(several),
            sum(row.voice == "own" for row in several),
            sum(row.voice == "narrated" for row in several),
        )
        for key, several in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
    ]


def silent_parties(rows, positions):
    """Participations of those not among ``rows``, in the rounds where it was spoken of."""
    return (
        Participation.objects.filter(round__articles__positions__in=positions)
        .exclude(party__in={row.party for row in rows})
        .select_related("party", "round")
        .distinct()
        .order_by("party__name", "round__started_on")
    )


DESCRIBED = (
    "stance", "speech_act", "speech_form", "attribution", "basis", "certainty", "continuity",
)  # fmt: skip


@public_reading
@require_safe
def position_detail(request, position_id):
    """One position: its claim in a sentence, every field with what it means, and its evidence."""
    if not Position.objects.visible_to(request.user).filter(pk=position_id).exists():
        raise Http404
    (position,) = whole([position_id])
    status = Counted.ALL if request.user.is_authenticated else Counted.ACCEPTED
    join([position], request.user, Work(status, Texts.ALL))
    fields = [
        (
            Position._meta.get_field(name).verbose_name.capitalize(),
            position._get_FIELD_display(Position._meta.get_field(name)).lower(),
            MEANINGS[name][getattr(position, name)],
        )
        for name in DESCRIBED
    ]
    parties = [position.party.name, *(one.party.name for one in position.joint_with)]
    context = {
        "position": position,
        "claim": claim_of(position, parties),
        "fields": fields,
        "work_meaning": MEANINGS["work_status"][position.work_status],
    }
    return render(request, "talks/position_detail.html", context)
