Which manifests of two indexes are compared with which, where platforms are alike but not the same; and
artifacts, which have none.

Windows: the same build, whatever its last number; another build is another platform.

  $ images <<'RECIPE'
  > def windows(path, *versions):
  >     parts = [image(layer(file("x", "one")), arch="amd64", os_="windows") for _ in versions]
  >     oci_dir(path, index(*parts, platforms=[{"architecture": "amd64", "os": "windows", "os.version": v} for v in versions]))
  > windows("a", "10.0.17763.1", "10.0.20348.1")
  > windows("turned", "10.0.20348.2", "10.0.17763.3")
  > windows("newer", "10.0.17763.3", "10.0.26100.1")
  > windows("exact", "10.0.17763.9", "10.0.17763.1")
  > RECIPE
  $ diffoci diff --quiet --all-platforms --semantic --report-file=r.json ./a ./turned | cut -c 1-46
  TYPE    NAME                                  
  Desc    application/vnd.oci.image.manifest.v1+
  Desc    application/vnd.oci.image.manifest.v1+
  $ grep -o '[+-] platform.os.version: [0-9.]*' r.json
  - platform.os.version: 10.0.17763.1
  + platform.os.version: 10.0.17763.3
  - platform.os.version: 10.0.20348.1
  + platform.os.version: 10.0.20348.2
  $ diffoci diff --quiet --all-platforms --semantic ./a ./newer | grep only
  Idx     ctx:/manifests-1 *platform windows/amd64 10.0.20348.1 only appears in input 0
  Idx     ctx:/manifests-1 *platform windows/amd64 10.0.26100.1 only appears in input 1
  $ diffoci diff --quiet --all-platforms --semantic ./exact ./a
  TYPE*
  Idx     ctx:/manifests-0 *platform windows/amd64 10.0.17763.9 only appears in input 0
  Idx     ctx:/manifests-1 *platform windows/amd64 10.0.20348.1 only appears in input 1
  [1]
  $ diffoci diff --quiet --platform='windows(10.0.17763)/amd64' --semantic ./a ./newer | cut -c 1-4
  TYPE
  Desc
  $ diffoci diff --quiet --platform='windows(10.0.26100)/amd64' --semantic ./a ./newer
  TYPE    NAME*
  Idx     ctx:/manifests-1 *platform windows/amd64 10.0.26100.1 only appears in input 1
  [1]

Of several patch levels of one build Windows runs the latest, whichever of them hold the same. Two images that differ have a row each.

  $ images <<'RECIPE'
  > def patched(path, *texts_and_levels):
  >     parts = [image(layer(file("x", text)), arch="amd64", os_="windows") for text, _ in texts_and_levels]
  >     oci_dir(path, index(*parts, platforms=[{"architecture": "amd64", "os": "windows", "os.version": f"10.0.17763.{level}"} for _, level in texts_and_levels]))
  > patched("levels", ("one", 1), ("two", 2))
  > patched("levels-turned", ("two", 3), ("one", 4))
  > patched("levels-swapped", ("two", 1), ("one", 2))
  > patched("one-level", ("one", 1), ("two", 1))
  > patched("one-level-turned", ("two", 1), ("one", 1))
  > patched("levels-later", ("two", 4), ("one", 3))
  > RECIPE
  $ diffoci diff --quiet --all-platforms --effective ./levels ./levels-turned | cut -c 1-9
  TYPE    N
  File    x
  $ diffoci diff --all-platforms --verdict ./levels ./levels-turned
  different
  [1]
  $ diffoci diff --quiet --all-platforms --effective --report-file=r.json ./levels ./levels-swapped | cut -c 1-9
  TYPE    N
  File    x
  File    x
  $ grep -o '/manifests-[0-9]/layer/tarentry' r.json
  /manifests-0/layer/tarentry
  /manifests-1/layer/tarentry
  $ diffoci diff --quiet --all-platforms --effective ./levels ./levels-later
  $ diffoci diff --quiet --all-platforms --effective ./one-level ./one-level-turned | cut -c 1-9
  TYPE    N
  File    x

The patch level is the fourth number, as containerd reads it: without one it is 0, not the build's own.

  $ images <<'RECIPE'
  > def versions(path, *texts_and_versions):
  >     parts = [image(layer(file("x", text)), arch="amd64", os_="windows") for text, _ in texts_and_versions]
  >     oci_dir(path, index(*parts, platforms=[{"architecture": "amd64", "os": "windows", "os.version": version} for _, version in texts_and_versions]))
  > versions("no-level", ("one", "10.0.17763"), ("two", "10.0.17763.5"))
  > versions("five-numbers", ("one", "10.0.17763.3.9"), ("two", "10.0.17763.5"))
  > versions("no-number", ("one", "10.0.17763.9x"), ("two", "10.0.17763.5"))
  > versions("two-levels", ("two", "10.0.17763.7"), ("one", "10.0.17763.9"))
  > RECIPE
  $ for a in no-level five-numbers no-number; do diffoci diff --quiet --all-platforms --effective ./$a ./two-levels | cut -c 1-9; done
  TYPE    N
  File    x
  TYPE    N
  File    x
  TYPE    N
  File    x

Variants: the very same first, then the nearest.

  $ images <<'RECIPE'
  > def arm(path, *variants, arch="arm"):
  >     parts = [image(layer(file("x", "one")), arch=arch) for _ in variants]
  >     oci_dir(path, index(*parts, platforms=[platform(arch, variant=v) for v in variants]))
  > arm("v67", "v6", "v7")
  > arm("v75", "v7", "v5")
  > arm("v7", None)
  > arm("64", "v8", arch="arm64")
  > arm("64-none", None, arch="arm64")
  > RECIPE
  $ diffoci diff --quiet --all-platforms --semantic --report-file=r.json ./v67 ./v75 >/dev/null
  [1]
  $ grep -o '[+-] platform.variant: [0-9a-z]*' r.json
  - platform.variant: v6
  + platform.variant: v5
  $ diffoci diff --quiet --all-platforms --semantic ./v67 ./v7 | grep only
  Idx     ctx:/manifests-0 *platform linux/arm/v6 only appears in input 0
  $ diffoci diff --quiet --all-platforms --semantic ./64 ./64-none | grep -c only
  0
  [1]

Artifacts: an index may list some beside its images; their contents compare as blobs.

  $ images <<'RECIPE'
  > def artifact(*contents, kind="application/x.thing"):
  >     one = image(*(blob(c, "text/plain") for c in contents), raw_config="{}", config_type="application/vnd.oci.empty.v1+json", manifest={"artifactType": kind})
  >     one.descriptor = {**one.descriptor, "artifactType": kind}
  >     return one
  > one = image(layer(file("x", "one")), arch="amd64")
  > def listed(path, *artifacts):
  >     oci_dir(path, index(one, *artifacts, platforms=[platform("amd64"), *(None for _ in artifacts)]))
  > listed("plain")
  > listed("thing", artifact("a"))
  > listed("other", artifact("b"))
  > listed("kinds", artifact("k", kind="application/x.k"), artifact("a"))
  > oci_dir("alone", artifact("a"))
  > oci_dir("more", artifact("a", "b"))
  > RECIPE
  $ diffoci diff --quiet --semantic --platform=amd64 ./thing ./thing
  $ diffoci diff --quiet --semantic --platform=amd64 ./thing ./other
  TYPE    NAME          INPUT-0*
  Desc    text/plain    ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb    3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d
  [1]
  $ diffoci diff --quiet --semantic --platform=amd64 ./thing ./kinds
  TYPE*
  Idx     ctx:/manifests-1    field "Manifests[1]": manifest sha256:* only appears in input 1
  [1]
  $ diffoci diff --quiet --semantic ./alone ./more
  TYPE    NAME           INPUT-0*
  Mani    ctx:/layers    field "Layers": length mismatch (1 vs 2)
  [1]
