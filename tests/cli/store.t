The local store: load, images, remove, and diff with names.

  $ images <<'RECIPE'
  > a = image(layer(file("x", "one"), compress=None)).named("example.com/a:1")
  > b = image(layer(file("x", "two"), file("y", b"\0" * 200000), compress=None)).named("example.com/b:1", "alpine:2")
  > big = image(layer(file("big", bytes(range(256)) * 4096), compress=None))
  > oci_archive("a.tar", a)
  > oci_archive("ab.tar", a, b)
  > oci_archive("ab.tar.zst", a, b, compress="zstd")
  > docker_archive("docker.tar.gz", a, b, compress="gzip")
  > oci_archive("unnamed.tar", big)
  > oci_archive("cut.tar", b, cut=100000)
  > oci_archive("cut.tar.gz", b, compress="gzip", cut=300)
  > oci_archive("empty.tar", index_json={"schemaVersion": 2, "manifests": []})
  > docker_archive("docker-empty.tar")
  > archive("neither.tar", {"hello": b"x"})
  > c = image(layer(file("x", "one")))
  > c.spoil(c.manifest["layers"][0], b"spoilt" * 40000)
  > oci_archive("spoilt.tar", c)
  > arm = image(layer(file("x", "arm"), compress=None), config=None)
  > multi = index(image(layer(file("p", "amd"), compress=None)), image(layer(file("p", "arm"), compress=None)), platforms=[platform("amd64"), platform("arm64", variant="v8")]).named("example.com/multi:1")
  > oci_archive("multi.tar", multi)
  > RECIPE
  $ printf '#!/bin/sh\nDIFFOCI_LOCAL_CACHE=store exec diffoci "$@"\n' > d; chmod +x d

Nothing is there, and looking does not make it.

  $ ./d images
  REPOSITORY    TAG    IMAGE ID    PLATFORM    SIZE
  $ ./d remove alpine
  ! diffoci: store store: No such file or directory
  [2]
  $ test ! -e store

  $ ./d load < ab.tar
  Loaded image: example.com/a:1
  Loaded image: example.com/b:1
  Loaded image: docker.io/library/alpine:2
  $ ./d images
  REPOSITORY       TAG    IMAGE ID        PLATFORM       SIZE
  example.com/a    1      *    linux/amd64    *
  example.com/b    1      *    linux/amd64    *
  alpine           2      *    linux/amd64    *
  $ ./d images --no-trunc | grep -c ' sha256:[0-9a-f]\{64\}  '; ./d images | grep -c ' [0-9a-f]\{12\}  '
  3
  3
  $ ./d images --json | jq -r '.[] | "\(.repository) \(.tag) \(.platform) \(.id)"' | cut -c 1-40
  example.com/a 1 linux/amd64 sha256:*
  example.com/b 1 linux/amd64 sha256:*
  alpine 2 linux/amd64 sha256:*
  $ digest=$(./d images --json | jq -r '.[1].id'); size=0; for blob in ${digest#*:} $(jq -r '.config.digest, .layers[].digest' store/blobs/sha256/${digest#*:} | cut -c 8-); do size=$((size + $(stat -c %s store/blobs/sha256/$blob))); done; ./d images --json | jq ".[1].size == $size"
  true
  $ ./d images -q | wc -l
  2
  $ ./d ls | wc -l
  4
  $ stat -c %a store
  700

Each blob has its digest for a name, and there is nothing else.

  $ cd store/blobs/sha256 && sha256sum * | awk '$1 != $2' && cd ../../..
  $ ls -A store store/.diffoci
  store:
  .diffoci
  blobs
  index.json
  oci-layout
  
  store/.diffoci:
  leases
  lock
  partial
  $ ls -A store/.diffoci/leases store/.diffoci/partial
  store/.diffoci/leases:
  
  store/.diffoci/partial:

Names in diff. Names of one image do not make it differ.

  $ ./d diff --pull=never example.com/a:1 example.com/b:1 | grep -c File
  1
  $ ./d diff --pull=never alpine:2 example.com/b:1
  $ ./d diff --pull=never example.com/a:1 ./a.tar
  $ ./d diff --pull=never example.com/a:2 ./a.tar
  ! diffoci: store store: no image "example.com/a:2"
  [2]
  $ ./d diff --no-cache --pull=never example.com/a:1 ./a.tar
  ! diffoci: example.com/a:1: *
  [2]

Pipes, compression, files.

  $ rm -rf store; cat ab.tar.zst | ./d load > /dev/null; ./d images | wc -l
  4
  $ rm -rf store; ./d load --input docker.tar.gz
  Loaded image: example.com/a:1
  Loaded image: example.com/b:1
  Loaded image: docker.io/library/alpine:2
  $ ./d diff --pull=never docker-archive:docker.tar.gz:example.com/a:1 example.com/a:1
  $ ./d load -i unnamed.tar
  Loaded image: sha256:*
  $ ./d images | grep none
  <none> * linux/amd64 *

Loading the same again changes nothing.

  $ find store -type f | sort | xargs sha256sum > before; ./d load -i unnamed.tar > /dev/null; ./d load -i docker.tar.gz > /dev/null; find store -type f | sort | xargs sha256sum | diff before -

What fails leaves nothing behind.

  $ for f in cut.tar cut.tar.gz spoilt.tar empty.tar docker-empty.tar neither.tar nothing.tar; do ./d load -i $f; done
  ! diffoci: cut.tar: *
  ! diffoci: cut.tar.gz: *
  ! diffoci: spoilt.tar: *digest mismatch*
  ! diffoci: empty.tar: the archive holds no image
  ! diffoci: docker-empty.tar: the archive holds no image
  ! diffoci: neither.tar: neither an OCI image layout * nor a Docker archive *
  ! diffoci: nothing.tar: cannot be opened: No such file or directory
  [2]
  $ find store -type f | sort | xargs sha256sum | diff before -

Removing frees what nothing else uses.

  $ ./d rm example.com/b:1
  example.com/b:1
  $ ./d diff --pull=never alpine:2 ./ab.tar:example.com/b:1 | grep -c File
  0
  [1]
  $ ls store/blobs/sha256 | wc -l
  9
  $ ./d rmi alpine:2 nowhere example.com/a:1
  docker.io/library/alpine:2
  example.com/a:1
  ! diffoci: store store: no image "nowhere"
  [2]
  $ ls store/blobs/sha256 | wc -l
  3
  $ ./d load -q < ab.tar > /dev/null; ./d images | grep -c ' 2  *'$(./d images | awk '$1 == "example.com/b" { print $3 }')
  1
  $ ./d remove $(./d images | awk '$1 == "example.com/b" { print $3 }')
  example.com/b:1
  docker.io/library/alpine:2
  $ ./d remove example.com/a:1
  example.com/a:1
  $ ./d remove $(./d images | awk '$1 == "<none>" { print $3 }')
  sha256:*
  $ ls store/blobs/sha256
  $ cat store/index.json
  {"schemaVersion":2,"manifests":[]}

Platforms.

  $ ./d load -i multi.tar && ./d images --json | jq -r '.[] | select(.repository == "example.com/multi").platform'
  Loaded image: example.com/multi:1
  linux/amd64
  linux/arm64
  $ ./d rm example.com/multi:1 && ./d load --platform arm64 -i multi.tar && ./d images --json | jq -r '.[] | select(.repository == "example.com/multi").platform'
  example.com/multi:1
  Loaded image: example.com/multi:1
  linux/arm64
  $ ./d load --platform linux/s390x -i multi.tar
  ! diffoci: multi.tar: *no platform linux/s390x*linux/amd64, linux/arm64*
  [2]
  $ printf '%s\n' 'one = image(layer(file("x"), compress=None), arch="arm64")' 'docker_archive("arm.tar", one.named("example.com/arm:1")); oci_archive("arm-oci.tar", one.named("example.com/arm:2"))' >arm && images <arm
  $ for file in arm arm-oci; do ./d load --platform linux/amd64 -i $file.tar; echo $?; done; ./d images | grep -c com/arm
  2
  2
  0
  ! diffoci: arm.tar: *no manifest for platform linux/amd64: the image is for linux/arm64*
  ! diffoci: arm-oci.tar: *no manifest for platform linux/amd64: the image is for linux/arm64*
  [1]
  $ for file in arm arm-oci; do ./d load --platform linux/s390x,arm64 -i $file.tar; done; ./d load -i arm.tar
  Loaded image: example.com/arm:1
  Loaded image: example.com/arm:2
  Loaded image: example.com/arm:1

Directories that are no store.

  $ mkdir other && touch other/file && ./d load --local-cache other -i ab.tar
  ! diffoci: store other: not an image layout: there is no file oci-layout in it, but "file"; *
  [2]
  $ ls -A other
  file
  $ ./d load --local-cache ab.tar -i ab.tar
  ! diffoci: store ab.tar: *
  [2]

They are no empty ones for who only looks, either; one that is missing or holds nothing may be one.

  $ for command in images "images --json" "remove x" "show --pull=never x" "diff --pull=never x x"; do
  >   ./d $command --local-cache ab.tar; ./d $command --local-cache other; done 2>&1 | sort | uniq -c
   *5 diffoci: store ab.tar: not a directory; choose one with --local-cache
   *5 diffoci: store other: not an image layout: there is no file oci-layout in it, but "file"; choose another directory with --local-cache
  $ mkdir empty; ./d images --local-cache empty; ./d images --local-cache not/there; ls -A empty
  REPOSITORY *
  REPOSITORY *
  $ ls not
  ! ls: *
  [2]
  $ ./d load --cache-limit=lots -i ab.tar
  ! diffoci: *--cache-limit: expected a size such as 500M or 10G, found "lots"*
  [2]
