"""2,000 articles in, by command and by the worker: how long, and how much memory.

`python3 dev.py test bench/loading.py` does not run it: `.venv/bin/python -m bench.loading [COUNT]`
with the environment of the tests.
"""

import io
import os
import resource
import sys
import tempfile
import time
import uuid
import zipfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["PARLEY_DATABASE_ROLE"] = "owner"  # as the tests: it makes a database
django.setup()

from django.core.files.base import File  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test.utils import (  # noqa: E402
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import Role, User  # noqa: E402
from bench.corpus import book  # noqa: E402
from talks import batches  # noqa: E402
from talks.models import Article, Fingerprint, Round  # noqa: E402

WORDS = 900  # of a long news report


def peak():
    """The most memory so far, in MB; of children the largest one's."""
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return f"{ours} MB (child {theirs} MB)"


def timed(name, count, work):
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(f"{name:44} {seconds:7.1f} s  {seconds / count * 1000:6.1f} ms each  peak {peak()}")


def distinct(n, seed):
    """A text of its own: words of a book, each with its number, so that none is like another."""
    words = book(WORDS, seed).split(" ")
    return " ".join(f"{word}{(n * 7919 + i) % 9973}" for i, word in enumerate(words))


def by_command(folder, count):
    files = []
    for n in range(count):
        files.append(folder / f"{n}.txt")
        files[-1].write_text(distinct(n, 1))
    quarter = max(1, count // 4)
    for start in range(0, count, quarter):
        part = [str(file) for file in files[start : start + quarter]]
        timed(
            f"manage load_article, {start + len(part)} there",
            len(part),
            lambda part=part: call_command(
                "load_article", *part, round="bench", stdout=io.StringIO()
            ),
        )


def by_upload(folder, count):
    path = folder / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(count):
            archive.writestr(f"{n}.txt", distinct(count + n, 2))
    admin = User.objects.create_user("bench", role=Role.ADMIN)
    begun = []

    def send():
        with path.open("rb") as opened:
            begun.append(
                batches.begin(
                    admin,
                    batches.unpacked([File(opened, name="many.zip")]),
                    key=uuid.uuid4(),
                    name="many.zip",
                    round=Round.objects.get(),
                    status="draft",
                )
            )

    timed("a ZIP taken in", count, send)
    timed("and loaded by the worker", count, lambda: batches.work(begun[0].pk))
    print({status.value: n for status, n in begun[0].items.counts().items() if n})


def alike():
    text = Article.objects.order_by("pk").first().text
    light = " ".join(word for i, word in enumerate(text.split(" ")) if i % 25)
    times = []
    for _ in range(20):
        started = time.perf_counter()
        found = Fingerprint.objects.like(light, least=0.5)
        times.append((time.perf_counter() - started) * 1000)
    print(f"near duplicates among {Article.objects.count()}: {len(found)} found, "
          f"median {sorted(times)[10]:.0f} ms")  # fmt: skip


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False)
    try:
        Round.objects.create(name="Bench", slug="bench", started_on="2025-05-16")
        with tempfile.TemporaryDirectory() as folder:
            by_command(Path(folder), count)
            by_upload(Path(folder), count)
        alike()
    finally:
        teardown_databases(old, verbosity=0)


if __name__ == "__main__":
    main()
