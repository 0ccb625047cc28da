"""Articles and matrices as they stood at a moment of the past."""

import datetime
import io
import re

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from annotations import carrying, codebook, coding
from annotations.models import Tag
from history.moments import Moment, NoMoment, as_of
from talks import merging
from talks.models import Article, ArticleStatus, Position, WorkStatus
from tests.factories import (
    make_article,
    make_note,
    make_participation,
    make_passage,
    make_position,
    make_tag,
    make_tagging,
)

from .past import ago, later


def article_page(client, article, moment):
    return client.get(article.get_absolute_url(), {"as_of": moment})


def tags_shown(page):
    """The names of the tags on each card."""
    return [[chip.tag.name for chip in card.chips] for card in page.context["part"].cards]


def matrix(client, talks_round, moment, page="position_matrix", **query):
    address = reverse(f"talks:{page}", args=[talks_round.slug])
    return client.get(address, {"as_of": moment, **query})


def test_an_article_shows_what_was_withdrawn_and_edited_since(client, researcher):
    article = make_article(text="Both sides agreed.")
    passage = make_passage("Both sides", article)
    tagging = make_tagging(passage, make_tag("Ceasefire"), researcher)
    note = make_note("First words", passage=passage, author=researcher)
    later(days=2)
    coding.withdraw_tagging(researcher, tagging, tagging.version)
    coding.edit_note(researcher, note, "Second words", note.visibility, note.version)
    later(days=1)
    client.force_login(researcher)

    then = article_page(client, article, ago(2))
    since = article_page(client, article, ago(0))

    assert then.status_code == since.status_code == 200
    assert tags_shown(then) == [["Ceasefire"]]
    assert tags_shown(since) == [[]]
    assert ("First words" in then.text, "Second words" in then.text) == (True, False)
    assert ("First words" in since.text, "Second words" in since.text) == (False, True)


def test_tags_have_their_names_of_then_and_passages_their_bounds(client, researcher, editor):
    article = make_article(text="Both sides agreed.")
    renamed, merged, other = make_tag("Truce"), make_tag("Swap"), make_tag("Exchange")
    passage = make_passage("Both", article)
    for tag in (renamed, merged):
        make_tagging(passage, tag, researcher)
    later(days=2)
    fields = {"name": "Ceasefire", "definition": "", "colour": "red"}
    codebook.edit(editor, renamed, renamed.version, fields)
    codebook.merge(editor, merged, merged.version, other, other.version)
    coding.move_bounds(researcher, passage, 0, 10)
    codebook.archive(editor, Tag.objects.get(name="Ceasefire"), 2, "Not used.")
    later(days=1)
    client.force_login(researcher)

    def cards(moment):
        page = article_page(client, article, moment)
        return [
            (card.quote, sorted(chip.tag.name for chip in card.chips))
            for card in page.context["part"].cards
        ]

    assert cards(ago(2)) == [("Both", ["Swap", "Truce"])]
    assert cards(ago(0)) == [("Both sides", ["Ceasefire", "Exchange"])]


def test_work_stands_where_it_stood_before_a_newer_text_took_it_over(client, researcher, admin):
    old = make_article(text="Both sides agreed to meet again in a week.")
    new = make_article(
        text="ISTANBUL. Both sides agreed to meet again in a week.",
        round=old.round, status=ArticleStatus.DRAFT,
    )  # fmt: skip
    tagging = make_tagging(make_passage("agreed to meet again", old), coder=researcher)
    make_position(article=old, evidence=[tagging.passage], work_status=WorkStatus.ACCEPTED)
    later(days=2)
    carrying.supersede(admin, new, old, new.version)
    later(days=1)
    client.force_login(researcher)

    def found(moment):
        pages = [article_page(client, article, moment) for article in (old, new)]
        counts = [len(p.context["part"].cards) if "part" in p.context else None for p in pages]
        return counts, matrix(client, old.round, moment).context["matrix"].total.count

    assert found(ago(2)) == ([1, None], 1)
    assert found(ago(0)) == ([0, 1], 1)


def test_what_was_purged_is_gone_from_the_past_too(client, researcher, admin):
    article = make_article(text="Both sides agreed.")
    tagging = make_tagging(make_passage("Both", article), make_tag("Truce"), researcher)
    later(days=2)
    call_command(
        "purge", "tagging", str(tagging.pk), "--by", admin.username, "--reason", "A slip.", "--yes",
        stdout=io.StringIO(),
    )  # fmt: skip
    client.force_login(researcher)

    assert tags_shown(article_page(client, article, ago(1))) == []


def test_cards_come_with_the_part_of_the_text_that_is_read(client, researcher):
    article = make_article(
        text="\n".join(f"Sentence {n:03} of a long article." for n in range(300))
    )
    for n in (0, 1, 150, 299):
        make_tagging(make_passage(f"Sentence {n:03}", article), coder=researcher)
    later(days=2)
    make_tagging(make_passage("Sentence 151", article), coder=researcher)
    client.force_login(researcher)

    def cards(**query):
        page = client.get(
            article.get_absolute_url(), {"as_of": ago(1), **query}, headers={"HX-Request": "true"}
        )
        return re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page.text)

    assert cards() == ["Sentence 000", "Sentence 001"]
    assert cards(part=1) == ["Sentence 150"]
    assert cards(part=2) == ["Sentence 299"]
    page = article_page(client, article, ago(1)).text
    address = re.search(r'href="([^"]+)">1 more passage<', page)[1].replace("&amp;", "&")
    assert "Sentence 150</blockquote>" in client.get(address).text
    missing = client.get(article.get_absolute_url(), {"as_of": ago(1), "part": 3})
    assert missing.status_code == 404


def test_a_moment_offers_nothing_to_work_with_and_says_how_to_cite_it(client, researcher):
    article = make_article(text="Both sides agreed.")
    make_tagging(make_passage("Both sides", article))
    later(days=3)
    client.force_login(researcher)

    page = article_page(client, article, "2000-01-01T00:00Z").text
    there = article_page(client, article, ago(1)).text

    for text in (page, there):
        main = text[text.index("<main") : text.index("</main>")]
        for tool in ("<form", "<button", "tag-palette", "hx-post", "live-changes"):
            assert tool not in main
        assert f'href="{article.get_absolute_url()}">Back to how it stands now' in main
        assert f"http://testserver{article.get_absolute_url()}?as_of=" in main
    assert "was not to be read in Parley at that moment" in page


@pytest.mark.parametrize("asked", ["", "yesterday", "2026-13-01", "2026-02-30", "٢٠٢٦-01-01", "0"])
def test_what_is_no_moment_is_said_so(client, researcher, asked):
    article = make_article()
    client.force_login(researcher)

    for response in (article_page(client, article, asked), matrix(client, article.round, asked)):
        assert response.status_code == 422
        assert "This is no moment. Write a day, such as 2026-11-20" in response.text


def test_a_moment_to_come_is_said_to_be_one(client, researcher):
    article = make_article()
    client.force_login(researcher)
    tomorrow = (timezone.now() + datetime.timedelta(days=1)).date().isoformat()

    for asked in (tomorrow, "9999-12-31T23:59-12:00", "2999-01-01"):
        response = article_page(client, article, asked)
        assert response.status_code == 422
        assert "still to come" in response.text or "This is no moment" in response.text


def test_a_day_is_its_end_and_a_time_has_its_zone():
    assert Moment("2026-01-20").at == datetime.datetime(
        2026, 1, 20, 23, 59, 59, 999_999, tzinfo=datetime.UTC
    )
    assert Moment("20260120").at == Moment("2026-W04-2").at == Moment("2026-01-20").at
    assert Moment("2026-01-20T14:30").address == "2026-01-20T14:30:00.000000Z"
    assert Moment("2026-01-20T14:30 02:00").address == "2026-01-20T12:30:00.000000Z"
    assert Moment(Moment("2026-01-20").address).at == Moment("2026-01-20").at
    assert Moment(timezone.now().date().isoformat()).is_unfinished
    with pytest.raises(NoMoment, match="its own time"):
        Moment("0001-01-01")


def test_the_matrix_counts_what_stood_then(client, researcher):
    position = make_position(work_status=WorkStatus.ACCEPTED)
    talks_round = position.article.round
    later(days=2)
    coding_of_it = Position.objects.get(pk=position.pk)
    coding_of_it.stance = "opposes" if position.stance == "supports" else "supports"
    coding_of_it.work_status = WorkStatus.REJECTED
    coding_of_it.condition = ""
    coding_of_it.save()
    later(days=1)
    client.force_login(researcher)

    then, since = matrix(client, talks_round, ago(2)), matrix(client, talks_round, ago(0))
    cell = matrix(client, talks_round, ago(2), cell="all:all")
    table = matrix(client, talks_round, ago(2), page="position_matrix_csv")

    assert then.context["matrix"].total.count == 1
    assert since.context["matrix"].total.count == 0
    assert [one["positions"][0].stance for one in cell.context["opened"]["page"].object_list] == [
        position.stance
    ]
    assert position.proposition.name in table.text
    assert "as_of=" in then.context["form"].more


def test_the_matrix_shows_parties_as_they_were_before_they_were_merged(client, editor):
    position = make_position(work_status=WorkStatus.ACCEPTED)
    other = make_position(
        work_status=WorkStatus.ACCEPTED,
        article=make_article(round=position.article.round),
    )
    make_participation(round=position.article.round, party=position.party)
    later(days=2)
    merging.merge(
        position.party, other.party, (position.party.version, other.party.version), editor
    )
    later(days=1)
    client.force_login(editor)

    then = matrix(client, position.article.round, ago(2)).context["matrix"]
    since = matrix(client, position.article.round, ago(0)).context["matrix"]

    assert {one.party.name for one in then.columns} == {position.party.name, other.party.name}
    assert {one.party.name for one in since.columns} == {other.party.name}


def test_a_round_that_was_not_there_yet_is_said_so(client, db):
    article = make_article()

    response = matrix(client, article.round, "2020-01-01")

    assert response.status_code == 200
    assert "Parley knew nothing of this round at that moment." in response.text


def test_visitors_see_what_was_accepted_then_of_what_they_may_see_now(client, db):
    position = make_position(work_status=WorkStatus.SUBMITTED)
    later(days=2)
    Position.objects.update(work_status=WorkStatus.ACCEPTED)
    later(days=2)

    def count(moment):
        return matrix(client, position.article.round, moment).context["matrix"].total.count

    assert (count(ago(3)), count(ago(1))) == (0, 1)
    Article.objects.update(status=ArticleStatus.DRAFT)
    assert count(ago(1)) == 0
    assert article_page(client, position.article, ago(1)).status_code == 404


def test_a_note_that_is_private_now_stays_so_in_the_past(client, researcher, colleague):
    article = make_article(text="Both sides agreed.")
    note = make_note("Between us", article=article, author=researcher, visibility="team")
    later(days=2)
    coding.edit_note(researcher, note, "Between us", "private", note.version)
    later(days=1)

    for user, sees in ((colleague, False), (researcher, True)):
        client.force_login(user)
        assert ("Between us" in article_page(client, article, ago(2)).text) == sees


def test_nothing_can_be_written_at_a_moment_of_the_past(db):
    article = make_article()

    with as_of(Moment("2026-01-01")), pytest.raises(RuntimeError, match="Nothing is written"):
        Article.objects.filter(pk=article.pk).update(title="Another")


def test_a_moment_costs_as_many_queries_as_now(client, researcher, count_queries):
    article = make_article(text="Both sides agreed. Both left.")
    make_tagging(make_passage("Both sides", article))
    later(days=1)
    client.force_login(researcher)

    one = count_queries(lambda: article_page(client, article, ago(0)))
    make_tagging(make_passage("Both left", article))
    make_tagging(make_passage("agreed", article))
    later(days=1)
    three = count_queries(lambda: article_page(client, article, ago(0)))

    assert one == three <= 12
