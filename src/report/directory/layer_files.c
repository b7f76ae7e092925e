#include "report/directory/layer_files.h"

#include <stdlib.h>

#include "base/alloc.h"

/* Memory is asked for in pieces. */
enum { PIECE = 256 * 1024 };

void layer_file_list_release(struct layer_file_list *list)
{
  for (size_t i = 0; i < list->n; i++) {
    free(list->items[i]->files);
    free(list->items[i]->positions);
    free(list->items[i]);
  }
  free(list->items);
  map_release(&list->by_key);
  arena_release(&list->arena);
  budget_give(list->memory, list->taken);
  *list = LAYER_FILE_LIST_INIT;
}

/* "/manifests-0/layers-1/layer/tarentry" is about files in "manifests-0/layers-1". */
static struct str directory_of(const char *context)
{
  static const struct str suffixes[] = { { "/tarentry", 9 }, { "/layer", 6 } };
  struct str directory = str_of(context);

  for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
    if (str_has_suffix(directory, suffixes[i]))
      directory.len -= suffixes[i].len;
  return directory.len && directory.ptr[0] == '/' ? str_skip(directory, 1) : directory;
}

static struct layer_files *files_of(struct layer_file_list *list, int side, const char *context,
                                    const struct descriptor *layer)
{
  struct str directory = directory_of(context);
  char digest[DIGEST_MAX_TEXT];
  char *text =
      xasprintf("%d %s %.*s", side, digest_format(&layer->digest, digest), STR_ARGS(directory));
  struct map_entry *entry = map_put(&list->by_key, str_of(text));
  struct layer_files *files = entry->value;

  if (!files) {
    entry->key = arena_str(&list->arena, entry->key);
    entry->value = files = xcalloc(1, sizeof(*files));
    files->side = side;
    files->context = arena_strdup(&list->arena, context);
    files->directory = arena_str(&list->arena, directory).ptr;
    files->layer = layer;
    list->items = xgrow(list->items, list->n, &list->cap, sizeof(struct layer_files *));
    list->items[list->n++] = files;
  }
  free(text);
  return files;
}

static const struct digest *copy_digest(struct layer_file_list *list, const struct digest *digest)
{
  struct digest *copy = arena_alloc(&list->arena, sizeof(*copy));

  *copy = *digest;
  return copy;
}

/* Room for one more, the positions that are made of them at the end, and what lists may grow by. */
static bool layer_files_may_grow(struct layer_file_list *list)
{
  const uint64_t wanted =
      list->arena.total + (list->files + 1) * (2 * sizeof(struct layer_file) + sizeof(uint64_t));

  while (list->taken < wanted && !list->failed) {
    list->failed = !budget_take(list->memory, PIECE);
    list->taken += list->failed ? 0 : PIECE;
  }
  return !list->failed;
}

void layer_file_list_add(struct layer_file_list *list, const struct event *event)
{
  const struct event_node *parent = event->parent;
  /* Of what differs inside a file, the file. */
  const bool is_inside = parent && (parent->inputs[0].entry || parent->inputs[1].entry);
  const char *context = is_inside ? parent->context : event->context;

  for (int side = 0; side < 2; side++) {
    const struct event_input *input = is_inside ? &parent->inputs[side] : &event->inputs[side];
    struct layer_files *files = list->last[side];

    if (!input->entry || !input->layer || !layer_files_may_grow(list))
      continue;
    list->files++;
    if (!files || files->layer != input->layer || strcmp(files->context, context) != 0) {
      files = files_of(list, side, context, input->layer);
      list->last[side] = files;
    }
    files->files = xgrow(files->files, files->n, &files->cap, sizeof(*files->files));
    files->files[files->n++] = (struct layer_file) {
      input->entry->index,
      input->content ? copy_digest(list, input->content) : NULL,
    };
  }
}

/* Squashed layers share a directory. They lie in one array, their manifest's, and are to be read in
 * its order, so that a hard link finds a target that stands in a layer below. */
static int compare_files(const void *a, const void *b)
{
  const struct layer_files *files_a = *(struct layer_files *const *)a;
  const struct layer_files *files_b = *(struct layer_files *const *)b;
  uintptr_t layer_a = (uintptr_t)files_a->layer;
  uintptr_t layer_b = (uintptr_t)files_b->layer;
  int order = str_compare_natural(str_of(files_a->directory), str_of(files_b->directory));

  if (!order)
    order = files_a->side - files_b->side;
  return order ? order : (layer_a > layer_b) - (layer_a < layer_b);
}

static int compare_positions(const void *a, const void *b)
{
  const struct layer_file *file_a = a;
  const struct layer_file *file_b = b;

  if (file_a->position != file_b->position)
    return file_a->position > file_b->position ? 1 : -1;
  return (file_a->content == NULL) - (file_b->content == NULL); /* the one that tells more first */
}

static void sort_positions(struct layer_files *files)
{
  size_t kept = 0;

  qsort(files->files, files->n, sizeof(*files->files), compare_positions);
  files->positions = xcalloc(files->n, sizeof(*files->positions));
  for (size_t i = 0; i < files->n; i++) {
    if (kept > 0 && files->positions[kept - 1] == files->files[i].position)
      continue;
    files->files[kept] = files->files[i];
    files->positions[kept++] = files->files[i].position;
  }
  files->n = kept;
}

int layer_file_list_sort(struct layer_file_list *list, struct error *err)
{
  if (list->failed)
    return budget_error(list->memory, "the files of the report directory", err);
  if (list->n > 0)
    qsort(list->items, list->n, sizeof(struct layer_files *), compare_files);
  for (size_t i = 0; i < list->n; i++)
    sort_positions(list->items[i]);
  return 0;
}
