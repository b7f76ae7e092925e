The command line itself: nothing here opens an image.

  $ diffoci --version
  diffoci version v0.1.0
  $ diffoci diff --version
  diffoci version v0.1.0
  $ diffoci info
  Backend: local
  Version: v0.1.0
  $ diffoci info --json
  {"Backend":{"Name":"local"},"Version":"v0.1.0"}
  $ diffoci --json info
  ! diffoci: unknown flag --json; see "diffoci help"
  [2]

Without a command there is help, and it counts as success.

  $ diffoci | head -n 1
  diffoci - compare Docker and OCI container images
  $ diffoci >/dev/null
  $ diffoci help nothing
  ! diffoci: unknown command "nothing"; see "diffoci help help"
  [2]
  $ diffoci nothing
  ! diffoci: unknown command "nothing"; see "diffoci help"
  [2]

Booleans take the words of Go's strconv.ParseBool after "=", and never the next argument.

  $ for word in 1 t T TRUE true True; do diffoci info --json=$word; done | sort | uniq -c | tr -s ' '
   6 {"Backend":{"Name":"local"},"Version":"v0.1.0"}
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
  Version: v0.1.0

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
  ! diffoci: unknown flag --back; see "diffoci help info"
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
  ! diffoci: unknown command "a\\x1b[31mb\\nc"; see "diffoci help"
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
