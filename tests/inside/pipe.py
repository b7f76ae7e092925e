"""A file that cannot be gone back in, as a pipe cannot: for those who write archives."""
import io


class Pipe(io.RawIOBase):
    """What was written stands in data."""

    def __init__(self):
        super().__init__()
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)
