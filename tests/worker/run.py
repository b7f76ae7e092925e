#!/usr/bin/env python3
"""Code of an attacker's inside the real confined process: run.py ATTACK MKIMAGE. Each thing that it tries fails or ends the
process, nothing outside changes, and the broker says so. Where the kernel has no Landlock, files are left open to those that have to find some, and
to no others; the rest holds. Prints what falls short, then 'N passed, N failed'."""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import threading

# These have no innocent use, so that trying is the end: SIGSYS. The others a library may try, and get an error.
ENDS = {"make-directory", "remove-outside", "change-mode", "truncate-outside", "truncate-by-opening", "change-mode-by-opening", "set-user-id", "tcp-socket", "unix-socket", "connect", "send-elsewhere",
        "exec", "exec-memory", "executable-memory", "executable-later", "ptrace", "read-parent", "clone", "fork", "kill-parent",
        "signal-parent", "signals-of-files", "type-for-user", "limits-of-parent", "setuid", "namespace", "mount",
        "io-uring", "shared-memory", "keys", "bpf", "file-handle", "set-clock", "own-faults", "handle-of-parent", "slow-parent",
        "slow-parent-otherwise", "count-events", "begin-mount", "change-root", "message-queue", "pages-into-pipe", "other-namespace", "datagrams",
        "other-numbers", "queue-signal", "move-parent", "move-thread", "clock-of-parent", "sleep-by-parent", "read-limits-of-parent", "locks-of-parent",
        "compare-with-parent", "pages-of-parent", "idle-parent", "session-of-parent"}
FAILS = {"read-shadow", "read-shadow-by-number", "read-environment", "own-environment", "write-outside", "more-files", "filter", "fetch-any", "other-descriptors",
         "own-memory", "be-traced", "start-other", "plant-temporary", "list-temporary",
         "processors-of-parent", "change-mode-of-input"}
# With a report directory files may be opened, and Landlock says where.
WRITER_FAILS = FAILS | {"make-directory", "truncate-by-opening", "change-mode-by-opening"}
# What only Landlock keeps from a process that has to find files by their names.
FILES = {"read-shadow", "read-shadow-by-number", "read-environment", "write-outside", "own-memory", "plant-temporary", "list-temporary", "make-directory", "change-mode-of-input"}
# What newer versions of Landlock keep from all, and with older ones the rest has to.
YOUNG = {"truncate-outside", "truncate-by-opening", "change-mode-by-opening", "set-user-id", "remove-outside", "tcp-socket", "unix-socket", "connect", "kill-parent", "signal-parent", "type-for-user"}
SIGNAL = r"died: the process that {} ended with signal 31 \(Bad system call\): it did what it may not\n"

attack, mkimage = map(os.path.abspath, sys.argv[1:])
passed = failed = 0
counting = threading.Lock()


def check(what, good, detail=""):
    global passed, failed
    with counting:
        passed += bool(good)
        failed += not good
        if not good:
            print(f"{what}: {detail}", flush=True)


listed = subprocess.run([attack], capture_output=True, text=True)
if listed.returncode == 77:
    print("this system lacks seccomp")
    sys.exit(77)
landlock, *names = listed.stdout.split()
landlock, names = int(landlock.removeprefix("landlock=")), set(names)
has_landlock = landlock > 0
if not has_landlock:
    print(f"without Landlock: {len(FILES)} of {len(names)} attacks are tried only of what finds no files")
check("list of attacks", names == ENDS | FAILS, f"{names ^ (ENDS | FAILS)}")
with tempfile.TemporaryDirectory(prefix="worker-") as folder:
    subprocess.run([sys.executable, mkimage], input='oci_archive("a.tar", image(layer(file("x", "1"))))', text=True, cwd=folder, check=True)
    victim, report = os.path.join(folder, "victim"), os.path.join(folder, "report")
    os.mkdir(victim)
    os.mkdir(report)
    os.makedirs(os.path.join(folder, "tree", "etc"))
    temporary = os.path.join(folder, "temporary")
    os.mkdir(temporary)
    beside = os.path.join(folder, "file")
    with open(beside, "w", encoding="ascii") as file:
        file.write("theirs")
    # The commands that keep a store are told so by an error, whatever it is that they try.
    stores = [((report, role), names) for role in ("keeper", "looker", "fetcher", "grpc", "network", "broker", "broker-network", "broker-starter", "broker-root")]

    def attempt(version, role, fails, name):
        result = subprocess.run([attack, name, victim, "rootfs:tree" if role[1:] == ("broker-root",) else "./a.tar", *role], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=200,
                                env=os.environ | {"SECRET": "x", "TMPDIR": temporary} | ({"ATTACK_LANDLOCK": str(version)} if version else {}))
        what = " of a ".join([name, *([role[1] if len(role) > 1 else "writer"] if role else [])]) + (f" with Landlock {version}" if version else "")
        check(what, result.returncode == 0, f"status {result.returncode}")
        wanted = "failed: .*\n" if name in fails else SIGNAL.format("writes the report directory" if role == (report,) else "parses images")
        # One that took over what may ask for a blob, and asks for what it may not, is ended for that.
        if (name, role[1:]) == ("fetch-any", ("fetcher",)):
            wanted = r"(failed: .*\n)?died: the confined process asks for what it was not given\n"
        # What speaks to registries has sockets of this kind, and no others.
        if name == "tcp-socket" and role[1:] in (("network",), ("broker-network",)):
            wanted = "DONE\n"
        check(what, re.fullmatch(wanted, result.stdout), repr(result.stdout))
        check(f"{what}: outside", os.listdir(victim) == [] and os.stat(victim).st_mode & 0o777 == 0o755 and os.path.getsize(beside), "changed")

    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        kinds = (((), FAILS), ((report,), WRITER_FAILS), *stores)
        tried = [pool.submit(attempt, None, role, fails, name) for role, fails in kinds for name in sorted(names if has_landlock or not role else names - FILES)]
        tried += [pool.submit(attempt, version, role, fails, name) for version in (1, 2) if version < landlock for role, fails in kinds for name in sorted(YOUNG)]
        for one in tried:
            one.result()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
