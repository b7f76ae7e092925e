Which documents are compared, and what counts of them.

  $ images <<'RECIPE'
  > P, A = platform("amd64"), platform("arm64")
  > def arch(name, content): return image(layer(file("x", content)), arch=name)
  > oci_archive("arm.tar", arch("arm64", "1"))
  > oci_archive("amd.tar", arch("amd64", "1"))
  > oci_archive("both.tar", index(arch("amd64", "other"), arch("arm64", "1"), platforms=[P, A]))
  > oci_archive("only-arm.tar", index(arch("arm64", "1"), platforms=[A]))
  > oci_archive("only-amd.tar", index(arch("amd64", "1"), platforms=[P]))
  > one, two = arch("amd64", "1"), arch("amd64", "2")
  > oci_archive("one-two.tar", index(one, two, platforms=[P, P]))
  > oci_archive("two-one.tar", index(two, one, platforms=[P, P]))
  > oci_archive("garbage.tar", image(layer(file("x", "1")), raw_manifest="garbage"))
  > nest = index(*[arch("amd64", "1")], platforms=[P])
  > def deep(name, content):
  >     inner = index(arch("amd64", content), platforms=[P])
  >     for i in range(7):
  >         inner = index(inner, descriptors=[inner.descriptor] * 2000)
  >     oci_archive(name, inner)
  > deep("deep-1.tar", "1"); deep("deep-2.tar", "2")
  > RECIPE

A platform that a lone manifest is not of is an error; without one, the side that has one only chooses.

  $ diffoci diff --platform=linux/amd64 ./arm.tar ./arm.tar
  ! diffoci: ./arm.tar*no manifest for platform linux/amd64: the image is for linux/arm64*
  [2]
  $ diffoci diff --semantic --platform=linux/arm64 ./amd.tar ./arm.tar
  ! diffoci: ./amd.tar*no manifest for platform linux/arm64: the image is for linux/amd64*
  [2]
  $ diffoci diff --platform=linux/arm64 --verdict ./arm.tar ./arm.tar
  identical
  $ diffoci diff --effective --quiet ./arm.tar ./both.tar
  $ diffoci diff --effective --quiet ./both.tar ./arm.tar
  $ diffoci diff --effective --quiet ./only-arm.tar ./both.tar
  $ diffoci diff --effective --quiet ./only-arm.tar ./arm.tar
  $ diffoci diff --effective --quiet ./only-arm.tar ./only-amd.tar >out
  [1]

Of two manifests of one platform engines take the first: the order counts if they come to something
else.

  $ diffoci diff --semantic --quiet ./one-two.tar ./two-one.tar | grep "^File" | cut -c 1-9
  File    x
  $ diffoci diff --effective --quiet ./one-two.tar ./two-one.tar | grep "^File" | cut -c 1-9
  File    x
  $ diffoci diff --verdict ./one-two.tar ./two-one.tar
  different
  [1]

A manifest that is none, on both sides.

  $ diffoci diff ./garbage.tar ./garbage.tar
  ! diffoci: ./garbage.tar*manifest sha256:*JSON*
  [2]

Indexes that nest to billions of entries end with the limit's name.

  $ diffoci diff --semantic ./deep-1.tar ./deep-2.tar >out
  ! diffoci: ./deep-*hold more than 16384 manifests in all (see --max-scale)*
  [2]
  $ diffoci diff --effective ./deep-1.tar ./deep-2.tar >out
  ! diffoci: ./deep-*hold more than 16384 manifests in all (see --max-scale)*
  [2]
  $ diffoci diff --verdict ./deep-1.tar ./deep-2.tar >out
  ! diffoci: ./deep-*hold more than 16384 manifests in all (see --max-scale)*
  [2]

The word that --verdict prints and the exit status say the same: names may differ beside one digest.

  $ images <<'RECIPE'
  > oci_archive("named-a.tar", image(layer(file("x", "1"))).named("x.io/a:1"))
  > oci_archive("named-b.tar", image(layer(file("x", "1"))).named("x.io/b:1"))
  > RECIPE
  $ diffoci diff --quiet --ignore-image-name=false ./named-a.tar ./named-b.tar >out
  [1]
  $ diffoci diff --verdict --ignore-image-name=false ./named-a.tar ./named-b.tar
  identical

A Windows image's config says rootfS, which to Go is rootfs: so are its layers, whose wrong or missing diff_ids are noticed, and another's are others.

  $ images <<'RECIPE'
  > import json as J
  > L, M = [layer(file("x", "1")), layer(file("y", "2"))], [layer(file("x", "1")), layer(file("y", "3"))]
  > def spelt(name, key, layers=L, **rootfs):
  >     doc = config_of(layers, os_="windows"); root = {**doc.pop("rootfs"), **rootfs}
  >     return image(*layers, raw_config=J.dumps({**doc, key: root}).encode()).named(name)
  > ids = config_of(L)["rootfs"]["diff_ids"]
  > for one in (spelt("usual:1", "rootfs"), spelt("windows:1", "rootfS"), spelt("changed:1", "rootfS", M), spelt("wrong:1", "rootfS", diff_ids=[ids[0], "sha256:" + "0" * 64]),
  >             spelt("short:1", "rootfS", diff_ids=ids[:1]), spelt("without:1", "rootfz")): oci_archive(one.names[0][:-2] + ".tar", one)
  > one = layer(file("x", "1"), compress=None); doc = config_of([one], os_="windows"); root = doc.pop("rootfs")
  > for name, key in ("docker-usual", "rootfs"), ("docker-windows", "rootfS"): docker_archive(name + ".tar", image(one, raw_config=J.dumps({**doc, key: root}).encode()).named("x:1"))
  > RECIPE
  $ diffoci diff --quiet --verdict ./usual.tar ./windows.tar; diffoci diff --semantic --quiet --verify ./windows.tar ./usual.tar; diffoci diff --effective --quiet --verify ./usual.tar ./windows.tar
  semantic
  $ diffoci diff --effective --quiet ./usual.tar ./changed.tar | grep -c '^File *y'
  1
  $ diffoci diff --verdict ./usual.tar ./wrong.tar
  different
  ! diffoci: warning: ./wrong.tar: layer sha256:*: rootfs.diff_ids says sha256:000*
  [1]
  $ diffoci diff --quiet --verify --semantic ./usual.tar ./wrong.tar
  ! diffoci: warning: ./wrong.tar: *
  ! diffoci: ./wrong.tar: *not that of the config's diff_id*
  [2]
  $ for other in short without; do diffoci diff --verdict ./usual.tar ./$other.tar; done
  different
  different
  ! diffoci: warning: ./short.tar: cannot be unpacked: the config's rootfs.diff_ids are 1, the layers 2
  ! diffoci: warning: ./without.tar: cannot be unpacked: the config's rootfs.diff_ids are 0, the layers 2
  [1]
  $ diffoci diff --quiet --verdict ./docker-usual.tar ./docker-windows.tar; diffoci diff --effective --quiet --verify ./docker-windows.tar ./docker-usual.tar
  semantic
  $ diffoci load --quiet --local-cache=store --input ./docker-windows.tar >/dev/null; diffoci diff --local-cache=store --pull=never --verdict x:1 ./docker-windows.tar
  identical
