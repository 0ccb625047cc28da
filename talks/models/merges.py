"""Two rows that were one and the same person or party, made one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .articles import Party
from .statements import Person


class MergeQuerySet(models.QuerySet):
    def latest_first(self):
        return self.order_by("-made_at", "-pk")

    def in_force(self):
        """Those not undone."""
        return self.filter(undone_at=None)


class Merge(models.Model):
    """A person or a party merged into another, with all that the undo needs.

    ``moved`` is written and read by :mod:`talks.merging`.
    """

    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="merges")
    into_party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="merges_into"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="merges")
    into_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="merges_into"
    )
    moved = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="merge_is_of_two_parties_or_two_people",
                condition=Q(
                    party__isnull=False, into_party__isnull=False, person=None, into_person=None
                )
                | Q(party=None, into_party=None, person__isnull=False, into_person__isnull=False),
            ),
            models.CheckConstraint(
                name="merge_is_into_another",
                condition=(Q(party=None) | ~Q(party=F("into_party")))
                & (Q(person=None) | ~Q(person=F("into_person"))),
            ),
            models.CheckConstraint(
                name="merge_undone_by_somebody",
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
            models.UniqueConstraint(
                "party",
                condition=Q(undone_at=None, party__isnull=False),
                name="party_is_merged_once_at_a_time",
            ),
            models.UniqueConstraint(
                "person",
                condition=Q(undone_at=None, person__isnull=False),
                name="person_is_merged_once_at_a_time",
            ),
        ]

    def __str__(self):
        return f"{self.emptied} into {self.survivor}"

    @property
    def emptied(self):
        return self.party or self.person

    @property
    def survivor(self):
        return self.into_party or self.into_person
