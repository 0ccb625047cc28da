"""What was noted of an outcome's report is found; without a note there is nothing to find."""

from django.db import migrations, models

KINDS = ["article", "passage", "note", "tag", "position", "outcome", "outcomereport"]
KINDS += ["person", "party", "draft"]
LABELS = ["Articles", "Passages", "Notes", "Tags", "Positions", "Outcomes", "Outcome reports"]
LABELS += ["People", "Parties", "Drafts"]

FUNCTIONS = """
CREATE FUNCTION search_put_outcomereport(talks_outcomereport) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('outcomereport', $1.id, $1.article_id, 'parley_russian', '', '',
        $1.note, $1.note, NULL)
$$;

CREATE FUNCTION search_keep_outcomereport() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN PERFORM search_put_outcomereport(NEW); RETURN NULL; END $$;

-- A report never changes.
CREATE TRIGGER search_keeps AFTER INSERT ON talks_outcomereport
    FOR EACH ROW WHEN (NEW.note <> '') EXECUTE FUNCTION search_keep_outcomereport();
CREATE TRIGGER search_forgets AFTER DELETE ON talks_outcomereport
    FOR EACH ROW EXECUTE FUNCTION search_forget('outcomereport');

SELECT search_put_outcomereport(one) FROM talks_outcomereport one WHERE note <> '';
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""
BACK = """
DROP TRIGGER search_keeps ON talks_outcomereport;
DROP TRIGGER search_forgets ON talks_outcomereport;
DROP FUNCTION search_keep_outcomereport, search_put_outcomereport;
DELETE FROM annotations_searchentry WHERE kind = 'outcomereport';
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0027_names_of_merged_tags")]

    operations = [
        migrations.AlterField(
            model_name="searchentry",
            name="kind",
            field=models.CharField(choices=[*zip(KINDS, LABELS, strict=True)], max_length=16),
        ),
        migrations.RemoveConstraint(model_name="searchentry", name="search_entry_kind_is_known"),
        migrations.AddConstraint(
            model_name="searchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="search_entry_kind_is_known"
            ),
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
