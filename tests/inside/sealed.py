#!/usr/bin/env python3
"""Forms of the same content that some programs do not take, and archives that vouch for what is in them: sealed.py DIFFOCI

What each program does stands beside the case; it was tried with the real one, or read in its source or specification where that is said."""
import base64
import gzip
import hashlib
import io
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

from cases import harmless, hidden, main, page

TEXT = b"hello" * 20


def zipped(*members, year=2023, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content, *more in members:
            info = zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0))
            info.compress_type = more[0] if more else method
            file.writestr(info, content)
    return out.getvalue()


def tarred(*members, time=1, form=tarfile.USTAR_FORMAT, end=True, records=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as file:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.pax_headers = len(content), time, records or {}
            file.addfile(info, io.BytesIO(content))
        length = out.tell()
    return out.getvalue() if end else out.getvalue()[:length]


def archived(*members, time=1):
    out = b"!<arch>\n"
    for name, content in members:
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, time, 0, 0, 0o100644, len(content)) + content + b"\n" * (len(content) % 2)
    return out


# ---- zstd (RFC 8878), lz4 (its frame format), xz, bzip2, gzip ----

def zstd(*flags, data=TEXT):
    return subprocess.run(["zstd", "-c", *flags], input=data, stdout=subprocess.PIPE, check=True).stdout


def sized(data=TEXT, level=1):
    return zstd(f"-{level}", f"--stream-size={len(data)}", data=data)


harmless("zstd: level, and without a checksum", "zst", zstd("-1"), zstd("-19", "--no-check"))
# python-zstandard, ZstdDecompressor.decompress: "could not determine content size in frame header".
hidden("zstd: the size is not told", "zst", sized(), zstd("-1"))
hidden("zstd: the size is not told of the second frame", "zst", sized() + zstd("-1"), zstd("-1") + sized(level=3))
DICTIONARY = b"\x28\xb5\x2f\xfd" + bytes([0x20 | 1]) + b"\x07" + b"\x05" + bytes([0x29, 0, 0]) + b"hello"
hidden("zstd: a dictionary that is not needed, which the command wants", "zst", DICTIONARY, b"\x28\xb5\x2f\xfd\x20\x05" + bytes([0x29, 0, 0]) + b"hello")
hidden("zstd: a window of the second frame", "zst", zstd("-1", data=TEXT) + zstd("--ultra", "-22", "--long=24", data=TEXT), zstd("--ultra", "-22", "--long=24", data=TEXT) + zstd("-1", data=TEXT))


def lz4(*flags, data=TEXT):
    return subprocess.run(["lz4", "-c", *flags], input=data, stdout=subprocess.PIPE, check=True, stderr=subprocess.DEVNULL).stdout


harmless("lz4: level", "lz4", lz4("-1"), lz4("-9"))
# Go's pierrec/lz4 and Rust's lz4_flex (by their documentation): dictionaries are not supported; readers in memory want the size.
hidden("lz4: blocks that hang on each other", "lz4", lz4("-B4", data=TEXT * 2000), lz4("-B4", "-BD", data=TEXT * 2000))
harmless("lz4: without a checksum", "lz4", lz4("-1"), lz4("-1", "--no-frame-crc"))


def member(content=TEXT, level=1, flags=0, more=b""):
    made = gzip.compress(content, level, mtime=level)
    return made[:3] + bytes([flags]) + made[4:10] + more + made[10:]


for what, flags, more in (("comment", 16, b"c\0"), ("extra field", 4, b"\6\0XX\2\0hi")):
    hidden(f"gzip: the {what} of another member", "gz", member(flags=flags, more=more) + member(level=2), member(level=2) + member(flags=flags, more=more))
XZ = subprocess.run(["xz", "-c"], input=TEXT, stdout=subprocess.PIPE, check=True).stdout
hidden("xz: zeros behind it", "xz", XZ, XZ + bytes(4))

# ---- PNG ----


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


ROWS = b"\0" + bytes(range(250))
ROWS += bytes(100) + ROWS


def picture(window, level=6, before=b"", behind=b""):
    rows = (ROWS * 4)[:1024]
    packed = zlib.compress(rows, level)
    first = (window << 4) | 8
    packed = bytes([first, 31 - (first << 8) % 31]) + packed[2:]
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 255, 4, 8, 0, 0, 0, 0)) + before + chunk(b"IDAT", packed) + behind
            + chunk(b"IEND", b""))


# libpng: "IDAT: invalid distance too far back", status 1 of pngtopnm, where the window is too small.
hidden("PNG: a window that is too small", "png", picture(7), picture(0))
harmless("PNG: level", "png", picture(7), picture(7, 1))
GAMMA = chunk(b"gAMA", struct.pack(">I", 45455))
hidden("PNG: a chunk on the other side of the picture", "png", picture(7, before=GAMMA), picture(7, behind=GAMMA))

# ---- zip ----

MANIFEST = b"Manifest-Version: 1.0\r\n\r\n"


def with_end64(content, sentinels=False):
    """The same with the zip64 records before the end (4.3.14, 4.3.15)."""
    at = content.rindex(b"PK\5\6")
    n, length, place = struct.unpack_from("<HII", content, at + 10)
    record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, n, n, length, place) + b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    end = content[at:]
    if sentinels:
        end = end[:8] + b"\xff" * 12 + end[20:]
    return content[:at] + record + end


ZIP, LATER = zipped(("a", TEXT)), zipped(("a", TEXT), year=2024)
# Programs that know no zip64 find other numbers than they can use.
hidden("zip: a zip64 end that is not needed", "zip", ZIP, with_end64(LATER))
hidden("zip: sizes that stand in a zip64 end alone", "zip", with_end64(ZIP), with_end64(LATER, True))
# AssetManager.openFd: "This file can not be opened as a file descriptor; it is probably compressed".
ANDROID = ("AndroidManifest.xml", b"\3\0")
hidden("apk: an asset that is compressed", "apk", zipped(ANDROID, ("assets/a.mp3", TEXT)), zipped(ANDROID, ("assets/a.mp3", TEXT, zipfile.ZIP_STORED), year=2024))
hidden("docx: what file(1) looks for first", "docx", zipped(("[Content_Types].xml", b"x"), ("word/a", b"y")), zipped(("word/a", b"y"), ("[Content_Types].xml", b"x"), year=2024))

# ---- what vouches for bytes ----

# jarsigner, JarFile: "SHA-256 digest error for a.gz".
ONE, TWO = gzip.compress(TEXT, mtime=1), gzip.compress(TEXT, mtime=2)


def signed(content, year, digest=ONE):
    sums = base64.b64encode(hashlib.sha256(digest).digest())
    return zipped(("META-INF/MANIFEST.MF", MANIFEST + b"Name: a.gz\r\nSHA-256-Digest: " + sums + b"\r\n\r\n"), ("META-INF/X.SF", b"s"), ("META-INF/X.RSA", b"r"),
                  ("a.gz", content), year=year)


hidden("jar: signed, with a member that the signature is not about", "jar", signed(ONE, 2023), signed(TWO, 2024))
harmless("jar: signed, later", "jar", signed(ONE, 2023), signed(ONE, 2024))
harmless("jar: not signed", "jar", zipped(("META-INF/MANIFEST.MF", MANIFEST), ("a.gz", ONE)), zipped(("META-INF/MANIFEST.MF", MANIFEST), ("a.gz", TWO), year=2024))
hidden("jar: signed, in a jar", "war", zipped(("a.jar", signed(ONE, 2023))), zipped(("a.jar", signed(TWO, 2023))))
# wheel unpack: "Hash mismatch for file 'a.gz'".
RECORD = b"a.gz,sha256=" + base64.urlsafe_b64encode(hashlib.sha256(ONE).digest()).rstrip(b"=") + b",%d\n" % len(ONE)
hidden("whl: a member that RECORD is not about", "whl", zipped(("a.gz", ONE), ("a-1.dist-info/RECORD", RECORD)), zipped(("a.gz", TWO), ("a-1.dist-info/RECORD", RECORD), year=2024))
# nuget verify; System.IO.Packaging, by their documentation.
for seal in (".signature.p7s", "_xmlsignatures/origin.sigs", "META-INF/signatures.xml"):
    hidden(f"zip: {seal}", "zip", zipped(("a.gz", ONE), (seal, b"s")), zipped(("a.gz", TWO), (seal, b"s"), year=2024))
# debsig-verify, by its documentation: the signature is of the members as they lie there.


def deb(data, *more, time=1):
    return archived((b"debian-binary", b"2.0\n"), (b"control.tar", tarred(("control", b"x"))), (b"data.tar.gz", data), *more, time=time)


hidden("deb: signed, with other bytes of the same data", "deb", deb(gzip.compress(tarred(("a", b"x")), mtime=1), (b"_gpgorigin", b"s")),
       deb(gzip.compress(tarred(("a", b"x")), mtime=2), (b"_gpgorigin", b"s"), time=2))
hidden("deb: a file that its md5sums are not about", "deb", deb(gzip.compress(tarred(("a.gz", ONE)), mtime=1)), deb(gzip.compress(tarred(("a.gz", TWO)), mtime=2), time=2))
harmless("deb: not signed", "deb", deb(gzip.compress(tarred(("a", b"x")), mtime=1)), deb(gzip.compress(tarred(("a", b"x")), mtime=2), time=2))
# apk: "BAD signature"; the signature is of the second member as it lies there, and .PKGINFO has the checksum of the third (apk-package(5)).


def apk(time, sign=True, datahash=True):
    parts = [tarred((".SIGN.RSA.x", b"s"), end=False, time=time)] if sign else []
    parts += [tarred((".PKGINFO", b"datahash = 0\n" if datahash else b"x"), end=False, time=time), tarred(("etc/x", b"x"), time=time)]
    return b"".join(gzip.compress(part, mtime=time) for part in parts)


hidden("apk: signed, other bytes", "apk", apk(1), apk(2))
hidden("apk: with a checksum of its data, other bytes", "apk", apk(1, sign=False), apk(2, sign=False))
hidden("tar: checksums in records", "tar", tarred(("a.gz", ONE), form=tarfile.PAX_FORMAT, records={"APK-TOOLS.checksum.SHA1": "0"}),
       tarred(("a.gz", TWO), form=tarfile.PAX_FORMAT, records={"APK-TOOLS.checksum.SHA1": "0"}, time=2))
for name in (".MTREE", "checksums.yaml.gz", "SHA256SUMS"):
    content = gzip.compress(b"x", mtime=9) if name != "SHA256SUMS" else hashlib.sha256(ONE).hexdigest().encode() + b"  a.gz\n"
    hidden(f"tar: with {name}", "tar", tarred(("a.gz", ONE), (name, content)), tarred(("a.gz", TWO), (name, content), time=2))
    hidden(f"tar.gz: with {name}", "tar.gz", gzip.compress(tarred(("a.gz", ONE), (name, content))), gzip.compress(tarred(("a.gz", TWO), (name, content), time=2)))
BLOB = "blobs/sha256/" + hashlib.sha256(ONE).hexdigest()
hidden("oci: a blob that is not what its name says", "tar", tarred(("oci-layout", b"{}"), (BLOB, ONE)), tarred(("oci-layout", b"{}"), (BLOB, TWO), time=2))


D1, D2 = b"D:20231101000000Z", b"D:20231102000000Z"
harmless("pdf: date", "pdf", page(D1), page(D2))
# 12.8.1: the signature is of the bytes of the file.
hidden("pdf: signed, another date", "pdf", page(D1, b"/Sig<</ByteRange[0 1 2 3]/Contents<00>>>"), page(D2, b"/Sig<</ByteRange[0 1 2 3]/Contents<00>>>"))

sys.exit(main())
