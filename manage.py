#!/usr/bin/env python
"""Django's command line; `python3 dev.py manage` calls it in the project's own environment."""

import contextlib
import os
import sys

import pghistory
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config import database

# All others work as the app's role, which owns nothing.
AS_OWNER = {"flush", "migrate", "purge", "restore"}


def main():
    command = "".join(sys.argv[1:2])
    if command in AS_OWNER:
        database.as_owner()
    # SQL of migrations is run as it stands, without a word on whose it is before it.
    if command in {"", "migrate"}:
        named = contextlib.nullcontext()
    else:
        named = pghistory.context(command=command)
    with named:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        main()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
