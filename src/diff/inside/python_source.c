#include "diff/inside/python_source.h"

#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "formats/pyc.h"

/* ---- where sources are ---- */

/* Without ".opt-1" at its end, which says how it was optimised (PEP 488). */
static struct str without_optimisation(struct str name)
{
  static const struct str word = STR(".opt-");
  size_t end = name.len;

  while (end > 0 && name.ptr[end - 1] != '.')
    end--;
  if (end > 0 && str_has_prefix(str_skip(name, end - 1), word))
    name.len = end - 1;
  return name;
}

/* What a source may be called: the whole name, or what stands before any dot of the name without
 * its optimisation. */
struct candidates {
  struct str directory;
  struct str whole_name, name;
  bool in_cache;
  unsigned depth;
};

/* "DIR/__pycache__/m.cpython-311.pyc" is made from "DIR/m.py" (PEP 3147), where m may have dots:
 * what is loaded by its path (spec_from_file_location) may be called so. "DIR/m.pyc" is Python 2's
 * of "DIR/m.py", as "DIR/m.pyo" is; and "CACHE/DIR/m.cpython-311.pyc" that of "/DIR/m.py" if
 * somebody sets $PYTHONPYCACHEPREFIX to CACHE. False: it is none of these, or its name is written
 * in an odd way.
 */
static bool candidates_of(struct str path, struct candidates *out)
{
  const struct str base = path_name(path);
  const struct str directory = path_directory(path);

  if (!str_has_suffix(base, STR(".pyc")) && !str_has_suffix(base, STR(".pyo")))
    return false;
  *out = (struct candidates) {
    .directory = directory,
    .whole_name = { base.ptr, base.len - 4 },
    .name = without_optimisation((struct str) { base.ptr, base.len - 4 }),
    .in_cache = str_equal(path_name(directory), STR("__pycache__")),
  };
  for (size_t i = 0; i < directory.len; i++)
    out->depth += directory.ptr[i] == '/';
  return out->depth < PYTHON_DEPTH_MAX;
}

void python_siblings_of(struct str path, struct arena *arena, struct str out[PYTHON_SIBLINGS])
{
  static const char *const endings[PYTHON_SIBLINGS] = { ".pyc", ".pyo", ".opt-1.pyc",
                                                        ".opt-2.pyc" };
  const struct str stem = without_optimisation((struct str) { path.ptr, path.len - 4 });

  for (size_t i = 0; i < PYTHON_SIBLINGS; i++)
    out[i] = str_of(arena_printf(arena, "%.*s%s", STR_ARGS(stem), endings[i]));
}

/* False: there are too many. */
static bool add_source(struct python_sources *out, struct arena *arena, struct str directory,
                       struct str name)
{
  if (out->n == PYTHON_SOURCES_MAX)
    return false;
  out->paths[out->n++] = str_of(arena_printf(arena, "%.*s%s%.*s.py", STR_ARGS(directory),
                                             directory.len ? "/" : "", STR_ARGS(name)));
  return true;
}

/* Those whose names are what stands before a dot. */
static bool add_before_dots(struct python_sources *out, struct arena *arena, struct str directory,
                            struct str name)
{
  for (size_t i = 0; i < name.len; i++)
    if (name.ptr[i] == '.' && !add_source(out, arena, directory, (struct str) { name.ptr, i }))
      return false;
  return true;
}

bool python_sources_of(struct str path, struct arena *arena, struct python_sources *out)
{
  struct candidates of;
  struct str rest;
  struct str component;
  bool fits;

  *out = (struct python_sources) { .n = 0 };
  if (!candidates_of(path, &of))
    return false;
  if (of.in_cache) {
    rest = path_directory(of.directory);
    return add_before_dots(out, arena, rest, of.name) &&
           (out->n > 0 || add_source(out, arena, rest, of.whole_name));
  }
  rest = of.directory;
  fits = add_source(out, arena, rest, of.whole_name);
  do {
    rest = str_skip(rest, str_has_prefix(rest, STR("/")));
    fits = fits && add_before_dots(out, arena, rest, of.name);
  } while (fits && path_next(&rest, &component));
  return fits;
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
