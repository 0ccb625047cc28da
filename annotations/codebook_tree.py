"""How deep tags stand in each other. Plain Python on who stands below whom."""

DEEPEST = 60  # more than any page can show, or any person keep apart


def depths(above):
    """How deep each stands, 1 at the top; ``above`` maps each to what it stands below, or None.

    What stands below itself is not among them, nor is anything below that.
    """
    found = {}
    for start in above:
        path, at = {}, start
        while at is not None and at not in found and at not in path:
            path[at] = None
            at = above.get(at)
        if at in path or (at in found and found[at] is None):
            found |= dict.fromkeys(path)
            continue
        depth = found[at] if at is not None else 0
        for one in reversed(path):
            depth += 1
            found[one] = depth
    return {one: depth for one, depth in found.items() if depth is not None}
