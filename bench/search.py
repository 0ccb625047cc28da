"""Measures search and list: `python -m bench.search [ARTICLES]` in the project's environment.

Prints, for 5,000 articles of 300 to 900 words of a made-up language in which few words are common
and most are rare, with four tagged passages each, a note on every second, a reply to
every second note and a coder who is done
with every third, how long loading takes at the beginning and at the end; then queries, median and
95th percentile of the time of several searches and list pages over Django's own client, after one
request that makes the process ready, and for each page the tables that one of its queries reads as
a whole, with the query's time and that by indexes alone. A second argument narrows it to pages of
that name.
"""

import hashlib
import itertools
import logging
import random
import re
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

from accounts.models import Role, User  # isort: skip
from annotations import asked as asked_of  # isort: skip
from annotations import searching  # isort: skip
from annotations.models import Completion, EntryKind, Note, Tag, Tagging  # isort: skip
from talks import text as plain_text  # isort: skip
from talks.models import Article, ArticleStatus, Passage, Person, Round  # isort: skip

from . import corpus  # isort: skip

CHUNK = 500
REPEATS = 20
MANY = 1000  # rows, of which reading all is worth a line
INDEX = re.compile(r"(?:on|using) (search_entry\w+)")
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


def code():
    """Tag four passages of each article by one of five coders, note some, call some done."""
    dice = random.Random(8)
    tag = Tag.objects.filter(status="active").first()
    people = [User.objects.create_user(f"bench-coder-{n}") for n in range(5)]
    articles = Article.objects.filter(title__startswith="Report ").order_by("pk")
    for article in articles.iterator(chunk_size=CHUNK):
        spans = []
        for paragraph in dice.sample(article.paragraphs, 4):
            end = paragraph.start + dice.randint(20, max(21, min(90, len(paragraph.text))))
            spans.append(plain_text.trimmed(article.text, paragraph.start, end))
        passages = list(Passage.objects.at_all(article, sorted(set(spans))).values())
        coder = dice.choice(people)
        Tagging.objects.bulk_create(
            Tagging(passage=passage, tag=tag, coder=coder, codebook_version=1)
            for passage in passages
        )
        if article.pk % 2:
            note = Note.objects.create(passage=passages[0], author=coder, text="Compare this.")
            if article.pk % 4 == 1:
                Note.objects.create(parent=note, author=coder, text="Done.")
        if article.pk % 3 == 0:
            Completion.objects.create(article=article, coder=coder, last_act=0)


def measure(count):
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_first_data", verbosity=0)
    load(count)
    code()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(User.objects.create_user("bench-searcher", role=Role.ADMIN))
    passage = Passage.objects.order_by("-end").first()
    client.get("/search/?q=ready")
    print(f"{'':24} {'queries':>7} {'median':>9} {'p95':>9}  read as a whole")
    for name, path in (
        ("a rare word", f"/search/?q={RARE[900]}"),
        ("a common word", "/search/?q=ceasefire"),
        ("two words", "/search/?q=prisoners+deadline"),
        ("a phrase", "/search/?q=%22talks+delegation%22"),
        ("a beginning", "/search/?q=bade*"),
        ("without", "/search/?q=talks+-delegation"),
        ("a misspelt name", "/search/?q=Zelinsky"),
        ("narrowed", "/search/?q=ceasefire&kind=position&party=russia"),
        ("by tag and date", "/search/?q=ceasefire&tag=1&since=2025-01-01"),
        ("passages like one", f"/passages/{passage.pk}/alike/"),
        ("the list of articles", "/articles/"),
        ("most passages first", "/articles/?sort=passages"),
        ("most notes first", "/articles/?sort=notes"),
        ("by coding", "/articles/?sort=coding"),
        ("what is in work", "/articles/?coding=work"),
        ("what is not begun", "/articles/?coding=none"),
        ("not done by one coder", "/articles/?coding=open&coder=bench-coder-1"),
        *((f"list by {one}", f"/articles/?sort={one}") for one in ("loaded", "title", "words")),
        *((f"list by {one}", f"/articles/?sort={one}") for one in ("coders", "worked", "-title")),
        ("list of one language", "/articles/?language=en&status=published"),
        *((f"kind {one}", f"/search/?q=ceasefire&kind={one}") for one in EntryKind.values),
        ("a tag", f"/tags/{Tag.objects.filter(status='active').first().pk}/"),
        ("find in a text", f"/articles/{passage.article_id}/?find=ceasefire"),
        ("review", "/review/"),
        ("verdicts on my work", "/inbox/?kind=verdict"),
        ("the inbox", "/inbox/"),
        ("recent acts", "/acts/"),
        ("an article's history", f"/history/article/{passage.article_id}/"),
        ("a person's history", f"/history/by/{User.objects.get(username='bench-coder-1').pk}/"),
        ("a person", f"/people/{Person.objects.first().pk}/"),
        ("the codebook", "/codebook/"),
        ("figures of tags", "/codebook/figures/"),
        ("a round", f"/rounds/{Round.objects.first().slug}/"),
        ("loading", "/articles/new/"),
    ):
        if len(sys.argv) > 2 and sys.argv[2] not in name:
            continue
        queries, median, slow = asked(client, path)
        whole = read_as_a_whole(client, path)
        print(
            f"{name:24} {queries:7} {median:6.0f} ms {slow:6.0f} ms  {'; '.join(whole)}", flush=True
        )
    for name, entries in plans(User.objects.get(username="bench-searcher")):
        print(f"{name:24} {', '.join(sorted(set(INDEX.findall(entries.explain()))))}")


def plans(user):
    for words in (RARE[900], "ceasefire", "bade*"):
        yield words, searching.visible_to(searching.found(asked_of.read(words)), user)


def read_as_a_whole(client, path):
    """The tables of more than a thousand rows that each query reads as a whole.

    With the query's time so, and where no table may be read as a whole that an index answers for.
    """
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    found = []
    for query in captured:
        if query["sql"].startswith(("SELECT", "WITH", "(")):
            plan = explained(query["sql"])
            tables = sorted(set(whole_tables(plan["Plan"])), key=lambda one: -one[0])[:3]
            if tables:
                named = ", ".join(f"{table} {rows:,}" for rows, table in tables)
                spent = plan["Execution Time"]
                other = explained(query["sql"], enable_seqscan="off")["Execution Time"]
                found.append(f"{named}: {spent:.0f} ms, by indexes {other:.0f}")
    return found


def explained(sql, enable_seqscan="on"):
    """The faster of two runs."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET enable_seqscan = {enable_seqscan}")
        plans = []
        for _ in range(2):
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}".replace("%", "%%"), [])
            plans.append(cursor.fetchone()[0][0])
        cursor.execute("SET enable_seqscan = on")
    return min(plans, key=lambda plan: plan["Execution Time"])


def whole_tables(node):
    loops = node["Actual Loops"]
    rows = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * loops
    if node["Node Type"] == "Seq Scan" and rows > MANY:
        yield int(rows), node["Relation Name"]
    for part in node.get("Plans", []):
        yield from whole_tables(part)


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
