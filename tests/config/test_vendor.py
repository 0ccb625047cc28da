"""The browser's libraries are those that were written down."""

import hashlib
import re

from django.conf import settings

FOLDER = settings.BASE_DIR / "static/vendor"


def test_every_file_is_the_one_that_was_brought():
    readme = (FOLDER / "README.md").read_text()
    listed = dict(re.findall(r"^\| (\S+) \|.*\| `([0-9a-f]{64})` \|$", readme, re.MULTILINE))
    there = {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*")
        if path.is_file() and path != FOLDER / "README.md"
    }

    assert listed == there
