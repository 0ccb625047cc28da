"""Carrying many taggings from one tag to another at once, and taking that back."""

from collections import defaultdict

from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from talks.models import Article

from .models import Tag, Tagging


def in_turn(passages):
    """Let acts on the articles of ``passages`` wait until this one is done, in one order.

    ``passages`` is a query. Returns their keys.
    """
    articles = passages.order_by().values("article")
    list(
        Article.objects.select_for_update(no_key=True)
        .filter(pk__in=articles)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return set(passages.order_by().values_list("pk", flat=True))


def carry(taggings, target, changes):
    """Move ``taggings``, all of one tag, to ``target``; nothing of them is lost.

    Where a coder has put ``target`` on the passage already, the one of the two that would be the
    twin is withdrawn and keeps its tag. Withdrawn ones move too, so that bringing them back brings
    them back with the new tag; their version stays, since nobody's page shows them.
    """
    rows = list(
        taggings.select_for_update(no_key=True)
        .order_by("pk")
        .values_list(
            "pk", "tag_id", "passage_id", "coder_id", "withdrawn_at", "version", named=True
        )
    )
    there = set(Tagging.objects.live().filter(tag=target).values_list("passage_id", "coder_id"))
    live = [row for row in rows if row.withdrawn_at is None]
    twins = [row for row in live if (row.passage_id, row.coder_id) in there]
    moving = [row for row in live if (row.passage_id, row.coder_id) not in there]
    asleep = [row for row in rows if row.withdrawn_at is not None]
    now = timezone.now()
    _update(moving, tag=target, version=F("version") + 1)
    _update(asleep, tag=target)
    _update(twins, withdrawn_at=now, version=F("version") + 1)
    for row in moving + asleep:
        after = {"tag_id": target.pk}
        changes.rows.append(_change(row, {"tag_id": row.tag_id}, after))
    for row in twins:
        changes.rows.append(_change(row, {"withdrawn_at": None}, {"withdrawn_at": now.isoformat()}))
    changes.passages |= {row.passage_id for row in live}


def take_back(rows, changes):
    """Set taggings back as ``rows`` of an act say, as far as nobody has changed the same since.

    What a later merge has carried on is still as the act left it, under another name.
    """
    groups = defaultdict(list)
    for row in rows:
        groups[_key(row["before"]), _key(row["after"])].append(row["pk"])
    led_on = _led_on({row["after"].get("tag_id") for row in rows})
    for (before, after), keys in list(groups.items()):
        (name, tag), *_ = after
        on = (("tag_id", led_on.get(tag)),)
        if name == "tag_id" and tag in led_on and on != before:
            groups[before, on] += keys
    for (before, after), keys in groups.items():
        current = list(
            Tagging.objects.select_for_update(no_key=True)
            .filter(pk__in=keys, **_stored(after))
            .order_by("pk")
            .values_list("pk", "passage_id", "withdrawn_at", "version", named=True)
        )
        wakes = "withdrawn_at" in dict(before)
        live = [row for row in current if wakes or row.withdrawn_at is None]
        asleep = [row for row in current if not wakes and row.withdrawn_at is not None]
        fields = _stored(before)
        _update(live, **fields, version=F("version") + 1)
        _update(asleep, **fields)
        changes.rows += [_change(row, dict(after), dict(before), wakes) for row in current]
        changes.passages |= {row.passage_id for row in live}


def _led_on(tags):
    """Where those of ``tags``, by their keys, that are merged lead to in the end."""
    merged = Tag.objects.filter(pk__in=tags).exclude(replaced_by=None)
    return {tag.pk: tag.in_the_end.pk for tag in merged}


def _key(fields):
    return tuple(sorted(fields.items()))


def _stored(fields):
    """A group's fields as the database takes them."""
    return {
        name: parse_datetime(value) if name == "withdrawn_at" and value else value
        for name, value in fields
    }


def _update(rows, **fields):
    Tagging.objects.filter(pk__in=[row.pk for row in rows]).update(**fields)


def _change(row, before, after, is_live=False):
    is_live = is_live or row.withdrawn_at is None
    return {
        "model": "tagging",
        "pk": row.pk,
        "version": row.version + is_live,
        "before": before,
        "after": after,
    }
