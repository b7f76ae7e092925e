Rules about paths and fields, on the command line and in policy files. Nothing they leave out is left out silently.

  $ images <<'RECIPE'
  > def pair(name, one, two):
  >     oci_archive(name + "-0.tar", image(layer(*one)) if isinstance(one, list) else one)
  >     oci_archive(name + "-1.tar", image(layer(*two)) if isinstance(two, list) else two)
  > d = directory("var/log/")
  > pair("log", [file("a", "a"), d, file("var/log/x", "1"), file("z", "z")],
  >             [file("a", "a"), d, file("var/log/x", "2"), file("var/log/y"), file("z", "z")])
  > pair("dir", [directory("v/", mtime=1), file("v/keep", "1"), file("v/drop", "1")],
  >             [directory("v/", mtime=2), file("v/keep", "2"), file("v/drop", "2")])
  > pair("names", [file("./etc/a", "1"), file("/etc/b", "1"), file("etc/c", "1")],
  >               [file("./etc/a", "2"), file("/etc/b", "2"), file("etc/c", "2")])
  > pair("links", [file("one", "1"), hardlink("two", "one"), hardlink("three", "one")],
  >               [file("one", "1"), hardlink("two", "one", mtime=5), hardlink("three", "one", mtime=5)])
  > pair("whiteouts", [file("x/.wh.gone")], [file("x/.wh..wh..opq")])
  > pair("twice", [file("t", "1"), file("t", "2"), file("u")], [file("t", "1"), file("u")])
  > pair("thrice", [file("t"), file("t"), file("t"), file("u")], [file("t"), file("u")])
  > pair("kind", [directory("k/"), file("k/in")], [symlink("k", "l")])
  > pair("type", [directory("k")], [symlink("k", "l")])
  > pair("fields", [file("f", "1", mtime=1, uid=1, mode=0o600)], [file("f", "2", mtime=2, uid=2, mode=0o644)])
  > pair("pax", [entry("p", records={"mtime": "1.5", "SCHILY.xattr.user.x": "1"})], [entry("p", records={"mtime": "2.5", "SCHILY.xattr.user.x": "2"})])
  > pair("docs",
  >      image(layer(file("x")), config={"config": {"Labels": {"build": "1", "vendor": "a"}, "StopSignal": "TERM"}}, created="2024-01-01T00:00:00Z", manifest={"annotations": {"k": "1"}}),
  >      image(layer(file("x")), config={"config": {"Labels": {"build": "2", "vendor": "a"}, "StopSignal": "TERM"}}, created="2024-02-01T00:00:00Z", manifest={"annotations": {"k": "2"}}))
  > pair("types", image(layer(file("x")), media_type=MANIFEST), image(layer(file("x")), media_type=DOCKER_MANIFEST))
  > RECIPE
  $ cat >sh.sh <<'SH'
  > # What is left of a pair under flags: the names and values of rows, then the exit status.
  > try() { diffoci diff "${@:2}" ./$1-0.tar ./$1-1.tar >out 2>err; s=$?; tail -n +2 out | tr -s ' '; sed -En 's/^diffoci: (warning: )?left/left/p' err; return $s; }
  > SH

A path, and all below it. What is left out moves no other file, and is in no number of entries.

  $ . ./sh.sh; try log --ignore-history
  Layer ctx:/layers-0/layer length mismatch (4 vs 5)
  Layer ctx:/layers-0/layer name "var/log/y" only*
  File var/log/x 6b86b273ff34fce19d6b804eff5a3f574*
  File z Index 3 Index 4
  [1]
  $ . ./sh.sh; try log --ignore /var/log/
  left out 2: /var/log/ (command line)
  $ . ./sh.sh; try log --ignore 'y'
  File var/log/x 6b86b273ff34fce19d6b804eff5a3f574*
  left out 1: y (command line)
  [1]
  $ . ./sh.sh; try log --ignore=var/log/x --ignore-fields=presence --ignore-file-order
  left out 1: var/log/x (command line)
  left out 1: fields presence (command line)
  $ . ./sh.sh; try log --ignore-fields='presence,content:/var/**' --ignore-file-order
  left out 2: fields presence,content:/var/** (command line)
  $ . ./sh.sh; try twice --ignore-history | grep -c appears; try twice --ignore /t
  1
  left out 1: /t (command line)

  $ . ./sh.sh; try thrice --ignore t
  left out 1: t (command line)
  $ . ./sh.sh; try thrice --ignore-fields presence:t --ignore-file-order
  left out 1: fields presence:t (command line)

"!" takes back, but not what lies in a directory that is left out. The last rule that matches counts.

  $ . ./sh.sh; try dir --ignore 'v/*' --ignore '!v/keep' --ignore-file-timestamps
  File v/keep 6b86b273ff34fce19d6b804eff5a3f5747ad*
  left out 1: v/* (command line)
  left out nothing: 1 other rule
  [1]
  $ . ./sh.sh; try dir --ignore v/ --ignore '!v/keep'
  left out 3: v/ (command line)
  left out nothing: 1 other rule
  $ . ./sh.sh; try dir --ignore '!v/keep' --ignore 'keep' --ignore drop --ignore-fields 'mtime:v/'
  left out 1: keep (command line)
  left out 1: drop (command line)
  left out 1: fields mtime:v/ (command line)
  left out nothing: 1 other rule

How a name is written does not count; each name of a hard link, and a whiteout, is a path of its own.

  $ . ./sh.sh; try names --ignore '/etc/[ab]' --ignore etc/c
  left out 2: /etc/[ab] (command line)
  left out 1: etc/c (command line)
  $ . ./sh.sh; try links --ignore one --ignore two
  File three 2023-08-01 11:24:33 +0000 UTC 1970-01-01 00:00:05 +0000 UTC
  left out 1: two (command line)
  left out nothing: 1 other rule
  [1]
  $ . ./sh.sh; try whiteouts --ignore gone --ignore '.wh..wh..opq'
  Layer ctx:/layers-0/layer length mismatch (1 vs 0)
  Layer ctx:/layers-0/layer name "x/.wh.gone" only*
  left out 1: .wh..wh..opq (command line)
  left out nothing: 1 other rule
  [1]
  $ . ./sh.sh; try whiteouts --ignore '.wh.*'
  left out 2: .wh.* (command line)

A directory on one side only: what is in it is left out, the difference itself is not.

  $ . ./sh.sh; try kind --ignore k/ --ignore-file-order --treat-canonical-paths-equal
  Layer ctx:/layers-0/layer length mismatch (0 vs 1)
  Layer ctx:/layers-0/layer name "k" only appears in*
  left out 2: k/ (command line)
  [1]

  $ . ./sh.sh; try type --ignore k/ --ignore-fields linkname,mode
  File k Type directory (5) Type symbolic link (2)*
  left out 2: fields linkname,mode (command line)
  left out nothing: 1 other rule
  [1]

Fields: the others still count. A difference is gone when all its fields are.

  $ . ./sh.sh; try fields --ignore-fields mtime,mode
  File f Uid 1 Uid 2
  left out 2: fields mtime,mode (command line)
  [1]
  $ . ./sh.sh; try fields --ignore-fields mtime,mode --ignore-fields 'uid,content:f'
  left out 2: fields mtime,mode (command line)
  left out 2: fields uid,content:f (command line)
  $ . ./sh.sh; try fields --ignore-fields mtime,mode --ignore-fields 'uid,content:g'
  File f Uid 1 Uid 2
  left out 2: fields mtime,mode (command line)
  left out nothing: 1 other rule
  [1]
  $ . ./sh.sh; try fields --ignore-file-timestamps --ignore-fields mode,uid,content
  left out 3: fields mode,uid,content (command line)
  $ . ./sh.sh; try pax --ignore-fields mtime,xattr.user.x
  left out 3: fields mtime,xattr.user.x (command line)
  $ . ./sh.sh; try pax --ignore-fields mtime,xattr.user.y
  File p Xattr user.x 1 Xattr user.x 2
  left out 2: fields mtime,xattr.user.y (command line)
  [1]

Fields of documents. Digests of what refers to the rest no longer count by themselves.

  $ . ./sh.sh; try docs --ignore-fields created,history,annotations.k
  Cfg ctx:/config/config config.Labels.build 1 config.Labels.build 2*
  left out 3: fields created,history,annotations.k (command line)
  [1]
  $ . ./sh.sh; try docs --ignore-fields created,history,annotations,config.Labels
  left out 4: fields created,history,annotations,config.Labels (command line)
  $ . ./sh.sh; try docs --ignore-image-timestamps --ignore-fields config.Labels.build
  Mani ctx:/annotations field "Annotations"
  left out 1: fields config.Labels.build (command line)
  [1]
  $ . ./sh.sh; try types --ignore-history
  Desc application/vnd.oci.image.manifest.v1+json*
  Mani ctx:/manifest mediaType application/vnd.oci*
  [1]
  $ . ./sh.sh; try types --ignore-fields mediaType
  left out 2: fields mediaType (command line)

The policy file of the working directory; another one; none. Rules come in the order file, --ignore-file, --ignore.

  $ mkdir project; cd project; cat >.diffoci.yaml <<'YAML'
  > version: 1
  > ignore:
  >   - path: /var/log/
  >     reason: "logs \e[31m"
  > ignore-fields:
  >   - fields: [mtime]
  >     path: "*.pyc"
  > YAML
  $ cd project; diffoci diff ../log-0.tar ../log-1.tar
  ! diffoci: using .diffoci.yaml of this directory (not with --no-policy)
  ! diffoci: warning: left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
  ! diffoci: left out nothing: 1 other rule
  ! ...
  $ cd project; diffoci diff --quiet ../log-0.tar ../log-1.tar
  ! diffoci: using .diffoci.yaml of this directory (not with --no-policy)
  ! diffoci: warning: left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
  $ cd project; diffoci diff --no-policy --ignore-history ../log-0.tar ../log-1.tar >/dev/null
  ! ...
  [1]
  $ cd project; diffoci diff --no-policy --policy=x ../log-0.tar ../log-1.tar
  ! diffoci: --policy and --no-policy exclude each other; see "diffoci help diff"
  [2]
  $ cd project; diffoci diff --policy none --ignore-history ../log-0.tar ../log-1.tar >/dev/null
  ! ...
  [1]
  $ cd project; echo 'version: 1' >none; diffoci diff --policy ./none --ignore-history ../log-0.tar ../log-1.tar >/dev/null
  ! ...
  [1]
  $ printf '# mine\n\n!/var/log/y\r\n' >mine; cd project; diffoci diff --ignore-file ../mine --ignore x ../log-0.tar ../log-1.tar
  ! diffoci: using .diffoci.yaml of this directory (not with --no-policy)
  ! diffoci: warning: left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
  ! diffoci: left out nothing: 3 other rules
  ! ...
  $ diffoci diff --policy project/.diffoci.yaml ./log-0.tar ./log-1.tar
  ! diffoci: warning: left out 2: /var/log/ (project/.diffoci.yaml:3: logs \\x1b[31m)
  ! diffoci: left out nothing: 1 other rule
  ! ...

A policy without rules leaves the comparison strict, one with a rule does not.

  $ diffoci diff --policy project/none ./log-0.tar ./log-1.tar | grep -c ^Desc
  3
  ! ...
  $ diffoci diff --ignore nothing ./log-0.tar ./log-1.tar | grep -c ^Desc
  ! diffoci: left out nothing: 1 rule
  ! ...
  0
  [1]

Equal images are equal under any rule, and the rules are named all the same.

  $ diffoci diff --ignore x ./log-0.tar ./log-0.tar
  ! diffoci: left out nothing: 1 rule
  ! ...

Reports tell the rules, with what each left out.

  $ cd project; diffoci diff --quiet --report-dir ../report --ignore '<"&' ../log-0.tar ../log-1.tar; python3 -c 'import json; print(*json.load(open("../report/report.json"))["rules"], sep="\n")'
  {'hidden': 2, 'kind': 'path', 'text': '/var/log/', 'source': '.diffoci.yaml:3', 'reason': 'logs \\x1b[31m'}
  {'hidden': 0, 'kind': 'fields', 'text': 'mtime:\*.pyc', 'source': '.diffoci.yaml:6'}
  {'hidden': 0, 'kind': 'path', 'text': '<"&', 'source': 'command line'}
  ! diffoci: using .diffoci.yaml of this directory (not with --no-policy)
  ! diffoci: warning: left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
  $ sed -n '/^## What rules/,$p' report/README.md
  ## What rules left out
  
  Differences that are not here:
  
      left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
      left out nothing: 2 other rules
  $ cd project; diffoci diff --quiet --verbose --ignore '!x' ../log-0.tar ../log-1.tar
  left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
  left out nothing: 2 other rules
  ! diffoci: using .diffoci.yaml of this directory (not with --no-policy)
  ! diffoci: warning: left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
  $ diffoci diff --quiet --report-file plain.json ./log-0.tar ./log-0.tar; python3 -c 'import json; print("rules" in json.load(open("plain.json")))'
  False

What is wrong is said before anything is compared, and where.

  $ diffoci diff --ignore '[a' ./log-0.tar ./missing.tar
  ! diffoci: flag --ignore: "[a" matches nothing: a [ has no ] that ends it, or holds a class that is not known; see "diffoci help diff"
  [2]
  $ diffoci diff --ignore-fields 'mode:a//b' ./log-0.tar ./missing.tar
  ! diffoci: flag --ignore-fields: "mode:a//b" matches nothing: two slashes stand side by side, or nothing is there to match; see "diffoci help diff"
  [2]
  $ echo '[' >odd; diffoci diff --ignore-file odd ./log-0.tar ./log-0.tar
  ! diffoci: warning: odd:1: "[" matches nothing: a [ has no ] that ends it, or holds a class that is not known
  ! diffoci: left out nothing: 1 rule
  ! ...
  $ diffoci diff --ignore-fields nothing ./log-0.tar ./missing.tar
  ! diffoci: flag --ignore-fields: unknown field "nothing"; known are presence, *; see "diffoci help diff"
  [2]
  $ diffoci diff --ignore-fields config.Env:x ./log-0.tar ./missing.tar
  ! diffoci: flag --ignore-fields: field "config.Env" belongs to no file: give it without a pattern; see "diffoci help diff"
  [2]
  $ diffoci diff --ignore-file missing ./log-0.tar ./missing.tar
  ! diffoci: flag --ignore-file: missing: No such file or directory
  [2]
  $ diffoci diff --policy missing ./log-0.tar ./missing.tar
  ! diffoci: flag --policy: missing: No such file or directory
  [2]
  $ mkdir wrong; cd wrong; printf 'version: 1\nignore: [a]\nignored: b\n' >.diffoci.yaml; diffoci diff ../log-0.tar ../missing.tar
  ! diffoci: .diffoci.yaml:3:1: unknown key "ignored"; known are version, ignore, ignore-fields, accept
  [2]
  $ mkdir directory directory/.diffoci.yaml; cd directory; diffoci diff ../log-0.tar ../missing.tar
  ! diffoci: .diffoci.yaml is a directory, so it is not used without being named: --policy=.diffoci.yaml, or --no-policy
  [2]
  $ mkdir binary; cd binary; printf 'a: \\0\\377' >.diffoci.yaml; diffoci diff ../log-0.tar ../missing.tar 2>err; echo $?; head -c 24 err; echo
  2
  diffoci: .diffoci.yaml:*

A policy file that nobody named is used only if no one else can have put it there, and decides no gate unasked.

  $ mkdir link; ln -s ../project/.diffoci.yaml link/; cd link; diffoci diff ../log-0.tar ../log-1.tar
  ! diffoci: .diffoci.yaml is a symbolic link, so it is not used without being named: --policy=.diffoci.yaml, or --no-policy
  [2]
  $ mkdir fifo; mkfifo fifo/.diffoci.yaml; cd fifo; diffoci diff ../log-0.tar ../log-1.tar
  ! diffoci: .diffoci.yaml is no regular file, so *
  [2]
  $ mkdir open; cp project/.diffoci.yaml open; chmod 666 open/.diffoci.yaml; cd open; diffoci diff ../log-0.tar ../log-1.tar
  ! diffoci: .diffoci.yaml may be written by anybody, so *
  [2]
  $ cd open; diffoci diff --quiet --policy=.diffoci.yaml ../log-0.tar ../log-1.tar
  ! diffoci: warning: left out 2: /var/log/ (.diffoci.yaml:3: logs \\x1b[31m)
  $ cd open; diffoci diff --quiet --no-policy --semantic ../log-0.tar ../log-1.tar | tail -n 1 | cut -c 1-10
  File     v
  $ cd project; diffoci diff --verdict ../log-0.tar ../log-1.tar
  different
  ! diffoci: warning: .diffoci.yaml is not used with --require and --verdict, but with --policy=.diffoci.yaml or --trust-local-policy
  [1]
  $ cd project; diffoci diff --quiet --require=semantic ../log-0.tar ../log-1.tar >/dev/null
  ! diffoci: warning: .diffoci.yaml is not used with*
  [1]
  $ cd project; diffoci diff --quiet --require=semantic --trust-local-policy ../log-0.tar ../log-1.tar
  ! diffoci: using .diffoci.yaml of this directory (not with --no-policy)
  ! diffoci: warning: left out 2: *
  $ cd project; diffoci diff --quiet --require=semantic --policy=.diffoci.yaml ../log-0.tar ../log-1.tar
  ! diffoci: warning: left out 2: *
#requires root
  $ mkdir theirs; cp project/.diffoci.yaml theirs; chown 12345 theirs/.diffoci.yaml; cd theirs; diffoci diff ../log-0.tar ../log-1.tar
  ! diffoci: .diffoci.yaml belongs to neither root nor the user who runs this, so *
  [2]
