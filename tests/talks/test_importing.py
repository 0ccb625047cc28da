"""Articles come in whole and unchanged, or not at all."""

import hashlib
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from talks import importing
from talks.importing import ArticleRefused
from talks.models import Article, ArticleStatus, Original

from ..factories import make_article, make_round, make_user


def load(source, **fields):
    return importing.load(source, round=make_round(), language="en", **fields)


def run(*arguments):
    """What the command printed, and the error it ended with."""
    printed = []
    error = None
    try:
        call_command("load_article", *map(str, arguments), stdout=Lines(printed))
    except CommandError as raised:
        error = str(raised)
    return printed, error


class Lines:
    def __init__(self, lines):
        self.lines = lines

    def write(self, text):
        self.lines.append(text.rstrip("\n"))


@pytest.mark.django_db
def test_a_text_is_stored_as_it_came_but_for_line_ends_and_bom():
    source = "\ufeffFirst line \r\nа\u0301 second\u00a0one\rThird\u200b  line\n".encode()

    article, was_new = load(source)

    stored = "First line \nа\u0301 second\u00a0one\nThird\u200b  line\n"
    assert was_new
    assert article.text == stored
    assert article.sha256 == hashlib.sha256(stored.encode()).hexdigest()
    assert article.word_count == 7
    assert article.status == ArticleStatus.DRAFT


@pytest.mark.django_db
def test_the_particulars_are_kept():
    admin = make_user("admin")

    article, _ = importing.load(
        "Both sides agreed.",
        round=make_round(),
        loaded_by=admin,
        title="Both sides agree",
        url="https://example.org/a",
        language="uk",
        status=ArticleStatus.PUBLISHED,
    )

    assert [
        article.loaded_by,
        article.title,
        article.url,
        article.language,
        article.status,
    ] == [admin, "Both sides agree", "https://example.org/a", "uk", "published"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "given", "credit"),
    [
        ("They met.\nSource: CNN", "", "CNN"),
        ("They met.\nSource: CNN\n\n", "", "CNN"),
        ("They met.\nSource:  CNN \u00a0 Türk ", "", "CNN Türk"),
        ("They met.\nSource: C\u200bNN", "", ""),
        ("They met.\nSource: CNN", "Reuters", "Reuters"),
        ("They met.\nSource: " + "x" * 201, "", ""),
        ("Source: CNN\nThey met.", "", ""),
        ("Source: CNN", "", ""),
    ],
)
def test_a_last_line_names_the_source_unless_one_is_given(text, given, credit):
    article, _ = load(text, source_credit=given)

    assert article.source_credit == credit


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "There is no text in it."),
        (" \n\u00a0\t\n", "There is no text in it."),
        (b"\xef\xbb\xbf", "There is no text in it."),
        (" \u200b\u2060\n…", "There is no text in it."),
        ("Zürich\nGenève".encode("latin-1"), "This is not UTF-8: byte 0xfc in line 1."),
        (b"Istanbul\nGen\xe8ve", "This is not UTF-8: byte 0xe8 in line 2."),
        (b"surrogate \xed\xa0\x80", "This is not UTF-8: byte 0xed in line 1."),
        ("a\ud800b", "Character 2 is half of a pair (U+D800) and no character."),
        ("They met.".encode("utf-16"), "This is not UTF-8: byte 0xff in line 1."),
        (b"one\ntwo\x00", "Line 2 has the control character U+0000 in it"),
        ("bell\x07", "Line 1 has the control character U+0007 in it"),
        (b"PK\x03\x04docx", "Line 1 has the control character U+0003 in it"),
        (b"a" * 5_000_001, "The text has 5,000,001 bytes; an article may have 5,000,000."),
        ("й" * 2_500_001, "The text has 5,000,002 bytes; an article may have 5,000,000."),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(source, reason):
    with pytest.raises(ArticleRefused) as refusal:
        load(source)

    assert str(refusal.value).startswith(reason)
    assert list(Article.objects.all()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"title": "x" * 301}, "title"),
        ({"title": "nul\x00"}, "title"),
        ({"title": "turned \u202e around"}, "title"),
        ({"byline": "two\nlines"}, "byline"),
        ({"licence": "half \udc80"}, "licence"),
        ({"status": "secret"}, "status"),
        ({"source_credit": "x" * 201}, "source_credit"),
    ],
)
def test_unsound_particulars_are_refused(fields, field):
    with pytest.raises(ArticleRefused, match=rf"^{field}: "):
        load("Both sides agreed.", **fields)

    assert list(Article.objects.all()) == []


@pytest.mark.django_db
def test_a_language_is_needed():
    with pytest.raises(ArticleRefused, match=r"^language: "):
        importing.load("Both sides agreed.", round=make_round())


@pytest.mark.django_db
def test_the_same_text_again_is_the_article_that_is_there():
    article = make_article("They met.\nThey agreed.", title="They agree")

    again = importing.load(
        b"\xef\xbb\xbfThey met.\r\nThey agreed.",
        round=make_round(),
        title="Another title",
        language="uk",
        status=ArticleStatus.DRAFT,
    )

    assert again == (article, False)
    assert list(Article.objects.values_list("title", "status")) == [("They agree", "published")]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_load_the_same_text_at_once_both_get_the_one_article():
    talks_round = make_round()

    def load_it(number):
        try:
            article, was_new = importing.load("They met.", round=talks_round, language="en")
            return article.pk, was_new
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(load_it, range(8)))

    pk = Article.objects.get().pk
    assert answers == {(pk, True), (pk, False)}


@pytest.mark.django_db
def test_the_command_tells_how_each_file_went(tmp_path):
    make_round(slug="geneva")
    known = make_article("They met.")
    files = {
        "new.txt": b"They agreed.",
        "known.txt": b"They met.\r\n"[:-2],
        "latin.txt": b"Gen\xe8ve",
    }
    for name, source in files.items():
        (tmp_path / name).write_bytes(source)
    paths = [*(tmp_path / name for name in files), tmp_path / "missing.txt"]

    printed, error = run(*paths, "--round", "geneva", "--publish")

    new = Article.objects.get(text="They agreed.")
    assert (new.status, new.round.slug, new.language) == ("published", "geneva", "en")
    assert printed == [
        f"{paths[0]}: loaded as article {new.pk}, published.",
        f"{paths[1]}: already there as article {known.pk}, published; nothing changed.",
        f"{paths[2]}: refused. This is not UTF-8: byte 0xe8 in line 1. "
        "Say which encoding it is in, or save it in UTF-8.",
        f"{paths[3]}: refused. No such file or directory",
        "4 in all: 1 loaded, 1 already there, 2 refused.",
    ]
    assert error == "Refused: 2 of 4."


@pytest.mark.django_db
def test_the_command_loads_a_draft_with_its_title(tmp_path):
    make_round(slug="geneva")
    file = tmp_path / "article.txt"
    file.write_text("Вони домовилися.")

    _, error = run(file, "--round", "geneva", "--title", "Домовилися", "--language", "uk")

    assert error is None
    assert list(Article.objects.values_list("title", "language", "status")) == [
        ("Домовилися", "uk", "draft")
    ]


@pytest.mark.django_db
def test_one_title_does_not_go_with_two_files():
    make_round(slug="geneva")

    assert run("a.txt", "b.txt", "--round", "geneva", "--title", "Both") == (
        [],
        "--title names one article: give it with one file.",
    )


@pytest.mark.django_db
def test_an_unknown_round_is_answered_with_those_there_are():
    make_round(slug="geneva")

    assert run("a.txt", "--round", "genf") == ([], "There is no round 'genf'. There are: geneva.")


@pytest.mark.django_db
def test_the_command_loads_the_rows_of_a_table_and_a_second_run_completes_it(tmp_path):
    make_round(slug="geneva")
    table = tmp_path / "news.csv"
    table.write_text("Nr;Heading;Words;Date\n1;Swap;They agreed.;06/05/2025\n2;None;;\n")
    lines = tmp_path / "news.jsonl"
    lines.write_text('{"Words": "Вони зустрілися.", "lang": "uk"}\nno JSON\n')
    args = [table, lines, "--round", "geneva", "--column", "text=Words", "--language", "de"]

    asked = run(*args)
    printed, error = run(*args, "--dates", "day")

    found = Article.objects.order_by("pk").values_list("text", "title", "published_on", "language")
    assert [(*one[:2], str(one[2]), one[3]) for one in found] == [
        ("Вони зустрілися.", "", "None", "uk"),
        ("They agreed.", "Swap", "2025-05-06", "de"),
    ]
    there, new = Article.objects.order_by("pk")
    told = "“06/05/2025” can be read in two ways: say how dates are written."
    assert asked[0][0] == f"news.csv row 2.txt: refused. Published on: {told}"
    assert printed == [
        f"news.csv row 2.txt: loaded as article {new.pk}, draft.",
        "news.csv row 3.txt: refused. There is no text in it.",
        f"news.jsonl row 1.txt: already there as article {there.pk}, draft; nothing changed.",
        "news.jsonl row 2.txt: refused. It is no JSON: Expecting value: line 1 column 1 (char 0).",
        "4 in all: 1 loaded, 2 refused, 1 already there.",
    ]
    assert error == "Refused: 2 of 4."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Say which column holds the text: --column text=NAME. Its columns are: a, b."),
        (["--column", "text=c"], "This table has no column called “c”. Its columns are: a, b."),
    ],
)
def test_a_table_without_a_known_text_is_refused_with_its_columns(tmp_path, options, said):
    make_round(slug="geneva")
    table = tmp_path / "news.csv"
    table.write_text("a,b\n1,They met.\n")

    assert run(table, "--round", "geneva", *options) == (
        [f"{table}: refused. {said}"],
        "Refused: 1 of 1.",
    )


@pytest.mark.django_db
def test_the_command_loads_each_file_of_a_zip(tmp_path):
    make_round(slug="geneva")
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("b/one.txt", "They met.")
        archive.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("b/one.txt", "They agreed.")

    printed, _ = run(packed, "--round", "geneva")

    met, agreed = Article.objects.order_by("pk")
    assert (met.text, agreed.text) == ("They met.", "They agreed.")
    assert printed == [
        f"b/one.txt: loaded as article {met.pk}, draft.",
        "inner.zip: refused. Files that end in .zip are not read. Known: .txt, .md, .html, .docx, "
        ".odt, .pdf, .epub.",
        f"b/one.txt: loaded as article {agreed.pk}, draft.",
        "3 in all: 2 loaded, 1 refused.",
    ]


@pytest.mark.django_db
def test_the_command_loads_a_folder_and_tells_and_links_what_is_much_alike(tmp_path):
    make_round(slug="geneva")
    words = " ".join(f"word{n}" for n in range(60))
    known = make_article(words)
    (tmp_path / "in" / ".hidden").mkdir(parents=True)
    for name, text in {
        "b.txt": f"{words} more",
        "in/a.txt": "They met.",
        "in/.hidden/c.txt": "x",
    }.items():
        (tmp_path / name).write_text(text)

    told, error = run(tmp_path, "--round", "geneva")
    (tmp_path / "d.txt").write_text(f"Less {words}")
    again, _ = run(tmp_path, "--round", "geneva", "--variants")

    more, met, less = Article.objects.exclude(pk=known.pk).order_by("pk")
    assert (more.text, met.text, error) == (f"{words} more", "They met.", None)
    alike = f"Much of it stands elsewhere: 100% in article {known.pk}"
    assert told == [
        f"{tmp_path}/b.txt: loaded as article {more.pk}, draft. {alike}.",
        f"{tmp_path}/in/a.txt: loaded as article {met.pk}, draft.",
        "2 in all: 2 loaded.",
    ]
    assert (more.variant_of, less.variant_of) == (None, known)
    assert again[1] == (
        f"{tmp_path}/d.txt: loaded as article {less.pk}, draft. {alike}, 98% in "
        f"article {more.pk}; linked as a variant of the first."
    )
    assert again[3] == "3 in all: 2 already there, 1 loaded."


@pytest.mark.django_db
def test_the_command_refuses_what_is_no_language():
    make_round(slug="geneva")

    _, error = run("a.txt", "--round", "geneva", "--language", "ua")

    assert error.startswith("--language ua: No language has the code “ua”.")


@pytest.mark.django_db
def test_a_column_that_is_no_field_is_refused():
    make_round(slug="geneva")

    _, error = run("a.csv", "--round", "geneva", "--column", "author=Writer")

    assert error.startswith("--column author=Writer: write FIELD=NAME, FIELD being one of text, ")


@pytest.mark.django_db
def test_the_command_is_told_the_encoding_of_what_is_not_in_utf_8(tmp_path):
    make_round(slug="geneva")
    (tmp_path / "a.txt").write_bytes("Сторони зустрілися.".encode("cp1251"))
    (tmp_path / "b.csv").write_bytes("text,title\nВони домовилися.,Угода\n".encode("cp1251"))
    files = [tmp_path / "a.txt", tmp_path / "b.csv", "--round", "geneva"]

    _, refused = run(*files)
    _, error = run(*files, "--encoding", "cp1251")

    assert (refused, error) == ("Refused: 2 of 2.", None)
    assert list(Article.objects.order_by("pk").values_list("text", "title")) == [
        ("Сторони зустрілися.", ""),
        ("Вони домовилися.", "Угода"),
    ]


def test_a_file_is_kept_byte_for_byte_and_once(db):
    content = bytes(range(256)) * 1_000

    original = importing.keep_original(content, "large.csv")

    assert Original.objects.content_of(original.pk) == content
    assert importing.keep_original(content, "again.csv") == original
    assert (original.name, original.size) == ("large.csv", len(content))
