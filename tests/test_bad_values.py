"""Values that break things, in every field of every form, every query and every address.

The addresses are those of the resolver, the forms those that stand on the pages: a new page is
tried without a line here. Never is the answer 500, and what no column can hold changes nothing.
"""

import itertools
import logging
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.urls import resolve

from .test_permissions import LINES, Asking
from .world import make_world

UNSTORABLE = ["text\0"]
ALL = [
    *UNSTORABLE, '{"a": ["\\ud800\\u0000", NaN]}', "[" * 20_000, "-1", "2147483648",
    "9223372036854775808", "9" * 5000, "1e999", "٣", "0", "http://[", "2025-02-30",
]  # fmt: skip
TELLING = ["9223372036854775808", '["\\ud800", 1e999]']
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
HTMX = {"hx-request": "true"}
BODIES = [
    (b"text=\xff&version=1", FORM),
    (b"text=%ED%A0%80&version=1", FORM),
    (b"text=a%00b&version=1", FORM),
    (b'{"text": "\\ud800", "version": NaN}', JSON),
    (b"[" * 100_000, JSON),
]
# What scripts ask for, which stands in no form and no link.
ASKED_BY_SCRIPTS = [
    "page", "part", "passage", "paragraph", "since", "filter", "draft", "start", "end", "edit",
    "reply", "article", "tag", "coder", "kind", "next", "q", "work",
]  # fmt: skip


class Forms(HTMLParser):
    """The forms and the links of a page."""

    def __init__(self, page):
        super().__init__()
        self.forms, self.links, self._form, self._select = [], [], None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self._form = {"action": given.get("action") or "", "fields": {}}
            self._form["method"] = (given.get("method") or "get").upper()
            self.forms.append(self._form)
        elif tag in {"a", "button"} and given.get("href"):
            self.links.append(given["href"])
        if self._form is not None and (name := given.get("name")):
            if tag == "select":
                self._select = name
            self._form["fields"].setdefault(name, given.get("value") or "")
        if tag == "option" and self._select and self._form is not None:
            fields = self._form["fields"]
            if "selected" in given or not fields[self._select]:
                fields[self._select] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None


@pytest.fixture
def asking(db):
    logging.disable(logging.CRITICAL)
    yield Asking("admin", make_world())
    logging.disable(logging.NOTSET)


def pages(asking):
    """Every page that there is, as (line, path, its forms and links)."""
    seen = set()
    for line in LINES:
        if "admin" not in (line.read or ()) or line.address in seen:
            continue
        path = asking.path(line)
        response, _ = asking.answer("GET", path)
        if response.status_code == 200 and "html" in response["Content-Type"]:
            seen.add(line.address)
            page = Forms(response.content.decode())
            page.has_parts = "HX-Request" in response["Vary"]
            yield line, path, page


def tried(asking, told, method, path, data=None, *, keeps=False, **extra):
    """What is wrong with the answer, in words."""
    try:
        response, written = asking.answer(method, path, data, **extra)
    except Exception as error:
        yield f"{told}: {type(error).__name__}: {str(error)[:200]}"
        return
    if response.status_code >= 500:
        yield f"{told}: {response.status_code}"
    if keeps and written:
        yield f"{told}: changed {written} rows"


def short(value):
    return repr(value) if len(value) < 40 else f"{value[:12]!r}… of {len(value)}"


def test_no_value_in_a_form_breaks_its_page(asking):
    found, seen = [], set()
    for _, path, page in pages(asking):
        for form in page.forms:
            target = form["action"].partition("?")[0] or path
            address = resolve(target).view_name
            kind = (address, form["method"], *sorted(form["fields"]))
            if form["method"] != "POST" or kind in seen or address.startswith("accounts:sign_"):
                continue
            seen.add(kind)
            found += every_field(asking, address, target, form["fields"])
    assert "\n".join(found) == ""


def every_field(asking, address, path, fields):
    names = [name for name in fields if name != "csrfmiddlewaretoken"]
    for value in ALL if names else []:
        told = f"POST {address}, every field {short(value)}"
        data = dict.fromkeys(names, value)
        yield from tried(asking, told, "POST", path, data, keeps=value in UNSTORABLE)
    for name, value in zip(names, itertools.cycle(TELLING), strict=False):
        told = f"POST {address}, {name} {short(value)}"
        yield from tried(asking, told, "POST", path, {**fields, name: value})


def test_no_value_in_a_query_breaks_its_page(asking):
    found = []
    for line, path, page in pages(asking):
        plain = path.partition("?")[0]
        names = {name for link in page.links for name in query_of(link, plain)}
        names |= {
            name
            for form in page.forms
            if form["method"] == "GET" and form["action"].partition("?")[0] in {"", plain}
            for name in form["fields"]
        }
        queries = [dict.fromkeys(names | set(ASKED_BY_SCRIPTS), one[:200]) for one in ALL]
        queries += [{name: TELLING[0]} for name in sorted(names)]
        for query in queries:
            name, value = next(iter(query.items()))
            told = f"GET {line.address}, {name} {short(value)}, {len(query)} in all"
            asked = f"{plain}?{urlencode(query)}"
            found += tried(asking, told, "GET", asked, keeps=True)
        for name in ASKED_BY_SCRIPTS if page.has_parts else []:
            told = f"GET {line.address}, {name} {short(TELLING[0])} by htmx"
            asked = f"{plain}?{urlencode({name: TELLING[0]})}"
            found += tried(asking, told, "GET", asked, keeps=True, headers=HTMX)
    assert "\n".join(found) == ""


def query_of(link, path):
    parts = urlsplit(link)
    return dict(parse_qsl(parts.query)) if parts.path in {"", path} else {}


KEYS = ["0", "9223372036854775807", "9223372036854775808", "9" * 300, "%00", "%ED%A0%80", "-1"]


def test_no_key_in_an_address_breaks_its_page(asking):
    found, seen = [], set()
    for line in LINES:
        if not line.asked or line.address in seen:
            continue
        seen.add(line.address)
        argument = asking.world.argument(line.asked, asking.who)
        for key in KEYS:
            path = asking.path(line).partition("?")[0].replace(f"/{argument}", f"/{key}", 1)
            for method in ("GET", "POST"):
                told = f"{method} {line.address} of {short(key)}"
                found += tried(asking, told, method, path, keeps=True)
    assert "\n".join(found) == ""


def test_what_is_no_form_in_utf_8_is_refused_everywhere(asking):
    found = []
    for line in LINES:
        if "admin" not in (line.write or ()) or line.query:
            continue
        path = asking.path(line)
        for content, kind in BODIES:
            told = f"POST {line.address} {content[:12]!r} as {kind}"
            found += tried(asking, told, "POST", path, content, keeps=True, content_type=kind)
    assert "\n".join(found) == ""
