"""Who is told of a note: those it mentions, and those it answers.

The rows follow the text: whatever makes or changes a note calls :func:`follow` in the same
transaction, so an edit that names somebody tells them, and one that no longer does takes it away.
"""

from collections import defaultdict

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from talks.models import ArticleStatus

from . import at_names
from .models import Note, Notice, Review, Visibility

# The ways from a notice to what may go over to another article, by its model's name.
WAYS = {
    "note": ["note", "note__parent"],
    **{
        model: [f"{start}__{field}" for start in ("note", "note__parent", "review")]
        for model, field in [
            ("tagging", "tagging"),
            ("position", "position"),
            ("outcomereport", "outcome_report"),
        ]
    },
}
ARTICLES = [
    *(f"{way}__{path}" for way in WAYS["note"] for path in ("article", "passage__article")),
    *(f"{way}__passage__article" for way in WAYS["tagging"]),
    *(f"{way}__article" for way in WAYS["position"] + WAYS["outcomereport"]),
]


def follow(notes):
    """Bring the notices of these notes in line with what they say now."""
    for note in notes:
        wanted = _wanted(note)
        there = {one.person_id: one for one in Notice.objects.filter(note=note)}
        gone = [one.pk for key, one in there.items() if wanted.get(key) != _flags(one)]
        if gone:
            Notice.objects.filter(pk__in=gone).delete()
        article = _article_of(note)
        Notice.objects.bulk_create(
            Notice(
                person_id=key, note=note, article=article, version=note.version,
                is_mention=is_mention, is_reply=is_reply,
            )
            for key, (is_mention, is_reply) in sorted(wanted.items())
            if key not in there or there[key].pk in gone
        )  # fmt: skip


def _flags(notice):
    return notice.is_mention, notice.is_reply


def _wanted(note):
    """Who is to be told, by key: whether it mentions them, and whether it answers them."""
    if note.visibility != Visibility.TEAM:
        return {}
    mentioned = {user.pk for user in mentioned_in(note)}
    answered = _answered_by(note)
    people = User.objects.filter(pk__in=mentioned | answered).exclude(pk=note.author_id)
    # Whoever was told before their account was closed stays named in the note.
    told = set(Notice.objects.filter(note=note).values_list("person", flat=True))
    article = _article_of(note)
    return {
        user.pk: (user.pk in mentioned, user.pk in answered)
        for user in people
        if may_see(user, article) and (user.is_active or user.pk in told)
    }


def mentioned_in(note):
    """The accounts that a note's text names."""
    return _named(at_names.names_in(note.text))


def _named(places):
    wanted = {name for names in places for name in names}
    accounts = {one.username: one for one in User.objects.filter(username__in=wanted)}
    found = (next((n for n in names if n in accounts), None) for names in places)
    return [accounts[name] for name in dict.fromkeys(found) if name]


def _answered_by(note):
    """Of a reply, who wrote in its thread before; of a note on work, who made and judged it."""
    if note.parent_id:
        before = Note.objects.live().filter(parent=note.parent_id, pk__lt=note.pk)
        return {note.parent.author_id, *before.values_list("author", flat=True)}
    work = note.tagging or note.position or note.outcome_report
    if work is None:
        return set()
    judged = Review.objects.of(work).order_by()
    return {work.coder_id, *judged.values_list("reviewer", flat=True)}


def may_see(user, article):
    """Whether an account sees what stands on ``article``; on None, a tag, everybody does."""
    return article is None or article.status != ArticleStatus.DRAFT or user.may_administer


def _article_of(note):
    root = note.parent if note.parent_id else note
    if root.tagging_id:
        return root.tagging.passage.article
    about = root.passage or root.position or root.outcome_report
    return about.article if about else root.article


def not_told(note):
    """What to say to the author of a note about those it names and does not reach: sentences."""
    places = at_names.names_in(note.text)
    named = _named(places)
    if note.visibility != Visibility.TEAM:
        others = [user for user in named if user.pk != note.author_id]
        return ["A private note mentions nobody."] if others else []
    article = _article_of(note)
    found = [
        f"{user} may not see this article and is not told."
        if user.is_active
        else f"The account of {user} is deactivated, so nobody is told."
        for user in named
        if user.pk != note.author_id and not (user.is_active and may_see(user, article))
    ]
    known = {user.username for user in named}
    unknown = [names[-1] for names in places if not known.intersection(names)]
    return found + [f"Nobody here is called @{name}." for name in unknown[:3]]


def not_told_by(act):
    """What :func:`not_told` says of the notes that an act wrote or changed."""
    if act is None or act.undoes_id:
        return []
    keys = [row["pk"] for row in act.changes if row["model"] == "note" and _says_more(row)]
    notes = Note.objects.filter(pk__in=keys).select_related("parent").order_by("pk")
    return list(dict.fromkeys(sentence for note in notes for sentence in not_told(note)))


def _says_more(row):
    return row["before"] is None or "text" in row["before"]


def moved(rows):
    """Let the notices of what an act's ``rows`` put elsewhere lead to where it is now."""
    keys = defaultdict(list)
    for row in rows:
        if {"passage_id", "article_id"} & (row["before"] or {}).keys() and row["model"] in WAYS:
            keys[row["model"]].append(row["pk"])
    found = Q()
    for model, moved_keys in keys.items():
        for way in WAYS[model]:
            found |= Q(**{f"{way}__in": moved_keys})
    if found:
        _place(Notice.objects.filter(found))


def _place(found):
    """Let these notices lead to the article of what they are about."""
    places = Notice.objects.filter(pk=OuterRef("pk")).values(place=Coalesce(*ARTICLES))
    found.update(article=Subquery(places))


def tell_verdicts(reviews):
    """Tell coders of verdicts on their work."""
    Notice.objects.bulk_create(
        Notice(person_id=one.coder_id, review=one, version=one.version) for one in reviews
    )
    _place(Notice.objects.filter(review__in=reviews))
