"""In a world that mixes everything up every number leads to what it counts, whoever looks."""

import datetime

import pytest

from annotations import carrying
from talks import merging
from talks.models import Outcome, Party, Person, Position, Proposition
from tests.factories import (
    make_affiliation,
    make_article,
    make_event,
    make_issue,
    make_outcome,
    make_outcome_report,
    make_participation,
    make_party,
    make_person,
    make_position,
    make_proposition,
    make_round,
    make_user,
)

from .test_numbers import SCRIPT, followed, loose_numbers, number, what_was_written

TEXT = "They said so. “We agree,” one said. Nobody left, and nobody who was there came late."


@pytest.fixture
def people(transactional_db):
    return {name: make_user(name, username=name) for name in ("researcher", "editor", "admin")}


@pytest.fixture
def world(people):
    """Two rounds on the same propositions, by the same parties, with work in every state."""
    rounds = [
        make_round(name="Round <b>7</b> & 8", slug="round-7"),
        make_round(name="Geneva", slug="geneva", started_on=datetime.date(2025, 11, 1)),
    ]
    names = ["Lions <i>3</i>", "Bravo & Co", "Charlie", "Delta"]
    parties = [make_party(name=name, slug=f"p{n}", mark=name[0]) for n, name in enumerate(names)]
    roles = ["negotiating_party", "negotiating_party", "third_party", "mentioned"]
    for one in rounds:
        for party, role in zip(parties, roles, strict=True):
            make_participation(round=one, party=party, role=role)
    issue = make_issue(name="Issue <u>1</u>")
    propositions = [
        make_proposition(name="Swap 1,000 <script>", issue=issue),
        make_proposition(name="Truce", issue=make_issue()),
        make_proposition(name="Unspoken", issue=issue),
    ]
    two_faced = make_person(name="Nika <b>Two</b>", family_name="Two")
    speakers = [make_affiliation(person=two_faced, party=party) for party in parties[:2]]
    for talks_round in rounds:
        _tell(talks_round, people, parties, propositions, speakers)
    twin = make_party(name="Bravo", slug="twin")
    make_position(
        party=twin, article=rounds[0].articles.first(), proposition=propositions[1],
        work_status="accepted",
    )  # fmt: skip
    merging.merge(twin, parties[1], (1, 1), people["editor"])
    return rounds


def _tell(talks_round, people, parties, propositions, speakers):
    """Articles of a round, one superseded and one a draft, and what is recorded from each."""
    articles = [
        make_article(f"{TEXT} {title or talks_round}", round=talks_round, title=title)
        for title in (f"One <b>1</b> {talks_round}", "", f"Old {talks_round}", f"New {talks_round}")
    ]
    hidden = make_article(f"Nobody knew {talks_round.slug}.", round=talks_round, status="draft")
    first, second, old, newer = articles
    lions, bravo, charlie, _ = parties
    exchange, truce, _ = propositions
    author = people["researcher"]
    for article in [*articles, hidden]:
        for status in ("accepted", "submitted", "rejected", "draft"):
            fields = {"article": article, "work_status": status, "coder": author}
            make_position(party=charlie, proposition=truce, stance="ambivalent", **fields)
            make_position(affiliation=speakers[0], proposition=exchange, **fields)
            make_position(affiliation=speakers[1], proposition=exchange, stance="opposes", **fields)
    for article in (first, second):
        for party in (lions, bravo):
            make_position(
                article=article, party=party, proposition=truce, joint_key="J1",
                work_status="accepted", target_party=charlie,
            )  # fmt: skip
    make_position(
        article=first, party=bravo, proposition=truce, stance="unclear", work_status="accepted",
        withdrawn_at="2025-06-01T00:00Z",
    )  # fmt: skip
    outcome = make_outcome(round=talks_round, title="Swaps <b>2 of 3</b>", proposition=exchange)
    quiet = make_outcome(round=talks_round, title="Only submitted")
    agreed = {lions: "agrees", bravo: "agrees", charlie: "rejects"}
    for article, state in ((first, "agreed"), (second, "disputed"), (old, "pledged")):
        for work in ("accepted", "submitted", "rejected"):
            make_outcome_report(
                article=article, outcome=outcome, status=state, stances=agreed, work_status=work,
                coder=author,
            )  # fmt: skip
    make_outcome_report(article=first, outcome=quiet, work_status="submitted", coder=author)
    make_outcome_report(
        article=hidden, outcome=outcome, work_status="accepted", coder=author, stances=agreed
    )
    days = [
        ("2025-05-16", "day"), ("2025-05-12", "week"), ("2025-01-01", "year"), (None, "unknown"),
    ]  # fmt: skip
    for n, (day, precision) in enumerate(days):
        for work in ("accepted", "submitted"):
            make_event(
                [lions, speakers[1]], article=articles[n], title=f"Meeting {n} of 4",
                on_date=day, date_precision=precision, work_status=work, coder=author,
            )  # fmt: skip
    make_event(article=first, withdrawn_at="2025-06-01T00:00Z", coder=author)
    carrying.supersede(people["admin"], newer, old, newer.version)


def addresses(talks_round, who):
    base = talks_round.get_absolute_url()
    for part in ("", "positions/", "pairs/", "outcomes/", "timeline/"):
        yield f"{base}{part}"
    yield f"{base}positions/?count=distinct&texts=all"
    if who:
        yield f"{base}?status=all&texts=all"
        yield f"{base}positions/?status=open"
        yield f"{base}pairs/?status=all"
        yield f"{base}outcomes/?status=all&texts=all"
        yield f"{base}timeline/?status=open&texts=all"
    if who == "editor":  # who sees of all else what researchers see
        return
    outcomes = Outcome.objects.filter(reports__work_status="accepted").distinct()
    told = outcomes if who is None else Outcome.objects.all()
    for rows in (Party.objects.current(), Person.objects.all(), Proposition.objects.all(), told):
        for one in rows:
            yield f"{one.get_absolute_url()}?status=all" if who else one.get_absolute_url()
    yield Position.objects.filter(work_status="accepted").first().get_absolute_url()


@pytest.mark.parametrize("who", [None, "researcher", "editor"])
def test_every_number_leads_to_as_many_as_it_says(open_page, world, people, who):
    page = open_page("/", people.get(who))
    places = list(addresses(world[0], who))
    figures = page.evaluate(f"(places) => ({SCRIPT}).gatherAll(places)", places)
    found = dict(zip(places, figures, strict=True))
    links = followed(page, found)

    assert [link for link in links if link[3] != number(link[1])] == []
    assert len(links) > 60
    assert loose_numbers(found, {*what_was_written(), *names()}) == []


def names():
    """What other figures of a page may stand in."""
    for rows, name in (
        (Party.objects, "name"), (Person.objects, "name"), (Proposition.objects, "issue__name"),
    ):  # fmt: skip
        yield from rows.values_list(name, flat=True)
