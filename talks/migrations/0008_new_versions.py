"""An article supersedes another without a circle, and what was said goes over to it.

A position and an outcome report stay in their article, but for one way: to the article that
supersedes it, and back when that is undone.
"""

from django.db import migrations, models

SUPERSEDES = """
CREATE FUNCTION talks_article_supersedes_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One at a time, so that two at once cannot close a circle together.
    PERFORM pg_advisory_xact_lock(hashtextextended('talks_article_supersedes_in_order', 0));
    IF EXISTS (
        WITH RECURSIVE older AS (
            SELECT NEW.supersedes_id AS id
            UNION SELECT article.supersedes_id
            FROM talks_article article JOIN older ON article.id = older.id
        )
        SELECT 1 FROM older WHERE id = NEW.id
    ) THEN
        PERFORM talks_refuse('an article cannot supersede itself, however far around',
            'superseding_has_no_circle');
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER article_supersedes_in_order BEFORE INSERT OR UPDATE OF supersedes_id
    ON talks_article FOR EACH ROW
    WHEN (NEW.supersedes_id IS NOT NULL AND NEW.supersedes_id <> NEW.id)
    EXECUTE FUNCTION talks_article_supersedes_in_order();

CREATE FUNCTION talks_is_another_version(one bigint, other bigint) RETURNS boolean
    LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM talks_article
        WHERE (id = one AND supersedes_id = other) OR (id = other AND supersedes_id = one)
    )
$$;
"""

SUPERSEDES_REVERSE = """
DROP FUNCTION talks_is_another_version(bigint, bigint);
DROP TRIGGER article_supersedes_in_order ON talks_article;
DROP FUNCTION talks_article_supersedes_in_order();
"""

POSITION = """
DROP TRIGGER position_is_sound ON talks_position;
CREATE CONSTRAINT TRIGGER position_is_sound
    AFTER INSERT OR UPDATE OF article_id, speech_form, party_id, affiliation_id ON talks_position
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_position_is_sound();

CREATE OR REPLACE FUNCTION talks_position_stays_in_its_article() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.id = NEW.id AND talks_is_another_version(OLD.article_id, NEW.article_id) THEN
        RETURN NEW;
    END IF;
    PERFORM talks_refuse('a position stays in its article', 'position_stays_in_its_article');
END $$;
"""

POSITION_REVERSE = """
CREATE OR REPLACE FUNCTION talks_position_stays_in_its_article() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM talks_refuse('a position stays in its article', 'position_stays_in_its_article');
END $$;

DROP TRIGGER position_is_sound ON talks_position;
CREATE CONSTRAINT TRIGGER position_is_sound
    AFTER INSERT OR UPDATE OF speech_form, party_id, affiliation_id ON talks_position
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_position_is_sound();
"""

REPORT = """
DROP TRIGGER report_is_frozen ON talks_outcomereport;
CREATE TRIGGER report_is_frozen BEFORE UPDATE ON talks_outcomereport
    FOR EACH ROW WHEN (
        ROW(OLD.id, OLD.outcome_id, OLD.status, OLD.implementation, OLD.as_of,
            OLD.note, OLD.coder_id, OLD.created_at, OLD.written_in)
        IS DISTINCT FROM
        ROW(NEW.id, NEW.outcome_id, NEW.status, NEW.implementation, NEW.as_of,
            NEW.note, NEW.coder_id, NEW.created_at, NEW.written_in)
    )
    EXECUTE FUNCTION talks_report_is_frozen();

CREATE FUNCTION talks_report_stays_in_its_article() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF talks_is_another_version(OLD.article_id, NEW.article_id) THEN
        RETURN NEW;
    END IF;
    PERFORM talks_refuse('an outcome report never changes: write another, or withdraw it',
        'outcome_report_is_frozen');
END $$;

CREATE TRIGGER report_stays_in_its_article BEFORE UPDATE OF article_id ON talks_outcomereport
    FOR EACH ROW WHEN (OLD.article_id <> NEW.article_id)
    EXECUTE FUNCTION talks_report_stays_in_its_article();

DROP TRIGGER report_is_sound ON talks_outcomereport;
CREATE CONSTRAINT TRIGGER report_is_sound
    AFTER INSERT OR UPDATE OF article_id ON talks_outcomereport
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_report_is_sound();
"""

REPORT_REVERSE = """
DROP TRIGGER report_is_sound ON talks_outcomereport;
CREATE CONSTRAINT TRIGGER report_is_sound AFTER INSERT ON talks_outcomereport
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION talks_report_is_sound();
DROP TRIGGER report_stays_in_its_article ON talks_outcomereport;
DROP FUNCTION talks_report_stays_in_its_article();
DROP TRIGGER report_is_frozen ON talks_outcomereport;
CREATE TRIGGER report_is_frozen BEFORE UPDATE ON talks_outcomereport
    FOR EACH ROW WHEN (
        ROW(OLD.id, OLD.outcome_id, OLD.article_id, OLD.status, OLD.implementation, OLD.as_of,
            OLD.note, OLD.coder_id, OLD.created_at, OLD.written_in)
        IS DISTINCT FROM
        ROW(NEW.id, NEW.outcome_id, NEW.article_id, NEW.status, NEW.implementation, NEW.as_of,
            NEW.note, NEW.coder_id, NEW.created_at, NEW.written_in)
    )
    EXECUTE FUNCTION talks_report_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("talks", "0007_originals_and_intakes")]

    operations = [
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(("supersedes", None), ("status", "published"), _connector="OR"),
                name="superseding_article_is_published",
                violation_error_message=(
                    "This is the new version of another article, so it stays published."
                ),
            ),
        ),
        migrations.RunSQL(SUPERSEDES, SUPERSEDES_REVERSE),
        migrations.RunSQL(POSITION, POSITION_REVERSE),
        migrations.RunSQL(REPORT, REPORT_REVERSE),
    ]
