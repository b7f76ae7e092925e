/* Where image names lead to, for the commands that take some: the store and the registries. */
#ifndef DIFFOCI_CLI_PLACES_H
#define DIFFOCI_CLI_PLACES_H

#include <pthread.h>

#include "cli/progress.h"
#include "cli/store_flags.h"
#include "source/kept.h"
#include "source/named.h"

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
    .fallback = "auto", .help = "when there are colours",                                          \
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
    .detail = "Looked at while layers are read.", .offset = (at),                                  \
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
    .help = "trust the certificates in FILE, too", .detail = "In PEM.",                            \
    .offset = offsetof(type, places.ca_file),                                                      \
  }

struct places {
  struct named_options named; /* its store and net are owned */
  const struct place_flags *given;
  bool show;                 /* how far transfers are */
  char *title;               /* what is shown above that, escaped; owned; NULL: nothing */
  struct progress *progress; /* NULL: not counted */
  pthread_mutex_t lock;      /* guards display, and net while it is opened by places_net */
  struct progress_display *display;
  int warned; /* atomic */
  const struct global_options *globals;
  struct store *containerd; /* of containerd://NAME; NULL: not opened */
  struct kept_blobs *kept;  /* what is fetched where no store is used; NULL: not kept */
};

/* Opens nothing yet. *out is released by places_release, and stays where it is until then; globals
 * and given must live as long. */
void places_init(struct places *out, const struct global_options *globals,
                 const struct place_flags *given);
/* The first line of what is shown: what is being done. Before anything is opened. */
void places_set_title(struct places *places, const char *title);
/* Opens what is needed to find images by name. use_store false: none is used, but what is fetched
 * is kept in a file until the end. pull says whether
 * registries are. */
MUST_CHECK int places_open(struct places *places, enum named_pull pull, bool use_store,
                           struct error *err);
/* Whether the argument is looked up in these places: then places_open comes first. */
bool places_are_needed(const struct argument *argument);
/* The image that an argument means, of any kind. */
struct source *places_open_image(struct places *places, const struct argument *argument,
                                 const struct source_options *options, struct error *err);
/* Shows a line as a warning; context is the places. Any thread. */
void places_notice(void *context, const char *line);
/* Has what the store notices shown as warnings; places_open does that. */
void places_watch_store(struct places *places);
/* The connection to registries, opened when it is first asked for, with these places as context. */
struct net *places_net(void *context, struct error *err);
/* Fetches from the urls of a blob: for struct source_options, with these places as context. */
struct stream *places_fetch(void *context, const struct descriptor *blob, struct error *err);
void places_release(struct places *places);
/* Starts to show on a terminal, if it was not shown yet, how far reading and fetching are, of what
 * counts here. NULL where nothing is shown. */
struct progress *places_progress(struct places *places);
/* Ends showing that for good, before something else is written to the terminal. */
void places_hide_progress(struct places *places);

/* The platforms of --platform and --all-platforms; the host's where neither is given. */
MUST_CHECK int cli_platforms(struct platform_set *out, const struct text_list *platforms,
                             enum toggle all, struct error *err);

#endif
