#include "diff/documents/index_items.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "diff/documents/loaded.h"
#include "image/platform_match.h"

void items_release(struct items *items)
{
  free(items->list);
}

/* An index need not say a manifest's platform: then its config does. */
static void find_platform(struct diff *diff, int side, struct item *item)
{
  const struct manifest *manifest;
  const struct config *config;
  struct error err;

  item->has_platform = item->descriptor->has_platform;
  item->platform = item->descriptor->platform;
  if (item->has_platform || item->descriptor->kind != MEDIA_MANIFEST)
    return;
  manifest = diff_load_manifest(diff, side, item->descriptor, &err);
  item->is_artifact = manifest && manifest->is_artifact;
  if (!manifest || manifest->is_artifact)
    return;
  config = diff_load_config(diff, side, &manifest->config, &err);
  if (!config || !config->platform.architecture[0])
    return;
  item->has_platform = true;
  item->platform = config->platform;
}

static bool is_selected(const struct diff *diff, const struct item *item)
{
  const struct platform_set *platforms = diff->platforms;

  return platforms->all || !item->has_platform || platform_set_has(platforms, &item->platform);
}

/* The item whose digest an attestation's reference names. */
static const struct item *index_items_referred(const struct items *items, const char *digest)
{
  char text[DIGEST_MAX_TEXT];

  for (size_t i = 0; i < items->n; i++)
    if (strcmp(digest_format(&items->list[i].descriptor->digest, text), digest) == 0)
      return &items->list[i];
  return NULL;
}

/* Where everything counts, so does that there is an attestation; else only if it was asked for. */
static void select_attestations(const struct diff *diff, const struct index *index,
                                struct items *items)
{
  if (!diff->strict && !diff->options->attestations)
    return;
  for (size_t i = 0; i < index->n_manifests; i++) {
    struct item *item = &items->list[items->n];

    *item = (struct item) { .descriptor = &index->manifests[i], .position = i };
    if (!descriptor_is_attestation(item->descriptor, &item->refers_to))
      continue;
    item->about = index_items_referred(items, item->refers_to);
    items->n += item->about || diff->platforms->all;
  }
}

enum { ENTRIES_SCALE = 4 }; /* all indexes together may hold as many entries as this many indexes */

static int count_entries(struct diff *diff, const struct index *index, struct error *err)
{
  const uint64_t most = diff->options->limits->manifests > INT64_MAX / ENTRIES_SCALE
                            ? INT64_MAX
                            : diff->options->limits->manifests * ENTRIES_SCALE;

  diff->n_entries += index->n_manifests + 1; /* an empty one takes a visit too */
  if (diff->n_entries <= most)
    return 0;
  return error_set(err, ERROR_LIMIT,
                   "its indexes, and those within them, hold more than %llu manifests in all (see "
                   "--max-scale)",
                   (unsigned long long)most);
}

static void add_item(struct items *items, const struct item *item)
{
  items->list = xgrow(items->list, items->n, &items->cap, sizeof(*items->list));
  items->list[items->n++] = *item;
}

/* Of items, position is the next entry's in what the indexes together list. */
static int select_images(struct diff *diff, int side, const struct index *index, unsigned depth,
                         size_t *position, struct items *items, struct error *err)
{
  if (count_entries(diff, index, err))
    return -1;
  for (size_t i = 0; i < index->n_manifests; i++) {
    struct item item = { .descriptor = &index->manifests[i], .position = *position };
    const struct index *nested;
    const char *ignored;

    if (!descriptor_is_attestation(item.descriptor, &ignored))
      find_platform(diff, side, &item);
    if (diff->options->effective && item.descriptor->kind == MEDIA_INDEX && !item.has_platform) {
      if (depth + 1 >= LIMIT_INDEX_DEPTH)
        return error_set(err, ERROR_LIMIT,
                         "indexes are nested more than %d deep, or refer to themselves",
                         LIMIT_INDEX_DEPTH);
      items->holds_more = true;
      nested = diff_load_index(diff, side, item.descriptor, err);
      if (!nested || select_images(diff, side, nested, depth + 1, position, items, err))
        return -1;
      continue;
    }
    ++*position;
    if (item.is_artifact && diff->options->effective)
      items->holds_more = true;
    else if (!descriptor_is_attestation(item.descriptor, &ignored) && is_selected(diff, &item))
      add_item(items, &item);
  }
  return 0;
}

int items_select(struct diff *diff, int side, const struct index *index, struct items *items,
                 struct error *err)
{
  size_t position = 0;

  if (select_images(diff, side, index, 0, &position, items, err))
    return -1;
  items->list = xreallocarray(items->list, items->n + index->n_manifests + 1, sizeof(*items->list));
  select_attestations(diff, index, items);
  return 0;
}

enum { FIT_ROUNDS = 3 };

/* Of those that fit, which are taken first. */
enum likeness { LIKE_SAME_BYTES, LIKE_SAME_ANNOTATIONS, LIKE_POSITION, LIKENESSES };

/* Only of Windows do engines look at it. */
static bool same_os_version(const struct platform *a, const struct platform *b)
{
  return strcasecmp(a->os, "windows") != 0 || strcmp(a->os_version, b->os_version) == 0;
}

/* Whether two belong together at that level: 0 only if they are just the same. */
static bool index_items_fits(const struct item *a, const struct item *b, int round)
{
  if (!a->refers_to != !b->refers_to)
    return false;
  if (a->refers_to)
    return a->about && a->about->pair && a->about->pair == b->about;
  if (a->has_platform != b->has_platform)
    return false;
  if (!a->has_platform)
    return strcmp(a->descriptor->media_type, b->descriptor->media_type) == 0 &&
           strcmp(a->descriptor->artifact_type, b->descriptor->artifact_type) == 0;
  if (round == 0 && !same_os_version(&a->platform, &b->platform))
    return false;
  return round < 2 ? platform_distance(&a->platform, &b->platform) == 0
                   : platform_distance(&a->platform, &b->platform) > 0;
}

static bool are_alike(const struct item *a, const struct item *b, int likeness)
{
  if (likeness == LIKE_SAME_BYTES)
    return same_blob(a->descriptor, b->descriptor);
  return likeness == LIKE_POSITION ||
         json_equal(a->descriptor->annotations, b->descriptor->annotations) ||
         (!a->descriptor->annotations && !b->descriptor->annotations);
}

/* Of several that fit, the first, or the first of the nearest variant. */
static struct item *index_items_choose(const struct item *a, struct items *others, int round,
                                       int likeness)
{
  struct item *best = NULL;

  for (size_t i = 0; i < others->n; i++) {
    struct item *b = &others->list[i];

    if (b->pair || !index_items_fits(a, b, round) || !are_alike(a, b, likeness))
      continue;
    if (!best || (a->has_platform && platform_distance(&a->platform, &b->platform) <
                                         platform_distance(&a->platform, &best->platform)))
      best = b;
  }
  return best;
}

static void pair_alike(struct items *items0, struct items *items1, bool attestations, int round,
                       int likeness)
{
  for (size_t i = 0; i < items0->n; i++) {
    struct item *a = &items0->list[i];
    struct item *b;

    if (a->pair || (a->refers_to != NULL) != attestations)
      continue;
    b = index_items_choose(a, items1, round, likeness);
    a->pair = b;
    if (b)
      b->pair = a;
  }
}

void items_pair(struct items *items0, struct items *items1)
{
  for (int attestations = 0; attestations < 2; attestations++)
    for (int round = 0; round < FIT_ROUNDS; round++)
      for (int likeness = 0; likeness < LIKENESSES; likeness++)
        pair_alike(items0, items1, attestations != 0, round, likeness);
}

const struct item *items_first_like(const struct items *items, const struct item *like)
{
  for (size_t i = 0; i < items->n; i++) {
    const struct item *item = &items->list[i];

    if (!item->refers_to && !item->is_artifact && item->has_platform &&
        same_os_version(&item->platform, &like->platform) &&
        platform_distance(&item->platform, &like->platform) == 0)
      return item;
  }
  return NULL;
}

/* The fourth number of an os.version, as containerd reads it: 0 where there is none. */
static uint64_t patch_level(const struct item *item)
{
  const char *number = item->platform.os_version;
  uint64_t level;

  for (int before = 0; before < 3; before++) {
    number = strchr(number, '.');
    if (!number)
      return 0;
    number++;
  }
  return str_to_u64((struct str) { number, strcspn(number, ".") }, INT64_MAX, &level) ? level : 0;
}

const struct item *items_latest_like(const struct items *items, const struct item *like)
{
  const struct item *latest = NULL;

  if (strcasecmp(like->platform.os, "windows") != 0)
    return NULL;
  for (size_t i = 0; i < items->n; i++) {
    const struct item *item = &items->list[i];

    if (!item->refers_to && !item->is_artifact && item->has_platform &&
        platform_distance(&item->platform, &like->platform) == 0 &&
        (!latest || patch_level(item) > patch_level(latest)))
      latest = item;
  }
  return latest;
}

const struct item *items_counterpart(struct diff *diff, int manifest_side,
                                     const struct descriptor *manifest_blob,
                                     const struct items *items)
{
  const struct platform_set *platforms = diff->platforms;
  struct item lone = { .descriptor = manifest_blob };

  find_platform(diff, manifest_side, &lone);
  for (int round = 0; round < FIT_ROUNDS && lone.has_platform; round++) {
    const struct item *best =
        index_items_choose(&lone, (struct items *)(uintptr_t)items, round, LIKE_POSITION);

    if (best)
      return best;
  }
  for (size_t p = 0; p < platforms->n; p++)
    for (size_t i = 0; i < items->n; i++)
      if (items->list[i].has_platform &&
          platform_equal(&items->list[i].platform, &platforms->items[p]))
        return &items->list[i];
  for (size_t i = 0; i < items->n; i++)
    if (!items->list[i].refers_to && !items->list[i].is_artifact)
      return &items->list[i];
  return NULL;
}

bool items_have_platform(const struct items *items, const struct platform *platform)
{
  for (size_t i = 0; i < items->n; i++)
    if (!items->list[i].refers_to && !items->list[i].is_artifact &&
        (!items->list[i].has_platform || platform_equal(&items->list[i].platform, platform)))
      return true;
  return false;
}

const char *item_describe(const struct item *item, char text[ITEM_MAX_TEXT])
{
  char platform[PLATFORM_MAX_TEXT];
  char digest[DIGEST_MAX_TEXT];
  const char *version = item->platform.os_version;

  if (item->refers_to)
    snprintf(text, ITEM_MAX_TEXT, "attestation of %.100s", item->refers_to);
  else if (item->has_platform)
    snprintf(text, ITEM_MAX_TEXT, "platform %s%s%s", platform_format(&item->platform, platform),
             *version ? " " : "", version);
  else
    snprintf(text, ITEM_MAX_TEXT, "manifest %s", digest_format(&item->descriptor->digest, digest));
  return text;
}
