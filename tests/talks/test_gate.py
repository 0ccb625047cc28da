"""What passes the gate can be stored as it is; what does not is told why."""

import re
import uuid

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from talks import gate

anything = st.text(st.characters())
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


def passes(field, value):
    """What the field makes of a value, or its message as ("refused", …)."""
    try:
        return field.clean(value)
    except ValidationError as error:
        return ("refused", *error.messages)


def is_refused(result):
    return isinstance(result, tuple)


# Text


@given(anything)
@example("\0")
@example("\ud800")
@example("a\r\nb\rc")
@example("Київ 🇺🇦 e\u0301 \u200b\u202e")
def test_a_plain_text_that_passes_can_be_stored(text):
    result = passes(gate.PlainTextField(required=False, strip=False), text)

    if is_refused(result):
        assert gate.HIDDEN_IN_TEXT.search(text.replace("\r\n", "\n").replace("\r", "\n"))
    else:
        assert result.encode().decode() == result
        assert not re.search(r"[\0\r]", result)
        assert result == text.replace("\r\n", "\n").replace("\r", "\n")


@given(anything)
@example(" both\r\nsides ")
@example("\x0b\x85\u2028\u202e")
def test_a_quote_keeps_all_but_the_browsers_line_ends(text):
    result = passes(gate.QuoteField(required=False), text)

    if is_refused(result):
        assert gate.UNSTORABLE.search(text)
    else:
        assert result == text.replace("\r\n", "\n")
        assert result.encode().decode() == result


@given(anything)
def test_a_name_is_one_visible_line(text):
    result = passes(gate.NameField(required=False), text)

    if not is_refused(result):
        assert result == " ".join(result.split())
        assert not gate.HIDDEN_IN_NAME.search(result)
        assert result.encode().decode() == result


@pytest.mark.parametrize(
    "character", [*BIDI, *"\0\n\t\x1b\x7f\x85\xad\u200b\u2028\u2060\ufeff\ud800"]
)
def test_a_name_with_a_hidden_character_is_refused_with_its_place(character):
    assert passes(gate.NameField(), f"Prisoner{character} swap") == (
        "refused",
        f"There is a hidden character (U+{ord(character):04X}) after “Prisoner”. Delete it there.",
    )


@pytest.mark.parametrize(
    "name", ["O’Neill", "Київ", "محمد", "می\u200cخواهم", "👩\u200d⚖️", "e\u0301", "Žižek-Ö"]
)
def test_names_of_all_the_world_pass(name):
    assert passes(gate.NameField(), name) == name


def test_the_white_space_of_a_name_is_tidied():
    assert passes(gate.NameField(), "  Prisoner \u00a0 swap ") == "Prisoner swap"


def test_length_is_counted_in_code_points_after_line_ends_are_joined():
    field = gate.PlainTextField(max_length=4)

    assert passes(field, "🇺🇦\r\n🙂") == "🇺🇦\n🙂"
    assert is_refused(passes(field, "🇺🇦\r\n🙂🙂"))


def test_the_browser_is_not_told_to_cut_what_is_pasted():
    class Note(forms.Form):
        text = gate.PlainTextField(max_length=4)

    assert "maxlength" not in str(Note()["text"])


@pytest.mark.django_db
@pytest.mark.parametrize("field", [gate.PlainTextField, gate.QuoteField, gate.NameField])
def test_postgresql_takes_every_character_that_passes(field):
    characters = "".join(
        chr(n) for n in range(0x3000) if not is_refused(passes(field(), f"a{chr(n)}b"))
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", [characters])
        assert cursor.fetchone() == (characters,)


# Numbers

NOT_NUMBERS = ["-1", "+1", " 1", "1 ", "1.0", "1e3", "1_000", "0x1", "१२", "²", "NaN", "", "１"]


@given(st.integers(0, 2**31 - 1))
def test_a_number_that_fits_passes(number):
    assert passes(gate.CodePointField(), str(number)) == number


@given(st.integers(2**31).map(str))
@example(str(2**31))
@example(str(2**63))
@example("9" * 5000)
def test_a_number_past_its_column_is_refused(digits):
    assert passes(gate.CodePointField(), digits) == (
        "refused",
        "This number must be from 0 to 2147483647.",
    )


@pytest.mark.parametrize("text", NOT_NUMBERS)
@pytest.mark.parametrize("field", [gate.CodePointField, gate.VersionField, gate.IdField])
def test_what_is_no_plain_number_is_refused(field, text):
    assert is_refused(passes(field(), text))


@given(anything)
def test_no_text_breaks_a_number_field(text):
    result = passes(gate.IdField(required=False), text)

    assert result is None or is_refused(result) or 1 <= result <= gate.LARGEST_ID


@pytest.mark.parametrize("field", [gate.VersionField, gate.IdField])
def test_versions_and_ids_count_from_one(field):
    assert is_refused(passes(field(), "0"))
    assert passes(field(), "1") == 1


def test_ids_go_as_far_as_their_column():
    assert passes(gate.IdField(), str(2**63 - 1)) == 2**63 - 1
    assert is_refused(passes(gate.IdField(), str(2**63)))


# Keys


def test_a_key_is_read_and_a_missing_one_made():
    key = uuid.uuid4()

    assert passes(gate.KeyField(), str(key)) == key
    assert passes(gate.KeyField(), str(key).upper()) == key
    assert isinstance(passes(gate.KeyField(), ""), uuid.UUID)
    assert passes(gate.KeyField(), "") != passes(gate.KeyField(), None)


@pytest.mark.parametrize(
    "key", ["x", "1" * 32, "{d22e839d-8dd6-42ad-8bae-bd0689a545e4}", "١" * 36, "\0"]
)
def test_a_key_that_is_none_is_refused(key):
    assert is_refused(passes(gate.KeyField(), key))


def test_each_page_is_given_a_key_of_its_own():
    class Form(forms.Form):
        key = gate.KeyField()

    assert Form()["key"].value() != Form()["key"].value()


# Addresses


@given(st.integers(1, gate.LARGEST_ID))
def test_an_id_in_an_address_is_read_and_written(number):
    converter = gate.IdConverter()

    assert re.fullmatch(converter.regex, converter.to_url(number))
    assert converter.to_python(converter.to_url(number)) == number


@pytest.mark.parametrize("text", ["0", "01", "-1", "१", "9" * 20, ""])
def test_what_no_row_is_called_is_no_address(text):
    assert not re.fullmatch(gate.IdConverter.regex, text)


def test_an_id_past_its_column_is_no_address():
    with pytest.raises(ValueError, match=r"^$"):
        gate.IdConverter().to_python(str(2**63))
