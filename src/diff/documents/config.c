/* Image configurations. */
#include <stdio.h>
#include <string.h>

#include "diff/compare.h"
#include "diff/documents/json_diff.h"
#include "diff/documents/loaded.h"
#include "image/schema.h"

/* Where image timestamps are left out but the history is not, it is compared item by item. */
static void compare_history(struct diff *diff, const struct event_node *parent,
                            const struct config *c0, const struct config *c1,
                            const struct event_input inputs[2])
{
  static const char *const skip[] = { "created", NULL };
  AUTO_FIELDS fields = FIELDS_INIT;
  struct json_diff_options options = { .empty_is_absent = true, .skip = skip };
  size_t n0 = json_array_size(c0->history);
  size_t n1 = json_array_size(c1->history);
  char text[2][32];

  if (n0 != n1) {
    snprintf(text[0], sizeof(text[0]), "%zu", n0);
    snprintf(text[1], sizeof(text[1]), "%zu", n1);
    fields_add(&fields, "history (items)", "history (items) ", str_of(text[0]), str_of(text[1]));
    diff_leaf(diff, parent, "config/history", EVENT_CONFIG, "field \"History\": length mismatch",
              inputs, &fields);
    return;
  }
  for (size_t i = 0; i < n0; i++) {
    char name[48];
    char note[48];

    fields_reset(&fields);
    if (!json_diff(&fields, schema_history, json_array_get(c0->history, i),
                   json_array_get(c1->history, i), &options))
      continue;
    snprintf(name, sizeof(name), "config/history-%zu", i);
    snprintf(note, sizeof(note), "field \"History[%zu]\"", i);
    diff_leaf(diff, parent, name, EVENT_CONFIG, note, inputs, &fields);
  }
}

/* Not strictly, the diff_ids are no difference of their own: the layers are compared. */
static void compare_rootfs_type(struct diff *diff, const struct event_node *parent,
                                const struct config *c0, const struct config *c1,
                                const struct event_input inputs[2])
{
  static const struct json_field type_only[] = {
    { "type", JSON_KIND_SCALAR, NULL },
    { NULL, JSON_KIND_ANY, NULL },
  };
  static const struct json_field rootfs_only[] = {
    { "rootfs", JSON_KIND_OBJECT, type_only },
    { NULL, JSON_KIND_ANY, NULL },
  };
  AUTO_FIELDS fields = FIELDS_INIT;
  struct json_diff_options options = { .empty_is_absent = true };

  if (json_diff(&fields, rootfs_only, c0->json, c1->json, &options))
    diff_leaf(diff, parent, "config/rootfs", EVENT_CONFIG, "field \"RootFS\"", inputs, &fields);
}

void compare_configs(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1)
{
  const uint32_t ignore = diff->options->ignore;
  AUTO_FIELDS fields = FIELDS_INIT;
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  struct json_diff_options options = { .empty_is_absent = !diff->strict };
  const char *skip[4];
  size_t n = 0;
  const struct config *c0;
  const struct config *c1;
  struct error err;

  c0 = diff_load_config(diff, 0, d0, &err);
  c1 = c0 ? diff_load_config(diff, 1, d1, &err) : NULL;
  if (!c0 || !c1) {
    diff_fail(diff, &err);
    return;
  }
  inputs[0].config = c0->json;
  inputs[1].config = c1->json;
  if (!diff->strict)
    skip[n++] = "rootfs";
  if (ignore & IGNORE_IMAGE_TIMESTAMPS)
    skip[n++] = "created";
  if (ignore & (IGNORE_HISTORY | IGNORE_IMAGE_TIMESTAMPS))
    skip[n++] = "history";
  skip[n] = NULL;
  options.skip = skip;
  if (json_diff(&fields, schema_config, c0->json, c1->json, &options))
    diff_leaf(diff, parent, "config", EVENT_CONFIG, NULL, inputs, &fields);
  if (!diff->strict)
    compare_rootfs_type(diff, parent, c0, c1, inputs);
  if (ignore & IGNORE_IMAGE_TIMESTAMPS && !(ignore & IGNORE_HISTORY))
    compare_history(diff, parent, c0, c1, inputs);
}
