#!/usr/bin/env python3
"""The conformance cases with both images in containerd: conformance.py DIFFOCI PROBE [--containerd DIRECTORY]

Loads every archive of tests/conformance, and has conformance/check.py run a program that puts their names in containerd
in the place of the archives."""
import os
import subprocess
import sys

import common

CHECK = os.path.join(common.HERE, "..", "conformance", "check.py")
CASES = os.path.join(common.HERE, "..", "conformance", "cases")
# Archives become what they hold: how they are written is no difference any longer.
WRAPPER = """#!/bin/sh
n=$#
while [ "$n" -gt 0 ]; do
  argument=$1
  shift
  case $argument in
    oci-archive:*/input-?.tar | docker-archive:*/input-?.tar)
      path=${argument#*:}
      case=$(basename "$(dirname "$path")")
      input=${path##*-}
      argument=containerd://example.com/cases/$case:${input%.tar}
      ;;
  esac
  set -- "$@" "$argument"
  n=$((n - 1))
done
exec "$DIFFOCI" "$@"
"""


def name_of(case, number):
    return f"example.com/cases/{case}:{number}"


def load(containerd, case, number, environ):
    """Under a name of its own, whatever that in the archive is."""
    path = os.path.join(CASES, case, f"input-{number}.tar")
    out = subprocess.run([common.PROGRAMS["diffoci"], "load", "--input", path], env=environ, capture_output=True,
                         text=True, timeout=common.WAIT, check=False)
    if out.returncode:
        return False
    loaded = out.stdout.splitlines()[0].removeprefix("Loaded image: ")
    containerd.ctr("images", "tag", "--force", loaded, name_of(case, number))
    return True


def run(containerd, scratch):
    wrapper = os.path.join(scratch, "wrapper")
    with open(wrapper, "w", encoding="utf-8") as file:
        file.write(WRAPPER)
    os.chmod(wrapper, 0o755)
    cases = os.path.join(scratch, "cases")
    os.mkdir(cases)
    environ = dict(os.environ, CONTAINERD_ADDRESS=containerd.address, DIFFOCI=common.PROGRAMS["diffoci"],
                   DIFFOCI_BACKEND="containerd")
    left_out = []
    for case in sorted(os.listdir(CASES)):
        if not os.path.exists(os.path.join(CASES, case, "want.json")):
            continue
        if all(load(containerd, case, number, environ) for number in (0, 1)):
            os.symlink(os.path.join(CASES, case), os.path.join(cases, case))
        else:
            left_out.append(case)
    print("cannot be loaded, since they are spoilt:", ", ".join(left_out) or "none", flush=True)
    return subprocess.run([sys.executable, CHECK, wrapper, cases, "-v"], env=environ, check=False).returncode


def main():
    common.arguments(sys.argv[1:])
    containerd = common.Containerd()
    try:
        scratch = os.path.join(containerd.dir, "scratch")
        os.mkdir(scratch)
        return run(containerd, scratch)
    finally:
        containerd.close()


if __name__ == "__main__":
    sys.exit(main())
