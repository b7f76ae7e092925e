Why things differ: known causes, in the table, below it, and in reports.

  $ images <<'RECIPE'
  > def pair(name, one, two):
  >     oci_archive(name + "-0.tar", image(layer(*one)) if isinstance(one, list) else one)
  >     oci_archive(name + "-1.tar", image(layer(*two)) if isinstance(two, list) else two)
  > def pyc(stamp, code="c"):
  >     return b"\xa7\r\r\n\0\0\0\0" + stamp + b"size" + code.encode() * 100
  > a = [file("var/log/dpkg.log", "1"), file("etc/app.conf", "1"), file("usr/m.pyc", pyc(b"AAAA")), file("same", "x", mtime=1)]
  > b = [file("var/log/dpkg.log", "2"), file("etc/app.conf", "2"), file("usr/m.pyc", pyc(b"BBBB")), file("same", "x", mtime=2)]
  > pair("some", a, b)
  > pair("reordered", a, b[::-1])
  > pair("layers", image(layer(*a[:2]), layer(*a[2:])), image(layer(*b)))
  > pair("code", [file("usr/m.pyc", pyc(b"AAAA"))], [file("usr/m.pyc", pyc(b"AAAA", "d"))])
  > pair("lone", [file("x")], [file("x"), file("etc/machine-id", "1"), file("etc/mine")])
  > pair("mine", [file("x", "1")], [file("x", "2")])
  > big = "x" * 70000
  > pair("far", [file("x", big + "built Jan  2 2024")], [file("x", big + "built Jan  3 2024")])
  > pair("near", [file("x", big[:65000] + "built Jan  2 2024" + big)], [file("x", big[:65000] + "built Jan  3 2024" + big)])
  > long = pyc(b"AAAA") + b"c" * 100000, pyc(b"BBBB") + b"c" * 100000, pyc(b"BBBB") + b"c" * 99999 + b"d"
  > for i, name in ((1, "same-rest"), (2, "other-rest")):
  >     pair(name, [file("m.pyc", long[0]), file("y")], [file("m.pyc", long[i]), file("y")])
  >     pair(name + "-moved", [file("m.pyc", long[0]), file("y")], [file("y"), file("m.pyc", long[i])])
  > pair("empty", [file("usr/m.pyc")], [file("usr/m.pyc", pyc(b"AAAA"))])
  > pair("docs", image(layer(file("x"))), image(layer(file("x")), created="2024-02-01T00:00:00Z"))
  > pair("config", image(layer(file("x"))), image(layer(file("x")), created="2024-02-01T00:00:00Z", cmd=["other"]))
  > pair("modes", [file("etc/group", mode=0o664), file("etc/setuid", mode=0o755), file("etc/setgid", mode=0o2775)],
  >      [file("etc/group", mode=0o644), file("etc/setuid", mode=0o4755), file("etc/setgid", mode=0o775)])
  > pair("unknown", image(blob("1", "application/x-unknown")), image(blob("2", "application/x-unknown")))
  > RECIPE
  $ cat >causes.py <<'PY'
  > import json, sys
  > report = json.load(open(sys.argv[1]))
  > def walk(node):
  >     event = node["event"]
  >     if "children" not in node:
  >         cause = event.get("cause", {})
  >         entry = [i.get("tarEntry", {}).get("header", {}).get("Name") for i in event.get("inputs", [{}])]
  >         print(entry[0] or event.get("note") or node["context"], cause.get("id", "-"), cause.get("evidence", "-"))
  >     for child in node.get("children", []):
  >         walk(child)
  > for child in report.get("children", []):
  >     walk(child)
  > print(*(f"{c['id']}={c['differences']}" for c in report["causes"]), f"unexplained={report['unexplained']}")
  > PY
  $ cat >sh.sh <<'SH'
  > # The causes in the report of a pair.
  > causes() { diffoci diff --quiet "${@:2}" --report-file report.json ./$1-0.tar ./$1-1.tar >/dev/null 2>&1; s=$?; python3 causes.py report.json; return $s; }
  > SH

The table has a column more, and a summary below it. Without the flag both are as ever.

  $ diffoci diff --quiet --explain --ignore-image-timestamps --ignore-history ./some-0.tar ./some-1.tar | head -n 8 | tr -s ' ' | cut -c 1-60
  TYPE NAME CAUSE INPUT-0 INPUT-1
  File etc/app.conf - 6b86b273ff34fce19d6b804eff5a3f5747ada4ea
  File same build-time 1970-01-01 00:00:01 +0000 UTC 1970-01-0
  File usr/m.pyc pyc-header *
  File var/log/dpkg.log dpkg-log? 6b86b273ff34fce19d6b804eff5a
  
  4 differences: 3 with a known cause, 1 without
  2 proven, 1 of these harmless
  $ diffoci diff --quiet --explain --semantic ./some-0.tar ./some-1.tar | sed -n '/pyc-header: /,/^$/p'
         1  pyc-header: time in a compiled Python file
            1 proven
            A .pyc file holds the time of its source. Python runs it only if the source has that time, and else the source.
            found: source time AAAA / BBBB
            Fix: *SOURCE_DATE_EPOCH*
            https://peps.python.org/pep-0552/
            https://docs.python.org/3/library/py_compile.html
  $ diffoci diff --quiet --semantic ./some-0.tar ./some-1.tar | head -n 2 | tr -s ' '
  TYPE NAME INPUT-0 INPUT-1
  File etc/app.conf * *
  $ diffoci diff --quiet --explain ./some-0.tar ./some-0.tar

Reports always tell, and by what.

  $ . ./sh.sh; causes some --semantic
  etc/app.conf - -
  usr/m.pyc pyc-header content
  var/log/dpkg.log dpkg-log name
  dpkg-log=1 pyc-header=1 unexplained=1
  [1]
  $ . ./sh.sh; causes code --semantic
  usr/m.pyc real-change content
  real-change=1 unexplained=1
  [1]
  $ . ./sh.sh; causes empty --semantic
  usr/m.pyc - -
  unexplained=1
  [1]
  $ . ./sh.sh; causes mine --semantic
  x - -
  unexplained=1
  [1]
  $ . ./sh.sh; causes lone --semantic
  length mismatch (1 vs 3) consequence field
  name "etc/machine-id" only appears in input 1 machine-id name
  name "etc/mine" only appears in input 1 - -
  machine-id=1 consequence=1 unexplained=1
  [1]
  $ python3 -c 'import json; c, = [c for c in json.load(open("report.json"))["causes"] if c["id"] == "machine-id"]; print(sorted(c)); print(c["sources"][0])'
  ['differences', 'fix', 'harmless', 'id', 'likely', 'part', 'proven', 'sources', 'text', 'title']
  https://man7.org/linux/man-pages/man5/machine-id.5.html

Contents are looked at whole, wherever the first difference lies.

  $ . ./sh.sh; causes near --semantic; causes far --semantic
  x embedded-date content
  embedded-date=1 unexplained=0
  x embedded-date content
  embedded-date=1 unexplained=0
  [1]

Whether more differs behind that is known all the same.

  $ . ./sh.sh; for p in same-rest same-rest-moved other-rest other-rest-moved; do causes $p --semantic | grep '^m'; done
  m.pyc pyc-header content
  m.pyc pyc-header content
  m.pyc real-change content
  m.pyc real-change content

Files that do not stand at the same place on both sides are looked at in a second pass: in another order, in other layers.

  $ . ./sh.sh; causes reordered --semantic
  etc/app.conf - -
  usr/m.pyc pyc-header content
  var/log/dpkg.log dpkg-log name
  dpkg-log=1 pyc-header=1 unexplained=1
  [1]
  $ . ./sh.sh; causes layers --semantic
  etc/app.conf - -
  usr/m.pyc pyc-header content
  var/log/dpkg.log dpkg-log name
  dpkg-log=1 pyc-header=1 unexplained=1
  [1]
  $ . ./sh.sh; causes layers --effective
  etc/app.conf - -
  usr/m.pyc pyc-header content
  var/log/dpkg.log dpkg-log name
  dpkg-log=1 pyc-header=1 unexplained=1
  [1]
  $ . ./sh.sh; causes layers --effective --ignore var/log --ignore-fields content:etc/app.conf
  usr/m.pyc pyc-header content
  pyc-header=1 unexplained=0
  [1]
  $ . ./sh.sh; causes layers --ignore-history | grep same
  same build-time field

As many as there are.

  $ images <<'RECIPE'
  > def pyc(stamp): return b"\xa7\r\r\n\0\0\0\0" + stamp + b"sizecode"
  > for n, stamp in enumerate((b"AAAA", b"BBBB")):
  >     oci_archive(f"many-{n}.tar", image(layer(*[file(f"{i}.pyc", pyc(stamp)) for i in range(0, 600)][::1 - 2 * n])))
  > RECIPE
  $ . ./sh.sh; causes many --semantic >out; tail -n 1 out; grep -c content out
  pyc-header=600 unexplained=0
  600

Documents are explained if all of their fields are. Digests follow from what they stand for, unless nobody looks into that.

  $ . ./sh.sh; causes docs
  /config/config image-created field
  /config/desc consequence field
  /desc consequence field
  /manifest consequence field
  consequence=3 image-created=1 image-history=1 unexplained=0
  [1]
  $ . ./sh.sh; causes config --semantic
  /config/config - -
  unexplained=1
  [1]
  $ . ./sh.sh; causes unknown --semantic
  /layers-0/desc - -
  unexplained=1
  [1]

What a policy leaves out is not explained; of what it leaves in part, the rest is.

  $ . ./sh.sh; causes some --semantic --ignore /var/log --ignore-fields content:/usr/
  etc/app.conf - -
  unexplained=1
  [1]
  $ . ./sh.sh; causes some --ignore-history --ignore-image-timestamps --ignore-fields content
  same build-time field
  build-time=1 unexplained=0
  [1]

Nothing that a builder does by accident makes a file setuid or setgid.

  $ . ./sh.sh; causes modes --semantic
  etc/group umask name
  etc/setgid - -
  etc/setuid - -
  umask=1 unexplained=2
  [1]

Verbose has it in each block, with --explain also the summary; so has the README of a report directory.

  $ diffoci diff --quiet --verbose --semantic ./code-0.tar ./code-1.tar
  Event: "TarEntryMismatch" (name "usr/m.pyc")
    Context: /layers-0/layer/tarentry
  - Digest: *
  + Digest: *
    Cause: a change of what is inside (real-change, part, by its content)
    Fix: *
    Not accounted for: content (code)
  [1]
  $ diffoci diff --quiet --verbose --explain --semantic ./far-0.tar ./far-1.tar | sed -n '5,10p'
    Cause: date or time inside the file (embedded-date, likely, by its content)
      Found: Jan  2 2024 / Jan  3 2024
    Fix: *
  
  1 difference: 1 with a known cause, 0 without
  
  $ diffoci diff --quiet --report-dir dir --semantic ./some-0.tar ./some-1.tar >/dev/null; sed -n '/^## Causes/,$p' dir/README.md
  ## Causes
  
  - 1, `dpkg-log` (1 not looked into whole): dpkg's log. dpkg writes *
  - 1, `pyc-header`: time in a compiled Python file. A .pyc file *
  - 1 without a known cause

A digest follows from what differs below it. Where nothing does, the blobs themselves are looked at: layers that were compressed in another way,
other bytes between the same entries, documents that are only written in another way.

  $ images <<'RECIPE'
  > import gzip as G, io as IO, json as J
  > T = tar(file("etc/f", "one" * 50), file("etc/y", "two" * 50))
  > def gz(mtime=0, name="", level=6, data=T):
  >     out = IO.BytesIO()
  >     with G.GzipFile(filename=name, fileobj=out, mode="wb", compresslevel=level, mtime=mtime) as f: f.write(data)
  >     return out.getvalue()
  > def one(name, data, inside=T): oci_archive(f"form-{name}.tar", image(blob(data, LAYER_GZIP, sha256(inside))))
  > one("0", gz()); one("time", gz(mtime=1785516688)); one("level", gz(level=9)); one("name", gz(name="layer.tar")); one("padded", gz() + bytes(512))
  > one("members", gz(data=T[:1024]) + gz(data=T[1024:])); one("filler", gz(data=T + bytes(10240)), T + bytes(10240))
  > oci_archive("form-zstd.tar", image(blob(zstded(T), LAYER_ZSTD, sha256(T))))
  > RECIPE
  $ cat >form.sh <<'SH'
  > # What is found of a layer: its cause, and the values.
  > form() { diffoci diff --quiet --explain "${@:2}" ./form-0.tar ./form-$1.tar | sed -n 's/^\(Desc\|Mani\) *[^ ]*\(layer\|ctx:\)[^ ]* *\([^ ]*\).*/\3/p; s/^ *found: //p'; }
  > SH
  $ . ./form.sh; for n in time level name padded members; do form $n; done
  recompressed
  consequence
  MTIME 0 / 2026-07-31T16:51:28Z
  recompressed
  consequence
  XFL 0 / 2 (slowest)
  level or compressor * bytes / * other bytes
  recompressed
  consequence
  FNAME (none) / layer.tar
  recompressed
  consequence
  zero bytes behind the end 0 / 512
  recompressed
  consequence
  members 1 / 2
  level or compressor * bytes / * other bytes
  $ . ./form.sh; form zstd; form filler
  recompressed
  consequence
  algorithm gzip / zstd
  bytes * / *
  tar-filler
  consequence
  $ . ./form.sh; form time --semantic

A directory that only one builder puts into a layer: that of WORKDIR, and buildah's /run. Others have no cause.

  $ images <<'RECIPE'
  > for i, more in enumerate(([], [directory("srv"), directory("srv/app"), directory("srv/app2"), directory("run"), directory("run/app")])):
  >     layers = layer(file("x"), *more)
  >     oci_archive(f"workdir-{i}.tar", image(layers, config=dict(config_of([layers]), config={"Cmd": ["sh"], "WorkingDir": "/srv/app/"})))
  > RECIPE
  $ diffoci diff --quiet --semantic --report-file r.json ./workdir-0.tar ./workdir-1.tar >/dev/null; python3 causes.py r.json
  length mismatch (1 vs 6) consequence field
  name "run" only appears in input 1 buildah-run name
  name "run/app" only appears in input 1 temporary-files name
  name "srv" only appears in input 1 - -
  name "srv/app" only appears in input 1 workdir field
  name "srv/app2" only appears in input 1 - -
  workdir=1 buildah-run=1 temporary-files=1 consequence=1 unexplained=2

An engine gives such directories no attributes.

  $ images <<'RECIPE'
  > for i, more in enumerate(([], [directory("run", records={"SCHILY.xattr.user.x": "y"}), directory("srv", records={"SCHILY.xattr.user.x": "y"})])):
  >     layers = layer(file("x"), *more)
  >     oci_archive(f"attribute-{i}.tar", image(layers, config=dict(config_of([layers]), config={"WorkingDir": "/srv"})))
  > RECIPE
  $ diffoci diff --semantic --explain ./attribute-0.tar ./attribute-1.tar | grep -o '\(workdir\|buildah-run\)?'
  buildah-run?
  workdir?

A certificate that signs itself was made anew if nothing but keys, numbers and dates differ; one that may sign others is another.

  $ for i in 0 1 2; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -out c$i.pem -subj /CN=x -addext basicConstraints=critical,CA:$([ $i = 2 ] && echo FALSE || echo TRUE) 2>/dev/null; done
  $ images <<'RECIPE'
  > certs = [open(f"c{i}.pem", "rb").read() for i in range(3)]
  > for i, cert in enumerate([*certs, certs[1] + b"evil\n", certs[1][:-1] + b"  \n"]): oci_archive(f"cert-{i}.tar", image(layer(file("etc/x/c.pem", cert))))
  > RECIPE
  $ for i in 1 2 3 4; do diffoci diff --quiet --semantic --explain ./cert-0.tar ./cert-$i.tar | sed -n 's/^File *\([^ ]*\) *\([^ ]*\).*/\1 \2/p'; done
  etc/x/c.pem generated-certificate?
  etc/x/c.pem real-change+?
  etc/x/c.pem generated-certificate+?
  etc/x/c.pem generated-certificate+?

What pip notes, in another order: whoever accepts that has accepted it.

  $ images <<'RECIPE'
  > for i, lines in enumerate((b"a.py,sha256=x,1\nb.py,sha256=y,2\n", b"b.py,sha256=y,2\na.py,sha256=x,1\n")): oci_archive(f"record-{i}.tar", image(layer(file("x-1.dist-info/RECORD", lines))))
  > RECIPE
  $ diffoci diff --quiet --semantic --explain ./record-0.tar ./record-1.tar | sed -n 's/^File *\([^ ]*\) *\([^ ]*\).*/\1 \2/p'
  x-1.dist-info/RECORD pip-metadata
  $ diffoci diff --quiet --semantic --ignore-history --accept=pip-metadata ./record-0.tar ./record-1.tar
  ! diffoci: warning: accepted 1: cause pip-metadata (command line)

A config that is only written in another way.

  $ images <<'RECIPE'
  > import json as J
  > one = layer(file("x"))
  > for i, spaces in enumerate((None, 2)): oci_archive(f"spaces-{i}.tar", image(one, raw_config=J.dumps(config_of([one]), indent=spaces).encode()))
  > RECIPE
  $ diffoci diff --quiet --report-file r.json ./spaces-0.tar ./spaces-1.tar >/dev/null; python3 causes.py r.json
  /config/desc json-form content
  /desc consequence field
  /manifest consequence field
  consequence=2 json-form=1 unexplained=0

git archive writes the time of the commit, and which one it is. Another comment is one.

  $ images <<'RECIPE'
  > import io as IO, tarfile as TF
  > def archived(stamp, comment):
  >     out = IO.BytesIO()
  >     with TF.open(fileobj=out, mode="w", format=TF.PAX_FORMAT, pax_headers={"comment": comment}) as t:
  >         info = TF.TarInfo("x"); info.mtime = stamp; t.addfile(info)
  >     return out.getvalue()
  > for i in range(2): oci_archive(f"commit-{i}.tar", image(layer(file("git.tar", archived(i, "%040x" % (0xabcd + i))), file("other.tar", archived(i, "level %d" % i)))))
  > RECIPE
  $ diffoci diff --quiet --semantic --explain ./commit-0.tar ./commit-1.tar | sed -n 's/^File *\([^ ]*\) *\([^ ]*\).*/\1 \2/p; /harmless/p'
  git.tar tar-inside+?,embedded-hash?
  other.tar real-change+?,tar-inside+?
  $ diffoci diff --quiet --semantic --report-file r.json ./commit-0.tar ./commit-1.tar >/dev/null; python3 causes.py r.json
  git.tar tar-inside content
  other.tar real-change content
  tar-inside=2 embedded-hash=1 real-change=1 unexplained=1

A difference may have several causes, each with what was found. What none of them accounts for is named, and then they are a part only.

  $ images <<'RECIPE'
  > import io as IO, tarfile as TF, gzip as G
  > sides = dict(date="2024-01-02 03:04", user="alice", host="one", dir="build", jobs="4"), dict(date="2024-02-03 13:04", user="ci", host="two", dir="builds", jobs="16")
  > def packed(stamp, text):
  >     out = IO.BytesIO()
  >     with TF.open(fileobj=out, mode="w") as t:
  >         info = TF.TarInfo("x.post-install"); info.size, info.mtime = len(text), stamp; t.addfile(info, IO.BytesIO(text))
  >     return out.getvalue()
  > for i, side in enumerate(sides):
  >     info = "built_by=%s\nbuild_host: %s\nmake -j%s\ndate = %s\nin /%s/x-1.0/src/main.c\n" % (side["user"], side["host"], side["jobs"], side["date"], side["dir"])
  >     oci_archive(f"several-{i}.tar", image(layer(file("all", info), file("more", info + "level=%d\n" % i), file("keys.json", ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}')[i]),
  >         file("times.tar", packed(i, b"#!/bin/sh\n")), file("lib/apk/db/scripts.tar", packed(i, (b"#!/bin/sh\n", b"#!/bin/ls\n")[i])),
  >         file("level.gz", G.compress(b"x" * 1000, 1 + 8 * i, mtime=0)), file("script", "#!/bin/sh\n%s 1\n" % ("true", "evil")[i]))))
  > RECIPE
  $ diffoci diff --quiet --semantic --explain ./several-0.tar ./several-1.tar | sed -n 's/^File *\([^ ]*\) *\([^ ]*\).*/\1 \2/p; s/^ *found: //p; /harmless/p'
  all embedded-user?,embedded-host?,embedded-jobs?,+2
  keys.json reordered-keys
  level.gz compression-level
  lib/apk/db/scripts.tar real-change+?,tar-inside+?
  more embedded-user+?,embedded-host+?,embedded-jobs+?,+2
  script -
  times.tar tar-inside
  3 proven, 2 of these harmless
  /build / /builds
  2024-01-02 03:04 / 2024-02-03 13:04
  one / two
  alice / ci
  j4 / j16
  time 1970-01-01T00:00:00Z / 1970-01-01T00:00:01Z
  $ diffoci diff --quiet --semantic --report-file r.json ./several-0.tar ./several-1.tar >/dev/null; python3 causes.py r.json | tail -n 5; grep -o '"left":"[^"]*"' r.json
  lib/apk/db/scripts.tar real-change content
  more embedded-user content
  script - -
  times.tar tar-inside content
  build-path=2 *unexplained=2
  "left":"content (x.post-install)"
  "left":"content (level=0)"
  "left":"content (true 1)"

A PAX record that says what the header says is the writer's matter, whatever it is about: nobody else owns the file, no time and no content differs. Where the field itself
differs, its cause is the record's, too.

  $ images <<'RECIPE'
  > def one(name, *entries): oci_archive(name + ".tar", image(layer(*entries)))
  > names = "etc/owner", "etc/time", "var/log/dpkg.log", "etc/names"
  > one("plain", file(names[0], uid=7, gid=8), file(names[1], mtime=9), file(names[2], "x"), file(names[3], uname="a", gname="b"))
  > one("pax", file(names[0], uid=7, gid=8, records={"uid": "7", "gid": "8"}), file(names[1], mtime=9, records={"mtime": "9"}), file(names[2], "x", records={"size": "1"}),
  >     file(names[3], uname="a", gname="b", records={"uname": "a", "gname": "b"}))
  > one("other", file(names[0], uid=6, gid=8, records={"uid": "6", "gid": "8"}), file(names[1], mtime=9, records={"mtime": "9.5"}), file(names[2], "xy", records={"size": "2"}),
  >     file(names[3], uname="c", gname="b", records={"uname": "c", "gname": "b"}))
  > RECIPE
  $ for other in plain other; do diffoci diff --quiet --ignore-history --explain ./$other.tar ./pax.tar | sed -n 's/^File *\([^ ]*\) *\([^ ]*\).*/\1 \2/p'; done
  etc/names pax-records,tar-format
  etc/owner pax-records,tar-format
  etc/time pax-records,tar-format
  var/log/dpkg.log pax-records,tar-format
  etc/names owner-names
  etc/owner owner?
  etc/time build-time
  var/log/dpkg.log dpkg-log?

In merged trees a hard link is a file of several names; that one side has a copy is told as that.

  $ images <<'RECIPE'
  > oci_archive("linked.tar", image(layer(file("a", "1"), hardlink("b", "a"))))
  > oci_archive("copied.tar", image(layer(file("a", "1"), file("b", "1"))))
  > RECIPE
  $ diffoci diff --quiet --effective --explain ./linked.tar ./copied.tar | sed -n 's/^File *\([^ ]*\) *\([^ ]*\).*/\1 \2/p'
  b hard-links?
