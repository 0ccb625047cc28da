"""Stops an embedded server when the last of its users has gone, also if all were killed.

`python -m config.keeper PLACE`, one for each server, started with it and of no terminal or parent.
"""

import contextlib
import os
import sys
from pathlib import Path

from .database import Cluster


def keep(cluster):
    """Wait until nobody uses the server and stop it, unless it has a keeper already."""
    keeper = cluster.become_keeper()
    while keeper is not None:
        cluster.wait_until_unused()
        with cluster.exclusively():
            if cluster.is_unused():
                cluster.stop()
                # Before others may start a server, so that they see that it has no keeper.
                os.close(keeper)
                return


if __name__ == "__main__":
    # The folder may be gone by now, and its server with it.
    with contextlib.suppress(FileNotFoundError):
        keep(Cluster(Path(sys.argv[1])))
