Layers that are no sound tar archive, or whose entries say what cannot be. (A stream that ends in the
padding behind the last content is sound: some programs write that.)

  $ images <<'RECIPE'
  > good = tar(file("a", "one"), file("b", b"x" * 2000), file("c", "three"))
  > first, changed = layer(file("first", "one")), layer(file("first", "two"))
  > oci_archive("good.tar", image(first, blob(good)))
  > def bad(name, data):
  >     oci_archive("bad-" + name + ".tar", image(changed, blob(data)))
  > def extended(name, body, type="x", **fields):
  >     bad(name, pax(body, type, **fields) + file("a", "one") + b"\0" * 1024)
  > bad("cut-header", good[:1024 + 100])
  > bad("cut-body", good[:1024 + 512 + 700])
  > bad("checksum", tar(file("a", "one"), file("b", "two", checksum=1)))
  > bad("garbage", tar(file("a", "one"), b"garbage" * 100))
  > bad("huge-size", tar(file("a", "one", size=(1 << 62))))
  > bad("negative-size", tar(file("a", "one", size=-1)))
  > bad("overflowing-size", tar(file("a", "one", size=b"\x80" + b"\xff" * 11)))
  > bad("no-number", tar(file("a", "one", size=b"12x4")))
  > bad("mode-no-number", tar(file("a", "one", mode=b"rw-r--r")))
  > extended("pax-no-length", b"path=x\n")
  > extended("pax-no-equals", b"7 path\n")
  > extended("pax-no-newline", b"9 path=xy")
  > extended("pax-length-0", b"0 path=x\n")
  > extended("pax-length-long", b"99 path=x\n")
  > extended("pax-length-huge", b"99999999999999999999999999 path=x\n")
  > extended("pax-length-negative", b"-9 path=x\n")
  > extended("pax-no-key", record("", "x"))
  > extended("pax-size-no-number", record("size", "x"))
  > extended("pax-size-negative", record("size", "-5"))
  > extended("pax-size-huge", record("size", "9223372036854775808"))
  > extended("pax-mtime", record("mtime", "yesterday"))
  > extended("pax-nul", record("path", "a\0b"))
  > extended("pax-cut", record("path", "x"), size=4000)
  > extended("pax-huge", b"x" * (1 << 20) + b"y" * 4096)
  > extended("pax-absurd", b"", size=1 << 40)
  > extended("gnu-long-absurd", b"", type="L", size=1 << 40)
  > extended("gnu-long-huge", b"x" * (1 << 20) + b"y" * 4096, type="L")
  > bad("sparse-cut", header("a", type="S", size=512, magic=b"ustar  \0", tail=b"\0" * 41 + b"%011o\0%011o\0" % (0, 512) * 4 + b"\x01" + b"%011o\0" % 9999))
  > bad("sparse-unsorted", tar(entry("a", b"x" * 512, type="S", magic=b"ustar  \0",
  >     tail=b"\0" * 41 + b"%011o\0%011o\0" % (4096, 256) + b"%011o\0%011o\0" % (0, 256) + b"\0" * 48 + b"\0" + b"%011o\0" % 9999)))
  > extended("sparse-pax-map", record("GNU.sparse.major", "0") + record("GNU.sparse.minor", "1") + record("GNU.sparse.size", "10") + record("GNU.sparse.numblocks", "1") + record("GNU.sparse.map", "5,-1"))
  > RECIPE
  $ for f in bad-*.tar; do
  >   diffoci diff --semantic ./good.tar ./$f >out 2>err; status=$?
  >   [ $status = 2 ] || echo "$f: status $status"
  >   [ $(wc -l <err) = 1 ] || echo "$f: $(wc -l <err) lines on standard error"
  >   grep -q "^diffoci: ./$f: .*layer sha256:[0-9a-f]*: " err || echo "$f: $(cat err)"
  >   grep -q '^File  *first ' out || echo "$f: the first layer's difference is not there: $(cat out)"
  > done; ls bad-*.tar | wc -l
  30

A layer over a limit is refused, before memory or time is spent on it.

  $ images <<'RECIPE'
  > bomb = gzipped(b"\0" * (300 << 20), 9)
  > oci_archive("bomb.tar", image(blob(bomb, LAYER_GZIP)))
  > oci_archive("small.tar", image(layer(file("x", "x"))))
  > RECIPE
  $ diffoci diff --semantic --max-scale=0.005 ./small.tar ./bomb.tar
  ! diffoci: ./bomb.tar: *layer sha256:*: *
  [2]

Control bytes in names never reach the terminal.

  $ images <<'RECIPE'
  > oci_archive("control-0.tar", image(layer(file("a\x1b[2Jb\n\tc", "one"), file(b"\xff\xfe", "one"), symlink("l", "\x1b]0;x\x07"))))
  > oci_archive("control-1.tar", image(layer(file("a\x1b[2Jb\n\tc", "two"), file(b"\xff\xfe", "two"), symlink("l", "\x9b\x08"))))
  > broken = tar(file("a\x1b[2Jb", "one", records={"mtime": "\x1b[2J"}))
  > oci_archive("control-2.tar", image(blob(broken)))
  > RECIPE
  $ cat >printable.py <<'EOP'
  > import sys
  > text = sys.stdin.buffer.read().decode()
  > odd = [c for c in text if not c.isprintable() and c != "\n"]
  > print(odd or ("all printable" if text else "nothing"))
  > EOP
  $ for flags in '' --verbose; do diffoci diff $flags ./control-0.tar ./control-1.tar 2>&1; done | python3 printable.py
  all printable
  $ diffoci diff --semantic ./control-0.tar ./control-1.tar | grep -c '^File *\(a\\x1b\[2Jb\\n\\tc\|\\xff\\xfe\|l\) '
  3
  $ diffoci diff ./control-0.tar ./control-2.tar 2>&1 | python3 printable.py
  all printable
