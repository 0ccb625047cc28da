"""Searches that somebody keeps for themselves, by a name."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.urls import reverse

from talks.models import is_one_of


class SavedPage(models.TextChoices):
    """The pages whose address can be kept, by the names of their views."""

    SEARCH = "search", "search"
    ARTICLES = "article_list", "list of articles"


class SavedSearchQuerySet(models.QuerySet):
    def of(self, user):
        """One's own, also those removed, which can be brought back."""
        return self.filter(owner=user)

    def kept_on(self, page, user):
        """Those of a page that ``user`` has kept and not removed, by name."""
        return self.of(user).filter(page=page, removed_at=None).order_by("name", "pk")


class SavedSearch(models.Model):
    """The address of a search or of a view of a list, under a name; nobody's but its owner's."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_searches"
    )
    name = models.CharField(max_length=100)
    former_name = models.CharField(max_length=100, blank=True, help_text="For undoing a renaming.")
    page = models.CharField(max_length=16, choices=SavedPage, default=SavedPage.SEARCH)
    query = models.CharField(max_length=2000, help_text="What follows the page’s address and a ?.")
    key = models.UUIDField(help_text="The browser’s name for the request that made it.")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="search_is_saved_once"),
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=Q(removed_at=None),
                name="saved_search_name_is_unique",
                violation_error_message="You have a saved search of this name already.",
            ),
            models.CheckConstraint(
                name="saved_search_page_is_known", condition=is_one_of("page", SavedPage)
            ),
            models.CheckConstraint(name="saved_search_has_a_name", condition=Q(name__regex=r"\S")),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{reverse(f'annotations:{self.page}')}?{self.query}"
