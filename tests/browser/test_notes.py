"""Notes in a real browser: writing, drafts, lost connections, conflicts."""

import re

import pytest
from playwright.sync_api import Error, expect

from annotations import coding
from annotations.models import Note
from tests.factories import make_article, make_note, make_passage

from .reading import excuse, handed_on, marked, ready, select, text

TEXT = (
    "The delegations met in Istanbul on Friday and agreed on an exchange of prisoners.\n"
    "Ukraine asked for a full ceasefire; Russia’s delegation did not agree to it."
)
SAFE = re.compile("Not saved.*Your text is safe here")


@pytest.fixture
def article(db):
    return make_article(text=TEXT)


@pytest.fixture
def note(article, researcher):
    return make_note("Is this so?", passage=make_passage("Istanbul", article), author=researcher)


def desk(page):
    return page.locator("#desk")


def field(page):
    return desk(page).get_by_label(re.compile("^(Note|Your text)$"))


def save(page):
    return desk(page).get_by_role("button", name="Save")


def begin(page, article, exact="Istanbul"):
    """Open the desk for a note on some words."""
    ready(page)
    select(page, article, exact)
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("n")
    expect(field(page)).to_be_focused()


def card(page, note):
    """The card of a note's passage, chosen."""
    found = page.locator(f"#passage-{note.passage_id}")
    found.focus()
    expect(found).to_have_attribute("data-active", "pinned")
    return found


def stored():
    notes = Note.objects.live().order_by("pk")
    return list(notes.values_list("text", "passage__exact", "visibility", "author__username"))


def test_notes_on_words_and_on_the_article_private_ones_for_oneself(
    open_page, researcher, colleague, article
):
    page = open_page(article.get_absolute_url(), researcher)

    begin(page, article)
    expect(desk(page).locator(".selected")).to_have_text("Istanbul")
    page.keyboard.type("See https://example.org/a?b=1&c=2.\n<script>alert(1)</script>")
    save(page).click()
    expect(field(page)).to_be_hidden()
    expect(page.locator("#article-text mark")).to_have_text(["Istanbul"])
    begin(page, article, "prisoners")
    page.keyboard.type("Only I may read this.")
    desk(page).get_by_label("Only me").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#article-text mark")).to_have_text(["Istanbul", "prisoners"])
    page.get_by_role("button", name="Note on the article").click()
    expect(field(page)).to_be_focused()
    page.keyboard.type("A short one.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#article-notes")).to_contain_text("A short one.")

    first = page.locator("#margin .card").first
    first.focus()
    expect(first.locator(".note-text")).to_have_text(
        "See https://example.org/a?b=1&c=2.\n<script>alert(1)</script>"
    )
    expect(first.get_by_role("link", name="example.org")).to_have_attribute(
        "href", "https://example.org/a?b=1&c=2"
    )
    other = open_page(article.get_absolute_url(), colleague)
    assert marked(other) == ["Istanbul"]
    assert "Only I may read this." not in other.content()
    expect(other.locator("#article-notes")).to_contain_text("A short one.")
    assert text(page) == TEXT
    linked = "See https://example.org/a?b=1&c=2.\n<script>alert(1)</script>"
    assert stored() == [
        (linked, "Istanbul", "team", "researcher"),
        ("Only I may read this.", "prisoners", "private", "researcher"),
        ("A short one.", None, "team", "researcher"),
    ]


def test_a_reply_an_edit_and_a_withdrawal(open_page, researcher, colleague, article, note):
    other = open_page(article.get_absolute_url(), colleague)
    ready(other)

    card(other, note).get_by_role("link", name="Reply").click()
    expect(desk(other).get_by_role("heading")).to_have_text("Reply to Researcher")
    field(other).fill("It is.")
    save(other).click()
    expect(card(other, note).locator(".reply")).to_contain_text("It is.")
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    mine = card(page, note)
    expect(mine.locator(".reply")).to_contain_text("Colleague")
    expect(mine.locator(".edited")).to_have_count(0)
    mine.get_by_role("link", name="Edit").click()
    expect(field(page)).to_have_value("Is this so?")
    field(page).fill("Is this still so?")
    save(page).click()
    expect(card(page, note).locator(".note-text").first).to_have_text("Is this still so?")
    expect(card(page, note).locator(".edited")).to_be_visible()
    card(other, note).get_by_role("button", name="Withdraw").click()
    expect(other.locator(".reply")).to_have_count(0)

    assert stored() == [("Is this still so?", "Istanbul", "team", "researcher")]


def test_a_draft_survives_a_crash_of_the_tab_and_can_be_discarded(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    begin(page, article)
    page.keyboard.type("Half a thought")
    with page.expect_event("crash"), pytest.raises(Error):
        page.goto("chrome://crash")

    again = page.context.new_page()
    again.goto(article.get_absolute_url())
    desk(again).get_by_text("Unsaved drafts (1)").click()
    desk(again).get_by_role("button", name="Half a thought").click()
    expect(field(again)).to_have_value("Half a thought")
    expect(desk(again).locator(".selected")).to_have_text("Istanbul")
    expect(desk(again)).to_contain_text(re.compile(r"Draft of \d\d:\d\d restored"))
    desk(again).get_by_role("button", name="Discard").click()
    expect(field(again)).to_have_value("")
    again.reload()
    ready(again)
    expect(desk(again).get_by_text("Unsaved drafts")).to_have_count(0)
    assert stored() == []


def test_a_draft_survives_the_kill_of_the_whole_browser(open_profile, researcher, article):
    page = open_profile(article.get_absolute_url(), researcher)
    begin(page, article)
    page.keyboard.type("Half a thought")
    assert [one["text"] for one in handed_on(page)] == ["Half a thought"]
    open_profile.kill(page)

    again = open_profile(article.get_absolute_url(), researcher)
    desk(again).get_by_text("Unsaved drafts (1)").click()
    desk(again).get_by_role("button", name="Half a thought").click()
    expect(field(again)).to_have_value("Half a thought")
    desk(again).get_by_role("button", name="Discard").click()
    expect(field(again)).to_have_value("")
    assert handed_on(again) == []


def test_a_draft_is_gone_once_it_is_saved(open_page, researcher, article, note):
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    card(page, note).get_by_role("link", name="Edit").click()
    expect(field(page)).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Really?")

    page.close()
    again = page.context.new_page()
    again.goto(article.get_absolute_url())
    desk(again).get_by_text("Unsaved drafts (1)").click()
    desk(again).get_by_role("button", name="Is this so? Really?").click()
    expect(field(again)).to_have_value("Is this so? Really?")
    save(again).click()
    expect(field(again)).to_be_hidden()
    expect(desk(again).get_by_text("Unsaved drafts")).to_have_count(0)
    again.reload()
    ready(again)
    expect(desk(again).get_by_text("Unsaved drafts")).to_have_count(0)
    assert stored() == [("Is this so? Really?", "Istanbul", "team", "researcher")]


def test_leaving_with_unsaved_text_warns_and_else_does_not(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    begin(page, article)
    page.keyboard.type("Half a thought")

    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(field(page)).to_have_value("Half a thought")
    save(page).click()
    expect(page.locator("#article-text mark")).to_have_count(1)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    with page.expect_event("close"):
        page.close(run_before_unload=True)

    assert dialogs == []


def test_a_double_click_on_save_makes_one_note(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    begin(page, article)
    page.keyboard.type("Once.")

    save(page).dblclick()

    expect(field(page)).to_be_hidden()
    expect(page.locator("#article-text mark")).to_have_count(1)
    assert stored() == [("Once.", "Istanbul", "team", "researcher")]


def test_a_lost_connection_keeps_the_text_and_says_so(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    begin(page, article)
    page.keyboard.type("Written on a train")
    lost = "**/articles/*/notes/"
    page.route(lost, lambda route: route.abort())

    save(page).click()
    expect(desk(page).get_by_text(SAFE)).to_be_visible()
    expect(field(page)).to_have_value("Written on a train")
    expect(field(page)).to_be_editable()
    assert stored() == []
    page.unroute(lost)
    field(page).press("End")
    page.keyboard.type(".")
    save(page).click()

    expect(page.locator("#article-text mark")).to_have_text(["Istanbul"])
    assert stored() == [("Written on a train.", "Istanbul", "team", "researcher")]
    excuse(open_page, "ERR_FAILED", "htmx:error")


def test_an_answer_that_was_lost_makes_no_second_note(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    begin(page, article)
    page.keyboard.type("Written on a train.")
    lost = "**/articles/*/notes/"

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route(lost, lose_the_answer)
    save(page).click()
    expect(desk(page).get_by_text(SAFE)).to_be_visible()
    page.unroute(lost)
    save(page).click()
    expect(field(page)).to_be_hidden()

    expect(page.locator("#article-text mark")).to_have_text(["Istanbul"])
    assert stored() == [("Written on a train.", "Istanbul", "team", "researcher")]
    excuse(open_page, "ERR_FAILED", "htmx:error")


def test_an_edit_of_an_old_version_shows_both_texts(open_page, researcher, article, note):
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    card(page, note).get_by_role("link", name="Edit").click()
    expect(field(page)).to_be_focused()
    coding.edit_note(researcher, note, "Said in another window.", "team", note.version)

    field(page).fill("Said here.")
    save(page).click()
    expect(desk(page).get_by_role("alert")).to_contain_text("Said in another window.")
    expect(field(page)).to_have_value("Said here.")
    assert stored()[0][0] == "Said in another window."
    save(page).click()

    expect(field(page)).to_be_hidden()
    expect(card(page, note).locator(".note-text")).to_have_text("Said here.")
    assert stored() == [("Said here.", "Istanbul", "team", "researcher")]
    excuse(open_page, "409")


def test_on_its_own_page_a_note_is_changed_and_withdrawn(open_page, researcher):
    article = make_article(text="Both sides agreed.")
    note = make_note("Before", passage=make_passage("sides", article), author=researcher)
    page = open_page(note.get_absolute_url(), researcher)

    page.get_by_label("Note", exact=True).fill("After")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".card .note-text")).to_have_text("After")
    page.goto(note.get_absolute_url())
    page.get_by_role("button", name="Withdraw").click()

    expect(page).to_have_url(re.compile("/articles/"))
    assert list(Note.objects.live()) == []
