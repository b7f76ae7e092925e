#include "evidence/lone_paths.h"

#include "evidence/build_path.h"
#include "evidence/token.h"

enum {
  LONE_PATHS_MAX = 256,   /* different ones of each side */
  LONE_PATH_BYTES = 4096, /* as Linux has them at most */
  FIRST_BYTES = 64,       /* of a path, by which is known whether builds are made there */
  SAME_END = 8            /* bytes that two strings do not end in by chance */
};

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

static void add_path(struct paths *out, struct str path)
{
  if (out->n < LONE_PATHS_MAX && !holds(out, path))
    out->items[out->n++] = path;
}

static bool is_path(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c && strchr("/.+-~@%_=#", c));
}

/* How many bytes of a path the content begins with, at most so many. */
static size_t path_len(struct str content, size_t max)
{
  size_t n = 0;

  while (n < content.len && n < max && is_path(content.ptr[n]))
    n++;
  return n;
}

/* In contents that are no text the byte before a path may be any: its length, a mark, or the end of
 * the string before. What begins where builds are made begins a path all the same, of which the
 * first bytes tell: each of a row of slashes begins a long one. */
static void find_builds(struct str content, struct paths *out)
{
  while (content.len && out->n < LONE_PATHS_MAX) {
    const char *slash = memchr(content.ptr, '/', content.len);
    struct str path;

    if (!slash)
      return;
    content = str_skip(content, (size_t)(slash - content.ptr));
    path = (struct str) { content.ptr, path_len(content, FIRST_BYTES) };
    if (build_path_begins(path)) {
      path.len = path_len(content, LONE_PATH_BYTES);
      add_path(out, path);
    } else {
      path.len = 1;
    }
    content = str_skip(content, path.len);
  }
}

static void find_paths(struct str content, struct paths *out)
{
  struct token token;
  struct token_place place = { 0 };

  out->n = 0;
  find_builds(content, out);
  while (out->n < LONE_PATHS_MAX && token_next(&content, &place, &token))
    if (token.kind == TOKEN_PATH && token.text.len <= LONE_PATH_BYTES)
      add_path(out, token.text);
}

/* Whether the paths end alike, or the contents do behind them. */
static bool end_alike(const struct str whole[2], const struct str content[2])
{
  const struct str *a = &whole[0];
  const struct str *b = &whole[1];
  struct str behind[2];
  size_t n = 0;
  size_t more = 0;

  while (n < a->len && n < b->len && a->ptr[a->len - 1 - n] == b->ptr[b->len - 1 - n])
    n++;
  for (int side = 0; side < 2; side++)
    behind[side] =
        str_skip(content[side], (size_t)(whole[side].ptr - content[side].ptr) + whole[side].len);
  while (more < SAME_END && more < behind[0].len && more < behind[1].len &&
         behind[0].ptr[more] == behind[1].ptr[more])
    more++;
  return n + more >= SAME_END || (more == behind[0].len && more == behind[1].len);
}

/* Two paths with the same end; or two that both lie where builds are made, before the same bytes.
 */
static bool are_alike(const struct str whole[2], const struct str content[2], struct str side[2])
{
  return build_path_differs(whole, side) &&
         (side[0].len < whole[0].len || (build_path_begins(whole[0]) &&
                                         build_path_begins(whole[1]) && end_alike(whole, content)));
}

void lone_paths_look(const struct str content[2], struct arena *arena, struct content_evidence *out)
{
  struct paths paths[2];
  bool alone[LONE_PATHS_MAX]; /* of the second side: not on the first */

  find_paths(content[0], &paths[0]);
  find_paths(content[1], &paths[1]);
  for (size_t j = 0; j < paths[1].n; j++)
    alone[j] = !holds(&paths[0], paths[1].items[j]);
  for (size_t i = 0; i < paths[0].n; i++) {
    if (holds(&paths[1], paths[0].items[i]))
      continue;
    for (size_t j = 0; j < paths[1].n; j++) {
      const struct str whole[2] = { paths[0].items[i], paths[1].items[j] };
      struct str side[2];

      if (alone[j] && are_alike(whole, content, side)) {
        content_assume(out, arena, "build-path", "", side[0], side[1]);
        break;
      }
    }
  }
}
