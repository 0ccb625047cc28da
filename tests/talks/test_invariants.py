"""What the database holds true of articles and passages, tried below the ORM."""

import pytest
from django.db import IntegrityError, connection, transaction

from talks.models import Article, Participation, Party, Passage, Round
from tests.factories import make_article, make_participation, make_passage, make_round

pytestmark = pytest.mark.django_db


def refuses(constraint, sql, *params):
    """Run ``sql`` and say whether the database refuses it by ``constraint``, changing nothing."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return caught.value.__cause__.diag.constraint_name == constraint


def insert_passage(article, **changes):
    text = article.text
    values = {
        "start": 5,
        "end": 10,
        "exact": text[5:10],
        "prefix": text[:5],
        "suffix": text[10:42],
    } | changes
    return (
        'INSERT INTO talks_passage (article_id, start, "end", exact, prefix, suffix)'
        " VALUES (%s, %s, %s, %s, %s, %s)",
        article.pk,
        *values.values(),
    )


@pytest.fixture
def article():
    return make_article(text="Both sides agreed 🕊 on an exchange, and on nothing else at all.")


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("passage_quotes_its_article", {"exact": "sidez"}),
        ("passage_quotes_its_article", {"prefix": "Both"}),
        ("passage_quotes_its_article", {"suffix": ""}),
        ("passage_quotes_its_article", {"start": -1, "end": 4}),
        ("passage_is_not_empty", {"start": 5, "end": 5, "exact": ""}),
        ("passage_is_as_long_as_its_quote", {"start": 10, "end": 5, "exact": ""}),
    ],
)
def test_a_passage_is_what_stands_there(article, constraint, changes):
    sql, *params = insert_passage(article, **changes)

    assert refuses(constraint, sql, *params)
    assert not Passage.objects.exists()


def test_a_passage_does_not_go_beyond_the_text(article):
    start = len(article.text) - 4
    sql, *params = insert_passage(
        article,
        start=start,
        end=start + 10,
        exact="all.",
        prefix=article.text[start - 32 : start],
        suffix="",
    )

    assert refuses("passage_is_as_long_as_its_quote", sql, *params)


def test_a_passage_never_changes(article):
    passage = make_passage("sides", article=article)

    for change in ("start = 4", '"end" = 11', "exact = 'Sides'", "prefix = ''", "suffix = ''"):
        assert refuses("passage_is_frozen", f"UPDATE talks_passage SET {change}")
    passage.refresh_from_db()
    assert passage.exact == "sides"


def test_a_span_is_one_row(article):
    make_passage("sides", article=article)
    sql, *params = insert_passage(article)

    assert refuses("passage_is_one_row_a_span", sql, *params)


def test_the_text_of_an_article_never_changes(article):
    assert refuses("article_text_is_frozen", "UPDATE talks_article SET text = text || '!'")
    assert refuses("article_text_is_frozen", "UPDATE talks_article SET sha256 = repeat('0', 64)")
    assert Article.objects.get().text == article.text


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        ("article_text_is_normal", "two\r\nlines"),
        ("article_text_is_normal", "\ufeffwords"),
        ("article_text_is_normal", " \n "),
        ("article_text_is_normal", ""),
    ],
)
def test_an_article_has_words_lf_line_ends_and_no_bom(constraint, text):
    assert refuses(
        constraint,
        "INSERT INTO talks_article (round_id, title, title_is_editorial, byline, source_credit,"
        " publisher, url, language, licence, text, sha256, status, version)"
        " VALUES (%s, '', false, '', '', '', '', 'en', '', %s,"
        " encode(sha256(convert_to(%s, 'UTF8')), 'hex'), 'draft', 1)",
        make_round().pk,
        text,
        text,
    )


def test_the_digest_is_of_the_text():
    assert refuses(
        "article_sha256_is_of_its_text",
        "INSERT INTO talks_article (round_id, title, title_is_editorial, byline, source_credit,"
        " publisher, url, language, licence, text, sha256, status, version)"
        " VALUES (%s, '', false, '', '', '', '', 'en', '', 'words', repeat('0', 64), 'draft', 1)",
        make_round().pk,
    )


def test_the_same_text_is_not_loaded_twice(article):
    assert refuses(
        "talks_article_sha256_key",
        "INSERT INTO talks_article (round_id, title, title_is_editorial, byline, source_credit,"
        " publisher, url, language, licence, text, sha256, status, version)"
        " SELECT round_id, title, title_is_editorial, byline, source_credit, publisher, url,"
        " language, licence, text, sha256, status, version FROM talks_article",
    )


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("article_status_is_known", "status = 'hidden'"),
        ("editorial_title_is_not_empty", "title_is_editorial = true"),
        ("article_does_not_supersede_itself", "supersedes_id = id"),
    ],
)
def test_an_article_keeps_to_its_rules(article, constraint, change):
    assert refuses(constraint, f"UPDATE talks_article SET {change}")


@pytest.mark.parametrize(
    ("constraint", "table", "change"),
    [
        ("party_kind_is_known", "party", "kind = 'people'"),
        ("party_colour_is_known", "party", "colour = 'neon'"),
        ("party_iso3_is_three_capitals", "party", "iso3 = 'ua'"),
        ("participation_role_is_known", "participation", "role = 'host'"),
        ("round_ends_after_it_starts", "round", "ended_on = started_on - 1"),
    ],
)
def test_enumerations_and_dates_are_checked(constraint, table, change):
    make_participation()

    assert refuses(constraint, f"UPDATE talks_{table} SET {change}")


def test_what_is_in_use_is_not_deleted(article):
    make_passage("sides", article=article)
    make_participation(round=article.round)

    for table in ("article", "round", "party"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM talks_{table}")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    counts = [model.objects.count() for model in (Article, Round, Party, Participation)]
    assert counts == [1, 1, 1, 1]
