#!/usr/bin/env python3
"""What scripts/kernels has a kernel do.

guest.py record DIFFOCI FILE: compares and keeps images without a sandbox, on this machine, and writes what came of it.
guest.py check FOLDER: the same in every way of the sandbox, held against FOLDER/expected.json, and then the programs of FOLDER that try the
confined processes. Prints lines of "@ SECTION ok|failed WHAT: DETAIL", and "@ facts" with what the kernel is. As root, in a system that holds nothing else:
it takes /proc and the control groups away, and gives them back.
"""
import contextlib
import ctypes
import functools
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
MKIMAGE, LESSER = (os.path.join(HERE, "..", "tools", name) for name in ("mkimage.py", "lesser.py"))
RECIPE = r"""
same = [file(f"usr/share/f{i}", "same") for i in range(20)]
def one(text, level):
    return image(layer(*same, file("etc/x", text), directory("var/empty"), hardlink("usr/lib/alias", "etc/x"), symlink("usr/link", "share/f1"), file("usr/x.gz", gzipped(b"within " * 50, level))),
                 layer(file("etc/y", text), file("usr/share/.wh.f3", ""))).named("example.com/i:1")
oci_archive("a.tar", one("1", 1))
oci_archive("a9.tar", one("1", 9))
oci_archive("b.tar", one("2", 1))
docker_archive("docker.tar", one("1", 1))
oci_dir("layout", one("2", 1))
"""
# Of the comparisons, where all would take too long.
FEW = {"different", "inside", "report directory", "registry, kept", "load", "stored", "images", "remove", "pull"}
MARK = "kernels: at the end"


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, layout, *rest):
        self.layout = layout
        super().__init__(*rest)

    def do_GET(self):
        with open(os.path.join(self.layout, "index.json"), encoding="utf-8") as file:
            manifest = json.load(file)["manifests"][0]
        name = self.path.rsplit("/", 1)[-1]
        is_manifest = "/manifests/" in self.path
        digest = manifest["digest"] if is_manifest else name
        body = b"{}"
        if name:
            with open(os.path.join(self.layout, "blobs", "sha256", digest.removeprefix("sha256:")), "rb") as file:
                body = file.read()
        self.send_response(200)
        self.send_header("Content-Type", manifest["mediaType"] if is_manifest else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """That a client has all it wants and hangs up is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def registry(layout):
    server = Server(("127.0.0.1", 0), functools.partial(Registry, layout))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def make_root(path, text):
    """A directory that is an image's root."""
    for name, content in ("etc/x", text), ("usr/bin/tool", "same"):
        os.makedirs(os.path.dirname(os.path.join(path, name)), exist_ok=True)
        with open(os.path.join(path, name), "w", encoding="ascii") as file:
            file.write(content)
    os.symlink("bin/tool", os.path.join(path, "usr", "link"))
    for folder, folders, names in os.walk(path):
        for name in folders + names:
            os.utime(os.path.join(folder, name), (10**9, 10**9), follow_symlinks=False)


def without_way(text):
    """A report with what it was asked for, but for the way of the sandbox: as a word of a line, or in a list of JSON."""
    return re.sub(r' --sandbox=[a-z]+|"--sandbox=[a-z]+",?\s*', "", text)


def tree_of(path):
    """What is below a directory: a digest a file, a target a link."""
    found = {}
    for folder, folders, names in os.walk(path):
        for name in folders + names:
            whole = os.path.join(folder, name)
            if os.path.islink(whole):
                found[os.path.relpath(whole, path)] = "-> " + os.readlink(whole)
            elif os.path.isfile(whole):
                with open(whole, "rb") as file:
                    found[os.path.relpath(whole, path)] = without_way(file.read().decode(errors="replace"))
    return found


def comparisons(place, host, rootfs):
    """Name -> words, and a directory or file that is written. In this order: some need what others leave in the store."""
    store = f"--local-cache={place}/store"
    diff, keep = ["diff", store], [store, "--backend=local"]
    yield "different", [*diff, "./a.tar", "./b.tar"], None
    yield "same", [*diff, "./b.tar", "oci:layout"], None
    yield "verdict", [*diff, "--semantic", "--verdict", "./a.tar", "./docker.tar"], None
    yield "effective", [*diff, "--effective", "./a.tar", "./b.tar"], None
    yield "inside", [*diff, "--semantic", "--inside", "./a.tar", "./a9.tar"], None
    yield "inside verdict", [*diff, "--inside", "--verdict", "./a.tar", "./a9.tar"], None
    yield "explain", [*diff, "--explain", "-o", "verbose", "./a.tar", "./b.tar"], None
    yield "json", [*diff, "--quiet", "-o", "json=-", "./a.tar", "./b.tar"], None
    yield "files of reports", [*diff, "--quiet", "-o", "json=out/report.json", "-o", "junit=out/report.xml", "./a.tar", "./b.tar"], "out"
    yield "report directory", [*diff, "--quiet", "--report-dir=report", "./a.tar", "./b.tar"], "report"
    yield "report directory again", [*diff, "--quiet", "--report-dir=report", "./a9.tar", "./b.tar"], "report"
    yield "little memory", [*diff, "--memory-limit=1M", "./a.tar", "./b.tar"], None
    yield "missing", [*diff, "./none.tar", "./b.tar"], None
    yield "registry", [*diff, "--no-cache", f"{host}/i:1", "./a.tar"], None
    yield "registry, kept", [*diff, f"{host}/i:1", "./a.tar"], None
    yield "show", ["show", store, "./a.tar"], None
    yield "show json", ["show", store, "-o", "json", "./a.tar"], None
    if rootfs:
        yield "rootfs", [*diff, "rootfs:root-a", "rootfs:root-b"], None
        yield "rootfs and archive", [*diff, "--semantic", "rootfs:root-a", "./b.tar"], None
    yield "load", ["load", *keep, "--input=a.tar"], None
    yield "load again", ["load", *keep, "--input=b.tar"], None
    yield "load docker", ["load", *keep, "--input=docker.tar"], None
    yield "load with URLs", ["load", *keep, "--foreign-urls", "--input=a9.tar"], None
    yield "load damaged", ["load", *keep, "--input=layout/index.json"], None
    yield "stored", [*diff, "--pull=never", "example.com/i:1", "./b.tar"], None
    yield "images", ["images", *keep, "--json"], None
    yield "remove", ["remove", *keep, "example.com/i:1", "none:1"], None
    yield "pull", ["pull", *keep, f"{host}/i:1"], None
    yield "pulled", [*diff, "--pull=never", f"{host}/i:1", "./b.tar"], None
    yield "remove pulled", ["remove", *keep, f"{host}/i:1"], None
    yield "images left", ["images", *keep, "--json"], None


def run_all(diffoci, way, few=True, launcher=(), user=None, rootfs=True):
    """Name -> status, what was said, what was written."""
    results = {}
    with tempfile.TemporaryDirectory(prefix="kernels-") as place:
        subprocess.run([sys.executable, MKIMAGE], input=RECIPE, text=True, cwd=place, check=True)
        make_root(os.path.join(place, "root-a"), "one")
        make_root(os.path.join(place, "root-b"), "two")
        os.mkdir(os.path.join(place, "out"))
        if user is not None:
            subprocess.run(["chown", "-R", f"{user}:{user}", place], check=True)
        with registry(os.path.join(place, "layout")) as host:
            for name, words, written in comparisons(place, host, rootfs):
                if few and name not in FEW:
                    continue
                command = [*launcher, diffoci, words[0], f"--sandbox={way}", *words[1:]]
                done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=300, check=False, user=user, group=user,
                                      extra_groups=[] if user is not None else None, env=os.environ | {"HOME": place})
                results[name] = json.loads(json.dumps([done.returncode, without_way(done.stdout), done.stderr, tree_of(os.path.join(place, written)) if written else None])
                                           .replace(host, "127.0.0.1:1").replace(place, "PLACE"))
    return results


class Guest:
    def __init__(self, folder):
        self.folder = folder
        self.diffoci = os.path.join(folder, "diffoci")
        with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
            self.expected = json.load(file)

    @staticmethod
    def tell(section, good, what, detail=""):
        print(f"@ {section}\t{'ok' if good else 'failed'}\t{what}" + (f": {detail!r}" if not good else ""), flush=True)

    def info(self):
        return json.loads(subprocess.run([self.diffoci, "info", "--json"], check=True, capture_output=True, text=True, timeout=60).stdout)["Sandbox"]

    def compare(self, section, way, few=True, **more):
        """What came of each, held against what was recorded."""
        for name, result in run_all(self.diffoci, way, few, **more).items():
            wanted = self.expected["few" if few else "all"][name]
            different = [(x, y) for x, y in zip(wanted, result) if x != y]
            if different and isinstance(different[-1][0], dict) and different[-1][1] is not None:
                x, y = different.pop()
                different += [{at: (x.get(at), y.get(at)) for at in x | y if x.get(at) != y.get(at)}]
            self.tell(section, not different, f"{name}, --sandbox={way}", different)

    def facts(self):
        """The version of Landlock as the kernel says it, and diffoci."""
        version = max(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1), 0)
        sandbox = self.info()
        self.whole = not sandbox["Missing"]
        self.tell("info", sandbox["LandlockABI"] == version, "Landlock", sandbox)
        self.tell("info", sandbox["Seccomp"], "seccomp", sandbox)
        self.tell("info", bool(version) == self.whole and all("Landlock" in word for word in sandbox["Missing"]), "missing", sandbox)
        print("@ facts\t" + json.dumps({"kernel": os.uname().release, "landlock": version, "missing": sandbox["Missing"]}), flush=True)
        return version

    def refuses(self):
        """What is required and not there."""
        for words in (["diff", "./none", "./none"], ["show", "./none"], ["load", "--input=/dev/null"], ["images"]):
            done = subprocess.run([self.diffoci, words[0], "--sandbox=require", "--local-cache=/tmp/none", *words[1:]], capture_output=True, text=True, timeout=60, check=False)
            self.tell("required", done.returncode == 2 and "Landlock" in done.stderr and not done.stdout, words[0], (done.returncode, done.stderr))

    def program(self, section, *words, timeout=3000):
        """One of our test programs, whose lines 'N passed, N failed', or Python's or cmocka's, say how it went."""
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False, env=os.environ | {"DIFFOCI_TEST_PATIENCE": "20"})
        name = os.path.basename(words[-1] if len(words) == 1 else words[1])
        counts = re.findall(r"(\d+) passed, (\d+) failed$|^Ran (\d+) tests? in|PASSED *\] (\d+) test", done.stdout, re.MULTILINE)
        passed = max((int(one or ran or cmocka) for one, _, ran, cmocka in counts), default=0)
        skipped = done.returncode == 77 or "skipped=" in done.stdout
        if done.returncode not in (0, 77):
            for line in done.stdout.splitlines()[-60:]:
                print(f"@ said\t{name}: {line}", flush=True)
        self.tell(section, done.returncode in (0, 77), f"{name} ({passed} inside{', some skipped' if skipped else ''})", f"status {done.returncode}")

    def limited(self):
        """In a control group that has less memory than the machine."""
        group = "/sys/fs/cgroup/little"
        with open("/sys/fs/cgroup/cgroup.subtree_control", "w", encoding="ascii") as file:
            file.write("+memory")
        os.mkdir(group)
        with open(f"{group}/memory.max", "w", encoding="ascii") as file:
            file.write(str(200 << 20))
        enter = ["sh", "-c", f'echo 0 >{group}/cgroup.procs && exec "$@"', "sh"]
        self.compare("memory limit", "auto", launcher=enter)
        with open(f"{group}/memory.events", encoding="ascii") as file:
            events = file.read()
        self.tell("memory limit", "oom_kill 0" in events, "nothing was killed", events)

    def run(self):
        version = self.facts()
        way = "require" if self.whole else "auto"
        self.compare("all", way, few=False)
        self.compare("few", "off")
        if self.whole:
            self.compare("few", "auto")
        else:
            self.refuses()
        self.compare("user", way, user=1000)
        self.program("attacks", sys.executable, os.path.join(HERE, "../worker/run.py"), os.path.join(self.folder, "attack"), MKIMAGE)
        self.program("processes", sys.executable, os.path.join(HERE, "../worker/test_worker.py"), self.diffoci, MKIMAGE)
        for name in sorted(os.listdir(os.path.join(self.folder, "units"))):
            self.program("units", os.path.join(self.folder, "units", name))
        if version >= 2:
            self.compare("as with Landlock 1", "require", launcher=[sys.executable, LESSER, "no-reparenting"])
        if os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
            self.limited()
            subprocess.run(["umount", "/sys/fs/cgroup"], check=True)
        self.compare("no control groups", way)
        subprocess.run(["mount", "-o", "remount,hidepid=2", "/proc"], check=True)
        self.compare("/proc with hidepid=2", way, user=1000)
        subprocess.run(["umount", "/proc"], check=True)
        # What only root sees of a directory is asked for through /proc.
        self.compare("no /proc", way, few=False, rootfs=False)
        self.compare("no /proc", "off")
        print(MARK, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "record":
        with open(sys.argv[3], "w", encoding="utf-8") as written:
            json.dump({word: run_all(os.path.abspath(sys.argv[2]), "off", few=word == "few") for word in ("all", "few")}, written)
    else:
        Guest(sys.argv[2]).run()
