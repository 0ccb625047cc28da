"""Records the seed's thirty positions by keyboard alone: `python -m bench.recording`.

Chromium opens the seed's article with nothing recorded in it; every key that a coder would press is
pressed and counted, from finding the words by the caret to saving. Prints for each position the
keystrokes, the seconds that the machine took, and the seconds that a person would need by the
keystroke-level model (Card, Moran and Newell): 0.28 s a key and 1.35 s for each decision.
"""

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("SECRET_KEY", "bench " * 20)
os.environ.setdefault("HTTPS", "0")
os.environ.setdefault("PARLEY_DATA", "var/bench")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
os.environ["PARLEY_DATABASE_ROLE"] = "owner"  # as the tests: it makes a database
django.setup()

import time  # noqa: E402
from collections import Counter  # noqa: E402

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    setup_databases,
    setup_test_environment,
    teardown_databases,
)

from accounts.models import User  # noqa: E402
from annotations import first_data  # noqa: E402
from talks.models import Article, Position  # noqa: E402

KEY, DECISION = 0.28, 1.35  # seconds; an average typist
CODING = json.loads((first_data.SEED / "coding.json").read_text())
OFFSET = """() => {
    const { focusNode, focusOffset } = getSelection();
    const range = document.createRange();
    range.setStart(document.querySelector("#article-text"), 0);
    range.setEnd(focusNode, focusOffset);
    return [...range.toString()].length;
}"""


class Coder:
    """Somebody at the keyboard, whose keys and decisions are counted."""

    def __init__(self, page, article):
        self.page = page
        self.article = article
        self.keys = 0
        self.decisions = 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.keys += len(keys)

    def type(self, words):
        self.page.keyboard.type(words)
        self.keys += len(words)

    @property
    def at(self):
        return self.page.evaluate(OFFSET)

    def select(self, start, end):
        """Find words by paragraphs, words and letters, and select them the same way."""
        starts = [one.start for one in self.article.paragraphs]

        def paragraph(offset):
            return sum(one <= offset for one in starts)

        while (apart := paragraph(start) - paragraph(self.at)) != 0:
            self.press("PageDown" if apart > 0 else "PageUp")
        self.move_to(start, "")
        self.move_to(end, "Shift+")
        self.decisions += 1

    def move_to(self, goal, held):
        """By words while that comes nearer, then by letters."""
        text = self.article.text
        while (at := self.at) != goal:
            is_ahead = goal > at
            between = text[at:goal] if is_ahead else text[goal:at]
            by_word = len(between) > 3 and " " in between.strip()
            self.press(
                held + ("Control+" if by_word else "") + ("ArrowRight" if is_ahead else "ArrowLeft")
            )

    def value(self, name):
        return self.page.evaluate(
            """(name) => new FormData(document.querySelector("#record-form")).get(name) ?? "" """,
            name,
        )

    def focused(self):
        return self.page.evaluate("document.activeElement.name || document.activeElement.type")

    def go_to(self, name):
        """By Enter where the field is the next that is missing, else by Tab."""
        if self.focused() != name:
            self.press("Enter")
        forward = self.focused() != name and self.is_after(name)
        for _ in range(80):
            if self.focused() == name:
                return
            self.press("Tab" if forward else "Shift+Tab")
        raise AssertionError(f"no way to {name}")

    def is_after(self, name):
        return self.page.evaluate(
            """(name) => Boolean(document.activeElement.compareDocumentPosition(
                document.querySelector(`#record-form [name=${name}]`)) & 4)""",
            name,
        )

    def fill(self, name, words):
        if self.value(name) == words:
            return
        self.decisions += 1
        self.go_to(name)
        self.press("Control+a")
        self.type(words)

    def choose(self, name, value):
        if self.value(name) == value:
            return
        self.decisions += 1
        self.go_to(name)
        values = self.page.locator(f"#record-form [name={name}]").evaluate_all(
            "all => all.map((one) => one.value)"
        )
        self.press("1234567890-"[values.index(value)])


def name_of(kind, key):
    return next(one for one in CODING[kind] if one["id"] == key)


def record(coder, entries):
    """A position of the seed, or the rows of a joint statement, from the text to the team."""
    entry, *others = entries
    passages = [(name_of("passages", one["passage"]), one["role"]) for one in entry["evidence"]]
    page = coder.page
    for number, (passage, role) in enumerate(passages):
        if number:
            coder.press("F2")
        coder.select(passage["doc_start"], passage["doc_end"])
        if number:
            coder.press("Enter")
        else:
            page.wait_for_selector("#palette:not([hidden])")
            coder.press("p")
        page.wait_for_function(
            "count => document.querySelectorAll('#recorder .evidence-row').length === count",
            arg=number + 1,
        )
        select = page.locator("#recorder .evidence-row select").last
        if select.input_value() != role:
            coder.decisions += 1
            while not select.evaluate("one => one === document.activeElement"):
                coder.press("Shift+Tab")
            coder.type(select.locator(f"option[value={role}]").inner_text()[:5])
    fill_in(coder, entry, others)
    coder.press("Control+Enter")
    page.wait_for_selector("#record-form", state="detached")
    page.wait_for_function("document.activeElement.id === 'article-text'")


def fill_in(coder, entry, others):
    speaker = name_of("affiliations", entry["affiliation"]) if entry["affiliation"] else None
    party = name_of("parties", entry["party"])["name"]
    if speaker:
        person = name_of("people", speaker["person"])
        if person["family_name"] not in coder.value("speaker"):
            coder.fill("speaker", person["family_name"])
            coder.press("Tab")
    elif coder.value("speaker"):
        coder.fill("speaker", "")
    if not speaker:
        coder.fill("party", party[:9] if coder.value("party") != party else party)
    if others:
        coder.go_to("party")
        coder.press("Tab", "Enter", "Tab")
        coder.type(name_of("parties", others[0]["party"])["name"][:9])
    proposition = name_of("propositions", entry["proposition"])["name"]
    coder.decisions += 1
    coder.go_to("proposition")
    coder.type(shortest(proposition))
    coder.choose("stance", entry["stance"])
    coder.choose("speech_act", entry["speech_act"])
    if entry["condition"]:
        coder.fill("condition", entry["condition"])
    if entry["target_party"]:
        coder.fill("target", name_of("parties", entry["target_party"])["name"][:9])
    for name in ("speech_form", "attribution", "basis", "certainty"):
        coder.choose(name, entry[name])


def shortest(name):
    """As many letters as tell a proposition from all others."""
    others = [one["name"] for one in CODING["propositions"] if one["name"] != name]
    for length in range(1, len(name)):
        if not any(one.startswith(name[:length]) for one in others):
            return name[:length]
    return name


def statements():
    """The seed's positions, the rows of a joint statement together."""
    found = {}
    for entry in CODING["positions"]:
        joint = entry.get("joint_key")
        found.setdefault((joint, entry["proposition"]) if joint else entry["id"], []).append(entry)
    return list(found.values())


def main():
    setup_test_environment()
    import logging

    logging.disable(logging.INFO)
    old = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("load_first_data", verbosity=0)
        report()
    finally:
        teardown_databases(old, verbosity=0)


def report():
    from django.test.testcases import LiveServerThread, _StaticFilesHandler

    client = Client()
    client.force_login(User.objects.get(username="researcher"))
    article = Article.objects.get()
    # What the seed recorded is set aside, so that all of it is recorded anew.
    Position.objects.update(withdrawn_at="2025-01-01T00:00Z")
    thread = LiveServerThread("localhost", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    try:
        url = f"http://localhost:{thread.port}"
        rows = work(url, client.cookies[settings.SESSION_COOKIE_NAME].value, article)
    finally:
        thread.terminate()
    print("position    rows  keys  machine  a person")
    for name, count, keys, seconds, person in rows:
        print(f"{name:10}  {count:4}  {keys:4}  {seconds:5.1f} s  {person:6.0f} s")
    keys, person = sum(row[2] for row in rows), sum(row[4] for row in rows)
    print(f"all         {sum(row[1] for row in rows):4}  {keys:4}           {person / 60:4.1f} min")
    as_seeded()


def work(url, session, article):
    from playwright.sync_api import sync_playwright

    rows = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("PARLEY_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-quic", "--no-first-run"],
        )
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
        page = context.new_page()
        page.goto(f"{url}{article.get_absolute_url()}")
        page.wait_for_selector("record-panel:defined, #recorder", state="attached")
        page.wait_for_selector("#margin[data-placed]", state="attached")
        page.locator("#article-text").focus()
        page.keyboard.press("Control+Home")
        for entries in statements():
            coder = Coder(page, article)
            start = time.perf_counter()
            record(coder, entries)
            seconds = time.perf_counter() - start
            person = coder.keys * KEY + coder.decisions * DECISION
            rows.append((entries[0]["id"], len(entries), coder.keys, seconds, person))
        chromium.close()
    return rows


def as_seeded():
    """What was recorded is what the seed says, or the bench has measured something else."""
    fields = ("party__name", "proposition__name", "stance", "speech_act", "speech_form")
    made = Counter(Position.objects.live().values_list(*fields))
    seeded = Counter(Position.objects.exclude(withdrawn_at=None).values_list(*fields))
    print("recorded as in the seed:", "yes" if made == seeded else f"no: {seeded - made}")


if __name__ == "__main__":
    main()
