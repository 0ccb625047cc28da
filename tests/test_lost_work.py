"""Acknowledged work is there afterwards, whatever was killed meanwhile."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_nothing_acknowledged_is_lost_or_done_twice_while_all_is_killed():
    run = [sys.executable, "-m", "bench.lost_work", "--seconds", "10", "--people", "4"]

    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=300)

    found = dict(re.findall(r"^(\w[\w ,]*?) +(\d+)$", done.stdout, re.MULTILINE))
    assert (done.returncode, found["lost"], found["doubled"]) == (0, "0", "0"), done.stdout
    assert found["found"] == found["acknowledged"] != "0"
    assert "0" not in {found["connections ended"], found["web workers killed"]}
    assert "0" not in {found["PostgreSQL stopped"], found["PostgreSQL killed"]}
