"""The backup's file: a tar archive of a dump and its manifest, sealed by its own checksum.

Any tar unpacks it: `database.dump` in the custom format of pg_dump, then `manifest.json`. After
the archive's end stands the SHA-256 of every byte before it, which tar does not mind.
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import re
import tarfile
import tempfile
from pathlib import Path

from . import BackupError

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
BLOCK = tarfile.BLOCKSIZE
CHUNK = 1 << 20
SEAL = re.compile(rb"sha256 ([0-9a-f]{64})\n")
SEAL_LENGTH = 72
MANIFEST_LENGTH = 64 << 20
FIELDS = {
    "format": int, "parley": str, "made_at": str, "server": str, "sha256": str,
    "migrations": list, "tables": dict, "sequences": dict, "structure": list,
}  # fmt: skip


@dataclasses.dataclass
class Backup:
    """A file that was read whole and found sound; the dump starts at ``offset``."""

    path: Path
    manifest: dict
    offset: int
    size: int

    def chunks(self):
        """The dump, piece by piece."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            yield from _pieces(file, self.size)


# Writing


@contextlib.contextmanager
def new_file(path, *, replace=False):
    """A file beside ``path``, its owner's alone, with its name; renamed when all is written."""
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}.")
    if os.path.lexists(path) and not replace:
        raise _refusal(path)
    _sweep(path)
    number, aside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(number, "w+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file, Path(aside)
            file.flush()
            os.fsync(file.fileno())
            _put(aside, path, replace=replace)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _refusal(path):
    return BackupError(f"{path} is there already. Give another name, or --replace.")


def _sweep(path):
    """Remove what a backup to this name left that was killed."""
    for left in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _put(aside, path, *, replace):
    if not replace:
        try:
            os.link(aside, path)
        except FileExistsError:
            raise _refusal(path) from None
        except OSError:  # a file system without links
            if os.path.lexists(path):
                raise _refusal(path) from None
        else:
            return
    os.replace(aside, path)


def write_dump(file, chunks):
    """Write the dump's pieces as they come; its SHA-256 in hex."""
    digest, size = hashlib.sha256(), 0
    file.write(bytes(BLOCK))
    for chunk in chunks:
        file.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    file.write(bytes(-size % BLOCK))
    file.seek(0)
    file.write(_header(DUMP, size))
    file.seek(0, os.SEEK_END)
    return digest.hexdigest()


def write_manifest(file, manifest):
    """Write what is told of the dump, and seal the file."""
    content = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    file.write(_header(MANIFEST, len(content)) + content + bytes(-len(content) % BLOCK))
    file.write(bytes(2 * BLOCK))
    length = file.tell()
    file.seek(0)
    seal = _digest(file, length)
    file.seek(length)
    file.write(f"sha256 {seal}\n".encode())


def _header(name, size):
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.GNU_FORMAT)


# Reading


def read(path):
    """The :class:`Backup` in this file, every byte of it checked."""
    try:
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error


def _read(path, file):
    length = file.seek(0, os.SEEK_END) - SEAL_LENGTH
    file.seek(max(length, 0))
    seal = SEAL.fullmatch(file.read())
    file.seek(0)
    start = file.read(BLOCK)
    if seal is None:
        raise _unsealed(path, start)
    file.seek(0)
    if _digest(file, length) != seal[1].decode():
        raise BackupError(
            f"{path} is damaged: its bytes do not give the checksum it was sealed with."
        )
    file.seek(0)
    try:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            dump, told = archive.getmembers()
            if (dump.name, told.name) != (DUMP, MANIFEST) or told.size > MANIFEST_LENGTH:
                raise ValueError
            manifest = json.loads(archive.extractfile(told).read())
        _check(path, manifest)
    except (tarfile.TarError, ValueError, AttributeError, RecursionError):
        raise BackupError(f"{path} is no backup of Parley’s: its manifest is missing.") from None
    backup = Backup(path, manifest, dump.offset_data, dump.size)
    if backup.size + backup.offset > length or _sum(backup.chunks()) != manifest["sha256"]:
        raise BackupError(f"{path} is damaged: its dump is not the one that its manifest tells of.")
    return backup


def _unsealed(path, start):
    if start.startswith(DUMP.encode() + b"\0"):
        return BackupError(f"{path} is cut short or damaged: the seal at its end is missing.")
    if start.startswith(b"PGDMP"):
        return BackupError(
            f"{path} is a dump by pg_dump itself, without the manifest that a restore compares "
            f"with. Restore what `manage backup` made."
        )
    return BackupError(f"{path} is no backup of Parley’s.")


def _check(path, manifest):
    number = manifest.get("format")
    if isinstance(number, int) and number > FORMAT:
        raise BackupError(
            f"{path} was made by a newer Parley ({manifest.get('parley')}): this one reads "
            f"backups up to format {FORMAT}, and it has format {number}. Update Parley first."
        )
    if not all(isinstance(manifest.get(name), kind) for name, kind in FIELDS.items()):
        raise ValueError


def _pieces(file, length):
    while length > 0 and (chunk := file.read(min(CHUNK, length))):
        length -= len(chunk)
        yield chunk


def _digest(file, length):
    """The SHA-256 of the next ``length`` bytes, in hex."""
    return _sum(_pieces(file, length))


def _sum(chunks):
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
