"""A new version put in the place of a text of 20,000 words with 2,000 passages of 5 coders.

`python -m bench.versions [WORDS] [PASSAGES]` in the project's environment. Prints how long the
preview and the act take, and how many passages went over by themselves, for a light edit, a
heavy one and a text that has nothing to do with it.
"""

import os
import random
import re
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "bench measures new versions " * 3)
os.environ.setdefault("PARLEY_DATA", "var/bench")
os.environ["PARLEY_DATABASE_ROLE"] = "owner"  # as the tests: it makes a database
django.setup()

from collections import Counter  # noqa: E402

from django.db import connection  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import Role, User  # noqa: E402
from annotations import carrying  # noqa: E402
from annotations.models import Tagging  # noqa: E402
from annotations.models_carrying import Carry  # noqa: E402
from bench.corpus import book  # noqa: E402
from talks.models import Article, Passage, Round  # noqa: E402
from tests.factories import make_article, make_tag  # noqa: E402


def story(words, seed):
    """A text of ``words`` words in sentences that begin with a capital, of 12 to 20 words."""
    return re.sub(r"(?<=\. )\w", lambda found: found[0].upper(), book(words, seed))


def edited(text, share, chance):
    """The text with ``share`` of its words replaced, and now and then a paragraph put elsewhere."""
    lines = text.split("\n")
    for i, line in enumerate(lines):
        words = line.split(" ")
        lines[i] = " ".join("changed" if chance.random() < share else word for word in words)
    for _ in range(len(lines) // 20):
        lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))
    return "ISTANBUL. " + "\n".join(lines)


def coded(text, count, chance):
    """An article with passages of one to four dozen words, tagged by five coders."""
    article = make_article(text, round=Round.objects.first(), status="published")
    coders = list(User.objects.filter(role=Role.RESEARCHER))
    tags = [make_tag() for _ in range(10)]
    spans = set()
    while len(spans) < count:
        start = chance.randrange(len(text) - 300)
        start = text.rfind(" ", 0, start) + 1
        end = text.find(" ", start + chance.choice([8, 40, 120, 280]))
        if "\n" not in text[start:end]:
            spans.add((start, end if end > 0 else len(text)))
    passages = Passage.objects.at_all(article, list(spans))
    Tagging.objects.bulk_create(
        Tagging(
            passage=passage,
            tag=chance.choice(tags),
            coder=chance.choice(coders),
            codebook_version=tags[0].codebook.version,
        )
        for passage in passages.values()
    )
    return article


def main():
    words = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        Round.objects.create(name="Bench", slug="bench", started_on="2025-05-16")
        admin = User.objects.create_user("bench", role=Role.ADMIN)
        for n in range(5):
            User.objects.create_user(f"coder{n}", role=Role.RESEARCHER)
        for seed, (name, share) in enumerate(
            [("light edit", 0.01), ("heavy edit", 0.2), ("unrelated", None)]
        ):
            chance = random.Random(seed)
            article = coded(story(words, seed), count, chance)
            text = story(words, 99) if share is None else edited(article.text, share, chance)
            new = make_article(text, round=article.round, status="draft")
            measured(name, admin, article, new)
    finally:
        teardown_databases(old, verbosity=0)


def measured(name, admin, article, new):
    started = time.perf_counter()
    carrying.foresee(article, new)
    seen = time.perf_counter() - started
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        carrying.supersede(admin, new, article, new.version)
    done = time.perf_counter() - started
    found = Counter(Carry.objects.filter(article=new).values_list("status", flat=True))
    wrong = sum(
        carry.passage.exact != carry.target.exact
        for carry in Carry.objects.filter(article=new, status="carried").select_related(
            "passage", "target"
        )
    )
    print(
        f"{name:12} {Article.objects.get(pk=article.pk).word_count:,} words: preview {seen:.1f} s,"
        f" act {done:.1f} s with {len(queries)} queries; {dict(found)}, {wrong} on other words"
    )


if __name__ == "__main__":
    main()
