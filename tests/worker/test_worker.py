#!/usr/bin/env python3
"""The confined process and its broker, on the command line: test_worker.py DIFFOCI MKIMAGE"""
import contextlib
import functools
import hashlib
import http.server
import json
import os
import re
import resource
import shutil
import signal
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


class Worker(unittest.TestCase):
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

    def test_confinement_as_the_kernel_sees_it(self):
        process, confined, status = self.start(f"{self.host}/i:1", "./a.tar")
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertIn("CapEff:\t0000000000000000", status)
        with open(f"/proc/{confined}/limits", encoding="ascii") as file:
            limits = file.read()
        self.assertRegex(limits, r"Max core file size +0 +0")
        self.assertRegex(limits, r"Max open files +1024 +1024")
        self.assertRegex(limits, r"Max cpu time +\d+ +\d+")
        # What it holds: nothing, the outputs, sockets, and the archive, for reading.
        for name in os.listdir(f"/proc/{confined}/fd"):
            target = os.readlink(f"/proc/{confined}/fd/{name}")
            self.assertRegex(target, r"^/dev/null$|^pipe:|^socket:|/a\.tar$")

    @staticmethod
    def connections(pid):
        """How many of the process's sockets are TCP's."""
        with open("/proc/net/tcp", encoding="ascii") as file:
            inodes = {line.split()[9] for line in file.readlines()[1:]}
        found = []
        for name in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):  # closed since
                found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        return sum(target.startswith("socket:[") and target[8:-1] in inodes for target in found)

    def is_confined_fetcher(self, pid):
        """What has the network can do nothing else."""
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = file.read()
        for line in "NoNewPrivs:\t1", "CapEff:\t0000000000000000":
            self.assertIn(line, status)
        self.assertTrue(self.is_filtered(status), status)
        with open(f"/proc/{pid}/environ", "rb") as file:
            self.assertNotIn(b"hunter2", file.read())

    def test_pull_has_the_network_in_one_process_and_the_store_in_the_other(self):
        process, confined, status = self.start("pull", f"{self.host}/i:1")
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertRegex(status, r"CapEff:\t000000000000000[0-9a-e]") # root's right to files: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
        for _ in range(600):
            if self.connections(process.pid):
                break
            time.sleep(0.05)
        else:
            self.fail("there is no connection to the registry")
        self.layer_is_on_its_way()
        self.assertEqual(self.connections(confined), 0)
        held = [os.readlink(f"/proc/{process.pid}/fd/{name}") for name in os.listdir(f"/proc/{process.pid}/fd")]
        self.assertFalse([target for target in held if target.startswith(os.path.join(self.place.name, "store"))])
        self.is_confined_fetcher(process.pid)
        os.kill(confined, signal.SIGSEGV)
        out, said = process.communicate(timeout=60)
        self.assertEqual((out, process.returncode), ("", 2))
        self.assertIn(f"ended with signal 11 (Segmentation fault) while it read blob sha256:{self.layer()} of input 0 ({self.host}/i:1)", said)

    def is_waited_for(self, process):
        """Once it has asked for the layer."""
        for _ in range(600):
            if self.connections(process.pid):
                return
            time.sleep(0.05)
        self.fail("there is no connection to the registry")

    def broker_status(self, *words, **variables):
        process = self.begin(*words, **variables)
        self.is_waited_for(process)
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            status = file.read()
        with open(f"/proc/{process.pid}/environ", "rb") as file:
            environment = file.read()
        process.kill()
        process.communicate(timeout=60)
        return status, environment

    def test_what_starts_the_confined_process_confines_itself(self):
        for words in ([f"{self.host}/i:1", "./a.tar"], ["--report-dir=theirs", "--report-file=theirs.json", "--inside", f"{self.host}/i:1", "./a.tar"],
                      ["--no-cache", "./a.tar", f"{self.host}/i:1"], ["rootfs:layout", f"{self.host}/i:1"]):
            status, environment = self.broker_status(*words)
            self.assertIn("NoNewPrivs:\t1", status)
            self.assertTrue(self.is_filtered(status), status)
            self.assertRegex(status, r"CapEff:\t000000000000000[0-9a-e]")
            self.assertNotIn(b"hunter2", environment)

    def is_confined_broker(self, process, running):
        """Whoever reads what strangers answer is confined, and has one child that is not, which starts programs for it."""
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            status = file.read()
        self.assertIn("NoNewPrivs:\t1", status)
        self.assertTrue(self.is_filtered(status), status)
        self.assertRegex(status, r"CapEff:\t000000000000000[0-9a-e]")
        with open(f"/proc/{process.pid}/environ", "rb") as file:
            self.assertNotIn(b"hunter2", file.read())
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            children = file.read().split()
        free = []
        for child in children:
            with open(f"/proc/{child}/status", encoding="ascii") as file:
                if filters_of(file.read()) == self.filters:
                    free.append(int(child))
        self.assertEqual(len(free), 1)
        # It holds what this process was started with, the socket to it, and one for each program that runs.
        self.holds(free[0], ["socket"] * (1 + running))
        return free[0]

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

    def comes(self, name):
        for _ in range(600):
            if os.path.exists(os.path.join(self.place.name, name)):
                return
            time.sleep(0.05)
        self.fail(f"there is no {name}")

    def ends(self, pid):
        for _ in range(400):
            if not os.path.exists(f"/proc/{pid}/exe"):
                return
            time.sleep(0.05)
        self.fail(f"{pid} goes on")

    def test_credential_helper_is_started_by_another_process(self):
        """It is asked only when a registry wants to know."""
        tools = os.path.dirname(self.program("docker-credential-told", f"echo asked >>'{self.place.name}/asked'\n"))
        with open(os.path.join(tools, "config.json"), "w", encoding="utf-8") as file:
            json.dump({"credHelpers": {self.host: "told"}}, file)
        process = self.begin(f"{self.host}/i:1", "./a.tar", DOCKER_CONFIG=tools, PATH=f"{tools}:{os.environ['PATH']}")
        self.is_waited_for(process)
        starter = self.is_confined_broker(process, 0)
        # The registry asks nobody for a password.
        self.assertFalse(os.path.exists(os.path.join(self.place.name, "asked")))
        process.kill()
        process.communicate(timeout=60)
        self.ends(starter)

    def test_engine_is_started_by_another_process(self):
        """While it saves; and it is ended when who reads that is, however that happened."""
        for words in ["docker://i:1", "./a.tar"], ["pull", "docker://i:1"]:
            with self.subTest(words=words):
                self.engine_is_started_by_another_process(words)

    def engine_is_started_by_another_process(self, words):
        engine = self.program("engine", "test \"$1\" = save || exit 1\necho $$ >saving.new\nmv saving.new saving\nprintf saved\nexec sleep 50\n")
        process = self.begin(*words, DOCKER=engine)
        self.comes("saving")
        starter = self.is_confined_broker(process, 1)
        with open(os.path.join(self.place.name, "saving"), encoding="ascii") as file:
            saving = int(file.read())
        with open(f"/proc/{saving}/status", encoding="ascii") as file:
            status = file.read()
        self.assertIn(f"PPid:\t{starter}\n", status)
        self.assertIn("NoNewPrivs:\t0", status) # podman starts programs that have more rights than the user
        with open(f"/proc/{saving}/environ", "rb") as file:
            self.assertIn(b"hunter2", file.read())
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        self.ends(starter)
        self.ends(saving)
        os.remove(os.path.join(self.place.name, "saving"))

    def test_pager_is_started_by_another_process(self):
        terminal, theirs = os.openpty()
        self.addCleanup(os.close, terminal)
        pager = self.program("pager", "cat >paged\ntouch reading\nread line <ends\nexit 7\n")
        os.mkfifo(os.path.join(self.place.name, "ends"))
        process = subprocess.Popen(self.command("./a.tar", "./b.tar"), cwd=self.place.name, stdout=theirs, stderr=subprocess.PIPE, text=True,
                                   env=os.environ | {"SECRET": "hunter2", "DIFFOCI_PAGER": pager, "TERM": "xterm"})
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.close(theirs)
        # The pager gets all of it before its reader leaves it.
        for _ in range(600):
            if os.path.exists(os.path.join(self.place.name, "paged")):
                break
            time.sleep(0.05)
        self.is_confined_broker(process, 1)
        self.assertIsNone(process.poll())
        self.comes("reading")
        self.assertIsNone(process.poll())
        with open(os.path.join(self.place.name, "ends"), "w", encoding="ascii") as file:
            file.write("now\n")
        _, said = process.communicate(timeout=60)
        self.assertEqual((process.returncode, said), (1, ""))
        with open(os.path.join(self.place.name, "paged"), encoding="utf-8") as file:
            self.assertIn("1 difference: 1 file changed", file.read())

    def test_outputs_behind_links(self):
        """A report goes where the user says, also where that is a link to another directory, a pipe, or new."""
        for name in "here", "there":
            os.makedirs(os.path.join(self.place.name, name), exist_ok=True)
        with open(os.path.join(self.place.name, "there", "old.json"), "w", encoding="utf-8") as file:
            file.write("{}")
        link = os.path.join(self.place.name, "here", "link.json")
        os.symlink("../there/old.json", link)
        done = self.diffoci("--quiet", "-o", "json=here/link.json", "-o", "markdown=here/new.md", "-o", "junit=/dev/stderr", "./a.tar", "./b.tar")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("<testsuite", done.stderr)
        self.assertTrue(os.path.islink(link))
        with open(link, encoding="utf-8") as file:
            self.assertIn("formatVersion", json.load(file))
        self.assertTrue(os.path.getsize(os.path.join(self.place.name, "here", "new.md")))
        self.assertEqual(os.listdir(os.path.join(self.place.name, "there")), ["old.json"])

    def children(self, process, others=0):
        """The confined processes of two and more: their statuses, by process id; there are so many others."""
        for _ in range(1200):
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                pids = [int(word) for word in file.read().split()]
            statuses = {}
            for pid in pids:
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    statuses[pid] = file.read()
            confined = {pid: status for pid, status in statuses.items() if self.is_filtered(status)}
            if len(confined) == 2 - others and len(pids) == 2:
                return confined
            time.sleep(0.05)
        self.fail(f"there are not {2 - others} confined processes and {others} that are not: {statuses}")

    def test_report_directory_is_written_by_a_third_process(self):
        process, _, _ = self.start("--report-dir=report", f"{self.host}/i:1", "./a.tar")
        held = {}
        for pid, status in self.children(process).items():
            self.assertIn("NoNewPrivs:\t1", status)
            held[pid] = [os.readlink(f"/proc/{pid}/fd/{name}") for name in os.listdir(f"/proc/{pid}/fd")]
        report = os.path.join(self.place.name, "report")
        writers = [pid for pid, targets in held.items() if report in targets]
        self.assertEqual(len(writers), 1, held)
        for target in held.pop(writers[0]):
            self.assertRegex(target, rf"^/dev/null$|^pipe:|^socket:|^{re.escape(report)}$")
        # The one that compares has nothing of the report directory, and no right to files.
        for pid, targets in held.items():
            self.assertFalse([target for target in targets if target.startswith(report)])
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                self.assertIn("CapEff:\t0000000000000000", file.read())
        # It ends with the others.
        process.kill()
        process.communicate(timeout=60)
        for _ in range(200):
            if not os.path.exists(f"/proc/{writers[0]}"):
                return
            time.sleep(0.05)
        self.fail("it lives on")

    def test_report_directory_is_cleared_by_who_writes_it(self):
        """What is there is removed with the user's rights: until then it has those, and reads nothing of the one that parses."""
        self.assertEqual(self.diffoci("--quiet", "--report-dir=again", "./a.tar", "./b.tar").returncode, 1)
        report = os.path.join(self.place.name, "again")
        before = os.stat(os.path.join(report, "README.md")).st_ino
        process, _, _ = self.start("--report-dir=again", f"{self.host}/i:1", "./a.tar")
        confined = self.children(process, others=1)
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            writers = [int(pid) for pid in file.read().split() if int(pid) not in confined]
        self.holds(writers[0], ["socket"] * 4 + [report])
        with open(f"/proc/{writers[0]}/environ", "rb") as file:
            self.assertNotIn(b"hunter2", file.read())
        # Nothing is removed before there is another report.
        self.assertEqual(os.stat(os.path.join(report, "README.md")).st_ino, before)
        process.kill()
        process.communicate(timeout=60)
        self.ends(writers[0])

    def test_report_directory_is_the_same_as_without(self):
        trees = []
        for way in self.way, "off", self.way:
            report = os.path.join(self.place.name, "same")
            done = self.diffoci(f"--sandbox={way}", "--report-dir=same", "./a.tar", "./b.tar")
            self.assertEqual(done.returncode, 1, done.stderr)
            tree = {}
            for folder, _, names in os.walk(report):
                for name in names:
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        tree[os.path.relpath(os.path.join(folder, name), report)] = file.read().replace("--sandbox=off", f"--sandbox={self.way}")
            trees.append(tree)
        self.assertEqual(trees[0], trees[1])
        self.assertEqual(trees[0], trees[2])
        self.assertIn("input-1/layers-0/x", trees[0])

    def test_load_with_urls_has_the_network_in_one_process_and_the_store_in_the_other(self):
        """The layer is not in the archive, and comes from the host that is named."""
        layout = os.path.join(self.place.name, "elsewhere")
        shutil.copytree(os.path.join(self.place.name, "layout"), layout)
        blobs = os.path.join(layout, "blobs", "sha256")
        with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
            index = json.load(file)
        with open(os.path.join(blobs, index["manifests"][0]["digest"][7:]), encoding="utf-8") as file:
            manifest = json.load(file)
        layer = manifest["layers"][0]
        layer.update(mediaType="application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", urls=[f"http://{self.host}/blobs/{layer['digest']}"])
        os.remove(os.path.join(blobs, layer["digest"][7:]))
        written = json.dumps(manifest).encode()
        index["manifests"][0].update(digest=f"sha256:{hashlib.sha256(written).hexdigest()}", size=len(written))
        with open(os.path.join(blobs, index["manifests"][0]["digest"][7:]), "wb") as file:
            file.write(written)
        with open(os.path.join(layout, "index.json"), "w", encoding="utf-8") as file:
            json.dump(index, file)
        subprocess.run(["tar", "-cf", "../elsewhere.tar", "."], cwd=layout, check=True)
        process, confined, status = self.start("load", "--backend=local", "--foreign-urls", f"--plain-http={self.host}", "--input=elsewhere.tar")
        self.assertIn("NoNewPrivs:\t1", status)
        for _ in range(600):
            if self.connections(process.pid):
                break
            time.sleep(0.05)
        else:
            self.fail("there is no connection to where the layer is")
        self.assertEqual(self.connections(confined), 0)
        self.is_confined_fetcher(process.pid)
        held = [os.readlink(f"/proc/{confined}/fd/{name}") for name in os.listdir(f"/proc/{confined}/fd")]
        self.assertTrue([target for target in held if target.endswith("/elsewhere.tar")])
        held = [os.readlink(f"/proc/{process.pid}/fd/{name}") for name in os.listdir(f"/proc/{process.pid}/fd")]
        self.assertFalse([target for target in held if target.startswith(os.path.join(self.place.name, "store"))])
        os.kill(confined, signal.SIGSEGV)
        out, said = process.communicate(timeout=60)
        self.assertEqual((out, process.returncode), ("", 2))
        self.assertIn("ended with signal 11 (Segmentation fault)", said)

    def test_load_with_urls_is_confined_too(self):
        store = os.path.join(self.place.name, "with-urls")
        for way in self.way, "off":
            done = self.store_command(store, "load", f"--sandbox={way}", "--foreign-urls", "--input=a.tar")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Loaded image: example.com/i:1\n", ""))
            with open(os.path.join(self.place.name, "a.tar"), "rb") as archive:
                done = self.store_command(store, "load", f"--sandbox={way}", "--foreign-urls", stdin=archive)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Loaded image: example.com/i:1\n", ""))
            done = self.store_command(store, "load", f"--sandbox={way}", "--foreign-urls", "--input=none")
            self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_death_is_status_2_with_the_layer(self):
        for number, text in (signal.SIGSEGV, "Segmentation fault) while"), (signal.SIGKILL, "Killed): another process ended it while"):
            process, confined, _ = self.start(f"{self.host}/i:1", "./a.tar")
            self.layer_is_on_its_way()
            os.kill(confined, number)
            out, said = process.communicate(timeout=60)
            self.assertEqual((out, process.returncode), ("", 2))
            lines = [line for line in said.splitlines() if "signal" in line]
            self.assertEqual(len(lines), 1, said)
            self.assertIn(f"ended with signal {number} ({text}", lines[0])
            self.assertIn(f"blob sha256:{self.layer()} of input 0 ({self.host}/i:1)", lines[0])

    def test_broker_that_dies_takes_it_along(self):
        process, confined, _ = self.start(f"{self.host}/i:1", "./a.tar")
        process.kill()
        process.communicate(timeout=60)
        for _ in range(200):
            if not os.path.exists(f"/proc/{confined}"):
                return
            with open(f"/proc/{confined}/stat", encoding="ascii") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return
            time.sleep(0.05)
        self.fail("it lives on")

    def test_same_outputs_as_without(self):
        for words in (["./a.tar", "oci:layout"], ["./a.tar", "./b.tar"], ["--semantic", "--verdict", "./a.tar", "./b.tar"],
                      ["--effective", "./b.tar", "oci:layout"], ["--verbose", "--explain", "./a.tar", "./b.tar"],
                      ["-o", "json=-", "--quiet", "./a.tar", "./b.tar"], ["./a.tar", "./none.tar"], ["./a.tar", "example.com/none:1"],
                      ["--inside", "./a.tar", "./b.tar"]):
            with self.subTest(words=words):
                ways = [self.diffoci(f"--sandbox={way}", "--pull=never", *words) for way in (self.way, "off")]
                self.assertEqual(*((way.returncode, way.stdout.replace("--sandbox=off", f"--sandbox={self.way}"), way.stderr) for way in ways))

    def test_show_is_the_same_as_without(self):
        for words in (["./a.tar"], ["-o", "json", "oci:layout"], ["--no-files", "./b.tar"], ["./none.tar"]):
            with self.subTest(words=words):
                ways = [subprocess.run([DIFFOCI, "show", f"--sandbox={way}", *words], cwd=self.place.name, capture_output=True, timeout=60, check=False)
                        for way in (self.way, "off")]
                self.assertEqual(*((way.returncode, way.stdout, way.stderr) for way in ways))

    def store_command(self, store, *words, **more):
        return subprocess.run([DIFFOCI, words[0], f"--local-cache={store}", "--backend=local", *words[1:]], cwd=self.place.name,
                              capture_output=True, text=True, timeout=60, check=False, **more)

    def test_load_is_confined_while_it_reads(self):
        loading = subprocess.Popen([DIFFOCI, "load", "--local-cache=loading", "--backend=local", f"--sandbox={self.way}"], cwd=self.place.name,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"SECRET": "hunter2"})
        self.addCleanup(loading.wait)
        self.addCleanup(loading.kill)
        with open(os.path.join(self.place.name, "a.tar"), "rb") as file:
            archive = file.read()
        loading.stdin.write(archive[:600])
        loading.stdin.flush()
        for _ in range(600):
            with open(f"/proc/{loading.pid}/status", encoding="ascii") as file:
                status = file.read()
            if self.is_filtered(status):
                break
            time.sleep(0.05)
        self.assertTrue(self.is_filtered(status), status)
        self.assertIn("NoNewPrivs:\t1", status)
        with open(f"/proc/{loading.pid}/environ", "rb") as file:
            environment = file.read()
        self.assertIn(b"SECRET=", environment)
        self.assertNotIn(b"hunter2", environment)
        out, said = loading.communicate(archive[600:], timeout=60)
        self.assertEqual((loading.returncode, out.decode(), said.decode()), (0, "Loaded image: example.com/i:1\n", ""))

    def test_commands_of_the_store_are_the_same_as_without(self):
        """Also where the blobs are on another disk, behind a link, and where the archive is none."""
        for way in self.way, "off":
            with self.subTest(way=way):
                store = os.path.join(self.place.name, f"store-{way}")
                os.makedirs(store)
                os.mkdir(f"{store}-blobs")
                os.symlink(f"{store}-blobs", f"{store}/blobs")
                done = [self.store_command(store, "load", f"--sandbox={way}", f"--input={name}") for name in ("a.tar", "b.tar", "layout/index.json", "none")]
                self.assertEqual([(one.returncode, one.stdout) for one in done], [(0, "Loaded image: example.com/i:1\n")] * 2 + [(2, "")] * 2)
                self.assertIn("layout/index.json: ", done[2].stderr)
                listed = json.loads(self.store_command(store, "images", f"--sandbox={way}", "--json").stdout)
                self.assertEqual([(one["repository"], one["platform"]) for one in listed], [("example.com/i", "linux/amd64")])
                self.assertEqual(self.store_command(store, "remove", f"--sandbox={way}", "example.com/i:1", "none:1").stdout, "example.com/i:1\n")
                left = [name for _, _, names in os.walk(f"{store}-blobs") for name in names]
                self.assertEqual(left, [])

    def test_timeout_while_a_registry_says_nothing(self):
        for way in self.way, "off":
            with self.subTest(way=way):
                begun = time.monotonic()
                result = self.diffoci(f"--sandbox={way}", "--timeout=1", f"{self.host}/i:1", "./a.tar")
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr, "diffoci: --timeout: 1 seconds have passed, and there is no answer yet\n")
                self.assertLess(time.monotonic() - begun, 30)

    def test_timeout_while_an_engine_says_nothing(self):
        engine = os.path.join(self.place.name, "engine")
        with open(engine, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\necho $$ >>engine.pids\nexec sleep 50\n")
        os.chmod(engine, 0o755)
        for way in self.way, "off":
            with self.subTest(way=way):
                result = self.diffoci(f"--sandbox={way}", "--timeout=1", "docker://i:1", "./a.tar", env=os.environ | {"DOCKER": engine})
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stderr, "diffoci: --timeout: 1 seconds have passed, and there is no answer yet\n")
        with open(os.path.join(self.place.name, "engine.pids"), encoding="ascii") as file:
            for pid in file.read().split():
                for _ in range(200):
                    if not os.path.exists(f"/proc/{pid}/exe"):
                        break
                    time.sleep(0.05)
                self.assertFalse(os.path.exists(f"/proc/{pid}/exe"), "the engine's program goes on")

    def test_timeout_does_not_count_who_reads(self):
        """The answer was there in time, and is more than a pipe holds."""
        for name, word in ("many", "1"), ("more", "2"):
            recipe = f'oci_archive("{name}.tar", image(layer(*[file("f" * 90 + str(i), "{word}") for i in range(1000)])))'
            subprocess.run([sys.executable, MKIMAGE], input=recipe, text=True, cwd=self.place.name, check=True)
        for way in self.way, "off":
            with self.subTest(way=way):
                words = self.command(f"--sandbox={way}", "--timeout=2", "./many.tar", "./more.tar")
                process = subprocess.Popen(words, cwd=self.place.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                time.sleep(7)
                out, err = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 1, err)
                self.assertGreater(out.count(b"\n"), 1000)

    def test_root_without_landlock(self):
        """What others may not read root reads, and writes where others may not, also where the kernel has no Landlock."""
        if os.geteuid():
            self.skipTest("not root")
        place = os.path.join(self.place.name, "private")
        os.mkdir(place)
        shutil.copy(os.path.join(self.place.name, "a.tar"), place)
        os.chown(os.path.join(place, "a.tar"), 12345, 12345)
        os.chmod(os.path.join(place, "a.tar"), 0o600)
        os.chown(place, 12345, 12345)
        os.chmod(place, 0o700)
        for way in "off", "auto":
            words = self.command(f"--sandbox={way}", "--debug", "-o", f"json=private/{way}.json", "./private/a.tar", "./b.tar")
            result = subprocess.run([sys.executable, LESSER, "without-landlock", *words], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertEqual("missing: Landlock" in result.stderr, way == "auto", result.stderr)
            self.assertTrue(os.path.getsize(os.path.join(place, f"{way}.json")))

    def roots(self, words, **more):
        """What comes of it with all rights, and confined."""
        ways = []
        for way in "off", self.way:
            done = subprocess.run([DIFFOCI, "diff", "--local-cache=store", f"--sandbox={way}", *words], capture_output=True, text=True, timeout=60, check=False, **more)
            ways.append((done.returncode, done.stdout.replace("--sandbox=off", f"--sandbox={self.way}"), done.stderr))
        self.assertEqual(*ways)
        return ways[0]

    def test_root_file_system_is_the_same_as_without(self):
        """However the directory is named, and with what only who has all rights sees of it."""
        trees = os.path.join(self.place.name, "trees")
        for tree in "one", "two":
            os.makedirs(os.path.join(trees, tree, "etc"))
            with open(os.path.join(trees, tree, "etc", "x"), "w", encoding="ascii") as file:
                file.write("x")
            os.symlink("/etc/shadow", os.path.join(trees, tree, "out"))
            os.symlink("..", os.path.join(trees, tree, "etc", "up"))
            os.mkfifo(os.path.join(trees, tree, "fifo"))
        os.utime(os.path.join(trees, "two", "etc", "x"), (1, 1))
        os.symlink("one", os.path.join(trees, "link"))
        self.addCleanup(shutil.rmtree, trees)
        here = {"cwd": os.path.join(trees, "one", "etc")}
        for name in "..", "../../one", "../../link", "up/etc/..", os.path.join(trees, "link"), "/proc/self/cwd/..":
            with self.subTest(name=name):
                self.assertEqual(self.roots(["--verdict", f"rootfs:{name}", "rootfs:../../two"], **here)[:2], (0, "effective\n"))
        held = os.open(os.path.join(trees, "one"), os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, held)
        self.assertEqual(self.roots(["--verdict", f"rootfs:/dev/fd/{held}", "rootfs:../../two"], pass_fds=[held], **here)[:2], (0, "effective\n"))
        for name in "../none", "x", "../out":
            with self.subTest(name=name):
                self.assertEqual(self.roots(["--verdict", f"rootfs:{name}", "rootfs:../../two"], **here)[0], 2)
        # What is called as what the other holds is read in its own tree.
        with open(os.path.join(trees, "two", "etc", "x"), "w", encoding="ascii") as file:
            file.write("y")
        self.assertEqual(self.roots(["rootfs:..", "rootfs:../../two"], **here)[0], 1)
        self.assertIn("File    etc/x", self.roots(["rootfs:..", "rootfs:../../two"], **here)[1])

    def test_root_file_system_has_what_only_root_sees(self):
        if os.geteuid():
            self.skipTest("not root")
        trees = os.path.join(self.place.name, "trees")
        for tree in "one", "two":
            os.makedirs(os.path.join(trees, tree, "etc", "private"))
            os.mkfifo(os.path.join(trees, tree, "etc", "fifo"))
            for name in "x", "private/y":
                with open(os.path.join(trees, tree, "etc", name), "w", encoding="ascii") as file:
                    file.write("x")
                os.chown(os.path.join(trees, tree, "etc", name), 12345, 12345)
                os.chmod(os.path.join(trees, tree, "etc", name), 0)
            os.chmod(os.path.join(trees, tree, "etc", "private"), 0)
        os.utime(os.path.join(trees, "two", "etc", "x"), (1, 1))
        self.addCleanup(shutil.rmtree, trees)
        self.assertEqual(self.roots(["--verdict", "rootfs:one", "rootfs:two"], cwd=trees)[:2], (0, "effective\n"))
        for name in "etc/fifo", "etc/x", "etc/private":
            with self.subTest(name=name):
                path = os.path.join(trees, "one", name)
                try:
                    os.setxattr(path, "trusted.mark", b"1")
                except OSError as error:
                    self.skipTest(f"trusted.*: {error.strerror}")
                found = self.roots(["rootfs:one", "rootfs:two"], cwd=trees)
                self.assertEqual(found[0], 1)
                self.assertRegex(found[1], rf"File +{name} .*trusted\.mark")
                os.removexattr(path, "trusted.mark")
        # Nobody else can look: the same error.
        for path in trees, os.path.dirname(trees):
            os.chmod(path, 0o755)
        nobody = {"user": 65534, "group": 65534, "extra_groups": [], "env": os.environ | {"HOME": "/"}}
        found = self.roots(["--no-cache", "--pull=never", "rootfs:one", "rootfs:two"], cwd=trees, **nobody)
        self.assertEqual(found[0], 2)
        self.assertIn("etc/private", found[2])
        shutil.rmtree(os.path.join(trees, "one", "etc", "private"))
        found = self.roots(["--no-cache", "--pull=never", "rootfs:one", "rootfs:two"], cwd=trees, **nobody)
        self.assertEqual(found[0], 2)
        self.assertIn("etc/x", found[2])

    def test_who_may_read_all_does(self):
        """CAP_DAC_READ_SEARCH alone, as for who makes backups."""
        before = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        if os.geteuid() or not shutil.which("setpriv") or subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
            self.skipTest("capabilities cannot be given here")
        place = os.path.join(self.place.name, "backups")
        self.addCleanup(shutil.rmtree, place)
        os.makedirs(os.path.join(place, "tree", "etc"))
        shutil.copy(os.path.join(self.place.name, "a.tar"), place)
        shutil.copy(DIFFOCI, os.path.join(place, "diffoci"))
        for path in os.path.dirname(place), place:
            os.chmod(path, 0o755)
        with open(os.path.join(place, "tree", "etc", "x"), "w", encoding="ascii") as file:
            file.write("x")
        for name in "a.tar", "tree/etc/x":
            os.chmod(os.path.join(place, name), 0o600)
        for words in ["./a.tar", "./a.tar"], ["rootfs:tree", "rootfs:tree"]:
            for way in "off", self.way:
                done = subprocess.run([*before, "./diffoci", "diff", "--no-cache", "--pull=never", f"--sandbox={way}", "--verdict", *words], cwd=place,
                                      env=os.environ | {"HOME": "/"}, capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stdout), (0, "identical\n"), f"{words} {way} {done.stderr}")

    def test_root_file_system_with_mounts(self):
        if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            self.skipTest("mounts cannot be made here")
        trees = os.path.join(self.place.name, "trees")
        for tree in "one/bound", "one/new", "two/bound", "two/new", "elsewhere":
            os.makedirs(os.path.join(trees, tree))
        self.addCleanup(shutil.rmtree, trees)
        with open(os.path.join(trees, "elsewhere", "x"), "w", encoding="ascii") as file:
            file.write("x")
        shutil.copy2(os.path.join(trees, "elsewhere", "x"), os.path.join(trees, "two", "bound"))
        shutil.copystat(os.path.join(trees, "elsewhere"), os.path.join(trees, "two", "bound"))
        script = 'mount --bind elsewhere one/bound && mount -t tmpfs none one/new && echo y >one/new/y && exec "$@"'
        words = ["unshare", "--mount", "sh", "-c", script, "sh", DIFFOCI, "diff", "--local-cache=store"]
        ways = [subprocess.run([*words, f"--sandbox={way}", "rootfs:one", "rootfs:two"], cwd=trees, capture_output=True, text=True, timeout=60, check=False) for way in ("off", self.way)]
        self.assertEqual(*((way.returncode, way.stdout, way.stderr.replace("--sandbox=off", f"--sandbox={self.way}")) for way in ways))
        self.assertEqual(ways[0].returncode, 1)
        self.assertIn('"new/y" only appears in input 0', ways[0].stdout)
        self.assertNotIn("bound", ways[0].stdout)

    def both(self, words, **more):
        """What comes of it with every call, and without the newer ones."""
        ways = []
        for place in "whole", "newer":
            folder = os.path.join(self.place.name, place)
            os.makedirs(folder, exist_ok=True)
            before = [sys.executable, LESSER, "without-newer-calls"] if place == "newer" else []
            done = subprocess.run([*before, DIFFOCI, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False, **more)
            ways.append((done.returncode, done.stdout, done.stderr))
        self.assertEqual(*ways)
        return ways[0]

    def test_without_newer_calls(self):
        """In a container whose filter does not know them, all works that works elsewhere."""
        if os.geteuid():
            self.skipTest("not root: no filter without no_new_privs")
        engine = self.program("saves", f"case $1 in save) cat '{self.place.name}/a.tar';; image) echo '[{{}}]';; *) echo '{{}}';; esac\n")
        told = os.environ | {"DOCKER": engine}
        for way in "auto", "off":
            flags = [f"--sandbox={way}", "--local-cache=store"]
            keeps = [*flags, "--backend=local"]
            with self.subTest(way=way):
                self.assertEqual(self.both(["load", *keeps, "--input=../a.tar"]), (0, "Loaded image: example.com/i:1\n", ""))
                self.assertEqual(self.both(["images", *keeps, "--quiet"])[0], 0)
                if way == "auto": # without a filter of its own it has no threads there, and speaks to no registry
                    self.assertEqual(self.both(["diff", *flags, "--verdict", "example.com/i:1", "../a.tar"])[:2], (0, "identical\n"))
                self.assertEqual(self.both(["diff", *flags, "--verdict", "docker://i:1", "../a.tar"], env=told)[:2], (0, "identical\n"))
                self.assertEqual(self.both(["diff", *flags, "--inside", "--explain", "--verdict", "docker://i:1", "../b.tar"], env=told)[:2], (1, "different\n"))
                for _ in range(2): # the second finds what the first has left
                    self.assertEqual(self.both(["diff", *flags, "--quiet", "--report-dir=report", "-o", "json=report.json", "../a.tar", "../b.tar"])[0], 1)
                # What is an image, though it has a directory etc, is none that is to be read as a root file system.
                for place in "whole", "newer":
                    shutil.copytree(os.path.join(self.place.name, "layout"), os.path.join(self.place.name, place, "image", way))
                    os.mkdir(os.path.join(self.place.name, place, "image", way, "etc"))
                self.assertEqual(self.both(["diff", *flags, "--verdict", f"./image/{way}", "../b.tar"])[0], 0)
                # The blobs of who has a table of them, which diffoci does not read, are not freed.
                for place in "whole", "newer":
                    with open(os.path.join(self.place.name, place, "store", "diffoci.db"), "w", encoding="ascii"):
                        pass
                self.assertEqual(self.both(["remove", *keeps, "example.com/i:1"])[0], 0)
                for place in "whole", "newer":
                    blobs = os.listdir(os.path.join(self.place.name, place, "store", "blobs", "sha256"))
                    self.assertEqual(len(blobs), 3, place)
                    shutil.rmtree(os.path.join(self.place.name, place, "store"))
                # A policy that gates do not use is told.
                for place in "whole", "newer":
                    with open(os.path.join(self.place.name, place, ".diffoci.yaml"), "w", encoding="ascii") as file:
                        file.write("version: 1\n")
                self.assertIn(".diffoci.yaml is not used", self.both(["diff", *flags, "--require=identical", "--quiet", "../a.tar", "../a.tar"])[2])
                for place in "whole", "newer":
                    os.remove(os.path.join(self.place.name, place, ".diffoci.yaml"))

    def test_limit_of_open_files_is_named(self):
        """Where it is too low, whoever finds that out."""
        engine = self.program("few", f"case $1 in save) cat '{self.place.name}/a.tar';; image) echo '[{{}}]';; *) echo '{{}}';; esac\n")
        for words in ["./a.tar", "./b.tar"], ["docker://i:1", "docker://i:2"], ["--report-dir=few", "-o", "json=few.json", "--inside", "oci:layout", "rootfs:layout"]:
            for limit in range(5, 24):
                with self.subTest(words=words, limit=limit):
                    done = self.diffoci("--quiet", *words, env=os.environ | {"DOCKER": engine}, preexec_fn=functools.partial(resource.setrlimit, resource.RLIMIT_NOFILE, (limit, limit)))
                    if done.returncode == 2:
                        self.assertRegex(done.stderr, rf'(?m)^diffoci: .*: Too many open files \(the limit of open files is {limit}, which is too low: "ulimit -n 256"\)\n')
                    else:
                        self.assertIn(done.returncode, (0, 1))
                        self.assertNotIn("Too many", done.stderr)

    def test_nothing_moves_between_directories(self):
        """As with the first version of Landlock, that of Linux 5.13 to 5.18: in a process that it confines, and in all."""
        lesser = [sys.executable, LESSER, "no-reparenting"]
        if subprocess.run([*lesser, "true"], capture_output=True, check=False).returncode:
            self.skipTest("no Landlock")
        moved = 'import os, sys; os.mkdir("moved"); open("moved/x", "w").close(); os.rename("moved/x", "moved-x")'
        self.assertIn("cross-device", subprocess.run([*lesser, sys.executable, "-c", moved], cwd=self.place.name, capture_output=True, text=True, check=False).stderr)
        for way in self.way, "off":
            with self.subTest(way=way):
                self.nothing_moves(lesser, f"--sandbox={way}", f"still-{way}")

    def nothing_moves(self, lesser, way, store):
        def run(verb, *words):
            return subprocess.run([*lesser, DIFFOCI, verb, way, f"--local-cache={store}", *words], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)

        blobs = os.path.join(self.place.name, store, "blobs", "sha256")
        for name in "a.tar", "b.tar", "a.tar":
            done = run("load", "--backend=local", f"--input={name}")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "Loaded image: example.com/i:1\n", ""))
        for name in os.listdir(blobs):
            with open(os.path.join(blobs, name), "rb") as file:
                self.assertEqual(hashlib.sha256(file.read()).hexdigest(), name)
            self.assertEqual(os.stat(os.path.join(blobs, name)).st_mode & 0o777, 0o444)
        self.assertEqual(os.listdir(os.path.join(self.place.name, store, ".diffoci", "partial")), [])
        done = run("diff", "--pull=never", "--verdict", "example.com/i:1", "./a.tar")
        self.assertEqual((done.returncode, done.stdout), (0, "identical\n"), done.stderr)
        # What is in a blob's place and is none goes.
        layer = max(os.listdir(blobs), key=lambda name: os.stat(os.path.join(blobs, name)).st_mtime_ns)
        os.remove(os.path.join(blobs, layer))
        with open(os.path.join(blobs, layer), "w", encoding="ascii") as file:
            file.write("cut")
        self.assertEqual(run("load", "--backend=local", "--input=a.tar").returncode, 0)
        with open(os.path.join(blobs, layer), "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).hexdigest(), layer)
        done = run("remove", "--backend=local", "example.com/i:1")
        self.assertEqual((done.returncode, done.stdout, os.listdir(blobs)), (0, "example.com/i:1\n", []))
        self.assertEqual(sorted(os.listdir(os.path.join(self.place.name, store))), [".diffoci", "blobs", "index.json", "oci-layout"])
        # A hard link of an image that cannot be made is told.
        done = run("diff", "--quiet", f"--report-dir={store}-report", "./linked.tar", "./b.tar")
        self.assertEqual(done.returncode, 1, done.stderr)
        with open(os.path.join(self.place.name, f"{store}-report", "README.md"), encoding="utf-8") as file:
            self.assertIn("to which no hard link can be made here", file.read())
        self.assertTrue(os.path.exists(os.path.join(self.place.name, f"{store}-report", "input-0", "layers-0", "x")))

    def test_without_dev_null(self):
        """As in a container that has no /dev."""
        if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            self.skipTest("mounts cannot be made here")
        result = subprocess.run(["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /dev && exec "$@"', "sh", *self.command("--inside", "--semantic", "--quiet", "./a.tar", "./b.tar")],
                                cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((result.returncode, result.stderr), (1, ""))

    def test_without_proc(self):
        """The same outputs and files; but what only root sees of a directory cannot be seen."""
        if os.geteuid() or subprocess.run(["unshare", "--mount", "umount", "-l", "/proc"], capture_output=True, check=False).returncode:
            self.skipTest("/proc cannot be taken away here")
        os.makedirs(os.path.join(self.place.name, "rootfs"), exist_ok=True)
        with open(os.path.join(self.place.name, "rootfs", "x"), "w", encoding="ascii") as file:
            file.write("1")
        without = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$@"', "sh"]
        for words in (["--inside", "--explain", "./a.tar", "./b.tar"], ["--effective", "--verdict", "./a.tar", "oci:layout"],
                      ["--quiet", "-o", "junit=proc.xml", "./a.tar", "./b.tar"],
                      ["load", "--backend=local", "--input=a.tar"], ["./none.tar", "./b.tar"]):
            with self.subTest(words=words):
                ways = [subprocess.run([*before, *self.command(*words)], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
                        for before in ([], without)]
                # Sanitizers miss it, too, and say so.
                self.assertEqual(*((way.returncode, way.stdout, re.findall("^(?:diffoci|verdict): .*", way.stderr, re.MULTILINE)) for way in ways))
        done = subprocess.run([*without, *self.command("rootfs:rootfs", "rootfs:rootfs")], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
        # 1 comes of a sanitizer that cannot look for leaks.
        self.assertIn((done.returncode, done.stdout), ((2, ""), (1, "")))
        self.assertIn("extended attributes cannot be read: there is no /proc", done.stderr)

    def test_reports_in_files(self):
        result = self.diffoci("-o", "json=out.json", "--report-dir=report", "-o", "sarif=out.sarif", "./a.tar", "./b.tar")
        self.assertEqual(result.returncode, 1, result.stderr)
        for name in ("out.json", "out.sarif", "report/report.json"):
            with open(os.path.join(self.place.name, name), encoding="utf-8") as file:
                json.load(file)
        for side, text in enumerate("12"):
            with open(os.path.join(self.place.name, f"report/input-{side}/layers-0/x"), encoding="utf-8") as file:
                self.assertEqual(file.read(), text)

    def test_report_that_cannot_be_written(self):
        result = self.diffoci("-o", "json=none/out.json", "./a.tar", "./b.tar")
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, r"^diffoci: cannot write the report: none/out\.json: No such file or directory\n$")

    def test_report_over_what_cannot_be_replaced(self):
        """A file that is mounted by itself, as a container is given one, in a directory that may be written, and in one that may not."""
        if os.geteuid() or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
            self.skipTest("mounts cannot be made here")
        place = os.path.join(self.place.name, "given")
        for folder in "free", "fixed":
            os.makedirs(os.path.join(place, folder))
        self.addCleanup(shutil.rmtree, place)
        subprocess.run([DIFFOCI, "diff", "--no-cache", f"--sandbox={self.way}", "-o", "json=given/wanted", "./a.tar", "./b.tar"], cwd=self.place.name, capture_output=True, check=False)
        for way in "off", self.way:
            for name in "one", "two", "free/out", "fixed/out":
                with open(os.path.join(place, name), "w", encoding="ascii") as file:
                    file.write("what was there before\n" * 9999 if name in ("one", "two") else "")
            script = """mount --bind given/one given/free/out && mount --bind given/fixed given/fixed && mount --bind given/two given/fixed/out &&
                mount -o remount,bind,ro given/fixed && exec "$@" """
            result = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", DIFFOCI, "diff", "--no-cache", f"--sandbox={way}", "-o", "json=given/free/out",
                                     "-o", "json=given/fixed/out", "./a.tar", "./b.tar"], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((result.returncode, result.stderr), (1, "verdict: different: a container would see a difference\n"))
            with open(os.path.join(place, "wanted"), encoding="utf-8") as file:
                wanted = json.load(file)
            for name in "one", "two":
                with open(os.path.join(place, name), encoding="utf-8") as file:
                    self.assertEqual(json.load(file)["totals"], wanted["totals"])
            self.assertEqual(sorted(os.listdir(os.path.join(place, "free"))), ["out"])

    def test_temporary_files_come_from_the_broker(self):
        result = self.diffoci("--memory-limit=1M", "--debug", "./a.tar", "./b.tar", env=os.environ | {"TMPDIR": "/nonexistent"})
        self.assertEqual(result.returncode, 1, result.stderr)

    def test_what_there_is_is_said(self):
        missing = json.loads(subprocess.run([DIFFOCI, "info", "--json"], check=True, capture_output=True, text=True).stdout)["Sandbox"]["Missing"]
        self.assertIn("debug: sandbox: Landlock ABI ", self.diffoci("--debug", "./a.tar", "./a.tar").stderr)
        self.assertIn("debug: sandbox: off", self.diffoci("--debug", "--sandbox=off", "./a.tar", "./a.tar").stderr)
        for words in ["./a.tar", "./a.tar"], ["pull", f"{self.host}/i:1"]:
            done = subprocess.run([word.replace("auto", "require") for word in self.command(*words)], cwd=self.place.name, capture_output=True, text=True, timeout=60, check=False) if missing else None
            self.assertTrue(not done or (done.returncode == 2 and missing[0] in done.stderr), done)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
