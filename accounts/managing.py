"""What admins do to accounts. Every change says which version of the account it is based on."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404

from . import links
from .models import Role, User

OWN_ACCOUNT = (
    "This is your own account. Another admin can change its role or deactivate it: so nobody"
    " locks themselves out by mistake, and there is always an admin."
)


class StaleError(Exception):
    """The account has changed since the page was opened; ``current`` is how it is now."""

    def __init__(self, current):
        super().__init__(current)
        self.current = current


@transaction.atomic
def change(account, by, version, **wanted):
    """Give the account a role (``role=``) or its activity (``is_active=``): the account.

    Nothing happens where all is as wanted already. Raises StaleError, ValidationError for what
    is refused, and Http404 if ``by`` has meanwhile ceased to be an admin.
    """
    account = _locked(account, by)
    if all(getattr(account, field) == value for field, value in wanted.items()):
        return account
    if account.version != version:
        raise StaleError(account)
    if account.pk == by.pk:
        raise ValidationError(OWN_ACCOUNT)
    for field, value in wanted.items():
        setattr(account, field, value)
    if not account.is_active:
        account.session_epoch += 1
        links.revoke(account)
    account.version += 1
    account.save(update_fields=[*wanted, "session_epoch", "version"])
    return account


@transaction.atomic
def issue_link(account, by, version, key):
    """A new one-time link for the account: its path. Raises as :func:`change` does."""
    account = _locked(account, by)
    if not links.issued(account, key).exists():
        if account.version != version:
            raise StaleError(account)
        account.version += 1
        account.save(update_fields=["version"])
    return links.issue(account, made_by=by, key=key)


def _locked(account, by):
    """The account as it is now, held together with all active admins.

    Of two admins who deactivate each other at once, the second waits here, is no admin any
    more, and gets nothing done.
    """
    rows = (
        User.objects.select_for_update(no_key=True)
        .filter(Q(pk=account.pk) | Q(role=Role.ADMIN, is_active=True))
        .order_by("pk")
        .in_bulk()
    )
    actor = rows.get(by.pk)
    if not (actor and actor.is_active and actor.may_administer):
        raise Http404
    return rows[account.pk]
