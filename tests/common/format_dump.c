#include "format_dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/escape.h"
#include "formats/codec.h"

enum {
  DUMP_MAX = 64 * 1024 * 1024,
  FORMAT_BYTES_MAX = 256 * 1024 * 1024,
  CONTENT_SHOWN_MAX = 1024
};

/* What is long takes longer to escape than to read. */
static void dump_digest(struct buf *out, struct str bytes)
{
  const struct digest digest = digest_of(DIGEST_SHA256, bytes.ptr, bytes.len);
  char text[DIGEST_MAX_TEXT];

  buf_puts(out, digest_hex(&digest, text));
}

static void dump_content(struct buf *out, const struct format_member *member,
                         struct format_budget *budget)
{
  struct format_opened opened;
  struct error err;

  if (format_open(&member->content, budget, &opened, &err)) {
    buf_printf(out, " ERROR: %s", err.message);
    return;
  }
  buf_putc(out, ' ');
  if (opened.bytes.len > CONTENT_SHOWN_MAX)
    dump_digest(out, opened.bytes);
  else
    escape_quote(out, opened.bytes);
  format_close(&opened);
}

static void dump_member(struct buf *out, const struct format_member *member,
                        struct format_budget *budget)
{
  const struct tar_entry *entry = &member->entry;

  escape_terminal(out, (struct str) { &entry->type, 1 });
  buf_putc(out, ' ');
  escape_quote(out, entry->name);
  buf_printf(out, " %" PRIo64 " %" PRId64 ":%" PRId64 " %.*s:%.*s %" PRId64, entry->mode,
             entry->uid, entry->gid, STR_ARGS(entry->user_name), STR_ARGS(entry->group_name),
             entry->size);
  buf_printf(out, " %" PRId64 ":%" PRId64, entry->device_major, entry->device_minor);
  if (entry->mtime.set)
    buf_printf(out, " %" PRId64 ".%09d", entry->mtime.seconds, entry->mtime.nanoseconds);
  if (entry->link_name.len) {
    buf_puts(out, " -> ");
    escape_quote(out, entry->link_name);
  }
  for (size_t i = 0; i < entry->n_records; i++) {
    buf_printf(out, " {%.*s=", STR_ARGS(entry->records[i].key));
    escape_quote(out, entry->records[i].value);
    buf_putc(out, '}');
  }
  if (entry->type == TAR_REGULAR || member->content.stored.len)
    dump_content(out, member, budget);
  buf_putc(out, '\n');
}

static void dump_parts(struct buf *out, const struct format_parts *parts)
{
  for (size_t i = 0; i < parts->n_members; i++)
    dump_member(out, &parts->members[i], parts->budget);
  for (size_t i = 0; i < parts->n_fields; i++) {
    buf_printf(out, "%s=", parts->fields[i].name);
    escape_quote(out, parts->fields[i].value);
    buf_putc(out, '\n');
  }
}

void format_dump(struct buf *out, const struct format *format, struct str bytes, struct str name)
{
  struct format_budget budget = { FORMAT_BYTES_MAX };
  struct format_parts parts;
  struct error err;

  if (!format->detect(bytes, name))
    buf_printf(out, "ERROR: no %s\n", format->name);
  else if (format_read(format, &parts, bytes, name, &budget, &err)) {
    buf_printf(out, "ERROR: %s\n", err.message);
    format_release(&parts);
  } else {
    dump_parts(out, &parts);
    format_release(&parts);
  }
}

/* Which rule calls each byte meaningless. */
static const struct format_rule **rules_of(const struct format *format, struct str bytes,
                                           struct str name)
{
  const struct format_rule **rules = xcalloc(bytes.len + 1, sizeof(const struct format_rule *));
  struct format_budget budget = { FORMAT_BYTES_MAX };
  struct format_parts parts;
  struct error err;

  if (format_read(format, &parts, bytes, name, &budget, &err) == 0)
    for (size_t i = 0; i < parts.n_ranges; i++)
      for (uint64_t at = parts.ranges[i].from; at < parts.ranges[i].to; at++)
        rules[at] = parts.ranges[i].rule;
  format_release(&parts);
  return rules;
}

size_t format_flip(const struct format *format, struct str bytes, struct str name,
                   void (*repair)(unsigned char *bytes, size_t len), size_t *faults)
{
  AUTO_FREE const struct format_rule **rules = rules_of(format, bytes, name);
  AUTO_BUF wanted = BUF_INIT(DUMP_MAX);
  size_t meaningless = 0;

  format_dump(&wanted, format, bytes, name);
  for (size_t at = 0; at < bytes.len; at++) {
    const unsigned char old = (unsigned char)bytes.ptr[at];
    const unsigned char others[] = { old ^ 1,  old ^ 2,   old ^ 4, old ^ 8, old ^ 16, old ^ 32,
                                     old ^ 64, old ^ 128, 0,       ' ',     0xff };

    meaningless += rules[at] != NULL;
    for (size_t i = 0; i < sizeof(others) && !rules[at]; i++) {
      /* A copy of its own size, so that reading past its end is seen. */
      AUTO_FREE unsigned char *copy = xmalloc(bytes.len);
      AUTO_BUF found = BUF_INIT(DUMP_MAX);

      if (others[i] == old)
        continue;
      memcpy(copy, bytes.ptr, bytes.len);
      copy[at] = others[i];
      if (repair)
        repair(copy, bytes.len);
      format_dump(&found, format, (struct str) { (const char *)copy, bytes.len }, name);
      if (!str_equal(buf_str(&found), buf_str(&wanted)))
        continue;
      printf("%s: byte %zu as 0x%02x instead of 0x%02x is not seen\n", format->name, at, others[i],
             old);
      ++*faults;
    }
  }
  return meaningless;
}
