"""Who else is here."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from talks.models import Article


class PresenceQuerySet(models.QuerySet):
    def arrive(self, user, article_id):
        """Say that ``user`` has this article before their eyes just now."""
        row = Presence(user=user, article_id=article_id, seen_at=Now())
        self.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["user", "article"],
            update_fields=["seen_at"],
        )

    def since(self, age):
        return self.filter(seen_at__gt=Now() - age)

    def before(self, age):
        return self.filter(seen_at__lt=Now() - age)


class Presence(models.Model):
    """Who has an article open, for as long as they do: nothing that is kept.

    The table is unlogged: many small writes that a crash may forget.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "article"], name="present_once_an_article")
        ]

    def __str__(self):
        return f"{self.user_id} in {self.article_id}"
