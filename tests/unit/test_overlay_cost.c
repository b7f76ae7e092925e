/* layer/overlay: layers that were made to take long. Each took half a minute to hours; the numbers
 * in the comments are from before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "layer/overlay/overlay.h"
#include "layer/overlay/overlay_node.h"

static int add_named(struct overlay *overlay, const struct tar_entry *like, const char *name)
{
  struct tar_entry entry = *like;
  struct error err;

  entry.name = str_of(name);
  return overlay_add(overlay, &entry, NULL, &err);
}

/* Each is given the xattrs of all links made to the file before it, for each name that there is of
 * it, and by each engine: 10000 names took over 100 seconds when that was found out name by name.
 */
static void test_many_links(void **state)
{
  enum { LINKS = 10000 };
  const struct tar_record record = { STR("SCHILY.xattr.user.a"), STR("v") };
  const struct tar_entry link = {
    .type = '1', .link_name = STR("f"), .records = &record, .n_records = 1, .mode = 0640
  };
  struct overlay *overlay = overlay_new(NULL);
  struct overlay *replay;
  struct overlay_walk *walk;
  struct overlay_item item;
  struct error err;
  AUTO_BUF path = BUF_INIT(LIMIT_PATH_BYTES);
  char name[32];
  size_t n = 0;

  (void)state;
  overlay_begin_layer(overlay);
  assert_int_equal(add_named(overlay, &(struct tar_entry) { .type = '0' }, "f"), 0);
  for (int i = 0; i < LINKS; i++) {
    snprintf(name, sizeof(name), "l%d", i);
    assert_int_equal(add_named(overlay, &link, name), 0);
  }
  replay = overlay_replay(overlay, OVERLAY_DOCKER, &err);
  assert_non_null(replay);
  assert_false(overlay_first_difference(overlay, replay, &path));
  walk = overlay_walk_new(replay);
  for (; overlay_walk_next(walk, &item); n++) {
    assert_int_equal(item.object->mode, 0640);
    assert_int_equal(item.object->n_records, 1);
    assert_int_equal(item.links, LINKS + 1);
  }
  assert_int_equal(n, LINKS + 1);
  overlay_walk_free(walk);
  overlay_free(replay);
  overlay_free(overlay);
}

/* 2 links with 4000 xattrs each took 17 seconds. */
static void test_many_xattrs(void **state)
{
  enum { XATTRS = 20000, LINKS = 4 };
  struct tar_record *records = xcalloc(XATTRS, sizeof(*records));
  struct arena arena = ARENA_INIT;
  struct overlay *overlay = overlay_new(NULL);
  struct overlay_walk *walk;
  struct overlay_item item;
  char name[64];

  (void)state;
  overlay_begin_layer(overlay);
  assert_int_equal(add_named(overlay, &(struct tar_entry) { .type = '0' }, "f"), 0);
  for (int link = 0; link < LINKS; link++) {
    arena_reset(&arena);
    for (int i = 0; i < XATTRS; i++)
      records[i] = (struct tar_record) {
        str_of(arena_printf(&arena, "SCHILY.xattr.user.%06d", i * LINKS + link)),
        str_of(arena_printf(&arena, "%d", link)),
      };
    snprintf(name, sizeof(name), "l%d", link);
    assert_int_equal(
        add_named(overlay,
                  &(struct tar_entry) {
                      .type = '1', .link_name = STR("f"), .records = records, .n_records = XATTRS },
                  name),
        0);
  }
  walk = overlay_walk_new(overlay);
  while (overlay_walk_next(walk, &item)) {
    assert_int_equal(item.object->n_records, XATTRS * LINKS);
    for (size_t i = 0; i < item.object->n_records; i++) {
      snprintf(name, sizeof(name), "SCHILY.xattr.user.%06zu", i);
      assert_true(str_equal(item.object->records[i].key, str_of(name)));
      assert_int_equal(item.object->records[i].value.ptr[0], '0' + i % LINKS);
    }
  }
  overlay_walk_free(walk);
  overlay_free(overlay);
  arena_release(&arena);
  free(records);
}

/* Every mark went over all that is beside it: 20000 of them took 87 seconds. What comes between two
 * of them still goes. */
static void test_many_opaque_marks(void **state)
{
  enum { FILES = 20000 };
  static const char *const names[] = { "d/a", "d/.wh..wh..opq", "d/x/y", "d/.wh..wh..opq",
                                       "d/.wh..wh..opq" };
  struct overlay *overlay = overlay_new(NULL);
  struct tar_entry file = { .type = '0' };
  char name[32];

  (void)state;
  overlay_begin_layer(overlay);
  for (int i = 0; i < FILES; i++) {
    snprintf(name, sizeof(name), "d/f%d", i);
    assert_int_equal(add_named(overlay, &file, name), 0);
  }
  for (int i = 0; i < FILES; i++)
    assert_int_equal(add_named(overlay, &file, "d/.wh..wh..opq"), 0);
  assert_int_equal(add_named(overlay, &file, "d/x/y"), 0);
  assert_int_equal(overlay_count(overlay), FILES + 3);
  overlay_free(overlay);

  overlay = overlay_new(NULL);
  overlay_begin_layer(overlay);
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    assert_int_equal(add_named(overlay, &file, names[i]), 0);
  assert_int_equal(overlay_count(overlay), 2);
  overlay_free(overlay);
}

/* Whatever takes too long is an error, never another tree. */
static int add_marks_and_directories(struct overlay *overlay, int n)
{
  const struct tar_entry file = { .type = '0' };
  int status = 0;
  char name[32];

  overlay_begin_layer(overlay);
  for (int i = 0; i < n && status == 0; i++) {
    snprintf(name, sizeof(name), "d/f%d", i);
    status = add_named(overlay, &file, name);
  }
  for (int i = 0; i < n && status == 0; i++) {
    status = add_named(overlay, &file, i % 2 ? "d/.wh..wh..opq" : "d/x/y");
  }
  return status;
}

static void test_marks_between_directories(void **state)
{
  struct overlay *overlay = overlay_new(NULL);
  struct error err;

  (void)state;
  assert_int_equal(add_marks_and_directories(overlay, 100), 0);
  assert_int_equal(overlay_end(overlay, &err), 0);
  overlay_free(overlay);
  overlay = overlay_new(NULL);
  assert_int_equal(add_marks_and_directories(overlay, 30000), -1);
  assert_int_equal(overlay_end(overlay, &err), -1);
  assert_int_equal(err.code, ERROR_LIMIT);
  overlay_free(overlay);
}

/* A link to a link to …, 30 of them, each by a way of 4000 bytes, and files below the first: 400 of
 * them took 30 seconds. */
static int add_chain(struct overlay *overlay, size_t way, int files)
{
  AUTO_BUF target = BUF_INIT(LIMIT_PATH_BYTES);
  struct error err;
  int status = 0;
  char name[32];

  overlay_begin_layer(overlay);
  assert_int_equal(add_named(overlay, &(struct tar_entry) { .type = '5' }, "d/"), 0);
  for (int i = 0; i < 30 && status == 0; i++) {
    struct tar_entry link = { .type = '2' };

    buf_clear(&target);
    while (target.len < way)
      buf_puts(&target, "d/../");
    if (i < 29)
      buf_printf(&target, "l%d", i + 1);
    else
      buf_puts(&target, "d");
    link.link_name = buf_str(&target);
    snprintf(name, sizeof(name), "l%d", i);
    status = add_named(overlay, &link, name);
  }
  for (int i = 0; i < files && status == 0; i++) {
    snprintf(name, sizeof(name), "l0/%d/f", i);
    status = add_named(overlay, &(struct tar_entry) { .type = '0' }, name);
  }
  return status ? status : overlay_end(overlay, &err);
}

static void test_long_chain(void **state)
{
  struct overlay *overlay = overlay_new(NULL);

  (void)state;
  assert_int_equal(add_chain(overlay, 10, 400), 0);
  assert_int_equal(overlay_count(overlay), 1 + 30 + 800);
  overlay_free(overlay);
  overlay = overlay_new(NULL);
  assert_int_equal(add_chain(overlay, 4000, 4000), -1);
  overlay_free(overlay);
}

/* containerd follows a link that leads to itself 255 times, and looks at each name on a way that
 * grows each time: one entry took 28 seconds when the way was gone over for each name. */
static void test_link_to_itself(void **state)
{
  struct overlay *overlay = overlay_new(NULL);
  const struct tar_entry link = { .type = '2', .link_name = STR("/d/e/a") };

  (void)state;
  overlay_begin_layer(overlay);
  assert_int_equal(add_named(overlay, &link, "d"), 0);
  assert_int_equal(add_named(overlay, &(struct tar_entry) { .type = '0' }, "/d/e/f"), 0);
  assert_non_null(overlay_refused(overlay));
  assert_string_equal(overlay_refused(overlay)->why, "the symbolic links on its way have no end");
  overlay_free(overlay);
}

/* What is counted for each of some files below a symbolic link, `depth` directories deep; `ups` of
 * the link's target's components lead into a directory and back. */
static uint64_t work_through_link(int depth, int ups)
{
  enum { FILES = 100 };
  struct overlay *overlay = overlay_new(NULL);
  AUTO_BUF name = BUF_INIT(LIMIT_PATH_BYTES);
  AUTO_BUF target = BUF_INIT(LIMIT_PATH_BYTES);
  struct tar_entry link = { .type = '2' };
  uint64_t before = 0;
  uint64_t work;

  for (int i = 0; i < ups; i++)
    buf_puts(&target, "t/../");
  buf_puts(&target, "t");
  link.link_name = buf_str(&target);
  overlay_begin_layer(overlay);
  assert_int_equal(add_named(overlay, &(struct tar_entry) { .type = '5' }, "t/"), 0);
  assert_int_equal(add_named(overlay, &link, "l"), 0);
  for (int file = 0; file <= FILES; file++) {
    if (file == 1) /* the first one makes the directories */
      before = overlay->work;
    buf_clear(&name);
    buf_puts(&name, "l");
    for (int i = 0; i < depth; i++)
      buf_puts(&name, i == depth / 2 ? "/x" : "/d");
    /* no two in one directory one after the other, whose place would be known */
    buf_printf(&name, "/e%d/f%d", file % 2, file);
    assert_int_equal(add_named(overlay, &(struct tar_entry) { .type = '0' }, name.ptr), 0);
  }
  work = (overlay->work - before) / FILES;
  assert_int_equal(overlay_count(overlay), 2 + (uint64_t)depth + 2 + FILES + 1);
  assert_false(overlay_in_doubt(overlay));
  overlay_free(overlay);
  return work;
}

/* The way to each directory on the way was gone from the root: of 100000 files 28 directories deep,
 * 18 seconds. Now each name is walked over as the kernel does it, and twice as containerd does. */
static void test_deep_below_link(void **state)
{
  enum { STEP = OVERLAY_WORK_STEP + 2 };

  (void)state;
  for (int depth = 7; depth <= 1792; depth *= 4)
    assert_in_range(work_through_link(depth, 0), 3 * depth * OVERLAY_WORK_STEP,
                    4 * (depth + 4) * STEP);
  for (int ups = 12; ups <= 768; ups *= 4)
    assert_in_range(work_through_link(1, ups), ups * OVERLAY_WORK_STEP, 4 * (2 * ups + 6) * STEP);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_many_links),        cmocka_unit_test(test_link_to_itself),
    cmocka_unit_test(test_deep_below_link),   cmocka_unit_test(test_many_xattrs),
    cmocka_unit_test(test_many_opaque_marks), cmocka_unit_test(test_marks_between_directories),
    cmocka_unit_test(test_long_chain),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
