/* layer/overlay: layers merged. Written-down cases follow the OCI image specification, layer.md
 * ("Whiteouts", "Applying Changesets"); random ones are held against a model that keeps a plain
 * list of paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "layer/overlay.h"

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
    { { "a", "a a/b/" }, "a/! a/b/:1.1" },
    { { "a/b/c", "a/b", "a/b/d" }, "a/! a/b/! a/b/d:2.0" },
    /* Whiteouts. */
    { { "a b", ".wh.a" }, "b:0.1" },
    { { "a/ a/b a/c/ a/c/d", "a/.wh.c" }, "a/:0.0 a/b:0.1" },
    { { "a/ a/b a/c/ a/c/d", ".wh.a" }, "" },
    { { "a/b", "a/.wh.b" }, "a/!" },
    { { "a", ".wh.b" }, "a:0.0" },
    { { "a", "x/.wh.b" }, "a:0.0" },
    { { "a", "a/.wh.b" }, "a:0.0" },
    { { "a", ".wh.a", "a" }, "a:2.0" },
    { { "aa ab a.", ".wh.a" }, "a.:0.2 aa:0.0 ab:0.1" },
    /* Only what lower layers brought, before or after the whiteout. */
    { { "a/ a/b", ".wh.a a/ a/c" }, "a/:1.1 a/c:1.2" },
    { { "a/ a/b", "a/ a/c .wh.a" }, "a/:1.0 a/c:1.1" },
    { { "a/ a/b", "a/c .wh.a" }, "a/! a/c:1.0" },
    { { "a/ a/b/ a/b/c a/b/d", "a/b/e .wh.a" }, "a/! a/b/! a/b/e:1.0" },
    { { "a/ a/b", "a/c .wh.a", ".wh.a" }, "" },
    { { "a", "a .wh.a" }, "a:1.0" },
    { { ".wh.a a" }, "a:0.1" },
    { { "a .wh.a" }, "a:0.0" },
    /* Opaque directories. */
    { { "a/ a/b a/c/ a/c/d e", "a/.wh..wh..opq" }, "a/:0.0 e:0.4" },
    { { "a/ a/b a/c/ a/c/d", "a/.wh..wh..opq a/c/x" }, "a/:0.0 a/c/! a/c/x:1.1" },
    { { "a/ a/b a/c/ a/c/d", "a/c/x a/ a/.wh..wh..opq" }, "a/:1.1 a/c/! a/c/x:1.0" },
    { { "a/ a/b", "x/.wh..wh..opq" }, "a/:0.0 a/b:0.1" },
    { { "./ a/ a/b", ".wh..wh..opq c" }, "/:0.0 c:1.1" },
    /* AUFS. */
    { { "a .wh..wh.aufs .wh..wh.orph/ .wh..wh.orph/x b/.wh..wh.x b/.wh..wh.y/z" }, "a:0.0" },
    { { ".wh..wh.plnk/ .wh..wh.plnk/1.2 a>.wh..wh.plnk/1.2" }, "a:0.2=0.1*2" },
    /* The reserved prefix in the middle of a path is a name as any other. */
    { { ".wh.a/b" }, ".wh.a/! .wh.a/b:0.0" },
    /* Hard links. */
    { { "a b>a" }, "a:0.0*2 b:0.1=0.0*2" },
    { { "a b>./a c>/b" }, "a:0.0*3 b:0.1=0.0*3 c:0.2=0.0*3" },
    { { "a b>a", "a" }, "a:1.0 b:0.1=0.0" },
    { { "a b>a", ".wh.a" }, "b:0.1=0.0" },
    { { "a", "b>a .wh.a" }, "b:1.0=0.0" },
    { { "a", ".wh.a b>a" }, "b:1.1" },
    { { "b>a a" }, "a:0.1*2 b:0.0=0.1*2" },
    { { "b>a a", "a" }, "a:1.0 b:0.0=0.1" },
    { { "b>a", "a" }, "a:1.0 b:0.0" },
    { { "b>a b>a a c>b" }, "a:0.2*3 b:0.1=0.2*3 c:0.3=0.2*3" },
    { { "c>b b>a a" }, "a:0.2*2 b:0.1=0.2*2 c:0.0" },
    { { "a", ".wh.a b>a c>b a" }, "a:1.3*3 b:1.1=1.3*3 c:1.2=1.3*3" },
    { { "b>a b/ a" }, "a:0.2 b/:0.1" },
    { { "b>b" }, "b:0.0" },
    { { "b>a" }, "b:0.0" },
    { { "d/ d/x", "l>d" }, "d/:0.0 d/x:0.1 l:1.0" },
    { { "a/x", "a>a/x" }, "a:1.0=0.0" },
    { { "a", "a/x>a" }, "a/! a/x:1.0=0.0" },
    { { "a b>a", "b>b" }, "a:0.0*2 b:1.0=0.0*2" },
    { { "a s@a l>s" }, "a:0.0 l:0.2=0.1*2 s:0.1*2" },
    /* A directory comes before what is in it, and that before its neighbours. */
    { { "a.c a/b a-b a a/c" }, "a/! a/c:0.4 a-b:0.2 a.c:0.0" },
    { { "d/b d.x d0 d/a" }, "d/! d/a:0.3 d/b:0.0 d.x:0.1 d0:0.2" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct overlay *overlay = overlay_new();
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
  struct overlay *overlay = overlay_new();
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
  struct overlay *overlay = overlay_new();
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
    struct overlay *overlay = overlay_new();
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
  struct overlay *overlay = overlay_new();
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

/* The model: a list of paths in no order. */

struct model_path {
  char path[16];
  bool is_directory, implied;
  int layer, own, object; /* numbers of entries, over all layers */
  int object_layer;
};

struct model_link { /* that had no target */
  char path[16], target[16];
  int own;
};

struct model {
  struct model_path paths[500];
  size_t n;
  int layer;
  struct model_link links[12]; /* of the current layer */
  size_t n_links;
  bool is_link[100]; /* by the number of the entry */
};

static struct model_path *model_find(struct model *model, const char *path)
{
  for (size_t i = 0; i < model->n; i++)
    if (strcmp(model->paths[i].path, path) == 0)
      return &model->paths[i];
  return NULL;
}

static bool is_below(const char *path, const char *top)
{
  size_t len = strlen(top);

  return !len || (strncmp(path, top, len) == 0 && path[len] == '/');
}

static struct model_path *model_put(struct model *model, const char *path)
{
  struct model_path *found = model_find(model, path);

  if (!found) {
    found = &model->paths[model->n++];
    *found = (struct model_path) { .is_directory = true, .implied = true, .layer = model->layer };
    snprintf(found->path, sizeof(found->path), "%s", path);
  }
  return found;
}

static void model_imply_parents(struct model *model, const char *path)
{
  char parent[16];

  for (size_t i = 1; path[i]; i++) {
    struct model_path *found;

    if (path[i] != '/')
      continue;
    snprintf(parent, sizeof(parent), "%.*s", (int)i, path);
    found = model_put(model, parent);
    if (!found->is_directory) {
      found->is_directory = found->implied = true;
      found->layer = model->layer;
    }
  }
}

/* Takes away what lies at or below top and came before a layer; what is left keeps its parents. */
static void model_remove(struct model *model, const char *top, bool itself, int before)
{
  size_t kept = 0;
  size_t n;

  for (size_t i = 0; i < model->n; i++) {
    struct model_path *path = &model->paths[i];
    bool hit = is_below(path->path, top) || (itself && strcmp(path->path, top) == 0);

    if (!hit || path->layer >= before)
      model->paths[kept++] = *path;
  }
  model->n = n = kept;
  for (size_t i = 0; i < n; i++)
    model_imply_parents(model, model->paths[i].path);
}

static void model_add(struct model *model, const char *path, char type, const char *target,
                      int number)
{
  struct model_path *linked = type == '1' ? model_find(model, target) : NULL;
  struct model_path *put;
  int object = number;
  int object_layer = model->layer;

  if (linked && !linked->is_directory && !model->is_link[linked->object]) {
    object = linked->object;
    object_layer = linked->object_layer;
  }
  model_imply_parents(model, path);
  if (type != '5')
    model_remove(model, path, false, 1000);
  put = model_put(model, path);
  put->is_directory = type == '5';
  put->implied = false;
  put->layer = model->layer;
  put->own = number;
  put->object = object;
  put->object_layer = object_layer;
  model->is_link[number] = type == '1';
  if (type == '1' && object == number) {
    struct model_link *link = &model->links[model->n_links++];

    link->own = number;
    snprintf(link->path, sizeof(link->path), "%s", path);
    snprintf(link->target, sizeof(link->target), "%s", target);
  }
}

static void model_end_layer(struct model *model)
{
  for (size_t i = 0; i < model->n_links; i++) {
    const struct model_link *link = &model->links[i];
    struct model_path *path = model_find(model, link->path);
    const struct model_path *target = model_find(model, link->target);

    if (path && !path->implied && path->own == link->own && path->object == link->own && target &&
        !target->is_directory && target->layer == model->layer && !model->is_link[target->object]) {
      path->object = target->object;
      path->object_layer = target->object_layer;
    }
  }
  model->n_links = 0;
}

static int by_path(const void *a, const void *b)
{
  return overlay_compare_paths(str_of(((const struct model_path *)a)->path),
                               str_of(((const struct model_path *)b)->path));
}

static void check_model(struct model *model, struct overlay *overlay)
{
  struct overlay_walk *walk = overlay_walk_new(overlay);
  struct overlay_item item;
  size_t n = 0;

  qsort(model->paths, model->n, sizeof(*model->paths), by_path);
  for (; overlay_walk_next(walk, &item); n++) {
    const struct model_path *want = &model->paths[n];
    unsigned links = 0;

    assert_true(n < model->n);
    assert_true(str_equal(item.path, str_of(want->path)));
    assert_int_equal(item.entry == NULL, want->implied);
    if (want->implied)
      continue;
    for (size_t i = 0; i < model->n; i++)
      links += !model->paths[i].implied && model->paths[i].object == want->object;
    assert_int_equal(item.layer, want->layer);
    assert_int_equal(item.entry->index, want->own);
    assert_int_equal(item.object->index, want->object);
    assert_int_equal(item.object_layer, want->object_layer);
    assert_int_equal(item.links, links);
    assert_true(str_equal(item.entry->name, str_of(want->path)));
  }
  assert_int_equal(n, model->n);
  assert_int_equal(n, overlay_count(overlay));
  overlay_walk_free(walk);
}

static uint32_t next_random(uint32_t *x, uint32_t n)
{
  *x = *x * 1664525 + 1013904223;
  return (*x >> 16) % n;
}

static void random_path(uint32_t *x, char path[16], const char *last_prefix)
{
  size_t n = next_random(x, 4);

  snprintf(path, 16, "%s%c", n ? "" : last_prefix, (char)('a' + next_random(x, 3)));
  for (size_t i = 1; i <= n; i++)
    snprintf(path + 2 * i - 1, 16 - (2 * i - 1), "/%s%c", i == n ? last_prefix : "",
             (char)('a' + next_random(x, 3)));
}

static void test_random(void **state)
{
  (void)state;
  for (uint32_t round = 0; round < 3000; round++) {
    struct overlay *overlay = overlay_new();
    struct model *model = xcalloc(1, sizeof(*model));
    uint32_t x = round * 2654435761U + 1;
    int number = 0;

    for (model->layer = 0; model->layer < 4; model->layer++) {
      overlay_begin_layer(overlay);
      for (int i = 0; i < 12; i++, number++) {
        static const char kinds[] = "0005511wo";
        char kind = kinds[next_random(&x, sizeof(kinds) - 1)];
        char name[32];
        char path[16];
        char target[16];
        struct tar_entry entry = { .index = (uint64_t)number, .type = kind };
        struct error err;

        random_path(&x, path, "");
        random_path(&x, target, "");
        snprintf(name, sizeof(name), "%s", path);
        if (kind == 'w') {
          char *slash = strrchr(path, '/');

          snprintf(name, sizeof(name), "%.*s.wh.%s", slash ? (int)(slash + 1 - path) : 0, path,
                   slash ? slash + 1 : path);
        } else if (kind == 'o') {
          snprintf(name, sizeof(name), "%s/.wh..wh..opq", path);
        }
        if (kind == 'w' || kind == 'o')
          model_remove(model, path, kind == 'w', model->layer);
        else
          model_add(model, path, kind, target, number);
        entry.name = str_of(name);
        entry.link_name = str_of(target);
        assert_int_equal(overlay_add(overlay, &entry, NULL, &err), 0);
      }
      model_end_layer(model);
      if (model->layer == 3 || round % 3) /* a walk changes more than one would think */
        check_model(model, overlay);
    }
    free(model);
    overlay_free(overlay);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_rules),          cmocka_unit_test(test_faults),
    cmocka_unit_test(test_entries_kept),   cmocka_unit_test(test_link_metadata),
    cmocka_unit_test(test_compare_paths),  cmocka_unit_test(test_random),
    cmocka_unit_test(test_many_whiteouts),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
