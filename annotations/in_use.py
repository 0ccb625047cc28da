"""Which passages of an article anything is said about, so that no version leaves one behind."""

from django.db.models import Exists, OuterRef, Q

from talks.models import Evidence, Passage

from .models import Note, Tagging
from .models_carrying import Carry


def passages_in_use(article):
    """The passages of an article that anything live is said about or proven by."""
    here = {"passage": OuterRef("pk")}
    return (
        Passage.objects.filter(article=article)
        .filter(
            Exists(Tagging.objects.live().filter(**here))
            | Exists(notes_in_sight().filter(**here))
            | Exists(_live_evidence().filter(**here))
        )
        .in_reading_order()
    )


def notes_in_sight():
    """Live notes, and withdrawn ones that hold live replies."""
    replies = Note.objects.live().filter(parent=OuterRef("pk"))
    return Note.objects.filter(Q(withdrawn_at=None) | Exists(replies))


def _live_evidence():
    """Evidence of what nobody has withdrawn."""
    return Evidence.objects.filter(
        position__withdrawn_at=None,
        outcome_report__withdrawn_at=None,
        event__withdrawn_at=None,
    )


def left_behind(old, article):
    """Those of ``old`` in use that neither went over to the version ``article`` nor wait to."""
    known = Carry.objects.live().filter(article=article)
    return passages_in_use(old).exclude(pk__in=known.values("passage"))
