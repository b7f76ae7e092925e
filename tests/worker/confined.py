"""What each process may do, as the kernel sees it."""
import contextlib
import functools
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import time

from case import DIFFOCI, Case, filters_of


class Confined(Case):
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

    def comes(self, name):
        for _ in range(600):
            if os.path.exists(os.path.join(self.place.name, name)):
                return
            time.sleep(0.05)
        self.fail(f"there is no {name}")

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

    def test_what_starts_the_confined_process_confines_itself(self):
        for words in ([f"{self.host}/i:1", "./a.tar"], ["--report-dir=theirs", "--report-file=theirs.json", "--inside", f"{self.host}/i:1", "./a.tar"],
                      ["--no-cache", "./a.tar", f"{self.host}/i:1"], ["rootfs:layout", f"{self.host}/i:1"]):
            status, environment = self.broker_status(*words)
            self.assertIn("NoNewPrivs:\t1", status)
            self.assertTrue(self.is_filtered(status), status)
            self.assertRegex(status, r"CapEff:\t000000000000000[0-9a-e]")
            self.assertNotIn(b"hunter2", environment)

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
