Two images, what they say of each other, and in which forms they may come.

  $ images <<'RECIPE'
  > old = layer(directory("etc/"), file("etc/same", "s"), file("etc/x", "one"), file("etc/gone", ""))
  > new = layer(directory("etc/"), file("etc/same", "s"), file("etc/x", "two"), file("etc/new", ""))
  > a, b = image(old).named("example.com/app:1"), image(new).named("example.com/app:2")
  > oci_archive("a.tar", a)
  > oci_archive("b.tar", b)
  > oci_dir("b", b)
  > oci_archive("both.tar", a, b)
  > oci_archive("a.tar.gz", a, compress="gzip")
  > oci_archive("a.tar.zst", a, compress="zstd")
  > RECIPE

Equal images: nothing on standard output, status 0.

  $ diffoci diff ./a.tar ./a.tar
  $ diffoci diff ./a.tar ./a.tar.gz
  $ diffoci diff ./a.tar.zst oci-archive:a.tar
  $ diffoci diff ./b oci-archive:b.tar
  $ diffoci diff oci:b ./both.tar:example.com/app:2
  $ diffoci diff oci-archive:both.tar:example.com/app:1 oci-archive:a.tar
  $ diffoci diff $PWD/a.tar ./a.tar --verify

The table. "etc/x" is the SHA-256 of "one" against that of "two".

  $ diffoci diff --semantic ./a.tar oci:b
  TYPE     NAME                   INPUT-0                                                             INPUT-1
  Layer    ctx:/layers-0/layer    name "etc/gone" only appears in input 0
  Layer    ctx:/layers-0/layer    name "etc/new" only appears in input 1
  File     etc/x                  7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed    3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3
  [1]

The same bytes each time.

  $ diffoci diff ./a.tar oci:b >first; diffoci diff ./a.tar oci:b >second; cmp first second

Strict: besides, the descriptors of image, config and layer, the manifest's fields and the config's
diff_ids.

  $ diffoci diff ./a.tar ./b | cut -d ' ' -f 1 | sort | uniq -c | tr -s ' '
   1 Cfg
   3 Desc
   1 File
   2 Layer
   1 Mani
   1 TYPE

Verbose: a block for each event.

  $ diffoci diff --semantic --verbose ./a.tar ./b | grep '^Event: '
  Event: "LayerBlobMismatch" (name "etc/gone" only appears in input 0)
  Event: "LayerBlobMismatch" (name "etc/new" only appears in input 1)
  Event: "TarEntryMismatch" (name "etc/x")
  $ diffoci diff --verbose ./a.tar ./a.tar

Reports in files go beside the table, wherever ~ is home.

  $ mkdir -p $HOME; diffoci diff --semantic --report-file=~/r.json --report-dir '~/d' ./a.tar ./b >/dev/null
  [1]
  $ python3 - <<'EOP'
  > import json, os
  > def leaves(node):
  >     children = node.get("children", [])
  >     return [leaf for child in children for leaf in leaves(child)] if children else [node]
  > for name in ("r.json", "d/report.json"):
  >     report = json.load(open(os.path.join(os.environ["HOME"], name)))
  >     print(report["context"], sorted((leaf["context"], leaf["event"]["note"]) for leaf in leaves(report)))
  > EOP
  / [('/layers-0/layer', 'name "etc/gone" only appears in input 0'), ('/layers-0/layer', 'name "etc/new" only appears in input 1'), ('/layers-0/layer/tarentry', 'name "etc/x"')]
  / [('/layers-0/layer', 'name "etc/gone" only appears in input 0'), ('/layers-0/layer', 'name "etc/new" only appears in input 1'), ('/layers-0/layer/tarentry', 'name "etc/x"')]
  $ cd $HOME/d; find . -type f | sort; cat input-0/layers-0/etc/x input-1/layers-0/etc/x; echo
  ./.diffoci-report
  ./README.md
  ./input-0/layers-0/etc/gone
  ./input-0/layers-0/etc/x
  ./input-1/layers-0/etc/new
  ./input-1/layers-0/etc/x
  ./report.json
  onetwo
  $ stat -c '%a %Y' $HOME/d/input-1/layers-0/etc/x
  644 1690889073

A comparison without differences leaves reports as well.

  $ diffoci diff --report-file=same.json --report-dir=same ./a.tar ./a.tar; cat same.json; ls same
  {*"context"*"/"*
  ...
  README.md
  input-0
  input-1
  report.json

Arguments and values.

  $ diffoci diff
  ! diffoci: diff needs IMAGE0 IMAGE1, found 0 arguments; see "diffoci help diff"
  [2]
  $ diffoci diff ./a.tar
  ! diffoci: diff needs IMAGE0 IMAGE1, found 1 argument; see "diffoci help diff"
  [2]
  $ diffoci diff ./a.tar ./b ./c
  ! diffoci: diff: unexpected argument "./c"; see "diffoci help diff"
  [2]
  $ for x in 0 -1 nan inf '' 1x ' 1' 0x; do diffoci diff --max-scale="$x" ./a.tar ./b; done
  ! diffoci: flag --max-scale: expected a number above 0, found "0"; see "diffoci help diff"
  ! diffoci: flag --max-scale: expected a number above 0, found "-1"; see "diffoci help diff"
  ! diffoci: flag --max-scale: expected a number above 0, found "nan"; see "diffoci help diff"
  ! diffoci: flag --max-scale: expected a number above 0, found "inf"; see "diffoci help diff"
  ! diffoci: flag --max-scale: expected a number above 0, found ""; see "diffoci help diff"
  ! diffoci: flag --max-scale: expected a number above 0, found "1x"; see "diffoci help diff"
  ! diffoci: flag --max-scale: expected a number above 0, found " 1"; see "diffoci help diff"
  ! diffoci: flag --max-scale: expected a number above 0, found "0x"; see "diffoci help diff"
  [2]
  $ diffoci diff --max-scale 0.5 ./a.tar ./a.tar
  $ diffoci diff --max-scale=0.00001 ./a.tar ./b
  ! diffoci: *./a.tar*--max-scale*
  [2]
  $ diffoci diff --pull=sometimes ./a.tar ./b
  ! diffoci: flag --pull: expected one of always|missing|never, found "sometimes"; see "diffoci help diff"
  [2]
  $ diffoci diff --pull=always ./a.tar ./a.tar
  $ diffoci diff --platform= ./a.tar ./a.tar
  ! diffoci: flag --platform: *; see "diffoci help diff"
  [2]
  $ diffoci diff --platform=linux/a/b/c/d ./a.tar ./a.tar
  ! diffoci: flag --platform: *; see "diffoci help diff"
  [2]
  $ diffoci diff --report-file= ./a.tar ./b
  ! diffoci: flag --report-file: expected a path, found nothing; see "diffoci help diff"
  [2]
  $ diffoci diff --backend=containerd --pull=never alpine ./a.tar
  ! diffoci: *containerd*
  [2]
  $ diffoci diff containerd://alpine ./a.tar
  ! diffoci: containerd://alpine: *containerd*
  [2]

An image that is only named is looked for in the store; without --pull=never, in its registry, too.

  $ diffoci diff --local-cache=store --pull=never alpine ./a.tar
  ! diffoci: docker.io/library/alpine:latest: *
  [2]
