--effective compares what a container would see; random trees are in tests/effective.

  $ images <<'RECIPE'
  > x, y = file("etc/x", "one"), file("etc/y", "two")
  > etc = directory("etc/")
  > def put(name, *layers, **more): oci_archive(name + ".tar", image(*layers, **more))
  > commands = [{"created_by": "ENV A", "empty_layer": True}, {"created_by": "COPY etc"}, {"created_by": "RUN\n2"}]
  > put("one", layer(etc, x), layer(y), history=commands)
  > put("other", layer(file("/./etc//y", "two", uname="u", mode=0o100644), file("etc/x", "one", mtime=5), compress=None),
  >     media_type=DOCKER_MANIFEST, config_type=DOCKER_CONFIG, created="2001-01-01T00:00:00Z")
  > put("changed", layer(etc, x), layer(file("etc/y", "2", uid=5), file("new")), history=commands)
  > put("implied", layer(x, y))
  > put("closed", layer(directory("etc", mode=0o700), x, y))
  > put("root", layer(directory("./"), etc, x, y))
  > put("closed-root", layer(directory("/", uid=7), etc, x, y))
  > mark = file(".no.prefetch.landmark", b"\x0f", mode=0)
  > put("lazy", layer(etc, mark, x, y, file("stargz.index.json", "{}", mode=0)))
  > put("lazy-program", layer(etc, mark, x, y, file("stargz.index.json", "{}", mode=0o755)))
  > put("lazy-linked", layer(etc, x, y, file("stargz.index.json", "1", mode=0), hardlink("l", "stargz.index.json")))
  > put("lazy-linked-too", layer(etc, x, y, file("stargz.index.json", "2", mode=0), hardlink("l", "stargz.index.json")))
  > put("lazy-below", layer(directory("stargz.index.json"), file("stargz.index.json/z")), layer(etc, x, y))
  > put("lazy-above", layer(directory("stargz.index.json"), file("stargz.index.json/z")),
  >     layer(etc, x, y, file("stargz.index.json", "{}", mode=0)))
  > put("lazy-deeper", layer(etc, x, y, file("etc/stargz.index.json", "{}")))
  > put("linked", layer(etc, x, y, file("a", "1"), hardlink("b", "a"), hardlink("c", "a")))
  > put("linked-too", layer(etc, x, y, file("c", "1"), hardlink("a", "c"), hardlink("b", "a")))
  > put("unlinked", layer(etc, x, y, file("a", "1"), hardlink("b", "a")), layer(file("c", "1")))
  > put("left", layer(file("a"), hardlink("b", "a"), file("c")))
  > put("right", layer(file("a"), file("b"), hardlink("c", "b")))
  > put("pairs", layer(file("a"), hardlink("b", "a"), file("c"), hardlink("d", "c")))
  > put("crossed", layer(file("a"), hardlink("c", "a"), file("b"), hardlink("d", "b")))
  > put("symlink", layer(symlink("l", "/etc/x")))
  > put("symlink-too", layer(symlink("l", "/etc/x", mode=0o644, mtime=1)))
  > put("symlink-relative", layer(symlink("l", "etc/x")))
  > put("pax", layer(file("f", "c", records={"SCHILY.xattr.user.a": "1", "mtime": "1.5", "comment": "x"})))
  > put("plain", layer(file("f", "c", records={"SCHILY.xattr.user.a": "1"})))
  > put("xattr", layer(file("f", "c", records={"SCHILY.xattr.user.a": "2"})))
  > put("opaque", blob(b"data", "application/x-data"))
  > put("opaque-too", blob(b"data", "application/x-data"), created="2001-01-01T00:00:00Z")
  > put("opaque-other", blob(b"more", "application/x-data"))
  > put("env", layer(x), config={"config": {"Env": ["A=1", "B=2"], "ExposedPorts": {"80": {}}, "WorkingDir": ""}})
  > put("env-too", layer(x), config={"config": {"Env": ["B=1", "A=1", "B=2"], "ExposedPorts": {"80/tcp": {}},
  >     "WorkingDir": "/", "Cmd": [], "Labels": {}, "Volumes": None}, "architecture": "x86_64"})
  > put("env-other", layer(x), config={"config": {"Env": ["A=2", "C=3"], "ExposedPorts": {"80/udp": {}}, "User": "me"}})
  > RECIPE
  $ echo 'diffoci diff --quiet --effective "./$1.tar" "./$2.tar"' >differ

One is the same as the other, in other layers and another format.

  $ . ./differ one other

What differs, and which layer of each side it comes from.

  $ . ./differ one changed
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    name "new" only appears in input 1 (layer 1)
  File     etc/y         Uid 0 (layer 1) * Uid 5 (layer 1)
  [1]
  $ diffoci diff --quiet --effective --verbose --report-file r.json ./one.tar ./changed.tar | grep -v Cause
  Event: "LayerBlobMismatch" (name "new" only appears in input 1)
    Context: /layer
    Input 1: layer 1, sha256:*, made by: RUN\\n2
  
  Event: "TarEntryMismatch" (name "etc/y")
    Context: /layer/tarentry
    Input 0: layer 1, sha256:*, made by: RUN\\n2
    Input 1: layer 1, sha256:*, made by: RUN\\n2
  - Uid: 0
  + Uid: 5
  - Digest: 3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3
  + Digest: d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35
  - Size: 3
  + Size: 1
  $ jq -c '.. | .layer? // empty | [.number, .createdBy, (.digest | length)]' r.json
  [1,"RUN\n2",71]
  [1,"RUN\n2",71]
  [1,"RUN\n2",71]

A directory that is only implied is one of mode 0755 of root's; so is the root.

  $ . ./differ one implied
  $ . ./differ implied closed
  TYPE * NAME * INPUT-0 * INPUT-1
  File    etc     Mode 0x1ed    Mode 0x1c0 (layer 0)
  [1]
  $ . ./differ one root
  $ . ./differ closed-root one
  TYPE * NAME * INPUT-0 * INPUT-1
  File    .       Uid 7 (layer 0)    Uid 0
  [1]

Files for lazy pulling count only where they are none: where they can be run, have other names, or hide something.

  $ . ./differ one lazy
  $ . ./differ one lazy-program
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    name "stargz.index.json" only appears in input 1 (layer 0)
  [1]
  $ . ./differ lazy-linked lazy-linked-too
  TYPE * NAME * INPUT-0 * INPUT-1
  File    l       6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b (layer 0) * (layer 0)
  [1]
  $ . ./differ lazy-below lazy-above
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer           name "stargz.index.json/z" only appears in input 0 (layer 0)
  File     stargz.index.json    Type directory (5) (layer 0)    Type regular file (0) (+1 more) (layer 1)
  [1]
  $ . ./differ one lazy-deeper
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    name "etc/stargz.index.json" only appears in input 1 (layer 0)
  [1]

Hard links: one name more or less is one difference, which of the names is the file is none.

  $ . ./differ linked linked-too
  $ . ./differ linked unlinked
  TYPE * NAME * INPUT-0 * INPUT-1
  File    c       Hardlink a (layer 0)    Hardlink (absent) (layer 1)
  [1]
  $ . ./differ left right
  TYPE * NAME * INPUT-0 * INPUT-1
  File    b       Hardlink a (layer 0)           Hardlink (absent) (layer 0)
  File    c       Hardlink (absent) (layer 0)    Hardlink b (layer 0)
  [1]
  $ diffoci diff --verdict ./left.tar ./right.tar
  different
  [1]
  $ . ./differ pairs crossed
  TYPE * NAME * INPUT-0 * INPUT-1
  File    b       Hardlink a (layer 0)           Hardlink (absent) (layer 0)
  File    c       Hardlink (absent) (layer 0)    Hardlink a (layer 0)
  File    d       Hardlink c (layer 0)           Hardlink b (layer 0)
  [1]

Symbolic links are read to the letter, and have no mode.

  $ . ./differ symlink symlink-too
  $ . ./differ symlink symlink-relative
  TYPE * NAME * INPUT-0 * INPUT-1
  File    l       Linkname /etc/x (layer 0)    Linkname etc/x (layer 0)
  [1]

Of PAX records, xattrs count.

  $ . ./differ pax plain
  $ . ./differ pax xattr
  TYPE * NAME * INPUT-0 * INPUT-1
  File    f       Xattr user.a 1 (layer 0)    Xattr user.a 2 (layer 0)
  [1]

Layers of an unknown type cannot be merged.

  $ . ./differ opaque opaque-too
  $ . ./differ opaque opaque-other
  TYPE * NAME * INPUT-0 * INPUT-1
  Desc    application/x-data * *
  [1]
  $ . ./differ opaque one
  TYPE * NAME * INPUT-0 * INPUT-1
  Mani    ctx:/layers    field "Layers": length mismatch (1 vs 2)
  [1]

Configs: variables, ports with a protocol, nothing is "/".

  $ . ./differ env env-too
  $ diffoci diff --quiet --effective --verbose ./env.tar ./env-other.tar | grep '^[-+]'
  + config.Env.C: 3
  + config.ExposedPorts.80/udp: {}
  + config.User: me
  - config.Env.A: 1
  + config.Env.A: 2
  - config.Env.B: 2
  - config.ExposedPorts.80/tcp: {}

One row per field, lists as a whole.

  $ images <<'EOF'
  > oci_archive("run.tar", image(layer(file("x")), config={"config": {"Env": ["A=1"], "User": "root", "Cmd": ["a", "b"], "Entrypoint": ["e"]}}))
  > oci_archive("run-other.tar", image(layer(file("x")), config={"config": {"Env": ["A=2"], "User": "me", "Cmd": ["c", "b", "d"], "Entrypoint": ["e"]}}))
  > EOF
  $ diffoci diff --quiet --effective ./run.tar ./run-other.tar
  TYPE    NAME                  INPUT-0                 INPUT-1
  Cfg     ctx:/config/config    config.Cmd ["a","b"]    config.Cmd ["c","b","d"]
  Cfg     ctx:/config/config    config.Env.A 1          config.Env.A 2
  Cfg     ctx:/config/config    config.User root        config.User me
  [1]

Rules of a policy apply.

  $ diffoci diff --quiet --effective --ignore new --ignore-fields uid,content ./one.tar ./changed.tar
  ! diffoci: warning: left out 1: new (command line)
  ! diffoci: warning: left out 3: fields uid,content (command line)

What is made in a directory with the set-group-ID bit gets its group from the kernel, a directory the bit as well; the next step of each
engine leaves something else of that, and nobody makes 0755 of 0:0. An entry says what it is to all.

  $ images <<'EOF'
  > group = directory("d/", mode=0o2755, gid=7)
  > oci_archive("implied.tar", image(layer(group, file("d/e/f"))))
  > oci_archive("implied-too.tar", image(layer(group), layer(file("d/e/f"))))
  > oci_archive("made.tar", image(layer(group, directory("d/e/"), file("d/e/f"))))
  > oci_archive("plain.tar", image(layer(directory("d/", gid=7), file("d/e/f"))))
  > oci_archive("plain-made.tar", image(layer(directory("d/", gid=7), directory("d/e/"), file("d/e/f"))))
  > lower = directory("d/"), directory("d/e/")
  > oci_archive("lower.tar", image(layer(*lower), layer(group, file("d/e/f"))))
  > oci_archive("lower-made.tar", image(layer(*lower), layer(group, directory("d/e/"), file("d/e/f"))))
  > oci_archive("lower-implied.tar", image(layer(file("d/e/x")), layer(group, file("d/e/f"))))
  > oci_archive("lower-explicit.tar", image(layer(directory("d/e/"), file("d/e/x")), layer(group, file("d/e/f"))))
  > oci_archive("root-group.tar", image(layer(directory("./", mode=0o2755, gid=7), file("e/f"))))
  > oci_archive("root-made.tar", image(layer(directory("./", mode=0o2755, gid=7), directory("e/"), file("e/f"))))
  > EOF
  $ . ./differ implied implied
  $ diffoci diff --effective --quiet ./implied.tar ./made.tar
  TYPE     NAME          INPUT-0            INPUT-1
  Layer    ctx:/layer    engines disagree about input 0: *
  File     d/e           Gid 7 (layer 0)    Gid 0 (layer 0)
  [1]
  $ diffoci diff --effective --quiet ./plain.tar ./plain-made.tar
  $ diffoci diff --effective --quiet ./root-group.tar ./root-made.tar
  TYPE     NAME          INPUT-0                 INPUT-1
  Layer    ctx:/layer    engines disagree about input 0: *podman's vfs makes "e" a directory of mode 2755*
  File     e             Mode 0x5ed (layer 0)    Mode 0x1ed (layer 0)
  [1]
  $ diffoci diff --effective --quiet ./implied.tar ./implied-too.tar >/dev/null
  [1]

containerd takes what a lower layer has of it, be that plain or implied there as well; the others do not look.

  $ diffoci diff --effective --quiet ./lower.tar ./lower-made.tar
  TYPE     NAME          INPUT-0                 INPUT-1
  Layer    ctx:/layer    engines disagree about input 0: *overlay makes "d/e" a directory of mode 2755*
  File     d/e           Mode 0x5ed (layer 1)    Mode 0x1ed (layer 1)
  [1]
  $ diffoci diff --effective --quiet ./lower-implied.tar ./lower-explicit.tar

What is no directory cannot take the place of the root: containerd and overlays go on, vfs does not. "..", which leads there as well,
only containerd takes.

  $ images <<'EOF'
  > oci_archive("sound.tar", image(layer(file("x"))))
  > for n, odd in enumerate((symlink("./", "x"), file("", "y"), file(".", "y"), file("/", "y"), file("..", "y"))):
  >     oci_archive(f"root-{n}.tar", image(layer(odd, file("x"))))
  > oci_archive("root-up.tar", image(layer(directory("../"), file("x"))))
  > EOF
  $ for n in 0 1 2 3 4; do diffoci diff --effective --quiet ./sound.tar ./root-$n.tar 2>/dev/null | sed 1d; done
  Layer    ctx:/layer    engines disagree about input 1: *podman's vfs does not unpack layer 0*overlay makes another tree
  Layer    ctx:/layer    engines disagree about input 1: *podman's vfs does not unpack layer 0*overlay makes another tree
  Layer    ctx:/layer    engines disagree about input 1: *podman's vfs does not unpack layer 0*overlay makes another tree
  Layer    ctx:/layer    engines disagree about input 1: *podman's vfs does not unpack layer 0*overlay makes another tree
  Layer    ctx:/layer    engines disagree about input 1: containerd makes another tree, *overlay does not unpack layer 0*
  $ diffoci diff --effective --quiet ./sound.tar ./root-up.tar

A directory comes from the layer of its last entry, though it keeps the xattrs of those before, and of what only looks like some.

  $ images <<'RECIPE'
  > kept = lambda records: layer(directory("b/var/", records=records))
  > again = lambda gid: layer(file("b/var/.wh.z"), directory("b/var/", gid=gid))
  > oci_archive("time-0.tar", image(kept({"mtime": "5.25"}), again(0)))
  > oci_archive("xattr-0.tar", image(kept({"SCHILY.xattr.user.a": "1"}), again(0)))
  > oci_archive("last-1.tar", image(layer(directory("b/var/", gid=2)), again(1)))
  > RECIPE
  $ for i in time xattr; do diffoci diff --effective --quiet ./$i-0.tar ./last-1.tar | grep "^File" | tr -s ' '; done
  File b/var Gid 0 (layer 1) Gid 1 (layer 1)
  File b/var Gid 0 (layer 1) Gid 1 (layer 1)

What overlayfs takes for its own notes hides files, or shows others, where an engine unpacks it: no tree of ours has
that, so only the same entries are the same. Each of the first two has d/x to containerd, and to Docker and Podman only the
second.

  $ images <<'RECIPE'
  > def put(name, *layers): oci_archive(name + ".tar", image(*layers))
  > d, x = directory("d"), file("d/x", "1")
  > def noted(key, value="y", name="d"): return directory(name, records={"SCHILY.xattr." + key: value})
  > for kind, key in (("trusted", "trusted.overlay"), ("user", "user.overlay"), ("fuse", "user.fuseoverlayfs")):
  >     put(kind, layer(d, x), layer(noted(key + ".opaque")))
  >     put(kind + "-one", layer(noted(key + ".opaque"), x))
  > put("same", layer(d, x, compress=None), layer(noted("trusted.overlay.opaque"), compress=None))
  > put("elsewhere", layer(d, x), layer(noted("trusted.overlay.redirect", "/d", "e")))
  > put("elsewhere-one", layer(d, x, noted("trusted.overlay.redirect", "/d", "e")))
  > RECIPE
  $ . ./differ trusted trusted-one
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    input 0: layer 1, "d": it has attributes that overlayfs takes for its own, so that what there is depends on the engine
  [1]
  $ . ./differ user user-one
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    input 0: layer 1, "d": it has attributes that overlayfs takes for its own, so that what there is depends on the engine
  [1]
  $ . ./differ fuse fuse-one
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    input 0: layer 1, "d": it has attributes that overlayfs takes for its own, so that what there is depends on the engine
  [1]
  $ . ./differ trusted same
  $ . ./differ elsewhere elsewhere-one
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    input 0: layer 1, "e": it has attributes that overlayfs takes for its own, so that what there is depends on the engine
  [1]
  $ diffoci diff --verdict --quiet ./trusted.tar ./trusted-one.tar
  different
  [1]

An opaque whiteout in the root hides nothing to an overlayfs, and where layers are unpacked upon each other also what its
own layer has in directories without an entry. What follows the specification removes what lower layers have: of these two
it makes d/x, and nothing.

  $ images <<'RECIPE'
  > def put(name, *layers): oci_archive(name + ".tar", image(*layers))
  > all, below = file(".wh..wh..opq"), layer(file("a"))
  > put("hidden", below, layer(file("d/x"), all))
  > put("hidden-twice", below, layer(file("d/x"), all), layer(all))
  > put("lowest", layer(file("d/x"), all), layer(file("b")))
  > put("lowest-twice", layer(file("d/x"), all), layer(all, file("b")))
  > put("hidden-too", below, layer(file("d/x"), all, compress=None))
  > put("entry", below, layer(directory("d"), file("d/x"), all))
  > put("entry-later", below, layer(directory("d"), file("d/x", mtime=7), all))
  > RECIPE
  $ . ./differ hidden hidden-twice
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    engines disagree about input 0: containerd makes "a" a file of mode 0644, podman's vfs makes "a" nothing, podman's and docker's overlay makes "a" a file of mode 0644; input 1: *
  Layer    ctx:/layer    input 0: layer 1, ".wh..wh..opq": it hides what all lower layers have, where its layer has names in directories without an entry, so that what there is depends on the engine
  [1]
  $ . ./differ lowest lowest-twice | grep -c "so that what there is depends on the engine"
  1
  $ . ./differ hidden hidden-too
  $ . ./differ entry entry-later

A PAX global header takes away what has its name: of its own layer, and of lower ones where engines unpack layers upon
each other.

  $ images <<'RECIPE'
  > def put(name, *layers): oci_archive(name + ".tar", image(*layers))
  > below = layer(directory("a"), file("a/x"))
  > for name in ("a", "g", "."):
  >     put("global-" + name, below, layer(header(name, size=13, type="g") +
  >         padded(record("comment", "x")), file("z")))
  > put("global", below, layer(file("z")))
  > RECIPE
  $ . ./differ global global-g
  $ diffoci diff --quiet --effective ./global.tar ./global-a.tar | tr -s ' ' | cut -c1-116
  TYPE NAME INPUT-0 INPUT-1
  Layer ctx:/layer engines disagree about input 1: containerd makes "a" a directory of mode 0755, podman's vfs makes "
  Layer ctx:/layer name "a" only appears in input 0 (layer 0)
  Layer ctx:/layer name "a/x" only appears in input 0 (layer 0)
  $ diffoci diff --quiet --effective ./global.tar ./global-..tar 2>&1 | tr -s ' ' | cut -c1-116
  diffoci: warning: ./global-..tar: layer sha256:*: "."
  TYPE NAME INPUT-0 INPUT-1
  Layer ctx:/layer engines disagree about input 1: containerd makes another tree, podman's vfs does not unpack layer 1

Docker takes no config in which what it alone knows has another type, nor one whose history makes more layers than there
are; nor an operating system in capitals.

  $ images <<'RECIPE'
  > def put(name, run={}, **more):
  >     oci_archive(name + ".tar", image(layer(file("a")), config={"config": {"Cmd": ["sh"], **run}, **more}))
  > put("taken")
  > put("tty", {"TTY": "yes"})
  > put("too", {"StopTimeout": "10s"})
  > put("healthy", {"Healthcheck": []})
  > put("interval", {"Healthcheck": {"Interval": 0.0}})
  > put("shell", {"Shell": {}})
  > put("built", container_config={"Env": [1]})
  > put("history", history=[{"created_by": "a"}, {"created_by": "b"}])
  > put("nulls", {"Tty": None, "Hostname": "x", "OnBuild": [None][:0], "StopTimeout": 5}, container_config={"Cmd": "sh"})
  > put("capital", os="Linux")
  > oci_archive("fewer.tar", image(layer(file("a")), config={"config": {"Cmd": ["sh"], "Tty": 1}, "rootfs": {"diff_ids": []}}))
  > RECIPE
  $ for i in tty healthy interval shell built history; do diffoci diff --quiet --effective ./taken.tar ./$i.tar 2>/dev/null | grep -v TYPE; done
  Layer    ctx:/layer    input 1 cannot be unpacked by Docker: config: field "config": field "Tty": expected a boolean, found a string
  Layer    ctx:/layer    input 1 cannot be unpacked by Docker: config: field "config": field "Healthcheck": expected an object, found an array
  Layer    ctx:/layer    input 1 cannot be unpacked by Docker: config: field "config": field "Healthcheck": field "Interval": expected an integer, found 0
  Layer    ctx:/layer    input 1 cannot be unpacked by Docker: config: field "config": field "Shell": expected an array, found an object
  Layer    ctx:/layer    input 1 cannot be unpacked by Docker: config: field "container_config": field "Env": expected strings
  Layer    ctx:/layer    input 1 cannot be unpacked by Docker: config: 2 items of the history make a layer, of which there are 1
  $ . ./differ taken nulls
  $ . ./differ tty too 2>/dev/null
  $ . ./differ tty fewer 2>/dev/null
  TYPE * NAME * INPUT-0 * INPUT-1
  Layer    ctx:/layer    input 1 cannot be unpacked: the config's rootfs.diff_ids are 0, the layers 1
  [1]
  $ . ./differ taken capital
  TYPE * NAME * INPUT-0 * INPUT-1
  Cfg     ctx:/config/config    os linux    os Linux
  [1]
  $ diffoci diff --verdict ./taken.tar ./history.tar
  ! diffoci: warning: ./history.tar: cannot be unpacked by Docker: config: 2 items of the history make a layer, of which there are 1
  different
  [1]

To Docker, which checks a container's health with it, a shell that is a word is a list of one, and not none.

  $ images <<'RECIPE'
  > for name, shell in (("none", None), ("empty", []), ("word", "/bin/bash"), ("list", ["/bin/bash"]), ("nothing", "")):
  >     run = {"Healthcheck": {"Test": ["CMD-SHELL", "true"]}, "Shell": shell}
  >     oci_archive(name + ".tar", image(layer(file("a")), config={"config": run}))
  > RECIPE
  $ . ./differ none empty
  $ . ./differ word list
  $ . ./differ none word
  TYPE * NAME * INPUT-0 * INPUT-1
  Cfg     ctx:/config/config    config.Shell (absent)    config.Shell ["/bin/bash"]
  [1]
  $ . ./differ empty nothing
  TYPE * NAME * INPUT-0 * INPUT-1
  Cfg     ctx:/config/config    config.Shell *
  [1]

That an engine refuses an image, or makes another tree of it, follows from no file: to accept the files is not enough.

  $ images <<'RECIPE'
  > def put(name, *layers, **more): oci_archive(name + ".tar", image(*layers, **more))
  > log = file("var/log/dpkg.log", "2023-08-01 11:24:33 startup\n")
  > below = layer(file("a"), directory("var"), directory("var/log"))
  > put("quiet", below)
  > put("logged", below, layer(log))
  > put("logged-refused", below, layer(log), history=[{"created_by": "a"}] * 3)
  > put("logged-global", below, layer(log, header("a", type="g")))
  > RECIPE
  $ for i in logged logged-refused logged-global; do diffoci diff --effective --accept='dpkg-log?' ./quiet.tar ./$i.tar >out 2>/dev/null; echo $? $(grep -c 'Docker: config\|disagree' out); done
  0 0
  1 1
  1 1
  $ diffoci diff --effective --explain ./quiet.tar ./logged-refused.tar 2>/dev/null | grep -c follows
  0
  [1]
