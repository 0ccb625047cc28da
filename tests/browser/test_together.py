"""Two people on one page, in real browsers."""

import datetime
import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from annotations import codebook, coding, reviewing
from annotations.models import Act, Note, Presence, Tag, Tagging
from tests.factories import make_article, make_party, make_passage, make_tag, make_tagging

from .reading import drag, excuse, marked, ready, select, text, top

LOST = re.compile("Connection lost")


@pytest.fixture
def article(db):
    """Forty paragraphs: what arrives above the view would move the text, if it did."""
    line = "Paragraph {:02} says what was said about it, and nothing else happens in it. "
    return make_article(text="\n".join((line.format(n) * 4).strip() for n in range(1, 41)))


@pytest.fixture
def ceasefire(db):
    return make_tag("Ceasefire", colour="teal")


@pytest.fixture
def start(db, article, ceasefire, researcher, colleague):
    """A passage of each, so that each has a recent tag."""
    make_tagging(make_passage("Paragraph 20 says", article), ceasefire, researcher)
    make_tagging(make_passage("Paragraph 21 says", article), ceasefire, colleague)


def tag(page, article, exact):
    """Put the most recent tag on some words."""
    select(page, article, exact)
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("#article-text mark", has_text=exact)).to_have_count(1)


def expect_marks(page, *words):
    expect(page.locator("#article-text mark")).to_have_text(list(words))


def tag_for(user, article, start, end):
    """Tag some words as somebody whose browser is not looked at."""
    coding.tag_passage(user, article, start, end, Tag.objects.get(name="Ceasefire"))


def selected(page):
    return page.evaluate("getSelection().toString()")


def test_what_others_do_arrives_and_disturbs_nobody(
    open_page, researcher, colleague, article, start
):
    mine = open_page(article.get_absolute_url(), researcher)
    theirs = open_page(article.get_absolute_url(), colleague)
    ready(mine)
    ready(theirs)
    first, last = "Paragraph 20 says", "Paragraph 21 says"

    # While one reads, with the caret in a paragraph that is drawn anew.
    mine.locator("#p22").evaluate("one => one.scrollIntoView({ block: 'start' })")
    select(mine, article, "", start=article.text.index("Paragraph 22") + 7)
    before = top(mine, "#p22"), top(mine, "#p30")
    tag(theirs, article, "Paragraph 03 says")
    tag(theirs, article, "Paragraph 22 says")
    expect_marks(mine, "Paragraph 03 says", first, last, "Paragraph 22 says")
    assert (top(mine, "#p22"), top(mine, "#p30")) == before
    assert mine.evaluate("getSelection().focusOffset") == 7
    assert mine.evaluate("getSelection().focusNode.data") == "Paragraph 22 says"

    # While one codes: selection and palette stay, and what was selected is what is tagged.
    drag(mine, article, "Paragraph 24 says what")
    mine.keyboard.press("t")
    mine.keyboard.type("cease")
    tag(theirs, article, "24 says what was")
    expect_marks(mine, "Paragraph 03 says", first, last, "Paragraph 22 says", "24 says what was")
    expect(mine.locator("#palette-tag")).to_be_focused()
    expect(mine.locator("#palette-tag")).to_have_value("cease")
    expect(mine.locator("#palette .selected")).to_have_text("Paragraph 24 says what")
    mine.keyboard.press("Escape")
    mine.keyboard.press("Escape")
    assert selected(mine) == "Paragraph 24 says what"
    mine.keyboard.press("1")
    expect_marks(
        mine,
        "Paragraph 03 says",
        first,
        last,
        "Paragraph 22 says",
        "Paragraph ",
        "24 says what",
        " was",
    )

    # While one writes: the text in the desk is left alone.
    select(mine, article, "Paragraph 26 says")
    mine.keyboard.press("n")
    mine.keyboard.type("A thought ")
    tag(theirs, article, "Paragraph 26 says what")
    expect(mine.locator("mark", has_text="Paragraph 26")).to_have_count(1)
    mine.keyboard.type("in two parts")
    expect(mine.locator("#desk textarea")).to_have_value("A thought in two parts")
    expect(mine.locator("#desk textarea")).to_be_focused()
    mine.locator("#desk").get_by_role("button", name="Save").click()

    # Nothing arrives twice, and both see the same.
    theirs.keyboard.press("Control+z")
    expect(theirs.locator("mark", has_text="Paragraph 26 says")).to_have_count(1)
    in_the_end = [
        *("Paragraph 03 says", first, last, "Paragraph 22 says"),
        *("Paragraph ", "24 says what", " was", "Paragraph 26 says"),
    ]
    expect_marks(mine, *in_the_end)
    expect_marks(theirs, *in_the_end)
    ids = "all => all.map((one) => one.id)"
    cards = [page.locator("#margin .card").evaluate_all(ids) for page in (mine, theirs)]
    assert [len(one) for one in cards] == [len(set(one)) for one in cards]
    assert text(mine) == text(theirs) == article.text


def test_what_arrives_leaves_moving_bounds_and_a_half_filled_panel_alone(
    open_page, researcher, colleague, article, start
):
    mine = open_page(article.get_absolute_url(), researcher)
    ready(mine)
    words = "Paragraph 20 says"

    # While the bounds are moved, in a paragraph that is drawn anew.
    mine.locator("#p20").evaluate("one => one.scrollIntoView({ block: 'center' })")
    card = mine.locator("#margin .card", has_text=words)
    card.focus()
    card.locator("[data-act=bounds]").click()
    handle = mine.get_by_role("slider", name="End of the passage")
    handle.focus()
    mine.keyboard.press("Control+ArrowRight")
    moved = handle.get_attribute("aria-valuetext")
    at = article.text.index(words) + 10
    tag_for(colleague, article, at, at + 30)
    expect(mine.locator("#p20 mark")).to_have_count(3)
    expect(handle).to_be_focused()
    expect(handle).to_have_attribute("aria-valuetext", moved)
    mine.keyboard.press("Enter")
    expect(mine.locator("#margin .card .quote", has_text="Paragraph 20 says what")).to_have_count(1)

    # While a position is recorded.
    drag(mine, article, "Paragraph 22 says")
    mine.locator("#palette [data-act=position]").click()
    expect(mine.locator("#recorder .evidence-row")).to_have_count(1)
    mine.locator("#recorder label:has([name=stance][value=opposes])").click()
    condition = mine.get_by_label("Condition")
    condition.fill("half a thou")
    at = article.text.index("Paragraph 22 says") + 5
    tag_for(colleague, article, at, at + 30)
    expect(mine.locator("#p22 mark")).to_have_count(1)
    expect(condition).to_be_focused()
    condition.press_sequentially("ght")
    expect(condition).to_have_value("half a thought")
    expect(mine.locator("#recorder [name=stance][value=opposes]")).to_be_checked()
    expect(mine.locator("#recorder .evidence-row")).to_have_count(1)


def test_who_reads_the_article_too_is_shown_until_they_leave(
    open_page, researcher, colleague, article, start, violations
):
    mine = open_page(article.get_absolute_url(), researcher)
    second = mine.context.new_page()
    second.goto(article.get_absolute_url())
    theirs = open_page(article.get_absolute_url(), colleague)
    company = mine.locator("#company")
    before = top(mine, "#p1")

    expect(company).to_have_text("Colleague is reading this too")
    expect(company).to_have_role("status")
    expect(theirs.locator("#company")).to_have_text("Researcher is reading this too")
    assert top(mine, "#p1") == before
    assert violations(mine) == []

    theirs.close()
    Presence.objects.filter(user=colleague).update(
        seen_at=timezone.now() - datetime.timedelta(seconds=45)
    )
    expect(company).to_have_text("")


def test_a_page_whose_session_ended_says_so_and_keeps_what_was_typed(
    open_page, researcher, article, start
):
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    select(page, article, "Paragraph 20 says")
    page.keyboard.press("n")
    page.keyboard.type("A thought")

    researcher.session_epoch += 1
    researcher.save()

    expect(page.locator("#live").get_by_text("You are signed out")).to_be_visible()
    expect(page.locator("#desk textarea")).to_have_value("A thought")
    link = page.locator("#live").get_by_role("link", name="Sign in again")
    expect(link).to_have_attribute("href", re.compile(r"^/sign-in/\?next=%2Farticles%2F\d+%2F$"))


def test_whoever_is_signed_out_at_work_goes_on_after_signing_in_where_they_were(
    open_page, live_server, researcher, article, start
):
    make_party(name="Ukraine")
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)

    def sign_out():
        researcher.session_epoch += 1
        researcher.save()

    def sign_in():
        page.wait_for_url(re.compile(r"/sign-in/\?next="))
        client = Client()
        client.force_login(researcher)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
        )
        page.reload()  # somebody signed in is sent on
        ready(page)

    # A new tag's name, typed and sent.
    select(page, article, "Paragraph 22 says")
    page.keyboard.press("t")
    page.keyboard.type("Wholly new")
    sign_out()
    page.keyboard.press("Enter")
    sign_in()
    expect(page.locator("#palette .selected")).to_have_text("Paragraph 22 says")
    expect(page.locator("#palette-tag")).to_have_value("Wholly new")
    expect(page.locator("#palette-message")).to_contain_text("This was not saved")
    page.keyboard.press("Enter")
    expect_marks(page, "Paragraph 20 says", "Paragraph 21 says", "Paragraph 22 says")

    # A note.
    select(page, article, "Paragraph 20 says what")
    page.keyboard.press("n")
    page.keyboard.type("A thought")
    sign_out()
    page.keyboard.press("Control+Enter")
    sign_in()
    expect(page.locator("#desk .selected")).to_have_text("Paragraph 20 says what")
    expect(page.locator("#desk textarea")).to_have_value("A thought")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".card .notes")).to_contain_text(["A thought"])

    # A position, while its draft cannot be kept on the server.
    select(page, article, "Paragraph 21 says what")
    page.keyboard.press("p")
    expect(page.locator("#rec_party")).to_be_focused()
    sign_out()
    page.locator("#rec_party").fill("Ukraine")
    expect(page.locator("#recorder .draft-line")).to_contain_text("You are signed out")
    page.locator("#live").get_by_role("link", name="Sign in again").click()
    sign_in()
    expect(page.locator("#rec_party")).to_have_value("Ukraine")
    expect(page.locator("#recorder .evidence-row")).to_contain_text("Paragraph 21 says what")
    assert list(Note.objects.values_list("text", flat=True)) == ["A thought"]


def test_a_withdrawal_arrives_and_filters_are_kept(
    open_page, researcher, colleague, article, start
):
    mine = open_page(f"{article.get_absolute_url()}?who=mine", researcher)
    every = open_page(article.get_absolute_url(), researcher)
    theirs = open_page(article.get_absolute_url(), colleague)
    for page in (mine, every, theirs):
        ready(page)
    counts = mine.locator(".outline-count")
    expect(counts).to_contain_text("1 of 2 passages")

    tag(theirs, article, "Paragraph 22 says")
    expect_marks(every, "Paragraph 20 says", "Paragraph 21 says", "Paragraph 22 says")
    expect(counts).to_contain_text("1 of 3 passages")
    assert marked(mine) == ["Paragraph 20 says"]
    theirs.keyboard.press("Control+z")
    expect_marks(every, "Paragraph 20 says", "Paragraph 21 says")
    expect(counts).to_contain_text("1 of 2 passages")
    every.locator("#p20").scroll_into_view_if_needed()
    expect(every.locator("#margin .card")).to_have_count(2)
    assert marked(mine) == ["Paragraph 20 says"]
    assert mine.url.endswith("?who=mine")


def test_after_a_lost_connection_what_was_missed_arrives(
    open_page, researcher, colleague, article, start
):
    mine = open_page(article.get_absolute_url(), researcher)
    theirs = open_page(article.get_absolute_url(), colleague)
    ready(mine)
    ready(theirs)

    mine.context.set_offline(True)
    expect(mine.locator("#live").get_by_text(LOST)).to_be_visible()
    tag(theirs, article, "Paragraph 22 says")
    tag(theirs, article, "Paragraph 23 says")
    assert marked(mine) == ["Paragraph 20 says", "Paragraph 21 says"]
    mine.context.set_offline(False)

    expect_marks(mine, *(f"Paragraph {n} says" for n in (20, 21, 22, 23)))
    expect(mine.locator("#live").get_by_text(LOST)).to_have_count(0)
    mine.locator("#p20").scroll_into_view_if_needed()
    expect(mine.locator("#margin .card")).to_have_count(4)
    excuse(open_page, "ERR_INTERNET_DISCONNECTED", "htmx:error")


HOUR = 60 * 60


def an_hour_passes(page):
    """As on a laptop that slept: timers that became due fire once, when it wakes."""
    page.clock.fast_forward(HOUR * 1_000)


def test_after_an_hour_offline_all_that_others_did_arrives_and_what_is_typed_stays(
    open_page, researcher, colleague, editor, admin, article, ceasefire, start
):
    """More was done meanwhile than a page of anything shows: tags, notes, withdrawals, bounds,
    verdicts and a merge. Beside the reader a queue and a codebook are open."""
    other = make_tag("Truce", colour="green")
    taken_off = coding.tag_passage(colleague, article, *span(article, "Paragraph 30 says"), other)
    make_tagging(make_passage("Paragraph 31 says", article), other, colleague)
    mine = open_page(article.get_absolute_url(), researcher)
    queue = open_page("/review/", editor)
    tree = open_page("/codebook/", editor)
    pages = [mine, queue, tree]
    ready(mine)
    for page in pages:
        page.clock.install()
    mine.locator("#p20").evaluate("one => one.scrollIntoView({ block: 'center' })")
    select(mine, article, "Paragraph 20 says what")
    mine.keyboard.press("n")
    mine.keyboard.type("A thought in two parts")
    for _ in range(6):
        mine.keyboard.press("ArrowLeft")
    reason = queue.locator("#one-reason")
    reason.fill("Because of it")
    caret = "one => [one.value, one.selectionStart, one === document.activeElement]"
    for page in pages:
        page.context.set_offline(True)
        an_hour_passes(page)

    for number in range(1, 41):
        for words in ("says", "what", "was", "said", "about"):
            at = article.text.index(f"Paragraph {number:02} says") + 13
            at = article.text.index(words, at)
            coding.tag_passage(colleague, article, at, at + len(words), ceasefire)
    coding.write_note(
        colleague, "Look here.", "team", article=article, span=span(article, "Paragraph 20 says")
    )
    coding.undo(colleague, taken_off)
    moved = make_passage("Paragraph 31 says", article)
    coding.move_bounds(colleague, moved, *span(article, "Paragraph 31"))
    judged = Tagging.objects.get(passage__exact="Paragraph 21 says")
    reviewing.give_verdict(admin, judged, "reject", 1, reason="Too short.")
    codebook.merge(admin, other, 1, ceasefire, 1)
    assert Act.objects.count() > 200
    before = [one.evaluate(caret) for one in (mine.locator("#desk textarea"), reason)]
    assert [one[:2] for one in before] == [["A thought in two parts", 16], ["Because of it", 13]]

    for page in pages:
        page.context.set_offline(False)
    expected = ["what", "was", "said", "about"]
    expect(mine.locator("#p40 mark")).to_contain_text(expected)
    expect(mine.locator("#p31 mark").first).to_have_text("Paragraph 31")
    assert "Paragraph 30 says" not in marked(mine)
    expect(mine.locator("#tags")).not_to_contain_text("Truce")
    expect(mine.locator("#margin .card", has_text="Look here.")).to_have_count(1)
    expect(queue.locator("#review-count")).to_contain_text("202 pieces")
    expect(tree.locator('[role="treeitem"]')).to_have_count(1)
    assert [one.evaluate(caret) for one in (mine.locator("#desk textarea"), reason)] == before
    excuse(open_page, "ERR_INTERNET_DISCONNECTED", "htmx:error")


def span(article, words):
    start = article.text.index(words)
    return start, start + len(words)
