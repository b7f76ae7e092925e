#!/usr/bin/env python3
"""Flags that causes recommend: fixes.py DIFFOCI CAUSES.yaml

Each fix in the table of causes that names a flag of diffoci stands for a promise: with that flag the difference is none
any more. Each case here makes such a difference, looks that it is told without the flag and that the cause is the one,
and that it is gone with it. A fix that names a flag and has no case fails. Prints what fell short, then "N passed, N failed".
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
from mkimage import (DOCKER_CONFIG, DOCKER_LAYER_GZIP, DOCKER_MANIFEST, LAYER_GZIP, blob, config_of, directory, file, hardlink, image, layer, oci_archive, sha256,  # noqa: E402
                     tar)


def compressed(level):
    data = tar(file("x", "x" * 1000))
    return image(blob(gzip.compress(data, level, mtime=0), LAYER_GZIP, sha256(data)))


def filled(end):
    return image(layer(file("x"), compress=None)) if not end else \
        image(blob(tar(file("x"), end=bytes(4096)), "application/vnd.oci.image.layer.v1.tar", sha256(tar(file("x"), end=bytes(4096)))))


def spelled(indent):
    one = layer(file("x"))
    return image(one, raw_config=json.dumps(config_of([one]), indent=indent).encode())


def with_history(text):
    one = layer(file("x"))
    return image(one, config={"history": [{"created_by": text}]})


# cause: (flags that are named, other flags, one image, the other)
CASES = {
    "buildah-run": (["--ignore=/run"], ["--semantic"], image(layer(file("x"))), image(layer(file("x"), directory("run")))),
    "workdir": (["--effective"], ["--semantic"],
                image(layer(file("x")), layer(directory("srv")), config={"config": {"WorkingDir": "/srv"}}),
                image(layer(file("x"), directory("srv")), layer(), config={"config": {"WorkingDir": "/srv"}})),
    "opaque-whiteout": (["--effective"], ["--semantic"],
                        image(layer(directory("d"), file("d/x")), layer(directory("d"), file("d/.wh.x"))),
                        image(layer(directory("d"), file("d/x")), layer(directory("d"), file("d/.wh..wh..opq")))),
    "whiteout": (["--effective"], ["--semantic"], image(layer(file("x"), file("y")), layer(file("z"), file(".wh.x"))),
                 image(layer(file("y")), layer(file("z")))),
    "lazy-pull-files": (["--effective"], ["--semantic"], image(layer(file("x"))),
                        image(layer(file("x"), file("stargz.index.json", "{}")))),
    "hard-links": (["--effective"], ["--semantic"], image(layer(file("a", "1"), hardlink("b", "a"))),
                   image(layer(file("b", "1"), hardlink("a", "b")))),
    "build-time": (["--ignore-file-timestamps"], ["--ignore-history"], image(layer(file("x", mtime=1))),
                   image(layer(file("x", mtime=2)))),
    "pax-records": (["--ignore-fields=pax"], ["--ignore-history"], image(layer(file("x", records={"comment": "1"}))),
                    image(layer(file("x", records={"comment": "2"})))),
    "tar-format": (["--ignore-tar-format"], ["--ignore-history"], image(layer(file("x"))),
                   image(layer(file("x", magic=b"ustar  \0")))),
    "file-order": (["--ignore-file-order"], ["--ignore-history"], image(layer(file("x"), file("y"))),
                   image(layer(file("y"), file("x")))),
    "image-created": (["--ignore-image-timestamps"], ["--ignore-history"], image(layer(file("x"))),
                      image(layer(file("x")), config={"created": "2024-02-01T00:00:00Z"})),
    "image-history": (["--ignore-history"], ["--ignore-file-order"], with_history("RUN a"), with_history("RUN b")),
    "image-annotations": (["--ignore-image-name", "--ignore-image-timestamps"], ["--ignore-history"],
                          image(layer(file("x")), manifest={"annotations": {"org.opencontainers.image.created": "2024-01-01T00:00:00Z",
                                                                            "org.opencontainers.image.ref.name": "a"}}),
                          image(layer(file("x")), manifest={"annotations": {"org.opencontainers.image.created": "2024-01-02T00:00:00Z",
                                                                            "org.opencontainers.image.ref.name": "b"}})),
    "rewritten-timestamp": (["--ignore-image-timestamps"], ["--ignore-history"], image(layer(file("x"))),
                            image(layer(file("x"), annotations={"buildkit/rewritten-timestamp": "1"}))),
    "recompressed": (["--effective"], [], compressed(1), compressed(9)),
    "media-types": (["--effective"], ["--semantic"], image(layer(file("x"))),
                    image(layer(file("x"), media_type=DOCKER_LAYER_GZIP), media_type=DOCKER_MANIFEST, config_type=DOCKER_CONFIG)),
    "tar-filler": (["--semantic"], [], filled(False), filled(True)),
    "json-form": (["--semantic"], [], spelled(None), spelled(2)),
    "layer-boundaries": (["--effective"], [], image(layer(file("x")), layer(file("y"))), image(layer(file("x"), file("y")))),
}


def with_flags(table):
    """Causes whose fix names a flag of diffoci's."""
    found, name = set(), None
    for line in table.splitlines():
        name = line.split(": ")[1] if line.startswith("  - id: ") else name
        if line.startswith("    fix: ") and re.search(r"--(ignore|semantic|effective)", line):
            found.add(name)
    return found


def run(diffoci, flags, folder):
    report = os.path.join(folder, "report.json")
    done = subprocess.run([diffoci, "diff", "--quiet", "--policy=none", f"--report-file={report}", *flags,
                           os.path.join(folder, "0.tar"), os.path.join(folder, "1.tar")], check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    with open(report, encoding="utf-8") as text:
        return done.returncode, {cause["id"] for cause in json.load(text)["causes"]}


def fault_of(diffoci, name, case, folder):
    flags, others, *images = case
    for n, one in enumerate(images):
        oci_archive(os.path.join(folder, f"{n}.tar"), one)
    status, causes = run(diffoci, others, folder)
    if status != 1 or name not in causes:
        return f"without {' '.join(flags)}: status {status}, causes {sorted(causes)}"
    # --effective has rules of its own, --semantic is all flags
    given = flags if flags[0] in ("--effective", "--semantic") else others + flags
    status, causes = run(diffoci, given, folder)
    return f"with {' '.join(given)}: status {status}, causes {sorted(causes)}" if status else None


def main():
    with open(sys.argv[2], encoding="utf-8") as text:
        wanted = with_flags(text.read())
    faults = [f"{name}: its fix names a flag, and no case here tries it" for name in sorted(wanted - set(CASES))]
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory(prefix="diffoci-fixes-") as folder:
            fault = fault_of(os.path.abspath(sys.argv[1]), name, case, folder)
        if fault:
            faults.append(f"{name}: {fault}")
    for fault in faults:
        print(fault)
    print(f"{len(CASES) + len(wanted - set(CASES)) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
