"""Django's own, and then what the app's role may do with the tables that there are now."""

from django.conf import settings
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS, connections

from history import roles


class Command(migrate.Command):
    def get_check_kwargs(self, options):
        # Not of the database: the triggers that it lacks beforehand are what this makes.
        return super().get_check_kwargs(options) | {"databases": []}

    def handle(self, *args, **options):
        super().handle(*args, **options)
        asks_only = options["plan"] or options["check_unapplied"]
        if settings.DATABASE_APP and not asks_only:
            app = settings.DATABASE_APP
            alias = options["database"] or DEFAULT_DB_ALIAS
            roles.grant(connections[alias], app["USER"], app["PASSWORD"])
