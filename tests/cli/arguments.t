What image arguments mean: schemes that other tools use, files without "./", IDs.

  $ images <<'RECIPE'
  > a = image(layer(file("x", "one"), compress=None)).named("example.com/a:1")
  > b = image(layer(file("x", "two"), compress=None)).named("example.com/b:1")
  > oci_archive("a.tar", a)
  > oci_dir("layout", a)
  > docker_archive("both.tar", a, b)
  > oci_archive("unnamed.tar", image(layer(file("x", "one"), compress=None)))
  > RECIPE
  $ printf '#!/bin/sh\nDIFFOCI_LOCAL_CACHE=store exec diffoci "$@"\n' > d; chmod +x d

  $ ./d diff --verdict oci-archive://a.tar oci://layout
  identical
  $ ./d diff --verdict oci-archive://$PWD/a.tar ./a.tar
  identical
  $ ./d diff --verdict docker-archive://both.tar:@0 docker-archive:both.tar:example.com/a:1
  identical
  $ ./d diff --quiet docker-archive:both.tar:@0 docker-archive:both.tar:@1 > /dev/null
  [1]
  $ ./d diff docker-archive:both.tar:@0 docker-archive:both.tar:@2
  ! diffoci: docker-archive:both.tar:@2: no image "@2": it holds 2, counted from @0
  [2]

A file is looked for before anything is asked for on the network.

  $ ./d diff a.tar ./a.tar
  ! diffoci: a.tar: to read this file, write ./a.tar; see "diffoci help diff"
  [2]
  $ ./d diff layout ./a.tar
  ! diffoci: layout: to read this file, write ./layout; see "diffoci help diff"
  [2]
  $ ./d diff none.tar ./a.tar
  ! diffoci: none.tar: no such file; if the image of this name is meant, write none.tar:latest; see "diffoci help diff"
  [2]
  $ ./d pull a.tar
  ! diffoci: a.tar: to read this file, write ./a.tar; see "diffoci help pull"
  [2]
  $ ./d pull ./a.tar; ./d pull oci:layout
  ! diffoci: ./a.tar: on this machine already, and read where it lies; diffoci load --input FILE stores the images of an archive; see "diffoci help pull"
  ! diffoci: oci:layout: on this machine already, and read where it lies; diffoci load --input FILE stores the images of an archive; see "diffoci help pull"
  [2]

An image without a name goes by its digest, or the beginning of it; no registry has it.

  $ ./d load < unnamed.tar | sed 's/.*: //' > id
  $ ./d diff --verdict "$(cat id)" ./unnamed.tar
  identical
  $ ./d diff --verdict "$(cut -c8-19 id)" ./unnamed.tar
  identical
  $ ./d diff 0123456789ab ./a.tar
  ! diffoci: 0123456789ab: no image of this digest is in the store (see diffoci images); an engine's image by its ID is docker://0123456789ab or podman://0123456789ab
  [2]
  $ ./d diff sha256:0123456789ab ./a.tar 2>&1 | grep -c 'no image of this digest'
  1

A transport with a typo is not asked for in a registry. Names that are no typo are.

  $ for word in docker-deamon:x oci-archve:x.tar dokcer://x oic:s/x oic:x Docker-Deamon:x podmn:x doker-arhive:x; do ./d show $word || true; done 2>&1
  diffoci: docker-deamon:x: no transport "docker-deamon" (did you mean docker-daemon:x?); an image of this name is docker.io/library/docker-deamon:x; see "diffoci help show"
  diffoci: oci-archve:x.tar: no transport "oci-archve" (did you mean oci-archive:x.tar?); an image of this name is docker.io/library/oci-archve:x.tar; see "diffoci help show"
  diffoci: dokcer://x: no transport "dokcer" (did you mean docker://x?); see "diffoci help show"
  diffoci: oic:s/x: no transport "oic" (did you mean oci:s/x?); see "diffoci help show"
  diffoci: oic:x: no transport "oic" (did you mean oci:x?); an image of this name is docker.io/library/oic:x; see "diffoci help show"
  diffoci: Docker-Deamon:x: no transport "Docker-Deamon" (did you mean docker-daemon:x?); see "diffoci help show"
  diffoci: podmn:x: no transport "podmn" (did you mean podman://x?); an image of this name is docker.io/library/podmn:x; see "diffoci help show"
  diffoci: doker-arhive:x: no transport "doker-arhive" (did you mean docker-archive:x?); an image of this name is docker.io/library/doker-arhive:x; see "diffoci help show"
  $ ./d show file:///x.tar
  ! diffoci: file:///x.tar: to read this file, write /x.tar; see "diffoci help show"
  [2]
  $ ./d show file://a.tar
  ! diffoci: file://a.tar: to read this file, write ./a.tar; see "diffoci help show"
  [2]
  $ ./d show ftp://example.com/x
  ! diffoci: ftp://example.com/x: no transport "ftp"; images are read from docker://NAME, *; see "diffoci help show"
  [2]
  $ for word in docker:24 docker:24@sha256:$(printf %064d 0) air:1 doc:1 oic:5000/x registry:2 oci-dir:none tarball:1 docker.io/library/docker-deamon:x; do ./d show --pull=never $word; done 2>&1 | grep -c 'did you mean'
  0
  [1]

What other programs call them is told as well: where it can be no name of an image, or the file is there.

  $ for word in docker:x:1 podman:team/x:1 nerdctl:x:1 containerd:x:1 registry:team/x:1 oci-dir:layout ocidir://layout oci-layout://layout tarball:a.tar file:a.tar; do ./d show $word || true; done 2>&1 | sed 's/;.*//'
  diffoci: docker:x:1: no transport "docker" (did you mean docker://x:1?)
  diffoci: podman:team/x:1: no transport "podman" (did you mean podman://team/x:1?)
  diffoci: nerdctl:x:1: no transport "nerdctl" (did you mean nerdctl://x:1?)
  diffoci: containerd:x:1: no transport "containerd" (did you mean containerd://x:1?)
  diffoci: registry:team/x:1: no transport "registry" (did you mean team/x:1?)
  diffoci: oci-dir:layout: no transport "oci-dir" (did you mean oci:layout?)
  diffoci: ocidir://layout: no transport "ocidir" (did you mean oci:layout?)
  diffoci: oci-layout://layout: no transport "oci-layout" (did you mean oci:layout?)
  diffoci: tarball:a.tar: no transport "tarball" (did you mean ./a.tar?)
  diffoci: file:a.tar: no transport "file" (did you mean ./a.tar?)

A directory where a file is wanted, a file where a directory is: what reads it is told.

  $ for word in oci:a.tar dir:a.tar rootfs:a.tar oci-archive:layout docker-archive:layout rootfs-archive:layout dir:layout; do ./d show $word || true; done 2>&1 | sed 's/; see .*//'
  diffoci: oci:a.tar: not a directory (expected oci:DIR[:REF]; oci-archive:FILE or docker-archive:FILE reads a file)
  diffoci: dir:a.tar: not a directory (expected dir:DIR; oci-archive:FILE or docker-archive:FILE reads a file)
  diffoci: rootfs:a.tar: not a directory (expected rootfs:DIR; rootfs-archive:FILE reads a file)
  diffoci: oci-archive:layout: a directory (expected oci-archive:FILE[:REF]; oci:DIR reads a directory)
  diffoci: docker-archive:layout: a directory (expected docker-archive:FILE[:REF]; oci:DIR reads a directory)
  diffoci: rootfs-archive:layout: a directory (expected rootfs-archive:FILE; rootfs:DIR reads a directory)
  diffoci: dir:layout: no image as "skopeo copy IMAGE dir:DIR" writes it: there is no file "version" in it (oci:DIR reads an OCI image layout)

To skopeo, docker:// is a registry.

  $ DOCKER=./none ./d show docker://team/x:1
  ! diffoci: docker://team/x:1: there is no program "./none": install it, or let $DOCKER name another; of the image in a registry leave the scheme out: team/x:1
  [2]
  $ printf '#!/bin/sh\necho "Error: No such image: $3" >&2; exit 1\n' > engine; chmod +x engine
  $ DOCKER=./engine ./d show docker://x:1 2>&1 | grep -c 'leave the scheme out: x:1$'
  1
  $ PODMAN=./engine ./d show podman://x:1 2>&1 | grep -c 'leave the scheme out'
  0
  [1]

Archives are loaded, and nothing else.

  $ ./d load --input layout
  ! diffoci: layout: a directory; archives are loaded, and an image layout is read where it lies: oci:DIR; see "diffoci help load"
  [2]
  $ printf 'PK\003\004 and more' > x.zip; ./d load --input x.zip; ./d load < x.zip; ./d show ./x.zip
  ! diffoci: x.zip: compressed with zip, which is not read: decompress it first
  ! diffoci: standard input: compressed with zip, which is not read: decompress it first
  ! diffoci: ./x.zip: compressed with zip, which is not read: decompress it first
  [2]
