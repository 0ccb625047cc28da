"""The ties between parties as a drawing: where its nodes stand and how its lines run.

Plain geometry, the same for the same figures. ``static/js/elements/party-network.js`` moves the
nodes to better places and draws the lines by the same rules.
"""

import math
from collections import Counter, defaultdict
from typing import NamedTuple

from django.urls import reverse

from .browsing import SIGNS
from .models import Stance

# The light values of tokens.css: as a file the drawing stands on white paper, without styles.
COLOURS = {
    "slate": "#4e5d6c",
    "blue": "#1e5ba6",
    "teal": "#0b6a6c",
    "green": "#2d6b35",
    "olive": "#5f6116",
    "amber": "#835500",
    "rust": "#954618",
    "red": "#ad241c",
    "pink": "#a12c68",
    "purple": "#68409f",
}
DASHES = {"agreement": "", "conflict": "9 6", "supports": "", "opposes": "9 6"}
OTHER_DASHES = "2 5"
RADIUS = 26
DOT = 7
BEND = 16  # how far apart two lines between the same two run
MIDWAY = 0.5  # where on a line between parties its number stands
# Lines reach a proposition beside it, each at a height of its own, and come in level: so their
# numbers, which stand there, never touch.
PORT, LEVEL, NUMBER = 14, 90, 18
PORTS_APART = 17
ROW = 46
WIDTH = 720
CHARACTERS = 34  # of a name in the drawing
# So many parties stand closer, with less of their names, and the drawing keeps to a legible size.
MANY, FEWER_CHARACTERS = 12, 14


class Node(NamedTuple):
    key: str
    name: str
    label: str
    mark: str
    colour: str
    x: float
    y: float
    is_party: bool
    address: str

    @property
    def paint(self):
        return COLOURS[self.colour]

    @property
    def radius(self):
        return RADIUS if self.is_party else DOT


class Line(NamedTuple):
    """A tie between two nodes, which leads to ``address``. ``bend`` keeps two of them apart."""

    source: Node
    target: Node
    kind: str
    count: int
    label: str
    says: str
    address: str
    bend: float
    port: float = 0  # how far below its proposition it ends

    @property
    def end(self):
        if self.target.is_party:
            return self.target.x, self.target.y
        return self.target.x - PORT, self.target.y + self.port

    @property
    def middle(self):
        """The point that the line is pulled towards; what it passes is half as far out."""
        if not self.target.is_party:
            return self.end[0] - LEVEL, self.end[1]
        dx, dy = self.target.x - self.source.x, self.target.y - self.source.y
        length = math.hypot(dx, dy) or 1
        x = (self.source.x + self.target.x) / 2 - dy / length * self.bend * 2
        y = (self.source.y + self.target.y) / 2 + dx / length * self.bend * 2
        return x, y

    @property
    def path(self):
        x, y = self.middle
        return (
            f"M{self.source.x:.1f} {self.source.y:.1f}"
            f"Q{x:.1f} {y:.1f} {self.end[0]:.1f} {self.end[1]:.1f}"
        )

    @property
    def label_at(self):
        """Where its label stands on the curve, a quadratic Bézier curve as SVG draws it."""
        if not self.target.is_party:
            return round(self.end[0] - NUMBER, 1), round(self.end[1], 1)
        x, y = self.middle
        before, pull, after = (1 - MIDWAY) ** 2, 2 * MIDWAY * (1 - MIDWAY), MIDWAY**2
        return (
            round(before * self.source.x + pull * x + after * self.target.x, 1),
            round(before * self.source.y + pull * y + after * self.target.y, 1),
        )

    @property
    def width(self):
        return min(1.5 + 1.25 * self.count, 9)

    @property
    def dashes(self):
        return DASHES.get(self.kind, OTHER_DASHES)


class Drawing(NamedTuple):
    kind: str
    width: float
    height: float
    nodes: list
    lines: list

    @property
    def is_crowded(self):
        return self.kind == "parties" and len(self.nodes) > MANY


def drawing_of(form, pairs, rows, names, roles, talks_round):
    """The drawing that ``form`` asks for."""
    if form.wanted.get("nodes"):
        return _of_propositions(form, rows, names, talks_round)
    return _of_parties(form, pairs, roles)


def _of_parties(form, pairs, roles):
    """The parties with ties on a circle, those with the heaviest tie beside each other."""
    ranks = {one.party_id: rank for rank, one in enumerate(roles)}
    parties = {party.pk: party for pair in pairs for party in (pair.one, pair.other)}
    order = sorted(parties.values(), key=lambda one: (ranks.get(one.pk, len(ranks)), one.name))
    is_crowded = len(order) > MANY
    radius = max(170, min(len(order), MANY) * 26, len(order) * 15)
    broad = 2.5 if is_crowded else 2
    width, height = max(WIDTH, broad * radius + 240), 2 * radius + 150
    nodes = {}
    for place, party in enumerate(order):
        angle = 2 * math.pi * place / len(order) - math.pi / 2 - math.pi / len(order)
        x, y = width / 2 + 1.25 * radius * math.cos(angle), height / 2 + radius * math.sin(angle)
        nodes[party.pk] = _party(party, x, y - 8, FEWER_CHARACTERS if is_crowded else CHARACTERS)
    lines = []
    for pair in pairs:
        both = bool(pair.agreement and pair.conflict)
        for tie, bend in ((pair.agreement, BEND), (pair.conflict, -BEND)):
            if tie:
                lines.append(_tie(tie, nodes, bend if both else 0, form))
    return Drawing("parties", width, height, list(nodes.values()), lines)


def _party(party, x, y, characters=CHARACTERS):
    return Node(
        f"party-{party.pk}", party.name, _short(party.name, characters), party.mark, party.colour,
        round(x, 1), round(y, 1), True, party.get_absolute_url(),
    )  # fmt: skip


def _tie(tie, nodes, bend, form):
    count = len(tie.propositions)
    verb = "agree" if tie.kind == "agreement" else "disagree"
    plural = "" if count == 1 else "s"
    return Line(
        nodes[tie.one.pk],
        nodes[tie.other.pk],
        tie.kind,
        count,
        str(count),
        f"{tie.one.name} and {tie.other.name} {verb} on {count} proposition{plural}",
        f"{form.state(pair=tie.key)}#statements",
        bend,
    )


def _of_propositions(form, rows, names, talks_round):
    """Parties on the left, propositions on the right, a line for each stance."""
    counts = defaultdict(int)
    for one in rows:
        counts[one.party, one.proposition, one.stance] += 1
    parties = sorted({key[0] for key in counts}, key=lambda key: names.parties[key].name)
    propositions = sorted(
        {key[1] for key in counts},
        key=lambda key: (
            names.propositions[key].issue.order,
            names.propositions[key].order,
            names.propositions[key].name,
        ),
    )
    most = max(Counter(key[1] for key in counts).values())
    row = max(ROW, PORTS_APART * (most + 1))
    height = row * max(len(propositions), 1.5 * len(parties), 4) + 60
    nodes = {}
    for place, key in enumerate(parties):
        y = height * (place + 0.5) / len(parties)
        nodes["party", key] = _party(names.parties[key], 110, y - 8)
    for place, key in enumerate(propositions):
        one = names.propositions[key]
        y = height * (place + 0.5) / len(propositions)
        nodes["proposition", key] = Node(
            f"proposition-{key}", one.name, _short(one.name, CHARACTERS), "", "slate",
            440, round(y, 1), False, one.get_absolute_url(),
        )  # fmt: skip
    matrix = reverse("talks:position_matrix", args=[talks_round.slug])
    lines = [
        _stance(
            counts, key, nodes, names, f"{matrix}{form.state(nodes='', cell=_cell(key, names))}"
        )
        for key in sorted(counts)
    ]
    return Drawing("propositions", WIDTH, height, list(nodes.values()), ports(lines))


def _cell(key, names):
    party, proposition, stance = key
    return f"{proposition}:{names.parties[party].slug}:{stance}"


def _stance(counts, key, nodes, names, address):
    party, proposition, stance = key
    count = counts[key]
    stances = [one for one in Stance.values if (party, proposition, one) in counts]
    plural = "" if count == 1 else "s"
    return Line(
        nodes["party", party],
        nodes["proposition", proposition],
        stance,
        count,
        f"{SIGNS[stance]}{count}",
        f"{names.parties[party].name}, {Stance(stance).label.lower()}: "
        f"{names.propositions[proposition].name} ({count} statement{plural})",
        f"{address}#statements",
        stances.index(stance) - (len(stances) - 1) / 2,
    )


def ports(lines):
    """The lines, each with a port: of those to one proposition the highest source is on top."""
    to_one = defaultdict(list)
    for line in lines:
        to_one[line.target.key].append(line)
    found = {}
    for several in to_one.values():
        several.sort(key=lambda line: (line.source.y, line.bend))
        for place, line in enumerate(several):
            found[line] = line._replace(port=(place - (len(several) - 1) / 2) * PORTS_APART)
    return [found[line] for line in lines]


def _short(words, most):
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
