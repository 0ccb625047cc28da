import re
import threading

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from accounts import links, managing
from accounts.models import Role, SignInLink, User
from tests.factories import make_user

from .conftest import PASSWORD, at_once, signed_in_as

ADDRESS = re.compile(r'value="http://testserver(/sign-in/link/[\w-]{43}/)"')


@pytest.fixture
def client(admin_client):
    return admin_client


def detail(account):
    return f"/accounts/{account.pk}/"


def act(client, account, act, **fields):
    return client.post(detail(account), {"act": act, "version": account.version, **fields})


def create(client, **fields):
    data = {"username": "olena", "name": "Olena", "role": "editor", "key": "key"}
    return client.post("/accounts/new/", data | fields)


def state(account):
    account.refresh_from_db()
    return account.role, account.is_active, account.version


def test_the_list_shows_who_has_an_account(client, researcher):
    page = client.get("/accounts/").text

    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page)
    rows = [re.sub("<[^>]+>", "", cell) for cell in cells if "col" not in cell]
    assert "Researcher" in rows
    assert rows[-6:-2] == ["Researcher", "researcher", "Researcher", "active"]
    assert rows[-2] == "never"


def test_an_admin_alone_is_told_what_to_do(client):
    assert "Nobody but you has an account yet." in client.get("/accounts/").text


@pytest.mark.parametrize("count", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number_of_accounts(
    client, count, django_assert_num_queries
):
    for _ in range(count):
        make_user()

    with django_assert_num_queries(4):
        response = client.get("/accounts/")

    assert response.text.count(' scope="row">') == min(count + 1, 100)


@pytest.mark.parametrize("page", ["2", "99", "x", "-1", "0", "9" * 30])
def test_any_number_of_a_page_shows_a_page(client, page):
    assert client.get("/accounts/", {"page": page}).status_code == 200


@pytest.mark.parametrize("role", ["researcher", "editor"])
def test_for_others_accounts_do_not_exist(client, request, role):
    other = Client()
    other.force_login(request.getfixturevalue(role))
    nothing = other.get("/nothing-here/")
    account = make_user()

    for method in (other.get, other.post):
        for address in ("/accounts/", "/accounts/new/", detail(account), "/accounts/99999/"):
            answer = method(address, {"act": "role", "role": "admin", "version": 1})
            if answer.status_code == 405:
                continue
            assert (answer.status_code, plain(answer)) == (404, plain(nothing))
    assert state(account) == ("researcher", True, 1)


def plain(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text)


def test_an_account_that_is_not_there_is_not_found(client):
    assert client.get("/accounts/99999/").status_code == 404
    assert client.get(f"/accounts/{2**70}/").status_code == 404


def test_a_new_account_comes_with_a_link_that_works_once(client):
    response = create(client, username="ＯLENA")

    assert response.status_code == 200
    assert "readonly" in response.text
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    other = Client()
    assert other.get(ADDRESS.search(response.text)[1]).status_code == 302
    assert signed_in_as(other) == "olena"
    account = User.objects.values("username", "name", "role", "is_active").get(username="olena")
    assert account == {"username": "olena", "name": "Olena", "role": "editor", "is_active": True}


def test_the_link_is_shown_once(client):
    path = ADDRESS.search(create(client).text)[1]

    account = User.objects.get(username="olena")
    for address in ("/accounts/", detail(account), "/accounts/new/"):
        assert path not in client.get(address).text


def test_a_form_sent_twice_makes_one_account_and_shows_the_same_link(client):
    first, second = create(client), create(client)

    assert second.status_code == 200
    assert ADDRESS.search(first.text)[1] == ADDRESS.search(second.text)[1]
    assert User.objects.count() == 2
    assert SignInLink.objects.count() == 1


@pytest.mark.parametrize("end", ["use", "replace"])
def test_a_form_sent_again_after_the_link_was_spent_shows_none(client, end):
    path = ADDRESS.search(create(client).text)[1]
    if end == "use":
        Client().get(path)
    else:
        links.issue(User.objects.get(username="olena"))

    again = create(client)

    assert ADDRESS.search(again.text) is None
    assert "has been used or replaced since" in again.text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"username": "ADMIN"}, "There is an account of this name already."),
        ({"username": "ａｄｍｉｎ"}, "There is an account of this name already."),
        ({"username": "ole\u202ena"}, "invisible character"),
        ({"username": "ole\u200dna"}, "invisible character"),
        ({"username": "two words"}, "Letters, digits"),
        ({"username": "<script>"}, "Letters, digits"),
        ({"username": "n" * 10_000}, "at most 64 characters"),
        ({"username": "ﷺ" * 30}, "at most 64 characters"),
        ({"username": ""}, "required"),
        ({"name": "\u2066Olena"}, "invisible character"),
        ({"role": "owner"}, "not one of the available choices"),
        ({"key": ""}, "required"),
        ({"key": "k" * 101}, "at most 100 characters"),
    ],
)
def test_an_account_that_will_not_do_is_refused_with_a_message(client, fields, message):
    response = create(client, **fields)

    assert response.status_code == 422
    assert message in response.text
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_account(admin):
    clients = [Client() for _ in range(4)]
    for each in clients:
        each.force_login(admin)

    answers = at_once([lambda each=each: create(each) for each in clients])

    assert {answer.status_code for answer in answers} <= {200, 422}
    assert User.objects.count() == 2
    assert SignInLink.objects.count() == 1


def test_a_role_is_given(client, researcher):
    assert act(client, researcher, "role", role="editor").status_code == 302
    assert state(researcher) == ("editor", True, 2)


def test_doing_it_again_does_nothing(client, researcher):
    for _ in range(2):
        researcher.version = 1
        assert act(client, researcher, "role", role="editor").status_code == 302
    assert state(researcher) == ("editor", True, 2)


def test_what_is_based_on_an_old_state_is_refused_and_both_are_shown(client, researcher, admin):
    managing.change(researcher, admin, 1, role=Role.EDITOR)

    response = act(client, researcher, "deactivate")

    assert response.status_code == 409
    shown = re.findall(r"<dd>(.*?)</dd>", response.text)
    assert shown[:2] == ["Editor, active", "deactivated"]
    assert 'name="version" value="2"' in response.text
    assert state(researcher) == ("editor", True, 2)


@pytest.mark.parametrize("name", ["role", "link", "activate", "deactivate", "", "destroy"])
@pytest.mark.parametrize("version", ["", "x", "0", str(2**63)])
def test_a_form_without_what_it_is_based_on_does_nothing(client, researcher, name, version):
    fields = {"act": name, "role": "admin", "key": "k", "version": version}

    assert client.post(detail(researcher), fields).status_code == 422
    assert state(researcher) == ("researcher", True, 1)
    assert SignInLink.objects.count() == 0


@pytest.mark.parametrize("fields", [{"role": "owner"}, {}])
def test_an_unknown_role_is_refused(client, researcher, fields):
    assert act(client, researcher, "role", **fields).status_code == 422
    assert state(researcher) == ("researcher", True, 1)


def test_deactivating_ends_sessions_at_once_and_keeps_the_name(client, researcher):
    theirs = Client()
    theirs.force_login(researcher)

    act(client, researcher, "deactivate")

    assert signed_in_as(theirs) == ""
    assert state(researcher) == ("researcher", False, 2)
    assert "<bdi>Researcher</bdi>" in client.get(detail(researcher)).text


def test_reactivating_brings_back_the_password_and_no_old_session(client, with_password):
    theirs = Client()
    theirs.force_login(with_password)
    act(client, with_password, "deactivate")
    with_password.refresh_from_db()

    act(client, with_password, "activate")

    assert signed_in_as(theirs) == ""
    theirs.post("/sign-in/", {"username": "researcher", "password": PASSWORD})
    assert signed_in_as(theirs) == "researcher"


def test_a_new_link_is_shown_once_for_a_form_however_often_sent(client, researcher):
    first = ADDRESS.search(act(client, researcher, "link", key="k").text)[1]
    again = ADDRESS.search(act(client, researcher, "link", key="k").text)[1]

    assert first == again
    assert (state(researcher), SignInLink.objects.count()) == (("researcher", True, 2), 1)


def test_two_admins_do_not_replace_each_others_link_unawares(client, researcher):
    act(client, researcher, "link", key="first")

    response = act(client, researcher, "link", key="second")

    assert response.status_code == 409
    assert "a link was made at" in response.text
    assert SignInLink.objects.live().count() == 1


def test_a_deactivated_account_gets_no_link(client, researcher):
    act(client, researcher, "deactivate")
    researcher.refresh_from_db()

    response = act(client, researcher, "link", key="k")

    assert response.status_code == 422
    assert "The account researcher is deactivated." in response.text


@pytest.mark.parametrize(("name", "fields"), [("deactivate", {}), ("role", {"role": "editor"})])
def test_nobody_deactivates_or_demotes_themselves(client, admin, name, fields):
    make_user(Role.ADMIN)

    response = act(client, admin, name, **fields)

    assert response.status_code == 422
    assert "Another admin can change its role or deactivate it" in response.text
    assert state(admin)[:2] == ("admin", True)


@pytest.mark.parametrize("wanted", [{"is_active": False}, {"role": Role.EDITOR}])
def test_whoever_is_no_admin_any_more_gets_nothing_done(admin, editor, wanted):
    stale = User.objects.get(pk=admin.pk)
    User.objects.filter(pk=admin.pk).update(**wanted)

    with pytest.raises(Http404):
        managing.change(editor, stale, 1, is_active=False)
    with pytest.raises(Http404):
        managing.issue_link(editor, stale, 1, "key")


@pytest.mark.django_db(transaction=True)
def test_admins_who_deactivate_one_another_at_once_leave_one(admin):
    admins = [admin, make_user(Role.ADMIN), make_user(Role.ADMIN)]
    ready = threading.Barrier(3)

    def deactivate(by, other):
        ready.wait(60)
        try:
            managing.change(other, by, 1, is_active=False)
        except (Http404, managing.StaleError, ValidationError) as refusal:
            return type(refusal)
        return "done"

    pairs = zip(admins, admins[1:] + admins[:1], strict=True)
    results = at_once([lambda by=by, other=other: deactivate(by, other) for by, other in pairs])

    active = User.objects.active().filter(role=Role.ADMIN).count()
    assert active >= 1
    assert results.count("done") == 3 - active


def test_the_pages_work_without_script_or_inline_style(client, researcher):
    for address in ("/accounts/", "/accounts/new/", detail(researcher)):
        main = client.get(address).text.partition("<main")[2]
        assert "<script" not in main
        assert "style=" not in main
        assert " on" + "click" not in main


def test_links_are_made_by_the_admin_who_asked(client, admin, researcher):
    act(client, researcher, "link", key="k")
    assert SignInLink.objects.get().made_by == admin

    links.issue(researcher)
    assert SignInLink.objects.live().get().made_by is None
