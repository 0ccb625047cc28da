"""What the articles say: who holds what, what came of the talks, and the words that prove it."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    RangeOperators,
)
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse

from history.tracking import tracked
from talks import dates

from .articles import (
    Article,
    ArticleStatus,
    MergeableQuerySet,
    Party,
    Passage,
    Round,
    is_one_of,
)


@tracked()
class Person(models.Model):
    """Somebody who speaks or acts, whoever for. Source: Popolo's Person."""

    name = models.CharField(max_length=200)
    family_name = models.CharField(max_length=100)
    aliases = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )

    objects = MergeableQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                name="person_is_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
            ),
            models.CheckConstraint(name="person_has_a_name", condition=Q(name__regex=r"\S")),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("talks:person_detail", args=[self.pk])


class Basis(models.TextChoices):
    """How far the text itself says it. Source: the epistemic levels of InkVisitor."""

    TEXTUAL = "textual"
    INTERPRETIVE = "interpretive"
    INFERENTIAL = "inferential"


@tracked(by=["person"])
class Affiliation(models.Model):
    """A person's office with a party over time. Source: Popolo's Membership.

    The same person may hold two titles, at one date or at two.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="affiliations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="affiliations")
    title = models.CharField(max_length=200)
    valid = DateRangeField(help_text="From the first day, up to the day after the last.")
    is_spokesperson = models.BooleanField(default=False)
    basis = models.CharField(max_length=16, choices=Basis, default=Basis.TEXTUAL)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="affiliation_holds_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("party", RangeOperators.EQUAL),
                    (Lower("title"), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person holds this title at that time already.",
            ),
            models.CheckConstraint(
                name="affiliation_lasts_a_day", condition=Q(valid__isempty=False)
            ),
            models.CheckConstraint(
                name="affiliation_basis_is_known", condition=is_one_of("basis", Basis)
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.title} ({self.party})"

    @property
    def valid_in_words(self):
        return dates.range_in_words(self.valid.lower, self.valid.upper)


@tracked()
class Issue(models.Model):
    """What propositions are about: Ceasefire, Territory, Prisoners …"""

    name = models.CharField(max_length=100)
    order = models.PositiveIntegerField(default=0)
    crosswalk = models.JSONField(default=dict, blank=True, help_text="PA-X and PLOVER codes.")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="issue_name_is_unique")]

    def __str__(self):
        return self.name


@tracked()
class Proposition(models.Model):
    """What one can be for or against. Source: the concepts of Discourse Network Analyzer."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="propositions")
    name = models.CharField(max_length=120)
    statement = models.TextField(help_text='Such as "There should be a ceasefire."')
    order = models.PositiveIntegerField(default=0)
    crosswalk = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="proposition_name_is_unique")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("talks:proposition_detail", args=[self.pk])


class WorkStatus(models.TextChoices):
    """How far a coder's work has come on its way to the team and the public."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class WorkQuerySet(models.QuerySet):
    """What coders record of an article: everybody's own drafts, the team's work, the public's."""

    def live(self):
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)

    def visible_to(self, user):
        """Accepted work for visitors; for those who work here all but others' drafts."""
        work = self.live()
        if not user.is_authenticated:
            return work.filter(
                work_status=WorkStatus.ACCEPTED, article__status=ArticleStatus.PUBLISHED
            )
        work = work.filter(~Q(work_status=WorkStatus.DRAFT) | Q(coder=user))
        if user.may_administer:
            return work
        return work.filter(article__status=ArticleStatus.PUBLISHED)

    def accepted(self):
        return self.live().filter(work_status=WorkStatus.ACCEPTED)

    def on_newest_texts(self):
        """Those of articles that no published one supersedes."""
        return self.exclude(article__superseded_by__status=ArticleStatus.PUBLISHED)

    def on_superseded_texts(self):
        """The others: what was recorded of a text that has been corrected since."""
        return self.filter(article__superseded_by__status=ArticleStatus.PUBLISHED)


class Stance(models.TextChoices):
    """What a party holds of a proposition; there is no default.

    Source: the agreement qualifier of Discourse Network Analyzer, with "ambivalent" for a text
    that says both and "unclear" for one that does not decide.
    """

    SUPPORTS = "supports"
    OPPOSES = "opposes"
    AMBIVALENT = "ambivalent"
    UNCLEAR = "unclear"


class SpeechAct(models.TextChoices):
    """What is done by saying it. Source: PLOVER's modes, after speech act theory."""

    DEMAND = "demand"
    PROPOSE = "propose"
    OFFER = "offer"
    COMMIT = "commit"
    CONCEDE = "concede"
    ENDORSE = "endorse"
    CRITICISE = "criticise"
    REJECT = "reject"
    THREATEN = "threaten"
    ASSESS = "assess"
    NONE = "none"


class SpeechForm(models.TextChoices):
    """How the words are reported; narrated: the journalist reports conduct, nobody speaks.

    Source: PolNeAR's direct, mixed and indirect attributions.
    """

    DIRECT = "direct"
    MIXED = "mixed"
    INDIRECT = "indirect"
    NARRATED = "narrated"


class Attribution(models.TextChoices):
    """Whom the article gives the claim to. Source: PolNeAR's source span."""

    SPEAKER = "speaker"
    PARTY = "party"
    AUTHOR = "author"
    OTHER_PARTY = "other_party"


class Certainty(models.TextChoices):
    """How sure the coder is. Source: InkVisitor's certainty."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Continuity(models.TextChoices):
    """What the article says of the position's past."""

    NOT_STATED = "not_stated"
    NEW = "new"
    REITERATED = "reiterated"
    MAINTAINED = "maintained"
    CHANGED = "changed"


class DatePrecision(models.TextChoices):
    """How exact a date is; a week is given by its Monday. Source: ACLED's time precision."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


def date_and_precision_agree(date, precision):
    """A condition: there is no date exactly where the precision is unknown."""
    unknown = Q((precision, DatePrecision.UNKNOWN))
    missing = Q((f"{date}__isnull", True))
    return (unknown & missing) | (~unknown & ~missing)


@tracked(by=["article"])
class Position(models.Model):
    """One party's stance on one proposition, as one article tells it.

    Source: the claims of MARDY and DebateNet. Rows of one joint statement share ``joint_key``
    and count as one statement.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="positions")
    party = models.ForeignKey(Party, models.PROTECT, related_name="positions")
    affiliation = models.ForeignKey(
        Affiliation, models.PROTECT, null=True, blank=True, related_name="positions",
        help_text="The speaker.",
    )  # fmt: skip
    role_as_printed = models.CharField(max_length=200, blank=True)
    proposition = models.ForeignKey(Proposition, models.PROTECT, related_name="positions")
    stance = models.CharField(max_length=16, choices=Stance)
    speech_act = models.CharField(max_length=16, choices=SpeechAct)
    condition = models.TextField(blank=True, help_text="Empty: unconditional.")
    target_party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="targeted_by"
    )
    speech_form = models.CharField(max_length=16, choices=SpeechForm)
    attribution = models.CharField(max_length=16, choices=Attribution)
    summary = models.CharField(max_length=300, blank=True, help_text="25 words at most.")
    is_hedged = models.BooleanField(default=False)
    continuity = models.CharField(max_length=16, choices=Continuity, default=Continuity.NOT_STATED)
    joint_key = models.CharField(max_length=40, blank=True)
    said_on = models.DateField(null=True, blank=True)
    date_precision = models.CharField(
        max_length=16, choices=DatePrecision, default=DatePrecision.UNKNOWN
    )
    date_text = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=100, blank=True)
    basis = models.CharField(max_length=16, choices=Basis)
    certainty = models.CharField(max_length=16, choices=Certainty)
    note = models.TextField(blank=True, validators=[MaxLengthValidator(20_000)])
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="positions")
    work_status = models.CharField(max_length=16, choices=WorkStatus, default=WorkStatus.SUBMITTED)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="position_stance_is_known", condition=is_one_of("stance", Stance)
            ),
            models.CheckConstraint(
                name="position_act_is_known", condition=is_one_of("speech_act", SpeechAct)
            ),
            models.CheckConstraint(
                name="position_form_is_known", condition=is_one_of("speech_form", SpeechForm)
            ),
            models.CheckConstraint(
                name="position_attribution_is_known",
                condition=is_one_of("attribution", Attribution),
            ),
            models.CheckConstraint(
                name="position_continuity_is_known",
                condition=is_one_of("continuity", Continuity),
            ),
            models.CheckConstraint(
                name="position_precision_is_known",
                condition=is_one_of("date_precision", DatePrecision),
            ),
            models.CheckConstraint(
                name="position_basis_is_known", condition=is_one_of("basis", Basis)
            ),
            models.CheckConstraint(
                name="position_certainty_is_known", condition=is_one_of("certainty", Certainty)
            ),
            models.CheckConstraint(
                name="position_work_status_is_known",
                condition=is_one_of("work_status", WorkStatus),
            ),
            models.CheckConstraint(
                name="condition_needs_a_stance",
                condition=Q(condition="") | Q(stance__in=[Stance.SUPPORTS, Stance.OPPOSES]),
                violation_error_message="Only who supports or opposes can set a condition.",
            ),
            models.CheckConstraint(
                name="speaker_is_set_where_the_speaker_says_it",
                condition=Q(attribution=Attribution.SPEAKER, affiliation__isnull=False)
                | (~Q(attribution=Attribution.SPEAKER) & Q(affiliation=None)),
                violation_error_message=(
                    "A speaker belongs to what is attributed to a speaker, and only there."
                ),
            ),
            models.CheckConstraint(
                name="position_date_agrees_with_its_precision",
                condition=date_and_precision_agree("said_on", "date_precision"),
                violation_error_message="A date is left out exactly where it is unknown.",
            ),
            models.CheckConstraint(
                name="summary_has_25_words",
                condition=Q(summary="")
                | Q(
                    summary__regex=r"^\s*\S+(\s+\S+){0,24}\s*$",
                ),
                violation_error_message="Say it in 25 words at most.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=Q(work_status=WorkStatus.SUBMITTED, withdrawn_at=None),
                name="position_submitted",
            )
        ]

    def __str__(self):
        return self.summary or f"{self.party} {self.stance} {self.proposition}"

    def get_absolute_url(self):
        return reverse("talks:position_detail", args=[self.pk])

    @property
    def date_in_words(self):
        return dates.in_words(self.said_on, self.date_precision)

    @property
    def machine_date(self):
        return dates.machine_readable(self.said_on, self.date_precision)

    @property
    def person(self):
        """Who says it, or None where nobody in particular does."""
        return self.affiliation and self.affiliation.person


class EventKind(models.TextChoices):
    """What happened. Source: ACLED and PLOVER, as far as talks need them."""

    BACKGROUND = "background"
    DEADLINE = "deadline"
    PROPOSAL = "proposal"
    STATEMENT = "statement"
    CONSULTATION = "consultation"
    TALKS_ROUND = "talks_round"
    CALL = "call"
    SUMMIT = "summit"
    MEETING = "meeting"
    PLEDGE = "pledge"
    AGREEMENT = "agreement"
    OTHER = "other"


class EventQuerySet(models.QuerySet):
    """Like :class:`WorkQuerySet`, for what stands in any article of a round."""

    def live(self):
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)

    def visible_to(self, user):
        """Those in an article that ``user`` may see; for visitors those that are accepted."""
        proof = Evidence.objects.filter(
            event=OuterRef("pk"), passage__article__in=Article.objects.visible_to(user)
        )
        events = self.live().filter(Exists(proof))
        if not user.is_authenticated:
            return events.filter(work_status=WorkStatus.ACCEPTED)
        return events


@tracked(by=["round"])
class Event(models.Model):
    """Something that happened, on the timeline of a round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=EventKind)
    title = models.CharField(max_length=200)
    on_date = models.DateField(null=True, blank=True)
    date_precision = models.CharField(
        max_length=16, choices=DatePrecision, default=DatePrecision.UNKNOWN
    )
    date_text = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=200, blank=True)
    coder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="events",
        help_text="Empty where it was loaded before coders were kept.",
    )  # fmt: skip
    work_status = models.CharField(max_length=16, choices=WorkStatus, default=WorkStatus.SUBMITTED)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty where it was loaded as accepted.",
    )  # fmt: skip
    version = models.PositiveIntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_work_status_is_known",
                condition=is_one_of("work_status", WorkStatus),
            ),
            models.CheckConstraint(
                name="event_is_not_accepted_by_its_coder",
                condition=Q(accepted_by=None) | Q(coder=None) | ~Q(accepted_by=F("coder")),
                violation_error_message="Another editor has to accept what you recorded yourself.",
            ),
            models.CheckConstraint(
                name="event_names_who_accepted_it_while_it_is",
                condition=Q(accepted_by=None) | Q(work_status=WorkStatus.ACCEPTED),
            ),
            models.CheckConstraint(
                name="event_kind_is_known", condition=is_one_of("kind", EventKind)
            ),
            models.CheckConstraint(
                name="event_precision_is_known",
                condition=is_one_of("date_precision", DatePrecision),
            ),
            models.CheckConstraint(
                name="event_date_agrees_with_its_precision",
                condition=date_and_precision_agree("on_date", "date_precision"),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def date_in_words(self):
        return dates.in_words(self.on_date, self.date_precision)

    @property
    def machine_date(self):
        return dates.machine_readable(self.on_date, self.date_precision)


class EventRole(models.TextChoices):
    """What a participant was in an event. Source: PLOVER's actor and recipient, PA-X's roles."""

    NEGOTIATING_PARTY = "negotiating_party"
    THIRD_PARTY = "third_party"
    PARTICIPANT = "participant"
    ACTOR = "actor"
    ADDRESSEE = "addressee"
    MENTIONED = "mentioned"


@tracked(by=["event"])
class EventParticipation(models.Model):
    """A party's, or its person's, part in an event."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="participations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="event_participations")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="event_participations"
    )
    role = models.CharField(max_length=32, choices=EventRole)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "party", "person"],
                nulls_distinct=False,
                name="event_names_a_participant_once",
            ),
            models.CheckConstraint(
                name="event_role_is_known", condition=is_one_of("role", EventRole)
            ),
        ]

    def __str__(self):
        return f"{self.person or self.party} in {self.event}"


class OutcomeKind(models.TextChoices):
    """What kind of result it is. Source: the agreement stages of PA-X."""

    AGREEMENT = "agreement"
    PROCESS_AGREEMENT = "process_agreement"
    UNILATERAL_COMMITMENT = "unilateral_commitment"
    NO_AGREEMENT = "no_agreement"
    MEASURE = "measure"
    OVERALL_RESULT = "overall_result"


@tracked(by=["round"])
class Outcome(models.Model):
    """What came of the talks: the 1,000-for-1,000 swap, the ceasefire dispute."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="outcomes")
    proposition = models.ForeignKey(
        Proposition, models.PROTECT, null=True, blank=True, related_name="outcomes"
    )
    kind = models.CharField(max_length=32, choices=OutcomeKind)
    title = models.CharField(max_length=200)
    quantity = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outcome_kind_is_known", condition=is_one_of("kind", OutcomeKind)
            ),
            models.UniqueConstraint(
                "round", Lower("title"), name="outcome_title_is_unique_in_its_round"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("talks:outcome_detail", args=[self.pk])


class OutcomeStatus(models.TextChoices):
    """What an article says has become of it; agreed is not carried out."""

    AGREED = "agreed"
    AGREED_TO_EXPLORE = "agreed_to_explore"
    PLEDGED = "pledged"
    PARTIAL = "partial"
    DISPUTED = "disputed"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    UNCLEAR = "unclear"


class Implementation(models.IntegerChoices):
    """How far it is carried out. Source: the Kroc Institute's Peace Accords Matrix."""

    NOT_INITIATED = 0
    MINIMUM = 1
    INTERMEDIATE = 2
    FULL = 3


@tracked(by=["outcome", "article"])
class OutcomeReport(models.Model):
    """What one article reports of an outcome; never changed, a later article adds its own."""

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="reports")
    article = models.ForeignKey(Article, models.PROTECT, related_name="outcome_reports")
    status = models.CharField(max_length=32, choices=OutcomeStatus)
    implementation = models.SmallIntegerField(choices=Implementation, null=True, blank=True)
    as_of = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True, validators=[MaxLengthValidator(20_000)])
    coder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="outcome_reports"
    )
    work_status = models.CharField(max_length=16, choices=WorkStatus, default=WorkStatus.SUBMITTED)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_status_is_known", condition=is_one_of("status", OutcomeStatus)
            ),
            models.CheckConstraint(
                name="report_implementation_is_known",
                condition=Q(implementation=None) | is_one_of("implementation", Implementation),
            ),
            models.CheckConstraint(
                name="report_work_status_is_known",
                condition=is_one_of("work_status", WorkStatus),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=Q(work_status=WorkStatus.SUBMITTED, withdrawn_at=None),
                name="report_submitted",
            )
        ]

    def __str__(self):
        return f"{self.outcome}: {self.status}"


class OutcomeStanceKind(models.TextChoices):
    """What a party says of the outcome."""

    AGREES = "agrees"
    SUPPORTS = "supports"
    REJECTS = "rejects"
    UNCLEAR = "unclear"


@tracked(by=["report"])
class OutcomeStance(models.Model):
    """A party's stance on an outcome, as one article reports it."""

    report = models.ForeignKey(OutcomeReport, models.PROTECT, related_name="stances")
    party = models.ForeignKey(Party, models.PROTECT, related_name="outcome_stances")
    stance = models.CharField(max_length=16, choices=OutcomeStanceKind)
    basis = models.CharField(max_length=16, choices=Basis)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "party"], name="party_has_one_stance_in_a_report"
            ),
            models.CheckConstraint(
                name="outcome_stance_is_known", condition=is_one_of("stance", OutcomeStanceKind)
            ),
            models.CheckConstraint(
                name="outcome_stance_basis_is_known", condition=is_one_of("basis", Basis)
            ),
        ]

    def __str__(self):
        return f"{self.party} {self.stance}"


class EvidenceRole(models.TextChoices):
    """What a passage does for what it proves. Source: PolNeAR's content, cue and source."""

    QUOTE = "quote"
    REPORT = "report"
    ATTRIBUTION = "attribution"
    CONTEXT = "context"
    ROLE = "role"
    ROLE_CONFLICT = "role_conflict"


@tracked(by=["passage", "position", "outcome_report", "event"])
class Evidence(models.Model):
    """The words that prove something; it has exactly one owner."""

    OWNERS = ("position", "outcome_report", "event", "affiliation")

    passage = models.ForeignKey(Passage, models.PROTECT, related_name="evidence")
    role = models.CharField(max_length=16, choices=EvidenceRole)
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    outcome_report = models.ForeignKey(
        OutcomeReport, models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="evidence")
    affiliation = models.ForeignKey(
        Affiliation, models.PROTECT, null=True, blank=True, related_name="evidence"
    )

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                name="evidence_role_is_known", condition=is_one_of("role", EvidenceRole)
            ),
            models.CheckConstraint(
                name="evidence_has_one_owner",
                condition=Q(
                    position__isnull=False, outcome_report=None, event=None, affiliation=None
                )
                | Q(position=None, outcome_report__isnull=False, event=None, affiliation=None)
                | Q(position=None, outcome_report=None, event__isnull=False, affiliation=None)
                | Q(position=None, outcome_report=None, event=None, affiliation__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["passage", "role", "position", "outcome_report", "event", "affiliation"],
                nulls_distinct=False,
                name="evidence_is_given_once",
            ),
        ]

    def __str__(self):
        return f"{self.role}: {self.passage}"
