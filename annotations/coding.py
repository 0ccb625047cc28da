"""What a person does to the common work: each act in one transaction, with its way back.

Every function takes who acts and what was asked, and returns the :class:`Act`, or None where all
stands already as asked (a repeated submit does nothing twice). Refusals are exceptions:
:class:`Stale` for work that was based on an old version, :class:`Refused` for what cannot be,
:class:`Superseded` for what says something new of an old text and not that this is meant
(``knowingly``).
"""

import datetime
import functools
import itertools
import uuid
from collections import defaultdict

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from history.context import in_act
from talks.models import (
    Article,
    Event,
    Evidence,
    Outcome,
    OutcomeReport,
    Passage,
    Position,
    WorkStatus,
)
from talks.text import first_words

from . import notices, reference_rows, retagging, versions
from .in_use import left_behind
from .models import (
    Act,
    ActKind,
    Codebook,
    CodebookVersion,
    Completion,
    Note,
    Notice,
    Review,
    ReviewTakenBack,
    Tag,
    Tagging,
    TagStatus,
    Visibility,
)
from .models_carrying import Carry
from .models_review import ITEMS, item_name

MODELS = {
    "article": Article,
    "carry": Carry,
    "completion": Completion,
    "tagging": Tagging,
    "note": Note,
    "tag": Tag,
    "position": Position,
    "outcomereport": OutcomeReport,
    "event": Event,
    "outcome": Outcome,
    "evidence": Evidence,
    "review": Review,
}

NEW = object()  # the key of an act that no request names
KEY_OF_CONTENT = 5  # the version of a UUID that is made of words
DOUBLE_CLICK = datetime.timedelta(seconds=10)

# What the database refuses when an act ends, by its constraint, as told to the person who asked.
REFUSALS = {
    "position_has_evidence": "A position needs at least one passage as evidence.",
    "report_has_evidence": "An outcome report needs at least one passage as evidence.",
    "event_has_evidence": "An event needs at least one passage as evidence.",
    "position_evidence_is_from_its_article": "Evidence must come from the position’s own article.",
    "report_evidence_is_from_its_article": "Evidence must come from the report’s own article.",
    "event_evidence_is_from_its_round": "Evidence must come from an article of the event’s round.",
    "quoted_speech_has_a_quote": (
        "Direct and mixed speech need a passage with the role quote among the evidence."
    ),
    "speech_with_a_quote_is_quoted": (
        "Where a passage has the role quote, the speech is direct or mixed."
    ),
    "speaker_belongs_to_the_party": "The speaker does not belong to this party.",
    "report_is_from_an_article_of_its_round": "This outcome belongs to another round.",
    "agreed_outcome_has_two_that_agree": (
        "What is agreed, or agreed to explore, needs at least two parties that agree."
    ),
    "disputed_outcome_has_both_sides": (
        "What is disputed needs one party for it and one that rejects it."
    ),
    "superseded_article_is_published": (
        "An article that was superseded stays published, since what did not go over stands on it."
    ),
    "review_judges_what_stands": "This was changed in the meantime, so look at it again.",
    "status_follows_the_verdict": "This was reviewed in the meantime, so look at it again.",
    "tagging_is_not_on_a_merged_tag": (
        "This tag was merged into another in the meantime. Choose that one."
    ),
    "tag_stays_in_codebook": "A tag stays within its codebook.",
    "tag_tree_has_no_circle": "A tag cannot stand below itself.",
    "tag_shortcut_is_unique": "Another tag has this shortcut already.",
}

# Acts of these kinds name one article and may change others as well.
BETWEEN_ARTICLES = {ActKind.CARRY, ActKind.UNDO, ActKind.REDO}


class Refused(Exception):
    """What was asked cannot be done; the message is for the person who asked."""


class Superseded(Refused):
    """Nothing new is written on an old version of a text by whoever has not said they mean it."""

    def __init__(self):
        super().__init__(
            "This text was superseded by a newer version, so nothing was saved. Open that one, or"
            " choose “Work on this old version” at the top of the article and send it again."
        )


class Stale(Exception):
    """The row was changed since: ``current`` is the row as it stands."""

    def __init__(self, current):
        super().__init__("This was changed in the meantime.")
        self.current = current


class _Changes:
    """Collects what an act changes, row by row, for its :class:`Act`."""

    def __init__(self):
        self.rows = []
        self.passages = set()
        self.codebook = None

    def revise(self, codebook_id):
        """Begin a new version of the codebook before the first of its tags is changed."""
        if self.codebook is None:
            self.codebook = versions.lock(codebook_id)
            versions.renew(self.codebook)

    def made(self, row):
        self._note(row, None, {})

    def change(self, row, **fields):
        """Set ``fields`` on ``row`` and count its version up."""
        before = {name: _plain(getattr(row, name)) for name in fields}
        self._note(row, before, None)
        for name, value in fields.items():
            setattr(row, name, value)
        row.version += 1
        row.save(update_fields=[*fields, "version"])
        self.rows[-1] |= {
            "version": row.version,
            "after": {name: _plain(getattr(row, name)) for name in fields},
        }
        self._touch(row)

    def change_all(self, rows, **fields):
        """:meth:`change` for several rows of one model, in one query for each few hundred."""
        for row in rows:
            before = {name: _plain(getattr(row, name)) for name in fields}
            self._note(row, before, {name: _plain(value) for name, value in fields.items()})
            for name, value in fields.items():
                setattr(row, name, value)
            row.version += 1
            self.rows[-1]["version"] = row.version
            self._touch(row)
        # No statement takes as long as the database lets one take.
        for some in itertools.batched(rows, AT_ONCE):
            same = type(some[0]).objects.filter(pk__in=[row.pk for row in some])
            same.update(**fields, version=F("version") + 1)

    def reassign(self, model, pk, before, after):
        """Set fields of a row that nobody's page has the version of, if they are as ``before``."""
        if model is Tag:
            self.revise(Tag.objects.get(pk=pk).codebook_id)
        if model.objects.filter(pk=pk, **before).update(**after):
            version = model.objects.values_list("version", flat=True).get(pk=pk)
            name = model._meta.model_name
            self.rows.append(
                {"model": name, "pk": pk, "version": version, "before": before, "after": after}
            )

    def gave(self, evidence):
        """Evidence was added."""
        self._evidence(evidence, None, _stored(evidence))

    def took(self, evidence):
        """Take evidence away; what is kept of it here can bring it back."""
        self._evidence(evidence, _stored(evidence), None)
        evidence.delete()

    def _evidence(self, evidence, before, after):
        self.passages.add(evidence.passage_id)
        pk = evidence.pk
        self.rows.append(
            {"model": "evidence", "pk": pk, "version": 1, "before": before, "after": after}
        )

    def give_verdicts(self, reviews):
        """Give verdicts, and tell the coders."""
        for review in Review.objects.bulk_create(reviews):
            self._verdict(review, None, _verdict(review))
        notices.tell_verdicts(reviews)

    def take_verdicts(self, reviews, actor):
        """Take verdicts back: their rows stay, and others say that they no longer stand."""
        for review in reviews:
            self._verdict(review, _verdict(review), None)
        ReviewTakenBack.objects.bulk_create(
            ReviewTakenBack(review=one, by=actor) for one in reviews
        )
        Notice.objects.unread().filter(review__in=reviews).update(read_at=timezone.now())

    def _verdict(self, review, before, after):
        pk = review.pk
        self.rows.append(
            {"model": "review", "pk": pk, "version": 1, "before": before, "after": after}
        )

    def _note(self, row, before, after):
        if isinstance(row, Tag):
            self.revise(row.codebook_id)
        self._touch(row)
        self.rows.append(
            {
                "model": row._meta.model_name,
                "pk": row.pk,
                "version": row.version,
                "before": before,
                "after": after,
            }
        )

    def _touch(self, row):
        about = row.parent if isinstance(row, Note) and row.parent_id else row
        if passage := getattr(about, "passage_id", None):
            self.passages.add(passage)


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


def _stored(row):
    """A row's stored fields, by the names of its columns."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


ONLY_ADMINS = "Only admins change articles."
NAMED = 5  # articles in a message
AT_ONCE = 250  # rows that one statement changes
PLACE = {"parent_id", "order"}  # of a tag in the tree
VERDICT = ("tagging_id", "position_id", "outcome_report_id", "coder_id", "decision", "reason")


def _verdict(review):
    return {name: getattr(review, name) for name in VERDICT}


def in_words(error):
    """What an :class:`IntegrityError` means to the person whose work was refused."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            message = str(constraint.violation_error_message)
            is_own = message != str(constraint.default_violation_error_message)
            if constraint.name == name and is_own:
                return message
    if name in REFUSALS:
        return REFUSALS[name]
    reason = getattr(diagnosis, "message_primary", None) or "a rule of the database would break"
    return f"This cannot be saved: {reason}."


def _act(function):
    """Run ``function`` in a transaction, unless this person's request of that key is done.

    A form that was sent without scripts has an empty ``key``: there the request is known by what
    it asks for, so that a double click does nothing twice either.
    """

    @functools.wraps(function)
    def run(actor, *args, key=NEW, **kwargs):
        key = uuid.uuid4() if key is NEW else key or _key_of(function, args, kwargs)
        with transaction.atomic():
            # Acts of one person with one key wait for each other, so the second finds the first.
            _lock(f"act {actor.pk} {key}")
            if done := Act.objects.filter(actor=actor, key=key).first():
                if not _is_meant_again(done):
                    return done
                key = uuid.uuid4()
            with in_act(key):
                return function(actor, *args, key=key, **kwargs)

    return run


def refusable_act(function):
    """An act in one transaction; what the database refuses comes as :class:`Refused`."""
    run = _act(function)

    @functools.wraps(function)
    def in_one(*args, **kwargs):
        try:
            with transaction.atomic():
                return run(*args, **kwargs)
        except IntegrityError as error:
            raise Refused(in_words(error)) from error

    return in_one


def _key_of(function, args, kwargs):
    """A key for what is asked for, the same for the same."""
    values = [function.__name__, *args, *itertools.chain.from_iterable(sorted(kwargs.items()))]
    words = [(type(one).__name__, getattr(one, "pk", one)) for one in values]
    return uuid.uuid5(uuid.NAMESPACE_OID, repr(words))


def _is_meant_again(done):
    """Whether what is asked for is no double click: it was undone, or done a while ago."""
    if done.key.version != KEY_OF_CONTENT:
        return False
    is_old = timezone.now() - done.created_at > DOUBLE_CLICK
    return is_old or Act.objects.filter(undoes=done).exists()


def _lock(name):
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _in_turn(*articles):
    """Let the acts on one article commit in the order of their keys, so that none is missed.

    Several are always locked in the same order, so that no two acts wait for each other.
    """
    keys = {article.pk for article in articles if article is not None}
    if keys:
        rows = Article.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
        list(rows.values_list("pk"))


def _in_turn_to_write(article, knowingly):
    """:func:`_in_turn` for what says something new of an article; Superseded unless ``knowingly``.

    Whoever supersedes it has its turn as well: either what was said before is carried over, or
    what is said after is refused.
    """
    _in_turn(article)
    _refuse_superseded(article, knowingly)


def _refuse_superseded(article, knowingly):
    if article and not knowingly and Article.objects.filter(supersedes=article).exists():
        raise Superseded


def _record(
    actor, kind, changes, *, article, summary, key, also_on=None, is_private=False, undoes=None
):
    act = Act.objects.create(
        actor=actor,
        kind=kind,
        article=article,
        also_on=also_on,
        summary=summary[:300],
        passages=sorted(changes.passages),
        changes=changes.rows,
        undoes=undoes,
        is_private=is_private,
        key=key,
    )
    if changes.codebook is not None:
        versions.keep(changes.codebook, act)
    _tell(changes)
    return act


def _tell(changes):
    """Let the notices follow the notes that were written or changed, and the work that moved."""
    keys = [
        row["pk"]
        for row in changes.rows
        if row["model"] == "note"
        and (row["before"] is None or {"text", "visibility"} & row["before"].keys())
    ]
    if keys:
        notices.follow(Note.objects.filter(pk__in=keys).select_related("parent").order_by("pk"))
    notices.moved(changes.rows)


# Tags


@_act
def tag_passage(
    actor, article, start, end, tag, *, note="", visibility=Visibility.TEAM, knowingly=False, key
):
    """Put ``tag`` (a :class:`Tag`, or a new one's name) on ``text[start:end]``."""
    changes = _Changes()
    tag = _propose(actor, tag, changes) if isinstance(tag, str) else _offered(tag)
    _in_turn_to_write(article, knowingly)
    passage = Passage.objects.at(article, start, end)
    tagging, was_new = Tagging.objects.get_or_create(
        passage=passage,
        tag=tag,
        coder=actor,
        withdrawn_at=None,
        defaults={"codebook_version": (changes.codebook or tag.codebook).version},
    )
    if was_new:
        changes.made(tagging)
    if note:
        changes.made(
            Note.objects.create(passage=passage, author=actor, text=note, visibility=visibility)
        )
    if not changes.rows:
        return None
    return _record(
        actor,
        ActKind.TAG,
        changes,
        article=article,
        summary=f"Tagged {quoted(passage)} with {tag.name}",
        key=key,
        is_private=not was_new and visibility == Visibility.PRIVATE,
    )


@_act
def tag_passages(actor, article, spans, tag, *, knowingly=False, key):
    """Put ``tag`` on all of ``spans``, (start, end) pairs, as one act; see :func:`tag_passage`."""
    changes = _Changes()
    tag = _propose(actor, tag, changes) if isinstance(tag, str) else _offered(tag)
    _in_turn_to_write(article, knowingly)
    passages = Passage.objects.at_all(article, spans)
    own = Tagging.objects.live().filter(tag=tag, coder=actor, passage__article=article)
    tagged = set(own.values_list("passage_id", flat=True))
    version = (changes.codebook or tag.codebook).version
    taggings = Tagging.objects.bulk_create(
        Tagging(passage=passages[span], tag=tag, coder=actor, codebook_version=version)
        for span in spans
        if passages[span].pk not in tagged
    )
    for tagging in taggings:
        changes.made(tagging)
    if not taggings:
        return None
    count = len(taggings)
    what = quoted(taggings[0].passage) if count == 1 else f"{count} passages"
    return _record(
        actor, ActKind.TAG, changes, article=article, key=key,
        summary=f"Tagged {what} with {tag.name}",
    )  # fmt: skip


def _propose(actor, name, changes):
    """The tag of this name however it is spelt, proposed anew where there is none to offer."""
    codebook = Codebook.objects.oldest()
    if codebook is None:
        raise Refused("There is no codebook yet; an admin can load one.")
    versions.lock(codebook.pk)
    tag = Tag.objects.filter(codebook=codebook).called(name).first()
    if tag is None:
        changes.revise(codebook.pk)
        tag = Tag.objects.create(codebook=codebook, name=name, proposed_by=actor)
        changes.made(tag)
    elif tag.status == TagStatus.ARCHIVED and not (tag.replaced_by_id or tag.archived_because):
        changes.change(tag, status=TagStatus.PROPOSED)
    return _offered(tag)


def _offered(tag):
    """The tag as it is, or the one it was merged into; neither is merged before this act ends."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM annotations_tag WHERE id = %s FOR KEY SHARE", [tag.pk])
        tag = Tag.objects.select_related("codebook", "replaced_by").get(pk=tag.pk)
        if tag.replaced_by is None:
            break
        tag = tag.replaced_by
    if tag.status == TagStatus.ARCHIVED:
        raise Refused(why_not_offered(tag))
    return tag


def why_not_offered(tag):
    """What to say to whoever wants to use an archived tag."""
    reason = f" The reason: {tag.archived_because}" if tag.archived_because else ""
    return (
        f"“{tag.name}” is archived. Choose another tag, or ask an editor to bring it back.{reason}"
    )


@_act
def withdraw_tagging(actor, tagging, version, *, key):
    """Take one's own tag off a passage; the tagging itself is kept."""
    article = tagging.passage.article
    _in_turn(article)
    tagging = Tagging.objects.select_related("passage", "tag").get(pk=tagging.pk)
    if tagging.withdrawn_at:
        return None
    if tagging.version != version:
        raise Stale(tagging)
    changes = _Changes()
    changes.change(tagging, withdrawn_at=timezone.now())
    return _record(
        actor,
        ActKind.UNTAG,
        changes,
        article=article,
        summary=f"Took {tagging.tag.name} off {quoted(tagging.passage)}",
        key=key,
    )


# Notes


@_act
def write_note(
    actor, text, visibility, *, article=None, span=None, tag=None, work=None, knowingly=False, key
):
    """Write a note on ``text[start:end]`` of an article, on the article itself, or on a tag.

    ``work`` in it, a tagging, a position or an outcome report, is what the note is about then.
    """
    _in_turn_to_write(article, knowingly)
    about = {"tag": tag} if tag else {"article": article}
    if work:
        about = {item_name(work): work}
    if span:
        kept_by = [actor] if visibility == Visibility.PRIVATE else []
        about = {"passage": Passage.objects.at(article, *span, kept_by=kept_by)}
    note = Note.objects.create(author=actor, text=text, visibility=visibility, **about)
    changes = _Changes()
    changes.made(note)
    return _record(
        actor,
        ActKind.NOTE,
        changes,
        article=article,
        summary=f"Noted {quoted(note)}",
        key=key,
        is_private=visibility == Visibility.PRIVATE,
    )


@_act
def reply(actor, note, text, *, knowingly=False, key):
    """Answer a note; a reply is as visible as the note."""
    article = article_of(note)
    _in_turn_to_write(article, knowingly)
    note = Note.objects.select_for_update(no_key=True).get(pk=note.pk)
    if note.withdrawn_at:
        raise Refused("This note was withdrawn in the meantime, so it cannot be answered.")
    if article_of(note) != article:
        raise Refused(
            "This note went to another version of the text in the meantime. Answer it there."
        )
    answer = Note(author=actor, text=text, visibility=note.visibility, parent=note)
    answer.save(force_insert=True)
    changes = _Changes()
    changes.made(answer)
    return _record(
        actor,
        ActKind.REPLY,
        changes,
        article=article,
        summary=f"Replied {quoted(answer)}",
        key=key,
        is_private=note.visibility == Visibility.PRIVATE,
    )


@_act
def edit_note(actor, note, text, visibility, version, *, knowingly=False, key):
    """Change one's own note, based on its ``version``."""
    article = article_of(note)
    _in_turn_to_write(article, knowingly)
    note = Note.objects.select_for_update(no_key=True, of=["self"]).get(pk=note.pk)
    if note.withdrawn_at or note.version != version:
        raise Stale(note)
    if note.parent_id:
        visibility = note.visibility
    if (note.text, note.visibility) == (text, visibility):
        return None
    was_private = note.visibility == Visibility.PRIVATE
    changes = _Changes()
    _change_note(note, changes, text=text, visibility=visibility, edited_at=timezone.now())
    return _record(
        actor,
        ActKind.EDIT_NOTE,
        changes,
        article=article,
        summary=f"Edited a note to {quoted(note)}",
        key=key,
        is_private=was_private and visibility == Visibility.PRIVATE,
    )


def _change_note(note, changes, **fields):
    """Change a note, and the visibility of its replies with it."""
    old = note.visibility
    changes.change(note, **fields)
    if note.visibility == old:
        return
    replies = Note.objects.filter(parent=note)
    if note.visibility == Visibility.PRIVATE and replies.exclude(author=note.author).exists():
        raise Refused("Colleagues have answered this note, so it stays with the team.")
    for answer in replies.select_for_update(no_key=True):
        changes.change(answer, visibility=note.visibility)


@_act
def withdraw_note(actor, note, version, *, key):
    """Take back one's own note; it is kept, and can be brought back by undoing."""
    article = article_of(note)
    _in_turn(article)
    note = Note.objects.select_for_update(no_key=True, of=["self"]).get(pk=note.pk)
    if note.withdrawn_at:
        return None
    if note.version != version:
        raise Stale(note)
    changes = _Changes()
    changes.change(note, withdrawn_at=timezone.now())
    return _record(
        actor,
        ActKind.WITHDRAW_NOTE,
        changes,
        article=article,
        summary=f"Withdrew the note {quoted(note)}",
        key=key,
        is_private=note.visibility == Visibility.PRIVATE,
    )


def article_of(note):
    """The article that a note is about in the end; None for one on a tag."""
    root = note.parent if note.parent_id else note
    if root.article_id:
        return root.article
    if work := work_of(root):
        return work.passage.article if root.tagging_id else work.article
    return root.passage.article if root.passage_id else None


def work_of(note):
    """The tagging, position or outcome report that a note is about, or None."""
    return note.tagging or note.position or note.outcome_report


# Bounds


@_act
def move_bounds(actor, passage, start, end, *, knowingly=False, key):
    """Carry one's own tags and notes from ``passage`` to ``text[start:end]``.

    The passage itself never changes, and colleagues' work on it stays where they put it.
    """
    article = passage.article
    _in_turn_to_write(article, knowingly)
    taggings = list(Tagging.objects.live().filter(passage=passage, coder=actor))
    notes = list(Note.objects.live().filter(passage=passage, author=actor))
    if (passage.start, passage.end) == (start, end):
        return None
    if not taggings and not notes:
        raise Refused("Only your own tags and notes can be moved, and there are none here.")
    is_private = not taggings and all(note.visibility == Visibility.PRIVATE for note in notes)
    target = Passage.objects.at(article, start, end, kept_by=[actor] if is_private else [])
    there = set(
        Tagging.objects.live().filter(passage=target, coder=actor).values_list("tag_id", flat=True)
    )
    changes = _Changes()
    changes.passages.add(target.pk)
    for tagging in taggings:
        if tagging.tag_id in there:
            changes.change(tagging, withdrawn_at=timezone.now())
        else:
            changes.change(tagging, passage_id=target.pk, **submitted_again(tagging))
    for note in notes:
        changes.change(note, passage_id=target.pk)
    return _record(
        actor,
        ActKind.MOVE_BOUNDS,
        changes,
        article=article,
        summary=f"Moved the bounds to {quoted(target)}",
        key=key,
        is_private=is_private,
    )


def submitted_again(row):
    """The fields to change on reviewed work that its coder changes; none on what waits."""
    if row.work_status in {WorkStatus.ACCEPTED, WorkStatus.REJECTED}:
        return {"work_status": WorkStatus.SUBMITTED}
    return {}


# Articles


def is_done(actor, key):
    """Whether ``actor``’s request of this key was done already."""
    return Act.objects.filter(actor=actor, key=key or None).exists()


def change_articles(actor, versions, fields, *, key=NEW):
    """Set ``fields`` of several articles, ``{key: version}``, as one act that can be undone.

    Returns the act, or None where nothing was different, and the keys of those that had another
    version meanwhile, or were gone, and were left alone.
    """
    left_alone = []
    try:
        with transaction.atomic():
            act = _change_articles(actor, versions, fields, left_alone, key=key)
            _look_at_once()
    except IntegrityError as error:
        told = named(_hindered(versions, fields))
        which = f" It is so with {told}." if told else ""
        raise Refused(f"Nothing was changed. {in_words(error)}{which}") from error
    return act, left_alone


def _hindered(keys, fields):
    """Of these articles, those for which a rule of the database forbids the fields."""
    articles = Article.objects.filter(pk__in=keys)
    if "round_id" in fields:
        here = {"article": OuterRef("pk")}
        reports = OutcomeReport.objects.exclude(outcome__round=fields["round_id"]).filter(**here)
        proofs = Evidence.objects.filter(passage__article=OuterRef("pk"))
        events = proofs.exclude(event=None).exclude(event__round=fields["round_id"])
        return articles.filter(Exists(reports) | Exists(events))
    return articles.exclude(supersedes=None)


def named(articles):
    """The first headlines of some articles, such as “They met”, “They left”, …"""
    first = articles.for_lists().newest_first()[: NAMED + 1]
    told = [f"“{one.headline}”" for one in first]
    return ", ".join([*told[:NAMED], *("…" for _ in told[NAMED:])])


@_act
def _change_articles(actor, versions, fields, left_alone, *, key):
    changes = _Changes()
    articles = _locked_articles(versions)
    left_alone += versions.keys() - articles.keys()
    different = [
        article
        for article in articles.values()
        if any(getattr(article, name) != value for name, value in fields.items())
    ]
    left_alone += [one.pk for one in different if one.version != versions[one.pk]]
    changes.change_all([one for one in different if one.version == versions[one.pk]], **fields)
    if not changes.rows:
        return None
    count = len(changes.rows)
    what = "1 article" if count == 1 else f"{count:,} articles"
    done = {"round_id": "Moved {} to another round", "language": "Set the language of {}"}
    if fields.get("status"):
        summary = "Published {}" if fields["status"] == "published" else "Took {} back to draft"
    else:
        summary = done[next(iter(fields))]
    return _record(
        actor, ActKind.ARTICLE, changes, article=None, summary=summary.format(what), key=key
    )


def _locked_articles(keys):
    """Articles by key, without their texts, always locked in the same order."""
    articles = Article.objects.defer("text").filter(pk__in=keys).order_by("pk")
    return {one.pk: one for one in articles.select_for_update(no_key=True, of=["self"])}


# Undoing


def undo(actor, act, *, knowingly=False, key=NEW):
    """Take back one's own act, as a new act; of an undoing, do it again.

    Work that thereby comes to stand on a superseded text is put there ``knowingly`` or not at all.
    """
    try:
        with transaction.atomic():
            return _undo(actor, act, knowingly=knowingly, key=key)
    except IntegrityError as error:
        raise Refused(f"This can no longer be undone. {in_words(error)}") from error


@_act
def _undo(actor, act, *, knowingly, key):
    done = act
    while done.undoes:
        done = done.undoes
    changes = _Changes()
    if done.kind == ActKind.CODEBOOK:
        if not actor.may_edit:
            raise Refused("Only editors change the codebook.")
        passages = _lock_codebook(act, changes)
    else:
        passages = set(act.passages)
        _lock_codebook_of_tags(act)
        _in_turn(*_articles_of(act))
    if Act.objects.filter(undoes=act).exists():
        return None
    if _puts_on_text(act, done):
        _refuse_superseded(act.article, knowingly)
    if done.kind == ActKind.CODEBOOK:
        _take_back_codebook(act, changes)
    elif any(row["model"] == "review" for row in act.changes):
        _take_back_verdicts(act, changes, actor)
    elif act.changes and all(row["model"] == "article" for row in act.changes):
        _take_back_articles(act, changes, actor)
    elif act.changes and all(
        row["model"] == "tagging" and row["before"] is None for row in act.changes
    ):
        _take_back_taggings(act, changes)
    else:
        for row in reversed(act.changes):
            _take_back(act, row, changes, actor)
    _refuse_what_leaves_work_behind(act)
    kind = ActKind.REDO if act.kind == ActKind.UNDO else ActKind.UNDO
    _look_at_once()
    changes.passages |= passages
    return _record(
        actor,
        kind,
        changes,
        article=act.article,
        also_on=act.also_on,
        summary=f"{'Did again' if kind == ActKind.REDO else 'Undid'}: {_lower_first(done.summary)}",
        key=key,
        is_private=act.is_private,
        undoes=act,
    )


def _refuse_what_leaves_work_behind(act):
    """Refuse to supersede a text again that was worked on since: that would be in no queue.

    Nor is superseding undone while what went over since would stay on the newer version.
    """
    for row in act.changes:
        if row["model"] != "article":
            continue
        old, newer = ((row[name] or {}).get("supersedes_id") for name in ("before", "after"))
        if old and left_behind(old, row["pk"]).exists():
            raise Refused(
                "The earlier text was worked on since this was undone, and that work would be left"
                " behind. Let the new version supersede it anew instead: then all of it goes along."
            )
        if newer and Carry.objects.live().filter(article=row["pk"]).exists():
            raise Refused(
                "More was looked for in this version since, and would stay there. Whoever did that"
                " has to undo it first."
            )


def _puts_on_text(act, done):
    """Whether undoing ``act`` puts work on a text, where it is taken off or was put elsewhere.

    What was carried over goes back to where it waits again; done again, it comes to a text.
    """
    if done.kind == ActKind.CARRY and act.kind != ActKind.UNDO:
        return False
    befores = [row["before"] for row in act.changes if row["before"]]
    return any("passage_id" in one or one.get("withdrawn_at", act) is None for one in befores)


def _look_at_once():
    """Have the database refuse now what it would refuse when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _articles_of(act):
    """Where an act changed something; one over several articles need not name them all."""
    if act.also_on_id:
        return [act.article, act.also_on]
    if not act.passages or (act.article_id and act.kind not in BETWEEN_ARTICLES):
        return [act.article]
    return Article.objects.filter(passages__in=act.passages).distinct().only("pk")


def _keys_of(act, model):
    return sorted({row["pk"] for row in act.changes if row["model"] == model})


def _lock_codebook_of_tags(act):
    """Take the codebook's turn before the article's, where an act changed its tags: its key."""
    kept = CodebookVersion.objects.filter(act=act).values_list("codebook", flat=True).first()
    tags = _keys_of(act, "tag")
    if kept is None and tags:
        kept = Tag.objects.get(pk=tags[0]).codebook_id
    if kept is not None:
        versions.lock(kept)
    return kept


def _lock_codebook(act, changes):
    """Take the turn of the codebook, its tags and all articles touched: the passages' keys."""
    changes.revise(_lock_codebook_of_tags(act))
    changed = _keys_of(act, "tag")
    carried = [row for row in act.changes if row["model"] == "tagging"]
    between = {
        fields["tag_id"]
        for row in carried
        for fields in (row["before"], row["after"])
        if "tag_id" in fields
    }
    list(Tag.objects.select_for_update().filter(pk__in=between.union(changed)).order_by("pk"))
    on_changed = Tagging.objects.filter(tag__in=changed).order_by()
    passages = {*act.passages, *on_changed.values_list("passage", flat=True)}
    touched = Passage.objects.filter(pk__in=passages)
    return retagging.in_turn(touched)


def _take_back_codebook(act, changes):
    """Put tags, taggings and notes back; tags that the act made go last, once nothing has them."""
    rows = list(reversed(act.changes))
    tags = {tag.pk: tag for tag in Tag.objects.filter(pk__in=_keys_of(act, "tag"))}
    made = [row for row in rows if row["model"] == "tag" and row["before"] is None]
    changed = [row for row in rows if row["model"] == "tag" and row["before"] is not None]
    is_a_move = all(row["before"].keys() <= PLACE for row in changed)
    for row in changed:
        _restore_tag(tags[row["pk"]], row, changes, may_stay=set() if is_a_move else PLACE)
    retagging.take_back([row for row in rows if row["model"] == "tagging"], changes)
    for tag in tags.values():
        if tag.replaced_by_id:  # merged again: what was tagged in between goes over as well
            retagging.carry(Tagging.objects.live().filter(tag=tag), tag.in_the_end, changes)
    for row in rows:
        if row["model"] == "note":
            changes.reassign(Note, row["pk"], row["after"], row["before"])
    for row in made:
        _take_back_tag(tags[row["pk"]], row, changes)


def _restore_tag(tag, row, changes, *, may_stay):
    """Set a tag's fields back, if nobody has set the same ones since.

    Those that ``may_stay``, and its place among its siblings, stay where they were set since.
    """
    if set(row["before"]) == {"order"}:
        changes.reassign(Tag, tag.pk, row["after"], row["before"])
        tag.refresh_from_db()
        return
    fields = {}
    for name, value in row["before"].items():
        if _plain(getattr(tag, name)) == row["after"][name]:
            fields[name] = value
        elif name not in {"order", *may_stay}:
            raise Refused(
                f"“{tag.name}” was changed again in the meantime, so this can no longer be undone."
            )
    if "parent_id" in row["before"] and "parent_id" not in fields:
        fields.pop("order", None)
    if fields:
        changes.change(tag, **fields)


def _take_back(act, row, changes, actor):
    if row["model"] in (*reference_rows.MODELS, "merge"):
        if row["model"] == "merge":
            done, reason = reference_rows.put_back_merge(row, actor)
        else:
            is_as_left = functools.partial(_is_as_left_by, act, row)
            done, reason = reference_rows.put_back(row, actor, is_as_left)
        if reason:
            raise Refused(reason)
        changes.rows.append(done)
        return
    model = MODELS[row["model"]]
    if model is Evidence:
        _take_back_evidence(row, changes)
        return
    current = model.objects.select_for_update(no_key=True, of=["self"]).get(pk=row["pk"])
    if model is Tag:
        _take_back_tag(current, row, changes)
        return
    if model is Article and not actor.may_administer:
        raise Refused(ONLY_ADMINS)
    _refuse_changed_again(act, row, current.version)
    if row["before"] is None:
        changes.change(current, withdrawn_at=timezone.now())
        return
    fields = dict(row["before"])
    if model is Event and fields.get("work_status") == WorkStatus.ACCEPTED:
        _accept_again(fields, actor)
    if fields.get("withdrawn_at"):
        fields["withdrawn_at"] = timezone.now()
    if "edited_at" in fields:
        fields["edited_at"] = timezone.now()
    if model is Tagging and fields.get("withdrawn_at", current.withdrawn_at) is None:
        _refuse_twin(current, fields)
    if model is Note and "visibility" in fields and not current.parent_id:
        _change_note(current, changes, **fields)
    elif not (model is Note and "visibility" in fields and current.parent_id):
        changes.change(current, **fields)


def _accept_again(fields, actor):
    """Let an undoing accept an event only for who accepted it, if they still may.

    One that was loaded as accepted, or accepted before that was kept, waits for an editor.
    """
    if not fields.get("accepted_by_id"):
        del fields["work_status"]
    elif fields["accepted_by_id"] == actor.pk and not actor.may_edit:
        raise Refused("Only editors accept events.")


def _refuse_changed_again(act, row, version):
    if not _is_as_left_by(act, row, version):
        raise Refused(
            "This was changed again in the meantime, so it can no longer be undone from here."
        )


def _is_as_left_by(act, row, version):
    """Whether all that changed a row since ``act`` was taken back again, up to its ``version``."""
    at, standing = row["version"], []
    if at == version:
        return True
    named = {"model": row["model"], "pk": row["pk"]}
    later = Act.objects.filter(pk__gt=act.pk, changes__contains=[named]).order_by("pk")
    for one in later.only("undoes", "changes"):
        versions_left = [
            change["version"] for change in one.changes if named.items() <= change.items()
        ]
        # Merging tags changes a tagging and leaves its version.
        if set(versions_left) == {at}:
            continue
        if versions_left[0] != at + 1:
            return False
        at = versions_left[-1]
        if standing and one.undoes_id == standing[-1]:
            standing.pop()
        else:
            standing.append(one.pk)
    return at == version and not standing


def _take_back_evidence(row, changes):
    """Take away what was given, or give back what was taken.

    It is known by what it says: taken and given back since, it is another row that says the same.
    """
    kept = row["before"] or row["after"]
    fields = {name: value for name, value in kept.items() if name != "id"}
    if row["before"] is None:
        evidence = Evidence.objects.filter(**fields).first()
        if evidence is None:
            raise Refused("The evidence was changed in the meantime; look at it again.")
        changes.took(evidence)
        return
    evidence, was_new = Evidence.objects.get_or_create(**fields)
    if was_new:
        changes.gave(evidence)


def _take_back_verdicts(act, changes, actor):
    """Let the verdicts of an act stand no longer, or give them once more; all in some queries."""
    if not actor.may_edit:
        raise Refused("Only editors give verdicts and take them back.")
    judged = [row for row in act.changes if row["model"] == "review"]
    found = Review.objects.select_related("taken_back").in_bulk([row["pk"] for row in judged])
    items = _judged_rows(found.values())
    set_back = [row for row in act.changes if row["model"] != "review"]
    for row in set_back:
        _refuse_changed_again(act, row, items[row["model"], row["pk"]].version)
    given = [found[row["pk"]] for row in judged if row["before"] is None]
    if any(hasattr(review, "taken_back") for review in given):
        raise Refused("This verdict was taken back already.")
    # A verdict is on the version that stands, and counts it up.
    changes.give_verdicts(
        [
            Review(
                **row["before"], reviewer=actor, judged=found[row["pk"]].judged,
                version=items[_judged_by(found[row["pk"]])].version,
            )
            for row in judged
            if row["before"] is not None
        ]
    )  # fmt: skip
    _set_back(set_back, items, changes)
    changes.take_verdicts(given, actor)


def _take_back_articles(act, changes, actor):
    """Set the fields of articles back, of thousands in some queries."""
    if not actor.may_administer:
        raise Refused(ONLY_ADMINS)
    found = _locked_articles([row["pk"] for row in act.changes])
    for row in act.changes:
        _refuse_changed_again(act, row, found[row["pk"]].version)
    _set_back(act.changes, {("article", pk): one for pk, one in found.items()}, changes)


def _take_back_taggings(act, changes):
    """Withdraw what was tagged, at thousands of places in some queries."""
    taggings = Tagging.objects.select_for_update(no_key=True, of=["self"]).order_by("pk")
    found = taggings.in_bulk(_keys_of(act, "tagging"))
    for row in act.changes:
        _refuse_changed_again(act, row, found[row["pk"]].version)
    withdrawn = [found[row["pk"]] for row in reversed(act.changes)]
    changes.change_all(withdrawn, withdrawn_at=timezone.now())


def _set_back(rows, current, changes):
    """Set the fields of these rows of an act back; ``current`` has them by model and key."""
    alike = defaultdict(list)
    for row in rows:
        fields = tuple(sorted(row["before"].items()))
        alike[row["model"], fields].append(current[row["model"], row["pk"]])
    for (_, fields), group in alike.items():
        changes.change_all(group, **dict(fields))


def _judged_rows(reviews):
    """What these verdicts are on, locked, by the name of its model and its key."""
    keys = defaultdict(set)
    for name, pk in map(_judged_by, reviews):
        keys[name].add(pk)
    found = {}
    for name in sorted(keys):
        rows = MODELS[name].objects.select_for_update(no_key=True, of=["self"]).order_by("pk")
        found |= {(name, row.pk): row for row in rows.filter(pk__in=keys[name])}
    return found


def _judged_by(review):
    """What a verdict is on: the name of its model and its key."""
    named = {name: getattr(review, f"{name}_id") for name in ITEMS}
    return next((name.replace("_", ""), pk) for name, pk in named.items() if pk)


def _refuse_twin(tagging, fields):
    twin = Tagging.objects.live().filter(
        passage=fields.get("passage_id", tagging.passage_id),
        tag=tagging.tag_id,
        coder=tagging.coder_id,
    )
    if twin.exclude(pk=tagging.pk).exists():
        raise Refused("You have put this tag on this passage again, so there is nothing to undo.")


def _take_back_tag(tag, row, changes):
    """Put a new tag aside, or offer it again; once others use it, it stays.

    A proposal that an editor has taken up stays as well.
    """
    if row["before"] is None or row["before"].get("status") == TagStatus.ARCHIVED:
        in_use = Tagging.objects.live().filter(tag=tag).exists() or tag.children.exists()
        if tag.version == row["version"] and not in_use:
            changes.change(tag, status=TagStatus.ARCHIVED)
    elif tag.status == TagStatus.ARCHIVED and not (tag.replaced_by_id or tag.archived_because):
        changes.change(tag, status=row["before"]["status"])


def last_acts(actor, *, on_codebook=False, in_review=False, on_list=False):
    """What Ctrl+Z takes back and what Ctrl+Shift+Z does again: two acts, or None for each.

    An undoing can be taken back as long as nothing new was done since. In an article those are
    acts on articles; on the pages of the codebook, acts that changed it; in the queue, verdicts;
    in the list of articles, what is done to them there.
    """
    own = Act.objects.filter(actor=actor)
    if in_review:
        undoing = Q(kind__in=[ActKind.UNDO, ActKind.REDO])
        own = own.filter(
            Q(kind=ActKind.REVIEW) | (undoing & Q(changes__contains=[{"model": "review"}]))
        )
    elif on_list:
        there = [ActKind.ARTICLE, ActKind.DONE]
        own = own.filter(
            Q(kind__in=there) | Q(undoes__kind__in=there) | Q(undoes__undoes__kind__in=there)
        )
    else:
        own = own.filter(article__isnull=on_codebook)
    if on_codebook:
        own = own.filter(codebook_version__isnull=False)
    new_since = own.filter(pk__gt=OuterRef("pk")).exclude(kind__in=[ActKind.UNDO, ActKind.REDO])
    acts = (
        own.filter(undone_by=None)
        .filter(~Q(kind=ActKind.UNDO) | ~Exists(new_since))
        .annotate(is_undo=Q(kind=ActKind.UNDO))
        .order_by("is_undo", "-pk")
        .distinct("is_undo")
        .select_related("undoes")
        .defer("changes", "undoes__changes")
    )
    found = {act.is_undo: act for act in acts}
    return found.get(False), found.get(True)


def quoted(row):
    words = row.exact if isinstance(row, Passage) else row.text
    return f"“{first_words(words)[:120]}”"


def _lower_first(words):
    return words[:1].lower() + words[1:]
