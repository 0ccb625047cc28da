"""A new Parley holds the first article and its coding, once."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from annotations import first_data
from annotations.models import Act, Codebook, Note, Tag, Tagging
from talks.models import (
    Affiliation,
    Article,
    Event,
    Evidence,
    Issue,
    Outcome,
    OutcomeReport,
    Participation,
    Party,
    Passage,
    Person,
    Position,
    Proposition,
    Round,
)

from ..factories import make_user

CODING = json.loads((first_data.SEED / "coding.json").read_text())


def dump():
    """Every row of our tables."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for app in ("accounts", "talks", "annotations")
        for model in apps.get_app_config(app).get_models()
    }


@pytest.mark.django_db
def test_the_article_is_there_byte_for_byte(seed):
    article = Article.objects.get()
    digest = hashlib.sha256(article.text.encode()).hexdigest()
    assert digest == article.sha256 == CODING["article"]["sha256"]
    assert len(article.text) == CODING["article"]["code_points"]
    assert [article.source_credit, article.title, article.published_on, article.language] == [
        "CNN",
        "",
        None,
        "en",
    ]
    assert article.status == "published"


@pytest.mark.django_db
def test_the_round_has_its_parties(seed):
    talks_round = Round.objects.get()
    assert (talks_round.name, talks_round.slug) == ("Istanbul, 16 May 2025", "istanbul-2025-05-16")
    assert list(
        Participation.objects.in_order_of_role().values_list(
            "role", "party__name", "party__kind", "party__iso3", "party__mark"
        )
    ) == [
        ("negotiating_party", "Russia", "state", "RUS", "RUS"),
        ("negotiating_party", "Ukraine", "state", "UKR", "UKR"),
        ("third_party", "United States", "state", "USA", "USA"),
        ("mentioned", "Europe", "state_coalition", "", "EUR"),
        ("mentioned", "International community (unspecified)", "other", "", "INTL"),
        ("mentioned", "Ukraine’s allies (unspecified)", "state_coalition", "", "ALLY"),
        ("mentioned", "Western leaders (unspecified)", "state_coalition", "", "WEST"),
    ]


@pytest.mark.django_db
def test_the_accounts_are_one_of_each_role_and_the_coder(seed):
    assert list(
        User.objects.order_by("pk").values_list("username", "name", "role", "is_active")
    ) == [
        ("researcher", "Researcher", "researcher", True),
        ("editor", "Editor", "editor", True),
        ("admin", "Admin", "admin", True),
        ("first-coding", "First coding", "researcher", False),
    ]
    assert [user.has_usable_password() for user in User.objects.all()] == [False] * 4


@pytest.mark.django_db
def test_whoever_has_accounts_gets_no_others():
    make_user("admin", username="olena")

    first_data.load()

    assert set(User.objects.values_list("username", flat=True)) == {"olena", "first-coding"}


@pytest.mark.django_db
def test_the_codebook_has_the_issues_and_below_them_their_propositions(seed):
    issues = {issue["id"]: issue["name"] for issue in CODING["issues"]}
    expected = {(name, None) for name in issues.values()} | {("Source problem", None)}
    expected |= {(one["name"], issues[one["issue"]]) for one in CODING["propositions"]}
    assert Codebook.objects.get().name == "Istanbul talks"
    assert set(Tag.objects.values_list("name", "parent__name")) == expected
    assert Tag.objects.filter(status="active").exclude(definition="").count() == 18
    assert [tag.name for tag in Tag.objects.filter(parent=None).in_tree_order()] == [
        *issues.values(),
        "Source problem",
    ]
    assert [tag.colour for tag in Tag.objects.filter(parent=None) if not tag.colour] == []


@pytest.mark.django_db
def test_each_definition_starts_from_its_proposition_and_each_example_is_from_the_article(seed):
    text = Article.objects.get().text
    for proposition in CODING["propositions"]:
        tag = Tag.objects.get(name=proposition["name"])
        statement = proposition["statement"].partition(" (")[0].removesuffix(".")
        assert tag.definition.startswith(statement)
        assert tag.example in text
        assert tag.example


@pytest.mark.django_db
def test_the_evidence_of_positions_and_outcomes_is_tagged_with_their_propositions(seed):
    spans = {one["id"]: (one["doc_start"], one["doc_end"]) for one in CODING["passages"]}
    names = {one["id"]: one["name"] for one in CODING["propositions"]}
    expected = {
        (*spans[evidence["passage"]], names[owner["proposition"]])
        for owner in CODING["positions"] + CODING["outcomes"]
        if owner["proposition"]
        for evidence in owner["evidence"]
    } | {
        (*spans[evidence["passage"]], "Source problem")
        for oddity in CODING["oddities"]
        for evidence in oddity["evidence"]
    }
    found = Tagging.objects.values_list("passage__start", "passage__end", "tag__name")
    assert sorted(found) == sorted(expected)
    assert len(expected) == 71
    assert set(Tagging.objects.values_list("coder__name", "work_status", "codebook_version")) == {
        ("First coding", "accepted", 1)
    }


@pytest.mark.django_db
def test_the_passages_are_those_of_the_coding(seed):
    coded = {(one["doc_start"], one["doc_end"], one["exact"]) for one in CODING["passages"]}
    assert set(Passage.objects.values_list("start", "end", "exact")) - coded == set()


@pytest.mark.django_db
def test_the_coding_is_there_and_accepted(seed):
    models = (Party, Person, Affiliation, Issue, Proposition, Position, Outcome, OutcomeReport)
    counts = [model.objects.count() for model in (*models, Event, Evidence)]
    owners = ("affiliations", "positions", "outcomes", "events")
    evidence = sum(len(one["evidence"]) for owner in owners for one in CODING[owner])
    assert counts == [7, 8, 8, 5, 12, 30, 8, 8, 9, evidence]
    for model in (Position, OutcomeReport):
        assert set(model.objects.values_list("coder__name", "work_status")) == {
            ("First coding", "accepted")
        }


@pytest.mark.django_db
def test_the_oddities_are_notes_of_the_team_where_they_stand(seed):
    quotes = {one["id"]: one["exact"] for one in CODING["passages"]}
    assert list(Note.objects.in_thread_order().values_list("passage__exact", "visibility")) == [
        (quotes[oddity["evidence"][0]["passage"]] if oddity["evidence"] else None, "team")
        for oddity in CODING["oddities"]
    ]
    assert Note.objects.filter(article=Article.objects.get()).count() == 3
    assert Note.objects.get(passage__exact="U.S. President Donald Trump").text == (
        "Trump is “U.S. President” in ¶7 and “former President” in ¶12."
    )


@pytest.mark.django_db
def test_nothing_of_it_counts_as_something_somebody_did(seed):
    assert list(Act.objects.all()) == []


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    call_command("load_first_data", verbosity=0)
    before = dump()

    call_command("load_first_data", verbosity=0)

    assert dump() == before


@pytest.mark.django_db
def test_what_people_changed_since_stays_as_they_left_it():
    first_data.load()
    Tag.objects.filter(name="Ceasefire").update(name="Truce")
    Tagging.objects.first().delete()
    Note.objects.update(withdrawn_at="2026-01-01T00:00Z")
    User.objects.filter(username="researcher").update(username="olena", is_active=False)
    Round.objects.update(slug="istanbul-1")
    before = dump()

    assert not first_data.load()

    assert dump() == before


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_load_it_once():
    def load(number):
        try:
            return first_data.load()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = sorted(threads.map(load, range(4)))

    assert answers == [False, False, False, True]
    assert [Round.objects.count(), Note.objects.count(), User.objects.count()] == [1, 13, 4]
