"""Where a history begins for rows that were there before it: with their state."""

from django.db import migrations, models

from .tracking import FOUND


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
