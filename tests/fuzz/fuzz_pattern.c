/* A pattern, a newline, and a path: what matches a directory matches all in it, and the way a path
 * is written does not matter. */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "policy/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool steps_match(const struct pattern *pattern, struct str path, bool is_dir)
{
  uint64_t state = pattern_start(pattern);
  struct str component;
  bool last;

  while (path_component(&path, &component, &last)) {
    state = pattern_step(pattern, state, component);
    if (pattern_accepts(pattern, state, is_dir || !last))
      return true;
  }
  return false;
}

static void check(const struct pattern *pattern, struct str path)
{
  AUTO_FREE char *below = xasprintf("/.//%.*s//x", STR_ARGS(path));
  bool as_file = pattern_matches(pattern, path, false);
  bool as_dir = pattern_matches(pattern, path, true);
  struct str rest = path;
  struct str component;
  bool last;

  if (as_file && !as_dir)
    abort();
  if (as_file && pattern->never)
    abort();
  if (steps_match(pattern, path, true) != as_dir || steps_match(pattern, path, false) != as_file)
    abort();
  if (path_component(&rest, &component, &last) && as_dir &&
      !pattern_matches(pattern, str_of(below), false))
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  CLEANUP(arena_release) struct arena arena = ARENA_INIT;
  struct str text = { (const char *)data, size };
  struct str path = { NULL, 0 };
  const char *newline = size ? memchr(data, '\n', size) : NULL;
  struct pattern pattern;
  struct str line;
  struct error err;

  if (newline) {
    text.len = (size_t)(newline - text.ptr);
    path = (struct str) { newline + 1, size - text.len - 1 };
  }
  if (memchr(data, '\0', size)) /* paths are printed as strings here */
    return 0;
  if (!pattern_compile(&pattern, text, &arena, &err))
    check(&pattern, path);
  if (pattern_line(text, &line) && !pattern_compile(&pattern, line, &arena, &err))
    check(&pattern, path);
  return 0;
}
