Different numbers of layers: each side's are applied on one another, and the results compared.

  $ images <<'RECIPE'
  > def wh(name): return file(name, "")
  > def case(name, one, two):
  >     oci_archive(name + "-0.tar", image(*(layer(*entries) for entries in one)))
  >     oci_archive(name + "-1.tar", image(*(layer(*entries) for entries in two)))
  > d = directory("d/")
  > case("split", [[d, file("d/x", "one"), file("d/y", "two")]], [[d, file("d/x", "one")], [file("d/y", "two")]])
  > case("replaced", [[d, file("d/x", "two")]], [[d, file("d/x", "one")], [file("d/x", "two")]])
  > case("removed", [[d]], [[d, file("d/x", "one")], [wh("d/.wh.x")]])
  > case("removed-tree", [[file("z", "z")]], [[d, file("d/x", "one"), file("z", "z")], [wh(".wh.d")]])
  > case("opaque", [[d, file("d/new", "n")]], [[d, file("d/old", "o")], [d, wh("d/.wh..wh..opq"), file("d/new", "n")]])
  > case("opaque-last", [[d, file("d/new", "n")]], [[d, file("d/old", "o")], [d, file("d/new", "n"), wh("d/.wh..wh..opq")]])
  > case("back", [[d, file("d/x", "two")]], [[d, file("d/x", "one")], [wh("d/.wh.x")], [file("d/x", "two")]])
  > case("hardlink", [[file("a", "one"), hardlink("b", "a")]], [[file("a", "one")], [hardlink("b", "a")]])
  > case("hardlink-kept", [[file("b", "one")]], [[file("a", "one"), hardlink("b", "a")], [wh(".wh.a")]])
  > case("file-for-directory", [[file("d", "f")]], [[d, file("d/x", "one")], [file("d", "f")]])
  > case("directory-for-file", [[d, file("d/x", "one")]], [[file("d", "f")], [d, file("d/x", "one")]])
  > case("differs", [[d, file("d/x", "one")]], [[d, file("d/x", "zero")], [file("d/x", "two")]])
  > case("only", [[file("a", "one")]], [[file("a", "one")], [file("b", "one")]])
  > case("hardlink-kept-differs", [[file("b", "one")]], [[file("a", "two"), hardlink("b", "a")], [wh(".wh.a")]])
  > RECIPE

Rows other than the manifests' own: none where the results are the same.

  $ for c in split replaced removed removed-tree opaque opaque-last back hardlink file-for-directory directory-for-file; do
  >   for turn in '0 1' '1 0'; do
  >     set -- $turn; diffoci diff --quiet --semantic ./$c-$1.tar ./$c-$2.tar >out 2>err; echo "$c $? $(grep -c '^File\|^Layer' out) $(wc -l <err)"
  >   done
  > done | uniq -c | tr -s ' '
   2 split * 0 0
   2 replaced * 0 0
   2 removed * 0 0
   2 removed-tree * 0 0
   2 opaque * 0 0
   2 opaque-last * 0 0
   2 back * 0 0
   2 hardlink * 0 0
   2 file-for-directory * 0 0
   2 directory-for-file * 0 0

The content of a hard link outlives the name it was made from.

  $ diffoci diff --semantic ./hardlink-kept-0.tar ./hardlink-kept-1.tar | grep '^Layer'
  ! diffoci: layers merged, as their numbers differ: 1 in input 0, 2 in input 1
  [1]
  $ diffoci diff --semantic ./hardlink-kept-differs-0.tar ./hardlink-kept-differs-1.tar | grep -c '^File *b '
  1
  ! diffoci: layers merged, as their numbers differ: 1 in input 0, 2 in input 1

What differs is the result, not what was on the way.

  $ diffoci diff --semantic ./differs-0.tar ./differs-1.tar | grep '^File\|^Layer'
  File    d/x * 7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed    3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3
  ! diffoci: layers merged, as their numbers differ: 1 in input 0, 2 in input 1
  $ diffoci diff --semantic ./only-0.tar ./only-1.tar | grep '^File\|name '
  Layer    ctx:/layer * name "b" only appears in input 1
  ! diffoci: layers merged, as their numbers differ: 1 in input 0, 2 in input 1

That layers were merged is said, and is in reports; it is no warning, so not with --quiet.

  $ diffoci diff --semantic --quiet --report-file=r.json --report-dir=r ./only-0.tar ./only-1.tar >/dev/null
  [1]
  $ python3 -c 'import json; print(json.load(open("r.json"))["notices"])'
  [{'warning': False, 'text': 'layers merged, as their numbers differ: 1 in input 0, 2 in input 1'}]
  $ grep -c '^    layers merged' r/README.md
  1

--effective always merges, and one layer against one is not merged.

  $ diffoci diff --effective ./only-0.tar ./only-1.tar >/dev/null
  [1]
  $ diffoci diff --semantic ./only-0.tar ./differs-0.tar >/dev/null
  [1]
