"""Recording positions, outcome reports and events, and their drafts, over HTTP."""

import datetime
import json
import uuid
from pathlib import Path

import pytest
from django.http import QueryDict
from django.urls import reverse

from annotations import recording
from annotations.forms_recording import PositionForm
from annotations.models import Act, Draft
from talks.claim import claim
from talks.models import (
    Event,
    Evidence,
    Outcome,
    OutcomeReport,
    Position,
)
from tests.factories import (
    make_affiliation,
    make_article,
    make_issue,
    make_outcome,
    make_party,
    make_passage,
    make_person,
    make_position,
    make_proposition,
    make_tag,
    make_tagging,
    make_user,
)

pytestmark = pytest.mark.django_db
TEXT = (
    "Zelensky reiterated readiness. “Strong sanctions must follow,” he said.\n"
    "Russia and Ukraine agreed to exchange prisoners. Both sides agreed.\nSource: CNN"
)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def article():
    return make_article(text=TEXT)


@pytest.fixture
def ukraine():
    return make_party(name="Ukraine", mark="UKR", aliases=["Kyiv"])


@pytest.fixture
def russia():
    return make_party(name="Russia", mark="RUS")


@pytest.fixture
def sanctions():
    return make_proposition(name="New sanctions", statement="New sanctions should follow.")


@pytest.fixture
def signed_in(client, researcher):
    client.force_login(researcher)
    return client


def evidence(article, *pairs):
    """The fields of evidence: pairs of words and a role."""
    starts = [article.text.index(words) for words, _ in pairs]
    return {
        "evidence_start": starts,
        "evidence_end": [s + len(w) for s, (w, _) in zip(starts, pairs, strict=True)],
        "evidence_exact": [words for words, _ in pairs],
        "evidence_role": [role for _, role in pairs],
    }


def whole(article, about, *pairs, **fields):
    """The fields of a position that can be saved."""
    return {
        "key": str(uuid.uuid4()),
        "party": "Ukraine",
        "proposition": about.pk,
        "stance": "supports",
        "speech_act": "demand",
        "speech_form": "indirect",
        "attribution": "party",
        "basis": "textual",
        "certainty": "high",
        **evidence(article, *(pairs or [("Zelensky reiterated readiness", "report")])),
    } | fields


def new(article):
    return reverse("annotations:position_new", args=[article.pk])


def problems(response):
    return [error for errors in response.context["form"].errors.values() for error in errors]


# Positions


def test_a_position_comes_with_its_evidence_and_an_act(signed_in, article, ukraine, sanctions):
    response = signed_in.post(new(article), whole(article, sanctions))

    position = Position.objects.get()
    assert response.status_code == 302
    assert [(e.role, e.passage.exact) for e in position.evidence.all()] == [
        ("report", "Zelensky reiterated readiness")
    ]
    assert (position.party, position.stance, position.work_status) == (
        ukraine,
        "supports",
        "submitted",
    )
    assert Act.objects.get().summary == "Recorded: Ukraine demands: new sanctions should follow"


def test_a_party_is_found_by_its_name_mark_or_alias(signed_in, article, ukraine, sanctions):
    for name in ("ukraine", "UKR", "kyiv"):
        signed_in.post(new(article), whole(article, sanctions, party=name))

    assert Position.objects.filter(party=ukraine).count() == 3


def test_a_speaker_sets_the_party(signed_in, article, ukraine, sanctions):
    speaker = make_affiliation(
        party=ukraine, person=make_person(name="Volodymyr Zelensky", family_name="Zelensky")
    )

    signed_in.post(
        new(article),
        whole(article, sanctions, party="", speaker="zelensky", attribution="speaker"),
    )

    position = Position.objects.get()
    assert (position.affiliation, position.party) == (speaker, ukraine)
    assert Act.objects.get().summary == (
        "Recorded: Zelensky, for Ukraine, demands: new sanctions should follow"
    )


def test_only_offices_of_the_articles_day_are_offered(signed_in, ukraine, sanctions):
    day = datetime.date(2025, 5, 16)
    article = make_article(text="Somebody said so on that day.", published_on=day)
    now = make_affiliation(valid=(datetime.date(2025, 1, 1), None), party=ukraine)
    make_affiliation(valid=(None, datetime.date(2025, 1, 1)), party=ukraine)

    response = signed_in.get(new(article))

    assert response.context["known"].speakers == [now]


def test_a_joint_statement_is_one_act_and_one_row_a_party(
    signed_in, article, ukraine, russia, sanctions
):
    signed_in.post(new(article), whole(article, sanctions, party=["Ukraine", "", "Russia"]))

    one, two = Position.objects.order_by("pk")
    assert (one.party, two.party) == (ukraine, russia)
    assert one.joint_key == two.joint_key != ""
    assert Evidence.objects.count() == 2
    act = Act.objects.get()
    assert (
        act.summary == "Recorded: Ukraine and Russia together demand: new sanctions should follow"
    )
    signed_in.post(reverse("annotations:act_undo", args=[act.pk]))
    assert not Position.objects.live().exists()


def test_a_person_an_office_and_a_proposition_are_made_on_the_spot(signed_in, article, ukraine):
    issue = make_issue(name="Sanctions")

    signed_in.post(
        new(article),
        whole(
            article,
            make_proposition(),
            proposition="new",
            new_issue=issue.pk,
            new_name="Travel bans",
            new_statement="There should be travel bans.",
            new_person="Sergiy Kyslytsya",
            new_title="First Deputy Foreign Minister",
            attribution="speaker",
        ),
    )

    position = Position.objects.get()
    assert str(position.affiliation) == (
        "Sergiy Kyslytsya, First Deputy Foreign Minister (Ukraine)"
    )
    assert (position.proposition.name, position.proposition.issue) == ("Travel bans", issue)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"party": ""}, "Choose the party whose position it is."),
        (
            {"party": "Atlantis"},
            "There is no party “Atlantis”. Choose one of those offered; an editor can add another"
            " under “Reference”.",
        ),
        ({"stance": ""}, "Choose a stance; none is taken for granted."),
        ({"stance": "agrees"}, "Choose a stance; none is taken for granted."),
        ({"proposition": "9" * 5000}, "Ensure this value has at most 20 characters (it has 5000)."),
        ({"proposition": "999999"}, "Choose a proposition, or make a new one."),
        (
            {"speech_form": "direct"},
            "Direct and mixed speech need a passage with the role quote among the evidence.",
        ),
        (
            {"evidence_role": "quote"},
            "Where a passage has the role quote, the speech is direct or mixed.",
        ),
        ({"attribution": "speaker"}, "What a speaker says needs the speaker."),
        (
            {"speaker": "Somebody"},
            "A speaker belongs to what is attributed to a speaker, and only there.",
        ),
        (
            {"party": "Russia", "speaker": "Somebody", "attribution": "speaker"},
            "The speaker does not belong to this party.",
        ),
        (
            {"party": ["Russia", "Ukraine"], "speaker": "Somebody", "attribution": "speaker"},
            "A speaker speaks for one party: attribute a joint statement to the parties.",
        ),
        (
            {"stance": "unclear", "condition": "it rains"},
            "Only who supports or opposes can set a condition.",
        ),
        ({"said_on": "2025-05-16"}, "Say how exact this date is, or leave it out."),
        ({"date_precision": "day"}, "Give the date, or say that it is unknown."),
        (
            {"date_precision": "week", "said_on": "2025-05-16"},
            "A week is given by its Monday.",
        ),
        ({"summary": "word " * 26}, "Say it in 25 words at most; these are 26."),
        ({"evidence_role": "none"}, "A position needs at least one passage as evidence."),
        (
            {"evidence_exact": "Zelensky reiterated readinesS"},
            "This is not what stands there in the article. Select the words again.",
        ),
        ({"note": "\1"}, "There is a hidden character (U+0001) at the beginning. Delete it there."),
    ],
)
def test_what_would_break_an_invariant_is_named_and_stays_typed(
    signed_in, article, ukraine, russia, sanctions, fields, message
):
    make_affiliation(party=ukraine, person=make_person(name="Somebody", family_name="Body"))

    response = signed_in.post(
        new(article), whole(article, sanctions, channel="social media", **fields)
    )

    assert response.status_code == 422
    assert message in problems(response)
    assert 'value="social media"' in response.content.decode()
    assert "Zelensky reiterated readi" in response.content.decode()
    assert not Position.objects.exists()


def test_what_only_the_database_sees_is_told_in_words(signed_in, article, ukraine, sanctions):
    """An office that moves to another party between the check and the commit."""
    query = QueryDict(mutable=True)
    for name, value in whole(article, sanctions).items():
        query.setlist(name, value if isinstance(value, list) else [str(value)])
    form = PositionForm(query, article=article)
    assert form.is_valid()
    foreign = make_affiliation()
    fields = form.fields_of_position | {"attribution": "speaker"}

    with pytest.raises(recording.Refused, match="does not belong to this party"):
        recording.record_position(
            make_user(),
            article,
            [ukraine],
            fields,
            form.cleaned_data["evidence"],
            speaker=foreign,
            key=uuid.uuid4(),
        )
    assert not Position.objects.exists()


def test_words_that_are_typed_are_found_in_the_text(signed_in, article, ukraine, sanctions):
    fields = whole(article, sanctions, speech_form="mixed")
    words = {"words": ["“Strong sanctions must follow,”", ""], "words_role": ["quote", "quote"]}

    signed_in.post(new(article), fields | words)

    found = Position.objects.get().evidence.values_list("role", "passage__exact").order_by("pk")
    assert list(found) == [
        ("report", "Zelensky reiterated readiness"),
        ("quote", "“Strong sanctions must follow,”"),
    ]


def test_words_that_stand_twice_or_nowhere_are_refused(signed_in, article, ukraine, sanctions):
    fields = whole(article, sanctions)
    words = {"words": ["agreed", "nowhere"], "words_role": ["report", "report"]}

    response = signed_in.post(new(article), fields | words)

    assert response.status_code == 422
    assert problems(response) == [
        "These words stand there more than once: take more of them.",
        "These words do not stand in the article just so.",
    ]


def test_a_repeated_submit_does_nothing_twice(signed_in, article, ukraine, sanctions):
    fields = whole(article, sanctions)

    for _ in range(2):
        assert signed_in.post(new(article), fields).status_code == 302

    assert (Position.objects.count(), Act.objects.count()) == (1, 1)


def test_a_saved_position_changes_the_reader_without_reloading(
    signed_in, article, ukraine, sanctions
):
    response = signed_in.post(new(article), whole(article, sanctions), headers=HTMX)

    page = response.content.decode()
    assert '<hx-partial hx-target="#recorder"' in page
    assert '<hx-partial hx-target="#p1"' in page
    assert "New sanctions" in page


# Who may


def test_visitors_are_sent_to_sign_in(client, article, sanctions):
    assert client.get(new(article)).status_code == 302
    assert client.post(new(article), whole(article, sanctions)).status_code == 302
    assert not Position.objects.exists()


def test_a_colleagues_position_cannot_be_changed_or_withdrawn(signed_in, colleague):
    position = make_position(coder=colleague)

    for name in ("position_edit", "position_withdraw"):
        address = reverse(f"annotations:{name}", args=[position.pk])
        assert signed_in.post(address, {"version": 1}).status_code == 404


def test_a_draft_article_is_not_there_to_be_recorded(signed_in):
    article = make_article(status="draft")

    assert signed_in.get(new(article)).status_code == 404
    drafts = reverse("annotations:draft_list", args=[article.pk])
    assert signed_in.post(drafts, {}).status_code == 404


# Changing


def edit(position):
    return reverse("annotations:position_edit", args=[position.pk])


def test_evidence_is_added_given_other_roles_and_removed_in_one_act_and_undone(
    signed_in, researcher, article, ukraine, sanctions
):
    signed_in.post(new(article), whole(article, sanctions))
    position = Position.objects.get()
    pairs = [("“Strong sanctions must follow,”", "quote"), ("he said", "attribution")]
    fields = whole(article, sanctions, *pairs, speech_form="direct", version=1)

    assert signed_in.post(edit(position), fields).status_code == 302

    def stored():
        position.refresh_from_db()
        rows = position.evidence.order_by("passage__start").values_list("role", "passage__exact")
        return position.speech_form, list(rows)

    after = ("direct", [(role, words) for words, role in pairs])
    before = ("indirect", [("report", "Zelensky reiterated readiness")])
    assert stored() == after
    act = Act.objects.order_by("-pk").first()
    signed_in.post(reverse("annotations:act_undo", args=[act.pk]))
    assert stored() == before
    undo = Act.objects.order_by("-pk").first()
    signed_in.post(reverse("annotations:act_undo", args=[undo.pk]))
    assert stored() == after


def test_an_edit_of_an_old_version_shows_both(signed_in, researcher, article, ukraine, sanctions):
    position = make_position(
        coder=researcher, article=article, party=ukraine, proposition=sanctions, certainty="low"
    )
    Position.objects.filter(pk=position.pk).update(version=2, condition="the killings continue")

    response = signed_in.post(
        edit(position), whole(article, sanctions, version=1, condition="it rains")
    )

    assert response.status_code == 409
    found = {name: (stands, typed) for name, stands, typed in response.context["differences"]}
    assert found["Condition"] == ("the killings continue", "it rains")
    assert found["Certainty"] == ("low", "high")
    assert 'name="version" value="2"' in response.content.decode()
    position.refresh_from_db()
    assert position.condition == "the killings continue"


def test_what_was_accepted_is_submitted_anew_when_changed(
    signed_in, researcher, article, ukraine, sanctions
):
    position = make_position(
        coder=researcher,
        article=article,
        party=ukraine,
        proposition=sanctions,
        work_status="accepted",
    )

    signed_in.post(edit(position), whole(article, sanctions, version=1, condition="so"))

    position.refresh_from_db()
    assert (position.work_status, position.version) == ("submitted", 2)


def test_the_edit_page_holds_what_is_stored_and_saves_nothing_unchanged(
    signed_in, researcher, article, ukraine, sanctions
):
    signed_in.post(new(article), whole(article, sanctions))
    position = Position.objects.get()

    data = signed_in.get(edit(position)).context["form"].data
    response = signed_in.post(edit(position), {name: data.getlist(name) for name in data})

    assert response.status_code == 302
    position.refresh_from_db()
    assert (position.version, Act.objects.count()) == (1, 1)


def test_withdrawing_is_an_act_and_undone(signed_in, researcher, article):
    position = make_position(coder=researcher, article=article)
    address = reverse("annotations:position_withdraw", args=[position.pk])

    assert signed_in.post(address, {"version": 9}).status_code == 409
    signed_in.post(address, {"version": 1})
    assert not Position.objects.live().exists()
    signed_in.post(reverse("annotations:act_undo", args=[Act.objects.get().pk]))

    assert Position.objects.live().get().evidence.count() == 1
    assert signed_in.get(edit(position)).status_code == 200


# Outcomes and events


def outcome_fields(article, **fields):
    return {
        "key": str(uuid.uuid4()),
        "outcome": "new",
        "new_title": "Prisoner exchange",
        "new_kind": "agreement",
        "status": "agreed",
        "side_party": ["Ukraine", "Russia", ""],
        "side_stance": ["agrees", "agrees", ""],
        "side_basis": ["textual", "interpretive", ""],
        **evidence(article, ("agreed to exchange prisoners", "report")),
    } | fields


def test_an_outcome_is_reported_with_each_partys_stance(signed_in, article, ukraine, russia):
    address = reverse("annotations:outcome_report_new", args=[article.pk])

    assert signed_in.post(address, outcome_fields(article)).status_code == 302

    report = OutcomeReport.objects.get()
    assert str(report) == "Prisoner exchange: agreed"
    assert list(report.stances.order_by("pk").values_list("party__name", "stance", "basis")) == [
        ("Ukraine", "agrees", "textual"),
        ("Russia", "agrees", "interpretive"),
    ]
    assert report.evidence.get().passage.exact == "agreed to exchange prisoners"
    signed_in.post(reverse("annotations:act_undo", args=[Act.objects.get().pk]))
    assert not OutcomeReport.objects.live().exists()


def test_a_known_outcome_is_reported_again(signed_in, article, ukraine, russia):
    outcome = make_outcome(round=article.round, title="Swap")
    address = reverse("annotations:outcome_report_new", args=[article.pk])

    signed_in.post(address, outcome_fields(article, outcome=outcome.pk, status="deferred"))

    assert OutcomeReport.objects.get().outcome == outcome
    assert Outcome.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"side_stance": ["agrees", "unclear"]},
            "What is agreed, or agreed to explore, needs at least two parties that agree.",
        ),
        (
            {"status": "disputed"},
            "What is disputed needs one party for it and one that rejects it.",
        ),
        ({"side_party": ["Ukraine", "Kyiv"]}, "Ukraine stands here twice."),
        ({"side_basis": ["textual", ""]}, "Choose a stance and a basis for Russia."),
        ({"evidence_role": "none"}, "An outcome report needs at least one passage as evidence."),
        ({"new_title": "swap"}, "This round has an outcome of this title: choose it."),
        ({"new_title": ""}, "Give the new outcome a title."),
        ({"outcome": ""}, "Choose an outcome, or make a new one."),
        ({"status": ""}, "Choose what the article says has become of it."),
    ],
)
def test_what_an_outcome_report_lacks_is_named(
    signed_in, article, ukraine, russia, fields, message
):
    make_outcome(round=article.round, title="Swap")
    address = reverse("annotations:outcome_report_new", args=[article.pk])

    response = signed_in.post(address, outcome_fields(article, **fields))

    assert response.status_code == 422
    assert problems(response) == [message]


def test_a_reports_evidence_changes_but_never_to_none(signed_in, article, ukraine, russia):
    new_report = reverse("annotations:outcome_report_new", args=[article.pk])
    signed_in.post(new_report, outcome_fields(article))
    report = OutcomeReport.objects.get()
    address = reverse("annotations:report_evidence", args=[report.pk])

    assert signed_in.get(address).status_code == 200
    wanted = evidence(article, ("Both sides agreed", "report"))
    assert signed_in.post(address, wanted | {"version": 1}).status_code == 302
    refused = signed_in.post(address, {"version": 2})
    stale = signed_in.post(address, wanted | {"version": 1})

    assert (refused.status_code, stale.status_code) == (422, 409)
    assert problems(refused) == ["It needs at least one passage as evidence."]
    assert report.evidence.get().passage.exact == "Both sides agreed"


def event_fields(article, **fields):
    return {
        "key": str(uuid.uuid4()),
        "event_kind": "meeting",
        "title": "They meet",
        "on_date": "2025-05-16",
        "date_precision": "day",
        "who_party": ["Ukraine", "Russia"],
        "who_person": ["", ""],
        "who_role": ["actor", "addressee"],
        **evidence(article, ("Both sides agreed", "report")),
    } | fields


def test_an_event_is_recorded_with_who_took_part(
    signed_in, researcher, colleague, article, ukraine, russia
):
    address = reverse("annotations:event_new", args=[article.pk])

    assert signed_in.post(address, event_fields(article)).status_code == 302

    event = Event.objects.get()
    rows = event.participations.order_by("pk").values_list("party__name", "role")
    assert list(rows) == [("Ukraine", "actor"), ("Russia", "addressee")]
    assert event.evidence.count() == 1
    withdraw = reverse("annotations:event_withdraw", args=[event.pk])
    signed_in.force_login(colleague)
    assert signed_in.post(withdraw, {"version": 1}).status_code == 404
    signed_in.force_login(researcher)
    signed_in.post(withdraw, {"version": 1})
    event.refresh_from_db()
    assert event.withdrawn_at is not None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": ""}, "Give it a title."),
        ({"date_precision": "unknown"}, "Say how exact this date is, or leave it out."),
        ({"who_role": ["actor", ""]}, "Choose what Russia was in the event."),
        ({"who_party": ["Ukraine", "UKR"]}, "Ukraine stands here twice."),
        ({"who_person": ["", "Nobody"]}, "There is nobody called “Nobody” here."),
        ({"evidence_role": "none"}, "An event needs at least one passage as evidence."),
    ],
)
def test_what_an_event_lacks_is_named(signed_in, article, ukraine, russia, fields, message):
    address = reverse("annotations:event_new", args=[article.pk])

    response = signed_in.post(address, event_fields(article, **fields))

    assert response.status_code == 422
    assert problems(response) == [message]


# Drafts


def keep(client, article, data=None, **fields):
    draft = {
        "key": str(uuid.uuid4()),
        "kind": "position",
        "data": json.dumps(data or {"party": ["Ukraine"], "stance": ["supports"]}),
        "summary": "Ukraine supports: …",
    }
    return client.post(reverse("annotations:draft_list", args=[article.pk]), draft | fields)


def test_a_draft_is_kept_and_its_coders_alone(signed_in, colleague, admin, article):
    kept = keep(signed_in, article).json()

    assert kept["version"] == 1
    page = signed_in.get(kept["url"])
    assert page.context["form"].data["party"] == "Ukraine"
    assert "Ukraine supports: …" in page.content.decode()
    for other in (colleague, admin):
        signed_in.force_login(other)
        assert signed_in.get(kept["url"]).status_code == 404
        discard = reverse("annotations:draft_discard", args=[kept["id"]])
        assert signed_in.post(discard, {"version": 1}).status_code == 404
        assert "Ukraine supports" not in signed_in.get(new(article)).content.decode()


def test_a_draft_of_an_old_version_is_refused_with_the_newer(signed_in, article):
    key = str(uuid.uuid4())
    keep(signed_in, article, key=key)
    keep(signed_in, article, {"party": ["Russia"]}, key=key, version=1)

    stale = keep(signed_in, article, {"party": ["Europe"]}, key=key, version=1)

    assert stale.status_code == 409
    assert stale.json()["version"] == 2
    assert Draft.objects.get().data == {"party": ["Russia"]}


def test_a_draft_whose_answer_was_lost_is_saved_once(signed_in, article):
    key = str(uuid.uuid4())

    answers = [keep(signed_in, article, key=key).json()["version"] for _ in range(2)]

    assert answers == [1, 1]


def test_submitting_ends_the_draft_for_good(signed_in, article, ukraine, sanctions):
    fields = whole(article, sanctions)
    keep(signed_in, article, key=fields["key"])

    signed_in.post(new(article), fields)

    assert not Draft.objects.exists()
    assert keep(signed_in, article, key=fields["key"]).status_code == 204
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "data", ["", "[]", "{", '{"a": "b"}', "[" * 100_000, '{"a": [1]}', "x" * 300_000]
)
def test_what_is_no_draft_is_refused(signed_in, article, data):
    response = signed_in.post(
        reverse("annotations:draft_list", args=[article.pk]),
        {"key": str(uuid.uuid4()), "kind": "position", "data": data},
    )

    assert response.status_code == 422


def test_what_cannot_be_stored_is_left_out_of_a_draft(signed_in, article):
    assert keep(signed_in, article, {"note": ["a\0b\ud800c"]}).status_code == 200
    assert Draft.objects.get().data == {"note": ["abc"]}


def test_a_draft_is_discarded_in_the_version_that_was_seen(signed_in, article):
    kept = keep(signed_in, article).json()
    address = reverse("annotations:draft_discard", args=[kept["id"]])

    assert signed_in.post(address, {"version": 7}).status_code == 409
    for _ in range(2):
        assert signed_in.post(address, {"version": 1}).status_code == 302
    assert signed_in.get(kept["url"]).status_code == 404
    page = signed_in.get(new(article)).text
    assert ("Your drafts" in page, "Discarded drafts (1)" in page) == (False, True)


def test_a_discarded_draft_is_brought_back_as_it_was(signed_in, colleague, article):
    kept = keep(signed_in, article).json()
    signed_in.post(reverse("annotations:draft_discard", args=[kept["id"]]), {"version": 1})
    restore = reverse("annotations:draft_restore", args=[kept["id"]])

    signed_in.force_login(colleague)
    assert signed_in.post(restore).status_code == 404
    signed_in.force_login(Draft.objects.get().coder)
    for _ in range(2):
        listed = signed_in.post(restore, headers={"HX-Request": "true"}).text
        assert ("Your drafts (1)" in listed, "Discarded" in listed) == (True, False)
    assert signed_in.get(kept["url"]).context["form"].data["party"] == "Ukraine"


def test_what_is_typed_after_its_draft_was_discarded_elsewhere_is_kept(signed_in, article):
    key = str(uuid.uuid4())
    kept = keep(signed_in, article, key=key).json()
    signed_in.post(reverse("annotations:draft_discard", args=[kept["id"]]), {"version": 1})

    assert keep(signed_in, article, {"party": ["Russia"]}, key=key, version=1).status_code == 200
    assert list(Draft.objects.kept().values_list("data", flat=True)) == [{"party": ["Russia"]}]


# In the reader


def cards(response):
    reading = response.context["reading"]
    return [(card.quote, [p.sign for p in card.proofs]) for card in reading.parts[0].cards]


def test_a_card_shows_what_its_passage_proves(signed_in, colleague, article, ukraine):
    position = make_position(
        article=article,
        party=ukraine,
        coder=colleague,
        stance="opposes",
        evidence=[
            ("report", make_passage("Both sides agreed", article)),
            ("context", make_passage("Both sides agreed", article)),
        ],
    )

    response = signed_in.get(article.get_absolute_url())

    page = response.content.decode()
    assert cards(response) == [("Both sides agreed", ["−"])]
    assert f'<a href="{position.get_absolute_url()}">' in page
    assert '<span class="roles">report, context</span>' in page


def test_visitors_see_accepted_evidence_and_no_other(client, article, ukraine):
    fields = {"article": article, "party": ukraine}
    accepted = make_passage("Both sides agreed", article)
    waiting = make_passage("he said", article)
    make_position(evidence=[accepted], work_status="accepted", **fields)
    make_position(evidence=[waiting], **fields)

    response = client.get(article.get_absolute_url())

    assert [one.pk for one in response.context["reading"].shown] == [accepted.pk]
    assert "Withdraw" not in response.content.decode()


def test_the_reader_is_filtered_to_evidence_and_coloured(signed_in, article, researcher):
    party = make_party(colour="rust", name="Rusty", mark="RST")
    proof = make_passage("Both sides agreed", article)
    make_position(article=article, party=party, stance="opposes", evidence=[proof])
    make_tagging(proof, make_tag(colour="teal"))
    make_tagging(make_passage("he said", article))
    address = article.get_absolute_url()

    filtered = signed_in.get(f"{address}?evidence=1")
    assert [one.pk for one in filtered.context["reading"].shown] == [proof.pk]
    for query, colour in (("", "teal"), ("party", "rust"), ("stance", "red")):
        page = signed_in.get(f"{address}?evidence=1&colour={query}").content.decode()
        assert f'<mark class="u1-{colour}" data-passages="{proof.pk}">' in page
    by_party = signed_in.get(f"{address}?colour=party").context["reading"].legend
    assert [(one.sign, one.word, one.colour, one.count) for one in by_party] == [
        ("RST", "Rusty", "rust", 1)
    ]
    by_stance = signed_in.get(f"{address}?colour=stance").context["reading"].legend
    assert [(one.sign, one.word, one.colour) for one in by_stance] == [("−", "Opposes", "red")]
    assert signed_in.get(f"{address}?colour=nonsense").status_code == 200


def test_the_reader_asks_no_more_with_evidence(signed_in, article, count_queries):
    address = article.get_absolute_url()

    def add(count):
        for _ in range(count):
            make_position(article=article, evidence=[make_passage("Both sides agreed", article)])

    add(1)
    one = count_queries(lambda: signed_in.get(address))
    add(9)
    ten = count_queries(lambda: signed_in.get(address))

    assert one == ten <= 12


def test_the_panel_asks_as_often_for_much_as_for_little(
    signed_in, article, ukraine, sanctions, count_queries
):
    make_affiliation(party=ukraine)
    few = count_queries(lambda: signed_in.get(new(article), headers=HTMX))
    for _ in range(5):
        make_affiliation()
        make_proposition()
        make_outcome(round=article.round)
    many = count_queries(lambda: signed_in.get(new(article), headers=HTMX))

    assert few == many


def test_claims_are_worded_as_in_the_browser():
    cases = json.loads((Path(__file__).parents[1] / "claims.json").read_text())
    for case in cases:
        fields = dict(case["fields"])
        if "act" in fields:
            fields["speech_act"] = fields.pop("act")
        assert claim(**fields) == case["claim"]
