"""The colours of tokens.css, measured as WCAG 2.2 measures contrast."""

import re

import pytest
from django.conf import settings

from talks.models import Colour

TOKENS = (settings.BASE_DIR / "static/css/tokens.css").read_text()
PAIRS = {
    name: colours
    for name, *colours in re.findall(
        r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS
    )
}
SCHEMES = pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])


def luminance(colour):
    """Relative luminance. Source: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_what_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@SCHEMES
@pytest.mark.parametrize("paper", ["paper", "paper-raised", "paper-sunken", "mark", "mark-active"])
@pytest.mark.parametrize("text", ["ink", "ink-soft", "accent", "danger", *Colour.values])
def test_text_is_legible_on_every_paper(text, paper, scheme):
    # On a marked passage the colours are underlines, and the article's text is ink.
    is_text = text == "ink" or not paper.startswith("mark")

    assert contrast(PAIRS[text][scheme], PAIRS[paper][scheme]) >= (4.5 if is_text else 3)


@SCHEMES
@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
        ("ink", "accent-soft"),
        ("accent", "accent-soft"),
        ("ink", "danger-soft"),
        ("danger", "danger-soft"),
        ("ink", "success-soft"),
        ("ink", "warning-soft"),
    ],
)
def test_text_is_legible_on_its_ground(text, paper, scheme):
    assert contrast(PAIRS[text][scheme], PAIRS[paper][scheme]) >= 4.5


@SCHEMES
@pytest.mark.parametrize("edge", ["line-strong", "focus", "accent"])
@pytest.mark.parametrize("paper", ["paper", "paper-raised", "paper-sunken"])
def test_the_edges_of_controls_are_seen(edge, paper, scheme):
    assert contrast(PAIRS[edge][scheme], PAIRS[paper][scheme]) >= 3


def test_each_colour_has_a_class():
    assert set(Colour.values) == set(re.findall(r"\.colour-([a-z]+) {", TOKENS))
