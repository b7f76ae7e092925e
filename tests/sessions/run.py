#!/usr/bin/env python3
"""Three questions that people come with, and how much they are told: run.py DIFFOCI [--update]

The images are those of make.py. The summary of each, on 80 columns, is held against a file in golden/ byte for byte (--update writes
them anew: read what changed before you commit it); how many rows and lines there are is counted from the images themselves."""
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")
diffoci = os.path.abspath(sys.argv[1])
update = "--update" in sys.argv
passed = failed = 0

# What each of them is asked, and at most how many lines a person gets for it.
SESSIONS = {
    ("rebuilt", "strict"): ([], 45),
    ("rebuilt", "semantic"): (["--semantic"], 16),
    ("rebuilt", "explained"): (["--semantic", "--explain"], 24),
    ("upgraded", "semantic"): (["--semantic"], 15),
    ("upgraded", "strict"): ([], 25),
    ("added", "semantic"): (["--semantic"], 30),
}


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {found}")


def run(*args):
    env = dict(os.environ, COLUMNS="80", DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"))
    return subprocess.run([diffoci, "diff", *args], capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL)


def tree(folder):
    """{path: (type, content, mode)} of all layers, later ones over earlier ones; nothing is removed in these images."""
    def blob(digest):
        with open(os.path.join(folder, "blobs", *digest.split(":")), "rb") as file:
            return file.read()
    with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
        manifest = json.loads(blob(json.load(file)["manifests"][0]["digest"]))
    out = {}
    for layer in manifest["layers"]:
        archive = tarfile.open(fileobj=io.BytesIO(blob(layer["digest"])))
        for member in archive.getmembers():
            out[member.name] = (member.type, archive.extractfile(member).read() if member.isreg() else b"", member.mode)
    return out


def check_session(name, question, flags, most):
    images = [f"oci:{name}-0", f"oci:{name}-1"]
    done = run("-o", "summary", *flags, *images)
    lines = done.stdout.split("\n")[:-1]
    check(f"{name} {question}: status", done.returncode == 1, (done.returncode, done.stderr))
    check(f"{name} {question}: at most {most} lines", len(lines) <= most, len(lines))
    check(f"{name} {question}: no line over 80 columns", all(len(line) <= 80 for line in lines), max(lines, key=len))
    path = os.path.join(GOLDEN, f"{name}-{question}.txt")
    if update:
        with open(path, "w", encoding="utf-8") as file:
            file.write(done.stdout)
    with open(path, encoding="utf-8") as file:
        golden = file.read()
    check(f"{name} {question}: as in {os.path.basename(path)}", golden == done.stdout, "\n" + done.stdout)
    rows = run("--quiet", "-o", "table", *flags, *images).stdout.count("\n") - 1
    print(f"{name}, {question}: {rows} rows in the table, {len(lines)} lines in the summary")
    if question == "semantic":
        trees = [tree(f"{name}-{side}") for side in range(2)]
        differ = sum(1 for path in trees[0].keys() | trees[1].keys() if trees[0].get(path) != trees[1].get(path))
        settings = 1 if name == "upgraded" else 0  # NGINX_VERSION
        lengths = 1 if len(trees[0]) != len(trees[1]) else 0  # the row that tells how many entries there are
        check(f"{name}: rows", rows == differ + settings + lengths, (rows, differ))
        check(f"{name}: differences", lines and any(line.startswith(f"{differ + settings} differences: ") for line in lines), lines)


with tempfile.TemporaryDirectory(prefix="sessions-") as folder:
    os.chdir(folder)
    subprocess.run([sys.executable, os.path.join(HERE, "make.py"), "."], check=True)
    for (name, question), (flags, most) in SESSIONS.items():
        check_session(name, question, flags, most)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
