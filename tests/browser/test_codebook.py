"""The codebook in a browser: the tree by keys and by drag, a merge, the list to check again."""

import pytest
from playwright.sync_api import expect

from annotations import codebook, coding
from annotations.models import Act, Tag, Tagging
from tests.annotations.test_codebook import tree
from tests.factories import make_article, make_note, make_passage, make_tag, make_tagging

from .reading import excuse, ready
from .test_pages import SCREENS

TEXT = "Both sides agreed on an exchange."


@pytest.fixture
def tags(db, researcher):
    prisoners = make_tag("Prisoners", order=1, colour="green", definition="Whoever is held.")
    make_tag("Swap", order=1, parent=prisoners)
    make_tag("Wounded", order=2, parent=prisoners)
    make_tag("Exchange", order=2, colour="teal")
    article = make_article(text=TEXT)
    for name, word in (("Swap", "sides"), ("Exchange", "exchange"), ("Swap", "agreed")):
        make_tagging(make_passage(word, article), Tag.objects.get(name=name), researcher)
    return article


def item(page, name):
    return page.locator(f'[role="treeitem"][data-name="{name}"]')


def said(page, words):
    expect(page.locator("#tree-line")).to_contain_text(words)


def asked(page, what):
    """The dialog that shows, before a move is done, the passages that go with it."""
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(what)
    return dialog


def test_the_tree_is_walked_and_changed_by_keys(open_page, editor, tags):
    page = open_page("/codebook/", editor)
    first = item(page, "Prisoners")
    first.focus()
    for key, name in [
        ("ArrowDown", "Swap"),
        ("ArrowDown", "Wounded"),
        ("ArrowDown", "Exchange"),
        ("ArrowUp", "Wounded"),
        ("ArrowLeft", "Prisoners"),
        ("ArrowRight", "Swap"),
        ("End", "Exchange"),
        ("Home", "Prisoners"),
    ]:
        page.keyboard.press(key)
        expect(item(page, name)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(first).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(item(page, "Exchange")).to_be_focused()

    # One change, however many steps it took.
    page.keyboard.down("Alt")
    page.keyboard.press("ArrowRight")
    said(page, "Exchange: 3 of 3 below Prisoners. 1 passage goes with it. Not saved yet.")
    page.keyboard.press("ArrowUp")
    said(page, "Exchange: 2 of 3 below Prisoners.")
    assert Act.objects.count() == 0
    page.keyboard.up("Alt")
    dialog = asked(page, "Move Exchange below Prisoners?")
    expect(dialog.locator("mark")).to_have_text(["exchange"])
    page.keyboard.press("Escape")
    said(page, "Exchange is back where it was.")
    expect(item(page, "Exchange")).to_be_focused()
    assert (tree()[1], Act.objects.count()) == (["Exchange"], 0)
    page.keyboard.down("Alt")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.up("Alt")
    asked(page, "It comes after Swap.")
    expect(page.get_by_role("button", name="Move it")).to_be_focused()
    page.keyboard.press("Enter")
    said(page, "Moved the tag Exchange below Prisoners, after Swap.")
    expect(item(page, "Exchange")).to_be_focused()
    assert tree() == [["Prisoners", ["Swap"], ["Exchange"], ["Wounded"]]]
    assert Act.objects.count() == 1

    page.keyboard.press("Alt+ArrowUp")
    said(page, "Moved the tag Exchange below Prisoners, first.")
    page.keyboard.press("Alt+ArrowLeft")
    asked(page, "Move Exchange to the top?")
    page.keyboard.press("Enter")
    said(page, "Moved the tag Exchange at the top, after Prisoners.")
    page.keyboard.down("Alt")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    said(page, "Exchange cannot go further that way.")
    page.keyboard.up("Alt")
    said(page, "Moved the tag Exchange at the top, first.")
    assert tree() == [["Exchange"], ["Prisoners", ["Swap"], ["Wounded"]]]
    page.keyboard.press("Control+z")
    expect(page.locator("#messages")).to_contain_text("Undid: moved the tag Exchange")
    assert tree() == [["Prisoners", ["Swap"], ["Wounded"]], ["Exchange"]]


def test_a_stale_move_by_keys_says_so_and_shows_what_stands(open_page, editor, admin, tags):
    page = open_page("/codebook/", editor)
    exchange = Tag.objects.get(name="Exchange")
    item(page, "Exchange").focus()
    codebook.edit(admin, exchange, 1, {"name": "Barter"})

    page.keyboard.press("Alt+ArrowUp")

    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this")
    expect(item(page, "Barter")).to_be_visible()
    assert tree()[1] == ["Barter"]
    excuse(open_page, "409")


def test_a_tag_is_dragged_to_its_place(open_page, violations, editor, tags):
    page = open_page("/codebook/", editor)
    rows = {name: item(page, name).locator(":scope > .tag-row") for name in ("Exchange", "Swap")}
    height = rows["Swap"].bounding_box()["height"]

    rows["Exchange"].locator("p").first.drag_to(
        rows["Swap"], target_position={"x": 200, "y": height - 2}
    )

    dialog = asked(page, "What goes with it: 1 passage in 1 article")
    assert violations(page) == []
    dialog.get_by_role("button", name="Leave it there").click()
    said(page, "Exchange is back where it was.")
    rows["Exchange"].locator("p").first.drag_to(
        rows["Swap"], target_position={"x": 200, "y": height - 2}
    )
    asked(page, "Move Exchange below Prisoners?").get_by_role("button", name="Move it").click()
    said(page, "Moved the tag Exchange below Prisoners, after Swap.")
    assert tree() == [["Prisoners", ["Swap"], ["Exchange"], ["Wounded"]]]


def test_a_tag_is_dragged_by_its_grip_with_a_finger(open_page, editor, tags):
    screen = {"viewport": {"width": 390, "height": 1200}, "has_touch": True, "is_mobile": True}
    page = open_page("/codebook/", editor, **screen)
    rows = {name: item(page, name).locator(":scope > .tag-row") for name in ("Exchange", "Swap")}
    grip = rows["Exchange"].locator(".tag-grip").bounding_box()
    goal = rows["Swap"].bounding_box()
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        places = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    def move_to(y):
        touch("touchStart", (grip["x"] + 20, grip["y"] + 20))
        said(page, "Exchange: 1 passage goes with it.")
        touch("touchMove", (grip["x"] + 18, grip["y"] - 5))
        touch("touchMove", (goal["x"] + 30, y))
        touch("touchEnd")

    move_to(20)
    said(page, "Exchange is where it was.")
    move_to(goal["y"] + goal["height"] - 2)
    asked(page, "Move Exchange below Prisoners?")
    page.get_by_role("button", name="Move it").click()

    said(page, "Moved the tag Exchange below Prisoners, after Swap.")
    assert tree() == [["Prisoners", ["Swap"], ["Exchange"], ["Wounded"]]]


def test_what_is_ticked_for_a_split_is_counted_and_kept(open_page, editor, tags):
    page = open_page(f"/tags/{Tag.objects.get(name='Swap').pk}/split/", editor)
    page.get_by_label("sides", exact=False).first.check()
    expect(page.get_by_text("Chosen: 1 of 2")).to_be_visible()
    page.get_by_label("Words in the passage").fill("agreed")
    page.get_by_label("Words in the passage").press("Enter")
    expect(page.get_by_role("heading", name="1 passage to choose from")).to_be_visible()
    expect(page.get_by_text("Chosen: 1 of 2")).to_be_visible()
    page.locator(".choice input").check()
    expect(page.get_by_text("Chosen: 2 of 2")).to_be_visible()


def test_a_codebook_is_taken_in_by_what_its_button_sends(open_page, editor, tags):
    page = open_page("/codebook/file/", editor)
    page.get_by_label("Or its text").fill("name\nQuokka")
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_role("button", name="Take it in").click()

    page.wait_for_url("**/codebook/")
    assert Tag.objects.filter(name="Quokka").count() == 1


def test_two_tags_are_merged_and_the_old_address_leads_to_the_other(
    open_page, editor, researcher, tags
):
    reader = open_page(tags.get_absolute_url(), researcher)
    ready(reader)
    swap = Tag.objects.get(name="Swap")
    page = open_page(swap.get_absolute_url(), editor)
    page.get_by_role("link", name="Merge Swap").click()
    page.get_by_label("Merge it into").select_option(label="Exchange")
    page.get_by_role("button", name="Show what would go over").click()
    expect(page.get_by_role("heading", name="What goes over")).to_contain_text("2 passages")
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Exchange")

    # The reader of an article that it touched sees it without reloading.
    expect(reader.locator("#outline .tag-outline")).not_to_contain_text("Swap")
    expect(reader.locator("#outline .tag-outline")).to_contain_text("Exchange")

    page.goto(swap.get_absolute_url())
    assert page.url.endswith(
        f"{Tag.objects.get(name='Exchange').get_absolute_url()}?from={swap.pk}"
    )
    expect(page.get_by_text("“Swap” was merged into this tag")).to_be_visible()
    page.goto("/codebook/")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Undid: merged the tag Swap into Exchange")
    assert Tagging.objects.live().filter(tag=swap).count() == 2


def test_the_list_to_check_again_is_worked_off_by_keys(open_page, editor, researcher, tags):
    swap = Tag.objects.get(name="Swap")
    make_tagging(make_passage("Both", tags), swap, researcher)
    codebook.edit(editor, swap, 1, {"definition": "People go home."})
    page = open_page("/codebook/recheck/", researcher)
    left = page.get_by_role("heading", level=2).first
    expect(left).to_contain_text("3 left")
    expect(page.locator("mark")).to_have_text("sides")

    def press(key, element="recheck-keys"):
        """On a new page, once its scripts are at work."""
        page.locator(f"{element}:defined").wait_for(state="attached")
        page.keyboard.press(key)

    press("s")
    expect(page.locator("mark")).to_have_text("agreed")
    press("k")
    expect(left).to_contain_text("2 left")
    press("x")
    expect(left).to_contain_text("1 left")
    press("c")
    expect(page.get_by_label("Tag", exact=True)).to_be_focused()
    page.get_by_label("Tag", exact=True).select_option(label="Exchange")
    page.get_by_role("button", name="Put this tag in its place").click()
    expect(page.get_by_text("Nothing of yours waits to be checked again.")).to_be_visible()
    press("Control+z", "act-undo")
    expect(left).to_contain_text("1 left")


@pytest.fixture(params=SCREENS)
def screen(request):
    return SCREENS[request.param]


def test_every_page_of_the_codebook_is_accessible(
    open_page, violations, screen, editor, researcher, tags
):
    swap, exchange = Tag.objects.get(name="Swap"), Tag.objects.get(name="Exchange")
    make_note("Which?", tag=swap, author=researcher)
    coding.tag_passage(researcher, tags, 5, 17, "Exchanges")
    codebook.edit(editor, exchange, 1, {"definition": "New.", "shortcut": "x"})
    gone = make_tag("Gone")
    codebook.archive(editor, gone, 1, "Too broad.")
    wrong = {}
    page = open_page("/codebook/", editor, **screen)
    for path in (
        "/codebook/",
        "/codebook/proposed/",
        "/codebook/versions/",
        "/codebook/versions/?from=1&to=4",
        "/tags/new/",
        gone.get_absolute_url(),
        *(f"{swap.get_absolute_url()}{part}/" for part in ("edit", "move", "split", "archive")),
        f"{swap.get_absolute_url()}merge/",
        f"{swap.get_absolute_url()}merge/?into={exchange.pk}",
        "/codebook/figures/",
        f"/codebook/figures/?by=overlap&articles={swap.pk}",
        f"/codebook/figures/?by=overlap&pair={swap.pk}:{exchange.pk}",
        "/codebook/file/",
        "/codebook/recheck/",
    ):
        page.goto(path)
        for one in page.locator("details").all():
            one.evaluate("one => (one.open = true)")
        found = violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if found or wide > 0:
            wrong[path] = [*found, wide]
    page.goto("/codebook/file/")
    page.get_by_label("Or its text").fill("name,colour\nSwap,mauve\nNew,red")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("heading", name="What it would do")).to_be_visible()
    if found := violations(page):
        wrong["plan"] = found
    theirs = open_page("/codebook/recheck/", researcher, **screen)
    expect(theirs.get_by_role("button", name="It still fits")).to_be_visible()
    assert (wrong, violations(theirs)) == ({}, [])


def test_what_others_change_arrives_and_touches_nothing_that_is_open(
    open_page, editor, researcher, tags
):
    page = open_page("/codebook/", editor)
    item(page, "Prisoners").focus()
    page.keyboard.press("ArrowLeft")
    item(page, "Exchange").focus()
    page.keyboard.down("Alt")
    page.keyboard.press("ArrowUp")
    said(page, "Not saved yet.")
    coding.tag_passage(researcher, tags, 0, 4, "Truce")
    with page.expect_response(lambda one: one.url.endswith("/codebook/") and one.status == 200):
        pass
    expect(item(page, "Truce")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.up("Alt")

    expect(item(page, "Truce")).to_be_visible()
    expect(item(page, "Prisoners")).to_have_attribute("aria-expanded", "false")
    expect(item(page, "Exchange")).to_be_focused()


def test_the_keys_of_the_codebook_are_listed(open_page, violations, editor, tags):
    page = open_page("/codebook/", editor)
    item(page, "Swap").focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys of the codebook")
    expect(dialog).to_contain_text("carry the tag among its siblings")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(item(page, "Swap")).to_be_focused()
