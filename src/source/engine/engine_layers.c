#include "source/engine/engine_layers.h"

#include <stdlib.h>

#include "source/archive/members.h"
#include "source/engine/engine_legacy.h"

enum {
  LAYERS_MAX = 256, /* more than engines allow */
  HEX_LEN = 64,
};

void layer_ids_release(struct layer_ids *ids)
{
  free(ids->diff_ids);
  *ids = (struct layer_ids) { 0 };
}

/* HEX and then rest. */
static bool is_hex_and(const char *path, const char *rest, struct digest *out)
{
  char text[sizeof("sha256:") + HEX_LEN];
  struct error ignored;

  if (strlen(path) != HEX_LEN + strlen(rest) || strcmp(path + HEX_LEN, rest) != 0)
    return false;
  snprintf(text, sizeof(text), "sha256:%.*s", HEX_LEN, path);
  return digest_parse(out, str_of(text), &ignored) == 0;
}

bool engine_member_digest(const struct layer_ids *image, const char *path, struct str legacy_json,
                          struct digest *out)
{
  struct digest found;
  struct digest chain;

  if (members_blob_digest(path, &found) || is_hex_and(path, ".tar", &found)) {
    *out = found;
    return true;
  }
  if (!is_hex_and(path, "/layer.tar", &found) || image->n > LAYERS_MAX)
    return false;
  for (size_t i = 0; i < image->n; i++) {
    chain = legacy_chain_id(i ? &chain : NULL, &image->diff_ids[i]);
    if (!legacy_layer_matches(&found, legacy_json, &chain))
      continue;
    *out = image->diff_ids[i];
    return true;
  }
  return false;
}
