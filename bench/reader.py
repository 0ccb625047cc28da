"""Measures the budgets of the reader: `python -m bench.reader` in the project's environment.

Prints a table: the seed's article and a text of 20,000 words with 2,000 passages of 5 coders;
queries, server time and size over Django's own client, then the same pages in Chromium.
"""

import gzip
import os
import statistics
import time
from pathlib import Path

import brotli
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "bench " * 20)
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("PARLEY_DATABASE_ROLE", "owner")  # who may make a database
os.environ.setdefault("PARLEY_DATA", "var/bench")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ["PARLEY_DATABASE_ROLE"] = "owner"  # as the tests: it makes a database
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import User  # noqa: E402
from annotations.models import Tag, Tagging  # noqa: E402
from talks.models import Article, Passage  # noqa: E402

from . import corpus  # noqa: E402

REPEATS = 15


def server(client, url, repeats=REPEATS):
    """Median milliseconds, number of queries, compressed kilobytes of one page."""
    for _ in range(3):
        response = client.get(url)
    assert response.status_code == 200, url
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    count = len(queries)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        client.get(url)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), count, len(gzip.compress(response.content, 6)) / 1024


def assets(client, url):
    """Kilobytes, in brotli as whitenoise serves it, of a page's script and style with modules."""
    import re

    from django.contrib.staticfiles import finders

    content = client.get(url).content.decode()
    waiting = re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css))"', content)
    seen = {}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        path = Path(finders.find(re.sub(r"\.[0-9a-f]{12}\.", ".", name)))
        seen[name] = len(brotli.compress(path.read_bytes())) / 1024
        for module in re.findall(r'(?:import|from)\s*"(\.[^"]+)"', path.read_text()):
            waiting.append(os.path.normpath(os.path.join(os.path.dirname(name), module)))
    return sum(seen.values()), len(seen)


def browser(live_url, session, url):
    """Milliseconds from navigation to a usable selection, and from the tag key to the mark."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("PARLEY_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update"],
        )  # fmt: skip
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session,
                              "url": live_url}])  # fmt: skip
        page = context.new_page()
        page.goto(live_url + url)
        usable, marked = [], []
        for n in range(5):
            start = time.perf_counter()
            page.goto(live_url + url, wait_until="commit")
            page.wait_for_selector("tag-palette:defined", state="attached")
            page.evaluate(SELECT, n)
            page.wait_for_selector("#palette:not([hidden])")
            usable.append((time.perf_counter() - start) * 1000)
            marked.append(page.evaluate(PRESS_AND_WAIT))
        chromium.close()
    return statistics.median(usable), statistics.median(marked)


SELECT = """(n) => {
    const paragraph = document.querySelector("#p2");
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node.length < 12) node = walker.nextNode();
    document.querySelector("#article-text").focus();
    getSelection().setBaseAndExtent(node, n, node, Math.min(node.length, n + 9));
    document.querySelector("#article-text")
        .dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    document.dispatchEvent(new Event("selectionchange"));
}"""
PRESS_AND_WAIT = """() => new Promise((resolve, reject) => {
    const before = document.querySelectorAll("#p2 mark").length;
    const start = performance.now();
    setTimeout(() => reject(new Error("no mark came")), 10000);
    new MutationObserver((_, observer) => {
        const now = document.querySelectorAll("#p2 mark").length;
        if (now === before) return;
        observer.disconnect();
        requestAnimationFrame(() => requestAnimationFrame(() =>
            resolve(performance.now() - start)));
    }).observe(document.querySelector("#article-text"), { childList: true, subtree: true });
    document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key: "1", code: "Digit1", bubbles: true }));
})"""


def main():
    setup_test_environment()
    import logging

    logging.disable(logging.INFO)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_first_data", verbosity=0)
        report()
    finally:
        teardown_databases(old, verbosity=0)


def report():
    from django.test.testcases import LiveServerThread, _StaticFilesHandler

    client = Client()
    researcher = User.objects.get(username="researcher")
    client.force_login(researcher)
    seed = Article.objects.get()
    book = corpus.load_book(corpus.book(), 2_000)
    # So that there is a recent tag for the key 1.
    Tagging.objects.create(
        passage=Passage.objects.filter(article=seed).first(),
        tag=Tag.objects.first(),
        coder=researcher,
        codebook_version=1,
    )
    rows = []
    seed_ms, seed_queries, seed_kb = server(client, f"/articles/{seed.pk}/")
    book_ms, book_queries, book_kb = server(client, f"/articles/{book.pk}/", 7)
    size, files = assets(client, f"/articles/{seed.pk}/")
    poll_ms, poll_queries = poll(client, book)
    rows += [
        ("seed: queries", seed_queries, "≤ 12"),
        ("seed: server time", f"{seed_ms:.0f} ms", ""),
        ("seed: HTML, compressed", f"{seed_kb:.1f} KB", "≤ 25 KB"),
        (f"script and style, {files} files, compressed", f"{size:.1f} KB", "≤ 90 KB"),
        ("20,000 words, 2,000 passages: queries", book_queries, "≤ 15"),
        ("the same: server time", f"{book_ms:.0f} ms", f"≤ {10 * seed_ms:.0f} ms"),
        ("the same: HTML, compressed", f"{book_kb:.1f} KB", "≤ 250 KB"),
        ("the same: asking for others' changes", f"{poll_ms:.1f} ms, {poll_queries} queries", ""),
    ]
    thread = LiveServerThread("localhost", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        url = f"http://localhost:{thread.port}"
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        for name, article in (("seed", seed), ("20,000 words", book)):
            usable, marked = browser(url, session, f"/articles/{article.pk}/")
            rows += [
                (f"Chromium, {name}: to a usable selection", f"{usable:.0f} ms", "≤ 2,000 ms"),
                (f"Chromium, {name}: from the key to the mark", f"{marked:.0f} ms", "≤ 200 ms"),
            ]
    finally:
        thread.terminate()
    width = max(len(row[0]) for row in rows)
    print(f"{'work':{width}}  {'measured':>20}  budget")
    for work, measured, budget in rows:
        print(f"{work:{width}}  {measured!s:>20}  {budget}")


def poll(client, article):
    """What an open page costs every four seconds while nothing happens."""
    url = f"/articles/{article.pk}/?since=0"
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/articles/{article.pk}/"}
    with CaptureQueriesContext(connection) as queries:
        client.get(url, headers=headers)
    count = len(queries)
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        client.get(url, headers=headers)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times), count


if __name__ == "__main__":
    main()
