"""Which production server? Measures one page under load, and under clients that never finish.

    .venv/bin/python -m bench.servers --path /articles/1/ [--seconds 8] [--only granian]

Starts each candidate on a free port of 127.0.0.1, with the real project and its data, asks it
with keep-alive connections, and prints a table. Ends by itself; gunicorn and uvicorn are not
among Parley's libraries: a row says so where they are missing.
"""

import argparse
import contextlib
import http.client
import importlib.util
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

import psutil

from config import server

CLIENTS = 16
STALLED = 60
HEADINGS = ("server", "req/s", "p50 ms", "p95 ms", "cpu ms/req", "MB", "errors", "heads", "bodies")
# Of requests that never end: one in its headers, one in its body.
HEADS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODIES = b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n" + (
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\na=b"
)


def candidates(port):
    """The command of each server: one process, as many threads as the product has."""
    address = f"127.0.0.1:{port}"
    python = [sys.executable, "-m"]
    threads = str(server.AT_WORK)
    gunicorn = [*python, "gunicorn", "--bind", address, "--log-level", "error"]
    uvicorn = [*python, "uvicorn", "--host", "127.0.0.1", "--port", str(port)]
    return {
        "granian wsgi": server.command("127.0.0.1", port),
        "gunicorn gthread": [*gunicorn, "--threads", threads, "config.wsgi"],
        "uvicorn asgi": [*uvicorn, "--log-level", "error", "config.asgi:application"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--path", default="/articles/1/")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--only", default="")
    parser.add_argument("--cookie", default="", help="sent with each request, to be signed in")
    options = parser.parse_args()
    print(("{:<18}" + "{:>11}" * 8).format(*HEADINGS))
    for name in candidates(0):
        if options.only in name:
            print(measure(name, options), flush=True)


def measure(name, options):
    if not importlib.util.find_spec(name.split()[0]):
        return f"{name:<18} is not installed"
    port = free_port()
    with running(candidates(port)[name]) as process:
        wait_for_answer(process, port)
        load(port, options, seconds=1)
        before = cpu_seconds(process)
        times, errors = load(port, options, options.seconds)
        cpu = cpu_seconds(process) - before
        memory = sum(part.memory_full_info().pss for part in family(process)) / 1e6
        stalled = [answers_beside_stalled_clients(port, sent) for sent in (HEADS, BODIES)]
    p95 = statistics.quantiles(times, n=20)[18]
    figures = [
        f"{len(times) / options.seconds:.0f}",
        f"{statistics.median(times) * 1000:.0f}",
        f"{p95 * 1000:.0f}",
        f"{cpu / len(times) * 1000:.1f}",
        f"{memory:.0f}",
        f"{errors}",
        *stalled,
    ]
    return f"{name:<18}" + "".join(f"{figure:>11}" for figure in figures)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command):
    process = subprocess.Popen(command, start_new_session=True)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def family(process):
    return [process, *process.children(recursive=True)]


def cpu_seconds(process):
    return sum(sum(part.cpu_times()[:2]) for part in family(process))


def wait_for_answer(process, port):
    deadline = time.monotonic() + 30
    while not answers(port, timeout=2):
        if time.monotonic() > deadline or not process.is_running():
            sys.exit("the server does not answer")
        time.sleep(0.1)


def answers(port, timeout):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def load(port, options, seconds):
    """(times of the answers in seconds, number of failures) of clients that ask without a pause."""
    times, failures = [], []
    deadline = time.monotonic() + seconds

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Cookie": options.cookie} if options.cookie else {}
        while (start := time.monotonic()) < deadline:
            try:
                connection.request("GET", options.path, headers=headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                failures.append(1)
                continue
            if answer.status == 200:
                times.append(time.monotonic() - start)
            else:
                failures.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(times) < 20:
        sys.exit(f"{options.path} hardly answers: {failures[:5]}")
    return times, len(failures)


def answers_beside_stalled_clients(port, sent):
    """How many of five requests are answered while 60 clients send no more than ``sent``."""
    with contextlib.ExitStack() as stack:
        for _ in range(STALLED):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(sent)
        time.sleep(1)
        return f"{sum(answers(port, timeout=2) for _ in range(5))}/5"


if __name__ == "__main__":
    main()
