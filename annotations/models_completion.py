"""Who has coded an article to its end, as they say themselves."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from history.tracking import tracked
from talks.models import Article


class CompletionQuerySet(models.QuerySet):
    def live(self):
        """Those that stand: not taken back by opening the work again."""
        return self.filter(withdrawn_at=None)


@tracked(by=["article"])
class Completion(models.Model):
    """A coder's word that they are done with an article; one row a coder and article.

    It stays when they work on: then the pages say so. A newer version of the text has none.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="completions")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="completions")
    done_at = models.DateTimeField(default=timezone.now)
    last_act = models.BigIntegerField(
        help_text="The key of the last act when it was said; what the coder did later is greater."
    )
    version = models.PositiveIntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "coder"],
                name="coder_is_done_with_an_article_once",
                violation_error_message="You have called this article done already.",
            )
        ]

    def __str__(self):
        return f"{self.article_id} done by {self.coder_id}"
