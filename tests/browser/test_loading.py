"""Loading articles in the browser: pasted, many at once, as a table, and much like one here."""

import pytest
from playwright.sync_api import expect

from talks import batches, loading
from talks.extracting import Reader
from talks.models import Article, Batch, Intake, Origin
from tests.factories import make_article, make_batch, make_intake, make_round, make_table

from ..talks.files import make_pdf
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
    expect(page.locator("#piece-0")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("3 of 4 paragraphs")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("2 of 3 paragraphs")).to_be_visible()
    page.get_by_role("button", name="Split… paragraph 1").press("Enter")
    page.get_by_label("Or where the caret stands").press("Home")
    for key in ["x", *["ArrowRight"] * 8, "Enter"]:
        page.keyboard.press(key)
    expect(page.locator(".piece-text").nth(1)).to_have_text("in Geneva.")
    page.keyboard.press("Control+z")
    expect(page.get_by_text("2 of 3 paragraphs")).to_be_visible()
    page.get_by_label("Headline", exact=True).fill("They met")
    page.get_by_label("Language").fill("en")
    page.reload()
    expect(page.get_by_text("What you had typed here and was not saved")).to_be_visible()
    page.get_by_role("button", name="Load the article").click()

    page.wait_for_url("**/articles/*/")
    article = Article.objects.get()
    assert (article.text, article.title) == ("They met in Geneva.\nThey agreed.", "They met")


def test_what_was_typed_as_the_session_ended_is_there_after_signing_in_again(
    open_page, admin, talks_round
):
    given = {"round": str(talks_round.pk), "status": "draft"}
    intake = make_intake("They met.\nThey left.", **given)
    page = open_page(intake.get_absolute_url(), admin)
    page.get_by_label("Headline", exact=True).fill("They met")
    loading.change(intake, 1, fields={"title": "Theirs"})
    [session] = [one for one in page.context.cookies() if one["name"] == "parley-session"]
    page.context.clear_cookies(name="parley-session")

    page.get_by_role("button", name="Drop paragraph 2").click()
    page.wait_for_url("**/sign-in/?next=*")
    page.context.add_cookies([session])
    page.goto(intake.get_absolute_url())

    assert page.get_by_label("Headline", exact=True).input_value() == "They met"
    page.get_by_role("button", name="Save and go on later").click()
    expect(page.locator(".conflict td")).to_have_text(["Theirs", "They met"])
    page.get_by_label("Byline").fill("Ada Writer")
    page.reload()
    expect(page.get_by_text("What you had typed here and was not saved")).to_be_visible()
    assert page.get_by_label("Headline", exact=True).input_value() == "They met"
    assert page.get_by_label("Byline").input_value() == "Ada Writer"
    open_page.problems[:] = [one for one in open_page.problems if "409" not in one]


def test_a_refused_file_leaves_the_form_as_it_was_typed(open_page, admin, talks_round):
    page = open_page("/articles/new/", admin)
    page.get_by_label("Language").fill("uk")
    content = "Сторони домовилися про обмін.".encode("cp1251")
    page.get_by_label("Files").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": content}
    )
    page.get_by_role("button", name="Read it").click()

    expect(page.get_by_role("alert")).to_contain_text("Сторони домовилися про обмін.")
    assert page.get_by_label("Language").input_value() == "uk"
    expect(page.locator("busy-line")).to_have_text("Large files may take some seconds.")
    page.get_by_label("Encoding").select_option("cp1251")
    page.get_by_role("button", name="Read it").click()
    page.wait_for_url("**/intakes/*/")
    assert Intake.objects.get().outcome == "Сторони домовилися про обмін."
    # The browser tells of the refused answer by itself.
    open_page.problems[:] = [one for one in open_page.problems if "422" not in one]


def send(page, *files):
    page.get_by_label("Files").set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
            for name, content in files
        ]
    )
    page.get_by_role("button", name="Read it").click()


def test_several_files_are_loaded_behind_a_page_that_says_how_far_they_are(
    open_page, admin, talks_round
):
    page = open_page("/articles/new/", admin)
    send(page, ("a.txt", "The first."), ("b.txt", ""), ("c.txt", "The third."))
    page.wait_for_url("**/batches/*/")
    progress = page.locator("#batch")
    expect(progress).to_contain_text("1 of 3 files done")

    batches.work(Batch.objects.get().pk)

    expect(progress).to_contain_text("3 of 3 files done; finished")
    expect(progress.get_by_role("status")).to_have_text("Finished.")
    expect(page.locator(".items")).to_contain_text("The file is empty.")
    page.get_by_role("link", name="The third.").click()
    expect(page.locator("#article-text")).to_have_text("The third.")


def test_the_columns_of_a_table_are_named_and_its_rows_loaded(open_page, admin, talks_round):
    page = open_page("/articles/new/", admin)
    send(page, ("many.csv", "Name,Words,Day\nOne,They met.,16.05.2025\nTwo,They left.,\n"))
    page.wait_for_url("**/tables/*/")
    page.get_by_label("Text", exact=True).select_option("Words")
    page.get_by_label("Headline").select_option("Name")
    page.get_by_label("Published on").select_option("Day")
    page.get_by_label("Dates are written").select_option("day")
    page.get_by_role("button", name="Look at what comes of it").click()
    expect(page.get_by_text("Published on: 2025-05-16")).to_be_visible()

    page.get_by_role("button", name="Load 2 articles").click()

    page.wait_for_url("**/batches/*/")
    batches.work(Batch.objects.get().pk)
    expect(page.get_by_role("link", name="Two")).to_be_visible()
    assert str(Article.objects.get(title="One").published_on) == "2025-05-16"


def test_what_corrects_an_article_is_said_to_and_leads_on_to_taking_its_place(
    open_page, admin, talks_round
):
    wire = (
        "The first face-to-face talks in three years ended in Istanbul on Friday at noon. "
        "Both sides agreed on an exchange of a thousand prisoners each, and on little else. "
        "The delegations will put on paper how a ceasefire could look, the ministers said."
    )
    make_article(wire, title="Talks end", round=talks_round)
    page = open_page("/articles/new/", admin)
    page.get_by_label("Text", exact=True).fill(wire.replace("noon", "night"))
    page.get_by_role("button", name="Read it").click()
    page.get_by_label("Language").fill("en")

    page.get_by_label("A newer version of “Talks end”").check()
    page.get_by_role("button", name="Load the article").click()

    page.wait_for_url("**/supersede/?old=*")
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    page.get_by_role("button", name="Put it in the place of the old one").click()
    page.wait_for_url("**/articles/*/carries/")
    assert Article.objects.get(title="").supersedes.title == "Talks end"


@pytest.mark.parametrize("screen", SCREENS)
def test_a_file_stands_beside_what_was_read_from_it_and_nothing_in_it_acts(
    open_page, violations, admin, talks_round, screen
):
    acting = "<h1>The talks</h1><p>They met.</p><script>document.title = 'acted'</script>"
    files = {
        "a.html": f"<html lang=en><body>{acting}<p>They agreed.</p></body></html>".encode(),
        "a.pdf": make_pdf(["They met in Istanbul."]),
    }
    with Reader() as reader:
        web, pdf = (
            loading.begin(admin, content, name=name, origin=Origin.UPLOAD, reader=reader)
            for name, content in files.items()
        )

    page = open_page(web.get_absolute_url(), admin, **SCREENS[screen])
    frame = page.frame_locator("#original")
    expect(frame.get_by_role("heading", name="The talks")).to_be_visible()
    expect(frame.locator("script")).to_have_count(0)
    # The frame stays where it was read to, whatever is changed beside it.
    frame.locator("main").evaluate("one => { one.dataset.isHere = 1 }")
    page.get_by_role("button", name="Drop paragraph 1").click()
    expect(page.get_by_role("status").filter(has_text="Dropped.")).to_be_visible()
    expect(frame.locator("main")).to_have_attribute("data-is-here", "1")
    found = violations(page)
    page.goto(pdf.get_absolute_url())
    drawn = page.frame_locator("#original").get_by_role("img", name="Page 1 of 1")
    expect(drawn).to_be_visible()
    expect(drawn).to_have_js_property("complete", True)
    assert drawn.evaluate("one => one.naturalWidth") == 1100
    assert found + violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("screen", SCREENS)
def test_the_pages_of_loading_are_accessible(open_page, violations, admin, talks_round, screen):
    intake = make_intake("They met. They talked.\nAn advertisement\n" + "long" * 60)

    page, found = open_page("/articles/new/", admin, **SCREENS[screen]), {}
    table = make_table(round=talks_round).get_absolute_url()
    batch = make_batch({"a.txt": b"", "b.txt": b"They met."}, round=talks_round).get_absolute_url()
    for path in ("/articles/new/", f"{intake.get_absolute_url()}?split=0", table, batch):
        page.goto(path)
        found[path] = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] += [f"{wide} too wide"] if wide > 0 else []

    assert found == {path: [] for path in found}
