"""What the database holds true of articles and passages, tried below the ORM."""

import hashlib

import pytest

from talks.models import Article, Participation, Party, Passage, Round
from tests.factories import make_article, make_participation, make_passage, make_round
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


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

    assert refusal(sql, *params) == constraint
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

    assert refusal(sql, *params) == "passage_is_as_long_as_its_quote"


def test_a_passage_never_changes(article):
    passage = make_passage("sides", article=article)

    for change in ("start = 4", '"end" = 11', "exact = 'Sides'", "prefix = ''", "suffix = ''"):
        assert refusal(f"UPDATE talks_passage SET {change}") == "passage_is_frozen"
    passage.refresh_from_db()
    assert passage.exact == "sides"


def test_a_span_is_one_row(article):
    make_passage("sides", article=article)
    sql, *params = insert_passage(article)

    assert refusal(sql, *params) == "passage_is_one_row_a_span"


def test_the_text_of_an_article_never_changes(article):
    assert refusal("UPDATE talks_article SET text = text || '!'") == "article_text_is_frozen"
    assert refusal("UPDATE talks_article SET sha256 = repeat('0', 64)") == "article_text_is_frozen"
    assert Article.objects.get().text == article.text


ARTICLE = """
INSERT INTO talks_article (round_id, title, title_is_editorial, byline, source_credit, publisher,
    url, language, licence, text, sha256, status, extractor, extractor_version, version)
VALUES (%s, '', false, '', '', '', '', 'en', '', %s, %s, 'draft', '', '', 1)
"""


def insert_article(text, digest=None):
    digest = digest or hashlib.sha256(text.encode()).hexdigest()
    return ARTICLE, make_round().pk, text, digest


@pytest.mark.parametrize("text", ["two\r\nlines", "\ufeffwords", " \n ", ""])
def test_an_article_has_words_lf_line_ends_and_no_bom(text):
    assert refusal(*insert_article(text)) == "article_text_is_normal"
    assert refusal(*insert_article("words")) is None


def test_the_digest_is_of_the_text():
    assert refusal(*insert_article("words", "0" * 64)) == "article_sha256_is_of_its_text"


def test_the_same_text_is_not_loaded_twice(article):
    assert refusal(*insert_article(article.text)) == "talks_article_sha256_key"


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("article_status_is_known", "status = 'hidden'"),
        ("editorial_title_is_not_empty", "title_is_editorial = true"),
        ("article_does_not_supersede_itself", "supersedes_id = id"),
    ],
)
def test_an_article_keeps_to_its_rules(article, constraint, change):
    assert refusal(f"UPDATE talks_article SET {change}") == constraint


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

    assert refusal(f"UPDATE talks_{table} SET {change}") == constraint


def test_what_is_in_use_is_not_deleted(article):
    make_passage("sides", article=article)
    make_participation(round=article.round)

    tables = ["article", "round", "party"]

    assert [refusal(f"DELETE FROM talks_{table}") is not None for table in tables] == [True] * 3
    counts = [model.objects.count() for model in (Article, Round, Party, Participation)]
    assert counts == [1, 1, 1, 1]
