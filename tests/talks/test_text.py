import regex
from hypothesis import given
from hypothesis import strategies as st

from talks import text as plain_text

LETTERS = st.sampled_from(
    [
        "a",
        "B",
        "и",
        "Й",
        "ש",
        "🕊",
        "👩‍👩‍👧",
        "e\u0301",
        " ",
        "\n",
        "\u00a0",
        "\u200b",
        "\u2028",
        "“",
        ".",
    ]
)
TEXTS = st.lists(LETTERS, max_size=60).map("".join)


def test_first_words_are_eight_or_as_many_letters_as_have_room():
    assert plain_text.first_words("One two three.") == "One two three."
    assert plain_text.first_words("a b c d e f g h i") == "a b c d e f g h…"
    assert plain_text.first_words("a b c d e f g h. i") == "a b c d e f g h…"
    assert plain_text.first_words("会谈" * 200) == "会谈" * 80 + "…"


def test_paragraphs_are_the_lines_that_hold_words():
    text = "A heading\nThe first paragraph is a longer one.\n\n  \nThe second.\nSource: CNN"

    assert [(p.number, p.kind, p.text) for p in plain_text.paragraphs(text)] == [
        (1, "heading", "A heading"),
        (2, "body", "The first paragraph is a longer one."),
        (3, "body", "The second."),
        (4, "credit", "Source: CNN"),
    ]


@given(TEXTS)
def test_a_paragraph_stands_where_it_says(text):
    for paragraph in plain_text.paragraphs(text):
        assert text[paragraph.start : paragraph.end] == paragraph.text


def test_sentences_end_where_a_reader_ends_them():
    text = "Mr. Rubio met U.S. officials. “That didn’t happen,” he said! Why? 3.5 per cent"
    (paragraph,) = plain_text.paragraphs(text)

    assert [sentence.text for sentence in plain_text.sentences(paragraph)] == [
        "Mr. Rubio met U.S. officials.",
        "“That didn’t happen,” he said!",
        "Why?",
        "3.5 per cent",
    ]
    (paragraph,) = plain_text.paragraphs("他说：“同意。”双方停火。रूस सहमत हुआ। यूक्रेन नहीं।")
    assert [sentence.text for sentence in plain_text.sentences(paragraph)] == [
        "他说：“同意。”",
        "双方停火。",
        "रूस सहमत हुआ।",
        "यूक्रेन नहीं।",
    ]


@given(TEXTS)
def test_sentences_leave_out_nothing_but_white_space(text):
    for paragraph in plain_text.paragraphs(text):
        sentences = plain_text.sentences(paragraph)

        assert all(text[s.start : s.end] == s.text for s in sentences)
        assert "".join("".join(s.text for s in sentences).split()) == "".join(
            paragraph.text.split()
        )


@given(TEXTS, st.integers(0, 80), st.integers(0, 80))
def test_a_widened_span_cuts_no_grapheme_and_loses_nothing(text, start, end):
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    first, last = plain_text.widened_to_graphemes(text, start, end)
    borders = {0} | {match.end() for match in regex.finditer(r"\X", text)}

    assert first <= start <= end <= last
    assert start == end or {first, last} <= borders


def test_a_flag_is_taken_whole():
    assert plain_text.widened_to_graphemes("a👩‍👩‍👧b", 0, 2) == (0, 6)


def test_outer_white_space_is_left_out():
    assert plain_text.trimmed("one  two\u00a0\n three", 3, 10) == (5, 8)


def test_line_ends_become_lf_and_nothing_else_changes():
    assert plain_text.normalise("\ufeffa\r\nb\rc e\u0301 \u00a0") == "a\nb\nc e\u0301 \u00a0"


def test_the_bounds_move_by_words():
    steps = plain_text.word_steps("Both sides agreed today.", 5, 17)

    assert [(step.name, step.exact) for step in steps] == [
        ("Start a word earlier", "Both sides agreed"),
        ("Start a word later", "agreed"),
        ("End a word earlier", "sides"),
        ("End a word later", "sides agreed today"),
    ]
