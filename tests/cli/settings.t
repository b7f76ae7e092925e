What reports for people say of settings and of rights.

  $ images <<'RECIPE'
  > def run(**config):
  >     return image(layer(file("x")), config={"config": config})
  > oci_archive("a.tar", run(Env=["PATH=/bin", "TOKEN=x"], User="nobody"))
  > oci_archive("added.tar", run(Env=["NEW=1", "PATH=/bin", "TOKEN=x"], User="nobody"))
  > oci_archive("turned.tar", run(Env=["TOKEN=x", "PATH=/bin"], User="nobody"))
  > oci_archive("twice.tar", run(Env=["PATH=/bin", "PATH=/sbin"], User="nobody"))
  > oci_archive("root.tar", run(Env=["PATH=/bin", "TOKEN=x"]))
  > later = run(Env=["PATH=/usr", "TOKEN=x"], User="root")
  > oci_archive("later.tar", image(layer(file("x")), config={"config": {"Env": ["PATH=/usr", "TOKEN=x"], "User": "root"}}, created="2024-01-01T00:00:00Z"))
  > oci_archive("rights0.tar", image(layer(file("a", "1"), file("b", mode=0o755), file("c"), directory("d", mode=0o755), directory("tmp", mode=0o755))))
  > oci_archive("rights1.tar", image(layer(directory("a"), file("b", mode=0o777), file("c", mode=0o600), directory("d", mode=0o777), directory("tmp", mode=0o1777))))
  > oci_archive("label0.tar", run(Labels={"\x1b[31mRED": "1"}, User="nobody"))
  > oci_archive("label1.tar", run(Labels={"\x1b[31mRED": "2"}, User="nobody"))
  > many = lambda n: {f"SCHILY.xattr.user.{i}": str(n) for i in range(100)}
  > oci_archive("xattrs0.tar", image(layer(file("f", records={**many(0), "LIBARCHIVE.creationtime": "1", "VENDOR.thing": "1"}, mtime=1))))
  > oci_archive("xattrs1.tar", image(layer(file("f", records={**many(1), "LIBARCHIVE.creationtime": "2", "VENDOR.thing": "2"}, mtime=2))))
  > RECIPE
  $ printf '%s\n' 'diffoci diff "$@" -o summary 2>/dev/null | grep "^[ADMmC]" | sed "s/   */  /g"' >what

Variables go by their names, wherever they stand; by positions only where one is there twice.

  $ sh what --semantic ./a.tar ./added.tar
  C Env NEW  added: 1
  $ sh what --semantic ./a.tar ./turned.tar
  C Env  PATH TOKEN → TOKEN PATH
  $ sh what --semantic ./a.tar ./twice.tar
  C Env[1]  TOKEN=x → PATH=/sbin
  $ sh what --effective ./a.tar ./added.tar
  C Env NEW  added: 1

Who runs a container where nobody is named.

  $ sh what --semantic ./a.tar ./root.tar
  C User  nobody → root (none is set)

A setting has its own cause, and not that of what differs beside it.

  $ sh what --explain ./a.tar ./later.tar
  C Env PATH  /bin → /usr
  C User  nobody → root
  C created  2023-08-01 → 2024-01-01  (image-created)
  C history  only the time of 1 step

Another kind of thing is told as that alone. What everybody may write to weighs as much as setuid, and no umask explains it.

  $ sh what --semantic --explain ./rights0.tar ./rights1.tar
  m b  mode 0755 → 0777
  m d  mode 0755 → 0777
  M a  regular file → directory
  m c  mode 0644 → 0600  (umask?)
  m tmp  mode 0755 → 01777

Nothing of what is not accounted for reaches a terminal.

  $ diffoci diff --semantic -v --explain ./label0.tar ./label1.tar 2>/dev/null | grep -c "$(printf '\033')"
  0
  [1]

However many attributes and records differ, none of them is forgotten.

  $ diffoci diff --explain -v ./xattrs0.tar ./xattrs1.tar 2>/dev/null | grep -o 'further fields'
  further fields

An annotation is told once, though the manifest differs by it as well; so is a platform that one side lacks.

  $ images <<'RECIPE'
  > same = lambda n: image(layer(file("x")), manifest={"annotations": {"org.x": n, "annotations.y": "z"}})
  > oci_archive("note0.tar", same("1"))
  > oci_archive("note1.tar", same("2"))
  > one = lambda arch: image(layer(file("x")), config={"architecture": arch})
  > oci_archive("lone0.tar", index(one("amd64"), platforms=[platform("amd64")]))
  > oci_archive("lone1.tar", index(one("amd64"), one("s390x"), platforms=[platform("amd64"), platform("s390x")]))
  > RECIPE
  $ sh what ./note0.tar ./note1.tar
  C org.x  1 → 2
  $ sh what --all-platforms ./lone0.tar ./lone1.tar
  C platform linux/s390x  only in input 1
