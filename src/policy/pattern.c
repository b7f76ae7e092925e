#include "policy/pattern.h"

#include <string.h>

#include "policy/pattern_code.h"

static bool set_has(const uint8_t *set, uint8_t byte)
{
  return (set[byte / 8] >> (byte % 8) & 1) != 0;
}

/* Length of the operation if it takes this byte, else 0. */
static size_t takes(const uint8_t *code, uint8_t byte)
{
  switch ((enum glob_op)code[0]) {
  case GLOB_BYTE:
    return code[1] == byte ? 2 : 0;
  case GLOB_ANY:
    return 1;
  case GLOB_SET:
    return set_has(code + 1, byte) ? 1 + SET_BYTES : 0;
  case GLOB_STAR:
    break;
  }
  return 0;
}

/* Where it gets stuck, the last star takes one byte more: what an earlier star might take instead
 * cannot help, since the last one takes anything. */
static bool glob_matches(const uint8_t *code, size_t len, struct str s)
{
  const uint8_t *const end = code + len;
  const uint8_t *after_star = NULL;
  size_t star_at = 0;
  size_t at = 0;

  for (;;) {
    size_t taken;

    while (code < end && *code == GLOB_STAR) {
      after_star = ++code;
      star_at = at;
    }
    if (after_star == end)
      return true;
    if (at == s.len)
      return code == end;
    taken = code < end ? takes(code, (uint8_t)s.ptr[at]) : 0;
    if (taken) {
      code += taken;
      at++;
    } else if (after_star) {
      code = after_star;
      at = ++star_at;
    } else {
      return false;
    }
  }
}

static bool part_matches(const struct pattern *pattern, const struct pattern_part *part,
                         struct str component)
{
  const uint8_t *code = pattern->code + part->at;

  switch ((enum pattern_part_kind)part->kind) {
  case PATTERN_LITERAL:
    return part->len == component.len && memcmp(code, component.ptr, part->len) == 0;
  case PATTERN_PREFIX:
    return part->len <= component.len && memcmp(code, component.ptr, part->len) == 0;
  case PATTERN_SUFFIX:
    return part->len <= component.len &&
           memcmp(code, component.ptr + component.len - part->len, part->len) == 0;
  case PATTERN_GLOB:
    return glob_matches(code, part->len, component);
  case PATTERN_MANY:
    break;
  }
  return true;
}

/* A part that may match nothing is passed at once. No two of them stand side by side. */
static uint64_t pass_many(const struct pattern *pattern, uint64_t state)
{
  return state | (state & pattern->many) << 1;
}

uint64_t pattern_start(const struct pattern *pattern)
{
  return pattern->never ? 0 : pass_many(pattern, 1);
}

uint64_t pattern_step(const struct pattern *pattern, uint64_t state, struct str component)
{
  uint64_t next = state & pattern->many;
  uint64_t left = state & ~pattern->many & ~(UINT64_C(1) << pattern->n_parts);

  while (left) {
    unsigned at = (unsigned)__builtin_ctzll(left);

    left &= left - 1;
    if (part_matches(pattern, &pattern->parts[at], component))
      next |= UINT64_C(2) << at;
  }
  return pass_many(pattern, next);
}

static void skip_nothing(struct str *path)
{
  for (;;) {
    if (path->len && path->ptr[0] == '/')
      *path = str_skip(*path, 1);
    else if (path->len && path->ptr[0] == '.' && (path->len == 1 || path->ptr[1] == '/'))
      *path = str_skip(*path, MIN_OF(path->len, (size_t)2));
    else
      return;
  }
}

bool path_component(struct str *path, struct str *component, bool *last)
{
  const char *slash;

  skip_nothing(path);
  if (!path->len)
    return false;
  slash = memchr(path->ptr, '/', path->len);
  *component = (struct str) { path->ptr, slash ? (size_t)(slash - path->ptr) : path->len };
  *path = str_skip(*path, component->len);
  skip_nothing(path);
  *last = path->len == 0;
  return true;
}

void path_split(struct path_parts *parts, struct str path)
{
  bool last;

  parts->n = 0;
  while (parts->n < ARRAY_LEN(parts->items) &&
         path_component(&path, &parts->items[parts->n], &last))
    parts->n++;
  parts->rest = path;
}

bool pattern_matches_parts(const struct pattern *pattern, const struct path_parts *parts,
                           bool is_dir)
{
  uint64_t state = pattern_start(pattern);
  struct str rest = parts->rest;
  struct str component;
  bool last;

  for (size_t i = 0; i < parts->n && state; i++) {
    state = pattern_step(pattern, state, parts->items[i]);
    if (pattern_accepts(pattern, state, is_dir || i + 1 < parts->n || rest.len))
      return true;
  }
  while (state && path_component(&rest, &component, &last)) {
    state = pattern_step(pattern, state, component);
    if (pattern_accepts(pattern, state, is_dir || !last))
      return true;
  }
  return false;
}

bool pattern_matches(const struct pattern *pattern, struct str path, bool is_dir)
{
  struct path_parts parts;

  path_split(&parts, path);
  return pattern_matches_parts(pattern, &parts, is_dir);
}
