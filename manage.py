#!/usr/bin/env python
"""Django's command line; `python3 dev.py manage` calls it in the project's own environment."""

import contextlib
import os
import sys

import pghistory
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError, ProgrammingError, connection

from config import database

# All others work as the app's role, which owns nothing. A backup is what one takes before a newer
# Parley has given that role its rights.
AS_OWNER = {"backup", "flush", "migrate", "purge", "restore"}
BEHIND = (
    "This database waits for the migrations of this Parley. A backup can be taken before; "
    "then: python3 dev.py manage migrate (python3 dev.py run does it by itself)."
)


def main():
    command = "".join(sys.argv[1:2])
    if command in AS_OWNER:
        database.as_owner()
    # SQL of migrations is run as it stands, without a word on whose it is before it; a restore
    # migrates as well.
    if command in {"", "migrate", "restore"}:
        named = contextlib.nullcontext()
    else:
        named = pghistory.context(command=command)
    try:
        with named:
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)  # as a shell calls it
    except DatabaseError:
        if message := what_to_do():
            sys.exit(message)
        raise


def what_to_do():
    """For a database that cannot be reached or lacks what this version's migrations make."""
    from django.db.migrations.executor import MigrationExecutor

    try:
        connection.close()
        # Not through the pool, whose error does not say what is wrong.
        connection.Database.connect(**connection.get_connection_params()).close()
        executor = MigrationExecutor(connection)
        is_behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except ProgrammingError:  # the role has no rights yet
        is_behind = True
    except (OperationalError, connection.Database.OperationalError) as error:
        # The role may be missing too, from before there were two.
        if f'role "{connection.settings_dict["USER"]}" does not exist' not in str(error):
            return f"The database cannot be reached: {' '.join(str(error).split())}"
        is_behind = True
    return BEHIND if is_behind else ""


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        main()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
