#!/usr/bin/env python3
"""Files that the usual library reads alike, and other programs do not: decoders.py DIFFOCI

In each case both files hold the same, and one of them is refused, or read in another way, by a program that people use. None may be
equal inside."""
import bz2
import ctypes
import random
import struct
import sys
import zlib

from cases import harmless, hidden, main, page

TEXT = b"hello" * 20


# ---- bzip2: BusyBox says "bunzip error -7", Go "deprecated randomized files", Linux the like ----

BZIP2 = bz2.compress(TEXT)
RANDOMISED = BZIP2[:14] + bytes([BZIP2[14] | 0x80]) + BZIP2[15:]
assert bz2.decompress(RANDOMISED) == TEXT  # so short a block is not changed by it
hidden("bzip2: a randomised block", "bz2", BZIP2, RANDOMISED)
TWO = bz2.compress(bytes(range(256)) * 500, 1)  # blocks of 100 kB, of which the second begins at any bit


def with_flag_of_block(content, number):
    bits = int.from_bytes(content, "big")
    size = 8 * len(content)
    at, found = 0, 0
    while found < number:
        at += 1
        found += (bits >> (size - at - 48)) & (1 << 48) - 1 == 0x314159265359
    bits |= 1 << (size - at - 48 - 32 - 1)
    return bits.to_bytes(len(content), "big")


assert with_flag_of_block(b"\0" + BZIP2, 1) == b"\0" + RANDOMISED
# The library finds another checksum in a long block: this one is not looked into, and counts by its bytes.
hidden("bzip2: a randomised second block", "bz2", TWO, with_flag_of_block(b"\0" + TWO, 2)[1:])


# ---- lz4 (LZ4 Frame Format; LZ4 Block Format: "the value 0 is invalid") ----

def xxh32(data):
    """Of less than 16 bytes (the specification of xxHash)."""
    p2, p3, p4, p5, mask = 2246822519, 3266489917, 668265263, 374761393, 0xFFFFFFFF
    total, at = (p5 + len(data)) & mask, 0
    while at + 4 <= len(data):
        total = (total + struct.unpack_from("<I", data, at)[0] * p3) & mask
        total = ((total << 17 | total >> 15) & mask) * p4 & mask
        at += 4
    for byte in data[at:]:
        total = (total + byte * p5) & mask
        total = ((total << 11 | total >> 21) & mask) * 2654435761 & mask
    total = (total ^ total >> 15) * p2 & mask
    total = (total ^ total >> 13) * p3 & mask
    return total ^ total >> 16


def lz4(content=TEXT, size=None, dictionary=None, blocks=0x40, packed=None):
    head = bytes([0x60 | (8 if size is not None else 0) | (1 if dictionary is not None else 0), blocks])
    head += struct.pack("<Q", size) if size is not None else b""
    head += struct.pack("<I", dictionary) if dictionary is not None else b""
    body = struct.pack("<I", len(packed)) + packed if packed else struct.pack("<I", len(content) | 1 << 31) + content
    return struct.pack("<I", 0x184D2204) + head + bytes([xxh32(head) >> 8 & 255]) + body + bytes(4)


def packed(offset):
    """Eight zeros, sixteen that lie `offset` bytes back, and letters."""
    return b"\x8c" + bytes(8) + struct.pack("<H", offset) + b"\x50abcde"


hidden("lz4: a size of 0, which Java's library holds against what comes out", "lz4", lz4(size=len(TEXT)), lz4(size=0))
hidden("lz4: another dictionary", "lz4", lz4(dictionary=1), lz4(dictionary=2))
hidden("lz4: an offset of 0", "lz4", lz4(packed=packed(1)), lz4(packed=packed(0)))
harmless("lz4: another offset", "lz4", lz4(packed=packed(1)), lz4(packed=packed(8)))
harmless("lz4: larger blocks", "lz4", lz4(), lz4(blocks=0x70))
harmless("lz4: the size, and stored otherwise", "lz4", lz4(bytes(24) + b"abcde", size=29), lz4(size=29, packed=packed(1)))


# ---- zstd (RFC 8878): what lies further back than the window is gone in a program that reads a stream ----

class Piece(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_void_p), ("size", ctypes.c_size_t), ("at", ctypes.c_size_t)]


def zstd(pieces, window, level=5):
    """A block for each piece; window: its binary logarithm."""
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_createCCtx.restype = ctypes.c_void_p
    library.ZSTD_compressStream2.restype = ctypes.c_size_t
    context = ctypes.c_void_p(library.ZSTD_createCCtx())
    for parameter, value in ((100, level), (101, window)):
        library.ZSTD_CCtx_setParameter(context, parameter, value)
    library.ZSTD_CCtx_setPledgedSrcSize(context, ctypes.c_ulonglong(sum(map(len, pieces))))
    out = b""
    for i, piece in enumerate(pieces):
        source, target = ctypes.create_string_buffer(piece, len(piece)), ctypes.create_string_buffer(1 << 16)
        given = Piece(ctypes.cast(source, ctypes.c_void_p), len(piece), 0)
        taken = Piece(ctypes.cast(target, ctypes.c_void_p), 1 << 16, 0)
        assert library.ZSTD_compressStream2(context, ctypes.byref(taken), ctypes.byref(given), 2 if i == len(pieces) - 1 else 1) == 0
        out += target.raw[:taken.at]
    library.ZSTD_freeCCtx(context)
    return out


def with_window(frame, window):
    assert not frame[4] & 0x20
    return frame[:5] + bytes([(window - 10) << 3]) + frame[6:]


random.seed(1)
PIECES = [random.randbytes(900) for _ in range(150)]
PIECES[50] = PIECES[20]  # 27 kB further back
harmless("zstd: level", "zst", zstd(PIECES, 16), zstd(PIECES, 16, level=1))
hidden("zstd: the same content, whose window is too small", "zst", zstd(PIECES, 10), with_window(zstd(PIECES, 16), 10))
hidden("zstd: the flag that has no use", "zst", zstd(PIECES, 16), bytes([b | 0x10 if i == 4 else b for i, b in enumerate(zstd(PIECES, 16))]))


# ---- PNG: libpng and pngcheck ----

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def picture(*chunks):
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


HEAD, DATA, END = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\1")), (b"IEND", b"")
TIME, LATER = (b"tIME", struct.pack(">HBBBBB", 2023, 1, 1, 0, 0, 0)), (b"tIME", struct.pack(">HBBBBB", 2024, 1, 1, 0, 0, 0))
DATE, DATE_LATER = (b"tEXt", b"date:create\0002023-01-01"), (b"tEXt", b"date:create\0002024-01-01")
harmless("PNG: time", "png", picture(HEAD, TIME, DATA, END), picture(HEAD, LATER, DATA, END))
hidden("PNG: a time before the header", "png", picture(HEAD, TIME, DATA, END), picture(LATER, HEAD, DATA, END))
hidden("PNG: a date before the header", "png", picture(HEAD, DATE, DATA, END), picture(DATE_LATER, HEAD, DATA, END))
hidden("PNG: two times", "png", picture(HEAD, TIME, DATA, END), picture(HEAD, TIME, LATER, DATA, END))
hidden("PNG: another keyword", "png", picture(HEAD, DATE, DATA, END), picture(HEAD, (b"tEXt", b"date:modify\0002024-01-01"), DATA, END))
hidden("PNG: a year before there was any, which pngcheck refuses", "png", picture(HEAD, TIME, DATA, END), picture(HEAD, (b"tIME", struct.pack(">HBBBBB", 1767, 1, 1, 0, 0, 0)), DATA, END))
WIDE = (b"IHDR", struct.pack(">IIBBBBB", 600, 3, 8, 0, 0, 0, 0))
ROWS = (b"\0" + random.randbytes(600)) * 3


def pixels(window, said=None):
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    out = packer.compress(ROWS) + packer.flush()
    first = out[0] if said is None else (said - 8) << 4 | 8
    return (b"IDAT", bytes([first, (31 - first * 256 % 31) % 31]) + out[2:])


harmless("PNG: level, with a small window", "png", picture(WIDE, pixels(9), END), picture(WIDE, (b"IDAT", pixels(9)[1][:1] + b"\x19" + pixels(9)[1][2:]), END))
hidden("PNG: pixels further back than the window", "png", picture(WIDE, pixels(9), END), picture(WIDE, pixels(15, said=9), END))


# ---- PDF (ISO 32000-1, 7.3.5): "#" and two digits are a character of a name ----

def signed(key):
    return b"/AcroForm<</Fields[<</FT/Sig/V<</Type/Sig/" + key + b"[0 1 2 3]>>>>]>>"


D1, D2 = b"D:20231101000000Z", b"D:20231102000000Z"
hidden("PDF: signed", "pdf", page(D1, signed(b"ByteRange")), page(D2, signed(b"ByteRange")))
hidden("PDF: signed, in another spelling", "pdf", page(D1, signed(b"Byte#52ange")), page(D2, signed(b"Byte#52ange")))
harmless("PDF: a key that is nearly that", "pdf", page(D1, signed(b"Byte#53ange")), page(D2, signed(b"Byte#53ange")))

sys.exit(main())
