The same image, as other programs write it: where only the container differs, nothing differs; where
the types of its parts do, that is all that is said.

  $ images <<'RECIPE'
  > big = bytes(range(256)) * 1000
  > base = [directory("etc/"), file("etc/x", "one"), symlink("l", "etc/x"), hardlink("h", "etc/x"), file("big", big)]
  > a = image(layer(*base), layer(file("etc/y", "two", mtime=1))).named("example.com/app:1")
  > oci_archive("a.tar", a)
  > plain = image(layer(*base, compress=None), layer(file("etc/y", "two", mtime=1), compress=None)).named("example.com/app:1")
  > docker_archive("docker20.tar", plain)
  > docker_archive("podman.tar", plain, style="podman")
  > docker26 = {**docker_files([plain]), **oci_files([plain])}
  > archive("docker26.tar", docker26)
  > containerd = {**oci_files([a]), "manifest.json": to_bytes([{"Config": "blobs/sha256/" + a.manifest["config"]["digest"][7:],
  >     "RepoTags": ["example.com/app:1"], "Layers": ["blobs/sha256/" + d["digest"][7:] for d in a.manifest["layers"]]}])}
  > archive("containerd.tar", containerd)
  > write("docker20.tar.gz", gzipped(open("docker20.tar", "rb").read()))
  > write("docker20.tar.zst", zstded(open("docker20.tar", "rb").read()))
  > RECIPE
  $ diffoci diff ./a.tar ./containerd.tar
  $ diffoci diff ./docker20.tar ./docker20.tar.gz
  $ diffoci diff docker-archive:docker20.tar.zst docker-archive:podman.tar
  $ for f in docker20 podman docker26; do diffoci diff --semantic ./a.tar ./$f.tar >out; echo "$f $? $(grep -cv '^TYPE\|^Desc\|^Mani' out)"; done
  docker20 1 0
  podman 1 0
  docker26 1 0

#requires skopeo

  $ copy() { skopeo copy --quiet --insecure-policy "$@" 2>&1; }; declare -f copy >copy.sh
  $ . ./copy.sh; copy oci-archive:a.tar oci:layout:1; copy oci-archive:a.tar oci:layout:2; diffoci diff ./a.tar oci:layout:1; diffoci diff oci:layout:1 oci:layout:2
  $ . ./copy.sh; copy oci-archive:a.tar dir:directory; diffoci diff --semantic ./a.tar dir:directory
  $ . ./copy.sh; copy oci-archive:a.tar docker-archive:skopeo.tar:example.com/app:1; diffoci diff --semantic ./docker20.tar ./skopeo.tar
  $ . ./copy.sh; copy --dest-compress-format zstd --dest-compress oci-archive:a.tar oci:zstd:1; diffoci diff --semantic ./a.tar oci:zstd:1 >out; echo "$? $(grep -cv '^TYPE\|^Desc\|^Mani' out)"
  * 0
  $ . ./copy.sh; copy --format v2s2 oci-archive:a.tar oci-archive:v2s2.tar; diffoci diff --semantic ./a.tar ./v2s2.tar >out; echo "$(grep -cv '^TYPE\|^Desc\|^Mani' out)"
  0
