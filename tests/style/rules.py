#!/usr/bin/env python3
"""rules.py: every rule by which bytes mean nothing (struct format_rule in src/formats) stands in docs/formats.md with its
class, and the other way round. Prints what does not fit; exit status 1 then."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULE = re.compile(r'struct format_rule \w+ = \{\s*"([^"]+)",\s*FORMAT_(\w+)')
ROW = re.compile(r"^\| ([a-z0-9]+-\d+) \| (\w+) \|", re.M)

code = {}
folder = os.path.join(ROOT, "src", "formats")
for name in sorted(os.listdir(folder)):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        for rule, kind in RULE.findall(file.read()):
            if code.get(rule, kind.lower()) != kind.lower():
                sys.exit(f"{name}: {rule} is there twice, as other things")
            code[rule] = kind.lower()
with open(os.path.join(ROOT, "docs", "formats.md"), encoding="utf-8") as file:
    docs = dict(ROW.findall(file.read()))
wrong = [f"{rule}: {code.get(rule)} in the code, {docs.get(rule)} in docs/formats.md"
         for rule in sorted(code.keys() | docs.keys()) if code.get(rule) != docs.get(rule)]
print("\n".join(wrong))
sys.exit(1 if wrong or not code else 0)
