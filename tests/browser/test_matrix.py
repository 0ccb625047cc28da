"""The matrix and the drawing of pairs in Chromium: by keys, without a fault, also on paper."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from talks.models import Proposition

ROUND = "/rounds/istanbul-2025-05-16/"
MATRIX = f"{ROUND}positions/"
PAIRS = f"{ROUND}pairs/"
SVG_LINK = "{http://www.w3.org/2000/svg}a"


pytestmark = pytest.mark.usefixtures("seed")


def test_a_number_opens_its_statements_beside_the_table_and_in_the_address(open_page):
    page = open_page(MATRIX)
    number = page.get_by_role("link", name=re.compile(r"^3 supports ?: Ukraine$"))

    number.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#statements .entry")

    assert page.locator("#statements .entry").count() == 3
    assert page.evaluate("document.activeElement.id") == "statements-heading"
    assert "cell=" in page.url
    page.reload()
    assert page.locator("#statements .entry").count() == 3
    page.locator("#statements .quotation-source a").first.click()
    page.wait_for_selector("#article-text")


def test_without_scripts_a_number_opens_its_statements_too(open_page):
    page = open_page(MATRIX, java_script_enabled=False)

    page.locator("td a.stance").first.click()

    assert page.locator("#statements .entry").count() == 1
    page.goto(PAIRS)
    assert page.locator("svg.network .line").count() == 10


def test_a_line_of_the_drawing_is_reached_by_keys_and_opens_its_evidence(open_page):
    page = open_page(PAIRS)
    line = page.locator('a.line[aria-label^="Russia and Ukraine disagree on 3"]')

    line.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#statements .tie")

    assert page.locator("#statements .tie").count() == 3


def test_the_nodes_stand_apart_and_where_they_stood_before(open_page):
    places = []
    for _ in range(2):
        page = open_page(PAIRS)
        nodes = page.locator("svg.network .node")
        places.append([nodes.nth(n).get_attribute("transform") for n in range(nodes.count())])
        boxes = [page.locator("svg.network circle").nth(n).bounding_box() for n in range(5)]
        for n, one in enumerate(boxes):
            for other in boxes[:n]:
                dx, dy = one["x"] - other["x"], one["y"] - other["y"]
                assert dx * dx + dy * dy > (2 * one["width"]) ** 2

    assert places[0] == places[1]


def test_no_line_runs_through_a_third_party(open_page):
    page = open_page(PAIRS)

    crossed = page.evaluate(
        """() => [...document.querySelectorAll("svg.network .line")].flatMap((line) => {
          const path = line.querySelector(".line-stroke");
          const length = path.getTotalLength();
          return [...document.querySelectorAll("svg.network .node")]
            .filter((node) => node.id !== line.dataset.source && node.id !== line.dataset.target)
            .filter((node) => {
              const { e, f } = node.transform.baseVal.consolidate().matrix;
              return [...Array(50).keys()].some((step) => {
                const { x, y } = path.getPointAtLength((length * step) / 50);
                return Math.hypot(x - e, y - f) < Number(node.dataset.radius) + 6;
              });
            })
            .map((node) => [line.getAttribute("aria-label"), node.id]);
        })"""
    )

    assert crossed == []


def test_the_drawing_is_taken_out_as_svg_and_png(open_page, tmp_path):
    page = open_page(PAIRS)
    files = {}
    for kind in ("svg", "png"):
        with page.expect_download() as download:
            page.locator(f'[data-as="{kind}"]').click()
        files[download.value.suggested_filename] = Path(download.value.path()).read_bytes()

    svg, png = (files[f"parties-istanbul-2025-05-16.{kind}"] for kind in ("svg", "png"))
    links = [one.get("href") for one in ElementTree.fromstring(svg).iter(SVG_LINK)]
    assert len(links) == 15
    assert all(one.startswith("http://") for one in links)
    assert png.startswith(b"\x89PNG")
    assert len(png) > 10_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1700])
def test_the_pages_are_sound_and_fit(open_page, violations, scheme, width):
    swap = Proposition.objects.first().pk
    for address in (
        ROUND,
        f"{MATRIX}?cell={swap}:all&basis=textual",
        f"{MATRIX}?stance=net",
        f"{PAIRS}?pair=russia:ukraine:conflict",
        f"{PAIRS}?nodes=propositions",
    ):
        page = open_page("/sign-in/", viewport={"width": width, "height": 800}, color_scheme=scheme)
        response = page.goto(address)
        open_page.problems[:] = [one for one in open_page.problems if "422" not in one]
        assert response.status in (200, 422)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


def test_what_is_chosen_shows_where_colours_are_forced(open_page):
    page = open_page(MATRIX, forced_colors="active")

    lines = page.evaluate(
        """() => [...document.querySelectorAll(".round-nav a, .switch a")].map((one) => {
          const { borderBottomColor, outlineStyle } = getComputedStyle(one);
          const { backgroundColor: paper } = getComputedStyle(document.documentElement);
          const hasLine = borderBottomColor !== paper;
          const isMarked = one.closest(".switch") ? outlineStyle === "solid" : hasLine;
          return isMarked === one.hasAttribute("aria-current");
        })"""
    )

    assert len(lines) > 6
    assert all(lines)


def test_the_pages_can_be_printed(open_page):
    page = open_page(MATRIX)
    page.emulate_media(media="print")
    assert page.locator("table.matrix").is_visible()
    assert not page.locator(".switches").is_visible()
    page.goto(PAIRS)
    assert page.locator("svg.network").is_visible()
