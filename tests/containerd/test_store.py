#!/usr/bin/env python3
"""containerd as a store: test_store.py DIFFOCI PROBE [--containerd DIRECTORY | --suite SUITE] [TEST...]"""
import hashlib
import json
import os
import re
import subprocess
import time

import common
import mkimage as mk
from counting import CountingProxy
from faulty import FaultyRegistry
from layout import Image as ServedImage
from layout import Index as ServedIndex
from layout import layer as served_layer

RANDOM = os.urandom(3_000_000)

def plain(*names):
    return mk.image(mk.layer(mk.file("x", b"one"))).named(*names)


def other(*names):
    return mk.image(mk.layer(mk.file("x", b"two"), mk.file("y", b"\0" * 200000), compress=None)).named(*names)


def large(*names):
    return mk.image(mk.layer(mk.file("large", RANDOM), compress=None)).named(*names)


class Store(common.Case):
    def tearDown(self):
        for name in self.containerd.images():
            self.containerd.ctr("images", "rm", "--sync", name)
        self.assertNothingLeft()

    def archive(self, name, *images, **more):
        mk.oci_archive(self.path(name), *images, **more)
        return self.path(name)

    def load(self, *images, **more):
        return self.diffoci("load", "--input", self.archive("load.tar", *images), **more).stdout

    def test_info(self):
        version = self.containerd.ctr("version").split("Server:")[1].split()[1]
        self.assertEqual(json.loads(self.diffoci("info", "--json").stdout)["Backend"],
                         {"Name": "containerd", "Version": version})
        self.assertEqual(self.diffoci("info").stdout.splitlines()[:2],
                         ["Backend: containerd", "Containerd: " + version])

    def test_load(self):
        """What was loaded is whole in containerd's eyes, and stays when others are removed."""
        names = ["docker.io/library/alpine:2", "example.com/a:1"]
        self.assertEqual(self.load(plain("example.com/a:1"), other("alpine:2")).splitlines(),
                         [f"Loaded image: {name}" for name in reversed(names)])
        self.assertEqual(self.containerd.images(), names)
        self.assertEqual(self.containerd.leases(), [])
        checked = self.containerd.ctr("images", "check").splitlines()[1:]
        self.assertEqual(len(checked), 2)
        for line in checked:
            self.assertIn(" complete (2/2) ", line)
        before = len(self.containerd.content())
        self.containerd.ctr("images", "rm", "--sync", "example.com/a:1")
        self.assertEqual(len(self.containerd.content()), before - 3)
        self.diffoci("diff", "alpine:2", "--pull=never", "--verify", self.archive("b.tar", other()))

    def test_index(self):
        multi = mk.index(plain(), other(), platforms=[mk.platform("amd64"), mk.platform("arm64", variant="v8")])
        self.load(multi.named("example.com/multi:1"))
        lines = [line.split() for line in self.diffoci("images").stdout.splitlines()]
        self.assertEqual([line[:2] + line[3:5 if line[2] == "IMAGE" else 4] for line in lines],
                         [["REPOSITORY", "TAG", "ID", "PLATFORM"],
                          ["example.com/multi", "1", "linux/amd64"], ["example.com/multi", "1", "linux/arm64"]])
        self.assertEqual(len(self.containerd.content()), 7)
        # A collection keeps what the labels refer to.
        self.load(plain("example.com/x:1"))
        self.diffoci("remove", "example.com/x:1")
        self.assertEqual(len(self.containerd.content()), 7)

    def test_imported(self):
        """What ctr has put there."""
        path = self.archive("a.tar", plain("example.com/a:1"))
        self.containerd.ctr("images", "import", "--no-unpack", path)
        for name in ("example.com/a:1", "containerd://example.com/a:1"):
            self.diffoci("diff", "--pull=never", name, path)
        self.diffoci("diff", "containerd://example.com/a:1", self.archive("b.tar", other()), status=1, backend="local")
        self.assertEqual(self.containerd.leases(), [])

    def test_names(self):
        self.load(plain("alpine:3"))
        digest = self.diffoci("images", "--no-trunc").stdout.splitlines()[1].split()[2]
        for name in ("alpine:3", "docker.io/library/alpine:3", f"alpine:3@{digest}", f"alpine@{digest}"):
            self.diffoci("diff", "--pull=never", name, self.path("load.tar"))
        for name in (digest, "alpine:3"):
            self.diffoci("diff", "containerd://" + name, self.path("load.tar"))
        wrong = "sha256:" + "0" * 64
        for name in ("alpine", f"alpine:3@{wrong}"):
            self.assertIn("no image", self.diffoci("diff", "--pull=never", name, "./x", status=2).stderr)
        self.assertEqual(self.diffoci("remove", digest).stdout, "docker.io/library/alpine:3\n")

    def test_kubernetes(self):
        """Its images have three records: a name, a name with a digest, and the digest of the config."""
        image = plain("example.com/a:1")
        self.load(image)
        config, root = image.manifest["config"]["digest"], self.diffoci("images", "--no-trunc").stdout.splitlines()[1].split()[2]
        for name in (config, f"example.com/a@{root}"):
            self.containerd.ctr("images", "tag", "example.com/a:1", name)
        for name in (config, root, f"example.com/a@{root}", "example.com/a:1"):
            self.diffoci("diff", "containerd://" + name, self.path("load.tar"))
        self.assertEqual(sorted(self.diffoci("remove", root).stdout.splitlines()),
                         sorted([config, "example.com/a:1", f"example.com/a@{root}"]))
        self.assertNothingLeft()

    def test_incomplete(self):
        """Layers that containerd has unpacked and dropped are fetched."""
        image = ServedImage([served_layer(1, 100_000), served_layer(2, 100_000)])
        server = FaultyRegistry({"a/b:latest": image})
        self.addCleanup(server.close)
        name = f"{server.host}/a/b:latest"
        self.diffoci("pull", name)
        dropped, kept = (layer["digest"] for layer in image.layers)
        self.containerd.ctr("content", "rm", dropped)
        for words in (["--pull=never", name, name], ["containerd://" + name] * 2):
            told = self.diffoci("diff", "--verify", *words, status=2).stderr
            self.assertIn(dropped, told)
            self.assertIn("discard_unpacked_layers", told)
            self.assertIn("ctr content fetch", told)
        del server.requests[:]
        result = self.auto("diff", "--verify", name, name)
        self.assertIn("found in containerd", result.stderr)
        self.assertTrue(server.paths(dropped))
        self.assertFalse(server.paths(kept))
        self.assertNotIn("warning", result.stderr)

    def test_unnamed(self):
        self.assertTrue(self.load(plain()).startswith("Loaded image: sha256:"))
        line = self.diffoci("images", "--no-trunc").stdout.splitlines()[1].split()
        self.assertEqual(line[:2], ["<none>", "<none>"])
        self.assertEqual(self.diffoci("remove", line[2]).stdout, line[2] + "\n")
        self.assertNothingLeft()

    def test_replace(self):
        self.load(plain("example.com/a:1"))
        self.load(other("example.com/a:1"))
        self.assertEqual(len(self.containerd.content()), 3)  # what only the old one used is gone
        self.diffoci("diff", "--pull=never", "example.com/a:1", self.path("load.tar"))

    def test_remove(self):
        self.load(plain("example.com/a:1"), plain("example.com/b:1"), other("example.com/c:1"))
        result = self.diffoci("remove", "example.com/a:1", "nothing/here", "example.com/c:1", status=2)
        self.assertEqual(result.stdout, "example.com/a:1\nexample.com/c:1\n")
        self.assertIn("nothing/here", result.stderr)
        self.assertEqual(len(self.containerd.content()), 3)
        self.diffoci("rmi", "example.com/b:1")
        self.assertNothingLeft()

    def test_pull(self):
        image = ServedImage([served_layer(1, 100_000), served_layer(2, 3_000_000)])
        server = FaultyRegistry({"a/b:latest": image})
        self.addCleanup(server.close)
        name = f"{server.host}/a/b:latest"
        self.assertEqual(self.diffoci("pull", name).stdout, f"Digest: {image.digest}\n{name}\n")
        self.assertEqual(self.containerd.images(), [name])
        self.assertIn("complete", self.containerd.ctr("images", "check"))
        self.assertEqual(self.containerd.content(), sorted(image.blobs))
        origin = f"containerd.io/distribution.source.{server.host}=a/b"
        self.assertEqual(self.containerd.ctr("content", "ls").count(origin), len(image.blobs))
        self.diffoci("diff", "--pull=never", "--verify", name, name)

    def test_two_namespaces(self):
        """What another namespace has is not sent again, and is ours when that one gives it up."""
        self.load(large("example.com/a:1"))
        self.diffoci("--containerd-namespace=other", "load", "--input", self.path("load.tar"))
        more = {"namespace": "other"}
        self.assertEqual(self.containerd.content(**more), self.containerd.content())
        self.diffoci("remove", "example.com/a:1")
        self.assertNothingLeft()
        self.diffoci("diff", "--containerd-namespace=other", "--pull=never", "example.com/a:1", "--verify",
                     self.path("load.tar"))
        self.diffoci("remove", "example.com/a:1", "--containerd-namespace=other")
        self.assertNothingLeft(**more)

    def test_two_at_once(self):
        """Two processes that write the same blobs."""
        path = self.archive("load.tar", large("example.com/a:1"))
        environ = dict(self.environ, DIFFOCI_BACKEND="containerd")
        processes = [subprocess.Popen([common.PROGRAMS["diffoci"], "load", "--input", path], env=environ,
                                      stdout=subprocess.DEVNULL) for _ in range(4)]
        self.assertEqual([process.wait(common.WAIT) for process in processes], [0] * 4)
        self.diffoci("diff", "--pull=never", "--verify", "example.com/a:1", path)
        self.assertEqual(len(self.containerd.content()), 3)

    def test_auto(self):
        """containerd for what it has; the local store for the rest."""
        self.load(plain("example.com/a:1"))
        self.load(other("example.com/b:1"), backend="local")
        result = self.auto("diff", "--pull=never", "example.com/a:1", "example.com/b:1", status=1)
        self.assertIn("example.com/a:1: found in containerd", result.stderr)
        listed = self.auto("images").stdout
        self.assertIn("example.com/a", listed)
        self.assertIn("example.com/b", listed)
        self.assertEqual(self.auto("info").stdout.splitlines()[0], "Backend: containerd")
        self.auto("remove", "example.com/b:1")
        self.auto("remove", "example.com/a:1")
        self.assertEqual(len(self.auto("images").stdout.splitlines()), 1)
        self.auto("load", "--input", self.archive("c.tar", plain("example.com/c:1")))
        self.assertEqual(self.containerd.images(), ["example.com/c:1"])

    def test_auto_local(self):
        """Without the namespace, and where only --local-cache is given, auto is local."""
        self.load(plain("example.com/a:1"))
        self.environ["CONTAINERD_NAMESPACE"] = "nobodys"
        result = self.auto("load", "--input", self.path("load.tar"))
        self.assertIn('containerd has no namespace "nobodys"', result.stderr)
        self.assertNotIn("nobodys", self.containerd.ctr("namespaces", "ls", "-q").split())
        del self.environ["CONTAINERD_NAMESPACE"], self.environ["CONTAINERD_ADDRESS"]
        result = self.auto("info")
        self.assertEqual(result.stdout.splitlines()[0], "Backend: local")
        self.assertIn("since --local-cache is given", result.stderr)

    def test_cached(self):
        """What diff fetches in passing is kept, as far as it was read, under a name that nobody else runs."""
        images = [ServedIndex([ServedImage([served_layer(i, 100_000)])]) for i in range(2)]
        server = FaultyRegistry({"a/b:latest": images[0], "a/c:latest": images[1]})
        self.addCleanup(server.close)
        names = [f"{server.host}/a/{x}:latest" for x in "bc"]
        self.diffoci("diff", "--platform=amd64", *names, status=1)
        self.assertEqual(self.containerd.images(), ["diffoci.cached/" + name for name in names])
        # What the indexes refer to, and the manifests below them, outlives a collection.
        self.load(plain("example.com/x:1"))
        self.diffoci("remove", "example.com/x:1")
        self.assertEqual(self.containerd.content(), sorted({**images[0].blobs, **images[1].blobs}))
        self.diffoci("diff", "--platform=amd64", "--pull=never", *names, status=1)
        self.assertIn("diffoci.cached=true", self.containerd.ctr("images", "ls"))
        self.diffoci("pull", "--platform=amd64", names[0])
        self.assertEqual(self.containerd.ctr("images", "ls").count("diffoci.cached=true"), 1)
        self.assertEqual(self.containerd.images(), sorted([names[0], "diffoci.cached/" + names[1]]))
        # A tag that has moved meanwhile is compared as it is now, and the record stays what it was.
        before = self.containerd.ctr("images", "ls", f"name=={names[0]}")
        server.images["a/b:latest"] = ServedIndex([ServedImage([served_layer(7, 100_000)])])
        self.diffoci("diff", "--platform=amd64", "--pull=always", *names, status=1)
        self.assertEqual(self.containerd.ctr("images", "ls", f"name=={names[0]}"), before)
        self.assertEqual(self.diffoci("remove", *names).stdout.split(), names)
        self.assertNothingLeft()

    def held(self):
        """How many bytes containerd has of each blob, to a thousandth, and whether that is all of it."""
        held = {digest: (None, True) for digest in self.containerd.content()}
        for line in self.containerd.active():
            reference, size = line.split()[:2]
            number, unit = re.fullmatch(r"([\d.]+)([kMG]?)B", size).groups()
            held["sha256:" + re.search(r"[0-9a-f]{64}", reference)[0]] = (float(number) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[unit], False)
        return held

    def bytes_held(self, sizes):
        return sum(sizes.get(digest, 0) if whole else size for digest, (size, whole) in self.held().items())

    def test_interrupted(self):
        """A pull that was killed goes on where containerd had got to. How much it gets before is no question of time."""
        layers = [served_layer(i, 4 << 20) for i in range(3)]
        image = ServedImage(layers)
        sizes = {layer["digest"]: layer["size"] for layer in image.layers}
        server = FaultyRegistry({"a/b:latest": image})
        self.addCleanup(server.close)
        proxy = CountingProxy(server.port)
        self.addCleanup(proxy.close)
        name = f"{proxy.host}/a/b:latest"
        environ = dict(self.environ, DIFFOCI_BACKEND="containerd")
        until = time.monotonic() + common.WAIT
        resumed = 0
        held = {}
        for limit in (6 << 20, 5 << 20, None):
            asked = len(server.requests)
            before = self.bytes_held(sizes)
            proxy.received, proxy.limit = 0, limit
            proxy.flows.set()
            if limit is None:
                self.diffoci("pull", name)
            else:
                with subprocess.Popen([common.PROGRAMS["diffoci"], "pull", name], env=environ, stdout=subprocess.DEVNULL) as process:
                    # Less than a message of 1 MiB of each of three layers is kept back, and what the proxy holds.
                    try:
                        while self.bytes_held(sizes) < before + limit - (4 << 20):
                            self.assertIsNone(process.poll())
                            self.assertLess(time.monotonic(), until, "containerd gets no more of what has come")
                            time.sleep(0.05)
                    finally:
                        process.kill()
            begun = {path.rsplit("/", 1)[1]: headers["Range"] for _, path, headers in server.requests[asked:] if path.rsplit("/", 1)[1] in sizes}
            for digest in sizes:
                size, whole = held.get(digest, (0, False))
                if whole or digest not in begun:
                    self.assertTrue(not whole or digest not in begun, f"{digest} is fetched again")
                elif size:
                    start = int(re.fullmatch(r"bytes=(\d+)-\d*", begun[digest])[1])
                    self.assertAlmostEqual(start / size, 1, delta=0.001)
                    resumed += 1
                else:
                    self.assertIsNone(begun[digest])
            held = self.held()
        self.assertGreater(resumed, 0)
        self.assertEqual(self.containerd.content(), sorted(image.blobs))
        self.diffoci("diff", "--verify", "--pull=never", name, name)
        for lease in self.containerd.leases():
            self.containerd.ctr("leases", "delete", "--sync", lease)
        self.diffoci("remove", name)
        self.assertNothingLeft()

    def test_what_opens_images_is_confined(self):
        """While it reads of containerd, and writes there what comes from a registry; connections that it needs then come from elsewhere."""
        image = ServedImage([served_layer(i, 1 << 20) for i in range(3)])
        server = FaultyRegistry({"a/b:latest": image})
        self.addCleanup(server.close)
        proxy = CountingProxy(server.port)
        self.addCleanup(proxy.close)
        proxy.limit = 1 << 20
        environ = dict(self.environ, DIFFOCI_BACKEND="containerd")
        self.load(large("example.com/a:1"))
        with subprocess.Popen([common.PROGRAMS["diffoci"], "diff", "--semantic", "--quiet", "--sandbox=require", f"{proxy.host}/a/b:latest", "containerd://example.com/a:1"],
                              env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            while proxy.flows.is_set() and process.poll() is None:
                time.sleep(0.05)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                status = file.read()
            proxy.limit = None
            proxy.flows.set()
            said = process.communicate(timeout=common.WAIT)[1]
        self.assertEqual((process.returncode, said), (1, ""))
        self.assertIn("Seccomp:\t2", status)
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertTrue(set(image.blobs) <= set(self.containerd.content()))
        for name in self.containerd.images():
            self.diffoci("remove", name)

    def test_damaged(self):
        """A blob that containerd has and that is not what its digest says."""
        images = [ServedImage([served_layer(i, 100_000) for i in numbers]) for numbers in ((0, 1), (0, 2))]
        server = FaultyRegistry({"a/b:latest": images[0], "a/c:latest": images[1]})
        self.addCleanup(server.close)
        names = [f"{server.host}/a/{x}:latest" for x in "bc"]
        digest = images[0].layers[1]["digest"]
        path = os.path.join(self.containerd.dir, "root/io.containerd.content.v1.content/blobs/sha256", digest.split(":")[1])
        self.diffoci("pull", names[0])
        for words, status in ((["pull", names[0]], 0), (["diff", "--semantic", *names], 1)):
            os.chmod(path, 0o644)
            with open(path, "r+b") as file:
                file.seek(5000)
                file.write(b"\0\0\0\0")
            self.diffoci(*words, status=status)
            with open(path, "rb") as file:
                self.assertEqual("sha256:" + hashlib.sha256(file.read()).hexdigest(), digest)


if __name__ == "__main__":
    common.main()
