"""``manage load_coding FILE``: all of a coding or nothing, and every fault with its place."""

import copy
import datetime
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import User
from annotations import carrying, first_data
from talks import coding_checks, coding_files, importing, loading_coding
from talks.models import (
    Affiliation,
    Article,
    Event,
    Evidence,
    Issue,
    Outcome,
    OutcomeReport,
    Participation,
    Party,
    Passage,
    Person,
    Position,
    Proposition,
)
from tests.annotations.test_first_data import dump
from tests.at_once import both, wait_for_one_who_waits
from tests.factories import make_article, make_party, make_person, make_round, make_user

SEED = first_data.SEED / "coding.json"
CODING = json.loads(SEED.read_text())
pytestmark = pytest.mark.django_db


@pytest.fixture
def article(db):
    source = (first_data.SEED / CODING["article"]["file"]).read_bytes()
    article, _ = importing.load(source, round=make_round(), language="en", status="published")
    return article


@pytest.fixture
def coding():
    return copy.deepcopy(CODING)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "coding.json"


def load(file, content, **options):
    """Write ``content`` to ``file`` and load it; what the command says."""
    if isinstance(content, dict):
        content = json.dumps(content)
    if isinstance(content, str):
        content = content.encode()
    file.write_bytes(content)
    out = io.StringIO()
    call_command("load_coding", file, stdout=out, **options)
    return out.getvalue().replace(str(file), "FILE")


def refused(file, content):
    """The faults by which the file is refused; nothing of it is there afterwards."""
    before = dump()
    with pytest.raises(CommandError) as error:
        load(file, content)
    assert error.value.returncode == 1
    assert dump() == before
    first, *faults = str(error.value).splitlines()
    count = f"{len(faults)} fault" + ("s" if len(faults) > 1 else "")
    assert first == f"{file}: refused, {count}."
    return [fault.strip() for fault in faults]


def test_the_seed_is_loaded_as_a_whole(article, file):
    said = load(file, SEED.read_bytes())

    assert said == (
        "FILE: loaded 7 parties, 8 people, 8 affiliations, 5 issues, 12 propositions, 67 passages,"
        " 30 positions, 8 outcomes, 9 events, 8 reports, 7 participations.\n"
    )
    models = (Party, Person, Affiliation, Issue, Proposition, Position, Outcome, OutcomeReport)
    assert [model.objects.count() for model in models] == [7, 8, 8, 5, 12, 30, 8, 8]
    assert Event.objects.count() == 9
    assert User.objects.get().username == "first-coding"


def test_what_is_loaded_is_what_the_file_says(article, file):
    load(file, SEED.read_bytes())

    passages = {one["id"]: (one["doc_start"], one["doc_end"]) for one in CODING["passages"]}
    parties = {one["id"]: one["name"] for one in CODING["parties"]}
    propositions = {one["id"]: one["name"] for one in CODING["propositions"]}
    people = {one["id"]: one["name"] for one in CODING["people"]}
    offices = {one["id"]: one for one in CODING["affiliations"]}
    same = [
        "role_as_printed", "stance", "speech_act", "condition", "speech_form", "attribution",
        "summary", "channel", "continuity", "basis", "certainty", "date_precision", "date_text",
        "note",
    ]  # fmt: skip

    def loaded(one):
        return {key: getattr(one, key) for key in same} | {
            "party": one.party.name,
            "proposition": one.proposition.name,
            "speaker": one.affiliation and (one.affiliation.person.name, one.affiliation.title),
            "target": one.target_party and one.target_party.name,
            "hedged": one.is_hedged,
            "joint": one.joint_key,
            "said_on": one.said_on and one.said_on.isoformat(),
            "evidence": [
                (piece.role, (piece.passage.start, piece.passage.end))
                for piece in one.evidence.order_by("pk")
            ],
        }

    def written(one):
        office = offices.get(one["affiliation"])
        return {key: one[key] for key in same} | {
            "party": parties[one["party"]],
            "proposition": propositions[one["proposition"]],
            "speaker": office and (people[office["person"]], office["title"]),
            "target": parties.get(one["target_party"]),
            "hedged": one["hedged"],
            "joint": one["joint_key"] or "",
            "said_on": one["said_on"],
            "evidence": [(piece["role"], passages[piece["passage"]]) for piece in one["evidence"]],
        }

    assert [loaded(one) for one in Position.objects.order_by("pk")] == [
        written(one) for one in CODING["positions"]
    ]
    assert [
        (
            one.outcome.title,
            one.outcome.proposition and one.outcome.proposition.name,
            one.outcome.kind,
            one.outcome.quantity,
            one.status,
            one.implementation,
            one.note,
            [(s.party.name, s.stance, s.basis) for s in one.stances.order_by("pk")],
        )
        for one in OutcomeReport.objects.order_by("pk")
    ] == [
        (
            one["title"],
            propositions.get(one["proposition"]),
            one["kind"],
            one["quantity"],
            one["status"],
            one["implementation"],
            one["note"],
            [(parties[s["party"]], s["stance"], s["basis"]) for s in one["parties"]],
        )
        for one in CODING["outcomes"]
    ]
    assert [
        (
            one.title,
            one.kind,
            one.on_date and one.on_date.isoformat(),
            one.date_precision,
            one.date_text,
            one.location,
            [
                (p.party.name, p.person and p.person.name, p.role)
                for p in one.participations.order_by("pk")
            ],
        )
        for one in Event.objects.order_by("pk")
    ] == [
        (
            one["title"],
            one["kind"],
            "2022-01-01" if one["date"] == "2022" else one["date"],
            one["precision"],
            one["date_text"],
            one["location"],
            [
                (parties[p["party"]], people.get(p.get("person")), p["role"])
                for p in one["participants"]
            ],
        )
        for one in CODING["events"]
    ]
    assert Evidence.objects.count() == sum(
        len(one["evidence"])
        for section in ("affiliations", "positions", "outcomes", "events")
        for one in CODING[section]
    )
    for office in Affiliation.objects.all():
        assert (office.valid.lower, office.valid.upper) == (None, None)


def test_loading_twice_changes_nothing(article, file):
    load(file, SEED.read_bytes())
    before = dump()

    said = load(file, SEED.read_bytes())

    assert said == "FILE: all of it is there already; nothing changed.\n"
    assert dump() == before


def test_the_first_data_and_its_file_are_the_same(file):
    first_data.load()
    before = dump()

    assert load(file, SEED.read_bytes()).endswith("nothing changed.\n")
    assert dump() == before


def test_a_superseded_text_is_coded_only_knowingly(article, file):
    newer = make_article("Corrected.", supersedes=article, round=article.round, status="published")
    assert refused(file, CODING) == [
        f"/article/sha256: This text was superseded by article {newer.pk}, “{newer.headline}”."
        " To load it all the same add --superseded."
    ]
    assert load(file, CODING, superseded=True).startswith("FILE: loaded 7 parties")
    assert load(file, CODING) == "FILE: all of it is there already; nothing changed.\n"


@pytest.mark.django_db(transaction=True)
def test_a_coding_that_begins_before_its_text_is_superseded_is_refused_after_it(
    article, file, admin
):
    newer = make_article("Corrected.", round=article.round, status="draft")
    superseded = threading.Event()

    def supersede():
        with transaction.atomic():
            carrying.supersede(admin, newer, article, newer.version)
            superseded.set()
            wait_for_one_who_waits()

    def begin():
        assert superseded.wait(60)
        with pytest.raises(CommandError, match="was superseded by article"):
            load(file, CODING)

    both(supersede, begin)

    assert not Position.objects.exists()


def test_what_people_changed_since_is_not_overwritten(article, file):
    load(file, SEED.read_bytes())
    Party.objects.filter(iso3="UKR").update(name="Ukraine (delegation)", kind="other")
    Position.objects.filter(summary__startswith="Trump:").update(
        stance="unclear", summary="", note="Mended.", withdrawn_at="2026-01-01T00:00Z"
    )
    Affiliation.objects.filter(title="President").update(
        valid=(datetime.date(2019, 5, 20), None), is_spokesperson=True
    )
    Event.objects.update(location="Dolmabahçe")
    Outcome.objects.update(quantity="")
    before = dump()

    assert load(file, SEED.read_bytes()).endswith("nothing changed.\n")
    assert dump() == before


def test_what_was_merged_is_found_where_it_went(article, file):
    coder = make_user()
    survivor = make_person(name="V. Zelensky")
    party = make_party(name="Ukraine")
    merged = make_person(name="volodymyr zelensky", merged_into=survivor)

    loading_coding.load(CODING, coder=coder, work_status="submitted")

    assert not Affiliation.objects.filter(person=merged).exists()
    assert {
        one.affiliation.party for one in Position.objects.filter(affiliation__person=survivor)
    } == {party}
    assert Party.objects.count() == 7


def test_a_second_coder_codes_the_same_article(article, file):
    load(file, SEED.read_bytes())
    make_user(username="olena")

    said = load(file, SEED.read_bytes(), coder="Olena", status="submitted")

    assert said == "FILE: loaded 30 positions, 8 reports.\n"
    assert sorted(Position.objects.values_list("coder__username", "work_status").distinct()) == [
        ("first-coding", "accepted"),
        ("olena", "submitted"),
    ]


def test_what_a_second_article_says_joins_what_is_there(article, file, coding):
    load(file, SEED.read_bytes())
    text = "Ukraine wants a truce at once."
    second = make_article(text=text, round=article.round)
    coding["article"] = {"sha256": second.sha256}
    exact = "Ukraine wants a truce at once"
    coding["passages"] = [{"id": "s1", "doc_start": 0, "doc_end": len(exact), "exact": exact}]
    coding |= {"affiliations": [], "events": [], "oddities": []}
    coding["positions"] = [
        coding["positions"][0] | {"evidence": [{"role": "report", "passage": "s1"}]}
    ]
    coding["outcomes"] = [
        coding["outcomes"][5] | {"evidence": [{"role": "report", "passage": "s1"}]}
    ]

    assert load(file, coding) == "FILE: loaded 1 passage, 1 position, 1 report.\n"
    assert Outcome.objects.count() == 8
    assert Position.objects.filter(article=second).get().party.iso3 == "UKR"


def test_parties_here_are_found_by_country_and_new_ones_get_an_address(article, file, coding):
    make_party(name="Russian Federation", iso3="RUS", slug="russia")
    make_party(name="Someone else", slug="ukraine")
    coding["parties"][3]["name"] = "Європа"

    load(file, coding)

    slugs = dict(Party.objects.values_list("name", "slug"))
    assert slugs["Ukraine"] == "ukraine-2"
    assert slugs["Європа"] == "party"
    assert slugs["Russian Federation"] == "russia"
    assert "Russia" not in slugs
    assert Participation.objects.get(party__iso3="RUS").role == "negotiating_party"


def test_an_office_ends_on_its_last_day(article, file, coding):
    coding["affiliations"][0] |= {"start": "2018-05-07", "end": "2024-02-29"}

    load(file, coding)

    valid = Affiliation.objects.get(person__family_name="Putin").valid
    assert (valid.lower, valid.upper) == (datetime.date(2018, 5, 7), datetime.date(2024, 3, 1))


# What is no coding at all


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "The file is not JSON: Expecting value (line 1, column 1)."),
        (b"\xff\xfe{}", "The file is not in UTF-8: byte 0 is no character."),
        (b'{"a": "\xed\xa0\x80"}', "The file is not in UTF-8: byte 7 is no character."),
        (b'{"a": NaN}', "NaN is no number in JSON."),
        (b'{"a": -Infinity}', "-Infinity is no number in JSON."),
        (b'{"a": 1e999}', "The number 1e999 is too large."),
        (b'{"a": 1' + b"0" * 5000 + b"}", "There is a number too large to be read."),
        (b'{"a": 1, "a": 2}', "The key “a” stands twice in one object."),
        (b'{"a": "\\u0000"}', "/a: The character U+0000 cannot be stored."),
        (b'{"a": ["\\ud800"]}', "/a/0: The character U+D800 cannot be stored."),
        (b'{"\\udfff/~": 1}', "A key holds a character that cannot be stored."),
        (
            b'{"' + b"9" * 5000 + b'": "\\u0000"}',
            f"/{'9' * 78}…: The character U+0000 cannot be stored.",
        ),
        (b"[" * 100_000 + b"]" * 100_000, "The file is nested too deep."),
        (b"[" * 100_000, "The file is nested too deep."),
        (b'{"a":' * 100_000, "The file is nested too deep."),
        (b"[" * 60 + b"]" * 60, "The file is nested too deep."),
        (b"[]", "This must be an object, not []."),
        (b"1e3", "This must be an object, not 1000.0."),
    ],
)
def test_what_is_no_coding_is_refused_with_a_message(file, content, fault):
    assert refused(file, content) == [fault]


def test_a_byte_order_mark_is_no_fault(article, file):
    load(file, b"\xef\xbb\xbf" + SEED.read_bytes())

    assert Position.objects.count() == 30


def test_a_file_that_is_too_large_is_not_read(file, monkeypatch):
    monkeypatch.setattr(coding_files, "MAX_BYTES", 1_000_000)

    assert refused(file, b" " * 1_000_001) == ["The file is larger than 1 MB."]


@pytest.mark.parametrize(("name", "reason"), [("missing", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("load_coding", tmp_path / name)


def test_without_its_article_one_is_told_how_to_load_it(file):
    assert refused(file, SEED.read_bytes()) == [
        "/article/sha256: There is no article of this text yet. Load it first: manage"
        " load_article istanbul-2025-05-16.txt --round SLUG --publish"
    ]


def test_an_unknown_coder_is_refused(article, file):
    with pytest.raises(CommandError, match="There is no account “nobody”"):
        load(file, SEED.read_bytes(), coder="nobody")


# The schema


def change(coding, pointer, value):
    """Put ``value`` where ``pointer`` points; take what is there out if it is ``...``."""
    *steps, last = pointer.split("/")[1:]
    for step in steps:
        coding = coding[int(step) if isinstance(coding, list) else step]
    if isinstance(coding, list):
        last = int(last)
    if value is ...:
        del coding[last]
    else:
        coding[last] = value


@pytest.mark.parametrize(
    ("pointer", "value", "fault"),
    [
        ("/schema", "seed-coding/2", ': This must be "seed-coding/1", not "seed-coding/2".'),
        ("/positions/3/stance", ..., "^/positions/3: “stance” is missing."),
        (
            "/positions/3/stance",
            "",
            ': This must be one of "supports", "opposes", "ambivalent", "unclear", not "".',
        ),
        ("/positions/3/stanse", "opposes", "^/positions/3: Nothing is known of “stanse”."),
        ("/positions/3/hedged", "no", ': This must be true or false, not "no".'),
        ("/positions/3/evidence", [], ": This needs at least 1 entry."),
        ("/passages/3/doc_start", 2**31, ": This must be at most 2147483647, not 2147483648."),
        ("/passages/3/doc_start", -1, ": This must be at least 0, not -1."),
        ("/passages/3/doc_start", 1.0, ": This must be a whole number, not 1.0."),
        ("/passages/3/doc_start", True, ": This must be a whole number, not true."),
        (
            "/people/0/name",
            "",
            ': This must have words, and no white space around them. It is "".',
        ),
        (
            "/people/0/name",
            "Putin ",
            ': This must have words, and no white space around them. It is "Putin ".',
        ),
        ("/outcomes/1/implementation", 4, ": This must be one of null, 0, 1, 2, 3, not 4."),
        (
            "/outcomes/1/quantity",
            "x" * 101,
            f': This is longer than 100 characters: "{"x" * 58}….',
        ),
        (
            "/positions/0/evidence/0/role",
            "source",
            ': This must be one of "quote", "report", "attribution", "context", "role",'
            ' "role_conflict", not "source".',
        ),
        ("/parties", {}, ": This must be a list, not {}."),
        ("/events/0/date", 2022, ": This must be a text or null, not 2022."),
        (
            "/events/0/date",
            "May 2025",
            ': This must be a date: 2025-05-16, 2025-05 or 2025. It is "May 2025".',
        ),
    ],
)
def test_each_fault_against_the_schema_has_its_place(article, file, coding, pointer, value, fault):
    change(coding, pointer, value)

    # Some faults are the object's, not its key's.
    expected = fault[1:] if fault.startswith("^") else pointer + fault
    assert refused(file, coding) == [expected]


def test_the_schemas_words_are_those_of_the_models():
    from talks import models

    properties = coding_files.SCHEMA["$defs"]
    position, outcome = properties["position"]["properties"], properties["outcome"]["properties"]
    stances = outcome["parties"]["items"]["properties"]
    participants = properties["event"]["properties"]["participants"]["items"]["properties"]
    party = properties["party"]["properties"]

    def words(schema):
        return set(schema["enum"])

    assert {
        models.Stance: words(position["stance"]),
        models.SpeechAct: words(position["speech_act"]),
        models.SpeechForm: words(position["speech_form"]),
        models.Attribution: words(position["attribution"]),
        models.Certainty: words(position["certainty"]),
        models.Continuity: words(position["continuity"]),
        models.Basis: words(properties["basis"]),
        models.DatePrecision: words(properties["precision"]),
        models.OutcomeKind: words(outcome["kind"]),
        models.OutcomeStatus: words(outcome["status"]),
        models.OutcomeStanceKind: words(stances["stance"]),
        models.Implementation: words(outcome["implementation"]) - {None},
        models.EventKind: words(properties["event"]["properties"]["kind"]),
        models.EventRole: words(participants["role"]),
        models.EvidenceRole: words(properties["evidence"]["items"]["properties"]["role"]),
        models.PartyKind: words(party["kind"]),
        models.ParticipationRole: words(party["role_in_talks"]),
    } == {
        enumeration: set(enumeration.values)
        for enumeration in (
            models.Stance,
            models.SpeechAct,
            models.SpeechForm,
            models.Attribution,
            models.Certainty,
            models.Continuity,
            models.Basis,
            models.DatePrecision,
            models.OutcomeKind,
            models.OutcomeStatus,
            models.OutcomeStanceKind,
            models.Implementation,
            models.EventKind,
            models.EventRole,
            models.EvidenceRole,
            models.PartyKind,
            models.ParticipationRole,
        )
    }


# What the schema cannot say


@pytest.mark.parametrize(
    ("pointer", "value", "fault"),
    [
        ("/passages/1/id", "s01", "/passages/1/id: The id is the same as at /passages/0/id."),
        ("/passages/1/doc_end", 93, "/passages/1/doc_end: A passage ends after it starts."),
        ("/passages/1/doc_end", 9999, "/passages/1/doc_end: The text ends at 3613."),
        (
            "/passages/1/exact",
            "On Friday",
            "/passages/1/exact: What stands there is “on Friday”.",
        ),
        (
            "/passages/1/exact",
            "in Istanbul",
            "/passages/1/exact: What stands there is “on Friday”. These words stand at 103.",
        ),
        (
            "/passages/1/prefix",
            "took place  ",
            "/passages/1/prefix: What stands before it is “ in over three years took place ”.",
        ),
        (
            "/passages/1/suffix",
            " in Ankara",
            "/passages/1/suffix: What stands behind it is “ in Istanbul, starting with low ”.",
        ),
        ("/passages/1/paragraph", 99, "/passages/1/paragraph: The text has 14 paragraphs."),
        (
            "/passages/1/start",
            92,
            "/passages/1/start: 92 in paragraph 1 is 92 in the text, not 93.",
        ),
        (
            "/parties/1/name",
            "UKRAINE",
            "/parties/1/name: The name is the same as at /parties/0/name.",
        ),
        (
            "/parties/1/iso3",
            "UKR",
            "/parties/1/iso3: The country is the same as at /parties/0/iso3.",
        ),
        (
            "/parties/1/name",
            "Rus\u202esia",
            "/parties/1/name: There is a hidden character (U+202E) after “Rus”. Delete it there.",
        ),
        (
            "/positions/0/note",
            "a\u0007b",
            "/positions/0/note: There is a hidden character (U+0007) after “a”. Delete it there.",
        ),
        (
            "/affiliations/0/person",
            "nobody",
            "/affiliations/0/person: There is no person “nobody”.",
        ),
        (
            "/propositions/0/issue",
            "T9",
            "/propositions/0/issue: There is no issue “T9”.",
        ),
        (
            "/positions/4/target_party",
            "MOON",
            "/positions/4/target_party: There is no party “MOON”.",
        ),
        (
            "/positions/4/evidence/0/passage",
            "s99",
            "/positions/4/evidence/0/passage: There is no passage “s99”.",
        ),
        (
            "/outcomes/1/parties/0/party",
            "RUS",
            "/outcomes/1/parties/1/party: A party has one stance, and this one has its own at"
            " /outcomes/1/parties/0/party.",
        ),
        (
            "/outcomes/1/parties/0/stance",
            "supports",
            "/outcomes/1/status: What is agreed has at least two parties that agree.",
        ),
        (
            "/outcomes/3/parties/2/stance",
            "unclear",
            "/outcomes/3/status: What is disputed has one party for it and one against it.",
        ),
        ("/outcomes/0/as_of", "2025-02-30", "/outcomes/0/as_of: There is no date “2025-02-30”."),
        (
            "/outcomes/1/title",
            "Prisoner exchange, 1,000 FOR 1,000",
            "/outcomes/1/title: The title is the same as at /outcomes/0/title.",
        ),
        (
            "/events/1/participants/1/party",
            "UKR",
            "/events/1/participants/1: The same takes part at /events/1/participants/0 already.",
        ),
        (
            "/events/3/participants/0/person",
            "nobody",
            "/events/3/participants/0/person: There is no person “nobody”.",
        ),
        (
            "/events/5/date",
            "2025-05",
            "/events/5/date: “2025-05” is not as exact as “day” says.",
        ),
        (
            "/events/3/date",
            "2025-05-13",
            "/events/3/date: A week is given by its Monday, and 2025-05-13 is none.",
        ),
        ("/events/0/date", "0000", "/events/0/date: There is no date “0000”."),
        (
            "/positions/27/said_on",
            None,
            "/positions/27/said_on: A date with the precision “week” is missing.",
        ),
        (
            "/positions/0/said_on",
            "2025-05-16",
            "/positions/0/said_on: A date that is given has a precision other than “unknown”.",
        ),
        (
            "/positions/15/speech_form",
            "indirect",
            "/positions/15/speech_form: Speech is direct or mixed exactly where a quote is among"
            " its evidence.",
        ),
        (
            "/positions/15/attribution",
            "party",
            "/positions/15/affiliation: There is a speaker exactly where the attribution is"
            " “speaker”.",
        ),
        (
            "/positions/15/affiliation",
            "a-putin",
            "/positions/15/affiliation: The speaker is affiliated with “RUS”, not with “UKR”.",
        ),
        (
            "/positions/15/stance",
            "unclear",
            "/positions/15/condition: Only who supports or opposes can set a condition.",
        ),
        (
            "/positions/15/summary",
            "word " * 26,
            "/positions/15/summary: Say it in 25 words at most.",
        ),
        (
            "/positions/15/evidence/2/passage",
            "s46",
            None,
        ),
        (
            "/affiliations/0/end",
            "9999-12-31",
            "/affiliations/0/end: An office without an end has null there.",
        ),
        (
            "/affiliations/1",
            CODING["affiliations"][0] | {"id": "a-zelensky", "title": "PRESIDENT"},
            "/affiliations/1: The same office is held at /affiliations/0 at that time.",
        ),
        (
            "/positions/1",
            CODING["positions"][0] | {"id": "p02", "stance": "opposes"},
            "/positions/1: This is the same position as at /positions/0.",
        ),
    ],
)
def test_each_fault_has_its_place(article, file, coding, pointer, value, fault):
    change(coding, pointer, value)
    if fault is None:  # the same passage in another role is none
        assert load(file, coding)
        return

    faults = refused(file, coding)

    # Whoever pointed at what is no longer sound is at fault as well.
    assert fault in faults


def test_every_pattern_of_the_schema_has_its_sentence():
    def patterns(schema):
        if isinstance(schema, dict):
            if isinstance(schema.get("pattern"), str):
                yield schema["pattern"]
            schema = list(schema.values())
        if isinstance(schema, list):
            for one in schema:
                yield from patterns(one)

    assert set(patterns(coding_files.SCHEMA)) == set(coding_files.PATTERNS)


def test_the_same_evidence_is_given_once(article, file, coding):
    coding["positions"][0]["evidence"] *= 2

    assert refused(file, coding) == [
        "/positions/0/evidence/1: The same evidence is given at /positions/0/evidence/0 already."
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_file(article, file, coding):
    coding["events"][8]["date"] = "2025-05-32"
    coding["positions"][29]["party"] = "MOON"
    coding["positions"][4]["proposition"] = "I9"
    coding["passages"][70]["exact"] = "not there"

    assert [one.split(": ")[0] for one in refused(file, coding)] == [
        "/events/8/date",
        "/passages/70/exact",
        "/positions/4/proposition",
        "/positions/29/party",
    ]


def test_what_the_database_refuses_is_told_and_nothing_stays(article, file, coding, monkeypatch):
    """As if a check were missing here: the database has the last word, at the end."""
    monkeypatch.setattr(coding_checks, "faults_in", lambda *_: [])
    coding["positions"][29]["speech_form"] = "indirect"

    assert refused(file, coding) == [
        "The database refuses it: speech with a quote among its evidence is direct or mixed."
    ]


def test_two_of_the_file_that_are_one_here_are_refused(article, file, coding):
    make_party(name="Russia", iso3="UKR")

    assert refused(file, coding) == ["/parties/1: Here “Russia” is the same as /parties/0."]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_load_it_once(article):
    coder = make_user()

    def run(_):
        try:
            return loading_coding.load(CODING, coder=coder, work_status="accepted")["positions"]
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        assert sorted(threads.map(run, range(3))) == [0, 0, 30]
    assert [Position.objects.count(), Party.objects.count()] == [30, 7]
    assert Article.objects.count() == 1
    assert Passage.objects.count() == 67
