"""The front page and the rounds."""

from collections import Counter, defaultdict
from itertools import groupby

from django.db.models import F, Prefetch
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .. import agreement, browsing
from ..access import public_reading
from ..agreement import OPPOSES, SUPPORTS
from ..browsing import sides, strongest, whole
from ..models import (
    Article,
    OutcomeReport,
    OutcomeStance,
    OutcomeStanceKind,
    OutcomeStatus,
    Participation,
    ParticipationRole,
    Round,
)
from ..position_lists import work_that_counts
from .outcomes import outcomes_reported_in

ARTICLES_SHOWN = 50
CONTESTED = 3
ACCOUNTS = {
    OutcomeStanceKind.AGREES: "agrees",
    OutcomeStanceKind.SUPPORTS: "supports",
    OutcomeStanceKind.REJECTS: "rejects",
    OutcomeStanceKind.UNCLEAR: "unclear",
}


def rounds_as_seen_by(user):
    """The rounds with their parties in order of role, and the number of articles to be read."""
    parties = Participation.objects.select_related("party").in_order_of_role()
    return Round.objects.with_article_counts(user).prefetch_related(
        Prefetch("participations", parties)
    )


@public_reading
@require_safe
def home(request):
    """Say what Parley is, and where to begin or go on."""
    rounds = rounds_as_seen_by(request.user).newest_first()
    return render(request, "talks/home.html", {"rounds": rounds})


@public_reading
@require_safe
def round_detail(request, slug):
    """One round in a minute: who sat there, what came of it, what is contested, what to read."""
    talks_round = get_object_or_404(rounds_as_seen_by(request.user), slug=slug)
    roles = talks_round.participations.all()
    coded = browsing.coded(browsing.positions_of(talks_round, request.user))
    rows = browsing.counted(coded)
    names = browsing.Names(rows, [one.party for one in roles])
    articles = Article.objects.visible_to(request.user).filter(round=talks_round).newest_first()
    heard = {one.party for one in rows}
    context = {
        "round": talks_round,
        "seats": seats(roles),
        "table": in_words(roles, ParticipationRole.NEGOTIATING_PARTY),
        "third_parties": in_words(roles, ParticipationRole.THIRD_PARTY),
        "statement_count": len(agreement.joined(rows)),
        "heard_count": len(heard),
        "left_out": len(
            agreement.joined(browsing.counted(coded, browsing.BY_DEFAULT.with_superseded_texts))
        ),
        "outcomes": outcome_cards(talks_round, request.user),
        "contested": contested(rows, names),
        "silent": [one.party for one in roles if one.party_id not in heard],
        "articles": articles.for_lists()[:ARTICLES_SHOWN],
    }
    return render(request, "talks/round_detail.html", context)


def seats(participations):
    """The parties by what they were at the table, as (role, parties)."""
    return [
        (ParticipationRole(role).label.lower(), [one.party for one in group])
        for role, group in groupby(participations, key=lambda one: one.role)
    ]


def in_words(participations, role):
    """The names of those with this role, as a sentence has them."""
    *others, last = [one.party.name for one in participations if one.role == role] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def outcome_cards(talks_round, user):
    """The outcomes by status, each with ``stances``: the latest of each party, by what it says."""
    reports = work_that_counts(OutcomeReport.objects, user).filter(outcome__round=talks_round)
    outcomes = list(outcomes_reported_in(reports).filter(round=talks_round))
    latest = (
        OutcomeStance.objects.filter(report__in=reports)
        .select_related("party")
        .annotate(
            outcome=F("report__outcome"),
            dated=Coalesce("report__as_of", "report__article__published_on"),
        )
        .order_by(
            "outcome", "party", F("dated").desc(nulls_last=True), "-report__created_at", "-report"
        )
        .distinct("outcome", "party")
    )
    stances = defaultdict(lambda: defaultdict(list))
    for one in latest:
        stances[one.outcome][one.stance].append(one.party)
    for outcome in outcomes:
        outcome.status_in_words = OutcomeStatus(outcome.latest_status).label.lower()
        outcome.stances = [
            (words, sorted(stances[outcome.pk][kind], key=lambda party: party.name))
            for kind, words in ACCOUNTS.items()
            if kind in stances[outcome.pk]
        ]
    return outcomes


def contested(rows, names):
    """The propositions with the largest smaller camp, each with both sides' plainest words."""
    contention = agreement.contention(rows)
    counts = Counter(one.proposition for one in rows)
    most = sorted(
        (key for key in contention if contention[key]),
        key=lambda key: (-contention[key], -counts[key], names.propositions[key].name),
    )[:CONTESTED]
    both = {key: sides([one for one in rows if one.proposition == key]) for key in most}
    plainest = {key: [strongest(side) for side in both[key]] for key in most}
    shown = {one.pk: one for one in whole(one.pk for two in plainest.values() for one in two)}
    return [
        {
            "proposition": names.propositions[key],
            "sides": [
                {
                    "stance": stance,
                    "count": len(agreement.joined(side)),
                    "position": shown[one.pk],
                }
                for stance, side, one in zip(
                    (SUPPORTS, OPPOSES), both[key], plainest[key], strict=True
                )
            ],
        }
        for key in most
    ]
