"""The process that reads strangers' files: ``python -m talks.extracting.child``.

It takes requests on its input and answers on its output, each a line of JSON with a length and,
for requests, that many bytes of the file behind it. It limits itself before it reads anything,
knows neither the database nor a secret, and dies with its parent.
"""

import contextlib
import importlib
import importlib.metadata
import json
import signal
import sys

MEMORY = 1_500_000_000  # bytes of address space
LIBRARIES = {
    "docx": "lxml",
    "epub": "lxml",
    "html": "trafilatura",
    "markdown": "markdown-it-py",
    "odt": "lxml",
    "pdf": "pdfminer.six",
}


def main():
    limit()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    # Whatever a library prints must not come between the answers.
    sys.stdout = sys.stderr
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request.pop("length"))
        answers.write(json.dumps(answer(data, **request)).encode() + b"\n")
        answers.flush()


def limit():
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def answer(data, *, task="read", **request):
    """The outcome as something that JSON can say; ``task`` is read, show or draw."""
    from .results import Unreadable

    try:
        if task == "read":
            return read(data, **request)
        showing = importlib.import_module(".showing", __package__)
        return (showing.show if task == "show" else showing.draw)(data, **request)
    except Unreadable as error:
        return {"refused": error.message, "proposals": error.proposals}
    except MemoryError:
        return {"refused": "Reading it takes more memory than a file is given."}
    except RecursionError:
        return {"refused": "Its parts are nested too deeply to be read."}
    except Exception as error:  # of whatever kind a parser has for a broken file
        return {"refused": f"The file is broken: it could not be read ({type(error).__name__})."}


def read(data, *, format, **options):  # noqa: A002
    """The text of a file, and what the file says of it."""
    from .formats import FORMATS

    module = importlib.import_module(f".{FORMATS[format].module}", __package__)
    text, fields, encoding = module.extract(data, **options)
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    library = LIBRARIES.get(format, "")
    return {
        "text": text,
        "fields": {key: value for key, value in fields.items() if value},
        "encoding": encoding,
        "extractor": library or "parley",
        "extractor_version": importlib.metadata.version(library) if library else "1",
    }


if __name__ == "__main__":
    main()
