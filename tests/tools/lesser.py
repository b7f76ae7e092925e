#!/usr/bin/env python3
"""Runs a program as on a kernel that offers less: lesser.py WAY PROGRAM [ARGUMENT...]

without-landlock: a filter (linux/filter.h, linux/seccomp.h) has landlock_create_ruleset fail with ENOSYS, as before Linux 5.13.
without-newer-calls: as in a container of Docker before v20.10, whose filter answers EPERM for all that came with Linux 5.1 and later, number 424 and
                  those behind it, which are the same everywhere.
no-reparenting:   nothing moves from one directory to another, and no hard link is made between two, as with the first version of Landlock
                  (Linux 5.13 to 5.18): a set of rules that says nothing of LANDLOCK_ACCESS_FS_REFER denies it, on kernels that know it, too
                  (Documentation/userspace-api/landlock.rst, "Filesystem flags"). Of the kernel's own, so no imitation.
"""
import ctypes
import errno
import os
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
CREATE_RULESET, RESTRICT_SELF = 444, 446  # of all architectures
MAKE_SOCK = 1 << 9                        # what nobody needs
C = ctypes.CDLL(None, use_errno=True)


def begin(what):
    """Without no_new_privs where that may be, as it is for root: programs that are started find what they would."""
    if not what():
        return 0
    C.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return what()


def without(jump, number, error):
    """From here on a call that this jump finds fails."""
    code = b"".join(struct.pack("=HBBI", *one) for one in ((0x20, 0, 0, 0), (jump, 0, 1, number), (0x06, 0, 0, 0x50000 | error), (0x06, 0, 0, 0x7fff0000)))
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // 8, ctypes.addressof(held))
    return begin(lambda: C.prctl(PR_SET_SECCOMP, 2, ctypes.c_char_p(program), 0, 0))


def no_reparenting():
    handled = ctypes.c_uint64(MAKE_SOCK)
    rules = C.syscall(CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(8), 0)
    if rules < 0:
        return -1
    return begin(lambda: C.syscall(RESTRICT_SELF, rules, 0))


WAYS = {"without-landlock": lambda: without(0x15, CREATE_RULESET, errno.ENOSYS), "without-newer-calls": lambda: without(0x35, 424, errno.EPERM), "no-reparenting": no_reparenting}
if WAYS[sys.argv[1]]():
    sys.exit(f"{sys.argv[1]}: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])
