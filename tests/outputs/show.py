#!/usr/bin/env python3
"""What `diffoci show` says as JSON, text, Markdown and as a page: show.py DIFFOCI MKIMAGE SCHEMA

The JSON is held against its schema and against what Python's tarfile makes of the same layers; the
text against terminals of several widths."""
import base64, fcntl, gzip, hashlib, html.parser, io, json, os, pty, re, struct, subprocess, sys, tarfile, tempfile, termios

try:
    import jsonschema
except ImportError:  # another python3 stands before the system's, which has the package
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    sys.exit("python3-jsonschema is needed")

diffoci, maker, schema_path = (os.path.abspath(word) for word in sys.argv[1:4])

RECIPE = r'''
import random
rng = random.Random(7)
def some(n, top):
    seen = {}
    for _ in range(n):
        name = f"{rng.choice(top)}/{rng.choice('abc')}/{rng.choice('xyz')}{rng.randrange(n)}/f{rng.randrange(40)}"
        seen[name] = file(name, b"v" * rng.randrange(300000), mode=rng.choice([0o644, 0o644, 0o755, 0o4755, 0o2755]), uid=rng.randrange(3))
    return list(seen.values())
layers = [some(60, ["usr", "opt"]), some(40, ["usr", "var"])]
oci_dir("many", image(layer(*layers[0]), layer(*layers[1], file("opt/.wh.a", ""), symlink("usr/link", "x"), fifo("run/pipe"))))
oci_dir("hostile", image(layer(*[file(f"d/{name}", "v", mode=0o4755) for name in ["</script>", "<img src=x>", "a|b", "`c` @all", "![d](e)", "\x1b[31m", "\u202egnp", "x" * 3000, "a\nb"]]),
                         config={"config": {"User": "u", "Labels": {"\x1b[2J": "long " * 200}}, "history": [{"created_by": "RUN " + "y" * 5000}]}))
def status(*packages):
    return "".join(f"Package: {name}\nStatus: {state}\nArchitecture: amd64\nVersion: {version}\n\n" for name, version, state in packages)
ok = "install ok installed"
oci_dir("packages", image(layer(file("var/lib/dpkg/status", status(("old", "1", ok), ("gone", "2", ok))), file("lib/apk/db/installed", "P:musl\nV:1.2.4-r2\nA:x86_64\n\n")),
                          layer(file("var/lib/dpkg/status", status(("b\u202e", "10", ok), ("b\u202e", "9", ok), ("a", "1:2.0-1", ok), ("half", "3", "deinstall ok config-files"))),
                                file("lib/apk/db/.wh.installed", ""), file("usr/lib/python3/x-1.0.dist-info/METADATA", "Name: x\nVersion: 1.0\n\nbody\n"),
                                file("srv/node_modules/p/package.json", '{"name": "p", "version": "3.1.4"}'),
                                file("opt/node_modules/p/package.json", '{"name": "p", "version": "3.1.4"}'))))
oci_dir("long", image(layer(file("var/lib/dpkg/status", status(*[(f"package-{n}", "1.0", ok) for n in range(3000)])))))
oci_dir("empty", image())
oci_dir("artifact", image(blob("text", "text/plain", annotations={"org.opencontainers.image.title": "notes.txt"}), config_type="application/vnd.example+json",
                          manifest={"artifactType": "application/vnd.example", "annotations": {"a": "b"}}))
'''

passed = failed = 0


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {str(found)[:400]}")


def show(*args):
    env = dict(os.environ, DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"))
    done = subprocess.run([diffoci, "show", *args], capture_output=True, env=env, stdin=subprocess.DEVNULL)
    check(f"status of {args}", done.returncode == 0, (done.returncode, done.stderr))
    return done.stdout.decode("utf-8")


def blob(folder, digest):
    with open(os.path.join(folder, "blobs", *digest.split(":")), "rb") as file:
        return file.read()


def merged(folder):
    """{path: (TarInfo, layer)} and the bytes in each layer, by a simple reading of the specification (no links are involved)."""
    with open(os.path.join(folder, "index.json"), encoding="utf-8") as file:
        manifest = json.loads(blob(folder, json.load(file)["manifests"][0]["digest"]))
    tree, sizes = {}, []
    for number, layer in enumerate(manifest["layers"]):
        archive = tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob(folder, layer["digest"]))))
        sizes.append([len(archive.getmembers()), sum(m.size for m in archive.getmembers())])
        for member in archive.getmembers():
            head, _, name = member.name.rpartition("/")
            if name.startswith(".wh."):
                hidden = f"{head}/{name[4:]}"
                tree = {p: v for p, v in tree.items() if v[1] == number or not (p == hidden or p.startswith(hidden + "/"))}
        for member in archive.getmembers():
            if not os.path.basename(member.name).startswith(".wh."):
                tree[member.name] = (member, number)
    return tree, sizes


def check_truth(folder):
    told = json.loads(show("-o", "json", "oci:" + folder))
    tree, sizes = merged(folder)
    files = {path: member for path, (member, _) in tree.items() if member.isreg()}
    total = sum(member.size for member in files.values())
    check(f"{folder}: files", [told["files"]["files"], told["files"]["bytes"]] == [len(files), total], (told["files"], len(files), total))
    check(f"{folder}: entries and bytes of layers", [[l["entries"], l["bytes"]] for l in told["layers"]] == sizes, sizes)
    stored = sum(size for _, size in sizes)
    check(f"{folder}: hidden", told["hidden"]["bytes"] == stored - total, (told["hidden"]["bytes"], stored - total))
    check(f"{folder}: hidden by layer", sum(l["hiddenBytes"] for l in told["layers"]) == stored - total)
    privileged = [[p, f"0{m.mode & 0o7777:04o}", m.uid, m.size, tree[p][1]] for p, m in sorted(files.items()) if m.mode & 0o6000]
    check(f"{folder}: privileged", sorted([f["path"], f["mode"], f["uid"], f["bytes"], f["layer"]] for f in told["privileged"]) == privileged, privileged)
    directories = {}
    for path, member in files.items():
        parts = path.split("/")[:-1]
        for depth in range(1, min(len(parts), 4) + 1):
            name = "/".join(parts[:depth]) + "/"
            bytes_, n = directories.get(name, (0, 0))
            directories[name] = (bytes_ + member.size, n + 1)
    want = {name: value for name, value in directories.items() if value[0] and value[0] >= total // 20}
    got = {d["path"]: (d["bytes"], d["files"]) for d in told["largestDirectories"]}
    check(f"{folder}: directories", got == want, (got, want))
    check(f"{folder}: a directory follows the one that it is in",
          all(p.count("/") == 1 or p[:-1].rpartition("/")[0] + "/" in list(got)[:i] for i, p in enumerate(got)), list(got))
    return told


def on_terminal(columns, *args):
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", "DIFFOCI_PAGER": "cat", "DIFFOCI_BACKEND": "local"}
    env.pop("COLUMNS", None)
    child = subprocess.Popen([diffoci, "show", *args], stdout=side, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=env)
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
    return out.decode("utf-8").replace("\r\n", "\n")


class Page(html.parser.HTMLParser):
    """Its elements, and the texts of the cells of each row below the heading of its section."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.rows, self.title, self.cell, self.policy = set(), {}, None, None, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "meta" and ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"]
        if tag in ("h2", "summary"):
            self.title = ""
        elif tag == "tr":
            self.rows.setdefault(self.title, []).append([])
        elif tag in ("td", "th"):
            self.rows[self.title][-1].append("")
            self.cell = True

    def handle_endtag(self, tag):
        self.cell = self.cell and tag not in ("td", "th")

    def handle_data(self, data):
        if self.cell:
            self.rows[self.title][-1][-1] += data
        elif self.title == "":
            self.title = data


def escaped(text):
    return text.replace("\n", "\\n").replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")


def check_page(name, told):
    text = show("-o", "html", "oci:" + name)
    page = Page(text)
    style = re.search("<style>(.*?)</style>", text, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    check(f"{name}: the page's policy", page.policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'", page.policy)
    check(f"{name}: no other elements", page.elements <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "span", "section", "details", "summary",
                                                         "table", "thead", "tbody", "tr", "th", "td", "footer"}, page.elements)
    check(f"{name}: nothing that reorders", not re.search("[\u202a-\u202e\x1b]", text))
    layers = page.rows["layers" if "config" in page.rows else "blobs"][1:]
    check(f"{name}: layers", [row[1] for row in layers] == [layer["digest"] for layer in told["layers"]], layers)
    privileged = [row[:3] for row in page.rows.get("files with setuid, setgid or capabilities", [])[1:]]
    check(f"{name}: privileged", privileged == [[escaped(f["path"]), f["mode"], f"{f['uid']}:{f['gid']}"] for f in told.get("privileged", [])], privileged)
    packages = [row for title, rows in page.rows.items() if "package" in title for row in rows[1:]]
    check(f"{name}: packages", [row[:2] for row in packages] == [[escaped(p["name"]), p["version"]] for p in told.get("packages", [])], packages[:5])


def check_markdown(name, told):
    text = show("-o", "markdown", "oci:" + name)
    check(f"{name}: Markdown's length", len(text.encode()) <= 60000, len(text.encode()))
    packages = len(told.get("packages", []))
    more = re.search(r"^and (\d+) more$", text, re.M)
    check(f"{name}: rows of packages", len(re.findall(r"^\| `+ ?\S+ ?`+ \| `\d\S*` \|.*\| `(?:deb|npm|pypi)(?:, in \d+ places)?` \|$", text, re.M)) + int(more[1] if more else 0) == packages, (packages, more))
    left = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)  # code spans (CommonMark 0.31, section 6.1)
    left = re.sub(r"</?(details|summary)>", "", left)
    check(f"{name}: nothing of the image is markup", not re.search(r"[<>@!\x1b\u202e\[`]", left), left)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        check(f"{name}: cells", len(widths) == 1, block)


with tempfile.TemporaryDirectory(prefix="show-") as folder:
    os.chdir(folder)
    subprocess.run([sys.executable, maker], input=RECIPE, text=True, check=True)
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    for name in ("many", "hostile", "packages", "long", "empty", "artifact"):
        for flags in ([], ["--no-files"]):
            told = json.loads(show(*flags, "-o", "json", "oci:" + name))
            jsonschema.validate(told, schema)
            check(f"{name} {flags}: files", ("files" in told) == (not flags and name != "artifact"))
        told = json.loads(show("-o", "json", "oci:" + name))
        check_page(name, told)
        check_markdown(name, told)
        for columns in (60, 80, 120):
            lines = on_terminal(columns, "oci:" + name).split("\n")
            check(f"{name}: lines within {columns} columns", len(lines) > 4 and max(map(len, lines)) <= max(columns, 80), max(lines, key=len))
            check(f"{name}: nothing that controls the terminal", not any(c < " " for line in lines for c in line))
    told = check_truth("many")
    with open("many/index.json", encoding="utf-8") as file:
        check("digest", told["manifest"]["digest"] == json.load(file)["manifests"][0]["digest"])
    check("digest of the config's document", hashlib.sha256(blob("many", told["manifest"]["digest"])).hexdigest() == told["manifest"]["digest"][7:])
    # What stands in the last version of each file is installed; what a whiteout removed, or dpkg removed, is not.
    told = json.loads(show("-o", "json", "oci:packages"))
    jsonschema.validate(told, schema)
    check("packages", [[p["type"], p["name"], p["version"]] for p in told["packages"]] ==
          [["deb", "a", "1:2.0-1"], ["deb", "b\u202e", "9"], ["deb", "b\u202e", "10"], ["npm", "p", "3.1.4"], ["pypi", "x", "1.0"]], told["packages"])
    check("packages: architecture", [p.get("architecture") for p in told["packages"]] == ["amd64"] * 3 + [None] * 2)
    check("packages: places", [p.get("places") for p in told["packages"]] == [None] * 3 + [2, None], told["packages"])
    text = show("oci:packages").split("\n")
    at = text.index("5 packages: 3 deb, 1 npm, 1 pypi") if "5 packages: 3 deb, 1 npm, 1 pypi" in text else 0
    check("packages in words", at and text[at + 1] == "  a 1:2.0-1" and text[at + 4:at + 6] == ["  p 3.1.4, in 2 places", "  x 1.0"], text)
    check("artifact: its blob's name", "notes.txt" in show("oci:artifact"))
    check("same input, same bytes", show("-o", "json", "oci:many") == show("-o", "json", "oci:many"))
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
