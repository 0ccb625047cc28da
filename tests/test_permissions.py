"""Who may do what, tried by HTTP: each role, each address, each method, each kind of object.

A new address needs a line in TABLE for each kind of object it can be asked for; a new kind of
object a line in `tests/world.py`.
"""

import logging
import re
from typing import NamedTuple
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts import managing
from talks.access import is_open_to_visitors

from .world import make_world

ALWAYS = {"visitor", "deactivated", "researcher", "editor", "admin", "even without PUBLIC_READING"}
EVERYBODY = ALWAYS - {"even without PUBLIC_READING"}
TEAM = {"researcher", "editor", "admin"}
EDITORS = {"editor", "admin"}
ADMINS = {"admin"}
NOBODY = set()
NO = None  # the address does not know the method

# The address's name; the object that it is asked for ("own …" and "another’s …" for people's work,
# "" where it takes none; a query may follow); who may read it; who may post to it.
TABLE = [
    ("health_live", "", ALWAYS, NO),
    ("health_ready", "", ALWAYS, NO),
    # Accounts
    ("accounts:sign_in", "", ALWAYS, ALWAYS),
    ("accounts:sign_in_by_link", "spent link", ALWAYS, NO),
    ("accounts:sign_out", "", NO, ALWAYS),
    ("accounts:account", "", TEAM, TEAM),
    ("accounts:digest_confirm", "mail of nobody", ALWAYS, ALWAYS),
    ("accounts:digest_stop", "mail of nobody", ALWAYS, ALWAYS),
    ("accounts:account_list", "", ADMINS, NO),
    ("accounts:account_new", "", ADMINS, ADMINS),
    ("accounts:account_detail", "account", ADMINS, ADMINS),
    # Search
    ("annotations:search", "", EVERYBODY, NO),
    ("annotations:search", "?q=quokka", EVERYBODY, NO),
    ("annotations:passages_alike", "passage", EVERYBODY, NO),
    ("annotations:passages_alike", "draft passage", ADMINS, NO),
    ("annotations:passages_alike", "own secret passage", TEAM, NO),
    ("annotations:passages_alike", "another’s secret passage", NOBODY, NO),
    ("annotations:saved_list", "", TEAM, TEAM),
    ("annotations:saved_rename", "own saved search", NO, TEAM),
    ("annotations:saved_rename", "another’s saved search", NO, NOBODY),
    ("annotations:saved_remove", "own saved search", NO, TEAM),
    ("annotations:saved_remove", "another’s saved search", NO, NOBODY),
    ("annotations:saved_undo", "own saved search", NO, TEAM),
    ("annotations:saved_undo", "another’s saved search", NO, NOBODY),
    # Articles and what stands in them
    ("annotations:article_list", "", EVERYBODY, NO),
    ("annotations:article_bulk", "", NO, ADMINS),
    ("annotations:reader", "article", EVERYBODY, TEAM),
    ("annotations:reader", "draft article", ADMINS, ADMINS),
    ("annotations:reader", "article?paragraph=1", TEAM, TEAM),
    ("annotations:reader", "article?find=sides", EVERYBODY, TEAM),
    ("annotations:article_done", "article", NO, TEAM),
    ("annotations:article_done", "draft article", NO, ADMINS),
    ("annotations:name_list", "kind of names", TEAM, NO),
    ("annotations:tag_all", "article", NO, TEAM),
    ("annotations:tag_all", "draft article", NO, ADMINS),
    ("annotations:article_notes", "article", NO, TEAM),
    ("annotations:article_notes", "draft article", NO, ADMINS),
    ("annotations:link_new", "article", NO, TEAM),
    ("annotations:link_new", "draft article", NO, ADMINS),
    ("annotations:passage_detail", "passage", EVERYBODY, NO),
    ("annotations:passage_detail", "draft passage", ADMINS, NO),
    ("annotations:passage_detail", "own secret passage", TEAM, NO),
    ("annotations:passage_detail", "another’s secret passage", NOBODY, NO),
    ("annotations:bounds_edit", "passage", TEAM, TEAM),
    ("annotations:bounds_edit", "draft passage", ADMINS, ADMINS),
    ("annotations:bounds_edit", "own secret passage", TEAM, TEAM),
    ("annotations:bounds_edit", "another’s secret passage", NOBODY, NOBODY),
    ("annotations:tagging_withdraw", "own tagging", NO, TEAM),
    ("annotations:tagging_withdraw", "own withdrawn tagging", NO, TEAM),
    ("annotations:tagging_withdraw", "own tagging in a draft", NO, ADMINS),
    ("annotations:tagging_withdraw", "another’s tagging", NO, NOBODY),
    ("annotations:note_detail", "own note", TEAM, TEAM),
    ("annotations:note_detail", "own private note", TEAM, TEAM),
    ("annotations:note_detail", "own withdrawn note", NOBODY, NOBODY),
    ("annotations:note_detail", "own note in a draft", ADMINS, ADMINS),
    ("annotations:note_detail", "another’s note", TEAM, NOBODY),
    ("annotations:note_detail", "another’s private note", NOBODY, NOBODY),
    ("annotations:note_detail", "another’s withdrawn note", NOBODY, NOBODY),
    ("annotations:note_detail", "another’s note in a draft", ADMINS, NOBODY),
    ("annotations:note_replies", "another’s note", NO, TEAM),
    ("annotations:note_replies", "another’s private note", NO, NOBODY),
    ("annotations:note_replies", "another’s withdrawn note", NO, NOBODY),
    ("annotations:note_replies", "another’s note in a draft", NO, ADMINS),
    ("annotations:note_withdraw", "own note", NO, TEAM),
    ("annotations:note_withdraw", "own note in a draft", NO, ADMINS),
    ("annotations:note_withdraw", "another’s note", NO, NOBODY),
    ("annotations:note_withdraw", "another’s private note", NO, NOBODY),
    ("annotations:live", "", TEAM, NO),
    ("annotations:act_list", "", TEAM, NO),
    ("annotations:act_undo", "own act", NO, TEAM),
    ("annotations:act_undo", "another’s act", NO, NOBODY),
    # Versions of a text
    ("annotations:article_supersede", "article", ADMINS, ADMINS),
    ("annotations:article_supersede", "draft article", ADMINS, ADMINS),
    ("annotations:version_differences", "newer version", EVERYBODY, NO),
    ("annotations:version_differences", "article", NOBODY, NO),
    ("annotations:version_differences", "draft article", NOBODY, NO),
    ("annotations:carry_list", "newer version", TEAM, NO),
    ("annotations:carry_list", "draft article", NOBODY, NO),
    ("annotations:carry_look_again", "newer version", NO, TEAM),
    ("annotations:carry_look_again", "draft article", NO, NOBODY),
    ("annotations:carry_settle", "carry", NO, TEAM),
    ("annotations:carry_drop", "carry", NO, TEAM),
    ("annotations:work_on_superseded", "superseded article", NO, TEAM),
    ("annotations:work_on_superseded", "article", NO, NOBODY),
    ("annotations:work_on_superseded", "draft article", NO, NOBODY),
    # Review
    ("annotations:review_queue", "", EDITORS, EDITORS),
    ("annotations:review_mine", "", TEAM, NO),
    # Inbox
    ("annotations:inbox", "", TEAM, TEAM),
    ("annotations:notice", "own read notice", TEAM, NO),
    ("annotations:notice", "another’s read notice", NOBODY, NO),
    ("annotations:colleague_list", "", TEAM, NO),
    ("annotations:review_tagging", "own tagging", TEAM, TEAM),
    ("annotations:review_tagging", "another’s tagging", TEAM, TEAM),
    ("annotations:review_tagging", "another’s tagging in a draft", ADMINS, ADMINS),
    ("annotations:review_tagging", "another’s withdrawn tagging", NOBODY, NOBODY),
    ("annotations:review_position", "own unsubmitted position", TEAM, TEAM),
    ("annotations:review_position", "another’s position", TEAM, TEAM),
    ("annotations:review_position", "another’s unsubmitted position", NOBODY, NOBODY),
    ("annotations:review_position", "another’s position in a draft", ADMINS, ADMINS),
    ("annotations:review_outcome_report", "another’s report", TEAM, TEAM),
    ("annotations:review_outcome_report", "another’s report in a draft", ADMINS, ADMINS),
    # What was changed
    ("annotations:history_by", "account", TEAM, NO),
    ("annotations:account_history", "account", ADMINS, NO),
    ("annotations:article_history", "article", TEAM, NO),
    ("annotations:article_history", "draft article", ADMINS, NO),
    ("annotations:completion_history", "another’s completion", TEAM, NO),
    ("annotations:completion_history", "another’s completion in a draft", ADMINS, NO),
    ("annotations:passage_history", "passage", TEAM, NO),
    ("annotations:passage_history", "draft passage", ADMINS, NO),
    ("annotations:passage_history", "own secret passage", TEAM, NO),
    ("annotations:passage_history", "another’s secret passage", NOBODY, NO),
    ("annotations:tagging_history", "own tagging", TEAM, NO),
    ("annotations:tagging_history", "another’s tagging", TEAM, NO),
    ("annotations:tagging_history", "another’s withdrawn tagging", TEAM, NO),
    ("annotations:tagging_history", "own tagging in a draft", ADMINS, NO),
    ("annotations:note_history", "own private note", TEAM, NO),
    ("annotations:note_history", "another’s note", TEAM, NO),
    ("annotations:note_history", "another’s private note", NOBODY, NO),
    ("annotations:note_history", "another’s withdrawn note", TEAM, NO),
    ("annotations:note_history", "another’s note in a draft", ADMINS, NO),
    ("annotations:position_history", "accepted position", TEAM, NO),
    ("annotations:position_history", "draft position", ADMINS, NO),
    ("annotations:position_history", "own unsubmitted position", TEAM, NO),
    ("annotations:position_history", "another’s unsubmitted position", NOBODY, NO),
    ("annotations:position_history", "another’s position in a draft", ADMINS, NO),
    ("annotations:outcome_report_history", "another’s report", TEAM, NO),
    ("annotations:outcome_report_history", "another’s report in a draft", ADMINS, NO),
    ("annotations:stance_history", "stance", TEAM, NO),
    ("annotations:evidence_history", "evidence", TEAM, NO),
    ("annotations:evidence_history", "evidence in a draft", ADMINS, NO),
    ("annotations:review_history", "review", TEAM, NO),
    ("annotations:verdict_taken_back_history", "verdict taken back", TEAM, NO),
    ("annotations:event_history", "own event", TEAM, NO),
    ("annotations:event_participation_history", "part in an event", TEAM, NO),
    ("annotations:outcome_history", "outcome", TEAM, NO),
    ("annotations:tag_history", "tag", TEAM, NO),
    ("annotations:codebook_history", "codebook", TEAM, NO),
    ("annotations:round_history", "round’s key", TEAM, NO),
    ("annotations:participation_history", "participation", TEAM, NO),
    ("annotations:party_history", "party’s key", TEAM, NO),
    ("annotations:person_history", "person", TEAM, NO),
    ("annotations:office_history", "office", TEAM, NO),
    ("annotations:issue_history", "issue", TEAM, NO),
    ("annotations:proposition_history", "proposition", TEAM, NO),
    ("annotations:reader", "article?as_of=2000-01-01", EVERYBODY, TEAM),
    # Codebook
    ("annotations:codebook", "", TEAM, NO),
    ("annotations:tree_move", "", NO, EDITORS),
    ("annotations:proposal_list", "", TEAM, NO),
    ("annotations:recheck", "", TEAM, NO),
    ("annotations:version_list", "", TEAM, NO),
    ("annotations:tag_figures", "", TEAM, NO),
    ("annotations:codebook_file", "", TEAM, EDITORS),
    ("annotations:codebook_csv", "", TEAM, NO),
    ("annotations:codebook_qdc", "", TEAM, NO),
    ("annotations:tagging_recheck", "own tagging", NO, TEAM),
    ("annotations:tagging_recheck", "own withdrawn tagging", NO, NOBODY),
    ("annotations:tagging_recheck", "own tagging in a draft", NO, ADMINS),
    ("annotations:tagging_recheck", "another’s tagging", NO, NOBODY),
    ("annotations:tag_new", "", TEAM, TEAM),
    ("annotations:tag_detail", "tag", TEAM, NO),
    ("annotations:tag_detail", "merged tag", TEAM, NO),
    ("annotations:tag_edit", "tag", EDITORS, EDITORS),
    ("annotations:tag_edit", "merged tag", NOBODY, NOBODY),
    ("annotations:tag_tools", "tag", EDITORS, NO),
    ("annotations:tag_tools", "merged tag", NOBODY, NO),
    ("annotations:tag_move", "tag", EDITORS, EDITORS),
    ("annotations:tag_merge", "tag", EDITORS, EDITORS),
    ("annotations:tag_merge", "merged tag", NOBODY, NOBODY),
    ("annotations:tag_split", "tag", EDITORS, EDITORS),
    ("annotations:tag_archive", "tag", EDITORS, EDITORS),
    ("annotations:tag_accept", "tag", NO, EDITORS),
    ("annotations:tag_restore", "tag", NO, EDITORS),
    ("annotations:tag_notes", "tag", NO, TEAM),
    # Recording
    ("annotations:position_new", "article", TEAM, TEAM),
    ("annotations:position_new", "draft article", ADMINS, ADMINS),
    ("annotations:position_new", "article?draft={own draft}", TEAM, TEAM),
    ("annotations:position_new", "article?draft={another’s draft}", NOBODY, TEAM),
    ("annotations:outcome_report_new", "article", TEAM, TEAM),
    ("annotations:outcome_report_new", "draft article", ADMINS, ADMINS),
    ("annotations:event_new", "article", TEAM, TEAM),
    ("annotations:event_new", "draft article", ADMINS, ADMINS),
    ("annotations:draft_list", "article", TEAM, TEAM),
    ("annotations:draft_list", "draft article", ADMINS, ADMINS),
    ("annotations:draft_discard", "own draft", NO, TEAM),
    ("annotations:draft_discard", "another’s draft", NO, NOBODY),
    ("annotations:draft_restore", "own draft", NO, TEAM),
    ("annotations:draft_restore", "another’s draft", NO, NOBODY),
    ("annotations:position_edit", "own position", TEAM, TEAM),
    ("annotations:position_edit", "own withdrawn position", NOBODY, TEAM),
    ("annotations:position_edit", "own position in a draft", ADMINS, ADMINS),
    ("annotations:position_edit", "another’s position", NOBODY, NOBODY),
    ("annotations:position_withdraw", "own position", NO, TEAM),
    ("annotations:position_withdraw", "own position in a draft", NO, ADMINS),
    ("annotations:position_withdraw", "another’s position", NO, NOBODY),
    ("annotations:report_evidence", "own report", TEAM, TEAM),
    ("annotations:report_evidence", "own report in a draft", ADMINS, ADMINS),
    ("annotations:report_evidence", "another’s report", NOBODY, NOBODY),
    ("annotations:report_withdraw", "own report", NO, TEAM),
    ("annotations:report_withdraw", "another’s report", NO, NOBODY),
    ("annotations:event_evidence", "own event", TEAM, TEAM),
    ("annotations:event_evidence", "another’s event", EDITORS, EDITORS),
    ("annotations:event_edit", "own event", TEAM, TEAM),
    ("annotations:event_edit", "another’s event", EDITORS, EDITORS),
    ("annotations:event_accept", "own event", NO, EDITORS),
    ("annotations:event_accept", "another’s event", NO, EDITORS),
    ("annotations:outcome_edit", "outcome", EDITORS, EDITORS),
    ("annotations:event_withdraw", "own event", NO, TEAM),
    ("annotations:event_withdraw", "another’s event", NO, EDITORS),
    # Rounds, parties, positions, outcomes
    ("talks:home", "", EVERYBODY, NO),
    ("talks:round_detail", "round", EVERYBODY, NO),
    ("talks:position_matrix", "round", EVERYBODY, NO),
    ("talks:position_matrix_csv", "round", EVERYBODY, NO),
    ("talks:position_matrix", "round?as_of=2000-01-01", EVERYBODY, NO),
    ("talks:party_pairs", "round", EVERYBODY, NO),
    ("talks:outcome_list", "round", EVERYBODY, NO),
    ("talks:timeline", "round", EVERYBODY, NO),
    ("talks:outcome_detail", "outcome", EVERYBODY, NO),
    ("talks:party_detail", "party", EVERYBODY, NO),
    ("talks:party_detail", "merged party", EVERYBODY, NO),
    ("talks:person_detail", "person", EVERYBODY, NO),
    ("talks:person_detail", "merged person", EVERYBODY, NO),
    ("talks:proposition_detail", "proposition", EVERYBODY, NO),
    ("talks:position_detail", "accepted position", EVERYBODY, NO),
    ("talks:position_detail", "draft position", ADMINS, NO),
    ("talks:position_detail", "another’s position", TEAM, NO),
    ("talks:position_detail", "own unsubmitted position", TEAM, NO),
    ("talks:position_detail", "another’s unsubmitted position", NOBODY, NO),
    ("talks:position_detail", "another’s withdrawn position", NOBODY, NO),
    ("talks:position_detail", "another’s position in a draft", ADMINS, NO),
    # What positions refer to
    ("talks:reference_list", "", EDITORS, NO),
    ("annotations:party_new", "", EDITORS, EDITORS),
    ("annotations:party_edit", "party", EDITORS, EDITORS),
    ("annotations:party_edit", "merged party", NOBODY, NOBODY),
    ("annotations:party_merge", "party", EDITORS, EDITORS),
    ("annotations:person_new", "", EDITORS, EDITORS),
    ("annotations:person_edit", "person", EDITORS, EDITORS),
    ("annotations:person_merge", "person", EDITORS, EDITORS),
    ("annotations:affiliation_new", "person", EDITORS, EDITORS),
    ("annotations:affiliation_edit", "office", EDITORS, EDITORS),
    ("annotations:issue_new", "", EDITORS, EDITORS),
    ("annotations:issue_edit", "issue", EDITORS, EDITORS),
    ("annotations:proposition_new", "", EDITORS, EDITORS),
    ("annotations:proposition_edit", "proposition", EDITORS, EDITORS),
    ("annotations:merge_detail", "merge", EDITORS, EDITORS),
    ("annotations:round_new", "", ADMINS, ADMINS),
    ("annotations:round_edit", "round", ADMINS, ADMINS),
    ("annotations:participation_list", "round", ADMINS, ADMINS),
    ("annotations:participation_edit", "participation", ADMINS, ADMINS),
    ("annotations:participation_remove", "participation", NO, ADMINS),
    ("annotations:article_edit", "article", ADMINS, ADMINS),
    ("annotations:article_edit", "draft article", ADMINS, ADMINS),
    ("talks:article_new", "", ADMINS, ADMINS),
    ("talks:intake_detail", "intake", ADMINS, ADMINS),
    ("talks:intake_shown", "intake", ADMINS, NO),
    ("talks:original", "original", ADMINS, NO),
    ("talks:table_detail", "table", ADMINS, ADMINS),
    ("talks:batch_detail", "batch", ADMINS, NO),
    ("talks:batch_stop", "batch", NO, ADMINS),
]

HOW_TO_ADD = """
These addresses have no line in TABLE of tests/test_permissions.py: {missing}.
Add one for each kind of object that they can be asked for, open ones and hidden ones, for example
    ("review:verdict", "another’s note", TEAM, EDITORS),
    ("review:verdict", "another’s private note", NOBODY, NOBODY),
that is: the address, the object, who may GET it, who may POST to it (NO: nobody can, it is 405).
The objects are made in tests/world.py; add a kind that is missing there.
These lines have no address: {left_over}.
"""
UNKNOWN = {"id": "987654321", "int": "987654321", "slug": "no-such-slug", "str": "no-such-word"}
BODY = {
    "version": "1", "start": "0", "end": "4", "exact": "Both", "tag": "Deadline",
    "text": "Said in passing", "visibility": "team", "find": "sides", "count": "1",
    "name": "Kept", "query": "q=met",
    "key": "5a1ef2ea-5ed1-4b1e-9d7c-000000000001",
}  # fmt: skip
EDGE_METHODS = ["PUT", "PATCH", "DELETE", "OPTIONS"]


class Line(NamedTuple):
    """A line of TABLE; ``asked`` names the object, ``query`` is what follows it."""

    address: str
    what: str
    read: set | None
    write: set | None

    @property
    def asked(self):
        return self.what.partition("?")[0]

    @property
    def query(self):
        return "".join(self.what.partition("?")[1:])

    def allowed(self, method):
        """Who may do it; NO where the address does not know the method."""
        if method in {"GET", "HEAD"}:
            return self.read
        return self.write if method == "POST" else NO


LINES = [Line(*line) for line in TABLE]
READERS = {(line.address, line.what): line.read or line.write or NOBODY for line in LINES}


def addresses(resolver=None, namespace=""):
    """Every address as (name, pattern)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, namespace + inner)


ADDRESSES = dict(addresses())


def test_every_address_is_in_the_table():
    known = {line.address for line in LINES}
    missing = sorted(ADDRESSES.keys() - known)
    left_over = sorted(known - ADDRESSES.keys())
    assert missing + left_over == [], HOW_TO_ADD.format(missing=missing, left_over=left_over)


class Asking:
    """One of the cast, who asks for everything there is."""

    def __init__(self, who, world):
        self.who, self.world = who, world
        self.client = Client()
        if who != "visitor":
            self.client.force_login(world.users[who])
        if who == "deactivated":
            managing.change(world.users[who], world.users["admin"], 1, is_active=False)
        self.cookies = self.client.cookies.output(header="", sep=";")
        self.unknown = {}
        self.written = _rows_written()

    def path(self, line, *, unknown=False):
        """The line's path for this person, or one like it that leads to nothing."""
        converters = ADDRESSES[line.address].pattern.converters
        hidden_in_query = "{" in line.query
        names = [line.asked] if line.asked else []
        arguments = {
            name: UNKNOWN[_kind(converter)]
            if unknown and not hidden_in_query
            else self.world.argument(what, self.who)
            for (name, converter), what in zip(converters.items(), names, strict=True)
        }
        if unknown and not converters and not hidden_in_query:
            return "/no-such-page/"
        query = re.sub(
            r"\{(.*?)\}",
            lambda found: (
                UNKNOWN["id"] if unknown else str(self.world.argument(found[1], self.who))
            ),
            line.query,
        )
        return reverse(line.address, kwargs=arguments) + query

    def answer(self, method, path, data=None, **extra):
        """The answer, and how many rows changed; all that it changed is taken back."""
        self.client.cookies.clear()
        self.client.cookies.load(self.cookies)
        before = self.written
        with transaction.atomic():
            ask = getattr(self.client, method.lower())
            given = {"data": BODY if data is None else data} if method == "POST" else {}
            response = ask(path, **given, **extra)
            self.written = _rows_written()
            written = self.written - before
            if written and method == "POST":
                _end_as_a_commit_would()
                self.written = _rows_written()
            transaction.set_rollback(True)
        return response, written

    def findings(self, line, method, **extra):
        """What is not as the table has it, in words."""
        path = self.path(line)
        told = f"{line.address} {line.what!r}: {method} as {self.who}"
        try:
            response, written = self.answer(method, path, **extra)
        except Exception as error:
            yield f"{told} fails: {error!r}"
            return
        expected = self.expected(line, method)
        found = _outcome(response)
        if expected == "nothing there":
            if self.essence_of_nothing(line, method, **extra) != _essence(response, path):
                yield f"{told} answers {found}, not like what does not exist"
        elif found != expected:
            yield f"{told} answers {found}, and should: {expected}"
        if written and (expected != "may" or method != "POST"):
            yield f"{told} changes {written} rows"
        text = response.content.decode(errors="replace")
        for secret, readers in self.world.secrets.items():
            if secret in text and self.who not in readers:
                yield f"{told} shows {secret}"

    def expected(self, line, method):
        anonymous = self.who in {"visitor", "deactivated"}
        allowed = line.allowed(method)
        if anonymous and not is_open_to_visitors(ADDRESSES[line.address].callback):
            return "sign in"
        if allowed is NO:
            return "no such method"
        if self.who in allowed:
            return "may"
        if anonymous and self.who in READERS.get((line.address, line.asked), NOBODY):
            return "sign in"
        return "nothing there"

    def essence_of_nothing(self, line, method, **extra):
        path = self.path(line, unknown=True)
        key = (path, method, bool(extra))
        if key not in self.unknown:
            response, _ = self.answer(method, path, **extra)
            self.unknown[key] = _essence(response, path)
        return self.unknown[key]


def _kind(converter):
    return type(converter).__name__.removesuffix("Converter").replace("String", "str").lower()


def _rows_written():
    """Rows inserted, changed and deleted so far in this transaction, but for sessions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_stat_get_xact_tuples_inserted(oid) + "
            "pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid)) "
            "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
            "AND relname <> 'django_session'"
        )
        return cursor.fetchone()[0]


def _end_as_a_commit_would():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _outcome(response):
    if response.status_code == 405:
        return "no such method"
    if response.get("Location", response.get("HX-Redirect", "")).startswith("/sign-in/"):
        return "sign in"
    if response.status_code in {403, 404} or response.status_code >= 500:
        return str(response.status_code)
    return "may"


def _essence(response, path):
    """What can be told from an answer, but for what differs each time."""
    headers = {
        name.lower(): value for name, value in response.items() if name.lower() != "x-request-id"
    }
    text = response.content.decode()
    plain = path.partition("?")[0]
    told = repr((response.status_code, sorted(headers.items()), sorted(response.cookies), text))
    for changing in (plain, quote(plain), quote(plain, safe="")):
        told = told.replace(changing, "PATH")
    told = re.sub(r"(csrfmiddlewaretoken\W+value=\W+|X-CSRFToken\W+)[A-Za-z0-9]{64}", r"\1", told)
    return re.sub(r"content-length', '\d+'", "", told)


@pytest.fixture
def world(db):
    # Thousands of refusals are logged, and would bury what is found.
    logging.disable(logging.CRITICAL)
    yield make_world()
    logging.disable(logging.NOTSET)


def all_findings(asking):
    """What is not as the table has it, over all lines and methods."""
    found, tried = [], set()
    for line in LINES:
        methods = ["GET", "POST"]
        # Which other methods an address knows does not depend on what it is asked for.
        if line.address not in tried:
            methods += ["HEAD", *EDGE_METHODS]
        tried.add(line.address)
        for method in methods:
            found += asking.findings(line, method)
        if asking.expected(line, "POST") == "nothing there":
            found += asking.findings(line, "POST", headers={"hx-request": "true"})
    return found


@pytest.mark.parametrize("who", ["visitor", "researcher", "editor", "admin", "deactivated"])
def test_each_of_the_cast_may_do_what_the_table_says_and_nothing_else(who, world):
    assert "\n".join(all_findings(Asking(who, world))) == ""


def test_without_public_reading_a_visitor_may_only_sign_in(world, settings):
    settings.PUBLIC_READING = False

    assert "\n".join(all_findings(Asking("visitor", world))) == ""


def test_a_form_of_another_site_is_refused_at_every_address(world):
    asking = Asking("admin", world)
    asking.client.handler.enforce_csrf_checks = True
    # Mail programs post to the link in a mail, which is signed, without a cookie or a token.
    posting = [
        one for one in LINES if one.write is not NO and one.address != "accounts:digest_stop"
    ]

    answers = [asking.answer("POST", asking.path(line)) for line in posting]

    assert {(response.status_code, written) for response, written in answers} == {(403, 0)}
