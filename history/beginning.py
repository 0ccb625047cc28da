"""Steps of migrations that begin a history, for rows that were there before it with their state."""

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from .tracking import FOUND


class AddTriggers(Operation):
    """pgtrigger's ``AddTrigger``, many of them.

    After each step Django draws anew all models that have to do with its own. For a hundred
    triggers one by one that took longer than all else of a first start.
    """

    def __init__(self, adding):
        self.adding = adding

    def state_forwards(self, app_label, state):
        for one in self.adding:
            options = state.models[app_label, one.model_name].options
            options["triggers"] = [*options.get("triggers", []), one.trigger]
        state.reload_models({(app_label, one.model_name) for one in self.adding})

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for one in self.adding:
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for one in reversed(self.adding):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Create {len(self.adding)} triggers"


def begin_history(app_label, *names):
    """A step of a migration: keep the rows of these models as they are found."""

    def begin(apps, schema_editor):
        for name in names:
            model = apps.get_model(app_label, name)
            _keep(model, apps.get_model(app_label, f"{name}History"), schema_editor)

    return migrations.RunPython(begin, migrations.RunPython.noop)


def _keep(model, history, schema_editor):
    quote = schema_editor.quote_name
    kept = {field.name for field in history._meta.concrete_fields}
    columns = ", ".join(
        quote(field.column)
        for field in model._meta.concrete_fields
        if field.name in kept and not isinstance(field, models.GeneratedField)
    )
    key = quote(model._meta.pk.column)
    schema_editor.execute(
        f"INSERT INTO {quote(history._meta.db_table)}"  # noqa: S608 - names of our own
        f" (pgh_created_at, pgh_label, pgh_obj_id, pgh_role, {columns})"
        f" SELECT now(), '{FOUND}', {key}, session_user, {columns}"
        f" FROM {quote(model._meta.db_table)} ORDER BY {key}"
    )
