"""Acknowledged work is there afterwards, whatever was killed meanwhile."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.backups import programs, servers

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def dump(tmp_path, django_db_setup):
    """Of this database, empty but migrated: the migrations take twice as long as the test."""
    file = tmp_path / "dump"
    arguments = ["--format=custom", f"--file={file}"]
    with programs.Program(programs.find("pg_dump", 18), arguments, servers.parameters()):
        pass
    return file


def test_nothing_acknowledged_is_lost_or_done_twice_while_all_is_killed(dump):
    run = [sys.executable, "-m", "bench.lost_work", "--seconds", "10", "--people", "4"]

    done = subprocess.run(
        [*run, "--dump", dump], cwd=ROOT, capture_output=True, text=True, timeout=300
    )

    found = dict(re.findall(r"^(\w[\w ,]*?) +(\d+)$", done.stdout, re.MULTILINE))
    assert (done.returncode, found["lost"], found["doubled"]) == (0, "0", "0"), done.stdout
    assert found["found"] == found["acknowledged"] != "0"
    assert "0" not in {found["connections ended"], found["web workers killed"]}
    assert "0" not in {found["PostgreSQL stopped"], found["PostgreSQL killed"]}
