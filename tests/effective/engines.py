#!/usr/bin/env python3
"""What the overlay says that engines make of random images, held against the engines:
engines.py PRINT_TREES [--seed N] [--rounds N] [--podman N] [-v]

The images are as odd as layers can be: names that collide and are written in several ways, links of all kinds and to
everywhere, entries below them, whiteouts and opaque marks at every place, hard links with metadata of their own, to
what is not there, and twice the same. Each is imported and unpacked by containerd, and the first --podman of them by
Podman's vfs and overlay drivers. Where the overlay has no doubt all three have to make the same tree.

What differs on purpose (layer/overlay/overlay.h, "What is not as engines do it") is not among the images or is left out of
what is compared: the root's own metadata; what Podman 4 refuses below dangling links.

The same seed gives the same images. An engine that does not run here is skipped by name."""
import argparse
import collections
import hashlib
import os
import random
import re
import shutil
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "tools"), os.path.join(HERE, "..", "containerd"), HERE]
import common  # noqa: E402
import mkimage as mk  # noqa: E402
import places  # noqa: E402
import unpackers  # noqa: E402

BATCH = 100
NAMES = ["a", "b", "c", "d", "e", "f"]
CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")
TYPES = {stat.S_IFDIR: "5", stat.S_IFREG: "0", stat.S_IFLNK: "2", stat.S_IFCHR: "3", stat.S_IFBLK: "4",
         stat.S_IFIFO: "6"}
DANGLING = re.compile(r"no such file or directory")  # of hard links, too, which the overlay refuses itself


# --- images ---


def path(rng, deepest=3):
    return "/".join(rng.choice(NAMES) for _ in range(rng.choice([1, 1, 2, 2, 2, deepest])))


def spelled(rng, name):
    return rng.choice(["", "", "", "", "", "./", "/", "x/../", "../"]) + name


def target(rng):
    """Of a symbolic link."""
    return rng.choice(["", "", "/", "../", "../../", "./", "no/", "a/../"]) + path(rng)


def metadata(rng):
    fields = {"mode": rng.choice([0o644, 0o755, 0o755, 0o4755, 0o1777, 0o700]),
              "uid": rng.choice([0, 0, 0, 7]), "gid": rng.choice([0, 0, 9])}
    if rng.random() < 0.1:
        fields["records"] = rng.choice([{"SCHILY.xattr.user.a": b"1"}, {"SCHILY.xattr.user.b": b"2"},
                                        {"SCHILY.xattr.security.capability": CAPABILITY}])
    return fields


def entry(rng, made):
    """An entry; made: paths that the layer has entries of."""
    name = path(rng) if rng.random() < 0.85 or not made else rng.choice(made) + "/" + rng.choice(NAMES)
    if name.count("/") > 4:
        name = path(rng)
    what = rng.random()
    made.append(name)
    if what < 0.3:
        fields = metadata(rng)
        if rng.random() < 0.8:
            fields.pop("records", None)
            fields.update(mode=0o755, uid=0, gid=0) if rng.random() < 0.6 else None
        elif "SCHILY.xattr.security.capability" in fields.get("records", {}):
            del fields["records"]
        return mk.entry(spelled(rng, name) + rng.choice(["", "/"]), type="5", **fields)
    if what < 0.55:
        return mk.entry(spelled(rng, name), rng.choice(["1", "2", ""]), **metadata(rng))
    if what < 0.7:
        return mk.symlink(spelled(rng, name), target(rng))
    if what < 0.82:
        to = rng.choice(made[:-1]) if len(made) > 1 and rng.random() < 0.8 else path(rng)
        return mk.entry(spelled(rng, name), type="1", linkname=spelled(rng, to), **metadata(rng))
    if what < 0.93:
        directory, _, base = name.rpartition("/")
        return mk.file(spelled(rng, f"{directory}/.wh.{base}".lstrip("/")))
    if what < 0.97:
        return mk.file(spelled(rng, rng.choice([".wh..wh..opq", name + "/.wh..wh..opq", name + "/.wh..wh..opq"])))
    if what < 0.985:
        return mk.device(name, rng.choice([0, 1]), rng.choice([0, 3]), mode=0o644)
    return mk.fifo(name, mode=0o600) if what < 0.995 else mk.entry(name, type=rng.choice("7Z"))


def layers_of(seed):
    rng = random.Random(seed)
    layers = []
    for _ in range(rng.choice([1, 2, 2, 3, 3, 4])):
        made = []
        layers.append(mk.tar(*(entry(rng, made) for _ in range(rng.choice([1, 2, 3, 4, 6])))))
    return layers


# --- what the overlay says ---


def trees_of(program, directory, seeds):
    """seed -> ({engine: tree or None}, whether there is no doubt)."""
    lines, result = [], {}
    for seed in seeds:
        names = []
        for number, layer in enumerate(layers_of(seed)):
            names.append(os.path.join(directory, f"{seed}.{number}"))
            with open(names[-1], "wb") as file:
                file.write(layer)
        lines.append("\t".join(names) + "\n")
    done = subprocess.run([program], input="".join(lines).encode(), stdout=subprocess.PIPE, check=True)
    images = done.stdout.decode().split("end\t")
    for seed, text, after in zip(seeds, images, images[1:]):
        result[seed] = parsed(text), after.startswith("sure")
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))
    return result


def parsed(text):
    engines, tree, names = {}, None, {}
    for line in text.splitlines():
        words = line.split("\t")
        if words[0] == "engine":
            tree, names = {}, {}
            engines[words[1]] = None if words[2:] else tree
        elif len(words) == 8:
            name = bytes.fromhex(words[0]).decode()
            if not name:
                continue
            xattrs = sorted(tuple(bytes.fromhex(part) for part in item.split("=")) for item in words[7].split(",") if item)
            first = names.setdefault(words[6], name) if words[1] != "5" else ""
            tree[name] = (words[1], int(words[2], 8) if words[1] != "2" else 0, int(words[3]), int(words[4]), words[5],
                          tuple(xattrs) if words[1] != "2" else (), first)
    return engines


def normal(tree):
    """A walk of unpackers.walked in the same terms."""
    result = {}
    for name, (mode, uid, gid, what, xattrs, first) in tree.items():
        if not name:
            continue
        kind = TYPES[stat.S_IFMT(mode)]
        if kind == "2":
            what = what.encode().hex()
        elif kind == "0":
            what = hashlib.sha256(what.encode("latin-1")).hexdigest()
        result[name] = (kind, stat.S_IMODE(mode) if kind != "2" else 0, uid, gid, what,
                        tuple((key.encode(), value) for key, value in xattrs) if kind != "2" else (), first or "")
    return {name: (*node[:5], tuple((k, v[:20] if k == b"security.capability" else v) for k, v in node[5]), node[6])
            for name, node in result.items()}


# --- engines ---


def difference(want, got):
    if want is None or got is None:
        return "" if want is got else f"the engine {'refuses' if want is None else 'unpacks'} it, the overlay does not agree"
    for name in sorted(set(want) | set(got)):
        if want.get(name) != got.get(name):
            return f"{name}: the engine has {want.get(name)}, the overlay {got.get(name)}"
    return ""


class Run:
    def __init__(self, arguments, directory):
        self.arguments, self.directory = arguments, directory
        self.failed, self.counts, self.words = 0, collections.Counter(), ""
        self.layers = os.path.join(directory, "layers")
        os.mkdir(self.layers)

    def image(self, seed):
        blobs = [mk.blob(layer, mk.LAYER) for layer in layers_of(seed)]
        return mk.image(*blobs, config={"config": {"Labels": {"seed": str(seed)}}}).named(f"x.io/s{seed}:1")

    def judge(self, engine, seed, want, said):
        trees, sure = said
        if want is None and trees[engine] is not None and engine == "podman's overlay" and DANGLING.search(self.words):
            self.counts[engine + " refuses a dangling link"] += 1
            return
        why = difference(want, trees[engine])
        if not why and sure and any(difference(trees[engine], tree) for tree in trees.values()):
            why = "the overlay has no doubt, but engines disagree"
        self.counts[engine] += 1
        self.counts[engine + " refuses"] += want is None
        self.counts[engine + " with doubt"] += not sure
        if why:
            self.failed += 1
            print(f"{engine}, seed {seed}: {why}", flush=True)

    def tree(self, engine, seed):
        try:
            return normal(engine.tree(f"x.io/s{seed}:1"))
        except unpackers.Refused as refused:
            self.words = str(refused)
            if self.arguments.v:
                print(f"seed {seed}: {str(refused)[-200:]}")
            return None

    def containerd(self, seeds, said):
        engine = unpackers.Containerd()
        archive = os.path.join(self.directory, "batch.tar")
        try:
            mk.oci_archive(archive, *(self.image(seed) for seed in seeds))
            engine.load(archive)
            for seed in seeds:
                self.judge("containerd", seed, self.tree(engine, seed), said[seed])
        finally:
            engine.close()

    def podman(self, driver, name, seeds, said):
        engine = unpackers.Podman(self.directory, driver)
        archive = os.path.join(self.directory, "one.tar")
        try:
            for seed in seeds:
                mk.oci_archive(archive, self.image(seed))
                engine.load(archive)
                self.judge(name, seed, self.tree(engine, seed), said[seed])
        finally:
            engine.close()


def can_run_podman():
    return shutil.which("podman") and places.root_is_mounted()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("print_trees")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--podman", type=int, default=8)
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    for name in ("containerd", "ctr"):
        common.PROGRAMS[name] = shutil.which(name)
        if not common.PROGRAMS[name]:
            common.skip(f"not installed: {name}")
    if os.geteuid() != 0:
        common.skip("containerd is started by root only")
    os.umask(0o022)
    end = arguments.seed + arguments.rounds
    with tempfile.TemporaryDirectory(prefix="diffoci-engines-") as directory:
        run = Run(arguments, directory)
        for first in range(arguments.seed, end, BATCH):
            seeds = range(first, min(first + BATCH, end))
            said = trees_of(os.path.abspath(arguments.print_trees), run.layers, seeds)
            run.containerd(seeds, said)
            few = [seed for seed in seeds if seed < arguments.seed + arguments.podman]
            if few and can_run_podman():
                run.podman("vfs", "podman's vfs", few, said)
                run.podman("overlay", "podman's overlay", few, said)
            elif few:
                print("skipped: podman cannot unpack layers here")
        print(", ".join(f"{name}: {count}" for name, count in sorted(run.counts.items())))
        print(f"{run.failed} failed")
        return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
