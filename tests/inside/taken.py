#!/usr/bin/env python3
"""Archives that not all programs take for the same: taken.py DIFFOCI

Each case is two files that some readers take for one another, and at least one does not: they may not be equal inside, nor
may what differs be called harmless. Where the program that tells them apart is installed, it is asked whether it does so."""
import io
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib

from cases import harmless, hidden, main

SEEN = []  # what it is, one side, the other, and a command that has to say other things of them


def taken(what, suffix, one, two, *commands):
    hidden(what, suffix, one, two)
    SEEN.extend((what, one, two, command) for command in commands)


# ---- tar: headers by hand (POSIX.1-2017, pax, "ustar Header Block") ----

GNU = {"magic": b"ustar  \0", "major": bytes(8)}


def head(name, size=0, kind=b"0", link=b"", mode=b"0000644\0", uid=b"0000000\0", size_field=None, mtime=b"00000000001\0",
         magic=b"ustar\x0000", uname=b"", major=b"0000000\0", rest=b"", signed=False):
    size_field = b"%011o\0" % size if size_field is None else size_field
    fields = ((name, 100), (mode, 8), (uid, 8), (b"0000000\0", 8), (size_field, 12), (mtime, 12), (b" " * 8, 8), (kind, 1), (link, 100),
              (magic, 8), (uname, 32), (b"", 32), (major, 8), (major, 8), (rest, 167))
    block = b"".join(value.ljust(length, b"\0") for value, length in fields)
    assert len(block) == 512
    total = sum(byte - 256 if signed and byte > 127 else byte for byte in block)
    return block[:148] + b"%06o\0 " % total + block[156:]


def padded(data):
    return data + bytes(-len(data) % 512)


def entry(name=b"a", data=b"hello", **more):
    return head(name, len(data), **more) + padded(data)


def records(**values):
    body = b""
    for key, value in values.items():
        record = b" " + key.encode() + b"=" + value.encode() + b"\n"
        length = len(record)
        while len(b"%d" % length) + len(record) != length:
            length = len(b"%d" % length) + len(record)
        body += b"%d" % length + record
    return head(b"PaxHeaders/x", len(body), b"x") + padded(body)


def ended(*parts):
    return b"".join(parts) + entry(b"b", b"y") + bytes(1024)


def same_but(before=b"", field="", one=b"", two=b"", **more):
    """One entry, in which a field of the header is the one or the other."""
    return ended(before, entry(**{field: one}, **more)), ended(before, entry(**{field: two}, **more))


LIST_GNU, LIST_BSD, LIST_BUSYBOX, LIST_CPIO = ["tar", "tvf"], ["bsdtar", "tvf"], ["busybox", "tar", "tvf"], ["cpio", "-itv", "-F"]
LIST_PYTHON = [sys.executable, "-c", "import sys, tarfile; [print(m.name, oct(m.mode), m.uid, m.uname, m.size, m.type) for m in tarfile.open(sys.argv[1])]"]

taken("tar: a NUL before a mode", "tar", *same_but(field="mode", one=b"0000644\0", two=b"\0" + b"000644\0"), LIST_PYTHON, LIST_BSD, LIST_BUSYBOX)
taken("tar: a NUL before a size", "tar", *same_but(field="size_field", one=b"00000000005\0", two=b"\0" + b"0000000005\0"))
taken("tar: spaces for a size", "tar", *same_but(field="size_field", one=b"00000000000\0", two=b" " * 12, data=b""), LIST_GNU)
taken("tar: spaces for an owner", "tar", *same_but(field="uid", one=b"0000000\0", two=b" " * 8), LIST_GNU)
harmless("tar: NULs for an owner", "tar", *same_but(field="uid", one=b"0000000\0", two=bytes(8)))
harmless("tar: spaces before an owner", "tar", *same_but(field="uid", one=b"0000000\0", two=b"      0\0"))
taken("tar: a checksum of signed bytes", "tar", ended(entry("ä".encode())), ended(entry("ä".encode(), signed=True)), LIST_BUSYBOX, LIST_CPIO)
LONG = b"n" * 120
LONG_NAME = padded(LONG + b"\0") + entry(LONG[:100], **GNU)
taken("tar: a checksum of signed bytes before a long name", "tar", ended(head(b"\xe4", 121, b"L", **GNU), LONG_NAME), ended(head(b"\xe4", 121, b"L", signed=True, **GNU), LONG_NAME))
taken("tar: a NUL before the size of a long name", "tar", ended(head(b"././@LongLink", 121, b"L", **GNU), LONG_NAME),
      ended(head(b"././@LongLink", 121, b"L", size_field=b"\0" + b"0000000171\0", **GNU), LONG_NAME), LIST_BSD, LIST_BUSYBOX)
taken("tar: GNU's time of access, which others take for a directory", "tar", *same_but(field="rest", one=b"11111111111\0" * 2, two=b"11111111112\0" + b"11111111111\0", **GNU),
      LIST_PYTHON, LIST_BUSYBOX, LIST_CPIO)
STAR = b"11111111111\0" + bytes(8) + b"tar\0"
taken("tar: star's prefix that goes on in the time", "tar", *same_but(field="rest", one=b"p" * 131 + b"11111111111\0" + STAR, two=b"p" * 131 + b"22222222222\0" + STAR), LIST_GNU, LIST_PYTHON, LIST_BSD)
harmless("tar: star's times", "tar", *same_but(field="rest", one=b"p" * 130 + b"\0" + b"11111111111\0" + STAR, two=b"p" * 130 + b"\0" + b"22222222222\0" + STAR))
for kind in (b"1", b"2", b"5", b"6"):
    taken(f"tar: a size where none is, of type {kind.decode()}", "tar", *(ended(entry(), head(b"d", size, kind, b"a" if kind in b"12" else b"")) for size in (0, 512)),
          *([LIST_GNU] if kind == b"5" else []))
taken("tar: the size in the record alone", "tar", *same_but(records(size="5"), "size_field", b"00000000005\0", b"00000000000\0"), LIST_BUSYBOX)
taken("tar: the owner in the record alone", "tar", *same_but(records(uid="5"), "uid", b"0000005\0", b"0000000\0"), LIST_BUSYBOX)
harmless("tar: an owner that a header has no room for", "tar", *(ended(records(uid="2097152"), entry(uid=uid)) for uid in (b"\x80\0\0\0\0\x20\0\0", b"0000000\0")))
taken("tar: the beginning of a user's name", "tar", *same_but(records(uname="rooty"), "uname", b"rooty", b"root"), LIST_BUSYBOX)
taken("tar: the beginning of a name that there is room for", "tar", *same_but(records(path="abc"), "name", b"abc", b"a"), LIST_CPIO)
taken("tar: a NUL before a size that stands in a record, too", "tar", *same_but(records(size="5"), "size_field", b"00000000005\0", b"\0" + b"0000000005\0"), LIST_BUSYBOX)
taken("tar: a NUL before an owner that stands in a record, too", "tar", *same_but(records(uid="5"), "uid", b"0000005\0", b"\0" + b"000005\0"), LIST_BUSYBOX)
taken("tar: spaces for a size that stands in a record, too", "tar", *same_but(records(size="0"), "size_field", b"00000000000\0", b" " * 12, data=b""))
harmless("tar: how an owner is written that stands in a record, too", "tar", *same_but(records(uid="5"), "uid", b"0000005\0", b"\x80\0\0\0\0\0\0\5"))
taken("tar: a number with a plus sign", "tar", ended(records(uid="5"), entry(uid=b"0000005\0")), ended(records(uid="+5"), entry(uid=b"0000005\0")), LIST_GNU, LIST_BSD)
taken("tar: an absolute name", "tar", ended(entry()), ended(entry(b"/a")), LIST_PYTHON)
taken("tar: an absolute target of a hard link", "tar", ended(entry(), head(b"l", 0, b"1", b"a")), ended(entry(), head(b"l", 0, b"1", b"/a")))
harmless("tar: names with ./", "tar", ended(entry()), ended(entry(b"./a")))


def sealed(text, time):
    """A file, of whose content libarchive's way to write attributes has a checksum."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as file:
        info = tarfile.TarInfo("a")
        info.size, info.mtime, info.pax_headers = len(text), time, {"LIBARCHIVE.xattr.security.ima": "BASE64"}
        file.addfile(info, io.BytesIO(text))
    return out.getvalue()


taken("tar: what an attribute in libarchive's form has a checksum of", "tar", *(sealed(bytes([31, 139, 8, 0, time, 0, 0, 0, 0, 255, 3, 0] + 8 * [0]), 1) for time in (1, 2)))


# ---- zip (APPNOTE.TXT) ----

LINK = 0o120777 << 16


def member(name=b"a", content=b"x" * 50, method=8, mode=0o100644 << 16, needed=20, local=b""):
    packer = zlib.compressobj(wbits=-15)
    stored = packer.compress(content) + packer.flush() if method else content
    common = struct.pack("<HHHHHIII", needed, 0, method, 0, 0x5721, zlib.crc32(content), len(stored), len(content)) + struct.pack("<H", len(name))
    return b"PK\3\4" + common + struct.pack("<H", len(local)) + name + local + stored, b"PK\1\2\x1e\3" + common + bytes(8) + struct.pack("<I", mode), name


def zipped(*members, places=None, needed=None):
    """places: in which order they lie in the file; needed: the version in an end for large archives."""
    out, at = b"", {}
    for i in places or range(len(members)):
        at[i] = len(out)
        out += members[i][0]
    start, n = len(out), len(members)
    for i, (_, record, name) in enumerate(members):
        out += record + struct.pack("<I", at[i]) + name
    size = len(out) - start
    if needed:
        out += b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, needed, 0, 0, n, n, size, start) + b"PK\6\7" + struct.pack("<IQI", 0, len(out), 1)
    return out + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, n, n, size, start, 0)


UNZIP = ["unzip", "-p"]
TWO = member(), member(b"b", b"y" * 60)
DEX = b"dex\n035\0" + bytes(100)
taken("zip: a version that unzip does not know", "zip", zipped(member()), zipped(member(needed=51)), UNZIP)
harmless("zip: a version that unzip knows", "zip", zipped(member()), zipped(member(needed=46)))
taken("zip: a version of the end", "zip", zipped(member(), needed=45), zipped(member(), needed=63))
taken("zip: a link that is compressed", "zip", zipped(member(b"l", b"target", 0, LINK)), zipped(member(b"l", b"target", 8, LINK)))
taken("zip: members in another order than the directory", "zip", zipped(*TWO), zipped(*TWO, places=(1, 0)), ["bsdtar", "tf", "-"])
BELOW = member(b"d", b"/etc", 0, LINK), member(b"d/x")
taken("zip: a link behind what lies below it", "zip", zipped(*BELOW), zipped(*BELOW, places=(1, 0)))
PLACES = [zipped(member(b"a", b"x" * 8, method), member(b"classes.dex", DEX, 0)) for method in (0, 8)]
assert sorted(bool(place.index(DEX) % 4) for place in PLACES) == [False, True]
taken("zip: Android's code, aligned", "apk", *PLACES)


# ---- cpio (cpio(5); Linux, init/initramfs.c, lib/earlycpio.c), ar (ar(5)) ----

INTEL, AMD = (f"kernel/x86/microcode/{maker}.bin" for maker in ("GenuineIntel", "AuthenticAMD"))


def copied(*members):
    out = b""
    for name, content, inode, minor in (*members, ("TRAILER!!!", b"", 0, 0)):
        numbers = inode, 0o100644 if minor else 0, 0, 0, 1 + (minor > 0 and len(members) > 1), 0, len(content), 0, minor, 0, 0, len(name) + 1, 0
        out += b"070701" + b"".join(b"%08X" % number for number in numbers) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return out


CODE = b"code" * 8
FIRST, SECOND = copied(("a", b"x", 1, 1)), copied((INTEL, CODE, 1, 1))
taken("cpio: which name of a file that is loaded early has its content", "cpio", copied((INTEL, CODE, 1, 1), (AMD, b"", 1, 1)), copied((INTEL, b"", 1, 1), (AMD, CODE, 1, 1)))
harmless("cpio: which name of a file has its content", "cpio", copied(("a", CODE, 1, 1), ("b", b"", 1, 1)), copied(("a", b"", 1, 1), ("b", CODE, 1, 1)))
taken("cpio: where a second archive puts what is loaded early", "cpio", FIRST + bytes(4) + SECOND, FIRST + bytes(8) + SECOND)
harmless("cpio: the same at a multiple of 16", "cpio", FIRST + bytes(4) + SECOND, FIRST + bytes(20) + SECOND)
taken("cpio: an inode of two devices", "cpio", copied(("a", b"", 5, 1), ("b", CODE, 5, 2)), copied(("a", b"", 6, 1), ("b", CODE, 5, 2)))
taken("cpio: an absolute name", "cpio", copied(("a", b"x", 1, 1)), copied(("/a", b"x", 1, 1)), ["cpio", "-it", "-F"])

OBJECT = b"\x7fELF\0object"


def archived(*members):
    out = b"!<arch>\n"
    for name, content in members:
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 1, 0, 0, 0o100644, len(content)) + content + b"\n" * (len(content) % 2)
    return out


SYMBOLS = b"/", struct.pack(">II", 1, 8 + 60 + 10 + 60 + 12) + b"f\0"
taken("ar: NULs behind a name, which move what the symbol table leads to", "a", archived(SYMBOLS, (b"#1/4", b"x.o\0" + OBJECT[:8]), (b"y.o/", OBJECT)),
      archived(SYMBOLS, (b"#1/8", b"x.o" + bytes(5) + OBJECT[:8]), (b"y.o/", OBJECT)))


def check_seen():
    failed = 0
    for what, one, two, command in SEEN:
        if not shutil.which(command[0]):
            continue
        said = []
        with tempfile.TemporaryDirectory() as directory:
            for content in (one, two):
                path = os.path.join(directory, "archive")
                with open(path, "wb") as out:
                    out.write(content)
                words = command if command[-1] == "-" else [*command, path]
                said.append(subprocess.run(words, input=content, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout)
        if said[0] == said[1]:
            print(f"{what}: {command[0]} says the same of both")
            failed += 1
    return failed


sys.exit(main() + check_seen() > 0)
