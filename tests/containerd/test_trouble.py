#!/usr/bin/env python3
"""A containerd that hangs, ends, refuses, or is not there: a clear error, and nothing left half-written.
test_trouble.py DIFFOCI PROBE [--containerd DIRECTORY | --suite SUITE] [TEST...]"""
import hashlib
import os
import signal
import subprocess
import time

import common
import mkimage as mk
import places
from common import Probe
from faulty import FaultyRegistry
from layout import Image as ServedImage
from layout import layer as served_layer

RANDOM = os.urandom(8_000_000)
NOBODY = 65534
# enum error_code
NOT_FOUND, CORRUPT, NETWORK, TIMEOUT = "2", "4", "9", "10"


def plain(*names):
    return mk.image(mk.layer(mk.file("x", b"one"))).named(*names)


def large(*names):
    return mk.image(mk.layer(mk.file("large", RANDOM), compress=None)).named(*names)


class Trouble(common.Case):
    def archive(self, name, *images, **more):
        mk.oci_archive(self.path(name), *images, **more)
        return self.path(name)

    def empty(self):
        for name in self.containerd.images():
            self.containerd.ctr("images", "rm", "--sync", name)
        self.assertNothingLeft()

    def load_large(self):
        """The probe's words to open its layer, and the size of that."""
        self.diffoci("load", "--input", self.archive("large.tar", large("example.com/large:1")))
        layer = large().manifest["layers"][0]
        return f"open {layer['digest']} {layer['size']}", layer["size"]

    def test_no_socket(self):
        for address, says in ((self.path("none"), "is containerd running?"), ("relative", "expected the absolute path"),
                              ("/" + "a" * 200, "a socket's path can have at most 107"), ("/dev/null", "socket")):
            self.environ["CONTAINERD_ADDRESS"] = address
            result = self.diffoci("images", status=2)
            self.assertIn(says, result.stderr)
            self.assertIn(address, result.stderr)
            self.assertEqual(result.stderr.count("\n"), 1)
            result = self.diffoci("info", "--debug", backend="auto")
            self.assertIn("Backend: local", result.stdout)
            self.assertIn("backend auto: the local store, since there is no containerd", result.stderr)

    def test_scheme(self):
        self.environ["CONTAINERD_ADDRESS"] = "unix://" + self.containerd.address
        self.assertIn("containerd", self.diffoci("info").stdout)

    def test_not_containerd(self):
        server = subprocess.Popen(["python3", "-c", """
import http.server, socketserver, sys
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
with Server(sys.argv[1], Handler) as server:
    print("ready", flush=True)
    server.serve_forever()
""", self.path("s")], stdout=subprocess.PIPE)
        try:
            server.stdout.readline()
            self.environ["CONTAINERD_ADDRESS"] = self.path("s")
            self.assertIn("is this containerd's socket", self.diffoci("images", status=2).stderr)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

    def as_nobody(self, *words, **environ):
        os.chmod(self.dir, 0o755)
        environ = {**self.environ, "HOME": "/nonexistent", **environ}
        program = places.for_anyone(common.PROGRAMS["diffoci"], self.dir)
        return subprocess.run([program, *words], env=environ, capture_output=True, text=True,
                              timeout=common.WAIT, check=False, user=NOBODY, group=NOBODY, extra_groups=[])

    def test_permission(self):
        result = self.as_nobody("images", "--backend=containerd")
        self.assertEqual(result.returncode, 2)
        self.assertIn("Permission denied; root may use it", result.stderr)
        result = self.as_nobody("info", "--debug")
        self.assertIn("Backend: local", result.stdout)
        self.assertIn("Permission denied", result.stderr)

    def test_rootless(self):
        """The socket of a rootless containerd is in the mount namespace that rootlesskit made."""
        os.mkdir(self.path("containerd-rootless"))
        with open(self.path("containerd-rootless/child_pid"), "w", encoding="utf-8") as file:
            file.write("4194305\n")
        del self.environ["CONTAINERD_ADDRESS"]
        result = self.as_nobody("images", "--backend=containerd", XDG_RUNTIME_DIR=self.dir)
        self.assertIn("(/proc/4194305/root/run/containerd/containerd.sock)", result.stderr)
        result = self.as_nobody("images", "--backend=containerd", XDG_RUNTIME_DIR=self.path("other"))
        self.assertIn("(/run/containerd/containerd.sock)", result.stderr)

    def test_namespace(self):
        self.diffoci("load", "--input", self.archive("a.tar", plain("example.com/a:1")))
        for name in ("missing", "default"):
            result = self.diffoci("diff", "--pull=never", f"--containerd-namespace={name}", "example.com/b:1", "./a",
                                  status=2)
            self.assertIn(f'namespace "{name}"', result.stderr)
        self.assertIn("there are: default", self.diffoci("diff", "--pull=never", "--containerd-namespace=missing",
                                                         "example.com/a:1", "./a", status=2).stderr)
        self.assertIn("not a name", self.diffoci("images", "--containerd-namespace=a b", status=2).stderr)
        self.assertNotIn("missing", self.containerd.ctr("namespaces", "ls", "-q").split())
        self.empty()

    def test_stopped(self):
        self.containerd.stop()
        try:
            result = self.diffoci("images", status=2)
            self.assertIn("no answer within 5 s; is it stopped", result.stderr)
            result = self.diffoci("info", "--debug", backend="auto")
            self.assertIn("Backend: local", result.stdout)
            self.assertIn("no answer within 1 s", result.stderr)
        finally:
            self.containerd.go_on()

    def test_stopped_while_read(self):
        opening, size = self.load_large()
        probe = Probe(self, stall_ms=5000)
        self.assertRegex(probe("find example.com/large:1"), "^ok ")
        self.assertEqual(probe(opening), "ok 0")
        self.assertEqual(probe("read 1000"), "ok 1000")
        self.containerd.stop()
        try:
            self.assertRegex(probe("rest"), f"^{TIMEOUT} containerd .*no answer within 5 s")
        finally:
            self.containerd.go_on()
        self.assertEqual(probe(opening), "ok 0")
        self.assertEqual(probe("rest"), f"ok {size}")
        probe.close()
        self.empty()

    def test_ended_while_read(self):
        opening, size = self.load_large()
        probe = Probe(self)
        self.assertRegex(probe("find example.com/large:1"), "^ok ")
        self.assertEqual(probe(opening), "ok 0")
        self.assertEqual(probe("read 1000"), "ok 1000")
        self.containerd.kill()
        self.assertRegex(probe("rest"), f"^{NETWORK} containerd .*(closed|broke)")
        self.assertRegex(probe(opening), f"^{NETWORK} containerd .*nobody listens")
        self.containerd.start()
        self.assertEqual(probe(opening), "ok 0")
        self.assertEqual(probe("rest"), f"ok {size}")
        probe.close()
        self.empty()

    def test_restarted(self):
        """A connection that was kept for later is found to be dead."""
        self.load_large()
        probe = Probe(self)
        self.assertRegex(probe("find example.com/large:1"), "^ok ")
        self.containerd.kill()
        self.containerd.start()
        self.assertRegex(probe("find example.com/large:1"), "^ok ")
        probe.close()
        self.empty()

    def test_wrong_digest(self):
        """containerd checks what it is told."""
        zeros = hashlib.sha256(bytes(1000)).hexdigest()
        probe = Probe(self)
        self.assertEqual(probe(f"begin sha256:{'1' * 64} 1000"), "ok 0")
        self.assertEqual(probe("put 1000"), "ok 0")
        self.assertRegex(probe("commit"), f"^{CORRUPT} containerd .*digest")
        self.assertEqual(probe(f"begin sha256:{zeros} 1000"), "ok 0")
        self.assertEqual(probe("put 999"), "ok 0")
        self.assertRegex(probe("commit"), f"^{CORRUPT} size mismatch: expected 1000 bytes, found 999")
        self.assertEqual(self.containerd.active(), [])
        self.assertEqual(probe(f"begin sha256:{zeros} 1000"), "ok 0")
        self.assertEqual(probe("put 1000"), "ok 0")
        self.assertEqual(probe("commit"), "ok 0")
        self.assertEqual(probe(f"begin sha256:{zeros} 1000"), "ok 1")
        probe.close()
        self.empty()

    def test_ended_while_written(self):
        probe = Probe(self)
        self.assertEqual(probe("put 3000000"), "ok 0")
        self.containerd.kill()
        self.assertRegex(probe("put 3000000"), f"^{NETWORK} containerd ")
        self.containerd.start()
        self.assertEqual(probe("abort"), "ok 0")
        probe.close()
        self.empty()

    def test_abort(self):
        probe = Probe(self)
        self.assertEqual(probe("put 3000000"), "ok 0")
        self.assertEqual(len(self.containerd.active()), 1)
        self.assertEqual(self.containerd.content(), [])
        self.assertEqual(probe("abort"), "ok 0")
        self.assertEqual(self.containerd.active(), [])
        self.assertEqual(probe("put 10"), "ok 0")
        self.assertEqual(probe("commit"), "ok 0")
        self.assertEqual(len(self.containerd.content()), 1)
        probe.close()  # no image was made of it
        self.empty()

    def test_killed(self):
        """A process that is killed leaves a lease, which ends by itself and takes all with it."""
        path = self.archive("large.tar", large("example.com/large:1"))
        process = subprocess.Popen([common.PROGRAMS["diffoci"], "load"], stdin=subprocess.PIPE,
                                   env=dict(self.environ, DIFFOCI_BACKEND="containerd"))
        with open(path, "rb") as file:
            process.stdin.write(file.read(6_000_000))
        process.stdin.flush()
        end = time.monotonic() + common.WAIT
        while not self.containerd.active():
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), end)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdin.close()
        self.assertEqual(self.containerd.images(), [])
        leases = self.containerd.leases()
        self.assertEqual(len(leases), 1)
        self.assertIn("containerd.io/gc.expire=", self.containerd.ctr("leases", "ls"))
        self.containerd.ctr("leases", "rm", "--sync", *leases)
        self.empty()

    def test_broken_archive(self):
        spoilt = mk.image(mk.layer(mk.file("x", b"one")))
        spoilt.spoil(spoilt.manifest["layers"][0], b"spoilt" * 40000)
        for path in (self.archive("cut.tar", large("example.com/a:1"), cut=5_000_000),
                     self.archive("spoilt.tar", spoilt.named("example.com/b:1"))):
            self.diffoci("load", "--input", path, status=2)
            self.assertNothingLeft()

    def test_broken_registry(self):
        image = ServedImage([served_layer(1, 3_000_000)])
        wrong = bytes(len(image.blobs[image.layers[0]["digest"]]))
        server = FaultyRegistry({"a/b:latest": image}, [(image.layers[0]["digest"],
                                                         lambda handler, _: handler.send(200, wrong))])
        self.addCleanup(server.close)
        result = self.diffoci("pull", f"{server.host}/a/b", status=2)
        self.assertIn("digest mismatch", result.stderr)
        self.assertNothingLeft()

    def test_removed_while_read(self):
        """What was found stays until it is read."""
        opening, size = self.load_large()
        probe = Probe(self)
        self.assertRegex(probe("find example.com/large:1"), "^ok ")
        self.diffoci("remove", "example.com/large:1")
        self.assertEqual(probe(opening), "ok 0")
        self.assertEqual(probe("rest"), f"ok {size}")
        self.assertRegex(probe("find example.com/large:1"), f"^{NOT_FOUND} ")
        probe.close()
        # A lease that only kept what others removed ends without waiting for the collector.
        self.diffoci("load", "--input", self.archive("a.tar", plain("example.com/a:1")))
        self.empty()


if __name__ == "__main__":
    common.main()
