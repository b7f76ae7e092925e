#include "diff/documents/roots.h"

#include "base/alloc.h"
#include "diff/documents/loaded.h"

/* The texts are in the comparison's arena, which grows in one thread here. */
static const char *platform_text(struct diff *diff, const struct platform *platform)
{
  char text[PLATFORM_MAX_TEXT];

  return arena_strdup(&diff->arena, platform_format(platform, text));
}

static bool is_compared(const struct diff *diff, const struct descriptor *manifest)
{
  const char *ignored;

  return manifest->has_platform && !descriptor_is_attestation(manifest, &ignored) &&
         (diff->platforms->all || platform_set_has(diff->platforms, &manifest->platform));
}

static void tell_index(struct diff *diff, int side, const struct index *index)
{
  const char **platforms = arena_alloc(&diff->arena, (index->n_manifests + 1) * sizeof(*platforms));
  size_t n = 0;

  for (size_t i = 0; i < index->n_manifests; i++)
    if (is_compared(diff, &index->manifests[i]))
      platforms[n++] = platform_text(diff, &index->manifests[i].platform);
  diff->roots.platforms[side] = platforms;
  diff->roots.n_platforms[side] = n;
}

static void tell_manifest(struct diff *diff, int side, const struct manifest *manifest)
{
  const struct config *config =
      manifest->is_artifact ? NULL : diff_loaded_config(diff, side, &manifest->config);
  const char **platforms;

  if (!config || !config->platform.architecture[0])
    return;
  platforms = arena_alloc(&diff->arena, sizeof(*platforms));
  platforms[0] = platform_text(diff, &config->platform);
  diff->roots.platforms[side] = platforms;
  diff->roots.n_platforms[side] = 1;
}

void roots_tell(struct diff *diff)
{
  for (int side = 0; side < 2; side++) {
    const struct descriptor *root = diff->root[side];
    const struct index *index =
        root->kind == MEDIA_INDEX ? diff_loaded_index(diff, side, root) : NULL;
    const struct manifest *manifest =
        root->kind == MEDIA_MANIFEST ? diff_loaded_manifest(diff, side, root) : NULL;

    diff->roots.descriptors[side] = root;
    if (index)
      tell_index(diff, side, index);
    if (manifest)
      tell_manifest(diff, side, manifest);
  }
}
