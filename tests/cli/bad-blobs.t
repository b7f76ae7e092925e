Blobs that are not what their descriptors say.

  $ images <<'RECIPE'
  > first, changed = layer(file("first", "one")), layer(file("first", "two"))
  > second = layer(file("second", "one"))
  > oci_archive("good.tar", image(first, layer(file("second", "two"))))
  > def made(): return image(changed, second)
  > def bad(name, one): oci_archive("bad-" + name + ".tar", one)
  > one = made(); one.drop(one.manifest["layers"][1]); bad("layer-missing", one)
  > one = made(); one.spoil(one.manifest["layers"][1], second.data[:-1] + b"\1"); bad("layer-digest", one)
  > one = made(); one.spoil(one.manifest["layers"][1], second.data[:-1]); bad("layer-short", one)
  > one = made(); one.spoil(one.manifest["layers"][1], second.data + b"\0"); bad("layer-long", one)
  > one = image(changed, blob(second.data, second.media_type, size=len(second.data) + 1)); bad("layer-size", one)
  > RECIPE
  $ for f in bad-layer-*.tar; do
  >   diffoci diff --semantic ./good.tar ./$f >out 2>err; status=$?
  >   [ $status = 2 ] || echo "$f: status $status"
  >   [ $(wc -l <err) = 1 ] || echo "$f: $(wc -l <err) lines on standard error"
  >   grep -q "^diffoci: ./$f: .*\(layer\|blob\) sha256:[0-9a-f]*: " err || echo "$f: $(cat err)"
  >   grep -q '^File  *first ' out || echo "$f: the first layer's difference is not there: $(cat out)"
  > done; ls bad-layer-*.tar | wc -l
  5

Config, manifest and index: nothing can be compared that hangs on them.

  $ images <<'RECIPE'
  > good = image(layer(file("x", "one")))
  > oci_archive("good.tar", good)
  > def bad(name, one): oci_archive("bad-" + name + ".tar", one)
  > def made(**more): return image(layer(file("x", "two")), **more)
  > one = made(); one.drop(one.manifest["config"]); bad("config-missing", one)
  > one = made(); one.spoil(one.manifest["config"], "{}"); bad("config-digest", one)
  > one = made(); one.drop(one.descriptor); bad("manifest-missing", one)
  > one = made(); one.spoil(one.descriptor, "{}"); bad("manifest-digest", one)
  > one = made(descriptor={"size": 1}); bad("manifest-size", one)
  > one = made(descriptor={"size": -1}); bad("manifest-size-negative", one)
  > one = made(descriptor={"size": 1 << 62}); bad("manifest-size-huge", one)
  > one = made(descriptor={"digest": "sha256:12"}); bad("digest-short", one)
  > one = made(descriptor={"digest": "md5:d41d8cd98f00b204e9800998ecf8427e"}); bad("digest-unknown", one)
  > one = made(descriptor={"digest": "sha256:" + "/../" * 16}); bad("digest-path", one)
  > one = made(descriptor={"digest": None}); bad("digest-none", one)
  > inner = made(); one = index(inner, platforms=[platform("amd64")]); one.drop(inner.descriptor); bad("index-manifest-missing", one)
  > RECIPE
  $ for f in bad-[!l]*.tar; do
  >   diffoci diff --semantic --platform=amd64 ./good.tar ./$f >out 2>err; status=$?
  >   [ $status = 2 ] || echo "$f: status $status"
  >   [ $(wc -l <err) = 1 ] || echo "$f: $(wc -l <err) lines on standard error"
  >   grep -q "^diffoci: .*\./$f.*: .*" err || echo "$f: $(cat err)"
  > done; ls bad-[!l]*.tar | wc -l
  12

With --verify equal digests are no reason not to look.

  $ images <<'RECIPE'
  > one = image(layer(file("x", "one")), layer(file("y", "one")))
  > one.spoil(one.manifest["layers"][0], b"rubbish")
  > oci_archive("rotten.tar", one)
  > RECIPE
  $ diffoci diff ./rotten.tar ./rotten.tar
  $ diffoci diff --verify ./rotten.tar ./rotten.tar
  ! diffoci: ./rotten.tar (input 0): *sha256:*: *
  [2]

In a Docker archive a layer's digest is what the config says of it: it is held against the layer before it is believed.

  $ images <<'RECIPE'
  > base = layer(file("x", "one"), compress=None)
  > sound = image(base, layer(file("y", "one"), compress=None))
  > docker_archive("sound-docker.tar", sound)
  > above = image(base, layer(file("y", "two"), compress=None))
  > docker_archive("above-docker.tar", above)
  > for one, name in (sound, "false-docker.tar"), (above, "false-above-docker.tar"):
  >     one.spoil(one.manifest["layers"][0], tar(file("x", "two")))
  >     docker_archive(name, one)
  > RECIPE
  $ diffoci diff ./sound-docker.tar ./sound-docker.tar
  $ for flag in "" --semantic --effective --require=identical --verdict --effective\ --verdict; do
  >   diffoci diff $flag ./sound-docker.tar ./false-docker.tar 2>&1 | grep -c '^diffoci: ./false-docker.tar: blob .*: digest mismatch: '
  > done | uniq -c | tr -s ' '
   6 1
  $ for flag in "" --semantic --effective; do diffoci diff $flag ./sound-docker.tar ./false-above-docker.tar 2>&1 | grep -c 'digest mismatch: '; done | uniq -c | tr -s ' '
   3 1
