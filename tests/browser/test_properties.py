"""For any text and any selection in the browser: what is stored is what was selected."""

import random

import regex

from annotations.models import Tagging
from talks.text import normalise
from tests.factories import make_article, make_passage, make_round, make_tag, make_tagging

from .reading import ready, text

PIECES = [
    *("Both sides", "agreed", "on", "nothing", "much.", "“So,”", "he said", "e-mail", "1,000"),
    *("👍", "👩‍👩‍👧‍👦", "🇺🇦🇷🇺", "👩🏽‍🚀", "é", "e\u0301", "ö\u0323\u0308", "n\u0303o", "𝒜𝒷"),
    *("Україна", "прекращение огня", "Й", "ї", "שלום", "עִבְרִית", "السلام", "لَا", "한국", "각"),
    *(
        "a < b",
        "&amp;",
        "<b>",
        "</p>",
        "</script>",
        '"',
        "\u00a0",
        "\u00ad",
        "नि",
        "ไทย",
        "zw\u200bsp",
    ),
]
GAPS = [
    " ",
    " ",
    " ",
    "  ",
    "\u00a0",
    "\u200b",
    "",
    "\t",
    "\n",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\r",
    "\u2028",
    "\u3000",
]
TEXTS = 25
SELECT_ANY = """(picks) => {
    const root = document.querySelector("#article-text");
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const nodes = [];
    let before = 0;
    for (let node; (node = walker.nextNode()); before += node.data.length) {
        nodes.push({ node, before });
    }
    const [from, to] = picks.map(([where, offset]) => {
        const { node, before } = nodes[Math.floor(where * nodes.length)];
        return { node, before, offset: Math.floor(offset * (node.data.length + 1)) };
    });
    root.focus({ preventScroll: true });
    getSelection().setBaseAndExtent(from.node, from.offset, to.node, to.offset);
    return [from, to].map(({ before, offset }) => before + offset).sort((a, b) => a - b);
}"""


def any_text(dice):
    """Words of many scripts with gaps of many kinds; it starts and ends with a word."""
    pieces = dice.choices(PIECES, k=dice.randint(3, 40))
    gaps = dice.choices(GAPS, k=len(pieces) - 1)
    return "".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True))


def meant(text, first, last):
    """The span that a selection of UTF-16 units means: trimmed, of whole graphemes; or None."""
    units = text.encode("utf-16-le")

    def points(at, **errors):
        return len(units[: 2 * at].decode("utf-16-le", **errors))

    # Half of a pair at the start counts as the whole of it, and so it does at the end.
    start = points(first, errors="ignore")
    end = points(last, errors="replace")
    words = text[start:end]
    if not words.strip():
        return None
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    borders = [0, *(found.end() for found in regex.finditer(r"\X", text))]
    return max(at for at in borders if at <= start), min(at for at in borders if at >= end)


def stored(article):
    """The span and the words of all that is tagged."""
    found = Tagging.objects.live().filter(passage__article=article)
    spans = found.values_list("passage__start", "passage__end", "passage__exact")
    return sorted(spans)


def test_any_selection_of_any_text_is_stored_as_it_was_selected(open_page, researcher):
    dice = random.Random(20250516)
    tag = make_tag()
    make_tagging(make_passage(), tag, researcher)
    istanbul = make_round()
    page = open_page("/articles/", researcher)
    selections = cut = 0

    for number in range(TEXTS):
        raw = any_text(dice)
        article = make_article(text=f"{number} {raw}", round=istanbul)
        assert article.text == f"{number} {normalise(raw)}"
        page.goto(article.get_absolute_url())
        ready(page)
        expected = set()
        for _ in range(4):
            picks = [[dice.random(), dice.random()] for _ in range(2)]
            first, last = page.evaluate(SELECT_ANY, picks)
            span = meant(article.text, first, last)
            if span is None:
                continue
            expected.add(span)
            selections += 1
            cut += (
                article.text[span[0] : span[1]].encode("utf-16-le")
                not in (article.text.encode("utf-16-le")[2 * first : 2 * last])
            )
            with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
                page.keyboard.press("1")
            assert answer.value.status == 200
            page.locator("#palette").wait_for(state="hidden")

        assert stored(article) == [(*span, article.text[slice(*span)]) for span in sorted(expected)]
        assert text(page) == article.text

    assert selections > 2 * TEXTS
    assert cut > TEXTS / 5  # selections that began or ended inside what a reader takes for one sign
