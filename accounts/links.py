"""One-time links: making them, and using them up."""

import base64
import hashlib
import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from .models import SignInLink, User


def new_key():
    """A name for one form, so that the same form sent twice makes one link."""
    return secrets.token_urlsafe(32)


@transaction.atomic
def issue(user, made_by=None, key=None):
    """Make a link for ``user`` and revoke the one before: the path, with the token in it.

    The same ``key`` gives the same path and makes nothing new. Raises ValidationError if the
    account is deactivated.
    """
    # Locked, so that two issued at once do not both live on.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    token = _token(user, key or new_key())
    if not SignInLink.objects.filter(token_sha256=_sha256(token)).exists():
        if not user.is_active:
            raise ValidationError(f"The account {user.username} is deactivated.")
        revoke(user)
        SignInLink.objects.create(
            user=user,
            made_by=made_by,
            token_sha256=_sha256(token),
            expires_at=timezone.now() + SignInLink.LIFETIME,
        )
    return reverse("accounts:sign_in_by_link", args=[token])


def issued(user, key):
    """The link that this form made for ``user`` before: a QuerySet of one or none."""
    return SignInLink.objects.filter(token_sha256=_sha256(_token(user, key)), user=user)


def revoke(user):
    """Make the account's unspent link worthless."""
    return user.sign_in_links.unspent().update(revoked_at=Now())


def use(token):
    """Use the link up: the user it signs in, or None for one that signs nobody in.

    One statement decides, with all conditions on the row itself: of two at once the second
    waits for the first, reads the row again and finds it used. A join or a subquery there would
    be read from before the wait, and both would get in.
    """
    links = SignInLink.objects.filter(token_sha256=_sha256(token))
    with transaction.atomic():
        if not links.live().update(used_at=Now()):
            return None
        user = links.select_related("user").get().user
    return user if user.is_active else None


def _token(user, key):
    """256 bits that follow from the key and the server's secret, so that they need no storing."""
    digest = salted_hmac("accounts.links", f"{user.pk}:{key}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _sha256(token):
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
