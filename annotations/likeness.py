"""Which tags are like which: by their names, and by the passages they are on."""

from collections import defaultdict
from types import SimpleNamespace

from django.db import connection

LIKE = 0.3  # similarity of two names from which on they are worth a look
MOST = 6  # tags shown beside one

NAMES = """
SELECT one.id, other.id, greatest(
    similarity(lower(one.name), lower(other.name)),
    word_similarity(lower(one.name), lower(other.name)) * 0.9,
    word_similarity(lower(other.name), lower(one.name)) * 0.9
) AS likeness
FROM annotations_tag one JOIN annotations_tag other
    ON other.codebook_id = one.codebook_id AND other.id <> one.id
WHERE one.id = ANY(%(tags)s) AND (other.status <> 'archived' OR other.archived_because <> '')
ORDER BY likeness DESC, other.name
"""

# Two passages overlap where each begins before the other ends.
USE = """
SELECT one.tag_id, other.tag_id, count(DISTINCT mine.id) FILTER (WHERE mine.id = theirs.id),
    count(DISTINCT mine.id)
FROM annotations_tagging one
JOIN talks_passage mine ON mine.id = one.passage_id
JOIN talks_passage theirs ON theirs.article_id = mine.article_id
    AND theirs.start < mine."end" AND mine.start < theirs."end"
JOIN annotations_tagging other ON other.passage_id = theirs.id AND other.tag_id <> one.tag_id
WHERE one.tag_id = ANY(%(tags)s) AND mine.article_id = ANY(%(articles)s)
    AND one.withdrawn_at IS NULL AND other.withdrawn_at IS NULL
GROUP BY 1, 2 ORDER BY 4 DESC, 2
"""


def by_name(tags):
    """For each of ``tags``, a set of keys: the keys of tags with a similar name, likest first.

    Merged ones are among them, since their names lead on.
    """
    found = defaultdict(list)
    for one, other, likeness in _rows(NAMES, tags=list(tags)):
        if likeness >= LIKE and len(found[one]) < MOST:
            found[one].append(other)
    return found


def by_use(tags, articles):
    """For each of ``tags``: the tags on its passages, as ``tag``, ``same`` and ``overlapping``.

    ``same`` counts the passages that have both, ``overlapping`` those that overlap with one of the
    other, the same among them. ``articles`` are the keys of those to be looked at.
    """
    found = defaultdict(list)
    for one, other, same, overlapping in _rows(USE, tags=list(tags), articles=list(articles)):
        if len(found[one]) < MOST:
            found[one].append(SimpleNamespace(tag=other, same=same, overlapping=overlapping))
    return found


def _rows(sql, **params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
