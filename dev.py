#!/usr/bin/env python3
"""Parley's one command: python3 dev.py run | test | check | manage

  run [--port N]          open Parley on this machine; Ctrl+C stops everything
  test [pytest arguments] run the tests, the ones in a browser too
  check                   style, layers, migrations, deployment settings
  manage COMMAND ...      Django's commands, and Parley's own

Any Python from 3.8 on may start this file. It finds a newer one for Parley itself and keeps
the libraries, exactly the locked ones, in .venv.
"""

import argparse
import contextlib
import glob
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two set-ups at once apart
    fcntl = None

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if os.name == "nt" else VENV + "/bin/python"
STAMP = os.path.join(VENV, "parley.json")
OLDEST = (3, 12)
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
# Without windows Chromium needs a quarter less of the processor for the same tests.
BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
BROWSERS += ["google-chrome-stable"]


def main(arguments):
    commands = {"run": run, "test": test, "check": check, "manage": manage}
    if arguments and arguments[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    if not arguments or arguments[0] not in commands:
        if arguments:
            print("There is no command {!r}.\n".format(arguments[0]), file=sys.stderr)
        print(__doc__.strip(), file=sys.stderr)
        return 2
    os.chdir(ROOT)
    return commands[arguments[0]](arguments[1:])


# The commands


def run(arguments):
    parser = argparse.ArgumentParser(prog="dev.py run", description="Open Parley on this machine.")
    parser.add_argument("--port", type=port_number, default=os.environ.get("PORT") or "8000")
    port = parser.parse_args(arguments).port
    refuse_taken_port(port)
    set_up(RUNTIME)
    # Plain HTTP on loopback; HTTPS=1 would send the browser to a port that nobody serves.
    env = dict(own_environment(), HTTPS="0")
    return replace_by("-m", "config.run", "--port", str(port), env=env)


def test(arguments):
    set_up(DEVELOPMENT)
    browser = find_browser() or install_browser()
    if browser is None:
        print("\n*** No Chromium here: the tests in a browser are SKIPPED. ***\n", file=sys.stderr)
        if os.environ.get("CI", "").lower() in ("1", "true"):
            print("CI=true asks for all tests, so this is a failure.", file=sys.stderr)
            return 1
    env = dict(testing_environment(), PARLEY_CHROMIUM=browser or "")
    # Tests read static files where they lie; whitenoise warns where there is no folder at all.
    os.makedirs(os.path.join(env["PARLEY_DATA"], "static"), exist_ok=True)
    return replace_by("-m", "pytest", *arguments, env=env)


def check(arguments):
    if arguments:
        print("dev.py check takes no arguments.", file=sys.stderr)
        return 2
    set_up(DEVELOPMENT)
    imports = "import sys; from importlinter.cli import lint_imports_command as l; sys.exit(l())"
    templates = glob.glob("templates/**/*.html", recursive=True)
    djade = [os.path.join(os.path.dirname(PYTHON), "djade"), "--check", "--target-version", "6.1"]
    deploy = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    steps = {
        "ruff check": [PYTHON, "-m", "ruff", "check", "."],
        "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "."],
        "djade": djade + sorted(templates) if templates else None,
        "import layers": [PYTHON, "-c", imports, "--no-cache"],
        "migrations": [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
        "deployment": [PYTHON, *deploy],
    }
    env = dict(testing_environment(), HTTPS="1", ALLOWED_HOSTS="parley.example")
    env.pop("DEBUG", None)
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    # All at once; they are told of in their order.
    started = {
        name: subprocess.Popen(command, env=env, **quiet)
        for name, command in steps.items()
        if command
    }
    failed = [name for name, process in started.items() if not passes(name, process)]
    print("Failed: " + ", ".join(failed) if failed else "All is well.")
    return 1 if failed else 0


def passes(name, process):
    output, _ = process.communicate()
    print("{:4}  {}".format("FAIL" if process.returncode else "ok", name), flush=True)
    if process.returncode:
        print(output.decode("utf-8", "replace").rstrip() + "\n", flush=True)
    return not process.returncode


def manage(arguments):
    set_up(RUNTIME)
    return replace_by("manage.py", *arguments, env=own_environment())


def replace_by(*arguments, env):
    """Become the project's own Python, so that signals and the exit code need no passing on."""
    sys.stdout.flush()
    if os.name == "nt":
        return subprocess.call([PYTHON, *arguments], env=env)
    return os.execve(PYTHON, [PYTHON, *arguments], env)


# The environment variables


def data_folder():
    return os.path.abspath(os.path.expanduser(os.environ.get("PARLEY_DATA") or "var"))


def clean_environment():
    """Ours, without what would lead Python or pip past .venv."""
    astray = ["PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"]
    # Nothing is compiled beforehand: each start would compile all that it loads anew.
    astray.append("PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in astray}


def own_environment():
    """For work on the real data: with a secret key, if need be one that is kept beside them."""
    env = dict(clean_environment(), PARLEY_DATA=data_folder())
    if not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = kept_secret_key()
    return env


def kept_secret_key():
    file = os.path.join(data_folder(), "secret-key")
    if not os.path.exists(file):
        os.makedirs(data_folder(), mode=0o711, exist_ok=True)
        new = "{}.{}".format(file, os.getpid())
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as output:
            output.write(secrets.token_urlsafe(50))
        # Of two that make one at once, the first is kept.
        with contextlib.suppress(FileExistsError):
            os.link(new, file)
        os.unlink(new)
    with open(file) as kept:
        return kept.read().strip()


def testing_environment():
    """For tests: a database of their own, quick and careless, and a key that nobody keeps."""
    return dict(
        clean_environment(),
        # Also for tests that lie elsewhere and do not find pyproject.toml.
        DJANGO_SETTINGS_MODULE="config.settings",
        HTTPS="0",
        PARLEY_DATA=os.path.join(data_folder(), "test"),
        PARLEY_DATABASE_FSYNC="off",
        # Test databases are made, emptied and dropped.
        PARLEY_DATABASE_ROLE="owner",
        SECRET_KEY=secrets.token_urlsafe(50),
    )


# The port


def port_number(text):
    if text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError("{!r} is no port; take a number to 65535".format(text))


def refuse_taken_port(port):
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            sys.exit("Port {0} is not for ordinary accounts. Try: --port 8000".format(port))
        except OSError:
            advice = (
                "Port {} is in use, perhaps by Parley itself. Try: python3 dev.py run --port {}"
            )
            sys.exit(advice.format(port, port % 65535 + 1))


# The virtual environment


def set_up(lock_name):
    """Bring .venv to the lock file's state; at once where it is there already."""
    locks = {name: digest(name) for name in (RUNTIME, DEVELOPMENT)}
    with alone():
        made = read_stamp()
        if made and any(locks[name] != found for name, found in made["locks"].items()):
            print("The locked libraries have changed.")
            made = None
        if made is None:
            made = make_venv()
        if lock_name not in made["locks"]:
            install(lock_name)
            # What is needed to run Parley is part of what is needed to work on it.
            made["locks"] = {name: locks[name] for name in (RUNTIME, lock_name)}
            write_stamp(made)


def digest(name):
    with open(os.path.join(ROOT, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@contextlib.contextmanager
def alone():
    """One set-up at a time; a second one waits."""
    with open(os.path.join(ROOT, ".venv.lock"), "w") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another dev.py is setting up; waiting for it …", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
        # What sets up holds it too: where this process is killed, it may go on for a while.
        os.set_inheritable(lock.fileno(), True)
        yield


def read_stamp():
    """What .venv was made of, or None unless it is whole, works, and is what we would make."""
    try:
        with open(STAMP) as file:
            made = json.load(file)
    except (OSError, ValueError):
        return None
    found = examine(PYTHON)
    asked = os.environ.get("PYTHON")
    if found is None or found["version"] != made["version"] or made["folder"] != VENV:
        return None
    if asked and (examine(asked) or {}).get("base") != made["base"]:
        return None
    return made


def write_stamp(made):
    with open(STAMP + ".new", "w") as file:
        json.dump(made, file)
    os.replace(STAMP + ".new", STAMP)


def make_venv():
    found = find_python()
    print("Setting up with Python {} …".format(found["version"]), flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    command = [found["base"], "-m", "venv", VENV]
    subprocess.run(command, check=True, env=clean_environment(), close_fds=False)
    return {"version": found["version"], "base": found["base"], "folder": VENV, "locks": {}}


def install(lock_name):
    print("Installing {} …".format(lock_name), flush=True)
    # Python compiles what it loads; to compile all that there is takes a quarter of the time.
    pip = [PYTHON, "-m", "pip", "install", "-qq", "--no-compile", "--disable-pip-version-check"]
    pip += ["--require-hashes", "-r", lock_name]
    if subprocess.run(pip, env=clean_environment(), close_fds=False).returncode:
        sys.exit("The libraries could not be installed; pip says why above.")


# A Python to work with


def find_python():
    for candidate in candidates():
        found = examine(candidate)
        if found and tuple(map(int, found["version"].split("."))) >= OLDEST and found["venv"]:
            return found
    if os.environ.get("PYTHON"):
        sys.exit(
            "PYTHON names {!r}, which is not a Python {}.{} or newer with its venv module.".format(
                os.environ["PYTHON"], *OLDEST
            )
        )
    sys.exit(
        "Parley needs Python {}.{} or newer, with its venv module, and none was found on the path, "
        "under pyenv or under uv.\nInstall one (for example: uv python install 3.13), or name it: "
        "PYTHON=/path/to/python3.13 python3 dev.py run".format(*OLDEST)
    )


def candidates():
    """Interpreters that may be there, the best first."""
    if os.environ.get("PYTHON"):
        yield os.environ["PYTHON"]
        return
    yield sys.executable
    for name in ("python3.14", "python3.13", "python3.12", "python3"):
        for folder in os.get_exec_path():
            file = os.path.join(folder, name)
            if os.access(file, os.X_OK):
                yield file
    home = os.path.expanduser("~")
    uv = os.environ.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    for pattern in (
        os.path.join(os.environ.get("PYENV_ROOT") or home + "/.pyenv", "versions/*/bin/python"),
        os.path.join(home, ".pyenv/versions/*/bin/python"),
        os.path.join(os.environ.get("UV_PYTHON_INSTALL_DIR") or uv + "/uv/python", "*/bin/python3"),
    ):
        for file in sorted(glob.glob(pattern), key=version_in, reverse=True):
            yield file


def version_in(path):
    return [int(number) for number in re.findall(r"\d+", path)]


def examine(python):
    """What an interpreter is, or None if it does not run: pyenv leaves scripts that do not."""
    question = (
        "import sys, json, importlib.util as u;"
        "print(json.dumps(dict(version='%d.%d' % sys.version_info[:2],"
        "base=getattr(sys, '_base_executable', sys.executable),"
        "venv=bool(u.find_spec('venv') and u.find_spec('ensurepip')))))"
    )
    try:
        done = subprocess.run(
            [python, "-I", "-c", question],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
        )
        return json.loads(done.stdout.decode()) if not done.returncode else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


# A browser to test with


def find_browser():
    """The path of a Chromium that runs, or None."""
    for name in [os.environ.get("PARLEY_CHROMIUM"), *BROWSERS]:
        path = shutil.which(name) if name else None
        if path and runs(path, "--version"):
            return path
    return None


def install_browser():
    """Install Debian's, where this account may."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    print("Installing Chromium for the tests in a browser …", flush=True)
    said = apt("update")
    for package in BROWSERS[:2]:
        said += apt("install", "-y", "--no-install-recommends", package)
        browser = find_browser()
        if browser:
            return browser
    print(said[-2000:], file=sys.stderr)
    return None


def apt(*arguments):
    """What apt-get says of it."""
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.stdout.decode("utf-8", "replace")


def runs(*command):
    try:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return not subprocess.run(command, timeout=60, **quiet).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
