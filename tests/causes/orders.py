#!/usr/bin/env python3
"""Whether the order of entries is taken for what it is: orders.py DIFFOCI [--seed N] [--rounds N]

Pairs of images that differ in the order of entries alone. Where the order decides what a container sees, `file-order`
proves nothing: --accept=file-order ends with 1, and no verdict is "semantic". By hand, and at random: images as odd as
those of tests/effective/engines.py with the entries of a layer in another order, of which those that are accepted have
to be the same with --effective, too."""
import argparse
import io
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "tools"), os.path.join(HERE, "..", "containerd"), os.path.join(HERE, "..", "effective")]
import engines  # noqa: E402
import mkimage as mk  # noqa: E402
from mkimage import directory, file, hardlink, symlink  # noqa: E402

BASE = [directory("d"), file("d/x", "old"), file("a", "old"), symlink("lib", "usr"), directory("usr")]
GROUP = directory("g", mode=0o2775, gid=5)
A = file("a", "new")
GLOBAL = mk.pax({"comment": "x"}, type="g")
MANY = [file(f"many/{number:04}", "x") for number in range(3000)]
FREE, COUNTS = True, False
ALIKE, OTHER = "semantic", "different"
# name: (whether the order is known to mean nothing, the verdict, entries below, entries, the same in another order)
PAIRS = {
    "hard link before its target": (COUNTS, OTHER, BASE, [A, hardlink("b", "a")], [hardlink("b", "a"), A]),
    "hard link before its target, lowest": (COUNTS, OTHER, None, [A, hardlink("b", "a")], [hardlink("b", "a"), A]),
    "hard link to another spelling": (COUNTS, OTHER, BASE, [A, hardlink("b", "d/../a")], [hardlink("b", "d/../a"), A]),
    "hard links give other modes": (COUNTS, OTHER, None,
                                    [A, hardlink("b", "a", mode=0o4755), hardlink("c", "a", mode=0o644)],
                                    [A, hardlink("c", "a", mode=0o644), hardlink("b", "a", mode=0o4755)]),
    "hard links give other xattrs": (COUNTS, OTHER, None,
                                     [A, hardlink("b", "a", records={"SCHILY.xattr.user.a": "1"}), hardlink("c", "a", records={"SCHILY.xattr.user.a": "2"})],
                                     [A, hardlink("c", "a", records={"SCHILY.xattr.user.a": "2"}), hardlink("b", "a", records={"SCHILY.xattr.user.a": "1"})]),
    "hard links to hard links": (COUNTS, OTHER, None,
                                 [A, hardlink("b", "a"), hardlink("c", "b", mode=0o4755), hardlink("e", "a", mode=0o600)],
                                 [A, hardlink("b", "a"), hardlink("e", "a", mode=0o600), hardlink("c", "b", mode=0o4755)]),
    "a name twice": (COUNTS, OTHER, None, [file("a", "1"), file("./a", "2")], [file("./a", "2"), file("a", "1")]),
    "a name twice, through ..": (COUNTS, OTHER, None, [file("x/../a", "1"), A], [A, file("x/../a", "1")]),
    "a directory twice": (COUNTS, OTHER, None, [directory("q", mode=0o700), directory("./q")],
                          [directory("./q"), directory("q", mode=0o700)]),
    "below a link": (COUNTS, OTHER, None, [directory("t"), symlink("s", "t"), file("s/x")],
                     [directory("t"), file("s/x"), symlink("s", "t")]),
    "below a link, far": (COUNTS, OTHER, None, [*MANY, symlink("s", "many"), file("s/0000", "y")],
                          [file("s/0000", "y"), *MANY, symlink("s", "many")]),
    "whiteout of a name of its layer": (COUNTS, OTHER, BASE, [file(".wh.a"), A], [A, file(".wh.a")]),
    "whiteout of what is above one": (COUNTS, OTHER, BASE, [file(".wh.d"), directory("d"), file("d/y")],
                                      [directory("d"), file("d/y"), file(".wh.d")]),
    "opaque mark": (COUNTS, ALIKE, BASE, [directory("d"), file("d/.wh..wh..opq"), file("d/y")],
                    [directory("d"), file("d/y"), file("d/.wh..wh..opq")]),
    "opaque mark before its directory": (COUNTS, ALIKE, BASE, [directory("d"), file("d/.wh..wh..opq")], [file("d/.wh..wh..opq"), directory("d")]),
    "two opaque marks": (COUNTS, ALIKE, BASE, [directory("d"), file("d/.wh..wh..opq"), file("./d/.wh..wh..opq")],
                         [directory("d"), file("./d/.wh..wh..opq"), file("d/.wh..wh..opq")]),
    "AUFS's own": (COUNTS, ALIKE, None, [file(".wh..wh.aufs"), file("y")], [file("y"), file(".wh..wh.aufs")]),
    "below AUFS's own": (COUNTS, ALIKE, None, [file(".wh..wh.plnk/1.2"), file("y")], [file("y"), file(".wh..wh.plnk/1.2")]),
    "a global header": (COUNTS, ALIKE, None, [GLOBAL, A, file("y")], [A, GLOBAL, file("y")]),
    "implied below a set-group-ID bit": (COUNTS, OTHER, None, [GROUP, file("g/s/x")], [file("g/s/x"), GROUP]),
    "through a link of a lower layer": (COUNTS, OTHER, BASE, [file("lib/x", "1"), file("usr/x", "2")],
                                        [file("usr/x", "2"), file("lib/x", "1")]),
    "what no engine unpacks": (COUNTS, OTHER, None, [mk.entry("a", type="7"), file("b")], [file("b"), mk.entry("a", type="7")]),
    "files": (FREE, ALIKE, BASE, [directory("d"), file("d/x", "1"), file("y")], [file("y"), directory("d"), file("d/x", "1")]),
    "files of another side's": (FREE, ALIKE, None, [file("q/x"), file("z/y")], [file("z/y"), file("q/x")]),
    "hard links": (FREE, ALIKE, BASE, [A, hardlink("b", "a"), hardlink("c", "./a"), file("z")],
                   [file("z"), A, hardlink("c", "./a"), hardlink("b", "a")]),
    "whiteouts": (FREE, ALIKE, BASE, [directory("d"), file("d/.wh.x"), file(".wh.a")], [file(".wh.a"), directory("d"), file("d/.wh.x")]),
    "the root": (FREE, ALIKE, BASE, [directory("./"), file("./q"), file("./r")], [directory("./"), file("./r"), file("./q")]),
    "many": (FREE, ALIKE, None, [*MANY, symlink("s", "many")], [symlink("s", "many"), *MANY[::-1]]),
}
ACCEPT = "--accept=file-order,recompressed,image-created"


class Run:
    def __init__(self, diffoci, place):
        self.diffoci, self.place, self.failed = diffoci, place, 0

    def pair(self, sides):
        """Writes both images: lists of layers, of which each is bytes."""
        self.paths = []
        for number, layers in enumerate(sides):
            self.paths.append(os.path.join(self.place, f"{number}.tar"))
            mk.oci_archive(self.paths[-1], mk.image(*(mk.blob(layer, mk.LAYER) for layer in layers)))

    def diff(self, *flags):
        return subprocess.run([self.diffoci, "diff", *flags, *self.paths], capture_output=True, text=True, check=False)

    def status(self, *flags):
        return self.diff("--quiet", *flags).returncode

    def expect(self, name, what, got, want):
        if got != want:
            self.failed += 1
            print(f"{name}: {what}: {got}, not {want}", flush=True)

    def by_hand(self, name, known, verdict, below, one, other):
        under = [mk.tar(*below)] if below else []
        self.pair([[*under, mk.tar(*entries)] for entries in (one, other)])
        alike = int(verdict == OTHER)
        self.expect(name, "--accept", self.status(ACCEPT), int(known is COUNTS))
        self.expect(name, "--accept, fewer names", self.status(ACCEPT, "--extra-ignore-layer-length-mismatch"), int(known is COUNTS))
        self.expect(name, "--accept=file-order?", self.status(ACCEPT.replace("order", "order?")), 0)
        self.expect(name, "--effective", self.status("--effective"), alike)
        self.expect(name, "--verdict", self.diff("--verdict").stdout.strip(), verdict)
        for level in ("semantic", "effective"):
            self.expect(name, f"--require={level}", self.status(f"--require={level}"), alike)
        self.expect(name, "--semantic --require", self.status("--semantic", "--require=semantic"), alike)
        report = os.path.join(self.place, "report.json")
        self.diff(f"--report-file={report}")
        with open(report, encoding="utf-8") as text:
            causes = {cause["id"]: cause for cause in json.load(text)["causes"]}
        if "file-order" in causes:
            self.expect(name, "proven", causes["file-order"]["proven"] > 0, known)

    def at_random(self, seed):
        """True: the order was taken for nothing."""
        rng = random.Random(seed)
        layers = engines.layers_of(seed, tame=True)
        at = rng.randrange(len(layers))
        shuffled = [*layers]
        shuffled[at] = mk.tar(*moved(rng, members(layers[at])))
        self.pair([layers, shuffled])
        if self.status(ACCEPT):
            return False
        self.expect(f"seed {seed}", "accepted; --effective", self.status("--effective"), 0)
        self.expect(f"seed {seed}", "accepted; --require=semantic", self.status("--require=semantic"), 0)
        return shuffled[at] != layers[at]


def members(layer):
    """The bytes of each entry of a tar stream."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        starts = [member.offset for member in archive.getmembers()] + [archive.offset]
    return [layer[start:end] for start, end in zip(starts, starts[1:])]


def moved(rng, entries):
    """Often by one place only, so that the order of most is kept."""
    if rng.random() < 0.5:
        return rng.sample(entries, len(entries))
    entries.insert(rng.randrange(len(entries)), entries.pop(rng.randrange(len(entries))))
    return entries


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("diffoci")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diffoci-orders-") as place:
        run = Run(os.path.abspath(arguments.diffoci), place)
        for name, pair in PAIRS.items():
            run.by_hand(name, *pair)
        free = sum(run.at_random(seed) for seed in range(arguments.seed, arguments.seed + arguments.rounds))
    print(f"{len(PAIRS)} pairs by hand, {arguments.rounds} at random, of which {free} are the same in any order")
    if arguments.rounds >= 60 and not free:
        run.expect("at random", "none is accepted, so nothing was tried", free, "some")
    print(f"{run.failed} failed")
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
