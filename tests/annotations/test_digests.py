"""The daily mail: to those who want it, once a day, with what is new, and with its way out."""

import datetime
import email.policy
import logging
import re
import smtplib
import threading
import time

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from accounts import mailing
from accounts.models import Digest
from annotations import coding, digests
from annotations.models import Notice, Visibility
from tests.at_once import at_once
from tests.factories import make_article, make_review, make_tagging, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.datetime(2026, 11, 25, 6, tzinfo=datetime.UTC)
NEXT = DAY + datetime.timedelta(days=1)


def wants_mail(user, address="mira@example.org", **fields):
    confirmed = {"is_wanted": True, "confirmed_at": DAY}
    return Digest.objects.create(user=user, address=address, **confirmed | fields)


def mention(person, text="Is this so, @{}?", author=None):
    author = author or make_user()
    article = make_article(title="A day in Istanbul")
    coding.write_note(author, text.format(person.username), Visibility.TEAM, article=article)
    return Notice.objects.latest("pk")


@pytest.fixture
def at_site(settings):
    settings.SITE_URL = "https://parley.example.org"


def test_one_mail_tells_all_that_is_new_in_plain_text(researcher, editor, colleague, at_site):
    digest = wants_mail(researcher)
    one = mention(researcher, author=colleague)
    make_review(make_tagging(coder=researcher), "reject", editor, reason="Too  long.")

    assert digests.send_due(DAY) == (1, 0)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (
        ["mira@example.org"],
        "Parley: 2 new things in your inbox",
    )
    assert sent.message().get_content_type() == "text/plain"
    assert "* Colleague mentioned you in a note, in “A day in Istanbul”" in sent.body
    assert "  > Is this so, @researcher?" in sent.body
    assert "* Editor rejected what you made" in sent.body
    assert "  > Too long." in sent.body
    assert f"  https://parley.example.org/inbox/{one.pk}/" in sent.body
    stop = f"https://parley.example.org/mail/{mailing.token(digest)}/stop/"
    assert stop in sent.body
    assert sent.extra_headers["List-Unsubscribe"] == f"<{stop}>"
    for policy in (email.policy.default, email.policy.SMTP):
        assert f"List-Unsubscribe: <{stop}>".encode() in sent.message(policy=policy).as_bytes()
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_once_a_day_and_of_each_thing_once_and_nothing_when_nothing_is_new(researcher):
    wants_mail(researcher)

    assert digests.send_due(DAY) == (0, 0)
    mention(researcher)
    assert digests.send_due(DAY) == (1, 0)
    mention(researcher)
    assert digests.send_due(DAY) == (0, 0)
    assert digests.send_due(NEXT) == (1, 0)
    assert digests.send_due(NEXT + datetime.timedelta(days=1)) == (0, 0)
    assert [one.subject for one in mail.outbox] == ["Parley: 1 new thing in your inbox"] * 2


def test_nobody_is_mailed_who_did_not_ask_left_or_has_read_all(researcher, colleague, editor):
    Digest.objects.create(user=researcher, address="mira@example.org")
    mention(researcher)
    wants_mail(colleague)
    mention(colleague).person.notices.update(read_at=DAY)
    wants_mail(editor)
    mention(editor)
    editor.is_active = False
    editor.save()

    assert digests.send_due(DAY) == (0, 0)
    assert mail.outbox == []


class FailsForOne(EmailBackend):
    """A mail server that refuses an address."""

    def send_messages(self, messages):
        if messages[0].to == ["mira@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"mira@example.org": (550, b"@researcher?")})
        return super().send_messages(messages)


def test_a_mail_that_fails_stops_no_other_and_is_tried_again(
    researcher, colleague, settings, caplog, capsys
):
    wants_mail(researcher)
    wants_mail(colleague, "ole@example.org")
    mention(researcher)
    mention(colleague)
    working = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.FailsForOne"}}

    with caplog.at_level(logging.ERROR), pytest.raises(CommandError, match="run this again"):
        call_command("send_digests")
    assert [one.to for one in mail.outbox] == [["ole@example.org"]]
    said = caplog.text + capsys.readouterr().err
    assert f"no mail for account {researcher.pk}: SMTPRecipientsRefused" in said
    assert ("mira@" in said, "Is this so" in said) == (False, False)
    settings.MAILERS = working
    call_command("send_digests")
    assert [one.to for one in mail.outbox] == [["ole@example.org"], ["mira@example.org"]]


class IsKilledAfterwards(EmailBackend):
    """A mail server that takes a mail; then the process that sent it is killed."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise SystemExit


@pytest.mark.django_db(transaction=True)
def test_who_is_killed_after_sending_sends_no_second_mail_that_day_and_forgets_nothing(
    researcher, settings
):
    wants_mail(researcher)
    mention(researcher)
    working = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.IsKilledAfterwards"}}
    with pytest.raises(SystemExit):
        digests.send_due(DAY)
    settings.MAILERS = working

    assert digests.send_due(DAY) == (0, 0)
    assert len(mail.outbox) == 1
    # It cannot be known whether the mail went, so what was in it is told once more.
    assert digests.send_due(NEXT) == (1, 0)
    assert mail.outbox[0].body == mail.outbox[1].body


def test_what_comes_in_while_a_mail_is_sent_is_in_the_next(researcher, settings):
    wants_mail(researcher)
    mention(researcher)
    working = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.IsMentionedMeanwhile"}}
    assert digests.send_due(DAY) == (1, 0)
    settings.MAILERS = working

    assert digests.send_due(NEXT) == (1, 0)
    assert [one.subject for one in mail.outbox] == ["Parley: 1 new thing in your inbox"] * 2


class IsMentionedMeanwhile(EmailBackend):
    """A mail server so slow that somebody writes a note in the meantime."""

    def send_messages(self, messages):
        mention(Digest.objects.get().user)
        return super().send_messages(messages)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_one_mail_and_without_the_guard_two(researcher, monkeypatch):
    wants_mail(researcher)
    mention(researcher)
    both_are_due = threading.Barrier(2)

    def take_without_guard(digest, day):
        both_are_due.wait(60)
        Digest.objects.filter(pk=digest.pk).update(last_sent_on=day)
        return True

    def both():
        results = at_once(*[lambda: digests.send_due(DAY)] * 2)
        Digest.objects.update(last_sent_on=None)
        Notice.objects.update(mailed_at=None)
        return sorted(results)

    shown, both_have_read = digests.inbox.shown, threading.Barrier(2)

    def shown_when_both_have_read(notices):
        both_have_read.wait(60)
        return shown(notices)

    with monkeypatch.context() as patched:
        patched.setattr(digests, "_take", take_without_guard)
        patched.setattr(digests.inbox, "shown", shown_when_both_have_read)
        assert both() == [(1, 0), (1, 0)]
    both_are_due.reset()
    take = digests._take

    def take_when_both_are_due(digest, day):
        both_are_due.wait(60)
        return take(digest, day)

    monkeypatch.setattr(digests, "_take", take_when_both_are_due)
    assert both() == [(0, 0), (1, 0)]
    assert len(mail.outbox) == 3


def test_the_link_in_a_mail_ends_them_by_one_click_and_by_its_button(client, researcher):
    wants_mail(researcher)
    mention(researcher)
    digests.send_due(DAY)
    link = re.search(r"<http://[^/]+(/[^>]+)>", mail.outbox[0].extra_headers["List-Unsubscribe"])[1]
    page = client.get(link).content.decode()

    assert "Send no more" in page
    assert Digest.objects.get().is_wanted
    client.handler.enforce_csrf_checks = True
    answer = client.post(link, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, Digest.objects.get().is_wanted) == (200, False)
    assert client.post(link).status_code == 200
    mention(researcher)
    assert digests.send_due(NEXT) == (0, 0)


def asks_for_mail(client, user, address="mira@example.org"):
    client.force_login(user)
    digest = Digest.objects.filter(user=user).first()
    sent = {"act": "mail", "version": digest.version if digest else 0, "is_wanted": "on"}
    return client.post("/account/", sent | {"address": address}, follow=True).content.decode()


def link_of(sent):
    return re.search(r"http://[^/]+(/mail/\S+/confirm/)", sent.body)[1]


def test_no_mail_goes_to_an_address_before_the_link_that_was_sent_there_is_followed(
    client, researcher, colleague
):
    mention(researcher)
    page = asks_for_mail(client, researcher)

    assert "A link went to mira@example.org." in page
    assert "No mail goes to <bdi>mira@example.org</bdi> yet" in page
    assert digests.send_due(DAY) == (0, 0)
    (asked,) = mail.outbox
    assert (asked.to, asked.subject) == (["mira@example.org"], "Parley: confirm your address")
    assert "esearcher" not in asked.body
    client.logout()
    assert "Yes, send it here" in client.get(link_of(asked)).text
    assert digests.send_due(DAY) == (0, 0)
    for _ in range(2):
        assert "Your address is confirmed." in client.post(link_of(asked)).text
    assert digests.send_due(DAY) == (1, 0)
    assert mail.outbox[1].to == ["mira@example.org"]
    client.force_login(researcher)
    assert "No mail goes to" not in client.get("/account/").text


def test_another_address_is_confirmed_by_a_link_of_its_own(client, researcher):
    asks_for_mail(client, researcher)
    first = link_of(mail.outbox[0])
    client.post(first)
    Digest.objects.update(asked_at=DAY)
    asks_for_mail(client, researcher, "new@example.org")

    assert Digest.objects.get().confirmed_at is None
    assert client.get(first).status_code == client.post(first).status_code == 410
    assert mail.outbox[1].to == ["new@example.org"]
    assert client.post(link_of(mail.outbox[1])).status_code == 200
    confirmed_at = Digest.objects.get().confirmed_at
    assert confirmed_at is not None
    asks_for_mail(client, researcher, "new@example.org")
    assert (Digest.objects.get().confirmed_at, len(mail.outbox)) == (confirmed_at, 2)


def test_links_that_are_old_made_up_or_of_the_other_kind_confirm_nothing(
    client, researcher, monkeypatch
):
    asks_for_mail(client, researcher)
    link = link_of(mail.outbox[0])
    other = f"/mail/{mailing.token(Digest.objects.get())}/confirm/"

    for wrong in (other, "/mail/x/confirm/", link.replace("/confirm/", "x/confirm/")):
        assert client.post(wrong).status_code == 410
    late = time.time() + datetime.timedelta(days=8).total_seconds()
    monkeypatch.setattr(time, "time", lambda: late)
    assert client.post(link).status_code == 410
    assert Digest.objects.get().confirmed_at is None


def test_a_link_is_sent_again_after_a_minute_and_at_once_where_the_first_did_not_go(
    client, researcher, settings, caplog
):
    working = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.FailsForOne"}}
    with caplog.at_level(logging.ERROR):
        assert "could not be sent" in asks_for_mail(client, researcher)
    assert f"no link for account {researcher.pk}: SMTPRecipientsRefused" in caplog.text
    assert "it has to be confirmed by a link." in client.get("/account/").text
    assert "mira@" not in caplog.text
    settings.MAILERS = working

    def again():
        client.post("/account/", {"act": "confirm"})
        return len(mail.outbox)

    assert [again(), again()] == [1, 1]
    Digest.objects.update(asked_at=DAY)
    assert again() == 2
    client.post(link_of(mail.outbox[0]))
    Digest.objects.update(asked_at=DAY)
    assert again() == 2


def test_a_link_of_another_or_of_an_address_given_up_ends_nothing(client, researcher, colleague):
    digest = wants_mail(researcher)
    token = mailing.token(digest)
    Digest.objects.update(address="new@example.org")

    for wrong in (token, token[:-1], "x", mailing.token(Digest(user=colleague, address="a@b.c"))):
        assert client.post(f"/mail/{wrong}/stop/").status_code == 410
    assert Digest.objects.get().is_wanted


def test_the_account_page_sets_it_and_keeps_what_was_typed_when_stale(client, researcher):
    client.force_login(researcher)
    sent = {"act": "mail", "version": 0, "is_wanted": "on", "address": "mira@example.org"}

    refused = client.post("/account/", sent | {"address": ""})
    assert (refused.status_code, b"Say to which address." in refused.content) == (422, True)
    refused = client.post("/account/", sent | {"address": "mira@"})
    assert (refused.status_code, b'value="mira@"' in refused.content) == (422, True)
    assert client.post("/account/", sent).status_code == 302
    assert client.post("/account/", sent).status_code == 302
    found = Digest.objects.values_list("address", "is_wanted", "version")
    assert list(found) == [("mira@example.org", True, 1)]
    assert client.post("/account/", sent | {"version": 1, "is_wanted": ""}).status_code == 302
    stale = client.post("/account/", sent | {"version": 1, "address": "ole@example.org"})
    assert (stale.status_code, b'value="ole@example.org"' in stale.content) == (409, True)
    assert b"As it is now: no mail" in stale.content
    assert list(found.all()) == [("mira@example.org", False, 2)]


def test_the_database_keeps_no_wanted_mail_without_an_address(researcher):
    with pytest.raises(IntegrityError, match="digest_has_an_address"), transaction.atomic():
        Digest.objects.create(user=researcher, is_wanted=True)
