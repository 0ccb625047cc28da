"""Who accepted an event is kept on the event."""

from django.db import migrations


def name_who_accepted(apps, _):
    """From the acts; what was loaded as accepted, or accepted and changed since, names nobody."""
    Act = apps.get_model("annotations", "Act")
    Event = apps.get_model("talks", "Event")
    accepted = Act.objects.filter(kind="review", changes__contains=[{"model": "event"}])
    for act in accepted.order_by("pk"):
        taken_up = [
            row["pk"]
            for row in act.changes
            if row["model"] == "event" and row["after"].get("work_status") == "accepted"
        ]
        events = Event.objects.filter(pk__in=taken_up, work_status="accepted")
        # A condition on the coder would leave out events without one.
        events = [event.pk for event in events if event.coder_id != act.actor_id]
        Event.objects.filter(pk__in=events).update(accepted_by=act.actor_id)


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0020_search_documents"),
        ("talks", "0016_event_acceptance"),
    ]

    operations = [migrations.RunPython(name_who_accepted, migrations.RunPython.noop)]
