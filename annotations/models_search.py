"""What is searched: one row for each thing that can be found, kept by triggers of the database."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from talks.models import Article, is_one_of


class EntryKind(models.TextChoices):
    """What can be found."""

    ARTICLE = "article", "Articles"
    PASSAGE = "passage", "Passages"
    NOTE = "note", "Notes"
    TAG = "tag", "Tags"
    POSITION = "position", "Positions"
    OUTCOME = "outcome", "Outcomes"
    REPORT = "outcomereport", "Outcome reports"
    PERSON = "person", "People"
    PARTY = "party", "Parties"
    DRAFT = "draft", "Drafts"


class SearchEntry(models.Model):
    """The words of one thing, in the form in which they are searched.

    Triggers write it whenever the thing is written; the app only reads. Who may find it is asked
    of the thing itself, so that nothing is seen that could not be opened.
    """

    kind = models.CharField(max_length=16, choices=EntryKind)
    object_id = models.BigIntegerField()
    article = models.ForeignKey(
        Article, models.CASCADE, null=True, related_name="+", help_text="Where it stands, if so."
    )
    config = models.CharField(max_length=20, help_text="PostgreSQL’s text search configuration.")
    label = models.TextField(help_text="What it is called.")
    body = models.TextField(help_text="What it says; an article’s text is not kept twice.")
    names = models.TextField(null=True, help_text="Folded names, for finding misspelt ones.")  # noqa: DJ001
    document = SearchVectorField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_is_one"),
            models.CheckConstraint(
                name="search_entry_kind_is_known", condition=is_one_of("kind", EntryKind)
            ),
        ]
        indexes = [
            # Without a list of what is still to be put in: while it is long no plan uses the index.
            GinIndex(fields=["document"], name="search_entry_document", fastupdate=False),
            GinIndex(
                fields=["names"],
                opclasses=["gin_trgm_ops"],
                condition=Q(names__isnull=False),
                name="search_entry_names",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.object_id}"
