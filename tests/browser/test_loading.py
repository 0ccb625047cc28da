"""Loading articles in the browser: paste, preview, a paragraph dropped, and the article read."""

import pytest
from playwright.sync_api import expect

from talks.models import Article, Intake
from tests.factories import make_intake, make_round

from .test_pages import SCREENS


@pytest.fixture
def talks_round(db):
    return make_round(name="Geneva")


def test_a_paste_loses_its_advertisement_and_becomes_an_article(open_page, admin, talks_round):
    page = open_page("/articles/new/", admin)
    page.get_by_label("Text", exact=True).fill("They met in Geneva.\nSubscribe now!\nThey agreed.")
    page.get_by_role("button", name="Read it").click()

    page.get_by_role("button", name="Drop paragraph 2").click()
    expect(page.get_by_role("status").filter(has_text="Dropped.")).to_be_visible()
    expect(page.get_by_text("2 of 3 paragraphs")).to_be_visible()
    page.get_by_role("button", name="Split… paragraph 1").click()
    page.get_by_label("Or with these words").fill("in Geneva")
    page.get_by_role("button", name="Split before them").click()
    expect(page.get_by_text("3 of 4 paragraphs")).to_be_visible()
    page.get_by_role("button", name="Join paragraph 2 to the one above").click()
    expect(page.get_by_text("2 of 3 paragraphs")).to_be_visible()
    page.get_by_label("Headline", exact=True).fill("They met")
    page.get_by_label("Language").fill("en")
    page.get_by_role("button", name="Load the article").click()

    page.wait_for_url("**/articles/*/")
    article = Article.objects.get()
    assert (article.text, article.title) == ("They met in Geneva.\nThey agreed.", "They met")


def test_a_refused_file_leaves_the_form_as_it_was_typed(open_page, admin, talks_round):
    page = open_page("/articles/new/", admin)
    page.get_by_label("Text", exact=True).fill("A pasted text that must not go.")
    content = "Сторони домовилися про обмін.".encode("cp1251")
    page.get_by_label("Files").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": content}
    )
    page.get_by_role("button", name="Read it").click()

    expect(page.get_by_role("alert")).to_contain_text("Сторони домовилися про обмін.")
    assert page.get_by_label("Text", exact=True).input_value() == "A pasted text that must not go."
    page.get_by_label("Encoding").select_option("cp1251")
    page.get_by_role("button", name="Read it").click()
    page.wait_for_url("**/intakes/*/")
    assert Intake.objects.get().outcome == "Сторони домовилися про обмін."
    # The browser tells of the refused answer by itself.
    open_page.problems[:] = [one for one in open_page.problems if "422" not in one]


@pytest.mark.parametrize("screen", SCREENS)
def test_the_pages_of_loading_are_accessible(open_page, violations, admin, talks_round, screen):
    intake = make_intake("They met. They talked.\nAn advertisement\n" + "long" * 60)

    page, found = open_page("/articles/new/", admin, **SCREENS[screen]), {}
    for path in ("/articles/new/", f"{intake.get_absolute_url()}?split=0"):
        page.goto(path)
        found[path] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] += [f"{wide} too wide"] if wide > 0 else []

    assert found == {path: [] for path in found}
