#!/usr/bin/env python3
"""Whether two databases with the same rows are proven to hold nothing else: sqlite_rows.py DIFFOCI

Each case is written by SQLite, or changed behind its back; wanted is how sure the cause sqlite-database is, None where another
difference is told."""
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

MKIMAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "mkimage.py")
TABLES = ("PRAGMA page_size = 1024", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE u (a, b)", "CREATE INDEX i ON u (b)",
          "INSERT INTO t VALUES (1, 'x')", "INSERT INTO u VALUES (1, 'y')")
LARGE = ("PRAGMA page_size = 65536", *TABLES[1:])
DETOUR = ("INSERT INTO u VALUES (9, 'z')", "DELETE FROM u WHERE a = 9")
ELSEWHERE = ("INSERT INTO t VALUES (9, 9)", "DELETE FROM t WHERE a = 9")
KEYED = ("CREATE TABLE r (a PRIMARY KEY, b) WITHOUT ROWID", "INSERT INTO r VALUES (1, 2)")
LONG = ("CREATE TABLE l (a)", "INSERT INTO l VALUES (hex(zeroblob(500)))")
FREE_BLOCK = ("INSERT INTO u VALUES (2, 'between'), (3, 'last')", "DELETE FROM u WHERE a = 2")
TRIGGERS = ("CREATE TRIGGER a INSERT ON t BEGIN DELETE FROM u; END", "CREATE TRIGGER b INSERT ON t BEGIN DELETE FROM u; END")
WIDE = (*TABLES[:2], "CREATE TABLE u (a, b, c)", *TABLES[3:5], "INSERT INTO u VALUES (1, 'y', 'evil')", "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET sql = 'CREATE TABLE u (a, b)' WHERE name = 'u'")
NAMED = ("CREATE TABLE r (rowid, _rowid_, oid)",)


def index_entry(content):
    """The index holds another value than its table: on its leaf (file format, 1.6: type 10)."""
    for page in range(0, len(content), 1024):
        at = content.find(b"y", page, page + 1024)
        if content[page] == 10 and at >= 0:
            return content[:at] + b"w" + content[at + 1:]
    raise AssertionError("there is no leaf")


def over(at, more):
    """at: counted from the end where it is negative."""
    def change(content):
        place = at % len(content)
        assert not any(content[place:place + len(more)])
        return content[:place] + more + content[place + len(more):]
    return change


def lone_bytes(at):
    """Each as if it were the size of a free block, with no next one (file format, 1.6)."""
    def change(content):
        for i, letter in enumerate(b"evil"):
            content = over(at + 5 * i, bytes([letter]))(content)
        return content
    return change


def in_free_block(content):
    """Behind what a free block begins with (file format, 1.6)."""
    for page in range(1024, len(content), 1024):
        first = int.from_bytes(content[page + 1:page + 3], "big")
        if first and content[page] == 13:
            return over(page + first + 5, b"evil")(content)
    raise AssertionError("there is none")


def byte(at):
    return lambda content: content[:at] + bytes([content[at] ^ 5]) + content[at + 1:]


CASES = {
    "other steps": ("proven", TABLES, TABLES + DETOUR),
    "vacuumed": ("proven", TABLES + ("VACUUM",), TABLES + DETOUR + ("VACUUM",)),
    "the schema's counter, which VACUUM raises": ("likely", TABLES, TABLES + ("VACUUM",)),
    "the schema's counter": ("likely", TABLES, TABLES + ("PRAGMA schema_version = 77",)),
    "rowids of the schema": ("likely", TABLES, TABLES + ("PRAGMA writable_schema = 1", "UPDATE sqlite_master SET rowid = rowid + 7")),
    "without row numbers": ("proven", TABLES + KEYED, TABLES + KEYED + DETOUR),
    "free pages": ("likely", TABLES, TABLES + ("CREATE TABLE g (x)", "INSERT INTO g VALUES (zeroblob(9000))", "DROP TABLE g")),
    "row numbers that have no name": ("proven", TABLES + NAMED, TABLES + NAMED + DETOUR),
    "bytes behind the end": ("likely", TABLES, TABLES + DETOUR, lambda content: content + b"hidden"),
    "a page behind the end": ("likely", TABLES, TABLES + DETOUR, lambda content: content + bytes(1024)),
    "an index that says other things": ("likely", TABLES, TABLES + DETOUR, index_entry),
    "bytes in a gap": ("likely", TABLES, TABLES + DETOUR, over(1024 + 600, b"evil")),
    "lone bytes in a gap": ("likely", TABLES, TABLES + DETOUR, lone_bytes(1024 + 500)),
    "four bytes in the gap of a large page": ("likely", LARGE, LARGE, over(65536 + 20000, b"evil")),
    "bytes behind the pointers to cells": ("likely", TABLES, TABLES + DETOUR, over(1024 + 10, b"evil")),
    "a free block": ("proven", TABLES + FREE_BLOCK, TABLES + FREE_BLOCK + ELSEWHERE),
    "bytes in a free block": ("likely", TABLES + FREE_BLOCK, TABLES + FREE_BLOCK + ELSEWHERE, in_free_block),
    "what was deleted": ("proven", TABLES + ("INSERT INTO u VALUES (3, 'last')",), TABLES + (
        "INSERT INTO u VALUES (2, 'between')", "DELETE FROM u WHERE a = 2", "INSERT INTO u VALUES (3, 'last')")),
    "an overflow page": ("proven", TABLES + LONG, TABLES + LONG + DETOUR),
    "bytes behind what overflows": ("likely", TABLES + LONG, TABLES + LONG + DETOUR, over(-4, b"evil")),
    "a column that no table has": ("likely", TABLES, WIDE),
    "the order of triggers": ("likely", TABLES + TRIGGERS, TABLES + TRIGGERS[::-1]),
    "pages that tell of pages": ("likely", ("PRAGMA auto_vacuum = 1",) + TABLES, ("PRAGMA auto_vacuum = 1",) + TABLES + DETOUR),
    "row numbers": (None, TABLES, TABLES[:-1] + ("INSERT INTO u (rowid, a, b) VALUES (7, 1, 'y')",)),
    "another row": (None, TABLES, TABLES + ("INSERT INTO u VALUES (9, 9)",)),
    "user version": (None, TABLES, TABLES + ("PRAGMA user_version = 3",)),
    "cache size": (None, TABLES, TABLES + ("PRAGMA default_cache_size = 77",)),
    "journal mode": (None, TABLES, ("PRAGMA journal_mode = WAL",) + TABLES),
    "unused bytes of the header": (None, TABLES, TABLES + DETOUR, byte(72)),
}


def image(directory, side, steps, change=lambda content: content):
    path = os.path.join(directory, f"{side}.db")
    base = sqlite3.connect(path, isolation_level=None)
    for step in steps:
        base.execute(step)
    base.close()
    with open(path, "rb") as file:
        content = change(file.read())
    with open(path, "wb") as file:
        file.write(content)
    subprocess.run([MKIMAGE], input=f'oci_archive("{side}.tar", image(layer(file("srv/x.db", open("{path}", "rb").read()))))', text=True,
                   check=True, cwd=directory)


def causes(node):
    event = node.get("event") or {}
    if event.get("cause") and "TarEntry" in event["type"]:
        yield event["cause"]["id"], event["cause"]["strength"]
    for child in node.get("children") or []:
        yield from causes(child)


def main():
    failed = 0
    for name, (wanted, one, two, *change) in CASES.items():
        with tempfile.TemporaryDirectory() as directory:
            image(directory, 0, one)
            image(directory, 1, two, *change)
            status = subprocess.run([os.path.abspath(sys.argv[1]), "diff", "--semantic", "--explain", "--quiet", "--report-file", "r.json", "./0.tar",
                                     "./1.tar"], cwd=directory, stdout=subprocess.DEVNULL).returncode
            with open(os.path.join(directory, "r.json")) as file:
                found = dict(causes(json.load(file))).get("sqlite-database")
        if status != 1 or found != wanted:
            print(f"{name}: wanted {wanted}, found {found}, status {status}")
            failed += 1
    return 1 if failed else 0


sys.exit(main())
