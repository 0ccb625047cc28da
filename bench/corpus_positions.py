"""A made-up corpus of talks, the same at every run: by default 300 articles, 6,000 positions.

:func:`plan` makes up what is claimed, in plain Python; :func:`load` writes articles that say so and
stores it. Whoever wants to check a figure counts the plan's claims, not the rows.
"""

import datetime
import random
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from accounts.models import Role, User
from talks import importing
from talks import text as plain_text
from talks.models import (
    Affiliation,
    Article,
    ArticleStatus,
    Colour,
    Event,
    EventParticipation,
    Evidence,
    Issue,
    Outcome,
    OutcomeReport,
    OutcomeStance,
    Participation,
    Party,
    Passage,
    Person,
    Position,
    Proposition,
    Round,
)

PARTIES = 12
PROPOSITIONS = 40
ISSUES = 6
SPEAKERS = 3  # of each party
CODERS = 5
STANCES = ["supports"] * 9 + ["opposes"] * 7 + ["ambivalent"] * 2 + ["unclear"] * 2
ACTS = [
    "demand",
    "propose",
    "offer",
    "commit",
    "concede",
    "endorse",
    "criticise",
    "reject",
    "threaten",
    "assess",
    "none",
]
FORMS = ["indirect"] * 4 + ["direct"] * 3 + ["narrated"] * 2 + ["mixed"]
BASES = ["textual"] * 7 + ["interpretive"] * 2 + ["inferential"]
CERTAINTIES = ["high"] * 6 + ["medium"] * 3 + ["low"]
STATUSES = ["accepted"] * 17 + ["submitted"] * 2 + ["rejected"]
PRECISIONS = ["day"] * 3 + ["week", "month", "year", "unknown", "unknown"]
FIRST_DAY = datetime.date(2025, 1, 6)  # a Monday


class Claim(NamedTuple):
    """One position as made up: numbers for articles, parties, propositions and speakers.

    ``speaker`` counts within its party and is None where nobody is named; ``joint`` is empty or
    the key of a joint statement within its article.
    """

    article: int
    party: int
    proposition: int
    stance: str
    act: str
    form: str
    attribution: str
    speaker: int | None
    basis: str
    certainty: str
    joint: str
    status: str
    is_withdrawn: bool
    said_on: datetime.date | None
    precision: str
    is_conditional: bool

    @property
    def is_quoted(self):
        return self.form in ("direct", "mixed")


def plan(articles=300, positions=6000, seed=11):
    """``positions`` claims spread evenly over ``articles``; one in twenty begins a joint one."""
    dice = random.Random(seed)
    claims = []
    while len(claims) < positions:
        article = len(claims) * articles // positions
        claim = _claim(dice, article)
        claims.append(claim)
        last_of_its_article = len(claims) * articles // positions > article
        if dice.random() < 0.05 and len(claims) < positions and not last_of_its_article:
            # A joint statement has no speaker of its own and is one act of two parties.
            joint = claim._replace(
                speaker=None, attribution="party", joint=f"J{len(claims)}", form="indirect"
            )
            other = (joint.party + dice.randrange(1, PARTIES)) % PARTIES
            claims[-1:] = [joint, joint._replace(party=other)]
    return claims


def _claim(dice, article):
    stance = dice.choice(STANCES)
    attribution = dice.choice(["speaker", "speaker", "party", "author", "other_party"])
    precision = dice.choice(PRECISIONS)
    return Claim(
        article=article,
        # Parties and propositions are spoken of as unevenly as in a newspaper.
        party=min(dice.randrange(PARTIES), dice.randrange(PARTIES)),
        proposition=min(dice.randrange(PROPOSITIONS), dice.randrange(PROPOSITIONS)),
        stance=stance,
        act=dice.choice(ACTS),
        form=dice.choice(FORMS),
        attribution=attribution,
        speaker=dice.randrange(SPEAKERS) if attribution == "speaker" else None,
        basis=dice.choice(BASES),
        certainty=dice.choice(CERTAINTIES),
        joint="",
        status=dice.choice(STATUSES),
        is_withdrawn=dice.random() < 0.02,
        said_on=_said_on(precision, FIRST_DAY + datetime.timedelta(days=article)),
        precision=precision,
        is_conditional=stance in ("supports", "opposes") and dice.random() < 0.1,
    )


def _said_on(precision, day):
    match precision:
        case "day":
            return day
        case "week":
            return day - datetime.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
    return None


def sentence(claim, number):
    """The words that prove a claim; ``number`` tells it from the others of its article."""
    quote = f"“We hold point {number} on proposition {claim.proposition}.”"
    if claim.is_quoted:
        return f"Party {claim.party} said: {quote}"
    return f"Party {claim.party} took a stand on proposition {claim.proposition}, point {number}."


@transaction.atomic
def load(claims, name="Bench", slug="bench", body=list):
    """Store what :func:`plan` made up as a round, with outcomes and events; the round.

    ``body()`` gives the lines that an article has before those that prove its claims. Every row
    goes through the database's own checks, at the latest when the transaction ends.
    """
    talks_round = Round.objects.create(
        name=name, slug=slug, venue="Nowhere", started_on=FIRST_DAY, summary="Made up."
    )
    parties = _parties(talks_round)
    propositions = _propositions()
    offices = _offices(parties)
    # Nobody signs in as them, so none of them has a password worth hashing.
    coders = User.objects.bulk_create(
        User(
            username=f"bench-coder-{n}",
            name=f"Coder {n}",
            role=Role.RESEARCHER,
            password="!",
            is_active=False,
        )
        for n in range(CODERS)
    )
    by_article = {}
    for claim in claims:
        by_article.setdefault(claim.article, []).append(claim)
    articles, proofs, openings = _articles(talks_round, by_article, body)
    made = Position.objects.bulk_create(
        _position(claim, articles, parties, propositions, offices, coders) for claim in claims
    )
    Evidence.objects.bulk_create(
        Evidence(position=position, passage=passage, role=role)
        for position, pieces in zip(made, proofs, strict=True)
        for role, passage in pieces
    )
    _outcomes(talks_round, articles, parties, propositions, coders, openings)
    _events(talks_round, articles, parties, openings)
    return talks_round


def _parties(talks_round):
    made = Party.objects.bulk_create(
        Party(
            name=f"Party {n}",
            slug=f"bench-party-{n}",
            kind="state",
            mark=f"P{n}",
            colour=list(Colour)[n % len(Colour)],
        )
        for n in range(PARTIES)
    )
    Participation.objects.bulk_create(
        Participation(
            round=talks_round,
            party=party,
            role="negotiating_party" if n < 2 else "third_party" if n < 4 else "participant",
        )
        for n, party in enumerate(made)
    )
    return made


def _propositions():
    last = Issue.objects.aggregate(last=Max("order"))["last"] or 0
    issues = Issue.objects.bulk_create(
        Issue(name=f"Bench issue {n}", order=last + 1 + n) for n in range(ISSUES)
    )
    return Proposition.objects.bulk_create(
        Proposition(
            issue=issues[n % ISSUES],
            name=f"Proposition {n}",
            statement=f"Proposition {n} should be carried out.",
            order=n,
        )
        for n in range(PROPOSITIONS)
    )


def _offices(parties):
    people = Person.objects.bulk_create(
        Person(name=f"Speaker {n} of {party.name}", family_name=f"Speaker-{party.mark}-{n}")
        for party in parties
        for n in range(SPEAKERS)
    )
    made = Affiliation.objects.bulk_create(
        Affiliation(
            person=people[i * SPEAKERS + n],
            party=party,
            title="Spokesperson" if n else "Minister",
            valid=(None, None),
            is_spokesperson=bool(n),
        )
        for i, party in enumerate(parties)
        for n in range(SPEAKERS)
    )
    return {(i // SPEAKERS, i % SPEAKERS): office for i, office in enumerate(made)}


def _articles(talks_round, by_article, body):
    """By number the articles that say what is claimed and the passages of their first lines.

    Between the two, for each claim its pieces of evidence.
    """
    texts = {number: _text(number, body(), said) for number, said in by_article.items()}
    made = Article.objects.bulk_create(
        (
            Article(
                round=talks_round,
                language="en",
                status=ArticleStatus.PUBLISHED,
                title=f"Report {number}",
                published_on=FIRST_DAY + datetime.timedelta(days=number),
                text=text,
                sha256=importing.digest(text.encode()),
            )
            for number, (text, _) in texts.items()
        ),
        batch_size=500,
    )
    articles = dict(zip(texts, made, strict=True))
    at = {}
    for number, (text, places) in texts.items():
        opening = (0, text.index("\n"))
        for start, end in [opening, *((s, e) for pieces in places for _, s, e in pieces)]:
            quote = plain_text.quote(text, start, end)._asdict()
            passage = Passage(article=articles[number], start=start, end=end, **quote)
            at.setdefault((number, start, end), passage)
    Passage.objects.bulk_create(at.values(), batch_size=2000)
    proofs = [
        [(role, at[number, s, e]) for role, s, e in pieces]
        for number, (_, places) in texts.items()
        for pieces in places
    ]
    openings = {number: at[number, 0, text.index("\n")] for number, (text, _) in texts.items()}
    return articles, proofs, openings


def _text(number, body, said):
    """What an article says, and for each claim the places of its pieces of evidence."""
    lines = [f"Report {number} on the talks.", *body]
    spans = []
    start = sum(len(line) + 1 for line in lines)
    for i, claim in enumerate(said):
        if claim.joint and i and said[i - 1].joint == claim.joint:
            spans.append(spans[-1])  # one sentence for both
            continue
        line = sentence(claim, i)
        lines.append(line)
        spans.append((start, line))
        start += len(line) + 1
    places = []
    for claim, (first, line) in zip(said, spans, strict=True):
        pieces = [("report", first, first + len(line))]
        if claim.is_quoted:
            opening = first + line.index("“")
            pieces = [
                ("quote", opening, first + len(line)),
                ("attribution", first, opening - 1),
            ]
        places.append(pieces)
    return "\n".join(lines), places


def _position(claim, articles, parties, propositions, offices, coders):
    office = None if claim.speaker is None else offices[claim.party, claim.speaker]
    return Position(
        article=articles[claim.article],
        party=parties[claim.party],
        affiliation=office,
        proposition=propositions[claim.proposition],
        stance=claim.stance,
        speech_act=claim.act,
        condition="if the others do" if claim.is_conditional else "",
        speech_form=claim.form,
        attribution=claim.attribution,
        summary=f"Party {claim.party} {claim.stance} proposition {claim.proposition}.",
        joint_key=claim.joint,
        said_on=claim.said_on,
        date_precision=claim.precision,
        basis=claim.basis,
        certainty=claim.certainty,
        coder=coders[claim.article % CODERS],
        work_status=claim.status,
        withdrawn_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        if claim.is_withdrawn
        else None,
    )


def _outcomes(talks_round, articles, parties, propositions, coders, openings):
    """An outcome for every tenth article, each reported there and in the two articles after."""
    numbers = sorted(articles)
    outcomes = Outcome.objects.bulk_create(
        Outcome(
            round=talks_round,
            proposition=propositions[n % PROPOSITIONS],
            kind="agreement",
            title=f"Outcome {n}",
        )
        for n in range(len(numbers[::10]))
    )
    where = [(n, number) for n in range(len(outcomes)) for number in numbers[n * 10 : n * 10 + 3]]
    reports = OutcomeReport.objects.bulk_create(
        OutcomeReport(
            outcome=outcomes[n],
            article=articles[number],
            status=["agreed", "disputed", "pledged"][n % 3],
            coder=coders[n % CODERS],
            work_status="accepted",
        )
        for n, number in where
    )
    OutcomeStance.objects.bulk_create(
        OutcomeStance(
            report=report,
            party=parties[(n + i) % PARTIES],
            stance=("agrees", "rejects")[i] if report.status == "disputed" else "agrees",
            basis="textual",
        )
        for report, (n, _) in zip(reports, where, strict=True)
        for i in range(2)
    )
    Evidence.objects.bulk_create(
        Evidence(passage=openings[number], role="report", outcome_report=report)
        for report, (_, number) in zip(reports, where, strict=True)
    )


def _events(talks_round, articles, parties, openings):
    """An event for every third article."""
    numbers = sorted(articles)[::3]
    events = Event.objects.bulk_create(
        Event(
            work_status="accepted",
            round=talks_round,
            kind="meeting",
            title=f"Meeting {n}",
            on_date=FIRST_DAY + datetime.timedelta(days=number),
            date_precision="day",
        )
        for n, number in enumerate(numbers)
    )
    EventParticipation.objects.bulk_create(
        EventParticipation(event=event, party=parties[(n + i) % PARTIES], role="participant")
        for n, event in enumerate(events)
        for i in range(2)
    )
    Evidence.objects.bulk_create(
        Evidence(passage=openings[number], role="report", event=event)
        for event, number in zip(events, numbers, strict=True)
    )
