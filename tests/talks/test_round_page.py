"""The front page of a round: who, what came of it, what is contested, each with its proof."""

import datetime
import re

import pytest

from ..factories import (
    make_affiliation,
    make_article,
    make_outcome,
    make_outcome_report,
    make_participation,
    make_party,
    make_passage,
    make_position,
    make_proposition,
    make_round,
    some_passage,
)
from .seed import CODING, PARTY_NAMES, ROUND, links_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks_round():
    return make_round(slug="istanbul-2025-05-16", venue="Istanbul")


def text_of(client):
    page = client.get(ROUND).content.decode()
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def accepted(article, **fields):
    return make_position(article=article, work_status="accepted", **fields)


def test_it_says_in_a_sentence_who_talked_where_and_when(client, talks_round):
    for name, role in [
        ("Ukraine", "negotiating_party"),
        ("Russia", "negotiating_party"),
        ("United States", "third_party"),
        ("Europe", "mentioned"),
    ]:
        make_participation(round=talks_round, party=make_party(name=name), role=role)

    assert (
        "Russia and Ukraine talked in Istanbul on 16 May 2025, with United States as third party."
        in text_of(client)
    )


def test_the_outcomes_of_the_seed_stand_by_status(client, seed):
    outcomes = client.get(ROUND).context["outcomes"]

    order = [
        "agreed", "agreed_to_explore", "pledged", "partial",
        "disputed", "rejected", "deferred", "unclear",
    ]  # fmt: skip
    assert sorted(one.latest_status for one in outcomes) == sorted(
        one["status"] for one in CODING["outcomes"]
    )
    places = [order.index(one.latest_status) for one in outcomes]
    assert places == sorted(places)
    assert {one.title: one.passage_count for one in outcomes} == {
        one["title"]: len({evidence["passage"] for evidence in one["evidence"]})
        for one in CODING["outcomes"]
    }
    words = {"agrees": "agrees", "supports": "supports", "rejects": "rejects", "unclear": "unclear"}
    assert {
        one.title: {party.name: stance for stance, parties in one.stances for party in parties}
        for one in outcomes
    } == {
        one["title"]: {
            PARTY_NAMES[party["party"]]: words[party["stance"]] for party in one["parties"]
        }
        for one in CODING["outcomes"]
    }


def test_the_passages_of_an_outcome_can_be_followed(client, seed):
    for outcome in client.get(ROUND).context["outcomes"]:
        page = client.get(outcome.get_absolute_url()).content.decode()
        passages = {
            re.match(r"/passages/\d+/", one)[0] for one in links_in(page, r"^/passages/\d+/")
        }

        assert len(passages) >= outcome.passage_count > 0


def test_what_counts_of_an_outcome_is_its_latest_report(client, talks_round):
    outcome = make_outcome(round=talks_round)
    a, b = make_party(name="A"), make_party(name="B")

    def report(day, status, stances, **fields):
        fields = {"work_status": "accepted"} | fields
        article = make_article(round=talks_round, published_on=datetime.date(2025, 5, day))
        make_outcome_report(
            outcome=outcome, article=article, status=status, stances=stances, **fields
        )

    report(18, "disputed", {a: "agrees", b: "rejects"})
    report(16, "agreed", {a: "agrees", b: "agrees"})
    report(20, "rejected", {a: "rejects"}, work_status="submitted")

    [card] = client.get(ROUND).context["outcomes"]

    assert card.latest_status == "disputed"
    assert card.stances == [("agrees", [a]), ("rejects", [b])]
    assert (card.report_count, card.passage_count) == (2, 2)


def test_the_most_contested_propositions_of_the_seed_come_with_both_sides(client, seed):
    contested = client.get(ROUND).context["contested"]

    assert [one["proposition"].name for one in contested] == [
        "Ukrainian pull-back from four regions",
        "Immediate unconditional ceasefire",
        "Worth of the Istanbul round",
    ]
    assert [[side["count"] for side in one["sides"]] for one in contested] == [
        [2, 4],
        [3, 1],
        [3, 1],
    ]


def test_a_sides_strongest_words_are_a_quotation_then_textual_then_certain(client, talks_round):
    article = make_article("They said “yes” and “no”.", round=talks_round)
    proposition = make_proposition()
    speaker = make_affiliation()
    quote = [("quote", make_passage("yes", article))]
    accepted(article, proposition=proposition, certainty="high")
    accepted(
        article, proposition=proposition, speech_form="direct", basis="interpretive", evidence=quote
    )
    best = accepted(
        article, proposition=proposition, speech_form="direct", affiliation=speaker, evidence=quote
    )
    accepted(
        article, proposition=proposition, speech_form="direct", certainty="low", evidence=quote
    )
    against = accepted(article, proposition=proposition, stance="opposes")

    [one] = client.get(ROUND).context["contested"]

    assert [side["position"] for side in one["sides"]] == [best, against]
    assert "Quoted in this article as" in text_of(client)


def test_every_number_of_the_seeds_page_leads_to_as_many(client, seed):
    page = client.get(ROUND).content.decode()

    counts = {}
    for address in links_in(page, "positions/\\?cell="):
        said = re.search(f'href="{re.escape(address)}"[^>]*>\\s*(\\d+)', page.replace("&amp;", "&"))
        counts[address] = int(said[1])
        assert client.get(address).content.decode().count('class="entry"') == int(said[1])

    assert len(counts) == 7
    assert 28 in counts.values()
    matrix = client.get(f"{ROUND}positions/").context["matrix"]
    heard = [column for column in matrix.columns if not column.is_silent]
    assert client.get(ROUND).context["heard_count"] == len(heard) == 5


def test_who_is_mentioned_without_a_position_is_named(client, seed):
    assert "Mentioned without a position: Europe" in text_of(client)


def test_visitors_and_researchers_see_accepted_work_alone(client, researcher, talks_round):
    article = make_article(round=talks_round)
    draft = make_article(round=talks_round, status="draft")
    proposition = make_proposition()
    accepted(article, proposition=proposition)
    make_position(article=article, proposition=proposition, stance="opposes")
    accepted(draft, proposition=proposition, stance="opposes")
    make_outcome_report(outcome=make_outcome(round=talks_round), article=article)

    def seen():
        context = client.get(ROUND).context
        return context["statement_count"], context["contested"], list(context["outcomes"])

    assert seen() == (1, [], [])
    client.force_login(researcher)
    assert seen() == (1, [], [])


def test_an_empty_round_says_what_is_missing(client, talks_round):
    text = text_of(client)

    for words in (
        "Nobody has said yet who sat at the table.",
        "Nothing is known yet of what came of these talks.",
        "No position of a party has been accepted yet.",
        "No article of this round can be read yet.",
    ):
        assert words in text


def test_it_asks_as_much_for_much_as_for_little(client, count_queries, talks_round):
    def add():
        article = make_article(round=talks_round)
        proposition = make_proposition()
        for stance in ("supports", "opposes"):
            party = make_party()
            make_participation(round=talks_round, party=party)
            accepted(article, party=party, proposition=proposition, stance=stance)
        make_outcome_report(
            outcome=make_outcome(round=talks_round),
            article=article,
            work_status="accepted",
            stances={party: "agrees"},
            evidence=[some_passage(article)],
        )

    add()
    for_one = count_queries(lambda: client.get(ROUND))
    for _ in range(9):
        add()

    assert count_queries(lambda: client.get(ROUND)) == for_one <= 15
