"""What the lists count: the work on an article, the passages of a tag."""

from collections import defaultdict

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least, Left, Substr

from accounts.models import User
from talks.models import Article, Passage

from .context import LONGEST, REACH, around
from .models import Act, Note, Tagging


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


def with_work(articles, user):
    """Articles with the counts of what ``user`` sees of the work on them, and of their own.

    Adds ``passage_count`` (passages with a tagging or a note), ``coder_count`` (those who tagged),
    ``note_count`` (with replies), ``own_count`` (passages with one's own tagging or note) and
    ``worked_at``, when one last did something here.
    """
    taggings = Tagging.objects.live()
    notes = Note.objects.visible_to(user)
    acts = Act.objects.filter(actor=user, article=OuterRef("pk")).order_by("-pk")
    return articles.annotate(
        passage_count=count_of(spoken_of(taggings, notes), "article"),
        coder_count=count_of(taggings, "passage__article", "coder"),
        # Four counts over one index each: one condition with OR would read all notes every time.
        note_count=count_of(notes, "passage__article")
        + count_of(notes, "article")
        + count_of(notes, "parent__passage__article")
        + count_of(notes, "parent__article"),
        own_count=count_of(
            spoken_of(taggings.filter(coder=user), notes.filter(author=user)), "article"
        ),
        worked_at=Subquery(acts.values("created_at")[:1]),
    )


def spoken_of(taggings, notes):
    """The passages that have one of these taggings or notes."""
    return Passage.objects.filter(
        Exists(taggings.filter(passage=OuterRef("pk")))
        | Exists(notes.filter(passage=OuterRef("pk")))
    )


def is_worked_on_by(user):
    """A condition on articles: ``user`` tagged or noted something in them."""
    taggings = Tagging.objects.live().filter(coder=user)
    notes = Note.objects.live().filter(author=user)
    return Q(
        Exists(taggings.filter(passage__article=OuterRef("pk")))
        | Exists(notes.filter(passage__article=OuterRef("pk")))
        | Exists(notes.filter(article=OuterRef("pk")))
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


def passage_counts(tags, user):
    """How many passages each tag has, and how many with the tags below it: two dicts by key.

    A passage with two tags of a branch counts once in it. ``tags`` are ``reading.Tags``.
    """
    alone = defaultdict(int)
    branch = defaultdict(set)
    pairs = Tagging.objects.visible_to(user).order_by().values_list("tag_id", "passage_id")
    for tag, passage in pairs.distinct():
        alone[tag] += 1
        for above in tags.ancestors(tag):
            branch[above].add(passage)
    return alone, {tag: len(passages) for tag, passages in branch.items()}


def taggings_of(tags, user):
    """The taggings with one of ``tags``, a set of keys, that ``user`` sees."""
    return Tagging.objects.visible_to(user).filter(tag__in=tags)


def coders_of(taggings):
    """Whose taggings they are, by name."""
    return User.objects.filter(Exists(taggings.filter(coder=OuterRef("pk")))).order_by(
        "name", "username"
    )


def articles_of(taggings):
    """In which articles they are, newest first."""
    tagged = taggings.filter(passage__article=OuterRef("pk"))
    return Article.objects.filter(Exists(tagged)).for_lists().newest_first()


def passages_of(taggings):
    """The passages of these taggings by article, newest first, and in reading order within."""
    return (
        Passage.objects.filter(Exists(taggings.filter(passage=OuterRef("pk"))))
        .select_related("article__round")
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
        .order_by(
            F("article__published_on").desc(nulls_last=True),
            "-article__loaded_at",
            "-article_id",
            "start",
            "-end",
        )
    )


def in_context(passages, taggings):
    """These passages as a list, each with its ``context`` and, of these, its ``taggings``."""
    passages = list(passages)
    by_passage = defaultdict(list)
    found = taggings.filter(passage__in=passages).select_related("coder")
    for tagging in found.order_by("created_at", "pk"):
        by_passage[tagging.passage_id].append(tagging)
    for passage in passages:
        passage.article.opening = passage.opening
        passage.is_cut = passage.end - passage.start > LONGEST
        passage.context = around(passage.text_before, passage.shown, passage.text_after)
        passage.tagged = by_passage[passage.pk]
    return passages
