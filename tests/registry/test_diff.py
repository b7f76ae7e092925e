#!/usr/bin/env python3
"""diffoci itself on images in registries: what it fetches, what it leaves in the store, what it says."""
import hashlib
import os
import pty
import re
import resource
import shutil
import subprocess
import tempfile
import time

import common
from counting import CountingProxy
from faulty import FaultyRegistry
from layout import OCI_INDEX, OCI_MANIFEST, Image, layer, write_layout
from registry import DockerRegistry, need, push

need("docker-registry", "skopeo")

WORLD = {}


def setUpModule():
    directory = WORLD["directory"] = tempfile.mkdtemp(prefix="diffoci-registry-")
    shared = [layer(seed, 1 << 19) for seed in range(7)]
    WORLD["images"] = {"one": Image(shared + [layer(100, 3 << 20)]), "two": Image(shared + [layer(200, 3 << 20)])}
    cut = [layer(300, 1 << 20), layer(301, 1 << 20)]
    WORLD["images"].update(whole=Image(shared + [layer(300, 1 << 20, 301)]), cut=Image(shared + cut))
    WORLD["layout"] = directory + "/layout"
    write_layout(WORLD["layout"], WORLD["images"])
    WORLD["registry"] = DockerRegistry(directory, directory + "/storage")
    for name in WORLD["images"]:
        push(WORLD["layout"], name, f"{WORLD['registry'].host}/app:{name}", directory)


def tearDownModule():
    WORLD["registry"].close()
    shutil.rmtree(WORLD["directory"])


class Case(common.Case):
    def setUp(self):
        super().setUp()
        self.images = WORLD["images"]
        self.store = self.home + "/store"

    def diffoci(self, *words, status, says=()):
        result = self.run_program("--local-cache", self.store, *words, program="diffoci")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, result.stderr)
        return result

    def check_store(self):
        """Every blob in the store is what its name says; how many there are."""
        blobs = 0
        for directory, _, names in os.walk(self.store + "/blobs"):
            for name in names:
                with open(os.path.join(directory, name), "rb") as file:
                    self.assertEqual(hashlib.sha256(file.read()).hexdigest(), name)
                blobs += 1
        return blobs


class Bytes(Case):
    """Two images of 8 layers share 7: only the two that differ are fetched."""

    def setUp(self):
        super().setUp()
        self.proxy = CountingProxy(WORLD["registry"].port)
        self.addCleanup(self.proxy.close)
        self.names = [f"{self.proxy.host}/app:one", f"{self.proxy.host}/app:two"]
        differing = [image.layers[7]["size"] for image in self.images.values()]
        self.limit = sum(differing) + 64 * 1024

    def wanted(self):
        result = self.run_program("diff", f"oci:{WORLD['layout']}:one", f"oci:{WORLD['layout']}:two", program="diffoci")
        self.assertEqual(result.returncode, 1, result.stderr)
        return result.stdout

    def test_through_the_store(self):
        result = self.diffoci("diff", *self.names, status=1)
        self.assertEqual(result.stdout, self.wanted())
        self.assertRegex(result.stderr, r"\Averdict: different: .*\n\Z")
        self.assertLessEqual(self.proxy.received, self.limit)
        self.check_store()
        # A second time, all is there.
        before = self.proxy.received
        self.assertEqual(self.diffoci("diff", *self.names, status=1).stdout, self.wanted())
        self.assertEqual(self.proxy.received, before)
        self.assertEqual(self.diffoci("diff", "--pull=never", *self.names, status=1).stdout, self.wanted())
        # Asked for again, only the manifests are.
        self.diffoci("diff", "--pull=always", *self.names, status=1)
        self.assertLessEqual(self.proxy.received - before, 16 * 1024)

    def test_without_a_store(self):
        self.assertEqual(self.diffoci("diff", "--no-cache", *self.names, status=1).stdout, self.wanted())
        self.assertLessEqual(self.proxy.received, self.limit)
        self.assertFalse(os.path.exists(self.store))

    def test_verdict(self):
        """One file more on each side: whether lower layers have it as well, those that both share have to tell."""
        result = self.diffoci("diff", *self.names, status=1, says="whether it is effective was not looked into")
        self.assertLessEqual(self.proxy.received, self.limit)
        self.assertEqual(result.stdout, self.wanted())
        self.assertEqual(self.diffoci("diff", "--verdict", *self.names, status=1).stdout, "different\n")
        both = sum(layer["size"] for layer in self.images["one"].layers) + self.images["two"].layers[7]["size"]
        self.assertLessEqual(self.proxy.received, both + 128 * 1024)
        # Not asked for it, nothing is opened that the comparison did not need, even if it is there by now.
        self.diffoci("diff", *self.names, status=1, says="whether it is effective was not looked into")

    def test_verdict_without_a_store(self):
        self.diffoci("diff", "--no-cache", "--require=effective", *self.names, status=1, says="verdict: different: a container")
        both = sum(layer["size"] for layer in self.images["one"].layers) + self.images["two"].layers[7]["size"]
        self.assertLessEqual(self.proxy.received, both + 128 * 1024)
        self.diffoci("diff", "--no-cache", "--require=identical", *self.names, status=1)
        # Where no file can be had, it is fetched once and the question stays open.
        self.environ["TMPDIR"] = self.home + "/none"
        self.diffoci("diff", "--no-cache", "--require=effective", *self.names, status=2, says="fetched again")

    def test_effective(self):
        """Each blob once, those that both have on one side only, whether they are kept or not."""
        sides = [f"oci:{WORLD['layout']}:{name}" for name in ("one", "two")]
        wanted = self.run_program("diff", "--effective", *sides, program="diffoci").stdout
        self.assertEqual(re.findall(r'name "(.*)" only appears in input (\d) \(layer 7\)', wanted),
                         [("file-100", "0"), ("file-200", "1")])
        both = sum(layer["size"] for layer in self.images["one"].layers) + self.images["two"].layers[7]["size"]
        for flags in (["--no-cache"], []):
            before = self.proxy.received
            self.assertEqual(self.diffoci("diff", "--effective", *flags, *self.names, status=1).stdout, wanted)
            self.assertLessEqual(self.proxy.received - before, both + 128 * 1024)

    def test_layers_cut_elsewhere(self):
        """8 against 9 layers, the first 7 the same: these need not be fetched, whatever is asked."""
        names = [f"{self.proxy.host}/app:{name}" for name in ("whole", "cut")]
        needed = sum(layer["size"] for name in ("whole", "cut") for layer in self.images[name].layers[7:])
        for flags, status, says in (
                (["--semantic"], 0, ""), (["--effective"], 0, ""), (["--verdict"], 1, "semantic\n"),
                (["--effective", "--verdict"], 0, "semantic\n"), (["--semantic", "--require=effective"], 0, ""),
                (["--semantic", "--no-cache"], 0, ""), (["--effective", "--no-cache"], 0, ""),
                (["--effective", "--verdict", "--no-cache"], 0, "semantic\n")):
            with self.subTest(flags=flags):
                shutil.rmtree(self.store, ignore_errors=True)
                before = self.proxy.received
                self.assertEqual(self.diffoci("diff", *flags, *names, status=status).stdout, says)
                self.assertLessEqual(self.proxy.received - before, needed + 96 * 1024)

    def test_reports_without_a_store(self):
        """What a report shows of files was read already."""
        for flags in (["--semantic"], ["--effective"]):
            with self.subTest(flags=flags):
                before = self.proxy.received
                self.diffoci("diff", "--no-cache", *flags, "--report-dir", f"{self.home}/report", *self.names, status=1)
                both = sum(layer["size"] for layer in self.images["one"].layers) + self.images["two"].layers[7]["size"]
                self.assertLessEqual(self.proxy.received - before,
                                     (both if "--effective" in flags else self.limit) + 128 * 1024)
                for side, number in ((0, 100), (1, 200)):
                    where = f"{self.home}/report/input-{side}"
                    found = [n for _, _, names in os.walk(where) for n in names]
                    self.assertEqual(found, [f"file-{number}"])

    def test_equal(self):
        self.assertEqual(self.diffoci("diff", self.names[0], self.names[0], status=0).stdout, "")
        self.assertLessEqual(self.proxy.received, 64 * 1024)

    def test_against_a_file(self):
        self.diffoci("diff", self.names[0], f"oci:{WORLD['layout']}:one", status=0)
        self.assertEqual(self.diffoci("diff", self.names[0], f"oci:{WORLD['layout']}:two", status=1).stdout,
                         self.wanted())

    def test_pull(self):
        result = self.diffoci("pull", self.names[0], status=0)
        self.assertEqual(result.stdout, f"Digest: {self.images['one'].digest}\n{self.names[0]}\n")
        self.assertEqual(self.check_store(), len(self.images["one"].blobs))
        before = self.proxy.received
        self.diffoci("pull", self.names[1], status=0)
        self.assertLessEqual(self.proxy.received - before, self.images["two"].layers[7]["size"] + 64 * 1024)

    def test_flags(self):
        self.diffoci("diff", "--plain-http", "127.0.0.1", *self.names, status=1)
        self.diffoci("diff", "--ca-file", self.home + "/none", *self.names, status=2, says="none: No such file")


class Faults(Case):
    """Whatever a registry does: status 2 and a line, or recovery; and nothing wrong in the store."""

    def attempt(self, pattern, fault, status, says=(), command="diff"):
        server = FaultyRegistry({"app:one": self.images["one"], "app:two": self.images["two"]}, [(pattern, fault)])
        names = [f"{server.host}/app:one", f"{server.host}/app:two"]
        result = self.diffoci(command, *(names if command == "diff" else names[:1]), status=status, says=says)
        if status == 2:
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.check_store()
        server.faults.clear()
        self.diffoci("diff", *names, status=1)
        self.check_store()
        server.close()
        shutil.rmtree(self.store)

    def test_faults(self):
        digest = self.images["two"].layers[7]["digest"]
        data = self.images["two"].blobs[digest]

        def truncated(handler, calls):
            if calls:
                return False
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data[:1_000_000])
            handler.close_connection = True
            return True

        self.attempt(digest, truncated, 1)
        self.attempt(digest, lambda handler, calls: not calls and handler.send(503), 1)
        self.attempt(digest, lambda handler, _: handler.send(404), 2, "app:two")
        self.attempt(digest, lambda handler, _: handler.send(403), 2, "HTTP status 403")
        self.attempt(digest, lambda handler, _: handler.send(200, data[:-1]), 2, "size mismatch")
        self.attempt(digest, lambda handler, _: handler.send(200, bytes(len(data))), 2, "digest mismatch")
        self.attempt("manifests/two", lambda handler, _: handler.send(200, b"{}"), 2, "app:two")
        self.attempt("manifests/two", lambda handler, _: handler.send(200, b"", Content_Type=OCI_MANIFEST), 2, "app:two")
        self.attempt("manifests/two", lambda handler, _: handler.send(200, b'{"schemaVersion":2}', Content_Type=OCI_MANIFEST), 2, "app:two")
        manifest = self.images["two"].manifest
        self.attempt("manifests/two", lambda handler, _: handler.send(200, manifest, Content_Type=OCI_INDEX), 2, "sent as " + OCI_INDEX)

    def test_faults_of_pull(self):
        digest = self.images["one"].layers[3]["digest"]
        data = self.images["one"].blobs[digest]
        self.attempt(digest, lambda handler, _: handler.send(200, bytes(len(data))), 2, "digest mismatch", "pull")
        self.attempt(digest, lambda handler, _: handler.send(404), 2, "app:one", "pull")


class Moving(Case):
    """A tag that becomes another image's while the two are compared: all that is said is of those that were found first."""

    def setUp(self):
        super().setUp()
        image = self.images["one"]

        def moved(handler, calls):
            return calls > 0 and handler.send(200, image.manifest, Content_Type=image.media_type)

        self.server = FaultyRegistry({"app:one": image, "app:two": self.images["two"]}, [("manifests/two$", moved)])
        self.addCleanup(self.server.close)

    def look(self, *flags, status, says=()):
        names = [f"{self.server.host}/app:{name}" for name in ("one", "two")]
        result = self.diffoci("diff", "--platform=linux/amd64", *flags, *names, status=status, says=says)
        for name in ("one", "two"):
            self.assertEqual(len(self.server.paths(f"manifests/{name}$")), 1, self.server.paths("."))
        return result

    def test_required(self):
        self.look("--no-cache", "--require=equivalent", status=1, says="verdict: different")

    def test_inside(self):
        self.assertEqual(self.look("--no-cache", "--inside", "--verdict", status=1).stdout, "different\n")

    def test_store(self):
        self.look("--pull=always", "--require=equivalent", status=1, says="verdict: different")

    def test_explained(self):
        self.look("--no-cache", "--semantic", "--explain", "--patch", "-o", "summary", f"--report-dir={self.home}/report", status=1)


class Progress(Case):
    """How far transfers are is shown on a terminal, taken off it again, and nowhere else."""

    def setUp(self):
        super().setUp()
        digest = self.images["two"].layers[7]["digest"]
        data = self.images["two"].blobs[digest]

        def slow(handler, _):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            for at in range(0, len(data), len(data) // 10):
                handler.wfile.write(data[at:at + len(data) // 10])
                time.sleep(0.2)
            return True

        server = FaultyRegistry({"app:one": self.images["one"], "app:two": self.images["two"]}, [(digest, slow)])
        self.addCleanup(server.close)
        self.names = [f"{server.host}/app:one", f"{server.host}/app:two"]
        self.digest = digest

    limit = None  # of the size of files; where there is one, SIGXFSZ stays ignored, as Python has it

    def set_limit(self):
        if self.limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.limit, self.limit))

    def on_terminal(self, *words, status=1):
        """(what is printed, what is drawn)"""
        ours, theirs = pty.openpty()
        self.environ["TERM"] = "xterm"
        process = subprocess.Popen([common.PROGRAMS["diffoci"], "--local-cache", self.store, *words], env=self.environ,
                                   stdout=subprocess.PIPE, stderr=theirs, text=True, restore_signals=not self.limit,
                                   preexec_fn=self.set_limit)
        os.close(theirs)
        drawn = b""
        try:
            while piece := os.read(ours, 65536):
                drawn += piece
        except OSError:
            pass
        os.close(ours)
        with process.stdout:
            printed = process.stdout.read()
        self.assertEqual(process.wait(), status, drawn)
        return printed, drawn.decode()

    def test_diff(self):
        printed, drawn = self.on_terminal("diff", *self.names)
        self.assertIn(self.digest[:20], drawn)
        self.assertRegex(drawn, r"total  \d+\.\d MiB of \d+\.\d MiB, \d+(\.\d)? [KM]?i?B/s, \d+ s left")
        self.assertRegex(drawn, r"\x1b\[Jverdict: different: [^\r\n]*\r\n\Z")
        for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[\d*[A-Z]", "", drawn)):
            self.assertLess(0 if line.startswith("verdict: ") else len(line), 80)
        self.assertIn("Layer", printed)

    def test_pull(self):
        printed, drawn = self.on_terminal("pull", self.names[1], status=0)
        self.assertIn("total  ", drawn)
        self.assertTrue(printed.startswith("Digest: "))

    def test_quiet(self):
        self.assertEqual(self.on_terminal("diff", "--quiet", *self.names)[1], "")

    def test_warning(self):
        """A warning in the midst stands in a line of its own: the store cannot take more than 2 MiB."""
        self.limit = 2 << 20
        _, drawn = self.on_terminal("diff", f"oci:{WORLD['layout']}:one", self.names[1])
        # What was drawn is taken off first.
        self.assertRegex(drawn, r"(^|\n|\x1b\[J)diffoci: warning: going on without storing: [^\r\n]*File too large\r?\n")

    def test_debug(self):
        """Debug messages are not drawn over."""
        self.assertNotIn("total  ", self.on_terminal("diff", "--debug", *self.names)[1])

    def test_no_terminal(self):
        self.assertRegex(self.diffoci("diff", *self.names, status=1).stderr, r"\Averdict: [^\n]*\n\Z")
        self.assertEqual(self.diffoci("diff", "--quiet", *self.names, status=1).stderr, "")


if __name__ == "__main__":
    common.main()
