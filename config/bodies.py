"""The bodies of requests and answers: on their way they keep nobody else waiting.

The server gives each request a thread, and a body that comes drop by drop holds it. So there are
many threads, of which a few work at a time: one that waits for a body lets another work.
"""

import contextlib
import threading

from django.db import connection


class Bodies:
    """The WSGI application, in which ``at_work`` threads at most are not waiting for a body."""

    def __init__(self, application, at_work):
        self.application = application
        self.turns = threading.BoundedSemaphore(at_work)

    def __call__(self, environ, start_response):
        environ["wsgi.input"] = WholeBody(environ["wsgi.input"], self.turns)
        with self.turns:
            answer = self.application(environ, start_response)
            if answer.streaming:
                return answer
            # As a list the server sends it alone, without this thread and its connection to the
            # database.
            with contextlib.closing(answer):
                return list(answer)


class WholeBody:
    """A body that is never asked for more than was announced, as Django does not.

    Raises OSError where its sender goes away before its end: of the server comes what had come,
    as if that were all.
    """

    def __init__(self, stream, turns):
        self.stream, self.turns = stream, turns

    def read(self, size):
        parts = []
        while size > 0:
            parts.append(self._wait_for(self.stream.read, size))
            size -= len(parts[-1])
        return b"".join(parts)

    def readline(self, size):
        return self._wait_for(self.stream.readline, size)

    def _wait_for(self, read, size):
        if not connection.in_atomic_block:
            connection.close()  # back into the pool
        self.turns.release()
        try:
            found = read(size)
        finally:
            self.turns.acquire()
        if not found:
            raise OSError("The body ended before its end.")
        return found
