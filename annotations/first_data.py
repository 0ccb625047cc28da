"""What a new Parley holds: the round of Istanbul, its first article and the article's coding.

All of it is written down in ``seed/``: the article byte for byte, its coding, and the codebook
that names the coding's issues and propositions as tags.
"""

import datetime
import json
import re
from pathlib import Path

from django.db import connection, transaction

from accounts.models import Role, User
from talks import coding_files, importing, loading_coding
from talks.models import (
    Article,
    ArticleStatus,
    Colour,
    Participation,
    ParticipationRole,
    Party,
    Passage,
    Round,
)

from . import versions
from .models import Codebook, Note, Tag, Tagging, TagStatus, WorkStatus

SEED = Path(__file__).parent / "seed"
ROUND = {
    "name": "Istanbul, 16 May 2025",
    "slug": "istanbul-2025-05-16",
    "venue": "Istanbul",
    "started_on": datetime.date(2025, 5, 16),
    "ended_on": datetime.date(2025, 5, 16),
    "summary": (
        "The first face-to-face talks between Ukraine and Russia in over three years began with "
        "low expectations and ended with limited progress. They brought a significant prisoner "
        "exchange, and an agreement to explore a meeting of the two presidents and the conditions "
        "of a ceasefire."
    ),
}
# How the coding's parties look here, by their ids there.
PARTIES = {
    "UKR": {"slug": "ukraine", "mark": "UKR", "colour": Colour.BLUE},
    "RUS": {"slug": "russia", "mark": "RUS", "colour": Colour.RED},
    "USA": {"slug": "united-states", "mark": "USA", "colour": Colour.PURPLE},
    "EUR": {"slug": "europe", "mark": "EUR", "colour": Colour.AMBER},
    "ALLIES": {"slug": "ukraines-allies", "mark": "ALLY", "colour": Colour.TEAL},
    "WEST": {"slug": "western-leaders", "mark": "WEST", "colour": Colour.GREEN},
    "INTL": {"slug": "international-community", "mark": "INTL", "colour": Colour.SLATE},
}
LOCK = 0x5041524C  # any number that no other lock of ours has


@transaction.atomic
def load():
    """Load the first data; True if it was loaded, False if it was there and nothing changed.

    It comes as a whole or not at all, also where two processes load it at once. Once its round,
    its article or its codebook is there, people may have renamed, edited or withdrawn what came
    with it, so nothing of it is ever loaded again. The three accounts to begin with are made
    only where there is no account at all: whoever made accounts before wants no others.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    coding = coding_files.read((SEED / "coding.json").read_bytes())
    guide = json.loads((SEED / "codebook.json").read_text())
    if _is_there(coding, guide):
        return False
    _make_accounts()
    coder = first_coder()
    talks_round = Round.objects.create(**ROUND)
    _seat_parties(talks_round, coding)
    file = SEED / coding["article"]["file"]
    article, _ = importing.load(
        file.read_bytes(),
        original=importing.keep_original(file.read_bytes(), file.name),
        round=talks_round,
        language=coding["article"]["language"],
        status=ArticleStatus.PUBLISHED,
    )
    loading_coding.load(coding, coder=coder, work_status=WorkStatus.ACCEPTED)
    tags = _make_codebook(coding, guide)
    passages = _passages(article, coding)
    _tag_evidence(coding, coder, tags, passages)
    _note_oddities(coding, coder, tags["source"], article, passages)
    return True


def _is_there(coding, guide):
    return (
        Round.objects.filter(slug=ROUND["slug"]).exists()
        or Article.objects.filter(sha256=coding["article"]["sha256"]).exists()
        or Codebook.objects.filter(name__iexact=guide["name"]).exists()
    )


def _make_accounts():
    """An account of each role, to be entered by a one-time link."""
    if User.objects.exists():
        return
    for role in Role:
        User.objects.create_user(role.value, role=role, name=role.label)


def first_coder():
    """Whose name the coding of a file bears unless another is given. Nobody signs in as it."""
    found = User.objects.filter(username__iexact="first-coding").first()
    return found or User.objects.create_user("first-coding", name="First coding", is_active=False)


def _seat_parties(talks_round, coding):
    for entry in coding["parties"]:
        party = Party.objects.filter(name__iexact=entry["name"]).first() or Party.objects.create(
            name=entry["name"],
            kind=entry["kind"],
            iso3=entry["iso3"] or "",
            aliases=entry["aliases"],
            **PARTIES[entry["id"]],
        )
        role = ParticipationRole(entry["role_in_talks"])
        Participation.objects.create(round=talks_round, party=party, role=role)


def _make_codebook(coding, guide):
    """The codebook's tags by the ids of the issues and propositions that they name."""
    codebook = Codebook.objects.create(name=guide["name"], description=guide["description"])
    named = {entry["id"]: entry for entry in coding["issues"] + coding["propositions"]}
    tags = {}
    for order, rule in enumerate(guide["tags"], start=1):
        entry = rule | named.get(rule["id"], {})
        tags[rule["id"]] = Tag.objects.create(
            codebook=codebook,
            parent=tags.get(entry.get("issue")),
            name=entry["name"],
            definition=rule["definition"],
            example=rule.get("example", ""),
            counter_example=rule.get("counter_example", ""),
            colour=rule.get("colour", ""),
            order=order,
            status=TagStatus.ACTIVE,
        )
    versions.keep(codebook)
    return tags


def _passages(article, coding):
    """The passages of the evidence to be tagged and noted, by their ids in the coding."""
    wanted = {
        evidence["passage"]
        for owner in coding["positions"] + coding["outcomes"] + coding["oddities"]
        for evidence in owner["evidence"]
    }
    return {
        entry["id"]: Passage.objects.at(article, entry["doc_start"], entry["doc_end"])
        for entry in coding["passages"]
        if entry["id"] in wanted
    }


def _tag_evidence(coding, coder, tags, passages):
    """Tag what proves a position or an outcome with the proposition that it is about.

    Evidence of an event, of somebody's title and of the overall result is about none.
    """
    pairs = {
        (evidence["passage"], owner["proposition"]): None
        for owner in coding["positions"] + coding["outcomes"]
        if owner["proposition"]
        for evidence in owner["evidence"]
    }
    for passage, proposition in pairs:
        _tag(passages[passage], tags[proposition], coder)


def _note_oddities(coding, coder, tag, article, passages):
    """Note each oddity on its first passage and tag all of them; on the article if it has none."""
    for oddity in coding["oddities"]:
        found = [passages[evidence["passage"]] for evidence in oddity["evidence"]]
        text = re.sub(r"\bP(?=\d)", "¶", oddity["text"])
        about = {"passage": found[0]} if found else {"article": article}
        Note.objects.create(author=coder, text=text, **about)
        for passage in found:
            _tag(passage, tag, coder)


def _tag(passage, tag, coder):
    Tagging.objects.create(
        passage=passage,
        tag=tag,
        coder=coder,
        codebook_version=tag.codebook.version,
        work_status=WorkStatus.ACCEPTED,
    )
