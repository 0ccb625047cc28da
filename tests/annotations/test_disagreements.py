"""Which taggings contradict which, against the rule itself on all pairs."""

from hypothesis import given
from hypothesis import strategies as st

from annotations.disagreements import contradicting

NUMBERS = st.tuples(st.integers(0, 30), st.integers(1, 12), st.integers(0, 2), st.integers(0, 3))


def overlaps(one, other):
    return one[0] < other[1] and other[0] < one[1]


def by_the_rule(rows):
    def uses(coder, tag, place):
        return any(row[3:] == (coder, tag) and overlaps(row, place) for row in rows)

    found = {}
    for one in rows:
        for other in rows:
            is_other = one[3] != other[3] and one[4] != other[4] and overlaps(one, other)
            if is_other and not (uses(one[3], other[4], other) or uses(other[3], one[4], one)):
                found.setdefault(one[2], set()).add(other[2])
    return found


@given(st.lists(NUMBERS, max_size=14))
def test_taggings_contradict_each_other_as_the_rule_says(numbers):
    rows = sorted((s, s + n, key, coder, tag) for key, (s, n, coder, tag) in enumerate(numbers))

    assert contradicting(rows) == by_the_rule(rows)
