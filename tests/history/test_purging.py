"""Removing for good, and what is left of it."""

import io
import uuid
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Digest
from annotations import coding, past, reviewing
from annotations.models import (
    Act,
    CodebookVersion,
    Draft,
    DraftKind,
    Note,
    Review,
    SavedSearch,
    Tagging,
)
from annotations.models_review import Decision
from annotations.models_search import SearchEntry
from history import checking
from history.models import Tombstone
from talks import loading, pieces
from talks.models import Article, Evidence, Intake, Original, Passage, Position
from tests.factories import (
    make_article,
    make_intake,
    make_note,
    make_passage,
    make_position,
    make_round,
    make_tag,
    make_tagging,
)

WORD = "Zwischenfall"


def purge(kind, row, by, *arguments, reason="A court said so."):
    out = io.StringIO()
    call_command(
        "purge", kind, str(row.pk), "--by", by.username, "--reason", reason, *arguments, stdout=out
    )
    return out.getvalue()


def everywhere(word):
    """The tables in which a word stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" one WHERE one::text LIKE %s', [f"%{word}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return sorted(found)


@pytest.fixture
def article(researcher, editor):
    """An article with all kinds of work on it, some of it changed, some of it withdrawn."""
    article = make_article(text=f"The {WORD} was denied. Both sides agreed.")
    coding.tag_passage(researcher, article, 0, 16, make_tag(), note=f"A {WORD}?")
    passage = make_passage(WORD, article)
    note = make_note(f"This {WORD}", passage=passage, author=researcher)
    coding.edit_note(researcher, note, f"That {WORD}", "team", note.version)
    coding.withdraw_tagging(researcher, Tagging.objects.get(), 1)
    make_position(article=article, evidence=[passage], note=WORD)
    return article


def test_without_yes_it_only_says_what_would_go(article, admin):
    said = purge("article", article, admin)

    assert "1 article" in said
    assert "Nothing was removed." in said
    assert Article.objects.filter(pk=article.pk).exists()
    assert not Tombstone.objects.exists()


def test_an_article_goes_with_all_that_hangs_on_it_and_from_the_history(article, admin):
    other = make_tagging()

    purge("article", article, admin, "--yes")

    assert everywhere(WORD) == []
    assert list(Article.objects.all()) == [other.passage.article]
    assert list(Tagging.objects.all()) == [other]
    assert not Act.objects.exists()
    assert checking.holes() == []
    assert checking.idle_triggers() == []


def test_an_article_goes_with_its_file_and_leaves_its_variants_and_newer_versions(admin):
    given = {"round": make_round(), "language": "en", "status": "published"}
    intake = make_intake(f"The {WORD} was denied.\nAdvertisement")
    intake = loading.change(intake, 1, layout=lambda one: pieces.set_kept(one, [1], False))
    article = loading.finish(admin, intake, 2, given)
    variant = make_article("Elsewhere it was denied too.", variant_of=article)
    newer = make_article("It was denied again.", supersedes=article)

    purge("article", article, admin, "--yes")

    assert everywhere(WORD) == []
    assert not Original.objects.exists()
    assert not Intake.objects.exists()
    assert list(Article.objects.order_by("pk")) == [variant, newer]
    assert {one.variant_of or one.supersedes for one in Article.objects.all()} == {None}
    assert checking.holes() == []


def test_the_newest_text_supersedes_the_oldest_where_the_one_between_goes(admin):
    oldest = make_article("They met on Friday.", status="published")
    position = make_position(article=oldest)
    between = make_article("They met on Monday.", supersedes=oldest)
    newest = make_article("They met on Sunday.", supersedes=between)

    purge("article", between, admin, "--yes")

    assert Article.objects.get(pk=newest.pk).supersedes == oldest
    assert list(Position.objects.on_superseded_texts()) == [position]
    assert checking.holes() == []


def test_a_tombstone_tells_the_rest_and_stands_at_the_old_address(
    client, article, researcher, admin
):
    purge("article", article, admin, "--yes")

    stone = Tombstone.objects.get()
    assert (stone.kind, stone.key, stone.by, stone.reason) == (
        "article", article.pk, admin, "A court said so.",
    )  # fmt: skip
    assert stone.rows["article"] == 1
    assert len(stone.sha256) == 64
    visitor = client.get(article.get_absolute_url())
    assert visitor.status_code == 410
    assert "A court said so." not in visitor.text
    client.force_login(researcher)
    page = client.get(article.get_absolute_url())
    assert page.status_code == 410
    assert "A court said so." in page.text
    removed = client.get(past.address_of("article", article.pk))
    assert removed.status_code == 410


def test_visitors_do_not_learn_of_what_they_could_not_see(client, admin):
    draft = make_article(status="draft")
    purge("article", draft, admin, "--yes")

    assert client.get(draft.get_absolute_url()).status_code == 404


def test_a_passage_goes_with_what_rests_on_it_and_leaves_the_rest(article, admin):
    kept = make_position(article=article, evidence=[make_passage("Both sides", article)])

    purge("passage", Passage.objects.get(exact=WORD), admin, "--yes")

    assert list(Position.objects.all()) == [kept]
    assert Evidence.objects.count() == 1
    assert Article.objects.filter(pk=article.pk).exists()


def test_a_passage_leaves_no_draft_and_no_word_in_acts_and_verdicts(
    client, researcher, editor, admin
):
    beginning = "It began, and nobody who was there wrote down what was said first. "
    article = make_article(text=f"{beginning}A {WORD} in {WORD}land was denied.")
    span = (len(beginning), len(f"{beginning}A {WORD}"))
    words = article.text[slice(*span)]
    make_tag()
    coding.tag_passage(researcher, article, *span, "A tag proposed with it")
    tagging = Tagging.objects.get()
    reviewing.give_verdict(editor, tagging, Decision.REJECT, 1, reason="Too long.")
    passage = tagging.passage
    before = timezone.now().isoformat()
    coding.move_bounds(researcher, passage, 0, 8)
    other = {"title": ["Other"], "evidence_start": ["0"], "evidence_end": ["8"]}
    for data in (
        {"evidence_start": ["0", str(span[0])], "evidence_end": ["8", str(span[1])]},
        {"evidence_exact": [words]},
        other,
    ):
        Draft.objects.create(
            coder=researcher, article=article, kind=DraftKind.EVENT, data=data, key=uuid.uuid4()
        )

    purge("passage", passage, admin, "--yes")

    # The text itself stays, in the article and in what it is found by.
    assert everywhere(words) == ["talks_article", "talks_articlehistory"]
    assert [one.data for one in Draft.objects.all()] == [other]
    assert not SearchEntry.objects.filter(kind="draft", body__contains=words).exists()
    assert CodebookVersion.objects.exclude(act=None).count() == 1
    (review,) = Review.objects.all()
    assert review.judged["Words"] == "“…”"
    assert checking.holes() == []
    assert checking.idle_triggers() == []
    client.force_login(researcher)
    for address in (
        f"/articles/{article.pk}/?as_of={quote(before)}",
        f"/articles/{article.pk}/",
        "/codebook/versions/",
        f"/history/article/{article.pk}/",
        f"/history/tagging/{tagging.pk}/",
        reverse("annotations:review_tagging", args=[tagging.pk]),
    ):
        assert client.get(address, follow=True).status_code == 200


def test_a_note_goes_with_its_replies_and_what_was_said_before(researcher, admin):
    note = make_note(f"First {WORD}", author=researcher)
    make_note(f"No {WORD}", parent=note)
    coding.edit_note(researcher, note, "Second", "team", note.version)
    kept = make_note("Kept")

    purge("note", note, admin, "--yes")

    assert everywhere(WORD) == []
    assert list(Note.objects.all()) == [kept]
    assert Passage.objects.filter(pk=note.passage_id).exists()


def test_a_reviewed_tagging_goes_with_its_verdicts(researcher, editor, admin):
    tagging = make_tagging(coder=researcher)
    reviewing.give_verdict(editor, tagging, Decision.REJECT, tagging.version, reason=f"No {WORD}")

    purge("tagging", tagging, admin, "--yes")

    assert everywhere(WORD) == []
    assert not Tagging.objects.exists()


def test_what_is_personal_of_an_account_goes_and_its_work_stays(researcher, admin):
    researcher.name = WORD
    researcher.save()
    note = make_note("Work", author=researcher)
    Digest.objects.create(user=researcher, address=f"{WORD}@example.org")
    SavedSearch.objects.create(owner=researcher, name=WORD, query="q=x", key=uuid.uuid4())
    Draft.objects.create(
        coder=researcher, article=make_article(), kind=DraftKind.EVENT, data={"title": [WORD]}
    )

    purge("account", researcher, admin, "--yes")

    assert everywhere(WORD) == []
    researcher.refresh_from_db()
    assert (researcher.is_active, str(researcher)) == (False, f"Removed account {researcher.pk}")
    assert list(Note.objects.filter(author=researcher)) == [note]
    assert checking.holes() == []


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_required(article, admin, reason):
    with pytest.raises(CommandError, match="Say why"):
        purge("article", article, admin, "--yes", reason=reason)


def test_only_an_admin_answers_for_it_and_only_for_what_is_there(article, editor, admin):
    with pytest.raises(CommandError, match="is no active admin"):
        purge("article", article, editor, "--yes")
    with pytest.raises(CommandError, match="There is no note 999"):
        call_command("purge", "note", "999", "--by", admin.username, "--reason", "x")


def test_the_app_can_neither_purge_nor_touch_a_tombstone(article, admin, as_app):
    refused = pytest.raises(CommandError, match="Only the database’s owner")
    with as_app(), refused, transaction.atomic():
        purge("article", article, admin, "--yes")
    purge("article", article, admin, "--yes")
    with as_app() as cursor:
        for statement in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"{statement} history_tombstone")
    with connection.cursor() as cursor:
        for statement in ("DELETE FROM", "TRUNCATE"):
            with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
                cursor.execute(f"{statement} history_tombstone")
