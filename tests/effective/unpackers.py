"""Engines that unpack images, each in a place of its own, and the trees that they make of them."""
import os
import shutil
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "containerd"))
import common  # noqa: E402


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


class Containerd:
    """containerd's overlayfs snapshotter; images are imported by the hundred."""

    def __init__(self):
        self.daemon = common.Containerd()
        self.target = os.path.join(self.daemon.dir, "mounted")
        os.mkdir(self.target)

    def ctr(self, *words):
        done = subprocess.run([common.PROGRAMS["ctr"], "-a", self.daemon.address, "-n", "t", *words],
                              capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise Refused(done.stderr.strip())
        return done.stdout

    def load(self, archive):
        self.ctr("images", "import", "--no-unpack", "--all-platforms", archive)

    def tree(self, name):
        """As a container sees it: with a writable layer on top, so that one layer alone is an overlay, too."""
        self.ctr("images", "mount", "--rw", name, self.target)
        try:
            return walked(self.target)
        finally:
            subprocess.run(["umount", self.target], check=True)
            self.ctr("snapshots", "remove", self.target)

    def close(self):
        self.daemon.close()


class Podman:
    """Podman's storage with one of its drivers: vfs unpacks layer upon layer, overlay each for itself."""

    def __init__(self, directory, driver):
        self.words = ["podman", "--root", os.path.join(directory, driver), "--runroot",
                      os.path.join(directory, driver + "-run"), "--storage-driver", driver]
        self.archive = None

    def podman(self, *words):
        done = subprocess.run([*self.words, *words], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            raise Refused(done.stderr.strip())
        return done.stdout.strip()

    def load(self, archive):
        self.archive = archive

    def tree(self, name):
        image = self.podman("pull", "-q", f"oci-archive:{self.archive}")
        try:
            root = self.podman("image", "mount", image)
            return walked(root)
        finally:
            self.podman("image", "umount", "-f", image)
            self.podman("rmi", "-f", image)

    def close(self):
        """Mounts of its own that it leaves."""
        for path in (os.path.join(self.words[2], "overlay"), self.words[2]):
            subprocess.run(["umount", path], stderr=subprocess.DEVNULL, check=False)
