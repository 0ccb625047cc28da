"""What changed between two wordings can be read in one text."""

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from talks.differences import differences

OLD = "Both sides agreed to a swap of 1,000 prisoners each."
NEW = "Both sides agreed to an exchange of 1,000 captives each."


def test_what_went_stands_before_what_came():
    assert differences(OLD, NEW) == [
        ("same", "Both sides agreed to "),
        ("old", "a swap "),
        ("new", "an exchange "),
        ("same", "of 1,000 "),
        ("old", "prisoners "),
        ("new", "captives "),
        ("same", "each."),
    ]


def test_a_single_word_between_two_changes_is_shown_with_them():
    assert differences("one two three", "uno two tres") == [
        ("old", "one two three"),
        ("new", "uno two tres"),
    ]


def test_a_number_stands_against_a_number():
    assert differences("He named 1,000 men of them", "He named 1,200 men of them") == [
        ("same", "He named "),
        ("old", "1,000 "),
        ("new", "1,200 "),
        ("same", "men of them"),
    ]


def test_equal_and_empty_wordings():
    assert differences(OLD, OLD) == [("same", OLD)]
    assert differences("", OLD) == [("new", OLD)]
    assert differences("", "") == []


def test_a_screen_reader_hears_what_was_put_in_and_taken_out_and_markup_stays_text():
    html = render_to_string("talks/_differences.html", {"pieces": differences("<b>", "<i>")})

    assert html.strip() == (
        '&lt;<del><span class="visually-hidden">[taken out: </span>b'
        '<span class="visually-hidden">]</span></del>'
        '<ins><span class="visually-hidden">[put in: </span>i'
        '<span class="visually-hidden">]</span></ins>&gt;'
    )


def test_white_space_that_changed_is_seen():
    pieces = differences("We  agree\nto it\u00a0all here now.", "We agree to it all here now.")

    assert [piece.shown for piece in pieces if piece.kind != "same"] == [
        "We··agree¶\nto it·",
        "We agree to it ",
    ]


texts = st.text(alphabet="ab12 \n,é👍", max_size=40)


@given(texts, texts)
def test_both_wordings_can_be_read_back(old, new):
    pieces = differences(old, new)

    assert "".join(text for kind, text in pieces if kind != "new") == old
    assert "".join(text for kind, text in pieces if kind != "old") == new
