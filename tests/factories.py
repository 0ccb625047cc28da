"""Rows for tests: plain functions with dull defaults. Say only what a test is about."""

import datetime
import itertools

from accounts.models import Role, User
from annotations.models import Codebook, Note, Tag, Tagging, TagStatus
from talks import importing
from talks.models import (
    ArticleStatus,
    Participation,
    ParticipationRole,
    Party,
    PartyKind,
    Passage,
    Round,
)

number = itertools.count(1)


def make_user(role=Role.RESEARCHER, **fields):
    """An account without a password, to be signed in by ``client.force_login``."""
    fields.setdefault("username", f"{role}-{next(number)}")
    return User.objects.create_user(role=role, **fields)


def make_round(**fields):
    n = next(number)
    defaults = {
        "name": f"Round {n}",
        "slug": f"round-{n}",
        "started_on": datetime.date(2025, 5, 16),
    }
    return Round.objects.create(**defaults | fields)


def make_party(**fields):
    n = next(number)
    defaults = {"name": f"Party {n}", "slug": f"party-{n}", "kind": PartyKind.STATE, "mark": "P"}
    return Party.objects.create(**defaults | fields)


def make_participation(**fields):
    fields.setdefault("role", ParticipationRole.NEGOTIATING_PARTY)
    if "round" not in fields:
        fields["round"] = make_round()
    if "party" not in fields:
        fields["party"] = make_party()
    return Participation.objects.create(**fields)


def make_article(text=None, **fields):
    """A published article, through the real loader; a text of its own unless one is given."""
    if text is None:
        text = f"Both sides agreed on point {next(number)}."
    if "round" not in fields:
        fields["round"] = make_round()
    defaults = {"language": "en", "status": ArticleStatus.PUBLISHED}
    article, was_new = importing.load(text, **defaults | fields)
    assert was_new, "There is an article of this text already."
    return article


def make_passage(exact="Both sides", article=None, start=None):
    """The passage where ``exact`` first stands in the article, or at ``start``."""
    article = article or make_article()
    start = article.text.index(exact) if start is None else start
    return Passage.objects.at(article, start, start + len(exact))


def make_codebook(**fields):
    return Codebook.objects.create(**{"name": f"Codebook {next(number)}"} | fields)


def make_tag(name=None, **fields):
    """An active tag of the first codebook there is."""
    name = name or f"Tag {next(number)}"
    if "codebook" not in fields:
        fields["codebook"] = Codebook.objects.order_by("pk").first() or make_codebook()
    return Tag.objects.create(**{"name": name, "status": TagStatus.ACTIVE} | fields)


def make_tagging(passage=None, tag=None, coder=None, **fields):
    tag = tag or make_tag()
    fields.setdefault("codebook_version", tag.codebook.version)
    return Tagging.objects.create(
        passage=passage or make_passage(), tag=tag, coder=coder or make_user(), **fields
    )


def make_note(text="Compare this with the other articles.", **fields):
    """A team note, on a passage of its own unless the fields say what it is about."""
    if not {"passage", "article", "tag", "parent"} & set(fields):
        fields["passage"] = make_passage()
    if "author" not in fields:
        fields["author"] = make_user()
    return Note.objects.create(text=text, **fields)
