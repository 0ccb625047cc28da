"""The daily mail as its owner sets it, and the signed link in each that ends it."""

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F

from .models import Digest

SIGNER = signing.Signer(salt="accounts.digest")


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
    own = Digest.objects.filter(user=user)
    if version == 0:
        try:
            with transaction.atomic():
                Digest.objects.create(user=user, **wanted)
                return True
        except IntegrityError:
            return own.filter(**wanted).exists()
    if own.filter(version=version).update(**wanted, version=version + 1):
        return True
    return own.filter(**wanted).exists()
