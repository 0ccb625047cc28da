"""What a large file costs the web server: sent as a table, sent in a ZIP, and saved again.

    SECRET_KEY=… python -m bench.files [--megabytes 97]

Starts the production server on a free port of 127.0.0.1, with a database of its own in
var/bench, and prints for each request how long it took, what the server had before it, the most
it had meanwhile and what it has after, in MB. Each file is sent twice: what is taken once and
kept, such as a buffer, is not taken again. Linux alone tells of such peaks. Ends by itself.
"""

import argparse
import http.client
import io
import os
import random
import re
import time
import zipfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "bench measures large files " * 3)
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("PARLEY_DATA", "var/bench")
os.environ["PARLEY_DATABASE_ROLE"] = "owner"  # it makes a database
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from bench.corpus import book  # noqa: E402
from config import server  # noqa: E402
from talks.models import Original, Round  # noqa: E402

from .servers import family, free_port, running, wait_for_answer  # noqa: E402

TOKEN = "t" * 32
WORDS = 3000  # of an article: a ZIP may have 5,000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=97)
    size = parser.parse_args().megabytes * 1_000_000
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("load_first_data", verbosity=0)
    user = User.objects.filter(username="bench-files").first()
    user = user or User.objects.create_user("bench-files", role=Role.ADMIN)
    client = Client()
    client.force_login(user)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    port = free_port()
    print(("{:<20}" + "{:>9}" * 5).format("MB", "status", "seconds", "before", "most", "after"))
    with running(server.command("127.0.0.1", port)) as process:
        wait_for_answer(process, port)
        server_at = Asked(process, port, cookies)
        for n in range(2):
            server_at.send("a table", f"{n}.csv", table(size, n))
            original = Original.objects.only("pk").latest("pk")
            server_at.ask("the table saved", "GET", f"/originals/{original.pk}/")
        for n in range(2):
            server_at.send("a ZIP", f"{n}.zip", archive(size, n))


def articles(seed):
    """Texts of which none is like another."""
    chance = random.Random(f"{seed} {time.time_ns()}")
    words = book(WORDS, 1).split(" ")
    while True:
        yield " ".join(f"{word}{chance.randrange(10_000)}" for word in words)


def table(size, seed):
    rows, length = [b"title,text"], 0
    for number, text in enumerate(articles(seed)):
        if length > size:
            return b"\n".join(rows)
        rows.append(f'Article {number},"{text}"'.encode())
        length += len(rows[-1])
    return None


def archive(size, seed):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as members:
        for number, text in enumerate(articles(seed)):
            if packed.tell() > size:
                break
            members.writestr(f"{number}.txt", text)
    return packed.getvalue()


class Asked:
    """The server, asked as an admin who loads files."""

    def __init__(self, process, port, cookies):
        self.process, self.port = process, port
        self.headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            "X-CSRFToken": TOKEN,
        }

    def send(self, what, name, content):
        fields = {"round": Round.objects.first().pk, "status": "draft", "many": "load"}
        parts = [f'name="{key}"\r\n\r\n{value}' for key, value in fields.items()]
        parts.append(f'name="files"; filename="{name}"\r\n\r\n')
        body = "\r\n".join(f"--x\r\nContent-Disposition: form-data; {part}" for part in parts)
        self.ask(
            what,
            "POST",
            "/articles/new/",
            body.encode() + content + b"\r\n--x--\r\n",
            {"Content-Type": "multipart/form-data; boundary=x"},
        )

    def ask(self, what, method, path, body=None, headers=()):
        before = self.memory("VmRSS")
        for part in family(self.process):
            Path(f"/proc/{part.pid}/clear_refs").write_text("5")
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request(method, path, body, self.headers | dict(headers))
        answer = connection.getresponse()
        while answer.read(1_000_000):
            pass
        connection.close()
        seconds = time.perf_counter() - started
        figures = [before, self.memory("VmHWM"), self.memory("VmRSS")]
        print(f"{what:<20}{answer.status:>9}{seconds:>9.1f}"
              + "".join(f"{figure:>9}" for figure in figures), flush=True)  # fmt: skip

    def memory(self, name):
        """Of the largest process, in MB."""
        found = [
            re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{part.pid}/status").read_text())
            for part in family(self.process)
        ]
        return max(int(one[1]) for one in found if one) // 1024


if __name__ == "__main__":
    main()
