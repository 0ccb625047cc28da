"""Each way of coding, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from annotations.models import Note, Tag, Tagging
from talks.models import Passage
from tests.factories import make_article, make_passage, make_tag, make_tagging

from .reading import drag, marked, ready, select, text

TEXT = (
    "The delegations met in Istanbul on Friday and agreed on an exchange of prisoners.\n"
    "Ukraine asked for a full ceasefire; Russia’s delegation did not agree to it.\n"
    "Source: CNN"
)


@pytest.fixture
def article(db):
    return make_article(text=TEXT)


@pytest.fixture
def ceasefire(db):
    return make_tag("Ceasefire", colour="teal", definition="A halt of fighting, wherever.")


def stored():
    """Every live tagging as (words, tag, coder)."""
    found = Tagging.objects.live().order_by("pk")
    return list(found.values_list("passage__exact", "tag__name", "coder__username"))


def palette(page):
    return page.locator("#palette")


def test_passage_first_with_the_mouse(open_page, researcher, article, ceasefire):
    page = open_page(article.get_absolute_url(), researcher)

    drag(page, article, "a full ceasefire")
    expect(palette(page)).to_be_visible()
    expect(palette(page).locator(".selected")).to_contain_text("a full ceasefire")
    page.keyboard.press("t")
    page.keyboard.type("CEÁSE")
    page.keyboard.press("Enter")

    expect(page.locator("#article-text mark")).to_have_text(["a full ceasefire"])
    expect(page.locator(".card .chip")).to_contain_text("Ceasefire")
    expect(palette(page)).to_be_hidden()
    assert stored() == [("a full ceasefire", "Ceasefire", "researcher")]
    assert text(page) == TEXT


def test_a_drag_that_begins_beside_the_text_selects_within_its_lines(
    open_page, researcher, article
):
    page = open_page(article.get_absolute_url(), researcher)
    page.locator("tag-palette:defined").wait_for(state="attached")
    box = page.locator("#p2").bounding_box()

    page.mouse.move(box["x"] + box["width"] + 12, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 10, steps=4)
    page.mouse.up()

    words = palette(page).locator(".selected").first
    expect(words).not_to_be_empty()
    assert words.text_content() in TEXT.splitlines()[1]


def test_the_palette_never_covers_the_selection(open_page, researcher, article, ceasefire):
    page = open_page(article.get_absolute_url(), researcher)

    drag(page, article, "Istanbul on Friday")
    expect(palette(page)).to_be_visible()

    box = palette(page).bounding_box()
    selected = page.evaluate("getSelection().getRangeAt(0).getBoundingClientRect().toJSON()")
    assert box["y"] >= selected["bottom"] or box["y"] + box["height"] <= selected["top"]


def test_a_new_name_is_proposed_from_the_palette(open_page, researcher, article, ceasefire):
    page = open_page(article.get_absolute_url(), researcher)

    drag(page, article, "an exchange")
    page.keyboard.press("t")
    page.keyboard.type("Prisoner swap")
    page.keyboard.press("Enter")

    expect(page.locator(".card .chip")).to_contain_text("Prisoner swap")
    assert Tag.objects.get(name="Prisoner swap").status == "proposed"
    drag(page, article, "did not agree")
    page.keyboard.press("t")
    page.keyboard.type("oner sw")
    page.keyboard.press("Enter")
    expect(page.locator("#article-text mark")).to_have_count(2)
    assert [row[1] for row in stored()] == ["Prisoner swap", "Prisoner swap"]


def test_digits_put_on_recent_tags_and_enter_repeats_the_last(
    open_page, researcher, article, ceasefire
):
    other = make_tag("Prisoners")
    make_tagging(make_passage("Istanbul", article), ceasefire, researcher)
    make_tagging(make_passage("Friday", article), other, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    select(page, article, "an exchange")
    expect(palette(page)).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("#article-text mark")).to_have_count(3)
    select(page, article, "did not agree")
    expect(palette(page)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#article-text mark")).to_have_count(4)

    assert stored()[2:] == [
        ("an exchange", "Ceasefire", "researcher"),
        ("did not agree", "Ceasefire", "researcher"),
    ]


def test_tag_first_codes_every_selection_until_escape(open_page, researcher, article, ceasefire):
    make_tagging(make_passage("Source", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    page.locator(f"[data-arm='{ceasefire.pk}']").click()
    badge = page.get_by_text(re.compile("Ceasefire.*Esc"))
    expect(badge.first).to_be_visible()
    drag(page, article, "an exchange")
    expect(page.locator("#article-text mark")).to_have_count(2)
    drag(page, article, "did not agree")
    expect(page.locator("#article-text mark")).to_have_count(3)
    page.keyboard.press("Escape")
    drag(page, article, "delegations met")
    expect(palette(page)).to_be_visible()

    assert [row[0] for row in stored()] == ["Source", "an exchange", "did not agree"]


def test_caret_mode_codes_without_a_mouse(open_page, researcher, article, ceasefire):
    make_tagging(make_passage("Source", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    page.locator("tag-palette:defined").wait_for(state="attached")
    page.locator("#article-text").focus()
    page.keyboard.press("Control+Home")
    for _ in range(2):
        page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+Shift+ArrowRight")
    expect(palette(page)).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("#article-text mark")).to_have_count(2)
    assert page.evaluate("document.activeElement.id") == "article-text"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("s")
    expect(palette(page)).to_be_visible()
    page.keyboard.press("Enter")
    expect(palette(page)).to_be_hidden()

    sentence = "Ukraine asked for a full ceasefire; Russia’s delegation did not agree to it."
    assert [row[0] for row in stored()] == ["Source", "met", sentence]


def test_a_selection_by_touch_opens_a_sheet_at_the_bottom(
    open_page, researcher, article, ceasefire
):
    make_tagging(make_passage("Source", article), ceasefire, researcher)
    page = open_page(
        article.get_absolute_url(),
        researcher,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )

    page.locator("#article-text").tap(position={"x": 20, "y": 40})
    select(page, article, "Istanbul")
    expect(palette(page)).to_be_visible()
    box = palette(page).bounding_box()
    assert round(box["y"] + box["height"]) == 844
    page.locator("#palette .recent button").first.tap()
    expect(page.locator("#article-text mark")).to_have_count(2)

    assert stored()[1:] == [("Istanbul", "Ceasefire", "researcher")]


def test_without_javascript_a_sentence_is_tagged_moved_and_undone(
    open_page, researcher, article, ceasefire
):
    page = open_page(article.get_absolute_url(), researcher, java_script_enabled=False)

    page.get_by_role("link", name="¶2").click()
    form = page.locator(".sentence form").first
    form.get_by_label("Tag").fill("ceasefire")
    form.get_by_label("Note (optional)").fill("As always.")
    form.get_by_role("button", name="Tag this sentence").click()
    expect(page.locator("#messages")).to_contain_text("with Ceasefire")
    page.locator(".card").get_by_role("link", name="Bounds").click()
    page.get_by_role("button", name="End a word earlier").click()
    expect(page.locator("#article-text mark")).to_have_text([re.compile("agree to it$")])
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#article-text mark")).to_have_text([re.compile(r"agree to it\.$")])
    assert Note.objects.values_list("text", "passage__exact").get()[0] == "As always."


def test_a_selection_across_paragraphs_and_with_outer_spaces(
    open_page, researcher, article, ceasefire
):
    make_tagging(make_passage("Source", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    select(page, article, " prisoners.\nUkraine ")
    expect(palette(page).locator(".selected")).to_contain_text("Ukraine")
    page.keyboard.press("1")
    expect(page.locator("#article-text mark")).to_have_count(3)

    assert marked(page)[:2] == ["prisoners.", "Ukraine"]
    assert stored()[1][0] == "prisoners.\nUkraine"


def test_a_double_click_on_a_tag_tags_once(open_page, researcher, article, ceasefire):
    make_tagging(make_passage("Source", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    select(page, article, "Istanbul")
    page.locator("#palette .recent button").first.dblclick()
    expect(page.locator("#article-text mark")).to_have_count(2)

    assert len(stored()) == 2


def test_what_is_selected_while_an_answer_is_on_its_way_stays(
    open_page, researcher, article, ceasefire
):
    make_tagging(make_passage("Source", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)
    held = []
    page.route(f"**{article.get_absolute_url()}", lambda route: held.append(route))

    select(page, article, "Istanbul")
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("1")
    answer = held[0].fetch()
    select(page, article, "did not agree")
    held[0].fulfill(response=answer)

    expect(page.locator("#article-text mark")).to_have_count(2)
    expect(palette(page).locator(".selected")).to_have_text("did not agree")
    expect(palette(page)).to_be_visible()
    assert page.evaluate("getSelection().toString()") == "did not agree"
    assert page.evaluate("CSS.highlights.has('pending')") is False


def test_a_refusal_stays_beside_the_field_with_what_was_typed(
    open_page, researcher, article, ceasefire
):
    page = open_page(article.get_absolute_url(), researcher)

    select(page, article, "Istanbul")
    page.keyboard.press("t")
    page.keyboard.type("!?")
    page.keyboard.press("Enter")

    expect(page.locator("#palette-message")).to_contain_text("A new tag")
    expect(page.locator("#palette-tag")).to_have_value("!?")
    assert stored() == []
    # Chromium reports a refused answer in its console by itself.
    assert [p for p in open_page.problems if "422" not in p] == []
    open_page.problems.clear()


def test_the_bounds_move_by_keys_and_keep_tags_and_notes(open_page, researcher, article, ceasefire):
    tagging = make_tagging(make_passage("full ceasefire", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    card = page.locator(f"#passage-{tagging.passage_id}")
    card.focus()
    card.locator("[data-act=bounds]").click()
    start = page.get_by_role("slider", name="Start of the passage")
    start.focus()
    page.keyboard.press("Control+ArrowLeft")
    page.keyboard.press("Enter")

    expect(page.locator("#article-text mark")).to_have_text(["a full ceasefire"])
    assert stored() == [("a full ceasefire", "Ceasefire", "researcher")]


def test_the_bounds_move_by_handles(open_page, researcher, article, ceasefire):
    tagging = make_tagging(make_passage("full ceasefire", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    card = page.locator(f"#passage-{tagging.passage_id}")
    card.focus()
    card.locator("[data-act=bounds]").click()
    end = page.get_by_role("slider", name="End of the passage")
    box = end.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    target = page.evaluate(
        """() => {
            const node = document.querySelector("#p2").lastChild;
            const at = node.data.indexOf("Russia") + 6;
            const range = document.createRange();
            range.setStart(node, at - 1);
            range.setEnd(node, at);
            const { right, top, bottom } = range.getBoundingClientRect();
            return { x: right, y: (top + bottom) / 2 };
        }"""
    )
    page.mouse.move(target["x"] - 20, target["y"], steps=4)
    page.mouse.move(target["x"], target["y"], steps=4)
    page.mouse.up()
    page.keyboard.press("Enter")

    expect(page.locator("#article-text mark")).to_have_text(["full ceasefire; Russia"])
    assert stored() == [("full ceasefire; Russia", "Ceasefire", "researcher")]


def test_a_finger_moves_the_bounds_of_words_that_are_read_from_right_to_left(
    open_page, researcher, ceasefire
):
    words = "הם נפגשו באיסטנבול today about peace"
    article = make_article(f"They met.\n{words}\nThey left.")
    tagging = make_tagging(make_passage("באיסטנבול", article), ceasefire, researcher)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = open_page(article.get_absolute_url(), researcher, **phone)
    ready(page)
    fingers = page.context.new_cdp_session(page)

    def centre(locator):
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag_knob(handle, below, word, side):
        """Take the knob ``below`` the middle of its line to that side of a word."""
        x, y = centre(handle)
        to_x, to_y = page.evaluate(
            """([word, side]) => {
                const walker = document.createTreeWalker(
                    document.querySelector("#article-text"), NodeFilter.SHOW_TEXT);
                for (let node; (node = walker.nextNode()); ) {
                    const at = node.data.indexOf(word);
                    if (at < 0) continue;
                    const range = document.createRange();
                    range.setStart(node, at);
                    range.setEnd(node, at + word.length);
                    const rect = range.getBoundingClientRect();
                    return [rect[side], (rect.top + rect.bottom) / 2];
                }
            }""",
            [word, side],
        )
        for kind, at_x, at_y in [
            ("touchStart", x, y),
            ("touchMove", (x + to_x) / 2, (y + to_y) / 2),
            ("touchMove", to_x, to_y),
            ("touchMove", to_x, to_y),
            ("touchEnd", None, None),
        ]:
            points = [] if at_x is None else [{"x": at_x, "y": at_y + below}]
            fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            # A finger that is faster than the screen flings, and the next tap only stops that.
            page.evaluate("new Promise((drawn) => requestAnimationFrame(drawn))")

    page.locator("#article-text mark").tap()
    page.locator(f"#passage-{tagging.passage_id} [data-act=bounds]").tap()
    start = page.get_by_role("slider", name="Start of the passage")
    end = page.get_by_role("slider", name="End of the passage")
    assert centre(start)[0] > centre(end)[0]
    drag_knob(end, 20, "today", "right")
    drag_knob(start, -20, "נפגשו", "right")
    page.get_by_role("button", name="Save bounds").tap()

    expect(page.locator("#article-text mark")).to_have_text(["נפגשו באיסטנבול today"])
    assert stored() == [("נפגשו באיסטנבול today", "Ceasefire", "researcher")]


def test_undo_and_redo_by_keys_also_after_the_page_changed(
    open_page, researcher, article, ceasefire
):
    page = open_page(article.get_absolute_url(), researcher)
    drag(page, article, "Istanbul")
    page.keyboard.press("t")
    page.keyboard.type("Ceasefire")
    page.keyboard.press("Enter")
    expect(page.locator("#article-text mark")).to_have_count(1)
    expect(page.locator("#acts")).to_contain_text("Tagged “Istanbul” with Ceasefire")

    page.reload()
    page.locator("act-undo:defined").wait_for()
    page.keyboard.press("Control+z")
    expect(page.locator("#article-text mark")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#article-text mark")).to_have_count(1)
    page.locator(".card").focus()
    page.locator(".card .untag").press("Enter")
    expect(page.locator("#undo-form button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#article-text mark")).to_have_count(1)

    assert stored() == [("Istanbul", "Ceasefire", "researcher")]


def test_letters_can_be_switched_off(open_page, researcher, article, ceasefire):
    researcher.letter_keys = False
    researcher.save()
    make_tagging(make_passage("Source", article), ceasefire, researcher)
    page = open_page(article.get_absolute_url(), researcher)

    select(page, article, "Istanbul")
    expect(palette(page)).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("n")
    expect(page.locator("#note-form")).to_be_hidden()
    page.locator("#palette .recent button").first.click()
    expect(page.locator("#article-text mark")).to_have_count(2)

    assert len(stored()) == 2


def test_a_link_to_a_selection_is_copied(open_page, researcher, article, ceasefire):
    page = open_page(article.get_absolute_url(), researcher)

    select(page, article, "Istanbul")
    expect(palette(page)).to_be_visible()
    page.keyboard.press("l")
    page.locator("#passage-link").wait_for(state="attached")

    passage = Passage.objects.get()
    expect(page.locator("#passage-link")).to_have_attribute(
        "href", re.compile(f"/passages/{passage.pk}/$")
    )
    other = open_page(passage.get_absolute_url())
    expect(other.locator("#article-text mark.target")).to_have_text(["Istanbul"])
    expect(other.locator("#article-text mark.target")).to_be_in_viewport()


def test_a_quotation_is_copied_with_its_citation(open_page, researcher, article, ceasefire):
    page = open_page(article.get_absolute_url(), researcher)

    select(page, article, "full ceasefire")
    expect(palette(page)).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator("body")).to_contain_text(re.compile("copied", re.IGNORECASE))

    page.locator("#palette-tag").press("Control+v")
    copied = page.locator("#palette-tag").input_value()
    assert "“full ceasefire”" in copied
    assert "CNN" in copied
    assert "¶2" in copied
