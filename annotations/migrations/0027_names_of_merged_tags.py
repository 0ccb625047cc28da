"""A tag is found by the names of those that were merged into it, as parties and people are."""

from django.db import migrations

MERGED = """
-- All that lead to a tag, however often they were merged on the way.
CREATE FUNCTION search_merged_names(a_tag bigint) RETURNS text LANGUAGE sql STABLE AS $$
    WITH RECURSIVE merged(id, name) AS (
        SELECT id, name FROM annotations_tag WHERE replaced_by_id = a_tag
        UNION
        SELECT tag.id, tag.name FROM annotations_tag tag JOIN merged ON replaced_by_id = merged.id
    )
    SELECT string_agg(name, ', ' ORDER BY name, id) FROM merged
$$;

CREATE FUNCTION search_follow_merged_tag() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM search_put_tag(tag) FROM annotations_tag tag WHERE id IN (
        WITH RECURSIVE survivor(id) AS (
            SELECT unnest(ARRAY[OLD.replaced_by_id, NEW.replaced_by_id])
            UNION
            SELECT replaced_by_id FROM annotations_tag JOIN survivor USING (id)
        )
        SELECT id FROM survivor
    );
    RETURN NULL;
END $$;

CREATE TRIGGER search_follows AFTER UPDATE OF name, replaced_by_id ON annotations_tag
    FOR EACH ROW EXECUTE FUNCTION search_follow_merged_tag();
"""


def put_tag(others):
    return f"""
CREATE OR REPLACE FUNCTION search_put_tag(annotations_tag) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('tag', $1.id, NULL, 'parley_russian', $1.name, coalesce(others, ''), body,
        body, search_fold(concat_ws(', ', $1.name, others)))
    FROM (SELECT {others} AS others) one, concat_ws(E'\\n', others, nullif($1.definition, ''),
        nullif($1.example, ''), nullif($1.counter_example, '')) body
$$;

SELECT search_put_tag(one) FROM annotations_tag one;
SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;
"""  # noqa: S608 - a function above


class Migration(migrations.Migration):
    dependencies = [("annotations", "0026_plain_words")]

    operations = [
        migrations.RunSQL(
            [MERGED, put_tag("search_merged_names($1.id)")],
            [
                put_tag("NULL::text"),
                "DROP TRIGGER search_follows ON annotations_tag;"
                "DROP FUNCTION search_follow_merged_tag, search_merged_names;",
            ],
        )
    ]
