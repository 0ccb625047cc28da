"""Counting who holds what and who agrees with whom, without a database."""

import itertools
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talks import agreement
from talks.agreement import Statement

SEED = Path(__file__).parents[2] / "annotations" / "seed" / "coding.json"
CODING = json.loads(SEED.read_text())
DERIVED = CODING["derived"]


def seed_statements():
    people = {one["id"]: one["person"] for one in CODING["affiliations"]}
    return [
        Statement(
            pk=one["id"],
            speaker=people.get(one["affiliation"]),
            **{key: one[key] for key in Statement._fields if key in one},
        )
        for one in CODING["positions"]
    ]


def made(party, proposition="truce", stance="supports", **fields):
    defaults = {
        "pk": next(numbers),
        "joint_key": "",
        "basis": "textual",
        "certainty": "high",
        "speech_form": "indirect",
        "attribution": "party",
        "speaker": None,
    }
    return Statement(party=party, proposition=proposition, stance=stance, **defaults | fields)


numbers = itertools.count(1)


def by_name(ties):
    return {"|".join(sorted(two)): propositions for two, propositions in ties.items()}


def test_the_seed_gives_its_matrix():
    cells = agreement.matrix(seed_statements())

    expected = {
        (proposition, party): {stance: count for stance, count in counts.items() if count}
        for party, row in DERIVED["actor_issue_matrix"].items()
        for proposition, counts in row.items()
    }
    assert cells == expected


@pytest.mark.parametrize(
    ("network", "bases"),
    [
        ("networks_all", {"textual", "interpretive", "inferential"}),
        ("networks_textual_only", {"textual"}),
    ],
)
def test_the_seed_gives_its_networks(network, bases):
    congruence, conflict = agreement.pairs([one for one in seed_statements() if one.basis in bases])

    assert by_name(congruence) == DERIVED[network]["congruence"]
    assert by_name(conflict) == DERIVED[network]["conflict"]


def test_the_seed_gives_its_counts():
    statements = seed_statements()

    assert Counter(one.party for one in statements) == DERIVED["positions_by_party"]
    speakers = Counter(one.speaker for one in statements if one.speaker)
    assert speakers == DERIVED["positions_by_speaker"]
    assert Counter(one.speech_form for one in statements) == DERIVED["positions_by_form"]
    assert Counter(one.basis for one in statements) == DERIVED["positions_by_basis"]
    acts = Counter(one["speech_act"] for one in CODING["positions"])
    assert acts == DERIVED["positions_by_act"]
    assert len(agreement.joined(statements)) == DERIVED["statements_after_joint_dedup"] == 28


def test_the_seed_gives_what_its_parties_hold_and_how_contested_it_is():
    statements = seed_statements()

    assert len(agreement.distinct(statements)) == sum(
        bool(count)
        for row in DERIVED["actor_issue_matrix"].values()
        for counts in row.values()
        for count in counts.values()
    )
    assert agreement.contention(statements) == {
        "I1.1": 1,  # Russia against Ukraine and its allies
        "I2.1": 1,  # Russia against Ukraine, the West and the United States
        "I3.1": 0,
        "I4.1": 0,
        "I4.2": 0,
        "I5.1": 1,
        "I5.3": 0,
        "I5.4": 0,
        "I5.5": 1,
        "I5.6": 0,
    }
    assert agreement.voice_balance(statements) == {
        "UKR": {"own": 6, "narrated": 7},
        "ALLIES": {"own": 0, "narrated": 2},
        "RUS": {"own": 2, "narrated": 5},
        "WEST": {"own": 0, "narrated": 1},
        "USA": {"own": 3, "narrated": 4},
    }


def test_a_joint_statement_counts_once_for_each_proposition_and_stance():
    rows = [
        made("a", joint_key="1:J1"),
        made("b", joint_key="1:J1"),
        made("b", "sanctions", joint_key="1:J1"),
        made("c", stance="opposes", joint_key="1:J1"),
        made("a", joint_key="2:J1"),
        made("a"),
        made("a"),
    ]

    assert agreement.joined(rows) == [rows[0], *rows[2:]]


def test_a_position_is_distinct_however_often_it_is_stated():
    rows = [made("a"), made("a", basis="inferential"), made("a", stance="opposes"), made("b")]

    assert agreement.distinct(rows) == [rows[0], rows[2], rows[3]]


def test_who_says_both_is_tied_both_ways_but_not_to_itself():
    rows = [made("a"), made("a", stance="opposes"), made("b")]

    assert agreement.pairs(rows) == ({frozenset("ab"): ["truce"]}, {frozenset("ab"): ["truce"]})
    assert agreement.contention(rows) == {"truce": 1}
    assert agreement.contention(rows[:2]) == {"truce": 0}


@pytest.mark.parametrize("stance", ["ambivalent", "unclear"])
def test_unclear_and_ambivalent_are_counted_and_tie_nobody(stance):
    rows = [made("a", stance=stance), made("b", stance=stance), made("c", stance="opposes")]

    assert agreement.pairs(rows) == ({}, {})
    assert agreement.contention(rows) == {"truce": 0}
    assert agreement.matrix(rows)["truce", "a"] == {stance: 1}


def test_nothing_gives_nothing():
    assert agreement.matrix([]) == agreement.contention([]) == agreement.voice_balance([]) == {}
    assert agreement.pairs([]) == ({}, {})


def test_a_quotation_from_another_party_is_not_ones_own_voice():
    rows = [
        made("a", speech_form="direct", attribution="other_party"),
        made("a", speech_form="direct", attribution="speaker"),
        made("a", speech_form="mixed"),
        made("a", speech_form="narrated", attribution="author"),
    ]

    assert agreement.voice_balance(rows) == {"a": {"own": 2, "narrated": 2}}


some_statements = st.lists(
    st.builds(
        made,
        st.sampled_from("abcd"),
        st.sampled_from(["truce", "sanctions", "talks"]),
        st.sampled_from(["supports", "opposes", "ambivalent", "unclear"]),
    ),
    max_size=30,
)


@given(some_statements)
def test_the_order_of_the_statements_changes_no_figure(rows):
    backwards = rows[::-1]

    assert agreement.matrix(rows) == agreement.matrix(backwards)
    assert agreement.pairs(rows) == agreement.pairs(backwards)
    assert agreement.contention(rows) == agreement.contention(backwards)


@given(some_statements)
def test_ties_are_what_comparing_every_two_statements_gives(rows):
    congruence, conflict = {}, {}
    for one, other in itertools.combinations(rows, 2):
        if one.proposition != other.proposition or one.party == other.party:
            continue
        if {one.stance, other.stance} == {"supports", "opposes"}:
            conflict.setdefault(frozenset({one.party, other.party}), set()).add(one.proposition)
        elif one.stance == other.stance and one.stance in {"supports", "opposes"}:
            congruence.setdefault(frozenset({one.party, other.party}), set()).add(one.proposition)

    assert agreement.pairs(rows) == tuple(
        {two: sorted(names) for two, names in ties.items()} for ties in (congruence, conflict)
    )
    assert sum(sum(counts.values()) for counts in agreement.matrix(rows).values()) == len(rows)
