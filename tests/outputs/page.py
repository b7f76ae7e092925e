#!/usr/bin/env python3
"""The HTML report in a real browser: page.py DIFFOCI MKIMAGE [ROWS [FOLDER]]

Reports are made of pairs of images, one of which has names that want to be markup, and opened from
disk in a headless Chromium: what is shown is held against the numbers of the recipes and of
-o json; keys, filter and links are tried; the console has to stay empty, and nothing may be
requested but the file itself. ROWS: so many differences are opened in a limited time of the
processor. FOLDER: pictures of both themes go there, to be looked at. Skipped (77) where Chromium
and its driver are not installed."""
import base64, hashlib, http.server, json, os, re, shutil, subprocess, sys, tempfile, threading, time

try:
    from selenium import webdriver
except ImportError:  # another python3 stands before the system's, which has the package
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("python3-selenium is not installed: skipped")
    sys.exit(77)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

diffoci, maker = (os.path.abspath(word) for word in sys.argv[1:3])
rows_wanted = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
pictures = os.path.abspath(sys.argv[4]) if len(sys.argv) > 4 else None
chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
if not chromium or not driver:
    print("chromium and chromium-driver are not installed: skipped")
    sys.exit(77)

OPEN_SECONDS = 2.0    # of the page's thread, for ROWS differences
FRAME_SECONDS = 0.05  # of the page's thread, for one step of scrolling: 16 ms on a quiet machine, three times that beside others

HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>", "\u202egnp.exe", "a\nb", "\x1b[31mred\x07", "<!-- -->",
           "&lt;amp;", "\u2028sep\u2029", "`code` @all", "\u05e9\u05dc\u05d5\u05dd.txt", "quo\"te'", "x" * 4000]
SHOWN = {"\u202egnp.exe": "\\u202egnp.exe", "a\nb": "a\\nb", "\x1b[31mred\x07": "\\x1b[31mred\\a", "\u2028sep\u2029": "\\u2028sep\\u2029"}

RECIPE = f"ROWS = {rows_wanted}\nHOSTILE = {HOSTILE!r}\n" + r'''
def long(name, content=""):
    return entry("l", content, records={"path": name}) if len(name.encode()) > 90 or not name.isascii() else file(name, content)
base = [file("etc/keep", "same"), file("usr/bin/tool", "one", mode=0o755), file("etc/gone", "x" * 100), file("usr/lib/py/a.py", "1"),
        file("usr/lib/py/b.py", "1"), file("var/log/dpkg.log", "2024-01-01 00:00:00 install\n")]
new = [file("etc/keep", "same"), file("usr/bin/tool", "two!", mode=0o4755), file("srv/new", "y" * 1000000), file("usr/lib/py/a.py", "11"),
       file("usr/lib/py/b.py", "22"), file("var/log/dpkg.log", "2025-01-01 00:00:00 install\n")]
oci_archive("a.tar", image(layer(*base)))
oci_archive("b.tar", image(layer(*new)))
oci_archive("same.tar", image(layer(*base)))
oci_archive("h0.tar", image(layer()))
oci_archive("h1.tar", image(layer(*[long(f"d/{name}", "v") for name in HOSTILE], long("deep/" + "d/" * 600 + "x", "v"))))
oci_archive("many0.tar", image(layer(*[file(f"usr/share/d{n % 300}/f{n}", "1") for n in range(ROWS)])))
oci_archive("many1.tar", image(layer(*[file(f"usr/share/d{n % 300}/f{n}", "22") for n in range(ROWS)])))
oci_archive("flat0.tar", image(layer(*[file(f"flat/f{n}", "1") for n in range(ROWS)])))
oci_archive("flat1.tar", image(layer(*[file(f"flat/f{n}", "22") for n in range(ROWS)])))
'''

# Two packages, a JAR, a text; for two platforms.
RECIPE += r'''
import hashlib, io, zipfile
def jar(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2023, 8, 1, 0, 0, 0)), text)
    return out.getvalue()
def status(*packages):
    return "".join(f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: amd64\n\n" for name, version in packages)
def lists(**files):
    return [file(f"var/lib/dpkg/info/{name}.md5sums", "".join(f"{hashlib.md5(text.encode()).hexdigest()}  {path}\n" for path, text in texts.items())) for name, texts in files.items()]
TEXT = "".join(f"line {n}\n" for n in range(20))
def packed(arch, hello, text, packages, *more):
    return image(layer(file("var/lib/dpkg/status", status(*packages)), *lists(**{n: {f"usr/bin/{n}": hello if n == "hello" else n} for n, _ in packages}), file("usr/bin/hello", hello, mode=0o755), file("etc/text", text),
                       file("srv/app.jar", jar(a="same", b=hello)), file("srv/equal.gz", gzipped(b"same", 1 if hello == "1" else 9)), *more), arch=arch)
two = [platform("amd64"), platform("arm64")]
OTHER = TEXT.replace("line 7\n", "line <b>seven</b>\nand one more\n")
both = [("curl", "7.1"), ("hello", "1")]
oci_archive("w0.tar", index(packed("amd64", "1", TEXT, both, file("usr/bin/curl", "curl", mode=0o755)), packed("arm64", "1", TEXT, both), platforms=two))
oci_archive("w1.tar", index(packed("amd64", "2", OTHER, [("hello", "2")]), packed("arm64", "1", OTHER, both), platforms=two))
'''

passed = failed = 0


def check(what, holds, found=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{what}: {str(found)[:500]}")


def make(name, *args):
    env = dict(os.environ, DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache"))
    done = subprocess.run([diffoci, "diff", "--quiet", "--semantic", "-o", f"html={name}", "-o", "json", *args], capture_output=True, env=env,
                          stdin=subprocess.DEVNULL)
    check(f"{name}: status", done.returncode in (0, 1), done.stderr)
    return json.loads(done.stdout)


def read(name):
    with open(name, encoding="utf-8") as file:
        return file.read()


def check_file(name, report):
    """What can be seen without a browser."""
    text = read(name)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    check(f"{name}: the policy", policy.startswith("default-src 'none';"), policy)
    for tag in ("style", "script"):
        content = re.search(f"<{tag}>(.*?)</{tag}>", text, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        check(f"{name}: the hash of its {tag}", f"{tag}-src 'sha256-{digest}'" in policy, policy)
    check(f"{name}: one style, one script", (text.count("<style>"), text.count("<script>")) == (1, 1))
    check(f"{name}: no style of an element, no handler", not re.search(r"<[a-z][^<>]*\s(style|on[a-z]+|src)=", text))
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1])
    check(f"{name}: totals", data["totals"] == report["totals"], data["totals"])
    check(f"{name}: rows", len([row for row in data["rows"] if row[1] > 0]) == report["totals"]["differences"])
    details = [json.loads(part) for part in re.findall(r'<script type="application/json" id="details-\d+">(.*?)</script>', text, re.S)]
    check(f"{name}: details of each row", sum(map(len, details)) == len(data["rows"]))


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1000"):
            options.add_argument(flag)
        options.add_argument("--user-data-dir=" + os.path.abspath("profile"))
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(driver), options=options)
        self.driver.set_page_load_timeout(300)
        self.driver.set_script_timeout(300)

    def __getattr__(self, name):
        return getattr(self.driver, name)

    def emulate(self, **features):
        media = features.pop("media", "")
        self.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]})

    def open(self, name):
        self.get_log("performance")
        self.get(name if "://" in name else "file://" + os.path.abspath(name))
        return self

    def js(self, script, *args):
        return self.execute_script(script, *args)

    def quiet(self, what):
        """Nothing on the console, and no request but for the file."""
        console = self.get_log("browser")
        check(f"{what}: the console", not console, console)
        events = [json.loads(entry["message"])["message"] for entry in self.get_log("performance")]
        asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        check(f"{what}: one request", len(asked) == 1, asked)

    def find(self, selector):
        return self.find_elements(By.CSS_SELECTOR, selector)

    def click(self, element):
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def key(self, *keys):
        for key in keys:
            self.switch_to.active_element.send_keys(key)

    @property
    def focused(self):
        return self.js("return document.activeElement.getAttribute('aria-label')") or ""

    @property
    def shown(self):
        """The names of all rows, as they stand there."""
        return self.js("return [...document.querySelectorAll('.leaf > .row .name')].map(e => e.textContent)")

    def filter(self, text):
        field = self.find(".filter input")[0]
        field.clear()
        field.send_keys(text)
        time.sleep(0.5)

    def thread_time(self):
        return {m["name"]: m["value"] for m in self.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}["ThreadTime"]

    def picture(self, name):
        if pictures:
            os.makedirs(pictures, exist_ok=True)
            size = self.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 3000), "scale": 1}
            png = self.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip})
            with open(os.path.join(pictures, name), "wb") as file:
                file.write(base64.b64decode(png["data"]))


def check_contents(browser, report):
    totals = report["totals"]
    browser.open("about:blank")  # and not the page that a browser begins with
    browser.get_log("browser")
    browser.open("a.html")
    check("the verdict", browser.find(".verdict h1")[0].text == report["verdict"]["verdict"] == "different")
    check("the title", browser.title.startswith("different: ./a.tar \u2192 ./b.tar"), browser.title)
    check("the images", [e.text for e in browser.find(".inputs dd")] == [f"./{name}.tar {report['inputs'][i]['digest']}" for i, name in enumerate("ab")])
    tiles = {e.text.split("\n")[1]: e.text.split("\n")[0] for e in browser.find(".tile")}
    check("the tiles", (tiles["differences"], tiles["files added"], tiles["files removed"], tiles["files changed"]) ==
          tuple(str(totals[key]) for key in ("differences", "added", "removed", "changed")), tiles)
    heavy = [e.text for e in browser.find(".heavy a")]
    check("the weightiest first, then the largest", heavy[:2] == ["usr/bin/tool", "srv/new"], heavy)
    check("all rows are open", sorted(browser.shown) == ["a.py", "b.py", "dpkg.log", "gone", "new", "tool"], browser.shown)
    check("the treemap", any("srv/" in e.get_attribute("aria-label") for e in browser.find(".map button")))
    check("causes", any("dpkg" in e.text for e in browser.find("section[aria-labelledby=causes-title] summary")))
    browser.quiet("contents")


def check_links(browser):
    browser.open("a.html")
    browser.click(browser.find(".heavy a")[0])
    check("a link to a difference opens it", "tool" in browser.focused and len(browser.find(".detail")) == 1, browser.focused)
    detail = browser.find(".detail")[0].text
    check("its fields", all(word in detail for word in (hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two!").hexdigest(), "0755 \u2192 04755", "layer 0")), detail)
    browser.click(browser.find("a.tile.A")[0])
    time.sleep(0.3)
    check("a tile filters by kind", browser.shown == ["new"], browser.shown)
    browser.js("document.querySelector('[data-cause]').click()")
    check("a cause filters", browser.find(".filter select")[0].get_attribute("value") == "0")
    browser.quiet("links")


def check_keys(browser):
    browser.open("a.html")
    browser.js("document.querySelector('[role=treeitem][tabindex=\"0\"]').focus()")
    first = browser.focused
    browser.key(Keys.ARROW_DOWN)
    check("down goes to what is inside", browser.focused.startswith("removed: gone"), browser.focused)
    browser.key(Keys.ARROW_LEFT)
    check("left goes to the directory", browser.focused == first, browser.focused)
    browser.key(Keys.ARROW_LEFT)
    check("left closes it", browser.js("return document.activeElement.getAttribute('aria-expanded')") == "false")
    browser.key(Keys.ARROW_DOWN)
    check("down passes what is closed", browser.focused.startswith("srv/"), browser.focused)
    browser.key(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    check("right opens, then goes inside", browser.focused.startswith("removed: gone"), browser.focused)
    browser.key(Keys.ENTER)
    check("enter shows the details", len(browser.find(".detail")) == 1)
    browser.key(Keys.ENTER)
    check("enter hides them", not browser.find(".detail"))
    browser.key(Keys.END)
    check("end goes to the last", "dpkg.log" in browser.focused, browser.focused)
    browser.key(Keys.ARROW_UP, Keys.ARROW_UP)
    check("up goes to what is above", "py" in browser.focused, browser.focused)
    browser.key(Keys.HOME)
    time.sleep(1)
    browser.key("u")
    check("letters go to a name", browser.focused.startswith("usr/"), browser.focused)
    roles = browser.js("""return [...document.querySelectorAll('[role=treeitem]')].every(e => e.getAttribute('aria-level') >= 1 && e.getAttribute('aria-posinset') >= 1 &&
        +e.getAttribute('aria-setsize') >= +e.getAttribute('aria-posinset') && e.getAttribute('aria-expanded') && e.closest('[role=tree]'))""")
    check("items say where they stand", roles)
    check("one item can be tabbed to", len(browser.find("[role=treeitem][tabindex='0']")) == 1)
    browser.js("document.querySelector('.map button[tabindex=\"0\"]').focus()")
    browser.key(Keys.ENTER)
    check("a directory of the treemap is gone into", [e.text for e in browser.find(".map-bar .path button")] == ["/", "srv/", "show in the list"])
    browser.key(Keys.ESCAPE)
    check("and left", len(browser.find(".map-bar .path button")) == 1)
    browser.quiet("keys")


def check_filter(browser):
    browser.open("a.html")
    for text, want in (("py/", ["a.py", "b.py"]), ("*.log", ["dpkg.log"]), ("USR/**.py", ["a.py", "b.py"]), ("etc/*", ["gone"]), ("usr/*.py", []), ("no such", []), ("[", [])):
        browser.filter(text)
        check(f"filter {text}", sorted(browser.shown) == want, browser.shown)
        check(f"filter {text}: says how many", browser.find("output")[0].text.startswith(f"{len(want)} difference"), browser.find("output")[0].text)
    browser.filter(" ")
    buttons = {e.text: e for e in browser.find(".filter button")}
    browser.click(buttons["removed"])
    check("a kind", browser.shown == ["gone"], browser.shown)
    browser.click(buttons["added"])
    check("two kinds", sorted(browser.shown) == ["gone", "new"], browser.shown)
    browser.filter("srv")
    check("kind and path", browser.shown == ["new"], browser.shown)
    browser.open("a.html")
    browser.js("const s = document.querySelector('.filter select'); s.value = 'none'; s.dispatchEvent(new Event('change'))")
    check("no cause known", "dpkg.log" not in browser.shown and "tool" in browser.shown, browser.shown)
    browser.js("const s = document.querySelector('[aria-label=Order]'); s.value = 'size'; s.dispatchEvent(new Event('change'))")
    browser.quiet("filter")


def check_opened(browser):
    """Packages, what is inside, what differs in texts, platforms."""
    browser.open("w.html")
    packages = [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")] for row in browser.find("#packages tbody tr")]
    check("packages", packages == [["D", "curl", "7.1", "", "deb amd64"], ["M", "hello", "1", "2", "deb amd64"]], packages)
    check("packages: totals", browser.find("#packages summary")[0].text == "2 packages: 1 removed, 1 changed", browser.find("#packages summary")[0].text)
    for number, name in enumerate(("curl", "hello")):
        browser.click(browser.find("#packages a")[number])
        check(f"a package filters: {name}", set(browser.shown) == {name, f"{name}.md5sums"}, browser.shown)
    browser.js("const s = document.querySelector('[aria-label=Package]'); s.value = ''; s.dispatchEvent(new Event('change'))")
    choose = "const s = document.querySelector('[aria-label=Platform]'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))"
    browser.js(choose, "linux/arm64")
    check("a platform filters", browser.shown == ["text"], browser.shown)
    browser.js(choose, "")
    browser.js("[...document.querySelectorAll('.filter button')].find(e => e.textContent === 'Open all').click()")
    check("all again, of both platforms", browser.shown.count("text") == 2 and browser.shown.count("curl") == 1, browser.shown)
    folders = browser.js("return [...document.querySelectorAll('.folder > .row .name, .tree .row .name')].map(e => e.textContent)")
    check("a member of an archive", "b" in browser.shown and any("app.jar!/" in name for name in folders), folders)
    check("platforms by their names", "linux/amd64/" in folders and any(name.startswith("linux/arm64/") for name in folders), folders)
    equals = [[cell.get_attribute("textContent") for cell in row.find_elements(By.TAG_NAME, "td")] for row in browser.find("section[aria-labelledby=inside-title] tbody tr")]
    check("equal inside, and by which rule", len(equals) == 1 and equals[0][0] == "srv/equal.gz" and "gzip" in equals[0][1], equals)
    for row in browser.find(".leaf > .row"):
        if row.find_element(By.CSS_SELECTOR, ".name").text == "text":
            browser.click(row)
    details = browser.find(".detail")
    check("a text has its lines", len(details) == 2 and all("line <b>seven</b>" in d.text and "and one more" in d.text for d in details), [d.text for d in details])
    check("each says its platform", sorted(word for d in details for word in ("linux/amd64", "linux/arm64") if word in d.text) == ["linux/amd64", "linux/arm64"], [d.text for d in details])
    sides = details[0].find_elements(By.CSS_SELECTOR, "table tr") if details else []
    pairs = [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")] for row in sides]
    check("side by side", any("line 7" in "".join(cells[:2]) and "seven" in "".join(cells[2:]) for cells in pairs), pairs)
    browser.picture("opened.png")
    browser.quiet("opened")


def check_hostile(browser):
    browser.open("h.html")
    browser.js("[...document.querySelectorAll('.filter button')].find(e => e.textContent === 'Open all').click()")
    names = browser.js("return model_names = [...document.querySelectorAll('#table .text')].map(e => e.textContent)")
    for name in HOSTILE:
        check(f"hostile {name[:30]!r}", "d/" + SHOWN.get(name, name) in names, names)
    check("no element of a name's making", not browser.find("img, b.bold, tree b"), "img")
    check("the page is no wider than the window", browser.js("return document.documentElement.scrollWidth <= innerWidth"))
    for leaf in range(len(HOSTILE)):
        browser.js("document.querySelectorAll('.leaf > .row')[arguments[0]].click()", leaf)
    check("details are open", len(browser.find(".detail")) == len(HOSTILE), len(browser.find(".detail")))
    check("nor with details", browser.js("return document.documentElement.scrollWidth <= innerWidth"))
    check("no right-to-left mark is left", not re.search("[\u202a-\u202e\u2066-\u2069\u2028\u2029\x1b\x07]", browser.js("return document.body.innerText")))
    browser.picture("hostile.png")
    browser.quiet("hostile")


def check_without_script(browser):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.open("a.html")
    rows = browser.find("#table tbody tr")
    check("a table without a script", len(rows) == 6 and rows[0].is_displayed() and "usr/bin/tool" in rows[0].text, [row.text for row in rows])
    check("no tree", not any(e.is_displayed() for e in browser.find("#explorer, #treemap")))
    browser.open("many.html")
    check("many: says how many are left out", re.match(rf"The first 500 of {rows_wanted} differences", browser.find("#table caption")[0].text), browser.find("#table caption")[0].text)
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4) for w, p in zip((0.2126, 0.7152, 0.0722), parts))


def check_themes(browser):
    grounds = set()
    for theme in ("light", "dark"):
        browser.emulate(prefers_color_scheme=theme)
        browser.open("a.html")
        values = browser.js("""const s = getComputedStyle(document.documentElement);
            return Object.fromEntries(arguments[0].map(n => [n, s.getPropertyValue('--' + n).trim()]))""",
                            ["ground", "panel", "text", "muted", "accent", "added", "removed", "changed", "metadata", "image", "added-ground", "removed-ground",
                             "changed-ground", "metadata-ground", "image-ground", "grew", "shrank", "on-tile"])
        pairs = [(text, ground) for text in ("text", "muted", "accent") for ground in ("ground", "panel")] + [(k, k + "-ground") for k in ("added", "removed", "changed", "metadata", "image")] + \
            [("on-tile", "grew"), ("on-tile", "shrank")]
        for text, ground in pairs:  # WCAG 2.2, 1.4.3
            high, low = sorted((luminance(values[text]), luminance(values[ground])), reverse=True)
            check(f"{theme}: contrast of {text} on {ground}", (high + 0.05) / (low + 0.05) >= 4.5, (high + 0.05) / (low + 0.05))
        grounds.add(values["ground"])
        browser.js("document.querySelectorAll('.heavy a')[0].click()")
        time.sleep(0.5)
        browser.picture(f"{theme}.png")
    check("themes differ", len(grounds) == 2, grounds)
    browser.emulate(media="print")
    browser.js("dispatchEvent(new Event('beforeprint'))")
    check("on paper the table stands", browser.find("#table tbody tr")[0].is_displayed() and not browser.find("#explorer")[0].is_displayed())
    browser.emulate()


def check_many(browser):
    for name in ("many.html", "flat.html"):
        browser.open("about:blank")
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        before = time.monotonic()
        browser.open(name)
        wall, spent = time.monotonic() - before, browser.thread_time()
        ready = browser.js("return performance.getEntriesByName('diffoci-ready').length") == 1
        print(f"{name}: {rows_wanted} differences, open after {wall:.1f} s, {spent:.2f} s of them of the page's thread")
        check(f"{name}: opens in time", ready and spent < OPEN_SECONDS, spent)
        elements = browser.js("return document.querySelectorAll('*').length")
        check(f"{name}: few elements", elements < 15000, elements)
        browser.js("[...document.querySelectorAll('.filter button')].find(e => e.textContent === 'Open all').click()")
        before = browser.thread_time()
        browser.execute_async_script("""const done = arguments[0]; let left = 60;
            const step = () => { scrollBy(0, 400); left-- ? requestAnimationFrame(step) : done(); }; step();""")
        frame = (browser.thread_time() - before) / 60
        print(f"{name}: {frame * 1000:.1f} ms of the page's thread for each step of scrolling")
        check(f"{name}: scrolls", frame < FRAME_SECONDS, frame)
        browser.filter("f99")
        check(f"{name}: filter", re.match(r"[\d,]+ differences of", browser.find("output")[0].text), browser.find("output")[0].text)
        browser.quiet(name)


def check_served(browser):
    """From a server, too, nothing else is asked for."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser.open(f"http://127.0.0.1:{server.server_port}/a.html")
    time.sleep(1)
    check("served: what was asked for", set(asked) <= {"/a.html", "/favicon.ico"} and "/a.html" in asked, asked)
    server.shutdown()
    server.server_close()
    browser.get("about:blank")
    browser.get_log("browser")


with tempfile.TemporaryDirectory(prefix="html-", ignore_cleanup_errors=True) as folder:
    os.chdir(folder)
    subprocess.run([sys.executable, maker], input=RECIPE, text=True, check=True)
    reports = {name: make(f"{name}.html", f"./{one}.tar", f"./{two}.tar") for name, one, two in
               (("a", "a", "b"), ("same", "a", "same"), ("h", "h0", "h1"), ("many", "many0", "many1"), ("flat", "flat0", "flat1"))}
    reports["w"] = make("w.html", "--all-platforms", "--inside", "--patch", "--explain", "./w0.tar", "./w1.tar")
    for name, report in reports.items():
        check_file(f"{name}.html", report)
    first = read("h.html")
    make("h.html", "./h0.tar", "./h1.tar")
    check("the same bytes again", read("h.html") == first)
    browser = Browser()
    try:
        check_contents(browser, reports["a"])
        check_links(browser)
        check_keys(browser)
        check_filter(browser)
        check_opened(browser)
        check_hostile(browser)
        browser.open("same.html")
        check("no difference", "identical" in browser.title and "No differences" in browser.find("main")[0].text, browser.title)
        browser.quiet("same")
        check_many(browser)
        check_themes(browser)
        check_without_script(browser)
        check_served(browser)
    finally:
        browser.quit()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
