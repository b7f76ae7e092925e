The report directory: what differs, nothing else, and nothing outside it, whatever an image holds.

  $ images <<'RECIPE'
  > def pair(name, one, two):
  >     oci_archive(name + "-0.tar", image(layer(*one)))
  >     oci_archive(name + "-1.tar", image(layer(*two)))
  > same = [directory("d/"), file("d/same", "same"), symlink("d/l", "same")]
  > pair("plain", [*same, file("d/x", "one", mtime=1000000000)], [*same, file("d/x", "two", mtime=1100000000, mode=0o600)])
  > pair("hostile", [], [
  >     file("/absolute", "one"),
  >     file("../up", "one"),
  >     file("a/../../../../up2", "one"),
  >     symlink("out", "/tmp"), file("out/through", "one"),
  >     symlink("up3", ".."), file("up3/through", "one"),
  >     hardlink("hard", "/etc/passwd"), hardlink("hard2", "../../../../../../etc/passwd"),
  >     device("null", 1, 3), device("disk", 8, 0, type="4"), fifo("pipe"),
  >     file("suid", "one", mode=0o6755),
  >     file("f", "one"), file("f/below-a-file", "one"),
  >     directory("locked/", mode=0o555), file("locked/x", "one", mode=0), directory("dark/", mode=0), file("dark/x", "one"),
  >     symlink("turned", "/tmp"), directory("turned/"), file("turned/x", "one"),
  >     file("n" * 90, "long"),
  >     pax({"path": "p/" * 2000 + "deep"}) + file("x", "deep"),
  >     pax({"path": "q" * 4000}) + file("x", "long"),
  > ])
  > RECIPE

Of what is equal nothing is there; the rest has its content, mode and time.

  $ diffoci diff --semantic --report-dir=plain ./plain-0.tar ./plain-1.tar >/dev/null; find plain -mindepth 1 -printf '%y %P\n' | sort -k 2
  f .diffoci-report
  f README.md
  d input-0
  d input-0/layers-0
  d input-0/layers-0/d
  f input-0/layers-0/d/x
  d input-1
  d input-1/layers-0
  d input-1/layers-0/d
  f input-1/layers-0/d/x
  f report.json
  $ stat -c '%a %Y' plain/input-*/layers-0/d/x; cat plain/input-*/layers-0/d/x; echo
  644 1000000000
  600 1100000000
  onetwo

Again: the four names are replaced, what else is there stays.

  $ echo mine >plain/mine; echo old >plain/input-0/old; diffoci diff --semantic --report-dir=plain ./plain-0.tar ./plain-1.tar >/dev/null; cat plain/mine; ls plain/input-0
  mine
  layers-0

A hostile image. Everything it says is inside, or left out; nothing appears outside.

  $ mkdir -p box/a/b; touch stamp; diffoci diff --quiet --semantic --report-dir=box/a/b/report ./hostile-0.tar ./hostile-1.tar >out 2>err; echo $?; wc -l <err
  1
  0
  $ cd box/a/b/report/input-1/layers-0; stat -c '%a %F' dark locked/x; chmod u+rx dark; chmod u+r locked/x
  0 directory
  0 regular file
  $ find box -mindepth 1 -not -path 'box/a/b/report/*' | sort
  box/a
  box/a/b
  box/a/b/report
  $ find /tmp -maxdepth 1 \( -name through -o -name x -o -name 'up*' \) -newer stamp
  $ r=box/a/b/report/input-1/layers-0; cat $r/absolute $r/locked/x $r/dark/x 2>/dev/null; echo
  oneoneone
  $ find box \( -perm /6000 -o -type b -o -type c -o -links +1 -type f \)
  $ diffoci diff --quiet --semantic --report-dir=box/a/b/report ./hostile-0.tar ./hostile-1.tar >out 2>err; echo $?; wc -l <err
  1
  0

A directory that is a symlink is what the user said; one of the four names as a symlink is replaced, not followed.

  $ mkdir real other; touch other/precious; ln -s real link; ln -s ../other real/input-0; touch real/.diffoci-report; diffoci diff --semantic --report-dir=link ./plain-0.tar ./plain-1.tar >/dev/null; ls real; ls other
  README.md
  input-0
  input-1
  report.json
  precious

A directory with something in it that no report made is an error, at once, and nothing in it is touched.

  $ mkdir own; cd own; echo mine >README.md; diffoci diff --semantic --report-dir=. ../plain-0.tar ../nosuch.tar; cat README.md; ls -A
  ! diffoci: flag --report-dir: . is not empty and not a report's (it has no .diffoci-report): name another directory, or remove it first*
  mine
  README.md

What cannot be written is known before anything is read.

  $ diffoci diff --report-file=nosuch/r.json ./plain-0.tar ./nosuch.tar
  ! diffoci: cannot write the report: nosuch/r.json: No such file or directory
  [2]
  $ diffoci diff --report-dir=/proc/x ./plain-0.tar ./nosuch.tar
  ! diffoci: flag --report-dir: /proc/x: No such file or directory
  [2]
  $ diffoci diff --quiet --report-file=- ./plain-0.tar ./plain-1.tar | jq -r .context
  /

The sticky bit of a directory stays, set-user-ID does not.

  $ images <<'EOF'
  > oci_archive("sticky-0.tar", image(layer(directory("t/", mode=0o1777), file("t/x", "1", mode=0o4755))))
  > oci_archive("sticky-1.tar", image(layer(directory("t/", mode=0o1755), file("t/x", "2", mode=0o4755))))
  > EOF
  $ diffoci diff --quiet --report-dir=sticky ./sticky-0.tar ./sticky-1.tar >/dev/null; stat -c %a sticky/input-0/layers-0/t sticky/input-1/layers-0/t sticky/input-0/layers-0/t/x
  1777
  1755
  755

#requires root

The same as a user without privileges.

  $ mkdir user; chmod 777 user; cd user; setpriv --reuid=65534 --regid=65534 --clear-groups diffoci diff --quiet --semantic --report-dir=report ../hostile-0.tar ../hostile-1.tar >/dev/null 2>err; echo $?; cat err
  1
  $ cd user; find . -not -user 65534 | grep -v '^\.$\|err'; cat report/input-1/layers-0/locked/x; echo
  one
  $ cd user; setpriv --reuid=65534 --regid=65534 --clear-groups diffoci diff --semantic --report-dir=report ../plain-0.tar ../plain-1.tar >/dev/null; find report -name locked
