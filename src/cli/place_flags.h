/* The flags that say where image names lead to, for the commands that take some, and what is shown
 * on standard error while images are found and read. */
#ifndef DIFFOCI_CLI_PLACE_FLAGS_H
#define DIFFOCI_CLI_PLACE_FLAGS_H

#include "cli/cli.h"
#include "cli/transfer_display.h"
#include "image/platform.h"
#include "source/places.h"

/* What the flags below fill. */
struct place_flags {
  uint64_t cache_limit; /* bytes; 0: none */
  struct text_list plain_http, insecure;
  const char *ca_file;
  enum toggle quiet;
  enum toggle foreign_urls; /* of commands with FOREIGN_URLS_FLAG */
};

/* For commands that read images from files. */
#define FOREIGN_URLS_FLAG(type)                                                                    \
  {                                                                                                \
    .name = "foreign-urls", .kind = FLAG_BOOL,                                                     \
    .help = "fetch layers that a file lacks from the URLs it names",                               \
    .detail = "Only layers of the types that may not be distributed, and only from public "        \
              "addresses, or hosts named with --plain-http or --insecure. Whoever wrote the "      \
              "image chose these URLs.",                                                           \
    .offset = offsetof(type, places.foreign_urls),                                                 \
  }

/* What several commands take; `at`: the offset of an unsigned (enum colour_choice, enum
 * named_pull), an enum toggle, a double in seconds, a uint64_t in bytes. */
#define COLOUR_FLAG(at)                                                                            \
  {                                                                                                \
    .name = "color", .kind = FLAG_CHOICE, .value = "WHEN", .choices = "auto|always|never",         \
    .fallback = "auto", .elsewhere = "colour=color|no-color=color=never|no-colour=color=never",    \
    .help = "when there are colours",                                                              \
    .detail = "auto heeds $NO_COLOR, $CLICOLOR_FORCE and $TERM.", .offset = (at),                  \
  }
#define PULL_FLAG(at)                                                                              \
  {                                                                                                \
    .name = "pull", .kind = FLAG_CHOICE, .value = "WHEN", .choices = "always|missing|never",       \
    .fallback = "missing", .help = "when to fetch an image from its registry",                     \
    .detail =                                                                                      \
        "missing looks into the store first and fetches what it lacks; never takes only what "     \
        "the store has. Without effect on images that lie in files.",                              \
    .offset = (at),                                                                                \
  }
#define NO_CACHE_FLAG(at)                                                                          \
  {                                                                                                \
    .name = "no-cache", .kind = FLAG_BOOL,                                                         \
    .help = "use no store: neither look images up there nor keep what is fetched",                 \
    .detail = "What is fetched lies in a file without a name, in $TMPDIR or /var/tmp, until the "  \
              "comparison ends.",                                                                  \
    .offset = (at),                                                                                \
  }
#define TIMEOUT_FLAG(at)                                                                           \
  {                                                                                                \
    .name = "timeout", .kind = FLAG_SCALE, .value = "SECONDS", .default_text = "none",             \
    .help = "end with an error after so many seconds",                                             \
    .detail = "Also while a registry or an engine is waited for. Writing the answer may "          \
              "take as long again, without the time in which nobody reads standard output.",       \
    .offset = (at),                                                                                \
  }
#define MEMORY_LIMIT_FLAG(at)                                                                      \
  {                                                                                                \
    .name = "memory-limit", .kind = FLAG_SIZE, .value = "SIZE",                                    \
    .default_text = "a quarter of the memory, at most 1G",                                         \
    .help = "how much memory may be used for what grows with an image",                            \
    .detail = "Names, entries that wait for their partners, merged trees, rows. SIZE is as with "  \
              "--cache-limit. Of the machine's memory, or of what its control group leaves "       \
              "this program. What has no room goes to unnamed files in $TMPDIR (or /var/tmp), or " \
              "the comparison ends with an error that says so.",                                   \
    .offset = (at),                                                                                \
  }

/* The flag --cache-limit, whose value (uint64_t) is at this offset. */
#define CACHE_LIMIT_FLAG(at)                                                                       \
  {                                                                                                \
    .name = "cache-limit", .kind = FLAG_SIZE, .value = "SIZE",                                     \
    .environment = "DIFFOCI_CACHE_LIMIT", .default_text = "none",                                  \
    .help = "remove cached blobs, the longest unused first, beyond SIZE",                          \
    .detail =                                                                                      \
        "SIZE is a number of bytes, or has a suffix: K, M, G, T, KiB, .... All blobs of the "      \
        "store count; images that were pulled or loaded are never removed for it, only what "      \
        "diff fetched in passing.",                                                                \
    .offset = (at),                                                                                \
  }

/* The flags of a member `places` (struct place_flags) of TYPE. */
#define PLACE_FLAGS(type)                                                                          \
  CACHE_LIMIT_FLAG(offsetof(type, places.cache_limit)),                                            \
      {                                                                                            \
        .name = "plain-http",                                                                      \
        .kind = FLAG_LIST,                                                                         \
        .value = "HOST[:PORT]",                                                                    \
        .help = "speak plain HTTP to this registry",                                               \
        .detail = "May be given several times. Registries on this machine (localhost, 127.0.0.1, " \
                  "::1) may speak it without being asked.",                                        \
        .offset = offsetof(type, places.plain_http),                                               \
      },                                                                                           \
      {                                                                                            \
        .name = "insecure",                                                                        \
        .kind = FLAG_LIST,                                                                         \
        .value = "HOST[:PORT]",                                                                    \
        .elsewhere = "tls-verify=insecure|src-tls-verify=insecure|insecure-registry=insecure|"     \
                     "insecure-skip-tls-verify=insecure",                                          \
        .help = "do not check the certificate of this registry",                                   \
        .detail = "May be given several times.",                                                   \
        .offset = offsetof(type, places.insecure),                                                 \
      },                                                                                           \
      {                                                                                            \
        .name = "quiet",                                                                           \
        .letter = 'q',                                                                             \
        .kind = FLAG_BOOL,                                                                         \
        .help = "print only errors and warnings on standard error",                                \
        .detail = "Not how far transfers are (which is shown only where that is a terminal), and " \
                  "of diff not the verdict; what rules left out is a warning.",                    \
        .offset = offsetof(type, places.quiet),                                                    \
      },                                                                                           \
  {                                                                                                \
    .name = "ca-file", .kind = FLAG_PATH, .value = "FILE",                                         \
    .elsewhere = "cacert=ca-file|cert=ca-file|tls-ca-cert=ca-file",                                \
    .help = "trust the certificates in FILE, too", .detail = "In PEM.",                            \
    .offset = offsetof(type, places.ca_file),                                                      \
  }

/* The places that these flags, and the global ones, name. What is opened there is shown by
 * *display, which is initialised, too: unless --quiet or --debug (whose messages would be drawn
 * over) are given. places_release comes before transfer_display_release; globals and given must
 * live as long. */
void place_flags_init(struct places *out, struct transfer_display *display,
                      const struct global_options *globals, const struct place_flags *given);

/* The platforms of --platform and --all-platforms; the host's where neither is given. */
MUST_CHECK int cli_platforms(struct platform_set *out, const struct text_list *platforms,
                             enum toggle all, struct error *err);

#endif
