"""Loading many files in the background: begun in a request, done by the worker, bit by bit.

Each item is one transaction that locks it, makes its article and marks it done: a worker that is
killed leaves it waiting, and whoever goes on finds it so. Two workers skip each other's items.
"""

import contextlib
import datetime
import faulthandler
import logging
import time
import uuid
from typing import NamedTuple

from django.core.management import call_command
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from history.context import acting_for

from . import importing, loading
from .extracting import Reader, Unreadable
from .extracting.archives import open_zip, read_member, written_name
from .models import Batch, BatchItem, BatchState, ItemStatus

log = logging.getLogger(__name__)

# A running batch of which nothing was done for so long, and whose turn does not come, is forgotten.
STALLED = datetime.timedelta(seconds=60)
KEPT = datetime.timedelta(days=14)  # what is known of a turn
# What may pass.
PASSING = (OSError, MemoryError, OperationalError, InterfaceError)
# How SQLSTATEs of an OperationalError begin that lies in the machine and not in the file: no
# connection, no room, a server that ends or cannot read its disk.
MACHINE = ("08", "25006", "53100", "53300", "57P", "58")
TRIES = 5  # of one file, then it is given up
LIMIT = (
    300  # seconds for a turn, after which the worker ends itself; reading has a limit of its own
)
FAULT = (
    "Parley failed at this file ({}), which is a fault of Parley’s; the worker’s log tells more."
)
GIVEN_UP = (
    f"Parley began this file {TRIES} times and did not get through, which is a fault of Parley’s; "
    "the worker’s log tells more."
)
SLICE = 5  # seconds of work, then another batch has its turn
TOGETHER, MANY = 1_000_000, 500  # bytes and files that are stored at once
UNDETERMINED = "und"  # BCP 47 for a language that nobody has told
HIDDEN = ("__MACOSX/", ".DS_Store", "Thumbs.db")


class Incoming(NamedTuple):
    """One file of a batch: what is ``told`` of its article, and why it is refused already."""

    name: str
    content: bytes
    told: dict = {}  # nobody writes into it
    refusal: str = ""


@transaction.atomic
def begin(user, files, *, key, name, **fields):
    """A batch of ``files``, each :class:`Incoming`.

    The files are taken one after another, so that not all of them are in memory. Raises
    Unreadable, and then nothing is stored.
    """
    if done := Batch.objects.filter(started_by=user, key=key).first():
        return done
    try:
        with transaction.atomic():
            batch = Batch.objects.create(started_by=user, key=key, name=name[:300], **fields)
    except IntegrityError:
        # The same, sent twice at once: this one has waited until the other was stored.
        if done := Batch.objects.filter(started_by=user, key=key).first():
            return done
        raise
    items = (_item(batch, number, incoming) for number, incoming in enumerate(files, start=1))
    is_empty = True
    for some in _together(items):
        is_empty = False
        BatchItem.objects.put(some)
    if is_empty:
        raise Unreadable("There is no file in it.")
    transaction.on_commit(lambda: ask_for_turn(batch.pk))
    return batch


def _together(items):
    """The items in lists that are stored at once: of many small ones, or of one that is large."""
    some, size = [], 0
    for item in items:
        some.append(item)
        size += len(item.content or b"")
        if size >= TOGETHER or len(some) == MANY:
            yield some
            some, size = [], 0
    if some:
        yield some


def _item(batch, number, incoming):
    name, content, told, refusal = incoming
    item = BatchItem(batch=batch, number=number, name=name[:300], content=content, told=told)
    if refusal:
        _finish(item, ItemStatus.REFUSED, reason=refusal)
    elif len(content) > loading.FILE_BYTES:
        reason = f"The file is larger than the {loading.FILE_BYTES:,} bytes that one may have."
        _finish(item, ItemStatus.REFUSED, reason=reason)
    elif not content:
        _finish(item, ItemStatus.REFUSED, reason="The file is empty.")
    return item


def unpacked(files):
    """Uploaded files as :class:`Incoming`, with those of a ZIP in its place."""
    for file in files:
        if not is_archive(file):
            yield Incoming(file.name, file.read(loading.FILE_BYTES + 1))
            continue
        with open_zip(file) as archive:
            for member in archive.infolist():
                if member.is_dir() or any(part in member.filename for part in HIDDEN):
                    continue
                content = read_member(archive, member, loading.FILE_BYTES)
                yield Incoming(written_name(member), content)


def is_archive(file):
    """Whether an uploaded file is a ZIP of files, and no document that is a ZIP inside."""
    file.seek(0)
    is_zip = file.read(2) == b"PK" and file.name.lower().endswith(".zip")
    file.seek(0)
    return is_zip


@task
def load_batch(batch_id):
    """Work on a batch for a while, and ask for the next turn if there is more to do.

    Where the machine fails, which may pass, there is no next turn until `resume_stalled`.
    """
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    try:
        is_left = work(batch_id, seconds=SLICE)
    finally:
        faulthandler.cancel_dump_traceback_later()
    if is_left:
        ask_for_turn(batch_id)


def ask_for_turn(batch_id):
    """Queue the next turn of a batch, unless one waits already."""
    if not has_turn(batch_id):
        load_batch.enqueue(batch_id)


def has_turn(batch_id):
    turns = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    return turns.filter(task_path=load_batch.module_path, args_kwargs__args=[batch_id]).exists()


def work(batch_id, seconds=None):
    """Do items of a batch, for ``seconds`` or all; True if some still wait to be done."""
    end = None if seconds is None else time.monotonic() + seconds
    with Reader() as reader:
        while end is None or time.monotonic() < end:
            if not _do_one(batch_id, reader):
                return False
    return True


def _do_one(batch_id, reader):
    """Do the next item; False when there is none, or the batch was stopped."""
    item_id = _take_up(batch_id)
    if item_id is None:
        return False
    try:
        with transaction.atomic():
            items = BatchItem.objects.waiting().defer("content").filter(pk=item_id)
            # Unless another worker was faster.
            if item := items.select_for_update(skip_locked=True).first():
                batch = Batch.objects.select_related("round", "started_by").get(pk=batch_id)
                with acting_for(batch.started_by):
                    _do(batch, item, reader)
    except PASSING as error:
        if _is_of_the_machine(error):
            with contextlib.suppress(*PASSING):
                BatchItem.objects.filter(pk=item_id).update(tries=F("tries") - 1)
            raise
        log.exception("Item %s", item_id)
    return True


@transaction.atomic
def _take_up(batch_id):
    """The id of the next item, whose try is counted whatever becomes of the worker, or None.

    What was tried before comes last, so that a file at which workers die holds up no other.
    """
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None or batch.state != BatchState.RUNNING:
        return None
    items = batch.items.waiting()
    found = items.select_for_update(skip_locked=True).order_by("tries", "number")
    item_id = found.values_list("pk", flat=True).first()
    if item_id is not None:
        items.filter(pk=item_id).update(tries=F("tries") + 1)
    elif not items.exists():
        Batch.objects.filter(pk=batch_id, state=BatchState.RUNNING).update(state=BatchState.DONE)
    return item_id


def _is_of_the_machine(error):
    """Whether what failed may pass, and has nothing to do with the file at hand."""
    if isinstance(error, OperationalError):
        return (getattr(error.__cause__, "sqlstate", "") or "08").startswith(MACHINE)
    return not isinstance(error, MemoryError)


def _do(batch, item, reader):
    """Load or prepare what an item holds, or write down why not."""
    do = _prepare if batch.prepares else _load
    try:
        if item.tries > TRIES:
            raise Unreadable(GIVEN_UP)
        content = BatchItem.objects.content_of(item.pk)
        with transaction.atomic():
            outcome = do(batch, item, content, reader)
    except loading.AlreadyHere as found:
        outcome = {
            "status": ItemStatus.KNOWN,
            "reason": found.message,
            "article": found.article,
            "intake": found.intake,
        }
    except (Unreadable, importing.ArticleRefused) as error:
        outcome = {"status": ItemStatus.REFUSED, "reason": str(error)}
    except PASSING:
        raise
    except Exception as error:  # of whatever kind: one file must not hold up all that follow
        log.exception("Item %s of batch %s", item.number, batch.pk)
        outcome = {"status": ItemStatus.REFUSED, "reason": FAULT.format(type(error).__name__)}
    _finish(item, **outcome)
    item.save()


def _load(batch, item, content, reader):
    try:
        article = loading.load_at_once(
            content,
            name=item.name.rpartition("/")[2],
            reader=reader,
            round=batch.round,
            status=batch.status,
            loaded_by=batch.started_by,
            told=_told(batch, item),
            fallback=UNDETERMINED,
            on_alike=loading.hold,
        )
    except loading.Alike as alike:
        article, share = alike.articles[0]
        reason = f"{share:.0%} of it stands in “{article.headline}”: decide what it is."
        return _prepare(batch, item, content, reader) | {"reason": reason}
    return {"status": ItemStatus.LOADED, "article": article}


def _prepare(batch, item, content, reader):
    intake = loading.begin(
        batch.started_by,
        content,
        name=item.name.rpartition("/")[2],
        origin=batch.origin,
        reader=reader,
        key=uuid.uuid5(batch.key, str(item.number)),
        defaults={"round": str(batch.round_id), "status": batch.status} | _told(batch, item),
    )
    return {"status": ItemStatus.PREPARED, "intake": intake}


def _told(batch, item):
    return item.told | ({"language": batch.language} if batch.language else {})


def _finish(item, status, *, reason="", article=None, intake=None):
    item.status, item.reason, item.content = status, reason, None
    item.article, item.intake, item.finished_at = article, intake, timezone.now()


@transaction.atomic
def stop(batch):
    """Let the worker do no more of it; the item at hand is done whole."""
    Batch.objects.filter(pk=batch.pk, state=BatchState.RUNNING).update(state=BatchState.STOPPED)


@transaction.atomic
def resume(batch):
    """Go on where it was stopped, or where a worker was killed."""
    changed = Batch.objects.filter(pk=batch.pk).exclude(state=BatchState.DONE)
    if changed.update(state=BatchState.RUNNING):
        transaction.on_commit(lambda: ask_for_turn(batch.pk))


def resume_all():
    """Go on with all that runs: for a worker that starts, since one before it may have died."""
    for key in Batch.objects.filter(state=BatchState.RUNNING).values_list("pk", flat=True):
        ask_for_turn(key)


def look_after():
    """What is due now and then: turns that were lost, and what turns long done left behind."""
    resume_stalled()
    call_command("prune_db_task_results", min_age_days=KEPT.days, verbosity=0)
    # Those of workers that were killed, which the command leaves.
    DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - KEPT).delete()


def resume_stalled():
    """Go on with what runs and whose turn comes no more.

    It was lost with the task that failed, for want of a disk or of the database, or because the
    request that began the batch died before it asked for the first turn.
    """
    since = timezone.now() - STALLED
    for batch in Batch.objects.filter(state=BatchState.RUNNING, started_at__lt=since):
        if not batch.items.filter(finished_at__gt=since).exists():
            ask_for_turn(batch.pk)
