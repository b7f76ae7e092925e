#!/usr/bin/env python3
"""The same members in other places, to which some programs come to other things: places.py DIFFOCI

What each program does stands beside the case; it was tried with the real one, or read in its source where that is said."""
import gzip
import io
import lzma
import bz2
import struct
import subprocess
import sys
import tarfile
import zipfile

from cases import harmless, hidden, main


# ---- pieces of compressed files ----

def tarred(*members, time=1, form=tarfile.USTAR_FORMAT, end=True):
    """Members are names, pairs (name, content), or tarfile.TarInfo's."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as file:
        for member in members:
            name, content = member if isinstance(member, tuple) else (member, b"x")
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            if info.isreg():
                info.size = len(content)
            info.mtime = time
            file.addfile(info, io.BytesIO(content))
        length = out.tell()
    return out.getvalue() if end else out.getvalue()[:length]


def zstd(data, level=1):
    return subprocess.run(["zstd", "-c", f"-{level}"], input=data, stdout=subprocess.PIPE, check=True).stdout


def lz4(data, level=1):
    return subprocess.run(["lz4", "-c", f"-{level}"], input=data, stdout=subprocess.PIPE, check=True, stderr=subprocess.DEVNULL).stdout


PACKERS = {
    "gz": lambda data, level: gzip.compress(data, level, mtime=level),
    "bz2": bz2.compress,
    "xz": lambda data, level: lzma.compress(data, preset=level),
    "zst": zstd,
    "lz4": lz4,
}


def pieces(pack, level, *parts):
    return b"".join(pack(part, level) for part in parts)


# Alpine's packages: what stands in the first member is a signature, in the second what installs, in the third what is installed
# (apk-package(5)). All names are of one length, and so are all pieces.
for suffix, pack in PACKERS.items():
    one = [tarred("a", end=False), tarred("b", end=False), tarred("c")]
    two = [tarred("b", end=False), tarred("a", end=False), tarred("c")]
    later = [tarred("a", end=False, time=2), tarred("b", end=False, time=2), tarred("c", time=2)]
    hidden(f"{suffix}: members of a tar that are in another piece", f"tar.{suffix}", pieces(pack, 1, *one), pieces(pack, 2, *two))
    harmless(f"{suffix}: the same pieces, written later", f"tar.{suffix}", pieces(pack, 1, *one), pieces(pack, 2, *later))
    one, two = [tarred("a", "b", end=False), tarred("c")], [tarred("b", "a", end=False), tarred("c")]
    harmless(f"{suffix}: another order in a piece", f"tar.{suffix}", pieces(pack, 1, *one), pieces(pack, 2, *two))

APK = [tarred(".SIGN.RSA.x", end=False), tarred(".PKGINFO", ".post-install", end=False), tarred("etc/x")]
hidden("apk: a script that is data", "apk", pieces(PACKERS["gz"], 1, *APK),
       pieces(PACKERS["gz"], 2, APK[0], tarred(".PKGINFO", "etc/x", end=False), tarred(".post-install")))
hidden("apk: a script that is a file, by its name", "apk", pieces(PACKERS["gz"], 1, *APK),
       pieces(PACKERS["gz"], 2, APK[0], tarred(".PKGINFO", "./.post-install", end=False), APK[2]))
ARCH = tarred(".PKGINFO", ".INSTALL", "usr/x")
hidden("pkg.tar: the script where pacman has stopped looking", "tar", ARCH, tarred(".PKGINFO", "usr/x", ".INSTALL", time=2))
hidden("gem: the description under another name", "gem", tarred("metadata.gz", "data.tar.gz"), tarred("./metadata.gz", "data.tar.gz", time=2))


# ---- cpio ----

def copied(*members, time=1, pad=True):
    """Names, or (name, content, mode, inode, links)."""
    out = b""
    for i, member in enumerate([*members, ("TRAILER!!!", b"", 0, 0, 1)]):
        name, content, mode, inode, links = member if isinstance(member, tuple) else (member, b"x", 0o100644, 9 + i, 1)
        numbers = (inode, mode, 0, 0, links, time if name != "TRAILER!!!" else 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        out += b"070701" + b"".join(b"%08X" % number for number in numbers) + name.encode() + b"\0"
        if name == "TRAILER!!!" and not pad:
            return out
        out += bytes(-len(out) % 4) + content
        out += bytes(-len(out) % 4)
    return out


UCODE, OTHER = "kernel/x86/microcode/GenuineIntel.bin", "kernel/x86/microcode/AuthenticAMD.bin"
# lib/earlycpio.c, find_cpio_data: the first of this name, compared with memcmp.
hidden("initrd: microcode whose name Linux does not find", "img", copied(UCODE) + copied("init"), copied("./" + UCODE, time=2) + copied("init"))
hidden("initrd: files that are loaded early, in another order", "img", copied("kernel/firmware/acpi/a", "kernel/firmware/acpi/b"),
       copied("kernel/firmware/acpi/b", "kernel/firmware/acpi/a", time=2))
hidden("initrd: microcode in the second archive", "img", copied(UCODE) + copied(OTHER), copied(OTHER, time=2) + copied(UCODE))
hidden("initrd: microcode in what is compressed", "img", copied(UCODE) + gzip.compress(copied("i")), copied("i", time=2) + gzip.compress(copied(UCODE)))
harmless("initrd: microcode, later", "img", copied(UCODE) + gzip.compress(copied("i")), copied(UCODE, time=2) + gzip.compress(copied("i", time=2)))
for suffix, pack in PACKERS.items():
    one, two = [copied("a") + copied("b"), copied("c")], [copied("a") + copied("c"), copied("b")]
    hidden(f"initrd: a member in another piece ({suffix})", suffix, pieces(pack, 1, *one), pieces(pack, 2, *two))
hidden("cpio: no zeros behind the end, of which GNU cpio says that it is premature", "cpio", copied("a"), copied("a", time=2, pad=False))
LINKS = ("a", b"", 0o100644, 7, 2), ("b", b"x", 0o100644, 7, 2)
FIRST = ("a", b"x", 0o100644, 7, 2)
harmless("cpio: the content with the first of two names", "cpio", copied(*LINKS), copied(FIRST, ("b", b"", 0o100644, 7, 2), time=2))
hidden("cpio: the content with both names, of which BusyBox makes two files", "cpio", copied(*LINKS), copied(FIRST, LINKS[1], time=2))
harmless("cpio: links, later", "cpio", copied(*LINKS), copied(*(one[:3] + (8, 2) for one in LINKS), time=2))


# ---- ar ----

def archived(*members, time=1, last=True, slash=b"/"):
    out = b"!<arch>\n"
    for name, content in members:
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name + slash, time, 0, 0, 0o100644, len(content)) + content + b"\n" * (len(content) % 2)
    return out if last else out[:-1]


def before_content(*members, time=1):
    return archived(*((b"#1/%d" % len(name), name + content) for name, content in members), time=time, slash=b"")


A, B = (b"a.o", b"\x7fELF\2\1\1\0a"), (b"b.o", b"\x7fELF\2\1\1\0b")
# ld.lld links the first object that defines a symbol, with a symbol table or without; the others do with --whole-archive.
hidden("ar: objects in another order", "a", archived(A, B), archived(B, A, time=2))
harmless("ar: objects, later", "a", archived(A, B), archived(A, B, time=2))
harmless("ar: texts in another order", "a", archived((b"a", b"x"), (b"b", b"y")), archived((b"b", b"y"), (b"a", b"x"), time=2))
# bsdtar: "Truncated input file", status 1.
hidden("ar: no newline behind the last member", "a", archived(A, B), archived(A, B, time=2, last=False))
DEB = [(b"debian-binary", b"2.0\n"), (b"control.tar", tarred("control")), (b"data.tar", tarred("x"))]
# dpkg-deb: "is not a Debian binary archive".
hidden("deb: names that dpkg does not read", "deb", archived(*DEB), before_content(*DEB, time=2))
hidden("ar: names with a slash, which Go's programs take for theirs", "a", archived(A, B), archived(A, B, time=2, slash=b""))
hidden("ar: nothing instead of a number", "a", archived(A, B), archived(A, B).replace(b"1           0     ", b"1                 ", 1))


# ---- names that are one to file systems ----

def zipped(*names, year=2023):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for i, name in enumerate(names):
            file.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), f"{sorted(names).index(name)}")
    return out.getvalue()


for what, names in (("case alone", ("A.txt", "a.txt")), ("the slash", ("d\\a", "d/a")), ("a dot behind", ("a", "a.")), ("case above", ("D/a", "d/b", "D", "d")[:2] + ("D/b",)),
                    ("the form of letters", ("e\u0301.txt", "\u00e9.txt")), ("the case of other letters", ("\u00c9.txt", "\u00e9.txt")), ("a sign that is a letter", ("\u212a.txt", "k.txt")),
                    ("what some leave out", (".git/x", ".g\u200cit/x"))):
    hidden(f"zip: names that differ in {what}, in another order", "zip", zipped(*names), zipped(*names[::-1], year=2024))
    members = [(name, b"%d" % i) for i, name in enumerate(names)]
    hidden(f"tar: names that differ in {what}, in another order", "tar", tarred(*members), tarred(*members[::-1], time=2))
    harmless(f"zip: names that differ in {what}, later", "zip", zipped(*names), zipped(*names, year=2024))
harmless("zip: other names in another order", "zip", zipped("A.txt", "b.txt", "d/\u00e9-1"), zipped("d/\u00e9-1", "b.txt", "A.txt", year=2024))
for names in (("./a", "a"), ("a", "/a"), ("a", "d/../a"), ("a", "d//a", "d/a")):
    members = [(name, b"%d" % i) for i, name in enumerate(names)]
    hidden(f"tar: {' and '.join(names)}, in another order", "tar", tarred(*members), tarred(*members[::-1], time=2))


# ---- the end of a tar ----

TAR = tarred("a", "b")
FULL = 2 * 1024
for what, end in (("none", 0), ("one", 512), ("one and a half", 700), ("three and a half", 1700)):
    # none: GNU cpio "premature end of file" and 7-Zip end with 2; one: GNU tar "A lone zero block".
    hidden(f"tar: at its end, blocks of zeros: {what}", "tar", TAR, tarred("a", "b", time=2)[:FULL] + bytes(end))
    hidden(f"tar.gz: at its end, blocks of zeros: {what}", "tar.gz", gzip.compress(TAR), gzip.compress(tarred("a", "b", time=2)[:FULL] + bytes(end)))
hidden("tar: cut in the last block", "tar", TAR, tarred("a", "b", time=2)[:FULL - 511])
harmless("tar: two blocks of zeros or twenty", "tar", TAR, tarred("a", "b", time=2)[:FULL] + bytes(1024))


# ---- hard links that say other things of their file ----

def linked(name, target="a", **fields):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.LNKTYPE, target
    for key, value in fields.items():
        setattr(info, key, value)
    return info


for key, value in (("mode", 0o4755), ("uid", 7), ("gid", 7), ("pax_headers", {"SCHILY.xattr.user.a": "1"})):
    one, two = linked("b"), linked("c", **{key: value})
    form = tarfile.PAX_FORMAT
    # GNU tar, bsdtar and containerd set what each entry says: what the last says stays.
    hidden(f"tar: links of other {key}, in another order", "tar", tarred("a", one, two, form=form), tarred("a", two, one, form=form, time=2))
    hidden(f"tar: links of other {key} to a link, in another order", "tar", tarred("a", linked("b", **{key: value}), linked("c", "b"), form=form),
           tarred("a", linked("c", "b"), linked("b", **{key: value}), form=form, time=2))
harmless("tar: links in another order", "tar", tarred("a", linked("b"), linked("c")), tarred("a", linked("c"), linked("b"), time=2))
LINK = [("a", b"x", 0o100644, 7, 3), ("b", b"x", 0o100600, 7, 3), ("c", b"x", 0o100644, 7, 3)]
hidden("cpio: links of other modes, in another order", "cpio", copied(*LINK), copied(LINK[0], LINK[2], LINK[1], time=2))

sys.exit(main())
