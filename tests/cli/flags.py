#!/usr/bin/env python3
"""Whether help, manual page and completions know every flag: flags.py DIFFOCI MAN_TEMPLATE

The lists are written by hand, from the description of what the program does.
"""
import re
import shutil
import subprocess
import sys

GLOBAL = {"backend", "containerd-address", "containerd-namespace", "local-cache", "no-pager", "debug", "help", "version"}
COMMANDS = {
    "diff": {"platform", "all-platforms", "ignore-timestamps", "ignore-file-timestamps", "ignore-image-timestamps",
             "ignore-history", "ignore-file-order", "ignore-file-mode-redundant-bits", "ignore-image-name",
             "ignore-tar-format", "treat-canonical-paths-equal", "semantic", "verbose", "report-file", "report-dir",
             "pull", "max-scale", "memory-limit", "timeout", "verify", "no-cache", "foreign-urls", "sandbox",
             "cache-limit", "plain-http", "insecure", "ca-file",
             "quiet", "ignore", "ignore-fields", "accept", "packages", "suggest-policy", "ignore-file", "policy", "no-policy",
             "trust-local-policy", "explain", "patch", "patch-lines", "effective", "verdict", "require",
             "attestations", "referrers", "inside", "output", "sort", "no-fold", "color", "ignore-file-mtime", "ignore-file-atime", "ignore-file-ctime",
             "ignore-file-meta-format", "extra-ignore-files", "extra-ignore-file-content",
             "extra-ignore-file-permissions", "extra-ignore-file-mode", "extra-ignore-layer-length-mismatch"},
    "show": {"platform", "output", "no-files", "color", "pull", "no-cache", "cache-limit", "plain-http", "insecure", "ca-file", "quiet",
             "timeout", "memory-limit", "foreign-urls", "max-scale", "sandbox"},
    "pull": {"platform", "all-platforms", "max-scale", "sandbox", "cache-limit", "plain-http", "insecure", "ca-file", "quiet"},
    "load": {"sandbox", "input", "platform", "all-platforms", "max-scale", "cache-limit", "plain-http", "insecure", "ca-file", "quiet",
             "foreign-urls"},
    "images": {"no-trunc", "quiet", "json", "sandbox"},
    "remove": {"sandbox"},
    "info": {"json"},
    "completion": set(),
    "help": set(),
    "version": set(),
}
ENVIRONMENT = {"backend": "DIFFOCI_BACKEND", "containerd-address": "CONTAINERD_ADDRESS",
               "containerd-namespace": "CONTAINERD_NAMESPACE", "local-cache": "DIFFOCI_LOCAL_CACHE", "debug": "DEBUG"}
OWN_ENVIRONMENT = {"DIFFOCI_CACHE_LIMIT", "DIFFOCI_SANDBOX", "DIFFOCI_PAGER", "PAGER", "LESS", "XDG_CACHE_HOME", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME",
                   "DOCKER_CONFIG", "CONTAINERS_REGISTRIES_CONF", "http_proxy", "https_proxy", "no_proxy",
                   "SSL_CERT_FILE", "SSL_CERT_DIR", "DOCKER", "PODMAN", "NERDCTL", "DIFFOCI_ENGINE_TIMEOUT", "TMPDIR"}
PARSERS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "-n"]}

program, template = sys.argv[1:]
passed = failed = 0


def check(what, good, detail=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {detail}")


def output(*arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def same(what, wanted, found):
    check(what, wanted == found, f"missing {sorted(wanted - found)}, not wanted {sorted(found - wanted)}")


# Help: of the program, and of each command in every way to ask for it.
same("commands in help", set(COMMANDS), set(re.findall(r"^  ([a-z]+)(?= .*  [A-Z])", output("help"), re.M)))
for command, flags in COMMANDS.items():
    text = output("help", command)
    same(f"flags in help {command}", flags | GLOBAL, set(re.findall(r"^ +(?:-[a-z], )?--([a-z-]+)", text, re.M)))
    times = [len(re.findall(rf"^  (?:-[a-z], |    )--{flag}(?=[ [=]|$)", text, re.M)) for flag in sorted(flags | GLOBAL)]
    check(f"flags in help {command}, each once", set(times) == {1}, times)
    check(f"{command} --help", output(command, "--help") == text, "is not what help prints")
    check(f"{command} -h", output(command, "-h") == text, "is not what help prints")
    check(f"width of help {command}", max(map(len, text.splitlines())) <= 80, "a line over 80 columns")
    for flag, variable in ENVIRONMENT.items():
        joined = re.sub(r"\s+", " ", text)
        check(f"${variable} in help {command}", re.search(rf"--{flag} [^$]*\[\${variable}\]", joined), "is not there")

# Manual page: one item per flag, one section per command.
page = output("man", template).replace("\\-", "-")
same("commands in the manual page", set(COMMANDS), set(re.findall(r"^\.Ss diffoci ([a-z]+)", page, re.M)))
for command, flags in COMMANDS.items():
    section = re.search(rf"^\.Ss diffoci {command}\b.*?(?=^\.S[sh])", page, re.M | re.S).group()
    same(f"flags of {command} in the manual page", flags, set(re.findall(r"^\.It (?:Fl [a-z] , )?Fl -([a-z-]+)", section, re.M)))
section = re.search(r"^\.Ss Global flags.*?(?=^\.S[sh])", page, re.M | re.S).group()
same("global flags in the manual page", GLOBAL, set(re.findall(r"^\.It (?:Fl [a-z] , )?Fl -([a-z-]+)", section, re.M)))
same("environment in the manual page", set(ENVIRONMENT.values()) | OWN_ENVIRONMENT | {"HOME"}, set(re.findall(r"^\.It Ev (\w+)", page, re.M)))
check("marks of the manual page", not re.search("@[A-Z_]+@", page), "one was not replaced")
for command, flags in COMMANDS.items():
    own = output("man", template.replace("diffoci.1.in", "diffoci-command.1.in"), command).replace("\\-", "-")
    same(f"flags in diffoci-{command}(1)", flags | GLOBAL, set(re.findall(r"^\.It (?:Fl [a-z] , )?Fl -([a-z-]+)", own, re.M)))
    same(f"pages that diffoci-{command}(1) names", {"diffoci"} | {f"diffoci-{c}" for c in COMMANDS if c != command},
         set(re.findall(r"^\.Xr (diffoci[a-z-]*) 1 ,$", own, re.M)))
same("pages that diffoci(1) names", {f"diffoci-{c}" for c in COMMANDS}, set(re.findall(r"^\.Xr (diffoci-[a-z]*) 1 ,$", page, re.M)))
PAGES = [("diffoci.1.in",), ("diffoci-policy.5.in",), ("diffoci-report.5.in",)] + [("diffoci-command.1.in", c) for c in COMMANDS]
for name, *command in PAGES:
    text = output("man", template.replace("diffoci.1.in", name), *command)
    check(f"marks of {name} {command}", not re.search("^@[A-Z_]+@$", text, re.M), "one was not replaced")
    if shutil.which("mandoc"):
        lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=text, text=True, capture_output=True)
        check(f"mandoc {name} {command}", lint.returncode == 0, lint.stdout)
        # Ql takes all that follows it on its line for what it quotes.
        quoted = re.findall(r"^\.(?:.* )?Ql .* (?:Ql|No|Xr|Fl|Pa|Cm|Ar|Li) .*", text, re.M)
        check(f"quotes of {name} {command}", not quoted, quoted)
        style = subprocess.run(["mandoc", "-T", "lint", "-W", "style"], input=text, text=True, capture_output=True).stdout
        check(f"width of {name} {command}", "longer than 80 bytes" not in style, style)

# Completions: every flag and command, and the shell takes the script.
everything = GLOBAL.union(*COMMANDS.values())
for shell, parser in PARSERS.items():
    script = output("completion", shell)
    mark = "-l " if shell == "fish" else "--"
    same(f"flags in {shell} completion", everything, set(re.findall(rf"{mark}([a-z-]+[a-z])(?=[ =\['\")])", script)) & everything)
    for command in COMMANDS:
        check(f"{command} in {shell} completion", re.search(rf"\b{command}\b", script), "is not there")
    check(f"hidden command in {shell} completion", not re.search(r"\bman\b", script), "is there")
    if shutil.which(shell):
        taken = subprocess.run(parser, input=script, text=True, capture_output=True)
        check(f"{shell} takes the completion", taken.returncode == 0, taken.stderr)


def bash_offers(*words):
    """What bash would offer for the last of the words."""
    script = output("completion", "bash") + '\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}\n' \
        'compopt() { :; }; _diffoci\n' \
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    result = subprocess.run(["bash", "-c", script, "bash", *words], check=True, capture_output=True, text=True)
    return set(result.stdout.split())


same("bash: commands", set(COMMANDS), bash_offers("diffoci", ""))
same("bash: flags", {"--json"} | {"--" + flag for flag in GLOBAL}, bash_offers("diffoci", "info", "--"))
same("bash: choices", {"always"}, bash_offers("diffoci", "diff", "--pull", "=", "a"))
same("bash: words", {"zsh"}, bash_offers("diffoci", "completion", "z"))
same("bash: flag before the command", {"info"}, bash_offers("diffoci", "--debug", "in"))

# A letter is offered once, with the words of help: those of the command's own flag where that has it.
script = output("completion", "fish")
for command in COMMANDS:
    offered = []
    for line in script.splitlines():
        condition = re.search(r" -n '(not )?__fish_seen_subcommand_from ([a-z ]+)'", line)
        if not condition or bool(condition.group(1)) != (command in condition.group(2).split()):
            offered += re.findall(r"^complete .* -s (.)", line)
    check(f"fish: letters of {command} in the script", offered and len(set(offered)) == len(offered), offered)
if shutil.which("fish"):
    for command in COMMANDS:
        listed = subprocess.run(["fish", "--no-config", "-c", f"source; complete -C 'diffoci {command} -'"], input=script, text=True,
                                check=True, capture_output=True).stdout
        found = sorted(tuple(line.split("\t")) for line in listed.splitlines() if re.match(r"-[a-zA-Z]\t", line))
        helped = re.sub(r"\n {9,}", " ", output("help", command))
        same(f"fish: letters of {command}", set(re.findall(r"^ +(-[a-zA-Z]), --", helped, re.M)), {letter for letter, _ in found})
        check(f"fish: letters of {command}, each once", len(found) == len({letter for letter, _ in found}), found)
        for letter, words in found:
            check(f"fish: what {letter} of {command} is", re.search(rf"^ +{letter}, --.*{re.escape(words)}", helped, re.M), words)

print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
