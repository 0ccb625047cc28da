"""What somebody has begun to record is found by the words that they typed."""

from django.db import migrations, models

KINDS = ["article", "passage", "note", "tag", "position", "outcome", "person", "party"]
LABELS = ["Articles", "Passages", "Notes", "Tags", "Positions", "Outcomes", "People", "Parties"]

FUNCTIONS = """
-- Of a draft's fields those that hold words, not the choices and places beside them.
CREATE FUNCTION search_put_draft(annotations_draft) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('draft', $1.id, $1.article_id, 'parley_russian', $1.summary, '',
        coalesce(body, ''), coalesce(body, ''), NULL)
    FROM (
        SELECT string_agg(btrim(value), E'\\n' ORDER BY field.place, one.place) AS body
        FROM unnest(ARRAY[
            'title', 'summary', 'condition', 'note', 'new_name', 'new_statement', 'new_title',
            'new_quantity', 'party', 'speaker', 'role_as_printed', 'target', 'new_person',
            'new_family_name', 'side_party', 'who_party', 'who_person', 'date_text', 'channel',
            'location', 'evidence_exact', 'words'
        ]) WITH ORDINALITY AS field(name, place),
        LATERAL jsonb_array_elements_text(
            CASE jsonb_typeof($1.data -> field.name)
                WHEN 'array' THEN $1.data -> field.name ELSE '[]'
            END
        ) WITH ORDINALITY AS one(value, place)
        WHERE btrim(value) <> ''
    ) typed
$$;

CREATE FUNCTION search_keep_draft() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.discarded_at IS NULL THEN
        PERFORM search_put_draft(NEW);
    ELSE
        DELETE FROM annotations_searchentry WHERE kind = 'draft' AND object_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER search_keeps
    AFTER INSERT OR UPDATE OF article_id, data, summary, discarded_at ON annotations_draft
    FOR EACH ROW EXECUTE FUNCTION search_keep_draft();
CREATE TRIGGER search_forgets AFTER DELETE ON annotations_draft
    FOR EACH ROW EXECUTE FUNCTION search_forget('draft');

SELECT search_put_draft(one) FROM annotations_draft one WHERE discarded_at IS NULL;
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""
BACK = """
DROP TRIGGER search_keeps ON annotations_draft;
DROP TRIGGER search_forgets ON annotations_draft;
DROP FUNCTION search_keep_draft;
DROP FUNCTION search_put_draft;
DELETE FROM annotations_searchentry WHERE kind = 'draft';
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0023_each_word_like")]

    operations = [
        migrations.AlterField(
            model_name="searchentry",
            name="kind",
            field=models.CharField(
                choices=[*zip(KINDS, LABELS, strict=True), ("draft", "Drafts")], max_length=16
            ),
        ),
        migrations.RemoveConstraint(model_name="searchentry", name="search_entry_kind_is_known"),
        migrations.AddConstraint(
            model_name="searchentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [*KINDS, "draft"])),
                name="search_entry_kind_is_known",
            ),
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
