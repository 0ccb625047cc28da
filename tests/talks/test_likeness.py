"""Wire copy and light edits are found among other texts; other texts are not."""

import random

from talks import likeness

WORDS = [f"{a}{b}" for a in "bcdfghklmnprstvz" for b in ("ado", "eli", "omu", "ire", "une", "yst")]


def text(seed, words=300):
    dice = random.Random(seed)
    lines = [" ".join(dice.choices(WORDS, k=30)) for _ in range(words // 30)]
    return "\n".join(lines)


def edited(original, every, seed=0):
    dice = random.Random(seed)
    words = original.split(" ")
    for place in range(0, len(words), every):
        words[place] = dice.choice(WORDS)
    return " ".join(words)


def is_found(one, two):
    return bool(set(likeness.features(one)) & set(likeness.features(two)))


def test_light_edits_are_found_nearly_always():
    found = [is_found(text(n), edited(text(n), 20)) for n in range(200)]

    assert sum(found) >= 198


def test_an_excerpt_of_whole_paragraphs_is_found():
    whole = text(1, words=3000)
    excerpt = "\n".join(whole.split("\n")[:5])

    assert is_found(whole, excerpt)
    assert likeness.share(whole, excerpt) > 0.99


def test_other_texts_are_not_found():
    texts = [text(n) for n in range(60)]

    assert [(i, j) for i in range(60) for j in range(i) if is_found(texts[i], texts[j])] == []


def test_texts_without_spaces_are_compared_by_their_characters():
    def chinese(seed):
        return "".join(random.Random(seed).choices([chr(c) for c in range(0x4E00, 0x4F00)], k=200))

    report = chinese(1)
    edit = f"{report[:80]}不{report[82:]}"

    assert is_found(report, edit)
    assert likeness.share(report, edit) > 0.9
    assert not is_found(report, chinese(2))


def test_case_and_punctuation_do_not_count():
    one = text(1)

    assert likeness.share(one, one.upper().replace(" ", ", ")) == 1


def test_texts_of_a_few_words_are_like_nothing():
    assert likeness.features("They met.") == []
    assert likeness.share("They met.", "They met.") == 0
