"""The codebook as a file and back, and the figures on its tags."""

import csv
import io
import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import etree

from annotations import codebook, codebook_files, coding
from annotations.models import Act, Codebook, Tag, Tagging
from tests.factories import make_article, make_codebook, make_passage, make_tag, make_tagging

from .test_codebook import everything, tree
from .test_codebook_pages import at, page

pytestmark = pytest.mark.django_db
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("refi-qda-codebook-1.0.xsd")))
QDC = """<?xml version="1.0" encoding="utf-8"?>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="Other 1.0">
  <Codes>
    <Code guid="1FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="People" isCodable="false"
      color="#1F5CA7">
      <Description>Whoever acts.

Example: Putin

Not for: Russia</Description>
      <Code guid="{2FF58B12-6F6F-4B0C-8BE5-BBDC91F55294}" name="Others" isCodable="true"
        weight="3"/>
    </Code>
    <Code guid="3FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="Places" isCodable="true">
      <Code guid="4FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="Others" isCodable="true"/>
    </Code>
  </Codes>
  <Sets><Set guid="5FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="All"/></Sets>
</CodeBook>"""


@pytest.fixture
def signed_in(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def book():
    """A codebook with all that a file could stumble over."""
    top = make_tag("Top", order=1, colour="teal", shortcut="x", definition="Line one.\n\nLine two.")
    make_tag("=cmd|'/c calc'!A1", order=1, parent=top, definition="+1 and -1", example="@here")
    make_tag('\'=quoted, "twice"', order=2, parent=top, counter_example="Мир; <b>&amp;</b>")
    make_tag("Odd", order=2, definition="Is\n\nExample: part\n\nNot for: it", example="Real")
    make_tag("Proposed", order=3, status="proposed")
    gone = make_tag("Gone", order=4, status="archived", archived_because="Old.")
    make_tag("Merged", order=5, status="archived", replaced_by=top)
    return gone.codebook


def send(client, content, **data):
    if isinstance(content, str):
        return client.post(at("codebook_file"), {"text": content} | data)
    return client.post(at("codebook_file"), {"file": SimpleUploadedFile("book", content)} | data)


def take_in(client, content):
    shown = send(client, content)
    assert shown.status_code == 200, page(shown)
    data = {"confirmed": 1, "version": Codebook.objects.first().version}
    return send(client, shown.context["text"], **data)


# Out and back


@pytest.mark.parametrize("name", ["codebook_csv", "codebook_qdc"])
def test_what_is_taken_out_and_in_again_changes_nothing(signed_in, book, name):
    before = everything()
    content = signed_in.get(at(name)).content

    shown = send(signed_in, content)

    assert (shown.status_code, shown.context["plan"].is_empty) == (200, True)
    assert "It would change nothing" in page(shown)
    data = {"confirmed": 1, "version": 1}
    assert send(signed_in, shown.context["text"], **data).status_code == 302
    assert (everything(), Codebook.objects.get().version) == (before, 1)


def test_a_qdc_file_is_valid_and_keeps_the_tree(signed_in, book):
    response = signed_in.get(at("codebook_qdc"))

    root = etree.fromstring(response.content)
    SCHEMA.assertValid(root)
    codes = {one.get("name"): one for one in root.iter("{*}Code")}
    assert list(codes) == ["Top", "=cmd|'/c calc'!A1", '\'=quoted, "twice"', "Odd", "Proposed"]
    assert codes["Top"].get("color") == "#0b6a6c"
    assert codes["=cmd|'/c calc'!A1"].getparent() is codes["Top"]
    assert response["Content-Disposition"] == 'attachment; filename="codebook-1.qdc"'


def test_no_cell_of_the_csv_is_a_formula(signed_in, book):
    text = signed_in.get(at("codebook_csv")).content.decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))
    assert [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")] == []
    assert rows[2][0] == "'=cmd|'/c calc'!A1"
    assert rows[3][0] == "''=quoted, \"twice\""


def test_an_empty_codebook_is_no_qdc_file(signed_in):
    make_codebook()
    assert signed_in.get(at("codebook_qdc")).status_code == 404
    assert signed_in.get(at("codebook_csv")).status_code == 200


@pytest.mark.parametrize("name", ["codebook_csv", "codebook_qdc"])
def test_a_codebook_moves_into_an_empty_one(signed_in, book, name):
    content = signed_in.get(at(name)).content
    whole = tree()
    old = Tag.objects.count()
    Codebook.objects.filter(pk=book.pk).update(name="Old")
    Tag.objects.update(parent=None, replaced_by=None)
    Tag.objects.all().delete()
    assert old == 7

    take_in(signed_in, content)

    assert tree() == (whole if name == "codebook_csv" else [*whole[:2], ["Proposed"]])
    top = Tag.objects.get(name="Top")
    assert (top.definition, top.colour) == ("Line one.\n\nLine two.", "teal")


# Taking in


def test_a_file_is_shown_first_taken_in_as_one_act_and_undone(signed_in, editor, researcher):
    top, low = make_tag("Top", order=1, definition="Old."), make_tag("Low", order=2)
    make_tag("Stays", order=3)
    make_tagging(make_passage(), top, researcher)
    before = everything()
    content = (
        "Name;Definition;Parent;Colour;Mood\n"
        "Low;;;#1e5ba7;sunny\n"
        "Top;New.;Low;;\n"
        "Brand new;Fresh.;Top;teal;\n"
    )

    shown = send(signed_in, content)

    words = page(shown)
    assert "1 tag added" in words
    assert "2 tags changed" in words
    assert "1 here that is not in the file and stays as it is" in words
    assert "1 tagging put on their coders’ lists" in words
    assert "The column “mood” has no place here." in words
    assert "the nearest is blue" in words
    assert everything() == before
    take_in(signed_in, content)
    assert tree() == [["Low", ["Top", ["Brand new"]]], ["Stays"]]
    assert Tag.objects.get(pk=low.pk).colour == "blue"
    assert Tagging.objects.to_check_again().count() == 1
    (act,) = Act.objects.all()
    assert act.summary == "Took in a codebook: 1 added, 2 changed"
    undone = coding.undo(editor, act)
    back = everything()
    assert back["tags"].pop()["status"] == "archived"
    assert back == before
    coding.undo(editor, undone)
    assert tree() == [["Low", ["Top", ["Brand new"]]], ["Stays"]]


def test_a_qdc_file_of_another_program_is_read_and_what_is_lost_is_said(signed_in):
    make_codebook()
    assert SCHEMA.validate(etree.fromstring(QDC.replace('weight="3"', "").encode()))

    shown = send(signed_in, QDC.encode("utf-8"))

    assert shown.context["plan"].lost == [
        "“People” is not to be coded with there; here it can be.",
        "The attribute “weight” of codes.",
        "1 set of codes: Parley has no sets.",
        "The colour #1f5ca7 of “People”: the nearest is blue.",
        "“Others” stands there twice; one becomes “Others (Places)”.",
    ]
    take_in(signed_in, QDC.encode("utf-16"))
    assert tree() == [["People", ["Others"]], ["Places", ["Others (Places)"]]]
    people = Tag.objects.get(name="People")
    assert (people.definition, people.example, people.counter_example) == (
        "Whoever acts.",
        "Putin",
        "Russia",
    )
    assert people.guid == uuid.UUID("1FF58B12-6F6F-4B0C-8BE5-BBDC91F55294")
    assert send(signed_in, QDC).context["plan"].is_empty


LAUGHS = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code guid="1FF58B12-6F6F-4B0C-8BE5-BBDC91F55294"
name="&lol2;" isCodable="true"/></Codes></CodeBook>"""
CHAIN = "name,parent\n" + "\n".join(f"Tag {n},Tag {n + 1}" for n in range(2_900))
DEEP = f"<CodeBook><Codes>{'<Code name="a">' * 90}{'</Code>' * 90}</Codes></CodeBook>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b" \n ", "The file is empty."),
        (b"colour,parent\nred,\n", "one of them must be “name”"),
        (b"name\n", "There is no tag in the file."),
        (b"name\n,\n", "There is no tag in the file."),
        (b"<CodeBook><Codes>", "This is no XML that can be read"),
        (b"<html><body>Hi</body></html>", "its root is not CodeBook"),
        (LAUGHS.encode(), "declares a document type"),
        (LAUGHS.encode("utf-16"), "declares a document type"),
        (DEEP.encode(), "more than 60 deep"),
        (CHAIN.encode(), "The tags stand more than 60 deep"),
        (b"name\n" + b"\n".join(b"Tag %d" % n for n in range(3_001)), "more than 3000 tags"),
        (b"name\n" + b"x" * 700_000, "larger than 700 kB"),
        (b"name,parent\nA,B\nB,A\n", "stands below itself in the file"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(signed_in, content, words):
    make_codebook()

    answer = send(signed_in, content)

    assert answer.status_code == 422
    assert words in page(answer)
    assert Tag.objects.count() == 0


def test_what_cannot_be_kept_is_made_to_fit(signed_in):
    make_tag("Busy", shortcut="b")
    lines = [
        "name,parent,definition,colour,shortcut,status,guid",
        f"{'long ' * 40},,{'x' * 6000},mauve,n,doubtful,no-guid",
        "2024,Nowhere,,,k,active,",
        "Second,,,,k,,",
        ",,,,,,",
        "Hid\u202eden,,,,,,",
    ]

    shown = send(signed_in, "\n".join(lines).encode())

    lost = "\n".join(shown.context["plan"].lost)
    for words in (
        "unknown status “doubtful”",
        "The definition of “long long",
        "The colour “mauve”",
        "The shortcut “n”",
        "“2024” becomes “Tag 2024”",
        "“Tag 2024” stands below “Nowhere”, which is nowhere",
        "The shortcut “k” of “Second”",
        "becomes “Hid den”",
    ):
        assert words in lost
    take_in(signed_in, "\n".join(lines).encode())
    assert Tag.objects.count() == 5


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b'sep=;\r\n"Name";Parent\r\nLow, of all;Top\r\nTop;\r\n', [["Top", ["Low, of all"]]]),
        (b"codename|category|memo\rLow|Top|Why\rTop||\r", [["Top", ["Low"]]]),
        ("Parent code\tCode\n\tСогласие\n".encode("utf-16-le"), [["Согласие"]]),
        ("Code;Parent tag\nМир;\nЛад;Мир\n".encode("utf-16-be"), [["Мир", ["Лад"]]]),
        (b"name,parent\nNew,Swap\nNewer,Gone\n", [["Exchange", ["New"]], ["Newer"]]),
        (b"name,parent\nSwap,\nNew,Swap\n", [["Exchange", ["New"]]]),
        (b"<CodeBook><Code name='A'><Code name='B'/></Code></CodeBook>", [["A", ["B"]]]),
        (
            b"\n<?xml version='1.0'?><q:CodeBook xmlns:q='x'><q:Codes><q:Code name='Swap'>"
            b"<q:Code name='B'/></q:Code></q:Codes></q:CodeBook>",
            [["Exchange", ["B"]]],
        ),
    ],
)
def test_files_of_other_programs_are_read_however_they_are_written(signed_in, content, wanted):
    other = make_tag("Exchange", order=1)
    make_tag("Swap", status="archived", replaced_by=other)
    make_tag("Gone", status="archived", archived_because="Old.")

    take_in(signed_in, content)

    assert [one for one in tree() if one != ["Exchange"]] == wanted


def test_what_is_lost_of_a_merged_tag_of_a_second_description_and_of_a_colour_is_said(signed_in):
    make_tag("Swap", status="archived", replaced_by=make_tag("Exchange"))
    code = (
        "<Code name='{}' color='{}'><Description>a</Description><Description>b</Description></Code>"
    )
    codes = code.format("Swap", "1E5BA7") + code.format("New", "#1e5ba7ff")

    shown = send(signed_in, f"<CodeBook><Codes>{codes}</Codes></CodeBook>")

    assert shown.context["plan"].lost == [
        "The descriptions of “Swap” behind its first.",
        "The descriptions of “New” behind its first.",
        "The colour 1e5ba7 of “Swap”: the nearest is blue.",
        "The colour #1e5ba7ff of “New”: the nearest is blue.",
        "“Swap” is merged into “Exchange” here.",
    ]
    assert [one.colour for one in shown.context["plan"].added] == ["blue"]


# As ATLAS.ti writes it (an older namespace, sets) and portableQDA (the description aside).
OTHERS = """<?xml version="1.0" encoding="utf-8"?>
<CodeBook xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" origin="ATLAS.ti Win 9.0.19"
  xsi:schemaLocation="urn:QDA-XML:codebook:0:4 Codebook.xsd" xmlns="urn:QDA-XML:codebook:0:4">
  <Codes>
    <Code guid="{2CE89C66-C28D-473B-B5C4-6CF87D20EF04}" name="Who speaks" isCodable="false">
      <Code guid="575CD58B-641A-48C7-BC7B-4F3D2199C776" name="Group::Envoy" isCodable="true"
        description="Speaks for another.&#10;Not a mediator."/>
    </Code>
  </Codes>
  <Sets>%s</Sets>
</CodeBook>"""
SET = '<Set name="Group" guid="D79FC877-F071-4117-8D25-235AA1062A44"/>'


def test_files_of_other_programs_lose_no_description_and_no_set_is_made_up(signed_in):
    make_codebook()

    assert send(signed_in, OTHERS % "").context["plan"].lost == [
        "“Who speaks” is not to be coded with there; here it can be."
    ]
    assert "1 set of codes" in page(send(signed_in, OTHERS % SET))
    take_in(signed_in, OTHERS % SET)

    assert tree() == [["Who speaks", ["Group::Envoy"]]]
    envoy = Tag.objects.get(name="Group::Envoy")
    assert envoy.definition == "Speaks for another.\nNot a mediator."


HOSTILE = [
    "\U0001f54a Мир & <b>“”</b> ]]> &amp;",
    "\u202eesrever",
    "\x85next\u2028line",
    "a\ufffe\uffff\x01b",
    "  led and trailed  ",
]


def test_a_codebook_of_hostile_names_is_valid_and_comes_back(signed_in):
    for name in HOSTILE:
        make_tag(name, definition=f"{name}\n\nExample: {name}", example=name)
    content = signed_in.get(at("codebook_qdc")).content

    SCHEMA.assertValid(etree.fromstring(content))
    entries = codebook_files.read(content).entries
    assert len(entries) == len(HOSTILE)
    assert HOSTILE[0] in {one.name for one in entries}


def test_a_tag_is_known_by_its_guid_before_another_by_its_name(signed_in):
    one = make_tag("One")

    shown = send(signed_in, f"name,guid\nOne,{uuid.uuid4()}\nFirst,{one.guid}\n")

    plan = shown.context["plan"]
    assert [entry.name for entry in plan.added] == ["One"]
    assert plan.changed == [(one, [("name", "One", "First")])]
    take_in(signed_in, shown.context["text"])
    assert Tag.objects.get(pk=one.pk).name == "First"
    assert Tag.objects.exclude(pk=one.pk).get().name == "One"


def test_a_file_that_was_looked_at_too_long_ago_is_shown_again(signed_in, editor):
    tag = make_tag("Top")
    codebook.edit(editor, tag, 1, {"name": "Theirs"})

    answer = send(signed_in, "name\nNew\n", confirmed=1, version=1)

    assert (answer.status_code, Tag.objects.count()) == (409, 1)
    assert "Somebody else has changed this" in page(answer)
    assert 'name="version" value="2"' in answer.content.decode()
    assert send(signed_in, "name\nNew\n", confirmed=1, version="x").status_code == 422


def test_a_name_that_another_tag_has_is_not_taken(signed_in):
    one = make_tag("One")
    make_tag("Other")
    content = f"name,guid\nOther,{one.guid}\n"

    answer = send(signed_in, content)

    assert answer.status_code == 422
    assert "The name “Other” belongs to another tag here." in page(answer)


@pytest.mark.parametrize("cell", ["=1", "'=1", "''@x", "'plain", "+", "-\t", "＝ａ", "\tx", "it's"])
def test_every_cell_comes_back_as_it_was(cell):
    tag = Tag(name="A", definition=cell.strip(), guid=uuid.uuid4(), status="active")
    (entry,) = codebook_files.read(codebook_files.as_csv([tag]).encode()).entries
    assert entry.definition == cell.strip()


# Figures


def test_the_figures_count_passages_coders_and_articles_and_lead_to_them(
    client, researcher, colleague
):
    one, other, third = make_tag("One"), make_tag("Other"), make_tag("Third")
    make_tag("Unused")
    article = make_article(text="Both sides agreed on an exchange.")
    both, sides = make_passage("Both sides", article), make_passage("sides", article)
    make_tagging(both, one, researcher)
    make_tagging(both, one, colleague)
    make_tagging(both, other, colleague)
    make_tagging(sides, other, researcher)
    make_tagging(make_passage("exchange", article), third, researcher)
    make_tagging(make_passage(), third, researcher)
    make_tagging(sides, third, researcher, withdrawn_at="2025-06-01T12:00:00Z")
    make_tagging(make_passage("Both", make_article(text="Both.", status="draft")), one, colleague)
    client.force_login(researcher)

    context = client.get(at("tag_figures")).context

    assert [(row["tag"].name, [n for n, *_ in row["counts"]]) for row in context["rows"]] == [
        ("One", [1, 2, 1]),
        ("Other", [2, 2, 1]),
        ("Third", [2, 1, 2]),
    ]
    assert [tag.name for tag in context["unused"]] == ["Unused"]
    assert [(a.name, b.name, same[0], over[0]) for a, b, same, over in context["pairs"]] == [
        ("Other", "One", 1, 2)
    ]
    for row in context["rows"]:
        for number, address, kind in row["counts"]:
            opened = client.get(address.partition("#")[0]).context
            found = (
                opened["page"].paginator.count
                if kind == "passage"
                else len(opened["opened"]["rows"])
            )
            assert found == number
    for _, _, *numbers in context["pairs"]:
        for number, address in numbers:
            opened = client.get(address.partition("#")[0]).context["opened"]
            assert opened["page"].paginator.count == number
    shown = client.get(at("tag_figures"), {"by": "overlap"}).content.decode()
    assert "Other with One on overlapping passages: 2" in shown


def test_figures_count_what_is_asked_for_and_lead_to_as_many(client, researcher, colleague):
    one, other = make_tag("One"), make_tag("Other")
    article = make_article(text="Both sides agreed on an exchange.")
    for word, status in (("Both", "accepted"), ("sides", "submitted"), ("agreed", "rejected")):
        passage = make_passage(word, article)
        for tag in (one, other):
            make_tagging(passage, tag, researcher, work_status=status)
    client.force_login(colleague)

    for work, count in (("", 2), ("accepted", 1), ("all", 3)):
        context = client.get(at("tag_figures") + f"?work={work}").context
        counts = {row["tag"].name: row["counts"] for row in context["rows"]}["One"]
        assert [n for n, *_ in counts] == [count, 1, 1]
        passages, coders, articles = (address for _, address, _ in counts)
        assert client.get(passages).context["page"].paginator.count == count
        for address in (coders, articles):
            ((_, number, leads_to),) = client.get(address).context["opened"]["rows"]
            assert number == client.get(leads_to).context["page"].paginator.count == count
        ((_, _, (same, leads_to), _),) = context["pairs"]
        assert same == client.get(leads_to).context["opened"]["page"].paginator.count == count


@pytest.mark.parametrize(
    "query", [{"by": "x"}, {"pair": "1"}, {"pair": "x:y"}, {"coders": "0"}, {"articles": "9" * 30}]
)
def test_figures_that_are_not_there_are_not_found(signed_in, query):
    make_tag()
    assert signed_in.get(at("tag_figures"), query).status_code == 404


def test_figures_ask_as_much_for_many_as_for_one(signed_in, researcher, count_queries):
    def grow(n):
        for _ in range(n):
            passage = make_passage()
            for _ in range(2):
                make_tagging(passage, make_tag(), researcher)
        return count_queries(lambda: signed_in.get(at("tag_figures")))

    grow(1)
    assert grow(1) == grow(20)
