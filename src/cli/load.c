#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/fetching.h"
#include "cli/place_flags.h"
#include "cli/sandbox.h"
#include "source/head.h"
#include "source/import.h"
#include "worker/worker.h"

struct load_flags {
  const char *input;
  struct text_list platforms;
  enum toggle all_platforms;
  struct place_flags places;
  double max_scale;
  unsigned sandbox; /* enum sandbox_mode */
};

#define AT(field) .offset = offsetof(struct load_flags, field)

static const struct flag flags[] = {
  {
      .name = "input",
      .letter = 'i',
      .kind = FLAG_PATH,
      .value = "FILE",
      .default_text = "standard input",
      .help = "read the archive from FILE",
      AT(input),
  },
  {
      .name = "platform",
      .words = "platforms",
      .kind = FLAG_LIST,
      .value = "P,...",
      .default_text = "all that the archive has",
      .help = "keep only these platforms of an index",
      .detail = "A platform is OS/ARCHITECTURE[/VARIANT] or ARCHITECTURE. May be given several "
                "times. That an image of a single manifest is for another one is an error.",
      AT(platforms),
  },
  {
      .name = "all-platforms",
      .kind = FLAG_BOOL,
      .help = "keep every platform of an index, which is the default",
      AT(all_platforms),
  },
  PLACE_FLAGS(struct load_flags),
  FOREIGN_URLS_FLAG(struct load_flags),
  MAX_SCALE_FLAG(offsetof(struct load_flags, max_scale)),
  SANDBOX_STORE_FLAG(offsetof(struct load_flags, sandbox)),
};

/* Reads as far as a pipe or file goes. */
struct input_stream {
  struct stream base;
  int fd;
};

static ssize_t input_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  ssize_t n;

  do {
    n = read(((struct input_stream *)stream)->fd, buffer, size);
  } while (n < 0 && errno == EINTR);
  return n < 0 ? error_sys(err, errno, "reading") : n;
}

static int input_descriptor(const struct stream *stream)
{
  return ((const struct input_stream *)stream)->fd;
}

static void input_close(struct stream *stream)
{
  struct input_stream *input = (struct input_stream *)stream;

  close(input->fd);
  cleanup_free(&input);
}

/* It is read as a stream, which may be a pipe. */
static int open_again(const char *path)
{
  return path ? open(path, O_RDONLY | O_CLOEXEC)
              : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* *size: of a regular file; of others it is not known, and left alone. */
static struct stream *open_input(const char *path, uint64_t *size, struct error *err)
{
  static const struct stream_ops ops = { input_read, input_close };
  int fd = open_again(path);
  struct input_stream *input;
  struct stat st;

  if (fd < 0) {
    error_sys(err, errno, "cannot be opened");
    return NULL;
  }
  if (isatty(fd)) {
    error_set(err, ERROR_USAGE, "a terminal; use --input FILE, or diffoci load < FILE");
    close(fd);
    return NULL;
  }
  st.st_mode = 0;
  (void)!fstat(fd, &st);
  if (S_ISDIR(st.st_mode)) {
    error_set(
        err, ERROR_USAGE,
        "a directory; archives are loaded, and an image layout is read where it lies: oci:DIR");
    close(fd);
    return NULL;
  }
  if (S_ISREG(st.st_mode))
    *size = (uint64_t)st.st_size;
  input = xcalloc(1, sizeof(*input));
  *input = (struct input_stream) { { &ops }, fd };
  return &input->base;
}

enum { LINE_MAX_BYTES = 64 * 1024 };

static int load_report(void *context, const char *name, const struct digest *digest,
                       struct error *err)
{
  AUTO_BUF text = BUF_INIT(LINE_MAX_BYTES);
  char id[DIGEST_MAX_TEXT];

  transfer_display_hide(context); /* it would be drawn into the line */
  buf_printf(&text, "Loaded image: %s\n", name ? name : digest_format(digest, id));
  return cli_write(&text, err);
}

struct load {
  const struct load_flags *given;
  struct places places;
  struct transfer_display display;
  struct platform_set platforms;
  struct limits limits;
  struct confine_support support;
  struct stream *input; /* owned; NULL: taken */
  uint64_t size;        /* of it; 0: not known */
  int again;            /* the same once more; -1: not to be had */
};

static int load_open_input(struct load *load, struct error *err)
{
  load->input = open_input(load->given->input, &load->size, err);
  /* Of a file the beginning can be looked at again. A named pipe would be waited for. */
  load->again = load->input && load->size ? open_again(load->given->input) : -1;
  return load->input ? 0 : -1;
}

static int load_wrap(const struct load *load, struct error *err)
{
  return error_wrap(err, "%s", load->given->input ? load->given->input : "standard input");
}

/* user NULL: this is the process that has everything. */
static int load_import(struct load *load, const struct worker_user *user, struct error *err)
{
  const bool fetches = load->given->places.foreign_urls == TOGGLE_ON;
  struct copy_options options = {
    .limits = &load->limits,
    .platforms = load->platforms.n > 0 ? &load->platforms : NULL,
    .platforms_asked = load->platforms.n > 0,
    .jobs = 1,
    .fetch = fetches ? places_fetch : NULL,
    .fetch_context = &load->places,
    .notice = load->platforms.n > 0 ? places_notice : NULL,
    .notice_context = &load->places,
  };
  struct stream *stream =
      stream_counted(steal_pointer(&load->input), transfer_display_progress(&load->display),
                     load->given->input ? load->given->input : "standard input", load->size);

  if (user) {
    options.fetch = user->fetch;
    options.fetch_context = user->context;
  }
  if (import_archive(load->places.named.store, stream, &options, load_report, &load->display,
                     err) == 0)
    return 0;
  if (load->again >= 0)
    head_explain(load->again, err);
  return load_wrap(load, err);
}

/* ---- with --foreign-urls, in two processes: one has the network, one the store ---- */

static int load_prepare(void *context, struct confine_wanted *confine, struct error *err)
{
  struct load *load = context;

  return places_open_to_store(&load->places, err)
             ? -1
             : sandbox_add_store(confine, load->places.named.store, err);
}

static int load_run_confined(void *context, struct source *const *sources,
                             const struct worker_user *user, struct error *err)
{
  struct load *load = context;
  const int result = load_import(load, user, err);

  (void)sources;
  transfer_display_hide(&load->display);
  store_close(steal_pointer(&load->places.named.store));
  return result;
}

static void load_quiet(void *context)
{
  (void)context; /* the other process shows how far it is */
}

/* What fetches from urls that strangers chose. */
static int load_begun(void *context, const pid_t *children, size_t n, struct progress **progress,
                      struct error *err)
{
  const struct load *load = context;

  (void)progress;
  return fetching_confine_alone(&load->support, load->given->places.ca_file, children, n, err);
}

static __attribute__((noreturn)) void load_give_up(void *context, int status,
                                                   const struct error *err)
{
  (void)context;
  cli_give_up(status, err);
}

static struct progress *load_no_progress(void *context)
{
  (void)context;
  return NULL;
}

static int load_in_two(struct load *load, struct error *err)
{
  const struct source_options options = {
    .limits = &load->limits,
    .fetch = places_fetch,
    .fetch_context = &load->places,
  };
  const struct confine_wanted confine = { .role = CONFINE_KEEPER };
  const int input = input_descriptor(load->input);
  const int keep[] = { input, load->again };
  struct worker_job job = {
    .options = &options,
    .keep = keep,
    .n_keep = load->again >= 0 ? 2 : 1,
    .confine = &confine,
    .support = &load->support,
    .prepare = load_prepare,
    .quiet = load_quiet,
    .begun = load_begun,
    .give_up = load_give_up,
    .run = load_run_confined,
    .context = load,
  };

  load->places.options.progress = load_no_progress;
  return worker_run(&job, err);
}

static int load_here(struct load *load, struct error *err)
{
  const enum sandbox_mode mode = (enum sandbox_mode)load->given->sandbox;

  if (places_open_to_store(&load->places, err))
    return -1;
  if (load_open_input(load, err))
    return load_wrap(load, err);
  if (load->given->places.foreign_urls != TOGGLE_ON &&
      sandbox_keep(mode, &load->places.named.store, 1, false, err))
    return -1;
  return load_import(load, NULL, err);
}

static int load_choose(struct load *load, struct error *err)
{
  if (load->given->places.foreign_urls != TOGGLE_ON)
    return load_here(load, err);
  if (sandbox_choose((enum sandbox_mode)load->given->sandbox, &load->support, err))
    return -1;
  if (!load->support.built)
    return load_here(load, err);
  return load_open_input(load, err) ? load_wrap(load, err) : load_in_two(load, err);
}

static int load_run(const struct invocation *call, struct error *err)
{
  const struct load_flags *given = call->options;
  struct load load = { .given = given, .limits = limits_scaled(given->max_scale), .again = -1 };
  int result = 0;

  if (given->all_platforms == TOGGLE_ON && given->platforms.n > 0)
    return error_set(err, ERROR_USAGE, "--platform and --all-platforms exclude each other");
  place_flags_init(&load.places, &load.display, &call->globals, &given->places);
  for (size_t i = 0; result == 0 && i < given->platforms.n; i++) {
    result = platform_set_add(&load.platforms, str_of(given->platforms.items[i]), err);
    if (result < 0)
      error_wrap(err, "flag --platform");
  }
  if (result == 0)
    result = load_choose(&load, err);
  stream_close(load.input);
  cleanup_close(&load.again);
  places_release(&load.places);
  transfer_display_release(&load.display);
  platform_set_release(&load.platforms);
  return result;
}

const struct command command_load = {
  .name = "load",
  .elsewhere = "import",
  .arguments = "",
  .summary = "Load an image archive into the store",
  .detail =
      "Reads an archive as docker save, podman save, skopeo and others write them, Docker or "
      "OCI, plain or compressed with gzip, zstd, xz or bzip2, from standard input or FILE, and "
      "stores all images in it under the names they have there (alpine:3.18 as "
      "docker.io/library/alpine:3.18). Prints the name of each; one without a name is listed "
      "as <none> and goes by its digest. An image of the same name is replaced. A layer that the "
      "archive lacks is fetched from its urls with --foreign-urls.",
  .surplus = "an archive is read with --input=FILE (-i FILE), or from standard input (< FILE)",
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .options_size = sizeof(struct load_flags),
  .run = load_run,
};
