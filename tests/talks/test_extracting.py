"""The same text whatever it comes in, and a reason for each file that cannot be read."""

from pathlib import Path

import pytest

import annotations
from talks.extracting import Reader, Unreadable

from .files import make_docx, make_epub, make_html, make_odt, make_pdf, make_zip

SEED = Path(annotations.__file__).parent / "seed" / "istanbul-2025-05-16.txt"
TEXT = SEED.read_bytes().decode()
LINES = TEXT.split("\n")
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


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


def test_an_open_document_keeps_its_spaces_and_leaves_out_its_notes(reader):
    body = (
        "<text:tracked-changes><text:p>Gone</text:p></text:tracked-changes>"
        '<text:h>A heading</text:h><text:p>Two<text:s text:c="2"/>spaces<text:note><text:p>A note'
        "</text:p></text:note> and a\n line<text:line-break/>next</text:p>"
    )

    assert reader.read(make_odt(body=body), name="a.odt").text == (
        "A heading\nTwo  spaces and a  line\nnext"
    )


def test_a_book_tells_what_is_known_of_it(reader):
    assert reader.read(make_epub(LINES), name="a.epub").fields == {
        "title": "The talks",
        "language": "en",
        "published_on": "2025-05-16",
    }


def test_words_broken_at_the_end_of_a_pdfs_line_are_whole_again(reader):
    found = reader.read(make_pdf(["The cease- fire held."], width=10), name="a.pdf")

    assert (found.text, found.fields) == ("The ceasefire held.", {"title": "The talks"})


def test_markdown_loses_its_marks_and_gains_its_front_matter(reader):
    source = (
        b"---\ntitle: The talks\nauthor: Ada\ndate: 2025-05-16\n---\n"
        b"# The talks\n\nBoth **sides**\n[agreed](https://example.org).\n\n- one\n- two\n"
    )

    found = reader.read(source, name="a.md")

    assert found.text == "The talks\nBoth sides agreed.\none\ntwo"
    assert found.fields == {"title": "The talks", "byline": "Ada", "published_on": "2025-05-16"}


def test_lines_broken_at_a_margin_are_joined(reader):
    lines = ["The first talks between both sides in three", "years ended on Friday in Istanbul"]

    assert reader.read("\n".join(lines).encode(), name="a.md").text == " ".join(lines)


BOMB = make_zip({"word/document.xml": b"0" * 20_000_000, "[Content_Types].xml": b"<Types/>"})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", make_pdf([]), "The PDF has no text layer"),
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
        ("a.odt", make_odt(["x"], extra={"content.xml": LAUGHS + "<x>&b;</x>"}),
         "The file defines XML entities of its own"),
        ("a.odt", make_odt(["x"], extra={"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
         "The file is encrypted."),
        ("a.epub", make_epub(["x"], chapter=ENTITY + "<html><body>&e;</body></html>"),
         "The file defines XML entities of its own"),
        ("a.epub", make_epub(["x"], extra={"META-INF/encryption.xml":
         '<e><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></e>'}),
         "The book is encrypted"),
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
