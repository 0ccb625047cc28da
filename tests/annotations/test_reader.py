"""The reader over HTTP: its page, and the tagging of passages."""

import html
import random
import re
import uuid

import pytest
from django.urls import reverse

from annotations.models import Act, Note, Tag, Tagging
from annotations.reading import Reading
from talks.models import Passage
from talks.text import trimmed
from tests.factories import make_article, make_note, make_passage, make_tag, make_tagging, make_user

pytestmark = pytest.mark.django_db
TEXT = "Both sides agreed.\nRussia & Ukraine will <talk> again.\n\nSource: CNN"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/articles/1/"}


@pytest.fixture
def article():
    return make_article(text=TEXT)


def reader(article):
    return reverse("annotations:reader", args=[article.pk])


def article_text(response):
    """The text content of ``#article-text``, as a browser would give it."""
    found = re.search(
        r'<div id="article-text"[^>]*>(.*?)</div>\s*<(?:section|/section)',
        response.content.decode(),
        re.DOTALL,
    )
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


def send(client, article, exact="sides", start=None, **fields):
    start = article.text.index(exact) if start is None else start
    data = {"start": start, "end": start + len(exact), "exact": exact, **fields}
    return client.post(reader(article), data, headers=HTMX)


def spans():
    return [(p.start, p.end, p.exact) for p in Passage.objects.in_reading_order()]


# The page


@pytest.mark.parametrize("role", ["visitor", "researcher"])
def test_the_page_shows_the_text_and_nothing_else_as_the_text(client, role, article):
    make_tagging(make_passage("Both sides agreed.\nRussia", article=article))
    make_tagging(make_passage("agreed.\nRussia & Ukraine", article=article))
    if role == "researcher":
        client.force_login(make_user())

    response = client.get(reader(article))

    assert response.status_code == 200
    assert article_text(response) == TEXT
    assert (b"<mark" in response.content) == (role == "researcher")


def test_an_article_without_a_title_is_called_by_its_first_words(client, article):
    response = client.get(reader(article))

    assert "Untitled: Both sides agreed. Russia &amp; Ukraine will &lt;talk&gt;…" in (
        response.content.decode()
    )


def test_words_of_the_article_are_quoted_in_its_language(client, researcher):
    article = make_article(text="Сторони домовилися.", language="uk")
    client.force_login(researcher)

    answer = send(client, article, "Сторони", tag=make_tag().pk).text
    page = client.get(reader(article)).text

    quoted = '<blockquote class="quote" lang="uk" dir="auto">Сторони</blockquote>'
    assert (answer.count(quoted), page.count(quoted)) == (1, 1)
    assert page.count('<blockquote class="selected" lang="uk"') == 2


def test_a_draft_is_not_there_but_for_admins(client, admin, researcher):
    article = make_article(status="draft")

    answers = [client.get(reader(article)).status_code]
    for user in (researcher, admin):
        client.force_login(user)
        answers.append(client.get(reader(article)).status_code)
    assert answers == [404, 404, 200]


def test_the_number_of_queries_does_not_grow_with_the_passages(
    client, researcher, django_assert_max_num_queries
):
    article = make_article(text="word " * 50 + ".")
    client.force_login(researcher)
    for number in range(30):
        passage = make_passage("word", article=article, start=5 * number)
        make_tagging(passage)
        make_note(passage=passage)

    with django_assert_max_num_queries(10):
        client.get(reader(article))


def test_a_visitor_sees_the_passage_of_the_address_and_nobodys_tags(client, article):
    tagging = make_tagging(make_passage("sides", article=article))
    other = make_tagging(make_passage("agreed", article=article))

    response = client.get(tagging.passage.get_absolute_url(), follow=True)

    assert re.findall(r"<mark.*?</mark>", response.content.decode()) == [
        f'<mark class="target u1-target" data-passages="{tagging.passage_id}">sides</mark>'
    ]
    assert other.tag.name not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["passage=0", "passage=99999", "passage=x", "passage=" + "9" * 30]
)
def test_a_passage_that_is_not_there_points_at_nothing(client, article, query):
    response = client.get(f"{reader(article)}?{query}")

    assert response.status_code == 200
    assert b"<mark" not in response.content


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Both", "agreed", "sides", "talk"]),
        ("?who=mine", ["Both", "talk"]),
        ("?tag={root}", ["Both", "sides"]),
        ("?tag={leaf}", ["sides"]),
        ("?coder={colleague}", ["agreed", "sides"]),
        ("?notes=1", ["agreed", "talk"]),
        ("?who=mine&notes=1", ["talk"]),
        ("?tag=x&coder=-1&who=else&notes=2", ["Both", "agreed", "sides", "talk"]),
        ("?tag=999999", []),
    ],
)
def test_filters_choose_whose_passages_are_shown(
    client, researcher, colleague, article, query, shown
):
    root = make_tag()
    leaf = make_tag(parent=root)
    make_tagging(make_passage("Both", article=article), root, researcher)
    make_tagging(make_passage("sides", article=article), leaf, colleague)
    make_note(passage=make_passage("agreed", article=article), author=colleague)
    make_note(passage=make_passage("talk", article=article), author=researcher)
    client.force_login(researcher)

    query = query.format(root=root.pk, leaf=leaf.pk, colleague=colleague.pk)
    content = client.get(reader(article) + query).content.decode()

    assert sorted(re.findall(r"<mark[^>]*>(.*?)</mark>", content)) == shown
    assert len(re.findall('class="card"', content)) == len(shown)


def test_cards_further_down_are_loaded_when_they_are_wanted(client, researcher):
    article = make_article(text="word " * 1700)
    client.force_login(researcher)
    for start in (0, 4000, 8000):
        make_tagging(make_passage("word", article=article, start=start))

    page = client.get(reader(article)).content.decode()
    part = client.get(reader(article) + "?part=1&since=0", headers=HTMX).content.decode()
    without_scripts = client.get(reader(article) + "?part=2").content.decode()

    assert [page.count('class="card"'), page.count("data-waiting")] == [1, 2]
    assert part.strip().startswith('<ol class="cards" id="cards-1"')
    assert part.count('class="card"') == 1
    assert 'data-start="8000"' in without_scripts
    assert client.get(reader(article) + "?part=3", headers=HTMX).status_code == 404


def test_other_filters_change_the_text_the_margin_and_the_address(client, researcher, article):
    make_tagging(make_passage("Both", article=article))
    make_tagging(make_passage("sides", article=article), coder=researcher)
    client.force_login(researcher)

    query = "?filter=1&who=mine&coder=&since=0"
    response = client.get(reader(article) + query, headers=HTMX)

    content = response.content.decode()
    assert re.findall(r"<mark[^>]*>(.*?)</mark>", content) == ["sides"]
    assert response["HX-Push-Url"] == reader(article) + "?who=mine"
    assert re.findall(r'hx-target="(#.*?)"', content)[:5] == [
        "#article-text",
        "#margin-cards",
        "#margin-hint",
        "#outline",
        "#footnotes",
    ]


def test_notes_are_footnotes_numbered_by_where_their_passages_end(client, researcher, article):
    outer = make_note("Both?", passage=make_passage("Both sides agreed", article=article))
    first = make_note("Sides?", passage=make_passage("sides", article=article))
    inner = make_note("Agreed?", passage=make_passage("agreed", article=article))
    client.force_login(researcher)

    content = client.get(reader(article)).content.decode()

    places = re.findall(r'data-note="(.*?)"', content)
    in_turn = [f"{first.passage_id}", f"{outer.passage_id} {inner.passage_id}"]
    assert places == in_turn + in_turn
    assert re.findall(r"<p>[^:<]*: (\w+\?)</p>", content) == ["Sides?", "Both?", "Agreed?"]


def test_footnotes_arrive_only_with_notes(client, researcher, colleague, article):
    client.force_login(colleague)
    send(client, article, "again", tag=make_tag().pk)
    without = since(client, article, 0).content.decode()
    send(client, article, "sides", tag=make_tag().pk, note="Is this so?")
    with_note = since(client, article, 0).content.decode()

    assert ['hx-target="#footnotes"' in one for one in (without, with_note)] == [False, True]


# Tagging


def test_a_passage_is_tagged(client, researcher, article):
    tag = make_tag()
    client.force_login(researcher)

    response = send(client, article, "agreed.\nRussia", tag=tag.pk, note="Compare ¶5.")

    assert response.status_code == 200
    assert spans() == [(11, 25, "agreed.\nRussia")]
    tagging = Tagging.objects.get()
    assert (tagging.tag, tagging.coder, tagging.codebook_version, tagging.work_status) == (
        tag,
        researcher,
        1,
        "submitted",
    )
    assert Note.objects.values_list("text", "visibility").get() == ("Compare ¶5.", "team")
    targets = re.findall('hx-target="([^"]*)"', response.content.decode())
    assert [one for one in targets if one[1:6] in {"p1", "p2", "cards", "outli"}] == [
        "#p1",
        "#p2",
        "#cards-0",
        "#outline",
    ]


def test_an_answer_only_names_the_cards_that_nothing_happened_to(client, researcher, article):
    kept = make_tagging(make_passage("sides", article=article)).passage
    client.force_login(researcher)

    content = send(client, article, "agreed", tag=make_tag().pk).content.decode()

    made = Passage.objects.get(exact="agreed")
    cards = re.findall(r'<li class="card" id="passage-(\d+)"( data-kept></li>)?', content)
    assert cards == [(str(kept.pk), " data-kept></li>"), (str(made.pk), "")]


def test_a_paragraph_is_drawn_alone_as_it_is_drawn_in_the_text(researcher):
    dice = random.Random(16)
    words = "word " * 12 + "word."
    article = make_article(text="\n".join([words] * 12))
    tags = [make_tag(colour=colour) for colour in ("teal", "red", "amber")]
    for _ in range(60):
        start = dice.randrange(len(article.text) - 40)
        passage = Passage.objects.at(
            article, *trimmed(article.text, start, start + dice.randint(1, 120))
        )
        for tag in dice.sample(tags, dice.randint(1, 2)):
            make_tagging(passage, tag)
    reading = Reading(article, researcher)

    whole = reading.paragraphs_drawn(reading.paragraphs)
    alone = {}
    for paragraph in reading.paragraphs:
        alone |= reading.paragraphs_drawn([paragraph])

    assert alone == whole


def test_without_scripts_the_same_form_leads_back_into_the_article(client, researcher, article):
    client.force_login(researcher)
    data = {"start": 5, "end": 10, "exact": "sides", "tag": make_tag("Unity").name}

    response = client.post(reader(article), data, follow=True)

    passage = Passage.objects.get()
    assert response.redirect_chain == [
        (f"{reader(article)}?passage={passage.pk}#passage-{passage.pk}", 302)
    ]
    assert "Tagged “sides” with Unity." in response.content.decode()


def test_a_quote_with_the_line_ends_of_a_form_is_the_same_quote(client, researcher, article):
    client.force_login(researcher)
    data = {"start": 11, "end": 25, "exact": "agreed.\r\nRussia", "tag": make_tag().pk}

    client.post(reader(article), data, headers=HTMX)

    assert spans() == [(11, 25, "agreed.\nRussia")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"exact": "Sides"},
            "This is not what stands there in the article. Select the words again.",
        ),
        (
            {"exact": "side"},
            "This is not what stands there in the article. Select the words again.",
        ),
        ({"exact": ""}, "Select some text first."),
        ({"exact": "si\0es"}, None),
        ({"start": "", "end": "", "exact": ""}, "Select some text first."),
        ({"start": "-5"}, "This must be a whole number in plain digits."),
        ({"start": "5.0"}, "This must be a whole number in plain digits."),
        ({"start": "NaN"}, "This must be a whole number in plain digits."),
        ({"start": str(2**31)}, "This number must be from 0 to 2147483647."),
        ({"start": "9" * 5000}, "This number must be from 0 to 2147483647."),
        ({"start": "10", "end": "5"}, "The end must come after the start. Select some text first."),
        ({"start": "5", "end": "5"}, "The end must come after the start. Select some text first."),
        ({"end": "5000"}, "The selection goes beyond the end of the article."),
        ({"start": "4", "end": "5", "exact": " "}, "There are no words in this selection."),
        ({"tag": ""}, "Choose a tag, or type the name of a new one."),
        ({"tag": "   "}, "Choose a tag, or type the name of a new one."),
        ({"tag": "999999"}, "There is no tag of this number. A new tag’s name needs a letter."),
        ({"tag": "9" * 40}, "There is no tag of this number. A new tag’s name needs a letter."),
        ({"tag": "!?"}, "A new tag’s name needs a letter."),
        ({"tag": "x" * 121}, None),
        ({"tag": "safe\u202eevil"}, None),
        ({"note": "x" * 20_001}, None),
        ({"visibility": "public"}, None),
        ({"key": "not-a-key"}, "This page is incomplete: reload it and try again."),
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_what_cannot_be_is_refused_with_a_message(
    client, researcher, article, change, message, headers
):
    client.force_login(researcher)
    data = {"start": "5", "end": "10", "exact": "sides", "tag": "Unity", "note": "Kept"} | change

    response = client.post(reader(article), data, headers=headers)

    content = html.unescape(response.content.decode())
    assert response.status_code == (400 if "\0" in "".join(data.values()) else 422)
    assert (message or "").replace("’", "'") in content.replace("’", "'")
    assert [Passage.objects.count(), Tag.objects.count(), Act.objects.count()] == [0, 0, 0]


def test_what_was_typed_stays_on_the_page_without_scripts(client, researcher, article):
    client.force_login(researcher)
    sentence = "Both sides agreed."
    data = {"start": 0, "end": 18, "exact": sentence, "tag": "!", "note": "An <idea>"}

    content = client.post(reader(article), data).content.decode()

    assert "An &lt;idea&gt;</textarea>" in content
    assert 'value="!"' in content


def test_outer_white_space_is_left_out_and_graphemes_are_taken_whole(client, researcher):
    article = make_article(text="The 👩‍👩‍👧 family\u00a0 agreed")
    tag = make_tag()
    client.force_login(researcher)

    send(client, article, " family\u00a0 ", tag=tag.pk)
    send(client, article, "👩", start=4, tag=tag.pk)

    assert spans() == [(4, 9, "👩‍👩‍👧"), (10, 16, "family")]


def test_a_new_name_proposes_the_tag_and_applies_it(client, researcher, article):
    make_tag("Ceasefire")
    client.force_login(researcher)

    send(client, article, tag="Prisoner  exchange ")
    send(client, article, "agreed", tag="PRISONER EXCHANGE")
    send(client, article, "Both", tag="ceaseFIRE")

    proposed = Tag.objects.get(proposed_by=researcher)
    assert (proposed.name, proposed.status) == ("Prisoner exchange", "proposed")
    assert list(Tagging.objects.order_by("pk").values_list("tag__name", flat=True)) == [
        "Prisoner exchange",
        "Prisoner exchange",
        "Ceasefire",
    ]


def test_an_archived_tag_is_not_put_on_and_a_replaced_one_gives_way(client, researcher, article):
    new = make_tag("Truce")
    make_tag("Armistice", status="archived", replaced_by=new)
    old = make_tag("Old hat", status="archived")
    client.force_login(researcher)

    answers = [
        send(client, article, tag="armistice").status_code,
        send(client, article, tag=old.pk).status_code,
    ]

    assert answers == [200, 422]
    assert Tagging.objects.get().tag == new


def test_a_repeated_submit_tags_once(client, researcher, article):
    tag = make_tag()
    client.force_login(researcher)
    key = uuid.uuid4()

    answers = [
        send(client, article, tag=tag.pk, note="Once", key=key).status_code for _ in range(3)
    ]
    again = send(client, article, tag=tag.pk)

    assert [*answers, again.status_code] == [200, 200, 200, 200]
    assert "Nothing changed: it was so already." in again.content.decode()
    assert [Tagging.objects.count(), Note.objects.count(), Act.objects.count()] == [1, 1, 1]


def test_several_coders_tag_one_passage_and_see_whose_is_whose(
    client, researcher, colleague, article
):
    tag = make_tag("Unity")
    for user in (researcher, colleague):
        client.force_login(user)
        send(client, article, tag=tag.pk)

    content = client.get(reader(article)).content.decode()

    assert Passage.objects.count() == 1
    assert re.findall(r'<span class="coders">(.*?)</span>', content) == ["Researcher, you"]


def test_a_visitor_is_led_to_sign_in_and_nothing_is_written(client, article):
    data = {"start": 5, "end": 10, "exact": "sides", "tag": "Unity"}

    plain = client.post(reader(article), data)
    htmx = client.post(reader(article), data, headers=HTMX)

    assert plain.status_code == 302
    assert plain.url.startswith("/sign-in/")
    assert htmx.headers["HX-Redirect"].startswith("/sign-in/")
    assert not Passage.objects.exists()


@pytest.mark.parametrize(
    "address", ["/articles/0/", "/articles/99999999999999999999/", "/articles/7777/"]
)
def test_an_unknown_article_is_not_there(client, researcher, address):
    client.force_login(researcher)

    assert client.get(address).status_code == 404
    assert client.post(address, {"tag": "x"}).status_code == 404


# What others do


def since(client, article, cursor):
    return client.get(f"{reader(article)}?since={cursor}", headers=HTMX)


def test_others_passages_arrive(client, researcher, colleague, article):
    tag = make_tag("Unity")
    client.force_login(researcher)
    nothing = since(client, article, 0)
    client.force_login(colleague)
    send(client, article, "again", tag=tag.pk)
    client.force_login(researcher)

    response = since(client, article, 0)

    content = response.content.decode()
    assert nothing.status_code == 204
    assert response.status_code == 200
    assert re.findall(r'hx-target="(#[pc][^"]*)"', content) == ["#p2", "#cards-0", "#coding"]
    assert '<mark class="u1-slate"' in content
    cursor = re.search(r'name="since" value="(\d+)"', content)[1]
    assert since(client, article, cursor).status_code == 204


def test_private_notes_of_others_do_not_even_show_as_a_change(
    client, researcher, colleague, article
):
    client.force_login(colleague)
    client.post(
        reverse("annotations:article_notes", args=[article.pk]),
        {"start": 5, "end": 10, "exact": "sides", "text": "Mine", "visibility": "private"},
        headers=HTMX,
    )
    answers = [since(client, article, 0).status_code]
    client.force_login(researcher)
    answers.append(since(client, article, 0).status_code)

    assert answers == [200, 204]
    assert b"<mark" not in client.get(reader(article)).content


def test_an_answer_holds_what_others_did_in_the_meantime(client, researcher, colleague, article):
    tag = make_tag()
    client.force_login(colleague)
    send(client, article, "again", tag=tag.pk)
    client.force_login(researcher)

    response = send(client, article, "sides", tag=tag.pk, since=0)

    targets = re.findall(r'hx-target="(#p[^"]*)"', response.content.decode())
    assert targets == ["#p1", "#p2", "#palette-message"]


# Without scripts


def test_each_paragraph_offers_its_sentences(client, researcher, article):
    client.force_login(researcher)

    content = client.get(reader(article) + "?paragraph=2").content.decode()

    assert re.findall(r'name="exact" value="([^"]*)"', content) == [
        "Russia &amp; Ukraine will &lt;talk&gt; again."
    ]
    for query in ("0", "4", "x", "99999999999999999999"):
        assert client.get(f"{reader(article)}?paragraph={query}").status_code == 404
