#!/usr/bin/env python3
"""Compiled Python files that differ in the time of their source alone: compiled.py DIFFOCI

Python runs such a file only if that is the time of its source, and else the source. Each case is two images; wanted is whether
--inside may call them equal. What Python does is asked of Python itself, in a directory with the same files."""
import importlib.util
import io
import marshal
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from time import gmtime

MKIMAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "mkimage.py")
SOURCE = "print('source')\n"
T1, T2, T3 = 1700000000, 1700000100, 1700000200
TAG = sys.implementation.cache_tag
CACHE, PY = f"srv/__pycache__/m.{TAG}.pyc", "srv/m.py"
MAGIC = importlib.util.MAGIC_NUMBER


def pyc(time, size=len(SOURCE)):
    """Not made from the source: it says something else."""
    return MAGIC + struct.pack("<III", 0, time, size) + marshal.dumps(compile("print('compiled')\n", "m.py", "exec"))


def compiled(time, path=CACHE, **how):
    return f"file({path!r}, {pyc(time, **how)!r}, mtime=1)"


def source(time, path=PY, text=SOURCE):
    return f"file({path!r}, {text!r}, mtime={time})"


def link(path, target, kind, time=1):
    return f"hardlink({path!r}, {target!r}, mtime={time})" if kind == "hard" else f"symlink({path!r}, {target!r}, mtime={time})"


def removed(path):
    return f'file({os.path.join(os.path.dirname(path), ".wh." + os.path.basename(path))!r}, "")'


def archive(kind, *files):
    """files: (name, content, time); for a hard link its target stands in the content's place."""
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w") as file:
            for name, content, time in files:
                file.writestr(zipfile.ZipInfo(name, gmtime(max(time, T1))[:6]), content)
    else:
        with tarfile.open(fileobj=out, mode="w") as file:
            for name, content, time in files:
                info = tarfile.TarInfo(name)
                info.mtime = time
                if isinstance(content, str):
                    info.type, info.linkname, content = tarfile.LNKTYPE, content, b""
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
    return [f'file("srv/x.{kind}", {out.getvalue()!r}, mtime=1)']


def packed(kind, noted, *times, name=f"__pycache__/m.{TAG}.pyc", before="", links=()):
    """An archive with a compiled file, and its source if there is a time for it."""
    sources = ((before + "m.py", SOURCE.encode(), time) for time in times)
    return [archive(kind, (before + name, pyc(noted), 1), *sources, *(("n.py", "m.py", time) for time in links))]


RUNS, ODD = [compiled(T1), source(T1)], [compiled(T2), source(T1)]
CASES = {  # what: (may be equal; None: only as far as layers are merged, layers of one image, layers of the other)
    "both are run": (True, [RUNS], [[compiled(T2), source(T2)]]),
    "neither is run": (True, [[compiled(T1), source(T3)]], [[compiled(T2), source(T3)]]),
    "one is run": (False, [RUNS], [ODD]),
    "one is run, the sources' times differ, too": (False, [RUNS], [[compiled(T2), source(T3)]]),
    "sizes that are not the source's": (True, [[compiled(T1, size=3), source(T1)]], [[compiled(T2, size=3), source(T1)]]),
    "no source": (True, [[compiled(T1)]], [[compiled(T2)]]),
    "the source first": (False, [RUNS[::-1]], [ODD[::-1]]),
    "names with ./": (False, [[compiled(T1, "./" + CACHE), source(T1, "./" + PY)]], [[compiled(T2, "./" + CACHE), source(T1)]]),
    "Python 2's place": (False, [[compiled(T1, "srv/m.pyc"), source(T1)]], [[compiled(T2, "srv/m.pyc"), source(T1)]]),
    "Python 2's place, both run": (True, [[compiled(T1, "srv/m.pyc"), source(T1)]], [[compiled(T2, "srv/m.pyc"), source(T2)]]),
    "a cache elsewhere": (False, *[[[compiled(time, f"var/cache/srv/m.{TAG}.pyc"), source(T1)]] for time in (T1, T2)]),
    "a cache elsewhere, for a directory behind a link": (False, *[[[compiled(time, f"var/lib/x/m.{TAG}.pyc"), link("lib", "usr/lib", "symbolic"), source(T1, "usr/lib/x/m.py")]] for time in (T1, T2)]),
    "a cache elsewhere, a link that leads elsewhere": (True, *[[[compiled(time, f"var/lib/x/m.{TAG}.pyc"), link("bin", "usr/bin", "symbolic"), source(T1, "usr/lib/x/m.py")]] for time in (T1, T2)]),
    "a compiled file that is called otherwise, and a link to it": (False, *[[[compiled(time, "srv/x.pyc"), link(CACHE, "srv/x.pyc", "hard"), source(T1)]] for time in (T1, T2)]),
    "a compiled file and a link to it, without optimisation and with": (True, *[[[compiled(time), link(CACHE.replace(".pyc", ".opt-1.pyc"), CACHE, "hard"), source(time)]] for time in (T1, T2)]),
    "a compiled file and a link to it, one is run": (False, *[[[compiled(time, CACHE.replace(".pyc", ".opt-2.pyc")), link(CACHE, CACHE.replace(".pyc", ".opt-2.pyc"), "hard"), source(T1)]] for time in (T1, T2)]),
    "a cache that is a link": (False, *[[[compiled(time, f"var/m.{TAG}.pyc"), link("srv/__pycache__", "/var", "symbolic"), source(T1)]] for time in (T1, T2)]),
    "a compiled file that is a link": (False, *[[[compiled(time, "var/x.pyc"), link(CACHE, "/var/x.pyc", "symbolic"), source(T1)]] for time in (T1, T2)]),
    "a source's time that Python rounds up": (False, *[[[compiled(time), f"file({PY!r}, {SOURCE!r}, records={{'mtime': '{T1 - 1}.999999999'}})"]] for time in (T1, T2)]),
    "a source with dots in its name": (False, *[[[compiled(time, f"srv/__pycache__/m.n.o.{TAG}.opt-1.pyc"), source(T1, "srv/m.n.o.py")]] for time in (T1, T2)]),
    "a source with a dot in its name, a cache elsewhere": (False, *[[[compiled(time, f"var/srv/m.n.{TAG}.pyc"), source(T1, "srv/m.n.py")]] for time in (T1, T2)]),
    "a source with a dot in its name, both are run": (True, *[[[compiled(time, f"srv/__pycache__/.m.n.{TAG}.pyc"), source(time, "srv/.m.n.py")]] for time in (T1, T2)]),
    "more dots than places": (False, *[[[compiled(time, "srv/m" + 80 * "." + "pyc")]] for time in (T1, T2)]),
    "a layer of its own": (True, [[source(T1)], [compiled(T1)]], [[source(T2)], [compiled(T2)]]),
    "a layer of its own, one is run": (False, [[source(T1)], [compiled(T1)]], [[source(T1), 'file("x")'], [compiled(T2)]]),
    "a layer that both have": (False, [[source(T1)], [compiled(T1)]], [[source(T1)], [compiled(T2)]]),
    "a layer that both have, neither is run": (True, [[source(T3)], [compiled(T1)]], [[source(T3)], [compiled(T2)]]),
    "a layer that both have, without a source": (True, [['file("x")'], [compiled(T1)]], [['file("x")'], [compiled(T2)]]),
    "another source above": (True, [[compiled(T1), source(T1)], [source(T3)]], [[compiled(T2), source(T1)], [source(T3)]]),
    "a source that is removed above": (True, [[compiled(T1), source(T1)], [removed(PY)]], [[compiled(T2), source(T1)], [removed(PY)]]),
    "a compiled file that is removed above": (None, [[compiled(T1), source(T1)], [removed("srv")]], [[compiled(T2), source(T1)], [removed("srv")]]),
    "a source that is a symbolic link": (False, *[[[compiled(time), link(PY, "n.py", "symbolic"), source(T1, "srv/n.py")]] for time in (T1, T2)]),
    "a source that is a hard link": (True, *[[[compiled(time), source(time, "srv/n.py"), link(PY, "srv/n.py", "hard", time)]] for time in (T1, T2)]),
    "a source that is a hard link, one is run": (False, *[[[compiled(time), source(T1, "srv/n.py"), link(PY, "srv/n.py", "hard", T1)]] for time in (T1, T2)]),
    "a source with a link of another time": (False, *[[[compiled(time), source(time), link("srv/n.py", PY, "hard", T3)]] for time in (T1, T2)]),
    "in a tar archive, both are run": (True, packed("tar", T1, T1), packed("tar", T2, T2)),
    "in a tar archive, neither is run": (True, packed("tar", T1, T3), packed("tar", T2, T3)),
    "in a tar archive, one is run": (False, packed("tar", T1, T1), packed("tar", T2, T1)),
    "in a tar archive, one is run, the sources' times differ, too": (False, packed("tar", T1, T1), packed("tar", T2, T3)),
    "in a tar archive, with ./": (False, packed("tar", T1, T1, before="./"), packed("tar", T2, T1, before="./")),
    "in a tar archive, without a source": (True, packed("tar", T1), packed("tar", T2)),
    "in a tar archive, Python 2's place": (False, packed("tar", T1, T1, name="m.pyo"), packed("tar", T2, T1, name="m.pyo")),
    "in a tar archive, twice": (False, packed("tar", T1, T3, T1), packed("tar", T2, T3, T2)),
    "in a tar archive, a dot in the name": (False, *[[archive("tar", (f"__pycache__/m.n.{TAG}.pyc", pyc(time), 1), ("m.n.py", SOURCE.encode(), T1))] for time in (T1, T2)]),
    "in a tar archive, a link of another time": (False, packed("tar", T1, T1, links=[T1]), packed("tar", T2, T2, links=[T3])),
    "in a tar archive, with a link": (True, packed("tar", T1, T1, links=[T1]), packed("tar", T2, T2, links=[T2])),
    "in a zip archive": (False, packed("zip", T1, T1), packed("zip", T2, T2)),
    "in a zip archive, without a source": (True, packed("zip", T1), packed("zip", T2)),
    "below a link": (False, *[[['symlink("lib", "srv")', source(T1)], [compiled(time, f"lib/__pycache__/m.{TAG}.pyc")]] for time in (T1, T2)]),
}


def recipe(name, layers):
    return f'oci_archive("{name}.tar", image({", ".join("layer(" + ", ".join(layer) + ")" for layer in layers)}))\n'


def python_says(layers):
    """What is printed by a Python that has the files of one layer."""
    with tempfile.TemporaryDirectory() as root:
        files = []
        for entry in layers[0]:
            eval(entry, {"file": lambda path, content, mtime: files.append((path, content, mtime))})  # pylint: disable=eval-used
        for path, content, mtime in files:
            path = os.path.join(root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(content if isinstance(content, bytes) else content.encode())
            os.utime(path, (mtime, mtime))
        return subprocess.check_output([sys.executable, "-B", "-c", "import m"], text=True, cwd=os.path.join(root, "srv"))


def deep(time):
    """Compiled files that may have their sources in 60 directories with long names."""
    out, below = io.BytesIO(), "/".join(60 * [60 * "d"])
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as file:
        for i in range(400):
            info = tarfile.TarInfo(f"{below}/m{i}.{TAG}.pyc")
            info.size = len(pyc(time))
            file.addfile(info, io.BytesIO(pyc(time)))
    return out.getvalue()


def check_memory(program, directory):
    """Paths of 40 MB: where there is no room for them nothing is known of the sources."""
    text = "".join(f'oci_archive("deep-{time}.tar", image(blob(gzipped({deep(time)!r}), LAYER_GZIP)))\n' for time in (T1, T2))
    subprocess.run([sys.executable, MKIMAGE], input=text, text=True, check=True, cwd=directory)
    failed = 0
    for limit, status in (("1G", 0), ("16M", 1)):
        command = [program, "diff", "--semantic", "--inside", f"--memory-limit={limit}", f"./deep-{T1}.tar", f"./deep-{T2}.tar"]
        told = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        if told.returncode != status or (status and "is not known" not in told.stdout):
            print(f"--memory-limit={limit}: status {told.returncode}\n{told.stdout[:2000]}{told.stderr[:2000]}")
            failed += 1
    return failed


TIMEOUTS = [1.5 ** -i for i in range(14)]


def check_time(program, directory):
    """Whenever the time is over, what was not read is no difference."""
    base = f'layer(file("base", {64 * "0123456789abcdef"!r} * (1 << 15)), file("more"))'
    made = (f'oci_archive("late-{time}.tar", image({base}, layer({compiled(time)})))\n' for time in (T1, T2))
    subprocess.run([sys.executable, MKIMAGE], input="".join(made), text=True, check=True, cwd=directory)
    failed = 0
    for seconds in TIMEOUTS:
        command = [program, "diff", "--semantic", "--inside", f"--timeout={seconds}", f"./late-{T1}.tar", f"./late-{T2}.tar"]
        told = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        if told.returncode not in (0, 2) or (told.returncode == 2 and "--timeout" not in told.stderr):
            print(f"--timeout={seconds}: status {told.returncode}\n{told.stdout[:2000]}{told.stderr[:2000]}")
            failed += 1
    return failed


def main():
    program = os.path.abspath(sys.argv[1])
    failed = 0
    for name in ("both are run", "neither is run", "one is run", "sizes that are not the source's"):
        equal, one, two = CASES[name]
        if (python_says(one) == python_says(two)) != equal:
            print(f"{name}: Python says {python_says(one)} and {python_says(two)}")
            failed += 1
    with tempfile.TemporaryDirectory() as directory:
        text = "".join(recipe(f"{i}-{side}", case[1 + side]) for i, case in enumerate(CASES.values()) for side in range(2))
        subprocess.run([sys.executable, MKIMAGE], input=text, text=True, check=True, cwd=directory)
        for i, (name, (equal, *_)) in enumerate(CASES.items()):
            for flags in (["--semantic"], ["--effective"], ["--semantic", "--require=equivalent"]):
                for sides in ((0, 1), (1, 0)):
                    command = [program, "diff", *flags, "--inside", *(f"./{i}-{side}.tar" for side in sides)]
                    told = subprocess.run(command, cwd=directory, capture_output=True, text=True)
                    wanted = flags != ["--semantic"] if equal is None else equal
                    if told.returncode != (0 if wanted else 1):
                        print(f"{name} {flags} {sides}: status {told.returncode}\n{told.stdout}{told.stderr}")
                        failed += 1
        failed += check_memory(program, directory) + check_time(program, directory)
    print(f"{6 * len(CASES) + 2 + len(TIMEOUTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
