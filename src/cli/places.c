#include "cli/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/log.h"
#include "cli/backend.h"
#include "source/cached.h"
#include "source/external.h"
#include "source/open.h"

static void write_warning(struct places *places, const char *before, const char *text)
{
  AUTO_BUF line = BUF_INIT(64 * 1024);

  buf_printf(&line, "diffoci: warning: %s", before);
  escape_terminal(&line, str_of(text));
  buf_putc(&line, '\n');
  pthread_mutex_lock(&places->lock);
  progress_display_write(places->display, line.ptr);
  pthread_mutex_unlock(&places->lock);
}

static void warn(void *context, const struct error *err)
{
  struct places *places = context;

  if (!__atomic_exchange_n(&places->warned, 1, __ATOMIC_RELAXED))
    write_warning(places, "going on without storing: ", err->message);
}

void places_notice(void *context, const char *line)
{
  write_warning(context, "", line);
}

void places_init(struct places *out, const struct global_options *globals,
                 const struct place_flags *given)
{
  *out = (struct places) {
    .named = { .warn = warn, .warn_context = out },
    .given = given,
    .globals = globals,
    /* Debug messages would be drawn over. */
    .show = given->quiet != TOGGLE_ON && !globals->debug,
  };
  pthread_mutex_init(&out->lock, NULL);
}

void places_set_title(struct places *places, const char *title)
{
  AUTO_BUF text = BUF_INIT(64 * 1024);

  escape_terminal(&text, str_of(title));
  places->title = buf_detach(&text);
}

void places_watch_store(struct places *places)
{
  if (places->named.store)
    store_set_notice(places->named.store, places_notice, places);
}

/* Under the lock. Where what is counted is shown, if it is. NULL: nowhere. */
static struct progress *start_progress(struct places *places)
{
  if (!places->progress && places->show && progress_can_be_shown()) {
    places->progress = progress_new();
    places->display = progress_display_start(places->progress, places->title);
  }
  return places->progress;
}

struct progress *places_progress(struct places *places)
{
  struct progress *progress;

  pthread_mutex_lock(&places->lock);
  progress = start_progress(places);
  pthread_mutex_unlock(&places->lock);
  return progress;
}

static struct net *open_net(struct places *places, struct error *err)
{
  const struct place_flags *given = places->given;
  const struct net_options options = {
    .plain_http = given->plain_http.items,
    .n_plain_http = given->plain_http.n,
    .insecure = given->insecure.items,
    .n_insecure = given->insecure.n,
    .ca_file = given->ca_file,
    .progress = start_progress(places),
  };

  return net_new(&options, err);
}

struct net *places_net(void *context, struct error *err)
{
  struct places *places = context;

  pthread_mutex_lock(&places->lock);
  if (!places->named.net)
    places->named.net = open_net(places, err);
  pthread_mutex_unlock(&places->lock);
  return places->named.net;
}

struct stream *places_fetch(void *context, const struct descriptor *blob, struct error *err)
{
  return external_fetch(places_net, context, blob, err);
}

/* The store that names are looked up in and what is fetched is kept in; *out is NULL where there is
 * none. -1: the one that was asked for cannot be used. */
static int open_store(struct places *places, enum named_pull pull, struct store **out,
                      struct error *err)
{
  const struct global_options *globals = places->globals;
  enum store_mode mode = pull == NAMED_PULL_NEVER ? STORE_READ : STORE_WRITE;
  struct error store_err;

  if (globals->backend == BACKEND_CONTAINERD) {
    *out = cli_open_containerd(globals, mode, err);
    return *out ? 0 : -1;
  }
  if (pull == NAMED_PULL_NEVER)
    return cli_find_local(globals, out, err);
  *out = cli_open_local(globals, mode, &store_err);
  if (!*out) {
    warn(places, &store_err);
    /* What is in a store that is read-only can still be used. */
    *out = cli_open_local(globals, STORE_READ, &store_err);
  }
  return 0;
}

/* Where no file can be had, what is needed twice is fetched twice. */
static void places_keep(struct places *places)
{
  struct error err;

  places->kept = kept_blobs_new(&err);
  if (!places->kept)
    log_debug("%s", err.message);
}

int places_open(struct places *places, enum named_pull pull, bool use_store, struct error *err)
{
  places->named.pull = pull;
  if (use_store && places->globals->backend == BACKEND_AUTO && pull != NAMED_PULL_ALWAYS)
    places->named.first = cli_auto_containerd(places->globals, STORE_READ);
  if (use_store && open_store(places, pull, &places->named.store, err) < 0)
    return -1;
  if (!use_store)
    places_keep(places);
  places_watch_store(places);
  cli_limit_store(places->named.store, places->given->cache_limit);
  return pull == NAMED_PULL_NEVER || places_net(places, err) ? 0 : -1;
}

bool places_are_needed(const struct argument *argument)
{
  return argument->kind == ARGUMENT_NAME || argument->kind == ARGUMENT_ID;
}

/* containerd://NAME, whatever --backend is. */
static struct source *open_containerd(struct places *places, const struct argument *argument,
                                      struct error *err)
{
  struct source *source = NULL;

  if (!places->containerd)
    places->containerd = cli_open_containerd(places->globals, STORE_READ, err);
  if (places->containerd)
    source = source_of_store(places->containerd, argument->name, err);
  if (!source) {
    error_wrap(err, "%s", argument->text);
    return NULL;
  }
  free(source->label);
  source->label = xstrdup(argument->text);
  return source;
}

static struct source *open_image(struct places *places, const struct argument *argument,
                                 const struct source_options *options, struct error *err)
{
  struct source *source;

  switch (argument->kind) {
  case ARGUMENT_NAME:
  case ARGUMENT_ID:
    source = source_of_name(argument, &places->named, options->limits, err);
    return source && places->kept ? source_kept(source, places->kept) : source;
  case ARGUMENT_CONTAINERD:
    return open_containerd(places, argument, err);
  default:
    return source_open(argument, options, err);
  }
}

struct source *places_open_image(struct places *places, const struct argument *argument,
                                 const struct source_options *options, struct error *err)
{
  struct source_options counted = *options;
  struct source *source;

  counted.progress = places_progress(places);
  source = open_image(places, argument, &counted, err);
  if (source)
    source->progress = counted.progress;
  return source;
}

void places_hide_progress(struct places *places)
{
  struct progress_display *display;

  pthread_mutex_lock(&places->lock);
  display = places->display;
  places->display = NULL;
  places->show = false;
  pthread_mutex_unlock(&places->lock);
  progress_display_stop(display);
}

void places_release(struct places *places)
{
  places_hide_progress(places);
  net_free(places->named.net);
  progress_free(places->progress);
  free(places->title);
  store_close(places->named.store);
  store_close(places->named.first);
  store_close(places->containerd);
  kept_blobs_free(places->kept);
  pthread_mutex_destroy(&places->lock);
  *places = (struct places) { 0 };
}

int cli_platforms(struct platform_set *out, const struct text_list *platforms, enum toggle all,
                  struct error *err)
{
  char text[PLATFORM_MAX_TEXT];
  struct platform host = platform_host();

  if (all == TOGGLE_ON) {
    out->all = true;
    return 0;
  }
  for (size_t i = 0; i < platforms->n; i++) {
    if (platform_set_add(out, str_of(platforms->items[i]), err) < 0)
      return error_wrap(err, "flag --platform");
  }
  if (out->n > 0)
    return 0;
  return platform_set_add(out, str_of(platform_format(&host, text)), err);
}
