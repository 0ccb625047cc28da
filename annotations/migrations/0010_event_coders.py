"""Who recorded an event is kept on the event; what is recorded here waits to be accepted."""

from django.db import migrations


def give_coders(apps, _):
    """From the acts that made them; what was loaded stays accepted and has no coder."""
    Act = apps.get_model("annotations", "Act")
    Event = apps.get_model("talks", "Event")
    for act in Act.objects.filter(kind="record", changes__contains=[{"model": "event"}]):
        made = [row["pk"] for row in act.changes if row["model"] == "event" and not row["before"]]
        Event.objects.filter(pk__in=made).update(coder=act.actor_id, work_status="submitted")


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0009_carries"),
        ("talks", "0011_event_status"),
    ]

    operations = [migrations.RunPython(give_coders, migrations.RunPython.noop)]
