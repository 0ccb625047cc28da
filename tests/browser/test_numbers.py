"""Every number on a round's pages leads to what it counts, and that to the words in the article."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest

from talks.models import (
    Article,
    Event,
    Outcome,
    OutcomeReport,
    Party,
    Person,
    Position,
    Proposition,
    Round,
)
from tests.factories import make_article, make_event, make_outcome_report, make_position

ROUND = "/rounds/istanbul-2025-05-16/"

SCRIPT = Path(__file__).with_name("numbers.js").read_text()


@pytest.fixture(autouse=True)
def talks(seed):
    """The seed; a later round on the same propositions, so that no number mixes the two up."""
    later = Round.objects.create(
        name="Geneva", slug="geneva", venue="Geneva", started_on="2025-11-23"
    )
    article = make_article("They said so again. And again.", round=later)
    proposition = Proposition.objects.get(name="Immediate unconditional ceasefire")
    for stance, name in (("supports", "Ukraine"), ("opposes", "Russia"), ("opposes", "Europe")):
        make_position(
            article=article, party=Party.objects.get(name=name), proposition=proposition,
            stance=stance, work_status="accepted",
        )  # fmt: skip
    outcome = Outcome.objects.order_by("pk").first()
    second = make_article("The swap began.", round=outcome.round, published_on="2025-05-25")
    make_outcome_report(
        outcome=outcome, article=second, work_status="accepted",
        stances={Party.objects.get(name="Ukraine"): "agrees"},
    )  # fmt: skip
    make_event(article=article, round=later)


def addresses():
    """Every page of the round, and one each of its parties, people, propositions and outcomes."""
    return [
        ROUND,
        f"{ROUND}positions/",
        f"{ROUND}pairs/",
        f"{ROUND}outcomes/",
        f"{ROUND}timeline/",
        Party.objects.get(name="Ukraine").get_absolute_url(),
        Person.objects.get(name="Volodymyr Zelensky").get_absolute_url(),
        Proposition.objects.get(name="Immediate unconditional ceasefire").get_absolute_url(),
        Position.objects.order_by("pk").first().get_absolute_url(),
        Outcome.objects.order_by("pk").first().get_absolute_url(),
    ]


def what_was_written():
    """Names, titles and notes: numbers in them are nobody's count."""
    fields = [
        (Round, "name"), (Outcome, "title"), (Outcome, "quantity"), (OutcomeReport, "note"),
        (Proposition, "name"), (Proposition, "statement"), (Event, "title"), (Event, "date_text"),
        (Position, "summary"), (Position, "date_text"), (Article, "title"),
    ]  # fmt: skip
    found = {
        words for model, name in fields for words in model.objects.values_list(name, flat=True)
    }
    return found - {""}


def number(words):
    return int(re.match(r"\d[\d,]*", words)[0].replace(",", ""))


def followed(page, found):
    """Of what ``found`` of each address, every number that is a link, with what is there."""
    asked = {}
    for address, figures in found.items():
        for words, href in ((one["words"], one["href"]) for one in figures["links"]):
            asked.setdefault((words, urljoin(address, href)), [href, words, address])
    asked = list(asked.values())
    counts = page.evaluate(f"(asked) => ({SCRIPT}).counts(asked)", asked)
    return [
        (address, words, href, count)
        for (href, words, address), count in zip(asked, counts, strict=True)
    ]


def loose_numbers(found, said):
    """The numbers that are no link and stand in nothing that was ``said``."""
    loose = [(address, one) for address, figures in found.items() for one in figures["loose"]]
    for words in sorted(said, key=len, reverse=True):
        loose = [(address, one.replace(words, "")) for address, one in loose]
    return [one for one in loose if re.search(r"\d", one[1])]


def test_every_number_leads_to_as_many_as_it_says(open_page):
    page = open_page("/")
    found = {}
    for address in addresses():
        page.goto(address)
        found[address] = page.evaluate(f"({SCRIPT}).gather()")
    links = followed(page, found)

    assert [link for link in links if link[3] != number(link[1])] == []
    assert len(links) > 100
    assert loose_numbers(found, what_was_written()) == []


def test_every_statement_leads_to_its_words_marked_in_the_article(open_page):
    page = open_page(f"{ROUND}positions/?cell=all:all")
    quoted = {}
    for address in (f"{ROUND}positions/?cell=all:all", f"{ROUND}timeline/?kind=event", *[
        one.get_absolute_url() for one in Outcome.objects.all()
    ]):  # fmt: skip
        page.goto(address)
        quoted |= dict(
            page.evaluate(
                """() => [...document.querySelectorAll(".quotation")].map((one) => [
                    one.querySelector(".quotation-source a").getAttribute("href"),
                    one.querySelector("blockquote").textContent])"""
            )
        )
    assert len(quoted) > 50

    article = Article.objects.order_by("pk").first()
    page.goto(article.get_absolute_url())
    page.locator("passage-links:defined").first.wait_for(state="attached")
    lost = []
    for address, words in quoted.items():
        answer = page.request.get(address, max_redirects=0)
        goal, _, place = answer.headers["location"].partition("#")
        if goal.partition("?")[0] != article.get_absolute_url():
            page.goto(goal)
        passage = address.strip("/").split("/")[-1]
        there = page.evaluate(
            f"(asked) => ({SCRIPT}).marked(asked)",
            [passage, place],
        )
        if there != [words, True]:
            lost.append((address, words, there))
        if goal.partition("?")[0] != article.get_absolute_url():
            page.goto(article.get_absolute_url())

    assert lost == []
