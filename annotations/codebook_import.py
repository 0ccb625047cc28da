"""Taking a codebook file in: what it would change, and changing that as one act."""

import dataclasses
from collections import Counter

from talks.models import Passage

from . import codebook as revising
from . import retagging, versions
from .codebook_files import description_of, key_of
from .codebook_tree import DEEPEST, depths
from .coding import Refused, Stale, _Changes
from .models import Tag, Tagging, TagStatus
from .versions import RULE

FIELDS = ("name", *RULE, "colour", "shortcut")


@dataclasses.dataclass
class Plan:
    """What a file would do: ``added`` entries, ``changed`` tags with (label, old, new), and more.

    ``order`` lists the tags of the file, by entry, in its order; ``refusals`` say why it cannot be.
    """

    added: list
    changed: list
    same: int
    left: int
    lost: list
    refusals: list
    rechecked: int = 0

    @property
    def is_empty(self):
        return not (self.added or self.changed)


def plan(codebook, read):
    """What taking in ``read`` would do to the codebook as it stands."""
    return _Importing(codebook, read).plan()


class _Importing:
    """A file beside the codebook: which entry is which tag, and what differs."""

    def __init__(self, codebook, read):
        self.codebook = codebook
        self.read = read
        self.tags = {
            tag.pk: tag
            for tag in Tag.objects.filter(codebook=codebook)
            .select_related("parent", "replaced_by")
            .in_tree_order()
        }
        self.lost = list(read.lost)
        self.refusals = []
        by_guid = {tag.guid: tag for tag in self.tags.values()}
        self.guids = set(by_guid)
        self.below = Counter(tag.parent_id for tag in self.tags.values())
        by_key = {key_of(tag.name): tag for tag in self.tags.values()}
        self.by_key = by_key
        taken = set()
        # The tag of each entry by its place, None for a new one.
        self.found = dict.fromkeys(range(len(read.entries)))
        for known in (
            lambda entry: by_guid.get(entry.guid),
            lambda entry: by_key.get(entry.key),
        ):
            for place, entry in enumerate(read.entries):
                tag = known(entry)
                if self.found[place] is None and tag is not None and tag.pk not in taken:
                    taken.add(tag.pk)
                    self.found[place] = tag
        self.names = {entry.key: place for place, entry in enumerate(read.entries)}
        self.parents = {
            place: self._parent(place, entry) for place, entry in enumerate(read.entries)
        }
        self.places = {tag.pk: place for place, tag in self.found.items() if tag is not None}
        self.depths = depths({place: self.above(place) for place in self.found})
        self._refuse_taken_names(taken)
        self._refuse_circles_and_depths()

    def _may_have_below(self, tag, place):
        """Whether a tag takes others; one that is gone keeps those that went with it."""
        own = self.found[place]
        is_gone = own is not None and own.status == TagStatus.ARCHIVED
        return is_gone or tag is None or tag.status != TagStatus.ARCHIVED

    def _offered(self, tag, place):
        """The place of a tag, or of the one that took over from it."""
        while tag is not None and not self._may_have_below(tag, place):
            above = tag.replaced_by_id or tag.parent_id
            tag = self.tags[above] if above else None
        return ("tag", tag.pk) if tag is not None else None

    def _parent(self, place, entry):
        """Where an entry stands: ("file", place), ("tag", key), None at the top, "as is"."""
        if entry.parent is None and entry.description is None:
            return "as is"
        if not entry.parent:
            return None
        key = key_of(entry.parent)
        if key in self.names and self._may_have_below(self.found[self.names[key]], place):
            return ("file", self.names[key])
        if key in self.by_key:
            return self._offered(self.by_key[key], place)
        self.lost.append(
            f"“{entry.name}” stands below “{entry.parent}”, which is nowhere: it goes to the top."
        )
        return None

    def _refuse_taken_names(self, taken):
        for place, entry in enumerate(self.read.entries):
            other = self.by_key.get(entry.key)
            if other is not None and other != self.found[place] and other.pk not in taken:
                self.refusals.append(f"The name “{entry.name}” belongs to another tag here.")

    def _refuse_circles_and_depths(self):
        for place, entry in enumerate(self.read.entries):
            if place not in self.depths:
                self.refusals.append(f"“{entry.name}” stands below itself in the file.")
        if max(self.depths.values(), default=0) > DEEPEST:
            self.refusals.append(f"The tags stand more than {DEEPEST} deep in each other.")

    def above(self, place):
        """The place in the file of what an entry stands below, through tags that are not in it."""
        parent = self.parents[place]
        if parent == "as is":
            tag = self.found[place]
            parent = ("tag", tag.parent_id) if tag and tag.parent_id else None
        while parent is not None and parent[0] == "tag":
            if parent[1] in self.places:
                return self.places[parent[1]]
            above = self.tags[parent[1]].parent_id
            parent = ("tag", above) if above else None
        return parent[1] if parent else None

    def differences(self, place):
        """The fields of a tag that the file has otherwise, and what they would be."""
        entry, tag = self.read.entries[place], self.found[place]
        if tag.replaced_by_id:
            return {}
        names = list(FIELDS)
        if entry.description is not None and entry.description == description_of(tag):
            names = [name for name in names if name not in RULE]
        fields = {
            name: getattr(entry, name)
            for name in names
            if getattr(entry, name) is not None and getattr(entry, name) != getattr(tag, name)
        }
        if entry.description is not None:
            fields.pop("shortcut", None)
        if tag.status == TagStatus.ARCHIVED:
            fields.pop("shortcut", None)
        return fields

    def moves(self, place):
        """Whether the tag of an entry stands below another in the file."""
        parent, tag = self.parents[place], self.found[place]
        if parent == "as is" or tag.replaced_by_id:
            return False
        if parent is None:
            return tag.parent_id is not None
        above = self.found[parent[1]] if parent[0] == "file" else self.tags[parent[1]]
        return above is None or above.pk != tag.parent_id

    def plan(self):
        added, changed, redefined = [], [], set()
        same = 0
        reordered = self._reordered()
        for place, entry in enumerate(self.read.entries):
            tag = self.found[place]
            if tag is None:
                added.append(entry)
                if entry.merged_into:
                    self.lost.append(
                        f"“{entry.name}” was merged into “{entry.merged_into[:120]}” there; "
                        "here it is archived."
                    )
                continue
            if tag.replaced_by_id and entry.status != tag.status:
                self.lost.append(f"“{tag.name}” is merged into “{tag.in_the_end.name}” here.")
            elif entry.status != tag.status and entry.description is None:
                self.lost.append(
                    f"“{tag.name}” is {entry.status} there and {tag.status} here; it stays so."
                )
            fields = self.differences(place)
            rows = [
                (name.replace("_", "-"), getattr(tag, name), value)
                for name, value in fields.items()
            ]
            if self.moves(place):
                rows.append(
                    (
                        "below",
                        tag.parent.name if tag.parent_id else "the top",
                        entry.parent or "the top",
                    )
                )
            elif tag.pk in reordered:
                rows.append(("place", "as it is", "in the file’s order"))
            if "definition" in fields:
                redefined.add(tag.pk)
            if rows:
                changed.append((tag, rows))
            else:
                same += 1
        left = len(self.tags) - sum(tag is not None for tag in self.found.values())
        waiting = Tagging.objects.live().filter(tag__in=redefined).count() if redefined else 0
        lost, refusals = list(dict.fromkeys(self.lost)), list(dict.fromkeys(self.refusals))
        return Plan(added, changed, same, left, lost, refusals, waiting)

    def parent_in_the_end(self, place):
        """The tag that an entry's stands below when all above it is written, or None."""
        parent = self.parents[place]
        if parent == "as is":
            return self.found[place].parent if self.found[place] else None
        if parent is None:
            return None
        if parent[0] == "tag":
            return self.tags[parent[1]]
        return self.found[parent[1]]

    def _reordered(self):
        """The tags that stay below the same tag, and among each other have another order there."""
        groups = {}
        for place, tag in self.found.items():
            if tag is not None and not tag.replaced_by_id and not self.moves(place):
                groups.setdefault(tag.parent_id, []).append(tag)
        current = list(self.tags.values())
        out = set()
        for tags in groups.values():
            in_order = sorted(tags, key=current.index)
            if in_order != tags:
                out |= {tag.pk for tag, other in zip(tags, in_order, strict=True) if tag != other}
        return out


@revising.refusable_act
def take_in(actor, codebook, version, read, *, is_correction=False, key):
    """Make the codebook as the file has it; tags that are not in it stay as they are."""
    codebook = versions.lock(codebook.pk)
    if codebook.version != version:
        raise Stale(codebook)
    work = _Importing(codebook, read)
    planned = work.plan()
    if planned.refusals:
        raise Refused(" ".join(planned.refusals))
    if planned.is_empty:
        return None
    changes = _Changes()
    keys = {tag.pk for tag, _ in planned.changed}
    list(Tag.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    branches = set().union(*(revising.branch_of(tag) for tag, _ in planned.changed))
    touched = Passage.objects.filter(
        pk__in=Tagging.objects.live().filter(tag__in=branches).order_by().values("passage")
    )
    changes.passages |= retagging.in_turn(touched)
    changes.revise(codebook.pk)
    _write(work, actor, changes, is_correction=is_correction)
    _order(work, changes)
    summary = f"Took in a codebook: {len(planned.added)} added, {len(planned.changed)} changed"
    return revising.record(actor, changes, summary, key)


def _write(work, actor, changes, *, is_correction):
    """Top down, so that nothing ever stands below itself; renamed ones make room for new ones."""
    for place in sorted(work.found, key=lambda one: (work.depths[one], work.found[one] is None)):
        entry, tag = work.read.entries[place], work.found[place]
        parent = work.parent_in_the_end(place)
        if tag is None:
            _new(work, actor, entry, parent, changes)
            continue
        fields = work.differences(place)
        if "definition" in fields and not is_correction:
            fields["defined_in"] = changes.codebook.version
        if work.moves(place):
            fields["parent_id"] = parent.pk if parent else None
        if fields:
            changes.change(tag, **fields)


def _new(work, actor, entry, parent, changes):
    fields = {name: getattr(entry, name) for name in (*RULE, "colour", "shortcut")}
    if entry.guid and entry.guid not in work.guids:
        fields["guid"] = entry.guid
    above = parent.pk if parent else None
    work.below[above] += 1
    tag = Tag.objects.create(
        codebook=changes.codebook,
        parent=parent,
        name=entry.name,
        status=entry.status,
        archived_because=entry.reason if entry.status == TagStatus.ARCHIVED else "",
        order=work.below[above],
        proposed_by=actor,
        defined_in=changes.codebook.version,
        **{name: value for name, value in fields.items() if value is not None},
    )
    changes.made(tag)
    work.tags[tag.pk] = work.found[work.names[entry.key]] = tag


def _order(work, changes):
    """Put siblings that are in the file in its order, on the places that they have together."""
    in_file = {tag.pk: place for place, tag in work.found.items() if not tag.replaced_by_id}
    parents = {tag.parent_id for tag in work.found.values()}
    for parent in parents:
        siblings = list(Tag.objects.filter(codebook=work.codebook, parent=parent).in_tree_order())
        listed = iter(sorted((t for t in siblings if t.pk in in_file), key=lambda t: in_file[t.pk]))
        wanted = [next(listed) if tag.pk in in_file else tag for tag in siblings]
        if wanted != siblings:
            for order, tag in enumerate(wanted, start=1):
                if tag.order != order:
                    changes.reassign(Tag, tag.pk, {"order": tag.order}, {"order": order})
