#!/usr/bin/env python3
"""The lines of --output ndjson: ndjson.py DIFFOCI MKIMAGE NDJSON_SCHEMA

Each line is held against docs/ndjson.schema.json with jsonschema. That a layer is told as soon as it was compared is shown by a
registry that holds back the next layer until the lines of the one before it have been read. What is told is counted against the
recipe, and held against the table and the report in JSON."""
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

try:
    import jsonschema
except ImportError:  # another python3 stands before the system's, which has the package
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    sys.exit("python3-jsonschema is needed")

diffoci, maker, schema_path = (os.path.abspath(word) for word in sys.argv[1:4])
passed = failed = 0

RECIPE = r'''
def status(*packages):
    return "".join(f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n" for name, version in packages)

def both(side):
    big = [file(f"opt/{n}", f"{n} of {side}" * 40, mtime=MTIME + side) for n in range(300)]
    return image(layer(file("etc/one", f"first {side}"), file("var/lib/dpkg/status", status(("a", "1"), ("b", f"2-{side}")))),
                 layer(*big),
                 layer(file("etc/three", "y" * (1 + side)), file("etc/late", b"\x00" * 70000 + bytes([side]) + b"\x00" * 70000)),
                 config={"config": {"Env": [f"SIDE={side}"]}})

for side in range(2):
    oci_dir(f"d{side}", both(side))
    oci_archive(f"a{side}.tar", both(side))
oci_archive("h1.tar", image(layer(*[file(f"d/{name}", "v") for name in ("</script>", "a\nb", "\x1b[31m", "\u202egnp.exe", b"\xff\xfe".decode("latin-1"))])))
oci_archive("h0.tar", image(layer()))
'''


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {str(found)[:400]}")


ENVIRON = dict(os.environ, DIFFOCI_BACKEND="local", SOURCE_DATE_EPOCH="1700000000", CONTAINERS_REGISTRIES_CONF="/dev/null")


def start(*args):
    return subprocess.Popen([diffoci, "diff", "--quiet", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=ENVIRON)


def run(*args, status=1):
    process = start(*args)
    out, err = process.communicate()
    check(f"status of {args}", process.returncode == status, (process.returncode, err))
    return out.decode("utf-8")


def natural(text):
    """Numbers by their value, all else byte by byte: the order of the table."""
    return [int(part) if part.isdigit() else part for part in re.split("([0-9]+)", text)]


def lines_of(validator, *args, **more):
    lines = [json.loads(line) for line in run("-o", "ndjson", *args, **more).splitlines()]
    for line in lines:
        for error in validator.iter_errors(line):
            check(f"{args}: {line}", False, error.message)
    check(f"{args}: first and last", [lines[0]["type"], lines[-1]["type"]] == ["start", "end"])
    order = ["difference", "causes", "consequences", "package", "end"]
    check(f"{args}: types in their order", sorted(lines[1:], key=lambda line: order.index(line["type"])) == lines[1:])
    told = [line for line in lines if line["type"] == "difference"]
    check(f"{args}: numbers", [line["number"] for line in told] == list(range(len(told))))
    places = [natural(line["context"]) for line in told]
    check(f"{args}: in the order of the table", sorted(places) == places)
    for context in {line["context"] for line in told}:
        paths = [line["path"].encode("utf-8", "surrogateescape") for line in told if line["context"] == context and "path" in line]
        check(f"{args}: {context}: by name", sorted(paths) == paths)
    later = {line["number"]: line for line in lines if line["type"] == "causes"}
    check(f"{args}: causes of differences that were told", all(number < len(told) for number in later))
    consequences = [number for line in lines if line["type"] == "consequences" for number in line["numbers"]]
    check(f"{args}: consequences refer to something", all("refersTo" in told[number] for number in consequences))
    causes = {}
    for line in told:
        if line["number"] not in consequences:
            for cause in later.get(line["number"], line).get("causes", []):
                causes[cause["id"]] = causes.get(cause["id"], 0) + 1
    return lines, told, consequences, causes


def check_against_report(validator, pair, *flags):
    lines, told, consequences, _ = lines_of(validator, *flags, *pair)
    report = json.loads(run(*flags, "-o", "json", *pair))
    for member in ("totals", "verdict", "notices", "rules"):
        check(f"{pair} {flags}: {member} as in json", lines[-1].get(member) == report.get(member), (lines[-1].get(member), report.get(member)))
    for member in ("tool", "inputs", "policy", "formatVersion"):
        check(f"{pair} {flags}: {member} as in json", lines[0].get(member) == report.get(member), (lines[0].get(member), report.get(member)))
    check(f"{pair} {flags}: packages as in json", [line["package"] for line in lines if line["type"] == "package"] == report.get("packages", []))
    check(f"{pair} {flags}: as many as it says", len(told) - len(consequences) == report["totals"]["differences"], len(told))
    check(f"{pair} {flags}: consequences", len(consequences) == report["totals"]["consequences"], consequences)
    again = run(*flags, "-o", "ndjson", *pair)
    check(f"{pair} {flags}: the same bytes again", again == run(*flags, "-o", "ndjson", *pair))
    run(*flags, "-o", "ndjson=lines", "-o", "ndjson", *pair)
    with open("lines", encoding="utf-8") as file:
        check(f"{pair} {flags}: the same in a file", file.read().splitlines()[1:] == again.splitlines()[1:])
    return lines, told


class Registry(http.server.ThreadingHTTPServer):
    """Serves the layouts d0 and d1, but for blobs that are held until they are let go."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.held = {}  # path of a blob -> threading.Event
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def hold(self, layer):
        """The layer of that number, of both images."""
        let_go = threading.Event()
        for name in ("d0", "d1"):
            self.held[f"/v2/{name}/blobs/{layers_of(name)[layer]}"] = let_go
        return let_go


def blob(name, digest):
    with open(os.path.join(name, "blobs", *digest.split(":")), "rb") as file:
        return file.read()


def manifest_of(name):
    with open(os.path.join(name, "index.json"), encoding="utf-8") as file:
        return json.load(file)["manifests"][0]


def layers_of(name):
    return [layer["digest"] for layer in json.loads(blob(name, manifest_of(name)["digest"]))["layers"]]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.split("/")
        data, kind = b"", "application/octet-stream"
        if len(parts) == 5 and parts[3] == "manifests":
            entry = manifest_of(parts[2])
            data, kind = blob(parts[2], entry["digest"]), entry["mediaType"]
        elif len(parts) == 5:
            data = blob(parts[2], parts[4])
            if self.path in self.server.held:
                self.server.held[self.path].wait(60)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def check_streamed():
    """Layer by layer: what comes next is let go only when all that came before has been read."""
    registry = Registry()
    gates = [registry.hold(number) for number in range(3)]
    names = [f"127.0.0.1:{registry.server_address[1]}/d{side}:latest" for side in range(2)]
    process = start("--semantic", "--no-cache", "-o", "ndjson", *names)
    timer = threading.Timer(50, process.kill)
    timer.start()

    def read_until(*paths):
        """The next lines, up to the one that tells the last of these."""
        found = []
        while not found or found[-1] != paths[-1]:
            line = process.stdout.readline()
            if not line:
                break
            told = json.loads(line)
            found.append(told.get("path") or told.get("field") or told["type"])
        return found

    check("first what is compared, and the config", read_until("start", "config.Env.SIDE") == ["start", "config.Env.SIDE"])
    for gate, paths in zip(gates, (["etc/one", "var/lib/dpkg/status"], sorted(f"opt/{n}" for n in range(300)), ["etc/late", "etc/three"])):
        gate.set()
        found = read_until(*paths)
        check(f"before the next layer: {paths[0]} and so on", found == paths, found)
    rest = process.stdout.read()
    check("then the end", json.loads(rest.splitlines()[-1])["type"] == "end", rest)
    process.communicate()
    timer.cancel()
    check("status", process.returncode == 1, process.returncode)
    registry.shutdown()


def check_damaged_copy():
    """A damaged copy in the store is fetched again, but not where lines would be told twice."""
    registry = Registry()
    names = [f"127.0.0.1:{registry.server_address[1]}/d{side}:latest" for side in range(2)]
    run("--semantic", *names)
    path = os.path.join(ENVIRON["DIFFOCI_LOCAL_CACHE"], "blobs", *layers_of("d0")[2].split(":"))
    with open(path, "rb") as file:
        right = file.read()

    def damage():
        os.chmod(path, 0o644)
        with open(path, "wb") as file:
            file.write(right[:100] + bytes(len(right) - 100))
    damage()
    process = start("--semantic", "-o", "ndjson", *names)
    out, err = process.communicate()
    check("told once, then an error", process.returncode == 2 and out.count(b'{"type":"start"') == 1 and b"run this again" in err, err)
    run("--semantic", "-o", "ndjson", *names)
    damage()
    run("--semantic", "-o", "ndjson=lines", *names)
    with open("lines", encoding="utf-8") as file:
        check("a file is written anew", file.read().count('{"type":"start"') == 1)
    registry.shutdown()


def whole_schema():
    """With what it refers to of its neighbour put into it, as a validator that finds files would."""
    with open(schema_path, encoding="utf-8") as file:
        schema = json.loads(file.read().replace('"report.schema.json#/', '"#/$defs/report/'))
    with open(os.path.join(os.path.dirname(schema_path), "report.schema.json"), encoding="utf-8") as file:
        schema["$defs"]["report"] = json.loads(file.read().replace('"$ref": "#/', '"$ref": "#/$defs/report/'))
    return schema


def main():
    schema = whole_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    check("the schema refuses what it does not know", not validator.is_valid({"type": "other"}) and
          not validator.is_valid({"type": "difference", "number": 0, "kind": "image", "context": "/", "text": ""}))
    pair = ("./a0.tar", "./a1.tar")
    lines, _ = check_against_report(validator, pair, "--semantic")
    check("packages", [line["package"] for line in lines if line["type"] == "package"] ==
          [{"type": "deb", "name": "b", "architecture": "amd64", "versions": ["2-0", "2-1"]}], lines[-2])
    check("platforms", [one["platforms"] for one in lines[0]["inputs"]] == [["linux/amd64"]] * 2, lines[0])
    check("a recipe's number", lines[-1]["totals"]["changed"] == 304 and lines[-1]["totals"]["image"] == 1, lines[-1])
    check_against_report(validator, pair)
    check_against_report(validator, pair, "--effective")
    check_against_report(validator, pair, "--semantic", "--inside")
    check_against_report(validator, pair, "--semantic", "--ignore=/opt/")
    check_against_report(validator, pair, "--accept=dpkg-versions?")
    check_against_report(validator, ("./h0.tar", "./h1.tar"))
    lines_of(validator, "./a0.tar", "./a0.tar", status=0)
    _, _, _, causes = lines_of(validator, *pair)
    totals = json.loads(run("-o", "json", *pair))["totals"]["causes"]
    check("causes", {cause: n for cause, n in totals.items() if n != causes.get(cause)}.keys() <= {"consequence", "layer-digests"}, (causes, totals))
    check_streamed()
    check_damaged_copy()


with tempfile.TemporaryDirectory(prefix="ndjson-") as scratch:
    os.chdir(scratch)
    ENVIRON["DIFFOCI_LOCAL_CACHE"] = os.path.join(scratch, "cache")
    ENVIRON["HOME"] = scratch
    subprocess.run([sys.executable, maker], input=RECIPE, text=True, check=True)
    main()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
