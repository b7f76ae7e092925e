#include "image/history.h"

#include <string.h>

static const char shell[] = "/bin/sh -c ";

void history_of_layers(const json_t *history, size_t n, const json_t **items)
{
  size_t found = 0;
  size_t i;
  json_t *item;

  memset(items, 0, n * sizeof(json_t *));
  json_array_foreach((json_t *)history, i, item)
  {
    if (json_is_true(json_object_get(item, "empty_layer")))
      continue;
    if (found < n)
      items[found] = item;
    found++;
  }
  if (found != n)
    memset(items, 0, n * sizeof(json_t *));
}

const char *history_created_by(const json_t *item)
{
  const char *text = json_string_value(json_object_get(item, "created_by"));

  return text && *text ? text : NULL;
}

/* Skips "|2 A=1 B=2 ", the build arguments that stand before the shell. */
static const char *skip_arguments(const char *text)
{
  const char *found = *text == '|' ? strstr(text, shell) : NULL;

  return found ? found : text;
}

static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static void add_collapsed(struct buf *out, struct str text)
{
  bool space = false;
  bool first = true;

  for (size_t i = 0; i < text.len; i++) {
    if (is_space(text.ptr[i])) {
      space = true;
      continue;
    }
    if (space && !first)
      buf_putc(out, ' ');
    buf_putc(out, text.ptr[i]);
    space = first = false;
  }
}

void history_instruction(struct buf *out, const char *created_by)
{
  static const char run[] = "RUN ";
  static const char nop[] = "#(nop) ";
  const struct str mark = STR(" # buildkit");
  const bool is_run = strncmp(created_by, run, sizeof(run) - 1) == 0;
  const char *command = skip_arguments(is_run ? created_by + sizeof(run) - 1 : created_by);
  const bool in_shell = strncmp(command, shell, sizeof(shell) - 1) == 0;
  struct str text;

  if (in_shell)
    command += sizeof(shell) - 1;
  if (in_shell && strncmp(command, nop, sizeof(nop) - 1) == 0)
    command += sizeof(nop) - 1; /* the instruction itself follows */
  else if (in_shell || is_run)
    buf_puts(out, run);
  text = str_of(command);
  if (str_has_suffix(text, mark))
    text.len -= mark.len;
  add_collapsed(out, text);
}
