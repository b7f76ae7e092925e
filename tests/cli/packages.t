Packages: which were added, removed or changed, as package managers' files tell. In the summary their files are one line.

  $ images <<'RECIPE'
  > def status(*packages):
  >     return "".join(f"Package: {n}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {v}\n\n" for n, v in packages)
  > base = [directory("var/lib/dpkg/info/"), file("var/lib/dpkg/status", status(("libc6", "2.36"), ("nginx", "1.22"))),
  >         file("var/lib/dpkg/info/libc6.list", "/lib/libc.so\n"), file("usr/lib/libc.so", "c"),
  >         file("var/lib/dpkg/info/nginx.list", "/usr/sbin/nginx\n"), file("usr/sbin/nginx", "old", mode=0o755), file("etc/own", "1")]
  > curl = [file("var/lib/dpkg/status", status(("curl", "7.88-1"), ("libc6", "2.36"), ("nginx", "1.22"))),
  >         file("var/lib/dpkg/info/curl.list", "/usr/bin/curl\n/usr/share/doc/curl\n"), file("usr/bin/curl", "elf", mode=0o755), file("usr/share/doc/curl", "text")]
  > oci_archive("base.tar", image(layer(*base)))
  > oci_archive("curl.tar", image(layer(*base), layer(*curl)))
  > after = [f for f in base]
  > after[1] = file("var/lib/dpkg/status", status(("libc6", "2.36"), ("nginx", "1.23")))
  > after[4] = file("var/lib/dpkg/info/nginx.list", "/usr/sbin/nginx\n/usr/share/nginx/x\n")
  > after[5] = file("usr/sbin/nginx", "new", mode=0o755)
  > after[6] = file("etc/own", "2")
  > oci_archive("nginx.tar", image(layer(*after, file("usr/share/nginx/x", "x"), file("usr/bin/su", "s", mode=0o4755))))
  > apk = lambda v, n: [file("lib/apk/db/installed", f"P:musl\nV:{v}\nA:x86_64\nF:lib\nR:ld.so\n\n" + n), file("lib/ld.so", v)]
  > oci_archive("apk-0.tar", image(layer(*apk("1.1", ""))))
  > oci_archive("apk-1.tar", image(layer(*apk("1.2", "P:zlib\nV:1.3\n\n"))))
  > RECIPE

Adding a package is one line, and its name.

  $ diffoci diff --semantic -o summary ./base.tar ./curl.tar 2>/dev/null | head -3
  1 package added; 4 files: 3 added, 1 changed, +*
  A curl 7.88-1 (deb, amd64)
  
  $ diffoci diff --semantic -o summary ./curl.tar ./base.tar 2>/dev/null | head -2
  1 package removed; 4 files: 3 removed, 1 changed, -*
  D curl 7.88-1 (deb, amd64)

A package in another version; what is no package's stays, and so does what gives rights.

  $ diffoci diff --semantic -o summary ./base.tar ./nginx.tar 2>/dev/null | grep -v hist | head -5
  A usr/bin/su *
  1 package changed; 4 files: 1 added, 3 changed, +*
  M nginx 1.22 → 1.23 (deb, amd64)
  M etc/own *
  
  $ diffoci diff --semantic --no-fold -o summary ./base.tar ./nginx.tar 2>/dev/null | grep -c '^[AM] [a-z]*/'
  6

Below the table where that is asked for; in JSON and Markdown where there are some.

  $ diffoci diff --semantic --packages ./base.tar ./nginx.tar 2>/dev/null | tail -3
  
  1 package changed
  M nginx 1.22 → 1.23 (deb, amd64)
  $ diffoci diff --semantic --packages --ignore '*' ./base.tar ./base.tar 2>/dev/null
  $ diffoci diff --semantic -o json ./apk-0.tar ./apk-1.tar 2>/dev/null | jq -c '.packages[]'
  {"type":"apk","name":"musl","architecture":"x86_64","versions":["1.1","1.2"]}
  {"type":"apk","name":"zlib","versions":[null,"1.3"]}
  $ diffoci diff --semantic -o markdown ./apk-0.tar ./apk-1.tar 2>/dev/null | grep -A7 "packages:"
  \*\*2 packages: 1 added, 1 changed\*\* (2 files)
  
  <details><summary>Packages</summary>
  
  ```text
  M musl 1.1 → 1.2 (apk, x86_64)
  A zlib 1.3 (apk)
  ```
