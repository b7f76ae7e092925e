"""The places that fault tests run in: images, a registry, a store; and what is wrong in a place afterwards."""
import contextlib
import functools
import glob
import hashlib
import http.server
import json
import os
import shutil
import signal
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
import io, zipfile
def zipped(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name in "abc":
            archive.writestr(zipfile.ZipInfo(name), name * 30000, compress_type=method)
    return out.getvalue()
def archives(method, word):
    return layer(*tree(word), *[file(f"usr/{i}.zip", zipped(method)) for i in range(3)])
oci_archive("zipped.tar", image(archives(zipfile.ZIP_STORED, "one")))
oci_archive("rezipped.tar", image(archives(zipfile.ZIP_DEFLATED, "one")))
oci_dir("rewritten", image(archives(zipfile.ZIP_DEFLATED, "two")))
for name, word in ("one", "one"), ("other", "two"):
    os.makedirs(name + "/etc")
    write(name + "/etc/x", word)
    write(name + "/etc/y", "y" * 70000)
    os.symlink("etc/x", name + "/z")
"""
# An engine's program with one image, and a helper that tells credentials.
ENGINE = """#!/bin/sh
case "$*" in
*inspect*) echo "[]" ;;
*save*) exec cat INPUTS/docker.tar ;;
esac
exit 1
"""
HELPER = """#!/bin/sh
cat >/dev/null
echo '{"ServerURL": "x", "Username": "user", "Secret": "secret"}'
"""
POLICY = "version: 1\nignore:\n  - path: /etc/x\n    reason: known\nignore-fields:\n  - mtime\n"


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, blobs, manifest, *rest):
        self.blobs, self.manifest = blobs, manifest
        super().__init__(*rest)

    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        if "/private/" in self.path and not self.headers.get("Authorization"):
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="tests"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
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

    @contextlib.contextmanager
    def made(self):
        """The folder, and the environment of what runs in it."""
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            for name in os.listdir(self.inputs):
                if name in ("store", "old"):
                    shutil.copytree(os.path.join(self.inputs, name), os.path.join(folder, name), symlinks=True)
                else:
                    os.symlink(os.path.join(self.inputs, name), os.path.join(folder, name))
            env = {"PATH": os.environ["PATH"] + ":" + os.path.join(self.inputs, "bin"), "HOME": folder, "TMPDIR": folder,
                   "DIFFOCI_BACKEND": "local", "DOCKER": os.path.join(self.inputs, "bin", "engine"),
                   "DOCKER_CONFIG": os.path.join(self.inputs, "bin"),
                   "CONTAINERS_REGISTRIES_CONF": "/dev/null", "DIFFOCI_LOCAL_CACHE": os.path.join(folder, "store")}
            yield folder, env

    def words(self, words):
        return [self.program, *(word.replace("HOST", self.host) for word in words)]

    def run(self, words, **more):
        """Status, standard output, standard error, what is wrong afterwards, the images in the store."""
        with self.made() as (folder, env):
            env.update(more)
            status, out, err = self.run_in(folder, env, words)
            if status is None:
                return status, out, err, ["no end in 60 s"], None
            return status, out, err, *self.look_around(folder)

    def run_in(self, folder, env, words):
        """Status, None if there was no end, and both outputs. What is made to stand still goes on standing behind the end."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(self.words(words), cwd=folder, env=env, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                       start_new_session=True)
            status = None
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = process.wait(timeout=60)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            out.seek(0)
            err.seek(0)
            return status, out.read(), err.read()

    def look_around(self, folder):
        """What is wrong in the folder, and the images that are in the store."""
        wrong = []
        for path in glob.glob(folder + "/*.tmp"):
            wrong.append(f"{os.path.basename(path)} is left behind")
        if os.path.exists(folder + "/out.json"):
            try:
                with open(folder + "/out.json", encoding="utf-8") as report:
                    json.load(report)
            except ValueError:
                wrong.append("out.json is half a report")
        for path in glob.glob(folder + "/store/blobs/sha256/*"):
            with open(path, "rb") as blob:
                if hashlib.sha256(blob.read()).hexdigest() != os.path.basename(path):
                    wrong.append(f"blob {os.path.basename(path)} is damaged")
        images = subprocess.run([self.program, "--backend=local", "--local-cache=" + folder + "/store", "images"],
                                capture_output=True, check=False)
        if images.returncode:
            wrong.append(f"the store is broken: {images.stderr!r}")
        return wrong, images.stdout


def make(program, scratch):
    """The place of runs whose inputs are made in a folder, where the store has one image already, and the directory
    "old" an earlier report."""
    inputs = os.path.join(scratch, "inputs")
    os.mkdir(inputs)
    subprocess.run([sys.executable, MKIMAGE], input=RECIPE, text=True, cwd=inputs, check=True)
    host = serve(inputs + "/pub")
    os.mkdir(inputs + "/bin")
    for name, text in {"engine": ENGINE.replace("INPUTS", inputs), "docker-credential-told": HELPER,
                       "config.json": json.dumps({"credHelpers": {host: "told"}})}.items():
        with open(os.path.join(inputs, "bin", name), "w", encoding="ascii") as file:
            file.write(text)
            os.chmod(file.name, 0o755)
    subprocess.run([program, "diff", "--quiet", "--report-dir=old", "./base.tar", "./word.tar"], cwd=inputs, check=False, capture_output=True)
    with open(inputs + "/policy.yaml", "w", encoding="ascii") as policy:
        policy.write(POLICY)
    store = ["--backend=local", "--local-cache=" + inputs + "/store"]
    subprocess.run([program, *store, "load", "-i", inputs + "/times.tar"], check=True, capture_output=True)
    # Under the name that some runs use.
    with open(inputs + "/store/index.json", "r+", encoding="utf-8") as index:
        text = index.read().replace("example.com/i:1", "example.com/s:1")
        index.seek(0)
        index.write(text)
        index.truncate()
    return Place(program, inputs, host)
