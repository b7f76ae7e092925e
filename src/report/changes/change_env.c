#include "report/changes/change_env.h"

#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"

/* Of one side: names, each with its position in the array plus one. */
struct environment {
  const json_t *items; /* NULL: there is none */
  struct map names;
};

bool change_env_is_item(const struct event_field *field)
{
  static const char prefix[] = "config.Env[";

  return strncmp(field->name, prefix, sizeof(prefix) - 1) == 0;
}

static struct str env_item(const json_t *items, size_t i)
{
  const json_t *item = json_array_get(items, i);

  return (struct str) { json_string_value(item), json_string_length(item) };
}

static struct str env_name(struct str item)
{
  const char *equals = item.len ? memchr(item.ptr, '=', item.len) : NULL;

  return (struct str) { item.ptr, equals ? (size_t)(equals - item.ptr) : item.len };
}

/* Behind the '='. */
static struct str env_value(struct str item)
{
  const size_t name = env_name(item).len;

  return str_skip(item, name < item.len ? name + 1 : name);
}

static bool env_read(struct environment *out, const json_t *config)
{
  out->items = json_object_get(json_object_get(config, "config"), "Env");
  for (size_t i = 0; i < json_array_size(out->items); i++) {
    const struct str name = env_name(env_item(out->items, i));
    struct map_entry *entry = name.len ? map_put(&out->names, name) : NULL;

    if (!entry || entry->value)
      return false;
    entry->value = (void *)(uintptr_t)(i + 1);
  }
  return true;
}

/* ptr NULL: it is not there. */
static struct str env_find(const struct environment *env, struct str name)
{
  const struct map_entry *entry = map_find(&env->names, name);

  return entry ? env_value(env_item(env->items, (uintptr_t)entry->value - 1))
               : (struct str) { NULL, 0 };
}

static size_t tell_variables(const struct environment envs[2],
                             void (*each)(void *context, const struct event_field *field),
                             void *context)
{
  size_t told = 0;

  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < json_array_size(envs[side].items); i++) {
      const struct str name = env_name(env_item(envs[side].items, i));
      struct event_field field = {
        .label = "", .value = { env_find(&envs[0], name), env_find(&envs[1], name) }
      };
      AUTO_BUF text = BUF_INIT(INT_MAX);

      if ((side == 1 && field.value[0].ptr) ||
          (field.value[0].ptr && field.value[1].ptr && str_equal(field.value[0], field.value[1])))
        continue;
      buf_puts(&text, "config.Env.");
      buf_add_str(&text, name);
      field.name = text.ptr;
      each(context, &field);
      told++;
    }
  return told;
}

static void tell_order(const struct environment envs[2],
                       void (*each)(void *context, const struct event_field *field), void *context)
{
  AUTO_BUF names0 = BUF_INIT(INT_MAX);
  AUTO_BUF names1 = BUF_INIT(INT_MAX);
  struct buf *const names[2] = { &names0, &names1 };

  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < json_array_size(envs[side].items); i++) {
      buf_puts(names[side], i ? " " : "");
      buf_add_str(names[side], env_name(env_item(envs[side].items, i)));
    }
  each(context, &(struct event_field) { .name = "config.Env",
                                        .label = "",
                                        .value = { buf_str(&names0), buf_str(&names1) } });
}

bool change_env_diff(const struct event *event,
                     void (*each)(void *context, const struct event_field *field), void *context)
{
  struct environment envs[2] = { { .names = MAP_INIT }, { .names = MAP_INIT } };
  const bool known = event->inputs[0].config && event->inputs[1].config &&
                     env_read(&envs[0], event->inputs[0].config) &&
                     env_read(&envs[1], event->inputs[1].config);

  if (known && tell_variables(envs, each, context) == 0)
    tell_order(envs, each, context);
  map_release(&envs[0].names);
  map_release(&envs[1].names);
  return known;
}
