#!/usr/bin/env python3
"""Every call that can fail fails in turn: torture.py DIFFOCI INJECT.so [--points N] [--seed N] [--kinds K,…] [-k SUBSTRING]

Each command below runs once undisturbed, then once for each of its allocations, reads, writes, opens, renames, syncs,
stats, locks, threads and socket calls with just that one failing (inject.c), or for N of each kind, chosen by the seed.
Wanted every time: no signal; status 2 with lines that begin with "diffoci: ", or the status and the standard output of
the undisturbed run; a store that lists the images it had before or should have after, with blobs that hash to their
names; reports that are whole or not there, and no temporary file beside them. Prints what falls short, then 'N passed,
N failed', counted in runs. The program may not have sanitizers, which have an allocator of their own."""
import argparse
import concurrent.futures
import contextlib
import errno
import functools
import glob
import hashlib
import http.server
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading

MKIMAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools", "mkimage.py")
RECIPE = """
def tree(word, mode=0o644, mtime=1, many=60):
    return [directory("etc/", mtime=mtime), *[file(f"etc/f{i}", str(i) * 50, mtime=mtime) for i in range(many)],
            file("etc/x", word, mode=mode, mtime=mtime), hardlink("etc/y", "etc/x"), symlink("etc/z", "x"),
            entry("etc/long" * 20, word, records={"SCHILY.xattr.user.a": "1"})]
one, two = file("var/a", "a" * 70000), file("var/b", "b")
oci_archive("base.tar", image(layer(*tree("one")), layer(one, two)).named("example.com/i:1"))
oci_archive("times.tar", image(layer(*tree("one", mtime=2)), layer(one, two)).named("example.com/i:1"))
oci_archive("word.tar", image(layer(*tree("two", mode=0o4755)), layer(one, two)).named("example.com/i:2"))
oci_archive("split.tar", image(layer(*tree("one")), layer(one), layer(two)).named("example.com/i:1"))
oci_archive("zstd.tar", image(layer(*tree("one")), layer(one, two, compress="zstd")), compress="zstd")
docker_archive("docker.tar", image(layer(*tree("one"), compress=None), layer(one, two, compress=None)).named("example.com/d:1"))
oci_dir("pub", image(layer(*tree("one")), layer(one, two)).named("example.com/i:1"))
"""
POLICY = "version: 1\nignore:\n  - path: /etc/x\n    reason: known\nignore-fields:\n  - mtime\n"
CLASSES = {"memory": errno.ENOMEM, "read": errno.EIO, "write": errno.ENOSPC, "open": errno.EMFILE, "rename": errno.EIO,
           "sync": errno.EIO, "stat": errno.EIO, "lock": errno.ENOLCK, "thread": errno.EAGAIN, "socket": errno.ENOBUFS}
# Also each of these, as another errno of the class.
MORE = [("write", errno.EPIPE)]
RUNS = [
    ["diff", "./base.tar", "./times.tar"],
    ["diff", "--semantic", "./base.tar", "./times.tar"],
    ["diff", "--semantic", "--quiet", "./base.tar", "./word.tar"],
    ["diff", "--effective", "--quiet", "./base.tar", "./split.tar"],
    ["diff", "--effective", "--quiet", "./base.tar", "./word.tar"],
    ["diff", "--semantic", "--quiet", "./base.tar", "./split.tar"],
    ["diff", "--verdict", "./base.tar", "./split.tar"],
    ["diff", "--verdict", "--require=semantic", "./zstd.tar", "./times.tar"],
    ["diff", "--quiet", "--explain", "--verbose", "./base.tar", "./word.tar"],
    ["diff", "--quiet", "--report-dir=out", "--report-file=out.json", "./base.tar", "./word.tar"],
    ["diff", "--quiet", "--policy=policy.yaml", "./base.tar", "./word.tar"],
    ["diff", "--semantic", "--quiet", "./docker.tar", "oci:pub"],
    ["diff", "--quiet", "--pull=never", "example.com/s:1", "./base.tar"],
    ["load", "--input", "base.tar"],
    ["load", "--input", "docker.tar"],
    ["images"],
    ["remove", "example.com/s:1"],
    ["pull", "HOST/app:1"],
    ["diff", "--semantic", "--quiet", "HOST/app:1", "./word.tar"],
    ["info", "--json"],
    ["completion", "bash"],
]


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, blobs, manifest, *rest):
        self.blobs, self.manifest = blobs, manifest
        super().__init__(*rest)

    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        body = self.blobs.get(name.removeprefix("sha256:"), self.blobs[self.manifest] if name == "1" else b"")
        self.send_response(200 if body or name == "" else 404)
        kind = json.loads(body).get("mediaType") if "/manifests/" in self.path and body else None
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            if self.command == "GET":
                self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def serve(layout):
    blobs = {os.path.basename(path): open(path, "rb").read() for path in glob.glob(layout + "/blobs/sha256/*")}
    with open(layout + "/index.json", encoding="utf-8") as index:
        manifest = json.load(index)["manifests"][0]["digest"].removeprefix("sha256:")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Registry, blobs, manifest))
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


class Place:
    """A folder in which one run takes place, made anew from the inputs."""

    def __init__(self, program, inputs, host):
        self.program, self.inputs, self.host = program, inputs, host

    def run(self, words, fault=None, count=None):
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            for name in os.listdir(self.inputs):
                if name == "store":
                    shutil.copytree(os.path.join(self.inputs, name), os.path.join(folder, name))
                else:
                    os.symlink(os.path.join(self.inputs, name), os.path.join(folder, name))
            env = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder, "DIFFOCI_BACKEND": "local",
                   "CONTAINERS_REGISTRIES_CONF": "/dev/null", "DIFFOCI_LOCAL_CACHE": os.path.join(folder, "store")}
            if fault:
                env.update(LD_PRELOAD=ARGUMENTS.inject, FAULT=fault)
            if count:
                env.update(FAULT_COUNT=count)
            words = [word.replace("HOST", self.host) for word in words]
            try:
                done = subprocess.run([self.program, *words], cwd=folder, env=env, capture_output=True, timeout=60,
                                      stdin=subprocess.DEVNULL, check=False)
            except subprocess.TimeoutExpired:
                return None, b"", b"", ["no end in 60 s"], None
            return done.returncode, done.stdout, done.stderr, *self.look_around(folder)

    def look_around(self, folder):
        """What is wrong in the folder, and the images that are in the store."""
        wrong = []
        for path in glob.glob(folder + "/*.tmp"):
            wrong.append(f"{os.path.basename(path)} is left behind")
        for path in (folder + "/out.json", folder + "/out/report.json"):
            if os.path.exists(path):
                try:
                    with open(path, encoding="utf-8") as report:
                        json.load(report)
                except ValueError:
                    if path.endswith("/out.json"):
                        wrong.append(f"{path} is half a report")
        for path in glob.glob(folder + "/store/blobs/sha256/*"):
            with open(path, "rb") as blob:
                if hashlib.sha256(blob.read()).hexdigest() != os.path.basename(path):
                    wrong.append(f"blob {os.path.basename(path)} is damaged")
        images = subprocess.run([self.program, "--backend=local", "--local-cache=" + folder + "/store", "images"],
                                capture_output=True, check=False)
        if images.returncode:
            wrong.append(f"the store is broken: {images.stderr!r}")
        return wrong, images.stdout


def judge(words, fault, before, undisturbed, disturbed):
    status, out, err, wrong, images = disturbed
    wrong = list(wrong)
    closed = fault == f"write {fault.split()[1]} {errno.EPIPE}"  # of the reader of standard output, perhaps
    if status is None:
        return wrong
    if status < 0:
        wrong.append(f"signal {-status}")
    elif status not in (2, undisturbed[0]):
        wrong.append(f"status {status}, undisturbed {undisturbed[0]}")
    elif status == 2 and undisturbed[0] != 2 and not re.fullmatch(rb"((diffoci: |verdict: )[^\n]*\n)+", err):
        wrong.append(f"status 2 and {err[-300:]!r}")
    elif status != 2 and out != undisturbed[1] and not (closed and undisturbed[1].startswith(out)):
        wrong.append(f"status {status} and another standard output: {out[-200:]!r}")
    if images not in (before, undisturbed[4]) and words[0] != "diff":
        wrong.append(f"the store lists {images!r}")
    if status == undisturbed[0] and images != undisturbed[4] and words[0] != "diff":  # which goes on without storing
        wrong.append(f"status {status}, but the store lists {images!r}")
    return wrong


def points(total, at_most, chooser):
    everything = range(1, total + 1)
    return everything if not at_most or total <= at_most else sorted(chooser.sample(everything, at_most))


def main():
    passed = failed = 0
    chooser = random.Random(ARGUMENTS.seed)
    with tempfile.TemporaryDirectory() as scratch:
        inputs = os.path.join(scratch, "inputs")
        os.mkdir(inputs)
        subprocess.run([sys.executable, MKIMAGE], input=RECIPE, text=True, cwd=inputs, check=True)
        with open(inputs + "/policy.yaml", "w", encoding="ascii") as policy:
            policy.write(POLICY)
        store = ["--backend=local", "--local-cache=" + inputs + "/store"]
        subprocess.run([ARGUMENTS.program, *store, "load", "-i", inputs + "/times.tar"], check=True, capture_output=True)
        place = Place(ARGUMENTS.program, inputs, serve(inputs + "/pub"))
        # The store also has an image under the name that some runs use.
        with open(inputs + "/store/index.json", "r+", encoding="utf-8") as index:
            text = index.read().replace("example.com/i:1", "example.com/s:1")
            index.seek(0)
            index.write(text)
            index.truncate()
        before = place.run(["images"])[1]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for words in RUNS:
                if ARGUMENTS.k not in " ".join(words):
                    continue
                undisturbed = place.run(words)
                if undisturbed[0] not in (0, 1) or undisturbed[3]:
                    print("undisturbed:", words, *undisturbed)
                    failed += 1
                    continue
                for kind, number in [*CLASSES.items(), *MORE]:
                    if kind not in ARGUMENTS.kinds:
                        continue
                    count = os.path.join(scratch, "count")
                    place.run(words, f"{kind} 0 {number}", count)
                    with open(count, encoding="ascii") as file:
                        total = int(file.read())
                    chosen = points(total, ARGUMENTS.points, chooser)
                    faults = [f"{kind} {n} {number}" for n in chosen]
                    for fault, result in zip(faults, pool.map(functools.partial(place.run, words), faults)):
                        wrong = judge(words, fault, before, undisturbed, result)
                        passed += not wrong
                        failed += bool(wrong)
                        for line in wrong:
                            print(f'FAULT="{fault}" diffoci {" ".join(words)}: {line}')
                    if ARGUMENTS.verbose:
                        print(f"{' '.join(words)}: {kind}: {len(chosen)} of {total}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


parser = argparse.ArgumentParser()
parser.add_argument("program", type=os.path.abspath)
parser.add_argument("inject", type=os.path.abspath)
parser.add_argument("--points", type=int, default=0, help="of each kind and command; 0: all")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(CLASSES))
parser.add_argument("-k", default="")
parser.add_argument("--verbose", action="store_true")
ARGUMENTS = parser.parse_args()
sys.exit(main())
