"""A passage is shown with the sentence that it stands in."""

import pytest

from annotations.context import REACH, around, marked
from talks.text import Paragraph

TEXT = "They met on Friday. The U.S. said “no” to it, and left. Nobody answered.\nThe next day."


def shown(exact, text=TEXT):
    start = text.index(exact)
    end = start + len(exact)
    context = around(text[max(0, start - REACH) : start], exact, text[end : end + REACH])
    return f"{context.before}[{exact}]{context.after}"


@pytest.mark.parametrize(
    ("exact", "expected"),
    [
        ("said", "The U.S. [said] “no” to it, and left."),
        ("The U.S.", "[The U.S.] said “no” to it, and left."),
        ("and left.", "The U.S. said “no” to it, [and left.]"),
        ("They met on Friday.", "[They met on Friday.]"),
        ("Friday. The U.S.", "They met on [Friday. The U.S.] said “no” to it, and left."),
        ("answered.\nThe next", "Nobody [answered.\nThe next] day."),
        ("The next day.", "[The next day.]"),
        (TEXT, f"[{TEXT}]"),
        (" The", "They met on Friday.[ The] U.S. said “no” to it, and left."),
    ],
)
def test_the_sentence_around_a_passage(exact, expected):
    assert shown(exact) == expected


def test_a_long_sentence_is_cut_at_a_word():
    text = "word " * 200 + "here" + " word" * 200

    context = shown("here", text)

    assert context.startswith("…word word ")
    assert context.endswith(" word word…")
    assert len(context) <= 2 * REACH + len("[here]") + 2


def test_a_sentence_that_fits_is_not_cut():
    before = "x" * (REACH - 2) + " "
    assert shown("here", f"{before}here.") == f"{before}[here]."


@pytest.mark.parametrize("text", ["…!?.", "\n\n", " ", "🤝", "а\u0301", "\u200b"])
def test_any_text_can_be_a_passage(text):
    assert around("", text, "") == ("", "")
    assert len(around((text * REACH)[-REACH:], text, (text * REACH)[:REACH]).before) <= REACH + 1


def test_text_without_spaces_is_cut_where_it_must_be():
    assert around("和" * REACH, "平", "和" * REACH) == ("…" + "和" * REACH, "和" * REACH + "…")


@pytest.mark.parametrize(
    ("spans", "pieces"),
    [
        ([], [("Both sides agreed.", False)]),
        ([(10, 28)], [("Both sides agreed.", True)]),
        ([(15, 20)], [("Both ", False), ("sides", True), (" agreed.", False)]),
        # Overlapping and touching spans are one mark; what lies outside the paragraph is not here.
        ([(0, 14), (12, 20), (20, 21)], [("Both sides ", True), ("agreed.", False)]),
        ([(0, 10), (28, 40)], [("Both sides agreed.", False)]),
    ],
)
def test_a_paragraph_is_cut_where_passages_begin_and_end(spans, pieces):
    paragraph = Paragraph(2, "body", 10, 28, "Both sides agreed.")

    assert marked(paragraph, spans) == pieces
