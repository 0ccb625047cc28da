"""Every page in every state: no violation, nothing wider than a phone, all within reach of keys."""

import re
import uuid
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from accounts import links
from accounts.models import User
from annotations import codebook, coding
from annotations.models import Note, Tag
from talks.models import Article
from tests.factories import make_article, make_note, make_passage, make_tag, make_tagging

from .reading import excuse, ready, select

# Without motion: in the middle of fading in, nothing has the contrast that it is about to have.
SCREENS = {
    "wide and light": {
        "viewport": {"width": 1280, "height": 900},
        "color_scheme": "light",
        "reduced_motion": "reduce",
    },
    "narrow and dark": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "reduced_motion": "reduce",
    },
}
NOWHERE = "/articles/999999/"
CHEAP = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(params=SCREENS)
def screen(request):
    return SCREENS[request.param]


@pytest.fixture
def article(seed):
    """The first article with its coding."""
    return Article.objects.get()


@pytest.fixture
def researcher(article):
    """The researcher and the admin come with the first data."""
    return User.objects.get(username="researcher")


@pytest.fixture
def admin(article):
    return User.objects.get(username="admin")


BESIDES_AXE = Path(__file__).with_name("besides_axe.js").read_text()


@pytest.fixture
def look(violations):
    """``look(page, state)`` notes what is wrong with a page; all of it is told at the end."""
    found = {}

    def look(page, state):
        wrong = violations(page) + page.evaluate(BESIDES_AXE)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if too_wide > 0:
            wrong.append(f"{too_wide} pixels too wide")
        if wrong:
            found[state] = wrong

    yield look
    assert found == {}


def chosen(page, passage):
    """The card of a passage, brought up by its mark."""
    mark = page.locator(f"#article-text mark[data-passages='{passage.pk}']").first
    mark.scroll_into_view_if_needed()
    mark.click()
    card = page.locator(f"#passage-{passage.pk}")
    expect(card).to_have_attribute("data-active", "pinned")
    return card


def test_pages_for_all(open_page, look, screen, article):
    page = open_page("/", **screen)
    look(page, "home")
    for path in (
        "/rounds/istanbul-2025-05-16/",
        "/articles/",
        "/articles/?q=nothing-is-like-this",
        article.get_absolute_url(),
        article.passages.first().get_absolute_url(),
        "/sign-in/",
        "/sign-in/link/0123456789012345678901234567890123456789012/",
        NOWHERE,
    ):
        page.goto(path)
        look(page, path)
    page.goto("/sign-in/")
    page.get_by_label("Name").fill("nobody")
    page.get_by_label("Password", exact=True).fill("not a password of anybody")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    look(page, "sign-in refused")
    excuse(open_page, "404", "410", "422")


def test_pages_of_a_researcher(open_page, look, screen, article, researcher):
    tagged = make_tagging(make_passage("Istanbul", article), Tag.objects.first(), researcher)
    note = make_note("Mine.", passage=tagged.passage, author=researcher)
    make_note("A reply.", parent=note, author=researcher)
    tag = Tag.objects.get(parent=None, name="Source problem")
    make_note("When?", tag=tag, author=researcher)
    make_tagging(
        make_passage("ceasefire", article),
        make_tag("Rechtsschutzversicherungsgesellschaftenbeitragsordnung", status="proposed"),
        researcher,
    )
    page = open_page("/", researcher, **screen)
    for path in (
        "/",
        "/articles/",
        "/codebook/",
        "/codebook/proposed/",
        "/search/?q=nothing-is-like-this",
        f"{article.get_absolute_url()}positions/new/",
        f"{article.get_absolute_url()}events/new/",
        tag.get_absolute_url(),
        f"{tag.get_absolute_url()}?q=nothing-is-like-this",
        Tag.objects.exclude(parent=None).first().get_absolute_url(),
        note.get_absolute_url(),
        Note.objects.exclude(author=researcher).first().get_absolute_url(),
        f"{article.get_absolute_url()}?paragraph=2",
        f"/passages/{tagged.passage_id}/bounds/",
        "/acts/",
        "/account/",
        "/accounts/",
        make_article(text="Nothing is said of this yet.").get_absolute_url(),
    ):
        page.goto(path)
        look(page, path)
    page.goto(f"{article.get_absolute_url()}?paragraph=2")
    page.get_by_label("Tag").first.fill("!?")
    page.get_by_role("button", name="Tag this sentence").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "sentence refused")
    page.goto(note.get_absolute_url())
    coding.edit_note(researcher, note, "Changed elsewhere.", "team", note.version)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changed elsewhere.").first).to_be_visible()
    look(page, "note in conflict")
    page.goto(f"{article.get_absolute_url()}positions/new/")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "position refused")
    page.goto("/acts/")
    look(page, "acts with one")
    page.goto("/account/")
    page.get_by_role("button", name=re.compile("password", re.IGNORECASE)).click()
    look(page, "password refused")
    excuse(open_page, "403", "404", "409", "422")


def test_pages_of_an_admin(open_page, look, screen, article, admin, researcher):
    with override_settings(PASSWORD_HASHERS=CHEAP):
        page = open_page("/accounts/", admin, **screen)
        look(page, "accounts")
        page.goto("/accounts/new/")
        look(page, "new account")
        page.get_by_role("button", name="Create the account").click()
        look(page, "new account refused")
        page.get_by_label("Name for signing in").fill("olena")
        page.get_by_role("button", name="Create the account").click()
        expect(page.get_by_label("One-time link")).to_be_visible()
        look(page, "one-time link")
        page.goto(f"/accounts/{researcher.pk}/")
        look(page, "account")
        page.goto(f"/articles/{article.pk}/edit/")
        look(page, "article details")
        page.get_by_label("Byline").fill("By somebody")
        article.byline = "By somebody else"
        article.version += 1
        article.save()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_be_visible()
        look(page, "article in conflict")
    excuse(open_page, "409", "422")


def test_a_one_time_link_leads_to_a_password(open_page, look, screen, researcher):
    page = open_page(links.issue(researcher, key=links.new_key()), **screen)
    look(page, "signed in by a link")
    page.goto("/account/")
    look(page, "account without a password")


def test_the_reader_in_each_state(open_page, look, screen, article, researcher, colleague):
    tag = Tag.objects.exclude(parent=None).first()
    outer = make_tagging(make_passage("skies over the Bosphorus", article), tag, researcher).passage
    inner = make_tagging(make_passage("Bosphorus", article), tag, colleague).passage
    note = make_note("Is it so? See https://example.org/.", passage=outer, author=researcher)
    page = open_page(article.get_absolute_url(), researcher, **screen)
    ready(page)
    look(page, "reader")
    if page.viewport_size["width"] < 1100:
        page.get_by_role("button", name="Filters and tags").click()
        look(page, "filters drawer")
        page.get_by_role("button", name="Filters and tags").click()
        page.get_by_role("button", name=re.compile("^Passages")).click()
        look(page, "all passages")
        page.keyboard.press("Escape")

    card = chosen(page, outer)
    look(page, "chosen card")
    card.get_by_role("link", name="Bounds").click()
    expect(page.get_by_role("slider")).to_have_count(2)
    look(page, "handles")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    chosen(page, outer).get_by_role("link", name="Edit").click()
    expect(page.locator("#desk textarea")).to_be_focused()
    look(page, "desk with an edit")
    coding.edit_note(researcher, note, "Changed elsewhere.", "team", note.version)
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.locator("#desk").get_by_role("button", name="Save").click()
    expect(page.locator("#desk").get_by_role("alert")).to_be_visible()
    look(page, "desk in conflict")
    page.locator("#desk").get_by_role("button", name="Close").click()
    if page.locator("passage-sheet").is_visible():
        page.locator("passage-sheet").get_by_role("button", name="Close").click()
    page.locator("draft-list summary").click()
    look(page, "drafts")

    page.locator(f"mark[data-passages='{outer.pk} {inner.pk}']").click()
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    look(page, "list to choose from")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    select(page, article, "Istanbul")
    expect(page.locator("#palette")).to_be_visible()
    look(page, "palette")
    page.keyboard.press("t")
    look(page, "list of all tags")
    page.keyboard.type("a new name")
    look(page, "type-ahead")
    page.keyboard.press("Control+a")
    page.keyboard.type("!?")
    page.keyboard.press("Enter")
    expect(page.locator("#palette-message")).not_to_be_empty()
    look(page, "tag refused")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of the reader")).to_be_visible()
    look(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("#acts[data-fresh]")).to_be_visible()
    look(page, "last act")
    select(page, article, "ceasefire")
    page.keyboard.press("n")
    expect(page.locator("#desk textarea")).to_be_focused()
    look(page, "desk")
    page.emulate_media(media="print")
    look(page, "paper")
    excuse(open_page, "409", "422")


def test_keys_reach_all_and_show_where_they_are(open_page, article, researcher):
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    outline = """() => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    }"""
    where = """() => {
        const { id, name, href, className, textContent } = document.activeElement;
        return id || name || href || `${className} ${textContent.trim()}`;
    }"""

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    seen = []
    unseen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(where))
        if not page.evaluate(outline):
            unseen.append(seen[-1])
        if seen[-1] == "article-text":
            break

    assert seen[-1] == "article-text"
    assert len(set(seen)) == len(seen)
    assert unseen == []


SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important } p { margin-block-end: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll(".table-scroll")]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth)
    .map((one) => `${one.ariaLabel ?? "page"}: ${one.scrollWidth - one.clientWidth} too wide`)"""


def test_with_wide_spacing_a_narrow_page_is_read_without_scrolling_sideways(
    open_page, article, admin
):
    """WCAG 1.4.10 and 1.4.12; tables that compare in two directions may scroll, in themselves."""
    dense = make_article(text="Sides of the table agreed to talk about all prisoners of war. " * 8)
    words = [found.span() for found in re.finditer(r"\w+", dense.text)]
    tags = list(Tag.objects.all()[:8])
    for first in range(len(words) - 4):
        for last in range(first, first + 4):
            start, end = words[first][0], words[last][1]
            passage = make_passage(dense.text[start:end], dense, start)
            make_tagging(passage, tags[(2 * first + last) % 8], admin)
    coding.tag_passage(admin, article, 0, 40, "A tag with a name of some words", key=uuid.uuid4())
    codebook.add(admin, tags[0].codebook, {"name": "Another tag"})
    page = open_page("/", admin, viewport={"width": 320, "height": 700})
    found = {}
    for path in (
        dense.get_absolute_url(),
        article.get_absolute_url(),
        "/articles/",
        "/accounts/",
        "/acts/",
        "/codebook/",
        "/codebook/versions/",
        "/codebook/figures/",
        "/rounds/istanbul-2025-05-16/outcomes/",
    ):
        page.goto(path)
        found[path] = page.evaluate(SIDEWAYS)
        page.evaluate(SPACED)
        found[path] += page.evaluate(SIDEWAYS)

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    brand, inbox = (page.locator(one).bounding_box() for one in (".brand", ".inbox-link"))
    assert inbox["y"] >= brand["y"] + brand["height"]


def test_rows_that_stack_on_a_phone_keep_their_headers_and_cells(open_page, article, admin):
    """What reads aloud still finds rows and columns, also where a cell is empty."""
    codebook.add(admin, Tag.objects.first().codebook, {"name": "Another tag"})
    page = open_page("/", admin, **SCREENS["narrow and dark"])
    for path, columns in (
        ("/acts/", ["When", "What", "Where", "Undo"]),
        ("/accounts/", ["Name", "Signs in as", "Role", "State", "Last sign-in", "Created"]),
        ("/codebook/versions/", ["Version", "When", "Who", "What", "Compare"]),
    ):
        page.goto(path)
        told = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
        heard = [one for one in told if not one["ignored"]]
        roles = [(one["role"]["value"], one.get("name", {}).get("value")) for one in heard]
        assert [name for role, name in roles if role == "columnheader"] == columns
        rows = page.locator("tbody tr").count()
        cells = [role for role, _ in roles if role in {"cell", "gridcell", "rowheader"}]
        assert len(cells) == rows * len(columns)
