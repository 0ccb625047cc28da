"""One proposition with its camps, and one position with all its fields."""

import pytest

from talks.models import Position, Proposition

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
)

pytestmark = pytest.mark.django_db
ACCEPTED = {"work_status": "accepted"}


def text_of(response):
    return " ".join(response.content.decode().split())


def test_a_proposition_shows_who_is_for_it_who_against_and_who_is_silent(client):
    talks_round = make_round()
    ukraine, russia, europe = (make_party(name=name) for name in ("Ukraine", "Russia", "Europe"))
    for party in (ukraine, russia, europe):
        make_participation(round=talks_round, party=party, role="mentioned")
    make_participation(party=make_party(name="Elsewhere"))
    truce = make_proposition(name="A truce", statement="There should be a truce.")
    article = make_article(round=talks_round)
    for _ in range(2):
        make_position(party=ukraine, proposition=truce, article=article, **ACCEPTED)
    make_position(party=russia, proposition=truce, article=article, stance="opposes", **ACCEPTED)
    make_position(party=europe, proposition=truce, article=article)
    outcome = make_outcome(round=talks_round, proposition=truce)
    make_outcome_report(outcome=outcome, article=article, **ACCEPTED)

    response = client.get(truce.get_absolute_url())

    assert [(str(one.party), one.stances) for one in response.context["camps"]] == [
        ("Ukraine", [("supports", 2)]),
        ("Russia", [("opposes", 1)]),
    ]
    assert [str(one.party) for one in response.context["silent"]] == ["Europe"]
    assert list(response.context["outcomes"]) == [outcome]
    assert "not “neutral”" in text_of(response)


def test_a_proposition_without_positions_says_so(client):
    page = text_of(client.get(make_proposition().get_absolute_url()))

    assert "No position on this was found yet" in page


def test_the_seed_s_propositions_count_as_its_matrix_does(client, seed):
    counts = {
        one.name: {
            str(camp.party): dict(camp.stances)
            for camp in client.get(one.get_absolute_url()).context["camps"]
        }
        for one in Proposition.objects.filter(name__in=["Immediate unconditional ceasefire"])
    }

    assert counts == {
        "Immediate unconditional ceasefire": {
            "Ukraine": {"supports": 3},
            "Russia": {"opposes": 1},
            "Ukraine’s allies (unspecified)": {"supports": 1},
        }
    }


def test_a_position_says_in_a_sentence_what_is_claimed_and_what_each_value_means(
    client, researcher
):
    article = make_article("“Stop now,” said President Ada.\nThe talks went on.")
    office = make_affiliation(party=make_party(name="Ukraine"), title="President")
    position = make_position(
        [("quote", make_passage("“Stop now,”", article=article))],
        article=article,
        affiliation=office,
        proposition=make_proposition(statement="There should be a truce."),
        role_as_printed="President",
        condition="Russia agrees",
        speech_form="direct",
        date_text="on Friday",
        **ACCEPTED,
    )

    response = client.get(position.get_absolute_url())

    name = office.person.family_name
    assert response.context["claim"] == (
        f"{name}, for Ukraine, demands: there should be a truce. If: Russia agrees."
    )
    page = text_of(response)
    for words in (
        "Quoted in this article as",
        "“Stop now,”",
        "¶1",
        "A whole statement stands in quotation marks.",
        "date not given",
        "printed as “on Friday”",
        "Reviewed and public.",
    ):
        assert words in page
    assert str(position.coder) not in page
    client.force_login(researcher)
    assert str(position.coder) in text_of(client.get(position.get_absolute_url()))


def test_a_joint_statement_names_its_partners(client, seed):
    one, other = Position.objects.filter(joint_key="J1").order_by("pk")

    response = client.get(one.get_absolute_url())

    assert response.context["position"].joint_with == [other]
    assert f'href="{other.get_absolute_url()}"' in text_of(response)


def test_the_paragraphs_of_a_passage_are_numbered_as_the_reader_numbers_them():
    article = make_article("One went.\n\nTwo came.\nThree stayed.")

    labels = [
        make_passage(exact, article=article).paragraph_label
        for exact in ("One", "Two came", "came.\nThree", "Three stayed.", "\n\nTwo")
    ]

    assert labels == ["1", "2", "2–3", "3", "1–2"]
