"""The matrix shows the seed's figures, to those who may see them, and each leads to its words."""

import csv
import datetime
import io
import re

import pytest

from bench import corpus_positions
from talks.models import Article, Evidence, Position, Proposition

from ..factories import (
    make_affiliation,
    make_article,
    make_issue,
    make_participation,
    make_party,
    make_person,
    make_position,
    make_proposition,
    make_round,
    make_user,
    prove,
    some_passage,
)
from .seed import CODING, DERIVED, PARTY_NAMES, PROPOSITION_NAMES, ROUND, key, links_in, slug

MATRIX = f"{ROUND}positions/"
NOW = datetime.datetime(2025, 6, 1, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks_round():
    return make_round(slug="istanbul-2025-05-16")


@pytest.fixture
def article(talks_round):
    return make_article(round=talks_round)


def accepted(article, **fields):
    return make_position(article=article, work_status="accepted", **fields)


def matrix_of(client, state=""):
    response = client.get(MATRIX + state)
    assert response.status_code == 200
    return response.context["matrix"]


def shown(matrix):
    """``{(proposition, party): {stance: count}}`` by name."""
    return {
        (row.proposition.name, cell.column.party.name): {
            one.stance: one.count for one in cell.numbers
        }
        for row in matrix.rows
        for cell in row.cells
        if cell.numbers
    }


def propositions_of(matrix):
    return [row.proposition.name for row in matrix.rows]


def parties_of(matrix):
    return [column.party.name for column in matrix.columns]


def entries(response):
    return response.content.decode().count('<li class="entry">')


# The seed's figures


def test_the_cells_are_the_figures_of_the_seed(client, seed):
    expected = {
        (PROPOSITION_NAMES[proposition], PARTY_NAMES[party]): {
            stance: count for stance, count in counts.items() if count
        }
        for party, row in DERIVED["actor_issue_matrix"].items()
        for proposition, counts in row.items()
    }

    assert shown(matrix_of(client)) == expected


def test_a_joint_statement_counts_with_each_party_and_once_in_all(client, seed):
    matrix = matrix_of(client)

    assert matrix.total.count == DERIVED["statements_after_joint_dedup"] == 28
    assert {column.party.name: column.total.count for column in matrix.columns} == {
        name: DERIVED["positions_by_party"].get(party, 0) for party, name in PARTY_NAMES.items()
    }
    assert sum(row.total.count for row in matrix.rows) == 28


def test_distinct_positions_count_once_however_often_they_are_said(client, seed):
    cells = shown(matrix_of(client, "?count=distinct"))

    assert {count for counts in cells.values() for count in counts.values()} == {1}
    assert matrix_of(client, "?count=distinct").total.count == len(
        {(one["party"], one["proposition"], one["stance"]) for one in CODING["positions"]}
    )
    page = client.get(MATRIX + "?count=distinct").content.decode()
    assert "Counted are <strong>distinct positions</strong>" in page
    assert "Counted are <strong>statements</strong>" in client.get(MATRIX).content.decode()


@pytest.mark.parametrize(
    ("state", "is_meant"),
    [
        ("?basis=textual", lambda one: one["basis"] == "textual"),
        ("?certainty=low", lambda one: one["certainty"] == "low"),
        ("?form=direct", lambda one: one["speech_form"] == "direct"),
        ("?stance=opposes", lambda one: one["stance"] == "opposes"),
        (
            "?basis=textual&stance=supports&form=narrated",
            lambda one: (
                (one["basis"], one["stance"], one["speech_form"])
                == ("textual", "supports", "narrated")
            ),
        ),
    ],
)
def test_what_is_sifted_is_what_the_coding_says(client, seed, state, is_meant):
    statements = {
        (one["joint_key"], one["proposition"], one["stance"]) if one["joint_key"] else one["id"]
        for one in CODING["positions"]
        if is_meant(one)
    }

    assert matrix_of(client, state).total.count == len(statements)


def test_participants_without_a_position_are_shown_as_mentioned(client, seed):
    matrix = matrix_of(client)

    silent = [column.party.name for column in matrix.columns if column.is_silent]
    with_a_position = set(DERIVED["positions_by_party"])
    assert set(silent) == {
        name for party, name in PARTY_NAMES.items() if party not in with_a_position
    }
    assert "mentioned without a position" in client.get(MATRIX).content.decode()


# Every number leads to what it counts


@pytest.mark.parametrize("state", ["", "?count=distinct", "?basis=textual"])
def test_every_number_of_the_matrix_opens_as_many_as_it_says(client, seed, state):
    matrix = matrix_of(client, state)
    numbers = [one for row in matrix.rows for cell in row.cells for one in cell.numbers]
    numbers += [row.total for row in matrix.rows] + [matrix.total]
    numbers += [column.total for column in matrix.columns if column.total.count]
    page = client.get(MATRIX + state).content.decode()
    addresses = {one.split("cell=")[1].split("#")[0]: one for one in links_in(page, "cell=")}
    assert set(addresses) == {one.key for one in numbers}

    opened = {}
    for number in numbers:
        response = client.get(MATRIX + addresses[number.key])
        opened[number.key] = entries(response)
        assert "Quoted in this article as" in response.content.decode()

    assert opened == {one.key: one.count for one in numbers}


def test_a_statement_leads_into_the_text(client, seed):
    page = client.get(f"{MATRIX}?cell={key('I1.1')}:{slug('UKR')}:supports").content.decode()

    passages = links_in(page, "^/passages/")
    assert len(passages) >= 3
    for address in passages:
        assert client.get(address).status_code == 302


def test_a_cell_comes_alone_for_htmx(client, seed):
    address = f"{MATRIX}?cell={key('I1.1')}:{slug('RUS')}"

    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert part.strip().startswith("<section")
    assert part.count('<li class="entry">') == 1
    assert "<table" not in part


def test_a_number_nobody_has_says_that_nothing_is_counted_there(client, seed):
    response = client.get(f"{MATRIX}?cell=999999:nobody")

    assert (response.status_code, entries(response)) == (200, 0)
    assert "Nothing is counted here." in response.content.decode()


def test_more_statements_than_fit_come_in_pages(client, article):
    party, proposition = make_party(slug="p"), make_proposition()
    for _ in range(45):
        accepted(article, party=party, proposition=proposition)
    address = f"{MATRIX}?cell=all:p"

    first, second = client.get(address), client.get(f"{address}&page=2")

    assert [entries(first), entries(second)] == [40, 5]
    assert links_in(first.content.decode(), "page=2") != []


# Who sees what


def test_visitors_see_accepted_work_in_published_articles_alone(
    client, researcher, admin, talks_round
):
    published = make_article(round=talks_round)
    draft_article = make_article(round=talks_round, status="draft")
    elsewhere = make_article()
    proposition = make_proposition(name="Truce")

    def hold(party, article=published, **fields):
        fields = {"proposition": proposition, "work_status": "accepted"} | fields
        make_position(article=article, party=make_party(name=party), **fields)

    hold("Accepted")
    hold("Submitted", work_status="submitted")
    hold("Rejected", work_status="rejected")
    hold("Own draft", work_status="draft", coder=researcher)
    hold("Draft of another", work_status="draft")
    hold("Withdrawn", withdrawn_at=NOW)
    hold("In a draft article", article=draft_article)
    hold("Elsewhere", article=elsewhere)

    def seen():
        return {
            status: sorted(parties_of(matrix_of(client, f"?status={status}")))
            for status in ("", "open", "all")
        }

    visitor = seen()
    client.force_login(researcher)
    of_researcher = seen()
    client.force_login(admin)
    of_admin = seen()

    assert visitor == {"": ["Accepted"], "open": ["Accepted"], "all": ["Accepted"]}
    assert of_researcher == {
        "": ["Accepted"],
        "open": ["Accepted", "Own draft", "Submitted"],
        "all": ["Accepted", "Own draft", "Rejected", "Submitted"],
    }
    assert of_admin == {
        "": ["Accepted", "In a draft article"],
        "open": ["Accepted", "In a draft article", "Submitted"],
        "all": ["Accepted", "In a draft article", "Rejected", "Submitted"],
    }


def test_a_cell_shows_no_statement_that_one_may_not_see(client, article):
    party, proposition = make_party(slug="p"), make_proposition()
    accepted(article, party=party, proposition=proposition, summary="For all to see")
    make_position(article=article, party=party, proposition=proposition, summary="Not yet")

    page = client.get(f"{MATRIX}?cell={proposition.pk}:p&status=all").content.decode()

    assert ["For all to see" in page, "Not yet" in page] == [True, False]


def test_the_page_says_what_it_counts(client, researcher, article):
    accepted(article)
    assert "Only accepted ones count." in client.get(MATRIX).content.decode()
    client.force_login(researcher)

    page = client.get(f"{MATRIX}?status=open").content.decode()

    assert "Accepted ones count, those that await review, and your own drafts." in page


def test_without_public_reading_the_pages_are_closed(client, settings, talks_round):
    settings.PUBLIC_READING = False

    for address in (MATRIX, f"{ROUND}positions.csv", f"{ROUND}pairs/"):
        assert client.get(address)["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("page", ["positions/", "positions.csv", "pairs/"])
def test_a_round_that_is_not_there_is_not_found(client, page):
    assert client.get(f"/rounds/geneva/{page}").status_code == 404


def test_a_round_without_positions_says_so(client, talks_round):
    assert "No position of this round has been accepted yet." in (
        client.get(MATRIX).content.decode()
    )


# Sifting


def test_positions_are_sifted_by_speaker_article_issue_and_party(client, talks_round):
    one, other = make_article(round=talks_round), make_article(round=talks_round)
    ukraine, russia = make_party(name="Ukraine"), make_party(name="Russia")
    speaker = make_affiliation(party=ukraine, person=make_person())
    truce, swap = make_proposition(name="Truce"), make_proposition(name="Swap")
    accepted(one, affiliation=speaker, proposition=truce)
    accepted(other, party=russia, proposition=swap)

    def seen(state):
        return propositions_of(matrix_of(client, state))

    assert seen(f"?speaker={speaker.person_id}") == ["Truce"]
    assert seen(f"?article={other.pk}") == ["Swap"]
    assert seen(f"?issue={truce.issue_id}") == ["Truce"]
    assert seen(f"?party={russia.pk}") == ["Swap"]
    assert seen(f"?party={russia.pk}&issue={truce.issue_id}") == []


@pytest.mark.parametrize(
    ("said_on", "precision", "since", "until", "is_in"),
    [
        ("2025-05-16", "day", "2025-05-16", "2025-05-16", True),
        ("2025-05-16", "day", "2025-05-17", "", False),
        ("2025-05-16", "day", "", "2025-05-15", False),
        ("2025-05-12", "week", "2025-05-18", "", True),
        ("2025-05-12", "week", "2025-05-19", "", False),
        ("2025-05-01", "month", "2025-05-31", "", True),
        ("2022-01-01", "year", "2022-12-31", "", True),
        ("2022-01-01", "year", "2023-01-01", "", False),
        (None, "unknown", "1900-01-01", "", False),
        (None, "unknown", "", "", True),
        ("9999-12-31", "week", "9999-12-31", "", True),
    ],
)
def test_dates_are_sifted_as_exactly_as_they_are_known(
    client, article, said_on, precision, since, until, is_in
):
    accepted(article, said_on=said_on, date_precision=precision)

    matrix = matrix_of(client, f"?since={since}&until={until}")

    assert bool(matrix.rows) is is_in


@pytest.mark.parametrize(
    "state",
    [
        "issue=999999",
        "issue=x",
        "stance=net",
        "basis=none",
        "certainty=sure",
        "form=sung",
        "speaker=0",
        "article=9999999999999999999999",
        "count=both",
        "order=random",
        "columns=x",
        "since=yesterday",
        "since=0001-01-01",
        "until=2025-02-30",
        "cell=x",
        "cell=1:a:net",
        "cell=1:a%0A",
        f"cell={'9' * 400}:a",
        "party=%E2%80%AE",
    ],
)
def test_what_is_not_understood_is_said_and_the_page_still_stands(client, seed, state):
    response = client.get(f"{MATRIX}?{state}")

    assert response.status_code == 422
    page = response.content.decode()
    assert "Part of this address is not understood" in page
    assert 'class="errorlist"' in page
    assert response.context["matrix"].total.count == 28
    assert client.get(f"{ROUND}positions.csv?{state}").status_code == 422


def test_days_the_wrong_way_round_are_refused_and_the_first_one_holds(client, seed):
    response = client.get(f"{MATRIX}?since=2025-05-16&until=2025-05-15")

    assert response.status_code == 422
    assert "This is before the first day." in response.content.decode()
    assert (
        response.context["matrix"].total.count == matrix_of(client, "?since=2025-05-16").total.count
    )


def test_the_address_holds_the_whole_state(client, seed, colleague):
    client.force_login(colleague)
    state = "?stance=supports&basis=textual&count=distinct&order=activity&columns=contention"

    page = client.get(MATRIX + state).content.decode()

    for address in links_in(page, "cell=") + links_in(page, "positions.csv"):
        for part in state[1:].split("&"):
            assert part in address
    selected = re.findall(r'<option value="([^"]+)" selected', page)
    assert set(selected) == {"supports", "textual", "distinct", "activity", "contention"}


# Order


def test_rows_and_columns_are_sorted_by_issue_contention_or_activity(client, article):
    first, second = make_issue(name="First", order=1), make_issue(name="Second", order=2)
    quiet = make_proposition(name="Quiet", issue=first)
    contested = make_proposition(name="Contested", issue=second, order=2)
    busy = make_proposition(name="Busy", issue=second, order=1)
    a, b, c = (make_party(name=name) for name in "ABC")
    make_participation(round=article.round, party=c)
    accepted(article, proposition=quiet, party=c)
    accepted(article, proposition=contested, party=a)
    accepted(article, proposition=contested, party=b, stance="opposes")
    for _ in range(3):
        accepted(article, proposition=busy, party=b)

    assert propositions_of(matrix_of(client)) == ["Quiet", "Busy", "Contested"]
    assert propositions_of(matrix_of(client, "?order=contention")) == [
        "Contested",
        "Busy",
        "Quiet",
    ]
    assert propositions_of(matrix_of(client, "?order=activity")) == ["Busy", "Contested", "Quiet"]
    assert parties_of(matrix_of(client)) == ["C", "A", "B"]
    assert parties_of(matrix_of(client, "?columns=contention")) == ["A", "B", "C"]
    assert parties_of(matrix_of(client, "?columns=activity")) == ["B", "C", "A"]


def test_supporting_and_opposing_are_never_set_off(client, article):
    party, proposition = make_party(name="A"), make_proposition(name="Truce")
    for stance in ("supports", "opposes", "ambivalent", "unclear", "supports"):
        accepted(article, party=party, proposition=proposition, stance=stance)

    assert shown(matrix_of(client)) == {
        ("Truce", "A"): {"supports": 2, "opposes": 1, "ambivalent": 1, "unclear": 1}
    }


def test_joint_statements_of_two_articles_are_two(client, talks_round):
    proposition = make_proposition()
    parties = make_party(), make_party()
    for _ in range(2):
        article = make_article(round=talks_round)
        for party in parties:
            accepted(article, party=party, proposition=proposition, joint_key="J1")

    assert matrix_of(client).total.count == 2


# Taking it out


def test_the_csv_is_what_is_shown(client, seed):
    state = "?basis=textual&order=activity"
    matrix = matrix_of(client, state)

    response = client.get(f"{ROUND}positions.csv{state}")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbfIssue,Proposition,")
    head, *rows, last = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert head == ["Issue", "Proposition", *parties_of(matrix), "All statements"]
    assert [row[1] for row in rows] == propositions_of(matrix)
    assert [row[-1] for row in rows] == [str(row.total.count) for row in matrix.rows]
    assert last[-1] == str(matrix.total.count)
    counts = {
        (row[1], party): cell
        for row in rows
        for party, cell in zip(head[2:-1], row[2:-1], strict=True)
        if cell not in ("", "mentioned without a position")
    }
    assert counts == {
        cell: "; ".join(f"{stance} {count}" for stance, count in numbers.items())
        for cell, numbers in shown(matrix).items()
    }


def test_the_csv_says_in_its_name_what_it_counts(client, seed):
    client.force_login(make_user())

    names = [
        client.get(f"{ROUND}positions.csv{query}")["Content-Disposition"].split("2025-05-16-")[1]
        for query in ("", "?status=open", "?status=all")
    ]

    assert names == ['accepted.csv"', 'with-submitted.csv"', 'with-rejected.csv"']


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝"])
def test_no_cell_of_the_csv_begins_like_a_formula(client, article, sign):
    name = f"{sign}HYPERLINK(1)"
    proposition = make_proposition(name=name, issue=make_issue(name=name))
    accepted(article, proposition=proposition, party=make_party(name=name))

    rows = csv.reader(io.StringIO(client.get(f"{ROUND}positions.csv").content.decode()))

    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "＝"))] == []
    assert cells.count(f"'{name}") == 3


def test_names_are_shown_as_text(client, article):
    name = "<b>bold</b>"
    accepted(
        article,
        proposition=make_proposition(name=name, issue=make_issue(name=name)),
        party=make_party(name=name),
        summary=name,
    )

    for address in (f"{MATRIX}?cell=all:all", f"{ROUND}pairs/?nodes=propositions", ROUND):
        assert "<b>bold" not in client.get(address).content.decode()


# Queries


def add_corpus(talks_round, articles, positions):
    """Many positions, by few statements to the database."""
    issues = [make_issue() for _ in range(5)]
    propositions = [make_proposition(issue=issues[n % 5]) for n in range(20)]
    speakers = [make_affiliation(party=make_party()) for _ in range(12)]
    texts = [make_article(round=talks_round) for _ in range(articles)]
    passages = [some_passage(one) for one in texts]
    template = make_position(article=texts[0], party=speakers[0].party, work_status="accepted")
    rows = [
        Position(
            article=texts[n % articles],
            party=speakers[n % 12].party,
            affiliation=speakers[n % 12],
            attribution="speaker",
            proposition=propositions[n * 7 % 20],
            stance=("supports", "opposes", "unclear")[n % 3],
            speech_act="demand",
            speech_form="indirect",
            basis="textual",
            certainty="high",
            coder=template.coder,
            work_status="accepted",
            joint_key=f"J{n // 2}" if n % 10 < 2 else "",
        )
        for n in range(positions)
    ]
    made = Position.objects.bulk_create(rows)
    Evidence.objects.bulk_create(
        Evidence(position=one, role="report", passage=passages[n % articles])
        for n, one in enumerate(made)
    )


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_page_asks_as_much_for_many_positions_as_for_few(
    client, researcher, count_queries, talks_round, signed_in
):
    if signed_in:
        client.force_login(researcher)
    add_corpus(talks_round, articles=1, positions=3)
    pages = [
        f"{MATRIX}?cell=all:all",
        f"{MATRIX}?count=distinct&cell=all:all&order=contention&columns=contention",
        f"{ROUND}positions.csv",
        f"{ROUND}pairs/",
        f"{ROUND}pairs/?nodes=propositions",
    ]
    few = [count_queries(lambda page=page: client.get(page)) for page in pages]
    add_corpus(talks_round, articles=30, positions=600)

    many = [count_queries(lambda page=page: client.get(page)) for page in pages]

    assert many == few
    assert max(many) <= 15
    assert Proposition.objects.count() > 20


def test_evidence_of_several_passages_is_shown_with_each_role(client, article):
    position = accepted(article)
    prove([("context", some_passage(article))], position=position)

    page = client.get(f"{MATRIX}?cell=all:all").content.decode()

    assert page.count('class="quotation"') == 2


def test_of_many_articles_the_newest_are_offered_and_each_has_its_address(client, researcher):
    corpus_positions.load(corpus_positions.plan(240, 1200))
    newest = Article.objects.filter(round__slug="bench").newest_first()
    oldest = newest.last()
    client.force_login(researcher)
    matrix = "/rounds/bench/positions/?status=all"

    page = client.get(f"{matrix}&cell=all:all")
    narrowed = client.get(f"{matrix}&cell=all:all&article={oldest.pk}")

    offered = [dict(one.context["form"].fields["article"].choices) for one in (page, narrowed)]
    assert [len(one) for one in offered] == [201, 202]
    assert [str(oldest.pk) in one for one in offered] == [False, True]
    assert "Its article alone" in page.text
    assert narrowed.status_code == 200
    assert "Its article alone" not in narrowed.text

    party = "/parties/bench-party-0/?status=all"
    pages = [client.get(f"{party}&articles={number}") for number in (1, 2)]
    listed = [one for page in pages for one in page.context["articles"]]
    assert len(listed) > 100
    assert [one.pk for one in listed] == [one.pk for one in newest if one in listed]
    assert "articles=2#articles" in pages[0].text
    assert sum(one.position_count for one in listed) == pages[0].context["count"]
