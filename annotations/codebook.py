"""What editors do to the codebook: each one act, one new version, nothing deleted.

Every function takes who acts and what was asked, with the ``version`` of the tag that the page
showed, and returns the :class:`Act`, or None where all stands already as asked. Raises
:class:`Stale` and :class:`Refused` like :mod:`annotations.coding`. All take their locks in the
order that :func:`annotations.versions.lock` states.
"""

from django.utils import timezone

from talks.models import Passage

from . import retagging, versions
from .codebook_tree import DEEPEST, depths
from .coding import (
    Refused,
    Stale,
    _act,
    _Changes,
    _in_turn_to_write,
    _offered,
    _record,
    quoted,
    refusable_act,
)
from .models import ActKind, Note, Tag, Tagging, TagStatus

__all__ = ["Refused", "Stale"]


# Locks


def _lock(*tags):
    """The tags, locked after their codebook, as they are now; no tagging gets on them meanwhile."""
    versions.lock(tags[0].codebook_id)
    keys = [tag.pk for tag in tags]
    rows = {
        tag.pk: tag
        for tag in Tag.objects.select_for_update(of=["self"])
        .select_related("codebook", "parent")
        .filter(pk__in=keys)
        .order_by("pk")
    }
    return [rows[key] for key in keys]


def _check(tag, version):
    if tag.version != version:
        raise Stale(tag)


def _not_merged(tag):
    if tag.replaced_by_id:
        raise Refused(f"“{tag.name}” is merged into “{tag.in_the_end.name}” already.")


def passages_with(tags):
    """The passages that have a live tagging with one of ``tags``, a set of keys."""
    return Passage.objects.filter(
        pk__in=Tagging.objects.live().filter(tag__in=tags).order_by().values("passage")
    )


def branch_of(tag):
    """The keys of a tag and of all below it."""
    keys = found = {tag.pk}
    while found:
        found = set(Tag.objects.filter(parent__in=found).values_list("pk", flat=True)) - keys
        keys |= found
    return keys


def record(actor, changes, summary, key):
    _refuse_too_deep(changes)
    return _record(actor, ActKind.CODEBOOK, changes, article=None, summary=summary, key=key)


def _refuse_too_deep(changes):
    """Refuse a tree that no page can show, where a tag came to stand below another."""
    placed = (row for row in changes.rows if row["model"] == "tag")
    if not any("parent_id" in (row["after"] or {"parent_id": ""}) for row in placed):
        return
    above = dict(Tag.objects.filter(codebook=changes.codebook).values_list("pk", "parent_id"))
    if max(depths(above).values(), default=0) > DEEPEST:
        raise Refused(f"Tags stand at most {DEEPEST} deep in each other.")


# One tag


@refusable_act
def add(actor, codebook, fields, *, parent=None, key):
    """Add a tag at the end of its siblings: at once by editors, as a proposal by researchers."""
    versions.lock(codebook.pk)
    if parent is not None and parent.status == TagStatus.ARCHIVED:
        raise Refused(f"“{parent.name}” is archived: choose another place.")
    changes = _Changes()
    changes.revise(codebook.pk)
    is_editor = actor.may_edit
    siblings = Tag.objects.filter(codebook=codebook, parent=parent)
    tag = Tag.objects.create(
        codebook=codebook,
        parent=parent,
        order=len(_places(siblings)) + 1,
        status=TagStatus.ACTIVE if is_editor else TagStatus.PROPOSED,
        proposed_by=actor,
        defined_in=changes.codebook.version,
        **fields,
    )
    changes.made(tag)
    _refuse_too_deep(changes)
    if is_editor:
        return record(actor, changes, f"Added the tag {tag.name}", key)
    summary = f"Proposed the tag {tag.name}"
    return _record(actor, ActKind.TAG, changes, article=None, summary=summary, key=key)


@refusable_act
def edit(actor, tag, version, fields, *, is_correction=False, key):
    """Change a tag's name, rule, colour or shortcut, and its place if ``fields`` has a parent.

    A new definition puts the taggings made before it on their coders' re-check lists, unless it
    is a mere correction.
    """
    (tag,) = _lock(tag)
    changed = {name: value for name, value in fields.items() if getattr(tag, name) != value}
    if not changed:
        return None
    _check(tag, version)
    changes = _Changes()
    old_name = tag.name
    is_redefined = "definition" in changed and not is_correction
    keys = branch_of(tag) if "colour" in changed else {tag.pk}
    changes.passages |= retagging.in_turn(passages_with(keys))
    changes.revise(tag.codebook_id)
    if is_redefined:
        changed["defined_in"] = changes.codebook.version
    changes.change(tag, **changed)
    return record(actor, changes, _edited(tag, old_name, changed), key)


def _edited(tag, old_name, changed):
    if "name" in changed:
        rest = " and changed its entry" if len(changed) > 1 else ""
        return f"Renamed the tag {old_name} to {tag.name}{rest}"
    if "defined_in" in changed:
        return f"Redefined the tag {tag.name}"
    return f"Changed the tag {tag.name}"


@refusable_act
def accept(actor, tag, version, *, key):
    """Take up a proposed tag."""
    (tag,) = _lock(tag)
    if tag.status == TagStatus.ACTIVE:
        return None
    _check(tag, version)
    if tag.status != TagStatus.PROPOSED:
        raise Refused(f"“{tag.name}” is not proposed any more.")
    changes = _Changes()
    changes.passages |= retagging.in_turn(passages_with({tag.pk}))
    changes.change(tag, status=TagStatus.ACTIVE)
    return record(actor, changes, f"Accepted the tag {tag.name}", key)


@refusable_act
def archive(actor, tag, version, reason, *, key):
    """Offer a tag no longer; it stays on its passages, and tags below it move up."""
    (tag,) = _lock(tag)
    if tag.status == TagStatus.ARCHIVED:
        return None
    _check(tag, version)
    if not reason.strip():
        raise Refused("Say why, for those who used the tag.")
    changes = _Changes()
    verb = "Rejected" if tag.status == TagStatus.PROPOSED else "Archived"
    changes.passages |= retagging.in_turn(passages_with(branch_of(tag)))
    changes.change(tag, status=TagStatus.ARCHIVED, archived_because=reason, shortcut="")
    _lift_children(tag, tag.parent, changes)
    return record(actor, changes, f"{verb} the tag {tag.name}: {reason}", key)


@refusable_act
def restore(actor, tag, version, *, key):
    """Offer an archived tag again, as one that editors have taken up."""
    (tag,) = _lock(tag)
    if tag.status == TagStatus.ACTIVE:
        return None
    _check(tag, version)
    changes = _Changes()
    changes.passages |= retagging.in_turn(passages_with({tag.pk}))
    parent = tag.parent
    if parent is not None and parent.status == TagStatus.ARCHIVED:
        parent = None
    changes.change(
        tag,
        status=TagStatus.ACTIVE,
        replaced_by_id=None,
        archived_because="",
        parent_id=parent.pk if parent else None,
    )
    return record(actor, changes, f"Brought back the tag {tag.name}", key)


def _lift_children(tag, parent, changes, *, but=None):
    """Put the tags below ``tag`` below ``parent``, behind those that stand there."""
    there = Tag.objects.filter(codebook=tag.codebook_id, parent=parent)
    place = max((one.order for one in there), default=0)
    for child in tag.children.in_tree_order():
        if child.pk != but:
            place += 1
            changes.change(child, parent_id=parent.pk if parent else None, order=place)


# Moving


@refusable_act
def move(actor, tag, version, parent, after, *, key):
    """Put a tag below ``parent`` (None: at the top), behind its sibling ``after`` (None: first)."""
    (tag,) = _lock(tag)
    siblings = _places(
        Tag.objects.filter(codebook=tag.codebook_id, parent=parent).exclude(pk=tag.pk)
    )
    if after is not None and after not in siblings:
        raise Refused("The codebook has changed in the meantime: look at it again.")
    at = siblings.index(after) + 1 if after is not None else 0
    wanted = [*siblings[:at], tag, *siblings[at:]]
    is_moving_in = tag.parent_id != (parent.pk if parent else None)
    there = _places(Tag.objects.filter(codebook=tag.codebook_id, parent=parent))
    if not is_moving_in and wanted == there:
        return None
    _check(tag, version)
    if parent is not None and parent.pk in branch_of(tag):
        raise Refused(f"“{tag.name}” cannot stand below itself.")
    if parent is not None and parent.status == TagStatus.ARCHIVED:
        raise Refused(f"“{parent.name}” is archived: choose another place.")
    changes = _Changes()
    if is_moving_in:
        changes.passages |= retagging.in_turn(passages_with(branch_of(tag)))
    changes.revise(tag.codebook_id)
    for place, one in enumerate(wanted, start=1):
        if one == tag and is_moving_in:
            changes.change(tag, parent_id=parent.pk if parent else None, order=place)
        elif one == tag:
            changes.change(tag, order=place)
        elif one.order != place:
            changes.reassign(Tag, one.pk, {"order": one.order}, {"order": place})
    where = f"below {parent.name}" if parent else "at the top"
    summary = f"Moved the tag {tag.name} {where}" + (
        f", after {after.name}" if after else ", first"
    )
    return record(actor, changes, summary, key)


def _places(siblings):
    """Siblings as the tree shows them: those offered, in their order."""
    return list(siblings.offered().in_tree_order())


# Merging and splitting


@refusable_act
def merge(actor, tag, version, target, target_version, *, key):
    """Make one tag of two: all that hangs on ``tag`` moves to ``target``, and its page leads there.

    A coder who has put both on a passage keeps one tagging there; the other is withdrawn.
    """
    tag, target = _lock(tag, target)
    if tag.replaced_by_id == target.pk:
        return None
    _check(tag, version)
    _check(target, target_version)
    if tag == target or tag.codebook_id != target.codebook_id:
        raise Refused("Choose another tag of this codebook.")
    for one in (tag, target):
        _not_merged(one)
    if target.status == TagStatus.ARCHIVED:
        raise Refused(f"“{target.name}” is archived. Bring it back first.")
    changes = _Changes()
    touched = Passage.objects.filter(pk__in=tag.taggings.order_by().values("passage"))
    retagging.in_turn(touched | passages_with(branch_of(tag)))
    changes.passages |= set(passages_with(branch_of(tag)).values_list("pk", flat=True))
    _lift_children_to(tag, target, changes)
    changes.change(
        tag,
        status=TagStatus.ARCHIVED,
        replaced_by_id=target.pk,
        shortcut="",
        archived_because=f"Merged into {target.name}.",
    )
    retagging.carry(Tagging.objects.filter(tag=tag), target, changes)
    for note in Note.objects.filter(tag=tag).order_by("pk"):
        changes.reassign(Note, note.pk, {"tag_id": tag.pk}, {"tag_id": target.pk})
    return record(actor, changes, f"Merged the tag {tag.name} into {target.name}", key)


def _lift_children_to(tag, target, changes):
    """Put what is below ``tag`` below ``target``; what ``target`` itself is below of, beside it."""
    above = target
    while above is not None and above.parent_id != tag.pk:
        above = above.parent
    if above is not None:
        changes.change(above, parent_id=tag.parent_id, order=tag.order)
        if above == target:
            target.parent_id, target.order = above.parent_id, above.order
    _lift_children(tag, target, changes)


@refusable_act
def split(actor, tag, version, passages, into, *, coder=None, key):
    """Take the tag's taggings on ``passages`` (a query) over to another tag.

    ``into`` is a :class:`Tag` of the codebook, or the fields of a new one beside this one. With
    ``coder`` only that coder's taggings go over.
    """
    tag, *others = _lock(tag, *([into] if isinstance(into, Tag) else []))
    _check(tag, version)
    _not_merged(tag)
    if others and (others[0] == tag or others[0].status == TagStatus.ARCHIVED):
        raise Refused("Choose another tag that is in use, or name a new one.")
    taggings = Tagging.objects.filter(tag=tag, passage__in=passages)
    if coder is not None:
        taggings = taggings.filter(coder=coder)
    if not taggings.live().exists():
        raise Refused("Choose the passages that go over: none of these has the tag.")
    changes = _Changes()
    retagging.in_turn(Passage.objects.filter(pk__in=taggings.order_by().values("passage")))
    changes.revise(tag.codebook_id)
    target = others[0] if others else _split_off(actor, tag, into, changes)
    retagging.carry(taggings, target, changes)
    count = len(changes.passages)
    words = f"{count} passage{'' if count == 1 else 's'}"
    return record(actor, changes, f"Split {words} off {tag.name} to {target.name}", key)


def _split_off(actor, tag, fields, changes):
    new = Tag.objects.create(
        codebook=changes.codebook,
        parent=tag.parent,
        order=tag.order,
        status=TagStatus.ACTIVE,
        split_from=tag,
        proposed_by=actor,
        defined_in=tag.defined_in,
        **{"colour": tag.colour} | fields,
    )
    changes.made(new)
    return new


# Checking again


@_act
def keep(actor, tagging, version, defined_in, *, key):
    """Find a tagging right under its tag's definition, the one of version ``defined_in``."""
    tagging, article = _tagging_in_turn(tagging, version)
    if tagging.tag.defined_in != defined_in:
        raise Stale(tagging)
    changes = _Changes()
    changes.change(tagging, checked_version=tagging.tag.codebook.version)
    summary = f"Kept {tagging.tag.name} on {quoted(tagging.passage)}"
    return _record(actor, ActKind.TAG, changes, article=article, summary=summary, key=key)


@_act
def exchange(actor, tagging, version, tag, *, knowingly=False, key):
    """Put ``tag`` in the place of a tagging's; the old tagging is withdrawn and kept."""
    tag = _offered(tag)
    tagging, article = _tagging_in_turn(tagging, version, knowingly)
    if tag == tagging.tag:
        raise Refused("That is the tag it has. Keep it, or choose another.")
    changes = _Changes()
    changes.change(tagging, withdrawn_at=timezone.now())
    new, was_new = Tagging.objects.get_or_create(
        passage=tagging.passage,
        tag=tag,
        coder=tagging.coder,
        withdrawn_at=None,
        defaults={"codebook_version": tag.codebook.version},
    )
    if was_new:
        changes.made(new)
    summary = f"Changed {tagging.tag.name} to {tag.name} on {quoted(tagging.passage)}"
    return _record(actor, ActKind.TAG, changes, article=article, summary=summary, key=key)


def _tagging_in_turn(tagging, version, knowingly=True):
    article = tagging.passage.article
    _in_turn_to_write(article, knowingly)
    tagging = (
        Tagging.objects.select_for_update(no_key=True, of=["self"])
        .select_related("passage", "tag__codebook", "coder")
        .get(pk=tagging.pk)
    )
    if tagging.withdrawn_at or tagging.version != version:
        raise Stale(tagging)
    return tagging, article
