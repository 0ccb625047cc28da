"""Parties and people: what each holds, said by whom, in whose words."""

import datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from talks.models import Party, Person, Position

from ..factories import (
    make_affiliation,
    make_article,
    make_issue,
    make_participation,
    make_party,
    make_passage,
    make_person,
    make_position,
    make_proposition,
    make_round,
)

pytestmark = pytest.mark.django_db
ACCEPTED = {"work_status": "accepted"}


def text_of(response):
    return " ".join(response.content.decode().split())


def listed(response):
    return [one.pk for one in response.context["page"].object_list]


@pytest.fixture
def ukraine():
    return make_party(name="Ukraine", slug="ukraine")


# A party


def test_what_a_party_holds_stands_by_issue_with_speakers_and_voices(client, ukraine):
    late, early = make_issue(name="Sanctions", order=2), make_issue(name="Ceasefire", order=1)
    sanctions = make_proposition(issue=late, name="New sanctions")
    truce = make_proposition(issue=early, name="A truce")
    speaker = make_affiliation(party=ukraine, title="President")
    make_position(proposition=sanctions, affiliation=speaker, speech_form="direct", **ACCEPTED)
    make_position(proposition=sanctions, party=ukraine, stance="opposes", **ACCEPTED)
    make_position(
        proposition=truce, party=ukraine, speech_form="narrated", attribution="author", **ACCEPTED
    )
    make_position(proposition=truce, **ACCEPTED)

    response = client.get("/parties/ukraine/")

    assert [
        (one.proposition.name, one.stances, one.speakers, one.own, one.narrated)
        for one in response.context["holdings"]
    ] == [
        ("A truce", [("supports", 1)], [], 0, 1),
        ("New sanctions", [("supports", 1), ("opposes", 1)], [(speaker, 1)], 1, 1),
    ]
    assert response.context["voices"] == {"own": 1, "narrated": 2}
    assert "Quoted in this article as" in text_of(response)


def test_every_number_leads_to_a_list_of_as_many(client, seed):
    address = "/parties/ukraine/"
    response = client.get(address)

    for tally in response.context["tallies"]:
        for value, _, count in tally.values:
            found = client.get(f"{address}?{tally.name}={value}").context["page"]
            assert (tally.name, value, found.paginator.count) == (tally.name, value, count)
    for holding in response.context["holdings"]:
        for stance, count in holding.stances:
            query = f"?proposition={holding.proposition.pk}&stance={stance}"
            assert client.get(address + query).context["page"].paginator.count == count
    page = text_of(response)
    assert "?proposition=" in page
    assert 'id="positions"' in page


def test_the_seed_s_figures_by_party_and_speaker(client, seed):
    by_party = {}
    silent = {}
    for party in Party.objects.all():
        context = client.get(party.get_absolute_url()).context
        by_party[party.name] = context["count"]
        silent[party.name] = len(context["silent"])
    by_speaker = {
        person.family_name: client.get(person.get_absolute_url()).context["count"]
        for person in Person.objects.all()
    }

    assert by_party == {
        "Ukraine": 13,
        "Russia": 7,
        "United States": 7,
        "Europe": 0,
        "Ukraine’s allies (unspecified)": 2,
        "Western leaders (unspecified)": 1,
        "International community (unspecified)": 0,
    }
    assert by_speaker == {
        "Putin": 0,
        "Zelensky": 3,
        "Tykhyi": 3,
        "Vance": 1,
        "Rubio": 2,
        "Trump": 2,
        "Kyslytsya": 2,
        "Medinsky": 2,
    }
    spoken_of = Position.objects.values("proposition").distinct().count()
    assert silent["Europe"] == spoken_of
    assert silent["Ukraine"] == spoken_of - 8
    europe = text_of(client.get("/parties/europe/"))
    assert "No position found. That is not the same as neutral" in europe


def test_the_seed_s_role_conflict_is_shown(client, seed):
    trump = Person.objects.get(family_name="Trump")

    page = text_of(client.get(trump.get_absolute_url()))

    assert "print this role in ways that contradict each other" in page
    assert "role conflict" in page
    assert "printed as “former President”" in page


def test_visitors_see_what_is_accepted_alone_and_the_team_may_ask_for_more(
    client, ukraine, researcher, colleague
):
    accepted = make_position(party=ukraine, **ACCEPTED)
    submitted = make_position(party=ukraine)
    own = make_position(party=ukraine, coder=researcher, work_status="draft")
    draft = make_position(party=ukraine, coder=colleague, work_status="draft")
    withdrawn = make_position(party=ukraine, withdrawn_at=timezone.now(), **ACCEPTED)
    rejected = make_position(party=ukraine, work_status="rejected")
    everything = [accepted, submitted, own, draft, withdrawn, rejected]

    def statuses():
        return [client.get(one.get_absolute_url()).status_code for one in everything]

    def keys(query=""):
        return sorted(listed(client.get(f"/parties/ukraine/{query}")))

    assert keys() == keys("?status=all") == [accepted.pk]
    assert statuses() == [200, 404, 404, 404, 404, 404]
    client.force_login(researcher)
    assert keys() == [accepted.pk]
    assert keys("?status=open") == [accepted.pk, submitted.pk, own.pk]
    assert keys("?status=all") == [accepted.pk, submitted.pk, own.pk, rejected.pk]
    assert statuses() == [200, 200, 200, 404, 404, 200]


def test_a_change_shows_both_passages_beside_each_other(client, ukraine):
    truce = make_proposition()
    days = [datetime.date(2025, 5, 16), datetime.date(2025, 6, 2), datetime.date(2025, 7, 1)]
    first, again, last = (
        make_position(
            party=ukraine,
            proposition=truce,
            stance=stance,
            said_on=day,
            date_precision="day",
            **ACCEPTED,
        )
        for day, stance in zip(days, ["opposes", "opposes", "supports"], strict=True)
    )
    make_position(party=ukraine, **ACCEPTED)

    response = client.get("/parties/ukraine/")

    assert response.context["changes"] == [[first, last]]
    assert again.pk in listed(response)


def test_silence_is_of_the_rounds_in_which_it_took_part(client, ukraine):
    talks_round = make_participation(party=ukraine, role="mentioned").round
    spoken_of, elsewhere, own = make_proposition(), make_proposition(), make_proposition()
    article = make_article(round=talks_round)
    make_position(proposition=spoken_of, article=article, **ACCEPTED)
    make_position(proposition=own, article=article, **ACCEPTED)
    make_position(proposition=own, article=article, party=ukraine, **ACCEPTED)
    make_position(proposition=elsewhere, **ACCEPTED)
    make_position(proposition=make_proposition(), article=article)

    silent = client.get("/parties/ukraine/").context["silent"]

    assert [(one, one.party_count) for one in silent] == [(spoken_of, 1)]


def test_what_is_not_understood_narrows_nothing(client, ukraine):
    position = make_position(party=ukraine, **ACCEPTED)

    for query in (
        "stance=likes",
        "proposition=x",
        "office=0",
        f"article={'9' * 400}",
        "voice=loud",
    ):
        response = client.get(f"/parties/ukraine/?{query}")
        assert (response.status_code, listed(response)) == (422, [position.pk])
    assert client.get("/parties/ukraine/?proposition=99").context["page"].paginator.count == 0
    assert client.get("/parties/nobody/").status_code == 404
    assert client.get("/people/99/").status_code == 404


@pytest.mark.parametrize("address", ["/parties/ukraine/", "/people/{}/", "/propositions/{}/"])
def test_as_many_queries_for_many_positions_as_for_one(client, ukraine, count_queries, address):
    talks_round = make_participation(party=ukraine).round
    person = make_person()
    proposition = make_proposition()
    address = address.format(person.pk if "people" in address else proposition.pk)

    def add(count):
        for _ in range(count):
            article = make_article(round=talks_round)
            office = make_affiliation(
                [make_passage("Both", article=article)],
                party=ukraine,
                person=person,
                title=f"Minister {Position.objects.count()}",
            )
            fields = {"article": article, "joint_key": "J1", **ACCEPTED}
            make_position(affiliation=office, proposition=proposition, **fields)
            make_position(proposition=make_proposition(), **fields)

    add(1)
    for_one = count_queries(lambda: client.get(address))
    add(2)
    assert count_queries(lambda: client.get(address)) == for_one
    add(40)
    assert count_queries(lambda: client.get(address)) == for_one


# A person


def test_a_person_s_statements_stand_by_office_and_offices_over_time(client, ukraine):
    person = make_person(name="Ada Lovelace")
    before = make_affiliation(
        person=person,
        party=ukraine,
        title="Minister",
        valid=DateRange(datetime.date(2020, 1, 1), datetime.date(2022, 1, 1)),
    )
    now = make_affiliation(person=person, party=ukraine, title="President")
    one = make_position(affiliation=now, **ACCEPTED)
    other = make_position(affiliation=before, **ACCEPTED)

    response = client.get(person.get_absolute_url())

    offices = {office.title: office.count for office in response.context["offices"]}
    assert offices == {"Minister": 1, "President": 1}
    assert listed(response) == [other.pk, one.pk]
    page = text_of(response)
    assert "from 1 January 2020 to 31 December 2021" in page
    assert "dates not given" in page
    assert listed(client.get(f"{person.get_absolute_url()}?office={now.pk}")) == [one.pk]


def test_evidence_of_an_office_from_a_draft_article_is_for_admins(client, admin):
    draft = make_article("Minister Ada spoke.", status="draft")
    office = make_affiliation([make_passage("Minister Ada", article=draft)])
    address = office.person.get_absolute_url()

    assert "Minister Ada" not in text_of(client.get(address))
    client.force_login(admin)
    assert "Minister Ada" in text_of(client.get(address))


def test_pages_are_closed_where_public_reading_is_off(client, ukraine, settings):
    settings.PUBLIC_READING = False
    position = make_position(party=ukraine, **ACCEPTED)

    for address in ("/parties/ukraine/", position.get_absolute_url()):
        assert client.get(address)["Location"].startswith("/sign-in/")


def test_names_are_shown_as_text(client):
    party = make_party(name="<u>P</u>", slug="p")
    make_position(party=party, summary="<b>said</b>", role_as_printed="", **ACCEPTED)
    make_round()

    page = client.get("/parties/p/").content.decode()

    assert [tag for tag in ("<u>P", "<b>said") if tag in page] == []
