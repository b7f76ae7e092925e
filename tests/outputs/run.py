#!/usr/bin/env python3
"""What other programs read of a comparison: run.py DIFFOCI MKIMAGE REPORT_SCHEMA SARIF_SCHEMA

Every output is made of pairs of images, those with hostile names too, and held against what its
readers demand: JSON and SARIF against their schemas with jsonschema, JUnit with an XML parser, the
statements against the fields that in-toto and SLSA publish, Markdown against what it must not hold,
the summary on terminals of several widths.
Numbers are held against those that the recipes make, and against each other between the outputs."""
import fcntl, json, os, pty, re, struct, subprocess, sys, tempfile, termios, xml.etree.ElementTree as ElementTree

try:
    import jsonschema
except ImportError:  # another python3 stands before the system's, which has the package
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    sys.exit("python3-jsonschema is needed")

diffoci, maker, report_schema, sarif_schema = (os.path.abspath(word) for word in sys.argv[1:5])

RECIPE = r'''
base = [file("etc/keep", "same"), file("usr/bin/tool", "one", mode=0o755), file("etc/gone", "x" * 100)]
oci_archive("a.tar", image(layer(*base)))
oci_archive("same.tar", image(layer(*base)))
oci_archive("two.tar", image(layer(*base[:1]), layer(*base[1:])))
oci_archive("b.tar", image(layer(file("etc/keep", "same"), file("usr/bin/tool", "two!", mode=0o4755), file("srv/new", "y" * 1000))))
hostile = ["`code` @everyone", "</script><b>", "| pipe \\| x", "]]> & \" '", "\x1b[31mred\x07", "\u202egnp.exe",
           "![x](http://127.0.0.1/y)", "a\nb", "<!-- -->", "```", "~~~\n# head", "x" * 3000, b"\xff\xfe bytes".decode("latin-1")]
oci_archive("h0.tar", image(layer()))
oci_archive("h1.tar", image(layer(*[file(f"d/{name}", "v") for name in hostile])))
odd = "v\x7f\x9b31m\u202e\u2066\ufeff\U000e0001\x1b]"
oci_archive("d0.tar", image(layer(), config={"author": "a"}))
oci_archive("d1.tar", image(layer(), config={"author": odd, "config": {"Env": ["A=" + odd], "Labels": {odd: odd}, "Cmd": [odd]},
                                             "history": [{"created_by": odd, "comment": odd}]}, manifest={"annotations": {"org.example." + odd: odd}}))
oci_archive("many0.tar", image(layer(*[file(f"d{n % 50}/f{n}", "1") for n in range(6000)])))
oci_archive("lone0.tar", image(layer(*[file(f"a{n * 7919 % 6000}", "1", mtime=n) for n in range(6000)])))
oci_archive("split0.tar", image(*[layer(*[file(f"a{n * 7919 % 6000}", "1", mtime=n) for n in range(k, 6000, 3)]) for k in range(3)]))
oci_archive("cut.tar", image(layer(*base), blob(gzipped(tar(file("late", "z" * 9000)))[:-9], LAYER_GZIP)))
oci_archive("uncut.tar", image(layer(*base), layer(file("late", "z" * 9000))))
oci_archive("lone1.tar", image(layer(*[file(f"b{n * 7919 % 6000}", "1", mtime=n) for n in range(6000)])))
oci_archive("many1.tar", image(layer(*[file(f"d{n % 50}/f{n}", "2") for n in range(6000)])))
'''

passed = failed = 0


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {str(found)[:300]}")


def run(*args, status=None):
    env = dict(os.environ, DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"), SOURCE_DATE_EPOCH="1700000000")
    done = subprocess.run([diffoci, "diff", "--quiet", *args], capture_output=True, env=env, stdin=subprocess.DEVNULL)
    if status is not None:
        check(f"status of {args}", done.returncode == status, (done.returncode, done.stderr))
    return done.stdout.decode("utf-8")  # no output may hold anything else


def check_json(pair, flags):
    report = json.loads(run(*flags, "-o", "json", *pair))
    jsonschema.validate(report, json.load(open(report_schema)))
    check(f"{pair} json: the arguments", report["arguments"][0] == "diff" and report["arguments"][-1] == pair[1])
    check(f"{pair} json: names", [i["name"] for i in report["inputs"]] == list(pair))
    lines = [json.loads(line) for line in run(*flags, "-o", "ndjson", *pair).splitlines()]
    check(f"{pair} ndjson: first and last", [lines[0]["type"], lines[-1]["type"]] == ["start", "end"])
    check(f"{pair}: ndjson and json agree", lines[-1]["totals"] == report["totals"], (lines[-1]["totals"], report["totals"]))
    return report


def check_sarif(pair, flags, differences):
    sarif = json.loads(run(*flags, "-o", "sarif", *pair))
    jsonschema.validate(sarif, json.load(open(sarif_schema)))
    results = sarif["runs"][0]["results"]
    rules = [rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]]
    check(f"{pair} sarif: rules are there, once", len(rules) == len(set(rules)) and {r["ruleId"] for r in results} <= set(rules))
    if differences <= 5000:
        check(f"{pair} sarif: a result each", len(results) == differences, len(results))
    else:
        check(f"{pair} sarif: a result for each directory", len(results) == 50, len(results))
    for result in results:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        check(f"{pair} sarif: uri", re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri) and not uri.startswith("/"), uri)


def check_junit(pair, flags, differences):
    root = ElementTree.fromstring(run(*flags, "-o", "junit", *pair))
    failures = root.findall(".//failure")
    counted = sum(int(f.get("message").split()[0]) for f in failures if re.match(r"\d+ difference", f.get("message")))
    check(f"{pair} junit: differences", counted == differences, counted)
    check(f"{pair} junit: its own counts", root.get("failures") == str(len(failures)) and root.get("tests") == str(len(root.findall(".//testcase"))))


def check_statements(pair, flags, passes):
    report = json.loads(run(*flags, "-o", "json", *pair))
    digests = [i["digest"].split(":")[1] for i in report["inputs"]]
    svr = json.loads(run(*flags, "-o", "svr", *pair))
    check("svr: fields", set(svr) == {"_type", "subject", "predicateType", "predicate"} and
          svr["_type"] == "https://in-toto.io/Statement/v1" and svr["predicateType"] == "https://in-toto.io/attestation/svr/v0.2" and
          {"verifier", "timeCreated", "properties"} == set(svr["predicate"]) and svr["predicate"]["timeCreated"] == "2023-11-14T22:13:20Z")
    verifier = svr["predicate"]["verifier"]
    check("svr: verifier", verifier["id"].startswith("pkg:generic/diffoci@") and [set(p) for p in verifier["policies"]] == [{"digest"}], verifier)
    check("svr: subjects", [s["digest"]["sha256"] for s in svr["subject"]] == digests)
    check("svr: properties", ("DIFFOCI_SEMANTIC" in svr["predicate"]["properties"]) == passes, svr["predicate"]["properties"])
    vsa = json.loads(run(*flags, "-o", "vsa", *pair))
    check("vsa: fields", {"verifier", "timeVerified", "resourceUri", "policy", "verificationResult", "verifiedLevels"} <= set(vsa["predicate"]) and
          vsa["predicateType"] == "https://slsa.dev/verification_summary/v1")
    check("vsa: result", vsa["predicate"]["verificationResult"] == ("PASSED" if passes else "FAILED"))
    check("vsa: levels", ("DIFFOCI_SEMANTIC" in vsa["predicate"]["verifiedLevels"]) if passes else vsa["predicate"]["verifiedLevels"] == ["FAILED"], vsa["predicate"])
    check("vsa: subject", [s["digest"]["sha256"] for s in vsa["subject"]] == digests[1:])


def without_code(text):
    """What Markdown takes for markup: fenced blocks and code spans taken out, as CommonMark reads them."""
    lines, fence = [], None
    for line in text.split("\n"):
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if fence is None and mark:
            fence = mark.group(1)
        elif fence is not None:
            if re.fullmatch(r" {0,3}" + fence[0] + "{" + str(len(fence)) + ",} *", line):
                fence = None
        else:
            lines.append(line)
    rest = "\n".join(lines)
    return re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", rest, flags=re.S)


def check_markdown(pair, flags, hostile):
    text = run(*flags, "-o", "markdown", *pair)
    check(f"{pair} markdown: size", len(text.encode()) <= 60000, len(text))
    left = without_code(text)
    left = re.sub(r"</?(details|summary)>", "", left)
    check(f"{pair} markdown: closes what it opens", text.count("<details>") == text.count("</details>") or hostile)
    for bad in ("@everyone", "<b>", "script", "![", "<!--", "# head", "\x1b", "\u202e", "red"):
        check(f"{pair} markdown: no {bad!r}", bad not in left, left)


def check_notices():
    """What is said on standard error beside the differences stands in every report."""
    pair = ("./a.tar", "./two.tar")
    notices = [notice["text"] for notice in json.loads(run("-o", "json", *pair, status=1))["notices"]]
    check("layers that were merged are told", len(notices) == 1 and "merged" in notices[0], notices)
    invocation = json.loads(run("-o", "sarif", *pair, status=1))["runs"][0]["invocations"][0]
    check("sarif tells it", [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == notices)
    suite = ElementTree.fromstring(run("-o", "junit", *pair, status=1)).find("testsuite")
    check("junit tells it", notices[0] in suite.find("system-err").text)
    for output in ("markdown", "html"):
        check(f"{output} tells it", notices[0].split(";")[0] in run("-o", output, *pair, status=1))
    check_sarif(pair, [], json.loads(run("-o", "json", *pair, status=1))["totals"]["differences"])


def check_failure():
    """A comparison that did not come to its end says so, and why, in every report: else what was not read would pass for removed."""
    pair = ("./uncut.tar", "./cut.tar")
    why = "gzip: the stream ends"
    report = json.loads(run("-o", "json", *pair, status=2))
    jsonschema.validate(report, json.load(open(report_schema)))
    check("json tells the failure", why in report["error"] and report["error"].startswith("./cut.tar: layer sha256:") and report["verdict"]["verdict"] == "unknown", report.get("error"))
    last = json.loads(run("-o", "ndjson", *pair, status=2).splitlines()[-1])
    check("ndjson tells the failure", last["error"] == report["error"], last)
    sarif = json.loads(run("-o", "sarif", *pair, status=2))
    jsonschema.validate(sarif, json.load(open(sarif_schema)))
    invocation = sarif["runs"][0]["invocations"][0]
    check("sarif tells the failure", invocation["executionSuccessful"] is False and invocation["toolExecutionNotifications"][0] == {"level": "error", "message": {"text": report["error"]}}, invocation)
    root = ElementTree.fromstring(run("-o", "junit", *pair, status=2))
    errors = root.findall(".//error")
    check("junit tells the failure", len(errors) == 1 and why in errors[0].get("message") and root.get("errors") == "1" and root.find("testsuite").get("errors") == "1", errors)
    for output in ("markdown", "html", "summary"):
        text = " ".join(run("-o", output, *pair, status=2).split())
        check(f"{output} tells the failure", why in text and "not compared to the end" in text, text)
    run("--report-dir=failed", *pair, status=2)
    check("the directory tells the failure", why in open("failed/README.md").read())
    check("nothing of the kind where all was read", "error" not in json.loads(run("-o", "json", "./a.tar", "./b.tar", status=1)))


def check_passed():
    """Where --require passes, no test fails, whatever differs beside: servers look at the colour."""
    root = ElementTree.fromstring(run("--require=effective", "-o", "junit", "./a.tar", "./two.tar", status=0))
    check("required and passed: nothing fails", not root.findall(".//failure") and root.get("failures") == "0", ElementTree.tostring(root))
    check("and what differs is told", any("allowed: " in (one.text or "") for one in root.findall(".//testcase/system-out")), ElementTree.tostring(root))
    root = ElementTree.fromstring(run("--require=effective", "-o", "junit", "./a.tar", "./b.tar", status=1))
    check("required and failed: tests fail", len(root.findall(".//failure")) == int(root.get("failures")) >= 4)


def check_bytes():
    """What would change how a terminal or an editor shows a report is written as an escape, with the same value."""
    for output in ("json", "ndjson", "sarif"):
        text = run("--semantic", "-o", output, "./h0.tar", "./h1.tar")
        check(f"{output}: no bidi control as it is", "\u202e" not in text and "\\u202e" in text)
    for output in ("table", "verbose", "json", "ndjson", "sarif", "junit", "markdown", "html", "summary"):
        for more in ([], ["--explain", "--patch"]):
            text = run(*more, "-o", output, "./d0.tar", "./d1.tar", status=1)
            check(f"{output} {more}: values of documents", not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\ufeff]", text), re.findall(".{20}[\x7f-\x9f\u202e\u2066\ufeff].{9}", text))
    values = json.loads(run("-o", "json", "./d0.tar", "./d1.tar", status=1))
    check("and mean what they meant", "\x7f\x9b31m" in json.dumps(values, ensure_ascii=False))
    shown = subprocess.run([diffoci, "show", "-o", "json", "./d1.tar"], capture_output=True).stdout.decode()
    check("show: values of documents", not re.search("[\x7f-\x9f\u202e]", shown) and "\x7f\x9b31m" in json.dumps(json.loads(shown), ensure_ascii=False))


def check_usage():
    for args, why in ((["-o", "nothing"], "a format that is not there"), (["-o", "json", "-o", "junit"], "two to standard output"),
                      (["-o", "json="], "no file"), (["--verdict", "-o", "json"], "a verdict and a report")):
        run(*args, "./a.tar", "./b.tar", status=2)
        check(f"{why}: nothing was written", not os.path.exists("x"))
    out = run("-o", "json=r.json", "-o", "junit=r.xml", "-o", "table", "./a.tar", "./b.tar", status=1)
    check("several at once", out.startswith("TYPE ") and json.load(open("r.json")) and ElementTree.parse("r.xml"))


def on_terminal(args, columns, **more):
    """What a terminal of so many columns is sent."""
    env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "CLICOLOR_FORCE")}
    env.update({"DIFFOCI_BACKEND": "local", "DIFFOCI_LOCAL_CACHE": os.path.abspath("cache"), "TERM": "xterm", "DIFFOCI_PAGER": "cat", **more})
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    child = subprocess.Popen([diffoci, "diff", *args], stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.DEVNULL, env=env)
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux's way to say that nobody has the other end
            break
        if not piece:
            break
        text += piece
    child.wait()
    os.close(master)
    return text.decode("utf-8").replace("\r\n", "\n")


COLOURS = re.compile("\x1b\\[[0-9]*m")


def check_terminal():
    for columns in (60, 80, 120):
        for pair in (("./a.tar", "./b.tar"), ("./h0.tar", "./h1.tar"), ("./many0.tar", "./many1.tar")):
            text = on_terminal(["--semantic", *pair], columns)
            plain = COLOURS.sub("", text)
            check(f"{pair} on {columns} columns: colours", text != plain)
            check(f"{pair} on {columns} columns: nothing but colours is a control", not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", plain), repr(plain))
            lines = plain.split("\n")
            there = [line for line in lines if line[:2] in ("A ", "D ", "M ", "m ", "C ", "  ")]
            check(f"{pair} on {columns} columns: fits", max(map(len, there)) <= columns, max(there, key=len))
            check(f"{pair} on {columns} columns: the verdict", "verdict: different" in plain)
            check(f"{pair} on {columns} columns: few lines", len(lines) <= 60, len(lines))
    for more, colours in (({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({}, True)):
        check(f"colours with {more}", bool(COLOURS.search(on_terminal(["./a.tar", "./b.tar"], 80, **more))) == colours)
    check("never is never", not COLOURS.search(on_terminal(["--color=never", "./a.tar", "./b.tar"], 80)))
    check("no terminal, no colours", not COLOURS.search(run("-o", "summary", "./a.tar", "./b.tar")))
    check("always is always", COLOURS.search(run("-o", "summary", "--color=always", "./a.tar", "./b.tar")))
    check("no terminal, the table", run("./a.tar", "./b.tar").startswith("TYPE "))
    text = run("-o", "summary", "--semantic", "--no-fold", "./many0.tar", "./many1.tar")
    check("no folding", text.count("\nM d") + text.startswith("M d") == 6000, text.count("\nM d"))
    text = run("-o", "summary", "--semantic", "./a.tar", "./b.tar").split("\n")
    check("the weightiest is first", text[0].startswith("M usr/bin/tool") and "0755 \u2192 04755" in text[0], text[0])
    text = run("-o", "summary", "--semantic", "--sort=size", "./a.tar", "./b.tar").split("\n")
    check("by size", [line.split()[1] for line in text[:3]] == ["srv/new", "etc/gone", "usr/bin/tool"], text[:3])
    text = run("-o", "summary", "--semantic", "--sort=name", "./a.tar", "./b.tar").split("\n")
    check("by name", [line.split()[1] for line in text[:3]] == ["etc/gone", "srv/new", "usr/bin/tool"], text[:3])


def check_memory():
    """Where the memory is scarce, rows and trees go to files, and every output is byte for byte the same. The list of changes, which
    json's totals and the summary are made from, does not spill, nor do causes: they end with an error below what they need."""
    for pair in (("./many0.tar", "./many1.tar"), ("./lone0.tar", "./lone1.tar")):
        for flags, little in ((["-o", "table"], "1500K"), (["-o", "verbose"], "16M"), (["-o", "ndjson"], "16M"), (["--verdict"], "1500K"),
                              (["--effective"], "1500K"), (["--effective", "--verdict"], "1500K"), (["-o", "json"], "24M"), (["-o", "summary"], "6M")):
            found = [run(*flags, f"--memory-limit={limit}", *pair, status=1).replace(f"limit={little}", "limit=900M") for limit in ("900M", little)]
            check(f"{pair} {flags}: the same bytes with little memory", found[0] == found[1])
        for flags in (["-o", "json"], ["-o", "summary"]):
            check(f"{pair} {flags}: all of it or nothing", run(*flags, "--memory-limit=1500K", *pair, status=2) == "")
    for pair in (("./split0.tar", "./lone1.tar"), ("./split0.tar", "./many1.tar"), ("./lone0.tar", "./split0.tar")):
        differ = 0 if pair == ("./lone0.tar", "./split0.tar") else 1
        for flags, status in (([], 1), (["--effective"], differ), (["--semantic", "--verdict"], differ)):
            found = [run(*flags, f"--memory-limit={limit}", *pair, status=status) for limit in ("900M", "1500K")]
            check(f"{pair} {flags}: the same of merged layers with little memory", found[0] == found[1])
    pair = ("./many0.tar", "./many1.tar")
    os.environ["TMPDIR"] = "/nonexistent"
    for flags in (["-o", "table"], ["-o", "verbose"], ["-o", "json"]):
        run(*flags, "--memory-limit=1500K", *pair, status=2)
    check("merged layers end with an error", run("--effective", "--memory-limit=1500K", *pair, status=2) == "")
    run("--effective", "--memory-limit=40M", *pair, status=1)
    del os.environ["TMPDIR"]


with tempfile.TemporaryDirectory(prefix="outputs-") as folder:
    os.chdir(folder)
    subprocess.run([sys.executable, maker], input=RECIPE, text=True, check=True)
    schema = json.load(open(report_schema))
    jsonschema.Draft202012Validator.check_schema(schema)
    for pair, flags, want in ((("./a.tar", "./b.tar"), ["--semantic"], {"added": 1, "removed": 1, "changed": 1, "metadata": 0, "bytesAdded": 1001, "bytesRemoved": 100}),
                              (("./a.tar", "./b.tar"), [], {"added": 1, "removed": 1, "changed": 1}),
                              (("./a.tar", "./b.tar"), ["--effective"], {"added": 2, "removed": 1, "changed": 1}),
                              (("./a.tar", "./same.tar"), [], {"differences": 0, "consequences": 0}),
                              (("./h0.tar", "./h1.tar"), ["--semantic"], {"added": 13, "differences": 13}),
                              (("./many0.tar", "./many1.tar"), ["--semantic"], {"changed": 6000, "differences": 6000})):
        report = check_json(pair, flags)
        totals = report["totals"]
        for key, number in want.items():
            check(f"{pair} {flags}: {key}", totals[key] == number, totals)
        check_sarif(pair, flags, totals["differences"])
        check_junit(pair, flags, totals["differences"])
        check_markdown(pair, flags, pair[0] == "./h0.tar")
    check_statements(("./a.tar", "./same.tar"), ["--require=semantic"], True)
    check_statements(("./a.tar", "./b.tar"), ["--require=semantic"], False)
    check_notices()
    check_failure()
    check_passed()
    check_bytes()
    check_usage()
    check_terminal()
    check_memory()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
