#include "diff/fields.h"

#include <stdlib.h>

#include "base/alloc.h"

void fields_release(struct fields *fields)
{
  free(fields->items);
  arena_release(&fields->arena);
  *fields = FIELDS_INIT;
}

void fields_reset(struct fields *fields)
{
  fields->n = 0;
  arena_reset(&fields->arena);
}

void fields_add_kept(struct fields *fields, const char *name, const char *label, struct str value0,
                     struct str value1)
{
  fields->items = xgrow(fields->items, fields->n, &fields->cap, sizeof(*fields->items));
  fields->items[fields->n++] =
      (struct event_field) { name, label, { value0, value1 }, fields->ignored };
}

void fields_add(struct fields *fields, const char *name, const char *label, struct str value0,
                struct str value1)
{
  if (value0.ptr)
    value0 = arena_str(&fields->arena, value0);
  if (value1.ptr)
    value1 = arena_str(&fields->arena, value1);
  fields_add_kept(fields, name, label, value0, value1);
}
