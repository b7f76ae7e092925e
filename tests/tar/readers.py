#!/usr/bin/env python3
"""The same archives through several tar readers: readers.py LIST_TAR [--archives N] [--seed N] [--from N] [--keep DIR]

Makes archives from a seed: v7, ustar, GNU and PAX headers in one stream, long names and links, numbers in base 256 and in
records, fractions of seconds, xattrs, sparse files of three kinds, every type of entry, ends with two, one and no blocks of
zeros. Each is read by our reader (list_tar.c), Python's tarfile, GNU tar, bsdtar and Go's archive/tar, those that are
there, and every entry of each has to be what was put into the archive; where a reader is known to see something else,
the comment below says what and why. Then each archive is damaged in one place, with checksums that are right again, and our
reader has to see what Go's does, whose rules are its own: the same entries, an error where Go has one, and not elsewhere,
but for what the comment below lists.
Prints what falls short, which readers took part, and 'N passed, N failed', counted in archives and readers."""
import argparse
import collections
import functools
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

# What is not asked of a reader, and why that is right for it:
# - Python's tarfile takes the slash off the names of directories, has times as floats (compared to the microsecond), and
#   refuses archives that are empty or end with a global header; a file of type NUL whose name is cut behind a slash, since all
#   of it stands in a record or an entry of its own, it takes for a directory, and its content for headers; Go and we look at
#   all of the name;
# - GNU tar's listing has no xattrs and no fractions; of devices it shows the numbers in place of the size;
# - bsdtar is asked by way of mtree, which has no xattrs and devices, no slash behind directories, and one type of file;
# - bsdtar refuses a record of a link's target that is not UTF-8, as a name is that was cut within a character to fit a header;
# - a global header is an entry to Go and to us, which it changes nothing of, and to no other;
# - an archive that ends behind an extended header is whole to Go; we say that the entry is missing;
# - a damaged archive may be over one of our limits, such as that on holes, which Go does not have;
# - a hole at the end of a file is none to GNU tar unless an empty piece stands behind it, as GNU tar writes it.

BLOCK = 512
Entry = collections.namedtuple("Entry", "type name link size mode uid gid mtime device content xattrs sparse", defaults=(False,))


def octal(value, width):
    return b"%0*o\0" % (width - 1, value)


def number(chooser, value, width, gnu):
    """A number as one of the writers there are puts it into a field, if it has room there."""
    if 0 <= value < 8 ** (width - 1):
        return chooser.choice((octal(value, width), octal(value, width), b"%*o\0" % (width - 1, value), (b"%o \0" % value).rjust(width)[-width:]
                               if value < 8 ** (width - 2) else octal(value, width)))
    if 0 <= value < 8 ** width and not gnu:
        return b"%0*o" % (width, value)
    assert gnu
    return (value & (1 << (8 * width)) - 1 | 0x80 << 8 * (width - 1)).to_bytes(width, "big") if value >= 0 else value.to_bytes(width, "big", signed=True)


def with_checksum(header):
    header = header[:148] + b" " * 8 + header[156:]
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def header(chooser, kind, name, *, link=b"", size=0, mode=0o644, uid=0, gid=0, mtime=0, form="ustar", device=(0, 0), prefix=b"", extra=b""):
    gnu = form == "gnu"
    put = functools.partial(number, chooser, gnu=gnu)
    magic = {"v7": b"\0" * 8, "ustar": b"ustar\x0000", "pax": b"ustar\x0000", "gnu": b"ustar  \0"}[form]
    block = name.ljust(100, b"\0") + put(mode, 8) + put(uid, 8) + put(gid, 8) + put(size, 12) + put(mtime, 12) + b" " * 8 + kind + \
        link.ljust(100, b"\0") + magic
    if form == "v7":
        block += b"\0" * 247
    else:
        block += b"user".ljust(32, b"\0") + b"group".ljust(32, b"\0") + octal(device[0], 8) + octal(device[1], 8)
        block += extra.ljust(167, b"\0") if extra else prefix.ljust(155, b"\0") + b"\0" * 12
    assert len(block) == BLOCK, (len(block), form)
    return with_checksum(block)


def padded(data):
    return data + b"\0" * (-len(data) % BLOCK)


def record(key, value):
    body = b" " + key + b"=" + value + b"\n"
    size = len(body)
    while len(str(size)) + len(body) != size:
        size = len(str(size)) + len(body)
    return str(size).encode() + body


def pax(chooser, records, kind=b"x"):
    body = b"".join(record(key, value) for key, value in records)
    return header(chooser, kind, b"PaxHeaders/x", size=len(body), form="pax") + padded(body)


def gnu_long(chooser, kind, text):
    return header(chooser, kind, b"././@LongLink", size=len(text) + 1, form="gnu") + padded(text + b"\0")


def some_name(chooser, number_, longest):
    """A name that no other entry of the archive has."""
    letters = "abcXYZ019-_. ~+,=@%" if chooser.random() < 0.8 else 'abc\u00e9\u4e16\\"\'*?[]{}'
    parts = []
    while sum(map(len, parts)) < longest and chooser.random() < 0.8:
        parts.append("".join(chooser.choice(letters) for _ in range(chooser.randint(1, 40))).strip(". ") or "x")
    parts[:1] = [part.lstrip("\\") or "x" for part in parts[:1]]  # bsdtar takes it off
    return "/".join(parts + [f"n{number_}"]).encode()


def fits_ustar(name):
    """Where a name is divided between prefix and name; None where it is too long for that."""
    if len(name) <= 100:
        return b"", name
    for at in range(len(name) - 101, min(156, len(name))):
        if at > 0 and name[at:at + 1] == b"/" and len(name) - at - 1 <= 100 and at <= 155:
            return name[:at], name[at + 1:]
    return None


def sparse_map(chooser):
    """Pieces of data in a file with holes, and its size."""
    pieces, at = [], 0
    for _ in range(chooser.randint(1, 3)):
        at += BLOCK * chooser.randint(0, 5)
        piece = bytes(chooser.choice(b"xyz") for _ in range(BLOCK)) * chooser.randint(1, 3)
        pieces.append((at, piece))
        at += len(piece)
    size = at + BLOCK * chooser.randint(0, 3)
    if size > at:  # GNU tar makes no hole at the end that has no piece behind it
        pieces.append((size, b""))
    return pieces, size


def expanded(pieces, size):
    content = bytearray(size)
    for at, piece in pieces:
        content[at:at + len(piece)] = piece
    return bytes(content)


def sparse_entry(chooser, name, common):
    """(bytes, type, content) of a sparse file: old GNU, PAX 0.1 or 1.0."""
    pieces, size = sparse_map(chooser)
    stored = b"".join(piece for _, piece in pieces)
    how = chooser.choice(("old", "0.1", "1.0"))
    if how == "old":
        places = b"".join(octal(at, 12) + octal(len(piece), 12) for at, piece in pieces).ljust(4 * 24, b"\0")
        extra = b"\0" * 41 + places + b"\0" + octal(size, 12)  # from byte 345: atime, ctime, offset, longnames, unused
        return header(chooser, b"S", name, size=len(stored), form="gnu", extra=extra, **common) + padded(stored), b"S", expanded(pieces, size)
    if how == "0.1":
        places = b",".join(b"%d,%d" % (at, len(piece)) for at, piece in pieces)
        records = [(b"GNU.sparse.size", b"%d" % size), (b"GNU.sparse.numblocks", b"%d" % len(pieces)), (b"GNU.sparse.name", name),
                   (b"GNU.sparse.map", places)]
        return pax(chooser, records) + header(chooser, b"0", b"GNUSparseFile.0/x", size=len(stored), form="pax", **common) + padded(stored), \
            b"0", expanded(pieces, size)
    places = padded(b"%d\n" % len(pieces) + b"".join(b"%d\n%d\n" % (at, len(piece)) for at, piece in pieces))
    records = [(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", name), (b"GNU.sparse.realsize", b"%d" % size)]
    return pax(chooser, records) + header(chooser, b"0", b"GNUSparseFile.0/x", size=len(places + stored), form="pax", **common) + \
        padded(places + stored), b"0", expanded(pieces, size)


def make_entry(chooser, number_, names):
    """The bytes of an entry, and what it is."""
    form = chooser.choice(("v7", "ustar", "gnu", "pax"))
    kind = chooser.choice((b"0", b"0", b"0", b"0", b"\0", b"7", b"1", b"2", b"3", b"4", b"5", b"5", b"6", b"sparse", b"g"))
    name = some_name(chooser, number_, {"v7": 40, "ustar": 120, "gnu": 300, "pax": 300}[form])
    common = {"mode": chooser.choice((0o644, 0o755, 0o4755, 0o1777, 0, 0o600)), "uid": chooser.choice((0, 1, 1000, 2097151)),
              "gid": chooser.choice((0, 5, 65534)), "mtime": chooser.choice((0, 1, 1690889073, 8 ** 11 - 1))}
    if kind == b"g":
        return pax(chooser, [(b"comment", b"of all")], b"g"), Entry(b"g", *[None] * 10)
    if kind == b"sparse":
        if len(name) > 100:
            name = b"s%d" % number_
        made, kind, content = sparse_entry(chooser, name, common)
        return made, Entry(kind, name, b"", len(content), common["mode"], common["uid"], common["gid"], (common["mtime"], 0), (0, 0), content, {}, True)
    content = bytes(chooser.choice(b"ab\n\0") for _ in range(chooser.choice((0, 1, 511, 512, 513, chooser.randint(0, 3000))))) if kind in (b"0", b"\0", b"7") else b""
    link = chooser.choice(names) if kind == b"1" and names else some_name(chooser, number_, 300 if form in ("gnu", "pax") else 60) if kind in (b"1", b"2") else b""
    device = (chooser.randint(0, 255), chooser.randint(0, 255)) if kind in (b"3", b"4") and form != "v7" else (0, 0)
    if kind == b"5":
        name += b"/"
    if form in ("v7", "ustar") and len(link) > 100:
        link = link[-100:]
    return finish_entry(chooser, form, kind, name, link, common, content, device)


def finish_entry(chooser, form, kind, name, link, common, content, device):
    before, prefix, short, records, nanoseconds, xattrs = b"", b"", name, [], 0, {}
    if form == "v7" and len(name) > 100:
        short = name = name[-99:].replace(b"/", b"_") + (b"/" if kind == b"5" else b"")
        short = name = name[-100:]
    elif form == "ustar":
        if fits_ustar(name) is None:
            name = name[-99:].replace(b"/", b"_") + (b"/" if kind == b"5" else b"")
            name = name[-100:]
        prefix, short = fits_ustar(name)
    elif form == "gnu":
        if chooser.random() < 0.2:
            common = dict(common, uid=chooser.choice((2097152, 2 ** 31 - 2)), mtime=chooser.choice((8 ** 11, -5)))
        if len(name) > 100 or chooser.random() < 0.1:
            before, short = gnu_long(chooser, b"L", name), name[:100]
        if len(link) > 100:
            before = gnu_long(chooser, b"K", link) + before
    elif form == "pax":
        if len(name) > 100 or not name.isascii() or chooser.random() < 0.2:
            records, short = records + [(b"path", name)], b"short"
        if len(link) > 100 or not link.isascii():
            records = records + [(b"linkpath", link)]
        if chooser.random() < 0.3:
            nanoseconds = chooser.choice((0, 500000000, 123456000))
            records = records + [(b"mtime", b"%d" % common["mtime"] + (b".%09d" % nanoseconds if nanoseconds else b""))]
        if chooser.random() < 0.2:
            records = records + [(b"uid", b"3000000")]
        if chooser.random() < 0.3:
            xattrs = {b"user.a": b"v=1", b"security.selinux": "\u00e9".encode()}
            records = records + [(b"SCHILY.xattr." + key, value) for key, value in sorted(xattrs.items())]
        chooser.shuffle(records)
        before = pax(chooser, records) if records else b""
    block = header(chooser, kind, short, link=link[:100], size=len(content), form=form, prefix=prefix, device=device, **common)
    if (b"uid", b"3000000") in records:
        common = dict(common, uid=3000000)
    seen = {b"\0": b"0"}.get(kind, kind)
    return before + block + padded(content), Entry(seen, name, link, len(content), common["mode"], common["uid"], common["gid"],
                                                   (common["mtime"], nanoseconds), device, content, xattrs)


def make_archive(chooser):
    made, entries, names = [], [], []
    for i in range(chooser.randint(0, 12)):
        data, entry = make_entry(chooser, i, names)
        made.append(data)
        entries.append(entry)
        if entry.type == b"0":
            names.append(entry.name)
    return b"".join(made) + chooser.choice((b"\0" * 1024, b"\0" * 1024, b"\0" * 10240, b"\0" * 512, b"")), entries


def damaged(chooser, data):
    """The archive with one thing broken: a byte, a field of a header, the length."""
    if not data:
        return chooser.randbytes(chooser.randint(1, 600))
    blocks = [at for at in range(0, len(data), BLOCK) if len(data) - at >= BLOCK]
    how = chooser.choice(("byte", "field", "field", "field", "cut", "swap"))
    if how == "cut":
        return data[:chooser.randrange(len(data))]
    if how == "byte":
        at = chooser.randrange(len(data))
        return data[:at] + bytes([data[at] ^ 1 << chooser.randrange(8)]) + data[at + 1:]
    at = chooser.choice(blocks)
    if how == "swap":
        other = chooser.choice(blocks)
        first, second = sorted((at, other))
        return data[:first] + data[second:second + BLOCK] + data[first + BLOCK:second] + (data[first:first + BLOCK] if second > first else b"") + data[second + BLOCK:]
    start, length = chooser.choice(((0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (156, 1), (157, 100), (257, 8), (265, 32), (329, 8),
                                    (337, 8), (345, 155), (386, 24), (482, 1), (483, 12)))
    value = chooser.choice((b"\0" * length, b"7" * length, b" " * length, b"\xff" * length, b"\x80" + b"\0" * (length - 1), chooser.randbytes(length),
                            b"-" * length, octal(chooser.randint(0, 5000), length) if length > 6 else b"9" * length, chooser.choice(b"01234567LKxgSXNDVM") .to_bytes(1, "big") * length))
    block = data[at:at + BLOCK]
    return data[:at] + with_checksum(block[:start] + value + block[start + length:]) + data[at + BLOCK:]


# ---- readers ----

def read_lister(command, paths):
    """What list_tar.c or list_tar.go say of each archive: (entries, error or None)."""
    done = subprocess.run(command, input="".join(path + "\n" for path in paths), capture_output=True, text=True, check=False)
    results, entries = [], []
    for line in done.stdout.splitlines():
        fields = line.split("\t")
        if fields[0] in ("end", "error"):
            results.append((entries, fields[1] if fields[0] == "error" else None))
            entries = []
        else:
            entries.append(tuple(fields))
    if len(results) != len(paths):
        sys.exit(f"{command}: status {done.returncode} after {len(results)} of {len(paths)} archives: {done.stderr[-2000:]}")
    return results


def as_listed(entry):
    return ("%02x" % entry.type[0], entry.name.hex(), entry.link.hex(), str(entry.size), "%o" % entry.mode, str(entry.uid), str(entry.gid),
            "%d.%09d" % entry.mtime, "%d:%d" % entry.device, hashlib.sha256(entry.content).hexdigest(),
            ",".join(sorted(f"{key.hex()}={value.hex()}" for key, value in entry.xattrs.items())))


def check_listed(found, entries):
    lines, error = found
    if error:
        return f"an error: {error}"
    wanted = [as_listed(entry) if entry.type != b"g" else None for entry in entries]
    if len(lines) != len(wanted):
        return f"{len(lines)} entries, {len(wanted)} were put in"
    for line, want in zip(lines, wanted):
        line = (*line[:10], ",".join(sorted(line[10].split(","))))
        if want is None:
            if line[0] != "67":
                return f"{line}, not a global header"
        elif line[0] == "53" and want[0] == "30" or line != want:
            return f"{line}, not {want}"
    return None


def check_python(path, entries):
    try:
        with tarfile.open(path, "r:", errorlevel=2) as archive:
            found = [(member, archive.extractfile(member).read() if member.isreg() and not member.islnk() else b"") for member in archive]
    except tarfile.ReadError as error:
        return None if not entries or entries[-1].type == b"g" else str(error)
    wanted = [entry for entry in entries if entry.type != b"g"]
    cut = next((i for i, ((member, _), want) in enumerate(zip(found, wanted))
                if member.isdir() and want.type == b"0" and len(want.name) > 100 and want.name[99:100] == b"/"), None)
    if cut is not None:
        found, wanted = found[:cut], wanted[:cut]
    if len(found) != len(wanted):
        return f"{len(found)} entries, {len(wanted)} were put in"
    for (member, content), want in zip(found, wanted):
        have = (member.name.encode(errors="surrogateescape"), member.linkname.encode(errors="surrogateescape"), member.mode & 0o7777, member.uid, member.gid,
                round(member.mtime * 1000000), content, {k[13:].encode(): v.encode(errors="surrogateescape") for k, v in member.pax_headers.items() if k.startswith("SCHILY.xattr.")})
        asked = (want.name.rstrip(b"/"), want.link, want.mode, want.uid, want.gid, want.mtime[0] * 1000000 + want.mtime[1] // 1000, want.content, want.xattrs)
        if have != asked:
            return f"{have}, not {asked}"
    return None


GNU_LINE = re.compile(r"([-bcdhlpCS])(\S{9})[.+*]? +(-?\d+)/(-?\d+) +(\d+(?:,\d+)?) (-?\d+-\d+-\d+ \d+:\d+:\d+)(?:\.(\d+))? +(.*)", re.S)


def unescaped(text):
    return re.sub(rb"\\([0-7]{3}|.)", lambda m: bytes([int(m[1], 8)]) if len(m[1]) == 3 else {b"n": b"\n", b"t": b"\t"}.get(m[1], m[1]), text)


def mode_text(mode, kind):
    text = "".join(letter if mode & 1 << 8 - i else "-" for i, letter in enumerate("rwxrwxrwx"))
    for bit, at, letter in ((0o4000, 2, "s"), (0o2000, 5, "s"), (0o1000, 8, "t")):
        if mode & bit:
            text = text[:at] + (letter if text[at] == "x" else letter.upper()) + text[at + 1:]
    return text


def check_contents(extract, path, wanted, sparse_only=False):
    """Of files with holes what is on a disk counts, not what goes to a pipe."""
    plain = [entry for entry in wanted if not entry.sparse and not sparse_only]
    done = subprocess.run([*extract, "-xOf", path], capture_output=True, check=False) if len(plain) == len(wanted) else None
    if done and done.stdout != b"".join(entry.content for entry in plain):
        return "the contents are others"
    for entry in wanted:
        if not entry.sparse:
            continue
        with tempfile.TemporaryDirectory(prefix="readers-") as folder:
            done = subprocess.run([*extract, "-xf", path, "-C", folder, "--no-same-owner", "--", re.sub(rb"([\\*?\[{])", rb"\\\1", entry.name) if extract[0] == "bsdtar" else entry.name],
                                  capture_output=True, check=False)
            try:
                with open(os.path.join(folder.encode(), entry.name), "rb") as file:
                    if file.read() != entry.content:
                        return f"the content of {entry.name} is another"
            except OSError as error:
                return f"{error}: {done.stderr!r}"
    return None


def check_gnu(path, entries):
    env = dict(os.environ, LC_ALL="C", TZ="UTC0")
    options = ["--absolute-names", "--numeric-owner", "--full-time", "--quoting-style=escape", "--no-quote-chars=' "]
    done = subprocess.run(["tar", "-tvf", path, *options], capture_output=True, env=env, check=False)
    wanted = [entry for entry in entries if entry.type != b"g"]
    lines = done.stdout.splitlines()
    if done.returncode and os.path.getsize(path):
        return done.stderr.decode()
    if len(lines) != len(wanted):
        return f"{len(lines)} entries, {len(wanted)} were put in"
    wrong = check_contents(["tar", "--no-unquote"], path, wanted)
    if wrong:
        return wrong
    for line, want in zip(lines, wanted):
        match = GNU_LINE.fullmatch(line.decode("latin-1"))
        if not match:
            return f"{line} is not understood"
        kind, mode, uid, gid, size, _, _, rest = match.groups()
        name, _, link = rest.encode("latin-1").partition(b" -> " if want.type == b"2" else b" link to " if want.type == b"1" else b"\0")
        have = (kind, mode, int(uid), int(gid), size, unescaped(name), unescaped(link))
        asked = ({b"0": "-", b"7": "C", b"S": "-", b"1": "h", b"2": "l", b"3": "c", b"4": "b", b"5": "d", b"6": "p"}[want.type], mode_text(want.mode, want.type), want.uid, want.gid,
                 "%d,%d" % want.device if want.type in (b"3", b"4") else str(want.size), want.name, want.link)
        if have != asked:
            return f"{have}, not {asked}"
    return None


def is_utf8(name):
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_bsdtar(path, entries):
    """Through mtree, in which libarchive has all fields."""
    env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC0")
    done = subprocess.run(["bsdtar", "-cf", "-", "--format=mtree", "--options=mtree:!all,mtree:type,mtree:mode,mtree:uid,mtree:gid,mtree:size,mtree:time,mtree:link,mtree:sha256",
                           "@" + path], capture_output=True, env=env, check=False)
    if done.returncode and any(entry.link and not is_utf8(entry.link) for entry in entries) and b"Linkname can't be converted from UTF-8" in done.stderr:
        return None
    if done.returncode and os.path.getsize(path) and entries:
        return done.stderr.decode()
    found = {}
    for line in done.stdout.decode("latin-1").splitlines():
        if line.startswith("#") or not line.strip() or line.startswith("/set"):
            continue
        name, *fields = line.split()
        fields = dict(field.partition("=")[::2] for field in fields)
        found[unescaped(name.encode("latin-1"))] = fields
    for want in entries:
        if want.type == b"g":
            continue
        have = found.get(b"./" + want.name.rstrip(b"/"), found.get(want.name.rstrip(b"/")))
        if have is None:
            return f"{want.name} is missing among {list(found)}"
        asked = {"type": {b"2": "link", b"3": "char", b"4": "block", b"5": "dir", b"6": "fifo"}.get(want.type, "file"), "uid": str(want.uid), "gid": str(want.gid)}
        if want.type not in (b"1", b"2"):
            asked["mode"] = "%o" % want.mode
        if want.type in (b"0", b"7", b"S"):
            asked.update(size=str(want.size))
        if want.type in (b"0", b"7", b"S") and not want.sparse:
            asked.update(sha256digest=hashlib.sha256(want.content).hexdigest())
        if want.type == b"2":
            asked["link"] = want.link
            have = dict(have, link=unescaped(have.get("link", "").encode("latin-1")))
        asked["time"] = "%d.%d" % want.mtime
        short = {key: have.get(key) for key in asked}
        if short != asked:
            return f"{want.name}: {short}, not {asked}"
    return check_contents(["bsdtar"], path, [want for want in entries if want.type != b"g"], True)


# ---- the run ----

class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def note(self, who, seed, number_, wrong, path):
        self.passed += not wrong
        self.failed += bool(wrong)
        if wrong and self.failed <= 40:
            print(f"{who}: archive {number_} of seed {seed}: {wrong}"[:1500])
            if ARGUMENTS.keep:
                shutil.copy(path, os.path.join(ARGUMENTS.keep, f"{who}-{seed}-{number_}.tar"))


def compare_damaged(ours, go):
    (our_entries, our_error), (go_entries, go_error) = ours, go
    if our_error and our_error.endswith("the archive ends after an extended header") and not go_error:
        our_error = None
    if our_error and "(see --max-scale)" in our_error and not go_error:
        return None # Go reads holes however large they are
    if (our_error is None) != (go_error is None):
        return f"{our_error or 'no error'}, but Go: {go_error or 'no error'}"
    ours_sorted = [(*line[:10], ",".join(sorted(line[10].split(",")))) for line in our_entries]
    if ours_sorted != go_entries and not (our_error and abs(len(ours_sorted) - len(go_entries)) <= 1 and ours_sorted[:len(go_entries)] == go_entries[:len(ours_sorted)]):
        for a, b in zip(ours_sorted, go_entries):
            if a != b:
                return f"{a}, but Go: {b}"
        return f"{len(ours_sorted)} entries, but Go: {len(go_entries)}"
    return None


def run_batch(first, count, folder, go, tally):
    sound, broken, wanted = [], [], []
    for i in range(first, first + count):
        chooser = random.Random(f"{ARGUMENTS.seed} {i}")
        data, entries = make_archive(chooser)
        for paths, bytes_, name in ((sound, data, "sound"), (broken, damaged(chooser, data), "broken")):
            paths.append(os.path.join(folder, f"{name}-{i - first}.tar"))
            with open(paths[-1], "wb") as file:
                file.write(bytes_)
        wanted.append(entries)
    ours = read_lister([ARGUMENTS.list_tar], sound + broken)
    theirs = read_lister([go], sound + broken) if go else [None] * len(ours)
    for i, (path, entries) in enumerate(zip(sound, wanted)):
        tally.note("ours", ARGUMENTS.seed, first + i, check_listed(ours[i], entries), path)
        if go:
            tally.note("go", ARGUMENTS.seed, first + i, check_listed(theirs[i], entries), path)
            tally.note("broken", ARGUMENTS.seed, first + i, compare_damaged(ours[count + i], theirs[count + i]), broken[i])
        for who, check, program in (("python", check_python, sys.executable), ("gnu", check_gnu, shutil.which("tar")), ("bsdtar", check_bsdtar, shutil.which("bsdtar"))):
            if program and who in ARGUMENTS.readers:
                tally.note(who, ARGUMENTS.seed, first + i, check(path, entries), path)


def build_go(folder):
    """The lister in Go, where there is a go command; it is built without a network."""
    if "go" not in ARGUMENTS.readers or not shutil.which("go"):
        return None
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "list_tar.go")
    env = dict(os.environ, GOCACHE=folder + "/gocache", GOPATH=folder + "/gopath", GOFLAGS="-mod=mod", GOTOOLCHAIN="local", GO111MODULE="off", CGO_ENABLED="0", HOME=folder)
    done = subprocess.run(["go", "build", "-o", folder + "/list_go", source], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit("go build: " + done.stderr)
    return folder + "/list_go"


def main():
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="readers-") as folder:
        go = build_go(folder)
        until = ARGUMENTS.first + ARGUMENTS.archives
        for first in range(ARGUMENTS.first, until, 100):
            run_batch(first, min(100, until - first), folder, go, tally)
        there = ["ours"] + (["Go"] if go else []) + [who for who, program in (("python", True), ("gnu", shutil.which("tar")), ("bsdtar", shutil.which("bsdtar")))
                                                   if program and who in ARGUMENTS.readers]
    print(f"{ARGUMENTS.archives} archives, and as many damaged ones; readers: {', '.join(there)}")
    print(f"{tally.passed} passed, {tally.failed} failed")
    return tally.failed > 0


parser = argparse.ArgumentParser()
parser.add_argument("list_tar", type=os.path.abspath)
parser.add_argument("--archives", type=int, default=200)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--from", dest="first", type=int, default=0, help="the number of the first archive")
parser.add_argument("--readers", type=lambda text: text.split(","), default=["go", "python", "gnu", "bsdtar"])
parser.add_argument("--keep", help="where archives that fall short are copied")
ARGUMENTS = parser.parse_args()
sys.exit(main())
