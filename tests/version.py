#!/usr/bin/env python3
"""What scripts/version says in a clone with and without tags, in an archive, and in a bare copy: version.py SCRIPTS"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

scripts = sys.argv[1]
ENV = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.com",
           GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.com")
passed = failed = 0


def run(folder, *words):
    return subprocess.run(words, cwd=folder, env=ENV, check=True, capture_output=True, text=True).stdout.strip()


def version(folder):
    text = run(folder, os.path.join(folder, "scripts/version"), "9.0.0-rc")
    values = dict(re.findall(r'(\w+)\[\] = "([^"]*)"', text))
    assert values["diffoci_user_agent"] == "diffoci/" + values["diffoci_version"] and "\n" not in text, text
    return values["diffoci_version"], values["diffoci_commit"]


def check(what, found, wanted):
    global passed, failed
    if found == wanted:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {found}, wanted {wanted}")


with tempfile.TemporaryDirectory() as scratch:
    clone = os.path.join(os.path.realpath(scratch), "clone")
    os.makedirs(os.path.join(clone, "scripts"))
    for name in ("version", "version.archive"):
        shutil.copy(os.path.join(scripts, name), os.path.join(clone, "scripts"))
    check("a copy", version(clone), ("9.0.0-rc", ""))

    run(clone, "git", "init", "-q")
    with open(os.path.join(clone, ".gitattributes"), "w", encoding="utf-8") as attributes:
        attributes.write("scripts/version.archive export-subst\n")
    run(clone, "git", "add", "-A")
    run(clone, "git", "commit", "-qm", "one")
    head = run(clone, "git", "rev-parse", "HEAD")
    check("no tag", version(clone), (f"9.0.0-rc+g{head[:7]}", head))
    run(clone, "git", "tag", "v9.1.0-rc")
    check("at a tag", version(clone), ("9.1.0-rc", head))
    with open(os.path.join(clone, "scripts/version.archive"), "a", encoding="utf-8") as changed:
        changed.write("\n")
    check("changed", version(clone), ("9.1.0-rc+dirty", head))
    run(clone, "git", "commit", "-qam", "two")
    head = run(clone, "git", "rev-parse", "HEAD")
    check("behind a tag", version(clone), (f"9.1.0-rc+1.g{head[:7]}", head))

    archive = os.path.join(clone, "archive")  # inside of a repository that is not its own
    os.mkdir(archive)
    subprocess.run("git archive HEAD | tar -xC archive", shell=True, cwd=clone, env=ENV, check=True)
    check("an archive", version(archive), (f"9.1.0-rc+1.g{head[:7]}", head))

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
