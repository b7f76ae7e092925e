"""Pairs of files of which is known whether they are equal inside: hidden() and harmless() note them, main() tries them all."""
import os
import re
import subprocess
import sys
import tempfile

MKIMAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "mkimage.py")
CASES = []  # what it is, the file's suffix, one side, the other, whether they are equal


def hidden(what, suffix, one, two):
    CASES.append((what, suffix, one, two, False))


def harmless(what, suffix, one, two):
    CASES.append((what, suffix, one, two, True))


def page(date, more=b"", info=b"/CreationDate"):
    """A PDF with a date in its information dictionary; more: what its catalog has besides."""
    out, places = b"%PDF-1.4\n", []
    for body in (b"<</Type/Catalog/Pages 2 0 R" + more + b">>", b"<</Type/Pages/Kids[]/Count 0>>", b"<<" + info + b"(" + date + b")>>"):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (len(places), body)
    table = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in places)
    return out + b"trailer\n<</Size 4/Root 1 0 R/Info 3 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table


def main():
    program = os.path.abspath(sys.argv[1])
    paths = [f"srv/{i}.{case[1]}" for i, case in enumerate(CASES)]
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for side in range(2):
            for i, case in enumerate(CASES):
                with open(os.path.join(directory, f"{i}.{side}"), "wb") as out:
                    out.write(case[2 + side])
            files = ", ".join(f'file("{path}", open("{i}.{side}", "rb").read())' for i, path in enumerate(paths))
            subprocess.run([MKIMAGE], input=f'oci_archive("{side}.tar", image(layer({files})))', text=True, check=True, cwd=directory)
            # The same without what has to be equal: of that nothing may be harmless.
            files = ", ".join(f'file("{path}", open("{i}.{side}", "rb").read())' for i, path in enumerate(paths) if not CASES[i][4])
            subprocess.run([MKIMAGE], input=f'oci_archive("hidden-{side}.tar", image(layer({files})))', text=True, check=True, cwd=directory)
        for sides in (("./hidden-0.tar", "./hidden-1.tar"), ("./hidden-1.tar", "./hidden-0.tar")):
            told = subprocess.run([program, "diff", "--semantic", "--explain", *sides], cwd=directory, stdout=subprocess.PIPE, text=True).stdout
            proven = re.findall(r"^File +srv/(\d+)\S* +([^?\s-][^?\s]*)(?=\s)", told, re.M)
            for number, cause in proven:
                print(f"{CASES[int(number)][0]}: {cause} is proven")
            failed += len(proven) + told.count("of these harmless")
        for sides in (("./0.tar", "./1.tar"), ("./1.tar", "./0.tar")):
            told = subprocess.run([program, "diff", "--semantic", "--inside", *sides], cwd=directory, stdout=subprocess.PIPE, text=True).stdout
            differ = {line.split()[1].split("!/")[0] for line in told.splitlines() if line.startswith("File")}
            for path, (what, _, _, _, equal) in zip(paths, CASES):
                if (path not in differ) != equal:
                    print(f"{what}: {'a difference' if equal else 'equal'}")
                    failed += 1
    print(f"{2 * len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0
