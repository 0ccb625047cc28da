"""Recording from the text in a real browser: by mouse, by keyboard alone, without JavaScript."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from annotations.models import Draft
from talks.models import Issue, OutcomeReport, Position, Proposition
from tests.factories import (
    make_affiliation,
    make_article,
    make_issue,
    make_party,
    make_person,
    make_position,
    make_proposition,
)

from .reading import HANDED_ON, drag, excuse, handed_on, ready, select, text, until

SEED = Path(__file__).parents[2] / "annotations" / "seed"
CODING = json.loads((SEED / "coding.json").read_text())
WORDS = {one["id"]: one["exact"] for one in CODING["passages"]}
LABELS = {
    "a-zelensky": "Volodymyr Zelensky, President (Ukraine)",
}


def of_seed(kind, key):
    return next(one for one in CODING[kind] if one["id"] == key)


@pytest.fixture
def article(db):
    """The seed's article with its parties, people and propositions, and nothing recorded."""
    article = make_article(text=(SEED / "istanbul-2025-05-16.txt").read_text())
    parties = {
        one["id"]: make_party(name=one["name"], mark=one["id"][:4], aliases=one["aliases"])
        for one in CODING["parties"]
    }
    people = {
        one["id"]: make_person(name=one["name"], family_name=one["family_name"])
        for one in CODING["people"]
    }
    for one in CODING["affiliations"]:
        make_affiliation(
            person=people[one["person"]], party=parties[one["party"]], title=one["title"]
        )
    issues = {one["id"]: make_issue(name=one["name"]) for one in CODING["issues"]}
    for one in CODING["propositions"]:
        make_proposition(name=one["name"], statement=one["statement"], issue=issues[one["issue"]])
    return article


def name_of(party):
    return of_seed("parties", party)["name"]


def proposition_of(entry):
    return of_seed("propositions", entry["proposition"])["name"]


def evidence_of(entry):
    """What the seed gives as evidence: (words, role), each."""
    return [(WORDS[one["passage"]], one["role"]) for one in entry["evidence"]]


def stored(position):
    """A position in the seed's terms."""
    evidence = position.evidence.order_by("pk").values_list("passage__exact", "role")
    speaker = position.affiliation.person.name if position.affiliation else None
    return {
        "party": position.party.name,
        "speaker": speaker,
        "proposition": position.proposition.name,
        "stance": position.stance,
        "speech_act": position.speech_act,
        "condition": position.condition,
        "target": position.target_party.name if position.target_party else None,
        "speech_form": position.speech_form,
        "attribution": position.attribution,
        "basis": position.basis,
        "certainty": position.certainty,
        "evidence": sorted(evidence),
    }


def wanted(key):
    """The same of the seed's own coding."""
    entry = of_seed("positions", key)
    speaker = None
    if entry["affiliation"]:
        person = of_seed("affiliations", entry["affiliation"])["person"]
        speaker = of_seed("people", person)["name"]
    names = [
        "stance",
        "speech_act",
        "condition",
        "speech_form",
        "attribution",
        "basis",
        "certainty",
    ]
    return {name: entry[name] for name in names} | {
        "party": name_of(entry["party"]),
        "speaker": speaker,
        "proposition": proposition_of(entry),
        "target": name_of(entry["target_party"]) if entry["target_party"] else None,
        "evidence": sorted(evidence_of(entry)),
    }


def panel(page):
    return page.locator("#recorder")


def option(page, name, value):
    """Choose one of a group with the mouse."""
    panel(page).locator(f"label:has([name={name}][value={value}])").click()


def save(page):
    panel(page).get_by_role("button", name=re.compile("^(Save|Confirm and save)$")).click()
    expect(panel(page).locator("form")).to_have_count(0)


# By mouse


def test_a_position_by_mouse(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    entry = of_seed("positions", "p16")
    first, *rest = evidence_of(entry)

    ready(page)
    drag(page, article, first[0])
    page.locator("#palette [data-act=position]").click()
    expect(panel(page).locator(".evidence-row")).to_have_count(1)
    for count, (words, _) in enumerate(rest, start=2):
        drag(page, article, words)
        expect(panel(page).locator(".evidence-row")).to_have_count(count)
    # The words propose the speaker, and with the speaker the party.
    expect(page.get_by_label("Speaker", exact=True)).to_have_value(LABELS["a-zelensky"])
    expect(panel(page).locator("#rec_party")).to_have_value("Ukraine")
    roles = panel(page).locator(".evidence-row select")
    assert roles.evaluate_all("all => all.map((one) => one.value)") == [
        role for _, role in evidence_of(entry)
    ]
    panel(page).locator("#rec_proposition").select_option(label=proposition_of(entry))
    option(page, "stance", "supports")
    option(page, "speech_act", "demand")
    page.get_by_label("Condition").fill(entry["condition"])
    page.get_by_label("Target").fill("INTL")
    option(page, "basis", "textual")
    expect(page.locator("#record-missing")).to_have_text("Still missing: your certainty.")
    option(page, "certainty", "high")
    expect(page.locator("#claim output")).to_have_text(
        "Zelensky, for Ukraine, demands: new sanctions on Russia should follow if it refuses a "
        "ceasefire. If: the killings continue and the Russians reject a genuine truce. "
        "To: International community (unspecified)."
    )
    save(page)

    expect(page.locator(".card .proofs").first).to_contain_text("New sanctions on Russia")
    assert stored(Position.objects.get()) == wanted("p16")
    assert text(page) == article.text
    page.keyboard.press("Control+z")
    expect(page.locator(".card")).to_have_count(0)


def test_a_joint_statement_by_mouse(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    entry = of_seed("positions", "p03")

    ready(page)
    drag(page, article, evidence_of(entry)[0][0])
    page.locator("#palette [data-act=position]").click()
    panel(page).locator("#rec_party").fill("UKR")
    panel(page).get_by_text("A joint statement").click()
    panel(page).get_by_label("Further party 1").fill("its allies")
    panel(page).locator("#rec_proposition").select_option(label=proposition_of(entry))
    option(page, "stance", "supports")
    option(page, "speech_act", "threaten")
    page.get_by_label("Condition").fill(entry["condition"])
    page.get_by_label("Target").fill("Russia")
    option(page, "speech_form", "indirect")
    option(page, "basis", "textual")
    option(page, "certainty", "high")
    expect(page.locator("#claim output")).to_contain_text(
        "Ukraine and Ukraine’s allies (unspecified) together threaten:"
    )
    save(page)

    one, two = Position.objects.order_by("pk")
    assert [stored(one), stored(two)] == [wanted("p03"), wanted("p04")]
    assert one.joint_key == two.joint_key != ""


def test_an_outcome_report_by_mouse(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    entry = of_seed("outcomes", "o1")
    first, *rest = evidence_of(entry)

    ready(page)
    drag(page, article, first[0])
    page.locator("#palette [data-act=position]").click()
    panel(page).get_by_role("link", name="Outcome").click()
    expect(panel(page).locator("form[data-kind=outcome]")).to_be_visible()
    expect(panel(page).locator(".evidence-row")).to_have_count(1)
    for count, (words, role) in enumerate(rest, start=2):
        drag(page, article, words)
        expect(panel(page).locator(".evidence-row")).to_have_count(count)
        panel(page).locator(".evidence-row select").last.select_option(role)
    panel(page).locator("#rec_outcome").select_option("new")
    panel(page).locator("#rec_new_title").fill(entry["title"])
    panel(page).locator("#rec_new_kind").select_option(entry["kind"])
    panel(page).locator("#rec_new_quantity").fill(entry["quantity"])
    option(page, "status", "agreed")
    for number, side in enumerate(entry["parties"]):
        row = panel(page).locator("[data-field=sides] .row").nth(number)
        row.locator("input").fill(side["party"])
        row.locator("select").first.select_option(side["stance"])
        row.locator("select").last.select_option(side["basis"])
    save(page)

    assert_report(entry)
    expect(page.locator(".card .proofs").first).to_contain_text("Prisoner exchange")


def assert_report(entry):
    report = OutcomeReport.objects.get()
    assert (report.outcome.title, report.status) == (entry["title"], entry["status"])
    sides = report.stances.order_by("pk").values_list("party__name", "stance", "basis")
    assert list(sides) == [
        (name_of(one["party"]), one["stance"], one["basis"]) for one in entry["parties"]
    ]
    evidence = report.evidence.order_by("pk").values_list("passage__exact", "role")
    assert sorted(evidence) == sorted(evidence_of(entry))


# By keyboard alone


def tab_to(page, name):
    """Press Tab until the field of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"Tab never reaches {name}.")


def choose(page, name, digit):
    tab_to(page, name)
    page.keyboard.press(digit)


def digit_of(page, name, value):
    values = panel(page).locator(f"[name={name}]").evaluate_all("all => all.map((o) => o.value)")
    return "1234567890-"[values.index(value)]


def test_a_position_by_keyboard(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    entry = of_seed("positions", "p20")
    first, second = evidence_of(entry)

    ready(page)
    select(page, article, first[0])
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("p")
    expect(panel(page).locator("#rec_party")).to_be_focused()
    page.keyboard.press("F2")
    select(page, article, second[0], article.text.index(first[0]) + len(first[0]) + 1)
    page.keyboard.press("Enter")
    expect(panel(page).locator(".evidence-row")).to_have_count(2)
    expect(panel(page).locator(".evidence-row select").last).to_be_focused()
    expect(panel(page).locator("#rec_speaker")).to_have_value(re.compile("Tykhyi"))
    tab_to(page, "proposition")
    page.keyboard.type("1,000")
    for name in ("stance", "speech_act", "basis", "certainty"):
        choose(page, name, digit_of(page, name, entry[name]))
    expect(page.locator("#record-missing")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(panel(page).locator("form")).to_have_count(0)

    assert stored(Position.objects.get()) == wanted("p20")
    assert page.evaluate("document.activeElement.id") == "article-text"


def test_enter_goes_on_to_what_is_missing_and_few_keys_record_a_position(
    open_page, researcher, article
):
    page = open_page(article.get_absolute_url(), researcher)
    entry = of_seed("positions", "p12")
    keys = 0

    def press(*several):
        nonlocal keys
        for key in several:
            page.keyboard.press(key)
        keys += len(several)

    def focused():
        return page.evaluate("document.activeElement.name || document.activeElement.type")

    def record(words, stance, proposition):
        select(page, article, words)
        expect(page.locator("#palette")).to_be_visible()
        press("p")
        expect(panel(page).locator("#rec_party")).to_be_focused()
        expect(panel(page).locator("#rec_party")).to_have_value("United States")
        expect(panel(page).locator("#rec_speaker")).to_have_value(re.compile("Rubio"))
        press("Enter")
        assert focused() == "proposition"
        press(*proposition, "Enter")
        assert focused() == "stance"
        press(digit_of(page, "stance", stance), "Enter")
        assert focused() == "speech_act"
        press(digit_of(page, "speech_act", "criticise"), "Enter")
        for name in ("basis", "certainty"):
            if focused() == name:
                press("1", "Enter")
        assert focused() == "submit"
        press("Enter")
        expect(panel(page).locator("form")).to_have_count(0)

    ready(page)
    record(evidence_of(entry)[0][0], entry["stance"], "Lev")
    # Nobody is named in these words: party and speaker are those of the words before.
    record(evidence_of(entry)[3][0], "opposes", "Wor")

    assert Position.objects.count() == 2
    assert list(Position.objects.values_list("party__name", flat=True).distinct()) == [
        "United States"
    ]
    assert keys <= 2 * 16


def test_a_joint_statement_by_keyboard(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    entry = of_seed("positions", "p01")

    ready(page)
    select(page, article, evidence_of(entry)[0][0])
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("p")
    expect(panel(page).locator("#rec_party")).to_be_focused()
    page.keyboard.type("ukr")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("alli")
    tab_to(page, "proposition")
    page.keyboard.type("Immediate")
    for name in ("stance", "speech_act"):
        choose(page, name, digit_of(page, name, entry[name]))
    tab_to(page, "target")
    page.keyboard.type("rus")
    for name in ("speech_form", "basis", "certainty"):
        choose(page, name, digit_of(page, name, entry[name]))
    page.keyboard.press("Control+Enter")
    expect(panel(page).locator("form")).to_have_count(0)

    rows = [stored(one) for one in Position.objects.order_by("pk")]
    assert rows == [wanted("p01"), wanted("p02")]


def test_an_outcome_report_by_keyboard(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    entry = of_seed("outcomes", "o2")

    ready(page)
    select(page, article, evidence_of(entry)[0][0])
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.press("p")
    expect(panel(page).locator("#rec_party")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.dataset.kind") == "outcome":
            break
    page.keyboard.press("Enter")
    expect(panel(page).locator("#rec_outcome")).to_be_focused()
    page.keyboard.type("A new")
    tab_to(page, "new_title")
    page.keyboard.type(entry["title"])
    tab_to(page, "new_kind")
    page.keyboard.type("Process")
    choose(page, "status", digit_of(page, "status", entry["status"]))
    for side in entry["parties"]:
        tab_to(page, "side_party")
        page.keyboard.type(side["party"])
        tab_to(page, "side_stance")
        page.keyboard.type(side["stance"].capitalize())
        tab_to(page, "side_basis")
        page.keyboard.type(side["basis"].capitalize())
    page.keyboard.press("Control+Enter")
    expect(panel(page).locator("form")).to_have_count(0)

    assert_report(entry)


# Without JavaScript


def plain_page(open_page, researcher, article, words):
    """From a sentence's page to the form that records a position on it."""
    page = open_page(article.get_absolute_url(), researcher, java_script_enabled=False)
    start = article.text.index(words)
    number = next(one.number for one in article.paragraphs if start < one.end)
    page.goto(f"{article.get_absolute_url()}?paragraph={number}")
    page.locator(".sentence", has_text=words).first.get_by_role(
        "link", name="Record a position on this sentence"
    ).click()
    return page


def give_words(page, evidence):
    """Leave the sentence out, and copy the seed's words in its place."""
    page.get_by_label("What this passage does").select_option("none")
    for number, (words, role) in enumerate(evidence, start=1):
        page.get_by_label(f"Further words {number}", exact=True).fill(words)
        page.get_by_label(f"What further words {number} do").select_option(role)


def test_a_position_without_javascript(open_page, researcher, article):
    entry = of_seed("positions", "p20")
    # The second words stand in the text more than once: a bit more of them is needed.
    evidence = [evidence_of(entry)[0]]
    page = plain_page(open_page, researcher, article, evidence[0][0])

    give_words(page, evidence)
    page.get_by_label("Party", exact=True).fill("Ukraine")
    page.get_by_label("Speaker", exact=True).fill("Tykhyi")
    page.get_by_label("Proposition", exact=True).select_option(label=proposition_of(entry))
    for name in ("stance", "speech_act", "speech_form", "attribution", "basis"):
        page.locator(f"[name={name}][value={entry[name]}]").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose how sure you are.")
    expect(page.get_by_label("Speaker", exact=True)).to_have_value("Tykhyi")
    page.locator("[name=certainty][value=high]").check()
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#messages")).to_contain_text("Recorded: Tykhyi, for Ukraine, endorses")
    assert stored(Position.objects.get()) == wanted("p20") | {"evidence": evidence}
    excuse(open_page, "422")


def test_a_joint_statement_without_javascript(open_page, researcher, article):
    entry = of_seed("positions", "p01")
    page = plain_page(open_page, researcher, article, evidence_of(entry)[0][0])

    give_words(page, evidence_of(entry))
    page.get_by_label("Party", exact=True).fill("Ukraine")
    page.get_by_text("A joint statement").click()
    page.get_by_label("Further party 1").fill("ALLI")
    page.get_by_label("Proposition", exact=True).select_option(label=proposition_of(entry))
    page.get_by_label("Target").fill("Russia")
    for name in ("stance", "speech_act", "speech_form", "attribution", "basis", "certainty"):
        page.locator(f"[name={name}][value={entry[name]}]").check()
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#messages")).to_contain_text("together demand")
    rows = [stored(one) for one in Position.objects.order_by("pk")]
    assert rows == [wanted("p01"), wanted("p02")]


def test_an_outcome_report_without_javascript(open_page, researcher, article):
    entry = of_seed("outcomes", "o2")
    words = evidence_of(entry)[0][0]
    page = plain_page(open_page, researcher, article, words)

    page.get_by_role("link", name="Outcome").click()
    give_words(page, evidence_of(entry))
    page.get_by_label("Outcome", exact=True).select_option("new")
    page.locator("#rec_new_title").fill(entry["title"])
    page.locator("#rec_new_kind").select_option(entry["kind"])
    page.locator(f"[name=status][value={entry['status']}]").check()
    for number, side in enumerate(entry["parties"], start=1):
        page.get_by_label(f"Party {number}", exact=True).fill(side["party"])
        page.get_by_label(f"Stance of party {number}").select_option(side["stance"])
        page.get_by_label(f"Basis for party {number}").select_option(side["basis"])
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#messages")).to_contain_text(f"Recorded: {entry['title']}")
    assert_report(entry)


# Drafts


def test_a_draft_saves_itself_and_is_found_again_after_a_crash(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    select(page, article, "it remains unacceptable to Ukraine")
    page.keyboard.press("p")
    panel(page).locator("#rec_party").fill("Ukraine")
    option(page, "stance", "opposes")
    expect(panel(page).locator(".draft-line")).to_contain_text("Draft saved")

    page.goto(article.get_absolute_url())
    ready(page)
    page.locator(".masthead [data-record=open]").click()
    panel(page).get_by_text("Your drafts (1)").click()
    panel(page).locator("#record-drafts a").click()

    expect(panel(page).locator("#rec_party")).to_have_value("Ukraine")
    expect(panel(page).locator("[name=stance][value=opposes]")).to_be_checked()
    expect(panel(page).locator(".evidence-row blockquote")).to_have_text(
        "it remains unacceptable to Ukraine"
    )
    page.keyboard.press("Escape")
    expect(panel(page).locator("form")).to_have_count(0)
    assert Draft.objects.count() == 1


def test_a_draft_typed_offline_reaches_the_server_later(open_page, researcher, article):
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    select(page, article, "it remains unacceptable to Ukraine")
    page.keyboard.press("p")
    expect(panel(page).locator("#rec_party")).to_be_focused()
    page.context.set_offline(True)
    panel(page).locator("#rec_party").fill("Ukraine")
    expect(panel(page).locator(".draft-line")).to_contain_text("kept in this browser")
    assert not Draft.objects.exists()
    page.context.set_offline(False)
    page.goto(article.get_absolute_url())
    ready(page)
    until(page, "() => Object.keys(localStorage).length === 0")

    assert Draft.objects.get().data["party"][0] == "Ukraine"
    excuse(open_page, "ERR_INTERNET_DISCONNECTED", "Failed to load resource")


def test_a_draft_typed_offline_survives_the_kill_of_the_whole_browser(
    open_profile, researcher, article
):
    page = open_profile(article.get_absolute_url(), researcher)
    ready(page)
    select(page, article, "it remains unacceptable to Ukraine")
    page.keyboard.press("p")
    expect(panel(page).locator("#rec_party")).to_be_focused()
    page.context.set_offline(True)
    panel(page).locator("#rec_party").fill("Ukraine")
    assert [json.loads(one["data"])["party"][0] for one in handed_on(page)] == ["Ukraine"]
    open_profile.kill(page)
    assert not Draft.objects.exists()

    again = open_profile(article.get_absolute_url(), researcher)
    ready(again)
    until(again, f"async () => (await ({HANDED_ON})()).length === 0")
    assert Draft.objects.get().data["party"][0] == "Ukraine"


def test_a_position_is_changed_beside_the_text(open_page, researcher, article):
    position = make_position(
        article=article, coder=researcher, proposition=Proposition.objects.first(), certainty="low"
    )
    page = open_page(article.get_absolute_url(), researcher)
    ready(page)
    page.locator(".card").focus()
    page.locator(".card").get_by_role("link", name="Edit").click()
    expect(panel(page).locator("[name=certainty][value=low]")).to_be_checked()
    option(page, "certainty", "medium")
    save(page)

    position.refresh_from_db()
    assert (position.certainty, position.version) == ("medium", 2)
    assert Issue.objects.count() >= 5


@pytest.mark.parametrize("width", [1280, 390])
def test_the_panel_is_beside_the_text_and_accessible(
    open_page, violations, researcher, article, width
):
    page = open_page(
        article.get_absolute_url(), researcher, viewport={"width": width, "height": 844}
    )
    ready(page)
    select(page, article, "it remains unacceptable to Ukraine")
    page.locator("#palette [data-act=position]").click()
    expect(panel(page).locator("#rec_party")).to_be_focused()
    option(page, "stance", "opposes")

    box = panel(page).bounding_box()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1280:
        sheet = page.locator("#article-text").bounding_box()
        assert box["x"] >= sheet["x"] + sheet["width"]
    else:
        assert round(box["y"] + box["height"]) == 844
        assert box["height"] <= 844 * 0.56
        until(
            page,
            """() => {
                const [range] = CSS.highlights.get("evidence");
                const { top, bottom } = range.getBoundingClientRect();
                const sheet = document.querySelector("#recorder").getBoundingClientRect();
                return 0 < top && bottom < sheet.top;
            }""",
        )
    assert violations(page) == []
    for details in panel(page).locator("details").all():
        details.evaluate("one => { one.open = true; }")
    assert violations(page) == []
