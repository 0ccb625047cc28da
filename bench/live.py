"""What live arrival costs: 200 open pages that ask, against 200 that listen to a stream.

    SECRET_KEY=… python -m bench.live [--pages 200] [--seconds 30]

Starts the production server on a free port of 127.0.0.1, with a database of its own in
var/bench, and plays the pages of 200 people over 20 articles: quiet, then with an act a second
somewhere. The stream is a second process on asyncio with one LISTEN connection for all. In both
cases a page that hears of an act then fetches what it changes. Prints, for each, the processor
time of web server, stream and PostgreSQL in percent of one core, and the delay until a page has
what a colleague did. Ends by itself.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import socket
import statistics
import sys
import time
from collections import defaultdict
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import django
import psutil
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "bench measures what is live " * 3)
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("PARLEY_DATA", "var/bench")
os.environ["PARLEY_DATABASE_ROLE"] = "owner"  # it makes a database
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
django.setup()

from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from annotations import coding  # noqa: E402
from annotations.models import Tag  # noqa: E402
from config import database, server  # noqa: E402
from talks import importing  # noqa: E402
from talks.models import Article, ArticleStatus, Round  # noqa: E402

from .servers import cpu_seconds, free_port, running, wait_for_answer  # noqa: E402

ARTICLES = 20
NOTIFY = """
CREATE OR REPLACE FUNCTION bench_notify() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('acts', NEW.article_id || ' ' || NEW.id); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER bench_notify AFTER INSERT ON annotations_act
FOR EACH ROW EXECUTE FUNCTION bench_notify()
"""
QUIET = "DROP FUNCTION IF EXISTS bench_notify CASCADE"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--stream", type=int, help="be the stream on this port (used by itself)")
    options = parser.parse_args()
    if options.stream:
        asyncio.run(Stream().serve(options.stream))
        return
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("load_first_data", verbosity=0)
    articles, cookies = cast(options.pages)
    print(
        f"{options.pages} pages, {ARTICLES} articles, {options.seconds:.0f} s each; % of one core"
    )
    print(("{:<22}" + "{:>11}" * 7).format(
        "", "requests/s", "web %", "stream %", "database %", "all %", "delay ms", "p95 ms"
    ))  # fmt: skip
    port = free_port()
    with running(server.command("127.0.0.1", port)) as web:
        wait_for_answer(web, port)
        for is_busy in (False, True):
            pages = [Asking(port, articles[n % ARTICLES], c) for n, c in enumerate(cookies)]
            report("asking", is_busy, pages, articles, web, None, options.seconds)
        connection.cursor().execute(NOTIFY)
        stream_port = free_port()
        stream = [sys.executable, "-m", "bench.live", "--stream", str(stream_port)]
        try:
            with running(stream) as listener:
                wait_for_port(stream_port)
                for is_busy in (False, True):
                    pages = [
                        Listening(port, articles[n % ARTICLES], c, stream_port)
                        for n, c in enumerate(cookies)
                    ]
                    report("stream", is_busy, pages, articles, web, listener, options.seconds)
        finally:
            connection.cursor().execute(QUIET)


def cast(pages):
    """(articles, a session's cookie for each page)."""
    round_ = Round.objects.first()
    articles = []
    for n in range(ARTICLES):
        text = f"Bench article {n}.\n" + "\n".join(
            f"Paragraph {m} says what was said about it. " * 4 for m in range(40)
        )
        article, _ = importing.load(
            text, round=round_, language="en", status=ArticleStatus.PUBLISHED
        )
        articles.append(article)
    cookies = []
    for n in range(pages):
        name = f"bench-live-{n}"
        user = User.objects.filter(username=name).first()
        user = user or User.objects.create_user(name, role=Role.RESEARCHER)
        client = Client()
        client.force_login(user)
        cookies.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return articles, cookies


def report(name, is_busy, pages, articles, web, listener, seconds):
    done = asyncio.run(play(pages, articles if is_busy else [], web, listener, seconds))
    requests, cpu, delays = done
    cells = [f"{requests / seconds:.0f}"]
    cells += [f"{100 * part / seconds:.1f}" for part in (*cpu, sum(cpu))]
    if len(delays) > 1:
        cells += [f"{1000 * statistics.median(delays):.0f}"]
        cells += [f"{1000 * statistics.quantiles(delays, n=20)[18]:.0f}"]
    print(f"{name + (', an act a second' if is_busy else ', quiet'):<22}".ljust(26), end="")
    print("".join(f"{cell:>11}" for cell in cells), flush=True)


async def play(pages, articles, web, listener, seconds):
    """(requests made, [cpu seconds of web, stream, database], delays) of a stretch of time."""
    acts = {}
    tasks = [asyncio.create_task(page.run(acts)) for page in pages]
    while not all(page.state for page in pages):
        await asyncio.sleep(0.5)
        for task in tasks:
            if task.done():
                task.result()  # a page that failed says why
    await asyncio.sleep(8)  # all know of each other
    before = measure(web, listener)
    asked = sum(page.requests for page in pages)
    writer = asyncio.create_task(write(articles, acts)) if articles else None
    await asyncio.sleep(seconds)
    after = measure(web, listener)
    asked = sum(page.requests for page in pages) - asked
    for task in [*tasks, *([writer] if writer else [])]:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if result and not isinstance(result, asyncio.CancelledError):
            raise result
    cpu = [end - start for start, end in zip(before, after, strict=True)]
    return asked, cpu, [delay for page in pages for delay in page.delays]


def measure(web, listener):
    return [cpu_seconds(web), cpu_seconds(listener) if listener else 0, database_seconds()]


def database_seconds():
    """The processor time of the processes that work in our database's folder."""
    seconds = 0
    home = str(database.join(settings.DATA).data)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cwd() == home:
                seconds += sum(process.cpu_times()[:2])
    return seconds


async def write(articles, acts):
    """An act a second, each on another article, with the time when it was committed."""
    user = await sync_to_async(User.objects.get)(username="researcher")
    tag = await sync_to_async(Tag.objects.first)()
    for n in range(10_000):
        article = articles[n % ARTICLES]
        # A word that nobody has tagged, in this run or an earlier one.
        start = 20 + int(time.time() * 10) % 4_000
        act = await sync_to_async(coding.tag_passage)(user, article, start, start + 5, tag)
        if act:
            acts[act.pk] = article.pk, time.monotonic()
        await asyncio.sleep(1)


class Page:
    """One open page: a person at an article."""

    def __init__(self, port, article, cookie):
        self.port, self.article, self.cookie = port, article, cookie
        self.requests, self.delays, self.state = 0, [], None
        self.connection = None

    async def get(self, path, **headers):
        """(status, body) over a connection that is kept."""
        self.requests += 1
        for attempt in range(2):
            try:
                if self.connection is None:
                    self.connection = await asyncio.open_connection("127.0.0.1", self.port)
                return await self.exchange(path, headers)
            except (OSError, asyncio.IncompleteReadError):
                self.connection = None
                if attempt:
                    raise
        return None

    async def exchange(self, path, headers):
        reader, writer = self.connection
        headers |= {"Host": "localhost", "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.cookie}"}
        lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split()[1])
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        if length:
            return status, await reader.readexactly(int(length[1]))
        body = b""
        if "chunked" in head.lower():
            while size := int(await reader.readline(), 16):
                body += (await reader.readexactly(size + 2))[:-2]
            await reader.readline()
        return status, body

    async def take_changes(self, acts):
        path = self.article.get_absolute_url()
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{path}"}
        status, body = await self.get(f"{path}?since={self.state or 0}", **headers)
        if status != 200:
            return
        known = int(self.state or 0)
        self.state = re.search(rb'id="since" name="since" value="(\d+)"', body)[1].decode()
        heard = [
            at
            for pk, (article, at) in list(acts.items())
            if article == self.article.pk and known < pk <= int(self.state)
        ]
        self.delays += [time.monotonic() - at for at in heard]

    async def open(self):
        status, body = await self.get(self.article.get_absolute_url())
        while status == 503:  # so many at once, on a busy machine
            await asyncio.sleep(1)
            status, body = await self.get(self.article.get_absolute_url())
        self.state = re.search(rb'id="since" name="since" value="(\d+)"', body)[1].decode()


class Asking(Page):
    """As static/js/elements/live-changes.js does it."""

    async def run(self, acts):
        await asyncio.sleep(hash(self.cookie) % 5_000 / 1_000)
        await self.open()
        await asyncio.sleep(0.5)
        here = ""
        while True:
            query = urlencode({"article": self.article.pk, "state": self.state, "here": here})
            status, body = await self.get(f"/live/?{query}")
            if status == 200:
                news = json.loads(body)
                here = news["here"]
                if news["changed"]:
                    await self.take_changes(acts)
            await asyncio.sleep(2.5 if here else 5)


class Listening(Page):
    def __init__(self, port, article, cookie, stream_port):
        super().__init__(port, article, cookie)
        self.stream_port = stream_port

    async def run(self, acts):
        await asyncio.sleep(hash(self.cookie) % 5_000 / 1_000)
        await self.open()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.stream_port)
        writer.write(f"GET /?{self.article.pk} HTTP/1.1\r\nCookie: {self.cookie}\r\n\r\n".encode())
        async for line in reader:
            if line.startswith(b"data: act") and int(line.split()[2]) > int(self.state):
                await self.take_changes(acts)


class Stream:
    """Server-sent events over one LISTEN connection, with who is here in memory."""

    def __init__(self):
        self.readers = defaultdict(dict)

    async def serve(self, port):
        where = settings.DATABASES["default"]
        listening = await psycopg.AsyncConnection.connect(
            host=where["HOST"], port=where["PORT"], dbname=where["NAME"], user=where["USER"],
            password=where["PASSWORD"], autocommit=True,
        )  # fmt: skip
        await listening.execute("LISTEN acts")
        async with await asyncio.start_server(self.answer, "127.0.0.1", port):
            async for note in listening.notifies():
                article, _, act = note.payload.partition(" ")
                self.tell(article, f"act {act}")

    async def answer(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return  # somebody looked whether the port is open
        article = re.search(r"GET /\?(\d+)", head)[1]
        cookie = SimpleCookie()
        cookie.load("session=" + re.search(r"Cookie: (\w+)", head)[1])
        user, sees = await sync_to_async(self.admit)(cookie["session"].value, article)
        if not sees:
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        self.readers[article][writer] = str(user)
        self.tell(article, "here " + ", ".join(sorted(set(self.readers[article].values()))))
        await reader.read()
        self.readers[article].pop(writer, None)

    @staticmethod
    def admit(session, article):
        user = User.objects.get(pk=SessionStore(session)["_auth_user_id"])
        return user, Article.objects.visible_to(user).filter(pk=article).exists()

    def tell(self, article, what):
        for writer in self.readers[article]:
            writer.write(f"data: {what}\n\n".encode())


def wait_for_port(port):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.2)
    sys.exit("the stream does not start")


if __name__ == "__main__":
    main()
