#include "cli/cli.h"

const struct flag global_flags[] = {
  {
      .name = "backend",
      .kind = FLAG_CHOICE,
      .value = "BACKEND",
      .choices = "auto|containerd|local",
      .environment = "DIFFOCI_BACKEND",
      .fallback = "auto",
      .help = "where images that are named, not files, are kept",
      .detail =
          "auto looks images up in containerd, where that answers within a second and has the "
          "namespace, and then in the local store; pull and load put them into containerd "
          "there, else into the local store, where diff also keeps what it fetches. Where "
          "--local-cache is given and --containerd-address is not, auto is local.",
      .offset = offsetof(struct global_options, stores.backend),
  },
  {
      .name = "containerd-address",
      .kind = FLAG_STRING,
      .value = "SOCKET",
      .environment = "CONTAINERD_ADDRESS",
      .default_text = "/run/containerd/containerd.sock, or the rootless one",
      .help = "containerd's socket",
      .offset = offsetof(struct global_options, stores.containerd_address),
  },
  {
      .name = "containerd-namespace",
      .kind = FLAG_STRING,
      .value = "NAME",
      .environment = "CONTAINERD_NAMESPACE",
      .fallback = "default",
      .help = "containerd's namespace",
      .offset = offsetof(struct global_options, stores.containerd_namespace),
  },
  {
      .name = "local-cache",
      .kind = FLAG_PATH,
      .value = "DIR",
      .environment = "DIFFOCI_LOCAL_CACHE",
      .default_text = "/var/cache/diffoci as root, else ~/.cache/diffoci",
      .help = "directory of the local backend",
      .detail =
          "An OCI image layout, which others can read (oci:DIR:NAME). Images that lie in files "
          "are read in place and never copied there.",
      .offset = offsetof(struct global_options, stores.local_directory),
  },
  {
      .name = "no-pager",
      .kind = FLAG_BOOL,
      .help = "do not show what is longer than the terminal in a pager",
      .detail =
          "The pager is the command in $DIFFOCI_PAGER, else $PAGER, else less with LESS=FRX. It "
          "is used only where standard output is a terminal.",
      .offset = offsetof(struct global_options, no_pager),
  },
  {
      .name = "debug",
      .kind = FLAG_BOOL,
      .environment = "DEBUG",
      .help = "print what is being done to standard error",
      .offset = offsetof(struct global_options, debug),
  },
  {
      .name = "help",
      .letter = 'h',
      .kind = FLAG_BOOL,
      .help = "print help and exit",
      .offset = offsetof(struct global_options, help),
  },
  {
      .name = "version",
      .letter = 'v',
      .kind = FLAG_BOOL,
      .help = "print the version and exit",
      .offset = offsetof(struct global_options, version),
  },
};

const size_t n_global_flags = ARRAY_LEN(global_flags);
