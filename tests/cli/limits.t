What a whole comparison may take is limited, however many layers it has.

  $ images <<'EOF'
  > hole = {"GNU.sparse.size": str(30 << 30), "GNU.sparse.numblocks": "1", "GNU.sparse.map": f"{30 << 30},0"}
  > for name, when in (("a", 1), ("b", 2)):
  >     oci_archive(f"{name}.tar", image(layer(entry("x", records=hole), file("y", mtime=when))))
  > oci_archive("c.tar", image(layer(entry("x", records={**hole, "comment": "c"}), file("z", "z"))))
  > for name, when in (("d", 1), ("e", 2)):
  >     zeros = [layer(file("x", bytes(50 << 20), mtime=when), file(n), level=9) for n in "yz"]
  >     oci_archive(f"{name}.tar", image(*zeros))
  > EOF

Holes of sparse files that meet are compared without making their zeros: 30 GiB take no time.

  $ diffoci diff --semantic --quiet ./a.tar ./b.tar
  $ diffoci diff --semantic --quiet ./a.tar ./c.tar >/dev/null
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
