"""What concerns a person: mentions, replies and verdicts, as they gather in an inbox."""

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject, Now

from accounts.models import Role
from talks.models import Article, ArticleStatus

from .models_review import Review, is_about_one


class NoticeQuerySet(models.QuerySet):
    def standing(self):
        """Those whose note stands, and whose person may see where it is."""
        return self.filter(
            Q(note=None) | Q(note__withdrawn_at=None, note__visibility="team"),
            Q(article=None) | ~Q(article__status=ArticleStatus.DRAFT) | Q(person__role=Role.ADMIN),
        )

    def unread(self):
        return self.filter(read_at=None)

    def visible_to(self, user):
        """One's own, whoever one is."""
        return self.standing().filter(person=user) if user.is_authenticated else self.none()

    def newest_first(self):
        return self.order_by("-pk")

    def of_notes(self, note="pk"):
        """Whom a note mentions, to annotate rows with that lead to it by ``note``: a list of
        dictionaries."""
        rows = self.filter(note=OuterRef(note), is_mention=True).order_by("pk")
        return ArraySubquery(
            rows.values(
                one=JSONObject(
                    pk="person_id",
                    username="person__username",
                    name="person__name",
                    is_active="person__is_active",
                )
            )
        )

    def mentions(self):
        return self.filter(is_mention=True)

    def replies(self):
        return self.filter(is_reply=True)

    def verdicts(self):
        return self.filter(note=None)


class Notice(models.Model):
    """That a note mentions or answers a person, or that a verdict was given on their work.

    Those of a note say what its text says now: see :mod:`annotations.notices`, which makes them
    and takes them away. Whether it was read and mailed is the person's alone.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    note = models.ForeignKey(
        "annotations.Note", models.PROTECT, null=True, blank=True, related_name="notices"
    )
    review = models.OneToOneField(
        Review, models.PROTECT, null=True, blank=True, related_name="notice"
    )
    article = models.ForeignKey(
        Article,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Where it leads to; empty for a note on a tag.",
    )
    is_mention = models.BooleanField(default=False, db_default=False)
    is_reply = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(help_text="Of the note or the work, as it called for it.")
    at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notice_is_of_one_thing", condition=is_about_one(("note", "review"))
            ),
            models.CheckConstraint(
                name="notice_of_a_note_says_why",
                condition=Q(note=None, is_mention=False, is_reply=False)
                | (Q(note__isnull=False) & (Q(is_mention=True) | Q(is_reply=True))),
            ),
            models.UniqueConstraint(
                fields=["note", "person"], name="note_gives_a_person_one_notice"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_by_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self):
        return f"{self.review or self.note_id} for {self.person_id}"

    @property
    def kinds(self):
        """Of mention, reply and verdict what it is, in words."""
        if self.review_id:
            return ["verdict"]
        return ["mention"] * self.is_mention + ["reply"] * self.is_reply
