"""The file in which inject.c tells what calls there were, of which processes, and what failed."""
import struct
import tempfile

CLASSES = ["memory", "read", "write", "open", "rename", "sync", "stat", "lock", "thread", "socket", "confine"]
PROCESSES = 32
HEAD = struct.Struct("<II24s")
PROCESS = struct.Struct(f"<{2 + len(CLASSES)}I")


class Page:
    """One run's; its name is what FAULT_PAGE wants."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="faults-")  # pylint: disable=consider-using-with
        self.file.truncate(HEAD.size + PROCESSES * PROCESS.size)

    def __enter__(self):
        self.name = self.file.name
        return self

    def __exit__(self, *_):
        self.file.close()

    def read(self):
        self.file.seek(0)
        return self.file.read()

    def struck(self):
        """How many calls failed, and which one was the last."""
        _, number, function = HEAD.unpack_from(self.read())
        return number, function.rstrip(b"\0").decode()

    def processes(self):
        """Of each process in the order of their birth: its parent's number, its calls by class."""
        data = self.read()
        n = min(HEAD.unpack_from(data)[0] + 1, PROCESSES)
        rows = [PROCESS.unpack_from(data, HEAD.size + i * PROCESS.size) for i in range(n)]
        return [(row[1], dict(zip(CLASSES, row[2:]))) for row in rows]
