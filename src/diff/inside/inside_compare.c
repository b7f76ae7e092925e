#include "diff/inside/inside_compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "diff/inside/inside_fields.h"
#include "diff/inside/inside_looking.h"
#include "diff/inside/inside_members.h"
#include "diff/inside/python_members.h"
#include "formats/codec.h"
#include "formats/order.h"
#include "formats/pieces.h"
#include "formats/seal.h"

enum { PATH_MAX_BYTES = 64 * 1024 };

/* Of one file: steps of aligning lines (ten seconds, most often), and memory for that. */
#define PATCH_WORK (UINT64_C(1) << 32)
#define PATCH_MEMORY (UINT64_C(512) << 20)

/* Two files at one place. */
struct files {
  struct str bytes[2], names[2];
  struct format_cuts cuts[2]; /* where the pieces end that they came out of */
  struct str sealed_by;       /* what vouches for the bytes of members; empty: nothing */
  struct str sealed_below;    /* the same of members of archives in it */
  unsigned depth;
  bool is_wrapper;               /* it is another form of its only member */
  struct python_members *python; /* of a file whose members are compared */
};

static enum inside_outcome compare_files(struct looking *looking, const struct files *files);

/* ---- the members ---- */

/* Whatever has a content is a file here: unknown types are, to programs that unpack archives. */
static bool is_file(const struct format_member *member)
{
  return member->entry.type == TAR_REGULAR || member->entry.type == TAR_CONTIGUOUS ||
         member->content.stored.len;
}

static struct digest digest_content(const struct str bytes)
{
  return digest_of(DIGEST_SHA256, bytes.ptr, bytes.len);
}

static void lone_member(struct looking *looking, const struct format_member *member, int side)
{
  const struct tar_entry *entries[2] = { NULL, NULL };
  const struct digest *contents[2] = { NULL, NULL };
  struct str values[2] = { { NULL, 0 }, { NULL, 0 } };
  char text[DIGEST_MAX_TEXT];
  struct format_opened opened = { 0 };
  struct digest digest;
  struct error err;
  AUTO_FIELDS fields = FIELDS_INIT;

  entries[side] = &member->entry;
  values[side] = STR("present");
  if (is_file(member) &&
      format_open(&member->content, &looking->budgets[side], &opened, &err) == 0) {
    digest = digest_content(opened.bytes);
    contents[side] = &digest;
    values[side] = str_of(digest_hex(&digest, text));
    format_close(&opened);
  }
  fields_add(&fields, contents[side] ? "Digest" : "Name", "", values[0], values[1]);
  looking_tell_member(looking, entries, contents, &fields);
}

/* Of two members that differ, and nothing more is known of them. */
static void compare_patch(struct looking *looking, const struct str content[2], bool is_program)
{
  const struct patch_limits limits = {
    .lines = looking->input->patch_lines,
    .work = &looking->patch_work,
    .memory = &looking->patch_memory,
    .is_program = is_program,
  };

  if (looking->input->patch)
    patch_make(content, &limits, &looking->patch_text, &looking->patch);
}

/* Says what vouches for the bytes of two contents that are equal inside; empty: nothing does. */
static struct str sealed_by(const struct files *around, const struct str content[2])
{
  if (around->is_wrapper &&
      (format_is_sealed_around(content[0]) || format_is_sealed_around(content[1])))
    return STR("its signature");
  return around->sealed_by;
}

static enum inside_outcome broken_seal(struct looking *looking, struct str by)
{
  char reason[INSIDE_REASON_MAX];

  snprintf(reason, sizeof(reason), "equal inside, but %.*s is about its bytes",
           (int)MIN_OF(by.len, (size_t)200), by.ptr);
  looking_set_reason(looking, 0, reason);
  looking_set_reason(looking, 1, reason);
  return INSIDE_HERE;
}

/* Opens both contents and compares them. INSIDE_HERE: digests are set, where both could be opened.
 */
static enum inside_outcome compare_contents(struct looking *looking,
                                            const struct format_member *const members[2],
                                            const struct files *around, struct digest digests[2],
                                            bool *hashed)
{
  struct format_opened opened[2] = { 0 };
  enum inside_outcome outcome = INSIDE_HERE;
  bool failed = false;
  struct error err;

  *hashed = false;
  for (int side = 0; side < 2; side++)
    if (format_open(&members[side]->content, &looking->budgets[side], &opened[side], &err)) {
      looking_set_reason(looking, side, err.message);
      failed = true;
    }
  if (!failed && str_equal(opened[0].bytes, opened[1].bytes)) {
    const struct str same[2] = { opened[0].bytes, opened[1].bytes };

    outcome = around->is_wrapper && sealed_by(around, same).len
                  ? broken_seal(looking, sealed_by(around, same))
                  : INSIDE_EQUAL;
  } else if (!failed) {
    const struct files files = {
      .bytes = { opened[0].bytes, opened[1].bytes },
      .names = { members[0]->entry.name, members[1]->entry.name },
      .cuts = { format_cuts_of(&members[0]->content, around->bytes[0], around->cuts[0]),
                format_cuts_of(&members[1]->content, around->bytes[1], around->cuts[1]) },
      .sealed_below = around->sealed_below,
      .depth = around->depth + 1,
    };

    outcome = compare_files(looking, &files);
    if (outcome == INSIDE_EQUAL && sealed_by(around, files.bytes).len)
      outcome = broken_seal(looking, sealed_by(around, files.bytes));
    if (outcome == INSIDE_EQUAL &&
        python_members_differ(looking, around->python, files.names[0], files.bytes))
      outcome = INSIDE_HERE;
    for (int side = 0; side < 2 && outcome == INSIDE_HERE; side++)
      digests[side] = digest_content(opened[side].bytes);
    *hashed = outcome == INSIDE_HERE;
    if (*hashed) {
      compare_patch(looking, files.bytes, patch_is_program(around->bytes[0]));
      looking_keep_heads(looking, files.bytes);
    }
  }
  format_close(&opened[0]);
  format_close(&opened[1]);
  return outcome;
}

/* What a global header says is said of what stands behind it, and no field of a header repeats it.
 * The target of a symbolic link is what it is to the letter. */
static struct entry_rules rules_of_entry(const struct looking *looking,
                                         const struct tar_entry *entry)
{
  struct entry_rules rules = looking->rules;

  if (entry->type == TAR_GLOBAL)
    rules.ignore &= ~(uint32_t)(IGNORE_TAR_FORMAT | IGNORE_FILE_TIMESTAMPS | IGNORE_FILE_MTIME |
                                IGNORE_FILE_ATIME | IGNORE_FILE_CTIME);
  if (entry->type == TAR_SYMLINK)
    rules.ignore &= ~(uint32_t)IGNORE_CANONICAL_PATHS;
  return rules;
}

/* That members stand in another order has a cause where it means nothing; here it does not. */
static void add_order(const struct looking *looking, const struct tar_entry *const entries[2],
                      struct fields *fields)
{
  const char *texts[2];

  if (!looking->order_counts || entries[0]->index == entries[1]->index)
    return;
  for (int side = 0; side < 2; side++)
    texts[side] = arena_printf(&fields->arena, "%" PRIu64, entries[side]->index);
  fields_add(fields, "Member order", "Member order ", str_of(texts[0]), str_of(texts[1]));
}

/* The entries apart from their contents; those are told of here only if nothing inside them is. */
static bool compare_headers(struct looking *looking, const struct format_member *const members[2],
                            enum inside_outcome contents, const struct digest digests[2],
                            bool hashed)
{
  const struct tar_entry *entries[2] = { &members[0]->entry, &members[1]->entry };
  const struct digest *const shown[2] = { hashed ? &digests[0] : NULL,
                                          hashed ? &digests[1] : NULL };
  const struct entry_rules rules = rules_of_entry(looking, entries[0]);
  struct tar_entry same_size = *entries[1];
  AUTO_FIELDS fields = FIELDS_INIT;

  /* How large it is follows from what is inside it. */
  if (contents != INSIDE_HERE && is_file(members[0]) && is_file(members[1])) {
    same_size.size = entries[0]->size;
    entries[1] = &same_size;
  }
  if (contents != INSIDE_HERE && !entry_headers_differ(&rules, entries[0], entries[1]))
    return false;
  looking_add_reasons(looking, &fields);
  entry_fields(&rules, entries[0], entries[1], shown, &fields);
  add_order(looking, entries, &fields);
  looking_tell_member(looking, entries, shown, &fields);
  return true;
}

static bool compare_pair(struct looking *looking, const struct format_member *const members[2],
                         const struct files *around, bool is_wrapper)
{
  const struct str name = members[0] ? members[0]->entry.name : members[1]->entry.name;
  const size_t before = looking->path.len;
  enum inside_outcome contents = INSIDE_EQUAL;
  struct digest digests[2];
  bool hashed = false;
  bool differ = true;

  looking->result->members++;
  if (members[0] && members[1] && is_file(members[0]) && is_file(members[1]) && is_wrapper)
    contents = compare_contents(looking, members, around, digests, &hashed);
  buf_puts(&looking->path, "!/");
  buf_add_str(&looking->path, name);
  if (!members[0] || !members[1]) {
    lone_member(looking, members[0] ? members[0] : members[1], members[0] ? 0 : 1);
  } else {
    if (!is_wrapper && is_file(members[0]) && is_file(members[1]) &&
        !inside_same_stored(&members[0]->content, &members[1]->content))
      contents = compare_contents(looking, members, around, digests, &hashed);
    differ =
        compare_headers(looking, members, contents, digests, hashed) || contents != INSIDE_EQUAL;
  }
  looking->path.len = before;
  looking->path.ptr[before] = '\0';
  looking->path.overflow = false;
  return differ;
}

static bool compare_members(struct looking *looking, const struct format_parts parts[2],
                            const struct files *files, bool is_wrapper)
{
  bool differ = false;
  size_t n;
  AUTO_FREE struct inside_pair *pairs = inside_pair_members(parts, &looking->rules, &n);

  for (size_t i = 0; i < n; i++)
    differ |= compare_pair(looking, pairs[i].members, files, is_wrapper);
  return differ;
}

/* ---- two files ---- */

/* Which of them could not be looked into, and why. */
static int read_both(struct looking *looking, const struct format *format,
                     const struct files *files, struct format_parts parts[2])
{
  int status = 0;

  for (int side = 0; side < 2; side++) {
    struct error err;
    char reason[INSIDE_REASON_MAX];

    if (format_read(format, &parts[side], files->bytes[side], files->names[side],
                    &looking->budgets[side], &err) == 0)
      continue;
    snprintf(reason, sizeof(reason), "not looked into because %.400s (%s)", err.message,
             format->name);
    looking_set_reason(looking, side, reason);
    status = -1;
  }
  return status;
}

/* Sets the rules for members of a format. Names say "the same" in other ways only where all readers
 * take them so; and the order counts where what is unpacked hangs on it. */
static void set_rules_of_format(struct looking *looking, const struct format *format,
                                const struct format_parts parts[2])
{
  struct entry_rules rules = { .ignore = looking->input->ignore };

  if (!format->has_loose_names ||
      (format->is_read_in_order &&
       (format->is_read_in_order(&parts[0]) || format->is_read_in_order(&parts[1]))))
    rules.ignore &= ~(uint32_t)IGNORE_CANONICAL_PATHS;
  looking->order_counts =
      parts[0].n_members == parts[1].n_members &&
      (format_order_counts(format, &parts[0]) || format_order_counts(format, &parts[1]));
  if (looking->order_counts)
    rules.ignore &= ~(uint32_t)IGNORE_FILE_ORDER;
  looking->rules = rules;
}

/* The wrapper of an archive in a Debian package is no archive itself. */
static void set_seals(struct files *files, const struct format *format,
                      const struct format_parts parts[2])
{
  files->sealed_by = format->is_tree ? files->sealed_below : STR("");
  for (int side = 0; side < 2; side++) {
    if (!files->sealed_by.len)
      files->sealed_by = format_sealed_by(format, &parts[side]);
    if (format_seals_below(format, &parts[side]))
      files->sealed_below = STR("md5sums");
  }
}

static enum inside_outcome compare_parts(struct looking *looking, const struct format *format,
                                         const struct format_parts parts[2],
                                         const struct files *files)
{
  const struct entry_rules rules = looking->rules;
  const bool order_counts = looking->order_counts;
  bool differ = inside_compare_fields(looking, parts);
  struct python_members python = { .format = format, .parts = parts };
  struct files around = *files;

  set_rules_of_format(looking, format, parts);
  around.is_wrapper = format->is_wrapper;
  around.python = &python;
  set_seals(&around, format, parts);
  differ |= compare_members(looking, parts, &around, format->is_wrapper);
  if (format->may_be_equal) {
    differ |= inside_compare_meaningless(looking, parts);
    looking_add_word(looking->result->formats, format->name);
  } else if (differ && !inside_tells_all(looking, format, parts)) {
    looking->result->untold = true;
  }
  python_members_release(&python);
  looking->rules = rules;
  looking->order_counts = order_counts;
  return differ ? INSIDE_ROWS : format->may_be_equal ? INSIDE_EQUAL : INSIDE_HERE;
}

static enum inside_outcome compare_files(struct looking *looking, const struct files *files)
{
  const struct format *format = format_detect(files->bytes[0], files->names[0]);
  struct format_parts parts[2] = { 0 };
  enum inside_outcome outcome = INSIDE_HERE;

  looking_clear_reasons(looking);
  if (!format || format_detect(files->bytes[1], files->names[1]) != format)
    return INSIDE_HERE;
  if (files->depth > FORMAT_DEPTH_MAX) {
    looking_set_reason(looking, 0, "not looked into because it lies too deep");
    looking_set_reason(looking, 1, "not looked into because it lies too deep");
    return INSIDE_HERE;
  }
  if (read_both(looking, format, files, parts) == 0) {
    format_mark_pieces(&parts[0], files->cuts[0]);
    format_mark_pieces(&parts[1], files->cuts[1]);
    outcome = compare_parts(looking, format, parts, files);
  }
  format_release(&parts[0]);
  format_release(&parts[1]);
  return outcome;
}

bool inside_may_look(const struct str beginnings[2], const struct str names[2])
{
  const struct format *format = format_detect(beginnings[0], names[0]);

  return format && format_detect(beginnings[1], names[1]) == format;
}

void inside_compare(const struct inside_input *input, struct inside_result *result)
{
  struct looking looking = {
    .input = input,
    .result = result,
    .budgets = { { input->max_bytes }, { input->max_bytes } },
    .rules = { .ignore = input->ignore },
    .path = BUF_INIT(PATH_MAX_BYTES),
    .patch_work = PATCH_WORK,
    .patch_memory = BUDGET_INIT(PATCH_MEMORY),
    .patch_text = BUF_INIT(INT32_MAX),
    .heads = { BUF_INIT(INSIDE_HEAD_MAX), BUF_INIT(INSIDE_HEAD_MAX) },
  };
  const struct files files = {
    .bytes = { input->bytes[0], input->bytes[1] },
    .names = { input->names[0], input->names[1] },
    .depth = 1,
  };

  *result = (struct inside_result) { .outcome = INSIDE_HERE };
  buf_puts(&looking.path, "");
  result->outcome = compare_files(&looking, &files);
  buf_release(&looking.path);
  buf_release(&looking.patch_text);
  buf_release(&looking.heads[0]);
  buf_release(&looking.heads[1]);
}
