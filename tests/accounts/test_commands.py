import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from accounts import links
from accounts.models import SignInLink, User

from .conftest import signed_in_as

LINK = r"http://127\.0\.0\.1:8000(/sign-in/link/[\w-]{43}/)"


def run(*arguments):
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_create_account_prints_a_link_that_works(client):
    printed = run("create_account", "Olena", "--role", "editor", "--name", "Olena Kovalenko")

    client.get(re.fullmatch(LINK + "\n", printed)[1])
    assert signed_in_as(client) == "olena"
    assert User.objects.values("username", "name", "role", "is_active").get() == {
        "username": "olena",
        "name": "Olena Kovalenko",
        "role": "editor",
        "is_active": True,
    }


@pytest.mark.django_db
def test_create_account_takes_a_password_from_stdin(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(" correct horse battery \r\nmore\n"))

    printed = run("create_account", "olena", "--role", "admin", "--password-stdin")

    assert printed == "Created olena.\n"

    assert User.objects.get().check_password(" correct horse battery ")
    assert SignInLink.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("RESEARCHER", "There is an account of this name already."),
        ("two words", "without spaces"),
        ("ole\u202ena", "invisible"),
        ("ole\u200bna", "invisible"),
        ("", "cannot be blank"),
        ("n" * 65, "at most 64"),
        ("a/b", "Letters, digits"),
    ],
)
def test_create_account_refuses_a_name_that_will_not_do(researcher, name, message):
    with pytest.raises(CommandError, match=message) as refusal:
        run("create_account", name, "--role", "editor")

    assert refusal.value.returncode == 1
    assert User.objects.get() == researcher


@pytest.mark.django_db
def test_create_account_calls_no_name_taken_that_is_not():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user ADD CONSTRAINT no_olena CHECK (name <> 'O.')")

    with pytest.raises(IntegrityError, match="no_olena"):
        run("create_account", "olena", "--role", "editor", "--name", "O.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    [
        "short", "", "q1w2e3r4t5y6", "olena.olena1", "123456789012", "passwordpassword",
        "Password2026!", "qwertyuiopas", "aaaaaaaaaaaa", "йцукенгшщзхъ",
    ],
)  # fmt: skip
def test_create_account_refuses_a_password_that_is_easily_guessed(monkeypatch, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))

    with pytest.raises(CommandError):
        run("create_account", "olena.olena", "--role", "admin", "--password-stdin")
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_create_account_refuses_a_password_that_is_no_text(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b"correct \xff\xfe horse\n"), "utf-8", "surrogateescape")
    monkeypatch.setattr("sys.stdin", stdin)

    with pytest.raises(CommandError, match="not UTF-8"):
        run("create_account", "olena", "--role", "admin", "--password-stdin")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password", ["correct horse battery", "kd83hf9s2ksl", "48ac92017463", "4839 2017 4638"]
)
def test_create_account_takes_words_and_random_characters(monkeypatch, password):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))

    run("create_account", "olena", "--role", "admin", "--password-stdin")

    assert User.objects.get().check_password(password)


def test_print_sign_in_links_prints_a_fresh_link_for_each_of_the_three(
    client, researcher, editor, admin, colleague
):
    editor.is_active = False
    editor.save()
    before = links.issue(researcher)

    printed = run("print_sign_in_links", "--base-url", "http://127.0.0.1:8000/")

    found = re.findall(rf"^(\w+) +{LINK}$", printed, re.M)
    assert [name for name, path in found] == ["researcher", "admin"]
    assert client.get(before).status_code == 410
    for name, path in found:
        client.get(path)
        assert signed_in_as(client) == name
