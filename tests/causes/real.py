#!/usr/bin/env python3
"""Causes on real things: real.py DIFFOCI [-v] [NAME...]

Each case has a real program make the same files twice, so that they differ for one known reason, and says which
cause diffoci has to find for which file. Cases whose program is not there are left out, and named. Prints what
fell short, then "N passed, N failed".
"""
import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import uuid
import zipfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
import mkimage  # noqa: E402

EARLY, LATE = 1700000000, 1710000000  # 2023-11-14, 2024-03-09
CASES = []


def case(wanted, *needs):
    """A function that fills a directory: side(root, n) for n 0 and 1. wanted: the cause by path. needs: programs,
    and "root"."""
    def add(function):
        CASES.append((function.__name__, function, wanted, needs))
        return function
    return add


def epoch(n):
    return EARLY if n == 0 else LATE


def put(root, name, content):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(content.encode() if isinstance(content, str) else content)
    return path


def get(root, name):
    with open(os.path.join(root, name), "rb") as file:
        return file.read()


def run(*words, cwd=None, **environment):
    subprocess.run(words, check=True, cwd=cwd, env={**os.environ, "LC_ALL": "C", **environment}, capture_output=True)


# ---- archives ----

@case({"usr/share/doc/x/changelog.gz": "gzip-time"}, "gzip")
def gzip_times(root, n):
    path = put(root, "usr/share/doc/x/changelog", "changes\n" * 100)
    os.utime(path, (epoch(n), epoch(n)))
    run("gzip", "-9", path)


@case({"usr/share/doc/x/changelog.gz": "gzip-time"}, "gzip")
def gzip_with_and_without_n(root, n):
    path = put(root, "usr/share/doc/x/changelog", "changes\n" * 100)
    os.utime(path, (epoch(0), epoch(0)))
    with open(path, "rb") as text:  # no name: that would make the header longer
        content = subprocess.run(["gzip", "-9"] + ["-n"] * n, stdin=text, check=True, capture_output=True).stdout
    os.remove(path)
    put(root, "usr/share/doc/x/changelog.gz", content)


@case({"usr/share/doc/x/readme.gz": "gzip-os"}, "gzip")
def gzip_levels(root, n):
    content = subprocess.run(["gzip", "-n", "-1" if n else "-9"], input=b"x\n", check=True, capture_output=True).stdout
    put(root, "usr/share/doc/x/readme.gz", content)


@case({"app/lib/x.zip": "zip-times"}, "zip")
def zip_times(root, n):
    for name in ("a", "b"):
        os.utime(put(root, f"app/lib/{name}", name * 100), (epoch(n), epoch(n)))
    run("zip", "x.zip", "a", "b", cwd=os.path.join(root, "app/lib"))


def python_zip(path, members):
    """members: (name, content, method, flag bits besides)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with zipfile.ZipFile(path, "w") as out:
        for name, content, method in members:
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = method
            out.writestr(info, content)


@case({"app/x.zip": "zip-order"})
def zip_order(root, n):
    members = [(name, name * 100, zipfile.ZIP_DEFLATED) for name in ("a", "b")]
    python_zip(os.path.join(root, "app/x.zip"), reversed(members) if n else members)


@case({"app/x.zip": "compression-level"})
def zip_method(root, n):
    python_zip(os.path.join(root, "app/x.zip"), [("a", "a" * 100, (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)[n])])


@case({"app/x.zip": "zip-form"})
def zip_versions(root, n):
    path = os.path.join(root, "app/x.zip")
    python_zip(path, [("a", "a" * 100, zipfile.ZIP_DEFLATED)])
    with open(path, "rb") as file:
        content = bytearray(file.read())
    content[4] = content[content.index(b"PK\1\2") + 6] = 10 + 10 * n  # version needed to extract (APPNOTE 4.4.3)
    put(root, "app/x.zip", bytes(content))


@case({"app/x.zip": "zip-times"})
def zip_times_on_one_side(root, n):
    """Info-ZIP's field of times, which not every program writes."""
    info = zipfile.ZipInfo("a", (2024, 1, 1, 0, 0, 0))
    info.extra = struct.pack("<HHBI", 0x5455, 5, 1, EARLY) * n
    with zipfile.ZipFile(put(root, "app/x.zip", b""), "w") as out:
        out.writestr(info, "a" * 100)


def png(*chunks):
    """A picture of one pixel, with these chunks between its header and its data."""
    head, data = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
                                             for kind, content in (head, *chunks, data, (b"IEND", b"")))


def changed(year):
    return b"tIME", struct.pack(">HBBBBB", year, 1, 1, 0, 0, 0)


@case({"app/one.png": "png-time", "app/zero.png": "png-time", "app/text.png": "png-time", "app/both.png": "embedded-date"})
def png_times(root, n):
    """On one side alone; as SOURCE_DATE_EPOCH=0 has it; a text on one side alone; two times."""
    put(root, "app/one.png", png(*[changed(2024)] * n))
    put(root, "app/zero.png", png(changed(1970 if n else 2024)))
    put(root, "app/text.png", png(*[(b"tEXt", b"date:create\x002024-01-01T00:00:00+00:00")] * n))
    put(root, "app/both.png", png(changed(2024 + n)))


@case({"app/x.tar": "tar-access-times"}, "tar")
def tar_incremental(root, n):
    os.utime(put(root, "app/a", "a"), (epoch(n), epoch(0)))
    run("tar", "--format=gnu", "--incremental", "-cf", "x.tar", "a", cwd=os.path.join(root, "app"))


@case({"app/lib/x.jar": "zip-times"}, "jar")
def jar_times(root, n):
    os.utime(put(root, "app/lib/a.txt", "a" * 100), (epoch(n), epoch(n)))
    run("jar", "cf", "x.jar", "a.txt", cwd=os.path.join(root, "app/lib"), TZ="UTC")


@case({"usr/lib/libx.a": "ar-members"}, "ar")
def ar_times(root, n):
    for name in ("a.o", "b.o"):
        os.utime(put(root, f"usr/lib/{name}", name * 100), (epoch(n), epoch(n)))
    run("ar", "qU", "libx.a", "a.o", "b.o", cwd=os.path.join(root, "usr/lib"))


@case({"lib/apk/db/scripts.tar": "apk-scripts"}, "tar")
def apk_scripts(root, n):
    os.utime(put(root, "tmp/x.post-install", "#!/bin/sh\n"), (epoch(0), epoch(0)))
    os.makedirs(os.path.join(root, "lib/apk/db"))
    run("tar", "--sort=name", f"--mtime=@{epoch(n)}", "-cf", "../lib/apk/db/scripts.tar", "x.post-install",
        cwd=os.path.join(root, "tmp"))


@case({"srv/x-1.0.gem": "embedded-date"})
def gem(root, n):
    """The day in what describes it, whose checksums stand beside it."""
    members = {"metadata.gz": gzip.compress(b"--- !ruby/object:Gem::Specification\nname: x\ndate: 2023-11-%02d 00:00:00.000000000 Z\n" % (14 + n), mtime=0)}
    members["checksums.yaml.gz"] = gzip.compress(f"SHA256:\n  metadata.gz: {hashlib.sha256(members['metadata.gz']).hexdigest()}\n".encode(), mtime=0)
    with tarfile.open(put(root, "srv/x-1.0.gem", b""), "w") as out:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), epoch(0)
            out.addfile(info, io.BytesIO(content))


# ---- compiled files ----

@case({"usr/lib/x/__pycache__/m.pyc": "pyc-header"})
def python_time(root, n):
    os.utime(put(root, "usr/lib/x/m.py", "x = 1\n"), (epoch(n), epoch(n)))
    run(sys.executable, "-c", "import py_compile; py_compile.compile('m.py', '__pycache__/m.pyc', "
        "invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)", cwd=os.path.join(root, "usr/lib/x"))


@case({"etc/ssl/certs/ssl-cert-snakeoil.pem": "generated-certificate", "srv/tls.pem": "generated-certificate", "srv/tls.der": "generated-certificate",
       "srv/ca.pem": "real-change"}, "openssl")
def certificates_of_hosts(root, n):
    """As make-ssl-cert has them; a CA of another name is none of these."""
    host = ("build-07", "fv-az1021")[n]
    for path, names in (("etc/ssl/certs/ssl-cert-snakeoil.pem", [f"subjectAltName=DNS:{host}", "basicConstraints=CA:FALSE"]),
                        ("srv/tls.pem", [f"subjectAltName=DNS:{host}", "basicConstraints=CA:FALSE"]), ("srv/ca.pem", [])):
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        put(root, "req.cnf", f"[req]\ndistinguished_name=dn\nx509_extensions=x\nprompt=no\n[dn]\nCN={host}\n[x]\n" + "\n".join(
            names or ["basicConstraints=CA:TRUE"]) + "\n")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null", "-config", "req.cnf",
            "-out", path, cwd=root)
    run("openssl", "x509", "-in", "srv/tls.pem", "-outform", "DER", "-out", "srv/tls.der", cwd=root)
    os.remove(os.path.join(root, "req.cnf"))


@case({"srv/ca.pem": "generated-certificate", "srv/leaf.pem": "generated-certificate", "srv/again.pem": "real-change", "srv/unnamed.pem": "real-change",
       "srv/smaller.pem": "real-change", "srv/longer.pem": "real-change"}, "openssl")
def certificates_of_a_ca(root, n):
    """Signed by a CA that was made in the same build, or by one that was not; with a key and for a time that somebody chose."""
    os.makedirs(os.path.join(root, "srv"))
    put(root, "x.cnf", "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")

    def made(name, curve="P-256", days=30):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-nodes", "-keyout", "ca.key", "-subj", "/CN=CA",
            "-days", str(days), "-out", name, cwd=root)

    def signed(name, ca, *extensions):
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "x.key", "-subj", "/CN=x", "-out", "x.csr",
            cwd=root)
        run("openssl", "x509", "-req", "-in", "x.csr", "-CA", ca, "-CAkey", "ca.key", "-CAcreateserial", "-days", "10", "-out", name, *extensions,
            cwd=root)
    made("srv/ca.pem")
    signed("srv/leaf.pem", "srv/ca.pem", "-extfile", "x.cnf")
    signed("srv/unnamed.pem", "srv/ca.pem")
    kept = ONCE.setdefault("ca", (get(root, "srv/ca.pem"), get(root, "ca.key")))
    made("srv/smaller.pem", ("P-384", "P-256")[n])
    made("srv/longer.pem", days=(30, 3000)[n])
    put(root, "ca.pem", kept[0])
    put(root, "ca.key", kept[1])
    signed("srv/again.pem", "ca.pem", "-extfile", "x.cnf")
    for name in os.listdir(root):
        if name != "srv":
            os.remove(os.path.join(root, name))


ONCE = {}  # made for the first side


PROGRAM = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n"


@case({"usr/bin/x": "elf-build-id"}, "gcc")
def gcc_build_id(root, n):
    put(root, "src/x.c", PROGRAM)
    os.makedirs(os.path.join(root, "usr/bin"))
    run("gcc", f"-Wl,--build-id=0x{str(n + 1) * 40}", "-o", "../usr/bin/x", "x.c", cwd=os.path.join(root, "src"))


@case({"usr/bin/x.o": "build-path", "usr/bin/x": "build-path"}, "gcc")
def gcc_build_path(root, n):
    put(root, "x.c", PROGRAM)
    os.makedirs(os.path.join(root, "usr/bin"))
    prefix = f"-fdebug-prefix-map={root}=/build/x-1.0-{'ab'[n]}"
    run("gcc", "-g", "-c", prefix, "-o", "usr/bin/x.o", os.path.join(root, "x.c"), cwd=root)
    path = put(root, "y.c", PROGRAM.replace('"hello"', "__FILE__"))
    run("gcc", "-s", prefix.replace("debug", "macro"), "-Wl,--build-id", "-o", "usr/bin/x", path, cwd=root)


@case({"usr/lib/libx.a": "build-path"}, "gcc")
def library_build_path(root, n):
    """Paths of other lengths move the members behind them, and so what the symbol table says."""
    for name in ("x", "y"):
        path = put(root, f"{name}.c", f"int {name}(void) {{ return 1; }}\n")
        run("gcc", "-g", "-c", f"-fdebug-prefix-map={root}=/build/x-1.0-{'abcdef'[:3 + 3 * n]}", "-o", f"{name}.o", path, cwd=root)
    os.makedirs(os.path.join(root, "usr/lib"))
    run("ar", "rcD", "usr/lib/libx.a", "x.o", "y.o", cwd=root)
    for name in ("x.c", "y.c", "x.o", "y.o"):
        os.remove(os.path.join(root, name))


@case({"usr/bin/x": None}, "gcc")
def gcc_other_code(root, n):
    put(root, "src/x.c", PROGRAM.replace("hello", ("hello", "howdy")[n]))
    os.makedirs(os.path.join(root, "usr/bin"))
    run("gcc", "-Wl,--build-id", "-o", "../usr/bin/x", "x.c", cwd=os.path.join(root, "src"))


@case({"usr/bin/x": "embedded-date"}, "gcc")
def gcc_date(root, n):
    put(root, "src/x.c", PROGRAM.replace("hello", 'hello of " __DATE__ " " __TIME__ "'))
    os.makedirs(os.path.join(root, "usr/bin"))
    run("gcc", "-Wl,--build-id", "-o", "../usr/bin/x", "x.c", cwd=os.path.join(root, "src"),
        SOURCE_DATE_EPOCH=str(epoch(n)))


@case({"usr/share/man/man1/x.1": "man-date"}, "pod2man")
def pod2man_date(root, n):
    path = put(root, "x.pod", "=head1 NAME\n\nx - does x\n\n=cut\n")
    os.makedirs(os.path.join(root, "usr/share/man/man1"))
    run("pod2man", path, os.path.join(root, "usr/share/man/man1/x.1"), SOURCE_DATE_EPOCH=str(epoch(n)))


@case({"usr/share/locale/de/LC_MESSAGES/x.mo": "embedded-date"}, "msgfmt")
def gettext_date(root, n):
    path = put(root, "x.po", 'msgid ""\nmsgstr "PO-Revision-Date: 2024-0%d-02 03:04+0000\\n"\n'
               '"Content-Type: text/plain; charset=UTF-8\\n"\nmsgid "a"\nmsgstr "b"\n' % (n + 1))
    os.makedirs(os.path.join(root, "usr/share/locale/de/LC_MESSAGES"))
    run("msgfmt", "-o", os.path.join(root, "usr/share/locale/de/LC_MESSAGES/x.mo"), path)


@case({"app/x.zip": "real-change", "app/y.zip": "zip-times"})
def zip_comments(root, n):
    """Times, and a comment of a member: what the times do not account for."""
    for name, comment in (("app/x.zip", (b"one", b"two")[n]), ("app/y.zip", b"one")):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            info = zipfile.ZipInfo("x.txt", (2024, 2, 3 + n, 4, 5, 6))
            info.comment = comment
            archive.writestr(info, b"hello")
        put(root, name, data.getvalue())


# ---- names ----

@case({"opt/venv/": "moved", "home/ci/venv/": "moved"})
def moved_tree(root, n):
    """A tree in another directory: the same files, and one that names the place."""
    place = ("opt/venv", "home/ci/venv")[n]
    for i in range(5):
        put(root, f"{place}/lib/m{i}.py", f"value = {i}  # so that it is long enough\n")
    put(root, f"{place}/bin/run", f"#!/{place}/bin/python\nprint(1)\n")
    os.symlink("run", os.path.join(root, place, "bin/go"))


@case({"srv/main.3f2a9c1d.js": "hashed-name", "srv/main.77ab0123.js": "hashed-name", "srv/words.txt": None})
def hashed_names(root, n):
    put(root, ("srv/main.3f2a9c1d.js", "srv/main.77ab0123.js")[n], f'built("{("2026-11-28", "2026-12-02")[n]}")\n')
    put(root, "srv/words.txt", ("one\n", "two\n")[n])


@case({"srv/logs/": "dated-name"})
def dated_names(root, n):
    for minute in range(2 + n):
        put(root, f"srv/logs/{('2026-11-28', '2026-12-02')[n]}T14_{minute + 10}_05-debug.log", "log\n")


@case({"app/x.db": "sqlite-database"})
def sqlite_pages(root, n):
    os.makedirs(os.path.join(root, "app"))
    base = sqlite3.connect(os.path.join(root, "app/x.db"))
    base.execute("create table t (x)")
    base.executemany("insert into t values (?)", [(i,) for i in range(50)])
    base.commit()
    if n:
        base.execute("insert into t values (99)")
        base.commit()
        base.execute("delete from t where x = 99")
        base.commit()
    base.close()


# ---- what package managers and the like leave ----

@case({"var/log/dpkg.log": "dpkg-log", "var/lib/dpkg/status-old": "dpkg-old"}, "dpkg", "dpkg-deb", "root")
def dpkg_twice(root, n):
    packages = os.path.join(root, "..", f"packages-{n}")
    for name in ("aaa", "bbb"):
        put(packages, f"{name}/DEBIAN/control", f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\n"
            "Description: x\n")
        put(packages, f"{name}/usr/share/{name}", name)
        run("dpkg-deb", "--root-owner-group", "-b", name, f"{name}.deb", cwd=packages)
    for name in ("info", "updates"):
        os.makedirs(os.path.join(root, "var/lib/dpkg", name))
    put(root, "var/lib/dpkg/status", "")
    put(root, "var/log/dpkg.log", "")
    for name in (("aaa", "bbb"), ("bbb", "aaa"))[n]:
        run("dpkg", f"--root={root}", f"--log={root}/var/log/dpkg.log", "--force-not-root", "--force-bad-path",
            "--force-script-chrootless", "-i", os.path.join(packages, f"{name}.deb"))


@case({"etc/shadow": "shadow-date", "etc/passwd-": "user-backups"}, "useradd", "root")
def useradd_date(root, n):
    put(root, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    put(root, "etc/group", "root:x:0:\n")
    put(root, "etc/shadow", "root:*:19000:0:99999:7:::\n")
    put(root, "etc/gshadow", "root:*::\n")
    put(root, "etc/login.defs", "UID_MIN 1000\n")
    run("useradd", "--prefix", root, "--system", "--uid", "500", "www", SOURCE_DATE_EPOCH=str(epoch(n)))
    if n:  # the backup is as it was before the last change
        run("useradd", "--prefix", root, "--system", "--uid", "501", "tmp", SOURCE_DATE_EPOCH=str(epoch(n)))
        run("userdel", "--prefix", root, "tmp")


@case({"etc/group": "user-numbers"}, "groupadd", "root")
def groupadd_numbers(root, n):
    for name in ("passwd", "shadow", "gshadow"):
        put(root, "etc/" + name, "")
    put(root, "etc/group", "root:x:0:\n")
    put(root, "etc/login.defs", "SYS_GID_MIN 100\nSYS_GID_MAX 999\n")
    if n:
        run("groupadd", "--prefix", root, "--system", "other")
    run("groupadd", "--prefix", root, "--system", "www")
    if n:
        run("groupdel", "--prefix", root, "other")


@case({"var/cache/ldconfig/aux-cache": "ldconfig-aux-cache"}, "gcc", "ldconfig", "root")
def ldconfig_cache(root, n):
    put(root, "x.c", "int x(void) { return 1; }\n")
    os.makedirs(os.path.join(root, "usr/lib"))
    os.makedirs(os.path.join(root, "var/cache/ldconfig"))
    os.makedirs(os.path.join(root, "etc"))
    run("gcc", "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libx.so.1", "-o", "usr/lib/libx.so.1", "x.c", cwd=root)
    run("ldconfig", "-r", root)


@case({".git/index": "git-metadata"}, "git")
def git_index(root, n):
    put(root, "x", "x")
    os.utime(os.path.join(root, "x"), (epoch(n), epoch(n)))
    run("git", "init", "-q", ".", cwd=root, HOME=root)
    run("git", "add", "x", cwd=root, HOME=root)


@case({"var/cache/fontconfig/": "fontconfig-cache"}, "fc-cache")
def fontconfig(root, n):
    os.makedirs(os.path.join(root, "fonts"))
    os.makedirs(os.path.join(root, "var/cache/fontconfig"))
    put(root, "fonts.conf", f'<fontconfig><dir>{root}/fonts</dir><cachedir>{root}/var/cache/fontconfig</cachedir>'
        '</fontconfig>')
    run("fc-cache", "-f", FONTCONFIG_FILE=os.path.join(root, "fonts.conf"))


# ---- contents alone ----

@case({"etc/x.id": "embedded-uuid"})
def uuids(root, n):
    put(root, "etc/x.id", f"id: {uuid.UUID(int=n + 5, version=4)}\n")


@case({"usr/share/x.list": "reordered-lines"}, "sort")
def order_of_lines(root, n):
    lines = "".join(f"{i}\n" for i in range(100))
    done = subprocess.run(["sort", "-n"] + ["-r"] * n, input=lines.encode(), check=True, capture_output=True)
    put(root, "usr/share/x.list", done.stdout)


@case({"usr/share/x.conf": None})
def a_real_change(root, n):
    put(root, "usr/share/x.conf", f"workers = {n + 4}\n")


# ---- attributes ----

@case({"x": "umask"})
def umasks(root, n):
    before = os.umask((0o022, 0o002)[n])
    put(root, "x", "x")
    os.umask(before)


@case({"x": "hard-links"})
def copies_of_links(root, n):
    put(root, "a", "x")
    (os.link if n else shutil.copyfile)(os.path.join(root, "a"), os.path.join(root, "x"))


def pack(root):
    """The directory as a layer: names, types, modes, contents and hard links."""
    entries, seen = [], {}
    for path, directories, files in os.walk(root):
        directories.sort()
        for name in sorted(files):
            full = os.path.join(path, name)
            short, status = os.path.relpath(full, root), os.lstat(full)
            key = (status.st_dev, status.st_ino)
            if key in seen:
                entries.append(mkimage.hardlink(short, seen[key], mode=status.st_mode & 0o7777))
                continue
            seen[key] = short
            if os.path.islink(full):
                entries.append(mkimage.symlink(short, os.readlink(full)))
                continue
            with open(full, "rb") as content:
                entries.append(mkimage.file(short, content.read(), mode=status.st_mode & 0o7777))
    return mkimage.image(mkimage.layer(*entries))


def causes(node, found):
    event = node["event"]
    names = [one.get("tarEntry", {}).get("header", {}).get("Name") for one in event.get("inputs", [])]
    note = event.get("note", "")
    if names and names[0]:
        found[names[0]] = event.get("cause", {}).get("id")
    elif note.startswith('name "'):
        found[note.split('"')[1]] = event.get("cause", {}).get("id")
    for child in node.get("children", []):
        causes(child, found)
    return found


def found_causes(diffoci, function, scratch):
    images = []
    for n in (0, 1):
        root = os.path.join(scratch, f"side-{n}", "root")
        os.makedirs(root)
        function(root, n)
        images.append(os.path.join(scratch, f"{n}.tar"))
        mkimage.oci_archive(images[n], pack(root))
    report = os.path.join(scratch, "report.json")
    done = subprocess.run([diffoci, "diff", "--policy=none", "--semantic", "--report-file", report, *images], check=False,
                          capture_output=True, text=True)
    if done.returncode != 1:
        raise RuntimeError(f"status {done.returncode}: {done.stderr}")
    with open(report, encoding="utf-8") as text:
        return causes(json.load(text), {})


def has(word):
    return os.geteuid() == 0 if word == "root" else shutil.which(word) is not None


def main():
    words = [word for word in sys.argv[2:] if word != "-v"]
    passed = failed = 0
    skipped = []
    for name, function, wanted, needs in CASES:
        if words and name not in words:
            continue
        if not all(map(has, needs)):
            skipped.append(name)
            continue
        with tempfile.TemporaryDirectory(prefix="diffoci-causes-") as scratch:
            try:
                found = found_causes(os.path.abspath(sys.argv[1]), function, scratch)
            except (RuntimeError, subprocess.CalledProcessError) as error:
                found = {}
                print(f"{name}: {error} {getattr(error, 'stderr', b'')}")
        if "-v" in sys.argv:
            print(f"{name}: {found}")
        for path, cause in wanted.items():
            got = {value for key, value in found.items() if key == path or (path.endswith("/") and key.startswith(path))}
            if got == {cause}:
                passed += 1
            else:
                failed += 1
                print(f"{name}: {path}: wanted {cause}, found {sorted(map(str, got)) or 'no difference'}")
    if skipped:
        print(f"left out, since something is missing: {', '.join(skipped)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
