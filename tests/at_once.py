"""Several people acting at the same moment."""

import threading

from django.db import connection


def at_once(*functions):
    """Run functions in threads that start together; their results in order, errors as results."""
    ready = threading.Barrier(len(functions))
    results = [None] * len(functions)

    def run(place, function):
        ready.wait(10)
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
