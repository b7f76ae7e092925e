#include "diff/inside/python_source.h"

#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "formats/pyc.h"

/* ---- where sources are ---- */

/* What a source may be called. */
struct candidates {
  struct str directory;
  struct str name, whole_name;
  bool in_cache;
  unsigned depth;
};

/* "DIR/__pycache__/m.cpython-311.pyc" is made from "DIR/m.py" (PEP 3147). "DIR/m.pyc" is Python 2's
 * of "DIR/m.py", as "DIR/m.pyo" is; and "CACHE/DIR/m.cpython-311.pyc" that of "/DIR/m.py" if
 * somebody sets $PYTHONPYCACHEPREFIX to CACHE. False: it is none of these, or its name is written
 * in an odd way.
 */
static bool candidates_of(struct str path, struct candidates *out)
{
  const struct str base = path_name(path);
  const struct str directory = path_directory(path);
  const char *dot = base.len ? memchr(base.ptr, '.', base.len) : NULL;

  if (!dot || !(str_has_suffix(base, STR(".pyc")) || str_has_suffix(base, STR(".pyo"))))
    return false;
  *out = (struct candidates) {
    .directory = directory,
    .name = { base.ptr, (size_t)(dot - base.ptr) },
    .whole_name = { base.ptr, base.len - 4 },
    .in_cache = str_equal(path_name(directory), STR("__pycache__")),
  };
  for (size_t i = 0; i < directory.len; i++)
    out->depth += directory.ptr[i] == '/';
  return out->depth < PYTHON_DEPTH_MAX;
}

static struct str candidate(struct arena *arena, struct str directory, struct str name)
{
  return str_of(arena_printf(arena, "%.*s%s%.*s.py", STR_ARGS(directory), directory.len ? "/" : "",
                             STR_ARGS(name)));
}

bool python_sources_of(struct str path, struct arena *arena, struct python_sources *out)
{
  struct candidates of;
  struct str rest;
  struct str component;

  *out = (struct python_sources) { .n = 0 };
  if (!candidates_of(path, &of))
    return false;
  rest = of.directory;
  if (of.in_cache) {
    out->paths[out->n++] = candidate(arena, path_directory(of.directory), of.name);
    return true;
  }
  out->paths[out->n++] = candidate(arena, of.directory, of.whole_name);
  if (of.name.len == of.whole_name.len)
    return true;
  do {
    rest = str_skip(rest, str_has_prefix(rest, STR("/")));
    out->paths[out->n++] = candidate(arena, rest, of.name);
  } while (path_next(&rest, &component) && out->n < PYTHON_SOURCES_MAX);
  return true;
}

/* ---- what Python does ---- */

enum python_does { PYTHON_HAS_NO_SOURCE, PYTHON_RUNS_IT, PYTHON_RUNS_THE_SOURCE, PYTHON_UNKNOWN };

static const char *const does_text[] = {
  [PYTHON_HAS_NO_SOURCE] = "equal inside, but there is no source for Python to hold its time "
                           "against",
  [PYTHON_RUNS_IT] = "equal inside, but its time is that of its source, so Python runs it",
  [PYTHON_RUNS_THE_SOURCE] = "equal inside, but its time is not that of its source, which Python "
                             "then runs instead",
  [PYTHON_UNKNOWN] = "equal inside, but whether its time is that of its source, so that Python "
                     "runs it, is not known",
};

static enum python_does does_with(const struct python_source *source, const struct pyc_stamp *stamp)
{
  if (source->state != PYTHON_SOURCE_THERE)
    return source->state == PYTHON_SOURCE_ABSENT ? PYTHON_HAS_NO_SOURCE : PYTHON_UNKNOWN;
  return (uint32_t)source->mtime == stamp->time &&
                 (!stamp->has_size || (uint32_t)source->size == stamp->size)
             ? PYTHON_RUNS_IT
             : PYTHON_RUNS_THE_SOURCE;
}

bool python_has_times(const struct str content[2])
{
  struct pyc_stamp stamps[2];

  return pyc_stamp(content[0], &stamps[0]) && pyc_stamp(content[1], &stamps[1]) &&
         stamps[0].time != stamps[1].time;
}

bool python_does_same(const struct str content[2], const struct python_source sources[2],
                      char reasons[2][INSIDE_REASON_MAX])
{
  enum python_does does[2];

  for (int side = 0; side < 2; side++) {
    struct pyc_stamp stamp;

    does[side] =
        pyc_stamp(content[side], &stamp) ? does_with(&sources[side], &stamp) : PYTHON_UNKNOWN;
    snprintf(reasons[side], INSIDE_REASON_MAX, "%s", does_text[does[side]]);
  }
  return does[0] == does[1] && does[0] != PYTHON_UNKNOWN;
}
