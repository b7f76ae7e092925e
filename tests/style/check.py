#!/usr/bin/env python3
"""Checks of the sources that compilers do not make: check.py WHAT

  includes  a room of src/ includes only rooms to its left in the order below, and of them only what doors.txt lists
  headers   every header compiles by itself, and is guarded by its own name
  format    clang-format has nothing to change
  text      no words that stand for work not done; warns of files over 500 lines

Prints each offence. Exit status 1 if there is one, 77 (skipped) if the tool for it is missing.
"""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ORDER = ["base", "tar", "image", "policy", "net", "store", "source", "layer", "formats", "evidence", "packages", "pair", "diff", "report", "show", "worker", "cli"]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# Built from parts, so that this file does not offend itself.
UNDONE = re.compile("|".join(["TO" + "DO", "FIX" + "ME", r"\bXX" + r"X\b", r"\bHA" + r"CK\b", "for " + "now",
                              "not " + "implemented"]))


def sources(*folders, suffixes=(".c", ".h")):
    for folder in folders:
        for directory, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(names):
                if name.endswith(suffixes):
                    yield os.path.relpath(os.path.join(directory, name), ROOT)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def doors():
    """Headers that may be included from other rooms, and those that may be from other folders of their own room."""
    outside, within = set(), set()
    with open(os.path.join(ROOT, "tests", "style", "doors.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                room, names = line.split(":")
                public, _, shared = names.partition(";")
                outside |= {f"{room}/{name}" for name in public.split()}
                within |= {f"{room}/{name}" for name in shared.split()}
    return outside, within


def kept_shut():
    outside, within = doors()
    unused = set(outside | within)
    for path in sources("src"):
        folder = os.path.relpath(os.path.dirname(path), "src")
        for included in INCLUDE.findall(read(path)):
            owner = os.path.dirname(included)
            if folder == owner or not os.path.isfile(os.path.join(ROOT, "src", included)):
                continue
            same_room = folder.split("/")[0] == owner.split("/")[0]
            if same_room and included in within or not same_room and included in outside:
                unused.discard(included)
            elif not (same_room and ("/" not in owner or included in outside)) and folder != ".":
                yield f'{path}: "{included}" is for {owner}/ alone (tests/style/doors.txt)'
    for name in sorted(unused):
        yield f"tests/style/doors.txt: nobody needs {name} from outside"


def includes():
    yield from kept_shut()
    for path in sources("src"):
        parts = path.split(os.sep)
        room = parts[1] if len(parts) > 2 else "cli"
        if room not in ORDER:
            yield f"{path}: {room} has no place in the order of folders"
            continue
        for included in INCLUDE.findall(read(path)):
            other = included.split("/")[0]
            if other not in ORDER:
                yield f'{path}: "{included}": name the folder under src/'
            elif ORDER.index(other) > ORDER.index(room):
                yield f'{path}: "{included}": {room} stands to the left of {other}'


def headers():
    for path in sources("src", suffixes=(".h",)):
        guard = "DIFFOCI_" + re.sub(r"[/.]", "_", os.path.relpath(path, "src")).upper()
        if f"#ifndef {guard}\n#define {guard}\n" not in read(path):
            yield f"{path}: guard it with {guard}"
        if path.endswith("banned.h"):
            continue
        result = subprocess.run(
            ["cc", "-x", "c", "-std=gnu11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE",
             "-include", "src/base/banned.h", "-Isrc", "-"],
            input=f'#include "{os.path.relpath(path, "src")}"\n', cwd=ROOT, text=True, capture_output=True)
        if result.returncode:
            yield f"{path} does not stand alone:\n{result.stderr}"


def formatting():
    if not shutil.which("clang-format"):
        sys.exit(77)
    files = list(sources("src", "tests", "bench"))
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], cwd=ROOT, text=True, capture_output=True)
    if result.returncode:
        yield result.stderr


def text():
    for path in sources("src", "tests", "bench", "docs", "scripts", suffixes=(".c", ".h", ".py", ".build", ".md", ".in")):
        if path.startswith("tests/conformance"):
            continue
        content = read(path)
        for number, line in enumerate(content.split("\n"), 1):
            if UNDONE.search(line):
                yield f"{path}:{number}: {line.strip()}"
        if path.endswith((".c", ".h")) and content.count("\n") > 500:
            print(f"warning: {path}: {content.count(chr(10))} lines")


def main():
    check = {"includes": includes, "headers": headers, "format": formatting, "text": text}[sys.argv[1]]
    offences = list(check())
    for offence in offences:
        print(offence)
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
