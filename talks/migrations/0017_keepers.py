"""Words that only private notes were put on are nobody else's business."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OPENING = """
CREATE FUNCTION talks_passage_is_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE talks_keeper SET opened_at = now()
        WHERE passage_id = NEW.passage_id AND opened_at IS NULL;
    RETURN NULL;
END $$;

CREATE TRIGGER evidence_opens_its_passage AFTER INSERT OR UPDATE OF passage_id ON talks_evidence
    FOR EACH ROW EXECUTE FUNCTION talks_passage_is_opened();
"""

OPENING_REVERSE = """
DROP TRIGGER evidence_opens_its_passage ON talks_evidence;
DROP FUNCTION talks_passage_is_opened();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("talks", "0016_event_acceptance"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Keeper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                (
                    "passage",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keepers",
                        to="talks.passage",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("passage", "user"), name="keeper_is_named_once")
                ],
            },
        ),
        migrations.RunSQL(OPENING, OPENING_REVERSE),
    ]
