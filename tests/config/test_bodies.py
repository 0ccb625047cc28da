"""Bodies on their way: they keep nobody waiting, and what comes but in part is not taken."""

import contextlib
import gc
import io
import os
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.models import Role
from config.bodies import Bodies
from config.wsgi import application
from talks.models import Batch, Intake, Original

from ..factories import make_round, make_user

FORM = "application/x-www-form-urlencoded"
PATIENCE = 30  # seconds for what takes none


class Dripping:
    """A body that is asked for and does not come until it is ``let`` come."""

    def __init__(self):
        self.asked, self.let = threading.Event(), threading.Event()

    def read(self, size):
        self.asked.set()
        assert self.let.wait(PATIENCE)
        return b"x" * size

    readline = read


def answer(application, method="GET", body=b"", **environ):
    """``(status, content)`` of a request as the server asks it."""
    stream = io.BytesIO(body) if isinstance(body, bytes) else body
    begun = []
    environ = RequestFactory()._base_environ(
        **{"REQUEST_METHOD": method, "CONTENT_TYPE": FORM, "wsgi.input": stream, **environ}
    )
    content = application(environ, lambda status, _: begun.append(int(status[:3])))
    return *begun, b"".join(content)


def temporary_files():
    """Those that this process has open; they have no name any more."""
    links = []
    for number in os.listdir("/proc/self/fd") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return [link for link in links if link.startswith(tempfile.gettempdir())]


def test_bodies_on_their_way_keep_nobody_waiting_and_a_few_work_at_once():
    at_work, most = 0, 0

    def view(environ, start_response):
        nonlocal at_work, most
        if environ["REQUEST_METHOD"] == "POST":
            environ["wsgi.input"].read(3)
        at_work += 1
        most = max(most, at_work)
        start_response("200 OK", [])
        at_work -= 1
        return HttpResponse(b"whole")

    served = Bodies(view, at_work=1)
    dripping = [Dripping() for _ in range(9)]
    with ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(answer, served, "POST", body) for body in dripping]
        try:
            assert all(body.asked.wait(PATIENCE) for body in dripping)
            assert pool.submit(answer, served).result(PATIENCE) == (200, b"whole")
        finally:
            for body in dripping:
                body.let.set()
        assert {one.result(PATIENCE) for one in waiting} == {(200, b"whole")}
    assert most == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_stored_of_what_ends_before_its_end(client):
    talks_round = make_round()
    client.force_login(make_user(Role.ADMIN))
    token = "t" * 32
    fields = {"round": talks_round.pk, "status": "draft", "csrfmiddlewaretoken": token}
    form = "&".join(f"{k}={v}" for k, v in fields.items()) + "&paste=They+met."
    parts = [f'name="{k}"\r\n\r\n{v}' for k, v in fields.items()]
    text = "They met. " * 20_000  # more than is read at once
    parts.append(f'name="files"; filename="a.txt"\r\n\r\n{text}')
    files = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    cookies = {settings.CSRF_COOKIE_NAME: token} | {k: v.value for k, v in client.cookies.items()}

    def send(body, content_type, whole):
        sent = body if whole else body[:-8]
        return answer(
            application,
            "POST",
            sent.encode(),
            PATH_INFO="/articles/new/",
            CONTENT_TYPE=content_type,
            CONTENT_LENGTH=str(len(body)),
            HTTP_COOKIE="; ".join(f"{k}={v}" for k, v in cookies.items()),
        )[0]

    sent = [(form, FORM), (f"{files}--x--", "multipart/form-data; boundary=x")]
    before = temporary_files()
    gc.disable()  # what waits for it may wait for long
    try:
        assert [send(*one, whole=False) for one in sent] == [400, 403]
        assert temporary_files() == before
    finally:
        gc.enable()
    assert {model.objects.count() for model in (Batch, Intake, Original)} == {0}
    assert [send(*one, whole=True) for one in sent] == [302, 302]
