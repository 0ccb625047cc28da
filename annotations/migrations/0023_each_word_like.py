"""A name is like a question of several words if it is like each of them."""

from django.db import migrations

LIKE = """
DROP FUNCTION search_like(text, real);
CREATE FUNCTION search_like(asked text[], how_much real) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.strict_word_similarity_threshold = 0.4 AS $$
    SELECT id FROM annotations_searchentry,
        search_fold(asked[1]) first, search_fold(array_to_string(asked, ' ')) folded
    WHERE names IS NOT NULL AND names %>> first AND NOT EXISTS (
        SELECT FROM unnest(asked) word
        WHERE strict_word_similarity(search_fold(word), names) < how_much
    )
    ORDER BY strict_word_similarity(folded, names) DESC, id LIMIT 20
$$;
"""
BACK = """
DROP FUNCTION search_like(text[], real);
CREATE FUNCTION search_like(asked text, how_much real) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.strict_word_similarity_threshold = 0.4 AS $$
    SELECT id FROM annotations_searchentry, search_fold(asked) folded
    WHERE names IS NOT NULL AND names %>> folded
    AND strict_word_similarity(folded, names) >= how_much
    ORDER BY strict_word_similarity(folded, names) DESC, id LIMIT 20
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0022_marked_documents")]

    operations = [migrations.RunSQL(LIKE, BACK)]
