"""What became of the passages of an article that a later version of its text superseded."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from talks.anchoring import Kind
from talks.models import Article, Passage, is_one_of


class CarryKind(models.TextChoices):
    """What became of a passage's words, as :mod:`talks.anchoring` found."""

    UNCHANGED = Kind.UNCHANGED.value
    MOVED = Kind.MOVED.value
    REWORDED = Kind.REWORDED.value
    LOST = Kind.LOST.value, "not found"


class CarryStatus(models.TextChoices):
    """Whether the work on a passage has gone over to the new text, and who decided so."""

    CARRIED = "carried", "carried over by itself"
    WAITING = "waiting", "waits for a look"
    CONFIRMED = "confirmed"
    ADJUSTED = "adjusted", "put on other words"
    DROPPED = "dropped", "stays on the old version"


DECIDED = (CarryStatus.CONFIRMED, CarryStatus.ADJUSTED, CarryStatus.DROPPED)
SETTLED = (CarryStatus.CARRIED, CarryStatus.CONFIRMED, CarryStatus.ADJUSTED)


class CarryQuerySet(models.QuerySet):
    def live(self):
        """Those not withdrawn by an undo."""
        return self.filter(withdrawn_at=None)

    def visible_to(self, user):
        """For those who work here, of the passages and articles that they may see."""
        if not user.is_authenticated:
            return self.none()
        return self.live().filter(
            article__in=Article.objects.visible_to(user),
            passage__in=Passage.objects.visible_to(user),
        )

    def waiting(self):
        return self.filter(status=CarryStatus.WAITING)

    def behind(self, passage):
        """Those of passages that come behind ``passage`` in reading order."""
        start, end = Q(passage__start=passage.start), Q(passage__end=passage.end)
        return self.filter(
            Q(passage__start__gt=passage.start)
            | (start & Q(passage__end__lt=passage.end))
            | (start & end & Q(passage__gt=passage))
        )

    def in_reading_order(self):
        """By where the passages stand in the old text."""
        return self.order_by("article_id", "passage__start", "-passage__end", "pk")


class Carry(models.Model):
    """Where a passage of a superseded text is found in ``article``, the text that supersedes it.

    ``article.text[start:end]`` is what is proposed, an empty span where nothing is found;
    ``target`` is the passage that the work went to, if it went.
    """

    passage = models.ForeignKey(Passage, models.PROTECT, related_name="carries")
    article = models.ForeignKey(Article, models.PROTECT, related_name="carries")
    kind = models.CharField(max_length=16, choices=CarryKind)
    start = models.PositiveIntegerField(help_text="Code points of the new text.")
    end = models.PositiveIntegerField()
    score = models.FloatField(help_text="How alike words, surroundings and place are, 0 to 1.")
    status = models.CharField(max_length=16, choices=CarryStatus, default=CarryStatus.WAITING)
    target = models.ForeignKey(
        Passage, models.PROTECT, null=True, blank=True, related_name="carried_from"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CarryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "carries"
        constraints = [
            models.UniqueConstraint(
                fields=["passage", "article"],
                condition=Q(withdrawn_at=None),
                name="passage_is_carried_once",
            ),
            models.CheckConstraint(
                name="carry_kind_is_known", condition=is_one_of("kind", CarryKind)
            ),
            models.CheckConstraint(
                name="carry_status_is_known", condition=is_one_of("status", CarryStatus)
            ),
            models.CheckConstraint(
                name="carry_has_a_target_once_settled",
                condition=Q(status__in=SETTLED, target__isnull=False)
                | (~Q(status__in=SETTLED) & Q(target=None)),
            ),
            models.CheckConstraint(
                name="only_the_same_words_are_carried_unseen",
                condition=~Q(status=CarryStatus.CARRIED)
                | Q(kind__in=[CarryKind.UNCHANGED, CarryKind.MOVED]),
            ),
            models.CheckConstraint(
                name="carry_proposes_words_unless_lost",
                condition=Q(kind=CarryKind.LOST, start=F("end"))
                | (~Q(kind=CarryKind.LOST) & Q(start__lt=F("end"))),
            ),
            models.CheckConstraint(
                name="carry_score_is_a_share", condition=Q(score__gte=0) & Q(score__lte=1)
            ),
        ]

    def __str__(self):
        return f"{self.passage} to {self.article_id}: {self.status}"
