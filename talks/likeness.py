"""How much two texts have in common, and by what a like one is found among thousands.

Plain Python. A text's shingles are its runs of three words. Sources: Broder, "On the resemblance
and containment of documents" (1997); one permutation hashing: Li, Owen and Zhang (2012).
"""

import hashlib
import re

from .text import IDEOGRAPHIC

# Letters of an alphabet count for no word, also where no spaces are set: three tell nothing.
WORD = re.compile(rf"[{IDEOGRAPHIC}]|[^\W{IDEOGRAPHIC}]+")
SHINGLE = 3  # words
BUCKETS, ROWS = 128, 4  # 32 bands: half of the shingles in common is found with 87 in 100
PARAGRAPH = 12  # words, from which a paragraph that is taken over whole tells something
FEWEST = 20  # shingles, below which likeness is chance


def shingles(text):
    """The hashes of the text's runs of words, without regard to case and punctuation."""
    words = WORD.findall(text.lower())
    return {
        _hash(" ".join(words[i : i + SHINGLE])) for i in range(max(0, len(words) - SHINGLE + 1))
    }


def features(text, found=None):
    """Numbers that like texts share: bands of a MinHash, and whole paragraphs.

    ``found`` are the text's shingles, where they are known already.
    """
    found = shingles(text) if found is None else found
    if len(found) < FEWEST:
        return []
    smallest = [None] * BUCKETS
    for one in found:
        bucket, value = one % BUCKETS, one // BUCKETS
        if smallest[bucket] is None or value < smallest[bucket]:
            smallest[bucket] = value
    # An empty bucket borrows from the next one that is not.
    for i in range(BUCKETS):
        step = 0
        while smallest[(i + step) % BUCKETS] is None:
            step += 1
        smallest[i] = (smallest[(i + step) % BUCKETS] or 0) + step
    bands = {
        _hash(f"{start} {smallest[start : start + ROWS]}") for start in range(0, BUCKETS, ROWS)
    }
    paragraphs = (WORD.findall(line.lower()) for line in text.split("\n"))
    taken_over = {_hash(" ".join(words)) for words in paragraphs if len(words) >= PARAGRAPH}
    return sorted(_signed(one) for one in bands | taken_over)


def share(one, two):
    """How much of the shorter of two texts stands in the other, from 0 to 1."""
    return overlap(shingles(one), shingles(two))


def overlap(first, second):
    """The same of the shingles of two texts."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller >= FEWEST else 0


def _hash(text):
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def _signed(number):
    """As PostgreSQL's bigint, which has a sign."""
    return number - 2**64 if number >= 2**63 else number
