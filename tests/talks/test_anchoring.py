"""Passages of one text are found again in a later one, and never land on other words unmarked."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talks.anchoring import WORD, Kind, Match, Sentences, align, find_again

SEED = Path(__file__).parents[2] / "annotations" / "seed" / "istanbul-2025-05-16.txt"
UNRELATED = (
    "The bakery on the corner opens at six. Its owner kneads the dough by hand.\n"
    "In summer the tram is full of tourists who want to see the harbour and the old lighthouse.\n"
    "Nobody in town remembers when the bridge was painted green."
)
WORDS = ["the", "talks", "Russia", "Ukraine", "agreed", "swap", "“ceasefire”", "мир", "👩‍👩‍👧", "é"]


def found(old, new, quote, at=0):
    """What became of the occurrence number ``at`` of ``quote``: its match and its new words."""
    start = -1
    for _ in range(at + 1):
        start = old.index(quote, start + 1)
    (match,) = find_again(old, new, [(start, start + len(quote))])
    return match, new[match.start : match.end]


def test_a_text_that_did_not_change_keeps_each_passage_where_it_is():
    text = SEED.read_text()
    spans = [(0, 7), (100, 180), (len(text) - 11, len(text)), (0, len(text))]

    assert find_again(text, text, spans) == [
        Match(Kind.UNCHANGED, start, end, 1.0, True) for start, end in spans
    ]


def test_a_passage_behind_an_inserted_paragraph_is_unchanged_at_its_new_place():
    old = SEED.read_text()
    new = "CORRECTION: An earlier version misstated the venue.\n" + old

    match, words = found(old, new, "1,000", at=0)

    assert (match.kind, match.is_sure, words) == (Kind.UNCHANGED, True, "1,000")
    assert match.start == new.index("1,000")


def test_a_paragraph_put_elsewhere_takes_its_passages_along():
    lines = SEED.read_text().split("\n")
    old = "\n".join(lines)
    new = "\n".join([*lines[5:8], *lines[:5], *lines[8:]])
    quote = lines[1][20:90]

    match, words = found(old, new, quote)

    assert (match.is_sure, words) == (True, quote)


def test_the_same_words_between_other_words_have_moved():
    old = "They met for an hour. Both sides agreed to an exchange of prisoners. Then they left."
    moved = "After lunch, at last: all smiled. Both sides agreed to an exchange of prisoners."
    turned = "After lunch, both sides agreed to an exchange of prisoners, said the minister."

    for new, is_sure in ((moved, True), (turned, False)):
        for quote in ("sides agreed to an exchange of prisoners", "sides"):
            match, words = found(old, new, quote)
            assert (match.kind, match.is_sure, words) == (Kind.MOVED, is_sure, quote)


def test_another_wording_is_proposed_and_never_sure():
    old = "Ukraine and Russia agreed to a swap of 1,000 prisoners each, the minister said."
    new = "Ukraine and Russia agreed to an exchange of 1,000 captives each, the minister said."

    match, words = found(old, new, "agreed to a swap of 1,000 prisoners each")

    assert (match.kind, match.is_sure) == (Kind.REWORDED, False)
    assert words == "agreed to an exchange of 1,000 captives each"
    assert 0.5 < match.score < 1


def test_a_replaced_word_is_proposed_between_the_words_that_stayed():
    old = "There was clear frustration in the room when the delegation of Russia rose and left."
    new = "There was clear resignation in the room when the delegation of Russia rose and left."

    match, words = found(old, new, "frustration")

    assert (match.kind, match.is_sure, words) == (Kind.REWORDED, False, "resignation")


def test_words_that_became_part_of_another_word_are_not_the_same():
    old = "Both sides agreed to a swap of prisoners."
    new = "Both sides agreed to an exchange of prisoners."

    match, words = found(old, new, "Both sides agreed to a")

    assert (match.kind, match.is_sure) == (Kind.REWORDED, False)
    assert words == "Both sides agreed to an"


@pytest.mark.parametrize(
    ("words", "later"),
    [
        ("agreed to a swap of 1,000", "agreed to a swap of 1,500"),
        ("agreed to a swap of 1,000", "agreed to a swap of 1,000,000"),
        ("agreed to a swap of 1", "agreed to a swap of 1.5"),
        ("agreed to a swap of 1,000", "agreed to a swap of 1,000 million"),
        ("agreed to a loss of 10", "agreed to a loss of 10%"),
        ("5 percent on that day", "-5 percent on that day"),
        ("000 prisoners on that day", "1,000 prisoners on that day"),
        ("who in Kyiv did", "who in Kyiv didn’t"),
        ("was for a cease", "was for a cease-fire"),
        ("Russian guarantees on that day", "non-Russian guarantees on that day"),
        ("a fee of $5", "a fee of $5½"),
        ("$5 a day in the end", "US$5 a day in the end"),
        ("a meal in a cafe", "a meal in a cafe\u0301"),
        ("a sign of 👩", "a sign of 👩\u200d👧"),
        ("a sign of 👍", "a sign of 👍🏽"),
        ("किताब", "किताबें"),
    ],
)
def test_a_number_or_word_that_goes_on_otherwise_is_another(words, later):
    around = "They met in Istanbul for hours. It {} and nothing else, the minister told reporters."

    match, _ = found(around.format(words), around.format(later), words)

    assert not match.is_sure


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The ministers did [agree] to it then.", "The ministers did not agree to it then."),
        ("He [will come to the next talks].", "He can’t or will come to the next talks."),
        ("[Ukraine] lost 500 men that day.", "Ukraine lost 600 men that day."),
        ("Of 1,000 men [all were exchanged].", "Of 1,500 men all were exchanged."),
        ("Росія [погодилася на обмін полоненими].", "Росія не погодилася на обмін полоненими."),
        ("Россия [согласилась на обмен пленными].", "Россия не согласилась на обмен пленными."),
        ("Sie haben [dem Tausch zugestimmt].", "Sie haben nicht dem Tausch zugestimmt."),
        ("莫斯科[同意停火]，他说。", "莫斯科不同意停火，他说。"),
        ("รัสเซีย[เห็นด้วยกับการหยุดยิง]", "รัสเซียไม่เห็นด้วยกับการหยุดยิง"),
        ("Umerov said: [“We will not accept this.”]", "Medinsky said: “We will not accept this.”"),
        ("Kyiv [said that it would sign this].", "A rebel who fled said that it would sign this."),
        ("They [agreed].", "They agreed only in principle."),
        ("Kyiv asked; Moscow [would not sign this].", "Moscow asked; Kyiv would not sign this."),
        ("In three weeks [they will meet again].", "In four weeks they will meet again."),
        ("За три тижні [вони знову зустрінуться].", "За чотири тижні вони знову зустрінуться."),
        ("Через три дня [они вернутся домой].", "Через четыре дня они вернутся домой."),
        ("[They will come to the talks].", "They will come to the talks?"),
        ("It grew by 5, [the minister said].", "It grew by -5, the minister said."),
        ("It cost 5, [the minister said].", "It cost €5, the minister said."),
        ("The deal is [good for them all], he said.", "The deal is “good for them all”, he said."),
        ("“[We shall see.] We wait,” Umerov said.", "“We shall see. We wait,” Medinsky said."),
    ],
)
def test_the_same_words_wait_where_their_sentence_is_another(old, new):
    words = old[old.index("[") + 1 : old.index("]")]
    around = "They met in Istanbul for hours. {} Then they all went home again."
    old, new = (around.format(text.replace("[", "").replace("]", "")) for text in (old, new))

    match, found_words = found(old, new, words)

    assert (match.is_sure, found_words) == (False, words)


@pytest.mark.parametrize(
    "new",
    [
        "He said: “We agree to  all of it”, and left!",
        "“Now.” HE SAID: «We agree to all of it» and left.",
    ],
)
def test_stops_spaces_and_the_shape_of_quotation_marks_say_nothing(new):
    match, _ = found('He said, "We agree to all of it," and left.', new, "all of it")

    assert (match.kind, match.is_sure) == (Kind.MOVED, True)


def test_what_changed_beside_the_same_words_is_told():
    old = "Neither of the 2 came, and all agreed on 3 things. Not so 5 others."
    new = "Some of the 2 came, and all agreed on 4 things. Some 6 others can’t."

    sentences = Sentences(old, new)

    assert sentences.changed(27, 37, 24, 34) == (["neither", "3"], ["some", "4"])


def test_another_wording_is_found_where_words_have_no_spaces():
    old = "双方在伊斯坦布尔会谈。代表团同意交换一千名战俘。部长离开了。"
    new = "双方在伊斯坦布尔会谈。代表团同意释放一千名战俘。部长离开了。"

    match, words = found(old, new, "同意交换一千名战俘")

    assert (match.kind, words) == (Kind.REWORDED, "同意释放一千名战俘")


def test_what_repeats_itself_thousands_of_times_stays_at_its_place():
    old = "ha " * 5_000
    spans = [(3 * at, 3 * at + 5) for at in (0, 2_000, 4_000)]

    assert [match[1:3] for match in find_again(old, old + "ha", spans) if match.is_sure] == spans


def test_words_taken_out_are_lost():
    old = "The talks took two hours. Nobody expected anything else of them. The delegations left."
    new = "The talks took two hours. The delegations left."

    match, words = found(old, new, "Nobody expected anything else of them.")

    assert (match, words) == (Match(Kind.LOST, match.start, match.start, 0.0, False), "")


def test_a_name_is_not_carried_to_the_same_name_in_another_sentence():
    old = "Russia sent a junior team to the first meeting.\nUkraine wanted more of it."
    new = "Ukraine wanted more of it.\nLater that week a spokesman for Russia declined to comment."

    match, _ = found(old, new, "Russia")

    assert not match.is_sure


def test_of_twins_the_one_at_the_same_place_is_taken():
    line = "“We are ready.” He said no more to the press.\n"
    old = f"{line}First the Ukrainians came.\n{line}Then the Russians came.\n{line}"
    new = f"An hour passed.\n{old}"

    for at in range(3):
        match, words = found(old, new, "We are ready.", at)
        shifted = [i for i in range(len(new)) if new.startswith("We are ready.", i)]
        # Before the first stands something new now, so it waits for a look, at its own place.
        assert (match.is_sure, words, match.start) == (at > 0, "We are ready.", shifted[at])


def test_a_moved_twin_waits_with_the_nearest_proposed():
    old = "Alpha beta gamma. We want peace and nothing else at all. Delta epsilon zeta eta theta."
    twin = "We want peace and nothing else at all."
    new = f"One two three. {twin} Four five six seven.\nEight nine. {twin} Ten eleven twelve."

    match, words = found(old, new, twin)

    assert (match.kind, match.is_sure, words) == (Kind.MOVED, False, twin)
    assert match.start == new.index(twin)


def test_unrelated_texts_give_none():
    old = SEED.read_text()
    lines = old.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines))]
    spans = [(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
    spans += [(m, m + 12) for m in range(0, len(old) - 12, 37)]

    assert {match.kind for match in find_again(old, UNRELATED, spans)} == {Kind.LOST}
    words = [match.span() for match in WORD.finditer(old)]
    assert {match.kind for match in find_again(old, UNRELATED, words)} == {Kind.LOST}
    first = old[: len(UNRELATED)].rstrip(".") + "."
    spans = [(0, len(first)), (0, len(first) - 1), (0, 40)]
    assert {match.kind for match in find_again(first, UNRELATED, spans)} == {Kind.LOST}


def test_a_long_line_of_20_000_words_is_aligned():
    words = [f"{WORDS[i % 5]}{i % 977}" for i in range(20_000)]
    old = " ".join(words)
    new = " ".join([*words[:5_000], "and", "again", *words[5_000:15_000], *words[15_100:]])
    at = len(" ".join(words[:12_000])) + 1
    span = (at, at + len(" ".join(words[12_000:12_010])))

    (match,) = find_again(old, new, [span])

    assert match == Match(
        Kind.UNCHANGED, span[0] + len("and again "), span[1] + len("and again "), 1.0, True
    )


texts = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), min_size=1, max_size=8)


@st.composite
def edited(draw):
    """A text as (word, identity) pairs by lines, and the same after some random edits."""
    number = iter(range(10**6))
    old = [[(word, next(number)) for word in line] for line in draw(texts)]
    new = [list(line) for line in old]
    for _ in range(draw(st.integers(0, 6))):
        line = draw(st.integers(0, len(new) - 1))
        at = draw(st.integers(0, len(new[line])))
        kind = draw(st.sampled_from(["insert", "delete", "replace", "move", "drop", "repeat"]))
        if kind == "insert":
            new[line].insert(at, (draw(st.sampled_from(WORDS)), next(number)))
        elif kind == "delete":
            del new[line][at : at + 2]
        elif kind == "replace" and at < len(new[line]):
            new[line][at] = (draw(st.sampled_from(WORDS)), next(number))
        elif kind == "move":
            new.insert(draw(st.integers(0, len(new) - 1)), new.pop(line))
        elif kind == "drop" and len(new) > 1:
            del new[line]
        elif kind == "repeat":
            new.insert(line, [(word, next(number)) for word, _ in new[line]])
    return old, new


def written(lines):
    """The text, and for each code point the identity of the word that it is part of."""
    text, owners = "", []
    for i, line in enumerate(lines):
        for j, (word, identity) in enumerate(line):
            piece = word + ("\n" if j == len(line) - 1 and i < len(lines) - 1 else " ")
            text += piece
            owners += [identity] * len(piece)
    return text, owners


def line_of(text, start, words):
    """The words of the lines that ``words`` stand in, which have no stops: before and behind."""
    end = start + len(words)
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    return text[first:start].split(), text[end : len(text) if last < 0 else last].split()


@settings(max_examples=300, deadline=None)
@given(edited(), st.data())
def test_what_is_sure_stands_on_the_same_words_of_the_same_sentence(pair, data):
    (old, old_owners), (new, new_owners) = map(written, pair)
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, min(len(old), start + 60)))

    (match,) = find_again(old, new, [(start, end)])

    assert 0 <= match.start <= match.end <= len(new)
    assert (match.kind == Kind.LOST) == (match.start == match.end)
    if match.kind in {Kind.UNCHANGED, Kind.MOVED}:
        assert new[match.start : match.end] == old[start:end]
    else:
        assert not match.is_sure
    core = old[start:end].strip()
    if match.is_sure and core:
        before = len(old[start:end]) - len(old[start:end].lstrip())
        lines = line_of(old, start + before, core), line_of(new, match.start + before, core)
        assert lines[0] == lines[1]
    if match.is_sure and new_owners[match.start : match.end] != old_owners[start:end]:
        # Then nothing within sight tells the two apart, or the words it stood on are gone.
        still_there = any(
            new_owners[at : at + end - start] == old_owners[start:end]
            for at in range(len(new_owners))
        )
        assert match.kind == Kind.UNCHANGED or not still_there


def whole(text, start, end):
    """The stretch with all of what it cuts, without what closes a sentence."""
    while start and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end].strip(".,;:!?“”\"'()")


DENIED = (
    "Kyiv agreed to meet, and Moscow came. The envoys sat down; all of them spoke.\nIt was late."
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_denial_is_never_put_beside_what_is_carried_over_unseen(data):
    places = [at for at, sign in enumerate(DENIED) if sign == " "]
    put = data.draw(st.sampled_from(places))
    new = f"{DENIED[:put]} not{DENIED[put:]}"
    start = data.draw(st.integers(0, len(DENIED) - 1))
    end = data.draw(st.integers(start + 1, len(DENIED)))
    if DENIED[start:end].isspace():
        return

    (match,) = find_again(DENIED, new, [(start, end)])

    if match.is_sure:
        ends = [0, DENIED.index(" The"), DENIED.index("\n"), len(DENIED)]
        first = max(at for at in ends if at <= start)
        last = min(at for at in ends if at >= end)
        assert not first < put < last


NUMBERED = "On 16 May 2025 some 1,000 prisoners, 12.5 % of them, left in 3 trains; 1,000 stayed."


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_digit_is_never_carried_over_unseen(data):
    old = f"{NUMBERED}\nThe ministers met twice.\n{NUMBERED.replace('16', '17')}"
    digits = [at for at, sign in enumerate(old) if sign.isdigit()]
    at = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from("0123456789"))
    how = data.draw(st.sampled_from(["change", "insert", "delete", "thousand", "fraction"]))
    put = {"insert": old[at] + other, "delete": "", "thousand": f"{old[at]},000",
           "fraction": f"{old[at]}.{other}"}.get(how, other)  # fmt: skip
    new = old[:at] + put + old[at + 1 :]
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, min(len(old), start + 60)))
    if old[start:end].isspace():
        return

    (match,) = find_again(old, new, [(start, end)])

    if match.is_sure:
        assert whole(new, match.start, match.end) == whole(old, start, end)


@settings(max_examples=200, deadline=None)
@given(edited())
def test_aligned_stretches_are_equal_and_in_order(pair):
    (old, _), (new, _) = map(written, pair)

    blocks = align(old, new)

    at = (0, 0)
    for block in blocks:
        assert (block.old_start, block.new_start) >= at
        assert block.old_start >= at[0]
        assert block.new_start >= at[1]
        at = (block.old_start + block.length, block.new_start + block.length)
        assert old[block.old_start : at[0]] == new[block.new_start : at[1]] != ""


def test_short_words_at_their_place_are_proposed_although_all_around_them_changed():
    old = "They met in Istanbul.\nSource: CNN"
    new = "They met in Istanbul.\nThe talks took two hours.\nSource: CNN\nUpdated at noon."

    match, words = found(old, new, "Source: CNN")

    assert (match.kind, words, match.is_sure) == (Kind.MOVED, "Source: CNN", False)
