#!/usr/bin/env python3
"""What the overlay says that engines make of random images, held against the engines:
engines.py PRINT_TREES [--seed N] [--rounds N] [--tame] [--engine NAME[=ROUNDS]]... [-v]

The images are as odd as layers can be: names that collide and are written in several ways, links of all kinds and to
everywhere, entries below them, whiteouts and opaque marks at every place, hard links with metadata of their own, to
what is not there, and twice the same. Engines refuse three of four. --tame: most of what an image has fits to the rest
of it, so that engines unpack four of five. Each image is unpacked by containerd and by others (ENGINES), all of them
or the first ROUNDS. Where the overlay has no doubt all engines have to make the same tree.

What differs on purpose (layer/overlay/overlay.h, "What is not as engines do it") is not among the images, or is one of the
functions that departures() names: each makes of the overlay's tree what the engine makes of it, and nothing else.

The same seed gives the same images. An engine that does not run here is skipped by name. It is fastest where $TMPDIR
is in memory."""
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
# For what the overlay says that Docker refuses an image; Podman before 5 does, too.
DANGLING = "it lies below a symbolic link to what its layer does not have"


# --- images ---


def path(rng, deepest=3):
    return "/".join(rng.choice(NAMES) for _ in range(rng.choice([1, 1, 2, 2, 2, deepest])))


def spelled(rng, name):
    return rng.choice(["", "", "", "", "", "./", "/", "x/../", "../"]) + name


def target(rng):
    """Of a symbolic link."""
    return rng.choice(["", "", "/", "../", "../../", "./", "no/", "a/../"]) + path(rng)


def metadata(rng):
    fields = {"mode": rng.choice([0o644, 0o755, 0o755, 0o4755, 0o2775, 0o1777, 0o700]),
              "uid": rng.choice([0, 0, 0, 7]), "gid": rng.choice([0, 0, 9])}
    if rng.random() < 0.1:
        fields["records"] = rng.choice([{"SCHILY.xattr.user.a": b"1"}, {"SCHILY.xattr.user.b": b"2"},
                                        {"SCHILY.xattr.security.capability": CAPABILITY}])
    return fields


def last_of(name):
    return name.rpartition("/")[2]


def hard_link(link, to, soft, fields):
    """soft: last components of the symbolic links that the image has so far. Some engines refuse user.* of one, so a hard
    link to what may be one has none."""
    if last_of(to) in soft:
        soft.add(last_of(link))
        if any(key.startswith("SCHILY.xattr.user.") for key in fields.get("records", {})):
            del fields["records"]
    return mk.entry(link, type="1", linkname=to, **fields)


def entry(rng, made, soft):
    """An entry; made: paths that the layer has entries of; soft: as of hard_link."""
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
        soft.add(last_of(name))
        return mk.symlink(spelled(rng, name), target(rng))
    if what < 0.82:
        to = rng.choice(made[:-1]) if len(made) > 1 and rng.random() < 0.8 else path(rng)
        return hard_link(spelled(rng, name), spelled(rng, to), soft, metadata(rng))
    if what < 0.93:
        directory, _, base = name.rpartition("/")
        return mk.file(spelled(rng, f"{directory}/.wh.{base}".lstrip("/")))
    if what < 0.97:
        return mk.file(spelled(rng, rng.choice([".wh..wh..opq", name + "/.wh..wh..opq", name + "/.wh..wh..opq"])))
    if what < 0.985:
        return mk.device(name, rng.choice([0, 1]), rng.choice([0, 3]), mode=0o644)
    return mk.fifo(name, mode=0o600) if what < 0.995 else mk.entry(name, type=rng.choice("7Z"))


class Tame:
    """Layers that most engines unpack: names are in directories that are there, or behind links that lead to some;
    hard links have targets, whiteouts something to hide. One entry in a hundred is a wild one."""

    def __init__(self, rng):
        self.rng = rng
        self.soft = set()
        self.lower = {}  # path -> kind: "d", "f", "c" (device), "l" for links to directories, "x" for others

    def layer(self):
        self.own, self.hidden = {}, set()
        entries = [self.entry() for _ in range(self.rng.choice([1, 2, 3, 4, 6, 9]))]
        for name in self.hidden:
            self.lower = {path: kind for path, kind in self.lower.items() if not (path + "/").startswith(name + "/")}
        for name, kind in self.own.items():
            self.put(self.lower, name, kind)
        return mk.tar(*entries)

    @staticmethod
    def put(tree, name, kind):
        """A name, which is a directory or has nothing in it."""
        if kind != "d" or tree.get(name) != "d":
            for path in [path for path in tree if path.startswith(name + "/")]:
                del tree[path]
        tree[name] = kind

    def directory(self):
        both = {**self.lower, **self.own}
        found = [name for name, kind in both.items() if kind == "d" and name.count("/") < 3]
        found += [name for name, kind in self.own.items() if kind == "l"]
        if self.rng.random() < 0.03:
            found += [name for name, kind in self.lower.items() if kind == "l"]
        return self.rng.choice(found + [""] * 2)

    def name(self):
        rng = self.rng
        for _ in range(20):
            name = f"{self.directory()}/{rng.choice(NAMES)}".lstrip("/")
            if name not in self.own or (self.own[name] != "d" and rng.random() < 0.04):
                break
        return name

    def link_target(self, name):
        """Of a symbolic link called name, and whether it is a directory."""
        rng = self.rng
        found = [path for path, kind in self.own.items() if kind in "dl" and not path.startswith(name)]
        if not found or rng.random() < 0.3:
            return target(rng), "x"
        to = rng.choice(found)
        if rng.random() < 0.2:
            to = rng.choice(["./", f"{found[0]}/../" if "/" not in found[0] else ""]) + to
        if rng.random() < 0.4:
            return "/" + to, "l"
        return "../" * (name.count("/") + rng.choice([0, 0, 0, 1])) + to, "l"

    def entry(self):
        rng = self.rng
        name = self.name()
        what = rng.random()
        fields = metadata(rng)
        if rng.random() < 0.008:
            return entry(rng, list(self.own), self.soft)
        for at in range(name.count("/")):
            self.own.setdefault(name.rsplit("/", at + 1)[0], "d")
        if what < 0.3:
            if rng.random() < 0.8:
                fields = {"mode": 0o755}
            fields.pop("records", None) if rng.random() < 0.8 else None
            self.put(self.own, name, "d")
            return mk.entry(spelled(rng, name) + rng.choice(["", "/"]), type="5", **fields)
        if what < 0.5:
            link, kind = self.link_target(name)
            self.put(self.own, name, kind)
            self.soft.add(last_of(name))
            return mk.symlink(spelled(rng, name), link)
        files = [path for path, kind in self.own.items() if kind in "fc" and path != name]
        if what < 0.65 and files:
            link, to = spelled(rng, name), rng.choice(files)
            if rng.random() < 0.9 or self.own[to] == "c":
                fields.pop("records", None)
            self.put(self.own, name, self.own[to])
            return hard_link(link, spelled(rng, to), self.soft, fields)
        hidden = [path for path in self.lower if path not in self.own and path not in self.hidden and
                  not any(other.startswith(path + "/") for other in self.own)]
        if what < 0.77 and hidden:
            path = rng.choice(hidden)
            directory, _, base = path.rpartition("/")
            self.hidden.add(path)
            return mk.file(spelled(rng, f"{directory}/.wh.{base}".lstrip("/")))
        if what < 0.8:
            return mk.file(spelled(rng, f"{self.directory()}/.wh..wh..opq".lstrip("/")))
        self.put(self.own, name, "c" if what < 0.82 else "f")
        if what < 0.82:
            return mk.device(name, rng.choice([0, 1]), rng.choice([1, 3]), mode=0o644)
        return mk.entry(spelled(rng, name), rng.choice(["1", "2", ""]), **fields)


GROUP = mk.directory("a", mode=0o2755, gid=50)
# Trees made by hand: what lower layers say of a directory that is implied below one with the set-group-ID bit; what an
# opaque mark that is reached through a link leaves there.
MADE = {
    "lower-implied": [[mk.file("a/b/x")], [GROUP, mk.file("a/b/c")]],
    "lower-plain": [[mk.directory("a"), mk.directory("a/b")], [GROUP, mk.file("a/b/c/d")]],
    "lower-other": [[mk.directory("a"), mk.directory("a/b", mode=0o700, uid=3)], [GROUP, mk.file("a/b/c/d")]],
    "lower-group": [[GROUP, mk.file("a/y")], [mk.file("a/b/c/d")]],
    "opaque-link": [[mk.directory("c"), mk.symlink("d", "c"), mk.directory("d/f"), mk.file("d/f/x"), mk.file("c/f/y"),
                     mk.file("/d/f/z"), mk.file("d/f/.wh..wh..opq")]],
    "opaque-no-link": [[mk.directory("c"), mk.symlink("d", "c"), mk.directory("d/f"), mk.file("d/f/x"), mk.file("c/f/y"),
                        mk.file("c/f/.wh..wh..opq")]],
    "global": [[mk.directory("a"), mk.file("a/x"), mk.file("b")], [mk.header("a", type="g"), mk.file("c")],
               [mk.header("./b", type="g"), mk.file("d"), mk.header("d", type="g")]],
    "global-root": [[mk.directory("a")], [mk.header(".", type="g"), mk.file("c")]],
    "global-twice": [[mk.header("g", type="g"), mk.file("a"), mk.header("g", type="g")]],
    "lower-gone": [[mk.file("a/b/x")], [mk.file("a/.wh.b")], [GROUP, mk.file("a/b/q")]],
}


def layers_of(seed, tame=False):
    if seed in MADE:
        return [mk.tar(*entries) for entries in MADE[seed]]
    rng = random.Random(seed)
    if tame:
        image = Tame(rng)
        return [image.layer() for _ in range(rng.choice([1, 2, 2, 3, 3, 4]))]
    layers, soft = [], set()
    for _ in range(rng.choice([1, 2, 2, 3, 3, 4])):
        made = []
        layers.append(mk.tar(*(entry(rng, made, soft) for _ in range(rng.choice([1, 2, 3, 4, 6])))))
    return layers


# --- what the overlay says ---


def trees_of(program, directory, images):
    """seed -> ({engine: tree or None}, whether there is no doubt)."""
    lines, result = [], {}
    for seed, layers in images.items():
        names = []
        for number, layer in enumerate(layers):
            names.append(os.path.join(directory, f"{seed}.{number}"))
            with open(names[-1], "wb") as file:
                file.write(layer)
        lines.append("\t".join(names) + "\n")
    done = subprocess.run([program], input="".join(lines).encode(), stdout=subprocess.PIPE, check=True)
    said = done.stdout.decode().split("end\t")
    for seed, text, after in zip(images, said, said[1:]):
        result[seed] = parsed(text), after.startswith("sure")
    for name in os.listdir(directory):
        os.remove(os.path.join(directory, name))
    return result


class Tree(dict):
    """path -> (type, mode, uid, gid, what, xattrs, the first of its names, "implied", or "")"""

    def __init__(self):
        super().__init__()
        self.layers = {}  # path -> the layer that has its file


class Refusal:
    def __init__(self, whys):
        self.whys = whys


def parsed(text):
    engines, tree, names = {}, None, {}
    for line in text.splitlines():
        words = line.split("\t")
        if words[0] == "engine":
            tree, names = Tree(), {}
            engines[words[1]] = Refusal(words[2:]) if words[2:] else tree
        elif len(words) == 8:
            name = bytes.fromhex(words[0]).decode()
            if not name:
                continue
            xattrs = sorted(tuple(bytes.fromhex(part) for part in item.split("=")) for item in words[7].split(",") if item)
            first = names.setdefault(words[6], name) if words[1] != "5" else words[6] if words[6] == "implied" else ""
            if words[6] != "implied":
                tree.layers[name] = int(words[6].split(".")[0])
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


def names_of(tree):
    return collections.Counter(node[6] for node in tree.values() if node[6])


def plain(tree):
    """Of the overlay, as a walk shows it: that a directory is only implied is nothing to see."""
    return {path: (*node[:6], "" if node[6] == "implied" else node[6]) for path, node in tree.items()}


def old_implied(tree, want, top):
    """Docker before 23 makes directories that are only implied with mode 0600, but for those of lower layers; below one
    with the set-group-ID bit with that, too."""
    made = {path: ("5", 0o600 | node[1] & 0o2000) for path, node in tree.items()
            if node[0] == "5" and (node[6] == "implied" or node[1] == 0o2755)}
    return {path: (*made[path], *node[2:]) if path in made and want.get(path, node)[:2] == made[path] else node
            for path, node in tree.items()}


def split_devices(tree, want, top):
    """vfs copies the tree of the layers below, and each name of a device, pipe or symbolic link for itself."""
    return {path: (*node[:6], path) if node[0] in "2346" and tree.layers[path] < top else node
            for path, node in tree.items()}


def device_xattrs(tree, want, top):
    """Linux has no xattrs user.* of devices and pipes."""
    return {path: (*node[:5], tuple(item for item in node[5] if not item[0].startswith(b"user.")), node[6])
            if node[0] in "346" else node for path, node in tree.items()}


def lost_xattrs(tree, want, top):
    """Docker's vfs copies no other xattrs of the layers below."""
    return {path: (*node[:5], tuple(item for item in node[5] if item[0] == b"security.capability"), node[6])
            if tree.layers.get(path, top) < top else node for path, node in tree.items()}


def lost_rights(tree, want, top):
    """Docker gives a file its owner once more with each hard link, which takes setuid, setgid and capabilities off it
    unless the link's entry gives them anew. The overlay says so of overlay2."""
    names, result = names_of(tree), dict(tree)
    for path, node in tree.items():
        if node[0] != "0" or names[node[6]] < 2 or path not in want:
            continue
        if want[path][1] in (node[1] & 0o1777, node[1] & 0o3777):
            node = (node[0], want[path][1], *node[2:])
        if not any(item[0] == b"security.capability" for item in want[path][5]):
            node = (*node[:5], tuple(item for item in node[5] if item[0] != b"security.capability"), node[6])
        result[path] = node
    return result


def departures(name, version):
    """What an engine makes otherwise than the overlay says, on purpose."""
    return [device_xattrs] + ([split_devices] if name.endswith("vfs") else []) + \
           ([lost_xattrs, lost_rights] if name == "docker-vfs" else []) + \
           ([old_implied] if name.startswith("docker") and version < 23 else [])


def difference(want, got):
    if want is None or isinstance(got, Refusal):
        if want is None and isinstance(got, Refusal):
            return ""
        return f"the engine {'refuses' if want is None else 'unpacks'} it, the overlay does not agree"
    for name in sorted(set(want) | set(got)):
        if want.get(name) != got.get(name):
            return f"{name}: the engine has {want.get(name)}, the overlay {got.get(name)}"
    return ""


def with_layers(tree, other):
    """The tree, a dict, with what is known of the other one beside."""
    result = Tree()
    result.update(tree)
    result.layers = other.layers
    return result


def disagree(trees):
    """Whether two of the overlay's engines are said to make different trees."""
    made = [None if isinstance(tree, Refusal) else plain(tree) for tree in trees]
    return any(tree != made[0] for tree in made)


class Batch:
    """Images in one place, and what the overlay says of them."""

    def __init__(self, arguments, directory, seeds):
        self.seeds = seeds
        self.layers = {seed: layers_of(seed, arguments.tame) for seed in seeds}
        self.archive = os.path.join(directory, "images.tar")
        self.said = trees_of(os.path.abspath(arguments.print_trees), directory, self.layers)

    def image(self, seed):
        blobs = [mk.blob(layer, mk.LAYER) for layer in self.layers[seed]]
        return mk.image(*blobs, config={"config": {"Labels": {"seed": str(seed)}}}).named(f"x.io/s{seed}:1")

    def write(self, seeds, form=mk.oci_archive):
        form(self.archive, *(self.image(seed) for seed in seeds))
        return self.archive

    def top(self, seed):
        return len(self.layers[seed]) - 1


# Seeds that once found something; always tried. Whether they are tame ones -> seeds.
FOUND = {False: [806241, 2018812, *MADE], True: [2004006, 2010015, *MADE]}
PROGRAMS = {"containerd": ["containerd", "ctr"], "podman": ["podman"], "docker": ["dockerd"]}
# Which of the overlay's engines an engine has to be like, how it is started, and what it reads.
ENGINES = {
    "containerd": ("containerd", lambda directory: unpackers.Containerd(), mk.oci_archive),
    "podman-vfs": ("podman's vfs", lambda directory: unpackers.Podman(directory, "vfs"), mk.oci_archive),
    "podman-overlay": ("podman's overlay", lambda directory: unpackers.Podman(directory, "overlay"), mk.oci_archive),
    "docker-vfs": ("podman's vfs", lambda directory: unpackers.Docker(directory, "vfs"), mk.docker_archive),
    "docker-overlay2": ("docker's overlay2", lambda directory: unpackers.Docker(directory, "overlay2"),
                        mk.docker_archive),
}


class Run:
    def __init__(self, arguments):
        self.arguments = arguments
        self.failed, self.counts, self.words = 0, collections.Counter(), ""
        self.versions = {}  # name -> its first number

    def expected(self, name, trees, want, top):
        """What the overlay says of an engine, with what departs on purpose."""
        got = trees[ENGINES[name][0]]
        if name == "podman-overlay" and self.version(name) < 5:
            docker = trees["docker's overlay2"]
            if want is None and isinstance(docker, Refusal) and DANGLING in docker.whys:
                self.counts[name + " refuses as docker"] += 1
                return docker
        for departure in departures(name, self.version(name)) if want is not None else []:
            departed = got if isinstance(got, Refusal) else departure(got, want, top)
            if not isinstance(got, Refusal):
                departed = with_layers(departed, got)
            self.counts[f"{name}: {departure.__name__}"] += departed != got
            got = departed
        return got if isinstance(got, Refusal) else plain(got)

    def version(self, name):
        if name not in self.versions:
            said = subprocess.run([common.PROGRAMS[PROGRAMS[name.split("-")[0]][0]], "--version"], capture_output=True,
                                  text=True, check=True).stdout
            self.versions[name] = int(re.search(r"\d+", said).group())
        return self.versions[name]

    def judge(self, name, seed, want, said, top):
        trees, sure = said
        self.counts[name] += 1
        why = difference(want, self.expected(name, trees, want, top))
        if not why and sure and disagree(trees.values()):
            why = "the overlay has no doubt, but engines disagree"
        self.counts[name + " refuses"] += want is None
        self.counts[name + " with doubt"] += not sure
        if why:
            self.failed += 1
            print(f"{name}, seed {seed}: {why}" + (f" ({self.words[-160:]})" if want is None else ""), flush=True)

    def tree(self, engine, seed):
        try:
            return normal(engine.tree(f"x.io/s{seed}:1"))
        except unpackers.Refused as refused:
            self.words = str(refused)
            if self.arguments.v:
                print(f"seed {seed}: {str(refused)[-200:]}")
            return None

    def containerd(self, engine, batch):
        """All are there before the first is mounted."""
        engine.load(batch.write(batch.seeds))
        for seed in batch.seeds:
            self.judge("containerd", seed, self.tree(engine, seed), batch.said[seed], batch.top(seed))

    def one_by_one(self, name, engine, batch):
        for seed in batch.seeds:
            archive = batch.write([seed], ENGINES[name][2])
            try:
                engine.load(archive)
                tree = normal(engine.tree(f"x.io/s{seed}:1"))
            except unpackers.Refused as refused:
                self.words, tree = str(refused), None
                if self.arguments.v:
                    print(f"seed {seed}: {self.words[-200:]}")
            self.judge(name, seed, tree, batch.said[seed], batch.top(seed))

    def batch(self, name, batch):
        with tempfile.TemporaryDirectory(prefix="e-", dir=common.short_folder()) as place:
            engine = ENGINES[name][1](place)
            try:
                if name == "containerd":
                    self.containerd(engine, batch)
                else:
                    self.one_by_one(name, engine, batch)
            finally:
                engine.close()


def runs_here(name):
    """Says why not."""
    if os.geteuid() != 0:
        why = "engines are started by root only"
    elif name.startswith("podman") and not places.root_is_mounted():
        why = "podman cannot unpack layers here"
    else:
        needed = PROGRAMS[name.split("-")[0]]
        for program in needed:
            common.PROGRAMS[program] = shutil.which(program)
        why = ", ".join(f"not installed: {program}" for program in needed if not common.PROGRAMS[program])
    if why:
        print(f"skipped: {name}: {why}")
    return not why


def parsed_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("print_trees")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--tame", action="store_true")
    parser.add_argument("--engine", action="append", metavar="NAME[=ROUNDS]")
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    arguments.few = {name: int(rounds or arguments.rounds) for name, _, rounds in
                     (word.partition("=") for word in arguments.engine or ["containerd", "podman-vfs=8"])}
    for name in arguments.few:
        if name not in ENGINES:
            parser.error(f"{name} is none of {', '.join(ENGINES)}")
    return arguments


def main():
    arguments = parsed_arguments()
    engines = [name for name in arguments.few if runs_here(name)]
    if not engines:
        common.skip("no engine runs here")
    os.umask(0o022)
    end = arguments.seed + arguments.rounds
    run = Run(arguments)
    with tempfile.TemporaryDirectory(prefix="diffoci-engines-") as directory:
        for first in [None, *range(arguments.seed, end, BATCH)]:
            layers = os.path.join(directory, "layers")
            os.mkdir(layers)
            for name in engines:
                seeds = FOUND[arguments.tame] if first is None else \
                    range(first, min(first + BATCH, end, arguments.seed + arguments.few[name]))
                if seeds:
                    run.batch(name, Batch(arguments, layers, seeds))
            shutil.rmtree(layers)
    print(", ".join(f"{name}: {count}" for name, count in sorted(run.counts.items())))
    print(f"{run.failed} failed")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
