"""What gathered in a person's inbox: mentions, replies and verdicts, and where each leads."""

from types import SimpleNamespace

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from talks.models import Article
from talks.text import first_words

from . import items
from .keyset import Key, Page, integer
from .models import Decision, Notice
from .queue import whole

SIZE = 30
KINDS = {"mention": "Mentions", "reply": "Replies", "verdict": "Verdicts"}
OF_KIND = {
    "mention": Notice.objects.mentions,
    "reply": Notice.objects.replies,
    "verdict": Notice.objects.verdicts,
}


def of(user, kind="", *, is_new=False):
    """The notices of ``user``, of one of :data:`KINDS` or of all; if ``is_new``, unread ones."""
    rows = OF_KIND[kind]() if kind in OF_KIND else Notice.objects.all()
    rows = rows.visible_to(user)
    return rows.unread() if is_new else rows


def page(rows, query):
    """One page of them, the latest first, each as :func:`shown`."""
    found = Page(rows, [Key("pk", True, integer)], query, SIZE)
    found.object_list = shown(found.object_list)
    return found


def counts(user):
    """How many of each kind are unread, by kind, and of all by ""."""
    rows = Notice.objects.visible_to(user).unread()
    return rows.order_by().aggregate(
        all=Count("pk"),
        mention=Count("pk", filter=Q(is_mention=True)),
        reply=Count("pk", filter=Q(is_reply=True)),
        verdict=Count("pk", filter=Q(note=None)),
    )


def shown(notices):
    """These notices with what a list says of each: who, what, of what and in which article."""
    keys = [notice.pk for notice in notices]
    rows = Notice.objects.filter(pk__in=keys).select_related(
        "note__author",
        "note__passage",
        "note__tag",
        "note__parent__passage",
        "note__parent__tag",
        "review__reviewer",
        "review__taken_back",
    )
    found = {row.pk: row for row in rows.annotate(mentioned=Notice.objects.of_notes("note"))}
    work = whole(list(dict.fromkeys(filter(None, map(_place_of, found.values())))))
    work = {(items.kind_of(row), row.pk): row for row in work}
    articles = Article.objects.filter(pk__in={row.article_id for row in found.values()})
    articles = articles.for_lists().in_bulk()
    return [
        _shown(row, work.get(_place_of(row)), articles.get(row.article_id))
        for key in keys
        if (row := found.get(key))
    ]


def _place_of(notice):
    """The kind and the key of the work that a notice is about, or None."""
    about = notice.review if notice.review_id else _root(notice.note)
    for kind in items.Kind:
        if (key := getattr(about, f"{kind.value}_id")) is not None:
            return kind, key
    return None


def _root(note):
    return note.parent if note.parent_id else note


def _shown(notice, work, article):
    line = SimpleNamespace(
        notice=notice, pk=notice.pk, at=notice.at, article=article, state="",
        is_read=notice.read_at is not None, about=items.claim(work) if work else "",
        mentioned=notice.mentioned,
    )  # fmt: skip
    if review := notice.review:
        line.who, line.words, line.decision = review.reviewer, review.reason, review.decision
        line.did = f"{review.done} what you made"
        if review.decision == Decision.REVISE:
            line.did = "sent your work back for revision"
        if hasattr(review, "taken_back"):
            line.state = "taken back"
        elif work.version != review.version + 1:
            line.state = "changed since"
        return line
    note, root = notice.note, _root(notice.note)
    line.who, line.words = note.author, note.text
    line.did = {
        (True, False): "mentioned you in a note",
        (True, True): "answered and mentioned you",
        (False, True): "answered you",
    }[notice.is_mention, notice.is_reply]
    if root.passage_id:
        line.about = f"“{first_words(root.passage.exact, 30)}”"
    elif root.tag_id:
        line.about = f"The tag {root.tag}"
    return line


def place(notice):
    """The address of what a notice is about: the words in the text, or the page of the work."""
    if work := _place_of(notice):
        kind, key = work
        return reverse(kind.page, args=[key]) + ("#notes" if notice.note_id else "")
    root = _root(notice.note)
    if root.tag_id:
        return f"{root.tag.get_absolute_url()}#notes"
    reader = reverse("annotations:reader", args=[notice.article_id])
    if root.passage_id:
        return f"{reader}?passage={root.passage_id}#passage-{root.passage_id}"
    return f"{reader}#note-{notice.note_id}"


def mark_read(rows):
    """Mark unread ones as read, all at one moment; returns that moment and how many they were."""
    now = timezone.now()
    return now, rows.unread().update(read_at=now)
