Root file systems, without an image around them, and archives that are compressed with xz or bzip2.

  $ images <<'EOF'
  > import bz2, lzma, gzip
  > def root(f): return directory("etc/"), file("etc/x", f), symlink("l", "etc/x"), hardlink("etc/y", "etc/x"), file("n", "n", records={"path": "n" * 120})
  > for n, f in ("a", "1"), ("b", "2"):
  >     oci_archive(n + ".tar", image(layer(*root(f))))
  >     write(n + "-root.tar", tar(*root(f)))
  > oci_archive("two.tar", image(layer(directory("etc/"), file("etc/x", "1")), layer(file("etc/x", "1"), symlink("l", "etc/x"), hardlink("etc/y", "etc/x"), file("n", "n", records={"path": "n" * 120})), config={"config": {"User": "7"}}))
  > data, plain = open("a.tar", "rb").read(), open("a-root.tar", "rb").read()
  > for name, text in ("a.tar", data), ("a-root.tar", plain):
  >     write(name + ".xz", lzma.compress(text[:700]) + lzma.compress(text[700:]))
  >     write(name + ".bz2", bz2.compress(text[:700]) + bz2.compress(text[700:]))
  >     write(name + ".gz", gzip.compress(text, mtime=0))
  > write("short.tar.xz", lzma.compress(data)[:-40]); write("short.tar.bz2", bz2.compress(data)[:-40])
  > write("more.tar.xz", lzma.compress(data) + b"more, and nothing of it is xz or bzip2"); write("more.tar.bz2", bz2.compress(data) + b"more, and nothing of it is xz or bzip2")
  > os.makedirs("dir/etc"); write("dir/etc/x", "1"); os.link("dir/etc/x", "dir/etc/y"); os.symlink("etc/x", "dir/l"); write("dir/" + "n" * 120, "n")
  > os.chmod("dir/etc", 0o755); os.chmod("dir/etc/x", 0o644); os.chmod("dir/" + "n" * 120, 0o644)
  > os.makedirs("app/bin2"); write("app/bin2/run", "x"); os.makedirs("empty")
  > EOF

Whatever its form, it is the same.

  $ for a in ./a-root.tar ./a-root.tar.xz ./a-root.tar.bz2 ./a-root.tar.gz rootfs-archive:a-root.tar rootfs:dir ./dir rootfs://dir; do
  >   for b in ./a.tar rootfs:dir ./a-root.tar.gz; do diffoci diff --verdict $a $b; done; done 2>/dev/null | sort | uniq -c | sed 's/^ *//'
  20 effective
  4 identical
  $ diffoci diff ./dir ./two.tar
  ! diffoci: a root file system is no image: files are compared as with --effective, the config is not
  ! verdict: effective: a container would see no difference

What differs is told as with --effective, under any flags, in a process of its own or not.

  $ for flags in "" --semantic --effective --sandbox=off; do diffoci diff $flags ./b-root.tar ./a.tar 2>/dev/null; echo $?; done | uniq -c | sed 's/^ *//; s/  */ /g'
  1 TYPE NAME INPUT-0 INPUT-1
  1 File etc/x * *
  1 1
  1 TYPE NAME INPUT-0 INPUT-1
  1 File etc/x * *
  1 1
  1 TYPE NAME INPUT-0 INPUT-1
  1 File etc/x * *
  1 1
  1 TYPE NAME INPUT-0 INPUT-1
  1 File etc/x * *
  1 1
  $ echo 3 > dir/etc/z; chmod 4755 dir/etc/x; diffoci diff ./dir ./a-root.tar 2>/dev/null | sed 's/  */ /g'
  TYPE NAME INPUT-0 INPUT-1
  Layer ctx:/layer name "etc/z" only appears in input 0 (layer 0)
  File etc/x Mode 0x9ed (layer 0) Mode 0x1a4 (layer 0)

A time counts as it is: its fraction, and what lies before 1970 or behind 2242.

  $ mkdir -p t/etc u/etc; touch -d @0 t/etc/f u/etc/f t/etc u/etc; diffoci diff --verdict rootfs:t rootfs:u
  identical
  $ for t in 8589934592 -86400 0.5 -0.5 -1.5; do touch -d @$t t/etc/f; diffoci diff --verdict rootfs:t rootfs:u 2>/dev/null; done
  effective
  effective
  effective
  effective
  effective

What the kernel shows is no root file system, and what no archive can have is told.

  $ diffoci diff --quiet rootfs:/proc/self/fdinfo rootfs:t
  ! diffoci: rootfs:/proc/self/fdinfo: no root file system: the kernel makes what it shows
  [2]
  $ images <<'EOF'
  > import socket; socket.socket(socket.AF_UNIX).bind("t/etc/s")
  > EOF
  $ for flags in "" --sandbox=off; do diffoci diff $flags --quiet rootfs:t rootfs:t; done
  ! diffoci: warning: rootfs:t (input 0): not compared: the socket "etc/s"
  ! diffoci: warning: rootfs:t (input 1): not compared: the socket "etc/s"
  ! diffoci: warning: rootfs:t (input 0): not compared: the socket "etc/s"
  ! diffoci: warning: rootfs:t (input 1): not compared: the socket "etc/s"
  $ diffoci show rootfs:t >/dev/null
  ! diffoci: warning: rootfs:t: not shown: the socket "etc/s"

What is none of these.

  $ diffoci diff ./app ./a.tar
  ! diffoci: ./app: neither an OCI image layout *
  [2]
  $ diffoci diff docker-archive:a-root.tar ./a.tar
  ! diffoci: docker-archive:a-root.tar: no Docker archive: it has no file "manifest.json" (oci-archive:FILE reads OCI image layouts)
  [2]
  $ diffoci diff rootfs:a-root.tar ./a.tar
  ! diffoci: rootfs:a-root.tar: not a directory (expected rootfs:DIR; rootfs-archive:FILE reads a file); see "diffoci help diff"
  [2]
  $ diffoci diff rootfs-archive:dir ./a.tar
  ! diffoci: rootfs-archive:dir: a directory (expected rootfs-archive:FILE; rootfs:DIR reads a directory); see "diffoci help diff"
  [2]
  $ diffoci diff rootfs:app ./a.tar --quiet 2>/dev/null >/dev/null
  [1]
  $ diffoci diff --verdict rootfs:empty rootfs:empty
  identical
  $ diffoci load -i a-root.tar
  ! diffoci: *
  [2]

  $ diffoci diff docker-archive:a.tar ./a.tar
  ! diffoci: docker-archive:a.tar: no Docker archive: it has no file "manifest.json" (oci-archive:FILE reads OCI image layouts)
  [2]
  $ diffoci diff sha256:abc ./a.tar
  ! diffoci: sha256:abc: no digest: expected 12 to 64 hexadecimal digits behind "sha256:"; see "diffoci help diff"
  [2]

Archives that are compressed with xz or bzip2, of one or several streams.

  $ for f in xz bz2; do diffoci diff --verdict ./a.tar.$f ./a.tar; diffoci load -i a.tar.$f >/dev/null && echo loaded; done
  identical
  loaded
  identical
  loaded
  $ for f in short.tar.xz short.tar.bz2 more.tar.xz more.tar.bz2; do diffoci diff ./$f ./a.tar; done
  ! diffoci: ./short.tar.xz: *xz: the stream ends early, at byte *
  ! diffoci: ./short.tar.bz2: *bzip2: the stream ends early, at byte *
  ! diffoci: ./more.tar.xz: *xz: the compressed data is corrupt, *
  ! diffoci: ./more.tar.bz2: *bzip2: garbage after the last stream, at byte *
  [2]

A file that is called as layers call what is removed would be taken for that: such a tree is not compared.

  $ mkdir -p plain/etc marked/etc; echo p >plain/etc/x; cp -a plain/. marked; echo evil >marked/etc/.wh.x
  $ diffoci diff --quiet rootfs:plain rootfs:marked
  ! diffoci: *"etc/.wh.x": a name that layers have for what is removed: a root file system that has it cannot be compared
  [2]
  $ tar -C marked -cf marked.tar .; diffoci diff --quiet rootfs:plain rootfs-archive:marked.tar
  ! diffoci: *"./etc/.wh.x": a name that layers have for what is removed: a root file system that has it cannot be compared
  [2]
