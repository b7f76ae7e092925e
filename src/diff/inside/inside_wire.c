#include "diff/inside/inside_wire.h"

#include <limits.h>

#include "base/alloc.h"
#include "base/wire.h"

enum {
  ITEM_ROW = 'r',
  ITEM_RESULT = 'e',
  FIELDS_MAX = 1024 * 1024, /* of one row; records of one entry */
  RESULT_ROOM = 64 * 1024,  /* kept free for the result */
};

/* No patch is written beyond so many bytes. */
#define PATCHES_ROOM ((size_t)INSIDE_WIRE_MAX / 2)
/* And no beginnings of contents beyond so many. */
#define HEADS_ROOM ((size_t)INSIDE_WIRE_MAX / 4)

/* ---- writing ---- */

static void put_time(struct buf *out, const struct tar_time *time)
{
  wire_put_number(out, time->set);
  wire_put_number(out, time->seconds);
  wire_put_number(out, time->nanoseconds);
}

static void put_entry(struct buf *out, const struct tar_entry *entry)
{
  wire_put_number(out, entry != NULL);
  if (!entry)
    return;
  wire_put_number(out, (int64_t)entry->index);
  wire_put_number(out, entry->type);
  wire_put_number(out, entry->format);
  wire_put_str(out, entry->name);
  wire_put_str(out, entry->link_name);
  wire_put_str(out, entry->user_name);
  wire_put_str(out, entry->group_name);
  wire_put_number(out, entry->size);
  wire_put_number(out, entry->mode);
  wire_put_number(out, entry->uid);
  wire_put_number(out, entry->gid);
  wire_put_number(out, entry->device_major);
  wire_put_number(out, entry->device_minor);
  put_time(out, &entry->mtime);
  put_time(out, &entry->atime);
  put_time(out, &entry->ctime);
  wire_put_number(out, (int64_t)entry->n_records);
  for (size_t i = 0; i < entry->n_records; i++) {
    wire_put_str(out, entry->records[i].key);
    wire_put_str(out, entry->records[i].value);
  }
}

static void put_digest(struct buf *out, const struct digest *digest)
{
  wire_put_number(out, digest != NULL);
  if (digest)
    buf_add(out, digest->bytes, 32);
}

/* A patch is no reason to drop rows. */
static void put_patch(struct buf *out, const struct patch *patch)
{
  const bool fits = patch && patch->text.len <= PATCHES_ROOM - MIN_OF(out->len, PATCHES_ROOM);

  wire_put_number(out, !patch ? PATCH_NONE : fits ? patch->kind : PATCH_DROPPED);
  wire_put_number(out, patch && fits ? (int64_t)patch->more : 0);
  wire_put_str(out, patch && fits ? patch->text : STR(""));
}

/* Both, or none. */
static void put_heads(struct buf *out, const struct str heads[2])
{
  const bool fits = heads[0].ptr && heads[1].ptr &&
                    heads[0].len + heads[1].len <= HEADS_ROOM - MIN_OF(out->len, HEADS_ROOM);

  wire_put_number(out, fits);
  for (int side = 0; side < 2 && fits; side++)
    wire_put_str(out, heads[side]);
}

static void write_row(struct inside_sink *sink, const struct inside_row *row)
{
  struct inside_writer *writer = (struct inside_writer *)sink;
  struct buf *out = &writer->out;
  const size_t before = out->len;

  wire_put_number(out, ITEM_ROW);
  wire_put_str(out, row->path);
  for (int side = 0; side < 2; side++) {
    put_entry(out, row->entries[side]);
    put_digest(out, row->contents[side]);
  }
  wire_put_number(out, (int64_t)row->n_fields);
  for (size_t i = 0; i < row->n_fields; i++) {
    wire_put_str(out, str_of(row->fields[i].name));
    wire_put_str(out, str_of(row->fields[i].label));
    wire_put_str(out, row->fields[i].value[0]);
    wire_put_str(out, row->fields[i].value[1]);
    wire_put_number(out, row->fields[i].ignored);
  }
  put_patch(out, row->patch);
  put_heads(out, row->heads);
  if (!out->overflow)
    return;
  out->overflow = false;
  out->len = before;
}

void inside_writer_init(struct inside_writer *writer)
{
  *writer = (struct inside_writer) { { write_row }, BUF_INIT(INSIDE_WIRE_MAX - RESULT_ROOM) };
}

void inside_writer_release(struct inside_writer *writer)
{
  buf_release(&writer->out);
}

void inside_writer_result(struct inside_writer *writer, const struct inside_result *result)
{
  struct buf *out = &writer->out;

  out->max = INSIDE_WIRE_MAX;
  wire_put_number(out, ITEM_RESULT);
  wire_put_number(out, result->outcome);
  wire_put_number(out, (int64_t)result->rows);
  wire_put_str(out, str_of(result->reasons[0]));
  wire_put_str(out, str_of(result->reasons[1]));
  wire_put_str(out, str_of(result->formats));
  wire_put_str(out, str_of(result->rules));
  wire_put_number(out, (int64_t)result->members);
  wire_put_number(out, result->untold);
}

/* ---- reading ---- */

struct reading {
  struct wire_reader wire;
  struct arena arena; /* of the row that is read */
};

static int64_t take_number(struct reading *reading)
{
  return wire_take_number(&reading->wire);
}

static int64_t take_within(struct reading *reading, int64_t least, int64_t most)
{
  return wire_take_within(&reading->wire, least, most);
}

static struct str take_str(struct reading *reading)
{
  return wire_take_str(&reading->wire, INSIDE_WIRE_MAX);
}

/* As a text that ends with a NUL and has none before. */
static const char *take_text(struct reading *reading)
{
  const struct str s = take_str(reading);

  if (!s.ptr || memchr(s.ptr, '\0', s.len)) {
    reading->wire.bad = true;
    return "";
  }
  return arena_str(&reading->arena, s).ptr;
}

static void take_copy(struct reading *reading, char *to, size_t size)
{
  const char *text = take_text(reading);
  const size_t len = MIN_OF(strlen(text), size - 1);

  memcpy(to, text, len);
  to[len] = '\0';
}

static struct tar_time take_time(struct reading *reading)
{
  struct tar_time time;

  time.set = take_within(reading, 0, 1) != 0;
  time.seconds = take_number(reading);
  time.nanoseconds = (int32_t)take_within(reading, 0, 999999999);
  return time;
}

/* What n items of so many bytes at least take has to be there still. */
static size_t take_count(struct reading *reading, size_t item)
{
  const size_t n = (size_t)take_within(reading, 0, FIELDS_MAX);

  if (n > reading->wire.rest.len / item)
    reading->wire.bad = true;
  return reading->wire.bad ? 0 : n;
}

static void take_records(struct reading *reading, struct tar_entry *entry)
{
  struct tar_record *records;
  const size_t n = take_count(reading, 2 * sizeof(int64_t));

  records = n ? arena_alloc(&reading->arena, n * sizeof(*records)) : NULL;
  for (size_t i = 0; i < n; i++) {
    records[i].key = take_str(reading);
    records[i].value = take_str(reading);
    if (i && str_compare(records[i - 1].key, records[i].key) >= 0)
      reading->wire.bad = true; /* readers of entries count on the order */
  }
  entry->records = records;
  entry->n_records = n;
}

static const struct tar_entry *take_entry(struct reading *reading)
{
  struct tar_entry *entry;

  if (!take_within(reading, 0, 1))
    return NULL;
  entry = arena_alloc(&reading->arena, sizeof(*entry));
  entry->index = (uint64_t)take_within(reading, 0, INT64_MAX);
  entry->type = (char)take_within(reading, CHAR_MIN, CHAR_MAX);
  entry->format =
      (enum tar_format)take_within(reading, 0, TAR_FORMAT_USTAR | TAR_FORMAT_PAX | TAR_FORMAT_GNU);
  entry->name = take_str(reading);
  entry->link_name = take_str(reading);
  entry->user_name = take_str(reading);
  entry->group_name = take_str(reading);
  entry->size = take_number(reading);
  entry->mode = take_number(reading);
  entry->uid = take_number(reading);
  entry->gid = take_number(reading);
  entry->device_major = take_number(reading);
  entry->device_minor = take_number(reading);
  entry->mtime = take_time(reading);
  entry->atime = take_time(reading);
  entry->ctime = take_time(reading);
  take_records(reading, entry);
  return entry;
}

static const struct digest *take_digest(struct reading *reading)
{
  struct digest *digest;

  if (!take_within(reading, 0, 1))
    return NULL;
  digest = arena_alloc(&reading->arena, sizeof(*digest));
  digest->algorithm = DIGEST_SHA256;
  wire_take_bytes(&reading->wire, digest->bytes, 32);
  return digest;
}

static void take_heads(struct reading *reading, struct inside_row *row)
{
  if (!take_within(reading, 0, 1))
    return;
  for (int side = 0; side < 2; side++) {
    row->heads[side] = take_str(reading);
    if (!row->heads[side].ptr)
      row->heads[side] = STR("");
    reading->wire.bad = reading->wire.bad || row->heads[side].len > INSIDE_HEAD_MAX;
  }
}

static void take_row(struct reading *reading, struct inside_sink *sink)
{
  struct inside_row row = { .path = take_str(reading) };
  struct patch patch;
  struct event_field *fields;

  for (int side = 0; side < 2; side++) {
    row.entries[side] = take_entry(reading);
    row.contents[side] = take_digest(reading);
  }
  row.n_fields = take_count(reading, 5 * sizeof(int64_t));
  fields = row.n_fields ? arena_alloc(&reading->arena, row.n_fields * sizeof(*fields)) : NULL;
  for (size_t i = 0; i < row.n_fields; i++) {
    fields[i].name = take_text(reading);
    fields[i].label = take_text(reading);
    fields[i].value[0] = take_str(reading);
    fields[i].value[1] = take_str(reading);
    fields[i].ignored = take_within(reading, 0, 1) != 0;
  }
  row.fields = fields;
  patch.kind = (enum patch_kind)take_within(reading, PATCH_NONE, N_PATCH_KINDS - 1);
  patch.more = (uint64_t)take_within(reading, 0, INT64_MAX);
  patch.text = take_str(reading);
  row.patch = patch.kind ? &patch : NULL;
  take_heads(reading, &row);
  if (!reading->wire.bad)
    sink->row(sink, &row);
}

int inside_wire_read(struct str bytes, struct inside_sink *sink, struct inside_result *result,
                     struct error *err)
{
  struct reading reading = { .wire = { bytes, false } };
  uint64_t rows = 0;
  int64_t item;

  while ((item = take_number(&reading)) == ITEM_ROW && !reading.wire.bad) {
    take_row(&reading, sink);
    arena_reset(&reading.arena);
    rows++;
  }
  *result = (struct inside_result) { .outcome = INSIDE_HERE };
  if (item == ITEM_RESULT && !reading.wire.bad) {
    result->outcome = (enum inside_outcome)take_within(&reading, INSIDE_EQUAL, INSIDE_HERE);
    result->rows = (uint64_t)take_within(&reading, 0, INT64_MAX);
    take_copy(&reading, result->reasons[0], sizeof(result->reasons[0]));
    take_copy(&reading, result->reasons[1], sizeof(result->reasons[1]));
    take_copy(&reading, result->formats, sizeof(result->formats));
    take_copy(&reading, result->rules, sizeof(result->rules));
    result->members = (uint64_t)take_within(&reading, 0, INT64_MAX);
    result->untold = take_within(&reading, 0, 1) != 0;
  } else {
    reading.wire.bad = true;
  }
  arena_release(&reading.arena);
  if (reading.wire.bad || reading.wire.rest.len || (result->outcome == INSIDE_EQUAL && rows) ||
      (result->outcome == INSIDE_ROWS && !result->rows))
    return error_set(err, ERROR_CORRUPT, "what was found inside came garbled");
  return 0;
}
