"""What PostgreSQL itself holds true of verdicts, whoever writes."""

from django.db import migrations

# The item's row is locked first, so of two verdicts on it the second sees what the first one did.
REVIEW = """
CREATE FUNCTION annotations_review_judges_what_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_coder bigint;
    its_version integer;
    is_gone boolean;
BEGIN
    IF NEW.tagging_id IS NOT NULL THEN
        SELECT coder_id, version, withdrawn_at IS NOT NULL INTO its_coder, its_version, is_gone
            FROM annotations_tagging WHERE id = NEW.tagging_id FOR NO KEY UPDATE;
    ELSIF NEW.position_id IS NOT NULL THEN
        SELECT coder_id, version, withdrawn_at IS NOT NULL INTO its_coder, its_version, is_gone
            FROM talks_position WHERE id = NEW.position_id FOR NO KEY UPDATE;
    ELSE
        SELECT coder_id, version, withdrawn_at IS NOT NULL INTO its_coder, its_version, is_gone
            FROM talks_outcomereport WHERE id = NEW.outcome_report_id FOR NO KEY UPDATE;
    END IF;
    IF its_coder <> NEW.coder_id THEN
        PERFORM talks_refuse('a verdict names whose work it judges', 'review_names_the_coder');
    END IF;
    IF its_version <> NEW.version OR is_gone THEN
        PERFORM talks_refuse('a verdict judges what stands there', 'review_judges_what_stands');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER review_judges_what_stands BEFORE INSERT ON annotations_review
    FOR EACH ROW EXECUTE FUNCTION annotations_review_judges_what_stands();

CREATE FUNCTION annotations_review_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_refuse('a verdict is never changed or deleted', 'review_is_kept');
END $$;

CREATE TRIGGER review_is_kept BEFORE UPDATE OR DELETE ON annotations_review
    FOR EACH ROW EXECUTE FUNCTION annotations_review_is_kept();
CREATE TRIGGER taking_back_is_kept BEFORE UPDATE OR DELETE ON annotations_reviewtakenback
    FOR EACH ROW EXECUTE FUNCTION annotations_review_is_kept();
"""

REVIEW_REVERSE = """
DROP TRIGGER taking_back_is_kept ON annotations_reviewtakenback;
DROP TRIGGER review_is_kept ON annotations_review;
DROP FUNCTION annotations_review_is_kept();
DROP TRIGGER review_judges_what_stands ON annotations_review;
DROP FUNCTION annotations_review_judges_what_stands();
"""

# Looks at the rows as they are when the transaction ends. What was never reviewed may be accepted,
# as a loaded coding is. Where the latest verdict that stands is of an older version, its coder has
# changed the work since, which is submitted then or, if that was undone, as the verdict left it.
STATUS = """
CREATE FUNCTION annotations_check_status(
    its_tagging bigint, its_position bigint, its_report bigint,
    its_version integer, its_status text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    latest annotations_review;
    follows text;
BEGIN
    SELECT review.* INTO latest FROM annotations_review review
        WHERE (review.tagging_id = its_tagging OR review.position_id = its_position
            OR review.outcome_report_id = its_report)
        AND NOT EXISTS (
            SELECT 1 FROM annotations_reviewtakenback back WHERE back.review_id = review.id
        )
        ORDER BY review.version DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    follows := CASE latest.decision
        WHEN 'accept' THEN 'accepted' WHEN 'reject' THEN 'rejected' ELSE 'submitted' END;
    IF its_version <= latest.version
        OR (its_status <> follows AND its_version = latest.version + 1)
        OR (its_status <> follows AND its_status IN ('accepted', 'rejected'))
    THEN
        PERFORM talks_refuse('the status of reviewed work follows its latest verdict',
            'status_follows_the_verdict');
    END IF;
END $$;

CREATE FUNCTION annotations_status_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The row is read anew: it may have changed again since this was put off to the end.
    IF TG_TABLE_NAME = 'annotations_tagging' THEN
        PERFORM annotations_check_status(id, NULL, NULL, version, work_status)
            FROM annotations_tagging WHERE id = NEW.id;
    ELSIF TG_TABLE_NAME = 'talks_position' THEN
        PERFORM annotations_check_status(NULL, id, NULL, version, work_status)
            FROM talks_position WHERE id = NEW.id;
    ELSE
        PERFORM annotations_check_status(NULL, NULL, id, version, work_status)
            FROM talks_outcomereport WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER status_follows_the_verdict
    AFTER UPDATE OF work_status ON annotations_tagging DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.work_status <> NEW.work_status)
    EXECUTE FUNCTION annotations_status_follows();
CREATE CONSTRAINT TRIGGER status_follows_the_verdict
    AFTER UPDATE OF work_status ON talks_position DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.work_status <> NEW.work_status)
    EXECUTE FUNCTION annotations_status_follows();
CREATE CONSTRAINT TRIGGER status_follows_the_verdict
    AFTER UPDATE OF work_status ON talks_outcomereport DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.work_status <> NEW.work_status)
    EXECUTE FUNCTION annotations_status_follows();

CREATE FUNCTION annotations_verdict_moves_its_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    review annotations_review;
BEGIN
    SELECT * INTO review FROM annotations_review
        WHERE id = CASE TG_ARGV[0] WHEN 'given' THEN (to_jsonb(NEW) ->> 'id')::bigint
            ELSE (to_jsonb(NEW) ->> 'review_id')::bigint END;
    PERFORM annotations_check_status(id, NULL, NULL, version, work_status)
        FROM annotations_tagging WHERE id = review.tagging_id;
    PERFORM annotations_check_status(NULL, id, NULL, version, work_status)
        FROM talks_position WHERE id = review.position_id;
    PERFORM annotations_check_status(NULL, NULL, id, version, work_status)
        FROM talks_outcomereport WHERE id = review.outcome_report_id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER verdict_moves_its_item AFTER INSERT ON annotations_review
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION annotations_verdict_moves_its_item('given');
CREATE CONSTRAINT TRIGGER verdict_moves_its_item AFTER INSERT ON annotations_reviewtakenback
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION annotations_verdict_moves_its_item('taken_back');
"""

STATUS_REVERSE = """
DROP TRIGGER verdict_moves_its_item ON annotations_reviewtakenback;
DROP TRIGGER verdict_moves_its_item ON annotations_review;
DROP FUNCTION annotations_verdict_moves_its_item();
DROP TRIGGER status_follows_the_verdict ON talks_outcomereport;
DROP TRIGGER status_follows_the_verdict ON talks_position;
DROP TRIGGER status_follows_the_verdict ON annotations_tagging;
DROP FUNCTION annotations_status_follows();
DROP FUNCTION annotations_check_status(bigint, bigint, bigint, integer, text);
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0005_reviews"), ("talks", "0006_reviews")]

    operations = [
        migrations.RunSQL(REVIEW, REVIEW_REVERSE),
        migrations.RunSQL(STATUS, STATUS_REVERSE),
    ]
