"""The daily mail as its owner sets it, and the signed links that begin and end it."""

import datetime
import logging
import smtplib

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils import timezone

from .models import Digest

SIGNER = signing.Signer(salt="accounts.digest")
CONFIRMING = signing.TimestampSigner(salt="accounts.digest.confirm")
LIFETIME = datetime.timedelta(days=7)
PAUSE = datetime.timedelta(minutes=1)  # an address that is somebody else's is not to be flooded

log = logging.getLogger(__name__)


class TooSoon(Exception):
    """A link went out less than :data:`PAUSE` ago."""


class NotSent(Exception):
    """The mail server did not take the link."""


def token(digest):
    """What stands in the link of a mail: good for its account and address, and without an end."""
    return SIGNER.sign_object([digest.user_id, digest.address])


def digest_of(token):
    """The digest that a link is of, or None; a link of an address given up is of none."""
    try:
        account, address = SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Digest.objects.filter(user=account, address=address).first()


def stop(digest):
    """Send no more; nothing happens where none are sent."""
    found = Digest.objects.filter(pk=digest.pk, is_wanted=True)
    found.update(is_wanted=False, version=F("version") + 1)


def save(user, address, is_wanted, version):
    """Set ``user``'s digest, based on ``version``, 0 for none yet: whether that still stood."""
    wanted = {"address": address, "is_wanted": is_wanted}
    confirmed_at = Case(When(address=address, then=F("confirmed_at")))
    own = Digest.objects.filter(user=user)
    if version == 0:
        try:
            with transaction.atomic():
                Digest.objects.create(user=user, **wanted)
                return True
        except IntegrityError:
            return own.filter(**wanted).exists()
    based = own.filter(version=version)
    if based.update(**wanted, version=version + 1, confirmed_at=confirmed_at):
        return True
    return own.filter(**wanted).exists()


def ask_to_confirm(user):
    """Mail the link that confirms the address, if ``user`` waits for one: the digest, or None.

    Raises TooSoon or NotSent.
    """
    digest = Digest.objects.waiting().filter(user=user).first()
    if digest is None:
        return None
    now = timezone.now()
    own = Digest.objects.filter(pk=digest.pk)
    if not own.filter(Q(asked_at=None) | Q(asked_at__lte=now - PAUSE)).update(asked_at=now):
        raise TooSoon
    try:
        _confirmation(digest).send()
    except (smtplib.SMTPException, OSError) as error:
        own.filter(asked_at=now).update(asked_at=digest.asked_at)
        log.error("no link for account %s: %s", digest.pk, type(error).__name__)
        raise NotSent from error
    return digest


def _confirmation(digest):
    """Nothing that people typed stands in it: it may go to a stranger."""
    token = CONFIRMING.sign_object([digest.user_id, digest.address])
    link = settings.SITE_URL + reverse("accounts:digest_confirm", args=[token])
    body = [
        "Hello,",
        "",
        f"somebody who works with Parley at {settings.SITE_URL} asked for a mail a day to this",
        "address, with what is new in their inbox. If that was you, confirm it here:",
        "",
        link,
        "",
        f"The link is good for {LIFETIME.days} days. If it was not you, do nothing:",
        "no mail comes.",
        "",
    ]
    return EmailMessage(
        "Parley: confirm your address",
        "\n".join(body),
        to=[digest.address],
        headers={"Auto-Submitted": "auto-generated"},
    )


def digest_to_confirm(token):
    """The digest whose address a mailed link confirms, or None; an old link is of none."""
    try:
        account, address = CONFIRMING.unsign_object(token, max_age=LIFETIME)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Digest.objects.filter(user=account, address=address, is_wanted=True).first()


def confirm(digest):
    """Its address is its owner's, if it still is the one that the link went to."""
    found = Digest.objects.waiting().filter(pk=digest.pk, address=digest.address)
    found.update(confirmed_at=timezone.now())
