"""Search by keyboard; finding in a text, tagging all and taking it back; axe on these pages."""

import uuid

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from annotations import saving
from annotations.models import Draft, Tagging
from talks.models import Article

from ..factories import make_article, make_note, make_party, make_passage, make_tag, make_user

TEXT = "A truce was no truce.\nTruces hold; a TRUCE does not.\nThe ministers met in Ankara."


@pytest.fixture
def coder():
    return make_user(username="coder")


def test_a_sentence_is_found_by_keyboard_alone(open_page, coder):
    article = make_article(TEXT, title="Truces")
    page = open_page("/articles/", coder)

    page.keyboard.press("/")
    page.keyboard.type("minister")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="In the text").focus()
    page.keyboard.press("Enter")
    page.locator("#found").wait_for()

    assert page.locator("#found").inner_text() == "The ministers met in Ankara."
    assert page.locator("#article-text").evaluate("one => one.textContent") == article.text


def test_a_draft_that_is_found_opens_in_the_panel(open_page, coder):
    article = make_article(TEXT, title="Truces")
    Draft.objects.create(
        coder=coder, article=article, kind="position", summary="A quokka: a truce",
        data={"summary": ["The quokka wants a truce."]},
    )  # fmt: skip
    page = open_page("/search/?q=quokka", coder)

    expect(page.locator(".find .chip")).to_have_text("Draft of a position")
    page.get_by_role("link", name="A quokka: a truce").click()
    panel = page.locator("#recorder")

    expect(panel.locator("#rec_summary")).to_have_value("The quokka wants a truce.")
    assert page.locator("#article-text").evaluate("one => one.textContent") == article.text
    assert Draft.objects.count() == 1


def test_a_visitor_switches_the_key_to_the_search_off_in_their_browser(open_page):
    page = open_page("/articles/")
    field = page.get_by_role("searchbox", name="Search everything")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.get_by_role("checkbox", name="The key / leads to the search").uncheck()
    page.goto("/")
    page.get_by_role("link", name="Parley").focus()
    page.keyboard.press("/")
    expect(field).not_to_be_focused()
    assert field.get_attribute("aria-keyshortcuts") is None

    page.get_by_role("checkbox", name="The key / leads to the search").check()
    page.get_by_role("link", name="Parley").focus()
    page.keyboard.press("/")
    expect(field).to_be_focused()


def test_all_places_are_tagged_and_untagged(open_page, coder):
    make_tag("Ceasefire")
    article = make_article(TEXT, title="Truces")
    page = open_page(article.get_absolute_url(), coder)

    page.keyboard.press("Control+Shift+F")
    page.keyboard.type("truce")
    page.keyboard.press("Enter")
    page.get_by_text("1 of 4").wait_for()
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.locator("mark.now").get_attribute("id") == "found-2"
    page.locator("#tag-all").fill("Ceasefire")
    page.get_by_role("button", name="Tag all 4").wait_for()
    page.get_by_text("Leave places out").click()
    page.locator("[name=place]").nth(2).uncheck()
    assert page.locator("mark.now").get_attribute("id") == "found-3"
    page.get_by_role("button", name="Tag 3 of 4").click()
    page.get_by_text("Tagged 3 passages with Ceasefire").first.wait_for()
    expect(page.locator("#tag-all")).to_be_focused()
    assert Tagging.objects.live().count() == 3
    page.locator("#article-text").focus()
    line = page.locator("#undo-form busy-line")
    # As long as another act on the article is not done, this one is in work.
    with transaction.atomic():
        Article.objects.select_for_update().get(pk=article.pk)
        page.keyboard.press("Control+z")
        expect(line).to_have_text("Undoing …")
        expect(line.get_by_role("progressbar", name="In work")).to_be_visible()
    page.get_by_text("Undid: tagged 3 passages").first.wait_for(state="attached")
    page.locator("#redo-form button").press("Enter")
    expect(page.locator("#undo-form button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#redo-form button")).to_be_focused()

    assert Tagging.objects.live().count() == 0


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_search_and_finding_are_accessible(open_page, violations, coder, width, scheme):
    article = make_article(TEXT, title="Truces")
    passage = make_passage("truce", article)
    make_note("Which truce?", passage=passage)
    make_party(name="Truce League")
    saving.save(coder, "Truces", "search", "q=truce", uuid.uuid4())
    saving.save(coder, "English ones", "article_list", "language=en", uuid.uuid4())
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}

    alike = reverse("annotations:passages_alike", args=[passage.pk])
    pages = ("/search/", "/search/?q=truce", "/searches/", "/articles/?language=en", alike)
    for path in pages:
        page = open_page(path, coder, **look)
        assert violations(page) == []
        page.context.close()
    page = open_page(f"{article.get_absolute_url()}?find=truce", coder, **look)
    page.get_by_text("Leave places out").click()
    assert violations(page) == []


def test_an_article_is_called_done_and_that_is_undone(open_page, coder):
    article = make_article(TEXT, title="Truces")
    page = open_page(article.get_absolute_url(), coder)

    page.get_by_role("button", name="Mark as done").focus()
    page.keyboard.press("Enter")
    page.locator("#coding", has_text="Done by you").wait_for()
    page.locator("#article-text").focus()
    page.keyboard.press("Control+z")
    page.locator("#coding", has_text="Not begun").wait_for()
    page.goto("/articles/")
    page.get_by_role("button", name="Mark as done").click()
    page.get_by_text("Called Truces done.").wait_for()
    page.get_by_label("By coder").focus()
    page.locator("#coder-names option").wait_for(state="attached")
    page.get_by_label("By coder").fill("coder")
    page.get_by_label("Coding").select_option("Done")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show", exact=True).click()

    assert page.locator("table .headline").all_inner_texts() == ["Truces"]


def test_all_articles_of_a_page_are_ticked_at_once(open_page):
    for number in range(3):
        make_article(title=f"Draft {number}", status="draft")
    page = open_page("/articles/", make_user("admin"))

    page.get_by_label("Tick Draft 1").check()
    everything = page.get_by_label("Tick all on this page")
    assert everything.evaluate("one => one.indeterminate")
    everything.check()
    page.get_by_role("button", name="Do it").click()

    page.get_by_text("Published 3 articles.").wait_for()
    table = page.get_by_role("region", name="Articles")
    assert table.evaluate("one => one.scrollWidth - one.clientWidth") == 0
