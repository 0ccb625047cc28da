"""Mending parties, people, offices, propositions and rounds; merging two that are one."""

import datetime

import pytest
from django.apps import apps
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from annotations import references
from annotations.models import Act
from talks import merging
from talks.forms_reference import ReferenceForm
from talks.models import (
    Affiliation,
    Issue,
    Merge,
    Participation,
    Party,
    Person,
    Position,
    Proposition,
    Round,
)

from ..factories import (
    make_affiliation,
    make_article,
    make_event,
    make_issue,
    make_outcome_report,
    make_participation,
    make_party,
    make_passage,
    make_person,
    make_position,
    make_proposition,
    make_round,
)

pytestmark = pytest.mark.django_db
SUMMER = DateRange(datetime.date(2025, 6, 1), datetime.date(2025, 9, 1))


def text_of(response):
    return " ".join(response.content.decode().split())


def typed_party(party=None, **changes):
    return {
        "name": party.name if party else "Türkiye",
        "slug": party.slug if party else "turkiye",
        "kind": "state",
        "iso3": "",
        "mark": "T",
        "colour": "slate",
        "aliases": "",
    } | ({"version": party.version} if party else {}) | changes  # fmt: skip


def typed_office(party, **changes):
    return {
        "party": party.pk,
        "title": "Minister",
        "starts_on": "",
        "ends_on": "",
        "basis": "textual",
        "note": "",
    } | changes


def typed_round(**changes):
    return {
        "name": "Geneva",
        "slug": "geneva",
        "venue": "",
        "started_on": "2025-06-02",
        "ended_on": "",
        "summary": "",
    } | changes


def stored(row):
    return type(row).objects.filter(pk=row.pk).values().get()


# Who may


def test_editors_mend_what_positions_refer_to_and_admins_the_rounds(
    client, researcher, editor, admin
):
    participation = make_participation()
    office = make_affiliation(party=participation.party)
    proposition = make_proposition()
    merge = merging.merge(make_party(), make_party(), (1, 1), editor)
    for_editors = [
        reverse("talks:reference_list"),
        reverse("annotations:party_new"),
        reverse("annotations:party_edit", args=[participation.party.slug]),
        reverse("annotations:party_merge", args=[participation.party.slug]),
        reverse("annotations:person_new"),
        reverse("annotations:person_edit", args=[office.person.pk]),
        reverse("annotations:person_merge", args=[office.person.pk]),
        reverse("annotations:affiliation_new", args=[office.person.pk]),
        reverse("annotations:affiliation_edit", args=[office.pk]),
        reverse("annotations:issue_new"),
        reverse("annotations:issue_edit", args=[proposition.issue.pk]),
        reverse("annotations:proposition_new"),
        reverse("annotations:proposition_edit", args=[proposition.pk]),
        reverse("annotations:merge_detail", args=[merge.pk]),
    ]
    for_admins = [
        reverse("annotations:round_new"),
        reverse("annotations:round_edit", args=[participation.round.slug]),
        reverse("annotations:participation_list", args=[participation.round.slug]),
        reverse("annotations:participation_edit", args=[participation.pk]),
    ]

    def statuses(addresses):
        return {client.get(address).status_code for address in addresses}

    assert statuses(for_editors + for_admins) == {302}
    client.force_login(researcher)
    assert statuses(for_editors + for_admins) == {404}
    assert {client.post(one).status_code for one in for_editors[1:] + for_admins} == {404}
    client.force_login(editor)
    assert statuses(for_editors) == {200}
    assert statuses(for_admins) == {404}
    client.force_login(admin)
    assert statuses(for_editors + for_admins) == {200}


@pytest.mark.parametrize(
    "kind", ["parties", "people", "issues", "propositions", "rounds", "merges"]
)
def test_the_list_of_references_asks_as_much_for_many_rows_as_for_one(
    client, admin, count_queries, kind
):
    client.force_login(admin)

    def add(count):
        for _ in range(count):
            make_proposition()
            make_affiliation()
            make_participation()
            merging.merge(make_person(), make_person(), (1, 1), admin)

    def queries():
        return count_queries(lambda: client.get(f"/reference/?kind={kind}"))

    add(1)
    for_one = queries()
    add(2)
    assert queries() == for_one
    assert client.get("/reference/?kind=secrets").status_code == 404


# Making and changing


def test_an_editor_adds_and_corrects_a_party(client, editor):
    client.force_login(editor)

    response = client.post("/parties/new/", typed_party(aliases=" Turkey\n\nTurkey\nAnkara "))

    party = Party.objects.get()
    assert response["Location"] == "/parties/turkiye/"
    assert [party.name, party.aliases, party.version] == ["Türkiye", ["Turkey", "Ankara"], 1]
    response = client.post("/parties/turkiye/edit/", typed_party(party, iso3="tur"))
    assert response.status_code == 302
    party.refresh_from_db()
    assert [party.iso3, party.aliases, party.version] == ["TUR", [], 2]


def test_an_editor_adds_and_corrects_people_issues_and_propositions(client, editor):
    client.force_login(editor)

    person = {"name": "Ada Lovelace", "family_name": "Lovelace", "aliases": ""}
    client.post("/people/new/", person)
    ada = Person.objects.get()
    client.post(f"/people/{ada.pk}/edit/", person | {"version": 1, "aliases": "Ada King"})
    client.post("/issues/new/", {"name": "Ceasefire", "order": "1"})
    issue = Issue.objects.get()
    client.post(f"/issues/{issue.pk}/edit/", {"name": "A truce", "order": "2", "version": 1})
    proposition = {
        "issue": issue.pk,
        "name": "A truce",
        "statement": "There should be a truce.",
        "order": 1,
    }
    client.post("/propositions/new/", proposition)
    truce = Proposition.objects.get()
    client.post(f"/propositions/{truce.pk}/edit/", proposition | {"name": "Truce", "version": 1})

    assert [stored(ada)["aliases"], stored(ada)["version"]] == [["Ada King"], 2]
    assert [stored(issue)["name"], stored(issue)["order"]] == ["A truce", 2]
    assert [stored(truce)["name"], stored(truce)["version"]] == ["Truce", 2]


def test_an_admin_adds_a_round_and_says_who_took_part(client, admin):
    client.force_login(admin)
    party = make_party()

    client.post("/rounds/new/", typed_round())
    client.post("/rounds/geneva/edit/", typed_round(venue="Palais", version=1))
    client.post("/rounds/geneva/parties/", {"party": party.pk, "role": "mentioned"})
    twice = client.post("/rounds/geneva/parties/", {"party": party.pk, "role": "participant"})
    row = Participation.objects.get()
    client.post(f"/participations/{row.pk}/edit/", {"role": "third_party", "version": 1})

    assert [stored(Round.objects.get())[name] for name in ("venue", "version")] == ["Palais", 2]
    assert twice.status_code == 422
    assert [stored(row)["role"], stored(row)["version"]] == ["third_party", 2]
    client.post(f"/participations/{row.pk}/remove/", {"version": "1"})
    assert Participation.objects.exists()
    client.post(f"/participations/{row.pk}/remove/", {"version": "2"})
    assert not Participation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("name", "turned \u202e around"),
        ("slug", "new"),
        ("slug", "two words"),
        ("kind", "people"),
        ("iso3", "EU"),
        ("mark", "TOO LONG"),
        ("colour", "neon"),
        ("aliases", "x" * 201),
        ("aliases", "bad\u200b"),
        ("aliases", "\n".join(map(str, range(101)))),
        ("version", "-1"),
        ("version", ""),
    ],
)
def test_what_is_not_sound_is_refused_and_kept_in_the_form(client, editor, field, value):
    party = make_party(name="Türkiye")
    before = stored(party)
    client.force_login(editor)

    response = client.post(
        f"/parties/{party.slug}/edit/", typed_party(party, mark="TR") | {field: value}
    )

    assert response.status_code == 422
    assert field == "mark" or 'value="TR"' in text_of(response)
    assert stored(party) == before


def test_a_name_that_is_taken_is_refused_in_words(client, editor):
    make_party(name="Türkiye")
    client.force_login(editor)

    response = client.post("/parties/new/", typed_party(name="TÜRKIYE"))

    assert response.status_code == 422
    assert "There is a party of this name already" in text_of(response)


def test_a_form_based_on_an_old_version_gets_409_with_both(client, editor):
    party = make_party()
    opened = typed_party(party, name="Mine")
    client.force_login(editor)
    client.post(f"/parties/{party.slug}/edit/", typed_party(party, name="Theirs"))
    before = stored(party)

    response = client.post(f"/parties/{party.slug}/edit/", opened)

    assert response.status_code == 409
    assert response.context["differences"] == [("Name", "Theirs", "Mine")]
    assert stored(party) == before
    page = text_of(response)
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    client.post(f"/parties/{party.slug}/edit/", opened | {"version": 2})
    assert [stored(party)["name"], stored(party)["version"]] == ["Mine", 3]


# Offices and their dates


def test_an_office_has_a_first_and_a_last_day(client, editor):
    person, party = make_person(), make_party()
    client.force_login(editor)

    client.post(
        f"/people/{person.pk}/offices/new/",
        typed_office(party, starts_on="2025-06-01", ends_on="2025-08-31"),
    )

    office = Affiliation.objects.get()
    assert office.valid == SUMMER
    opened = client.get(f"/offices/{office.pk}/edit/").context["form"]
    assert [opened[name].value() for name in ("starts_on", "ends_on")] == [
        datetime.date(2025, 6, 1),
        datetime.date(2025, 8, 31),
    ]
    saved = client.post(f"/offices/{office.pk}/edit/", typed_office(party, version=1))
    assert saved["Location"] == f"/people/{person.pk}/"
    office.refresh_from_db()
    assert [office.valid_in_words, office.version] == ["dates not given", 2]
    client.post(f"/offices/{office.pk}/edit/", typed_office(party, version=2))
    assert stored(office)["version"] == 2


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"starts_on": "2025-08-31"}, "the dates overlap"),
        ({}, "the dates overlap"),
        ({"starts_on": "2026-01-02", "ends_on": "2026-01-01"}, "comes before the first"),
        ({"starts_on": "0999-01-01"}, "too long ago"),
        ({"ends_on": "9999-12-31"}, "too far ahead"),
        ({"ends_on": "soon"}, "Write a date as"),
    ],
)
def test_dates_that_cannot_be_are_explained_on_the_form(client, editor, dates, message):
    office = make_affiliation(valid=SUMMER)
    client.force_login(editor)

    response = client.post(
        f"/people/{office.person_id}/offices/new/",
        typed_office(office.party, title="MINISTER") | dates,
    )

    assert response.status_code == 422
    assert message in text_of(response)
    assert list(Affiliation.objects.all()) == [office]


def test_an_office_with_positions_stays_with_its_party(client, editor, transactional_db):
    office = make_affiliation()
    make_position(affiliation=office)
    client.force_login(editor)

    response = client.post(
        f"/offices/{office.pk}/edit/", typed_office(make_party(), version=office.version)
    )

    assert response.status_code == 422
    assert "Add another office instead" in text_of(response)


# Merging


def dump():
    """All rows of talks but merges; versions go up and are left out."""
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "version"}
            for row in model.objects.order_by("pk").values()
        ]
        for model in apps.get_app_config("talks").get_models()
        if model is not Merge and not model.__name__.endswith("History")
    }


@pytest.fixture
def two_parties():
    """Two parties with everything that can hang on one: (emptied, survivor)."""
    emptied = make_party(name="Turkey", slug="turkey", aliases=["Ankara"])
    survivor = make_party(name="Türkiye", slug="turkiye")
    person = make_person()
    both = make_round()
    article = make_article(round=both)
    make_participation(round=both, party=emptied, role="mentioned")
    make_participation(round=both, party=survivor)
    make_participation(party=emptied)
    same = make_affiliation(
        [("role", make_passage("sides", article=article))],
        party=emptied,
        person=person,
        title="Minister",
        valid=SUMMER,
    )
    make_affiliation(party=survivor, person=person, title="minister")
    other = make_affiliation(party=emptied, title="President")
    make_position(affiliation=same, article=article)
    make_position(affiliation=other, article=article)
    make_position(party=emptied, article=article, work_status="draft")
    make_position(party=survivor, target_party=emptied, article=article)
    make_outcome_report({emptied: "agrees"}, article=article)
    make_event([emptied, survivor, other], article=article)
    return emptied, survivor


def test_merging_two_parties_moves_all_that_hangs_on_the_one(client, editor, two_parties):
    emptied, survivor = two_parties
    client.force_login(editor)

    plan = client.get(f"/parties/turkey/merge/?into={survivor.pk}").context["plan"]

    assert {words: len(keys) for words, keys, _ in plan.moves} == {
        "positions": 3,
        "positions directed at it": 1,
        "offices": 1,
        "stances on outcomes": 1,
        "parts in events": 1,
        "roles in rounds": 1,
    }
    assert [len(plan.joined), len(plan.dropped), plan.refusals] == [1, 2, []]
    response = client.post(
        "/parties/turkey/merge/", {"into": survivor.pk, "version": 1, "into_version": 1}
    )
    assert response["Location"] == f"/merges/{Merge.objects.get().pk}/"
    survivor.refresh_from_db()
    assert survivor.aliases == ["Turkey", "Ankara"]
    assert set(Position.objects.values_list("party", flat=True)) == {survivor.pk}
    assert not merging.OutcomeStance.objects.filter(party=emptied).exists()
    assert client.get("/parties/turkey/")["Location"] == "/parties/turkiye/"
    assert client.get("/parties/turkiye/").status_code == 200
    assert client.get("/parties/turkey/edit/").status_code == 404
    assert "Turkey" not in [
        str(one) for one in client.get("/reference/?kind=parties").context["page"].object_list
    ]


def test_the_undo_of_a_merge_restores_everything(client, editor, two_parties):
    _, survivor = two_parties
    before = dump()
    client.force_login(editor)
    client.post("/parties/turkey/merge/", {"into": survivor.pk, "version": 1, "into_version": 1})
    merged = dump()
    merge = Merge.objects.get()

    assert client.get(f"/merges/{merge.pk}/").status_code == 200
    response = client.post(f"/merges/{merge.pk}/")

    assert response["Location"] == "/parties/turkey/"
    assert merged != before
    assert dump() == before
    merge.refresh_from_db()
    assert merge.undone_by == editor
    assert client.post(f"/merges/{merge.pk}/").status_code == 409
    assert dump() == before


def test_two_people_are_merged_and_parted_again(client, editor):
    party = make_party()
    survivor, emptied = make_person(name="Ada Lovelace"), make_person(name="A. Lovelace")
    kept = make_affiliation(person=survivor, party=party)
    same = make_affiliation(person=emptied, party=party)
    make_affiliation(person=emptied, title="Envoy")
    position = make_position(affiliation=same)
    make_event([same])
    before = dump()
    client.force_login(editor)

    response = client.post(
        f"/people/{emptied.pk}/merge/",
        {"into": survivor.pk, "version": 1, "into_version": 1},
        follow=True,
    )

    assert response.status_code == 200
    position.refresh_from_db()
    assert position.affiliation == kept
    assert stored(survivor)["aliases"] == ["A. Lovelace"]
    assert sorted(survivor.affiliations.values_list("title", flat=True)) == ["Envoy", "Minister"]
    assert client.get(f"/people/{emptied.pk}/")["Location"] == f"/people/{survivor.pk}/"
    client.post(f"/merges/{Merge.objects.get().pk}/")
    assert dump() == before


def test_offices_whose_dates_collide_stand_against_a_merge(client, editor):
    party = make_party()
    kept = make_affiliation(party=party, valid=SUMMER)
    later = DateRange(datetime.date(2025, 8, 1), None)
    moved = make_affiliation(party=party, valid=later)
    before = dump()
    client.force_login(editor)
    address = f"/people/{moved.person_id}/merge/"

    shown = client.get(f"{address}?into={kept.person_id}")
    response = client.post(address, {"into": kept.person_id, "version": 1, "into_version": 1})

    assert "the dates overlap" in text_of(shown)
    assert "Merge the two" not in text_of(shown)
    assert response.status_code == 409
    assert "the dates overlap" in text_of(response)
    assert dump() == before


def test_parties_that_a_report_tells_apart_are_not_one(client, editor):
    emptied, survivor = make_party(), make_party()
    make_outcome_report({emptied: "agrees", survivor: "rejects"})

    assert "gives both a stance of their own" in merging.plan(emptied, survivor).refusals[0]
    with pytest.raises(merging.RefusedError):
        merging.merge(emptied, survivor, (1, 1), editor)


def test_a_merge_of_what_has_changed_since_is_refused(client, editor):
    emptied, survivor = make_party(), make_party()
    Party.objects.filter(pk=survivor.pk).update(version=2)
    client.force_login(editor)
    address = f"/parties/{emptied.slug}/merge/"

    response = client.post(address, {"into": survivor.pk, "version": 1, "into_version": 1})

    assert response.status_code == 409
    assert not Merge.objects.exists()
    for data in ({}, {"into": emptied.pk}, {"into": "x"}, {"into": "9" * 400}):
        assert client.post(address, data).status_code == 422
    assert client.get(f"{address}?into=none").status_code == 422


def test_merges_are_undone_from_the_last(client, editor):
    one, two, three = make_party(), make_party(), make_party()
    first = merging.merge(one, two, (1, 1), editor)
    second = merging.merge(Party.objects.get(pk=two.pk), three, (2, 1), editor)
    client.force_login(editor)

    assert client.post(f"/merges/{first.pk}/").status_code == 409
    assert client.post(f"/merges/{second.pk}/").status_code == 302
    assert client.post(f"/merges/{first.pk}/").status_code == 302
    assert not Party.objects.exclude(merged_into=None).exists()


def test_what_was_recorded_since_follows_its_speaker_back(client, editor, transactional_db):
    office = make_affiliation()
    emptied, survivor = office.party, make_party()
    merge = merging.merge(emptied, survivor, (1, 1), editor)
    office.refresh_from_db()
    since = make_position(affiliation=office)
    client.force_login(editor)

    assert client.post(f"/merges/{merge.pk}/").status_code == 302
    since.refresh_from_db()
    assert since.party == emptied


def test_names_taken_a_moment_ago_are_refused_by_the_database_in_words(client, editor, monkeypatch):
    make_issue(name="ceasefire")
    client.force_login(editor)
    # As where it was not taken yet when the form looked.
    monkeypatch.setattr(ReferenceForm, "validate_constraints", lambda _: None)

    response = client.post("/issues/new/", {"name": "Ceasefire", "order": "1"})

    assert response.status_code == 422
    assert "There is an issue of this name already." in text_of(response)


# Acts: undone, and never done twice

KEY = "0b0e7a54-5f7e-4a53-9f5e-2f6f0a0e7d11"


def undo_last(client):
    act = Act.objects.latest("pk")
    return client.post(f"/acts/{act.pk}/undo/")


def test_a_correction_is_an_act_that_is_undone_and_done_again(client, editor):
    party = make_party(name="Turkey", aliases=["Ankara"])
    office = make_affiliation(party=party, valid=SUMMER)
    client.force_login(editor)
    client.post(f"/parties/{party.slug}/edit/", typed_party(party, name="Türkiye"))
    client.post(f"/offices/{office.pk}/edit/", typed_office(party, version=1))
    corrected = stored(office)

    undo_last(client)
    first = Act.objects.earliest("pk")
    assert stored(office) == corrected | {"valid": SUMMER, "version": 3}
    undo_last(client)
    assert stored(office) == corrected | {"version": 4}
    client.post(f"/acts/{first.pk}/undo/")
    assert [stored(party)[name] for name in ("name", "aliases", "version")] == [
        "Turkey", ["Ankara"], 3,
    ]  # fmt: skip
    assert "Corrected: Türkiye" in text_of(client.get("/acts/"))


def test_two_corrections_of_one_row_are_undone_one_after_the_other(client, editor):
    party = make_party(name="Turkey")
    client.force_login(editor)
    for version, name in enumerate(("Türkei", "Türkiye"), start=1):
        client.post(f"/parties/{party.slug}/edit/", typed_party(party, name=name, version=version))
    first, second = Act.objects.order_by("pk")

    names = []
    for act in (second, first):
        assert client.post(f"/acts/{act.pk}/undo/").status_code == 302
        names.append(stored(party)["name"])

    assert names == ["Türkei", "Turkey"]


def test_what_was_added_goes_again_unless_it_is_in_use(client, editor):
    client.force_login(editor)
    client.post("/issues/new/", {"name": "Prisoners", "order": "7"})
    issue = stored(Issue.objects.get())

    assert undo_last(client).status_code == 302
    assert not Issue.objects.exists()
    undo_last(client)
    assert stored(Issue.objects.get()) == issue | {"version": 2}
    proposition = make_proposition(issue=Issue.objects.get())
    added_again = Act.objects.latest("pk")
    refused = client.post(f"/acts/{added_again.pk}/undo/")

    assert refused.status_code == 409
    assert "“Prisoners” is in use by now, so it stays." in text_of(refused)
    assert Proposition.objects.get() == proposition


def test_a_party_that_was_taken_off_the_table_is_brought_back(client, admin):
    row = make_participation(role="third_party")
    before = stored(row)
    client.force_login(admin)

    assert client.post(f"/participations/{row.pk}/remove/", {"version": "9"}).status_code == 409
    for _ in range(2):
        taken = client.post(f"/participations/{row.pk}/remove/", {"version": "1"})
        assert taken["Location"] == f"/rounds/{row.round.slug}/parties/"
    assert not Participation.objects.exists()
    undo_last(client)

    assert stored(Participation.objects.get()) == before | {"version": 2}


def test_a_correction_of_what_changed_since_is_not_undone(client, editor, colleague):
    party = make_party(name="Turkey")
    client.force_login(editor)
    client.post(f"/parties/{party.slug}/edit/", typed_party(party, name="Türkiye"))
    act = Act.objects.latest("pk")
    Party.objects.filter(pk=party.pk).update(name="Republic of Türkiye", version=3)

    response = client.post(f"/acts/{act.pk}/undo/")

    assert response.status_code == 409
    assert stored(party)["name"] == "Republic of Türkiye"


def test_who_is_no_editor_any_more_undoes_no_correction(client, editor):
    party = make_party(name="Turkey")
    client.force_login(editor)
    client.post(f"/parties/{party.slug}/edit/", typed_party(party, name="Türkiye"))
    type(editor).objects.filter(pk=editor.pk).update(role="researcher")

    assert undo_last(client).status_code == 409
    assert stored(party)["name"] == "Türkiye"


def test_a_form_that_is_sent_twice_makes_one_row(client, admin):
    client.force_login(admin)
    party = make_party()
    sent = [
        ("/parties/new/", typed_party(key=KEY)),
        (
            "/rounds/geneva/parties/",
            {"party": party.pk, "role": "mentioned", "key": KEY[:-1] + "2"},
        ),
    ]
    make_round(slug="geneva")

    answers = [client.post(address, data) for address, data in sent for _ in range(2)]

    assert [one.status_code for one in answers] == [302] * 4
    assert [one["Location"] for one in answers[:2]] == ["/parties/turkiye/"] * 2
    assert Party.objects.filter(name="Türkiye").count() == 1
    assert Participation.objects.count() == 1
    assert Act.objects.count() == 2


def test_a_merge_that_is_sent_twice_leads_to_the_one_that_was_made(client, editor):
    emptied, survivor = make_party(), make_party()
    client.force_login(editor)
    data = {"into": survivor.pk, "version": 1, "into_version": 1}

    first, second = (client.post(f"/parties/{emptied.slug}/merge/", data) for _ in range(2))

    merge = Merge.objects.get()
    assert [first["Location"], second["Location"]] == [f"/merges/{merge.pk}/"] * 2


def test_a_merge_is_an_act_that_is_undone_and_done_again(client, editor):
    emptied, survivor = make_party(name="Turkey"), make_party(name="Türkiye")
    position = make_position(party=emptied)
    client.force_login(editor)
    address = f"/parties/{emptied.slug}/merge/"
    data = {"into": survivor.pk, "version": 1, "into_version": 1}

    def whose():
        position.refresh_from_db()
        return position.party

    for _ in range(2):
        assert client.post(address, data).status_code == 302
    act = Act.objects.get()
    assert (act.actor, act.summary) == (editor, "Merged: Turkey into Türkiye")
    assert whose() == survivor
    listed = text_of(client.get("/acts/"))
    assert "Merged: Turkey into Türkiye" in listed
    assert "Reference" in listed

    assert undo_last(client).status_code == 302
    assert whose() == emptied
    assert Party.objects.get(pk=survivor.pk).aliases == []
    assert undo_last(client).status_code == 302
    assert whose() == survivor
    assert undo_last(client).status_code == 302
    assert whose() == emptied
    assert not Merge.objects.in_force().exists()


def test_a_merge_that_somebody_else_undoes_counts_as_undone_among_ones_acts(client, editor, admin):
    emptied, survivor = make_person(), make_person()
    client.force_login(editor)
    data = {"into": survivor.pk, "version": 1, "into_version": 1}
    client.post(f"/people/{emptied.pk}/merge/", data)
    client.force_login(admin)

    merge = Merge.objects.get()
    assert client.post(f"/merges/{merge.pk}/").status_code == 302
    assert client.post(f"/merges/{merge.pk}/").status_code == 409

    assert Act.objects.get(actor=editor).undone_by.actor == admin
    client.force_login(editor)
    act = Act.objects.get(actor=editor)
    assert client.post(f"/acts/{act.pk}/undo/").status_code == 302
    assert not Merge.objects.in_force().exists()


def test_a_merge_whose_survivor_was_merged_on_is_not_undone_before_that(client, editor):
    one, two, three = make_party(), make_party(), make_party()
    first = references.merge(editor, one, two, (1, 1), key=None)
    references.merge(editor, Party.objects.get(pk=two.pk), three, (2, 1), key=None)
    client.force_login(editor)

    response = client.post(f"/acts/{first.pk}/undo/")

    assert response.status_code == 409
    assert "undo that first" in text_of(response)
    assert Merge.objects.in_force().count() == 2
