"""Measures the pages of a round: `python -m bench.matrix` in the project's environment.

Prints queries and median server time of the seed's pages beside those of a made-up corpus of 300
articles with 6,000 positions.
"""

import logging

from . import reader  # sets Django up

# isort: split
from django.core.management import call_command
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

from talks.models import Position, Round

from . import corpus_positions

PAGES = ["", "positions/", "positions/?count=distinct", "positions.csv", "pairs/", "outcomes/"]


def main():
    setup_test_environment()
    logging.disable(logging.INFO)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_first_data", verbosity=0)
        seed = Round.objects.get()
        corpus_positions.load(corpus_positions.plan())
        report(seed, Round.objects.exclude(pk=seed.pk).get())
    finally:
        teardown_databases(old, verbosity=0)


def report(seed, corpus):
    client = Client()
    counts = [Position.objects.filter(article__round=one).count() for one in (seed, corpus)]
    print(f"{'page':28}{f'seed, {counts[0]} positions':>24}{f'corpus, {counts[1]}':>24}")
    for page in PAGES:
        cells = []
        for one in (seed, corpus):
            milliseconds, queries, _ = reader.server(client, f"/rounds/{one.slug}/{page}", 7)
            cells.append(f"{queries} queries {milliseconds:6.0f} ms")
        print(f"{page or 'front page':28}{cells[0]:>24}{cells[1]:>24}")


if __name__ == "__main__":
    main()
