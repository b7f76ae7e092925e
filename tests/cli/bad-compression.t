Layers whose compressed bytes are broken: status 2, one line that names input, layer and cause, and
what was found before is printed. The layer's digest is that of the broken bytes, so that it is the
decompression that has to notice.

  $ images <<'RECIPE'
  > good = tar(file("a", "one"), file("b", bytes(range(256)) * 400))
  > first = layer(file("first", "one"))
  > changed = layer(file("first", "two"))
  > oci_archive("good.tar", image(first, blob(gzipped(good), LAYER_GZIP)))
  > def bad(name, data, media_type=LAYER_GZIP):
  >     oci_archive(name + ".tar", image(changed, blob(data, media_type)))
  > whole = gzip_member(good)
  > for cut in (0, 1, 5, 10, 11, len(whole) // 2, len(whole) - 9, len(whole) - 8, len(whole) - 4, len(whole) - 1):
  >     if cut: bad(f"cut-{cut if cut < len(whole) // 2 else cut - len(whole)}", whole[:cut])
  > bad("crc", gzip_member(good, crc=1))
  > bad("length", gzip_member(good, size=1))
  > bad("garbage", whole + b"garbage")
  > bad("second-member", whole + gzip_member(b"x" * 100)[:-9])
  > bad("reserved-flags", gzip_member(good, header=b"\x1f\x8b\x08\xe0\0\0\0\0\0\xff"))
  > bad("method", gzip_member(good, header=b"\x1f\x8b\x07\0\0\0\0\0\0\xff"))
  > bad("deflate", gzip_member(good, stored=b"\x07" + b"\xff" * 100))
  > zwhole = zstded(good)
  > for cut in (4, 5, 8, len(zwhole) // 2, len(zwhole) - 4, len(zwhole) - 1):
  >     bad(f"z-cut-{cut if cut < len(zwhole) // 2 else cut - len(zwhole)}", zwhole[:cut], LAYER_ZSTD)
  > bad("z-checksum", zwhole[:-1] + bytes([zwhole[-1] ^ 1]), LAYER_ZSTD)
  > bad("z-garbage", zwhole + b"garbage", LAYER_ZSTD)
  > bad("z-flipped", zwhole[:20] + bytes([zwhole[20] ^ 0xff]) + zwhole[21:], LAYER_ZSTD)
  > bad("z-window", b"\x28\xb5\x2f\xfd\x00\xf8" + b"\0" * 100, LAYER_ZSTD)
  > RECIPE
  $ for f in [!g]*.tar garbage.tar; do
  >   diffoci diff --semantic ./good.tar ./$f >out 2>err; status=$?
  >   [ $status = 2 ] || echo "$f: status $status"
  >   [ $(wc -l <err) = 1 ] || echo "$f: $(wc -l <err) lines on standard error"
  >   grep -q "^diffoci: ./$f: .*layer sha256:[0-9a-f]*: " err || echo "$f: $(cat err)"
  >   grep -q '^File  *first ' out || echo "$f: the first layer's difference is not there: $(cat out)"
  > done; ls *.tar | wc -l
  27

The same from the other side.

  $ diffoci diff --semantic ./crc.tar ./good.tar
  TYPE *
  File    first *
  ! diffoci: ./crc.tar: *layer sha256:*: *
  [2]

What is odd but right is read: several members, padding behind them, skippable frames, several
frames, an empty member.

  $ images <<'RECIPE'
  > good = tar(file("a", "one"))
  > oci_archive("plain.tar", image(blob(good)))
  > def odd(name, data, media_type=LAYER_GZIP):
  >     oci_archive(name + "-odd.tar", image(blob(data, media_type, sha256(good))))
  > odd("members", gzip_member(good[:700]) + gzip_member(b"") + gzip_member(good[700:]))
  > odd("padded", gzip_member(good) + b"\0" * 512)
  > odd("named", gzip_member(good, header=b"\x1f\x8b\x08\x18\0\0\0\0\0\xffname\0comment\0"))
  > skippable = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"
  > odd("skippable", skippable + zstded(good[:600]) + skippable + zstded(good[600:]) + skippable, LAYER_ZSTD)
  > odd("no-size", zstded(good, 3, "--no-content-size", "--no-check"), LAYER_ZSTD)
  > RECIPE
  $ for f in *-odd.tar; do diffoci diff --semantic ./plain.tar ./$f >out 2>&1; echo "$f $? $(grep -c ^File out)"; done
  members-odd.tar 1 0
  named-odd.tar 1 0
  no-size-odd.tar 1 0
  padded-odd.tar 1 0
  skippable-odd.tar 1 0
