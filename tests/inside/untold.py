#!/usr/bin/env python3
"""What stands beside a date that somebody accepts: untold.py DIFFOCI

Each case is a text with a date of its build in it, and with something that is another thing to who reads the text, and that no
member tells. With --inside, and all causes accepted, the file has to stay. Where only the date differs it goes."""
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime

HERE = os.path.dirname(os.path.abspath(__file__))
MKIMAGE = os.path.join(HERE, "..", "tools", "mkimage.py")
DATES = ("2026-11-28T10:00:01Z", "2026-11-29T11:00:02Z")
MTIMES = [int(datetime.fromisoformat(date.replace("Z", "+00:00")).timestamp()) + 9 for date in DATES]
FORMS = {  # {0}: what differs, {1}: the date
    "x.json": '{{"created": "{1}", "a": {0}, "b": ""}}',
    "x.1": "{0}",
    "x.html": '<!DOCTYPE html><html><head><meta name="date" content="{1}"></head><body>{0}</body></html>',
    "x.xml": '<?xml version="1.0"?><a><created>{1}</created>{0}</a>',
    "x.properties": "build.date={1}\n{0}\n",
    "MANIFEST.MF": "Manifest-Version: 1.0\nBuild-Date: {1}\n{0}\n",
}
TH = '.TH X 1 "{1}"\n'
CASES = [  # the file, on one side, on the other
    # jq: 1 + 1 is 2, "1" + "1" is "11"
    ("x.json", "1", '"1"'), ("x.json", "true", '"true"'), ("x.json", "null", '"null"'), ("x.json", "1.5", '"1.5"'), ("x.json", '"a"', '"\\u0061"'),
    ("x.json", "[1]", '["1"]'), ("x.json", '""', "{{}}"), ("x.json", "1", "1.0"), ("x.json", "0", "-0"),
    # man shows sections as they stand, and a macro from its definition on
    ("x.1", TH + ".SH A\na\n.SH B\nb\n", TH + ".SH B\nb\n.SH A\na\n"),
    ("x.1", TH + ".SH A\n.de Q\nx\n..\n.SH B\n.Q\n", TH + ".SH B\n.Q\n.SH A\n.de Q\nx\n..\n"),
    # man runs tbl if the first line is this
    ("x.1", "'\\\" t\n.nr a 1\n.\\\" q\n" + TH + ".SH A\nx\n", ".nr a 1\n'\\\" t\n.\\\" q\n" + TH + ".SH A\nx\n"),
    ("x.1", TH + ".SH A\nx\ny\n.\\\" c\nz\n", TH + ".SH A\nx\n.\\\" c\ny\nz\n"),
    ("x.1", ".nr a 1\n.nr b 1\n" + TH + "x\n.SH A\nx\n", ".nr a 1\n" + TH + ".nr b 1\nx\n.SH A\nx\n"),
    # where a line is broken
    ("x.html", "<pre>a\nb<br>d</pre>", "<pre>a<br>b\nd</pre>"), ("x.html", "<p><b>x</b>ab</p>", "<p>ab<b>x</b></p>"),
    ("x.html", "<p>a\nb<!-- -->d</p>", "<p>a<!-- -->b\nd</p>"),
    ("x.xml", "<p>a\nb<c/>d</p>", "<p>a<c/>b\nd</p>"), ("x.xml", "<b>&lt;</b>", "<b><![CDATA[&lt;]]></b>"), ("x.xml", "<b/><c/>", "<c/><b/>"),
    ("x.properties", "a=1\n#b=2", "#a=1\nb=2"), ("x.properties", "a=1\nb=1", "b=1\na=1"), ("x.properties", "a=1\\\n2", "a=12"),
    ("MANIFEST.MF", "\nName: a\nX: 1\n\nName: b\nX: 1\n", "\nName: b\nX: 1\n\nName: a\nX: 1\n"),
]
SAME = [("x.json", '"1"'), ("x.1", TH + ".SH A\nx\n.\\\" c\ny\n"), ("x.html", "<p>a\nb<br>d</p>"), ("x.xml", "<p>a\nb<c/>d</p>"), ("x.properties", "a=1"), ("MANIFEST.MF", "")]

program = os.path.abspath(sys.argv[1])
with open(os.path.join(HERE, "..", "..", "src", "policy", "causes.yaml"), encoding="utf-8") as file:
    causes = sorted(set(re.findall(r"^  - id: (\S+)", file.read(), re.M)) - {"consequence"})
pairs = [(name, one, two, True) for name, one, two in CASES] + [(name, text, text, False) for name, text in SAME]
failed = 0
with tempfile.TemporaryDirectory() as directory:
    for side in range(2):
        files = []
        for i, (name, *texts, _) in enumerate(pairs):
            text = FORMS[name].format(texts[side], DATES[side]).replace("{1}", DATES[side]).replace("{{}}", "{}")
            files.append(f"file({f'srv/{i}/{name}'!r}, {text!r}, mtime={MTIMES[side]})")
        recipe = f'oci_archive("{side}.tar", image(layer({", ".join(files)})))'
        subprocess.run([sys.executable, MKIMAGE], input=recipe, text=True, check=True, cwd=directory)
    for sides in ((0, 1), (1, 0)):
        words = [program, "diff", "--semantic", "--inside", "--accept=" + ",".join(causes), *(f"./{side}.tar" for side in sides)]
        told = subprocess.run(words, cwd=directory, stdout=subprocess.PIPE, text=True).stdout
        left = {int(number) for number in re.findall(r"^File +srv/(\d+)/", told, re.M)}
        for i, (name, one, two, stays) in enumerate(pairs):
            if (i in left) != stays:
                failed += 1
                print(f"{name}, {one!r} and {two!r}: {'accepted' if stays else 'a difference'}")
print(f"{2 * len(pairs) - failed} passed, {failed} failed")
sys.exit(1 if failed else 0)
