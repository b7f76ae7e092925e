#!/usr/bin/env python3
"""Allocations of libsquashfs that fail: squashfs_memory.py DIFFOCI PRELOADED

Two file systems, in which two files differ. Whichever allocation fails, the two are told, or that the whole was not looked into for
want of memory; so is every other row, and the images never are equal."""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
program, preloaded = (os.path.abspath(word) for word in sys.argv[1:3])
if not shutil.which("mksquashfs"):
    sys.exit(77)
failed = 0
CHANGED = {"x.squashfs!/d/s7", "x.squashfs!/f30"}


def lay(directory, side):
    os.makedirs(os.path.join(directory, "d"))
    for n in range(1, 41):
        with open(os.path.join(directory, f"f{n}"), "wb") as file:
            file.write(bytes((n * i * i + i) % 251 for i in range(n * 300)) + (b"!" if n == 30 and side else b""))
    for n in range(10):
        with open(os.path.join(directory, f"d/s{n}"), "w", encoding="utf-8") as file:
            file.write(f"hello {n}{side if n == 7 else ''}\n")
    os.link(os.path.join(directory, "f3"), os.path.join(directory, "also"))
    os.symlink("f1", os.path.join(directory, "link"))


def diff(directory, number):
    result = subprocess.run([program, "diff", "--semantic", "--inside", "./0.tar", "./1.tar"], capture_output=True, text=True, cwd=directory,
                            env={**os.environ, "LD_PRELOAD": preloaded, "NO_MEMORY": str(number)})
    rows = [line for line in result.stdout.splitlines()[1:] if line.startswith("File")]
    return result, rows


def check(number, result, rows):
    global failed
    told = {row.split()[1] for row in rows}
    others = [row for row in rows if row.split()[1] not in CHANGED | {"x.squashfs"}]
    whole = any("not looked into" in row and "no memory" in row for row in rows)
    if result.returncode != 1 or not (whole or CHANGED <= told) or any("no memory" not in row for row in others):
        failed += 1
        print(f"allocation {number}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return whole or bool(others)


with tempfile.TemporaryDirectory() as work:
    recipe = ""
    for side in 0, 1:
        lay(os.path.join(work, f"tree{side}"), side)
        subprocess.run(["mksquashfs", f"tree{side}", f"{side}.squashfs", "-quiet", "-no-progress", "-comp", ("gzip", "xz")[side], "-b", "4096"],
                       cwd=work, check=True, stdout=subprocess.DEVNULL)
        recipe += f"oci_archive('{side}.tar', image(layer(file('x.squashfs', open('{side}.squashfs', 'rb').read()))))\n"
    subprocess.run([sys.executable, os.path.join(HERE, "..", "tools", "mkimage.py")], input=recipe, text=True, cwd=work, check=True)
    without = diff(work, 0)
    check(0, *without)
    number, hurt = 0, 0
    while number < 5000:
        number += 1 if number < 60 else 7
        found = diff(work, number)
        hurt += check(number, *found)
        if found[1] == without[1]:
            break  # there are no more
    if hurt < 10:
        failed += 1
        print(f"only {hurt} of {number} allocations were seen to fail")
print(f"{number} allocations, {hurt} told, {failed} failed")
sys.exit(1 if failed else 0)
