"""What came of a round: the list of outcomes, and one outcome."""

import datetime

import pytest
from django.utils import timezone

from talks.models import Outcome, OutcomeReport

from ..factories import (
    make_article,
    make_outcome,
    make_outcome_report,
    make_party,
    make_position,
    make_proposition,
    make_round,
)

pytestmark = pytest.mark.django_db
ACCEPTED = {"work_status": "accepted"}


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def talks_round():
    return make_round(slug="istanbul")


def in_round(talks_round, **fields):
    return make_article(round=talks_round, **fields)


def by_status(response):
    return {
        status.value: [one.title for one in outcomes]
        for status, outcomes in response.context["groups"]
    }


def test_outcomes_stand_under_their_latest_status(client, talks_round):
    swap = make_outcome(round=talks_round, title="The swap")
    truce = make_outcome(round=talks_round, title="The truce")
    one, other = make_party(), make_party()
    early = in_round(talks_round, published_on=datetime.date(2025, 5, 16))
    late = in_round(talks_round, published_on=datetime.date(2025, 6, 2))
    agreed = {one: "agrees", other: "agrees"}
    make_outcome_report(outcome=swap, article=early, **ACCEPTED)
    make_outcome_report(
        agreed, outcome=swap, article=late, status="agreed", implementation=1, **ACCEPTED
    )
    make_outcome_report(outcome=truce, article=early, status="deferred", **ACCEPTED)

    response = client.get("/rounds/istanbul/outcomes/")

    assert by_status(response) == {"agreed": ["The swap"], "deferred": ["The truce"]}
    page = text_of(response)
    assert "1 of 3, minimum" in page
    assert "not reported" in page


def test_visitors_see_what_is_accepted_and_the_team_may_see_what_awaits_review(
    client, talks_round, researcher, colleague
):
    article = in_round(talks_round)

    def report(title, **fields):
        outcome = make_outcome(round=talks_round, title=title)
        return make_outcome_report(outcome=outcome, article=article, **fields)

    report("Accepted", **ACCEPTED)
    report("Submitted")
    report("Own draft", work_status="draft", coder=researcher)
    others = report("Their draft", work_status="draft", coder=colleague)
    withdrawn = report("Withdrawn", withdrawn_at=timezone.now(), **ACCEPTED)
    rejected = report("Rejected", work_status="rejected")
    address = "/rounds/istanbul/outcomes/"

    assert by_status(client.get(address)) == {"pledged": ["Accepted"]}
    assert by_status(client.get(f"{address}?status=all")) == {"pledged": ["Accepted"]}
    submitted = Outcome.objects.get(title="Submitted")
    assert client.get(f"/outcomes/{submitted.pk}/").status_code == 404
    client.force_login(researcher)
    assert by_status(client.get(address)) == {"pledged": ["Accepted"]}
    assert by_status(client.get(f"{address}?status=open")) == {
        "pledged": ["Accepted", "Own draft", "Submitted"]
    }
    statuses = [
        client.get(f"/outcomes/{one.outcome_id}/").status_code
        for one in (others, withdrawn, rejected)
    ]
    assert statuses == [404, 404, 200]


def test_reports_in_a_draft_article_are_not_for_visitors(client, talks_round, admin):
    report = make_outcome_report(article=in_round(talks_round, status="draft"), **ACCEPTED)
    address = f"/outcomes/{report.outcome_id}/"

    assert client.get(address).status_code == 404
    assert by_status(client.get("/rounds/istanbul/outcomes/")) == {}
    client.force_login(admin)
    assert client.get(address).status_code == 200


def test_each_party_s_account_stands_beside_the_others_with_its_words(client, talks_round):
    proposition = make_proposition()
    ukraine, russia = make_party(name="Ukraine"), make_party(name="Russia")
    outcome = make_outcome(round=talks_round, proposition=proposition)
    article = in_round(talks_round)
    make_outcome_report(
        {ukraine: "supports", russia: "rejects"},
        outcome=outcome,
        article=article,
        status="disputed",
        **ACCEPTED,
    )
    held = make_position(party=ukraine, proposition=proposition, article=article, **ACCEPTED)
    make_position(party=russia, proposition=proposition, article=article)

    response = client.get(f"/outcomes/{outcome.pk}/")

    accounts = [
        (str(party), [one.stance for one in stances], counts, positions)
        for party, stances, counts, positions in response.context["accounts"]
    ]
    assert accounts == [
        ("Ukraine", ["supports"], [("supports", 1)], [held]),
        ("Russia", ["rejects"], [], []),
    ]
    page = text_of(response)
    assert "Quoted in this article as" in page
    assert "What was carried out" in page


def test_the_status_is_told_article_by_article_over_time(client, talks_round):
    outcome = make_outcome(round=talks_round)
    undated = in_round(talks_round)
    dated = in_round(talks_round, published_on=datetime.date(2025, 5, 17))
    first = make_outcome_report(outcome=outcome, article=undated, status="deferred", **ACCEPTED)
    second = make_outcome_report(outcome=outcome, article=dated, status="pledged", **ACCEPTED)
    third = make_outcome_report(
        outcome=outcome,
        article=undated,
        as_of=datetime.date(2025, 6, 2),
        status="rejected",
        implementation=0,
        **ACCEPTED,
    )

    response = client.get(f"/outcomes/{outcome.pk}/")

    assert response.context["page"].object_list == [third, second, first]
    assert response.context["latest"] == third
    assert "0 of 3: not initiated" in text_of(response)
    assert "date not given" in text_of(response)


def test_the_seed_s_outcomes(client, seed):
    response = client.get("/rounds/istanbul-2025-05-16/outcomes/")

    counts = {status: len(titles) for status, titles in by_status(response).items()}
    assert counts == {
        "agreed": 1,
        "agreed_to_explore": 2,
        "pledged": 1,
        "partial": 1,
        "disputed": 2,
        "deferred": 1,
    }
    swap = Outcome.objects.get(title__startswith="Prisoner exchange")
    shown = next(one for _, several in response.context["groups"] for one in several if one == swap)
    assert shown.passage_count == 4
    assert [
        (str(account.party), account.stance, account.basis, account.report_count)
        for account in shown.accounts
    ] == [("Russia", "agrees", "interpretive", 1), ("Ukraine", "agrees", "textual", 1)]
    assert client.get(f"/outcomes/{swap.pk}/").status_code == 200


def test_every_party_has_its_latest_account_however_many_reports_came_since(
    client, talks_round, researcher
):
    outcome = make_outcome(round=talks_round)
    early, late = make_party(name="Early"), make_party(name="Late")
    for day in range(1, 10):
        stances = {late: "agrees"} if day < 9 else {late: "rejects"}
        make_outcome_report(
            stances | ({early: "agrees"} if day == 1 else {}),
            outcome=outcome, article=in_round(talks_round), as_of=datetime.date(2025, 5, day),
            work_status="submitted",
        )  # fmt: skip
    client.force_login(researcher)
    response = client.get("/rounds/istanbul/outcomes/?status=open")

    [(_, [shown])] = response.context["groups"]
    assert [(str(one.party), one.stance, one.report_count) for one in shown.accounts] == [
        ("Early", "agrees", 1),
        ("Late", "rejects", 9),
    ]
    # What it counts is there under the same choice of work.
    at = f"/outcomes/{outcome.pk}/?status=open#party-{late.pk}"
    assert f'<a class="basis" href="{at}">9 reports</a>' in response.content.decode()
    there = client.get(f"/outcomes/{outcome.pk}/?status=open").context["accounts"]
    assert {str(party): len(stances) for party, stances, *_ in there} == {"Early": 1, "Late": 9}


def test_empty_and_unknown(client, talks_round, researcher):
    assert "No outcome of this round is reported yet" in text_of(
        client.get("/rounds/istanbul/outcomes/")
    )
    assert client.get("/rounds/geneva/outcomes/").status_code == 404
    assert client.get("/outcomes/9223372036854775808/").status_code == 404
    client.force_login(researcher)
    assert client.get("/rounds/istanbul/outcomes/?status=everything").status_code == 422


@pytest.mark.parametrize("signed_in", [False, True])
def test_as_many_queries_for_many_outcomes_and_reports_as_for_one(
    client, talks_round, researcher, count_queries, signed_in
):
    proposition = make_proposition()
    outcome = make_outcome(round=talks_round, proposition=proposition)
    addresses = ["/rounds/istanbul/outcomes/", f"/outcomes/{outcome.pk}/"]
    if signed_in:
        client.force_login(researcher)

    def add(count):
        for _ in range(count):
            article = in_round(talks_round)
            party = make_party()
            for one in (outcome, make_outcome(round=talks_round)):
                make_outcome_report({party: "agrees"}, outcome=one, article=article, **ACCEPTED)
            make_position(proposition=proposition, party=party, article=article, **ACCEPTED)

    def queries():
        return [count_queries(lambda one=one: client.get(one)) for one in addresses]

    add(1)
    for_one = queries()
    add(2)
    assert queries() == for_one
    add(40)
    assert queries() == for_one
    assert OutcomeReport.objects.count() == 86
