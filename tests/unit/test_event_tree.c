/* The tree of events: who is below whom, in which order, and that packing loses nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/json/event_tree.h"
#include "report_events.h"

static const struct event_node layers_10 = {
  &report_root, "/layers-10", EVENT_MANIFEST, "field \"Layers[10]\"", { { 0 } }
};
static const struct event_node layers_9 = {
  &report_root, "/layers-9", EVENT_MANIFEST, "field \"Layers[9]\"", { { 0 } }
};
static const struct event_node layer = { &layers_9, "/layers-9/layer", EVENT_LAYER, "", { { 0 } } };

static void add(struct event_tree *tree, const struct event_node *parent, const char *context,
                const char *note, const struct tar_entry *entry)
{
  struct event event = make_event(context, entry ? EVENT_TARENTRY : EVENT_LAYER, note, NULL, 0);

  event.parent = parent;
  event.inputs[0].entry = event.inputs[1].entry = entry;
  event_tree_add(tree, &event);
}

/* The tree as indented text. */
static void print(struct event_tree *tree, struct buf *out)
{
  struct arena arena = ARENA_INIT;
  struct tree_visit visit;
  struct error err;
  int depth = 0;
  int result;

  assert_int_equal(event_tree_begin(tree, &err), 0);
  while ((result = event_tree_next(tree, &visit, &arena, &err)) > 0) {
    if (visit.step == TREE_LEAVE) {
      depth--;
      continue;
    }
    buf_printf(out, "%*s%s", 2 * depth, "", visit.first ? "" : "+ ");
    if (visit.step == TREE_ENTER) {
      buf_printf(out, "%s %s\n", visit.node->context, visit.node->note);
      depth++;
      continue;
    }
    buf_printf(out, "- %s %.*s", visit.leaf.context, STR_ARGS(visit.leaf.note));
    if (visit.leaf.inputs[0].entry)
      buf_printf(out, " %u", (unsigned)visit.leaf.inputs[0].entry->index);
    buf_putc(out, '\n');
  }
  assert_int_equal(result, 0);
  assert_int_equal(depth, 0);
  arena_release(&arena);
}

static void structure(void **state)
{
  struct tar_entry entries[] = { make_entry("b"), make_entry("a"), make_entry("b") };
  struct event_tree tree;
  AUTO_BUF out = BUF_INIT(10000);

  (void)state;
  event_tree_init(&tree, NULL);
  entries[0].index = 300;
  entries[2].index = 5;
  add(&tree, &layers_10, "/layers-10/desc", "", NULL);
  for (size_t i = 0; i < ARRAY_LEN(entries); i++)
    add(&tree, &layer, "/layers-9/layer/tarentry", "x", &entries[i]);
  add(&tree, &layers_9, "/layers-9/layer", "name \"x\" only appears in input 0", NULL);
  add(&tree, &layers_9, "/layers-9/layer", "length mismatch (5 vs 4)", NULL);
  add(&tree, &layers_9, "/layers-9/desc", "", NULL);
  add(&tree, &report_root, "/desc", "", NULL);
  print(&tree, &out);
  assert_string_equal(out.ptr, "/ \n"
                               "  - /desc \n"
                               "  + /layers-9 field \"Layers[9]\"\n"
                               "    - /layers-9/desc \n"
                               "    + /layers-9/layer \n"
                               "      - /layers-9/layer/tarentry x 0\n"
                               "      + - /layers-9/layer/tarentry x 5\n"
                               "      + - /layers-9/layer/tarentry x 300\n"
                               "    + - /layers-9/layer length mismatch (5 vs 4)\n"
                               "    + - /layers-9/layer name \"x\" only appears in input 0\n"
                               "  + /layers-10 field \"Layers[10]\"\n"
                               "    - /layers-10/desc \n");
  event_tree_release(&tree);
}

static void assert_str(struct str a, struct str b)
{
  assert_int_equal(a.len, b.len);
  if (a.len)
    assert_memory_equal(a.ptr, b.ptr, a.len);
}

static void assert_time(const struct tar_time *a, const struct tar_time *b)
{
  assert_int_equal(a->seconds, b->seconds);
  assert_int_equal(a->nanoseconds, b->nanoseconds);
  assert_int_equal(a->set, b->set);
}

static void assert_entry(const struct tar_entry *a, const struct tar_entry *b)
{
  assert_int_equal(a->index, b->index);
  assert_int_equal(a->skipped, b->skipped);
  assert_int_equal(a->type, b->type);
  assert_int_equal(a->format, b->format);
  assert_str(a->name, b->name);
  assert_str(a->link_name, b->link_name);
  assert_str(a->user_name, b->user_name);
  assert_str(a->group_name, b->group_name);
  assert_int_equal(a->size, b->size);
  assert_int_equal(a->mode, b->mode);
  assert_int_equal(a->uid, b->uid);
  assert_int_equal(a->gid, b->gid);
  assert_int_equal(a->device_major, b->device_major);
  assert_int_equal(a->device_minor, b->device_minor);
  assert_time(&a->mtime, &b->mtime);
  assert_time(&a->atime, &b->atime);
  assert_time(&a->ctime, &b->ctime);
  assert_int_equal(a->n_records, b->n_records);
  for (size_t i = 0; i < a->n_records; i++) {
    assert_str(a->records[i].key, b->records[i].key);
    assert_str(a->records[i].value, b->records[i].value);
  }
}

static const struct tar_record records[] = {
  { { "SCHILY.xattr.user.x", 19 }, { "\0\x80", 2 } },
  { { "mtime", 5 }, { "1.5", 3 } },
};

/* Every pair of these is packed, the second as it differs from the first. */
static const struct tar_entry samples[] = {
  { 0 },
  { .type = '0', .name = { "a", 1 }, .mode = 0644 },
  { .index = UINT64_MAX,
    .skipped = UINT64_MAX - 1,
    .type = (char)0xff,
    .format = TAR_FORMAT_GNU,
    .name = { "\xff", 1 },
    .link_name = { "l", 1 },
    .user_name = { "u", 1 },
    .group_name = { "g", 1 },
    .size = INT64_MAX,
    .mode = INT64_MIN,
    .uid = -1,
    .gid = 64,
    .device_major = 63,
    .device_minor = -64,
    .mtime = { INT64_MIN, 999999999, true },
    .atime = { INT64_MAX, 1, true },
    .ctime = { -1, 0, true },
    .records = records,
    .n_records = 2 },
  { .type = '0', .name = { "a", 1 }, .records = records, .n_records = 1, .mtime = { 0, 0, true } },
  { .name = { "a", 1 }, .records = records + 1, .n_records = 1, .device_minor = 1 },
};

/* Of a tree of one leaf below the root. */
static struct tree_event only_leaf(struct event_tree *tree, struct arena *arena)
{
  struct tree_visit *visit = arena_alloc(arena, sizeof(*visit));
  struct error err;

  assert_int_equal(event_tree_begin(tree, &err), 0);
  assert_int_equal(event_tree_next(tree, visit, arena, &err), 1);
  assert_int_equal(visit->step, TREE_ENTER);
  assert_int_equal(event_tree_next(tree, visit, arena, &err), 1);
  assert_int_equal(visit->step, TREE_LEAF);
  return visit->leaf;
}

static void packing(void **state)
{
  struct descriptor descriptor = make_descriptor("x", 1);
  const struct digest sha512 = digest_of(DIGEST_SHA512, "x", 1);
  const struct digest sha256 = digest_of(DIGEST_SHA256, "x", 1);

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
    for (size_t j = 0; j < ARRAY_LEN(samples); j++) {
      struct event_tree tree;
      struct event_field field = make_field("F", "", "1\n", NULL);
      struct event event = make_event("/x", EVENT_TARENTRY, "note", &field, 1);
      struct arena arena = ARENA_INIT;
      struct tree_event found;

      event_tree_init(&tree, NULL);
      event.inputs[0].entry = &samples[i];
      event.inputs[1].entry = &samples[j];
      event.inputs[0].content = &sha512;
      event.inputs[1].content = &sha256;
      event.inputs[1].descriptor = &descriptor;
      event_tree_add(&tree, &event);
      found = only_leaf(&tree, &arena);
      assert_entry(found.inputs[0].entry, &samples[i]);
      assert_entry(found.inputs[1].entry, &samples[j]);
      assert_true(digest_equal(found.inputs[0].content, &sha512));
      assert_true(digest_equal(found.inputs[1].content, &sha256));
      assert_null(found.inputs[0].descriptor);
      assert_ptr_equal(found.inputs[1].descriptor, &descriptor);
      assert_null(found.inputs[1].config);
      assert_str(found.diff, STR("- F: 1\\n\n"));
      assert_str(found.note, STR("note"));
      assert_string_equal(found.context, "/x");
      assert_int_equal(found.type, EVENT_TARENTRY);
      arena_release(&arena);
      event_tree_release(&tree);
    }
  }
}

/* An entry with a changed mtime must stay small: there may be a million of them. */
static void size_of_one(void **state)
{
  enum { N = 100000 };
  struct event_tree tree;
  char name[64] = "";
  size_t bytes = 0;

  (void)state;
  event_tree_init(&tree, NULL);
  for (int i = 0; i < N; i++) {
    struct tar_entry entry = make_entry(name);
    struct tar_entry other;
    struct event_field field =
        make_field("ModTime", "", "2023-08-01 11:24:33 +0000 UTC", "2023-08-02 11:24:33 +0000 UTC");
    struct event event = make_event("/layers-0/layer/tarentry", EVENT_TARENTRY, "", &field, 1);

    snprintf(name, sizeof(name), "usr/share/doc/package/file-%06d", i);
    entry.name = str_of(name);
    entry.index = (uint64_t)i;
    entry.mtime = (struct tar_time) { 1690889073, 0, true };
    other = entry;
    other.mtime.seconds += 86400;
    event.inputs[0].entry = &entry;
    event.inputs[1].entry = &other;
    event_tree_add(&tree, &event);
    bytes += tree.scratch.len;
  }
  assert_true(bytes / N < 230);
  event_tree_release(&tree);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(structure),
    cmocka_unit_test(packing),
    cmocka_unit_test(size_of_one),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
