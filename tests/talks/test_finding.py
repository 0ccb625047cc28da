"""Finding words in a text: every place, in exact code points, whatever folding does to lengths."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talks.finding import places


def found(text, words, **options):
    return [text[start:end] for start, end in places(text, words, **options)]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("The ceasefire: a CEASEFIRE.", "Ceasefire", ["ceasefire", "CEASEFIRE"]),
        ("😀😀 Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("İstanbul and istanbul", "istanbul", ["İstanbul", "istanbul"]),
        ("cafe\u0301 und café", "CAFE", ["cafe\u0301", "café"]),
        ("the ofﬁce", "office", ["ofﬁce"]),
        ("cease\u00adfire", "ceasefire", ["cease\u00adfire"]),
        ("both  sides\nagreed", "sides agreed", ["sides\nagreed"]),
        ("Ukraine’s “plan”", 'ukraine\'s "plan"', ["Ukraine’s “plan”"]),
        ("ааа аа", "аа", ["аа", "аа"]),
        ("Переговоры", "ПЕРЕГОВОРЫ", ["Переговоры"]),
        ("за́мок, всё, йод, и\u0306од", "замок, все, йод", ["за́мок, всё, йод"]),
        ("йод, и\u0306од, иод", "йод", ["йод", "и\u0306од"]),
        ("їжа і іжа", "іжа", ["іжа"]),
        ("مُحَمَّد", "محمد", ["مُحَمَّد"]),
        ("हिन्दी", "हन", []),
        ("Łódź, Diyarbakır", "lodz, diyarbakir", ["Łódź, Diyarbakır"]),
        ("Кам\u02bcянець", "кам'янець", ["Кам\u02bcянець"]),
        ("1000, 1,000, 1\u202f000", "1'000", ["1000", "1,000", "1\u202f000"]),
        ("٢٠٢٢ and ２０２２", "2022", ["٢٠٢٢", "２０２２"]),
        ("anything", " ", []),
        ("anything", "\u0301", []),
        ("", "x", []),
    ],
)
def test_words_are_found_whatever_case_accents_and_spaces(text, words, expected):
    assert found(text, words) == expected


def test_whole_words_stand_alone():
    assert found("talk talks talk-show untalk", "talk", whole=True) == ["talk", "talk"]


def test_no_more_than_asked_are_told():
    assert len(places("a " * 50, "a", most=7)) == 7


ALPHABET = "aAßSsiIİıeéE\u0301\u00adﬁﬂf 😀\nи\u0306йЙ-–"


@given(st.text(ALPHABET, max_size=40), st.text(ALPHABET, min_size=1, max_size=4))
def test_places_are_in_order_and_within_the_text(text, words):
    spans = places(text, words)

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert all(not unicodedata.combining(text[end]) for _, end in spans if end < len(text))


@given(
    st.text(ALPHABET, max_size=20), st.text(ALPHABET, max_size=20), st.text("abé😀ßİ", min_size=1)
)
def test_words_are_found_where_they_are_put(before, after, words):
    text = f"{before} {words} {after}"
    start = len(before) + 1

    covering = [
        one for one in places(text, words) if one[0] < start + len(words) and one[1] > start
    ]

    assert covering
