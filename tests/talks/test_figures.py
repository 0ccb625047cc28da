"""A made-up corpus gives the same figures three ways: in SQL, on the pages, in plain Python.

The plain Python here counts what was made up, not what is stored, and shares no code with either.
"""

import itertools
from collections import Counter, defaultdict

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from bench import corpus_positions
from talks import agreement, browsing
from talks.models import Party, Position, Proposition

pytestmark = pytest.mark.django_db

# Accepted work that nobody withdrew, as visitors see it.
SEEN = """
SELECT position.*, party.slug AS party, proposition.name AS proposition
FROM talks_position position
JOIN talks_article article ON article.id = position.article_id
JOIN talks_party party ON party.id = position.party_id
JOIN talks_proposition proposition ON proposition.id = position.proposition_id
JOIN talks_round round ON round.id = article.round_id
WHERE round.slug = 'bench' AND position.work_status = 'accepted'
    AND position.withdrawn_at IS NULL AND article.status = 'published'
    AND (%(basis)s = '' OR position.basis = %(basis)s)
"""
MATRIX = f"""
SELECT proposition, party, stance, count(*) FROM ({SEEN}) seen GROUP BY 1, 2, 3
"""
DISTINCT = f"""
SELECT count(DISTINCT (party, proposition, stance)) FROM ({SEEN}) seen
"""
JOINED = f"""
SELECT count(*) FILTER (WHERE joint_key = '')
    + count(DISTINCT (article_id, joint_key, proposition, stance)) FILTER (WHERE joint_key <> '')
FROM ({SEEN}) seen
"""
PAIRS = f"""
WITH held AS (
    SELECT DISTINCT party, proposition, stance FROM ({SEEN}) seen
    WHERE stance IN ('supports', 'opposes')
)
SELECT one.stance = other.stance, one.party, other.party, one.proposition
FROM held one JOIN held other USING (proposition)
WHERE one.party < other.party GROUP BY 1, 2, 3, 4
"""
CONTENTION = f"""
WITH camps AS (
    SELECT proposition,
        count(DISTINCT party) FILTER (WHERE stance = 'supports') AS supporters,
        count(DISTINCT party) FILTER (WHERE stance = 'opposes') AS opponents,
        count(DISTINCT party) FILTER (WHERE stance IN ('supports', 'opposes')) AS parties
    FROM ({SEEN}) seen GROUP BY proposition
)
SELECT proposition, CASE WHEN parties < 2 THEN 0 ELSE least(supporters, opponents) END FROM camps
"""
VOICES = f"""
SELECT party, count(*) FILTER (WHERE is_own), count(*) FILTER (WHERE NOT is_own)
FROM (
    SELECT party, speech_form IN ('direct', 'mixed') AND attribution IN ('speaker', 'party')
        AS is_own FROM ({SEEN}) seen
) voices GROUP BY 1
"""


def ask(sql, basis):
    with connection.cursor() as cursor:
        cursor.execute(sql, {"basis": basis})
        return cursor.fetchall()


def figures_in_sql(basis):
    ties = {True: {}, False: {}}
    for is_congruent, one, other, proposition in ask(PAIRS, basis):
        ties[is_congruent].setdefault(frozenset({one, other}), set()).add(proposition)
    return {
        "matrix": {(what, who, stance): n for what, who, stance, n in ask(MATRIX, basis)},
        "distinct": ask(DISTINCT, basis)[0][0],
        "joined": ask(JOINED, basis)[0][0],
        "congruence": ties[True],
        "conflict": ties[False],
        "contention": dict(ask(CONTENTION, basis)),
        "voices": {who: (own, narrated) for who, own, narrated in ask(VOICES, basis)},
    }


def figures_on_the_pages(basis):
    parties = dict(Party.objects.values_list("pk", "slug"))
    propositions = dict(Proposition.objects.values_list("pk", "name"))
    seen = Position.objects.visible_to(AnonymousUser()).filter(article__round__slug="bench")
    rows = [one for one in browsing.coded(seen) if basis in ("", one.basis)]

    def named(ties):
        return {
            frozenset(parties[one] for one in two): {propositions[one] for one in found}
            for two, found in ties.items()
        }

    congruence, conflict = agreement.pairs(rows)
    return {
        "matrix": {
            (propositions[what], parties[who], stance): n
            for (what, who), counts in agreement.matrix(rows).items()
            for stance, n in counts.items()
        },
        "distinct": len(agreement.distinct(rows)),
        "joined": len(agreement.joined(rows)),
        "congruence": named(congruence),
        "conflict": named(conflict),
        "contention": {propositions[k]: n for k, n in agreement.contention(rows).items()},
        "voices": {
            parties[who]: (voices["own"], voices["narrated"])
            for who, voices in agreement.voice_balance(rows).items()
        },
    }


def figures_in_plain_python(claims, basis):
    seen = [
        one
        for one in claims
        if one.status == "accepted" and not one.is_withdrawn and basis in ("", one.basis)
    ]
    slug, name = "bench-party-{}".format, "Proposition {}".format
    supporters, opponents = defaultdict(set), defaultdict(set)
    voices = defaultdict(lambda: [0, 0])
    joint = set()
    alone = 0
    for one in seen:
        if one.stance == "supports":
            supporters[one.proposition].add(one.party)
        elif one.stance == "opposes":
            opponents[one.proposition].add(one.party)
        own = one.form in ("direct", "mixed") and one.attribution in ("speaker", "party")
        voices[slug(one.party)][0 if own else 1] += 1
        if one.joint:
            joint.add((one.article, one.joint, one.proposition, one.stance))
        else:
            alone += 1
    congruence, conflict, contention = {}, {}, {}
    for what in {one.proposition for one in seen}:
        fors, againsts = supporters[what], opponents[what]
        contention[name(what)] = min(len(fors), len(againsts)) if len(fors | againsts) > 1 else 0
        for a, b in itertools.combinations(sorted(fors | againsts), 2):
            two = frozenset({slug(a), slug(b)})
            if {a, b} <= fors or {a, b} <= againsts:
                congruence.setdefault(two, set()).add(name(what))
            if (a in fors and b in againsts) or (b in fors and a in againsts):
                conflict.setdefault(two, set()).add(name(what))
    return {
        "matrix": dict(
            Counter((name(one.proposition), slug(one.party), one.stance) for one in seen)
        ),
        "distinct": len({(one.party, one.proposition, one.stance) for one in seen}),
        "joined": alone + len(joint),
        "congruence": congruence,
        "conflict": conflict,
        "contention": contention,
        "voices": {who: tuple(counts) for who, counts in voices.items()},
    }


@pytest.fixture(scope="module")
def claims():
    return corpus_positions.plan()


def test_the_corpus_is_the_same_at_every_run_and_of_its_size(claims):
    assert claims == corpus_positions.plan()
    assert len(claims) == 6000
    assert Counter(Counter(one.article for one in claims).values()) == {20: 300}
    assert sum(bool(one.joint) for one in claims) > 200


def test_the_figures_of_6000_positions_are_the_same_three_ways(claims):
    with connection.cursor() as cursor:
        # The checks of six thousand positions keep to their time with statistics of empty tables.
        cursor.execute("ANALYZE (SKIP_LOCKED)")
    talks_round = corpus_positions.load(claims)
    connection.check_constraints()

    assert Position.objects.filter(article__round=talks_round).count() == 6000
    assert talks_round.articles.count() == 300
    for basis in ("", "textual"):
        expected = figures_in_plain_python(claims, basis)
        assert figures_in_sql(basis) == expected
        assert figures_on_the_pages(basis) == expected
