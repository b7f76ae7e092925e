#include "report/explain/explain_late.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/tempfile.h"
#include "report/explain/explain_content.h"

/* Of one side's contents in the file, all together; what comes then is not looked at whole. */
static const uint64_t KEPT_MAX = UINT64_C(8) << 30;

void explain_late_release(struct explain_late *late)
{
  free(late->items);
  arena_release(&late->arena);
  *late = (struct explain_late) { 0 };
}

static bool is_file(char type)
{
  return type == TAR_REGULAR || type == TAR_CONTIGUOUS || type == TAR_GNU_SPARSE;
}

bool explain_late_wants(const struct event *event, const struct cause_query *query)
{
  /* A place inside a file is no entry of the layer: its position is one among the members. */
  if (event->parent->type == EVENT_TARENTRY)
    return false;
  for (int side = 0; side < 2; side++)
    if (!is_file(query->types[side]) || !event->inputs[side].layer ||
        query->size[side] > EXPLAIN_CONTENT_MAX)
      return false;
  return true;
}

void explain_late_add(struct explain_late *late, const struct event *event,
                      const struct cause_query *query, struct explanation others, size_t record)
{
  struct late *item;

  late->items = xgrow(late->items, late->n, &late->cap, sizeof(*late->items));
  item = &late->items[late->n++];
  *item = (struct late) { .query = *query, .record = record, .others = others };
  item->query.path = arena_str(&late->arena, query->path);
  item->query.field.name = arena_str(&late->arena, query->field.name);
  for (int side = 0; side < 2; side++) {
    item->query.content[side] = (struct str) { NULL, 0 };
    item->layers[side] = event->inputs[side].layer;
    item->positions[side] = event->inputs[side].entry->index;
  }
}

void explain_late_add_pair(struct explain_late *late, const struct late_side sides[2],
                           const struct cause *cause, const struct values *values)
{
  struct late *item;

  for (int side = 0; side < 2; side++)
    if (!is_file(sides[side].type) || !sides[side].layer || sides[side].size > EXPLAIN_CONTENT_MAX)
      return;
  late->items = xgrow(late->items, late->n, &late->cap, sizeof(*late->items));
  item = &late->items[late->n++];
  *item = (struct late) {
    .query = { .path = arena_str(&late->arena, sides[0].path),
               .executable = sides[0].executable || sides[1].executable,
               .types = { sides[0].type, sides[1].type },
               .has_field = true,
               .field = { FIELD_CONTENT, { NULL, 0 } } },
    .record = sides[0].record,
    .twin = sides[1].record,
    .is_pair = true,
    .named = cause,
    .values = values,
    .others = sides[0].known,
  };
  for (int side = 0; side < 2; side++) {
    item->layers[side] = sides[side].layer;
    item->positions[side] = sides[side].position;
  }
}

/* ---- the second pass ---- */

/* A file of one side that is to be read. */
struct wanted {
  const struct descriptor *layer;
  uint64_t position;
  struct late *item;
};

struct pass {
  struct content_visitor visitor; /* the first member */
  struct explain_late *late;
  int side;
  const struct wanted *next, *end; /* of the layer that is being read */
  int fd;
  uint64_t kept; /* bytes in the file */
  void (*set)(void *context, size_t record, struct explanation found);
  void *context;
};

static bool write_all(int fd, const void *bytes, size_t len)
{
  const char *at = bytes;

  while (len) {
    const ssize_t wrote = write(fd, at, len);

    if (wrote <= 0)
      return false;
    at += wrote;
    len -= (size_t)wrote;
  }
  return true;
}

/* The current entry's content to the end of the file. -1: it cannot be read. */
static int explain_late_keep(struct pass *pass, struct late *item, struct tar_reader *reader,
                             struct error *err)
{
  struct tar_chunk chunk;
  int got;
  bool written = true;

  item->kept_at = pass->kept;
  while ((got = tar_read(reader, &chunk, err)) > 0) {
    written = written && pass->kept + chunk.len <= KEPT_MAX &&
              write_all(pass->fd, chunk.bytes, chunk.len);
    if (!written)
      continue;
    pass->kept += chunk.len;
    item->kept_bytes += chunk.len;
  }
  item->kept = got == 0 && written;
  if (!written && lseek(pass->fd, (off_t)pass->kept, SEEK_SET) < 0)
    return error_set(err, ERROR_IO, "a temporary file cannot be used");
  return got;
}

/* That it has another name comes first; that is proven if the contents differ in nothing else. */
static struct explanation explain_pair(struct pass *pass, struct late *item,
                                       const struct draft *contents)
{
  AUTO_DRAFT draft = DRAFT_INIT;
  bool proven = contents->n && !contents->left.len;

  for (size_t i = 0; i < contents->n; i++)
    proven = proven && contents->found[i].strength == CAUSE_PROVEN;
  draft_add(&draft, item->named, proven ? CAUSE_BY_CONTENT : CAUSE_BY_NAME,
            proven ? CAUSE_PROVEN : CAUSE_LIKELY, item->values);
  draft_add_draft(&draft, contents);
  if (item->others.n)
    draft_add_all(&draft, &item->others);
  return draft_finish(&draft, &pass->late->arena);
}

static struct explanation explain_item(struct pass *pass, struct late *item,
                                       const struct str content[2])
{
  AUTO_DRAFT draft = DRAFT_INIT;

  for (int side = 0; side < 2; side++) {
    item->query.size[side] = content[side].len;
    item->query.content[side] = content[side];
  }
  explain_content(&item->query, content, &pass->late->arena, &draft);
  for (int side = 0; side < 2; side++) /* they are gone after this */
    item->query.content[side] = (struct str) { NULL, 0 };
  if (item->is_pair)
    return explain_pair(pass, item, &draft);
  if (draft.n)
    draft_add_all(&draft, &item->others);
  return draft_finish(&draft, &pass->late->arena);
}

/* The content of the first side, which lies in the file; to be unmapped. */
static struct str map_kept(const struct pass *pass, const struct late *item, void **mapped,
                           size_t *len)
{
  const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  const uint64_t from = item->kept_at / page * page;

  *mapped = NULL;
  *len = (size_t)(item->kept_at - from + item->kept_bytes);
  if (!item->kept_bytes)
    return STR("");
  *mapped = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, pass->fd, (off_t)from);
  if (*mapped == MAP_FAILED) {
    *mapped = NULL;
    return (struct str) { NULL, 0 };
  }
  return (struct str) { (const char *)*mapped + (item->kept_at - from), (size_t)item->kept_bytes };
}

/* The current entry's content is held against the other side's. */
static int explain_late_compare(struct pass *pass, struct late *item, struct tar_reader *reader,
                                struct error *err)
{
  AUTO_BUF bytes = BUF_INIT(EXPLAIN_CONTENT_MAX);
  struct tar_chunk chunk;
  struct str content[2];
  void *mapped;
  size_t len;
  int got;

  while ((got = tar_read(reader, &chunk, err)) > 0)
    buf_add(&bytes, chunk.bytes, chunk.len);
  if (got < 0 || !item->kept || bytes.overflow)
    return got;
  content[0] = map_kept(pass, item, &mapped, &len);
  content[1] = bytes.len ? buf_str(&bytes) : STR("");
  if (content[0].ptr) {
    const struct explanation found = explain_item(pass, item, content);

    pass->set(pass->context, item->record, found);
    if (item->is_pair)
      pass->set(pass->context, item->twin, found);
  }
  if (mapped)
    munmap(mapped, len);
  return 0;
}

static int explain_late_visit(struct content_visitor *visitor, const struct tar_entry *entry,
                              struct tar_reader *reader, struct error *err)
{
  struct pass *pass = (struct pass *)visitor;
  struct late *item = pass->next->item;
  int got;

  if (pass->next->position != entry->index)
    return 0;
  got = pass->side == 0 ? explain_late_keep(pass, item, reader, err)
                        : explain_late_compare(pass, item, reader, err);
  /* An entry that several differences are about is looked at for the first. */
  while (pass->next < pass->end && pass->next->position == entry->index)
    pass->next++;
  return got;
}

static int explain_late_by_place(const void *a, const void *b)
{
  const struct wanted *wanted_a = a;
  const struct wanted *wanted_b = b;

  if (wanted_a->layer != wanted_b->layer)
    return (uintptr_t)wanted_a->layer < (uintptr_t)wanted_b->layer ? -1 : 1;
  return (wanted_a->position > wanted_b->position) - (wanted_a->position < wanted_b->position);
}

/* Reads what is wanted of one layer. An error leaves the rest unknown. */
static void read_layer(struct pass *pass, const struct diff_options *options)
{
  const size_t n = (size_t)(pass->end - pass->next);
  AUTO_FREE uint64_t *positions = xcalloc(n, sizeof(*positions));
  const struct descriptor *layer = pass->next->layer;
  size_t n_positions = 0;
  struct error err;

  for (size_t i = 0; i < n; i++)
    if (!n_positions || positions[n_positions - 1] != pass->next[i].position)
      positions[n_positions++] = pass->next[i].position;
  (void)!diff_visit_layer(options->sources[pass->side], layer, positions, n_positions,
                          options->limits, &pass->visitor, &err);
}

static void read_side(struct pass *pass, const struct diff_options *options)
{
  struct explain_late *late = pass->late;
  AUTO_FREE struct wanted *list = xcalloc(late->n, sizeof(*list));
  size_t at = 0;

  for (size_t i = 0; i < late->n; i++)
    list[i] = (struct wanted) { late->items[i].layers[pass->side],
                                late->items[i].positions[pass->side], &late->items[i] };
  qsort(list, late->n, sizeof(*list), explain_late_by_place);
  while (at < late->n) {
    pass->next = &list[at];
    while (at < late->n && list[at].layer == pass->next->layer)
      at++;
    pass->end = &list[at];
    read_layer(pass, options);
  }
}

void explain_late_look(struct explain_late *late, const struct diff_options *options,
                       void (*set)(void *context, size_t record, struct explanation found),
                       void *context)
{
  struct pass pass = {
    .visitor = { explain_late_visit }, .late = late, .set = set, .context = context
  };
  struct tempfile file;
  struct error err;

  if (!late->n || options->sources[0]->fetches_again || options->sources[1]->fetches_again)
    return;
  if (tempfile_open(&file, &err))
    return;
  pass.fd = file.fd;
  for (pass.side = 0; pass.side < 2; pass.side++)
    read_side(&pass, options);
  tempfile_close(&file);
}
