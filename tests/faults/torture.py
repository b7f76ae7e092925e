#!/usr/bin/env python3
"""Every call that can fail fails in turn: torture.py DIFFOCI INJECT.so [--points N] [--seed N] [--kinds K,…] [-k SUBSTRING]

Each command below runs once undisturbed, then once for each of its allocations, reads, writes, opens, renames, syncs,
stats, locks, threads and socket calls with just that one failing (inject.c), or for N of each kind, chosen by the seed.
Wanted every time: no signal; status 2 with lines that begin with "diffoci: ", or the status and the standard output of
the undisturbed run; a store that lists the images it had before or should have after, with blobs that hash to their
names; reports that are whole or not there, and no temporary file beside them. Prints what falls short, then 'N passed,
N failed', counted in runs. The program may not have sanitizers, which have an allocator of their own."""
import argparse
import concurrent.futures
import errno
import functools
import os
import random
import re
import sys
import tempfile

import places

CLASSES = {"memory": errno.ENOMEM, "read": errno.EIO, "write": errno.ENOSPC, "open": errno.EMFILE, "rename": errno.EIO,
           "sync": errno.EIO, "stat": errno.EIO, "lock": errno.ENOLCK, "thread": errno.EAGAIN, "socket": errno.ENOBUFS}
# Also each of these, as another errno of the class.
MORE = [("write", errno.EPIPE)]
RUNS = [
    ["diff", "./base.tar", "./times.tar"],
    ["diff", "--semantic", "./base.tar", "./times.tar"],
    ["diff", "--semantic", "--quiet", "./base.tar", "./word.tar"],
    ["diff", "--effective", "--quiet", "./base.tar", "./split.tar"],
    ["diff", "--effective", "--quiet", "./base.tar", "./word.tar"],
    ["diff", "--semantic", "--quiet", "./base.tar", "./split.tar"],
    # Merged layers go to a temporary file.
    ["diff", "--effective", "--quiet", "--memory-limit=32K", "--sandbox=off", "./base.tar", "./split.tar"],
    ["diff", "--effective", "--verdict", "--memory-limit=32K", "--sandbox=off", "./base.tar", "./word.tar"],
    ["diff", "--verdict", "./base.tar", "./split.tar"],
    ["diff", "--verdict", "--require=semantic", "./zstd.tar", "./times.tar"],
    ["diff", "--quiet", "--explain", "--verbose", "./base.tar", "./word.tar"],
    ["diff", "--quiet", "--report-dir=out", "--report-file=out.json", "./base.tar", "./word.tar"],
    ["diff", "--quiet", "--policy=policy.yaml", "./base.tar", "./word.tar"],
    ["diff", "--semantic", "--quiet", "./docker.tar", "oci:pub"],
    ["diff", "--quiet", "--pull=never", "example.com/s:1", "./base.tar"],
    # Of the two processes that are now, the calls of the first are counted; in each of them the N-th fails.
    ["diff", "--sandbox=auto", "--semantic", "--quiet", "./base.tar", "./times.tar"],
    ["diff", "--sandbox=auto", "--quiet", "--report-dir=out", "--report-file=out.json", "./base.tar", "oci:pub"],
    ["diff", "--sandbox=auto", "--semantic", "--quiet", "HOST/app:1", "./word.tar"],
    ["load", "--input", "base.tar"],
    ["load", "--input", "docker.tar"],
    ["images"],
    ["remove", "example.com/s:1"],
    ["pull", "HOST/app:1"],
    ["diff", "--semantic", "--quiet", "HOST/app:1", "./word.tar"],
    ["info", "--json"],
    ["completion", "bash"],
]


# GnuTLS, which libcurl brings along for RTMP, says of its own accord that it got no random data.
SAYINGS = rb"(Error in GnuTLS initialization: [^\n]*\n)?((diffoci: |verdict: )[^\n]*\n)+"


def judge(words, fault, before, undisturbed, disturbed):
    status, out, err, wrong, images = disturbed
    wrong = list(wrong)
    closed = fault == f"write {fault.split()[1]} {errno.EPIPE}"  # of the reader of standard output, perhaps
    if status is None:
        return wrong
    if status < 0:
        wrong.append(f"signal {-status}")
    elif status not in (2, undisturbed[0]):
        wrong.append(f"status {status}, undisturbed {undisturbed[0]}")
    elif status == 2 and undisturbed[0] != 2 and not re.fullmatch(SAYINGS, err):
        wrong.append(f"status 2 and {err[-300:]!r}")
    elif status != 2 and out != undisturbed[1] and not (closed and undisturbed[1].startswith(out)):
        wrong.append(f"status {status} and another standard output: {out[-200:]!r}")
    if images not in (before, undisturbed[4]) and words[0] != "diff":
        wrong.append(f"the store lists {images!r}")
    if status == undisturbed[0] and images != undisturbed[4] and words[0] != "diff":  # which goes on without storing
        wrong.append(f"status {status}, but the store lists {images!r}")
    return wrong


def run_with(place, words, fault):
    return place.run(words, LD_PRELOAD=ARGUMENTS.inject, FAULT=fault)


def points(total, at_most, chooser):
    everything = range(1, total + 1)
    return everything if not at_most or total <= at_most else sorted(chooser.sample(everything, at_most))


def main():
    passed = failed = 0
    chooser = random.Random(ARGUMENTS.seed)
    with tempfile.TemporaryDirectory() as scratch:
        place = places.make(ARGUMENTS.program, scratch)
        before = place.run(["images"])[1]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for words in RUNS:
                if ARGUMENTS.k not in " ".join(words):
                    continue
                undisturbed = place.run(words)
                if undisturbed[0] not in (0, 1) or undisturbed[3]:
                    print("undisturbed:", words, *undisturbed)
                    failed += 1
                    continue
                for kind, number in [*CLASSES.items(), *MORE]:
                    if kind not in ARGUMENTS.kinds:
                        continue
                    count = os.path.join(scratch, "count")
                    place.run(words, LD_PRELOAD=ARGUMENTS.inject, FAULT=f"{kind} 0 {number}", FAULT_COUNT=count)
                    with open(count, encoding="ascii") as file:
                        total = int(file.read())
                    chosen = [*points(total, ARGUMENTS.points, chooser), *range(total + 1, total + 1 + ARGUMENTS.further)]
                    faults = [f"{kind} {n} {number}" for n in chosen]
                    for fault, result in zip(faults, pool.map(functools.partial(run_with, place, words), faults)):
                        wrong = judge(words, fault, before, undisturbed, result)
                        passed += not wrong
                        failed += bool(wrong)
                        for line in wrong:
                            print(f'FAULT="{fault}" diffoci {" ".join(words)}: {line}')
                    if ARGUMENTS.verbose:
                        print(f"{' '.join(words)}: {kind}: {len(chosen)} of {total}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


parser = argparse.ArgumentParser()
parser.add_argument("program", type=os.path.abspath)
parser.add_argument("inject", type=os.path.abspath)
parser.add_argument("--points", type=int, default=0, help="of each kind and command; 0: all")
parser.add_argument("--further", type=int, default=0, help="so many behind those of the first process, too: other processes make more")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(CLASSES))
parser.add_argument("-k", default="")
parser.add_argument("--verbose", action="store_true")
ARGUMENTS = parser.parse_args()
sys.exit(main())
