#include "report/explain/explain_draft.h"

#include <string.h>

void draft_release(struct draft *draft)
{
  buf_release(&draft->left);
}

static struct explain_found *explain_draft_find(struct draft *draft, const struct cause *cause)
{
  for (size_t i = 0; i < draft->n; i++)
    if (draft->found[i].cause == cause)
      return &draft->found[i];
  return NULL;
}

void draft_add(struct draft *draft, const struct cause *cause, enum cause_evidence evidence,
               enum cause_strength strength, const struct values *values)
{
  struct explain_found *found = explain_draft_find(draft, cause);

  if (found) {
    found->strength = MIN_OF(found->strength, strength);
    found->evidence = MIN_OF(found->evidence, evidence);
    if (!found->values)
      found->values = values;
    return;
  }
  if (draft->n == DRAFT_MAX) {
    draft_leave(draft, cause_id(cause));
    return;
  }
  found = &draft->found[draft->n++];
  *found = (struct explain_found) { cause, evidence, strength, values, cause_is_harmless(cause) };
}

void draft_acts(struct draft *draft, const struct cause *cause)
{
  struct explain_found *found = explain_draft_find(draft, cause);

  if (found)
    found->harmless = false;
}

void draft_leave(struct draft *draft, const char *what)
{
  draft->n_left++;
  if (draft->left.len)
    buf_puts(&draft->left, ", ");
  buf_puts(&draft->left, what);
}

void draft_add_all(struct draft *draft, const struct explanation *other)
{
  for (size_t i = 0; i < other->n; i++) {
    draft_add(draft, other->found[i].cause, other->found[i].evidence, other->found[i].strength,
              other->found[i].values);
    if (!other->found[i].harmless)
      draft_acts(draft, other->found[i].cause);
  }
  if (*other->left)
    draft_leave(draft, other->left);
}

void draft_add_draft(struct draft *draft, const struct draft *other)
{
  const struct explanation as_is = { .found = other->found,
                                     .n = other->n,
                                     .left = other->left.len ? other->left.ptr : "" };

  draft_add_all(draft, &as_is);
}

struct explanation draft_finish(const struct draft *draft, struct arena *arena)
{
  struct explanation out = { .left = "",
                             .n = draft->n,
                             .headless = draft->headless && draft->n,
                             .only_content_left = draft->content_left && draft->n_left == 1,
                             .proven = draft->n && !draft->left.len };
  struct explain_found *found = NULL;

  if (draft->left.len)
    out.left = arena_strdup(arena, draft->left.ptr);
  if (!draft->n)
    return out;
  found = arena_alloc(arena, draft->n * sizeof(*found));
  memcpy(found, draft->found, draft->n * sizeof(*found));
  for (size_t i = 0; i < draft->n; i++)
    out.proven = out.proven && found[i].strength == CAUSE_PROVEN;
  out.harmless = out.proven;
  for (size_t i = 0; i < draft->n; i++)
    out.harmless = out.harmless && found[i].harmless;
  /* What proves a part of it only is called that. */
  if (!out.proven && found[0].strength == CAUSE_PROVEN)
    found[0].strength = CAUSE_PART;
  out.found = found;
  return out;
}
