What differs in files, under their rows.

  $ images <<'RECIPE'
  > def pair(name, one, two):
  >     oci_archive(name + "-0.tar", image(layer(*one)))
  >     oci_archive(name + "-1.tar", image(layer(*two)))
  > pair("some",
  >      [file("etc/motd", "one\ntwo\nthree\n"), file("etc/c.json", '{"a":1,"b":[1,2]}'), file("bin/x", b"\x7fELF\0usage: x\0"), file("data", b"\0\1\2"), file("mode", "m")],
  >      [file("etc/motd", "one\n2\nthree"), file("etc/c.json", '{"a":1,"b":[1,3]}'), file("bin/x", b"\x7fELF\0usage: y\0"), file("data", b"\0\1\3"), file("mode", "m", mode=0o600), file("new", "n")])
  > RECIPE

Under rows of files with other contents, and under no others:

  $ diffoci diff --semantic --patch ./some-0.tar ./some-1.tar | sed -E 's/  +[0-9a-f]{64}.*//'
  TYPE     NAME                   INPUT-0                                                             INPUT-1
  Layer    ctx:/layers-0/layer    length mismatch (5 vs 6)
  Layer    ctx:/layers-0/layer    name "new" only appears in input 1
  File     bin/x
      (strings)
      @@ -1 +1 @@
      -usage: x
      +usage: y
  File     data
      @@ byte 2 @@
      -00000000  00 01 02                                          |...|
      +00000000  00 01 03                                          |...|
  File     etc/c.json
      (as JSON with a member a line)
      @@ -2,6 +2,6 @@
         "a": 1,
         "b": [
           1,
      -    2
      +    3
         ]
       }
  File     etc/motd
      @@ -1,3 +1,3 @@
       one
      -two
      -three
      +2
      +three
      \\ No newline at end of file
  File     mode                   Mode 0x1a4                                                          Mode 0x180

The rest of the table is what it is without:

  $ diffoci diff --semantic ./some-0.tar ./some-1.tar >plain; diffoci diff --semantic -p ./some-0.tar ./some-1.tar | grep -v '^    ' | diff plain -

In other forms:

  $ diffoci diff --semantic -p -o summary ./some-0.tar ./some-1.tar 2>&1 | sed -n '/motd/,/No newline/p'
  M etc/motd    content, 14 B → 11 B
      @@ -1,3 +1,3 @@
       one
      -two
      -three
      +2
      +three
      \\ No newline at end of file
  $ diffoci diff --semantic -p -o summary --color=always ./some-0.tar ./some-1.tar 2>&1 | grep -A2 '@@ byte' | cat -v
      ^[[36m@@ byte 2 @@^[[0m
      ^[[31m-00000000  00 01 02                                          |...|^[[0m
      ^[[32m+00000000  00 01 03                                          |...|^[[0m
  $ diffoci diff --semantic -p -o ndjson ./some-0.tar ./some-1.tar | jq -c 'select(.patch) | [.path, .patch]'
  ["bin/x",{"kind":"strings","text":"@@ -1 +1 @@\\n-usage: x\\n+usage: y\\n"}]
  ["data",{"kind":"bytes","text":"@@ byte 2 @@\\n-00000000  00 01 02                                          |...|\\n+00000000  00 01 03                                          |...|\\n"}]
  ["etc/c.json",{"kind":"json","text":"@@ -2,6 +2,6 @@\\n   \\"a\\": 1,\\n   \\"b\\": [\\n     1,\\n-    2\\n+    3\\n   ]\\n }\\n"}]
  ["etc/motd",{"kind":"text","text":"@@ -1,3 +1,3 @@\\n one\\n-two\\n-three\\n+2\\n+three\\n\\\\ No newline at end of file\\n"}]
  $ diffoci diff --semantic -p -o markdown ./some-0.tar ./some-1.tar 2>&1 | sed -n '/What differs/,/^`data/p'
  <details><summary>What differs in files</summary>
  
  `bin/x`
  
  ```diff
  (strings)
  @@ -1 +1 @@
  -usage: x
  +usage: y
  ```
  
  `data`
  $ diffoci diff --semantic -p --report-dir=dir ./some-0.tar ./some-1.tar >table; jq -r '.. | .patch? | objects | .kind' dir/report.json
  strings
  bytes
  json
  text
  $ diffoci diff --semantic -p -o html=x.html ./some-0.tar ./some-1.tar >table; grep -c '"patch":"@@ -1,3' x.html
  1

How many lines:

  $ diffoci diff --semantic -p --patch-lines 2 ./some-0.tar ./some-1.tar | grep -A4 '^File     etc/motd' | sed 1d
      @@ -1,2 +1 @@
       one
      -two
      (3 more lines differ, see --patch-lines)
  $ diffoci diff -p --patch-lines=x ./some-0.tar ./some-1.tar
  ! diffoci: flag --patch-lines: expected a number, found "x"; see "diffoci help diff"
  [2]

A backslash that stands before what is an escape, or looks like one, is doubled:

  $ images <<'RECIPE'
  > oci_archive("escape-0.tar", image(layer(file("etc/e", b"a \\x1b\nb \\n \\t\\\\x\n"))))
  > oci_archive("escape-1.tar", image(layer(file("etc/e", b"a \x1b\nb \\n \\\n"))))
  > RECIPE
  $ diffoci diff --semantic --patch ./escape-0.tar ./escape-1.tar | grep '^    '
      @@ -1,2 +1,2 @@
      -a \\\\x1b
      -b \n \t\\\\\\\\x
      +a \x1b
      +b \n \

Spaces beside the text of XML are told:

  $ images <<'RECIPE'
  > oci_archive("xml-0.tar", image(layer(file("x.xml", "<a><b>t</b><c x='1'/></a>"))))
  > oci_archive("xml-1.tar", image(layer(file("x.xml", "<a><b> t</b><c x='2'/></a>"))))
  > RECIPE
  $ diffoci diff --semantic --patch ./xml-0.tar ./xml-1.tar | grep '^    '
      (as XML with a tag a line)
      @@ -1,4 +1,4 @@
       <a>
      -  <b>t</b>
      -  <c x='1'/>
      +  <b> t</b>
      +  <c x='2'/>
       </a>

All files together fill no more than so many lines:

  $ images <<'RECIPE'
  > lines = lambda n: "".join("%d %d\n" % (n, i) for i in range(130000))
  > oci_archive("many-0.tar", image(layer(file("a", lines(1)), file("b", lines(2)), file("c", "1\n"))))
  > oci_archive("many-1.tar", image(layer(file("a", lines(3)), file("b", lines(4)), file("c", "2\n"))))
  > RECIPE
  $ diffoci diff --semantic --patch --patch-lines=0 ./many-0.tar ./many-1.tar | grep -c '^    [-+]'
  260000
  $ diffoci diff --semantic --patch --patch-lines=0 ./many-0.tar ./many-1.tar | grep '^    ('
      (not shown: what differs in the files before fills 32 MiB or 500000 lines)
      (not shown: what differs in the files before fills 32 MiB or 500000 lines)
