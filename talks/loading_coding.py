"""How the coding of an article comes in from a file: all of it, or nothing.

What is there already is found again and left as people have made it since: parties by country or
name, people, issues and propositions by name, outcomes by title, offices by holder and dates,
positions and events by what :mod:`talks.coding_checks` tells them apart by.
"""

import itertools
from collections import Counter

from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.text import slugify

from . import coding_checks, coding_files
from .coding_files import CodingRefused, Fault
from .models import (
    Affiliation,
    Article,
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
)

# What is counted, and what one of it is called.
COUNTED = coding_files.NAMED | {"reports": "report", "participations": "role in the talks"}
LOCK = 0x434F4445  # any number that no other lock of ours has


def load(coding, *, coder, work_status, on_superseded=False):
    """Load a coding that :func:`talks.coding_files.read` has read, in one transaction.

    Returns how many were new, ``{"parties": 7, …}``; what is there already is never changed, so
    the second time all are 0. Raises CodingRefused with every fault, and then nothing is loaded;
    also where something new would be said of a text that another supersedes, unless
    ``on_superseded`` says that it is meant.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            article = _article(coding)
            if faults := coding_checks.faults_in(coding, article.text):
                raise CodingRefused(faults)
            loading = _Loading(coding, article, coder, work_status)
            loading.load()
            connection.check_constraints()
            if any(loading.new.values()) and not on_superseded:
                _refuse_superseded(article)
            return dict(loading.new)
    except (IntegrityError, DataError) as error:
        message = error.__cause__.diag.message_primary or str(error)
        raise CodingRefused([Fault("", f"The database refuses it: {message}.")]) from None


def _article(coding):
    about = coding["article"]
    # Locked, as by those who say something of it: it is not superseded in the meantime.
    articles = Article.objects.select_for_update(no_key=True)
    found = articles.filter(sha256=about["sha256"]).first()
    if found:
        return found
    file = coding_files.printable(about.get("file", "FILE"))
    raise CodingRefused(
        [
            Fault(
                "/article/sha256",
                "There is no article of this text yet. Load it first: "
                f"manage load_article {file} --round SLUG --publish",
            )
        ]
    )


def _refuse_superseded(article):
    newer = Article.objects.filter(supersedes=article).first()
    if newer:
        sentence = (
            f"This text was superseded by article {newer.pk}, “{newer.headline}”. To load it"
            " all the same add --superseded."
        )
        raise CodingRefused([Fault("/article/sha256", sentence)])


class _Loading:
    """The rows of one coding, by their ids in the file."""

    def __init__(self, coding, article, coder, work_status):
        self.coding = coding
        self.article = article
        self.coder = coder
        self.work_status = work_status
        self.new = Counter(dict.fromkeys(COUNTED, 0))
        self.entries = {one["id"]: one for one in coding["passages"]}
        self.passages = {}

    def load(self):
        self.parties = self.take("parties", self.party)
        self.refuse_two_that_are_one("parties", self.parties)
        self.people = self.take("people", self.person)
        self.refuse_two_that_are_one("people", self.people)
        self.affiliations = self.take("affiliations", self.affiliation)
        self.issues = self.take("issues", self.issue)
        self.propositions = self.take("propositions", self.proposition)
        self.take("positions", self.position)
        self.take("outcomes", self.outcome)
        self.take("events", self.event)

    def take(self, section, one):
        return {entry["id"]: one(entry) for entry in self.coding[section]}

    def refuse_two_that_are_one(self, section, rows):
        """Two of the file must not become one here, or what tells them apart is lost."""
        first = {}
        for i, row in enumerate(rows.values()):
            earlier = first.setdefault(row.pk, i)
            if earlier != i:
                sentence = f"Here “{row}” is the same as /{section}/{earlier}."
                raise CodingRefused([Fault(f"/{section}/{i}", sentence)])

    def make(self, section, manager, **fields):
        self.new[section] += 1
        return manager.create(**fields)

    def party(self, entry):
        found = Party.objects.filter(name__iexact=entry["name"]).first()
        if not found and entry.get("iso3"):
            found = Party.objects.filter(iso3=entry["iso3"]).order_by("pk").first()
        party = _survivor(found) or self.make(
            "parties",
            Party.objects,
            name=entry["name"],
            slug=_free_slug(entry["name"]),
            kind=entry["kind"],
            iso3=entry.get("iso3") or "",
            aliases=entry.get("aliases", []),
            mark=entry.get("iso3") or entry["id"][:4],
            colour=_rarest_colour(),
        )
        if role := entry.get("role_in_talks"):
            _, is_new = Participation.objects.get_or_create(
                round_id=self.article.round_id, party=party, defaults={"role": role}
            )
            self.new["participations"] += is_new
        return party

    def person(self, entry):
        found = Person.objects.filter(name__iexact=entry["name"]).order_by("pk").first()
        return _survivor(found) or self.make(
            "people",
            Person.objects,
            name=entry["name"],
            family_name=entry["family_name"],
            aliases=entry.get("aliases", []),
        )

    def affiliation(self, entry):
        person, party = self.people[entry["person"]], self.parties[entry["party"]]
        valid = DateRange(*coding_files.span_of_days(entry))
        held = Affiliation.objects.filter(
            person=person, party=party, title__iexact=entry["title"], valid__overlap=valid
        )
        found = held.order_by("pk").first()
        affiliation = found or self.make(
            "affiliations",
            Affiliation.objects,
            person=person,
            party=party,
            title=entry["title"],
            valid=valid,
            is_spokesperson=entry.get("is_spokesperson", False),
            basis=entry["basis"],
            note=entry.get("note", ""),
        )
        # Another article may prove an office that is known already.
        if not Evidence.objects.filter(
            affiliation=affiliation, passage__article=self.article
        ).exists():
            self.prove(entry, affiliation=affiliation)
        return affiliation

    def issue(self, entry):
        found = Issue.objects.filter(name__iexact=entry["name"]).first()
        return found or self.make(
            "issues",
            Issue.objects,
            name=entry["name"],
            order=_next_order(Issue.objects.all()),
            crosswalk=entry.get("crosswalk", {}),
        )

    def proposition(self, entry):
        found = Proposition.objects.filter(name__iexact=entry["name"]).first()
        issue = self.issues[entry["issue"]]
        return found or self.make(
            "propositions",
            Proposition.objects,
            issue=issue,
            name=entry["name"],
            statement=entry["statement"],
            order=_next_order(issue.propositions.all()),
            crosswalk=entry.get("crosswalk", {}),
        )

    def position(self, entry):
        said_on = coding_files.day(entry.get("said_on"), entry.get("date_precision", "unknown"))
        speaker = self.affiliations.get(entry.get("affiliation"))
        same = {
            "party": self.parties[entry["party"]],
            "affiliation": speaker,
            "proposition": self.propositions[entry["proposition"]],
            "speech_act": entry["speech_act"],
            "said_on": said_on,
        }
        spans = {self.span(one) for one in entry["evidence"]}
        for found in Position.objects.filter(
            article=self.article, coder=self.coder, **same
        ).order_by("pk"):
            if spans == set(found.evidence.values_list("passage__start", "passage__end")):
                return found
        position = self.make(
            "positions",
            Position.objects,
            article=self.article,
            coder=self.coder,
            work_status=self.work_status,
            **same,
            target_party=self.parties.get(entry.get("target_party")),
            is_hedged=entry.get("hedged", False),
            joint_key=entry.get("joint_key") or "",
            **{key: entry[key] for key in ("stance", "speech_form", "attribution")},
            **{key: entry[key] for key in ("basis", "certainty")},
            **{
                key: entry[key]
                for key in (
                    "role_as_printed",
                    "condition",
                    "summary",
                    "continuity",
                    "date_precision",
                    "date_text",
                    "channel",
                    "note",
                )
                if key in entry
            },
        )
        self.prove(entry, position=position)
        return position

    def outcome(self, entry):
        talks_round = self.article.round
        outcome = Outcome.objects.filter(
            round=talks_round, title__iexact=entry["title"]
        ).first() or self.make(
            "outcomes",
            Outcome.objects,
            round=talks_round,
            proposition=self.propositions.get(entry.get("proposition")),
            kind=entry["kind"],
            title=entry["title"],
            quantity=entry.get("quantity", ""),
        )
        if not outcome.reports.filter(article=self.article, coder=self.coder).exists():
            self.report(entry, outcome)
        return outcome

    def report(self, entry, outcome):
        report = self.make(
            "reports",
            OutcomeReport.objects,
            outcome=outcome,
            article=self.article,
            coder=self.coder,
            work_status=self.work_status,
            status=entry["status"],
            implementation=entry.get("implementation"),
            as_of=entry.get("as_of") and coding_files.day(entry["as_of"], "day"),
            note=entry.get("note", ""),
        )
        for one in entry["parties"]:
            OutcomeStance.objects.create(
                report=report,
                party=self.parties[one["party"]],
                stance=one["stance"],
                basis=one["basis"],
            )
        self.prove(entry, outcome_report=report)

    def event(self, entry):
        talks_round = self.article.round
        precision = entry.get("precision", "unknown")
        on_date = coding_files.day(entry.get("date"), precision)
        found = Event.objects.filter(
            round=talks_round, title__iexact=entry["title"], on_date=on_date
        )
        if event := found.order_by("pk").first():
            return event
        event = self.make(
            "events",
            Event.objects,
            round=talks_round,
            kind=entry["kind"],
            title=entry["title"],
            on_date=on_date,
            date_precision=precision,
            date_text=entry.get("date_text", ""),
            location=entry.get("location", ""),
            coder=self.coder,
            work_status=self.work_status,
        )
        for one in entry.get("participants", []):
            EventParticipation.objects.create(
                event=event,
                party=self.parties[one["party"]],
                person=self.people.get(one.get("person")),
                role=one["role"],
            )
        self.prove(entry, event=event)
        return event

    def prove(self, entry, **owner):
        """Give what ``entry`` became its evidence."""
        for one in entry.get("evidence", []):
            Evidence.objects.create(role=one["role"], passage=self.passage(one), **owner)

    def passage(self, evidence):
        """The passage that a piece of evidence points at; made only once something does."""
        if evidence["passage"] not in self.passages:
            start, end = self.span(evidence)
            is_new = not self.article.passages.filter(start=start, end=end).exists()
            self.new["passages"] += is_new
            self.passages[evidence["passage"]] = Passage.objects.at(self.article, start, end)
        return self.passages[evidence["passage"]]

    def span(self, evidence):
        entry = self.entries[evidence["passage"]]
        return entry["doc_start"], entry["doc_end"]


def _survivor(row):
    """The row that ``row`` was merged into, if it was."""
    while row and row.merged_into:
        row = row.merged_into
    return row


def _next_order(rows):
    last = rows.order_by("-order").values_list("order", flat=True).first()
    return 1 if last is None else last + 1


def _free_slug(name):
    """A slug that no party has, made of ``name`` as far as that has Latin letters."""
    slug = slugify(name)[:90] or "party"
    tries = itertools.chain([slug], (f"{slug}-{n}" for n in itertools.count(2)))
    return next(one for one in tries if not Party.objects.filter(slug=one).exists())


def _rarest_colour():
    used = Counter(Party.objects.values_list("colour", flat=True))
    return min((one for one in Colour if one != Colour.SLATE), key=lambda one: used[one])
