"""dev.py as people meet it: on a fresh copy, with the machine's own Pythons, killed half-way."""

import ast
import contextlib
import importlib.util
import os
import platform
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]
IS_ROOT = os.geteuid() == 0
OURS = (
    "PARLEY_",
    "DATABASE_",
    "DJANGO_",
    "SECRET_KEY",
    "DEBUG",
    "PORT",
    "PYTHON",
    "CI",
    "VIRTUAL_",
)
MINIATURE = """
import os, sys
print(sys.argv[1:], os.environ["PARLEY_DATA"], os.environ["SECRET_KEY"], sys.dont_write_bytecode)
sys.exit(3)
"""


def load_dev():
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    return dev


def outside_environment(**changes):
    """The environment variables of a person, not those of this test run."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return env | changes


@pytest.fixture
def folder():
    # Not tmp_path: pytest closes its folders to others, and root's server is another account's.
    folder = Path(f"/tmp/parley-test-dev-{os.getpid()}-{time.monotonic_ns()}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.05)
    return result


# The words on the command line


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["fly"], 2), (["help"], 0)])
def test_whoever_does_not_know_the_commands_is_told(arguments, code):
    command = [sys.executable, ROOT / "dev.py", *arguments]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == code
    for word in ("run [--port N]", "test [pytest arguments]", "check", "manage COMMAND"):
        assert word in done.stdout + done.stderr


def test_python_3_8_can_read_it():
    ast.parse((ROOT / "dev.py").read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8000.5"])
def test_what_is_no_port_is_refused(port):
    command = [sys.executable, ROOT / "dev.py", "run", f"--port={port}"]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 2
    assert "is no port" in done.stderr


# Finding a Python


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Puts pretended interpreters in place; find() says which one dev.py takes."""
    dev = load_dev()

    def interpreter(path, version, venv="true", code=0):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        found = f'{{"version": "{version}", "base": "{path}", "venv": {venv}}}'
        file.write_text(f"#!/bin/sh\necho '{found}'\nexit {code}\n")
        file.chmod(0o755)
        return str(file)

    for name in ("PYTHON", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{tmp_path}/more")
    monkeypatch.setattr(sys, "executable", interpreter("started-with", "3.11"))
    interpreter.find = lambda: dev.find_python()["base"]
    return interpreter


def test_the_newest_python_on_the_path_is_taken(machine):
    machine("bin/python3", "3.13")
    machine("bin/python3.12", "3.12")
    machine("more/python3.14", "3.14")

    assert machine.find() == "more/python3.14"


def test_the_python_that_started_it_is_taken_where_it_is_new_enough(machine):
    machine("started-with", "3.12")
    machine("bin/python3.14", "3.14")

    assert machine.find() == "started-with"


def test_a_shim_that_does_not_run_is_passed_over(machine):
    machine("bin/python3.13", "3.13", code=127)
    machine("bin/python3.12", "3.11")
    machine("bin/python3", "3.13", venv="false")
    machine(".pyenv/versions/3.9.18/bin/python", "3.9")
    machine(".pyenv/versions/3.12.10/bin/python", "3.12")
    machine(".pyenv/versions/3.12.9/bin/python", "3.12")

    assert machine.find() == ".pyenv/versions/3.12.10/bin/python"


def test_a_python_of_uv_is_found(machine):
    machine(".local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin/python3", "3.13")

    assert machine.find().startswith(".local/share/uv/python/cpython-3.13.1")


def test_the_python_that_the_environment_names_is_the_only_one_tried(machine, monkeypatch):
    machine("bin/python3.14", "3.14")
    monkeypatch.setenv("PYTHON", machine("mine", "3.12"))
    assert machine.find() == "mine"

    monkeypatch.setenv("PYTHON", machine("old", "3.11"))
    with pytest.raises(SystemExit, match=r"PYTHON names .*old.* is not"):
        machine.find()


def test_without_any_python_the_message_says_what_to_do(machine):
    with pytest.raises(SystemExit, match=r"(?s)needs Python 3\.12 or newer.*PYTHON="):
        machine.find()


# The virtual environment, on a project of the size of a stamp


class Project:
    def __init__(self, folder):
        self.folder = folder
        self.venv = folder / ".venv"
        folder.mkdir(exist_ok=True)
        shutil.copy(ROOT / "dev.py", folder)
        (folder / "manage.py").write_text(MINIATURE)
        for name in ("requirements.txt", "requirements-dev.txt"):
            (folder / name).write_text("# nothing\n")

    def start(self, *arguments, **changes):
        return subprocess.Popen(
            [sys.executable, self.folder / "dev.py", *arguments],
            env=outside_environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )

    def run(self, *arguments, **changes):
        """(exit code, output)"""
        process = self.start(*arguments, **changes)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose environment is made; the tests leave it made."""
    project = Project(tmp_path_factory.mktemp("dev") / "a project")
    starts = [project.start("manage", "one"), project.start("manage", "two")]
    project.first_outputs = [start.communicate(timeout=60)[0] for start in starts]
    return project


def test_two_first_starts_at_once_make_one_environment(project):
    both = "".join(project.first_outputs)

    assert both.count("Setting up with Python") == 1
    assert both.count("Installing requirements.txt") == 1
    assert "['one']" in both
    assert "['two']" in both


def test_arguments_and_exit_code_pass_through_and_nothing_is_made_again(project):
    made = project.venv.stat().st_ctime_ns

    # Whoever set this for themselves would wait for everything to be compiled at each start.
    code, output = project.run("manage", "load", "--title", "a b", "", PYTHONDONTWRITEBYTECODE="1")

    assert code == 3
    assert output.endswith(" False\n")
    assert output.startswith("['load', '--title', 'a b', '']")
    assert project.venv.stat().st_ctime_ns == made


def test_the_secret_key_is_made_once_and_kept_for_its_owner_alone(project):
    first, second = project.run("manage")[1], project.run("manage")[1]
    file = project.folder / "var" / "secret-key"

    assert first == second
    assert file.read_text() in first
    assert len(file.read_text()) > 60
    assert file.stat().st_mode & 0o777 == 0o600
    assert "given" in project.run("manage", SECRET_KEY="given")[1]


def test_a_changed_lock_makes_the_environment_anew_also_after_a_kill_in_the_making(project):
    (project.venv / "left-over").touch()
    (project.folder / "requirements.txt").write_text("# nothing else\n")
    before = time.time_ns()
    start = project.start("manage")
    wait_until(lambda: is_newer(project.venv / "pyvenv.cfg", before))
    assert "The locked libraries have changed." in start.stdout.readline()
    (making,) = psutil.Process(start.pid).children()
    making.suspend()
    start.kill()

    second = project.start("manage")
    assert "waiting for it" in second.stdout.readline()
    making.resume()
    output, _ = second.communicate(timeout=120)
    start.communicate()

    assert (second.returncode, "Setting up with Python" in output) == (3, True)
    assert not (project.venv / "left-over").exists()


def is_newer(file, time_ns):
    return file.exists() and file.stat().st_mtime_ns > time_ns


def test_an_environment_that_was_moved_is_made_anew(project):
    moved = Project(project.folder.with_name("moved"))
    os.rename(project.venv, moved.venv)
    try:
        assert "Setting up with Python" in moved.run("manage")[1]
    finally:
        os.rename(moved.venv, project.venv)


def test_a_taken_port_is_told_before_anything_is_set_up(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, output = Project(folder).run("run", PORT=str(port))

    assert code == 1
    assert output.startswith(f"Port {port} is in use")
    assert not (folder / ".venv").exists()


def test_without_a_browser_the_tests_say_so_and_ci_fails(project, tmp_path):
    code, output = project.run("test", PATH=str(tmp_path), CI="true")

    assert code == 1
    assert "the tests in a browser are SKIPPED" in output
    assert "No module named pytest" in project.run("test", PATH=str(tmp_path))[1]


def test_a_check_reports_every_failure_and_fails(project):
    code, output = project.run("check")

    failed = re.findall(r"^FAIL  (.*)$", output, re.M)
    assert failed == ["ruff check", "ruff format", "import layers", "migrations", "deployment"]
    assert code == 1


# The whole of it, on a fresh copy


class Clone:
    """A copy of this project in a folder of its own, run by root or by an ordinary user."""

    def __init__(self, folder, user):
        self.folder = folder / "parley"
        self.log = folder / "log"
        self.port = free_port()
        left_out = shutil.ignore_patterns(
            ".git", ".venv*", "var", "node_modules", "__pycache__", ".*cache"
        )
        shutil.copytree(ROOT, self.folder, ignore=left_out)
        self.options = {"env": outside_environment()}
        self.python = "python3"
        if user:
            self._belong_to(user, folder)

    def _belong_to(self, user, folder):
        """All that the user can see is an old Python of the system's and a pyenv of their own."""
        account = pwd.getpwnam(user)
        version = folder / ".pyenv" / "versions" / platform.python_version()
        unneeded = shutil.ignore_patterns("__pycache__", "test", "site-packages", "*.a")
        shutil.copytree(sys.base_prefix, version, symlinks=True, ignore=unneeded)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        env = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C"}
        # A copied interpreter still looks for its shared library where it was built.
        env["LD_LIBRARY_PATH"] = str(version / "lib")
        ids = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.options = {"env": self.options["env"] | env, **ids}
        self.options["env"].pop("PYENV_ROOT", None)
        self.python = "/usr/bin/python3"

    def start(self):
        """Start it and wait until it says that it runs."""
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [self.python, "dev.py", "run", "--port", str(self.port)],
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self.options,
            )
        wait_until(lambda: "Ctrl+C" in self.output() or self.process.poll() is not None, 900)
        assert self.process.poll() is None, self.output()

    def output(self):
        return self.log.read_text()

    def status(self, path="/"):
        try:
            address = f"http://127.0.0.1:{self.port}{path}"
            return urllib.request.urlopen(address, timeout=20).status
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def processes(self):
        """What still runs out of the folder: dev.py, web server, database."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if os.readlink(f"/proc/{pid}/cwd").startswith(str(self.folder)):
                    found.append(int(pid))
        return found

    def database_pid(self):
        lock = self.folder / "var" / "postgresql" / "data" / "postmaster.pid"
        return int(lock.read_text().split()[0])


@pytest.fixture
def clone(folder, request):
    clone = Clone(folder, request.param)
    yield clone
    for pid in clone.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not clone.processes())


as_root_and_user = pytest.mark.parametrize(
    "clone", [None, *(["nobody"] if IS_ROOT else [])], indirect=True, ids=lambda user: user or "me"
)


@as_root_and_user
def test_a_fresh_copy_runs_survives_and_stops(clone):
    clone.start()
    assert "Setting up" in clone.output()
    address = f"http://127.0.0.1:{clone.port}/"
    assert f"Parley is running at {address}\n" in clone.output()
    links = re.findall(rf"^(\w+) +{address}sign-in/link/\S+/$", clone.output(), re.M)
    assert links == ["researcher", "editor", "admin"]
    assert clone.status("/") == 200
    assert clone.stop() == 0
    assert clone.processes() == []

    clone.start()
    assert re.findall("Setting up|Installing", clone.output()) == []
    os.kill(clone.database_pid(), signal.SIGKILL)
    wait_until(lambda: clone.status("/health/ready") == 200)
    assert clone.stop(signal.SIGTERM) == 0
    assert clone.processes() == []

    clone.start()
    clone.stop(signal.SIGKILL)
    wait_until(lambda: not clone.processes())
    clone.start()
    assert clone.status("/") == 200
    assert clone.stop() == 0
