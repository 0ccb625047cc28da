"""The pages of the key points in a real browser: axe, a narrow window, dark, paper."""

import pytest

from accounts.models import User
from talks.models import Outcome, Party, Person, Position, Proposition

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ROUND = "/rounds/istanbul-2025-05-16"


@pytest.fixture
def addresses(seed):
    """The pages on which the seed's first coding is browsed."""
    return [
        f"{ROUND}/outcomes/",
        f"{ROUND}/timeline/",
        Outcome.objects.get(title__startswith="Prisoner exchange").get_absolute_url(),
        Party.objects.get(slug="ukraine").get_absolute_url(),
        Party.objects.get(slug="europe").get_absolute_url(),
        Person.objects.get(family_name="Trump").get_absolute_url(),
        Proposition.objects.get(name="Immediate unconditional ceasefire").get_absolute_url(),
        Position.objects.filter(joint_key="J1").first().get_absolute_url(),
    ]


@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark"}, PHONE],
    ids=["light", "dark", "phone"],
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(
    open_page, violations, addresses, options
):
    page = open_page(addresses[0], **options)
    found = {}
    for address in addresses:
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[address] = violations(page), max(0, wider)

    assert found == {address: ([], 0) for address in addresses}


def test_the_pages_for_editors_pass_axe_too(open_page, violations, addresses):
    party = Party.objects.get(slug="europe")
    allies = Party.objects.get(slug="ukraines-allies")
    trump = Person.objects.get(family_name="Trump")
    pages = [
        "/reference/",
        "/reference/?kind=propositions",
        f"/parties/{party.slug}/edit/",
        f"/parties/{party.slug}/merge/?into={allies.pk}",
        f"/people/{trump.pk}/offices/new/",
        f"/people/{trump.pk}/",
    ]
    page = open_page(pages[0], User.objects.get(username="editor"))
    found = {}
    for address in pages:
        page.goto(address)
        found[address] = violations(page)

    assert found == {address: [] for address in pages}


def test_a_number_leads_to_what_it_counts_and_from_there_into_the_text(open_page, addresses):
    page = open_page("/parties/ukraine/")

    page.get_by_role("link", name="3 supports").click()

    statements = page.locator("article.statement")
    assert statements.count() == 3
    statements.first.get_by_role("link", name="read it there").first.click()
    page.wait_for_url("**/articles/**")
    assert page.locator("#article-text").count() == 1


def test_folded_words_are_open_on_paper(open_page, addresses):
    page = open_page(f"{ROUND}/timeline/")
    quotation = page.locator("details figure.quotation").first
    assert not quotation.is_visible()

    page.emulate_media(media="print")

    assert quotation.evaluate("one => one.getBoundingClientRect().height > 0")
