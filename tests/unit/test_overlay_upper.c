/* Overlays of upper layers: what is said to have the same effect has it, on any lower layers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "layer/overlay/overlay.h"

/* Layers, one a string: entries separated by blanks. "d/" is a directory, "l>t" a hard link to t,
 * "l=t" a symbolic link to t, all else a file. */
static void add_layers(struct overlay *overlay, const char *const layers[3])
{
  for (size_t i = 0; i < 3 && layers[i]; i++) {
    struct str rest = str_of(layers[i]);
    uint64_t index = 0;

    overlay_begin_layer(overlay);
    while (rest.len) {
      const char *blank = memchr(rest.ptr, ' ', rest.len);
      struct str text = { rest.ptr, blank ? (size_t)(blank - rest.ptr) : rest.len };
      const char *hard = memchr(text.ptr, '>', text.len);
      const char *target = hard ? hard : memchr(text.ptr, '=', text.len);
      struct tar_entry entry = {
        .index = index++, .type = TAR_REGULAR, .name = text, .mode = 0755
      };
      struct error err;

      rest = str_skip(rest, text.len + (blank ? 1 : 0));
      if (target) {
        entry.type = hard ? TAR_LINK : TAR_SYMLINK;
        entry.name.len = (size_t)(target - text.ptr);
        entry.link_name = str_skip(text, entry.name.len + 1);
      } else if (text.ptr[text.len - 1] == '/') {
        entry.type = TAR_DIR;
      }
      assert_int_equal(overlay_add(overlay, &entry, NULL, &err), 0);
    }
  }
}

/* Whether the layers below need not be known. */
static bool same_effect(struct overlay *a, struct overlay *b)
{
  struct error err;

  assert_int_equal(overlay_end(a, &err), 0);
  assert_int_equal(overlay_end(b, &err), 0);
  return !overlay_in_doubt(a) && !overlay_in_doubt(b) && overlay_same_effect(a, b);
}

static void check_same(struct overlay *a, struct overlay *b, uint32_t lower, const char *what);

/* Whatever is in doubt below, each engine makes the same of both, or refuses both. */
static void check_engines_same(struct overlay *const overlays[2], const char *what)
{
  for (int engine = 0; engine < OVERLAY_ENGINES; engine++) {
    const char *name = overlay_engine_name((enum overlay_engine)engine);
    struct overlay *replays[2];
    struct error err;

    for (int side = 0; side < 2; side++)
      replays[side] = overlay_replay(overlays[side], (enum overlay_engine)engine, &err);
    if (!overlay_refused(replays[0]) != !overlay_refused(replays[1]) ||
        !overlay_may_refuse(replays[0]) != !overlay_may_refuse(replays[1]))
      fail_msg("%s: %s refuses one alone", what, name);
    if (!overlay_refused(replays[0]))
      check_same(replays[0], replays[1], 1, what);
    overlay_free(replays[0]);
    overlay_free(replays[1]);
  }
}

/* Where there is no doubt, what other engines make is the same. */
static void check_engines(struct overlay *overlay)
{
  struct buf path = BUF_INIT(LIMIT_PATH_BYTES + 1);
  struct error err;

  for (int engine = 1; engine < OVERLAY_ENGINES && !overlay_in_doubt(overlay); engine++) {
    struct overlay *replay = overlay_replay(overlay, (enum overlay_engine)engine, &err);

    if (overlay_first_difference(overlay, replay, &path))
      fail_msg("%s makes another \"%s\"", overlay_engine_name((enum overlay_engine)engine),
               path.ptr ? path.ptr : "");
    overlay_free(replay);
  }
  buf_release(&path);
}

static void test_rules(void **state)
{
  static const struct {
    const char *layers[2][3];
    bool same;
  } cases[] = {
    { { { "" }, { "" } }, true },
    { { { "a/ a/b" }, { "a/b a/" } }, false }, /* below, a may be a link */
    { { { "a/ a/b" }, { "a/", "a/b" } }, true },
    { { { "a/b" }, { "a/ a/b" } }, false }, /* below, it may be of another mode */
    { { { "a" }, { "" } }, false },
    { { { "a" }, { "b" } }, false },
    { { { "a" }, { "a/" } }, false },
    { { { "./" }, { "" } }, false },
    /* Whiteouts. */
    { { { ".wh.a" }, { ".wh.a" } }, true },
    { { { ".wh.a" }, { "" } }, false },
    { { { ".wh.a a" }, { "a" } }, true }, /* a file hides whatever is there */
    { { { ".wh.a", "a" }, { "a", "a" } }, true },
    { { { "a", ".wh.a" }, { ".wh.a" } }, true },
    { { { ".wh.a a/" }, { "a/" } }, false },
    { { { ".wh.a a/" }, { "a/ a/.wh..wh..opq" } }, false },   /* engines disagree */
    { { { ".wh.a a/b" }, { "a/b a/.wh..wh..opq" } }, false }, /* the directory's own mode */
    { { { "a", "a/" }, { "a/ a/.wh..wh..opq" } }, true },
    { { { "a", "a/b" }, { ".wh.a a/b" } }, false },
    { { { "a", "a/b" }, { "a/b" } }, false },
    { { { "a", "a/ a/.wh.b" }, { "a", "a/" } }, true },
    { { { "a/ a/.wh.b", "a" }, { "a" } }, true },
    { { { "a/.wh..wh..opq" }, { "" } }, false },
    { { { ".wh..wh..opq a" }, { ".wh..wh..opq .wh.b a" } }, false }, /* engines disagree */
    { { { ".wh..wh..opq a" }, { "a" } }, false },
    /* Hard links. */
    { { { "a b>a" }, { "b a>b" } }, true },
    { { { "b>a" }, { "b>a" } }, false }, /* to what is below: hard to tell */
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct overlay *overlays[2];

    for (int side = 0; side < 2; side++) {
      overlays[side] = overlay_new_upper(NULL, 3);
      add_layers(overlays[side], cases[i].layers[side]);
    }
    if (same_effect(overlays[0], overlays[1]) != cases[i].same ||
        same_effect(overlays[1], overlays[0]) != cases[i].same)
      fail_msg("%s | %s: expected %s", cases[i].layers[0][0], cases[i].layers[1][0],
               cases[i].same ? "the same" : "not the same");
    overlay_free(overlays[0]);
    overlay_free(overlays[1]);
  }
}

static uint32_t next_random(uint32_t *x, uint32_t n)
{
  *x = *x * 1664525 + 1013904223;
  return (*x >> 16) % n;
}

enum { TEXT = 200 };

/* A layer of up to n entries among few paths, so that they meet. */
static const char *random_layer(uint32_t *x, char text[TEXT], uint32_t n)
{
  static const char *const entries[] = { "a",     "a/",    "a/b",   "a/b/",      "a/b/c",
                                         "c",     "c>a",   ".wh.a", "a/.wh.b",   "a/.wh..wh..opq",
                                         "c>a/b", ".wh.c", "a/b>c", "a/b/.wh.c", "a=c",
                                         "c=a",   "a/b=c", "c/" };
  size_t len = 0;

  text[0] = '\0';
  for (uint32_t i = next_random(x, n + 1); i; i--)
    len += (size_t)snprintf(text + len, TEXT - len, "%s%s", len ? " " : "",
                            entries[next_random(x, ARRAY_LEN(entries))]);
  return text;
}

/* The same entries in another order, in one layer or two. */
static void deal_layer(uint32_t *x, const char *from, char out0[TEXT], char out1[TEXT])
{
  char *const outs[2] = { out0, out1 };
  struct str words[8];
  struct str rest = str_of(from);
  size_t n = 0;
  const bool two = next_random(x, 2);

  out0[0] = out1[0] = '\0';
  while (rest.len) {
    const char *blank = memchr(rest.ptr, ' ', rest.len);
    const size_t at = next_random(x, (uint32_t)n + 1);

    words[n++] = words[at];
    words[at] = (struct str) { rest.ptr, blank ? (size_t)(blank - rest.ptr) : rest.len };
    rest = str_skip(rest, words[at].len + (blank ? 1 : 0));
  }
  for (size_t i = 0; i < n; i++) {
    char *out = outs[two && next_random(x, 2)];
    const size_t len = strlen(out);

    snprintf(out + len, TEXT - len, "%s%.*s", len ? " " : "", STR_ARGS(words[i]));
  }
}

static bool is_directory(const struct overlay_item *item)
{
  return !item->entry || item->object->type == TAR_DIR;
}

/* Of each path of both: the same kind; from the lower layers on both sides the same, or on none.
 * All directories here are of mode 0755 and of root, so that it does not count whose entry one has.
 */
static void check_same(struct overlay *a, struct overlay *b, uint32_t lower, const char *what)
{
  struct overlay_walk *walks[2] = { overlay_walk_new(a), overlay_walk_new(b) };
  struct overlay_item items[2];

  for (;;) {
    const bool have = overlay_walk_next(walks[0], &items[0]);

    if (overlay_walk_next(walks[1], &items[1]) != have)
      fail_msg("%s: one has more", what);
    if (!have)
      break;
    if (!str_equal(items[0].path, items[1].path) ||
        is_directory(&items[0]) != is_directory(&items[1]))
      fail_msg("%s: another \"%.*s\"", what, STR_ARGS(items[0].path));
    if (is_directory(&items[0]) ||
        (items[0].object_layer >= lower && items[1].object_layer >= lower))
      continue;
    if (items[0].object_layer != items[1].object_layer ||
        items[0].object->index != items[1].object->index)
      fail_msg("%s: \"%.*s\" is of another entry", what, STR_ARGS(items[0].path));
  }
  overlay_walk_free(walks[0]);
  overlay_walk_free(walks[1]);
}

/* Upper layers that are put upon lower ones make what all layers make that are added in turn. */
static void check_put_upon(const char *const lowers[3], const char *const uppers[3],
                           struct overlay *all)
{
  struct overlay *overlay = overlay_new(NULL);
  struct overlay *upper = overlay_new_upper(NULL, 1);
  struct error err;
  uint32_t layer;

  add_layers(overlay, lowers);
  add_layers(upper, uppers);
  overlay_same_effect(upper, upper); /* which unites it */
  assert_int_equal(overlay_put_upon(overlay, upper, &layer, &err), 0);
  overlay_free(upper);
  assert_int_equal(overlay_end(overlay, &err), 0);
  assert_int_equal(overlay_end(all, &err), 0);
  assert_int_equal(overlay_compare_layers(overlay, all), OVERLAY_SAME_ENTRIES);
  assert_int_equal(overlay_in_doubt(overlay), overlay_in_doubt(all));
  assert_int_equal(!overlay_refused(overlay), !overlay_refused(all));
  check_same(overlay, all, UINT32_MAX, "put upon");
  overlay_free(overlay);
}

static void check_upon(const char *lower, const char *const uppers[2][3])
{
  const char *const lowers[3] = { lower, NULL, NULL };
  struct overlay *overlays[2];
  char what[1000];

  snprintf(what, sizeof(what), "%s | %s | %s, %s", lower, uppers[0][0], uppers[1][0],
           uppers[1][1] ? uppers[1][1] : "-");
  for (int side = 0; side < 2; side++) {
    overlays[side] = overlay_new(NULL);
    add_layers(overlays[side], lowers);
    add_layers(overlays[side], uppers[side]);
    check_put_upon(lowers, uppers[side], overlays[side]);
  }
  check_same(overlays[0], overlays[1], 1, what);
  check_engines(overlays[0]);
  check_engines(overlays[1]);
  check_engines_same(overlays, what);
  overlay_free(overlays[0]);
  overlay_free(overlays[1]);
}

static void test_random(void **state)
{
  unsigned same = 0;

  (void)state;
  for (uint32_t round = 0; round < 10000; round++) {
    uint32_t x = round * 2654435761U + 1;
    char text[4][TEXT];
    const char *uppers[2][3] = { { random_layer(&x, text[0], 4), NULL, NULL },
                                 { NULL, NULL, NULL } };
    struct overlay *overlays[2];
    bool equal;

    if (next_random(&x, 2)) {
      deal_layer(&x, text[0], text[1], text[2]);
      uppers[1][0] = text[1];
      uppers[1][1] = text[2];
    } else {
      uppers[1][0] = random_layer(&x, text[1], 2);
      if (next_random(&x, 2))
        uppers[1][1] = random_layer(&x, text[2], 2);
    }
    for (int side = 0; side < 2; side++) {
      overlays[side] = overlay_new_upper(NULL, 1);
      add_layers(overlays[side], uppers[side]);
    }
    equal = same_effect(overlays[0], overlays[1]);
    same += equal;
    overlay_free(overlays[0]);
    overlay_free(overlays[1]);
    for (int lower = 0; lower < 4 && equal; lower++)
      check_upon(random_layer(&x, text[3], 5), uppers);
  }
  assert_true(same > 300); /* or the rest says little */
}

static void test_kind_at(void **state)
{
  static const char *const layers[3] = { "d/ f" };
  struct overlay *overlay = overlay_new(NULL);
  unsigned mode = 0;

  (void)state;
  add_layers(overlay, layers);
  assert_string_equal(overlay_kind_at(overlay, STR("d"), &mode), "a directory");
  assert_int_equal(mode, 0755);
  assert_string_equal(overlay_kind_at(overlay, STR("f"), &mode), "a file");
  assert_null(overlay_kind_at(overlay, STR("d/f"), &mode));
  overlay_free(overlay);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_kind_at),
    cmocka_unit_test(test_rules),
    cmocka_unit_test(test_random),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
