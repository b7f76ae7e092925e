#!/usr/bin/env python3
"""Signals at any moment: signals.py DIFFOCI [--times N] [--seed N] [-k SUBSTRING]

Each command below is run and sent SIGINT, SIGTERM or SIGKILL at a moment chosen by the seed, N times each. Wanted every
time: it ends, by that signal, with a status of its own if it was done before, or with 2 and a line; the store lists the
images that it had before or should have after, its blobs hash to their names, no partial file of a program that is gone keeps
anybody from working; reports are whole or not there, and after SIGINT and SIGTERM no temporary file is left; and the same
command, run once more in what is there then, does all that it should. Prints what falls short, then 'N passed, N failed'."""
import argparse
import concurrent.futures
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

import places

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
RUNS = [
    ["load", "--input", "base.tar"],
    ["load", "--input", "docker.tar"],
    ["pull", "HOST/app:1"],
    ["remove", "example.com/s:1"],
    ["diff", "--quiet", "--semantic", "HOST/app:1", "./word.tar"],
    ["diff", "--quiet", "--report-dir=out", "--report-file=out.json", "./base.tar", "./word.tar"],
]


def interrupted(place, words, number, delay):
    """(status, seconds, what is wrong) of a run that is sent a signal, or none with number 0."""
    with place.made() as (folder, env):
        begun = time.monotonic()
        child = subprocess.Popen(place.words(words), cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if number:
            time.sleep(delay)
            child.send_signal(number)
        try:
            _, err = child.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            return None, 0, ["no end in 60 s"]
        took = time.monotonic() - begun
        wrong, images = place.look_around(folder)
        if number == signal.SIGKILL:
            wrong = [line for line in wrong if "left behind" not in line]
        if child.returncode == 2 and b"diffoci: " not in err:
            wrong.append(f"status 2 and {err!r}")
        again = subprocess.run(place.words(words), cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        still, after = place.look_around(folder)
        if number != signal.SIGKILL:
            wrong += ["run again: " + line for line in still]
        return child.returncode, took, wrong, images, again.returncode, after


def judge(words, number, before, undisturbed, found):
    if found[0] is None:
        return found[2]
    status, _, wrong, images, again, after = found
    wrong = list(wrong)
    if status not in (-number, undisturbed[0], 2):
        wrong.append(f"status {status}")
    if words[0] != "diff" and images not in (before, undisturbed[3]):
        wrong.append(f"the store lists {images!r}")
    if again != undisturbed[0] and not (words[0] == "remove" and images == undisturbed[3] and again == 2):
        wrong.append(f"run again: status {again}, not {undisturbed[0]}")
    if after != undisturbed[3]:
        wrong.append(f"run again: the store lists {after!r}, not {undisturbed[3]!r}")
    return wrong


def main():
    passed = failed = 0
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job, and what it starts, would ignore it
    chooser = random.Random(ARGUMENTS.seed)
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        place = places.make(ARGUMENTS.program, scratch)
        before = place.run(["images"])[1]
        for words in RUNS:
            if ARGUMENTS.k not in " ".join(words):
                continue
            undisturbed = interrupted(place, words, 0, 0)
            for number in SIGNALS:
                caught = 0
                moments = [chooser.uniform(0, undisturbed[1] * 1.1) for _ in range(ARGUMENTS.times)]
                for delay, found in zip(moments, pool.map(lambda delay: interrupted(place, words, number, delay), moments)):
                    wrong = judge(words, number, before, undisturbed, found)
                    caught += found[0] != undisturbed[0]
                    passed += not wrong
                    failed += bool(wrong)
                    for line in wrong:
                        print(f"{number.name} after {delay * 1000:.1f} ms: diffoci {' '.join(words)}: {line}")
                if ARGUMENTS.verbose:
                    print(f"{' '.join(words)}: {number.name}: {caught} of {ARGUMENTS.times} before its end", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


parser = argparse.ArgumentParser()
parser.add_argument("program", type=os.path.abspath)
parser.add_argument("--times", type=int, default=300, help="each signal to each command")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("-k", default="")
parser.add_argument("--verbose", action="store_true")
ARGUMENTS = parser.parse_args()
sys.exit(main())
