"""Events and outcomes are corrected on pages of their own; visitors see events once accepted."""

import pytest
from django.urls import reverse

from annotations import coding
from annotations.models import Act
from talks.models import Event

from ..factories import (
    make_article,
    make_event,
    make_outcome,
    make_outcome_report,
    make_proposition,
    make_round,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return make_article("They met in Istanbul.", round=make_round(slug="talks"))


@pytest.fixture
def event(article, researcher):
    """As a researcher has just recorded it."""
    return make_event(
        article=article, title="Talks in Istanbul", coder=researcher, work_status="submitted"
    )


def timeline(client, **asked):
    page = client.get(reverse("talks:timeline", args=["talks"]), asked).context["page"]
    return [moment["row"].title for moment in page.object_list]


def record(client, article, title="A meeting"):
    return client.post(
        reverse("annotations:event_new", args=[article.pk]),
        {
            "evidence_start": "0", "evidence_end": "8", "evidence_exact": "They met",
            "evidence_role": "report", "event_kind": "meeting", "title": title,
        },
    )  # fmt: skip


def test_an_event_that_somebody_just_recorded_is_not_yet_the_publics(
    client, article, researcher, colleague
):
    client.force_login(researcher)
    assert record(client, article).status_code == 302
    client.force_login(colleague)
    assert (timeline(client), timeline(client, status="open")) == ([], ["A meeting"])
    client.logout()

    assert timeline(client) == timeline(client, status="open") == []
    assert b"A meeting" not in client.get(article.get_absolute_url()).content
    event = Event.objects.get()
    assert (event.coder, event.work_status) == (researcher, "submitted")


def accept(client, event, version=1):
    return client.post(reverse("annotations:event_accept", args=[event.pk]), {"version": version})


def test_an_editor_accepts_it_for_all_to_see_and_can_take_that_back(client, event, editor):
    client.force_login(editor)
    assert accept(client, event).status_code == 302
    client.logout()
    assert timeline(client) == ["Talks in Istanbul"]

    coding.undo(editor, Act.objects.get(kind="review"))

    assert timeline(client) == []


def test_nobody_accepts_what_they_recorded_themselves(client, article, editor):
    event = make_event(article=article, coder=editor, work_status="submitted")
    client.force_login(editor)

    assert accept(client, event).status_code == 409
    event.refresh_from_db()
    assert event.work_status == "submitted"
    page = client.get(reverse("talks:timeline", args=["talks"]), {"status": "open"})
    assert reverse("annotations:event_accept", args=[event.pk]) not in page.content.decode()


def test_who_accepted_an_event_is_kept_until_its_coder_changes_it(
    client, event, researcher, editor
):
    client.force_login(editor)
    accept(client, event)
    accepted = ("accepted", editor.pk)
    assert Event.objects.values_list("work_status", "accepted_by").get() == accepted

    client.force_login(researcher)
    event.refresh_from_db()
    client.post(reverse("annotations:event_edit", args=[event.pk]), typed(event, title="New"))
    assert Event.objects.values_list("work_status", "accepted_by").get() == ("submitted", None)

    # As it was accepted it stands accepted again.
    coding.undo(researcher, Act.objects.get(kind="revise"))
    assert Event.objects.values_list("work_status", "accepted_by").get() == accepted


def test_whoever_edits_no_more_takes_an_acceptance_back_and_does_not_repeat_it(
    client, event, editor
):
    client.force_login(editor)
    accept(client, event)
    editor.role = "researcher"
    editor.save()

    undone = coding.undo(editor, Act.objects.get(kind="review"))
    with pytest.raises(coding.Refused, match="Only editors accept events"):
        coding.undo(editor, undone)

    assert Event.objects.values_list("work_status", "accepted_by").get() == ("submitted", None)


def test_a_loaded_event_that_its_coder_changed_and_changed_back_waits_for_an_editor(
    client, article, researcher
):
    event = make_event(article=article, coder=researcher, title="Talks")
    client.force_login(researcher)
    client.post(reverse("annotations:event_edit", args=[event.pk]), typed(event, title="New"))

    coding.undo(researcher, Act.objects.get(kind="revise"))

    assert Event.objects.values_list("title", "work_status").get() == ("Talks", "submitted")


def test_an_event_is_accepted_as_it_was_seen(client, event, editor):
    Event.objects.update(title="No talks at all", version=2)
    client.force_login(editor)

    response = accept(client, event)

    assert response.status_code == 409
    assert "No talks at all" in response.content.decode()


@pytest.mark.parametrize(
    ("who", "buttons"),
    [
        ("researcher", ["edit", "withdraw"]),
        ("colleague", []),
        ("editor", ["accept", "edit", "withdraw"]),
    ],
)
def test_who_may_change_an_event_finds_the_buttons_on_card_and_timeline(
    client, request, event, article, who, buttons
):
    client.force_login(request.getfixturevalue(who))
    places = {
        "card": article.get_absolute_url(),
        "timeline": reverse("talks:timeline", args=["talks"]) + "?status=open",
    }

    found = {
        place: [
            act
            for act in ("accept", "edit", "withdraw")
            if reverse(f"annotations:event_{act}", args=[event.pk])
            in client.get(address).content.decode()
        ]
        for place, address in places.items()
    }

    assert found == {"card": buttons, "timeline": buttons}


def test_withdrawing_an_event_can_be_undone(client, event, researcher):
    client.force_login(researcher)
    client.post(reverse("annotations:event_withdraw", args=[event.pk]), {"version": 1})
    assert timeline(client, status="open") == []

    coding.undo(researcher, Act.objects.get(kind="withdraw"))

    assert timeline(client, status="open") == ["Talks in Istanbul"]


def typed(row, **fields):
    defaults = {"version": row.version, "title": row.title, "kind": row.kind}
    return defaults | {"date_precision": "unknown"} | fields


def test_an_event_is_corrected_in_an_act(client, event, researcher):
    client.force_login(researcher)
    address = reverse("annotations:event_edit", args=[event.pk])
    day = {"on_date": "2025-05-16", "date_precision": "day"}

    response = client.post(address, typed(event, title="Talks at Dolmabahçe", **day))

    assert (
        response.url == f"{reverse('talks:timeline', args=['talks'])}?status=open#event-{event.pk}"
    )
    event.refresh_from_db()
    assert (event.title, str(event.on_date), event.version) == (
        "Talks at Dolmabahçe", "2025-05-16", 2,
    )  # fmt: skip
    coding.undo(researcher, Act.objects.get(kind="revise"))
    event.refresh_from_db()
    assert (event.title, event.on_date, event.date_precision) == (
        "Talks in Istanbul", None, "unknown",
    )  # fmt: skip


@pytest.mark.parametrize(("who", "status"), [("researcher", "submitted"), ("editor", "accepted")])
def test_what_its_coder_changes_is_submitted_anew_and_what_an_editor_corrects_stays(
    client, request, event, who, status
):
    accepted_by = request.getfixturevalue("editor")
    Event.objects.update(work_status="accepted", accepted_by=accepted_by)
    client.force_login(request.getfixturevalue(who))

    client.post(reverse("annotations:event_edit", args=[event.pk]), typed(event, title="New"))

    event.refresh_from_db()
    assert (event.title, event.work_status) == ("New", status)


def test_an_event_without_a_date_has_no_precision(client, event, researcher):
    client.force_login(researcher)
    address = reverse("annotations:event_edit", args=[event.pk])

    wrong = [
        {"date_precision": "day"},
        {"on_date": "2025-05-16"},
        {"on_date": "2025-05-16", "date_precision": "week"},
        {"on_date": "yesterday", "date_precision": "day"},
        {"date_precision": "century"},
        {"title": ""},
        {"title": "x" * 201},
        {"kind": "party"},
        {"version": "2" * 30},
        {"key": "mine"},
    ]

    answers = [client.post(address, typed(event, **fields)).status_code for fields in wrong]
    assert answers == [422] * len(wrong)
    event.refresh_from_db()
    assert event.version == 1


@pytest.fixture
def outcome(article):
    outcome = make_outcome(round=article.round, title="Swap", proposition=make_proposition())
    make_outcome_report(outcome=outcome, article=article, work_status="accepted")
    return outcome


def test_an_outcome_is_corrected_in_an_act(client, outcome, editor):
    client.force_login(editor)
    address = reverse("annotations:outcome_edit", args=[outcome.pk])
    assert address in client.get(outcome.get_absolute_url()).content.decode()
    was = outcome.proposition

    response = client.post(address, typed(outcome, title="Exchange", quantity="1,000 for 1,000"))

    assert response.url == outcome.get_absolute_url()
    assert "Undo it" in client.get(response.url).content.decode()
    outcome.refresh_from_db()
    assert (outcome.title, outcome.quantity, outcome.proposition) == (
        "Exchange", "1,000 for 1,000", None,
    )  # fmt: skip
    coding.undo(editor, Act.objects.get())
    outcome.refresh_from_db()
    assert (outcome.title, outcome.quantity, outcome.proposition) == ("Swap", "", was)


def test_a_correction_on_an_old_version_shows_both(client, outcome, editor):
    client.force_login(editor)
    address = reverse("annotations:outcome_edit", args=[outcome.pk])
    client.post(address, typed(outcome, title="Exchange"))

    response = client.post(address, typed(outcome, title="Trade"))

    assert response.status_code == 409
    page = response.content.decode()
    assert "Exchange" in page
    assert "Trade" in page
    outcome.refresh_from_db()
    assert outcome.title == "Exchange"
    client.post(address, typed(outcome, title="Trade", version=2))
    outcome.refresh_from_db()
    assert (outcome.title, outcome.version) == ("Trade", 3)


def test_a_correction_sent_twice_is_one(client, outcome, editor):
    client.force_login(editor)
    address = reverse("annotations:outcome_edit", args=[outcome.pk])
    data = typed(outcome, title="Exchange", key="6a1f1a0e-7d2c-4f57-9d2a-1d0f3d0f0a01")

    answers = [client.post(address, data).status_code for _ in range(2)]

    assert answers == [302, 302]
    outcome.refresh_from_db()
    assert (outcome.version, Act.objects.count()) == (2, 1)


def test_two_outcomes_of_a_round_do_not_share_a_title(client, outcome, editor):
    make_outcome(round=outcome.round, title="Ceasefire")
    client.force_login(editor)

    response = client.post(
        reverse("annotations:outcome_edit", args=[outcome.pk]), typed(outcome, title="CEASEFIRE")
    )

    assert response.status_code == 422
    assert "an outcome of this title already" in response.content.decode()


def test_an_outcome_that_nobody_may_see_cannot_be_corrected(client, editor):
    client.force_login(editor)
    outcome = make_outcome()

    address = reverse("annotations:outcome_edit", args=[outcome.pk])
    assert client.get(address).status_code == 404


def test_what_was_recorded_before_coders_were_kept_is_still_its_recorders(article):
    """The migration reads it from the acts."""
    from importlib import import_module

    from django.apps import apps

    recorder = make_user()
    made = make_event(article=article)
    loaded = make_event(article=article)
    changes = [{"model": "event", "pk": made.pk, "version": 1, "before": None, "after": {}}]
    Act.objects.create(actor=recorder, kind="record", summary="Recorded", changes=changes)

    import_module("annotations.migrations.0010_event_coders").give_coders(apps, None)

    made.refresh_from_db()
    loaded.refresh_from_db()
    assert (made.coder, made.work_status) == (recorder, "submitted")
    assert (loaded.coder, loaded.work_status) == (None, "accepted")
