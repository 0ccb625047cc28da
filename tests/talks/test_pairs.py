"""Who agrees with whom: the seed's figures as a table and as a drawing, each tie with its proof."""

import re
from xml.etree import ElementTree

import pytest

from talks import network

from ..config.test_colours import PAIRS as TOKENS
from ..factories import make_article, make_party, make_position, make_proposition, make_round
from .seed import DERIVED, PROPOSITION_NAMES, ROUND, links_in, named

PAIRS = f"{ROUND}pairs/"
SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return make_article(round=make_round(slug="istanbul-2025-05-16"))


def hold(article, party, proposition, stance="supports", **fields):
    fields = {"work_status": "accepted"} | fields
    return make_position(
        article=article, party=party, proposition=proposition, stance=stance, **fields
    )


def pairs_of(client, state=""):
    response = client.get(PAIRS + state)
    assert response.status_code == 200
    return response.context["pairs"]


def ties(pairs, kind):
    """``{{name, name}: {proposition, …}}`` of one kind."""
    return {
        frozenset({pair.one.name, pair.other.name}): {
            one.name for one in getattr(pair, kind).propositions
        }
        for pair in pairs
        if getattr(pair, kind)
    }


def expected(network, kind):
    return {
        named(two): {PROPOSITION_NAMES[one] for one in propositions}
        for two, propositions in DERIVED[network][kind].items()
    }


@pytest.mark.parametrize(
    ("state", "network"), [("", "networks_all"), ("?basis=textual", "networks_textual_only")]
)
def test_the_pairs_are_the_figures_of_the_seed(client, seed, state, network):
    pairs = pairs_of(client, state)

    assert ties(pairs, "agreement") == expected(network, "congruence")
    assert ties(pairs, "conflict") == expected(network, "conflict")


@pytest.mark.parametrize("state", ["", "?basis=textual"])
def test_every_number_and_every_line_opens_what_it_counts(client, seed, state):
    response = client.get(PAIRS + state)
    page = response.content.decode()
    counts = {
        tie.key: len(tie.propositions)
        for pair in response.context["pairs"]
        for tie in (pair.agreement, pair.conflict)
        if tie
    }
    addresses = links_in(page, "pair=[^:]+:[^:]+:[a-z]+#")
    lines = set(re.findall(r'<a class="line" href="([^"]+)"', page))
    assert {one.replace("&amp;", "&") for one in lines} == set(addresses)

    opened = {}
    for address in addresses:
        part = client.get(PAIRS + address).content.decode()
        key = re.search(r"pair=([^#]+)", address)[1]
        opened[key] = part.count('<section class="tie"')
        quotations = re.findall(r'<figure class="quotation"[^>]*>\s*<figcaption>([^<]*)', part)
        assert len(quotations) == part.count("<blockquote") >= 2 * opened[key]
        assert set(quotations) == {"Quoted in this article as "}

    assert opened == counts


def test_a_conflict_shows_the_words_of_both_sides_that_contradict(client, article):
    a, b, truce = make_party(slug="a"), make_party(slug="b"), make_proposition()
    yes = hold(article, a, truce)
    hold(article, a, truce, "unclear")
    no = hold(article, b, truce, "opposes")
    hold(article, b, make_proposition())

    response = client.get(f"{PAIRS}?pair=b:a:conflict")

    [(proposition, sides)] = response.context["opened"]["proof"]
    assert (proposition, [side["positions"] for side in sides]) == (truce, [[yes], [no]])


def test_one_proposition_of_a_tie_is_opened_alone(client, article):
    a, b = make_party(slug="a"), make_party(slug="b")
    for name in ("Truce", "Swap"):
        proposition = make_proposition(name=name)
        hold(article, a, proposition)
        hold(article, b, proposition)

    response = client.get(f"{PAIRS}?pair=a:b:agreement:{proposition.pk}")

    assert [one.name for one, *_ in response.context["opened"]["proof"]] == ["Swap"]


def test_ambivalent_and_unclear_tie_nobody(client, article):
    truce = make_proposition()
    for stance in ("ambivalent", "unclear", "ambivalent", "unclear"):
        hold(article, make_party(), truce, stance)

    response = client.get(PAIRS)

    assert response.context["pairs"] == []
    assert "nobody agrees or disagrees with anybody" in response.content.decode()


def test_only_what_one_may_see_ties(client, researcher, article):
    truce = make_proposition()
    hold(article, make_party(), truce)
    hold(article, make_party(), truce, work_status="submitted")
    hold(article, make_party(), truce, work_status="draft")

    assert pairs_of(client, "?status=all") == []
    client.force_login(researcher)
    assert pairs_of(client) == []
    assert len(pairs_of(client, "?status=open")) == 1


@pytest.mark.parametrize("state", ["pair=x", "pair=a:b", "pair=a:b:love", "nodes=all", "basis=x"])
def test_what_is_not_understood_is_said_and_the_page_still_stands(client, seed, state):
    response = client.get(f"{PAIRS}?{state}")

    assert response.status_code == 422
    assert len(response.context["pairs"]) == 8


def test_a_pair_without_such_a_tie_shows_nothing(client, seed):
    page = client.get(f"{PAIRS}?pair=europe:russia:conflict").content.decode()

    assert "no such tie" in page


def test_a_tie_comes_alone_for_htmx(client, seed):
    address = f"{PAIRS}?pair=russia:ukraine:conflict"

    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert part.count('<section class="tie"') == 3
    assert "<svg" not in part


# The drawing


@pytest.mark.parametrize("state", ["?svg=1", "?svg=1&nodes=propositions"])
def test_the_drawing_as_a_file_needs_no_style_sheet(client, seed, state):
    response = client.get(PAIRS + state)

    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Disposition"].startswith("attachment")
    svg = ElementTree.fromstring(response.content)
    assert [one for one in svg.iter() if "style" in one.attrib or one.tag == f"{SVG}style"] == []
    strokes = [one for one in svg.iter(f"{SVG}path") if one.get("class") == "line-stroke"]
    assert len(strokes) > 5
    assert all(one.get("stroke") and one.get("stroke-width") for one in strokes)


def test_agreement_is_solid_and_conflict_dashed(client, seed):
    svg = ElementTree.fromstring(client.get(f"{PAIRS}?svg=1").content)

    dashes = {
        (
            line.get("data-kind"),
            line.find(f"{SVG}path[@class='line-stroke']").get("stroke-dasharray"),
        )
        for line in svg.iter(f"{SVG}a")
        if line.get("class") == "line"
    }

    assert dashes == {("agreement", None), ("conflict", "9 6")}


def test_the_same_figures_are_drawn_the_same_way(client, seed):
    assert client.get(f"{PAIRS}?svg=1").content == client.get(f"{PAIRS}?svg=1").content


def test_every_line_to_a_proposition_opens_as_many_statements_as_it_says(client, seed):
    drawing = client.get(f"{PAIRS}?nodes=propositions&basis=textual").context["drawing"]
    assert len(drawing.lines) > 10

    opened = [
        client.get(line.address).content.decode().count('class="entry"') for line in drawing.lines
    ]

    assert opened == [line.count for line in drawing.lines]


def test_the_numbers_of_a_drawing_never_touch(client, seed):
    for state in ("", "&basis=textual"):
        drawing = client.get(f"{PAIRS}?nodes=propositions{state}").context["drawing"]
        places = [line.label_at for line in drawing.lines]

        touching = [
            (one, other)
            for n, one in enumerate(places)
            for other in places[:n]
            if abs(one[0] - other[0]) < 30 and abs(one[1] - other[1]) < 15
        ]
        assert touching == []


def test_more_statements_than_a_side_shows_are_a_link_away(client, article):
    one, other, proposition = make_party(name="A"), make_party(name="B"), make_proposition()
    for _ in range(42):
        hold(article, one, proposition)
    hold(article, other, proposition)
    [pair] = pairs_of(client)

    page = client.get(PAIRS, {"pair": pair.agreement.key}).content.decode()

    assert page.count('<article class="statement') == 41
    [address] = links_in(page, "positions/\\?cell=")
    assert "42 statements of A" in page
    listed = client.get(address).context["opened"]["page"].paginator
    assert listed.count == 42


def test_the_colours_of_the_file_are_those_of_the_page():
    assert {name: TOKENS[name][0] for name in network.COLOURS} == network.COLOURS
