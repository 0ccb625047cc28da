"""A superseded text stays published: what did not go over to the newer one stands on it."""

from django.db import migrations

PUBLISHED = """
CREATE FUNCTION talks_superseded_article_is_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'published'
        AND EXISTS (SELECT 1 FROM talks_article WHERE supersedes_id = NEW.id)
    OR EXISTS (
        SELECT 1 FROM talks_article WHERE id = NEW.supersedes_id AND status <> 'published'
    ) THEN
        PERFORM talks_refuse('a superseded article stays published',
            'superseded_article_is_published');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER superseded_article_is_published AFTER INSERT OR UPDATE OF status, supersedes_id
    ON talks_article FOR EACH ROW
    WHEN (NEW.status <> 'published' OR NEW.supersedes_id IS NOT NULL)
    EXECUTE FUNCTION talks_superseded_article_is_published();
"""

REVERSE = """
DROP TRIGGER superseded_article_is_published ON talks_article;
DROP FUNCTION talks_superseded_article_is_published();
"""


class Migration(migrations.Migration):
    dependencies = [("talks", "0019_tries")]

    operations = [migrations.RunSQL(PUBLISHED, REVERSE)]
