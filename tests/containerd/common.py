"""What the tests with a real containerd share: one that runs in a scratch folder, with nothing of the system's."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "tools"), os.path.join(HERE, "..", "servers")]

SKIPPED = 77
WAIT = 60  # seconds for something that takes one
PROGRAMS = {}  # "diffoci", "probe", "containerd", "ctr": path

CONFIG = """version = 2
root = "{dir}/root"
state = "{dir}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{dir}/c"
[ttrpc]
  address = "{dir}/t"
"""


def skip(why):
    print("skipped:", why)
    sys.exit(SKIPPED)


def fetched(suite):
    """The programs of a newer Debian release, unpacked beside the build."""
    directory = os.path.join(os.getcwd(), "containerd-" + suite)
    programs = os.path.join(directory, "tree", "usr", "bin")
    try:
        if not os.path.exists(os.path.join(programs, "ctr")):
            subprocess.run([os.path.join(HERE, "fetch"), suite, directory], check=True, timeout=60,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        subprocess.run([os.path.join(programs, "containerd"), "--version"], check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        skip(f"containerd of {suite} cannot be had: {error}")
    return programs


def arguments(words):
    """DIFFOCI PROBE [--containerd DIRECTORY | --suite SUITE] [REST]; returns the rest."""
    PROGRAMS["diffoci"], PROGRAMS["probe"] = map(os.path.abspath, words[:2])
    rest = words[2:]
    directory = None
    if rest[:1] in (["--containerd"], ["--suite"]):
        directory = rest[1] if rest[0] == "--containerd" else fetched(rest[1])
        rest = rest[2:]
    for name in ("containerd", "ctr"):
        PROGRAMS[name] = os.path.join(directory, name) if directory else shutil.which(name)
        if not PROGRAMS[name]:
            skip(f"not installed: {name}")
    if os.geteuid() != 0:
        skip("containerd is started by root only")
    version = subprocess.run([PROGRAMS["containerd"], "--version"], check=True, capture_output=True, text=True).stdout
    print(version.strip(), flush=True)
    return rest


def short_folder():
    """Where sockets' paths stay under the 108 bytes that they may have."""
    return tempfile.gettempdir() if len(tempfile.gettempdir()) < 20 else "/tmp"


class Containerd:
    """A containerd with its own root, state and sockets, whose paths are short."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="ctd-", dir=short_folder())
        os.chmod(self.dir, 0o755)
        self.address = os.path.join(self.dir, "c")
        self.config = os.path.join(self.dir, "config.toml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(dir=self.dir))
        self.process = None
        self.start()

    def start(self):
        with open(os.path.join(self.dir, "log"), "ab") as log:
            self.process = subprocess.Popen([PROGRAMS["containerd"], "-c", self.config], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        end = time.monotonic() + WAIT
        while subprocess.run([PROGRAMS["ctr"], "-a", self.address, "version"], capture_output=True,
                             check=False).returncode:
            if time.monotonic() > end or self.process.poll() is not None:
                with open(os.path.join(self.dir, "log"), encoding="utf-8", errors="replace") as log:
                    raise RuntimeError("containerd does not start:\n" + log.read()[-4000:])
            time.sleep(0.05)

    def ctr(self, *words, namespace="default", check=True):
        result = subprocess.run([PROGRAMS["ctr"], "-a", self.address, "-n", namespace, *words], capture_output=True,
                                text=True, timeout=WAIT, check=False)
        if check and result.returncode:
            raise RuntimeError(f"ctr {' '.join(words)}: {result.stderr}")
        return result.stdout

    def content(self, **more):
        return sorted(self.ctr("content", "ls", "-q", **more).split())

    def images(self, **more):
        return sorted(self.ctr("images", "ls", "-q", **more).split())

    def leases(self, **more):
        return self.ctr("leases", "ls", "-q", **more).split()

    def active(self, **more):
        return self.ctr("content", "active", **more).splitlines()[1:]

    def stop(self):
        """As if it hung."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.go_on()
            self.process.terminate()
            try:
                self.process.wait(WAIT)
            except subprocess.TimeoutExpired:
                self.kill()
        # Nothing is mounted by what these tests do; should that change, it must not be removed through.
        with open("/proc/self/mounts", encoding="utf-8") as mounts:
            assert self.dir not in mounts.read()
        shutil.rmtree(self.dir)


class Case(unittest.TestCase):
    """A containerd for each class, a scratch folder and a home for each test."""

    @classmethod
    def setUpClass(cls):
        cls.containerd = Containerd()
        cls.addClassCleanup(lambda: cls.containerd.close())

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="ctd-home-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.dir)
        self.environ = {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}
        self.environ.update(PATH=os.environ["PATH"], HOME=self.dir, CONTAINERS_REGISTRIES_CONF="/dev/null",
                            CONTAINERD_ADDRESS=self.containerd.address, LC_ALL="C.UTF-8",
                            DIFFOCI_LOCAL_CACHE=self.path("local"))

    def path(self, name):
        return os.path.join(self.dir, name)

    def diffoci(self, *words, backend="containerd", status=0, **more):
        """Runs diffoci; status None: any."""
        environ = dict(self.environ, DIFFOCI_BACKEND=backend)
        result = subprocess.run([PROGRAMS["diffoci"], *words], env=environ, capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=WAIT, check=False, **more)
        if status is not None:
            self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    def auto(self, *words, **more):
        """The same with backend auto and --debug. A machine so busy that containerd, which runs, did not answer
        within a second is no failure."""
        for _ in range(20):
            result = self.diffoci(*words, "--debug", backend="auto", **more)
            if "no answer within 1 s" not in result.stderr:
                break
        return result

    def assertNothingLeft(self, **more):
        """No image, no blob, no ingest, no lease."""
        self.assertEqual(self.containerd.images(**more), [])
        self.assertEqual(self.containerd.content(**more), [])
        self.assertEqual(self.containerd.active(**more), [])
        self.assertEqual(self.containerd.leases(**more), [])


class Probe:
    """The program of this name (probe.c)."""

    def __init__(self, case, namespace="default", stall_ms=20000):
        self.process = subprocess.Popen([PROGRAMS["probe"], case.containerd.address, namespace, str(stall_ms)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=case.environ)
        case.addCleanup(self.close)

    def __call__(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait(WAIT)
        assert status == 0, status


def main():
    rest = arguments(sys.argv[1:])
    unittest.main(module="__main__", argv=[sys.argv[0], *rest], verbosity=2)
