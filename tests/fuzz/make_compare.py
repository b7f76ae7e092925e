#!/usr/bin/env python3
"""Inputs of the fuzz target compare, made at random: make_compare.py DIRECTORY [--seed N] [--inputs N]

Each is an image of a few layers and a second one that was made of it by some edits, of a few names that stand for each
other in many ways (links, whiteouts, names written in several ways or twice). A fuzzer hardly finds such by itself.

    tests/fuzz/make_compare.py /tmp/inputs --seed 1 && build/dev/tests/fuzz/replay_compare /tmp/inputs
"""
import argparse
import os
import random

NAMES = ["a", "b", "d", "d/a", "d/b", "d/e", "d/e/a", "l", "l/a", "./a", "/d/a", "d//b", "d/", "e"]
TARGETS = ["a", "d", "../a", "/d", "d/e", "l", "./d", "d/", "..", "/", "d/a", "./a", "/a", "d/e/a"]
RECORDS = ["SCHILY.xattr.user.a=1", "SCHILY.xattr.user.a=2", "mtime=1.5", "comment=x", "SCHILY.xattr.security.capability=q",
           "uid=5", "SCHILY.xattr.trusted.overlay.opaque=y", "LIBARCHIVE.xattr.user.a=MQ"]
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def line(chance):
    """A line of tests/fuzz/layer_maker.h."""
    kind = chance.choice("ffffddlhhwocpmmtugxUG")
    values = {"m": ["644", "755", "4755", "1777", "2755", "0", "600"], "t": ["0", "5", "1000000000"], "u": ["0", "5"],
              "g": ["0", "7"], "U": ["root", "x"], "G": ["root", "x"], "x": RECORDS, "o": ["d", "d/e", ".", "l", "e"]}
    if kind in values:
        return f"{kind} {chance.choice(values[kind])}"
    name = chance.choice(NAMES)
    rest = {"f": ["", "1", "2", "hello"], "l": TARGETS, "h": TARGETS}.get(kind)
    return f"{kind} {name} {chance.choice(rest)}" if rest else f"{kind} {name}"


def lines(chance):
    return [line(chance) for _ in range(chance.randint(0, 6))]


def edit(chance, layers):
    layers = [list(layer) for layer in layers]
    for _ in range(chance.randint(0, 3)):
        layer = chance.choice(layers)
        kind = chance.randrange(7)
        if kind == 0 and layer:
            del layer[chance.randrange(len(layer))]
        elif kind == 1:
            layer.insert(chance.randint(0, len(layer)), line(chance))
        elif kind == 2 and len(layers) < 4:
            layers.insert(chance.randint(0, len(layers)), lines(chance))
        elif kind == 3 and len(layers) > 1:
            at = chance.randrange(len(layers) - 1)
            layers[at:at + 2] = [layers[at] + layers[at + 1]]
        elif kind == 4:
            chance.shuffle(layer)
        elif kind == 5 and layer:
            layer.append(chance.choice(layer))
        elif layer:
            at = chance.randrange(len(layer))
            if layer[at][0] in "fdlh":
                layer[at] = layer[at].replace(" ", " ./", 1)
    return layers


def described(name, media_type, more=""):
    return f'{{"mediaType":"{media_type}","digest":"{{{name}}}","size":{{{name}#}}{more}}}'


def image(name, layers):
    names = [f"{name}{i}" for i in range(len(layers))]
    parts = [f"layer {layer}\n" + "\n".join(text) for layer, text in zip(names, layers)]
    diff_ids = ",".join(f'"{{{layer}}}"' for layer in names)
    blobs = ",".join(described(layer, LAYER) for layer in names)
    parts.append(f'blob {name}config\n{{"os":"linux","architecture":"amd64",'
                 f'"rootfs":{{"type":"layers","diff_ids":[{diff_ids}]}}}}')
    parts.append(f'blob {name}man\n{{"schemaVersion":2,"config":{described(name + "config", CONFIG)},"layers":[{blobs}]}}')
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inputs", type=int, default=400)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    os.makedirs(given.directory, exist_ok=True)
    for number in range(given.inputs):
        first = [lines(chance) for _ in range(chance.randint(1, 3))]
        named = [described(f"{name}man", MANIFEST, f',"annotations":{{"org.opencontainers.image.ref.name":"{name}"}}')
                 for name in "ab"]
        more = chance.choice(["", " verify", " effective", " semantic"])
        parts = [f"options\nswapped itself modes{more}", 'file oci-layout\n{"imageLayoutVersion":"1.0.0"}',
                 *image("a", first), *image("b", edit(chance, first)),
                 f'file index.json\n{{"schemaVersion":2,"manifests":[{",".join(named)}]}}']
        with open(os.path.join(given.directory, f"{given.seed}-{number:05}"), "w", encoding="utf-8") as out:
            out.write("".join(f"%% {part}\n" for part in parts))


if __name__ == "__main__":
    main()
