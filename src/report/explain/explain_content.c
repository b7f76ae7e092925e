#include "report/explain/explain_content.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "evidence/content.h"

/* By rank; of one rank what there is most of first. */
static int by_times(const void *a, const void *b)
{
  const struct content_found *x = a;
  const struct content_found *y = b;

  if (content_rank(x->id) != content_rank(y->id))
    return content_rank(x->id) > content_rank(y->id) ? 1 : -1;
  if (x->times != y->times)
    return x->times > y->times ? -1 : 1;
  return x->place < y->place ? -1 : 1;
}

static void add_found(struct content_evidence *seen, struct arena *arena, struct draft *draft)
{
  qsort(seen->found, seen->n, sizeof(seen->found[0]), by_times);
  for (size_t i = 0; i < seen->n; i++) {
    const struct content_found *found = &seen->found[i];
    struct values *values = NULL;

    if (found->values.n) {
      values = arena_alloc(arena, sizeof(*values));
      *values = found->values;
    }
    draft_add(draft, cause_named(str_of(found->id)), CAUSE_BY_CONTENT,
              seen->left       ? CAUSE_PART
              : found->assumed ? CAUSE_LIKELY
                               : CAUSE_PROVEN,
              values);
    if (found->acts)
      draft_acts(draft, cause_named(str_of(found->id)));
  }
}

static void leave(const struct content_evidence *seen, struct draft *draft)
{
  AUTO_BUF text = BUF_INIT(DRAFT_MAX_LEFT);

  buf_puts(&text, "content");
  if (seen->what[0])
    buf_printf(&text, " (%s)", seen->what);
  draft_leave(draft, text.ptr);
}

/* Of what the table says: whether looking whole has not shown it to be wrong. */
static bool still_holds(const struct cause *cause, const struct content_evidence *seen)
{
  /* A file that was opened is what it holds: if that differs in what no cause knows, its path
   * explains nothing. Of what is only compressed no more is known than of what is not. */
  return !(seen->looked_in && seen->left && !seen->opaque) &&
         !(strcmp(cause_id(cause), "pyc-code") == 0 && !seen->same_words);
}

/* What the table knows of a file by its path is what there is to say where nothing but its order
 * differs: whoever accepts that asks for no second cause. */
static bool is_order_alone(const struct content_evidence *seen)
{
  for (size_t i = 0; i < seen->n; i++)
    if (strcmp(seen->found[i].id, "reordered-lines") != 0 &&
        strcmp(seen->found[i].id, "reordered-keys") != 0)
      return false;
  return seen->n && !seen->left;
}

void explain_content(const struct cause_query *query, const struct str content[2],
                     struct arena *arena, struct draft *draft)
{
  AUTO_FREE struct content_evidence *seen = xmalloc(sizeof(*seen));
  enum cause_evidence evidence = CAUSE_BY_NAME;
  const struct cause *cause = cause_find(query, &evidence);
  const struct content_file file = { .path = query->path,
                                     .executable = query->executable,
                                     .described = query->described,
                                     .debugging = query->debugging,
                                     .changed = { { query->changed[0], query->around[0] },
                                                  { query->changed[1], query->around[1] } } };
  bool accounted;
  bool assumed = false;

  content_look(content, &file, arena, seen);
  accounted = seen->n && !seen->left;
  for (size_t i = 0; i < seen->n; i++)
    assumed = assumed || seen->found[i].assumed;
  if (cause && evidence == CAUSE_BY_CONTENT) {
    draft_add(draft, cause, evidence, CAUSE_PROVEN, NULL);
    /* What the table knows of this very file is all there is to say of it. */
    if (accounted && !cause_has_paths(cause))
      add_found(seen, arena, draft);
    return;
  }
  if (cause && !still_holds(cause, seen))
    cause = NULL;
  if (cause && cause_has_paths(cause)) {
    draft_add(draft, cause, accounted ? CAUSE_BY_CONTENT : evidence,
              accounted && !assumed ? CAUSE_PROVEN : CAUSE_LIKELY, NULL);
    if (!assumed && is_order_alone(seen))
      return;
  }
  /* Times in an archive, or a hash, are not what there is to say where something else changed. */
  if (!accounted && !draft->n && seen->headless) {
    if (cause)
      draft_add(draft, cause, evidence, CAUSE_LIKELY, NULL);
    else if (seen->kind)
      draft_add(draft, cause_named(str_of(seen->kind)), CAUSE_BY_FIRST_DIFFERENCE, CAUSE_LIKELY,
                NULL);
    else if (seen->looked_in && seen->what[0])
      draft_add(draft, cause_named(STR("real-change")), CAUSE_BY_CONTENT, CAUSE_PART, NULL);
    else
      draft->headless = true;
  }
  /* Of a file that is known, numbers that look like times say no more. */
  if (!(seen->only_times && draft->n))
    add_found(seen, arena, draft);
  if (!accounted && cause && !draft->n)
    draft_add(draft, cause, evidence, CAUSE_LIKELY, NULL);
  if (!accounted) {
    draft->content_left =
        !draft->n_left && draft->n && !draft->headless && draft->found[0].strength == CAUSE_LIKELY;
    leave(seen, draft);
  }
}
