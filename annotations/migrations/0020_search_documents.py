"""Names compared in one script, the nearest name to a word, and documents kept as they are."""

from django.db import migrations

FOLD = """
-- What a name is compared as: without case and accents, Cyrillic letters as Latin ones, y as i.
CREATE FUNCTION search_fold(words text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT translate(
        replace(replace(replace(replace(replace(replace(replace(replace(
            lower(unaccent(words)),
        'щ', 'shch'), 'ш', 'sh'), 'ч', 'ch'), 'ж', 'zh'), 'ц', 'ts'), 'х', 'kh'),
        'ю', 'iu'), 'я', 'ia'),
        'абвгґдеєёзиіїйыклмнопрстуфэyьъ', 'abvggdeeeziiiiiklmnoprstufei')
$$;

-- The word of a name that is most like a word, as it is written there.
CREATE FUNCTION search_nearest(asked text, how_much real, kinds text[]) RETURNS text
LANGUAGE sql STABLE SET pg_trgm.strict_word_similarity_threshold = 0.4 AS $$
    SELECT word FROM search_fold(asked) folded, annotations_searchentry,
        regexp_split_to_table(
            CASE kind WHEN 'tag' THEN label ELSE label || ' ' || body END, '[^[:alnum:]’''-]+'
        ) word
    WHERE kind = ANY(kinds) AND names IS NOT NULL AND names %>> folded AND length(word) > 2
    AND similarity(folded, search_fold(word)) >= how_much
    ORDER BY similarity(folded, search_fold(word)) DESC, word LIMIT 1
$$;
"""


def functions(fold):
    """Those that write and read folded names, with ``fold`` around what is folded."""
    return f"""
CREATE OR REPLACE FUNCTION search_put_tag(annotations_tag) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('tag', $1.id, NULL, 'parley_russian', $1.name, '', body, body,
        {fold("$1.name")})
    FROM concat_ws(E'\\n', nullif($1.definition, ''), nullif($1.example, ''),
        nullif($1.counter_example, '')) body
$$;

CREATE OR REPLACE FUNCTION search_put_party(talks_party) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('party', $1.id, NULL, 'parley_simple', $1.name,
        concat_ws(' ', also, $1.mark, $1.iso3), '', also, {fold("concat_ws(', ', $1.name, also)")})
    FROM nullif(array_to_string($1.aliases, ', '), '') given, coalesce(given, '') also
$$;

CREATE OR REPLACE FUNCTION search_put_person(talks_person) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('person', $1.id, NULL, 'parley_simple', $1.name,
        concat_ws(' ', also, $1.family_name), '', also, {fold("concat_ws(', ', $1.name, also)")})
    FROM array_to_string($1.aliases, ', ') also
$$;

CREATE OR REPLACE FUNCTION search_like(asked text, how_much real) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.strict_word_similarity_threshold = 0.4 AS $$
    SELECT id FROM annotations_searchentry, {fold("asked")} folded
    WHERE names IS NOT NULL AND names %>> folded
    AND strict_word_similarity(folded, names) >= how_much
    ORDER BY strict_word_similarity(folded, names) DESC, id LIMIT 20
$$;

SELECT search_put_tag(one) FROM annotations_tag one;
SELECT search_put_party(one) FROM talks_party one;
SELECT search_put_person(one) FROM talks_person one;
"""  # noqa: S608 - "fold" is one of the two below


# Ranks read all documents that are found, and packing them saved next to no room.
UNPACKED = """
ALTER TABLE annotations_searchentry ALTER document SET STORAGE EXTERNAL;
UPDATE annotations_searchentry SET document = document || ''::tsvector;
"""


class Migration(migrations.Migration):
    dependencies = [("annotations", "0019_discarded_drafts")]

    operations = [
        migrations.RunSQL(
            UNPACKED + FOLD + functions("search_fold({})".format),
            "ALTER TABLE annotations_searchentry ALTER document SET STORAGE EXTENDED;"
            + functions("lower(unaccent({}))".format)
            + "DROP FUNCTION search_nearest, search_fold;",
        )
    ]
