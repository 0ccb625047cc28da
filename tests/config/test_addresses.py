"""Who may open which address: the whole list, so that a new one is a decision."""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from talks.access import is_open_to_visitors
from tests.factories import make_article, make_note, make_passage, make_tagging

ALWAYS_PUBLIC = {
    "accounts:sign_in",
    "accounts:sign_in_by_link",
    "accounts:sign_out",
    "health_live",
    "health_ready",
}
READING = {
    "annotations:article_list",
    "annotations:passage_detail",
    "annotations:reader",
    "talks:home",
    "talks:outcome_detail",
    "talks:outcome_list",
    "talks:party_detail",
    "talks:party_pairs",
    "talks:person_detail",
    "talks:position_detail",
    "talks:position_matrix",
    "talks:position_matrix_csv",
    "talks:proposition_detail",
    "talks:round_detail",
    "talks:timeline",
}


def views(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern.callback
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from views(pattern, namespace + inner)


def public():
    return {name for name, view in views() if is_open_to_visitors(view)}


def test_these_addresses_are_public_and_no_others(settings):
    settings.PUBLIC_READING = True
    assert public() == ALWAYS_PUBLIC | READING
    settings.PUBLIC_READING = False
    assert public() == ALWAYS_PUBLIC


@pytest.fixture
def work(researcher):
    tagging = make_tagging(
        make_passage("Both", make_article(text="Both agreed.")), coder=researcher
    )
    note = make_note(passage=tagging.passage, author=researcher)
    return {
        "annotations:article_notes": [tagging.passage.article_id],
        "annotations:link_new": [tagging.passage.article_id],
        "annotations:bounds_edit": [tagging.passage_id],
        "annotations:tagging_withdraw": [tagging.pk],
        "annotations:note_detail": [note.pk],
        "annotations:note_replies": [note.pk],
        "annotations:note_withdraw": [note.pk],
        "annotations:act_list": [],
        "annotations:codebook": [],
        "annotations:tag_detail": [tagging.tag_id],
        "annotations:tag_notes": [tagging.tag_id],
        "talks:article_edit": [tagging.passage.article_id],
        "accounts:account": [],
        "accounts:account_list": [],
        "accounts:account_new": [],
    }


def test_all_others_lead_a_visitor_to_sign_in_whatever_the_method(client, work):
    answers = {
        (name, method, response.status_code, response.url.partition("?")[0])
        for name, arguments in work.items()
        for method in ("get", "post", "put", "delete", "patch")
        for response in [getattr(client, method)(reverse(name, args=arguments))]
    }

    assert {(status, url) for _, _, status, url in answers} == {(302, "/sign-in/")}


def test_a_colleague_cannot_touch_the_work_of_another(client, colleague, work):
    client.force_login(colleague)
    data = {"version": 1, "text": "Mine now", "start": 0, "end": 4, "exact": "Both"}

    answers = {
        name: client.post(reverse(name, args=arguments), data).status_code
        for name, arguments in work.items()
        if name
        in {
            "annotations:tagging_withdraw",
            "annotations:note_detail",
            "annotations:note_withdraw",
            "talks:article_edit",
            "accounts:account_new",
        }
    }

    assert answers == dict.fromkeys(answers, 404)


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_methods_that_an_address_does_not_know_are_refused(client, researcher, work, method):
    client.force_login(researcher)
    ours = {name: args for name, args in work.items() if name.startswith("annotations:")}

    answers = {
        name: getattr(client, method)(reverse(name, args=args)).status_code
        for name, args in ours.items()
    }

    assert answers == dict.fromkeys(ours, 405)
