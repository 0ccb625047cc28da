"""Mentions: whom a note names, whom it tells, and how edits, undo and privacy change that."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from annotations import coding
from annotations.at_names import names_in, pieces
from annotations.models import Act, Note, Notice, Visibility
from annotations.templatetags.notes import linked
from talks.models import ArticleStatus
from tests.factories import (
    make_article,
    make_note,
    make_passage,
    make_review,
    make_tag,
    make_tagging,
    make_user,
)

pytestmark = pytest.mark.django_db
TEAM = Visibility.TEAM


@pytest.fixture
def article(db):
    return make_article("Both sides agreed.")


def told():
    """Who has which notice: (username, mention, reply), the first first."""
    rows = Notice.objects.standing().order_by("pk")
    return list(rows.values_list("person__username", "is_mention", "is_reply"))


def wrote(author, text, visibility=TEAM, **about):
    coding.write_note(author, text, visibility, **about)
    return Note.objects.latest("pk")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@olena look", [("olena",)]),
        ("See @Olena.", [("olena.", "olena")]),
        ("(@olena.k, @BOB)", [("olena.k",), ("bob",)]),
        ("write to a@b.example or https://x.example/@olena", []),
        ("@@olena @ @", [("@olena",)]),
        ("@олена?", [("олена",)]),
        ("@olena @olena", [("olena",)]),
    ],
)
def test_names_are_found_as_people_write_them(text, found):
    assert names_in(text) == found
    assert "".join(piece.words for piece in pieces(text)) == text


def test_a_note_tells_those_it_names_once_and_nobody_else(article, researcher, colleague):
    wrote(researcher, "@colleague, @Colleague. and @nobody, says @researcher", article=article)

    assert told() == [("colleague", True, False)]


def test_an_edit_gives_and_takes_and_so_does_undo(article, researcher, colleague, editor):
    note = wrote(researcher, "Look, @colleague.", article=article)
    Notice.objects.update(read_at="2026-01-01T00:00:00Z")

    act = coding.edit_note(researcher, note, "Look, @colleague and @editor.", TEAM, 1)
    assert told() == [("colleague", True, False), ("editor", True, False)]
    assert list(Notice.objects.unread().values_list("person__username", flat=True)) == ["editor"]
    coding.undo(researcher, act)
    assert told() == [("colleague", True, False)]
    note.refresh_from_db()
    act = coding.withdraw_note(researcher, note, note.version)
    assert told() == []
    coding.undo(researcher, act)
    assert told() == [("colleague", True, False)]
    assert not Notice.objects.unread().exists()


def test_a_private_note_mentions_nobody_until_the_team_may_read_it(article, researcher, colleague):
    note = wrote(researcher, "@colleague!", Visibility.PRIVATE, article=article)

    assert told() == []
    coding.edit_note(researcher, note, "@colleague!", TEAM, 1)
    assert told() == [("colleague", True, False)]
    note.refresh_from_db()
    coding.edit_note(researcher, note, "@colleague!", Visibility.PRIVATE, note.version)
    assert told() == []


def test_who_may_not_see_the_article_is_not_told(researcher, admin, colleague):
    draft = make_article(status=ArticleStatus.DRAFT)
    wrote(admin, "@colleague", article=draft)

    assert not Notice.objects.exists()


def test_what_goes_back_to_draft_leaves_the_inbox_of_those_who_cannot_see_it(
    client, article, researcher, colleague
):
    wrote(researcher, "@colleague", article=article)
    client.force_login(colleague)
    count = '<span class="inbox-count" id="inbox-count"><span>1</span>'

    assert count in client.get("/inbox/").content.decode()
    article.status = ArticleStatus.DRAFT
    article.save(update_fields=["status"])
    page = client.get("/inbox/").content.decode()
    assert (count in page, "mentioned you" in page) == (False, False)


def test_a_reply_tells_all_who_wrote_in_the_thread(article, researcher, colleague, editor):
    root = wrote(researcher, "Is it?", article=article)
    coding.reply(colleague, root, "It is.")
    coding.reply(editor, root, "Sure, @colleague")

    assert told() == [
        ("researcher", False, True),
        ("researcher", False, True),
        ("colleague", True, True),
    ]


def test_a_note_on_judged_work_answers_its_coder_and_its_reviewer(researcher, editor):
    tagging = make_tagging(coder=researcher)
    make_review(tagging, "reject", editor)
    Notice.objects.all().delete()
    wrote(researcher, "But it does.", work=tagging)
    wrote(editor, "Where?", work=tagging)

    assert told() == [("editor", False, True), ("researcher", False, True)]


def test_the_author_is_told_whom_a_note_names_in_vain(client, article, admin, colleague):
    make_user(username="gone", name="Gone", is_active=False)
    draft = make_article(status=ArticleStatus.DRAFT)
    client.force_login(admin)
    address = reverse("annotations:article_notes", args=[draft.pk])
    page = client.post(address, {"text": "@colleague @gone @nobdy @admin"}, follow=True)
    page = page.content.decode()

    assert "Colleague may not see this article and is not told." in page
    assert "The account of Gone is deactivated, so nobody is told." in page
    assert "Nobody here is called @nobdy." in page
    assert "Admin may not" not in page
    address = reverse("annotations:article_notes", args=[article.pk])
    data = {"text": "@colleague", "visibility": "private"}
    page = client.post(address, data, headers={"HX-Request": "true"}).content.decode()
    assert "A private note mentions nobody." in page


def test_a_name_is_a_link_with_the_name_that_its_account_has_now(
    client, article, researcher, colleague
):
    note = wrote(researcher, "<b> @colleague. and @nobody", article=article)
    User.objects.filter(pk=colleague.pk).update(name="Mira <i>")
    client.force_login(researcher)
    shown = (
        f'&lt;b&gt; <a class="mention" href="/history/by/{colleague.pk}/" title="@colleague">'
        "@<bdi>Mira &lt;i&gt;</bdi></a>. and @nobody"
    )

    assert shown in client.get(article.get_absolute_url()).content.decode()
    assert shown in client.get(note.get_absolute_url()).content.decode()
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    page = client.get(note.get_absolute_url()).content.decode()
    assert "@colleague, account deactivated" in page
    note.refresh_from_db()
    coding.edit_note(researcher, note, "Yet @colleague", TEAM, note.version)
    assert told() == [("colleague", True, False)]


def test_plain_text_without_mentions_names_nobody():
    assert linked("@researcher & co") == "@researcher &amp; co"


def test_tagging_with_a_note_mentions_too(article, researcher, colleague):
    coding.tag_passage(researcher, article, 0, 4, make_tag(), note="@colleague see")

    assert told() == [("colleague", True, False)]
    coding.undo(researcher, Act.objects.get())
    assert told() == []


def test_the_reader_asks_the_database_no_more_for_mentions(
    client, article, researcher, colleague, count_queries
):
    make_note(passage=make_passage("sides", article), author=researcher)
    client.force_login(colleague)
    client.get(article.get_absolute_url())
    without = count_queries(lambda: client.get(article.get_absolute_url()))
    for _ in range(3):
        wrote(researcher, "@colleague", span=(0, 4), article=article)

    assert count_queries(lambda: client.get(article.get_absolute_url())) == without


def test_the_type_ahead_offers_active_colleagues_by_the_beginnings_of_their_names(
    client, researcher, colleague
):
    make_user(username="olena.k", name="Olena Kovalenko")
    make_user(username="olga", name="", is_active=False)
    client.force_login(researcher)

    def offered(typed):
        found = client.get(reverse("annotations:colleague_list"), {"q": typed}).json()
        return [one["username"] for one in found["colleagues"]]

    assert offered("") == ["colleague", "olena.k"]
    assert offered("KOV") == offered("ol") == offered("olena kov") == ["olena.k"]
    assert offered("lena") == []


def refused(**fields):
    try:
        with transaction.atomic():
            Notice.objects.create(**fields)
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name
    return None


def test_the_database_holds_what_a_notice_is(colleague):
    note = make_note()
    review = make_review(make_tagging(coder=colleague))
    own = {"person": colleague, "version": 1}
    Notice.objects.create(note=note, is_reply=True, **own)

    assert refused(**own) == "notice_is_of_one_thing"
    assert refused(note=note, review=review, is_reply=True, **own) == "notice_is_of_one_thing"
    assert refused(note=make_note(), **own) == "notice_of_a_note_says_why"
    assert refused(note=note, is_mention=True, **own) == "note_gives_a_person_one_notice"
    assert refused(review=review, **own) == "annotations_notice_review_id_key"
