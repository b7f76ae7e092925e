#!/usr/bin/env python3
"""Every output of one small comparison, byte for byte: golden.py DIFFOCI MKIMAGE [--update]

Two images are made on the spot: a program that became setuid, a setting and a command that differ, a package in another version, files
that were added and removed, one with a hostile name. What each output says of them stands in golden/. Where it says something else the
difference is shown, and --update writes the files anew: read `git diff tests/outputs/golden` before you commit it, for these are the
words that users get. Only what has to differ from build to build is taken out: the version, and the page's own scripts and styles."""
import difflib
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden")
diffoci, maker = (os.path.abspath(word) for word in sys.argv[1:3])
update = "--update" in sys.argv
passed = failed = 0

RECIPE = r'''
import hashlib

def status(version):
    return f"Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"

def build(version, mode, env, made, *more):
    return image(layer(file("etc/keep", "same"), file("usr/bin/su", "su", mode=mode), compress=None),
                 layer(file("var/lib/dpkg/status", status(version)), file("var/lib/dpkg/info/tool.list", "/usr/bin/tool\n"),
                       file("var/lib/dpkg/info/tool.md5sums", f"{hashlib.md5(version.encode()).hexdigest()}  usr/bin/tool\n"),
                       file("usr/bin/tool", f"tool {version}", mode=0o755), *more, compress=None),
                 config={"config": {"User": "app", "Env": ["PATH=/bin", env], "Cmd": ["tool"]},
                         "history": [{"created_by": "base"}, {"created_by": f"RUN /bin/sh -c {made} # buildkit"}]})

a = build("1.0", 0o755, "MODE=fast", "make", file("srv/gone", "x" * 1500))
b = build("1.1", 0o4755, "MODE=slow", "make install", file("srv/<b>@all`|\n", "y" * 2500), file("var/log/build.log", "2023-08-01 11:24:33 built\n"))
oci_archive("a.tar", a)
oci_archive("b.tar", b)
docker_archive("docker.tar", b)
'''

PAIR = ["./a.tar", "./b.tar"]
STRICT, SEMANTIC = ["diff", *PAIR], ["diff", "--semantic", *PAIR]
SUMMARY = ["diff", "-o", "summary", *PAIR]
OUTPUTS = {  # file: (arguments, more of the environment)
    "table.txt": (["diff", "-o", "table", *PAIR], {}),
    "table-semantic.txt": (["diff", "-o", "table", "--semantic", *PAIR], {}),
    "table-explained.txt": (["diff", "-o", "table", "--semantic", "--explain", "--packages", *PAIR], {}),
    "verbose.txt": (["diff", "-o", "verbose", "--semantic", *PAIR], {}),
    "summary-80.txt": (SUMMARY, {"COLUMNS": "80"}),
    "summary-120.txt": (SUMMARY, {"COLUMNS": "120"}),
    "summary-colour-80.txt": ([*SUMMARY, "--color=always"], {"COLUMNS": "80"}),
    "summary-colour-120.txt": ([*SUMMARY, "--color=always"], {"COLUMNS": "120"}),
    "summary-same.txt": (["diff", "-o", "summary", "./a.tar", "./a.tar"], {}),
    "report.json": (["diff", "-o", "json", "--semantic", *PAIR], {}),
    "lines.ndjson": (["diff", "-o", "ndjson", *PAIR], {}),
    "comment.md": (["diff", "-o", "markdown", *PAIR], {}),
    "page.html": (["diff", "-o", "html", "--semantic", *PAIR], {}),
    "junit.xml": (["diff", "-o", "junit", *PAIR], {}),
    "results.sarif": (["diff", "-o", "sarif", "--semantic", *PAIR], {}),
    "svr.json": (["diff", "-o", "svr", "--require=semantic", *PAIR], {}),
    "vsa.json": (["diff", "-o", "vsa", "--require=semantic", *PAIR], {}),
    "policy.yaml": (["diff", "-o", "policy", "--semantic", *PAIR], {}),
    "show.txt": (["show", "./b.tar"], {"COLUMNS": "80"}),
    "show.json": (["show", "-o", "json", "./b.tar"], {}),
    "show.md": (["show", "-o", "markdown", "./b.tar"], {}),
    "show.html": (["show", "-o", "html", "./b.tar"], {}),
    "images.txt": (["images"], {}),
    "images.json": (["images", "--json"], {}),
    "help.txt": (["help"], {"COLUMNS": "80"}),
}


def run(arguments, more):
    env = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "CLICOLOR_FORCE")}
    env.update(DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"), SOURCE_DATE_EPOCH="1700000000", TERM="xterm", **more)
    return subprocess.run([diffoci, *arguments], capture_output=True, env=env, stdin=subprocess.DEVNULL)


def normal(text, version):
    for word in sorted({version, version.replace("+", "%2B")}, key=len, reverse=True):
        text = text.replace(word, "VERSION")
    text = re.sub(r"(<style[^>]*>).*?(</style>)", r"\1...\2", text, flags=re.S)
    text = re.sub(r"(<script>).*?(</script>)", r"\1...\2", text, flags=re.S)
    return re.sub(r"'sha256-[A-Za-z0-9+/=]{44}'", "'sha256-...'", text)


def compare(name, text):
    global passed, failed
    path = os.path.join(GOLDEN, name)
    if update:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    try:
        with open(path, encoding="utf-8", newline="") as file:
            golden = file.read()
    except FileNotFoundError:
        golden = ""
    if golden == text:
        passed += 1
        return
    failed += 1
    lines = list(difflib.unified_diff(golden.split("\n"), text.split("\n"), f"golden/{name}", "now", lineterm="", n=1))
    print("\n".join(line[:300] for line in lines[:40]))


with tempfile.TemporaryDirectory(prefix="golden-") as folder:
    os.chdir(folder)
    subprocess.run([sys.executable, maker], input=RECIPE, text=True, check=True)
    version = run(["version"], {}).stdout.decode().split()[2].lstrip("v")
    with open("docker.tar", "rb") as archive:
        env = dict(os.environ, DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"))
        subprocess.run([diffoci, "load", "--quiet"], stdin=archive, env=env, check=True, capture_output=True)
    for name, (arguments, more) in OUTPUTS.items():
        compare(name, normal(run(arguments, more).stdout.decode("utf-8"), version))
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
