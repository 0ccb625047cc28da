"""What came of a round: its outcomes, each party's account of them, and the timeline."""

from itertools import groupby
from typing import NamedTuple

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Paginator
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    SmallIntegerField,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from .. import dates
from ..access import public_reading
from ..browsing import IS_SUPERSEDED, STATUSES, Texts, coded, whole
from ..models import (
    Article,
    DatePrecision,
    Event,
    EventParticipation,
    Implementation,
    Outcome,
    OutcomeReport,
    OutcomeStance,
    OutcomeStanceKind,
    OutcomeStatus,
    Party,
    Round,
    WorkStatus,
)
from ..position_lists import WorkForm, by_date, held, join, left_out, work_that_counts
from ..quotations import with_quotations, with_visible_quotations
from .actors import in_order_of_stance, kept, work_switch

OUTCOMES = 25
REPORTS_LISTED = 6  # of one outcome, in a list of outcomes
REPORTS = 30
STATEMENTS = 3  # of one party, beside its stance on an outcome
MOMENTS = 40


def in_order(field, choices):
    """An order by the place of ``field`` among ``choices``."""
    values = Value(choices.values, ArrayField(TextField()))
    # A subquery stands in it once, where CASE would ask it for each of the choices.
    return Func(
        values, Cast(field, TextField()), function="array_position", output_field=IntegerField()
    )


def latest_first(reports):
    """By what they report of: their date, else that of their article; undated ones last."""
    return reports.annotate(dated=Coalesce("as_of", "article__published_on")).order_by(
        F("dated").desc(nulls_last=True), "-created_at", "-pk"
    )


def with_accounts(reports):
    """Reports with their articles and, party by party, what each says of the outcome."""
    stances = (
        OutcomeStance.objects.select_related("party")
        .annotate(place=in_order("stance", OutcomeStanceKind))
        .order_by("place", "party__name")
    )
    articles = Prefetch("article", Article.objects.for_lists())
    return reports.select_related("coder").prefetch_related(articles, Prefetch("stances", stances))


def outcomes_reported_in(reports):
    """Outcomes that these reports speak of, by their latest status; with counts."""
    of_it = reports.filter(outcome=OuterRef("pk"))
    counted = of_it.order_by().values("outcome")
    passages = counted.annotate(count=Count("evidence__passage", distinct=True))
    in_all = counted.annotate(count=Count("pk", distinct=True))
    return (
        Outcome.objects.filter(Exists(of_it))
        .annotate(
            latest_status=Subquery(latest_first(of_it).values("status")[:1]),
            passage_count=Subquery(passages.values("count")),
            report_count=Subquery(in_all.values("count")),
        )
        .annotate(place=in_order("latest_status", OutcomeStatus))
        .order_by("place", "title", "pk")
    )


class Account(NamedTuple):
    """What one party says of an outcome: the stances of all reports, the latest first."""

    party: Party
    stances: list


def accounts(reports):
    """The parties that the reports give a stance, those that agree first, as :class:`Account`."""
    found = {}
    for report in reports:
        for stance in report.stances.all():
            stance.report = report
            found.setdefault(stance.party, []).append(stance)
    places = OutcomeStanceKind.values
    return [
        Account(party, several)
        for party, several in sorted(
            found.items(), key=lambda one: (places.index(one[1][0].stance), one[0].name)
        )
    ]


def latest_accounts(reports):
    """Per outcome, the latest stance of each party, those that agree first: {key: [stance]}.

    ``report_count`` is the number of these reports that give the party one.
    """
    stances = OutcomeStance.objects.filter(report__in=reports)
    counts = {
        (outcome, party): count
        for outcome, party, count in stances.order_by()
        .values_list("report__outcome", "party")
        .annotate(Count("pk"))
    }
    dated = stances.annotate(dated=Coalesce("report__as_of", "report__article__published_on"))
    newest = F("dated").desc(nulls_last=True), "-report__created_at", "-report_id"
    latest = dated.order_by("report__outcome_id", "party_id", *newest)
    latest = latest.distinct("report__outcome_id", "party_id").select_related("party", "report")
    places = OutcomeStanceKind.values
    found = {}
    for stance in sorted(latest, key=lambda one: (places.index(one.stance), one.party.name)):
        outcome = stance.report.outcome_id
        stance.report_count = counts[outcome, stance.party_id]
        found.setdefault(outcome, []).append(stance)
    return found


def has_changed(stances):
    return len({stance.stance for stance in stances}) > 1


@public_reading
@require_safe
def outcome_list(request, slug):
    """The outcomes of a round by status, with each party's account of them side by side."""
    talks_round = get_object_or_404(Round, slug=slug)
    form = WorkForm(request.GET, user=request.user)
    reports = work_that_counts(OutcomeReport.objects, request.user, form.work)
    outcomes = outcomes_reported_in(reports).filter(round=talks_round)
    articles = Prefetch("article", Article.objects.for_lists())
    page = Paginator(
        outcomes.select_related("proposition").prefetch_related(
            Prefetch(
                "reports",
                latest_first(reports).prefetch_related(articles)[:REPORTS_LISTED],
                to_attr="seen",
            )
        ),
        OUTCOMES,
    ).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    latest = latest_accounts(reports.filter(outcome__in=page.object_list))
    for outcome in page.object_list:
        outcome.latest = outcome.seen[0]
        outcome.accounts = latest.get(outcome.pk, [])
    groups = [
        (OutcomeStatus(status), list(several))
        for status, several in groupby(page.object_list, lambda one: one.latest_status)
    ]
    context = {
        "round": talks_round,
        "page": page,
        "groups": groups,
        "form": form,
        "kept": f"?{kept(form.work)}" if kept(form.work) else "",
        **work_switch(
            form.work,
            left_out(OutcomeReport.objects, request.user, form.work, outcome__round=talks_round),
            "main",
        ),
    }
    return render(request, "talks/outcome_list.html", context, status=422 if form.errors else 200)


@public_reading
@require_safe
def outcome_detail(request, outcome_id):
    """One outcome: each party's account of it, what every article reports, and the proof."""
    seen = OutcomeReport.objects.visible_to(request.user).filter(outcome=outcome_id)
    outcomes = Outcome.objects.filter(Exists(seen)).select_related("round", "proposition__issue")
    outcome = get_object_or_404(outcomes, pk=outcome_id)
    form = WorkForm(request.GET, user=request.user)
    counting = work_that_counts(OutcomeReport.objects, request.user, form.work)
    of_it = counting.filter(outcome=outcome).annotate(is_superseded=IS_SUPERSEDED)
    reports = with_quotations(with_accounts(latest_first(of_it)))
    page = Paginator(reports, REPORTS).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    positions = held(request.user, form.work).filter(
        proposition=outcome.proposition_id, article__round=outcome.round_id
    )
    rows = coded(positions.order_by(*by_date()))
    shown = statements_beside(rows)
    join([one for several in shown.values() for one in several], request.user, form.work)
    all_accounts = accounts(page.object_list)
    parties = Party.objects.in_bulk({row.party for row in rows})
    beside = [
        (
            account.party,
            account.stances,
            in_order_of_stance([row for row in rows if row.party == account.party.pk]),
            shown.get(account.party.pk, []),
        )
        for account in all_accounts
    ]
    with_stance = {account.party.pk for account in all_accounts}
    beside += [
        (
            party,
            [],
            in_order_of_stance([row for row in rows if row.party == key]),
            shown.get(key, []),
        )
        for key, party in sorted(parties.items(), key=lambda one: one[1].name)
        if key not in with_stance
    ]
    latest = page.object_list[0] if page.number == 1 and page.object_list else None
    context = {
        "outcome": outcome,
        "latest": latest,
        "accounts": beside,
        "page": page,
        "position_count": len(rows),
        "implementations": Implementation.choices,
        "form": form,
        **work_switch(
            form.work,
            left_out(OutcomeReport.objects, request.user, form.work, outcome=outcome),
            "reports",
        ),
    }
    return render(request, "talks/outcome_detail.html", context, status=422 if form.errors else 200)


def statements_beside(rows):
    """The first statements of each party among ``rows``, to be shown: {party: [position]}."""
    keys = {}
    for row in rows:
        keys.setdefault(row.party, []).append(row.pk)
    positions = whole([key for several in keys.values() for key in several[:STATEMENTS]])
    found = {}
    for position in positions:
        found.setdefault(position.party_id, []).append(position)
    return found


KINDS = [("event", "Events"), ("statement", "Statements"), ("outcome", "Outcome reports")]
# At the same date, what is known less exactly comes first: a year, then its first month.
EXACTNESS = ["year", "month", "week", "day", "unknown"]


class TimelineForm(WorkForm):
    """What a timeline shows, from the page's address."""

    kind = forms.ChoiceField(choices=[("", "Everything"), *KINDS], required=False)


@public_reading
@require_safe
def timeline(request, slug):
    """Events, statements and outcome reports of a round by date, as exact as each is known."""
    talks_round = get_object_or_404(Round, slug=slug)
    form = TimelineForm(request.GET, user=request.user)
    kind = form.cleaned_value("kind")
    found = moments(talks_round, request.user, form.work, kind)
    page = Paginator(found, MOMENTS).get_page(request.GET.get("page"))
    page.object_list = filled(list(page.object_list), request.user, form.work)
    days = [
        (dates.in_words(*when), dates.machine_readable(*when), list(several))
        for when, several in groupby(
            page.object_list, lambda one: (one["moment_date"], one["moment_precision"])
        )
    ]
    context = {
        "round": talks_round,
        "page": page,
        "days": days,
        "kind": kind,
        "kinds": [("", "Everything"), *KINDS],
        "form": form,
        **work_switch(form.work, moments_left_out(talks_round, request.user, form.work), "moments"),
    }
    return render(request, "talks/timeline.html", context, status=422 if form.errors else 200)


def moments(talks_round, user, work, kind):
    """Kind, id, date and precision of all there is by date, those without a date last."""
    sources = {
        "event": as_moments(
            Event.objects.visible_to(user).filter(
                round=talks_round, work_status__in=STATUSES[work.status]
            ),
            "event",
            F("on_date"),
            F("date_precision"),
        ),
        "statement": as_moments(
            first_of_each_joint(held(user, work).filter(article__round=talks_round)),
            "statement",
            F("said_on"),
            F("date_precision"),
        ),
        "outcome": as_moments(
            work_that_counts(OutcomeReport.objects, user, work).filter(outcome__round=talks_round),
            "outcome",
            DATE_OF_REPORT,
            Case(
                When(as_of=None, article__published_on=None, then=Value(DatePrecision.UNKNOWN)),
                default=Value(DatePrecision.DAY),
            ),
        ),
    }
    if work.texts == Texts.SUPERSEDED:
        # Events stand in many articles; they are nobody's statement in a version of one.
        del sources["event"]
    if kind and kind not in sources:
        return Event.objects.none()
    first, *others = [sources[kind]] if kind else sources.values()
    found = first.union(*others, all=True) if others else first
    return found.order_by("moment_date", "moment_place", "moment_kind", "moment_key")


DATE_OF_REPORT = Coalesce("as_of", "article__published_on")


def moments_left_out(talks_round, user, work):
    """How many statements and reports do not count since their text was corrected."""
    if work.texts != Texts.NEWEST:
        return 0
    work = work.with_superseded_texts
    statements = first_of_each_joint(held(user, work).filter(article__round=talks_round))
    reports = work_that_counts(OutcomeReport.objects, user, work)
    return statements.count() + reports.filter(outcome__round=talks_round).count()


def as_moments(rows, kind, date, precision):
    return (
        rows.order_by()
        .annotate(
            moment_kind=Value(kind, CharField()),
            moment_key=F("pk"),
            moment_date=date,
            moment_precision=precision,
        )
        .annotate(
            moment_place=Case(
                *(When(moment_precision=one, then=place) for place, one in enumerate(EXACTNESS)),
                output_field=SmallIntegerField(),
            )
        )
        .values("moment_kind", "moment_key", "moment_date", "moment_precision", "moment_place")
    )


def first_of_each_joint(positions):
    """Positions with each joint statement on one proposition only once."""
    earlier = positions.filter(
        article=OuterRef("article"),
        joint_key=OuterRef("joint_key"),
        proposition=OuterRef("proposition"),
        stance=OuterRef("stance"),
        pk__lt=OuterRef("pk"),
    )
    return positions.filter(Q(joint_key="") | ~Exists(earlier))


def filled(found, user, work):
    """The moments with what each is about, as ``event``, ``position`` or ``report``."""
    keys = {kind: [] for kind, _ in KINDS}
    for moment in found:
        keys[moment["moment_kind"]].append(moment["moment_key"])
    participations = EventParticipation.objects.select_related("party", "person").order_by("pk")
    events = with_visible_quotations(
        Event.objects.prefetch_related(Prefetch("participations", participations)), user
    ).in_bulk(keys["event"])
    for event in events.values():
        event.is_mendable = user.is_authenticated and (user.may_edit or event.coder_id == user.pk)
        event.is_acceptable = (
            event.is_mendable
            and event.coder_id != user.pk
            and event.work_status == WorkStatus.SUBMITTED
        )
    positions = {one.pk: one for one in whole(keys["statement"])}
    join(positions.values(), user, work)
    reports = with_quotations(with_accounts(OutcomeReport.objects.select_related("outcome")))
    reports = reports.in_bulk(keys["outcome"])
    rows = {"event": events, "statement": positions, "outcome": reports}
    return [moment | {"row": rows[moment["moment_kind"]][moment["moment_key"]]} for moment in found]
