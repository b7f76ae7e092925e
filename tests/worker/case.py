"""What the tests of the confined process share: images, a registry that stops in a layer, processes that are looked at."""
import functools
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest

DIFFOCI, MKIMAGE = (os.path.abspath(argument) for argument in sys.argv[1:3])
RECIPE = """
oci_archive("a.tar", image(layer(file("x", "1"), *[file(f"f{i}", "same") for i in range(9)])).named("example.com/i:1"))
oci_archive("b.tar", image(layer(file("x", "2"), *[file(f"f{i}", "same") for i in range(9)])).named("example.com/i:1"))
oci_archive("linked.tar", image(layer(file("x", "1"), *[file(f"f{i}", "same") for i in range(9)], hardlink("d/link", "x"))).named("example.com/i:1"))
oci_dir("layout", image(layer(file("x", "2"), *[file(f"f{i}", "same") for i in range(9)])).named("example.com/i:1"))
"""
LESSER = os.path.join(os.path.dirname(MKIMAGE), "lesser.py")


def filters_of(status):
    """How many seccomp filters a process has, of its /proc/PID/status; Linux before 5.9 says only whether it has any."""
    number = re.search(r"^Seccomp_filters:\t(\d+)", status, re.MULTILINE)
    return int(number.group(1)) if number else int("Seccomp:\t2" in status)


class Stalling(http.server.BaseHTTPRequestHandler):
    """A registry that gives the manifest and the config, and of the layer a few bytes."""
    protocol_version = "HTTP/1.1"

    def __init__(self, layout, stop, stalled, *rest):
        self.layout, self.stop, self.stalled = layout, stop, stalled
        super().__init__(*rest)

    def blob(self, digest):
        with open(os.path.join(self.layout, "blobs", "sha256", digest.removeprefix("sha256:")), "rb") as file:
            return file.read()

    def do_GET(self):
        with open(os.path.join(self.layout, "index.json"), encoding="utf-8") as file:
            manifest = json.load(file)["manifests"][0]
        name = self.path.rsplit("/", 1)[-1]
        body = b"{}" if not name else self.blob(manifest["digest"] if "/manifests/" in self.path else name)
        self.send_response(200)
        self.send_header("Content-Type", manifest["mediaType"] if "/manifests/" in self.path else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body[:2] == b"\x1f\x8b":
            self.wfile.write(body[:20])
            self.wfile.flush()
            self.stalled.set()
            self.stop.wait(60)
            return
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = json.loads(subprocess.run([DIFFOCI, "info", "--json"], check=True, capture_output=True, text=True).stdout)["Sandbox"]["Missing"]
        if any("Landlock" not in word for word in missing):
            raise unittest.SkipTest(f"this system lacks {', '.join(missing)}")
        with open("/proc/self/status", encoding="ascii") as file:
            cls.filters = filters_of(file.read())
        # Without Landlock all the rest holds.
        cls.way = "auto" if missing else "require"
        cls.place = tempfile.TemporaryDirectory(prefix="worker-")
        subprocess.run([sys.executable, MKIMAGE], input=RECIPE, text=True, cwd=cls.place.name, check=True)
        cls.stop, cls.stalled = threading.Event(), threading.Event()
        handler = functools.partial(Stalling, os.path.join(cls.place.name, "layout"), cls.stop, cls.stalled)
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        cls.server.daemon_threads = True
        cls.server.handle_error = lambda *_: None
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.host = f"127.0.0.1:{cls.server.server_port}"

    @classmethod
    def tearDownClass(cls):
        cls.stop.set()
        cls.server.shutdown()
        cls.server.server_close()
        cls.place.cleanup()

    def command(self, *words):
        verb, rest = (words[0], words[1:]) if words[0] in ("pull", "load") else ("diff", words)
        return [DIFFOCI, verb, "--local-cache=store", f"--sandbox={self.way}", *rest]

    def is_filtered(self, status):
        """Beyond what this process has itself, which may be under a filter."""
        return "Seccomp:\t2" in status and filters_of(status) == self.filters + 1

    def diffoci(self, *words, **more):
        return subprocess.run(self.command(*words), cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False, **more)

    def begin(self, *words, **variables):
        process = subprocess.Popen(self.command(*words), cwd=self.place.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=os.environ | variables | {"SECRET": "hunter2", "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0"})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start(self, *words):
        """Started, and its confined process."""
        self.stalled.clear()
        process = self.begin(*words)
        for _ in range(1200):
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                children = file.read().split()
            if children:
                with open(f"/proc/{children[0]}/status", encoding="ascii") as file:
                    status = file.read()
                if self.is_filtered(status):
                    return process, int(children[0]), status
            time.sleep(0.05)
        self.fail("there is no confined process")

    def layer_is_on_its_way(self):
        self.assertTrue(self.stalled.wait(60), "nobody asked for the layer")
        time.sleep(1)

    def layer(self):
        blobs = os.path.join(self.place.name, "layout", "blobs", "sha256")
        for name in os.listdir(blobs):
            with open(os.path.join(blobs, name), "rb") as file:
                if file.read(2) == b"\x1f\x8b":
                    return name
        self.fail("there is no layer")

    def holds(self, pid, wanted):
        """What a process has open beside 0 to 2, once it has closed what it was not given."""
        for _ in range(200):
            held = sorted(os.readlink(f"/proc/{pid}/fd/{name}").split(":")[0] for name in os.listdir(f"/proc/{pid}/fd") if int(name) > 2)
            if held == sorted(wanted):
                return
            time.sleep(0.05)
        self.fail(f"{pid} holds {held}")

    def program(self, name, script):
        path = os.path.join(self.place.name, "tools", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + script)
            os.fchmod(file.fileno(), 0o755)
        return path

    def ends(self, pid):
        for _ in range(400):
            if not os.path.exists(f"/proc/{pid}/exe"):
                return
            time.sleep(0.05)
        self.fail(f"{pid} goes on")

    def store_command(self, store, *words, **more):
        return subprocess.run([DIFFOCI, words[0], f"--local-cache={store}", "--backend=local", *words[1:]], cwd=self.place.name,
                              capture_output=True, text=True, timeout=60, check=False, **more)
