Where results go, and what happens if they cannot.

  $ images <<'RECIPE'
  > many = [f"file-{n:05}" for n in range(5000)]
  > oci_archive("a.tar", image(layer(*(file(name, "one") for name in many))))
  > oci_archive("b.tar", image(layer(*(file(name, "two") for name in many))))
  > oci_archive("big-0.tar", image(layer(file("big", b"0" * (3 << 20)))))
  > oci_archive("big-1.tar", image(layer(file("big", b"1" * (3 << 20)))))
  > RECIPE
  $ diffoci diff --semantic ./a.tar ./b.tar | wc -l
  5001

A reader that goes away: a quiet end, and the reports in files are whole. The status is that of the
comparison.

  $ diffoci diff --semantic --report-file=r.json ./a.tar ./b.tar | head -n 1; echo ${PIPESTATUS[0]}
  TYPE *
  1
  $ python3 -c 'import json; json.load(open("r.json"))'

A report never replaces the image that it is about.

  $ cp a.tar kept.tar; ln -s a.tar other-name
  $ diffoci diff -o json=other-name ./a.tar ./b.tar
  ! diffoci: a report is to go to other-name, which is an image to be read; see "diffoci help diff"
  [2]
  $ diffoci show -o json=a.tar ./a.tar
  ! diffoci: a report is to go to a.tar, which is an image to be read; see "diffoci help show"
  [2]
  $ cmp a.tar kept.tar
  $ cat >stall.py <<'PY'
  > # A registry that accepts and never answers; then a signal. What is left beside the report?
  > import glob, os, signal, socket, subprocess, sys
  > with socket.create_server(("127.0.0.1", 0)) as server:
  >     image = f"127.0.0.1:{server.getsockname()[1]}/x"
  >     for name in ("SIGINT", "SIGTERM", "SIGHUP"):
  >         child = subprocess.Popen(["diffoci", "diff", "--no-cache", "--report-file=gone.json", image, "./a.tar"], stderr=subprocess.DEVNULL,
  >                                  preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))  # nohup ignores it
  >         server.accept()
  >         child.send_signal(getattr(signal, name))
  >         print(name, child.wait(20) == -getattr(signal, name), glob.glob("gone.json*"))
  > PY
  $ python3 stall.py
  SIGINT True []
  SIGTERM True []
  SIGHUP True []
  $ diffoci diff --verbose ./a.tar ./b.tar | true
  $ diffoci diff --verdict ./a.tar ./b.tar | true; echo ${PIPESTATUS[0]}
  1
  $ diffoci diff --verdict --require=effective ./a.tar ./b.tar | true; echo ${PIPESTATUS[0]}
  1
  $ diffoci load -i a.tar 2>err | true; echo ${PIPESTATUS[0]}; diffoci images | wc -l; cat err
  0
  2
  $ diffoci diff ./a.tar ./b.tar >/dev/full
  ! diffoci: *: No space left on device
  [2]
  $ diffoci diff --verbose ./a.tar ./b.tar >/dev/full
  ! diffoci: *: No space left on device
  [2]
  $ diffoci diff ./a.tar ./b.tar >&-
  ! diffoci: *: Bad file descriptor
  [2]
  $ diffoci diff ./a.tar ./a.tar >&-

A report that cannot be written: known before anything is read.

  $ diffoci diff --semantic --report-file=no/where.json ./big-0.tar ./big-1.tar
  ! diffoci: *no/where.json*: No such file or directory
  [2]
  $ diffoci diff --semantic --report-dir=a.tar ./big-0.tar ./big-1.tar
  ! diffoci: *a.tar*
  [2]
  $ diffoci diff --report-file=/dev/full ./a.tar ./b.tar >/dev/null
  ! diffoci: */dev/full*
  [2]

Both reports, one of them in vain: then neither is written.

  $ diffoci diff --semantic --report-file=no/where.json --report-dir=fine ./big-0.tar ./big-1.tar >/dev/null || echo $?; test ! -e fine
  2
  ! diffoci: *no/where.json*: No such file or directory

Many files that came to one directory are one line; few, and those that can be run, have lines of their own.

  $ images <<'RECIPE'
  > kept = [file("a/x", "1"), file("b/x", "1")]
  > oci_archive("few.tar", image(layer(*kept)))
  > oci_archive("more.tar", image(layer(*kept, *[file(f"a/{n}", "12") for n in range(9)], *[file(f"b/{n}", "1") for n in range(2)], file("a/run", "1", mode=0o755))))
  > RECIPE
  $ diffoci diff --semantic -o summary ./few.tar ./more.tar 2>/dev/null | head -4
  A a/run  1 B  layer 0: layer 0
  A a/     9 added, +18 B
  A b/0    1 B  layer 0
  A b/1    1 B  layer 0
  $ diffoci diff --semantic -o summary ./more.tar ./few.tar 2>/dev/null | sed -n 2p
  D a/     9 removed, -18 B
  $ diffoci diff --semantic -o summary --no-fold ./few.tar ./more.tar 2>/dev/null | grep -c "^A a/"
  10

A list in Markdown that has no room for all says how many there are, whatever the byte at which the room ends.

  $ images <<'RECIPE'
  > for name, content in ("long0.tar", "1"), ("long1.tar", "22"):
  >     oci_archive(name, image(layer(*[file(f"usr/share/directory/file-{n}", content) for n in range(2000)])))
  > RECIPE
  $ cat >rooms <<'SCRIPT'
  > for i in $(seq $1 $2); do
  >   name=$(printf '.%.0s' $(seq $i)); ln -sf long0.tar $name.tar
  >   diffoci diff --semantic -o markdown ./$name.tar ./long1.tar 2>/dev/null | grep -c 'The first .* of 2000 differences'
  > done | sort | uniq -c
  > SCRIPT
  $ sh rooms 1 10
       10 1
  $ sh rooms 11 20
       10 1
  $ sh rooms 21 30
       10 1
  $ sh rooms 31 40
       10 1
  $ sh rooms 41 50
       10 1
  $ sh rooms 51 60
       10 1

The summary cuts names by the terminal it is for; into a pipe or a file they go whole.

  $ images <<'RECIPE'
  > oci_archive("deep0.tar", image(layer(file("x"))))
  > oci_archive("deep1.tar", image(layer(file("x"), file("usr/" + "long/" * 18 + "name", "a"))))
  > RECIPE
  $ deep=usr/$(printf 'long/%.0s' $(seq 18))name; diffoci diff -q --semantic -o summary ./deep0.tar ./deep1.tar | grep -c "^A $deep  1 B"; diffoci diff -q --semantic -o summary=deep.txt ./deep0.tar ./deep1.tar >/dev/null; grep -c "^A $deep  1 B" deep.txt
  1
  1
  $ COLUMNS=80 diffoci diff -q --semantic -o summary ./deep0.tar ./deep1.tar | grep -c "^A usr/long/.*…/.*  1 B"
  1

#requires root

A directory that may not be written to, and a full disk (in a mount namespace of its own).

  $ mkdir closed; chmod 555 closed
  $ setpriv --reuid=65534 --regid=65534 --clear-groups diffoci diff --semantic --report-dir=closed ./big-0.tar ./big-1.tar
  ! diffoci: *closed*: *Permission denied
  [2]

#requires tmpfs

  $ mkdir small; unshare -m bash -c 'mount -t tmpfs -o size=1m none small && diffoci diff --semantic --report-dir=small/report ./big-0.tar ./big-1.tar'
  TYPE *
  File    big *
  ! diffoci: *small/report*: *No space left on device
  [2]

A report over a file in a directory that takes no other: what is there stays where there is no room for the report, and no temporary
file is said to be what lacks.

  $ mkdir tight; unshare -m bash -c 'mount -t tmpfs -o size=64k none tight && echo old >tight/out.json && chmod 666 tight/out.json && chmod 555 tight && (head -c 64k /dev/zero >tight/fill; setpriv --reuid=65534 --regid=65534 --clear-groups diffoci diff -q --semantic --no-cache -o json=tight/out.json ./a.tar ./b.tar >/dev/null; echo $?; cat tight/out.json; TMPDIR=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups diffoci diff -q --semantic --no-cache -o json=tight/out.json ./a.tar ./b.tar >/dev/null)'
  ! head: *
  ! diffoci: *tight/out.json: No space left on device
  2
  old
  ! diffoci: *tight/out.json: it cannot be replaced (Permission denied), and is written over once all is there: *temporary file*/nonexistent*
  [2]

A file that may not become larger: an error like others.

  $ (ulimit -f 8; diffoci diff --semantic ./a.tar ./b.tar >full.txt)
  ! diffoci: *: File too large
  [2]

Every format goes to a file, and into none an escape sequence unless it was asked for.

  $ diffoci diff --semantic ./few.tar ./more.tar >table 2>/dev/null; diffoci diff --semantic -v ./few.tar ./more.tar >verbose 2>/dev/null; diffoci diff --semantic -o summary ./few.tar ./more.tar >summary 2>/dev/null
  [1]
  $ diffoci diff --semantic -o json -o table=t -o verbose=v -o summary=s ./few.tar ./more.tar 2>/dev/null | python3 -m json.tool >/dev/null; echo ${PIPESTATUS[0]}; cmp t table; cmp v verbose; cmp s summary
  1
  $ CLICOLOR_FORCE=1 diffoci diff --semantic --explain --patch -o table=t -o verbose=v -o summary=s -o json ./few.tar ./more.tar >/dev/null 2>&1; grep -c "$(printf '\033')" t v s
  t:0
  v:0
  s:0
  [1]
  $ diffoci diff --semantic --color=always -o summary=s -o json ./few.tar ./more.tar 2>/dev/null | grep -q "$(printf '\033')" || grep -q "$(printf '\033')" s
  $ diffoci diff --quiet -o table=/dev/full ./few.tar ./more.tar >/dev/null
  ! diffoci: /dev/full: No space left on device
  [2]
  $ diffoci diff -o json -o table ./few.tar ./more.tar
  ! diffoci: flag --output: more than one thing is to go to standard output (name a file: table=FILE); see "diffoci help diff"
  [2]
  $ diffoci diff -o auto=x ./few.tar ./more.tar
  ! diffoci: flag --output: auto goes to standard output only; into a file: summary=x, or table=x; see "diffoci help diff"
  [2]
