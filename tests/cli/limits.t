What a whole comparison may take is limited, however many layers it has.

  $ images <<'EOF'
  > hole = {"GNU.sparse.size": str(30 << 30), "GNU.sparse.numblocks": "1", "GNU.sparse.map": f"{30 << 30},0"}
  > for name, when in (("a", 1), ("b", 2)):
  >     oci_archive(f"{name}.tar", image(layer(entry("x", records=hole), file("y", mtime=when))))
  > oci_archive("c.tar", image(layer(entry("x", records={**hole, "comment": "c"}), file("z", "z"))))
  > oci_archive("f.tar", image(layer(file("p"), entry("x", records=hole), file("q"))))
  > oci_archive("g.tar", image(layer(file("r"), file("s"), file("t"))))
  > for name, when in (("d", 1), ("e", 2)):
  >     zeros = [layer(file("x", bytes(50 << 20), mtime=when), file(n), level=9) for n in "yz"]
  >     oci_archive(f"{name}.tar", image(*zeros))
  > EOF

Holes of sparse files that meet are compared without making their zeros: 30 GiB take no time.

  $ diffoci diff --semantic --quiet ./a.tar ./b.tar
  $ diffoci diff --semantic --quiet ./a.tar ./c.tar >/dev/null
  [1]

Nor are they made for a partner that cannot come, since the other side has ended.

  $ (ulimit -t 10; diffoci diff --semantic --quiet ./f.tar ./g.tar >/dev/null)
  [1]
  $ (ulimit -t 10; diffoci diff --semantic --quiet ./g.tar ./f.tar >/dev/null)
  [1]
  $ (ulimit -t 10; diffoci diff --effective --quiet ./g.tar ./f.tar >/dev/null)
  [1]

Layers that hold next to nothing but come to a lot, all together.

  $ diffoci diff --semantic --quiet --max-scale=0.002 ./d.tar ./e.tar
  ! diffoci: *: what is stored in less than a thousandth of its size comes to more than 131 MiB in all (see --max-scale)
  [2]
  $ diffoci diff --semantic --quiet --max-scale=0.01 ./d.tar ./e.tar

Time.

  $ diffoci diff --semantic --quiet --timeout=0.0000001 ./a.tar ./b.tar
  ! diffoci: *: the comparison takes longer than --timeout says
  [2]
  $ diffoci diff --semantic --quiet --timeout=1000 ./a.tar ./b.tar
  $ diffoci diff --timeout=soon ./a.tar ./b.tar
  ! diffoci: flag --timeout: expected a number above 0, found "soon"; see "diffoci help diff"
  [2]

Memory: entries that wait go to a file; what cannot ends with an error that says so.

  $ images <<'EOF'
  > for name in ("f", "g"):
  >     entries = [file(f"{name}{i}", records={"comment": "x" * 1000000}) for i in range(40)]
  >     oci_archive(f"{name}.tar", image(layer(*entries)), compress="zstd")
  > EOF
  $ diffoci diff --semantic --quiet --memory-limit=8M ./f.tar ./g.tar >rows
  [1]
  $ grep -c 'only appears in' rows
  80
  $ TMPDIR=/nonexistent diffoci diff --semantic --quiet --memory-limit=8M ./f.tar ./g.tar >/dev/null
  ! diffoci: *: no temporary file in /nonexistent ($TMPDIR names another folder): No such file or directory
  [2]
  $ diffoci diff --semantic --quiet --memory-limit=1K ./f.tar ./g.tar >/dev/null
  ! diffoci: *take more memory than the limit of * (see --memory-limit)
  [2]

The limit is told as it was given, and documents count in it.

  $ diffoci diff --semantic --quiet --memory-limit=1 ./f.tar ./g.tar 2>&1 | grep -c "the images' documents take more memory than the limit of 1 byte (see --memory-limit)"
  1
  $ images <<'EOF'
  > oci_archive("labels.tar", image(layer(), config={"config": {"Labels": {f"label-{n}": "1" for n in range(9000)}}}))
  > oci_archive("other.tar", image(layer(), config={"config": {"Labels": {f"label-{n}": "2" for n in range(9000)}}}))
  > EOF
  $ diffoci diff --semantic --quiet --memory-limit=2M ./labels.tar ./other.tar
  ! diffoci: *config sha256:*: the images' documents take more memory than the limit of 2 MiB (see --memory-limit)
  [2]
  $ diffoci diff --semantic --quiet --memory-limit=64M ./labels.tar ./other.tar >/dev/null
  [1]

So do causes, and what waits to be accepted by them.

  $ images <<'EOF'
  > for side in 0, 1:
  >     oci_archive(f"many{side}.tar", image(layer(*(file(f"{'d' * 80}/{n}-{side}", f"{side}") for n in range(6000)))), compress="zstd")
  > EOF
  $ diffoci diff --semantic --quiet --memory-limit=4M ./many0.tar ./many1.tar >rows
  [1]
  $ diffoci diff --semantic --quiet --explain --memory-limit=4M ./many0.tar ./many1.tar >/dev/null
  ! diffoci: the causes of the differences take more memory than the limit of 4 MiB (see --memory-limit)
  [2]
  $ diffoci diff --semantic --quiet --explain --memory-limit=200M ./many0.tar ./many1.tar >/dev/null
  [1]

Contents that are kept for --inside are given back where the comparison cannot go on without their memory.

  $ images <<'EOF'
  > import random
  > for side in 0, 1:
  >     names = [f"f{n}" for n in range(1000)]
  >     random.Random(side).shuffle(names)
  >     oci_archive(f"kept{side}.tar", image(layer(*(file(f"k{n}", b"%d" % side * 60000) for n in range(2)), *map(file, names))))
  > EOF
  $ diffoci diff --semantic --quiet --memory-limit=1M ./kept0.tar ./kept1.tar >rows
  [1]
  $ diffoci diff --semantic --quiet --inside --memory-limit=1M ./kept0.tar ./kept1.tar >inside
  [1]
  $ cmp rows inside

Two reports in one file, by whatever names.

  $ ln -s json link
  $ diffoci diff -o json=json -o html=./json ./a.tar ./b.tar
  ! diffoci: two reports are to go to one file, ./json: json and html; see "diffoci help diff"
  [2]
  $ touch json
  $ diffoci diff -o json=json --report-file=link ./a.tar ./b.tar
  ! diffoci: two reports are to go to one file, json: json and json; see "diffoci help diff"
  [2]
  $ diffoci diff --semantic --quiet -o json=/dev/null -o html=/dev/null ./a.tar ./b.tar >/dev/null
