#!/usr/bin/env python3
"""Every call that can fail fails in turn: torture.py DIFFOCI INJECT.so [--points N] [--seed N] [--kinds K,…] [-k SUBSTRING]…

Each command below runs once undisturbed and once to count, and then once for each of the allocations, reads, writes,
opens, renames, syncs, stats, locks, threads, socket calls and calls that take privileges away of each of its processes,
with just that one failing, in that process alone (inject.c), or for N of each kind and process, chosen by the seed. Wanted
every time: no signal; status 2 with lines that begin with "diffoci: ", or the status and the standard output of
the undisturbed run; a store that lists the images it had before or should have after, with blobs that hash to their
names; reports that are whole or not there, and no temporary file beside them; an end within a minute.

Besides, as kinds of their own: `full`, where all writes fail from one of them on; `killed` and `ended`, where another
process than the first is ended by a signal, or with status 0, in place of a read, write or socket call; `hangs`, where it
stands still there: a command with --timeout has to end; `short` and `again`, where each read, write and socket call
that may do less does one byte, or is interrupted every second time: nothing may come of that.

Prints what falls short, then 'N passed, N failed', counted in runs. The program may not have sanitizers, which have an
allocator of their own."""
import argparse
import concurrent.futures
import errno
import os
import random
import re
import sys
import tempfile
import time

import pages
import places

ERRORS = {"memory": [errno.ENOMEM], "read": [errno.EIO], "write": [errno.ENOSPC, errno.EPIPE], "open": [errno.EMFILE],
          "rename": [errno.EIO], "sync": [errno.EIO], "stat": [errno.EIO], "lock": [errno.ENOLCK], "thread": [errno.EAGAIN],
          "socket": [errno.ENOBUFS], "confine": [errno.EPERM]}
TALK = ["read", "write", "socket"]
MORE = ["full", "killed", "ended", "hangs", "short", "again"]
# More than any of it takes: nothing but `hangs` may come to that.
TIME = ["--sandbox=auto", "--timeout=20"]
DIRECTORY = ["--report-dir=out", "--report-file=out.json"]
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
    ["diff", "--quiet", "--policy=policy.yaml", "./base.tar", "./word.tar"],
    ["diff", "--semantic", "--quiet", "./docker.tar", "oci:pub"],
    ["diff", "--quiet", "--pull=never", "example.com/s:1", "./base.tar"],
    ["diff", "--sandbox=off", "--quiet", *DIRECTORY, "./base.tar", "./word.tar"],
    ["diff", "--sandbox=off", "--semantic", "--quiet", "HOST/app:1", "./word.tar"],
    # With a time in which there has to be an answer, and mostly more than two processes.
    ["diff", *TIME, "--semantic", "--quiet", "./base.tar", "./word.tar"],
    ["diff", *TIME, "--quiet", *DIRECTORY, "./base.tar", "./word.tar"],
    ["diff", *TIME, "--inside", "--explain", "--report-dir=old", "./zipped.tar", "oci:rewritten"],
    ["diff", *TIME, "--quiet", "--inside", "--require=equivalent", "./zipped.tar", "./rezipped.tar"],
    ["diff", *TIME, "--effective", "--quiet", "--memory-limit=32K", "./base.tar", "./split.tar"],
    ["diff", *TIME, "--semantic", "--quiet", "HOST/app:1", "./word.tar"],
    ["diff", *TIME, "--semantic", "--quiet", "--no-cache", "HOST/private:1", "./word.tar"],
    ["diff", *TIME, "--quiet", "docker://d:1", "./docker.tar"],
    ["diff", *TIME, "--quiet", "rootfs:one", "rootfs:other"],
    ["show", *TIME, "./base.tar"],
    ["load", "--input", "base.tar"],
    ["load", "--input", "docker.tar"],
    ["images"],
    ["remove", "example.com/s:1"],
    ["pull", "HOST/app:1"],
    ["pull", "docker://d:1"],
    ["info", "--json"],
    ["completion", "bash"],
]
# GnuTLS, which libcurl brings along for RTMP, says of its own accord that it got no random data.
SAYINGS = rb"(Error in GnuTLS initialization: [^\n]*\n)?((diffoci: |verdict: )[^\n]*\n)+"


def judge(words, fault, before, undisturbed, disturbed):
    status, out, err, wrong, images = disturbed
    wrong = list(wrong)
    what = fault.split()[2]
    closed = what == str(errno.EPIPE)  # of the reader of standard output, perhaps
    # What cannot be looked into is different, which is told where anything is.
    unseen = "--inside" in words and status in (undisturbed[0], 1) and (b"Inside" in out or not out)
    # It tells what the kernel refuses.
    unseen = unseen or words[0] == "info" and fault.startswith("confine") and status == 0
    if status is None:
        return wrong
    if b"seconds" in err and b"--timeout" in err and what != "hang":
        wrong.append("no end before --timeout")
    if status < 0:
        wrong.append(f"signal {-status}")
    elif unseen and what not in ("short", "again"):
        pass
    elif what == "short" and status == 2 and b"No space left" in err:  # which a short write to a file means
        pass
    elif status not in (2, undisturbed[0]) or status == 2 and what in ("short", "again"):
        wrong.append(f"status {status}, undisturbed {undisturbed[0]}: {err[-300:]!r}")
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
    """As the place runs them, and which call it was; None: it was not reached, as where threads go another way."""
    with pages.Page() as page:
        found = place.run(words, LD_PRELOAD=ARGUMENTS.inject, FAULT=fault, FAULT_PAGE=page.name)
        struck, function = page.struck()
    return found, function if struck else None


def count(place, words):
    with pages.Page() as page:
        place.run(words, LD_PRELOAD=ARGUMENTS.inject, FAULT="none 0 0", FAULT_PAGE=page.name)
        return page.processes()


def points(total, chooser):
    if chooser.random() >= ARGUMENTS.share:
        return []
    everything = range(1, total + 1)
    return everything if not ARGUMENTS.points or total <= ARGUMENTS.points else sorted(chooser.sample(everything, ARGUMENTS.points))


def faults_of(kind, words, processes, chooser):
    """What inject.c takes, of all processes."""
    for process, (_, calls) in enumerate(processes):
        if kind in ERRORS:
            for error in ERRORS[kind]:
                yield from (f"{kind} {n} {error} {process}" for n in points(calls[kind], chooser))
        elif kind == "full":
            yield from (f"write {n}+ {errno.ENOSPC} {process}" for n in points(calls["write"], chooser))
        elif kind in ("short", "again"):
            yield from (f"{what} 1+ {kind} {process}" for what in TALK)
        elif process and (kind != "hangs" or any(word.startswith("--timeout") for word in words)):
            become = {"killed": "kill", "ended": "exit", "hangs": "hang"}[kind]
            yield from (f"{what} {n} {become} {process}" for what in TALK for n in points(calls[what], chooser))


def hurried(words, kind):
    return ["--timeout=1" if kind == "hangs" and word.startswith("--timeout") else word for word in words]


class Tally:
    passed = failed = unreached = 0


def try_kind(pool, place, words, kind, faults, before, undisturbed):
    tally = Tally()
    begun = time.monotonic()
    for fault, (found, function) in zip(faults, pool.map(lambda fault: run_with(place, hurried(words, kind), fault), faults)):
        wrong = judge(words, fault, before, undisturbed, found)
        tally.passed += not wrong
        tally.failed += bool(wrong)
        tally.unreached += function is None
        for line in wrong:
            print(f'FAULT="{fault}" diffoci {" ".join(words)}: {function}: {line}', flush=True)
    if ARGUMENTS.verbose and faults:
        print(f"{' '.join(words)}: {kind}: {len(faults)}, of them not reached {tally.unreached}, {time.monotonic() - begun:.0f} s", flush=True)
    return tally


def main():
    passed = failed = 0
    chooser = random.Random(ARGUMENTS.seed)
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        place = places.make(ARGUMENTS.program, scratch)
        before = place.run(["images"])[1]
        for words in RUNS:
            if not any(part in " ".join(words) for part in ARGUMENTS.k or [""]):
                continue
            undisturbed = place.run(words)
            if undisturbed[0] not in (0, 1) or undisturbed[3]:
                print("undisturbed:", words, *undisturbed)
                failed += 1
                continue
            processes = count(place, words)
            for kind in ARGUMENTS.kinds:
                tally = try_kind(pool, place, words, kind, [*faults_of(kind, words, processes, chooser)], before, undisturbed)
                passed += tally.passed
                failed += tally.failed
    print(f"{passed} passed, {failed} failed")
    return failed > 0


def kinds_in(text):
    return [*ERRORS] if text == "errors" else text.split(",")


parser = argparse.ArgumentParser()
parser.add_argument("program", type=os.path.abspath)
parser.add_argument("inject", type=os.path.abspath)
parser.add_argument("--points", type=int, default=0, help="of each kind, process and command; 0: all")
parser.add_argument("--share", type=float, default=1, help="of the kinds, for each command and process by the seed")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--kinds", type=kinds_in, default=[*ERRORS, *MORE], help="errors: all those of calls that fail alone")
parser.add_argument("-k", action="append", help="commands with this in them; several times: any of them")
parser.add_argument("--verbose", action="store_true")
ARGUMENTS = parser.parse_args()
sys.exit(main())
