#include "report/explain/explain_late.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "report/explain/explain_content.h"

static bool is_file(char type)
{
  return type == TAR_REGULAR || type == TAR_CONTIGUOUS || type == TAR_GNU_SPARSE;
}

bool explain_late_wants(const struct explain_late *late, const struct event *event,
                        const struct cause_query *query)
{
  /* A place inside a file is no entry of the layer: its position is one among the members. */
  if (!late->later || event->parent->type == EVENT_TARENTRY)
    return false;
  for (int side = 0; side < 2; side++)
    if (!is_file(query->types[side]) || !event->inputs[side].layer ||
        query->size[side] > EXPLAIN_CONTENT_MAX)
      return false;
  return true;
}

static void explain_late_keep(struct explain_late *late, const struct late *item,
                              const struct later_place places[2])
{
  late->items = xgrow(late->items, late->n, &late->cap, sizeof(*late->items));
  late->items[late->n] = *item;
  later_want(late->later, places, &late->taker, late->n++);
}

void explain_late_add(struct explain_late *late, const struct event *event,
                      const struct cause_query *query, struct explanation others, size_t record)
{
  struct late item = { .query = *query, .record = record, .others = others };

  item.query.path = arena_str(&late->arena, query->path);
  item.query.field.name = arena_str(&late->arena, query->field.name);
  for (int side = 0; side < 2; side++)
    item.query.content[side] = (struct str) { NULL, 0 };
  explain_late_keep(late, &item,
                    (const struct later_place[]) { later_place_of(&event->inputs[0]),
                                                   later_place_of(&event->inputs[1]) });
}

void explain_late_add_pair(struct explain_late *late, const struct late_side sides[2],
                           const struct cause *cause, const struct values *values)
{
  const struct late item = {
    .query = { .path = arena_str(&late->arena, sides[0].path),
               .executable = sides[0].executable || sides[1].executable,
               .types = { sides[0].type, sides[1].type },
               .has_field = true,
               .field = { FIELD_CONTENT, { NULL, 0 } } },
    .record = sides[0].record,
    .twin = sides[1].record,
    .is_pair = true,
    .named = cause,
    .values = values,
    .others = sides[0].known,
  };

  for (int side = 0; side < 2; side++)
    if (!late->later || !is_file(sides[side].type) || !sides[side].place.layer)
      return;
  explain_late_keep(late, &item, (const struct later_place[]) { sides[0].place, sides[1].place });
}

/* ---- once they are read ---- */

enum cause_strength explain_late_strength(const struct cause *named, bool accounted)
{
  return accounted && named != cause_named(STR("moved")) ? CAUSE_PROVEN : CAUSE_LIKELY;
}

/* That it has another name comes first; that is proven if the contents differ in nothing else. */
static struct explanation explain_pair(struct explain_late *late, struct late *item,
                                       const struct draft *contents)
{
  AUTO_DRAFT draft = DRAFT_INIT;
  bool proven = contents->n && !contents->left.len;

  for (size_t i = 0; i < contents->n; i++)
    proven = proven && contents->found[i].strength == CAUSE_PROVEN;
  draft_add(&draft, item->named, proven ? CAUSE_BY_CONTENT : CAUSE_BY_NAME,
            explain_late_strength(item->named, proven), item->values);
  draft_add_draft(&draft, contents);
  if (item->others.n)
    draft_add_all(&draft, &item->others);
  return draft_finish(&draft, &late->arena);
}

static struct explanation explain_item(struct explain_late *late, struct late *item,
                                       const struct str content[2])
{
  AUTO_DRAFT draft = DRAFT_INIT;

  for (int side = 0; side < 2; side++) {
    item->query.size[side] = content[side].len;
    item->query.content[side] = content[side];
  }
  explain_content(&item->query, content, &late->arena, &draft);
  for (int side = 0; side < 2; side++) /* they are gone after this */
    item->query.content[side] = (struct str) { NULL, 0 };
  if (item->is_pair)
    return explain_pair(late, item, &draft);
  if (draft.n)
    draft_add_all(&draft, &item->others);
  return draft_finish(&draft, &late->arena);
}

static void explain_late_take(void *context, size_t number, const struct later_content *contents)
{
  struct explain_late *late = context;
  struct explanation found;

  if (!contents)
    return;
  found = explain_item(late, &late->items[number],
                       (const struct str[]) { contents[0].bytes, contents[1].bytes });
  late->set(late->context, late->items[number].record, found);
  if (late->items[number].is_pair)
    late->set(late->context, late->items[number].twin, found);
}

void explain_late_init(struct explain_late *late, struct later *later,
                       void (*set)(void *context, size_t record, struct explanation found),
                       void *context)
{
  *late = (struct explain_late) { .taker = { explain_late_take, late, EXPLAIN_CONTENT_MAX },
                                  .later = later,
                                  .set = set,
                                  .context = context };
}

void explain_late_release(struct explain_late *late)
{
  free(late->items);
  arena_release(&late->arena);
}
