import pytest

from accounts import names


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Anna", "anna"),
        ("ＡＮＮＡ", "anna"),
        ("  anna ", "anna"),
        ("ſam", "sam"),
        ("ОЛЕНА", "олена"),
        ("ﬁn", "fin"),
        ("Ⅷ", "viii"),
        ("и\u0306ван", "йван"),
    ],
)
def test_all_spellings_of_a_name_are_one(typed, normal):
    assert names.normal_username(typed) == normal
    assert names.normal_username(normal) == normal


@pytest.mark.parametrize(
    "character",
    list("\u202e\u2066\u200b\u200d\ufeff\0\n\x7f\ud800\u2028\u3164\ufe0f\U000e0041\ue000\u00ad"),
)
def test_characters_that_hide_are_found(character):
    assert names.unseen(f"an{character}na") == character


@pytest.mark.parametrize("name", ["Олена Ковальчук", "José", "李明", "O’Neill"])
def test_ordinary_names_hide_nothing(name):
    assert names.unseen(name) == ""
