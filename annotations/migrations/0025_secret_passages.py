"""Tags and notes for the team open a passage; what private notes alone were put on is secret."""

from django.db import migrations

OPENING = """
CREATE TRIGGER tagging_opens_its_passage
    AFTER INSERT OR UPDATE OF passage_id ON annotations_tagging
    FOR EACH ROW EXECUTE FUNCTION talks_passage_is_opened();

CREATE TRIGGER note_opens_its_passage
    AFTER INSERT OR UPDATE OF passage_id, visibility ON annotations_note
    FOR EACH ROW WHEN (NEW.passage_id IS NOT NULL AND NEW.visibility = 'team')
    EXECUTE FUNCTION talks_passage_is_opened();
"""

OPENING_REVERSE = """
DROP TRIGGER note_opens_its_passage ON annotations_note;
DROP TRIGGER tagging_opens_its_passage ON annotations_tagging;
"""

# By the history, so that words from which a private note was moved away are among them. A link to
# them that somebody shared left no trace, and leads nowhere from now on.
KEPT_SO_FAR = """
INSERT INTO talks_keeper (passage_id, user_id)
SELECT DISTINCT private.passage_id, private.author_id
FROM annotations_notehistory private
JOIN talks_passage ON talks_passage.id = private.passage_id
WHERE private.visibility = 'private'
    AND NOT EXISTS (
        SELECT FROM annotations_notehistory other
        WHERE other.passage_id = private.passage_id AND other.visibility = 'team'
    )
    AND NOT EXISTS (
        SELECT FROM annotations_tagginghistory other WHERE other.passage_id = private.passage_id
    )
    AND NOT EXISTS (
        SELECT FROM talks_evidencehistory other WHERE other.passage_id = private.passage_id
    );
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0024_drafts_are_found"),
        ("talks", "0017_keepers"),
    ]

    operations = [
        migrations.RunSQL(OPENING, OPENING_REVERSE),
        migrations.RunSQL(KEPT_SO_FAR, migrations.RunSQL.noop),
    ]
