#include "cli/place_flags.h"

void place_flags_init(struct places *out, struct transfer_display *display,
                      const struct global_options *globals, const struct place_flags *given)
{
  const struct place_options options = {
    .stores = &globals->stores,
    .net = {
      .plain_http = given->plain_http.items,
      .n_plain_http = given->plain_http.n,
      .insecure = given->insecure.items,
      .n_insecure = given->insecure.n,
      .ca_file = given->ca_file,
    },
    .cache_limit = given->cache_limit,
    .warn = transfer_display_warn,
    .progress = transfer_display_progress,
    .context = display,
  };

  transfer_display_init(display, given->quiet != TOGGLE_ON && !globals->debug);
  places_init(out, &options);
}

int cli_platforms(struct platform_set *out, const struct text_list *platforms, enum toggle all,
                  struct error *err)
{
  char text[PLATFORM_MAX_TEXT];
  struct platform host = platform_host();

  if (all == TOGGLE_ON && platforms->n > 0)
    return error_set(err, ERROR_USAGE, "--platform and --all-platforms exclude each other");
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
