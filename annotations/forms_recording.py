"""What is typed to record a position, an outcome report or an event.

The checks say before the database does what would break; the constraints they name are those of
``talks``. Parties, speakers and people are typed by name and read without regard to case.
"""

import itertools
import json
from collections import defaultdict
from types import SimpleNamespace

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from talks import gate
from talks.claim import claim
from talks.models import (
    Affiliation,
    Attribution,
    Basis,
    Certainty,
    Continuity,
    DatePrecision,
    EventKind,
    EventRole,
    EvidenceRole,
    Implementation,
    Issue,
    Outcome,
    OutcomeKind,
    OutcomeStanceKind,
    OutcomeStatus,
    Party,
    Person,
    Proposition,
    SpeechAct,
    SpeechForm,
    Stance,
)

from .coding import REFUSALS
from .forms import KeyedForm, SpanForm
from .models import DraftKind

EVIDENCE = 60  # passages of one position, at most
ROWS = 12  # parties of one statement, at most
WORDS = 25
QUOTED = {SpeechForm.DIRECT, SpeechForm.MIXED}
SIGNS = {"supports": "+", "opposes": "−", "ambivalent": "±", "unclear": "?"}
FOR = {OutcomeStanceKind.AGREES, OutcomeStanceKind.SUPPORTS}


# The coding rules, each beside its field.
RULES = {
    "speaker": "Only somebody the article lets speak. The office is the one on the article’s date.",
    "proposition": "What one can be for or against. Code from the text, not from what you know of "
    "the actor.",
    "stance": "Unclear is not opposes. When in doubt: unclear with low certainty, or leave it out. "
    "The author’s feelings are no position.",
    "speech_act": "What is done by saying it. Stance, act and condition are three things: one may "
    "support sanctions, demand them, and only if a truce is refused.",
    "condition": "Only what the text makes it depend on. Empty means unconditional.",
    "target": "Whom it is addressed to or aimed at, if the text says so.",
    "speech_form": "Direct and mixed have quotation marks and a passage with the role quote. "
    "Narrated: the journalist reports conduct, and nobody speaks.",
    "attribution": "Speaker only if somebody is set as the speaker. Author: the journalist’s voice "
    "alone.",
    "basis": "Textual stands there; interpretive needs a reading; inferential a conclusion.",
    "certainty": "How sure you are of this coding.",
    "summary": "In 25 words at most, in your own words.",
    "role_as_printed": "As this article calls the speaker, such as “former President”.",
    "is_hedged": "“suggested”, “may”, “reportedly”.",
    "continuity": "Only what this article says of it: “reiterated”, “remains”, “not new”.",
    "said_on": "A week is given by its Monday. Leave it empty if the day is unknown.",
    "date_text": "The words of the article, such as “earlier in the week”.",
    "status": "What this article says. Agreed is not carried out.",
    "implementation": "Only if the article reports it; leave it open otherwise.",
    "as_of": "The day the report speaks of.",
    "new_statement": "A whole sentence that one can be for or against.",
}


class Known:
    """What one can choose from while recording in ``article``, read once for a page."""

    def __init__(self, article):
        self.article = article
        self.parties = list(Party.objects.current().order_by("name"))
        affiliations = Affiliation.objects.select_related("person", "party")
        if article.published_on:
            affiliations = affiliations.filter(valid__contains=article.published_on)
        self.speakers = list(affiliations.order_by("person__family_name", "title", "pk"))
        propositions = defaultdict(list)
        for proposition in Proposition.objects.order_by("order", "name"):
            propositions[proposition.issue_id].append(proposition)
        self.issues = list(Issue.objects.order_by("order", "name"))
        for issue in self.issues:
            issue.offered = propositions[issue.pk]
        self.propositions = {one.pk: one for rows in propositions.values() for one in rows}
        self.outcomes = list(Outcome.objects.filter(round=article.round_id).order_by("title"))

    def party(self, typed):
        """The party called so, by its name, mark or alias; None if there is none or several."""
        return _only(typed, self.parties, lambda one: (one.name, one.mark, *one.aliases))

    def speaker(self, typed):
        """The affiliation that is meant, by its label or by a name that only one has."""
        return _only(
            typed,
            self.speakers,
            lambda one: (label(one), one.person.name, one.person.family_name, *one.person.aliases),
        )

    @property
    def as_json(self):
        """The same for the panel's script."""
        return {
            "parties": [
                {"value": one.name, "names": [one.mark, *one.aliases]} for one in self.parties
            ],
            "speakers": [
                {
                    "value": label(one),
                    "names": [one.person.name, one.person.family_name, *one.person.aliases],
                    "family": one.person.family_name,
                    "party": one.party.name,
                }
                for one in self.speakers
            ],
        }


def label(affiliation):
    """How a speaker is offered: "Marco Rubio, Secretary of State (United States)"."""
    return f"{affiliation.person.name}, {affiliation.title} ({affiliation.party.name})"


def _only(typed, rows, names):
    wanted = _folded(typed)
    first = [row for row in rows if _folded(names(row)[0]) == wanted]
    found = first or [row for row in rows if wanted in map(_folded, names(row))]
    return found[0] if len(found) == 1 else None


def _folded(name):
    return " ".join(name.casefold().split())


def called_person(name):
    """The people of this name, however its letters are cased."""
    return Person.objects.current().filter(Q(name__iexact=name))


class OpenDateField(forms.DateField):
    """A day as browsers send it, or none."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        super().__init__(required=False, input_formats=["%Y-%m-%d"], **kwargs)


class ChosenField(forms.ChoiceField):
    """One of an enumeration; nothing is chosen beforehand."""

    def __init__(self, enumeration, *, missing, **kwargs):
        self.options = enumeration.choices
        messages = {"required": missing, "invalid_choice": missing}
        super().__init__(choices=self.options, error_messages=messages, **kwargs)


class RecordForm(KeyedForm):
    """Passages with their roles, as lists of fields of the same name; what all kinds share."""

    kind = None
    roles = EvidenceRole.choices
    version = gate.VersionField(required=False)
    draft_version = gate.VersionField(required=False)

    def __init__(self, data=None, *, article, known=None, **kwargs):
        super().__init__(data, label_suffix="", auto_id="rec_%s", **kwargs)
        self.article = article
        self.known = known or Known(article)
        self.evidence_rows = self._evidence_rows() if self.is_bound else []
        for name, rule in RULES.items():
            if name in self.fields:
                self.fields[name].help_text = rule

    # Lists of fields

    def _listed(self, *names):
        """Rows of the fields ``names``, which the browser sends side by side."""
        if not self.is_bound:
            return []
        columns = [self.data.getlist(name) for name in names]
        return list(itertools.zip_longest(*columns, fillvalue=""))

    def _evidence_rows(self):
        names = ("evidence_start", "evidence_end", "evidence_exact", "evidence_role")
        rows = [
            SimpleNamespace(start=start, end=end, exact=exact, role=role, errors=[])
            for start, end, exact, role in self._listed(*names)[: EVIDENCE + 1]
        ]
        for words, role in self._listed("words", "words_role")[:EVIDENCE]:
            if words.strip():
                rows.append(self._found(words, role))
        return rows

    def _found(self, words, role):
        """A row for words that were typed or pasted instead of selected."""
        text = self.article.text
        words = words.replace("\r\n", "\n").strip()
        start = text.find(words)
        row = SimpleNamespace(
            start=start, end=start + len(words), exact=words, role=role, errors=[]
        )
        if start < 0:
            row.errors.append("These words do not stand in the article just so.")
        elif text.find(words, start + 1) >= 0:
            row.errors.append("These words stand there more than once: take more of them.")
        if row.errors:
            row.start = row.end = ""
        return row

    def _clean_evidence(self):
        evidence = []
        if len(self.evidence_rows) > EVIDENCE:
            self.add_error(None, f"More than {EVIDENCE} passages prove nothing better.")
        for row in self.evidence_rows:
            if row.role == "none":
                continue
            if not row.errors:
                form = SpanForm(
                    {"start": row.start, "end": row.end, "exact": row.exact}, article=self.article
                )
                row.errors = [error for errors in form.errors.values() for error in errors]
            if row.role not in EvidenceRole.values:
                row.errors.append("Choose what this passage does: a quote, a report …")
            if row.errors:
                self.add_error(None, row.errors[0])
                continue
            evidence.append((*form.span, row.role))
        return list(dict.fromkeys(evidence))

    def clean(self):
        data = super().clean()
        data["evidence"] = self._clean_evidence()
        if not data["evidence"] and not self.non_field_errors():
            self.add_error(None, self.no_evidence)
        return data

    # What is typed by name

    def _party(self, field, typed):
        party = self.known.party(typed)
        if party is None:
            self.add_error(
                field,
                f"There is no party “{typed}”. Choose one of those offered; an editor can add "
                "another under “Reference”.",
            )
        return party


class SpeakerFields(forms.Form):
    """A person or an affiliation made on the spot."""

    new_person = gate.NameField(label="Name", max_length=200, required=False)
    new_family_name = gate.NameField(label="Family name", max_length=100, required=False)
    new_title = gate.NameField(label="Title of the office", max_length=200, required=False)
    new_from = OpenDateField(label="In office from")
    new_until = OpenDateField(label="In office until")
    new_is_spokesperson = forms.BooleanField(required=False)


class PropositionFields(forms.Form):
    """A proposition made on the spot, under its issue."""

    new_issue = gate.IdField(required=False)
    new_name = gate.NameField(max_length=120, required=False)
    new_statement = gate.PlainTextField(max_length=1000, required=False)


class PositionForm(RecordForm, SpeakerFields, PropositionFields):
    """What a party, or several together, holds of a proposition."""

    kind = DraftKind.POSITION
    no_evidence = REFUSALS["position_has_evidence"]
    enumerations = {
        "stance": Stance,
        "speech_act": SpeechAct,
        "speech_form": SpeechForm,
        "attribution": Attribution,
        "basis": Basis,
        "certainty": Certainty,
        "continuity": Continuity,
        "date_precision": DatePrecision,
    }

    speaker = gate.NameField(max_length=500, required=False)
    role_as_printed = gate.NameField(max_length=200, required=False)
    proposition = forms.CharField(
        max_length=20, error_messages={"required": "Choose a proposition, or make a new one."}
    )
    stance = ChosenField(Stance, missing="Choose a stance; none is taken for granted.")
    speech_act = ChosenField(SpeechAct, missing="Choose what is done by saying it.")
    condition = gate.PlainTextField(max_length=2000, required=False)
    target = gate.NameField(max_length=200, required=False)
    speech_form = ChosenField(SpeechForm, missing="Choose how it is reported.")
    attribution = ChosenField(Attribution, missing="Choose whom the article gives it to.")
    basis = ChosenField(Basis, missing="Choose how far the text itself says it.")
    certainty = ChosenField(Certainty, missing="Choose how sure you are.")
    summary = gate.NameField(max_length=300, required=False)
    is_hedged = forms.BooleanField(required=False)
    continuity = ChosenField(Continuity, missing="Choose a continuity.", required=False)
    said_on = OpenDateField(error_messages={"invalid": "Write the day as 2025-05-16."})
    date_precision = ChosenField(
        DatePrecision,
        label="How exact the date is",
        missing="Choose a precision.",
        required=False,
    )
    date_text = gate.NameField(label="Date as printed", max_length=200, required=False)
    channel = gate.NameField(max_length=100, required=False)
    note = gate.PlainTextField(max_length=20_000, required=False)

    def __init__(self, data=None, *, position=None, **kwargs):
        super().__init__(data, **kwargs)
        self.position = position

    @property
    def party_names(self):
        """What is typed as parties, as far as it says something."""
        if self.is_bound:
            return [name for name in self.data.getlist("party")[:ROWS] if name.strip()]
        return self.initial.get("party", [])

    @property
    def first_party(self):
        return (self.party_names or [""])[0]

    @property
    def further_parties(self):
        return [*self.party_names[1:], "", "", ""]

    def clean(self):
        data = super().clean()
        data["continuity"] = data.get("continuity") or Continuity.NOT_STATED
        data["new"] = {}
        self._clean_speaker(data)
        self._clean_parties(data)
        self._clean_new_speaker(data)
        self._clean_proposition(data)
        if typed := data.get("target"):
            data["target_party"] = self._party("target", typed)
        self._check_speech(data)
        self._check_rest(data)
        return data

    def _clean_speaker(self, data):
        data["affiliation"] = None
        typed = data.get("speaker")
        if not typed or data.get("new_title"):
            return
        data["affiliation"] = self.known.speaker(typed)
        current = self.position.affiliation if self.position else None
        if data["affiliation"] is None and current and _folded(label(current)) == _folded(typed):
            data["affiliation"] = current
        if data["affiliation"] is None:
            self.add_error(
                "speaker",
                f"“{typed}” is nobody in particular here. Choose one of those offered, or fill in "
                "“Somebody new”.",
            )

    def _clean_parties(self, data):
        names = self.party_names
        speaker = data["affiliation"]
        if not names and speaker:
            data["parties"] = [speaker.party]
            return
        if not names:
            self.add_error(None, "Choose the party whose position it is.")
        found = [self._party(None, name) for name in names]
        data["parties"] = list(dict.fromkeys(party for party in found if party))
        if self.position and len(data["parties"]) > 1:
            self.add_error(None, "A recorded position is one party’s. Record the others anew.")

    def _clean_new_speaker(self, data):
        title = data.get("new_title")
        if not title:
            if data.get("new_person"):
                self.add_error("new_title", "Say in which office the new speaker speaks.")
            return
        name = data.get("new_person") or data.get("speaker")
        if not name:
            self.add_error("new_person", "Give the new speaker’s name.")
        if not name or len(data["parties"]) != 1:
            return
        people = list(called_person(name)[:2])
        if len(people) > 1:
            self.add_error("new_person", "There are two people of this name; ask an editor.")
            return
        start, end = data.get("new_from"), data.get("new_until")
        if start and end and end < start:
            self.add_error("new_until", "The office ends before it begins.")
            return
        fields = {
            "party": data["parties"][0],
            "title": title,
            "valid": DateRange(start, end, "[]" if end else "[)"),
            "is_spokesperson": data.get("new_is_spokesperson", False),
        }
        self._keep_speaker(data, people, name, fields)

    def _keep_speaker(self, data, people, name, fields):
        if people:
            fields["person"] = people[0]
            same = Affiliation.objects.filter(
                person=people[0],
                party=fields["party"],
                title__iexact=fields["title"],
                valid__overlap=fields["valid"],
            ).select_related("person", "party")
            if there := same.first():
                data["affiliation"] = there
                return
        family = data.get("new_family_name") or name.split()[-1]
        data["new"]["speaker"] = (name, family, fields)

    def _clean_proposition(self, data):
        chosen = data.get("proposition", "")
        if chosen == "new":
            self._clean_new_proposition(data)
        elif chosen:
            number = int(chosen) if chosen.isascii() and chosen.isdigit() else 0
            data["proposition"] = self.known.propositions.get(number)
            if data["proposition"] is None:
                self.add_error("proposition", "Choose a proposition, or make a new one.")

    def _clean_new_proposition(self, data):
        issue = next((one for one in self.known.issues if one.pk == data.get("new_issue")), None)
        name, statement = data.get("new_name"), data.get("new_statement")
        if issue is None:
            self.add_error("new_issue", "Choose the issue of the new proposition.")
        if not name:
            self.add_error("new_name", "Give the new proposition a short name.")
        if not statement:
            self.add_error(
                "new_statement", "State what one can be for or against, in a whole sentence."
            )
        if not (issue and name and statement):
            return
        proposition = Proposition(issue=issue, name=name, statement=statement)
        try:
            proposition.validate_constraints()
        except forms.ValidationError:
            self.add_error("new_name", "There is a proposition of this name already: choose it.")
        data["proposition"] = None
        data["new"]["proposition"] = {"issue": issue, "name": name, "statement": statement}

    def _check_speech(self, data):
        roles = {role for *_, role in data["evidence"]}
        form = data.get("speech_form")
        if form in QUOTED and EvidenceRole.QUOTE not in roles and data["evidence"]:
            self.add_error("speech_form", REFUSALS["quoted_speech_has_a_quote"])
        if form and form not in QUOTED and EvidenceRole.QUOTE in roles:
            self.add_error("speech_form", REFUSALS["speech_with_a_quote_is_quoted"])
        is_speaker = data.get("attribution") == Attribution.SPEAKER
        speaker = data["affiliation"] or data["new"].get("speaker")
        if is_speaker and not speaker and "speaker" not in self.errors:
            self.add_error("speaker", "What a speaker says needs the speaker.")
        if speaker and data.get("attribution") and not is_speaker:
            self.add_error(
                "attribution",
                "A speaker belongs to what is attributed to a speaker, and only there.",
            )
        if speaker and len(data["parties"]) > 1:
            self.add_error(
                "speaker",
                "A speaker speaks for one party: attribute a joint statement to the parties.",
            )
        elif data["affiliation"] and data["parties"] not in ([], [data["affiliation"].party]):
            self.add_error("speaker", REFUSALS["speaker_belongs_to_the_party"])

    def _check_rest(self, data):
        if data.get("condition") and data.get("stance") in {Stance.AMBIVALENT, Stance.UNCLEAR}:
            self.add_error("condition", "Only who supports or opposes can set a condition.")
        check_date(self, data, "said_on")
        words = len((data.get("summary") or "").split())
        if words > WORDS:
            self.add_error("summary", f"Say it in {WORDS} words at most; these are {words}.")

    @property
    def claim(self):
        """What is claimed, as far as it is typed; nothing as long as nothing is."""
        value = self.data.get
        proposition = value("proposition", "")
        offered = self.known.propositions.values()
        known = next((one for one in offered if str(one.pk) == proposition), None)
        speaker = self.known.speaker(value("speaker", ""))
        names = [getattr(self.known.party(name), "name", name) for name in self.party_names]
        if not names and speaker:
            names = [speaker.party.name]
        target = value("target", "")
        fields = {
            "parties": names,
            "speaker": speaker.person.family_name if speaker else value("speaker", ""),
            "stance": value("stance", ""),
            "speech_act": value("speech_act", ""),
            "statement": known.statement if known else value("new_statement", ""),
            "condition": value("condition", ""),
            "target": getattr(self.known.party(target), "name", target),
        }
        return claim(**fields) if any(fields.values()) else ""

    @property
    def fields_of_position(self):
        """What :func:`annotations.recording.record_position` takes as ``fields``."""
        names = (
            "role_as_printed stance speech_act condition speech_form attribution summary is_hedged"
            " continuity said_on date_precision date_text channel basis certainty note"
        )
        data = self.cleaned_data
        return {name: data[name] for name in names.split()} | {
            "proposition": data["proposition"],
            "target_party": data.get("target_party"),
        }


def check_date(form, data, name):
    """A date is left out exactly where its precision is unknown."""
    precision = data.get("date_precision") or DatePrecision.UNKNOWN
    data["date_precision"] = precision
    if name in form.errors:
        return
    if data.get(name) and precision == DatePrecision.UNKNOWN:
        form.add_error(name, "Say how exact this date is, or leave it out.")
    if not data.get(name) and precision != DatePrecision.UNKNOWN:
        form.add_error(name, "Give the date, or say that it is unknown.")
    if precision == DatePrecision.WEEK and data.get(name) and data[name].isoweekday() != 1:
        form.add_error(name, "A week is given by its Monday.")


class OutcomeForm(RecordForm):
    """What the article reports of an outcome, and where each party stands on it."""

    kind = DraftKind.OUTCOME
    no_evidence = REFUSALS["report_has_evidence"]
    enumerations = {"status": OutcomeStatus, "implementation": Implementation}
    side_stances = OutcomeStanceKind.choices
    bases = Basis.choices
    outcome_kinds = OutcomeKind.choices

    outcome = forms.CharField(
        max_length=20, error_messages={"required": "Choose an outcome, or make a new one."}
    )
    new_title = gate.NameField(max_length=200, required=False)
    new_kind = forms.ChoiceField(choices=OutcomeKind.choices, required=False)
    new_quantity = gate.NameField(max_length=100, required=False)
    new_proposition = gate.IdField(required=False)
    status = ChosenField(OutcomeStatus, missing="Choose what the article says has become of it.")
    implementation = forms.TypedChoiceField(
        choices=Implementation.choices, coerce=int, empty_value=None, required=False
    )
    as_of = OpenDateField(error_messages={"invalid": "Write the day as 2025-05-16."})
    note = gate.PlainTextField(max_length=20_000, required=False)

    @property
    def sides(self):
        """Rows of party, stance and basis, and three empty ones."""
        rows = self._listed("side_party", "side_stance", "side_basis")[:ROWS]
        rows = [row for row in rows if any(row)]
        return [*rows, *[("", "", "")] * 3]

    def clean(self):
        data = super().clean()
        self._clean_outcome(data)
        self._clean_sides(data)
        return data

    def _clean_outcome(self, data):
        chosen = data.get("outcome", "")
        if chosen == "new":
            title = data.get("new_title")
            if not title:
                self.add_error("new_title", "Give the new outcome a title.")
            if not data.get("new_kind"):
                self.add_error("new_kind", "Choose what kind of result it is.")
            if title and any(_folded(one.title) == _folded(title) for one in self.known.outcomes):
                self.add_error("new_title", "This round has an outcome of this title: choose it.")
            data["outcome"] = {
                "title": title,
                "kind": data.get("new_kind"),
                "quantity": data.get("new_quantity", ""),
                "proposition": self.known.propositions.get(data.get("new_proposition")),
            }
        elif chosen:
            found = (one for one in self.known.outcomes if str(one.pk) == chosen)
            data["outcome"] = next(found, None)
            if data["outcome"] is None:
                self.add_error("outcome", "Choose an outcome, or make a new one.")

    def _clean_sides(self, data):
        data["sides"] = []
        for typed, stance, basis in self.sides:
            if not (typed.strip() or stance or basis):
                continue
            party = self._party(None, typed)
            if stance not in OutcomeStanceKind.values or basis not in Basis.values:
                self.add_error(None, f"Choose a stance and a basis for {typed or 'each party'}.")
            elif party and any(one == party for one, *_ in data["sides"]):
                self.add_error(None, f"{party} stands here twice.")
            elif party:
                data["sides"].append((party, stance, basis))
        if len(data["sides"]) == sum(any(row) for row in self.sides):
            self._check_status(data)

    def _check_status(self, data):
        stances = [stance for _, stance, _ in data["sides"]]
        status = data.get("status")
        agreed = {OutcomeStatus.AGREED, OutcomeStatus.AGREED_TO_EXPLORE}
        if status in agreed and stances.count(OutcomeStanceKind.AGREES) < 2:
            self.add_error("status", REFUSALS["agreed_outcome_has_two_that_agree"])
        both = FOR & set(stances) and OutcomeStanceKind.REJECTS in stances
        if status == OutcomeStatus.DISPUTED and not both:
            self.add_error("status", REFUSALS["disputed_outcome_has_both_sides"])

    @property
    def fields_of_report(self):
        names = ("status", "implementation", "as_of", "note")
        return {name: self.cleaned_data[name] for name in names}


class EventForm(RecordForm):
    """Something that happened, with who took part."""

    kind = DraftKind.EVENT
    no_evidence = REFUSALS["event_has_evidence"]
    enumerations = {"event_kind": EventKind, "date_precision": DatePrecision}
    event_roles = EventRole.choices

    event_kind = ChosenField(EventKind, label="Kind", missing="Choose what kind of event it is.")
    title = gate.NameField(max_length=200, error_messages={"required": "Give it a title."})
    on_date = OpenDateField(error_messages={"invalid": "Write the day as 2025-05-16."})
    date_precision = ChosenField(
        DatePrecision,
        label="How exact the date is",
        missing="Choose a precision.",
        required=False,
    )
    date_text = gate.NameField(label="Date as printed", max_length=200, required=False)
    location = gate.NameField(max_length=200, required=False)

    @property
    def participants(self):
        """Rows of party, person and role, and three empty ones."""
        rows = self._listed("who_party", "who_person", "who_role")[:ROWS]
        rows = [row for row in rows if row[0].strip() or row[1].strip()]
        return [*rows, *[("", "", "")] * 3]

    def clean(self):
        data = super().clean()
        check_date(self, data, "on_date")
        data["participants"] = []
        for typed_party, typed_person, role in self.participants:
            if typed_party.strip() or typed_person.strip():
                self._take_participant(data, typed_party, typed_person, role)
        return data

    def _take_participant(self, data, typed_party, typed_person, role):
        party = person = None
        if typed_person.strip():
            speaker = self.known.speaker(typed_person)
            person = speaker.person if speaker else called_person(typed_person.strip()).first()
            if person is None:
                self.add_error(None, f"There is nobody called “{typed_person}” here.")
                return
            party = speaker.party if speaker and not typed_party.strip() else None
        if party is None:
            party = self._party(None, typed_party)
        if role not in EventRole.values:
            self.add_error(None, f"Choose what {typed_person or typed_party} was in the event.")
        elif party and any((party, person) == one[:2] for one in data["participants"]):
            self.add_error(None, f"{person or party} stands here twice.")
        elif party:
            data["participants"].append((party, person, role))

    @property
    def fields_of_event(self):
        names = ("title", "on_date", "date_precision", "date_text", "location")
        return {name: self.cleaned_data[name] for name in names} | {
            "kind": self.cleaned_data["event_kind"]
        }


class EvidenceForm(RecordForm):
    """The evidence alone, of what itself never changes."""

    kind = "evidence"
    no_evidence = "It needs at least one passage as evidence."
    version = gate.VersionField()


FORMS = {form.kind: form for form in (PositionForm, OutcomeForm, EventForm)}


class DraftForm(KeyedForm):
    """A draft as the panel's script sends it: ``data`` is the form's fields as JSON."""

    key = gate.KeyField(required=True)
    kind = forms.ChoiceField(choices=DraftKind.choices)
    data = forms.CharField(max_length=200_000, strip=False)
    summary = forms.CharField(max_length=2000, required=False)
    version = gate.VersionField(required=False)
    position = gate.IdField(required=False)

    def clean_data(self):
        """The fields as ``{name: [value, …]}``; whatever cannot be stored is left out."""
        try:
            data = json.loads(self.cleaned_data["data"])
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("This is not a draft.") from error
        if not isinstance(data, dict) or not all(
            isinstance(values, list) and all(isinstance(value, str) for value in values)
            for values in data.values()
        ):
            raise forms.ValidationError("This is not a draft.")
        return {
            gate.UNSTORABLE.sub("", name): [gate.UNSTORABLE.sub("", value) for value in values]
            for name, values in data.items()
        }

    def clean_summary(self):
        return gate.UNSTORABLE.sub("", self.cleaned_data["summary"])


def data_of(position):
    """A stored position as the fields of :class:`PositionForm`, each with its list of values."""
    names = (
        "role_as_printed stance speech_act condition speech_form attribution summary continuity"
        " date_precision date_text channel basis certainty note version"
    )
    data = {name: [str(getattr(position, name))] for name in names.split()}
    data |= {
        "party": [position.party.name],
        "speaker": [label(position.affiliation) if position.affiliation_id else ""],
        "proposition": [str(position.proposition_id)],
        "target": [position.target_party.name if position.target_party_id else ""],
        "said_on": [position.said_on.isoformat() if position.said_on else ""],
        "is_hedged": ["on"] if position.is_hedged else [],
    }
    return data | data_of_evidence(position)


def data_of_evidence(row):
    """The evidence of a position, report or event as fields, in reading order."""
    evidence = list(row.evidence.select_related("passage").order_by("passage__start", "pk"))
    return {
        "evidence_start": [str(one.passage.start) for one in evidence],
        "evidence_end": [str(one.passage.end) for one in evidence],
        "evidence_exact": [one.passage.exact for one in evidence],
        "evidence_role": [one.role for one in evidence],
    }


def data_of_span(article, start, end):
    """A new form's fields for ``text[start:end]``, its role proposed by its quotation marks."""
    exact = article.text[start:end]
    is_quote = exact[:1] in '“„«"' and exact[-1:] in '”“»"' and len(exact) > 1
    return {
        "evidence_start": [str(start)],
        "evidence_end": [str(end)],
        "evidence_exact": [exact],
        "evidence_role": [EvidenceRole.QUOTE if is_quote else EvidenceRole.REPORT],
    }
