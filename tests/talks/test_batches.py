"""Many articles at once: each whole or absent, whatever happens to the worker."""

import contextlib
import datetime
import os
import re
import signal
import subprocess
import sys
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pghistory
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import Role
from talks import batches, loading, pieces
from talks.extracting import Reader
from talks.models import Article, Batch, BatchItem, Intake, Origin, Original

from ..at_once import both, wait_for_one_who_waits
from ..factories import make_article, make_batch, make_round, make_table, make_user
from .files import make_docx, make_zip

NEW = "/articles/new/"
ROOT = Path(__file__).resolve().parents[2]


def numbered(count):
    return {f"{n}.txt": f"The parties met {n} times in the city.".encode() for n in range(count)}


def outcomes(batch):
    return list(batch.items.order_by("number").values_list("name", "status", "reason"))


@pytest.mark.django_db
def test_each_file_is_loaded_or_its_refusal_told():
    known = make_article("They met.")
    batch = make_batch(
        {
            "a.txt": b"They agreed on the exchange of prisoners.",
            "known.txt": b"They met.",
            "empty.txt": b"",
            "latin.txt": b"Gen\xe8ve",
            "b.docx": make_docx(["They left and it was late in the evening."]),
        },
        language="en",
    )

    assert not batches.work(batch.pk)

    assert outcomes(batch) == [
        ("a.txt", "loaded", ""),
        ("known.txt", "known", "There is an article of this text."),
        ("empty.txt", "refused", "The file is empty."),
        (
            "latin.txt",
            "refused",
            "This is not UTF-8: byte 0xe8 in line 1. "
            "Say which encoding it is in, or save it in UTF-8.",
        ),
        ("b.docx", "loaded", ""),
    ]
    batch.refresh_from_db()
    assert batch.state == "done"
    assert set(Article.objects.exclude(pk=known.pk).values_list("text", "status", "round")) == {
        ("They agreed on the exchange of prisoners.", "published", batch.round_id),
        ("They left and it was late in the evening.", "published", batch.round_id),
    }
    assert Original.objects.count() == 2
    assert not BatchItem.objects.exclude(content=None).exists()


@pytest.mark.django_db
def test_a_language_that_nothing_tells_is_stored_as_undetermined():
    batch = make_batch({"a.txt": b"Quokka numbat.", "b.txt": "Вони зустрілися.".encode()})

    batches.work(batch.pk)

    assert set(Article.objects.values_list("language", flat=True)) == {"und", "uk"}


@pytest.mark.django_db
def test_a_batch_can_be_left_to_be_prepared():
    batch = make_batch(numbered(2), prepares=True, status="draft")

    batches.work(batch.pk)

    assert [item.intake.outcome for item in batch.items.order_by("number")] == [
        "The parties met 0 times in the city.",
        "The parties met 1 times in the city.",
    ]
    assert Article.objects.count() == 0
    assert Intake.objects.first().fields["round"] == str(batch.round_id)


@pytest.mark.django_db
def test_files_that_are_stored_in_several_goes_keep_their_order(monkeypatch):
    monkeypatch.setattr(batches, "MANY", 3)
    monkeypatch.setattr(batches, "TOGETHER", 30)
    files = {"a": b"", "b": b"x" * 40, **{f"{n}": b"y" for n in range(7)}}

    batch = make_batch(files)

    stored = batch.items.order_by("number").values_list("number", "name", "content")
    whole = [
        (number, name, content or None) for number, (name, content) in enumerate(files.items(), 1)
    ]
    assert [(*one, content and bytes(content)) for *one, content in stored] == whole


@pytest.mark.django_db
def test_the_history_names_whom_a_batch_was_loaded_for():
    batch = make_batch(numbered(2))
    with pghistory.context(command="run_worker"):
        batches.work(batch.pk)
        other = make_article()

    context = {"command": "run_worker", "user": batch.started_by.pk}
    for article in Article.objects.exclude(pk=other.pk):
        state = article.history.get()
        assert (state.pgh_user, state.pgh_context) == (batch.started_by, context)
    assert other.history.get().pgh_context == {"command": "run_worker"}


@pytest.mark.django_db
def test_a_stopped_batch_goes_on_where_it_was():
    batch = make_batch(numbered(3))
    batches.work(batch.pk, seconds=0)
    batches.stop(batch)
    assert not batches.work(batch.pk)
    assert Article.objects.count() == 0

    batches.resume(batch)
    batches.work(batch.pk)

    assert Article.objects.count() == 3


@contextlib.contextmanager
def failing(table, code, condition="true"):
    """The database fails with an error of that code after a row of the table was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE 'it fails' USING ERRCODE = '{code}'; END $$; "
            f"CREATE TRIGGER fails AFTER INSERT OR UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION fails()"
        )
        yield
        cursor.execute(f"DROP TRIGGER fails ON {table}; DROP FUNCTION fails")


@contextlib.contextmanager
def halted(table, condition):
    """Whoever writes such a row of the table waits, in the middle of it, until this has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION halts() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$; "
            f"CREATE TRIGGER halts AFTER INSERT OR UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION halts()"
        )
        cursor.execute("SELECT pg_advisory_lock(1)")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(1)")
            cursor.execute(f"DROP TRIGGER halts ON {table}; DROP FUNCTION halts")


DISK_FULL, DIVISION_BY_ZERO, TOO_COMPLEX = "53100", "22012", "54001"


@pytest.mark.django_db
def test_what_fails_in_the_middle_of_a_file_leaves_it_to_be_done_again():
    batch = make_batch(numbered(2))

    # What is written last of a file.
    with failing("talks_batchitem", DISK_FULL, "NEW.status = 'loaded'"):
        for _ in range(batches.TRIES + 1):
            with pytest.raises(OperationalError, match="it fails"):
                batches.work(batch.pk)

    assert Article.objects.count() == 0
    assert Original.objects.count() == 0
    batches.work(batch.pk)
    assert Article.objects.count() == 2


@pytest.mark.django_db
def test_a_batch_whose_turn_was_lost_gets_another_one():
    lost, young, queued = (make_batch(numbered(2)) for _ in range(3))
    ago = timezone.now() - 2 * batches.STALLED
    Batch.objects.exclude(pk=young.pk).update(started_at=ago)

    with (
        failing("talks_article", DISK_FULL),
        pytest.raises(OperationalError, match="it fails"),
        transaction.atomic(),
    ):
        batches.load_batch.call(lost.pk)
    batches.load_batch.enqueue(queued.pk)

    for _ in range(2):
        batches.look_after()

    turns = DBTaskResult.objects.filter(status="READY").values_list("args_kwargs__args", flat=True)
    assert sorted(turns) == [[lost.pk], [queued.pk]]
    assert {status for _, status, _ in outcomes(lost)} == {"waiting"}


@pytest.mark.django_db
def test_a_batch_waits_for_one_turn_however_often_it_is_asked_for(
    client, admin, django_capture_on_commit_callbacks
):
    client.force_login(admin)
    batch = make_batch(numbered(2))
    address = reverse("talks:batch_stop", args=[batch.pk])

    for action in ({"again": "1"}, {}, {"again": "1"}):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(address, action)
    batches.resume_all()

    turn = DBTaskResult.objects.get()
    turn.claim("worker")
    batches.resume_all()
    assert DBTaskResult.objects.filter(status="READY").count() == 1


@pytest.mark.django_db
def test_what_turns_leave_behind_is_forgotten_after_a_fortnight():
    for _ in range(4):
        batches.load_batch.enqueue(0)
    old, young, killed, at_work = turns = DBTaskResult.objects.order_by("enqueued_at")
    for turn in turns:
        turn.claim("worker")
    for turn in (old, young):
        turn.set_successful(None)
    ago = timezone.now() - datetime.timedelta(days=15)
    DBTaskResult.objects.filter(pk__in=[old.pk, killed.pk]).update(started_at=ago)
    DBTaskResult.objects.filter(pk=old.pk).update(finished_at=ago)

    batches.look_after()

    assert set(DBTaskResult.objects.all()) == {young, at_work}


@pytest.mark.django_db
def test_a_file_at_which_parley_fails_does_not_hold_up_the_others():
    batch = make_batch(numbered(2))

    with failing("talks_article", DIVISION_BY_ZERO, "NEW.text LIKE '%0 times%'"):
        batches.work(batch.pk)

    fault = batches.FAULT.format("DataError")
    assert outcomes(batch) == [("0.txt", "refused", fault), ("1.txt", "loaded", "")]


@pytest.mark.django_db
def test_a_file_at_which_workers_die_comes_last_and_is_given_up():
    batch = make_batch(numbered(4))
    # As workers leave it that were killed: what they had begun is counted and waits.
    batch.items.filter(number=1).update(tries=batches.TRIES)
    batch.items.filter(number=3).update(tries=1)

    # What PostgreSQL takes for a fault of its own, though it comes with the file.
    with failing("talks_article", TOO_COMPLEX, "NEW.text LIKE '%1 times%'"):
        assert not batches.work(batch.pk)

    assert outcomes(batch) == [
        ("0.txt", "refused", batches.GIVEN_UP),
        ("1.txt", "refused", batches.GIVEN_UP),
        ("2.txt", "loaded", ""),
        ("3.txt", "loaded", ""),
    ]
    done = batch.items.order_by("finished_at").values_list("number", flat=True)
    assert list(done) == [4, 3, 1, 2]


def assert_whole_or_absent(batch, loaded):
    """So many articles are here with all that belongs to them, and to go on loads the others."""
    assert Article.objects.count() == loaded
    assert batch.items.filter(status="loaded", article__isnull=False).count() == loaded
    assert Original.objects.count() == loaded
    batches.work(batch.pk)
    assert Article.objects.count() == batch.items.count()
    assert set(batch.items.values_list("status", flat=True)) == {"loaded"}


IN_THE_MIDDLE = pytest.mark.parametrize(
    ("table", "condition"),
    [
        ("talks_article", "NEW.text LIKE '%3 times%'"),
        ("talks_batchitem", "NEW.number = 4 AND NEW.status = 'loaded'"),  # the last of it
    ],
)


@IN_THE_MIDDLE
@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_leaves_each_article_whole_or_absent(table, condition):
    batch = make_batch(numbered(7))

    def work():
        try:
            batches.work(batch.pk)
        finally:
            connection.close()

    with halted(table, condition), ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        wait_for_one_who_waits()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(OperationalError):
            working.result()

    assert_whole_or_absent(batch, 3)


@IN_THE_MIDDLE
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_each_article_whole_or_absent(table, condition):
    batch = make_batch(numbered(7))
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={quote(database['HOST'])}"
    if database["PASSWORD"]:
        url = url.replace("@/", f":{quote(database['PASSWORD'])}@/")
    env = dict(os.environ, DATABASE_URL=f"{url}&port={database['PORT']}")

    with (
        halted(table, condition),
        subprocess.Popen(
            [sys.executable, "manage.py", "run_worker"],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as worker,
    ):  # fmt: skip
        try:
            wait_for_one_who_waits()
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        with connection.cursor() as cursor:
            # Its server process, which goes on waiting for the lock.
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )

    assert DBTaskResult.objects.filter(status="RUNNING").exists()
    assert_whole_or_absent(batch, 3)


@pytest.fixture
def send(client, admin, db):
    client.force_login(admin)
    talks_round = make_round()

    def send(*files, **fields):
        data = {"round": talks_round.pk, "status": "draft"} | fields
        data["files"] = [SimpleUploadedFile(name, content) for name, content in files]
        return client.post(NEW, data)

    return send


def test_several_files_and_a_zip_become_one_batch(client, send):
    packed = make_zip({"b/two.txt": "Two.", "__MACOSX/b/two.txt": "x", "c.txt": "Three."})

    response = send(("one.txt", b"One."), ("more.zip", packed), language="en")

    batch = Batch.objects.get()
    assert (response.status_code, response.url) == (302, batch.get_absolute_url())
    assert [name for name, _, _ in outcomes(batch)] == ["one.txt", "b/two.txt", "c.txt"]
    batches.work(batch.pk)
    page = " ".join(client.get(batch.get_absolute_url()).content.decode().split())
    assert "<strong>3 of 3</strong> files done; finished." in page
    assert set(Article.objects.values_list("text", flat=True)) == {"One.", "Two.", "Three."}


def test_names_in_a_zip_are_read_as_they_were_written(send):
    packed = make_zip({"Угода.txt": "One."})
    unflagged = packed.replace((0x800).to_bytes(2, "little"), bytes(2))
    dos = make_zip({"XXXXX 1.txt": "Two."}).replace(b"XXXXX", "Угода".encode("cp866"))
    western = make_zip({"M_ller.txt": "Three."}).replace(b"M_ller", "Müller".encode("cp437"))

    send(("a.zip", unflagged), ("b.zip", dos), ("c.zip", western), ("d.txt", b"Four."))

    assert [name for name, _, _ in outcomes(Batch.objects.get())] == [
        *["Угода.txt", "Угода 1.txt", "Müller.txt", "d.txt"]
    ]


def test_files_go_and_come_as_bytes_and_in_no_query_of_django_s(client, send):
    content = bytes(range(256)) + "Вони зустрілися.".encode("utf-16") + b"x" * 1_000_000
    with CaptureQueriesContext(connection) as queries:
        send(("a.txt", b"One."), ("b.txt", content))
        batch = Batch.objects.get()
        items = batch.items.order_by("number").values_list("pk", flat=True)
        stored = [BatchItem.objects.content_of(pk) for pk in items]
        batches.work(batch.pk)
        send(("one.txt", b"Two. " * 200_000))
        client.get(Intake.objects.get().get_absolute_url())
        kept = client.get(reverse("talks:original", args=[Intake.objects.get().original_id]))

    assert stored == [b"One.", content]
    assert kept.content == b"Two. " * 200_000
    assert [one["sql"] for one in queries if re.search(r'\\x|"content"(,| FROM)', one["sql"])] == []


def test_a_repeated_upload_begins_nothing_new(send):
    key = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"

    for _ in range(2):
        send(("a.txt", b"One."), ("b.txt", b"Two."), key=key)

    assert (Batch.objects.count(), BatchItem.objects.count()) == (1, 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "begin", [partial(make_batch, numbered(50)), make_table], ids=["files", "table"]
)
def test_of_what_is_sent_several_times_at_once_one_is_begun(begin):
    sent = {"started_by": make_user(Role.ADMIN), "round": make_round(), "key": uuid.uuid4()}

    begun = both(*[partial(begin, **sent)] * 4)

    assert len({one.pk for one in begun}) == 1


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (make_zip({"../evil.txt": "x"}), "The archive has a path in it that leads out of it"),
        (make_zip({"a.txt": "x"}, external_attr=0o120777 << 16), "The archive has a link"),
        (make_zip({"a.txt": "0" * 5_000_000}), "as ZIP bombs do."),
        (make_zip({}), "There is no file in it."),
        (b"PK\x03\x04 cut off", "The file is broken"),
        (make_zip({"__MACOSX/a.txt": "x"}), "There is no file in it."),
        (make_zip({"a.txt": "x" * 99}, compress_type=zipfile.ZIP_LZMA), "Pack the files as an"),
        (make_zip({"a.txt": "x" * 99}, compress_type=zipfile.ZIP_BZIP2), "Pack the files as an"),
    ],
    ids=["path", "link", "bomb", "empty", "broken", "nothing", "lzma", "bzip2"],
)
def test_a_zip_that_may_do_harm_is_refused_as_a_whole(send, packed, reason):
    response = send(("many.zip", packed))

    assert response.status_code == 422
    assert reason in response.content.decode()
    assert Batch.objects.count() == 0


def test_a_batch_can_be_stopped_and_resumed_on_its_page(client, send):
    send(("a.txt", b"One."), ("b.txt", b"Two."))
    batch = Batch.objects.get()
    address = f"{batch.get_absolute_url()}stop/"

    assert client.post(address).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "stopped"
    client.post(address, {"again": "1"})
    batch.refresh_from_db()
    assert batch.state == "running"


def test_a_batch_page_makes_the_same_queries_for_any_number_of_files(client, admin, count_queries):
    client.force_login(admin)
    few, many = make_batch(numbered(2)), make_batch({f"x{n}": c for n, c in numbered(9).items()})
    for batch in (few, many):
        batches.work(batch.pk)

    counts = {
        count_queries(lambda batch=batch: client.get(batch.get_absolute_url()))
        for batch in (few, many)
    }

    assert len(counts) == 1


@pytest.mark.django_db
def test_of_many_what_is_much_like_another_waits_to_be_decided():
    words = [f"word{n}" for n in range(60)]
    make_article(" ".join(words), title="Talks end")
    batch = make_batch({"a.txt": " ".join([*words, "more"]).encode()}, language="en")

    batches.work(batch.pk)

    assert outcomes(batch) == [
        ("a.txt", "prepared", "100% of it stands in “Talks end”: decide what it is.")
    ]
    assert Article.objects.count() == 1


@pytest.mark.django_db
def test_a_file_that_is_here_already_is_found_whatever_was_made_of_its_text(admin):
    words = " ".join(f"word{n}" for n in range(60))
    make_article(words)
    files = {"alike.txt": f"{words} more".encode(), "cut.txt": b"They met.\nAdvertisement"}
    with Reader() as reader:
        for name, content in files.items():
            intake = loading.begin(admin, content, name=name, origin=Origin.UPLOAD, reader=reader)
    intake = loading.change(intake, 1, layout=lambda layout: pieces.set_kept(layout, [1], False))
    fields = {"round": make_round(), "language": "en"}
    cut = loading.finish(admin, intake, 2, fields)
    batch = make_batch(files)

    assert not batches.work(batch.pk)

    assert [(one.status, one.reason, one.article) for one in batch.items.order_by("number")] == [
        ("known", "This file is being prepared already.", None),
        ("known", "This file was loaded before.", cut),
    ]
    assert Article.objects.count() == 2
