"""The production server, configured in one place: `python -m config.server`.

HOST, PORT and WEB_CONCURRENCY (processes) come from the environment. Why granian and these
figures: docs/decisions/0003-production-server.md.
"""

import ctypes
import os
import signal
import sys

from . import env

PR_SET_PDEATHSIG = 1

AT_WORK = 8  # requests a process at once; each may hold one of its 10 database connections
THREADS = 500  # requests at work or still on their way; a thread is made when one is needed


def command(host, port):
    """The arguments that start it on this address."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": port,
        "--http": "1",
        "--workers": env.integer("WEB_CONCURRENCY", default=1, minimum=1, maximum=64),
        "--blocking-threads": THREADS,
        # The longest it takes: in a burst it overlooks now and then that there are too few.
        "--blocking-threads-idle-timeout": 600,
        # Counts connections, idle and stalled ones too, not requests at work.
        "--backpressure": 1000,
        "--http1-header-read-timeout": 10_000,
        "--workers-kill-timeout": 10,
        "--log-level": "error",
    }
    pairs = [str(part) for option in options.items() for part in option]
    flags = ["--no-ws", "--respawn-failed-workers"]
    return [sys.executable, "-m", "granian", *pairs, *flags, "config.wsgi:application"]


def end_with_parent(by=signal.SIGKILL):
    """Have the kernel send ``by`` to this process when its parent dies, however (on Linux).

    Granian's parent takes SIGTERM in Python, and hangs when that comes at a bad moment. Its
    workers take it well, and have the database to leave before they end.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by)


def main():
    host = os.environ.get("HOST", "127.0.0.1")
    port = env.integer("PORT", default=8000, minimum=1, maximum=65535)
    os.execv(sys.executable, command(host, port))  # noqa: S606


if __name__ == "__main__":
    main()
