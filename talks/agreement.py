"""Who agrees with whom, counted from what parties hold. Plain Python.

Source: congruence and conflict networks, duplicates and statements of Discourse Network Analyzer
(Leifeld). "Ambivalent" and "unclear" are counted and shown, and tie nobody to anybody.
"""

import itertools
from collections import defaultdict
from collections.abc import Hashable
from typing import NamedTuple

SUPPORTS, OPPOSES = "supports", "opposes"
OWN_FORMS = frozenset({"direct", "mixed"})
OWN_ATTRIBUTIONS = frozenset({"speaker", "party"})


class Statement(NamedTuple):
    """A position as far as counting goes: one party's, in one article.

    ``party``, ``proposition`` and ``speaker`` are whatever names them, such as ids that can be
    sorted. ``joint_key`` is empty, or the same for all rows of one joint statement; since coders
    number joint statements within an article, callers put the article into it.
    """

    pk: Hashable
    party: Hashable
    proposition: Hashable
    stance: str
    joint_key: Hashable
    basis: str
    certainty: str
    speech_form: str
    attribution: str
    speaker: Hashable


def matrix(statements):
    """How often each party holds what: ``{(proposition, party): {stance: count}}``.

    Only stances that occur have a count. A joint statement counts once with each of its parties.
    """
    cells = defaultdict(lambda: defaultdict(int))
    for one in statements:
        cells[one.proposition, one.party][one.stance] += 1
    return {cell: dict(counts) for cell, counts in cells.items()}


def joined(statements):
    """The statements with each joint one only once: the first of its rows, in the order given.

    One joint act may take several stances; it is one statement for each proposition and stance.
    """
    return _first_of_each(
        statements,
        lambda one: (one.joint_key, one.proposition, one.stance) if one.joint_key else (one,),
    )


def distinct(statements):
    """What each party holds, however often it says so: the first statement of each position."""
    return _first_of_each(statements, lambda one: (one.party, one.proposition, one.stance))


def pairs(statements):
    """Which two parties agree and which disagree: ``(congruence, conflict)``.

    Both are ``{frozenset({party, party}): sorted list of propositions}``. Two parties are
    congruent on a proposition that both support or both oppose, and in conflict on one that one
    of them supports and the other opposes. A party that does both can be tied both ways.
    """
    congruence, conflict = defaultdict(set), defaultdict(set)
    for proposition, (supporters, opponents) in _camps(statements).items():
        for camp in (supporters, opponents):
            for two in itertools.combinations(camp, 2):
                congruence[frozenset(two)].add(proposition)
        for two in itertools.product(supporters, opponents):
            if two[0] != two[1]:
                conflict[frozenset(two)].add(proposition)
    return _sorted(congruence), _sorted(conflict)


def contention(statements):
    """How contested each proposition is: the number of parties in the smaller of its two camps.

    0 where nobody contradicts anybody. Every proposition of ``statements`` has its number. A
    party that both supports and opposes stands in both camps, but not against itself.
    """
    camps = _camps(statements)
    return {
        one.proposition: _smaller_camp(*camps.get(one.proposition, ((), ()))) for one in statements
    }


def voice_balance(statements):
    """How often each party is heard in its own words: ``{party: {"own": n, "narrated": n}}``.

    Own are direct and mixed quotations of its speaker or of the party; narrated is all else,
    also what another party or the author says of it. Both numbers are always there.
    """
    balance = {}
    for one in statements:
        voices = balance.setdefault(one.party, {"own": 0, "narrated": 0})
        voices[voice_of(one)] += 1
    return balance


def voice_of(one):
    """Whether the party itself is heard ("own") or not ("narrated")."""
    is_own = one.speech_form in OWN_FORMS and one.attribution in OWN_ATTRIBUTIONS
    return "own" if is_own else "narrated"


def _camps(statements):
    """Supporters and opponents of each proposition that has any, in the order they come."""
    camps = defaultdict(lambda: ({}, {}))
    for one in statements:
        if one.stance in (SUPPORTS, OPPOSES):
            camps[one.proposition][one.stance == OPPOSES][one.party] = None
    return {
        proposition: (list(fors), list(againsts)) for proposition, (fors, againsts) in camps.items()
    }


def _smaller_camp(supporters, opponents):
    if len({*supporters, *opponents}) < 2:
        return 0
    return min(len(supporters), len(opponents))


def _first_of_each(statements, key):
    found = {}
    for one in statements:
        found.setdefault(key(one), one)
    return list(found.values())


def _sorted(ties):
    return {two: sorted(propositions) for two, propositions in ties.items()}
