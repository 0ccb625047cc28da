"""How far the coding of articles is: nobody has begun, who is at work, who is done.

At work is whoever tagged, noted or recorded something in an article and has not called it done;
done is who says so. Being done does not end by working on, as only the coder can tell whether it
should; it is said that more was done since.
"""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Case, Exists, Max, OuterRef, Q, Value, When
from django.utils import timezone

from accounts.models import User
from talks.models import Event, OutcomeReport, Position

from .coding import Stale, _act, _Changes, _in_turn_to_write, _record
from .models import Act, ActKind, Completion, Note, Tagging
from .searching import LookedUp

# Acts that are work on what an article says.
WORK = [
    ActKind.TAG, ActKind.UNTAG, ActKind.NOTE, ActKind.REPLY, ActKind.EDIT_NOTE,
    ActKind.WITHDRAW_NOTE, ActKind.MOVE_BOUNDS, ActKind.RECORD, ActKind.REVISE, ActKind.WITHDRAW,
]  # fmt: skip


@_act
def call_done(actor, article, is_done, version, *, knowingly=False, key):
    """Say that one is done with ``article``, or open one's work on it again.

    ``version`` is that of the row that the page showed, 0 where there was none. Said again of
    what was done since, it is done as of now.
    """
    _in_turn_to_write(article, knowingly)
    own = Completion.objects.select_for_update(no_key=True, of=["self"])
    completion = own.filter(article=article, coder=actor).first()
    stands = completion is not None and completion.withdrawn_at is None
    acts = Act.objects.filter(actor=actor, article=article)
    as_of = acts.aggregate(last=Max("pk"))["last"] or 0
    changes = _Changes()
    if stands == is_done and not (is_done and _is_later(completion)):
        return None
    if (completion.version if completion else 0) != version:
        raise Stale(completion)
    if completion is None:
        changes.made(Completion.objects.create(article=article, coder=actor, last_act=as_of))
    elif is_done:
        now = timezone.now()
        changes.change(completion, withdrawn_at=None, done_at=now, last_act=as_of)
    else:
        changes.change(completion, withdrawn_at=timezone.now())
    summary = f"Called {article.headline[:120]} {'done' if is_done else 'not done yet'}"
    return _record(actor, ActKind.DONE, changes, article=article, summary=summary, key=key)


def _is_later(completion):
    return Completion.objects.filter(pk=completion.pk).filter(_has_later_work()).exists()


def _has_later_work(user=None):
    """A condition on completions: their coder did more since, as far as ``user`` may know."""
    acts = Act.objects.all() if user is None else Act.objects.visible_to(user)
    acts = acts.filter(
        actor=OuterRef("coder"), article=OuterRef("article"), pk__gt=OuterRef("last_act")
    )
    undoing = (
        Q(kind__in=[ActKind.UNDO, ActKind.REDO])
        # Later work that was undone is none.
        & ~Q(kind=ActKind.UNDO, undoes__pk__gt=OuterRef("last_act"))
        & ~Q(changes__contains=[{"model": "completion"}])
        & ~Q(changes__contains=[{"model": "review"}])
    )
    return Exists(acts.filter(undone_by=None).filter(Q(kind__in=WORK) | undoing))


# Who is at work


def _work(user):
    """All work that ``user`` may know of: rows, the paths to their article and to their coder."""
    notes = Note.objects.readable_by(user).live()
    return [
        (Tagging.objects.live(), "passage__article", "coder"),
        (notes, "passage__article", "author"),
        (notes, "article", "author"),
        (notes, "parent__passage__article", "author"),
        (notes, "parent__article", "author"),
        (Position.objects.visible_to(user), "article", "coder"),
        (OutcomeReport.objects.visible_to(user), "article", "coder"),
        (Event.objects.live().exclude(coder=None), "evidence__passage__article", "coder"),
    ]


def has_work_of(user):
    """A condition on articles: ``user`` is or was at work on them, done or not."""
    found = Q()
    for rows, article, person in _work(user):
        found |= Q(Exists(rows.filter(**{article: OuterRef("pk"), person: user})))
    return found


def is_worked_on(user, coder=None):
    """A condition on articles: ``coder``, or anybody, is at work on them and not done."""
    found = Q()
    for rows, article, person in _work(user):
        done = Completion.objects.live().filter(article=OuterRef(article), coder=OuterRef(person))
        here = rows.filter(~Exists(done), **{article: OuterRef("pk")})
        found |= Q(Exists(here.filter(**{person: coder}) if coder else here))
    return found


def is_done(coder=None, *, with_work_seen_by=None):
    """A condition on articles: ``coder``, or anybody, is done with them.

    With ``with_work_seen_by``, those alone where the coder did more since, as that person knows.
    """
    rows = Completion.objects.live().filter(article=OuterRef("pk"))
    if coder:
        rows = rows.filter(coder=coder)
    if with_work_seen_by:
        rows = rows.filter(_has_later_work(with_work_seen_by))
    # Looked up: PostgreSQL takes few articles to be left, and compared each with all completions.
    return Q(LookedUp(rows))


def with_stage(articles, user):
    """Articles with ``coding_stage``: 0 not begun, 1 somebody is at work, 2 only done."""
    at_work = When(is_worked_on(user), then=Value(1))
    return articles.annotate(
        coding_stage=Case(at_work, When(is_done(), then=Value(2)), default=Value(0))
    )


# What the pages show


class Progress(NamedTuple):
    """One article's coding: ``done`` are completions, ``at_work`` people; both by name.

    ``own`` is one's own row, also where one has opened the work again, or None.
    """

    done: list
    at_work: list
    own: Completion | None

    @property
    def is_own_done(self):
        return self.own is not None and self.own.withdrawn_at is None

    @property
    def own_version(self):
        return self.own.version if self.own else 0


def completions_of(articles, user):
    """The completions of articles, with ``has_later_work``; one’s own also if opened again."""
    return (
        Completion.objects.filter(article__in=articles)
        .filter(Q(withdrawn_at=None) | Q(coder=user))
        .annotate(has_later_work=_has_later_work(user))
        .select_related("coder")
    )


def progress_of(articles, user):
    """The :class:`Progress` of each of ``articles``, by key: two queries, however many."""
    keys = [one.pk for one in articles]
    if not keys:
        return {}
    first, *others = [
        rows.filter(**{f"{article}__in": keys})
        .order_by()
        .values_list(article, person, f"{person}__username", f"{person}__name")
        for rows, article, person in _work(user)
    ]
    people = defaultdict(list)
    for article, key, username, name in first.union(*others):
        people[article].append(User(pk=key, username=username, name=name))
    completions = defaultdict(list)
    for one in completions_of(keys, user):
        completions[one.article_id].append(one)
    return {key: progress(completions[key], people[key], user) for key in keys}


def progress(completions, people, user):
    """What ``completions`` of one article, and the ``people`` who worked on it, come to."""
    own = next((one for one in completions if one.coder_id == user.pk), None)
    done = [one for one in completions if one.withdrawn_at is None]
    finished = {one.coder_id for one in done}
    return Progress(
        sorted(done, key=lambda one: (str(one.coder), one.pk)),
        sorted(
            (one for one in people if one.pk not in finished), key=lambda one: (str(one), one.pk)
        ),
        own,
    )
