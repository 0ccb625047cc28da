"""Many articles at once, loaded in the background: what is to be done, and how each went."""

import uuid

from django.conf import settings
from django.db import connection, models
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse

from .articles import Article, ArticleStatus, Round, is_one_of
from .contents import ContentQuerySet, execute_many
from .intakes import Intake, Origin


class BatchState(models.TextChoices):
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"


class BatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for those who load articles, none for anybody else."""
        return self if user.is_authenticated and user.may_administer else self.none()

    def newest_first(self):
        return self.order_by("-started_at", "-pk")


class Batch(models.Model):
    """Files that were sent together, and what holds for all of them."""

    name = models.CharField(max_length=300)
    origin = models.CharField(max_length=16, choices=Origin, default=Origin.UPLOAD)
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    language = models.CharField(max_length=35, blank=True)
    status = models.CharField(
        max_length=16, choices=ArticleStatus, help_text="That the articles get."
    )
    prepares = models.BooleanField(
        default=False, help_text="Each is prepared by a person before it is loaded."
    )
    state = models.CharField(max_length=16, choices=BatchState, default=BatchState.RUNNING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    key = models.UUIDField(default=uuid.uuid4)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        constraints = [
            models.CheckConstraint(
                name="batch_state_is_known", condition=is_one_of("state", BatchState)
            ),
            models.CheckConstraint(
                name="batch_status_is_known", condition=is_one_of("status", ArticleStatus)
            ),
            models.CheckConstraint(
                name="batch_origin_is_known", condition=is_one_of("origin", Origin)
            ),
            models.UniqueConstraint(fields=["started_by", "key"], name="batch_is_begun_once"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("talks:batch_detail", args=[self.pk])


class ItemStatus(models.TextChoices):
    WAITING = "waiting"
    LOADED = "loaded"
    PREPARED = "prepared", "to be prepared"
    KNOWN = "known", "here already"
    REFUSED = "refused"


class BatchItemQuerySet(ContentQuerySet):
    def put(self, items):
        """Store items that are new."""
        fields = [one for one in self.model._meta.concrete_fields if not one.primary_key]
        columns = ", ".join(field.column for field in fields)
        places = ", ".join("%b" if field.name == "content" else "%s" for field in fields)
        execute_many(
            f"INSERT INTO {self.model._meta.db_table} ({columns}) VALUES ({places})",  # noqa: S608
            [
                [one.get_db_prep_save(getattr(item, one.attname), connection) for one in fields]
                for item in items
            ],
        )

    def waiting(self):
        return self.filter(status=ItemStatus.WAITING)

    def counts(self):
        """How many there are of each status, as a dictionary with all of them."""
        found = dict(self.order_by().values_list("status").annotate(count=Count("pk")))
        return {status: found.get(status, 0) for status in ItemStatus}

    def for_lists(self):
        """Without the files."""
        return (
            self.defer("content")
            .select_related("article", "intake")
            .defer("article__text", "intake__text", "intake__layout", "intake__steps")
            .annotate(opening=models.functions.Left("article__text", 400))
        )


class BatchItem(models.Model):
    """One file of a batch. Its bytes are here only until it is read."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300)
    content = models.BinaryField(null=True)
    told = models.JSONField(default=dict, help_text="Fields of the article, from a table's row.")
    status = models.CharField(max_length=16, choices=ItemStatus, default=ItemStatus.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often it was begun.")
    reason = models.TextField(blank=True)
    article = models.ForeignKey(Article, models.PROTECT, null=True, blank=True, related_name="+")
    intake = models.ForeignKey(Intake, models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BatchItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="item_status_is_known", condition=is_one_of("status", ItemStatus)
            ),
            models.CheckConstraint(
                name="item_has_its_file_while_it_waits",
                condition=Q(status=ItemStatus.WAITING, content__isnull=False)
                | (~Q(status=ItemStatus.WAITING) & Q(content=None)),
            ),
            models.CheckConstraint(
                name="loaded_item_has_its_article",
                condition=~Q(status=ItemStatus.LOADED) | Q(article__isnull=False),
            ),
            models.UniqueConstraint(fields=["batch", "number"], name="item_is_once_in_its_batch"),
        ]
        indexes = [
            models.Index(
                fields=["batch", "tries", "number"],
                condition=Q(status=ItemStatus.WAITING),
                name="item_waiting",
            )
        ]

    def __str__(self):
        return self.name
