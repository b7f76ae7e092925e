"""ELF files with what Go's linker notes of a program, made by what debug/buildinfo reads of them: go_program(version, lines).
They hold nothing that could be run. Go itself is the measure: `go version -m FILE` reads them as well."""
import struct

BEFORE = bytes.fromhex("3077af0c9274080241e1c107e6d618e6")
BEHIND = bytes.fromhex("f932433186182072008242104116d8f2")
BASE = 0x400000


def varint(n):
    out = b""
    while n > 0x7f:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def go_program(version, lines, pointers=False, big=False, wide=True, size=0):
    """version: "go1.22.1"; lines: "dep\\tNAME\\tVERSION\\tSUM". pointers: as before Go 1.18; size: bytes, or more."""
    order = ">" if big else "<"
    word = order + ("Q" if wide else "I")
    width = 8 if wide else 4
    text = BEFORE + "".join(line + "\n" for line in lines).encode() + BEHIND
    names = b"\0.text\0.go.buildinfo\0.shstrtab\0"
    head = 64 if wide else 52
    note_at = head + (56 if wide else 32)
    note = struct.pack(order + "III", 4, 4, 4) + b"Go\0\0id/x"
    data_at = (note_at + len(note) + 15) // 16 * 16
    if pointers:
        info = b"\xff Go buildinf:" + bytes([width, 1 if big else 0])
        strings = data_at + 32
        version_at, text_at = strings + 4 * width, strings + 4 * width + len(version)
        info += struct.pack(word[0] + word[1] * 2, BASE + strings, BASE + strings + 2 * width).ljust(16, b"\0")
        section = info
        data = info + struct.pack(word[0] + word[1] * 4, BASE + version_at, len(version), BASE + text_at, len(text)) + version.encode() + text
    else:
        section = b"\xff Go buildinf:" + bytes([width, 2]) + bytes(16) + varint(len(version)) + version.encode() + varint(len(text)) + text
        section += bytes(-len(section) % 16)
        data = section
    data_end = data_at + len(data)
    names_at = max(data_end, size)
    sections_at = (names_at + len(names) + 7) // 8 * 8

    def header(name, kind, flags, at, length):
        address = BASE + at if flags else 0
        if wide:
            return struct.pack(order + "IIQQQQIIQQ", name, kind, flags, address, at, length, 0, 0, 16, 0)
        return struct.pack(order + "IIIIIIIIII", name, kind, flags, address, at, length, 0, 0, 16, 0)

    ident = b"\x7fELF" + bytes([2 if wide else 1, 2 if big else 1, 1]) + bytes(9)
    machine = (21 if big else 62) if wide else (20 if big else 3)
    out = ident + struct.pack(order + "HHI" + word[1] * 3 + "IHHHHHH", 2, machine, 1, BASE, head, sections_at, 0, head, 56 if wide else 32, 1,
                              64 if wide else 40, 4, 3)
    if wide:
        out += struct.pack(order + "IIQQQQQQ", 1, 6, 0, BASE, BASE, data_end, data_end, 4096)
    else:
        out += struct.pack(order + "IIIIIIII", 1, 0, BASE, BASE, data_end, data_end, 6, 4096)
    out = (out + note).ljust(data_at, b"\0") + data
    out = out.ljust(names_at, b"\0") + names
    out = out.ljust(sections_at, b"\0")
    return (out + header(0, 0, 0, 0, 0) + header(1, 1, 2, note_at, len(note)) + header(7, 1, 3, data_at, len(section)) +
            header(21, 3, 0, names_at, len(names)))
