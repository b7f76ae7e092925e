/* layer/overlay: layers merged. Written-down cases follow the OCI image specification, layer.md
 * ("Whiteouts", "Applying Changesets"), and what containerd 1.6 makes; tests/effective holds random
 * ones against engines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "layer/overlay/overlay.h"

/* One layer: entries separated by blanks. "d/" is a directory, "f" a file, "l>t" a hard link to t,
 * "s@t" a symlink. */
static void add_layer(struct overlay *overlay, const char *text)
{
  struct error err;
  uint64_t index = 0;

  overlay_begin_layer(overlay);
  while (*text) {
    size_t len = strcspn(text, " ");
    size_t target = strcspn(text, ">@ ");
    struct tar_entry entry = { .index = index++, .type = '0', .name = { text, len } };

    if (target < len) {
      entry.type = text[target] == '>' ? '1' : '2';
      entry.name.len = target;
      entry.link_name = (struct str) { text + target + 1, len - target - 1 };
    } else if (len && text[len - 1] == '/') {
      entry.type = '5';
    }
    if (overlay_add(overlay, &entry, NULL, &err) < 0)
      fail_msg("%s", err.message);
    text += len;
    text += strspn(text, " ");
  }
}

/* "PATH:LAYER.INDEX", "/" behind directories, "!" for LAYER.INDEX of implied ones, "=LAYER.INDEX"
 * of the object where that is another one, "*N" for N links. */
static char *show(struct overlay *overlay)
{
  struct buf out = BUF_INIT(1 << 20);
  struct overlay_walk *walk = overlay_walk_new(overlay);
  struct overlay_item item;
  uint64_t n = 0;

  for (; overlay_walk_next(walk, &item); n++) {
    buf_puts(&out, n ? " " : "");
    buf_add_str(&out, item.path);
    if (!item.entry) {
      assert_null(item.object);
      buf_puts(&out, "/!");
      continue;
    }
    buf_printf(&out, "%s:%u.%u", item.entry->type == '5' ? "/" : "", item.layer,
               (unsigned)item.entry->index);
    if (item.object_layer != item.layer || item.object->index != item.entry->index)
      buf_printf(&out, "=%u.%u", item.object_layer, (unsigned)item.object->index);
    if (item.links != 1)
      buf_printf(&out, "*%u", item.links);
  }
  assert_int_equal(n, overlay_count(overlay));
  overlay_walk_free(walk);
  return buf_detach(&out);
}

static void test_rules(void **state)
{
  static const struct {
    const char *layers[4];
    const char *want;
  } cases[] = {
    { { "" }, "" },
    { { "b a/ a/c a/b" }, "a/:0.1 a/b:0.3 a/c:0.2 b:0.0" },
    /* How a path is written does not count. */
    { { "./a/ ./a/b", "/a/b a//c/ a/./d a/x/../e ../../a/f" },
      "a/:0.0 a/b:1.0 a/c/:1.1 a/d:1.2 a/e:1.3 a/f:1.4" },
    { { "./ ./a", "/" }, "/:1.0 a:0.1" },
    /* Directories that nothing stands for. */
    { { "a/b/c" }, "a/! a/b/! a/b/c:0.0" },
    { { "a/b/c", "a/" }, "a/:1.0 a/b/! a/b/c:0.0" },
    /* Replacing. */
    { { "a b", "a" }, "a:1.0 b:0.1" },
    { { "a a" }, "a:0.1" },
    { { "a/ a/b", "a/" }, "a/:1.0 a/b:0.1" },
    { { "a/ a/b/ a/b/c", "a" }, "a:1.0" },
    { { "a/ a/b/ a/b/c a" }, "a:0.3" },
    { { "a/ a/b", "a@t" }, "a:1.0" },
    { { "a", "a/ a/b" }, "a/:1.0 a/b:1.1" },
    { { "a", "a/b" }, "a/! a/b:1.0" },
    { { "a", "a a/b/" }, "a:1.0" },
    { { "a/b/c", "a/b", "a/b/d" }, "a/! a/b/! a/b/d:2.0" },
    /* Whiteouts. */
    { { "a b", ".wh.a" }, "b:0.1" },
    { { "a/ a/b a/c/ a/c/d", "a/.wh.c" }, "a/:0.0 a/b:0.1" },
    { { "a/ a/b a/c/ a/c/d", ".wh.a" }, "" },
    { { "a/b", "a/.wh.b" }, "a/!" },
    { { "a", ".wh.b" }, "a:0.0" },
    { { "a", "x/.wh.b" }, "a:0.0 x/!" },
    { { "a", "a/.wh.b" }, "a/!" },
    { { "a", ".wh.a", "a" }, "a:2.0" },
    { { "aa ab a.", ".wh.a" }, "a.:0.2 aa:0.0 ab:0.1" },
    /* Only what lower layers brought, before or after the whiteout. */
    { { "a/ a/b", ".wh.a a/ a/c" }, "a/:1.1 a/b:0.1 a/c:1.2" },
    { { "a/ a/b", "a/ a/c .wh.a" }, "a/:1.0 a/b:0.1 a/c:1.1" },
    { { "a/ a/b", "a/c .wh.a" }, "a/:0.0 a/b:0.1 a/c:1.0" },
    { { "a/ a/b/ a/b/c a/b/d", "a/b/e .wh.a" }, "a/:0.0 a/b/:0.1 a/b/c:0.2 a/b/d:0.3 a/b/e:1.0" },
    { { "a/ a/b", "a/c .wh.a", ".wh.a" }, "" },
    { { "a", "a .wh.a" }, "a:1.0" },
    { { ".wh.a a" }, "a:0.1" },
    { { "a .wh.a" }, "" },
    /* Opaque directories. */
    { { "a/ a/b a/c/ a/c/d e", "a/.wh..wh..opq" }, "a/:0.0 e:0.4" },
    { { "a/ a/b a/c/ a/c/d", "a/.wh..wh..opq a/c/x" }, "a/:0.0 a/c/:0.2 a/c/x:1.1" },
    { { "a/ a/b a/c/ a/c/d", "a/c/x a/ a/.wh..wh..opq" }, "a/:1.1 a/c/:0.2 a/c/x:1.0" },
    { { "a/ a/b", "x/.wh..wh..opq" }, "a/:0.0 a/b:0.1 x/!" },
    { { "./ a/ a/b", ".wh..wh..opq c" }, "/:0.0 a/:0.1 a/b:0.2 c:1.1" },
    /* AUFS. */
    { { "a .wh..wh.aufs .wh..wh.orph/ .wh..wh.orph/x b/.wh..wh.x b/.wh..wh.y/z" },
      ".wh..wh.orph/! .wh..wh.orph/x:0.3 a:0.0 b/! b/.wh..wh.y/! b/.wh..wh.y/z:0.5" },
    { { ".wh..wh.plnk/ .wh..wh.plnk/1.2 a>.wh..wh.plnk/1.2" },
      ".wh..wh.plnk/! .wh..wh.plnk/1.2:0.1*2 a:0.2=0.1*2" },
    /* The reserved prefix in the middle of a path is a name as any other. */
    { { ".wh.a/b" }, ".wh.a/! .wh.a/b:0.0" },
    /* Hard links. */
    { { "a b>a" }, "a:0.0*2 b:0.1=0.0*2" },
    { { "a b>./a c>/b" }, "a:0.0*3 b:0.1=0.0*3 c:0.2=0.0*3" },
    { { "a b>a", "a" }, "a:1.0 b:0.1=0.0" },
    { { "a b>a", ".wh.a" }, "b:0.1=0.0" },
    { { "a", "b>a .wh.a" }, "b:1.0=0.0" },
    { { "a", ".wh.a b>a" }, "" },
    { { "b>a a" }, "a:0.1 b:0.0" },
    { { "b>a a", "a" }, "a:1.0 b:0.0" },
    { { "b>a", "a" }, "a:1.0 b:0.0" },
    { { "b>a b>a a c>b" }, "a:0.2 b:0.1 c:0.3" },
    { { "c>b b>a a" }, "a:0.2 b:0.1 c:0.0" },
    { { "a", ".wh.a b>a c>b a" }, "a:1.3" },
    { { "b>a b/ a" }, "a:0.2 b/:0.1" },
    { { "b>b" }, "b:0.0" },
    { { "b>a" }, "b:0.0" },
    { { "d/ d/x", "l>d" }, "d/:0.0 d/x:0.1 l:1.0" },
    { { "a/x", "a>a/x" }, "a:1.0=0.0" },
    { { "a", "a/x>a" }, "a/! a/x:1.0" },
    { { "a b>a", "b>b" }, "a:0.0*2 b:1.0=0.0*2" },
    { { "a s@a l>s" }, "a:0.0 l:0.2=0.1*2 s:0.1*2" },
    /* Symbolic links of the same layer; containerd makes what they lead to. */
    { { "u/ s@u s/f" }, "s:0.1 u/:0.0 u/f:0.2" },
    { { "u/ u/v/ s@/u/v t@s t/f t/g>s/f" },
      "s:0.2 t:0.3 u/:0.0 u/v/:0.1 u/v/f:0.4*2 u/v/g:0.5=0.4*2" },
    { { "u/ u/v/ s@u/v t@s/../../../w t/f" }, "s:0.2 t:0.3 u/:0.0 u/v/:0.1 w/! w/f:0.4" },
    { { "s@no/where s/f" }, "no/! no/where/! no/where/f:0.1 s:0.0" },
    { { "u/ u/f", "u/ s@u s/.wh.f" }, "s:1.1 u/:1.0" },
    { { "s@s s/f" }, "s:0.0" },
    /* Those of a lower layer are hidden. */
    { { "u/ s@u", "s/f" }, "s/:0.0 s/f:1.0 u/:0.0" },
    { { "u/ u/f s@u", "s/.wh.f" }, "s/:0.0 u/:0.0 u/f:0.1" },
    /* A directory comes before what is in it, and that before its neighbours. */
    { { "a.c a/b a-b a a/c" }, "a:0.3 a-b:0.2 a.c:0.0" },
    { { "d/b d.x d0 d/a" }, "d/! d/a:0.3 d/b:0.0 d.x:0.1 d0:0.2" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct overlay *overlay = overlay_new(NULL);
    AUTO_FREE char *got = NULL;

    for (size_t j = 0; j < 4 && cases[i].layers[j]; j++)
      add_layer(overlay, cases[i].layers[j]);
    got = show(overlay);
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("%s | %s: expected %s, found %s", cases[i].layers[0],
               cases[i].layers[1] ? cases[i].layers[1] : "", cases[i].want, got);
    overlay_free(overlay);
  }
}

static void test_faults(void **state)
{
  static const char *const empty[] = { ".wh.", "a/.wh.", ".wh..", "a/.wh..." };
  struct overlay *overlay = overlay_new(NULL);
  struct error err;
  char long_name[LIMIT_PATH_BYTES + 10];

  (void)state;
  overlay_begin_layer(overlay);
  for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
    struct tar_entry entry = { .type = '0', .name = str_of(empty[i]) };

    assert_int_equal(overlay_add(overlay, &entry, NULL, &err), -1);
    assert_int_equal(err.code, ERROR_CORRUPT);
    assert_non_null(strstr(err.message, "names nothing"));
  }
  memset(long_name, 'n', sizeof(long_name));
  for (size_t len = LIMIT_PATH_BYTES - 1; len <= LIMIT_PATH_BYTES + 1; len++) {
    struct tar_entry entry = { .type = '0', .name = { long_name, len } };
    int wanted = len < LIMIT_PATH_BYTES ? 0 : -1;

    assert_int_equal(overlay_add(overlay, &entry, NULL, &err), wanted);
    if (wanted)
      assert_int_equal(err.code, ERROR_LIMIT);
  }
  /* The same number of bytes as 2000 directories. */
  for (size_t i = 0; i < LIMIT_PATH_BYTES; i++)
    long_name[i] = i % 2 ? '/' : 'n';
  {
    struct tar_entry entry = { .type = '5', .name = { long_name, LIMIT_PATH_BYTES } };

    assert_int_equal(overlay_add(overlay, &entry, NULL, &err), 0);
    assert_int_equal(overlay_count(overlay), 1 + LIMIT_PATH_BYTES / 2);
  }
  overlay_free(overlay);
}

static void add_one(struct overlay *overlay, char type, const char *name)
{
  struct tar_entry entry = { .type = type, .name = str_of(name) };
  struct error err;

  assert_int_equal(overlay_add(overlay, &entry, NULL, &err), 0);
}

/* Each of many whiteouts going over all of many files would take hours. */
static void test_many_whiteouts(void **state)
{
  struct overlay *overlay = overlay_new(NULL);
  char name[100];

  (void)state;
  for (int layer = 0; layer < 2; layer++) {
    overlay_begin_layer(overlay);
    for (int i = 0; i < 100000; i++) {
      snprintf(name, sizeof(name), "a/b/c/%d.%d", layer, i);
      add_one(overlay, '0', name);
    }
  }
  for (int i = 0; i < 50000; i++) {
    add_one(overlay, '0', "a/.wh..wh..opq");
    add_one(overlay, '0', "a/b/c/.wh..wh..opq");
    add_one(overlay, '0', "a/b/.wh.c");
  }
  assert_int_equal(overlay_count(overlay), 3 + 100000);
  overlay_free(overlay);
}

static void assert_entry_equal(const struct tar_entry *a, const struct tar_entry *b)
{
  assert_true(a->index == b->index && a->type == b->type && a->format == b->format);
  assert_true(str_equal(a->name, b->name) && str_equal(a->link_name, b->link_name));
  assert_true(str_equal(a->user_name, b->user_name) && str_equal(a->group_name, b->group_name));
  assert_true(a->size == b->size && a->mode == b->mode && a->uid == b->uid && a->gid == b->gid);
  assert_true(a->device_major == b->device_major && a->device_minor == b->device_minor);
  assert_memory_equal(&a->mtime, &b->mtime, sizeof(int64_t) + sizeof(int32_t));
  assert_true(a->mtime.set == b->mtime.set && a->atime.set == b->atime.set);
  assert_true(a->atime.seconds == b->atime.seconds && a->ctime.seconds == b->ctime.seconds);
  assert_int_equal(a->n_records, b->n_records);
  for (size_t i = 0; i < a->n_records; i++)
    assert_true(str_equal(a->records[i].key, b->records[i].key) &&
                str_equal(a->records[i].value, b->records[i].value));
}

/* Every field comes back as it went in. */
static void test_entries_kept(void **state)
{
  static const struct tar_record records[] = { { STR("mtime"), STR("1.5") },
                                               { STR("x"), STR("") },
                                               { STR("z"), STR("\0\n") } };
  static const char *const names[] = {
    "n", "./n", "/n", "n/", "./n/", "/n/", "././n", "//n", "n//"
  };
  struct digest digest = digest_of(DIGEST_SHA512, "x", 1);
  struct error err;

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    struct overlay *overlay = overlay_new(NULL);
    struct overlay_walk *walk;
    struct overlay_item item;
    struct tar_entry entry = {
      .index = UINT64_MAX,
      .type = (char)0xff,
      .format = TAR_FORMAT_PAX,
      .name = str_of(names[i]),
      .link_name = STR("target"),
      .user_name = STR("user"),
      .group_name = STR("group"),
      .size = INT64_MIN,
      .mode = INT64_MAX,
      .uid = -1,
      .gid = 128,
      .device_major = 1,
      .device_minor = -2,
      .mtime = { INT64_MIN, 999999999, true },
      .ctime = { INT64_MAX, 0, true },
      .records = records,
      .n_records = i % 4,
    };

    overlay_begin_layer(overlay);
    assert_int_equal(overlay_add(overlay, &entry, i % 2 ? &digest : NULL, &err), 0);
    walk = overlay_walk_new(overlay);
    assert_true(overlay_walk_next(walk, &item));
    assert_true(str_equal(item.path, STR("n")));
    assert_entry_equal(item.entry, &entry);
    assert_int_equal(item.content.algorithm, i % 2 ? DIGEST_SHA512 : DIGEST_NONE);
    if (i % 2)
      assert_true(digest_equal(&item.content, &digest));
    assert_false(overlay_walk_next(walk, &item));
    assert_false(overlay_walk_next(walk, &item));
    overlay_walk_free(walk);
    overlay_free(overlay);
  }
}

/* As containerd 1.6 and podman 4.3 leave them: link(2), lchown(2), setxattr(2), chmod(2), in the
 * order of the entries; chown takes security.capability away. */
static void test_link_metadata(void **state)
{
  static const struct tar_record file_records[] = {
    { STR("SCHILY.xattr.security.capability"), STR("c") }, { STR("SCHILY.xattr.user.a"), STR("1") }
  };
  static const struct tar_record link_records[] = { { STR("SCHILY.xattr.user.a"), STR("2") },
                                                    { STR("SCHILY.xattr.user.b"), STR("3") },
                                                    { STR("mtime"), STR("4") } };
  static const struct tar_entry entries[] = {
    { .type = '0', .name = STR("f"), .mode = 0755, .records = file_records, .n_records = 2 },
    { .index = 1, .type = '1', .name = STR("g"), .link_name = STR("f"), .mode = 0777, .uid = 5 },
    { .index = 2,
      .type = '1',
      .name = STR("h"),
      .link_name = STR("g"),
      .mode = 04711,
      .uid = 7,
      .gid = 8,
      .records = link_records,
      .n_records = 3 },
  };
  struct overlay *overlay = overlay_new(NULL);
  struct overlay_walk *walk;
  struct overlay_item item;
  struct error err;

  (void)state;
  overlay_begin_layer(overlay);
  for (size_t i = 0; i < ARRAY_LEN(entries); i++)
    assert_int_equal(overlay_add(overlay, &entries[i], NULL, &err), 0);
  walk = overlay_walk_new(overlay);
  for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
    assert_true(overlay_walk_next(walk, &item));
    assert_entry_equal(item.entry, &entries[i]);
    assert_int_equal(item.object->index, 0);
    assert_int_equal(item.object->mode, 04711);
    assert_true(item.object->uid == 7 && item.object->gid == 8);
    assert_int_equal(item.object->n_records, 2);
    assert_true(str_equal(item.object->records[0].value, STR("2")));
    assert_true(str_equal(item.object->records[1].key, STR("SCHILY.xattr.user.b")));
  }
  overlay_walk_free(walk);
  overlay_free(overlay);
}

/* What containerd 1.6, Podman 4 and Docker 20 made of these layers, or said of them; each stood in
 * an image that tests/effective/engines.py makes. */
static void test_engines(void **state)
{
  static const struct {
    const char *layers[3];
    const char *want[OVERLAY_ENGINES]; /* NULL: it refuses, "minds": most versions do */
  } cases[] = {
    /* Names that tar-split takes for other ones, and for the same. */
    { { "x ../x" }, { "x:0.1", "x:0.1", "x:0.1", "x:0.1" } },
    { { "x /x" }, { "x:0.1", "x:0.1", "x:0.1", "x:0.1" } },
    { { "x ./y/../x" }, { "x:0.1", "minds", "minds", "minds" } },
    { { "../x ../y/../x" }, { "x:0.1", "minds", "minds", "minds" } },
    { { "d/ d/x d/" }, { "d/:0.2 d/x:0.1", "minds", "minds", "minds" } },
    { { "l@x l@y" }, { "l:0.1", "minds", "minds", "minds" } },
    { { "d/ d/x", "d/ d/.wh..wh..opq d/.wh..wh..opq d/y" },
      { "d/:1.0 d/y:1.3", "minds", "minds", "minds" } },
    /* An entry takes the place of what its own name goes through. */
    { { "a/ a/l@/a a/l/l/" }, { NULL, NULL, NULL, NULL } },
    { { "a/ a/l@/a a/l/l" }, { "a/:0.0 a/l:0.2", NULL, NULL, NULL } },
    { { "a/ a/d/ a/d/l@../.. l@a a/d/l/a" }, { NULL, NULL, NULL, NULL } },
    /* `..` of a further link's target, in the root and below it. */
    { { "c/ c/d/ c/f/ f/ b@./a a@c/d b/e@../f b/e/g" },
      { "a:0.5 b:0.4 c/:0.0 c/d/:0.1 c/d/e:0.6 c/f/:0.2 f/:0.3 f/g:0.7",
        "a:0.5 b:0.4 c/:0.0 c/d/:0.1 c/d/e:0.6 c/f/:0.2 c/f/g:0.7 f/:0.3",
        "a:0.5 b:0.4 c/:0.0 c/d/:0.1 c/d/e:0.6 c/f/:0.2 c/f/g:0.7 f/:0.3",
        "a:0.5 b:0.4 c/:0.0 c/d/:0.1 c/d/e:0.6 c/f/:0.2 c/f/g:0.7 f/:0.3" } },
    { { "a@a/../e/d a/x" }, { "a:0.0 e/! e/e/! e/e/d/! e/e/d/x:0.1", NULL, NULL, NULL } },
    /* A directory that is not found again when its times are set (containerd 1.6: "UtimesNanoAt").
     */
    { { "a@a/../e/d a/x/" }, { NULL, NULL, NULL, NULL } },
    { { "a@e/d e/d/ a/x/" },
      { "a:0.0 e/! e/d/:0.1 e/d/x/:0.2", "a:0.0 e/! e/d/:0.1 e/d/x/:0.2",
        "a:0.0 e/! e/d/:0.1 e/d/x/:0.2", "a:0.0 e/! e/d/:0.1 e/d/x/:0.2" } },
    /* What the layer had an entry of stays in an opaque directory, though it was removed and made
       anew. */
    { { "f/ .wh.f f/e/ f/e/a .wh..wh..opq" },
      { "f/! f/e/:0.2 f/e/a:0.3", "f/! f/e/:0.2 f/e/a:0.3", NULL, NULL } },
    /* Below a link to what is not there; a whiteout below what is hidden. */
    { { "a@b a/x" }, { "a:0.0 b/! b/x:0.1", NULL, "a:0.0 b/! b/x:0.1", "minds" } },
    { { "d/ d/x", ".wh.d d/.wh.x" }, { NULL, "d/!", "", NULL } },
    { { "a@a/../e/d /a/x" }, { "a:0.0 e/! e/d/! e/d/x:0.1", NULL, NULL, NULL } },
    /* What one layer's mark has cleared the next layer's clears again. */
    { { "d/ d/a d/.wh..wh..opq", "d/ d/.wh..wh..opq" },
      { "d/:1.0", "d/:1.0", "d/:1.0", "d/:1.0" } },
    /* The mark of a directory behind a link, whose target has a link, too: vfs looks at the link.
     */
    { { "a/ a/x", "a/ l@a a/m@../l a/m/.wh..wh..opq" },
      { "a/:1.0 a/m:1.2 l:1.1", "a/:1.0 a/m:1.2 a/x:0.1 l:1.1", "a/:1.0 a/m:1.2 l:1.1",
        "a/:1.0 a/m:1.2 l:1.1" } },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct overlay *overlays[OVERLAY_ENGINES] = { overlay_new(NULL) };
    struct error err;

    for (size_t layer = 0; layer < ARRAY_LEN(cases[i].layers) && cases[i].layers[layer]; layer++)
      add_layer(overlays[0], cases[i].layers[layer]);
    for (int engine = 0; engine < OVERLAY_ENGINES; engine++) {
      const char *want;
      char *text;

      if (engine)
        overlays[engine] = overlay_replay(overlays[0], (enum overlay_engine)engine, &err);
      text = show(overlays[engine]);
      want = cases[i].want[engine];
      if (!want != !!overlay_refused(overlays[engine]) ||
          (want && str_equal(str_of(want), STR("minds"))) != !!overlay_may_refuse(overlays[engine]))
        fail_msg("%s, case %zu: %s", overlay_engine_name((enum overlay_engine)engine), i, text);
      /* Those that do not mind make what containerd makes. */
      if (overlay_may_refuse(overlays[engine]))
        want = cases[i].want[OVERLAY_CONTAINERD];
      if (want)
        assert_string_equal(text, want);
      free(text);
    }
    for (int engine = OVERLAY_ENGINES; engine-- > 0;)
      overlay_free(overlays[engine]);
  }
}

/* A symbolic link's mode is nothing, so that its further names leave no doubt. */
static void test_no_doubt(void **state)
{
  struct overlay *overlay = overlay_new(NULL);

  (void)state;
  add_layer(overlay, "d/ d/s@f d/t>d/s d/u>d/t f g>f");
  assert_false(overlay_in_doubt(overlay));
  overlay_free(overlay);
}

/* A further hard link takes a capability away with some engines, be it that a link gave it. */
static void test_capability_of_link(void **state)
{
  const struct tar_record record = { STR("SCHILY.xattr.security.capability"), STR("c") };
  const struct tar_entry entries[] = {
    { .type = '0', .name = STR("f"), .mode = 0755 },
    { .index = 1,
      .type = '1',
      .name = STR("g"),
      .link_name = STR("f"),
      .mode = 0755,
      .records = &record,
      .n_records = 1 },
    { .index = 2, .type = '1', .name = STR("h"), .link_name = STR("f"), .mode = 0755 },
  };
  struct overlay *overlay = overlay_new(NULL);
  struct error err;

  (void)state;
  overlay_begin_layer(overlay);
  for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
    assert_false(overlay_in_doubt(overlay));
    assert_int_equal(overlay_add(overlay, &entries[i], NULL, &err), 0);
  }
  assert_true(overlay_in_doubt(overlay));
  overlay_free(overlay);
}

static void test_compare_paths(void **state)
{
  static const char *const sorted[] = { "", "a", "a/a", "a/b", "a/b/c", "a\x01", "a.b", "a0", "b" };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
    for (size_t j = 0; j < ARRAY_LEN(sorted); j++) {
      int got = overlay_compare_paths(str_of(sorted[i]), str_of(sorted[j]));

      assert_int_equal((got > 0) - (got < 0), (i > j) - (i < j));
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rules),
    cmocka_unit_test(test_faults),
    cmocka_unit_test(test_entries_kept),
    cmocka_unit_test(test_link_metadata),
    cmocka_unit_test(test_engines),
    cmocka_unit_test(test_no_doubt),
    cmocka_unit_test(test_compare_paths),
    cmocka_unit_test(test_many_whiteouts),
    cmocka_unit_test(test_capability_of_link),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
