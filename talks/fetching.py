"""A web page by its address, fetched so that nobody can make us ask a machine of our own network.

A name is resolved once, every address it has must be public, and the connection goes to the
address that was checked; each redirect is a new address and checked anew. All of it ends in
time, whatever the other side does or leaves undone. Plain Python.
"""

import contextlib
import ipaddress
import json
import re
import socket
import subprocess
import sys
import threading
import time
import zlib
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import certifi
import protego
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

AGENT = "Parley"
SECONDS = 20  # for all of it, redirects and robots.txt too
PAUSE = 8  # seconds in which nothing comes
SIZE = 10_000_000  # bytes, packed and unpacked
ROBOTS_SIZE = 500_000
REDIRECTS = 5
# The system's resolver knows /etc/hosts and the rest, and waits for as long as it likes: as a
# process it can be ended, where a thread that waits in it cannot, and would be one of many.
RESOLVER = """
import json, socket, sys
found = socket.getaddrinfo(sys.argv[1], int(sys.argv[2]), type=socket.SOCK_STREAM)
print(json.dumps([one[4][0] for one in found]))
"""
PORTS = {80, 443}
# All that is given to the public internet of IPv6. What is written within another address, as
# ::ffff:0:0/96 and 64:ff9b::/96, stands outside of it.
PUBLIC = ipaddress.ip_network("2000::/3")
# Of the public ones those that lead elsewhere, as Teredo, 6to4 and its relays, or nowhere.
ELSEWHERE = [
    ipaddress.ip_network(one) for one in ("2001::/23", "2002::/16", "3fff::/20", "192.88.99.0/24")
]


class NotFetched(Exception):
    """The page was not fetched; the message is for whoever asked for it."""


class Fetched(NamedTuple):
    """What came, from which address in the end, and what the server said it is."""

    address: str
    content: bytes
    media_type: str
    charset: str


def is_public(address, port):
    """Whether an IP address is one of the public internet, and the port one for the web."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return (
        port in PORTS
        and ip.is_global
        and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_link_local)
        and (ip.version == 4 or ip in PUBLIC)
        and not any(ip in net for net in ELSEWHERE)
    )


class _Visit:
    """What one fetch knows: until when, the addresses of names, and what robots.txt says."""

    def __init__(self):
        self.end = time.monotonic() + SECONDS
        self.addresses = {}
        self.rules = {}

    def left(self):
        """The seconds that are left; raises NotFetched where there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise NotFetched(f"It took longer than {SECONDS} seconds.")
        return left


def fetch(address):
    """The :class:`Fetched` page at ``address``; raises NotFetched."""
    visit = _Visit()
    for _ in range(REDIRECTS + 1):
        site = _parts(address)[:3]
        if site not in visit.rules:
            visit.rules[site] = _robots(address, visit)
        if not visit.rules[site].can_fetch(address, AGENT):
            raise NotFetched("The site asks programs not to read this page (robots.txt).")
        status, headers, content = _get(address, visit, SIZE)
        if status in {301, 302, 303, 307, 308} and headers.get("location"):
            address = _led_to(address, headers["location"])
            continue
        if status != 200:
            raise NotFetched(f"The site answered with status {status}.")
        media_type, _, rest = headers.get("content-type", "").partition(";")
        charset = re.search(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", rest, re.IGNORECASE)
        return Fetched(address, content, media_type.strip().lower(), charset[1] if charset else "")
    raise NotFetched(f"The address leads on more than {REDIRECTS} times.")


def _robots(address, visit):
    """The rules of the address's site; without a robots.txt all is allowed (RFC 9309)."""
    place = urljoin(address, "/robots.txt")
    for _ in range(REDIRECTS + 1):
        status, headers, content = _get(place, visit, ROBOTS_SIZE, is_cut=True)
        if status not in {301, 302, 303, 307, 308} or not headers.get("location"):
            break
        place = _led_to(place, headers["location"])
    if status >= 500:
        raise NotFetched("The site does not say whether programs may read it: robots.txt failed.")
    return protego.Protego.parse(content.decode("utf-8-sig", "replace") if status == 200 else "")


def _led_to(address, location):
    try:
        found = urljoin(address, location)
        _parts(found)
    except (ValueError, NotFetched):
        raise NotFetched(
            f"The site leads on to what is no address of a web page ({location[:100]})."
        ) from None
    return found


def _parts(address):
    """``(scheme, host, port, path with query)``; raises NotFetched for what we do not open."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        host = parts.hostname or ""
        host = host if ":" in host else host.encode("idna").decode()
    except (ValueError, KeyError, UnicodeError):
        raise NotFetched("Write an address that starts with http:// or https://.") from None
    if not host or parts.username is not None or parts.password is not None:
        raise NotFetched("Write an address with a host, and without a name or password in it.")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return parts.scheme, host, port, f"{path}?{query}" if query else path


def _addresses(host, port, seconds):
    """The IP addresses that the system knows for a host, the one to ask first in front.

    Raises OSError or ValueError where there are none, and subprocess.TimeoutExpired.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", RESOLVER, host, str(port)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        check=False,
    )
    return json.loads(done.stdout)


def _resolved(host, port, visit):
    """One checked address of the host; raises NotFetched unless all it has may be asked."""
    if host not in visit.addresses:
        left = visit.left()
        try:
            visit.addresses[host] = _addresses(host, port, left)
        except subprocess.TimeoutExpired:
            raise NotFetched(
                f"It took longer than {SECONDS} seconds: the site's name could not be looked up."
            ) from None
        except (OSError, ValueError):
            raise NotFetched("There is no such site: its name is not known.") from None
    found = visit.addresses[host]
    if not found or not all(is_public(address, port) for address in found):
        raise NotFetched("This address is not one of the public web, so it is not asked.")
    return found[0]


class _Wire:
    """Keeps a hold on the connection that it makes, so that it can be hung up from outside.

    Also within a TLS handshake, when ``sock`` is not the one that is in use, and while the
    content comes, when ``http.client`` has closed the connection and reads on.
    """

    wire = None
    is_over = False

    def _new_conn(self):
        sock = super()._new_conn()
        self.wire = sock.dup()
        if self.is_over:
            self.hang_up()
        return sock

    def hang_up(self):
        self.is_over = True
        if self.wire is not None:
            with contextlib.suppress(OSError):
                self.wire.shutdown(socket.SHUT_RDWR)

    def let_go(self):
        self.close()
        if self.wire is not None:
            self.wire.close()


class _Plain(_Wire, HTTPConnection):
    pass


class _Secure(_Wire, HTTPSConnection):
    pass


def _get(address, visit, size, *, is_cut=False):
    """``(status, headers, content)`` of one request, to the address that was checked.

    What is larger than ``size`` is refused, or cut there.
    """
    scheme, host, port, path = _parts(address)
    checked = _resolved(host, port, visit)
    left = visit.left()
    options = {"port": port, "timeout": min(PAUSE, left)}
    if scheme == "https":
        connection = _Secure(
            checked, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(), server_hostname=host,
            assert_hostname=host, **options,
        )  # fmt: skip
    else:
        connection = _Plain(checked, **options)
    alarm = threading.Timer(left, connection.hang_up)
    alarm.daemon = True
    alarm.start()
    try:
        found = _answer(connection, host, port, path, size, is_cut)
        # What was hung up on ends like what is whole.
        visit.left()
        return found
    except (HTTPError, HTTPException, OSError, ValueError, zlib.error) as error:
        visit.left()
        raise NotFetched(f"The site cannot be reached ({type(error).__name__}).") from None
    finally:
        alarm.cancel()
        connection.let_go()


def _answer(connection, host, port, path, size, is_cut):
    name = f"[{host}]" if ":" in host else host
    headers = {
        "Host": name if port in PORTS else f"{name}:{port}",
        "User-Agent": AGENT,
        "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    connection.request("GET", path, headers=headers, preload_content=False, decode_content=False)
    response = connection.getresponse()
    found = {key.lower(): value for key, value in response.headers.items()}
    packing = found.get("content-encoding", "identity").strip().lower()
    sending = found.get("transfer-encoding", "identity").strip().lower()
    if sending not in {"identity", "chunked"}:
        raise NotFetched(f"The site sends its pages in a way that is not read ({sending[:20]}).")
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise NotFetched(f"The site packs its pages in a way that is not read ({packing[:20]}).")
    unpack = _Unpacker() if "gzip" in packing else None
    content = bytearray()
    received = 0
    while chunk := response.read1(65536):
        received += len(chunk)
        content += unpack.take(chunk, size + 1 - len(content)) if unpack else chunk
        if received > size or len(content) > size:
            if is_cut:
                return response.status, found, bytes(content[:size])
            raise NotFetched(f"The page is larger than {size:,} bytes.")
    if unpack and content and not unpack.is_whole:
        raise NotFetched("The page broke off in the middle.")
    return response.status, found, bytes(content)


class _Unpacker:
    """Unpacks gzip, of one member or several behind one another, as far as it is asked to."""

    def __init__(self):
        self.member = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def is_whole(self):
        return self.member.eof

    def take(self, packed, most):
        content = b""
        while packed and len(content) < most:
            if self.member.eof:
                if not packed.startswith(b"\x1f"):
                    # What stands behind a packed page is none of it.
                    break
                self.member = zlib.decompressobj(16 + zlib.MAX_WBITS)
            content += self.member.decompress(packed, most - len(content))
            packed = self.member.unused_data or self.member.unconsumed_tail
        return content
