"""Each document says by a mark which configuration it was made with, so that the index alone finds it."""

import django.contrib.postgres.indexes
from django.db import migrations

VECTOR = """
CREATE OR REPLACE FUNCTION search_vector(config text, label text, names text, body text)
RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE length integer := length(body);
BEGIN
    LOOP
        BEGIN
            RETURN setweight(to_tsvector(config::regconfig, label), 'A')
                || setweight(to_tsvector(config::regconfig, names), 'B')
                || to_tsvector(config::regconfig, left(body, length)){mark};
        EXCEPTION WHEN program_limit_exceeded THEN
            length := length / 2;
        END;
    END LOOP;
END $$;
"""
MARK = "array_to_tsvector(ARRAY['=' || config])"


class Migration(migrations.Migration):
    dependencies = [("annotations", "0021_who_accepted_events")]

    operations = [
        migrations.RemoveIndex(model_name="searchentry", name="search_entry_document"),
        migrations.RunSQL(
            [
                VECTOR.format(mark=f"\n                || {MARK}"),
                f"UPDATE annotations_searchentry SET document = document || {MARK}",  # noqa: S608
            ],
            [
                VECTOR.format(mark=""),
                "UPDATE annotations_searchentry SET document = ts_delete(document, '=' || config)",
            ],
        ),
        migrations.AddIndex(
            model_name="searchentry",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["document"], name="search_entry_document"
            ),
        ),
    ]
