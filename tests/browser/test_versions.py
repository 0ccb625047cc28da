"""A new version in Chromium: what waits is decided by key, by selecting words, and undone."""

import pytest
from playwright.sync_api import expect

from annotations import carrying, coding
from annotations.models import Act
from annotations.models_carrying import Carry
from talks.models import ArticleStatus
from tests.annotations.test_carrying import EXCHANGE, GONE, NEW, OLD, QUOTE, SWAP, tagged
from tests.factories import make_article, make_tag

# A page asks at once when it comes online.
ASK = "dispatchEvent(new Event('online'))"
NARROW = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.fixture
def new(admin):
    """A version put in place of one with four passages, of which three wait."""
    old = make_article(OLD)
    new = make_article(NEW, round=old.round, status=ArticleStatus.DRAFT)
    tagged(old, QUOTE, SWAP, GONE, "two hours on Friday.\nBoth sides agreed to a", tag=make_tag())
    carrying.supersede(admin, new, old, new.version)
    new.refresh_from_db()
    return new


def states(article):
    rows = Carry.objects.filter(article=article).in_reading_order()
    return list(rows.values_list("status", "target__exact"))


def test_what_waits_is_decided_by_keys_and_by_selecting_words(
    open_page, violations, researcher, new
):
    page = open_page(f"/articles/{new.pk}/carries/", researcher)
    cards = page.locator(".carry")
    expect(cards).to_have_count(3)
    assert violations(page) == []

    page.keyboard.press("c")
    expect(cards.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("c")
    expect(cards).to_have_count(2)
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(cards).to_have_count(3)
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("Control+Shift+z")
    expect(cards).to_have_count(2)

    cards.nth(0).focus()
    page.keyboard.press("d")
    expect(cards).to_have_count(1)
    last = cards.nth(0)
    last.get_by_label("Words of the new version").fill("captives")
    last.get_by_role("button", name="Carry over").click()
    expect(page.get_by_text("No passage waits any more")).to_be_visible()

    assert [status for status, _ in states(new)] == ["dropped", "confirmed", "carried", "adjusted"]
    page.get_by_role("button", name="Undo").click()
    expect(cards).to_have_count(1)


def test_selected_words_of_the_new_version_fill_the_form(open_page, violations, researcher, new):
    page = open_page(f"/articles/{new.pk}/carries/", researcher)
    card = page.locator(".carry", has_text=SWAP).filter(has=page.locator("mark", has_text=EXCHANGE))
    field = card.get_by_label("Words of the new version")
    expect(field).to_have_value(EXCHANGE)

    card.locator("[data-new-words]").evaluate(
        """(words) => {
            const range = document.createRange();
            const after = words.lastElementChild.firstChild;
            range.setStart(after, after.data.indexOf("minister"));
            range.setEnd(after, after.data.indexOf("minister") + 8);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }"""
    )

    expect(field).to_have_value("minister")
    card.get_by_role("button", name="Carry over").click()
    expect(page.locator(".carry")).to_have_count(2)
    assert ("adjusted", "minister") in states(new)

    # All of the new version stands in a field, where a caret selects what is proposed or any other.
    page.locator(".carry").last.get_by_role("link", name="Select elsewhere").click()
    whole = page.get_by_label("The whole new version")
    expect(whole).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Control+Home")
    page.keyboard.press("x")
    for _ in range(2):
        page.keyboard.press("Control+Shift+ArrowRight")
    expect(page.get_by_label("Words of the new version")).to_have_value("ISTANBUL.")
    page.get_by_role("button", name="Carry over").click()
    expect(page.locator(".carry")).to_have_count(1)
    assert ("adjusted", "ISTANBUL.") in states(new)


def test_the_pages_of_versions_fit_a_phone_in_the_dark(open_page, violations, admin, new):
    old = new.supersedes
    other = make_article(NEW + " Later.", round=old.round)
    addresses = [
        f"/articles/{new.pk}/carries/",
        f"/articles/{new.pk}/carries/?whole={new.carries.waiting().first().pk}",
        f"/articles/{new.pk}/differences/",
        f"/articles/{other.pk}/supersede/",
        f"/articles/{other.pk}/supersede/?old={new.pk}",
        old.get_absolute_url(),
    ]
    page = open_page(addresses[0], admin, **NARROW)
    for address in addresses:
        page.goto(address)
        assert (address, violations(page)) == (address, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_says_what_is_looked_for_and_sends_it_once(open_page, violations, admin):
    old = make_article(OLD)
    new = make_article(NEW, round=old.round, status=ArticleStatus.DRAFT)
    tagged(old, QUOTE, SWAP, tag=make_tag())
    page = open_page(f"/articles/{new.pk}/supersede/?old={old.pk}", admin, **NARROW)
    line = page.locator("busy-line")
    button = page.get_by_role("button", name="Put it in the place of the old one")
    expect(line).to_have_text("With many passages this may take some seconds.")
    # Playwright sees nothing of a page that is being left, so here it stays.
    page.evaluate(
        """() => addEventListener("submit", (event) => {
          (window.sent ??= []).push(!event.defaultPrevented);
          event.preventDefault();
        })"""
    )
    button.click()
    expect(line).to_have_text("Looking for 2 passages in the new text …")
    expect(line.get_by_role("progressbar", name="In work")).to_be_visible()
    expect(button).to_be_disabled()
    page.evaluate("document.querySelector('form:has(busy-line)').requestSubmit()")
    assert page.evaluate("window.sent") == [True, False]
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(line).to_have_text("With many passages this may take some seconds.")
    expect(button).to_be_enabled()

    page.reload()
    button.click()
    page.wait_for_url("**/carries/")
    assert Act.objects.filter(actor=admin).count() == 1


def test_who_has_the_old_version_open_is_told_and_told_when_it_is_taken_back(
    open_page, violations, admin, researcher
):
    old = make_article(OLD)
    new = make_article(NEW, round=old.round, status=ArticleStatus.DRAFT)
    tagged(old, QUOTE, tag=make_tag())
    page = open_page(old.get_absolute_url(), researcher)
    marks = page.locator("#article-text mark")
    expect(marks).to_have_count(1)

    act = carrying.supersede(admin, new, old, new.version)

    page.evaluate(ASK)
    told = page.get_by_role("alert")
    expect(told).to_contain_text("has taken the place of this text")
    expect(page.locator("#versions")).to_contain_text("This article was superseded")
    expect(page.get_by_role("button", name="Work on this old version")).to_be_visible()
    expect(marks).to_have_count(0)
    assert violations(page) == []

    coding.undo(admin, act)

    page.evaluate(ASK)
    expect(page.locator("#versions")).to_have_text("")
    expect(marks).to_have_count(1)
