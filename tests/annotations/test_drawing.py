import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from annotations import drawing
from talks.text import paragraphs

LETTERS = st.sampled_from(["a", "<", "&", "é", "🕊", " ", "\n", "\u00a0", "\u200b", "ש", '"'])
TEXTS = st.lists(LETTERS, min_size=1, max_size=60).map("".join).filter(str.strip)


@st.composite
def texts_with_passages(draw):
    text = draw(TEXTS)
    ends = st.integers(0, len(text))
    spans = draw(st.lists(st.tuples(ends, ends).filter(lambda s: s[0] != s[1]), max_size=12))
    spans = sorted({tuple(sorted(span)) for span in spans}, key=lambda s: (s[0], -s[1]))
    return text, [
        drawing.Drawn(pk, start, end, ("blue",) * draw(st.integers(0, 3)))
        for pk, (start, end) in enumerate(spans, 1)
    ]


def text_of(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


@given(texts_with_passages())
def test_the_drawn_text_is_the_text(case):
    text, passages = case
    found = paragraphs(text)

    drawn = drawing.paragraphs_as_html(found, passages)

    assert [text_of(html) for html in drawn] == [paragraph.text for paragraph in found]


@given(texts_with_passages())
def test_the_marks_of_a_passage_hold_its_words_and_no_others(case):
    text, passages = case
    found = paragraphs(text)
    html = "".join(drawing.paragraphs_as_html(found, passages))

    for passage in passages:
        marked = "".join(
            unescape(words)
            for keys, words in re.findall(r'data-passages="([^"]*)"[^>]*>(.*?)</mark>', html, re.S)
            if str(passage.pk) in keys.split()
        )
        expected = "".join(
            text[max(passage.start, p.start) : min(passage.end, p.end)] for p in found
        )
        assert marked == expected


@given(texts_with_passages())
def test_no_two_passages_share_a_lane_where_they_overlap(case):
    _, passages = case
    laned = drawing.in_lanes(passages)

    for one in laned:
        for other in laned:
            if one is not other and one.passage.start < other.passage.end <= one.passage.end:
                assert not {lane for lane, _ in one.lanes} & {lane for lane, _ in other.lanes}


def test_three_deep_overlap_has_three_underlines_and_a_fourth_is_counted():
    (paragraph,) = paragraphs("one two")
    passages = [drawing.Drawn(pk, 0, 7, (colour,)) for pk, colour in enumerate("abcd", 1)]

    assert drawing.paragraphs_as_html([paragraph], passages) == [
        '<mark class="u1-a u2-b u3-c" data-passages="1 2 3 4" data-more="+1">one two</mark>'
    ]


def test_between_short_neighbours_only_the_last_says_how_many_more_there_are():
    (paragraph,) = paragraphs("one two")
    deep = [drawing.Drawn(pk, 0, 7, (colour,)) for pk, colour in enumerate("abcd", 1)]
    html = drawing.paragraphs_as_html([paragraph], [*deep, drawing.Drawn(5, 2, 7, ("e",))])[0]

    assert re.findall(r'data-more="(.*?)">(.*?)<', html) == [("+2", "e two")]


def test_a_passage_without_tags_is_drawn_as_a_note():
    (paragraph,) = paragraphs("one two")

    assert drawing.paragraphs_as_html([paragraph], [drawing.Drawn(7, 4, 7)]) == [
        'one <mark class="u1-note" data-passages="7">two</mark>'
    ]


def test_passages_that_end_together_share_the_place_of_a_footnote():
    (paragraph,) = paragraphs("one two")
    passages = [drawing.Drawn(7, 0, 7, footnote_at=7), drawing.Drawn(8, 4, 7, footnote_at=7)]

    assert drawing.paragraphs_as_html([paragraph], passages) == [
        '<mark class="u1-note" data-passages="7">one </mark>'
        '<mark class="u1-note u2-note" data-passages="7 8" data-note="7 8">two</mark>'
    ]
