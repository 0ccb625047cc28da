"""The queue, the page of one piece of work, and what became of one's own."""

import datetime
import itertools
import re
import uuid

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from annotations import coding
from annotations.models import Act, Note, Notice, Review, Tagging
from tests.factories import (
    make_article,
    make_note,
    make_outcome_report,
    make_party,
    make_passage,
    make_position,
    make_proposition,
    make_review,
    make_round,
    make_tag,
    make_tagging,
    make_user,
)

pytestmark = pytest.mark.django_db
QUEUE = "/review/"


def code(row, version=None):
    name = {"outcomereport": "outcome_report"}.get(row._meta.model_name, row._meta.model_name)
    return f"{name}-{row.pk}" + (f".{version}" if version else "")


def page_of(row):
    name, pk = code(row).split("-")
    return reverse(f"annotations:review_{name}", args=[pk])


def judge(client, *rows, address=QUEUE, **fields):
    """POST a verdict on ``rows`` as they are stored."""
    for row in rows:
        row.refresh_from_db()
    items = [code(row, row.version) for row in rows]
    return client.post(address, {"item": items, "decision": "accept"} | fields)


def listed(client, query=""):
    """The codes of what the queue lists, in its order."""
    response = client.get(f"{QUEUE}{query}")
    assert response.status_code == 200
    return [one for _, one, *_ in response.context["lines"]]


@pytest.fixture
def work():
    """One piece of each kind, the oldest first."""
    return [make_tagging(), make_position(), make_outcome_report()]


# The queue


def test_the_queue_shows_the_oldest_beside_its_text(client, editor):
    article = make_article(text="Heading\nBoth sides agreed. Nobody left.\nThe end of it all.")
    coder = make_user(name="Olena")
    make_tagging(make_passage("sides agreed", article), make_tag("Unity"), coder)
    client.force_login(editor)

    page = client.get(QUEUE).content.decode()

    assert "Both <mark>sides agreed</mark>. Nobody left." in page
    assert "The end of it all" not in page
    assert "“sides agreed” is tagged Unity." in page
    assert "Olena" in page


def test_work_of_all_kinds_waits_in_the_order_it_was_made(client, editor, work):
    client.force_login(editor)

    assert listed(client) == [code(row) for row in work]


def test_what_is_not_submitted_or_ones_own_or_hidden_does_not_wait(client, editor):
    make_tagging(coder=editor)
    make_tagging(withdrawn_at=timezone.now())
    make_position(work_status="draft")
    make_position(work_status="accepted")
    make_tagging(make_passage(article=make_article(status="draft")))
    client.force_login(editor)

    assert listed(client) == []
    assert b"Nothing waits for you." in client.get(QUEUE).content


def test_researchers_and_visitors_have_no_queue(client, researcher):
    assert client.get(QUEUE).status_code == 302
    client.force_login(researcher)

    assert client.get(QUEUE).status_code == 404
    assert judge(client, make_tagging()).status_code == 404
    assert not Review.objects.exists()


def test_the_queue_is_narrowed_by_its_address(client, editor):
    parent = make_tag("Ceasefire")
    tagging = make_tagging(tag=make_tag("Unconditional", parent=parent))
    other = make_tagging()
    position = make_position(coder=tagging.coder)
    report = make_outcome_report()
    old = make_position()
    type(old).objects.filter(pk=old.pk).update(
        created_at=timezone.now() - datetime.timedelta(days=10)
    )
    client.force_login(editor)

    assert listed(client, "?kind=position") == [code(old), code(position)]
    assert listed(client, f"?tag={parent.pk}") == [code(tagging)]
    assert listed(client, f"?coder={tagging.coder.pk}") == [code(tagging), code(position)]
    assert listed(client, f"?article={other.passage.article.pk}") == [code(other)]
    assert listed(client, "?age=older_week") == [code(old)]
    assert listed(client, "?age=week&kind=position") == [code(position)]
    assert listed(client, "?kind=outcome_report&age=day") == [code(report)]
    assert listed(client, f"?kind=position&tag={parent.pk}") == []
    assert listed(client, "?kind=outcome_report&disagreement=on") == []


def test_whose_last_work_was_judged_stays_chosen_and_nobody_elses_is_shown(client, editor):
    last, _ = make_tagging(), make_tagging()
    client.force_login(editor)

    for query in (
        f"?coder={last.coder.pk}",
        f"?tag={last.tag.pk}",
        f"?article={last.passage.article.pk}",
    ):
        response = judge(client, last, address=f"{QUEUE}{query}")
        assert response.url == f"{QUEUE}{query}&after={code(last)}"
        assert listed(client, response.url.removeprefix(QUEUE)) == []
        assert "Nothing of this kind waits for review." in client.get(response.url).content.decode()
        assert client.get(QUEUE).context["count"] == 1


@pytest.mark.parametrize(
    "query",
    ["kind=nothing", "tag=99999999999999999999", "article=0", "after=tagging-0", "item=x", "age=1"],
)
def test_what_the_address_says_wrongly_narrows_nothing(client, editor, work, query):
    client.force_login(editor)

    response = client.get(f"{QUEUE}?{query}")

    assert response.status_code == 422
    assert len(response.context["lines"]) == 3


def test_skipping_goes_on_behind_and_back_to_the_first(client, editor, work):
    client.force_login(editor)

    assert listed(client, f"?after={code(work[0])}") == [code(row) for row in work[1:]]
    assert listed(client, f"?after={code(work[1])}") == [code(work[2])]
    end = client.get(f"{QUEUE}?after={code(work[2])}").content.decode()
    assert "You have come to the end." in end
    assert "3 that you passed over still wait" in end


@pytest.mark.parametrize("make", [make_tagging, make_position, make_outcome_report])
def test_the_queue_takes_the_same_queries_for_any_number(client, editor, make, count_queries):
    client.force_login(editor)
    make()
    client.get(QUEUE)
    with_one = count_queries(lambda: client.get(QUEUE))
    for _ in range(3):
        make()

    assert count_queries(lambda: client.get(QUEUE)) == with_one


def test_of_hundreds_of_articles_the_newest_are_offered_and_others_found(client, editor):
    talks_round, tag = make_round(), make_tag()
    rows = [
        make_tagging(make_passage(article=make_article(round=talks_round)), tag) for _ in range(202)
    ]
    with connection.cursor() as cursor:
        # As a server does by itself: by what other tests left known the queue took 10 s once.
        cursor.execute("ANALYZE (SKIP_LOCKED)")
    client.force_login(editor)
    oldest = rows[0].passage.article

    page = client.get(QUEUE)
    assert len(page.context["asked"].fields["article"].choices) == 201
    assert f'href="/review/?article={oldest.pk}"' in page.text
    assert listed(client, f"?article={oldest.pk}") == [code(rows[0])]


# Verdicts


def test_a_verdict_shows_the_next_at_once(client, editor, work):
    client.force_login(editor)

    response = judge(client, work[0], address=f"{QUEUE}?kind=&age=week")
    assert response.status_code == 302
    assert response["Location"] == f"{QUEUE}?kind=&age=week&after={code(work[0])}"
    page = client.get(response["Location"])

    assert page.context["shown"].row == work[1]
    work[0].refresh_from_db()
    assert work[0].work_status == "accepted"


def test_htmx_gets_the_next_and_its_address(client, editor, work):
    client.force_login(editor)

    response = client.post(
        QUEUE, {"item": code(work[0], 1), "decision": "accept"}, headers={"HX-Request": "true"}
    )

    assert response["HX-Push-Url"] == f"{QUEUE}?after={code(work[0])}"
    assert response.context["shown"].row == work[1]
    assert b"<html" not in response.content


@pytest.mark.parametrize("decision", ["revise", "reject"])
def test_a_reason_is_asked_for_and_the_work_stays(client, editor, work, decision):
    client.force_login(editor)

    response = judge(client, work[1], decision=decision, reason=" ")

    assert response.status_code == 422
    assert response.context["shown"].row == work[1]
    assert b"Say why: the coder will want to know." in response.content
    assert not Review.objects.exists()


def test_a_usual_reason_and_ones_own_words_make_one_reason(client, editor, work):
    client.force_login(editor)

    judge(client, work[0], decision="reject", usual="Not in the text.", reason="See ¶3.\r\nThere.")

    assert Review.objects.get().reason == "Not in the text.\nSee ¶3.\nThere."


def test_the_teams_frequent_reasons_come_first(client, editor):
    often = ["Another tag fits better."] * 3
    for reason in ("Once.", "Too long.", "Too long.\nBy two words.", *often):
        make_review(make_tagging(), "reject", reason=reason)
    make_tagging()
    client.force_login(editor)

    assert client.get(QUEUE).context["usual"][:3] == [
        "Another tag fits better.",
        "Too long.",
        "The words do not say this.",
    ]


def test_the_second_editor_gets_409_with_the_first_ones_verdict(client, editor, admin, work):
    make_review(work[0], "reject", admin, reason="Not in the text.")
    client.force_login(editor)

    response = client.post(
        QUEUE, {"item": code(work[0], 1), "decision": "revise", "reason": "Kept <words>"}
    )
    page = response.content.decode()

    assert response.status_code == 409
    assert "In the meantime Admin rejected it." in page
    assert "Not in the text." in page
    assert "Kept &lt;words&gt;</textarea>" in page
    assert Review.objects.count() == 1


def test_ones_own_work_is_never_judged(client, editor):
    own = make_tagging(coder=editor)
    client.force_login(editor)

    response = judge(client, own)

    assert response.status_code == 409
    assert b"Nobody reviews their own work." in response.content
    assert not Review.objects.exists()
    page = client.get(f"{QUEUE}?item={code(own)}").content.decode()
    assert "This is your own work: another editor judges it." in page
    assert 'id="verdict-form"' not in page


@pytest.mark.parametrize(
    "fields",
    [
        {"item": []},
        {"item": ["tagging-1"]},
        {"item": ["tagging-99999.1"]},
        {"item": ["tagging-99999999999999999999.1"]},
        {"item": ["evidence-1.1"]},
        {"decision": "perhaps"},
        {"decision": ""},
        {"reason": "x" * 5000, "decision": "reject"},
        {"key": "none"},
    ],
)
def test_a_broken_verdict_is_refused(client, editor, fields):
    tagging = make_tagging()
    client.force_login(editor)

    response = client.post(
        QUEUE, {"item": [code(tagging, 1)], "decision": "accept", "reason": "x"} | fields
    )

    assert response.status_code == 422
    assert not Review.objects.exists()


def test_work_that_cannot_be_seen_is_not_judged(client, editor):
    hidden = make_tagging(make_passage(article=make_article(status="draft")))
    draft = make_position(work_status="draft")
    client.force_login(editor)

    assert [judge(client, row).status_code for row in (hidden, draft)] == [422, 422]
    assert not Review.objects.exists()


def test_the_same_verdict_sent_twice_is_given_once(client, editor, work):
    client.force_login(editor)
    data = {"item": code(work[0], 1), "decision": "accept", "key": str(uuid.uuid4())}

    statuses = [client.post(QUEUE, data).status_code for _ in range(2)]

    assert statuses == [302, 302]
    assert Review.objects.count() == 1


def test_several_are_judged_and_undone_as_one(client, editor, work):
    client.force_login(editor)

    response = judge(client, *work, decision="reject", usual="Not in the text.")
    assert response.status_code == 302
    assert listed(client) == []
    page = client.get(QUEUE).content.decode()
    assert 'Undo<span class="visually-hidden">: 3 rejected (Not in the text.)' in page

    act = Act.objects.get()
    undone = client.post(reverse("annotations:act_undo", args=[act.pk]), {"next": QUEUE})
    assert undone["Location"] == QUEUE
    assert listed(client) == [code(row) for row in work]


def test_of_several_none_is_judged_and_the_others_stay_chosen(client, editor, work):
    make_review(work[1], "accept")
    client.force_login(editor)

    response = client.post(
        QUEUE,
        {"item": [code(row, 1) for row in work], "decision": "reject", "reason": "My reason"},
    )

    assert response.status_code == 409
    assert response.context["chosen"] == {code(work[0]), code(work[2])}
    assert b"My reason</textarea>" in response.content
    assert Review.objects.count() == 1


def test_undoing_leads_back_to_what_was_judged(client, editor, work):
    client.force_login(editor)
    judge(client, work[1])

    page = client.get(f"{QUEUE}?after={code(work[1])}").content.decode()
    back = re.search(r'name="next" value="([^"]+)"', page)[1].replace("&amp;", "&")
    act = Act.objects.get()
    response = client.post(reverse("annotations:act_undo", args=[act.pk]), {"next": back})

    assert response.status_code == 302
    assert client.get(response["Location"]).context["shown"].row == work[1]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/sign-out/"])
def test_undoing_leads_nowhere_else(client, editor, work, back):
    client.force_login(editor)
    judge(client, work[0])

    act = Act.objects.get()
    response = client.post(reverse("annotations:act_undo", args=[act.pk]), {"next": back})

    assert response["Location"].startswith("/articles/")


# Sent back, changed, shown again


def test_what_was_sent_back_waits_for_its_coder_and_comes_back_with_what_changed(client, editor):
    article = make_article(text="Both sides agreed at last.")
    tagging = make_tagging(make_passage("Both sides", article), make_tag("Unity"))
    client.force_login(editor)
    judge(client, tagging, decision="revise", reason="Too short.")
    assert listed(client) == []

    coding.move_bounds(tagging.coder, tagging.passage, 0, 17)
    page = client.get(QUEUE).content.decode()

    assert listed(client) == [code(tagging)]
    assert "Changed since Editor sent it back for revision" in page
    assert re.search(r"<ins>.* agreed", page)
    assert "Too short." in page


def test_a_position_changed_after_a_rejection_shows_its_old_and_new_words(client, editor):
    position = make_position(stance="supports", certainty="high")
    make_review(position, "reject", editor, reason="Too sure.")
    type(position).objects.filter(pk=position.pk).update(
        certainty="low", work_status="submitted", version=3
    )
    client.force_login(editor)

    page = client.get(QUEUE)

    assert page.context["shown"].changes == [
        ("Certainty", [("old", "high"), ("new", "low")]),
    ]


# Disagreements


@pytest.fixture
def disputed():
    article = make_article(text="Both sides agreed on an exchange.")
    return [
        make_tagging(make_passage("Both sides", article), make_tag("Unity"), make_user(name="Ada")),
        make_tagging(
            make_passage("sides agreed", article), make_tag("Doubt"), make_user(name="Ben")
        ),
    ]


def test_overlapping_passages_with_different_tags_are_one_item(client, editor, disputed):
    make_tagging()
    client.force_login(editor)

    response = client.get(QUEUE)

    assert len(response.context["lines"]) == 2
    sides = response.context["disagreement"].sides
    assert [(side.says, side.rows) for side in sides] == [
        ("Unity", disputed[:1]),
        ("Doubt", disputed[1:]),
    ]
    assert b"2 sides disagree" in response.content
    assert listed(client, "?disagreement=on") == [code(disputed[0])]


def test_a_disagreement_of_three_that_was_skipped_does_not_come_again(client, editor, disputed):
    third = make_tagging(disputed[1].passage, make_tag("Third"))
    last = make_tagging()
    client.force_login(editor)

    assert listed(client) == [code(disputed[0]), code(last)]
    assert listed(client, f"?after={code(disputed[0])}") == [code(last)]
    assert listed(client, f"?coder={third.coder.pk}") == [code(third)]
    sides = client.get(f"{QUEUE}?coder={third.coder.pk}").context["disagreement"].sides
    assert [side.says for side in sides] == ["Third", "Unity", "Doubt"]


def test_who_sides_with_the_oldest_part_is_part_of_its_disagreement(client, editor):
    article = make_article(text="Both sides agreed on an exchange.")
    passage = make_passage("Both sides", article)
    unity = make_tag("Unity")
    first = make_tagging(passage, unity)
    second = make_tagging(passage, unity)
    against = make_tagging(make_passage("sides agreed", article), make_tag("Doubt"))
    client.force_login(editor)

    assert listed(client) == [code(first)]
    sides = client.get(QUEUE).context["disagreement"].sides
    assert [side.rows for side in sides] == [[first, second], [against]]
    assert listed(client, f"?after={code(first)}") == []
    settle(client, [first, second, against], str(unity.pk))
    assert client.get(QUEUE).context["count"] == 0


def test_a_long_chain_of_overlaps_is_an_item_for_each_of_its_neighbourhoods(client, editor):
    words = "One two three four five six seven eight nine ten."
    article = make_article(text=words)
    each = words.rstrip(".").split()
    chain = [
        make_tagging(make_passage(f"{one} {other}", article), make_tag())
        for one, other in itertools.pairwise(each)
    ]
    client.force_login(editor)

    heads = [code(chain[0]), code(chain[3]), code(chain[6])]
    assert listed(client) == heads
    assert listed(client, f"?after={heads[0]}") == heads[1:]
    assert listed(client, f"?after={heads[1]}") == heads[2:]


@pytest.fixture
def crowd():
    """A passage to which a hundred and twenty coders give one of fifteen tags each."""
    passage = make_passage()
    tags = [make_tag(f"Side {n:02}") for n in range(15)]
    people = [make_user() for _ in range(120)]
    return [make_tagging(passage, tags[n % 15], coder) for n, coder in enumerate(people)]


def test_settling_a_disagreement_of_a_crowd_settles_every_part_and_is_undone_as_one(
    client, editor, crowd, count_queries
):
    client.force_login(editor)
    page = client.get(f"{QUEUE}?item={code(crowd[1])}")
    form = page.content.decode().partition('id="verdict-form"')[2].partition("</form>")[0]
    (seen,) = re.findall(r'name="item" value="([^"]*)"', form)

    def settle_all():
        data = {"item": seen, "holds": str(crowd[1].tag_id), "reason": "So it is."}
        assert client.post(QUEUE, data).url == f"{QUEUE}?after={code(crowd[1])}"

    assert len(page.context["disagreement"].parts) == 120
    assert "and 3 more sides" in page.content.decode()
    assert "Side 14 holds" in form
    assert count_queries(settle_all) < 40
    statuses = Tagging.objects.order_by("pk").values_list("work_status", flat=True)
    assert list(statuses) == [
        "accepted" if row.tag_id == crowd[1].tag_id else "rejected" for row in crowd
    ]
    assert client.get(QUEUE).context["count"] == 0
    act = Act.objects.get()
    back = {"next": QUEUE}
    undo = reverse("annotations:act_undo", args=[act.pk])
    assert count_queries(lambda: client.post(undo, back)) < 40
    assert set(statuses.all()) == {"submitted"}
    client.post(reverse("annotations:act_undo", args=[Act.objects.latest("pk").pk]), back)
    assert sorted(set(statuses.all())) == ["accepted", "rejected"]
    assert Notice.objects.unread().count() == 120


def test_coders_who_share_a_tag_or_a_passage_apart_do_not_disagree(client, editor, disputed):
    first, second = disputed
    make_tagging(first.passage, second.tag, first.coder)
    article = make_article(text="One thing. Another thing.")
    make_tagging(make_passage("One", article), coder=first.coder)
    make_tagging(make_passage("Another", article), coder=second.coder)
    client.force_login(editor)

    assert listed(client, "?disagreement=on") == []


def test_one_coder_does_not_disagree_with_herself(client, editor):
    passage = make_passage()
    coder = make_user()
    make_tagging(passage, make_tag(), coder)
    make_tagging(passage, make_tag(), coder)
    client.force_login(editor)

    assert listed(client, "?disagreement=on") == []


def test_opposite_stances_of_one_party_in_one_article_are_one_item(client, editor):
    same = {
        "article": make_article(),
        "party": make_party(name="Ukraine"),
        "proposition": make_proposition(),
    }
    supports = make_position(stance="supports", **same)
    opposes = make_position(stance="opposes", **same)
    make_position(stance="unclear", **same)
    make_position(stance="opposes", **same | {"party": make_party()})
    make_position(stance="opposes", **same | {"article": make_article()})
    client.force_login(editor)

    sides = client.get(QUEUE).context["disagreement"].sides

    assert [(side.says, side.rows) for side in sides] == [
        ("Ukraine supports", [supports]),
        ("Ukraine opposes", [opposes]),
    ]
    assert len(listed(client)) == 4


def settle(client, rows, holds, **fields):
    items = [code(row, row.version) for row in rows]
    return client.post(QUEUE, {"item": items, "holds": holds, "reason": "So it is."} | fields)


def test_a_joint_statement_is_one_item_with_one_verdict_undone_as_one(client, editor):
    same = {
        "article": make_article(),
        "proposition": make_proposition(),
        "coder": make_user(),
        "joint_key": "call",
    }
    rows = [make_position(party=make_party(name=name), **same) for name in ("France", "Poland")]
    last = make_position(joint_key="call")
    client.force_login(editor)

    response = client.get(QUEUE)
    assert listed(client) == [code(rows[0]), code(last)]
    assert [row for row, *_ in response.context["together"]] == rows
    assert "One verdict on the joint statement" in response.content.decode()
    assert listed(client, f"?after={code(rows[0])}") == [code(last)]
    assert [row for row, *_ in client.get(f"{QUEUE}?item={code(rows[1])}").context["together"]] == [
        rows[1],
        rows[0],
    ]

    refused = judge(client, *rows, decision="reject", together=1)
    assert (refused.status_code, refused.context["of"]) == (422, "one")
    assert refused.context["shown"].row == rows[0]
    response = judge(client, *rows, decision="reject", reason="Nobody signed.", together=1)
    assert response.url == f"{QUEUE}?after={code(rows[0])}"
    assert listed(client) == [code(last)]
    assert client.get(QUEUE).context["undone_item"] == code(rows[0])
    client.post(reverse("annotations:act_undo", args=[Act.objects.get().pk]), {"next": QUEUE})
    for row in rows:
        row.refresh_from_db()
    assert [row.work_status for row in rows] == ["submitted", "submitted"]
    judge(client, rows[0], together=1)
    assert listed(client) == [code(rows[1]), code(last)]
    assert client.get(QUEUE).context["together"] == []


def test_a_joint_statement_that_another_editor_judged_meanwhile_is_shown_with_that(
    client, editor, admin
):
    same = {"article": make_article(), "coder": make_user(), "joint_key": "call"}
    rows = [make_position(**same) for _ in range(2)]
    seen = [code(row, row.version) for row in rows]
    client.force_login(admin)
    judge(client, *rows, decision="reject", reason="Nobody signed.", together=1)
    client.force_login(editor)

    data = {"item": seen, "decision": "accept", "together": 1}
    response = client.post(QUEUE, data)

    assert response.status_code == 409
    assert "Nobody signed." in response.content.decode()


def test_what_another_coder_contradicts_in_a_joint_statement_is_an_item_of_its_own(client, editor):
    same = {"article": make_article(), "proposition": make_proposition()}
    party = make_party()
    joint = {"coder": make_user(), "joint_key": "call"} | same
    disputed, *rest = [
        make_position(party=one, **joint) for one in (party, make_party(), make_party())
    ]
    make_position(party=party, stance="opposes", **same)
    client.force_login(editor)

    assert listed(client) == [code(disputed), code(rest[0])]
    shown = client.get(f"{QUEUE}?item={code(rest[0])}").context["together"]
    assert [row for row, *_ in shown] == rest


def test_a_refused_settling_shows_the_same_disagreement_again(client, editor, disputed):
    first = make_tagging()
    type(first).objects.filter(pk=first.pk).update(
        created_at=timezone.now() - datetime.timedelta(1)
    )
    client.force_login(editor)

    response = settle(client, disputed, "none", reason="")

    assert response.status_code == 422
    assert response.context["shown"].row == disputed[0]


def test_settling_settles_all_parts_and_is_undone_as_one(client, editor, disputed):
    client.force_login(editor)

    response = settle(client, disputed, str(disputed[0].tag_id))
    for row in disputed:
        row.refresh_from_db()

    assert response.status_code == 302
    assert [row.work_status for row in disputed] == ["accepted", "rejected"]
    assert listed(client) == []
    act = Act.objects.get()
    client.post(reverse("annotations:act_undo", args=[act.pk]), {"next": QUEUE})
    for row in disputed:
        row.refresh_from_db()
    assert [row.work_status for row in disputed] == ["submitted", "submitted"]


@pytest.mark.parametrize(
    ("holds", "statuses"), [("all", ["accepted"] * 2), ("none", ["rejected"] * 2)]
)
def test_all_sides_may_stand_or_none(client, editor, disputed, holds, statuses):
    client.force_login(editor)

    settle(client, disputed, holds)
    for row in disputed:
        row.refresh_from_db()

    assert [row.work_status for row in disputed] == statuses


def test_a_side_that_is_not_there_does_not_hold(client, editor, disputed):
    client.force_login(editor)

    assert settle(client, disputed, "999").status_code == 409
    assert not Review.objects.exists()


def test_settling_against_a_side_needs_a_reason(client, editor, disputed):
    client.force_login(editor)

    assert settle(client, disputed, str(disputed[0].tag_id), reason="").status_code == 422
    assert settle(client, disputed, "all", reason="").status_code == 302


def test_of_a_disagreement_what_came_changed_and_went_since_is_told(client, editor, disputed):
    gone = make_tagging(disputed[1].passage, make_tag("Gone"))
    seen = [*disputed, gone]
    client.force_login(editor)
    codes = [code(row, row.version) for row in seen]
    third = make_tagging(disputed[1].passage, make_tag("Third"))
    make_review(disputed[1], "accept")
    coding.withdraw_tagging(gone.coder, gone, 1)
    before = Review.objects.count()

    data = {"item": codes, "holds": "none", "reason": "Neither."}
    response = client.post(QUEUE, data)

    assert response.status_code == 409
    assert Review.objects.count() == before
    assert [(one.row, one.what) for one in response.context["stale"]] == [
        (disputed[1], "accepted"),
        (gone, "withdrawn by its coder"),
        (third, "came in, waits for review"),
    ]
    page = response.content.decode()
    assert "3 parts of this came or changed in the meantime." in page
    assert "Neither." in page
    assert response.context["shown"].row == disputed[0]


def test_a_disagreement_that_others_ended_is_told_and_what_was_settled_is_not_settled_twice(
    client, editor, disputed
):
    key = str(uuid.uuid4())
    client.force_login(editor)
    both = make_tagging(disputed[0].passage, disputed[1].tag, disputed[0].coder)

    response = settle(client, disputed, "all")

    assert response.status_code == 409
    assert {one.what for one in response.context["stale"]} == {
        "nothing contradicts it any more, waits for review"
    }
    coding.withdraw_tagging(both.coder, both, 1)
    for _ in range(2):
        assert settle(client, disputed, "all", key=key).status_code == 302
    assert Review.objects.count() == 2


def test_who_is_part_of_a_disagreement_does_not_settle_it(client, editor, disputed):
    own = make_tagging(disputed[0].passage, make_tag("Mine"), editor)
    client.force_login(editor)

    page = client.get(QUEUE).content.decode()
    response = settle(client, [*disputed, own], "all")

    assert "Part of this is your own work, so another editor settles it." in page
    assert response.status_code == 409
    assert not Review.objects.exists()


# One piece of work, and what became of one's own


def test_the_team_reads_what_became_of_a_piece_of_work_and_answers(client, researcher, work):
    for row in work:
        make_review(row, "reject", reason="Not <there>.")
    client.force_login(researcher)

    for row in work:
        address = page_of(row)
        page = client.get(address).content.decode()
        assert "Not &lt;there&gt;." in page

        response = client.post(address, {"text": "It is, in ¶2."})
        assert response["Location"] == f"{address}#notes"
        assert "It is, in ¶2." in client.get(address).content.decode()
    assert [coding.work_of(note) for note in Note.objects.order_by("pk")] == work


def test_an_empty_answer_is_refused(client, researcher):
    address = page_of(make_tagging())
    client.force_login(researcher)

    assert client.post(address, {"text": " "}).status_code == 422
    assert not Note.objects.exists()


def test_a_note_on_a_piece_of_work_leads_back_to_it(client, researcher, work):
    client.force_login(researcher)

    for row in work:
        name, _ = code(row).split("-")
        note = make_note(**{name: row}, author=researcher)
        address = page_of(row)
        page = client.get(note.get_absolute_url()).content.decode()
        assert address in page
        reply = client.post(reverse("annotations:note_replies", args=[note.pk]), {"text": "Yes"})
        assert reply["Location"] == f"{address}#notes"


def test_what_one_may_not_see_has_no_page(client, researcher, editor):
    hidden = make_tagging(make_passage(article=make_article(status="draft")))
    draft = make_position(work_status="draft")
    client.force_login(editor)

    assert [client.get(page_of(row)).status_code for row in (hidden, draft)] == [404, 404]
