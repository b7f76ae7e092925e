#include "diff/inside/inside_compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "diff/inside/inside_members.h"
#include "formats/codec.h"
#include "formats/order.h"

enum { PATH_MAX_BYTES = 64 * 1024 };

/* Of one file: steps of aligning lines (ten seconds, most often), and memory for that. */
#define PATCH_WORK (UINT64_C(1) << 32)
#define PATCH_MEMORY (UINT64_C(512) << 20)

struct looking {
  const struct inside_input *input;
  struct inside_result *result;
  struct format_budget budgets[2];
  struct entry_rules rules; /* for the members that are compared */
  struct buf path;          /* of the place that is compared */
  uint64_t patch_work;
  struct budget patch_memory;
  struct buf patch_text;
  struct patch patch;  /* of the contents compared last, of the row that tells of them */
  struct buf heads[2]; /* the same: their beginnings */
  bool has_heads;
};

/* Two files at one place. */
struct files {
  struct str bytes[2], names[2];
  unsigned depth;
  bool described; /* contents of members are a reader's descriptions */
};

static enum inside_outcome compare_files(struct looking *looking, const struct files *files);

/* ---- what is told ---- */

static void add_word(char *list, const char *word)
{
  const size_t len = strlen(word);
  const size_t used = strlen(list);

  for (const char *at = list; (at = strstr(at, word)); at += len)
    if ((at == list || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
      return;
  if (used + len + 2 > INSIDE_PROOF_MAX)
    return;
  snprintf(list + used, INSIDE_PROOF_MAX - used, "%s%s", used ? " " : "", word);
}

static void send_row(struct looking *looking, const struct inside_row *row)
{
  looking->result->rows++;
  looking->input->sink->row(looking->input->sink, row);
}

static void clear_reasons(struct looking *looking)
{
  looking->result->reasons[0][0] = '\0';
  looking->result->reasons[1][0] = '\0';
}

static void set_reason(struct looking *looking, int side, const char *reason)
{
  snprintf(looking->result->reasons[side], INSIDE_REASON_MAX, "%.500s", reason);
}

/* Says in a member's fields why it was not looked into. */
static void reason_field(struct looking *looking, struct fields *fields)
{
  const char(*reasons)[INSIDE_REASON_MAX] = looking->result->reasons;

  if (reasons[0][0] || reasons[1][0])
    fields_add(fields, "Inside", "Inside ", str_of(reasons[0]), str_of(reasons[1]));
  clear_reasons(looking);
}

static bool class_counts(const struct looking *looking, enum format_class class)
{
  const uint32_t ignore = looking->input->ignore;

  return class == FORMAT_COUNTS || (class == FORMAT_TIME && !(ignore & IGNORE_FILE_TIMESTAMPS)) ||
         (class == FORMAT_WRITTEN && !(ignore & IGNORE_TAR_FORMAT));
}

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

static struct str head_of(const struct looking *looking, int side)
{
  if (!looking->has_heads)
    return (struct str) { NULL, 0 };
  return looking->heads[side].len ? buf_str(&looking->heads[side]) : STR("");
}

/* Keeps the beginnings of two contents for the row that tells of them. */
static void keep_heads(struct looking *looking, const struct str content[2])
{
  looking->has_heads = looking->input->heads;
  for (int side = 0; side < 2 && looking->has_heads; side++) {
    buf_clear(&looking->heads[side]);
    buf_add(&looking->heads[side], content[side].ptr,
            MIN_OF(content[side].len, (size_t)INSIDE_HEAD_MAX));
  }
}

static void member_row(struct looking *looking, const struct tar_entry *const entries[2],
                       const struct digest *const contents[2], struct fields *fields)
{
  const struct inside_row row = {
    .path = buf_str(&looking->path),
    .entries = { entries[0], entries[1] },
    .contents = { contents[0], contents[1] },
    .fields = fields->items,
    .n_fields = fields->n,
    .patch = looking->patch.kind ? &looking->patch : NULL,
    .heads = { head_of(looking, 0), head_of(looking, 1) },
  };

  send_row(looking, &row);
  looking->patch = (struct patch) { .kind = PATCH_NONE };
  looking->has_heads = false;
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
  member_row(looking, entries, contents, &fields);
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
      set_reason(looking, side, err.message);
      failed = true;
    }
  if (!failed && str_equal(opened[0].bytes, opened[1].bytes)) {
    outcome = INSIDE_EQUAL;
  } else if (!failed) {
    const struct files files = {
      .bytes = { opened[0].bytes, opened[1].bytes },
      .names = { members[0]->entry.name, members[1]->entry.name },
      .depth = around->depth + 1,
    };

    outcome = compare_files(looking, &files);
    for (int side = 0; side < 2 && outcome == INSIDE_HERE; side++)
      digests[side] = digest_content(opened[side].bytes);
    *hashed = outcome == INSIDE_HERE;
    if (*hashed) {
      compare_patch(looking, files.bytes, patch_is_program(around->bytes[0]));
      if (!around->described)
        keep_heads(looking, files.bytes);
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
  reason_field(looking, &fields);
  entry_fields(&rules, entries[0], entries[1], shown, &fields);
  member_row(looking, entries, shown, &fields);
  return true;
}

static bool inside_compare_compare_pair(struct looking *looking,
                                        const struct format_member *const members[2],
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
    differ |= inside_compare_compare_pair(looking, pairs[i].members, files, is_wrapper);
  return differ;
}

/* ---- the fields, and what is no field ---- */

static void field_row(struct looking *looking, const char *name, struct str value0,
                      struct str value1)
{
  const struct tar_entry *const none[2] = { NULL, NULL };
  const struct digest *const no_contents[2] = { NULL, NULL };
  AUTO_FIELDS fields = FIELDS_INIT;

  fields_add(&fields, arena_printf(&fields.arena, "Inside %s", name),
             arena_printf(&fields.arena, "Inside %s ", name), value0, value1);
  member_row(looking, none, no_contents, &fields);
}

/* The next field from *at on that counts; NULL: none. */
static const struct format_field *next_field(const struct looking *looking,
                                             const struct format_parts *parts, size_t *at)
{
  while (*at < parts->n_fields) {
    const struct format_field *field = &parts->fields[(*at)++];

    if (class_counts(looking, field->class))
      return field;
  }
  return NULL;
}

/* Fields stand in an order that is part of what they say. */
static bool compare_fields(struct looking *looking, const struct format_parts parts[2])
{
  const struct str absent = { NULL, 0 };
  size_t at[2] = { 0, 0 };
  bool differ = false;

  for (;;) {
    const struct format_field *a = next_field(looking, &parts[0], &at[0]);
    const struct format_field *b = next_field(looking, &parts[1], &at[1]);

    if (!a && !b)
      return differ;
    if (a && b && strcmp(a->name, b->name) == 0) {
      if (str_equal(a->value, b->value))
        continue;
      field_row(looking, a->name, a->value, b->value);
    } else {
      if (a)
        field_row(looking, a->name, a->value, absent);
      if (b)
        field_row(looking, b->name, absent, b->value);
    }
    differ = true;
  }
}

/* The next range from *at on that a rule calls meaningless; NULL: none. */
static const struct format_range *next_range(const struct format_parts *parts,
                                             const struct format_rule *rule, size_t *at)
{
  while (*at < parts->n_ranges) {
    const struct format_range *range = &parts->ranges[(*at)++];

    if (range->rule == rule)
      return range;
  }
  return NULL;
}

/* Whether the bytes of a rule differ, or are another member's. */
static bool rule_differs(const struct format_parts parts[2], const struct format_rule *rule)
{
  size_t at[2] = { 0, 0 };

  for (;;) {
    const struct format_range *a = next_range(&parts[0], rule, &at[0]);
    const struct format_range *b = next_range(&parts[1], rule, &at[1]);

    if (!a || !b)
      return a || b;
    if (a->member != b->member || a->to - a->from != b->to - b->from ||
        memcmp(parts[0].bytes.ptr + a->from, parts[1].bytes.ptr + b->from, a->to - a->from) != 0)
      return true;
  }
}

/* Takes note of the rules by which bytes that differ mean nothing; true if one does not hold under
 * the flags given. */
static bool compare_meaningless(struct looking *looking, const struct format_parts parts[2])
{
  const struct format_rule *seen[64];
  size_t n_seen = 0;
  bool differ = false;

  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < parts[side].n_ranges; i++) {
      const struct format_rule *rule = parts[side].ranges[i].rule;
      size_t known = 0;

      while (known < n_seen && seen[known] != rule)
        known++;
      if (!rule || known < n_seen)
        continue;
      if (n_seen == ARRAY_LEN(seen))
        return true;
      seen[n_seen++] = rule;
      if (!rule_differs(parts, rule))
        continue;
      add_word(looking->result->rules, rule->id);
      if (class_counts(looking, rule->class)) {
        field_row(looking, rule->id, str_of(rule->text), str_of(rule->text));
        differ = true;
      }
    }
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
    set_reason(looking, side, reason);
    status = -1;
  }
  return status;
}

/* The rules for members of a format. Names say "the same" in other ways only where all readers take
 * them so; and the order counts where what is unpacked hangs on it. */
static struct entry_rules rules_of_format(const struct looking *looking,
                                          const struct format *format,
                                          const struct format_parts parts[2])
{
  struct entry_rules rules = { .ignore = looking->input->ignore };

  if (!format->has_loose_names)
    rules.ignore &= ~(uint32_t)IGNORE_CANONICAL_PATHS;
  if (rules.ignore & IGNORE_FILE_ORDER && parts[0].n_members == parts[1].n_members &&
      (format_order_counts(format, &parts[0]) || format_order_counts(format, &parts[1])))
    rules.ignore &= ~(uint32_t)IGNORE_FILE_ORDER;
  return rules;
}

static enum inside_outcome compare_parts(struct looking *looking, const struct format *format,
                                         const struct format_parts parts[2],
                                         const struct files *files)
{
  const struct entry_rules rules = looking->rules;
  bool differ = compare_fields(looking, parts);
  struct files around = *files;

  looking->rules = rules_of_format(looking, format, parts);
  around.described = format->describes;
  differ |= compare_members(looking, parts, &around, format->is_wrapper);
  if (format->may_be_equal) {
    differ |= compare_meaningless(looking, parts);
    add_word(looking->result->formats, format->name);
  }
  looking->rules = rules;
  return differ ? INSIDE_ROWS : format->may_be_equal ? INSIDE_EQUAL : INSIDE_HERE;
}

static enum inside_outcome compare_files(struct looking *looking, const struct files *files)
{
  const struct format *format = format_detect(files->bytes[0], files->names[0]);
  struct format_parts parts[2] = { 0 };
  enum inside_outcome outcome = INSIDE_HERE;

  clear_reasons(looking);
  if (!format || format_detect(files->bytes[1], files->names[1]) != format)
    return INSIDE_HERE;
  if (files->depth > FORMAT_DEPTH_MAX) {
    set_reason(looking, 0, "not looked into because it lies too deep");
    set_reason(looking, 1, "not looked into because it lies too deep");
    return INSIDE_HERE;
  }
  if (read_both(looking, format, files, parts) == 0)
    outcome = compare_parts(looking, format, parts, files);
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
