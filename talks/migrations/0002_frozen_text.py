"""What PostgreSQL itself holds true of articles and passages, whoever writes."""

from django.db import migrations

ARTICLE = """
ALTER TABLE talks_article ADD CONSTRAINT article_sha256_is_of_its_text
    CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex'));

CREATE FUNCTION talks_article_text_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the text of an article never changes'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'article_text_is_frozen';
END $$;

CREATE TRIGGER article_text_is_frozen BEFORE UPDATE ON talks_article
    FOR EACH ROW WHEN (OLD.text IS DISTINCT FROM NEW.text OR OLD.sha256 IS DISTINCT FROM NEW.sha256)
    EXECUTE FUNCTION talks_article_text_is_frozen();
"""

ARTICLE_REVERSE = """
DROP TRIGGER article_text_is_frozen ON talks_article;
DROP FUNCTION talks_article_text_is_frozen();
ALTER TABLE talks_article DROP CONSTRAINT article_sha256_is_of_its_text;
"""

# substr() clips past the end of the text, so passage_is_as_long_as_its_quote holds the length.
PASSAGE = """
CREATE FUNCTION talks_passage_quotes_its_article() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    article_text text;
BEGIN
    SELECT text INTO article_text FROM talks_article WHERE id = NEW.article_id;
    IF NEW.exact IS DISTINCT FROM substr(article_text, NEW.start + 1, NEW."end" - NEW.start)
        OR NEW.prefix IS DISTINCT FROM
            substr(article_text, greatest(NEW.start - 32, 0) + 1, least(NEW.start, 32))
        OR NEW.suffix IS DISTINCT FROM substr(article_text, NEW."end" + 1, 32)
    THEN
        RAISE EXCEPTION 'the passage is not what stands there'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'passage_quotes_its_article';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER passage_quotes_its_article BEFORE INSERT ON talks_passage
    FOR EACH ROW WHEN (NEW.start < NEW."end")
    EXECUTE FUNCTION talks_passage_quotes_its_article();

CREATE FUNCTION talks_passage_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a passage never changes'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'passage_is_frozen';
END $$;

CREATE TRIGGER passage_is_frozen BEFORE UPDATE ON talks_passage
    FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW)
    EXECUTE FUNCTION talks_passage_is_frozen();
"""

PASSAGE_REVERSE = """
DROP TRIGGER passage_is_frozen ON talks_passage;
DROP FUNCTION talks_passage_is_frozen();
DROP TRIGGER passage_quotes_its_article ON talks_passage;
DROP FUNCTION talks_passage_quotes_its_article();
"""


class Migration(migrations.Migration):
    dependencies = [("talks", "0001_initial")]

    operations = [
        migrations.RunSQL(ARTICLE, ARTICLE_REVERSE),
        migrations.RunSQL(PASSAGE, PASSAGE_REVERSE),
    ]
