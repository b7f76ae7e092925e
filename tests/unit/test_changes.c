/* Differences as people think of them: kinds, weights, words, totals, and what is but a
 * consequence. Wanted results were worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/amount.h"
#include "report/changes/changes.h"
#include "report/changes/folds.h"
#include "report/text/columns.h"
#include "report/text/markdown.h"
#include "report_events.h"

static void amounts(void **state)
{
  static const struct {
    uint64_t bytes;
    const char *text;
  } cases[] = {
    { 0, "0 B" },
    { 999, "999 B" },
    { 1000, "1.0 kB" },
    { 1049, "1.0 kB" },
    { 1050, "1.1 kB" },
    { 9949, "9.9 kB" },
    { 9950, "10 kB" },
    { 31500, "32 kB" },
    { 999499, "999 kB" },
    { 999950, "1.0 MB" },
    { 1234567, "1.2 MB" },
    { 4294967296, "4.3 GB" },
    { UINT64_MAX, "18 EB" },
  };
  char out[AMOUNT_MAX];

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    assert_string_equal(amount_bytes(cases[i].bytes, out), cases[i].text);
  assert_string_equal(amount_change(-25, out), "-25 B");
  assert_string_equal(amount_change(1200000, out), "+1.2 MB");
  assert_string_equal(amount_change(INT64_MIN, out), "-9.2 EB");
}

static void code_spans(void **state)
{
  static const struct {
    const char *text, *span;
  } cases[] = {
    { "a", "`a`" },       { "@everyone <b>", "`@everyone <b>`" },
    { "a`b", "``a`b``" }, { "``", "``` `` ```" },
    { " a ", "`  a  `" }, { "", "`  `" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF out = BUF_INIT(1000);

    markdown_code(&out, str_of(cases[i].text));
    assert_string_equal(out.ptr, cases[i].span);
  }
}

/* An event about a pair of entries. */
static struct event entry_event(const char *context, const struct tar_entry *e0,
                                const struct tar_entry *e1, const struct event_field *fields,
                                size_t n_fields)
{
  struct event event = make_event(context, EVENT_TARENTRY, "", fields, n_fields);

  event.inputs[0].entry = e0;
  event.inputs[1].entry = e1;
  return event;
}

static void entries(void **state)
{
  static const char context[] = "/layers-3/layer/tarentry";
  struct event_field fields[] = {
    make_field("Mode", "Mode ", "0x1ed", "0x9ed"),
    make_field("Digest", "", "aa", "bb"),
    make_field("ModTime", "", "x", "y"),
  };
  struct tar_entry e0 = make_entry("usr/bin/x");
  struct tar_entry e1 = make_entry("usr/bin/x");
  struct changes changes;
  struct event event;

  (void)state;
  e0.mode = 0755;
  e1.mode = 04755;
  e0.size = 1200000;
  e1.size = 1300000;
  fields[2].ignored = true;
  changes_init(&changes, 100, NULL);
  event = entry_event(context, &e0, &e1, fields, 3);
  changes_add(&changes, &event);
  event = entry_event(context, &e0, &e0, &fields[1], 1);
  changes_add(&changes, &event);
  assert_int_equal(changes_sort(&changes, CHANGE_ORDER_WEIGHT), 2);
  assert_int_equal(changes.items[0].kind, CHANGE_CONTENT);
  assert_int_equal(changes.items[0].weight, WEIGHT_PRIVILEGE);
  assert_int_equal(changes.items[0].layer[1], 3);
  assert_int_equal(changes.items[0].n_fields, 2);
  assert_string_equal(changes.items[0].words,
                      "mode 0755 \xe2\x86\x92 04755; content, 1.2 MB \xe2\x86\x92 1.3 MB");
  assert_int_equal(changes.items[1].weight, WEIGHT_EXECUTABLE);
  assert_string_equal(changes.items[1].words, "content, 1.2 MB");
  assert_int_equal(changes.totals.bytes_added, 100000);
  changes_release(&changes);
}

/* A digest that differs is a consequence where something below is listed, and else is not. */
static void consequences(void **state)
{
  const struct event_field digest = make_field("digest", "", "aa", "bb");
  const struct event_field layers[] = { make_field("layers[0].digest", "", "aa", "bb"),
                                        make_field("layers[1].digest", "", "cc", "dd") };
  const struct event_field config[] = { make_field("config.User", "", "nobody", "root"),
                                        make_field("rootfs.diff_ids[0]", "", "ee", "ff") };
  struct tar_entry entry = make_entry("etc/x");
  const struct event_field content = make_field("Digest", "", "aa", "bb");
  const struct event events[] = {
    make_event("/desc", EVENT_DESCRIPTOR, "", &digest, 1),
    make_event("/manifest", EVENT_MANIFEST, "", layers, 2),
    make_event("/layers-0/desc", EVENT_DESCRIPTOR, "", &digest, 1),
    make_event("/config/config", EVENT_CONFIG, "", config, 2),
    entry_event("/layers-0/layer/tarentry", &entry, &entry, &content, 1),
  };
  struct changes changes;

  (void)state;
  changes_init(&changes, 100, NULL);
  for (size_t i = 0; i < ARRAY_LEN(events); i++)
    changes_add(&changes, &events[i]);
  /* Left: the user, the file, and the second layer, of which nothing else is told. */
  assert_int_equal(changes_sort(&changes, CHANGE_ORDER_WEIGHT), 3);
  assert_int_equal(changes.totals.consequences, 4);
  assert_string_equal(changes.items[0].name, "config.User");
  assert_string_equal(changes.items[0].words, "nobody \xe2\x86\x92 root");
  assert_string_equal(changes.items[1].name, "etc/x");
  assert_string_equal(changes.items[2].name, "layers[1].digest");
  changes_release(&changes);
}

/* Whatever the order they come in, the weightiest are kept. */
/* Fields of documents, as a person reads them. */
static void values(void **state)
{
#define HEX(c) c c c c c c c c c c c c
  static const char digest0[] = "sha256:" HEX("0123") "0123012301230123";
  static const char digest1[] = "sha256:" HEX("abcd") "abcdabcdabcdabcd";
  static const char layer[] =
      "{\"digest\":\"sha256:" HEX("0123") "0123012301230123\",\"size\":1400}";
  const struct {
    enum event_type type;
    const char *field, *before, *after, *title, *words;
  } cases[] = {
    { EVENT_CONFIG, "config.User", "nobody", "root", "User", "nobody → root" },
    { EVENT_CONFIG, "config.Env[0]", "PATH=/a", "PATH=/a:/b", "Env PATH", "/a → /a:/b" },
    { EVENT_CONFIG, "config.Env[1]", "A=1", "B=2", "Env[1]", "A=1 → B=2" },
    { EVENT_CONFIG, "config.Env[1]", "AB=1", "A=1", "Env[1]", "AB=1 → A=1" },
    { EVENT_CONFIG, "config.Env[2]", NULL, "A=", "Env A", "added: \"\"" },
    { EVENT_CONFIG, "config.Env[2]", "plain", NULL, "Env[2]", "removed: plain" },
    { EVENT_CONFIG, "config.ExposedPorts.80/tcp", NULL, "{}", "ExposedPorts.80/tcp", "added" },
    { EVENT_CONFIG, "created", "2023-08-01T11:24:33Z", "2023-08-04T11:24:33Z", "created",
      "2023-08-01 → 2023-08-04" },
    { EVENT_CONFIG, "created", "2023-08-01T11:24:33Z", "2023-08-01T11:25:02Z", "created",
      "2023-08-01 11:24:33 → 11:25:02" },
    { EVENT_CONFIG, "created", "2023-08-01T11:24:33.1Z", "2023-08-01T11:24:33.2Z", "created",
      "2023-08-01T11:24:33.1Z → 2023-08-01T11:24:33.2Z" },
    { EVENT_DESCRIPTOR, "digest", digest0, digest1, "digest",
      "sha256:012301230123 → sha256:abcdabcdabcd" },
    { EVENT_MANIFEST, "layers[12]", NULL, layer, "layer 12", "added: sha256:012301230123, 1.4 kB" },
    { EVENT_MANIFEST, "layers[1].size", "1", "2", "layers[1].size", "1 → 2" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    const struct event_field field =
        make_field(cases[i].field, "", cases[i].before, cases[i].after);
    const struct event event = make_event("/x", cases[i].type, "", &field, 1);
    struct changes changes;

    changes_init(&changes, 10, NULL);
    changes_add(&changes, &event);
    changes_sort(&changes, CHANGE_ORDER_NAME);
    assert_int_equal(changes.n, 1);
    assert_string_equal(changes.items[0].title, cases[i].title);
    assert_string_equal(changes.items[0].words, cases[i].words);
    changes_release(&changes);
  }
}

/* What differs in its records alone is taken together where it is much. */
static void records(void **state)
{
  const struct event_field time =
      make_field("ModTime", "", "2023-08-01 11:24:33 +0000 UTC", "2023-08-04 11:24:33 +0000 UTC");
  struct tar_entry entries[6];
  static const char *const names[] = { "a", "b", "c", "d", "e", "f" };

  (void)state;
  for (size_t n = 3; n <= 6; n++) {
    struct changes changes;
    struct folds_rest rest;
    size_t shown;

    changes_init(&changes, 10, NULL);
    for (size_t i = 0; i < n; i++) {
      struct event event;

      entries[i] = make_entry(names[i]);
      event = entry_event("/layers-0/layer/tarentry", &entries[i], &entries[i], &time, 1);
      changes_add(&changes, &event);
    }
    shown = changes_sort(&changes, CHANGE_ORDER_WEIGHT);
    folds_take_packages(&rest, changes.items, shown, NULL);
    folds_take_records(&rest);
    assert_int_equal(rest.n, n > 3 ? 0 : n);
    assert_int_equal(rest.records.n, n > 3 ? n : 0);
    if (n > 3) {
      assert_int_equal(rest.n_fields, 1);
      assert_string_equal(rest.fields[0], "mtime");
    }
    folds_rest_release(&rest);
    changes_release(&changes);
  }
}

/* Each is given out once, those of a context when no more of them will come. */
static void taken(void **state)
{
  static const char *const contexts[] = { "/layers-2/layer", "/config/config", "/layers-10/layer",
                                          "/layers-2/layer", "/manifest" };
  static const struct {
    const char *before;
    const char *contexts[3];
  } steps[] = {
    { "/layers-2", { "/config/config" } },
    { "/layers-2", { NULL } },
    { "/layers-10", { "/layers-2/layer", "/layers-2/layer" } },
    { NULL, { "/layers-10/layer", "/manifest" } },
    { NULL, { NULL } },
  };
  const struct event_field field = make_field("x", "", "1", "2");
  struct changes changes;
  struct change change;

  (void)state;
  changes_init(&changes, CHANGES_ALL, NULL);
  for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
    const struct event event = make_event(contexts[i], EVENT_INDEX, "", &field, 1);

    changes_add(&changes, &event);
  }
  for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
    assert_true(changes_take(&changes, steps[i].before));
    for (size_t j = 0; j < 3 && steps[i].contexts[j]; j++) {
      assert_true(changes_next(&changes, &change));
      assert_string_equal(change.context, steps[i].contexts[j]);
    }
    assert_false(changes_next(&changes, &change));
  }
  changes_release(&changes);
}

static void check_path(const char *path, size_t columns, const char *wanted)
{
  char *text = NULL;
  size_t len = 0;
  FILE *file = open_memstream(&text, &len);
  struct writer writer;
  size_t taken_columns;

  writer_to_file(&writer, file);
  taken_columns = columns_path(&writer, str_of(path), columns);
  assert_int_equal(writer_flush(&writer), 0);
  fclose(file);
  assert_string_equal(text, wanted);
  assert_true(taken_columns <= columns);
  free(text);
}

static void paths(void **state)
{
  (void)state;
  check_path("usr/lib/x", 9, "usr/lib/x");
  check_path("usr/lib/python3/dist-packages/app/m0.pyc", 24, "usr/lib/…/app/m0.pyc");
  check_path("usr/lib/python3/dist-packages/app/", 24, "usr/lib/python3/…/app/");
  check_path("a-name-in-the-root-that-is-too-long.txt", 12, "a-na…ong.txt");
  check_path("d/a-name-that-is-too-long-for-a-line.txt", 12, "d/a-…ine.txt");
}

static void keeps_the_weightiest(void **state)
{
  const struct event_field content = make_field("Digest", "", "aa", "bb");
  const struct event_field time = make_field("ModTime", "", "x", "y");

  (void)state;
  for (int backwards = 0; backwards < 2; backwards++) {
    struct changes changes;

    changes_init(&changes, 3, NULL);
    for (int i = 0; i < 100; i++) {
      const int number = backwards ? 99 - i : i;
      char name[8];
      struct tar_entry entry;
      struct event event;

      name[0] = (char)('0' + number / 10);
      name[1] = (char)('0' + number % 10);
      name[2] = '\0';
      entry = make_entry(name);
      event = entry_event("/layers-0/layer/tarentry", &entry, &entry,
                          number % 25 == 7 ? &content : &time, 1);
      changes_add(&changes, &event);
    }
    assert_int_equal(changes_sort(&changes, CHANGE_ORDER_WEIGHT), 3);
    assert_string_equal(changes.items[0].name, "07");
    assert_string_equal(changes.items[1].name, "32");
    assert_string_equal(changes.items[2].name, "57");
    assert_int_equal(changes.totals.by_kind[CHANGE_CONTENT], 4);
    assert_int_equal(changes.totals.by_kind[CHANGE_METADATA], 96);
    changes_release(&changes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(amounts),
    cmocka_unit_test(code_spans),
    cmocka_unit_test(entries),
    cmocka_unit_test(consequences),
    cmocka_unit_test(keeps_the_weightiest),
    cmocka_unit_test(values),
    cmocka_unit_test(records),
    cmocka_unit_test(taken),
    cmocka_unit_test(paths),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
