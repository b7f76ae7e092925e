What refers to an image: manifests in an image layout whose subject it is (OCI image-spec 1.1).

  $ cat >refer.py <<'RECIPE'
  > EMPTY = "application/vnd.oci.empty.v1+json"
  > def artifact(subject, kind, content, media_type="text/plain", annotations=None, **manifest):
  >     members = {"artifactType": kind, "subject": subject.descriptor, **({"annotations": annotations} if annotations else {})}
  >     return image(blob(content, media_type), raw_config="{}", config_type=EMPTY, manifest={**members, **manifest})
  > def make(path, content, *artifacts, wrap=None):
  >     one = image(layer(file("x", content)))
  >     top = wrap(one) if wrap else one
  >     top.named("example.com/i:1")
  >     referrers = [a(one) for a in artifacts]
  >     entries = [top.annotated(), *(r.descriptor for r in referrers)]
  >     oci_dir(path, top, *referrers, index_json={"schemaVersion": 2, "manifests": entries})
  > def signature(text, **more):
  >     return lambda subject: artifact(subject, "application/x.signature", text, **more)
  > def sbom(text, **more):
  >     return lambda subject: artifact(subject, "application/x.sbom", text, **more)
  > RECIPE
  $ echo 'cat refer.py - | images' >recipe
  $ sh recipe <<'RECIPE'
  > make("none", "one")
  > make("a", "one", signature("s"), sbom("b"))
  > make("same", "one", sbom("b"), signature("s"))
  > make("signed", "one", signature("other"), sbom("b"))
  > make("content", "two", signature("s"), sbom("b"))
  > RECIPE

  $ diffoci diff --quiet ./a:example.com/i:1 ./none:example.com/i:1
  $ diffoci diff --quiet --referrers ./a:example.com/i:1 ./same:example.com/i:1
  $ diffoci diff --quiet --referrers ./a:example.com/i:1 ./none:example.com/i:1
  TYPE    NAME                INPUT-0*INPUT-1
  Idx     ctx:/referrers-0    referrer "application/x.signature" only appears in input 0
  Idx     ctx:/referrers-1    referrer "application/x.sbom" only appears in input 0
  [1]
  $ diffoci diff --quiet --referrers ./none:example.com/i:1 ./a:example.com/i:1
  TYPE    NAME                INPUT-0*INPUT-1
  Idx     ctx:/referrers-0    referrer "application/x.signature" only appears in input 1
  Idx     ctx:/referrers-1    referrer "application/x.sbom" only appears in input 1
  [1]

Artifacts of unknown types compare as blobs; that their subjects are two images that differ is no
difference of theirs, unless everything counts.

  $ diffoci diff --quiet --semantic --referrers ./a:example.com/i:1 ./signed:example.com/i:1
  TYPE    NAME          INPUT-0*INPUT-1
  Desc    text/plain    043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89    d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa
  [1]
  $ diffoci diff --quiet --semantic --referrers ./a:example.com/i:1 ./content:example.com/i:1
  TYPE    NAME    INPUT-0*INPUT-1
  File    x*
  [1]
  $ diffoci diff --quiet --referrers ./a:example.com/i:1 ./content:example.com/i:1 | grep -c 'ctx:/referrers-[01]/subject'
  2

Several of one type: the same first, then those with the same annotations, then in order. Annotations
of an artifact count, configs of their own too.

  $ sh recipe <<'RECIPE'
  > def notes(**annotations):
  >     return {"annotations": annotations}
  > make("several", "one", signature("1", **notes(by="x")), signature("2", **notes(by="y")), signature("3"))
  > make("shuffled", "two", signature("3"), signature("2", **notes(by="y")), signature("changed", **notes(by="x")))
  > make("noted", "one", signature("s", **notes(by="x")), sbom("b"))
  > make("typed", "one", lambda one: image(blob("s", "text/plain"), raw_config="[]", config_type="application/x.signature", manifest={"subject": one.descriptor}))
  > RECIPE
  $ diffoci diff --quiet --semantic --referrers ./several:example.com/i:1 ./shuffled:example.com/i:1 --report-file r.json | cut -c 1-20
  TYPE    NAME        
  File    x           
  Desc    text/plain  
  $ grep -o '"context":"/referrers-[0-9]*"' r.json
  "context":"/referrers-0"
  $ diffoci diff --quiet --semantic --referrers ./a:example.com/i:1 ./noted:example.com/i:1
  TYPE    NAME                            INPUT-0*
  Mani    ctx:/referrers-0/annotations    field "Annotations"
  [1]
  $ diffoci diff --quiet --semantic --referrers ./a:example.com/i:1 ./typed:example.com/i:1 | cut -c 1-100
  TYPE*
  Desc    application/vnd.oci.empty.v1+json*
  Mani    ctx:/referrers-0/manifest *artifactType*
  Idx     ctx:/referrers-1 *"application/x.sbom" only appears in input 0

Statements among them are compared as attestations are; an index refers by way of its digest or by
those of its manifests; what is damaged, or about something else, is none.

  $ sh recipe <<'RECIPE'
  > def provenance(builder):
  >     document = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1", "predicate": {"builder": builder}}
  >     return lambda one: artifact(one, "application/vnd.in-toto+json", json.dumps(document), media_type="application/vnd.in-toto+json")
  > make("me", "one", provenance("me"))
  > make("you", "one", provenance("you"))
  > def wrapped(*parts):
  >     return lambda one: index(one, platforms=[platform("amd64")], **dict(parts))
  > make("index", "one", signature("s"), wrap=wrapped())
  > make("index-other", "one", signature("other"), wrap=wrapped())
  > make("lone", "one", signature("other"))
  > make("odd", "one", lambda one: artifact(image(layer()), "application/x.signature", "s"), lambda one: image(raw_manifest="{", descriptor={"artifactType": "x/y"}))
  > RECIPE
  $ diffoci diff --quiet --referrers --semantic ./me:example.com/i:1 ./you:example.com/i:1
  TYPE    NAME                                         INPUT-0*INPUT-1
  Mani    ctx:/referrers-0/attestations-0/statement    predicate.builder me    predicate.builder you
  [1]
  $ diffoci diff --quiet --referrers --semantic --platform=amd64 ./index:example.com/i:1 ./index-other:example.com/i:1
  TYPE*
  Desc    text/plain*
  [1]
  $ diffoci diff --quiet --referrers --semantic --platform=amd64 ./index:example.com/i:1 ./lone:example.com/i:1 | cut -c 1-12
  TYPE    NAME
  Desc    appl
  Desc    appl
  Desc    text
  $ diffoci diff --quiet --referrers ./odd:example.com/i:1 ./none:example.com/i:1

The verdict is about the images.

  $ diffoci diff --referrers --verdict ./a:example.com/i:1 ./signed:example.com/i:1
  identical
