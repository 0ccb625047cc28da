"""Rows for tests: plain functions with dull defaults. Say only what a test is about."""

import datetime
import itertools
import uuid
from itertools import starmap

from django.db import transaction

from accounts.models import Role, User
from annotations import reviewing
from annotations.models import Codebook, Note, Review, Tag, Tagging, TagStatus
from talks import batches, importing, loading, tables
from talks.extracting import Reader
from talks.models import (
    Affiliation,
    ArticleStatus,
    Attribution,
    Basis,
    Certainty,
    Event,
    EventKind,
    EventParticipation,
    EventRole,
    Evidence,
    EvidenceRole,
    Issue,
    Origin,
    Outcome,
    OutcomeKind,
    OutcomeReport,
    OutcomeStance,
    OutcomeStatus,
    Participation,
    ParticipationRole,
    Party,
    PartyKind,
    Passage,
    Person,
    Position,
    Proposition,
    Round,
    SpeechAct,
    SpeechForm,
    Stance,
    WorkStatus,
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


def make_intake(text=None, **fields):
    """A pasted text in preparation, through the real loader."""
    text = text or f"Both sides met {next(number)} times."
    user = fields.pop("started_by", None) or make_user(Role.ADMIN)
    with Reader() as reader:
        return loading.begin(
            user, text.encode(), name="Pasted", origin=Origin.PASTE, reader=reader, format="text",
            defaults=fields,
        )  # fmt: skip


def make_batch(files, **fields):
    """A batch of ``{name: bytes}`` that waits for the worker."""
    user = fields.pop("started_by", None) or make_user(Role.ADMIN)
    if "round" not in fields:
        fields["round"] = make_round()
    defaults = {"key": uuid.uuid4(), "name": "Files", "status": ArticleStatus.PUBLISHED}
    return batches.begin(user, starmap(batches.Incoming, files.items()), **defaults | fields)


def make_table(content=b"title,text\nIncoming-numbat,They met.\n", **fields):
    """A table of articles whose columns wait to be named."""
    user = fields.pop("started_by", None) or make_user(Role.ADMIN)
    if "round" not in fields:
        fields["round"] = make_round()
    defaults = {"key": uuid.uuid4(), "name": "Incoming-numbat.csv", "status": ArticleStatus.DRAFT}
    return tables.begin(user, content, **defaults | fields)


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
    if not {*Note.ABOUT, "parent"} & set(fields):
        fields["passage"] = make_passage()
    if "author" not in fields:
        fields["author"] = make_user()
    return Note.objects.create(text=text, **fields)


def make_review(item, decision="accept", reviewer=None, **fields):
    """A verdict on a tagging, a position or an outcome report, through the real act."""
    if decision != "accept":
        fields.setdefault("reason", "The words do not say this.")
    item.refresh_from_db()
    reviewer = reviewer or make_user(Role.EDITOR)
    reviewing.give_verdict(reviewer, item, decision, item.version, **fields)
    item.refresh_from_db()
    return Review.objects.of(item).latest("pk")


def make_person(**fields):
    n = next(number)
    return Person.objects.create(
        **{"name": f"Ada Person-{n}", "family_name": f"Person-{n}"} | fields
    )


def make_affiliation(evidence=(), **fields):
    """An office held at all times, unless ``valid`` says when; see :func:`prove` for evidence."""
    if "person" not in fields:
        fields["person"] = make_person()
    if "party" not in fields:
        fields["party"] = make_party()
    defaults = {"title": "Minister", "valid": (None, None)}
    with transaction.atomic():
        affiliation = Affiliation.objects.create(**defaults | fields)
        prove(evidence, affiliation=affiliation)
    return affiliation


def make_issue(**fields):
    return Issue.objects.create(**{"name": f"Issue {next(number)}"} | fields)


def make_proposition(**fields):
    n = next(number)
    if "issue" not in fields:
        fields["issue"] = make_issue()
    defaults = {"name": f"Proposition {n}", "statement": f"There should be {n}."}
    return Proposition.objects.create(**defaults | fields)


def prove(evidence, **owner):
    """Give ``position=…``, ``outcome_report=…``, ``event=…`` or ``affiliation=…`` its evidence.

    ``evidence`` lists passages, or pairs of a role and a passage; a passage alone is a report.
    """
    pairs = [
        one if isinstance(one, tuple) else (EvidenceRole.REPORT, one)
        for one in ([evidence] if isinstance(evidence, Passage) else evidence)
    ]
    return [Evidence.objects.create(role=role, passage=passage, **owner) for role, passage in pairs]


def some_passage(article):
    """The passage that is the article's first paragraph."""
    first = article.paragraphs[0]
    return Passage.objects.at(article, first.start, first.end)


def make_position(evidence=None, **fields):
    """A submitted position with its evidence, see :func:`prove`; the first paragraph by default.

    With ``affiliation`` it is attributed to that speaker and held by the speaker's party.
    """
    if speaker := fields.get("affiliation"):
        fields = {"party": speaker.party, "attribution": Attribution.SPEAKER} | fields
    if "article" not in fields:
        fields["article"] = make_article()
    if "party" not in fields:
        fields["party"] = make_party()
    if "proposition" not in fields:
        fields["proposition"] = make_proposition()
    if "coder" not in fields:
        fields["coder"] = make_user()
    defaults = {
        "stance": Stance.SUPPORTS,
        "speech_act": SpeechAct.DEMAND,
        "speech_form": SpeechForm.INDIRECT,
        "attribution": Attribution.PARTY,
        "basis": Basis.TEXTUAL,
        "certainty": Certainty.HIGH,
    }
    fields = defaults | fields
    if evidence is None:
        is_quoted = fields["speech_form"] in {SpeechForm.DIRECT, SpeechForm.MIXED}
        role = EvidenceRole.QUOTE if is_quoted else EvidenceRole.REPORT
        evidence = [(role, some_passage(fields["article"]))]
    with transaction.atomic():
        position = Position.objects.create(**fields)
        prove(evidence, position=position)
    return position


def make_outcome(**fields):
    if "round" not in fields:
        fields["round"] = make_round()
    defaults = {"kind": OutcomeKind.MEASURE, "title": f"Outcome {next(number)}"}
    return Outcome.objects.create(**defaults | fields)


def make_outcome_report(stances=None, evidence=None, **fields):
    """A submitted report of a pledge with its evidence; ``stances`` is ``{party: stance}``."""
    if "article" not in fields:
        outcome = fields.get("outcome")
        fields["article"] = make_article(**{"round": outcome.round} if outcome else {})
    if "outcome" not in fields:
        fields["outcome"] = make_outcome(round=fields["article"].round)
    if "coder" not in fields:
        fields["coder"] = make_user()
    if evidence is None:
        evidence = [some_passage(fields["article"])]
    with transaction.atomic():
        report = OutcomeReport.objects.create(**{"status": OutcomeStatus.PLEDGED} | fields)
        for party, stance in (stances or {}).items():
            OutcomeStance.objects.create(
                report=report, party=party, stance=stance, basis=Basis.TEXTUAL
            )
        prove(evidence, outcome_report=report)
    return report


def make_event(parties=(), evidence=None, article=None, **fields):
    """An accepted meeting at an unknown date, with its evidence in an article of its round.

    ``parties`` lists who took part: parties, or people's affiliations.
    """
    if article is None:
        article = make_article(**{"round": fields["round"]} if "round" in fields else {})
    if evidence is None:
        evidence = [some_passage(article)]
    defaults = {
        "round": article.round,
        "kind": EventKind.MEETING,
        "title": f"Event {next(number)}",
        "work_status": WorkStatus.ACCEPTED,
    }
    with transaction.atomic():
        event = Event.objects.create(**defaults | fields)
        for one in parties:
            who = (
                {"party": one}
                if isinstance(one, Party)
                else {"party": one.party, "person": one.person}
            )
            EventParticipation.objects.create(event=event, role=EventRole.PARTICIPANT, **who)
        prove(evidence, event=event)
    return event
