"""Loading articles on the web: read, prepared, frozen; refused with a reason and nothing stored."""

import re
import resource
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from talks import languages, likeness, pieces
from talks.models import Article, Fingerprint, Intake, Original

from ..at_once import both
from ..factories import make_article, make_batch, make_intake, make_round

pytestmark = pytest.mark.django_db
NEW = "/articles/new/"
PAGE = """<!doctype html><html lang="en"><head><title>Talks end | Example News</title>
<link rel="canonical" href="https://example.org/talks">
<meta property="og:site_name" content="Example News">
<meta name="author" content="Ada Writer">
<meta property="article:published_time" content="2025-05-16T10:00:00Z">
</head><body><nav><a href="/">Home</a></nav><article><h1>Talks end</h1>
<p>The first talks between the two sides in three years <b>ended</b> in Istanbul on Friday.</p>
<p>They agreed on an exchange of prisoners, and on little else, officials said.</p></article>
<footer>Copyright, all rights reserved</footer></body></html>"""


@pytest.fixture
def talks_round():
    return make_round(slug="geneva")


@pytest.fixture
def loader(client, admin, talks_round):
    """Sends what an admin sends: ``loader(paste="…")`` or ``loader(("a.txt", b"…"))``."""
    client.force_login(admin)

    def send(*files, **fields):
        data = {"round": talks_round.pk, "status": "draft"} | fields
        if files:
            data["files"] = [SimpleUploadedFile(name, content) for name, content in files]
        return client.post(NEW, data)

    return send


def text_of(response):
    return " ".join(response.content.decode().split())


def stored():
    return [model.objects.count() for model in (Original, Intake, Article)]


def press(client, intake, do, **fields):
    """Press a button of the intake's page, with the form as it stands."""
    intake.refresh_from_db()
    typed = {name: value for name, value in intake.fields.items() if value}
    data = typed | {"version": intake.version, "do": do} | fields
    return client.post(intake.get_absolute_url(), data)


def test_a_pasted_text_is_prepared_and_then_loaded_as_it_is(client, loader, admin, talks_round):
    text = "They met.\n\n  They agreed \u00a0 on little.\nSource: CNN"

    response = loader(paste=text.replace("\n", "\r\n"))

    intake = Intake.objects.get()
    assert (response.status_code, response.url) == (302, intake.get_absolute_url())
    assert intake.outcome == text
    assert client.get(response.url).status_code == 200
    response = press(client, intake, "load", language="en", title="They met")
    article = Article.objects.get()
    assert response.url == article.get_absolute_url()
    assert [
        article.text, article.title, article.source_credit, article.round, article.status,
        article.loaded_by, bytes(article.original.content), article.extractor,
    ] == [
        text, "They met", "CNN", talks_round, "draft", admin, text.encode(), "parley"
    ]  # fmt: skip


def test_a_web_page_tells_what_is_known_of_it(client, loader):
    loader(("talks.html", PAGE.encode()), status="published")

    intake = Intake.objects.get()
    told = {name: intake.fields[name] for name in intake.fields if name not in {"round", "status"}}
    assert told == {
        "title": "Talks end",
        "byline": "Ada Writer",
        "publisher": "Example News",
        "published_on": "2025-05-16",
        "language": "en",
        "url": "https://example.org/talks",
        "licence": "",
        "source_credit": "",
        "title_is_editorial": "",
    }  # fmt: skip
    page = client.get(intake.get_absolute_url())
    assert page.context["form"].initial["title_is_editorial"] is False
    press(client, intake, "load")
    article = Article.objects.get()
    assert article.text == (
        "The first talks between the two sides in three years ended in Istanbul on Friday.\n"
        "They agreed on an exchange of prisoners, and on little else, officials said."
    )
    assert (article.title, article.status, article.original.name) == (
        "Talks end", "published", "talks.html",
    )  # fmt: skip
    assert (article.extractor, article.original.content) == ("trafilatura", PAGE.encode())


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b" \n\t", "There is no text in it."),
        ("a.txt", b"\xef\xbb\xbf", "There is no text in it."),
        ("a.txt", b"one\ntwo\x00", "Line 2 has the control character U+0000"),
        ("a.txt", "Привіт усім".encode("cp1251"), "This is not UTF-8: byte 0xcf in line 1."),
        ("a.txt", b"surrogate \xed\xa0\x80", "This is not UTF-8: byte 0xed in line 1."),
        ("a.txt", b"\xff\xfea", "This is not UTF-16: byte 0x61 in line 1."),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an old Word file, or one with a password."),
        ("a.rtf", rb"{\rtf1 They met.}", "This is an RTF file."),
        ("a.png", b"\x89PNG\r\n", "This is a picture."),
        ("a.xyz", b"They met.", "Files that end in .xyz are not read."),
        ("a.html", b"<html><body></body></html>", "There is no article in this page"),
        ("a.txt", b"a" * 5_000_001, "The text has 5,000,001 bytes;"),
        ("a.txt", b"a" * 25_000_001, "The file is larger than the 25,000,000 bytes"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_reason_and_nothing_stored(
    loader, name, content, reason
):
    response = loader((name, content))

    assert response.status_code == 422
    assert reason in text_of(response)
    assert stored() == [0, 0, 0]


def test_an_empty_file_is_refused(loader):
    response = loader(("a.txt", b""))

    assert response.status_code == 422
    assert "The file is empty." in text_of(response)
    assert stored() == [0, 0, 0]


def test_nothing_sent_is_answered_with_what_to_do(loader):
    response = loader(paste=" \n ")

    assert response.status_code == 422
    assert "Choose a file, or paste a text." in text_of(response)


def test_an_encoding_is_proposed_and_holds_once_it_is_chosen(loader):
    content = "Сторони домовилися про обмін полоненими.".encode("cp1251")

    response = loader(("a.txt", content))
    assert "cp1251</strong>: <bdi>Сторони домовилися про обмін полоненими.</bdi>" in text_of(
        response
    )
    assert stored() == [0, 0, 0]

    loader(("a.txt", content), encoding="cp1251")
    intake = Intake.objects.get()
    assert (intake.text, intake.encoding, intake.fields["language"]) == (
        "Сторони домовилися про обмін полоненими.", "cp1251", "uk",
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-32"])
def test_a_byte_order_mark_says_the_encoding(loader, encoding):
    loader(("a.txt", "Сторони домовилися.\r\nОбмін".encode(encoding)))

    assert Intake.objects.get().outcome == "Сторони домовилися.\nОбмін"


def test_the_same_file_again_is_found(client, loader):
    loader(("a.txt", b"They met."))
    intake = Intake.objects.get()

    again = loader(("b.txt", b"They met."))
    assert again.status_code == 409
    assert intake.get_absolute_url() in text_of(again)

    press(client, intake, "load", language="en")
    article = Article.objects.get()
    again = loader(("c.txt", b"They met."))
    assert again.status_code == 409
    assert "This file was loaded before." in text_of(again)
    assert article.get_absolute_url() in text_of(again)
    assert stored() == [1, 1, 1]


def test_the_same_text_under_another_address_is_found(loader):
    article = make_article("They met.\nThey agreed.", url="https://example.org/a")

    response = loader(paste="They met.\r\nThey agreed.")

    assert response.status_code == 409
    assert "There is an article of this text." in text_of(response)
    assert article.get_absolute_url() in text_of(response)
    assert "https://example.org/a" in text_of(response)
    assert stored() == [0, 0, 1]


def test_a_text_that_became_another_article_in_the_meantime_is_not_loaded_twice(client, loader):
    loader(paste="They met.\nAdvertisement")
    intake = Intake.objects.get()
    make_article("They met.")

    press(client, intake, "drop-1")
    response = press(client, intake, "load", language="en")

    assert response.status_code == 409
    assert "There is an article of this text." in text_of(response)
    assert Article.objects.count() == 1


def test_paragraphs_are_dropped_split_and_joined(client, loader):
    loader(paste="One. Two.\nAdvertisement\nThree\nfour.")
    intake = Intake.objects.get()

    press(client, intake, "drop-1")
    press(client, intake, "join-3")
    press(client, intake, "split-0-5")
    intake.refresh_from_db()
    assert intake.outcome == "One.\nTwo.\nThree four."
    press(client, intake, "keep", piece=["2"])
    press(client, intake, "before-3", words="four")
    intake.refresh_from_db()
    assert intake.outcome == "One.\nTwo.\nAdvertisement\nThree\nfour."
    press(client, intake, "drop", piece=["0", "1", "2"])
    press(client, intake, "load", language="en")
    assert Article.objects.get().text == "Three\nfour."
    intake.refresh_from_db()
    assert intake.text == "One. Two.\nAdvertisement\nThree\nfour."


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("停火，\n协议", "停火，协议"),
        ("การเจรจา\nสันติภาพ", "การเจรจาสันติภาพ"),
        ("휴전\n협정", "휴전 협정"),
    ],
)
def test_no_space_comes_between_words_that_are_written_without(text, whole):
    assert pieces.assembled(pieces.joined(pieces.cut(text), 1)) == whole


def test_a_paragraph_that_a_page_number_cut_in_two_is_joined_over_it(client, loader):
    loader(paste="They met\nPage 2\non Friday.\nThe end.")
    intake = Intake.objects.get()

    press(client, intake, "drop-1")
    press(client, intake, "join-2")

    intake.refresh_from_db()
    assert intake.outcome == "They met on Friday.\nThe end."
    press(client, intake, "keep-1")
    intake.refresh_from_db()
    assert intake.outcome == "They met on Friday.\nPage 2\nThe end."


def test_each_change_of_the_paragraphs_is_undone_the_last_first(client, loader):
    loader(paste="They met\nPage 2\non Friday. The end.\nAdvertisement")
    intake = Intake.objects.get()
    steps = ["drop-1", "join-2", "split-0-19", "drop-3", "keep-3", "reset", "drop-0"]
    seen = [intake.layout]
    for do in steps:
        press(client, intake, do, title="They met")
        intake.refresh_from_db()
        seen.append(intake.layout)

    for before in reversed(seen[:-1]):
        press(client, intake, "undo")
        intake.refresh_from_db()
        assert intake.layout == before

    assert intake.fields["title"] == "They met"
    response = press(client, intake, "undo")
    assert response.status_code == 422
    assert "There is nothing to undo." in text_of(response)


def test_ticks_follow_their_paragraphs_and_go_with_what_they_were_for(client, loader):
    loader(paste="One.\nTwo.\nThree.\nFour.")
    intake = Intake.objects.get()

    def ticked(do, *numbers):
        data = {"version": intake.version, "do": do, "piece": numbers}
        page = client.post(intake.get_absolute_url(), data, headers={"HX-Request": "true"})
        intake.refresh_from_db()
        return re.findall(r'name="piece" value="(\d)" id="[^"]*" checked', text_of(page))

    assert ticked("drop-0", "2", "3") == ["2", "3"]
    assert ticked("save", "2", "3") == ["2", "3"]
    assert ticked("before-9", "2", "3") == ["2", "3"]
    # What joins a paragraph that is not ticked is not dropped with the next press.
    assert ticked("join-2", "2", "3") == ["2"]
    assert ticked("split-1-5", "2") == ["3"]
    assert ticked("drop", "3") == []
    assert intake.outcome == "Two.\nThree."


@pytest.mark.parametrize(
    ("paste", "do", "words", "outcome"),
    [
        ("Cafe\u0301s.", "split-0-4", "", None),
        ("Go \U0001f468\u200d\U0001f469\u200d\U0001f467.", "split-0-5", "", None),
        ("会谈结束了。\n他们回家。", "join-1", "", "会谈结束了。他们回家。"),
        ("회담은\n끝났다.", "join-1", "", "회담은 끝났다."),
        ("The beginning in time.", "before-0", " in time ", "The beginning\nin time."),
        ("They met. They\u00a0left.", "before-0", "They left", "They met.\nThey\u00a0left."),
        ("They met.", "before-0", "They", None),
    ],
)  # fmt: skip
def test_paragraphs_are_cut_and_joined_as_their_script_is_written(
    client, loader, paste, do, words, outcome
):
    loader(paste=paste)
    intake = Intake.objects.get()

    response = press(client, intake, do, words=words)

    intake.refresh_from_db()
    assert intake.outcome == (outcome or paste)
    assert response.status_code == (302 if outcome else 422)
    if not outcome and words:
        assert f'name="words" value="{words}"' in text_of(response)


def test_a_text_of_very_many_paragraphs_is_prepared_some_hundreds_at_a_time(client, loader):
    loader(paste="\n".join(f"Line {n}." for n in range(1200)))
    intake = Intake.objects.get()

    def shown(response):
        numbers = re.findall(r'name="piece" value="(\d+)"', text_of(client.get(response.url)))
        return int(numbers[0]), int(numbers[-1])

    assert shown(press(client, intake, "from-500", title="They met")) == (500, 999)
    assert shown(press(client, intake, "drop-1100", **{"from": "0"})) == (1000, 1199)
    assert shown(press(client, intake, "undo", **{"from": "1000"})) == (1000, 1199)
    ticks = [str(n) for n in range(1199)]
    assert shown(press(client, intake, "drop", piece=ticks, **{"from": "500"})) == (0, 499)
    intake.refresh_from_db()
    assert (intake.outcome, intake.fields["title"]) == ("Line 1199.", "They met")


def test_enter_in_a_field_saves_and_splits_where_words_to_split_before_are_typed(client, loader):
    loader(paste="They met. They left.")
    intake = Intake.objects.get()

    press(client, intake, "enter", title="They met", words="", open="0")
    intake.refresh_from_db()
    assert (intake.fields["title"], intake.outcome) == ("They met", "They met. They left.")

    response = press(client, intake, "enter", words="stayed", open="0")
    assert response.status_code == 422
    assert 'name="words" value="stayed"' in text_of(response)
    press(client, intake, "enter", words="They left", open="0")
    intake.refresh_from_db()
    assert intake.outcome == "They met.\nThey left."


def test_all_that_is_in_preparation_and_was_begun_is_counted_and_reached(client, admin):
    intakes = [make_intake(f"They met {n} times.", started_by=admin) for n in range(52)]
    talks_round = make_round()
    many = [make_batch({"a.txt": b""}, round=talks_round, name=f"Batch {n}") for n in range(12)]
    client.force_login(admin)

    first = text_of(client.get(NEW))
    assert 'In preparation <span class="count">52</span>' in first
    assert many[-1].get_absolute_url() in first
    assert many[0].get_absolute_url() not in first
    assert "2 before these" in first
    assert intakes[0].get_absolute_url() in text_of(client.get(NEW, {"page": 2}))
    assert many[0].get_absolute_url() in text_of(client.get(NEW, {"batches": "all"}))


def test_where_to_split_is_offered_at_its_sentences(client, loader):
    loader(paste="They met. They agreed.")
    intake = Intake.objects.get()

    response = press(client, intake, "open-0")

    assert response.url == f"{intake.get_absolute_url()}?split=0#piece-0"
    page = text_of(client.get(response.url))
    assert 'type="submit" name="do" value="split-0-10">They agreed.</button>' in page


@pytest.mark.parametrize(
    "do",
    ["drop-9", "join-0", "join-9", "split-0-0", "split-0-99", "split-9-1", "before-0", "drop",
     "open-9", "drop-x", "split-0", f"drop-{'9' * 30}"],
)  # fmt: skip
def test_what_no_paragraph_is_changes_nothing(client, loader, do):
    loader(paste="They met.")
    intake = Intake.objects.get()

    response = press(client, intake, do, title="Typed")

    assert response.status_code == 422
    assert "Typed" in text_of(response)
    intake.refresh_from_db()
    assert (intake.version, intake.outcome) == (1, "They met.")


def test_what_is_typed_is_kept_with_every_step_valid_or_not(client, loader):
    loader(paste="They met.\nAdvertisement")
    intake = Intake.objects.get()

    press(client, intake, "drop-1", title="They met", published_on="soon", language="")

    page = text_of(client.get(intake.get_absolute_url()))
    assert 'value="They met"' in page
    assert 'value="soon"' in page
    response = press(client, intake, "save", title="long " * 2000)
    intake.refresh_from_db()
    assert intake.fields["title"] == "long " * 2000
    response = press(client, intake, "load", language="")
    assert response.status_code == 422
    assert "Enter a valid date." in text_of(response)
    assert "at most 300 characters" in text_of(response)
    press(client, intake, "save", language="xyzzy-")
    page = text_of(client.get(intake.get_absolute_url()))
    assert 'value="xyzzy-"' in page
    shown = text_of(client.get(reverse("talks:intake_shown", args=[intake.pk])))
    assert 'lang="xyzzy-"' not in page + shown
    for day, said in (
        ("2525-05-16", "yet to come"),
        ("0025-05-16", "before there were newspapers"),
    ):
        assert said in text_of(press(client, intake, "load", published_on=day))
    assert Article.objects.count() == 0


def test_a_stale_page_is_answered_with_both_versions(client, loader):
    loader(paste="They met.\nAdvertisement")
    intake = Intake.objects.get()
    press(client, intake, "save", title="Theirs")

    response = press(client, intake, "drop-1", version=1, title="Mine", status="published")

    assert response.status_code == 409
    page = text_of(response)
    both = re.findall(r'<td data-label="(.*?)"><bdi>(.*?)</bdi></td>', page)
    assert both == [
        ("Saved now", "Theirs"), ("Typed by you", "Mine"),
        ("Saved now", "Draft"), ("Typed by you", "Published"),
    ]  # fmt: skip
    assert '<input type="hidden" name="version" value="2" id="id_version">' in page
    intake.refresh_from_db()
    assert (intake.fields["title"], intake.outcome) == ("Theirs", "They met.\nAdvertisement")


def test_loading_twice_makes_one_article(client, loader):
    loader(paste="They met.")
    intake = Intake.objects.get()

    first = press(client, intake, "load", language="en")
    second = press(client, intake, "load", language="en")

    assert first.url == second.url == Article.objects.get().get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_loading_twice_at_once_leads_both_to_the_one_article(client, loader):
    loader(paste="They met.")
    intake = Intake.objects.get()
    typed = intake.fields | {"version": 1, "do": "load", "language": "en"}

    answers = both(*[partial(client.post, intake.get_absolute_url(), typed)] * 4)

    assert {one.url for one in answers} == {Article.objects.get().get_absolute_url()}


def test_what_is_typed_while_another_loads_the_article_is_shown_beside_what_was_loaded(
    client, loader
):
    loader(paste="They met.")
    intake = Intake.objects.get()
    press(client, intake, "load", language="en", title="Theirs")

    response = press(client, intake, "load", version=1, language="en", title="Mine")

    assert response.status_code == 409
    page = text_of(response)
    both = re.findall(r'<td data-label="(.*?)"><bdi>(.*?)</bdi></td>', page)
    assert both == [("Saved now", "Theirs"), ("Typed by you", "Mine")]
    assert "This has become an article" in page
    assert Article.objects.get().title == "Theirs"


def test_sending_twice_begins_one_intake(loader):
    key = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"

    answers = {loader(paste="They met.", key=key).url for _ in range(2)}

    assert answers == {Intake.objects.get().get_absolute_url()}


def test_what_is_sent_from_a_page_gone_back_to_is_not_taken_for_what_was_sent_before(loader):
    key = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
    loader(paste="They met.", key=key)

    loader(paste="They agreed.", key=key)
    loader(("a.txt", b"They left."), key=key)
    loader(("a.txt", b"They lied."), key=key)

    texts = Intake.objects.order_by("pk").values_list("text", flat=True)
    assert list(texts) == ["They met.", "They agreed.", "They left.", "They lied."]


def test_a_text_and_a_file_at_once_are_refused_and_neither_is_passed_over(loader):
    response = loader(("a.txt", b"They met."), paste="They agreed.")

    assert response.status_code == 422
    page = text_of(response)
    assert "Files, a text and an address are not taken in together." in page
    assert "They agreed.</textarea>" in page
    assert stored() == [0, 0, 0]


def test_what_was_put_aside_can_be_taken_up_again(client, loader):
    loader(paste="They met.")
    intake = Intake.objects.get()

    press(client, intake, "aside", title="Typed before")
    response = press(client, intake, "load", language="en", title="Typed after")
    assert response.status_code == 409
    assert "This is what you typed, to be copied." in text_of(response)
    assert "<bdi>Typed after</bdi>" in text_of(response)
    press(client, intake, "again")

    intake.refresh_from_db()
    assert intake.fields["title"] == "Typed before"
    assert press(client, intake, "load", language="en").status_code == 302
    assert Article.objects.get().text == "They met."


def test_a_file_can_be_read_again_as_something_else(client, loader):
    loader(("a.txt", "<p>Zürich, the talks</p>".encode("cp1252")), encoding="cp1250")
    intake = Intake.objects.get()

    press(client, intake, "reread", format="html", encoding="cp1252")

    intake.refresh_from_db()
    assert (intake.outcome, intake.format) == ("Zürich, the talks", "html")
    response = press(client, intake, "reread", format="text", encoding="utf-8")
    assert response.status_code == 422
    assert "This is not UTF-8" in text_of(response)
    intake.refresh_from_db()
    assert intake.format == "html"


def test_the_original_is_handed_out_as_a_file_and_never_as_a_page(client, loader):
    loader(("талкс.html", PAGE.encode()))

    response = client.get(reverse("talks:original", args=[Original.objects.get().pk]))

    assert response.content == PAGE.encode()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    loader(paste="They met in Istanbul.")
    pasted = client.get(reverse("talks:original", args=[Original.objects.latest("pk").pk]))
    assert pasted["Content-Disposition"] == 'attachment; filename="They met in Istanbul.txt"'


@pytest.mark.parametrize("who", ["researcher", "editor"])
def test_nobody_but_admins_loads(client, loader, request, who):
    loader(paste="They met.")
    intake = Intake.objects.get()
    client.force_login(request.getfixturevalue(who))

    answers = [
        client.get(NEW),
        client.post(NEW, {"paste": "More."}),
        client.get(intake.get_absolute_url()),
        client.post(intake.get_absolute_url(), {"do": "load", "version": 1}),
        client.get(reverse("talks:original", args=[intake.original_id])),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert stored() == [1, 1, 0]


def test_a_strangers_upload_is_turned_away_before_it_is_read(client):
    response = client.post(NEW, {"files": SimpleUploadedFile("a.txt", b"x" * 2_000_000)})

    assert (response.status_code, response.url.partition("?")[0]) == (302, "/sign-in/")


def test_an_upload_without_the_forms_token_is_refused(admin):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)

    response = client.post(NEW, {"paste": "They met."})

    assert response.status_code == 403
    assert stored() == [0, 0, 0]


def test_a_form_that_is_not_made_for_files_is_answered_too(client, admin):
    client.force_login(admin)

    response = client.post(NEW, "paste=", "application/x-www-form-urlencoded")

    assert response.status_code == 422


def test_a_disk_that_takes_no_more_is_answered_503_and_nothing_stored(loader):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        response = loader(("a.txt", b"They met. " * 20_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert response.status_code == 503
    assert (Intake.objects.count(), Original.objects.count()) == (0, 0)


def test_more_than_the_upload_limit_is_answered_413(client, admin, settings):
    settings.UPLOAD_LIMITS = {NEW: 3_000_000}
    client.force_login(admin)

    response = client.post(NEW, {"files": SimpleUploadedFile("a.txt", b"x" * 3_000_001)})

    assert response.status_code == 413
    assert stored() == [0, 0, 0]


def test_a_whole_book_can_be_pasted_and_what_is_longer_is_refused_by_its_length(loader):
    book = "They talked of peace and of its price. " * 125_000
    begun = loader(paste=book)

    assert (begun.status_code, Intake.objects.get().text) == (302, book)
    response = loader(paste=f"{book}{book[:200_000]}")
    assert response.status_code == 422
    assert "an article may have 5,000,000" in response.content.decode()
    # Far more is not even read.
    assert loader(paste=book * 2).status_code == 413
    assert Intake.objects.count() == 1


WIRE = (
    "The first face-to-face talks in three years ended in Istanbul on Friday after two hours. "
    "Both sides agreed on an exchange of a thousand prisoners each, and on little else. "
    "The delegations will put on paper how a ceasefire could look, the ministers said."
)
EDITED = WIRE.replace("on Friday", "late on Friday").replace("thousand", "hundred")


def test_a_light_edit_is_shown_beside_what_is_here_before_it_is_decided(client, loader):
    here = make_article(WIRE, title="Talks end")
    loader(paste=EDITED)
    intake = Intake.objects.get()

    page = text_of(client.get(intake.get_absolute_url()))
    assert "% in common</strong>" in page
    came = re.findall(r"\[only now: </span>(.*?)<span", page)
    assert [("late" in one, "hundred" in one) for one in came] == [(True, False), (False, True)]
    response = press(client, intake, "load", language="en")
    assert response.status_code == 422
    assert "Say what it is to them." in text_of(response)
    assert Article.objects.count() == 1
    response = press(client, intake, "load", language="", variant_of=str(here.pk))
    assert f'name="variant_of" value="{here.pk}" checked>' in text_of(response)
    press(client, intake, "load", language="en", variant_of=str(here.pk))
    assert Article.objects.exclude(pk=here.pk).get().variant_of == here


def test_what_differs_is_shown_of_a_text_of_any_length(client, loader):
    lines = [" ".join(f"word{n}x{k}" for k in range(100)) for n in range(100)]
    make_article("\n".join(lines))
    lines[50] = lines[50].replace("word50x50", "quarrelled")
    loader(paste="\n".join(lines))

    page = text_of(client.get(Intake.objects.get().get_absolute_url()))

    marked = re.findall(r"\[only (?:here|now): </span>(\w+) <span", page)
    assert marked == ["word50x50", "quarrelled"]
    assert page.count("words that are the same") == 4


def test_a_light_edit_may_be_an_article_of_its_own(client, loader):
    here = make_article(WIRE)
    loader(paste=EDITED)

    press(client, Intake.objects.get(), "load", language="en", variant_of="apart")

    assert Article.objects.exclude(pk=here.pk).get().variant_of is None


def test_a_light_edit_may_be_the_newer_version_and_what_goes_over_is_shown_at_once(client, loader):
    here = make_article(WIRE)
    loader(paste=EDITED)
    newer = f"newer-{here.pk}"

    response = press(client, Intake.objects.get(), "load", language="en", variant_of=newer)

    article = Article.objects.exclude(pk=here.pk).get()
    assert response["Location"] == f"/articles/{article.pk}/supersede/?old={here.pk}"
    # What came is in another round, so it cannot take that one's place, and the page says so.
    page = client.get(response["Location"])
    assert page.status_code == 422
    assert "a published one of the same round" in text_of(page)
    Article.objects.filter(pk=article.pk).update(round=here.round)
    assert "What will happen" in text_of(client.get(response["Location"]))


def test_a_variant_of_what_is_not_alike_is_refused(client, loader):
    make_article(WIRE)
    other = make_article("Nothing like it.")
    loader(paste=EDITED)

    response = press(client, Intake.objects.get(), "load", language="en", variant_of=str(other.pk))

    assert response.status_code == 422
    assert Article.objects.count() == 2


def test_those_alike_are_looked_up_by_the_index(db):
    make_article(WIRE)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Fingerprint.objects.filter(features__overlap=likeness.features(EDITED)).explain()

    assert "fingerprint_features" in plan


@pytest.mark.parametrize(
    ("stated", "text", "settled"),
    [
        ("en-GB", "The talks in Istanbul were of use to both of the sides.", "en-GB"),
        ("en", "Київ наполягає на безумовному припиненні вогню, її підтримують союзники.", "uk"),
        ("ru", "Київ наполягає на безумовному припиненні вогню, її підтримують союзники.", "uk"),
        ("eng", "Київ наполягає на безумовному припиненні вогню, її підтримують союзники.", "uk"),
        ("en-US", "Делегация согласна", ""),
        ("bg", "Преговорите приключиха без споразумение, каза пътят на делегацията.", "bg"),
        ("", "The talks in Istanbul were of use to both of the sides.", "en"),
    ],
)
def test_a_language_that_a_template_states_is_doubted_where_the_text_tells_another(
    stated, text, settled
):
    assert languages.settled(stated, text) == settled
