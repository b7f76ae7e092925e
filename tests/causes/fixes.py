#!/usr/bin/env python3
"""Flags that causes recommend: fixes.py DIFFOCI CAUSES.yaml

Each flag of "diffoci diff" that a fix in the table of causes names stands for a promise: with it the difference is none
any more, or (where the fix says so) still is one. Each case here is of one cause and one flag: it makes such a difference,
looks that it is told without the flag and that the cause is the one, and what becomes of it with the flag. The flags are
read from the table and the program's help: one that a fix names and no case tries fails, and so does a case whose fix does
not name its flag. Prints what fell short, then "N passed, N failed".
"""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
from mkimage import (DOCKER_CONFIG, DOCKER_LAYER_GZIP, DOCKER_MANIFEST, LAYER_GZIP, MTIME, blob, config_of, directory, file, hardlink, image, layer, oci_archive, sha256,  # noqa: E402
                     tar)


def compressed(level, media_type=LAYER_GZIP):
    data = tar(file("x", "x" * 1000))
    return image(blob(gzip.compress(data, level, mtime=0), media_type, sha256(data)))


def filled(end):
    return image(layer(file("x"), compress=None)) if not end else \
        image(blob(tar(file("x"), end=bytes(4096)), "application/vnd.oci.image.layer.v1.tar", sha256(tar(file("x"), end=bytes(4096)))))


def spelled(indent):
    one = layer(file("x"))
    return image(one, raw_config=json.dumps(config_of([one]), indent=indent).encode())


def with_history(text):
    one = layer(file("x"))
    return image(one, config={"history": [{"created_by": text}]})


def annotated(**annotations):
    return image(layer(file("x")), manifest={"annotations": {f"org.opencontainers.image.{key}".replace("_", "."): text
                                                             for key, text in annotations.items()}})


def of_file(name="x", **fields):
    return image(layer(file(name, **fields)))


def zipped(text):
    return of_file("x.gz", content=gzip.compress(text.encode(), mtime=0))


DOCKER = image(layer(file("x"), media_type=DOCKER_LAYER_GZIP), media_type=DOCKER_MANIFEST, config_type=DOCKER_CONFIG)
LINKED = image(layer(file("a", "1"), hardlink("b", "a")))


# (cause, flag, other flags, one image, the other[, True: the fix says that with the flag it still is a difference, with the
# same cause; a text: with what is said of it instead])
CASES = [
    ("buildah-run", "--ignore=/run", ["--semantic"], of_file(), image(layer(file("x"), directory("run")))),
    ("workdir", "--effective", [], image(layer(file("x")), layer(directory("srv")), config={"config": {"WorkingDir": "/srv"}}),
     image(layer(file("x"), directory("srv")), layer(), config={"config": {"WorkingDir": "/srv"}})),
    ("workdir", "--effective", [], image(layer(file("x")), layer(directory("srv")), config={"config": {"WorkingDir": "/srv"}}),
     image(layer(file("x")), layer(), config={"config": {"WorkingDir": "/srv"}}), True),
    ("opaque-whiteout", "--effective", [], image(layer(directory("d"), file("d/x")), layer(directory("d"), file("d/.wh.x"))),
     image(layer(directory("d"), file("d/x")), layer(directory("d"), file("d/.wh..wh..opq")))),
    ("whiteout", "--effective", [], image(layer(file("x"), file("y")), layer(file("z"), file(".wh.x"))),
     image(layer(file("y")), layer(file("z")))),
    ("lazy-pull-files", "--effective", [], of_file(), image(layer(file("x"), file("stargz.index.json", "{}", mode=0)))),
    ("hard-links", "--effective", [], LINKED, image(layer(file("b", "1"), hardlink("a", "b")))),
    ("hard-links", "--effective", [], LINKED, image(layer(file("a", "1"), file("b", "1"))), True),
    ("build-time", "--ignore-file-timestamps", ["--ignore-history"], of_file(mtime=1), of_file(mtime=2)),
    ("build-time", "--ignore-file-timestamps", ["--ignore-history"], of_file(records={"mtime": "1.5"}), of_file(records={"mtime": "1.25"})),
    ("pax-records", "--ignore-fields=pax", ["--ignore-history"], of_file(records={"comment": "1"}), of_file(records={"comment": "2"})),
    ("pax-records", "--ignore-tar-format", ["--ignore-history"], of_file(), of_file(records={"mtime": str(MTIME)})),
    ("pax-records", "--ignore-tar-format", ["--ignore-history"], of_file(uid=1000), of_file(uid=1000, records={"uid": "1000"})),
    ("pax-records", "--ignore-tar-format", ["--ignore-history"], of_file("var/log/dpkg.log", content="x"),
     of_file("var/log/dpkg.log", content="x", records={"size": "1"})),
    ("pax-records", "--ignore-tar-format", ["--ignore-history"], of_file(records={"comment": "1"}), of_file(records={"comment": "2"}), True),
    ("tar-format", "--ignore-tar-format", ["--ignore-history"], of_file(), of_file(magic=b"ustar  \0")),
    ("file-order", "--ignore-file-order", ["--ignore-history"], image(layer(file("x"), file("y"))), image(layer(file("y"), file("x")))),
    ("image-created", "--ignore-image-timestamps", ["--ignore-history"], of_file(),
     image(layer(file("x")), config={"created": "2024-02-01T00:00:00Z"})),
    ("image-history", "--ignore-history", ["--ignore-file-order"], with_history("RUN a"), with_history("RUN b")),
    ("image-annotations", "--ignore-image-name", ["--ignore-history"], annotated(ref_name="a"), annotated(ref_name="b")),
    ("image-annotations", "--ignore-image-timestamps", ["--ignore-history"], annotated(created="2024-01-01T00:00:00Z"),
     annotated(created="2024-01-02T00:00:00Z")),
    ("rewritten-timestamp", "--ignore-image-timestamps", ["--ignore-history"], of_file(),
     image(layer(file("x"), annotations={"buildkit/rewritten-timestamp": "1"}))),
    ("recompressed", "--effective", [], compressed(1), compressed(9)),
    ("recompressed", "--effective", [], of_file(), image(layer(file("x"), compress="zstd"))),
    ("recompressed", "--accept=recompressed", [], compressed(1), compressed(9)),
    ("recompressed", "--accept=recompressed", ["--semantic"], of_file(), image(layer(file("x"), compress="zstd"))),
    ("recompressed", "--accept=recompressed", ["--semantic"], of_file(), image(layer(file("x"), compress=None))),
    ("recompressed", "--semantic", [], of_file(), image(layer(file("x"), compress="zstd")), True),
    ("recompressed", "--semantic", [], of_file(), image(layer(file("x"), compress=None)), True),
    ("media-types", "--effective", [], of_file(), DOCKER),
    ("media-types", "--semantic", [], of_file(), DOCKER, True),
    ("media-types", "--accept=media-types", ["--semantic"], of_file(), DOCKER),
    ("tar-filler", "--semantic", [], filled(False), filled(True)),
    ("json-form", "--semantic", [], spelled(None), spelled(2)),
    ("real-change", "--inside", ["--ignore-history"], zipped("one"), zipped("two"), "told in its place"),
    ("real-change", "--patch", ["--ignore-history"], zipped("one"), zipped("two"), True),
    ("layer-boundaries", "--effective", [], image(layer(file("x")), layer(file("y"))), image(layer(file("x"), file("y")))),
]


# Flags of other programs that are called like one of ours.
OTHERS = {("apk-cache", "--no-cache"), ("file-order", "--sort=name"), ("tar-inside", "--sort=name")}


def fixes_of(table):
    """(cause, text of its fix) of the table, which has to have one each."""
    causes = re.split(r"^  - id: ", table, flags=re.M)[1:]
    for cause in causes:
        fixes = re.findall(r"^    fix: (.*\n(?:     .*\n)*)", cause, flags=re.M)
        if len(fixes) != 1:
            raise RuntimeError(f"{cause.splitlines()[0]}: {len(fixes)} fixes")
        yield cause.splitlines()[0], " ".join(fixes[0].split())


def flags_of(diffoci):
    """All flags of "diffoci diff"."""
    done = subprocess.run([diffoci, "help", "diff"], check=True, capture_output=True, text=True)
    flags = set(re.findall(r"^ +(?:-\w, )?(--[a-z][a-z-]*)", done.stdout, flags=re.M))
    if not {"--semantic", "--effective", "--accept", "--ignore"} <= flags:
        raise RuntimeError(f"flags in the help: {sorted(flags)}")
    return flags


def promised(diffoci, table):
    """(cause, flag with its value) wherever a fix names a flag of diffoci's."""
    known = flags_of(diffoci)
    return {(cause, flag) for cause, fix in fixes_of(table)
            for flag in re.findall(r"--[a-z][a-z-]*(?:=[\w./-]*\w)?", fix) if flag.split("=")[0] in known}


def run(diffoci, flags, folder):
    report = os.path.join(folder, "report.json")
    done = subprocess.run([diffoci, "diff", "--quiet", "--policy=none", f"--report-file={report}", *flags,
                           os.path.join(folder, "0.tar"), os.path.join(folder, "1.tar")], check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    with open(report, encoding="utf-8") as text:
        return done.returncode, {cause["id"] for cause in json.load(text)["causes"]}


def fault_of(diffoci, case, folder):
    name, flag, others, *images = case
    counts = len(images) == 3 and images.pop()
    for n, one in enumerate(images):
        oci_archive(os.path.join(folder, f"{n}.tar"), one)
    status, causes = run(diffoci, others, folder)
    if status != 1 or name not in causes:
        return f"without {flag}: status {status}, causes {sorted(causes)}"
    status, causes = run(diffoci, [*others, flag], folder)
    if counts and (status != 1 or (name in causes) != (counts is True)):
        return f"with {flag}, where it is said to count: status {status}, causes {sorted(causes)}"
    return f"with {' '.join([*others, flag])}: status {status}, causes {sorted(causes)}" if status and not counts else None


def main():
    diffoci = os.path.abspath(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as text:
        named = promised(diffoci, text.read())
    tried = {case[:2] for case in CASES}
    faults = [f"{name}: its fix names {flag}, and no case here tries it" for name, flag in sorted(named - tried - OTHERS)]
    faults += [f"{name}: its fix does not name {flag}" for name, flag in sorted((tried | OTHERS) - named)]
    tries = len(CASES) + len(faults)
    for case in CASES:
        with tempfile.TemporaryDirectory(prefix="diffoci-fixes-") as folder:
            fault = fault_of(diffoci, case, folder)
        if fault:
            faults.append(f"{case[0]}: {fault}")
    for fault in faults:
        print(fault)
    print(f"{tries - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
