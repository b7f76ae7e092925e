#include "evidence/lone_paths.h"

#include "evidence/build_path.h"
#include "evidence/token.h"

enum { LONE_PATHS_MAX = 256 }; /* different ones of each side */

struct paths {
  struct str items[LONE_PATHS_MAX];
  size_t n;
};

static bool holds(const struct paths *paths, struct str path)
{
  for (size_t i = 0; i < paths->n; i++)
    if (str_equal(paths->items[i], path))
      return true;
  return false;
}

static void find_paths(struct str content, struct paths *out)
{
  struct token token;
  char before = '\0';

  out->n = 0;
  while (out->n < LONE_PATHS_MAX && token_next(&content, &before, &token))
    if (token.kind == TOKEN_PATH && !holds(out, token.text))
      out->items[out->n++] = token.text;
}

void lone_paths_look(const struct str content[2], struct arena *arena, struct content_evidence *out)
{
  struct paths paths[2];

  find_paths(content[0], &paths[0]);
  find_paths(content[1], &paths[1]);
  for (size_t i = 0; i < paths[0].n; i++)
    for (size_t j = 0; j < paths[1].n && !holds(&paths[1], paths[0].items[i]); j++) {
      const struct str whole[2] = { paths[0].items[i], paths[1].items[j] };
      struct str side[2];

      if (!holds(&paths[0], whole[1]) && build_path_differs(whole, side) &&
          side[0].len < whole[0].len) {
        content_assume(out, arena, "build-path", "", side[0], side[1]);
        break;
      }
    }
}
