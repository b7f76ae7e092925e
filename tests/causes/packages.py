#!/usr/bin/env python3
"""Packages as real programs note them: packages.py DIFFOCI

RPM's databases of either kind, as rpm writes them, JARs, and Go's programs. Wanted is what rpm says of its own database. Programs that
are not there are named. Prints what fell short, then "N passed, N failed".
"""
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
import goprogram  # noqa: E402
import mkimage  # noqa: E402


def run(*words, cwd=None):
    return subprocess.run(words, check=True, cwd=cwd, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout


def package(scratch, name, version, epoch=""):
    spec = os.path.join(scratch, f"{name}.spec")
    with open(spec, "w", encoding="utf-8") as out:
        out.write(f"Name: {name}\nVersion: {version}\nRelease: 2\n{epoch}Summary: x\nLicense: MIT\nBuildArch: noarch\n%description\nx\n"
                  f"%install\nmkdir -p %{{buildroot}}/opt/{name}\necho {version} >%{{buildroot}}/opt/{name}/file\n%files\n/opt/{name}/file\n")
    run("rpmbuild", "-bb", f"--define=_topdir {scratch}/top-{version}", spec)
    return os.path.join(scratch, f"top-{version}/RPMS/noarch/{name}-{version}-2.noarch.rpm")


def has_backend(backend):
    if not shutil.which("rpm") or not shutil.which("rpmbuild"):
        return False
    with tempfile.TemporaryDirectory() as root:
        done = subprocess.run(["rpm", f"--define=_db_backend {backend}", "--dbpath", root, "--initdb"], check=False, capture_output=True)
        return done.returncode == 0 and b"invalid" not in done.stderr


def database(scratch, backend, packages):
    """The file of a database, and {name: (version, files)} as rpm tells them."""
    root = tempfile.mkdtemp(dir=scratch)
    options = [f"--define=_db_backend {backend}", "--dbpath", root]
    run("rpm", *options, "--initdb")
    if "force-debian" in run("rpm", "--help"):  # Debian's asks for it
        options.append("--force-debian")
    run("rpm", *options, "-i", "--justdb", "--nodeps", "--noscripts", "--ignoreos", "--ignorearch", *packages)
    told = run("rpm", *options, "-qa", "--qf", "%{NAME} %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n")
    name = {"sqlite": "rpmdb.sqlite", "ndb": "Packages.db"}[backend]
    with open(os.path.join(root, name), "rb") as content:
        return content.read(), dict(line.split() for line in told.splitlines())


def of_mode(path, content):
    return mkimage.file(path, content[0], mode=content[1]) if isinstance(content, tuple) else mkimage.file(path, content)


def compare(diffoci, scratch, sides):
    """The packages that differ: {name: (type, version, version)}, and how many rows the table has with them folded."""
    images = []
    for n, files in enumerate(sides):
        images.append(os.path.join(scratch, f"{n}.tar"))
        mkimage.oci_archive(images[n], mkimage.image(mkimage.layer(*(of_mode(path, content) for path, content in files.items()))))
    report = os.path.join(scratch, "report.json")
    subprocess.run([diffoci, "diff", "--semantic", "--policy=none", "--report-file", report, *images], check=False, capture_output=True)
    with open(report, encoding="utf-8") as text:
        return {one["name"]: (one["type"], *one["versions"]) for one in json.load(text).get("packages", [])}


def rpm_case(diffoci, scratch, backend):
    old = package(scratch, "changed", "1.0", "Epoch: 3\n"), package(scratch, "same", "5"), package(scratch, "gone", "7")
    new = package(scratch, "changed", "1.1", "Epoch: 3\n"), old[1], package(scratch, "added", "9")
    (before, told_before), (after, told_after) = database(scratch, backend, old), database(scratch, backend, new)
    path = {"sqlite": "var/lib/rpm/rpmdb.sqlite", "ndb": "usr/lib/sysimage/rpm/Packages.db"}[backend]
    wanted = {name: ("rpm", told_before.get(name), told_after.get(name)) for name in told_before.keys() | told_after.keys()
              if told_before.get(name) != told_after.get(name)}
    return wanted, compare(diffoci, scratch, ({path: before}, {path: after}))


def jar(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def jar_case(diffoci, scratch):
    def pom(version):
        return jar({"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\nImplementation-Title: other\r\nImplementation-Version: 0\r\n",
                    "META-INF/maven/org.example/x/pom.properties": f"#Generated\nversion={version}\ngroupId=org.example\nartifactId=x\n"})

    def bundle(version):
        return jar({"META-INF/MANIFEST.MF": f"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.osgi.x;singleton:=true\r\nBundle-Version: {version}\r\n"})

    def titled(version):
        return jar({"META-INF/MANIFEST.MF": f"Manifest-Version: 1.0\r\nImplementation-Title: A B\r\nImplementation-Version: {version}\r\n"})
    got = compare(diffoci, scratch, [{"srv/x.jar": pom(v), "srv/y.jar": bundle(v), "srv/z.jar": titled(v)} for v in ("1.0", "2.0")])
    return {name: ("maven", "1.0", "2.0") for name in ("org.example/x", "org.osgi.x", "A B")}, got


def go_case(diffoci, scratch):
    """Programs before and since Go 1.18, and one that Go did not make."""
    def program(version, pointers):
        made = goprogram.go_program(f"go1.{version}.1", [
            "path\texample.com/x", "mod\texample.com/x\t(devel)\t", f"dep\tgolang.org/x/sys\tv0.{version}.0\th1:abc=", "dep\tgolang.org/x/same\tv1.0.0\th1:xyz=",
            "dep\tgolang.org/x/text\tv0.2.0\th1:def=", f"=>\texample.com/text\tv0.2.{version}\th1:ghi=",
            "dep\texample.com/local\tv1.2.3", "=>\t../local\t", f"build\tvcs.revision=0{version}"], pointers=pointers, size=600000)
        return made, b"\x7fELF" + made[4:].replace(b"\x04\0\0\0Go\0\0", b"\x04\0\0\0GO\0\0")
    got = compare(diffoci, scratch, [{name: (content, 0o755) for name, content in zip(("usr/bin/x", "usr/bin/y"), program(*how))}
                                     for how in ((17, True), (22, False))])
    return {"stdlib": ("golang", "go1.17.1", "go1.22.1"), "golang.org/x/sys": ("golang", "v0.17.0", "v0.22.0"),
            "example.com/text": ("golang", "v0.2.17", "v0.2.22"), "example.com/x": ("golang", "017", "022")}, got


def told_by_go(path):
    """{(name, version)} as go itself tells them; of a main module without a version the revision."""
    found, last, main = set(), None, ()
    version, *lines = run("go", "version", "-m", path).splitlines()
    found.add(("stdlib", version.split(": ")[1].split()[0]))
    for line in lines:
        words = line.strip().split("\t")
        if words[0] == "=>":
            found.discard(last)
            found.add((words[1], words[2]))
        elif words[0] in ("dep", "mod") and len(words) > 2:
            last = words[1], words[2]
            found.add(last)
    for line in lines:
        words = line.strip().split("\t")
        main = tuple(words[1:3]) if words[0] == "mod" else main
        if "vcs.revision=" in line and main[1:] == ("(devel)",):
            found = found - {main} | {(main[0], line.split("vcs.revision=")[1])}
    return found


def real_go_case(diffoci, scratch):
    """A program of another package, as show tells its modules."""
    program = real_go_program()
    image = os.path.join(scratch, "real.tar")
    with open(program, "rb") as content:
        mkimage.oci_archive(image, mkimage.image(mkimage.layer(mkimage.file("usr/bin/x", content.read(), mode=0o755))))
    told = json.loads(run(diffoci, "show", "-o", "json", image))
    return sorted(told_by_go(program)), sorted((one["name"], one["version"]) for one in told["packages"])


def real_go_program():
    """Of those that are there, the one with most modules; Debian's name none."""
    found = [path for path in ("/usr/sbin/runc", "/usr/bin/kubectl", "/usr/local/bin/docker") if os.path.exists(path) and shutil.which("go")]
    return max(found, key=lambda path: len(told_by_go(path)), default=None)


def main():
    diffoci = os.path.abspath(sys.argv[1])
    cases = {"jar": jar_case, "go": go_case}
    if real_go_program():
        cases["go, a real program"] = real_go_case
    else:
        print("left out, since something is missing: a program that Go made, and go")
    for backend in ("ndb", "sqlite"):
        if has_backend(backend):
            cases["rpm, " + backend] = lambda *words, backend=backend: rpm_case(*words, backend)
        else:
            print(f"left out, since something is missing: rpm with {backend}")
    failed = 0
    for name, case in cases.items():
        with tempfile.TemporaryDirectory(prefix="diffoci-packages-") as scratch:
            wanted, got = case(diffoci, scratch)
        if wanted != got:
            failed += 1
            print(f"{name}: wanted {wanted}, found {got}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
