#!/usr/bin/env python3
"""The conformance cases through engines: test_conformance.py DIFFOCI docker|podman [CASE...]

Their images are loaded, where the engine takes them, and compared through it. What is wanted is what
the cases want, less what an engine does not keep:

  manifests   engines write a manifest of their own, so that what is said of descriptors and manifests
              (types, annotations, sizes, compression) does not count, and the status is 1 if any
              event is left, or if the configs or layers as such differ;
  one-image   an engine's classic store keeps one image of an index: cases about indexes are left out;
  refused     images that no engine takes are left out: see REFUSED.

Without CASEs a quarter of the cases is run, or with $DIFFOCI_TEST_ALL=1 all. Prints each run that falls
short, then 'N passed, N failed'.
"""
import concurrent.futures
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

import engines

CASES = os.path.join(engines.TESTS, "conformance", "cases")
KEPT = re.compile(r"/(layers-\d+/layer|layer|config/config)(/|$)")


class CannotBeLoaded(Exception):
    """By the rule it names."""


def decompressed(data):
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=True).stdout
    return data


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def read(path):
    """The config and the uncompressed layers of a case's image."""
    with tarfile.open(path) as archive:
        files = {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}
    if "oci-layout" not in files:
        entry = json.loads(files["manifest.json"])[0]
        return files[entry["Config"]], [decompressed(files[name]) for name in entry["Layers"]]
    blob = lambda one: files["blobs/" + one["digest"].replace(":", "/")]
    top = json.loads(files["index.json"])["manifests"]
    document = json.loads(blob(top[0]))
    if len(top) > 1 or "manifests" in document:
        raise CannotBeLoaded("one-image")
    try:
        return blob(document["config"]), [decompressed(blob(one)) for one in document["layers"]]
    except (EOFError, OSError) as error:
        raise CannotBeLoaded(f"refused: {error}") from error


def write(path, name, config, layers):
    """A Docker archive."""
    files = {f"{sha256(config)}.json": config, **{f"{sha256(layer)}.tar": layer for layer in layers}}
    entry = {"Config": f"{sha256(config)}.json", "RepoTags": [name], "Layers": [f"{sha256(one)}.tar" for one in layers]}
    files["manifest.json"] = json.dumps([entry]).encode()
    with tarfile.open(path, "w") as archive:
        for member, data in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def load(engine, case):
    """The arguments for the two images."""
    for side in (0, 1):
        config, layers = read(os.path.join(CASES, case, f"input-{side}.tar"))
        path = os.path.join(engine.home, f"{case}-{side}.tar")
        write(path, f"localhost/{case}:{side}", config, layers)
        result = engine.run("load", "--quiet", "--input", path, check=False)
        os.unlink(path)
        if result.returncode != 0:
            raise CannotBeLoaded("refused: " + result.stderr.strip())
    return [f"{engine.scheme}://localhost/{case}:{side}" for side in (0, 1)]


def nodes(node):
    event = node.get("event") or {}
    inputs = (event.get("inputs") or []) + [{}, {}]
    if event.get("type"):
        names = [((one.get("tarEntry") or {}).get("header") or {}).get("Name") for one in inputs[:2]]
        yield [node["context"], event["type"], event.get("note") or "", *names]
    for child in node.get("children") or []:
        yield from nodes(child)


def kept(events):
    return [event for event in events if KEPT.match(event[0])]


def fits(wanted, found):
    return wanted[:2] == found[:2] and wanted[3:] == found[3:] and wanted[2] in ("", found[2])


def hold(engine, images, run):
    """What falls short."""
    with tempfile.TemporaryDirectory(dir=engine.home) as home:
        report = os.path.join(home, "report.json")
        result = subprocess.run([engines.PROGRAMS["diffoci"], "diff", *run["args"], "--report-file", report, *images],
                                env={**engines.clean_environ(home), **engine.environ}, capture_output=True, text=True,
                                timeout=300, check=False)
        if result.returncode not in (0, 1):
            return [f"status {result.returncode}: {result.stderr}"]
        with open(report, encoding="utf-8") as file:
            found = kept(nodes(json.load(file)))
    wanted = kept(run["events"])
    return ([f"missing: {one}" for one in wanted if not any(fits(one, other) for other in found)]
            + [f"not wanted: {one}" for one in found if not any(fits(other, one) for other in wanted)])


def check(engine, case):
    """[(arguments, what falls short), ...]"""
    with open(os.path.join(CASES, case, "want.json"), encoding="utf-8") as file:
        runs = [run for run in json.load(file)["runs"] if run["events"] is not None]
    if not runs:
        raise CannotBeLoaded("no events are prescribed")
    images = load(engine, case)
    return [(run["args"], hold(engine, images, run)) for run in runs]


def main():
    engines.PROGRAMS["diffoci"] = os.path.abspath(sys.argv[1])
    cases = sys.argv[3:] or sorted(os.listdir(CASES))
    if not sys.argv[3:] and not os.environ.get("DIFFOCI_TEST_ALL"):
        cases = cases[::4]
    engine = {"docker": engines.Docker, "podman": engines.Podman}[sys.argv[2]]()
    passed = failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for case, future in [(case, pool.submit(check, engine, case)) for case in cases]:
                try:
                    for arguments, why in future.result():
                        passed, failed = passed + (not why), failed + bool(why)
                        if why:
                            print(f"{case} {' '.join(arguments) or '(strict)'}: falls short", *why, sep="\n    ")
                except CannotBeLoaded as rule:
                    print(f"{case}: left out: {rule}")
    finally:
        engine.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
