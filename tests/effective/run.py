#!/usr/bin/env python3
"""Properties of diff --effective: run.py DIFFOCI [--seed N] [--rounds N] [--keep DIR]

One random tree, written as an image in two ways, is always the same in effect; with one attribute of one file changed,
or one field of the config, exactly this is found. Where engines make other trees of the two ways, as they do of implied
directories below one with the set-group-ID bit, exactly that is found. Of odder images, what is said without reading the
layers that both begin with is what is said with them. The seed is printed when something is wrong.
"""
import argparse
import io
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

sys.dont_write_bytecode = True

import engines  # noqa: E402
import trees  # noqa: E402
from trees import mkimage  # noqa: E402

FLAGS = [[], ["--verify"], ["--semantic"], ["--ignore-history"]]


class Failure(Exception):
    pass


def wrong(text):
    raise Failure(text)


class Case:
    def __init__(self, diffoci, rng, directory):
        self.diffoci, self.rng, self.directory = diffoci, rng, directory

    def write(self, written):
        for name, one in zip("ab", written):
            path = os.path.join(self.directory, name)
            shutil.rmtree(path, ignore_errors=True)
            mkimage.oci_dir(path, one.image)

    def run(self, *flags):
        sides = [f"oci:{os.path.join(self.directory, name)}" for name in "ab"]
        done = subprocess.run([self.diffoci, "diff", "--effective", "--platform=linux/amd64", *flags, *sides],
                              capture_output=True, text=True, errors="surrogateescape")
        if done.returncode not in (0, 1):
            wrong(f"status {done.returncode}: {done.stderr}")
        return done

    def differences(self, flags=None):
        """[event, row of the table], as often as there is a difference."""
        report = os.path.join(self.directory, "report.json")
        done = self.run(f"--report-file={report}", *self.rng.choice(flags or FLAGS))
        rows = done.stdout.splitlines()[1:]
        with open(report, encoding="utf-8") as file:
            found = list(leaves_of(json.load(file)))
        if done.returncode != bool(rows) or len(rows) != len(found):
            wrong(f"status {done.returncode}, {len(rows)} rows, {len(found)} in the report:\n{done.stdout}{done.stderr}")
        return [(event, row_of(event, rows)) for event in found]

    def expect_same(self, written):
        """But for what engines make of implied directories."""
        rest = without_implied(self.differences(), written, layers_differ=False)
        if rest:
            wrong(f"not the same: {rest}")

    def leaf(self, written, flags=None, layers_differ=True):
        """The one difference, as the report and the table have it, but for implied directories."""
        rest = without_implied(self.differences(flags), written, layers_differ)
        if len(rest) != 1:
            wrong(f"{len(rest)} differences, not 1: {rest}")
        return rest[0]


def leaves_of(node):
    if node.get("children"):
        for child in node["children"]:
            yield from leaves_of(child)
    elif node.get("event"):
        yield node["event"]


def name_of(event):
    return event["inputs"][0]["tarEntry"]["header"]["Name"] if event["type"] == "TarEntryMismatch" else None


TYPES = {"ConfigBlobMismatch": "Cfg", "LayerBlobMismatch": "Layer", "TarEntryMismatch": "File"}


def row_of(event, rows):
    """Whose name is escaped is known by being alone."""
    found = [row for row in rows if row.startswith(TYPES[event["type"]] + " ")]
    if len(found) > 1:
        found = [row for row in found if re.split(" {4,}", row)[1] == name_of(event) or
                 (event["type"] == "LayerBlobMismatch" and event["note"] in row)]
    if len(found) != 1:
        wrong(f"{len(found)} rows of {event}: {rows}")
    return found[0]


def without_implied(found, written, layers_differ):
    """The differences, without those that have to be there because of implied directories, each of which is."""
    per_engine = [[one.implied_as(engine) for one in written] for engine in range(len(trees.ENGINES))]
    # Rows are of the tree that containerd makes, or of the first engine that makes two trees.
    ours, theirs = per_engine[0] if layers_differ else \
        next((sides for sides in per_engine if sides[0] != sides[1]), per_engine[0])
    for path in sorted({*ours, *theirs}):
        old, new = ours.get(path, trees.PLAIN), theirs.get(path, trees.PLAIN)
        if old == new or any(path not in one.tree for one in written):
            continue
        fields = {field for field, a, b in zip(("Mode", "Gid"), old, new) if a != b}
        event = next((event for event, _ in found if name_of(event) == path and set(fields_of(event)) == fields), None)
        if not event:
            wrong(f"engines make {path} with other {fields}; not among {found}")
        found = [item for item in found if item[0] is not event]
    disagree = any(sides[side] != per_engine[0][side] for sides in per_engine for side in range(2))
    layers_differ = layers_differ or any(a != b for a, b in per_engine)
    told = [item for item in found if (item[0].get("note") or "").startswith("engines disagree about input ")]
    if len(told) != (disagree and layers_differ):
        wrong(f"{len(told)} rows of engines that disagree, where they {'do' if disagree else 'do not'}: {found}")
    return [item for item in found if item not in told]


def fields_of(event):
    return [line[2:].partition(":")[0] for line in event.get("diff", "").splitlines()]


def check_origin(case, event, side, written, layer, path):
    origin = event["inputs"][side].get("layer")
    if layer is None:
        if origin:
            wrong(f"{path}: a directory without an entry comes from {origin}")
        return
    if not origin or origin["number"] != layer or origin.get("createdBy") != written[side].commands[layer]:
        wrong(f"{path}: input {side}: from {origin}, not {layer}, {written[side].commands[layer]}")


def check_entries(case, event, row, written, names, fields):
    """Two entries under one of the names of a file differ in the first of the fields, and at most in all of them."""
    if event["type"] != "TarEntryMismatch":
        wrong(f"{event['type']}, not TarEntryMismatch")
    path = event["inputs"][0]["tarEntry"]["header"]["Name"]
    if path == ".":
        path = ""
    found = set(fields_of(event))
    if path not in names or fields[0] not in found or not found <= set(fields):
        wrong(f"{path!r} differs in {sorted(found)}, not one of {names} in {fields}")
    for side in range(2):
        check_origin(case, event, side, written, written[side].layer_of.get(path), path)
        if path in written[side].layer_of and f"(layer {written[side].layer_of[path]})" not in row:
            wrong(f"the table does not name layer {written[side].layer_of[path]}: {row}")


def check_lone(case, event, written, path, side):
    note = f'name "{path}" only appears in input {side}'
    if event["type"] != "LayerBlobMismatch" or event["note"] != note:
        wrong(f"{event['type']}: {event.get('note')}, not {note}")
    check_origin(case, event, side, written, written[side].entry_of.get(path), path)


# --- what is done to one of two equal trees -----------------------------------------------------------


def names_of(tree, path):
    return [other for other, inode in tree.items() if inode is tree[path]]


def change_attribute(case, tree, config):
    path = case.rng.choice(sorted(tree))
    fields = trees.change_attribute(case.rng, tree[path])
    names = names_of(tree, path)
    return lambda event, row, written: check_entries(case, event, row, written, names, fields)


def change_content(case, tree, config):
    files = [path for path in sorted(tree) if tree[path].type == "file"]
    if not files:
        return None
    path = case.rng.choice(files)
    fields = trees.change_attribute(case.rng, tree[path], "content")
    names = names_of(tree, path)
    return lambda event, row, written: check_entries(case, event, row, written, names, fields)


def change_type(case, tree, config):
    path = case.rng.choice(sorted(trees.leaves(tree)))
    old = tree[path]
    if len(names_of(tree, path)) > 1:
        return None
    types = {"file", "dir", "symlink", "fifo", "char", "block"} - {old.type}
    tree[path] = trees.random_inode(case.rng, case.rng.choice(sorted(types)))
    tree[path].mode, tree[path].uid, tree[path].gid, tree[path].xattrs = old.mode, old.uid, old.gid, old.xattrs
    fields = ["Typeflag", "Linkname", "Dev", "Size", "Mode"]
    return lambda event, row, written: check_entries(case, event, row, written, [path], fields)


def change_presence(case, tree, config):
    path = case.rng.choice(sorted(trees.leaves(tree)))
    del tree[path]
    return lambda event, row, written: check_lone(case, event, written, path, 0)


def change_presence_added(case, tree, config):
    before = set(tree)
    trees.grow(case.rng, tree, 1)
    added = sorted(set(tree) - before)
    if len(added) != 1:
        return None
    return lambda event, row, written: check_lone(case, event, written, added[0], 1)


def change_links(case, tree, config):
    """One name less of a file; with the sides exchanged, one more."""
    linked = [names for names in trees.groups(tree) if len(names) > 1]
    if not linked:
        return None
    names = case.rng.choice(linked)
    tree[case.rng.choice(names)] = trees.copy.deepcopy(tree[names[0]])
    return lambda event, row, written: check_links(event, names)


def check_links(event, names):
    path = event["inputs"][0]["tarEntry"]["header"]["Name"]
    if fields_of(event) != ["Hardlink"] or path not in names:
        wrong(f"{path} differs in {fields_of(event)}, not one of {names} in Hardlink")


def change_config(case, tree, config):
    key = case.rng.choice(sorted(config))
    name = f"config.{key}"
    if key == "Env":
        variable = case.rng.choice("ABCDEF")
        config["Env"][variable] = config["Env"].get(variable, "") + "changed"
        name += "." + variable
    elif isinstance(config[key], dict) and key != "Healthcheck":
        config[key] = {**config[key], "more": "" if key == "Labels" else {}}
        name += ".more/tcp" if key == "ExposedPorts" else ".more"
    elif key == "Healthcheck":
        config[key] = {**config[key], "Interval": 5}
        name += ".Interval"
    elif isinstance(config[key], list):
        config[key] = [*config[key], "more"]
    else:
        config[key] += "more"

    def check(event, row, written):
        if event["type"] != "ConfigBlobMismatch" or set(fields_of(event)) != {name}:
            wrong(f"{event['type']} in {fields_of(event)}, not in {name}")

    return check


CHANGES = [change_attribute, change_attribute, change_content, change_content, change_type, change_presence,
           change_presence_added, change_links, change_links, change_config]


# --- the properties -----------------------------------------------------------------------------------


def base_of(case, tree):
    """Layers for two images to have in common, or none; often with all that is wanted."""
    if case.rng.random() < 0.4:
        return None
    below = trees.clone(tree) if case.rng.random() < 0.6 else trees.earlier_tree(case.rng, tree)
    return trees.Written(case.rng, below, {"Env": {}})


def write_pair(case, pairs, base):
    """Two images of (tree, config); upon a base often without more layers than need be."""
    plain = base is not None and case.rng.random() < 0.5
    written = [trees.Written(case.rng, tree, config, base, plain) for tree, config in pairs]
    case.write(written)
    return written


def check_equal(case):
    tree, config = trees.random_tree(case.rng), trees.random_config(case.rng)
    case.expect_same(write_pair(case, [(tree, config), (tree, config)], base_of(case, tree)))


def check_change(case):
    check = None
    while check is None:
        change = case.rng.choice(CHANGES)
        tree, config = trees.random_tree(case.rng), trees.random_config(case.rng)
        changed, changed_config = trees.clone(tree), trees.copy.deepcopy(config)
        check = change(case, changed, changed_config)
    if change is change_links and case.rng.random() < 0.5:
        tree, changed = changed, tree
    written = write_pair(case, [(tree, config), (changed, changed_config)], base_of(case, tree))
    try:
        event, row = case.leaf(written, layers_differ=change is not change_config)
        check(event, row, written)
    except Failure as failure:
        wrong(f"{change.__name__}: {failure}")


def check_unread(case):
    """Layers that both images begin with need not be there, where the others do the same to them."""
    tree, config = trees.random_tree(case.rng), trees.random_config(case.rng)
    base = trees.Written(case.rng, trees.earlier_tree(case.rng, tree), config)
    changed = trees.clone(tree)
    added = [p for p in sorted(tree) if tree[p].type == "file" and p not in base.tree]
    if added and case.rng.random() < 0.5:
        changed[added[0]].data += b"more"
        names = names_of(changed, added[0])
        same = False
    else:
        same = True
    written = [trees.Written(case.rng, one, config, base, True) for one in (tree, changed)]
    for one in written:
        one.drop_layers(len(base.blobs))
    case.write(written)
    flags = FLAGS[:1] + FLAGS[2:]  # --verify would want them
    # Where engines might not agree about what the layers above do to lower ones, these decide.
    UNREAD["tried"] += 1
    try:
        case.run(*flags[0])
    except Failure as failure:
        if "not in the image layout" in str(failure):
            return
        raise
    UNREAD["unread"] += 1
    if same:
        done = case.run(*case.rng.choice(flags))
        if done.returncode != 0 or done.stdout:
            wrong(f"status {done.returncode}, not 0:\n{done.stdout}{done.stderr}")
        return
    event, row = case.leaf(written, flags)
    check_entries(case, event, row, written, names, ["Digest", "Size"])


def entries_of(layer):
    """The entries of a layer that mkimage wrote, with their extended headers, as bytes."""
    blocks = io.BytesIO(layer)
    with tarfile.open(fileobj=blocks) as archive:
        starts = [member.offset for member in archive]
        end = archive.offset
    return [layer[start:stop] for start, stop in zip(starts, starts[1:] + [end])]


def changed_entry(rng, entry):
    """With another content of the same length, or another owner; extended headers stay."""
    at = len(entry) - 512 if entry[-512 + 257:-512 + 262] == b"ustar" else len(entry) - 1024
    head, body = entry[at:at + 512], entry[at + 512:]
    if body and rng.random() < 0.7:
        return entry[:at] + head + bytes([body[0] ^ 3]) + body[1:]
    head = head[:108] + b"0000005\0" + head[116:148] + b" " * 8 + head[156:]
    return entry[:at] + head[:148] + b"%06o\0 " % sum(head) + head[156:] + body


def odd_pair(rng):
    """Layers as odd as those of engines.py; from the bottom up the two sides share some."""
    layers = [entries_of(layer) for layer in
              engines.layers_of(rng.randrange(1 << 30), rng.random() < 0.7)]
    layers += [entries_of(layer) for layer in engines.layers_of(rng.randrange(1 << 30), rng.random() < 0.7)]
    below = rng.randrange(1, len(layers))
    other = [list(layer) for layer in layers]
    for _ in range(rng.choice([0, 1, 1, 1, 2])):
        layer = rng.choice([layer for layer in other[below:] if layer] or other)
        at = rng.randrange(len(layer))
        what = rng.random()
        if what < 0.6:
            layer[at] = changed_entry(rng, layer[at])
        elif what < 0.75:
            layer.insert(rng.randrange(len(layer)), layer.pop(at))
        elif what < 0.85 and len(layer) > 1:
            del layer[at]
        elif rng.random() < 0.5:
            layer.append(mkimage.file(rng.choice("abc") + rng.choice(["", "/d", "/e/f"]), "more"))
        else:
            other[other.index(layer):other.index(layer) + 1] = [layer[:at], layer[at:]]
    return [[mkimage.blob(b"".join(layer) + bytes(1024), mkimage.LAYER) for layer in side]
            for side in (layers, other)]


def shared(ours, theirs):
    return [a for a, _ in itertools.takewhile(lambda both: both[0].data == both[1].data, zip(ours, theirs))]


def said(case, images, *flags):
    sides = []
    for name, blobs in zip("ab", images):
        path = os.path.join(case.directory, name)
        shutil.rmtree(path, ignore_errors=True)
        mkimage.oci_dir(path, mkimage.image(*blobs))
        sides.append(f"oci:{path}")
    done = subprocess.run([case.diffoci, "diff", *flags, *sides], capture_output=True)
    return done.returncode, done.stdout, done.stderr


def is_odd(case, below):
    """Whether engines make different trees of the layers below alone, or refuse them: that is told where they are read,
    and only there."""
    more = mkimage.blob(mkimage.tar(mkimage.file("more", "more")), mkimage.LAYER)
    _, rows, words = said(case, [below + [more], below], "--effective", "--verify")
    return b"engines disagree" in rows or b"cannot be unpacked" in rows or b"unpacked by" in words or \
        b"may be refused" in words


def files_of(result):
    """The rows of files, without what pads them."""
    return [row.split() for row in result[1].splitlines() if row.startswith(b"File ")]


def check_read(case):
    """Layers that both images begin with: what is said without reading them is what is said with."""
    pair = odd_pair(case.rng)
    flags = case.rng.choice([["--effective"], ["--effective"], ["--effective", "--verdict"],
                             ["--semantic", "--require=effective"], ["--ignore-history", "--require=effective"]])
    unread, read = said(case, pair, *flags), said(case, pair, *flags, "--verify")
    READ["tried"] += 1
    READ["differ"] += read[0]
    if unread == read:
        return
    READ["odd"] += 1
    if files_of(unread) != files_of(read) or not is_odd(case, shared(*pair)):
        wrong(f"{flags}: with the layers below read {read}, without {unread}")


READ = {"tried": 0, "differ": 0, "odd": 0}
UNREAD = {"tried": 0, "unread": 0}
CHECKS = [check_equal, check_change, check_change, check_read, check_equal, check_change, check_change, check_unread]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("diffoci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=120)
    parser.add_argument("--keep", help="leave the images of what fails in this directory")
    arguments = parser.parse_args()
    failed = 0
    for number in range(arguments.seed, arguments.seed + arguments.rounds):
        check = CHECKS[number % len(CHECKS)]
        with tempfile.TemporaryDirectory(prefix="diffoci-effective-") as directory:
            try:
                check(Case(arguments.diffoci, random.Random(number), directory))
            except Failure as failure:
                failed += 1
                print(f"{check.__name__}, seed {number}: {failure}")
                if arguments.keep:
                    shutil.copytree(directory, os.path.join(arguments.keep, str(number)))
    if READ["odd"] * 4 > READ["tried"] or READ["tried"] > 8 * max(1, min(READ["differ"], READ["tried"] - READ["differ"])):
        failed += 1
        print(f"of {READ['tried']} odd pairs {READ['differ']} differ, {READ['odd']} have odd layers below")
    if UNREAD["unread"] * 3 < UNREAD["tried"]:
        failed += 1
        print(f"lower layers stayed unread in {UNREAD['unread']} of {UNREAD['tried']} cases alone")
    print(f"{arguments.rounds - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
