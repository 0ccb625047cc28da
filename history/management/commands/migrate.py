"""Django's own, and then what the app's role may do with the tables that there are now."""

from django.conf import settings
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.state import ProjectState

from history import roles


class Command(migrate.Command):
    def get_check_kwargs(self, options):
        # Not of the database: the triggers that it lacks beforehand are what this makes.
        return super().get_check_kwargs(options) | {"databases": []}

    def handle(self, *args, **options):
        kept = {name: getattr(ProjectState, name) for name in ("_append_option", "_remove_option")}
        for name, change in kept.items():
            setattr(ProjectState, name, _drawing_nothing_else(change))
        try:
            super().handle(*args, **options)
        finally:
            for name, change in kept.items():
                setattr(ProjectState, name, change)
        asks_only = options["plan"] or options["check_unapplied"]
        if settings.DATABASE_APP and not asks_only:
            app = settings.DATABASE_APP
            alias = options["database"] or DEFAULT_DB_ALIAS
            roles.grant(connections[alias], app["USER"], app["PASSWORD"])


def _drawing_nothing_else(change):
    """A ProjectState's change of a model's constraints or indexes, given to the drawn model itself.

    Django draws anew all models that have to do with the one, at each change: two fifths of what
    the migrations of a first start took.
    """

    def changed(state, app_label, model_name, option_name, *args):
        apps = state.__dict__.pop("apps", None)  # Without them there is nothing to draw anew.
        change(state, app_label, model_name, option_name, *args)
        if apps is not None:
            state.apps = apps
            options = state.models[app_label, model_name].options
            setattr(apps.get_model(app_label, model_name)._meta, option_name, options[option_name])

    return changed
