#!/usr/bin/env python3
"""What --inside says of files that real programs write: shows.py DIFFOCI [NAME...]

Each case makes two files; wanted are the places inside that are told, or that the files are equal. Each pair is compared
both ways round, which has to tell the same places. Cases whose program is not there are left out, and named."""
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
import goprogram  # noqa: E402
MKIMAGE = os.path.join(HERE, "..", "tools", "mkimage.py")
CASES = []


def case(name, wanted, *needs):
    """A function that returns a file's bytes: side(directory, n) for n 0 and 1. name: the file's; wanted: the places
    inside it that differ, as a set; empty: they are equal."""
    def add(function):
        CASES.append((function.__name__, function, name, wanted, needs))
        return function
    return add


def put(directory, name, content):
    path = os.path.join(directory, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(content.encode() if isinstance(content, str) else content)
    return path


def get(path):
    with open(path, "rb") as file:
        return file.read()


def run(*words, cwd=None, data=None):
    return subprocess.run(words, check=True, cwd=cwd, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "LC_ALL": "C"}).stdout


# ---- zip's kin, read by programs that do not go by the directory ----

def zipped(members):
    """members: (name, content, stored)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content, stored in members:
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            file.writestr(info, content)
    return out.getvalue()


MANIFEST = ("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n", False)
CLASS = ("a.class", "class" * 20, False)
NESTED = zipped([("x", "x", False)])


@case("x.jar", {"srv/x.jar"})
def jar_manifest_first(directory, n):  # java.util.jar.JarInputStream
    return zipped([CLASS, MANIFEST] if n else [MANIFEST, CLASS])


@case("x.jar", set())
def jar_order(directory, n):
    more = [("b.class", "b" * 20, False), CLASS]
    return zipped([MANIFEST] + (more if n else more[::-1]))


@case("x.jar", {"BOOT-INF/lib/a.jar"})
def jar_nested_stored(directory, n):  # Spring Boot: "Nested Jars must be stored"
    return zipped([MANIFEST, ("BOOT-INF/lib/a.jar", NESTED, not n)])


@case("x.apk", {"lib/x.so"})
def apk_library_stored(directory, n):  # mapped out of the file
    return zipped([CLASS, ("lib/x.so", b"\x7fELF" + bytes(100), not n)])


@case("x.epub", {"srv/x.epub"})
def epub_mimetype_first(directory, n):  # OCF 3.3, 4.2.4
    members = [("mimetype", "application/epub+zip", True), ("a.xhtml", "<p/>", False)]
    return zipped(members[::-1] if n else members)


# ---- ELF ----

def compiled(directory, source, *flags):
    put(directory, "x.c", source)
    run("gcc", "-fno-asynchronous-unwind-tables", "-o", "x.o", *flags, "x.c", cwd=directory)
    return os.path.join(directory, "x.o")


@case("x.o", {".rodata.str1.1"}, "gcc")
def elf_string(directory, n):
    return get(compiled(directory, f'const char *f(void) {{ return "{("one", "two")[n]}"; }}', "-O1", "-c"))


@case("x.o", {".text"}, "gcc")
def elf_code(directory, n):
    return get(compiled(directory, f"int f(int x) {{ return x + {n + 1}; }}", "-O1", "-c"))


@case("x.o", {".debug_line_str"}, "gcc", "objcopy")
def elf_compressed(directory, n):
    """The path of the source in compressed DWARF; of the same length, so that nothing else differs."""
    path = compiled(directory, "int f(int x) { return x; }", "-O1", "-g", "-c", f"-ffile-prefix-map={directory}=/src/{n}")
    run("objcopy", "--compress-debug-sections=zlib", path)
    return get(path)


@case("x.o", {".note.gnu.build-id"}, "gcc")
def elf_build_id(directory, n):
    return get(compiled(directory, "int f(int x) { return x; }", "-O1", "-shared", "-fPIC", "-nostdlib",
                        f"-Wl,--build-id=0x{n + 1:040x}"))


@case("x.o", {".rodata.str1.1", "srv/x.o"}, "gcc")
def elf_behind_its_end(directory, n):
    """Two things: a string, and what no section holds."""
    return get(compiled(directory, f'const char *f(void) {{ return "{("one", "two")[n]}"; }}', "-O1", "-c")) + (b"\0\0one", b"\0\0two")[n]


@case("x.o", {".rodata.str1.1"}, "gcc")
def elf_longer_string(directory, n):
    """Other places of all that follows are no difference of their own."""
    return get(compiled(directory, f'const char *f(void) {{ return "{("one", "a longer one")[n]}"; }}', "-O1", "-c"))


# ---- Go's programs ----

GO_LINES = ["path\texample.com/x", "mod\texample.com/x\t(devel)\t", "dep\tgolang.org/x/sys\tv0.1.0\th1:abc=", "dep\tgolang.org/x/text\tv0.2.0\th1:def=",
            "=>\texample.com/text\tv0.2.1\th1:ghi=", "build\tGOOS=linux", "build\tvcs.revision=0123", "build\tvcs.time=2026-11-28T14:15:05Z"]


def go_case(wanted, old, new, version="go1.22.1", **how):
    def side(_, n):
        lines = [line.replace(old, new) if n else line for line in GO_LINES]
        return goprogram.go_program(version if n else "go1.22.1", lines, **how)
    side.__name__ = f"go_{len(CASES)}"
    # Where the texts are not in the section they lie in none of this file.
    case("x", wanted | ({"srv/x"} if how.get("pointers") else set()))(side)


for FORM in ({}, {"pointers": True}, {"big": True, "pointers": True}, {"wide": False, "pointers": True}, {"wide": False, "big": True}):
    go_case({".go.buildinfo/dep/golang.org/x/sys"}, "v0.1.0", "v0.1.2", **FORM)
    go_case({".go.buildinfo/dep/golang.org/x/text"}, "h1:ghi=", "h1:ghj=", **FORM)
    go_case({".go.buildinfo/build/vcs.time"}, "T14:15", "T14:16", **FORM)
    go_case({".go.buildinfo/go"}, "x", "x", version="go1.22.2", **FORM)
go_case({".go.buildinfo/dep/golang.org/x/sys"}, "v0.1.0", "v0.1.0-20261128141505-0123456789ab")  # longer: all else moves
go_case({".go.buildinfo/build/GOOS"}, "GOOS=linux", "GOOS=plan9")


# ---- cpio ----

@case("x.cpio", set(), "cpio")
def cpio_inodes(directory, n):
    """Hard links that are packed twice: other inode numbers, the same files."""
    for name in ("a", "b", "c") if n else ("c", "a", "b"):
        put(directory, f"d/{name}", "hello " + name)
    os.link(os.path.join(directory, "d/a"), os.path.join(directory, "d/link"))
    for name in ("a", "b", "c"):
        os.utime(os.path.join(directory, "d", name), (n, n))
    return run("cpio", "-o", "-H", "newc", cwd=os.path.join(directory, "d"), data=b"a\nb\nc\nlink\n")


@case("x.cpio", {"link"}, "cpio")
def cpio_links(directory, n):
    """A name that is a hard link on one side and a copy on the other."""
    put(directory, "d/a", "hello")
    put(directory, "d/b", "hello")
    if n:
        os.link(os.path.join(directory, "d/a"), os.path.join(directory, "d/link"))
        os.link(os.path.join(directory, "d/b"), os.path.join(directory, "d/other"))
    else:
        os.link(os.path.join(directory, "d/b"), os.path.join(directory, "d/link"))
        os.link(os.path.join(directory, "d/a"), os.path.join(directory, "d/other"))
    return run("cpio", "-o", "-H", "newc", cwd=os.path.join(directory, "d"), data=b"a\nb\nlink\n")


# ---- tar: sparse files ----

def sparse(directory, flags, pieces, size=1 << 20):
    path = put(directory, "d/holes", b"")
    with open(path, "r+b") as file:
        for at, text in pieces:
            file.seek(at)
            file.write(text)
        file.truncate(size)
    put(directory, "d/plain", "plain")
    return run("tar", "-S", "--hole-detection=raw", "--mtime=@0", "--owner=joe:7", "--group=joe:7", *flags, "-cf-", "d/holes", "d/plain",
               cwd=directory)


SPARSE = [(0, b"one"), (600000, b"two"), (1000000, b"three")]
POSIX = ("--format=posix", "--pax-option=delete=atime,delete=ctime")


def sparse_case(flags, wanted, change):
    """Two archives that GNU tar writes of what is left and what change makes of it, as another process each: the numbers
    of those stand in the names that POSIX archives have besides the real ones."""
    def side(directory, n):
        pieces, size, how = change() if n else (SPARSE, 1 << 20, flags)
        return sparse(directory, how, pieces, size)
    side.__name__ = f"tar_sparse_{len(CASES)}"
    case("x.tar", wanted, "tar")(side)


for SPARSE_FLAGS in (("--format=gnu",), POSIX + ("--sparse-version=0.0",), POSIX + ("--sparse-version=0.1",), POSIX):
    sparse_case(SPARSE_FLAGS, set(), lambda how=SPARSE_FLAGS: (SPARSE, 1 << 20, how[:1] + ("--blocking-factor=40",) + how[1:]))
    sparse_case(SPARSE_FLAGS, {"d/holes"}, lambda how=SPARSE_FLAGS: (SPARSE[:1] + [(600000, b"twO")] + SPARSE[2:], 1 << 20, how))
    sparse_case(SPARSE_FLAGS, {"d/holes"}, lambda how=SPARSE_FLAGS: (SPARSE[:1] + [(600064, b"two")] + SPARSE[2:], 1 << 20, how))
    sparse_case(SPARSE_FLAGS, {"d/holes"}, lambda how=SPARSE_FLAGS: (SPARSE, (1 << 20) + 1, how))
    sparse_case(SPARSE_FLAGS, {"d/holes"}, lambda how=SPARSE_FLAGS: (SPARSE, 1 << 20, ("--format=posix", "--sparse-version=0.0")
                                                                     if how == POSIX else POSIX))  # the same, for other programs


# ---- JAR ----

@case("x.jar", set(), "jar")
def jar_times(directory, n):
    """JDK's jar, which deflates directories."""
    path = put(directory, "d/a/b.txt", "hello")
    os.utime(path, (1700000000 + n * 86400, 1700000000 + n * 86400))
    run("jar", "cf", "x.jar", "-C", "d", ".", cwd=directory)
    return get(os.path.join(directory, "x.jar"))


# ---- ar ----

@case("x.a", {"a.o"})
def ar_type_bits(_, n):
    """A mode with the type of a regular file, and one with none."""
    header = b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"a.o/", 1 + n, 0, 0, (b"100644", b"644")[n], 2)
    return b"!<arch>\n" + header + b"xy"


# ---- PDF ----

def pdf(date="20261128141505", number="00ff", text="(hi) Tj", length="7", xmp=None, catalog="", page="/Contents 4 0 R", more=()):
    """By ISO 32000-1; the place of each object in the table. Object 6 is the metadata, if there is any."""
    objects = [f"<< /Type /Catalog /Pages 2 0 R {catalog}>>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               f"<< /Type /Page /Parent 2 0 R {page} >>",
               f"<< /Length {length} >>\nstream\n{text}\nendstream", f"<< /CreationDate (D:{date}Z) /Title (x) >>"]
    if xmp is not None:
        objects.append(f"<< /Type /Metadata /Subtype /XML /Length {len(xmp)} >>\nstream\n{xmp}\nendstream")
    objects += more
    out, places = "%PDF-1.4\n", []
    for i, body in enumerate(objects):
        places.append(len(out))
        out += f"{i + 1} 0 obj\n{body}\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{place:010} 00000 n \n" for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R /ID [<{number}> <{number}>] >>\nstartxref\n{table}\n%%EOF\n"
    return out.encode()


@case("x.pdf", set())
def pdf_dates(_, n):
    return pdf(date=("20261128141505", "20271202030405")[n], number=("00ff", "1234")[n])


@case("x.pdf", {"srv/x.pdf"})
def pdf_text(_, n):
    return pdf(text=("(hi) Tj", "(ho) Tj")[n])


@case("x.pdf", {"srv/x.pdf"})
def pdf_date_in_a_stream(_, n):
    """What looks like a document information dictionary, and is a text."""
    text = f"(/CreationDate (D:{(20261128141505, 20271202030405)[n]}Z)) Tj"
    return pdf(text=text, length=str(len(text)))


def xmp_of(date):
    return f'<x:xmpmeta><rdf:Description xmp:CreateDate="{date}"/></x:xmpmeta>'


XMP_DATES = xmp_of("2026-11-28T14:15:05Z"), xmp_of("2027-12-02T03:04:05Z")


@case("x.pdf", set())
def pdf_metadata(_, n):
    return pdf(xmp=XMP_DATES[n], catalog="/Metadata 6 0 R ")


@case("x.pdf", {"srv/x.pdf"})
def pdf_metadata_that_is_shown(_, n):
    """The page's content is the metadata as well."""
    return pdf(xmp=XMP_DATES[n], catalog="/Metadata 6 0 R ", page="/Contents 6 0 R")


@case("x.pdf", {"srv/x.pdf"})
def pdf_metadata_that_is_shown_by_a_lax_reader(_, n):
    return pdf(xmp=XMP_DATES[n], catalog="/Metadata 6 0 R ", page="/Contents +6 0 R")


@case("x.pdf", {"srv/x.pdf"})
def pdf_metadata_of_nothing(_, n):
    return pdf(xmp=XMP_DATES[n], page="/Contents 6 0 R")


@case("x.pdf", {"srv/x.pdf"})
def pdf_metadata_of_an_older_catalog(_, n):
    """Object 7 is called the Catalog, and is not."""
    return pdf(xmp=XMP_DATES[n], more=["<< /Type /Catalog /Metadata 6 0 R >>"])


@case("x.pdf", {"srv/x.pdf"})
def pdf_metadata_without_dates(_, n):
    return pdf(xmp=xmp_of(("100", "999")[n]), catalog="/Metadata 6 0 R ")


@case("x.pdf", {"srv/x.pdf"})
def pdf_information_that_is_shown(_, n):
    """What holds the dates is a page's as well."""
    return pdf(date=("20261128141505", "20271202030405")[n], page="/Contents 4 0 R /PieceInfo 5 0 R")


@case("x.pdf", {"srv/x.pdf"})
def pdf_date_that_is_none(_, n):
    return pdf(date=("20261128141505", "20261399777777")[n])


@case("x.pdf", {"srv/x.pdf"})
def pdf_long_id(_, n):
    return pdf(number=("00" * 40, "ab" * 40)[n])


@case("x.pdf", {"srv/x.pdf"})
def pdf_table_lies(_, n):
    """The table leads into a stream, in which another object stands."""
    text = f"5 0 obj << /CreationDate (D:{(20261128141505, 20271202030405)[n]}Z) >> endobj"
    data = pdf(text=text, length=str(len(text)))
    real = data.index(b"5 0 obj\n<< /Cr")
    return data.replace(b"%010d" % real, b"%010d" % data.index(b"5 0 obj <<"))


# ---- xz ----

@case("x.xz", {"srv/x.xz"}, "xz")
def xz_padding(_, n):
    """Zeros between and behind streams, a multiple of four (The .xz File Format, 2.2): not every decoder takes them."""
    one, two = run("xz", "-c", data=b"one\n"), run("xz", "-c", "-9", data=b"two\n")
    return (one + two, one + bytes(8) + two + bytes(4))[n]


@case("x.xz", {"srv/x.xz"}, "xz")
def xz_odd_padding(_, n):
    return run("xz", "-c", data=b"one\n") + bytes(3 * n)


# ---- documents ----

def document_case(name, wanted, *texts, needs=()):
    def side(_, n):
        return texts[n].encode()
    side.__name__ = f"document_{len(CASES)}"
    case(name, wanted, *needs)(side)


PAGE = '<!DOCTYPE html>\n<html lang="en">\n<head><title>T</title>\n<meta name=date content="2026-11-28">\n</head><body><p>one\n<p>two<br>three\n<!-- c -->\n</body></html>\n'
document_case("x.html", {"html/body/p[2]"}, PAGE, PAGE.replace("three", "four"))
document_case("x.html", {"html/head/meta@content"}, PAGE, PAGE.replace("2026-11-28", "2026-12-02"))
document_case("x", {"html/body/p[2]/#comment"}, PAGE, PAGE.replace("<!-- c", "<!-- d"))
document_case("x.html", {"srv/x.html"}, PAGE, PAGE.replace("lang=", "lang  ="))
document_case("x.html", {"html/body/p", "srv/x.html"}, PAGE, PAGE.replace("lang=", "lang  =").replace("one", "ONE"))  # two things
document_case("x.html", {"html/body/p", "srv/x.html"}, PAGE, PAGE.replace("html>", "HTML>", 1).replace("one", "ONE"))
document_case("x.xml", {"a@x", "srv/x.xml"}, '<a x="1"><?p q?></a>', '<a x="2"><?p r?></a>')
document_case("x.xml", {"a", "a@x", "srv/x.xml"}, '<a x="1">t<b/>u</a>', '<a x="2">tu<b/></a>')
MAN = '.\\" made by hand\n.TH LS 1 "September 2022" "GNU coreutils 9.1"\n.SH NAME\nls \\- list\n.SH OPTIONS\n.SS General\n.B \\-a\nall\n'
document_case("ls.1", {".TH/date"}, MAN, MAN.replace("September 2022", "March 2023"))
document_case("ls.1", {"OPTIONS/General"}, MAN, MAN.replace("all", "ALL"))
document_case("ls.1", {"#comment"}, MAN, MAN.replace("hand", "HAND"))
document_case("ls.1", {"srv/ls.1"}, MAN, MAN.replace(".SH NAME", ".SH  NAME"))
document_case("ls.1", {".TH/date", "srv/ls.1"}, MAN, MAN.replace("September", "March").replace(".SH NAME", ".SH  NAME"))
document_case("ls.1", {"NAME", "NAMES"}, MAN, MAN.replace(".SH NAME", ".SH NAMES"))
document_case("ls.1", {"OPTIONS/General", "CHOICES/General"}, MAN, MAN.replace("OPTIONS", "CHOICES"))
document_case("ls.1", {"OPTIONS/General", "OPTIONS/Other"}, MAN, MAN.replace("General", "Other"))
EMPTY = MAN + ".SH EMPTY\n"
document_case("ls.1", {"#comment", "srv/ls.1"}, EMPTY, EMPTY.replace("EMPTY", "NONE").replace("hand", "HAND"))  # no member is below it
MDOC = ".Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n"
document_case("x.1", {".Dd"}, MDOC, MDOC.replace("May 1", "June 2"))
document_case("x.1", {".Dt"}, MDOC, MDOC.replace("X 1", "Y 1"))
document_case("x.1", {".Os"}, MDOC.replace(".Os", ".Os BSD"), MDOC.replace(".Os", ".Os Linux"))
document_case("ls.1", {"OPTIONS/General"}, MAN, MAN[:-1])  # no newline at the end
# A value that is empty on one side is one difference.
document_case("x.1", {".Os"}, MDOC, MDOC.replace(".Os", ".Os BSD"))
document_case("x.1", {".Os", "srv/x.1"}, MDOC, MDOC.replace(".Os", ".Os BSD").replace(".Sh NAME", ".Sh  NAME"))
document_case("ls.1", {".TH/date"}, MAN.replace("September 2022", ""), MAN)
document_case("x.html", {"html@lang"}, PAGE, PAGE.replace('"en"', '""'))
document_case("x.xml", {"a@x"}, '<a x="">t</a>', '<a x="1">t</a>')
document_case("x.properties", {"a"}, "a=\nb=2\n", "a=1\nb=2\n")
document_case("x.json", {"a"}, '{"a": ""}', '{"a": "1"}')
document_case("MANIFEST.MF", {"B"}, "A: 1\nB: \n", "A: 1\nB: x\n")


# ---- databases ----

def database(directory, *steps):
    import sqlite3
    path = os.path.join(directory, "x.db")
    base = sqlite3.connect(path, isolation_level=None)
    for step in steps:
        base.execute(step)
    base.close()
    return get(path)


TABLES = ("CREATE TABLE one (a INTEGER PRIMARY KEY, b, c)", "CREATE TABLE two (t TEXT)", "CREATE VIEW v AS SELECT abs(a) FROM one",
          "INSERT INTO one VALUES (1, 2.5, x'00ff')", "INSERT INTO two VALUES ('it''s')")


@case("x.db", {"one"})
def sqlite_row(directory, n):
    return database(directory, *TABLES, f"INSERT INTO one VALUES (2, {('1', '1.0')[n]}, NULL)")


@case("x.db", {"(schema)"})
def sqlite_index(directory, n):
    return database(directory, *TABLES, *["CREATE INDEX i ON two (t)"][:n])


@case("x.db", {"srv/x.db"})
def sqlite_free_pages(directory, n):
    """The same rows; what was in a table that is gone is left in free pages."""
    return database(directory, "PRAGMA secure_delete = 0", *TABLES, "CREATE TABLE gone (x)", f"INSERT INTO gone VALUES ('{'ab'[n] * 3000}')", "DROP TABLE gone")


@case("x.db", {"two"})
def sqlite_log_mode(directory, n):
    """A database whose header says that there is a log beside it."""
    return database(directory, "PRAGMA journal_mode = WAL", *TABLES, f"UPDATE two SET t = '{n}'")


# ---- certificates and keys ----

def certificate(directory, subject):
    return run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem",
               "-subj", subject, cwd=directory)


@case("x.pem", {"good"}, "openssl")
def pem_certificate(directory, n):
    return certificate(directory, "/O=x/CN=good")


@case("x.key", {"PRIVATE KEY"}, "openssl")
def pem_key(directory, n):
    certificate(directory, "/CN=x")
    return get(os.path.join(directory, "key.pem"))


BUNDLE = []


@case("x.crt", {"evil"}, "openssl")
def pem_bundle(directory, n):
    if not BUNDLE:
        BUNDLE.append(certificate(directory, "/CN=good"))
    return BUNDLE[0] + (certificate(directory, "/CN=evil") if n else b"")


def keystore(directory, *words):
    run("keytool", *words, "-storetype", "JKS", "-storepass", "changeit", "-keystore", "x.jks", "-noprompt", cwd=directory)


@case("cacerts", {"evil"}, "keytool", "openssl")
def keystore_alias(directory, n):
    for alias in ("good", "evil")[:n + 1]:
        put(directory, "one.pem", BUNDLE_OF(directory, alias))
        keystore(directory, "-importcert", "-alias", alias, "-file", "one.pem")
    return get(os.path.join(directory, "x.jks"))


KEPT = {}


def BUNDLE_OF(directory, alias):
    return KEPT.setdefault(alias, certificate(directory, f"/CN={alias}"))


@case("cacerts", {"good"}, "keytool", "openssl")
def keystore_certificate(directory, n):
    put(directory, "one.pem", certificate(directory, "/CN=good"))
    keystore(directory, "-importcert", "-alias", "good", "-file", "one.pem")
    return get(os.path.join(directory, "x.jks"))


@case("cacerts", {"srv/cacerts"}, "keytool", "openssl")
def keystore_times(directory, n):
    """The same certificate, added at another time: the digest behind the entries follows."""
    put(directory, "one.pem", BUNDLE_OF(directory, "good"))
    keystore(directory, "-importcert", "-alias", "good", "-file", "one.pem")
    return get(os.path.join(directory, "x.jks"))


@case("x.p12", {"evil"}, "keytool", "openssl")
def pkcs12_alias(directory, n):
    for alias in ("good", "evil")[:n + 1]:
        put(directory, "one.pem", BUNDLE_OF(directory, alias))
        run("keytool", "-importcert", "-alias", alias, "-file", "one.pem", "-storetype", "PKCS12", "-storepass", "changeit",
            "-keystore", "x.p12", "-noprompt", cwd=directory)
    return get(os.path.join(directory, "x.p12"))


@case("x.p12", {"(encrypted)"}, "openssl")
def pkcs12_closed(directory, n):
    """Certificates that are encrypted with a password that nobody knows."""
    put(directory, "one.pem", BUNDLE_OF(directory, ("good", "evil")[n]))
    return run("openssl", "pkcs12", "-export", "-nokeys", "-in", "one.pem", "-passout", "pass:secret", "-certpbe", "AES-256-CBC", cwd=directory)


# ---- values under names ----

@case("x.json", {"a~1b/1/c"})
def json_value(_, n):
    return b'{"a/b": [{"c": 1}, {"c": %d}], "d": {"e": [1, 2]}}' % n


@case("x.json", {"d/e", "new"})
def json_more(_, n):
    return b'{"d": {"e": [1, 2%s]}%s}' % ((b"", b", 3")[n], (b"", b', "new": null')[n])


@case("x.json", {"srv/x.json"})
def json_order(_, n):
    return (b'{"a": 1, "b": {}}', b'{"b":{},"a":1}')[n]


@case("x.properties", {"version", "srv/x.properties"})
def properties_value(_, n):
    return f"#{('Sat Nov 28', 'Wed Dec  2')[n]} 14:15:05 UTC 2026\nname = x\nversion : 1.\\\n   {n}\n".encode()


@case("x.properties", {"srv/x.properties"})
def properties_comment(_, n):
    return f"#{('Sat Nov 28', 'Wed Dec  2')[n]} 14:15:05 UTC 2026\nname = x\n".encode()


@case("x.jar", {"META-INF/MANIFEST.MF!/Built-By", "META-INF/MANIFEST.MF!/a/b.class/SHA-256-Digest"})
def manifest(_, n):
    import io
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF"), "Manifest-Version: 1.0\r\nBuilt-By: " + ("alice", "ci")[n] +
                         "\r\n\r\nName: a/b.cla\r\n ss\r\nSHA-256-Digest: x" + str(n) + "\r\n")
    return out.getvalue()


@case("x.xml", {"#comment", "a/b[2]", "a/c@id"})
def xml_values(_, n):
    return f"<?xml version='1.0'?>\n<!-- {n} --><a><b>1</b><b><![CDATA[<{n}>]]></b><c id=\"x>{n}\"/></a>\n".encode()


@case("x.xml", {"srv/x.xml"})
def xml_spaces(_, n):
    return (b"<a><b>1</b></a>", b"<a>\n  <b> 1 </b>\n</a>")[n]


@case("x.xml", {"srv/x.xml"})
def xml_that_is_none(_, n):
    return (b"<a><b>1</a></b>", b"<a><b>2</a></b>")[n]


# ---- packages ----

def package(directory, summary, *defines):
    put(directory, "x.spec", f"Name: x\nVersion: 1\nRelease: 1\nSummary: {summary}\nLicense: MIT\nBuildArch: noarch\n"
        "%description\nx\n%install\nmkdir -p %{buildroot}/etc\necho x >%{buildroot}/etc/x\n%files\n/etc/x\n"
        "%changelog\n* Sat Nov 28 2026 x <x@example.org> - 1-1\n- x\n")
    run("rpmbuild", "-bb", f"--define=_topdir {directory}/top", "--define=source_date_epoch_from_changelog 1",
        "--define=use_source_date_epoch_as_buildtime 1", "--define=clamp_mtime_to_source_date_epoch 1", "--define=_buildhost h",
        "--define=_build_id_links none", *defines, "x.spec", cwd=directory)
    return get(os.path.join(directory, "top/RPMS/noarch/x-1-1.noarch.rpm"))


@case("x.rpm", {"SUMMARY", "signature/MD5", "signature/SHA1HEADER", "signature/SHA256HEADER"}, "rpmbuild")
def rpm_summary(directory, n):
    return package(directory, ("one", "two")[n])


# ---- the test ----

def compare(program, directory, sides):
    inputs = [os.path.join(directory, f"{side}.tar") for side in sides]
    result = subprocess.run([program, "diff", "--semantic", "--inside", *inputs], capture_output=True, text=True)
    places = set()
    for line in result.stdout.splitlines()[1:]:
        name = re.split(r"\s{2,}", line)[1]
        places.add(name.split("!/", 1)[1] if "!/" in name else name)
    return result.returncode, places, result.stdout + result.stderr


def try_case(program, function, name, wanted):
    with tempfile.TemporaryDirectory() as directory:
        for n in range(2):
            side = os.path.join(directory, str(n))
            os.mkdir(side)
            recipe = f"oci_archive({os.path.join(directory, f'{n}.tar')!r}, image(layer(file('srv/{name}', {function(side, n)!r}))))"
            subprocess.run([sys.executable, MKIMAGE], input=recipe, text=True, check=True)
        for sides in ((0, 1), (1, 0)):
            status, places, output = compare(program, directory, sides)
            if (status, places) != (1 if wanted else 0, wanted):
                print(f"{function.__name__} {sides}: wanted {sorted(wanted)}, found {sorted(places)}, status {status}\n{output}")
                return False
    return True


def causes_inside(program):
    """A member that somebody changed, and one with a date in it, in a file of a layer whose first entry differs in a date:
    each has the cause that its own content tells."""
    import io, json, tarfile  # noqa: E401
    with tempfile.TemporaryDirectory() as directory:
        for n in range(2):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as archive:
                for name, content in (("rc", ("true", "evil")[n]), ("conf", f"until {('2026-11-28', '2026-12-02')[n]}")):
                    info = tarfile.TarInfo(name)
                    info.size = len(content)
                    archive.addfile(info, io.BytesIO(content.encode()))
            recipe = (f"oci_archive({os.path.join(directory, f'{n}.tar')!r}, image(layer(file('a', 'on {('2026-11-28', '2026-12-02')[n]}'), "
                      f"file('x.tar', {out.getvalue()!r}))))")
            subprocess.run([sys.executable, MKIMAGE], input=recipe, text=True, check=True)
        report = os.path.join(directory, "report.json")
        subprocess.run([program, "diff", "--semantic", "--inside", "--quiet", "--report-file", report,
                        *(os.path.join(directory, f"{n}.tar") for n in range(2))], check=False)
        found = {}

        def walk(node):
            event = node.get("event") or {}
            if "note" in event:
                found[event["note"]] = (event.get("cause") or {}).get("id")
            for child in node.get("children") or []:
                walk(child)

        with open(report, encoding="utf-8") as text:
            walk(json.load(text))
    wanted = ("embedded-date", None, "embedded-date")
    got = tuple(found.get(f'name "{name}"', "?") for name in ("a", "x.tar!/rc", "x.tar!/conf"))
    if got != wanted:
        print(f"causes_inside: wanted {wanted}, found {got} in {found}")
    return got == wanted


def main():
    program = os.path.abspath(sys.argv[1])
    names = sys.argv[2:]
    passed = failed = 0
    for case_name, function, name, wanted, needs in CASES:
        if names and case_name not in names:
            continue
        missing = [need for need in needs if not shutil.which(need)]
        if missing:
            print(f"{case_name}: left out, for there is no {', '.join(missing)}")
        elif try_case(program, function, name, wanted):
            passed += 1
        else:
            failed += 1
    if not names:
        failed += not causes_inside(program)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
