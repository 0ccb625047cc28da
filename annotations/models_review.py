"""Verdicts on what coders made: never overwritten, taken back only by a row of their own."""

import functools
import operator
from types import SimpleNamespace

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Now, NullIf

from history.tracking import tracked
from talks.models import Article, OutcomeReport, Position, WorkStatus, is_one_of

# What can be reviewed, by the names of its fields here and in the evidence.
ITEMS = ("tagging", "position", "outcome_report")


def is_about_one(names):
    """A condition that holds exactly one of the fields of these ``names`` to be set."""
    condition = Q()
    for name in names:
        condition |= Q(**{f"{other}__isnull": other != name for other in names})
    return condition


class Decision(models.TextChoices):
    """Accept, reject, or ask the coder to change it. Source: the curation of INCEpTION."""

    ACCEPT = "accept"
    REVISE = "revise"
    REJECT = "reject"

    @property
    def status(self):
        """The work status that follows; what is to be revised waits for its coder, submitted."""
        follows = {"accept": WorkStatus.ACCEPTED, "reject": WorkStatus.REJECTED}
        return follows.get(self.value, WorkStatus.SUBMITTED)

    @property
    def done(self):
        """The word for a verdict that was given."""
        done = {"accept": "accepted", "reject": "rejected", "revise": "sent back for revision"}
        return done[self.value]


class ReviewQuerySet(models.QuerySet):
    def standing(self):
        """Those not taken back."""
        taken_back = ReviewTakenBack.objects.filter(review=OuterRef("pk"))
        return self.filter(~Exists(taken_back))

    def visible_to(self, user):
        """Those on work in articles that ``user`` may see."""
        if not user.is_authenticated:
            return self.none()
        if user.may_administer:
            return self
        articles = Article.objects.visible_to(user)
        return self.filter(
            Q(tagging__passage__article__in=articles)
            | Q(position__article__in=articles)
            | Q(outcome_report__article__in=articles)
        )

    def of(self, row):
        """Those on this tagging, position or outcome report."""
        return self.filter(**{item_name(row): row})

    def newest_first(self):
        return self.order_by("-pk")


@tracked(by=["tagging", "position", "outcome_report"])
class Review(models.Model):
    """An editor's verdict on one version of a tagging, a position or an outcome report.

    Never changed or deleted. ``version`` is the item's version that was judged; the verdict counts
    it up, so a version is judged once. ``judged`` holds what stood there then, in words.
    """

    tagging = models.ForeignKey(
        "Tagging", models.PROTECT, null=True, blank=True, related_name="reviews", db_index=False
    )
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="reviews", db_index=False
    )
    outcome_report = models.ForeignKey(
        OutcomeReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        db_index=False,
    )
    coder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="reviews_of_own_work",
        db_index=False,
        help_text="Whose work it is.",
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews_given"
    )
    decision = models.CharField(max_length=16, choices=Decision)
    reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(help_text="Of the item, as it was judged.")
    judged = models.JSONField(default=dict, help_text="What stood there, field by field, in words.")
    at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="review_is_of_one_thing", condition=is_about_one(ITEMS)),
            models.CheckConstraint(
                name="nobody_reviews_their_own_work",
                condition=~Q(reviewer=F("coder")),
                violation_error_message="Nobody reviews their own work.",
            ),
            models.CheckConstraint(
                name="review_decision_is_known", condition=is_one_of("decision", Decision)
            ),
            models.CheckConstraint(
                name="reject_and_revise_have_a_reason",
                condition=Q(decision=Decision.ACCEPT) | Q(reason__regex=r"\S"),
                violation_error_message="Say why: the coder will want to know.",
            ),
            *(
                models.UniqueConstraint(
                    fields=[name, "version"],
                    name=f"{name}_version_is_judged_once",
                    violation_error_message="Somebody has given a verdict in the meantime.",
                )
                for name in ITEMS
            ),
        ]
        indexes = [models.Index(fields=["coder", "-id"], name="review_by_coder")]

    def __str__(self):
        return f"{self.decision} of {item_name(self.item)} {self.item.pk}"

    @property
    def item(self):
        """What was judged."""
        return self.tagging or self.position or self.outcome_report

    @property
    def done(self):
        return Decision(self.decision).done

    @property
    def told(self):
        """Such as "Olena rejected it"."""
        if self.decision == Decision.REVISE:
            return f"{self.reviewer} sent it back for revision"
        return f"{self.reviewer} {self.done} it"


@tracked(by=["review"])
class ReviewTakenBack(models.Model):
    """That a verdict no longer stands: its reviewer undid it. Never changed or deleted."""

    review = models.OneToOneField(Review, models.PROTECT, related_name="taken_back")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self):
        return f"{self.review_id} taken back"


def latest_verdicts(items):
    """The verdict that stands on each piece of work of ``items``: a dict, by kind and key.

    ``items`` has lists of keys by kind, see :data:`ITEMS`. A verdict has ``decision``,
    ``reason``, ``version`` and its ``reviewer``'s name.
    """
    named = [Q(**{f"{kind}__in": keys}) for kind, keys in items.items() if keys]
    if not named:
        return {}
    reviews = (
        Review.objects.standing()
        .filter(functools.reduce(operator.or_, named))
        .annotate(name=Coalesce(NullIf("reviewer__name", Value("")), "reviewer__username"))
        .order_by("version")
        .values_list(*ITEMS, "decision", "reason", "version", "name")
    )
    found = {}
    for *keys, decision, reason, version, name in reviews:
        verdict = SimpleNamespace(decision=decision, reason=reason, version=version, reviewer=name)
        for kind, key in zip(ITEMS, keys, strict=True):
            if key is not None:
                found[kind, key] = verdict
    return found


def item_name(row):
    """The field of :class:`Review` and of a note that points at ``row``."""
    return "outcome_report" if isinstance(row, OutcomeReport) else row._meta.model_name
