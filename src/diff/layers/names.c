#include "diff/layers/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/spool.h"

/* What stands before each name; behind it, for each side that is a hard link, stand a struct
 * name_link and its target. */
struct name_head {
  uint32_t len;
  bool there[2];
  char types[2];
  uint32_t index[2];
};

struct name_link {
  uint64_t given;
  uint64_t len;
};

enum { NAME_MAX_BYTES = INT32_MAX };

struct names {
  struct spool *spool;
  bool forgotten;
};

struct names *names_new(struct budget *memory)
{
  struct names *names = xcalloc(1, sizeof(*names));

  names->spool = spool_new(memory);
  return names;
}

void names_free(struct names *names)
{
  if (!names)
    return;
  spool_free(names->spool);
  free(names);
}

/* ---- writing ---- */

static void add_number(struct buf *out, int64_t number)
{
  buf_add(out, &number, sizeof(number));
}

static void add_text(struct buf *out, struct str text)
{
  add_number(out, (int64_t)text.len);
  buf_add_str(out, text);
}

/* What a record says may be given to the file, as xattrs are; but for names and times. */
static bool is_given(const struct tar_record *record)
{
  static const char *const others[] = { "path", "linkpath", "mtime", "atime", "ctime" };

  for (size_t i = 0; i < ARRAY_LEN(others); i++)
    if (str_equal(record->key, str_of(others[i])))
      return false;
  return true;
}

/* False if that takes more bytes than there may be. */
static bool name_given(const struct tar_entry *link, uint64_t *out)
{
  AUTO_BUF bytes = BUF_INIT(NAME_MAX_BYTES);
  struct hash_run run = HASH_RUN_INIT;

  add_number(&bytes, link->mode & 07777);
  add_number(&bytes, link->uid);
  add_number(&bytes, link->gid);
  for (size_t i = 0; i < link->n_records; i++)
    if (is_given(&link->records[i])) {
      add_text(&bytes, link->records[i].key);
      add_text(&bytes, link->records[i].value);
    }
  hash_run_add(&run, bytes.ptr, bytes.len);
  *out = hash_run_value(&run);
  return !bytes.overflow;
}

static bool names_write(struct names *names, const void *bytes, size_t len)
{
  struct error ignored;

  return spool_add(names->spool, bytes, len, &ignored) == 0;
}

static bool names_write_link(struct names *names, const struct tar_entry *entry)
{
  struct name_link link = { .len = entry->link_name.len };

  return entry->link_name.len <= NAME_MAX_BYTES && name_given(entry, &link.given) &&
         names_write(names, &link, sizeof(link)) &&
         names_write(names, entry->link_name.ptr, entry->link_name.len);
}

void names_add(struct names *names, struct str key, const struct tar_entry *const entries[2])
{
  struct name_head head = { .len = (uint32_t)key.len };
  bool kept = !names->forgotten && key.len <= NAME_MAX_BYTES;

  for (int side = 0; side < 2 && kept; side++) {
    if (!entries[side])
      continue;
    head.there[side] = true;
    head.types[side] = entries[side]->type;
    head.index[side] = (uint32_t)entries[side]->index;
    kept = entries[side]->index <= UINT32_MAX;
  }
  kept = kept && names_write(names, &head, sizeof(head)) && names_write(names, key.ptr, key.len);
  for (int side = 0; side < 2 && kept; side++)
    if (head.there[side] && head.types[side] == TAR_LINK)
      kept = names_write_link(names, entries[side]);
  names->forgotten = !kept;
}

/* ---- reading ---- */

static bool names_read(const struct names *names, uint64_t *at, void *out, size_t len)
{
  struct error ignored;
  const bool got = spool_read(names->spool, *at, out, len, &ignored) == 0;

  *at += len;
  return got;
}

/* Appends to the bytes. */
static bool names_read_text(const struct names *names, struct names_place *place, size_t len)
{
  char *room = buf_reserve(&place->bytes, len);

  if (!room || !names_read(names, &place->at, room, len))
    return false;
  place->bytes.len += len;
  return true;
}

int names_next(struct names *names, struct names_place *place, struct name *out)
{
  struct name_head head;
  struct name_link links[2] = { 0 };
  const char *text;

  if (!place->bytes.max)
    place->bytes = BUF_INIT((size_t)3 * NAME_MAX_BYTES);
  if (names->forgotten)
    return -1;
  if (place->at == spool_size(names->spool))
    return 0;
  buf_clear(&place->bytes);
  if (!names_read(names, &place->at, &head, sizeof(head)) ||
      !names_read_text(names, place, head.len))
    return -1;
  for (int side = 0; side < 2; side++)
    if (head.there[side] && head.types[side] == TAR_LINK &&
        (!names_read(names, &place->at, &links[side], sizeof(links[side])) ||
         !names_read_text(names, place, (size_t)links[side].len)))
      return -1;
  text = place->bytes.ptr;
  *out = (struct name) { .key = { text, head.len } };
  text += head.len;
  for (int side = 0; side < 2; side++) {
    out->sides[side] = (struct name_side) { head.there[side],
                                            head.types[side],
                                            head.index[side],
                                            { text, (size_t)links[side].len },
                                            links[side].given };
    text += links[side].len;
  }
  return 1;
}

static bool is_directory(const struct name *name)
{
  return (!name->sides[0].there || name->sides[0].type == TAR_DIR) &&
         (!name->sides[1].there || name->sides[1].type == TAR_DIR);
}

void names_weigh(struct names *names, struct findings *findings)
{
  struct names_place place = { 0 };
  struct name name;
  int got = 1;

  while (findings->n_strong && (got = names_next(names, &place, &name)) > 0)
    findings_weigh_own(findings, name.key, is_directory(&name));
  buf_release(&place.bytes);
  if (got < 0)
    findings->n_strong = 0;
  else
    findings_weighed(findings);
}
