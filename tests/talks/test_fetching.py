"""Fetching a page by its address: from the public web alone, within limits, as robots.txt says.

The server of these tests is on loopback, and let through for them alone.
"""

import contextlib
import gzip
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from talks import fetching
from talks.fetching import NotFetched, fetch
from talks.models import Intake

from ..factories import make_round
from .files import make_html

PAGE = make_html(["The first talks in three years ended on Friday."] * 3)


class Site(ThreadingHTTPServer):
    """Answers from ``pages``: ``{path: (status, headers, content)}``; a function writes itself."""

    daemon_threads = True
    pages = {}

    def __init__(self, *args):
        super().__init__(*args)
        self.is_done = threading.Event()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.server.pages.get(self.path, (404, {}, b""))
        with contextlib.suppress(OSError):
            if callable(found):
                found(self)
                return
            status, headers, content = found
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def site(monkeypatch):
    with Site(("127.0.0.1", 0), Handler) as server:
        server.pages = {"/a": (200, {"Content-Type": "text/html; charset=utf-8"}, PAGE)}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        public = fetching.is_public
        monkeypatch.setattr(
            fetching,
            "is_public",
            lambda ip, port: (ip, port) == ("127.0.0.1", server.server_port) or public(ip, port),
        )
        yield server
        server.is_done.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def in_time(monkeypatch):
    """Allow what is done within it half a second, and want it refused for that, not much later."""

    @contextlib.contextmanager
    def limited(seconds=0.5):
        monkeypatch.setattr(fetching, "SECONDS", seconds)
        monkeypatch.setattr(fetching, "PAUSE", 60)
        started = time.monotonic()
        with pytest.raises(NotFetched, match="took longer than"):
            yield
        assert time.monotonic() - started < fetching.PAUSE

    return limited


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1", "::",
        "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1",
        "fec0::1", "2001:20::1", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_what_is_not_the_public_web_is_not_asked(address):
    assert not fetching.is_public(address, 443)


def test_the_public_web_is_asked_at_its_ports_alone():
    assert fetching.is_public("8.8.8.8", 443)
    assert fetching.is_public("2606:4700::1111", 80)
    assert not fetching.is_public("8.8.8.8", 22)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/",
     "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/"],
)  # fmt: skip
def test_an_address_within_is_refused_however_it_is_written(address):
    with pytest.raises(NotFetched, match=r"not one of the public web|its name is not known"):
        fetch(address)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://example.org/", "http://", "http://user:pass@example.org/",
     "gopher://example.org", "http://[", "http://example.org:99999/", "//example.org"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(address):
    with pytest.raises(NotFetched, match=r"^Write an address"):
        fetch(address)


def test_a_page_is_fetched_with_what_is_said_of_it(site):
    assert fetch(f"{site.address}/a") == (f"{site.address}/a", PAGE, "text/html", "utf-8")


def test_one_of_several_addresses_within_is_enough_to_refuse(site, monkeypatch):
    monkeypatch.setattr(fetching, "RESOLVER", 'print(\'["127.0.0.1", "10.0.0.1"]\')')

    with pytest.raises(NotFetched, match="not one of the public web"):
        fetch(f"{site.address}/a")


def test_a_name_is_resolved_once_and_the_checked_address_is_asked(site, monkeypatch, tmp_path):
    # Each time it is asked the name leads elsewhere, as that of an attacker does.
    seen = tmp_path / "seen"
    monkeypatch.setattr(
        fetching,
        "RESOLVER",
        f"import json, sys; seen = open({str(seen)!r}, 'a+'); seen.write(sys.argv[1]); seen.seek(0)"
        "; print(json.dumps(['127.0.0.1' if seen.read() == sys.argv[1] else '10.0.0.1']))",
    )
    site.pages |= {"/on": (302, {"Location": "/a"}, b"")}

    page = fetch(f"http://rebinding.example:{site.server_port}/on")

    assert page.content == PAGE
    assert seen.read_text() == "rebinding.example"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://10.0.0.1/", "not one of the public web"),
        ("http://[::1]/a", "not one of the public web"),
        ("file:///etc/passwd", r"leads on to what is no address of a web page \(file:///etc/pass"),
        ("http://a:b@example.org/", "leads on to what is no address of a web page"),
    ],
)
def test_a_redirect_is_checked_like_an_address(site, target, said):
    site.pages["/away"] = (302, {"Location": target}, b"")

    with pytest.raises(NotFetched, match=said):
        fetch(f"{site.address}/away")


def test_redirects_are_followed_but_not_for_ever(site):
    site.pages |= {"/on": (301, {"Location": "/a"}, b""), "/r": (302, {"Location": "/r"}, b"")}

    assert fetch(f"{site.address}/on").address == f"{site.address}/a"
    with pytest.raises(NotFetched, match="leads on more than 5 times"):
        fetch(f"{site.address}/r")


@pytest.mark.parametrize(
    ("rules", "is_allowed"),
    [
        ("User-agent: *\nDisallow: /a\n", False),
        ("\ufeffUser-agent: *\nDisallow: /*\n", False),
        ("User-agent: *\nDisallow: /*.html$\n", True),
        # The rule that says most rules, wherever it stands.
        ("User-agent: *\nDisallow: /\nAllow: /a\n", True),
        # A group of one's own rules over that of all, in whatever case.
        ("User-agent: *\nDisallow: /\n\nUser-agent: x\nUser-agent: PARLEY\nDisallow: /b", True),
        ("User-agent: *\nDisallow:\n\nUser-agent: Parley\nDisallow: /a", False),
        # Of what is too large the beginning counts.
        ("User-agent: *\nDisallow: /a\n" + "# A long story.\n" * 40_000, False),
        ("<html>No such page</html>", True),
    ],
)  # fmt: skip
def test_robots_txt_is_respected(site, rules, is_allowed):
    site.pages["/robots.txt"] = (200, {}, rules.encode())
    if is_allowed:
        assert fetch(f"{site.address}/a").content == PAGE
    else:
        with pytest.raises(NotFetched, match=r"robots\.txt"):
            fetch(f"{site.address}/a")


def test_a_site_that_cannot_say_what_its_robots_txt_says_is_not_asked(site):
    site.pages["/robots.txt"] = (503, {}, b"")
    with pytest.raises(NotFetched, match=r"robots\.txt failed"):
        fetch(f"{site.address}/a")


def test_pages_come_packed_and_no_larger_than_allowed(site, monkeypatch):
    packed = {"Content-Encoding": "gzip", "Content-Type": "text/html"}
    site.pages |= {
        "/gzip": (200, packed, gzip.compress(PAGE)),
        "/bomb": (200, packed, gzip.compress(b"0" * 30_000_000)),
        "/br": (200, {"Content-Encoding": "br"}, b"x"),
        "/sent": (200, {"Transfer-Encoding": "gzip"}, gzip.compress(PAGE)),
        "/large": (200, {}, b"x" * 10_000_001),
        "/torn": (200, packed, b"\x1f\x8b\x08 torn"),
        "/cut": (200, packed, gzip.compress(PAGE)[:-20]),
        "/members": (200, packed, gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:])),
        "/nowhere": (302, {"Location": "http://[::1"}, b""),
    }

    assert fetch(f"{site.address}/gzip").content == PAGE
    assert fetch(f"{site.address}/members").content == PAGE
    for path, reason in {
        "bomb": "larger than", "br": "not read", "sent": "not read", "large": "larger than",
        "torn": "be reached", "cut": "broke off", "nowhere": "no address",
    }.items():  # fmt: skip
        with pytest.raises(NotFetched, match=reason):
            fetch(f"{site.address}/{path}")


def drip(handler, beginning, letter):
    """Answer by one byte more each moment, until whoever asked has gone."""
    handler.wfile.write(beginning)
    while not handler.server.is_done.wait(0.02):
        handler.wfile.write(letter)


@pytest.mark.parametrize(
    ("beginning", "letter"),
    [
        (b"", b"x"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x08", b"x"),
    ],
    ids=["before the status", "headers", "body", "length of a chunk", "packed"],
)  # fmt: skip
def test_a_site_that_drips_is_left_in_time(site, in_time, beginning, letter):
    site.pages["/drip"] = lambda handler: drip(handler, beginning, letter)

    with in_time():
        fetch(f"{site.address}/drip")


def test_a_site_that_drips_its_handshake_is_left_in_time(in_time, site):
    # A TLS record of 16 KB that has begun: version, length, then byte by byte.
    site.RequestHandlerClass = type(
        "Slow", (Handler,), {"handle": lambda self: drip(self, b"\x16\x03\x03\x40\x00\x02", b"x")}
    )

    with in_time():
        fetch(f"https://127.0.0.1:{site.server_port}/")


def test_a_site_that_leads_on_slowly_is_left_in_time(site, in_time):
    def lead_on(handler):
        site.is_done.wait(0.3)
        handler.send_response(302)
        handler.send_header("Location", f"{handler.path}x")
        handler.end_headers()

    site.pages |= {f"/r{'x' * count}": lead_on for count in range(9)}

    with in_time():
        fetch(f"{site.address}/r")


def test_a_name_that_nobody_resolves_is_left_in_time(in_time, monkeypatch, tmp_path):
    started = tmp_path / "started"
    monkeypatch.setattr(
        fetching,
        "RESOLVER",
        f"import os, time; open({str(started)!r}, 'w').write(str(os.getpid())); time.sleep(600)",
    )

    with in_time(2):
        fetch("http://silent.example/")
    # Nothing goes on waiting.
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


@pytest.mark.parametrize("answer", [b"rubbish\r\n\r\n", b"", b"HTTP/1.1 200 " + b"x" * 70_000])
def test_what_is_no_answer_of_the_web_is_told_as_such(site, answer):
    site.pages["/rubbish"] = lambda handler: handler.wfile.write(answer)

    with pytest.raises(NotFetched, match="cannot be reached"):
        fetch(f"{site.address}/rubbish")


@pytest.mark.django_db
def test_a_fetched_page_is_prepared_with_its_address(site, client, admin, settings):
    settings.FETCH_ARTICLES = True
    client.force_login(admin)
    sent = {"round": make_round().pk, "status": "draft", "address": f"{site.address}/a"}

    response = client.post("/articles/new/", sent)

    intake = Intake.objects.get()
    assert response.url == intake.get_absolute_url()
    assert (intake.origin, intake.fields["url"]) == ("address", f"{site.address}/a")
    response = client.post("/articles/new/", sent | {"address": "http://10.0.0.1/"})
    assert response.status_code == 422
    assert "not one of the public web" in response.content.decode()


@pytest.mark.django_db
def test_nothing_is_fetched_unless_it_is_configured(site, client, admin):
    client.force_login(admin)
    sent = {"round": make_round().pk, "status": "draft", "address": f"{site.address}/a"}

    response = client.post("/articles/new/", sent)

    assert response.status_code == 422
    assert Intake.objects.count() == 0
    assert 'name="address"' not in client.get("/articles/new/").content.decode()
