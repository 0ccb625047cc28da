"""The versions of a codebook: counting them, keeping what stood in each, and comparing two."""

from types import SimpleNamespace

from .models import Codebook, CodebookVersion, Tag, TagStatus

FIELDS = (
    "id",
    "guid",
    "parent_id",
    "name",
    "definition",
    "example",
    "counter_example",
    "colour",
    "shortcut",
    "order",
    "status",
    "replaced_by_id",
    "split_from_id",
    "archived_because",
)
RULE = ("definition", "example", "counter_example")


def lock(pk):
    """The codebook, which nobody else changes until the transaction ends.

    Whoever needs several locks takes them in one order: the codebook, its tags, the articles,
    each kind by its keys.
    """
    return Codebook.objects.select_for_update(no_key=True).get(pk=pk)


def renew(codebook):
    """Begin the next version; what stood until now is kept, if nobody has kept it yet."""
    if not codebook.versions.filter(number=codebook.version).exists():
        keep(codebook)
    codebook.version += 1
    codebook.save(update_fields=["version"])


def keep(codebook, act=None):
    """Write down all tags as they stand, as the version that ``codebook`` is at."""
    tags = [
        {name: value if value is None else _plain(value) for name, value in row.items()}
        for row in Tag.objects.filter(codebook=codebook).order_by("pk").values(*FIELDS)
    ]
    return CodebookVersion.objects.create(
        codebook=codebook, number=codebook.version, act=act, tags=tags
    )


def _plain(value):
    return value if isinstance(value, int) else str(value)


class Tree:
    """The tags of one version by key, as dicts of :data:`FIELDS`."""

    def __init__(self, version):
        self.rows = {row["id"]: row for row in version.tags}

    def name(self, pk):
        return self.rows[pk]["name"] if pk in self.rows else ""

    def path(self, pk):
        """Where a tag stands: the names above it, from the top."""
        names = []
        above = self.rows[pk]["parent_id"] if pk in self.rows else None
        while above in self.rows:
            names.insert(0, self.rows[above]["name"])
            above = self.rows[above]["parent_id"]
        return " › ".join(names)

    def siblings(self, parent, among):
        """The keys of the tags below ``parent``, those of ``among``, in their order."""
        rows = [row for row in self.rows.values() if row["parent_id"] == parent]
        rows.sort(key=lambda row: (row["order"], row["name"], row["id"]))
        return [row["id"] for row in rows if row["id"] in among]


def compare(old, new):
    """What happened to each tag between two versions: a list of changes by tag, in tree order.

    Each has the ``tag`` as it is in ``new``, the ``old`` one or None, and ``kinds``: added,
    proposed, accepted, renamed, moved, redefined, restyled, merged, split, archived, restored.
    """
    before, after = Tree(old), Tree(new)
    both = before.rows.keys() & after.rows.keys()
    moved = _moved(before, after, both)
    found = []
    for pk, tag in after.rows.items():
        was = before.rows.get(pk)
        kinds = _kinds(was, tag) + (["moved"] if pk in moved else [])
        if kinds:
            found.append(
                SimpleNamespace(
                    tag=tag,
                    old=was,
                    kinds=kinds,
                    path=after.path(pk),
                    old_path=before.path(pk) if was else "",
                    merged_into=after.name(tag["replaced_by_id"]),
                    split_from=after.name(tag["split_from_id"]),
                )
            )
    return sorted(found, key=lambda one: (one.path, one.tag["name"]))


def _kinds(was, tag):
    if was is None:
        if tag["split_from_id"]:
            return ["split"]
        return ["proposed" if tag["status"] == TagStatus.PROPOSED else "added"]
    kinds = []
    if was["name"] != tag["name"]:
        kinds.append("renamed")
    if any(was[name] != tag[name] for name in RULE):
        kinds.append("redefined")
    if (was["colour"], was["shortcut"]) != (tag["colour"], tag["shortcut"]):
        kinds.append("restyled")
    if was["status"] != tag["status"]:
        kinds.append(_of_status(was, tag))
    elif was["replaced_by_id"] != tag["replaced_by_id"] and tag["replaced_by_id"]:
        kinds.append("merged")
    return kinds


def _of_status(was, tag):
    if tag["status"] == TagStatus.ARCHIVED:
        return "merged" if tag["replaced_by_id"] else "archived"
    if was["status"] == TagStatus.ARCHIVED:
        return "restored"
    return "accepted" if tag["status"] == TagStatus.ACTIVE else "proposed"


def _moved(before, after, both):
    """The tags that have another parent, or another place among the siblings that stayed."""
    moved = {pk for pk in both if before.rows[pk]["parent_id"] != after.rows[pk]["parent_id"]}
    stayed = both - moved
    for parent in {after.rows[pk]["parent_id"] for pk in stayed}:
        moved |= _out_of_order(before.siblings(parent, stayed), after.siblings(parent, stayed))
    return moved


def _out_of_order(old, new):
    """The fewest of ``new`` that were taken out of the order of ``old`` and put elsewhere."""
    places = {pk: place for place, pk in enumerate(old)}
    longest = []  # of each prefix: the longest run that kept its order, as lists of keys
    for pk in new:
        best = max((run for run in longest if places[run[-1]] < places[pk]), key=len, default=[])
        longest.append([*best, pk])
    return set(new) - set(max(longest, key=len, default=[]))
