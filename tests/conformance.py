#!/usr/bin/env python3
"""Runs the conformance cases as root sees them: conformance.py DIFFOCI

Users other than root do not compare the xattrs security.*, which the cases do. Where a user
namespace can be had, they run as its root; else the cases about these xattrs are left out. Ends as
conformance/check.py does, with "N passed, N failed".
"""
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CHECK = os.path.join(HERE, "conformance", "check.py")
CASES = os.path.join(HERE, "conformance", "cases")
NEEDS_ROOT = {"xattr-capability"}


def check(cases, *before):
    return subprocess.run([*before, sys.executable, CHECK, sys.argv[1], cases, "-v"], check=False).returncode


def main():
    namespace = ["unshare", "--map-root-user"]
    if os.geteuid() == 0:
        return check(CASES)
    if subprocess.run([*namespace, "true"], check=False, capture_output=True).returncode == 0:
        return check(CASES, *namespace)
    with tempfile.TemporaryDirectory() as some:
        for name in os.listdir(CASES):
            if name not in NEEDS_ROOT:
                os.symlink(os.path.join(CASES, name), os.path.join(some, name))
        print(f"left out, since they need root: {', '.join(sorted(NEEDS_ROOT))}", flush=True)
        return check(some)


if __name__ == "__main__":
    sys.exit(main())
