"""Words are read by what people see of them: no parts of addresses, files, signs and numbers.

Texts and questions go through the same function before PostgreSQL takes them apart, and each code
point is replaced by one, so that places stay where they are; U+0301 is what `unaccent` drops. Words
are kept also as they stand, behind a 0, for those that are asked for by their beginning.
"""

from django.db import migrations

# As in talks/finding.py; a test compares them. unaccent does the Latin ones and most Greek ones.
SIGNS = (
    r"\u0345\u0363-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f\ufe00-\ufe0f"
    r"\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    r"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
)
LETTERS = {"ς": "σ", "ѐ": "е", "Ѐ": "Е", "ѝ": "и", "Ѝ": "И"}
LETTERS |= {"آ": "ا", "أ": "ا", "إ": "ا", "ؤ": "و", "ئ": "ي", "ۀ": "ە", "ۂ": "ہ", "ۓ": "ے"}
LETTERS |= {sign: str(number) for number, sign in enumerate("٠١٢٣٤٥٦٧٨٩")}
LETTERS |= {sign: str(number) for number, sign in enumerate("۰۱۲۳۴۵۶۷۸۹")}
SOME, OTHERS = "".join(LETTERS), "".join(LETTERS.values())
# Letters of their own, not и and і with an accent.
COMPOSED = [("й", "и\u0306"), ("Й", "И\u0306"), ("ў", "у\u0306"), ("Ў", "У\u0306")]
COMPOSED += [("ї", "і\u0308"), ("Ї", "І\u0308")]

composed = "words"
for letter, parts in COMPOSED:
    composed = f"replace({composed}, '{parts}', '{letter}\u0301')"

PLAIN = rf"""
CREATE FUNCTION search_plain(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT
        -- So that "Kyiv/Kiev", "end.The" and "2014-2022" are words, and no file, host or number.
        regexp_replace(
            -- "U.S." is written as "US", and "кам'янця" with whatever apostrophe.
            regexp_replace(
                regexp_replace(letters, '\m([[:alpha:]])\.(?=[[:alpha:]]\M)', E'\\1\u0301', 'g'),
                '([\u0400-\u052f])[’‘`´\u02bc''](?=[\u0400-\u052f])', E'\\1\u0301', 'g'
            ),
            '[-\u2010\u2011./@_<;~\u02bc]', ' ', 'g'
        )
    FROM (
        SELECT CASE
            -- Few texts have any, and a guard takes a tenth of the time.
            WHEN words ~ '[{SOME}\u0306\u0308{SIGNS}]'
            THEN translate(
                regexp_replace({composed}, '[{SIGNS}]', E'\u0301', 'g'), '{SOME}', '{OTHERS}'
            )
            ELSE words
        END AS letters
    ) one
$$;
"""  # noqa: S608 - letters of this file


VECTOR = """
CREATE OR REPLACE FUNCTION search_vector(config text, label text, names text, body text)
RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE
    plain_label text := search_plain(label);
    plain_names text := search_plain(names);
    plain_body text := search_plain(body);
    length integer := length(body);
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
                    WHERE lexeme ~ '^[[:alpha:]]' AND octet_length(lexeme) < 2046
                ), '');
        EXCEPTION WHEN program_limit_exceeded THEN
            length := length / 2;
        END;
    END LOOP;
END $$;
"""
FORMER_VECTOR = """
CREATE OR REPLACE FUNCTION search_vector(config text, label text, names text, body text)
RETURNS tsvector LANGUAGE plpgsql STABLE AS $$
DECLARE length integer := length(body);
BEGIN
    LOOP
        BEGIN
            RETURN setweight(to_tsvector(config::regconfig, label), 'A')
                || setweight(to_tsvector(config::regconfig, names), 'B')
                || to_tsvector(config::regconfig, left(body, length))
                || array_to_tsvector(ARRAY['=' || config]);
        EXCEPTION WHEN program_limit_exceeded THEN
            length := length / 2;
        END;
    END LOOP;
END $$;
"""

TABLES = {
    "article": "talks_article",
    "passage": "talks_passage",
    "note": "annotations_note",
    "tag": "annotations_tag",
    "position": "talks_position",
    "outcome": "talks_outcome",
    "person": "talks_person",
    "party": "talks_party",
    "draft": "annotations_draft",
}
# All of it may take minutes, which no page would wait for.
PATIENCE = "SET LOCAL statement_timeout = 0"
AGAIN = "".join(
    f"SELECT search_put_{kind}(one) FROM {table} one;"  # noqa: S608 - the names are those above
    for kind, table in TABLES.items()
)
AGAIN += "DELETE FROM annotations_searchentry WHERE kind = 'draft' AND object_id IN ("
AGAIN += "SELECT id FROM annotations_draft WHERE discarded_at IS NOT NULL);"
AGAIN += "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"


def words_with_numbers(dictionaries):
    return "".join(
        f"ALTER TEXT SEARCH CONFIGURATION parley_{name}"
        f" ALTER MAPPING FOR numword WITH {dictionaries};"
        for name in ("english", "russian", "simple")
    )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0025_secret_passages")]

    operations = [
        migrations.RunSQL(
            [
                PATIENCE,
                PLAIN,
                VECTOR,
                words_with_numbers("unaccent, simple"),
                AGAIN,
            ],
            [
                PATIENCE,
                FORMER_VECTOR,
                words_with_numbers("simple"),
                AGAIN,
                "DROP FUNCTION search_plain",
            ],
        )
    ]
