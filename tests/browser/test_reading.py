"""Reading in a real browser: marks and cards, filters, steps, many passages, paper."""

import base64
import re

import pytest
from playwright.sync_api import expect

from annotations import coding
from annotations.models import Visibility
from tests.factories import make_article, make_note, make_passage, make_tag, make_tagging

from .reading import ready, select, text, top

TEXT = (
    "The delegations met in Istanbul on Friday and agreed on an exchange of prisoners.\n"
    "Ukraine asked for a full ceasefire; Russia’s delegation did not agree to it.\n"
    "Source: CNN"
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
        * { line-height: 1.5 !important; letter-spacing: 0.12em !important; }
        * { word-spacing: 0.16em !important }
        p { margin-block-end: 2em !important }
    `);
    document.adoptedStyleSheets.push(sheet);
}"""
LEFT_OF_LINES = """() => {
    const room = (mark) => mark.parentElement.getBoundingClientRect().right
        - [...mark.getClientRects()].at(-1).right;
    return Math.min(...[...document.querySelectorAll("#article-text mark")].map(room));
}"""
LUMINANCE = """async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const { width, height } = image;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => {
        const [red, green, blue] = data.slice(4 * (y * width + x));
        return Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    }));
}"""


@pytest.fixture
def article(db):
    return make_article(text=TEXT)


@pytest.fixture
def ceasefire(db):
    return make_tag("Ceasefire", colour="teal")


@pytest.fixture
def long_article(db):
    """Sixty paragraphs of 300 characters, and a passage in each."""
    line = "Paragraph {:02} says what was said about it, and nothing else happens in it. "
    lines = [(line.format(number) * 4).strip() for number in range(1, 61)]
    return make_article(text="\n".join(lines))


def mark(page, passage):
    return page.locator(f"#article-text mark[data-passages~='{passage.pk}']")


def card(page, passage):
    return page.locator(f"#passage-{passage.pk}")


def chooser(page):
    return page.get_by_role("listbox", name=re.compile("passages here"))


def pinned(page):
    return page.locator("#margin [data-active=pinned]")


def test_marks_and_cards_light_each_other(open_page, researcher, article, ceasefire):
    first = make_tagging(make_passage("Istanbul", article), ceasefire, researcher).passage
    across = make_passage("prisoners.\nUkraine", article)
    make_tagging(across, make_tag("Prisoners"), researcher)
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)

    mark(page, first).hover()
    expect(card(page, first)).to_have_attribute("data-active", "lit")
    expect(card(page, across)).not_to_have_attribute("data-active", re.compile("."))
    card(page, across).hover()
    expect(page.locator("mark.active")).to_have_text(["prisoners.", "Ukraine"])
    mark(page, first).click()
    expect(pinned(page)).to_have_attribute("id", f"passage-{first.pk}")
    page.mouse.move(640, 890)
    expect(page.locator("mark.active")).to_have_text(["Istanbul"])
    page.keyboard.press("Escape")
    expect(page.locator("mark.active")).to_have_count(0)
    card(page, across).focus()
    expect(pinned(page)).to_have_attribute("id", f"passage-{across.pk}")
    expect(page.locator("mark.active")).to_have_text(["prisoners.", "Ukraine"])
    card(page, first).click()
    expect(pinned(page)).to_have_attribute("id", f"passage-{first.pk}")
    expect(page.locator("mark.active")).to_have_text(["Istanbul"])
    assert text(page) == TEXT


def test_of_overlapping_passages_one_is_chosen_from_a_list(
    open_page, researcher, article, ceasefire
):
    outer = make_tagging(make_passage("a full ceasefire", article), ceasefire, researcher).passage
    inner = make_tagging(make_passage("ceasefire", article), make_tag("Word"), researcher).passage
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)

    page.locator("mark", has_text=re.compile("^ceasefire$")).click()
    expect(chooser(page).get_by_role("option")).to_have_text(
        [re.compile("Ceasefire.*a full ceasefire"), re.compile("Word.*ceasefire")]
    )
    chooser(page).get_by_role("option").nth(1).click()
    expect(chooser(page)).to_be_hidden()
    expect(pinned(page)).to_have_attribute("id", f"passage-{inner.pk}")

    page.locator("mark", has_text=re.compile("^ceasefire$")).click()
    expect(chooser(page).get_by_role("option", selected=True)).to_contain_text("Word")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(chooser(page)).to_be_hidden()
    expect(pinned(page)).to_have_attribute("id", f"passage-{outer.pk}")
    expect(card(page, outer)).to_be_focused()


def test_keys_go_from_passage_to_passage(open_page, researcher, article, ceasefire):
    passages = [
        make_tagging(make_passage(words, article), ceasefire, researcher).passage
        for words in ("Istanbul", "a full ceasefire", "ceasefire", "Source")
    ]
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)

    def press(key):
        page.keyboard.press(key)
        found = pinned(page)
        expect(found).to_have_count(1)
        return int(found.get_attribute("data-passage"))

    keys = [passage.pk for passage in passages]
    assert [press("]") for _ in range(4)] == keys
    assert press("]") == keys[-1]
    assert [press("[") for _ in range(3)] == keys[2::-1]
    assert [press("Alt+ArrowDown") for _ in range(2)] == keys[1:3]
    assert press("Alt+ArrowUp") == keys[1]


def test_filters_change_marks_cards_counts_and_address(
    open_page, researcher, colleague, article, ceasefire
):
    below = make_tag("Truce", parent=ceasefire)
    other = make_tag("Prisoners")
    make_tagging(make_passage("full ceasefire", article), ceasefire, researcher)
    make_tagging(make_passage("did not agree", article), below, colleague)
    noted = make_tagging(make_passage("exchange", article), other, colleague).passage
    make_note("Is this so?", passage=noted, author=colleague)
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)

    def expect_shown(count, *words, query=""):
        expect(page.locator("#article-text mark")).to_have_text(list(words))
        expect(page.locator("#margin .card .quote")).to_have_text(list(words))
        expect(page.locator(".outline-count")).to_contain_text(re.compile(count))
        expect(page).to_have_url(re.compile(re.escape(article.get_absolute_url() + query) + "$"))

    every = ("exchange", "full ceasefire", "did not agree")
    expect_shown("^3 passages$", *every)
    page.get_by_label("Mine 1").check()
    expect_shown("^1 of 3 passages shown", "full ceasefire", query="?who=mine")
    page.get_by_label("Everyone’s 3").check()
    expect_shown("^3 passages$", *every)
    page.get_by_label("Coder").select_option(label="Colleague (2)")
    expect_shown("^2 of 3", "exchange", "did not agree", query=f"?coder={colleague.pk}")
    page.get_by_label("With notes").check()
    expect_shown("^1 of 3", "exchange", query=f"?coder={colleague.pk}&notes=1")
    page.get_by_label("Mine 1").check()
    expect_shown("^0 of 3", query=f"?who=mine&coder={colleague.pk}&notes=1")
    expect(page.get_by_text("No passage passes these filters.")).to_be_visible()
    page.locator("#outline").get_by_role("link", name="Show all").click()
    expect_shown("^3 passages$", *every)
    expect(page.get_by_text("No passage passes these filters.")).to_be_hidden()
    page.locator("#outline").get_by_role("link", name="Ceasefire 2 passages").click()
    expect_shown("^2 of 3", "full ceasefire", "did not agree", query=f"?tag={ceasefire.pk}")
    page.reload()
    ready(page)
    expect_shown("^2 of 3", "full ceasefire", "did not agree", query=f"?tag={ceasefire.pk}")
    page.go_back()
    expect_shown("^3 passages$", *every)
    page.go_back()
    expect_shown("^0 of 3", query=f"?who=mine&coder={colleague.pk}&notes=1")
    assert text(page) == TEXT


def test_the_hint_of_an_empty_article_goes_with_the_first_passage(
    open_page, researcher, article, ceasefire
):
    page = open_page(article.get_absolute_url(), researcher)
    expect(page.get_by_text("Nobody has marked anything here yet.")).to_be_visible()

    select(page, article, "Istanbul")
    page.keyboard.press("Enter")
    page.keyboard.type("cease")
    page.keyboard.press("Enter")

    expect(page.locator("#article-text mark")).to_have_text(["Istanbul"])
    expect(page.get_by_text("Nobody has marked anything here yet.")).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Nobody has marked anything here yet.")).to_be_visible()


def test_a_passage_has_an_address_that_shows_it(open_page, researcher, long_article, ceasefire):
    passage = make_passage("Paragraph 40 says", long_article)
    make_tagging(passage, ceasefire, researcher)

    page = open_page(passage.get_absolute_url(), researcher)
    expect(mark(page, passage)).to_have_class(re.compile("target"))
    expect(mark(page, passage)).to_be_in_viewport()
    expect(pinned(page)).to_have_attribute("id", f"passage-{passage.pk}")
    expect(pinned(page)).to_be_in_viewport()
    visited = open_page(passage.get_absolute_url())
    expect(visited.locator("mark")).to_have_text(["Paragraph 40 says"])
    expect(visited.locator("mark")).to_have_class(re.compile("target"))
    expect(visited.locator("mark")).to_be_in_viewport()
    assert text(visited) == long_article.text


def test_cards_are_loaded_where_one_reads_and_move_nothing(
    open_page, researcher, long_article, ceasefire
):
    passages = [
        make_tagging(make_passage(f"Paragraph {n:02} says", long_article), ceasefire, researcher)
        for n in range(1, 61)
    ]
    page = open_page(long_article.get_absolute_url(), researcher)
    ready(page)
    expect(page.locator("#cards-2[data-waiting]")).to_be_attached()

    held = []
    page.route("**/articles/*/?part=*", lambda route: held.append(route))
    with page.expect_request("**/articles/*/?part=2*"):
        page.locator("#p40").evaluate("one => one.scrollIntoView({ block: 'center' })")
    before = top(page, "#p40"), page.evaluate("scrollY")
    for route in held:
        route.continue_()
    page.unroute("**/articles/*/?part=*")
    expect(card(page, passages[39].passage)).to_be_visible()

    assert (top(page, "#p40"), page.evaluate("scrollY")) == before
    assert abs(top(page, f"#passage-{passages[39].passage_id}") - top(page, "#p40")) < 12
    page.locator("#p60").scroll_into_view_if_needed()
    expect(card(page, passages[59].passage)).to_be_visible()
    assert text(page) == long_article.text


def test_a_branch_of_the_outline_folds_and_stays_folded(open_page, researcher, article, ceasefire):
    full = make_tag("Full ceasefire", parent=ceasefire)
    lasting = make_tag("Lasting ceasefire", parent=full)
    other = make_tag("Prisoners")
    for words, tag in (("a full ceasefire", full), ("did not agree", lasting), ("exchange", other)):
        make_tagging(make_passage(words, article), tag, researcher)
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    rows = page.locator(".tag-outline li:visible .name")
    everything = ["Ceasefire", "Full ceasefire", "Lasting ceasefire", "Prisoners"]
    expect(rows).to_have_text(everything)
    branch = page.get_by_role("button", name="Tags below Ceasefire")
    expect(page.locator(".fold")).to_have_count(2)

    branch.focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_text(["Ceasefire", "Prisoners"])
    expect(branch).to_have_attribute("aria-expanded", "false")
    select(page, article, "Istanbul")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("#article-text mark", has_text="Istanbul")).to_have_count(1)
    expect(rows).to_have_text(["Ceasefire", "Prisoners"])
    page.reload()
    expect(rows).to_have_text(["Ceasefire", "Prisoners"])

    branch.click()
    page.get_by_role("button", name="Tags below Full ceasefire").click()
    expect(rows).to_have_text(["Ceasefire", "Full ceasefire", "Prisoners"])
    branch.click()
    branch.click()
    expect(rows).to_have_text(["Ceasefire", "Full ceasefire", "Prisoners"])


def test_an_act_leaves_the_other_cards_as_they_are_and_loads_one_that_is_missing(
    open_page, researcher, long_article, ceasefire
):
    first, last = (
        make_tagging(make_passage(words, long_article), ceasefire, researcher).passage
        for words in ("Paragraph 01 says", "Paragraph 03 says")
    )
    far = make_tagging(make_passage("Paragraph 60 says", long_article), ceasefire, researcher)
    page = open_page(long_article.get_absolute_url(), researcher)
    ready(page)
    page.evaluate("pk => (window.kept = document.getElementById(`passage-${pk}`))", first.pk)
    page.evaluate("pk => document.getElementById(`passage-${pk}`).remove()", last.pk)

    select(page, long_article, "Paragraph 02 says")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("1")

    quotes = page.locator("#cards-0 .card .quote")
    expect(quotes).to_have_text([f"Paragraph 0{n} says" for n in (1, 2, 3)])
    expect(page.locator("#cards-0 [data-kept]")).to_have_count(0)
    coding.tag_passage(researcher, long_article, far.passage.start, far.passage.end, make_tag())
    at = long_article.text.index("Paragraph 59")
    coding.tag_passage(researcher, long_article, at, at + 12, ceasefire)
    waiting = page.locator(".cards[data-waiting]").last
    expect(waiting).to_have_text("2 more passages")
    page.locator("#p60").scroll_into_view_if_needed()
    expect(card(page, far.passage).locator(".chip")).to_have_count(2)


def test_150_passages_on_one_word_are_each_reachable(
    open_page, researcher, colleague, article, ceasefire
):
    at = TEXT.index("ceasefire")
    spans = [(at - left, at + 9 + right) for left in range(15) for right in range(10)]
    passages = [
        make_tagging(
            make_passage(TEXT[start:end], article, start), ceasefire, (researcher, colleague)[n % 2]
        ).passage
        for n, (start, end) in enumerate(spans)
    ]
    order = [one.pk for one in sorted(passages, key=lambda one: (one.start, -one.end))]
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)

    word = page.locator("#article-text mark", has_text=re.compile("^ceasefire$"))
    took = word.evaluate(
        """async (mark) => {
            const before = performance.now();
            mark.click();
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            return performance.now() - before;
        }"""
    )
    options = chooser(page).get_by_role("option")
    expect(options).to_have_count(150)
    assert options.evaluate_all("all => all.map((one) => Number(one.dataset.passage))") == order
    assert all("Ceasefire" in words for words in options.all_text_contents())
    for _ in range(148):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.last).to_be_focused()
    expect(options.last).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(pinned(page)).to_have_attribute("id", f"passage-{order[-1]}")
    expect(pinned(page)).to_be_in_viewport()
    expect(card(page, passages[-1])).to_be_visible()
    assert text(page) == TEXT
    assert took < 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_three_deep_is_legible_in_greyscale(open_page, researcher, scheme):
    article = make_article(text="nnn mmm xxx and here the words go on without any mark")
    for words, colour in (("nnn mmm xxx", "blue"), ("mmm xxx", "amber"), ("xxx", "red")):
        make_tagging(make_passage(words, article), make_tag(colour=colour), researcher)
    page = open_page(
        article.get_absolute_url(), researcher, color_scheme=scheme, device_scale_factor=2
    )
    ready(page)
    paper = page.context.new_page()

    marks = page.locator("#article-text mark")
    baseline = marks.first.bounding_box()["y"] + 18

    def lines(one):
        """How much of each line of ink below the letters of a mark is ink, in greyscale."""
        below = {"x": one.bounding_box()["x"] + 2, "width": 24, "y": baseline, "height": 12}
        png = page.screenshot(clip=below)
        rows = paper.evaluate(LUMINANCE, base64.b64encode(png).decode())
        tone = rows[-1][0]
        inked = [sum(abs(dot - tone) > 60 for dot in row) / len(row) for row in rows]
        # The feet of the letters, as far as this machine's font puts them there, are no line.
        inked = inked[next(row for row, ink in enumerate(inked) if ink < 0.2) :]
        # A line is a peak: its first row may be half of a pixel only.
        neighbours = zip([0, *inked], inked, [*inked[1:], 0], strict=False)
        return [round(now, 1) for before, now, after in neighbours if before < now >= after]

    solid, dashed, dotted = 1, 0.7, 0.5
    expected = [[solid], [solid, dashed], [solid, dashed, dotted]]
    # Where a dash begins depends on the width of the letters before it.
    assert [lines(one) for one in marks.all()] == [pytest.approx(one, abs=0.11) for one in expected]


def test_on_a_phone_in_the_dark_a_tap_brings_the_passages_card(
    open_page, researcher, long_article, ceasefire
):
    passages = [
        make_tagging(make_passage(f"Paragraph {n:02} says", long_article), ceasefire, researcher)
        for n in range(1, 61)
    ]
    page = open_page(long_article.get_absolute_url(), researcher, color_scheme="dark", **PHONE)
    ready(page)

    page.locator("#p30").scroll_into_view_if_needed()
    mark(page, passages[29].passage).tap()
    expect(pinned(page)).to_have_attribute("id", f"passage-{passages[29].passage_id}")
    expect(pinned(page)).to_be_in_viewport()
    expect(page.locator("#margin .card").filter(visible=True)).to_have_count(1)
    sheet = page.locator("#margin").bounding_box()
    assert round(sheet["y"] + sheet["height"]) == 844
    tapped = mark(page, passages[29].passage).bounding_box()
    assert tapped["y"] + tapped["height"] <= sheet["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Close").click()
    expect(pinned(page)).to_have_count(0)
    expect(page.locator("#margin .card").filter(visible=True)).to_have_count(0)
    assert text(page) == long_article.text


def test_a_phone_shows_how_many_lie_on_the_end_of_a_line_within_the_page(open_page, researcher):
    """Also with letters as far apart as WCAG 1.4.12 says."""
    article = make_article(text="\n".join("i" * length for length in range(40, 80)))
    tags = [make_tag() for _ in range(15)]
    for found in re.finditer("i+", article.text):
        passage = make_passage(found[0], article, found.start())
        for tag in tags:
            make_tagging(passage, tag, researcher)
    page = open_page(article.get_absolute_url(), researcher, **PHONE)
    ready(page)
    expect(page.locator("#article-text mark[data-more='+12']")).to_have_count(40)

    for spaced in (False, True):
        if spaced:
            page.evaluate(SPACED)
        assert page.evaluate(LEFT_OF_LINES) < 8
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_paper_stand_the_article_and_its_notes_as_footnotes(
    open_page, researcher, colleague, article, ceasefire
):
    sentence = make_passage("a full ceasefire", article)
    word = make_passage("ceasefire", article)
    early = make_passage("Istanbul", article)
    make_tagging(word, ceasefire, researcher)
    make_note("A whole one?", passage=sentence, author=colleague)
    make_note("For 30 days.", passage=word, author=researcher)
    make_note("Not for you.", passage=early, author=colleague, visibility=Visibility.PRIVATE)
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    # What is written after the page was opened is on paper as well.
    select(page, article, "Istanbul on Friday")
    page.keyboard.press("n")
    page.locator("#desk textarea").fill("16 May 2025.")
    page.locator("#desk").get_by_role("button", name="Save").click()
    expect(page.locator("#article-text mark")).to_have_count(3)

    page.emulate_media(media="print")

    expect(page.locator("#footnotes li")).to_have_text(
        [
            re.compile(r"^\s*Researcher: 16 May 2025\.\s*$"),
            re.compile(r"^\s*Colleague: A whole one\?\s*Researcher: For 30 days\.\s*$"),
        ]
    )
    numbered = page.locator("#article-text mark[data-note]")
    expect(numbered).to_have_text(["Istanbul on Friday", "ceasefire"])
    assert numbered.evaluate_all("all => all.map((one) => one.dataset.note)") == page.locator(
        "#footnotes li"
    ).evaluate_all("all => all.map((one) => one.dataset.note)")
    assert (
        numbered.evaluate_all("all => all.map((one) => getComputedStyle(one, '::after').content)")
        == ["counter(note)"] * 2
    )
    for tool in ("#margin", "#outline", "#desk", "#acts", ".site-header", ".by-paragraph",
                 "#coding", ".masthead .find"):  # fmt: skip
        expect(page.locator(tool)).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#article-text")).to_be_visible()
    assert text(page) == TEXT
    assert page.pdf()[:5] == b"%PDF-"
