#!/usr/bin/env python3
"""Holds README.md to what it shows: readme.py DIFFOCI README PICTURE DRAW [--update]

Every command in a block of README.md that is marked console is run on a terminal, beside the images of make.py, and has to write what
stands below it. PICTURE has to be what DRAW (scripts/terminal-svg) makes of PICTURED. --update writes both anew."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
diffoci, readme, picture, draw = (os.path.abspath(word) for word in sys.argv[1:5])
update = "--update" in sys.argv
COLUMNS = 96
PICTURED = "diffoci diff oci:nginx-1.22.1 oci:nginx-1.22.2"
NAMES = {"monday": "rebuilt-0", "thursday": "rebuilt-1", "nginx-1.22.1": "upgraded-0", "nginx-1.22.2": "upgraded-1", "jars": "packed-0",
         "jars-again": "packed-1"}
passed = failed = 0


def on_terminal(command, **more):
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "CLICOLOR_FORCE")}
    env.update(TERM="xterm", DIFFOCI_PAGER="cat", DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"),
               PATH=f"{os.getcwd()}/bin:{env['PATH']}", **more)
    child = subprocess.Popen(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=side, stderr=side, env=env)
    os.close(side)
    out = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    child.wait()
    os.close(main)
    # A slow machine is told how far it is: what stands before that was taken off the terminal again.
    return out.decode("utf-8").replace("\r\n", "\n").rsplit("\x1b[J", 1)[-1]


def check(what, wanted, found):
    global passed, failed
    if wanted == found:
        passed += 1
    else:
        failed += 1
        print(f"{what}: it says\n{found}\nand README.md has\n{wanted}")


def block(match):
    """The block with what its commands write."""
    out = ""
    for step in re.split(r"^(?=\$ )", match.group(1), flags=re.M)[1:]:
        command = step.split("\n", 1)[0]
        found = command + "\n" + on_terminal(command[2:], NO_COLOR="1")
        check(command, step.strip("\n"), found.strip("\n"))
        out += found
    return f"```console\n{out}```\n"


def main():
    with open(readme, encoding="utf-8") as file:
        text = file.read()
    with tempfile.TemporaryDirectory(prefix="readme-") as folder:
        os.chdir(folder)
        subprocess.run([sys.executable, os.path.join(HERE, "make.py"), "."], check=True)
        for name, target in NAMES.items():
            os.symlink(target, name)
        os.mkdir("bin")
        os.symlink(diffoci, "bin/diffoci")
        new = re.sub(r"```console\n(.*?)```\n", block, text, flags=re.S)
        drawn = subprocess.run([draw, PICTURED, str(COLUMNS)], input=f"$ {PICTURED}\n{on_terminal(PICTURED)}", capture_output=True, text=True, check=True).stdout
    if update:
        with open(readme, "w", encoding="utf-8") as file:
            file.write(new)
        with open(picture, "w", encoding="utf-8") as file:
            file.write(drawn)
    with open(picture, encoding="utf-8") as file:
        check(os.path.basename(picture), file.read(), drawn)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed and not update else 0


if __name__ == "__main__":
    sys.exit(main())
