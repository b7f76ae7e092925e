#!/usr/bin/env python3
"""Changes that somebody hides where formats have room for them: hidden.py DIFFOCI

Each case is a file, and the same written at another time with something more in it. None of them may be equal inside; each file
written at another time and nothing more has to be."""
import bz2
import gzip
import io
import lzma
import marshal
import struct
import sys
import tarfile
import warnings
import zipfile
import zlib

from cases import harmless, hidden, main, page
from pipe import Pipe


# ---- zip (APPNOTE.TXT) ----

def zipped(more=(), year=2023, comment=b"", attributes=0o644 << 16, system=3, extra=b"", member_comment=b""):
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as file:
        warnings.simplefilter("ignore")  # a name that stands twice is what we want
        for name, content, method in [("a", "x" * 50, zipfile.ZIP_DEFLATED), ("b", "y", zipfile.ZIP_STORED), *more]:
            info = zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr, info.create_system = method, attributes, system
            info.extra, info.comment = extra, member_comment
            file.writestr(info, content)
        file.comment = comment
    return out.getvalue()


def with_byte(content, at, value):
    return content[:at] + bytes([value]) + content[at + 1:]


def with_gap(content):
    """Four bytes before the directory, which the record at the end takes into account."""
    at, end = content.index(b"PK\1\2"), content.rindex(b"PK\5\6")
    place = struct.pack("<I", struct.unpack_from("<I", content, end + 16)[0] + 4)
    return content[:at] + b"GAP!" + content[at:end + 16] + place + content[end + 20:]


ZIP, LATER = zipped(), zipped(year=2024)
harmless("zip: time", "zip", ZIP, LATER)
hidden("zip: comment", "zip", ZIP, zipped(year=2024, comment=b"c"))
hidden("zip: behind the end", "zip", ZIP, LATER + b"evil")
hidden("zip: zeros behind the end", "zip", ZIP, LATER + bytes(4))
hidden("zip: before the first member", "zip", ZIP, b"#!/bin/sh\nevil\n" + LATER)
hidden("zip: mode", "zip", ZIP, zipped(year=2024, attributes=0o4755 << 16))
hidden("zip: system", "zip", ZIP, zipped(year=2024, system=0))
hidden("zip: unknown extra field", "zip", ZIP, zipped(year=2024, extra=struct.pack("<HH2s", 0xcafe, 2, b"hi")))
hidden("zip: owner", "zip", ZIP, zipped(year=2024, extra=struct.pack("<HHBBIBI", 0x7875, 11, 1, 4, 0, 4, 0)))
hidden("zip: time with unknown flags", "zip", ZIP, zipped(year=2024, extra=struct.pack("<HHBI", 0x5455, 5, 0x81, 1)))
hidden("zip: member's comment", "zip", ZIP, zipped(year=2024, member_comment=b"c"))
hidden("zip: two members of one name", "zip", ZIP, zipped([("a", "evil", zipfile.ZIP_DEFLATED)], year=2024))
hidden("zip: gap", "zip", ZIP, with_gap(LATER))
hidden("zip: another name in the local header", "zip", ZIP, with_byte(LATER, 30, ord("c")))
hidden("zip: another method in the local header", "zip", ZIP, with_byte(LATER, 8, 0))
hidden("zip: flags in the local header", "zip", ZIP, with_byte(LATER, 6, 1))
hidden("zip: a later version is needed", "zip", ZIP, with_byte(LATER, LATER.index(b"PK\1\2") + 6, 99))
hidden("zip: another system is needed", "zip", ZIP, with_byte(LATER, LATER.index(b"PK\1\2") + 7, 3))
hidden("zip: a later version is needed, says the local header", "zip", ZIP, with_byte(LATER, 4, 99))
harmless("zip: another version is needed", "zip", ZIP, with_byte(with_byte(LATER, 4, 45), LATER.index(b"PK\1\2") + 6, 45))


def piped(method):
    """Written to what cannot be gone back in: sizes stand behind the contents."""
    out = Pipe()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in (("a", "x" * 50), ("b", "y")):
            info = zipfile.ZipInfo(name, (2023, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = method, 0o644 << 16
            with file.open(info, "w") as member:
                member.write(content.encode())
    return out.data


harmless("zip: sizes behind what is deflated", "zip", ZIP, piped(zipfile.ZIP_DEFLATED))
hidden("zip: sizes behind what is stored", "zip", ZIP, piped(zipfile.ZIP_STORED))


def with_sizes_behind(size="<I", long=False, content=b"x" * 50, method=8, name=b"a"):
    """One member, and behind it what java.util.zip.ZipInputStream and libarchive read from a pipe."""
    packer = zlib.compressobj(wbits=-15)
    stored = packer.compress(content) + packer.flush() if method else content
    sizes = zlib.crc32(content), len(stored), len(content)
    local_sizes, field = ((0xffffffff,) * 2, struct.pack("<HHQQ", 1, 16, 0, 0)) if long else ((0, 0), b"")
    common = struct.pack("<HHHH", 8, method, 0, 0x5721)
    out = b"PK\3\4" + struct.pack("<H", 45) + common + struct.pack("<IIIHH", 0, *local_sizes, len(name), len(field)) + name + field + stored
    out += b"PK\7\10" + struct.pack("<I", sizes[0]) + b"".join(struct.pack(size, number) for number in sizes[1:])
    record = b"PK\1\2" + struct.pack("<HH", 0x31e, 45) + common + struct.pack("<IIIHHHHHII", *sizes, len(name), 0, 0, 0, 0, 0o100644 << 16, 0) + name
    return out + record + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(record), len(out), 0)


def without_sizes_behind(content=b"", method=0, name=b"a", field=b"", local=b""):
    sizes = struct.pack("<III", zlib.crc32(content), len(content), len(content))
    common = struct.pack("<HHHH", 0, method, 0, 0x5721)
    out = b"PK\3\4" + struct.pack("<H", 45) + common + sizes + struct.pack("<HH", len(name), len(local)) + name + local + content
    record = b"PK\1\2" + struct.pack("<HH", 0x31e, 45) + common + sizes + struct.pack("<HHHHHII", len(name), len(field), 0, 0, 0, 0o100644 << 16, 0) + name + field
    return out + record + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(record), len(out), 0)


hidden("zip: sizes of 8 bytes behind a member, which Java's stream takes for 4", "zip", with_sizes_behind(), with_sizes_behind("<Q"))
hidden("zip: the same, as the header says", "zip", with_sizes_behind(), with_sizes_behind("<Q", long=True))
hidden("zip: sizes of 4 bytes where the header says 8", "zip", with_sizes_behind("<Q", long=True), with_sizes_behind(long=True))
hidden("zip: sizes behind an empty member, which Java's stream does not take", "zip", without_sizes_behind(), with_sizes_behind(content=b"", method=0))
EPUB = without_sizes_behind(b"application/epub+zip", name=b"mimetype")
hidden("epub: a field before the type, which then does not stand at byte 38", "epub", EPUB, without_sizes_behind(b"application/epub+zip", name=b"mimetype", local=struct.pack("<HHBI", 0x5455, 5, 1, 9)))
hidden("zip: an empty zip64 field", "zip", without_sizes_behind(), without_sizes_behind(field=struct.pack("<HH", 1, 0)))
hidden("zip: in the zip in the zip", "war", zipped([("a.jar", ZIP, zipfile.ZIP_DEFLATED)]), zipped([("a.jar", LATER + b"e", zipfile.ZIP_DEFLATED)]))


# ---- tar (POSIX pax) ----

def tarred(more=(), time=1, form=tarfile.USTAR_FORMAT, first="a", pax=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as file:
        for name, content in [(first, b"x" * 700), ("b", b"y"), *more]:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.pax_headers = len(content), time, pax or {}
            file.addfile(info, io.BytesIO(content))
    return out.getvalue()


def with_header_byte(content, at):
    content = bytearray(with_byte(content, at, ord("A")))
    total = sum(content[:148]) + 8 * ord(" ") + sum(content[156:512])
    content[148:156] = b"%06o\0 " % total
    return bytes(content)


TAR = tarred()
harmless("tar: time, format", "tar", TAR, tarred(time=2, form=tarfile.GNU_FORMAT))
hidden("tar: behind the end", "tar", TAR, tarred(time=2) + b"evil")
hidden("tar: an archive behind the end", "tar", TAR, tarred(time=2) + tarred([("evil", b"e")]))
hidden("tar: two members of one name", "tar", TAR, tarred([("a", b"evil")], time=2))
hidden("tar: attribute", "tar", TAR, tarred(time=2, form=tarfile.PAX_FORMAT, pax={"SCHILY.xattr.security.capability": "x"}))
hidden("tar: comment", "tar", TAR, tarred(time=2, form=tarfile.PAX_FORMAT, pax={"comment": "evil"}))
hidden("tar: unknown record", "tar", TAR, tarred(time=2, form=tarfile.PAX_FORMAT, pax={"EVIL.x": "evil"}))
hidden("tar: padding", "tar", TAR, with_byte(tarred(time=2), 512 + 703, ord("A")))
hidden("tar: unused part of a header", "tar", TAR, with_header_byte(tarred(time=2), 505))
hidden("tar: behind a name's end", "tar", TAR, with_header_byte(tarred(time=2), 50))
hidden("tar: a name with a slash behind", "tar", TAR, tarred(time=2, first="a/"))


def replaced(name="a" * 120, link=None, field=None, at=0):
    """A name that stands in an extended header; another text in the place of the beginning of it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as file:
        info = tarfile.TarInfo(name)
        if link:
            info.type, info.linkname = tarfile.SYMTYPE, link
        else:
            info.size = 1
        info.pax_headers = {"uid": "7", "uname": "joe"}
        file.addfile(info, io.BytesIO(b"x"))
    content = bytearray(out.getvalue())
    if field is not None:
        header = 1024
        content[header + at:header + at + len(field)] = field
        total = sum(content[header:header + 148]) + 8 * ord(" ") + sum(content[header + 156:header + 512])
        content[header + 148:header + 156] = b"%06o\0 " % total
    return bytes(content)


LONG = replaced()
harmless("tar: a long name, cut elsewhere", "tar", LONG, replaced(field=bytes(40), at=60))
hidden("tar: a long name, and another one in the header", "tar", LONG, replaced(field=b"etc/passwd\0"))
hidden("tar: a long name, and a prefix in the header", "tar", LONG, replaced(field=b"etc", at=345))
for key in ("path", "uname", "size"):  # to POSIX the header counts, to GNU tar and Python the emptiness
    hidden(f"tar: an empty {key}", "tar", TAR, tarred(time=2, form=tarfile.PAX_FORMAT, pax={key: ""}))
hidden("tar: a replaced owner, and another one in the header", "tar", LONG, replaced(field=b"0000005\0", at=108))
hidden("tar: a replaced user, and another one in the header", "tar", LONG, replaced(field=b"eve", at=265))
hidden("tar: a long target, and another one in the header", "tar", replaced(link="b" * 120), replaced(link="b" * 120, field=b"/etc/shadow\0", at=157))


# ---- compression ----

TEXT = b"hello" * 20


def gzipped(time, content=TEXT, flags=0, more=b""):
    made = gzip.compress(content, mtime=time)
    return made[:3] + bytes([flags]) + made[4:10] + more + made[10:]


GZIP, SKIPPED = gzipped(1), struct.pack("<II", 0x184D2A50, 4) + b"evil"
harmless("gzip: time", "gz", GZIP, gzipped(2))
hidden("gzip: extra field", "gz", GZIP, gzipped(2, flags=4, more=b"\6\0XX\2\0hi"))
hidden("gzip: comment", "gz", GZIP, gzipped(2, flags=16, more=b"evil\0"))
hidden("gzip: unknown flag", "gz", GZIP, gzipped(2, flags=0x20))
hidden("gzip: behind the end", "gz", GZIP, gzipped(2) + b"evil")
hidden("gzip: a zero behind the end", "gz", GZIP, gzipped(2) + b"\0")
hidden("gzip: another member", "gz", GZIP, gzipped(2) + gzipped(2, b"evil"))
hidden("gzip: in the gzip in the gzip", "gz", gzipped(1, GZIP), gzipped(2, gzipped(2) + b"e"))
hidden("gzip: in two members", "gz", GZIP, gzipped(2, TEXT[:50]) + gzipped(2, TEXT[50:]))
hidden("gzip: an empty member", "gz", GZIP, gzipped(2) + gzipped(2, b""))
HEADER_SUM = struct.pack("<H", zlib.crc32(gzipped(2, flags=2)[:10]) & 0xffff)
hidden("gzip: a checksum of the header", "gz", GZIP, gzipped(2, flags=2, more=HEADER_SUM))
hidden("xz: in two streams", "xz", lzma.compress(TEXT), lzma.compress(TEXT[:50]) + lzma.compress(TEXT[50:]))
hidden("bzip2: in two streams", "bz2", bz2.compress(TEXT), bz2.compress(TEXT[:50]) + bz2.compress(TEXT[50:]))
harmless("xz: level", "xz", lzma.compress(TEXT), lzma.compress(TEXT, preset=1))
harmless("xz: level 9", "xz", lzma.compress(TEXT), lzma.compress(TEXT, preset=9))
hidden("xz: dictionary", "xz", lzma.compress(TEXT), lzma.compress(TEXT, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 65 << 20}]))
hidden("xz: check", "xz", lzma.compress(TEXT), lzma.compress(TEXT, check=lzma.CHECK_CRC32))
hidden("xz: behind the end", "xz", lzma.compress(TEXT), lzma.compress(TEXT, preset=1) + b"evil")
hidden("xz: padding of three", "xz", lzma.compress(TEXT), lzma.compress(TEXT, preset=1) + bytes(3))
hidden("xz: another stream", "xz", lzma.compress(TEXT), lzma.compress(TEXT) + lzma.compress(b"e"))
harmless("bzip2: level", "bz2", bz2.compress(TEXT), bz2.compress(TEXT, 1))
hidden("bzip2: behind the end", "bz2", bz2.compress(TEXT), bz2.compress(TEXT, 1) + b"e")
hidden("bzip2: another stream", "bz2", bz2.compress(TEXT), bz2.compress(TEXT, 1) + bz2.compress(b"e"))


for kind, suffix, pack in (("gzip", "gz", lambda data, level: gzip.compress(data, level, mtime=level)), ("bzip2", "bz2", bz2.compress),
                           ("xz", "xz", lambda data, level: lzma.compress(data, preset=level))):
    hidden(f"{kind}: the first of two parts ends elsewhere", suffix, pack(TEXT * 9, 1) + pack(TEXT * 8, 1), pack(TEXT * 8, 1) + pack(TEXT * 9, 1))
    harmless(f"{kind}: two parts, packed in another way", suffix, pack(TEXT * 9, 1) + pack(TEXT * 8, 1), pack(TEXT * 9, 9) + pack(TEXT * 8, 9))


# ---- ar, cpio ----

def archived(more=(), time=1, filler=b"\n"):
    out = b"!<arch>\n"
    for name, content in [("a.o", b"x"), ("b.o", b"yy"), *more]:
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode() + b"/", time, 0, 0, 0o100644, len(content)) + content
        out += filler * (len(content) % 2)
    return out


def copied(more=(), time=1, inode=1, mode=0o100644, trailer=0, kind=b"070701"):
    out = b""
    members = [("a", b"x", mode, time), ("b", b"y", 0o100644, time), *((*one, time) for one in more), ("TRAILER!!!", b"", 0, trailer)]
    for i, (name, content, bits, changed) in enumerate(members):
        numbers = (inode + i, bits, 0, 0, 1, changed, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        numbers = (*numbers[:12], sum(content) if kind == b"070702" else 0)
        out += kind + b"".join(b"%08X" % number for number in numbers) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return out


def copied_odc():
    out = b""
    for name, content, bits, changed in (("a", b"x", 0o100644, 1), ("b", b"y", 0o100644, 1), ("TRAILER!!!", b"", 0, 0)):
        out += b"070707%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o" % (0, 1, bits, 0, 0, 1, 0, changed, len(name) + 1, len(content))
        out += name.encode() + b"\0" + content
    return out


harmless("ar: time", "a", archived(), archived(time=2))
hidden("ar: behind the end", "a", archived(), archived(time=2) + b"evil")
hidden("ar: filler", "a", archived(), archived(time=2, filler=b"e"))
hidden("ar: two members of one name", "a", archived(), archived([("a.o", b"e")], time=2))
harmless("cpio: time, inodes", "cpio", copied(), copied(time=2, inode=9))
hidden("cpio: behind the end", "cpio", copied(), copied(time=2) + b"evil")
hidden("cpio: two members of one name", "cpio", copied(), copied([("a", b"e", 0o100644)], time=2))
hidden("cpio: another archive", "cpio", copied(), copied(time=2) + bytes(4) + copied([("e", b"x", 0o100644)]))
hidden("cpio: with checksums", "cpio", copied(), copied(kind=b"070702"))
hidden("cpio: odc", "cpio", copied(), copied_odc())
hidden("cpio: two kinds", "cpio", copied(), copied()[:116] + copied(kind=b"070702")[116:])
hidden("cpio: another archive, off its place", "cpio", copied() + copied([("e", b"x", 0o100644)]), copied(time=2) + bytes(2) + copied([("e", b"x", 0o100644)], time=2))
harmless("cpio: another archive, at another place", "cpio", copied() + copied([("e", b"x", 0o100644)]), copied(time=2) + bytes(8) + copied([("e", b"x", 0o100644)], time=2))
hidden("cpio: mode", "cpio", copied(), copied(time=2, mode=0o104755))
FOLDER, IN_IT = ("d", b"", 0o40755), ("d/x", b"x", 0o100644)
hidden("cpio: a file before its directory, which Linux leaves out", "cpio", copied([FOLDER, IN_IT]), copied([IN_IT, FOLDER], time=2))
harmless("cpio: directories in another order", "cpio", copied([FOLDER, ("e", b"", 0o40755)]), copied([("e", b"", 0o40755), FOLDER], time=2))
harmless("cpio: files before their directory in both", "cpio", copied([("d/y", b"x", 0o100644), IN_IT, FOLDER]), copied([IN_IT, ("d/y", b"x", 0o100644), FOLDER], time=2))
hidden("cpio: time of the end", "cpio", copied(), copied(trailer=2))


# ---- .pyc, PNG ----

def compiled(time, flags=0):
    return b"\xa7\r\r\n" + struct.pack("<III", flags, time, 10) + marshal.dumps(compile("x = 1", "m", "exec"))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(*more, pixels=zlib.compress(b"\0\1")):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + b"".join(chunk(*one) for one in more)
            + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def dated(text, kind=b"tEXt"):
    return picture((kind, b"date:create\0" + text))


harmless("pyc: time", "pyc", compiled(1), compiled(2))
hidden("pyc: behind the code", "pyc", compiled(1), compiled(2) + b"evil")
hidden("pyc: checked hash", "pyc", compiled(1, 3), compiled(2, 3))
hidden("pyc: unchecked hash", "pyc", compiled(1, 1), compiled(2, 1))
harmless("PNG: date", "png", dated(b"2026-11-28T14:15:05+00:00"), dated(b"Sat Nov 28 14:15:06 UTC 2026"))
hidden("PNG: a text that is no date", "png", dated(b"2026-11-28"), dated(b"2026-11-28 evil"))
hidden("PNG: numbers that are no date", "png", dated(b"2026-11-28"), dated(b"0123456789" * 4))
hidden("PNG: compressed date", "png", dated(b"\0" + zlib.compress(b"2026"), b"zTXt"), dated(b"\0" + zlib.compress(b"2027"), b"zTXt"))
hidden("PNG: date with a language", "png", dated(b"\0\0\0\0" + b"2026", b"iTXt"), dated(b"\0\0evil\0\0" + b"2026", b"iTXt"))
hidden("PNG: comment", "png", picture(), picture((b"tEXt", b"Comment\0evil")))
hidden("PNG: unknown chunk", "png", picture(), picture((b"evIl", b"x")))
hidden("PNG: behind the end", "png", picture((b"tIME", b"1234567")), picture((b"tIME", b"7654321")) + b"evil")
hidden("PNG: behind the pixels", "png", picture(), picture(pixels=zlib.compress(b"\0\1") + b"evil"))


# ---- what a container would do, in and out of archives ----

POSTINST = b"#!/bin/sh\nset -e\nexit 0\n"


def deb(time, script=POSTINST, version=b"2.0\n", link="/usr/bin/x", mode=0o644):
    def part(*members):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as file:
            for name, content, target, bits in members:
                info = tarfile.TarInfo(name)
                info.size, info.mtime, info.mode = len(content), time, bits
                if target:
                    info.type, info.linkname = tarfile.SYMTYPE, target
                file.addfile(info, io.BytesIO(content))
        return gzip.compress(out.getvalue(), mtime=time)
    out = b"!<arch>\n"
    for name, content in (("debian-binary", version), ("control.tar.gz", part(("./postinst", script, "", 0o755))),
                          ("data.tar.gz", part(("./x", b"x", "", mode), ("./l", b"", link, 0o777)))):
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode(), time, 0, 0, 0o100644, len(content)) + content + b"\n" * (len(content) % 2)
    return out


def jar(time, members=(), link=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in (("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\n\r\n"), ("a/B.class", b"\xca\xfe\xba\xbe"), *members):
            file.writestr(zipfile.ZipInfo(name, (time, 1, 1, 0, 0, 0)), content)
        if link:
            info = zipfile.ZipInfo("l", (time, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o120777 << 16
            file.writestr(info, link)
    return out.getvalue()


def nodes(time, **more):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for name in ("a", "b", "n"):
            info = tarfile.TarInfo(name)
            info.mtime = time
            if name == "n":
                info.type, info.devmajor, info.devminor = more.get("type", tarfile.CHRTYPE), 1, more.get("minor", 3)
            elif name == "b":
                info.type, info.linkname = tarfile.LNKTYPE, more.get("link", "a")
            info.uname = more.get("owner", "root")
            info.mode = more.get("mode", 0o644)
            file.addfile(info)
    return out.getvalue()


def messages(date, header=b"", text=b"ja"):
    pairs = ((b"", b"POT-Creation-Date: " + date + b"\nContent-Type: text/plain; charset=UTF-8\n" + header), (b"yes", text))
    at = 28 + 16 * len(pairs)
    tables, strings = [b"", b""], b""
    for side in range(2):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), at + len(strings))
            strings += pair[side] + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0) + b"".join(tables) + strings


D1, D2 = b"D:20231101000000Z", b"D:20231102000000Z"
M1, M2 = b"2023-11-01 00:00+0000", b"2023-11-02 00:00+0000"
harmless("deb: times", "deb", deb(1), deb(2))
hidden("deb: script", "deb", deb(1), deb(2, POSTINST.replace(b"set -e", b"set -x")))
hidden("deb: format's version", "deb", deb(1), deb(2, version=b"2.1\n"))
hidden("deb: link", "deb", deb(1), deb(2, link="/tmp/x"))
hidden("deb: mode", "deb", deb(1), deb(2, mode=0o4755))
harmless("jar: times", "jar", jar(2020), jar(2021))
hidden("jar: signature's file", "jar", jar(2020, [("META-INF/X.SF", b"a")]), jar(2021, [("META-INF/X.SF", b"b")]))
hidden("jar: class of a later version", "jar", jar(2020), jar(2021, [("META-INF/versions/21/a/B.class", b"\xca\xfe")]))
hidden("jar: jar in the jar", "jar", jar(2020, [("WEB-INF/lib/a.jar", jar(2020))]), jar(2021, [("WEB-INF/lib/a.jar", jar(2021, [("e", b"")]))]))
hidden("jar: service", "jar", jar(2020, [("META-INF/services/x", b"a.B")]), jar(2021, [("META-INF/services/x", b"a.C")]))
hidden("jar: link", "jar", jar(2020, link="a/B.class"), jar(2021, link="/etc/pw"))
harmless("nodes: times", "tar", nodes(1), nodes(2))
hidden("nodes: number", "tar", nodes(1), nodes(2, minor=8))
hidden("nodes: type", "tar", nodes(1), nodes(2, type=tarfile.BLKTYPE))
hidden("nodes: hard link", "tar", nodes(1), nodes(2, link="n"))
hidden("nodes: set-user-ID", "tar", nodes(1), nodes(2, mode=0o4644))
harmless("mo: date", "mo", messages(M1), messages(M2))
hidden("mo: text", "mo", messages(M1), messages(M2, text=b"no"))
hidden("mo: header", "mo", messages(M1, b"X-A: 1\n"), messages(M2, b"X-A: 2\n"))
hidden("mo: a date that is none", "mo", messages(M1), messages(b"2023-11-02; rm -rf /x"))
hidden("mo: behind the end", "mo", messages(M1), messages(M2) + b"evil")
harmless("pdf: date", "pdf", page(D1), page(D2))
hidden("pdf: script", "pdf", page(D1), page(D2, b"/OpenAction<</S/JavaScript/JS(app.alert())>>"))
hidden("pdf: another key", "pdf", page(D1, info=b"/Subject"), page(D2, info=b"/Subject"))
hidden("pdf: a date that is none", "pdf", page(D1), page(b"D:2023 evil"))
hidden("pdf: behind the end", "pdf", page(D1), page(D2) + b"evil")
hidden("pdf: a later version of it", "pdf", page(D1), page(D2) + page(D2))
hidden("text: date that a script asks", "sh", b"#!/bin/sh\n[ $(date +%F) = 2023-11-01 ]\n", b"#!/bin/sh\n[ $(date +%F) = 2023-11-02 ]\n")
hidden("text: a path that is run", "conf", b"exec = /usr/bin/x\n", b"exec = /home/ci/x\n")
hidden("JSON: a number", "json", b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1.0}')
hidden("JSON: a key twice", "json", b'{"a": 1, "b": 2}', b'{"b": 2, "a": 1, "a": 1}')
hidden("XML: order", "xml", b"<a><b>1</b><c/></a>", b"<a><c/><b>1</b></a>")
hidden("properties: a value", "properties", b"#Wed Nov 01 2023\na=1\n", b"#Thu Nov 02 2023\na=2\n")

sys.exit(main())
