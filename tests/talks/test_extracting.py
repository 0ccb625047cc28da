"""The same text whatever it comes in, and a reason for each file that cannot be read."""

import json
import textwrap
from pathlib import Path

import pytest

import annotations
from talks.extracting import Reader, Unreadable

from .files import (
    ODF,
    SCAN,
    W,
    make_docx,
    make_epub,
    make_html,
    make_odt,
    make_pdf,
    make_placed_pdf,
    make_printed_pdf,
    make_tagged_pdf,
    make_zip,
)

SEED = Path(annotations.__file__).parent / "seed" / "istanbul-2025-05-16.txt"
TEXT = SEED.read_bytes().decode()
LINES = TEXT.split("\n")
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
MANY_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY b0 "ha">'
    + "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)


@pytest.fixture(scope="module")
def reader():
    with Reader() as reader:
        yield reader


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", TEXT.encode()),
        ("a.txt", TEXT.replace("\n", "\r\n").encode("utf-16")),
        ("a.md", TEXT.encode()),
        ("a.md", TEXT.replace("\n", "\n\n").encode()),
        ("a.html", make_html(LINES)),
        ("a.docx", make_docx(LINES)),
        ("a.odt", make_odt(LINES)),
        ("a.epub", make_epub(LINES)),
        ("a.pdf", make_pdf(LINES)),
    ],
    ids=["txt", "utf-16", "md", "spaced-md", "html", "docx", "odt", "epub", "pdf"],
)
def test_the_first_article_is_the_same_text_in_each_format(reader, name, content):
    assert reader.read(content, name=name).text == TEXT


def test_a_name_does_not_hide_what_a_file_is(reader):
    assert reader.read(make_docx(["They met."]), name="notes.txt").format == "docx"


def test_a_word_file_has_its_insertions_and_not_its_deletions(reader):
    body = (
        '<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>The talks</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Both</w:t></w:r><w:ins><w:r><w:t> sides</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText> parties</w:delText></w:r></w:del><w:hyperlink><w:r><w:t> agreed"
        "</w:t></w:r></w:hyperlink><w:r><w:instrText>PAGE</w:instrText><w:br/><w:t>at last</w:t>"
        "</w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>In a table</w:t></w:r></w:p></w:tc></w:tr>"
        "</w:tbl>"
    )
    core = "<dc:title>Document1</dc:title><dc:creator>Ada Writer</dc:creator>"
    macros = {"word/vbaProject.bin": b"\0macro"}

    found = reader.read(make_docx(body=body, core=core, extra=macros), name="a.docm")

    assert found.text == "The talks\nBoth sides agreed\nat last\nIn a table"
    assert found.fields == {"title": "The talks", "byline": "Ada Writer"}


def test_what_word_shows_no_more_is_not_read(reader):
    body = (
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>One</w:t></w:r></w:p>"
        "<w:p><w:r><w:t> line.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden</w:t></w:r>"
        '</w:p><w:p><w:r><w:t>A page</w:t><w:br w:type="page"/><w:t>and the next</w:t></w:r></w:p>'
        "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>Gone</w:t></w:r></w:p></w:tc>"
        "</w:tr></w:tbl><w:tbl><w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p><w:r><w:t>Gone</w:t>"
        '</w:r></w:p></w:tc></w:tr></w:tbl><w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>Hid'
        'den</w:t></w:r></w:p><w:p><w:r><w:sym w:font="Symbol" w:char="F0A3"/><w:t> 5</w:t></w:r>'
        "</w:p>"
    )
    hiding = "<w:style w:styleId='H'><w:rPr><w:vanish/></w:rPr></w:style>"
    styles = f"<w:styles xmlns:w='{W}'>{hiding}</w:styles>"

    found = reader.read(make_docx(body=body, extra={"word/styles.xml": styles}), name="a.docx")

    assert found.text == "One line.\nA page\nand the next\n≤ 5"


def test_an_open_document_keeps_its_spaces_and_leaves_out_its_notes(reader):
    body = (
        "<text:tracked-changes><text:p>Gone</text:p></text:tracked-changes>"
        '<text:h>A heading</text:h><text:p>Two<text:s text:c="2"/>spaces<text:note><text:p>A note'
        "</text:p></text:note> and a\n line<text:line-break/>next</text:p>"
        '<text:section text:display="none"><text:p>Hidden</text:p></text:section>'
        f'<style:style xmlns:style="{ODF}:style:1.0" style:name="T1">'
        '<style:text-properties text:display="none"/></style:style>'
        '<text:p>Seen<text:span text:style-name="T1">, and not</text:span>.</text:p>'
    )

    assert reader.read(make_odt(body=body), name="a.odt").text == (
        "A heading\nTwo  spaces and a line\nnext\nSeen."
    )


def test_a_book_tells_what_is_known_of_it(reader):
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The talks</dc:title><dc:creator>Ada'
        "</dc:creator><dc:creator>Ben</dc:creator><dc:identifier>https://example.org/talks"
        "</dc:identifier><dc:date>2025</dc:date></metadata>"
        '<manifest><item id="a" href="text/a.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )

    assert reader.read(make_epub(LINES), name="a.epub").fields == {
        "title": "The talks",
        "language": "en",
        "published_on": "2025-05-16",
    }
    assert reader.read(make_epub(LINES, {"OPS/b.opf": package}), name="a.epub").fields == {
        "title": "The talks",
        "byline": "Ada; Ben",
        "url": "https://example.org/talks",
    }


def test_signs_that_a_book_calls_by_their_names_are_read(reader):
    chapter = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Caf&eacute;&nbsp;talks &mdash; 1 &lt; '
        "2 &nosuch; &amp;mdash;</p></body></html>"
    )

    assert reader.read(make_epub([], chapter=chapter), name="a.epub").text == (
        "Café\u00a0talks — 1 < 2 &nosuch; &mdash;"
    )


def test_words_broken_at_the_end_of_a_pdfs_line_are_whole_again(reader):
    found = reader.read(make_pdf(["The cease- fire held."], width=10), name="a.pdf")

    assert (found.text, found.fields) == ("The ceasefire held.", {"title": "The talks"})


def test_hyphens_that_belong_to_words_stay_at_the_end_of_a_pdfs_line(reader):
    lines = ["A well-", "known envoy of Russian-", "Ukrainian pre-", "and post-", "war nego-",
             "tiations, well-known for out-", "of-town talks."]  # fmt: skip
    page = [(40, 1900 - 12 * i, 10, line) for i, line in enumerate(lines)]

    assert reader.read(make_printed_pdf([page]), name="a.pdf").text == (
        "A well-known envoy of Russian-Ukrainian pre- and postwar negotiations, well-known for "
        "out-of-town talks."
    )


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        # Arabic, with a ligature, a number, a date and a Latin word; brackets as they look.
        (
            [*".(%50 ةبسنب) كلذ ضفر Kremlin نإ ،17.05.2025 يف ر", "لا", *"ق"],
            "قلار في 17.05.2025، إن Kremlin رفض ذلك (بنسبة 50%).",
        ),
        # The same brackets as LibreOffice writes them.
        ([*".)%50 ةبسنب( كلذ"], "ذلك (بنسبة 50%)."),
        # Shapes of letters in place of letters, and points over them.
        ([*"ﻲﻓ \u064eﻝ\u064eﺎ\u064eﻗ"], "قَاَلَ في"),
        # Hebrew: a sign belongs to its number, a bracket to the words that go to the right.
        (
            [*".50% ,2025 יאמב 16-ב Reuters (UK) רבוד ,(2,000 ךותמ) 1,000 יכ"],
            "כי 1,000 (מתוך 2,000), דובר Reuters (UK) ב-16 במאי 2025, 50%.",
        ),
        # Within English.
        ([*'He said: "םולש בוט" to 5 (ברע) of them.'], 'He said: "טוב שלום" to 5 (ערב) of them.'),
        ([*"He said )ברע( to them."], "He said (ערב) to them."),
    ],
    ids=["arabic", "turned-brackets", "shapes", "hebrew", "in-english", "turned-in-english"],
)
def test_what_a_pdf_writes_from_right_to_left_is_read_so(reader, printed, read):
    assert reader.read(make_placed_pdf([(40, 1900, printed)]), name="a.pdf").text == read


def test_bullets_from_a_font_of_signs_are_told_in_a_pdf(reader):
    lines = [
        (40, 1900, "\ue00c"),
        (60, 1900, "One demand"),
        (40, 1888, "\uf0b7"),
        (60, 1888, "Two"),
    ]

    assert reader.read(make_placed_pdf(lines), name="a.pdf").text == "One demand\nTwo"


def test_lines_that_end_at_the_left_go_on_at_the_right_whatever_the_files_order(reader):
    printed = ["לארשי תלשממ", "העידוה", ".רמאנ ךכ"]
    lines = [(340 - 6 * len(line), 1900 - 12 * n, line) for n, line in enumerate(printed)]

    found = reader.read(make_placed_pdf([lines[1], lines[2], lines[0]]), name="a.pdf")

    assert found.text == "ממשלת ישראל הודיעה כך נאמר."


def test_columns_of_text_from_right_to_left_are_read_from_the_right(reader):
    lines = [
        *((200, 1900 - 12 * n, word[::-1].rjust(16)) for n, word in enumerate(["ראשון", "שני."])),
        *((40, 1900 - 12 * n, word[::-1].rjust(16)) for n, word in enumerate(["שלישי", "רביעי."])),
    ]

    found = reader.read(make_placed_pdf(lines), name="a.pdf")

    assert found.text == "ראשון שני.\nשלישי רביעי."


def test_columns_of_a_pdf_are_read_one_after_the_other_without_running_heads(reader):
    def page(number, left, right):
        return [
            (40, 1950, 8, "THE DAILY TIMES"),
            *[(40, 1900 - 12 * i, 10, line) for i, line in enumerate(left)],
            *[(360, 1900 - 12 * i, 10, line) for i, line in enumerate(right)],
            (300, 40, 8, f"Page {number}"),
        ]

    first = page(1, ["Both sides met on", "Friday. They agreed to"], ["a swap, and the", "other"])
    first.append((40, 1930, 20, "Talks that end late after midnight"))
    second = page(2, ["matters wait.", "", "Nobody was named."], ["The end."])

    found = reader.read(make_printed_pdf([first, second]), name="a.pdf")

    assert found.text.split("\n") == [
        "Talks that end late after midnight",
        "Both sides met on Friday. They agreed to a swap, and the other matters wait.",
        "Nobody was named.",
        "The end.",
    ]
    assert found.fields == {"language": "en-GB"}


def test_a_pdf_is_read_in_paragraphs_whatever_stands_beside_and_between_them(reader):
    def column(left, top, *lines):
        return [(left, top - 12 * i, 10, line) for i, line in enumerate(lines)]

    first = [
        (40, 1950, 8, "THE DAILY TIMES"),
        (40, 1900, 30, "B"),
        *column(62, 1912, "oth sides met on Friday, and then", "they agreed to a swap of"),
        # Spread over the width of the column.
        *column(40, 1888, "prisoners    of   war.   An   aide", "to   the    president   said   he",
                "was content. The envoys went."),
        (52, 1852, 10, "Nobody else spoke."),
        *column(52, 1840, "It was the last of three days"), *column(40, 1828, "of talks."),
        (40, 1804, 10, "•"), (55, 1804, 10, "A truce of thirty days, as was"),
        (55, 1792, 10, "asked for"),
        (40, 1780, 10, "•"), (55, 1780, 10, "The exchange of prisoners"),
        (300, 40, 8, "1"),
    ]  # fmt: skip
    second = [
        (40, 1950, 8, "THE DAILY TIMES"),
        (40, 1900, 10, "Party"), (120, 1900, 10, "Envoys"), (200, 1900, 10, "Demand"),
        (40, 1880, 10, "Ukraine"), (120, 1880, 10, "12"), (200, 1880, 10, "A truce"),
        (40, 1860, 10, "Russia"), (120, 1860, 10, "14"), (200, 1860, 10, "Withdrawal"),
        *column(40, 1820, "Short."), *column(40, 1790, "The end."),
        # Two rows alone, as of a table that ends on the next page.
        (40, 1700, 10, "Kyiv"), (110, 1700, 10, "One of two"),
        (40, 1680, 10, "Moscow"), (110, 1680, 10, "None of them"),
        (300, 40, 8, "2"),
    ]  # fmt: skip

    found = reader.read(make_printed_pdf([first, second]), name="a.pdf")

    assert found.text.split("\n") == [
        "Both sides met on Friday, and then they agreed to a swap of prisoners of war. An aide to "
        "the president said he was content. The envoys went.",
        "Nobody else spoke.",
        "It was the last of three days of talks.",
        "A truce of thirty days, as was asked for",
        "The exchange of prisoners",
        *["Party", "Envoys", "Demand", "Ukraine", "12", "A truce", "Russia", "14", "Withdrawal"],
        "Short.",
        "The end.",
        *["Kyiv", "One of two", "Moscow", "None of them"],
    ]


def test_the_cells_of_a_pdf_s_table_are_read_row_by_row_whatever_they_hold(reader):
    def cell(left, top, *lines):
        return [(left, top - 12 * i, 10, line) for i, line in enumerate(lines)]

    page = [
        *cell(40, 1892, "Issue"), *cell(140, 1892, "Kyiv"), *cell(340, 1892, "Moscow"),
        *cell(40, 1870, "Truce"), *cell(140, 1870, "Thirty days, without", "conditions, at once."),
        *cell(340, 1870, "Only after the causes", "of it all are dealt", "with."),
        *cell(40, 1820, "Swap"), *cell(140, 1820, "All prisoners that", "both sides hold, now."),
        *cell(340, 1820, "A thousand of each", "side."),
        *cell(40, 1780, "This is how both sides stood when the talks ended."),
    ]  # fmt: skip

    assert reader.read(make_printed_pdf([page]), name="a.pdf").text.split("\n") == [
        *["Issue", "Kyiv", "Moscow"],
        *["Truce", "Thirty days, without conditions, at once."],
        "Only after the causes of it all are dealt with.",
        *["Swap", "All prisoners that both sides hold, now.", "A thousand of each side."],
        "This is how both sides stood when the talks ended.",
    ]

    # Set closer to one another than words may be in a line that is spread.
    page = [
        *cell(40, 1892, "The first cell's", "words go to here", "and then end."),
        *cell(140, 1892, "The other cell's", "words begin here", "and so on."),
    ]

    assert reader.read(make_printed_pdf([page]), name="a.pdf").text.split("\n") == [
        "The first cell's words go to here and then end.",
        "The other cell's words begin here and so on.",
    ]


def test_a_pdf_s_notes_stand_behind_the_text_that_goes_on_over_them(reader):
    first = [(40, 1900, 10, "They agreed on a swap, which"), (40, 1888, 10, "was asked for by the"),
             (40, 60, 8, "1 By both sides, in a"), (40, 51, 8, "joint statement.")]  # fmt: skip
    second = [(40, 1900, 10, "families of many."), (40, 60, 8, "2 As was said."), (40, 30, 8, "2")]
    pages = [first, second]

    assert reader.read(make_printed_pdf(pages), name="a.pdf").text.split("\n") == [
        "They agreed on a swap, which was asked for by the families of many.",
        "1 By both sides, in a joint statement.",
        "2 As was said.",
    ]

    # Under the first of two columns.
    columns = [(40, 1900, 10, "They agreed on a"), (40, 1888, 10, "swap, which was"),
               (40, 1870, 8, "1 By both."), (360, 1900, 10, "asked for by the"),
               (360, 1888, 10, "families of many.")]  # fmt: skip

    assert reader.read(make_printed_pdf([columns]), name="a.pdf").text.split("\n") == [
        "They agreed on a swap, which was asked for by the families of many.",
        "1 By both.",
    ]

    # Lines that are alike but for their figures are none that run over the pages.
    lines = [[(40, 1900 - 12 * i, 10, f"Day {i} of week {n}.") for i in (1, 2)] for n in (1, 2)]

    assert reader.read(make_printed_pdf(lines), name="a.pdf").text.replace("\n", " ") == (
        "Day 1 of week 1. Day 2 of week 1. Day 1 of week 2. Day 2 of week 2."
    )


def test_what_a_browser_prints_around_and_over_a_page_s_words_is_not_read(reader):
    page = [(40, 1950, 8, "5/16/25, 11:53 AM"), (300, 1950, 8, "The talks"),
            (40, 1900, 10, f"The delegation met. {SENTENCES[0]}"), (40, 40, 8, "https://daily.example/talks"),
            (600, 40, 8, "1/1"),
            # A soft hyphen that ends no line, as a space over a letter.
            (88, 1900, 10, " ")]  # fmt: skip

    assert reader.read(make_printed_pdf([page]), name="a.pdf").text == (
        f"The delegation met. {SENTENCES[0]}"
    )


def test_a_tagged_pdf_is_read_as_it_says(reader):
    page = [
        (1950, "5/16/25, 11:53 AM", None),
        *[(1900, "They met in Istanbul", 0), (1888, "Nobody knew why.", 1), (1876, "It was", 2)],
        *[(1840, "Friday.", 2), (40, "https://daily.example 1/1", None)],
    ]
    found = reader.read(make_tagged_pdf(page), name="a.pdf")

    assert found.text == "They met in Istanbul\nNobody knew why.\nIt was Friday."

    # Each line a paragraph, as some programs say, is not believed.
    lines = ["They met in Istanbul, and then", "went on to speak of other", "matters."]
    page = [(1900 - 12 * i, line, i) for i, line in enumerate(lines)]

    assert reader.read(make_tagged_pdf(page), name="a.pdf").text == " ".join(lines)


def test_a_pdf_whose_pages_are_drawn_by_forms_is_read(reader):
    pages = [[(40, 1900, 10, "They met in Istanbul.")], [(40, 1900, 10, "They agreed.")]]

    found = reader.read(make_printed_pdf(pages, in_forms=True), name="a.pdf")

    assert found.text == "They met in Istanbul.\nThey agreed."


def test_markdown_loses_its_marks_and_gains_its_front_matter(reader):
    source = (
        b"---\ntitle: The talks\nauthor: Ada\ndate: 2025-05-16\n---\n"
        b"# The talks\n\nBoth **sides**\n[agreed](https://example.org).\n\n- one\n- two\n"
    )

    found = reader.read(source, name="a.md")

    assert found.text == "The talks\nBoth sides agreed.\none\ntwo"
    assert found.fields == {"title": "The talks", "byline": "Ada", "published_on": "2025-05-16"}


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: >\n  The\n  talks\nauthor:\n  - Ada\n  - Ben\ndate: 2025-05-16T10:00:00Z\n---",
        '+++\ntitle = "The talks"\nauthor = ["Ada", "Ben"]\ndate = 2025-05-16\n+++',
        "---\ntitle: 'The talks'  \nauthor: [Ada, \"Ben\"]\ndate: 2025-05-16 # a Friday\n...",
    ],
    ids=["folded", "toml", "flow"],
)
def test_front_matter_is_read_however_it_is_written(reader, front):
    found = reader.read(f"{front}\n\nThey met.[^1]\n\n[^1]: A note.\n".encode(), name="a.md")

    assert (found.text, found.fields) == (
        "They met.",
        {"title": "The talks", "byline": "Ada; Ben", "published_on": "2025-05-16"},
    )


def test_markdown_breaks_lines_where_its_page_does(reader):
    source = (
        "---\nauthors:\n  - name: Ada Writer\n    email: a@daily.example\n  - Ben Poet\n---\n"
        "Both sides met on\nFriday,\nand agreed ~~not~~ to a swap of prisoners\nof war.\n\n"
        "> They will meet\n> again,  \n> they said.\n\nOne<br>Two\n\n- [x] Done\n- [ ] To\n  do\n"
    )

    found = reader.read(source.encode(), name="a.md")

    assert found.text.split("\n") == [
        "Both sides met on Friday, and agreed not to a swap of prisoners of war.",
        "They will meet again,",
        "they said.",
        *["One", "Two", "Done", "To do"],
    ]
    assert found.fields == {"byline": "Ada Writer; Ben Poet"}


def test_a_table_of_contents_and_what_only_helps_to_read_is_left_out(reader):
    ruby = (
        "<w:r><w:ruby><w:rt><w:r><w:t>とう</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>東</w:t></w:r>"
    )
    contents = (
        '<w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:t>The talks 1</w:t></w:r></w:p>'
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
        "</w:sdtPr><w:sdtContent><w:p><w:r><w:t>The end 2</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    body = f"{contents}<w:p>{ruby}</w:rubyBase></w:ruby></w:r><w:r><w:t>京</w:t></w:r></w:p>"

    assert reader.read(make_docx(body=body), name="a.docx").text == "東京"

    contents = (
        "<text:table-of-content><text:p>The talks 1</text:p></text:table-of-content>"
        "<text:p>They met.</text:p>"
    )
    meta = (
        '<m xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:x"><dc:creator>Typist'
        "</dc:creator><meta:initial-creator>Ada Writer</meta:initial-creator></m>"
    )
    found = reader.read(make_odt(body=contents, extra={"meta.xml": meta}), name="a.odt")

    assert (found.text, found.fields) == ("They met.", {"byline": "Ada Writer"})


def test_html_in_markdown_is_read_too(reader):
    source = b"<div>\n<p>They <b>met</b>.</p><script>x</script>\n</div>\n\nThey *agreed*.\n"

    assert reader.read(source, name="a.md").text == "They met.\nThey agreed."


LD = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "Daily"},
{"@type": ["NewsArticle"], "headline": "The talks", "datePublished": "2025-05-16T18:20:00+03:00",
"dateModified": "2025-05-18", "author": [{"@type": "Person", "name": "Ada Writer"},
{"@type": "Person", "name": "Ben Poet"}], "publisher": {"@type": "Organization", "name": "Daily"},
"inLanguage": "uk", "license": "CC BY 4.0", "url": "https://daily.example/other"}]}</script>"""


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ('<base href="https://daily.example/x/"><link rel="canonical" href="/talks/">'
         '<meta property="og:url" content="https://daily.example/talks/?utm=1">' + LD,
         "https://daily.example/talks/"),
        ('<meta property="og:url" content="https://daily.example/shared">' + LD,
         "https://daily.example/shared"),
        (LD, "https://daily.example/other"),
    ],
    ids=["canonical", "shared", "stated"],
)  # fmt: skip
def test_a_page_says_where_it_belongs_and_what_it_is(reader, head, url):
    page = make_html(["Both sides met.", "They agreed on a swap."], head=head, lang="")

    found = reader.read(page, name="a.html")

    assert found.text == "Both sides met.\nThey agreed on a swap."
    assert found.fields == {
        "title": "The talks",
        "byline": "Ada Writer; Ben Poet",
        "publisher": "Daily",
        "published_on": "2025-05-16",
        "language": "uk",
        "url": url,
        "licence": "CC BY 4.0",
    }


def test_a_page_gives_its_words_and_no_marks(reader):
    body = (
        "<h1>The talks</h1><ul><li>First point</li><li>Second</li></ul><table><tr><th>Side</th>"
        "<th>Freed</th></tr><tr><td>Kyiv</td><td>1&nbsp;000</td></tr></table><p>می\u200cخواهم "
        "\U0001f468\u200d\U0001f469 e\u0301, one<br>two</p>"
    )
    page = f"<html><meta charset=utf-8><body><article>{body}</article></body></html>".encode()

    assert reader.read(page, name="a.html").text.split("\n") == [
        "The talks", "First point", "Second", "Side", "Freed", "Kyiv", "1\u00a0000",
        "می\u200cخواهم \U0001f468\u200d\U0001f469 e\u0301, one", "two",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Представители России и Украины встретились в Стамбуле."),
        ("koi8-r", "Представители России и Украины встретились в Стамбуле."),
        ("cp866", "Представители России и Украины встретились в Стамбуле."),
        (
            "cp932",
            "代表団は金曜日、イスタンブールで三年ぶりの直接協議を行い、捕虜の交換で合意した。",
        ),
        ("big5", "俄羅斯和烏克蘭代表團星期五在伊斯坦堡舉行三年來首次直接談判。"),
        ("cp949", "러시아와 우크라이나 대표단이 금요일 이스탄불에서 협상을 가졌다."),
        ("cp1256", "التقى الوفدان يوم الجمعة في إسطنبول لإجراء أول محادثات مباشرة"),
        ("gb18030", "俄罗斯和乌克兰的谈判在伊斯坦布尔结束，没有达成停火协议。"),
        ("utf-16-le", "停戦交渉はイスタンブールで行われた。"),
        ("utf-16-be", "俄罗斯和乌克兰的谈判在伊斯坦布尔结束，没有达成停火协议。"),
        ("utf-16-le", "Сторони зустрілися.\nВони домовилися."),
        ("utf-16-be", "Both sides met.\nThey agreed."),
        ("utf-32-le", "Сторони зустрілися.\nВони домовилися."),
        ("iso2022-jp", "停戦交渉はイスタンブールで行われた。"),
        ("iso8859-2", "Rozmowy pokojowe zakończyły się w piątek. Strony uzgodniły wymianę jeńców."),
        ("cp1252", "They met – “at last”."),
    ],
)
def test_an_encoding_that_nothing_says_is_proposed_and_never_taken(reader, encoding, text):
    with pytest.raises(Unreadable, match="Say which encoding it is in") as refusal:
        reader.read(text.encode(encoding), name="a.txt")

    assert refusal.value.proposals[0] == (encoding, " ".join(text.split())[:60].strip())
    assert reader.read(text.encode(encoding), name="a.txt", encoding=encoding).text == text


def test_damaged_utf_8_is_called_so_and_not_taken_for_something_else(reader):
    with pytest.raises(Unreadable, match="This is UTF-8 that is damaged or cut off") as refusal:
        reader.read("Вони домовилися про обмін".encode()[:-1], name="a.txt")

    assert refusal.value.proposals == []


def test_what_only_looks_like_a_mark_in_markdown_is_text(reader):
    source = (
        "---\n\nThey met.\n\n---\n\n2025. It was late <Applause>, said <b>he</b>.\n\n<Laughter>\n"
    )

    assert reader.read(source.encode(), name="a.md").text == (
        "They met.\n2025. It was late <Applause>, said he.\n<Laughter>"
    )


def test_lines_broken_at_a_margin_are_joined(reader):
    lines = ["The first talks between both sides in three", "years ended on Friday in Istanbul"]

    assert reader.read("\n".join(lines).encode(), name="a.md").text == " ".join(lines)


@pytest.mark.parametrize("indent", ["", "   "])
def test_plain_lines_are_joined_where_a_margin_broke_them_for_certain_and_nowhere_else(
    reader, indent
):
    paragraphs = [" ".join(LINES[i : i + 2]) for i in range(0, 8, 2)] + ["He gave no date."]
    wrapped = [textwrap.fill(one, 72, initial_indent=indent) for one in paragraphs]

    found = reader.read(("\n" if indent else "\n\n").join(wrapped).encode(), name="a.txt")

    assert found.text.split("\n") == paragraphs

    for as_it_stands in ("They met.\nNobody spoke there.\n", "  One\n\n\tTwo  \n", TEXT):
        assert reader.read(as_it_stands.encode(), name="a.txt").text == as_it_stands


BOMB = make_zip({"word/document.xml": b"0" * 20_000_000, "[Content_Types].xml": b"<Types/>"})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", make_pdf([]), "The PDF has no text layer"),
        ("a.pdf", make_printed_pdf([SCAN]), "The PDF has no text layer"),
        ("a.pdf", make_pdf(["(cid:5)(cid:36)(cid:7) (cid:8)(cid:9)"]),
         "The PDF does not say which letters its signs are"),
        ("a.pdf", make_printed_pdf([[(40, 1900, 10, "They met.")], SCAN]),
         "Of page 2 there is only a picture"),
        ("a.pdf", make_pdf(["They met."], trailer="/Encrypt << /Filter /Standard /V 1 /R 2 "
         f"/O <{'00' * 32}> /U <{'00' * 32}> /P -4 >> /ID [<00><00>]"), "The PDF is encrypted."),
        ("a.pdf", b"%PDF-1.7 cut off", "The file is broken"),
        ("a.pdf", b"They met.", "The file is called .pdf and is none"),
        ("a.docx", make_docx(["They met."])[:200], "The file is broken"),
        ("a.docx", BOMB, "'word/document.xml' expands 250 times and more, as ZIP bombs do."),
        ("a.docx", make_docx(["x"], extra={"../evil": "x"}), "The archive has a path in it"),
        ("a.docx", make_docx(["x"], extra={"/etc/evil": "x"}), "The archive has a path in it"),
        ("a.docx", make_docx(["x"], extra={"a/..\\..\\evil": "x"}), "The archive has a path in it"),
        ("a.docx", make_docx(["x"], extra={"word/document.xml": ENTITY + "<x>&e;</x>"}),
         "The file defines XML entities of its own"),
        ("a.docx", make_docx(["x"], extra={"word/document.xml": "<x><y></x>"}),
         "The file is broken: its XML is not sound"),
        ("a.docx", make_docx(body="<w:p><w:r><w:t>One</w:t></w:r></w:p><w:altChunk/>"),
         "A part of the text lies in another file."),
        ("a.odt", make_odt(["x"], extra={"content.xml": LAUGHS + "<x>&b;</x>"}),
         "The file defines XML entities of its own"),
        ("a.docx", make_docx(["x"], extra={"_rels/.rels": MANY_LAUGHS + "<x>&b9;</x>"}),
         "The file defines XML entities of its own"),
        ("a.odt", make_odt(["x"], extra={"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
         "The file is encrypted."),
        ("a.epub", make_epub(["x"], chapter=ENTITY + "<html><body>&e;</body></html>"),
         "The file defines XML entities of its own"),
        ("a.epub", make_epub(["x"], extra={"META-INF/encryption.xml":
         '<e><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e>'}),
         "The book is encrypted"),
        ("a.html", (ENTITY.replace("x", "html") + "<html><p>&e;</p></html>").encode(),
         "The page defines entities of its own"),
        ("a.zip", make_zip({"a.txt": "They met."}), "This is a ZIP archive, and no article."),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an old Word file, or one with a password"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_a_reason(reader, name, content, reason):
    with pytest.raises(Unreadable) as refusal:
        reader.read(content, name=name)

    assert refusal.value.message.startswith(reason)


def test_a_link_in_an_archive_is_refused(reader):
    linked = make_zip(
        {"[Content_Types].xml": "<T/>", "word/document.xml": "/etc/passwd"},
        external_attr=0o120777 << 16,
    )

    with pytest.raises(Unreadable, match="The archive has a link or a device in it"):
        reader.read(linked, name="a.docx")


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read():
    with Reader(patience=0.01) as reader:
        with pytest.raises(Unreadable, match="took longer than"):
            reader.read(make_html(LINES * 50), name="a.html")
        reader.patience = 30
        assert reader.read(make_html(LINES), name="a.html").text == TEXT


def test_text_that_stands_loose_behind_a_headline_is_not_lost():
    from talks.extracting import html

    text = "The first talks in three years ended on Friday in Istanbul without a ceasefire."
    page = f"<html><body><div><h1>T</h1>{text}<br><br>Second. {text}</div></body></html>"

    assert html.read(page)[0].count(text) == 2


SENTENCES = [f"The {word} of the two delegations said that the talks had been of use to both sides."
             for word in ("first", "second", "third", "fourth")]  # fmt: skip
PARAGRAPHS = [f"<p>{sentence}</p>" for sentence in SENTENCES]


@pytest.mark.parametrize(
    ("body", "read"),
    [
        # A live blog, of which each entry is an article.
        ("<main><h1>The talks, live</h1><p>Follow the talks as they happen, with reports from our "
         "correspondents.</p>" + "".join(
             f"<article class='post'><header><a href='#{i}'><time>1{i}:05</time></a><h2>Entry {i}"
             f"</h2></header>{one}</article>"
             for i, one in enumerate(PARAGRAPHS)) + "</main>",
         ["The talks, live", "Follow the talks as they happen, with reports from our "
          "correspondents."] + [
              line for i, one in enumerate(SENTENCES) for line in (f"1{i}:05", f"Entry {i}", one)]),
        # Parts of a text between advertisements, and a teaser in front of it.
        ("<article><h2><a href='/x'>Another</a></h2><p>What another text is about, in short.</p>"
         "</article><div><h1>The talks</h1>" + "<div class='ad'>Advertisement</div>".join(
             f"<div class='article-text'>{one}</div>" for one in PARAGRAPHS) + "</div>",
         SENTENCES),
        # Loose text, line ends and texts that stand alone in a div, beside paragraphs.
        (f"<article><h1>The talks</h1><div>{SENTENCES[0]}<br><br>He <b>left</b>.{PARAGRAPHS[1]}"
         f"{SENTENCES[2]}<br>Nobody spoke.<div>{SENTENCES[3]}</div>The end.</div></article>",
         ["The talks", SENTENCES[0], "He left.", SENTENCES[1], SENTENCES[2], "Nobody spoke.",
          SENTENCES[3], "The end."]),
        # Paragraphs that are called none, the short ones too.
        ("<article><h1>The talks</h1>" + "".join(
            f"<div class='block'><div class='text'>{one}</div></div>"
            for one in [*SENTENCES, "He left."]) + "<div>Share this</div></article>",
         ["The talks", *SENTENCES, "He left."]),
        # Within a sentence, and line by line.
        (f"<article>{PARAGRAPHS[0]}<p>Type <code>talk</code>, then <q>so <i>be</i> it</q>.</p>"
         f"<pre>One  two\nthree</pre>{PARAGRAPHS[1]}</article>",
         [SENTENCES[0], "Type talk, then “so be it”.", "One two", "three", SENTENCES[1]]),
        (f"<article>{PARAGRAPHS[0]}<a class='sr-only'>Skip this part</a>{PARAGRAPHS[1]}</article>",
         SENTENCES[:2]),
        # What was said twice stands twice.
        (f"<article>{PARAGRAPHS[0] * 2}<p>Yes.</p><p>Yes.</p>{PARAGRAPHS[1]}<ul><li>No.</li><li>No"
         f".</li></ul>{PARAGRAPHS[0]}</article>",
         [*SENTENCES[:1] * 2, "Yes.", "Yes.", SENTENCES[1], "No.", "No.", SENTENCES[0]]),
        # A sentence of links is no menu; quotes and tables in figures stay, captions do not.
        (f"<article>{PARAGRAPHS[0]}<p><a href='/a'>The envoy</a> <a href='/b'>said</a> <a "
         f"href='/c'>no</a>.</p><p>They read:</p><ul><li><a href='/m'>A memorandum</a></li></ul>"
         f"<p><a href='/e'>{SENTENCES[0]}</a></p>{PARAGRAPHS[1]}<figure><blockquote><p>We are not "
         f"ready.</p></blockquote></figure>{PARAGRAPHS[2]}<figure><table><tr><td>Kyiv</td><td>1,000</td></tr></table>"
         f"<figcaption>By side</figcaption></figure>{PARAGRAPHS[3]}<figcaption>The envoy"
         "</figcaption></article>",
         [SENTENCES[0], "The envoy said no.", "They read:", "A memorandum", SENTENCES[0],
          SENTENCES[1], "We are not ready.", SENTENCES[2],
          "Kyiv", "1,000", SENTENCES[3]]),
        # What leads to other texts, and asks to subscribe.
        (f"<article>{PARAGRAPHS[0]}<p><b>Read more: <a href='/x'>Who is who at the talks</a></b>"
         f"</p><p><a href='/x'>Читайте также: Кто есть кто</a></p>{PARAGRAPHS[1]}<div "
         "class='subscribe-box'><h3>Subscribe to continue reading</h3><a href='/l'>Log in</a></div>"
         f"<p>Read more in <a href='/r'>the report</a>, he said.</p>{PARAGRAPHS[2]}</article>",
         [*SENTENCES[:2], "Read more in the report, he said.", SENTENCES[2]]),
        # Elements of a site's own, and of AMP.
        (f"<main><x-text>{SENTENCES[0]}</x-text><x-text>He <x-name>left</x-name>.</x-text><amp-ad>"
         f"Buy</amp-ad><x-text>{SENTENCES[1]}</x-text><amp-layout>{PARAGRAPHS[2]}</amp-layout>"
         "</main>",
         [SENTENCES[0], "He left.", *SENTENCES[1:3]]),
        # The next article of a page without an end.
        (f"<article><h1>The talks</h1>{''.join(PARAGRAPHS)}</article><article><h1>Another</h1>"
         + "".join(PARAGRAPHS).replace("talks", "games") + "</article>", ["The talks", *SENTENCES]),
        # What a paragraph or all of them are called, as menus are, does not matter.
        (f"<article>{PARAGRAPHS[0]}<p class='share'>{SENTENCES[1]}</p><div class='widget'>"
         f"{PARAGRAPHS[2]}<p>No.</p></div></article>", [*SENTENCES[:3], "No."]),
        (f"<div class='comment-body'>{''.join(PARAGRAPHS)}</div><footer><p>All rights of the Daily "
         "are reserved, and it answers for nothing that others wrote.</p></footer>", SENTENCES),
        # Whatever a sentence, a list or a quote is made of, and short texts among paragraphs.
        (f"<article>{PARAGRAPHS[0]}<p>He met on <time>Friday</time>, <label>again</label>.</p><div>"
         "No.</div><div class='x'><div>Not now.</div></div><section>So be it.</section><ul><li>"
         "<div>One</div><div>of two</div></li></ul><h3><button>And then?</button></h3>"
         "<blockquote>Peace.<footer>An envoy</footer></blockquote><div class='quote'><div>No."
         f"</div><div class='quote__author'>Another</div></div>{PARAGRAPHS[1]}</article>",
         [SENTENCES[0], "He met on Friday, again.", "No.", "Not now.", "So be it.", "One", "of two",
          "And then?", "Peace.", "An envoy", "No.", "Another", SENTENCES[1]]),
    ],
    ids=["live", "parts", "loose", "divs", "inline", "unseen", "twice", "figures", "furniture",
         "elements", "endless", "paragraph's name", "text's name", "short"],
)  # fmt: skip
def test_a_page_is_read_whole_and_nothing_beside_it(body, read):
    from talks.extracting import html

    page = f"<html lang='en'><body><nav><a href='/'>Home</a></nav>{body}</body></html>"

    assert html.read(page)[0].split("\n") == read


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({"@graph": [{"@type": "NewsArticle", "author": {"@id": "#p"}, "publisher": {"@id": "#o"},
                      "datePublished": "20250516T001000+0900"},
                     {"@type": "Person", "@id": "#p", "name": "Ada Writer"},
                     {"@type": "Organization", "@id": "#o", "name": "Daily &amp; Co"}]},
         {"byline": "Ada Writer", "publisher": "Daily & Co", "published_on": "2025-05-16"}),
        ({"@type": "Article", "author": ["Ada Writer", "the daily"], "publisher": "The Daily"},
         {"byline": "Ada Writer", "publisher": "The Daily"}),
        ({"@type": "WebPage", "mainEntity": {"@type": "Article", "datePublished": "May 16, 2025",
          "author": ["Ada Writer", {"name": ["Ben Poet", "https://daily.example/ada"]}],
          "inLanguage": {"@type": "Language", "alternateName": "uk"}}},
         {"byline": "Ada Writer; Ben Poet", "published_on": "2025-05-16", "language": "uk"}),
        ({"@type": "Article", "datePublished": "05/06/2025", "author": None}, {}),
        ({"@type": "LiveBlogPosting", "headline": "The talks, live", "liveBlogUpdate": [
            {"@type": "BlogPosting", "headline": "It ends"}]}, {"title": "The talks, live"}),
    ],
)  # fmt: skip
def test_json_ld_is_read_in_its_several_shapes(data, fields):
    from talks.extracting import html

    source = f'<script type="application/ld+json">{json.dumps(data)}</script>'

    found = html.read(f"<html><head>{source}</head><body>{''.join(PARAGRAPHS)}</body></html>")[1]

    assert found == fields


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("\n\n".join(SENTENCES), SENTENCES),
        ("".join(PARAGRAPHS), SENTENCES),
        (f"{SENTENCES[0][:40]}…", SENTENCES[:1]),
    ],
    ids=["whole", "html", "cut"],
)
def test_what_only_a_page_s_data_have_is_read_from_them(stated, read):
    from talks.extracting import html

    data = json.dumps({"@type": "NewsArticle", "articleBody": stated})
    page = f'<script type="application/ld+json">{data}</script><article>{PARAGRAPHS[0]}</article>'

    assert html.read(page)[0].split("\n") == read


@pytest.mark.parametrize(
    "day", ["16 мая 2025 г., 15:40", "П'ятниця, 16 травня 2025 року", "16. Mai 2025"]
)
def test_a_day_in_words_is_found_where_a_page_states_none(day):
    from talks.extracting import html

    today = "<header><div>Today: 29 November 2026</div></header>"
    page = f"{today}<article><h1>T</h1><div class='top'>{day}</div>{''.join(PARAGRAPHS)}</article>"

    assert html.read(page)[1]["published_on"] == "2025-05-16"


def test_the_date_of_a_page_is_its_article_s_and_not_its_site_s(reader):
    data = (
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "datePublished":'
        ' "2001-01-01"}, {"@type": "NewsArticle", "datePublished": "2025-05-16T22:30:00-05:00"}]}'
        "</script>"
    )
    page = make_html(["The first talks in three years ended on Friday."] * 3, head=data)

    assert reader.read(page, name="a.html").fields["published_on"] == "2025-05-16"


def test_what_a_page_hides_is_no_text_of_it():
    from talks.extracting import html

    seen = "<p>The first talks in three years ended on Friday in Istanbul.</p>" * 3
    hidden = "<p hidden>Hidden words.</p><template><p>Words of a template.</p></template>"
    text, _ = html.read(f"<html><body><article>{hidden}{seen}</article></body></html>")

    assert "words" not in text.lower()


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "idna", "rot13", "x-none"])
def test_what_is_no_charset_of_the_web_is_not_taken_for_one(reader, charset):
    page = f'<meta charset="{charset}"><p>They met +AGE- \\u0041.</p><p>They agreed.</p>'.encode()

    found = reader.read(page, name="a.html")

    assert (found.encoding, found.text) == ("utf-8", "They met +AGE- \\u0041.\nThey agreed.")


def test_what_calls_itself_something_else_than_it_is_is_asked_about(reader):
    page = make_html(["Сторони зустрілися у Стамбулі."] * 3).replace(b"utf-8", b"windows-1251")

    russian = make_html(["Стороны встретились в Стамбуле и говорили."] * 3, head=" " * 9000)
    for real, said in (("cp1251", b"iso-8859-1"), ("koi8-u", b"windows-1251")):
        other = russian.decode().encode(real).replace(b"utf-8", said)
        with pytest.raises(Unreadable, match="but has no words in it") as refused:
            reader.read(other, name="a.html")
        assert (real, "Стороны") in [(key, text[-30:-23]) for key, text in refused.value.proposals]

    with pytest.raises(Unreadable, match="its bytes are UTF-8") as refused:
        reader.read(page, name="a.html")

    assert [name for name, _ in refused.value.proposals] == ["utf-8", "cp1251"]
    assert "Стамбулі" in reader.read(page, name="a.html", encoding="utf-8").text


def test_the_numbers_and_texts_of_notes_are_not_read_from_a_book(reader):
    chapter = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        '<body><p>They met<a epub:type="noteref" href="#n">1</a> on <b>Friday</b>'
        '<a role="doc-noteref" href="#n">2</a>, late.</p>'
        '<aside epub:type="footnote" id="n"><p>A note.</p></aside></body></html>'
    )

    assert reader.read(make_epub([], chapter=chapter)).text == "They met on Friday, late."
