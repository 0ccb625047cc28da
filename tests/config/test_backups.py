"""Backup and restore on a database of their own, with real dumps, real people and real kills."""

import contextlib
import functools
import hashlib
import io
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
import textwrap
import threading
import uuid
from pathlib import Path
from urllib.parse import quote as encode

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

import manage
from annotations import recording
from annotations.models import Act, Tag, Tagging
from config import database
from config.backups import BackupError, archive, measuring, programs, restoring, taking
from config.backups.progress import Progress
from config.backups.servers import Server, parameters, working_in
from talks.models import Evidence, Party, Passage, Position, Proposition
from talks.text import quote
from tests import migrated
from tests.factories import make_article, make_user
from tests.refusals import refusal

ROOT = Path(__file__).resolve().parents[2]
TAGGINGS = 20_000
quietly = Progress()


@pytest.fixture(scope="module")
def installation(django_db_blocker):
    """The name of a database with the first data, where Django's connection leads."""
    with django_db_blocker.unblock():
        name = f"{connection.settings_dict['NAME']}_backups"
        with Server(name) as server:
            server.drop(name)
            server.run("CREATE DATABASE {} TEMPLATE {}", name, migrated.template(connection))
        try:
            with working_in(name):
                call_command("migrate", verbosity=0)  # only what the app's role may do
                call_command("load_first_data", verbosity=0)
                yield name
        finally:
            with Server(name) as server:
                for one in [name, *(kept for kept, _ in server.kept())]:
                    server.drop(one)


def add_taggings(count, coders=20):
    article = make_article("Both sides agreed. " * (count // coders))
    places = [(start, start + 18) for start in range(0, len(article.text), 19)]
    passages = Passage.objects.bulk_create(
        Passage(article=article, start=start, end=end, **quote(article.text, start, end)._asdict())
        for start, end in places
    )
    tag = Tag.objects.order_by("pk")[0]
    Tagging.objects.bulk_create(
        Tagging(passage=passage, tag=tag, coder=coder, codebook_version=1)
        for coder in [make_user() for _ in range(coders)]
        for passage in passages
    )


@pytest.fixture(scope="module")
def backup(installation, tmp_path_factory):
    """A backup of the installation as it was made."""
    path = tmp_path_factory.mktemp("backups") / "parley.backup"
    taking.take(path, quietly)
    return path


@pytest.fixture
def forgotten(installation):
    """Afterwards nothing is kept."""
    yield
    restoring.forget()


def contents(name=None):
    """What stands in the tables of a database, in figures."""
    with psycopg.connect(**parameters(name)) as session:
        measuring.prepare(session)
        return measuring.tables(session, quietly)


def databases(name):
    """The databases of this installation."""
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1"
    with psycopg.connect(**parameters()) as session:
        return [one for (one,) in session.execute(query, [name]).fetchall()]


# There and back


def test_a_restore_brings_back_what_was_backed_up_and_keeps_what_was_there(
    installation, backup, forgotten
):
    was = contents()
    Tagging.objects.filter(pk=Tagging.objects.latest("pk").pk).delete()
    changed = contents()

    kept = restoring.restore(backup, quietly)

    assert (contents(), contents(kept)) == (was, changed)
    assert databases(installation) == [installation, kept]
    restoring.undo(quietly)
    assert contents() == changed
    restoring.undo(quietly)
    assert contents() == was


def test_twenty_thousand_taggings_come_back(installation, backup, tmp_path, forgotten):
    add_taggings(TAGGINGS)
    was = contents()
    taking.take(tmp_path / "large", quietly)

    restoring.restore(backup, quietly)
    fewer = contents()["public.annotations_tagging"][0]
    restoring.restore(tmp_path / "large", quietly)

    assert (contents(), fewer) == (was, was["public.annotations_tagging"][0] - TAGGINGS)
    restoring.undo(quietly)


def test_what_was_restored_refuses_what_it_refused_before(installation, backup, forgotten):
    restoring.restore(backup, quietly)

    evidence = Evidence.objects.filter(position__isnull=False).first()
    others = Evidence.objects.filter(position=evidence.position).exclude(pk=evidence.pk)
    ids = [evidence.pk, *others.values_list("pk", flat=True)]

    assert refusal("DELETE FROM talks_evidence WHERE id = ANY(%s)", ids) == "position_has_evidence"
    assert Tagging.objects.create(
        passage=Passage.objects.order_by("-pk")[0],
        tag=Tag.objects.order_by("-pk")[0],
        coder=make_user(),
        codebook_version=1,
    ).pk


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_server_can_be_restored_to(installation, backup, is_there):
    name = f"{installation}_new"
    with Server(name) as server:
        server.drop(name)
        if is_there:
            server.run("CREATE DATABASE {}", name)
    try:
        with working_in(name):
            restoring.restore(backup, quietly)
        assert contents(name) == archive.read(backup).manifest["tables"]
    finally:
        with Server(name) as server:
            for one in [name, *(kept for kept, _ in server.kept())]:
                server.drop(one)


def test_a_backup_of_an_older_parley_is_brought_forward(installation, backup, tmp_path, forgotten):
    was = contents()
    old = tmp_path / "old"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE django_session")
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    taking.take(old, quietly)

    restoring.restore(old, quietly)

    without = {"public.django_migrations"}  # it says when each was applied
    stands = contents()
    assert stands.keys() == was.keys()
    assert {name for name in was if stands[name] != was[name]} == without


# What people do meanwhile


def test_of_those_who_write_meanwhile_each_has_all_of_it_in_the_backup_or_nothing(
    installation, tmp_path, forgotten
):
    over, told = threading.Event(), {}
    writers = [Writer(number, over) for number in range(3)]
    for one in writers:
        one.start()
    for one in writers:
        one.has_begun.wait()
    told = {one.user.pk: one.acknowledged for one in writers}

    taking.take(tmp_path / "busy", quietly)

    over.set()
    for one in writers:
        one.join()
    assert [one.failure for one in writers] == [None] * 3
    restoring.restore(tmp_path / "busy", quietly)
    for one in writers:
        made = list(
            Position.objects.filter(coder=one.user).order_by("pk").values_list("note", flat=True)
        )
        assert made == [str(number) for number in range(len(made))]
        assert told[one.user.pk] <= len(made) <= one.acknowledged + 1
        assert Evidence.objects.filter(position__coder=one.user).count() == len(made)
        assert Act.objects.filter(actor=one.user).count() == len(made)
    assert list(Position.objects.filter(evidence=None)) == []


class Writer(threading.Thread):
    """Somebody who records one position after another, and counts those that were acknowledged."""

    def __init__(self, number, over):
        super().__init__()
        self.user = make_user()
        self.article = make_article(f"Writer {number} {uuid.uuid4()} was told that both agreed.")
        self.over, self.has_begun = over, threading.Event()
        self.acknowledged, self.failure = 0, None

    def run(self):
        try:
            while not self.over.is_set():
                self.write()
                self.acknowledged += 1
                self.has_begun.set()
        except Exception as error:
            self.failure = error
            self.has_begun.set()
        finally:
            connection.close()

    def write(self):
        fields = {
            "proposition": Proposition.objects.order_by("pk")[0],
            "stance": "supports", "speech_act": "demand", "speech_form": "indirect",
            "attribution": "party", "basis": "textual", "certainty": "high",
            "note": str(self.acknowledged),
        }  # fmt: skip
        party = Party.objects.order_by("pk")[0]
        evidence = [(0, 6, "report")]
        recording.record_position(
            self.user, self.article, [party], fields, evidence, key=uuid.uuid4()
        )


KILLED = """
    import os, signal, sys
    import django
    django.setup()
    from pathlib import Path
    from django.db import connection
    from config.backups import restoring, servers
    from config.backups.progress import Progress

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    class Deadly(Progress):
        def __init__(self, last):
            super().__init__()
            self.left = last

        def step(self, text):
            self.left -= 1
            if not self.left:
                die()

    def deadly_run(self, statement, *names, left=[0], run=servers.Server.run):
        run(self, statement, *names)
        left[0] += statement.startswith("ALTER DATABASE")
        if left[0] == renames:
            die()

    def deadly_fill(server, backup, progress):
        path = restoring.programs.find("pg_restore", server.major)
        with restoring.programs.Program(
            path, ["--no-owner"], servers.parameters(server.restoring), stdin=-1
        ) as process:
            process.stdin.write(next(iter(backup.chunks()))[:backup.size // 2])
            process.stdin.flush()
            die()

    def in_child(work):
        connection.close()
        connection.close_pool()
        pid = os.fork()
        if not pid:
            work()
            os._exit(0)
        return pid

    path = Path(sys.argv[1])
    for moment in range(1, 9):
        renames = moment - 5
        def work():
            if renames > 0:
                servers.Server.run = deadly_run
            if moment == 8:
                restoring._fill = deadly_fill
            restoring.restore(path, Deadly(moment if moment < 6 else 0))
        _, status = os.waitpid(in_child(work), 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM annotations_tagging")
            print(moment, os.WTERMSIG(status), cursor.fetchone()[0], flush=True)
"""


def test_a_restore_that_is_killed_at_any_moment_leaves_the_old_database(
    installation, backup, forgotten
):
    Tagging.objects.filter(pk=Tagging.objects.latest("pk").pk).delete()
    was = contents()
    left = was["public.annotations_tagging"][0]
    connection.close()

    output = run(KILLED, backup)

    assert output.splitlines() == [f"{moment} {signal.SIGKILL} {left}" for moment in range(1, 9)]
    assert contents() == was
    kept = restoring.restore(backup, quietly)
    assert contents() == archive.read(backup).manifest["tables"]
    assert databases(installation) == [installation, kept]


PEOPLE = """
    import os, sys, time
    import django
    django.setup()
    from pathlib import Path
    from django.db import connection
    from django.test import Client
    from config.backups import restoring
    from config.backups.progress import Progress

    page = "/rounds/istanbul-2025-05-16/positions.csv"
    pid = os.fork()
    if not pid:
        restoring.restore(Path(sys.argv[1]), Progress())
        os._exit(0)
    client, answers, ended = Client(headers={"host": "localhost"}), [], 0

    def read():
        answers.append(client.get(page))
        connection.close()  # as the server does at a request's end

    while not ended:
        read()
        ended, status = os.waitpid(pid, os.WNOHANG)
    read()
    print(status, answers[0].status_code, answers[-1].status_code)
    print(sorted({(one.status_code, one.get("Retry-After", "")) for one in answers}))
"""


def test_people_who_read_meanwhile_are_asked_to_wait_for_a_moment(installation, backup, forgotten):
    connection.close()
    connection.close_pool()

    first, last = run(PEOPLE, backup).splitlines()

    assert first == "0 200 200"
    assert last in {"[(200, '')]", "[(200, ''), (503, '5')]"}


def test_whoever_holds_on_to_the_database_is_cut_off_but_nobody_in_another(
    installation, backup, forgotten
):
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(psycopg.connect(**parameters()))
        session.execute("UPDATE annotations_codebook SET description = 'half done'")
        elsewhere = {**parameters(), "dbname": "postgres"}
        stack.enter_context(psycopg.connect(**elsewhere)).execute("ANALYZE pg_database")

        restoring.restore(backup, quietly)

        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def run(script, *arguments):
    """What a Python process of its own says, which works in Django's database of now."""
    known = parameters()
    address = f"postgresql://{known.get('user', '')}@/{known['dbname']}"
    address += f"?host={encode(str(known['host']), safe='')}&port={known.get('port', '')}"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        env={**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


# Files that are refused


@functools.cache
def sound(path):
    return path.read_bytes()


@given(place=st.floats(0, 1, exclude_max=True), flipped=st.integers(1, 255))
def test_a_damaged_byte_anywhere_is_found(backup, place, flipped):
    content = bytearray(sound(backup))
    content[int(place * len(content))] ^= flipped
    damaged = backup.with_name("damaged")
    damaged.write_bytes(content)

    with pytest.raises(BackupError, match=r"damaged|cut short|no backup"):
        archive.read(damaged)


@given(left=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_short_anywhere_is_found(backup, left):
    short = backup.with_name("short")
    short.write_bytes(sound(backup)[: int(left * len(sound(backup)))])

    with pytest.raises(BackupError, match=r"cut short|no backup"):
        archive.read(short)


def tar(**members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive_:
        for name, content in members.items():
            member = tarfile.TarInfo(name.replace("_", "."))
            member.size = len(content)
            archive_.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def sealed(content):
    return content + f"sha256 {hashlib.sha256(content).hexdigest()}\n".encode()


def rewritten(path, **changes):
    """The backup with another manifest, sealed anew."""
    known = archive.read(path)
    manifest = {**known.manifest, **changes}
    dump = b"".join(known.chunks())
    content = sealed(tar(database_dump=dump, manifest_json=json.dumps(manifest).encode()))
    changed = path.with_name("changed")
    changed.write_bytes(content)
    return changed


FOREIGN = {
    "empty": (b"", "no backup of Parley’s"),
    "a text": ("Обидві сторони погодилися. ".encode() * 9, "no backup of Parley’s"),
    "a dump": (b"PGDMP\1\20" + bytes(600), "a dump by pg_dump itself"),
    "a tar": (tar(notes_txt=b"Nothing"), "no backup of Parley’s"),
    "a sealed tar": (sealed(tar(notes_txt=b"Nothing")), "its manifest is missing"),
    "a sealed nothing": (sealed(b""), "its manifest is missing"),
    "no manifest": (sealed(tar(database_dump=b"", manifest_json=b"{}")), "its manifest is missing"),
    "no object": (sealed(tar(database_dump=b"", manifest_json=b"[1]")), "its manifest is missing"),
    "nested": (
        sealed(tar(database_dump=b"", manifest_json=b"[" * 200_000)),
        "its manifest is missing",
    ),
    "newer": (
        sealed(tar(database_dump=b"", manifest_json=b'{"format": 2, "parley": "9.0"}')),
        "a newer Parley (9.0)",
    ),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_refused_in_words(kind, installation, tmp_path):
    content, reason = FOREIGN[kind]
    (tmp_path / "foreign").write_bytes(content)

    with pytest.raises(CommandError) as refused:
        call_command("restore", str(tmp_path / "foreign"), verbosity=0)

    assert str(refused.value).startswith("Nothing was changed. ")
    assert reason in str(refused.value)


def test_what_is_not_there_or_not_a_file_is_refused(installation, tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("restore", str(path), verbosity=0)


def altered(tables, name):
    count, checksum = tables[name]
    return {**tables, name: [count, checksum.replace("1", "2").replace("3", "1")]}


CHANGES = {
    "migrations": lambda known: [*known, ["annotations", "9999_from_tomorrow"]],
    "server": lambda _: "99.1",
    "tables": lambda known: altered(known, "public.talks_passage"),
    "sequences": lambda known: {name: [1 << 40, 1 << 41] for name in known},
    "structure": lambda known: [one for one in known if one[0] != "triggers"],
}
REASONS = {
    "migrations": "does not know its migration annotations.9999_from_tomorrow",
    "server": "comes from PostgreSQL 99",
    "tables": "Table public.talks_passage has",
    "sequences": "stands at",
    "structure": "triggers: public.",
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_does_not_fit_or_compare_equal_changes_nothing(what, installation, backup):
    known = archive.read(backup).manifest
    file = rewritten(backup, **{what: CHANGES[what](known[what])})
    was = contents()

    with pytest.raises(BackupError) as refused:
        restoring.restore(file, quietly)

    assert REASONS[what] in str(refused.value)
    assert (contents(), databases(installation)) == (was, [installation])


def test_a_dump_that_pg_restore_cannot_read_changes_nothing(installation, backup):
    known = archive.read(backup)
    dump = b"".join(known.chunks())[: known.size // 2]
    manifest = {**known.manifest, "sha256": hashlib.sha256(dump).hexdigest()}
    half = backup.with_name("half")
    half.write_bytes(sealed(tar(database_dump=dump, manifest_json=json.dumps(manifest).encode())))

    with pytest.raises(BackupError, match="pg_restore failed"):
        restoring.restore(half, quietly)

    assert databases(installation) == [installation]


def test_the_command_line_takes_a_backup_restores_it_and_goes_back(
    installation, tmp_path, forgotten, monkeypatch
):
    file = os.fspath(tmp_path / "parley")
    was = contents()
    monkeypatch.setenv(database.ROLE, "owner")

    for arguments in (["backup", file], ["restore", file], ["restore", "--undo"]):
        monkeypatch.setattr(sys, "argv", ["manage.py", *arguments])
        manage.main()

    assert contents() == was


# The file that is made


def test_the_file_is_its_owners_alone_and_is_not_written_over(installation, backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    was = backup.read_bytes()

    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(backup), verbosity=0)

    assert (backup.read_bytes() == was, list(backup.parent.glob(".*"))) == (True, [])


def test_the_commands_say_what_was_done(installation, tmp_path, forgotten, capsys):
    file = tmp_path / "parley"
    call_command("backup", str(file), verbosity=0)
    call_command("backup", str(file), replace=True, verbosity=0)
    call_command("restore", str(file), verbosity=1)
    call_command("restore", forget=True, verbosity=0)
    said = capsys.readouterr()

    assert "Only its owner can read it" in said.out
    assert "The database before is kept as" in said.out
    assert "Nothing is kept any more." in said.out
    assert "Comparing it with what was backed up …" in said.err
    with pytest.raises(CommandError, match="No database is kept"):
        call_command("restore", undo=True, verbosity=0)


def test_what_a_killed_backup_left_is_swept_up_by_the_next(installation, tmp_path):
    (tmp_path / ".parley.abc.part").write_bytes(b"half")

    with archive.new_file(tmp_path / "parley") as (file, _):
        (tmp_path / ".another.abc.part").touch()
        file.write(b"whole")

    assert sorted(os.listdir(tmp_path)) == [".another.abc.part", "parley"]


def test_a_backup_that_fails_leaves_no_file(installation, tmp_path):
    with pytest.raises(BackupError, match="There is no folder"):
        taking.take(tmp_path / "nowhere" / "parley", quietly)
    name = f"{installation}_bare"
    with Server(name) as server:
        server.drop(name)
        server.run("CREATE DATABASE {}", name)
    with working_in(name), pytest.raises(BackupError, match="never set up"):
        taking.take(tmp_path / "parley", quietly)
    with Server(name) as server:
        server.drop(name)

    assert os.listdir(tmp_path) == []


def test_without_a_fitting_pg_dump_it_says_what_to_install():
    with pytest.raises(BackupError, match="There is no pg_dump for PostgreSQL 99 here"):
        programs.find("pg_dump", 99)


def test_a_second_restore_waits_outside(installation, backup):
    with Server(installation), pytest.raises(BackupError, match="Another restore is at work"):
        restoring.restore(backup, quietly)
