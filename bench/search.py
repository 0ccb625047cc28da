"""Measures the search: `python -m bench.search [ARTICLES]` in the project's environment.

Prints, for 5,000 articles of 300 to 900 words of a made-up language in which few words are common
and most are rare, how long loading takes at the beginning and at the end, and queries, median and
95th percentile of the time of several searches over Django's own client.
"""

import hashlib
import itertools
import logging
import random
import statistics
import sys
import time

from . import reader  # noqa: F401 - first, since it sets Django up

from django.core.management import call_command  # isort: skip
from django.db import connection  # isort: skip
from django.test import Client  # isort: skip
from django.test.utils import (  # isort: skip
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import User  # isort: skip
from talks.models import Article, ArticleStatus, Passage, Round  # isort: skip

from . import corpus  # isort: skip

CHUNK = 500
REPEATS = 20
SYLLABLES = ["ba", "den", "ko", "li", "mar", "no", "per", "ri", "sto", "tu", "vel", "zan"]
RARE = ["".join(parts) for parts in itertools.product(SYLLABLES, repeat=4)]
VOCABULARY = corpus.WORDS + RARE
WEIGHTS = list(itertools.accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))


def text(dice, number):
    words = dice.choices(VOCABULARY, cum_weights=WEIGHTS, k=dice.randint(300, 900))
    lines = [" ".join(words[at : at + 15]).capitalize() + "." for at in range(0, len(words), 15)]
    return "\n".join([f"Report {number}.", *lines])


def load(count):
    dice = random.Random(7)
    the_round = Round.objects.first()
    for first in range(0, count, CHUNK):
        texts = [text(dice, number) for number in range(first, first + CHUNK)]
        begun = time.perf_counter()
        Article.objects.bulk_create(
            Article(
                round=the_round, title=f"Report {first + at}", language="en", text=one,
                sha256=hashlib.sha256(one.encode()).hexdigest(), status=ArticleStatus.PUBLISHED,
            )
            for at, one in enumerate(texts)
        )  # fmt: skip
        spent = (time.perf_counter() - begun) * 1000 / CHUNK
        if first in (0, count - CHUNK):
            print(f"loading {first:,} to {first + CHUNK:,}: {spent:.1f} ms an article")


def measure(count):
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_first_data", verbosity=0)
    load(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(User.objects.create_user("bench-searcher"))
    passage = Passage.objects.order_by("-end").first()
    print(f"{'':24} {'queries':>7} {'median':>9} {'p95':>9}")
    for name, path in (
        ("a rare word", f"/search/?q={RARE[900]}"),
        ("a common word", "/search/?q=ceasefire"),
        ("two words", "/search/?q=prisoners+deadline"),
        ("a phrase", "/search/?q=%22talks+delegation%22"),
        ("a beginning", "/search/?q=bade*"),
        ("without", "/search/?q=talks+-delegation"),
        ("a misspelt name", "/search/?q=Zelinsky"),
        ("narrowed", "/search/?q=ceasefire&kind=position&party=russia"),
        ("passages like one", f"/passages/{passage.pk}/alike/"),
    ):
        queries, median, slow = asked(client, path)
        print(f"{name:24} {queries:7} {median:6.0f} ms {slow:6.0f} ms")


def asked(client, path):
    spent = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path)
        spent.append((time.perf_counter() - begun) * 1000)
        assert response.status_code == 200, path
    return len(captured), statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def main():
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
