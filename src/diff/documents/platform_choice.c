#include "diff/documents/platform_choice.h"

#include "base/alloc.h"
#include "diff/documents/loaded.h"
#include "diff/notices.h"
#include "image/platform_match.h"

/* 1: *out is the platform that a manifest's config tells; 0: it tells none; -1: it cannot be read.
 */
static int platform_of_manifest(struct diff *diff, int side, const struct descriptor *blob,
                                struct platform *out, struct error *err)
{
  const struct manifest *manifest = diff_load_manifest(diff, side, blob, err);
  const struct config *config;

  if (!manifest)
    return -1;
  if (manifest->is_artifact)
    return 0;
  config = diff_load_config(diff, side, &manifest->config, err);
  if (!config)
    return -1;
  *out = config->platform;
  return config->platform.architecture[0] ? 1 : 0;
}

/* Whether all images of an index are of the platform *out. */
static bool is_of_one_platform(const struct index *index, struct platform *out)
{
  const char *ignored;
  bool found = false;

  for (size_t i = 0; i < index->n_manifests; i++) {
    const struct descriptor *manifest = &index->manifests[i];

    if (descriptor_is_attestation(manifest, &ignored))
      continue;
    if (!manifest->has_platform || (found && !platform_equal(out, &manifest->platform)))
      return false;
    *out = manifest->platform;
    found = true;
  }
  return found;
}

static bool has_one_platform(struct diff *diff, int side, struct platform *out)
{
  const struct descriptor *root = diff->root[side];
  const struct index *index;
  struct error ignored;

  if (root->kind == MEDIA_MANIFEST)
    return platform_of_manifest(diff, side, root, out, &ignored) > 0;
  if (root->kind != MEDIA_INDEX)
    return false;
  index = diff_load_index(diff, side, root, &ignored);
  return index && is_of_one_platform(index, out);
}

/* Who asks for no platform thinks of this machine's; that another was compared, as one image is for
 * that alone, must not be left to be guessed from "identical". */
static void tell_choice(struct diff *diff, int side, const struct platform *platform)
{
  const struct platform_set *usual = &diff->options->platforms;
  char text[PLATFORM_MAX_TEXT];
  AUTO_FREE char *line = NULL;

  if (usual->n != 1 || platform_rank(&usual->items[0], platform) >= 0)
    return;
  line = xasprintf("the platform compared is %s, the only one of input %d (--platform chooses)",
                   platform_format(platform, text), side);
  diff_note(diff, str_of(line));
}

void platform_choice_make(struct diff *diff)
{
  struct platform_set *own = &diff->own_platforms;
  struct platform platform;

  diff->platforms = &diff->options->platforms;
  if (diff->primary)
    diff->platforms = diff->primary->platforms;
  if (diff->primary || diff->options->platforms_given || diff->platforms->all ||
      (diff->root[0]->kind == MEDIA_MANIFEST && diff->root[1]->kind == MEDIA_MANIFEST))
    return;
  for (int side = 0; side < 2; side++) {
    if (!has_one_platform(diff, side, &platform))
      continue;
    platform = platform_normalize(&platform);
    if (own->n && platform_equal(&own->items[0], &platform))
      continue;
    own->items = xreallocarray(own->items, own->n + 1, sizeof(*own->items));
    own->items[own->n++] = platform;
    tell_choice(diff, side, &platform);
  }
  if (own->n)
    diff->platforms = own;
}

int platform_choice_check(struct diff *diff, struct error *err)
{
  const struct platform_set *platforms = diff->platforms;
  const bool beside_index =
      diff->root[0]->kind == MEDIA_INDEX || diff->root[1]->kind == MEDIA_INDEX;

  if (!diff->options->platforms_given || platforms->all || diff->primary)
    return 0;
  for (int side = 0; side < 2; side++) {
    struct platform platform;
    int found = diff->root[side]->kind != MEDIA_MANIFEST
                    ? 0
                    : platform_of_manifest(diff, side, diff->root[side], &platform, err);

    if (found < 0)
      return beside_index ? 0 : -1;
    if (found == 0 || platform_check_alone(platforms->items, platforms->n, &platform, err) == 0)
      continue;
    /* The Go tool compares it with the index's image of that platform (conformance,
     * index-vs-manifest): it has rows for that, and no --effective. Where they are the same,
     * because the index calls it something that it is not, that must not pass. */
    if (!beside_index || diff->options->effective || diff->options->platform_is_required)
      return diff_wrap_input(diff, side, err);
    diff_notice(diff, side, str_of(err->message));
    diff->other_platform = true;
    diff->other_platform_error = *err;
    (void)!diff_wrap_input(diff, side, &diff->other_platform_error);
  }
  return 0;
}
