"""Is acknowledged work ever lost? `python -m bench.lost_work [--seconds 60] [--people 8]`

Runs Parley as `dev.py run` does, on a folder of its own that is removed again, and lets eight
people write notes and put on tags without a pause while database connections are ended,
PostgreSQL is stopped and killed, and web workers are killed. What is not answered is sent again
with the same key, and some of what was answered too. Then every piece of work is looked for.
Prints a table, and fails if anything acknowledged is missing or anything is there twice.
"""

import argparse
import contextlib
import http.client
import itertools
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode

import psutil

ROOT = Path(__file__).resolve().parents[1]
PAUSE = 1.5  # seconds between two blows
OURS = ("SECRET_KEY", "DATABASE_URL", "PARLEY_DATABASE_FSYNC", "HTTPS")
PATIENCE = 120  # seconds for one piece of work to be answered in the end


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--dump", help="pg_dump's, to begin with a database migrated already")
    options = parser.parse_args()
    # Not tempfile's: the database's account must be able to enter it.
    folder = Path(f"/tmp/parley-lost-work-{os.getpid()}")
    folder.mkdir(mode=0o755)
    # The server is as careful as it is for people.
    for name in OURS:
        os.environ.pop(name, None)
    try:
        if options.dump:
            fill(folder, options.dump)
        with parley(folder) as (process, port):
            set_up_django(folder)
            sys.exit(try_it(process, port, options))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(folder, dump):
    from config import database
    from config.backups import programs

    cluster = database.join(folder)
    arguments = ["--exit-on-error", "--no-privileges", dump]  # privileges are given at each start
    known = {"host": str(cluster.socket), "port": database.PORT, "dbname": database.NAME}
    known["user"] = database.NAME
    with programs.Program(programs.find("pg_restore", 18), arguments, known):
        pass


@contextlib.contextmanager
def parley(folder):
    """(process, port) of Parley, running in ``folder``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PARLEY_DATA": str(folder), "WEB_CONCURRENCY": "2"}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "dev.py"), "run", "--port", str(port)],
        env=env,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout:
            if line.startswith("Ctrl+C"):
                break
        else:
            sys.exit("Parley did not start.")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield process, port
    finally:
        process.terminate()
        process.wait(timeout=60)


def set_up_django(folder):
    import django

    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PARLEY_DATA": str(folder),
        "SECRET_KEY": (folder / "secret-key").read_text().strip(),
        "HTTPS": "0",
    }
    django.setup()


def try_it(process, port, options):
    """The exit code: 0 if nothing was lost or doubled."""
    people = [Person(n, port) for n in range(options.people)]
    ends = time.monotonic() + options.seconds
    blows = Blows(process)
    threads = [threading.Thread(target=one.work, args=[blows.are_over]) for one in people]
    threads.append(threading.Thread(target=blows.strike, args=[ends]))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = look(people)
    print(f"{len(people)} people, {options.seconds:.0f} s")
    for name, count in (blows.counts | found).items():
        print(f"{name:<34}{count:>8}")
    errors = [one.error for one in people if one.error]
    if errors:
        print("\n".join(errors))
    is_well = found["acknowledged"] and not (found["lost"] or found["doubled"] or errors)
    return 0 if is_well else 1


class Person:
    """Somebody who writes notes and puts on tags, one after the other."""

    def __init__(self, number, port):
        from django.conf import settings
        from django.test import Client

        from accounts.models import Role, User
        from annotations.models import Tag
        from talks.models import Article

        self.user = User.objects.create_user(f"writer-{number}", role=Role.RESEARCHER)
        client = Client()
        client.force_login(self.user)
        self.port = port
        self.article = Article.objects.first()
        self.tag = Tag.objects.filter(status="active").first()
        self.token = secrets.token_hex(16)
        self.headers = {
            "Cookie": (
                f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value};"
                f" {settings.CSRF_COOKIE_NAME}={self.token}"
            ),
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.token,
            "HX-Request": "true",
        }
        self.done, self.repeats, self.failures, self.error = [], 0, 0, ""

    def work(self, are_over):
        choice = random.Random(self.user.pk)
        for n in itertools.count():
            if are_over.is_set() or self.error:
                return
            key = str(uuid.uuid4())
            if n % 3:
                form = {"text": f"Note {key}", "visibility": "team", "start": "", "end": ""}
                path = f"/articles/{self.article.pk}/notes/"
            else:
                # The nth letters of the text: a place where this person has no tag yet.
                start = n // 3 % (len(self.article.text) - 60)
                end = start + 40 + n // 3 // (len(self.article.text) - 60)
                form = {"start": start, "end": end, "exact": self.article.text[start:end]}
                form |= {"tag": self.tag.pk, "note": f"Note {key}", "visibility": "team"}
                path = f"/articles/{self.article.pk}/"
            self.insist(path, form | {"key": key})
            if not self.error:
                self.done.append(key)
                if choice.random() < 0.1:  # a double click
                    self.repeats += 1
                    self.insist(path, form | {"key": key})

    def insist(self, path, form):
        """Send it until it is answered."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status = self.send(path, form)
            if status == 200:
                return
            if status is not None and status < 500:
                self.error = f"{path} answered {status}"
                return
            self.failures += 1
            time.sleep(0.2)
        self.error = f"{path} was not answered in {PATIENCE} s"

    def send(self, path, form):
        """The status, or None where there was no whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", path, urlencode(form), self.headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return None
        else:
            return response.status
        finally:
            connection.close()


class Blows:
    """What goes wrong, one thing after the other."""

    def __init__(self, process):
        from django.conf import settings

        from config import database

        self.process = psutil.Process(process.pid)
        self.cluster = database.join(settings.DATA)
        self.are_over = threading.Event()
        self.counts = dict.fromkeys(
            ["connections ended", "web workers killed", "PostgreSQL stopped", "PostgreSQL killed"],
            0,
        )

    def strike(self, ends):
        blows = [self.end_connections, self.kill_worker, self.stop, self.end_connections, self.kill]
        while time.monotonic() < ends:
            for blow in blows:  # all of them, however long that takes
                time.sleep(PAUSE)
                blow()
        self.are_over.set()

    def end_connections(self):
        from django.db import DatabaseError, connection

        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            self.counts["connections ended"] += cursor.fetchone()[0]
        connection.close()

    def kill_worker(self):
        servers = [one for one in self.process.children() if "granian" in command_of(one)]
        workers = [one for server in servers for one in server.children()]
        workers = [one for one in workers if "resource_tracker" not in command_of(one)]
        if workers:
            workers[0].kill()
            self.counts["web workers killed"] += 1

    def stop(self):
        self.signal(signal.SIGINT, "PostgreSQL stopped")

    def kill(self):
        self.signal(signal.SIGKILL, "PostgreSQL killed")

    def signal(self, how, name):
        # Not while it is still coming up from the last blow.
        deadline = time.monotonic() + 20
        while not self.cluster.is_ready() and time.monotonic() < deadline:
            time.sleep(0.1)
        if (pid := self.cluster.pid()) is not None:
            os.kill(pid, how)
            self.counts[name] += 1


def command_of(process):
    """Its command line; "" for one that has ended."""
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def look(people):
    """What is there of all that was acknowledged."""
    from django.db import OperationalError, connection

    from annotations.models import Act, Note

    deadline = time.monotonic() + 60
    while True:
        connection.close()
        try:
            Act.objects.exists()
            break
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
    texts = list(Note.objects.filter(text__startswith="Note ").values_list("text", flat=True))
    acts = [str(key) for key in Act.objects.values_list("key", flat=True)]
    wanted = [key for one in people for key in one.done]
    there = {text.removeprefix("Note ") for text in texts} & set(acts)
    return {
        "acknowledged": len(wanted),
        "sent again, not answered": sum(one.failures for one in people),
        "sent again, answered": sum(one.repeats for one in people),
        "found": len(set(wanted) & there),
        "lost": len(set(wanted) - there),
        "doubled": len(texts) - len(set(texts)) + len(acts) - len(set(acts)),
    }


if __name__ == "__main__":
    main()
