"""Chromium for the tests: one browser, a fresh context each, and no error left unseen."""

import os
import shutil
import signal
from pathlib import Path

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

# Playwright's loop runs in this thread; the tests' own queries do not await anything.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CHROMIUM = os.environ.get("PARLEY_CHROMIUM") or shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 30_000  # milliseconds; generous, since it is only spent when something is wrong
expect.set_options(timeout=WAIT)


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=False))
            if not CHROMIUM and os.environ.get("CI", "").lower() not in {"1", "true"}:
                item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: this was NOT tested"))


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def sign_in(context, user, url):
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": url}])


@pytest.fixture
def open_page(chromium, live_server):
    """``open_page(path, user)``: a page of a context of its own; console errors fail the test."""
    contexts = []
    problems = []

    def open_page(path, user=None, **options):
        options = {"viewport": {"width": 1280, "height": 900}} | options
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(WAIT)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
        contexts.append(context)
        if user is not None:
            sign_in(context, user, live_server.url)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: said.type == "error" and problems.append(said.text))
        page.goto(path)
        return page

    open_page.problems = problems
    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_profile(chromium, live_server, tmp_path):
    """``open_profile(path, user)``: a page of a browser whose profile stays after ``kill``."""
    contexts = []

    def open_profile(path, user):
        context = chromium.browser_type.launch_persistent_context(
            tmp_path, executable_path=CHROMIUM, args=FLAGS, base_url=live_server.url
        )
        contexts.append(context)
        context.set_default_timeout(WAIT)
        sign_in(context, user, live_server.url)
        page = context.pages[0]
        page.goto(path)
        return page

    def kill(page):
        with page.context.expect_event("close"):
            for process in processes_with(str(tmp_path)):
                os.kill(process, signal.SIGKILL)

    open_profile.kill = kill
    yield open_profile
    for context in contexts:
        context.close()


def processes_with(words):
    """The ids of the processes that have some words in their command line."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            if words in (one / "cmdline").read_text():
                found.append(int(one.name))
        except OSError:
            pass  # it has ended since
    return found


@pytest.fixture(scope="session")
def axe_script():
    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()


# Colours that still change have another contrast.
AT_REST = """
new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    .then(() => document.getAnimations().filter((one) => one instanceof CSSTransition))
    .then((found) => Promise.allSettled(found.map((one) => one.finished)))
    .then(() => undefined)
"""


@pytest.fixture
def violations(axe_script):
    """``violations(page)``: what axe finds against WCAG 2.2 AA and its good practice."""

    def violations(page):
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe_script + "; undefined")
        page.evaluate(AT_REST)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]

    return violations
