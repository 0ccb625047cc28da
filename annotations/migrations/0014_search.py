"""What can be found, in the form in which it is searched, kept by triggers."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations, models

CONFIGURATIONS = "".join(
    f"""
    CREATE TEXT SEARCH CONFIGURATION parley_{name} (COPY = pg_catalog.{name});
    ALTER TEXT SEARCH CONFIGURATION parley_{name}
        ALTER MAPPING FOR hword, hword_part, word WITH unaccent, {stemmer};
    """
    for name, stemmer in (
        ("english", "english_stem"),
        ("russian", "russian_stem"),
        ("simple", "simple"),
    )
)

FUNCTIONS = """
CREATE FUNCTION search_config(language text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN language ~* '^en(-|$)' THEN 'parley_english'
        WHEN language ~* '^ru(-|$)' THEN 'parley_russian'
        ELSE 'parley_simple'
    END
$$;

-- A text with more different words than a tsvector holds is found by those of its beginning.
CREATE FUNCTION search_vector(config text, label text, names text, body text) RETURNS tsvector
LANGUAGE plpgsql STABLE AS $$
DECLARE length integer := length(body);
BEGIN
    LOOP
        BEGIN
            RETURN setweight(to_tsvector(config::regconfig, label), 'A')
                || setweight(to_tsvector(config::regconfig, names), 'B')
                || to_tsvector(config::regconfig, left(body, length));
        EXCEPTION WHEN program_limit_exceeded THEN
            length := length / 2;
        END;
    END LOOP;
END $$;

CREATE FUNCTION search_put(
    a_kind text, an_id bigint, an_article bigint, a_config text, a_label text, the_names text,
    a_body text, kept_body text, folded text
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO annotations_searchentry
        (kind, object_id, article_id, config, label, body, names, document)
    VALUES (
        a_kind, an_id, an_article, a_config, a_label, kept_body, folded,
        search_vector(a_config, a_label, the_names, a_body)
    )
    ON CONFLICT (kind, object_id) DO UPDATE SET
        article_id = excluded.article_id, config = excluded.config, label = excluded.label,
        body = excluded.body, names = excluded.names, document = excluded.document
$$;

CREATE FUNCTION search_put_article(talks_article) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('article', $1.id, $1.id, search_config($1.language), $1.title,
        concat_ws(' ', $1.byline, $1.publisher, $1.source_credit), $1.text, '', NULL)
$$;

CREATE FUNCTION search_put_passage(talks_passage) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('passage', $1.id, $1.article_id, search_config(language), '', '',
        $1.exact, $1.exact, NULL)
    FROM talks_article WHERE id = $1.article_id
$$;

-- What people write here is in any language; Russian's configuration reads Latin letters as English.
CREATE FUNCTION search_put_note(annotations_note) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('note', $1.id,
        coalesce(root.article_id, passage.article_id, tagged.article_id, position.article_id,
            report.article_id),
        'parley_russian', '', '', $1.text, $1.text, NULL)
    FROM (SELECT) one
    LEFT JOIN annotations_note parent ON parent.id = $1.parent_id
    CROSS JOIN LATERAL (
        SELECT coalesce($1.article_id, parent.article_id) AS article_id,
            coalesce($1.passage_id, parent.passage_id) AS passage_id,
            coalesce($1.tagging_id, parent.tagging_id) AS tagging_id,
            coalesce($1.position_id, parent.position_id) AS position_id,
            coalesce($1.outcome_report_id, parent.outcome_report_id) AS report_id
    ) root
    LEFT JOIN talks_passage passage ON passage.id = root.passage_id
    LEFT JOIN annotations_tagging tagging ON tagging.id = root.tagging_id
    LEFT JOIN talks_passage tagged ON tagged.id = tagging.passage_id
    LEFT JOIN talks_position position ON position.id = root.position_id
    LEFT JOIN talks_outcomereport report ON report.id = root.report_id
$$;

CREATE FUNCTION search_put_tag(annotations_tag) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('tag', $1.id, NULL, 'parley_russian', $1.name, '', body, body,
        lower(unaccent($1.name)))
    FROM concat_ws(E'\\n', nullif($1.definition, ''), nullif($1.example, ''),
        nullif($1.counter_example, '')) body
$$;

CREATE FUNCTION search_put_party(talks_party) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('party', $1.id, NULL, 'parley_simple', $1.name,
        concat_ws(' ', also, $1.mark, $1.iso3), '', also, lower(unaccent(concat_ws(', ', $1.name, also))))
    FROM nullif(array_to_string($1.aliases, ', '), '') given, coalesce(given, '') also
$$;

CREATE FUNCTION search_put_person(talks_person) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('person', $1.id, NULL, 'parley_simple', $1.name,
        concat_ws(' ', also, $1.family_name), '', also,
        lower(unaccent(concat_ws(', ', $1.name, also))))
    FROM array_to_string($1.aliases, ', ') also
$$;

CREATE FUNCTION search_put_position(talks_position) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('position', $1.id, $1.article_id, 'parley_russian',
        concat(party.name, ' ', $1.stance, ': ', proposition.name), '', body, body, NULL)
    FROM talks_party party, talks_proposition proposition, concat_ws(E'\\n',
        nullif(concat_ws(', ',
            (SELECT person.name FROM talks_affiliation office
                JOIN talks_person person ON person.id = office.person_id
                WHERE office.id = $1.affiliation_id),
            nullif($1.role_as_printed, '')), ''),
        nullif($1.summary, ''), proposition.statement, nullif($1.condition, ''),
        nullif($1.note, '')) body
    WHERE party.id = $1.party_id AND proposition.id = $1.proposition_id
$$;

CREATE FUNCTION search_put_outcome(talks_outcome) RETURNS void LANGUAGE sql AS $$
    SELECT search_put('outcome', $1.id, NULL, 'parley_russian', $1.title, '', body, body, NULL)
    FROM (SELECT) one
    LEFT JOIN talks_proposition proposition ON proposition.id = $1.proposition_id,
    LATERAL concat_ws(E'\\n', nullif($1.quantity, ''), proposition.statement) body
$$;

-- Names for a misspelt one, whole words compared: "zelinsky" is like "zelensky".
CREATE FUNCTION search_like(asked text, how_much real) RETURNS SETOF bigint LANGUAGE sql STABLE
SET pg_trgm.strict_word_similarity_threshold = 0.4 AS $$
    SELECT id FROM annotations_searchentry, lower(unaccent(asked)) folded
    WHERE names IS NOT NULL AND names %>> folded
    AND strict_word_similarity(folded, names) >= how_much
    ORDER BY strict_word_similarity(folded, names) DESC, id LIMIT 20
$$;

CREATE FUNCTION search_forget() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM annotations_searchentry WHERE kind = TG_ARGV[0] AND object_id = OLD.id;
    RETURN NULL;
END $$;

CREATE FUNCTION search_follow_article() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM search_put_passage(passage) FROM talks_passage passage WHERE article_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION search_follow_names() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_ARGV[0] = 'party' THEN
        PERFORM search_put_position(position) FROM talks_position position WHERE party_id = NEW.id;
    ELSIF TG_ARGV[0] = 'person' THEN
        PERFORM search_put_position(position) FROM talks_position position
        WHERE affiliation_id IN (SELECT id FROM talks_affiliation WHERE person_id = NEW.id);
    ELSE
        PERFORM search_put_position(position)
        FROM talks_position position WHERE proposition_id = NEW.id;
        PERFORM search_put_outcome(outcome)
        FROM talks_outcome outcome WHERE proposition_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
"""

# Each kind: its table, and the columns that its words are made of.
SOURCES = {
    "article": ("talks_article", "title, byline, publisher, source_credit, language, text"),
    "passage": ("talks_passage", "article_id, exact"),
    "note": ("annotations_note", "text, passage_id"),
    "tag": ("annotations_tag", "name, definition, example, counter_example"),
    "position": (
        "talks_position",
        "party_id, proposition_id, affiliation_id, role_as_printed, stance, summary, condition, note",
    ),
    "outcome": ("talks_outcome", "title, quantity, proposition_id"),
    "person": ("talks_person", "name, family_name, aliases"),
    "party": ("talks_party", "name, aliases, mark, iso3"),
}

TRIGGERS = "".join(
    f"""
    CREATE FUNCTION search_keep_{kind}() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
    BEGIN PERFORM search_put_{kind}(NEW); RETURN NULL; END $$;
    CREATE TRIGGER search_keeps AFTER INSERT OR UPDATE OF {columns} ON {table}
        FOR EACH ROW EXECUTE FUNCTION search_keep_{kind}();
    CREATE TRIGGER search_forgets AFTER DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION search_forget('{kind}');
    SELECT search_put_{kind}(one) FROM {table} one;
    """  # noqa: S608 - all names are those above
    for kind, (table, columns) in SOURCES.items()
) + "".join(
    f"""
    CREATE TRIGGER search_follows AFTER UPDATE OF {columns} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {function};
    """
    for table, columns, function in (
        ("talks_article", "language", "search_follow_article()"),
        ("talks_party", "name", "search_follow_names('party')"),
        ("talks_person", "name", "search_follow_names('person')"),
        ("talks_proposition", "name, statement", "search_follow_names('proposition')"),
    )
)

BACK = (
    "".join(
        f"""
        DROP TRIGGER search_keeps ON {table};
        DROP TRIGGER search_forgets ON {table};
        DROP FUNCTION search_keep_{kind};
        DROP FUNCTION search_put_{kind};
        """
        for kind, (table, _) in SOURCES.items()
    )
    + "".join(
        f"DROP TRIGGER search_follows ON talks_{name};"
        for name in ("article", "party", "person", "proposition")
    )
    + """
    DROP FUNCTION search_follow_names, search_follow_article, search_forget, search_like,
        search_put, search_vector, search_config;
    DROP TEXT SEARCH CONFIGURATION parley_english, parley_russian, parley_simple;
    """
)


class Migration(migrations.Migration):
    dependencies = [
        ("annotations", "0013_notices"),
        ("talks", "0014_checks_by_index"),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "Articles"),
                            ("passage", "Passages"),
                            ("note", "Notes"),
                            ("tag", "Tags"),
                            ("position", "Positions"),
                            ("outcome", "Outcomes"),
                            ("person", "People"),
                            ("party", "Parties"),
                        ],
                        max_length=16,
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                (
                    "config",
                    models.CharField(
                        help_text="PostgreSQL’s text search configuration.", max_length=20
                    ),
                ),
                ("label", models.TextField(help_text="What it is called.")),
                (
                    "body",
                    models.TextField(
                        help_text="What it says; an article’s text is not kept twice."
                    ),
                ),
                (
                    "names",
                    models.TextField(
                        help_text="Folded names, for finding misspelt ones.", null=True
                    ),
                ),
                ("document", django.contrib.postgres.search.SearchVectorField()),
                (
                    "article",
                    models.ForeignKey(
                        help_text="Where it stands, if so.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="talks.article",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["document"], name="search_entry_document"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("names__isnull", False)),
                        fields=["names"],
                        name="search_entry_names",
                        opclasses=["gin_trgm_ops"],
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "object_id"), name="search_entry_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "article",
                                    "passage",
                                    "note",
                                    "tag",
                                    "position",
                                    "outcome",
                                    "person",
                                    "party",
                                ],
                            )
                        ),
                        name="search_entry_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            CONFIGURATIONS
            + FUNCTIONS
            + TRIGGERS
            + "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;",
            BACK,
        ),
    ]
