#!/usr/bin/env python3
"""--inside on files that Python's own modules and zstd write: run.py DIFFOCI [--seeds N] [SEED...]

make.py makes two pairs of images for each seed. In `noise` every file differs, but only in what means nothing inside
its format: no row, status 0, either way round. In `tamper` the files of want.json differ in something that counts as
well: the rows name exactly these files, either way round."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
program = os.path.abspath(sys.argv[1])
arguments = sys.argv[2:]
seeds = list(range(1, 21))
if arguments[:1] == ["--seeds"]:
    seeds = list(range(1, 1 + int(arguments[1])))
elif arguments:
    seeds = [int(seed) for seed in arguments]
failed = 0


def check(what, wanted, found):
    global failed
    if wanted != found:
        failed += 1
        print(f"{what}: wanted {wanted}, found {found}")


def diff(directory, name, sides, *more, flags=("--inside",)):
    inputs = [os.path.join(directory, f"{name}-{side}.tar") for side in sides]
    result = subprocess.run([program, "diff", "--semantic", *flags, *more, *inputs], capture_output=True, text=True)
    rows = [line.split()[1] for line in result.stdout.splitlines()[1:]]
    return result, sorted({re.split("!/", row)[0] for row in rows})


# No cause that somebody accepts may hide what it does not prove: with all of them accepted, what was changed stays.
with open(os.path.join(HERE, "..", "..", "src", "policy", "causes.yaml"), encoding="utf-8") as file:
    causes = sorted(set(re.findall(r"^  - id: (\S+)", file.read(), re.M)) - {"consequence"})

for seed in seeds:
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([sys.executable, os.path.join(HERE, "make.py"), directory, str(seed)], check=True)
        with open(os.path.join(directory, "want.json"), encoding="utf-8") as file:
            want = json.load(file)
        for sides in ((0, 1), (1, 0)):
            result, files = diff(directory, "noise", sides)
            check(f"seed {seed}: noise {sides}: status", 0, result.returncode)
            check(f"seed {seed}: noise {sides}: files", [], files)
            result, files = diff(directory, "tamper", sides)
            check(f"seed {seed}: tamper {sides}: status", 1, result.returncode)
            check(f"seed {seed}: tamper {sides}: missing", [], sorted(set(want["tamper"]) - set(files)))
            check(f"seed {seed}: tamper {sides}: too many", [], sorted(set(files) - set(want["tamper"])))
            for flags in ([], ["--inside"]) if sides == (0, 1) and seed <= 4 else ():
                result, files = diff(directory, "tamper", sides, "--accept=" + ",".join(causes), flags=flags)
                check(f"seed {seed}: tamper {sides} {flags}, accepted: status", 1, result.returncode)
                check(f"seed {seed}: tamper {sides} {flags}, accepted: missing", [], sorted(set(want["tamper"]) - set(files)))


def zipped_by_bsdtar(directory, name, text, stamp):
    """libarchive's zip: sizes in local headers, sums behind the contents."""
    tree = os.path.join(directory, name)
    os.makedirs(os.path.join(tree, "d"))
    for file, content in (("d/text", text), ("d/same", "x" * 1000), ("empty", "")):
        with open(os.path.join(tree, file), "w", encoding="utf-8") as out:
            out.write(content)
    for entry in ("d/text", "d/same", "empty", "d"):
        os.utime(os.path.join(tree, entry), (stamp, stamp))
    subprocess.run(["bsdtar", "--format=zip", "-cf", f"{tree}.zip", "-C", tree, "d", "empty"], check=True)
    with open(f"{tree}.zip", "rb") as archive:
        data = archive.read()
    recipe = f"oci_archive({name + '-0.tar'!r}, image(layer(file('x.zip', {data!r}))))"
    subprocess.run([sys.executable, os.path.join(HERE, "..", "tools", "mkimage.py")], input=recipe, text=True, cwd=directory, check=True)


if shutil.which("bsdtar"):
    with tempfile.TemporaryDirectory() as directory:
        for name, text, stamp in (("old", "one", 1700000000), ("new", "one", 1700001234), ("other", "two", 1700001234)):
            zipped_by_bsdtar(directory, name, text, stamp)
        for name, status in (("new", 0), ("other", 1)):
            inputs = [os.path.join(directory, f"{side}-0.tar") for side in ("old", name)]
            result = subprocess.run([program, "diff", "--semantic", "--inside", *inputs], capture_output=True, text=True)
            check(f"bsdtar's zip, {name}: status", status, result.returncode)
            check(f"bsdtar's zip, {name}: looked into", True, "not looked into" not in result.stdout)
else:
    print("skipped: bsdtar is not installed")
print(f"{len(seeds)} seeds, {failed} failed")
sys.exit(1 if failed else 0)
