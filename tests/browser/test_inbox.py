"""Mentions and the inbox in a real browser: the type-ahead, the count that follows, and axe."""

import datetime
import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import Digest
from annotations import coding
from annotations.models import Notice, Visibility
from tests.factories import make_article, make_note, make_review, make_tag, make_tagging, make_user

from .reading import excuse, ready, select

READ, UNREAD = re.compile("^Mark as read"), re.compile("^Mark as unread")
NARROW_AND_DARK = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "reduced_motion": "reduce",
}


@pytest.fixture
def article(db):
    return make_article("Both sides agreed.\nNeither left early.")


def test_a_colleague_is_mentioned_by_keyboard_and_their_open_page_counts_it(
    open_page, violations, article, researcher, colleague
):
    make_user(username="column", name="Column Writer")
    make_tag()
    theirs = open_page("/inbox/", colleague)
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    select(page, article, "sides")
    page.keyboard.press("n")
    field = page.get_by_label("Note", exact=True)
    expect(field).to_be_focused()
    field.press_sequentially("Look, @col")
    options = page.get_by_role("listbox", name="Colleagues").get_by_role("option")
    expect(options).to_have_text(["Colleague @colleague", "Column Writer @column"])
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(field).to_be_focused()
    page.keyboard.type("l")
    expect(options).to_have_text(["Colleague @colleague"])
    page.keyboard.press("Enter")
    expect(field).to_have_value("Look, @colleague ")
    page.keyboard.press("Control+Enter")

    mention = page.locator(".card").get_by_role("link", name="@Colleague")
    expect(mention).to_be_visible()
    expect(theirs.get_by_role("link", name="Inbox 1 unread")).to_be_visible()
    item = theirs.get_by_role("link", name="Researcher mentioned you in a note")
    expect(item).to_be_visible()
    theirs.get_by_role("button", name=READ).click()
    expect(theirs.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    theirs.get_by_role("button", name=UNREAD).press("Enter")
    expect(theirs.get_by_role("button", name=READ)).to_be_focused()
    item.click()
    expect(theirs.locator(".card[aria-current], .card").first).to_contain_text("Look, @Colleague")
    assert Notice.objects.get().read_at is not None


@pytest.mark.parametrize("options", [{"reduced_motion": "reduce"}, NARROW_AND_DARK])
def test_pages_of_the_inbox(open_page, violations, article, researcher, colleague, options):
    found = {}

    def look(path):
        page = open_page(path, researcher, **options)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wrong := violations(page) + ([f"{wide} pixels too wide"] if wide > 0 else []):
            found[path] = wrong
        return page

    look("/inbox/")
    coding.write_note(colleague, "See @researcher", Visibility.TEAM, article=article)
    make_review(make_tagging(coder=researcher), "reject")
    page = look("/inbox/")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("2 marked as read")).to_be_visible()
    look("/inbox/?kind=verdict")
    look("/account/")
    note = make_note(article=article, author=researcher)
    look(note.get_absolute_url())

    assert found == {}


def test_without_scripts_the_inbox_works(open_page, article, researcher, colleague):
    coding.write_note(colleague, "See @researcher", Visibility.TEAM, article=article)
    page = open_page("/inbox/", researcher, java_script_enabled=False)
    excuse(open_page)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("link", name="Inbox 1 unread")).to_be_visible()


def test_an_address_is_confirmed_from_its_mail_by_who_is_not_signed_in(
    open_page, violations, researcher
):
    page = open_page("/account/", researcher, **NARROW_AND_DARK)
    page.get_by_label("Send me what is new").check()
    page.get_by_label("To this address").fill("mira@example.org")
    page.locator("[aria-labelledby=mail]").get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Send the link again")).to_be_visible()
    assert violations(page) == []
    (link,) = re.findall(r"http://[^/]+(/mail/\S+)", mail.outbox[0].body)
    page = open_page(link, **NARROW_AND_DARK)
    assert violations(page) == []
    page.get_by_role("button", name="Yes, send it here").click()

    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()
    assert Digest.objects.due(datetime.date.max).get().user == researcher
