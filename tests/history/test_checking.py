"""Whether a history that was passed by is noticed."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from annotations.models import Note
from history import checking
from history.apps import history_is_written
from tests.factories import make_note, make_tagging


@pytest.fixture
def sql(db):
    with connection.cursor() as cursor:
        yield cursor.execute


def trigger(name):
    return next(one for one in Note._meta.triggers if one.name == name).get_pgid(Note)


def verified():
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_history", stdout=out, stderr=err)
    except CommandError as error:
        return [*err.getvalue().splitlines(), str(error)]
    return out.getvalue().splitlines()


def test_a_whole_history_is_called_whole(db):
    make_tagging()
    make_note().delete()

    assert verified() == ["The history is whole."]
    assert history_is_written(databases=["default"]) == []


def test_a_trigger_that_was_switched_off_and_what_it_missed_are_found(sql):
    note = make_note(text="First")
    gone = make_note()
    key = gone.pk
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE annotations_note DISABLE TRIGGER USER")
    unseen = make_note()
    Note.objects.filter(pk=note.pk).update(text="Second")
    gone.delete()

    switched_off = [
        f"annotations_note: the trigger {name} is switched off."
        for name in ("history_delete", "history_insert", "history_update", "is_not_emptied")
    ]
    assert verified() == [
        *switched_off,
        f"note {note.pk} was changed past the history.",
        f"note {key} was deleted past the history.",
        f"note {unseen.pk} is not in the history.",
        "The history is not whole: 7 findings.",
    ]
    assert [one.msg for one in history_is_written(databases=["default"])] == switched_off


def test_a_missing_and_an_exchanged_trigger_are_found(sql):
    sql(f"DROP TRIGGER {trigger('history_update')} ON annotations_note")
    sql(f"COMMENT ON TRIGGER {trigger('history_insert')} ON annotations_note IS 'another'")

    assert checking.idle_triggers() == [
        "annotations_note: the trigger history_insert is not the one of this version.",
        "annotations_note: the trigger history_update is missing.",
    ]


def test_a_right_too_many_is_found(sql):
    sql("GRANT UPDATE ON annotations_notehistory TO parley_app")
    sql("GRANT DELETE ON annotations_act TO parley_app")
    sql("GRANT TRIGGER ON talks_position TO parley_app")

    assert checking.rights_too_many("parley_app") == [
        "annotations_act: the app’s role parley_app may change its rows.",
        "annotations_notehistory: the app’s role parley_app may write into it.",
        "talks_position: the app’s role parley_app may empty it or give it triggers.",
    ]


def test_a_check_without_a_database_asks_none():
    assert history_is_written() == []
