"""One file that holds all of Parley's database, and the way back from it.

How it is done and why: docs/decisions/0016-backups.md.
"""


class BackupError(Exception):
    """It cannot be done and nothing was changed; the message says why, to whoever asked."""
