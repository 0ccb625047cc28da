"""What was said about a text goes over to its new version, and nothing lands on other words."""

import io
import itertools
import re
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from annotations import carrying, coding
from annotations.models import Act, Note, Notice, Tagging, Visibility
from annotations.models_carrying import Carry
from talks.models import (
    Article,
    ArticleStatus,
    Evidence,
    EvidenceRole,
    OutcomeReport,
    Passage,
    Position,
    SpeechForm,
)
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
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

OLD = (
    "The delegations met for two hours on Friday.\n"
    "Both sides agreed to a swap of 1,000 prisoners each, the minister said.\n"
    "“We want a ceasefire,” Umerov told reporters.\n"
    "Nobody expected anything else of these talks at all."
)
NEW = (
    "ISTANBUL. The delegations met for two hours on Friday.\n"
    "Both sides agreed to an exchange of 1,000 captives each, the minister said.\n"
    "“We want a ceasefire,” Umerov told reporters."
)
QUOTE = "“We want a ceasefire,”"
SWAP = "agreed to a swap of 1,000 prisoners each"
EXCHANGE = "agreed to an exchange of 1,000 captives each"
GONE = "Nobody expected anything else of these talks at all."


@pytest.fixture
def old(db):
    return make_article(OLD)


@pytest.fixture
def new(old):
    return make_article(NEW, round=old.round, status=ArticleStatus.DRAFT)


def tagged(article, *quotes, **fields):
    return [make_tagging(make_passage(quote, article), **fields) for quote in quotes]


def superseded(admin, old, new):
    act = carrying.supersede(admin, new, old, new.version)
    new.refresh_from_db()
    return act


def where(tagging):
    passage = Tagging.objects.select_related("passage").get(pk=tagging.pk).passage
    return passage.article_id, passage.exact


def carry_of(quote):
    return Carry.objects.select_related("passage", "article").get(passage__exact=quote)


def test_the_same_words_go_over_and_the_rest_waits_on_the_old_version(admin, old, new):
    quote, swap, gone = tagged(old, QUOTE, SWAP, GONE)

    act = superseded(admin, old, new)

    assert (new.status, new.supersedes_id) == (ArticleStatus.PUBLISHED, old.pk)
    assert where(quote) == (new.pk, QUOTE)
    assert where(swap) == (old.pk, SWAP)
    assert where(gone) == (old.pk, GONE)
    carries = Carry.objects.in_reading_order().values_list("kind", "status", "target__exact")
    assert list(carries) == [
        ("reworded", "waiting", None),
        ("moved", "carried", QUOTE),
        ("lost", "waiting", None),
    ]
    assert act.summary.endswith("1 passage carried over, 2 wait")


def test_notes_go_with_their_words_and_keep_their_replies(admin, old, new):
    note = make_note(passage=make_passage(QUOTE, old))
    reply = make_note(parent=note)

    superseded(admin, old, new)

    assert Note.objects.get(pk=note.pk).passage.article_id == new.pk
    assert Note.objects.get(pk=reply.pk).parent_id == note.pk


def test_a_note_that_goes_over_meanwhile_is_not_answered_on_the_old_version(
    admin, researcher, colleague, old, new
):
    make_note(passage=make_passage(SWAP, old))
    superseded(admin, old, new)
    as_shown = Note.objects.select_related("parent", "passage__article").get()
    carry = carry_of(SWAP)
    carrying.settle(researcher, carry, carry.start, carry.end, carry.version)

    with pytest.raises(coding.Refused, match="went to another version"):
        coding.reply(colleague, as_shown, "Yes.", knowingly=True)

    assert Note.objects.count() == 1


def test_words_noted_in_private_go_over_as_a_secret(client, admin, researcher, old, new):
    for quote in (QUOTE, SWAP):
        span = (OLD.index(quote), OLD.index(quote) + len(quote))
        coding.write_note(researcher, "Mine", Visibility.PRIVATE, article=old, span=span)
    told = []
    client.force_login(admin)
    foreseen = client.get(reverse("annotations:article_supersede", args=[new.pk]), {"old": old.pk})

    told.append("Nothing has been said about the old text yet" in foreseen.text)
    told.append(superseded(admin, old, new).summary)
    carry = carry_of(SWAP)
    for user in (admin, researcher):
        client.force_login(user)
        page = client.get(reverse("annotations:carry_list", args=[new.pk]))
        dropping = client.post(
            reverse("annotations:carry_drop", args=[carry.pk]),
            {"version": carry.version, "key": uuid.uuid4()},
        )
        seen = Passage.objects.visible_to(user).count()
        told.append((SWAP in page.text, dropping.status_code, seen))

    assert Note.objects.get(passage__exact=QUOTE).passage.article_id == new.pk
    assert told == [
        True,
        "Superseded " + old.headline + ": 0 passages carried over, 0 wait",
        (False, 404, 0),
        (True, 302, 3),
    ]


def test_what_came_in_leads_to_where_it_went(admin, researcher, colleague, old, new):
    start = OLD.index(QUOTE)
    coding.write_note(
        researcher, "@colleague?", Visibility.TEAM, article=old, span=(start, start + len(QUOTE))
    )
    coding.reply(colleague, Note.objects.get(), "Yes.")
    make_review(tagged(old, QUOTE, coder=researcher)[0])
    make_review(make_position(evidence=[make_passage(QUOTE, old)], article=old, coder=researcher))
    act = superseded(admin, old, new)

    assert set(Notice.objects.values_list("article", flat=True)) == {new.pk}
    assert Notice.objects.count() == 4
    coding.undo(admin, act)
    assert set(Notice.objects.values_list("article", flat=True)) == {old.pk}


def test_a_position_goes_once_all_its_evidence_has_gone(admin, researcher, old, new):
    position = make_position(
        article=old,
        speech_form=SpeechForm.DIRECT,
        evidence=[
            (EvidenceRole.QUOTE, make_passage(QUOTE, old)),
            (EvidenceRole.CONTEXT, make_passage(SWAP, old)),
        ],
    )
    superseded(admin, old, new)
    assert Position.objects.get(pk=position.pk).article_id == old.pk

    carry = carry_of(SWAP)
    carrying.settle(researcher, carry, carry.start, carry.end, carry.version)

    position = Position.objects.get(pk=position.pk)
    assert position.article_id == new.pk
    evidence = position.evidence.order_by("passage__start").values_list("role", "passage__exact")
    assert list(evidence) == [("context", EXCHANGE), ("quote", QUOTE)]
    carry.refresh_from_db()
    assert (carry.status, carry.decided_by_id) == ("confirmed", researcher.pk)


def test_reports_and_events_go_too(admin, old, new):
    report = make_outcome_report(article=old, evidence=[make_passage(QUOTE, old)])
    event = make_event(
        article=old, round=old.round, evidence=[make_passage(QUOTE, old), make_passage(GONE, old)]
    )

    superseded(admin, old, new)

    report = OutcomeReport.objects.get(pk=report.pk)
    assert report.article_id == new.pk
    assert report.evidence.get().passage.article_id == new.pk
    found = event.evidence.order_by("passage__article").values_list("passage__article", flat=True)
    assert list(found) == [old.pk, new.pk]


def test_undoing_puts_all_back_and_doing_it_again_brings_it_over(admin, old, new):
    (quote, _) = tagged(old, QUOTE, GONE)
    position = make_position(article=old, evidence=[make_passage(QUOTE, old)])
    act = superseded(admin, old, new)

    undone = coding.undo(admin, act)

    new.refresh_from_db()
    assert (new.status, new.supersedes_id) == (ArticleStatus.DRAFT, None)
    assert where(quote) == (old.pk, QUOTE)
    position.refresh_from_db()
    assert position.article_id == old.pk
    assert position.evidence.get().passage.article_id == old.pk
    assert list(Carry.objects.live()) == []

    coding.undo(admin, undone)

    new.refresh_from_db()
    assert new.supersedes_id == old.pk
    assert where(quote) == (new.pk, QUOTE)
    assert Position.objects.get(pk=position.pk).article_id == new.pk
    assert Carry.objects.live().count() == 2


def test_what_was_said_since_the_undoing_is_not_left_behind_by_doing_it_again(admin, old, new):
    tagged(old, QUOTE)
    undone = coding.undo(admin, superseded(admin, old, new))
    (since,) = tagged(old, GONE)

    with pytest.raises(coding.Refused, match="worked on since"):
        coding.undo(admin, undone)

    new.refresh_from_db()
    assert new.supersedes_id is None
    assert (where(since), Carry.objects.live().count()) == ((old.pk, GONE), 0)
    superseded(admin, old, new)
    assert carry_of(GONE).status == "waiting"


def test_a_decision_can_be_undone(admin, researcher, old, new):
    (swap,) = tagged(old, SWAP)
    superseded(admin, old, new)
    carry = carry_of(SWAP)
    act = carrying.settle(researcher, carry, carry.start, carry.end, carry.version)
    assert where(swap) == (new.pk, EXCHANGE)

    coding.undo(researcher, act)

    assert where(swap) == (old.pk, SWAP)
    assert carry_of(SWAP).status == "waiting"


def test_what_was_dropped_stays_on_the_old_version_and_can_still_go_over(
    admin, researcher, old, new
):
    (gone,) = tagged(old, GONE)
    superseded(admin, old, new)
    carry = carry_of(GONE)
    carrying.drop(researcher, carry, carry.version)
    assert where(gone) == (old.pk, GONE)
    carry = carry_of(GONE)
    assert carry.status == "dropped"

    start = NEW.index("The delegations")
    carrying.settle(researcher, carry, start, start + 15, carry.version)

    assert where(gone) == (new.pk, "The delegations")
    assert carry_of(GONE).status == "adjusted"


def test_two_passages_put_on_the_same_words_keep_each_coders_tag_once(
    admin, researcher, colleague, old, new
):
    tag = make_tag()
    first, second = tagged(old, SWAP, GONE, tag=tag, coder=researcher)
    (third,) = tagged(old, GONE, tag=tag, coder=colleague)
    superseded(admin, old, new)
    start = NEW.index("captives")
    for quote in (SWAP, GONE):
        carry = carry_of(quote)
        carrying.settle(researcher, carry, start, start + 8, carry.version)

    assert where(first) == where(third) == (new.pk, "captives")
    assert where(second) == (old.pk, GONE)


def test_a_decision_on_an_old_state_is_refused_with_the_state(admin, researcher, old, new):
    tagged(old, SWAP)
    superseded(admin, old, new)
    carry = carry_of(SWAP)
    carrying.drop(researcher, carry, carry.version)

    with pytest.raises(carrying.Stale) as stale:
        carrying.settle(researcher, carry, carry.start, carry.end, carry.version)

    assert stale.value.current.status == "dropped"


def test_the_same_request_twice_supersedes_once(admin, old, new):
    tagged(old, QUOTE)
    key = uuid.uuid4()

    first = carrying.supersede(admin, new, old, new.version, key=key)
    second = carrying.supersede(admin, new, old, new.version, key=key)

    assert first == second
    assert Act.objects.filter(kind="carry").count() == 1


def test_versions_make_no_circle(admin, old, new):
    superseded(admin, old, new)

    assert list(carrying.supersedable_by(old)) == []
    with pytest.raises(carrying.Refused):
        carrying.supersede(admin, old, new, old.version)


# Below the ORM


def test_the_database_keeps_versions_in_order(admin, old, new):
    superseded(admin, old, new)

    update = "UPDATE talks_article SET supersedes_id = %s WHERE id = %s"
    assert refusal(update, new.pk, old.pk) == "superseding_has_no_circle"
    draft = "UPDATE talks_article SET status = 'draft' WHERE id = %s"
    assert refusal(draft, new.pk) == "superseding_article_is_published"
    assert refusal(draft, old.pk) == "superseded_article_is_published"
    other = make_article(status=ArticleStatus.DRAFT)
    assert refusal(update, other.pk, old.pk) == "superseded_article_is_published"


def test_a_position_and_a_report_go_to_another_version_alone_and_with_their_evidence(
    admin, old, new
):
    position = make_position(article=old, evidence=[make_passage(GONE, old)])
    report = make_outcome_report(article=old, evidence=[make_passage(GONE, old)])
    other = make_article(round=old.round)
    superseded(admin, old, new)

    def move(table, row, article):
        return refusal(f"UPDATE {table} SET article_id = {article.pk} WHERE id = {row.pk}")

    assert move("talks_position", position, other) == "position_stays_in_its_article"
    assert move("talks_position", position, new) == "position_evidence_is_from_its_article"
    assert move("talks_outcomereport", report, other) == "outcome_report_is_frozen"
    assert move("talks_outcomereport", report, new) == "report_evidence_is_from_its_article"


def test_a_carry_keeps_to_its_rules(admin, old, new):
    tagged(old, QUOTE, SWAP)
    superseded(admin, old, new)
    swap, quote = carry_of(SWAP), carry_of(QUOTE)
    elsewhere = make_passage()

    def change(carry, fields):
        return refusal(f"UPDATE annotations_carry SET {fields} WHERE id = {carry.pk}")

    words = Passage.objects.at(new, 0, 8)
    assert change(swap, "status = 'carried'") == "carry_has_a_target_once_settled"
    target = f"target_id = {words.pk}"
    assert change(swap, f"status = 'carried', {target}") == "only_the_same_words_are_carried_unseen"
    assert change(quote, target) == "only_the_same_words_are_carried_unseen"
    assert (
        change(swap, f"status = 'adjusted', target_id = {elsewhere.pk}")
        == "carry_target_is_in_the_next_version"
    )
    assert change(swap, f"passage_id = {elsewhere.pk}") == "carry_leads_to_the_next_version"
    assert change(swap, "kind = 'gone'") == "carry_kind_is_known"
    assert change(swap, "status = 'gone'") == "carry_status_is_known"
    assert change(swap, "score = 2") == "carry_score_is_a_share"
    assert change(swap, 'start = "end"') == "carry_proposes_words_unless_lost"


# The pages


def supersede_page(article):
    return reverse("annotations:article_supersede", args=[article.pk])


def test_an_admin_sees_what_will_go_over_and_does_it(client, admin, old, new):
    tagged(old, QUOTE, SWAP, GONE)
    client.force_login(admin)

    page = client.get(supersede_page(new), {"old": old.pk})
    done = client.post(supersede_page(new), {"old": old.pk, "version": new.version})

    assert page.context["sure"] == 1
    assert (page.context["unsure"], page.context["reworded"], page.context["lost"]) == (0, 1, 1)
    assert "an exchange" in page.text
    assert done.status_code == 302
    assert done.url == reverse("annotations:carry_list", args=[new.pk])
    assert Article.objects.get(pk=new.pk).supersedes_id == old.pk


def test_what_may_be_superseded_is_found_among_many(client, admin, monkeypatch):
    monkeypatch.setattr("annotations.views.carrying.OFFERED", 2)
    client.force_login(admin)
    text = " ".join(f"word{number}" for number in range(60))
    alike = make_article(text=text, title="First report")
    here = {"round": alike.round}
    others = [make_article(title=f"Talks of day {day}", **here) for day in range(4)]
    new = make_article(text=f"{text} corrected", status="draft", **here)

    response = client.get(supersede_page(new))
    page = response.context
    found = client.get(supersede_page(new), {"words": "DAY 1"})
    none = client.get(supersede_page(new), {"words": "nowhere"})

    assert (page["alike"], page["newest"], page["has_more"]) == ([alike], others[:1:-1], True)
    assert re.findall(r'<option value="(\d+)"', response.text) == [
        str(one.pk) for one in (alike, *others[:1:-1])
    ]
    assert (found.context["alike"], found.context["newest"]) == ([alike], [others[1]])
    assert "No other headline has these words." in none.text


def test_only_admins_put_a_version_in_place(client, researcher, editor, old, new):
    for user in (researcher, editor):
        client.force_login(user)
        data = {"old": old.pk, "version": 1}
        assert client.get(supersede_page(new)).status_code == 404
        assert client.post(supersede_page(new), data).status_code == 404


@pytest.mark.parametrize("value", ["", "0", "x", "9" * 30])
def test_what_cannot_be_superseded_is_refused_in_words(client, admin, new, value):
    client.force_login(admin)

    response = client.post(supersede_page(new), {"old": value, "version": new.version})

    assert response.status_code == 422
    assert "supersede" in response.text


def test_a_stale_version_of_the_article_is_refused(client, admin, old, new):
    client.force_login(admin)

    response = client.post(supersede_page(new), {"old": old.pk, "version": new.version + 1})

    assert response.status_code == 409
    assert Article.objects.get(pk=new.pk).supersedes_id is None


@pytest.fixture
def waiting(client, admin, researcher, old, new):
    """The carry of the swap, waiting, and a researcher at the client."""
    tagged(old, SWAP)
    superseded(admin, old, new)
    client.force_login(researcher)
    return carry_of(SWAP)


def settle_at(carry):
    return reverse("annotations:carry_settle", args=[carry.pk])


def test_the_proposal_is_confirmed_as_it_stands(client, waiting):
    page = client.get(reverse("annotations:carry_list", args=[waiting.article_id]))
    data = {"version": waiting.version, "words": EXCHANGE, "start": waiting.start}

    response = client.post(settle_at(waiting), data)

    assert EXCHANGE in page.text
    assert response.status_code == 302
    assert carry_of(SWAP).status == "confirmed"


def test_a_decision_sent_twice_without_scripts_is_made_once(client, waiting):
    data = {"version": waiting.version, "words": EXCHANGE, "start": waiting.start}

    assert [client.post(settle_at(waiting), data).status_code for _ in range(2)] == [302, 302]
    assert Act.objects.filter(summary__startswith="Carried").count() == 1


def test_other_words_are_found_where_they_are_nearest(client, waiting):
    data = {"version": waiting.version, "words": "Both sides\r\n".strip(), "start": ""}

    client.post(settle_at(waiting), data)

    carry = carry_of(SWAP)
    assert (carry.status, carry.target.exact) == ("adjusted", "Both sides")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"words": "captive kings"}, "These words do not stand in the new version."),
        ({"words": "   "}, "Type or select the words"),
        ({"words": "captives", "start": "-1"}, "whole number"),
        ({"words": "captives", "version": ""}, "reload it"),
    ],
)
def test_words_that_do_not_stand_there_are_refused_and_stay_typed(client, waiting, data, message):
    response = client.post(settle_at(waiting), {"version": waiting.version} | data)

    assert response.status_code == 422
    assert message in response.text
    assert f">{data['words']}</textarea>" in response.text
    assert carry_of(SWAP).status == "waiting"


def test_a_decision_somebody_else_has_made_is_shown(client, colleague, waiting):
    carrying.drop(colleague, waiting, waiting.version)

    data = {"version": waiting.version, "words": "captives"}
    response = client.post(settle_at(waiting), data)

    assert response.status_code == 409
    assert carry_of(SWAP).status == "dropped"
    assert "decided on this passage in the meantime" in response.text
    assert ">captives</textarea>" in response.text


@pytest.fixture
def many(client, admin, researcher):
    """The carries of two dozen passages that all wait, and a researcher at the client."""
    lines = [f"On day {n} the envoys spoke of plan {n} in Ankara." for n in range(24)]
    old = make_article("\n".join(lines))
    new = make_article(old.text.replace("spoke", "were silent"), round=old.round)
    tagged(old, *(f"plan {n} in" for n in range(24)))
    superseded(admin, old, new)
    client.force_login(researcher)
    return list(Carry.objects.in_reading_order().select_related("article"))


def test_what_is_refused_stands_in_its_list_on_whatever_page(client, colleague, many):
    last = many[-1]
    wrong = client.post(settle_at(last), {"version": last.version, "words": "captive kings"})
    carrying.drop(colleague, last, last.version)
    stale = client.post(settle_at(last), {"version": last.version, "words": "captive kings"})

    assert (wrong.status_code, ">captive kings</textarea>" in wrong.text) == (422, True)
    stale = client.post(settle_at(last), {"version": last.version, "words": "plan 3"})
    assert (stale.status_code, "You had typed: “plan 3”" in stale.text) == (409, True)


def test_one_goes_on_at_the_next_passage_and_back_at_the_one_undone(client, researcher, many):
    place = reverse("annotations:carry_list", args=[many[0].article_id])
    last = many[-1]

    first = client.post(settle_at(many[0]), {"version": 1, "words": "plan 0 in"})
    client.post(settle_at(many[1]), {"version": 1, "words": "plan 1 in"})
    done = client.post(settle_at(last), {"version": 1, "words": "plan 23 in"})
    undoing = reverse("annotations:act_undo", args=[Act.objects.latest("pk").pk])
    undone = client.post(undoing, {"next": place})
    again = reverse("annotations:act_undo", args=[Act.objects.latest("pk").pk])
    redone = client.post(again, {"next": place})

    assert first.url == f"{place}#carry-{many[1].pk}"
    assert done.url == redone.url == f"{place}#carry-{many[2].pk}"
    assert undone.url == f"{place}?page=2#carry-{last.pk}"
    page = client.get(place).text
    assert "3 of 24 decided" in page
    assert (
        client.get(place, {"whole": many[2].pk}).text.count(f"\n{last.article.text}</textarea>")
        == 1
    )
    assert client.get(place, {"whole": "x"}).status_code == 404


def test_of_long_versions_what_stands_around_the_changes_is_shown(client, admin):
    lines = "\n".join(f"On day {n} the envoys spoke of plan {n} in Ankara." for n in range(300))
    old = make_article(lines)
    new = make_article(lines.replace("of plan 150", "about plan 150"), round=old.round)
    superseded(admin, old, new)
    page = reverse("annotations:version_differences", args=[new.pk])

    short, whole = client.get(page).text, client.get(page, {"whole": "1"}).text

    assert "words that are the same" in short
    assert ["On day 50 " in text for text in (short, whole)] == [False, True]
    assert "</span>about " in short


def test_why_the_same_words_wait_is_said(client, admin):
    old = make_article(
        "Kyiv asked for a truce and Moscow came. So they say.\nAll of them agreed to free 1,000."
    )
    new = make_article(
        "Moscow asked for a truce and Kyiv came. At last.\nSo they say."
        "\nAll of them agreed to free 1,200.",
        round=old.round,
    )
    tagged(old, "asked for a truce and", "So they say", "agreed")
    superseded(admin, old, new)
    client.force_login(admin)

    page = client.get(reverse("annotations:carry_list", args=[new.pk]))

    assert re.findall(r"The words are the same, but (.*?)\.</p>", page.text) == [
        "their sentence puts its words in another order",
        "their sentence does not tell the place: it is short, or stands there more than once",
        "in their sentence <del>1,000</del> went, <ins>1,200</ins> came",
    ]


def test_visitors_see_differences_and_no_carries(client, admin, old, new):
    superseded(admin, old, new)

    differences = client.get(reverse("annotations:version_differences", args=[new.pk]))
    carries = client.get(reverse("annotations:carry_list", args=[new.pk]))

    assert differences.status_code == 200
    assert "<ins>" in differences.text
    assert carries.status_code == 302


def test_the_list_takes_the_same_queries_for_one_and_three(
    client, admin, researcher, old, new, count_queries
):
    tagged(old, SWAP)
    make_position(article=old, evidence=[make_passage(SWAP, old)])
    superseded(admin, old, new)
    client.force_login(researcher)
    page = reverse("annotations:carry_list", args=[new.pk])
    client.get(page)
    one = count_queries(lambda: client.get(page))
    other_old = make_article(OLD + " More.", round=old.round)
    other = make_article(NEW + " Less.", round=old.round)
    tagged(other_old, SWAP, GONE, "Nobody")
    make_position(article=other_old, evidence=[make_passage(SWAP, other_old)])
    superseded(admin, other_old, other)
    page = reverse("annotations:carry_list", args=[other.pk])

    assert count_queries(lambda: client.get(page)) == one


# Superseded knowingly


def tag_on(client, article, **data):
    fields = {"start": 0, "end": 3, "exact": article.text[:3], "tag": make_tag().pk}
    return client.post(article.get_absolute_url(), fields | data)


def test_a_superseded_version_is_annotated_only_knowingly(client, admin, researcher, old, new):
    superseded(admin, old, new)
    client.force_login(researcher)

    refused = tag_on(client, old)
    assert refused.status_code == 409
    assert "superseded" in refused.text
    assert Tagging.objects.count() == 0

    client.post(reverse("annotations:work_on_superseded", args=[old.pk]))
    assert tag_on(client, old).status_code == 302
    assert Tagging.objects.count() == 1


def test_evidence_of_a_superseded_version_is_changed_only_knowingly(
    client, admin, researcher, old, new
):
    gone = [make_passage(GONE, old)]
    position = make_position(gone, article=old, coder=researcher)
    report = make_outcome_report(article=old, evidence=gone, coder=researcher)
    superseded(admin, old, new)
    client.force_login(researcher)
    start = OLD.index(QUOTE)
    more = {"start": start, "end": start + len(QUOTE), "exact": QUOTE, "role": "context"}

    def send(name, pk):
        address = reverse(name, args=[pk])
        fields = dict(client.get(address).context["form"].data.lists())
        for key, value in more.items():
            fields[f"evidence_{key}"].append(str(value))
        return client.post(address, fields)

    statuses = [
        send("annotations:position_edit", position.pk).status_code,
        send("annotations:report_evidence", report.pk).status_code,
    ]

    assert statuses == [409, 409]
    assert set(Evidence.objects.values_list("passage__exact", flat=True)) == {GONE}
    client.post(reverse("annotations:work_on_superseded", args=[old.pk]))
    assert send("annotations:position_edit", position.pk).status_code == 302


def test_words_are_written_on_a_superseded_version_only_knowingly_and_stay(
    client, admin, researcher, old, new
):
    passage = make_passage(GONE, old)
    note = make_note("Where?", passage=passage, author=researcher)
    tagging = make_tagging(passage, coder=researcher)
    superseded(admin, old, new)
    client.force_login(researcher)
    # A new note, a reply, another wording, and a note on work, with and without scripts.
    pages = [
        reverse("annotations:article_notes", args=[old.pk]),
        reverse("annotations:note_replies", args=[note.pk]),
        note.get_absolute_url(),
        reverse("annotations:review_tagging", args=[tagging.pk]),
    ]
    sent = {"text": "Mind the venue.", "visibility": "team", "version": 1}

    for page, headers in itertools.product(pages, [{}, {"HX-Request": "true"}]):
        response = client.post(page, sent, headers=headers)
        assert response.status_code == 409
        assert "Mind the venue." in response.text
        assert 'name="superseded"' in response.text
    assert list(Note.objects.values_list("text", flat=True)) == ["Where?"]

    for page in pages:
        assert client.post(page, sent | {"superseded": "1"}).status_code == 302
    assert Note.objects.filter(text="Mind the venue.").count() == len(pages)


def test_a_tag_is_exchanged_on_a_superseded_version_only_knowingly(
    client, admin, researcher, old, new
):
    tagging = make_tagging(make_passage(GONE, old), coder=researcher)
    superseded(admin, old, new)
    client.force_login(researcher)
    page = reverse("annotations:tagging_recheck", args=[tagging.pk])
    sent = {"do": "exchange", "tag": make_tag().pk, "version": 1, "defined_in": 1}

    refused = client.post(page, sent)

    assert refused.status_code == 409
    assert "superseded" in refused.text
    assert Tagging.objects.get().tag == tagging.tag


def test_the_old_page_leads_to_the_new_one(client, admin, old, new):
    superseded(admin, old, new)

    assert f'href="{new.get_absolute_url()}"' in client.get(old.get_absolute_url()).text
    assert "newer version of an earlier text" in client.get(new.get_absolute_url()).text


def test_the_address_of_a_passage_leads_on_to_where_it_went(client, admin, researcher, old, new):
    (tagging,) = tagged(old, QUOTE)
    (gone,) = tagged(old, GONE)
    superseded(admin, old, new)
    last = make_article(f"Later. {NEW}", round=old.round, status="draft")
    superseded(admin, new, last)
    target = Passage.objects.get(article=last, exact=QUOTE)
    client.force_login(researcher)

    pages = [
        client.get(passage.get_absolute_url(), follow=True).text
        for passage in (tagging.passage, gone.passage)
    ]

    assert [f'href="{target.get_absolute_url()}"' in page for page in pages] == [True, False]


def test_carried_evidence_is_given_once_where_two_passages_meet(admin, researcher, old, new):
    position = make_position(
        article=old, evidence=[make_passage(SWAP, old), make_passage(GONE, old)]
    )
    superseded(admin, old, new)
    start = NEW.index("captives")
    for quote in (SWAP, GONE):
        carry = carry_of(quote)
        carrying.settle(researcher, carry, start, start + 8, carry.version)

    assert Position.objects.get(pk=position.pk).article_id == new.pk
    assert Evidence.objects.get(position=position).passage.exact == "captives"


# By command and in the form of an article


def test_a_command_puts_a_version_in_place_once(admin, old, new):
    tagged(old, QUOTE)
    said = io.StringIO()

    for _ in range(2):
        call_command("supersede_article", new.pk, old.pk, name="admin", stdout=said)

    lines = said.getvalue().splitlines()
    assert lines[0].endswith("1 passage carried over, 0 wait.")
    assert lines[1] == "It supersedes that article already."


@pytest.mark.parametrize("name", ["editor", "nobody"])
def test_a_command_is_for_admins(editor, old, new, name):
    with pytest.raises(CommandError, match="is no active admin"):
        call_command("supersede_article", new.pk, old.pk, name=name)


def test_both_versions_stay_published(client, admin, old, new):
    superseded(admin, old, new)
    client.force_login(admin)
    fields = {"language": "en", "round": new.round_id, "status": "draft"}

    def send(article):
        article.refresh_from_db()
        page = reverse("annotations:article_edit", args=[article.pk])
        return client.post(page, fields | {"version": article.version})

    for article in (old, new):
        response = send(article)
        assert (response.status_code, "stays published" in response.text) == (422, True)
    many = {old.pk: old.version}
    with pytest.raises(coding.Refused, match="stays published, since"):
        coding.change_articles(admin, many, {"status": ArticleStatus.DRAFT})


def test_reviewed_work_on_other_words_waits_for_another_verdict(admin, researcher, old, new):
    (swap, quote) = tagged(old, SWAP, QUOTE)
    position = make_position(article=old, evidence=[make_passage(SWAP, old)])
    for row in (swap, quote, position):
        row.work_status = "accepted"
        row.save()
    superseded(admin, old, new)
    carry = carry_of(SWAP)
    carrying.settle(researcher, carry, carry.start, carry.end, carry.version)

    found = [type(row).objects.get(pk=row.pk).work_status for row in (swap, quote, position)]
    assert found == ["submitted", "accepted", "submitted"]


def test_what_waits_behind_two_newer_versions_goes_on_to_the_last(admin, researcher, old, new):
    moved, told = tagged(old, SWAP, GONE)
    superseded(admin, old, new)
    last = make_article(NEW.replace("on Friday", "that day"), round=old.round, status="draft")
    superseded(admin, new, last)
    carry = carry_of(SWAP)
    assert where(moved) == (old.pk, SWAP)

    act = carrying.settle(researcher, carry, carry.start, carry.end, carry.version)

    assert where(moved) == (last.pk, EXCHANGE)
    assert where(told) == (old.pk, GONE)
    further = Act.objects.exclude(pk=act.pk).latest("pk")
    with pytest.raises(coding.Refused):
        coding.undo(researcher, act)
    coding.undo(researcher, further)
    assert where(moved) == (new.pk, EXCHANGE)
    coding.undo(researcher, act)
    assert where(moved) == (old.pk, SWAP)
    assert not Carry.objects.live().filter(article=last).exists()


def test_what_is_in_no_list_of_a_version_is_looked_for_when_one_asks(
    client, admin, researcher, old, new
):
    """What an undo put back on the version in between, and what was written there knowingly."""
    [moved] = tagged(old, SWAP)
    superseded(admin, old, new)
    last = make_article(NEW.replace("on Friday", "that day"), round=old.round, status="draft")
    act = superseded(admin, new, last)
    carry = carry_of(SWAP)
    carrying.settle(researcher, carry, carry.start, carry.end, carry.version)
    coding.undo(researcher, Act.objects.latest("pk"))
    span = (NEW.index("reporters"), NEW.index("reporters") + 9)
    coding.tag_passage(admin, new, *span, make_tag(), knowingly=True)
    coding.write_note(admin, "Mine", Visibility.PRIVATE, article=new, span=(0, 8), knowingly=True)
    client.force_login(researcher)
    page = reverse("annotations:carry_list", args=[last.pk])
    asked = client.get(page)

    for _ in range(2):
        client.post(reverse("annotations:carry_look_again", args=[last.pk]))

    assert "2 passages of the old version are spoken of and were never looked for" in asked.text
    assert "never looked for" not in client.get(page).text
    assert where(moved) == (last.pk, EXCHANGE)
    found = Carry.objects.filter(article=last).live().values_list("passage__exact", "status")
    assert sorted(found) == [
        ("ISTANBUL", "carried"),
        (EXCHANGE, "carried"),
        ("reporters", "carried"),
    ]
    assert Act.objects.filter(summary__startswith="Looked for").count() == 2
    with pytest.raises(coding.Refused, match="would stay there"):
        coding.undo(admin, act)
    coding.undo(researcher, Act.objects.latest("pk"))
    coding.undo(admin, act)
    assert where(moved) == (new.pk, EXCHANGE)


def test_a_decision_is_not_done_again_on_a_version_that_was_superseded_since(
    admin, researcher, old, new
):
    """Its work would be on no version's list: the next version was looked through before."""
    [moved] = tagged(old, SWAP)
    superseded(admin, old, new)
    carry = carry_of(SWAP)
    act = carrying.settle(researcher, carry, carry.start, carry.end, carry.version)
    undone = coding.undo(researcher, act)
    last = make_article(NEW.replace("on Friday", "that day"), round=old.round, status="draft")
    superseded(admin, new, last)

    with pytest.raises(coding.Superseded):
        coding.undo(researcher, undone)
    assert where(moved) == (old.pk, SWAP)
    coding.undo(researcher, undone, knowingly=True)
    assert where(moved) == (new.pk, EXCHANGE)


def test_work_goes_from_version_to_version_and_back_in_the_same_steps(admin, old, new):
    [tagging] = tagged(old, QUOTE)
    position = make_position(article=old, evidence=[make_passage(QUOTE, old)])

    def places():
        row = Position.objects.get(pk=position.pk)
        assert where(tagging) == (row.article_id, QUOTE)
        assert row.evidence.get().passage.article_id == row.article_id
        return row.article_id

    first = superseded(admin, old, new)
    last = make_article(f"{NEW}\nLater.", round=old.round, status="draft")
    second = superseded(admin, new, last)
    found = [places()]

    with pytest.raises(coding.Refused):
        coding.undo(admin, first)
    for act in (second, first):
        undone = coding.undo(admin, act)
        found.append(places())
    for _ in range(2):
        undone = coding.undo(admin, undone)
        found.append(places())

    assert found == [article.pk for article in (last, new, old, new, old)]
