Arguments that lead to no image.

  $ images <<'RECIPE'
  > a = image(layer(file("x", "one"), compress=None)).named("example.com/a:1")
  > b = image(layer(file("x", "two"), compress=None)).named("example.com/b:1", "example.com/b:2")
  > oci_archive("a.tar", a)
  > oci_archive("several.tar", a, b)
  > docker_archive("docker.tar", a)
  > docker_archive("docker-several.tar", a, b)
  > oci_archive("empty.tar", index_json={"schemaVersion": 2, "manifests": []})
  > docker_archive("docker-empty.tar")
  > archive("neither.tar", {"hello": b"x"})
  > write("text", "no archive at all\n" * 100)
  > write("nothing", "")
  > oci_archive("cut.tar", a, cut=2000)
  > oci_archive("cut.tar.gz", a, compress="gzip", cut=300)
  > oci_archive("cut.tar.zst", a, compress="zstd", cut=300)
  > oci_dir("layout", a)
  > write("plain-dir/file", "x")
  > layer_name = a.manifest["layers"][0]["digest"].split(":")[1] + "/layer.tar"
  > config_name = a.manifest["config"]["digest"].split(":")[1] + ".json"
  > docker_archive("docker-no-layer.tar", a, replace={layer_name: None})
  > docker_archive("docker-no-config.tar", a, replace={config_name: None})
  > docker_archive("docker-bad-manifest.tar", a, replace={"manifest.json": "[{]"})
  > docker_archive("docker-fewer-layers.tar", a, replace={"manifest.json": json.dumps([{"Config": config_name, "Layers": []}])})
  > RECIPE

  $ for f in ./nothing-there.tar oci-archive:nothing-there.tar docker-archive:nothing-there.tar oci:nothing-there ./nothing/x; do diffoci diff ./a.tar $f; done
  ! diffoci: ./nothing-there.tar: *No such file or directory
  ! diffoci: oci-archive:nothing-there.tar: *No such file or directory
  ! diffoci: docker-archive:nothing-there.tar: *No such file or directory
  ! diffoci: oci:nothing-there: *No such file or directory
  ! diffoci: ./nothing/x: *Not a directory
  [2]
  $ diffoci diff ./nothing-there ./a.tar
  ! diffoci: ./nothing-there: *No such file or directory
  [2]
  $ for f in ./text ./nothing ./neither.tar ./plain-dir; do diffoci diff ./a.tar $f; done
  ! diffoci: ./text: *
  ! diffoci: ./nothing: *
  ! diffoci: ./neither.tar: *
  ! diffoci: ./plain-dir: *
  [2]
  $ for f in ./cut.tar ./cut.tar.gz ./cut.tar.zst; do diffoci diff ./a.tar $f; done
  ! diffoci: ./cut.tar: *
  ! diffoci: ./cut.tar.gz: *
  ! diffoci: ./cut.tar.zst: *
  [2]
  $ for f in docker-no-layer docker-no-config docker-bad-manifest docker-fewer-layers; do diffoci diff ./a.tar docker-archive:$f.tar; done
  ! diffoci: *docker-archive:docker-no-layer.tar*: *layer.tar*
  ! diffoci: *docker-archive:docker-no-config.tar*: *.json*
  ! diffoci: *docker-archive:docker-bad-manifest.tar*: *manifest.json*
  ! diffoci: *docker-archive:docker-fewer-layers.tar*: *Layers*
  [2]

The wrong kind for what is there.

  $ diffoci diff ./a.tar oci-archive:docker.tar
  ! diffoci: oci-archive:docker.tar: *
  [2]
  $ diffoci diff ./a.tar oci:a.tar
  ! diffoci: oci:a.tar: *
  [2]
  $ diffoci diff ./a.tar oci-archive:layout
  ! diffoci: oci-archive:layout: *
  [2]

No image, several where none is chosen (they are listed), one that is not there.

  $ for f in ./empty.tar ./docker-empty.tar; do diffoci diff ./a.tar $f; done
  ! diffoci: *./empty.tar*: *no image*
  ! diffoci: *./docker-empty.tar*: *no image*
  [2]
  $ for f in ./several.tar ./docker-several.tar; do diffoci diff ./a.tar $f; done
  ! diffoci: *./several.tar*: *several*example.com/a:1*example.com/b:1*example.com/b:2*
  ! diffoci: *./docker-several.tar*: *several*example.com/a:1*example.com/b:1*example.com/b:2*
  [2]
  $ for f in oci-archive:several.tar:example.com/c docker-archive:docker-several.tar:example.com/c; do diffoci diff ./a.tar $f; done
  ! diffoci: *oci-archive:several.tar:example.com/c*: *example.com/c*example.com/a:1*
  ! diffoci: *docker-archive:docker-several.tar:example.com/c*: *example.com/c*example.com/a:1*
  [2]
  $ diffoci diff oci-archive:several.tar:example.com/b:1 docker-archive:docker-several.tar:example.com/b:2 >/dev/null
  [1]
  $ diffoci diff docker-archive:docker-several.tar:example.com/b:1 docker-archive:docker-several.tar:example.com/b:2
  $ diffoci diff --semantic docker-archive:docker.tar ./docker-several.tar:example.com/a:1

An archive that holds both is read as an OCI layout; one that holds nothing of Docker's is no Docker archive.

  $ diffoci diff ./a.tar docker-archive:a.tar
  ! diffoci: docker-archive:a.tar: no Docker archive: it has no file "manifest.json" (oci-archive:FILE reads OCI image layouts)
  [2]

A directory and a file without rights, a pipe, a device.

  $ mkfifo pipe; for f in ./pipe /dev/null; do diffoci diff ./a.tar $f; done
  ! diffoci: ./pipe: *
  ! diffoci: /dev/null: *
  [2]

#requires root

  $ chmod 000 layout; cp a.tar secret.tar; chmod 000 secret.tar
  $ for f in ./layout ./secret.tar; do setpriv --reuid=65534 --regid=65534 --clear-groups diffoci diff ./a.tar $f; done
  ! diffoci: ./layout: *Permission denied
  ! diffoci: ./secret.tar: *Permission denied
  [2]

What docker save writes is an image layout and a Docker archive in one. Programs read the one or the other, so both have to name the same images.

  $ images <<'RECIPE'
  > a = image(layer(file("x", "one"), compress=None)).named("example.com/a:1")
  > b = image(layer(file("x", "two"), compress=None)).named("example.com/a:1")
  > both = index(a, b, platforms=[platform("amd64"), platform("arm64")])
  > archive("one-truth.tar", {k: to_bytes(v) for k, v in {**oci_files([a]), **docker_files([a])}.items()})
  > archive("one-truth-of-index.tar", {k: to_bytes(v) for k, v in {**oci_files([both]), **docker_files([b])}.items()})
  > archive("two-truths.tar", {k: to_bytes(v) for k, v in {**oci_files([a]), **docker_files([b])}.items()})
  > RECIPE
  $ diffoci diff --verdict ./one-truth.tar ./a.tar
  identical
  $ diffoci diff --verdict ./one-truth-of-index.tar ./one-truth-of-index.tar
  identical
  $ for f in ./two-truths.tar oci-archive:two-truths.tar docker-archive:two-truths.tar; do diffoci diff ./a.tar $f; done
  ! diffoci: ./two-truths.tar: it says two things: image 0 of "manifest.json" (example.com/a:1, config sha256:*), which docker load reads, is none of those that "index.json" names
  ! diffoci: oci-archive:two-truths.tar: it says two things: *
  ! diffoci: docker-archive:two-truths.tar: it says two things: *
  [2]
  $ DIFFOCI_LOCAL_CACHE=store diffoci load < two-truths.tar
  ! diffoci: standard input: it says two things: *
  [2]

A member that stands in it twice is taken from the first place by some programs and from the last by others: both have to hold the same.

  $ images <<'RECIPE'
  > def doubled(path, files, more):
  >     write(path, tar(*(file(name, to_bytes(content)) for name, content in [*files.items(), *more.items()])))
  > a = image(layer(file("x", "one"), compress=None)).named("example.com/a:1")
  > b = image(layer(file("x", "two"), compress=None)).named("example.com/a:1")
  > for name, files in ("oci", oci_files), ("docker", docker_files):
  >     both = {**files([b]), **files([a])}
  >     doubled(f"same-{name}.tar", both, files([a]))
  >     doubled(f"doubled-{name}.tar", both, {k: v for k, v in files([b]).items() if k.endswith(("index.json", "manifest.json"))})
  > plain = docker_files([a])
  > layer_name = next(k for k in plain if k.endswith("/layer.tar"))
  > doubled("doubled-layer.tar", plain, {layer_name: tar(file("x", "two"))})
  > write("doubled-link.tar", tar(*(file(k, to_bytes(v)) for k, v in {**plain, "one.tar": plain[layer_name]}.items()), symlink(layer_name, "../one.tar")))
  > docker_archive("a-docker.tar", a)
  > oci_archive("a-oci.tar", a)
  > RECIPE
  $ for kind in oci docker; do
  >   diffoci diff --verdict ./a-$kind.tar ./same-$kind.tar
  >   diffoci diff --verdict ./a-$kind.tar ./doubled-$kind.tar
  >   DIFFOCI_LOCAL_CACHE=store-$kind diffoci load < doubled-$kind.tar
  > done
  identical
  identical
  ! diffoci: ./doubled-oci.tar: member "index.json" stands in the archive more than once, with other contents: some programs take the first, some the last
  ! diffoci: standard input: member "index.json" stands in the archive more than once, *
  ! diffoci: ./doubled-docker.tar: member "manifest.json" stands in the archive more than once, *
  ! diffoci: standard input: member "manifest.json" stands in the archive more than once, *
  [2]
  $ for f in doubled-layer doubled-link; do diffoci diff --verdict ./a-docker.tar ./$f.tar; done
  ! diffoci: ./doubled-layer.tar: *: member "*/layer.tar" stands in the archive more than once, *
  ! diffoci: ./doubled-link.tar: *: member "*/layer.tar" stands in the archive more than once, *
  [2]

What is no archive at all is said to be what it is.

  $ printf 'ARG x\nFROM alpine\nRUN make\n' >Dockerfile; printf 'a: 1\n' >values.yaml
  $ diffoci diff ./Dockerfile ./Dockerfile
  ! diffoci: ./Dockerfile: a Dockerfile, not an image: build it first, for example with docker build
  [2]
  $ diffoci load -i Dockerfile
  ! diffoci: Dockerfile: a Dockerfile, not an image: build it first, for example with docker build
  [2]
  $ diffoci load <values.yaml
  ! diffoci: standard input: a text file, not an image archive
  [2]
