"""Several people acting at the same moment."""

import threading
import time

from django.db import connection


def at_once(*functions):
    """Run functions in threads that start together; their results in order, errors as results."""
    ready = threading.Barrier(len(functions))
    results = [None] * len(functions)

    def run(place, function):
        ready.wait(60)
        try:
            results[place] = function()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def both(*functions):
    """Their results, once both are done at once; an error of either is raised."""
    results = at_once(*functions)
    for error in results:
        if isinstance(error, Exception):
            raise error
    return results


def somebody_waits():
    """Whether anybody waits for a lock of ours, which a write that takes no turn never does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return cursor.fetchone() is not None


def wait_for(event, seconds=60):
    """Until it has happened, or whoever would let it happen waits for a lock of ours."""
    end = time.monotonic() + seconds
    while not event.wait(0.01) and not somebody_waits():
        assert time.monotonic() < end, "It does not happen, and nobody waits."


def wait_for_one_who_waits(seconds=60):
    """Until somebody waits for a lock of ours."""
    end = time.monotonic() + seconds
    while not somebody_waits():
        assert time.monotonic() < end, "Nobody waits."
        time.sleep(0.005)  # which leaves the processor to whom we wait for
