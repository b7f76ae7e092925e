#!/usr/bin/env python3
"""Holds a diffoci against the cases from the field: field.py DIFFOCI FOLDER [-k SUBSTRING]

FOLDER is one of tests/field/ (cases, reach). Runs that fall short are held against the list
tests/field/falls-short.txt: one that is not in it is a failure, and so is one in it that has come to pass, since then
its line has to go. Prints how, then 'N passed, N fall short as listed, N failed'.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CHECK = os.path.join(HERE, "field", "check.py")
LIST = os.path.join(HERE, "field", "falls-short.txt")
MAKER = os.path.join(HERE, "tools", "mkimage.py")
FELL_SHORT = re.compile(r"^(\S+: diffoci .*): falls short$")


def listed(folder, only):
    with open(LIST, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    cases = os.listdir(os.path.join(HERE, "field", folder))
    return {line for line in lines
            if line and not line.startswith("#") and line.split(":")[0] in cases and only in line.split(":")[0]}


def main():
    program, folder = sys.argv[1:3]
    only = sys.argv[4] if sys.argv[3:4] == ["-k"] else ""
    done = subprocess.run([sys.executable, CHECK, program, MAKER, os.path.join(HERE, "field", folder), "-v", "-k", only],
                          check=False, capture_output=True, text=True)
    known = listed(folder, only)
    short = {}
    last = None
    for line in done.stdout.splitlines()[:-1]:
        found = FELL_SHORT.match(line)
        if found:
            last = found.group(1)
            short[last] = []
        elif line.startswith("    ") and last:
            short[last].append(line)
        else:  # a recipe that fails
            short[line] = []
    failed = [(name, how) for name, how in short.items() if name not in known]
    for name, how in failed:
        print("\n".join([name + ": falls short", *how]))
    for name in sorted(known - set(short)):
        print(f"{name}: passes; take its line out of tests/field/falls-short.txt")
    totals = re.match(r"(\d+) passed, \d+ failed$", done.stdout.splitlines()[-1] if done.stdout else "")
    if not totals:
        sys.exit(done.stdout + done.stderr)
    wrong = len(failed) + len(known - set(short))
    print(f"{totals.group(1)} passed, {len(known & set(short))} fall short as listed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
