/* What is inside a file: one interface behind which every file format is read.
 *
 * A *format* reads the bytes of a whole file and says what they hold, as *parts*:
 *
 * - members: entries like a layer's (name, type, mode, owner, times, link target, records), regular
 *   files with their content, which may be looked into in turn;
 * - fields: named values that are no member (a comment, a chunk of a PNG);
 * - ranges: for every byte of the file, whether it is *carried* by a member or field, so that
 *   another value of it would show there, or *meaningless* by a rule of docs/formats.md.
 *
 * Two files of one format are equal inside if their members and fields pair and are equal in all
 * that counts, and no byte of either lies outside the ranges. A format that cannot tell for a byte
 * leaves it out of the ranges; the files then differ, which is never wrong. Formats with
 * may_be_equal unset say what differs and nothing more: they owe no ranges. Those that give some,
 * of what their members carry, have it told where bytes differ besides.
 *
 * Readers get bytes from strangers. They may use no more memory than the budget gives (all of it
 * comes from format_memory and the codecs), look at no byte outside of parts->bytes, and end in an
 * error where anything is not as the format's specification has it: a file that is not understood
 * is "different, not looked into because ...". They do not look into members themselves.
 *
 * How to add one: CONTRIBUTING.md, "Add a format". */
#ifndef DIFFOCI_FORMATS_FORMAT_H
#define DIFFOCI_FORMATS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "tar/entry.h"

struct format_codec; /* formats/codec.h */

/* What flags leave out a difference. */
enum format_class {
  FORMAT_COUNTS,  /* none: it always counts */
  FORMAT_TIME,    /* --ignore-file-timestamps */
  FORMAT_WRITTEN, /* --ignore-tar-format: other ways to write the same thing */
  FORMAT_FORM,    /* always left out: the compressed form, and what follows from the rest */
};

/* Why bytes mean nothing: a line of the tables in docs/formats.md. A constant in the file of the
 * format that has it, or several of one id where bytes of one may not be taken for another's. */
struct format_rule {
  const char *id;          /* "gzip-1", as in docs/formats.md */
  enum format_class class; /* never FORMAT_COUNTS */
  const char *text; /* what the bytes are, as part of a sentence: "the time of last change" */
};

/* What may yet come out of one file and all that is inside it, however deep: every byte that is
 * decompressed or kept in memory counts once, and is not given back. So it bounds time and memory
 * alike. */
struct format_budget {
  uint64_t bytes;
};

enum {
  FORMAT_DEPTH_MAX = 8,                /* containers in containers */
  FORMAT_MEMBERS_MAX = 1 << 20,        /* members and fields of one file */
  FORMAT_RATIO_MAX = 200,              /* times that something may grow, … */
  FORMAT_RATIO_FROM = 4 * 1024 * 1024, /* … once it is larger than this */
};
/* The content of a member that is a regular file, or has one all the same. */
struct format_content {
  struct str stored;                /* as it lies in the file, or in memory of the parts */
  const struct format_codec *codec; /* what has to be done to it; NULL: nothing */
  uint64_t size;                    /* that must come out of the codec */
  uint32_t crc32;                   /* of what comes out (zlib's), where has_crc32 */
  bool has_crc32;
  const uint64_t
      *cuts;     /* where all pieces but the last end in what is stored, ascending; not owned */
  size_t n_cuts; /* 0: it is in one piece */
};

struct format_member {
  struct tar_entry entry; /* index is set for the reader */
  struct format_content content;
  uint64_t at; /* where it begins in the file, its header before it; 0 where no format cares */
};

struct format_field {
  const char *name; /* "comment": what reports call it */
  struct str value; /* may hold any byte */
  enum format_class class;
};

struct format_range {
  uint64_t from, to;              /* from <= at < to */
  const struct format_rule *rule; /* NULL: carried */
  uint32_t member;                /* how many members there were when it was accounted for */
};

/* A file that was read. */
struct format_parts {
  struct str bytes; /* the whole file; not owned */
  struct str name;  /* what the file is called, the path before it too; only to name members by */
  struct format_budget *budget; /* not owned */

  /* Of a format that only shows: stands for whatever members and fields do not tell, so that where
   * it is the same, too, files differ in what is of no meaning alone. "": that is not known. */
  struct str untold;

  /* Filled by the functions below. */
  struct arena arena; /* for what entries, fields and contents point to */
  struct format_member *members;
  struct format_field *fields;
  struct format_range *ranges;
  size_t n_members, cap_members, n_fields, cap_fields, n_ranges, cap_ranges;
  uint64_t charged; /* for members, fields and ranges; given back with them */
  bool exhausted;   /* ranges were left out, for the budget was */
  struct format_memory *memory;
};

/* A record by which members are known that a reader described. */
#define FORMAT_DESCRIBED TAR_RECORD_OF_MEMBER "described"
/* The member that holds what stands beside those; it is as it is in the file. */
#define FORMAT_AROUND "(text around it)"

struct format {
  const char *name; /* "gzip", as in docs/formats.md */
  /* Files may be equal though their bytes differ; else the format only tells what differs. */
  bool may_be_equal;
  /* The file is another form of the one member that it holds (gzip): the path of what is inside
   * does not name the member, unless that is where it ends. */
  bool is_wrapper;
  /* Members are unpacked, one after the other, to the places that they are named after: see
   * formats/order.h. */
  bool is_tree;
  /* "x", "/x" and "./x" are one member to all who read it, unless it is_read_in_order. */
  bool has_loose_names;
  /* Whether a file that was read is of a kind whose members are looked for one after the other, and
   * by their names to the letter. NULL: none is. */
  bool (*is_read_in_order)(const struct format_parts *parts);
  /* The file is text: what it says is seen in its lines as well, every byte of which is looked at
   * where causes are sought. */
  bool is_text;
  /* Members' contents are descriptions that the reader wrote, with digests of what only programs
   * read: what stands in the file cannot be told from their words. */
  bool describes;
  /* Whether the content is of this format, by what is in it; name (as in the parts) may only tell
   * apart formats that begin alike. Cheap: called for every pair of files, at times with nothing
   * but the first 64 KiB; then it has to say the same. */
  bool (*detect)(struct str bytes, struct str name);
  /* Reads parts->bytes. 0/-1; what was added before an error is thrown away. */
  int (*read)(struct format_parts *parts, struct error *err);
};

/* The format of a file, or NULL. */
const struct format *format_detect(struct str bytes, struct str name);

/* All formats; NULL behind the last. */
const struct format *const *format_all(void);

/* Reads a file: 0, with every byte accounted for if the format may_be_equal, or -1 with the reason
 * (ERROR_CORRUPT, ERROR_LIMIT, ERROR_UNSUPPORTED). In both cases the parts are to be released. */
MUST_CHECK int format_read(const struct format *format, struct format_parts *parts,
                           struct str bytes, struct str name, struct format_budget *budget,
                           struct error *err);
void format_release(struct format_parts *parts);

/* ---- for readers ---- */

/* A member: the entry's views must live as long as the parts (in the file's bytes, or in the
 * arena). Returns it, to be filled further, valid until the next call; NULL if there are too many
 */
struct format_member *format_add_member(struct format_parts *parts, const struct tar_entry *entry,
                                        struct error *err);
/* The same with the type, permissions and size of a regular file, for formats that know no others.
 */
struct format_member *format_add_file(struct format_parts *parts, struct str name,
                                      struct str content, struct error *err);
/* A field. name and value are not copied. Fields of one name pair in their order. */
MUST_CHECK int format_add_field(struct format_parts *parts, enum format_class class,
                                const char *name, struct str value, struct error *err);

/* Accounts for len bytes from `from` on; in any order, none twice. rule NULL: they are carried. */
void format_account(struct format_parts *parts, uint64_t from, uint64_t len,
                    const struct format_rule *rule);
/* The same for a piece of the file's bytes that a member or field shows to the letter; an empty one
 * is noted where it lies, too. */
void format_account_shown(struct format_parts *parts, struct str piece);

/* Memory that lives as long as the parts, charged to the budget; NULL if that is exhausted. For
 * everything whose size the file decides; small things come from the arena. */
void *format_memory(struct format_parts *parts, size_t size, struct error *err);
/* Makes bytes from malloc, already charged, the parts' own. */
void format_adopt(struct format_parts *parts, void *bytes);
/* Takes size from the budget. */
MUST_CHECK int format_charge(struct format_budget *budget, uint64_t size, struct error *err);

enum { FORMAT_NAME_MAX = 4096 }; /* bytes of a name that other names may share bytes with */
/* The name that begins at bytes and ends before end, of which as many names may be made as somebody
 * likes, since they lie in one table: so it is bounded, and charged. 0/-1. */
MUST_CHECK int format_shared_name(struct format_parts *parts, struct str bytes, struct str end,
                                  struct str *out, struct error *err);

/* The bytes of what the file is called behind the last "/", without suffix if it ends in that (of
 * any case). */
struct str format_base_name(struct str name, const char *suffix);

/* Little- and big-endian numbers at p. */
static inline uint16_t format_le16(const void *p)
{
  const unsigned char *b = p;
  return (uint16_t)(b[0] | b[1] << 8);
}
static inline uint32_t format_le32(const void *p)
{
  return format_le16(p) | (uint32_t)format_le16((const char *)p + 2) << 16;
}
static inline uint64_t format_le64(const void *p)
{
  return format_le32(p) | (uint64_t)format_le32((const char *)p + 4) << 32;
}
static inline uint32_t format_be32(const void *p)
{
  return __builtin_bswap32(format_le32(p));
}

#endif
