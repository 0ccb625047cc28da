"""Measures search and list: `python -m bench.search [ARTICLES]` in the project's environment.

The corpus is 5,000 articles of 300 to 900 words of a made-up language in which few words are common
and most are rare, with four positions each and their evidence, an outcome for every tenth and an
event for every third, four tagged passages each by one or two of five coders, an act for each
tagging and a verdict on every second, a note on every second article, a reply to every second note
and a coder who is done with every third. Prints how long it takes to make; then queries, median and
95th percentile of the time of several searches and list pages over Django's own client, after one
request that makes the process ready, and for each page the tables that one of its queries reads as
a whole, with the query's time and that by indexes alone. A second argument narrows it to pages of
that name.
"""

import itertools
import logging
import random
import re
import statistics
import sys
import time
import uuid

from . import reader  # noqa: F401 - first, since it sets Django up

from django.core.management import call_command  # isort: skip
from django.db import connection, reset_queries, transaction  # isort: skip
from django.db.models import Count  # isort: skip
from django.test import Client  # isort: skip
from django.test.utils import (  # isort: skip
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import Role, User  # isort: skip
from annotations import asked as asked_of  # isort: skip
from annotations import items, reviewing, searching  # isort: skip
from annotations.models import (  # isort: skip
    Act,
    ActKind,
    Completion,
    EntryKind,
    Note,
    Tag,
    Tagging,
)
from talks import text as plain_text  # isort: skip
from talks.models import Article, Outcome, Passage, Position  # isort: skip

from . import corpus, corpus_positions  # isort: skip

CHUNK = 500
JUDGED = 200
REPEATS = 20
MANY = 1000  # rows, of which reading all is worth a line
INDEX = re.compile(r"(?:on|using) (search_entry\w+)")
# What pghistory puts before a query that does not begin with SELECT.
CONTEXT = re.compile(r"SELECT set_config\('pghistory\.context_id', .*?, true\); ", re.DOTALL)
SYLLABLES = ["ba", "den", "ko", "li", "mar", "no", "per", "ri", "sto", "tu", "vel", "zan"]
RARE = ["".join(parts) for parts in itertools.product(SYLLABLES, repeat=4)]
VOCABULARY = corpus.WORDS + RARE
WEIGHTS = list(itertools.accumulate(1 / rank for rank in range(1, len(VOCABULARY) + 1)))


def body_of(dice):
    """What articles say beside their claims: a function that gives one's lines."""

    def body():
        words = dice.choices(VOCABULARY, cum_weights=WEIGHTS, k=dice.randint(300, 900))
        return [" ".join(words[at : at + 15]).capitalize() + "." for at in range(0, len(words), 15)]

    return body


def load(count):
    """Articles with four positions each and what hangs on them, and the work of five coders."""
    claims = corpus_positions.plan(count, 4 * count)
    corpus_positions.load(claims, body=body_of(random.Random(7)))
    dice = random.Random(8)
    articles = Article.objects.filter(round__slug="bench").order_by("pk")
    coders = list(User.objects.filter(username__startswith="bench-coder-").order_by("pk"))
    tags = list(Tag.objects.filter(status="active").order_by("pk"))
    for first in range(0, count, CHUNK):
        code(list(articles[first : first + CHUNK]), dice, coders, tags)
    judge(coders)


@transaction.atomic
def code(articles, dice, coders, tags):
    """Tag four passages of each, in every third by two coders; note some, call some done."""
    spans = {}
    for article in articles:
        spans[article] = set()
        for paragraph in dice.sample(article.paragraphs[1:-4], 4):
            end = paragraph.start + dice.randint(20, max(21, min(90, len(paragraph.text))))
            spans[article].add(plain_text.trimmed(article.text, paragraph.start, end))
    passages = Passage.objects.bulk_create(
        Passage(article=article, start=s, end=e, **plain_text.quote(article.text, s, e)._asdict())
        for article in articles
        for s, e in sorted(spans[article])
    )
    coding = {one: dice.sample(coders, 1 if one.pk % 3 else 2) for one in articles}
    taggings = Tagging.objects.bulk_create(
        Tagging(
            passage=passage, coder=coder, codebook_version=1,
            # Tags are used as unevenly as in a team: the first most.
            tag=tags[min(dice.randrange(len(tags)), dice.randrange(len(tags)))],
        )
        for passage in passages
        for coder in coding[passage.article]
    )  # fmt: skip
    acts = Act.objects.bulk_create(
        Act(
            actor=one.coder, article=one.passage.article, kind=ActKind.TAG, passages=[],
            summary=f"Tagged {one.passage.exact[:40]} with {one.tag.name}", changes=[],
        )
        for one in taggings
    )  # fmt: skip
    first = {passage.article: passage for passage in reversed(passages)}
    notes = Note.objects.bulk_create(
        Note(passage=first[one], author=coding[one][0], text="Compare this.")
        for one in articles
        if one.pk % 2
    )
    Note.objects.bulk_create(
        Note(parent=one, author=one.author, text="Done.")
        for one in notes
        if one.passage.article_id % 4 == 1
    )
    last = {(act.article, act.actor): act.pk for act in acts}
    Completion.objects.bulk_create(
        Completion(article=one, coder=coding[one][0], last_act=last[one, coding[one][0]])
        for one in articles
        if one.pk % 3 == 0
    )


def judge(coders):
    """Give half of the taggings a verdict, as an editor does: two hundred at once."""
    editor = User.objects.create_user("bench-editor", role=Role.EDITOR)
    waiting = Tagging.objects.filter(coder__in=coders).order_by("pk")
    keys = list(waiting.values_list("pk", flat=True)[::2])
    for at in range(0, len(keys), JUDGED):
        rows = items.Kind.TAGGING.whole().filter(pk__in=keys[at : at + JUDGED])
        pairs = [(one, one.version) for one in rows]
        decision = "accept" if at // JUDGED % 5 else "reject"
        reviewing.give_verdicts(editor, pairs, decision, reason="Read it again.", key=uuid.uuid4())


def measure(count):
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_first_data", verbosity=0)
    begun = time.perf_counter()
    load(count)
    print(f"{count:,} articles with their coding in {time.perf_counter() - begun:.0f} s")
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
        ("a person", f"/people/{_most_quoted('affiliation__person')}/"),
        ("a party", f"/parties/{_most_quoted('party__slug')}/"),
        ("a proposition", f"/propositions/{_most_quoted('proposition')}/"),
        ("an outcome", f"/outcomes/{Outcome.objects.latest('pk').pk}/"),
        ("the codebook", "/codebook/"),
        ("figures of tags", "/codebook/figures/"),
        ("a round", "/rounds/bench/"),
        ("the matrix", "/rounds/bench/positions/"),
        ("outcomes of a round", "/rounds/bench/outcomes/"),
        ("the timeline", "/rounds/bench/timeline/"),
        ("people and parties", "/reference/?kind=people"),
        ("accounts", "/accounts/"),
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


def _most_quoted(field):
    """What most positions have as ``field``."""
    counted = Position.objects.exclude(**{field: None}).values_list(field)
    return counted.annotate(count=Count("pk")).order_by("-count")[0][0]


def plans(user):
    for words in (RARE[900], "ceasefire", "bade*"):
        yield words, searching.visible_to(searching.found(asked_of.read(words)), user)


def read_as_a_whole(client, path):
    """The tables of more than a thousand rows that each query reads as a whole.

    With the query's time so, and where no table may be read as a whole that an index answers for.
    """
    reset_queries()
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    found = []
    for query in captured:
        sql = CONTEXT.sub("", query["sql"], count=1)
        if sql.startswith(("SELECT", "WITH", "(")):
            plan = explained(sql)
            tables = sorted(set(whole_tables(plan["Plan"])), key=lambda one: -one[0])[:3]
            if tables:
                named = ", ".join(f"{table} {rows:,}" for rows, table in tables)
                spent = plan["Execution Time"]
                other = explained(sql, enable_seqscan="off")["Execution Time"]
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
        reset_queries()  # no more than some thousands are kept
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
