"""A web page by its address, fetched so that nobody can make us ask a machine of our own network.

A name is resolved once, every address it has must be public, and the connection goes to the
address that was checked; each redirect is a new address and checked anew. Plain Python.
"""

import contextlib
import ipaddress
import re
import socket
import threading
import time
import urllib.robotparser
import zlib
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

AGENT = "Parley"
SECONDS = 20  # for all of it, redirects and robots.txt too
PAUSE = 8  # seconds in which nothing comes
SIZE = 10_000_000  # bytes, packed and unpacked
ROBOTS_SIZE = 500_000
REDIRECTS = 5
PORTS = {80, 443}
# Ways to write another address within an IPv6 one, and relays: whatever they lead to.
LEADING_ELSEWHERE = [
    ipaddress.ip_network(one)
    for one in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32",
                "2002::/16", "192.88.99.0/24")
]  # fmt: skip


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
        and not any(ip in net for net in LEADING_ELSEWHERE if net.version == ip.version)
    )


def fetch(address):
    """The :class:`Fetched` page at ``address``; raises NotFetched."""
    end = time.monotonic() + SECONDS
    rules = {}
    for _ in range(REDIRECTS + 1):
        site = _parts(address)[:3]
        if site not in rules:
            rules[site] = _robots(address, end)
        if not rules[site].can_fetch(AGENT, address):
            raise NotFetched("The site asks programs not to read this page (robots.txt).")
        status, headers, content = _get(address, end, SIZE)
        if status in {301, 302, 303, 307, 308} and headers.get("location"):
            address = urljoin(address, headers["location"])
            continue
        if status != 200:
            raise NotFetched(f"The site answered with status {status}.")
        media_type, _, rest = headers.get("content-type", "").partition(";")
        charset = re.search(r"charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", rest, re.IGNORECASE)
        return Fetched(address, content, media_type.strip().lower(), charset[1] if charset else "")
    raise NotFetched(f"The address leads on more than {REDIRECTS} times.")


def _robots(address, end):
    """The rules of the address's site; without a robots.txt all is allowed (RFC 9309)."""
    place = urljoin(address, "/robots.txt")
    rules = urllib.robotparser.RobotFileParser(place)
    for _ in range(REDIRECTS + 1):
        status, headers, content = _get(place, end, ROBOTS_SIZE)
        if status not in {301, 302, 303, 307, 308} or not headers.get("location"):
            break
        place = urljoin(place, headers["location"])
    if status >= 500:
        raise NotFetched("The site does not say whether programs may read it: robots.txt failed.")
    rules.parse(content.decode("utf-8", "replace").splitlines() if status == 200 else [])
    return rules


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


def _resolved(host, port):
    """One checked address of the host; raises NotFetched unless all it has may be asked."""
    try:
        found = [one[4][0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotFetched("There is no such site: its name is not known.") from None
    if not found or not all(is_public(address, port) for address in found):
        raise NotFetched("This address is not one of the public web, so it is not asked.")
    return found[0]


def _get(address, end, size):
    """``(status, headers, content)`` of one request, to the address that was checked."""
    scheme, host, port, path = _parts(address)
    checked = _resolved(host, port)
    left = end - time.monotonic()
    if left <= 0:
        raise NotFetched(f"It took longer than {SECONDS} seconds.")
    options = {"port": port, "timeout": min(PAUSE, left)}
    if scheme == "https":
        connection = HTTPSConnection(
            checked, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(), server_hostname=host,
            assert_hostname=host, **options,
        )  # fmt: skip
    else:
        connection = HTTPConnection(checked, **options)
    alarm = threading.Timer(left, _hang_up, [connection])
    alarm.start()
    try:
        found = _answer(connection, host, port, path, size)
        if not alarm.is_alive():
            # What was hung up on ends like what is whole.
            raise NotFetched(f"It took longer than {SECONDS} seconds.")
        return found
    except (HTTPError, OSError, ValueError, zlib.error) as error:
        if not alarm.is_alive():
            raise NotFetched(f"It took longer than {SECONDS} seconds.") from None
        raise NotFetched(f"The site cannot be reached ({type(error).__name__}).") from None
    finally:
        alarm.cancel()
        connection.close()


def _hang_up(connection):
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _answer(connection, host, port, path, size):
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
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise NotFetched(f"The site packs its pages in a way that is not read ({packing[:20]}).")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in packing else None
    content = bytearray()
    received = 0
    while chunk := response.read1(65536):
        received += len(chunk)
        content += unpack.decompress(chunk, size + 1 - len(content)) if unpack else chunk
        if received > size or len(content) > size or (unpack and unpack.unconsumed_tail):
            raise NotFetched(f"The page is larger than {size:,} bytes.")
    return response.status, found, bytes(content)
