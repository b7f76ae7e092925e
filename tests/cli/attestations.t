What BuildKit attaches to an index, as its "Image Attestation Storage" has it: for each image a manifest
of its own, whose layers are statements of in-toto.

  $ cat >attest.py <<'RECIPE'
  > IN_TOTO = "application/vnd.in-toto+json"
  > SLSA, SPDX = "https://slsa.dev/provenance/v0.2", "https://spdx.dev/Document"
  > def statement(about, kind, predicate, annotate=True):
  >     subject = [{"name": "pkg:docker/x@1?platform=linux%2Famd64", "digest": {"sha256": about.descriptor["digest"][7:]}}]
  >     document = {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": kind, "subject": subject, "predicate": predicate}
  >     return blob(json.dumps(document), IN_TOTO, **({"annotations": {"in-toto.io/predicate-type": kind}} if annotate else {}))
  > def attestation(about, *statements):
  >     one = image(*statements, config={"architecture": "unknown", "os": "unknown", "config": {}, "created": None, "history": None})
  >     one.descriptor = {**one.descriptor, "platform": platform("unknown", "unknown"), "annotations": {
  >         "vnd.docker.reference.digest": about.descriptor["digest"], "vnd.docker.reference.type": "attestation-manifest"}}
  >     return one
  > def provenance(builder, started="2024-01-01T00:00:00Z"):
  >     return {"builder": {"id": builder}, "buildType": "https://mobyproject.org/buildkit@v1", "metadata": {"buildStartedOn": started}}
  > def sbom(*names):
  >     return {"SPDXID": "SPDXRef-DOCUMENT", "packages": [{"name": n} for n in names]}
  > def built(path, *statements, content="one", arch="amd64", order=1, attest=attestation):
  >     one = image(layer(file("x", content)), arch=arch, descriptor={"platform": platform(arch)})
  >     members = [one] + ([attest(one, *(s(one) for s in statements))] if statements else [])
  >     oci_archive(path, index(*members[::order]))
  > def slsa(*words, **more):
  >     return lambda about: statement(about, SLSA, provenance(*words), **more)
  > def spdx(*names, **more):
  >     return lambda about: statement(about, SPDX, sbom(*names), **more)
  > RECIPE
  $ echo 'cat attest.py - | images' >recipe
  $ sh recipe <<'RECIPE'
  > built("none.tar")
  > built("a.tar", slsa("me"), spdx("bash", "sed"))
  > built("same.tar", spdx("bash", "sed"), slsa("me"), order=-1)
  > built("builder.tar", slsa("you"), spdx("bash", "sed"))
  > built("later.tar", slsa("me", "2024-02-02T02:02:02Z"), spdx("bash", "sed"))
  > built("package.tar", slsa("me"), spdx("bash", "sad"))
  > built("only-slsa.tar", slsa("me"))
  > built("twice.tar", slsa("me"), slsa("you"))
  > built("unsaid.tar", slsa("me", annotate=False), spdx("bash", "sed", annotate=False))
  > built("content.tar", slsa("me"), spdx("bash", "sed"), content="two")
  > RECIPE

Left out, unless asked for; or where everything counts, when they are on one side only.

  $ diffoci diff --quiet --platform=amd64 --semantic ./a.tar ./none.tar
  $ diffoci diff --quiet --platform=amd64 --semantic ./a.tar ./builder.tar
  $ diffoci diff --quiet --platform=amd64 ./a.tar ./none.tar | cut -c 1-200
  TYPE*
  Desc*
  Idx     ctx:/index*
  Idx     ctx:/manifests-1 *attestation of sha256:* only appears in input 0
  $ diffoci diff --quiet --platform=amd64 ./none.tar ./a.tar | grep manifests-1
  Idx     ctx:/manifests-1 *attestation of sha256:* only appears in input 1
  $ diffoci diff --quiet --platform=amd64 ./a.tar ./builder.tar | grep -c 'only appears'
  0
  [1]

Statements, paired by the type of their predicates, whatever their order.

  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./same.tar
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./unsaid.tar
  TYPE*
  Desc    application/vnd.in-toto+json    in-toto.io/predicate-type https://slsa.dev/provenance/v0.2    in-toto.io/predicate-type (absent)
  Desc    application/vnd.in-toto+json    in-toto.io/predicate-type https://spdx.dev/Document           in-toto.io/predicate-type (absent)
  [1]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./builder.tar
  TYPE    NAME                                         INPUT-0 *INPUT-1
  Mani    ctx:/manifests-1/attestations-0/statement    predicate.builder.id me    predicate.builder.id you
  [1]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./package.tar
  TYPE    NAME                                         INPUT-0 *INPUT-1
  Mani    ctx:/manifests-1/attestations-1/statement    predicate.packages[1].name sed    predicate.packages[1].name sad
  [1]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./only-slsa.tar
  TYPE    NAME                               INPUT-0*INPUT-1
  Mani    ctx:/manifests-1/attestations-1    predicate "https://spdx.dev/Document" only appears in input 0
  [1]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./twice.tar ./only-slsa.tar
  TYPE    NAME                               INPUT-0*INPUT-1
  Mani    ctx:/manifests-1/attestations-1    predicate "https://slsa.dev/provenance/v0.2" only appears in input 0
  [1]

When a build began counts as the other times do; what a statement is about, as the image does.

  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./later.tar
  $ diffoci diff --quiet --platform=amd64 --ignore-history --attestations ./a.tar ./later.tar
  TYPE    NAME*
  Mani    ctx:/manifests-1/attestations-0/statement    predicate.metadata.buildStartedOn 2024-01-01T00:00:00Z    predicate.metadata.buildStartedOn 2024-02-02T02:02:02Z
  [1]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./content.tar | cut -c 1-12
  TYPE    NAME
  File    x   
  $ diffoci diff --quiet --platform=amd64 --attestations ./a.tar ./content.tar | grep -c 'subject\[0\].digest.sha256'
  2

An image that is on one side only is said once, not again for what attests to it; --report-file has it all.

  $ sh recipe <<'RECIPE'
  > def pair(path, *arches):
  >     images = [image(layer(file("x", a)), arch=a, descriptor={"platform": platform(a)}) for a in arches]
  >     oci_archive(path, index(*images, *(attestation(one, slsa("me")(one)) for one in images)))
  > pair("both.tar", "amd64", "arm64")
  > pair("amd64.tar", "amd64")
  > RECIPE
  $ diffoci diff --quiet --all-platforms --semantic --attestations ./both.tar ./amd64.tar
  TYPE    NAME                INPUT-0*INPUT-1
  Idx     ctx:/manifests-1    field "Manifests[1]": platform linux/arm64 only appears in input 0
  [1]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations --report-file=r.json ./a.tar ./builder.tar >/dev/null
  [1]
  $ python3 - <<'PYTHON'
  > import json
  > node = json.load(open("r.json"))
  > while node:
  >     event = node["event"]
  >     print(node["context"], event.get("type"), event.get("note"))
  >     leaf, node = node, node.get("children", [None])[0]
  > print(leaf["event"]["diff"].strip())
  > PYTHON
  / None None
  /manifests-1 IndexBlobMismatch field "Manifests[1]"
  /manifests-1/attestations-0 ManifestBlobMismatch predicate "https://slsa.dev/provenance/v0.2"
  /manifests-1/attestations-0/statement ManifestBlobMismatch None
  - predicate.builder.id: me
  + predicate.builder.id: you

Statements that are none are errors.

  $ sh recipe <<'RECIPE'
  > def raw(text):
  >     return lambda about: blob(text, IN_TOTO, annotations={"in-toto.io/predicate-type": SLSA})
  > built("json.tar", raw("{"))
  > built("type.tar", raw('{"_type":"https://example.com/x","predicateType":"y"}'))
  > built("large.tar", raw(" " * (17 << 20)))
  > RECIPE
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./json.tar ./a.tar >/dev/null
  ! diffoci: ./json.tar: attestation sha256:*: *
  [2]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./type.tar >/dev/null
  ! diffoci: ./type.tar: attestation sha256:*: field "_type": expected https://in-toto.io/Statement/VERSION, found "https://example.com/x"
  [2]
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./a.tar ./large.tar >/dev/null
  ! diffoci: ./large.tar: attestation sha256:*: 17825792 bytes, at most 16777216 allowed (see --max-scale)
  [2]

A manifest with a subject and an empty config, as BuildKit writes it with oci-artifact=true.

  $ sh recipe <<'RECIPE'
  > def artifact(about, *statements):
  >     one = image(*statements, raw_config="{}", config_type="application/vnd.oci.empty.v1+json", manifest={
  >         "artifactType": "application/vnd.docker.attestation.manifest.v1+json", "subject": about.descriptor})
  >     one.descriptor = {**one.descriptor, "platform": platform("unknown", "unknown"), "annotations": {
  >         "vnd.docker.reference.digest": about.descriptor["digest"], "vnd.docker.reference.type": "attestation-manifest"}}
  >     return one
  > built("artifact.tar", slsa("me"), attest=artifact)
  > built("artifact-you.tar", slsa("you"), attest=artifact, content="two")
  > RECIPE
  $ diffoci diff --quiet --platform=amd64 --semantic --attestations ./artifact.tar ./artifact-you.tar
  TYPE    NAME*
  File    x*
  Mani    ctx:/manifests-1/attestations-0/statement    predicate.builder.id me *predicate.builder.id you
  [1]

An archive may lack them: what docker save writes of an image that was pulled names them in its index, and nothing more. The
image is loaded without; where they are asked for, it is said that they are not there.

  $ cat >>attest.py <<'RECIPE'
  > def lacking(path, content):
  >     one = image(layer(file("x", content)), descriptor={"platform": platform("amd64")})
  >     attests = attestation(one, statement(one, SLSA, provenance("me")))
  >     whole = index(one, attests).named("example.com/lacking:" + content)
  >     for digest in attests.blobs:
  >         whole.blobs.pop(digest, None)
  >     oci_archive(path, whole)
  > RECIPE
  $ sh recipe <<'RECIPE'
  > lacking("lacks-a.tar", "a")
  > lacking("lacks-b.tar", "b")
  > RECIPE
  $ export DIFFOCI_BACKEND=local DIFFOCI_LOCAL_CACHE=$PWD/lacking-store
  $ diffoci load --platform=amd64 -i lacks-a.tar
  Loaded image: example.com/lacking:a
  ! diffoci: warning: archive: its index names 1 manifest that it lacks: left out
  $ diffoci load --platform=amd64 -i lacks-b.tar 2>/dev/null
  Loaded image: example.com/lacking:b
  $ diffoci diff --quiet --pull=never --semantic --platform=amd64 example.com/lacking:a example.com/lacking:b | tail -n 1 | cut -c 1-12
  File    x   
  [0]
  $ diffoci diff --quiet --pull=never --semantic --platform=amd64 --attestations example.com/lacking:a example.com/lacking:b >/dev/null
  ! diffoci: example.com/lacking:a: manifest sha256:*No such file or directory
  [2]
