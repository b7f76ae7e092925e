#!/usr/bin/env python3
"""What a person sees: run.py DIFFOCI MKIMAGE

In a real terminal, tmux with a server of its own: the summary at 80 and 120 columns and after a change of size, the pager, how far
reading is, and completion in bash, zsh and fish. Skipped without tmux; a shell that is not there is skipped by name."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

diffoci, maker = (os.path.abspath(word) for word in sys.argv[1:3])
PROMPT = "ready>"
RECIPE = r'''
base = [file("etc/keep", "same"), file("usr/bin/tool", "one", mode=0o755), file("etc/gone", "x" * 100)]
oci_archive("a.tar", image(layer(*base)).named("example.com/app:1"))
oci_archive("b.tar", image(layer(file("etc/keep", "same"), file("usr/bin/tool", "two!", mode=0o4755), file("srv/more", ""), file("srv/" + "long/" * 40 + "new", "y" * 1000)),
                           config={"history": [{"created_by": "RUN make " + "all " * 60}]}))
oci_archive("many0.tar", image(layer(*[file(f"d{n % 50}/f{n}", "1") for n in range(300)])))
oci_archive("many1.tar", image(layer(*[file(f"d{n % 50}/f{n}", "2") for n in range(300)])))
oci_dir("layout", image(layer(*base)).named("example.com/app:1"), image(layer()).named("example.com/other:2"))
first, second = image(layer(*base)), image(layer(file("only", "here")), arch="arm64")
lacking = index(first, second, platforms=[platform("amd64"), platform("arm64")])
for gone in (second.descriptor, second.manifest["config"], *second.manifest["layers"]):
    lacking.drop(gone)
oci_archive("lacking.tar", lacking.named("example.com/app:1"))
for i, (word, more) in enumerate((("one", ""), ("two", ":/opt/more/bin"))):
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" + more
    oci_archive(f"setting{i}.tar", image(layer(*[file(f"{word}/{n}", "x" * n) for n in range(13)]), config={"config": {"Env": [path], "Entrypoint": ["/bin/sh", "-c", word * 30]}}))
docker_archive("docker.tar", image(layer(*base)).named("example.com/app:1"))
'''
# Writes the archive of docker save a little at a time.
SLOW = '''#!/usr/bin/env python3
import sys, time
if sys.argv[1] == "save":
    data = open("lacking.tar" if "lacking" in sys.argv[0] else "docker.tar", "rb").read()
    for i in range(0, len(data), len(data) // 8):
        sys.stdout.buffer.write(data[i:i + len(data) // 8])
        sys.stdout.flush()
        time.sleep(0.4)
elif sys.argv[1] == "version":
    print("27.0" if "lacking" in sys.argv[0] else "20.10")
else:
    sys.exit(1)
'''

passed = failed = 0


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {found}")


class Terminal:
    def __init__(self, columns, command="bash --norc --noprofile", lines=24):
        self.runs = 0
        self.socket = f"diffoci-{os.getpid()}-{time.monotonic_ns()}"
        env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LESS", "PAGER", "DIFFOCI_PAGER", "NO_COLOR", "CLICOLOR_FORCE", "TMUX")}
        env.update(PS1=PROMPT, PATH=f"{os.getcwd()}/bin:{env['PATH']}", DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"), HISTFILE="",
                   LANG="C.UTF-8", TERM="xterm-256color", HOME=os.path.abspath("home"), ZDOTDIR=os.path.abspath("home"))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(lines), command, env=env)
        if command.startswith("bash"):
            self.type(f"PS1={PROMPT!r}; clear")
            self.keys("Enter")
            self.wait(lambda s: s == [PROMPT])

    def tmux(self, *words, **more):
        return subprocess.run(["tmux", "-L", self.socket, *words], check=True, capture_output=True, text=True, **more).stdout

    def close(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], capture_output=True)

    def screen(self, scrolled=False):
        return self.tmux("capture-pane", "-p", *(["-S", "-2000"] if scrolled else [])).rstrip("\n").split("\n")

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def wait(self, holds, seconds=20):
        """The screen when what is waited for stands there, or at the end."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if holds(screen) or time.monotonic() > end:
                return screen
            time.sleep(0.05)

    def run(self, command, seconds=30):
        """The lines that a command wrote, until the prompt is there again, and its exit status."""
        self.tmux("clear-history")
        self.runs += 1  # the last command's screen may stand there until the keys arrive
        last = re.compile(rf"status-{self.runs}=(\d+)=")
        self.type(f"clear; {command}; echo status-{self.runs}=$?=")
        self.keys("Enter")
        screen = self.wait(lambda s: any(last.fullmatch(l) for l in s) and s[-1] == PROMPT, seconds)
        lines = self.screen(scrolled=True)
        for at, line in enumerate(lines):
            if found := last.fullmatch(line):
                return [l for l in lines[:at] if PROMPT not in l], int(found[1])
        return screen, None


def check_widths():
    for columns in (80, 120):
        terminal = Terminal(columns)
        lines, status = terminal.run("diffoci diff --semantic ./a.tar ./b.tar")
        check(f"{columns}: status", status == 1, (status, lines))
        check(f"{columns}: no line goes on in the next", all(len(l) <= columns for l in lines) and len(lines) == 9, lines)
        check(f"{columns}: the weightiest first", lines and lines[0].startswith("M usr/bin/tool") and "04755" in lines[0], lines[:1])
        check(f"{columns}: the command that made the layer", any("layer 0: RUN make" in l for l in lines), lines)
        check(f"{columns}: verdict and hints", "verdict: different: a container would see a difference" in lines, lines)
        terminal.tmux("resize-window", "-x", "60", "-y", "24")
        lines, status = terminal.run("diffoci diff --semantic ./a.tar ./b.tar")
        check(f"{columns}, then 60: lines", all(len(l) <= 60 for l in lines) and len(lines) == 9, lines)
        lines, status = terminal.run("diffoci --no-pager show ./b.tar")
        check(f"{columns}, then 60: show", status == 0 and all(len(l) <= 60 for l in lines[:1] + lines[2:]), lines)
        coloured = terminal.tmux("capture-pane", "-p", "-e")
        check("colours on a terminal", "\x1b[" in coloured)
        terminal.close()


def check_values():
    """Of a setting that differs both values are seen, from where they differ, however narrow the terminal is."""
    for columns in 40, 60, 80, 120:
        terminal = Terminal(columns)
        lines, status = terminal.run("diffoci diff --semantic --explain ./setting0.tar ./setting1.tar")
        check(f"settings in {columns}: no line goes on in the next", status == 1 and all(len(l) <= max(columns, 50) for l in lines), lines)
        for name, values in (("Env PATH", ("/bin", "/bin:/opt")), ("Entrypoint[2]", ("oneone", "twotwo"))):
            found = [l for l in lines if l.startswith("C " + name)]
            check(f"settings in {columns}: {name}", len(found) == 1 and all(any(v in half for half in found[0].split(" → ")[i:i + 1]) for i, v in enumerate(values)), found)
        check(f"settings in {columns}: a number keeps its unit", not any(re.match(r" *k?B\b", l) for l in lines), lines)
        check(f"settings in {columns}: nothing is known", "none of these has a known cause" in lines and not any("about each cause" in l for l in lines), lines)
        terminal.close()


def check_pager():
    terminal = Terminal(80)
    command = "diffoci diff --no-fold --semantic ./many0.tar ./many1.tar"
    terminal.type(f"clear; {command}; echo status=$?=")
    terminal.keys("Enter")
    screen = terminal.wait(lambda s: len(s) == 24 and s[-1].startswith(":") and s[0].startswith("M "))
    check("a long list is in the pager", screen[-1].startswith(":") and screen[0].startswith("M d"), screen)
    terminal.keys("q")
    screen = terminal.wait(lambda s: s[-2:] == ["status=1=", PROMPT])
    check("q leaves it, quietly, with the status of the comparison", screen[-2:] == ["status=1=", PROMPT], screen[-3:])
    lines, status = terminal.run(command.replace("diff ", "--no-pager diff ", 1))
    check("--no-pager", status == 1 and sum(l.startswith("M d") for l in lines) == 300, (status, len(lines)))
    terminal.tmux("resize-window", "-x", "120", "-y", "24")
    for variables, marked, what in (("PAGER='sed s/^/P:/'", "P:", "$PAGER"), ("PAGER='sed s/^/P:/' DIFFOCI_PAGER='sed s/^/D:/'", "D:", "$DIFFOCI_PAGER before $PAGER"),
                                    ("PAGER='sed s/^/P:/' DIFFOCI_PAGER=", "", "an empty one is none"), ("DIFFOCI_PAGER=cat", "", "cat is none"),
                                    ("PAGER='sed s/^/P:/' TERM=dumb", "", "none on a dumb terminal"), ("DIFFOCI_PAGER=no-such-pager", "", "one that is not there is none"),
                                    ("PAGER=true", None, "a pager that reads nothing")):
        lines, status = terminal.run(f"{variables} diffoci diff --semantic ./a.tar ./b.tar")
        if marked is None:
            check(what, status == 1 and lines == [], (status, lines))
        else:
            check(what, status == 1 and sum(l.startswith(marked) for l in lines) >= 8 and lines[0].startswith(marked + "M "), (status, lines))
    lines, status = terminal.run("diffoci diff --semantic ./a.tar ./b.tar")
    check("what fits stays on the screen", status == 1 and len(lines) == 9, (status, lines))
    lines, status = terminal.run("PAGER='sed s/^/P:/' diffoci diff --semantic ./a.tar ./b.tar | head -n 1")
    check("none in a pipe", any(l.startswith("TYPE ") for l in lines) and not any(l.startswith("P:") for l in lines), lines)
    lines, status = terminal.run("PAGER='sed s/^/P:/' diffoci show ./a.tar")
    check("show is paged", status == 0 and lines and all(l.startswith("P:") for l in lines), (status, lines))
    lines, status = terminal.run("PAGER='sed s/^/P:/' diffoci diff --sandbox=off --semantic ./a.tar ./b.tar")
    check("and diff without the confined process", status == 1 and lines[0].startswith("P:M "), (status, lines))
    lines, status = terminal.run("PAGER='sed s/^/P:/' diffoci help show")
    check("help is paged", status == 0 and lines[0].startswith("P:"), lines[:2])
    terminal.close()


def check_progress():
    terminal = Terminal(80)
    terminal.type("clear; DOCKER=$PWD/slow diffoci show --no-files docker://example.com/app:1 | tail -n 1; echo status=$?=")
    terminal.keys("Enter")
    screen = terminal.wait(lambda s: any("slow save" in l for l in s), 15)
    check("docker save is counted", any(re.search(r"slow save  [\d.]+ (bytes|KiB)", l) for l in screen), screen)
    screen = terminal.wait(lambda s: "status=0=" in s and s[-1] == PROMPT)
    check("nothing is left of it", not any("total" in l or "save" in l for l in screen[1:]), screen)
    terminal.tmux("clear-history")
    os.mkfifo("pipe")
    terminal.type("clear; diffoci load < pipe; echo status=$?=")
    terminal.keys("Enter")
    with open("a.tar", "rb") as file, open("pipe", "wb") as pipe:
        data = file.read()
        pipe.write(data[:1024])
        pipe.flush()
        screen = terminal.wait(lambda s: any(l.startswith("total") for l in s), 10)
        check("load is counted", any(l.startswith("standard input") for l in screen), screen)
        terminal.tmux("resize-window", "-x", "50", "-y", "24")
        time.sleep(0.6)
        screen = terminal.screen()
        check("after a change of size it is drawn once", sum(l.startswith("total") for l in screen) == 1, screen)
        pipe.write(data[1024:])
    screen = terminal.wait(lambda s: "status=0=" in s and s[-1] == PROMPT)
    check("its end", screen[1:] == ["Loaded image: example.com/app:1", "status=0=", PROMPT] or screen[-3:-1] == ["Loaded image: example.com/app:1", "status=0="], screen)
    check("nothing of it is left", not any("total" in l for l in screen), screen)
    # A warning comes from another process than the one that shows how far it is. (What is taken off an empty screen tmux keeps; and at
    # this width the warning's second line is short, so that what stood there would be seen.)
    terminal.tmux("resize-window", "-x", "90", "-y", "24")
    for sandbox in ("auto", "off"):
        lines, status = terminal.run(f"echo; DOCKER=$PWD/lacking diffoci pull --sandbox={sandbox} --all-platforms docker://example.com/app:1")
        check(f"a warning stands alone, --sandbox={sandbox}", status == 0 and sum(l.startswith("diffoci: warning: docker://example.com/app:1: its index")
                                                                                  for l in lines) == 1, (status, lines))
        check(f"and nothing is left of what was shown, --sandbox={sandbox}", not any("total" in l or "save" in l for l in lines), lines)
    lines, status = terminal.run("DOCKER=$PWD/slow diffoci show --no-files docker://example.com/app:1 2>err >/dev/null; wc -c <err")
    check("none where standard error is no terminal", lines == ["0"], lines)
    terminal.close()


def complete(terminal, typed, wanted):
    """The screen after a Tab, when one of what is wanted stands there, or after a while."""
    terminal.keys("C-c")
    time.sleep(0.2)
    terminal.type("clear")
    terminal.keys("Enter")
    terminal.wait(lambda s: s[-1].endswith(PROMPT) and len(s) == 1)
    terminal.type(typed)
    terminal.keys("Tab")
    # Zsh and fish quote what need not be.
    return terminal.wait(lambda s: any(w in "\n".join(s).replace("\\", "") for w in wanted), 10)


CASES = [  # what is typed, and what the line has become
    ("diffoci diff docker-", ["docker-archive:"]),
    ("diffoci diff docker:/", ["docker://"]),
    ("diffoci diff oci:lay", ["oci:layout"]),
    ("diffoci diff oci-archive:a.t", ["oci-archive:a.tar"]),
    ("diffoci diff oci:layout:example.com/o", ["oci:layout:example.com/other:2"]),
    ("diffoci show docker-archive:docker.tar:e", ["docker-archive:docker.tar:example.com/app:1"]),
    ("diffoci show ./a.t", ["./a.tar"]),
    ("diffoci show example.com/a", ["example.com/app:1"]),
    ("diffoci remove example.com/a", ["example.com/app:1"]),
    ("diffoci diff --platform=linux/s3", ["linux/s390x"]),
    ("diffoci diff --ignore-fields=uid,mt", ["uid,mtime"]),
    ("diffoci diff --accept=man-date,pyc-h", ["man-date,pyc-header"]),
    ("diffoci diff --output=mark", ["--output=markdown"]),
    ("diffoci diff -o mark", ["-o markdown", "-omarkdown"]),
    ("diffoci show -o mark", ["-o markdown", "-omarkdown"]),
    ("diffoci show --output=mark", ["--output=markdown"]),
    ("diffoci diff --require=eff", ["--require=effective"]),
    ("diffoci sho", ["diffoci show"]),
    ("diffoci diff --no-pa", ["--no-pager"]),
]

SHELLS = {
    "bash": ("bash --norc --noprofile", "source <(diffoci completion bash)"),
    "zsh": ("zsh -f", f"PS1={PROMPT!r}; autoload -Uz compinit; compinit -u; source <(diffoci completion zsh)"),
    "fish": ("fish --no-config", f"function fish_prompt; echo -n {PROMPT!r}; end; set fish_greeting; diffoci completion fish | source"),
}


def check_completion():
    for shell, (command, setup) in SHELLS.items():
        if not shutil.which(shell):
            print(f"skipped: {shell} is not installed")
            continue
        terminal = Terminal(120, command)
        time.sleep(1)
        # The prompt stands there before, too; what is typed next would break off what is not done.
        terminal.type(f"{setup}; echo it-is-set-up")
        terminal.keys("Enter")
        terminal.wait(lambda s: "it-is-set-up" in (l.rstrip() for l in s) and s[-1].rstrip() == PROMPT, 60)
        for typed, wanted in CASES:
            screen = complete(terminal, typed, wanted)
            check(f"{shell}: {typed}", any(w in "\n".join(screen).replace("\\", "") for w in wanted), screen[:4])
        terminal.close()


if not shutil.which("tmux"):
    print("tmux is not installed")
    sys.exit(77)
with tempfile.TemporaryDirectory(prefix="terminal-") as folder:
    os.chdir(folder)
    for name in ("bin", "home"):
        os.mkdir(name)
    os.symlink(diffoci, "bin/diffoci")
    with open("slow", "w", encoding="utf-8") as file:
        file.write(SLOW)
    os.chmod("slow", 0o755)
    os.symlink("slow", "lacking")
    subprocess.run([sys.executable, maker], input=RECIPE, text=True, check=True)
    check_widths()
    check_values()
    if shutil.which("less"):
        check_pager()
    else:
        print("skipped: less is not installed")
    check_progress()
    check_completion()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
