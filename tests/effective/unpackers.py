"""Engines that unpack images, each in a place of its own, and the trees that they make of them."""
import ctypes
import hashlib
import http.client
import json
import os
import re
import socket
import stat
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "containerd"))
import common  # noqa: E402


LIBC = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """The engine does not unpack the image; the text is what it says."""


def walked(root):
    """path -> (type and mode, uid, gid, what is in it, xattrs, first of its names)."""
    tree, names = {}, {}
    todo = [""]
    while todo:
        at = todo.pop()
        full = os.path.join(root, at) if at else root
        try:
            info = os.lstat(full)
        except FileNotFoundError:  # overlayfs lists whiteouts of what was never there, but they are not there
            continue
        kind = stat.S_IFMT(info.st_mode)
        what = ""
        if kind == stat.S_IFDIR:
            todo += [os.path.join(at, name) for name in os.listdir(full)]
        elif kind == stat.S_IFLNK:
            what = os.readlink(full)
        elif kind == stat.S_IFREG:
            with open(full, "rb") as file:
                what = file.read().decode("latin-1")
        elif kind in (stat.S_IFCHR, stat.S_IFBLK):
            what = f"{os.major(info.st_rdev)}:{os.minor(info.st_rdev)}"
        mode = info.st_mode if kind != stat.S_IFLNK else kind
        xattrs = tuple(sorted((name, os.getxattr(full, name, follow_symlinks=False))
                              for name in os.listxattr(full, follow_symlinks=False)
                              if not name.startswith("trusted.overlay.")))
        tree[at] = [mode, info.st_uid, info.st_gid, what, xattrs, None]
        if kind != stat.S_IFDIR:
            names.setdefault((info.st_dev, info.st_ino), []).append(at)
    for paths in names.values():
        for path in paths:
            tree[path][5] = min(paths)
    return {path: tuple(node) for path, node in tree.items()}


def unmount(path):
    """0, or why not."""
    return LIBC.umount2(path.encode(), 0) and os.strerror(ctypes.get_errno())


class Api:
    """HTTP to an engine's socket: one daemon for many images, where a program for each would take most of the time."""

    def __init__(self, path):
        self.path = path

    def call(self, method, where, body=None):
        connection = http.client.HTTPConnection("localhost", timeout=120)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(120)
        try:
            connection.sock.connect(self.path)
            connection.request(method, where, body, {"Content-Type": "application/x-tar"})
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        if answer.status >= 300:
            raise Refused(text.strip())
        return text

    def wait(self, process, where):
        end = time.monotonic() + common.WAIT
        while True:
            try:
                return self.call("GET", where)
            except (OSError, Refused):
                if time.monotonic() > end or process.poll() is not None:
                    raise RuntimeError(f"no answer from {self.path}") from None
                time.sleep(0.05)


class Containerd:
    """containerd's overlayfs snapshotter; images are imported by the hundred."""

    def __init__(self):
        self.daemon = common.Containerd()
        self.mounted = 0

    def ctr(self, *words):
        done = subprocess.run([common.PROGRAMS["ctr"], "-a", self.daemon.address, "-n", "t", *words],
                              capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise Refused(done.stderr.strip())
        return done.stdout

    def load(self, archive):
        self.ctr("images", "import", "--no-unpack", "--all-platforms", archive)

    def tree(self, name):
        """As a container sees it: with a writable layer on top, so that one layer alone is an overlay, too."""
        target = os.path.join(self.daemon.dir, f"mounted{self.mounted}")
        self.mounted += 1
        os.mkdir(target)
        self.mount(name, target)
        try:
            return walked(target)
        finally:
            unmount(target)

    def mount(self, name, target):
        """Its collector may take a layer away before the next one stands upon it."""
        for left in (2, 1, 0):
            try:
                return self.ctr("images", "mount", "--rw", name, target)
            except Refused as refused:
                if not left or not re.search(r"parent snapshot \S+ does not exist", str(refused)):
                    raise

    def close(self):
        self.daemon.close()


class Podman:
    """Podman's storage with one of its drivers: vfs unpacks layer upon layer, overlay each for itself."""

    def __init__(self, directory, driver):
        self.root, self.driver = os.path.join(directory, driver), driver
        self.mounted = os.path.join(directory, "mounted")
        os.makedirs(self.mounted, exist_ok=True)
        address = os.path.join(directory, "p")
        with open(os.path.join(directory, "podman.log"), "ab") as log:
            self.process = subprocess.Popen(["podman", "--root", self.root, "--runroot", self.root + "-run",
                                             "--storage-driver", driver, "system", "service", "--time", "0",
                                             "unix://" + address], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.api = Api(address)
        self.api.wait(self.process, "/v4.0.0/libpod/_ping")

    def load(self, archive):
        """The image's topmost layer, or Refused."""
        with open(archive, "rb") as file:
            self.api.call("POST", "/v4.0.0/libpod/images/load", file)

    def top_layer(self, name):
        with open(os.path.join(self.root, f"{self.driver}-images", "images.json"), encoding="utf-8") as file:
            return next(image["layer"] for image in json.load(file) if name in image.get("names", []))

    def tree(self, name):
        layer = self.top_layer(name)
        if self.driver == "vfs":
            return walked(os.path.join(self.root, "vfs", "dir", layer))
        place = os.path.join(self.root, "overlay")
        folder = os.path.join(place, layer)
        lower = []
        if os.path.exists(os.path.join(folder, "lower")):
            with open(os.path.join(folder, "lower"), encoding="utf-8") as file:
                lower = file.read().split(":")
        return mounted_overlay([os.path.join(folder, "diff"), *(os.path.join(place, link) for link in lower)],
                               self.mounted)

    def close(self):
        """Mounts of its own that it leaves."""
        self.process.terminate()
        self.process.wait()
        for path in (os.path.join(self.root, "overlay"), self.root):
            unmount(path)


def mounted_overlay(folders, target):
    """The tree of folders upon each other, the topmost first, as a container has it: with a writable one above."""
    with tempfile.TemporaryDirectory() as scratch:
        upper, work = os.path.join(scratch, "upper"), os.path.join(scratch, "work")
        os.mkdir(upper, 0o755)
        os.mkdir(work)
        folders = [os.path.realpath(folder) for folder in folders]
        options = f"lowerdir={':'.join(folders)},upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, target], check=True)
        try:
            return walked(target)
        finally:
            unmount(target)


class Docker:
    """Docker's own storage, of the image store that it had before containerd's, with one of its drivers."""

    def __init__(self, directory, driver):
        self.root, self.driver = os.path.join(directory, "docker-" + driver), driver
        self.mounted = os.path.join(directory, "mounted")
        os.makedirs(self.mounted, exist_ok=True)
        address = os.path.join(directory, "d")
        with open(os.path.join(directory, "docker.log"), "ab") as log:
            self.process = subprocess.Popen([common.PROGRAMS["dockerd"], "--data-root", self.root, "--exec-root",
                                             os.path.join(directory, "dx"), "-p", os.path.join(directory, "docker.pid"),
                                             "-H", "unix://" + address, "--storage-driver", driver, "--bridge", "none",
                                             "--iptables=false", "--ip6tables=false"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.api = Api(address)
        self.api.wait(self.process, "/_ping")

    def load(self, archive):
        with open(archive, "rb") as file:
            said = self.api.call("POST", "/images/load?quiet=1", file)
        for line in said.splitlines():
            if "error" in json.loads(line):
                raise Refused(json.loads(line)["error"])

    def tree(self, name):
        layers = json.loads(self.api.call("GET", f"/images/{name}/json"))["RootFS"]["Layers"]
        chain = layers[0]
        for layer in layers[1:]:
            chain = "sha256:" + hashlib.sha256(f"{chain} {layer}".encode()).hexdigest()
        with open(os.path.join(self.root, "image", self.driver, "layerdb", *chain.split(":"), "cache-id"),
                  encoding="utf-8") as file:
            cache = file.read()
        if self.driver == "vfs":
            return walked(os.path.join(self.root, "vfs", "dir", cache))
        place = os.path.join(self.root, "overlay2")
        lower = []
        if os.path.exists(os.path.join(place, cache, "lower")):
            with open(os.path.join(place, cache, "lower"), encoding="utf-8") as file:
                lower = file.read().split(":")
        return mounted_overlay([os.path.join(place, cache, "diff"), *(os.path.join(place, link) for link in lower)],
                               self.mounted)

    def close(self):
        self.process.terminate()
        self.process.wait()
        for path in (os.path.join(self.root, self.driver), self.root):
            unmount(path)
