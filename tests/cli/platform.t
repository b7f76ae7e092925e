Indexes, and which of their platforms are compared.

  $ images <<'RECIPE'
  > def arch(name, content):
  >     return image(layer(file("x", content)), arch=name)
  > two = [platform("amd64"), platform("arm64", variant="v8")]
  > oci_archive("a.tar", index(arch("amd64", "one"), arch("arm64", "one"), platforms=two))
  > oci_archive("b.tar", index(arch("amd64", "one"), arch("arm64", "two"), platforms=two))
  > oci_archive("turned.tar", index(arch("arm64", "one"), arch("amd64", "one"), platforms=two[::-1]))
  > oci_archive("amd64.tar", arch("amd64", "one"))
  > oci_archive("only-amd64.tar", index(arch("amd64", "one"), platforms=two[:1]))
  > RECIPE

  $ diffoci diff --semantic --platform=linux/amd64 ./a.tar ./b.tar
  $ diffoci diff --semantic --platform=linux/arm64 ./a.tar ./b.tar
  TYPE    NAME    INPUT-0*INPUT-1
  File    x       7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed    3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3
  [1]
  $ diffoci diff --semantic --platform=arm64 ./a.tar ./b.tar >/dev/null
  [1]
  $ diffoci diff --semantic --platform=linux/aarch64 ./a.tar ./b.tar >/dev/null
  [1]
  $ diffoci diff --semantic --platform=amd64,arm64 ./a.tar ./b.tar >/dev/null
  [1]
  $ diffoci diff --semantic --platform=amd64 --platform linux/arm64/v8 ./a.tar ./b.tar >/dev/null
  [1]
  $ diffoci diff --semantic --all-platforms ./a.tar ./b.tar >/dev/null
  [1]

Paired by platform, not by position; an index against a manifest either way round: their media types
differ, and that only the index tells the platform.

  $ diffoci diff --semantic --all-platforms ./a.tar ./turned.tar | grep '^File'
  [1]
  $ diffoci diff --semantic --platform=amd64 ./a.tar ./amd64.tar | cut -c 1-4
  TYPE
  Desc
  Desc
  $ diffoci diff --semantic --platform=amd64 ./amd64.tar ./a.tar | cut -c 1-4
  TYPE
  Desc
  Desc

Where no platform is asked for, and one side has only one, that is compared; that it is not this machine's is told.

  $ images <<'RECIPE'
  > def arch(name): return image(layer(file("x", "one")), arch=name)
  > oci_archive("both.tar", index(arch("amd64"), arch("arm64"), arch("s390x"), platforms=[platform("amd64"), platform("arm64"), platform("s390x")]))
  > for name in "amd64", "arm64", "s390x":
  >     oci_archive(f"lone-{name}-index.tar", index(arch(name), platforms=[platform(name)]))
  >     oci_archive(f"lone-{name}.tar", arch(name))
  > RECIPE
  $ for other in lone-s390x-index lone-s390x; do diffoci diff --verdict ./both.tar ./$other.tar; diffoci diff --verdict ./$other.tar ./both.tar; done
  identical
  identical
  identical
  identical
  ! diffoci: the platform compared is linux/s390x, the only one of input 1 (--platform chooses)
  ! verdict: identical: the digests are the same, though what stands beside the images differs
  ! diffoci: the platform compared is linux/s390x, the only one of input 0 (--platform chooses)
  ! verdict: identical: the digests are the same, though what stands beside the images differs
  ! diffoci: the platform compared is linux/s390x, the only one of input 1 (--platform chooses)
  ! verdict: identical: the digests are the same, though what stands beside the images differs
  ! diffoci: the platform compared is linux/s390x, the only one of input 0 (--platform chooses)
  ! verdict: identical: the digests are the same, though what stands beside the images differs
  $ own=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/'); diffoci diff --verdict ./both.tar ./lone-$own-index.tar 2>&1 | grep -c 'platform compared'
  0
  [1]
  $ diffoci diff --verdict --platform=s390x ./both.tar ./lone-s390x.tar 2>&1 | grep -c 'platform compared'
  0
  [1]
  $ diffoci diff -o json ./both.tar ./lone-s390x.tar 2>/dev/null | jq -c .notices
  [{"warning":false,"text":"the platform compared is linux/s390x, the only one of input 1 (--platform chooses)"}]

A platform that is on one side only is a difference; one that is on none is an error.

  $ diffoci diff --semantic --all-platforms ./a.tar ./only-amd64.tar >/dev/null
  [1]
  $ diffoci diff --semantic --platform=amd64 ./a.tar ./only-amd64.tar
  $ diffoci diff --semantic --platform=s390x ./a.tar ./b.tar
  ! diffoci: *linux/s390x*
  [2]

Where several are compared, reports for people say which one a difference is in.

  $ diffoci diff --semantic --all-platforms -o summary ./a.tar ./b.tar 2>/dev/null | head -1
  M x (linux/arm64/v8)  content, 3 B

os.version tells nothing but of Windows: the first that fits is what engines take.

  $ images <<'EOF'
  > good, other = image(layer(file("x", "1"))), image(layer(file("x", "2")))
  > oci_archive("good.tar", good)
  > for os_, name in ("linux", "version.tar"), ("windows", "windows.tar"):
  >     oci_archive(name, index(image(layer(file("x", "2")), os_=os_), image(layer(file("x", "1")), os_=os_), platforms=[{**platform("amd64", os_=os_), "os.version": "9"}, platform("amd64", os_=os_)]))
  > oci_archive("good-windows.tar", image(layer(file("x", "1")), os_="windows"))
  > EOF
  $ diffoci diff --quiet --effective --platform=linux/amd64 ./good.tar ./version.tar >/dev/null
  [1]
  $ diffoci diff --quiet --effective --platform=windows/amd64 ./good-windows.tar ./windows.tar

Of Windows, manifests of two versions, be it of one build, are two platforms: their order does not count, whichever way the name is written, and a layout may list both under one name. Two of one
version are two images, of which engines take the first.

  $ images <<'RECIPE'
  > def win(text, os_, **more): return image(layer(file("x", text)), os_=os_, **more)
  > def at(version, os_="windows"): return {**platform("amd64", os_=os_), "os.version": version}
  > for os_ in "windows", "Windows":
  >     for name, texts, versions in ("1", "1", "1"), ("12", "12", "12"), ("21", "21", "21"), ("same-12", "12", "11"), ("same-21", "21", "11"):
  >         oci_archive(f"{os_}-{name}.tar", index(*[win(text, os_) for text in texts], platforms=[at(f"10.0.1.{v}", os_) for v in versions]))
  > for name, versions in ("12", "12"), ("same", "11"):
  >     both = win("1", "windows"); first = both.descriptor; win("2", "windows", into=both)
  >     oci_archive(f"layout-{name}.tar", both, index_json={"schemaVersion": 2, "manifests": [{**d, "platform": at(f"10.0.1.{v}"), "annotations": {"org.opencontainers.image.ref.name": "w"}}
  >         for d, v in zip((first, both.descriptor), versions)]})
  > RECIPE
  $ for os in windows Windows; do diffoci diff --quiet --effective --all-platforms ./$os-12.tar ./$os-21.tar; diffoci diff --quiet --effective --all-platforms ./$os-same-12.tar ./$os-same-21.tar | grep -c ^File; done
  1
  1
  $ diffoci diff --quiet --effective --all-platforms ./windows-1.tar ./windows-12.tar | grep -o 'platform windows/amd64 .*'
  platform windows/amd64 10.0.1.2 only appears in input 1
  $ diffoci diff --quiet --effective --all-platforms ./layout-12.tar ./windows-12.tar
  $ diffoci diff --quiet --effective --all-platforms ./layout-same.tar ./windows-12.tar
  ! diffoci: ./layout-same.tar: it holds several images*
  [2]
