#!/usr/bin/env python3
"""What --patch shows, held against patch(1) and GNU diff: run.py DIFFOCI [--pairs N] [--seed N]

Random texts are put into two images. Of every text the difference that the JSON report holds has to make the second of the
first, by patch(1), and to have as few lines as `diff -d` has. The same is asked of members of archives with --inside, of
merged layers, of several platforms, of the strict comparison and of the confined process. Then: what is shown of hostile
contents controls nothing, in any form; what is cut is said; large files stay within --memory-limit.
"""
import argparse
import io
import json
import os
import random
import re
import resource
import subprocess
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
import mkimage  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("--pairs", type=int, default=150)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()
program = os.path.abspath(options.program)
chance = random.Random(options.seed)
passed = failed = 0


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {str(found)[:2000]}")


def run(*words, status=None, **more):
    done = subprocess.run([program, "diff", *words], capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"}, **more)
    if status is not None:
        check(" ".join(words), done.returncode == status, (done.returncode, done.stderr))
    return done.stdout


# ---- texts ----

def line():
    kind = chance.randrange(8)
    if kind < 4:
        return bytes([97 + chance.randrange(chance.choice([2, 5, 26]))])
    if kind == 4:
        return b""
    if kind == 5:
        return "größer \u202e ö".encode()
    if kind == 6:
        return b"-- a\r"
    return bytes(chance.choice(b"abc \t-+@\\") for _ in range(chance.randrange(30)))


def text():
    lines = [line() for _ in range(chance.choice([0, 1, 3, 20, 200]))]
    return b"\n".join(lines) + (b"\n" if lines and chance.randrange(4) else b"")


def changed(old):
    lines = old.split(b"\n")
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(lines) + 1)
        lines[at:at + chance.randrange(4)] = [line() for _ in range(chance.randrange(4))]
    return b"\n".join(lines)


def pair():
    old = text()
    return old, text() if chance.randrange(4) == 0 else changed(old)


def pairs(n):
    """Of texts that differ, by name. Some are of another encoding than UTF-8."""
    found = {}
    for i in range(n):
        a, b = pair()
        if i % 10 == 9:
            a, b = (s.replace("größer \u202e ö".encode(), b"gr\xf6\xdfer") for s in (a, b))
        if a != b:
            found[f"t{i}"] = a, b
    return found


# ---- reports ----

def patches(report):
    """Each patch of a JSON report, by the name of its entry."""
    found = {}

    def walk(node):
        event = node["event"]
        if "patch" in event:
            names = [i.get("tarEntry", {}).get("header", {}).get("Name") for i in event["inputs"]]
            found.setdefault(names[1] or names[0], []).append(event["patch"])
        for child in node.get("children", []):
            walk(child)

    walk(json.loads(report))
    return found


def applied(directory, old, patch):
    """What patch(1) makes of a text."""
    for name, content in ("old", old), ("patch", patch):
        with open(os.path.join(directory, name), "wb") as out:
            out.write(content)
    out = os.path.join(directory, "out")
    if os.path.exists(out):
        os.unlink(out)
    done = subprocess.run(["patch", "--binary", "--unified", "-s", "-F0", "-o", "out", "old", "patch"], cwd=directory,
                          capture_output=True)
    if done.returncode:
        return done.stdout + done.stderr
    # An empty file is left out or made, as versions of patch(1) see fit.
    return open(out, "rb").read() if os.path.exists(out) else b""


def fewest(directory, a, b):
    for name, content in ("old", a), ("new", b):
        with open(os.path.join(directory, name), "wb") as out:
            out.write(content)
    out = subprocess.run(["diff", "-d", "-a", "old", "new"], cwd=directory, capture_output=True).stdout
    return sum(1 for one in out.split(b"\n") if one[:2] in (b"< ", b"> "))


def check_patch(what, directory, a, b, shown):
    check(f"{what} kind", shown["kind"] == "text" and "more" not in shown, shown)
    if shown["kind"] != "text":
        return
    raw = shown["text"].encode(shown.get("encoding", "utf-8"))
    check(f"{what} applied", applied(directory, a, raw) == b, (a, b, raw))
    edits = sum(1 for one in raw.split(b"\n") if one[:1] in (b"-", b"+"))
    check(f"{what} fewest", edits == fewest(directory, a, b), (a, b, raw))


def check_all(what, directory, files, flags, images=("./a.tar", "./b.tar"), prefix="", times=1):
    found = patches(run("--patch", "--patch-lines=0", "-o", "json", *flags, *images, status=1, cwd=directory))
    check(f"{what} names", set(found) == {prefix + name for name in files}, sorted(set(found) ^ {prefix + n for n in files}))
    for name, (a, b) in files.items():
        got = found.get(prefix + name, [])
        check(f"{what} {name} times", len(got) == times, got)
        for shown in got[:1]:
            check_patch(f"{what} {name}", directory, a, b, shown)


def write_images(directory, files, **more):
    for side, image in enumerate(("a.tar", "b.tar")):
        layer = mkimage.layer(*(mkimage.file(name, both[side]) for name, both in files.items()))
        mkimage.oci_archive(os.path.join(directory, image), mkimage.image(layer, **more))


def archive(files, side):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, both in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(both[side])
            tar.addfile(info, io.BytesIO(both[side]))
    return out.getvalue()


def check_random(directory):
    files = pairs(options.pairs)
    write_images(directory, files)
    check_all("semantic", directory, files, ["--semantic"])
    few = dict(list(files.items())[:20])
    # Over 64 KiB: no longer at hand when the event comes.
    large = {name: (b"x\n" * 40000 + a, b"x\n" * 40000 + b) for name, (a, b) in few.items()}
    write_images(directory, large)
    for flags in [], ["--effective"], ["--semantic", "--explain"], ["--semantic", "--inside"], ["--semantic", "--sandbox=auto"]:
        check_all(" ".join(flags) or "strict", directory, large, flags)
    inside = {"srv/x.tar.gz": (archive(few, 0), archive(few, 1))}
    write_images(directory, inside)
    for flags in ["--semantic", "--inside"], ["--effective", "--inside"], ["--inside", "--semantic", "--sandbox=auto"]:
        check_all(" ".join(flags), directory, few, flags, prefix="srv/x.tar.gz!/")
    two = {"linux/amd64": few, "linux/arm64": few}
    for side, image in enumerate(("a.tar", "b.tar")):
        mkimage.oci_archive(os.path.join(directory, image), mkimage.index(
            *(mkimage.image(mkimage.layer(mkimage.file("p", platform), *(mkimage.file(n, b[side]) for n, b in few.items())),
                            arch=platform[6:]) for platform in two),
            platforms=[mkimage.platform("amd64"), mkimage.platform("arm64")]))
    check_all("platforms", directory, few, ["--semantic", "--all-platforms"], times=2)


# ---- hostile contents ----

def check_hostile(directory):
    bytes_of = [bytes([i]) for i in range(256) if i not in (0, 10)]
    evil = b"".join(b + b"\x1b[31m\x1b]0;x\x07\r</script><img src=x onerror=alert(1)>\xc2\x9b\xe2\x80\xae````\n" for b in bytes_of)
    rows = {
        "text": (evil, evil[::-1].replace(b"\n", b"\x07") + b"\n"),
        "utf8": ("\x1b[2J\u202e\x9b\u2028x\n".encode(), "\x1b[3J\u202e\x9b\u2028y\n".encode()),
        "bytes": (b"\0" + evil, b"\0\x1b" + evil),
        "j.json": (b'{"a\\u001b":"\xc2\x9b","b":1}', b'{"a\\u001b":"\xc2\x9b","b":"</script>"}'),
        "x.xml": (b"<a><b>\xe2\x80\xae</b><c/></a>", b"<a><b>\xe2\x80\xae`</b><c/></a>"),
        "elf": (b"\x7fELF" + evil, b"\x7fELF" + evil[:-1] + b"</script>\n"),
        "long": (b"\x1b" * 100000 + b"\n", b"\x1b" * 99999 + b"\x9b\n"),
    }
    write_images(directory, rows)
    for form in "table", "summary", "verbose", "markdown", "ndjson", "json":
        out = run("--semantic", "-p", "-o", form, "./a.tar", "./b.tar", status=1, cwd=directory).decode("utf-8", "strict")
        bad = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", out)
        check(f"hostile {form}", not bad or form.endswith("json") and not re.search("[\x00-\x08\x0b-\x1f]", out), bad[:5])
    run("--semantic", "-p", "-o", "html=x.html", "./a.tar", "./b.tar", status=1, cwd=directory)
    with open(os.path.join(directory, "x.html"), encoding="utf-8") as page:
        html = page.read()
    check("hostile html", "<img src=x" not in html and not re.search("[\x00-\x08\x0b-\x1f]", html))
    markdown = run("--semantic", "-p", "-o", "markdown", "./a.tar", "./b.tar", cwd=directory).decode()
    fences = [len(f) for f in re.findall("^(`{3,})", markdown, re.M)]
    check("hostile fences", fences and max(fences) > 4 and len(fences) % 2 == 0, fences)


# ---- limits ----

def check_limits(directory):
    a = b"".join(b"%d\n" % i for i in range(1000))
    write_images(directory, {"x": (a, a.replace(b"\n", b"!\n"))})
    shown = patches(run("--semantic", "-p", "-o", "json", "./a.tar", "./b.tar", status=1, cwd=directory))["x"][0]
    check("200 lines", shown["text"].count("\n") == 201 and shown["more"] == 1800, shown)
    out = run("--semantic", "-p", "--patch-lines=3", "-o", "table", "./a.tar", "./b.tar", cwd=directory).decode()
    check("3 lines", out.endswith("@@ -1,3 +0,0 @@\n    -0\n    -1\n    -2\n    (1997 more lines differ, see --patch-lines)\n"), out)
    plain = run("--semantic", "-o", "table", "./a.tar", "./b.tar", cwd=directory).decode()
    check("table as it was", out.split("\n")[:2] == plain.split("\n")[:2], plain)
    # Nothing in its place, and more lines than there is memory for.
    size = 3000000
    rows = [b"".join(b"%x\n" % (chance.getrandbits(16)) for _ in range(size)) for _ in range(2)]
    write_images(directory, {"x": rows})
    # By a small process of its own: what this one takes would count as the program's, which begins as a copy of it.
    measure = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); " \
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(done.returncode)"
    done = subprocess.run([sys.executable, "-c", measure, program, "diff", "--quiet", "--semantic", "-p", "--memory-limit=64M", "-o", "table",
                           "./a.tar", "./b.tar"], cwd=directory, capture_output=True)
    check("large", b"(bytes: aligning the lines" in done.stdout and done.returncode == 1, (done.stdout, done.stderr))
    sanitized = b"__asan_init" in open(program, "rb").read()
    most = int(done.stderr.split()[-1])
    check("large memory", sanitized or most < 200 * 1024, most)


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as directory:
        check_random(directory)
        check_hostile(directory)
        check_limits(directory)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
