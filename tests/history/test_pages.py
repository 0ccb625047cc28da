"""The pages of what was changed: of an object and of a person."""

import re

import pytest
from django.urls import reverse

from annotations import codebook, coding, past, reviewing
from annotations.models import Act, Note, Tagging
from talks.models import ArticleStatus, Event, WorkStatus
from tests.factories import (
    make_article,
    make_event,
    make_note,
    make_outcome_report,
    make_passage,
    make_position,
    make_review,
    make_tag,
    make_tagging,
)

from .past import ago, later


def of(client, kind, row, /, **query):
    return client.get(past.address_of(kind, row.pk), query)


def by(client, person, **query):
    return client.get(reverse("annotations:history_by", args=[person.pk]), query)


def told(response):
    """(verb, kind) of each entry."""
    return [(entry.verb, entry.kind) for entry in response.context["entries"]]


def tag_it(client, article, words, tag):
    start = article.text.index(words)
    client.post(
        article.get_absolute_url(),
        {"start": start, "end": start + len(words), "exact": words, "tag": tag.pk},
    )


def test_an_article_tells_all_that_hangs_on_it(client, researcher):
    article = make_article(text="Both sides agreed.")
    passage = make_passage("Both sides", article)
    make_tagging(passage, coder=researcher)
    make_note(passage=passage)
    make_position(article=article)
    make_tagging()
    client.force_login(researcher)

    kinds = sorted(kind for _, kind in told(of(client, "article", article)))

    assert kinds == [
        "article", "evidence", "note", "passage", "passage", "position", "tagging",
    ]  # fmt: skip


def test_what_left_is_told_where_it_was_and_where_it_is(client, researcher, editor):
    article, one, other = make_article(text="Both sides agreed."), make_tag(), make_tag()
    passage = make_passage("Both", article)
    tagging = make_tagging(passage, one, researcher)
    coding.move_bounds(researcher, passage, 0, 10)
    codebook.merge(editor, one, one.version, other, other.version)
    tagging.refresh_from_db()
    client.force_login(researcher)

    whole = [("changed", "tagging"), ("changed", "tagging"), ("made", "tagging")]
    for kind, row in (
        ("passage", passage), ("passage", tagging.passage), ("tag", one), ("tag", other),
    ):  # fmt: skip
        assert told(of(client, kind, row, kind="tagging")) == whole


def test_an_article_tells_of_its_events_and_of_verdicts_taken_back(client, researcher, editor):
    event = make_event(coder=researcher)
    article = event.evidence.get().passage.article
    tagging = make_tagging(make_passage(article.text[:4], article), coder=researcher)
    reviewing.give_verdict(editor, tagging, "reject", tagging.version, reason="No.")
    coding.undo(editor, Act.objects.get())
    Event.objects.filter(pk=event.pk).update(title="Another")
    client.force_login(researcher)

    kinds = told(of(client, "article", article))
    for entry in (("changed", "event"), ("made", "verdict-taken-back"), ("made", "review")):
        assert entry in kinds


def test_a_change_is_shown_in_marked_words_with_who_and_when(client, researcher):
    client.force_login(researcher)
    note = make_note("Both sides agreed to meet again.", author=researcher)
    client.post(
        note.get_absolute_url(),
        {"text": "Both sides refused to meet again.", "visibility": "team", "version": 1},
    )

    page = of(client, "note", note)

    assert told(page) == [("changed", "note"), ("made", "note")]
    assert re.search(r"<del>.*agreed.*</del>.*<ins>.*refused.*</ins>", page.text)
    assert "[taken out: " in page.text
    assert page.context["entries"][0].who == researcher
    assert page.context["entries"][0].request


def test_withdrawing_and_bringing_back_are_called_so(client, researcher):
    tagging = make_tagging(coder=researcher)
    coding.withdraw_tagging(researcher, tagging, tagging.version)
    coding.undo(researcher, Act.objects.get())
    client.force_login(researcher)

    assert told(of(client, "tagging", tagging)) == [
        ("brought back", "tagging"),
        ("withdrew", "tagging"),
        ("made", "tagging"),
    ]


def test_one_undoes_ones_own_act_from_there_and_nobody_elses(client, researcher, colleague):
    article = make_article(text="Both sides agreed.")
    client.force_login(researcher)
    tag_it(client, article, "Both sides", make_tag())
    page = of(client, "tagging", Tagging.objects.get())
    undo = page.context["entries"][0].act

    client.force_login(colleague)
    assert of(client, "tagging", Tagging.objects.get()).context["entries"][0].act is None
    client.force_login(researcher)
    client.post(reverse("annotations:act_undo", args=[undo.pk]), {"next": "/acts/"})

    page = of(client, "tagging", Tagging.objects.get())
    assert told(page) == [("withdrew", "tagging"), ("made", "tagging")]
    assert [bool(entry.act) for entry in page.context["entries"]] == [True, False]


def test_since_a_day_of_a_kind_and_by_a_person_narrow_it(client, researcher, colleague):
    article, tag = make_article(text="Both sides agreed."), make_tag()
    client.force_login(researcher)
    tag_it(client, article, "Both sides", tag)
    later(days=7)
    client.force_login(colleague)
    tag_it(client, article, "agreed", tag)

    assert ("made", "article") not in told(of(client, "article", article, **{"from": ago(3)}))
    assert told(of(client, "article", article, kind="tagging", until=ago(3))) == [
        ("made", "tagging")
    ]
    assert told(of(client, "article", article, kind="tagging", person=colleague.pk)) == [
        ("made", "tagging")
    ]
    assert {kind for _, kind in told(by(client, researcher))} == {"passage", "tagging"}


@pytest.mark.parametrize(
    "query",
    [{"from": "Monday"}, {"until": "2026-02-30"}, {"kind": "shoe"}, {"person": "0"},
     {"before": "x"}, {"before": "20260101T000000.000000Z~99~1"}],
)  # fmt: skip
def test_what_the_address_does_not_mean_is_said(client, researcher, query):
    article = make_article()
    client.force_login(researcher)

    response = of(client, "article", article, **query)

    assert response.status_code == 422
    assert "Part of this address is not understood" in response.text


def test_pages_follow_one_another_without_a_gap(client, researcher):
    article = make_article(text=" ".join(f"word{n:03}" for n in range(130)))
    for n in range(65):
        make_tagging(make_passage(f"word{n:03}", article), coder=researcher)
    client.force_login(researcher)
    address, seen = past.address_of("article", article.pk), []

    while address:
        page = client.get(address)
        seen += [(entry.kind, entry.state.pk) for entry in page.context["entries"]]
        older = page.context["older"]
        address = older and address.partition("?")[0] + older

    assert len(seen) == len(set(seen)) == 131


def test_the_number_of_queries_does_not_grow(client, researcher, count_queries):
    article = make_article(text=" ".join(f"word{n:03}" for n in range(40)))
    client.force_login(researcher)
    counts = []
    for first, last in ((0, 1), (1, 3), (3, 40)):
        for n in range(first, last):
            make_tagging(make_passage(f"word{n:03}", article))
        counts.append(count_queries(lambda: of(client, "article", article, kind="tagging")))

    assert counts[0] == counts[1] == counts[2]


def test_private_notes_are_their_owners_alone_in_the_past_too(client, researcher, colleague):
    article = make_article()
    note = make_note("Between us", article=article, author=researcher, visibility="private")
    coding.edit_note(researcher, note, "For all", "team", note.version)
    client.force_login(colleague)

    text = of(client, "article", article).text
    assert ("For all" in text, "Between us" in text) == (True, False)
    note.refresh_from_db()
    coding.edit_note(researcher, note, "For all", "private", note.version)
    assert "For all" not in of(client, "article", article).text
    assert of(client, "note", note).status_code == 404
    assert "Between us" not in by(client, researcher).text
    client.force_login(researcher)
    assert "Between us" in of(client, "note", note).text


def test_drafts_are_their_owners_alone(client, researcher, colleague):
    position = make_position(coder=researcher, work_status=WorkStatus.DRAFT, note="Not yet")
    client.force_login(colleague)

    assert of(client, "position", position).status_code == 404
    assert not {"position", "evidence"} & {
        kind for _, kind in told(of(client, "article", position.article))
    }
    client.force_login(researcher)
    assert "Not yet" in of(client, "position", position).text


def test_drafts_of_articles_and_accounts_are_for_admins(client, researcher, admin):
    draft = make_article(status=ArticleStatus.DRAFT)
    tagging = make_tagging(make_passage(draft.text[:4], draft))
    for user, status in ((researcher, 404), (admin, 200)):
        client.force_login(user)
        assert of(client, "article", draft).status_code == status
        assert of(client, "tagging", tagging).status_code == status
        assert of(client, "account", researcher).status_code == status
        assert ("account" in {kind for _, kind in told(by(client, admin))}) is False


def test_what_articles_that_are_drafts_tell_alone_is_for_admins(client, researcher, admin):
    draft = make_article(status=ArticleStatus.DRAFT)
    event, other = make_event(article=draft, title="Hidden"), make_event(title="Open")
    report = make_outcome_report(article=draft)
    review = make_review(make_tagging(make_passage(draft.text[:4], draft)), "reject")
    hidden = {"event": event, "outcome": report.outcome, "review": review}

    for user, status in ((researcher, 404), (admin, 200)):
        client.force_login(user)
        for kind, row in hidden.items():
            assert (kind, of(client, kind, row).status_code) == (kind, status)
        assert of(client, "event", other).status_code == 200
    client.force_login(researcher)
    assert {"event", "outcome", "review"}.isdisjoint(
        {kind for _, kind in told(by(client, review.reviewer))}
    )


def test_what_was_deleted_still_has_its_history(client, researcher):
    note = make_note("Gone", author=researcher)
    key = note.pk
    Note.objects.all().delete()
    client.force_login(researcher)

    response = client.get(past.address_of("note", key))

    assert told(response) == [("deleted", "note"), ("made", "note")]


def test_visitors_and_unknown_things_get_nothing(client, researcher):
    article = make_article()
    assert of(client, "article", article).status_code == 302
    client.force_login(researcher)
    for key in (999_999, 2**63 - 1):
        assert client.get(past.address_of("article", key)).status_code == 404
    assert client.get(f"/history/shoe/{article.pk}/").status_code == 404


def test_the_pages_of_objects_lead_to_their_histories(client, editor):
    position = make_position()
    article, talks_round = position.article, position.article.round
    event = make_event(article=article)
    outcome = make_outcome_report(article=article).outcome
    tag, tagging = make_tag(), make_tagging()
    codebook.edit(editor, tag, tag.version, {"name": "Another"})
    pages = {
        article.get_absolute_url(): article,
        talks_round.get_absolute_url(): talks_round,
        reverse("talks:timeline", args=[talks_round.slug]) + "?status=open": event,
        reverse("annotations:event_edit", args=[event.pk]): event,
        outcome.get_absolute_url(): outcome,
        position.get_absolute_url(): position,
        position.party.get_absolute_url(): position.party,
        position.proposition.get_absolute_url(): position.proposition,
        reverse("annotations:issue_edit", args=[position.proposition.issue_id]): (
            position.proposition.issue
        ),
        tag.get_absolute_url(): tag,
        reverse("annotations:version_list"): tag.codebook,
        reverse("annotations:review_tagging", args=[tagging.pk]): tagging,
        tagging.passage.article.get_absolute_url(): tagging.passage,
    }
    client.force_login(editor)

    missing = [
        page
        for page, row in pages.items()
        if f'href="{past.address_of_row(row)}"' not in client.get(page).text
    ]
    assert missing == []
