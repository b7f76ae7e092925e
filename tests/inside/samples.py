#!/usr/bin/env python3
"""samples.py DIRECTORY: writes one small file of each kind that docs/formats.md lists, by the programs that are usual for
it: Python's modules, ar, cpio, gzip, zstd, lz4, msgfmt, gcc. They are kept in tests/fuzz/corpus/formats/."""
import bz2
import gzip
import io
import lzma
import marshal
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

from pipe import Pipe

out = sys.argv[1]


def write(name, data):
    with open(os.path.join(out, name), "wb") as file:
        file.write(data)


def run(*command, input=b"", cwd=None):
    return subprocess.run(command, input=input, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, cwd=cwd).stdout


def tar(format_, name="bin/x"):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=format_) as file:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime, info.uname = 5, 0o755, 1700000000, "joe"
        file.addfile(info, io.BytesIO(b"hello"))
        info = tarfile.TarInfo("link")
        info.type, info.linkname = tarfile.SYMTYPE, "bin/x"
        file.addfile(info)
    return data.getvalue()[:5632]


def zip_(how, names=("a/", "a/x.txt", "b")):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", how) as file:
        for name in names:
            info = zipfile.ZipInfo(name, (2024, 2, 29, 12, 34, 56))
            info.create_system, info.compress_type = 3, how
            info.external_attr = (0o040755 if name.endswith("/") else 0o100644) << 16
            file.writestr(info, b"" if name.endswith("/") else b"hello hello hello hello " + name.encode())
        file.comment = b"why"
    return data.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


write("ustar.tar", tar(tarfile.USTAR_FORMAT))
write("gnu.tar", tar(tarfile.GNU_FORMAT, "long/" * 25 + "x"))
write("pax.tar", tar(tarfile.PAX_FORMAT, "long/" * 25 + "x"))
with tempfile.TemporaryDirectory() as d:
    with open(os.path.join(d, "holes"), "wb") as f:
        for i in range(4):  # with the empty piece at the end one more than a header of the old kind has room for
            f.seek(i * 1024)
            f.write(b"data%d" % i)
        f.truncate(8192)
    for version in ("gnu", "0.0", "0.1", "1.0"):
        flags = ("--format=gnu",) if version == "gnu" else ("--format=posix", f"--sparse-version={version}",
                                                            "--pax-option=delete=atime,delete=ctime")
        write(f"sparse-{version}.tar", run("tar", "-S", "--hole-detection=raw", "-b1", "--mtime=@1700000000", "--owner=joe:7",
                                           "--group=joe:7", *flags, "-cf-", "holes", cwd=d))
write("python.gz", gzip.compress(b"hello hello hello", mtime=1))
write("stored.zip", zip_(zipfile.ZIP_STORED))
write("deflated.zip", zip_(zipfile.ZIP_DEFLATED))
pipe = Pipe()
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr(zipfile.ZipInfo("piped", (2024, 1, 1, 0, 0, 0)), b"hello hello")
write("piped.zip", pipe.data)
data = io.BytesIO(b"#!/usr/bin/env python3\n")
data.seek(0, 2)
with zipfile.ZipFile(data, "a") as z:
    z.writestr(zipfile.ZipInfo("__main__.py", (2024, 1, 1, 0, 0, 0)), b"print(1)\n")
write("app.pyz", data.getvalue())
write("x.bz2", bz2.compress(b"hello hello hello"))
write("x.xz", lzma.compress(b"hello hello hello"))
write("x.zst", run("zstd", "-q", "-c", input=b"hello hello hello") + struct.pack("<II", 0x184D2A53, 4) + b"skip")
try:
    write("x.lz4", run("lz4", "-q", "-c", input=b"hello hello hello"))
except FileNotFoundError:
    pass
with tempfile.TemporaryDirectory() as d:
    for name, text in (("one.txt", "hello"), ("a-name-that-is-longer-than-sixteen", "odd")):
        with open(os.path.join(d, name), "w", encoding="utf-8") as f:
            f.write(text)
        os.utime(os.path.join(d, name), (1700000000, 1700000000))
    with tempfile.TemporaryDirectory() as e:
        run("ar", "rc", os.path.join(e, "x.a"), "one.txt", "a-name-that-is-longer-than-sixteen", cwd=d)
        with open(os.path.join(e, "x.a"), "rb") as f:
            write("x.a", f.read())
    os.mkdir(os.path.join(d, "dir"))
    os.symlink("one.txt", os.path.join(d, "link"))
    for kind in ("newc", "crc", "odc"):
        try:
            write(f"{kind}.cpio", run("cpio", "-o", "-H", kind, "--reproducible", input=b"one.txt\ndir\nlink\n", cwd=d)[:4096])
        except FileNotFoundError:
            pass
    os.link(os.path.join(d, "one.txt"), os.path.join(d, "two.txt"))
    try:
        write("links.cpio", run("cpio", "-o", "-H", "newc", "--reproducible", input=b"one.txt\ntwo.txt\n", cwd=d)[:1024])
    except FileNotFoundError:
        pass
    with open(os.path.join(d, "x.c"), "w", encoding="utf-8") as f:
        f.write("const char *f(void) { return \"hello\"; }\n")
    for name, flags in (("object.elf", ("-g0",)), ("compressed.elf", ("-g", "-gz=zlib"))):
        run("gcc", "-O1", "-c", "-fdebug-prefix-map=" + d + "=/src", "-o", name, *flags, "x.c", cwd=d)
        with open(os.path.join(d, name), "rb") as f:
            write(name, f.read())
with tempfile.TemporaryDirectory() as d:
    os.mkdir(os.path.join(d, "d"))
    for name, text in (("d/a", "hello\n"), ("e", "")):
        with open(os.path.join(d, name), "w", encoding="utf-8") as f:
            f.write(text)
    os.symlink("d/a", os.path.join(d, "l"))
    for name in ("d/a", "e", "l", "d"):
        os.utime(os.path.join(d, name), (1700000000, 1700000000), follow_symlinks=False)
    write("v7.tar", run("tar", "--format=v7", "-b1", "--owner=0", "--group=0", "-cf-", "d", "l", cwd=d))
    for name, command, given in (("infozip-pipe.zip", ("zip", "-qry", "-", "."), b""),
                                 ("libarchive-pipe.zip", ("bsdtar", "--format=zip", "-b1", "-cf-", "e", "d"), b""),
                                 ("libarchive64.zip", ("bsdtar", "--format=zip", "--options=zip:compression=store,zip:zip64", "-b1", "-cf-", "d", "e"), b""),
                                 ("crc-link.cpio", ("cpio", "-o", "-H", "crc", "--reproducible", "-C", "512"), b"d\nd/a\nl\n")):
        try:
            write(name, run(*command, input=given, cwd=d))
        except FileNotFoundError:
            pass
write("x.pyc", b"\xa7\r\r\n" + struct.pack("<III", 0, 1700000000, 12) + marshal.dumps(compile("x = 1", "m.py", "exec")))
write("hash.pyc", b"\xa7\r\r\n" + struct.pack("<IQ", 3, 0x1122334455667788) + marshal.dumps(compile("x = 1", "m.py", "exec")))
write("old.pyc", b"\x03\xf3\r\n" + struct.pack("<I", 1700000000) + b"c" + b"code" * 8)
PO = (b'# Mine.\nmsgid ""\nmsgstr ""\n"POT-Creation-Date: 2024-02-29 12:34+0000\\n"\n'
      b'"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "one"\nmsgstr "eins"\n')
write("x.po", PO)
write("x.mo", run("msgfmt", "-o", "-", "-", input=PO))
write("x.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)) +
      chunk(b"tIME", struct.pack(">HBBBBB", 2024, 2, 29, 12, 34, 56)) + chunk(b"tEXt", b"date:create\x002024") +
      chunk(b"tEXt", b"Comment\0mine") + chunk(b"IDAT", zlib.compress(bytes(20))[:6]) + chunk(b"IDAT", zlib.compress(bytes(20))[6:]) +
      chunk(b"IEND", b""))
