--accept: differences whose causes are accepted do not count, as far as the causes are proven. The verdict is about the images.

  $ images <<'RECIPE'
  > one = [file("etc/date", "built 2023-08-01\n"), file("etc/both", "built 2023-08-01 for build_host=ab12\n"), file("etc/part", "built 2023-08-01\nred\n"), file("m", mode=0o644), file("s", mode=0o755), file("var/log/dpkg.log", "a\n")]
  > two = [file("etc/date", "built 2023-08-02\n"), file("etc/both", "built 2023-08-02 for build_host=cd34\n"), file("etc/part", "built 2023-08-02\nblue\n"), file("m", mode=0o664), file("s", mode=0o4755), file("var/log/dpkg.log", "b\n"), file("var/log/apt/new")]
  > oci_archive("a.tar", image(layer(*one)))
  > oci_archive("b.tar", image(layer(*two)))
  > log = lambda t, m: file("var/log/dpkg.log", t, mode=m)
  > oci_archive("mode-0.tar", image(layer(log("a", 0o644))))
  > oci_archive("mode-1.tar", image(layer(log("b", 0o4755))))
  > RECIPE
  $ cat >sh.sh <<'SH'
  > # The files that are left, what was accepted, the exit status.
  > try() { diffoci diff "$@" ./a.tar ./b.tar >out 2>err; s=$?; tail -n +2 out | awk '{ print $1, $2 }' | sed 's/ ctx:.*//' | tr '\n' ';'; echo; sed -En 's/^diffoci: (warning: )?accepted/accepted/p' err; return $s; }
  > SH

What a cause proves. What is a part of a difference only is never accepted, nor is a setuid bit.

  $ . ./sh.sh; try --accept embedded-date
  Layer;Layer;File etc/both;File etc/part;File m;File s;File var/log/dpkg.log;
  accepted 1: cause embedded-date (command line)
  [1]

Several causes: each has to be accepted. One that is only likely wants a question mark.

  $ . ./sh.sh; try --accept 'embedded-date,embedded-host?' --accept umask,dpkg-log,apt-log
  Layer;Layer;File etc/part;File m;File s;File var/log/dpkg.log;
  accepted 2: cause embedded-date (command line)
  accepted 1: cause embedded-host? (command line)
  [1]
  $ . ./sh.sh; try --accept 'embedded-date?,embedded-host?,umask?,dpkg-log?,apt-log?'
  File etc/part;File s;
  accepted 2: cause embedded-date? (command line)
  accepted 1: cause embedded-host? (command line)
  accepted 1: cause umask? (command line)
  accepted 1: cause dpkg-log? (command line)
  accepted 1: cause apt-log? (command line)
  [1]

Status 0 where nothing else differs; the verdict says what the images are, and --require heeds it.

  $ . ./sh.sh; try --accept 'embedded-date,embedded-host?,umask?,dpkg-log?,apt-log?' --ignore etc/part --ignore s | head -1; tail -1 err; diffoci diff --quiet --require=effective --accept 'embedded-date' ./a.tar ./b.tar >/dev/null 2>&1
  
  verdict: different: a container would see a difference, apart from what the rules of the policy leave out, all of it for causes that are accepted
  [1]

And nobody is told that there are no differences.

  $ diffoci diff -q -o summary --accept 'embedded-date' --ignore etc/both --ignore etc/part --ignore m --ignore s --ignore var/ ./a.tar ./b.tar 2>/dev/null | grep -o 'no differences.*'
  no differences but 7 that the rules leave out or accept
  $ diffoci diff -q -o summary --accept 'embedded-date' ./a.tar ./b.tar 2>/dev/null | tr -s '\n ' ' ' | grep -o '; 1 more left.*rules'
  ; 1 more left out or accepted by the rules
  $ diffoci diff -q -o summary ./a.tar ./a.tar
  no differences
  verdict: identical: the digests are the same

Of a file with a likely cause, what is beside its content is not accepted with it.

  $ diffoci diff --accept 'dpkg-log?,umask?' ./mode-0.tar ./mode-1.tar 2>/dev/null | tail -n +2 | cut -d' ' -f1-5
  File    var/log/dpkg.log

In a policy, with a reason. A report has the rules.

  $ cat >p.yaml <<'YAML'
  > version: 1
  > accept:
  >   - embedded-date
  >   - cause: dpkg-log?
  >     reason: removed by the next step
  > YAML
  $ . ./sh.sh; try --policy p.yaml -o json=r.json -o table; jq -c '.rules[] | [.kind, .text, .hidden, .reason]' r.json; jq .totals.accepted r.json
  Layer;Layer;File etc/both;File etc/part;File m;File s;
  accepted 1: cause embedded-date (p.yaml:3)
  accepted 1: cause dpkg-log? (p.yaml:4: removed by the next step)
  ["cause","embedded-date",1,null]
  ["cause","dpkg-log?",1,"removed by the next step"]
  2

Names that are none.

  $ diffoci diff --accept embeded-date ./a.tar ./b.tar
  ! diffoci: flag --accept: there is no cause "embeded-date" (did you mean embedded-date?); see "diffoci help diff"
  [2]
  $ diffoci diff --accept umask,,owner ./a.tar ./b.tar
  ! diffoci: flag --accept: expected the name of a cause, found ""; *
  [2]
  $ diffoci diff --accept consequence ./a.tar ./b.tar
  ! diffoci: flag --accept: "consequence" is no cause that can be accepted: accept what it follows from; *
  [2]
  $ printf 'version: 1\naccept: [{cause: umusk}]\n' >q.yaml; diffoci diff --policy q.yaml ./a.tar ./b.tar
  ! diffoci: q.yaml:2:10: there is no cause "umusk" (did you mean umask?)
  [2]

A suggestion: with it the run ends with status 0 if all was explained, else with what was not.

  $ diffoci diff --suggest-policy ./a.tar ./b.tar 2>/dev/null | grep -v '#'
  version: 1
  accept:
    - cause: "dpkg-log?"
      reason: "Usually; not all of it was looked into: *"
    - cause: "apt-log?"
      reason: "Usually; not all of it was looked into: *"
    - cause: "embedded-date"
      reason: "The program that wrote the file put the date or time of the build into it."
    - cause: "embedded-host?"
      reason: "*"
    - cause: "umask?"
      reason: "Usually; not all of it was looked into: *"
  $ . ./sh.sh; diffoci diff --suggest-policy=s.yaml ./a.tar ./b.tar >table 2>/dev/null; head -2 s.yaml; wc -l <table; try --policy s.yaml | head -1
  version: 1
  # 2 differences have no known cause, or more than that: no rule here accepts them.
  9
  File etc/part;File s;
  $ . ./sh.sh; try --ignore 's' --ignore-fields content:etc/part -o policy=t.yaml -o table >/dev/null; cat t.yaml | grep -v '#' | head -6; try --policy t.yaml | head -1; diffoci diff --policy t.yaml --quiet ./a.tar ./b.tar 2>/dev/null
  version: 1
  ignore:
    - path: "s"
  ignore-fields:
    - fields: ["content"]
      path: "etc/part"
  

A name that stands there more often on one side is not compared entry by entry: nothing is known of what differs, and nothing is accepted.

  $ images <<'EOF'
  > oci_archive("twice.tar", image(layer(file("var/log/dpkg.log", "1"), file("var/log/dpkg.log", "1"))))
  > oci_archive("once.tar", image(layer(file("var/log/dpkg.log", "EVIL", mode=0o4755))))
  > EOF
  $ diffoci diff --quiet --semantic --accept='dpkg-log?' ./twice.tar ./once.tar 2>/dev/null | grep -c appears
  1
  $ diffoci diff --quiet --semantic --accept='dpkg-log?' ./twice.tar ./once.tar >/dev/null 2>&1
  [1]

What a format says of a member beyond what tar has is no PAX record: its cause proves nothing, and fields are left out by their own name.

  $ images <<'RECIPE'
  > ar = lambda mode: b"!<arch>\n" + f"{'x.o/':16}{'0':12}{'0':6}{'0':6}{mode:8}{'2':10}`\nok".encode()
  > for n, mode in enumerate(("100644", "644")):
  >     oci_archive(f"ar-{n}.tar", image(layer(file("x.a", ar(mode)))))
  > RECIPE
  $ diffoci diff --quiet --semantic --inside --explain --accept=pax-records --ignore-fields=pax ./ar-0.tar ./ar-1.tar | head -n 2 | tr -s ' '
  TYPE NAME CAUSE INPUT-0 INPUT-1
  File x.a!/x.o - Member ar.type (absent) Member ar.type none
  $ diffoci diff --quiet --semantic --inside --accept=pax-records --ignore-fields=pax --report-file=r.json ./ar-0.tar ./ar-1.tar >out
  [1]
  $ grep -o '"PAXRecords":[^,]*,"MemberRecords":{[^}]*}' r.json
  "PAXRecords":null,"MemberRecords":{"ar.name":"with a slash"}
  "PAXRecords":null,"MemberRecords":{"ar.name":"with a slash","ar.type":"none"}
  $ diffoci diff --quiet --semantic --inside --ignore-fields=member.ar.type ./ar-0.tar ./ar-1.tar
  ! diffoci: warning: left out 1: fields member.ar.type (command line)

What a reader describes of a key is one made in the build, most likely; inside its file, too. Text of the same words is none.

  $ images <<'RECIPE'
  > key = lambda n: "-----BEGIN PRIVATE KEY-----\nAAA%s\n-----END PRIVATE KEY-----\n" % "AB"[n]
  > for n in (0, 1):
  >     oci_archive(f"key-{n}.tar", image(layer(file("x.pem", key(n)), file("x.tar", tar(file("note", "private key: %d\n" % n))))))
  > RECIPE
  $ diffoci diff --quiet --semantic --inside --explain ./key-0.tar ./key-1.tar 2>/dev/null | awk '/^File/ { print $2, $3, $4 }'
  x.pem!/PRIVATE KEY generated-key?
  x.tar!/note - *
  $ diffoci diff --quiet --semantic --inside --accept='generated-key?' ./key-0.tar ./key-1.tar 2>/dev/null | awk '/^File/ { print $2 }'
  x.tar!/note

With --inside, what is accepted or left out of a file takes nothing else with it that no place shows: spaces, the spelling of a
number, a comment, and, of a format whose reader does not account for all of it, anything. The file is told then.

  $ images <<'RECIPE'
  > date = ["2023-08-01T03:04:05Z", "2023-08-02T04:05:06Z"]
  > ident = lambda: b"\x7fELF" + bytes([2, 1, 1]) + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, 120, 0, 64, 0, 0, 64, 3, 2)
  > section = lambda name, kind, at, size, address=0: struct.pack("<IIQQQQIIQQ", name, kind, 0, address, at, size, 0, 0, 1, 0)
  > elf = lambda words, address: ident() + b"\0.comment\0.shstrtab\0" + words.ljust(36, b"\0") + bytes(64) + section(1, 1, 84, 36) + section(10, 3, 64, 20, address)
  > def pair(name, path, contents):
  >   for i, content in enumerate(contents):
  >     oci_archive(f"{name}-{i}.tar", image(layer(file(path, content))))
  > pair("same", "f.json", ['{"built": "%s", "n": 1.0}' % d for d in date])
  > pair("number", "f.json", ['{"built": "%s", "n": %s}' % (d, n) for d, n in zip(date, ["1.0", "1.00"])])
  > pair("escape", "f.json", ['{"built": "%s", "n": "%s"}' % (d, n) for d, n in zip(date, ["/", "\\/"])])
  > pair("space", "f.json", ['{"built": "%s",%s"n": 1}' % (d, n) for d, n in zip(date, [" ", "\n"])])
  > pair("key", "f.json", ['{"built": "%s", "%s": 1}' % (d, n) for d, n in zip(date, ["n", "\\u006e"])])
  > pair("comment", "f.properties", ["# %s\nbuilt=%s\n" % (n, d) for d, n in zip(date, ["one", "two"])])
  > pair("folded", "f.properties", ["b=x%sy\nbuilt=%s\n" % (n, d) for d, n in zip(date, ["", "\\\n"])])
  > pair("address", "lib/f.o", [elf(b"built " + d.encode(), n) for d, n in zip(date, [0, 7])])
  > RECIPE
  $ for i in same number escape space key comment folded address; do diffoci diff --quiet --semantic --inside --accept=embedded-date ./$i-0.tar ./$i-1.tar >out 2>err; echo "$i $? $(tail -n +2 out | awk '{ print $2, ($3 == "Inside" ? $4 : "content") }' | tr '\n' ';')"; done
  same 0 
  number 1 f.json content;f.json rest;
  escape 1 f.json content;f.json rest;
  space 1 f.json rest;
  key 1 f.json rest;
  comment 1 f.properties rest;
  folded 1 f.properties content;f.properties rest;
  address 1 lib/f.o content;
  $ for i in same number; do diffoci diff --quiet --semantic --inside --ignore='f.json!/built' ./$i-0.tar ./$i-1.tar >out 2>err; echo "$i $?"; done
  same 0
  number 1
