"""What the database holds true of positions, outcomes, events and evidence, below the ORM."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from talks.models import (
    Event,
    Evidence,
    OutcomeReport,
    OutcomeStance,
    Person,
    Position,
)
from tests.at_once import wait_for
from tests.factories import (
    make_affiliation,
    make_article,
    make_event,
    make_outcome,
    make_outcome_report,
    make_party,
    make_passage,
    make_person,
    make_position,
    make_proposition,
    make_round,
    make_user,
    prove,
)
from tests.refusals import refusal

pytestmark = pytest.mark.django_db

POSITION = """
INSERT INTO talks_position (article_id, party_id, proposition_id, coder_id, stance, speech_act,
    speech_form, attribution, basis, certainty, role_as_printed, condition, summary, is_hedged,
    continuity, joint_key, date_precision, date_text, channel, note, work_status, version)
SELECT article_id, party_id, proposition_id, coder_id, stance, speech_act, speech_form,
    attribution, basis, certainty, '', '', '', false, 'not_stated', '', 'unknown', '', '', '',
    'draft', 1
FROM talks_position
"""
REPORT = """
INSERT INTO talks_outcomereport
    (outcome_id, article_id, status, note, coder_id, work_status, version)
SELECT outcome_id, article_id, status, '', coder_id, 'draft', 1 FROM talks_outcomereport
"""
EVENT = """
INSERT INTO talks_event (round_id, kind, title, date_precision, date_text, location,
    work_status, version)
SELECT round_id, kind, title, 'unknown', '', '', 'draft', 1 FROM talks_event
"""


@pytest.fixture
def article():
    return make_article(text="Kyiv “agreed at once”. Moscow agreed too.\nNothing else was said.")


@pytest.fixture
def elsewhere(article):
    return make_passage(article=make_article(round=article.round))


@pytest.fixture
def position(article):
    """A position with two pieces of evidence."""
    pieces = [make_passage("Kyiv", article=article), make_passage("Moscow", article=article)]
    return make_position(article=article, evidence=pieces)


@pytest.fixture
def quoted(article):
    """A position in somebody's own words: a report and one quote."""
    return make_position(
        article=article,
        affiliation=make_affiliation(),
        speech_form="direct",
        evidence=[
            ("quote", make_passage("“agreed at once”", article=article)),
            make_passage("Kyiv", article=article),
        ],
    )


# Group 3: evidence


MAKERS = {"position": make_position, "outcome_report": make_outcome_report, "event": make_event}
INSERTS = {"position": POSITION, "outcome_report": REPORT, "event": EVENT}
HELD = {
    "position": "position_has_evidence",
    "outcome_report": "report_has_evidence",
    "event": "event_has_evidence",
}
each_owner = pytest.mark.parametrize("owner", MAKERS)


@each_owner
def test_nothing_is_recorded_without_evidence(owner):
    MAKERS[owner]()

    assert refusal(INSERTS[owner]) == HELD[owner]


@each_owner
def test_the_last_piece_of_evidence_is_not_taken_away(owner):
    MAKERS[owner]()

    assert refusal("DELETE FROM talks_evidence") == HELD[owner]


@each_owner
def test_the_last_piece_of_evidence_is_not_given_to_another(owner):
    MAKERS[owner]()
    give = (
        "UPDATE talks_evidence SET position_id = NULL, outcome_report_id = NULL,"
        " event_id = NULL, affiliation_id = %s"
    )

    assert refusal(give, make_affiliation().pk) == HELD[owner]


@each_owner
def test_evidence_may_change_as_long_as_some_is_left_at_the_end(owner):
    made = MAKERS[owner]()
    article = Evidence.objects.get().passage.article

    with transaction.atomic():
        Evidence.objects.all().delete()
        prove([("context", make_passage("agreed", article=article))], **{owner: made})

    connection.check_constraints()
    assert refusal("UPDATE talks_evidence SET role = 'report'") is None


def test_evidence_of_a_position_is_from_its_own_article(position, elsewhere):
    moved = refusal("UPDATE talks_evidence SET passage_id = %s", elsewhere.pk)
    added = refusal(
        "INSERT INTO talks_evidence (passage_id, role, position_id) VALUES (%s, 'context', %s)",
        elsewhere.pk,
        position.pk,
    )

    assert [moved, added] == ["evidence_is_given_once", "position_evidence_is_from_its_article"]
    one = position.evidence.first()
    change = "UPDATE talks_evidence SET passage_id = %s WHERE id = %s"
    assert refusal(change, elsewhere.pk, one.pk) == "position_evidence_is_from_its_article"


def test_a_position_stays_in_its_article(position, elsewhere):
    moved = refusal("UPDATE talks_position SET article_id = %s", elsewhere.article_id)

    assert moved == "position_stays_in_its_article"


def test_evidence_of_a_report_is_from_its_own_article(elsewhere):
    make_outcome_report()

    moved = refusal("UPDATE talks_evidence SET passage_id = %s", elsewhere.pk)

    assert moved == "report_evidence_is_from_its_article"


def test_an_event_is_accepted_by_another_than_its_coder(article, researcher, editor):
    event = make_event(article=article, coder=researcher, work_status="submitted")
    change = "UPDATE talks_event SET work_status = %s, accepted_by_id = %s"

    assert refusal(change, "accepted", None) == "event_is_accepted_by_somebody"
    assert refusal(change, "accepted", researcher.pk) == "event_is_not_accepted_by_its_coder"
    assert refusal(change, "submitted", editor.pk) == "event_names_who_accepted_it_while_it_is"
    Event.objects.update(work_status="accepted", accepted_by=editor)
    assert refusal(change, "accepted", None) == "event_is_accepted_by_somebody"
    coder = "UPDATE talks_event SET coder_id = accepted_by_id"
    assert refusal(coder) == "event_is_not_accepted_by_its_coder"
    event.refresh_from_db()
    assert (event.work_status, event.coder) == ("accepted", researcher)


def test_evidence_of_an_event_is_from_an_article_of_its_round(article):
    event = make_event(article=article)
    colleague = make_article(round=article.round)
    stranger = make_article()
    change = "UPDATE talks_evidence SET passage_id = %s"

    assert refusal(change, make_passage(article=colleague).pk) is None
    assert refusal(change, make_passage(article=stranger).pk) == "event_evidence_is_from_its_round"
    for table in ("event", "article"):
        moved = refusal(f"UPDATE talks_{table} SET round_id = %s", make_round().pk)
        assert moved == "event_evidence_is_from_its_round"
    # Both together may move.
    other = make_round().pk
    both = f"UPDATE talks_event SET round_id = {other}; UPDATE talks_article SET round_id = {other}"
    assert refusal(both) is None
    event.refresh_from_db()
    assert event.round == article.round


def test_a_report_is_from_an_article_of_the_outcomes_round(article):
    outcome = make_outcome(round=article.round)
    make_outcome_report(outcome=outcome, article=article)
    other = make_round()

    for table in ("outcome", "article"):
        moved = refusal(f"UPDATE talks_{table} SET round_id = %s", other.pk)
        assert moved == "report_is_from_an_article_of_its_round"
    make_outcome_report(outcome=outcome, article=make_article(round=other))
    assert refusal("SELECT 1") == "report_is_from_an_article_of_its_round"
    transaction.set_rollback(True)  # or the end of the test finds it too


def test_a_position_goes_with_its_evidence_or_not_at_all(position):
    both = "DELETE FROM talks_evidence; DELETE FROM talks_position"

    assert refusal("DELETE FROM talks_position").endswith("_fk_talks_position_id")
    assert refusal(both) is None


def test_withdrawn_work_keeps_its_evidence(position):
    position.withdrawn_at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    position.save()

    assert refusal("DELETE FROM talks_evidence") == "position_has_evidence"


def test_what_the_factories_make_holds_at_the_end(position, quoted):
    make_event([make_party(), make_affiliation()])
    make_outcome_report()

    connection.check_constraints()


# Group 4: speech form and speaker


def test_a_quote_is_there_exactly_where_somebody_is_quoted(position, quoted):
    for form in ("indirect", "narrated"):
        changed = refusal(
            "UPDATE talks_position SET speech_form = %s WHERE id = %s", form, quoted.pk
        )
        assert changed == "speech_with_a_quote_is_quoted"
    for form in ("direct", "mixed"):
        changed = refusal(
            "UPDATE talks_position SET speech_form = %s WHERE id = %s", form, position.pk
        )
        assert changed == "quoted_speech_has_a_quote"


def test_the_last_quote_stays_and_none_comes_where_nobody_is_quoted(position, quoted):
    removed = refusal("DELETE FROM talks_evidence WHERE role = 'quote'")
    renamed = refusal("UPDATE talks_evidence SET role = 'report' WHERE role = 'quote'")
    added = refusal("UPDATE talks_evidence SET role = 'quote' WHERE position_id = %s", position.pk)

    assert [removed, renamed] == ["quoted_speech_has_a_quote"] * 2
    assert added == "speech_with_a_quote_is_quoted"


def test_form_and_quote_may_change_together(quoted):
    both = (
        "UPDATE talks_position SET speech_form = 'indirect';"
        " UPDATE talks_evidence SET role = 'context' WHERE role = 'quote'"
    )

    assert refusal(both) is None


def test_a_speaker_belongs_to_the_party_of_the_position(quoted):
    other = make_affiliation()

    changes = [
        refusal("UPDATE talks_position SET party_id = %s", other.party_id),
        refusal("UPDATE talks_position SET affiliation_id = %s", other.pk),
        refusal("UPDATE talks_affiliation SET party_id = %s", make_party().pk),
    ]

    assert changes == ["speaker_belongs_to_the_party"] * 3
    same = make_affiliation(party=quoted.party)
    assert refusal("UPDATE talks_position SET affiliation_id = %s", same.pk) is None


def test_party_and_affiliation_may_move_together(quoted):
    other = make_party().pk
    both = (
        f"UPDATE talks_position SET party_id = {other};"
        f" UPDATE talks_affiliation SET party_id = {other}"
    )

    assert refusal(both) is None


@pytest.mark.parametrize("attribution", ["party", "author", "other_party"])
def test_a_speaker_is_set_exactly_where_it_is_attributed_to_one(position, quoted, attribution):
    named = "speaker_is_set_where_the_speaker_says_it"
    change = "UPDATE talks_position SET attribution = %s WHERE id = %s"

    assert refusal(change, attribution, quoted.pk) == named
    assert refusal(change, attribution, position.pk) is None
    assert refusal(change, "speaker", position.pk) == named
    assert refusal("UPDATE talks_position SET affiliation_id = NULL") == named


# Group 5: enumerations, conditions, dates, owners


@pytest.mark.parametrize(
    ("constraint", "table", "change"),
    [
        ("position_stance_is_known", "position", "stance = ''"),
        ("position_act_is_known", "position", "speech_act = 'say'"),
        ("position_form_is_known", "position", "speech_form = 'sung'"),
        ("position_continuity_is_known", "position", "continuity = ''"),
        ("position_precision_is_known", "position", "date_precision = 'hour', said_on = now()"),
        ("position_basis_is_known", "position", "basis = ''"),
        ("position_certainty_is_known", "position", "certainty = 'full'"),
        ("position_work_status_is_known", "position", "work_status = 'done'"),
        ("position_attribution_is_known", "position", "attribution = 'nobody'"),
        ("condition_needs_a_stance", "position", "condition = 'if …', stance = 'unclear'"),
        ("position_date_agrees_with_its_precision", "position", "said_on = now()"),
        ("position_date_agrees_with_its_precision", "position", "date_precision = 'day'"),
        ("summary_has_25_words", "position", "summary = repeat('word ', 26)"),
        ("event_kind_is_known", "event", "kind = 'party'"),
        ("event_precision_is_known", "event", "date_precision = 'hour', on_date = now()"),
        ("event_date_agrees_with_its_precision", "event", "on_date = now()"),
        ("event_date_agrees_with_its_precision", "event", "date_precision = 'week'"),
        ("event_role_is_known", "eventparticipation", "role = 'guest'"),
        ("outcome_kind_is_known", "outcome", "kind = 'deal'"),
        ("report_work_status_is_known", "outcomereport", "work_status = ''"),
        ("evidence_role_is_known", "evidence", "role = 'source'"),
        ("affiliation_basis_is_known", "affiliation", "basis = ''"),
        ("affiliation_lasts_a_day", "affiliation", "valid = 'empty'"),
        ("person_has_a_name", "person", "name = ' '"),
    ],
)
def test_enumerations_and_what_belongs_together_are_checked(constraint, table, change):
    make_position()
    make_event([make_affiliation()])
    make_outcome_report()

    assert refusal(f"UPDATE talks_{table} SET {change}") == constraint


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("report_status_is_known", {"status": "done"}),
        ("report_implementation_is_known", {"implementation": 4}),
        ("report_implementation_is_known", {"implementation": -1}),
    ],
)
def test_enumerations_of_reports_are_checked(constraint, fields):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        make_outcome_report(**fields)

    assert refused.value.__cause__.diag.constraint_name == constraint


def test_a_stance_on_an_outcome_is_known():
    for stance, basis, constraint in (
        ("opposes", "textual", "outcome_stance_is_known"),
        ("agrees", "guess", "outcome_stance_basis_is_known"),
    ):
        report = make_outcome_report()
        insert = (
            "INSERT INTO talks_outcomestance (report_id, party_id, stance, basis)"
            " VALUES (%s, %s, %s, %s)"
        )
        assert refusal(insert, report.pk, make_party().pk, stance, basis) == constraint


def test_evidence_has_exactly_one_owner(position, article):
    event = make_event(article=article)

    both = refusal(
        "UPDATE talks_evidence SET position_id = %s, event_id = %s", position.pk, event.pk
    )
    none = refusal("UPDATE talks_evidence SET position_id = NULL, event_id = NULL")

    assert [both, none] == ["evidence_has_one_owner"] * 2


def test_evidence_is_given_once(position):
    again = (
        "INSERT INTO talks_evidence (passage_id, role, position_id)"
        " SELECT passage_id, role, position_id FROM talks_evidence"
    )

    assert refusal(again) == "evidence_is_given_once"


# Group 6: offices


@pytest.mark.parametrize(
    ("valid", "is_free"),
    [
        (("2021-01-01", "2022-01-01"), False),
        (("2019-01-01", "2020-01-02"), False),
        ((None, None), False),
        (("2024-01-01", None), True),
        ((None, "2020-01-01"), True),
    ],
)
def test_an_office_is_held_once_at_a_time(valid, is_free):
    office = make_affiliation(
        title="President", valid=(datetime.date(2020, 1, 1), datetime.date(2024, 1, 1))
    )
    insert = (
        "INSERT INTO talks_affiliation (person_id, party_id, title, valid, is_spokesperson, basis,"
        " note, version) VALUES (%s, %s, %s, daterange(%s, %s), false, 'textual', '', 1)"
    )

    again = refusal(insert, office.person_id, office.party_id, "PRESIDENT", *valid)
    other_title = refusal(insert, office.person_id, office.party_id, "Envoy", *valid)
    other_person = refusal(insert, make_person().pk, office.party_id, "President", *valid)

    assert again == (None if is_free else "affiliation_holds_once_at_a_time")
    assert [other_title, other_person] == [None, None]


# Group 7: agreed and disputed


@pytest.mark.parametrize(
    ("status", "stances", "constraint"),
    [
        ("agreed", [], "agreed_outcome_has_two_that_agree"),
        ("agreed", ["agrees", "supports"], "agreed_outcome_has_two_that_agree"),
        ("agreed_to_explore", ["agrees"], "agreed_outcome_has_two_that_agree"),
        ("agreed", ["agrees", "agrees", "rejects"], None),
        ("agreed_to_explore", ["agrees", "agrees"], None),
        ("disputed", ["supports", "unclear"], "disputed_outcome_has_both_sides"),
        ("disputed", ["rejects"], "disputed_outcome_has_both_sides"),
        ("disputed", ["agrees", "rejects"], None),
        ("disputed", ["supports", "rejects"], None),
        ("pledged", [], None),
        ("deferred", [], None),
    ],
)
def test_what_is_agreed_or_disputed_has_its_parties(status, stances, constraint):
    found = None
    try:
        with transaction.atomic():
            make_outcome_report({make_party(): one for one in stances}, status=status)
            connection.check_constraints()
    except IntegrityError as error:
        found = error.__cause__.diag.constraint_name

    assert found == constraint
    assert OutcomeReport.objects.exists() == (constraint is None)


def test_a_party_has_one_stance_in_a_report():
    make_outcome_report({make_party(): "agrees"})
    again = (
        "INSERT INTO talks_outcomestance (report_id, party_id, stance, basis)"
        " SELECT report_id, party_id, 'rejects', basis FROM talks_outcomestance"
    )

    assert refusal(again) == "party_has_one_stance_in_a_report"


# Group 2: what is written stays


@pytest.mark.parametrize(
    "change",
    [
        "status = 'unclear'",
        "implementation = 3",
        "as_of = now()",
        "note = 'Carried out.'",
        "created_at = now() - interval '1 day'",
        "outcome_id = outcome_id + 1",
        "article_id = article_id + 1",
        "coder_id = coder_id + 1",
        "written_in = '1'",
    ],
)
def test_an_outcome_report_never_changes(change):
    make_outcome_report()

    changed = refusal(f"UPDATE talks_outcomereport SET {change}")

    assert changed == "outcome_report_is_frozen"


def test_an_outcome_report_is_reviewed_and_withdrawn_but_not_deleted():
    make_outcome_report({make_party(): "agrees"})
    change = (
        "UPDATE talks_outcomereport SET work_status = 'accepted', version = 2, withdrawn_at = now()"
    )

    assert refusal(change) is None
    for table in ("outcomereport", "outcomestance"):
        assert refusal(f"DELETE FROM talks_{table}") == "outcome_report_is_frozen"


def test_who_agrees_never_changes_but_parties_are_merged():
    make_outcome_report({make_party(): "agrees"})
    other = make_outcome_report()

    changes = [
        refusal("UPDATE talks_outcomestance SET stance = 'rejects'"),
        refusal("UPDATE talks_outcomestance SET basis = 'inferential'"),
        refusal("UPDATE talks_outcomestance SET report_id = %s", other.pk),
    ]

    assert changes == ["outcome_report_is_frozen"] * 3
    assert refusal("UPDATE talks_outcomestance SET party_id = %s", make_party().pk) is None


@pytest.mark.django_db(transaction=True)
def test_who_agrees_is_written_with_the_report():
    report = make_outcome_report({make_party(): "agrees"})

    with pytest.raises(IntegrityError) as refused:
        OutcomeStance.objects.create(
            report=report, party=make_party(), stance="rejects", basis="textual"
        )

    assert refused.value.__cause__.diag.constraint_name == "outcome_stance_comes_with_its_report"
    assert OutcomeStance.objects.count() == 1


# Group 9: what is in use is not deleted


@pytest.mark.parametrize(
    "table",
    [
        "talks_article",
        "talks_party",
        "talks_person",
        "talks_affiliation",
        "talks_issue",
        "talks_proposition",
        "talks_passage",
        "talks_outcome",
        "talks_event",
        "talks_round",
        "accounts_user",
    ],
)
def test_what_is_in_use_is_not_deleted(table, quoted, article):
    speaker = quoted.affiliation
    make_event([speaker], article=article)
    make_outcome_report(
        {speaker.party: "agrees"},
        article=article,
        outcome=make_outcome(round=article.round, proposition=quoted.proposition),
    )

    assert "_fk_" in refusal(f"DELETE FROM {table}")


@pytest.mark.parametrize("name", ["party", "proposition", "article", "coder", "affiliation"])
def test_what_a_position_needs_is_protected_by_the_orm_too(quoted, name):
    with pytest.raises(ProtectedError):
        getattr(quoted, name).delete()


def test_a_person_in_an_event_is_not_deleted():
    speaker = make_affiliation()
    make_event([speaker])

    assert "_fk_" in refusal("DELETE FROM talks_affiliation; DELETE FROM talks_person")
    assert Person.objects.count() == 1


def test_a_party_that_is_only_addressed_is_not_deleted():
    target = make_party()
    make_position(target_party=target)

    assert "_fk_" in refusal("DELETE FROM talks_party WHERE id = %s", target.pk)


def test_an_account_without_work_may_go(position):
    assert refusal("DELETE FROM accounts_user WHERE id = %s", make_user().pk) is None


# How they look


CHECKS = """
SELECT talks_check_position(id) FROM talks_position;
SELECT talks_check_report(id) FROM talks_outcomereport;
SELECT talks_check_event(id) FROM talks_event;
UPDATE talks_affiliation SET party_id = party_id;
UPDATE talks_article SET round_id = %(round)s; UPDATE talks_event SET round_id = %(round)s;
UPDATE talks_outcome SET round_id = %(round)s;
"""
READ_THROUGH = """
SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables
WHERE relname IN ('talks_evidence', 'talks_passage', 'talks_outcomestance')
"""


def test_checks_read_no_table_through(quoted, article):
    """However small it is, or was when a connection planned them."""
    make_event([quoted.affiliation], article=article)
    make_outcome_report({make_party(): "agrees"}, article=article)
    connection.check_constraints()

    with connection.cursor() as cursor:
        cursor.execute(READ_THROUGH)
        before = cursor.fetchall()
        cursor.execute(CHECKS, {"round": make_round().pk})
        connection.check_constraints()
        cursor.execute(READ_THROUGH)
        assert cursor.fetchall() == before


# Two at once


def with_its_lock():
    """The check as it is."""


def without_its_lock():
    """The check as it would be without its lock, to show what the lock is for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('talks_check_position(bigint)'::regprocedure)")
        (as_it_is,) = cursor.fetchone()
        assert " FOR NO KEY UPDATE" in as_it_is
        cursor.execute(as_it_is.replace(" FOR NO KEY UPDATE", "").replace("%", "%%"), [])
    return as_it_is


@pytest.mark.parametrize(
    ("prepare", "answers", "left"),
    [
        (without_its_lock, ["came through", "came through"], 0),
        (with_its_lock, ["came through", "position_has_evidence"], 1),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_take_the_last_two_pieces_away(prepare, answers, left):
    article = make_article(text="Kyiv agreed. Moscow agreed.")
    pieces = [make_passage("Kyiv", article=article), make_passage("Moscow", article=article)]
    position = make_position(article=article, evidence=pieces)
    as_it_was = prepare()
    first_has_checked, second_has_checked = threading.Event(), threading.Event()

    def take_away(passage, checked, before_commit):
        try:
            with transaction.atomic():
                Evidence.objects.filter(passage=passage).delete()
                connection.check_constraints()
                checked.set()
                before_commit()
        except IntegrityError as error:
            return error.__cause__.diag.constraint_name
        finally:
            connection.close()
        return "came through"

    def first():
        return take_away(pieces[0], first_has_checked, lambda: wait_for(second_has_checked))

    def second():
        first_has_checked.wait(60)
        return take_away(pieces[1], second_has_checked, lambda: None)

    try:
        with ThreadPoolExecutor(2) as threads:
            runs = [threads.submit(first), threads.submit(second)]
            assert [run.result() for run in runs] == answers
        assert position.evidence.count() == left
    finally:
        if as_it_was:
            with connection.cursor() as cursor:
                cursor.execute(as_it_was.replace("%", "%%"), [])


@pytest.mark.django_db(transaction=True)
def test_a_speaker_does_not_change_sides_while_a_position_comes_in():
    """The position's check waits for the other's commit, and then sees the new party."""
    speaker, other = make_affiliation(), make_party()
    article, proposition, coder = make_article(), make_proposition(), make_user()
    has_moved, has_recorded = threading.Event(), threading.Event()

    def move():
        try:
            with transaction.atomic():
                type(speaker).objects.filter(pk=speaker.pk).update(party=other)
                connection.check_constraints()
                has_moved.set()
                wait_for(has_recorded)
        finally:
            connection.close()

    def record():
        has_moved.wait(60)
        try:
            with transaction.atomic():
                make_position(
                    article=article, affiliation=speaker, proposition=proposition, coder=coder
                )
                connection.check_constraints()
                has_recorded.set()
        except IntegrityError as error:
            return error.__cause__.diag.constraint_name
        finally:
            connection.close()
        return "came through"

    with ThreadPoolExecutor(2) as threads:
        runs = [threads.submit(record), threads.submit(move)]
        assert runs[0].result() == "speaker_belongs_to_the_party"
    assert not Position.objects.exists()
