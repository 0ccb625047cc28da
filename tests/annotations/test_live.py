"""What an open page asks every few seconds: has anything happened, and who else is here."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations import coding, live
from annotations.models import Act, ActKind, Presence, Visibility
from tests.factories import make_article, make_tag, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    return make_article(text="Both sides agreed.")


def ask(client, article=None, **known):
    known |= {"article": article.pk} if article else {}
    return client.get(reverse("annotations:live"), known)


def seen_ago(user, seconds):
    ago = timezone.now() - datetime.timedelta(seconds=seconds)
    Presence.objects.filter(user=user).update(seen_at=ago)


def test_a_page_hears_of_an_act_on_its_article_once(client, researcher, colleague, article):
    client.force_login(researcher)
    nothing = ask(client, article, state="0")
    act = coding.tag_passage(colleague, article, 0, 4, make_tag())

    heard = ask(client, article, state="0")

    assert nothing.status_code == 204
    assert heard.json() == {"changed": True, "here": "", "names": [], "inbox": 0}
    assert ask(client, article, state=str(act.pk)).status_code == 204
    assert ask(client, make_article(), state="0").status_code == 204


def test_a_page_that_knows_more_than_happened_is_drawn_anew_and_hears_of_what_comes(
    client, researcher, colleague, article
):
    """As after a backup was restored while the page was open."""
    client.force_login(researcher)
    act = coding.tag_passage(colleague, article, 0, 4, make_tag("Unity"))
    headers = {"HX-Request": "true"}

    def drawn(since):
        answer = client.get(article.get_absolute_url(), {"since": since}, headers=headers)
        return answer.status_code, answer.content.decode()

    status, content = drawn(act.pk + 1_000)

    assert status == 200
    assert f'name="since" value="{act.pk}"' in content
    assert "<mark" in content
    assert drawn(act.pk) == (204, "")


def test_a_page_about_all_work_hears_of_acts_anywhere(client, researcher, colleague, article):
    client.force_login(researcher)
    before = live.state(researcher)
    assert ask(client, state=before).status_code == 204

    coding.write_note(colleague, "Look", Visibility.TEAM, tag=make_tag())
    assert ask(client, state=before).json()["changed"] is True
    on_a_tag = live.state(researcher)
    coding.tag_passage(colleague, article, 0, 4, make_tag())
    assert ask(client, state=on_a_tag).json()["changed"] is True
    assert ask(client, state=live.state(researcher)).status_code == 204


def test_an_act_that_commits_after_a_later_one_is_not_missed(researcher, article):
    def act(pk):
        return Act.objects.create(
            pk=pk, actor=researcher, kind=ActKind.NOTE, summary="Noted", changes=[]
        )

    act(10_002)
    known = live.state(researcher)
    act(10_001)

    assert live.state(researcher) != known


def test_private_notes_of_others_are_not_heard_of(client, researcher, colleague, article):
    client.force_login(researcher)
    before = live.state(researcher)

    coding.write_note(colleague, "Mine", Visibility.PRIVATE, article=article)

    assert ask(client, state=before).status_code == 204
    assert ask(client, article, state="0").status_code == 204


def test_those_who_read_the_article_too_are_named_until_they_leave(
    client, researcher, colleague, article
):
    client.force_login(colleague)
    alone = ask(client, article, state="0")
    client.force_login(researcher)

    beside = ask(client, article, state="0")
    here = str(colleague.pk)
    still = ask(client, article, state="0", here=here)
    elsewhere = ask(client, make_article(), state="0")
    seen_ago(colleague, 43)
    left = ask(client, article, state="0", here=here)

    assert alone.status_code == 204
    assert beside.json() == {"changed": False, "here": here, "names": ["Colleague"], "inbox": 0}
    assert still.status_code == 204
    assert elsewhere.status_code == 204
    assert left.json() == {"changed": False, "here": "", "names": [], "inbox": 0}


def test_ones_own_second_page_is_nobody_else(client, researcher, article):
    client.force_login(researcher)

    assert [ask(client, article, state="0").status_code for _ in range(2)] == [204, 204]
    assert Presence.objects.count() == 1


def test_a_page_that_goes_on_asking_stays_present(client, researcher, colleague, article):
    client.force_login(researcher)
    ask(client, article, state="0")
    seen_ago(researcher, 20)
    ask(client, article, state="0")
    client.force_login(colleague)

    assert ask(client, article, state="0").json()["names"] == ["Researcher"]


def test_who_was_here_is_not_kept(client, researcher, colleague, article):
    client.force_login(colleague)
    ask(client, article, state="0")
    seen_ago(colleague, 60)
    client.force_login(researcher)
    ask(client, make_article(), state="0")

    assert list(Presence.objects.values_list("user__username", flat=True)) == ["researcher"]


def test_a_deactivated_account_is_nowhere(client, researcher, article):
    gone = make_user(name="Gone")
    Presence.objects.arrive(gone, article.pk)
    gone.is_active = False
    gone.save()
    client.force_login(researcher)

    assert ask(client, article, state="0").status_code == 204


def test_a_visitor_is_neither_told_nor_shown(client, researcher, article):
    answer = ask(client, article, state="0")
    page = client.get(article.get_absolute_url()).content.decode()

    assert (answer.status_code, answer.url.partition("?")[0]) == (302, reverse("accounts:sign_in"))
    assert Presence.objects.count() == 0
    assert "live-changes" not in page
    assert 'id="company"' not in page


@pytest.mark.parametrize("number", ["0", "99999999", "9" * 30, "x", "", "-1"])
def test_an_article_that_is_not_there_has_nothing_new(client, researcher, number):
    client.force_login(researcher)

    answer = client.get(reverse("annotations:live"), {"article": number, "state": "0"})

    assert answer.status_code == 404


def test_a_draft_is_not_there_but_for_admins(client, researcher, admin):
    draft = make_article(status="draft")
    answers = []
    for user in (researcher, admin):
        client.force_login(user)
        answers.append(ask(client, draft, state="0").status_code)

    assert answers == [404, 204]


def test_asking_costs_four_queries_whoever_is_here(client, researcher, article, count_queries):
    client.force_login(researcher)
    ask(client, article, state="0")

    alone = count_queries(lambda: ask(client, article, state="0"))
    for _ in range(3):
        Presence.objects.arrive(make_user(), article.pk)
    beside = count_queries(lambda: ask(client, article, state="0"))

    assert (alone, beside) == (4, 4)


def test_what_happens_while_a_page_is_made_arrives_on_it(
    client, researcher, colleague, article, monkeypatch
):
    """The page knows an act only if it shows it: the cursor is read before the passages are."""
    from annotations.reading import Reading

    marked = Reading.marked.func
    tag = make_tag()

    def and_then_somebody_tags(reading):
        found = marked(reading)
        if not Act.objects.exists():
            coding.tag_passage(colleague, article, 0, 4, tag)
        return found

    monkeypatch.setattr(Reading, "marked", property(and_then_somebody_tags))
    client.force_login(researcher)

    content = client.get(article.get_absolute_url()).content.decode()

    assert 'id="since" name="since" value="0"' in content
