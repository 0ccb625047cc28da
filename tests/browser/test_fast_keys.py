"""Keys that come before the page has caught up with the selection."""

import pytest
from playwright.sync_api import expect

from annotations import coding
from annotations.models import Tagging
from tests.factories import make_article, make_passage, make_tag, make_tagging

from .reading import ready

TEXT = "Both sides agreed 👍🏽👍🏽 on an exchange."
SELECT_AND_PRESS = """async ([start, end, when]) => {
    const root = document.querySelector("#article-text");
    const node = document.createTreeWalker(root, NodeFilter.SHOW_TEXT).nextNode();
    window.opened = [];
    document.addEventListener("selection:made", ({ detail }) => window.opened.push(detail.exact));
    root.focus();
    if (when === "told") {
        const told = new Promise((done) =>
            document.addEventListener("selectionchange", done, { once: true }));
        getSelection().setBaseAndExtent(node, start, node, end);
        await told;
    } else getSelection().setBaseAndExtent(node, start, node, end);
    root.dispatchEvent(new KeyboardEvent("keydown", { key: "1", code: "Digit1", bubbles: true }));
}"""

# What the reader does by itself once a selection has settled.
LOOK = "document.querySelector('selection-watch').flush()"


@pytest.mark.parametrize("when", ["at once", "told"])
@pytest.mark.parametrize(
    ("start", "end", "exact"),
    [
        (5, 10, "sides"),
        (11, 19, "agreed 👍🏽"),
        (19, 29, "👍🏽👍🏽 on"),
        (29, 11, "agreed 👍🏽👍🏽 on"),
    ],
)
def test_a_key_right_behind_a_selection_codes_it_and_closes(
    open_page, researcher, start, end, exact, when
):
    make_tagging(make_passage(), make_tag("Ceasefire"), researcher)
    article = make_article(text=TEXT)
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)

    page.evaluate(SELECT_AND_PRESS, [start, end, when])

    expect(page.locator("#article-text mark")).to_have_text([exact])
    expect(page.locator("#palette")).to_be_hidden()
    page.evaluate(LOOK)
    expect(page.locator("#palette")).to_be_hidden()
    assert page.evaluate("window.opened") == [exact]
    stored = Tagging.objects.filter(passage__article=article)
    assert list(stored.values_list("passage__exact", flat=True)) == [exact]


def test_a_selection_that_ends_inside_a_pair_outlives_a_redrawn_paragraph(
    open_page, researcher, colleague
):
    article = make_article(text=TEXT)
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    page.evaluate(SELECT_AND_PRESS, [11, 19, "told"])
    quoted = page.locator("#palette .selected")
    expect(quoted).to_have_text("agreed 👍🏽")

    coding.tag_passage(colleague, article, 0, 10, make_tag("Ceasefire"))

    expect(page.locator("#article-text mark")).to_have_text(["Both sides"])
    page.evaluate(LOOK)
    expect(quoted).to_have_text("agreed 👍🏽")
    assert page.evaluate("window.opened") == ["agreed 👍🏽"]
