"""Which rows have a history, and what it keeps: ``@tracked`` above a model says it.

The history of ``Position`` is ``PositionHistory``: one row for each create, change and delete,
written by triggers, with the row as it then stood. A new field of a tracked model belongs to it by
itself; ``makemigrations`` adds the column and renews the triggers.
"""

import pghistory
import pghistory.models
import pgtrigger
from django.conf import settings
from django.db import models

from . import triggers

CREATED, CHANGED, DELETED = "insert", "update", "delete"
ANY_REWRITING = pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate
FOUND = "found"  # when the history began, the row was there already


class _Leaves:
    def add_event_trigger(self, event_model):
        trigger = triggers.Snapshot(
            event_model=event_model,
            label=self.label,
            name=f"history_{self.label}",
            row=self.row,
            operation=self.operation,
            condition=self.condition,
        )
        pgtrigger.register(trigger)(event_model.pgh_tracked_model)


class _Created(_Leaves, pghistory.InsertEvent):
    pass


class _Changed(_Leaves, pghistory.UpdateEvent):
    pass


class _Deleted(_Leaves, pghistory.DeleteEvent):
    pass


class Snapshot(pghistory.models.Event):
    """A row as it stood after somebody created, changed or deleted it; never changed itself.

    ``pgh_context`` says in which request or command; ``pgh_role`` is the role of the database,
    which is all that is known of who wrote SQL by hand.
    """

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False,
        db_index=False, related_name="+",
    )  # fmt: skip
    pgh_role = models.CharField(max_length=63, db_default="")

    class Meta:
        abstract = True


def tracked(*, by=(), without=()):
    """Have every change of a model's rows kept.

    ``by`` names the foreign keys by which its history is looked through, besides the row's own;
    ``without`` names fields that are nobody's business, such as a password's hash.
    """

    def keep(model):
        name = model._meta.model_name
        keys = {"": ["pgh_obj", "pgh_id"], "_at": ["pgh_created_at"], "_user": ["pgh_user"]}
        keys |= {f"_{field}": [field] for field in by}
        indexes = [
            models.Index(fields=fields, name=f"{name}_hist{end}") for end, fields in keys.items()
        ]
        pghistory.track(
            _Created(),
            _Changed(),
            _Deleted(),
            exclude=list(without),
            model_name=f"{model.__name__}History",
            base_model=Snapshot,
            obj_field=pghistory.ObjForeignKey(related_name="history", db_index=False),
            context_field=pghistory.ContextJSONField(),
            context_id_field=pghistory.ContextUUIDField(),
            meta={
                "indexes": indexes,
                "triggers": [triggers.Guard(name="history_stays", operation=ANY_REWRITING)],
            },
        )(model)
        is_not_emptied = triggers.Guard(name="is_not_emptied", operation=pgtrigger.Truncate)
        return pgtrigger.register(is_not_emptied)(model)

    return keep
