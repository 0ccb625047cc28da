"""The first coding as a file, and ways from what it names to what is stored."""

import json
import re

from annotations import first_data
from talks.models import Party, Proposition

CODING = json.loads((first_data.SEED / "coding.json").read_text())
DERIVED = CODING["derived"]
ROUND = "/rounds/istanbul-2025-05-16/"
PARTY_NAMES = {one["id"]: one["name"] for one in CODING["parties"]}
PROPOSITION_NAMES = {one["id"]: one["name"] for one in CODING["propositions"]}


def slug(party):
    return Party.objects.get(name=PARTY_NAMES[party]).slug


def key(proposition):
    return Proposition.objects.get(name=PROPOSITION_NAMES[proposition]).pk


def links_in(page, pattern):
    """The addresses in a page that match, unescaped, each once and in order."""
    found = re.findall(r'href="([^"]*)"', page)
    return list(
        dict.fromkeys(one.replace("&amp;", "&") for one in found if re.search(pattern, one))
    )


def named(two):
    """The names of a pair such as "RUS|UKR"."""
    return frozenset(PARTY_NAMES[one] for one in two.split("|"))
