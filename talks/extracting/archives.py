"""ZIP files, which may be made to harm: opened only within limits, read only as far as they say."""

import contextlib
import io
import re
import stat
import zipfile
import zlib

from .results import Unreadable

UTF8 = 0x800  # the flag of a member whose name is in UTF-8
MEMBERS = 5_000
EXPANDED = 400_000_000  # bytes of all members together
RATIO = 250  # times the packed size, above which nothing honest expands
# NotImplementedError is a RuntimeError.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OverflowError)
# What others need of memory, their files say.
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
PICTURE = 5_000_000  # bytes of one picture in a document
PICTURES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif", ".webp": "webp"}
FREE = 1_000_000  # bytes that a member may always expand to: an empty form compresses well


def open_zip(source):
    """The ZipFile of bytes or of an open file; raises Unreadable for what looks like an attack."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        members = archive.infolist()
    except BROKEN:
        raise Unreadable("The file is broken: its ZIP directory cannot be read.") from None
    if len(members) > MEMBERS:
        raise Unreadable(f"The archive has {len(members):,} files; it may have {MEMBERS:,}.")
    for member in members:
        _refuse_unsafe(member)
    if sum(member.file_size for member in members) > EXPANDED:
        raise Unreadable("The archive would expand to more than 400 MB.")
    return archive


def _refuse_unsafe(member):
    name = member.filename
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise Unreadable(f"The archive has a path in it that leads out of it: {name[:80]!r}.")
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise Unreadable(f"The archive has a link or a device in it: {name[:80]!r}.")
    if member.flag_bits & 1:
        raise Unreadable("The archive is encrypted. Take the password off and send it again.")
    if member.compress_type not in PACKINGS:
        raise Unreadable(
            f"{name[:80]!r} is packed in a way that is not read. Pack the files as an ordinary ZIP."
        )
    if member.file_size > FREE and member.file_size > RATIO * max(1, member.compress_size):
        raise Unreadable(f"{name[:80]!r} expands {RATIO} times and more, as ZIP bombs do.")


def read_member(archive, member, limit):
    """The bytes of one member, at most ``limit`` and whatever its directory says.

    ``member`` is its name, or its ZipInfo where several may have that name.
    """
    name = getattr(member, "filename", member)
    try:
        with archive.open(member) as opened:
            content = opened.read(limit + 1)
    except KeyError:
        raise Unreadable(f"The file is broken: it has no {name} in it.") from None
    except BROKEN:
        raise Unreadable(f"The file is broken: {name[:80]} cannot be unpacked.") from None
    if len(content) > limit:
        raise Unreadable(f"{name[:80]!r} expands to more than {limit:,} bytes.")
    return content


def written_name(member):
    """A member's name as whoever packed it wrote it: many do so in UTF-8 and do not say it.

    Russian and Ukrainian systems use DOS 866, told by words of Cyrillic letters alone.
    """
    if member.flag_bits & UTF8:
        return member.filename
    with contextlib.suppress(UnicodeError):
        raw = member.filename.encode("cp437")
        with contextlib.suppress(UnicodeError):
            return raw.decode()
        name = raw.decode("cp866")
        words = [one for one in re.findall(r"[^\W\d_]+", name) if not one.isascii()]
        if (
            words
            and all(re.fullmatch(r"[Ѐ-ӿ]+", one) for one in words)
            and max(map(len, words)) > 2
        ):
            return name
    return member.filename


def names(source):
    """The members' names, and the content of one called mimetype; nothing for a broken archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            found = archive.namelist()[:MEMBERS]
            mimetype = ""
            if "mimetype" in found:
                with archive.open("mimetype") as member:
                    mimetype = member.read(200).decode("ascii", "replace").strip()
            return found, mimetype
    except BROKEN:
        return [], ""
