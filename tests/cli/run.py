#!/usr/bin/env python3
"""Golden command-line tests: run.py DIFFOCI FILE.t... [--max-rss MIB] [-v]

A .t file is prose with commands, as a person would note a session down:

    Text that is not indented explains.

      $ images <<'EOF'
      > oci_archive("a.tar", image(layer(file("x", "y"))))
      > EOF
      $ diffoci diff ./a.tar ./missing.tar
      ! diffoci: ./missing.tar: *
      [2]

"$ " begins a command for bash, "> " continues it; then come the lines wanted on standard output,
after "! " those on standard error, and the exit status where it is not 0. In wanted lines "*" stands
for any text but none of several lines; "\\*" is an asterisk, "\\\\" a backslash. A line "..." stands
for any number of lines. The line "verdict: …" that `diff` ends with need not be noted down: it counts
where a wanted line on standard error begins with "verdict:".

Each file runs in an empty directory of its own, its commands one after another, with `diffoci` and
`images` (tests/tools/mkimage.py) in PATH. A command that takes over 30 seconds ($DIFFOCI_TEST_PATIENCE times that), or more memory than
--max-rss says (but for `images`), has failed. "#requires WORD" at the start of a line ends the file early, as skipped,
unless the machine has it: root, tmpfs (the right to mount one), or a program. Prints how each wrong command went wrong, then
'N passed, N failed', counted in commands.
"""
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIME_LIMIT = 30 * int(os.environ.get("DIFFOCI_TEST_PATIENCE", "1"))


class Command:
    def __init__(self, line, text):
        self.line, self.text = line, text
        self.out, self.err, self.status = [], [], 0


def parse(path):
    """The commands of a file, and the names behind "#requires", in order."""
    steps = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if line.startswith("#requires "):
                steps.append(line.split()[1])
            if not line.startswith("  "):
                continue
            line = line[2:]
            if line.startswith("$ "):
                steps.append(Command(number, line[2:]))
                continue
            command = steps[-1]
            if line.startswith("> ") or line == ">":
                command.text += "\n" + line[2:]
            elif re.fullmatch(r"\[\d+\]", line):
                command.status = int(line[1:-1])
            elif line.startswith("! "):
                command.err.append(line[2:])
            else:
                command.out.append(line)
    return steps


def pattern(line):
    """The regular expression of a wanted line."""
    out, i = "", 0
    while i < len(line):
        if line[i] == "\\" and line[i + 1:i + 2] in ("*", "\\"):
            out += re.escape(line[i + 1])
            i += 2
            continue
        out += ".*" if line[i] == "*" else re.escape(line[i])
        i += 1
    return out + "\n"


def fits(wanted, text):
    expression = "".join("(?:.*\n)*?" if line == "..." else pattern(line) for line in wanted)
    return re.fullmatch(expression, text) is not None


def shown(lines, mark):
    return "".join(f"    {mark}{line}\n" for line in lines)


def has(word):
    if word == "root":
        return os.geteuid() == 0
    if word == "tmpfs":
        return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True,
                              check=False).returncode == 0
    return shutil.which(word) is not None


def run(command, scratch, env):
    """(status, stdout, stderr, peak memory in MiB)"""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(["bash", "-c", command.text], cwd=scratch, env=env, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=err, start_new_session=True)
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
        signal.alarm(TIME_LIMIT)
        _, status, usage = os.wait4(process.pid, 0)
        signal.alarm(0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text = [stream.read().decode("utf-8", "backslashreplace") for stream in (out, err)]
    code = process.returncode
    return ("killed after %d seconds" % TIME_LIMIT if code == -signal.SIGKILL else code), *text, usage.ru_maxrss // 1024


def without_verdict(text):
    return "".join(line for line in text.splitlines(True) if not line.startswith("verdict: "))


def faults(command, result, max_rss):
    status, out, err, rss = result
    if not any(line.startswith("verdict:") for line in command.err):
        err = without_verdict(err)
    if status != command.status:
        yield f"status {status}, wanted {command.status}\n"
    if not fits(command.out, out):
        yield "standard output:\n" + shown(out.splitlines(), "") + "  wanted:\n" + shown(command.out, "")
    if not fits(command.err, err):
        yield "standard error:\n" + shown(err.splitlines(), "! ") + "  wanted:\n" + shown(command.err, "! ")
    if max_rss and rss > max_rss and not command.text.startswith("images"):
        yield f"{rss} MiB of memory, limit {max_rss}\n"


def run_file(path, program, max_rss, verbose):
    passed = failed = skipped = 0
    scratch = tempfile.mkdtemp(prefix="diffoci-cli-")
    try:
        os.chmod(scratch, 0o755)
        tools, work = os.path.join(scratch, "bin"), os.path.join(scratch, "work")
        os.mkdir(tools)
        os.mkdir(work)
        shutil.copy(program, os.path.join(tools, "diffoci"))
        shutil.copy(os.path.join(HERE, "..", "tools", "mkimage.py"), os.path.join(tools, "images"))
        os.chmod(os.path.join(tools, "images"), 0o755)
        os.chmod(work, 0o777 | stat.S_ISVTX)
        env = {**os.environ, "PATH": tools + ":" + os.environ["PATH"], "HOME": os.path.join(scratch, "home"),
               "TESTS": HERE, "LC_ALL": "C.UTF-8"}
        for name in ("DEBUG", "DIFFOCI_BACKEND", "CONTAINERD_ADDRESS", "CONTAINERD_NAMESPACE"):
            env.pop(name, None)
        env["DIFFOCI_LOCAL_CACHE"] = os.path.join(scratch, "store")  # never the store of who runs the tests
        # A containerd that runs on this machine is none of ours.
        env["CONTAINERD_ADDRESS"] = os.path.join(scratch, "containerd.sock")
        for step in parse(path):
            if isinstance(step, str):
                if not has(step):
                    print(f"{os.path.basename(path)}: the rest needs {step}")
                    skipped += 1
                    break
                continue
            wrong = list(faults(step, run(step, work, env), max_rss))
            if wrong:
                failed += 1
                print(f"{os.path.basename(path)}:{step.line}: {step.text.splitlines()[0]}")
                print("".join("  " + one for one in wrong), end="")
            else:
                passed += 1
                if verbose:
                    print(f"{os.path.basename(path)}:{step.line}: ok")
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", scratch], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", scratch], check=False)  # deeper than Python's rmtree can go
    return passed, failed, skipped


def main():
    arguments = sys.argv[1:]
    verbose = "-v" in arguments
    max_rss = 0
    if "--max-rss" in arguments:
        at = arguments.index("--max-rss")
        max_rss = int(arguments[at + 1])
        del arguments[at:at + 2]
    arguments = [a for a in arguments if a != "-v"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    totals = [run_file(path, os.path.abspath(arguments[0]), max_rss, verbose) for path in arguments[1:]]
    passed, failed, skipped = (sum(column) for column in zip(*totals))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed + skipped else 0


if __name__ == "__main__":
    sys.exit(main())
