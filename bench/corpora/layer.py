"""Entries -> tar stream -> compressed blob."""

import copy
import hashlib
import os
import random
import stat
import subprocess
import tarfile
import threading
import zlib

PIECE = 1 << 20


class Entry:
    """A tar header, and where its content comes from: a path, bytes, or None."""

    def __init__(self, info, content):
        self.info = info
        self.content = content

    def altered(self, seconds=0, content=None):
        """The same, `seconds` younger, and with other content if some is given."""
        info = copy.copy(self.info)
        info.mtime += seconds
        if content is None:
            return Entry(info, self.content)
        info.size = len(content)
        return Entry(info, content)

    def renamed(self, name):
        info = copy.copy(self.info)
        info.name = name
        return Entry(info, self.content)

    def bytes(self):
        if isinstance(self.content, bytes):
            return self.content
        with open(self.content, "rb") as file:
            return file.read()


def directory_info(name):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = tarfile.DIRTYPE, 0o755, 1690889073
    info.uname = info.gname = "root"
    return info


def entry_of(path, name, links):
    status = os.lstat(path)
    info = tarfile.TarInfo(name)
    info.mode = stat.S_IMODE(status.st_mode)
    info.mtime = int(status.st_mtime)
    info.uname = info.gname = "root"
    content = None
    if stat.S_ISDIR(status.st_mode):
        info.type = tarfile.DIRTYPE
    elif stat.S_ISLNK(status.st_mode):
        info.type = tarfile.SYMTYPE
        info.linkname = os.readlink(path)
    elif stat.S_ISREG(status.st_mode):
        key = (status.st_dev, status.st_ino)
        if status.st_nlink > 1 and key in links:
            info.type = tarfile.LNKTYPE
            info.linkname = links[key]
        else:
            links[key] = name
            info.size = status.st_size
            content = path
    else:
        raise SystemExit(f"make-corpora: {path} is neither a file, a directory nor a link")
    return Entry(info, content)


def walk(tree):
    """Every entry below tree, as builders order them: by name, a directory before what is in it."""
    entries, links = [], {}

    def visit(directory, prefix):
        for name in sorted(os.listdir(directory)):
            path = os.path.join(directory, name)
            entry = entry_of(path, prefix + name, links)
            entries.append(entry)
            if entry.info.isdir():
                visit(path, prefix + name + "/")

    visit(str(tree), "")
    return entries


def changed_content(content, how):
    if how == 3:
        return content + b"one line more\n"
    at = (0, len(content) // 2, len(content) - 1)[how]
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


SMALLEST = 100  # bytes, of the files that are changed


def spread_by_size(entries, count):
    """The positions of `count` files whose sizes go from the largest down in equal ratios."""
    linked = {e.info.linkname for e in entries if e.info.islnk()}
    files = [
        (e.info.size, e.info.name, i)
        for i, e in enumerate(entries)
        if e.info.isreg() and e.info.size >= SMALLEST and e.info.name not in linked
    ]
    files.sort()
    largest = files[-1][0]
    chosen = []
    for k in range(count):
        wanted = largest * (SMALLEST / largest) ** (k / count)
        nearest = min(files, key=lambda file: (abs(file[0] - wanted), file))
        files.remove(nearest)
        chosen.append(nearest[2])
    return chosen


def spread_evenly(entries, count):
    """The positions of `count` files at equal distances in the layer."""
    linked = {e.info.linkname for e in entries if e.info.islnk()}
    files = [
        i
        for i, e in enumerate(entries)
        if e.info.isreg() and e.info.size >= SMALLEST and e.info.name not in linked
    ]
    return [files[(2 * k + 1) * len(files) // (2 * count)] for k in range(count)]


def touched(entries, seconds, changed):
    """A copy with every mtime later and the files at these positions changed: in the first byte, in the
    middle, in the last byte, by a line more."""
    how = {i: k % 4 for k, i in enumerate(changed)}
    return [
        e.altered(seconds, changed_content(e.bytes(), how[i]) if i in how else None)
        for i, e in enumerate(entries)
    ]


def shuffled(entries):
    entries = list(entries)
    random.Random(1).shuffle(entries)
    return entries


def tar_stream(entries):
    for entry in entries:
        yield entry.info.tobuf(tarfile.PAX_FORMAT)
        if entry.content is None:
            continue
        size = 0
        if isinstance(entry.content, bytes):
            yield entry.content
            size = len(entry.content)
        else:
            with open(entry.content, "rb") as file:
                while piece := file.read(PIECE):
                    yield piece
                    size += len(piece)
        if size != entry.info.size:
            raise SystemExit(f"make-corpora: {entry.info.name} changed while it was read")
        yield bytes(-size % 512)
    yield bytes(1024)


def tiny_stream(count, seconds, change_last, top=b"srv"):
    """A tar stream of `count` small files below `top`, several times as fast as with TarInfo."""
    info = tarfile.TarInfo("")
    info.uname = info.gname = "root"
    info.mtime = 1700000000 + seconds
    blank = info.tobuf(tarfile.USTAR_FORMAT)
    head, middle, tail = blank[100:124], blank[136:148], blank[156:]  # between: size, checksum
    base = sum(head) + sum(middle) + sum(tail) + 8 * ord(" ")
    for i in range(count):
        name = b"%s/data/%03d/%03d/item-%07d.json" % (top, i // 10000, i // 100 % 100, i)
        content = b'{"id": %d, "sum": "%08x"}\n' % (i, i * 2654435761 % 2**32)
        if change_last and i == count - 1:
            content = content.upper()
        size = b"%011o\0" % len(content)
        checksum = b"%06o\0 " % (base + sum(name) + sum(size))
        yield b"".join(
            (name.ljust(100, b"\0"), head, size, middle, checksum, tail,
             content.ljust(512, b"\0"))
        )  # fmt: skip
    yield bytes(1024)


class Gzip:
    media_type = "application/vnd.oci.image.layer.v1.tar+gzip"

    def __init__(self, level):
        self.level = level

    def compress(self, pieces):
        deflate = zlib.compressobj(self.level, zlib.DEFLATED, 31)
        for piece in pieces:
            yield deflate.compress(piece)
        yield deflate.flush()


class Zstd:
    media_type = "application/vnd.oci.image.layer.v1.tar+zstd"

    def __init__(self, level):
        self.level = level

    def compress(self, pieces):
        program = ["zstd", "-q", "-c", f"-{self.level}"]
        with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as zstd:

            def feed():
                for piece in pieces:
                    zstd.stdin.write(piece)
                zstd.stdin.close()

            feeder = threading.Thread(target=feed)
            feeder.start()
            while piece := zstd.stdout.read(PIECE):
                yield piece
            feeder.join()
        if zstd.returncode != 0:
            raise SystemExit("make-corpora: zstd failed")


def batched(pieces):
    """The same bytes in pieces of at least PIECE, whatever the pieces were."""
    batch, size = [], 0
    for piece in pieces:
        batch.append(piece)
        size += len(piece)
        if size >= PIECE:
            yield b"".join(batch)
            batch, size = [], 0
    yield b"".join(batch)


class Blob:
    """A layer's stream, compressed into a file below a directory of blobs."""

    def __init__(self, blobs, stream, compression):
        self.media_type = compression.media_type
        self.unpacked = 0
        stored, unpacked = hashlib.sha256(), hashlib.sha256()

        def counted():
            for piece in batched(stream):
                unpacked.update(piece)
                self.unpacked += len(piece)
                yield piece

        blobs.mkdir(parents=True, exist_ok=True)
        making = blobs / "making"
        with open(making, "wb") as file:
            for piece in compression.compress(counted()):
                stored.update(piece)
                file.write(piece)
        self.digest = stored.hexdigest()
        self.diff_id = unpacked.hexdigest()
        self.path = blobs / self.digest
        making.rename(self.path)
        self.size = self.path.stat().st_size
