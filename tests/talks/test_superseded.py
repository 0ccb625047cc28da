"""What stands in a text that was corrected no longer counts, and can be asked for."""

import datetime
import re

import pytest
from django.urls import reverse

from ..factories import (
    make_affiliation,
    make_article,
    make_outcome,
    make_outcome_report,
    make_party,
    make_position,
    make_proposition,
    make_round,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks():
    """A statement of two people of one party in a text, and one of them in its correction."""
    talks_round = make_round(slug="talks")
    old = make_article("They said so. Twice.", round=talks_round)
    new = make_article("They said so.", round=talks_round, supersedes=old)
    speaker = make_affiliation(party=make_party(name="Ukraine", slug="ukraine"))
    other = make_party(name="Russia", slug="russia")
    proposition = make_proposition()
    about = {"affiliation": speaker, "proposition": proposition, "work_status": "accepted"}
    day = datetime.date(2025, 5, 16)
    make_position(article=old, said_on=day, date_precision="day", **about)
    make_position(article=old, stance="opposes", said_on=day, date_precision="day", **about)
    make_position(article=new, **about)
    for article in (old, new):
        make_position(article=article, party=other, proposition=proposition, work_status="accepted")
    outcome = make_outcome(round=talks_round, proposition=proposition)
    for article, status in ((old, "deferred"), (new, "pledged")):
        make_outcome_report(
            outcome=outcome, article=article, status=status, work_status="accepted",
            stances={speaker.party: "agrees"},
        )  # fmt: skip
    return {
        "round": talks_round, "old": old, "new": new, "person": speaker.person,
        "proposition": proposition, "outcome": outcome,
    }  # fmt: skip


def pages(talks):
    return {
        "round": reverse("talks:round_detail", args=["talks"]),
        "matrix": reverse("talks:position_matrix", args=["talks"]),
        "pairs": reverse("talks:party_pairs", args=["talks"]),
        "outcomes": reverse("talks:outcome_list", args=["talks"]),
        "timeline": reverse("talks:timeline", args=["talks"]),
        "party": reverse("talks:party_detail", args=["ukraine"]),
        "person": reverse("talks:person_detail", args=[talks["person"].pk]),
        "proposition": reverse("talks:proposition_detail", args=[talks["proposition"].pk]),
        "outcome": reverse("talks:outcome_detail", args=[talks["outcome"].pk]),
    }


def counts_of(context):
    """What each page counts, whatever it calls it."""
    if "matrix" in context:
        return context["matrix"].total.count
    if "statement_count" in context:
        return context["statement_count"]
    return context["count"] if "count" in context else context["page"].paginator.count


def test_a_corrected_text_no_longer_counts_and_the_page_says_so(client, talks):
    found = {}
    for name, address in pages(talks).items():
        if name == "pairs":
            continue
        response = client.get(address)
        said = re.search(r">(\d+) more on superseded text", response.content.decode())
        found[name] = (counts_of(response.context), int(said[1]))

    assert found == {
        "round": (2, 3),
        "matrix": (2, 3),
        "outcomes": (1, 1),
        "timeline": (3, 4),
        "party": (1, 2),
        "person": (1, 2),
        "proposition": (2, 3),
        "outcome": (1, 1),
    }


def test_what_is_left_out_stands_behind_its_number(client, talks):
    for name, address in pages(talks).items():
        page = client.get(address).content.decode()
        link, said = re.search(
            r'href="([^"#]*)#[a-z]+">(\d+) more on superseded text', page
        ).groups()
        link = link.replace("&amp;", "&")
        listed = client.get(f"{address}{link}" if link.startswith("?") else link)

        if name == "outcomes":
            assert [one.report_count for one in listed.context["page"].object_list] == [int(said)]
        elif name in {"round", "matrix", "pairs"}:
            assert listed.content.decode().count('class="entry"') == int(said)
        else:
            assert counts_of(listed.context) == int(said)
        assert "superseded versions" in listed.content.decode()


def test_what_rests_on_superseded_text_says_so_where_it_is_listed(client, talks):
    page = client.get(pages(talks)["person"], {"texts": "all"}).content.decode()

    assert page.count("on superseded text") == 2


def test_superseded_versions_can_be_counted_too(client, talks):
    asked = {
        name: client.get(address, {"texts": "all"}).context
        for name, address in pages(talks).items()
        if name not in {"round", "pairs"}
    }

    assert {name: counts_of(context) for name, context in asked.items()} == {
        "matrix": 5, "outcomes": 1, "timeline": 7, "party": 3, "person": 3,
        "proposition": 5, "outcome": 2,
    }  # fmt: skip
    assert [one.report_count for one in asked["outcomes"]["page"].object_list] == [2]


def test_a_party_is_not_in_conflict_over_what_was_corrected(client, talks):
    address = pages(talks)["pairs"]

    def ties(**asked):
        [pair] = client.get(address, asked).context["pairs"]
        return bool(pair.agreement), bool(pair.conflict)

    assert ties() == (True, False)
    assert ties(texts="all") == (True, True)


def test_the_latest_status_is_that_of_the_corrected_text(client, talks):
    [outcome] = client.get(pages(talks)["round"]).context["outcomes"]

    assert (outcome.latest_status, outcome.report_count) == ("pledged", 1)


def test_the_csv_counts_as_the_page(client, talks):
    address = reverse("talks:position_matrix_csv", args=["talks"])

    def last(**asked):
        return client.get(address, asked).content.decode().splitlines()[-1].split(",")[-1]

    assert (last(), last(texts="all"), last(texts="superseded")) == ("2", "5", "3")


def test_what_rests_on_a_superseded_text_says_so_on_its_own_page(client, talks):
    def says_so(row):
        return "superseded text" in client.get(row.get_absolute_url()).text

    outcome = client.get(f"{talks['outcome'].get_absolute_url()}?texts=all").text

    assert [says_so(one) for one in talks["old"].positions.all()] == [True, True, True]
    assert [says_so(one) for one in talks["new"].positions.all()] == [False, False]
    assert outcome.count("on superseded text</span>") == 1
