"""Measures the queue of review: `python -m bench.review` in the project's environment.

Prints queries and time of the queue over Django's own client, with 20,000 submitted taggings of 5
coders in 40 articles, narrowed in several ways, and of a verdict on one piece of work and on fifty.
"""

import logging
import statistics
import time

from . import reader  # first, since it sets Django up

from django.core.management import call_command  # isort: skip
from django.db import connection  # isort: skip
from django.test import Client  # isort: skip
from django.test.utils import (  # isort: skip
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import Role, User  # isort: skip
from annotations.models import Tagging  # isort: skip

from . import corpus  # isort: skip

ARTICLES = 40
PASSAGES = 285  # an article; some 1.8 taggings each
REPEATS = 7


def measure():
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_first_data", verbosity=0)
    for seed in range(ARTICLES):
        corpus.load_book(corpus.book(3_000, seed=seed), PASSAGES, seed=seed)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    editor = User.objects.create_user("bench-editor", role=Role.EDITOR)
    client = Client()
    client.force_login(editor)
    coder = User.objects.filter(username__startswith="coder-").first()
    print(f"{Tagging.objects.filter(work_status='submitted').count():,} submitted taggings")
    for name, query in (
        ("the queue", ""),
        ("of one coder", f"?coder={coder.pk}"),
        ("of one kind", "?kind=position"),
        ("disagreements alone", "?disagreement=on"),
        ("in its middle", f"?after=tagging-{_middle()}"),
    ):
        ms, queries, kilobytes = reader.server(client, f"/review/{query}", REPEATS)
        print(f"{name:24} {ms:7.0f} ms {queries:4} queries {kilobytes:6.1f} KB")
    for count in (1, 50):
        print(f"{f'a verdict on {count}':24} {verdict(client, count):7.0f} ms")


def _middle():
    keys = Tagging.objects.filter(work_status="submitted").values_list("pk", flat=True)
    return keys.order_by("pk")[keys.count() // 2]


def verdict(client, count):
    """Median milliseconds of a verdict on ``count`` taggings, with the next page."""
    times = []
    for _ in range(5):
        rows = Tagging.objects.filter(work_status="submitted").order_by("pk")[:count]
        items = [f"tagging-{row.pk}.{row.version}" for row in rows]
        start = time.perf_counter()
        response = client.post(
            "/review/", {"item": items, "decision": "accept"}, headers={"HX-Request": "true"}
        )
        times.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200
    return statistics.median(times)


def main():
    setup_test_environment()
    logging.disable(logging.WARNING)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        measure()
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
