The command line itself: nothing here opens an image.

  $ diffoci --version
  diffoci version v1.0.0-rc*
  $ for way in "diff --version" "-v" "version" "version --help --version"; do cmp <(diffoci --version) <(diffoci $way); done
  $ diffoci info
  Backend: local
  Sandbox: Landlock ABI *
  Version: v1.0.0-rc*
  $ diffoci info --json
  {"Backend":{"Name":"local"},"Sandbox":{"LandlockABI":*},"Version":"v1.0.0-rc*"}
  $ diffoci --json info
  {"Backend":{"Name":"local"},"Sandbox":{"LandlockABI":*},"Version":"v1.0.0-rc*"}

Whoever means --verbose must not get the version and status 0, as if the images were equal.

  $ for way in "-v a b" "-v ./a.tar ./b.tar" "-v diff a b" "--version diff a b" "-qv ./a.tar ./b.tar" "diff a b --version" "-v images"; do
  >   diffoci $way; echo $?; done 2>&1
  diffoci: --version (-v) prints the version and nothing else, found "a" beside it; *
  2
  diffoci: --version (-v) prints the version and nothing else, found "./a.tar" beside it; for every field that differs: diffoci diff -v IMAGE0 IMAGE1; see "diffoci help diff"
  2
  diffoci: --version (-v) prints *, found "diff" beside it; *
  2
  diffoci: --version (-v) prints *, found "diff" beside it; *
  2
  diffoci: --version (-v) prints *, found "./a.tar" beside it; *
  2
  diffoci: --version (-v) prints *, found "a" beside it; *
  2
  diffoci: --version (-v) prints *, found "images" beside it; *
  2
  $ diffoci diff --help | grep -E '^ +-v'
    -v, --verbose *
  $ diffoci --help | grep -E '^ +-v'
    -v, --version *

Without a command there is help, and it counts as success.

  $ diffoci | head -n 1
  diffoci - compare Docker and OCI container images
  $ diffoci >/dev/null
  $ diffoci help nothing
  ! diffoci: unknown command "nothing" (two images are compared with diffoci diff IMAGE0 IMAGE1); see "diffoci help"
  [2]
  $ diffoci nothing
  ! diffoci: unknown command "nothing" (two images are compared with diffoci diff IMAGE0 IMAGE1); see "diffoci help"
  [2]

Booleans take the words of Go's strconv.ParseBool after "=", and never the next argument.

  $ for word in 1 t T TRUE true True; do diffoci info --json=$word; done | sort | uniq -c | tr -s ' '
   6 {"Backend":{"Name":"local"},"Sandbox":{"LandlockABI":*},"Version":"v1.0.0-rc*"}
  $ for word in 0 f F FALSE false False; do diffoci info --json=$word; done | grep -c '^Backend: local$'
  6
  $ diffoci info --json=yes
  ! diffoci: flag --json: expected true or false, found "yes"; see "diffoci help info"
  [2]
  $ diffoci info --json false
  ! diffoci: info: unexpected argument "false"; see "diffoci help info"
  [2]
  $ diffoci info --json --json=false
  Backend: local
  Sandbox: Landlock ABI *
  Version: v1.0.0-rc*

Global flags stand before or after the command; values after "=" or a space; "--" ends flags.

  $ diffoci --backend local info >/dev/null
  $ diffoci --backend=local info >/dev/null
  $ diffoci info --backend local >/dev/null
  $ diffoci -- info >/dev/null
  $ diffoci info -- --json
  ! diffoci: info: unexpected argument "--json"; see "diffoci help info"
  [2]
  $ diffoci info --backend
  ! diffoci: flag --backend needs a value: --backend=BACKEND; see "diffoci help info"
  [2]
  $ diffoci info --backend=podman
  ! diffoci: flag --backend: expected one of auto|containerd|local, found "podman"; see "diffoci help info"
  [2]
  $ diffoci info --back=local
  ! diffoci: unknown flag --back (did you mean --backend?); see "diffoci help info"
  [2]
  $ diffoci info -x
  ! diffoci: unknown flag -x; see "diffoci help info"
  [2]

The environment gives what the command line does not. A flag goes first, and so does help.

  $ DIFFOCI_BACKEND=podman diffoci info
  ! diffoci: environment variable DIFFOCI_BACKEND: expected one of auto|containerd|local, found "podman"; see "diffoci help info"
  [2]
  $ DIFFOCI_BACKEND=podman diffoci info --backend=auto >/dev/null
  $ DIFFOCI_BACKEND=podman diffoci info --help >/dev/null
  $ DIFFOCI_BACKEND= diffoci info >/dev/null
  $ DIFFOCI_BACKEND=containerd diffoci info
  ! diffoci: *containerd*
  [2]
  $ DEBUG=express:* diffoci info >/dev/null

Text from the command line is escaped like any other.

  $ diffoci "$(printf 'a\033[31mb\nc')"
  ! diffoci: unknown command "a\\x1b[31mb\\nc" (two images are compared with diffoci diff IMAGE0 IMAGE1); see "diffoci help"
  [2]

Standard output: a reader who leaves is no error, a full disk and a closed descriptor are.

  $ set -o pipefail; diffoci completion bash | true
  $ diffoci completion bash >/dev/full
  ! diffoci: standard output: No space left on device
  [2]
  $ diffoci info >&-
  ! diffoci: standard output: Bad file descriptor
  [2]
  $ diffoci completion tcsh
  ! diffoci: completion: expected one of bash|zsh|fish, found "tcsh"; see "diffoci help completion"
  [2]

Every flag of diff stands in a section.

  $ diffoci help diff | grep -c 'Further flags'
  0
  [1]

What was nearly right is told. Words that can be no command are images, which are compared.

  $ diffoci dif a b
  ! diffoci: unknown command "dif" (did you mean diff?); see "diffoci help"
  [2]
  $ diffoci dif a
  ! diffoci: unknown command "dif" (did you mean diff?); see "diffoci help"
  [2]
  $ images <<'RECIPE'
  > oci_archive("named.tar", image(layer(file("x", "one"))).named("alpine"), image(layer(file("x", "two"))).named("debian"))
  > RECIPE
  $ export DIFFOCI_LOCAL_CACHE=two-words
  $ diffoci load <named.tar >/dev/null
  $ diffoci alpine debian --semantic
  TYPE    NAME    INPUT-0                                                             INPUT-1
  File    x       7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed    3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3
  [1]
  $ diffoci --debug=false alpine --semantic debian | wc -l
  2
  $ diffoci erase debian --pull=never
  ! diffoci: store *: no image "docker.io/library/erase:latest"
  ! diffoci: "erase" is no command, and was taken for an image; see "diffoci help"
  [2]
  $ for word in inspect history delete prune import; do diffoci $word a; diffoci $word a b; done
  ! diffoci: unknown command "inspect" (did you mean show?); see "diffoci help"
  ! diffoci: unknown command "inspect" (did you mean show?); see "diffoci help"
  ! diffoci: unknown command "history" (did you mean show?); see "diffoci help"
  ! diffoci: unknown command "history" (did you mean show?); see "diffoci help"
  ! diffoci: unknown command "delete" (did you mean remove?); see "diffoci help"
  ! diffoci: unknown command "delete" (did you mean remove?); see "diffoci help"
  ! diffoci: unknown command "prune" (did you mean remove?); see "diffoci help"
  ! diffoci: unknown command "prune" (did you mean remove?); see "diffoci help"
  ! diffoci: unknown command "import" (did you mean load?); see "diffoci help"
  ! diffoci: unknown command "import" (did you mean load?); see "diffoci help"
  [2]
  $ diffoci alpine debian busybox
  ! diffoci: unknown command "alpine" (two images *
  [2]
  $ diffoci help Puall
  ! diffoci: unknown command "Puall" (did you mean pull?); see "diffoci help"
  [2]
  $ diffoci diff --semantics a b
  ! diffoci: unknown flag --semantics (did you mean --semantic?); see "diffoci help diff"
  [2]
  $ diffoci diff --ignore-timestamp a b
  ! diffoci: unknown flag --ignore-timestamp (did you mean --ignore-timestamps?); see "diffoci help diff"
  [2]
  $ diffoci diff -semantic a b; diffoci diff -platform=linux/arm64 a b; diffoci diff -semantics a b
  ! diffoci: unknown flag -semantic (did you mean --semantic?); see "diffoci help diff"
  ! diffoci: unknown flag -platform (did you mean --platform?); see "diffoci help diff"
  ! diffoci: unknown flag -s; see "diffoci help diff"
  [2]
  $ diffoci diff --xyzzy a b
  ! diffoci: unknown flag --xyzzy; see "diffoci help diff"
  [2]
  $ for flag in --out --no-color --json --md --colour --format --report --ver; do diffoci diff $flag a b; done 2>&1 | sed 's/;.*//'
  diffoci: unknown flag --out (did you mean --output?)
  diffoci: unknown flag --no-color (did you mean --color=never?)
  diffoci: unknown flag --json (did you mean --output=json?)
  diffoci: unknown flag --md (did you mean --output=markdown?)
  diffoci: unknown flag --colour (did you mean --color?)
  diffoci: unknown flag --format (did you mean --output?)
  diffoci: unknown flag --report (did you mean --report-file?)
  diffoci: unknown flag --ver (did you mean --version?)
  $ for flag in --tls-verify=false --src-tls-verify=false --cacert=x; do diffoci diff $flag a b; done 2>&1 | sed 's/;.*//'
  diffoci: unknown flag --tls-verify (did you mean --insecure?)
  diffoci: unknown flag --src-tls-verify (did you mean --insecure?)
  diffoci: unknown flag --cacert (did you mean --ca-file?)

Where an image is missing that a flag took for its value, that is told; and where a flag has left its value.

  $ diffoci diff --insecure localhost:5000/a localhost:5000/b
  ! diffoci: diff needs IMAGE0 IMAGE1, found 1 argument ("localhost:5000/a" is the value of --insecure); see "diffoci help diff"
  [2]
  $ diffoci diff -o ./a ./b; diffoci show --color=never --platform ./a; diffoci diff --color=never ./a
  ! diffoci: diff needs IMAGE0 IMAGE1, found 1 argument ("./a" is the value of -o); see "diffoci help diff"
  ! diffoci: show needs IMAGE, found 0 arguments ("./a" is the value of --platform); see "diffoci help show"
  ! diffoci: diff needs IMAGE0 IMAGE1, found 1 argument; see "diffoci help diff"
  [2]
  $ diffoci diff --suggest-policy p.yaml ./a ./b; diffoci diff --suggest-policy=p.yaml ./a ./b ./c
  ! diffoci: diff: unexpected argument "./b"; is "p.yaml" the value of --suggest-policy? It is written behind a '='; see "diffoci help diff"
  ! diffoci: diff: unexpected argument "./c"; see "diffoci help diff"
  [2]

  $ diffoci show --json a
  ! diffoci: unknown flag --json (did you mean --output=json?); see "diffoci help show"
  [2]
  $ diffoci diff -o md ./a.tar ./b.tar
  ! diffoci: flag --output: no format "md" (did you mean markdown? There are auto, summary, table, *); see "diffoci help diff"
  [2]
  $ diffoci diff -o jsn ./a.tar ./b.tar
  ! diffoci: flag --output: no format "jsn" (did you mean json? There are *); see "diffoci help diff"
  [2]
  $ diffoci diff -o wordy ./a.tar ./b.tar
  ! diffoci: flag --output: no format "wordy" (there are auto, *); see "diffoci help diff"
  [2]

Flags stand anywhere, before the command and where it is left out, with their values.

  $ for flags in --semantic -q -p -qp "-o summary" "--output summary" -osummary "-qo summary" --suggest-policy "--sort=size --no-pager"; do
  >   diffoci $flags diff ./a.tar ./b.tar; diffoci $flags ./a.tar ./b.tar; diffoci ./a.tar $flags ./b.tar; done 2>&1 | sort | uniq -c
   *30 diffoci: ./a.tar: *No such file or directory*
  $ diffoci --semantics ./a.tar ./b.tar
  ! diffoci: unknown flag --semantics (did you mean --semantic?); see "diffoci help diff"
  [2]
  $ diffoci --semantic a
  ! diffoci: diff needs IMAGE0 IMAGE1, found 1 argument; see "diffoci help diff"
  [2]
  $ diffoci --semantic
  ! diffoci: diff needs IMAGE0 IMAGE1, found 0 arguments; see "diffoci help diff"
  [2]
  $ diffoci --semantic show a
  ! diffoci: unknown flag --semantic; see "diffoci help show"
  [2]
  $ diffoci -i x load 2>&1 | cut -c 1-30
  diffoci: x: cannot be opened: *
  $ diffoci -o
  ! diffoci: flag --output needs a value: --output=FORMAT[=FILE]; see "diffoci help diff"
  [2]
  $ diffoci --backend
  ! diffoci: flag --backend needs a value: --backend=BACKEND; see "diffoci help"
  [2]

Whose value was forgotten does not take the next flag for it, which would then not be given.

  $ diffoci diff --plain-http --effective ./a.tar ./b.tar
  ! diffoci: flag --plain-http needs a value, found the flag --effective: --plain-http=HOST[:PORT]; see "diffoci help diff"
  [2]
  $ diffoci diff -qo --require=identical ./a.tar ./b.tar
  ! diffoci: flag --output needs a value, found the flag --require=identical: --output=FORMAT[=FILE]; see "diffoci help diff"
  [2]
  $ diffoci diff --report-file -q ./a.tar ./b.tar
  ! diffoci: flag --report-file needs a value, found the flag -q: --report-file=FILE; see "diffoci help diff"
  [2]
  $ diffoci diff --policy=--semantic ./a.tar ./b.tar 2>&1
  diffoci: flag --policy: --semantic: No such file or directory
  [2]
  $ diffoci ./a.tar ./b.tar
  ! diffoci: ./a.tar: *No such file or directory*
  [2]
  $ diffoci oci:a
  ! diffoci: diff needs IMAGE0 IMAGE1, found 1 argument; see "diffoci help diff"
  [2]

Letters take their value as getopt and Go's pflag do.

  $ printf x >x; for way in "-i x" "-ix" "-i=x" "--input x"; do diffoci load $way 2>&1 | cut -c 1-12; done
  diffoci: x: 
  diffoci: x: 
  diffoci: x: 
  diffoci: x: 
  $ diffoci load -i
  ! diffoci: flag --input needs a value: --input=FILE; see "diffoci help load"
  [2]
  $ diffoci diff -qv ./a.tar ./b.tar
  ! diffoci: ./a.tar: *No such file or directory*
  [2]
  $ diffoci diff -qz ./a.tar ./b.tar
  ! diffoci: unknown flag -z; see "diffoci help diff"
  [2]

The limit of the cache is checked by every command that has it, and the message names where it came from.

  $ diffoci diff --cache-limit=10X ./a.tar ./b.tar
  ! diffoci: flag --cache-limit: expected a size such as 500M or 10G, found "10X"; see "diffoci help diff"
  [2]
  $ DIFFOCI_CACHE_LIMIT=ten diffoci diff ./a.tar ./b.tar
  ! diffoci: environment variable DIFFOCI_CACHE_LIMIT: expected a size such as 500M or 10G, found "ten"; see "diffoci help diff"
  [2]
