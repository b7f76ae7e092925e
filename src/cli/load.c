#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/place_flags.h"
#include "cli/sandbox.h"
#include "source/head.h"
#include "source/import.h"

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
                "times. An image of one platform is loaded whatever that is.",
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

static void input_close(struct stream *stream)
{
  struct input_stream *input = (struct input_stream *)stream;

  if (input->fd != STDIN_FILENO)
    close(input->fd);
  cleanup_free(&input);
}

/* *size: of a regular file; of others it is not known, and left alone. */
static struct stream *open_input(const char *path, uint64_t *size, struct error *err)
{
  static const struct stream_ops ops = { input_read, input_close };
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
  struct input_stream *input;
  struct stat st;

  if (fd < 0) {
    error_sys(err, errno, "cannot be opened");
    return NULL;
  }
  if (isatty(fd)) {
    error_set(err, ERROR_USAGE, "a terminal; use --input FILE, or diffoci load < FILE");
    if (path)
      close(fd);
    return NULL;
  }
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
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

/* It is read as a stream, which may be a pipe; of a file the beginning can be looked at again. */
static int open_again(const char *path)
{
  return path ? open(path, O_RDONLY | O_CLOEXEC) : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
}

static int load(struct store *store, const struct load_flags *given,
                const struct platform_set *platforms, struct places *places,
                struct transfer_display *display, struct error *err)
{
  const struct limits limits = limits_scaled(given->max_scale);
  const struct copy_options options = {
    .limits = &limits,
    .platforms = platforms->n > 0 ? platforms : NULL,
    .jobs = 1,
    .fetch = given->places.foreign_urls == TOGGLE_ON ? places_fetch : NULL,
    .fetch_context = places,
    .notice = platforms->n > 0 ? places_notice : NULL,
    .notice_context = places,
  };
  AUTO_CLOSE int again = -1;
  struct stream *stream;
  uint64_t size = 0;

  if (given->places.cache_limit)
    store_set_limit(store, given->places.cache_limit);
  stream = open_input(given->input, &size, err);
  again = open_again(given->input);
  if (stream && !options.fetch &&
      sandbox_keep((enum sandbox_mode)given->sandbox, &store, 1, false, err)) {
    stream_close(stream);
    return -1;
  }
  if (stream)
    stream = stream_counted(stream, transfer_display_progress(display),
                            given->input ? given->input : "standard input", size);
  if (stream && import_archive(store, stream, &options, load_report, display, err) < 0) {
    if (again >= 0)
      head_explain(again, err);
    stream = NULL;
  }
  if (!stream)
    return error_wrap(err, "%s", given->input ? given->input : "standard input");
  return 0;
}

static int load_run(const struct invocation *call, struct error *err)
{
  const struct load_flags *given = call->options;
  struct platform_set platforms = { 0 };
  struct transfer_display display;
  struct places places;
  struct store *store = NULL;
  int result = 0;

  if (given->all_platforms == TOGGLE_ON && given->platforms.n > 0)
    return error_set(err, ERROR_USAGE, "--platform and --all-platforms exclude each other");
  place_flags_init(&places, &display, &call->globals, &given->places);
  for (size_t i = 0; result == 0 && i < given->platforms.n; i++) {
    result = platform_set_add(&platforms, str_of(given->platforms.items[i]), err);
    if (result < 0)
      error_wrap(err, "flag --platform");
  }
  if (result == 0) {
    store = backend_open(&call->globals.stores, STORE_WRITE, err);
    result = store ? load(store, given, &platforms, &places, &display, err) : -1;
  }
  places_release(&places);
  transfer_display_release(&display);
  store_close(store);
  platform_set_release(&platforms);
  return result;
}

const struct command command_load = {
  .name = "load",
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
