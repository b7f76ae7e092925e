Every comparison ends with a verdict on standard error: what the two images are to each other, whatever the flags.

  $ images <<'EOF'
  > oci_archive("a.tar", image(layer(file("etc/x", "one")), layer(file("etc/y", "y"))))
  > oci_archive("later.tar", image(layer(file("etc/x", "one", mtime=5)), layer(file("etc/y", "y")), created="2024-01-01T00:00:00Z"))
  > oci_archive("user.tar", image(layer(file("etc/x", "one", uname="someone")), layer(file("etc/y", "y"))))
  > oci_archive("zstd.tar", image(layer(file("etc/x", "one"), compress="zstd"), layer(file("etc/y", "y"))))
  > oci_archive("merged.tar", image(layer(file("etc/x", "one"), file("etc/y", "y"), compress="zstd")))
  > oci_archive("other.tar", image(layer(file("etc/x", "two")), layer(file("etc/y", "y"))))
  > oci_archive("bad.tar", image(layer(file("etc/x", "one")), blob(gzipped(tar(file("etc/y", "z")))[:-8], LAYER_GZIP)))
  > EOF

  $ diffoci diff ./a.tar ./a.tar
  ! verdict: identical: the digests are the same

What a statement says passed is what was looked into, and no more: not what a container sees, where rules left out all that differs.

  $ diffoci diff --require=effective -o vsa ./a.tar ./later.tar 2>/dev/null | jq -c .predicate.verifiedLevels
  ["DIFFOCI_SEMANTIC","DIFFOCI_EFFECTIVE","DIFFOCI_EQUIVALENT"]
  $ diffoci diff --require=effective -o vsa ./a.tar ./other.tar 2>/dev/null | jq -c .predicate.verifiedLevels
  ["FAILED"]
  $ images <<'EOF'
  > oci_archive("one-way.tar", image(layer(symlink("l", "d"), directory("d"), file("l/f", "1"), file("v", "1"))))
  > oci_archive("other-way.tar", image(layer(directory("d"), file("l/f", "1"), symlink("l", "d"), file("v", "2"))))
  > EOF
  $ for more in '' --require=semantic --require=effective; do diffoci diff --ignore=/v $more -o svr ./one-way.tar ./other-way.tar 2>/dev/null | jq -c .predicate.properties; done
  []
  []
  []

  $ diffoci diff ./a.tar ./later.tar >table
  ! verdict: semantic: no difference but in times, history, order and format
  [1]
  $ wc -l <table
  7
  $ diffoci diff --semantic ./a.tar ./later.tar
  ! verdict: semantic: no difference but in times, history, order and format

Nor does it depend on the flags where a path stands twice in a layer, written in two ways: to --semantic the first of one image is the first of the
other.

  $ images <<'EOF'
  > oci_archive("twice.tar", image(layer(file("x", "1"), file("x", "2"))))
  > oci_archive("two-ways.tar", image(layer(file("./x", "1"), file("x", "2"))))
  > oci_archive("other-two.tar", image(layer(file("./x", "1"), file("x", "3"))))
  > EOF
  $ for flags in --ignore-timestamps --semantic --effective; do diffoci diff --verdict $flags ./twice.tar ./two-ways.tar 2>/dev/null; diffoci diff --verdict $flags ./twice.tar ./other-two.tar 2>/dev/null; done
  semantic
  different
  semantic
  different
  semantic
  different
  [1]

The names of users and groups and media types count for --semantic, but no container sees them.

  $ diffoci diff --semantic ./a.tar ./user.tar >/dev/null
  ! verdict: effective: a container would see no difference
  [1]
  $ diffoci diff ./a.tar ./zstd.tar >/dev/null
  ! verdict: effective: a container would see no difference
  [1]
  $ diffoci diff ./a.tar ./merged.tar >/dev/null
  ! diffoci: layers merged, as their numbers differ: 2 in input 0, 1 in input 1
  ! verdict: semantic: no difference but in times, history, order and format
  [1]

Without being asked for it, it takes what the comparison has seen: whether the layer above hides the change, that did not need to know.

  $ diffoci diff ./a.tar ./other.tar >/dev/null
  ! verdict: different: more than the digests differs (whether it is effective was not looked into: that takes reading more, as --verdict does)
  [1]
  $ diffoci diff --require=effective ./a.tar ./other.tar >/dev/null
  ! verdict: different: a container would see a difference
  [1]
  $ diffoci diff --report-file=r.json ./a.tar ./other.tar >/dev/null
  ! verdict: different: a container would see a difference
  [1]

Alone, on standard output; the status is that of the comparison.

  $ diffoci diff --verdict ./a.tar ./later.tar
  semantic
  [1]
  $ diffoci diff --verdict --semantic ./a.tar ./later.tar
  semantic
  $ diffoci diff --verdict --verbose --report-file=r.json ./a.tar ./other.tar
  different
  [1]
  $ jq -r '.verdict | .verdict, (.digests | length), .unknown' r.json
  different
  2
  null

What status 0 demands.

  $ for level in identical semantic effective; do for b in a later user other; do
  >   diffoci diff --quiet --require=$level ./a.tar ./$b.tar >/dev/null; echo $level $b $?
  > done; done
  identical a 0
  identical later 1
  identical user 1
  identical other 1
  semantic a 0
  semantic later 0
  semantic user 1
  semantic other 1
  effective a 0
  effective later 0
  effective user 0
  effective other 1

What the comparison read is read again for it only where that is little.

  $ images <<'EOF'
  > small, large = file("f", "x"), file("f", "x" * (2 << 20))
  > for name, f in ("small", small), ("large", large):
  >     oci_archive(name + "-1.tar", image(layer(f, file("g", "1"), file("g", "2"))))
  >     oci_archive(name + "-2.tar", image(layer(f, file("g", "2"))))
  > EOF
  $ diffoci diff --semantic ./small-1.tar ./small-2.tar >/dev/null
  ! diffoci: warning: ./small-1.tar: layer sha256:*: "g": its layer has two entries of this name: may be refused by Docker and Podman
  ! verdict: effective: a container would see no difference
  [1]
  $ diffoci diff --semantic ./large-1.tar ./large-2.tar >/dev/null
  ! verdict: different: more than the digests differs (whether it is effective was not looked into: that takes reading more, as --verdict does)
  [1]
  $ diffoci diff --semantic --verdict ./large-1.tar ./large-2.tar 2>/dev/null
  effective
  [1]

--effective alone does not find out whether --semantic would see a difference, --require does.

  $ diffoci diff --effective ./a.tar ./later.tar
  ! verdict: effective: a container would see no difference (whether it is semantic was not looked into: that takes reading more, as --verdict does)
  $ diffoci diff --effective --require=effective ./a.tar ./later.tar
  ! verdict: semantic: no difference but in times, history, order and format
  $ diffoci diff --effective --verdict ./a.tar ./user.tar
  effective

Rules of a policy count, and it is said that they do; but not for digests.

  $ diffoci diff --semantic --ignore etc/x ./a.tar ./other.tar
  ! diffoci: warning: left out 1: etc/x (command line)
  ! verdict: semantic: no difference but in times, history, order and format, apart from what the rules of the policy leave out
  $ diffoci diff --ignore etc/x --verdict --require=identical ./a.tar ./other.tar
  ! diffoci: warning: left out *
  semantic
  [1]
  $ diffoci diff --ignore-fields mtime,uname ./a.tar ./user.tar
  ! diffoci: warning: left out 1: fields mtime,uname (command line)
  ! verdict: semantic: no difference but in times, history, order and format, apart from what the rules of the policy leave out
  $ diffoci diff --ignore etc/x ./a.tar ./a.tar
  ! diffoci: left out nothing: 1 rule
  ! verdict: identical: the digests are the same

After an error nothing is claimed.

  $ diffoci diff --report-file=r.json ./a.tar ./bad.tar >/dev/null
  ! diffoci: ./bad.tar: layer sha256:*
  [2]
  $ jq -r .verdict.verdict r.json
  unknown
  $ diffoci diff --verdict --require=effective ./a.tar ./bad.tar
  ! diffoci: ./bad.tar: layer sha256:*
  [2]

The README of a report directory has it, and the digests of the manifests that were compared.

  $ diffoci diff --quiet --semantic --report-dir=report ./a.tar ./user.tar >/dev/null
  [1]
  $ sed -n '/## Verdict/,/^## input-0/p' report/README.md
  ## Verdict
  
      effective: a container would see no difference
  
      input-0 is sha256:*
      input-1 is sha256:*
  
  ## input-0

An index around one side, an attestation beside it, another platform: of what was compared, the digests are the same.

  $ images <<'EOF'
  > one = image(layer(file("etc/x", "one")))
  > oci_archive("lone.tar", one)
  > proof = image(blob("{}", "application/vnd.in-toto+json"), descriptor={"annotations": {
  >     "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": one.descriptor["digest"]}})
  > arm = image(layer(file("etc/x", "two")), arch="arm64")
  > platforms = [platform("amd64"), platform("arm64"), platform("unknown", "unknown")]
  > oci_archive("index.tar", index(one, arm, proof, platforms=platforms))
  > oci_archive("changed.tar", index(one, image(layer(file("etc/x", "three")), arch="arm64"), platforms=platforms[:2]))
  > EOF
  $ diffoci diff --platform=amd64 --verdict ./lone.tar ./index.tar
  identical
  $ diffoci diff --platform=amd64 --verdict ./index.tar ./changed.tar
  identical
  $ diffoci diff --all-platforms --verdict ./index.tar ./changed.tar
  different
  [1]
  $ diffoci diff --platform=arm64 --verdict ./index.tar ./changed.tar
  different
  [1]

Two attestations of one image differ, the image does not.

  $ images <<'EOF'
  > for name in ("one", "two"):
  >     image_ = image(layer(file("etc/x", "one")))
  >     statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "p", "subject": [], "predicate": {"a": name}}
  >     proof = image(blob(json.dumps(statement), "application/vnd.in-toto+json"), descriptor={"annotations": {
  >         "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": image_.descriptor["digest"]}})
  >     oci_archive(name + ".tar", index(image_, proof, platforms=[platform("amd64"), platform("unknown", "unknown")]))
  > EOF
  $ diffoci diff --all-platforms --quiet ./one.tar ./two.tar >table; echo $?; wc -l <table
  1
  *
  $ diffoci diff --all-platforms --verdict ./one.tar ./two.tar
  identical
  ! verdict: identical: the digests are the same, though what stands beside the images differs
  $ diffoci diff --all-platforms --attestations --verdict --report-file=r.json ./one.tar ./two.tar
  identical
  ! verdict: identical: the digests are the same, though what stands beside the images differs
  $ diffoci diff --all-platforms --semantic --verdict ./one.tar ./two.tar
  identical

The order of entries is nothing to --semantic, but here it decides which file the hard link is. So the images are not alike; where
finding that out takes reading more, they may not be.

  $ images <<'EOF'
  > below, new, link = layer(file("a", "old")), file("a", "new"), hardlink("b", "a")
  > oci_archive("link-first.tar", image(below, layer(link, new)))
  > oci_archive("link-last.tar", image(below, layer(new, link)))
  > oci_archive("file-last.tar", image(below, layer(file("c"), new, link)))
  > oci_archive("file-first.tar", image(below, layer(new, file("c"), link)))
  > EOF
  $ diffoci diff --semantic ./link-first.tar ./link-last.tar
  ! verdict: different: a container may see a difference, though --semantic finds none (whether it is semantic was not looked into: that takes reading more, as --verdict does)
  $ diffoci diff --require=semantic ./link-first.tar ./link-last.tar >/dev/null
  ! diffoci: warning: ./link-first.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by containerd
  ! diffoci: warning: ./link-first.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by podman's and docker's overlay
  ! verdict: different: a container would see a difference, though --semantic finds none
  [1]
  $ diffoci diff --require=effective --report-file=r.json ./link-first.tar ./link-last.tar >/dev/null
  ! diffoci: warning: ./link-first.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by containerd
  ! diffoci: warning: ./link-first.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by podman's and docker's overlay
  ! verdict: different: a container would see a difference, though --semantic finds none
  [1]
  $ jq -c '.verdict | .verdict, .effective' r.json
  "different"
  false
  $ diffoci diff --semantic --require=effective ./link-first.tar ./link-last.tar
  ! diffoci: warning: ./link-first.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by containerd
  ! diffoci: warning: ./link-first.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by podman's and docker's overlay
  ! verdict: different: a container would see a difference, though --semantic finds none
  [1]
  $ diffoci diff --require=effective ./file-first.tar ./file-last.tar >/dev/null
  ! verdict: semantic: no difference but in times, history, order and format

A layer in which a name stands twice is unpacked by containerd, the last entry wins; Docker and Podman may refuse it. That is told, and
decides nothing: it holds for directories, links and marks, too, and from either side.

  $ images <<'EOF'
  > d, x = directory("d/", mode=0o755), file("d/x", "1")
  > oci_archive("once.tar", image(layer(d, x, symlink("l", "x"), file("d/.wh..wh..opq"))))
  > oci_archive("twice.tar", image(layer(file("d/x", "0"), d, x, symlink("l", "y"), d, symlink("l", "x"), file("d/.wh..wh..opq"), file("d/.wh..wh..opq"))))
  > oci_archive("twice-other.tar", image(layer(x, d, file("d/x", "0"), symlink("l", "x"))))
  > EOF
  $ diffoci diff --effective --require=effective --report-file=r.json ./once.tar ./twice.tar
  ! diffoci: warning: ./twice.tar: layer sha256:*: "d/x": its layer has two entries of this name: may be refused by Docker and Podman
  ! verdict: effective: a container would see no difference
  $ jq -r '.notices[].text' r.json
  ./twice.tar: layer sha256:*: "d/x": its layer has two entries of this name: may be refused by Docker and Podman
  $ diffoci diff --semantic --verdict ./twice.tar ./once.tar 2>&1 >/dev/null | head -1
  diffoci: warning: ./twice.tar: layer sha256:*: "d/x": its layer has two entries of this name: may be refused by Docker and Podman
  $ diffoci diff --require=effective ./once.tar ./twice-other.tar >/dev/null
  ! *
  [1]

What stands twice does not cover up what else keeps an engine from unpacking a layer.

  $ images <<'EOF'
  > below, new = layer(file("a", "1")), file("n", "1")
  > oci_archive("link-once.tar", image(below, layer(file("a", "1"), hardlink("b", "a"), new)))
  > oci_archive("link-twice.tar", image(below, layer(new, new, hardlink("b", "a"))))
  > EOF
  $ diffoci diff --effective --require=effective ./link-once.tar ./link-twice.tar
  TYPE     NAME          INPUT-0    INPUT-1
  Layer    ctx:/layer    engines disagree about input 1: containerd does not unpack layer 1, "b": a hard link to what its layer does not have before it, podman's vfs does not unpack layer 1, "n": its layer has two entries of this name, podman's and docker's overlay does not unpack layer 1, "b": a hard link to what its layer does not have before it
  ! diffoci: warning: ./link-twice.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by containerd
  ! diffoci: warning: ./link-twice.tar: layer sha256:*: "b": a hard link to what its layer does not have before it: cannot be unpacked by podman's and docker's overlay
  ! diffoci: warning: ./link-twice.tar: layer sha256:*: "n": its layer has two entries of this name: may be refused by Docker and Podman
  ! verdict: different: a container would see a difference
  [1]

An entry that goes through a link of its layer may replace a file that differs: what is said without --effective is what --effective
says.

  $ images <<'EOF'
  > def linked(content):
  >     return image(layer(directory("d/"), symlink("l", "d"), file("d/x", content), file("l/x", "last")))
  > oci_archive("linked-0.tar", linked("one"))
  > oci_archive("linked-1.tar", linked("two"))
  > EOF
  $ diffoci diff --effective ./linked-0.tar ./linked-1.tar
  ! verdict: effective: *
  $ diffoci diff --verdict ./linked-0.tar ./linked-1.tar
  effective
  [1]

One blob has one uncompressed content. Where the configs say two digests of it, one of the images is refused by every engine; which one,
reading the layer tells.

  $ images <<'EOF'
  > good = layer(file("f", "1"))
  > oci_archive("good.tar", image(good))
  > oci_archive("liar.tar", image(good, config={"rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64]}}))
  > EOF
  $ diffoci diff --semantic --require=effective ./good.tar ./liar.tar
  ! diffoci: warning: ./liar.tar: layer sha256:*: rootfs.diff_ids says sha256:0* of it, and sha256:* of the same layer in the other image: one of the two cannot be unpacked (--verify tells which)
  ! verdict: different: a container would see a difference
  [1]
  $ diffoci diff --effective --quiet ./good.tar ./liar.tar
  ! diffoci: warning: ./liar.tar: layer sha256:*
  TYPE     NAME          INPUT-0    INPUT-1
  Layer    ctx:/layer    rootfs.diff_ids of the two images contradict each other
  [1]
  $ diffoci diff --semantic --verify --quiet ./good.tar ./liar.tar
  ! diffoci: warning: ./liar.tar: layer sha256:*
  ! diffoci: ./liar.tar: blob sha256:*: its uncompressed content is not that of the config's diff_id: expected sha256:0*, found sha256:*
  [2]

The same where it shows only once the layers are read: their blobs differ, in how they are compressed or in a byte that no entry has.

  $ images <<'EOF'
  > text = tar(directory("d/"), file("d/f", "1"))
  > hidden = bytearray(text); hidden[512 + 500] = 1; hidden[512 + 148:512 + 156] = b"%06o\0 " % (sum(hidden[512:660]) + 256 + sum(hidden[668:1024]))
  > later = tar(directory("d/"), file("d/f", "1", mtime=MTIME + 1))
  > def one(name, content, level, of): oci_archive(name, image(blob(gzipped(content, level), LAYER_GZIP), config={"rootfs": {"type": "layers", "diff_ids": [sha256(of)]}}))
  > one("a.tar", text, 9, text); one("again.tar", text, 1, text); one("wrong.tar", text, 1, b"")
  > one("hidden.tar", bytes(hidden), 9, text); one("hidden-right.tar", bytes(hidden), 9, bytes(hidden)); one("trail.tar", text + b"x", 9, text)
  > one("later.tar", later, 9, text); one("later-right.tar", later, 9, later)
  > oci_archive("twice.tar", image(blob(gzipped(text, 9), LAYER_GZIP), blob(gzipped(text, 1), LAYER_GZIP), config={"rootfs": {"type": "layers", "diff_ids": [sha256(text), sha256(later)]}}))
  > oci_archive("other.tar", image(layer(file("e", "")), layer(file("e", ""))))
  > oci_archive("two.tar", image(layer(file("e", "")), blob(gzipped(text, 2), LAYER_GZIP), config={"rootfs": {"type": "layers", "diff_ids": [sha256(tar(file("e", ""))), sha256(b"")]}}))
  > oci_archive("two-right.tar", image(layer(file("e", "")), layer(file("e", "")), blob(gzipped(text, 9), LAYER_GZIP)))
  > EOF
  $ for b in again hidden-right later-right wrong hidden trail later; do echo $b; diffoci diff --semantic --verdict ./a.tar ./$b.tar 2>/dev/null; diffoci diff --quiet --effective ./a.tar ./$b.tar 2>/dev/null | sed 1d; done
  again
  semantic
  hidden-right
  semantic
  later-right
  semantic
  wrong
  different
  Layer    ctx:/layer    rootfs.diff_ids of the two images contradict each other
  hidden
  different
  Layer    ctx:/layer    rootfs.diff_ids of the two images contradict each other
  trail
  different
  Layer    ctx:/layer    rootfs.diff_ids of the two images contradict each other
  later
  different
  Layer    ctx:/layer    rootfs.diff_ids of the two images contradict each other
  $ diffoci diff --quiet --effective ./other.tar ./twice.tar | grep cannot
  ! diffoci: warning: ./twice.tar: layer sha256:*: rootfs.diff_ids says sha256:* of it, and sha256:* of the same content, layer sha256:*: it cannot be unpacked
  Layer    ctx:/layer    input 1 cannot be unpacked: its rootfs.diff_ids contradict each other
  $ diffoci diff --semantic --require=effective ./two-right.tar ./two.tar
  ! diffoci: warning: ./two.tar: layer sha256:*: rootfs.diff_ids says sha256:* of it, and sha256:* of the same content, layer sha256:* in the other image: one of the two cannot be unpacked (--verify tells which)
  ! diffoci: layers merged, as their numbers differ: 3 in input 0, 2 in input 1
  ! verdict: different: a container would see a difference
  [1]

What only some systems look at counts where they do: Windows refuses an image of another version, and runs a command that is
quoted already as it is; Linux does neither. Which features an image wants is for all.

  $ images <<'EOF'
  > one = layer(file("Files/x", "1"))
  > def made(name, of, run=None, **more): oci_archive(name, image(one, config={"os": of, "config": {"Cmd": ["x"], **(run or {})}, **more}))
  > for of in ("windows", "linux"):
  >     made(of + ".tar", of, **{"os.version": "10.0.17763.1"}); made(of + "-version.tar", of, **{"os.version": "10.0.20348.1"})
  >     made(of + "-escaped.tar", of, {"ArgsEscaped": True}, **{"os.version": "10.0.17763.1"}); made(of + "-unescaped.tar", of, {"ArgsEscaped": False}, **{"os.version": "10.0.17763.1"})
  >     made(of + "-features.tar", of, **{"os.version": "10.0.17763.1", "os.features": ["win32k"]})
  > EOF
  $ for of in windows linux; do for b in version escaped unescaped features; do echo $of $b: $(diffoci diff --platform=$of/amd64 --verdict ./$of.tar ./$of-$b.tar; diffoci diff --quiet --platform=$of/amd64 --effective ./$of.tar ./$of-$b.tar 2>/dev/null | sed 1d); done; done
  windows version: different Cfg ctx:/config/config os.version 10.0.17763.1 os.version 10.0.20348.1
  windows escaped: different Cfg ctx:/config/config config.ArgsEscaped (absent) config.ArgsEscaped true
  windows unescaped: semantic
  windows features: different Cfg ctx:/config/config os.features (absent) os.features ["win32k"]
  linux version: effective
  linux escaped: effective
  linux unescaped: semantic
  linux features: different Cfg ctx:/config/config os.features (absent) os.features ["win32k"]

Podman hands a manifest's annotations to what starts the container, which acts upon some of them.

  $ images <<'EOF'
  > def made(name, **annotations): oci_archive(name, image(layer(file("x", "1")), config={"config": {"Cmd": ["/x"]}}, manifest={"annotations": annotations} if annotations else {}))
  > made("plain.tar"); made("said.tar", **{"org.opencontainers.image.version": "1", "run.oci": "no"})
  > for i, key in enumerate(["run.oci.handler", "module.wasm.image/variant", "org.systemd.property.TimeoutStopUSec", "org.criu.config", "io.katacontainers.config.hypervisor.kernel", "krun.cpus", "dev.gvisor.flag.network", "cdi.k8s.io/gpu", "seccomp-profile.kubernetes.cri-o.io/POD", "seccomp-profile.crio.io"]): made(f"acts{i}.tar", **{key: "1"})
  > EOF
  $ diffoci diff --quiet --effective ./plain.tar ./said.tar
  $ for number in 0 1 2 3 4 5 6 7 8 9; do diffoci diff --quiet --effective ./plain.tar ./acts$number.tar 2>/dev/null | sed 1d; diffoci diff --verdict ./acts$number.tar ./plain.tar; done
  Mani    ctx:/annotations    annotations.run.oci.handler (absent)    annotations.run.oci.handler 1
  different
  Mani    ctx:/annotations    annotations.module.wasm.image/variant (absent)    annotations.module.wasm.image/variant 1
  different
  Mani    ctx:/annotations    annotations.org.systemd.property.TimeoutStopUSec (absent)    annotations.org.systemd.property.TimeoutStopUSec 1
  different
  Mani    ctx:/annotations    annotations.org.criu.config (absent)    annotations.org.criu.config 1
  different
  Mani    ctx:/annotations    annotations.io.katacontainers.config.hypervisor.kernel (absent)    annotations.io.katacontainers.config.hypervisor.kernel 1
  different
  Mani    ctx:/annotations    annotations.krun.cpus (absent)    annotations.krun.cpus 1
  different
  Mani    ctx:/annotations    annotations.dev.gvisor.flag.network (absent)    annotations.dev.gvisor.flag.network 1
  different
  Mani    ctx:/annotations    annotations.cdi.k8s.io/gpu (absent)    annotations.cdi.k8s.io/gpu 1
  different
  Mani    ctx:/annotations    annotations.seccomp-profile.kubernetes.cri-o.io/POD (absent)    annotations.seccomp-profile.kubernetes.cri-o.io/POD 1
  different
  Mani    ctx:/annotations    annotations.seccomp-profile.crio.io (absent)    annotations.seccomp-profile.crio.io 1
  different
  [1]

Of what layers say of files beside mode, owner and xattrs, a container of Windows has MSWINDOWS.*, one of FreeBSD its file flags.

  $ images <<'EOF'
  > def made(name, of, **records): oci_archive(name, image(layer(*([pax(records)] if records else []), file("Files/x", "1")), config={"os": of, "config": {"Cmd": ["/x"]}}))
  > for of in ("windows", "freebsd", "FreeBSD", "linux"):
  >     made(of + ".tar", of); made(of + "-sd.tar", of, **{"MSWINDOWS.rawsd": "AQAE"}); made(of + "-flags.tar", of, **{"SCHILY.fflags": "schg"}); made(of + "-acl.tar", of, **{"SCHILY.acl.access": "user::rwx"})
  > EOF
  $ for of in windows freebsd linux; do for b in sd flags acl; do echo $of $b: $(diffoci diff --platform=$of/amd64 --verdict ./$of.tar ./$of-$b.tar; diffoci diff --quiet --platform=$of/amd64 --effective ./$of.tar ./$of-$b.tar 2>/dev/null | sed 1d); done; done
  windows sd: different File Files/x PAX MSWINDOWS.rawsd (absent) (layer 0) PAX MSWINDOWS.rawsd AQAE (layer 0)
  windows flags: effective
  windows acl: effective
  freebsd sd: different File Files/x PAX MSWINDOWS.rawsd (absent) (layer 0) PAX MSWINDOWS.rawsd AQAE (layer 0)
  freebsd flags: different File Files/x PAX SCHILY.fflags (absent) (layer 0) PAX SCHILY.fflags schg (layer 0)
  freebsd acl: effective
  linux sd: different File Files/x PAX MSWINDOWS.rawsd (absent) (layer 0) PAX MSWINDOWS.rawsd AQAE (layer 0)
  linux flags: effective
  linux acl: effective
  $ diffoci diff --platform=freebsd/amd64 --verdict ./FreeBSD.tar ./FreeBSD-flags.tar
  different
  [1]

However the system is written, and whichever of a file's entries says so: a hard link's flags are set on the file.

  $ images <<'EOF'
  > def made(name, of, *entries): oci_archive(name, image(layer(*entries), config={"os": of, "config": {"Cmd": ["/x"]}}))
  > flags = pax({"SCHILY.fflags": "schg"})
  > made("BSD.tar", "FreeBSD", file("x")); made("BSD-flags.tar", "FreeBSD", flags, file("x"))
  > made("linked.tar", "freebsd", file("x"), hardlink("y", "x")); made("linked-flags.tar", "freebsd", file("x"), flags, hardlink("y", "x"))
  > EOF
  $ for name in BSD linked; do diffoci diff --platform=freebsd/amd64 --verdict ./$name.tar ./$name-flags.tar; diffoci diff --quiet --platform=freebsd/amd64 --effective ./$name.tar ./$name-flags.tar 2>/dev/null | sed 1d; done
  different
  File    x       PAX SCHILY.fflags (absent) (layer 0)    PAX SCHILY.fflags schg (layer 0)
  different
  File    x       PAX SCHILY.fflags (absent) (layer 0)    PAX SCHILY.fflags schg (layer 0)

An index may call an image what it is not. Where a platform is asked for, the image is not of it, however alike the two are.

  $ images <<'EOF'
  > arm = image(layer(file("a")), config=config_of([layer(file("a"))], arch="arm64"))
  > oci_archive("lies.tar", index(arm, platforms=[platform("amd64")]))
  > oci_archive("arm.tar", arm)
  > EOF
  $ diffoci diff --semantic --platform=linux/amd64 ./lies.tar ./arm.tar | awk '{print $1, $2}'
  TYPE NAME
  Desc application/vnd.oci.image.index.v1+json
  Desc application/vnd.oci.image.manifest.v1+json
  ! diffoci: warning: ./arm.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)
  ! verdict: different: a container would see a difference
  $ diffoci diff --semantic --platform=linux/amd64 --ignore-fields=mediaType,platform ./lies.tar ./arm.tar
  ! diffoci: warning: left out 3: fields mediaType,platform (command line)
  ! diffoci: warning: ./arm.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)
  ! diffoci: ./arm.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)
  [2]
  $ for flag in --verdict --require=identical --require=semantic --effective; do
  >   diffoci diff --platform=linux/amd64 $flag ./lies.tar ./arm.tar; echo $?
  > done
  2
  2
  2
  2
  ! diffoci: ./arm.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)
  ! diffoci: ./arm.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)
  ! diffoci: ./arm.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)
  ! diffoci: ./arm.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)

Nor does it pass where all that differs is accepted.

  $ images <<'EOF'
  > later = image(layer(file("a")), config={**config_of([layer(file("a"))], arch="arm64"), "created": "2024-01-01T00:00:00Z"})
  > oci_archive("arm-later.tar", later)
  > oci_archive("arm-said.tar", index(later, platforms=[platform("arm64")]))
  > EOF
  $ diffoci diff --quiet --platform=linux/arm64 --ignore-fields=mediaType,platform --accept=image-created ./arm-said.tar ./arm.tar
  ! diffoci: warning: left out 3: fields mediaType,platform (command line)
  ! diffoci: warning: accepted 1: cause image-created (command line)
  $ diffoci diff --platform=linux/amd64 --ignore-fields=mediaType,platform --accept=image-created ./lies.tar ./arm-later.tar
  ! diffoci: left out nothing: 2 rules
  ! diffoci: ./arm-later.tar: no manifest for platform linux/amd64: the image is for linux/arm64 alone (choose with --platform)
  [2]

Layers are merged where their numbers differ, and those that both begin with are not read for what
containerd makes, if those above do the same to them. What other engines make may hang on them all
the same: with Podman's vfs, what lies in lib goes where the link below leads.

  $ images <<'EOF'
  > base = layer(directory("usr"), directory("usr/lib"), symlink("lib", "usr/lib"))
  > oci_archive("two-layers.tar", image(base, layer(file("lib/x", "one")), layer(file("usr/lib/x", "two"))))
  > oci_archive("one-layer.tar", image(base, layer(file("usr/lib/x", "two"), file("lib/x", "one"))))
  > EOF
  $ diffoci diff --quiet --effective ./two-layers.tar ./one-layer.tar >/dev/null
  [1]
  $ for flags in '' --verify; do diffoci diff --quiet --semantic --require=effective $flags ./two-layers.tar ./one-layer.tar; echo $?; done
  1
  1

A layer that no engine unpacks, but that both images have, decides nothing, be it read or not. One that only one has decides.

  $ images <<'EOF'
  > bad = layer(directory("d"), hardlink("d/l", "none"))
  > one, other, again = layer(file("x"), file("y")), layer(file("y"), file("x")), layer(file("x"))
  > oci_archive("bad-below.tar", image(bad, one, layer(directory("u"), file("z")))); oci_archive("bad-below-merged.tar", image(bad, layer(file("x"), file("y"), directory("u"), file("z"))))
  > oci_archive("bad-above.tar", image(one, bad)); oci_archive("bad-above-order.tar", image(other, bad)); oci_archive("bad-other.tar", image(one, layer(directory("d"), hardlink("d/l", "nowhere"))))
  > EOF
  $ for flags in --effective --require=effective --require=semantic '--semantic --require=effective'; do for more in '' --verify; do for pair in 'below below-merged' 'above above-order'; do set -- $pair; diffoci diff --quiet $flags $more ./bad-$1.tar ./bad-$2.tar >/dev/null 2>&1; echo $?; done; done; done | sort | uniq -c | sed 's/^ *//'
  16 0
  $ for flags in --effective --require=effective --require=semantic; do diffoci diff --quiet $flags ./bad-above.tar ./bad-other.tar >/dev/null 2>&1; echo $?; done
  1
  1
  1

Rules are about where a path lies, not about how the entry that puts it there, through a link, is called.

  $ images <<'EOF'
  > oci_archive("through.tar", image(layer(directory("d"), symlink("l", "d"), file("l/f"))))
  > oci_archive("nowhere.tar", image(layer(directory("d"), symlink("l", "d"))))
  > EOF
  $ for rule in /l /d; do diffoci diff --quiet --effective --ignore=$rule ./through.tar ./nowhere.tar; done
  TYPE     NAME          INPUT-0    INPUT-1
  Layer    ctx:/layer    name "d/f" only appears in input 0 (layer 0)
  ! diffoci: warning: left out 1: /d (command line)

What another layer puts where it cannot be is in no tree. Of such images nothing says that they are alike, merged or not.

  $ images <<'EOF'
  > stuck, a = layer(fifo("d"), file("d/e")), file("a")
  > oci_archive("stuck.tar", image(stuck, layer(a), layer(file("d/q/x", "1")))); oci_archive("stuck-merged.tar", image(stuck, layer(a, file("d/q/x", "2"))))
  > EOF
  $ for flags in --semantic --effective --require=effective --require=semantic; do for more in '' --verify; do diffoci diff --quiet $flags $more ./stuck.tar ./stuck-merged.tar >/dev/null 2>&1; echo $?; done; done | sort | uniq -c | sed 's/^ *//'
  8 1
  $ diffoci diff --semantic --verify ./stuck.tar ./stuck-merged.tar 2>/dev/null
  TYPE     NAME          INPUT-0    INPUT-1
  Layer    ctx:/layer    input 0 cannot be unpacked: layer 0, "d/e": it lies below what is no directory
  Layer    ctx:/layer    input 1 cannot be unpacked: layer 0, "d/e": it lies below what is no directory
  [1]
