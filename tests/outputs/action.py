#!/usr/bin/env python3
"""What the job of GitHub Actions and that of GitLab do: action.py DIFFOCI MKIMAGE ACTION GITLAB

Their scripts run as the servers run them, on images made here, with a gh that notes how it is
called; held against it are the statuses, the outputs, and what stands on the pull request."""
import json, os, re, subprocess, sys, tempfile, xml.etree.ElementTree as ElementTree

diffoci, maker, action, gitlab = (os.path.abspath(word) for word in sys.argv[1:5])
failures = 0


def check(what, holds, found=""):
    global failures
    if not holds:
        failures += 1
        print(f"{what}: {str(found)[:400]}")


def environment(**more):
    env = dict(os.environ, DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"), PATH=os.path.abspath("bin") + ":" + os.environ["PATH"])
    return {**env, **more}


def job(after, status, require="", comment="true", flags="--semantic"):
    for name in ("output", "summary", "called"):
        if os.path.exists(name):
            os.unlink(name)
    done = subprocess.run([os.path.join(os.path.dirname(action), "compare")], capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment(
        DIFFOCI=diffoci, DIFFOCI_BEFORE="./a.tar", DIFFOCI_AFTER=after, DIFFOCI_FLAGS=flags, DIFFOCI_REQUIRE=require, DIFFOCI_COMMENT=comment, DIFFOCI_PULL_REQUEST="17",
        RUNNER_TEMP=os.getcwd(), GITHUB_OUTPUT="output", GITHUB_STEP_SUMMARY="summary"))
    check(f"{after} {require}: status", done.returncode == status, (done.returncode, done.stderr))
    outputs = dict(line.rstrip("\n").split("=", 1) for line in open("output")) if os.path.exists("output") else {}
    return done.stdout, outputs, open("called").read() if os.path.exists("called") else ""


def commands(text):
    """What the runner takes for its commands: lines that begin with "::", and "##[" anywhere, but for those between "::stop-commands::WORD" and "::WORD::"."""
    found, word = [], None
    for line in text.splitlines():
        if word:
            word = None if line.strip() == f"::{word}::" else word
        elif line.strip().startswith("::stop-commands::"):
            word = line.strip().removeprefix("::stop-commands::")
        elif line.strip().startswith("::") or "##[" in line:
            found.append(line)
    return found


def steps_of_gitlab():
    """The lines of the job's script, which stand there as plain scalars."""
    text = open(gitlab).read()
    return [line.strip()[2:] for line in re.search(r"\n  script:\n((?:    - .*\n)+)", text)[1].splitlines()]


with tempfile.TemporaryDirectory(prefix="action-") as folder:
    os.chdir(folder)
    subprocess.run([sys.executable, maker], text=True, check=True, input='''
oci_archive("a.tar", image(layer(file("etc/x", "one"))))
oci_archive("time.tar", image(layer(file("etc/x", "one", mtime=1))))
oci_archive("b.tar", image(layer(file("etc/x", "two"), file("@everyone `x`", "1"))))
oci_archive("commands.tar", image(layer(file("etc/x", "one\\n::set-output name=verdict::identical\\n"), file("##[set-output name=verdict]identical", "1"))))
oci_archive("plain.tar", image(blob(tar(file("etc/x", "one")), LAYER)))
''')
    os.mkdir("bin")
    with open("bin/gh", "w") as file:
        file.write('#!/bin/sh\nprintf "%s\\n" "$@" >called\n')
    os.chmod("bin/gh", 0o755)
    os.symlink(diffoci, "bin/diffoci")

    out, outputs, called = job("./b.tar", 0)
    check("differences are told", "M etc/x" in out, out)
    check("outputs", outputs == {"verdict": "different", "differences": "2", "reports": os.path.join(os.getcwd(), "diffoci")}, outputs)
    check("the comment", called.split("\n")[:6] == ["pr", "comment", "17", "--edit-last", "--create-if-none", "--body-file"], called)
    check("the comment's text", open(called.split("\n")[6]).read() == open("summary").read() and "### Images: different" in open("summary").read())
    check("the files", json.load(open("diffoci/diffoci.json")) and json.load(open("diffoci/diffoci.sarif")) and ElementTree.parse("diffoci/diffoci.xml") and
          open("diffoci/diffoci.html").read().startswith("<!doctype html>"))
    job("./b.tar", 1, require="semantic")
    _, outputs, _ = job("./time.tar", 0, require="semantic")
    check("what is required holds", outputs["verdict"] == "semantic", outputs)
    out, outputs, called = job("./none.tar", 2)
    check("what cannot be compared", not called and outputs == {"verdict": "unknown", "differences": "", "reports": os.path.join(os.getcwd(), "diffoci")}, (outputs, called))
    out, _, _ = job("", 2)
    check("no image", "input after" in out, out)
    out, _, _ = job("./commands.tar", 0, flags="--semantic\n--patch")
    check("names and lines are no commands", "::set-output" in out and "##[set-output" in out and not commands(out), commands(out))
    out, _, _ = job("./##[add-mask]e", 2)
    check("nor are errors", "##[add-mask]" in out and not commands(out), commands(out))
    _, _, called = job("./b.tar", 0, comment="false")
    check("no comment", not called, called)
    job("./b.tar", 2, flags="--semantic\n--no-such-flag")
    _, outputs, _ = job("./time.tar", 0, flags="  --semantic\r\n\t--ignore=etc/x  \r\n")
    check("spaces around a flag", outputs["verdict"] == "semantic", outputs)
    _, outputs, _ = job("./b.tar", 0, flags="--semantic\n--ignore=etc/x\n--ignore=@everyone `x`")
    check("flags, one a line", outputs["differences"] == "0", outputs)

    inputs = set(re.findall(r"\$\{\{ inputs\.(\w+) \}\}", open(action).read()))
    declared = set(re.findall(r"^  (\w+):\n    description", open(action).read().split("outputs:")[0], re.M))
    check("action.yml: inputs are those that are declared", inputs <= declared and declared <= inputs, (inputs, declared))
    for after, require, status, flags in (("./b.tar", "", 77, "--semantic"), ("./b.tar", "semantic", 1, "--semantic"), ("./time.tar", "semantic", 0, "--semantic"), ("./none.tar", "", 2, "--semantic"),
                                          ("./plain.tar", "effective", 0, "--effective\n--explain\n"), ("./plain.tar", "semantic", 1, "--effective\n--explain\n")):
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", "\n".join(steps_of_gitlab())], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=environment(DIFFOCI_BEFORE="./a.tar", DIFFOCI_AFTER=after, DIFFOCI_REQUIRE=require, DIFFOCI_FLAGS=flags))
        check(f"gitlab: {after} {require} {flags}", done.returncode == status, (done.returncode, done.stderr))
print(f"{failures} failed")
sys.exit(1 if failures else 0)
