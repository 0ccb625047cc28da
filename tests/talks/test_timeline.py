"""The timeline of a round: by date, as exact as each is known."""

import datetime

import pytest
from django.utils import timezone

from talks import dates

from ..factories import (
    make_article,
    make_event,
    make_outcome_report,
    make_party,
    make_position,
    make_proposition,
    make_round,
)

pytestmark = pytest.mark.django_db
ACCEPTED = {"work_status": "accepted"}
ADDRESS = "/rounds/istanbul/timeline/"
MAY_12 = datetime.date(2025, 5, 12)


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def article():
    return make_article(round=make_round(slug="istanbul"))


def shown(response):
    return [
        (words, [(one["moment_kind"], one["row"].pk) for one in moments])
        for words, _, moments in response.context["days"]
    ]


@pytest.mark.parametrize(
    ("date", "precision", "words", "machine"),
    [
        (MAY_12, "day", "12 May 2025", "2025-05-12"),
        (MAY_12, "week", "week of 12 May 2025", "2025-W20"),
        (MAY_12, "month", "May 2025 (month)", "2025-05"),
        (datetime.date(2022, 1, 1), "year", "2022 (year)", "2022"),
        (None, "unknown", "date not given", ""),
    ],
)
def test_a_date_is_never_more_exact_than_it_is_known(date, precision, words, machine):
    assert dates.in_words(date, precision) == words
    assert dates.machine_readable(date, precision) == machine


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (None, None, "dates not given"),
        (MAY_12, None, "from 12 May 2025"),
        (None, MAY_12, "to 11 May 2025"),
        (MAY_12, datetime.date(2025, 5, 14), "from 12 May 2025 to 13 May 2025"),
    ],
)
def test_a_half_open_range_is_told_by_its_last_day(start, end, words):
    assert dates.range_in_words(start, end) == words


def test_all_that_happened_stands_by_date_the_less_exact_first(client, article):
    year = make_event(article=article, on_date=datetime.date(2025, 5, 12), date_precision="year")
    week = make_position(
        article=article, said_on=MAY_12, date_precision="week", date_text="this week", **ACCEPTED
    )
    day = make_event(article=article, on_date=MAY_12, date_precision="day")
    report = make_outcome_report(article=article, as_of=datetime.date(2025, 5, 16), **ACCEPTED)
    undated = make_event(article=article, date_text="some day")

    response = client.get(ADDRESS)

    assert shown(response) == [
        ("2025 (year)", [("event", year.pk)]),
        ("week of 12 May 2025", [("statement", week.pk)]),
        ("12 May 2025", [("event", day.pk)]),
        ("16 May 2025", [("outcome", report.pk)]),
        ("date not given", [("event", undated.pk)]),
    ]
    assert "printed as “this week”" in text_of(response)
    assert shown(client.get(f"{ADDRESS}?kind=outcome")) == [
        ("16 May 2025", [("outcome", report.pk)])
    ]


def test_a_report_without_a_date_takes_that_of_its_article_and_says_so(client, article):
    later = make_article(round=article.round, published_on=MAY_12)
    make_outcome_report(article=later, **ACCEPTED)

    response = client.get(ADDRESS)

    assert [words for words, _ in shown(response)] == ["12 May 2025"]
    assert "dated by its article" in text_of(response)


def test_a_joint_statement_stands_once_with_all_its_parties(client, article):
    proposition = make_proposition()
    rows = [
        make_position(
            article=article, proposition=proposition, party=party, joint_key="J1", **ACCEPTED
        )
        for party in (make_party(name="Ukraine"), make_party(name="Allies"))
    ]

    response = client.get(ADDRESS)

    assert shown(response) == [("date not given", [("statement", rows[0].pk)])]
    assert [one.pk for one in response.context["days"][0][2][0]["row"].joint_with] == [rows[1].pk]


def test_visitors_see_accepted_work_and_events_of_published_articles(
    client, article, researcher, colleague
):
    accepted = make_position(article=article, **ACCEPTED)
    submitted = make_position(article=article)
    own = make_position(article=article, coder=researcher, work_status="draft")
    make_position(article=article, coder=colleague, work_status="draft")
    make_position(article=article, withdrawn_at=timezone.now(), **ACCEPTED)
    event = make_event(article=article)
    make_event(article=article, withdrawn_at=timezone.now())
    make_event(article=make_article(round=article.round, status="draft"))

    def keys():
        return [
            one for _, several in shown(client.get(f"{ADDRESS}?status=open")) for one in several
        ]

    visitors = [("event", event.pk), ("statement", accepted.pk)]
    assert keys() == visitors
    client.force_login(researcher)
    assert keys() == [*visitors, ("statement", submitted.pk), ("statement", own.pk)]


def test_the_seed_s_timeline(client, seed):
    events = client.get("/rounds/istanbul-2025-05-16/timeline/?kind=event")
    statements = client.get("/rounds/istanbul-2025-05-16/timeline/?kind=statement")

    assert [(words, len(several)) for words, several in shown(events)] == [
        ("2022 (year)", 1),
        ("week of 12 May 2025", 1),
        ("16 May 2025", 3),
        ("date not given", 4),
    ]
    assert statements.context["page"].paginator.count == 28


def test_empty_and_unknown(client, article):
    empty = text_of(client.get(ADDRESS))
    assert "Nothing is recorded of this round yet" in empty
    assert "#moments" not in empty  # a way to what is not there
    assert client.get(f"{ADDRESS}?kind=gossip").status_code == 422
    assert client.get("/rounds/geneva/timeline/").status_code == 404


def test_as_many_queries_for_many_moments_as_for_one(client, article, count_queries):
    def add(count):
        for number in range(count):
            day = MAY_12 + datetime.timedelta(days=number)
            one = make_article(round=article.round)
            make_event([make_party()], article=one, on_date=day, date_precision="day")
            make_position(
                article=one, joint_key="J1", said_on=day, date_precision="day", **ACCEPTED
            )
            make_outcome_report({make_party(): "agrees"}, article=one, as_of=day, **ACCEPTED)

    add(1)
    for_one = count_queries(lambda: client.get(ADDRESS))
    add(2)
    assert count_queries(lambda: client.get(ADDRESS)) == for_one
    add(97)
    assert count_queries(lambda: client.get(ADDRESS)) == for_one
