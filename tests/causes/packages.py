#!/usr/bin/env python3
"""Packages as real programs note them: packages.py DIFFOCI

RPM's databases of either kind, as rpm writes them, and JARs. Wanted is what rpm says of its own database. Programs that
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


def compare(diffoci, scratch, sides):
    """The packages that differ: {name: (type, version, version)}, and how many rows the table has with them folded."""
    images = []
    for n, files in enumerate(sides):
        images.append(os.path.join(scratch, f"{n}.tar"))
        mkimage.oci_archive(images[n], mkimage.image(mkimage.layer(*(mkimage.file(path, content) for path, content in files.items()))))
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


def main():
    diffoci = os.path.abspath(sys.argv[1])
    cases = {"jar": jar_case}
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
