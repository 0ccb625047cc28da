"""Made-up texts and codings of a given size, the same at every run."""

import random

from accounts.models import User
from annotations.models import Codebook, Note, Tagging
from talks import importing
from talks import text as plain_text
from talks.models import ArticleStatus, Passage, Round

WORDS = [
    "talks",
    "delegation",
    "ceasefire",
    "exchange",
    "prisoners",
    "territory",
    "sanctions",
    "demand",
    "pressure",
    "meeting",
    "minister",
    "said",
    "leaders",
    "Istanbul",
    "proposal",
    "withdrew",
    "agreed",
    "rejected",
    "condition",
    "deadline",
    "allies",
    "spokesman",
    "statement",
    "border",
    "region",
    "process",
    "document",
    "draft",
    "observers",
    "humanitarian",
    "corridor",
]


def book(words=20_000, seed=7):
    """A text of ``words`` words in paragraphs of some 90, with a credit line."""
    dice = random.Random(seed)
    lines = []
    while words > 0:
        size = min(words, dice.randint(60, 120))
        words -= size
        line = [dice.choice(WORDS) for _ in range(size)]
        for place in range(12, size, dice.randint(12, 20)):
            line[place] += "."
        lines.append(" ".join(line).capitalize() + ".")
    return "\n".join([*lines, "Source: bench"])


def load_book(text, passages, coders=5, seed=7):
    """Load ``text`` with ``passages`` passages, tagged by ``coders`` coders; some with notes."""
    dice = random.Random(seed)
    article, _ = importing.load(
        text, round=Round.objects.first(), language="en", status=ArticleStatus.PUBLISHED
    )
    codebook = Codebook.objects.get()
    tags = list(codebook.tags.all())
    people = [User.objects.create_user(f"coder-{article.pk}-{n}") for n in range(coders)]
    spans = set()
    while len(spans) < passages:
        start = dice.randrange(len(text) - 400)
        spans.add(plain_text.trimmed(text, start, start + dice.randint(20, 300)))
    made = Passage.objects.bulk_create(
        Passage(article=article, start=s, end=e, **plain_text.quote(text, s, e)._asdict())
        for s, e in sorted(spans)
    )
    Tagging.objects.bulk_create(
        Tagging(passage=passage, tag=tag, coder=coder, codebook_version=codebook.version)
        for passage in made
        for coder in dice.sample(people, dice.choice([1, 1, 2]))
        for tag in dice.sample(tags, dice.choice([1, 1, 2]))
    )
    Note.objects.bulk_create(
        Note(passage=passage, author=dice.choice(people), text="To be compared with the other one.")
        for passage in made[::20]
    )
    return article
