"""Bring the browser's libraries into static/vendor/: `python3 vendor.py`, with npm at hand.

Each is fetched by its name and exact version with `npm pack`, whose own checks hold the package to
the registry's digest. What was brought is written down in static/vendor/README.md.
"""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "static" / "vendor"
# Package and version: its files, and what they are called here.
PACKAGES = {
    "htmx.org@4.0.1": {
        "dist/htmx.min.js": "htmx/htmx.min.js",
        "LICENSE": "htmx/LICENSE",
    },
    "d3-force@3.0.0": {
        "dist/d3-force.min.js": "d3/d3-force.min.js",
        "LICENSE": "d3/LICENSE",
    },
    # What d3-force stands on.
    "d3-dispatch@3.0.1": {"dist/d3-dispatch.min.js": "d3/d3-dispatch.min.js"},
    "d3-quadtree@3.0.1": {"dist/d3-quadtree.min.js": "d3/d3-quadtree.min.js"},
    "d3-timer@3.0.1": {"dist/d3-timer.min.js": "d3/d3-timer.min.js"},
}
HEAD = """# Browser libraries

Brought here by `python3 vendor.py`, unchanged. Do not edit them: change the version in that script
and run it again.

| file | package | version | licence | sha256 |
|---|---|---|---|---|
"""


def main():
    rows = [row for package, files in PACKAGES.items() for row in bring(package, files)]
    (FOLDER / "README.md").write_text(HEAD + "".join(rows))


def bring(package, files):
    """Copy the package's files, and return their lines for the README."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["npm", "pack", "--json", "--pack-destination", folder, package],
            check=True,
            capture_output=True,
            text=True,
        )
        [packed] = json.loads(done.stdout)
        with tarfile.open(Path(folder) / packed["filename"]) as archive:
            archive.extractall(folder, filter="data")
        unpacked = Path(folder) / "package"
        licence = json.loads((unpacked / "package.json").read_text())["license"]
        for source, name in files.items():
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(unpacked / source, FOLDER / name)
    return [
        f"| {name} | {packed['name']} | {packed['version']} | {licence} | `{digest(name)}` |\n"
        for name in files.values()
    ]


def digest(name):
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
