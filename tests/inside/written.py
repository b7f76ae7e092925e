#!/usr/bin/env python3
"""--inside on archives that programs write in their less usual ways, most of them to a pipe: written.py DIFFOCI

Each program archives a small tree, the same tree with other times, and trees in which one thing that counts is changed. The second is
equal inside, either way round; the others are not, and all of them are looked into. Programs that are not installed are left out."""
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

from pipe import Pipe

HERE = os.path.dirname(os.path.abspath(__file__))
program = os.path.abspath(sys.argv[1])
failed = 0
skipped = []


def check(what, wanted, found):
    global failed
    if wanted != found:
        failed += 1
        print(f"{what}: wanted {wanted}, found {found}")


# ---- trees ----

TREE = {  # content, mode; a target; a directory; another name of a file
    "dir": (None, 0o755),
    "dir/text": (b"some text, some text, some text\n" * 40, 0o644),
    "dir/program": (b"\x7fELF" + bytes(range(256)) * 3, 0o755),
    "empty": (b"", 0o600),
    "z": (b"z", 0o644),
    "link": "dir/text",
    "dir/gone": "../nowhere",
}
LINKS = {"also": "dir/text", "hard": "dir/text"}


def changed(**more):
    tree = dict(TREE)
    for name, entry in more.items():
        name = name.replace("__", "/")
        tree.pop(name, None)
        if entry is not None:
            tree[name] = entry
    return tree


CHANGES = {
    "content": changed(dir__text=(b"some text, some text, some tent\n" * 40, 0o644)),
    "a byte of a stored file": changed(z=(b"y", 0o644)),
    "a file that was empty": changed(empty=(b"e", 0o600)),
    "mode": changed(z=(b"z", 0o755)),
    "mode of a directory": changed(dir=(None, 0o700)),
    "one more": changed(more=(b"", 0o644)),
    "one less": changed(z=None),
    "target": changed(link="dir/program"),
    "a link in the place of a file": changed(z="dir/text"),
}


def lay(directory, tree, stamp):
    for name, entry in sorted(tree.items()):
        path = os.path.join(directory, name)
        if isinstance(entry, str):
            os.symlink(entry, path)
            continue
        content, mode = entry
        if content is None:
            os.mkdir(path)
        else:
            with open(path, "wb") as file:
                file.write(content)
        os.chmod(path, mode)
    for name, target in LINKS.items():
        os.link(os.path.join(directory, target), os.path.join(directory, name))
    for name in sorted(tree, reverse=True):
        os.utime(os.path.join(directory, name), (stamp, stamp), follow_symlinks=False)


# ---- programs ----

def run(*command, cwd, given=b""):
    """What it writes to a pipe."""
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, cwd=cwd).stdout


def to_file(*command, cwd):
    """What it writes to a file, whose name stands for OUT."""
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "out.zip")
        run(*(out if word == "OUT" else word for word in command), cwd=cwd)
        with open(out, "rb") as file:
            return file.read()


def names(directory):
    found = []
    for root, directories, files in os.walk(directory):
        found += [os.path.relpath(os.path.join(root, name), directory) for name in sorted(directories + files)]
    return sorted(found)


def cpio(kind):
    return lambda d: run("cpio", "-o", "-H", kind, cwd=d, given="".join(f"{name}\n" for name in names(d)).encode())


def followed(directory):
    """What is no link: jar follows these."""
    return [name for name in names(directory) if not os.path.islink(os.path.join(directory, name)) and name != "dir"]


def python_zip(method, out_of=Pipe, **options):
    def write(directory):
        out = out_of()
        with zipfile.ZipFile(out, "w", method, **options) as file:
            for name in names(directory):
                path = os.path.join(directory, name)
                if not os.path.islink(path):
                    file.write(path, name)
                    continue
                info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
                info.create_system, info.external_attr = 3, 0o120777 << 16
                file.writestr(info, os.readlink(path))
        return out.data if isinstance(out, Pipe) else out.getvalue()
    return write


GO = """package main

import ("archive/zip"; "io"; "os"; "path/filepath")

func main() {
	out := zip.NewWriter(struct{ io.Writer }{os.Stdout})
	filepath.Walk(".", func(path string, info os.FileInfo, err error) error {
		if path == "." { return nil }
		header, _ := zip.FileInfoHeader(info)
		header.Name, header.Method = path, zip.Deflate
		if info.IsDir() { header.Name, header.Method = path+"/", zip.Store }
		writer, _ := out.CreateHeader(header)
		if info.Mode()&os.ModeSymlink != 0 { target, _ := os.Readlink(path); io.WriteString(writer, target); return nil }
		if info.Mode().IsRegular() { file, _ := os.Open(path); io.Copy(writer, file); file.Close() }
		return nil
	})
	out.Close()
}
"""


def go_zip(scratch):
    def write(directory):
        built = os.path.join(scratch, "gozip")
        if not os.path.exists(built):
            with open(built + ".go", "w", encoding="utf-8") as file:
                file.write(GO)
            subprocess.run(["go", "build", "-o", built, built + ".go"], check=True, cwd=scratch, env={**os.environ, "GOCACHE": scratch, "GOFLAGS": "", "HOME": scratch})
        return run(built, cwd=directory)
    return write


def writers(scratch):
    """What it is called; the program it needs; the function; the suffix; and what such an archive cannot hold."""
    yield "cpio -H crc", "cpio", cpio("crc"), "cpio", ()
    yield "cpio -H newc", "cpio", cpio("newc"), "cpio", ()
    yield "cpio -H odc", "cpio", cpio("odc"), "cpio", ()
    for form in "v7", "ustar", "gnu", "oldgnu", "posix":
        yield f"tar --format={form}", "tar", lambda d, form=form: run("tar", f"--format={form}", "--sort=name", "-cf-", ".", cwd=d), "tar", ()
    for form in "v7tar", "ustar", "pax", "gnutar", "cpio", "newc":
        yield f"bsdtar --format={form}", "bsdtar", lambda d, form=form: run("bsdtar", f"--format={form}", "-cf-", *sorted(os.listdir(d)), cwd=d), form, ()
    yield "zip -ry OUT", "zip", lambda d: to_file("zip", "-qry", "OUT", ".", cwd=d), "zip", ()
    yield "zip -ry -", "zip", lambda d: run("zip", "-qry", "-", ".", cwd=d), "zip", ()
    yield "zip -ryX0 -", "zip", lambda d: run("zip", "-qryX0", "-", ".", cwd=d), "zip", ()
    yield "zip -ryfz OUT", "zip", lambda d: to_file("zip", "-qryfz", "OUT", ".", cwd=d), "zip", ()
    yield "zip -ryfd OUT", "zip", lambda d: to_file("zip", "-qryfd", "OUT", ".", cwd=d), "zip", ()
    yield "zip -ryD9 -", "zip", lambda d: run("zip", "-qryD9", "-", ".", cwd=d), "zip", ("mode of a directory",)
    for how in "deflate", "store":
        yield f"bsdtar's zip, {how}", "bsdtar", lambda d, how=how: run("bsdtar", "--format=zip", f"--options=zip:compression={how}", "-cf-", *sorted(os.listdir(d)), cwd=d), "zip", ()
        yield f"bsdtar's zip, zip64, {how}", "bsdtar", lambda d, how=how: run("bsdtar", "--format=zip", f"--options=zip:compression={how},zip:zip64", "-cf-", *sorted(os.listdir(d)), cwd=d), "zip", ()
        yield f"bsdtar's zip, {how}, to a file", "bsdtar", lambda d, how=how: to_file("bsdtar", "--format=zip", f"--options=zip:compression={how}", "-cf", "OUT", *sorted(os.listdir(d)), cwd=d), "zip", ()
    bare = ("mode", "mode of a directory", "target", "a link in the place of a file")
    yield "jar c", "jar", lambda d: run("jar", "-c", *followed(d), cwd=d), "jar", bare
    yield "jar c0", "jar", lambda d: run("jar", "-c0", *followed(d), cwd=d), "jar", bare
    yield "jar cfM", "jar", lambda d: to_file("jar", "cfM", "OUT", *followed(d), cwd=d), "jar", bare
    yield "7z a", "7z", lambda d: to_file("7z", "a", "-tzip", "-snl", "OUT", ".", cwd=d), "zip", ()
    yield "7z a -so", "7z", lambda d: run("7z", "a", "-tzip", "-snl", "-so", "x", ".", cwd=d), "zip", ()
    yield "Go's archive/zip", "go", go_zip(scratch), "zip", ()
    for name, method in ("deflate", zipfile.ZIP_DEFLATED), ("store", zipfile.ZIP_STORED):
        yield f"Python's zipfile to a pipe, {name}", None, python_zip(method), "zip", ()
        yield f"Python's zipfile, {name}", None, python_zip(method, io.BytesIO), "zip", ()


# ---- comparisons ----

def archive(write, tree, stamp):
    with tempfile.TemporaryDirectory() as directory:
        lay(directory, tree, stamp)
        os.chmod(directory, 0o755)
        os.utime(directory, (stamp, stamp))
        return write(directory)


def diff(directory, one, two):
    result = subprocess.run([program, "diff", "--semantic", "--inside", f"./{one}", f"./{two}"], capture_output=True, text=True, cwd=directory)
    return result.returncode, result.stdout + result.stderr


def try_writer(what, write, suffix, bare, directory):
    trees = {"old": (TREE, 1700000000), "new": (TREE, 1700098765)}
    trees.update((change, (tree, 1700098765)) for change, tree in CHANGES.items() if change not in bare)
    recipe = "".join(f"oci_archive({f'{number}.tar'!r}, image(layer(file('x.{suffix}', {archive(write, *entry)!r}))))\n" for number, entry in enumerate(trees.values()))
    subprocess.run([sys.executable, os.path.join(HERE, "..", "tools", "mkimage.py")], input=recipe, text=True, cwd=directory, check=True)
    for sides in (("0.tar", "1.tar"), ("1.tar", "0.tar")):
        status, output = diff(directory, *sides)
        check(f"{what}: times", (0, ""), (status, output if status else ""))
    for number, change in list(enumerate(trees))[2:]:
        status, output = diff(directory, "0.tar", f"{number}.tar")
        check(f"{what}: {change}", (1, True, False), (status, "!/" in output, "not looked into" in output))


os.umask(0o022)
with tempfile.TemporaryDirectory() as scratch:
    for name, needed, function, ending, without in writers(scratch):
        if needed and not shutil.which(needed):
            skipped.append(name)
            continue
        with tempfile.TemporaryDirectory() as work:
            try_writer(name, function, ending, without, work)
if skipped:
    print("skipped, not installed: " + ", ".join(skipped))
print(f"{failed} failed")
sys.exit(1 if failed else 0)
