/* All readers of formats: whatever takes the bytes for its own reads them, and its members in turn.
 * How much may come out
 * follows from the size, so that the limit is reached, too. With $DIFFOCI_FUZZ_FORMAT, the name of
 * a format, only that one reads what is not a member (scripts/fuzz formats:NAME). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "formats/codec.h"
#include "formats/order.h"
#include "formats/pieces.h"
#include "formats/pyc.h"
#include "formats/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned seen; /* so that what is read is read */

static void touch(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    seen += (unsigned char)s.ptr[i];
}

static void look_into(struct str bytes, struct str name, struct format_budget *budget,
                      unsigned depth);

static void touch_member(const struct format_member *member, struct format_budget *budget,
                         unsigned depth)
{
  const struct tar_entry *entry = &member->entry;
  struct format_opened opened;
  struct error err;

  touch(entry->name);
  touch(entry->link_name);
  touch(entry->user_name);
  touch(entry->group_name);
  for (size_t i = 0; i < entry->n_records; i++) {
    touch(entry->records[i].key);
    touch(entry->records[i].value);
  }
  if (format_open(&member->content, budget, &opened, &err))
    return;
  touch(opened.bytes);
  look_into(opened.bytes, entry->name, budget, depth + 1);
  format_close(&opened);
}

/* What is asked of all that was read: as if it had come out of three pieces. */
static void weigh(const struct format *format, struct format_parts *parts)
{
  const uint64_t cuts[] = { parts->bytes.len / 3, parts->bytes.len / 2 };

  seen += format_order_counts(format, parts) + format_seals_below(format, parts) +
          format_is_sealed_around(parts->bytes);
  touch(format_sealed_by(format, parts));
  format_mark_pieces(parts, (struct format_cuts) { cuts, ARRAY_LEN(cuts), 0 });
}

/* What stands in the header alone, and is asked of whatever is called so. */
static void look_at_stamp(struct str bytes)
{
  struct pyc_stamp stamp;

  if (pyc_stamp(bytes, &stamp))
    seen += stamp.time + stamp.size + stamp.has_size;
}

static void read_as(const struct format *format, struct str bytes, struct str name,
                    struct format_budget *budget, unsigned depth)
{
  struct format_parts parts;
  struct error err;

  if (format_read(format, &parts, bytes, name, budget, &err) == 0) {
    uint64_t accounted = 0;

    for (size_t i = 0; i < parts.n_ranges; i++)
      accounted += parts.ranges[i].to - parts.ranges[i].from;
    if (format->may_be_equal && accounted != bytes.len)
      abort();
    for (size_t i = 0; i < parts.n_fields; i++)
      touch(parts.fields[i].value);
    weigh(format, &parts);
    for (size_t i = 0; i < parts.n_members; i++)
      touch_member(&parts.members[i], budget, depth);
  }
  format_release(&parts);
}

static bool is_asked_for(const struct format *format)
{
  const char *only = getenv("DIFFOCI_FUZZ_FORMAT");

  return !only || strcmp(only, format->name) == 0;
}

static void look_into(struct str bytes, struct str name, struct format_budget *budget,
                      unsigned depth)
{
  const struct format *const *formats = format_all();

  if (depth > FORMAT_DEPTH_MAX)
    return;
  for (size_t i = 0; formats[i]; i++)
    if ((depth || is_asked_for(formats[i])) && formats[i]->detect(bytes, name))
      read_as(formats[i], bytes, name, budget, depth);
}

/* Formats that are known by the file's name. */
static void look_at_text(struct str bytes, uint64_t max)
{
  static const char *const names[] = { "x.json", "x.properties", "META-INF/MANIFEST.MF",
                                       "x.xml",  "x.html",       "x.1" };
  const struct format *const *formats = format_all();

  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    for (size_t j = 0; formats[j]; j++) {
      struct format_budget budget = { max };

      if (formats[j]->is_text && is_asked_for(formats[j]) &&
          formats[j]->detect(bytes, str_of(names[i])))
        read_as(formats[j], bytes, str_of(names[i]), &budget, FORMAT_DEPTH_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct str bytes = { (const char *)data, size };
  const uint64_t max = size % 4 ? (uint64_t)1 << 22 : (uint64_t)1024 << size % 7;
  struct format_budget budget = { max };

  look_into(bytes, STR("x/y.tar.gz"), &budget, 0);
  look_at_text(bytes, max);
  look_at_stamp(bytes);
  return 0;
}
