#!/usr/bin/env python3
"""What somebody changed is never explained away: tamper.py DIFFOCI [-v]

Each file is one in which rebuilds differ, too; here something differs that a container acts on. None of them may be
called harmless, with --inside or without, and none that has a "?" behind its name here proven. Programs that are not
there are named, and their files left out. Prints what fell short, then "N passed, N failed".
"""
import gzip
import io
import json
import marshal
import os
import pickle
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
import mkimage  # noqa: E402

EARLY, LATE = 1700000000, 1710000000
HASHES = ("0123456789abcdef" * 4, "fedcba9876543210" * 4)
DATES = ("2026-11-28", "2026-12-02")
FILES = []  # path, may it be proven, mode, function(n, scratch)
LEFT_OUT = []


def file(path, mode=0o644, proven=True, needs=()):
    def add(function):
        missing = [need for need in needs if not shutil.which(need)]
        if missing:
            LEFT_OUT.append(f"{path} ({', '.join(missing)})")
        else:
            FILES.append((path, proven, mode, function))
        return function
    return add


def text(path, pattern, values, mode=0o644, proven=True):
    FILES.append((path, proven, mode, lambda n, _: pattern.replace("%%", values[n]).encode()))


# ---- text that something acts on ----

text("usr/bin/licensed", '#!/bin/sh\n[ "$(date +%F)" \\< "%%" ] || exec evil\n', DATES, 0o755, False)
text("usr/share/doc/x/run", '#!/bin/sh\n[ "$(date +%F)" = "%%" ] && evil\n', DATES, 0o644, False)
text("usr/local/bin/since", "#!/usr/bin/env python3\nSINCE = %%\n", ("1700000000", "1710000000"), 0o755, False)
text("srv/app/limits.py", 'UNTIL = "%%"\n', DATES, proven=False)
text("srv/app/limits.js", 'const until = new Date("%%");\n', DATES, proven=False)
text("etc/systemd/system/x.timer", "[Timer]\nOnCalendar=%%\n", ("03:15:00", "14:15:00"), proven=False)
text("etc/app.conf", "expires = %%\n", DATES)
text("etc/hosts.allow", "%%\n", ("sshd: ALL\nALL: NONE", "ALL: NONE\nsshd: ALL"))
text("etc/app.json", '{"routes":%%}', ('{"/admin":"deny","/":"allow"}', '{"/":"allow","/admin":"deny"}'))
text("usr/share/doc/x/index.html", "<script>\nif (Date.now() > Date.parse('%%')) evil();\n</script>\n", DATES)
text("etc/shadow", "root:$6$salt$hash:%%:0:90:7:::\n", ("19700", "11000"))
text("etc/cron.d/x", "%% * * * root /usr/bin/x\n", ("15 3", "15 4"), proven=False)

text("srv/app/rules.py", "RULES = [\n%%\n]\n", ("  'deny',\n  'allow'", "  'allow',\n  'deny'"), proven=False)
text("etc/app/locale", "LANG=%%\n", ("C.UTF-8", "de_DE.ISO-8859-1"), proven=False)
text("srv/app/valid.ini", "valid_until = %%\n", ("1700000000", "2000000000"), proven=False)

text("etc/group", "docker:x:999:\nci:x:%%:\n", ("1000", "1001"), proven=False)
text("etc/passwd", "ci:x:1000:%%::/:/bin/sh\n", ("1000", "999"), proven=False)
text("srv/package.json", '{"exports":{%%}}\n', ('"import":"./a","default":"./b"', '"default":"./b","import":"./a"'), proven=False)

# Files of the test are changed at one time (mkimage.MTIME): what is set by hand on that day, in many words.
DAY = time.strftime("%Y-%m-%d", time.gmtime(mkimage.MTIME))
NEXT = time.strftime("%Y-%m-%d", time.gmtime(mkimage.MTIME + 86400))
for key in ("hold", "kill_at", "window", "run_at", "enabled", "mindate", "go_live", "build_window", "update", "upgrade_on", "date", "created_hold"):
    text(f"etc/set/{key}", f"{key}: %%\n", (DAY, NEXT), proven=False)
    text(f"etc/set/{key}.json", f'{{"{key}": "%%"}}\n', (DAY + "T00:00:00Z", NEXT + "T00:00:00Z"), proven=False)
text("etc/set/below.yaml", "expires:\n- name: x\n  built: %%\n", (DAY, NEXT), proven=False)
text("etc/set/table.csv", "name,expires\nbuilt,%%\n", (DAY, NEXT), proven=False)
text("etc/set/line.json", '{"expires":{"by":"x","built":"%%"}}\n', (DAY, NEXT), proven=False)
for name, around in {
        "zero.json": '{\n"expires": {\n"note": "}",\n"built": "%%"\n}\n}\n', "allman.conf": "expires\n{\nbuilt %%;\n}\n", "zero.conf": "expires {\nbuilt %%;\n}\n",
        "zero.xml": "<expires>\n<built>%%</built>\n</expires>\n", "returns.ini": "[expires]\r\nbuilt = %%\r\n", "comment.ini": "[expires] ; x\nbuilt = %%\n",
        "space.ini": "[expires] \nbuilt = %%\n", "continued.sh": "expires=\\\nbuilt:%%\n", "item.yaml": "expires:\n-\n  built: %%\n"}.items():
    text(f"etc/around/{name}", around, (DAY, NEXT), proven=False)
for name, around in {"closed.conf": "expires {\n}\nbuilt %%\n", "closed.xml": "<expires>\n</expires>\n<built>%%</built>\n", "next.ini": "[expires] ; x\n[y]\nbuilt = %%\n",
                     "short.xml": "<expires/>\n<built>%%</built>\n"}.items():
    text(f"etc/around/{name}", around, (DAY, NEXT))
for key, values in (("build_host", ("ci1", "evil")), ("BUILD_USER", ("ci", "root")), ("build_number", ("8", "7")), ("exec srv -", ("j4", "j16"))):
    text(f"etc/set/{key.split()[0]}", f"{key}{'' if key.endswith('-') else '='}%%\n", values, proven=False)

# ---- what pins something ----

text("srv/Dockerfile", "FROM x@sha256:%%\n", HASHES, proven=False)
text("srv/requirements.txt", "certifi==2023.7.22 --hash=sha256:%%\n", HASHES, proven=False)
text("srv/go.sum", "example.com/x v1.0.0 h1:%%\n", (HASHES[0][:44], HASHES[1][:44]), proven=False)
text("srv/poetry.lock", '[[package]]\nversion = "%%"\n', ("2023.7.22", "2023.11.17"), proven=False)
text("srv/compose.yaml", "image: x@sha256:%%\n", HASHES, proven=False)
text("etc/apt/sources.list", "deb http://snapshot.debian.org/archive/debian/%%/ bookworm main\n",
     ("20261128T141505Z", "20261202T141505Z"), proven=False)
text("usr/share/doc/x/SHA256SUMS", "%%  x.tar.gz\n", HASHES, proven=False)
text("etc/trusted", "key_id: %%\n", (HASHES[0][:40], HASHES[1][:40]), proven=False)

# ---- names that no build wrote ----

text("etc/systemd/system/x.service", "[Service]\nUser=%%\n", ("nobody", "root"), proven=False)
text("etc/nginx.conf", "user = %%;\n", ("www", "root"), proven=False)
text("etc/db.conf", "host = %%\n", ("db.internal", "evil.example"), proven=False)
text("etc/limits", "port_number = %%\n", ("443", "8443"), proven=False)

# ---- formats ----


@file("srv/x.gz", proven=False)
def only_begins_like_gzip(n, _):
    return b"\x1f\x8b\x08\0" + (b"code", b"evil")[n] + b"\0\3" + bytes(range(64))


@file("srv/y.zip", proven=False)
def only_begins_like_zip(n, _):
    return b"PK\3\4" + b"\0" * 6 + (b"code", b"evil")[n] + bytes(range(64))


def picture(*chunks):
    head, data, end = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")
    named = {"head": head, "data": data, "end": end, "evil": (b"IDAT", zlib.compress(b"\0\1")), "time": (b"tIME", b"\x07\xe8\1\1\0\0\0"), "gamma": (b"gAMA", b"\0\0\0\1"),
             "month": (b"tIME", b"\x07\xe8\x0d\1\0\0\0")}
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(named[c][1])) + b"".join(named[c]) + struct.pack(">I", zlib.crc32(b"".join(named[c]))) for c in chunks)


# A time on one side alone: beside something else, where decoders refuse it, twice, and one that is none. (pngcheck says so of the last three.)
for number, others in enumerate((("head", "time", "evil", "end"), ("head", "time", "gamma", "data", "end"), ("time", "head", "data", "end"),
                                 ("head", "time", "data", "time", "end"), ("head", "month", "data", "end"))):
    FILES.append((f"srv/{number}.png", False, 0o644, lambda n, _, others=others: picture(*(others if n else ("head", "data", "end")))))


@file("usr/lib/python3/x.pyc", proven=False)
def code_of_python(n, _):
    return (b"\xa7\r\r\n" + struct.pack("<III", 0, (EARLY, LATE)[n], 20) +
            marshal.dumps(compile(f"x = {('good', 'evil')[n]!r}", "m.py", "exec")))


@file("srv/doc.tar.gz")
def script_in_an_archive(n, _):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        body = f"#!/bin/sh\n[ $(date +%F) = {DATES[n]} ] && evil\n".encode()
        info = tarfile.TarInfo("usr/share/doc/x/run")
        info.size, info.mode, info.mtime = len(body), 0o755, (EARLY, LATE)[n]
        archive.addfile(info, io.BytesIO(body))
    return gzip.compress(out.getvalue(), mtime=(EARLY, LATE)[n])


@file("srv/link.tar")
def link_in_an_archive(n, _):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("current")
        info.type, info.linkname, info.mtime = tarfile.SYMTYPE, ("a", "b")[n], (EARLY, LATE)[n]
        archive.addfile(info)
    return out.getvalue()


@file("srv/app.jar")
def class_in_a_jar(n, _):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("A.class", (2024, 1, 1 + n, 0, 0, 0)), (b"\xca\xfe\xba\xbegood", b"\xca\xfe\xba\xbeevil")[n])
        archive.writestr(zipfile.ZipInfo("x.properties", (2024, 1, 1 + n, 0, 0, 0)), f"#Sat Nov 28 14:15:05 UTC 2026\nuntil={DATES[n]}\n")
    return out.getvalue()


@file("srv/picture.png")
def pixels(n, _):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
            chunk(b"tEXt", b"date:create\0" + DATES[n].encode()) + chunk(b"IDAT", zlib.compress(b"\0" + b"\x10\xf0"[n:n + 1])) +
            chunk(b"IEND", b""))


def elf(section, kind, flags, contents, segment=None, address=0, big=False):
    """A file with one section besides the names: an object file, or one with a segment (type, offset, address, bytes in the file and in memory),
    offsets counted from where the section begins."""
    order = ">" if big else "<"
    names = b"\0" + section + b"\0.shstrtab\0"
    body = contents + names
    start = 64 + (56 if segment else 0)
    place = start + len(body)
    header = b"\x7fELF\2" + (b"\2" if big else b"\1") + b"\1" + b"\0" * 9 + struct.pack(
        order + "HHIQQQIHHHHHH", 3 if segment else 1, 21 if big else 62, 1, 0, 64 if segment else 0, place, 0, 64, 56 if segment else 0, bool(segment),
        64, 3, 2)
    if segment:
        segment_type, offset, where, size, memory = segment
        header += struct.pack(order + "IIQQQQQQ", segment_type, 4, start + offset, where, where, size, memory, 1)

    def entry(name, kind, flags, address, at, size):
        return struct.pack(order + "IIQQQQIIQQ", name, kind, flags, address, at, size, 0, 0, 1, 0)
    return (header + body + entry(0, 0, 0, 0, 0, 0) + entry(1, kind, flags, address, start, len(contents)) +
            entry(len(section) + 2, 3, 0, 0, start + len(contents), len(names)))


@file("usr/lib/note.o", proven=False)
def code_called_a_note(n, _):
    return elf(b".note.gnu.build-id", 1, 6, struct.pack("<III", 4, 16, 3) + b"GNU\0" + (b"good" * 4, b"evil" * 4)[n])


@file("usr/lib/long-note.o", proven=False)
def more_behind_a_note(n, _):
    return elf(b".note.gnu.build-id", 7, 2, struct.pack("<III", 4, 16, 3) + b"GNU\0" + b"x" * 16 + (b"good", b"evil")[n])


# A path that a program opens or loads, where rebuilds have those of their directories.
PATHS = ("/home/ci/app/plugin.so", "/tmp/evil/plugin.so")
PUBLIC = ("/build/app/public", "/build/app/secret")


@file("usr/lib/rodata.o", proven=False)
def path_that_a_program_opens(n, _):
    return elf(b".rodata", 1, 2, PATHS[n].encode() + b"\0")


@file("usr/lib/data.o", proven=False)
def path_in_variables_of_a_program(n, _):
    return elf(b".data", 1, 3, PATHS[n].encode() + b"\0")


@file("usr/lib/loaded.o", proven=False)
def loaded_under_a_name_of_debuggers(n, _):
    return elf(b".debug_str", 1, 2, PATHS[n].encode() + b"\0")


# What is loaded follows from the segments: flags of sections are for linkers.
EQUALLY_LONG = ("/home/ci/app/plugin.so", "/tmp/evilapp/plugin.so")
SEGMENTS = {
    "load": ((1, 0, 0x1000, 64, 64), 0),
    "last-byte": ((1, len(EQUALLY_LONG[0]), 0x1000, 1, 1), 0),
    "note": ((4, 0, 0, 64, 64), 0),
    "endless": ((1, -64, 0x1000, 2 ** 64 - 1, 64), 0),
    "address": ((1, -64, 0x1000, 8, 64), 0x1010),
    "of-no-known-type": ((0x70000005, 0, 0, 64, 64), 0),
}
for key, (one, at) in SEGMENTS.items():
    for name in (b".debug_cfg", b".comment", b".strtab"):
        FILES.append((f"usr/lib/{key}{name.decode()}.so", False, 0o644, lambda n, _, name=name, one=one, at=at: elf(
            name, 1, 0, EQUALLY_LONG[n].encode() + b"\0", one, at)))


@file("usr/lib/big.so", proven=False)
def loaded_where_the_first_byte_counts_most(n, _):
    return elf(b".debug_cfg", 1, 0, PATHS[n].encode() + b"\0", SEGMENTS["load"][0], big=True)


@file("usr/lib/link.so", proven=False)
def loaded_as_a_link_to_debugging_information(n, _):
    return elf(b".gnu_debuglink", 1, 0, b"x.debug\0" + (b"good", b"evil")[n], SEGMENTS["load"][0])


@file("usr/lib/other-end.o", proven=False)
def another_file_of_a_build(n, _):
    return elf(b".rodata", 1, 2, PUBLIC[n].encode() + b"\0")


@file("usr/lib/python3/__pycache__/y.cpython-311.pyc", proven=False)
def path_that_python_opens(n, _):
    return (b"\xa7\r\r\n" + struct.pack("<III", 0, EARLY, 20) +
            marshal.dumps(compile(f"x = __import__({PATHS[n]!r})", "/usr/src/app/y.py", "exec")))


@file("usr/lib/python3/__pycache__/unchecked.cpython-311.pyc", proven=False)
def flags_of_compiled_python(n, _):
    return b"\xa7\r\r\n" + struct.pack("<III", (3, 1)[n], EARLY, 20) + marshal.dumps(compile("x = 1", "unchecked.py", "exec"))


@file("srv/Path.class", proven=False)
def path_in_a_class(n, _):
    text = PATHS[n].encode()
    return b"\xca\xfe\xba\xbe\0\0\0\x34\0\3\1" + struct.pack(">H", len(text)) + text + b"\1\0\4Code"


@file("srv/x.pickle", proven=False)
def path_in_a_pickle(n, _):
    return pickle.dumps({"module": PATHS[n]}, protocol=4)


text("usr/lib/pkgconfig/x.pc", "libdir=%%\n", PATHS, proven=False)
text("etc/nginx/root.conf", "root %%;\n", PUBLIC, proven=False)
text("srv/release.json", '{"built": "%%"}\n', ('2026-11-28", "admin": "no', '2026-12-02", "admin": "yes'), proven=False)
text("usr/share/doc/x/page.html", "<p>Generated on 2026-11-28 %%</p>\n", ("", "<img src=x onerror=evil()>"), proven=False)
text("usr/share/man/man1/x.1", '.TH X 1 "2026-11-28" "%%"\n.SH NAME\nx\n', ("x 1", "run as root"), proven=False)
text("usr/share/man/man1/y.1", '.TH Y 1 "2026-11-28"\n%%\n', (".\\\" made by x", ".pso evil .\\\""), proven=False)
text("srv/app.properties", "%%\n", ("#Sat Nov 28 14:15:05 UTC 2026\npassword=#Sat x", "#Wed Dec 02 14:15:05 UTC 2026\npassword=#Sat y"), proven=False)
text("var/lib/dpkg/status", "%%", ("Package: a\nVersion: 1\n\nPackage: a\nVersion: 2\n\n", "Package: a\nVersion: 2\n\nPackage: a\nVersion: 1\n\n"))
text("usr/local/lib/x.so.d/x.js.map.sh", "cd %%\n", PATHS, proven=False)


def archive(n, *entries, **kw):
    """tar: entries are (name, content, records, type, link), in the order given on side 0, else the other way round."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content, records, kind, link in entries:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.pax_headers, info.type, info.linkname = len(content), (EARLY, LATE)[n], records, kind, link
            info.mode = kw.get("mode", 0o644)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@file("srv/acl.tar", proven=False)
def access_list_in_an_archive(n, _):
    return archive(n, ("x", b"x", {"SCHILY.acl.access": ("user::rw-,group::r--,other::---", "user::rw-,group::rw-,other::rw-")[n]}, b"0", ""))


@file("srv/flags.tar", proven=False)
def flags_in_an_archive(n, _):
    return archive(n, ("x", b"x", {"SCHILY.fflags": ("immutable", "nodump")[n]}, b"0", ""))


@file("srv/label.tar", proven=False)
def label_in_an_archive(n, _):
    return archive(n, ("x", b"x", {"RHT.security.selinux": f"system_u:object_r:{('a', 'b')[n]}_t:s0"}, b"0", ""))


@file("srv/unknown.tar", proven=False)
def record_that_nobody_knows(n, _):
    return archive(n, ("x", b"x", {"VENDOR.setting": "ab"[n]}, b"0", ""))


@file("srv/order.tar", proven=False)
def file_through_a_link_or_not(n, _):
    entries = [("d", b"", {}, b"2", "/etc"), ("d/passwd", b"root::0:0:::\n", {}, b"0", "")]
    return archive(n, *(entries[::-1] if n else entries))


@file("srv/owner.tar", proven=False)
def owner_by_name_in_an_archive(n, _):
    """Who unpacks it as root goes by the name."""
    info = tarfile.TarInfo("x")
    info.uname, info.mtime = ("nobody", "root")[n], (EARLY, LATE)[n]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(info)
    return out.getvalue()


@file("srv/mode.tar", proven=False)
def mode_in_an_archive(n, _):
    return archive(n, ("x", b"x", {}, b"0", ""), mode=(0o755, 0o4755)[n])


@file("srv/x.deb", proven=False)
def script_of_a_package(n, _):
    control = archive(n, ("./postinst", (b"#!/bin/sh\nexit 0\n", b"#!/bin/sh\nevil\n\n\n\n")[n], {}, b"0", ""), mode=0o755)

    def member(name, data):
        return b"%-16s%-12d0     0     100644  %-10d`\n" % (name, (EARLY, LATE)[n], len(data)) + data + b"\n" * (len(data) % 2)
    return b"!<arch>\n" + member(b"debian-binary", b"2.0\n") + member(b"control.tar", control)


@file("boot/initrd.img", proven=False)
def script_of_an_initrd(n, _):
    def member(name, data, mode):
        numbers = (n + 1, mode, 0, 0, 1, (EARLY, LATE)[n], len(data), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name + b"\0"
        return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
    return gzip.compress(member(b"init", (b"#!/bin/sh\ngood", b"#!/bin/sh\nevil")[n], 0o100755) + member(b"TRAILER!!!", b"", 0), mtime=(EARLY, LATE)[n])


@file("usr/share/locale/de/x.mo", proven=False, needs=("msgfmt",))
def translation(n, scratch):
    source = os.path.join(scratch, "x.po")
    with open(source, "w", encoding="utf-8") as out:
        out.write(f'msgid ""\nmsgstr "PO-Revision-Date: {DATES[n]} 12:00+0000\\nContent-Type: text/plain; charset=UTF-8\\n"\n\n'
                  f'msgid "Allow?"\nmsgstr "{("Ja", "No")[n]}"\n')
    return subprocess.run(["msgfmt", "-o", "-", source], check=True, capture_output=True).stdout


@file("srv/triggers.db", proven=False)
def trigger_of_a_database(n, scratch):
    return database(scratch, n, "CREATE TABLE users (name, role)", "CREATE TABLE log (at)", f"INSERT INTO log VALUES ('{DATES[n]}')",
                    f"CREATE TRIGGER t AFTER INSERT ON users BEGIN UPDATE users SET role = '{('guest', 'admin')[n]}'; END")


@file("srv/app.pdf", proven=False)
def action_of_a_document(n, _):
    objects = [b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(%s)>>>>" % (b"app.good()", b"app.evil()")[n],
               b"<</Type/Pages/Kids[]/Count 0>>", b"<</CreationDate(D:%s)>>" % (b"20261128141505Z", b"20261202141505Z")[n]]
    out, places = b"%PDF-1.4\n", []
    for i, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<</Size 4/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


@file("srv/comment.zip", proven=False)
def mode_and_comment_of_a_zip(n, _):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        info = zipfile.ZipInfo("run", (2024, 1, 1 + n, 0, 0, 0))
        info.external_attr = (0o100644, 0o104755)[n] << 16
        zipped.writestr(info, b"#!/bin/sh\n")
    return out.getvalue()


@file("usr/lib/libx.a", proven=False)
def code_of_a_library(n, _):
    data = elf(b".text", 1, 6, (b"good" * 4, b"evil" * 4)[n])
    return b"!<arch>\n%-16s%-12d0     0     100644  %-10d`\n" % (b"m.o/", (EARLY, LATE)[n], len(data)) + data + b"\n" * (len(data) % 2)


@file("usr/lib/date.o")
def date_in_a_program(n, _):
    return elf(b".rodata", 1, 2, DATES[n].encode() + b"\0")


def database(scratch, n, *steps):
    path = os.path.join(scratch, f"x{n}.db")
    if os.path.exists(path):
        os.remove(path)
    base = sqlite3.connect(path, isolation_level=None)
    for step in steps:
        base.execute(step)
    base.close()
    with open(path, "rb") as content:
        return content.read()


@file("srv/users.db", proven=False)
def row_of_a_database(n, scratch):
    return database(scratch, n, "CREATE TABLE users (name, role)", f"INSERT INTO users VALUES ('x', '{('guest', 'admin')[n]}')")


@file("srv/left.db")
def hidden_in_a_free_page(n, scratch):
    return database(scratch, n, "PRAGMA secure_delete = 0", "CREATE TABLE a (x)", "CREATE TABLE b (x)", f"INSERT INTO b VALUES ('{('good', 'evil')[n] * 500}')",
                    "DROP TABLE b")


@file("usr/lib/x.dll", proven=False)
def portable_executable(n, _):
    """A time in its header, and a byte of its code."""
    return b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0\x64\x86\1\0" + struct.pack("<I", mkimage.MTIME - 60 * n) + bytes(
        400) + bytes([0x75, 0x74][n:n + 1]) + b"\7\xc3"


@file("usr/lib/xtime.dll", proven=False)
def number_like_a_time(n, _):
    """Code that looks like a time near the file's own."""
    return b"MZ\0\0" + bytes(60) + b"\x3d" + struct.pack("<I", mkimage.MTIME - 4711 * n) + b"\x75\7\xc3"


@file("usr/lib/x.luac", proven=False)
def lua_bytecode(n, _):
    """The path of its source, and an instruction."""
    path = (b"@/usr/src/x-1.0/x.lua", b"@/home/ci/x/x.lua")[n]
    return b"\x1bLua\x54\0\x19\x93\r\n\x1a\n" + bytes([0x81 + len(path)]) + path + b"\x80\x81\0\2\x85" + bytes([0x51, 0x52][n:n + 1]) + bytes(8)


@file("usr/lib/libsymbols.a", proven=False)
def symbol_of_another_member(n, _):
    """The path of a build in the first member, which moves the second, and whose symbol one is."""
    first = (b"/usr/src/x/m.c\0\1", b"/home/ci/xxx/m.c\0\1")[n]
    member = "%-16s0           0     0     100644  %-10d`\n"
    places = (88, (88 + 60 + len(first), 88)[n])
    return b"!<arch>\n" + (member % ("/", 20)).encode() + struct.pack(">3I", 2, *places) + b"f\0g\0\0\0\0\0" + (
        member % ("m.o/", len(first))).encode() + first + (member % ("n.o/", 2)).encode() + b"n\n"


@file("srv/app/x.7z", proven=False)
def archive_not_opened(n, _):
    return b"7z\xbc\xaf\x27\x1c\0\4" + bytes([1 + n]) * 40


@file("srv/app/x.rds", proven=False)
def r_object(n, _):
    """The character set of the session, and a value."""
    name = (b"UTF-8", b"ANSI_X3.4-1968")[n]
    return gzip.compress(b"X\n\0\0\0\3\0\4\2\2\0\3\5\0" + struct.pack(">I", len(name)) + name + b"\0\0\0\x0e\0\0\0\1" + struct.pack(
        ">d", (7, 1007)[n]), mtime=0)


def keytool(scratch, n, *aliases):
    path = os.path.join(scratch, f"x{n}.jks")
    if os.path.exists(path):
        os.remove(path)
    for alias in aliases:
        subprocess.run(["keytool", "-genkeypair", "-alias", alias, "-keyalg", "EC", "-storetype", "JKS", "-storepass", "changeit",
                        "-keypass", "changeit", "-keystore", path, "-dname", f"CN={alias}"], check=True, capture_output=True)
    with open(path, "rb") as content:
        return content.read()


@file("etc/ssl/certs/java/cacerts", proven=False, needs=("keytool",))
def one_more_in_a_keystore(n, scratch):
    return keytool(scratch, n, "good", *["evil"][:n])


def certificate(scratch, subject):
    return subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                           os.path.join(scratch, "key.pem"), "-subj", subject], check=True, capture_output=True).stdout


@file("etc/ssl/certs/ca-certificates.crt", proven=False, needs=("openssl",))
def one_more_in_a_bundle(n, scratch):
    return ONE.setdefault("a", certificate(scratch, "/CN=good")) + (certificate(scratch, "/CN=evil") if n else b"")


@file("usr/share/ca/x.der", proven=False, needs=("openssl",))
def another_ca_in_der(n, scratch):
    pem = certificate(scratch, ("/CN=good", "/CN=evil")[n])
    return subprocess.run(["openssl", "x509", "-outform", "DER"], input=pem, check=True, capture_output=True).stdout


@file("usr/share/ca/x.pem", proven=False, needs=("openssl",))
def another_of_the_same_name(n, scratch):
    return certificate(scratch, "/CN=Root CA")


ONE = {}

# One name on each side: what takes effect by where it lies.
MOVED = ("etc/sites-available/evil.conf", "etc/sites-enabled/evil.conf")


# ---- the test ----

def walk(node, found):
    event = node.get("event") or {}
    names = [one.get("tarEntry", {}).get("header", {}).get("Name") for one in event.get("inputs", [])]
    note = event.get("note", "")
    leaf = not node.get("children")
    name = note.split('"')[1] if note.startswith('name "') else next((name for name in names if name), None)
    if name:
        found.setdefault(name.split("!/")[0], []).append(dict(event, leaf=leaf))
    for child in node.get("children") or []:
        walk(child, found)
    return found


def is_proven(event):
    causes = event.get("causes") or ([event["cause"]] if "cause" in event else [])
    return bool(causes) and "left" not in event and all(cause["strength"] == "proven" for cause in causes)


def causes_proven(node):
    event = node.get("event") or {}
    causes = event.get("causes") or ([event["cause"]] if "cause" in event else [])
    return {cause["id"] for cause in causes if cause["strength"] == "proven"}.union(*map(causes_proven, node.get("children") or []))


def judge(report, how, accepting):
    """accepting: what is proven is not told."""
    found = walk(report, {})
    faults = [f"{path}{how}: not told, or proven" for path in MOVED
              if not found.get(path) or any(is_proven(event) for event in found[path])]
    for path, may_be_proven, _, function in FILES:
        events = found.get(path, [])
        if not events and not (accepting and may_be_proven):
            faults.append(f"{path}{how}: no difference ({function.__name__})")
        if any(event.get("harmless") for event in events):
            faults.append(f"{path}{how}: harmless: {events}")
        # Some places inside may be, but not all.
        if not may_be_proven and events and all(is_proven(event) for event in events if event["leaf"]):
            faults.append(f"{path}{how}: proven: {[event.get('causes') or event.get('cause') for event in events]}")
        if "-v" in sys.argv:
            print(path + how, [(cause["id"], cause["strength"]) for event in events
                               for cause in event.get("causes") or [event.get("cause") or {"id": "-", "strength": "-"}]])
    return faults


def main():
    diffoci = os.path.abspath(sys.argv[1])
    faults = []
    with tempfile.TemporaryDirectory(prefix="diffoci-tamper-") as scratch:
        images = []
        for n in (0, 1):
            images.append(os.path.join(scratch, f"{n}.tar"))
            mkimage.oci_archive(images[n], mkimage.image(mkimage.layer(
                *(mkimage.file(path, function(n, scratch), mode=mode) for path, _, mode, function in FILES),
                mkimage.file(MOVED[n], "listen 80;\n" * 9))))
        proven = set()
        for how in ([], ["--inside"], ["--accept"], ["--inside", "--accept"]):
            if "--accept" in how:
                how[-1] += "=" + ",".join(sorted(proven))
            report = os.path.join(scratch, "report.json")
            done = subprocess.run([diffoci, "diff", "--policy=none", "--semantic", *how, "--report-file", report, *images], check=False,
                                  capture_output=True, text=True)
            if done.returncode != 1:
                faults.append(f"status {done.returncode}: {done.stderr}")
                continue
            with open(report, encoding="utf-8") as content:
                found = json.load(content)
            proven |= causes_proven(found)
            faults += judge(found, " ".join(["", *how]), how[-1:] != [] and how[-1].startswith("--accept"))
        verdict = subprocess.run([diffoci, "diff", "--policy=none", "--verdict", "--inside", *images], check=False, capture_output=True, text=True).stdout
        if verdict.split() != ["different"]:
            faults.append(f"verdict: {verdict}")
    print(*faults, sep="\n", end="\n" if faults else "")
    if LEFT_OUT:
        print(f"left out, since something is missing: {', '.join(LEFT_OUT)}")
    print(f"{4 * len(FILES) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
