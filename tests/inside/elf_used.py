#!/usr/bin/env python3
"""ELF files in whose build ID something else lies: elf_used.py DIFFOCI

A build ID that differs is harmless, and so is a path in debugging information. But what loads a file knows no sections: it
goes by headers, segments and addresses, and what these lead to may be within the bytes that a section calls a build ID. Each
case is two files and the cause that has to be proven; None: none may be."""
import os
import re
import struct
import subprocess
import sys
import tempfile

MKIMAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "mkimage.py")
BUILD_ID = ".note.gnu.build-id"
ET_REL, ET_EXEC, ET_DYN = 1, 2, 3
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_TLS, PT_GNU_RELRO = 1, 2, 3, 4, 7, 0x6474e552
BASE = 0x10000  # where the file is loaded
PROGRAM_HEADERS, FIRST = 64, 64 + 4 * 56  # room for four
DESCRIPTION = 16  # where a note's begins
AT = FIRST + 64   # where the note is: behind .text
CASES = []


def note(description, owner=b"GNU\0", kind=3):
    return struct.pack("<III", len(owner), len(description), kind) + owner + description


def segment(kind, at, size, address=None, flags=4, align=8):
    address = at + BASE if address is None else address
    return struct.pack("<IIQQQQQQ", kind, flags, at, address, address, size, size, align)


def elf(*sections, segments=(), kind=ET_DYN, entry=0, headers=PROGRAM_HEADERS):
    """sections: (name, sh_type, sh_flags, content), one behind the other from byte FIRST on."""
    out, names, table = b"".join(segments).ljust(FIRST - 64, b"\0"), b"\0", bytes(64)
    for name, sh_type, flags, content in (*sections, (".shstrtab", 3, 0, None)):
        at = len(names)
        names += name.encode() + b"\0"
        content = names if content is None else content
        address = 64 + len(out) + BASE if flags & 2 and kind != ET_REL else 0
        table += struct.pack("<IIQQQQIIQQ", at, sh_type, flags, address, 64 + len(out), len(content), 0, 0, 1, 0)
        out += content + bytes(-len(content) % 8)
    header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", kind, 62, 1, entry, headers, 64 + len(out), 0, 64, 56,
                                                       len(segments), 64, len(sections) + 2, len(sections) + 1)
    return (header + out + table).ljust(0x1000, b"\0")


TEXT = (".text", 1, 6, b"\x90" * 64)
ALL = segment(PT_LOAD, 0, 0x1000, flags=5)


def case(what, one, two, make, cause=None):
    CASES.append((what, make(one), make(two), cause))


def with_note(description, *segments, more=(), **others):
    return elf(TEXT, (BUILD_ID, 7, 2, note(description)), *more, segments=(ALL, *segments), **others)


def dynamic(*entries):
    """Behind a note whose description has 20 bytes."""
    at = AT + 40
    return {"segments": segment(PT_DYNAMIC, at, 16 * len(entries) + 16),
            "more": ((".dynamic", 6, 3, b"".join(struct.pack("<QQ", *entry) for entry in (*entries, (0, 0)))),)}


def with_dynamic(*entries):
    made = dynamic(*entries)
    return lambda description: with_note(description, made["segments"], more=made["more"])


A, B = b"A" * 20, b"B" * 20
IN_NOTE = AT + DESCRIPTION + BASE
BEHIND = AT + 40 + BASE
case("a build ID", A, B, with_note, "elf-build-id")
case("a build ID, in a segment of notes", A, B, lambda d: with_note(d, segment(PT_NOTE, AT, 36)), "elf-build-id")
case("a build ID that is read only later", A, B, lambda d: with_note(d, segment(PT_GNU_RELRO, AT, 64)), "elf-build-id")
case("a build ID, tables behind it", A, B, with_dynamic((5, BEHIND), (1, 4), (6, BEHIND), (10, 720), (0x6ffffef5, BEHIND)), "elf-build-id")
case("a build ID of an object file", A, B, lambda d: elf(TEXT, (BUILD_ID, 7, 2, note(d)), kind=ET_REL), "elf-build-id")
case("the interpreter's name", b"/lib/ld-a.so\0".ljust(20, b"\0"), b"/lib/ld-b.so\0".ljust(20, b"\0"), lambda d: with_note(d, segment(PT_INTERP, AT + DESCRIPTION, 13)))
case("variables of a thread", A, B, lambda d: with_note(d, segment(PT_TLS, AT + DESCRIPTION, 8)))
case("the entry point", A, B, lambda d: with_note(d, entry=IN_NOTE))
case("headers of segments", *(segment(PT_LOAD, 0, 0x1000, address).ljust(64, b"\0") for address in (0x10000, 0x20000)),
     lambda d: elf(TEXT, (BUILD_ID, 7, 2, note(d)), segments=(ALL,), headers=AT + DESCRIPTION))
case("other notes", *(note(bytes([n]) * 4, kind=1) for n in (1, 2)), lambda d: with_note(d, segment(PT_NOTE, AT + DESCRIPTION, 20)))
case("names of libraries", b"liba.so\0".ljust(20, b"\0"), b"libb.so\0".ljust(20, b"\0"), with_dynamic((5, IN_NOTE), (1, 0)))
case("a name that lies before the names", b"liba.so\0".ljust(20, b"\0"), b"libb.so\0".ljust(20, b"\0"), with_dynamic((5, BEHIND), (1, (IN_NOTE - BEHIND) % 2**64)))
case("a function that is called first", A, B, with_dynamic((12, IN_NOTE)))
case("a table before it, with no end", A, B, with_dynamic((6, AT + BASE - 24)))
case("a dynamic section that does not end", A, B, lambda d: with_note(d, segment(PT_DYNAMIC, 0xff8, 16)))
case("a dynamic section that is not loaded", A, B, lambda d: with_note(d, segment(PT_DYNAMIC, 0x2000, 16)))
TWICE = dynamic((5, BEHIND), (6, BEHIND))
case("two dynamic sections", A, B, lambda d: with_note(d, TWICE["segments"], TWICE["segments"], more=TWICE["more"]))
case("a note that is loaded twice", A, B, lambda d: with_note(d, segment(PT_LOAD, 0, 0x1000, BASE + 0x4000)))
case("a note that is loaded elsewhere", A, B, lambda d: elf(TEXT, (BUILD_ID, 7, 2, note(d)), segments=(segment(PT_LOAD, 0, 0x1000, BASE + 0x4000),)))
PATHS = b"\0/build/a/f\0", b"\0/build/b/f\0"
case("a path in debugging information", *PATHS, lambda names: elf(TEXT, (".debug_str", 1, 0x30, names)), "build-path")
case("a path in a program's symbols", *PATHS, lambda names: elf(TEXT, (".strtab", 3, 0, names)), "build-path")
case("a path in an object file's symbols, by which it is linked", *PATHS, lambda names: elf(TEXT, (".strtab", 3, 0, names), kind=ET_REL))


def main():
    program = os.path.abspath(sys.argv[1])
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for side in range(2):
            files = ", ".join(f'file("srv/{i}.so", {case[1 + side]!r})' for i, case in enumerate(CASES))
            subprocess.run([MKIMAGE], input=f'oci_archive("{side}.tar", image(layer({files})))', text=True, check=True, cwd=directory)
        for sides in (("./0.tar", "./1.tar"), ("./1.tar", "./0.tar")):
            told = subprocess.run([program, "diff", "--semantic", "--explain", *sides], cwd=directory, stdout=subprocess.PIPE, text=True, check=False).stdout
            proven = dict(re.findall(r"^File +srv/(\d+)\S* +([^?\s-][^?\s]*)(?=\s)", told, re.M))
            for i, (what, _, _, cause) in enumerate(CASES):
                if proven.get(str(i)) != cause:
                    print(f"{what}: {proven.get(str(i))} is proven, wanted {cause}")
                    failed += 1
            if len(re.findall(r"^File +srv/", told, re.M)) != len(CASES):
                print("not all files are told")
                failed += 1
    print(f"{2 * len(CASES) - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
