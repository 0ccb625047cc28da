"""The child process that reads strangers' files, seen from outside."""

import base64
import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from . import child
from .formats import FORMATS, recognise
from .results import Extracted, Unreadable

PATIENCE = 30  # seconds for one file
MANY = 200  # files, after which a child is replaced, so that no leak grows
PLAIN = {"text"}  # needs no parser, and so no child


def _unless_refused(found):
    if "refused" in found:
        raise Unreadable(found["refused"], found.get("proposals", ()))
    return found


class Reader:
    """Reads files, one after another; to be used as a context manager."""

    def __init__(self, patience=PATIENCE):
        self.patience = patience
        self.process = None
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end()

    def read(self, data, *, name="", format="", media_type="", encoding="", declared=""):  # noqa: A002
        """The :class:`Extracted` of a file; raises Unreadable. ``format`` overrules its name."""
        kind = FORMATS[format] if format else recognise(data, name, media_type)
        options = {"encoding": encoding, "declared": declared, "name": name}
        if kind.name in PLAIN:
            found = child.answer(data, format=kind.name, **options)
        else:
            found = self._ask(data, {"format": kind.name, **options})
        return Extracted(format=kind.name, **_unless_refused(found))

    def show(self, data, *, format, encoding=""):  # noqa: A002
        """How a file looked, as :func:`talks.extracting.showing.show` says; raises Unreadable."""
        return _unless_refused(
            self._ask(data, {"task": "show", "format": format, "encoding": encoding})
        )

    def draw(self, data, number):
        """The bytes of a PNG, of one page of a PDF, counted from 0; raises Unreadable."""
        found = _unless_refused(self._ask(data, {"task": "draw", "number": number}))
        return base64.b64decode(found["png"])

    def _ask(self, data, request):
        if self.process is None or self.count >= MANY:
            self._end()
            self._start()
        self.count += 1
        process = self.process
        alarm = threading.Timer(self.patience, process.kill)
        alarm.start()
        try:
            line = json.dumps({"length": len(data), **request}).encode() + b"\n"
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(line)
                process.stdin.write(data)
                process.stdin.flush()
            answer = process.stdout.readline()
        finally:
            is_late = not alarm.is_alive()
            alarm.cancel()
        if answer.endswith(b"\n"):
            return json.loads(answer)
        self._end()
        if is_late:
            return {"refused": f"Reading it took longer than {self.patience} seconds."}
        return {"refused": "Reading it takes more memory than a file is given."}

    def _start(self):
        home = Path(__file__).parent.parent.parent
        self.process = subprocess.Popen(
            [sys.executable, "-m", child.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=home,
            env={"PATH": os.defpath, "PYTHONPATH": str(home), "PYTHONUTF8": "1"},
        )
        self.count = 0

    def _end(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        process.kill()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()
        process.wait()
