What is in one image.

  $ images <<'RECIPE'
  > both = image(layer(file("usr/bin/su", b"x" * 55000, mode=0o4755), file("usr/lib/x/big", b"y" * 700000), file("etc/motd", "hi\n"),
  >                    directory("tmp", mode=0o1777), symlink("bin", "usr/bin"), hardlink("usr/bin/login", "usr/bin/su", mode=0o4755)),
  >              layer(file("usr/lib/x/big", b"w" * 800000), file("srv/main", b"q" * 12000), file("etc/.wh.motd", "")),
  >              config={"config": {"User": "app", "Entrypoint": ["/srv/main", "-x"], "Env": ["PATH=/bin", "A=b c"], "WorkingDir": "/srv",
  >                                 "ExposedPorts": {"80/tcp": {}}, "Labels": {"who": "me"}, "Cmd": None},
  >                      "history": [{"created_by": "/bin/sh -c #(nop) ADD file:1 in /"}, {"created_by": "ENV A=b c", "empty_layer": True},
  >                                  {"created_by": "RUN /bin/sh -c make   all # buildkit"}]})
  > oci_archive("a.tar", both)
  > docker_archive("docker.tar", both)
  > arm = image(layer(file("x", "1")), arch="arm64")
  > oci_archive("index.tar", index(both, arm, platforms=[platform("amd64"), platform("arm64")]))
  > oci_archive("arm.tar", index(arm, platforms=[platform("arm64")]))
  > oci_archive("hostile.tar", image(layer(file("a\x1b[31m\n", "1", mode=0o2755)), config={"config": {"User": "\x1b]0;x\x07"}}))
  > oci_archive("bad.tar", image(blob(gzipped(tar(file("etc/x", "two")))[:-8], LAYER_GZIP)))
  > RECIPE
  $ diffoci show ./a.tar
  ./a.tar
  digest   sha256:*
  platform linux/amd64
  created  2023-08-01T11:24:33Z
  size     * stored, in 2 layers; 867 kB in 4 files
  
  config
  User          app
  Entrypoint    ["/srv/main","-x"]
  Env           PATH=/bin
                A=b c
  WorkingDir    /srv
  ExposedPorts  80/tcp
  Labels        who=me
  
  layers
    #  digest          stored  unpacked  entries  made by
    0  *  * kB    755 kB        6  ADD file:1 in /
    1  *  *    812 kB        3  RUN make all
  
  files
  4 files, 867 kB; 7 directories, 1 symbolic link
  
  largest directories
    855 kB  usr/
    800 kB    lib/
    800 kB      x/
     55 kB    bin/
  
  files with setuid, setgid or capabilities
    04755  0:0  usr/bin/login
    04755  0:0  usr/bin/su
  
  hidden: 700 kB in 2 files that later layers replace or remove
    700 kB  usr/lib/x/big
  $ for image in ./a.tar ./docker.tar; do diffoci show $image | sed -n '/^files/,$p' >$(basename $image).text; done; cmp a.tar.text docker.tar.text

No layer is read without files.

  $ diffoci show --no-files ./bad.tar | tail -n 3
  layers
    #  digest          stored  made by
    0  *  layer 0
  $ diffoci show ./bad.tar
  ! diffoci: ./bad.tar: layer sha256:*: *
  [2]

Of an index one platform is shown: this machine's, the one that was asked for, or the only one.

  $ diffoci show --no-files --platform=amd64 ./index.tar | sed -n '2,4p'
  index    sha256:*
  digest   sha256:*
  platform linux/amd64; the index has linux/arm64, too
  $ diffoci show --no-files --platform=arm64 ./index.tar | grep ^platform
  platform linux/arm64; the index has linux/amd64, too
  $ diffoci show --no-files ./arm.tar | grep ^platform
  platform linux/arm64
  $ diffoci show --platform=s390x ./index.tar
  ! diffoci: ./index.tar: no manifest for platform linux/s390x: there are linux/amd64, linux/arm64 (choose with --platform)
  [2]
  $ diffoci show --platform=s390x ./a.tar
  ! diffoci: ./a.tar: no manifest for platform linux/s390x: the image is for linux/amd64 alone (choose with --platform)
  [2]
  $ diffoci show --platform=arm64,amd64 ./index.tar
  ! diffoci: flag --platform: one image is shown, found "arm64,amd64"; see "diffoci help show"
  [2]

Nothing from an image gets to the terminal as it is.

  $ diffoci show ./hostile.tar | grep -E '^User|2755'
  User          \x1b]0;x\a
    02755  0:0  a\x1b[31m\n

  $ diffoci show --memory-limit=1 ./a.tar
  ! diffoci: ./a.tar: layer sha256:*: *limit*
  [2]
  $ diffoci show ./a.tar | true; echo ${PIPESTATUS[0]}
  0
  $ diffoci show ./a.tar >/dev/full
  ! diffoci: *: No space left on device
  [2]
  $ diffoci show
  ! diffoci: show needs IMAGE, found 0 arguments; see "diffoci help show"
  [2]

Into a file, as diff writes its reports; a tree of files is of no platform.

  $ diffoci show -o json=shown.json ./a.tar && diffoci show -o json ./a.tar | cmp - shown.json && jq -r .platform shown.json
  linux/amd64
  $ diffoci show -o jsn ./a.tar
  ! diffoci: flag --output: no format "jsn" (did you mean json? There are text|json|markdown|html); *
  [2]
  $ diffoci show -o html=no/page ./a.tar
  ! diffoci: flag --output: cannot write the report: no/page: No such file or directory
  [2]
  $ mkdir tree && echo x >tree/x && diffoci show rootfs:tree | grep -c platform; diffoci show -o json rootfs:tree | jq .platform
  0
  null
