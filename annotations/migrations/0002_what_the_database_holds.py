"""What PostgreSQL itself holds true of tags, notes and acts, whoever writes."""

from django.db import migrations

# The codebook's row is locked so that two moves at once cannot close a circle together.
TAG = """
CREATE FUNCTION annotations_tag_keeps_the_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM annotations_codebook WHERE id = NEW.codebook_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM annotations_tag
        WHERE id IN (NEW.parent_id, NEW.replaced_by_id) AND codebook_id <> NEW.codebook_id
    ) THEN
        RAISE EXCEPTION 'a tag stays within its codebook'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tag_stays_in_codebook';
    END IF;
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.parent_id AS id
            UNION SELECT tag.parent_id FROM annotations_tag tag JOIN above ON tag.id = above.id
        )
        SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'a tag cannot stand below itself'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tag_tree_has_no_circle';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER tag_keeps_the_tree BEFORE INSERT OR UPDATE OF parent_id, replaced_by_id, codebook_id
    ON annotations_tag FOR EACH ROW
    WHEN (NEW.parent_id IS NOT NULL OR NEW.replaced_by_id IS NOT NULL)
    EXECUTE FUNCTION annotations_tag_keeps_the_tree();
"""

TAG_REVERSE = """
DROP TRIGGER tag_keeps_the_tree ON annotations_tag;
DROP FUNCTION annotations_tag_keeps_the_tree();
"""

# The parent's row is locked so that it cannot become private while a reply comes in. The second
# trigger waits for the end of the transaction, so it looks at the rows as they are then.
NOTE = """
CREATE FUNCTION annotations_reply_follows_its_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above annotations_note;
BEGIN
    SELECT * INTO above FROM annotations_note WHERE id = NEW.parent_id FOR NO KEY UPDATE;
    IF above.parent_id IS NOT NULL THEN
        RAISE EXCEPTION 'a reply answers a note, not a reply'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'reply_answers_a_note';
    END IF;
    IF above.visibility <> NEW.visibility
        OR (above.visibility = 'private' AND above.author_id <> NEW.author_id)
    THEN
        RAISE EXCEPTION 'a reply is as visible as its note'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'reply_is_as_visible_as_its_note';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER reply_follows_its_note
    BEFORE INSERT OR UPDATE OF parent_id, visibility, author_id
    ON annotations_note FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL)
    EXECUTE FUNCTION annotations_reply_follows_its_note();

CREATE FUNCTION annotations_note_keeps_its_replies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM annotations_note reply JOIN annotations_note note ON note.id = reply.parent_id
        WHERE note.id = NEW.id AND (
            reply.visibility <> note.visibility
            OR note.parent_id IS NOT NULL
            OR (note.visibility = 'private' AND reply.author_id <> note.author_id)
        )
    ) THEN
        RAISE EXCEPTION 'a note with replies stays as visible as they are'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'note_is_as_visible_as_its_replies';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER note_keeps_its_replies
    AFTER UPDATE OF visibility, parent_id, author_id ON annotations_note
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION annotations_note_keeps_its_replies();
"""

NOTE_REVERSE = """
DROP TRIGGER note_keeps_its_replies ON annotations_note;
DROP FUNCTION annotations_note_keeps_its_replies();
DROP TRIGGER reply_follows_its_note ON annotations_note;
DROP FUNCTION annotations_reply_follows_its_note();
"""

TAGGING = """
CREATE FUNCTION annotations_tagging_fits_the_codebook() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER tagging_fits_the_codebook BEFORE INSERT OR UPDATE OF tag_id, codebook_version
    ON annotations_tagging FOR EACH ROW
    EXECUTE FUNCTION annotations_tagging_fits_the_codebook();
"""

TAGGING_REVERSE = """
DROP TRIGGER tagging_fits_the_codebook ON annotations_tagging;
DROP FUNCTION annotations_tagging_fits_the_codebook();
"""

ACT = """
CREATE FUNCTION annotations_act_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an act is never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'act_is_kept';
END $$;

CREATE TRIGGER act_is_kept BEFORE UPDATE OR DELETE ON annotations_act
    FOR EACH ROW EXECUTE FUNCTION annotations_act_is_kept();
"""

ACT_REVERSE = """
DROP TRIGGER act_is_kept ON annotations_act;
DROP FUNCTION annotations_act_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0001_initial"), ("talks", "0002_frozen_text")]

    operations = [
        migrations.RunSQL(TAG, TAG_REVERSE),
        migrations.RunSQL(NOTE, NOTE_REVERSE),
        migrations.RunSQL(TAGGING, TAGGING_REVERSE),
        migrations.RunSQL(ACT, ACT_REVERSE),
    ]
