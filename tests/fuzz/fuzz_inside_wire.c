/* What comes from the process that looks into files: whatever it writes, rows are whole or there is
 * an error. What was read is written again and read once more, with the same result. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "diff/inside/inside_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned seen; /* so that what is read is read */

/* A sink that looks at each row and writes it again. */
struct again {
  struct inside_sink sink; /* first */
  struct inside_writer *writer;
};

static void touch(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    seen += (unsigned char)s.ptr[i];
}

static void touch_entry(const struct tar_entry *entry)
{
  touch(entry->name);
  touch(entry->link_name);
  touch(entry->user_name);
  touch(entry->group_name);
  for (size_t i = 0; i < entry->n_records; i++) {
    touch(entry->records[i].key);
    touch(entry->records[i].value);
  }
}

static void take_row(struct inside_sink *sink, const struct inside_row *row)
{
  struct again *again = (struct again *)sink;

  touch(row->path);
  for (int side = 0; side < 2; side++)
    if (row->entries[side])
      touch_entry(row->entries[side]);
  for (size_t i = 0; i < row->n_fields; i++) {
    touch(str_of(row->fields[i].name));
    touch(str_of(row->fields[i].label));
    touch(row->fields[i].value[0]);
    touch(row->fields[i].value[1]);
  }
  if (row->patch) {
    seen += row->patch->kind;
    touch(row->patch->text);
  }
  for (int side = 0; side < 2; side++)
    touch(row->heads[side]);
  if (again->writer)
    again->writer->sink.row(&again->writer->sink, row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct inside_result *results = calloc(2, sizeof(*results));
  struct inside_writer writer;
  struct again first = { { take_row }, &writer };
  struct again second = { { take_row }, NULL };
  struct error err;

  if (!results)
    return 0;
  inside_writer_init(&writer);
  if (inside_wire_read((struct str) { (const char *)data, size }, &first.sink, &results[0], &err) ==
      0) {
    inside_writer_result(&writer, &results[0]);
    if (inside_wire_read(buf_str(&writer.out), &second.sink, &results[1], &err) ||
        results[0].outcome != results[1].outcome || results[0].rows != results[1].rows ||
        results[0].untold != results[1].untold || strcmp(results[0].rules, results[1].rules) != 0)
      abort();
  }
  inside_writer_release(&writer);
  free(results);
  return 0;
}
