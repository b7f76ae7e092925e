#!/usr/bin/env python3
"""RPM's SQLite database, tag by tag: rpm_rows.py DIFFOCI

Two databases that differ in when packages were installed have one proven cause. Whatever else differs has none, and is named.
Headers are made by hand, as RPM's "Package format" has them; with rpm, one that it wrote is tried, too."""
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

MKIMAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "mkimage.py")
INT32, STRING, BIN = 4, 6, 7
NAME, VERSION, RELEASE, INSTALLTIME, POSTIN, INSTALLTID, IMMUTABLE = 1000, 1001, 1002, 1008, 1024, 1128, 63


def header(time, tid, script="true", name="hello", inside=False, shared=False, more=(), end_bytes=16):
    """The region with what the package says, its end, and behind it what rpm notes."""
    store, index = b"", []

    def add(tag, kind, data, count=1):
        nonlocal store
        store += bytes(-len(store) % 4) if kind == INT32 else b""
        index.append((tag, kind, len(store), count))
        store += data
    for tag, text in ((NAME, name), (VERSION, "1"), (RELEASE, "2"), (POSTIN, script)):
        add(tag, STRING, text.encode() + b"\0")
    if inside:
        add(INSTALLTIME, INT32, struct.pack(">I", time))
    region = len(index) + 1
    end = len(store)
    store += struct.pack(">IIiI", IMMUTABLE, BIN, -16 * region, 16)
    if not inside:
        add(INSTALLTIME, INT32, struct.pack(">I", time))
    add(INSTALLTID, INT32, struct.pack(">I", tid))
    if shared:  # a script that begins where the time does
        index.append((1026, STRING, index[-2][2], 1))
        store += b"\0"
    for tag, text in more:
        add(tag, STRING, text.encode() + b"\0")
    index.insert(0, (IMMUTABLE, BIN, end, end_bytes))
    return struct.pack(">II", len(index), len(store)) + b"".join(struct.pack(">IIII", *entry) for entry in index) + store


def database(*packages, keys=None):
    """packages: (number, header, tid)."""
    steps = [("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)",),
             ("CREATE TABLE 'Installtid' (key 'BLOB' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)",)]
    for number, blob, _ in packages:
        steps.append(("INSERT INTO Packages VALUES (?, ?)", (number, blob)))
    for i, (number, _, tid) in enumerate(packages):
        steps.append(("INSERT INTO Installtid VALUES (?, ?, 0)", (struct.pack("<I", keys[i] if keys else tid), number)))
    return steps


T1, T2 = 0x6a000001, 0x6a010203
ONE, OTHER = database((1, header(T1, T1), T1)), lambda *more, **how: database((1, header(T2, T2, **how), T2), *more)
# What rpm -q finds by name is what this view makes of the time (SQLite goes by the SQL of an object, whatever its type is said to be).
VIEW = [("CREATE VIEW Name AS SELECT 'hello' AS key, hnum, 0 AS idx FROM Installtid WHERE key = x'01020304'",)]
CALLED_A_TABLE = VIEW + [("PRAGMA writable_schema = 1",), ("UPDATE sqlite_master SET type = 'table' WHERE name = 'Name'",)]
TRIGGER = [("CREATE TRIGGER t AFTER INSERT ON Packages BEGIN DELETE FROM Packages WHERE hnum IN (SELECT hnum FROM Installtid WHERE key = x'01020304'); END",)]
INDEX = [("CREATE INDEX 'Installtid_hnum_idx' ON 'Installtid'(hnum ASC)",)]
# The same tables, in which rpm finds something else than what their names say.
RENAMED = [("PRAGMA writable_schema = 1",), ("UPDATE sqlite_master SET sql = replace(sql, 'blob BLOB', 'blob TEXT') WHERE name = 'Packages'",)]
CASES = {  # what: (proven, what is left, one, two)
    "when it was installed": (True, None, ONE, OTHER()),
    "two packages": (True, None, database((1, header(T1, T1), T1), (3, header(T1, T1 + 1, name="b"), T1 + 1)),
                     database((1, header(T2, T2), T2), (3, header(T2, T2 + 1, name="b"), T2 + 1))),
    "a script": (False, "POSTIN of hello-1-2", ONE, OTHER(script="evil")),
    "a script, and nothing else": (False, "POSTIN of hello-1-2", ONE, database((1, header(T1, T1, script="evil"), T1))),
    "a tag more": (False, "other tags of hello-1-2", ONE, OTHER(more=[(1027, "evil")])),
    "a package more": (False, "all of evil-1-2", ONE, OTHER((2, header(T2, T2, name="evil"), T2))),
    "a time that the package's signature is about": (False, None, database((1, header(T1, T1, inside=True), T1)), OTHER(inside=True)),
    "a time that is a script, too": (False, None, database((1, header(T1, T1, shared=True), T1)), OTHER(shared=True)),
    "a time behind a region whose end is none": (False, None, database((1, header(T1, T1, end_bytes=0), T1)), OTHER(end_bytes=0)),
    "a key that is no package's": (False, None, ONE, database((1, header(T2, T2), T2), keys=[7])),
    "a view that asks for the time": (False, None, ONE + VIEW, OTHER() + VIEW),
    "a view that is called a table": (False, None, ONE + CALLED_A_TABLE, OTHER() + CALLED_A_TABLE),
    "a trigger that asks for the time": (False, None, ONE + TRIGGER, OTHER() + TRIGGER),
    "a table that rpm does not make so": (False, None, ONE + RENAMED, OTHER() + RENAMED),
    "an index": (True, None, ONE + INDEX, OTHER() + INDEX),
    "another number": (False, None, ONE, database((2, header(T2, T2), T2))),
}


def written_by_rpm(directory, side):
    root = os.path.join(directory, f"root{side}")
    spec = os.path.join(directory, "x.spec")
    with open(spec, "w", encoding="utf-8") as out:
        out.write("Name: x\nVersion: 1\nRelease: 2\nSummary: x\nLicense: MIT\nBuildArch: noarch\n%description\nx\n%files\n")
    run = {"check": True, "capture_output": True, "cwd": directory}
    if side == 0:
        subprocess.run(["rpmbuild", "-bb", f"--define=_topdir {directory}/top", spec], **run)
    options = ["--define=_db_backend sqlite", "--dbpath", root]
    subprocess.run(["rpm", *options, "--initdb"], **run)
    if b"force-debian" in subprocess.run(["rpm", "--help"], **run).stdout:
        options.append("--force-debian")
    subprocess.run(["rpm", *options, "-i", "--justdb", "--nodeps", f"{directory}/top/RPMS/noarch/x-1-2.noarch.rpm"], **run)
    path = os.path.join(root, "rpmdb.sqlite")
    base = sqlite3.connect(path)
    base.execute("PRAGMA journal_mode = DELETE")
    base.close()
    with open(path, "rb") as file:
        return file.read()


def made(directory, side, steps):
    path = os.path.join(directory, f"{side}.db")
    base = sqlite3.connect(path, isolation_level=None)
    for step in steps:
        base.execute(*step)
    base.close()
    with open(path, "rb") as file:
        return file.read()


def causes(node):
    event = node.get("event") or {}
    if event.get("cause") and "TarEntry" in event["type"]:
        yield event
    for child in node.get("children") or []:
        yield from causes(child)


def look(directory, contents):
    for side, content in enumerate(contents):
        with open(os.path.join(directory, f"{side}.bin"), "wb") as file:
            file.write(content)
        subprocess.run([MKIMAGE], input=f'oci_archive("{side}.tar", image(layer(file("var/lib/rpm/rpmdb.sqlite", open("{side}.bin", "rb").read()))))',
                       text=True, check=True, cwd=directory)
    told = subprocess.run([os.path.abspath(sys.argv[1]), "diff", "--semantic", "--ignore-history", "--accept=rpm-database,sqlite-database", "./0.tar", "./1.tar"],
                          cwd=directory, capture_output=True)
    subprocess.run([os.path.abspath(sys.argv[1]), "diff", "--semantic", "--quiet", "--explain", "--report-file", "r.json", "./0.tar", "./1.tar"], cwd=directory,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(directory, "r.json"), encoding="utf-8") as file:
        return told.returncode == 0, list(causes(json.load(file)))


def main():
    failed = 0
    for name, (proven, left, one, two) in CASES.items():
        for turn in (1, -1):
            with tempfile.TemporaryDirectory() as directory:
                accepted, events = look(directory, [made(directory, side, steps) for side, steps in enumerate((one, two)[::turn])])
                if accepted != proven or (left and left not in json.dumps(events)):
                    print(f"{name}: wanted {proven} {left}, found {accepted}, {json.dumps(events)[:800]}")
                    failed += 1
    if shutil.which("rpm") and shutil.which("rpmbuild"):
        with tempfile.TemporaryDirectory() as directory:
            one = written_by_rpm(directory, 0)
            subprocess.run(["sleep", "1.1"], check=True)  # rpm notes seconds
            accepted, events = look(directory, [one, written_by_rpm(directory, 1)])
            if not accepted or "INSTALLTIME" not in json.dumps(events):
                print(f"as rpm writes it: {accepted}, {json.dumps(events)[:800]}")
                failed += 1
    else:
        print("without rpm: what it writes was not tried")
    return 1 if failed else 0


sys.exit(main())
