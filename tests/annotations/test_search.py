"""The one search: what is found by what was typed, by whom, in which order, and where it leads."""

import re
import unicodedata
import uuid

import pytest
import regex
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from annotations import asked, recording, searching
from annotations.filters import ArticleFilterForm
from annotations.forms_recording import FORMS
from annotations.models import Draft, SearchEntry, Tag, Visibility
from talks import finding, gate
from talks import text as plain_text
from talks.models import (
    Article,
    ArticleStatus,
    Outcome,
    Party,
    Position,
    WorkStatus,
)

from ..factories import (
    make_article,
    make_note,
    make_outcome_report,
    make_participation,
    make_party,
    make_passage,
    make_person,
    make_position,
    make_proposition,
    make_tag,
    make_tagging,
    make_user,
)
from ..plans import looked_up, plan_of

pytestmark = pytest.mark.django_db


def finds(client, q, **query):
    """(kind, label or words) of what is found, best first."""
    response = client.get(reverse("annotations:search"), {"q": q, **query})
    assert response.status_code == 200, response.content
    return [
        (one.kind, "".join(piece.text for piece in one.heading))
        for one in response.context["page"].object_list
    ]


@pytest.fixture
def coder(client):
    user = make_user(username="coder")
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("negotiation", True),  # stemmed: the text says "negotiated"
        ("NEGOTIATED sides", True),
        ("negotiated -sides", False),
        ('"both sides negotiated"', True),
        ('"negotiated sides"', False),
        ('"both sides', True),  # left open
        ("nego*", True),
        ("neg", False),
        ("cafe", True),
        ("café", True),
        ("zebra OR sides", True),
        ("zebra", False),
        ("zebra's: & | ! ( \\ '", False),
    ],
)
def test_words_phrases_exclusions_and_beginnings(client, coder, typed, found):
    make_article("Both sides negotiated in a Café of the old town.", title="Lunch")

    assert finds(client, typed) == ([("article", "Lunch")] if found else [])


@pytest.mark.parametrize(
    ("language", "text", "typed"),
    [
        ("ru", "Переговоры прошли в Стамбуле.", "переговоров"),
        ("uk", "Перемовини пройшли у Стамбулі.", "ПЕРЕМОВИНИ"),
        ("de", "Der Größte schwieg.", "große*"),
    ],
)
def test_each_language_is_searched_by_its_own_rules(client, coder, language, text, typed):
    make_article(text, title="One", language=language)

    expected = [] if language == "de" else [("article", "One")]
    assert finds(client, typed) == expected
    page = client.get(reverse("annotations:search"), {"q": typed}).text
    assert page.count(f'lang="{language}"') == 2 * len(expected)


def test_all_kinds_stand_in_one_list_with_their_counts(client, coder):
    party = make_party(name="Quokka League")
    make_person(name="Quokka Smith")
    make_tag("Quokka")
    article = make_article("The quokka spoke.", title="A quokka speaks")
    passage = make_passage("quokka", article)
    make_tagging(passage)
    make_note("Which quokka?", passage=passage)
    make_position(article=article, party=party)
    proposition = make_proposition(statement="The quokka should rest.")

    response = client.get(reverse("annotations:search"), {"q": "quokkas OR quokka"})

    assert "<title>quokkas OR quokka: 8 finds · Search" in response.text
    assert {value: count for value, _, count in response.context["kinds"]} == {
        "article": 1, "passage": 2, "note": 1, "tag": 1, "position": 1, "person": 1, "party": 1,
    }  # fmt: skip
    assert proposition.pk
    kinds = [kind for kind, _ in finds(client, "quokka")]
    assert set(kinds[:3]) == {"person", "party", "tag"}
    assert finds(client, "quokka", kind="note") == [("note", "Which quokka?")]


def test_a_find_leads_to_its_sentence_and_the_reader_marks_it(client, coder):
    text = "Nothing here 😀.\nThe ministers met in Ankara. They left."
    article = make_article(text, title="Met")

    page = client.get(reverse("annotations:search"), {"q": "minister"}).content.decode()
    start = text.index("The")
    end = text.index(" They")

    address = f"{article.get_absolute_url()}?at={start}-{end}"
    assert f'href="{address}#found"' in page
    assert "The <mark>ministers</mark> met" in page
    assert '<mark class="found" id="found">The ministers met in Ankara.</mark>' in (
        client.get(address).content.decode()
    )


@pytest.mark.parametrize("at", ["9-1", "0-99999", "x", "-", "1-", "999999999999-2", "0-0"])
def test_a_place_that_is_not_there_marks_nothing(client, coder, at):
    article = make_article("They met.")

    response = client.get(article.get_absolute_url(), {"at": at})

    assert response.status_code == 200
    assert 'id="found"' not in response.content.decode()


def test_aliases_and_misspelt_names_are_found(client, coder):
    make_party(name="Russia", aliases=["Kremlin"])
    make_person(name="Volodymyr Zelensky")
    make_person(name="Recep Tayyip Erdoğan")

    assert finds(client, "kremlin") == [("party", "Russia")]
    assert finds(client, "Kremlni") == [("party", "Russia")]
    assert finds(client, "zelinsky") == [("person", "Volodymyr Zelensky")]
    assert finds(client, "Zelenskiy") == [("person", "Volodymyr Zelensky")]
    assert finds(client, "erdogen") == [("person", "Recep Tayyip Erdoğan")]
    assert finds(client, "umbrella") == []
    assert finds(client, "zelinsky -putin") == [("person", "Volodymyr Zelensky")]
    assert finds(client, "zelinsky -putin -volodym*") == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Volodymir Zelenskiy", "person"),
        ("Зеленський", "person"),
        ("Зеленскій", "person"),
        ("путин", "person"),
        ("Lavrof", "person"),
        ("Кремль", "party"),
        ("sanktions", "tag"),
    ],
)
def test_names_are_found_in_either_script_and_of_several_words(client, coder, typed, found):
    make_party(name="Russia", aliases=["Kremlin"])
    make_person(name="Volodymyr Zelensky")
    make_person(name="Vladimir Putin")
    make_person(name="Сергей Лавров")
    make_tag("Sanctions and pressure")

    assert [kind for kind, _ in finds(client, typed)] == [found]


def asked_instead(client, q):
    """What was meant, and whether it is shown instead, with the labels of what is found."""
    context = client.get(reverse("annotations:search"), {"q": q}).context
    labels = [one.label for one in context["page"].object_list]
    return context["meant"], context["is_instead"], labels


def test_what_was_meant_is_said_and_shown_where_nothing_else_is(client, coder):
    make_person(name="Volodymyr Zelensky")
    make_article("Zelensky spoke of a truce.", title="Truce")
    make_tag("Sanctions")

    assert asked_instead(client, "Zelinsky") == ("Zelensky", False, ["Volodymyr Zelensky"])
    assert asked_instead(client, "Zelinsky truce") == ("Zelensky truce", True, ["Truce"])
    assert asked_instead(client, '"Zelinsky spoke" -minister') == (
        '"Zelensky spoke" -minister', True, ["Truce"],
    )  # fmt: skip
    assert asked_instead(client, "Zelensky spoke") == ("", False, ["Truce"])
    make_tag("Zebra truce")
    assert asked_instead(client, "Zelinsky truce") == ("Zelensky truce", True, ["Truce"])
    assert asked_instead(client, "zebri OR Zelinski")[2] == ["Zebra truce", "Volodymyr Zelensky"]
    assert asked_instead(client, "Zelinsky zebra") == ("", False, [])
    page = client.get(reverse("annotations:search"), {"q": "Zelinsky truce"}).content.decode()
    assert "?q=Zelensky+truce" in page
    assert asked_instead(client, "sanktions")[0] == "Sanctions"
    client.logout()
    assert asked_instead(client, "sanktions") == ("", False, [])


def test_a_search_that_finds_nothing_says_so_and_what_to_try(client, coder):
    client.force_login(coder)

    page = client.get(reverse("annotations:search"), {"q": "xyzzy"}).content.decode()

    assert "Nothing is found." in page
    assert "How to ask" not in page


def test_what_is_found_in_a_superseded_text_says_so(client, coder):
    old = make_article("A quokka met them.", title="Old")
    make_tagging(make_passage("quokka", old))
    make_article("Corrected.", supersedes=old, status=ArticleStatus.PUBLISHED, round=old.round)

    page = client.get(reverse("annotations:search"), {"q": "quokka"}).content.decode()

    assert page.count('<span class="chip plain">Superseded</span>') == 2
    assert client.get("/articles/").content.decode().count("Superseded") == 1


def test_tags_and_coders_are_named_by_key_or_name(client, coder):
    article = make_article("A quokka met them.", title="Met")
    tag = make_tag("Useful", status="archived", replaced_by=make_tag("Most useful"))
    make_tagging(make_passage("quokka", article), tag.replaced_by, coder)

    for query in ({"tag": "most USEFUL"}, {"tag": tag.pk}, {"coder": "CODER"}, {"coder": coder.pk}):
        assert finds(client, "quokka", kind="article", **query) == [("article", "Met")]
    page = client.get(reverse("annotations:search"), {"q": "quokka", "tag": tag.pk})
    assert 'value="Most useful"' in page.content.decode()


def test_an_alias_given_and_taken_by_an_editor_is_followed(client):
    client.force_login(make_user("editor"))
    party = make_party(name="Russia", slug="russia", mark="RU")
    form = {
        "name": "Russia", "slug": "russia", "kind": party.kind, "iso3": "", "mark": "RU",
        "colour": party.colour, "aliases": "Kremlin\nMoscow", "version": 1,
    }  # fmt: skip
    page = reverse("annotations:party_edit", args=["russia"])
    client.post(page, form)
    assert finds(client, "kremlin") == [("party", "Russia")]

    client.post(page, form | {"aliases": "", "version": 2})
    assert finds(client, "kremlin") == []


def test_what_one_may_not_open_one_does_not_find(client):
    coder, other = make_user(username="coder"), make_user(username="other")
    hidden = make_article("The quokka hides.", status=ArticleStatus.DRAFT, title="Hidden")
    article = make_article("Seen quokka here.", title="Seen")
    noted = make_passage("quokka", article)
    make_note("Private quokka", passage=noted, author=other, visibility=Visibility.PRIVATE)
    make_position(
        article=article, coder=other, work_status=WorkStatus.DRAFT, summary="A quokka holds."
    )
    make_tagging(make_passage("quokka", hidden))

    assert finds(client, "quokka") == [("article", "Seen")]
    client.force_login(coder)
    assert finds(client, "quokka") == [("article", "Seen")]
    client.force_login(other)
    assert {kind for kind, _ in finds(client, "quokka")} == {
        "article", "passage", "note", "position",
    }  # fmt: skip
    client.force_login(make_user("admin"))
    assert {label for _, label in finds(client, "quokka", kind="article")} == {"Hidden", "Seen"}


def test_visitors_find_no_notes_tags_and_unreviewed_work(client):
    article = make_article("Both sides agreed. Seen quokka here.", title="Seen")
    passage = make_passage("quokka", article)
    make_tagging(passage, make_tag("Quokka"))
    make_note("Team quokka", passage=passage)
    make_position(article=article, summary="The quokka waits.")
    accepted = make_position(article=article, work_status=WorkStatus.ACCEPTED, summary="A quokka.")

    proof = accepted.evidence.get().passage

    assert sorted(kind for kind, _ in finds(client, "quokka")) == ["article", "passage", "position"]
    assert finds(client, "quokka", kind="passage") == [("passage", "Seen quokka here.")]
    assert SearchEntry.objects.get(kind="passage", object_id=proof.pk).body == proof.exact
    assert finds(client, "quokka", kind="position")[0][1].startswith(accepted.party.name)
    assert client.get(reverse("annotations:search"), {"q": "quokka", "tag": 1}).status_code == 200


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"q": "-only"}, "at least one"),
        ({"q": '""'}, "at least one"),
        ({"q": "😀 &"}, "Write a word or a number"),
        ({"q": "½ ①"}, "Write a word or a number"),
        ({"q": "NOT war"}, "at least one"),
        ({"q": "the of"}, "stand everywhere"),
        ({"q": "x" * 501}, "at most 500"),
        ({"q": "a\u202eb"}, "hidden character"),
        ({"q": "met", "kind": "zebra"}, "no such kind"),
        ({"q": "met", "party": "nobody"}, "Select a valid choice"),
        ({"q": "met", "since": "2025-13-01"}, "Write a date"),
        ({"q": "met", "since": "2025-05-17", "until": "2025-05-16"}, "before the first day"),
        ({"q": "met", "tag": "Useless"}, "There is no tag called “Useless”."),
        ({"q": "met", "coder": "9" * 30}, "There is no coder called"),
    ],
)
def test_what_cannot_be_asked_is_said(client, coder, query, says):
    response = client.get(reverse("annotations:search"), query)

    assert response.status_code == 422
    assert says in response.content.decode()


@pytest.mark.parametrize("token", ["x", "W10", "////", "WyIxIl0", "%00", "9" * 400])
def test_a_page_that_is_none_is_the_first(client, coder, token):
    make_article("They met.", title="Met")

    assert finds(client, "met", after=token) == [("article", "Met")]


def test_pages_neither_skip_nor_repeat_while_articles_come_in(client, coder):
    for number in range(45):
        make_article(f"Round {number}: they met{' again' * (number % 7)}.", title=f"T{number}")
    seen = []
    query = {"q": "met", "kind": "article"}
    while True:
        page = client.get(reverse("annotations:search"), query).context["page"]
        seen += [one.label for one in page.object_list]
        make_article(f"They met, {len(seen)}.", title=f"New {len(seen)}")
        if not page.next:
            break
        query["after"] = page.next

    old = [label for label in seen if label.startswith("T")]
    assert len(seen) == len(set(seen))
    assert sorted(old) == sorted(f"T{number}" for number in range(45))


def test_filters_leave_what_has_the_property(client, coder):
    party, other = make_party(name="Quokka League", slug="league"), make_party()
    article, elsewhere = (
        make_article("They met. A quokka.", title="A"),
        make_article("B quokka.", title="B"),
    )
    position = make_position(article=article, party=party, summary="Quokka.", coder=coder)
    make_position(article=elsewhere, party=other, summary="Quokka, too.")
    make_participation(party=party, round=article.round)
    tag = make_tag("Useful")
    make_tagging(make_passage("quokka", elsewhere), tag, coder)

    def kinds(**query):
        return sorted(kind for kind, _ in finds(client, "quokka", **query))

    assert kinds(party="league") == ["article", "party", "passage", "position"]
    make_party(slug="before", merged_into=make_party(slug="then", merged_into=party))
    assert kinds(party="before") == kinds(party="league")
    assert kinds(round=article.round.slug) == ["article", "party", "passage", "position"]
    assert kinds(issue=position.proposition.issue_id) == ["article", "passage", "position"]
    assert kinds(tag=tag.pk) == ["article", "passage"]
    tag.parent = make_tag("All that is useful")
    tag.save()
    assert kinds(tag=tag.parent.pk) == ["article", "passage"]
    assert kinds(coder=coder.pk) == ["article", "article", "passage", "passage", "position"]
    assert kinds(status="published") == ["article", "article"]
    assert kinds(status="submitted") == ["passage", "position", "position"]
    assert kinds(since="2999-01-01") == []


@pytest.mark.parametrize("kind", ["article", "party", "note"])
def test_the_number_of_queries_does_not_grow(client, coder, kind, django_assert_max_num_queries):
    def counted():
        with django_assert_max_num_queries(30) as captured:
            assert finds(client, "quokka", kind=kind)
        return len(captured)

    def make():
        article = make_article(f"A quokka {SearchEntry.objects.count()}.")
        make_note("Quokka.", passage=make_passage("quokka", article))
        make_party(name=f"Quokka {article.pk}")

    make()
    once = counted()
    make()
    make()
    assert counted() == once


def test_entries_follow_what_they_are_of(client, coder):
    party = make_party(name="Wombats")
    make_position(party=party)
    Party.objects.filter(pk=party.pk).update(name="Numbats")

    assert [kind for kind, _ in finds(client, "numbats")] == ["party", "position"]
    assert finds(client, "wombats") == []

    Party.objects.filter(pk=party.pk).update(merged_into=make_party(name="Else"))
    assert [kind for kind, _ in finds(client, "numbats")] == ["position"]


def test_a_tag_is_found_by_the_names_of_those_merged_into_it(client, coder):
    first, second, last = make_tag("Zebras"), make_tag("Numbats"), make_tag("Animals")

    def merge(tag, into):
        Tag.objects.filter(pk=tag.pk).update(status="archived", replaced_by=into)

    merge(first, second)
    merge(second, last)
    assert finds(client, "zebra") == [("tag", "Animals")]
    assert finds(client, "numbast") == [("tag", "Animals")]
    Tag.objects.filter(pk=first.pk).update(name="Okapis")
    assert (finds(client, "zebra"), finds(client, "okapi")) == ([], [("tag", "Animals")])
    Tag.objects.filter(pk=second.pk).update(status="active", replaced_by=None)
    assert finds(client, "okapi") == [("tag", "Numbats")]


def test_what_was_noted_of_an_outcome_is_found_by_those_who_may_see_the_report(client, coder):
    party = make_party(slug="league")
    submitted = make_outcome_report(note="A quokka keeps the list.", stances={party: "agrees"})
    accepted = make_outcome_report(note="The quokka left.", work_status=WorkStatus.ACCEPTED)
    make_outcome_report(note="Draft of a quokka.", work_status=WorkStatus.DRAFT)

    def addresses(**query):
        response = client.get(reverse("annotations:search"), {"q": "quokka", **query})
        return {one.url for one in response.context["page"].object_list}

    one = reverse("annotations:review_outcome_report", args=[submitted.pk])
    other = f"{accepted.outcome.get_absolute_url()}#report-{accepted.pk}"
    assert addresses() == addresses(kind="outcomereport") == {one, other}
    assert client.get(one).status_code == 200
    assert f'id="report-{accepted.pk}"' in client.get(other).text
    issue = make_proposition().issue
    Outcome.objects.filter(pk=submitted.outcome_id).update(
        proposition=make_proposition(issue=issue)
    )
    for query in (
        {"party": "league"}, {"round": submitted.article.round.slug}, {"issue": issue.pk},
        {"coder": submitted.coder_id}, {"status": "submitted"},
    ):  # fmt: skip
        assert addresses(**query) == {one}
    client.logout()
    assert addresses() == {other}


def test_an_endless_text_is_still_loaded_and_found(client, coder):
    make_article(" ".join(f"w{number}x{number * 7919}" for number in range(90_000)), title="Long")

    assert finds(client, "w5x39595") == [("article", "Long")]


def test_questions_are_taken_apart():
    read = asked.read('a "b c" -d e* OR f -"g h" “i')

    assert read.as_tsquery == "('a') & ('b c') & ('0e':* | 'f') & ('i') & !'d' & !'g h'"
    assert asked.read('a NOT "b c" NOTE').as_tsquery == "('a') & ('NOTE') & !'b c'"
    # A phrase goes on to the sign that belongs to its first.
    assert asked.read('"a «b» c" „d“ »e«').as_tsquery == "('a b c') & ('d') & ('e')"
    assert asked.read('צה"ל לוחם').as_tsquery == "('צה״ל') & ('לוחם')"


def marked(client, q):
    """The words that are marked in the places of what is found."""
    page = client.get(reverse("annotations:search"), {"q": q}).context["page"]
    places = [pieces for find in page.object_list for pieces, _ in find.places]
    return [piece.text for pieces in places for piece in pieces if piece.is_found]


@pytest.mark.parametrize(
    ("text", "typed", "words"),
    [
        # What stands beside signs is a word, and no file, host, sign or tag.
        ("Told to Kyiv/Kiev.", "kiev", ["Kiev"]),
        ("They left.The end came.", "end", ["end"]),
        ("The war of 2014-2022.", "2022", ["2022"]),
        ("On 24.02.2022 it began.", "2022", ["2022"]),
        ("A cease-fire holds.", '"cease fire"', ["cease", "fire"]),
        ("A cease fire holds.", "cease-fire", ["cease", "fire"]),
        ("A cease\u2011fire holds.", "cease-fire", ["cease", "fire"]),
        ("<Both sides> & all met.", "sides", ["sides"]),
        ("The U.S. envoy left.", "US", ["U.S"]),
        ("The US envoy left.", '"U.S. envoy"', ["US", "envoy"]),
        ("COVID-19 spread.", '"covid 19"', ["COVID", "19"]),
        ("From Is\u00adtan\u00adbul.", "Is\u00adtan\u200bbul", ["Is\u00adtan\u00adbul"]),
        # Of a phrase no word that stands elsewhere.
        ("One swap: the prisoners' swap.", '"prisoner swap"', ["prisoners", "swap"]),
        ("An end, the ends of a war.", '"end of the war"', ["ends", "war"]),
        ("One swap: the prisoners' swap.", '"prisoner swap" swap', ["swap", "prisoners", "swap"]),
        ("A swap of two in 2022.", '2022 -"prisoner swap"', ["2022"]),
        ("Some 2 men in 2022.", "2022", ["2022"]),
        # A number, however its thousands are grouped.
        ("Some 1000 men.", "1,000", ["1000"]),
        ("Some 1,000 men.", "1000", ["1", "000"]),
        ("Some 1\u202f000\u202f000 men.", "1000000 men", ["1", "000", "000", "men"]),
        ("Some 1.000 men.", '"1 000 men"', ["1", "000", "men"]),
        ("Some 1'000 men.", "1 000", ["1", "000"]),
        ("On May 16, 200 men.", "16 200", ["16", "200"]),
        # Beginnings longer than the stem, and of words that stand everywhere.
        ("The negotiations failed.", "negotiat*", ["negotiations"]),
        ("Its SECURITY matters.", "securit* -sec", ["SECURITY"]),
        ("One swap: the prisoners' swap.", '"prisoner sw*"', ["prisoners", "swap"]),
        ("Полк «Азов», азовці.", "«Азо*»", ["Азов", "азовці"]),
        ("Washington was told.", "was*", ["Washington", "was"]),
        ("Éric left, he said.", "e*", ["Éric"]),
        ("The café's owner.", '"owner" cafe*', ["café", "owner"]),
        # Words that stand everywhere are left out also where no language is known.
        ("Кам’янця і Kremlin.", "the Kremlin камян*", ["Кам’янця", "Kremlin"]),
        # Forms of Cyrillic words, where PostgreSQL knows no stems; of a phrase as they stand.
        (
            "Після переговорів у Зеленського.",
            "ПЕРЕГОВОРИ зеленський",
            ["переговорів", "Зеленського"],
        ),
        (
            "З війною в Україні, об’єктом.",
            "війна Україною об'єкти",
            ["війною", "Україні", "об’єктом"],
        ),
        ("Санкціями партій.", "санкції партією -партнер", ["Санкціями", "партій"]),
        ("Мир і партнер.", "мир -партія", ["Мир"]),
        ("Переговори президента.", '"президента" -"переговорів"', ["президента"]),
        # Whatever accents and vowel signs; but й and ї are letters of their own.
        ("Загинули за́мок, йод.", "замок -иод", ["за́мок"]),
        ("Загинули и\u0306од.", "йод", ["и\u0306од"]),
        ("أَلِف مُحَمَّد هنا.", "محمد الف", ["أَلِف", "مُحَمَّد"]),
        ("In DİYARBAKIR and Łódź.", "diyarbakır lodz", ["DİYARBAKIR", "Łódź"]),
    ],
)
def test_words_are_those_that_people_see(client, text, typed, words):
    language = "en" if text.isascii() or "caf" in text else "uk"
    make_article(f"Nothing here.\n{text}", title="One", language=language)

    assert marked(client, typed) == words


def test_words_are_folded_as_they_are_in_one_text(client):
    """Each letter within a word is one word to the database, and the same as to Python."""
    ranges = [(0xC0, 0x180), (0x218, 0x21C), (0x370, 0x530), (0x5D0, 0x6D4), (0x1E00, 0x1E9A)]
    ranges += [(0x1EA0, 0x1EFA), (0x1F00, 0x2000), (0xFF10, 0xFF5B)]
    letters = [chr(one) for first, end in ranges for one in range(first, end)]
    letters = [one for one in letters if unicodedata.category(one)[0] in "LM" or one.isdigit()]
    letters = [one for one in letters if one not in "ĸĿŀ\u0374ͺϓϔϲٵٶٷٸ"]  # in no word of today
    letters += ["\u00ad", "\u200b", "\u200d", "и\u0306", "і\u0308", "у\u0301", "e\u0301"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT"
            " tsvector_to_array(to_tsvector('parley_simple', search_plain('x' || one || 'x')))"
            " FROM unnest(%s::text[]) WITH ORDINALITY _(one, place) ORDER BY place",
            [letters],
        )
        found = {letter: words for letter, (words,) in zip(letters, cursor, strict=True)}

    expected = {letter: [finding.folded(f"x{letter}x")[0]] for letter in letters}
    assert {letter: words for letter, words in found.items() if words != expected[letter]} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "双方签署停火协议。",
            {
                "停火": ["停火"],
                "火协": ["火协"],
                "双": ["双"],
                "议": ["议"],
                "停火* 双方": ["双方", "停火"],
                "双方签署停火协议。": ["双方签署停火协议。"],
                "停协": [],
                "协议停火": [],
                "双方 -停火": [],
                "双方 -火停": ["双方"],
                "休战 OR 停火": ["停火"],
            },
        ),
        (
            "于2022年2月24日开始。",
            {
                "2022年2月24日": ["2022年2月24日"],
                "年2月": ["年2月"],
                '"月24"': ["月24"],
                "24": ["24"],
            },
        ),
        (
            "约1,000人在Kyiv停留。",
            {
                "1000人": ["1,000人"],
                "kyiv停留": ["Kyiv停留"],
            },
        ),
        (
            "約1,000人々がキーウで停戦を。",
            {
                "人々": ["人々"],
                "停戦 キーウ": ["キーウ", "停戦"],
            },
        ),
        (
            "การเจรจาสันติภาพ",
            {
                "สันติภาพ": ["สันติภาพ"],
                "เจรจา": ["เจรจา"],
            },
        ),
        (
            "ការចរចា\u200bសន្តិភាព",
            {
                "សន្តិភាព": ["សន្តិភាព"],
            },
        ),
        (
            "평화협상을 시작했다.",
            {
                "협상": ["협상"],
                '"협상을 시작"': ["협상을 시작"],
            },
        ),
    ],
)
def test_words_are_found_where_none_are_set_apart(client, text, found):
    make_article(f"Nothing here.\n{text}", title="One", language="zh")

    assert {typed: marked(client, typed) for typed in found} == found


def test_scripts_without_spaces_are_those_of_unicode(client):
    scripts = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    signs = regex.compile(rf"[[{scripts}\uac00-\ud7a3]&&[\p{{L}}\p{{N}}]]", regex.V1)
    letters = [one for one in map(chr, range(0x10000)) if signs.match(one)]
    letters += [one for one in map(chr, range(0x20000, 0x33480)) if regex.match(r"\p{Han}", one)]
    marks = rf"[\p{{M}}&&[{plain_text.PAIRED}\u3099\u309a]]"
    marks = [one for one in map(chr, range(0x10000)) if regex.match(marks, one, regex.V1)]

    assert [one for one in letters if not plain_text.SIGN.fullmatch(one)] == []
    pairs = [f"x{one}x" for one in letters] + [f"x日{one}x" for one in marks]
    with connection.cursor() as cursor:
        cursor.execute("SELECT one, search_cut(one) FROM unnest(%s::text[]) one", [pairs])
        assert [one for one, cut in cursor if cut != f"x {one[1:-1]} {one[1:-1]} x"] == []


@pytest.mark.parametrize("sign", ["", '"'])
def test_a_whole_sentence_is_found_as_it_stands(client, sign):
    sentence = (
        "“We won’t – not now, nor in 2026 – withdraw,” the U.S.-backed envoy said on 16/05/2025 in"
        " Istanbul/Ankara (as quoted by the agency), adding that 1,000 of the well-known prisoners"
        " would be exchanged “all for all”, that a cease-fire of thirty days had been refused, and"
        " that whoever had asked for it would have to answer for what was to come: war, and more."
    )
    make_article(f"Nothing here. {sentence} Nor here.", title="One")

    asked_for = sign + sentence.replace("“", "").replace("”", "") + sign
    assert finds(client, asked_for) == [("article", "One")]


def test_a_name_is_found_with_whatever_apostrophe(client):
    for number, sign in enumerate("'’\u02bc"):
        make_article(f"Із Кам{sign}янця виїхали {number} автобуси.", language="uk", title=sign)

    for sign in "'’‘\u02bc":
        assert len(finds(client, f"кам{sign}янця")) == 3
        assert len(finds(client, f"кам{sign}ян*")) == 3
        assert len(finds(client, f'"із кам{sign}янця"')) == 3
        assert finds(client, f"автобуси -кам{sign}янця") == []


def test_plans_use_the_indexes(coder):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO annotations_searchentry (kind, object_id, config, label, body, names,"
            " document) SELECT 'party', n, 'parley_simple', 'w' || n, '', md5(n::text),"
            " search_vector('parley_simple', 'w' || n, '', md5(n::text))"
            " FROM generate_series(1, 20000) n"
        )
        cursor.execute("SELECT gin_clean_pending_list('search_entry_names'::regclass)")
        cursor.execute("ANALYZE annotations_searchentry")
        cursor.execute("EXPLAIN SELECT id FROM annotations_searchentry WHERE names %>> 'zelinsky'")
        similar = str(cursor.fetchall())
    finds = searching.visible_to(searching.found(asked.read("zebra"), [1, 2]), coder)
    words = finds.explain()
    # Who may see a find is asked of the find, and not read of all that there is.
    condition = re.search("Filter: .*", words)[0]

    assert "search_entry_names" in similar
    assert "search_entry_document" in words
    assert "Seq Scan on annotations_searchentry" not in words
    assert "EXISTS" in condition
    assert "hashed" not in condition
    assert looked_up(plan_of(finds)) >= {
        "annotations_note.id", "annotations_note.passage_id", "annotations_tag.id",
        "annotations_tagging.passage_id", "talks_article.id",
        "talks_evidence.passage_id", "talks_outcomereport.outcome_id", "talks_party.id",
        "talks_passage.id", "talks_person.id", "talks_position.id",
    }  # fmt: skip


@pytest.mark.parametrize("sort", ["", "title", "words", "passages", "coders", "notes", "worked"])
def test_the_list_asks_of_its_articles_by_the_indexes(coder, sort):
    form = ArticleFilterForm({"sort": sort}, user=coder)
    articles = form.articles().order_by(form.keys()[0].name)[:50]

    assert looked_up(plan_of(articles)) >= {
        "annotations_act.article_id", "annotations_note.article_id", "annotations_note.parent_id",
        "annotations_note.passage_id", "talks_article.supersedes_id", "talks_event.id",
        "talks_outcomereport.id", "talks_passage.article_id", "talks_position.id",
    }  # fmt: skip
    # How far the coding is takes all work, so it is asked where the list is ordered by it alone.
    assert "annotations_completion" not in articles.explain()


# Drafts of the recording panel


# Fields of which there may be several, so that the forms read them by themselves.
LISTED = ["party", "side_party", "who_party", "who_person", "evidence_exact", "words"]


def test_a_draft_is_found_by_whatever_was_typed_in_it(client, coder):
    typed = gate.NameField | gate.PlainTextField
    names = LISTED + [
        name
        for form in FORMS.values()
        for name, field in form.base_fields.items()
        if isinstance(field, typed)
    ]
    data = {name: ["", f"w{name.replace('_', '')}"] for name in names}
    Draft.objects.create(
        coder=coder, article=make_article(), kind="event", summary="Begun",
        data=data | {"stance": ["numbat"], "note": ["Two wnote.", "quokkas"]},
    )  # fmt: skip

    lost = [name for name in names if not finds(client, f"w{name.replace('_', '')}")]
    assert lost == []
    assert finds(client, "quokka begun") == [("draft", "Begun")]
    assert finds(client, "numbat") == []


@pytest.mark.parametrize("data", [{}, [], "numbat", {"note": "numbat"}, {"note": [1, None]}])
def test_whatever_a_draft_holds_it_is_kept(client, coder, data):
    Draft.objects.create(
        coder=coder, article=make_article(), kind="event", data=data, summary="Begun"
    )

    assert finds(client, "begun") == [("draft", "Begun")]


def test_a_draft_is_found_by_its_owner_alone_and_opens_in_the_panel(client):
    owner = make_user(username="owner")
    article = make_article("They met.", title="Met")
    draft = Draft.objects.create(
        coder=owner, article=article, kind="outcome", summary="A truce", key=uuid.uuid4(),
        data={"note": ["The quokka decides."]},
    )  # fmt: skip
    make_note("The quokka noted", passage=make_passage("They", article))

    others = [make_user(), make_user("editor"), make_user("admin"), None]
    for other in others:
        client.force_login(other) if other else client.logout()
        response = client.get(reverse("annotations:search"), {"q": "quokka"})
        assert [one[0] for one in response.context["kinds"]] == (["note"] if other else [])
        assert [one.kind for one in response.context["page"].object_list] == (
            ["note"] if other else []
        )
        assert "decides" not in response.text
        reading = client.get(article.get_absolute_url(), {"draft": draft.pk})
        assert (reading.status_code, "A truce" in reading.text) == (200, False)
    client.logout()
    refused = client.get(reverse("annotations:search"), {"q": "quokka", "kind": "draft"})
    assert refused.status_code == 422

    client.force_login(owner)
    response = client.get(reverse("annotations:search"), {"q": "quokka"})
    counts = {value: count for value, _, count in response.context["kinds"]}
    assert counts == {"note": 1, "draft": 1}
    assert finds(client, "quokka", kind="draft") == [("draft", "A truce")]
    (hit,) = (
        client.get(reverse("annotations:search"), {"q": "quokka", "kind": "draft"})
        .context["page"]
        .object_list
    )
    assert hit.kind_name == "Draft of an outcome report"
    assert hit.url == f"{article.get_absolute_url()}?draft={draft.pk}"
    assert f'href="{draft.get_absolute_url()}"' in client.get(hit.url).text
    assert finds(client, "quokka", kind="draft", status="draft") == [("draft", "A truce")]
    assert finds(client, "quokka", kind="draft", coder=owner.pk) == [("draft", "A truce")]
    assert finds(client, "quokka", kind="draft", since="2999-01-01") == []
    assert finds(client, "quokka", kind="draft", round=article.round.slug) == [("draft", "A truce")]


def test_a_draft_is_found_as_it_stands_until_it_is_one_no_more(client, coder):
    article = make_article("They met.", title="Met")
    key = uuid.uuid4()

    def keep(words, **fields):
        return recording.save_draft(
            coder, article, "position", {"note": [words]}, key=key, summary="Claim", **fields
        )

    draft = keep("A quokka.")
    assert finds(client, "quokka") == [("draft", "Claim")]
    draft = keep("A numbat.", version=draft.version)
    assert finds(client, "quokka") == []
    assert finds(client, "numbat") == [("draft", "Claim")]
    recording.discard_draft(coder, draft, draft.version)
    assert finds(client, "numbat") == []
    assert not SearchEntry.objects.filter(kind="draft").exists()
    recording.restore_draft(coder, draft)
    assert finds(client, "numbat") == [("draft", "Claim")]
    Article.objects.filter(pk=article.pk).update(status=ArticleStatus.DRAFT)
    assert finds(client, "numbat") == []
    Article.objects.filter(pk=article.pk).update(status=ArticleStatus.PUBLISHED)
    fields = {"kind": "meeting", "title": "They met"}
    recording.record_event(coder, article, fields, [], [(0, 9, "report")], key=key)
    assert finds(client, "numbat") == []
    assert not SearchEntry.objects.filter(kind="draft").exists()


def test_the_draft_of_a_change_is_found_until_its_position_is_withdrawn(client, coder):
    position = make_position(coder=coder)
    Draft.objects.create(
        coder=coder, article=position.article, kind="position", position=position,
        data={"note": ["A quokka."]},
    )  # fmt: skip

    assert finds(client, "quokka") == [("draft", "A quokka.")]
    Position.objects.filter(pk=position.pk).update(withdrawn_at=timezone.now())
    assert finds(client, "quokka") == []
