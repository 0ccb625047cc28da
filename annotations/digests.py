"""The daily mail: what is unread in an inbox and was in no mail before."""

import datetime
import email.policy
import logging

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from accounts import mailing
from accounts.models import Digest

from . import inbox
from .models import Notice

log = logging.getLogger(__name__)
LONGEST = 50  # of the lines in a mail; the rest is counted
WORDS = 300


def send_due(now=None):
    """Send everybody the mail of today who wants one, has none yet and has something new.

    Returns how many were sent and how many failed; who failed is tried again at the next call.
    """
    day = (now or timezone.now()).astimezone(datetime.UTC).date()
    sent = failed = 0
    for key in Digest.objects.due(day).order_by("pk").values_list("pk", flat=True):
        try:
            sent += _send(key, day)
        # Whatever keeps one mail from going must not keep the others.
        except Exception as error:
            log.error("no mail for account %s: %s", key, type(error).__name__)
            failed += 1
    return sent, failed


def _send(key, day):
    """Send one, if it is due and there is news: whether it was.

    The day is taken and committed before anything is sent. Whoever is killed on the way has sent
    one mail that day or none; what was in it and is not marked as mailed stands in the next.
    """
    digest = Digest.objects.due(day).select_related("user").filter(pk=key).first()
    if digest is None or not _take(digest, day):
        return False
    try:
        keys = _send_news(digest)
    except Exception:
        _give_back(digest, day)
        raise
    if keys:
        Notice.objects.filter(pk__in=keys).update(mailed_at=timezone.now())
    else:
        _give_back(digest, day)
    return bool(keys)


def _send_news(digest):
    """Mail what is new to somebody: the keys of all of it, none where nothing is."""
    news = Notice.objects.visible_to(digest.user).unread().filter(mailed_at=None).newest_first()
    # By their keys, as more may come in while the mail is on its way.
    keys = list(news.values_list("pk", flat=True))
    if keys:
        rows = Notice.objects.filter(pk__in=keys[:LONGEST]).newest_first()
        _mail(digest, inbox.shown(rows), len(keys)).send()
    return keys


def _take(digest, day):
    """Whether the mail of this day is ours to send.

    One statement decides: of two at once the second waits for the first, and then finds it taken.
    It names no other table, for then it would not look again.
    """
    seen = {"last_sent_on": digest.last_sent_on, "version": digest.version}
    return Digest.objects.filter(pk=digest.pk, **seen).update(last_sent_on=day) == 1


def _give_back(digest, day):
    """No mail went: the day is as it was before it was taken."""
    taken = Digest.objects.filter(pk=digest.pk, last_sent_on=day)
    taken.update(last_sent_on=digest.last_sent_on)


def _mail(digest, lines, count):
    stop = settings.SITE_URL + reverse("accounts:digest_stop", args=[mailing.token(digest)])
    body = [f"Hello {digest.user},", "", f"{_news(count)} in your inbox:", ""]
    for line in lines:
        body += _lines(line)
    if count > len(lines):
        body += [f"And {count - len(lines)} more.", ""]
    body += [
        f"All of it: {settings.SITE_URL}{reverse('annotations:inbox')}",
        "",
        "-- ",
        "You asked for this mail in your account. To get no more:",
        stop,
        "",
    ]
    return _Mail(
        f"Parley: {_news(count)} in your inbox",
        "\n".join(body),
        to=[digest.address],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


class _Mail(EmailMessage):
    """One whose headers stand on one line each: folded, a long link would be encoded, and mail
    programs look for it as it is."""

    def message(self, *, policy=email.policy.default):
        return super().message(policy=policy.clone(max_line_length=998))


def _news(count):
    return "1 new thing" if count == 1 else f"{count} new things"


def _lines(line):
    where = f", in “{line.article.headline}”" if line.article else ""
    found = [f"* {line.who} {line.did}{where}"]
    if line.about:
        found.append(f"  {_short(line.about)}")
    if line.words:
        found.append(f"  > {_short(line.words)}")
    return [*found, f"  {settings.SITE_URL}{reverse('annotations:notice', args=[line.pk])}", ""]


def _short(text):
    text = " ".join(text.split())
    return text if len(text) <= WORDS else text[: WORDS - 1].rstrip() + "…"
