#include "formats/elements.h"

#include "formats/keyed.h"

bool elements_is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

struct str elements_trim(struct str s)
{
  while (s.len && elements_is_space(s.ptr[0]))
    s = str_skip(s, 1);
  while (s.len && elements_is_space(s.ptr[s.len - 1]))
    s.len--;
  return s;
}

void elements_init(struct elements *elements, struct format_parts *parts)
{
  *elements = (struct elements) {
    .parts = parts,
    .path = BUF_INIT(ELEMENTS_PATH_MAX),
    .counts = MAP_INIT,
  };
}

void elements_release(struct elements *elements)
{
  while (elements->depth)
    buf_release(&elements->texts[--elements->depth]);
  buf_release(&elements->path);
  map_release(&elements->counts);
}

static int too_long(struct error *err)
{
  return error_set(err, ERROR_LIMIT, "a name in it is longer than %d bytes", ELEMENTS_PATH_MAX);
}

/* Which one of its name it is below the same element. */
static int count_element(struct elements *elements, struct error *err)
{
  struct map_entry *entry;
  uintptr_t n;

  /* Each time: to look a long path up is what an element costs, even where it is no new one. */
  if (format_charge(elements->parts->budget, elements->path.len + 64, err))
    return -1;
  entry = map_put(&elements->counts, buf_str(&elements->path));
  if (!entry->value)
    entry->key = arena_str(&elements->parts->arena, buf_str(&elements->path));
  n = (uintptr_t)entry->value + 1;
  entry->value = (void *)n;
  if (n > 1)
    buf_printf(&elements->path, "[%zu]", (size_t)n);
  return 0;
}

int elements_open(struct elements *elements, struct str name, struct error *err)
{
  if (elements->depth == ELEMENTS_DEEP)
    return error_set(err, ERROR_LIMIT, "elements lie more than %d deep", ELEMENTS_DEEP);
  elements->behind[elements->depth] = elements->path.len;
  elements->names[elements->depth] = name;
  elements->texts[elements->depth] = BUF_INIT(2 * elements->parts->bytes.len);
  elements->depth++;
  if (elements->path.len)
    buf_putc(&elements->path, '/');
  buf_add_str(&elements->path, name);
  return elements->path.overflow ? too_long(err) : count_element(elements, err);
}

int elements_close(struct elements *elements, struct error *err)
{
  struct buf *text = &elements->texts[elements->depth - 1];
  const struct str trimmed = elements_trim(text->len ? buf_str(text) : STR(""));
  int status = 0;

  if (trimmed.len)
    status = keyed_add(elements->parts, buf_str(&elements->path), trimmed, err);
  buf_release(text);
  elements->depth--;
  elements->path.len = elements->behind[elements->depth];
  text = elements->depth ? &elements->texts[elements->depth - 1] : NULL;
  if (text && text->len && text->ptr[text->len - 1] != '\n')
    buf_putc(text, '\n');
  return status;
}

int elements_attribute(struct elements *elements, struct str name, struct str value,
                       struct error *err)
{
  const size_t before = elements->path.len;
  int status;

  buf_putc(&elements->path, '@');
  buf_add_str(&elements->path, name);
  if (elements->path.overflow)
    return too_long(err);
  format_account_shown(elements->parts, value);
  status = keyed_add(elements->parts, buf_str(&elements->path), value, err);
  elements->path.len = before;
  return status;
}

void elements_text(struct elements *elements, struct str text)
{
  if (!elements->depth)
    return;
  buf_add_str(&elements->texts[elements->depth - 1], text);
  text = elements_trim(text);
  if (text.len) /* spaces alone are no text */
    format_account_shown(elements->parts, text);
}

int elements_comment(struct elements *elements, struct str text, struct error *err)
{
  if (elements_open(elements, STR("#comment"), err))
    return -1;
  elements_text(elements, text);
  return elements_close(elements, err);
}
