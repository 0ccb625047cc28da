"""Tables of articles, kept until a person has said which column holds what, and after."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from .articles import ArticleStatus, Round, is_one_of
from .batches import Batch
from .intakes import Original


class TableQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for those who load articles, none for anybody else."""
        return self if user.is_authenticated and user.may_administer else self.none()

    def open(self):
        return self.filter(batch=None, put_aside_at=None)

    def newest_first(self):
        return self.order_by("-started_at", "-pk")


class Table(models.Model):
    """A CSV or JSON Lines file whose rows are articles.

    ``mapping`` names for each field of the article the column that holds it; that of the last
    table loaded is proposed for the next with the same columns.
    """

    original = models.ForeignKey(Original, models.PROTECT, related_name="tables")
    name = models.CharField(max_length=250, help_text="Of the file.")
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1, blank=True, help_text="Empty for JSON Lines.")
    columns = models.JSONField(help_text="Their names, in the order of the file.")
    count = models.PositiveIntegerField(help_text="Of rows.")
    mapping = models.JSONField(default=dict)
    round = models.ForeignKey(Round, models.PROTECT, related_name="+")
    language = models.CharField(
        max_length=35, blank=True, help_text="Of rows that do not say it themselves."
    )
    status = models.CharField(
        max_length=16, choices=ArticleStatus, help_text="That the articles get."
    )
    prepares = models.BooleanField(
        default=False, help_text="Each is prepared by a person before it is loaded."
    )
    batch = models.OneToOneField(Batch, models.PROTECT, null=True, blank=True, related_name="table")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    put_aside_at = models.DateTimeField(null=True, blank=True)
    key = models.UUIDField(default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)

    objects = TableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="table_status_is_known", condition=is_one_of("status", ArticleStatus)
            ),
            models.CheckConstraint(name="table_has_rows", condition=Q(count__gt=0)),
            models.UniqueConstraint(fields=["started_by", "key"], name="table_is_begun_once"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("talks:table_detail", args=[self.pk])
