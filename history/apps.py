from django.apps import AppConfig
from django.core import checks


class HistoryConfig(AppConfig):
    name = "history"

    def ready(self):
        checks.register(history_is_written, checks.Tags.database)


def history_is_written(databases=None, **kwargs):  # noqa: ARG001
    """`manage check --database default`: an error for each trigger that does not work."""
    if not databases:
        return []
    from .checking import idle_triggers

    hint = "`manage migrate` makes what is missing; `manage verify_history` finds what was missed."
    return [checks.Error(problem, hint=hint, id="history.E001") for problem in idle_triggers()]
