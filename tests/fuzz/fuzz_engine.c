/* What container engines answer and say: the JSON of layers and images, versions, words. The first
 * 64 bytes are the ID that a layer has in an archive. */
#include <stdlib.h>

#include "base/limits.h"
#include "source/engine/engine_inspect.h"
#include "source/engine/engine_layers.h"
#include "source/engine/engine_legacy.h"
#include "source/engine/engine_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void layers(const struct layer_ids *image, struct str text)
{
  char path[256];
  struct digest digest;
  struct str json = str_skip(text, 64);

  snprintf(path, sizeof(path), "%.*s/layer.tar", (int)MIN_OF(text.len, (size_t)64), text.ptr);
  if (engine_member_digest(image, path, json, &digest) && digest.algorithm == DIGEST_NONE)
    abort();
  snprintf(path, sizeof(path), "%.*s", (int)MIN_OF(text.len, (size_t)200), text.ptr);
  if (engine_member_digest(image, path, json, &digest) && digest.algorithm == DIGEST_NONE)
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct str text = { (const char *)data, size };
  struct limits limits = limits_scaled(1);
  struct engine_image image = { 0 };
  struct error err;
  char *name;

  if (!size)
    return 0;
  if (engine_image_parse(&image, text, "14b7", &limits, &err) == 0) {
    name = engine_image_save_name(&image, "14b7");
    if (!name[0])
      abort();
    free(name);
  }
  if (!image.layers.n) {
    engine_image_release(&image);
    image.layers.diff_ids = calloc(2, sizeof(struct digest));
    image.layers.n = 2;
    image.layers.diff_ids[0] = digest_of(DIGEST_SHA256, "0", 1);
    image.layers.diff_ids[1] = digest_of(DIGEST_SHA256, "1", 1);
  }
  layers(&image.layers, text);
  engine_image_release(&image);
  (void)engine_version_has_platform(text);
  engine_words_error(&err, "it", text, size % 2);
  if (strpbrk(err.message, "\r\n"))
    abort();
  return 0;
}
