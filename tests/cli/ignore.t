One difference at a time, and the flag that makes it not count.

  $ images <<'RECIPE'
  > plain = dict(config={"config": {}})
  > def pair(name, one, two, **second):
  >     oci_archive(name + "-0.tar", one)
  >     oci_archive(name + "-1.tar", two)
  > x = file("x", "x")
  > pair("mtime", image(layer(x)), image(layer(file("x", "x", mtime=MTIME + 1))))
  > pair("created", image(layer(x)), image(layer(x), config={"created": "2024-01-01T00:00:00Z"}))
  > pair("history", image(layer(x)), image(layer(x), config={"history": [{"created": "2023-08-01T11:24:33Z", "created_by": "other"}]}))
  > pair("order", image(layer(x, file("y"))), image(layer(file("y"), x)))
  > pair("mode", image(layer(x)), image(layer(file("x", "x", mode=0o100644))))
  > pair("format", image(layer(x)), image(layer(entry("x", "x", magic=b"ustar  \0"))))
  > pair("path", image(layer(x)), image(layer(file("./x", "x"))))
  > pair("name", image(layer(x)).named("example.com/a:1"), image(layer(x)).named("example.com/a:2"))
  > pair("annotation", image(layer(x)), image(layer(x), manifest={"annotations": {"org.opencontainers.image.ref.name": "z"}}))
  > RECIPE
  $ try() { echo "$1: $(for flag in "${@:2}"; do diffoci diff $flag ./$1-0.tar ./$1-1.tar >/dev/null; printf '%s=%d ' $flag $?; done)"; }; declare -f try >try.sh

  $ . ./try.sh; try mtime --verify --ignore-timestamps --ignore-file-timestamps --ignore-image-timestamps --semantic
  mtime: --verify=1 --ignore-timestamps=0 --ignore-file-timestamps=0 --ignore-image-timestamps=1 --semantic=0 
  $ . ./try.sh; try created --verify --ignore-timestamps --ignore-file-timestamps --ignore-image-timestamps --semantic
  created: --verify=1 --ignore-timestamps=0 --ignore-file-timestamps=1 --ignore-image-timestamps=0 --semantic=0 
  $ . ./try.sh; try history --verify --ignore-history --ignore-image-timestamps --semantic
  history: --verify=1 --ignore-history=0 --ignore-image-timestamps=1 --semantic=0 
  $ . ./try.sh; try order --verify --ignore-file-order --ignore-history --semantic
  order: --verify=1 --ignore-file-order=0 --ignore-history=1 --semantic=0 
  $ . ./try.sh; try mode --verify --ignore-file-mode-redundant-bits --ignore-history --semantic
  mode: --verify=1 --ignore-file-mode-redundant-bits=0 --ignore-history=1 --semantic=0 
  $ . ./try.sh; try format --verify --ignore-tar-format --ignore-history --semantic
  format: --verify=1 --ignore-tar-format=0 --ignore-history=1 --semantic=0 
  $ . ./try.sh; try path --verify --treat-canonical-paths-equal --ignore-history --semantic
  path: --verify=1 --treat-canonical-paths-equal=0 --ignore-history=1 --semantic=0 
  $ . ./try.sh; try annotation --verify --ignore-image-name --ignore-history --semantic
  annotation: --verify=1 --ignore-image-name=0 --ignore-history=1 --semantic=0 

The name under which an image stands in index.json is no content, unless that is asked for.

  $ . ./try.sh; try name --verify --ignore-history --semantic --ignore-image-name=false
  name: --verify=0 --ignore-history=0 --semantic=0 --ignore-image-name=false=1 

A flag turned off again counts as not given; --semantic turns all of them on whatever else is said.

  $ diffoci diff --ignore-file-timestamps --ignore-file-timestamps=false ./mtime-0.tar ./mtime-1.tar >/dev/null
  [1]
  $ diffoci diff --semantic --ignore-file-timestamps=false ./mtime-0.tar ./mtime-1.tar

Flags that leave out more than --semantic does change the table and the status, never the verdict.

  $ images <<'RECIPE'
  > oci_archive("plain.tar", image(layer(directory("tmp/"), file("etc/x", "one"))))
  > oci_archive("mode.tar", image(layer(directory("tmp/"), file("etc/x", "one", mode=0o4755))))
  > oci_archive("owner.tar", image(layer(directory("tmp/"), file("etc/x", "one", uid=1, gid=2))))
  > oci_archive("content.tar", image(layer(directory("tmp/"), file("etc/x", "two"))))
  > oci_archive("size.tar", image(layer(directory("tmp/"), file("etc/x", "three"))))
  > oci_archive("more.tar", image(layer(directory("tmp/"), file("etc/x", "one"), file("etc/y"))))
  > oci_archive("tmp.tar", image(layer(directory("tmp/", mode=0o1777), file("etc/x", "one"))))
  > RECIPE
  $ for mode in --semantic --effective --ignore-timestamps; do
  >   diffoci diff $mode --extra-ignore-file-mode ./plain.tar ./mode.tar || echo no
  >   diffoci diff $mode --extra-ignore-file-permissions ./plain.tar ./owner.tar || echo no
  >   diffoci diff $mode --extra-ignore-file-content ./plain.tar ./content.tar || echo no
  >   diffoci diff $mode --extra-ignore-layer-length-mismatch --ignore-file-order ./plain.tar ./more.tar || echo no
  > done
  ! verdict: different: a container would see a difference
  ! verdict: different: a container would see a difference
  ! verdict: different: a container would see a difference
  ! verdict: different: a container would see a difference
  ! verdict: different: *
  ! verdict: different: *
  ! verdict: different: *
  ! verdict: different: *
  ! verdict: different: a container would see a difference
  ! verdict: different: a container would see a difference
  ! verdict: different: a container would see a difference
  ! verdict: different: a container would see a difference
  $ diffoci diff --semantic --extra-ignore-file-mode --quiet --require=effective ./plain.tar ./mode.tar
  [1]
  $ diffoci diff --semantic --extra-ignore-file-content --quiet ./plain.tar ./size.tar | tail -n 1 | tr -s ' ' | cut -d ' ' -f 1,2
  File etc/x
  $ diffoci diff --semantic --quiet ./plain.tar ./tmp.tar --extra-ignore-files etc/x,tmp/
  $ diffoci diff --semantic --quiet ./plain.tar ./tmp.tar --extra-ignore-files=tmp
  TYPE    NAME    INPUT-0       INPUT-1
  File    tmp/    Mode 0x1ed    Mode 0x3ff
  [1]
