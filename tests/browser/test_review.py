"""The queue in a real browser: by keyboard, several at once, undo, what a coder is told."""

import re

import pytest
from playwright.sync_api import expect

from annotations import coding
from annotations.models import Review
from tests.factories import (
    make_article,
    make_passage,
    make_position,
    make_review,
    make_tag,
    make_tagging,
    make_user,
)

from .reading import excuse

TEXT = "Both sides agreed on an exchange of prisoners. Nobody signed anything."
NARROW_AND_DARK = {
    "viewport": {"width": 390, "height": 844},
    "color_scheme": "dark",
    "reduced_motion": "reduce",
}


@pytest.fixture
def work():
    """Three taggings on one article, the oldest first."""
    article = make_article(text=TEXT)
    coder = make_user(name="Olena")
    words = ["Both sides", "an exchange", "Nobody signed"]
    return [
        make_tagging(make_passage(exact, article), make_tag(f"Tag of {exact}"), coder)
        for exact in words
    ]


def claim(page):
    return page.locator("#review-claim")


def statuses(rows):
    for row in rows:
        row.refresh_from_db()
    return [row.work_status for row in rows]


def opened(open_page, user, path="/review/", **options):
    page = open_page(path, user, **options)
    page.locator("review-desk:defined").wait_for(state="attached")
    return page


def test_the_queue_by_keyboard_alone(open_page, editor, work):
    page = opened(open_page, editor)
    expect(claim(page)).to_contain_text("“Both sides” is tagged")

    page.keyboard.press("a")
    expect(claim(page)).to_contain_text("“an exchange” is tagged")
    expect(page.locator("#review-work")).to_be_focused()
    expect(page.locator("#review-voice")).to_contain_text("Accepted: “Both sides”")

    page.keyboard.press("r")
    expect(page.get_by_text("Say why: choose a reason")).to_be_visible()
    page.keyboard.press("1")
    expect(claim(page)).to_contain_text("“Nobody signed” is tagged")

    page.keyboard.press("v")
    page.get_by_label("In your own words").first.focus()
    page.keyboard.type("Say who it was: a or r?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()

    assert statuses(work) == ["accepted", "rejected", "submitted"]
    assert list(Review.objects.order_by("pk").values_list("reason", flat=True)) == [
        "",
        "The words do not say this.",
        "Say who it was: a or r?",
    ]


def test_a_long_queue_scrolls_beside_its_work_and_the_page_ends_at_its_foot(
    open_page, editor, work
):
    for n in range(20):
        make_tagging(work[0].passage, make_tag(f"Also {n}"), work[0].coder)
    page = opened(open_page, editor, viewport={"width": 1280, "height": 500})

    heights = page.evaluate("""() => [
        document.querySelector(".review-list").scrollHeight - innerHeight,
        document.documentElement.scrollHeight - scrollY
            - document.querySelector(".site-footer").getBoundingClientRect().bottom,
    ]""")

    assert max(heights) < 10


def test_skipping_and_undoing_by_keyboard(open_page, editor, work):
    page = opened(open_page, editor)
    expect(claim(page)).to_contain_text("Both sides")

    page.keyboard.press("s")
    expect(claim(page)).to_contain_text("an exchange")
    expect(page).to_have_url(re.compile(rf"after=tagging-{work[0].pk}"))
    page.keyboard.press("a")
    expect(claim(page)).to_contain_text("Nobody signed")
    page.keyboard.press("Control+z")
    expect(claim(page)).to_contain_text("an exchange")

    assert statuses(work) == ["submitted"] * 3
    page.locator("review-desk:defined").wait_for(state="attached")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".review-count")).to_contain_text("2 pieces of work")
    assert statuses(work) == ["submitted", "accepted", "submitted"]


def test_letters_can_be_switched_off(open_page, editor, work):
    editor.letter_keys = False
    editor.save()
    page = opened(open_page, editor)

    page.keyboard.press("a")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys of the queue")).to_be_visible()

    assert statuses(work) == ["submitted"] * 3


def test_several_get_one_verdict_and_are_undone_as_one(open_page, editor, work):
    page = opened(open_page, editor)

    for words in ("Both sides", "Nobody signed"):
        page.get_by_label(re.compile(f"^Choose: .*{words}")).check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    several = page.locator("#bulk-form")
    several.get_by_label("Another tag fits better.").check()
    several.get_by_role("button", name="Reject them").click()
    expect(page.locator(".review-count")).to_contain_text("1 piece of work")
    assert statuses(work) == ["rejected", "submitted", "rejected"]

    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.locator(".review-count")).to_contain_text("3 pieces of work")
    assert statuses(work) == ["submitted"] * 3


def test_the_second_editor_sees_the_first_ones_verdict_and_keeps_what_was_typed(
    open_page, editor, admin, work
):
    page = opened(open_page, editor)
    make_review(work[0], "accept", admin)

    page.get_by_label("In your own words").first.fill("I doubt it.")
    page.get_by_role("button", name=re.compile("^Reject R")).click()

    expect(page.get_by_role("alert")).to_contain_text("In the meantime Admin accepted it.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("In your own words").first).to_have_value("I doubt it.")
    assert statuses(work[:1]) == ["accepted"]
    excuse(open_page, "409")


def test_a_disagreement_is_settled_by_a_digit(open_page, editor):
    article = make_article(text=TEXT)
    first = make_tagging(make_passage("Both sides", article), make_tag("Unity"))
    second = make_tagging(make_passage("sides agreed", article), make_tag("Doubt"))
    page = opened(open_page, editor)
    expect(claim(page)).to_have_text("2 sides disagree")

    page.get_by_label("In your own words").first.fill("Only doubt is in the text.")
    claim(page).click()
    page.keyboard.press("2")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()

    assert statuses([first, second]) == ["rejected", "accepted"]


def test_a_disagreement_is_settled_by_a_digit_and_its_reason_by_another(open_page, editor):
    article = make_article(text=TEXT)
    first = make_tagging(make_passage("Both sides", article), make_tag("Unity"))
    second = make_tagging(make_passage("sides agreed", article), make_tag("Doubt"))
    page = opened(open_page, editor)

    page.keyboard.press("1")
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.keyboard.press("2")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()

    assert statuses([first, second]) == ["accepted", "rejected"]
    assert {one.reason for one in Review.objects.all()} == {"Another tag fits better."}


def test_without_scripts_a_verdict_leads_to_the_next(open_page, editor, work):
    page = open_page("/review/", editor, java_script_enabled=False)

    page.get_by_label("The words do not say this.").first.check()
    page.get_by_role("button", name=re.compile("^Revise V")).click()

    expect(claim(page)).to_contain_text("an exchange")
    assert Review.objects.get().reason == "The words do not say this."


def test_a_coder_reads_the_verdict_in_the_header_in_the_list_and_on_the_card(
    open_page, editor, work
):
    make_review(work[0], "reject", editor, reason="This is no unity.")
    coder = work[0].coder
    page = open_page(work[0].passage.article.get_absolute_url(), coder)
    card = page.locator(f"#passage-{work[0].passage_id}")
    expect(card).to_contain_text("This is no unity.")

    page.get_by_role("link", name="Inbox 1 unread").click()
    expect(page.get_by_text("This is no unity.")).to_be_visible()
    page.get_by_role("link", name="Editor rejected what you made").click()
    expect(page.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    page.get_by_label("Answer the verdict").fill("It is: see the next sentence.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#notes")).to_contain_text("It is: see the next sentence.")


@pytest.mark.parametrize("options", [{"reduced_motion": "reduce"}, NARROW_AND_DARK])
def test_pages_of_review(open_page, violations, editor, work, options):
    position = make_position(article=work[0].passage.article)
    make_review(position, "revise", editor)
    own = make_tagging(coder=editor)
    make_review(own, "reject")
    make_tagging(make_passage("sides agreed", work[0].passage.article), make_tag("Doubt"))
    joint = {"article": make_article(), "coder": make_user(), "joint_key": "call"}
    one, _ = make_position(**joint), make_position(**joint)
    found = {}
    for path in (
        "/review/",
        f"/review/?item=position-{one.pk}",
        f"/review/?item=tagging-{work[1].pk}",
        "/review/?kind=outcome_report",
        f"/review/positions/{position.pk}/",
    ):
        page = open_page(path, editor, **options)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wrong := violations(page) + ([f"{wide} pixels too wide"] if wide > 0 else []):
            found[path] = wrong

    assert found == {}


def test_what_others_do_arrives_in_the_queue_beside_an_open_verdict(open_page, editor, work):
    other = make_user("editor", name="Boris")
    article = work[0].passage.article
    page = opened(open_page, editor)
    reason = page.locator("#one-reason")
    page.get_by_label(re.compile("Choose: .*an exchange")).check()
    reason.fill("The words say")
    late = make_tag("Late")

    coding.tag_passage(work[0].coder, article, 0, 4, late)
    make_review(work[0], "reject", other, reason="Too short.")

    expect(page.locator("#queue-list")).to_contain_text("Late")
    expect(page.locator("#review-count")).to_contain_text("3 pieces")
    expect(page.locator("#review-news")).to_contain_text("In the meantime Boris rejected it.")
    expect(page.get_by_label(re.compile("Choose: .*an exchange"))).to_be_checked()
    expect(page.locator("[data-chosen]")).to_have_text("1 chosen")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("The words say")
    page.keyboard.type(" more.")
    expect(reason).to_have_value("The words say more.")


def test_work_that_comes_into_an_empty_queue_is_announced(open_page, editor):
    article = make_article(text=TEXT)
    coder, tag = make_user(name="Olena"), make_tag("Unity")
    page = opened(open_page, editor)
    coding.tag_passage(coder, article, 0, 10, tag)

    expect(page.locator("#review-news")).to_contain_text("Work has come in.")
    page.get_by_role("link", name="Show it").click()
    expect(claim(page)).to_contain_text("“Both sides” is tagged Unity")
