"""What is being done, told to whoever waits."""

import time

PACE = 1.0  # seconds between two lines


class Progress:
    """Writes each step as a line, and once a second how far it has come."""

    def __init__(self, stream=None):
        self.stream = stream
        self.told_at = time.monotonic()

    def write(self, text):
        if self.stream is not None:
            self.stream.write(f"{text}\n")
            self.stream.flush()

    def step(self, text):
        self.told_at = time.monotonic()
        self.write(f"{text} …")

    def update(self, text):
        now = time.monotonic()
        if now - self.told_at >= PACE:
            self.told_at = now
            self.write(f"  {text}")

    def counted(self, chunks, total=None):
        """The chunks as they come, telling how many bytes have passed."""
        passed = 0
        for chunk in chunks:
            yield chunk
            passed += len(chunk)
            self.update(size(passed) + (f" of {size(total)}" if total else ""))


def size(count):
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{count / 1000:.1f} kB"
