import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from accounts import links
from accounts.models import SignInLink, User
from tests.factories import make_note


def refused(sql, *parameters):
    """The constraint that refuses the statement, below the ORM."""
    with (
        pytest.raises(IntegrityError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, parameters)
    return error.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("username", "Researcher", "username_has_one_spelling"),
        ("username", "ｒesearcher", "username_has_one_spelling"),
        ("username", "two words", "username_has_one_spelling"),
        ("username", "", "username_has_one_spelling"),
        ("role", "owner", "role_is_known"),
    ],
)
def test_the_database_holds_what_an_account_is(researcher, column, value, constraint):
    statement = f"UPDATE accounts_user SET {column} = %s WHERE id = %s"

    assert refused(statement, value, researcher.pk) == constraint


def test_two_accounts_never_share_a_name(researcher, colleague):
    constraint = refused(
        "UPDATE accounts_user SET username = 'researcher' WHERE id = %s", colleague.pk
    )

    assert constraint.startswith("accounts_user_username")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("used_at = now(), revoked_at = now()", "used_link_is_not_revoked"),
        ("expires_at = made_at", "link_expires_after_it_was_made"),
        ("token_sha256 = 'token'", "link_token_is_a_sha256"),
    ],
)
def test_the_database_holds_what_a_link_is(researcher, change, constraint):
    links.issue(researcher)

    assert refused(f"UPDATE accounts_signinlink SET {change}") == constraint


def test_an_account_has_one_unspent_link(researcher):
    links.issue(researcher)
    links.issue(researcher)

    assert (
        refused("UPDATE accounts_signinlink SET revoked_at = NULL")
        == "account_has_one_unspent_link"
    )


def test_accounts_are_found_by_any_spelling(researcher):
    assert User.objects.get_by_natural_key("ＲＥＳＥＡＲＣＨＥＲ ") == researcher
    assert User.objects.create_user("ОЛЕНА").username == "олена"


def test_whoever_has_worked_here_cannot_be_deleted(researcher):
    make_note(author=researcher)

    with pytest.raises(ProtectedError):
        researcher.delete()


def test_links_do_not_go_with_their_account_without_a_word(researcher):
    links.issue(researcher)

    with pytest.raises(ProtectedError):
        researcher.delete()
    assert SignInLink.objects.count() == 1
