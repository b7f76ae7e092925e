"""Real container engines, started by hand in a scratch folder, and what the tests about them share.

    python3 test_X.py DIFFOCI [UNITTEST OPTIONS]

ends with status 77 where the engine's programs or the rights to run them are lacking. Nothing of the
system's own is touched: data, state and sockets are in the scratch folder, which is removed.
$DIFFOCI_TEST_PATH is looked through for programs before $PATH: other versions, unpacked to a folder.
$DIFFOCI_TEST_SNAPSHOTTER=1 makes dockerd (v24 or later) keep images in containerd's store.
"""
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "servers"))
sys.path.insert(0, os.path.join(TESTS, "tools"))

import places  # noqa: E402

MKIMAGE = os.path.join(TESTS, "tools", "mkimage.py")
PROGRAMS = {}  # "diffoci": path
SKIPPED = 77
SEARCH = os.pathsep.join(filter(None, [os.environ.get("DIFFOCI_TEST_PATH"), os.environ["PATH"], "/usr/sbin", "/sbin"]))


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def need(*programs):
    for program in programs:
        if not shutil.which(program, path=SEARCH):
            skip(f"there is no program {program}")


def need_root():
    if os.geteuid() != 0:
        skip("engines are started as root")


def main():
    PROGRAMS["diffoci"] = os.path.abspath(sys.argv[1])
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)


def clean_environ(home):
    """No settings of the machine's owner."""
    environ = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
    environ.update(PATH=SEARCH, HOME=home, TMPDIR=home, DOCKER_CONFIG=os.path.join(home, "docker-config"),
                   CONTAINERS_REGISTRIES_CONF="/dev/null", DIFFOCI_LOCAL_CACHE=os.path.join(home, "cache"))
    return environ


def remove(folder):
    """Removes a scratch folder, and what an engine has mounted in it."""
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        places = [line.split()[1] for line in mounts]
    for place in reversed(places):
        if place.startswith(folder + "/"):
            subprocess.run(["umount", "--lazy", place], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def end(process, seconds):
    """Ends a process of ours."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Docker:
    """A dockerd of its own."""

    scheme = "docker"

    def __init__(self):
        need_root()
        need("docker", "dockerd", "containerd", "runc")
        self.home = places.folder("diffoci-dockerd-")
        self.socket = os.path.join(self.home, "docker.sock")
        settings = {"deprecated-key-path": os.path.join(self.home, "key.json")}
        storage = "vfs"
        if os.environ.get("DIFFOCI_TEST_SNAPSHOTTER"):
            settings, storage = {"features": {"containerd-snapshotter": True}}, "native"
        elif self.major() >= 24:
            settings = {}
        config = os.path.join(self.home, "daemon.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump(settings, file)
        self.log = os.path.join(self.home, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [shutil.which("dockerd", path=SEARCH), f"--config-file={config}", f"--host=unix://{self.socket}",
                 f"--data-root={self.home}/data", f"--exec-root={self.home}/exec", f"--pidfile={self.home}/pid",
                 "--iptables=false", "--ip6tables=false", "--bridge=none", f"--storage-driver={storage}"],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=clean_environ(self.home))
        self.environ = {"DOCKER_HOST": f"unix://{self.socket}"}
        self.wait()

    @staticmethod
    def major():
        words = subprocess.run([shutil.which("dockerd", path=SEARCH), "--version"], capture_output=True, text=True,
                               check=True).stdout.split()
        return int(words[2].split(".")[0])

    def wait(self):
        for _ in range(300):
            if self.run("version", check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        with open(self.log, encoding="utf-8") as log:
            tail = log.read()[-2000:]
        self.stop()
        skip(f"dockerd does not start here: {tail}")

    def run(self, *words, check=True, **more):
        return subprocess.run([shutil.which("docker", path=SEARCH), *words], env={**clean_environ(self.home), **self.environ},
                              capture_output=True, text=True, check=check, **more)

    def load(self, path, name):
        """Returns the image's ID."""
        out = self.run("load", "--quiet", "--input", path).stdout
        loaded = out.split(": ", 1)[1].strip()
        self.run("tag", loaded, name)
        return self.run("image", "inspect", "--format", "{{.Id}}", name).stdout.strip()

    def stop(self):
        end(self.process, 15)
        remove(self.home)


class Podman:
    """A store of podman's of its own."""

    scheme = "podman"

    def __init__(self):
        need_root()
        need("podman")
        if not places.root_is_mounted():
            skip("/ is no mount point (a chroot?), so podman cannot unpack layers")
        self.home = places.folder("diffoci-podman-")
        self.program = os.path.join(self.home, "podman")
        options = [f"--root={self.home}/root", f"--runroot={self.home}/run", f"--tmpdir={self.home}/tmp",
                   "--storage-driver=vfs", "--events-backend=none", "--cgroup-manager=cgroupfs"]
        with open(self.program, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\nexec {shutil.which('podman', path=SEARCH)} {' '.join(options)} \"$@\"\n")
        os.chmod(self.program, 0o755)
        self.environ = {"PODMAN": self.program}
        first = self.run("images", check=False)
        if first.returncode != 0:
            self.stop()
            skip(f"podman does not run here: {first.stderr.strip()}")

    def run(self, *words, check=True, **more):
        return subprocess.run([self.program, *words], env=clean_environ(self.home), capture_output=True, text=True,
                              check=check, **more)

    def load(self, path, name):
        out = self.run("load", "--quiet", "--input", path).stdout
        loaded = out.strip().split(": ", 1)[1]
        self.run("tag", loaded.removeprefix("sha256:"), name)
        return self.run("image", "inspect", "--format", "{{.Id}}", name).stdout.strip()

    def stop(self):
        remove(self.home)


class Case(unittest.TestCase):
    """A test with a home of its own. Class attribute engine: a Docker or Podman, or None."""

    engine = None

    def setUp(self):
        self.home = places.folder("diffoci-test-")
        self.addCleanup(shutil.rmtree, self.home)
        self.environ = clean_environ(self.home)
        if self.engine:
            self.environ.update(self.engine.environ)

    def make(self, recipe):
        """Makes images in the test's home (tests/tools/mkimage.py)."""
        subprocess.run([sys.executable, MKIMAGE], input=recipe, text=True, cwd=self.home, check=True)

    def path(self, name):
        return os.path.join(self.home, name)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def diff(self, *words, timeout=120, program=None, **more):
        return subprocess.run([program or PROGRAMS["diffoci"], "diff", *words], env=self.environ, capture_output=True, text=True,
                              timeout=timeout, check=False, cwd=self.home, **more)

    def assert_status(self, result, status):
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)

    def assert_fails(self, result, *parts):
        """An error, in one line that holds all parts."""
        self.assert_status(result, 2)
        lines = [line for line in result.stderr.splitlines() if line.startswith("diffoci:")]
        self.assertEqual(len(lines), 1, result.stderr)
        for part in parts:
            self.assertIn(part, lines[0])
