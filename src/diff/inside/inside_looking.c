#include "diff/inside/inside_looking.h"

#include <stdio.h>
#include <string.h>

void looking_add_word(char *list, const char *word)
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

void looking_clear_reasons(struct looking *looking)
{
  looking->result->reasons[0][0] = '\0';
  looking->result->reasons[1][0] = '\0';
}

void looking_set_reason(struct looking *looking, int side, const char *reason)
{
  snprintf(looking->result->reasons[side], INSIDE_REASON_MAX, "%.500s", reason);
}

/* Says in a member's fields why it was not looked into. */
void looking_add_reasons(struct looking *looking, struct fields *fields)
{
  const char(*reasons)[INSIDE_REASON_MAX] = looking->result->reasons;

  if (reasons[0][0] || reasons[1][0])
    fields_add(fields, "Inside", "Inside ", str_of(reasons[0]), str_of(reasons[1]));
  looking_clear_reasons(looking);
}

bool looking_counts(const struct looking *looking, enum format_class class)
{
  const uint32_t ignore = looking->input->ignore;

  return class == FORMAT_COUNTS || (class == FORMAT_TIME && !(ignore & IGNORE_FILE_TIMESTAMPS)) ||
         (class == FORMAT_WRITTEN && !(ignore & IGNORE_TAR_FORMAT));
}

static struct str head_of(const struct looking *looking, int side)
{
  if (!looking->has_heads)
    return (struct str) { NULL, 0 };
  return looking->heads[side].len ? buf_str(&looking->heads[side]) : STR("");
}

/* Keeps the beginnings of two contents for the row that tells of them. */
void looking_keep_heads(struct looking *looking, const struct str content[2])
{
  looking->has_heads = looking->input->heads;
  for (int side = 0; side < 2 && looking->has_heads; side++) {
    buf_clear(&looking->heads[side]);
    buf_add(&looking->heads[side], content[side].ptr,
            MIN_OF(content[side].len, (size_t)INSIDE_HEAD_MAX));
  }
}

void looking_tell_member(struct looking *looking, const struct tar_entry *const entries[2],
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

void looking_tell_field(struct looking *looking, const char *name, struct str value0,
                        struct str value1)
{
  const struct tar_entry *const none[2] = { NULL, NULL };
  const struct digest *const no_contents[2] = { NULL, NULL };
  AUTO_FIELDS fields = FIELDS_INIT;

  fields_add(&fields, arena_printf(&fields.arena, "Inside %s", name),
             arena_printf(&fields.arena, "Inside %s ", name), value0, value1);
  looking_tell_member(looking, none, no_contents, &fields);
}
