#!/usr/bin/env python3
"""Commands that may have so few files open: descriptors.py DIFFOCI

Each command below is run with every limit of open files (RLIMIT_NOFILE) from four up to where it works. Wanted every time: it ends, either
as it does without the limit and with the same output, or with 2 and a line; the store lists the images that it had before or should have
after, its blobs hash to their names, no temporary file is left. Prints what falls short, then 'N passed, N failed'."""
import concurrent.futures
import os
import resource
import subprocess
import sys
import tempfile

import places

LEAST, MOST = 4, 120  # the dynamic linker opens one file at a time
ENOUGH = 3            # limits in a row with which nothing is missing
RUNS = [
    ["diff", "./base.tar", "./word.tar"],
    ["diff", "--semantic", "./base.tar", "./times.tar"],
    ["diff", "--effective", "./base.tar", "./split.tar"],
    ["diff", "--semantic", "--verdict", "--explain", "--inside", "./base.tar", "./zstd.tar"],
    ["diff", "--inside", "./base.tar", "./word.tar"],
    ["diff", "--quiet", "--report-dir=out", "--report-file=out.json", "./base.tar", "./word.tar"],
    ["diff", "--memory-limit=1M", "./base.tar", "oci:pub"],
    ["diff", "--semantic", "HOST/app:1", "./word.tar"],
    ["diff", "--no-cache", "--inside", "HOST/app:1", "./word.tar"],
    ["diff", "docker://i:1", "./word.tar"],
    ["show", "./docker.tar"],
    ["show", "HOST/app:1"],
    ["load", "--input", "base.tar"],
    ["load", "--input", "docker.tar"],
    ["load", "--foreign-urls", "--input", "base.tar"],
    ["pull", "HOST/app:1"],
    ["pull", "docker://i:1"],
    ["images"],
    ["remove", "example.com/s:1"],
]
ENGINE = "#!/bin/sh\ntest \"$1\" = save || exit 1\ncat docker.tar\n"


def run(place, words, limit=None):
    """Status, standard output, standard error, what is wrong afterwards, the images in the store."""
    def less():
        if limit:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    with place.made() as (folder, env):
        env["DOCKER"] = os.path.join(folder, "engine")
        with open(env["DOCKER"], "w", encoding="ascii") as engine:
            engine.write(ENGINE)
        os.chmod(env["DOCKER"], 0o755)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen(place.words(words), cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, preexec_fn=less)
            try:
                child.wait(timeout=60)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                return None, b"", b"", ["no end in 60 s"], None
            out.seek(0)
            err.seek(0)
            return child.returncode, out.read(), err.read(), *place.look_around(folder)


def judge(words, before, undisturbed, found):
    status, out, err, wrong, images = found
    wrong = list(wrong)
    if status is None:
        return wrong
    if status == undisturbed[0]:
        if out != undisturbed[1]:
            wrong.append(f"status {status} and another output: {out[:200]!r}")
    elif status == 127 and b"loading shared libraries" in err:
        return wrong
    elif status != 2:
        wrong.append(f"status {status}: {err[-300:]!r}")
    elif b"diffoci: " not in err:
        wrong.append(f"status 2 without a line: {err[-300:]!r}")
    if images not in (before, undisturbed[4]):
        wrong.append(f"the store lists {images!r}")
    return wrong


def main(program):
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        place = places.make(program, scratch)
        before = place.run(["images"])[1]
        for words in RUNS:
            undisturbed = run(place, words)
            if undisturbed[0] not in (0, 1) or undisturbed[3]:
                print(f"{' '.join(words)}: without a limit: {undisturbed}")
                failed += 1
                continue
            good = least = 0
            for first in range(LEAST, MOST, 2):
                limits = (first, first + 1)
                for limit, found in zip(limits, pool.map(lambda limit: run(place, words, limit), limits)):
                    wrong = judge(words, before, undisturbed, found)
                    passed += not wrong
                    failed += bool(wrong)
                    good = good + 1 if found[0] == undisturbed[0] and found[2] == undisturbed[2] else 0
                    for line in wrong:
                        print(f"{limit} open files: diffoci {' '.join(words)}: {line}")
                if good >= ENOUGH:
                    least = first
                    break
            if not least:
                print(f"{' '.join(words)}: {MOST} open files are not enough")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
