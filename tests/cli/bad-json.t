Documents that are no documents.

  $ images <<'RECIPE'
  > one, two = layer(file("x", "one")), layer(file("x", "two"))
  > oci_archive("good.tar", image(one))
  > def bad(name, *images_, **more): oci_archive("bad-" + name + ".tar", *images_, **more)
  > def manifest(name, raw): bad("manifest-" + name, image(two, raw_manifest=raw))
  > def config(name, raw): bad("config-" + name, image(two, raw_config=raw))
  > def config_with(name, **members): bad("config-" + name, image(two, config=members))
  > def manifest_with(name, **members): bad("manifest-" + name, image(two, manifest=members))
  > good = json.dumps(image(two).manifest)
  > manifest("empty", "")
  > manifest("no-json", "hello")
  > manifest("cut", good[:-1])
  > manifest("trailing", good + "x")
  > manifest("array", "[]")
  > manifest("deep", "[" * 100000 + "]" * 100000)
  > manifest("too-large", '{"schemaVersion":2,"annotations":{"a":"' + "x" * (1 << 20) + '"}}')
  > manifest("duplicate-keys", '{"config":{},' + good[1:])
  > manifest("schema-1", '{"schemaVersion":1,"name":"x","fsLayers":[]}')
  > manifest_with("layers-object", layers={})
  > manifest_with("layer-number", layers=[1])
  > manifest_with("config-array", config=[])
  > manifest_with("media-type-index", mediaType=INDEX)
  > manifest_with("media-type-number", mediaType=7)
  > manifest_with("manifests-too", manifests=[])
  > manifest_with("annotation-number", annotations={"a": 1})
  > manifest_with("too-many-layers", layers=[image(two).manifest["layers"][0]] * 4097)
  > config("no-json", "hello")
  > config("array", "[]")
  > config("deep", '{"a":' * 1000 + "1" + "}" * 1000)
  > config("duplicate-keys", '{"os":"linux","OS":"plan9"}')
  > config_with("history-object", history={})
  > config_with("diff-ids-number", rootfs={"type": "layers", "diff_ids": 1})
  > config_with("env-number", config={"Env": [1]})
  > config_with("created-number", created=1)
  > RECIPE
  $ for f in bad-*.tar; do
  >   diffoci diff --semantic --platform=amd64 ./good.tar ./$f >out 2>err; status=$?
  >   [ $status = 2 ] || echo "$f: status $status"
  >   [ $(wc -l <err) = 1 ] || echo "$f: $(wc -l <err) lines on standard error"
  >   grep -q "^diffoci: .*\./$f.*\(manifest\|config\|blob\) sha256:[0-9a-f]*: .*" err || echo "$f: $(cat err)"
  > done; ls bad-*.tar | wc -l
  25

Indexes: of the wrong type, nested too deep, referring to themselves (which takes a digest that does
not fit, or an index.json that names itself), too many manifests.

  $ images <<'RECIPE'
  > one = image(layer(file("x", "two")))
  > def bad(name, *images_, **more): oci_archive("badindex-" + name + ".tar", *images_, **more)
  > amd64 = [platform("amd64")]
  > bad("no-json", index(one, raw="hello"))
  > bad("manifests-object", index(one, descriptors={}))
  > bad("manifest-type", index(one, mediaType=MANIFEST))
  > bad("layers-too", index(one, layers=[]))
  > bad("too-many", index(one, descriptors=[{**one.descriptor, "platform": platform("amd64")}] * 4097))
  > bad("platform-string", index(one, descriptors=[{**one.descriptor, "platform": "amd64"}]))
  > claims = index(one, platforms=amd64); claims.descriptor["mediaType"] = MANIFEST
  > bad("claims-to-be-a-manifest", claims)
  > claims = image(layer(file("x", "two"))); claims.descriptor["mediaType"] = INDEX
  > bad("claims-to-be-an-index", claims)
  > nested = one
  > for _ in range(20): nested = index(nested, platforms=amd64)
  > bad("nested", nested)
  > itself = index(one, platforms=amd64)
  > itself.spoil(itself.descriptor, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{**itself.descriptor, "platform": platform("amd64")}]})
  > bad("itself", itself)
  > bad("index-json", one, index_json="hello")
  > bad("index-json-deep", one, index_json="[" * 100000)
  > bad("index-json-large", one, index_json=b" " * (1 << 20) + b"{}")
  > bad("layout", one, layout="hello")
  > bad("layout-version", one, layout='{"imageLayoutVersion":"2.0.0"}')
  > RECIPE
  $ for f in badindex-*.tar; do
  >   diffoci diff --semantic --platform=amd64 ./good.tar ./$f >out 2>err; status=$?
  >   [ $status = 2 ] || echo "$f: status $status"
  >   [ $(wc -l <err) = 1 ] || echo "$f: $(wc -l <err) lines on standard error"
  >   grep -q "^diffoci: .*\./$f.*: .*" err || echo "$f: $(cat err)"
  > done; ls badindex-*.tar | wc -l
  15

Nested within reason is read.

  $ images <<'RECIPE'
  > amd64 = [platform("amd64")]
  > oci_archive("nested-0.tar", index(index(image(layer(file("x", "one"))), platforms=amd64), platforms=amd64))
  > oci_archive("nested-1.tar", index(index(image(layer(file("x", "two"))), platforms=amd64), platforms=amd64))
  > RECIPE
  $ diffoci diff --semantic --platform=amd64 ./nested-0.tar ./nested-1.tar | grep -c '^File *x '
  1

  $ images <<'RECIPE'
  > oci_archive("no-version.tar", image(layer(file("x", "one"))), index_json={})
  > RECIPE
  $ diffoci diff ./no-version.tar ./no-version.tar
  ! diffoci: ./no-version.tar (input 0): "index.json": an index: field "schemaVersion" is missing: expected 2
  [2]

A manifest or an index that has fsLayers as well is one of schema 1 to containerd, whatever else it says.

  $ images <<'EOF'
  > one = image(layer(file("f", "x")))
  > oci_archive("good.tar", one)
  > for n, (key, value) in enumerate((("fsLayers", []), ("fsLayers", None), ("FSLAYERS", [{"blobSum": "sha256:" + "0" * 64}]))):
  >     oci_archive(f"schema{n}.tar", image(layer(file("f", "x")), manifest={key: value}))
  > oci_archive("schema3.tar", index(one, platforms=[platform("amd64")], fsLayers=[]))
  > EOF
  $ for n in 0 1 2 3; do diffoci diff --semantic --platform=linux/amd64 ./good.tar ./schema$n.tar; done >/dev/null
  ! diffoci: ./schema0.tar: manifest sha256:*: Docker image manifest schema 1 is not supported*
  ! diffoci: ./schema1.tar: manifest sha256:*: Docker image manifest schema 1 is not supported*
  ! diffoci: ./schema2.tar: manifest sha256:*: Docker image manifest schema 1 is not supported*
  ! diffoci: ./schema3.tar: * Docker image manifest schema 1 is not supported*
  [2]
