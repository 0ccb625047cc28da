"""Tables of articles: CSV and JSON Lines, and which column holds what."""

import json
import re
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

import annotations
from talks import batches, tables
from talks.extracting import Unreadable
from talks.models import Article, Batch, Original, Table

from ..factories import make_round

CSV = """Headline,Outlet,When,Body,Lang
"Talks, at last",CNN,2025-05-16,"They met in Istanbul.

They ""talked"".",ENG
Second,BBC,16 May 2025,Nothing was agreed upon.,
"""
LINES = [
    {"title": "One", "text": "Erste Zeile.", "meta": {"lang": "de", "date": "2025-05-16T09:00Z"}},
    {"title": "Two", "text": "Перемовини тривали.", "authors": ["A. Bee", "C. Dee"]},
]


def send(client, name, content, **data):
    sent = {"key": uuid.uuid4(), "status": "draft", "many": "load", "round": make_round().pk}
    files = [SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())]
    return client.post("/articles/new/", sent | data | {"files": files})


def sent_table(client, name, content, **data):
    response = send(client, name, content, **data)
    assert response.status_code == 302, response.content.decode()
    return Table.objects.get(pk=response["Location"].rstrip("/").rpartition("/")[2])


def mapped(table, **columns):
    return {"version": table.version, "delimiter": table.delimiter, **table.mapping, **columns}


@pytest.fixture
def client(client, admin):
    client.force_login(admin)
    return client


def test_columns_are_proposed_by_their_names_and_each_row_becomes_an_article(client):
    table = sent_table(client, "many.csv", CSV)
    assert (table.delimiter, table.count) == (",", 2)
    assert {name: column for name, column in table.mapping.items() if column} == {
        "text": "Body", "title": "Headline", "publisher": "Outlet", "language": "Lang",
    }  # fmt: skip
    page = client.get(table.get_absolute_url()).content.decode()
    assert "Talks, at last" in page
    assert "Load 2 articles" in page

    data = mapped(table, published_on="When") | {"do": "load"}
    response = client.post(table.get_absolute_url(), data)

    batch = Batch.objects.get()
    assert response["Location"] == batch.get_absolute_url()
    assert not batches.work(batch.pk)
    first, second = Article.objects.order_by("pk")
    assert first.text == 'They met in Istanbul.\n\nThey "talked".'
    assert (first.title, first.publisher, first.language) == ("Talks, at last", "CNN", "en")
    assert {str(one.published_on) for one in (first, second)} == {"2025-05-16"}
    assert bytes(first.original.content).decode() == first.text
    assert [item.name for item in batch.items.order_by("number")] == [
        "many.csv row 2.txt",
        "many.csv row 3.txt",
    ]
    # The whole file is kept too, as it came.
    assert bytes(table.original.content).decode() == CSV


def test_what_was_chosen_is_proposed_for_the_next_table_with_the_same_columns(client):
    first = sent_table(client, "first.csv", CSV)
    client.post(first.get_absolute_url(), mapped(first, title="", byline="Outlet", do="load"))

    second = sent_table(client, "second.csv", CSV.replace("met", "sat"))
    other = sent_table(client, "other.csv", "Body,Headline,Outlet\nWords.,H,BBC\n")

    assert (second.mapping["title"], second.mapping["byline"]) == ("", "Outlet")
    # In another table the columns that it shares with one before hold what they held there.
    assert (other.mapping["title"], other.mapping["byline"]) == ("Headline", "Outlet")
    assert other.mapping["publisher"] == ""


def test_what_lies_deeper_is_not_taken_for_the_article_s_own(client):
    line = {"title": "Talks", "text": "They met.", "source": {"title": "BBC", "url": "https://a.b"}}

    table = sent_table(client, "a.jsonl", json.dumps(line))

    assert (table.mapping["title"], table.mapping["url"]) == ("title", "source.url")


def test_the_same_table_again_leads_to_the_one_that_is_here(client):
    first = sent_table(client, "a.csv", CSV)

    again = send(client, "b.csv", CSV)
    assert again.status_code == 409
    assert first.get_absolute_url() in again.content.decode()

    client.post(first.get_absolute_url(), mapped(first, do="load"))
    second = sent_table(client, "b.csv", CSV)
    page = client.get(second.get_absolute_url()).content.decode()
    assert "This file was loaded before" in page
    assert Batch.objects.get().get_absolute_url() in page


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("url", "ftp://example.org/", "Write an address that starts with http:// or https://."),
        ("url", "https://me:pw@example.org/", "Leave the name and password out of the address."),
        ("url", "javascript:alert(1)", "Enter a valid URL."),
        ("date", "\ud800 May", "There is a hidden character (U+D800) at the beginning."),
        ("date", "16 May\0", "There is a hidden character (U+0000) after “16 May”."),
        ("date", "99999-01-01", "“99999-01-01” is no day."),
        ("date", "2525-05-16", "16 May 2525 is yet to come. Look at the year."),
        ("language", "english", "Write a language’s code, such as en, uk or zh-Hans."),
        ("language", "UA", "No language has the code “ua”."),
    ],
)
def test_a_cell_that_no_field_can_hold_is_told_before_and_after(client, column, value, said):
    line = json.dumps({"text": "They met.", column: value})
    table = sent_table(client, "a.jsonl", line + '\n{"text": "They left."}\n')

    assert said in client.get(table.get_absolute_url()).content.decode()

    client.post(table.get_absolute_url(), mapped(table, do="load"))
    batch = Batch.objects.get()
    assert not batches.work(batch.pk)
    assert said in batch.items.get(number=1).reason
    assert Article.objects.get().text == "They left."


def test_the_day_is_read_whatever_clock_it_was_told_by(client):
    table = sent_table(client, "a.csv", "text,date\nThey met.,16 May 2025 23:00 EST\n")

    assert (
        "Published on: <bdi>2025-05-16</bdi>"
        in client.get(table.get_absolute_url()).content.decode()
    )


def test_a_line_that_tells_excel_the_delimiter_is_no_head(client):
    table = sent_table(client, "a.csv", "sep=;\r\ntext;title\r\nThey met;One\r\n")

    assert (table.columns, table.count, table.delimiter) == (["text", "title"], 1, ";")


def test_json_lines_are_flattened_and_their_types_written_as_words(client):
    text = "\n".join(json.dumps(line) for line in LINES) + "\n\n"
    table = sent_table(client, "many.jsonl", text)
    assert table.columns == ["title", "text", "meta.lang", "meta.date", "authors"]
    assert (table.mapping["published_on"], table.mapping["byline"]) == ("meta.date", "authors")

    client.post(table.get_absolute_url(), mapped(table, do="load"))
    batches.work(Batch.objects.get().pk)

    one, two = Article.objects.order_by("pk")
    assert (one.language, str(one.published_on)) == ("de", "2025-05-16")
    assert (two.byline, two.language) == ("A. Bee, C. Dee", "und")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "", "nothing in this table"),
        ("a.csv", "Body\n", "a head and no rows"),
        ("a.csv", b"Body\n\xff\xfe\xfa", "This is not UTF-8"),
        ("a.csv", b"Body\nab\0c\n", "control character"),
        ("a.jsonl", "[1]\n2\n", "No line of this is an object"),
        ("a.csv", '"Body\n', "no head of a table"),
        ("a.csv", ",".join(f"c{n}" for n in range(300)) + "\n1\n", "more columns than"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason_and_nothing_stored(
    client, name, content, told
):
    response = send(client, name, content)

    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Table.objects.exists()
    assert not Original.objects.exists()


def test_rows_that_cannot_be_read_are_named_before_and_reported_after(client):
    rows = [
        "text,date,url,title",
        "Good words.,2025-05-16,,",
        "Two ways.,05/06/2025,,",
        "One way.,17.05.2025,,",
        "No day.,yesterday-ish,,",
        "Bad address.,,javascript:alert(1),",
        ",2025-05-16,,Only a title",
        "Too,many,,cells,here",
        'Hidden.,,,"a\u202eb"',
    ]
    table = sent_table(client, "rows.csv", "\n".join(rows) + '\n"never closed,')
    page = client.get(table.get_absolute_url()).content.decode()
    assert "<strong>2</strong> articles;" in page
    for said in (
        "can be read in two ways", "is no day", "Address: ", "There is no text in it",
        "It has 5 cells, and the head 4", "hidden character", "It is no row of a table from line",
    ):  # fmt: skip
        assert said in page, said

    client.post(table.get_absolute_url(), mapped(table, date_order="day", do="load"))
    batch = Batch.objects.get()
    batches.work(batch.pk)

    assert batch.items.counts() | {"loaded": 3, "refused": 6} == batch.items.counts()
    assert str(Article.objects.get(text="One way.").published_on) == "2025-05-17"
    assert str(Article.objects.get(text="Two ways.").published_on) == "2025-06-05"


def test_broken_lines_of_json_are_refused_one_by_one(client):
    lines = ['{"text": "Good."}', "{", '{"text": NaN}', "[" * 100_000, '{"text": "\\ud800"}', "7"]
    table = sent_table(client, "lines.jsonl", "\n".join(lines))

    client.post(table.get_absolute_url(), mapped(table, do="load"))
    batch = Batch.objects.get()
    batches.work(batch.pk)

    assert [article.text for article in Article.objects.all()] == ["Good."]
    assert batch.items.counts()["refused"] == 5


@pytest.mark.parametrize("name", ["seed.csv", "seed.jsonl"])
def test_the_first_article_comes_out_byte_for_byte(client, name):
    text = (Path(annotations.__file__).parent / "seed" / "istanbul-2025-05-16.txt").read_text()
    row = json.dumps({"text": text})
    if name.endswith("csv"):
        escaped = text.replace('"', '""')
        row = f'text\r\n"{escaped}"\r\n'
    table = sent_table(client, name, row)

    client.post(table.get_absolute_url(), mapped(table, do="load"))
    batches.work(Batch.objects.get().pk)

    assert Article.objects.get().text == text


def test_the_text_s_format_can_be_told(client):
    table = sent_table(client, "web.csv", 'text\n"<p>One.</p><p>Two &amp; three.</p>"\n')

    client.post(table.get_absolute_url(), mapped(table, do="load"))
    batches.work(Batch.objects.get().pk)

    assert Article.objects.get().text.split("\n") == ["One.", "Two & three."]


@pytest.mark.parametrize("delimiter", tables.DELIMITERS)
def test_the_delimiter_is_found_and_can_be_told(client, delimiter):
    assert tables.likeliest_delimiter(b"a;b\n1,5;2\n3,5;4\n") == ";"
    table = sent_table(client, "a.csv", f'text{delimiter}note\n"A, b; c"{delimiter}x\n')
    assert table.columns == ["text", "note"]

    response = client.post(table.get_absolute_url(), mapped(table, delimiter="|", do="look"))

    assert response.status_code == 302
    table.refresh_from_db()
    assert table.delimiter == "|"


def test_a_stale_choice_is_answered_409_and_a_repeated_load_loads_once(client):
    table = sent_table(client, "many.csv", CSV)
    client.post(table.get_absolute_url(), mapped(table, byline="Outlet", do="look"))

    stale = client.post(table.get_absolute_url(), mapped(table, byline="Lang", do="load"))
    assert stale.status_code == 409
    page = stale.content.decode()
    assert '<option value="Lang" selected>' in page
    assert re.findall(r'<td data-label="(.*?)"><bdi>(.*?)</bdi></td>', page) == [
        ("Saved now", "Outlet"), ("Typed by you", "Lang"),
    ]  # fmt: skip
    assert "{#" not in page
    assert not Batch.objects.exists()

    table.refresh_from_db()
    for _ in range(2):
        response = client.post(table.get_absolute_url(), mapped(table, do="load"))
        assert response["Location"] == Batch.objects.get().get_absolute_url()


def test_a_table_needs_a_column_for_the_text_and_none_that_is_not_there(client):
    table = sent_table(client, "many.csv", CSV)

    for wrong in ({"text": ""}, {"title": "No such column"}, {"version": "x"}):
        response = client.post(table.get_absolute_url(), mapped(table, **wrong) | {"do": "load"})
        assert response.status_code == 422
    assert client.post(table.get_absolute_url(), {"do": "burn", "version": 1}).status_code == 404
    assert not Batch.objects.exists()


def test_a_table_is_put_aside_and_taken_up_again(client):
    table = sent_table(client, "many.csv", CSV)
    assert "many.csv" in client.get("/articles/new/").content.decode()

    client.post(table.get_absolute_url(), mapped(table, do="aside"))
    assert "many.csv" not in client.get("/articles/new/").content.decode()

    table.refresh_from_db()
    client.post(table.get_absolute_url(), mapped(table, do="aside"))
    assert "many.csv" in client.get("/articles/new/").content.decode()


def test_a_table_among_other_files_is_refused(client):
    files = [SimpleUploadedFile("a.txt", b"Words."), SimpleUploadedFile("b.csv", CSV.encode())]
    data = {"key": uuid.uuid4(), "status": "draft", "many": "load", "round": make_round().pk}

    response = client.post("/articles/new/", data | {"files": files})

    assert response.status_code == 422
    assert "Send the table b.csv on its own" in response.content.decode()


def test_windows_files_are_read_with_their_marks_and_line_ends():
    content = "text;title\r\nПеремовини;Так\r\n".encode("utf-16")
    columns, count, encoding, delimiter = tables.columns_of(content, "x.CSV")
    assert (columns, count, encoding, delimiter) == (["text", "title"], 1, "utf-16", ";")
    with pytest.raises(Unreadable):
        tables.columns_of(content[:-1], "x.csv")


def test_a_head_is_found_below_blank_lines(client):
    table = sent_table(client, "a.csv", "\n" * 25 + " ;\ntext;title\nThey met.;One\n")

    assert (table.columns, table.count, table.delimiter) == (["text", "title"], 1, ";")


@pytest.mark.parametrize("name", ["\\ud800", "a\\u0000"])
def test_a_column_s_name_that_cannot_be_stored_is_replaced(client, name):
    table = sent_table(client, "a.jsonl", f'{{"{name}": "x", "text": "They met."}}\n')

    assert "\ufffd" in table.columns[0]
    assert "Load 1 article" in client.get(table.get_absolute_url()).content.decode()


@pytest.mark.parametrize("text", ["They\\u0000 met.", "They met \\ud83d."])
def test_a_text_that_cannot_be_stored_is_told_before_it_is_loaded(client, text):
    table = sent_table(client, "a.jsonl", f'{{"text": "{text}"}}\n{{"text": "They left."}}\n')

    page = client.get(table.get_absolute_url()).content.decode()

    assert "1 row would be refused" in page
    assert "<li>Row 1: " in page


def test_a_headline_of_two_lines_becomes_one(client):
    table = sent_table(client, "a.csv", 'text,title\nThey met.,"Talks\r\nend"\n')

    client.post(table.get_absolute_url(), mapped(table, do="load"))
    batches.work(Batch.objects.get().pk)

    assert Article.objects.get().title == "Talks end"


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.csv", b"a," * 300_000 + b"\n1,2\n", "columns than the 200"),
        ("a.jsonl", b"".join(b'{"k%d": 1}\n' % n for n in range(300_000)), "columns than the 200"),
        ("a.csv", b"text\n" + b"a\n" * 60_000, "rows than the 50,000"),
        ("a.jsonl", b'{"text": "a"}\n' * 60_000, "rows than the 50,000"),
    ],
    ids=["wide", "wide lines", "long", "many lines"],
)
def test_a_table_beyond_its_limits_is_refused_before_it_is_counted(client, name, content, what):
    response = send(client, name, content)

    assert response.status_code == 422
    assert what in response.content.decode()
    assert not Original.objects.exists()
