"""What a schema cannot say of a coding: offsets, ids, dates, and the rules of the domain."""

from collections import Counter

from . import gate
from . import text as plain_text
from .coding_files import NAMED, Fault, day, in_file_order, printable, span_of_days, step

# Texts of several lines; all others are lines, of which everything must be seen.
LONG = {"condition", "note", "statement"}
QUOTED = {"exact", "prefix", "suffix"}
READ_PAST = {"gender", "gender_source", "named_in_article"}


def faults_in(coding, text):
    """Every fault of a coding that keeps to the schema, read beside its article's ``text``."""
    return _Reading(coding, text).faults()


class _Reading:
    """One reading of a coding beside its text, which gathers the faults it meets."""

    def __init__(self, coding, text):
        self.coding = coding
        self.text = text
        self.paragraphs = plain_text.paragraphs(text)
        self.found = []
        self.known = {
            section: {entry["id"]: entry for entry in reversed(coding[section])}
            for section in NAMED
        }

    def faults(self):
        self.check_ids_and_names()
        for section, check in (
            ("passages", self.check_passage),
            ("affiliations", self.check_affiliation),
            ("propositions", self.check_proposition),
            ("positions", self.check_position),
            ("outcomes", self.check_outcome),
            ("events", self.check_event),
        ):
            for i, entry in enumerate(self.coding[section]):
                check(f"/{section}/{i}", entry)
        self.check_offices_overlap()
        self.check_what_is_said_twice()
        for section in NAMED:
            self.check_characters(f"/{section}", self.coding[section])
        return in_file_order(self.found, self.coding)

    def fault(self, pointer, sentence):
        self.found.append(Fault(pointer, sentence))

    def refer(self, pointer, section, entry, key):
        """What ``entry[key]`` names; None if nothing, or if it is left out."""
        name = entry.get(key)
        if name is None:
            return None
        found = self.known[section].get(name)
        if found is None:
            self.fault(f"{pointer}/{key}", f"There is no {NAMED[section]} “{printable(name)}”.")
        return found

    def unique(self, pointers_and_keys, sentence):
        """Fault each that has the key of an earlier one, whose pointer goes into ``sentence``."""
        first = {}
        for pointer, key in pointers_and_keys:
            earlier = first.setdefault(key, pointer)
            if earlier != pointer:
                self.fault(pointer, sentence.format(earlier))

    def check_ids_and_names(self):
        for section in NAMED:
            entries = self.coding[section]
            self.unique(
                ((f"/{section}/{i}/id", one["id"]) for i, one in enumerate(entries)),
                "The id is the same as at {}.",
            )
        for section, key in (
            ("parties", "name"),
            ("people", "name"),
            ("issues", "name"),
            ("propositions", "name"),
            ("outcomes", "title"),
        ):
            entries = self.coding[section]
            self.unique(
                ((f"/{section}/{i}/{key}", one[key].lower()) for i, one in enumerate(entries)),
                f"The {key} is the same as at {{}}.",
            )
        self.unique(
            (
                (f"/parties/{i}/iso3", one["iso3"])
                for i, one in enumerate(self.coding["parties"])
                if one.get("iso3")
            ),
            "The country is the same as at {}.",
        )

    def check_passage(self, pointer, entry):
        start, end, exact = entry["doc_start"], entry["doc_end"], entry["exact"]
        if start >= end:
            self.fault(f"{pointer}/doc_end", "A passage ends after it starts.")
            return
        if end > len(self.text):
            self.fault(f"{pointer}/doc_end", f"The text ends at {len(self.text)}.")
            return
        if self.text[start:end] != exact:
            stands = printable(self.text[start:end])
            place = self.text.find(exact)
            hint = f" These words stand at {place}." if place >= 0 else ""
            self.fault(f"{pointer}/exact", f"What stands there is “{stands}”.{hint}")
            return
        if not self.text.endswith(entry.get("prefix", ""), 0, start):
            before = printable(plain_text.quote(self.text, start, end).prefix)
            self.fault(f"{pointer}/prefix", f"What stands before it is “{before}”.")
        if not self.text.startswith(entry.get("suffix", ""), end):
            after = printable(plain_text.quote(self.text, start, end).suffix)
            self.fault(f"{pointer}/suffix", f"What stands behind it is “{after}”.")
        self.check_paragraph(pointer, entry)

    def check_paragraph(self, pointer, entry):
        if "paragraph" not in entry:
            return
        if entry["paragraph"] > len(self.paragraphs):
            count = len(self.paragraphs)
            self.fault(f"{pointer}/paragraph", f"The text has {count} paragraphs.")
            return
        first = self.paragraphs[entry["paragraph"] - 1].start
        for key in ("start", "end"):
            if key in entry and first + entry[key] != entry[f"doc_{key}"]:
                self.fault(
                    f"{pointer}/{key}",
                    f"{entry[key]} in paragraph {entry['paragraph']} is {first + entry[key]} in"
                    f" the text, not {entry[f'doc_{key}']}.",
                )

    def check_affiliation(self, pointer, entry):
        self.refer(pointer, "people", entry, "person")
        self.refer(pointer, "parties", entry, "party")
        try:
            span_of_days(entry)
        except ValueError as error:
            self.fault(f"{pointer}/end" if entry.get("end") else f"{pointer}/start", str(error))
        self.check_evidence(pointer, entry)

    def check_proposition(self, pointer, entry):
        self.refer(pointer, "issues", entry, "issue")

    def check_position(self, pointer, entry):
        party = self.refer(pointer, "parties", entry, "party")
        self.refer(pointer, "parties", entry, "target_party")
        self.refer(pointer, "propositions", entry, "proposition")
        speaker = self.refer(pointer, "affiliations", entry, "affiliation")
        if (entry["attribution"] == "speaker") != (entry.get("affiliation") is not None):
            self.fault(
                f"{pointer}/affiliation",
                "There is a speaker exactly where the attribution is “speaker”.",
            )
        if speaker and party and speaker["party"] != entry["party"]:
            self.fault(
                f"{pointer}/affiliation",
                f"The speaker is affiliated with “{speaker['party']}”, not with"
                f" “{entry['party']}”.",
            )
        if entry.get("condition") and entry["stance"] not in ("supports", "opposes"):
            self.fault(f"{pointer}/condition", "Only who supports or opposes can set a condition.")
        if len(entry.get("summary", "").split()) > 25:
            self.fault(f"{pointer}/summary", "Say it in 25 words at most.")
        self.check_date(f"{pointer}/said_on", entry.get("said_on"), entry.get("date_precision"))
        is_quoted = entry["speech_form"] in ("direct", "mixed")
        if is_quoted != any(one["role"] == "quote" for one in entry["evidence"]):
            self.fault(
                f"{pointer}/speech_form",
                "Speech is direct or mixed exactly where a quote is among its evidence.",
            )
        self.check_evidence(pointer, entry)

    def check_outcome(self, pointer, entry):
        self.refer(pointer, "propositions", entry, "proposition")
        for i, one in enumerate(entry["parties"]):
            self.refer(f"{pointer}/parties/{i}", "parties", one, "party")
        self.unique(
            (
                (f"{pointer}/parties/{i}/party", one["party"])
                for i, one in enumerate(entry["parties"])
            ),
            "A party has one stance, and this one has its own at {}.",
        )
        stances = Counter(one["stance"] for one in entry["parties"])
        if entry["status"] in ("agreed", "agreed_to_explore") and stances["agrees"] < 2:
            self.fault(f"{pointer}/status", "What is agreed has at least two parties that agree.")
        if entry["status"] == "disputed" and not (
            stances["agrees"] + stances["supports"] and stances["rejects"]
        ):
            self.fault(
                f"{pointer}/status", "What is disputed has one party for it and one against it."
            )
        if entry.get("as_of"):
            self.check_date(f"{pointer}/as_of", entry["as_of"], "day")
        self.check_evidence(pointer, entry)

    def check_event(self, pointer, entry):
        participants = entry.get("participants", [])
        for i, one in enumerate(participants):
            self.refer(f"{pointer}/participants/{i}", "parties", one, "party")
            self.refer(f"{pointer}/participants/{i}", "people", one, "person")
        self.unique(
            (
                (f"{pointer}/participants/{i}", (one["party"], one.get("person")))
                for i, one in enumerate(participants)
            ),
            "The same takes part at {} already.",
        )
        self.check_date(f"{pointer}/date", entry.get("date"), entry.get("precision"))
        self.check_evidence(pointer, entry)

    def check_date(self, pointer, value, precision):
        try:
            day(value, precision or "unknown")
        except ValueError as error:
            self.fault(pointer, str(error))

    def check_evidence(self, pointer, entry):
        evidence = entry.get("evidence", [])
        passages = [
            self.refer(f"{pointer}/evidence/{i}", "passages", one, "passage")
            for i, one in enumerate(evidence)
        ]
        self.unique(
            (
                (f"{pointer}/evidence/{i}", (one["role"], *_span(passage)))
                for i, (one, passage) in enumerate(zip(evidence, passages, strict=True))
                if passage
            ),
            "The same evidence is given at {} already.",
        )

    def check_offices_overlap(self):
        offices = {}
        for i, entry in enumerate(self.coding["affiliations"]):
            try:
                start, end = span_of_days(entry)
            except ValueError:
                continue
            same = offices.setdefault((entry["person"], entry["party"], entry["title"].lower()), [])
            for pointer, other_start, other_end in same:
                starts_before = start is None or other_end is None or start < other_end
                ends_after = end is None or other_start is None or other_start < end
                if starts_before and ends_after:
                    self.fault(
                        f"/affiliations/{i}", f"The same office is held at {pointer} at that time."
                    )
                    break
            same.append((f"/affiliations/{i}", start, end))

    def check_what_is_said_twice(self):
        """What a second loading would not tell apart must not stand in one file either."""
        for section, identity in (("positions", position_identity), ("events", event_identity)):
            entries = self.coding[section]
            self.unique(
                (
                    (f"/{section}/{i}", identity(one, self.known["passages"]))
                    for i, one in enumerate(entries)
                    if all(piece["passage"] in self.known["passages"] for piece in one["evidence"])
                ),
                f"This is the same {NAMED[section]} as at {{}}.",
            )

    def check_characters(self, pointer, value, key=""):
        if isinstance(value, list | dict):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key_or_place, child in pairs:
                if key_or_place not in QUOTED | READ_PAST:
                    inner = key_or_place if isinstance(key_or_place, str) else key
                    self.check_characters(f"{pointer}/{step(key_or_place)}", child, inner)
        elif isinstance(value, str):
            hidden = gate.HIDDEN_IN_TEXT if key in LONG else gate.HIDDEN_IN_NAME
            if found := hidden.search(value):
                self.fault(pointer, gate.hidden_character_message(value, found))


def position_identity(entry, passages):
    """What tells a position of a file from its others, however it may be edited later."""
    spans = frozenset(_span(passages[one["passage"]]) for one in entry["evidence"])
    said = entry.get("said_on"), entry.get("date_precision", "unknown")
    return (
        entry["party"],
        entry.get("affiliation"),
        entry["proposition"],
        entry["speech_act"],
        _day_or_text(*said),
        spans,
    )


def event_identity(entry, passages=None):  # noqa: ARG001  for all identities alike
    """What tells an event of a file from its others."""
    return entry["title"].lower(), _day_or_text(
        entry.get("date"), entry.get("precision", "unknown")
    )


def _day_or_text(value, precision):
    try:
        return day(value, precision)
    except ValueError:
        return value


def _span(passage):
    return passage["doc_start"], passage["doc_end"]
