#!/usr/bin/env python3
"""The schema of policy files says what the program says: policy_schema.py DIFFOCI MKIMAGE SCHEMA FIELD_C

Policies, good and bad, are written as JSON, which YAML takes, too, and held against both: against
docs/policy.schema.json with jsonschema, and against diffoci, whose status is 2 for what it refuses.
Field names are those of the table in src/policy/field.c, each of them tried."""
import json, os, re, subprocess, sys, tempfile

try:
    import jsonschema
except ImportError:  # another python3 stands before the system's, which has the package
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    sys.exit("python3-jsonschema is needed")

diffoci, maker, schema_path, fields_path = (os.path.abspath(word) for word in sys.argv[1:5])
schema = json.load(open(schema_path))
table = re.findall(r'\{ "([^"]+)", (?:"\w+"|NULL), FIELD_\w+, SUFFIX_(NONE|ANY) \}', open(fields_path).read())
names = [name for name, _ in table]

GOOD = [
    {"version": 1}, {"version": "1"}, {"version": 1, "ignore": []}, {"version": 1, "ignore": ["/var/log/", "!keep", "**/x", "*.py?"]},
    {"version": 1, "ignore": ""}, {"version": 1, "ignore-fields": ""},
    {"version": 1, "ignore": [{"path": "*.pyc"}, {"path": "a", "reason": "why"}]},
    {"version": 1, "ignore-fields": ["mtime", "uid,gid", "mode:/usr/", {"fields": ["mtime", "mode"], "path": "/usr/lib/", "reason": "r"}]},
    {"version": 1, "ignore-fields": [{"fields": names}]},
    {"version": 1, "ignore-fields": [{"fields": [name + ".some:thing" for name, suffix in table if suffix == "ANY"]}]},
    {"version": 1, "ignore-fields": [{"fields": ["mtime"] * 128}]},
    {"version": 1, "accept": ["pyc-header", "pyc-header?,dpkg-log", {"cause": "dpkg-log?", "reason": "removed later"}]}, {"version": 1, "accept": ""},
]
BAD = [
    {}, [], "x", {"version": 2}, {"version": ""}, {"version": [1]}, {"version": 1, "other": []}, {"version": 1, "ignore": "x"}, {"version": 1, "ignore": {}},
    {"version": 1, "ignore": [""]}, {"version": 1, "ignore": [{}]}, {"version": 1, "ignore": [{"reason": "x"}]}, {"version": 1, "ignore": [{"path": ""}]},
    {"version": 1, "ignore": [["x"]]}, {"version": 1, "ignore": [{"path": ["x"]}]}, {"version": 1, "ignore": [{"path": "x", "reason": ""}]},
    {"version": 1, "ignore": [{"path": "x", "why": "y"}]}, {"version": 1, "ignore-fields": "mtime"}, {"version": 1, "ignore-fields": [""]},
    {"version": 1, "ignore-fields": [{"fields": []}]}, {"version": 1, "ignore-fields": [{"fields": "mtime"}]}, {"version": 1, "ignore-fields": [{"path": "x"}]},
    {"version": 1, "ignore-fields": [{"fields": ["nothing"]}]}, {"version": 1, "ignore-fields": [{"fields": ["mtime.x"]}]}, {"version": 1, "ignore-fields": [{"fields": ["xattr."]}]},
    {"version": 1, "ignore-fields": [{"fields": [["mtime"]]}]}, {"version": 1, "ignore-fields": [{"fields": ["mtime"], "pattern": "x"}]},
    {"version": 1, "ignore-fields": [{"fields": ["mtime"] * 129}]}, {"version": 1, "accept": "dpkg-log"}, {"version": 1, "accept": [""]}, {"version": 1, "accept": [{}]},
    {"version": 1, "accept": ["dpkg-log??"]}, {"version": 1, "accept": ["dpkg-log,"]}, {"version": 1, "accept": ["Dpkg Log"]}, {"version": 1, "accept": [{"cause": ["dpkg-log"]}]},
] + [{"version": 1, "ignore-fields": [{"fields": [name + "x"]}]} for name in names]

failures = 0


def check(what, holds, found=""):
    global failures
    if not holds:
        failures += 1
        print(f"{what}: {str(found)[:300]}")


with tempfile.TemporaryDirectory(prefix="policy-") as folder:
    os.chdir(folder)
    subprocess.run([sys.executable, maker], input='oci_archive("a.tar", image(layer(file("x"))))', text=True, check=True)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    check("the table of fields was found", len(names) > 40, names)
    for policy, good in [(p, True) for p in GOOD] + [(p, False) for p in BAD]:
        with open("policy.yaml", "w") as file:
            json.dump(policy, file)
        done = subprocess.run([diffoci, "diff", "--quiet", "--policy=policy.yaml", "./a.tar", "./a.tar"], capture_output=True, stdin=subprocess.DEVNULL,
                              env=dict(os.environ, DIFFOCI_BACKEND="local", DIFFOCI_LOCAL_CACHE=os.path.abspath("cache")))
        check(f"diffoci: {str(policy)[:100]}", done.returncode == (0 if good else 2), (done.returncode, done.stderr))
        check(f"schema: {str(policy)[:100]}", validator.is_valid(policy) == good)
print(f"{len(GOOD)} good and {len(BAD)} bad policies, {failures} failed")
sys.exit(1 if failures else 0)
