#!/usr/bin/env python3
"""Verdicts of random pairs of images: verdict.py DIFFOCI [--rounds N] [--seed N] [-v]

Each round makes an image at random and a second one from it by edits whose effect is known, so that
the verdict is known, too. Some rounds pile up edits of any kind, also ones that make no sense (names
twice in a layer, written in several ways, files with something in them, whiteouts of what is not
there): then the verdict has to be what `diff --semantic` and `diff --effective` say when they are
asked one by one. The flags are chosen at random: but for the policy they do not change the verdict.

The same seed gives the same rounds; without --seed it is always the same one. Prints what went wrong
with the seed of its round, then 'N passed, N failed'.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "tools"))
import mkimage as mk  # noqa: E402

LEVELS = ["different", "effective", "semantic", "identical"]
FLAGS = ["--ignore-timestamps", "--ignore-file-timestamps", "--ignore-image-timestamps", "--ignore-history",
         "--ignore-file-order", "--ignore-file-mode-redundant-bits", "--ignore-image-name", "--ignore-tar-format",
         "--treat-canonical-paths-equal", "--ignore-file-mtime", "--ignore-file-meta-format"]
EXTRA = ["--extra-ignore-file-content", "--extra-ignore-file-permissions", "--extra-ignore-file-mode",
         "--extra-ignore-layer-length-mismatch", "--extra-ignore-files=etc/a,bin/b,etc/x/,a,b,c"]
DIRECTORIES = ["", "bin/", "etc/", "etc/x/", "usr/lib/a/"]


class Entry:
    """One entry of a layer; fields as mkimage.header takes them."""

    def __init__(self, kind, name, content="", **fields):
        self.kind, self.name, self.content, self.fields = kind, name, content, fields

    def copy(self, **changes):
        other = Entry(self.kind, self.name, self.content, **self.fields)
        for key, value in changes.items():
            if key in ("kind", "name", "content"):
                setattr(other, key, value)
            else:
                other.fields[key] = value
        return other

    def bytes(self):
        fields = dict(self.fields)
        target = fields.pop("target", None)
        if self.kind == "file":
            return mk.file(self.name, self.content, **fields)
        if self.kind == "dir":
            return mk.directory(self.name + "/", **fields)
        if self.kind == "fifo":
            return mk.fifo(self.name, **fields)
        return (mk.symlink if self.kind == "symlink" else mk.hardlink)(self.name, target, **fields)


class Model:
    """An image before it is written."""

    def __init__(self):
        self.layers = []  # lists of entries
        self.storage = []  # how each layer is compressed
        self.docker = False
        self.config = {}
        self.run = {"Cmd": ["sh"], "Env": ["A=1", "B=2"], "Labels": {"k": "v"}}
        self.created = "2023-08-01T11:24:33Z"
        self.wrapped = False  # in an index, with an attestation beside it
        self.annotations = None

    def copy(self):
        other = Model()
        other.__dict__.update(self.__dict__)
        other.layers = [[e.copy() for e in layer] for layer in self.layers]
        other.storage = list(self.storage)
        other.config, other.run = dict(self.config), json.loads(json.dumps(self.run))
        return other

    def image(self):
        layers = []
        for entries, storage in zip(self.layers, self.storage):
            compress, level = storage
            media_type = mk.DOCKER_LAYER_GZIP if self.docker and compress == "gzip" else None
            layers.append(mk.layer(*(e.bytes() for e in entries), compress=compress, level=level, media_type=media_type))
        config = {**mk.config_of(layers, created=self.created), "config": self.run, **self.config}
        more = {"annotations": self.annotations} if self.annotations else {}
        image = mk.image(*layers, config=config, manifest=more,
                         media_type=mk.DOCKER_MANIFEST if self.docker else mk.MANIFEST,
                         config_type=mk.DOCKER_CONFIG if self.docker else mk.CONFIG)
        if not self.wrapped:
            return image
        about = image.descriptor["digest"]
        proof = mk.image(mk.blob("{}", "application/vnd.in-toto+json"), descriptor={"annotations": {
            "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": about}})
        return mk.index(image, proof, platforms=[mk.platform("amd64"), mk.platform("unknown", "unknown")])


# ---- random images, without anything strange ----


def base(rng):
    """Layers whose paths are clean, each at most once per layer; parents have entries before."""
    model = Model()
    for _ in range(rng.randint(1, 4)):
        entries, seen = [], set()
        for directory in DIRECTORIES:
            parts = directory.strip("/").split("/") if directory else []
            for depth in range(1, len(parts) + 1):
                name = "/".join(parts[:depth])
                if name not in seen:
                    seen.add(name)
                    entries.append(Entry("dir", name))
            for letter in rng.sample("abcd", rng.randint(0, 3)):
                entries.append(Entry("file", directory + letter, rng.choice(["", "x", "yy", "long " * 200])))
        if rng.random() < 0.5:
            entries.append(Entry("symlink", "bin/link", target="../etc/a"))
        model.layers.append(entries)
        model.storage.append(("gzip", 6))
    model.layers[0].append(Entry("file", "etc/always", "there"))
    return model


def all_entries(model, kinds=("file", "dir", "symlink")):
    return [(i, j) for i, layer in enumerate(model.layers) for j, e in enumerate(layer) if e.kind in kinds]


def covered(model, layer, name):
    """Whether a layer above has an entry of this path."""
    return any(e.name == name for above in model.layers[layer + 1:] for e in above)


def edit_any(model, rng, **changes):
    i, j = rng.choice(all_entries(model))
    model.layers[i][j] = model.layers[i][j].copy(**changes)


# Each edit changes the model and says which verdict it leads to, or None if it does not apply.


def same(_model, _rng):
    return "identical"


def wrap(model, _rng):
    model.wrapped = True
    return "identical"


def times(model, rng):
    edit_any(model, rng, mtime=rng.randint(0, 2 ** 32))
    return "semantic"


def created(model, _rng):
    model.created = "2022-01-01T00:00:00Z"
    return "semantic"


def order(model, rng):
    layer = rng.choice(model.layers)
    before = [e.name for e in layer]
    rng.shuffle(layer)
    return "semantic" if [e.name for e in layer] != before else None


def dotted(model, rng):
    i = rng.randrange(len(model.layers))
    model.layers[i] = [e.copy(name=rng.choice(["./", "/", "/./"]) + e.name) for e in model.layers[i]]
    return "semantic"


def level(model, rng):
    i = rng.randrange(len(model.layers))
    if not any(e.content.startswith("long") for e in model.layers[i]):
        return None
    model.storage[i] = ("gzip", 1)
    return "semantic" if mk.gzipped(mk.tar(*(e.bytes() for e in model.layers[i])), 1) != \
        mk.gzipped(mk.tar(*(e.bytes() for e in model.layers[i])), 6) else None


def type_bits(model, rng):
    places = all_entries(model, ("file",))
    i, j = rng.choice(places)
    model.layers[i][j] = model.layers[i][j].copy(mode=0o100644)
    return "semantic"


def split(model, rng):
    """One layer as two."""
    i = rng.randrange(len(model.layers))
    cut = rng.randint(0, len(model.layers[i]))
    model.layers[i:i + 1] = [model.layers[i][:cut], model.layers[i][cut:]]
    model.storage.insert(i, ("gzip", 6))
    return "semantic"


def user_name(model, rng):
    edit_any(model, rng, uname="someone")
    return "effective"


def zstd(model, rng):
    model.storage[rng.randrange(len(model.layers))] = ("zstd", 3)
    return "effective"


def docker(model, _rng):
    model.docker = True
    return "effective"


def author(model, _rng):
    model.config["author"] = "someone"
    return "effective"


def annotation(model, _rng):
    model.annotations = {"a": "b"}
    return "effective"


def env_order(model, _rng):
    model.run["Env"] = model.run["Env"][::-1]
    return "effective"


def hidden(model, rng):
    """A change of a file that a layer above replaces."""
    places = [(i, j) for i, j in all_entries(model, ("file",)) if covered(model, i, model.layers[i][j].name)]
    if not places:
        return None
    i, j = rng.choice(places)
    model.layers[i][j] = rng.choice([
        model.layers[i][j].copy(content="hidden"), model.layers[i][j].copy(mode=0o600), model.layers[i][j].copy(uid=7)])
    return "effective"


def shown_places(model, kinds):
    return [(i, j) for i, j in all_entries(model, kinds) if not covered(model, i, model.layers[i][j].name)]


def content(model, rng):
    i, j = rng.choice(shown_places(model, ("file",)))
    model.layers[i][j] = model.layers[i][j].copy(content="changed")
    return "different"


def attribute(model, rng):
    i, j = rng.choice(shown_places(model, ("file", "dir")))
    change = rng.choice([{"mode": 0o600}, {"uid": 7}, {"gid": 7}, {"mode": 0o4755}])
    model.layers[i][j] = model.layers[i][j].copy(**change)
    return "different"


def xattr(model, rng):
    i, j = rng.choice(shown_places(model, ("file", "dir")))
    model.layers[i][j] = model.layers[i][j].copy(records={"SCHILY.xattr.user.a": "b"})
    return "different"


def target(model, rng):
    places = shown_places(model, ("symlink",))
    if not places:
        return None
    i, j = rng.choice(places)
    model.layers[i][j] = model.layers[i][j].copy(target="../etc/b")
    return "different"


def kind(model, rng):
    i, j = rng.choice(shown_places(model, ("file",)))
    model.layers[i][j] = Entry("fifo", model.layers[i][j].name)
    return "different"


def added(model, rng):
    model.layers[rng.randrange(len(model.layers))].append(Entry("file", "etc/new"))
    return "different"


def removed(model, _rng):
    model.layers[0] = [e for e in model.layers[0] if e.name != "etc/always"]
    return "different"


def run_config(model, rng):
    key, value = rng.choice([("Cmd", ["ls"]), ("Env", ["A=1"]), ("User", "7"), ("WorkingDir", "/x"),
                             ("Labels", {"k": "w"}), ("Entrypoint", ["e"]), ("StopSignal", "9")])
    model.run[key] = value
    return "different"


KNOWN = [same, wrap, times, created, order, dotted, level, type_bits, split, user_name, zstd, docker, author, annotation,
         env_order, hidden, content, attribute, xattr, target, kind, added, removed, run_config]


def together(edits, verdicts):
    """The verdict of several edits, or None where one may undo or hide another."""
    weakest = min(verdicts, key=LEVELS.index)
    if len(edits) > 1 and (weakest == "different" or {zstd, level} <= set(edits) or
                           split in edits and {hidden, user_name, zstd} & set(edits)):
        return None
    if wrap in edits and weakest == "semantic":  # an index says the platform of what it holds, a manifest alone does not
        return "effective"
    return weakest


# What lies above or below an edit, and whether it hides it: (entries of the layers from the bottom up,
# the layer that is edited, verdict). The edit is of the entry "etc/x/a".
def scenes():
    a = Entry("file", "etc/x/a", "one")
    other = Entry("file", "usr/z", "other")
    wanted = []

    def scene(verdict, *above):
        wanted.append((verdict, [[a], *above]))

    scene("different")
    scene("different", [other])
    scene("different", [Entry("dir", "etc"), Entry("dir", "etc/x")])
    scene("different", [Entry("file", "etc/x/.wh.b")])
    scene("different", [Entry("file", "etc/.wh.xx")])
    scene("different", [Entry("file", "etc/x/aa", "y")])
    scene("different", [Entry("file", "usr/.wh..wh..opq")])
    scene("different", [Entry("file", "etc/x/.wh..wh.aufs")])
    scene("effective", [Entry("file", "etc/x/a", "two")])
    scene("effective", [Entry("symlink", "l", target="etc/x"), Entry("file", "l/a", "two")])
    scene("effective", [Entry("file", "./etc//x/a", "two")])
    scene("effective", [Entry("file", "etc/x/.wh.a")])
    scene("effective", [Entry("file", "etc/.wh.x")])
    scene("effective", [Entry("file", ".wh.etc")])
    scene("effective", [Entry("file", "etc/x/.wh..wh..opq")])
    scene("effective", [Entry("file", "etc/.wh..wh..opq")])
    # Of the root, overlayfs engines do not heed it and unpacking ones do.
    scene("different", [Entry("file", ".wh..wh..opq")])
    scene("effective", [Entry("file", "etc/x", "no directory")])
    scene("effective", [Entry("symlink", "etc", target="usr")])
    # Engines that unpack layer upon layer refuse both.
    scene("effective", [Entry("file", "etc/x/a/b", "a is a directory")])
    scene("effective", [Entry("dir", "etc/x/a")])
    scene("effective", [other], [Entry("file", "etc/x/.wh.a")])
    # A hard link's entry gives the file an owner, so that of the layer below does not show.
    scene("different", [Entry("hardlink", "etc/h", target="etc/x/a")], [Entry("file", "etc/x/.wh.a")])
    scene("different", [Entry("file", "x/../etc/q", "y")])
    scene("effective", [Entry("file", "x/../etc/x/a", "y")])
    return wanted


def scene_rounds():
    """The same layer above on both sides, or one that differs in times."""
    for verdict, layers in scenes():
        for stamp in (None, 5):
            first, second = Model(), Model()
            first.layers, second.layers = [[e.copy() for e in layer] for layer in layers], \
                [[e.copy() for e in layer] for layer in layers]
            first.storage = second.storage = [("gzip", 6)] * len(layers)
            change = {"content": "ONE"} if stamp is None else {"uid": 3}
            if stamp is not None and any(e.kind == "hardlink" for layer in layers for e in layer):
                verdict = "effective"
            second.layers[0][0] = second.layers[0][0].copy(**change)
            if stamp is not None and len(layers) > 1:
                second.layers[-1] = [e.copy(mtime=stamp) for e in second.layers[-1]]
            yield first, second, verdict, []


# Within one layer.
def layer_rounds():
    def pair(verdict, left, right, flags=()):
        models = []
        for entries in (left, right):
            model = Model()
            model.layers, model.storage = [entries], [("gzip", 6)]
            models.append(model)
        return (*models, verdict, list(flags))

    def f(name, text="", **more):
        return Entry("file", name, text, **more)

    one, two, three = f("a", "1"), f("a", "2"), f("a", "3")
    yield pair("effective", [one, two], [three, two])  # only the last one of a name counts
    yield pair("different", [one, two], [one, three])
    yield pair("different", [one, two], [two, one])  # pairs are made in order
    yield pair("effective", [f("./a", "1"), two], [f("./a", "3"), two])
    yield pair("different", [one, f("./a", "2")], [one, f("./a", "3")])
    yield pair("different", [one, f("a/b", "x")], [two, f("a/b", "x")])  # no engine unpacks that
    yield pair("effective", [f("d/a", "1"), f("d", "x")], [f("d/a", "2"), f("d", "x")])
    yield pair("different", [f("d", "x"), f("d/a", "1")], [f("d", "x"), f("d/a", "2")])
    yield pair("effective", [f("stargz.index.json", "1", mode=0), one], [f("stargz.index.json", "2", mode=0), one])
    yield pair("different", [f("stargz.index.json", "1"), one], [f("stargz.index.json", "2"), one])
    yield pair("different", [f("d/stargz.index.json", "1"), one], [f("d/stargz.index.json", "2"), one])
    yield pair("effective", [one, f(".no.prefetch.landmark", "x", mode=0)], [one])
    yield pair("different", [one, f(".no.prefetch.landmark", "xy", mode=0)], [one])
    link = Entry("hardlink", "b", target="a")
    yield pair("effective", [one, link], [f("b", "1"), Entry("hardlink", "a", target="b")])
    yield pair("different", [one, link], [one, f("b", "1")])  # one file under two names, or two files
    yield pair("semantic", [one, link], [f("a", "1", mtime=5), link])
    symlinks = [Entry("symlink", "l", target=t) for t in ("x", "/x", "./x")]
    yield pair("different", [f("n", uname="u"), symlinks[0]], [f("n", uname="v"), symlinks[1]])
    yield pair("different", [f("n", uname="u"), symlinks[0]], [f("n", uname="v"), symlinks[2]])
    yield pair("different", [f("n", uname="u"), symlinks[0]], [f("n", uname="v"), symlinks[1]],
               ["--treat-canonical-paths-equal"])
    yield pair("effective", [Entry("symlink", "l", target="x")], [Entry("symlink", "l", target="x", mode=0o755)])
    yield pair("effective", [Entry("dir", "d"), f("d/a")], [f("d/a")])  # implied: 0755, 0:0
    yield pair("different", [Entry("dir", "d", mode=0o700), f("d/a")], [f("d/a")])
    yield pair("semantic", [f("a", "1"), f("./b", "2")], [f("./a", "1"), f("b", "2")])
    yield pair("different", [f("a", "1"), f("./b", "2")], [f("./a", "1"), f("b", "3")])
    yield pair("semantic", [f("a", "1")], [f("./a", "1", mtime=3)], ["--verify"])
    yield pair("semantic", [one, f("log", "1")], [one, f("log", "2")], ["--ignore", "log"])
    yield pair("semantic", [one, f("log", "1")], [one], ["--ignore", "log"])
    yield pair("semantic", [one], [f("a", "1", uid=4)], ["--ignore-fields", "uid"])
    yield pair("different", [one], [f("a", "2", uid=4)], ["--ignore-fields", "uid"])
    yield pair("effective", [f("a", "1", uname="u")], [f("a", "1", uid=4)], ["--ignore-fields", "uid:a"])


# The same entries in another order, and layers that are merged anyway.
def order_rounds():
    def pair(verdict, *sides):
        models = []
        for layers in sides:
            model = Model()
            model.layers, model.storage = [list(layer) for layer in layers], [("gzip", 6)] * len(layers)
            models.append(model)
        return (*models, verdict, [])

    old, new, link = Entry("file", "a", "0"), Entry("file", "a", "1"), Entry("hardlink", "b", target="a")
    u, v = Entry("file", "n", uname="u"), Entry("file", "n", uname="v")
    yield pair("different", [[old], [u, link, new]], [[old], [v, new, link]])
    yield pair("effective", [[old], [u, new, link]], [[old], [v, new, link]])
    yield pair("effective", [[old], [u, new, Entry("file", "c")]], [[old], [v, Entry("file", "c"), new]])
    top, inside = Entry("file", "d", "x"), Entry("file", "d/a", "y")
    yield pair("different", [[u, top, inside]], [[v, inside, top]])
    yield pair("different", [[u, top], [inside]], [[v, inside], [top]])
    lazy, mark = Entry("file", "stargz.index.json", "{}", mode=0), Entry("file", ".prefetch.landmark", "\x0f", mode=0)
    # A link to a lower layer's file: overlayfs engines that unpack each layer by itself refuse it.
    yield pair("different", [[u, old], [link]], [[v, old, link]])
    yield pair("different", [[u, lazy, old], [link, mark]], [[v, old, link]])
    yield pair("different", [[u, lazy, old], [link]], [[v, new, link]])
    yield pair("different", [[u, old], [link]], [[v, new, link]])
    yield pair("effective", [[u, old], [Entry("file", ".wh.a"), new]], [[v, new]])
    # Another order of the same entries, which --semantic takes for none; but a container sees it.
    yield pair("different", [[old], [new, link]], [[old], [link, new]])
    yield pair("different", [[new, link.copy(mode=0o4755), link.copy(name="c", mode=0o600)]],
               [[new, link.copy(name="c", mode=0o600), link.copy(mode=0o4755)]])
    into, below = Entry("symlink", "s", target="t"), Entry("file", "s/x", "1")
    yield pair("different", [[into, below]], [[below, into]])
    mark = Entry("file", ".wh.a")
    yield pair("different", [[old], [mark, new]], [[old], [new, mark]])
    group, implied = Entry("dir", "g", mode=0o2775, gid=5), Entry("file", "g/s/x")
    yield pair("different", [[group, implied]], [[implied, group]])
    merged = [Entry("symlink", "lib", target="usr"), Entry("dir", "usr")]
    yield pair("different", [merged, [Entry("file", "lib/x", "1"), Entry("file", "usr/x", "2")]],
               [merged, [Entry("file", "usr/x", "2"), Entry("file", "lib/x", "1")]])
    yield pair("semantic", [[old], [new, link, Entry("file", "z")]], [[old], [Entry("file", "z"), new, link]])
    # What no engine unpacks, below layers that are cut in another way: a layer that both have decides nothing, be it
    # read or not, one that each has its own of does, and so does what another layer puts where it cannot be.
    stuck, more = [Entry("fifo", "d"), Entry("file", "d/e")], Entry("file", "d/q/x")
    yield pair("semantic", [stuck, [new], [u]], [stuck, [new, u]])
    yield pair("different", [stuck, [new], [more]], [stuck, [new, more]])
    yield pair("different", [stuck, [new], [more]], [[*stuck, new], [more]])
    yield pair("different", [stuck, [new], [more]], [stuck, [new, Entry("file", "d/q/x", "1")]])


# A file in an upper layer of one side only.
def lone_rounds():
    n = Entry("file", "etc/n", "x")
    for verdict, below, upper, above in [
            ("different", [], [n], []), ("effective", [n], [n], []), ("effective", [n.copy(name="./etc//n")], [n], []),
            ("different", [n.copy(content="y")], [n], []), ("different", [n.copy(uid=1)], [n], []),
            ("different", [Entry("file", "etc/n/x")], [n], []), ("different", [Entry("symlink", "etc/n", target="x")], [n], []),
            ("effective", [], [n], [n.copy(content="z")]), ("effective", [], [n], [Entry("file", "etc/.wh.n")]),
            ("effective", [], [n], [Entry("file", "etc/.wh..wh..opq")]), ("different", [], [n], [Entry("file", "etc/m")]),
            ("effective", [n], [n.copy(mtime=3)], []), ("different", [], [n, n.copy(name="etc/n/x")], [Entry("file", ".wh.etc")]),
            ("different", [], [Entry("symlink", "etc/l", target="n")], []),
            ("effective", [], [Entry("file", "etc/.wh.n")], []), ("different", [n], [Entry("file", "etc/.wh.n")], []),
            ("different", [], [Entry("dir", "etc/d")], []), ("effective", [Entry("dir", "etc/d")], [Entry("dir", "etc/d")], [])]:
        first, second = Model(), Model()
        base_layer = [Entry("dir", "etc"), Entry("file", "etc/a", "a")]
        for model, middle in ((first, []), (second, upper)):
            model.layers = [base_layer + below, [Entry("file", "usr/b")] + middle] + ([above] if above else [])
            model.layers = [[e.copy() for e in layer] for layer in model.layers]
            model.storage = [("gzip", 6)] * len(model.layers)
        yield first, second, verdict, []


# ---- anything goes ----


def any_entry(rng):
    name = rng.choice(["", "", "", "./", "/"]) + rng.choice(
        ["a", "b", "d", "d/a", "d/b", "d/e/a", "d/e", "d/a/x", "d//a", "x/../a", "stargz.index.json"])
    whiteout = rng.random()
    if whiteout < 0.12:
        head, _, tail = name.rpartition("/")
        name = (head + "/" if head else "") + rng.choice([".wh." + (tail if tail not in (".", "..") else "a"), ".wh..wh..opq"])
        return Entry("file", name)
    sort = rng.choice(["file"] * 6 + ["dir"] * 2 + ["symlink", "hardlink", "fifo"])
    fields = {}
    if rng.random() < 0.1:
        fields["mode"] = rng.choice([0o600, 0o755])
    if sort in ("symlink", "hardlink"):
        fields["target"] = rng.choice(["a", "./a", "d/a", "b", "/d/e/a"])
    return Entry(sort, name, rng.choice(["", "1", "2"]) if sort == "file" else "", **fields)


def any_change(model, rng):
    i = rng.randrange(len(model.layers))
    layer = model.layers[i]
    what = rng.choice(["field", "field", "field", "swap", "add", "drop", "split", "config"])
    if what == "add" or not layer:
        layer.insert(rng.randint(0, len(layer)), any_entry(rng))
    elif what == "field":
        j = rng.randrange(len(layer))
        changes = [{"mtime": 5}, {"mtime": 6}, {"uname": "u"}, {"mode": 0o600}, {"uid": 1}]
        if layer[j].kind == "file":
            changes += [{"content": "2"}, {"content": "3"}]
        if layer[j].kind in ("symlink", "hardlink"):
            changes += [{"target": "b"}, {"target": "/a"}]
        changes.append({"name": "./" + layer[j].name})
        layer[j] = layer[j].copy(**rng.choice(changes))
    elif what == "swap":
        j, k = rng.randrange(len(layer)), rng.randrange(len(layer))
        layer[j], layer[k] = layer[k], layer[j]
    elif what == "drop":
        del layer[rng.randrange(len(layer))]
    elif what == "split":
        split(model, rng)
    else:
        rng.choice([created, author, env_order, run_config, wrap])(model, rng)


def wild(rng):
    first = Model()
    first.layers = [[any_entry(rng) for _ in range(rng.randint(1, 8))] for _ in range(rng.randint(1, 4))]
    first.storage = [("gzip", 6)] * len(first.layers)
    second = first.copy()
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        any_change(second, rng)
    rules = rng.choice([[]] * 6 + [["--ignore", "a"], ["--ignore", "/d/"], ["--ignore-fields", "uid,mode"],
                                   ["--ignore-fields", "content:d/**"], ["--ignore-fields", "presence"]])
    return first, second, rules


# ---- running ----


class Runner:
    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.directory = tempfile.mkdtemp(prefix="diffoci-verdict-")
        self.environment = {**os.environ, "HOME": self.directory, "XDG_CACHE_HOME": self.directory + "/cache"}

    def close(self):
        shutil.rmtree(self.directory)

    def diff(self, paths, *flags):
        return subprocess.run([self.program, "diff", "--platform=linux/amd64", *flags, *("oci:" + p for p in paths)],
                              cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=60,
                              check=False)

    def write(self, name, models):
        paths = []
        for i, model in enumerate(models):
            paths.append(os.path.join(self.directory, f"{name}-{i}"))
            mk.oci_dir(paths[i], model.image())
        return paths

    def asked(self, paths, rules):
        """What the comparisons say one by one; None if the images cannot be compared."""
        digests = set()
        for path in paths:
            with open(path + "/index.json", encoding="utf-8") as text:
                descriptor = json.load(text)["manifests"][0]
            if descriptor["mediaType"] == mk.INDEX:
                with open(path + "/blobs/" + descriptor["digest"].replace(":", "/"), encoding="utf-8") as text:
                    descriptor = json.load(text)["manifests"][0]
            digests.add(descriptor["digest"])
        if len(digests) == 1:
            return "identical"
        said = [self.diff(paths, "--" + flag, "--quiet", *rules).returncode for flag in ("semantic", "effective")]
        if not set(said) <= {0, 1}:
            return None
        return "different" if said[1] else "effective" if said[0] else "semantic"

    def faults(self, name, models, wanted, flags, rules):
        paths = self.write(name, models)
        asked = self.asked(paths, rules)
        if asked is None:
            return []
        found = []
        if wanted and asked != wanted:
            found.append(f"asked one by one: {asked}, by construction {wanted}")
        verdict_known, wanted = wanted is not None, asked
        for turned in [paths] if verdict_known else [paths, paths[::-1]]:
            got = self.diff(turned, "--report-file", f"{name}.json", *flags, *rules)
            line = got.stderr.splitlines()[-1] if got.stderr else ""
            if "--effective" in flags and "whether it is semantic was not looked into" in line:
                continue  # as long as nobody requires it
            if not line.startswith(f"verdict: {wanted}: "):
                found.append(f"{' '.join(flags + rules)}: {line or got}, wanted {wanted}")
            elif "--effective" not in flags and "not looked into" in line:
                found.append(f"{' '.join(flags + rules)}: {line}")
            with open(os.path.join(self.directory, name + ".json"), encoding="utf-8") as text:
                if json.load(text)["verdict"]["verdict"] != wanted:
                    found.append("another verdict in the report")
            required = LEVELS[1 + zlib.crc32(name.encode()) % 3]
            got = self.diff(turned, "--verdict", "--require", required, *flags, *rules)
            status = int(LEVELS.index(wanted) < LEVELS.index(required))
            if got.stdout != wanted + "\n" or got.returncode != status:
                found.append(f"--verdict --require {required}: {got.returncode} {got.stdout}{got.stderr}, wanted {wanted}")
        for path in paths:
            shutil.rmtree(path)
        return found


def some_flags(rng):
    if rng.random() < 0.3:
        return []
    if rng.random() < 0.4:
        return [rng.choice(["--semantic", "--semantic", "--effective"]), *rng.sample(EXTRA, rng.randint(0, 2))]
    return rng.sample(FLAGS + EXTRA, rng.randint(1, 5))


def rounds(seed, n):
    """(name, models, verdict or None, flags, rules)"""
    number = 0
    for first, second, verdict, flags in [*scene_rounds(), *layer_rounds(), *order_rounds(), *lone_rounds()]:
        number += 1
        rules = flags if flags and flags[0] in ("--ignore", "--ignore-fields") else []
        yield f"fixed-{number}", (first, second), verdict, [] if rules else flags, rules
    for i in range(n):
        rng = random.Random(f"{seed} {i}")
        if i % 2:
            first, second, rules = wild(rng)
            yield f"wild-{i}", (first, second), None, some_flags(rng), rules
            continue
        first, verdict = base(rng), None
        verdicts = [None]
        while None in verdicts:
            second = first.copy()
            edits = rng.sample(KNOWN, rng.choice([1, 1, 2, 3]))
            verdicts = [edit(second, rng) for edit in edits]
        verdict = together(edits, verdicts)
        yield f"known-{i}", (first, second), verdict, some_flags(rng), []


def main():
    arguments = sys.argv[1:]
    verbose = "-v" in arguments
    arguments = [a for a in arguments if a != "-v"]
    options = {"--rounds": "40", "--seed": "1"}
    while len(arguments) > 2 and arguments[-2] in options:
        options[arguments[-2]] = arguments[-1]
        del arguments[-2:]
    runner = Runner(arguments[0])
    passed = failed = 0
    try:
        with ThreadPoolExecutor(2) as pool:
            todo = [(one, pool.submit(runner.faults, *one)) for one in rounds(options["--seed"], int(options["--rounds"]))]
            for one, future in todo:
                found = future.result()
                passed, failed = passed + (not found), failed + bool(found)
                if found or verbose:
                    print(f"{one[0]} (--seed {options['--seed']}): {'; '.join(found) or 'ok'}", flush=True)
    finally:
        runner.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
