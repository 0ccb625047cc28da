"""Where no spaces stand between words, each pair of signs that stand side by side is found.

So search engines read Chinese, Japanese and Korean: of "停火协议" the document holds 停, 停火, 火协,
协议 and 议, one behind the other, and a question is the phrase of its pairs (`talks.text.paired`).
Koreans set spaces, but add to words what others write apart. Source: Lucene's CJKBigramFilter.
"""

from django.db import migrations

# As in talks/text.py, with Hangul; a test compares them.
SIGNS = (
    r"\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096\u309d-\u309f"
    r"\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9"
    r"\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003347f"
    r"\u0e01-\u0e3a\u0e40-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17f9"
    r"\u19e0-\u19ff\ua9e0-\ua9fe\uaa60-\uaa7f\uac00-\ud7a3"
)
# What is written on a sign of these scripts and belongs to it.
MARKS = (
    r"\u0301\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    r"\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074"
    r"\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\u3099\u309a\ua9e5\uaa7b-\uaa7d"
)

CUT = rf"""
CREATE FUNCTION search_cut(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN words ~ '[{SIGNS}]'
        THEN regexp_replace(
            regexp_replace(words, '(?:[{SIGNS}][{MARKS}]*)+', ' \& ', 'g'),
            '[{SIGNS}][{MARKS}]*', '\& \&', 'g'
        )
        ELSE words
    END
$$;
"""

VECTOR = """
CREATE OR REPLACE FUNCTION search_vector(config text, label text, names text, body text)
RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE
    plain_label text := {cut}(search_plain(label));
    plain_names text := {cut}(search_plain(names));
    plain_body text := {cut}(search_plain(body));
    length integer := length(plain_body);
BEGIN
    LOOP
        BEGIN
            RETURN setweight(to_tsvector(config::regconfig, plain_label), 'A')
                || setweight(to_tsvector(config::regconfig, plain_names), 'B')
                || to_tsvector(config::regconfig, left(plain_body, length))
                || array_to_tsvector(ARRAY['=' || config])
                || coalesce((
                    SELECT array_to_tsvector(array_agg('0' || lexeme))
                    FROM unnest(to_tsvector(
                        'parley_simple',
                        concat_ws(' ', plain_label, plain_names, left(plain_body, length))
                    ))
                    WHERE lexeme ~ '^{word}' AND octet_length(lexeme) < 2046
                ), '');
        EXCEPTION WHEN program_limit_exceeded THEN
            length := length / 2;
        END;
    END LOOP;
END $$;
"""
# Where no spaces are set between words; what else tags, positions and outcomes are found by stands
# in other tables.
SUCH = f"one::text ~ '[{SIGNS}]'"
SOURCES = [
    ("article", "talks_article", SUCH),
    ("passage", "talks_passage", SUCH),
    ("note", "annotations_note", SUCH),
    ("tag", "annotations_tag", "true"),
    ("position", "talks_position", "true"),
    ("outcome", "talks_outcome", "true"),
    ("outcomereport", "talks_outcomereport", "note <> ''"),
    ("person", "talks_person", SUCH),
    ("party", "talks_party", SUCH),
    ("draft", "annotations_draft", "discarded_at IS NULL"),
]
PATIENCE = "SET LOCAL statement_timeout = 0"
AGAIN = "".join(
    f"SELECT search_put_{kind}(one) FROM {table} one WHERE {condition};"  # noqa: S608 - those above
    for kind, table, condition in SOURCES
)
AGAIN += "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


class Migration(migrations.Migration):
    dependencies = [("annotations", "0028_outcome_reports_are_found")]

    operations = [
        migrations.RunSQL(
            [
                PATIENCE,
                CUT,
                VECTOR.format(cut="search_cut", word=rf"(?![{SIGNS}])[[:alpha:]]"),
                AGAIN,
            ],
            [
                PATIENCE,
                VECTOR.format(cut="", word="[[:alpha:]]"),
                AGAIN,
                "DROP FUNCTION search_cut",
            ],
        )
    ]
