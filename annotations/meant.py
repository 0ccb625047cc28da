"""What was meant by words that find nothing: names that are spelt like them."""

from django.db import connection

from . import searching
from .asked import Asked
from .models import EntryKind

LIKE = 0.4  # how like a word of a name must be
WORDS = 8  # that are looked at, of a long question
LETTERS = 3  # of a word that can be misspelt


def meant(question, user):
    """The question with its words that find nothing put right by names, or None."""
    left = WORDS
    groups = []
    for group in question.groups:
        terms = []
        for term in group:
            words = term.text.split()
            left -= len(words)
            may_be_put_right = left >= 0 and not term.is_prefix
            terms.append(_put_right(term, user) if may_be_put_right else term)
        groups.append(tuple(terms))
    found = Asked(tuple(groups), question.without)
    return found if found != question else None


def _put_right(term, user):
    alone = searching.found(Asked(((term,),), ()))
    if searching.visible_to(alone, user).exists():
        return term
    words = [_nearest(word, user) or word for word in term.text.split()]
    return term._replace(text=" ".join(words))


def _nearest(word, user):
    if len(word) < LETTERS:
        return None
    kinds = [EntryKind.PARTY, EntryKind.PERSON]
    if user.is_authenticated:
        kinds.append(EntryKind.TAG)
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_nearest(%s, %s, %s)", [word, LIKE, [str(k) for k in kinds]])
        return cursor.fetchone()[0]
