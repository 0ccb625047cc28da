"""What `dev.py run` becomes: prepares the data, serves Parley, and stops all of it again.

`python -m config.run --port N`, in the project's environment and with SECRET_KEY set.
"""

import argparse
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import django
import pghistory
from django.core.exceptions import ImproperlyConfigured

from . import database, server

PATIENCE = 60  # seconds for the server to answer
WATCH = 0.5  # seconds between two looks at the server and its database


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    # SIGINT too: a shell lets what it starts in the background ignore it.
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, _stop)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    database.as_owner()
    try:
        log = prepare() / "web.log"
        with _serving("127.0.0.1", port, log) as process:
            announce(f"http://127.0.0.1:{port}", log)
            with _working(log.with_name("worker.log")) as keep_working:
                watch(process, keep_working)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        say("Parley has stopped.")


def _stop(*_):
    raise KeyboardInterrupt


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def prepare():
    """Bring database, static files and first data to this version's state; the data folder."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    collect_static()
    with pghistory.context(command="load_first_data"):
        call_command("load_first_data", verbosity=0)
    connection.close()
    connection.close_pool()
    return settings.DATA


def collect_static():
    """Collect the static files again if one of them, or what treats them, has changed."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for path in ("config/storage.py", "requirements.txt"):
        digest.update((settings.BASE_DIR / path).read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            with storage.open(path) as file:
                digest.update(path.encode() + b"\0" + file.read())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest.hexdigest())


@contextlib.contextmanager
def _serving(host, port, log):
    """The production server as a child that does not outlive us, ready to answer."""
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            server.command(host, port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # The port also tells where the links in its mails lead.
            env=database.environment_of_app() | {"PORT": str(port)},
            start_new_session=True,  # Ctrl+C is for us; we stop it in order
            preexec_fn=server.end_with_parent,
        )
    try:
        wait_until_it_answers(process, f"http://{host}:{port}/health/live", log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def _working(log):
    """The background worker as a child; gives a function that starts it again where it died."""
    with log.open("ab", buffering=0) as output:

        def start():
            return subprocess.Popen(
                [sys.executable, "manage.py", "run_worker"],
                cwd=Path(__file__).parent.parent,
                env=database.environment_of_app(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=server.end_with_parent,
            )

        worker = start()

        def keep_working():
            nonlocal worker
            if worker.poll() is not None:
                worker = start()

        try:
            yield keep_working
        finally:
            # What it was doing is done whole or not at all, so nothing need be waited for.
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def wait_until_it_answers(process, address, log):
    deadline = time.monotonic() + PATIENCE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ImproperlyConfigured(f"The web server ended; {log} ends:\n{_end_of(log)}")
        with contextlib.suppress(OSError), opener.open(address, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise ImproperlyConfigured(f"The web server does not answer; {log} ends:\n{_end_of(log)}")


def _end_of(log):
    return log.read_text(errors="replace")[-2000:]


def announce(address, log):
    from django.core.management import call_command

    say(f"Parley is running at {address}/")
    call_command("print_sign_in_links", base_url=address)
    say(f"Ctrl+C stops it. It writes to {log}.")


def watch(process, keep_working):
    """Until the web server ends: start database and worker again whenever they died."""
    while process.poll() is None:
        time.sleep(WATCH)
        keep_working()
        try:
            if database.revive():
                say("The database had died and was started again.")
        except ImproperlyConfigured as error:
            say(str(error))
            time.sleep(10)
    sys.exit("The web server ended unexpectedly.")


if __name__ == "__main__":
    main()
