--inside: files that differ are looked into.

  $ images <<'RECIPE'
  > def pair(name, one, two):
  >     oci_archive(name + "-0.tar", image(layer(*one)))
  >     oci_archive(name + "-1.tar", image(layer(*two)))
  > def inner(time, *more, text="hello"):
  >     return tar(file("bin/x", text, mtime=time, mode=0o755), file("bin/y", "y", mtime=time), *more)
  > def gz(data, stamp):
  >     packed = gzipped(to_bytes(data))
  >     return packed[:4] + stamp + packed[8:]
  > a, b = b"AAAA", b"BBBB"
  > old, new = inner(1), inner(2)
  > pair("noise", [file("x.tar", old), file("y.tgz", gz(old, a)), file("z.gz", gz("z", a))],
  >      [file("x.tar", new), file("y.tgz", gz(new, b)), file("z.gz", gz("z", b))])
  > evil = inner(2, file("bin/evil", "!", mode=0o4755), text="hullo")
  > pair("evil", [file("x.tar", old), file("y.tgz", gz(old, a)), file("z.gz", gz("z", a)), file("text", "1")],
  >      [file("x.tar", evil), file("y.tgz", gz(evil, b)), file("z.gz", gz("Z", b)), file("text", "2")])
  > pair("deep", [file("x.tar.gz", gz(tar(file("a.tar", old)), a), mode=0o600)],
  >      [file("x.tar.gz", gz(tar(file("a.tar", inner(2, text="hallo"))), a), mode=0o644)])
  > pair("mode", [file("x.tar", old, mode=0o600)], [file("x.tar", new, mode=0o644)])
  > pair("behind", [file("x.gz", gz("z", a)), file("x.tar", old)], [file("x.gz", gz("z", b) + b"!"), file("x.tar", new + b"!")])
  > pair("moved", [file("1", "1"), file("2", "2"), file("x.tar", old)], [file("x.tar", new), file("1", "1"), file("2", "2")])
  > pair("bomb", [file("x.gz", gz(bytes(30000000), a))], [file("x.gz", gz(bytes(30000000), b))])
  > def po(date, text="eins", name="POT-Creation-Date"):
  >     return f'msgid ""\nmsgstr ""\n"{name}: {date}\\n"\n\nmsgid "one"\nmsgstr "{text}"\n'
  > pair("po", [file("1.po", po("2024-01-01 10:00+0000")), file("2.po", po("2024-01-01 10:00+0000")), file("3.po", po("2024", name="Due"))],
  >      [file("1.po", po("2025-01-01 10:00+0000")), file("2.po", po("2025-01-01 10:00+0000", "zwei")), file("3.po", po("2025", name="Due"))])
  > pair("type", [file("x.tar", tar(entry("x", "1", type="Z", mtime=1)))], [file("x.tar", tar(entry("x", "2", type="Z", mtime=2)))])
  > nest = old
  > other = new
  > for i in range(9):
  >     nest, other = tar(file("n", nest)), tar(file("n", other))
  > pair("nest", [file("x.tar", nest)], [file("x.tar", other)])
  > RECIPE

Times, and how it is compressed, are nothing.

  $ diffoci diff --semantic --inside ./noise-0.tar ./noise-1.tar
  ! diffoci: 3 files are equal inside
  ! verdict: equivalent: a container would see no difference but in files that are equal inside
  $ diffoci diff --verdict --inside ./noise-0.tar ./noise-1.tar
  equivalent
  ! diffoci: 1 file is equal inside
  [1]
  $ diffoci diff --require=equivalent --quiet ./noise-0.tar ./noise-1.tar >rows
  $ diffoci diff --require=equivalent --quiet ./evil-0.tar ./evil-1.tar >rows
  [1]
  $ diffoci diff --require=effective --semantic --inside --quiet ./noise-0.tar ./noise-1.tar
  [1]
  $ diffoci diff --semantic --inside --quiet --report-file r.json ./noise-0.tar ./noise-1.tar
  $ jq -c '.equalInside[] | [.name, .members, .formats]' r.json | sort
  ["x.tar",2,["tar"]]
  ["y.tgz",3,["tar","gzip"]]
  ["z.gz",1,["gzip"]]
  $ jq -c '[.equalInside[] | select(.name == "z.gz").rules]' r.json
  [["gzip-2"]]

  $ diffoci diff --semantic ./noise-0.tar ./noise-1.tar | cut -c1-20
  TYPE    NAME     INP
  File    x.tar    *
  File    y.tgz    *
  File    z.gz     *

A row names the innermost place.

  $ diffoci diff --semantic --inside ./evil-0.tar ./evil-1.tar | awk '{print $1, $2, substr($3, 1, 8), substr($4, 1, 8)}'
  TYPE NAME INPUT-0 INPUT-1
  File text 6b86b273 d4735e3a
  File x.tar!/bin/evil (absent) bb7208bc
  File x.tar!/bin/x 2cf24dba 7835066a
  File y.tgz!/bin/evil (absent) bb7208bc
  File y.tgz!/bin/x 2cf24dba 7835066a
  File z.gz!/z 594e519a bbeebd87
  $ printf hullo | sha256sum | cut -c1-8; printf ! | sha256sum | cut -c1-8
  7835066a
  bb7208bc
  $ diffoci diff --semantic --inside ./deep-0.tar ./deep-1.tar | awk '{print $1, $2, $3, substr($4, 1, 8)}'
  TYPE NAME INPUT-0 INPUT-1
  File x.tar.gz Mode 0x180
  File x.tar.gz!/a.tar!/bin/x 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 d3751d33

A content counts whatever its type.

  $ diffoci diff --semantic --inside ./type-0.tar ./type-1.tar | awk '{print $2, substr($3, 1, 8), substr($4, 1, 8)}'
  NAME INPUT-0 INPUT-1
  x.tar!/x 6b86b273 d4735e3a

What else differs of a file counts.

  $ diffoci diff --semantic --inside ./mode-0.tar ./mode-1.tar
  TYPE    NAME     INPUT-0       INPUT-1
  File    x.tar    Mode 0x180    Mode 0x1a4
  ! diffoci: 1 file is equal inside
  [1]

Bytes that belong to nothing count, and so does what is too large, too deep or no file of its format.

  $ diffoci diff --semantic --inside ./behind-0.tar ./behind-1.tar | sed 's/  */ /g'
  TYPE NAME INPUT-0 INPUT-1
  File x.gz Inside Inside not looked into because 1 bytes lie behind its end (gzip) (+2 more)
  File x.tar Inside Inside not looked into because 1 bytes from byte * on belong to nothing that is known (tar) (+2 more)
  $ diffoci diff --semantic --inside ./bomb-0.tar ./bomb-1.tar | sed 's/  */ /g'
  TYPE NAME INPUT-0 INPUT-1
  File x.gz Inside not looked into because it grows to more than 200 times its size (gzip) Inside not looked into because it grows to more than 200 times its size (gzip) (+1 more)
  $ diffoci diff --semantic --inside ./nest-0.tar ./nest-1.tar | sed 's/  */ /g'
  TYPE NAME INPUT-0 INPUT-1
  File x.tar!/n!/n!/n!/n!/n!/n!/n!/n Inside not looked into because it lies too deep Inside not looked into because it lies too deep (+1 more)

Without --semantic times count inside files, too.

  $ diffoci diff --inside ./noise-0.tar ./noise-1.tar | grep -c 'x.tar!/bin/[xy] .*1970-01-01 00:00:01 .*1970-01-01 00:00:02'
  2
  ! diffoci: 1 file is equal inside

Dates in the header of a message catalog are times; other texts are not.

  $ diffoci diff --semantic --inside ./po-0.tar ./po-1.tar | awk '{print $2, $3, $4}'
  NAME INPUT-0 INPUT-1
  2.po Inside catalog
  3.po Inside catalog
  ! diffoci: 1 file is equal inside

Wherever they stand in their layers.

  $ diffoci diff --semantic --inside ./moved-0.tar ./moved-1.tar
  ! diffoci: 1 file is equal inside
  $ diffoci diff --effective --inside ./moved-0.tar ./moved-1.tar
  ! diffoci: 1 file is equal inside

What is the same to --semantic in a layer is not always the same in a file: to those who read a zip archive other names are other names;
what a global header says, no field says again; where links lie in the way of what follows, the order counts; the target of a symbolic link
is what it says; a date is a date and no more; not every program reads every check, filter or window; and times belong to their members.

  $ images <<'RECIPE'
  > import io, lzma, struct, zipfile, zlib
  > def pair(name, one, two):
  >     oci_archive(name + "-0.tar", image(layer(file(name, one))))
  >     oci_archive(name + "-1.tar", image(layer(file(name, two))))
  > def zipped(*names, **extra):
  >     out = io.BytesIO()
  >     with zipfile.ZipFile(out, "w") as z:
  >         for name in names:
  >             info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
  >             info.extra = extra.get(name, b"")
  >             z.writestr(info, b"x")
  >     return out.getvalue()
  > pair("zip-names", zipped("com/Foo.class"), zipped("./com/Foo.class"))
  > pair("tar-names", tar(file("com/Foo")), tar(file("./com/Foo")))
  > pair("global", tar(pax({"uid": "0"}, type="g"), file("x")), tar(pax({"uid": "7"}, type="g"), file("x")))
  > pair("global-place", tar(pax({"uid": "0"}, type="g"), file("x")), tar(file("x"), pax({"uid": "0"}, type="g")))
  > link, below, dir_ = symlink("d", "real"), file("d/f", "x"), directory("real")
  > pair("order", tar(dir_, link, below), tar(dir_, below, link))
  > pair("twice", tar(file("x", "1"), file("y"), file("x", "2")), tar(file("x", "1"), file("x", "2"), file("y")))
  > pair("hard", tar(file("a"), file("x"), hardlink("y", "x")), tar(file("a"), hardlink("y", "x"), file("x")))
  > pair("hard-behind", tar(file("a"), file("x"), hardlink("y", "x")), tar(file("x"), hardlink("y", "x"), file("a")))
  > pair("plain-order", tar(dir_, file("real/f"), link), tar(link, dir_, file("real/f")))
  > pair("target", tar(symlink("d", "/real")), tar(symlink("d", "real")))
  > def chunk(kind, data):
  >     return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
  > def png(kind, text):
  >     return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(kind, text) +
  >             chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))
  > pair("png-date", png(b"tEXt", b"date:create\x002024-01-01T10:00:00+00:00"), png(b"tEXt", b"date:create\x002025-02-01T10:00:00+00:00"))
  > pair("png-mail", png(b"tEXt", b"Creation Time\0Sun, 06 Nov 1994 08:49:37 GMT"), png(b"tEXt", b"Creation Time\0Sat Nov  8 14:15:05 2026"))
  > pair("png-text", png(b"tEXt", b"date:create\x002024"), png(b"tEXt", b"date:create\x002024; rm -rf /"))
  > pair("png-zip", png(b"zTXt", b"date:create\0\0" + zlib.compress(b"2024")), png(b"zTXt", b"date:create\0\0" + zlib.compress(b"2025")))
  > pair("png-change", png(b"tIME", struct.pack(">HBBBBB", 2024, 1, 1, 0, 0, 0)), png(b"tIME", b"evil!!!"))
  > def xz(check, dictionary=1 << 20):
  >     return lzma.compress(b"hello" * 100, check=check, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": dictionary}])
  > pair("xz-check", xz(lzma.CHECK_CRC32), xz(lzma.CHECK_CRC64))
  > pair("xz-large", xz(lzma.CHECK_CRC32), xz(lzma.CHECK_CRC32, 65 << 20))
  > pair("xz-level", xz(lzma.CHECK_CRC32), xz(lzma.CHECK_CRC32, 64 << 20))
  > pair("zstd-window", zstded(b"hello" * 9), zstded(b"hello" * 9, 3, "--no-check"))
  > def frame(window):
  >     return struct.pack("<IBB", 0xFD2FB528, 0, window) + struct.pack("<I", 5 << 3 | 1)[:3] + b"hello"
  > pair("zstd-large", frame(1 << 3), frame(14 << 3))
  > stamp = struct.pack("<HHBI", 0x5455, 5, 1, 1700000000)
  > pair("zip-times", zipped("a", "b", a=stamp), zipped("a", "b", b=stamp))
  > RECIPE

  $ for name in zip-names tar-names global global-place order twice hard hard-behind plain-order target png-date png-mail png-text png-zip png-change \
  >   xz-check xz-large xz-level zstd-window zstd-large; do echo "$name $(diffoci diff --verdict --inside ./$name-0.tar ./$name-1.tar 2>/dev/null)"; done
  zip-names different
  tar-names equivalent
  global different
  global-place different
  order different
  twice different
  hard different
  hard-behind equivalent
  plain-order equivalent
  target different
  png-date equivalent
  png-mail equivalent
  png-text different
  png-zip different
  png-change different
  xz-check different
  xz-large different
  xz-level equivalent
  zstd-window equivalent
  zstd-large different
  $ diffoci diff --inside ./zip-times-0.tar ./zip-times-1.tar | grep -c '^File *zip-times *Inside zip-6'
  2
