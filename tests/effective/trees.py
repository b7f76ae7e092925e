"""Random file trees, and the many ways in which one tree can be an image.

A tree is what a container sees: a dict from paths ("etc/passwd", "" for the root) to inodes. Hard links are paths with
the same inode. Layers are written as the OCI image specification has it (layer.md): as changesets, from one tree to the
next, the last of which is the tree that is wanted. Nothing here asks diffoci what it thinks of that. What container
engines disagree about is left out: every layer has an entry for each directory that it changes something in, but for
new ones, and before that; hard links stay within a layer; no directory has xattrs. (engines.py has all of that.) But
for one thing: a new directory without an entry, below one with the set-group-ID bit, is made in three ways
(made_implied), and each image knows what each engine has there.
"""
import copy
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import mkimage  # noqa: E402

NAMES = ["a", "b", "bin", "c.d", "etc", "lib", "long" * 20, "usr", "var", "x y", "z", "\u00e9", ".hidden", ".whx"]
XATTRS = ["user.a", "user.b", "user.mime_type"]


class Inode:
    """A file of any type. data: content, target, or (major, minor)."""

    def __init__(self, type_, mode=0o755, uid=0, gid=0, data=b"", xattrs=None):
        self.type, self.mode, self.uid, self.gid, self.data = type_, mode, uid, gid, data
        self.xattrs = dict(xattrs or {})

    def same(self, other):
        mine, theirs = vars(self).copy(), vars(other).copy()
        if self.type == other.type == "symlink":
            mine["mode"] = theirs["mode"] = 0
        return mine == theirs

    def is_plain_directory(self):
        return self.same(Inode("dir"))


def parent_of(path):
    return path.rpartition("/")[0]


def is_below(path, directory):
    return path != directory and (not directory or path.startswith(directory + "/"))


def directories(tree):
    return [p for p, inode in tree.items() if inode.type == "dir"]


def leaves(tree):
    """Paths that nothing is in: they can be removed or replaced without more."""
    parents = {parent_of(p) for p in tree if p}
    return [p for p in tree if p and p not in parents]


def groups(tree):
    """The names of each inode, as sorted tuples."""
    names = {}
    for path, inode in tree.items():
        names.setdefault(id(inode), []).append(path)
    return [tuple(sorted(paths)) for paths in names.values()]


# --- random trees --------------------------------------------------------------------------------


def random_inode(rng, type_=None):
    type_ = type_ or rng.choice(["file"] * 6 + ["dir"] * 4 + ["symlink"] * 2 + ["char", "block", "fifo"])
    inode = Inode(type_, rng.choice([0o755, 0o644, 0o600, 0o4755, 0o1777, 0o2755, 0o7777, 0]),
                  rng.choice([0, 0, 0, 1000, 65534, 3000000]), rng.choice([0, 0, 0, 5, 100, 3000000]))
    if type_ == "file":
        inode.data = rng.choice([b"", b"x", rng.randbytes(rng.randrange(2000)), b"line\n" * rng.randrange(200)])
    elif type_ == "symlink":
        inode.data = rng.choice(["a", "./a", "/a", "../etc/x", "/" * 3 + "b", "t" * 150])
    elif type_ in ("char", "block"):
        inode.data = (rng.randrange(1, 300), rng.randrange(300))
    elif type_ == "dir" and rng.random() < 0.5:
        inode = Inode("dir")
    if rng.random() < 0.2 and type_ == "file":
        inode.xattrs = {name: rng.randbytes(rng.randrange(1, 20)) for name in rng.sample(XATTRS, rng.randrange(1, 3))}
    return inode


def grow(rng, tree, n):
    """Adds up to n paths, a fifth of them as further names of files that are there."""
    for _ in range(n):
        directory = rng.choice(directories(tree))
        path = f"{directory}/{rng.choice(NAMES)}".lstrip("/")
        if path in tree or path.count("/") > 4:
            continue
        linkable = [p for p, inode in tree.items() if inode.type != "dir"]
        if linkable and rng.random() < 0.2:
            tree[path] = tree[rng.choice(linkable)]
        else:
            tree[path] = random_inode(rng)
    return tree


def random_tree(rng, n=40):
    root = Inode("dir") if rng.random() < 0.7 else random_inode(rng, "dir")
    return grow(rng, {"": root}, n)


def clone(tree):
    """The same tree of other inodes."""
    return copy.deepcopy(tree)


def remove(tree, path):
    for other in [p for p in tree if p == path or is_below(p, path)]:
        del tree[other]


def earlier_tree(rng, tree):
    """A tree that might have been there before: with less, more, and other things in it."""
    earlier = clone(tree)
    for path in rng.sample(sorted(earlier), len(earlier) // 2):
        if not path or path not in earlier:
            continue
        what = rng.random()
        if what < 0.5:
            remove(earlier, path)
        elif what < 0.75:
            remove(earlier, path)
            earlier[path] = random_inode(rng)
        else:
            change_attribute(rng, earlier[path])
    return grow(rng, earlier, rng.randrange(10))


def change_attribute(rng, inode, kind=None):
    """Changes one attribute for certain. Returns the fields in which that shows (diffoci's names), of which the first
    has to be there."""
    kinds = ["uid", "gid"] + ["xattr"] * (inode.type == "file")
    kinds += {"symlink": ["target"], "file": ["mode", "content", "content"], "char": ["mode", "device"],
              "block": ["mode", "device"]}.get(inode.type, ["mode"])
    kind = kind or rng.choice(kinds)
    if kind == "uid":
        inode.uid += rng.choice([1, 70000, 1 << 22])
        return ["Uid"]
    if kind == "gid":
        inode.gid += rng.choice([1, 70000, 1 << 22])
        return ["Gid"]
    if kind == "mode":
        inode.mode ^= 1 << rng.randrange(12)
        return ["Mode"]
    if kind == "target":
        inode.data = rng.choice(["./" + inode.data, inode.data + "/", "other"])
        return ["Linkname"]
    if kind == "device":
        inode.data = (inode.data[0] + rng.randrange(2), inode.data[1] + 300)
        return ["Dev"]
    if kind == "content":
        if inode.data and rng.random() < 0.5:
            at = rng.randrange(len(inode.data))
            inode.data = inode.data[:at] + bytes([inode.data[at] ^ 1]) + inode.data[at + 1:]
        else:
            inode.data += b"more"
        return ["Digest", "Size"]
    name = rng.choice(XATTRS)
    if name in inode.xattrs and rng.random() < 0.5:
        del inode.xattrs[name]
    else:
        inode.xattrs[name] = inode.xattrs.get(name, b"") + b"v"
    return ["Xattr " + name]


# --- one step from tree to tree ------------------------------------------------------------------


class Changes:
    """What a layer has to say to lead from one tree to another: paths to write, and whiteouts. plain: nothing beyond
    that."""

    def __init__(self, rng, before, after, plain=False, ever=()):
        self.rng, self.before, self.after, self.plain = rng, before, after, plain
        self.ever = ever  # all paths that any tree before had
        self.write = set()
        self.whiteouts = set()
        self.opaque = set()
        self.compare()
        if not plain:
            self.choose_opaque()
            self.choose_redundant()
        self.complete_groups()
        self.complete_parents()

    def compare(self):
        before, after = self.before, self.after
        for path in before:
            if path in after or not path:
                continue
            up = parent_of(path)
            if up in after and after[up].type == "dir" and up in before and before[up].type == "dir":
                self.whiteouts.add(path)
        for path, inode in after.items():
            if path not in before or not inode.same(before[path]):
                self.write.add(path)
        names_before = {path: names for names in groups(before) for path in names}
        for names in groups(after):
            old = {names_before[path] for path in names if path in before and path not in self.write}
            if len(old) > 1:  # names of several files before
                self.write.update(names)
            elif old and any(path in self.write for path in names):
                self.write.update(names)
        # The other half of a group that was split: at most one part may keep the old file.
        kept = {}
        for names in groups(after):
            for path in names:
                if path in before and path not in self.write:
                    if kept.setdefault(names_before[path], names) != names:
                        self.write.update(names)

    def choose_opaque(self):
        """In place of whiteouts, or for nothing: all that is in the directory is then written."""
        for path, inode in self.after.items():
            was_directory = path in self.before and self.before[path].type == "dir"
            if inode.type != "dir" or not was_directory or self.rng.random() > 0.15:
                continue
            if not path:  # overlayfs engines do not heed one of the root, unpacking ones do
                continue
            self.opaque.add(path)
            self.write.update(p for p in self.after if is_below(p, path))
            self.whiteouts = {p for p in self.whiteouts if not is_below(p, path) or self.rng.random() < 0.3}

    def choose_redundant(self):
        """Entries that say again what is there, and whiteouts of what is replaced anyway, or never was."""
        for path in sorted(self.after):
            if path and self.rng.random() < 0.05:
                self.write.add(path)
        if self.rng.random() < 0.3:
            directory = self.rng.choice(directories(self.after))
            path = f"{directory}/never".lstrip("/")
            if path not in self.before and path not in self.after:
                self.whiteouts.add(path)

    def complete_groups(self):
        """A file is written with all its names."""
        for names in groups(self.after):
            if any(path in self.write for path in names):
                self.write.update(names)

    def complete_parents(self):
        for path in [*self.write, *self.whiteouts, *(f"{path}/x" for path in self.opaque)]:
            while path:
                path = parent_of(path)
                if path:
                    self.write.add(path)

    def may_be_implied(self, path):
        return not self.plain and path.partition("/")[0] not in self.ever and self.after[path].is_plain_directory() and \
            any(is_below(p, path) for p in self.write)


# --- entries -------------------------------------------------------------------------------------


def spelled(rng, path, is_directory=False):
    path = path or "."
    path = rng.choice(["", "", "./", "/", "././", "//"]) + (path if path != "." else "")
    return (path or "./") + (rng.choice(["", "/", "/"]) if is_directory and path else "")


TYPES = {"file": "0", "dir": "5", "symlink": "2", "char": "3", "block": "4", "fifo": "6", "link": "1"}
FORMAT_BITS = {"file": stat.S_IFREG, "dir": stat.S_IFDIR, "symlink": stat.S_IFLNK, "char": stat.S_IFCHR,
               "block": stat.S_IFBLK, "fifo": stat.S_IFIFO}


def entry(rng, path, inode, target=None):
    """The bytes of an entry; target: it is a hard link to this path."""
    name = spelled(rng, path, inode.type == "dir")
    kind = "link" if target is not None else inode.type
    mode = rng.choice([0, FORMAT_BITS[inode.type]]) | inode.mode
    if inode.type == "symlink":
        mode = rng.choice([0o777, 0o644, mode])
    fields = {"type": TYPES[kind], "mode": mode, "uid": inode.uid, "gid": inode.gid, "mtime": rng.randrange(1 << 33),
              "uname": rng.choice(["", "root", "someone"]), "gname": rng.choice(["", "wheel"])}
    content, records, linkname = b"", {}, ""
    if kind == "file":
        content = inode.data
        fields["type"] = rng.choice(["0", "0", "\0"])
    elif kind == "symlink":
        linkname = inode.data
    elif kind == "link":
        linkname = spelled(rng, target)
    elif kind in ("char", "block"):
        fields["major"], fields["minor"] = inode.data
    if kind != "link" or rng.random() < 0.5:
        records.update({"SCHILY.xattr." + key: value for key, value in inode.xattrs.items()})
    prefix = b""
    long_ = [(text, letter) for text, letter in ((linkname, "K"), (name, "L")) if len(text.encode()) > 99]
    if rng.random() < 0.3 and not records:
        fields["magic"] = b"ustar  \0"  # GNU
        prefix = b"".join(mkimage.gnu_long(text, type=letter) for text, letter in long_)
    else:
        records.update({"path": name} if long_ or rng.random() < 0.1 else {})
        records.update({"linkpath": linkname} if linkname and (long_ or rng.random() < 0.1) else {})
        records.update({"mtime": f"{fields['mtime']}.{rng.randrange(1, 999):03}"} if rng.random() < 0.3 else {})
        records.update({"comment": "none"} if rng.random() < 0.1 else {})
    return prefix + mkimage.entry(name, content, records or None, linkname=linkname, **fields)


def whiteout(rng, path, opaque=False):
    name = f"{path}/.wh..wh..opq" if opaque else f"{parent_of(path)}/.wh.{path.rpartition('/')[2]}".lstrip("/")
    name = spelled(rng, name.lstrip("/"))
    return mkimage.entry(name, b"", {"path": name} if len(name.encode()) > 99 else None, mode=rng.choice([0, 0o600]))


# In the order of made_implied; the third stands for Podman's and Docker's overlay drivers.
ENGINES = ["containerd", "vfs", "overlay"]
PLAIN = (0o755, 0)


def made_implied(parent, is_root):
    """(mode, gid) of a directory that is only implied, per engine; parent: the same of the one that it is made in. The
    kernel gives it the group and the bit (inode(7)); containerd takes the bit off it, overlay drivers the group. The
    root has what its entry says with vfs alone."""
    made = []
    for engine, (mode, gid) in zip(ENGINES, parent):
        inherits = mode & 0o2000 and (engine == "vfs" or not is_root)
        made.append((0o755 if engine == "containerd" else 0o2755, 0 if engine == "overlay" else gid)
                    if inherits else PLAIN)
    return tuple(made)


class Layer:
    """A changeset in one of the ways in which it can be written. objects: the paths that are files of this layer;
    implied: those of directories that it has no entry of -> what engines make of them."""

    def __init__(self, rng, before, after, plain=False, ever=()):
        changes = Changes(rng, before, after, plain, ever)
        self.objects = set()
        implied = []
        chains = []  # each in its order, the chains in any
        first = []  # directories
        for names in groups(after):
            written = [p for p in names if p in changes.write]
            rng.shuffle(written)
            chain = []
            for path in written:
                inode = after[path]
                if changes.may_be_implied(path) and rng.random() < 0.5:
                    implied.append(path)
                    continue
                chain.append(entry(rng, path, inode, rng.choice(written[:len(chain)]) if chain else None))
                self.objects.add(path)
            if after[names[0]].type == "dir":
                first += [(names[0], item) for item in chain]
            else:
                chains.append(chain)
        # Before all else: engines do not agree about whiteouts behind what they would hide. What hides
        # nothing may stand anywhere behind its directory.
        idle = [path for path in changes.whiteouts if path.rpartition("/")[2] == "never"]
        chains += [[whiteout(rng, path)] for path in idle]
        first = [whiteout(rng, path) for path in sorted(changes.whiteouts) if path not in idle] + \
            [whiteout(rng, path, True) for path in sorted(changes.opaque)] + \
            [item for _, item in sorted(first, key=lambda pair: pair[0])]
        if rng.random() < 0.1:
            chains.append([mkimage.file(rng.choice(["stargz.index.json", ".prefetch.landmark",
                                                    "./.no.prefetch.landmark"]), b"\x0f", mode=0)])
        if rng.random() < 0.1:
            chains.append([mkimage.file(".wh..wh.aufs"), mkimage.directory(".wh..wh.plnk/")])
        self.entries = first + self.shuffled(rng, chains)
        self.implied = {}
        for path in sorted(implied, key=lambda path: path.count("/")):
            up = parent_of(path)
            of_entry = ((after[up].mode, after[up].gid),) * len(ENGINES)
            self.implied[path] = made_implied(self.implied.get(up, of_entry), not up)

    @staticmethod
    def shuffled(rng, chains):
        """Links stay behind what they are links to; else as sorted, or in any order."""
        chains = [list(chain) for chain in chains if chain]
        if rng.random() < 0.5:
            return [item for chain in chains for item in chain]
        turns = [i for i, chain in enumerate(chains) for _ in chain]
        rng.shuffle(turns)
        return [chains[i].pop(0) for i in turns]


# --- images --------------------------------------------------------------------------------------


def random_config(rng):
    """The part of a config that counts."""
    config = {"Env": {name: rng.choice(["", "1", "a=b", "/bin:/usr/bin"]) for name in rng.sample("ABCDE", 3)}}
    for key, values in (("Entrypoint", [["/bin/sh", "-c"], ["x"]]), ("Cmd", [["a"], ["a", "b"]]),
                        ("User", ["1000:100", "app"]), ("WorkingDir", ["/srv", "/a/b"]),
                        ("ExposedPorts", [{"80/tcp": {}}, {"53/udp": {}, "80/tcp": {}}]), ("Volumes", [{"/data": {}}]),
                        ("Labels", [{"a": "1", "b": "2"}]), ("StopSignal", ["SIGINT"]), ("Shell", [["/bin/bash"]]),
                        ("OnBuild", [["RUN x"]]), ("Healthcheck", [{"Test": ["CMD", "x"], "Interval": 10 ** 9}])):
        if rng.random() < 0.5:
            config[key] = rng.choice(values)
    return config


EMPTY = {"Entrypoint": [None, []], "Cmd": [None, []], "User": [None, ""], "WorkingDir": [None, "", "/"],
         "ExposedPorts": [None, {}], "Volumes": [None, {}], "Labels": [None, {}], "StopSignal": [None, ""],
         "Shell": [None, []], "OnBuild": [None, []], "Healthcheck": [None, {}]}


def shuffled_dict(rng, value):
    return dict(rng.sample(sorted(value.items()), len(value)))


def written_config(rng, config):
    """One of the ways in which it can be written."""
    out = {}
    for key, value in config.items():
        out[key] = shuffled_dict(rng, value) if isinstance(value, dict) else value
    out["Env"] = [f"{key}={value}" for key, value in out["Env"].items()]
    if out["Env"] and rng.random() < 0.3:  # the last one of a name counts
        out["Env"].insert(0, out["Env"][-1].partition("=")[0] + "=overridden")
    if "ExposedPorts" in out and rng.random() < 0.5:
        out["ExposedPorts"] = {key.removesuffix("/tcp"): None for key in out["ExposedPorts"]}
    if "WorkingDir" in out and rng.random() < 0.5:
        out["WorkingDir"] += "/"
    for key, values in EMPTY.items():
        if key not in out and rng.random() < 0.5:
            out[key] = rng.choice(values)
    if not config["Env"] and rng.random() < 0.5:
        out["Env"] = None
    return shuffled_dict(rng, {**out, "Hostname": rng.choice(["", "x"])})


def history(rng, n):
    """A history of n layers, and which command made which."""
    items, commands = [], []
    for i in range(n):
        while rng.random() < 0.3:
            items.append({"created_by": "ENV X=1", "empty_layer": True})
        commands.append(f"RUN step {i} {rng.randrange(1000)}")
        items.append({"created_by": commands[-1], "created": "2023-01-01T00:00:00Z", "comment": rng.choice(["", "x"])})
    return items, commands


class Written:
    """An image of a tree, and from which layer each path comes. base: another one, whose layers it begins with; plain:
    it has one layer more, in which nothing is for nothing."""

    def __init__(self, rng, tree, config, base=None, plain=False):
        steps = [] if plain else [earlier_tree(rng, tree) for _ in range(rng.choice([0, 0, 1, 1, 2, 3]))]
        self.tree = tree
        self.layer_of = dict(base.layer_of) if base else {}  # of the file that a path is a name of
        self.entry_of = dict(base.entry_of) if base else {}  # of the path's own entry
        self.implied = dict(base.implied) if base else {}  # as in Layer
        self.blobs = list(base.blobs) if base else []
        before = base.tree if base else {"": Inode("dir")}
        self.ever = set(base.ever) if base else set()
        for after in [*steps, tree]:
            layer = Layer(rng, before, after, plain, self.ever)
            self.ever.update(after)
            self.blobs.append(self.blob(rng, layer))
            self.note_origins(layer, len(self.blobs) - 1, after)
            before = after
        self.image = self.wrap(rng, config)

    def implied_as(self, engine):
        """path -> (mode, gid) of the implied directories that are not as an entry of 0755 would make them."""
        return {path: made[engine] for path, made in self.implied.items() if made[engine] != PLAIN}

    def drop_layers(self, n):
        """Leaves the lowest layers out of the image's blobs."""
        for blob in self.blobs[:n]:
            del self.image.blobs[mkimage.sha256(blob.data)]

    def note_origins(self, layer, number, after):
        self.layer_of = {p: n for p, n in self.layer_of.items() if p in after}
        self.layer_of.update({path: number for path in layer.objects})
        self.entry_of = {p: n for p, n in self.entry_of.items() if p in after}
        self.entry_of.update({path: number for path in layer.objects})
        self.implied = {p: made for p, made in self.implied.items() if p in after and p not in layer.objects}
        self.implied.update(layer.implied)

    @staticmethod
    def blob(rng, layer):
        compress = rng.choice(["gzip", "gzip", "zstd", None])
        media_type = mkimage.DOCKER_LAYER_GZIP if compress == "gzip" and rng.random() < 0.5 else None
        return mkimage.layer(*layer.entries, compress=compress, level=rng.choice([1, 6]), media_type=media_type)

    def wrap(self, rng, config):
        items, commands = history(rng, len(self.blobs))
        self.commands = commands
        docker = rng.random() < 0.5
        types = {"media_type": mkimage.DOCKER_MANIFEST, "config_type": mkimage.DOCKER_CONFIG} if docker else {}
        if rng.random() < 0.1:  # a history that does not fit tells nothing
            items.pop()  # one too many would be a difference: Docker takes no such image
            self.commands = [None] * len(self.blobs)
        document = {"config": written_config(rng, config), "history": items, "author": rng.choice(["me", "you"]),
                    "created": f"20{rng.randrange(10, 30)}-01-01T00:00:00Z"}
        image = mkimage.image(*self.blobs, config=document, **types,
                              manifest={"annotations": {"a": str(rng.random())}} if rng.random() < 0.3 else None)
        if rng.random() < 0.4:
            members, platforms = [image], [mkimage.platform("amd64")]
            if rng.random() < 0.5:
                members.append(self.attestation(image))
                platforms.append(mkimage.platform("unknown", "unknown"))
            image = mkimage.index(*members, platforms=platforms, annotations={"b": str(rng.random())},
                                  media_type=mkimage.DOCKER_LIST if docker and len(members) == 1 else mkimage.INDEX)
        return image

    @staticmethod
    def attestation(image):
        statement = mkimage.blob(b'{"_type":"https://in-toto.io/Statement/v0.1"}', "application/vnd.in-toto+json")
        notes = {"vnd.docker.reference.type": "attestation-manifest",
                 "vnd.docker.reference.digest": image.descriptor["digest"]}
        return mkimage.image(statement, arch="unknown", os_="unknown", descriptor={"annotations": notes})
