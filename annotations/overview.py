"""What the lists count: the work on an article, the passages of a tag."""

import functools
from collections import defaultdict

from django.db.models import Count, Exists, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least, Left, Substr

from accounts.models import User
from talks.models import Article, Passage, WorkStatus

from .context import LONGEST, REACH, around
from .models import Act, Note, Tagging
from .searching import evidence_known_to


def count_of(rows, per, what="pk"):
    """How many different ``what`` the rows of one ``per`` have, to annotate that ``per`` with."""
    counted = (
        rows.filter(**{per: OuterRef("pk")})
        .order_by()
        .values(per)
        .annotate(count=Count(what, distinct=True))
        .values("count")
    )
    return Coalesce(Subquery(counted), 0)


# Articles


def with_work(articles, user, *, accepted_only=False):
    """``articles``, which ``user`` may see, with counts of the work on them and of their own.

    With ``accepted_only`` passages and coders are those with accepted work, whatever notes say.

    Adds ``passage_count`` (passages with a tagging or a note, or that prove something, as the
    reader counts them), ``coder_count`` (those who tagged), ``note_count`` (with replies),
    ``own_count`` (passages with work of one's own) and ``worked_at``, when one last did something
    here.
    """
    taggings = Tagging.objects.live()
    # What is counted stands in these articles, which ``user`` sees; asked again of each note, where
    # it stands, PostgreSQL read all notes for every article.
    notes = Note.objects.readable_by(user)
    remarks = notes
    if accepted_only:
        taggings = taggings.filter(work_status=WorkStatus.ACCEPTED)
        remarks = notes.none()
    status = {"work_status": WorkStatus.ACCEPTED} if accepted_only else {}
    proofs = functools.partial(evidence_known_to, user, **status)
    acts = Act.objects.filter(actor=user, article=OuterRef("pk")).order_by("-pk")
    return articles.annotate(
        passage_count=count_of(spoken_of(taggings, remarks, proofs()), "article"),
        coder_count=count_of(taggings, "passage__article", "coder"),
        # Four counts over one index each: one condition with OR would read all notes every time.
        note_count=count_of(notes, "passage__article")
        + count_of(notes, "article")
        + count_of(notes, "parent__passage__article")
        + count_of(notes, "parent__article"),
        own_count=count_of(
            spoken_of(
                taggings.filter(coder=user),
                remarks.filter(author=user),
                proofs(coder=user),
            ),
            "article",
        ),
        worked_at=Subquery(acts.values("created_at")[:1]),
    )


def spoken_of(taggings, notes, evidence):
    """The passages that have one of these taggings or notes, or are among the evidence."""
    return Passage.objects.filter(
        Exists(taggings.filter(passage=OuterRef("pk")))
        | Exists(notes.filter(passage=OuterRef("pk")))
        | Exists(evidence.filter(passage=OuterRef("pk")))
    )


def last_worked_on_by(user):
    """The article that ``user`` did something in last and may still see, or None."""
    articles = Article.objects.visible_to(user).for_lists()
    acts = Act.objects.filter(actor=user, article=OuterRef("pk")).order_by("-pk")
    return (
        articles.annotate(last_act=Subquery(acts.values("pk")[:1]))
        .filter(last_act__isnull=False)
        .order_by("-last_act")
        .first()
    )


# Tags


# Which taggings a page counts, by what its address says.
COUNTED = [
    ("", "Accepted, and awaiting review"),
    ("accepted", "Accepted only"),
    ("all", "All, also what was rejected"),
]


def counted(taggings, work=""):
    """Those of ``taggings`` that count: by default all but what a review rejected."""
    if work == "all":
        return taggings
    if work == "accepted":
        return taggings.filter(work_status=WorkStatus.ACCEPTED)
    return taggings.exclude(work_status=WorkStatus.REJECTED)


def passage_counts(tags, user, work=""):
    """How many passages each tag has, and how many with the tags below it: two dicts by key.

    A passage with two tags of a branch counts once in it. ``tags`` are ``reading.Tags``, ``work``
    is one of :data:`COUNTED`.
    """
    alone = defaultdict(int)
    branch = defaultdict(set)
    taggings = counted(Tagging.objects.visible_to(user), work)
    pairs = taggings.order_by().values_list("tag_id", "passage_id")
    for tag, passage in pairs.distinct():
        alone[tag] += 1
        for above in tags.rows[tag].lineage:
            branch[above].add(passage)
    return alone, {tag: len(passages) for tag, passages in branch.items()}


# Who may see which article is asked of the articles, once a query: within a condition on each
# tagging it makes the database compare everything with everything before it knows the tables.


def taggings_of(tags):
    """The taggings with one of ``tags``, a set of keys, in articles of whatever status."""
    return Tagging.objects.live().filter(tag__in=tags)


def coders_of(taggings, user):
    """Whose taggings they are, of those that ``user`` sees, by name."""
    articles = Article.objects.visible_to(user)
    coders = taggings.filter(passage__article__in=articles).values("coder")
    return User.objects.filter(pk__in=coders).order_by("name", "username")


def articles_of(taggings, user):
    """In which articles that ``user`` sees they are, newest first."""
    keys = set(taggings.order_by().values_list("passage__article", flat=True).distinct())
    return Article.objects.visible_to(user).filter(pk__in=keys).for_lists().newest_first()


def passages_of(taggings, user):
    """The keys of their passages in articles that ``user`` sees, in the order to show them.

    Newest article first, and in reading order within.
    """
    return (
        Passage.objects.visible_to(user)
        .filter(pk__in=taggings.values("passage"))
        .order_by(
            F("article__published_on").desc(nulls_last=True),
            "-article__loaded_at",
            "-article_id",
            "start",
            "-end",
        )
        .values_list("pk", flat=True)
    )


def in_context(keys, taggings):
    """The passages of these keys, each with its ``context`` and with these taggings as ``tagged``.

    Apart from :func:`passages_of`, so that the texts of the passages on other pages stay unread.
    """
    found = (
        Passage.objects.select_related("article")
        .defer("article__text", "exact")
        .annotate(
            opening=Left("article__text", 400),
            shown=Left("exact", LONGEST),
            text_before=Substr(
                "article__text",
                Greatest(F("start") - REACH, Value(0)) + 1,
                Least(F("start"), Value(REACH)),
            ),
            text_after=Substr("article__text", F("end") + 1, REACH),
        )
        .in_bulk(list(keys))
    )
    by_passage = defaultdict(list)
    for tagging in (
        taggings.filter(passage__in=found).select_related("coder").order_by("created_at", "pk")
    ):
        by_passage[tagging.passage_id].append(tagging)
    for passage in found.values():
        passage.article.opening = passage.opening
        passage.is_cut = passage.end - passage.start > LONGEST
        passage.context = around(passage.text_before, passage.shown, passage.text_after)
        passage.tagged = by_passage[passage.pk]
    return [found[key] for key in keys]
