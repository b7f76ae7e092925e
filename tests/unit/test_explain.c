/* The beginnings of contents that the comparison hands out, and what report/explain makes of
 * events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../common/memory_source.h"
#include "base/alloc.h"
#include "report/explain/explain.h"
#include "report/explain/explain_below.h"
#include "report_events.h"

/* ---- layers in memory ---- */

static void octal(char *field, size_t size, unsigned long long value)
{
  field[--size] = '\0';
  for (; size > 0; value /= 8)
    field[--size] = (char)('0' + value % 8);
}

static void add_file(struct buf *tar, const char *name, struct str content, unsigned mtime)
{
  static const char zeros[512];
  char header[512] = { 0 };
  unsigned sum = 0;

  memcpy(header, name, strlen(name));
  octal(header + 100, 8, 0644);
  octal(header + 108, 8, 0);
  octal(header + 116, 8, 0);
  octal(header + 124, 12, content.len);
  octal(header + 136, 12, mtime);
  memset(header + 148, ' ', 8);
  header[156] = '0';
  memcpy(header + 257, "ustar\00000", 8);
  for (size_t i = 0; i < sizeof(header); i++)
    sum += (unsigned char)header[i];
  octal(header + 148, 7, sum);
  buf_add(tar, header, sizeof(header));
  buf_add_str(tar, content);
  buf_add(tar, zeros, (512 - content.len % 512) % 512);
}

struct pair {
  struct buf tars[2];
  struct source *sources[2];
  struct limits limits;
  struct diff_options options;
  struct diff *diff;
};

static void pair_start(struct pair *pair)
{
  *pair = (struct pair) { .limits = limits_scaled(1) };
  for (int side = 0; side < 2; side++)
    pair->tars[side] = BUF_INIT((size_t)256 << 20);
}

static void pair_run(struct pair *pair, struct event_sink *sink, uint32_t ignore)
{
  static const char end[1024];
  struct error err;
  bool failed;

  for (int side = 0; side < 2; side++) {
    struct str layer;

    buf_add(&pair->tars[side], end, sizeof(end));
    layer = buf_str(&pair->tars[side]);
    pair->sources[side] = memory_source_new(side ? "b" : "a");
    memory_source_image(pair->sources[side], &layer, 1, "");
    buf_release(&pair->tars[side]);
  }
  pair->options = (struct diff_options) { .ignore = ignore,
                                          .limits = &pair->limits,
                                          .threads = 2,
                                          .sources = { pair->sources[0], pair->sources[1] },
                                          .sink = sink };
  pair->options.platforms.all = true;
  pair->diff = diff_run(&pair->options, &failed, &err);
  assert_non_null(pair->diff);
  if (failed)
    fail_msg("%s", err.message);
}

static void pair_stop(struct pair *pair)
{
  diff_free(pair->diff);
  source_free(pair->sources[0]);
  source_free(pair->sources[1]);
}

/* ---- heads ---- */

enum { HEAD = 64 * 1024 };

struct heads_sink {
  struct event_sink base;
  struct str contents[2]; /* what the heads have to be the beginnings of */
  bool same_rest;
  size_t n;
};

static void check_head(struct str head, struct str content)
{
  assert_non_null(head.ptr);
  assert_int_equal(head.len, MIN_OF(content.len, (size_t)HEAD));
  if (head.len)
    assert_memory_equal(head.ptr, content.ptr, head.len);
}

static void take_heads(struct event_sink *base, const struct event *event)
{
  struct heads_sink *sink = (struct heads_sink *)base;
  bool differ = !str_equal(sink->contents[0], sink->contents[1]);

  if (event->type != EVENT_TARENTRY)
    return;
  sink->n++;
  assert_int_equal(event->same_rest, sink->same_rest && base->wants_head_bytes);
  for (int side = 0; side < 2; side++) {
    if (differ && base->wants_head_bytes)
      check_head(event->inputs[side].head, sink->contents[side]);
    else
      assert_null(event->inputs[side].head.ptr);
  }
}

/* Contents of these sizes, whose first difference is at `at` (or: one is longer). */
static void check_heads(const size_t sizes[2], size_t at, bool digests, bool other_times,
                        size_t wanted)
{
  struct heads_sink sink = { .base = { .event = take_heads } };
  struct pair pair;
  char *contents[2];

  sink.base.wants_content_digests = digests;
  sink.base.wants_head_bytes = wanted;
  pair_start(&pair);
  for (int side = 0; side < 2; side++) {
    contents[side] = xmalloc(sizes[side] + 1);
    for (size_t i = 0; i < sizes[side]; i++)
      contents[side][i] = (char)('a' + i % 23 + (side && i >= at && i < at + 3));
    sink.contents[side] = (struct str) { contents[side], sizes[side] };
    add_file(&pair.tars[side], "before", STR("the same"), 0);
    add_file(&pair.tars[side], "x", sink.contents[side], other_times && side ? 5 : 0);
    add_file(&pair.tars[side], "behind", STR("the same"), 0);
  }
  /* only what differs has a rest */
  sink.same_rest = !str_equal(sink.contents[0], sink.contents[1]) && sizes[0] == sizes[1] &&
                   str_equal(str_skip(sink.contents[0], HEAD), str_skip(sink.contents[1], HEAD));
  pair_run(&pair, &sink.base, IGNORE_HISTORY);
  assert_int_equal(sink.n, other_times || !str_equal(sink.contents[0], sink.contents[1]));
  pair_stop(&pair);
  free(contents[0]);
  free(contents[1]);
}

static void heads(void **state)
{
  static const struct {
    size_t sizes[2], at;
  } rows[] = {
    { { 0, 0 }, 0 },
    { { 0, 1 }, 0 },
    { { 1, 1 }, 0 },
    { { 1, 1 }, 1 },
    { { 1000, 1000 }, 999 },
    { { 1000, 900 }, 900 },
    { { HEAD, HEAD }, HEAD - 1 },
    { { HEAD - 1, HEAD + 1 }, HEAD - 1 },
    { { HEAD + 1, HEAD + 1 }, HEAD },
    { { 3 * HEAD, 5 * HEAD + 7 }, 2 * HEAD },
    { { 1000000, 1000000 }, 500000 },
    { { 1000000, 1000000 }, 10 },
    { { 1000000, 1000000 }, HEAD - 3 },
    { { 1000000, 1000000 }, HEAD - 2 },
    { { 1000000, 1000000 }, 999999 },
    { { 1000000, 1000000 }, 1000000 },
    { { 1000000, 10 }, 3 },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    for (unsigned how = 0; how < 8; how++)
      check_heads(rows[i].sizes, rows[i].at, how & 1, how & 2, how & 4 ? HEAD : 0);
}

/* More equal content than the comparison keeps (32 MiB) before it begins to hash. */
static void heads_behind_much(void **state)
{
  static const size_t sizes[2] = { (size_t)40 << 20, ((size_t)40 << 20) + 3 };

  (void)state;
  check_heads(sizes, sizes[0] - 1, false, false, HEAD);
}

/* ---- explanations ---- */

static const char *primary_of(struct explanation found)
{
  return found.n ? cause_id(found.found[0].cause) : "-";
}

/* All events have come, and nothing is to be read. */
static void settle(struct explain *explain)
{
  static const struct diff_options nothing_to_read;

  explain_gather(explain);
  explain_settle(explain, &nothing_to_read);
}

static void expect(struct explain *explain, const struct event *event, const char *id,
                   enum cause_evidence evidence)
{
  unsigned number = explain_event(explain, event);
  struct explanation found;

  settle(explain);
  found = explain_get(explain, number);
  assert_string_equal(primary_of(found), id);
  if (found.n)
    assert_int_equal(found.found[0].evidence, evidence);
}

/* A difference of a file that has no known cause. */
static void add_difference(struct explain *explain, const char *context)
{
  struct event_field size = make_field("Digest", "", "1", "2");
  struct event event = make_event(context, EVENT_TARENTRY, "", &size, 1);
  struct tar_entry entry = make_entry("etc/mine");

  event.inputs[0].entry = event.inputs[1].entry = &entry;
  (void)!explain_event(explain, &event);
}

static void documents(void **state)
{
  static const struct {
    const char *context;
    enum event_type type;
    const char *fields[3]; /* "!": does not count */
    const char *below;     /* where something differs */
    const char *cause;
    bool proven;
  } rows[] = {
    { "/config/config", EVENT_CONFIG, { "created" }, NULL, "image-created", true },
    { "/config/config",
      EVENT_CONFIG,
      { "created", "history[0].created" },
      NULL,
      "image-created",
      true },
    /* one of several fields may be explained: that is a part */
    { "/config/config",
      EVENT_CONFIG,
      { "config.Env[0]", "created" },
      NULL,
      "image-created",
      false },
    { "/config/config",
      EVENT_CONFIG,
      { "!config.Env[0]", "created" },
      NULL,
      "image-created",
      true },
    { "/config/config", EVENT_CONFIG, { "config.Env[0]" }, NULL, "-", false },
    { "/config/config",
      EVENT_CONFIG,
      { "rootfs.diff_ids[1]" },
      "/layers-1/layer/tarentry",
      "layer-digests",
      true },
    { "/config/config", EVENT_CONFIG, { "rootfs.diff_ids[1]" }, "/layers-0/layer", "-", false },
    { "/manifests-0/config/config",
      EVENT_CONFIG,
      { "rootfs.diff_ids[1]" },
      "/manifests-0/layer/tarentry",
      "layer-digests",
      true },
    { "/config/config/history", EVENT_CONFIG, { "history (items)" }, NULL, "image-history", true },
    { "/config/config/history-2", EVENT_CONFIG, { "created_by" }, NULL, "image-history", true },
    { "/desc", EVENT_DESCRIPTOR, { "mediaType", "digest", "size" }, NULL, "media-types", false },
    { "/desc",
      EVENT_DESCRIPTOR,
      { "mediaType", "digest", "size" },
      "/layers-0/layer/tarentry",
      "media-types",
      true },
    { "/desc", EVENT_DESCRIPTOR, { "digest", "size" }, "/config/config", "consequence", true },
    { "/layers-0/desc", EVENT_DESCRIPTOR, { "digest" }, "/layers-1/layer/tarentry", "-", false },
    { "/layers-1/desc", EVENT_DESCRIPTOR, { "digest" }, "/layers-10/layer/tarentry", "-", false },
    { "/desc", EVENT_DESCRIPTOR, { "digest", "size" }, NULL, "-", false },
    { "/desc", EVENT_DESCRIPTOR, { "platform.variant" }, NULL, "-", false },
    { "/manifest",
      EVENT_MANIFEST,
      { "config.digest", "layers[12].size" },
      "/layers-12/layer/tarentry",
      "consequence",
      true },
    { "/manifest", EVENT_MANIFEST, { "config.digest" }, "/layers-12/layer/tarentry", "-", false },
    { "/manifest", EVENT_MANIFEST, { "layers[1]" }, NULL, "layer-boundaries", true },
    { "/manifest", EVENT_MANIFEST, { "layers[1].mediaType" }, NULL, "media-types", true },
    { "/manifest", EVENT_MANIFEST, { "layers[1].urls[0]" }, NULL, "-", false },
    { "/manifest",
      EVENT_MANIFEST,
      { "layers[0].annotations.org.opencontainers.image.created" },
      NULL,
      "image-annotations",
      true },
    { "/index",
      EVENT_INDEX,
      { "manifests[0].digest" },
      "/manifests-0/manifest",
      "consequence",
      true },
    { "/annotations",
      EVENT_MANIFEST,
      { "org.opencontainers.image.created" },
      NULL,
      "image-annotations",
      true },
    { "/annotations",
      EVENT_DESCRIPTOR,
      { "buildkit/rewritten-timestamp" },
      NULL,
      "rewritten-timestamp",
      true },
    { "/annotations", EVENT_MANIFEST, { "com.example.mine" }, NULL, "-", false },
    { "/manifests-1", EVENT_INDEX, { NULL }, NULL, "-", false },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct explain *explain = explain_new(NULL);
    struct event_field fields[3];
    struct event event = make_event(rows[i].context, rows[i].type, "", fields, 0);
    struct explanation found;
    unsigned number;

    while (event.n_fields < 3 && rows[i].fields[event.n_fields]) {
      const char *name = rows[i].fields[event.n_fields];

      fields[event.n_fields] = make_field(name + (*name == '!'), "", "1", "2");
      if (strstr(name, "mediaType")) {
        fields[event.n_fields].value[0] = STR("application/vnd.docker.image.rootfs.diff.tar.gzip");
        fields[event.n_fields].value[1] = STR("application/vnd.oci.image.layer.v1.tar+gzip");
      }
      fields[event.n_fields++].ignored = *name == '!';
    }
    number = explain_event(explain, &event);
    if (rows[i].below)
      add_difference(explain, rows[i].below);
    settle(explain);
    found = explain_get(explain, number);
    if (strcmp(primary_of(found), rows[i].cause) != 0 || found.proven != rows[i].proven)
      fail_msg("row %zu: %s: found %s, proven %d, left %s", i, rows[i].context, primary_of(found),
               found.proven, found.left);
    explain_free(explain);
  }
}

/* A layer of unknown type is not looked into: its digest is the difference. */
static void opaque_blobs(void **state)
{
  struct explain *explain = explain_new(NULL);
  struct event_field field = make_field("digest", "", "1", "2");
  struct event event = make_event("/layers-0/desc", EVENT_DESCRIPTOR, "", &field, 1);
  struct descriptor descriptor = make_descriptor("application/x", 1);

  (void)state;
  descriptor.kind = MEDIA_OTHER;
  event.inputs[0].descriptor = &descriptor;
  event.inputs[1].descriptor = &descriptor;
  expect(explain, &event, "-", CAUSE_BY_NAME);
  add_difference(explain, "/layers-0/layer/tarentry");
  descriptor.kind = MEDIA_LAYER;
  expect(explain, &event, "consequence", CAUSE_BY_FIELD);
  explain_free(explain);
}

static void counts(void **state)
{
  struct explain *explain = explain_new(NULL);
  struct explain_count *found = xcalloc(causes_count(), sizeof(*found));
  struct event_field mtime = make_field("ModTime", "", "1", "2");
  struct event event = make_event("/layer/tarentry", EVENT_TARENTRY, "", &mtime, 1);
  struct event lone = make_event("/layer", EVENT_LAYER, "", NULL, 0);
  struct tar_entry log = make_entry("var/log/dpkg.log");
  struct tar_entry mine = make_entry("etc/mine");
  struct explain_totals totals;

  (void)state;
  assert_int_equal(explain_counts(explain, found, &totals), 0);
  assert_int_equal(totals.differences, 0);
  event.inputs[0].entry = event.inputs[1].entry = &mine;
  for (int i = 0; i < 5; i++)
    expect(explain, &event, "build-time", CAUSE_BY_FIELD);
  lone.inputs[1].entry = &log;
  expect(explain, &lone, "dpkg-log", CAUSE_BY_NAME);
  lone.inputs[1].entry = &mine;
  for (int i = 0; i < 7; i++)
    expect(explain, &lone, "-", CAUSE_BY_NAME);
  assert_int_equal(explain_counts(explain, found, &totals), 2);
  assert_string_equal(cause_id(found[0].cause), "build-time");
  assert_int_equal(found[0].differences, 5);
  assert_int_equal(found[0].by_strength[CAUSE_PROVEN], 5);
  assert_string_equal(cause_id(found[1].cause), "dpkg-log");
  assert_int_equal(found[1].differences, 1);
  assert_int_equal(found[1].by_strength[CAUSE_LIKELY], 1);
  assert_int_equal(totals.unexplained, 7);
  assert_int_equal(totals.differences, 13);
  assert_int_equal(totals.proven, 5);
  assert_int_equal(totals.harmless, 5);
  free(found);
  explain_free(explain);
}

/* ---- the second pass ---- */

struct explain_sink {
  struct event_sink base;
  struct explain *explain;
  unsigned number; /* of the last event about x */
};

static void explain_one(struct event_sink *base, const struct event *event)
{
  struct explain_sink *sink = (struct explain_sink *)base;
  unsigned number = explain_event(sink->explain, event);

  if (event->inputs[0].entry && str_equal(event->inputs[0].entry->name, STR("x")))
    sink->number = number;
}

/* Two files change places; the one called x differs in a date. */
static void second_pass(void **state)
{

  (void)state;
  for (int fetches_again = 0; fetches_again < 2; fetches_again++) {
    struct explain_sink sink = { .base = { .event = explain_one } };
    struct pair pair;
    struct later *later = later_new(&pair.options);
    struct explanation found;

    sink.explain = explain_new(later);
    sink.base.wants_head_bytes = HEAD;
    pair_start(&pair);
    add_file(&pair.tars[0], "y", STR("y"), 0);
    add_file(&pair.tars[0], "x", STR("built Jan  2 2024\n"), 0);
    add_file(&pair.tars[1], "x", STR("built Jan  3 2024\n"), 0);
    add_file(&pair.tars[1], "y", STR("y"), 0);
    pair_run(&pair, &sink.base, IGNORE_FILE_ORDER);
    assert_int_equal(explain_get(sink.explain, sink.number).n, 0);
    pair.sources[1]->fetches_again = fetches_again;
    explain_gather(sink.explain);
    later_read(later);
    explain_settle(sink.explain, &pair.options);
    found = explain_get(sink.explain, sink.number);
    if (fetches_again) {
      assert_int_equal(found.n, 0);
    } else {
      assert_string_equal(primary_of(found), "embedded-date");
      assert_int_equal(found.found[0].evidence, CAUSE_BY_CONTENT);
      assert_int_equal(found.found[0].strength, CAUSE_LIKELY); /* no time is known */
      assert_string_equal(found.found[0].values->items[0].side[0].ptr, "Jan  2 2024");
      assert_string_equal(found.found[0].values->items[0].side[1].ptr, "Jan  3 2024");
    }
    later_free(later);
    pair_stop(&pair);
    explain_free(sink.explain);
  }
}

/* What only begins like a file of some format, or is shaped like one, is not proven to be one. */
static void only_alike(void **state)
{
  static const struct {
    const char *path;
    struct str a, b;
  } rows[] = {
    { "srv/x.gz", STR("\x1f\x8b\x08\0aaaa\0\3code"), STR("\x1f\x8b\x08\0bbbb\0\3code") },
    { "srv/x.gz", STR("\x1f\x8b\x08\0aaaa\2\3code"), STR("\x1f\x8b\x08\0aaaa\0\4code") },
    { "srv/x.zip", STR("PK\3\4aaaaaabbbb"), STR("PK\3\4aaaaaacccc") },
    { "srv/x.pyc", STR("ab\r\naaaabbbbcccc\xe3"), STR("ab\r\naaaaxxxxcccc\xe3") },
    { "srv/x.a", STR("!<arch>\nx/              1           0     0     100644  4         `\n"),
      STR("!<arch>\nx/              2           0     0     100644  4         `\n") },
    { "usr/bin/x",
      STR("\x7f"
          "ELF\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0aaaa"),
      STR("\x7f"
          "ELF\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0bbbb") },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    struct explain *explain = explain_new(NULL);
    struct event_field digest = make_field("Digest", "", "1", "2");
    struct event event = make_event("/layer/tarentry", EVENT_TARENTRY, "", &digest, 1);
    struct tar_entry entry = make_entry(rows[i].path);
    struct explanation found;

    entry.size = (int64_t)rows[i].a.len;
    event.inputs[0].entry = event.inputs[1].entry = &entry;
    event.inputs[0].head = rows[i].a;
    event.inputs[1].head = rows[i].b;
    found = explain_get(explain, explain_event(explain, &event));
    if (found.proven || found.harmless)
      fail_msg("row %zu: %s is proven", i, primary_of(found));
    explain_free(explain);
  }
}

/* A link that leads elsewhere has not only moved, nor has a program with other capabilities. */
static void moved_and_changed(void **state)
{
  static const struct tar_record record = { STR("SCHILY.xattr.security.capability"), STR("x") };

  (void)state;
  for (int how = 0; how < 3; how++) {
    struct explain *explain = explain_new(NULL);
    struct digest digest = { .algorithm = DIGEST_SHA256 };
    unsigned numbers[2];

    for (int side = 0; side < 2; side++) {
      struct event event = make_event("/layer", EVENT_LAYER, "", NULL, 0);
      struct tar_entry file = make_entry(side ? "srv/two/f" : "srv/one/f");
      struct tar_entry other = make_entry(side ? "srv/two/x" : "srv/one/x");

      file.size = 100;
      event.inputs[side].content = &digest;
      event.inputs[side].entry = &file;
      (void)explain_event(explain, &event);
      other.size = 200;
      if (how == 1) {
        other.type = TAR_SYMLINK;
        other.link_name = side ? STR("/tmp") : STR("/bin");
      } else if (how == 2 && side) {
        other.records = &record;
        other.n_records = 1;
      }
      event.inputs[side].entry = &other;
      numbers[side] = explain_event(explain, &event);
    }
    settle(explain);
    for (int side = 0; side < 2; side++) {
      const struct explanation found = explain_get(explain, numbers[side]);

      assert_string_equal(primary_of(found), "moved");
      /* where it lies may decide what becomes of it */
      assert_false(found.proven);
      assert_int_equal(found.found[0].evidence, how == 0 ? CAUSE_BY_CONTENT : CAUSE_BY_NAME);
    }
    explain_free(explain);
  }
}

/* ---- what follows from others ---- */

static void count_resolved(void *context, size_t record, struct explanation found)
{
  (void)record;
  (void)found;
  ++*(size_t *)context;
}

/* Each was held against every place where anything differs: an index of very many manifests took as
 * many steps as they are squared. */
static void many_below(void **state)
{
  enum { MANY = 60000 };
  struct explain_below below = { .arena = ARENA_INIT };
  const struct diff_options options = { .sink = NULL };
  size_t n = 0;

  (void)state;
  for (int i = 0; i < MANY; i++) {
    char context[64];
    struct draft draft = DRAFT_INIT;
    struct below_item *item;

    snprintf(context, sizeof(context), "index/manifests-%d/config/x", 2 * i);
    explain_below_note(&below, context);
    item = explain_below_add(&below, BELOW_LENGTH, cause_named(STR("json-form")), &draft);
    item->record = (size_t)i;
    explain_below_place(&below, item, "index/manifests-%d/", i);
  }
  explain_below_resolve(&below, &options, count_resolved, &n);
  assert_int_equal(n, MANY);
  /* Those with an odd number have nothing below them. */
  for (size_t i = 0; i < below.n; i++)
    assert_int_equal(below.items[i].others.left.len > 0, below.items[i].record % 2);
  explain_below_release(&below);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_below),        cmocka_unit_test(heads),
    cmocka_unit_test(heads_behind_much), cmocka_unit_test(documents),
    cmocka_unit_test(opaque_blobs),      cmocka_unit_test(counts),
    cmocka_unit_test(second_pass),       cmocka_unit_test(only_alike),
    cmocka_unit_test(moved_and_changed),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
