"""What is left of what was removed for good."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .triggers import Guard


class Tombstone(models.Model):
    """That something was purged: what, when, by whom and why; never changed or deleted."""

    kind = models.CharField(max_length=32)
    key = models.BigIntegerField(help_text="The row's.")
    address = models.CharField(max_length=200, blank=True, help_text="Where it was to be found.")
    was_public = models.BooleanField(default=False, help_text="Whether visitors could see it.")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    rows = models.JSONField(help_text="How many rows of each kind went.")
    sha256 = models.CharField(max_length=64, help_text="Of what was removed, in hex.")

    class Meta:
        constraints = [
            models.CheckConstraint(name="purging_has_a_reason", condition=Q(reason__regex=r"\S"))
        ]
        indexes = [models.Index(fields=["address"], name="tombstone_by_address")]
        triggers = [
            Guard(name="is_kept", operation=pgtrigger.Update | pgtrigger.Delete),
            Guard(name="is_not_emptied", operation=pgtrigger.Truncate),
        ]

    def __str__(self):
        return f"{self.kind} {self.key}, removed"
