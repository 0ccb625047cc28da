"""The tests of static/js/lib, which run under node."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NODE = shutil.which("node")
IS_CI = os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.mark.skipif(NODE is None and not IS_CI, reason="NO NODE: tests/js was NOT run")
def test_the_libraries_pass_their_tests_under_node():
    files = sorted(str(file) for file in (ROOT / "tests/js").glob("*.test.js"))
    done = subprocess.run(
        [NODE or "node", "--test", *files], cwd=ROOT, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert f"# pass {done.stdout.count('# Subtest: ')}" in done.stdout
