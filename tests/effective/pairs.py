#!/usr/bin/env python3
"""Pairs of images that diffoci calls the same, run by engines:
pairs.py DIFFOCI [--seed N] [--rounds N] [--kind NAME]... [--engine NAME]... [-v]

engines.py holds one image against what engines make of it; this holds two images against each other, and goes where
those trees do not: the forms of tar headers and records, of gzip and zstd streams (forms), entries that mean something to
some engine alone (odd), and configs (config). The second image of a pair is the first one with something changed, written
in another way, or moved. Where diffoci says that nothing differs in effect, each engine has to do the same with both:
make the same files, prepare the same container, or refuse both. What the verdict and --effective say has to agree.

Left out is what docs/behaviour.md ("Engines") says that diffoci departs in: names that stand twice in a layer, entries
below links to what their layer does not have, Docker's implied directories; zstd in Docker archives, which Docker 20 does
not know; and that Podman does not know a zstd layer that begins with a skippable frame, nor Go a gzip layer with zeros
behind it.

The same seed gives the same pairs; a failure names its kind and seed. An engine that does not run here is skipped by
name."""
import argparse
import collections
import copy
import http.client
import json
import os
import random
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "tools"), os.path.join(HERE, "..", "containerd"), HERE]
import common  # noqa: E402
import engines as overlay  # noqa: E402
import mkimage as mk  # noqa: E402
import unpackers  # noqa: E402

NAMES = ["a", "b", "c", "d", "e", "etc", "n" * 101]
SAME = ("identical", "semantic", "effective")


# --- forms: one tree, its headers in two ways ---


def tree(rng):
    """What an entry is -> dicts of its fields."""
    directories, made = [""], {}
    for _ in range(rng.choice([1, 2, 3, 5])):
        name = f"{rng.choice(directories)}/{rng.choice(NAMES)}".lstrip("/")
        if name in made:
            continue
        files = [entry for entry in made.values() if entry["type"] == "0"]
        what = rng.random()
        entry = {"name": name, "type": "0", "mode": rng.choice([0o644, 0o755, 0o4755, 0o600]), "uid": rng.choice([0, 7]),
                 "gid": rng.choice([0, 9])}
        if what < 0.35:
            entry.update(type="5", mode=rng.choice([0o755, 0o700]))
            directories.append(name)
        elif what < 0.75 or (what > 0.9 and not files):
            entry["content"] = rng.choice([b"", b"1", b"x" * 600, b"y" * 512 + bytes(1536), bytes(1024) + b"z" * 100, bytes(2000)])
            if rng.random() < 0.25:
                entry["xattrs"] = rng.choice([{"user.a": b"1"}, {"security.capability": overlay.CAPABILITY}, {"user.b": b"\0x"}])
        elif what < 0.85:
            entry.update(type="2", linkname=rng.choice(["a", "/etc", "../b", "t" * 120]))
        elif what < 0.9:
            entry.update(type="3", major=1, minor=3)
        else:
            target = rng.choice(files)
            entry = {**target, "name": name, "type": "1", "linkname": target["name"], "content": b""}
        made[name] = entry
    return list(made.values())


def sparse(rng, content, name, records):
    """(name of the header, what is stored) of a sparse file with this content; its records are added."""
    full = len(content.rstrip(b"\0")) + 511 & ~511
    empty = len(content) - len(content.lstrip(b"\0")) & ~511
    pieces = [(0, content)]
    if full + 512 <= len(content):
        pieces = [(0, content[:full]), (len(content), b"")]
    elif 0 < empty < len(content):
        pieces = [(empty, content[empty:])]
    stored = b"".join(piece for _, piece in pieces)
    if rng.random() < 0.3:
        records += [("GNU.sparse.size", len(content)), ("GNU.sparse.numblocks", len(pieces))]
        for at, piece in pieces:
            records += [("GNU.sparse.offset", at), ("GNU.sparse.numbytes", len(piece))]
        return name, stored
    records[:] = [record for record in records if record[0] != "path"] + [("GNU.sparse.name", name)]
    if rng.random() < 0.5:
        records += [("GNU.sparse.size", len(content)), ("GNU.sparse.numblocks", len(pieces)),
                    ("GNU.sparse.map", ",".join(f"{at},{len(piece)}" for at, piece in pieces))]
        return "GNUSparseFile.0/x", stored
    places = f"{len(pieces)}\n" + "".join(f"{at}\n{len(piece)}\n" for at, piece in pieces)
    records += [("GNU.sparse.major", 1), ("GNU.sparse.minor", 0), ("GNU.sparse.realsize", len(content))]
    return "GNUSparseFile.0/x", mk.padded(places.encode()) + stored


def odd_records(rng, entry, fields, odds):
    """Records that say what the header says, or that no engine looks at; the header may then say anything."""
    records = []
    for key in ("uid", "gid"):
        if rng.random() < odds * 0.15:
            records.append((key, entry[key]))
            fields[key] = rng.choice([0, 5, 77])
    for key, field in (("path", "name"), ("linkpath", "linkname")):
        if fields[field] and rng.random() < odds * 0.15:
            records.append((key, fields[field]))
            fields[field] = rng.choice(["x", "x/y", fields[field]])
    if rng.random() < odds * 0.1:
        records.append(("mtime", rng.choice(["-1.5", "0", "1.000000001", "123456789012"])))
    if rng.random() < odds * 0.15:
        records.append((rng.choice(["comment", "LIBARCHIVE.xattr.user.q", "SCHILY.acl.access", "VENDOR.x", "SCHILY.dev",
                                    "RHT.security.selinux", "LIBARCHIVE.creationtime", "hdrcharset"]), "YQ=="))
    if rng.random() < odds * 0.1:  # nothing: the header's counts
        records.append((rng.choice(["uid", "gid", "path", "linkpath", "size"]), ""))
    if records and rng.random() < odds * 0.2:  # of a key that stands twice, the last one counts
        records.insert(0, (rng.choice(records)[0], "1"))
    return records


def header_fields(rng, entry, odds):
    """As mkimage.header takes them, with "name"."""
    fields = {key: entry.get(key, "" if key == "linkname" else 0)
              for key in ("type", "mode", "uid", "gid", "linkname", "major", "minor")}
    fields["name"] = entry["name"] + ("/" if entry["type"] == "5" and rng.random() < 0.5 else "")
    fields["mtime"] = rng.choice([0, 1, mk.MTIME])
    if rng.random() < odds * 0.5:
        fields["name"] = rng.choice(["./", "/", "//", "./././"]) + fields["name"]
    if rng.random() < odds * 0.4:
        fields["mode"] |= rng.choice([0o10000, 0o20000, 0o40000, 0o60000, 0o100000, 0o120000, 0o140000])
    form = rng.choice(["ustar", "gnu", "v7", "star", "old"]) if rng.random() < odds * 0.6 else "ustar"
    if form == "star":
        fields["tail"] = bytes(131) + b"00000000000\0" * 2 + bytes(8) + b"tar\0"
    elif form != "v7" or entry["type"] != "3":
        fields["magic"] = {"ustar": b"ustar\x0000", "gnu": b"ustar  \0", "v7": bytes(8), "old": b"ustar\0  "}[form]
    for key, width in (("mode", 8), ("uid", 8), ("gid", 8), ("mtime", 12)):
        if form == "gnu" and rng.random() < odds * 0.15:
            fields[key] = b"\x80" + fields[key].to_bytes(width - 1, "big")
    if rng.random() < odds * 0.1:
        fields["mtime"] = (-5 & (1 << 96) - 1).to_bytes(12, "big")
    return fields


def entry_bytes(rng, entry, odds):
    fields = header_fields(rng, entry, odds)
    content, body = entry.get("content", b""), None
    records = odd_records(rng, entry, fields, odds)
    records += [("SCHILY.xattr." + key, value) for key, value in entry.get("xattrs", {}).items()]
    fields["size"] = len(content)
    if entry["type"] != "0":
        fields["size"] = rng.choice([0, 5, 512, 513]) if rng.random() < odds * 0.2 else 0
    elif content and rng.random() < odds * 0.25:
        name = next((value for key, value in reversed(records) if key == "path" and value), fields["name"])
        fields["name"], content = sparse(rng, content, name, records)
        fields["size"] = len(content)
    elif rng.random() < odds * 0.1:
        records.append(("size", len(content)))
        body, fields["size"] = mk.padded(content), rng.choice([0, 7, len(content)])
    elif rng.random() < odds * 0.25:
        fields["type"] = "\0"
    before = b""
    for key, kind in (("name", "L"), ("linkname", "K")):
        text = fields[key].encode()
        if len(text) > 99 or (text and rng.random() < odds * 0.1 and not records):
            before += mk.gnu_long(text, kind)
            fields[key] = text[:99]
    if records:
        pax = mk.pax(b"".join(mk.record(key, value if isinstance(value, bytes) else str(value)) for key, value in records))
        before = pax + before if rng.random() < 0.5 else before + pax
    return before + mk.header(fields.pop("name"), **fields) + (mk.padded(content) if body is None else body)


def global_header(rng, *names):
    records = rng.choice([{"comment": "x"}, {"uid": "5"}, {"path": "a"}, {"SCHILY.xattr.user.a": "g"}, {"path": "b", "size": "4"}])
    body = b"".join(mk.record(key, value) for key, value in records.items())
    return mk.header(rng.choice(names or ["pax_global_header", "a", "b"]), type="g", size=len(body)) + mk.padded(body)


def stored(rng, text, odds):
    """The layer, compressed in one way or another."""
    kind = rng.choice(["plain", "plain", "gzip", "gzip", "zstd"])
    at = rng.randrange(len(text) + 1)
    if kind == "plain":
        return mk.Blob(text, mk.LAYER, mk.sha256(text))
    if kind == "gzip":
        data = mk.gzipped(text) if rng.random() >= odds else rng.choice([
            mk.gzipped(text[:at]) + mk.gzipped(text[at:]), mk.gzipped(text) + mk.gzipped(b""), mk.gzipped(b"") + mk.gzipped(text),
            mk.gzip_member(text, header=b"\x1f\x8b\x08\x18\0\0\0\0\0\xffname\0comment\0")])
        return mk.Blob(data, mk.LAYER_GZIP, mk.sha256(text))
    skipped = b"\x53\x2a\x4d\x18\x04\0\0\0abcd"
    data = mk.zstded(text) if rng.random() >= odds else rng.choice([
        mk.zstded(text[:at]) + mk.zstded(text[at:]), mk.zstded(text) + skipped, mk.zstded(text) + mk.zstded(b"")])
    return mk.Blob(data, mk.LAYER_ZSTD, mk.sha256(text))


def forms(rng):
    trees = [tree(rng) for _ in range(rng.choice([1, 1, 2]))]
    images, most = [], rng.choice([0.3, 0.8])
    for odds in (0, most):
        layers = []
        for entries in trees:
            text = b"".join((global_header(rng) if rng.random() < odds * 0.1 else b"") + entry_bytes(rng, entry, odds)
                            for entry in entries)
            text += rng.choice([bytes(10240), b"", bytes(512), bytes(1024) + b"junk" * 128]) if rng.random() < odds * 0.5 \
                else bytes(1024)
            layers.append(stored(rng, text, odds * 0.2))
        images.append(mk.image(*layers))
    return images


# --- odd: entries that mean something to some engine ---


def hidden(name, word=None):
    directory, _, base = name.rpartition("/")
    return f"{directory}/.wh.{word or base}".lstrip("/")


def odd_entry(rng):
    name = rng.choice(["a", "b", "c", "a/b", "d/e", "a/c"])
    lazy = rng.choice(["stargz.index.json", ".prefetch.landmark"])

    def noted(key, value="y", make=mk.directory):
        return make(name, records={"SCHILY.xattr." + key: value})

    return rng.choice([
        lambda: noted("trusted.overlay.opaque"), lambda: noted("user.overlay.opaque"), lambda: noted("user.a"),
        lambda: noted("user.fuseoverlayfs.opaque"),
        lambda: noted("trusted.overlay.redirect", "/d"), lambda: noted("trusted.overlay.whiteout", "", mk.file),
        lambda: noted("user.a", "", mk.file),
        lambda: mk.file(lazy, rng.choice(["\x0f", "{}"]), mode=rng.choice([0, 0o755])), lambda: mk.hardlink(name, lazy),
        lambda: mk.directory(lazy), lambda: mk.file(lazy + "/x"), lambda: mk.file(hidden(lazy)),
        lambda: global_header(rng, "a", "b", "d/y", "d", "."), lambda: mk.entry(name, "1", type=rng.choice("7SDMNVAZX")),
        lambda: mk.file(name, rng.choice(["1", "2", ""])), lambda: mk.directory(name, mode=rng.choice([0o755, 0o700])),
        lambda: mk.symlink(name, rng.choice(["a", "b", "/d", "..", "../a", ".", ""])),
        lambda: mk.hardlink(name, rng.choice(["a", "b", "c", "a/b", "", "/", "."])),
        lambda: mk.file(hidden(name)), lambda: mk.directory(hidden(name)), lambda: mk.symlink(hidden(name), "a"),
        lambda: mk.hardlink(hidden(name), "a"), lambda: mk.device(hidden(name), 1, 3),
        lambda: mk.file(name + "/.wh..wh..opq"), lambda: mk.directory(name + "/.wh..wh..opq"), lambda: mk.file(".wh..wh..opq"),
        lambda: mk.file(".wh..wh.aufs"), lambda: mk.directory(".wh..wh.plnk"), lambda: mk.file(".wh..wh.plnk/1.2", "1"),
        lambda: mk.device(name, 0, 0), lambda: mk.device(name, 0, 0, type="4"), lambda: mk.fifo(name),
        lambda: mk.directory(rng.choice(["/", ".", "..", "./"]), mode=0o711, uid=3), lambda: mk.entry("", "1"),
        lambda: mk.file(name, "1", uid=rng.choice([1 << 32, -1])), lambda: mk.file(name, "1", mode=rng.choice([0o200644, -1])),
        lambda: mk.device(name, *rng.choice([(256, 3), (1, 1 << 21), (-1, 3)])),
        lambda: mk.file(rng.choice([b"\xe9\xff", b"a\\b", b"a\nb", b"a\0b"]), "1"),
        lambda: mk.gnu_long("a") + mk.gnu_long("b") + mk.file("z", "1"),
        lambda: mk.pax({"path": "a"}) + mk.gnu_long("b") + mk.file("z", "1"),
        lambda: mk.pax({"path": "a"}) + global_header(rng) + mk.file("b", "1"),
        lambda: mk.gnu_long("a") + global_header(rng) + mk.file("b", "1"),
        lambda: mk.header("a", size=512, type=rng.choice("12"), linkname="b"),
        lambda: mk.entry(name + "/", "1", type=rng.choice("0\0")), lambda: mk.symlink(name + "/", "b"),
    ])()


def changed(rng, layers):
    """The same entries, some of them elsewhere, twice, gone or replaced."""
    other = [list(layer) for layer in layers]
    for _ in range(rng.choice([1, 1, 2])):
        at = rng.randrange(len(other))
        layer = other[at]
        what = rng.choice(["drop", "add", "double", "shuffle", "move", "merge", "split", "replace"])
        if what == "add":
            layer.insert(rng.randrange(len(layer) + 1), odd_entry(rng))
        elif what == "merge" and at + 1 < len(other):
            layer += other.pop(at + 1)
        elif what == "split":
            half = rng.randrange(len(layer) + 1)
            other[at:at + 1] = [layer[:half], layer[half:]]
        elif what == "shuffle":
            rng.shuffle(layer)
        elif what == "double" and layer:
            layer.append(rng.choice(layer))
        elif what == "replace" and layer:
            layer[rng.randrange(len(layer))] = odd_entry(rng)
        elif what in ("drop", "move") and layer:
            entry = layer.pop(rng.randrange(len(layer)))
            if what == "move":
                rng.choice(other).append(entry)
    return other


def odd(rng):
    basis = [mk.directory("a"), mk.file("a/x", "1"), mk.directory("d"), mk.file("d/y", "2"), mk.file("b", "b"), mk.symlink("l", "d")]
    layers = [basis] + [[odd_entry(rng) for _ in range(rng.choice([1, 1, 2, 3]))] for _ in range(rng.choice([1, 1, 2]))]
    return [mk.image(*(mk.layer(*entries, compress=None) for entries in sides)) for sides in (layers, changed(rng, layers))]


# --- config ---

VALUES = [None, "", [], {}, 0, False, True, 1, "x", ["x"], [None], [""], {"x": {}}, {"x": None}, {"": ""}, {"x": "y"}, 1.0, 0.0,
          -0.0, "0", ["A=1"], [0], [[]], {"x": 1}, 10 ** 30]
RUN = ["Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr", "ExposedPorts", "Tty", "OpenStdin",
       "StdinOnce", "Env", "Cmd", "Healthcheck", "ArgsEscaped", "Image", "Volumes", "WorkingDir", "Entrypoint",
       "NetworkDisabled", "MacAddress", "OnBuild", "Labels", "StopSignal", "StopTimeout", "Shell", "Memory", "Cpuset"]
TOP = ["id", "parent", "comment", "created", "container", "container_config", "docker_version", "author", "architecture",
       "variant", "os", "os.version", "os.features", "rootfs", "history", "Size", "throwaway"]
CHOICES = {
    "Env": [["A=1", "A=2"], ["A=2"], ["A"], [""], ["=x"], ["A="], ["a=1", "A=1"], ["PATH"], None],
    "Entrypoint": [None, [], [""], ["/e"]], "Cmd": [None, [], [""], ["sh"]], "Shell": [None, [], [""], ["sh"]],
    "ExposedPorts": [{"80": {}}, {"80/tcp": {}}, {"80": {}, "80/tcp": {}}, {"x": {}}, {"": {}}, {"80/TCP": {}}, {}],
    "Volumes": [{"/v": {}}, {"/v/": {}}, {"v": {}}, {"": {}}, {"/v:ro": {}}, {}],
    "WorkingDir": ["/x", "/x/", "x", "/", "", "//", "/x/."], "User": ["1", "1:0", "", "0", ":", "1:"],
    "StopSignal": ["SIGTERM", "15", "bogus", ""],
}
TOP_CHOICES = {"os": ["linux", "Linux", ""], "architecture": ["amd64", "x86_64", "AMD64"], "variant": ["v1", "v2", ""],
               "os.version": ["1", ""], "os.features": [["a"], []]}
HEALTH = ["Test", "Interval", "Timeout", "StartPeriod", "Retries", "StartInterval"]


def twist(rng, document):
    run = document["config"] if isinstance(document.get("config"), dict) else document.setdefault("config", {})
    what = rng.randrange(8)
    if not isinstance(run, dict) or what == 0:
        document[rng.choice(TOP)] = rng.choice(VALUES)
    elif what == 1:
        run[rng.choice(RUN)] = rng.choice(VALUES)
    elif what == 2:
        run["Healthcheck"] = {rng.choice(HEALTH): rng.choice(VALUES)}
    elif what == 3:
        history = document["history"] = [{"created_by": "y"}] * rng.choice([0, 1, 2]) + rng.choice([[], [{"empty_layer": True}], [None]])
        if history and history[0] and rng.random() < 0.4:
            history[0] = {rng.choice(["created", "created_by", "author", "comment", "empty_layer"]): rng.choice(VALUES)}
    elif what == 4:
        key = rng.choice(sorted(TOP_CHOICES))
        document[key] = rng.choice(TOP_CHOICES[key])
    else:
        key = rng.choice(sorted(CHOICES))
        run[key] = rng.choice(CHOICES[key])


def respelled(rng, text):
    """In the letters that Go takes for the same."""
    def key(match):
        word = match.group(1)
        return f'"{word if rng.random() < 0.9 else rng.choice([word.upper(), word.lower(), word.replace("s", chr(0x17f))])}":'
    return re.sub(r'"([A-Za-z_.]+)":', key, text)


def config(rng):
    layer = mk.layer(mk.directory("x"), mk.file("x/a", "1"), mk.file("e", "1", mode=0o755), compress=None)
    document = mk.config_of([layer])
    document["config"] = {"Cmd": ["sh"], "Env": ["PATH=/bin", "A=1"], "User": "1", "WorkingDir": "/x", "Labels": {"l": "1"},
                          "Entrypoint": ["/e"]}
    for _ in range(rng.choice([0, 0, 1])):
        twist(rng, document)
    images = []
    for side in range(2):
        mine = copy.deepcopy(document)
        for _ in range(rng.choice([1, 1, 2]) if side else 0):
            twist(rng, mine)
        text = json.dumps(mine)
        images.append(mk.image(layer, raw_config=respelled(rng, text) if side and rng.random() < 0.2 else text))
    return images


KINDS = {"forms": forms, "odd": odd, "config": config}


# --- what engines do ---


def post(engine, where, body):
    connection = http.client.HTTPConnection("localhost", timeout=120)
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        connection.sock.connect(engine.api.path)
        connection.request("POST", where, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
    finally:
        connection.close()
    if answer.status >= 300:
        raise unpackers.Refused(text.strip())
    return json.loads(text)


def variables(items):
    """The last one of a name counts."""
    return {item.partition("=")[0]: item for item in items or [] if not item.startswith("HOSTNAME=")}


COUNTS = ["Cmd", "Entrypoint", "User", "ExposedPorts", "Volumes", "Labels", "StopSignal", "StopTimeout", "Tty", "Healthcheck"]


def container(name, engine, reference):
    """How a container of the image would be run."""
    if name == "containerd":
        identity = reference.replace("/", "-").replace(":", "-")
        engine.ctr("containers", "create", "--snapshotter", "native", reference, identity)
        spec = json.loads(engine.ctr("containers", "info", identity))
        process = spec["Spec"]["process"]
        labels = {key: value for key, value in (spec.get("Labels") or {}).items() if not key.startswith("io.containerd")}
        return variables(process.get("env")), process.get("args"), process["cwd"].rstrip("/"), process.get("user"), labels
    place, key = ("/containers", "Image") if name.startswith("docker") else ("/v4.0.0/libpod/containers", "image")
    made = post(engine, place + "/create", {key: reference})
    told = json.loads(engine.api.call("GET", f"{place}/{made['Id']}/json"))
    settings = told["Config"]
    return variables(settings["Env"]), told["Path"], told["Args"], (settings["WorkingDir"] or "").rstrip("/"), \
        {key: settings.get(key) or None for key in COUNTS}


# What docs/behaviour.md leaves out; and that Podman writes a layer that it has once more, for another image, and cannot do
# that of every layer that it takes from an archive.
EXCUSED = ["duplicates of file paths", "trying to reuse blob"]


class Engine:
    def __init__(self, name, directory):
        self.name, self.directory = name, directory
        self.engine = overlay.ENGINES[name][1](directory)
        self.made = 0

    def outcome(self, image):
        """(files, container); None for what is refused; "" where it says nothing."""
        self.made += 1
        reference = f"x.io/p{self.made}:1"
        form = overlay.ENGINES[self.name][2]
        if self.name.startswith("docker") and any(layer["mediaType"] == mk.LAYER_ZSTD for layer in image.manifest["layers"]):
            return ""
        archive = os.path.join(self.directory, "image.tar")
        form(archive, image.named(reference))
        try:
            self.engine.load(archive)
            files = {path: node for path, node in overlay.normal(self.engine.tree(reference)).items() if not is_lazy(path, node)}
        except (unpackers.Refused, ConnectionError, StopIteration) as refused:
            said = str(refused)
            dangling = "no such file or directory" in said and self.name in ("docker-overlay2", "podman-overlay")
            return "" if dangling or any(word in said for word in EXCUSED) else None
        finally:
            image.names = []
        try:
            return files, container(self.name, self.engine, reference)
        except unpackers.Refused:
            return files, None

    def close(self):
        self.engine.close()


def is_lazy(path, node):
    return path in ("stargz.index.json", ".prefetch.landmark") and node[:4] == ("0", 0, 0, 0)


def unlike(name, outcomes):
    """Why the engine does not do the same with both; empty if it does."""
    if "" in outcomes or outcomes[0] == outcomes[1]:
        return ""
    if None in outcomes:
        return f"refuses the {'first' if outcomes[0] is None else 'second'} alone"
    files = [outcome[0] for outcome in outcomes]
    for path in sorted({*files[0], *files[1]}):
        nodes = [side.get(path) for side in files]
        implied = name.startswith("docker") and all(node and node[0] == "5" for node in nodes) and \
            0o600 in [node[1] & 0o777 for node in nodes]
        if nodes[0] != nodes[1] and not implied:
            return f"{path}: {nodes[0]} / {nodes[1]}"
    return f"{outcomes[0][1]} / {outcomes[1][1]}" if outcomes[0][1] != outcomes[1][1] else ""


# --- what diffoci says ---


def answer(diffoci, directory, images):
    """(whether anything says that they are the same, what is wrong with that already)"""
    for name, image in zip("ab", images):
        shutil.rmtree(os.path.join(directory, name), ignore_errors=True)
        mk.oci_dir(os.path.join(directory, name), image)
    sides = [f"oci:{directory}/{name}" for name in "ab"]

    def run(*flags):
        done = subprocess.run([diffoci, "diff", "--platform=linux/amd64", *flags, *sides], capture_output=True, text=True,
                              errors="replace", check=False)
        return done.returncode, done.stdout.strip(), done.stderr
    effective, verdict, semantic = run("--effective", "--quiet"), run("--verdict"), run("--semantic", "--verdict")
    wrong = next((f"status {one[0]}: {one[2]}" for one in (effective, verdict, semantic) if one[0] not in (0, 1, 2)), "")
    words = [verdict[1], semantic[1]]
    if words[0] != words[1] or (effective[0] != 2 and (words[0] in SAME) != (effective[0] == 0)):
        wrong = wrong or f"--effective ends with {effective[0]}, the verdicts are {words}"
    return effective[0] == 0 or any(word in SAME for word in words), wrong


def parsed_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("diffoci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS))
    parser.add_argument("--engine", action="append", choices=sorted(overlay.ENGINES))
    parser.add_argument("-v", action="store_true")
    return parser.parse_args()


def main():
    arguments = parsed_arguments()
    diffoci = os.path.abspath(arguments.diffoci)
    names = [name for name in arguments.engine or ["containerd", "podman-vfs", "podman-overlay", "docker-vfs"]
             if overlay.runs_here(name)]
    if not names:
        common.skip("no engine runs here")
    os.umask(0o022)
    counts, failed, started = collections.Counter(), 0, []
    with tempfile.TemporaryDirectory(prefix="p-", dir=common.short_folder()) as directory:
        try:
            for name in names:
                os.mkdir(os.path.join(directory, name))
                started.append(Engine(name, os.path.join(directory, name)))
            for seed in range(arguments.seed, arguments.seed + arguments.rounds):
                for kind in arguments.kind or KINDS:
                    images = KINDS[kind](random.Random(f"{kind} {seed}"))
                    same, wrong = answer(diffoci, directory, images)
                    faults = [wrong] if wrong else []
                    counts[f"{kind}: {'the same' if same else 'not'}"] += 1
                    for engine in started if same else []:
                        why = unlike(engine.name, [engine.outcome(image) for image in images])
                        faults += [f"{engine.name}: {why}"] if why else []
                    if faults or arguments.v:
                        print(f"{kind}, seed {seed}: {'; '.join(faults) or same}", flush=True)
                    failed += bool(faults)
        finally:
            for engine in started:
                engine.close()
    print(", ".join(f"{name}: {count}" for name, count in sorted(counts.items())))
    for kind in arguments.kind or KINDS:
        if arguments.rounds >= 8 and (not counts[f"{kind}: the same"] or not counts[f"{kind}: not"] and kind != "forms"):
            failed += 1
            print(f"{kind}: all pairs get the same answer")
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
