#include "evidence/values.h"

#include "base/macros.h"

static struct str kept(struct arena *arena, struct str value)
{
  if (!value.ptr)
    return value;
  value.len = MIN_OF(value.len, (size_t)VALUES_MAX_BYTES);
  return arena_str(arena, value);
}

static bool is_cut_of(struct str shown, struct str value)
{
  if (!shown.ptr || !value.ptr) /* absent */
    return !shown.ptr && !value.ptr;
  value.len = MIN_OF(value.len, (size_t)VALUES_MAX_BYTES);
  return str_equal(shown, value);
}

void values_add(struct values *values, struct arena *arena, const char *name, struct str a,
                struct str b)
{
  for (size_t i = 0; i < values->n; i++)
    if (is_cut_of(values->items[i].side[0], a) && is_cut_of(values->items[i].side[1], b) &&
        strcmp(values->items[i].name, name) == 0)
      return;
  if (values->n == VALUES_MAX) {
    values->more++;
    return;
  }
  values->items[values->n++] =
      (struct value_pair) { arena_strdup(arena, name), { kept(arena, a), kept(arena, b) } };
}
