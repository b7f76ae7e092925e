#include "cli/places.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/log.h"

static void warn(void *context, const struct error *err)
{
  struct places *places = context;
  AUTO_BUF line = BUF_INIT(16 * sizeof(err->message));

  if (__atomic_exchange_n(&places->warned, 1, __ATOMIC_RELAXED))
    return;
  escape_terminal(&line, str_of(err->message));
  fprintf(stderr, "diffoci: warning: going on without storing: %s\n", line.ptr ? line.ptr : "");
}

static int open_net(struct places *places, const struct place_flags *given, struct error *err)
{
  struct progress *progress = places->progress = progress_new();
  const struct net_options options = {
    .plain_http = given->plain_http.items,
    .n_plain_http = given->plain_http.n,
    .insecure = given->insecure.items,
    .n_insecure = given->insecure.n,
    .ca_file = given->ca_file,
    .progress = progress,
  };

  places->named.net = net_new(&options, err);
  if (!places->named.net)
    return -1;
  if (given->quiet != TOGGLE_ON)
    places->display = progress_display_start(progress);
  return 0;
}

int places_open(struct places *out, const struct global_options *globals,
                const struct place_flags *given, enum named_pull pull, bool use_store,
                struct error *err)
{
  struct error store_err;

  *out = (struct places) { .named = { .pull = pull, .warn = warn, .warn_context = out } };
  if (use_store && pull == NAMED_PULL_NEVER) {
    if (cli_find_store(globals, &out->named.store, err) < 0)
      return -1;
  } else if (use_store) {
    out->named.store = cli_open_store(globals, STORE_WRITE, &store_err);
    if (!out->named.store) {
      warn(out, &store_err);
      /* What is in a store that is read-only can still be used. */
      out->named.store = cli_open_store(globals, STORE_READ, &store_err);
    }
  }
  if (cli_limit_store(out->named.store, given->cache_limit, err) < 0)
    return -1;
  return pull == NAMED_PULL_NEVER ? 0 : open_net(out, given, err);
}

void places_hide_progress(struct places *places)
{
  progress_display_stop(places->display);
  places->display = NULL;
}

void places_release(struct places *places)
{
  places_hide_progress(places);
  net_free(places->named.net);
  progress_free(places->progress);
  store_close(places->named.store);
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
