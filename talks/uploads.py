"""Files on their way in: all of one request in one file on disk, however many they are.

Django keeps small ones in memory and opens a file for each large one; two thousand of either
are too many.
"""

import io
import tempfile

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class SpooledFile(UploadedFile):
    """One uploaded file, a stretch of the file that all of them share."""

    def __init__(self, spool, start, size, name, content_type):
        super().__init__(file=None, name=name, content_type=content_type, size=size)
        self.spool, self.start, self.place = spool, start, 0

    def __bool__(self):
        return True

    def read(self, size=-1):
        left = self.size - self.place
        size = left if size is None or size < 0 else min(size, left)
        self.spool.seek(self.start + self.place)
        self.place += size
        return self.spool.read(size)

    def seek(self, offset, whence=0):
        base = {0: 0, 1: self.place, 2: self.size}[whence]
        self.place = min(max(0, base + offset), self.size)
        return self.place

    def tell(self):
        return self.place

    def seekable(self):
        return True

    def open(self, mode=None):  # noqa: ARG002
        self.seek(0)
        return self

    def close(self):
        """Nothing: the handler closes it for all of them."""


class SpoolUploadHandler(FileUploadHandler):
    """Puts all files of a request into one, until it is closed: of one that is cut off nobody
    else closes what had come."""

    spool, start = None, 0

    def receive_data_chunk(self, raw_data, start):  # noqa: ARG002
        if self.spool is None:
            self.spool = tempfile.TemporaryFile()  # noqa: SIM115
        self.spool.write(raw_data)

    def file_complete(self, file_size):
        if self.spool is None:
            return SpooledFile(io.BytesIO(), 0, 0, self.file_name, self.content_type)
        file = SpooledFile(self.spool, self.start, file_size, self.file_name, self.content_type)
        self.start += file_size
        return file

    def close(self):
        if self.spool is not None:
            self.spool.close()
