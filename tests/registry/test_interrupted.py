#!/usr/bin/env python3
"""A pull or diff that was ended goes on where it was: what is moved twice is next to nothing. Against docker-registry,
behind a proxy that counts what it sends."""
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

import common
from counting import CountingProxy
from layout import Image, layer, write_layout
from registry import DockerRegistry, need, push

need("docker-registry", "skopeo")

LAYERS, SIZE = 6, 1 << 20
SLACK = 1 << 19  # heads, manifests, and what is on its way when a process ends
WORLD = {}


def setUpModule():
    directory = WORLD["directory"] = tempfile.mkdtemp(prefix="diffoci-interrupted-")
    images = {"one": Image([layer(seed, SIZE) for seed in range(LAYERS)]),
              "two": Image([layer(seed + 100, SIZE) for seed in range(LAYERS)])}
    WORLD["total"] = sum(len(data) for data in images["one"].blobs.values())
    WORLD["registry"] = DockerRegistry(directory, directory + "/storage")
    write_layout(directory + "/layout", images)
    for name in images:
        push(directory + "/layout", name, f"{WORLD['registry'].host}/app:{name}", directory)


def tearDownModule():
    WORLD["registry"].close()
    shutil.rmtree(WORLD["directory"])


class Interrupted(common.Case):
    def setUp(self):
        super().setUp()
        self.proxy = CountingProxy(WORLD["registry"].port, pause=0.005)
        self.addCleanup(self.proxy.close)
        self.name = f"{self.proxy.host}/app:one"
        self.store = os.path.join(self.home, "store")

    def words(self, *words):
        return [common.PROGRAMS["diffoci"], "--backend=local", "--local-cache", self.store, *words]

    def end_at(self, received, number, *words):
        """Runs the program until the proxy has sent so much, then ends it."""
        with subprocess.Popen(self.words(*words), env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            limit = time.monotonic() + 30
            while self.proxy.received < received and process.poll() is None and time.monotonic() < limit:
                time.sleep(0.002)
            self.assertIsNone(process.poll(), "it ended before it was interrupted")
            # What it has been sent it is to have written, however slow the machine.
            self.proxy.flows.clear()
            time.sleep(1)
            process.send_signal(number)
            process.communicate(timeout=30)
            self.proxy.flows.set()
            self.assertEqual(process.returncode, -number)

    def run_store(self, *words, status=0):
        result = subprocess.run(self.words(*words), env=self.environ, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def check_store(self):
        left = glob.glob(self.store + "/.diffoci/partial/*") + glob.glob(self.store + "/.diffoci/leases/*")
        self.assertEqual(left, [])

    def check_moved(self, times):
        """In all, the image once, and for each interruption not much more."""
        self.assertLess(self.proxy.received, WORLD["total"] + (times + 1) * SLACK)

    def test_pull(self):
        points = [(signal.SIGKILL, 0.1), (signal.SIGTERM, 0.4), (signal.SIGINT, 0.7), (signal.SIGKILL, 0.9)]
        for number, part in points:
            self.end_at(WORLD["total"] * part, number, "pull", self.name)
        self.run_store("pull", self.name)
        self.check_moved(len(points))
        self.check_store()
        self.assertIn("app", self.run_store("images").stdout)

    def test_network(self):
        """What ends is the network, for longer than we try again."""
        with subprocess.Popen(self.words("pull", self.name), env=self.environ, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            while self.proxy.received < WORLD["total"] / 2:
                time.sleep(0.002)
            self.proxy.flows.clear()
            time.sleep(1)
            self.proxy.close()
            said = process.communicate(timeout=60)[1]
            self.assertEqual(process.returncode, 2, said)
        first = self.proxy.received
        self.proxy = CountingProxy(WORLD["registry"].port)
        self.addCleanup(self.proxy.close)
        # The same blobs, though the name has another port in it.
        self.run_store("pull", f"{self.proxy.host}/app:one")
        self.assertLess(first + self.proxy.received, WORLD["total"] + 2 * SLACK)
        self.check_store()

    def test_diff_goes_on(self):
        """What a pull left is of use to a diff, and the other way round."""
        other = f"{self.proxy.host}/app:two"
        self.end_at(WORLD["total"] * 0.5, signal.SIGKILL, "pull", self.name)
        self.end_at(WORLD["total"] * 1.2, signal.SIGTERM, "diff", "--semantic", self.name, other)
        self.run_store("diff", "--semantic", self.name, other, status=1)
        self.run_store("pull", self.name)
        self.run_store("pull", other)
        self.assertLess(self.proxy.received, 2 * WORLD["total"] + 3 * SLACK)
        self.check_store()

    def test_damaged_rest(self):
        """What was left is not what was sent: that is found out, and fetched anew."""
        self.end_at(WORLD["total"] * 0.5, signal.SIGKILL, "pull", self.name)
        left = glob.glob(self.store + "/.diffoci/partial/*")
        self.assertTrue(left)
        for path in left:
            with open(path, "r+b") as file:
                file.write(b"\0" * 100)
        self.run_store("pull", self.name)
        self.check_store()
        self.run_store("diff", "--verify", "--pull=never", self.name, self.name)

    def test_left_alone(self):
        """Who pulls something else throws it away."""
        self.end_at(WORLD["total"] * 0.5, signal.SIGKILL, "pull", self.name)
        self.run_store("pull", f"{self.proxy.host}/app:two")
        self.check_store()
        self.assertEqual(len(glob.glob(self.store + "/blobs/sha256/*")), LAYERS + 2)


if __name__ == "__main__":
    common.main()
