"""What PostgreSQL holds true of the codebook's versions; the first one, of what is there."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

FIRST = """
INSERT INTO annotations_codebookversion (codebook_id, number, tags)
SELECT codebook.id, codebook.version, COALESCE((
    SELECT jsonb_agg(jsonb_build_object(
        'id', tag.id, 'guid', tag.guid, 'parent_id', tag.parent_id, 'name', tag.name,
        'definition', tag.definition, 'example', tag.example,
        'counter_example', tag.counter_example, 'colour', tag.colour, 'shortcut', tag.shortcut,
        'order', tag."order", 'status', tag.status, 'replaced_by_id', tag.replaced_by_id,
        'split_from_id', tag.split_from_id, 'archived_because', tag.archived_because
    ) ORDER BY tag.id)
    FROM annotations_tag tag WHERE tag.codebook_id = codebook.id
), '[]') FROM annotations_codebook codebook;
"""

VERSION = """
CREATE FUNCTION annotations_codebook_version_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of the codebook is never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'codebook_version_is_kept';
END $$;

CREATE TRIGGER codebook_version_is_kept BEFORE UPDATE OR DELETE ON annotations_codebookversion
    FOR EACH ROW EXECUTE FUNCTION annotations_codebook_version_is_kept();
"""

VERSION_REVERSE = """
DROP TRIGGER codebook_version_is_kept ON annotations_codebookversion;
DROP FUNCTION annotations_codebook_version_is_kept();
"""

# The tag's row is locked so that it is not merged while the tagging comes in: a merge locks it whole.
TAGGING = """
CREATE OR REPLACE FUNCTION annotations_tagging_fits_the_codebook() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    its annotations_tag;
BEGIN
    SELECT * INTO its FROM annotations_tag WHERE id = NEW.tag_id FOR KEY SHARE;
    IF NEW.codebook_version > (
        SELECT version FROM annotations_codebook WHERE id = its.codebook_id
    ) THEN
        RAISE EXCEPTION 'there is no such version of the codebook yet'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'tagging_names_a_codebook_version';
    END IF;
    IF NEW.withdrawn_at IS NULL AND its.replaced_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'this tag was merged into another'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'tagging_is_not_on_a_merged_tag';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER tagging_fits_the_codebook ON annotations_tagging;
CREATE TRIGGER tagging_fits_the_codebook
    BEFORE INSERT OR UPDATE OF tag_id, codebook_version, withdrawn_at
    ON annotations_tagging FOR EACH ROW
    EXECUTE FUNCTION annotations_tagging_fits_the_codebook();
"""

# At the end of the transaction: a merge marks the tag before it carries the taggings over.
MERGED = """
CREATE FUNCTION annotations_merged_tag_is_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM annotations_tagging tagging JOIN annotations_tag tag ON tag.id = tagging.tag_id
        WHERE tag.id = NEW.id AND tag.replaced_by_id IS NOT NULL AND tagging.withdrawn_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a merged tag is on no passage'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'merged_tag_is_empty';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER merged_tag_is_empty
    AFTER INSERT OR UPDATE OF replaced_by_id ON annotations_tag
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.replaced_by_id IS NOT NULL)
    EXECUTE FUNCTION annotations_merged_tag_is_empty();
"""

MERGED_REVERSE = """
DROP TRIGGER merged_tag_is_empty ON annotations_tag;
DROP FUNCTION annotations_merged_tag_is_empty();
"""

TAGGING_REVERSE = """
CREATE OR REPLACE FUNCTION annotations_tagging_fits_the_codebook() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.codebook_version > (
        SELECT codebook.version FROM annotations_codebook codebook
        JOIN annotations_tag tag ON tag.codebook_id = codebook.id WHERE tag.id = NEW.tag_id
    ) THEN
        RAISE EXCEPTION 'there is no such version of the codebook yet'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'tagging_names_a_codebook_version';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER tagging_fits_the_codebook ON annotations_tagging;
CREATE TRIGGER tagging_fits_the_codebook BEFORE INSERT OR UPDATE OF tag_id, codebook_version
    ON annotations_tagging FOR EACH ROW
    EXECUTE FUNCTION annotations_tagging_fits_the_codebook();
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0007_codebook_versions")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        migrations.RunSQL(VERSION, VERSION_REVERSE),
        migrations.RunSQL(TAGGING, TAGGING_REVERSE),
        migrations.RunSQL(MERGED, MERGED_REVERSE),
    ]
