"""What comes in: files as they came, and what is being made of them until it is an article."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from .. import pieces
from .articles import Article, is_one_of
from .contents import ContentQuerySet, execute


class OriginalQuerySet(ContentQuerySet):
    def keep(self, sha256, name, content):
        """The original of these bytes without its content, made unless it is here."""
        execute(
            "INSERT INTO talks_original (sha256, name, content, size) VALUES (%s, %s, %b, %s)"
            " ON CONFLICT (sha256) DO NOTHING",
            [sha256, name, content, len(content)],
        )
        return self.defer("content").get(sha256=sha256)


class Original(models.Model):
    """A file or a pasted text as it came, byte for byte. Kept in the database, so that one
    backup is whole; the same bytes are kept once."""

    sha256 = models.CharField(max_length=64, unique=True, help_text="Of the content, in hex.")
    name = models.CharField(max_length=300, help_text="The file's, when it first came.")
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="In bytes.")
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    objects = OriginalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="original_is_not_empty", condition=Q(size__gt=0))
        ]

    def __str__(self):
        return self.name


class Origin(models.TextChoices):
    """How something came here."""

    PASTE = "paste", "pasted"
    UPLOAD = "upload", "uploaded"
    ADDRESS = "address", "fetched"


class IntakeStatus(models.TextChoices):
    OPEN = "open", "in preparation"
    LOADED = "loaded"
    DISCARDED = "discarded"


class IntakeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for those who load articles, none for anybody else."""
        return self if user.is_authenticated and user.may_administer else self.none()

    def open(self):
        return self.filter(status=IntakeStatus.OPEN)

    def newest_first(self):
        return self.order_by("-started_at", "-pk")

    def with_original(self):
        """With the file that it is read from, but for its content."""
        return self.select_related("original").defer("original__content")

    def for_lists(self):
        """Without the texts."""
        return self.with_original().defer("text", "layout").select_related("started_by")


class Intake(models.Model):
    """An article that is being prepared: what was read, and what an admin has made of it so far.

    ``text`` is what the extractor read and stays as it is; ``layout`` is how its paragraphs
    stand now (see :mod:`talks.pieces`), ``fields`` what is typed in the form, valid or not.
    """

    original = models.ForeignKey(Original, models.PROTECT, related_name="intakes")
    origin = models.CharField(max_length=16, choices=Origin)
    name = models.CharField(max_length=300, help_text="Of the file, or the text's first words.")
    format = models.CharField(max_length=16)
    encoding = models.CharField(max_length=20, blank=True)
    extractor = models.CharField(max_length=50)
    extractor_version = models.CharField(max_length=30)
    text = models.TextField()
    layout = models.JSONField()
    steps = models.JSONField(
        default=list, help_text="How the layout came about, to be undone; the last one last."
    )
    fields = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=IntakeStatus, default=IntakeStatus.OPEN)
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="intakes"
    )
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    key = models.UUIDField(default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)

    objects = IntakeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="intake_origin_is_known", condition=is_one_of("origin", Origin)
            ),
            models.CheckConstraint(
                name="intake_status_is_known", condition=is_one_of("status", IntakeStatus)
            ),
            models.CheckConstraint(
                name="intake_has_an_article_once_loaded",
                condition=Q(status=IntakeStatus.LOADED, article__isnull=False)
                | (~Q(status=IntakeStatus.LOADED) & Q(article=None)),
            ),
            models.UniqueConstraint(fields=["started_by", "key"], name="intake_is_begun_once"),
        ]
        indexes = [
            models.Index(
                fields=["-started_at"],
                condition=Q(status=IntakeStatus.OPEN),
                name="intake_open",
            )
        ]

    def __str__(self):
        return self.fields.get("title", "")[:300] or self.name

    def get_absolute_url(self):
        return reverse("talks:intake_detail", args=[self.pk])

    @property
    def outcome(self):
        """The text as it will be frozen."""
        return pieces.assembled(self.layout)
